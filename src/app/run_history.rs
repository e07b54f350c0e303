//! What became of confirmed plans.

use super::overlay::{Menu, MenuItem, MenuKind, MenuValue, On, Overlay, Page, PlanSource};
use super::palette::Meaning;
use super::run::{Run, RunPhase};
use super::update::Turn;
use super::view::RowKey;
use crate::base::text::{capital, fitting, width};
use crate::base::{Reached, Scope};
use crate::model::{ActEvent, Effect, Level, Progress, RunEntry, RunRecord, StepState, Verdict, WaitPlace, Waiter};

/// Runs that are kept for `:runs`.
const KEPT: usize = 100;

/// What is said where a run stopped half-way.
const HALF_DONE: &str = ":runs continues or undoes it.";

/// How the steps of a run stand, as entries that only say something.
pub(super) fn stands(run: &RunRecord) -> Vec<MenuItem> {
    let line =
        |glyph: char, text: String| MenuItem { label: glyph.into(), disabled: Some(text), ..MenuItem::default() };
    let lines = |(glyph, text): (char, String)| {
        let glyphs = std::iter::once(glyph).chain(std::iter::repeat(' '));
        glyphs.zip(folded(&text)).map(|(glyph, text)| line(glyph, text)).collect::<Vec<_>>()
    };
    run.stand().into_iter().flat_map(lines).collect()
}

/// Cells of a line in a list on 80 columns, beside the longest of its choices.
const LINE: usize = 58;

/// A text over as many lines as it takes: an entry of a list is one line, and what AWS said is read whole. A word that is longer than a line (an
/// encoded message) goes on in the next.
fn folded(text: &str) -> Vec<String> {
    let (mut out, mut line) = (Vec::new(), String::new());
    for mut word in text.split(' ') {
        if !line.is_empty() && width(&line) + 1 + width(word) > LINE {
            out.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        while width(word) > LINE {
            let (head, tail) = word.split_at(fitting(word, LINE));
            out.push(head.to_string());
            word = tail;
        }
        line.push_str(word);
    }
    out.push(line);
    out
}

pub(super) fn choice(label: &str, detail: String, name: &'static str, disabled: Option<String>) -> MenuItem {
    MenuItem { label: label.into(), detail, disabled, value: MenuValue::Name(name), ..MenuItem::default() }
}

/// The first entry that is one.
pub(super) fn first_choice(items: &[MenuItem]) -> usize {
    items.iter().position(|i| i.value != MenuValue::None).unwrap_or(0)
}

/// The way back of a run, and why there is none: its steps' own, or the action that undoes the whole.
pub(super) fn way_back(run: &RunRecord) -> Result<String, String> {
    match &run.undo {
        _ if run.has_step_undo() => {
            run.undo_steps().map(|_| "shows a plan that takes back each step, the last one first".to_string())
        }
        Some(undo) => {
            Ok(format!("{}{}", undo.line, undo.but.as_ref().map(|b| format!(", but {b}")).unwrap_or_default()))
        }
        None => Err("This cannot be undone.".into()),
    }
}

impl Turn<'_> {
    pub(super) fn act(&mut self, news: ActEvent) {
        self.heard(news);
        self.run_menu_again();
    }

    /// What is seen of a run follows it, as long as its choices stay the same ones.
    fn run_menu_again(&mut self) {
        let Some(Overlay::Menu(menu)) = self.s.overlays.last() else { return };
        let MenuKind::Run(id) = menu.kind else { return };
        let chosen = menu.item().map(|i| i.value.clone());
        if menu.line.is_some() || self.s.runs.iter().all(|r| r.id != id || r.record.batches().is_none()) {
            return;
        }
        self.s.overlays.pop();
        self.run_menu(id);
        if let (Some(Overlay::Menu(menu)), Some(chosen)) = (self.s.overlays.last_mut(), chosen)
            && let Some(at) = menu.items.iter().position(|i| i.value == chosen)
        {
            menu.cursor = at;
        }
    }

    fn heard(&mut self, news: ActEvent) {
        let now = self.s.now;
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
                    r.record.apply(&RunEntry::Outcome { step, state: StepState::Done, outputs }, now);
                    r.answer = text;
                }
                return self.took_over(run);
            }
            ActEvent::Progress { run, done, of } => {
                if let Some(r) = self.run_mut(run) {
                    r.progress = Some((done, of));
                }
                return;
            }
            ActEvent::Needless { run, step, fault } => {
                self.outcome(run, step, StepState::Needless(fault.to_string()));
                return self.took_over(run);
            }
            ActEvent::Waited { run, at } => {
                if let Some(r) = self.run_mut(run) {
                    r.record.apply(&RunEntry::Waited { at }, now);
                }
                (run, RunPhase::Sending)
            }
            ActEvent::Again { run, step, fault } => {
                let maybe = fault.reached == Reached::Maybe;
                self.outcome(run, step, StepState::Again { why: fault.to_string(), maybe });
                return;
            }
            ActEvent::Waiting { run, wait, at: WaitPlace::Again(_) } => return self.link_lost(run, wait),
            ActEvent::Waiting { run, wait, .. } => (run, RunPhase::Waiting(wait, String::new())),
            ActEvent::Stuck { run, text } => (run, RunPhase::Stuck(text)),
            ActEvent::Lost { run, why, .. } => (run, RunPhase::Stuck(why)),
            ActEvent::Failed { run, step, fault } => {
                self.outcome(run, step, StepState::Failed(fault.told()));
                (run, RunPhase::Failed(fault))
            }
            ActEvent::Unknown { run, step, fault } => {
                self.outcome(run, step, StepState::Unknown(fault.to_string()));
                (run, RunPhase::Unknown(fault))
            }
            // What is said of a lost link does not change with the seconds.
            ActEvent::Settling { run, .. } if self.is_lost(run) => return,
            ActEvent::Settling { run, text } => match self.run_mut(run).map(|r| &r.phase) {
                Some(RunPhase::Waiting(wait, _)) => (run, RunPhase::Waiting(wait.clone(), text)),
                _ => (run, RunPhase::Settling(text)),
            },
            ActEvent::Settled { run, text, ok } => (run, RunPhase::Settled(ok, text)),
        };
        let Some(run) = self.s.runs.iter_mut().find(|r| r.id == id) else { return };
        if matches!(phase, RunPhase::Settled(..)) {
            run.record.over = Some(now);
        }
        run.phase = phase;
        run.ended = run.is_over().then_some(now);
        let (level, mut text) = match &run.phase {
            RunPhase::Failed(_) => (Level::Error, run.text()),
            RunPhase::Unknown(_) | RunPhase::Settled(false, _) | RunPhase::Stuck(_) => (Level::Warning, run.text()),
            RunPhase::Settled(true, _) | RunPhase::Settling(_) => (Level::Info, run.text()),
            RunPhase::Waiting(_, text) if !text.is_empty() => (Level::Info, run.text()),
            RunPhase::Confirmed | RunPhase::Sending | RunPhase::Waiting(..) | RunPhase::Halted => return,
        };
        let half = run.is_half_done();
        if let RunPhase::Failed(fault) = &run.phase
            && !fault.hints.is_empty()
        {
            text = format!("{text} {}", fault.hints.join(" "));
        }
        if half && !text.contains(":runs") {
            // The way on comes first: what failed may be long.
            let (done, of) = run.record.done();
            let title = &run.record.title;
            let rest = text.strip_prefix(title.as_str()).map_or(text.as_str(), |t| t.trim_start_matches(": "));
            text = format!("{title}: {done} of {of} done, {HALF_DONE} {}", capital(rest));
        }
        if let RunPhase::Settled(true, _) = &run.phase
            && !run.record.then.is_empty()
        {
            text = format!("{text}. What is left to do: {}", run.record.then.join("; "));
        }
        self.say(level, text);
        self.drop_old_runs();
    }

    fn is_lost(&self, run: u64) -> bool {
        self.s.runs.iter().any(|r| r.id == run && r.record.is_lost().is_some())
    }

    /// A call is sent again by itself after a pause: that is said once, and how it stands is in `:runs`.
    fn link_lost(&mut self, id: u64, wait: Waiter) {
        let Some(run) = self.run_mut(id) else { return };
        run.phase = RunPhase::Waiting(wait, String::new());
        let Some((step, lost)) = run.record.is_lost().filter(|(_, lost)| lost.tries == 1) else { return };
        let why = match &run.record.states[step] {
            StepState::Again { why, .. } => why.trim_end_matches('.').to_string(),
            _ => return,
        };
        let title = run.record.title.clone();
        let since = super::run_page::clock(self.s, lost.since);
        self.say(
            Level::Warning,
            format!("{title}: no answer since {since}, goes on by itself once there is one. {why}."),
        );
    }

    /// A call of a run was answered: of the runs whose way back it is there is nothing left to be said.
    fn took_over(&mut self, run: u64) {
        let replaces = self.run_mut(run).map(|r| std::mem::take(&mut r.replaces)).unwrap_or_default();
        for name in replaces {
            self.forget_left(&name);
        }
    }

    fn run_mut(&mut self, run: u64) -> Option<&mut Run> {
        self.s.runs.iter_mut().find(|r| r.id == run)
    }

    fn outcome(&mut self, run: u64, step: usize, state: StepState) {
        let now = self.s.now;
        if let Some(r) = self.run_mut(run) {
            r.record.apply(&RunEntry::Outcome { step, state, outputs: Vec::new() }, now);
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
        let text = format!(
            "{title}: its outcome could not be written to disk, so the next start will show it as unfinished. {why}"
        );
        self.say(Level::Error, text);
    }

    /// What was carried out in this run; enter starts the way back.
    pub(super) fn runs_menu(&mut self) {
        let mut items: Vec<MenuItem> = Vec::new();
        if !self.s.left.is_empty() {
            items.push(MenuItem {
                label: format!("{} left unfinished by an earlier start", self.s.left.len()),
                detail: "enter: continue, undo or forget".into(),
                ..MenuItem::default()
            });
        }
        for run in self.s.runs.iter().rev() {
            let (disabled, detail) = match (&run.record.undo, run.is_over()) {
                _ if run.is_half_done() || run.is_late() => (None, "enter: continue or undo".to_string()),
                (_, false) if run.record.batches().is_some() => (None, "enter: how it stands, or halt it".to_string()),
                (_, true) if run.record.batches().is_some() => (None, "enter: timeline, script, undo".to_string()),
                (_, false) => (Some("Still in progress.".to_string()), "under way".to_string()),
                (None, true) if run.record.has_step_undo() => (None, "enter: undo step by step".to_string()),
                (None, true) => (Some(format!("This cannot be undone: {}.", run.record.title)), String::new()),
                (Some(undo), true) => {
                    let but = undo.but.as_ref().map(|b| format!(", but {b}")).unwrap_or_default();
                    (None, format!("enter: undo with {}{but}", undo.line))
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
            self.say(Level::Info, "Nothing was changed since the console started.");
            return;
        }
        self.menu(Menu::new(MenuKind::Runs, "Runs", items));
    }

    /// Enter on a run: the way back of one that is over, or the choice of one that stopped half-way.
    pub(super) fn run_chosen(&mut self, id: u64) {
        let Some(run) = self.s.runs.iter().find(|r| r.id == id) else { return };
        if run.is_half_done() || run.is_late() || run.record.batches().is_some() {
            return self.run_menu(id);
        }
        let mut record = run.record.clone();
        if matches!(run.phase, RunPhase::Settled(true, _)) {
            // Its rows have been seen at rest: its way back waits for nothing.
            record.apply(&RunEntry::Ended { ok: true }, self.s.now);
        }
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
        let in_batches = run.record.batches().is_some();
        let mut items = stands(&run.record);
        if in_batches {
            let status = super::run_page::status(self.s, run);
            let line = |text| MenuItem { label: " ".into(), disabled: Some(text), ..MenuItem::default() };
            items.splice(0..0, folded(&status).into_iter().map(line));
        }
        let page = |items: &mut Vec<MenuItem>| {
            if !in_batches {
                return;
            }
            items.push(choice("timeline", "when each step began, and the script".into(), "timeline", None));
            let script = super::run_page::script(self.s, run);
            let none = script.is_empty().then(|| "Nothing was done yet.".to_string());
            items.push(choice("copy the script", format!("what was done, {} lines", script.len()), "script", none));
        };
        let over = run.is_over() && !run.is_half_done() && !run.is_late();
        let ends = run.is_half_done() || run.is_late();
        // What may be chosen at once must not send anything.
        if !ends {
            page(&mut items);
        }
        if over {
            // There is nothing to continue with.
        } else if !ends {
            let waits = matches!(run.phase, RunPhase::Waiting(..));
            let off = (!waits).then(|| "A call is under way.".to_string());
            items.push(choice("go on now", "do not wait, send the next call".into(), "go-on", off.clone()));
            items.push(choice("halt", "send nothing more; it can be continued".into(), "halt", off));
        } else if run.is_late() {
            items.push(choice("wait on", "look at the rows again, from now".into(), "wait", None));
        } else if stuck {
            items.push(choice("wait on", "go on waiting, from now".into(), "wait", None));
            items.push(choice("go on without", "send the next call all the same".into(), "go-on", None));
        } else {
            let left = run.record.go_on().err();
            items.push(choice("go on", "shows the remaining steps as a plan".into(), "rest", left));
        }
        if ends {
            page(&mut items);
        }
        if over || ends {
            let back = way_back(&run.record);
            items.push(choice("undo", back.clone().unwrap_or_default(), "undo", back.err()));
        }
        if ends {
            items.push(choice("leave it", "as it stands".into(), "leave", None));
        }
        let cursor = first_choice(&items);
        let title = run.record.title.clone();
        self.menu(Menu::new(MenuKind::Run(id), title, items).at(cursor));
    }

    pub(super) fn run_choice(&mut self, id: u64, what: &str) {
        let now = self.s.now;
        match what {
            "timeline" => return self.pager(Page::Run(id)),
            "script" => {
                let Some(run) = self.s.runs.iter().find(|r| r.id == id) else { return };
                let script = super::run_page::script(self.s, run).join("\n");
                return self.copied_as("the script", script);
            }
            _ => {}
        }
        let Some(run) = self.run_mut(id) else { return };
        let over = run.is_over() && !run.is_half_done() && !run.is_late();
        let mut record = run.record.clone();
        let waits = matches!(record.progress(), Progress::Wait(_));
        if what == "undo" {
            // What has not come is not waited for a second time.
            match record.progress() {
                Progress::Wait(at) => record.apply(&RunEntry::Waited { at }, now),
                Progress::Answered => record.apply(&RunEntry::Ended { ok: false }, now),
                _ => {}
            }
        }
        let decide = |verdict| Effect::Decide { run: id, verdict };
        match what {
            "wait" if run.is_late() => {
                run.phase = RunPhase::Settling("being looked at again".into());
                run.ended = None;
                self.emit(decide(Verdict::Wait));
            }
            "halt" => {
                run.phase = RunPhase::Halted;
                run.ended = Some(now);
                let text = run.text();
                self.emit(decide(Verdict::Stop));
                self.say(Level::Warning, text);
            }
            "undo" if run.is_late() || over => self.undo_record(record),
            "leave" if run.is_late() => {}
            "wait" => {
                if let Progress::Wait(at) = record.progress() {
                    run.phase = RunPhase::Waiting(record.wait_at(at), String::new());
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
    pub(super) fn run_plan(&mut self, source: PlanSource) {
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
    pub(super) fn act_on(&mut self, line: &str, rows: Vec<RowKey>) {
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_takes_several_lines_and_loses_nothing() {
        let blob = "x".repeat(130);
        let text =
            format!("launch it: You are not authorized to perform this operation, said AWS of it. {blob} --region r");
        let lines = folded(&text);
        assert!(lines.iter().all(|l| width(l) <= LINE), "{lines:?}");
        assert_eq!(lines.join("").replace(' ', ""), text.replace(' ', ""));
        assert_eq!(folded("short"), ["short"]);
    }
}
