//! Routes of route tables, one a row: where packets to a destination go, and whether that is there.
//!
//! `DescribeRouteTables` has them. A struct stands between the answer and the row: a route does not say whose table's it is.

use arcstr::ArcStr;
use aws_sdk_ec2::types as sdk;
use futures::future::{BoxFuture, FutureExt};

use super::listing::{PAGE, filtered};
use super::route_tables::{DESCRIBE_ROUTE_TABLES, destination, via};
use crate::base::{Fault, RowId, Scope};
use crate::kinds::convert::Converter;
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::raw::raw;
use crate::kinds::registry::ALL;
use crate::kinds::row_spec::{Field, Fields, RowSpec, States, field};
use crate::model::{FieldInfo, KindInfo, Link, Record, Selector, Tone, Value};

/// A range, or a prefix list.
pub const DESTINATION: FieldInfo = FieldInfo::text(
    "destination",
    "DESTINATION",
    "Whose packets take it: an IPv4 or IPv6 range, or a prefix list. The longest prefix decides.",
)
.shown(0)
.cells(14, 43)
.aka(&["to", "cidr"]);
/// `igw-…`, `nat-…`, `local`.
pub const TARGET: FieldInfo = FieldInfo::text(
    "target",
    "TARGET",
    "What it leads to: local (the VPC itself), or the id of a gateway, peering, endpoint, instance or network interface.",
)
.shown(0)
.cells(11, 26)
.aka(&["via", "gateway"]);
/// The Name tag of that.
pub const TARGET_NAME: FieldInfo =
    FieldInfo::text("target_name", "TARGET NAME", "The Name tag of what it leads to, by DescribeTags.")
        .shown(1)
        .cells(11, 30)
        .from_side("route-targets", "name", false);
/// `internet gateway`, `NAT gateway`.
pub const TARGET_TYPE: FieldInfo =
    FieldInfo::text("target_type", "TARGET TYPE", "What that is: internet gateway, NAT gateway, peering, local.")
        .named_only()
        .shown(4)
        .cells(11, 26);
/// active, blackhole or filtered.
pub const STATE: FieldInfo =
    FieldInfo::state("state", "STATE", "active, or blackhole if what it leads to is not there: then it drops packets.")
        .shown(0)
        .cells(6, 9);
/// How it came there.
pub const ORIGIN: FieldInfo = FieldInfo::text(
    "origin",
    "ORIGIN",
    "CreateRouteTable (it came with the table), CreateRoute (somebody made it), EnableVgwRoutePropagation (a virtual \
     private gateway did) or Advertisement (a VPC route server did).",
)
.named_only()
.shown(5)
.cells(11, 25);
/// Its route table.
pub const TABLE_ID: FieldInfo = FieldInfo::id("table_id", "TABLE", "The route table it is in.")
    .shown(2)
    .cells(11, 30)
    .aka(&["table", "route_table"])
    .id_of_few("route-tables", "rtb-")
    .asked_by("route-table-id");
/// The table's VPC.
pub const VPC_ID: FieldInfo = FieldInfo::id("vpc_id", "VPC", "The VPC of its route table.")
    .shown(3)
    .cells(11, 30)
    .aka(&["vpc"])
    .id_of_few("vpcs", "vpc-")
    .asked_by("vpc-id");
/// Whether the table is the main one.
pub const MAIN: FieldInfo =
    FieldInfo::flag("main", "MAIN", "Whether its table is the main one, which subnets without an association use.")
        .cells(4, 4);
/// The subnets that are associated with the table.
pub const SUBNETS: FieldInfo = FieldInfo::list("subnets", "SUBNETS", "The subnets that are associated with its table.")
    .cells(10, 40)
    .id_of_few("subnets", "subnet-")
    .asked_by("association.subnet-id");

/// What they are.
pub static INFO: KindInfo = KindInfo::new("routes", "route", "Routes", &FIELDS)
    .doc("Routes of route tables, one a row: the destination, what it leads to by name, and whether that is there.")
    .aliases(&["route"])
    .listed_by(&[&DESCRIBE_ROUTE_TABLES])
    .sorted(&TABLE_ID);

/// Routes.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

static STATES: States = States(&[("active", Tone::Good), ("blackhole", Tone::Bad), ("filtered", Tone::Idle)]);

/// A route with what is known of its table.
pub(super) struct Route {
    id: RowId,
    destination: ArcStr,
    main: bool,
    subnets: Vec<ArcStr>,
    table: ArcStr,
    vpc: Option<ArcStr>,
    pub(super) answer: sdk::Route,
}

static FIELDS: Fields<Route> = Fields(&[
    field(DESTINATION, |r, _| range_or_text(&r.destination)),
    field(TARGET, |r, c| c.said(via(&r.answer))),
    Field::state(STATE),
    Field::side(TARGET_NAME),
    field(TARGET_TYPE, |r, c| c.text(via(&r.answer).map(|id| type_of(id, &r.answer)))),
    field(TABLE_ID, |r, c| c.said(Some(&r.table))),
    field(VPC_ID, |r, c| c.said(r.vpc.as_deref())),
    field(ORIGIN, |r, c| c.said(r.answer.origin().map(|o| o.as_str()))),
    field(MAIN, |r, _| Value::Bool(r.main)),
    field(SUBNETS, |r, c| c.shared_list(r.subnets.iter().map(ArcStr::as_str))),
    field(
        FieldInfo::text("instance_owner", "INSTANCE OWNER", "The account of the instance that it leads to.")
            .cells(14, 14),
        |r, c| c.text(r.answer.instance_owner_id()),
    ),
]);

static ROWS: RowSpec<Route> = RowSpec::new(&INFO, &FIELDS, |r| Some(r.id.as_str()))
    .named(|r| Some(r.destination.as_str()))
    .stated(|r, c| STATES.state(r.answer.state().map(|s| s.as_str()), c));

/// A range is sorted and found as one.
pub(super) fn range_or_text(text: &ArcStr) -> Value {
    if text.contains('/') { Value::range(Some(text)) } else { Value::Text(text.clone()) }
}

/// The identity of a route: a table has one for each destination.
pub fn row_id(table: &str, destination: &str) -> RowId {
    arcstr::format!("{table}/{destination}")
}

/// The table and the destination that an identity is made of.
pub fn split_row_id(id: &str) -> Option<(&str, &str)> {
    id.split_once('/')
}

/// The routes of a table; one without a destination is none.
pub(super) fn of_table(table: &sdk::RouteTable) -> Vec<Route> {
    let Some(id) = table.route_table_id() else { return Vec::new() };
    let subnets: Vec<ArcStr> = table.associations().iter().filter_map(|a| a.subnet_id()).map(ArcStr::from).collect();
    let main = table.associations().iter().any(|a| a.main() == Some(true));
    let one = |r: &sdk::Route| {
        let destination = ArcStr::from(destination(r)?);
        Some(Route {
            id: row_id(id, &destination),
            destination,
            main,
            subnets: subnets.clone(),
            table: id.into(),
            vpc: table.vpc_id().map(ArcStr::from),
            answer: r.clone(),
        })
    };
    table.routes().iter().filter_map(one).collect()
}

impl Route {
    /// Its identity.
    pub(super) fn id(&self) -> &RowId {
        &self.id
    }
}

/// What a target is, by the beginning of its id.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Route.html>
fn type_of(id: &str, route: &sdk::Route) -> &'static str {
    match id.split_once('-').map_or(id, |(sort, _)| sort) {
        "local" => "local",
        "igw" => "internet gateway",
        "eigw" => "egress-only internet gateway",
        "nat" => "NAT gateway",
        "pcx" => "peering connection",
        "tgw" => "transit gateway",
        "vgw" => "virtual private gateway",
        "vpce" => "VPC endpoint",
        "i" => "instance",
        "eni" => "network interface",
        "lgw" => "local gateway",
        "cagw" => "carrier gateway",
        _ if route.core_network_arn().is_some() => "core network",
        _ if route.odb_network_arn().is_some() => "ODB network",
        _ => "other",
    }
}

/// The tables of the rows that are asked for, in place of the rows: AWS is asked for tables.
pub(super) fn tables_of(what: &What) -> What {
    let What::Ids(ids) = what else { return What::Everything };
    let mut tables: Vec<RowId> = ids.iter().filter_map(|id| Some(split_row_id(id)?.0.into())).collect();
    tables.sort_unstable();
    tables.dedup();
    What::Ids(tables.into())
}

fn list(request: ListRequest, pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    let wanted = request.what.clone();
    let rows = move |tables: &[sdk::RouteTable], c: &mut Converter| {
        let mut all = ROWS.records(&tables.iter().flat_map(of_table).collect::<Vec<_>>(), c);
        if let What::Ids(ids) = &wanted {
            all.retain(|r| ids.contains(&r.id));
        }
        all
    };
    let request = ListRequest { what: tables_of(&request.what), ..request };
    filtered(
        (request, pages),
        &INFO,
        "route-table-id",
        |client, filters, token| {
            // At most 100 a page. [API_DescribeRouteTables]
            client.describe_route_tables().max_results(PAGE.min(100)).set_next_token(token).set_filters(filters).send()
        },
        move |out, c| (rows(out.route_tables(), c), out.next_token),
    )
    .boxed()
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let mut out = Vec::new();
    for text in [row.get(&TARGET), row.get(&DESTINATION)] {
        if let Some(named) = text.as_str().and_then(|id| ALL.named(id)).filter(|n| n.whole) {
            let (title, kind) = (named.kind.0.singular, named.kind.0.name);
            out.push(Link { title, kind, selector: Selector::All, query: format!("id={}", named.id) });
        }
    }
    out.extend(Link::to_ids("route table", "route-tables", row.get(&TABLE_ID)));
    if let Some(table) = row.get(&TABLE_ID).as_str() {
        out.push(Link::to("routes of its table", "routes", format!("table_id={table}")));
        out.push(Link::to("subnets that use it", "subnets", format!("route_table={table}")));
    }
    out.extend(Link::to_ids("VPC", "vpcs", row.get(&VPC_ID)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{every_state_has_a_tone, record};

    fn routes() -> Vec<Record> {
        let route = |to: &str| sdk::Route::builder().destination_cidr_block(to).state("active".into());
        let table = sdk::RouteTable::builder()
            .route_table_id("rtb-1")
            .vpc_id("vpc-1")
            .routes(route("10.0.0.0/16").gateway_id("local").origin("CreateRouteTable".into()).build())
            .routes(route("0.0.0.0/0").nat_gateway_id("nat-1").origin("CreateRoute".into()).build())
            .routes(
                sdk::Route::builder()
                    .destination_ipv6_cidr_block("::/0")
                    .egress_only_internet_gateway_id("eigw-1")
                    .state("blackhole".into())
                    .build(),
            )
            .routes(sdk::Route::builder().destination_prefix_list_id("pl-1").gateway_id("vpce-1").build())
            .routes(route("10.9.0.0/16").instance_id("i-1").network_interface_id("eni-1").build())
            .associations(sdk::RouteTableAssociation::builder().main(true).build())
            .associations(sdk::RouteTableAssociation::builder().subnet_id("subnet-1").build())
            .build();
        of_table(&table).iter().map(|r| record(&ROWS, r)).collect()
    }

    #[test]
    fn a_route_is_a_row_by_its_table_and_destination_and_says_what_it_leads_to() {
        let said = |r: &Record| {
            let text = |f: &FieldInfo| r.get(f).as_str().unwrap_or_default().to_string();
            format!("{} {} {}", r.id, text(&TARGET), text(&TARGET_TYPE))
        };
        let all: Vec<String> = routes().iter().map(said).collect();
        assert_eq!(
            all,
            [
                "rtb-1/10.0.0.0/16 local local",
                "rtb-1/0.0.0.0/0 nat-1 NAT gateway",
                "rtb-1/::/0 eigw-1 egress-only internet gateway",
                "rtb-1/pl-1 vpce-1 VPC endpoint",
                "rtb-1/10.9.0.0/16 i-1 instance",
            ]
        );
        let six = &routes()[2];
        assert_eq!(split_row_id(&six.id), Some(("rtb-1", "::/0")));
        assert_eq!(six.state, Some((Tone::Bad, "blackhole".into())));
        assert_eq!(six.get(&DESTINATION), &Value::range(Some("::/0")), "it is sorted and found as a range");
        assert_eq!(six.get(&SUBNETS).items(), ["subnet-1"]);
        assert_eq!(six.get(&MAIN), &Value::Bool(true));
        assert_eq!(six.get(&ORIGIN), &Value::Unknown, "AWS left it out");
    }

    #[test]
    fn rows_are_asked_for_by_their_tables() {
        let ids = ["rtb-2/0.0.0.0/0", "rtb-1/::/0", "rtb-2/10.0.0.0/8"].map(RowId::from).to_vec();
        assert_eq!(tables_of(&What::Ids(ids.into())), What::Ids(vec!["rtb-1".into(), "rtb-2".into()].into()));
    }

    #[test]
    fn every_state_that_the_sdk_knows_has_a_tone() {
        every_state_has_a_tone(&STATES, sdk::RouteState::values());
    }
}
