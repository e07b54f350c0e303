//! Rows that cost money each, or change seldom: not asked for again before there is something new.

use super::*;
use crate::kinds::PaidRow;

#[tokio::test]
async fn metrics_that_are_young_are_not_bought_again() {
    let bought: Arc<Mutex<Vec<String>>> = Arc::default();
    let noted = bought.clone();
    let mut rig = Rig::new("paid", Duration::from_millis(20), move |request: ListRequest, mut pages: Pages| {
        let What::Ids(ids) = request.what else { return Box::pin(async { Ok(()) }) };
        noted.lock().expect("whole").push(ids.join(" "));
        Box::pin(async move {
            pages.ask(&PAID).await?;
            let bought = |id: &RowId| {
                let until = Clock::system().now().plus(Duration::from_secs(3));
                PaidRow { id: id.clone(), metrics: 1000, period: 300, until }
            };
            pages.bought(&ids.iter().map(bought).collect::<Vec<_>>());
            pages.page(ids.iter().map(|i| record(i)).collect()).await
        })
    });
    let want = |rig: &Rig, ids: &[&str]| {
        let ids = Some(Arc::new(ids.iter().map(|i| (*i).into()).collect()));
        vec![Interest { table: rig.metrics(), visible: true, ids }]
    };
    rig.poller.watch(want(&rig, &["a", "b"]));
    rig.until(|r| r.done() == 1).await;
    // Scrolled on by a row, away, and back.
    rig.poller.watch(want(&rig, &["b", "c"]));
    rig.until(|r| r.done() == 2).await;
    rig.poller.watch(Vec::new());
    rig.poller.watch(want(&rig, &["a", "b"]));
    rig.take(Duration::from_millis(50)).await;
    assert_eq!(*bought.lock().expect("whole"), ["a b", "c"]);
    // Who says "now" pays; and when the next points are there they are old.
    rig.poller.refresh(vec![rig.metrics()]);
    rig.until(|r| r.done() == 3).await;
    rig.until(|r| r.done() == 4).await;
    assert_eq!(*bought.lock().expect("whole"), ["a b", "c", "a b", "a b"]);
    rig.until(|r| r.count(|u| matches!(u, Update::Meter(m) if m.millidollars_per_hour >= 600)) > 0).await;
}

#[tokio::test]
async fn what_changes_seldom_is_not_asked_for_again_because_somebody_scrolls() {
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let noted = asked.clone();
    let mut rig = Rig::new("seldom", Duration::from_millis(25), move |request: ListRequest, mut pages: Pages| {
        let What::Ids(ids) = request.what else { return Box::pin(async { Ok(()) }) };
        noted.lock().expect("whole").push(ids.join(" "));
        Box::pin(async move {
            pages.ask(&SELDOM).await?;
            pages.page(ids.iter().map(|i| record(i)).collect()).await
        })
    });
    let table = TableKey::all(Scope::region("seldom", "r"), Kind(&TAGS));
    let want = |ids: &[&str]| {
        let ids = Some(Arc::new(ids.iter().map(|i| (*i).into()).collect()));
        vec![Interest { table: table.clone(), visible: true, ids }]
    };
    rig.poller.watch(want(&["a", "b"]));
    rig.until(|r| r.done() == 1).await;
    rig.poller.watch(want(&["b", "c"]));
    rig.until(|r| r.done() == 2).await;
    rig.poller.watch(want(&["a", "b", "c"]));
    rig.take(Duration::from_millis(100)).await;
    assert_eq!(*asked.lock().expect("whole"), ["a b", "c"]);
    // A minute, at this pace three seconds, so that a busy machine is through before: then each once more.
    rig.until(|_| asked.lock().expect("whole").len() > 2).await;
    // The third may be due by then, too.
    assert!(asked.lock().expect("whole")[2].starts_with("a b"));
}
