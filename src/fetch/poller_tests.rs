//! The poller with list functions made for each test, on a clock that runs a hundred times faster.

use std::future::pending;
use std::sync::LazyLock;
use std::sync::atomic::AtomicUsize;
use std::sync::{Mutex, PoisonError};

use futures::future::BoxFuture;
use rustc_hash::FxHashMap;
use tokio::time::Instant;

use super::*;
use crate::aws::GatewayConfig;
use crate::base::{Fault, FaultKind, Scope, Time};
use crate::kinds::listing::Pages;
use crate::kinds::{KindDef, ListRequest, What};
use crate::model::{
    Coverage, Field, FieldInfo, FieldType, Fields, Kind, KindInfo, Operation, Outcome, Record, Service, Value,
};
use crate::store::Store;

type Script = Arc<dyn Fn(ListRequest, Pages) -> BoxFuture<'static, Result<(), Fault>> + Send + Sync>;

/// List functions are plain functions: what they do is looked up by the profile, of which each test has its own.
static SCRIPTS: LazyLock<Mutex<FxHashMap<ArcStr, Script>>> = LazyLock::new(Mutex::default);

static READ: Operation = Operation::read(Service::Ec2, "DescribeThings");
static PAID: Operation = Operation::read(Service::CloudWatch, "GetMetricData");
static FIELDS: Fields<()> = Fields(&[Field {
    info: FieldInfo::new("id", "ID", FieldType::Id, "An id.").asked_by("thing-id"),
    get: |()| Value::Unknown,
}]);
static THINGS: KindInfo = info("things", Service::Ec2, &[&READ], false);
static SELDOM: Operation = Operation::read(Service::Ec2, "DescribeTags").rarely_changes();
static TAGS: KindInfo = info("thing-tags", Service::Ec2, &[&SELDOM], true);
static METRICS: KindInfo = info("thing-metrics", Service::CloudWatch, &[&PAID], true);

const fn info(name: &'static str, service: Service, operations: &'static [&'static Operation], side: bool) -> KindInfo {
    KindInfo { service, sort: ("id", true), operations, side, ..KindInfo::new(name, "thing", "Things", &FIELDS) }
}

static KIND: KindDef = KindDef { info: &THINGS, list, links: |_, _| Vec::new(), raw: None };
static METRICS_KIND: KindDef = KindDef { info: &METRICS, list, links: |_, _| Vec::new(), raw: None };
static TAGS_KIND: KindDef = KindDef { info: &TAGS, list, links: |_, _| Vec::new(), raw: None };
static REGISTRY: Registry = Registry { kinds: &[&KIND, &METRICS_KIND, &TAGS_KIND], actions: &[] };

fn list(request: ListRequest, pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    let name = request.scope.profile().cloned().unwrap_or_default();
    let script = SCRIPTS.lock().unwrap_or_else(PoisonError::into_inner).get(&name).cloned().expect("a script");
    script(request, pages)
}

fn record(id: &str) -> Record {
    Record {
        kind: Kind(&THINGS),
        id: id.into(),
        name: "".into(),
        state: None,
        values: [Value::Unknown].into(),
        tags: Arc::default(),
    }
}

/// A poller, what came out of it, and a store that took it in.
struct Rig {
    poller: Poller,
    out: mpsc::Receiver<Update>,
    seen: Vec<Update>,
    store: Store,
    profile: ArcStr,
    renewed: Arc<AtomicUsize>,
}

/// A hundredth of the real times; `every` is not scaled.
const PACE: Pace = Pace(100);

impl Rig {
    fn new(
        name: &str,
        every: Duration,
        list: impl Fn(ListRequest, Pages) -> BoxFuture<'static, Result<(), Fault>> + Send + Sync + 'static,
    ) -> Rig {
        SCRIPTS.lock().unwrap_or_else(PoisonError::into_inner).insert(name.into(), Arc::new(list));
        let clock = Clock::system();
        let gateway = Gateway::new(GatewayConfig::new(clock.clone(), Vec::new()));
        let config = PollerConfig { gateway, registry: REGISTRY, clock, every, share: Share::percent(100) };
        let (tx, out) = mpsc::channel(64);
        let renewed = Arc::new(AtomicUsize::new(0));
        let count = renewed.clone();
        let renew: Renew = Arc::new(move |_| {
            count.fetch_add(1, Ordering::SeqCst);
            Box::pin(async {})
        });
        let poller = Poller::at_pace(config, tx, PACE, renew);
        Rig { poller, out, seen: Vec::new(), store: Store::default(), profile: name.into(), renewed }
    }
    fn table(&self) -> TableKey {
        TableKey::all(Scope::region(self.profile.clone(), "r"), Kind(&THINGS))
    }
    fn metrics(&self) -> TableKey {
        TableKey::all(Scope::region(self.profile.clone(), "r"), Kind(&METRICS))
    }
    fn whole(&self) -> Interest {
        Interest { table: self.table(), visible: true, ids: None }
    }
    /// Takes in what comes until `stop` or, as a failure, for five seconds.
    async fn until(&mut self, stop: impl Fn(&Rig) -> bool) {
        let end = Instant::now() + Duration::from_secs(5);
        while !stop(self) {
            assert!(Instant::now() < end, "it never came: {:?}", self.seen);
            self.take(Duration::from_millis(5)).await;
        }
    }
    /// Takes in what comes for this long.
    async fn take(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while let Ok(Some(update)) = tokio::time::timeout_at(end, self.out.recv()).await {
            match &update {
                Update::Batch(b) => drop(self.store.apply(b.clone(), Time::default())),
                Update::Began(t, at) => self.store.began(t, *at),
                Update::Stopped(t) => self.store.stopped(t),
                _ => {}
            }
            self.seen.push(update);
        }
    }
    fn count(&self, what: impl Fn(&Update) -> bool) -> usize {
        self.seen.iter().filter(|u| what(u)).count()
    }
    fn begun(&self) -> usize {
        self.count(|u| matches!(u, Update::Began(..)))
    }
    fn done(&self) -> usize {
        self.count(|u| matches!(u, Update::Batch(b) if b.outcome == Outcome::Done))
    }
    fn faults(&self) -> usize {
        self.count(|u| matches!(u, Update::Batch(b) if matches!(b.outcome, Outcome::Failed(_))))
    }
    fn reread(&self, number: u64) -> Option<Result<(), Fault>> {
        self.seen.iter().find_map(|u| match u {
            Update::Reread(n, r, _) if *n == number => Some(r.clone()),
            _ => None,
        })
    }
    fn running(&self) -> bool {
        self.store.table(&self.table()).is_some_and(|t| t.status.running)
    }
}

/// Lists `pages` pages of a row each.
fn pages(n: u32) -> impl Fn(ListRequest, Pages) -> BoxFuture<'static, Result<(), Fault>> {
    move |_, mut pages| {
        Box::pin(async move {
            for i in 0..n {
                pages.ask(&READ).await?;
                pages.page(vec![record(&format!("t-{i}"))]).await?;
            }
            Ok(())
        })
    }
}

fn counting(
    count: &Arc<AtomicUsize>,
    f: impl Fn(usize, ListRequest, Pages) -> BoxFuture<'static, Result<(), Fault>> + Send + Sync + 'static,
) -> impl Fn(ListRequest, Pages) -> BoxFuture<'static, Result<(), Fault>> + Send + Sync + 'static {
    let count = count.clone();
    move |request, pages| f(count.fetch_add(1, Ordering::SeqCst), request, pages)
}

const LONG: Duration = Duration::from_secs(600);

fn fault(kind: FaultKind) -> Fault {
    Fault::new(kind, "no")
}

#[tokio::test]
async fn rows_come_page_by_page_and_the_run_says_when_it_is_complete() {
    let mut rig = Rig::new("pages", LONG, pages(3));
    rig.poller.watch(vec![rig.whole()]);
    assert!(rig.poller.is_busy(), "from the moment the command is given");
    rig.until(|r| r.done() == 1).await;
    rig.until(|r| !r.poller.is_busy()).await;
    assert!(matches!(rig.seen[0], Update::Began(..)));
    let seqs: Vec<u64> =
        rig.seen.iter().filter_map(|u| if let Update::Batch(b) = u { Some(b.seq) } else { None }).collect();
    assert_eq!(seqs.len(), 4);
    assert!(seqs[..3].windows(2).all(|w| w[0] < w[1]), "each page is as new as its request: {seqs:?}");
    assert_eq!(rig.store.table(&rig.table()).map(|t| t.len()), Some(3));
    assert!(!rig.running());
}

#[tokio::test]
async fn a_table_of_many_pages_is_asked_for_less_often() {
    let every = Duration::from_millis(60);
    let mut one = Rig::new("one-page", every, pages(1));
    let mut five = Rig::new("five-pages", every, pages(5));
    for rig in [&one, &five] {
        rig.poller.watch(vec![rig.whole()]);
    }
    one.until(|r| r.done() == 6).await;
    five.take(Duration::from_millis(1)).await;
    assert!((1..=3).contains(&five.done()), "{}", five.done());
}

#[tokio::test]
async fn a_refresh_during_a_run_is_remembered_once() {
    let count = Arc::new(AtomicUsize::new(0));
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let held = gate.clone();
    let mut rig = Rig::new(
        "refresh",
        LONG,
        counting(&count, move |_, _, mut pages| {
            let gate = held.clone();
            Box::pin(async move {
                pages.ask(&READ).await?;
                gate.acquire().await.expect("open").forget();
                Ok(())
            })
        }),
    );
    rig.poller.watch(vec![rig.whole()]);
    rig.until(|r| r.begun() == 1).await;
    for _ in 0..5 {
        rig.poller.refresh(vec![rig.table()]);
    }
    rig.take(Duration::from_millis(30)).await;
    assert_eq!(count.load(Ordering::SeqCst), 1, "one job a table");
    gate.add_permits(10);
    rig.until(|r| r.done() == 2).await;
    rig.take(Duration::from_millis(50)).await;
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn what_is_not_watched_any_more_stops_and_does_not_load_for_ever() {
    let count = Arc::new(AtomicUsize::new(0));
    let mut rig = Rig::new(
        "unwatched",
        LONG,
        counting(&count, |_, _, mut pages| {
            Box::pin(async move {
                pages.ask(&READ).await?;
                pages.page(vec![record("a")]).await?;
                pending().await
            })
        }),
    );
    rig.poller.watch(vec![rig.whole()]);
    rig.until(|r| r.store.table(&r.table()).is_some_and(|t| t.len() == 1)).await;
    assert!(rig.running());
    rig.poller.watch(Vec::new());
    rig.until(|r| !r.running()).await;
    rig.until(|r| !r.poller.is_busy()).await;
    // Whoever comes back finds the rows, and a run that begins at once: the other one was cut off.
    rig.poller.watch(vec![rig.whole()]);
    rig.until(|r| r.begun() == 2).await;
    assert!(rig.running());
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn coming_back_to_a_table_asks_only_if_its_rows_are_older_than_its_cadence() {
    let every = Duration::from_millis(300);
    let mut rig = Rig::new("back", every, pages(1));
    let start = Instant::now();
    rig.poller.watch(vec![rig.whole()]);
    rig.until(|r| r.done() == 1).await;
    rig.poller.watch(Vec::new());
    rig.poller.watch(vec![rig.whole()]);
    rig.until(|r| r.done() == 2).await;
    assert!(start.elapsed() >= every, "asked again after {:?}", start.elapsed());
    // Away for longer than that.
    rig.poller.watch(Vec::new());
    rig.take(every).await;
    rig.poller.watch(vec![rig.whole()]);
    let back = Instant::now();
    rig.until(|r| r.done() == 3).await;
    assert!(back.elapsed() < every, "asked only after {:?}", back.elapsed());
}

#[tokio::test]
async fn a_table_whose_rows_were_forgotten_is_asked_for_however_fresh_it_was() {
    let mut rig = Rig::new("forgotten", LONG, pages(1));
    rig.poller.watch(vec![rig.whole()]);
    rig.until(|r| r.done() == 1).await;
    rig.poller.watch(Vec::new());
    rig.poller.forget(vec![rig.table()]);
    rig.poller.watch(vec![rig.whole()]);
    rig.until(|r| r.done() == 2).await;
}

#[tokio::test]
async fn a_table_that_comes_into_view_does_not_wait_its_old_cadence_out() {
    // Kept warm: every 600 ms here. Seen: every 50 ms.
    let mut rig = Rig::new("warm", Duration::from_millis(50), pages(1));
    rig.poller.watch(vec![Interest { visible: false, ..rig.whole() }]);
    rig.until(|r| r.done() == 1).await;
    rig.take(Duration::from_millis(100)).await;
    assert_eq!(rig.done(), 1);
    rig.poller.watch(vec![rig.whole()]);
    let seen = Instant::now();
    rig.until(|r| r.done() == 2).await;
    assert!(seen.elapsed() < Duration::from_millis(350), "{:?}", seen.elapsed());
}

#[tokio::test]
async fn a_long_table_that_is_kept_warm_is_not_asked_for_more_often_than_one_that_is_seen() {
    // Kept warm: every 600 ms here. Seen: every 50 ms a page, of which there are 40.
    let mut rig = Rig::new("warm-and-long", Duration::from_millis(50), pages(40));
    rig.poller.watch(vec![Interest { visible: false, ..rig.whole() }]);
    rig.until(|r| r.done() == 1).await;
    rig.take(Duration::from_millis(1200)).await;
    assert_eq!(rig.done(), 1);
}

#[tokio::test]
async fn rows_on_their_way_are_asked_for_by_id_beside_the_whole_table() {
    let mut rig = Rig::new("transition", LONG, |request: ListRequest, mut pages: Pages| {
        Box::pin(async move {
            pages.ask(&READ).await?;
            pages.page(vec![record("a")]).await?;
            if matches!(request.what, What::Ids(_)) {
                pages.ask(&READ).await?;
                pages.page(vec![record("b")]).await?;
            }
            Ok(())
        })
    });
    let ids = Interest { ids: Some(Arc::new(vec!["a".into(), "b".into(), "c".into()])), ..rig.whole() };
    rig.poller.watch(vec![rig.whole(), ids]);
    let looks = |r: &Rig| {
        let looks = r.seen.iter().filter_map(|u| if let Update::Batch(b) = u { Some(b) } else { None });
        looks.filter(|b| matches!(b.coverage, Coverage::Ids(_))).cloned().collect::<Vec<_>>()
    };
    rig.until(|r| looks(r).len() >= 4).await;
    assert_eq!(rig.begun(), 1, "the whole table is not asked for more often");
    // One batch a look, with all its pages: only then can an id be missed.
    assert!(looks(&rig).iter().all(|b| b.rows.len() == 2 && b.outcome == Outcome::Done));
    rig.poller.watch(vec![rig.whole()]);
    rig.until(|r| !r.poller.is_busy()).await;
    let before = looks(&rig).len();
    rig.take(Duration::from_millis(80)).await;
    assert_eq!(looks(&rig).len(), before);
}

#[path = "poller_fault_tests.rs"]
mod faults;
#[path = "poller_kept_tests.rs"]
mod kept;

#[tokio::test]
async fn a_run_over_a_filtered_table_removes_its_own_rows_only_and_brings_them_into_the_table_of_all() {
    let turn = Arc::new(AtomicUsize::new(0));
    let mut rig = Rig::new("filtered", Duration::from_millis(20), move |request: ListRequest, mut pages: Pages| {
        let rows = match (&request.what, request.selector.filters()) {
            // By id a row is asked for whether it passes or not.
            (What::Ids(ids), _) => ids.iter().map(|id| record(id)).collect(),
            (What::Everything, Some(_)) if turn.fetch_add(1, Ordering::SeqCst) == 0 => vec![record("a"), record("b")],
            (What::Everything, Some(_)) => vec![record("b")],
            (What::Everything, None) => vec![record("a"), record("b"), record("c")],
        };
        Box::pin(async move {
            pages.ask(&READ).await?;
            pages.page(rows).await
        })
    });
    let filters = crate::model::Filters::of(&THINGS, [("id", vec!["x".into()])]).expect("filters");
    let filtered = TableKey { selector: crate::model::Selector::Filter(filters), ..rig.table() };
    // A clock later than the time that a new row may be missing.
    let rows = |rig: &Rig, table: &TableKey| {
        let mut store = Store::default();
        for update in &rig.seen {
            if let Update::Batch(b) = update {
                store.apply(b.clone(), Time::from_secs(1000));
            }
        }
        let live = store.table(table).map(|t| t.rows().filter(|r| r.gone.is_none()).map(|r| r.record.id.to_string()));
        live.map(Iterator::collect::<Vec<_>>).unwrap_or_default()
    };
    rig.poller.watch(vec![Interest { table: filtered.clone(), visible: true, ids: None }]);
    rig.until(|r| rows(r, &filtered) == ["a", "b"] || r.done() > 3).await;
    assert_eq!(rows(&rig, &rig.table()), ["a", "b"]);
    assert_eq!(rig.store.table(&rig.table()).map(|t| t.status.progress), Some(crate::store::Progress::Partial));
    rig.until(|r| rows(r, &filtered) == ["b"]).await;
    assert_eq!(rows(&rig, &rig.table()), ["a", "b"], "that it passes no more says nothing of the row");
    let ids = Some(Arc::new(vec!["a".into()]));
    rig.poller.watch(vec![Interest { table: filtered.clone(), visible: true, ids }]);
    rig.until(|r| rows(r, &filtered) == ["a", "b"]).await;
}
