//! The values of a row. What equal rows have in common is kept once.
//!
//! An instance has fifty values of which a dozen are its own: ids, names, addresses, moments. Type, zone, image, network and the
//! rest are those of a few hundred kinds of instances that an account has. With the latter shared, a row takes 300 bytes instead of
//! 900, and a filter looks at what many rows share once.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arcstr::ArcStr;
use hashbrown::HashTable;
use rustc_hash::FxHasher;

use super::field_set::FieldSet;
use super::value::Value;

/// A slot of a row: with a value that other rows have too, or the position of the value among the row's own.
#[derive(Debug, Clone, PartialEq)]
enum Slot {
    Shared(Value),
    Own(u8),
}

/// What rows have in common. Compared by address to tell whether two rows share it.
#[derive(Debug, Clone, PartialEq)]
pub struct Shared(Arc<[Slot]>);

impl Shared {
    /// The same for all rows that share it, and for no others while one of them lives.
    pub fn address(&self) -> usize {
        self.0.as_ptr().addr()
    }
    /// The values, without the slots that a row fills itself.
    pub fn values(&self) -> impl Iterator<Item = (usize, &Value)> {
        self.0.iter().enumerate().filter_map(|(i, p)| if let Slot::Shared(v) = p { Some((i, v)) } else { None })
    }
}

/// One value a field, in the kind's order.
#[derive(Clone, Default)]
pub struct RowValues {
    /// `None`: all are the row's own.
    shared: Option<Shared>,
    own: Box<[Value]>,
}

impl RowValues {
    /// How many there are. Unknown ones at the end may have been left out.
    pub fn len(&self) -> usize {
        self.shared.as_ref().map_or(self.own.len(), |c| c.0.len())
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The value of the `i`th field.
    pub fn get(&self, i: usize) -> Option<&Value> {
        let Some(shared) = &self.shared else { return self.own.get(i) };
        match shared.0.get(i)? {
            Slot::Shared(value) => Some(value),
            Slot::Own(at) => self.own.get(usize::from(*at)),
        }
    }
    /// The same; unknown if it was left out.
    pub fn at(&self, i: usize) -> &Value {
        self.get(i).unwrap_or(&Value::Unknown)
    }
    /// All of them in order.
    pub fn iter(&self) -> impl Iterator<Item = &Value> {
        (0..self.len()).filter_map(|i| self.get(i))
    }
    /// What the row shares with others.
    pub fn shared(&self) -> Option<&Shared> {
        self.shared.as_ref()
    }
    /// The values that are the row's own, with their fields' positions.
    pub fn own(&self) -> impl Iterator<Item = (usize, &Value)> {
        let all = self.shared.is_none().then(|| self.own.iter().enumerate());
        let slots = self.shared.as_ref().map(|c| c.0.iter().enumerate());
        let some = slots.into_iter().flatten().filter_map(|(i, slot)| match slot {
            Slot::Own(at) => self.own.get(usize::from(*at)).map(|v| (i, v)),
            Slot::Shared(_) => None,
        });
        all.into_iter().flatten().chain(some)
    }
    /// Which fields differ, by position.
    pub fn changed_from(&self, older: &RowValues) -> FieldSet {
        if let (Some(a), Some(b)) = (&self.shared, &older.shared)
            && Arc::ptr_eq(&a.0, &b.0)
        {
            let own = self.own().zip(older.own());
            return own.filter(|((_, a), (_, b))| a != b).map(|((i, _), _)| i).collect();
        }
        let all = 0..self.len().max(older.len());
        all.filter(|i| self.at(*i) != older.at(*i)).collect()
    }
    /// The same in new memory, with each of the row's own texts as `text` has it.
    pub(super) fn copied<'a>(&'a self, text: impl FnMut(&'a ArcStr) -> ArcStr) -> RowValues {
        RowValues { shared: self.shared.clone(), own: copies(self.own.iter(), text) }
    }
    /// Puts a value in the slot of another.
    pub fn set(&mut self, i: usize, value: Value) {
        let mut all: Vec<Value> = self.iter().cloned().collect();
        if all.len() <= i {
            all.resize(i + 1, Value::Unknown);
        }
        all[i] = value;
        *self = all.into();
    }
}

/// Values with each text as `text` has it.
fn copies<'a>(values: impl Iterator<Item = &'a Value>, mut text: impl FnMut(&'a ArcStr) -> ArcStr) -> Box<[Value]> {
    let copy = |value: &'a Value| match value {
        Value::Text(s) => Value::Text(text(s)),
        Value::List(items) => Value::List(Arc::new(items.iter().map(&mut text).collect())),
        other => other.clone(),
    };
    values.map(copy).collect()
}

impl From<Vec<Value>> for RowValues {
    fn from(values: Vec<Value>) -> Self {
        RowValues { shared: None, own: values.into() }
    }
}
impl<const N: usize> From<[Value; N]> for RowValues {
    fn from(values: [Value; N]) -> Self {
        Vec::from(values).into()
    }
}
impl FromIterator<Value> for RowValues {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Self {
        RowValues { shared: None, own: values.into_iter().collect() }
    }
}
impl PartialEq for RowValues {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}
impl fmt::Debug for RowValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// More different kinds of rows than this are not worth looking for.
const MOST: usize = 4096;

/// What rows have in common, by what it is. Bounded; lets go of what no row has any more.
#[derive(Default)]
pub struct SharedPool(HashTable<Shared>);

impl SharedPool {
    /// The same values in new memory, those outside `own` shared with rows that have the same, the others'
    /// texts as `text` has them.
    pub fn share<'a>(
        &mut self,
        values: &'a RowValues,
        own: FieldSet,
        text: impl FnMut(&'a ArcStr) -> ArcStr,
    ) -> RowValues {
        if values.shared.is_some() || values.own.len() > FieldSet::MOST {
            return values.copied(text);
        }
        // That there is none is never a row's own.
        let is_own = |i: usize, value: &Value| own.contains(i) && value.is_some();
        let all = &values.own;
        let slots = || all.iter().enumerate().map(|(i, value)| (is_own(i, value), value));
        let hash = hash(slots().filter(|p| !p.0).map(|p| p.1));
        let same = |c: &Shared| {
            c.0.len() == all.len()
                && c.0.iter().zip(slots()).all(|(there, (own, value))| match there {
                    Slot::Shared(v) => !own && v == value,
                    Slot::Own(_) => own,
                })
        };
        let shared = match self.0.find(hash, same) {
            Some(found) => found.clone(),
            None => self.add(hash, slots()),
        };
        RowValues { shared: Some(shared), own: copies(slots().filter(|p| p.0).map(|p| p.1), text) }
    }

    fn add<'a>(&mut self, hash: u64, slots: impl Iterator<Item = (bool, &'a Value)>) -> Shared {
        let mut taken = 0;
        let slot = |(own, value): (bool, &Value)| {
            if own {
                taken += 1;
                Slot::Own(taken - 1)
            } else {
                Slot::Shared(value.clone())
            }
        };
        let new = Shared(slots.map(slot).collect());
        if self.0.len() >= MOST {
            self.0.retain(|c| Arc::strong_count(&c.0) > 1);
        }
        if self.0.len() < MOST {
            self.0.insert_unique(hash, new.clone(), |c| self::hash(c.values().map(|(_, v)| v)));
        }
        new
    }
}

fn hash<'a>(values: impl Iterator<Item = &'a Value>) -> u64 {
    let mut h = FxHasher::default();
    for value in values {
        std::mem::discriminant(value).hash(&mut h);
        match value {
            Value::Text(s) | Value::State(_, s) => s.hash(&mut h),
            Value::Int(i) | Value::Seconds(i) => i.hash(&mut h),
            Value::Bool(b) => b.hash(&mut h),
            Value::Bytes(b) => b.hash(&mut h),
            Value::Time(t) => t.hash(&mut h),
            Value::Ip(ip) => ip.hash(&mut h),
            Value::Ip6(ip) => ip.hash(&mut h),
            Value::Net(net) => net.hash(&mut h),
            Value::Net6(net) => net.hash(&mut h),
            Value::Ips(all) => all.hash(&mut h),
            Value::Nets(all) => all.hash(&mut h),
            Value::Ratio { ok, of, busy } => (ok, of, busy).hash(&mut h),
            Value::List(items) => items.len().hash(&mut h),
            Value::Float(f) => f.to_bits().hash(&mut h),
            Value::Series(_) | Value::Secret(_) | Value::Unknown | Value::Empty => {}
        }
    }
    h.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, zone: &str, size: i64) -> RowValues {
        [Value::text(id), Value::text(zone), Value::Int(size), Value::Empty].into()
    }

    fn set<const N: usize>(fields: [usize; N]) -> FieldSet {
        fields.into_iter().collect()
    }
    fn own() -> FieldSet {
        set([0, 2, 3])
    }

    #[test]
    fn rows_that_are_alike_share_what_is_not_their_own_and_read_as_before() {
        let mut pool = SharedPool::default();
        let [a, b, c] = [("a", "x", 1), ("b", "x", 2), ("c", "y", 1)].map(|(id, zone, size)| {
            let shared = pool.share(&row(id, zone, size), own(), ArcStr::clone);
            assert_eq!(shared, row(id, zone, size));
            assert_eq!(shared.get(0), Some(&Value::text(id)));
            assert_eq!(shared.own().map(|(i, _)| i).collect::<Vec<_>>(), [0, 2]);
            assert_eq!(shared.shared().expect("it is shared").values().map(|(i, _)| i).collect::<Vec<_>>(), [1, 3]);
            shared
        });
        let address = |r: &RowValues| r.shared().map(Shared::address);
        assert_eq!(address(&a), address(&b));
        assert_ne!(address(&a), address(&c));
    }

    #[test]
    fn what_changed_is_the_same_whether_rows_share_or_not() {
        let mut pool = SharedPool::default();
        for (old, new, changed) in [
            (row("a", "x", 1), row("a", "x", 1), set([])),
            (row("a", "x", 1), row("a", "x", 2), set([2])),
            (row("a", "x", 1), row("b", "y", 1), set([0, 1])),
            (row("a", "x", 1), [Value::text("a"), Value::text("x")].into(), set([2, 3])),
        ] {
            assert_eq!(new.changed_from(&old), changed);
            let (old, shared) = (pool.share(&old, own(), ArcStr::clone), pool.share(&new, own(), ArcStr::clone));
            assert_eq!(shared.changed_from(&old), changed);
            assert_eq!(new.changed_from(&old), changed);
        }
        let (short, long): (RowValues, RowValues) = ([].into(), [Value::Unknown].into());
        assert_eq!(short.changed_from(&long), set([]), "what was left out at the end is unknown");
    }

    #[test]
    fn more_kinds_of_rows_than_are_worth_it_are_not_kept() {
        let mut pool = SharedPool::default();
        let kept: Vec<RowValues> =
            (0..2 * MOST as i64).map(|i| pool.share(&row("a", "x", i), set([]), ArcStr::clone)).collect();
        assert_eq!(pool.0.len(), MOST);
        assert_eq!(kept[MOST + 3].get(2), Some(&Value::Int(MOST as i64 + 3)));
        drop(kept);
        pool.share(&row("a", "x", -1), set([]), ArcStr::clone);
        assert_eq!(pool.0.len(), 1);
    }
}
