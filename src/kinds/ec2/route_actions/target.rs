//! What routes can lead to: by id, by name, and by the member of a request that takes it.

use arcstr::ArcStr;

use crate::base::text::{suggest, visible};
use crate::kinds::action::ActionContext;
use crate::kinds::ec2::{endpoints, internet_gateways as igw};
use crate::kinds::plan_builder::{Known, field, label, live, need, whole};
use crate::kinds::registry::ALL;
use crate::model::{Kind, Record, TableKey};

/// What stands for the VPC's internet gateway.
pub(super) const INTERNET: &str = "internet-gateway";

/// By what its id begins with: the member of CreateRoute that takes it, and the kind that has its rows, if it is one of ours.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html>
const SORTS: &[(&str, &str, &str)] = &[
    ("igw-", "GatewayId", "internet-gateways"),
    ("vgw-", "GatewayId", ""),
    ("nat-", "NatGatewayId", "nat-gateways"),
    ("pcx-", "VpcPeeringConnectionId", "peerings"),
    ("tgw-", "TransitGatewayId", ""),
    ("eigw-", "EgressOnlyInternetGatewayId", "egress-only-gateways"),
    ("i-", "InstanceId", "instances"),
    ("eni-", "NetworkInterfaceId", "network-interfaces"),
    ("vpce-", "VpcEndpointId", "endpoints"),
    ("lgw-", "LocalGatewayId", ""),
    ("cagw-", "CarrierGatewayId", ""),
];

/// The member of a request that takes a target.
pub(super) fn member(id: &str) -> Option<&'static str> {
    match id {
        arn if arn.starts_with("arn:") && arn.contains(":core-network/") => Some("CoreNetworkArn"),
        _ => SORTS.iter().find(|(prefix, ..)| id.starts_with(prefix)).map(|(_, member, _)| *member),
    }
}

/// `PREFIX` and 8 or 17 hexadecimal digits.
pub(super) fn is_id(prefix: &str, text: &str) -> bool {
    let digits = text.strip_prefix(prefix).unwrap_or_default();
    matches!(digits.len(), 8 | 17) && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// What a target is called: its name, else its id.
pub(super) fn name_of(cx: &ActionContext<'_>, id: &str) -> String {
    let row = ALL.named(id).and_then(|n| cx.store.get(&TableKey::all(cx.scope.clone(), n.kind), id));
    row.map_or_else(|| visible(id).into_owned(), |r| label(r))
}

/// The internet gateway of a VPC, if it is known.
fn internet_gateway(cx: &ActionContext<'_>, vpc: &str, needs: &mut Vec<TableKey>) -> Result<ArcStr, String> {
    match whole(cx.store, cx.scope, &igw::INFO) {
        Known::Complete(table) => {
            let found = live(table).find(|g| igw::vpc_id(g) == Some(vpc));
            let none = "The VPC has no internet gateway: create one and attach it, or name another target.";
            found.map(|g| g.id.clone()).ok_or_else(|| none.to_string())
        }
        Known::NotAsked(key) => {
            need(needs, key);
            Err("The internet gateways are not loaded yet.".into())
        }
        Known::Failed(word) => Err(format!("The internet gateways could not be listed ({word}); type an id.")),
    }
}

/// The target that is meant by a text: an id, a name, or `internet-gateway`.
///
/// # Errors
/// A sentence about what it is not.
pub(super) fn resolve(
    cx: &ActionContext<'_>,
    text: &str,
    vpc: &str,
    needs: &mut Vec<TableKey>,
) -> Result<ArcStr, String> {
    let text = text.trim();
    match text {
        "" => return Err("What it leads to: internet-gateway, an id (igw-…, nat-…, pcx-…), or a name.".into()),
        "local" => {
            return Err("local is the VPC itself: every table has that route, and it is not made by hand.".into());
        }
        INTERNET => return internet_gateway(cx, vpc, needs),
        _ => {}
    }
    if let Some((prefix, ..)) = SORTS.iter().find(|(prefix, ..)| text.starts_with(prefix)) {
        if !is_id(prefix, text) {
            return Err(format!("{} is no id: {prefix} and 8 or 17 hexadecimal digits.", visible(text)));
        }
        return match *prefix {
            "igw-" => attached(cx, text, vpc, needs),
            "vpce-" => match cx.store.get(&TableKey::all(cx.scope.clone(), Kind(&endpoints::INFO)), text) {
                Some(row) if !takes_routes(row) => Err(format!("{}: {ONLY_OF_BALANCERS}", label(row))),
                _ => Ok(text.into()),
            },
            _ => Ok(text.into()),
        };
    }
    if text.starts_with("arn:") {
        return match member(text) {
            Some(_) => Ok(text.into()),
            None => Err("Of ARNs a route leads to that of a core network only.".into()),
        };
    }
    by_name(cx, text, needs)
}

/// What AWS says of other endpoints: a gateway endpoint's route comes and goes with its route tables, an interface endpoint is an address.
const ONLY_OF_BALANCERS: &str = "of endpoints a route leads to that of a Gateway Load Balancer only";

/// Whether a route can lead to a row of a kind of targets.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html>
fn takes_routes(row: &Record) -> bool {
    !std::ptr::eq(row.kind.0, &endpoints::INFO) || field(row, &endpoints::TYPE) == Some("GatewayLoadBalancer")
}

/// A gateway that this VPC has.
fn attached(cx: &ActionContext<'_>, id: &str, vpc: &str, needs: &mut Vec<TableKey>) -> Result<ArcStr, String> {
    match whole(cx.store, cx.scope, &igw::INFO) {
        Known::NotAsked(key) => need(needs, key),
        Known::Failed(_) => {}
        Known::Complete(table) => match table.get(id).filter(|r| r.gone.is_none()) {
            // EC2: InvalidInternetGatewayID.NotFound.
            None => return Err(format!("{} is not among the region's internet gateways.", visible(id))),
            // EC2: InvalidParameterValue, "route table rtb-… and network gateway igw-… belong to different networks".
            Some(row) if igw::vpc_id(&row.record) != Some(vpc) => {
                return Err(format!("{} is not attached to this VPC: attach it first.", label(&row.record)));
            }
            Some(_) => {}
        },
    }
    Ok(id.into())
}

/// A row of this name in any table of targets that is loaded; gateways are asked for, instances and interfaces are not.
fn by_name(cx: &ActionContext<'_>, text: &str, needs: &mut Vec<TableKey>) -> Result<ArcStr, String> {
    let mut found: Vec<ArcStr> = Vec::new();
    let mut names: Vec<ArcStr> = Vec::new();
    for kind in SORTS.iter().filter_map(|(.., kind)| ALL.kind(kind)) {
        let key = TableKey::all(cx.scope.clone(), Kind(kind.info));
        if kind.info.few
            && let Known::NotAsked(key) = whole(cx.store, cx.scope, kind.info)
        {
            need(needs, key);
        }
        for row in cx.store.table(&key).into_iter().flat_map(live) {
            if row.name == text && !takes_routes(row) {
                return Err(format!("{}: {ONLY_OF_BALANCERS}", label(row)));
            }
            if row.name == text {
                found.push(row.id.clone());
            } else if kind.info.few && !row.name.is_empty() && takes_routes(row) {
                names.push(row.name.clone());
            }
        }
    }
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(format!(
            "{} is not an id or name of anything that a route can lead to.{}",
            visible(text),
            suggest(text, names.iter().map(ArcStr::as_str).chain([INTERNET]))
        )),
        many => Err(format!("{} things are called {}: type the id.", many.len(), visible(text))),
    }
}
