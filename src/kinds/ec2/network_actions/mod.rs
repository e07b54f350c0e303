//! What can be done to NAT and egress-only gateways, peerings, endpoints, DHCP options, prefix lists and flow logs, as data.

mod default_vpc;
mod dhcp_options;
mod egress_only;
mod endpoints;
mod flow_logs;
pub(super) mod nat_gateways;
mod peerings;
mod prefix_lists;
#[cfg(test)]
mod tests;

pub use default_vpc::CREATE as CREATE_DEFAULT_VPC;
pub use dhcp_options::{
    ASSOCIATE as ASSOCIATE_DHCP_OPTIONS, CREATE as CREATE_DHCP_OPTIONS, DELETE as DELETE_DHCP_OPTIONS,
};
pub use egress_only::{CREATE as CREATE_EGRESS_ONLY, DELETE as DELETE_EGRESS_ONLY};
pub use endpoints::{CREATE as CREATE_ENDPOINT, DELETE as DELETE_ENDPOINTS};
pub use flow_logs::{CREATE as CREATE_FLOW_LOG, DELETE as DELETE_FLOW_LOGS, OF_SUBNETS, OF_VPCS};
pub use nat_gateways::{CREATE as CREATE_NAT_GATEWAY, DELETE as DELETE_NAT_GATEWAYS};
pub use peerings::{
    ACCEPT_REQUEST as ACCEPT_PEERING, DELETE as DELETE_PEERING, REJECT as REJECT_PEERING, REQUEST as REQUEST_PEERING,
};
pub use prefix_lists::{CREATE as CREATE_PREFIX_LIST, DELETE as DELETE_PREFIX_LISTS, EDIT as EDIT_PREFIX_LIST};

use std::time::Duration;

use super::{route_tables, vpcs};
use crate::kinds::action::ActionContext;
use crate::kinds::plan_builder::{Known, called, label, live, need, severe, unknown, whole};
use crate::model::{Consequence, FormField, Kind, KindInfo, Out, Pick, Record, TableKey, Values, Waiter};

/// What becomes of what a step makes, in a table of the scope.
pub(super) fn made_becomes(
    cx: &ActionContext<'_>,
    (step, output): (usize, &'static str),
    kind: &'static KindInfo,
    (want, fail): (&'static [&'static str], &'static [&'static str]),
    minutes: u64,
) -> Waiter {
    let table = TableKey::all(cx.scope.clone(), Kind(kind));
    let within = Duration::from_secs(minutes * 60);
    let gone_is_fine = want.contains(&"deleted");
    Waiter::Created { out: Out { step, output }, table, want, fail, gone_is_fine, within }
}

/// What a row of a kind is called: its id, until its table is there.
pub(in crate::kinds::ec2) fn called_by_id(
    cx: &ActionContext<'_>,
    kind: &'static KindInfo,
    id: &str,
    needs: &mut Vec<TableKey>,
) -> String {
    if let Known::NotAsked(key) = whole(cx.store, cx.scope, kind) {
        need(needs, key);
    }
    let key = TableKey::all(cx.scope.clone(), Kind(kind));
    cx.store.get(&key, id).map_or_else(|| id.to_string(), |r| label(r))
}

/// A field with a VPC; `refuse` says why one cannot be chosen.
fn vpc_field(
    cx: &ActionContext<'_>,
    values: &Values,
    help: &str,
    refuse: &dyn Fn(&Record) -> Option<String>,
    needs: &mut Vec<TableKey>,
) -> FormField {
    let table = TableKey::all(cx.scope.clone(), Kind(&vpcs::INFO));
    let fit: Vec<&Record> = cx.store.table(&table).into_iter().flat_map(live).map(|r| &**r).collect();
    let fit: Vec<&Record> = fit.into_iter().filter(|r| refuse(r).is_none()).collect();
    let default = if let [one] = &fit[..] { one.id.as_str() } else { "" };
    let pick = Pick::one_of(table, "vpc-");
    crate::kinds::rows_field::rows_field(cx, values, ("vpc", "VPC", "the VPCs"), (pick, default), help, refuse, needs)
}

/// What is said of the routes that lead to something that goes: they stay, and drop what they are to carry.
fn routes_to(cx: &ActionContext<'_>, ids: &[&str], needs: &mut Vec<TableKey>) -> Vec<Consequence> {
    let table = match whole(cx.store, cx.scope, &route_tables::INFO) {
        Known::Complete(table) => table,
        Known::Failed(word) => return vec![unknown(format!("Whether routes lead to it is not known ({word})"))],
        Known::NotAsked(key) => {
            need(needs, key);
            return vec![unknown("Whether routes lead to it is not known (not loaded)")];
        }
    };
    let leads = |r: &Record| {
        let routes = r.get(&route_tables::ROUTES).items();
        routes.iter().any(|route| ids.iter().any(|id| route.split(' ').nth(1) == Some(*id)))
    };
    let tables: Vec<String> = live(table).filter(|r| leads(r)).map(|r| label(r)).collect();
    if tables.is_empty() {
        return Vec::new();
    }
    vec![severe(format!(
        "Routes of {} lead to it: they stay and drop traffic (blackhole)",
        called("route table", &tables)
    ))]
}
