//! The keymap: chords to command names, a trie for each place in the console, laid over one another node by node.
//!
//! Owns the places ([`Mode`]) and the rules of what may be bound. Does not know what a command does: the caller passes
//! the names that exist and which of them change an account.

mod own;
mod page;
mod read;
mod trie;

use std::path::Path;

use arcstr::ArcStr;

use super::document::Source;
use super::layers::FileSet;
use super::problem::{Origin, Problem};
use crate::input::{Chord, Key};
pub use own::Own;
pub use page::page;
use trie::{Branch, Node};

/// The embedded keymaps by name.
pub const EMBEDDED: &[(&str, &str)] =
    &[("default", include_str!("../../keymaps/default.toml")), ("vim", include_str!("../../keymaps/vim.toml"))];

/// Where in the console a key is pressed. Each is a section of a keymap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// A table of resources.
    Table,
    /// The detail of a row.
    Detail,
    /// A board: lines that lead to tables.
    Board,
    /// Text to read: help, messages, raw answers.
    Pager,
    /// A short list to choose from: actions, links, columns.
    Menu,
    /// The line that narrows such a list.
    MenuLine,
    /// A plan that a bare Enter carries out.
    Plan,
    /// A plan that asks for a name to be typed.
    Confirm,
    /// Rows edited in place: rules, tags.
    Draft,
    /// The fields of an action.
    Form,
    /// The line of a form's picker.
    Picker,
    /// The rows of a form's picker.
    PickerRows,
    /// A text of several lines in a form.
    Text,
    /// The palette, `:`.
    Palette,
    /// The filter line, `/`.
    Filter,
    /// One question with one answer: an MFA code, the last digits of an account.
    Prompt,
}

/// A section of a keymap file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Section {
    /// Its name in the file.
    pub name: &'static str,
    /// What place it is, a phrase.
    pub doc: &'static str,
    /// The mode, unless it only lies below others.
    pub mode: Option<Mode>,
    /// Whether characters typed here are text, so that no bare character can be bound.
    pub typing: bool,
    /// The sections below it, the lowest first.
    pub over: &'static [&'static str],
}

const READING: &[&str] = &["all", "view"];
const TYPING: &[&str] = &["all"];

const fn reading(mode: Mode, name: &'static str, doc: &'static str) -> Section {
    Section { name, doc, mode: Some(mode), typing: false, over: READING }
}

const fn typing(mode: Mode, name: &'static str, doc: &'static str) -> Section {
    Section { name, doc, mode: Some(mode), typing: true, over: TYPING }
}

/// Every section, in the order of help and docs.
pub const SECTIONS: &[Section] = &[
    Section { name: "all", doc: "everywhere, even while typing", mode: None, typing: true, over: &[] },
    Section { name: "view", doc: "wherever no text is typed", mode: None, typing: false, over: TYPING },
    reading(Mode::Table, "table", "a table of resources"),
    reading(Mode::Detail, "detail", "the detail of a row"),
    reading(Mode::Board, "board", "a board: lines that open tables"),
    reading(Mode::Pager, "pager", "pages of text: help, messages, raw answers"),
    reading(Mode::Menu, "menu", "a short list: actions, links, columns"),
    typing(Mode::MenuLine, "menu-line", "the filter line of such a list"),
    reading(Mode::Plan, "plan", "a plan confirmed by Enter"),
    typing(Mode::Confirm, "confirm", "a plan confirmed by typing a name"),
    reading(Mode::Draft, "draft", "rows edited in a table: rules, tags"),
    typing(Mode::Form, "form", "the fields of an action"),
    typing(Mode::Picker, "picker", "the filter line of a form's picker"),
    reading(Mode::PickerRows, "picker-rows", "the rows of a form's picker"),
    typing(Mode::Text, "text", "text of several lines"),
    typing(Mode::Palette, "palette", "the palette"),
    typing(Mode::Filter, "filter", "the filter line"),
    typing(Mode::Prompt, "prompt", "a yes-or-no question"),
];

impl Mode {
    /// Every mode, in the order of [`SECTIONS`].
    pub const ALL: &'static [Mode] = &[
        Mode::Table,
        Mode::Detail,
        Mode::Board,
        Mode::Pager,
        Mode::Menu,
        Mode::MenuLine,
        Mode::Plan,
        Mode::Confirm,
        Mode::Draft,
        Mode::Form,
        Mode::Picker,
        Mode::PickerRows,
        Mode::Text,
        Mode::Palette,
        Mode::Filter,
        Mode::Prompt,
    ];
    /// Its section.
    pub fn section(self) -> &'static Section {
        SECTIONS.iter().find(|s| s.mode == Some(self)).unwrap_or(&SECTIONS[0])
    }
    fn index(self) -> usize {
        Mode::ALL.iter().position(|m| *m == self).unwrap_or(0)
    }
}

/// What the keys pressed so far mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step<'a> {
    /// They are a command; what begins with a colon is a line of the palette.
    Command(&'a str),
    /// They begin a sequence: these keys go on, in the keymap's order, for the hint pop-up.
    Pending(Vec<Next<'a>>),
    /// They are bound to nothing; in a typing mode the character is text.
    None,
}

/// A key that continues a sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next<'a> {
    /// The key.
    pub key: Key,
    /// The command it completes; `None` if the sequence is longer still.
    pub command: Option<&'a str>,
}

/// The keys of every mode.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keymap {
    /// By [`Mode::index`].
    modes: Vec<Place>,
}

/// The keys of one mode: to step through, and as a list, because the last line asks for them at every frame.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Place {
    root: Branch,
    listed: Vec<(Chord, ArcStr)>,
    own: Vec<Own>,
}

/// By what a file's lines are checked. What is not known is not checked.
#[derive(Clone, Copy, Default)]
pub struct Checks<'a> {
    /// The commands that exist, each with whether it changes an account.
    pub commands: &'a [(&'a str, bool)],
    /// What is wrong with a line of the palette, in sentences.
    pub line: Option<&'a CheckLine<'a>>,
}

/// Says what is wrong with a line of the palette.
pub type CheckLine<'a> = dyn Fn(&str) -> Result<(), String> + 'a;

impl std::fmt::Debug for Checks<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Checks({} commands, lines: {})", self.commands.len(), self.line.is_some())
    }
}

impl Keymap {
    /// The keymap `name` with the user's files in `dir` laid over the embedded ones.
    ///
    /// `asked` makes the problem of an unknown name where it was given. Never fails: the default keymap is the least that is returned.
    pub fn load(
        name: &str,
        dir: Option<&Path>,
        checks: &Checks<'_>,
        asked: &dyn Fn(String, Option<String>) -> Problem,
        problems: &mut Vec<Problem>,
    ) -> Keymap {
        Keymap::load_over(name, dir, None, checks, asked, problems)
    }

    /// The same with `[keys]` of the settings laid over them: in a table and on a board over all that is bound, in the detail and in pages
    /// of text below the keys that these places have of their own.
    pub(super) fn load_over(
        name: &str,
        dir: Option<&Path>,
        settings: Option<&Source>,
        checks: &Checks<'_>,
        asked: &dyn Fn(String, Option<String>) -> Problem,
        problems: &mut Vec<Problem>,
    ) -> Keymap {
        let layers = file_set(dir).stack(name, asked, problems);
        let bindings: Vec<Vec<read::Binding>> =
            layers.iter().map(|source| read::bindings(source, checks, problems)).collect();
        let keys = settings.map(|source| read::keys(source, checks, problems)).unwrap_or_default();
        let of_files =
            || layers.iter().zip(&bindings).flat_map(|(source, lines)| lines.iter().map(move |b| (source, b)));
        let mut modes = Vec::with_capacity(Mode::ALL.len());
        for mode in Mode::ALL {
            let section = mode.section();
            let mut place = Place::default();
            let lay = |place: &mut Place, name: &str, problems: &mut Vec<Problem>| {
                of_files().filter(|(_, b)| b.section.name == name).for_each(|(s, b)| place.bind(*mode, s, b, problems));
            };
            let lay_keys = |place: &mut Place, problems: &mut Vec<Problem>| {
                keys.iter().zip(settings.iter().cycle()).for_each(|(b, s)| place.bind(*mode, s, b, problems));
            };
            section.over.iter().for_each(|name| lay(&mut place, name, problems));
            if matches!(mode, Mode::Detail | Mode::Pager) {
                lay_keys(&mut place, problems);
            }
            lay(&mut place, section.name, problems);
            if matches!(mode, Mode::Table | Mode::Board) {
                lay_keys(&mut place, problems);
            }
            place.root.walk(&mut Vec::new(), &mut place.listed);
            place.own.retain(|own| place.root.get(own.chord.keys()) == Some(&Node::Leaf(own.does.clone())));
            modes.push(place);
        }
        Keymap { modes }
    }

    /// The embedded keymap `name`, without a user's files; `None` if there is none of that name.
    pub fn embedded(name: &str) -> Option<Keymap> {
        EMBEDDED.iter().find(|(n, _)| *n == name)?;
        Some(Keymap::load(
            name,
            None,
            &Checks::default(),
            &|m, h| Problem::whole(Origin::Embedded("keymaps".into()), m, h),
            &mut Vec::new(),
        ))
    }

    /// What the keys pressed so far (at least one) mean in `mode`.
    pub fn step(&self, mode: Mode, keys: &[Key]) -> Step<'_> {
        match self.modes.get(mode.index()).and_then(|place| place.root.get(keys)) {
            None => Step::None,
            Some(Node::Leaf(command)) => Step::Command(command),
            Some(Node::Branch(branch)) => Step::Pending(branch.next()),
        }
    }

    /// The chords that give `command` in `mode`, as they are written, the keymap's first one first. For help, and for
    /// the hints on the last line.
    pub fn keys_of(&self, mode: Mode, command: &str) -> Vec<String> {
        self.bindings(mode).iter().filter(|(_, c)| c == command).map(|(chord, _)| chord.to_string()).collect()
    }

    /// The chord to show for `command` where there is room for one: of the fewest keys the shortest name, `?` before `f1`.
    pub fn key_of(&self, mode: Mode, command: &str) -> Option<String> {
        let of_command = self.bindings(mode).iter().filter(|(_, c)| c == command);
        let shown = of_command.map(|(chord, _)| (chord.keys().len(), chord.to_string()));
        shown.min_by_key(|(keys, text)| (*keys, text.chars().count())).map(|(_, text)| text)
    }

    /// What the user's own files bind in `mode`, in their order.
    pub fn own(&self, mode: Mode) -> &[Own] {
        self.modes.get(mode.index()).map_or(&[], |place| &place.own)
    }

    /// Every chord of `mode` with its command, in the keymap's order.
    pub fn bindings(&self, mode: Mode) -> &[(Chord, ArcStr)] {
        self.modes.get(mode.index()).map_or(&[], |place| &place.listed)
    }
}

/// The names of the keymaps that can be chosen: embedded ones, then the user's.
pub fn names(dir: Option<&Path>) -> Vec<String> {
    file_set(dir).names()
}

fn file_set(dir: Option<&Path>) -> FileSet<'_> {
    FileSet { what: "keymap", embedded: EMBEDDED, base: "default", dir, also: &[] }
}

#[cfg(test)]
mod tests;
