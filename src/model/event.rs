//! What comes to a viewer, and what it asks for. Both are data: `Debug + PartialEq`, loggable, comparable in tests.

use std::sync::Arc;
use std::time::Duration;

use arcstr::ArcStr;
use rustc_hash::FxHashSet;

use super::connect::{Launch, Tools, ToolsLook};
use super::files::{FileLook, FileView};
use super::memory::Memory;
use super::my_address::MyAddress;
use super::picture::Picture;
use super::plan::{DryRun, Plan};
use super::raw::RawAnswer;
use super::run::{RunRecord, WaitPlace};
use super::saved_view::{SavedView, SavedViews};
use super::spot::Spot;
use super::table::{RowRef, Sort, TableKey};
use super::value::Tone;
use super::waiter::Waiter;
use crate::base::{Fault, RowId, Secret, Time};
use crate::input::{Key, Mouse};
use crate::query::Query;

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A key was pressed.
    Key(Key, Time),
    /// Text was pasted. Secret, because it may be an MFA code.
    Paste(Secret),
    /// The terminal has a new size (columns, rows).
    Resize(u16, u16),
    /// Time passes: sent when the next moment at which the screen would change has come.
    Tick(Time),
    /// A job learned something. Applied to the store by the runtime before `update` sees what became of it.
    Applied(super::delta::Delta, Time),
    /// The mouse, what stands where it is, and when.
    Mouse(Mouse, Option<Spot>, Time),
    /// An index is ready.
    Indexed(Indexed),
    /// What the gateway knows of a profile (account, user), or why not.
    Identity(ArcStr, Result<Identity, Fault>),
    /// Calls per minute, their cost, what is throttled.
    Meter(Meter),
    /// EC2's answer to the dry run of the plan with this number.
    DryRun(u64, DryRun),
    /// The rows that a plan is about have been read again (or could not be), for the plan with this number.
    Reread(u64, Result<(), Fault>, Time),
    /// News of a run of a plan.
    Act(ActEvent),
    /// The credential chain needs the user: an MFA code, or a device code to be entered in a browser.
    Ask(Question),
    /// A question that needs no answer any more.
    Asked(u64),
    /// Something to say on the message line and in `:messages`.
    Say(Message),
    /// A path of this machine was looked at.
    Looked(FileLook, FileView),
    /// It was looked for programs and keys of this machine.
    FoundTools(ToolsLook, Tools),
    /// A view was kept by this name, or dropped: those that are kept now, or a sentence why it was not.
    ViewsKept(String, Result<SavedViews, String>),
    /// By which address this machine is seen, or why that could not be found out.
    MyAddress(MyAddress),
    /// The user's own editor has ended: the text, or a sentence why it is as it was.
    Edited(Result<Secret, String>),
    /// A row's picture was read, and written to a file: the picture, and the path or a sentence why it was not written.
    Pictured(TableKey, RowId, Result<(Picture, Result<String, String>), String>),
    /// What was encrypted for a row's key pair, in the clear, or a sentence.
    Decrypted(TableKey, RowId, Result<Secret, String>),
    /// AWS's own words about a row, for the detail's page `raw`.
    Raw(TableKey, RowId, Result<RawAnswer, Fault>),
}

/// What an index is for. One for each may be waiting: a newer one takes the place of an older one of the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexFor {
    /// The table.
    View,
    /// The picker of a form.
    Picker,
}

/// What an index is to be made from.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexRequest {
    /// Its number.
    pub request: u64,
    /// What it is for.
    pub of: IndexFor,
    /// The view's tables, all of one kind.
    pub tables: Vec<TableKey>,
    /// One number a table; tables with the same number list the same account and region (two profiles of one account,
    /// buckets over several regions), so that a row in two of them is shown once.
    pub groups: Vec<u32>,
    /// The filter.
    pub query: Arc<Query>,
    /// The order.
    pub sort: Option<Sort>,
    /// Whether the filter or the order goes by a value that is paid for: [`Indexed::paid`] then says for which rows.
    pub paid: bool,
    /// Of a tree in its own order ([`super::KindInfo::tree`]): the rows below which nothing is shown.
    pub folded: Arc<FxHashSet<RowId>>,
}

/// How many rows have the same trouble: a value that is bad ([`super::FieldInfo::trouble`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// `impaired`.
    pub word: &'static str,
    /// How many of the rows that match, as far as that is known.
    pub rows: usize,
    /// Whether not all of the values are here: it may be more.
    pub at_least: bool,
}

/// An ordered, filtered view of some tables.
#[derive(Debug, Clone, PartialEq)]
pub struct Indexed {
    /// The number of the request (newest wins).
    pub request: u64,
    /// The versions of the tables that it was made from, in the view's order.
    pub versions: Vec<u64>,
    /// The rows that match, in order.
    pub order: Arc<Vec<RowRef>>,
    /// How many rows there were in all.
    pub total: usize,
    /// How many of the rows that match, and are still there, are in which state, the most first.
    pub states: Vec<(Tone, ArcStr, usize)>,
    /// What else is wrong with them, as far as it is here; what nobody has is left out. Nothing is asked for to know it.
    pub troubles: Vec<Trouble>,
    /// Of the fields that can be columns by themselves: those in which AWS says that there is nothing, of every row.
    pub empty: Vec<usize>,
    /// If it was asked for: the rows of each table that need the values that are paid for. Those are the rows that match apart
    /// from the terms on values that live elsewhere, so that no row is missed.
    pub paid: Vec<Arc<Vec<RowId>>>,
}

/// Who a profile is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Twelve digits.
    pub account: ArcStr,
    /// The caller's ARN.
    pub arn: ArcStr,
    /// The last part of it: `ops-alice`.
    pub user: ArcStr,
    /// Changes when the credentials become somebody else's: a plan made for another generation is disarmed.
    pub generation: u64,
}

/// What the poller and the gateway spend.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Meter {
    /// Calls in the last minute.
    pub calls_per_minute: u32,
    /// What polling costs per hour at this rate, in thousandths of a US dollar.
    pub millidollars_per_hour: u32,
    /// What is slowed down after throttling: `EC2 ap-northeast-2 ½`.
    pub slowed: Vec<String>,
}

/// News of a run.
#[derive(Debug, Clone, PartialEq)]
pub enum ActEvent {
    /// The run began, or continues; that is in the journal.
    Began {
        /// The run's number: that of its plan.
        run: u64,
        /// Its name in the journal.
        name: String,
        /// Its title.
        title: String,
    },
    /// A call was answered.
    Done {
        /// The run.
        run: u64,
        /// Which step, from 0.
        step: usize,
        /// AWS's request id.
        request_id: Option<ArcStr>,
        /// What came back: a few words, or none.
        text: String,
        /// What is kept of the answer, without secrets.
        outputs: Vec<(ArcStr, ArcStr)>,
    },
    /// A call was answered, and what had to be kept of it could not be: the rest was not sent.
    Lost {
        /// The run.
        run: u64,
        /// Which step, from 0.
        step: usize,
        /// A sentence.
        why: String,
    },
    /// A call failed; the rest was not sent.
    Failed {
        /// The run.
        run: u64,
        /// Which step, from 0.
        step: usize,
        /// Why.
        fault: Fault,
    },
    /// A call was refused because there was nothing to do, which is fine: the next one is sent.
    Needless {
        /// The run.
        run: u64,
        /// Which step, from 0.
        step: usize,
        /// What AWS says.
        fault: Fault,
    },
    /// No answer to a call came, and it is sent again by itself after a pause.
    Again {
        /// The run.
        run: u64,
        /// Which step, from 0.
        step: usize,
        /// What happened; how far it came says whether it may have arrived.
        fault: Fault,
    },
    /// A call was sent and no answer was read: it is being looked at, and never sent again.
    Unknown {
        /// The run.
        run: u64,
        /// Which step, from 0.
        step: usize,
        /// What happened.
        fault: Fault,
    },
    /// Before the next call something has to come to pass.
    Waiting {
        /// The run.
        run: u64,
        /// At which step.
        at: WaitPlace,
        /// For what.
        wait: Waiter,
    },
    /// It has, or the user continues without it.
    Waited {
        /// The run.
        run: u64,
        /// At which step it waited.
        at: WaitPlace,
    },
    /// It does not come, or went wrong: the user decides.
    Stuck {
        /// The run.
        run: u64,
        /// A sentence.
        text: String,
    },
    /// Progress of a transfer, in bytes.
    Progress {
        /// The run.
        run: u64,
        /// Bytes so far.
        done: u64,
        /// Bytes in all, if known.
        of: Option<u64>,
    },
    /// Where the rows are on their way.
    Settling {
        /// The run.
        run: u64,
        /// `web-1 stopping, web-2 stopped`.
        text: String,
    },
    /// The end.
    Settled {
        /// The run.
        run: u64,
        /// A sentence.
        text: String,
        /// Whether it came to the state that was wanted.
        ok: bool,
    },
    /// What became of a run could not be written down: the next start will take it for one that was cut off.
    Unwritten {
        /// The run.
        run: u64,
        /// A sentence.
        why: String,
    },
    /// What an earlier run of the program left under way.
    Left(Vec<RunRecord>),
}

/// What becomes of a run that waits between two calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// What it waits for has come, or it is gone on with all the same.
    GoOn,
    /// It continues to wait.
    Wait,
    /// The rest is not sent.
    Stop,
}

/// Something that only the user knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Its number.
    pub id: u64,
    /// The profile it is for.
    pub profile: ArcStr,
    /// What is asked.
    pub what: Ask,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// A code from the device with this serial.
    MfaCode {
        /// The MFA device's ARN.
        serial: ArcStr,
        /// Why it asks again, if it does.
        again: Option<String>,
    },
    /// Open this address and enter this code. No answer is needed; the question goes away by itself.
    Device {
        /// The address.
        url: String,
        /// The code.
        code: String,
        /// Until when it is good.
        until: Time,
    },
}

/// How loud a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Something worked.
    Info,
    /// Something is not as it should be.
    Warning,
    /// Something failed.
    Error,
}

/// A line for the message line and for `:messages`.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// When.
    pub at: Time,
    /// How loud.
    pub level: Level,
    /// One sentence.
    pub text: String,
}

/// What a viewer wants to be kept fresh, in order of importance.
#[derive(Debug, Clone, PartialEq)]
pub struct Interest {
    /// The table.
    pub table: TableKey,
    /// Whether it is on the screen (polled at full cadence), or only kept warm (completion, links).
    pub visible: bool,
    /// For side tables and rows on their way: only these ids. `None`: the whole table.
    pub ids: Option<Arc<Vec<RowId>>>,
}

/// How a table is written as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// A line of names, then a line for each row.
    Csv,
    /// An array of objects.
    Json,
    /// For tickets.
    Markdown,
}

/// What a viewer asks for. Carried out by the runtime.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Everything that the viewer looks at now; replaces what it said before.
    Watch(Vec<Interest>),
    /// Ask now, whatever the cadence.
    Refresh(Vec<TableKey>),
    /// Filter and sort; the answer is [`Event::Indexed`] with the same number.
    Index(IndexRequest),
    /// Ask EC2 with `DryRun` whether IAM allows this plan.
    DryRun(u64, Box<Plan>),
    /// Read the plan's rows again; the answer is [`Event::Reread`].
    Reread(u64, Box<Plan>),
    /// Carry out a plan that was confirmed. The number makes it happen once: a second one with the same number is dropped.
    Execute {
        /// The plan's number.
        run: u64,
        /// The steps, and what became of those that were carried out before.
        record: Box<RunRecord>,
        /// For each profile of its calls, the generation of the identity that it was confirmed for.
        pins: Vec<(ArcStr, u64)>,
    },
    /// Decide about a run that waits.
    Decide {
        /// Its number.
        run: u64,
        /// What becomes of it.
        verdict: Verdict,
    },
    /// Leave the run of an earlier process behind.
    Forget(String),
    /// The raw answer for one row.
    Raw(TableKey, RowId),
    /// The answer to a question; `None` = the user does not want to.
    Answer(u64, Option<Secret>),
    /// Sign in to SSO for a profile.
    SignIn(ArcStr),
    /// Load credentials again.
    Reload(ArcStr),
    /// Look at a path of this machine; the answer is [`Event::Looked`].
    Look(FileLook),
    /// Look for programs and keys of this machine; the answer is [`Event::FoundTools`].
    FindTools(ToolsLook),
    /// Give the terminal to a program that connects to a row.
    Connect(Launch),
    /// Find out which public address this machine has; the answer is [`Event::MyAddress`].
    FindMyAddress,
    /// Let the user edit a text with an editor of their own; the answer is [`Event::Edited`].
    Edit {
        /// The text.
        text: Secret,
        /// What its file is called.
        file: &'static str,
    },
    /// Keep this for the next start.
    Remember(Box<Memory>),
    /// Keep a view by this name, or drop the one that is kept by it.
    KeepView(String, Option<Box<SavedView>>),
    /// Put text on the clipboard by OSC 52.
    Copy(String),
    /// The same with what no log may have.
    CopySecret(Secret),
    /// Read a JPEG (in Base64) and write it to a new file in a folder; the answer is [`Event::Pictured`].
    ShowPicture {
        /// The row's table.
        table: TableKey,
        /// The row.
        id: RowId,
        /// The picture.
        jpeg: ArcStr,
        /// The folder.
        folder: String,
    },
    /// Decrypt what was encrypted with the public half of a key (in Base64); the answer is [`Event::Decrypted`].
    Decrypt {
        /// The row's table.
        table: TableKey,
        /// The row.
        id: RowId,
        /// What was encrypted.
        data: ArcStr,
        /// The path of the private half.
        key: String,
    },
    /// Put the table of the view on the clipboard.
    CopyTable(TableFormat),
    /// Write the screen to a file in this folder.
    SaveScreen(String),
    /// Remember that the line for the first minute was read.
    Welcomed,
    /// Leave for the sandbox.
    Sandbox,
    /// Redraw everything.
    Redraw,
    /// Stop and give the terminal back to the shell (Ctrl-Z).
    Suspend,
    /// Wake up again after this long.
    TickIn(Duration),
    /// Leave.
    Quit,
}
