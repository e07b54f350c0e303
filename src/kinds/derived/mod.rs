//! Kinds that AWS does not list: their rows are made of other kinds' rows ([`crate::model::Derived`]).

pub mod doctor;
pub mod found;
pub mod map;
pub mod overview;
pub mod waste;
pub mod why;

use futures::future::BoxFuture;

use super::listing::{ListRequest, Pages};
use crate::base::Fault;

/// The list function of a kind that has nothing to ask: whoever wants its rows makes them of its inputs.
pub fn not_listed(_: ListRequest, _: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async {
        Err(Fault::bug("The rows of this kind are computed from other tables and cannot be loaded by themselves."))
    })
}
