//! Whether a change has come to rest: a pure look at the store.

use std::time::Duration;

use crate::base::Time;
use crate::base::text::{cut_middle, visible};
use crate::model::{TableKey, Value, Waiter};
use crate::store::{Row, Store};

/// Where a change stands.
#[derive(Debug, Clone, PartialEq)]
pub enum WaitStatus {
    /// On its way: a short text, e.g. `web-1 stopping, web-2 stopped`.
    Moving(String),
    /// It came to the state that was wanted.
    There(String),
    /// It came to another one, or took too long.
    Elsewhere(String),
}

/// Rows named in one message; the rest is counted.
const NAMED: usize = 4;

/// Cells of a name in a message: what became of it has to fit on the line after it.
const NAME: usize = 40;

/// EC2 is eventually consistent: for this long after a call a row may still read as before it, which is no failure.
const EARLY: Duration = Duration::from_secs(15);

/// Looks at the rows of `waiter` as the store has them. `since` is when the last call was answered; rows that were read before
/// that prove nothing.
pub fn check(waiter: &Waiter, store: &Store, since: Time, now: Time) -> WaitStatus {
    let mut seen = Vec::new();
    look(waiter, store, since, now, &mut seen);
    // What is not there yet is named first.
    seen.sort_by_key(|s| std::cmp::Reverse(s.rank));
    let mut text = seen.iter().take(NAMED).map(|s| s.text.as_str()).collect::<Vec<_>>().join(", ");
    if seen.len() > NAMED {
        text.push_str(&format!(" and {} more", seen.len() - NAMED));
    }
    let worst = seen.iter().map(|s| s.rank).max().unwrap_or(Rank::Right);
    let late = seen.iter().filter(|s| s.rank == Rank::Moving).map(|s| (s.within, s.read)).max();
    match (worst, late) {
        (Rank::Wrong, _) => WaitStatus::Elsewhere(text),
        // While nothing can be read (the link is down), nobody knows that it is late.
        (Rank::Moving, Some((within, read))) if read.since(since) > within => {
            WaitStatus::Elsewhere(format!("{text}: not finished after {} minutes", within.as_secs().div_ceil(60)))
        }
        (Rank::Moving, _) => WaitStatus::Moving(text),
        (Rank::Right, _) => WaitStatus::There(text),
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Right,
    Moving,
    Wrong,
}

struct Seen {
    rank: Rank,
    text: String,
    within: Duration,
    /// When it was so: when the row was read, or last not found.
    read: Time,
}

fn look(waiter: &Waiter, store: &Store, since: Time, now: Time, out: &mut Vec<Seen>) {
    match waiter {
        // What a call makes that was not answered has no id to look for.
        Waiter::AtOnce | Waiter::Created { .. } => {}
        Waiter::Pause { length, until } => {
            let until = until.unwrap_or(since.plus(*length));
            let (rank, text) = match until.since(now) {
                left if left.is_zero() => (Rank::Right, "the pause is over".into()),
                left => (Rank::Moving, format!("a pause, {} left", spelled(left))),
            };
            out.push(Seen { rank, text, within: Duration::MAX, read: now });
        }
        Waiter::Holds { table, ids, field, items, within } => {
            for id in ids {
                let row = row(table, id, store);
                let (rank, word) = match row {
                    None => (Rank::Moving, "not found yet".to_string()),
                    Some(r) => {
                        let there = r.record.get(field).items();
                        let has = items.iter().filter(|i| there.contains(i)).count();
                        let right = r.asked >= since && has == items.len();
                        let word = format!("{} {has} of {}", field.title.to_lowercase(), items.len());
                        (if right { Rank::Right } else { Rank::Moving }, word)
                    }
                };
                out.push(Seen {
                    rank,
                    text: named(id, row, &word),
                    within: *within,
                    read: row.map_or_else(|| missed(table, id, store, since), |r| r.asked),
                });
            }
        }
        Waiter::All(parts) => parts.iter().for_each(|p| look(p, store, since, now, out)),
        Waiter::State { table, ids, want, fail, gone_is_fine, within } => {
            for id in ids {
                let row = row(table, id, store);
                let fresh = row.is_some_and(|r| r.asked >= since);
                let (rank, word) = match row.map(|r| r.record.state.as_ref().map(|(_, s)| s.as_str())) {
                    None if *gone_is_fine && absent(table, id, store, since) => (Rank::Right, "gone"),
                    None => (Rank::Moving, "not found yet"),
                    // Where no state is wanted it is enough that it is there.
                    Some(s) if fresh && want.is_empty() && !gone_is_fine => (Rank::Right, s.unwrap_or("there")),
                    Some(Some(s)) if fresh && want.contains(&s) => (Rank::Right, s),
                    Some(Some(s)) if fresh && fail.contains(&s) && now.since(since) > EARLY => (Rank::Wrong, s),
                    Some(s) => (Rank::Moving, s.unwrap_or("unknown")),
                };
                out.push(Seen {
                    rank,
                    text: named(id, row, word),
                    within: *within,
                    read: row.map_or_else(|| missed(table, id, store, since), |r| r.asked),
                });
            }
        }
        Waiter::Rest { table, ids, within } => {
            for id in ids {
                let row = row(table, id, store);
                let fresh = row.is_some_and(|r| r.asked >= since);
                let (rank, word) = match row.map(|r| r.record.state.as_ref().map_or("there", |(_, s)| s.as_str())) {
                    None if absent(table, id, store, since) => (Rank::Right, "gone"),
                    None => (Rank::Moving, "not found yet"),
                    Some(s) if fresh && !table.kind.transitional.contains(&s) => (Rank::Right, s),
                    Some(s) => (Rank::Moving, s),
                };
                out.push(Seen {
                    rank,
                    text: named(id, row, word),
                    within: *within,
                    read: row.map_or_else(|| missed(table, id, store, since), |r| r.asked),
                });
            }
        }
        Waiter::Field { table, ids, field, want, within } => {
            for id in ids {
                let row = row(table, id, store);
                let (rank, word) = match row {
                    None => (Rank::Moving, "not found yet".to_string()),
                    Some(r) => {
                        let (value, title) = (r.record.get(field), field.title.to_lowercase());
                        let right = r.asked >= since && reads(value, want);
                        let word = Some(said(value)).filter(|word| !word.is_empty()).unwrap_or("not known yet".into());
                        (if right { Rank::Right } else { Rank::Moving }, format!("{title} {word}"))
                    }
                };
                out.push(Seen {
                    rank,
                    text: named(id, row, &word),
                    within: *within,
                    read: row.map_or_else(|| missed(table, id, store, since), |r| r.asked),
                });
            }
        }
    }
}

fn row<'a>(table: &TableKey, id: &str, store: &'a Store) -> Option<&'a Row> {
    store.table(table)?.get(id).filter(|r| r.gone.is_none())
}

/// That the store does not have a row proves nothing: an answer to a later question must have missed it.
fn absent(table: &TableKey, id: &str, store: &Store, since: Time) -> bool {
    store.table(table).is_some_and(|t| t.is_known_absent(id, since))
}

/// When it was last seen that a row is not there; `since`, where nobody has answered that since then.
fn missed(table: &TableKey, id: &str, store: &Store, since: Time) -> Time {
    store.table(table).and_then(|t| t.absent_at(id)).map_or(since, |at| at.max(since))
}

fn named(id: &str, row: Option<&Row>, word: &str) -> String {
    let name = visible(row.map_or(id, |r| r.record.label()));
    format!("{} {word}", cut_middle(&name, NAME))
}

/// Whether a value is what a plan wants. Lists have no order: AWS keeps none for an interface's groups, say.
fn reads(value: &Value, want: &str) -> bool {
    let sorted = |text: &str| {
        let mut parts: Vec<String> = text.split(", ").map(str::to_string).collect();
        parts.sort_unstable();
        parts
    };
    match value {
        Value::List(_) => sorted(&plain(value)) == sorted(want),
        value => plain(value) == want,
    }
}

/// A value as a sentence has it.
fn said(v: &Value) -> String {
    match v {
        Value::Bool(true) => "on".into(),
        Value::Bool(false) => "off".into(),
        v => plain(v),
    }
}

/// So long, as a sentence has it that is not to change at every second.
fn spelled(left: Duration) -> String {
    match left.as_secs() {
        0..60 => "less than a minute".into(),
        s if s < 3600 => format!("{} min", s.div_ceil(60)),
        s => format!("{} h {} min", s / 3600, s % 3600 / 60),
    }
}

/// A value as text for a comparison with what a plan wants.
fn plain(v: &Value) -> String {
    match v {
        Value::Int(i) => i.to_string(),
        Value::Bytes(n) => n.to_string(),
        Value::Bool(b) => b.to_string(),
        Value::List(items) => items.join(", "),
        v => v.as_str().unwrap_or_default().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::base::Scope;
    use crate::model::{Batch, Coverage, FieldInfo, Fields, Kind, KindInfo, Outcome, Record, Tone};

    const DESIRED: FieldInfo = FieldInfo::int("desired", "DESIRED", "A number.");
    static FIELDS: Fields<()> = Fields(&[crate::model::Field { info: DESIRED, get: |()| Value::Int(3) }]);
    static INFO: KindInfo = KindInfo {
        doc: "Things.",
        sort: ("desired", true),
        transitional: &["moving"],
        ..KindInfo::new("things", "thing", "Things", &FIELDS)
    };

    fn table() -> TableKey {
        TableKey::all(Scope::region("p", "r"), Kind(&INFO))
    }

    /// A store in which the row was read at a second.
    fn read(states: &[(&str, &str)], at: i64) -> Store {
        let row = |(id, state): &(&str, &str)| {
            Arc::new(Record {
                kind: Kind(&INFO),
                id: (*id).into(),
                name: "".into(),
                state: Some((Tone::Busy, (*state).into())),
                values: FIELDS.values(&()),
                tags: Arc::default(),
            })
        };
        let mut store = Store::default();
        let batch = Batch {
            table: table(),
            seq: 1,
            asked: Time::from_secs(at),
            coverage: Coverage::Sweep { began: 1 },
            rows: states.iter().map(row).collect(),
            outcome: Outcome::Done,
        };
        store.apply(batch, Time::from_secs(at));
        store
    }

    fn settle(ids: &[&str], gone_is_fine: bool) -> Waiter {
        Waiter::State {
            table: table(),
            ids: ids.iter().map(|i| (*i).into()).collect(),
            want: &["stopped"],
            fail: &["terminated", "running"],
            gone_is_fine,
            within: Duration::from_secs(600),
        }
    }

    fn at(waiter: &Waiter, store: &Store, now: i64) -> WaitStatus {
        check(waiter, store, Time::from_secs(100), Time::from_secs(now))
    }

    #[test]
    fn a_list_is_there_in_whatever_order_aws_answers_it() {
        let list = Value::List(Arc::new(vec!["sg-2".into(), "sg-1".into()]));
        assert!(reads(&list, "sg-1, sg-2") && !reads(&list, "sg-1") && !reads(&list, "sg-1, sg-2, sg-3"));
        assert!(reads(&Value::Empty, "") && reads(&Value::Int(3), "3") && !reads(&Value::Int(3), "30"));
    }

    #[test]
    fn rows_rest_in_any_state_that_does_not_pass_by_itself() {
        let rest = settle(&["a"], false).resting();
        assert_eq!(at(&rest, &read(&[("a", "moving")], 101), 102), WaitStatus::Moving("a moving".into()));
        for state in ["running", "stopped"] {
            assert_eq!(at(&rest, &read(&[("a", state)], 101), 102), WaitStatus::There(format!("a {state}")));
        }
        assert_eq!(at(&rest, &read(&[("a", "stopped")], 99), 102), WaitStatus::Moving("a stopped".into()), "before");
        assert_eq!(at(&rest, &read(&[], 101), 102), WaitStatus::There("a gone".into()));
    }

    #[test]
    fn a_switch_is_on_or_off_and_not_true_or_false() {
        assert_eq!(
            (said(&Value::Bool(true)), said(&Value::Bool(false)), said(&Value::Int(3))),
            ("on".into(), "off".into(), "3".into())
        );
    }

    #[test]
    fn a_row_that_was_read_before_the_answer_proves_nothing() {
        let s = settle(&["a"], false);
        assert_eq!(at(&s, &read(&[("a", "stopped")], 99), 130), WaitStatus::Moving("a stopped".into()));
        assert_eq!(at(&s, &read(&[("a", "stopped")], 101), 102), WaitStatus::There("a stopped".into()));
        assert_eq!(at(&s, &read(&[("a", "terminated")], 99), 130), WaitStatus::Moving("a terminated".into()));
        let field = Waiter::Field {
            table: table(),
            ids: vec!["a".into()],
            field: &DESIRED,
            want: "3".into(),
            within: Duration::from_secs(60),
        };
        assert_eq!(at(&field, &read(&[("a", "x")], 99), 102), WaitStatus::Moving("a desired 3".into()));
        assert_eq!(at(&field, &read(&[("a", "x")], 100), 102), WaitStatus::There("a desired 3".into()));
    }

    #[test]
    fn a_state_of_before_the_call_is_no_failure_in_its_first_moments() {
        let s = settle(&["a"], false);
        let store = read(&[("a", "running")], 101);
        assert_eq!(at(&s, &store, 102), WaitStatus::Moving("a running".into()));
        assert_eq!(at(&s, &store, 130), WaitStatus::Elsewhere("a running".into()));
    }

    #[test]
    fn a_missing_row_is_settled_only_where_that_is_fine() {
        let store = read(&[], 101);
        assert_eq!(at(&settle(&["a"], true), &store, 102), WaitStatus::There("a gone".into()));
        assert_eq!(at(&settle(&["a"], false), &store, 102), WaitStatus::Moving("a not found yet".into()));
        assert_eq!(
            at(&settle(&["a"], true), &Store::default(), 102),
            WaitStatus::Moving("a not found yet".into()),
            "never asked"
        );
        assert_eq!(
            at(&settle(&["a"], true), &read(&[], 99), 102),
            WaitStatus::Moving("a not found yet".into()),
            "asked before"
        );
        let wait = settle(&["a"], false);
        assert_eq!(
            at(&wait, &store, 100 + 601),
            WaitStatus::Moving("a not found yet".into()),
            "nobody answers: the link is down"
        );
        let late = at(&wait, &read(&[], 701), 100 + 602);
        assert_eq!(late, WaitStatus::Elsewhere("a not found yet: not finished after 10 minutes".into()));
    }

    #[test]
    fn rows_of_several_tables_settle_together_and_the_last_ones_are_named_first() {
        let both = Waiter::all(vec![settle(&["a"], false), Waiter::AtOnce, settle(&["b"], false)]);
        let store = read(&[("a", "stopped"), ("b", "stopping")], 101);
        assert_eq!(at(&both, &store, 102), WaitStatus::Moving("b stopping, a stopped".into()));
        assert_eq!(both.rows().len(), 2);
    }
}
