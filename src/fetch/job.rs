//! One run over a table: the sink that a kind's list function fills.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arcstr::ArcStr;
use futures::future::BoxFuture;
use rustc_hash::FxHashMap;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::Update;
use super::budget::Budget;
use super::compactor::Keeper;
use super::cost_meter::Spent;
use crate::base::{Clock, Fault, FaultKind, RowId, Time};
use crate::kinds::{KindDef, ListRequest, PaidRow, Sink, What};
use crate::model::{Batch, Coverage, Operation, Outcome, Record, TableKey};

/// What a job needs of the poller.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) keeper: Keeper,
    pub(super) budget: Budget,
    pub(super) seq: Arc<AtomicU64>,
    pub(super) out: mpsc::Sender<Update>,
    pub(super) spent: Arc<Spent>,
    pub(super) clock: Clock,
    pub(super) renewer: Renewer,
}

/// Reloads a profile's credentials.
pub(super) type Renew = Arc<dyn Fn(ArcStr) -> BoxFuture<'static, ()> + Send + Sync>;

/// Reloads credentials when AWS calls them expired, for all tables of a profile together.
#[derive(Clone)]
pub(super) struct Renewer {
    pub(super) renew: Renew,
    pub(super) at_most: Duration,
    pub(super) renewed: Arc<tokio::sync::Mutex<FxHashMap<ArcStr, Instant>>>,
}

impl Renewer {
    /// Whoever comes while another table's job does it waits for that one.
    pub(super) async fn renew(&self, profile: &ArcStr) {
        let mut renewed = self.renewed.lock().await;
        if renewed.get(profile).is_none_or(|at| at.elapsed() >= self.at_most) {
            (self.renew)(profile.clone()).await;
            renewed.insert(profile.clone(), Instant::now());
        }
    }
}

/// How a run ended.
pub(super) struct Ended {
    pub(super) pages: u32,
    pub(super) fault: Option<Fault>,
    /// Rows that were paid for, and how long they last.
    pub(super) bought: Vec<PaidRow>,
}

impl Ended {
    /// Without having asked for anything.
    pub(super) fn with(fault: Option<Fault>) -> Ended {
        Ended { pages: 0, fault, bought: Vec::new() }
    }
}

struct JobSink {
    shared: Shared,
    table: TableKey,
    coverage: Option<Coverage>,
    ids: Option<Coverage>,
    seq: u64,
    asked: Time,
    last_op: Option<&'static Operation>,
    /// Whether nothing is known of the table.
    first: bool,
    /// Rows, pages, and the last operation, told to the job when the list function is done.
    told: watch::Sender<Told>,
}

#[derive(Clone, Default)]
struct Told {
    pages: u32,
    /// Pages that are none of the table's.
    beside: u32,
    seq: u64,
    asked: Option<Time>,
    coverage: Option<Coverage>,
    op: Option<&'static Operation>,
    rows: Vec<Arc<Record>>,
    bought: Vec<PaidRow>,
}

impl JobSink {
    fn gone() -> Fault {
        Fault::new(FaultKind::Offline, "The table is no longer needed.")
    }
}

impl Sink for JobSink {
    fn ask(&mut self, op: &'static Operation) -> BoxFuture<'_, Result<(), Fault>> {
        Box::pin(async move {
            if self.shared.out.is_closed() {
                return Err(Self::gone());
            }
            if let Some(last) = self.last_op.replace(op) {
                self.shared.budget.succeeded(&self.table.scope, last);
            }
            self.shared.budget.wait(&self.table.scope, op).await;
            self.shared.spent.call(self.shared.clock.now());
            self.seq = self.shared.seq.fetch_add(1, Ordering::Relaxed) + 1;
            self.asked = self.shared.clock.now();
            if self.coverage.is_none() {
                self.coverage = Some(self.ids.take().unwrap_or(Coverage::Sweep { began: self.seq }));
            }
            let (seq, asked, coverage) = (self.seq, self.asked, self.coverage.clone());
            self.told.send_modify(|t| {
                // Rows that are kept for the end are as old as the first request: none is called newer than it is.
                t.seq = if t.asked.is_none() { seq } else { t.seq };
                t.asked.get_or_insert(asked);
                t.coverage = coverage;
                t.op = Some(op);
            });
            Ok(())
        })
    }

    fn bought(&mut self, rows: &[PaidRow]) {
        self.shared.spent.metrics(rows);
        self.told.send_modify(|t| t.bought.extend_from_slice(rows));
    }

    fn wants_preview(&mut self) -> bool {
        let wants_preview = std::mem::take(&mut self.first);
        if wants_preview {
            self.told.send_modify(|t| t.beside = 1);
        }
        wants_preview
    }

    fn page(&mut self, rows: Vec<Record>) -> BoxFuture<'_, Result<(), Fault>> {
        Box::pin(async move {
            let rows = self.shared.keeper.keep(rows).await?;
            self.told.send_modify(|t| t.pages += 1);
            let coverage = self.coverage.clone().unwrap_or(Coverage::Sweep { began: self.seq });
            // The absence of an id can be judged only when all pages are there: keep them for the end.
            if matches!(coverage, Coverage::Ids(_)) {
                self.told.send_modify(|t| t.rows.extend(rows));
                return Ok(());
            }
            let (seq, asked) = (self.seq, self.asked);
            let batch = Batch { table: self.table.clone(), seq, asked, coverage, rows, outcome: Outcome::More };
            at_home(&batch, &self.shared).await;
            self.shared.out.send(Update::Batch(batch)).await.map_err(|_| Self::gone())
        })
    }
}

/// Puts the rows of a filtered table, and first of all, into the table of all rows too: a change that takes a row out of the one is
/// followed in the other, and what a row is called is looked for there. They are what was seen of those rows, and nothing is said of
/// others.
async fn at_home(batch: &Batch, shared: &Shared) {
    let home = batch.table.home();
    if home == batch.table || batch.rows.is_empty() && !matches!(batch.coverage, Coverage::Ids(_)) {
        return;
    }
    if matches!(batch.outcome, Outcome::Failed(_)) {
        return;
    }
    let of = |ids: Arc<Vec<RowId>>, rows: &[Arc<Record>]| Batch {
        table: home.clone(),
        seq: batch.seq,
        asked: batch.asked,
        coverage: Coverage::Ids(ids),
        rows: rows.to_vec(),
        outcome: Outcome::Done,
    };
    let batches = match &batch.coverage {
        Coverage::Ids(ids) => vec![of(ids.clone(), &batch.rows)],
        // What was asked for by id is applied at once: a page would keep a key waiting.
        Coverage::Sweep { .. } => {
            let ids = |rows: &[Arc<Record>]| Arc::new(rows.iter().map(|r| r.id.clone()).collect());
            batch.rows.chunks(AT_ONCE).map(|rows| of(ids(rows), rows)).collect()
        }
    };
    for batch in batches {
        // The receiver is gone only when the program ends.
        let _ = shared.out.send(Update::Batch(batch)).await;
    }
}

/// Rows that are applied at once: see `runtime::engine`.
const AT_ONCE: usize = 100;

/// Runs a kind's list function once and sends everything it brings, its end included. `first`: nothing is known of the table.
pub(super) async fn run(
    def: &'static KindDef,
    request: ListRequest,
    table: TableKey,
    shared: Shared,
    first: bool,
) -> Ended {
    let ids = match &request.what {
        What::Everything => None,
        What::Ids(ids) => Some(Coverage::Ids(ids.clone())),
    };
    let now = shared.clock.now();
    if ids.is_none() && shared.out.send(Update::Began(table.clone(), now)).await.is_err() {
        return Ended::with(None);
    }
    let (told_tx, told) = watch::channel(Told::default());
    let sink = JobSink {
        shared: shared.clone(),
        table: table.clone(),
        coverage: None,
        ids,
        seq: 0,
        asked: now,
        last_op: None,
        first: request.what == What::Everything && first,
        told: told_tx,
    };
    let result = (def.list)(request.clone(), Box::new(sink)).await;
    let told = told.borrow().clone();
    let outcome = match &result {
        Ok(()) => Outcome::Done,
        Err(f) => Outcome::Failed(f.clone()),
    };
    if let (Some(op), scope) = (told.op, &table.scope) {
        match &result {
            Ok(()) => shared.budget.succeeded(scope, op),
            Err(f) if f.kind == FaultKind::Throttled => shared.budget.throttled(scope, op, Instant::now()),
            Err(_) => {}
        }
    }
    let coverage = told.coverage.unwrap_or_else(|| match &request.what {
        What::Ids(ids) => Coverage::Ids(ids.clone()),
        What::Everything => Coverage::Sweep { began: shared.seq.fetch_add(1, Ordering::Relaxed) + 1 },
    });
    let seq = if told.seq > 0 { told.seq } else { shared.seq.fetch_add(1, Ordering::Relaxed) + 1 };
    let asked = told.asked.unwrap_or(now);
    let batch = Batch { table, seq, asked, coverage, rows: told.rows, outcome };
    at_home(&batch, &shared).await;
    // The receiver is gone only when the program ends.
    let _ = shared.out.send(Update::Batch(batch)).await;
    Ended { pages: told.pages.saturating_sub(told.beside), fault: result.err(), bought: told.bought }
}
