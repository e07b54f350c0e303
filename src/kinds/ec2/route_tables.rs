//! Route tables: where the packets of which subnets go.

use arcstr::ArcStr;
use aws_sdk_ec2::types as sdk;
use futures::future::{BoxFuture, FutureExt};
use ipnet::IpNet;

use super::listing::{PAGE, filtered, tags};
use super::vpcs::OWNER;
use crate::base::{Fault, Scope};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, States, field};
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Service, Tone, Value};
use crate::net::path::{Route, Table};
use crate::net::range::Range as _;

/// `DescribeRouteTables`.
pub static DESCRIBE_ROUTE_TABLES: Operation = Operation::read(Service::Ec2, "DescribeRouteTables");

/// The Name tag.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The Name tag.").unique().shown(0);
/// `rtb-…`.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The route table's id.")
    .unique()
    .shown(3)
    .cells(11, 21)
    .aka(&["route_table_id"])
    .asked_by("route-table-id");
/// active, or blackhole.
pub const STATE: FieldInfo = FieldInfo::state(
    "state",
    "STATE",
    "blackhole if what one of its routes leads to is not there (AWS's word), else active.",
)
.shown(1)
.cells(8, 9);
/// Its VPC.
pub const VPC_ID: FieldInfo = FieldInfo::id("vpc_id", "VPC", "Its VPC.")
    .shown(1)
    .cells(11, 30)
    .aka(&["vpc"])
    .id_of_few("vpcs", "vpc-")
    .asked_by("vpc-id");
/// Whether it is its VPC's main one.
pub const MAIN: FieldInfo = FieldInfo::flag(
    "main",
    "MAIN",
    "Whether it is the main route table of its VPC, which subnets without an association of their own use.",
)
.shown(1)
.cells(4, 4);
/// The subnets that are associated with it.
pub const SUBNETS: FieldInfo =
    FieldInfo::list("subnets", "SUBNETS", "The subnets that are associated with it. Others use the main one.")
        .shown(2)
        .cells(10, 40)
        .id_of_few("subnets", "subnet-")
        .asked_by("association.subnet-id");
/// Where `0.0.0.0/0` leads.
pub const DEFAULT_ROUTE: FieldInfo = FieldInfo::id(
    "default_route",
    "DEFAULT ROUTE",
    "What its route to 0.0.0.0/0 leads to: an internet gateway (public subnets), a NAT gateway, or nothing.",
)
.shown(0)
.cells(13, 21);
/// All of its routes.
pub const ROUTES: FieldInfo = FieldInfo::list(
    "routes",
    "ROUTES",
    "Its routes: the destination and what it leads to, with blackhole where that is not there. The longest prefix decides.",
)
.shown(4)
.cells(20, 60);
/// The gateways that it routes for.
pub const GATEWAYS: FieldInfo =
    FieldInfo::list("gateways", "GATEWAYS", "The gateways whose incoming packets it routes.").cells(10, 40);
/// Which of them it did not get by hand.
pub const PROPAGATED: FieldInfo = FieldInfo::list(
    "propagated",
    "PROPAGATED",
    "The destinations of routes that virtual private gateways or route servers added. They cannot be changed here.",
)
.cells(10, 40);
/// Its associations, each with what it is of.
pub const ASSOCIATIONS: FieldInfo = FieldInfo::list(
    "associations",
    "ASSOCIATIONS",
    "Its associations: the subnet or gateway, or main, and the id of the association.",
)
.cells(12, 60);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("route-tables", "route table", "Route tables", &FIELDS)
    .doc("Route tables of VPCs: their routes, and the subnets that use them.")
    .aliases(&["rtb", "rtbs", "route-table"])
    .ids("rtb-")
    .listed_by(&[&DESCRIBE_ROUTE_TABLES])
    .few()
    .sorted(&NAME);

/// Route tables.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

/// The route's state in AWS's word.
const BLACKHOLE: &str = "blackhole";

static STATES: States = States(&[("active", Tone::Good), (BLACKHOLE, Tone::Bad), ("filtered", Tone::Idle)]);

static FIELDS: Fields<sdk::RouteTable> = Fields(&[
    Field::name(NAME),
    Field::id(ID),
    Field::state(STATE),
    field(VPC_ID, |t, c| c.said(t.vpc_id())),
    field(MAIN, |t, _| Value::Bool(t.associations().iter().any(|a| a.main() == Some(true)))),
    field(DEFAULT_ROUTE, |t, c| {
        let default = t.routes().iter().find(|r| r.destination_cidr_block() == Some("0.0.0.0/0"));
        c.text(default.and_then(via))
    }),
    field(SUBNETS, |t, c| c.shared_list(t.associations().iter().filter_map(|a| a.subnet_id()))),
    field(ROUTES, |t, _| Value::list(t.routes().iter().map(|r| ArcStr::from(words(r))))),
    field(GATEWAYS, |t, c| c.shared_list(t.associations().iter().filter_map(|a| a.gateway_id()))),
    field(
        FieldInfo::list("propagating", "PROPAGATING", "The virtual private gateways that add routes to it.")
            .cells(11, 40),
        |t, c| c.shared_list(t.propagating_vgws().iter().filter_map(|g| g.gateway_id())),
    ),
    field(PROPAGATED, |t, _| {
        let by_itself = |r: &&sdk::Route| {
            r.origin().is_some_and(|o| !matches!(o.as_str(), "CreateRoute" | "CreateRouteTable" | ""))
        };
        Value::list(t.routes().iter().filter(by_itself).filter_map(destination).map(ArcStr::from))
    }),
    field(ASSOCIATIONS, |t, _| Value::list(t.associations().iter().filter_map(association))),
    field(OWNER, |t, c| c.said(t.owner_id())),
    field(FieldInfo::id("arn", "ARN", "The ARN.").unique().cells(12, 80), |t, c| {
        let resource = t.route_table_id().map(|id| format!("route-table/{id}"));
        c.arn("ec2", t.owner_id(), resource.as_deref())
    }),
]);

static ROWS: RowSpec<sdk::RouteTable> = RowSpec::new(&INFO, &FIELDS, |t| t.route_table_id())
    .stated(|t, c| STATES.state(Some(if t.routes().iter().any(is_hole) { BLACKHOLE } else { "active" }), c))
    .tagged(|t, c| tags(t.tags(), c));

/// `main rtbassoc-0a1`, `subnet-0a1 rtbassoc-0a1`.
fn association(a: &sdk::RouteTableAssociation) -> Option<ArcStr> {
    let of = if a.main() == Some(true) { Some(MAIN_OF) } else { a.subnet_id().or(a.gateway_id()) };
    Some(arcstr::format!("{} {}", of?, a.route_table_association_id()?))
}

/// What stands for the VPC's use of its main table.
pub(super) const MAIN_OF: &str = "main";

/// The id of the association by which a table is used by a subnet or gateway, or as the main one ([`MAIN_OF`]).
pub(super) fn association_of(row: &Record, of: &str) -> Option<ArcStr> {
    let all = row.get(&ASSOCIATIONS).items();
    all.iter().filter_map(|text| text.split_once(' ')).find(|(what, _)| *what == of).map(|(_, id)| id.into())
}

/// What a route leads to.
pub(super) fn via(r: &sdk::Route) -> Option<&str> {
    let all = [
        r.gateway_id(),
        r.nat_gateway_id(),
        r.vpc_peering_connection_id(),
        r.transit_gateway_id(),
        r.egress_only_internet_gateway_id(),
        // Of an instance AWS says its network interface, too.
        r.instance_id(),
        r.network_interface_id(),
        r.local_gateway_id(),
        r.carrier_gateway_id(),
        r.core_network_arn(),
        r.odb_network_arn(),
    ];
    all.into_iter().flatten().find(|id| !id.is_empty())
}

/// Where a route leads: a range of either family, or a prefix list.
pub(super) fn destination(r: &sdk::Route) -> Option<&str> {
    let all = [r.destination_cidr_block(), r.destination_ipv6_cidr_block(), r.destination_prefix_list_id()];
    all.into_iter().flatten().find(|to| !to.is_empty())
}

/// Whether what it leads to is not there.
pub(super) fn is_hole(r: &sdk::Route) -> bool {
    r.state().is_some_and(|s| s.as_str() == BLACKHOLE)
}

/// `0.0.0.0/0 igw-0a1`, `10.1.0.0/16 pcx-0a1 blackhole`.
fn words(r: &sdk::Route) -> String {
    let to = destination(r);
    let state = r.state().map(|s| s.as_str()).filter(|s| *s != "active").map_or_else(String::new, |s| format!(" {s}"));
    format!("{} {}{state}", to.unwrap_or("?"), via(r).unwrap_or("?"))
}

/// The table as the way of a packet sees it.
pub fn table(row: &Record) -> Table {
    let route = |text: &ArcStr| {
        let mut words = text.split(' ');
        let (to, via, state) = (words.next().unwrap_or_default(), words.next().unwrap_or_default(), words.next());
        Route { to: IpNet::read(to), via: via.into(), active: state.is_none() }
    };
    let routes = row.get(&ROUTES).items().iter().map(route).collect();
    Table { id: row.id.to_string(), name: row.label().to_string(), routes }
}

fn list(request: ListRequest, pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    filtered(
        (request, pages),
        &INFO,
        "route-table-id",
        |client, filters, token| {
            // At most 100 a page. [API_DescribeRouteTables]
            client.describe_route_tables().max_results(PAGE.min(100)).set_next_token(token).set_filters(filters).send()
        },
        |out, c| (ROWS.records(out.route_tables(), c), out.next_token),
    )
    .boxed()
}

/// What routes lead to beside internet gateways: the link's title, the kind, and what its ids begin with.
const TARGETS: &[(&str, &str, &str)] = &[
    ("NAT gateways", "nat-gateways", "nat-"),
    ("peerings", "peerings", "pcx-"),
    ("endpoints", "endpoints", "vpce-"),
    ("egress-only gateways", "egress-only-gateways", "eigw-"),
];

/// What routes lead to, of the targets whose ids begin so, each once.
pub(in crate::kinds) fn targets<'r>(routes: &'r [ArcStr], prefix: &str) -> Vec<&'r str> {
    let mut ids: Vec<&str> =
        routes.iter().filter_map(|r| r.split(' ').nth(1)).filter(|t| t.starts_with(prefix)).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let mut out = Vec::new();
    out.extend(Link::to_ids("VPC", "vpcs", row.get(&VPC_ID)));
    out.push(Link::to("routes", "routes", format!("table_id={}", row.id)));
    out.extend(Link::to_ids("subnets", "subnets", row.get(&SUBNETS)));
    out.push(Link::to("subnets that use it", "subnets", format!("route_table={}", row.id)));
    if let Some(gateway) = row.get(&DEFAULT_ROUTE).as_str().filter(|id| id.starts_with("igw-")) {
        out.push(Link::to("internet gateway", "internet-gateways", format!("id={gateway}")));
    }
    let routes = row.get(&ROUTES).items();
    for &(title, kind, prefix) in TARGETS {
        let ids = targets(&routes, prefix);
        if !ids.is_empty() {
            out.push(Link::to(title, kind, format!("id={}", ids.join(","))));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::record;

    #[test]
    fn a_route_is_read_back_as_it_was_and_one_that_leads_nowhere_marks_the_table() {
        let route = |to: &str, state: &str| sdk::Route::builder().destination_cidr_block(to).state(state.into());
        let t = sdk::RouteTable::builder()
            .route_table_id("rtb-1")
            .routes(route("10.0.0.0/16", "active").gateway_id("local").build())
            .routes(route("0.0.0.0/0", "active").nat_gateway_id("nat-1").build())
            .routes(route("10.1.0.0/16", "blackhole").vpc_peering_connection_id("pcx-1").build())
            .routes(sdk::Route::builder().destination_prefix_list_id("pl-1").gateway_id("vpce-1").build())
            .associations(sdk::RouteTableAssociation::builder().main(true).build());
        let row = record(&ROWS, &t.build());
        assert_eq!(row.state, Some((Tone::Bad, BLACKHOLE.into())));
        assert_eq!((row.get(&MAIN), row.get(&DEFAULT_ROUTE).as_str()), (&Value::Bool(true), Some("nat-1")));
        let read: Vec<_> = table(&row).routes.into_iter().map(|r| (r.to.is_some(), r.via, r.active)).collect();
        let want = [(true, "local", true), (true, "nat-1", true), (true, "pcx-1", false), (false, "vpce-1", true)];
        assert_eq!(read, want.map(|(to, via, active)| (to, via.to_string(), active)));
    }
}
