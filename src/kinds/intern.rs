//! Shares what repeats in a table: texts (zones, types, VPC ids, tag keys), and what rows have in common.

use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use arcstr::ArcStr;
use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use crate::model::{Commons, Record};

/// What is shared, bounded. Cheap to clone; safe to use from several workers.
#[derive(Clone, Default)]
pub struct Interner(Arc<Shared>);

#[derive(Default)]
struct Shared {
    texts: [Mutex<HashTable<ArcStr>>; 8],
    commons: Mutex<Commons>,
}

/// Texts longer than this are rarely repeated; sets larger than this are emptied rather than kept for ever.
const LONGEST: usize = 128;
const LARGEST: usize = 16 * 1024;

impl Interner {
    /// The shared copy of `s`.
    pub fn get(&self, s: &str) -> ArcStr {
        if s.is_empty() {
            return ArcStr::new();
        }
        if s.len() > LONGEST {
            return ArcStr::from(s);
        }
        let hash = hash(s);
        let mut set = self.0.texts[(hash >> 61) as usize].lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = set.find(hash, |a| a == s) {
            return found.clone();
        }
        if set.len() >= LARGEST {
            set.clear();
        }
        let new = ArcStr::from(s);
        set.insert_unique(hash, new.clone(), |a| self::hash(a));
        new
    }

    /// Rows of one kind, which share what they have in common if the kind says what that is not; what is their own is in
    /// memory that the calling thread has asked for.
    pub fn rows(&self, rows: Vec<Record>) -> Vec<Arc<Record>> {
        let own = rows.first().map_or(0, |r| r.kind.unique_fields());
        if own == 0 {
            return rows.into_iter().map(|r| Arc::new(r.moved())).collect();
        }
        let mut commons = self.0.commons.lock().unwrap_or_else(PoisonError::into_inner);
        let share = |row: Record| Arc::new(Record { values: commons.share(row.values, own), ..row }.moved());
        rows.into_iter().map(share).collect()
    }
}

fn hash(s: &str) -> u64 {
    let mut h = FxBuildHasher.build_hasher();
    h.write(s.as_bytes());
    h.finish()
}

impl std::fmt::Debug for Interner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Interner")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_shared_and_different_ones_are_not() {
        let i = Interner::default();
        let (a, b) = (i.get("ap-northeast-2a"), i.clone().get("ap-northeast-2a"));
        assert!(ArcStr::ptr_eq(&a, &b));
        assert_eq!(i.get("x"), "x");
        assert!(i.get("").is_empty());
    }
}
