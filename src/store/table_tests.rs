use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::testing::{Rows, done, failed, key, look, page, record};
use super::super::{Progress, Status, Store};
use super::*;
use crate::base::FaultKind;
use crate::model::{Delta, FieldSet};

/// A store that takes in one batch a minute, so that no grace is in the way.
#[derive(Default)]
struct Told {
    store: Store,
    now: i64,
}

impl Told {
    fn with(batches: impl IntoIterator<Item = Batch>) -> Told {
        let mut told = Told::default();
        for b in batches {
            told.apply(b);
        }
        told
    }
    fn apply(&mut self, b: Batch) -> Delta {
        self.now += 60;
        self.at(b, self.now)
    }
    fn at(&mut self, b: Batch, secs: i64) -> Delta {
        self.now = secs;
        self.store.apply(b, Time::from_secs(secs))
    }
    fn table(&self) -> &Table {
        self.store.table(&key()).expect("there is one")
    }
    fn status(&self) -> &Status {
        &self.table().status
    }
    /// The live rows: id and size.
    fn live(&self) -> BTreeMap<String, i64> {
        let rows = self.table().rows().filter(|r| r.gone.is_none());
        rows.map(|r| (r.record.id.to_string(), r.record.at(0).as_f64().expect("a number") as i64)).collect()
    }
    fn ids(&self) -> String {
        self.live().into_keys().collect()
    }
    fn swept(rows: Rows<'_>) -> Told {
        Told::with([page(1, 1, rows), done(1, 1)])
    }
}

#[test]
fn an_older_answer_never_overwrites_a_newer_one() {
    let mut t = Told::with([look(9, &["a"], &[("a", 9)])]);
    let d = t.apply(page(4, 5, &[("a", 5), ("b", 5)]));
    assert_eq!((d.added, d.changed), (1, 0));
    assert_eq!(t.live(), [("a".into(), 9), ("b".into(), 5)].into());
    t.apply(look(10, &["a"], &[("a", 10)]));
    assert_eq!(t.live()["a"], 10);
}

#[test]
fn the_end_of_a_run_removes_only_what_was_last_seen_before_it_began() {
    let mut t = Told::swept(&[("a", 1), ("b", 1), ("c", 1)]);
    t.apply(page(10, 10, &[("a", 1)]));
    // Seen by a look while the run was under way, on no page of it.
    t.apply(look(11, &["c"], &[("c", 2)]));
    let d = t.apply(done(10, 12));
    assert_eq!((d.gone, t.ids().as_str()), (1, "ac"));
    assert!(t.table().get("b").is_some_and(|r| r.gone.is_some()), "it lingers");
}

#[test]
fn a_row_that_a_look_took_away_does_not_hide_one_that_the_run_did_not_see() {
    let mut t = Told::swept(&[("a", 1), ("b", 1), ("c", 1)]);
    t.apply(page(10, 10, &[("a", 1), ("b", 1)]));
    t.apply(look(11, &["b"], &[]));
    assert_eq!(t.apply(done(10, 10)).gone, 1);
    assert_eq!(t.ids(), "a");
}

#[test]
fn a_run_that_fails_half_way_removes_nothing_however_often() {
    let mut t = Told::swept(&[("a", 1), ("b", 1)]);
    for began in [10, 20] {
        let d = t.apply(page(began, began, &[("a", 2)]));
        assert_eq!(d.gone, 0);
        let d = t.apply(failed(began, began + 1));
        assert!(d.gone == 0 && t.ids() == "ab", "{d:?}");
        assert!(t.status().fault.is_some() && !t.status().running);
        assert_eq!((t.status().progress, t.status().complete), (Progress::Complete, Some(Time::from_secs(1))));
    }
    t.apply(page(30, 30, &[("a", 3)]));
    t.apply(done(30, 31));
    assert_eq!((t.ids().as_str(), &t.status().fault), ("a", &None));
}

#[test]
fn a_look_at_some_rows_says_nothing_of_the_others() {
    let mut t = Told::swept(&[("a", 1), ("b", 1), ("c", 1)]);
    let complete = t.status().complete;
    assert_eq!(t.apply(look(5, &["a", "b"], &[("b", 1)])).gone, 1);
    assert_eq!(t.ids(), "bc");
    assert_eq!(t.status().complete, complete, "the others are as old as before");
}

#[test]
fn what_a_newer_answer_missed_is_not_brought_back_by_an_older_one() {
    let mut t = Told::swept(&[("a", 1), ("b", 1)]);
    t.apply(look(9, &["a"], &[]));
    t.apply(page(5, 6, &[("a", 1)]));
    assert_eq!(t.ids(), "b", "6 is older than 9");
    t.apply(page(20, 20, &[("a", 2)]));
    assert_eq!(t.ids(), "ab", "20 is newer");
    // The same after a whole run, also once the row has left the table.
    t.apply(page(30, 30, &[("b", 1)]));
    t.apply(done(30, 31));
    t.now += 60;
    assert_eq!(t.store.prune(Time::from_secs(t.now)), [key()]);
    t.apply(look(29, &["a"], &[("a", 3)]));
    assert_eq!(t.ids(), "b");
}

#[test]
fn a_row_that_was_just_made_may_be_missing_for_a_moment() {
    let mut t = Told::swept(&[("a", 1)]);
    t.at(page(10, 10, &[("a", 1), ("new", 1)]), 1000);
    t.at(done(10, 11), 1001);
    // EC2 does not show it everywhere yet.
    t.at(page(20, 20, &[("a", 1)]), 1010);
    assert_eq!(t.at(done(20, 21), 1010).gone, 0);
    assert_eq!(t.at(look(22, &["new"], &[]), 1020).gone, 0);
    t.at(page(30, 30, &[("a", 1)]), 1031);
    assert_eq!(t.at(done(30, 31), 1031).gone, 1);
    assert_eq!(t.ids(), "a");
}

#[test]
fn what_was_there_at_the_first_look_has_no_grace() {
    let mut t = Told::default();
    t.at(page(1, 1, &[("a", 1), ("b", 1)]), 100);
    t.at(done(1, 2), 100);
    t.at(page(3, 3, &[("a", 1)]), 110);
    assert_eq!(t.at(done(3, 4), 110).gone, 1);
}

#[test]
fn a_slot_is_not_used_again_while_an_older_index_may_point_there() {
    let mut t = Told::swept(&[("a", 1), ("b", 1)]);
    let (a, b) = (t.table().slot_of("a"), t.table().slot_of("b"));
    t.at(look(5, &["a"], &[]), 1000);
    assert_eq!(t.store.prune(Time::from_secs(1029)), []);
    assert!(t.table().slot(a.expect("a slot")).is_some(), "it lingers");
    assert_eq!(t.store.prune(Time::from_secs(1030)), [key()]);
    assert!(t.table().slot(a.expect("a slot")).is_none());
    t.at(look(6, &["c"], &[("c", 1)]), 1031);
    assert_ne!(t.table().slot_of("c"), a, "not at once");
    t.at(look(7, &["d"], &[("d", 1)]), 1100);
    assert_eq!(t.table().slot_of("d"), a);
    assert_eq!(t.table().slot_of("b"), b, "a row keeps its slot");
    assert_eq!(t.store.snapshot(&key()).len, 3);
}

#[test]
fn changed_fields_are_named_and_a_new_row_is_changed_as_a_whole() {
    let mut t = Told::swept(&[("a", 1)]);
    let a = t.table().get("a").expect("a");
    assert_eq!((a.changed, a.changed_at), (FieldSet::NONE, Time::default()), "at first nothing is new");
    let d = t.at(look(5, &["a", "n"], &[("a", 2), ("n", 1)]), 700);
    assert_eq!((d.added, d.changed), (1, 1));
    let (a, n) = (t.table().get("a").expect("a"), t.table().get("n").expect("n"));
    assert_eq!((a.changed, a.changed_at), ([0].into_iter().collect(), Time::from_secs(700)));
    assert_eq!(n.changed, FieldSet::ALL);
    let d = t.at(look(6, &["a"], &[("a", 2)]), 800);
    assert_eq!((d.added, d.changed, d.gone), (0, 0, 0));
    assert_eq!(t.table().get("a").map(|r| (r.changed_at, r.asked)), Some((Time::from_secs(700), Time::from_secs(6))));
}

#[test]
fn a_version_changes_with_what_a_view_shows_and_never_comes_twice() {
    let mut t = Told::default();
    let first = t.apply(page(1, 1, &[("a", 1)])).version;
    assert!(first > 0);
    let d = t.apply(done(1, 1));
    assert_eq!((d.version, d.status), (first, true));
    let d = t.apply(page(5, 5, &[("a", 1)]));
    assert_eq!((d.version, d.added + d.changed + d.gone), (first, 0));
    let second = t.apply(look(6, &["a"], &[])).version;
    assert!(second > first);
    t.now += 60;
    t.store.prune(Time::from_secs(t.now));
    assert!(t.table().version > second, "a row that leaves is news");
    t.store.forget(&key());
    assert!(t.apply(page(9, 9, &[("a", 1)])).version > second, "also of a table that was forgotten");
}

#[test]
fn a_status_tells_not_asked_from_partial_complete_and_failed() {
    let mut t = Told::default();
    assert!(t.store.table(&key()).is_none());
    t.store.began(&key(), Time::from_secs(1));
    assert_eq!((t.status().progress, t.status().running), (Progress::NotAsked, true));
    t.apply(failed(1, 1));
    assert_eq!((t.status().progress, t.status().running), (Progress::NotAsked, false));
    t.apply(page(2, 2, &[]));
    assert_eq!((t.status().progress, t.status().running), (Progress::Partial, true));
    assert!(t.status().fault.is_some(), "until a run does not fail");
    t.apply(done(2, 3));
    assert_eq!((t.status().progress, t.status().running, &t.status().fault), (Progress::Complete, false, &None));
    assert_eq!(t.status().complete, Some(Time::from_secs(2)), "as old as the first request");
    t.store.began(&key(), Time::from_secs(9));
    t.store.stopped(&key());
    assert!(!t.status().running, "a run that was given up does not load for ever");
}

#[test]
fn a_failed_look_is_taken_back_by_a_better_one_and_hides_no_failed_run() {
    let fault = |kind| Outcome::Failed(Fault::new(kind, "no"));
    let mut t = Told::with([Batch { outcome: fault(FaultKind::Denied), ..look(1, &["a"], &[]) }]);
    assert!(t.status().fault.is_some());
    t.apply(look(2, &["a"], &[("a", 1)]));
    assert_eq!(t.status().fault, None, "side tables never have a whole run");
    t.apply(failed(3, 3));
    t.apply(Batch { outcome: fault(FaultKind::Denied), ..look(4, &["a"], &[]) });
    t.apply(look(5, &["a"], &[("a", 1)]));
    assert_eq!(t.status().fault.as_ref().map(|f| f.kind), Some(FaultKind::Offline));
}

#[test]
fn late_pages_of_an_older_run_do_not_touch_the_status_of_the_newer_one() {
    let mut t = Told::with([page(10, 10, &[("a", 2)]), done(10, 10)]);
    let status = t.status().clone();
    for late in [page(1, 2, &[("a", 1), ("b", 1)]), failed(1, 3), done(1, 3)] {
        t.apply(late);
        assert_eq!(t.status(), &status);
    }
    assert_eq!(t.live(), [("a".into(), 2)].into());
}

#[test]
fn absence_is_known_only_from_an_answer_to_a_later_question() {
    let at = Time::from_secs;
    let mut t = Told::swept(&[("a", 1), ("b", 1)]);
    assert!(t.table().is_known_absent("x", at(1)) && !t.table().is_known_absent("x", at(2)));
    t.apply(look(5, &["a", "x"], &[]));
    assert!(t.table().is_known_absent("a", at(5)) && t.table().is_known_absent("x", at(5)));
    assert!(!t.table().is_known_absent("a", at(6)) && !t.table().is_known_absent("b", at(0)));
    t.apply(look(6, &["a", "x"], &[("a", 1), ("x", 1)]));
    assert!(!t.table().is_known_absent("a", at(0)) && !t.table().is_known_absent("x", at(0)));
}

#[test]
fn a_snapshot_is_not_touched_by_what_comes_later() {
    let mut t = Told::swept(&[("a", 1)]);
    let before = t.store.snapshot(&key());
    t.apply(look(5, &["a"], &[("a", 2)]));
    assert_eq!(before.rows().map(|(_, r)| r.record.clone()).collect::<Vec<_>>(), [record("a", 1)]);
    let garbage = t.store.take_garbage();
    assert!(garbage.records.iter().any(|r| **r == *record("a", 1)), "what was replaced is dropped elsewhere");
}

/// A run over some of ten rows, in pages; the size of a row tells the run.
fn run(began: u64, ids: Vec<u8>, pages: usize) -> Vec<Batch> {
    let names: Vec<String> = ids.iter().map(|i| format!("r{i}")).collect();
    let size = i64::try_from(began).unwrap_or(0);
    let chunk = names.len().div_ceil(pages.max(1)).max(1);
    let mut seq = began;
    let mut out: Vec<Batch> = Vec::new();
    for part in names.chunks(chunk) {
        let rows: Vec<(&str, i64)> = part.iter().map(|n| (n.as_str(), size)).collect();
        out.push(page(began, seq, &rows));
        seq += 1;
    }
    out.push(done(began, seq));
    out
}

proptest! {
    #[test]
    fn any_interleaving_of_two_runs_ends_in_the_newer_ones_rows(
        before in prop::collection::btree_set(0u8..10, 0..10),
        old in prop::collection::btree_set(0u8..10, 0..10),
        new in prop::collection::btree_set(0u8..10, 0..10),
        pages in 1usize..5,
        picks in prop::collection::vec(any::<bool>(), 24),
    ) {
        let mut t = Told::with(run(1, before.into_iter().collect(), pages));
        let (mut a, mut b) = (run(100, old.into_iter().collect(), pages), run(200, new.iter().copied().collect(), pages));
        a.reverse();
        b.reverse();
        let mut picks = picks.into_iter().cycle();
        while !a.is_empty() || !b.is_empty() {
            let first = picks.next().unwrap_or_default();
            let next = if first { a.pop().or_else(|| b.pop()) } else { b.pop().or_else(|| a.pop()) };
            t.apply(next.expect("one is left"));
        }
        let want: BTreeMap<String, i64> = new.iter().map(|i| (format!("r{i}"), 200)).collect();
        prop_assert_eq!(t.live(), want.clone());
        prop_assert_eq!(t.table().len(), want.len());
        prop_assert!(!t.status().running);
        prop_assert_eq!(t.status().complete, Some(Time::from_secs(200)));
        // And what lingers goes in the end.
        t.now += 60;
        t.store.prune(Time::from_secs(t.now));
        prop_assert_eq!(t.store.snapshot(&key()).len, want.len());
    }
}
