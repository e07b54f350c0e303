//! The handle of the poller: what it is told. What it does about it: [`super::worker`].

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arcstr::ArcStr;
use tokio::sync::mpsc;

use super::Update;
use super::budget::{Budget, Share};
use super::cadence::{self, Pace};
use super::compactor::Keeper;
use super::job::{Renew, Renewer, Shared};
use super::worker::Worker;
use crate::aws::Gateway;
use crate::base::{Clock, RowId};
use crate::kinds::{Interner, Registry};
use crate::model::{Interest, TableKey};

/// What a poller is made from.
#[derive(Clone)]
pub struct PollerConfig {
    /// Builds the clients.
    pub gateway: Gateway,
    /// The kinds.
    pub registry: Registry,
    /// The time.
    pub clock: Clock,
    /// The pause between two runs over a table of one page (`--refresh`).
    pub every: Duration,
    /// How much of the documented request rates polling may take (`--api-share`).
    pub share: Share,
}

pub(super) enum Command {
    Watch(Vec<Interest>),
    Refresh(Vec<TableKey>),
    Reread(u64, Vec<(TableKey, Vec<RowId>)>),
    Forget(Vec<TableKey>),
}

/// The handle. Dropping it ends the poller.
#[derive(Clone)]
pub struct Poller {
    commands: mpsc::UnboundedSender<Command>,
    busy: Arc<AtomicU64>,
    budget: Budget,
}

impl Poller {
    /// Starts the poller on the current runtime. `out` is bounded: a slow reader slows the jobs down, never the screen.
    pub fn start(config: PollerConfig, out: mpsc::Sender<Update>) -> Poller {
        let gateway = config.gateway.clone();
        let renew: Renew = Arc::new(move |profile| {
            let gateway = gateway.clone();
            Box::pin(async move { gateway.refresh(&profile).await })
        });
        Poller::at_pace(config, out, Pace(1), renew)
    }

    fn at_pace(config: PollerConfig, out: mpsc::Sender<Update>, pace: Pace, renew: Renew) -> Poller {
        // Without a bound, because who sends is the screen, which waits for nothing: a few commands for each change of view.
        let (tx, rx) = mpsc::unbounded_channel();
        let busy = Arc::new(AtomicU64::new(0));
        let interner = Interner::default();
        let shared = Shared {
            keeper: Keeper::start(interner.clone()),
            budget: Budget::new(config.share),
            seq: Arc::new(AtomicU64::new(0)),
            out,
            spent: Arc::default(),
            clock: config.clock.clone(),
            renewer: Renewer { renew, at_most: pace.of(cadence::RENEW), renewed: Arc::default() },
        };
        let budget = shared.budget.clone();
        let worker = Worker::new(config, pace, shared, interner, busy.clone());
        tokio::spawn(worker.run(rx));
        Poller { commands: tx, busy, budget }
    }
    /// Replaces what is wanted.
    pub fn watch(&self, interests: Vec<Interest>) {
        self.send(Command::Watch(interests));
    }
    /// Asks for tables now. During a run it is remembered, once.
    pub fn refresh(&self, tables: Vec<TableKey>) {
        self.send(Command::Refresh(tables));
    }
    /// Reads rows again for a plan: their batches and then [`Update::Reread`] with this number come out.
    pub fn reread(&self, number: u64, rows: Vec<(TableKey, Vec<RowId>)>) {
        self.send(Command::Reread(number, rows));
    }
    /// Says that the rows of these tables are not held any more: whoever comes back to one finds nothing, however fresh it was.
    pub fn forget(&self, tables: Vec<TableKey>) {
        self.send(Command::Forget(tables));
    }
    /// Says whose account a profile reaches: profiles of one account share what AWS lets that account ask.
    pub fn identified(&self, profile: &ArcStr, account: &ArcStr) {
        self.budget.identified(profile, account);
    }
    /// Whether a job runs, or a command waits: what tests wait for instead of sleeping.
    pub fn is_busy(&self) -> bool {
        self.busy.load(Ordering::SeqCst) > 0
    }
    fn send(&self, c: Command) {
        self.busy.fetch_add(1, Ordering::SeqCst);
        if self.commands.send(c).is_err() {
            self.busy.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
#[path = "poller_tests.rs"]
mod tests;
