//! How a value compares with what a query wants of it: texts with wildcards, numbers and moments, addresses and ranges.

use ipnet::IpNet;

use super::needle::Needle;
use super::{Op, Operand};
use crate::base::Time;
use crate::model::{Block, FieldType, Value};
use crate::net::range::Range as _;

/// Whether the value is this address or range or lists it, however either is written: `2600:1F14:0::5` is `2600:1f14::5`.
pub(super) fn is_at(value: &Value, block: Block) -> bool {
    let is = |s: &str| written(s) == Some(block);
    match value {
        Value::Text(s) => is(s),
        Value::List(all) => all.iter().any(|s| is(s)),
        _ => value.blocks().any(|b| b == block),
    }
}

/// A text that is an address or a range.
fn written(text: &str) -> Option<Block> {
    text.parse().map(Block::Ip).ok().or_else(|| IpNet::read(text).map(|net| Block::Net(net.trunc())))
}

/// `*` and `?` as in AWS's filters; without them the texts must be equal.
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    let (p, t): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut i, mut j, mut star, mut mark) = (0, 0, None, 0);
    while j < t.len() {
        if i < p.len() && (p[i] == '?' || (p[i] == t[j] && p[i] != '*')) {
            i += 1;
            j += 1;
        } else if i < p.len() && p[i] == '*' {
            star = Some(i);
            mark = j;
            i += 1;
        } else if let Some(s) = star {
            i = s + 1;
            mark += 1;
            j = mark;
        } else {
            return false;
        }
    }
    p[i..].iter().all(|c| *c == '*')
}

/// Whether a text is what is wanted of it; `want` is in lower case.
pub(super) fn text_matches(text: &str, want: &str, ty: FieldType, op: Op) -> bool {
    let wild = want.contains(['*', '?']);
    match (op, ty) {
        (_, _) if wild => glob(want, &text.to_lowercase()),
        (Op::Is, _) => text.to_lowercase() == want,
        // `state:healthy` must not find `unhealthy`, and `state:run`, half typed, not nothing.
        (Op::Has, FieldType::State) => text.to_lowercase().starts_with(want),
        _ => Needle::new(want).is_in(text),
    }
}

/// Whether a value is so to an operand; what is not known is none of these (see [`super::eval`]).
pub(super) fn compare(value: &Value, ty: FieldType, op: Op, operand: &Operand, now: Time) -> bool {
    match (value, operand) {
        (Value::Empty, Operand::Nothing) => true,
        (_, Operand::Nothing) | (Value::Empty, _) => false,
        (Value::List(items), Operand::Text(want)) => items.iter().any(|s| text_matches(s, want, ty, op)),
        (Value::Ip(_) | Value::Ip6(_) | Value::Net(_) | Value::Net6(_) | Value::Ips(_) | Value::Nets(_), o) => {
            value.blocks().any(|b| block(b, op, o))
        }
        // Addresses in a list, or a target that may be one.
        (Value::List(items), o @ (Operand::Ip(_) | Operand::Net(_))) => {
            items.iter().any(|s| written(s).is_some_and(|b| block(b, op, o)))
        }
        (Value::Text(s), o @ (Operand::Ip(_) | Operand::Net(_))) => written(s).is_some_and(|b| block(b, op, o)),
        (Value::Bool(b), Operand::Flag(want)) => b == want,
        (Value::Time(t), Operand::Number(secs)) => {
            let age = now.since(*t).as_secs_f64();
            order(age, *secs, op)
        }
        // `launched>2026-11-01` is "after the first of November"; `:` and `=` name the day.
        (Value::Time(t), Operand::Day(day)) if op.is_order() => order(t.millis() as f64, day.millis() as f64, op),
        (Value::Time(t), Operand::Day(day)) => t.since(*day).as_secs() < 86_400 && t >= day,
        (v, Operand::Text(want)) => v.as_str().is_some_and(|s| text_matches(s, want, ty, op)),
        (Value::Ratio { ok, .. }, Operand::Number(n)) => order(f64::from(*ok), *n, op),
        (v, Operand::Number(n) | Operand::Share(n)) => v.as_f64().is_some_and(|x| order(x, *n, op)),
        _ => false,
    }
}

fn block(block: Block, op: Op, operand: &Operand) -> bool {
    let wanted = match operand {
        Operand::Ip(ip) => Block::Ip(*ip),
        Operand::Net(net) => Block::Net(*net),
        Operand::Text(want) => return text_matches(&block.to_string(), want, FieldType::Ip, op),
        _ => return false,
    };
    let (here, there) = (block.range(), wanted.range());
    // What is of different families has nothing in common, and no order.
    if here.network().is_ipv4() != there.network().is_ipv4() {
        return false;
    }
    // With an address, a range is compared by where it begins.
    let by = || match wanted {
        Block::Ip(ip) => here.network().cmp(&ip),
        Block::Net(_) => block.order(wanted),
    };
    match (op, block) {
        (Op::More, _) => by().is_gt(),
        (Op::AtLeast, _) => by().is_ge(),
        (Op::Less, _) => by().is_lt(),
        (Op::AtMost, _) => by().is_le(),
        (Op::Is | Op::IsNot, Block::Net(_)) => block == wanted,
        (Op::Has | Op::Is | Op::IsNot, _) => there.contains(&here) || op == Op::Has && here.contains(&there),
    }
}

fn order(a: f64, b: f64, op: Op) -> bool {
    match op {
        Op::More => a > b,
        Op::AtLeast => a >= b,
        Op::Less => a < b,
        Op::AtMost => a <= b,
        Op::Has | Op::Is => (a - b).abs() < 1e-9,
        Op::IsNot => (a - b).abs() >= 1e-9,
    }
}
