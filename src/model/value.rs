//! A cell's meaning. Text is made from it when it is drawn, never earlier.

use std::cmp::Ordering;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use arcstr::ArcStr;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::base::{Secret, Time};

/// How a state should look, whatever the kind. Every tone also has a glyph, so that colour is never the only sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Tone {
    /// As it should be: running, active, healthy, OK.
    Good,
    /// On its way: pending, stopping, provisioning, initial, draining.
    Busy,
    /// At rest, on purpose: stopped, unused, disabled.
    Idle,
    /// Needs a person: impaired, unhealthy, failed, ALARM.
    Bad,
    /// AWS did not say, or said something new.
    #[default]
    Unknown,
}

impl Tone {
    /// The glyph in front of a name or state.
    pub const fn glyph(self) -> &'static str {
        match self {
            Tone::Good => "●",
            Tone::Busy => "◐",
            Tone::Idle => "○",
            Tone::Bad => "✗",
            Tone::Unknown => "?",
        }
    }
}

/// A run of data points, evenly spaced.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// The first period's start.
    pub start: Time,
    /// Seconds between points.
    pub period: u32,
    /// One value a period; NaN where CloudWatch has no data point.
    pub points: Vec<f32>,
    /// CloudWatch's unit: `Percent`, `Bytes`, `Count`…
    pub unit: ArcStr,
    /// What a point is of its period's samples: `Average`, `Sum`, `p99`…; empty if it was not said.
    pub statistic: ArcStr,
}

impl Series {
    /// The newest value that is there.
    pub fn last(&self) -> Option<f32> {
        self.points.iter().rev().copied().find(|p| !p.is_nan())
    }
}

/// One value of a record. 16 bytes: tables hold millions of them.
#[derive(Debug, Clone, Default)]
pub enum Value {
    /// Not asked, not allowed, or not said. Shown as `·`; never as if it were empty; sorts last.
    #[default]
    Unknown,
    /// AWS says that there is none. Shown as `–`.
    Empty,
    /// Text, an id, an ARN.
    Text(ArcStr),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// Yes or no.
    Bool(bool),
    /// A moment; shown as an age or a date as the field says.
    Time(Time),
    /// A size in bytes.
    Bytes(u64),
    /// A span in seconds.
    Seconds(i64),
    /// `ok` of `of`: status checks, healthy targets.
    Ratio {
        /// How many are good.
        ok: u32,
        /// Of how many.
        of: u32,
        /// How many of the others are on their way: checks that are still being made, targets that are being registered.
        busy: u32,
    },
    /// An IPv4 address.
    Ip(Ipv4Addr),
    /// An IPv6 address; aside, because it alone would fill a value.
    Ip6(Arc<Ipv6Addr>),
    /// An IPv4 range, with its host bits cleared.
    Net(Ipv4Net),
    /// An IPv6 range, with its host bits cleared.
    Net6(Arc<Ipv6Net>),
    /// Several addresses.
    Ips(Arc<Vec<IpAddr>>),
    /// Several ranges, with their host bits cleared.
    Nets(Arc<Vec<IpNet>>),
    /// Several texts.
    List(Arc<Vec<ArcStr>>),
    /// A state with its tone.
    State(Tone, ArcStr),
    /// Data points.
    Series(Arc<Series>),
    /// Text that is shown, sorted, filtered and printed nowhere: forms alone read it.
    Secret(Arc<Secret>),
}

impl Value {
    /// `ok` of `of`, where nothing is on its way.
    pub const fn ratio(ok: u32, of: u32) -> Value {
        Value::Ratio { ok, of, busy: 0 }
    }
    /// What its colour says, if it says anything: a state's tone, and of a ratio whether all are good, the others are on their
    /// way, or some are bad.
    pub fn tone(&self) -> Option<Tone> {
        match self {
            Value::State(tone, _) => Some(*tone),
            Value::Ratio { ok, of, .. } if ok >= of => None,
            Value::Ratio { ok, of, busy } if ok + busy >= *of => Some(Tone::Busy),
            Value::Ratio { .. } => Some(Tone::Bad),
            _ => None,
        }
    }
    /// Text, or [`Value::Empty`] if there is none.
    pub fn text(s: impl AsRef<str>) -> Self {
        let s = s.as_ref();
        if s.is_empty() { Value::Empty } else { Value::Text(ArcStr::from(s)) }
    }
    /// Text that AWS may have left out; `None` and `""` both mean that there is none.
    pub fn opt(s: Option<impl AsRef<str>>) -> Self {
        s.map_or(Value::Empty, Value::text)
    }
    /// A list; an empty one is [`Value::Empty`].
    pub fn list(items: impl IntoIterator<Item = ArcStr>) -> Self {
        let v: Vec<ArcStr> = items.into_iter().collect();
        if v.is_empty() { Value::Empty } else { Value::List(Arc::new(v)) }
    }
    /// Whether there is something in it: neither unknown nor empty.
    pub fn is_some(&self) -> bool {
        !matches!(self, Value::Unknown | Value::Empty)
    }
    /// The text inside, for the variants that are text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Text(s) | Value::State(_, s) => Some(s),
            _ => None,
        }
    }
    /// The whole number inside.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(i) | Value::Seconds(i) => Some(*i),
            Value::Bytes(b) => i64::try_from(*b).ok(),
            _ => None,
        }
    }
    /// The number inside, of any numeric variant; a series gives its newest point, a ratio its share.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Int(i) | Value::Seconds(i) => Some(*i as f64),
            Value::Float(f) => Some(*f),
            Value::Bytes(b) => Some(*b as f64),
            Value::Ratio { ok, of, .. } if *of > 0 => Some(f64::from(*ok) / f64::from(*of)),
            Value::Series(s) => s.last().map(f64::from),
            _ => None,
        }
    }
    /// The moment inside.
    pub fn as_time(&self) -> Option<Time> {
        if let Value::Time(t) = self { Some(*t) } else { None }
    }
    /// The flag inside.
    pub fn as_bool(&self) -> Option<bool> {
        if let Value::Bool(b) = self { Some(*b) } else { None }
    }
    /// The texts inside, addresses and ranges as texts; a single one counts as one.
    pub fn items(&self) -> Vec<ArcStr> {
        match self {
            Value::List(v) => v.as_ref().clone(),
            Value::Text(s) | Value::State(_, s) => vec![s.clone()],
            _ => self.blocks().map(|b| arcstr::format!("{b}")).collect(),
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Unknown, Value::Unknown) | (Value::Empty, Value::Empty) => true,
            (Value::Text(a), Value::Text(b)) => a == b,
            (Value::Int(a), Value::Int(b)) | (Value::Seconds(a), Value::Seconds(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a.total_cmp(b) == Ordering::Equal,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Time(a), Value::Time(b)) => a == b,
            (Value::Bytes(a), Value::Bytes(b)) => a == b,
            (Value::Ratio { ok: a, of: b, busy: x }, Value::Ratio { ok: c, of: d, busy: y }) => (a, b, x) == (c, d, y),
            (Value::Ip(a), Value::Ip(b)) => a == b,
            (Value::Ip6(a), Value::Ip6(b)) => a == b,
            (Value::Net(a), Value::Net(b)) => a == b,
            (Value::Net6(a), Value::Net6(b)) => a == b,
            (Value::Ips(a), Value::Ips(b)) => a == b,
            (Value::Nets(a), Value::Nets(b)) => a == b,
            (Value::List(a), Value::List(b)) => a == b,
            (Value::State(t, a), Value::State(u, b)) => t == u && a == b,
            (Value::Secret(a), Value::Secret(b)) => a == b,
            (Value::Series(a), Value::Series(b)) => Arc::ptr_eq(a, b) || a.same(b),
            _ => false,
        }
    }
}

impl Series {
    /// Equal, with NaN equal to NaN.
    fn same(&self, other: &Series) -> bool {
        self.start == other.start
            && self.period == other.period
            && self.unit == other.unit
            && self.points.len() == other.points.len()
            && self.points.iter().zip(&other.points).all(|(a, b)| a.total_cmp(b) == Ordering::Equal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stays_sixteen_bytes() {
        assert_eq!(std::mem::size_of::<Value>(), 16);
    }
}
