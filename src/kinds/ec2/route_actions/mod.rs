//! What can be done to route tables and routes, as data: make, edit, replace, delete, associate.

mod associate;
mod create;
mod delete;
mod edit;
mod one;
mod route;
mod target;
#[cfg(test)]
mod tests;

pub use associate::{ASSOCIATE, DISASSOCIATE, SET_MAIN};
pub use create::CREATE;
pub use delete::DELETE;
pub use edit::EDIT;
pub use one::{DELETE_ROUTES, REPLACE};

use arcstr::ArcStr;

use super::route_tables::{INFO, MAIN, MAIN_OF, SUBNETS, VPC_ID, association_of};
use super::subnets;
use crate::kinds::action::ActionContext;
use crate::kinds::plan_builder::{Known, called, label, list, live, need, whole};
use crate::model::{Kind, Record, TableKey, Value};

/// Routes of a table that nobody propagated, unless the quota was raised: 500 since 2025, 50 before.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-route-tables>
const MOST_ROUTES: usize = 500;
/// Route tables of a VPC, unless the quota was raised (same page).
const MOST_TABLES: usize = 200;

/// What subnets are called, as far as that is known.
fn subnet_names(cx: &ActionContext<'_>, ids: &[ArcStr], needs: &mut Vec<TableKey>) -> Vec<String> {
    let key = TableKey::all(cx.scope.clone(), Kind(&subnets::INFO));
    if let (Known::NotAsked(key), false) = (whole(cx.store, cx.scope, &subnets::INFO), ids.is_empty()) {
        need(needs, key);
    }
    ids.iter().map(|id| cx.store.get(&key, id).map_or_else(|| id.to_string(), |r| label(r))).collect()
}

/// Who uses a table: `subnets web-a and web-b, and subnets without an association`; `None`: nobody that is known.
fn users(cx: &ActionContext<'_>, table: &Record, needs: &mut Vec<TableKey>) -> Option<String> {
    let own = subnet_names(cx, &list(table, &SUBNETS), needs);
    let main = *table.get(&MAIN) == Value::Bool(true);
    match (own.is_empty(), main) {
        (true, false) => None,
        (false, false) => Some(called("subnet", &own)),
        (true, true) => Some("all subnets of the VPC that are associated with no other table".into()),
        (false, true) => {
            Some(format!("{}, and all of the VPC that are associated with no other table", called("subnet", &own)))
        }
    }
}

/// The route tables of the region as far as they are known; they are asked for if they are not.
fn tables_of<'a>(cx: &ActionContext<'a>, needs: &mut Vec<TableKey>) -> Known<'a> {
    let known = whole(cx.store, cx.scope, &INFO);
    if let Known::NotAsked(key) = &known {
        need(needs, key.clone());
    }
    known
}

/// The table that a subnet is associated with, and the association's id.
fn own_table<'a>(known: &Known<'a>, subnet: &str) -> Option<(&'a Record, ArcStr)> {
    let Known::Complete(table) = known else { return None };
    live(table).find_map(|r| Some((&**r, association_of(r, subnet)?)))
}

/// The main table of a VPC, and the id of the association that makes it so.
fn main_table<'a>(known: &Known<'a>, vpc: &str) -> Option<(&'a Record, ArcStr)> {
    let Known::Complete(table) = known else { return None };
    let mut of = live(table).filter(|r| r.get(&VPC_ID).as_str() == Some(vpc));
    of.find_map(|r| Some((&**r, association_of(r, MAIN_OF)?)))
}
