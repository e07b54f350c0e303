//! Actions as data with three pure functions (available, refine, plan) and, for each operation, one that sends it.

use std::sync::Arc;

use arcstr::ArcStr;
use futures::future::BoxFuture;

use crate::aws::{Gateway, Permit};
use crate::base::{Fault, Scope, Secret, Time};
use crate::model::files::Files;
use crate::model::{Call, FormSpec, Operation, Plan, Record, TableKey, Values};
use crate::store::Store;

/// A row that an action is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Its table.
    pub table: TableKey,
    /// The row.
    pub record: Arc<Record>,
}

/// What the pure functions of an action may look at.
#[derive(Clone, Copy)]
pub struct ActionContext<'a> {
    /// Everything that is loaded.
    pub store: &'a Store,
    /// Where: the rows' scope (of the first, if they are of several regions), or where something is made.
    pub scope: &'a Scope,
    /// The rows: all of the action's kind and of one account. Empty for an action that takes none ([`Takes::Scope`]), and only then.
    pub targets: &'a [Target],
    /// The moment.
    pub now: Time,
    /// The folder of this machine that downloads are proposed to go to.
    pub downloads: &'a str,
    /// What is known of files of this machine.
    pub files: &'a Files,
}

/// What an action is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Rows of its kind.
    Rows,
    /// A profile and region: it makes something that is not there yet. It stands in the kind's menu also when there is no row, and can
    /// be typed from anywhere.
    Scope,
}

/// Something that can be done to rows of a kind. One `static` each.
pub struct Action {
    /// kebab-case: its name in the palette and in `docs/actions.md`.
    pub name: &'static str,
    /// `Stop`.
    pub title: &'static str,
    /// One or two sentences.
    pub doc: &'static str,
    /// The kind whose rows it takes.
    pub kind: &'static str,
    /// What it is done to.
    pub takes: Takes,
    /// Whether it takes several rows at once.
    pub bulk: bool,
    /// Whether it changes the account (a download does not).
    pub changes: bool,
    /// Every operation that its plans may call.
    pub operations: &'static [&'static Operation],
    /// Why it cannot be done to this row now, if it cannot: one sentence.
    pub available: fn(&Record) -> Result<(), String>,
    /// The form for the values so far; no fields = the plan is made at once.
    pub refine: fn(&ActionContext<'_>, &Values) -> FormSpec,
    /// The plan for valid values.
    pub plan: fn(&ActionContext<'_>, &Values) -> Result<Plan, Fault>,
}

/// Whether a call is only tried or really made.
pub enum SendMode {
    /// With `DryRun = true`.
    DryRun,
    /// With the permit of a confirmed plan; reads (a download) need none.
    Real(Option<Permit>),
}

/// One call on its way out.
pub struct Outgoing {
    /// Builds the client.
    pub gateway: Gateway,
    /// What is called.
    pub call: Call,
    /// Tried or made.
    pub mode: SendMode,
    /// Told of the bytes of a transfer: done, and in all if known.
    pub progress: Arc<dyn Fn(u64, Option<u64>) + Send + Sync>,
}

/// AWS's answer to a call, as far as the journal and the screen need it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// AWS's request id.
    pub request_id: Option<ArcStr>,
    /// A sentence about what came back (`web-1: running → stopping`); may be empty.
    pub text: String,
    /// The operation's declared outputs.
    pub outputs: Vec<(&'static str, Output)>,
}

/// A member of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// An id: what later steps use.
    Text(ArcStr),
    /// What must not be shown, logged or journalled: a private key.
    Secret(Secret),
}

/// Sends one operation.
pub struct Sender {
    /// The operation.
    pub op: &'static Operation,
    /// Builds the typed request from the call's arguments and sends it.
    pub send: fn(Outgoing) -> BoxFuture<'static, Result<Answer, Fault>>,
}
