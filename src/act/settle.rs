//! Whether a change has come to rest: a pure look at the store.

use std::time::Duration;

use crate::base::Time;
use crate::base::text::visible;
use crate::model::{Settle, TableKey, Value};
use crate::store::Store;

/// Where a change stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Rest {
    /// On its way: a short text, e.g. `web-1 stopping, web-2 stopped`.
    Moving(String),
    /// It came to the state that was wanted.
    There(String),
    /// It came to another one, or took too long.
    Elsewhere(String),
}

/// Rows named in one message; the rest is counted.
const NAMED: usize = 4;

/// Looks at the rows of `settle` as the store has them. `since` is when the last call was answered; rows that were read before
/// that prove nothing.
pub fn rest(settle: &Settle, store: &Store, since: Time, now: Time) -> Rest {
    match settle {
        Settle::AtOnce => Rest::There(String::new()),
        Settle::State { table, ids, want, fail, gone_is_fine, within } => {
            let look = |id: &str| match store.get(table, id) {
                Some(r) => match &r.state {
                    Some((_, s)) if fail.contains(&s.as_str()) => Look::Wrong(s.to_string()),
                    Some((_, s)) if want.contains(&s.as_str()) => Look::Right(s.to_string()),
                    Some((_, s)) => Look::Moving(s.to_string()),
                    None => Look::Moving("unknown".into()),
                },
                None if *gone_is_fine => Look::Right("gone".into()),
                None => Look::Moving("not seen".into()),
            };
            judge(table, ids, store, look, since, now, *within)
        }
        Settle::Field { table, ids, field, want, within } => {
            let look = |id: &str| match store.get(table, id).map(|r| plain(r.get(field))) {
                Some(v) if v == *want => Look::Right(v),
                Some(v) => Look::Moving(v),
                None => Look::Moving("not seen".into()),
            };
            judge(table, ids, store, look, since, now, *within)
        }
    }
}

enum Look {
    Right(String),
    Moving(String),
    Wrong(String),
}

fn judge(
    table: &TableKey,
    ids: &[crate::base::RowId],
    store: &Store,
    look: impl Fn(&str) -> Look,
    since: Time,
    now: Time,
    within: Duration,
) -> Rest {
    let (mut moving, mut wrong) = (0, 0);
    let mut names = Vec::new();
    for id in ids {
        let (text, rank) = match look(id) {
            Look::Right(t) => (t, 0),
            Look::Moving(t) => {
                moving += 1;
                (t, 1)
            }
            Look::Wrong(t) => {
                wrong += 1;
                (t, 2)
            }
        };
        let label = store.get(table, id).map_or_else(|| id.clone(), |r| r.label().clone());
        names.push((rank, format!("{} {text}", visible(&label))));
    }
    // What is not there yet is named first.
    names.sort_by_key(|(rank, _)| std::cmp::Reverse(*rank));
    let mut text = names.iter().take(NAMED).map(|(_, s)| s.as_str()).collect::<Vec<_>>().join(", ");
    if names.len() > NAMED {
        text.push_str(&format!(" and {} more", names.len() - NAMED));
    }
    if wrong > 0 {
        Rest::Elsewhere(text)
    } else if moving == 0 {
        Rest::There(text)
    } else if now.since(since) > within {
        Rest::Elsewhere(format!("{text}: still not settled after {} minutes", within.as_secs() / 60))
    } else {
        Rest::Moving(text)
    }
}

/// A value as text for a comparison with what a plan wants.
fn plain(v: &Value) -> String {
    match v {
        Value::Int(i) => i.to_string(),
        Value::Bool(b) => b.to_string(),
        v => v.as_str().unwrap_or_default().to_string(),
    }
}
