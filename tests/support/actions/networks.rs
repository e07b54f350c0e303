//! Plans of what is done to VPCs, subnets, route tables and network ACLs, made from rows that are built by field names.

use std::sync::Arc;

use arcstr::ArcStr;
use skydeck::base::Time;
use skydeck::kinds::Target;
use skydeck::model::{Batch, Coverage, FormValue, Outcome, Plan, RowEdit, Value};
use skydeck::store::Store;

use super::{made, made_in, plan, plan_in, row, text};

/// A store that knows these rows, each the only one of its table.
fn known(rows: &[Target]) -> Store {
    let mut store = Store::default();
    for (seq, target) in (1..).zip(rows) {
        let batch = Batch {
            table: target.table.clone(),
            seq,
            asked: Time::from_secs(0),
            coverage: Coverage::Sweep { began: seq },
            rows: vec![target.record.clone()],
            outcome: Outcome::Done,
        };
        store.apply(batch, Time::from_secs(0));
    }
    store
}

fn list(items: &[&str]) -> Value {
    Value::List(Arc::new(items.iter().map(|i| (*i).into()).collect()))
}

fn cells(items: &[&str]) -> Vec<ArcStr> {
    items.iter().map(|i| ArcStr::from(*i)).collect()
}

const ROUTES: [&str; 3] = ["10.1.0.0/16 local", "10.9.0.0/16 pcx-0123456789abcdef0", "10.8.0.0/16 eni-0a1b2c3d"];

/// Routes of every sort, made, led elsewhere and deleted.
fn routes(table: &Target) -> Plan {
    let add = |to: &str, via: &str| RowEdit::Add(cells(&[to, via, ""]));
    let edits = vec![
        RowEdit::Change {
            key: "10.9.0.0/16".into(),
            from: cells(&["10.9.0.0/16", "pcx-0123456789abcdef0", "active"]),
            to: cells(&["10.9.0.0/16", "tgw-0123456789abcdef0", "active"]),
        },
        RowEdit::Remove { key: "10.8.0.0/16".into(), from: cells(&["10.8.0.0/16", "eni-0a1b2c3d", "active"]) },
        add("0.0.0.0/0", "nat-0123456789abcdef0"),
        add("::/0", "eigw-0123456789abcdef0"),
        add("192.0.2.0/24", "i-0123456789abcdef0"),
        add("198.51.100.0/24", "vpce-0123456789abcdef0"),
        add("203.0.113.0/24", "igw-0123456789abcdef0"),
        add("172.20.0.0/16", "lgw-0123456789abcdef0"),
        add("172.21.0.0/16", "cagw-0123456789abcdef0"),
        add("172.22.0.0/16", "arn:aws:networkmanager::111122223333:core-network/core-network-0a1b2c"),
        add("pl-0123456789abcdef0", "pcx-0123456789abcdef0"),
    ];
    plan("edit-routes", std::slice::from_ref(table), &[("routes", FormValue::Rows(edits))])
}

/// Entries of every sort.
fn entries(acl: &Target) -> Plan {
    let edits = vec![
        RowEdit::Change {
            key: "in 100".into(),
            from: cells(&["in", "100", "allow", "tcp", "22", "10.0.0.0/8"]),
            to: cells(&["in", "100", "deny", "udp", "53-100", "10.0.0.0/8"]),
        },
        RowEdit::Remove { key: "out 100".into(), from: cells(&["out", "100", "allow", "all", "all", "0.0.0.0/0"]) },
        RowEdit::Add(cells(&["in", "110", "allow", "tcp", "all", "0.0.0.0/0"])),
        RowEdit::Add(cells(&["in", "120", "allow", "icmp", "3/4", "0.0.0.0/0"])),
        RowEdit::Add(cells(&["out", "130", "allow", "icmpv6", "all", "2600:1f14::/32"])),
        RowEdit::Add(cells(&["out", "140", "allow", "50", "", "10.0.0.0/8"])),
    ];
    plan("edit-entries", std::slice::from_ref(acl), &[("entries", FormValue::Rows(edits))])
}

/// A VPC with all that can be in it.
fn network(nat: &str) -> Plan {
    let zones = known(&[row("availability-zones", "ap-northeast-2a", "available", &[], &[])]);
    let values = [
        ("name", text("it's-vpc")),
        ("cidr", text("10.7.0.0/16")),
        ("zones", text("ap-northeast-2a")),
        ("private", text("app db")),
        ("public_ip", FormValue::Flag(true)),
        ("nat", text(nat)),
    ];
    made_in(&zones, "create-vpc", &values)
}

/// One of each.
pub(super) fn plans() -> Vec<Plan> {
    let vpc_id = || ("vpc_id", Value::text("vpc-0a1"));
    let table = |id: &str, main: bool, subnets: &[&str]| {
        let mut associations: Vec<String> = subnets.iter().map(|s| format!("{s} rtbassoc-0a1")).collect();
        associations.extend(main.then(|| "main rtbassoc-0b2".to_string()));
        let associations: Vec<&str> = associations.iter().map(String::as_str).collect();
        let fields = [
            vpc_id(),
            ("main", Value::Bool(main)),
            ("subnets", list(subnets)),
            ("associations", list(&associations)),
            ("routes", list(&ROUTES)),
        ];
        row("route-tables", id, "active", &[], &fields)
    };
    let (main, own) = (table("rtb-0a1", true, &[]), table("rtb-0b2", false, &["subnet-0a1"]));
    let acl = |subnets: &[&str]| {
        let associations: Vec<String> = subnets.iter().map(|s| format!("{s} aclassoc-0a1")).collect();
        let associations: Vec<&str> = associations.iter().map(String::as_str).collect();
        let all = ["in 100 allow tcp 22 10.0.0.0/8", "in * deny all 0.0.0.0/0", "out 100 allow all 0.0.0.0/0"];
        let fields = [
            vpc_id(),
            ("is_default", Value::Bool(false)),
            ("subnets", list(subnets)),
            ("associations", list(&associations)),
            ("entries", list(&all)),
        ];
        row("network-acls", if subnets.is_empty() { "acl-0b2" } else { "acl-0a1" }, "", &[], &fields)
    };
    let route = {
        let fields = [
            ("target", Value::text("igw-0123456789abcdef0")),
            ("table_id", Value::text("rtb-0a1")),
            ("origin", Value::text("CreateRoute")),
            vpc_id(),
        ];
        [row("routes", "rtb-0a1/::/0", "active", &[], &fields)]
    };
    let vpc = {
        let fields = [
            ("cidr", Value::ranges(["10.1.0.0/16", "10.2.0.0/16"])),
            ("cidr_associations", list(&["10.1.0.0/16 vpc-cidr-assoc-0a1", "10.2.0.0/16 vpc-cidr-assoc-0b2"])),
            ("is_default", Value::Bool(false)),
        ];
        row("vpcs", "vpc-0a1", "available", &[], &fields)
    };
    let subnet =
        row("subnets", "subnet-0a1", "available", &[], &[vpc_id(), ("public_ip_on_launch", Value::Bool(false))]);
    let gateway = row("internet-gateways", "igw-0a1", "available", &[], &[vpc_id()]);
    let idle = [row("internet-gateways", "igw-0b2", "detached", &[], &[("vpc_id", Value::Empty)])];
    let group = row("security-groups", "sg-0a1", "", &[], &[vpc_id(), ("is_default", Value::Bool(false))]);
    let tables = known(std::slice::from_ref(&own));
    let to = [("subnets", text("subnet-0a1"))];
    let all = known(&[subnet.clone(), gateway, table("rtb-0c3", false, &[]), acl(&[]), group]);
    let yes = FormValue::Flag(true);
    vec![
        routes(&main),
        plan("replace-target", &route, &[("target", text("eigw-0123456789abcdef0"))]),
        plan("delete", &route, &[]),
        made("create-route-table", &[("name", text("it's [1]")), ("vpc", text("vpc-0a1"))]),
        plan_in(&tables, "associate", std::slice::from_ref(&main), &to),
        plan_in(
            &known(std::slice::from_ref(&main)),
            "associate",
            std::slice::from_ref(&own),
            &[("subnets", text("subnet-0b2"))],
        ),
        plan_in(&tables, "disassociate", std::slice::from_ref(&own), &to),
        plan_in(&known(std::slice::from_ref(&main)), "set-main", std::slice::from_ref(&own), &[]),
        plan("delete", &[table("rtb-0c3", false, &[])], &[]),
        made("create-network-acl", &[("name", text("a=b, $HOME")), ("vpc", text("vpc-0a1"))]),
        entries(&acl(&[])),
        plan_in(&known(&[acl(&["subnet-0a1"])]), "associate", &[acl(&[])], &to),
        plan("delete", &[acl(&[])], &[]),
        made("create-internet-gateway", &[("name", text("door [1]")), ("vpc", text("vpc-0a1"))]),
        plan("delete", &idle, &[]),
        made(
            "create-subnet",
            &[
                ("name", text("it's")),
                ("vpc", text("vpc-0a1")),
                ("cidr", text("10.1.2.0/24")),
                ("zone", text("ap-northeast-2a")),
                ("public_ip", yes.clone()),
            ],
        ),
        plan("change-public-ip", std::slice::from_ref(&subnet), &[("public_ip", text("on"))]),
        plan("delete", std::slice::from_ref(&subnet), &[]),
        plan("delete", &[row("network-interfaces", "eni-0a1", "available", &[], &[])], &[]),
        made("create-vpc", &[("name", text("it's")), ("cidr", text("10.7.0.0/16")), ("ipv6", yes.clone())]),
        made(
            "create-vpc",
            &[("cidr", text("10.7.0.0/16")), ("tenancy", text("dedicated")), ("dns_hostnames", yes.clone())],
        ),
        network("per-zone"),
        network("regional"),
        plan("change-dns", std::slice::from_ref(&vpc), &[("dns_support", text("on")), ("dns_hostnames", text("off"))]),
        plan("add-cidr", std::slice::from_ref(&vpc), &[("cidr", text("10.3.0.0/16"))]),
        plan("remove-cidr", std::slice::from_ref(&vpc), &[("cidr", text("10.2.0.0/16"))]),
        plan_in(&all, "delete", std::slice::from_ref(&vpc), &[("with_contents", yes)]),
    ]
}
