//! How a kind lists itself, page by page.

use std::sync::Arc;

use futures::future::BoxFuture;

use super::intern::Interner;
use crate::aws::Gateway;
use crate::base::{Clock, Fault, RowId, Scope, Time};
use crate::model::{KindInfo, Link, Operation, RawAnswer, Record, Selector};

/// Which rows are asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// The whole table.
    Everything,
    /// These rows only (what is in transition, what is on the screen, what a plan is about).
    Ids(Arc<Vec<RowId>>),
}

/// One run of a list function.
#[derive(Clone)]
pub struct ListRequest {
    /// Builds the clients.
    pub gateway: Gateway,
    /// Profile and region.
    pub scope: Scope,
    /// Which table.
    pub selector: Selector,
    /// Which rows.
    pub what: What,
    /// Shares repeated texts.
    pub interner: Interner,
    /// The time.
    pub clock: Clock,
}

/// What one row cost at CloudWatch, and how long it lasts: asked for again before then, the same points come and are paid
/// again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidRow {
    /// The row.
    pub id: RowId,
    /// Metrics asked for it.
    pub metrics: u32,
    /// How often there is something new, in seconds.
    pub period: u32,
    /// When the next period's points are there.
    pub until: Time,
}

/// Takes one more call of an operation out of the budget, if it need not wait. From any thread.
pub type AskAhead = Arc<dyn Fn(&'static Operation) -> bool + std::marker::Send + Sync>;

/// Where a list function puts what it finds. Implemented by the poller's job (and by tests).
pub trait Sink: std::marker::Send {
    /// Waits until the budget allows one call of `op`. To be called before each request; an error means that the run is
    /// over (the table is not wanted any more), and is returned as it is.
    fn ask(&mut self, op: &'static Operation) -> BoxFuture<'_, Result<(), Fault>>;
    /// Where pages may be asked for before the rows of those before them are handed over. A sink that tells rows by their request's
    /// age cannot have that; it is for one that gathers them.
    fn ahead(&self) -> Option<AskAhead> {
        None
    }
    /// Notes what CloudWatch was asked for, and charges for one by one.
    fn bought(&mut self, rows: &[PaidRow]);
    /// Hands over the rows of the last answer. Waits while the reader is behind.
    fn page(&mut self, rows: Vec<Record>) -> BoxFuture<'_, Result<(), Fault>>;
    /// Whether nothing is known of the table yet and somebody waits for its first rows: a small page before the first large
    /// one then pays for itself. It does not count as a page of the table.
    fn wants_preview(&mut self) -> bool {
        false
    }
}

/// A boxed [`Sink`].
pub type Pages = Box<dyn Sink>;

/// Lists a kind. Returning `Ok` means that the run is complete.
pub type ListFn = fn(ListRequest, Pages) -> BoxFuture<'static, Result<(), Fault>>;
/// Asks for one row again, and keeps AWS's words.
pub type RawFn = fn(ListRequest, RowId) -> BoxFuture<'static, Result<RawAnswer, Fault>>;

/// Everything about one kind that is not data.
pub struct KindDef {
    /// What it says about itself.
    pub info: &'static KindInfo,
    /// Lists it.
    pub list: ListFn,
    /// Where one can go from a row.
    pub links: fn(&Record, &Scope) -> Vec<Link>,
    /// AWS's whole answer about one row for the detail's page `raw`, asked for on demand ([`super::raw::raw`]); `None` where a row
    /// cannot be asked for alone.
    pub raw: Option<RawFn>,
}
