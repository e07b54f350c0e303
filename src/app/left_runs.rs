//! What an earlier start of the program left under way: what is offered about it, and the rows that are looked at for it.

use std::time::Duration;

use super::overlay::{Menu, MenuItem, MenuKind, MenuValue, On, Overlay, PlanSource};
use super::run_history::{choice, first_choice, stands, way_back};
use super::state::Awaited;
use super::update::Turn;
use super::view::RowKey;
use crate::act::{WaitStatus, check};
use crate::base::RowId;
use crate::kinds::Action;
use crate::kinds::plan_builder::live;
use crate::model::{Effect, Level, RunRecord, StepState, TableKey, Values};
use crate::query::Query;

/// How long rows of an earlier run are waited for before it is said that they do not come.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long rows that are there are looked at until they rest: longer than anything that AWS changes by itself takes.
const LONGEST: Duration = Duration::from_secs(3600);
/// Why nothing can be done about a run yet.
const LOOKS: &str = "The outcome of its last call is being looked up.";

/// Whether an unfinished run is gone on with by sending what is left, and not by looking at its rows: something was not sent, or there are
/// no rows that could say what became of it. Of several steps, rows do not say whether the last one was sent: an instance that is stopped may
/// be so because its start never left.
fn has_rest(run: &RunRecord) -> bool {
    let unsent = |s: &StepState| matches!(s, StepState::NotSent | StepState::Failed(_) | StepState::Again { .. });
    (run.states.iter().any(unsent) || run.all_rows().is_empty() || run.steps.len() > 1) && run.go_on().is_ok()
}

impl Turn<'_> {
    /// An earlier run of the program was cut off: says so, and asks what to do under whatever is open.
    pub(super) fn left(&mut self, left: Vec<RunRecord>) {
        self.s.left = left;
        if self.s.left.is_empty() {
            return;
        }
        let n = self.s.left.len();
        let what = if n == 1 { "1 run".into() } else { format!("{n} runs") };
        self.say(Level::Warning, format!("An earlier start of the console left {what} unfinished: see :runs."));
        let menu = self.left_items();
        self.push_below(Overlay::Menu(menu));
    }

    fn left_items(&self) -> Menu {
        let items = self.s.left.iter().map(|u| MenuItem {
            label: u.title.clone(),
            detail: format!(
                "{}, {} of {} calls answered",
                super::relative_time::ago(self.s.now, u.when),
                u.done().0,
                u.done().1
            ),
            disabled: match u.name.as_str() {
                name if self.is_awaited(name) => Some("Its rows are being looked at.".into()),
                name if self.is_undone(name) => Some("It is being undone.".into()),
                _ => None,
            },
            value: MenuValue::Text(u.name.clone()),
            ..MenuItem::default()
        });
        let items = items.collect();
        Menu::new(MenuKind::Left, "Left unfinished by an earlier start", items)
    }

    /// Whether the rows of an unfinished run are looked at, or waited for so that it can be undone.
    fn is_awaited(&self, run: &str) -> bool {
        self.s.awaited.iter().any(|a| a.run == run)
    }

    /// Whether the way back of a run is on its way.
    fn is_undone(&self, run: &str) -> bool {
        self.s.runs.iter().any(|r| !r.is_over() && r.replaces.iter().any(|name| name == run))
    }

    pub(super) fn left_menu(&mut self) {
        let menu = self.left_items();
        self.menu(menu);
    }

    pub(super) fn left_one_menu(&mut self, run: String) {
        let Some((title, items)) = self.left_one_items(&run) else { return };
        let cursor = first_choice(&items);
        self.menu(Menu::new(MenuKind::LeftOne(run), title, items).at(cursor));
    }

    /// What can be done about an unfinished run, under how its steps stand: of calls whose answer was not read as their rows say.
    fn left_one_items(&self, run: &str) -> Option<(String, Vec<MenuItem>)> {
        let left = self.s.left.iter().find(|u| u.name == run)?;
        let (left, looks) = self.looked_for(left);
        let left = &left;
        let mut items = if left.steps.len() > 1 || left.has_step_undo() { stands(left) } else { Vec::new() };
        if looks {
            items.push(choice("go on", String::new(), "go-on", Some(LOOKS.into())));
        } else if has_rest(left) {
            items.push(choice("go on", "shows the remaining steps as a plan".into(), "go-on", None));
        } else {
            let look = left.all_rows().is_empty().then(|| left.go_on().err().unwrap_or_default());
            items.push(choice("go on", "watch the rows until they settle".into(), "go-on", look));
        }
        let back = if looks { Err(LOOKS.into()) } else { way_back(left) };
        items.push(choice("undo", back.clone().unwrap_or_default(), "undo", back.err()));
        items.push(choice("forget", "leave it as it is".into(), "forget", None));
        Some((left.title.clone(), items))
    }

    /// A run of an earlier start, with what its rows say of calls whose answer was not read; and whether they are still to be read.
    /// What this start has read was there after that one had ended.
    fn looked_for(&self, run: &RunRecord) -> (RunRecord, bool) {
        let (mut out, mut looks) = (run.clone(), false);
        for (step, by) in run.to_look_for() {
            match self.store.table(&by.table).filter(|t| t.status.complete.is_some()) {
                Some(table) => out.found(step, live(table).find(|row| by.is(row)).map(|row| row.id.clone())),
                None => looks = true,
            }
        }
        (out, looks)
    }

    /// The tables in which it is looked for what became of unfinished runs.
    pub(super) fn tables_to_look_in(&self) -> Vec<TableKey> {
        self.s.left.iter().flat_map(|run| run.to_look_for()).map(|(_, by)| by.table.clone()).collect()
    }

    /// Rows came that may say what became of a run whose choice is open: it is made anew.
    pub(super) fn left_again(&mut self) {
        let Some(Overlay::Menu(menu)) = self.s.overlays.last() else { return };
        let MenuKind::LeftOne(run) = &menu.kind else { return };
        let looks = |items: &[MenuItem]| items.iter().any(|i| i.disabled.as_deref() == Some(LOOKS));
        if !looks(&menu.items) {
            return;
        }
        let Some((_, items)) = self.left_one_items(run).filter(|(_, items)| !looks(items)) else { return };
        if let Some(Overlay::Menu(menu)) = self.s.overlays.last_mut() {
            menu.cursor = if menu.line.is_some() { 0 } else { first_choice(&items) };
            (menu.items, menu.error) = (items, None);
        }
    }

    /// What is done about an unfinished run. The journal forgets it once that is so: at once only if the user says "forget", else
    /// when a call of its way back was answered (that run is then known in its place), or when its rows have been seen at rest.
    pub(super) fn left_choice(&mut self, run: &str, what: &str) {
        let Some(left) = self.s.left.iter().find(|u| u.name == run).map(|u| self.looked_for(u).0) else { return };
        match what {
            "forget" => self.forget_left(run),
            "undo" if left.has_step_undo() => self.run_plan(PlanSource::Undo(Box::new(left))),
            "go-on" if has_rest(&left) => self.run_plan(PlanSource::GoOn(Box::new(left))),
            _ => {
                let all = left.all_rows();
                let (line, rows) = match left.undo {
                    Some(undo) if what == "undo" && undo.on.is_empty() => (undo.line, left.rows),
                    Some(undo) if what == "undo" => (undo.line, undo.on),
                    _ => (String::new(), all),
                };
                self.await_rows(left.name, line, &rows);
            }
        }
        let is_open = |u: &RunRecord| !self.is_awaited(&u.name) && !self.is_undone(&u.name);
        if self.s.overlays.is_empty() && self.s.left.iter().any(is_open) {
            self.left_menu();
        }
    }

    /// Goes to the rows of an unfinished run, and waits for them.
    fn await_rows(&mut self, run: String, line: String, rows: &[(TableKey, RowId)]) {
        let Some((first, _)) = rows.first() else { return };
        let mut tables: Vec<TableKey> = Vec::new();
        for (table, _) in rows.iter().filter(|(t, _)| t.kind == first.kind && t.selector == first.selector) {
            if !tables.contains(table) {
                tables.push(table.clone());
            }
        }
        let scopes = tables.iter().map(|t| t.scope.clone()).collect();
        self.go(first.kind, first.selector.clone(), Some(scopes), Query::default());
        let rows: Vec<RowKey> =
            rows.iter().map(|(table, id)| RowKey { table: table.clone(), id: id.clone() }).collect();
        self.s.view.marks.extend(rows.iter().filter(|r| tables.contains(&r.table)).cloned());
        self.s.awaited.retain(|a| a.run != run);
        self.s.awaited.push(Awaited { run, rows, line, until: self.s.now.plus(PATIENCE) });
        self.awaited_came();
    }

    pub(super) fn forget_left(&mut self, run: &str) {
        let before = self.s.left.len();
        self.s.left.retain(|u| u.name != run);
        let here = self.s.runs.iter().any(|r| r.record.name == run);
        if self.s.left.len() < before || here {
            self.emit(Effect::Forget(run.to_string()));
        }
    }

    /// The unfinished runs whose way back a confirmed plan is.
    pub(super) fn undone_by(&self, action: &Action, on: &On, values: &Values) -> Vec<String> {
        let refine = |values: &Values| self.refined(action, on, values).unwrap_or_default();
        let targets = on.rows.as_slice();
        let is_way_back = |u: &RunRecord| {
            let Some(undo) = &u.undo else { return false };
            let on = if undo.on.is_empty() { &u.rows } else { &undo.on };
            let (name, args) = undo.line.split_once(' ').unwrap_or((&undo.line, ""));
            name == action.name
                && on.len() == targets.len()
                && on.iter().all(|(table, id)| targets.iter().any(|t| t.table == *table && t.id == *id))
                && super::arguments::read_arguments(args, Values::default(), &refine).as_ref() == Ok(values)
        };
        self.s.left.iter().filter(|u| is_way_back(u)).map(|u| u.name.clone()).collect()
    }

    /// Rows that were waited for have come: what was to be done with them is begun.
    pub(super) fn awaited_came(&mut self) {
        self.awaited_rest();
        let store = self.store;
        let here = |a: &Awaited| a.rows.iter().all(|r| store.get(&r.table, &r.id).is_some());
        let Some(at) = self.s.awaited.iter().position(|a| !a.line.is_empty() && here(a)) else { return };
        // Not over a dialogue that the user is in: its keys would go to the plan.
        if !self.s.overlays.is_empty() {
            return;
        }
        let awaited = self.s.awaited.remove(at);
        self.act_on(&awaited.line, awaited.rows);
    }

    /// Rows of a run that is gone on with have come to rest: it is over if they are as it wanted them. If not, its last call may never have
    /// left, and it can still be undone.
    fn awaited_rest(&mut self) {
        let store = self.store;
        let rests = |r: &RowKey| match store.get(&r.table, &r.id) {
            Some(record) => match record.state.as_ref().map(|(_, s)| s.as_str()) {
                Some(state) if r.table.kind.transitional.contains(&state) => None,
                Some(state) => Some(format!("{} {state}", record.label())),
                None => Some(format!("{} is there", record.label())),
            },
            // A list that is whole and does not have it says that it is gone.
            None => {
                let whole = store.table(&r.table).is_some_and(|t| t.status.complete.is_some());
                whole.then(|| format!("{} no longer exists", r.id))
            }
        };
        let at_rest = |a: &Awaited| a.rows.iter().map(rests).collect::<Option<Vec<String>>>();
        while let Some((at, states)) = self
            .s
            .awaited
            .iter()
            .enumerate()
            .filter(|(_, a)| a.line.is_empty())
            .find_map(|(at, a)| Some((at, at_rest(a)?)))
        {
            let run = self.s.awaited.remove(at).run;
            if let Some(left) = self.s.left.iter().find(|u| u.name == run) {
                let (title, states) = (&left.title, states.join(", "));
                // What this start has read was there after that one had ended.
                if !matches!(check(&left.resolved_wait(), store, left.when, self.s.now), WaitStatus::There(_)) {
                    // What matters stands where a long title leaves room for it.
                    let text = format!("{title}: not as planned, see :runs: {states}");
                    self.say(Level::Warning, text);
                    continue;
                }
                let text = format!("{title}: {states}");
                self.say(Level::Info, text);
            }
            self.forget_left(&run);
        }
    }

    pub(super) fn give_up_awaited(&mut self) {
        let (now, store) = (self.s.now, self.store);
        let missing = |a: &Awaited| a.rows.iter().filter(|r| store.get(&r.table, &r.id).is_none()).count();
        // Rows that are there and still on their way are looked at for as long as that takes.
        let waits_on = |a: &Awaited| a.line.is_empty() && missing(a) == 0 && now < a.until.plus(LONGEST);
        let (over, left): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.s.awaited).into_iter().partition(|a| a.until <= now && !waits_on(a));
        self.s.awaited = left;
        for awaited in over {
            let title = self.s.left.iter().find(|u| u.name == awaited.run).map_or(&awaited.line, |u| &u.title).clone();
            let what = match missing(&awaited) {
                0 if awaited.line.is_empty() => "its rows did not settle".to_string(),
                // They came while another dialogue had the keys, for too long to open a plan now.
                0 => "undoing it was not started".to_string(),
                n => format!("{n} of its rows could not be found"),
            };
            self.say(Level::Warning, format!("{title}: {what}. See :runs."));
        }
    }
}
