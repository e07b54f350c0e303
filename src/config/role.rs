//! What a theme gives a style to: one ordered slice, from which the theme files are checked and the docs are made.

/// A meaning that the screen shows. Every one of them also has a glyph, a word or a place: colour is never alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Role {
    /// What is read: names, values.
    Text,
    /// What is read last: units, ages, hints' words.
    Quiet,
    /// The name of a table, a detail, a dialogue.
    Title,
    /// A table's column titles.
    Header,
    /// The focused row: its gutter and its weight.
    Focus,
    /// The focused row over its whole width: its ground.
    FocusRow,
    /// A marked row's gutter.
    Mark,
    /// A state in which all is well: running, healthy, OK.
    Good,
    /// A state that passes: pending, stopping, initial.
    Busy,
    /// A state at rest: stopped, unused.
    Idle,
    /// A state that is wrong: impaired, unhealthy, ALARM.
    Bad,
    /// A state nobody knows: not asked, denied, insufficient data.
    Unknown,
    /// A cell that changed within the last seconds.
    Change,
    /// A row that is not there any more.
    Gone,
    /// What destroys or cannot be undone: `!` lines of a plan.
    Danger,
    /// What wants attention: stale data, costs.
    Warning,
    /// What is good to know: `·` lines of a plan.
    Note,
    /// The account's band, where the profile has no colour of its own.
    Band,
    /// READ-ONLY, sandbox.
    Badge,
    /// A key in hints and help.
    Key,
    /// What a key does, in hints.
    Hint,
    /// What cannot be done now.
    Disabled,
    /// Lines between and around things.
    Border,
    /// The chosen entry of a list: palette, menu, completion.
    Choice,
    /// Text being typed.
    Input,
    /// What an empty field suggests.
    Placeholder,
    /// What a field or a table says is wrong.
    Error,
    /// A value that leads to another resource.
    Link,
    /// The sorted column's title.
    Sort,
    /// The part of a cell that the filter matched.
    Match,
    /// A chart's line, and sparklines.
    Chart,
    /// A chart's second line.
    ChartSecond,
    /// A chart's axes and labels.
    Axis,
    /// A command to copy.
    Code,
    /// A row that a draft adds.
    Added,
    /// A row that a draft takes away.
    Removed,
}

/// A role as files and docs speak of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoleInfo {
    /// The role.
    pub role: Role,
    /// Its name in a theme file.
    pub name: &'static str,
    /// What it is for, a phrase.
    pub doc: &'static str,
}

const fn role(role: Role, name: &'static str, doc: &'static str) -> RoleInfo {
    RoleInfo { role, name, doc }
}

/// Every role, in the order of [`Role`].
pub const ROLES: &[RoleInfo] = &[
    role(Role::Text, "text", "main text: names, values"),
    role(Role::Quiet, "quiet", "secondary text: units, ages"),
    role(Role::Title, "title", "the title of a table, a detail or a dialogue"),
    role(Role::Header, "header", "a table's column titles"),
    role(Role::Focus, "focus", "the focused row: its gutter and its weight"),
    role(Role::FocusRow, "focus-row", "the focused row over its whole width: its ground"),
    role(Role::Mark, "mark", "a marked row's gutter"),
    role(Role::Good, "good", "a good state: running, healthy, OK"),
    role(Role::Busy, "busy", "a changing state: pending, stopping, initial"),
    role(Role::Idle, "idle", "an idle state: stopped, unused"),
    role(Role::Bad, "bad", "a bad state: impaired, unhealthy, ALARM"),
    role(Role::Unknown, "unknown", "an unknown state: not asked, denied, insufficient data"),
    role(Role::Change, "change", "a cell that changed a few seconds ago"),
    role(Role::Gone, "gone", "a row that no longer exists"),
    role(Role::Danger, "danger", "actions that destroy or cannot be undone"),
    role(Role::Warning, "warning", "what needs attention: stale data, costs"),
    role(Role::Note, "note", "information"),
    role(Role::Band, "band", "the account's band, where the profile has no colour of its own"),
    role(Role::Badge, "badge", "READ-ONLY, sandbox"),
    role(Role::Key, "key", "a key in hints and help"),
    role(Role::Hint, "hint", "what a key does, in hints"),
    role(Role::Disabled, "disabled", "what cannot be done now"),
    role(Role::Border, "border", "lines between and around boxes"),
    role(Role::Choice, "choice", "the selected entry of a list: palette, menu, completion"),
    role(Role::Input, "input", "text being typed"),
    role(Role::Placeholder, "placeholder", "placeholder text in an empty field"),
    role(Role::Error, "error", "an error in a field or table"),
    role(Role::Link, "link", "a value that opens another resource"),
    role(Role::Sort, "sort", "the sorted column's title"),
    role(Role::Match, "match", "the part of a cell that the filter matched"),
    role(Role::Chart, "chart", "a chart's line, and sparklines"),
    role(Role::ChartSecond, "chart-second", "a chart's second line"),
    role(Role::Axis, "axis", "a chart's axes and labels"),
    role(Role::Code, "code", "a command to copy"),
    role(Role::Added, "added", "a row that a draft adds"),
    role(Role::Removed, "removed", "a row that a draft removes"),
];

impl Role {
    /// Its name in a theme file.
    pub fn name(self) -> &'static str {
        ROLES[self as usize].name
    }
    /// The role of a name.
    pub fn named(name: &str) -> Option<Role> {
        ROLES.iter().find(|r| r.name == name).map(|r| r.role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slice_is_in_the_order_of_the_enum_and_complete() {
        for (i, info) in ROLES.iter().enumerate() {
            assert_eq!(info.role as usize, i, "{}", info.name);
            assert_eq!(Role::named(info.name), Some(info.role));
        }
        assert_eq!(Role::Removed as usize + 1, ROLES.len(), "the last role of the enum");
    }
}
