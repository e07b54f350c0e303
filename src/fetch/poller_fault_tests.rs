//! What a poller does about faults, panics and requests that hang.

use super::*;
use crate::aws::credentials::source::DECLINED;

#[tokio::test]
async fn faults_are_asked_again_by_themselves_and_less_and_less_often() {
    let count = Arc::new(AtomicUsize::new(0));
    let mut rig = Rig::new(
        "back-off",
        LONG,
        counting(&count, |n, _, mut pages| {
            Box::pin(async move {
                pages.ask(&READ).await?;
                if n < 3 { Err(fault(FaultKind::Offline)) } else { Ok(()) }
            })
        }),
    );
    let start = Instant::now();
    rig.poller.watch(vec![rig.whole()]);
    rig.until(|r| r.done() == 1).await;
    assert_eq!(rig.faults(), 3);
    // 2 + 4 + 8 s, a hundredth of it.
    assert!(start.elapsed() >= Duration::from_millis(140), "{:?}", start.elapsed());
    assert_eq!(rig.store.table(&rig.table()).and_then(|t| t.status.fault.clone()), None);
}

#[tokio::test]
async fn a_throttled_run_halves_the_rate_and_says_so() {
    let mut rig = Rig::new("throttled", LONG, |_, mut pages: Pages| {
        Box::pin(async move {
            pages.ask(&READ).await?;
            Err(fault(FaultKind::Throttled))
        })
    });
    rig.poller.watch(vec![rig.whole()]);
    rig.until(|r| r.count(|u| matches!(u, Update::Meter(m) if !m.slowed.is_empty() && m.calls_per_minute > 0)) > 0)
        .await;
    assert!(rig.poller.budget.slowed()[0].starts_with("EC2 r at "), "{:?}", rig.poller.budget.slowed());
}

#[tokio::test]
async fn expired_credentials_are_loaded_anew_before_the_next_try_once_for_all_tables() {
    let count = Arc::new(AtomicUsize::new(0));
    let mut rig = Rig::new(
        "expired",
        LONG,
        counting(&count, |n, _, mut pages| {
            Box::pin(async move {
                pages.ask(&READ).await?;
                if n < 2 { Err(fault(FaultKind::Expired)) } else { Ok(()) }
            })
        }),
    );
    let other = TableKey::all(Scope::region("expired", "s"), Kind(&THINGS));
    rig.poller.watch(vec![rig.whole(), Interest { table: other, ..rig.whole() }]);
    rig.until(|r| r.faults() == 2).await;
    assert_eq!(rig.renewed.load(Ordering::SeqCst), 0, "not before somebody says so");
    rig.until(|r| r.done() == 2).await;
    assert_eq!(rig.renewed.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_sign_in_that_was_declined_is_not_asked_for_again_by_itself() {
    let count = Arc::new(AtomicUsize::new(0));
    let mut rig = Rig::new(
        "declined",
        LONG,
        counting(&count, |_, _, _| Box::pin(async { Err(fault(FaultKind::Expired).code(DECLINED)) })),
    );
    rig.poller.watch(vec![rig.whole()]);
    rig.until(|_| count.load(Ordering::SeqCst) == 3).await;
    assert_eq!(rig.renewed.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_reread_is_always_answered_also_by_time_and_after_a_panic() {
    let mut rig = Rig::new("reread", LONG, |request: ListRequest, mut pages: Pages| {
        Box::pin(async move {
            let What::Ids(ids) = request.what else { return Ok(()) };
            match ids[0].as_str() {
                "hangs" => pending().await,
                "panics" => panic!("in a list function"),
                "fails" => Err(fault(FaultKind::Denied)),
                id => {
                    pages.ask(&READ).await?;
                    pages.page(vec![record(id)]).await
                }
            }
        })
    });
    let start = Instant::now();
    for (number, id) in ["hangs", "panics", "fails", "a"].into_iter().enumerate() {
        rig.poller.reread(number as u64, vec![(rig.table(), vec![id.into()])]);
    }
    rig.poller.reread(4, Vec::new());
    rig.until(|r| (0..5).all(|n| r.reread(n).is_some())).await;
    assert!(start.elapsed() >= PACE.of(cadence::REREAD));
    let kind = |n| rig.reread(n).and_then(Result::err).map(|f| f.kind);
    assert_eq!([kind(0), kind(1), kind(2)], [Some(FaultKind::Offline), Some(FaultKind::Bug), Some(FaultKind::Denied)]);
    assert_eq!((rig.reread(3), rig.reread(4)), (Some(Ok(())), Some(Ok(()))));
    let rows = rig.seen.iter().position(|u| matches!(u, Update::Batch(b) if !b.rows.is_empty()));
    let answer = rig.seen.iter().position(|u| matches!(u, Update::Reread(3, ..)));
    assert!(rows.is_some() && rows < answer, "the rows come before the answer");
    rig.until(|r| !r.poller.is_busy()).await;
}

#[tokio::test]
async fn a_panic_in_a_list_function_costs_one_run() {
    let count = Arc::new(AtomicUsize::new(0));
    let mut rig = Rig::new(
        "panic",
        LONG,
        counting(&count, |n, _, _| {
            Box::pin(async move {
                assert!(n > 0, "a bug in a list function");
                Ok(())
            })
        }),
    );
    rig.poller.watch(vec![rig.whole()]);
    rig.until(|r| r.faults() == 1).await;
    assert!(!rig.running());
    rig.poller.refresh(vec![rig.table()]);
    rig.until(|r| r.done() == 1).await;
}

#[tokio::test]
async fn a_request_that_hangs_does_not_hold_up_other_tables() {
    let mut rig = Rig::new("hang", Duration::from_millis(20), |request: ListRequest, mut pages: Pages| {
        Box::pin(async move {
            pages.ask(&READ).await?;
            if request.scope.region_code().is_some_and(|r| r == "s") { pending().await } else { Ok(()) }
        })
    });
    let hung = TableKey::all(Scope::region("hang", "s"), Kind(&THINGS));
    rig.poller.watch(vec![Interest { table: hung, ..rig.whole() }, rig.whole()]);
    rig.until(|r| r.done() >= 3).await;
}
