//! Rows of derived kinds: pictures of the tables that they are made of in, a batch out. Made on a worker.

use std::sync::Arc;

use super::{Progress, Snapshot, Status, Store};
use crate::base::{RowId, Time};
use crate::model::derived::Wanted;
use crate::model::{Batch, Coverage, Derived, Input, Inputs, Kind, Outcome, Record, Selector, TableKey};

/// All that the rows of a derived table are made from. Holds snapshots: the store may change meanwhile.
pub struct DeriveJob {
    table: TableKey,
    derived: &'static Derived,
    inputs: Vec<(Kind, Snapshot, Option<Status>)>,
    /// What is there beside.
    others: Vec<(Kind, Snapshot, Option<Status>)>,
    seq: u64,
    now: Time,
}

/// Tables of other kinds in the place of a derived one.
fn tables(of: &TableKey, wanted: Vec<Wanted>, kind_named: impl Fn(&str) -> Option<Kind>) -> Vec<TableKey> {
    let table = |(name, selector): Wanted| {
        let kind = kind_named(name)?;
        Some(TableKey { scope: kind.listed_in(&of.scope), kind, selector })
    };
    wanted.into_iter().filter_map(table).collect()
}

impl Store {
    /// The tables that a derived table is made of, as far as is known by now; none of another.
    pub fn inputs_of(&self, table: &TableKey, kind_named: impl Fn(&str) -> Option<Kind>) -> Vec<TableKey> {
        let Some(derived) = table.kind.derived else { return Vec::new() };
        let mut wanted = derived.wanted(&table.selector, &table.scope);
        let rows = |of: &Wanted, see: &mut dyn FnMut(&Arc<Record>)| {
            let of = tables(table, vec![of.clone()], &kind_named);
            let rows = of.iter().filter_map(|t| self.table(t)).flat_map(|t| t.rows());
            rows.filter(|r| r.gone.is_none()).for_each(|r| see(&r.record));
        };
        for more in derived.following(&table.selector, &rows) {
            if !wanted.contains(&more) {
                wanted.push(more);
            }
        }
        tables(table, wanted, kind_named)
    }

    /// Takes the pictures that the rows of a derived table are made from; `None` for a table of another kind. `seq` tells a newer job
    /// from an older one.
    pub fn derive_job(
        &self,
        table: &TableKey,
        seq: u64,
        now: Time,
        kind_named: impl Fn(&str) -> Option<Kind>,
    ) -> Option<DeriveJob> {
        let derived = table.kind.derived?;
        let input = |key: TableKey| (key.kind, self.snapshot(&key), self.table(&key).map(|t| t.status.clone()));
        let wanted = self.inputs_of(table, &kind_named);
        let beside = tables(table, derived.beside(&table.selector, &table.scope), &kind_named).into_iter();
        let others = beside.filter(|key| !wanted.contains(key) && self.table(key).is_some()).map(input).collect();
        let inputs = wanted.iter().cloned().map(input).collect();
        Some(DeriveJob { table: table.clone(), derived, inputs, others, seq, now })
    }
}

/// Makes the rows. They are as old as the oldest table that they are made of.
pub fn derive(job: DeriveJob) -> Batch {
    let DeriveJob { table, derived, inputs, others, seq, now } = job;
    // Made of nothing, it is as it is now.
    let oldest = inputs.iter().map(|(_, _, s)| s.as_ref().and_then(|s| s.complete)).min().unwrap_or(Some(now));
    let count = inputs.len();
    let tables = inputs.into_iter().chain(others).map(|(kind, snapshot, status)| Input {
        kind,
        rows: snapshot.rows().filter(|(_, r)| r.gone.is_none()).map(|(_, r)| r.record.clone()).collect(),
        whole: status.as_ref().is_some_and(|s| s.progress == Progress::Complete),
        fault: status.and_then(|s| s.fault),
    });
    let text = if let Selector::Parent(text) = &table.selector { text.clone() } else { RowId::new() };
    let inputs = Inputs { scope: table.scope.clone(), text, now, tables: tables.collect() };
    let rows = (derived.derive)(&inputs).into_iter().map(Arc::new).collect();
    let wanted = &inputs.tables[..count];
    let fault = wanted.iter().find_map(|i| i.fault.clone());
    let outcome = match oldest {
        Some(_) if fault.is_none() && wanted.iter().all(|i| i.whole) => Outcome::Done,
        _ => Outcome::Part(fault),
    };
    Batch { table, seq, asked: oldest.unwrap_or(now), coverage: Coverage::Sweep { began: seq }, rows, outcome }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{INFO, done, failed, look, page};
    use super::*;
    use crate::base::{FaultKind, Scope};
    use crate::model::{KindInfo, Record};

    static LARGE: Derived = Derived::of(&["things"], large);
    static LARGE_INFO: KindInfo =
        KindInfo { sort: ("size", true), ..KindInfo::new("large", "thing", "Large things", INFO.fields) }
            .derived_by(&LARGE);

    /// Those of more than ten.
    fn large(inputs: &Inputs) -> Vec<Record> {
        let rows = inputs.rows("things").iter().filter(|r| r.at(0).as_int().is_some_and(|n| n > 10));
        rows.map(|r| Record { kind: Kind(&LARGE_INFO), ..(**r).clone() }).collect()
    }

    fn key() -> TableKey {
        TableKey::all(Scope::region("p", "r"), Kind(&LARGE_INFO))
    }

    fn again(store: &mut Store, seq: u64) -> String {
        let now = Time::from_secs(i64::try_from(seq).expect("small"));
        let job = store.derive_job(&key(), seq, now, |_| Some(Kind(&INFO))).expect("a derived kind");
        store.apply(derive(job), now);
        let table = store.table(&key()).expect("a table");
        table.rows().filter(|r| r.gone.is_none()).map(|r| r.record.id.to_string()).collect()
    }

    #[test]
    fn rows_follow_what_they_are_made_of_and_go_at_once() {
        let mut store = Store::default();
        let apply = |store: &mut Store, batch: Batch| drop(store.apply(batch, Time::from_secs(1)));
        assert_eq!(again(&mut store, 1), "");
        assert_eq!(store.table(&key()).expect("it").status.progress, Progress::Partial, "not asked is not none");
        apply(&mut store, page(1, 1, &[("a", 5), ("b", 50)]));
        assert_eq!(again(&mut store, 2), "b");
        apply(&mut store, page(1, 1, &[("a", 5), ("b", 51)]));
        assert_eq!(again(&mut store, 2), "b");
        let changed = store.table(&key()).expect("it").get("b").expect("a row").changed_at;
        assert_eq!(changed, Time::default(), "it is on its way to what it is: that is no change");
        assert_eq!(store.table(&key()).expect("it").status.progress, Progress::Partial);
        apply(&mut store, done(1, 1));
        assert_eq!(again(&mut store, 3), "b");
        let status = &store.table(&key()).expect("it").status;
        assert_eq!((status.progress, status.complete), (Progress::Complete, Some(Time::from_secs(1))));
        apply(&mut store, look(9, &["a", "b"], &[("a", 11), ("b", 1)]));
        assert_eq!(again(&mut store, 4), "a");
        apply(&mut store, look(10, &["a"], &[("a", 1)]));
        assert_eq!(again(&mut store, 5), "", "also a row that was new a second ago");
    }

    #[test]
    fn a_fault_of_an_input_is_told_and_what_is_known_still_follows() {
        let mut store = Store::default();
        let apply = |store: &mut Store, batch: Batch| drop(store.apply(batch, Time::from_secs(1)));
        apply(&mut store, page(1, 1, &[("b", 50)]));
        apply(&mut store, failed(1, 2));
        assert_eq!(again(&mut store, 1), "b");
        let fault = store.table(&key()).expect("it").status.fault.clone();
        assert_eq!(fault.map(|f| f.kind), Some(FaultKind::Offline));
        apply(&mut store, look(9, &["b"], &[("b", 1)]));
        assert_eq!(again(&mut store, 2), "");
    }

    #[test]
    fn an_older_job_takes_nothing_back() {
        let mut store = Store::default();
        store.apply(page(1, 1, &[("b", 50)]), Time::from_secs(1));
        let old = store.derive_job(&key(), 1, Time::from_secs(1), |_| Some(Kind(&INFO))).expect("a derived kind");
        store.apply(look(9, &["b"], &[("b", 1)]), Time::from_secs(1));
        assert_eq!(again(&mut store, 2), "");
        store.apply(derive(old), Time::from_secs(3));
        let live = store.table(&key()).expect("it").len();
        assert_eq!(live, 0);
    }
}
