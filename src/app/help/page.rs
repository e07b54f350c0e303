//! The help page: what the keys do where one is, what the rows that are seen have, what signs and queries mean, and then everything.

use std::borrow::Cow;

use crate::app::board::BOARDS;
use crate::app::command::{COMMANDS, Command, CommandInfo};
use crate::app::overlay::Overlay;
use crate::app::signs::{FOCUS, GONE, MARK};
use crate::app::state::State;
use crate::base::text::{self, capital};
use crate::config::Mode;
use crate::config::keymap::SECTIONS;
use crate::model::{Column, FieldInfo, FieldType, Tone};

/// A line of the help page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HelpLine {
    /// A place in the console.
    Heading(String),
    /// A command with its keys there.
    Entry {
        /// Its keys, or `:name` if it is only in the palette.
        keys: String,
        /// Its name.
        name: &'static str,
        /// What it does.
        doc: Cow<'static, str>,
    },
    /// Short pieces side by side, keys and what they are, each as wide as its column.
    Cells(Vec<(String, String)>),
    /// A sentence.
    Text(String),
    /// Nothing.
    Blank,
}

fn entry(state: &State, mode: Mode, command: &'static CommandInfo) -> Option<HelpLine> {
    let keys = state.keymap.keys_of(mode, command.name);
    let keys = match (keys.is_empty(), command.palette && mode == Mode::Table) {
        (false, _) => keys.join(" "),
        (true, true) => format!(":{}", command.name),
        (true, false) => return None,
    };
    Some(HelpLine::Entry { keys, name: command.name, doc: command.doc.into() })
}

/// The place that help was asked from.
fn asked_from(state: &State) -> Mode {
    let below = state.overlays.iter().rev().find(|o| !matches!(o, Overlay::Pager(_)));
    match below {
        Some(Overlay::Palette(_)) => Mode::Palette,
        Some(Overlay::Filter(_)) => Mode::Filter,
        Some(Overlay::Menu(m)) if m.line.is_some() => Mode::MenuLine,
        Some(Overlay::Menu(_) | Overlay::Sure(_)) => Mode::Menu,
        Some(Overlay::Form(f)) if f.open_picker().is_some_and(|p| p.in_rows) => Mode::PickerRows,
        Some(Overlay::Form(f)) if f.open_picker().is_some() => Mode::Picker,
        Some(Overlay::Form(f)) if f.draft.is_some() => Mode::Draft,
        Some(Overlay::Form(f)) if f.editors.area.is_some() => Mode::Text,
        Some(Overlay::Form(_)) => Mode::Form,
        Some(Overlay::Plan(_)) => Mode::Plan,
        Some(Overlay::Digits(_) | Overlay::Ask(_)) => Mode::Prompt,
        None if state.board.is_some() => Mode::Board,
        _ => Mode::Table,
    }
}

/// What the user's own files have on keys, and what that hides: of the place one came from, else of the table.
fn own_keys(state: &State, first: Mode) -> Vec<HelpLine> {
    let own = Some(state.keymap.own(first)).filter(|own| !own.is_empty());
    let entries = own.unwrap_or_else(|| state.keymap.own(Mode::Table)).iter().map(|own| {
        let does = match Command::named(&own.does) {
            Some(command) => command.info().doc.to_string(),
            None => own.does.to_string(),
        };
        let hidden = own.hidden().map(|hidden| format!("  Hides {hidden}.")).unwrap_or_default();
        HelpLine::Entry { keys: own.chord.to_string(), name: "", doc: format!("{does}{hidden}").into() }
    });
    let entries: Vec<HelpLine> = entries.collect();
    if entries.is_empty() {
        return entries;
    }
    std::iter::once(HelpLine::Heading("Your own keys".into())).chain(entries).chain([HelpLine::Blank]).collect()
}

fn aliases(state: &State) -> Vec<HelpLine> {
    if state.aliases.is_empty() {
        return Vec::new();
    }
    let entry = |(name, line): (&String, &String)| HelpLine::Entry {
        keys: format!(":{name}"),
        name: "",
        doc: format!(":{line}").into(),
    };
    let heading = HelpLine::Heading("Your aliases, typed in the palette".into());
    std::iter::once(heading).chain(state.aliases.iter().map(entry)).chain([HelpLine::Blank]).collect()
}

/// Side by side as many as fit into `width` cells, read from top to bottom as lists are.
fn grid(entries: &[(String, String)], width: usize) -> Vec<HelpLine> {
    const GAP: usize = 3;
    type Piece = (String, String);
    let widest = |some: &[Piece], of: fn(&Piece) -> &String| some.iter().map(|e| text::width(of(e))).max().unwrap_or(0);
    let columns = |down: usize| -> Vec<(usize, usize)> {
        entries.chunks(down).map(|c| (widest(c, |e| &e.0) + 1, widest(c, |e| &e.1) + GAP)).collect()
    };
    let fits = |down: &usize| columns(*down).iter().map(|(keys, words)| keys + words).sum::<usize>() <= width + GAP;
    let down = (1..entries.len().max(1)).find(fits).unwrap_or(entries.len().max(1));
    let columns = columns(down);
    let padded = |text: &str, to: usize| format!("{text}{}", " ".repeat(to.saturating_sub(text::width(text))));
    let line = |at: usize| {
        let row = entries.iter().skip(at).step_by(down).zip(&columns);
        row.map(|((key, word), (keys, words))| (padded(key, *keys), padded(word, *words))).collect()
    };
    (0..down.min(entries.len())).map(|at| HelpLine::Cells(line(at))).collect()
}

/// The kind that is seen: what can be done with its rows, what they have, and queries that make sense for them.
fn of_the_kind(state: &State, width: usize) -> Vec<HelpLine> {
    let kind = state.view.kind;
    let mut out = vec![HelpLine::Heading(kind.title.into())];
    let actions: Vec<_> = state.registry.actions_of(kind).collect();
    if !actions.is_empty() {
        let letters = state.letters(&actions);
        let key = state.keymap.key_of(Mode::Table, Command::Actions.info().name).unwrap_or_default();
        let entry = |(a, letter): (&&crate::kinds::Action, Option<char>)| {
            let key = letter.map_or_else(|| key.clone(), |letter| format!("{key} {letter}"));
            (key, a.title.to_string())
        };
        out.extend(grid(&actions.iter().zip(letters).map(entry).collect::<Vec<_>>(), width));
        out.push(HelpLine::Blank);
    }
    let entry =
        |(query, doc): (String, String)| HelpLine::Entry { keys: format!("/{query}"), name: "", doc: doc.into() };
    out.extend(examples(state).into_iter().map(entry));
    out.push(HelpLine::Blank);
    let names: Vec<&str> = kind.iter().filter(|f| f.column != Column::DetailOnly).map(|f| f.name).collect();
    out.push(HelpLine::Text(format!("Fields, for queries, sort and columns: {}.", names.join(", "))));
    out.push(HelpLine::Blank);
    out
}

/// Queries that find something in rows such as these.
fn examples(state: &State) -> Vec<(String, String)> {
    let kind = state.view.kind;
    let named = |wanted: fn(&FieldInfo) -> bool| kind.iter().find(|f| wanted(f) && f.column != Column::DetailOnly);
    let mut out = Vec::new();
    if kind.worst().is_some() {
        out.push(("is:bad".to_string(), "Only rows with a problem.".to_string()));
    }
    let word = state.view.states.iter().max_by_key(|(_, _, n)| *n).map(|(_, word, _)| word.as_str());
    if let (Some(field), Some(word)) = (named(|f| f.ty == FieldType::State), word) {
        out.push((format!("{}:{word}", field.name), format!("{} begins with it.", field.label())));
    }
    if let Some(field) = named(|f| f.ty == FieldType::Ratio) {
        out.push((format!("{}<100%", field.name), format!("{}: not all of them.", field.label())));
    }
    if let Some(field) = named(|f| f.ids.is_some() && f.link.is_some()) {
        out.push((format!("{}=NAME", field.name), format!("{}, by name or id.", field.label())));
    }
    if let Some(field) = named(|f| f.ty == FieldType::Age) {
        out.push((format!("{}>30d", field.name), format!("{}: longer ago than 30 days.", field.label())));
    }
    if let Some(field) = named(|f| f.ty == FieldType::Bytes) {
        out.push((format!("{}>100g", field.name), format!("{}: more than 100 GiB.", field.label())));
    }
    if let Some(field) = named(|f| f.ty.is_addresses()) {
        out.push((format!("{}:10.0.0.0/16", field.name), format!("{} in this range.", field.label())));
    }
    if state.has_tags(kind) {
        out.push(("tag:Env=prod".into(), "The tag has this value.".into()));
    }
    out
}

/// What stands before a row.
fn signs(width: usize) -> Vec<HelpLine> {
    let tones = [
        (Tone::Good, "as it should be"),
        (Tone::Busy, "on its way"),
        (Tone::Idle, "at rest"),
        (Tone::Bad, "needs a person"),
        (Tone::Unknown, "not known"),
    ];
    let others = [
        (FOCUS, "selected"),
        (MARK, "marked"),
        (GONE, "no longer exists"),
        ("–", "there is none"),
        ("·", "not known, or not asked for"),
    ];
    let all = tones.into_iter().map(|(tone, doc)| (tone.glyph(), doc)).chain(others);
    grid(&all.map(|(sign, doc)| (sign.to_string(), doc.to_string())).collect::<Vec<_>>(), width)
}

/// The keys of a place in short.
fn short(state: &State, mode: Mode, width: usize) -> Vec<HelpLine> {
    let keys = |c: &CommandInfo| {
        let keys = state.keymap.keys_of(mode, c.name);
        (!keys.is_empty()).then(|| (keys.into_iter().take(2).collect::<Vec<_>>().join(" "), c.title.to_string()))
    };
    let entries = COMMANDS.iter().filter(|c| c.modes.contains(&mode)).filter_map(keys);
    grid(&entries.collect::<Vec<_>>(), width)
}

/// The help page: one's own keys; of a table its keys in short, what its rows have, the signs and the query language; then every place with
/// all that can be done there, the one came from first.
pub fn lines(state: &State) -> Vec<HelpLine> {
    /// Cells of a frame, and before a line.
    const BESIDE: usize = 6;
    let width = usize::from(state.size.0).saturating_sub(BESIDE);
    let first = asked_from(state);
    let mut out = own_keys(state, first);
    out.extend(aliases(state));
    if first == Mode::Table {
        out.extend(of_the_kind(state, width));
        out.push(HelpLine::Heading("Keys of the table".into()));
        out.extend(short(state, first, width));
        out.push(HelpLine::Blank);
        out.push(HelpLine::Heading("Signs before a row and in cells".into()));
        out.extend(signs(width));
        out.push(HelpLine::Blank);
        out.extend(queries());
        out.push(HelpLine::Blank);
    }
    let modes = std::iter::once(first).chain(Mode::ALL.iter().copied().filter(|m| *m != first));
    for (i, mode) in modes.enumerate() {
        let entries: Vec<HelpLine> = COMMANDS
            .iter()
            .filter(|c| c.modes.contains(&mode))
            .filter_map(|c| entry(state, mode, c))
            .filter(|line| i == 0 || !out.contains(line))
            .collect();
        if entries.is_empty() {
            continue;
        }
        if i > 0 {
            out.push(HelpLine::Blank);
        }
        let doc = SECTIONS.iter().find(|s| s.mode == Some(mode)).map_or("", |s| s.doc);
        out.push(HelpLine::Heading(if i == 0 { format!("Here: {doc}") } else { capital(doc) }));
        out.extend(entries);
    }
    out.push(HelpLine::Blank);
    out.push(HelpLine::Heading("Other places, typed in the palette".into()));
    out.extend(BOARDS.iter().map(|b| HelpLine::Entry { keys: format!(":{}", b.name), name: "", doc: b.doc.into() }));
    if first != Mode::Table {
        out.push(HelpLine::Blank);
        out.extend(queries());
    }
    out
}

fn queries() -> Vec<HelpLine> {
    let heading = HelpLine::Heading("Queries, after / and after a kind in the palette".into());
    let entry =
        |(term, doc): &(&str, &'static str)| HelpLine::Entry { keys: (*term).into(), name: "", doc: (*doc).into() };
    std::iter::once(heading).chain(QUERY.iter().map(entry)).collect()
}

/// The query language by example.
pub const QUERY: &[(&str, &str)] = &[
    ("web prod", "Rows that contain each word in the name, id, a tag or any field that can be a column."),
    ("web or db", "Either. prod web or db means (prod and web), or db."),
    (
        "state:running",
        "Text contains it, a state starts with it, a number or yes/no equals it. Either of several: state:pending,running.",
    ),
    (
        "is:bad",
        "Only rows with a problem: a bad state, a failed check, an unhealthy target, an alarm. The sign before the row shows it.",
    ),
    ("type=t3.*", "Equals it; * and ? are wildcards. != is the opposite."),
    ("ip:10.1.0.0/16", "Addresses in a range, IPv4 or IPv6 (ipv6:2600:1f14::/32). ip>10.1.4.0 compares as numbers."),
    (
        "cidr:fd00::/8",
        "Ranges that have an address in common with this one: those that lie in it, and those that hold it. cidr:10.1.4.7: those \
         that hold this address. cidr=10.1.0.0/16: exactly this range. A range sorts before what lies in it: cidr:R cidr>=R is \
         what lies in R, cidr:R cidr<=R what holds it.",
    ),
    ("healthy<3", "Counts. healthy<60% and healthy=2/3 compare shares."),
    (
        "age>30d",
        "Older than: s m h d w y, or a day (launched<2026-11-01). Also >= < <=, and for sizes (1g) and numbers.",
    ),
    ("region:us", "Listed in such a region; profile: as well. Every kind has both."),
    ("tag:Env=prod", "Has the tag with this value; tag:Env for any value."),
    ("!bastion", "Does not match. group:none finds rows without a group."),
];
