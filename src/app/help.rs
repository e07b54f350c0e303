//! What one can do: hints for the last line, and the help page, both from the command table and the keymap.

use std::borrow::Cow;

use super::board::BOARDS;
use super::command::{COMMANDS, Command, CommandInfo, HINTS};
use super::overlay::{Overlay, PlanDialog, PlanSource};
use super::state::State;
use crate::base::text::{capital, uncapital};
use crate::config::Mode;
use crate::config::keymap::SECTIONS;
use crate::model::{Ask, Confirm};
use crate::store::Store;

/// One hint of the last line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The command.
    pub command: Command,
    /// The key.
    pub key: String,
    /// What it does.
    pub title: Cow<'static, str>,
    /// Why it cannot be done now: shown dim.
    pub disabled: Option<&'static str>,
}

/// What the sandbox is and how to begin, for the first minute.
pub fn welcome(state: &State) -> Option<String> {
    if !state.welcome || !state.overlays.is_empty() {
        return None;
    }
    let mode = state.mode();
    let keys =
        [(Command::Open, "opens"), (Command::Actions, "acts"), (Command::Palette, "goes"), (Command::Help, "helps")];
    let keys =
        keys.iter().filter_map(|(c, what)| Some(format!("{} {what}", state.keymap.key_of(mode, c.info().name)?)));
    Some(format!("A practice account, nothing costs money: {}", keys.collect::<Vec<_>>().join(", ")))
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
        doc: Cow<'static, str>,
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
            Some(Hint { command: *c, key, title: title(state, *c), disabled: disabled(state, store, *c) })
        })
        .collect()
}

/// Whether a hint makes sense in the layer that is open.
fn wanted(state: &State, command: Command) -> bool {
    match state.overlays.last() {
        None if command == Command::Metrics => state.view.kind.charts.is_some(),
        Some(Overlay::Pager(p)) => command != Command::SearchNext || !p.search.text.is_empty(),
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

fn title(state: &State, command: Command) -> Cow<'static, str> {
    match (state.overlays.last(), command) {
        (Some(Overlay::Sure(s)), Command::Accept) => s.yes.into(),
        (Some(Overlay::Sure(s)), Command::Back) => s.no.into(),
        (Some(Overlay::Plan(p)), Command::CarryOut) => verb(p).into(),
        (Some(Overlay::Pager(_)), Command::Filter) => "search".into(),
        (Some(Overlay::Pager(_) | Overlay::Menu(_)), Command::Back) => "close".into(),
        (Some(_), Command::Back) => "cancel".into(),
        (None, Command::Right) => "next page".into(),
        _ => command.info().title.into(),
    }
}

/// What Enter does on a plan, in the action's own word: `stop it`, `change type`.
pub fn verb(plan: &PlanDialog) -> String {
    let title = match &plan.source {
        PlanSource::Action(action, _) => uncapital(action.title),
        PlanSource::GoOn(_) => return "continue".into(),
        PlanSource::Undo(_) => return "undo it".into(),
    };
    match plan.plan.subjects.len() {
        // A verb with its object says it all.
        _ if title.contains(' ') => title,
        0 => title,
        1 => format!("{title} it"),
        _ => format!("{title} them"),
    }
}

fn disabled(state: &State, store: &Store, command: Command) -> Option<&'static str> {
    if let (Some(Overlay::Plan(p)), Command::CarryOut) = (state.overlays.last(), command)
        && matches!(p.plan.confirm(), Confirm::Type(phrase) if !state.registry.confirms(&phrase, p.typed.text()))
    {
        return Some("Type the confirmation first.");
    }
    let row = matches!(
        command,
        Command::Open | Command::Actions | Command::Detail | Command::Metrics | Command::Mark | Command::Links
    );
    if state.board.is_some() {
        return None;
    }
    if row && state.overlays.is_empty() && state.view.order.is_empty() {
        let signs_in = state.start(store).is_some() && state.profiles.iter().any(|p| p.signs_in);
        return (!signs_in || command != Command::Open).then_some("No row selected.");
    }
    let none = command == Command::Actions && state.registry.actions_of(state.view.kind).next().is_none();
    none.then_some("These rows have no actions.")
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

/// The help page: one's own keys, then the place one came from, then the others with what is different there.
pub fn lines(state: &State) -> Vec<HelpLine> {
    let first = asked_from(state);
    let mut out = own_keys(state, first);
    out.extend(aliases(state));
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
    out.push(HelpLine::Blank);
    out.push(HelpLine::Heading("Queries, after / and after a kind in the palette".into()));
    out.extend(QUERY.iter().map(|(term, doc)| HelpLine::Entry { keys: (*term).into(), name: "", doc: (*doc).into() }));
    out
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
