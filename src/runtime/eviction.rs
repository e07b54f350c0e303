//! Tables of parents that were visited (targets of a group, objects of a prefix), and filtered ones, do not stay in memory for ever:
//! out of sight, out of history and needed by no plan for a while, they are forgotten.

use std::time::Duration;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::base::Time;
use crate::model::{Selector, TableKey};
use crate::store::Store;

/// How long nobody has to refer to a table before it is forgotten.
const AFTER: Duration = Duration::from_secs(600);
/// How often it is looked.
const EVERY: Duration = Duration::from_secs(30);

/// Since when nobody has referred to which table.
#[derive(Default)]
pub(super) struct Forgetting {
    looked: Option<Time>,
    since: FxHashMap<TableKey, Time>,
}

impl Forgetting {
    /// Whether it is time to look again.
    pub(super) fn is_due(&mut self, now: Time) -> bool {
        let due = self.looked.is_none_or(|at| now.since(at) >= EVERY);
        if due {
            self.looked = Some(now);
        }
        due
    }

    /// The tables to forget now. Those of a whole kind are few and stay: coming back to them is common.
    pub(super) fn over(&mut self, store: &Store, used: &FxHashSet<TableKey>, now: Time) -> Vec<TableKey> {
        let idle = |k: &&TableKey| k.selector != Selector::All && !used.contains(*k);
        let before = std::mem::take(&mut self.since);
        let mut over = Vec::new();
        for key in store.keys().filter(idle) {
            let since = before.get(key).copied().unwrap_or(now);
            if now.since(since) >= AFTER {
                over.push(key.clone());
            } else {
                self.since.insert(key.clone(), since);
            }
        }
        over
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Scope;
    use crate::kinds::registry;
    use crate::model::Kind;

    #[test]
    fn what_nobody_refers_to_for_ten_minutes_is_forgotten_and_coming_back_starts_anew() {
        let kind = Kind(registry::ALL.kind("objects").expect("a kind").info);
        let of = |bucket: &str| TableKey::of(Scope::account("p"), kind, bucket.into());
        let whole = TableKey::all(Scope::account("p"), Kind(registry::ALL.kind("buckets").expect("a kind").info));
        let (mut all, mut store) = (Forgetting::default(), Store::default());
        for key in [of("a"), of("b"), of("c"), whole] {
            store.began(&key, Time::default());
        }
        let used = |names: &[&str]| names.iter().map(|n| of(n)).collect::<FxHashSet<_>>();
        let at = Time::from_secs;
        assert_eq!(all.over(&store, &used(&["a"]), at(0)), []);
        assert_eq!(all.over(&store, &used(&["a", "c"]), at(300)), []);
        assert_eq!(all.over(&store, &used(&["a"]), at(599)), []);
        assert_eq!(all.over(&store, &used(&["a"]), at(600)), [of("b")]);
        store.forget(&of("b"));
        assert_eq!(all.over(&store, &used(&["a"]), at(1198)), []);
        assert_eq!(all.over(&store, &used(&["a"]), at(1199)), [of("c")]);
        assert!(all.is_due(at(0)) && !all.is_due(at(29)) && all.is_due(at(30)));
    }
}
