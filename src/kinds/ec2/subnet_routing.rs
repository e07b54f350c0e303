//! Whether subnets are public or private, and why: a side table, joined by the subnet's id. A request for the subnets and one for their
//! route tables say it.
//!
//! A subnet is public if its route table, its own or its VPC's main one, has a route to an internet gateway.
//! <https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html#subnet-types>

use std::collections::BTreeMap;

use arcstr::ArcStr;
use aws_sdk_ec2::types as sdk;
use futures::future::BoxFuture;

use super::listing::{MOST_IDS, PAGE};
use super::route_tables::{DESCRIBE_ROUTE_TABLES, destination, is_hole, via};
use super::subnets::DESCRIBE_SUBNETS;
use crate::base::text::visible;
use crate::base::{Fault, RowId};
use crate::kinds::convert::{Converter, batches};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::paging::paged;
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, KindInfo, Operation, Tone, Value};

/// `DescribeSubnets`, for their routing: that changes seldom.
pub static SUBNETS: Operation = DESCRIBE_SUBNETS.rarely_changes();
/// `DescribeRouteTables`, for the routing of subnets.
pub static ROUTE_TABLES: Operation = DESCRIBE_ROUTE_TABLES.rarely_changes();

/// The subnet's id.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The subnet's id.");
/// public or private.
pub const EXPOSURE: FieldInfo =
    FieldInfo::state("exposure", "EXPOSURE", "public if its route table has a route to an internet gateway.");
/// Why.
pub const WHY: FieldInfo = FieldInfo::text("why", "WHY", "Why it is public or private: the route and the table.");
/// The table that it uses.
pub const ROUTE_TABLE: FieldInfo =
    FieldInfo::id("route_table", "ROUTE TABLE", "The route table that it uses: its own, or its VPC's main one.");
/// Whether it is associated with that itself.
pub const EXPLICIT: FieldInfo =
    FieldInfo::flag("explicit", "OWN TABLE", "Whether it is associated with its route table itself.");

/// What they are.
pub static INFO: KindInfo = KindInfo::new("subnet-routing", "subnet's routing", "Routing of subnets", &FIELDS)
    .doc("Whether subnets are public or private, and why; joined to them by id.")
    .listed_by(&[&SUBNETS, &ROUTE_TABLES])
    .sorted(&ID)
    .side();

/// Routing of subnets.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: None };

/// A subnet, and the table that it uses as far as that was read.
struct Routing {
    id: RowId,
    /// Whether instances get a public IPv4 address by default.
    on_launch: Option<bool>,
    /// What VPC Block Public Access does, unless it is off.
    blocked: Option<ArcStr>,
    table: Option<(sdk::RouteTable, bool)>,
}

static FIELDS: Fields<Routing> = Fields(&[
    Field::id(ID),
    field(EXPOSURE, |r, _| match &r.table {
        None => Value::Unknown,
        Some((table, _)) if way_out(table).is_some() => Value::State(Tone::Good, arcstr::literal!("public")),
        Some(_) => Value::State(Tone::Idle, arcstr::literal!("private")),
    }),
    field(WHY, |r, _| r.why().map_or(Value::Unknown, |why| Value::text(&why))),
    field(ROUTE_TABLE, |r, c| c.said(r.table.as_ref().and_then(|(t, _)| t.route_table_id()))),
    field(EXPLICIT, |r, _| r.table.as_ref().map_or(Value::Unknown, |(_, own)| Value::Bool(*own))),
]);

static ROWS: RowSpec<Routing> = RowSpec::new(&INFO, &FIELDS, |r| Some(r.id.as_str()));

/// The route of a table that leads to an internet gateway that is there: the widest of them.
fn way_out(table: &sdk::RouteTable) -> Option<&sdk::Route> {
    let to_internet = |r: &&sdk::Route| via(r).is_some_and(|v| v.starts_with("igw-")) && !is_hole(r);
    let width = |r: &&sdk::Route| {
        let prefix = destination(r).and_then(|d| d.rsplit_once('/')).and_then(|(_, p)| p.parse::<u8>().ok());
        // Of two that are alike IPv4 is what is meant by the word.
        (prefix.unwrap_or(u8::MAX), r.destination_cidr_block().is_none())
    };
    table.routes().iter().filter(to_internet).min_by_key(width)
}

/// `0.0.0.0/0 → igw-0a1`.
fn words(r: &sdk::Route) -> String {
    format!("{} → {}", destination(r).unwrap_or("?"), via(r).unwrap_or("?"))
}

impl Routing {
    /// The sentence; none where the table is not known.
    fn why(&self) -> Option<String> {
        let (table, own) = self.table.as_ref()?;
        let name = table.tags().iter().find(|t| t.key() == Some("Name")).and_then(|t| t.value());
        let name = name.filter(|n| !n.trim().is_empty()).or(table.route_table_id()).unwrap_or("?");
        let name = visible(name);
        let which = if *own { "associated with it".to_string() } else { "the VPC's main table".to_string() };
        let of = format!("{name} ({which})");
        let Some(out) = way_out(table) else { return Some(self.why_private(table, &of)) };
        let mut said = format!("{} in {of}", words(out));
        match self.on_launch {
            Some(true) => said.push_str("; new instances get a public IPv4 address"),
            Some(false) => said.push_str("; new instances get no public IPv4 address by themselves"),
            None => {}
        }
        if let Some(mode) = &self.blocked {
            said.push_str(&format!("; but VPC Block Public Access is on ({mode})"));
        }
        Some(said)
    }

    fn why_private(&self, table: &sdk::RouteTable, of: &str) -> String {
        let no = format!("no route to an internet gateway in {of}");
        let hole = table.routes().iter().find(|r| via(r).is_some_and(|v| v.starts_with("igw-")) && is_hole(r));
        let default = |r: &&sdk::Route| matches!(destination(r), Some("0.0.0.0/0" | "::/0"));
        let elsewhere = |r: &&sdk::Route| via(r) != Some("local");
        match (hole, table.routes().iter().find(default), table.routes().iter().find(elsewhere)) {
            (Some(hole), ..) => {
                format!("{} in {of} is a blackhole: the gateway is not attached or not there", words(hole))
            }
            (_, Some(route), _) => {
                let gone = if is_hole(route) { " (blackhole)" } else { "" };
                format!("{no}: {}{gone}", words(route))
            }
            (_, _, Some(_)) => format!("{no}, and no default route"),
            _ => format!("{no}: it leads nowhere out of the VPC"),
        }
    }
}

/// The tables by the subnets that are associated with them, and the main ones by their VPCs.
#[derive(Default)]
struct Tables {
    own: BTreeMap<String, sdk::RouteTable>,
    main: BTreeMap<String, sdk::RouteTable>,
}

impl Tables {
    fn add(&mut self, table: &sdk::RouteTable) {
        for association in table.associations() {
            if let Some(subnet) = association.subnet_id() {
                self.own.insert(subnet.into(), table.clone());
            }
            if association.main() == Some(true)
                && let Some(vpc) = table.vpc_id()
            {
                self.main.insert(vpc.into(), table.clone());
            }
        }
    }
    fn of(&self, subnet: &str, vpc: Option<&str>) -> Option<(sdk::RouteTable, bool)> {
        let own = self.own.get(subnet).map(|t| (t.clone(), true));
        own.or_else(|| Some((self.main.get(vpc?)?.clone(), false)))
    }
}

fn filter(name: &str, values: Vec<String>) -> Vec<sdk::Filter> {
    vec![sdk::Filter::builder().name(name).set_values(Some(values)).build()]
}

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::of(&request);
        for ids in batches(&request.what, MOST_IDS) {
            let mut subnets: Vec<sdk::Subnet> = Vec::new();
            let which = ids.clone().map(|ids| filter("subnet-id", ids));
            let call = |token| {
                let call = client.describe_subnets().max_results(PAGE).set_next_token(token);
                call.set_filters(which.clone()).send()
            };
            paged(&mut pages, &SUBNETS, call, |out| {
                subnets.extend(out.subnets.unwrap_or_default());
                (Vec::new(), out.next_token)
            })
            .await?;
            let mut vpcs: Vec<String> = subnets.iter().filter_map(|s| s.vpc_id()).map(str::to_string).collect();
            vpcs.sort_unstable();
            vpcs.dedup();
            if vpcs.is_empty() {
                continue;
            }
            // As many VPCs as subnets at most, so that one filter takes them.
            let of = ids.map(|_| filter("vpc-id", vpcs));
            let mut tables = Tables::default();
            let call = |token| {
                // At most 100 a page. [API_DescribeRouteTables]
                let call = client.describe_route_tables().max_results(PAGE.min(100)).set_next_token(token);
                call.set_filters(of.clone()).send()
            };
            paged(&mut pages, &ROUTE_TABLES, call, |out| {
                out.route_tables().iter().for_each(|t| tables.add(t));
                (Vec::new(), out.next_token)
            })
            .await?;
            let rows: Vec<Routing> = subnets.iter().filter_map(|s| routing(s, &tables)).collect();
            pages.page(ROWS.records(&rows, &mut converter)).await?;
        }
        Ok(())
    })
}

fn routing(s: &sdk::Subnet, tables: &Tables) -> Option<Routing> {
    let id = s.subnet_id()?;
    let mode = s.block_public_access_states().and_then(|b| b.internet_gateway_block_mode()).map(|m| m.as_str());
    Some(Routing {
        id: id.into(),
        on_launch: s.map_public_ip_on_launch(),
        blocked: mode.filter(|m| *m != "off").map(ArcStr::from),
        table: tables.of(id, s.vpc_id()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::record;

    fn route(to: &str, via: &str, state: &str) -> sdk::Route {
        let route = sdk::Route::builder().state(state.into());
        let route =
            if to.contains(':') { route.destination_ipv6_cidr_block(to) } else { route.destination_cidr_block(to) };
        if via.starts_with("nat") { route.nat_gateway_id(via).build() } else { route.gateway_id(via).build() }
    }

    fn said(routes: &[sdk::Route], own: bool, blocked: Option<&str>) -> (String, String) {
        let association = sdk::RouteTableAssociation::builder();
        let association = if own { association.subnet_id("subnet-1") } else { association.main(true) };
        let table =
            sdk::RouteTable::builder().route_table_id("rtb-1").vpc_id("vpc-1").associations(association.build());
        let mut tables = Tables::default();
        tables.add(&table.set_routes(Some(routes.to_vec())).build());
        let subnet = sdk::Subnet::builder().subnet_id("subnet-1").vpc_id("vpc-1").map_public_ip_on_launch(false);
        let block =
            blocked.map(|b| sdk::BlockPublicAccessStates::builder().internet_gateway_block_mode(b.into()).build());
        let routing = routing(&subnet.set_block_public_access_states(block).build(), &tables).expect("a subnet");
        let row = record(&ROWS, &routing);
        let text = |f: &FieldInfo| row.get(f).as_str().unwrap_or("unknown").to_string();
        (text(&EXPOSURE), text(&WHY))
    }

    #[test]
    fn a_subnet_is_public_by_a_route_to_an_internet_gateway_that_is_there_and_by_nothing_else() {
        let local = route("10.0.0.0/16", "local", "active");
        let all = |other: sdk::Route| vec![local.clone(), other];
        let (is, why) = said(&all(route("0.0.0.0/0", "igw-1", "active")), true, None);
        assert_eq!(is, "public");
        assert_eq!(
            why,
            "0.0.0.0/0 → igw-1 in rtb-1 (associated with it); new instances get no public IPv4 address by themselves"
        );
        let (is, why) = said(&all(route("0.0.0.0/0", "nat-1", "active")), false, None);
        assert_eq!(is, "private");
        assert_eq!(why, "no route to an internet gateway in rtb-1 (the VPC's main table): 0.0.0.0/0 → nat-1");
        let (is, why) = said(&all(route("0.0.0.0/0", "igw-1", "blackhole")), true, None);
        assert_eq!(is, "private");
        assert!(why.contains("is a blackhole"), "{why}");
        let (is, why) = said(std::slice::from_ref(&local), false, None);
        assert_eq!(is, "private");
        assert!(why.ends_with("it leads nowhere out of the VPC"), "{why}");
        // By the sixth version alone, and to a part of the internet alone.
        assert_eq!(said(&all(route("::/0", "igw-1", "active")), true, None).0, "public");
        assert_eq!(said(&all(route("198.51.100.0/24", "igw-1", "active")), true, None).0, "public");
        let (_, why) = said(&all(route("0.0.0.0/0", "igw-1", "active")), true, Some("block-ingress"));
        assert!(why.ends_with("VPC Block Public Access is on (block-ingress)"), "{why}");
    }

    #[test]
    fn what_is_not_known_of_a_table_is_not_private() {
        let subnet = sdk::Subnet::builder().subnet_id("subnet-1").vpc_id("vpc-1").build();
        let row = record(&ROWS, &routing(&subnet, &Tables::default()).expect("a subnet"));
        assert_eq!((row.get(&EXPOSURE), row.get(&WHY)), (&Value::Unknown, &Value::Unknown));
    }
}
