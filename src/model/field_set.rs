//! A set of a kind's fields, by position.

use std::ops::BitOr;

/// Words of 64 bits: two, and no number of 128 bits, which would make a row of the Store 16 bytes larger instead of 8.
const WORDS: usize = 2;

/// Which fields of a kind: changed cells, what a bare word looks at. Copied like a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct FieldSet([u64; WORDS]);

impl FieldSet {
    /// Fields that a kind may have; a test refuses more.
    pub const MOST: usize = WORDS * 64;
    /// None.
    pub const NONE: FieldSet = FieldSet([0; WORDS]);
    /// All that any kind could have.
    pub const ALL: FieldSet = FieldSet([u64::MAX; WORDS]);

    /// Adds a field; one beyond [`FieldSet::MOST`] is in no set.
    pub const fn insert(&mut self, field: usize) {
        if field < Self::MOST {
            self.0[field / 64] |= 1 << (field % 64);
        }
    }
    /// Whether a field is in it.
    pub const fn contains(self, field: usize) -> bool {
        field < Self::MOST && self.0[field / 64] >> (field % 64) & 1 == 1
    }
    /// Whether there are none in it.
    pub fn is_empty(self) -> bool {
        self == Self::NONE
    }
}

impl FromIterator<usize> for FieldSet {
    fn from_iter<I: IntoIterator<Item = usize>>(fields: I) -> Self {
        let mut all = FieldSet::NONE;
        fields.into_iter().for_each(|field| all.insert(field));
        all
    }
}

impl BitOr for FieldSet {
    type Output = FieldSet;
    fn bitor(self, other: FieldSet) -> FieldSet {
        FieldSet(std::array::from_fn(|i| self.0[i] | other.0[i]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_beyond_the_first_word_is_in_the_set_and_one_beyond_the_last_in_none() {
        let set: FieldSet = [0, 63, 64, 99, 127, 128, 1000].into_iter().collect();
        let held: Vec<usize> = (0..2000).filter(|i| set.contains(*i)).collect();
        assert_eq!(held, [0, 63, 64, 99, 127]);
        assert!(FieldSet::ALL.contains(127) && !FieldSet::ALL.contains(128) && FieldSet::NONE.is_empty());
        assert_eq!([1].into_iter().collect::<FieldSet>() | [99].into_iter().collect(), [1, 99].into_iter().collect());
    }
}
