//! What a step or a plan waits for, as data: the executor, the watcher and the script read the same.

use std::time::Duration;

use arcstr::ArcStr;

use super::call::{Out, Outputs, ids_of};
use super::field::FieldInfo;
use super::table::TableKey;
use crate::base::{RowId, Time};

/// When a change has come to rest.
#[derive(Debug, Clone, PartialEq)]
pub enum Waiter {
    /// The answer is the end of it.
    AtOnce,
    /// The rows' states reach one of `want`; one of `fail` means that it went wrong.
    State {
        /// The table to look at.
        table: TableKey,
        /// The rows.
        ids: Vec<RowId>,
        /// States to wait for.
        want: &'static [&'static str],
        /// States that mean failure.
        fail: &'static [&'static str],
        /// Whether a missing row counts as settled (a terminated instance, a deregistered target).
        gone_is_fine: bool,
        /// When to stop waiting and say so.
        within: Duration,
    },
    /// A field of the rows reads as this text (`desired` is `3`).
    Field {
        /// The table to look at.
        table: TableKey,
        /// The rows.
        ids: Vec<RowId>,
        /// The field.
        field: &'static FieldInfo,
        /// Its value as `facts` would print it.
        want: String,
        /// When to stop waiting and say so.
        within: Duration,
    },
    /// The rows are in no state that passes by itself ([`super::KindInfo::transitional`]), whichever they come to; one that is gone is at
    /// rest.
    Rest {
        /// The table to look at.
        table: TableKey,
        /// The rows.
        ids: Vec<RowId>,
        /// When to stop waiting and say so.
        within: Duration,
    },
    /// A list of the rows has all of these in it (the members of a group that are in Standby), whatever else is in it.
    Holds {
        /// The table to look at.
        table: TableKey,
        /// The rows.
        ids: Vec<RowId>,
        /// The field: a list.
        field: &'static FieldInfo,
        /// What has to be in it.
        items: Vec<ArcStr>,
        /// When to stop waiting and say so.
        within: Duration,
    },
    /// Nothing happens for so long, by the clock: a console that was closed meanwhile does not begin it anew.
    Pause {
        /// How long.
        length: Duration,
        /// When it is over; `None`: it has not begun. [`super::RunRecord::wait_at`] says it.
        until: Option<Time>,
    },
    /// All of these: rows of several regions.
    All(Vec<Waiter>),
    /// The row that a call makes: its id is not known before the call was answered. [`Waiter::resolve`] makes a
    /// [`Waiter::State`] of it.
    Created {
        /// Where the id comes from.
        out: Out,
        /// The table that it will be in.
        table: TableKey,
        /// States to wait for.
        want: &'static [&'static str],
        /// States that mean failure.
        fail: &'static [&'static str],
        /// Whether a missing row counts as there (a deleted volume).
        gone_is_fine: bool,
        /// When to stop waiting and say so.
        within: Duration,
    },
}

impl Waiter {
    /// The rows that have to be looked at, by table.
    pub fn rows(&self) -> Vec<(&TableKey, &[RowId])> {
        match self {
            Waiter::AtOnce | Waiter::Created { .. } | Waiter::Pause { .. } => Vec::new(),
            Waiter::State { table, ids, .. }
            | Waiter::Field { table, ids, .. }
            | Waiter::Holds { table, ids, .. }
            | Waiter::Rest { table, ids, .. } => {
                vec![(table, ids)]
            }
            Waiter::All(parts) => parts.iter().flat_map(Waiter::rows).collect(),
        }
    }
    /// The same with the ids of rows that were made meanwhile; what was not answered stays as it is.
    #[must_use]
    pub fn resolve(&self, outputs: &Outputs) -> Waiter {
        match self {
            Waiter::Created { out, table, want, fail, gone_is_fine, within } => {
                match outputs.get(&(out.step, out.output.into())) {
                    Some(id) => Waiter::State {
                        table: table.clone(),
                        ids: if out.is_several() { ids_of(id).collect() } else { vec![id.clone()] },
                        want,
                        fail,
                        gone_is_fine: *gone_is_fine,
                        within: *within,
                    },
                    None => self.clone(),
                }
            }
            Waiter::All(parts) => Waiter::All(parts.iter().map(|p| p.resolve(outputs)).collect()),
            other => other.clone(),
        }
    }
    /// The same for another plan, as [`super::Call::rebind`] does it.
    ///
    /// # Errors
    /// The first answer that is neither known nor to come: nobody can say when that has come to rest.
    pub fn rebind(&self, outputs: &Outputs, number: &dyn Fn(usize) -> Option<usize>) -> Result<Waiter, Out> {
        let mut known = self.resolve(outputs);
        match &mut known {
            Waiter::Created { out, .. } => out.step = number(out.step).ok_or(*out)?,
            Waiter::All(parts) => {
                for part in parts {
                    *part = part.rebind(outputs, number)?;
                }
            }
            Waiter::AtOnce
            | Waiter::State { .. }
            | Waiter::Field { .. }
            | Waiter::Holds { .. }
            | Waiter::Rest { .. }
            | Waiter::Pause { .. } => {}
        }
        Ok(known)
    }
    /// Waits for the same rows to come to rest, in whatever state.
    #[must_use]
    pub fn resting(&self) -> Waiter {
        match self {
            Waiter::State { table, ids, within, .. }
            | Waiter::Field { table, ids, within, .. }
            | Waiter::Holds { table, ids, within, .. }
            | Waiter::Rest { table, ids, within } => {
                Waiter::Rest { table: table.clone(), ids: ids.clone(), within: *within }
            }
            Waiter::All(parts) => Waiter::all(parts.iter().map(Waiter::resting).collect()),
            Waiter::AtOnce | Waiter::Created { .. } | Waiter::Pause { .. } => Waiter::AtOnce,
        }
    }
    /// How long its pause is, if it has one, and when that is over, if it has begun.
    pub fn pause(&self) -> Option<(Duration, Option<Time>)> {
        match self {
            Waiter::Pause { length, until } => Some((*length, *until)),
            Waiter::All(parts) => parts.iter().find_map(Waiter::pause),
            _ => None,
        }
    }
    /// The same, with the end of its pause, if it has one that began at this moment.
    #[must_use]
    pub fn begun(&self, at: Time) -> Waiter {
        match self {
            Waiter::Pause { length, until: None } => Waiter::Pause { length: *length, until: Some(at.plus(*length)) },
            Waiter::All(parts) => Waiter::All(parts.iter().map(|p| p.begun(at)).collect()),
            other => other.clone(),
        }
    }
    /// The earlier answers that it needs.
    pub fn uses(&self) -> Vec<Out> {
        match self {
            Waiter::Created { out, .. } => vec![*out],
            Waiter::All(parts) => parts.iter().flat_map(Waiter::uses).collect(),
            _ => Vec::new(),
        }
    }
    /// One of several parts stands alone.
    pub fn all(mut parts: Vec<Waiter>) -> Waiter {
        parts.retain(|p| *p != Waiter::AtOnce);
        if parts.len() > 1 { Waiter::All(parts) } else { parts.pop().unwrap_or(Waiter::AtOnce) }
    }
}
