//! One viewer's state. [`update`](super::update::update) is its only writer; the floor above draws it and changes nothing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use arcstr::ArcStr;
use indexmap::IndexMap;
use jiff::tz::TimeZone;

use super::board::{Board, Place};
use super::connect::Connecting;
use super::inside::Inside;
use super::layout::{self, Areas, Parts};
use super::links::Counts;
use super::overlay::Overlay;
use super::recall::Entered;
use super::remembered::Remembered;
use super::run::Run;
use super::view::{Detail, RowKey, View};
use crate::base::{Fault, FaultKind, Scope, Time};
use crate::config::settings::Aliases;
use crate::config::{Color, Keymap, Mode};
use crate::input::Key;
use crate::kinds::Registry;
use crate::model::connect::ConnectSettings;
use crate::model::files::{FileLook, Files};
use crate::model::memory::Memory;
use crate::model::my_address::MyAddress;
use crate::model::{Identity, Interest, Message, Meter, Plan, RunRecord, SavedViews, Spot};

/// A plan's `aws …` commands, or the lines of its script, as they can be run. Made below, where profile and endpoint are known.
pub type CliText = Arc<dyn Fn(&Plan) -> Vec<String> + Send + Sync>;

/// What a viewer begins with: command line and settings, already read.
pub struct Setup {
    /// Kinds and actions.
    pub registry: Registry,
    /// The keys.
    pub keymap: Arc<Keymap>,
    /// The profiles, in the order of the command line. Never empty (`default` when none was named).
    pub profiles: Vec<ProfileSetup>,
    /// The other profiles of the AWS configuration files, which can be shown too. Their regions are those that are shown then.
    pub others: Vec<ProfileSetup>,
    /// Whether nothing may be changed, whatever the profile.
    pub read_only: bool,
    /// Whether the account is the embedded one.
    pub sandbox: bool,
    /// Whether a line says what the sandbox is and how to begin: until it was read once.
    pub welcome: bool,
    /// `--sandbox-speed`, for the heading.
    pub speed: f64,
    /// A user's columns by kind: field names in order.
    pub columns: IndexMap<String, Vec<String>>,
    /// The user's own names for lines of the palette.
    pub aliases: Aliases,
    /// The views that are kept by a name.
    pub views: SavedViews,
    /// The folder that downloads are proposed to go to.
    pub downloads: String,
    /// By which address this machine is seen, where that is known from the start (over SSH).
    pub me: MyAddress,
    /// What the settings say of connecting.
    pub connect: ConnectSettings,
    /// The palette line to begin with; the last view if there is none, and `instances` the first time.
    pub view: Option<String>,
    /// What is remembered of earlier starts.
    pub memory: Memory,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Where the user's clock stands: dates and the time in the heading are shown in it.
    pub zone: TimeZone,
    /// The moment.
    pub now: Time,
    /// What was wrong with the settings.
    pub messages: Vec<Message>,
    /// The text of `aws …` for a call, as it can be run: `act` makes it, because the endpoint is known there.
    pub cli: CliText,
    /// The name of this process in the journal: runs and client tokens begin with it.
    pub process: ArcStr,
}

/// A profile as it was set up.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileSetup {
    /// Its name.
    pub name: ArcStr,
    /// What its band says: its name, or what the user calls it.
    pub label: ArcStr,
    /// Its regions. Empty only if none could be found.
    pub regions: Vec<ArcStr>,
    /// Whether nothing may be changed with it.
    pub read_only: bool,
    /// The colour of its band, if the user gave it one.
    pub color: Option<Color>,
    /// Whether the first change asks for the last four digits of the account's id (never on the sandbox).
    pub ask_digits: bool,
    /// Whether it can be signed in to here: it uses IAM Identity Center.
    pub signs_in: bool,
}

/// A profile and who it turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Its name.
    pub name: ArcStr,
    /// What its band says: its name, or what the user calls it.
    pub label: ArcStr,
    /// Its regions.
    pub regions: Vec<ArcStr>,
    /// Whether nothing may be changed with it.
    pub read_only: bool,
    /// The colour of its band, if the user gave it one.
    pub color: Option<Color>,
    /// Whether the first change asks for the last four digits of the account's id.
    pub ask_digits: bool,
    /// Whether it can be signed in to here.
    pub signs_in: bool,
    /// Who it is, or why that is not known; `None` = not answered yet.
    pub identity: Option<Result<Identity, Fault>>,
    /// Since when a sign-in is under way.
    pub signing_in: Option<Time>,
}

/// Which part has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Focus {
    /// The rows.
    #[default]
    Table,
    /// The detail.
    Detail,
}

/// A message on the last line, until then.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// The message.
    pub message: Message,
    /// When the hints come back.
    pub until: Time,
}

/// Rows of an unfinished run that are on their way to the store, and what is to be done with them then.
#[derive(Debug, Clone, PartialEq)]
pub struct Awaited {
    /// The journal's name for the run.
    pub run: String,
    /// The rows.
    pub rows: Vec<RowKey>,
    /// The palette line to carry out on them once they are there; empty: they are watched until they rest.
    pub line: String,
    /// When to give up on rows that do not come.
    pub until: Time,
}

/// Everything one viewer sees and is in the middle of.
pub struct State {
    /// Kinds and actions.
    pub registry: Registry,
    /// The keys.
    pub keymap: Arc<Keymap>,
    /// The profiles that are or were shown, and who they are: [`State::shown_profiles`] first.
    pub profiles: Vec<Profile>,
    /// Whether nothing may be changed, whatever the profile.
    pub read_only: bool,
    /// Whether the account is the embedded one.
    pub sandbox: bool,
    /// Whether the last line says what the sandbox is and how to begin, while nothing else is said there.
    pub welcome: bool,
    /// How fast its clock runs.
    pub speed: f64,
    /// Profiles x regions.
    pub scopes: Vec<Scope>,
    /// Those that were shown before.
    pub(super) last_scopes: Vec<Scope>,
    /// Every profile that can be shown, in the order of the menu.
    pub(super) known: Vec<ProfileSetup>,
    /// The moment of the newest event.
    pub now: Time,
    /// The zone that dates are shown in.
    pub zone: TimeZone,
    /// What is known of files of this machine, for the uppermost form.
    pub files: Files,
    /// What of them was asked and not answered yet.
    pub(super) looking: Vec<FileLook>,
    /// By which address this machine is seen, as far as it is known.
    pub(super) me: MyAddress,
    /// Where one goes as soon as that is known.
    pub(super) waits_for_me: Option<Inside>,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// The place that is seen.
    pub view: View,
    /// The board that is shown instead of it.
    pub board: Option<Board>,
    /// Places to go back to, newest last.
    pub back: Vec<Place>,
    /// Places to go forward to, nearest last.
    pub forward: Vec<Place>,
    /// The detail pane.
    pub detail: Detail,
    /// What has the keys when nothing lies over the table.
    pub focus: Focus,
    /// Which of table and detail was given the whole screen.
    pub whole: Option<Focus>,
    /// What lies over the table, the uppermost last.
    pub overlays: Vec<Overlay>,
    /// What was entered in the palette.
    pub(super) commands: Entered,
    /// What was entered in the filter line, in whichever view.
    pub(super) filters: Entered,
    /// What was clicked last, and when.
    pub(super) clicked: Option<Spot>,
    pub(super) clicked_at: Time,
    /// Keys of a sequence that is not complete.
    pub pending: Vec<Key>,
    /// How often the next key counts, as far as that was typed.
    pub count: Option<usize>,
    /// Keys that were said to mean nothing where they were pressed.
    pub(super) unbound: BTreeSet<(Mode, String)>,
    /// Whether the last key closed what lay over the table: an Escape that follows may have been meant for that.
    pub(super) left_layer: bool,
    /// Plans that were confirmed, oldest first.
    pub runs: Vec<Run>,
    /// What an earlier run of the program left under way.
    pub left: Vec<RunRecord>,
    /// Rows of such runs that are looked at again.
    pub awaited: Vec<Awaited>,
    /// Calls, cost, throttling.
    pub meter: Meter,
    /// Everything that was said, oldest first; at most [`MESSAGES`].
    pub messages: VecDeque<Message>,
    /// What the last line says instead of hints.
    pub notice: Option<Notice>,
    /// Kinds whose rows went stale, with the fault that was said.
    pub(super) failing: BTreeMap<&'static str, FaultKind>,
    /// Columns by kind, as set or chosen: positions of fields.
    pub(super) columns: BTreeMap<&'static str, Vec<usize>>,
    /// The user's own names for lines of the palette.
    pub(super) aliases: Aliases,
    /// The views that are kept by a name.
    pub(super) views: SavedViews,
    /// What is remembered of each kind, and the last view.
    pub(super) remembered: Remembered,
    /// Accounts whose digits were given in this run.
    pub(super) proven: BTreeSet<ArcStr>,
    pub(super) cli: CliText,
    /// The name of this process in the journal.
    pub(super) process: ArcStr,
    /// The folder that downloads are proposed to go to.
    pub(super) downloads: String,
    /// What is known for connecting to rows.
    pub(super) connect: Connecting,
    /// How many rows the links on the screen lead to.
    pub(super) counts: Counts,
    /// Numbers of index requests.
    pub(super) numbers: u64,
    /// Numbers of plans. Their own: they stand in client tokens, and how often an order was asked for before is a matter of answers.
    pub(super) plan_numbers: u64,
    /// What was last watched.
    pub(super) watched: Vec<Interest>,
    /// When the next tick was asked for.
    pub(super) wake: Option<Time>,
    /// The palette line to begin with, until [`State::boot`].
    pub(super) boot_line: Option<String>,
}

/// How many messages `:messages` keeps.
pub const MESSAGES: usize = 500;
/// How long the detail waits before it follows the cursor: long enough that holding `j` draws it once.
pub const PAUSE: Duration = Duration::from_millis(150);

impl State {
    /// Where things stand on the screen.
    pub fn areas(&self) -> Areas {
        // The last line says what rows that are made of other tables are made without.
        let rows = self.view.order.len() + usize::from(!self.view.lacks.is_empty());
        let mut areas = layout::areas(self.size, Parts { detail: self.detail.open, whole: self.whole, rows });
        if let Some(table) = areas.table.as_mut().filter(|_| !self.view.lacks.is_empty()) {
            table.height = table.height.saturating_sub(1);
        }
        areas
    }
    /// Whether the detail is on the screen: it may be open behind a table that was given all of it.
    pub fn detail_is_seen(&self) -> bool {
        self.detail.open && self.whole != Some(Focus::Table)
    }
    /// Whether nothing may be changed with this profile.
    pub fn is_read_only(&self, profile: &str) -> bool {
        self.read_only || self.profiles.iter().any(|p| p.name == profile && p.read_only)
    }
    /// Whether nothing at all may be changed: what the heading's badge says.
    pub fn all_read_only(&self) -> bool {
        self.read_only || self.shown_profiles().all(|p| p.read_only)
    }
    /// The profiles whose rows are shown: one that was left for another has no regions.
    pub fn shown_profiles(&self) -> impl Iterator<Item = &Profile> {
        self.profiles.iter().filter(|p| !p.regions.is_empty())
    }
    /// A profile by its name.
    pub fn profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().find(|p| p.name == name)
    }
    /// Who a profile is, if that is known.
    pub fn identity(&self, profile: &str) -> Option<&Identity> {
        self.profile(profile)?.identity.as_ref()?.as_ref().ok()
    }
    /// The journal's name for a run.
    pub(super) fn run_name(&self, number: u64) -> String {
        format!("{}-{number}", self.process)
    }
}
