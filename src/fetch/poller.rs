//! Decides what is asked when. One task; jobs are tasks of their own.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustc_hash::FxHashMap;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;

use super::Update;
use super::budget::{Budget, Share};
use super::cadence;
use super::job::{Ended, Shared, run};
use crate::aws::Gateway;
use crate::base::{Clock, Fault, RowId, Time};
use crate::kinds::{Interner, ListRequest, Registry, What};
use crate::model::{Interest, Meter, TableKey};

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

enum Command {
    Watch(Vec<Interest>),
    Refresh(Vec<TableKey>),
    Reread(u64, Vec<(TableKey, Vec<RowId>)>),
}

/// The handle. Dropping it ends the poller.
#[derive(Clone)]
pub struct Poller {
    commands: mpsc::UnboundedSender<Command>,
    busy: Arc<AtomicU64>,
}

/// What was spent in the last minute.
#[derive(Default)]
pub(super) struct Spent {
    calls: Mutex<VecDeque<Time>>,
    metrics: Mutex<VecDeque<(Time, u32)>>,
}

impl Spent {
    pub(super) fn call(&self, now: Time) {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push_back(now);
    }
    /// Notes metrics asked of CloudWatch: these are what GetMetricData charges for.
    pub(super) fn metrics(&self, now: Time, n: u32) {
        self.metrics.lock().unwrap_or_else(PoisonError::into_inner).push_back((now, n));
    }
    fn meter(&self, now: Time, slowed: Vec<String>) -> Meter {
        const MINUTE: Duration = Duration::from_secs(60);
        // Metrics are asked every minute or every five: five minutes show the rate of both.
        const FIVE: Duration = Duration::from_secs(300);
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        while calls.front().is_some_and(|t| now.since(*t) >= MINUTE) {
            calls.pop_front();
        }
        let mut metrics = self.metrics.lock().unwrap_or_else(PoisonError::into_inner);
        while metrics.front().is_some_and(|(t, _)| now.since(*t) >= FIVE) {
            metrics.pop_front();
        }
        let asked: u32 = metrics.iter().map(|(_, n)| n).sum();
        // $0.01 per 1,000 metrics = a hundredth of a thousandth of a dollar each; twelve times five minutes an hour.
        Meter {
            calls_per_minute: u32::try_from(calls.len()).unwrap_or(u32::MAX),
            millidollars_per_hour: (asked * 12).div_ceil(100),
            slowed,
        }
    }
}

impl Poller {
    /// Starts the poller on the current runtime. `out` is bounded: a slow reader slows the jobs down, never the screen.
    pub fn start(config: PollerConfig, out: mpsc::Sender<Update>) -> Poller {
        let (tx, rx) = mpsc::unbounded_channel();
        let busy = Arc::new(AtomicU64::new(0));
        let shared = Shared {
            budget: Budget::new(config.share),
            seq: Arc::new(AtomicU64::new(0)),
            out,
            spent: Arc::default(),
            clock: config.clock.clone(),
        };
        let worker = Worker {
            config,
            shared,
            interner: Interner::default(),
            plans: FxHashMap::default(),
            jobs: JoinSet::new(),
            busy: busy.clone(),
            meter: Meter::default(),
        };
        tokio::spawn(worker.run(rx));
        Poller { commands: tx, busy }
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

/// A table's place in the plan, for whole runs and for looks at some rows apart.
struct Planned {
    interest: Interest,
    next: Instant,
    running: Option<AbortHandle>,
    again: bool,
    pages: u32,
    faults: u32,
}

type PlanKey = (TableKey, bool);

enum JobKey {
    Planned(PlanKey),
    Reread(u64),
}

struct Worker {
    config: PollerConfig,
    shared: Shared,
    interner: Interner,
    plans: FxHashMap<PlanKey, Planned>,
    jobs: JoinSet<(JobKey, Ended)>,
    busy: Arc<AtomicU64>,
    meter: Meter,
}

impl Worker {
    async fn run(mut self, mut commands: mpsc::UnboundedReceiver<Command>) {
        let mut metered = Instant::now();
        loop {
            self.start_due();
            let next = self.plans.values().filter(|p| p.running.is_none()).map(|p| p.next).min();
            let wake = next.unwrap_or_else(|| Instant::now() + cadence::WARM).min(metered + Duration::from_secs(5));
            tokio::select! {
                biased;
                command = commands.recv() => match command {
                    Some(c) => {
                        self.command(c);
                        self.start_due();
                        self.busy.fetch_sub(1, Ordering::SeqCst);
                    }
                    None => break,
                },
                Some(done) = self.jobs.join_next() => self.ended(done).await,
                () = tokio::time::sleep_until(wake) => {}
            }
            if metered.elapsed() >= Duration::from_secs(5) {
                metered = Instant::now();
                self.tell_meter().await;
            }
        }
        self.jobs.abort_all();
    }

    async fn tell_meter(&mut self) {
        let meter = self.shared.spent.meter(self.config.clock.now(), self.shared.budget.slowed());
        if meter != self.meter {
            self.meter = meter.clone();
            let _ = self.shared.out.send(Update::Meter(meter)).await;
        }
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Watch(interests) => self.watch(interests),
            Command::Refresh(tables) => {
                let now = Instant::now();
                for ((table, _), plan) in &mut self.plans {
                    if tables.contains(table) {
                        plan.again = plan.running.is_some();
                        plan.next = now;
                        plan.faults = 0;
                    }
                }
            }
            Command::Reread(number, rows) => self.reread(number, rows),
        }
    }

    /// What is not wanted any more stops; what is new starts now; what stays keeps its place.
    fn watch(&mut self, interests: Vec<Interest>) {
        let now = Instant::now();
        let mut wanted: FxHashMap<PlanKey, Interest> = FxHashMap::default();
        for i in interests {
            wanted.entry((i.table.clone(), i.ids.is_some())).or_insert(i);
        }
        self.plans.retain(|key, plan| {
            let keep = wanted.contains_key(key);
            if !keep && let Some(job) = &plan.running {
                job.abort();
            }
            keep
        });
        for (key, interest) in wanted {
            match self.plans.get_mut(&key) {
                Some(plan) => {
                    let new_rows = match (&plan.interest.ids, &interest.ids) {
                        (Some(old), Some(new)) => new.iter().any(|id| !old.contains(id)),
                        _ => false,
                    };
                    if new_rows || (interest.visible && !plan.interest.visible) {
                        if plan.running.is_some() {
                            plan.again = true;
                        }
                        plan.next = plan.next.min(now + Duration::from_millis(150));
                    }
                    plan.interest = interest;
                }
                None => {
                    let plan = Planned { interest, next: now, running: None, again: false, pages: 1, faults: 0 };
                    self.plans.insert(key, plan);
                }
            }
        }
    }

    fn start_due(&mut self) {
        let now = Instant::now();
        for (key, plan) in &mut self.plans {
            if plan.running.is_some() || plan.next > now {
                continue;
            }
            let Some(def) = self.config.registry.def(key.0.kind) else { continue };
            let what = plan.interest.ids.clone().map_or(What::Everything, What::Ids);
            if matches!(&what, What::Ids(ids) if ids.is_empty()) {
                plan.next = now + cadence::WARM;
                continue;
            }
            let request = request(&self.config, &self.interner, &key.0, what);
            let (table, shared, key) = (key.0.clone(), self.shared.clone(), key.clone());
            self.busy.fetch_add(1, Ordering::SeqCst);
            plan.running = Some(self.jobs.spawn(async move {
                let ended = run(def, request, table, shared).await;
                (JobKey::Planned(key), ended)
            }));
        }
    }

    fn reread(&mut self, number: u64, rows: Vec<(TableKey, Vec<RowId>)>) {
        let mut runs = Vec::new();
        for (table, ids) in rows {
            if let Some(def) = self.config.registry.def(table.kind) {
                let request = request(&self.config, &self.interner, &table, What::Ids(Arc::new(ids)));
                runs.push(run(def, request, table, self.shared.clone()));
            }
        }
        self.busy.fetch_add(1, Ordering::SeqCst);
        self.jobs.spawn(async move {
            let fault = futures::future::join_all(runs).await.into_iter().find_map(|e| e.fault);
            (JobKey::Reread(number), Ended { pages: 0, fault })
        });
    }

    async fn ended(&mut self, done: Result<(JobKey, Ended), tokio::task::JoinError>) {
        match done {
            Ok((JobKey::Planned(key), ended)) => self.plan_next(&key, &ended),
            Ok((JobKey::Reread(number), ended)) => {
                let result = ended.fault.map_or(Ok(()), Err);
                let _ = self.shared.out.send(Update::Reread(number, result, self.config.clock.now())).await;
            }
            Err(e) if e.is_cancelled() => {}
            Err(e) => {
                tracing::error!("a list job panicked: {e}");
                self.panicked(e.id()).await;
            }
        }
        self.busy.fetch_sub(1, Ordering::SeqCst);
    }

    /// A panic in a list function costs its table a run, and says so; it never costs the console.
    async fn panicked(&mut self, id: tokio::task::Id) {
        let found = self.plans.iter().find(|(_, p)| p.running.as_ref().is_some_and(|r| r.id() == id));
        let Some(key) = found.map(|(k, _)| k.clone()) else { return };
        let fault = Fault::bug("The list function failed inside this program; see the log file.");
        let seq = self.shared.seq.fetch_add(1, Ordering::Relaxed) + 1;
        let batch = crate::model::Batch {
            table: key.0.clone(),
            seq,
            asked: self.config.clock.now(),
            coverage: crate::model::Coverage::Sweep { began: seq },
            rows: Vec::new(),
            outcome: crate::model::Outcome::Failed(fault.clone()),
        };
        let _ = self.shared.out.send(Update::Batch(batch)).await;
        self.plan_next(&key, &Ended { pages: 0, fault: Some(fault) });
    }

    fn plan_next(&mut self, key: &PlanKey, ended: &Ended) {
        let Some(plan) = self.plans.get_mut(key) else { return };
        plan.running = None;
        let kind = key.0.kind;
        let pause = match &ended.fault {
            Some(fault) => {
                plan.faults += 1;
                cadence::after_fault(fault, plan.faults)
            }
            None => {
                plan.faults = 0;
                plan.pages = ended.pages.max(1);
                match (&plan.interest.ids, plan.interest.visible) {
                    (_, false) => cadence::WARM,
                    (Some(_), true) if !kind.side => cadence::TRANSITION,
                    (_, true) => cadence::sweep(&kind, self.config.every, plan.pages),
                }
            }
        };
        // A tenth of jitter: many consoles on one account must not ask in step.
        let jitter = pause.mul_f64(fastrand::f64() * 0.1);
        plan.next = Instant::now() + if std::mem::take(&mut plan.again) { Duration::ZERO } else { pause + jitter };
    }
}

fn request(config: &PollerConfig, interner: &Interner, table: &TableKey, what: What) -> ListRequest {
    ListRequest {
        gateway: config.gateway.clone(),
        scope: table.scope.clone(),
        selector: table.selector.clone(),
        what,
        interner: interner.clone(),
        clock: config.clock.clone(),
    }
}
