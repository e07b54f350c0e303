//! Decides what is asked when. One task; jobs are tasks of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustc_hash::{FxHashMap, FxHashSet};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, Id, JoinError, JoinSet};
use tokio::time::Instant;

use super::Update;
use super::cadence::{self, Pace};
use super::job::{Ended, Shared, run};
use super::poller::{Command, PollerConfig};
use crate::aws::fault::wants_new_credentials;
use crate::base::{Fault, FaultKind, RowId};
use crate::kinds::{Interner, ListRequest, PaidRow, What};
use crate::model::{Batch, Coverage, Interest, Meter, Outcome, TableKey};

/// A table's place in the plan, for whole runs and for looks at some rows apart.
struct Planned {
    interest: Interest,
    next: Instant,
    running: Option<AbortHandle>,
    /// When the run under way, or the last one, began.
    started: Instant,
    /// The ids that it asks for.
    ids: Option<Arc<Vec<RowId>>>,
    again: bool,
    /// When the last run that did not fail began.
    fresh: Option<Instant>,
    /// Until when what it brought lasts, if it said so: asking sooner would be paid for and bring the same.
    lasts: Option<Instant>,
    pages: u32,
    faults: u32,
    /// AWS called the credentials expired: the next run reloads them first.
    expired: bool,
}

/// A table's last good run: when it began, its pages, and until when it lasts if it said so.
#[derive(Clone, Copy)]
struct Rested {
    fresh: Instant,
    pages: u32,
    lasts: Option<Instant>,
}

type PlanKey = (TableKey, bool);

enum JobKey {
    Planned(PlanKey),
    Reread(u64),
}

pub(super) struct Worker {
    config: PollerConfig,
    pace: Pace,
    shared: Shared,
    interner: Interner,
    plans: FxHashMap<PlanKey, Planned>,
    /// Whole tables that nobody looks at now: coming back to one within its cadence asks nothing.
    rested: FxHashMap<TableKey, Rested>,
    /// Rows that cost money each, or change seldom, with when they are to be asked for again: however often they come into
    /// view, not sooner.
    kept: FxHashMap<TableKey, FxHashMap<RowId, Instant>>,
    jobs: JoinSet<(JobKey, Ended)>,
    /// Runs that were given up and have not ended yet.
    stopping: FxHashMap<Id, TableKey>,
    rereads: FxHashMap<Id, u64>,
    busy: Arc<AtomicU64>,
    meter: Meter,
    /// How long after the others this console asks for what all of them may ask for at the same moment.
    phase: Duration,
}

impl Worker {
    /// One that has nothing to do yet.
    pub(super) fn new(
        config: PollerConfig,
        pace: Pace,
        shared: Shared,
        interner: Interner,
        busy: Arc<AtomicU64>,
    ) -> Worker {
        Worker {
            config,
            pace,
            shared,
            interner,
            plans: FxHashMap::default(),
            rested: FxHashMap::default(),
            kept: FxHashMap::default(),
            jobs: JoinSet::new(),
            stopping: FxHashMap::default(),
            rereads: FxHashMap::default(),
            busy,
            meter: Meter::default(),
            phase: pace.of(cadence::PHASE.mul_f64(fastrand::f64())),
        }
    }
    /// Until nobody commands any more.
    pub(super) async fn run(mut self, mut commands: mpsc::UnboundedReceiver<Command>) {
        let mut metered = Instant::now();
        loop {
            self.start_due();
            let next = self.plans.values().filter(|p| p.running.is_none()).map(|p| p.next).min();
            let wake = next
                .unwrap_or_else(|| Instant::now() + self.pace.of(cadence::WARM))
                .min(metered + self.pace.of(cadence::METER));
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
                Some(done) = self.jobs.join_next_with_id() => self.ended(done).await,
                () = tokio::time::sleep_until(wake) => {}
            }
            if metered.elapsed() >= self.pace.of(cadence::METER) {
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
                self.kept.retain(|table, _| !tables.contains(table));
            }
            Command::Reread(number, rows) => self.reread(number, rows),
            Command::Forget(tables) => {
                for table in tables {
                    self.rested.remove(&table);
                    self.kept.remove(&table);
                }
            }
        }
    }

    /// What is not wanted any more stops; what is new starts now; what stays keeps its place.
    fn watch(&mut self, interests: Vec<Interest>) {
        let now = Instant::now();
        let mut wanted: FxHashMap<PlanKey, Interest> = FxHashMap::default();
        for i in interests {
            let visible = i.visible;
            wanted.entry((i.table.clone(), i.ids.is_some())).or_insert(i).visible |= visible;
        }
        let (kept, dropped): (FxHashMap<_, _>, FxHashMap<_, _>) =
            std::mem::take(&mut self.plans).into_iter().partition(|(key, _)| wanted.contains_key(key));
        self.plans = kept;
        for ((table, by_id), plan) in dropped {
            // A look at a whole side table is given up when it is over, which may not have been joined yet: the viewer is quick.
            let over = table.kind.side && plan.running.as_ref().is_some_and(AbortHandle::is_finished);
            if let Some(job) = &plan.running {
                if !by_id {
                    self.stopping.insert(job.id(), table.clone());
                }
                job.abort();
            }
            // A run that was cut off is asked for again; one that came to its end is good for its cadence.
            let fresh = if over { Some(plan.started) } else { plan.fresh.filter(|_| plan.running.is_none()) };
            if let (false, 0, Some(fresh)) = (by_id, plan.faults, fresh) {
                self.rested.insert(table, Rested { fresh, pages: plan.pages, lasts: plan.lasts });
            }
        }
        for (key, interest) in wanted {
            let due = |rested: Option<Rested>| {
                let by_cadence = |r: Rested| r.fresh + cadence::sweep(&key.0.kind, self.config.every, r.pages);
                rested.map_or(now, |r| r.lasts.unwrap_or_else(|| by_cadence(r))).max(now)
            };
            match self.plans.get_mut(&key) {
                Some(plan) => {
                    let new_rows = match (&plan.interest.ids, &interest.ids) {
                        (Some(old), Some(new)) => {
                            // A filter on a paid value names every row that it may match: too many to look each up in a list.
                            let old: FxHashSet<&RowId> = old.iter().collect();
                            new.iter().any(|id| !old.contains(id))
                        }
                        _ => false,
                    };
                    let wish = now + self.pace.of(cadence::WISH);
                    if new_rows {
                        plan.again |= plan.running.is_some();
                        // What fails is not asked for faster because somebody scrolls.
                        if plan.faults == 0 {
                            plan.next = plan.next.min(wish);
                        }
                    } else if interest.visible && !plan.interest.visible {
                        let last = plan.fresh.map(|fresh| Rested { fresh, pages: plan.pages, lasts: plan.lasts });
                        plan.next = plan.next.min(due(last).max(wish));
                    }
                    plan.interest = interest;
                }
                None => {
                    // Some rows of a side table that was just read as a whole are as good as one page of it.
                    let beside = |r: &Rested| Rested { pages: 1, ..*r };
                    let rested = match key {
                        (_, false) => self.rested.remove(&key.0),
                        (ref table, true) if table.kind.side => self.rested.get(table).map(beside),
                        (_, true) => None,
                    };
                    let plan = Planned {
                        interest,
                        next: due(rested),
                        running: None,
                        started: now,
                        ids: None,
                        again: false,
                        fresh: rested.map(|r| r.fresh),
                        lasts: rested.and_then(|r| r.lasts),
                        pages: rested.map_or(1, |r| r.pages),
                        faults: 0,
                        expired: false,
                    };
                    self.plans.insert(key, plan);
                }
            }
        }
        let oldest = self.pace.of(cadence::REMEMBER);
        self.rested.retain(|_, r| r.fresh.elapsed() < oldest);
    }

    fn start_due(&mut self) {
        let now = Instant::now();
        for (key, plan) in &mut self.plans {
            if plan.running.is_some() || plan.next > now {
                continue;
            }
            let Some(def) = self.config.registry.def(key.0.kind) else {
                plan.next = now + self.pace.of(cadence::WARM);
                continue;
            };
            plan.ids.clone_from(&plan.interest.ids);
            if let Some(ids) = &plan.ids {
                let mut next = now + self.pace.of(cadence::WARM);
                if cadence::keeps(&key.0.kind) {
                    let kept = self.kept.entry(key.0.clone()).or_default();
                    kept.retain(|_, until| *until > now);
                    next = ids.iter().filter_map(|id| kept.get(id)).min().copied().unwrap_or(next);
                    plan.ids = Some(Arc::new(ids.iter().filter(|id| !kept.contains_key(*id)).cloned().collect()));
                }
                if plan.ids.as_ref().is_some_and(|ids| ids.is_empty()) {
                    plan.next = next;
                    continue;
                }
            }
            let what = plan.ids.clone().map_or(What::Everything, What::Ids);
            let request = request(&self.config, &self.interner, &key.0, what);
            let (table, shared, key) = (key.0.clone(), self.shared.clone(), key.clone());
            let renew = if std::mem::take(&mut plan.expired) { table.scope.profile().cloned() } else { None };
            self.busy.fetch_add(1, Ordering::SeqCst);
            plan.started = now;
            let first = plan.fresh.is_none();
            plan.running = Some(self.jobs.spawn(async move {
                if let Some(profile) = renew {
                    shared.renewer.renew(&profile).await;
                }
                let ended = run(def, request, table, shared, first).await;
                (JobKey::Planned(key), ended)
            }));
        }
    }

    fn reread(&mut self, number: u64, rows: Vec<(TableKey, Vec<RowId>)>) {
        let mut runs = Vec::new();
        for (table, ids) in rows {
            if let Some(def) = self.config.registry.def(table.kind) {
                let request = request(&self.config, &self.interner, &table, What::Ids(Arc::new(ids)));
                runs.push(run(def, request, table, self.shared.clone(), false));
            }
        }
        self.busy.fetch_add(1, Ordering::SeqCst);
        let limit = self.pace.of(cadence::REREAD);
        let job = self.jobs.spawn(async move {
            let fault = match tokio::time::timeout(limit, futures::future::join_all(runs)).await {
                Ok(ended) => ended.into_iter().find_map(|e| e.fault),
                Err(_) => Some(Fault::new(
                    FaultKind::Offline,
                    format!("The rows could not be read again within {} seconds.", cadence::REREAD.as_secs()),
                )),
            };
            (JobKey::Reread(number), Ended::with(fault))
        });
        self.rereads.insert(job.id(), number);
    }

    async fn ended(&mut self, done: Result<(Id, (JobKey, Ended)), JoinError>) {
        let id = done.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        if done.is_ok() {
            self.rereads.remove(&id);
        }
        match done {
            Ok((_, (JobKey::Planned(key), ended))) => {
                // A run that was given up may have come to its end all the same; the table may have a new one since.
                if self.plans.get(&key).is_some_and(|p| p.running.as_ref().is_some_and(|r| r.id() == id)) {
                    self.plan_next(&key, &ended);
                }
            }
            Ok((_, (JobKey::Reread(number), ended))) => self.reread_ended(number, ended.fault).await,
            Err(e) if e.is_cancelled() => {}
            Err(e) => {
                tracing::error!("a list job panicked: {e}");
                self.panicked(id).await;
            }
        }
        if let Some(table) = self.stopping.remove(&id)
            && self.plans.get(&(table.clone(), false)).is_none_or(|p| p.running.is_none())
        {
            let _ = self.shared.out.send(Update::Stopped(table)).await;
        }
        self.busy.fetch_sub(1, Ordering::SeqCst);
    }

    async fn reread_ended(&self, number: u64, fault: Option<Fault>) {
        let result = fault.map_or(Ok(()), Err);
        let _ = self.shared.out.send(Update::Reread(number, result, self.config.clock.now())).await;
    }

    /// A panic in a list function costs its table a run, and says so; it never costs the console.
    async fn panicked(&mut self, id: Id) {
        let fault = Fault::bug("The list function failed inside this program; see the log file.");
        if let Some(number) = self.rereads.remove(&id) {
            return self.reread_ended(number, Some(fault)).await;
        }
        let found = self.plans.iter().find(|(_, p)| p.running.as_ref().is_some_and(|r| r.id() == id));
        let Some(key) = found.map(|(k, _)| k.clone()) else { return };
        let seq = self.shared.seq.fetch_add(1, Ordering::Relaxed) + 1;
        let batch = Batch {
            table: key.0.clone(),
            seq,
            asked: self.config.clock.now(),
            coverage: if key.1 { Coverage::Ids(Arc::default()) } else { Coverage::Sweep { began: seq } },
            rows: Vec::new(),
            outcome: Outcome::Failed(fault.clone()),
        };
        let _ = self.shared.out.send(Update::Batch(batch)).await;
        self.plan_next(&key, &Ended::with(Some(fault)));
    }

    fn plan_next(&mut self, key: &PlanKey, ended: &Ended) {
        let Some(plan) = self.plans.get_mut(key) else { return };
        let now = Instant::now();
        plan.running = None;
        let kind = key.0.kind;
        // A tenth of jitter: many consoles on one account must not ask in step.
        let jittered = |pause: Duration| pause.mul_f64(1.0 + fastrand::f64() * 0.1);
        let clock = self.config.clock.now();
        let until = |b: &PaidRow| now + b.until.since(clock) + self.phase;
        plan.lasts = ended.bought.iter().map(until).max();
        if plan.ids.is_some() && cadence::keeps(&kind) {
            let kept = self.kept.entry(key.0.clone()).or_default();
            if ended.fault.is_none() {
                let rest = if kind.is_paid() { cadence::METRICS } else { cadence::SELDOM };
                let rest = plan.started + self.pace.of(rest);
                kept.extend(plan.ids.iter().flat_map(|ids| ids.iter()).map(|id| (id.clone(), rest)));
            }
            kept.extend(ended.bought.iter().map(|b| (b.id.clone(), until(b))));
        }
        let next = match &ended.fault {
            Some(fault) => {
                plan.faults += 1;
                plan.expired = wants_new_credentials(fault);
                now + jittered(self.pace.of(cadence::after_fault(fault, plan.faults)))
            }
            None => {
                plan.faults = 0;
                plan.fresh = Some(plan.started);
                plan.pages = ended.pages.max(1);
                let pause = match (&plan.interest.ids, plan.interest.visible) {
                    (Some(_), false) => self.pace.of(cadence::WARM),
                    (None, false) => self.pace.of(cadence::WARM).max(self.config.every * plan.pages),
                    (Some(_), true) if !kind.side => self.pace.of(cadence::TRANSITION),
                    (_, true) => cadence::sweep(&kind, self.config.every, plan.pages),
                };
                match (&plan.ids, plan.lasts) {
                    // Each row has a time of its own: it is looked at once what is kept is known.
                    (Some(_), _) if cadence::keeps(&kind) => now,
                    (None, Some(lasts)) => lasts,
                    // From start to start, but on a slow link at least half of it is left alone.
                    _ => (plan.started + jittered(pause)).max(now + pause / 2),
                }
            }
        };
        plan.next = if std::mem::take(&mut plan.again) { now } else { next };
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
