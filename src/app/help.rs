//! What one can do: hints for the last line, and the help page, both from the command table and the keymap.

use super::board::BOARDS;
use super::command::{COMMANDS, Command, CommandInfo, HINTS};
use super::overlay::Overlay;
use super::state::State;
use crate::base::text::capital;
use crate::config::Mode;
use crate::config::keymap::SECTIONS;
use crate::model::{Ask, Confirm, FieldType};
use crate::store::Store;

/// One hint of the last line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The key.
    pub key: String,
    /// What it does.
    pub title: &'static str,
    /// Why it cannot be done now: shown dim.
    pub disabled: Option<&'static str>,
}

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
        doc: &'static str,
    },
    /// Nothing.
    Blank,
}

/// The hints for what has the keys now, the most useful first.
pub fn hints(state: &State, store: &Store) -> Vec<Hint> {
    let mode = state.mode();
    let Some((_, commands)) = HINTS.iter().find(|(m, _)| *m == mode) else { return Vec::new() };
    commands
        .iter()
        .filter(|c| wanted(state, **c))
        .filter_map(|c| {
            let key = state.keymap.key_of(mode, c.info().name)?;
            Some(Hint { key, title: title(state, *c), disabled: disabled(state, store, *c) })
        })
        .collect()
}

/// Whether a hint makes sense in the layer that is open.
fn wanted(state: &State, command: Command) -> bool {
    match state.overlays.last() {
        None if command == Command::Metrics => state.view.kind.iter().any(|f| f.ty == FieldType::Series),
        Some(Overlay::Sure(_)) => matches!(command, Command::Accept | Command::Back),
        Some(Overlay::Ask(a)) if matches!(a.question.what, Ask::Device { .. }) => command == Command::Back,
        Some(Overlay::Menu(m)) => match command {
            Command::Mark | Command::MoveDown | Command::MoveUp => m.items.iter().any(|i| i.checked.is_some()),
            _ => true,
        },
        Some(Overlay::Form(f)) => command != Command::Mark || f.open_picker().is_some_and(|p| p.pick.several),
        Some(Overlay::Plan(p)) => match command {
            Command::CarryOut => p.blocked.is_none(),
            Command::Options => p.options,
            _ => true,
        },
        _ => true,
    }
}

fn title(state: &State, command: Command) -> &'static str {
    match (state.overlays.last(), command) {
        (Some(Overlay::Sure(s)), Command::Accept) => s.yes,
        (Some(Overlay::Sure(s)), Command::Back) => s.no,
        (Some(_), Command::Back) => "leave",
        (None, Command::Right) => "next page",
        _ => command.info().title,
    }
}

fn disabled(state: &State, store: &Store, command: Command) -> Option<&'static str> {
    if let (Some(Overlay::Plan(p)), Command::CarryOut) = (state.overlays.last(), command)
        && matches!(p.plan.confirm(), Confirm::Type(phrase) if p.typed.text() != phrase)
    {
        return Some("It has to be typed first.");
    }
    let row = matches!(
        command,
        Command::Open | Command::Actions | Command::Detail | Command::Metrics | Command::Mark | Command::Links
    );
    if state.board.is_some() {
        return None;
    }
    if row && state.overlays.is_empty() && state.view.order.is_empty() {
        return (state.start(store).is_none() || command != Command::Open).then_some("There is no row.");
    }
    let none = command == Command::Actions && state.registry.actions_of(state.view.kind).next().is_none();
    none.then_some("There are no actions on these rows.")
}

fn entry(state: &State, mode: Mode, command: &'static CommandInfo) -> Option<HelpLine> {
    let keys = state.keymap.keys_of(mode, command.name);
    let keys = match (keys.is_empty(), command.palette && mode == Mode::Table) {
        (false, _) => keys.join(" "),
        (true, true) => format!(":{}", command.name),
        (true, false) => return None,
    };
    Some(HelpLine::Entry { keys, name: command.name, doc: command.doc })
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

/// The help page: the place one came from first, then the others with what is different there.
pub fn lines(state: &State) -> Vec<HelpLine> {
    let first = asked_from(state);
    let mut out = Vec::new();
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
    out.push(HelpLine::Heading("Places that are no table, in the palette".into()));
    out.extend(BOARDS.iter().map(|b| HelpLine::Entry { keys: format!(":{}", b.name), name: "", doc: b.doc }));
    out.push(HelpLine::Blank);
    out.push(HelpLine::Heading("Queries, after / and after a kind in the palette".into()));
    out.extend(QUERY.iter().map(|(term, doc)| HelpLine::Entry { keys: (*term).into(), name: "", doc }));
    out
}

/// The query language by example.
const QUERY: &[(&str, &str)] = &[
    ("web prod", "Words, each in the name, the id, a tag or a field that can be a column."),
    (
        "state:running",
        "A text has this in it, a state begins with it, a number or a flag is it. Several: state:pending,running.",
    ),
    ("type=t3.*", "Is exactly this, with * and ?. != is the opposite."),
    ("ip:10.1.0.0/16", "Addresses in a range, of either family: ipv6:2600:1f14::/32. ip>10.1.4.0 goes by number."),
    (
        "cidr:fd00::/8",
        "Ranges that have an address in common with this one: those that lie in it, and those that hold it. cidr:10.1.4.7: those \
         that hold this address. cidr=10.1.0.0/16: exactly this range. A range sorts before what lies in it: cidr:R cidr>=R is \
         what lies in R, cidr:R cidr<=R what holds it.",
    ),
    ("healthy<3", "A count. healthy<60% and healthy=2/3 are shares of all."),
    (
        "age>30d",
        "Older than: s m h d w y, or a day (launched<2026-11-01). Also >= < <=, and for sizes (1g) and numbers.",
    ),
    ("tag:Env=prod", "A tag with this value; tag:Env for any."),
    ("!bastion", "Not. group:none for what has none."),
];
