//! The plans that are made of a run that stopped: the rest of it, and the way back of what was done. Each has steps and numbers of its
//! own: what the run knows of its answers is filled in when they are made, and what cannot be is said.

use super::super::call::Out;
use super::super::operation::Retry;
use super::super::plan::{Consequence, Plan, Severity, Step, StepUndo, Subject};
use super::super::waiter::Waiter;
use super::{Progress, RunRecord, StepState, WaitPlace};

impl RunRecord {
    /// The plan of the steps that are left, as it is to be read before the run continues. It is carried out by going on with this
    /// record ([`RunRecord::again`]), so that the journal has one run.
    ///
    /// # Errors
    /// A sentence: nothing is left, or what is left cannot be sent again.
    pub fn go_on(&self) -> Result<Plan, String> {
        let from = match self.progress() {
            Progress::Send(i) | Progress::Stopped(i) => i,
            Progress::Wait(WaitPlace::After(i)) => i + 1,
            Progress::Wait(WaitPlace::Before(i) | WaitPlace::Again(i)) => i,
            Progress::Answered => return Err("Every call was answered: only the result is left to check.".into()),
            Progress::Ended => return Err("It is finished.".into()),
        };
        let step = &self.steps[from];
        let uncertain = self.states[from].is_uncertain();
        // A command is the user's own: whether it may be carried out twice is for nobody else to say, and typed.
        let is_command = !step.call.op.service.is_of_aws();
        if uncertain && !is_command && !step.may_be_sent_again() {
            return Err(format!(
                "Whether AWS received \"{}\" is not known, and {} sent twice is done twice: check first.",
                step.title, step.call.op.name
            ));
        }
        let left = &self.steps[from..];
        // A secret that AWS answers is still to come; one that was typed is in no journal.
        if let Some(step) = left.iter().find(|s| s.call.has_secret()) {
            return Err(format!(
                "\"{}\" cannot be continued: its secret was not saved. Start it again from the beginning.",
                step.title
            ));
        }
        let mut consequences = self.said();
        if uncertain && is_command {
            consequences
                .push(unknown(format!("\"{}\" may have been done, and is done again: check first", step.title)));
        } else if uncertain {
            let how = match step.call.op.retry {
                Retry::Token => "its client token is the same, so it is done only once",
                Retry::Never => "it may be done twice, which does no harm here",
                Retry::Safe => "doing it twice has the same result as once",
            };
            consequences.push(note(format!("\"{}\" is sent again: {how}", step.title)));
        }
        let number = |step: usize| step.checked_sub(from);
        let mut steps = left.to_vec();
        for step in &mut steps {
            step.call = step
                .call
                .rebind(&self.outputs, number)
                .map_err(|lost| format!("\"{}\" cannot be continued: {}. Check first.", step.title, self.lost(lost)))?;
            step.wait = self.rebound(&step.wait, &number);
            step.brings_back = step.brings_back.and_then(number);
            step.undo = step.undo.take().and_then(|undo| {
                let call = undo.call.rebind(&self.outputs, number).ok()?;
                Some(StepUndo { call, wait: self.rebound(&undo.wait, &number), ..undo })
            });
        }
        // A run that stopped in a wait continues with it, and with what is waited for before the next step beside it.
        if let Some(first) = steps.first_mut() {
            first.before = match self.progress() {
                Progress::Wait(WaitPlace::After(i)) => {
                    let after = self.rebound(&self.wait_at(WaitPlace::After(i)), &|_| None);
                    Waiter::all(vec![after, std::mem::replace(&mut first.before, Waiter::AtOnce)])
                }
                Progress::Wait(WaitPlace::Again(_)) => Waiter::AtOnce,
                Progress::Wait(place) => self.rebound(&self.wait_at(place), &|_| None),
                _ => Waiter::AtOnce,
            };
        }
        let mut plan = self.plan(format!("Continue: {}", self.title), "go on", steps, consequences);
        plan.wait = self.rebound(&self.wait, &number);
        plan.destructive = self.careful;
        Ok(plan)
    }

    /// The plan that undoes the steps that were done, the last one first.
    ///
    /// # Errors
    /// A sentence: nothing was done, or nothing of it has a way back.
    pub fn undo_steps(&self) -> Result<Plan, String> {
        let mut back =
            WayBack { run: self, steps: Vec::new(), said: Vec::new(), hurts: Vec::new(), destructive: false };
        for (i, step) in self.steps.iter().enumerate().rev() {
            match (&self.states[i], &step.undo) {
                _ if self.is_brought_back(i) => {}
                (StepState::NotSent | StepState::Failed(_) | StepState::Needless(_), _) => {}
                (StepState::Done, None) => back.said.push(note(format!("\"{}\" stays: it has no undo", step.title))),
                (StepState::Done, Some(undo)) => back.done(step, undo),
                (StepState::Again { maybe: false, .. }, _) => {}
                (StepState::Sent | StepState::Unknown(_) | StepState::Again { .. }, undo) => {
                    back.uncertain(i, step, undo.as_ref());
                }
            }
        }
        let WayBack { mut steps, said, hurts, destructive, .. } = back;
        if steps.is_empty() {
            let why = said.into_iter().next_back().map(|c| c.text);
            return Err(why.map_or_else(
                || "What was done cannot be undone.".into(),
                |why| format!("What was done cannot be undone: {why}."),
            ));
        }
        let consequences = self.said().into_iter().chain(said).chain(hurts).collect();
        // EC2 deletes no volume that is being created, and starts no instance that is stopping.
        if let Some(first) = steps.first_mut() {
            first.before = self.still_to_come();
        }
        // What is looked at when it is over is what the last step waits for.
        let wait = steps.last_mut().map_or(Waiter::AtOnce, |s| std::mem::replace(&mut s.wait, Waiter::AtOnce));
        let mut plan = self.plan(format!("Undo: {}", self.title), "undo", steps, consequences);
        plan.wait = wait;
        plan.undo = None;
        plan.destructive = destructive;
        Ok(plan)
    }

    /// A wait of this run in a plan with other numbers. What nothing is known of is not waited for.
    fn rebound(&self, wait: &Waiter, number: &dyn Fn(usize) -> Option<usize>) -> Waiter {
        wait.rebind(&self.outputs, number).unwrap_or(Waiter::AtOnce)
    }

    /// What has to rest before anything is undone: what the last call set going, or may have set going.
    fn still_to_come(&self) -> Waiter {
        let wait = match self.progress() {
            Progress::Stopped(i) | Progress::Wait(WaitPlace::Again(i)) if self.states[i].is_uncertain() => {
                self.wait_after(i).resolve(&self.outputs).resting()
            }
            Progress::Send(_) | Progress::Stopped(_) | Progress::Wait(WaitPlace::Again(_)) | Progress::Ended => {
                Waiter::AtOnce
            }
            Progress::Wait(place) => self.wait_at(place),
            Progress::Answered => self.resolved_wait().resting(),
        };
        self.rebound(&wait, &|_| None)
    }

    /// What is waited for after a step; after the last one, that is what the whole waits for.
    fn wait_after(&self, step: usize) -> &Waiter {
        if step + 1 == self.steps.len() { &self.wait } else { &self.steps[step].wait }
    }

    /// That an answer is not known: part of a sentence.
    fn lost(&self, out: Out) -> String {
        let whose = self.steps.get(out.step).map_or("another step", |s| s.title.as_str());
        format!("what \"{whose}\" created is not known ({})", out.output)
    }

    fn said(&self) -> Vec<Consequence> {
        self.stand().into_iter().map(|(glyph, text)| note(format!("{glyph} {text}"))).collect()
    }

    fn plan(&self, title: String, phrase: &str, steps: Vec<Step>, consequences: Vec<Consequence>) -> Plan {
        let subjects = self.all_rows().into_iter().map(|(table, id)| Subject {
            table,
            shown_id: id.clone(),
            label: id.clone(),
            id,
            change: String::new(),
        });
        let subjects: Vec<Subject> = subjects.collect();
        Plan {
            phrase: phrase.to_string(),
            subjects,
            consequences,
            steps,
            undo: self.undo.clone(),
            then: self.then.clone(),
            ..Plan::empty("run", title)
        }
    }
}

/// The way back of a run as it is put together, from the last step to the first.
struct WayBack<'a> {
    run: &'a RunRecord,
    steps: Vec<Step>,
    said: Vec<Consequence>,
    hurts: Vec<Consequence>,
    destructive: bool,
}

impl WayBack<'_> {
    /// Of a step that was answered.
    fn done(&mut self, step: &Step, undo: &StepUndo) {
        if self.has_lost_secret(step, undo) {
            return;
        }
        if let Err(lost) = self.bind(undo, &|_| None) {
            let why = self.run.lost(lost);
            self.said.push(severe(format!("\"{}\" is not undone: {why}", step.title)));
        }
    }

    /// Of a step of which nobody knows whether it was done.
    fn uncertain(&mut self, i: usize, step: &Step, undo: Option<&StepUndo>) {
        self.said.push(unknown(format!("Whether \"{}\" was done is not known: check before and after", step.title)));
        let Some(undo) = undo else { return };
        if self.has_lost_secret(step, undo) {
            return;
        }
        if self.bind(undo, &|_| None).is_ok() {
            // What is sent once and was not done cannot be taken back: AWS says so, and the steps before it are undone all the same. What may
            // be sent again is refused for other reasons too.
            if let Some(back) = self.steps.last_mut() {
                back.may_be_refused = step.call.op.retry == Retry::Never;
            }
            return;
        }
        // What it made is not known. With the same token it is not done a second time, and answers that.
        let at = self.steps.len();
        if let Err(why) = self.ask(i, step).and_then(|()| {
            let number = |s: usize| (s == i).then_some(at);
            self.bind(undo, &number).map_err(|lost| self.run.lost(lost))
        }) {
            self.steps.truncate(at);
            self.said.push(unknown(format!("If \"{}\" was done, it is not undone: {why}", step.title)));
        }
    }

    /// Has a call sent again that answers what it made the first time.
    fn ask(&mut self, i: usize, step: &Step) -> Result<(), String> {
        let run = self.run;
        if step.call.op.retry != Retry::Token {
            return Err("what it created is not known, and AWS cannot be asked for it".into());
        }
        if step.call.has_secret() {
            return Err("asking AWS for it takes a secret that was not saved".into());
        }
        let call = step.call.resolve(&run.outputs).map_err(|lost| run.lost(lost))?;
        let at = self.steps.len();
        // What has just been made is taken away once it has come to rest: EC2 deletes no volume that is being created.
        let wait = run.rebound(run.wait_after(i), &|s| (s == i).then_some(at));
        self.steps.push(Step::new(format!("find out what it created: {}", step.title), call).then_wait(wait));
        self.said.push(note(format!(
            "\"{}\" is sent again to learn what it created: its client token is the same, so it is done only once",
            step.title
        )));
        Ok(())
    }

    /// Adds the way back of a step.
    fn bind(&mut self, undo: &StepUndo, number: &dyn Fn(usize) -> Option<usize>) -> Result<(), Out> {
        let call = undo.call.rebind(&self.run.outputs, number)?;
        let wait = self.run.rebound(&undo.wait, number);
        self.destructive |= undo.destructive;
        self.hurts.extend(undo.hurts.clone().map(severe));
        self.steps.push(Step::new(undo.title.clone(), call).then_wait(wait));
        Ok(())
    }

    /// A secret in a way back came from the journal, which has none.
    fn has_lost_secret(&mut self, step: &Step, undo: &StepUndo) -> bool {
        let lost = undo.call.has_secret();
        if lost {
            let text = format!("\"{}\" is not undone: its former secret was not saved", step.title);
            self.said.push(severe(text));
        }
        lost
    }
}

fn note(text: String) -> Consequence {
    Consequence { severity: Severity::Note, text }
}

fn unknown(text: String) -> Consequence {
    Consequence { severity: Severity::Unknown, text }
}

fn severe(text: String) -> Consequence {
    Consequence { severity: Severity::Severe, text }
}
