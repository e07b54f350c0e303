//! Shares what repeats in a table: texts (zones, types, VPC ids, tag keys), and what rows have in common.

use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use arcstr::ArcStr;
use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use crate::model::{Record, SharedPool};

/// What is shared, bounded. Cheap to clone; safe to use from several workers.
#[derive(Clone, Default)]
pub struct Interner(Arc<Shared>);

#[derive(Default)]
struct Shared {
    texts: [Mutex<HashTable<ArcStr>>; 8],
    pool: Mutex<SharedPool>,
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
        self.get_hashed(s, hash(s))
    }

    fn get_hashed(&self, s: &str, hash: u64) -> ArcStr {
        if s.len() > LONGEST {
            return ArcStr::from(s);
        }
        let mut set = self.0.texts[(hash >> 61) as usize].lock().unwrap_or_else(PoisonError::into_inner);
        find_or_add(&mut set, s, hash, || ArcStr::from(s))
    }

    /// Rows of one kind, which share what they have in common if the kind says what that is not; what is their own is in
    /// memory that the calling thread has asked for.
    pub fn rows(&self, rows: &[Record]) -> Vec<Arc<Record>> {
        let own = rows.first().map(|r| r.kind.unique_fields()).unwrap_or_default();
        let mut pool = self.0.pool.lock().unwrap_or_else(PoisonError::into_inner);
        rows.iter().map(|r| Arc::new(r.copied(&mut pool, own))).collect()
    }
}

/// What one run has met of an [`Interner`]'s texts: most of a page's 50,000 strings are found here, without a lock.
pub(super) struct LocalInterner {
    interner: Interner,
    texts: HashTable<ArcStr>,
}

impl LocalInterner {
    pub(super) fn new(interner: &Interner) -> LocalInterner {
        LocalInterner { interner: interner.clone(), texts: HashTable::new() }
    }
    /// The shared copy of `s`.
    pub(super) fn get(&mut self, s: &str) -> ArcStr {
        if s.is_empty() {
            return ArcStr::new();
        }
        let hash = hash(s);
        find_or_add(&mut self.texts, s, hash, || self.interner.get_hashed(s, hash))
    }
}

/// The copy of `s` that is there, or a new one.
fn find_or_add(set: &mut HashTable<ArcStr>, s: &str, hash: u64, new: impl FnOnce() -> ArcStr) -> ArcStr {
    if let Some(found) = set.find(hash, |a| a == s) {
        return found.clone();
    }
    if set.len() >= LARGEST {
        set.clear();
    }
    let new = new();
    set.insert_unique(hash, new.clone(), |a| self::hash(a));
    new
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
