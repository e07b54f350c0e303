//! Every command, in one ordered table: keymaps are checked against it, and help, palette, hints and docs are made from it.

use crate::config::Mode;

/// What a key or a palette line can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "COMMANDS documents each, in the words that the user reads")]
pub enum Command {
    Down,
    Up,
    Top,
    Bottom,
    HalfPageDown,
    HalfPageUp,
    PageDown,
    PageUp,
    Left,
    Right,
    Open,
    Back,
    HistoryBack,
    HistoryForward,
    LastView,
    LastRegion,
    Region,
    Profile,
    Save,
    View,
    Forget,
    FocusNext,
    FocusPrevious,
    Filter,
    SearchNext,
    SearchPrevious,
    Palette,
    Mark,
    MarkAll,
    MarkRange,
    MarkInvert,
    OnlyWrong,
    Fold,
    FoldAll,
    Detail,
    Zoom,
    Metrics,
    ChartShorter,
    ChartLonger,
    Links,
    Actions,
    Connect,
    ConsoleOutput,
    Screenshot,
    WindowsPassword,
    Sort,
    SortReverse,
    Columns,
    Reset,
    Copy,
    CopyAs,
    SaveScreen,
    Refresh,
    Changes,
    Runs,
    Messages,
    Help,
    SignIn,
    Sandbox,
    Accept,
    MoveDown,
    MoveUp,
    Complete,
    CompleteBack,
    Edit,
    NewRow,
    Preset,
    Editor,
    DeleteRow,
    Undo,
    Apply,
    Submit,
    CarryOut,
    Options,
    CopyCommand,
    Count,
    Page,
    Format,
    Redraw,
    Suspend,
    Cancel,
    Quit,
}

/// A command as help and docs speak of it.
#[derive(Debug, Clone, Copy)]
pub struct CommandInfo {
    /// The command.
    pub command: Command,
    /// Its name in keymaps and in the palette.
    pub name: &'static str,
    /// A word or two for the last line.
    pub title: &'static str,
    /// One sentence.
    pub doc: &'static str,
    /// Where it works.
    pub modes: &'static [Mode],
    /// Whether it can change an account: never on a bare letter.
    pub changes: bool,
    /// Whether it can be typed in the palette.
    pub palette: bool,
}

use Command as C;
use Mode::{
    Board, Confirm, Detail, Draft, Filter, Form, Menu, MenuLine, Pager, Palette, Picker, PickerRows, Plan, Prompt,
    Table, Text,
};

const EVERYWHERE: &[Mode] = Mode::ALL;
const LISTS: &[Mode] =
    &[Table, Board, Detail, Pager, Menu, MenuLine, Plan, Confirm, Draft, Form, Palette, Filter, Picker, PickerRows];
const PAGES: &[Mode] =
    &[Table, Board, Detail, Pager, Menu, MenuLine, Plan, Confirm, Draft, Palette, Picker, PickerRows];
const ENDS: &[Mode] = &[Table, Board, Detail, Pager, Menu, Plan, Draft, PickerRows];
const ROWS: &[Mode] = &[Table, Detail];
const PLACES: &[Mode] = &[Table, Detail, Board];
const READING: &[Mode] = &[Table, Board, Detail, Pager, Menu, Plan, Draft, PickerRows];

const fn info(
    command: Command,
    name: &'static str,
    title: &'static str,
    doc: &'static str,
    modes: &'static [Mode],
) -> CommandInfo {
    CommandInfo { command, name, title, doc, modes, changes: false, palette: false }
}

impl CommandInfo {
    const fn palette(mut self) -> Self {
        self.palette = true;
        self
    }
    const fn changes(mut self) -> Self {
        self.changes = true;
        self
    }
}

/// Every command, in the order of help and docs.
pub const COMMANDS: &[CommandInfo] = &[
    info(C::Down, "down", "down", "The next row, line or entry.", LISTS),
    info(C::Up, "up", "up", "The previous row, line or entry.", LISTS),
    info(C::Top, "top", "top", "The first row.", ENDS),
    info(C::Bottom, "bottom", "bottom", "The last row.", ENDS),
    info(C::HalfPageDown, "half-page-down", "half page down", "Half a screen down.", ENDS),
    info(C::HalfPageUp, "half-page-up", "half page up", "Half a screen up.", ENDS),
    info(C::PageDown, "page-down", "page down", "A screen down.", PAGES),
    info(C::PageUp, "page-up", "page up", "A screen up.", PAGES),
    info(C::Left, "left", "left", "Columns, tabs or choices to the left.", &[Table, Detail, Draft, Form]),
    info(C::Right, "right", "right", "Columns, tabs or choices to the right.", &[Table, Detail, Draft, Form]),
    info(
        C::Open,
        "open",
        "open",
        "Opens the row: what it holds, or its detail. In the detail, goes to what the line names.",
        PLACES,
    ),
    info(
        C::Back,
        "back",
        "back",
        "Closes what is on top (dialogue, detail, filter, marks); then goes to the view before.",
        EVERYWHERE,
    ),
    info(C::HistoryBack, "history-back", "back", "Goes back to the view before.", PLACES).palette(),
    info(C::HistoryForward, "history-forward", "forward", "Goes forward again after going back.", PLACES).palette(),
    info(C::LastView, "last-view", "last view", "Goes to the previous view, and back.", PLACES).palette(),
    info(
        C::LastRegion,
        "last-region",
        "last region",
        "Goes to the regions and profiles shown before these, and back.",
        PLACES,
    )
    .palette(),
    info(
        C::Region,
        "region",
        "region",
        "Shows other regions: region R…; without one, the list of regions, where enter shows one, or the marked ones.",
        PLACES,
    )
    .palette(),
    info(
        C::Profile,
        "profile",
        "profile",
        "Shows other profiles in the same regions: profile P…; without one, a list to choose from.",
        PLACES,
    )
    .palette(),
    info(
        C::Save,
        "save",
        "save view",
        "Keeps the view that is shown (kind, query, sort, columns) by a name: save NAME; save NAME here keeps its profiles and regions, too.",
        PLACES,
    )
    .palette(),
    info(
        C::View,
        "view",
        "saved view",
        "Shows a view that was saved: view NAME; without one, a list to choose from.",
        PLACES,
    )
    .palette(),
    info(C::Forget, "forget", "forget view", "Drops a view that was saved: forget NAME.", PLACES).palette(),
    info(
        C::FocusNext,
        "focus-next",
        "focus",
        "Moves between table and detail, between a picker's line and its rows, or to the next field.",
        &[Table, Detail, Draft, Form, Picker, PickerRows],
    ),
    info(
        C::FocusPrevious,
        "focus-previous",
        "focus back",
        "The same in the other direction.",
        &[Table, Detail, Draft, Form, Picker, PickerRows],
    ),
    info(
        C::Filter,
        "filter",
        "filter",
        "Filters the rows or entries, in the query language of the palette and of get; searches a text.",
        &[Table, Detail, Menu, Pager, PickerRows],
    )
    .palette(),
    info(C::SearchNext, "search-next", "next", "The next match of the search.", &[Pager, Detail]),
    info(C::SearchPrevious, "search-previous", "previous", "The previous match.", &[Pager, Detail]),
    info(
        C::Palette,
        "palette",
        "go",
        "Goes to a table (KIND QUERY) or starts an action (ACTION ARGS).",
        &[Table, Detail, Board, Pager],
    ),
    info(
        C::Mark,
        "mark",
        "mark",
        "Marks or unmarks the row. Actions work on all marked rows.",
        &[Table, Menu, PickerRows],
    ),
    info(C::MarkAll, "mark-all", "mark all", "Marks every row that is shown, or removes every mark.", &[Table])
        .palette(),
    info(
        C::MarkRange,
        "mark-range",
        "mark range",
        "Marks from the selected row to where the cursor goes. Press it again to keep the range, esc to undo it.",
        &[Table],
    ),
    info(C::MarkInvert, "mark-invert", "invert marks", "Inverts the marks of the rows that are shown.", &[Table])
        .palette(),
    info(
        C::OnlyWrong,
        "only-wrong",
        "only what is wrong",
        "Shows only rows with a problem (is:bad), or all again.",
        &[Table],
    )
    .palette(),
    info(
        C::Fold,
        "fold",
        "fold",
        "Folds what is below the selected line of a tree (`:map`), or unfolds it; on a line with nothing below it what it belongs to.",
        &[Table],
    ),
    info(
        C::FoldAll,
        "fold-all",
        "fold all",
        "Folds every line of a tree, or unfolds all.",
        &[Table],
    ),
    info(C::Detail, "detail", "detail", "Opens or closes the detail of the selected row.", ROWS).palette(),
    info(
        C::Zoom,
        "zoom",
        "zoom",
        "Shows the table or the detail, whichever has the focus, on the whole screen; again: both.",
        ROWS,
    )
    .palette(),
    info(
        C::Metrics,
        "metrics",
        "metrics",
        "Charts of the selected row. CloudWatch charges for them while they are shown.",
        ROWS,
    ),
    info(
        C::ChartShorter,
        "chart-shorter",
        "shorter",
        "Charts over a shorter time, down to one hour. CloudWatch charges for what is shown.",
        &[Detail],
    )
    .palette(),
    info(
        C::ChartLonger,
        "chart-longer",
        "longer",
        "Charts over a longer time, up to 15 months, which is all that CloudWatch keeps.",
        &[Detail],
    )
    .palette(),
    info(C::Links, "links", "links", "What the selected row is linked to.", ROWS).palette(),
    info(C::Actions, "actions", "actions", "What can be done with the marked rows, or with the selected one.", ROWS)
        .palette(),
    info(
        C::Connect,
        "connect",
        "connect",
        "The ways to connect to the selected instance, each with its command; in the palette also connect USER PORT.",
        ROWS,
    )
    .palette(),
    info(
        C::ConsoleOutput,
        "console-output",
        "show console output",
        "What the selected instance wrote to its console, followed: its boot, and what stopped it.",
        ROWS,
    )
    .palette(),
    info(
        C::Screenshot,
        "screenshot",
        "take a screenshot",
        "What is on the screen of the selected instance, drawn and written to a file in the folder for downloads.",
        ROWS,
    )
    .palette(),
    info(
        C::WindowsPassword,
        "windows-password",
        "show the Windows password",
        "The administrator's first password of the selected Windows instance, decrypted here with the key pair's file; shown once.",
        ROWS,
    )
    .palette(),
    info(C::Sort, "sort", "sort", "Chooses what to sort by; in the palette also sort FIELD [desc].", &[Table])
        .palette(),
    info(C::SortReverse, "sort-reverse", "reverse", "Reverses the sort.", &[Table]).palette(),
    info(C::Columns, "columns", "columns", "Chooses the columns and their order.", &[Table]).palette(),
    info(
        C::Reset,
        "reset",
        "reset",
        "Goes back to the kind's own columns and order, which are else remembered as they were chosen.",
        ROWS,
    )
    .palette(),
    info(
        C::Copy,
        "copy",
        "copy",
        "Copies the ids of the marked rows, or of the selected one; in the detail, the value of the line, or the whole raw answer; of a page, its text.",
        &[Table, Detail, Menu, Pager],
    )
    .palette(),
    info(
        C::CopyAs,
        "copy-as",
        "copy as",
        "Copies something else: the row's name, ARN or addresses, a link to the web console, or the table.",
        ROWS,
    )
    .palette(),
    info(
        C::Refresh,
        "refresh",
        "refresh",
        "Asks AWS now. If credentials failed, they are loaded again.",
        &[Table, Detail, Board, Pager],
    )
        .palette(),
    info(
        C::Changes,
        "changes",
        "changes",
        "What has changed, newest first, in the tables that were shown; enter goes to the row.",
        PLACES,
    )
    .palette(),
    info(
        C::Runs,
        "runs",
        "runs",
        "Changes made since the console started, and changes that an earlier start left unfinished.",
        PLACES,
    )
    .palette(),
    info(C::Messages, "messages", "messages", "The message log.", PLACES).palette(),
    info(
        C::SaveScreen,
        "save-screen",
        "save screen",
        "Writes the screen to a text file, in the folder for downloads.",
        EVERYWHERE,
    )
    .palette(),
    info(C::Help, "help", "help", "Keys and commands.", EVERYWHERE).palette(),
    info(C::SignIn, "sign-in", "sign in", "Signs in to SSO for the profile of this view.", PLACES).palette(),
    info(
        C::Sandbox,
        "sandbox",
        "practice account",
        "Opens the sandbox, a practice account that costs nothing, while there are no credentials.",
        PLACES,
    ),
    info(
        C::Accept,
        "accept",
        "accept",
        "Accepts what is chosen or typed; opens a field's picker, or what is folded on a page.",
        &[Menu, MenuLine, Form, Palette, Filter, Prompt, Picker, PickerRows, Pager],
    ),
    info(C::MoveDown, "move-down", "move down", "Moves the column further right in the table.", &[Menu]),
    info(C::MoveUp, "move-up", "move up", "Moves the column further left in the table.", &[Menu]),
    info(C::Complete, "complete", "complete", "The next suggestion.", &[Palette, Filter]),
    info(C::CompleteBack, "complete-back", "complete back", "The previous suggestion.", &[Palette, Filter]),
    info(C::Edit, "edit", "edit cell", "Edits the cell in place.", &[Draft]),
    info(C::NewRow, "new-row", "new", "Adds a row to the draft.", &[Draft]),
    info(C::Preset, "preset", "presets", "Adds a common row.", &[Draft]),
    info(C::Editor, "editor", "your editor", "Edits the text in $VISUAL or $EDITOR.", &[Form, Text]),
    info(C::DeleteRow, "delete-row", "delete", "Deletes the row from the draft, or puts it back.", &[Draft]),
    info(C::Undo, "undo", "undo", "Undoes the last edit of the draft.", &[Draft]),
    info(C::Apply, "apply", "apply", "Shows the plan for the draft.", &[Draft]),
    info(C::Submit, "submit", "plan", "Shows the plan for the form.", &[Form, Text]),
    info(
        C::CarryOut,
        "carry-out",
        "carry out",
        "Carries out the plan, after reading the current state again.",
        &[Plan, Confirm],
    )
    .changes(),
    info(C::Options, "options", "options", "Opens the form that the plan was made from.", &[Plan, Confirm]),
    info(C::CopyCommand, "copy-command", "copy command", "Copies the plan's aws commands.", &[Plan, Confirm]),
    info(C::Count, "count", "count", "How many times to repeat the next key: 5j, 20G.", READING),
    info(C::Page, "page", "page", "The page of the detail with the digit's number.", &[Detail]),
    info(
        C::Format,
        "format",
        "JSON, YAML",
        "Writes the raw answer another way: JSON or YAML as the AWS CLI prints it, or as it came.",
        &[Detail],
    ),
    info(C::Redraw, "redraw", "redraw", "Redraws the screen.", EVERYWHERE).palette(),
    info(C::Suspend, "suspend", "suspend", "Suspends the console to the shell; fg resumes it.", EVERYWHERE).palette(),
    info(C::Cancel, "cancel", "cancel", "Closes every dialogue. If none is open, quits.", EVERYWHERE),
    info(
        C::Quit,
        "quit",
        "quit",
        "Closes a dialogue, or the detail if it has the focus. Otherwise quits; asks first if a change is under way.",
        READING,
    )
    .palette(),
];

impl Command {
    /// The command of a name.
    pub fn named(name: &str) -> Option<Command> {
        COMMANDS.iter().find(|c| c.name == name).map(|c| c.command)
    }
    /// What the table says of it.
    pub fn info(self) -> &'static CommandInfo {
        COMMANDS.iter().find(|c| c.command == self).unwrap_or(&COMMANDS[0])
    }
}

/// Names and whether they change an account: what keymaps are checked against.
pub fn for_keymap() -> Vec<(&'static str, bool)> {
    COMMANDS.iter().map(|c| (c.name, c.changes)).collect()
}

#[cfg(test)]
mod tests;
