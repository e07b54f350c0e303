//! Rows that are called so, or have a text somewhere. There may be 100,000 of them: what a kind's fields are is found out once, nothing is put into
//! words that cannot have the text, and several threads look (`docs/performance.md`).

use std::fmt::Write as _;

use super::{Found, LOOKED_IN};
use crate::kinds::facts;
use crate::kinds::s3::buckets;
use crate::model::{FieldInfo, FieldType, Inputs, KindInfo, Record, Value};
use crate::query::{Plain, Prepared};

/// Rows that are worth a thread of their own, and threads at most.
const WORTH: usize = 2_000;
const THREADS: usize = 4;

/// What is called so, or has the text somewhere.
pub(super) fn search(inputs: &Inputs, text: &str) -> Vec<Found> {
    if text.is_empty() {
        return Vec::new();
    }
    let plain = Plain::new(text);
    let mut out = Vec::new();
    for kind in LOOKED_IN {
        let mut rows: Vec<&Record> = super::search::rows(inputs, kind).collect();
        // Every region lists all of an account's buckets.
        if *kind == buckets::INFO.name {
            let region = inputs.scope.region_code();
            rows.retain(|row| row.get(&buckets::REGION).as_str() == region.map(|r| r.as_str()));
        }
        if let Some(first) = rows.first() {
            let look = Look::of(first.kind.0, text, plain.prepared());
            out.extend(look.all(&rows, std::thread::available_parallelism().map_or(1, usize::from)));
        }
    }
    // What was terminated keeps its name for an hour: it is not what is meant while something else is called so.
    let lives = |f: &Found| f.state.as_ref().is_none_or(|(_, state)| state != "terminated");
    if out.iter().any(|f: &Found| f.rank == 0 && lives(f)) {
        for found in out.iter_mut().filter(|f| !lives(f)) {
            found.rank = found.rank.max(2);
        }
    }
    out
}

/// A text, and where the rows of a kind may have it beside name, id and tags.
struct Look<'t> {
    text: &'t str,
    plain: Prepared<'t>,
    fields: Vec<(usize, &'static FieldInfo)>,
}

impl<'t> Look<'t> {
    fn of(kind: &'static KindInfo, text: &'t str, plain: Prepared<'t>) -> Look<'t> {
        let own = |f: &FieldInfo| f.unique || f.ty.is_addresses() || matches!(f.name, "description" | "instance");
        let fields = kind.iter().enumerate().filter(|(_, f)| f.side.is_none() && f.ty != FieldType::Age && own(f));
        // An address has no letter that is no hexadecimal digit.
        let fields = fields.filter(|(_, f)| plain.is_address() || !f.ty.is_addresses());
        Look { text, fields: fields.collect(), plain }
    }

    /// What of the rows has it, in their order.
    fn all(&self, rows: &[&Record], threads: usize) -> Vec<Found> {
        let threads = threads.min(THREADS).min(rows.len() / WORTH).max(1);
        let part = |rows: &[&Record]| {
            let mut line = String::new();
            rows.iter().filter_map(|row| self.fit(row, &mut line)).collect::<Vec<_>>()
        };
        let (first, others) = rows.split_at(rows.len().div_ceil(threads));
        std::thread::scope(|scope| {
            let each = others.len().div_ceil(threads.saturating_sub(1).max(1)).max(1);
            let others: Vec<_> = others.chunks(each).map(|rows| scope.spawn(|| part(rows))).collect();
            let mut out = part(first);
            for other in others {
                out.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
            out
        })
    }

    /// How a row has it, the best way first. `line` is written to and read again.
    fn fit(&self, row: &Record, line: &mut String) -> Option<Found> {
        for (said, what) in [(&row.name, "name"), (row.shown_id(), "id")] {
            match self.plain.find(said) {
                Some(0) if said.chars().count() == self.text.chars().count() => return Some(Found::of(row, 0, what)),
                Some(0) => return Some(Found::of(row, 1, format!("{what} begins with it"))),
                Some(_) => return Some(Found::of(row, 2, format!("in its {what}"))),
                None => {}
            }
        }
        if let Some((key, value)) = row.tags.iter().find(|(key, value)| self.plain.is_in(value) && *key != "Name") {
            return Some(Found::of(row, 3, format!("tag:{key} {value}")));
        }
        for (i, field) in &self.fields {
            if let Some(said) = self.said(row.at(*i), field.ty, line) {
                return Some(Found::of(row, 3, format!("{} {said}", field.label())));
            }
        }
        None
    }

    /// The part of a value that has it.
    fn said(&self, value: &Value, ty: FieldType, line: &mut String) -> Option<String> {
        match value {
            Value::Empty | Value::Unknown => None,
            Value::Text(said) => self.plain.is_in(said).then(|| said.to_string()),
            Value::List(items) => items.iter().find(|said| self.plain.is_in(said)).map(ToString::to_string),
            _ if ty.is_addresses() => value.blocks().find_map(|block| {
                line.clear();
                // Writing to a text does not fail.
                let _ = write!(line, "{block}");
                self.plain.is_in(line).then(|| line.clone())
            }),
            value => facts::texts(value, ty).into_iter().find(|said| self.plain.is_in(said)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::ec2::instances::{INFO, fields};
    use crate::kinds::testing::row;

    /// However many threads look, the same is found in the same order.
    #[test]
    fn several_threads_find_what_one_does() {
        let made = |i: usize| {
            let ip = std::net::Ipv4Addr::from(0x0a00_0000 + u32::try_from(i).expect("a small number"));
            let ip = Value::ip(Some(&ip.to_string()));
            row(&INFO, &format!("i-{i:05x}"), &format!("web-{}", i % 977), "running")
                .with(&fields::PRIVATE_IP, ip)
                .record()
        };
        let all: Vec<Record> = (0..WORTH * 3).map(made).collect();
        let rows: Vec<&Record> = all.iter().collect();
        for (text, least) in [("web-9", 500), ("10.0.0.12", 7), ("0.17", 20), ("i-00a", 200), ("nowhere", 0)] {
            let plain = Plain::new(text);
            let found = |threads| {
                let all = Look::of(&INFO, text, plain.prepared()).all(&rows, threads);
                all.into_iter().map(|f| (f.id, f.via, f.rank)).collect::<Vec<_>>()
            };
            let one = found(1);
            assert!(one.len() >= least && (least > 0 || one.is_empty()), "{text}: {}", one.len());
            assert_eq!(found(3), one, "{text}");
        }
    }
}
