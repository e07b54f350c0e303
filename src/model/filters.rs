//! Filters that AWS applies: which rows of a kind a request asks for.
//!
//! A field says which filter its values can be asked for by ([`super::field::FieldInfo::asked_by`]). Values are ORed, fields ANDed,
//! which is what AWS does and what the query language means by `field=a,b other=c`.

use std::fmt;
use std::sync::Arc;

use arcstr::ArcStr;

use super::kind::KindInfo;

/// Values of all filters of one request, at most. EC2 takes 200 (`FilterLimitExceeded`).
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html>
pub const MOST_VALUES: usize = 200;

/// What AWS calls the filter by which a field's values can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerFilter {
    /// Its name there: `attachment.instance-id`.
    pub name: &'static str,
    /// Whether AWS has the values in lower case, always. It compares them as they are written, and a query does not: only where
    /// there is one way to write a value does the filter bring every row that the query means.
    pub lower_case: bool,
    /// Whether a query may ask by it although it knows nothing of letters: what is written goes to AWS as it is written, `*` and `?` too,
    /// which mean the same there. `name=al2023-ami-*`
    pub as_written: bool,
    /// Whether it finds rows that the table of all rows does not have: of images that table has your own and what is shared with one,
    /// and by owner AWS finds anybody's.
    pub beyond: bool,
}

impl ServerFilter {
    /// The filter of this name, for values that are in lower case always.
    pub const fn new(name: &'static str) -> Self {
        ServerFilter { name, lower_case: true, as_written: false, beyond: false }
    }
}

/// Fields of a kind with the values that a row may have there; in the order of the fields' names, so that what is the same is equal.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Filters(Arc<[(&'static str, Vec<ArcStr>)]>);

impl Filters {
    /// For the fields of `kind` with these names, each of them once. `None`: the kind has no such field, AWS cannot be asked by it,
    /// it has no value, there are too many, or there is no field at all.
    pub fn of<'a>(kind: &KindInfo, wanted: impl IntoIterator<Item = (&'a str, Vec<ArcStr>)>) -> Option<Filters> {
        let mut all: Vec<(&'static str, Vec<ArcStr>)> = Vec::new();
        for (field, mut values) in wanted {
            let info = kind.fields.at(kind.index_of(field)?);
            values.sort_unstable();
            values.dedup();
            if info.filter.is_none() || values.is_empty() || all.iter().any(|(f, _)| *f == info.name) {
                return None;
            }
            all.push((info.name, values));
        }
        all.sort_unstable();
        let few = all.iter().map(|(_, values)| values.len()).sum::<usize>() <= MOST_VALUES;
        (few && !all.is_empty()).then(|| Filters(all.into()))
    }
    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
    /// Whether there are none, which never is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// Each field with its values.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &[ArcStr])> {
        self.0.iter().map(|(field, values)| (*field, values.as_slice()))
    }
    /// The same by AWS's names for the filters.
    pub fn by_aws_name<'a>(&'a self, kind: &'a KindInfo) -> impl Iterator<Item = (&'static str, &'a [ArcStr])> {
        self.iter().filter_map(|(field, values)| Some((kind.fields.at(kind.index_of(field)?).filter?.name, values)))
    }
    /// Whether what they find may not be in the table of all rows: [`ServerFilter::beyond`].
    pub fn reach_beyond(&self, kind: &KindInfo) -> bool {
        self.iter().any(|(field, _)| {
            kind.index_of(field).and_then(|i| kind.fields.at(i).filter).is_some_and(|filter| filter.beyond)
        })
    }
    /// Whether the rows of these filters are all that `narrower` could want: it has every field of these, with no other value.
    pub fn hold(&self, narrower: &Filters) -> bool {
        self.iter().all(|(field, values)| {
            narrower.iter().any(|(f, some)| f == field && some.iter().all(|value| values.contains(value)))
        })
    }
}

impl fmt::Display for Filters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (field, values)) in self.iter().enumerate() {
            write!(f, "{}{field}={}", if i > 0 { " " } else { "" }, values.join(","))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Filters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Field, FieldInfo, FieldType, Fields, Value};

    const fn field(name: &'static str) -> FieldInfo {
        FieldInfo::new(name, "", FieldType::Text, "")
    }
    const NONE: fn(&()) -> Value = |()| Value::Unknown;
    static FIELDS: Fields<()> = Fields(&[
        Field { info: field("zone").asked_by("availability-zone"), get: NONE },
        Field { info: field("type").asked_by("volume-type"), get: NONE },
        Field { info: field("cost"), get: NONE },
        Field { info: field("owner").asked_by("owner-id").finds_others(), get: NONE },
    ]);
    static KIND: KindInfo = KindInfo { sort: ("zone", true), ..KindInfo::new("volumes", "volume", "Volumes", &FIELDS) };

    fn of(wanted: &[(&str, &[&str])]) -> Option<Filters> {
        let values = |all: &[&str]| all.iter().map(|v| ArcStr::from(*v)).collect();
        Filters::of(&KIND, wanted.iter().map(|(f, v)| (*f, values(v))))
    }

    #[test]
    fn the_same_rows_are_the_same_filters_in_whatever_order_they_are_said() {
        let (a, b) =
            (of(&[("zone", &["b", "a"]), ("type", &["gp3"])]), of(&[("type", &["gp3"]), ("zone", &["a", "b", "a"])]));
        assert!(a.is_some() && a == b);
        let a = a.expect("filters");
        assert_eq!(a.to_string(), "type=gp3 zone=a,b");
        let names: Vec<&str> = a.by_aws_name(&KIND).map(|(name, _)| name).collect();
        assert_eq!(names, ["volume-type", "availability-zone"]);
    }

    #[test]
    fn what_aws_cannot_be_asked_for_makes_no_filters() {
        let many: Vec<String> = (0..=MOST_VALUES).map(|i| i.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        for bad in [&[("cost", &["1"][..])][..], &[("zone", &[])], &[], &[("nothing", &["1"])], &[("zone", &many)]] {
            assert_eq!(of(bad), None);
        }
        assert_eq!(of(&[("zone", &["a"]), ("zone", &["b"])]), None, "both must hold, and one filter means either");
    }

    #[test]
    fn one_field_is_enough_to_find_what_the_table_of_all_rows_lacks() {
        let f = |wanted: &[(&str, &[&str])]| of(wanted).expect("filters").reach_beyond(&KIND);
        assert!(f(&[("owner", &["amazon"])]) && f(&[("zone", &["a"]), ("owner", &["1"])]) && !f(&[("zone", &["a"])]));
    }

    #[test]
    fn a_narrower_wish_is_held_and_a_wider_one_is_not() {
        let f = |wanted: &[(&str, &[&str])]| of(wanted).expect("filters");
        let two = f(&[("zone", &["a", "b"])]);
        assert!(
            two.hold(&two)
                && two.hold(&f(&[("zone", &["a"])]))
                && two.hold(&f(&[("zone", &["b"]), ("type", &["gp3"])]))
        );
        assert!(!two.hold(&f(&[("zone", &["a", "c"])])) && !two.hold(&f(&[("type", &["gp3"])])));
    }
}
