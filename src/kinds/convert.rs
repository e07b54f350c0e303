//! What every list function needs where SDK types end: shared texts, times, batches, and SDK errors in the console's
//! shape.

use std::hash::{Hash as _, Hasher as _};
use std::sync::Arc;

use arcstr::ArcStr;
use aws_smithy_types::DateTime;
use hashbrown::HashTable;
use rustc_hash::FxHasher;

use super::intern::{Interner, LocalInterner};
use super::listing::{ListRequest, What};
use super::prices::{self, Prices};
use crate::base::{Fault, FaultKind, Time};
use crate::model::{Field, FieldInfo, Tags, Value};

/// Text that AWS may have left out.
pub type Text = Option<ArcStr>;

/// A field, without the struct's ceremony.
pub const fn field<T>(info: FieldInfo, get: fn(&T) -> Value) -> Field<T> {
    Field { info, get }
}

/// Shares what repeats within a run: texts through the interner, whole lists (an instance's security groups) here.
pub struct Converter {
    met: LocalInterner,
    lists: HashTable<Arc<Vec<ArcStr>>>,
    /// What is known of prices where the rows are.
    pub(super) prices: Option<Prices>,
    /// Where the rows are: of a converter without a request nowhere.
    region: Option<ArcStr>,
    /// When the run began; of a converter without a request the beginning of time.
    pub(super) now: Time,
}

/// More different lists than this are not worth keeping.
const MOST_LISTS: usize = 4096;

impl Converter {
    /// For one run.
    pub fn new(interner: &Interner) -> Self {
        Converter {
            met: LocalInterner::new(interner),
            lists: HashTable::new(),
            prices: Some(Prices::first()),
            region: None,
            now: Time::default(),
        }
    }
    /// For one run of a list function.
    pub fn of(request: &ListRequest) -> Self {
        let prices = prices::of(&request.scope);
        let region = request.scope.region_code().cloned();
        Converter { prices, region, now: request.clock.now(), ..Converter::new(&request.interner) }
    }
    /// A text that repeats from row to row; empty counts as none.
    pub fn shared(&mut self, s: Option<&str>) -> Text {
        s.filter(|s| !s.is_empty()).map(|s| self.met.get(s))
    }
    /// The same as a value: text, or that there is none.
    pub fn text(&mut self, s: Option<&str>) -> Value {
        text(&self.shared(s))
    }
    /// The same of what AWS always gives where it is known: left out, it is unknown.
    pub fn said(&mut self, s: Option<&str>) -> Value {
        said(&self.shared(s))
    }
    /// The ARN of a row of a region whose answer has none, by the formats of
    /// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html>; unknown, if a part is.
    pub fn arn(&self, service: &str, account: Option<&str>, resource: Option<&str>) -> Value {
        match (&self.region, account, resource) {
            (Some(region), Some(account), Some(resource)) => {
                let partition = partition(region.as_str());
                Value::Text(arcstr::format!("arn:{partition}:{service}:{region}:{account}:{resource}"))
            }
            _ => Value::Unknown,
        }
    }
    /// Texts that repeat together.
    pub fn shared_list<'a>(&mut self, items: impl IntoIterator<Item = &'a str, IntoIter: Clone>) -> Value {
        let items = items.into_iter().filter(|s| !s.is_empty());
        let hash = hash(items.clone());
        if let Some(found) = self.lists.find(hash, |l| l.iter().map(ArcStr::as_str).eq(items.clone())) {
            return Value::List(found.clone());
        }
        let list: Vec<ArcStr> = items.map(|s| self.met.get(s)).collect();
        if list.is_empty() {
            return Value::Empty;
        }
        let new = Arc::new(list);
        if self.lists.len() < MOST_LISTS {
            self.lists.insert_unique(hash, new.clone(), |l| self::hash(l.iter().map(ArcStr::as_str)));
        }
        Value::List(new)
    }
    /// Tags in AWS's order, and the value of `Name`.
    pub fn tags<'a>(&mut self, pairs: impl IntoIterator<Item = (Option<&'a str>, Option<&'a str>)>) -> (Tags, ArcStr) {
        let mut name = ArcStr::new();
        let tags: Vec<(ArcStr, ArcStr)> = pairs
            .into_iter()
            .filter_map(|(k, v)| {
                let (k, v) = (k?, v.unwrap_or_default());
                if k == "Name" {
                    // A name is rarely anybody else's: it would only fill the interner.
                    name = ArcStr::from(v);
                    return Some((self.met.get(k), name.clone()));
                }
                Some((self.met.get(k), self.met.get(v)))
            })
            .collect();
        (if tags.is_empty() { no_tags() } else { tags.into() }, name)
    }
}

/// The partition that a region is in. <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>
fn partition(region: &str) -> &'static str {
    let known = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-isof-", "aws-iso-f"),
        ("eusc-", "aws-eusc"),
    ];
    known.iter().find(|(prefix, _)| region.starts_with(prefix)).map_or("aws", |(_, partition)| partition)
}

fn hash<'a>(items: impl Iterator<Item = &'a str>) -> u64 {
    let mut h = FxHasher::default();
    items.for_each(|s| s.hash(&mut h));
    h.finish()
}

/// The one empty list of tags.
pub fn no_tags() -> Tags {
    static NONE: std::sync::LazyLock<Tags> = std::sync::LazyLock::new(Tags::default);
    NONE.clone()
}

/// A text of its own; empty counts as none.
pub fn own(s: Option<&str>) -> Text {
    s.filter(|s| !s.is_empty()).map(ArcStr::from)
}
/// A moment; one that milliseconds cannot say is the last or the first that they can.
pub fn time(t: Option<&DateTime>) -> Option<Time> {
    t.map(|t| t.to_millis().map_or_else(|_| Time::from_secs(t.secs()), Time::from_millis))
}
/// Text, or that there is none.
pub fn text(s: &Text) -> Value {
    s.as_ref().map_or(Value::Empty, |s| Value::Text(s.clone()))
}
/// Text that AWS always gives where it is known: left out, it is unknown.
pub fn said(s: &Text) -> Value {
    s.as_ref().map_or(Value::Unknown, |s| Value::Text(s.clone()))
}
/// A moment, or that there is none.
pub fn moment(t: Option<Time>) -> Value {
    t.map_or(Value::Empty, Value::Time)
}
/// A flag; left out, it is unknown.
pub fn flag(b: Option<bool>) -> Value {
    b.map_or(Value::Unknown, Value::Bool)
}
/// A number; left out, it is unknown.
pub fn int(i: Option<impl Into<i64>>) -> Value {
    i.map_or(Value::Unknown, |i| Value::Int(i.into()))
}
/// A span in seconds; left out, there is none.
pub fn seconds(i: Option<impl Into<i64>>) -> Value {
    i.map_or(Value::Empty, |i| Value::Seconds(i.into()))
}
/// A list of texts of their own.
pub fn texts<'a>(items: impl IntoIterator<Item = &'a str>) -> Value {
    Value::list(items.into_iter().filter(|s| !s.is_empty()).map(ArcStr::from))
}

/// The calls that a request needs: one for everything (`None`), or one for each `most` ids.
pub fn batches(what: &What, most: usize) -> Vec<Option<Vec<String>>> {
    match what {
        What::Everything => vec![None],
        What::Ids(ids) => ids.chunks(most.max(1)).map(|c| Some(c.iter().map(ToString::to_string).collect())).collect(),
    }
}

/// For calls of which one missing id fails all (`LoadBalancerNotFound`): whether to ask for each of `ids` alone now.
pub fn ask_one_by_one(fault: &Fault, ids: Option<&[String]>) -> bool {
    fault.kind == FaultKind::NotFound && ids.is_some_and(|i| i.len() > 1)
}

/// Whether the only id that was asked for does not exist: that is an answer, not a failure.
pub fn only_one_is_missing(fault: &Fault, ids: Option<&[String]>) -> bool {
    fault.kind == FaultKind::NotFound && ids.is_some_and(|i| i.len() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_repeats_is_kept_once() {
        let mut s = Converter::new(&Interner::default());
        let (a, b) = (s.shared_list(["sg-1", "sg-2"]), s.shared_list(["sg-1", "sg-2"]));
        assert!(matches!((&a, &b), (Value::List(a), Value::List(b)) if Arc::ptr_eq(a, b)));
        assert_eq!(s.shared_list([""]), Value::Empty);
    }

    #[test]
    fn an_arn_has_its_regions_partition_and_is_unknown_without_all_of_it() {
        let arn = |region: Option<&str>, account| {
            let region = region.map(ArcStr::from);
            Converter { region, ..Converter::new(&Interner::default()) }.arn("ec2", account, Some("vpc/vpc-1"))
        };
        let own = Some("111122223333");
        for (region, partition) in [
            ("ap-northeast-2", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eusc-de-east-1", "aws-eusc"),
        ] {
            let want = format!("arn:{partition}:ec2:{region}:111122223333:vpc/vpc-1");
            assert_eq!(arn(Some(region), own), Value::text(&want));
        }
        assert_eq!((arn(None, own), arn(Some("cn-north-1"), None)), (Value::Unknown, Value::Unknown));
    }

    #[test]
    fn ids_are_asked_for_in_batches_and_no_ids_need_no_call() {
        let ids = |n: usize| What::Ids(Arc::new((0..n).map(|i| format!("i-{i}").into()).collect()));
        assert_eq!(batches(&What::Everything, 200), [None]);
        assert_eq!(batches(&ids(0), 200).len(), 0);
        let sizes: Vec<_> = batches(&ids(401), 200).iter().map(|b| b.as_ref().map(Vec::len)).collect();
        assert_eq!(sizes, [Some(200), Some(200), Some(1)]);
    }

    #[test]
    fn the_name_tag_is_the_name_and_stays_a_tag() {
        let (tags, name) =
            Converter::new(&Interner::default()).tags([(Some("Name"), Some("결제-워커")), (Some("Env"), None)]);
        assert_eq!(name, "결제-워커");
        assert_eq!(*tags, [("Name".into(), "결제-워커".into()), ("Env".into(), "".into())]);
    }
}
