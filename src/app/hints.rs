//! What the last line offers, by mode.

use super::command::Command;
use crate::config::Mode;

use Command as C;
use Mode::{
    Board, Confirm, Detail, Draft, Filter, Form, Menu, MenuLine, Pager, Palette, Picker, PickerRows, Plan, Prompt,
    Table, Text,
};

/// The hints of the last line, by mode, the most useful first.
pub const HINTS: &[(Mode, &[Command])] = &[
    (
        Table,
        &[
            C::Open,
            C::Actions,
            C::Detail,
            C::Metrics,
            C::Mark,
            C::Filter,
            C::Connect,
            C::Sort,
            C::Links,
            C::Palette,
            C::Help,
        ],
    ),
    (
        Detail,
        &[C::Right, C::Open, C::Copy, C::Actions, C::Links, C::FocusNext, C::Detail, C::Zoom, C::Palette, C::Help],
    ),
    (Board, &[C::Open, C::Down, C::Up, C::Refresh, C::HistoryBack, C::Palette, C::Help]),
    (Pager, &[C::Accept, C::Down, C::Up, C::PageDown, C::Filter, C::SearchNext, C::Copy, C::Refresh, C::Back]),
    (Menu, &[C::Accept, C::Copy, C::Filter, C::Mark, C::MoveDown, C::MoveUp, C::Back]),
    (MenuLine, &[C::Accept, C::Back]),
    (Plan, &[C::CarryOut, C::CopyCommand, C::Options, C::Back]),
    (Confirm, &[C::CarryOut, C::CopyCommand, C::Options, C::Back]),
    (Draft, &[C::Edit, C::NewRow, C::DeleteRow, C::Undo, C::Apply, C::Preset, C::FocusNext, C::Back]),
    (Form, &[C::Accept, C::FocusNext, C::Submit, C::Back]),
    (Picker, &[C::Accept, C::Down, C::FocusNext, C::Back]),
    (PickerRows, &[C::Accept, C::Mark, C::Filter, C::Down, C::Up, C::Back]),
    (Text, &[C::Editor, C::Submit, C::Back]),
    (Palette, &[C::Accept, C::Complete, C::Back]),
    (Filter, &[C::Accept, C::Complete, C::Back]),
    (Prompt, &[C::Accept, C::Back]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Keymap;

    #[test]
    fn every_hint_works_there_and_has_a_key() {
        let map = Keymap::embedded("default").unwrap();
        for (mode, hints) in HINTS {
            for c in *hints {
                assert!(c.info().modes.contains(mode), "{mode:?} {c:?}");
                assert!(map.key_of(*mode, c.info().name).is_some(), "{mode:?} {c:?}");
            }
        }
    }
}
