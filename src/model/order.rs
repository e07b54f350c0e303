//! The order of values in a sort: numbers by size, addresses by number, texts as people read them.

use std::cmp::Ordering;
use std::net::IpAddr;

use super::addresses::{Block, Blocks};
use super::value::Value;

/// Where a value stands in any sort, up or down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
enum Rank {
    /// There is something to go by.
    Known,
    /// AWS says that there is none.
    Empty,
    /// Nobody knows, or there is no number in it: a series without points, a ratio of nothing.
    Unknown,
}

fn rank(value: &Value) -> Rank {
    match value {
        // A secret has no order: it would tell of its content.
        Value::Unknown | Value::Secret(_) => Rank::Unknown,
        Value::Empty => Rank::Empty,
        Value::Ratio { .. } | Value::Series(_) if value.as_f64().is_none() => Rank::Unknown,
        _ => Rank::Known,
    }
}

/// The class of addresses and ranges, one or several.
const ADDRESSES: u8 = 3;

/// Values of one column are of one class; where AWS mixes them (an address that is none), the classes stay apart.
fn class(value: &Value) -> u8 {
    match value {
        Value::Unknown | Value::Empty | Value::Secret(_) => 0,
        Value::Bool(_) => 1,
        Value::Time(_) => 2,
        Value::Ip(_) | Value::Ip6(_) | Value::Net(_) | Value::Net6(_) | Value::Ips(_) | Value::Nets(_) => ADDRESSES,
        Value::List(_) => 4,
        Value::Text(_) | Value::State(..) => 5,
        Value::Int(_)
        | Value::Float(_)
        | Value::Bytes(_)
        | Value::Seconds(_)
        | Value::Ratio { .. }
        | Value::Series(_) => 6,
    }
}

impl Value {
    /// The order of two values in a sort. Numbers by size, addresses by number, texts without regard to case and with digit runs
    /// by value (`web-2` before `web-10`). Empty comes last but one and unknown last, whichever way the sort goes.
    pub fn order(&self, other: &Value, ascending: bool) -> Ordering {
        let ranks = rank(self).cmp(&rank(other));
        if ranks != Ordering::Equal || rank(self) != Rank::Known {
            return ranks;
        }
        let order = class(self).cmp(&class(other)).then_with(|| match (self, other) {
            (Value::Ip(a), Value::Ip(b)) => a.cmp(b),
            _ if class(self) == ADDRESSES => blocks(self.blocks(), other.blocks()),
            (Value::Time(a), Value::Time(b)) => a.cmp(b),
            (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
            (Value::List(a), Value::List(b)) => lists(a, b),
            _ => match (self.as_f64(), other.as_f64()) {
                (Some(a), Some(b)) => a.total_cmp(&b),
                _ => natural(self.as_str().unwrap_or_default(), other.as_str().unwrap_or_default()),
            },
        });
        if ascending { order } else { order.reverse() }
    }
}

fn blocks(mut a: Blocks<'_>, mut b: Blocks<'_>) -> Ordering {
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(x), Some(y)) => match x.order(y) {
                Ordering::Equal => {}
                order => return order,
            },
        }
    }
}

fn lists(a: &[arcstr::ArcStr], b: &[arcstr::ArcStr]) -> Ordering {
    let items = a.iter().zip(b).map(|(x, y)| natural(x, y)).find(|o| *o != Ordering::Equal);
    items.unwrap_or_else(|| a.len().cmp(&b.len()))
}

/// Compares texts without regard to ASCII case, runs of digits by their value.
pub fn natural(a: &str, b: &str) -> Ordering {
    let (mut x, mut y) = (a.as_bytes(), b.as_bytes());
    loop {
        match (x.first(), y.first()) {
            (None, None) => return a.cmp(b),
            (None, _) => return Ordering::Less,
            (_, None) => return Ordering::Greater,
            (Some(p), Some(q)) if p.is_ascii_digit() && q.is_ascii_digit() => {
                let ((dx, rx), (dy, ry)) = (digits(x), digits(y));
                match dx.len().cmp(&dy.len()).then_with(|| dx.cmp(dy)) {
                    Ordering::Equal => (x, y) = (rx, ry),
                    other => return other,
                }
            }
            (Some(p), Some(q)) => match p.to_ascii_lowercase().cmp(&q.to_ascii_lowercase()) {
                Ordering::Equal => (x, y) = (&x[1..], &y[1..]),
                other => return other,
            },
        }
    }
}

/// The digits that a text begins with, without leading zeros, and what follows them.
fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    let (run, rest) = text.split_at(text.iter().take_while(|c| c.is_ascii_digit()).count());
    (&run[run.iter().take_while(|c| **c == b'0').count()..], rest)
}

/// Words of a [`SortKey`]: with their bytes nearly all names of an account differ.
const WORDS: usize = 4;
/// Bytes for the value itself; rank and class stand before them, and after them whether they are all of the value.
const ROOM: usize = WORDS * 8 - 3;

/// The beginning of a value, made so that keys compare as values do: sorting 100,000 rows then compares numbers that lie side by
/// side, and follows pointers to texts only where the keys are equal.
#[derive(Debug, Clone, Copy)]
pub struct SortKey([u64; WORDS]);

impl SortKey {
    /// The key of a value.
    pub fn of(value: &Value) -> SortKey {
        let rank = rank(value);
        let mut room = [0; ROOM];
        let mut whole = true;
        if rank == Rank::Known {
            match value {
                Value::Bool(b) => room[0] = u8::from(*b),
                Value::Ip(ip) => {
                    room[1..5].copy_from_slice(&ip.octets());
                    room[17] = 32;
                }
                Value::Ip6(_) | Value::Net(_) | Value::Net6(_) | Value::Ips(_) | Value::Nets(_) => {
                    let mut all = value.blocks();
                    whole = all.next().map(|first| block(first, &mut room)).is_some() && all.next().is_none();
                }
                // With the sign turned round, the bytes of a number are in its order.
                Value::Time(t) => room[..8].copy_from_slice(&(t.millis().cast_unsigned() ^ (1 << 63)).to_be_bytes()),
                Value::List(items) => {
                    whole = false;
                    fold(items.first().map_or("", |s| s), &mut room);
                }
                Value::Text(s) | Value::State(_, s) => whole = fold(s, &mut room),
                number => room[..8].copy_from_slice(&float(number.as_f64().unwrap_or_default()).to_be_bytes()),
            }
        }
        let class = if rank == Rank::Known { class(value) } else { 0 };
        let bytes = [rank as u8, class].into_iter().chain(room).chain([u8::from(whole)]);
        let mut words = [0; WORDS];
        for (i, byte) in bytes.enumerate() {
            words[i / 8] = words[i / 8] << 8 | u64::from(byte);
        }
        SortKey(words)
    }

    /// Whether the key is all there is of the value: if two such keys are equal, the values are.
    pub fn is_whole(&self) -> bool {
        self.0[WORDS - 1] & 1 == 1
    }

    /// As [`Value::order`] of the values, except that values which only differ further on are equal.
    pub fn order(&self, other: &SortKey, ascending: bool) -> Ordering {
        let [mut a, mut b] = [self.0, other.0];
        a[WORDS - 1] |= 1;
        b[WORDS - 1] |= 1;
        let ranks = (a[0] >> 56).cmp(&(b[0] >> 56));
        if ranks != Ordering::Equal || ascending { ranks.then(a.cmp(&b)) } else { b.cmp(&a) }
    }
}

/// Writes a range as its family, its first address and the length of its prefix.
fn block(block: Block, room: &mut [u8; ROOM]) {
    let range = block.range();
    room[17] = range.prefix_len();
    match range.network() {
        IpAddr::V4(ip) => room[1..5].copy_from_slice(&ip.octets()),
        IpAddr::V6(ip) => {
            room[0] = 1;
            room[1..17].copy_from_slice(&ip.octets());
        }
    }
}

/// A number whose order as an integer is `f64::total_cmp`'s.
fn float(x: f64) -> u64 {
    let bits = x.to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// Writes the beginning of a text so that bytes compare as [`natural`] does: lower case, and for a run of digits a `0` (which
/// stands to any other character as each digit does), the number of digits, and the digits. Returns whether the text can be
/// told from that.
fn fold(text: &str, room: &mut [u8; ROOM]) -> bool {
    let mut text = text.as_bytes();
    let (mut at, mut whole) = (0, true);
    // Whether there was room for it.
    let mut put = |byte: u8| {
        let place = room.get_mut(at);
        at += 1;
        place.is_some_and(|place| {
            *place = byte;
            true
        })
    };
    while let Some(first) = text.first() {
        if first.is_ascii_digit() {
            let (run, rest) = digits(text);
            whole &= run.len() + rest.len() == text.len();
            let length = u8::try_from(run.len()).unwrap_or(u8::MAX);
            // A run too long to count ends the key: what follows it has no place that compares.
            if !put(b'0') || !put(length) || length == u8::MAX || !run.iter().all(|d| put(*d)) {
                return false;
            }
            text = rest;
        } else {
            whole &= !first.is_ascii_uppercase() && *first != 0;
            if !put(first.to_ascii_lowercase()) {
                return false;
            }
            text = &text[1..];
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Time;
    use crate::model::Tone;
    use proptest::prelude::*;
    use std::net::{Ipv4Addr, Ipv6Addr};

    #[test]
    fn unknown_sorts_after_empty_and_both_after_everything_up_and_down() {
        for ascending in [true, false] {
            let mut v = [Value::Unknown, Value::text("b"), Value::Empty, Value::Int(3), Value::Int(-1)];
            v.sort_by(|a, b| a.order(b, ascending));
            assert_eq!(v[3], Value::Empty);
            assert_eq!(v[4], Value::Unknown);
        }
    }

    #[test]
    fn web_2_comes_before_web_10_and_case_does_not_matter() {
        assert_eq!(natural("web-2", "WEB-10"), Ordering::Less);
        assert_eq!(natural("a", "B"), Ordering::Less);
        assert_eq!(natural("x007", "x7"), "x007".cmp("x7"));
    }

    #[test]
    fn a_ratio_of_nothing_is_no_number_and_comes_last() {
        let nothing = Value::Ratio { ok: 0, of: 0, busy: 0 };
        assert_eq!(nothing.order(&Value::Ratio { ok: 0, of: 3, busy: 0 }, false), Ordering::Greater);
        assert_eq!(nothing.order(&Value::Ratio { ok: 0, of: 3, busy: 0 }, true), Ordering::Greater);
    }

    fn any_value() -> impl Strategy<Value = Value> {
        // Few letters and many digits, so that texts have long beginnings in common.
        let text = "[aB0-2\\-é]{0,6}|x{20}[0-9]{0,14}[a-c]?|[0-9]{250,260}";
        prop_oneof![
            Just(Value::Unknown),
            Just(Value::Empty),
            text.prop_map(|s| Value::Text(s.into())),
            text.prop_map(|s| Value::State(Tone::Good, s.into())),
            any::<i64>().prop_map(Value::Int),
            any::<f64>().prop_map(Value::Float),
            (0..5i64).prop_map(Value::Seconds),
            (0..5u64).prop_map(Value::Bytes),
            any::<bool>().prop_map(Value::Bool),
            any::<i32>().prop_map(|t| Value::Time(Time::from_secs(i64::from(t)))),
            any::<u32>().prop_map(|ip| Value::Ip(Ipv4Addr::from(ip))),
            prop_oneof![any::<u128>(), 0..3u128].prop_map(|ip| Value::Ip6(Ipv6Addr::from(ip).into())),
            (any::<u32>(), 0..33u8)
                .prop_map(|(ip, bits)| { Value::range(Some(&format!("{}/{bits}", Ipv4Addr::from(ip)))) }),
            (0..3u128, 120..129u8).prop_map(|(ip, bits)| Value::range(Some(&format!("{}/{bits}", Ipv6Addr::from(ip))))),
            prop::collection::vec(0..3u32, 0..3)
                .prop_map(|v| Value::Ips(v.into_iter().map(|ip| Ipv4Addr::from(ip).into()).collect::<Vec<_>>().into())),
            prop::collection::vec((0..3u32, 30..33u8), 0..3).prop_map(|v| {
                let all: Vec<String> = v.iter().map(|(ip, bits)| format!("{}/{bits}", Ipv4Addr::from(*ip))).collect();
                Value::ranges(all.iter().map(String::as_str))
            }),
            (0..3u32, 0..3u32).prop_map(|(ok, of)| Value::Ratio { ok, of, busy: 0 }),
            prop::collection::vec(text.prop_map(arcstr::ArcStr::from), 0..3).prop_map(|v| Value::List(v.into())),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]
        #[test]
        fn a_key_never_contradicts_its_value(a in any_value(), b in any_value(), ascending: bool) {
            let (keys, values) = (SortKey::of(&a).order(&SortKey::of(&b), ascending), a.order(&b, ascending));
            prop_assert!(keys == Ordering::Equal || keys == values, "{a:?} {b:?}: {keys:?}, {values:?}");
            let whole = SortKey::of(&a).is_whole() && SortKey::of(&b).is_whole();
            prop_assert!(!whole || keys == values, "{a:?} {b:?} are whole: {keys:?}, {values:?}");
        }
        #[test]
        fn the_order_of_values_is_an_order(a in any_value(), b in any_value(), c in any_value()) {
            prop_assert_eq!(a.order(&b, true), b.order(&a, true).reverse());
            if a.order(&b, true).is_le() && b.order(&c, true).is_le() {
                prop_assert!(a.order(&c, true).is_le());
            }
        }
    }
}
