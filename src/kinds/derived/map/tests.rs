use std::sync::Arc;

use super::*;
use crate::base::Time;
use crate::kinds::ec2::{endpoints, instances, internet_gateways, peerings, route_tables, subnets, vpcs};
use crate::kinds::elbv2::load_balancers;
use crate::kinds::testing::{Row, row};
use crate::model::Input;

/// The lines for these rows; `whole` says whether the route tables were read in full.
fn derived(rows: Vec<Record>, whole: bool) -> Vec<Record> {
    let table = |name: &&'static str| {
        let kind = Kind(crate::kinds::registry::ALL.kind(name).expect("a kind").info);
        let rows = rows.iter().filter(|r| r.kind == kind).cloned().map(Arc::new).collect();
        Input { kind, rows, whole: whole || *name != "route-tables", fault: None }
    };
    let tables = DERIVED.inputs.iter().map(table).collect();
    derive(&Inputs { scope: Scope::region("p", "us-east-1"), text: ArcStr::new(), now: Time::default(), tables })
}

fn told(rows: &[Record]) -> Vec<String> {
    let text = |v: &Value| v.as_str().map_or_else(|| format!("{v:?}"), String::from);
    rows.iter().map(|r| format!("{} | {}", text(r.get(&LINE)), text(r.get(&LEADS)))).collect()
}

fn vpc(id: &str, name: &str) -> Record {
    row(&vpcs::INFO, id, name, "available").with(&vpcs::ID, Value::text(id)).record()
}

fn subnet(id: &str, name: &str, vpc: &str, zone: &str, range: &str) -> Record {
    let row = row(&subnets::INFO, id, name, "available").with(&subnets::ID, Value::text(id));
    let row = row.with(&subnets::VPC_ID, Value::text(vpc)).with(&subnets::ZONE, Value::text(zone));
    row.with(&subnets::CIDR, Value::range(Some(range))).record()
}

fn table(id: &str, vpc: &str, main: bool, subnets: &[&str], to: &str, state: &str) -> Record {
    let list = Value::list(subnets.iter().map(|s| ArcStr::from(*s)));
    let row: Row = row(&route_tables::INFO, id, "", "active").with(&route_tables::VPC_ID, Value::text(vpc));
    let row = row.with(&route_tables::MAIN, Value::Bool(main)).with(&route_tables::SUBNETS, list);
    let routes = Value::list([ArcStr::from(format!("0.0.0.0/0 {to}{state}"))]);
    let to = if to.is_empty() { Value::Empty } else { Value::text(to) };
    row.with(&route_tables::DEFAULT_ROUTE, to).with(&route_tables::ROUTES, routes).record()
}

fn instance(id: &str, name: &str, subnet: &str) -> Record {
    let row = row(&instances::INFO, id, name, "running").with(&instances::fields::ID, Value::text(id));
    row.with(&instances::fields::SUBNET_ID, Value::text(subnet)).record()
}

fn world() -> Vec<Record> {
    let arn = "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/alb/1";
    vec![
        vpc("vpc-2", "other"),
        vpc("vpc-1", "main"),
        subnet("subnet-b", "", "vpc-1", "us-east-1b", "10.0.2.0/24"),
        subnet("subnet-a2", "a2", "vpc-1", "us-east-1a", "10.0.10.0/24"),
        subnet("subnet-a1", "a1", "vpc-1", "us-east-1a", "10.0.9.0/24"),
        row(&internet_gateways::INFO, "igw-1", "way out", "attached")
            .with(&internet_gateways::ID, Value::text("igw-1"))
            .with(&internet_gateways::VPC_ID, Value::text("vpc-1"))
            .record(),
        table("rtb-main", "vpc-1", true, &[], "", ""),
        table("rtb-a1", "vpc-1", false, &["subnet-a1"], "igw-1", ""),
        table("rtb-a2", "vpc-1", false, &["subnet-a2"], "nat-1", " blackhole"),
        instance("i-2", "web", "subnet-a1"),
        instance("i-1", "web", "subnet-a1"),
        row(&load_balancers::INFO, arn, "alb", "active")
            .with(&load_balancers::VPC_ID, Value::text("vpc-1"))
            .with(&load_balancers::SUBNETS, Value::list(["subnet-b", "subnet-a1", "subnet-a2"].map(ArcStr::from)))
            .record(),
    ]
}

#[test]
fn a_vpc_is_a_tree_of_zones_subnets_and_what_is_in_them_with_where_each_subnet_leads() {
    let rows = derived(world(), true);
    assert_eq!(
        told(&rows),
        [
            "▾ main | Empty",
            "├ way out | the internet",
            "├ alb | us-east-1a, us-east-1b",
            "├ ▾ us-east-1a | Empty",
            "│ ├ ▾ a1 | way out: public",
            "│ │ ├ web | Empty",
            "│ │ └ web | Empty",
            "│ └ a2 | nat-1, a blackhole",
            "└ ▾ us-east-1b | Empty",
            "  └ subnet-b | its VPC only",
            "other | Empty",
        ]
    );
    let ids: Vec<&str> = rows.iter().map(|r| r.id.as_str()).collect();
    assert_eq!(ids[5..7], ["vpc-1/us-east-1a/subnet-a1/i-1", "vpc-1/us-east-1a/subnet-a1/i-2"]);
    assert!(
        rows.is_sorted_by_key(|r| r.get(&PLACE).as_str().map(String::from)),
        "the order of the tree is the rows' own"
    );
    let to = |i: usize| links(&rows[i], &Scope::Global)[0].clone();
    assert_eq!((to(5).kind, to(5).query.as_str()), ("instances", "id=i-1"));
    assert_eq!((to(3).kind, to(3).query.as_str()), ("subnets", "vpc_id=vpc-1 zone=us-east-1a"));
    assert_eq!((to(2).kind, to(2).query.as_str()), ("load-balancers", "name=\"alb\""));
    assert!(!rows[2].id["vpc-1/".len()..].contains('/'), "an ARN's own slashes are no branches: {}", rows[2].id);
}

#[test]
fn where_a_subnet_leads_is_not_known_before_the_route_tables_are() {
    let without = world().into_iter().filter(|r| r.kind != Kind(&route_tables::INFO) || r.id == "rtb-a1").collect();
    let said = told(&derived(without, false));
    assert_eq!(said[4], "│ ├ ▾ a1 | way out: public", "its own table is here");
    assert_eq!((said[7].as_str(), said[9].as_str()), ("│ └ a2 | Unknown", "  └ subnet-b | Unknown"));
}

fn endpoint(id: &str, kind: &str, service: &str, tables: &[&str], subnets: &[&str]) -> Record {
    let list = |ids: &[&str]| Value::list(ids.iter().map(|s| ArcStr::from(*s)));
    let row = row(&endpoints::INFO, id, "", "available").with(&endpoints::ID, Value::text(id));
    let row = row.with(&endpoints::VPC_ID, Value::text("vpc-1")).with(&endpoints::TYPE, Value::text(kind));
    let row = row.with(&endpoints::SERVICE, Value::text(service)).with(&endpoints::ROUTE_TABLES, list(tables));
    row.with(&endpoints::SUBNETS, list(subnets)).record()
}

/// `vpc-1` asks a VPC of a region and an account.
fn peering(id: &str, state: &str, to: &str, region: &str, owner: &str) -> Record {
    let row = row(&peerings::INFO, id, "", state).with(&peerings::ID, Value::text(id));
    let of = row.with(&peerings::REQUESTER_VPC, Value::text("vpc-1"));
    let of = of.with(&peerings::REQUESTER_REGION, Value::text("us-east-1"));
    let of = of.with(&peerings::REQUESTER_OWNER, Value::text("1")).with(&peerings::ACCEPTER_VPC, Value::text(to));
    let of = of.with(&peerings::REQUESTER_CIDR, Value::ranges(["10.0.0.0/16"]));
    let of = of.with(&peerings::ACCEPTER_CIDR, Value::ranges(["10.2.0.0/16"]));
    let of = of.with(&peerings::ACCEPTER_REGION, Value::text(region));
    of.with(&peerings::ACCEPTER_OWNER, Value::text(owner)).record()
}

#[test]
fn endpoints_and_peerings_stand_below_their_vpcs_with_what_they_lead_to() {
    let mut rows = world();
    rows.extend([
        endpoint("vpce-1", "Gateway", "com.amazonaws.us-east-1.s3", &["rtb-a1", "rtb-a2"], &[]),
        endpoint("vpce-2", "Interface", "com.amazonaws.us-east-1.ssm", &[], &["subnet-b", "subnet-a1"]),
        endpoint("vpce-3", "Gateway", "com.amazonaws.us-east-1.dynamodb", &[], &[]),
        peering("pcx-1", "active", "vpc-2", "us-east-1", "1"),
        peering("pcx-2", "pending-acceptance", "vpc-9", "eu-west-1", "2"),
        peering("pcx-3", "deleted", "vpc-2", "us-east-1", "1"),
    ]);
    let said = told(&derived(rows, true));
    assert_eq!(
        said[1..7],
        [
            "├ way out | the internet",
            "├ vpce-1 | s3 by rtb-a1, rtb-a2",
            "├ vpce-2 | ssm in us-east-1a, us-east-1b",
            "├ vpce-3 | dynamodb, by no route",
            "├ pcx-1 | other",
            "├ pcx-2 | vpc-9 in eu-west-1 of 2: pending-acceptance",
        ]
    );
    assert_eq!(said[said.len() - 2..], ["▾ other | Empty", "└ pcx-1 | main"], "and below the other side");
}
