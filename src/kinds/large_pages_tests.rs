use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::*;
use crate::aws::testing::{Answer, Recorder, hurried};
use crate::aws::{Gateway, GatewayConfig};
use crate::base::{Clock, FaultKind, Scope, Time};
use crate::kinds::ec2::volumes;
use crate::kinds::listing::{PaidRow, Sink, What};
use crate::kinds::{Interner, registry};
use crate::model::Selector;

/// What happened in its order: `ask TOKEN`, `rows IDS`.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn note(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }
    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
    async fn until(&self, line: &str) {
        let seen = async {
            while !self.lines().iter().any(|l| l == line) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), seen).await.unwrap_or_else(|_| panic!("no {line}: {self:?}"));
    }
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.lines().fmt(f)
    }
}

/// Gathers rows; the calls that may be made early are counted down.
struct Gathers {
    log: Log,
    early: Option<Arc<AtomicUsize>>,
    /// What has to have happened before rows are taken.
    after: Vec<String>,
}

impl Sink for Gathers {
    fn ask(&mut self, _: &'static Operation) -> BoxFuture<'_, Result<(), Fault>> {
        async { Ok(()) }.boxed()
    }
    fn ahead(&self) -> Option<AskAhead> {
        let left = self.early.clone()?;
        Some(Arc::new(move |_| left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok()))
    }
    fn bought(&mut self, _: &[PaidRow]) {}
    fn page(&mut self, rows: Vec<Record>) -> BoxFuture<'_, Result<(), Fault>> {
        async move {
            for line in std::mem::take(&mut self.after) {
                self.log.until(&line).await;
            }
            let ids: Vec<&str> = rows.iter().map(|r| r.id.as_str()).collect();
            self.log.note(format!("rows {}", ids.join(" ")));
            Ok(())
        }
        .boxed()
    }
}

fn volumes_page(number: usize, next: Option<usize>) -> Answer {
    let next = next.map_or(String::new(), |n| format!("<nextToken>{n}</nextToken>"));
    let set = format!("<volumeSet><item><volumeId>vol-{number}</volumeId></item></volumeSet>");
    Answer::xml(200, &format!("<DescribeVolumesResponse>{set}{next}</DescribeVolumesResponse>"))
}

/// Lists volumes; gives what came of it and what happened.
async fn listed(
    early: Option<usize>,
    after: &[&str],
    answer: impl Fn(usize) -> Answer + Send + Sync + 'static,
) -> (Result<(), FaultKind>, Vec<String>) {
    let log = Log::default();
    let seen = log.clone();
    let recorder = Recorder::new(move |sent| {
        let token = sent.token.parse().unwrap_or(0);
        seen.note(format!("ask {token}"));
        answer(token)
    });
    let clock = Clock::manual(Time::from_secs(1_795_252_800));
    let config = GatewayConfig::sandbox(clock.clone(), registry::ALL.operations(), recorder.client());
    let gateway = Gateway::new(GatewayConfig { sleep: Some(hurried()), ..config });
    let request = ListRequest {
        gateway,
        scope: Scope::region("sandbox", "us-east-1"),
        selector: Selector::All,
        what: What::Everything,
        interner: Interner::default(),
        clock,
    };
    let after = after.iter().map(ToString::to_string).collect();
    let early = early.map(|n| Arc::new(AtomicUsize::new(n)));
    let sink = Gathers { log: log.clone(), early, after };
    let result = (volumes::KIND.list)(request, Box::new(sink)).await.map_err(|f| f.kind);
    (result, log.lines())
}

fn four(page: usize) -> Answer {
    volumes_page(page, (page < 3).then_some(page + 1))
}

fn rows(lines: &[String]) -> Vec<&str> {
    lines.iter().filter_map(|l| l.strip_prefix("rows ")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_are_asked_for_before_the_rows_of_the_first_are_taken_and_come_in_order() {
    let (result, lines) = listed(Some(100), &["ask 1", "ask 2", "ask 3"], four).await;
    assert_eq!(result, Ok(()));
    assert_eq!(rows(&lines), ["vol-0", "vol-1", "vol-2", "vol-3"]);
    assert_eq!(lines.iter().filter(|l| l.starts_with("ask")).count(), 4, "{lines:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_rows_are_told_by_their_requests_age_or_the_budget_is_spent_each_page_waits_for_the_one_before() {
    let expected = ["ask 0", "rows vol-0", "ask 1", "rows vol-1", "ask 2", "rows vol-2", "ask 3", "rows vol-3"];
    for early in [None, Some(0)] {
        let (result, lines) = listed(early, &[], four).await;
        assert_eq!((result, lines.iter().map(String::as_str).collect()), (Ok(()), expected.to_vec()), "{early:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_so_many_pages_wait_to_be_taken() {
    let endless = |page: usize| volumes_page(page, (page < 50).then_some(page + 1));
    let last = format!("ask {}", MOST_AHEAD - 1);
    let (result, lines) = listed(Some(1000), &[&last], endless).await;
    assert_eq!(result, Ok(()));
    let before = lines.iter().take_while(|l| !l.starts_with("rows")).count();
    // The page that is handed over counts no more: its place may have been taken by then.
    assert!((MOST_AHEAD..=MOST_AHEAD + 1).contains(&before), "{lines:?}");
    assert_eq!(rows(&lines).len(), 51);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_fails_ends_the_list_after_the_rows_before_it() {
    let broken = |page: usize| match page {
        2 => {
            Answer::xml(403, "<Response><Errors><Error><Code>UnauthorizedOperation</Code></Error></Errors></Response>")
        }
        _ => four(page),
    };
    let (result, lines) = listed(Some(100), &[], broken).await;
    assert_eq!(result, Err(FaultKind::Denied));
    assert_eq!(rows(&lines), ["vol-0", "vol-1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_goes_in_a_circle_ends_with_a_fault() {
    let (result, lines) = listed(Some(100), &[], |page| volumes_page(page, Some(1))).await;
    assert_eq!(result, Err(FaultKind::Foreign));
    assert_eq!(rows(&lines), ["vol-0", "vol-1"]);
}
