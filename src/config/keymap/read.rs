//! A keymap file read and checked, line by line.

use std::ops::Range;

use arcstr::ArcStr;
use toml::de::{DeTable, DeValue};

use super::{Checks, Mode, SECTIONS, Section};
use crate::base::text;
use crate::config::document::{Document, Entry, Source, describe};
use crate::config::problem::{Origin, Problem, meant, sentences};
use crate::input::{Chord, Key};

/// Chords that tmux (ctrl-b), screen and a shell's line editor (ctrl-a), and the terminal's flow control (ctrl-q) take for themselves
/// on the way to the console. Flow control's ctrl-s is not among them: a terminal whose flow control the console turned off lets it
/// through, and the default keymap has nothing on it that cannot be done without.
const TAKEN: &[(char, &str)] = &[
    ('a', "screen's prefix, and readline's start of line"),
    ('b', "tmux's prefix"),
    ('q', "the terminal's flow control"),
];

/// Chords that edit the line in a text field (readline's).
const EDITING: &[char] = &['d', 'e', 'f', 'k', 't', 'u', 'w', 'y'];

/// The places where the palette can be called: what is typed there can be on a key.
const LINES: &[&str] = &["all", "view", "table", "detail", "board", "pager"];

/// A line of a keymap: a chord to a command or to a line of the palette, or to nothing.
#[derive(Debug, Clone)]
pub(super) struct Binding {
    pub(super) section: &'static Section,
    pub(super) chord: Chord,
    pub(super) command: Option<ArcStr>,
    /// Whether it stands in a file of the user's.
    pub(super) own: bool,
    /// Where it stands in its file.
    pub(super) at: Range<usize>,
    line: usize,
}

/// The lines of a file that may be applied; what is wrong with the others goes to `problems`.
pub(super) fn bindings(source: &Source, checks: &Checks<'_>, problems: &mut Vec<Problem>) -> Vec<Binding> {
    let doc = source.parse(problems);
    let mut reader = Reader { doc: &doc, checks, problems, out: Vec::new() };
    for entry in doc.root().filter(|e| e.key != "inherits") {
        let section = SECTIONS.iter().find(|s| s.name == entry.key);
        match (section, entry.value) {
            (Some(section), DeValue::Table(table)) => reader.table(section, &[], table),
            (Some(section), other) => {
                let message = format!("`{}` must be a section with lines KEY = \"COMMAND\"", section.name);
                reader.problem(&entry, format!("{message}, not {}", describe(other)), None);
            }
            (None, _) => {
                let hint = meant(entry.key, SECTIONS.iter().map(|s| s.name), || {
                    let names: Vec<_> = SECTIONS.iter().map(|s| s.name).collect();
                    Some(format!("sections are {}", names.join(", ")))
                });
                reader.problem(&entry, format!("`{}` is not a section of a keymap", text::visible(entry.key)), hint);
            }
        }
    }
    reader.out
}

/// The section `[keys]` of the settings: lines as in `[table]` of a keymap. What is not TOML in that file was told when it was read.
pub(super) fn keys(settings: &Source, checks: &Checks<'_>, problems: &mut Vec<Problem>) -> Vec<Binding> {
    let doc = settings.parse(&mut Vec::new());
    let mut reader = Reader { doc: &doc, checks, problems, out: Vec::new() };
    let table = SECTIONS.iter().find(|s| s.mode == Some(Mode::Table));
    for entry in doc.root().filter(|e| e.key == "keys") {
        if let (Some(section), DeValue::Table(lines)) = (table, entry.value) {
            reader.table(section, &[], lines);
        }
    }
    reader.out
}

struct Reader<'r, 's> {
    doc: &'r Document<'s>,
    checks: &'r Checks<'r>,
    problems: &'r mut Vec<Problem>,
    out: Vec<Binding>,
}

impl Reader<'_, '_> {
    fn problem(&mut self, entry: &Entry<'_>, message: String, hint: Option<String>) {
        self.problems.push(self.doc.source.problem(entry.key_at.clone(), message, hint));
    }

    fn advice(&mut self, entry: &Entry<'_>, message: String) {
        self.problems.push(self.doc.source.problem(entry.key_at.clone(), message, None).advice());
    }

    fn table(&mut self, section: &'static Section, prefix: &[Key], table: &DeTable<'_>) {
        for entry in self.doc.entries(table) {
            let chord = match entry.key.parse::<Chord>() {
                Ok(own) => [prefix, own.keys()].concat(),
                Err(e) => {
                    self.problem(&entry, e.message, e.hint);
                    continue;
                }
            };
            match entry.value {
                DeValue::Table(below) => self.table(section, &chord, below),
                DeValue::String(command) => {
                    if let Some(chord) = Chord::new(chord) {
                        self.bind(section, chord, Some(command), &entry);
                    }
                }
                DeValue::Boolean(false) => {
                    if let Some(chord) = Chord::new(chord) {
                        self.bind(section, chord, None, &entry);
                    }
                }
                other => {
                    let message = format!(
                        "a key must have a command's name, a line such as \":instances\", or false to unbind it, not {}",
                        describe(other)
                    );
                    self.problem(&entry, message, None);
                }
            }
        }
    }

    fn bind(&mut self, section: &'static Section, chord: Chord, command: Option<&str>, entry: &Entry<'_>) {
        if let Some(command) = command
            && !self.may_bind(section, &chord, command, entry)
        {
            return;
        }
        let line = self.doc.source.position(entry.key_at.start).0;
        // Of two lines of one file neither is the later layer: one of them is a slip.
        let clash = self.out.iter().find(|b| {
            let common = b.chord.keys().len().min(chord.keys().len());
            b.section == section
                && b.chord.keys()[..common] == chord.keys()[..common]
                && (b.chord == chord || (b.command.is_some() && command.is_some()))
        });
        if let Some(other) = clash {
            let message = if other.chord == chord {
                format!("`{chord}` is already bound in line {}", other.line)
            } else {
                format!(
                    "`{chord}` and `{}` of line {} cannot both work: one begins with the other",
                    other.chord, other.line
                )
            };
            self.problem(entry, message, None);
            return;
        }
        let own = self.doc.source.origin.path().is_some();
        let command = command.map(ArcStr::from);
        self.out.push(Binding { section, chord, command, own, at: entry.key_at.clone(), line });
    }

    /// Whether a command may be bound to a chord in a section; says why not.
    fn may_bind(&mut self, section: &Section, chord: &Chord, command: &str, entry: &Entry<'_>) -> bool {
        if let Some(line) = command.strip_prefix(':') {
            return self.may_bind_line(section, chord, line, entry) && self.fits(section, chord, entry);
        }
        let commands = self.checks.commands;
        let changes = match commands.iter().find(|(name, _)| *name == command) {
            Some((_, changes)) => *changes,
            None if commands.is_empty() => false,
            None => {
                let is_line = self.checks.line.is_some_and(|check| check(command).is_ok());
                let hint = if is_line {
                    Some(format!("a line of the palette begins with a colon: `:{}`", text::visible(command)))
                } else {
                    meant(command, commands.iter().map(|(n, _)| *n), || {
                        Some("docs/keymap.md and `?` list the commands".into())
                    })
                };
                let message = format!("`{}` is not a command", text::visible(command));
                self.problems.push(self.doc.source.problem(entry.value_at.clone(), message, hint));
                return false;
            }
        };
        if changes && chord.is_bare() {
            let hint = Some(format!("add ctrl- or alt-, as in `alt-{}`", chord.keys()[0]));
            self.problem(
                entry,
                format!("`{command}` changes the account and cannot be bound to a bare character"),
                hint,
            );
            return false;
        }
        self.fits(section, chord, entry)
    }

    /// Whether a line of the palette may be bound in a section, and can be read as far as that is known without AWS.
    fn may_bind_line(&mut self, section: &Section, chord: &Chord, line: &str, entry: &Entry<'_>) -> bool {
        if !LINES.contains(&section.name) {
            let places = LINES.iter().map(|name| format!("[{name}]")).collect::<Vec<_>>().join(", ");
            let message = format!("`{chord}`: lines of the palette are not for [{}]", section.name);
            self.problem(entry, message, Some(format!("they can be bound in {places}")));
            return false;
        }
        let why = match self.checks.line.map(|check| check(line)) {
            _ if line.trim().is_empty() => "Nothing stands after the colon.".to_string(),
            Some(Err(why)) => why,
            _ => return true,
        };
        let (what, hint) = sentences(&why);
        let message = format!("`{chord}` = `:{}`: {what}", text::visible(line));
        self.problems.push(self.doc.source.problem(entry.value_at.clone(), message, hint));
        false
    }

    /// Whether a chord can be pressed where it is bound; says why not.
    fn fits(&mut self, section: &Section, chord: &Chord, entry: &Entry<'_>) -> bool {
        if section.typing && chord.keys()[0].typed().is_some() {
            let message = format!("`{}` types a character here and cannot be bound to a command", chord.keys()[0]);
            self.problem(entry, message, Some("add ctrl- or alt-".into()));
            return false;
        }
        for key in chord.keys() {
            if let Some(as_key) = key.arrives_as() {
                let message = format!("`{key}` arrives from a terminal as `{as_key}`");
                self.problem(entry, message, Some(format!("bind `{as_key}`")));
                return false;
            }
            // The program's own keymaps say so themselves.
            let own = matches!(self.doc.source.origin, Origin::Embedded(_));
            if let Some((_, whose)) = TAKEN.iter().find(|(c, _)| !own && *key == Key::ctrl(*c)) {
                self.advice(entry, format!("`{key}` is {whose} and may never arrive"));
            } else if section.typing && EDITING.iter().any(|c| *key == Key::ctrl(*c)) {
                self.advice(entry, format!("`{key}` no longer edits the line here, as it does in readline"));
            }
        }
        true
    }
}
