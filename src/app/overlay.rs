//! What lies over the table: one enum, one stack, one shape for each way of asking something.

use std::sync::Arc;

use arcstr::ArcStr;

use super::line::Line;
use super::picker::Picker;
use super::recall::Recall;
use super::row_page::OpenPage;
use super::search::Search;
use super::text_area::TextArea;
use super::view::RowKey;
use crate::base::{Fault, Scope, Time, text};
use crate::kinds::Action;
use crate::model::{Choice, DraftRow, DryRun, FormSpec, Plan, Question, RowEdit, RunRecord, Sort, TableKey, Values};
use crate::query::Query;

/// One layer over the table. The last of [`super::State::overlays`] has the keys.
pub enum Overlay {
    /// `:`
    Palette(Palette),
    /// `/`
    Filter(Filter),
    /// Text to read: help, messages.
    Pager(Pager),
    /// A short list to choose from.
    Menu(Menu),
    /// The fields of an action.
    Form(Box<FormState>),
    /// A plan to be confirmed.
    Plan(Box<PlanDialog>),
    /// The last four digits of an account.
    Digits(Digits),
    /// An MFA code, a device code.
    Ask(AskDialog),
    /// Something that is asked again before it is done.
    Sure(Sure),
}

/// The palette line and what it could become.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Palette {
    /// The line.
    pub line: Line,
    /// Completions of the word at the cursor, best first.
    pub items: Vec<Completion>,
    /// The chosen completion, once one was chosen with the arrows or tab.
    pub choice: Option<usize>,
    /// Tables in which more completions may be found and that are not all there: they are asked for while the line stands.
    pub needs: Vec<TableKey>,
    /// What is wrong with the line as it was entered: one sentence.
    pub error: Option<String>,
    /// What the line as it was entered waits for.
    pub waits: Option<Waits>,
    /// Which of the lines entered before stands there.
    pub recall: Recall,
}

/// A palette line that was entered before what it speaks of was there. It goes on by itself; a key that changes the line, or Escape,
/// ends that.
#[derive(Debug, Clone, PartialEq)]
pub struct Waits {
    /// The tables that are asked for.
    pub tables: Vec<TableKey>,
    /// One sentence about it.
    pub text: String,
    /// What an action of the line is done to: what it was when the line was entered.
    pub on: Option<On>,
    /// Whether the line is looked for as the name of a row of any kind.
    pub seeks: bool,
}

impl Palette {
    /// Tables that are asked for while the line stands.
    pub fn asks_for(&self) -> impl Iterator<Item = &TableKey> {
        self.needs.iter().chain(self.waits.iter().flat_map(|w| &w.tables))
    }
}

/// What a word could become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What stands in the line afterwards.
    pub text: String,
    /// Shorter words for it.
    pub short: &'static [&'static str],
    /// What it is: `kind`, `action`, `command`, `field`, `value`, `argument`.
    pub what: &'static str,
    /// One sentence about it; may be empty.
    pub doc: String,
    /// Why it cannot be done now, if it cannot: shown dim.
    pub disabled: Option<String>,
    /// The bytes of the line that it replaces.
    pub replaces: (usize, usize),
}

/// The filter line. The table follows while it is typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// The line.
    pub line: Line,
    /// Completions of the word at the cursor.
    pub items: Vec<Completion>,
    /// The chosen one.
    pub choice: Option<usize>,
    /// What is wrong with the query as typed so far.
    pub error: Option<String>,
    /// How what was typed is written here, if it looks like another tool's query.
    pub hint: Option<String>,
    /// The query to go back to on Escape.
    pub before: Arc<Query>,
    /// The row to go back to then, if the cursor had been moved to one.
    pub cursor: Option<RowKey>,
    /// Which of the lines entered before stands there.
    pub recall: Recall,
}

/// Which text is read.
#[derive(Debug, Clone, PartialEq)]
pub enum Page {
    /// Keys and commands: [`super::help::lines`].
    Help,
    /// [`super::State::messages`], newest last.
    Messages,
    /// What there is of one row beside its fields.
    Row(Box<OpenPage>),
    /// A run by its number: [`super::run_page::lines`].
    Run(u64),
}

/// Text to read. The lines are made from the state when they are drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Pager {
    /// Which.
    pub page: Page,
    /// Lines scrolled out at the top.
    pub scroll: usize,
    /// What is looked for in it.
    pub search: Search,
    /// Whether what is folded in it is shown in full: the batches of a run.
    pub open: bool,
}

/// What a menu is for.
#[derive(Debug, Clone, PartialEq)]
pub enum MenuKind {
    /// Actions on the targets, and those that need none.
    Actions(On),
    /// Where one can go from a row.
    Links(RowKey),
    /// Rows that a field of a row names.
    Named(RowKey, usize),
    /// Rows that a name may mean.
    Found,
    /// The profiles that can be shown.
    Profiles,
    /// Views that are kept by a name.
    Views,
    /// What to sort by.
    Sort,
    /// Which columns to show (`space` turns one on or off, `J` and `K` move it).
    Columns,
    /// The ways to connect to a row: [`super::connect`].
    Connect(RowKey),
    /// What to copy.
    Copy,
    /// Rows that are often wanted in a draft table.
    Presets,
    /// Runs of plans; enter starts the way back.
    Runs,
    /// What to do with a run that stopped half-way, by its number.
    Run(u64),
    /// What an earlier run of the program left under way.
    Left,
    /// What to do with one of them (the journal's name for it: [`super::State::left`] may change meanwhile).
    LeftOne(String),
}

/// A short list to choose from. `/`, or a letter that is no key of it, narrows it.
#[derive(Debug, Clone)]
pub struct Menu {
    /// What for.
    pub kind: MenuKind,
    /// The heading.
    pub title: String,
    /// The entries.
    pub items: Vec<MenuItem>,
    /// The chosen entry: its position among those that are shown ([`Menu::shown`]).
    pub cursor: usize,
    /// The line that narrows it, while that has the keys.
    pub line: Option<Line>,
    /// A sentence about the last key, if it could not be done.
    pub error: Option<String>,
}

/// An entry of a menu.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MenuItem {
    /// The heading that it stands under; may be empty. Entries of one heading follow each other.
    pub group: &'static str,
    /// What is shown.
    pub label: String,
    /// More about it, shown quietly.
    pub detail: String,
    /// What stands in the list in the detail's place, where that is long.
    pub brief: Option<String>,
    /// What else there is to know while it is the chosen one, a sentence each: shown below the entries.
    pub notes: Vec<String>,
    /// On or off, where entries are.
    pub checked: Option<bool>,
    /// Why it cannot be chosen now: shown dim, and said when tried.
    pub disabled: Option<String>,
    /// Whether it is shown dim although it can be chosen: there is nothing behind it.
    pub dim: bool,
    /// The letter that chooses it.
    pub letter: Option<char>,
    /// What it stands for: a field's or link's position, an action, a run, or the text to copy.
    pub value: MenuValue,
}

/// What choosing an entry means.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum MenuValue {
    /// Nothing.
    #[default]
    None,
    /// The position of a field or link.
    At(usize),
    /// A run of this start of the program, by its number.
    Run(u64),
    /// An action or command by name.
    Name(&'static str),
    /// A row.
    Row(RowKey),
    /// Text: what is copied, or the journal's name for a run.
    Text(String),
}

/// What an action is about: rows, or, if there are none, the place where something is made.
#[derive(Debug, Clone, PartialEq)]
pub struct On {
    /// Profile and region: the first row's.
    pub scope: Scope,
    /// The rows.
    pub rows: Vec<RowKey>,
}

/// The fields of an action as they are being filled in.
pub struct FormState {
    /// The action.
    pub action: &'static Action,
    /// What it is done to.
    pub on: On,
    /// What was put in.
    pub values: Values,
    /// The form for these values.
    pub spec: FormSpec,
    /// The focused field.
    pub focus: usize,
    /// The line of the focused field, if it is text or a number.
    pub line: Option<Line>,
    /// The draft table of the focused field, if it is rows.
    pub draft: Option<Draft>,
    /// What the focused field can be chosen from, if that is rows.
    pub picker: Option<Box<Picker>>,
    /// What was typed to find a choice.
    pub sought: String,
    /// Why no plan could be made.
    pub error: Option<String>,
    /// What else is open in it.
    pub editors: Editors,
}

/// What is open in a form beside a line or a draft table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Editors {
    /// The text of several lines that is being edited.
    pub area: Option<TextArea>,
    /// The sections that were opened.
    pub open: Vec<&'static str>,
    /// A plan is made as soon as the files that it speaks of were looked at.
    pub submit: bool,
}

/// A draft table: rows edited in place, and the difference to what is there.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Draft {
    /// The rows with the edits laid over them.
    pub rows: Vec<DraftRow>,
    /// The edits.
    pub edits: Vec<RowEdit>,
    /// The focused row.
    pub row: usize,
    /// The focused column.
    pub column: usize,
    /// The cell that is being edited.
    pub editing: Option<Line>,
    /// Earlier states of `edits`, newest last.
    pub undo: Vec<Vec<RowEdit>>,
}

/// Where a plan is on its way from being read to being carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanPhase {
    /// It is shown; keys confirm it.
    Shown,
    /// It was confirmed; its rows are being read again. Keys but Escape do nothing.
    Rereading,
}

/// What a plan is made from.
#[derive(Clone)]
pub enum PlanSource {
    /// An action and what was put into its form.
    Action(&'static Action, Values),
    /// The rest of a run that stopped.
    GoOn(Box<RunRecord>),
    /// The steps of a run that were done, backwards.
    Undo(Box<RunRecord>),
}

impl PlanSource {
    /// The action, if it is one's.
    pub fn action(&self) -> Option<&'static Action> {
        if let PlanSource::Action(action, _) = self { Some(action) } else { None }
    }
    /// Whether it changes an account (a download does not).
    pub fn changes(&self) -> bool {
        self.action().is_none_or(|a| a.changes)
    }
}

/// Whom a plan is made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The profile.
    pub profile: ArcStr,
    /// The account and the generation of its identity, once known.
    pub who: Option<(ArcStr, u64)>,
}

/// A plan to be confirmed.
pub struct PlanDialog {
    /// Its number; a plan that was made again has a new one.
    pub number: u64,
    /// The plan.
    pub plan: Plan,
    /// What it was made from, and is made from again when it is confirmed.
    pub source: PlanSource,
    /// What it is about.
    pub on: On,
    /// Where it is.
    pub phase: PlanPhase,
    /// What EC2 said.
    pub dry_run: DryRun,
    /// What is typed of the phrase.
    pub typed: Line,
    /// The profiles whose accounts it changes, the one that it is shown for first.
    pub pins: Vec<Pin>,
    /// Why it cannot be carried out at all (read-only, other credentials): one sentence.
    pub blocked: Option<String>,
    /// From when on it can be confirmed: a plan that has just changed is read first.
    pub armed: Time,
    /// Since when it has been on the screen.
    pub shown: Time,
    /// What happened since it was shown: "it changed", "wrong phrase".
    pub notice: Option<String>,
    /// Whether it has fields (`tab` opens them).
    pub options: bool,
    /// The calls as commands, or as the lines of a script.
    pub commands: Vec<String>,
    /// Lines scrolled out at the top.
    pub scroll: usize,
}

impl PlanDialog {
    /// How many lines it takes at most on a screen of this width: what is scrolled to beyond its end is not drawn, and no line is out of
    /// reach.
    pub fn lines(&self, width: u16) -> usize {
        /// Cells at both sides of a line.
        const SIDES: usize = 10;
        /// Blank lines, the border, what is said of IAM, and the line of keys.
        const AROUND: usize = 10;
        let room = usize::from(width).saturating_sub(SIDES).max(1);
        // A line that is broken between words loses less than a third of it.
        let lines = |text: &str| 1 + text::width(text) * 3 / 2 / room;
        let plan = &self.plan;
        let rows = plan.subjects.iter().map(|s| 1 + lines(&s.change)).sum::<usize>();
        let skipped = plan.skipped.iter().map(|s| lines(&s.why) + 1).sum::<usize>();
        let said = plan.consequences.iter().map(|c| lines(&c.text)).sum::<usize>();
        let more = plan.cost.iter().map(|c| lines(&c.to_string())).sum::<usize>();
        let commands = self.commands.iter().flat_map(|c| c.lines()).map(lines).sum::<usize>();
        rows + skipped + said + more + commands + AROUND
    }
}

/// The first change in an account in each run asks for the last four digits of its id.
#[derive(Debug, Clone, PartialEq)]
pub struct Digits {
    /// The profile.
    pub profile: ArcStr,
    /// The account.
    pub account: ArcStr,
    /// What is typed.
    pub line: Line,
    /// "These are not …".
    pub error: Option<String>,
}

/// Something that only the user knows.
#[derive(Debug, Clone, PartialEq)]
pub struct AskDialog {
    /// The question.
    pub question: Question,
    /// What is typed, for a code. Shown as dots.
    pub line: Line,
}

/// What is asked again before it is done.
#[derive(Debug, Clone, PartialEq)]
pub enum SureKind {
    /// Leaving while something is under way.
    Quit,
    /// A filter that needs a paid metric for every row.
    PaidQuery(Arc<Query>),
    /// A sort that does.
    PaidSort(Sort),
    /// Leaving a form with changes that were not applied.
    LeaveForm,
}

/// A question with yes (enter, y) and no (esc, n).
#[derive(Debug, Clone, PartialEq)]
pub struct Sure {
    /// What for.
    pub kind: SureKind,
    /// The heading.
    pub title: String,
    /// What there is to know, a line each.
    pub lines: Vec<String>,
    /// What yes means: `leave`.
    pub yes: &'static str,
    /// What no means: `stay`.
    pub no: &'static str,
}

/// Why the table cannot begin: shown in place of rows on the start screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// The profile.
    pub profile: ArcStr,
    /// What is wrong.
    pub fault: Fault,
    /// What can be done, a line each.
    pub lines: Vec<String>,
    /// Since when a sign-in is under way.
    pub signing_in: Option<Time>,
}

/// A field's choices that can be chosen.
pub(super) fn enabled(choices: &[Choice]) -> impl Iterator<Item = &Choice> {
    choices.iter().filter(|c| c.disabled.is_none())
}
