//! What became of confirmed plans, and what an earlier run of the program left under way.

use std::time::Duration;

use super::overlay::{Menu, MenuItem, MenuKind, MenuValue, On, Overlay, PlanSource};
use super::palette::Meaning;
use super::run::{Run, RunPhase};
use super::state::Awaited;
use super::update::Turn;
use super::view::RowKey;
use crate::base::{RowId, Scope};
use crate::kinds::Action;
use crate::model::{ActEvent, Effect, Level, Progress, RunEntry, RunRecord, StepState, TableKey, Values, Verdict};
use crate::query::Query;

/// How long rows of an earlier run are waited for before it is said that they do not come.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long rows that are there are looked at until they rest: longer than anything that AWS changes by itself takes.
const LONGEST: Duration = Duration::from_secs(3600);
/// Runs that are kept for `:runs`.
const KEPT: usize = 100;

/// What is said where a run stopped half-way.
const HALF_DONE: &str = ":runs to go on or to undo.";

/// How the steps of a run stand, as entries that only say something.
fn stands(run: &RunRecord) -> Vec<MenuItem> {
    let line =
        |(glyph, text): (char, String)| MenuItem { label: glyph.into(), disabled: Some(text), ..MenuItem::default() };
    run.lines().into_iter().map(line).collect()
}

fn choice(label: &str, detail: String, name: &'static str, disabled: Option<String>) -> MenuItem {
    MenuItem { label: label.into(), detail, disabled, value: MenuValue::Name(name), ..MenuItem::default() }
}

/// Whether an unfinished run is gone on with by sending what is left, and not by looking at its rows: something was not sent, or there are
/// no rows that could say what became of it.
fn has_rest(run: &RunRecord) -> bool {
    let unsent = |s: &StepState| matches!(s, StepState::NotSent | StepState::Failed(_));
    (run.states.iter().any(unsent) || run.all_rows().is_empty()) && run.go_on().is_ok()
}

/// The way back of a run, and why there is none: its steps' own, or the action that undoes the whole.
fn way_back(run: &RunRecord) -> Result<String, String> {
    match &run.undo {
        _ if run.has_step_undo() => {
            run.undo_steps().map(|_| "what was done, the last step first, as a plan".to_string())
        }
        Some(undo) => {
            Ok(format!("{}{}", undo.line, undo.but.as_ref().map(|b| format!(", but {b}")).unwrap_or_default()))
        }
        None => Err("There is no way back from it.".into()),
    }
}

impl Turn<'_> {
    pub(super) fn act(&mut self, news: ActEvent) {
        let (id, phase) = match news {
            ActEvent::Left(left) => return self.left(left),
            ActEvent::Unwritten { run, why } => return self.unwritten(run, &why),
            ActEvent::Began { run, name, .. } => {
                if let Some(r) = self.run_mut(run) {
                    r.record.name = name;
                }
                (run, RunPhase::Sending)
            }
            ActEvent::Done { run, step, text, outputs, .. } => {
                if let Some(r) = self.run_mut(run) {
                    r.record.apply(&RunEntry::Outcome { step, state: StepState::Done, outputs });
                    r.answer = text;
                }
                return;
            }
            ActEvent::Progress { run, done, of } => {
                if let Some(r) = self.run_mut(run) {
                    r.progress = Some((done, of));
                }
                return;
            }
            ActEvent::Waited { run, step } => {
                if let Some(r) = self.run_mut(run) {
                    r.record.apply(&RunEntry::Waited { step });
                }
                (run, RunPhase::Sending)
            }
            ActEvent::Waiting { run, wait, .. } => (run, RunPhase::Waiting(wait, String::new())),
            ActEvent::Stuck { run, text } => (run, RunPhase::Stuck(text)),
            ActEvent::Lost { run, why, .. } => (run, RunPhase::Stuck(why)),
            ActEvent::Failed { run, step, fault } => {
                self.outcome(run, step, StepState::Failed(fault.to_string()));
                (run, RunPhase::Failed(fault))
            }
            ActEvent::Unknown { run, step, fault } => {
                self.outcome(run, step, StepState::Unknown(fault.to_string()));
                (run, RunPhase::Unknown(fault))
            }
            ActEvent::Settling { run, text } => match self.run_mut(run).map(|r| &r.phase) {
                Some(RunPhase::Waiting(wait, _)) => (run, RunPhase::Waiting(wait.clone(), text)),
                _ => (run, RunPhase::Settling(text)),
            },
            ActEvent::Settled { run, text, ok } => (run, RunPhase::Settled(ok, text)),
        };
        let now = self.s.now;
        let Some(run) = self.s.runs.iter_mut().find(|r| r.id == id) else { return };
        run.phase = phase;
        run.ended = run.is_over().then_some(now);
        let (level, mut text) = match &run.phase {
            RunPhase::Failed(_) => (Level::Error, run.text()),
            RunPhase::Unknown(_) | RunPhase::Settled(false, _) | RunPhase::Stuck(_) => (Level::Warning, run.text()),
            RunPhase::Settled(true, _) | RunPhase::Settling(_) => (Level::Info, run.text()),
            RunPhase::Waiting(_, text) if !text.is_empty() => (Level::Info, run.text()),
            RunPhase::Confirmed | RunPhase::Sending | RunPhase::Waiting(..) => return,
        };
        let half = run.is_half_done();
        if let RunPhase::Failed(fault) = &run.phase
            && !fault.hints.is_empty()
        {
            text = format!("{text} {}", fault.hints.join(" "));
        }
        if half && !text.contains(":runs") {
            text = format!("{text} {}", HALF_DONE);
        }
        self.say(level, text);
        self.drop_old_runs();
    }

    fn run_mut(&mut self, run: u64) -> Option<&mut Run> {
        self.s.runs.iter_mut().find(|r| r.id == run)
    }

    fn outcome(&mut self, run: u64, step: usize, state: StepState) {
        if let Some(r) = self.run_mut(run) {
            r.record.apply(&RunEntry::Outcome { step, state, outputs: Vec::new() });
        }
    }

    fn drop_old_runs(&mut self) {
        let over = self.s.runs.iter().filter(|r| r.is_over()).count();
        if over > KEPT
            && let Some(oldest) = self.s.runs.iter().position(super::Run::is_over)
        {
            self.s.runs.remove(oldest);
        }
    }

    fn unwritten(&mut self, run: u64, why: &str) {
        let title = self.s.runs.iter().find(|r| r.id == run).map_or("A change", |r| r.record.title.as_str());
        let text =
            format!("{title}: what became of it is not on disk, and the next start takes it for unfinished. {why}");
        self.say(Level::Error, text);
    }

    /// What was carried out in this run; enter starts the way back.
    pub(super) fn runs_menu(&mut self) {
        let mut items: Vec<MenuItem> = Vec::new();
        if !self.s.left.is_empty() {
            items.push(MenuItem {
                label: format!("{} left under way by an earlier run", self.s.left.len()),
                detail: "enter to go on, undo or forget".into(),
                ..MenuItem::default()
            });
        }
        for run in self.s.runs.iter().rev() {
            let (disabled, detail) = match (&run.record.undo, run.is_over()) {
                _ if run.is_half_done() || run.is_late() => (None, "enter to go on or to undo".to_string()),
                (_, false) => (Some("It is still under way.".to_string()), "under way".to_string()),
                (None, true) if run.record.has_step_undo() => (None, "enter to undo it step by step".to_string()),
                (None, true) => (Some(format!("There is no way back from: {}.", run.record.title)), String::new()),
                (Some(undo), true) => {
                    let but = undo.but.as_ref().map(|b| format!(", but {b}")).unwrap_or_default();
                    (None, format!("enter to undo with: {}{but}", undo.line))
                }
            };
            items.push(MenuItem {
                label: run.text(),
                detail,
                disabled,
                value: MenuValue::Run(run.id),
                ..MenuItem::default()
            });
        }
        if items.is_empty() {
            self.say(Level::Info, "Nothing was carried out in this run.");
            return;
        }
        self.menu(Menu::new(MenuKind::Runs, "Runs", items));
    }

    /// Enter on a run: the way back of one that is over, or the choice of one that stopped half-way.
    pub(super) fn run_chosen(&mut self, id: u64) {
        let Some(run) = self.s.runs.iter().find(|r| r.id == id) else { return };
        if run.is_half_done() || run.is_late() {
            return self.run_menu(id);
        }
        let record = run.record.clone();
        self.undo_record(record);
    }

    /// The way back of a run, as a plan.
    fn undo_record(&mut self, record: Box<RunRecord>) {
        match record.undo.clone() {
            Some(undo) if !record.has_step_undo() => {
                let rows = if undo.on.is_empty() { record.rows } else { undo.on };
                self.act_on(&undo.line, rows.into_iter().map(|(table, id)| RowKey { table, id }).collect());
            }
            _ => self.run_plan(PlanSource::Undo(record)),
        }
    }

    /// What can be done about a run that stopped half-way; its steps stand above the choice.
    fn run_menu(&mut self, id: u64) {
        let Some(run) = self.s.runs.iter().find(|r| r.id == id) else { return };
        let stuck = matches!(run.phase, RunPhase::Stuck(_)) && matches!(run.record.progress(), Progress::Wait(_));
        let mut items = stands(&run.record);
        if run.is_late() {
            items.push(choice("wait on", "look at the rows again, from now".into(), "wait", None));
        } else if stuck {
            items.push(choice("wait on", "go on waiting, from now".into(), "wait", None));
            items.push(choice("go on without", "send the next call all the same".into(), "go-on", None));
        } else {
            let left = run.record.go_on().err();
            items.push(choice("go on", "the steps that are left, as a plan".into(), "rest", left));
        }
        let back = way_back(&run.record);
        items.push(choice("undo", back.clone().unwrap_or_default(), "undo", back.err()));
        items.push(choice("leave it", "as it stands".into(), "leave", None));
        let cursor = items.iter().position(|i| i.value != MenuValue::None).unwrap_or(0);
        let title = run.record.title.clone();
        self.menu(Menu::new(MenuKind::Run(id), title, items).at(cursor));
    }

    pub(super) fn run_choice(&mut self, id: u64, what: &str) {
        let now = self.s.now;
        let Some(run) = self.run_mut(id) else { return };
        let (record, waits) = (run.record.clone(), matches!(run.record.progress(), Progress::Wait(_)));
        let decide = |verdict| Effect::Decide { run: id, verdict };
        match what {
            "wait" if run.is_late() => {
                run.phase = RunPhase::Settling("being looked at again".into());
                run.ended = None;
                self.emit(decide(Verdict::Wait));
            }
            "undo" if run.is_late() => self.undo_record(record),
            "leave" if run.is_late() => {}
            "wait" => {
                if let Progress::Wait(step) = record.progress() {
                    let wait = record.steps[step].wait.resolve(&record.outputs);
                    run.phase = RunPhase::Waiting(wait, String::new());
                }
                self.emit(decide(Verdict::Wait));
            }
            "go-on" => {
                run.phase = RunPhase::Sending;
                self.emit(decide(Verdict::GoOn));
            }
            "rest" => self.run_plan(PlanSource::GoOn(record)),
            _ => {
                run.phase = RunPhase::Settled(false, "left half done".into());
                run.ended = Some(now);
                if waits {
                    self.emit(decide(Verdict::Stop));
                }
                if what == "undo" {
                    self.undo_record(record);
                } else {
                    self.emit(Effect::Forget(record.name.clone()));
                }
            }
        }
    }

    /// Shows the plan that goes on with a run, or undoes it.
    fn run_plan(&mut self, source: PlanSource) {
        let (PlanSource::GoOn(run) | PlanSource::Undo(run)) = &source else { return };
        let scope = run.steps.first().map(|s| s.call.scope.clone()).unwrap_or(Scope::Global);
        let on = On { scope, rows: Vec::new() };
        if let Err(why) = self.open_plan(source, on, false) {
            self.refuse(why);
        }
    }

    /// A run is gone on with under another number: what it was before is no choice any more.
    pub(super) fn taken_up(&mut self, name: &str) {
        self.s.left.retain(|u| u.name != name);
        let now = self.s.now;
        for run in self.s.runs.iter_mut().filter(|r| r.record.name == name && !matches!(r.phase, RunPhase::Settled(..)))
        {
            run.phase = RunPhase::Settled(false, "gone on with".into());
            run.ended = Some(now);
        }
    }

    /// Carries out a palette line on given rows.
    fn act_on(&mut self, line: &str, rows: Vec<RowKey>) {
        let (name, args) = line.split_once(' ').unwrap_or((line, ""));
        let kind = rows.first().map(|r| r.table.kind);
        match kind.and_then(|k| self.s.registry.action(k, name)) {
            Some(action) => {
                let on = self.on_rows(rows);
                self.begin(action, on, args);
            }
            None => match self.meaning(line) {
                Ok(Meaning::Act(action, args)) => {
                    let on = self.on_rows(rows);
                    self.begin(action, on, &args);
                }
                _ => self.refuse(format!("There is no action {name} on these rows.")),
            },
        }
    }

    /// An earlier run of the program was cut off: says so, and asks what to do under whatever is open.
    fn left(&mut self, left: Vec<RunRecord>) {
        self.s.left = left;
        if self.s.left.is_empty() {
            return;
        }
        let n = self.s.left.len();
        let what = if n == 1 { "1 run".into() } else { format!("{n} runs") };
        self.say(Level::Warning, format!("An earlier start of the console left {what} under way: see :runs."));
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
            disabled: self.is_awaited(&u.name).then(|| "Its rows are being looked at.".to_string()),
            value: MenuValue::Text(u.name.clone()),
            ..MenuItem::default()
        });
        let items = items.collect();
        Menu::new(MenuKind::Left, "Left under way by an earlier start", items)
    }

    /// Whether the rows of an unfinished run are looked at, or waited for so that it can be undone.
    fn is_awaited(&self, run: &str) -> bool {
        self.s.awaited.iter().any(|a| a.run == run)
    }

    pub(super) fn left_menu(&mut self) {
        let menu = self.left_items();
        self.menu(menu);
    }

    pub(super) fn left_one_menu(&mut self, run: String) {
        let Some(left) = self.s.left.iter().find(|u| u.name == run) else { return };
        let mut items = if left.steps.len() > 1 || left.has_step_undo() { stands(left) } else { Vec::new() };
        if has_rest(left) {
            items.push(choice("go on", "the steps that are left, as a plan".into(), "go-on", None));
        } else {
            let look = left.all_rows().is_empty().then(|| left.go_on().err().unwrap_or_default());
            items.push(choice("go on", "look at the rows until they settle".into(), "go-on", look));
        }
        let back = way_back(left);
        items.push(choice("undo", back.clone().unwrap_or_default(), "undo", back.err()));
        items.push(choice("forget", "leave it as it is".into(), "forget", None));
        let cursor = items.iter().position(|i| i.value != MenuValue::None).unwrap_or(0);
        let title = left.title.clone();
        self.menu(Menu::new(MenuKind::LeftOne(run), title, items).at(cursor));
    }

    /// What is done about an unfinished run. The journal forgets it once that is so: at once only if the user says "forget", else
    /// when its way back is confirmed, or when its rows have been seen at rest.
    pub(super) fn left_choice(&mut self, run: &str, what: &str) {
        let Some(left) = self.s.left.iter().find(|u| u.name == run).cloned() else { return };
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
        if self.s.overlays.is_empty() && self.s.left.iter().any(|u| !self.is_awaited(&u.name)) {
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

    /// A plan was confirmed. If it is the way back of unfinished runs, there is nothing left to be said about them.
    pub(super) fn way_back_confirmed(&mut self, action: &Action, on: &On, values: &Values) {
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
        let over: Vec<String> = self.s.left.iter().filter(|u| is_way_back(u)).map(|u| u.name.clone()).collect();
        for run in over {
            self.forget_left(&run);
        }
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

    /// Rows of a run that is gone on with have come to rest: it is over.
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
                whole.then(|| format!("{} is not there any more", r.id))
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
                let text = format!("{}: {}", left.title, states.join(", "));
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
                0 if awaited.line.is_empty() => "its rows do not come to rest".to_string(),
                // They came while another dialogue had the keys, for too long to open a plan now.
                0 => "its way back was not begun".to_string(),
                n => format!("{n} of its rows could not be found"),
            };
            self.say(Level::Warning, format!("{title}: {what}. See :runs."));
        }
    }
}
