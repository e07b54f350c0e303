//! Carries out confirmed plans: intent on disk, permit, one call after the other, outcome on disk, and the waits between them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use arcstr::ArcStr;
use tokio::sync::mpsc;

use super::journal::{CallOutcome, Journal};
use super::keeping::Kept;
use crate::aws::{ConfirmedCall, Gateway, Mint, denial, fault};
use crate::base::{Clock, Fault, FaultKind, Reached};
use crate::kinds::{Answer, Outgoing, Output, Registry, SendMode};
use crate::model::{
    Access, ActEvent, Call, DryRun, Identity, Plan, Progress, RunEntry, RunRecord, Step, StepState, WaitPlace, Waiter,
};

/// So often it is tried to reach an instance by ssh, over some ten minutes.
const MOST_CONNECTS: u32 = 10;

/// A confirmed plan on its way.
#[derive(Debug, Clone)]
pub struct Execute {
    /// Its number in this run of the program.
    pub run: u64,
    /// What is carried out, from where it stands: a run of an earlier process continues where it stopped.
    pub record: RunRecord,
    /// For each profile of its calls: who it was confirmed for, and the generation of the credentials.
    pub pins: BTreeMap<ArcStr, (Option<Identity>, u64)>,
}

/// Carries out plans, each exactly once. Cheap to clone.
#[derive(Clone)]
pub struct Executor {
    gateway: Gateway,
    /// Only who holds it can have a write let through; a second executor of a gateway has none.
    mint: Option<Arc<Mint>>,
    registry: Registry,
    journal: Journal,
    clock: Clock,
    out: mpsc::Sender<ActEvent>,
    taken: Arc<Mutex<HashSet<u64>>>,
    /// Runs that wait between two calls, or before the first.
    waiting: Arc<Mutex<Parked>>,
}

/// Runs by their numbers, each with where it waits.
type Parked = HashMap<u64, (Running, WaitPlace)>;

/// A run on its way through this process.
struct Running {
    run: u64,
    record: RunRecord,
    pins: BTreeMap<ArcStr, (Option<Identity>, u64)>,
}

impl Running {
    fn pin(&self, call: &Call) -> (Option<Identity>, u64) {
        let profile = call.scope.profile().cloned().unwrap_or_default();
        self.pins.get(&profile).cloned().unwrap_or((None, u64::MAX))
    }
}

impl Executor {
    /// An executor that tells `out` what happens. It takes the gateway's mint: a gateway has one executor, and another sends no write.
    pub fn new(
        gateway: Gateway,
        registry: Registry,
        journal: Journal,
        clock: Clock,
        out: mpsc::Sender<ActEvent>,
    ) -> Self {
        let mint = gateway.take_mint().map(Arc::new);
        Executor { gateway, mint, registry, journal, clock, out, taken: Arc::default(), waiting: Arc::default() }
    }

    /// Carries out a plan and returns when its last call was answered, or when it stopped or waits between two calls. A number that was seen before is dropped:
    /// a repeated key or a late event never does anything twice.
    pub async fn carry(&self, execute: Execute) {
        let Execute { run, record, pins } = execute;
        if !self.taken.lock().unwrap_or_else(PoisonError::into_inner).insert(run) {
            return;
        }
        let now = self.clock.now();
        let title = record.title.clone();
        let name = record.name.clone();
        let first = record.steps.first().map(|s| s.call.clone());
        let begins = record.states.iter().all(|s| *s == StepState::NotSent);
        let written = self.blocking({
            let (journal, record) = (self.journal.clone(), record.clone());
            move || {
                let done = if begins { journal.began(&record, now) } else { journal.resumed(&record.name, now) };
                done.map_err(Fault::from)
            }
        });
        if let Err(fault) = written.await {
            let fault = first.map_or(fault.clone(), |c| fault.of(c.op.service.sdk_id(), c.op.name));
            self.tell(ActEvent::Failed { run, step: 0, fault }).await;
            return;
        }
        self.tell(ActEvent::Began { run, name, title }).await;
        self.on(Running { run, record, pins }).await;
    }

    /// Goes on with a run that waits: what it waits for has come, or the user does not want to wait for it. Nothing happens if it does
    /// not wait.
    pub async fn go_on(&self, run: u64) {
        let Some((mut running, at)) = self.parked().remove(&run) else { return };
        let name = running.record.name.clone();
        let step = at.step();
        self.note(run, step, move |j, now| j.waited(&name, at, now)).await;
        running.record.apply(&RunEntry::Waited { at }, self.clock.now());
        self.tell(ActEvent::Waited { run, at }).await;
        if matches!(at, WaitPlace::Again(_)) && !self.one(&mut running, step).await {
            return;
        }
        self.on(running).await;
    }

    /// Drops the rest of a run that waits. The journal keeps it open: it can be undone, or taken up again.
    pub fn stop(&self, run: u64) {
        self.parked().remove(&run);
    }

    pub(super) fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    fn parked(&self) -> std::sync::MutexGuard<'_, Parked> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls until the run waits, stops, or every call was answered.
    async fn on(&self, mut running: Running) {
        loop {
            match running.record.progress() {
                Progress::Send(step) => {
                    if !self.one(&mut running, step).await {
                        return;
                    }
                }
                Progress::Wait(at) => {
                    let run = running.run;
                    let wait = running.record.wait_at(at);
                    self.parked().insert(run, (running, at));
                    return self.tell(ActEvent::Waiting { run, at, wait }).await;
                }
                Progress::Answered | Progress::Stopped(_) | Progress::Ended => return,
            }
        }
    }

    /// One call; `false` stops the rest.
    async fn one(&self, running: &mut Running, step: usize) -> bool {
        let (run, now) = (running.run, self.clock.now());
        let call = match running.record.steps[step].call.resolve(&running.record.outputs) {
            Ok(call) => call,
            Err(missing) => {
                let call = &running.record.steps[step].call;
                let text = format!(
                    "Step {} did not answer {}, so {} was not sent.",
                    missing.step + 1,
                    missing.output,
                    call.op.name
                );
                let fault = Fault::bug(text).of(call.op.service.sdk_id(), call.op.name);
                return self.failed(running, step, fault).await;
            }
        };
        let (who, generation) = running.pin(&call);
        // What an answer is kept in has to be there before the answer is.
        let kept = match Kept::prepare(&running.record.steps[step].keep) {
            Ok(kept) => kept,
            Err(fault) => {
                return self.failed(running, step, fault.of(call.op.service.sdk_id(), call.op.name)).await;
            }
        };
        let intent = {
            let (journal, call, name) = (self.journal.clone(), call.clone(), running.record.name.clone());
            move || journal.intent(&name, step, &call, who.as_ref(), now).map_err(Fault::from)
        };
        let sent = match self.blocking(intent).await {
            Ok(()) => {
                running.record.apply(&RunEntry::Intent { step }, now);
                self.send(&running.record.name, run, step, &call, generation).await
            }
            Err(fault) => Err(fault.of(call.op.service.sdk_id(), call.op.name)),
        };
        match sent {
            Ok(answer) => self.answered(running, step, answer, kept).await,
            // The link is down: what does no harm when it is sent twice is sent until it is back.
            Err(fault) if outlasts(&running.record.steps[step], running.record.tries(step), &fault) => {
                kept.give_up(false);
                self.again(running, step, fault).await
            }
            // Sent, and nobody knows: it is never sent again, whatever its retry class; the watcher looks.
            Err(fault) if fault.reached == Reached::Maybe && call.op.access == Access::Write => {
                kept.give_up(true);
                let (f, name) = (fault.clone(), running.record.name.clone());
                self.note(run, step, move |j, now| j.outcome(&name, step, &CallOutcome::Unknown(&f), now)).await;
                let state = StepState::Unknown(fault.to_string());
                running.record.apply(&RunEntry::Outcome { step, state, outputs: Vec::new() }, self.clock.now());
                self.tell(ActEvent::Unknown { run, step, fault }).await;
                // What follows may rest on this call.
                false
            }
            Err(fault) => {
                kept.give_up(false);
                self.failed(running, step, fault).await
            }
        }
    }

    /// No answer came, and the call is sent again after a pause. The next entry of the journal is its next intent, or another start's.
    async fn again(&self, running: &mut Running, step: usize, fault: Fault) -> bool {
        let (run, f, name) = (running.run, fault.clone(), running.record.name.clone());
        self.note(run, step, move |j, now| j.outcome(&name, step, &CallOutcome::Again(&f), now)).await;
        let state = StepState::Again { why: fault.to_string(), maybe: fault.reached == Reached::Maybe };
        running.record.apply(&RunEntry::Outcome { step, state, outputs: Vec::new() }, self.clock.now());
        self.tell(ActEvent::Again { run, step, fault }).await;
        true
    }

    async fn answered(&self, running: &mut Running, step: usize, answer: Answer, kept: Kept) -> bool {
        let Answer { request_id, mut text, outputs } = answer;
        let kept_in = kept.told();
        let run = running.run;
        let told: Vec<(ArcStr, ArcStr)> = outputs
            .iter()
            .filter_map(|(name, output)| match output {
                Output::Text(text) => Some(((*name).into(), text.clone())),
                Output::Secret(_) => None,
            })
            .collect();
        let lost = self.blocking(move || kept.fill(&outputs)).await.err();
        let (id, outs, name) = (request_id.clone(), told.clone(), running.record.name.clone());
        self.note(run, step, move |j, now| j.outcome(&name, step, &CallOutcome::Ok(id.as_deref(), &outs), now)).await;
        let done = RunEntry::Outcome { step, state: StepState::Done, outputs: told.clone() };
        running.record.apply(&done, self.clock.now());
        if let (Some(kept_in), None) = (kept_in, &lost) {
            text = kept_in;
        }
        self.tell(ActEvent::Done { run, step, request_id, text, outputs: told }).await;
        match lost {
            None => true,
            // It was done, and what it answered is nowhere: the way back is offered.
            Some(fault) => {
                self.tell(ActEvent::Lost { run, step, why: fault.to_string() }).await;
                false
            }
        }
    }

    async fn failed(&self, running: &mut Running, step: usize, fault: Fault) -> bool {
        let (run, f, name) = (running.run, fault.clone(), running.record.name.clone());
        // Who may be refused, and is, because there is nothing to do, has what was wanted.
        let needless = running.record.steps[step].may_be_refused && is_nothing_to_do(&fault);
        // Where nothing was done there is nothing to continue with or to undo.
        let over = running.record.done().0 == 0 && !needless;
        self.note(run, step, move |j, now| {
            let outcome = if needless { CallOutcome::Needless(&f) } else { CallOutcome::Failed(&f) };
            j.outcome(&name, step, &outcome, now)?;
            if over { j.ended(&name, &f.to_string(), false, now) } else { Ok(()) }
        })
        .await;
        if needless {
            let state = StepState::Needless(fault.to_string());
            running.record.apply(&RunEntry::Outcome { step, state, outputs: Vec::new() }, self.clock.now());
            self.tell(ActEvent::Needless { run, step, fault }).await;
            return true;
        }
        // What is asked about it comes after the outcome is on disk.
        let call = &running.record.steps[step].call;
        let fault = Box::pin(denial::explain(&self.gateway, call.op, &call.scope, fault)).await;
        let state = StepState::Failed(fault.told());
        running.record.apply(&RunEntry::Outcome { step, state, outputs: Vec::new() }, self.clock.now());
        self.tell(ActEvent::Failed { run, step, fault }).await;
        false
    }

    pub(super) async fn send(
        &self,
        name: &str,
        run: u64,
        step: usize,
        call: &Call,
        generation: u64,
    ) -> Result<Answer, Fault> {
        let sender =
            self.registry.sender(call.op).ok_or_else(|| Fault::bug(format!("Nothing sends {}.", call.op.name)))?;
        let name = format!("{name}/{step}");
        let permit = match call.op.access {
            Access::Read => None,
            Access::Write => {
                let confirmed = ConfirmedCall { scope: &call.scope, operation: call.op, call: &name, generation };
                let mint = self.mint.as_ref().ok_or_else(|| Fault::bug("The gateway has another executor."))?;
                // Whatever it was that failed, it was not this call: it has not left.
                Some(self.gateway.permit(mint, confirmed).await.map_err(|fault| fault.reached(Reached::NotSent))?)
            }
        };
        let out = self.out.clone();
        let progress = Arc::new(move |done, of| {
            // Progress is only news: what does not fit into the channel is left out.
            let _ = out.try_send(ActEvent::Progress { run, done, of });
        });
        let send =
            Outgoing { gateway: self.gateway.clone(), call: call.clone(), mode: SendMode::Real(permit), progress };
        // A task of its own: a panic after the request left is an unknown outcome, not a run that hangs.
        match tokio::spawn((sender.send)(send)).await {
            Ok(sent) => sent,
            Err(e) => {
                tracing::error!(run, step, "a sender ended without an answer: {e}");
                let text = "The call failed inside this program; it may have been carried out anyway.";
                Err(Fault::bug(text).of(call.op.service.sdk_id(), call.op.name).reached(Reached::Maybe))
            }
        }
    }

    async fn note(
        &self,
        run: u64,
        step: usize,
        write: impl FnOnce(&Journal, crate::base::Time) -> Result<(), super::JournalError> + Send + 'static,
    ) {
        let (journal, now) = (self.journal.clone(), self.clock.now());
        let written = self.blocking(move || Ok(write(&journal, now).map_err(|e| e.to_string()))).await;
        if let Err(why) = written.unwrap_or_else(|fault| Err(fault.to_string())) {
            tracing::error!(run, step, "the outcome could not be written to the journal: {why}");
            self.tell(ActEvent::Unwritten { run, why }).await;
        }
    }

    /// Disk writes wait for the disk; they must not hold a worker of the runtime.
    pub(super) async fn blocking<T: Send + 'static>(
        &self,
        f: impl FnOnce() -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        match tokio::task::spawn_blocking(f).await {
            Ok(r) => r,
            Err(e) => Err(Fault::bug(format!("Writing to disk failed: {e}"))),
        }
    }

    async fn tell(&self, event: ActEvent) {
        // The receiver is gone only when the program ends; the journal has it all.
        let _ = self.out.send(event).await;
    }
}

/// Whether a step is sent again by itself after this fault: nobody answered, or AWS has no time now. Only in a change that goes on for hours
/// (batch by batch), which nobody sits before; any other is told at once. What never left may always be sent.
fn outlasts(step: &Step, tries: u32, fault: &Fault) -> bool {
    let passes = matches!(fault.kind, FaultKind::Offline | FaultKind::Foreign | FaultKind::Throttled);
    let harmless = fault.reached != Reached::Maybe || step.may_be_sent_again();
    // An instance that no ssh reaches may stand behind a rule: after a while that is a failure.
    let link = step.call.op.service.is_of_aws() || tries < MOST_CONNECTS;
    step.batch.is_some() && step.keep.is_empty() && passes && harmless && link
}

/// Whether AWS says that what a call takes away is not there: a volume to be detached is available, a gateway is attached to nothing. Other
/// conflicts (DependencyViolation, IncorrectModificationState) say that it is there and cannot be taken away yet.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
fn is_nothing_to_do(fault: &Fault) -> bool {
    fault.kind == FaultKind::NotFound || matches!(fault.code.as_str(), "IncorrectState" | "Gateway.NotAttached")
}

/// Whether what a step finds may be another state than the one that is there now: an earlier step is waited for or used, or does something
/// else first (a gateway is detached before it is deleted).
fn follows(plan: &Plan, step: usize) -> bool {
    let other = |before: &Step| !std::ptr::eq(before.call.op, plan.steps[step].call.op);
    step > 0 && (plan.is_sequence() || plan.steps[..step].iter().any(other))
}

/// Asks EC2 whether IAM allows a plan. The first call that has no answer of "yes" decides. A call that needs what an earlier one
/// answers cannot be asked.
pub async fn dry_run(gateway: &Gateway, registry: &Registry, plan: &Plan) -> DryRun {
    let mut asked = 0;
    for (step, call) in plan.calls().enumerate() {
        if !call.op.dry_run || !call.uses().is_empty() {
            continue;
        }
        if call.scope.profile().is_some_and(|p| gateway.is_read_only(p)) {
            return DryRun::NotAsked;
        }
        let Some(sender) = registry.sender(call.op) else { continue };
        let send = Outgoing {
            gateway: gateway.clone(),
            call: call.clone(),
            mode: SendMode::DryRun,
            progress: Arc::new(|_, _| {}),
        };
        match (sender.send)(send).await {
            Err(f) if fault::is_dry_run_ok(&f) => asked += 1,
            Err(f) if f.kind == FaultKind::Denied => {
                return DryRun::Denied(Box::pin(denial::explain(gateway, call.op, &call.scope, f)).await);
            }
            Err(f) if f.kind == FaultKind::ReadOnly => return DryRun::NotAsked,
            // A later step's call meets the state that is there before the first, and one that waits for something the state before that: what EC2
            // says to that is no answer about it.
            Err(_) if follows(plan, step) || plan.steps[step].before != Waiter::AtOnce => {}
            Err(f) if plan.steps[step].may_be_refused && is_nothing_to_do(&f) => {}
            Err(f) => return DryRun::Failed(f),
            Ok(_) => {
                return DryRun::Failed(Fault::new(
                    FaultKind::Unknown,
                    format!("{} answered a dry run as if it had been carried out.", call.op.name),
                ));
            }
        }
    }
    match (asked, plan.steps.len()) {
        (0, _) => DryRun::NotSupported,
        (asked, of) if asked == of => DryRun::Allowed,
        (asked, of) => DryRun::AllowedInPart { asked, of },
    }
}

#[cfg(test)]
#[path = "executor_tests.rs"]
mod tests;
