//! Carries out confirmed plans: intent on disk, permit, one call after the other, outcome on disk.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

use super::journal::{CallOutcome, Journal};
use crate::aws::{ConfirmedCall, Gateway, fault};
use crate::base::{Clock, Fault, FaultKind, Reached};
use crate::kinds::{Mode, Registry, Send, Sent};
use crate::model::{Access, ActEvent, Call, DryRun, Identity, Plan};

/// A confirmed plan on its way.
#[derive(Debug, Clone)]
pub struct Carry {
    /// Its number in this run of the program.
    pub run: u64,
    /// What the user confirmed.
    pub plan: Plan,
    /// Who it was confirmed for.
    pub identity: Option<Identity>,
    /// The generation of the credentials that it was confirmed for.
    pub generation: u64,
}

/// Carries out plans, each exactly once. Cheap to clone.
#[derive(Clone)]
pub struct Executor {
    gateway: Gateway,
    registry: Registry,
    journal: Journal,
    clock: Clock,
    out: mpsc::Sender<ActEvent>,
    taken: Arc<Mutex<HashSet<u64>>>,
}

impl Executor {
    /// An executor that tells `out` what happens.
    pub fn new(
        gateway: Gateway,
        registry: Registry,
        journal: Journal,
        clock: Clock,
        out: mpsc::Sender<ActEvent>,
    ) -> Self {
        Executor { gateway, registry, journal, clock, out, taken: Arc::default() }
    }

    /// Carries out a plan and returns when its last call was answered. A number that was seen before is dropped: a repeated
    /// key or a late event never does anything twice.
    pub async fn carry(&self, carry: Carry) {
        if !self.taken.lock().unwrap_or_else(PoisonError::into_inner).insert(carry.run) {
            return;
        }
        let Carry { run, plan, identity, generation } = carry;
        let now = self.clock.now();
        let first = plan.calls.first().cloned();
        if let Err(fault) = self
            .blocking({
                let (journal, plan) = (self.journal.clone(), plan.clone());
                move || journal.began(run, &plan, now).map_err(Fault::from)
            })
            .await
        {
            let fault = first.map_or(fault.clone(), |c| fault.of(c.op.service.sdk_id(), c.op.name));
            self.tell(ActEvent::Failed { run, call: 0, fault }).await;
            return;
        }
        self.tell(ActEvent::Began { run, title: plan.title.clone() }).await;
        for (index, call) in plan.calls.iter().enumerate() {
            if !self.one(run, index, call, identity.as_ref(), generation).await {
                return;
            }
        }
    }

    /// One call; `false` stops the rest.
    async fn one(&self, run: u64, index: usize, call: &Call, who: Option<&Identity>, generation: u64) -> bool {
        let now = self.clock.now();
        let intent = {
            let (journal, call, who) = (self.journal.clone(), call.clone(), who.cloned());
            move || journal.intent(run, index, &call, who.as_ref(), now).map_err(Fault::from)
        };
        let sent = match self.blocking(intent).await {
            Ok(()) => self.send(run, index, call, generation).await,
            Err(fault) => Err(fault.of(call.op.service.sdk_id(), call.op.name)),
        };
        match sent {
            Ok(Sent { request_id, text }) => {
                let id = request_id.clone();
                self.note(run, index, move |j, now| j.outcome(run, index, &CallOutcome::Ok(id.as_deref()), now)).await;
                self.tell(ActEvent::Done { run, call: index, request_id, text }).await;
                true
            }
            // Sent, and nobody knows: it is never sent again, whatever its retry class; the watcher looks.
            Err(fault) if fault.reached == Reached::Maybe && call.op.access == Access::Write => {
                let f = fault.clone();
                self.note(run, index, move |j, now| j.outcome(run, index, &CallOutcome::Unknown(&f), now)).await;
                self.tell(ActEvent::Unknown { run, call: index, fault }).await;
                // What follows may rest on this call.
                false
            }
            Err(fault) => {
                let f = fault.clone();
                self.note(run, index, move |j, now| {
                    j.outcome(run, index, &CallOutcome::Failed(&f), now)?;
                    j.ended(run, &f.to_string(), false, now)
                })
                .await;
                self.tell(ActEvent::Failed { run, call: index, fault }).await;
                false
            }
        }
    }

    async fn send(&self, run: u64, index: usize, call: &Call, generation: u64) -> Result<Sent, Fault> {
        let sender =
            self.registry.sender(call.op).ok_or_else(|| Fault::bug(format!("Nothing sends {}.", call.op.name)))?;
        let name = format!("{}/{index}", self.journal.run_name(run));
        let permit = match call.op.access {
            Access::Read => None,
            Access::Write => Some(
                self.gateway
                    .permit(ConfirmedCall { scope: &call.scope, operation: call.op, call: &name, generation })
                    .await?,
            ),
        };
        let out = self.out.clone();
        let progress = Arc::new(move |done, of| {
            // Progress is only news: what does not fit into the channel is left out.
            let _ = out.try_send(ActEvent::Progress { run, done, of });
        });
        let send = Send { gateway: self.gateway.clone(), call: call.clone(), mode: Mode::Real(permit), progress };
        // A task of its own: a panic after the request left is an unknown outcome, not a run that hangs.
        match tokio::spawn((sender.send)(send)).await {
            Ok(sent) => sent,
            Err(e) => {
                tracing::error!(run, index, "a sender ended without an answer: {e}");
                let text = "The call failed inside this program; it may have been carried out.";
                Err(Fault::bug(text).of(call.op.service.sdk_id(), call.op.name).reached(Reached::Maybe))
            }
        }
    }

    async fn note(
        &self,
        run: u64,
        index: usize,
        write: impl FnOnce(&Journal, crate::base::Time) -> Result<(), super::JournalError> + std::marker::Send + 'static,
    ) {
        let (journal, now) = (self.journal.clone(), self.clock.now());
        let written = self.blocking(move || Ok(write(&journal, now).map_err(|e| e.to_string()))).await;
        if let Err(why) = written.unwrap_or_else(|fault| Err(fault.to_string())) {
            tracing::error!(run, index, "the outcome could not be written to the journal: {why}");
            self.tell(ActEvent::Unwritten { run, why }).await;
        }
    }

    /// Disk writes wait for the disk; they must not hold a worker of the runtime.
    async fn blocking<T: std::marker::Send + 'static>(
        &self,
        f: impl FnOnce() -> Result<T, Fault> + std::marker::Send + 'static,
    ) -> Result<T, Fault> {
        match tokio::task::spawn_blocking(f).await {
            Ok(r) => r,
            Err(e) => Err(Fault::bug(format!("Writing the journal failed: {e}"))),
        }
    }

    async fn tell(&self, event: ActEvent) {
        // The receiver is gone only when the program ends; the journal has it all.
        let _ = self.out.send(event).await;
    }
}

/// Asks EC2 whether IAM allows a plan. The first call that has no answer of "yes" decides.
pub async fn dry_run(gateway: &Gateway, registry: &Registry, plan: &Plan) -> DryRun {
    let mut asked = false;
    for call in &plan.calls {
        if !call.op.dry_run {
            continue;
        }
        if call.scope.profile().is_some_and(|p| gateway.is_read_only(p)) {
            return DryRun::NotAsked;
        }
        let Some(sender) = registry.sender(call.op) else { continue };
        let send =
            Send { gateway: gateway.clone(), call: call.clone(), mode: Mode::DryRun, progress: Arc::new(|_, _| {}) };
        match (sender.send)(send).await {
            Err(f) if fault::is_dry_run_ok(&f) => asked = true,
            Err(f) if f.kind == FaultKind::Denied => return DryRun::Denied(f),
            Err(f) if f.kind == FaultKind::ReadOnly => return DryRun::NotAsked,
            Err(f) => return DryRun::Failed(f),
            Ok(_) => {
                return DryRun::Failed(Fault::new(
                    FaultKind::Unknown,
                    format!("{} answered a dry run as if it had been carried out.", call.op.name),
                ));
            }
        }
    }
    if asked { DryRun::Allowed } else { DryRun::NotSupported }
}

#[cfg(test)]
#[path = "executor_tests.rs"]
mod tests;
