//! What one can do: hints for the last line, and the help page ([`page`]), both from the command table and the keymap.

mod page;

use std::borrow::Cow;

use super::command::Command;
use super::hints::HINTS;
use super::overlay::{Menu, MenuKind, Overlay, Page, PlanDialog, PlanSource};
use super::state::{Focus, State};
use crate::base::text::uncapital;
use crate::model::{Ask, Confirm};
use crate::store::Store;

pub use page::{HelpLine, QUERY, lines};

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

/// The hints for what has the keys now, the most useful first.
pub fn hints(state: &State, store: &Store) -> Vec<Hint> {
    let mode = state.mode();
    let Some((_, commands)) = HINTS.iter().find(|(m, _)| *m == mode) else { return Vec::new() };
    commands
        .iter()
        .filter(|c| wanted(state, **c))
        .filter_map(|c| {
            let key = state.keymap.key_of(mode, c.info().name)?;
            Some(Hint { command: *c, key, title: title(state, store, *c), disabled: disabled(state, store, *c) })
        })
        .collect()
}

/// Whether a hint makes sense in the layer that is open.
fn wanted(state: &State, command: Command) -> bool {
    match state.overlays.last() {
        None if command == Command::Metrics => state.view.kind.charts.is_some(),
        None if command == Command::Connect => state.registry.connects(state.view.kind.0).is_some(),
        Some(Overlay::Pager(p)) if matches!(command, Command::Copy | Command::Refresh) => {
            matches!(p.page, Page::Row(_))
        }
        Some(Overlay::Pager(p)) if command == Command::Accept => {
            matches!(p.page, Page::Run(id) if super::run_page::is_folded(state, id))
        }
        Some(Overlay::Pager(p)) => command != Command::SearchNext || !p.search.text.is_empty(),
        Some(Overlay::Sure(_)) => matches!(command, Command::Accept | Command::Back),
        Some(Overlay::Ask(a)) if matches!(a.question.what, Ask::Device { .. }) => command == Command::Back,
        Some(Overlay::Menu(m)) => match command {
            Command::Copy => matches!(m.kind, MenuKind::Connect(_)),
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

fn title(state: &State, store: &Store, command: Command) -> Cow<'static, str> {
    match (state.overlays.last(), command) {
        (Some(Overlay::Sure(s)), Command::Accept) => s.yes.into(),
        (Some(Overlay::Sure(s)), Command::Back) => s.no.into(),
        (Some(Overlay::Plan(p)), Command::CarryOut) => verb(p).into(),
        (Some(Overlay::Menu(Menu { kind: MenuKind::Connect(_), .. })), Command::Accept) => "connect".into(),
        (Some(Overlay::Menu(_)), Command::Copy) => "copy command".into(),
        (Some(Overlay::Pager(p)), Command::Accept) => if p.open { "fold" } else { "all batches" }.into(),
        (Some(Overlay::Pager(_)), Command::Filter) => "search".into(),
        (Some(Overlay::Pager(_) | Overlay::Menu(_)), Command::Back) => "close".into(),
        (Some(_), Command::Back) => "cancel".into(),
        (None, Command::Right) => "next page".into(),
        (None, Command::Open) if state.focus == Focus::Table => enters(state, store).into(),
        _ => command.info().title.into(),
    }
}

/// What Enter does on the focused row of a table.
fn enters(state: &State, store: &Store) -> &'static str {
    let row = state.view.cursor.as_ref().and_then(|row| store.get(&row.table, &row.id));
    row.and_then(|row| state.registry.mend_verb(row)).unwrap_or(Command::Open.info().title)
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
        Command::Open
            | Command::Actions
            | Command::Detail
            | Command::Connect
            | Command::Metrics
            | Command::Mark
            | Command::Links
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
