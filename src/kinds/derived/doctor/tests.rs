//! Questions, and what a small network's rows come to.

use std::sync::Arc;

use super::*;
use crate::base::{Fault, FaultKind, Time};
use crate::kinds::ec2::instances::{self, fields};
use crate::kinds::ec2::{
    instance_statuses, network_acls, route_tables, security_group_rules as sgr, security_groups, subnets, vpcs,
};
use crate::kinds::testing::{row, texts};
use crate::model::{Input, KindInfo};
use crate::net::path::Protocol;

fn instance(id: &str, name: &str, ip: &str, public: Option<&str>) -> Record {
    row(&instances::INFO, id, name, "running")
        .with(&fields::PRIVATE_IP, Value::ip(Some(ip)))
        .with(&fields::PUBLIC_IP, Value::ip(public))
        .with(&fields::VPC_ID, Value::text("vpc-1"))
        .with(&fields::SUBNET_ID, Value::text(if id == "i-1" { "subnet-1" } else { "subnet-2" }))
        .with(&fields::SECURITY_GROUP_IDS, texts(&["sg-1"]))
        .record()
}

fn rule(id: &str, direction: &str, port: i64, peer: Value) -> Record {
    row(&sgr::INFO, id, "", "")
        .with(&sgr::GROUP_ID, Value::text("sg-1"))
        .with(&sgr::DIRECTION, Value::text(direction))
        .with(&sgr::PROTOCOL, Value::text("tcp"))
        .with(&sgr::FROM_PORT, Value::Int(port))
        .with(&sgr::TO_PORT, Value::Int(port))
        .with(&sgr::PEER, peer)
        .with(&sgr::STALE, Value::Bool(false))
        .record()
}

fn tables() -> Vec<(&'static KindInfo, Vec<Record>)> {
    let subnet = |id: &str| {
        row(&subnets::INFO, id, "", "available").with(&vpcs::PUBLIC_ACCESS_BLOCK, Value::text("off")).record()
    };
    let status = |id: &str| {
        row(&instance_statuses::INFO, id, "", "").with(&instance_statuses::CHECKS, Value::ratio(2, 2)).record()
    };
    let table = row(&route_tables::INFO, "rtb-1", "public", "active")
        .with(&route_tables::VPC_ID, Value::text("vpc-1"))
        .with(&route_tables::MAIN, Value::Bool(true))
        .with(&route_tables::SUBNETS, Value::Empty)
        .with(&route_tables::ROUTES, texts(&["10.0.0.0/16 local", "0.0.0.0/0 igw-1"]));
    let acl = row(&network_acls::INFO, "acl-1", "front", "")
        .with(&network_acls::SUBNETS, texts(&["subnet-1", "subnet-2"]))
        .with(&network_acls::ENTRIES, texts(&["in 100 allow all 0.0.0.0/0", "out 100 allow all 0.0.0.0/0"]));
    vec![
        (
            &instances::INFO,
            vec![instance("i-1", "web", "10.0.0.5", Some("198.51.100.5")), instance("i-2", "db", "10.0.1.5", None)],
        ),
        (&instance_statuses::INFO, vec![status("i-1"), status("i-2")]),
        (&subnets::INFO, vec![subnet("subnet-1"), subnet("subnet-2")]),
        (&route_tables::INFO, vec![table.record()]),
        (&network_acls::INFO, vec![acl.record()]),
        (&security_groups::INFO, vec![row(&security_groups::INFO, "sg-1", "web-sg", "").record()]),
        (
            &sgr::INFO,
            vec![
                rule("sgr-1", "inbound", 443, Value::range(Some("0.0.0.0/0"))),
                rule("sgr-2", "outbound", 5432, Value::range(Some("10.0.0.0/16"))),
                rule("sgr-3", "inbound", 5432, Value::text("sg-1")),
            ],
        ),
    ]
}

fn inputs(text: &str, denied: &str) -> Inputs {
    let table = |(kind, rows): (&'static KindInfo, Vec<Record>)| {
        let is = kind.name == denied;
        Input {
            kind: Kind(kind),
            rows: if is { Vec::new() } else { rows.into_iter().map(Arc::new).collect() },
            whole: !is,
            fault: is.then(|| Fault::new(FaultKind::Denied, "no")),
        }
    };
    let scope = Scope::region("p", "eu-west-1");
    Inputs { scope, text: text.into(), now: Time::default(), tables: tables().into_iter().map(table).collect() }
}

/// The hops, a line each.
fn told(text: &str, denied: &str) -> Vec<String> {
    let text = question::normal(text).expect("a question");
    let said = |r: &Record| {
        let of = |f: &FieldInfo| r.get(f).as_str().unwrap_or_default().to_string();
        format!("{} {} {}", of(&HOP), r.state.as_ref().map_or("", |(_, s)| s.as_str()), of(&EVIDENCE))
    };
    derive(&inputs(&text, denied)).iter().map(said).collect()
}

#[test]
fn a_question_is_who_asks_and_what_is_to_be_reached() {
    let read = |text: &str| question::read(text).map(|q| (q.from, q.to, q.service.port, q.service.protocol));
    let of = |from: &str, to: &str, port, protocol| Ok((from.to_string(), to.to_string(), port, protocol));
    assert_eq!(read("me web-1:22"), of("me", "web-1", 22, Protocol::Tcp));
    assert_eq!(read("web-1:53/udp"), of("me", "web-1", 53, Protocol::Udp));
    assert_eq!(read("\"a b\" \"c d:80\""), of("a b", "c d", 80, Protocol::Tcp));
    assert_eq!(read("anywhere [2001:db8::1]:443/tcp"), of("anywhere", "2001:db8::1", 443, Protocol::Tcp));
    for (text, why) in [
        ("", "doctor takes who asks"),
        ("a b c", "doctor takes who asks"),
        ("me web-1", "Which port? Write it behind a colon: web-1:22."),
        ("me web-1:0", "A port is a number from 1 to 65535, not 0."),
        ("me web-1:99999", "A port is a number from 1 to 65535, not 99999."),
        ("me web-1:ssh", "A port is a number from 1 to 65535, not ssh."),
        ("me web-1:22/icmp", "The protocol is tcp or udp, not icmp."),
    ] {
        assert!(read(text).is_err_and(|e| e.starts_with(why)), "{text}: {:?}", read(text));
    }
    assert_eq!(question::normal("web-1:22/tcp").as_deref(), Ok("me web-1:22"));
    assert_eq!(question::normal("\"a b\" \"c d:53/udp\"").as_deref(), Ok("\"a b\" \"c d:53/udp\""));
}

#[test]
fn a_door_that_is_shut_is_opened_by_one_rule_and_an_open_one_is_said_with_its_rule() {
    let shut = told("203.0.113.7 web:22", "");
    assert_eq!(
        shut[..4],
        [
            "verdict times-out inbound rules of its security groups",
            "smallest change  allow tcp 22 from 203.0.113.7/32 in web-sg",
            "state passed running",
            "status checks passed 2/2",
        ]
    );
    assert!(shut.contains(&"route back passed 0.0.0.0/0 → igw-1 in public".to_string()), "{shut:#?}");
    let text = question::normal("203.0.113.7 web:22").expect("a question");
    let mend = derive(&inputs(&text, "")).iter().find_map(mend).expect("a change");
    assert_eq!((mend.kind.as_str(), mend.row.as_str(), mend.action.as_str()), ("security-groups", "sg-1", "rules"));
    assert_eq!(mend.arguments, "+way=in,protocol=tcp,ports=22,source=203.0.113.7/32");
    let open = told("anywhere web:443", "");
    assert!(open[0].starts_with("verdict open"), "{open:#?}");
    assert!(open.contains(&"security groups, in passed 0.0.0.0/0 by sgr-1 of web-sg".to_string()), "{open:#?}");
    let inside = told("web db:5432", "");
    assert!(inside[0].starts_with("verdict open"), "{inside:#?}");
    assert!(told("web db:80", "")[0].contains("outbound rules of the source's groups"));
    assert!(told("203.0.113.7 db:443", "")[0].contains("no public address"));
    assert!(told("me web:22", "")[0].contains("your own address is not known"));
    let members = told("sg-1 db:5432", "");
    assert!(
        members[0].starts_with("verdict open web, its only instance: "),
        "the target itself does not ask: {members:#?}"
    );
    assert!(told("nobody web:22", "")[0].contains("is called nobody"));
    assert!(told("203.0.113.7 nobody:22", "").is_empty());
}

#[test]
fn what_may_not_be_read_is_unknown_and_never_passed() {
    for denied in ["network-acls", "route-tables", "subnets", "security-group-rules", "instance-statuses"] {
        let told = told("anywhere web:443", denied);
        assert!(told[0].starts_with("verdict unknown"), "{denied}: {told:#?}");
    }
    let acl = told("anywhere web:443", "network-acls");
    let want = "network ACL, in unknown the network ACL of subnet-1 could not be read";
    assert!(acl.contains(&want.to_string()), "{acl:#?}");
    // What fails all the same is known to fail.
    assert!(told("anywhere web:22", "network-acls")[0].starts_with("verdict times-out"));
}

#[test]
fn what_decides_a_hop_is_named_by_its_id_whatever_it_is_called() {
    let rows = derive(&inputs(&question::normal("anywhere web:443").expect("a question"), ""));
    let by = |hop: &str| {
        let row = rows.iter().find(|r| r.get(&HOP).as_str() == Some(hop)).expect("a hop");
        row.get(&BY).as_str().map(str::to_string)
    };
    assert_eq!(by("network ACL, in").as_deref(), Some("acl-1"));
    assert_eq!(by("security groups, in").as_deref(), Some("sg-1"));
}

/// The hops of a question whose tables are changed.
fn told_of(text: &str, change: impl FnOnce(&mut Inputs)) -> Vec<String> {
    let mut inputs = inputs(&question::normal(text).expect("a question"), "");
    change(&mut inputs);
    let said = |r: &Record| {
        let of = |f: &FieldInfo| r.get(f).as_str().unwrap_or_default().to_string();
        format!("{} {} {}", of(&HOP), r.state.as_ref().map_or("", |(_, s)| s.as_str()), of(&EVIDENCE))
    };
    derive(&inputs).iter().map(said).collect()
}

#[test]
fn a_group_is_judged_by_its_instances_alike_some_or_none() {
    let add = |records: Vec<Record>| {
        move |inputs: &mut Inputs| {
            let table = inputs.tables.iter_mut().find(|t| t.kind.0.name == "instances").expect("instances");
            table.rows.extend(records.into_iter().map(Arc::new));
        }
    };
    let alike = told_of("sg-1 db:5432", add(vec![instance("i-3", "app", "10.0.1.6", None)]));
    assert!(alike[0].starts_with("verdict open all of 2 instances alike: "), "{alike:#?}");
    assert!(!alike.iter().any(|l| l.starts_with("members")), "{alike:#?}");
    // From 192.168.0.9 no rule of the target's groups and no route of the VPC leads.
    let elsewhere = |id: &str, name: &str| {
        let row = row(&instances::INFO, id, name, "running").with(&fields::PRIVATE_IP, Value::ip(Some("192.168.0.9")));
        let row = row.with(&fields::VPC_ID, Value::text("vpc-2")).with(&fields::SUBNET_ID, Value::text("subnet-9"));
        row.with(&fields::SECURITY_GROUP_IDS, texts(&["sg-1"])).record()
    };
    let some = told_of("sg-1 db:5432", add(vec![elsewhere("i-4", "far")]));
    assert!(some[0].contains("1 of 2 instances get through; far: "), "{some:#?}");
    assert!(some.iter().any(|l| l.starts_with("members") && l.contains("far") && l.contains("open: web")), "{some:#?}");
    let none = told_of("sg-1 db:22", |_| {});
    assert!(none[0].starts_with("verdict times-out web, its only instance: "), "{none:#?}");
    let nobody = told_of("sg-1 db:5432", |inputs| {
        let table = inputs.tables.iter_mut().find(|t| t.kind.0.name == "instances").expect("instances");
        table.rows.retain(|r| r.id == "i-2");
    });
    assert!(nobody[0].ends_with("no instance is in web-sg now"), "{nobody:#?}");
}

#[test]
fn what_listens_is_known_where_a_health_check_goes_to_that_port() {
    use crate::kinds::elbv2::{target_groups, targets};
    const GROUP: &str = "arn:aws:elasticloadbalancing:eu-west-1:000000000000:targetgroup/front/1";
    let checked = |state: &'static str, reason: &'static str, id: &'static str, port: i64| {
        move |inputs: &mut Inputs| {
            let group = row(&target_groups::INFO, GROUP, "front", "")
                .with(&target_groups::VPC_ID, Value::text("vpc-1"))
                .with(&target_groups::CHECK_PATH, Value::text("/health"));
            let reason = if reason.is_empty() { Value::Empty } else { Value::text(reason) };
            let target = row(&targets::INFO, &format!("{GROUP}|{id}|{port}"), "", state)
                .with(&targets::ID, Value::text(id))
                .with(&targets::PORT, Value::Int(port))
                .with(&targets::TARGET_GROUP_ARN, Value::text(GROUP))
                .with(&targets::REASON_CODE, reason);
            for (kind, record) in [(&target_groups::INFO, group.record()), (&targets::INFO, target.record())] {
                inputs.tables.push(Input { kind: Kind(kind), rows: vec![Arc::new(record)], whole: true, fault: None });
            }
        }
    };
    let of = |change| told_of("anywhere web:443", change);
    let last = |told: &[String]| told.last().cloned().unwrap_or_default();
    let healthy = of(checked("healthy", "", "i-1", 443));
    assert!(healthy[0].starts_with("verdict open the way is open, and it is answered"), "{healthy:#?}");
    assert_eq!(last(&healthy), "inside passed healthy in front: answers GET /health");
    let refused = of(checked("unhealthy", "Target.FailedHealthChecks", "10.0.0.5", 443));
    assert!(refused[0].starts_with("verdict refused"), "an address stands for its instance: {refused:#?}");
    assert!(last(&refused).starts_with("inside failed"), "{refused:#?}");
    assert!(last(&of(checked("unhealthy", "Target.ResponseCodeMismatch", "i-1", 443))).starts_with("inside passed"));
    for (state, reason, id, port) in [
        ("unhealthy", "Target.Timeout", "i-1", 443),
        ("initial", "Elb.InitialHealthChecking", "i-1", 443),
        ("healthy", "", "i-1", 80),
        ("healthy", "", "i-2", 443),
    ] {
        assert!(last(&of(checked(state, reason, id, port))).starts_with("inside unknown"), "{state} {id} {port}");
    }
    // What stands in the way decides before what listens at its end.
    let shut = told_of("anywhere web:22", checked("healthy", "", "i-1", 22));
    assert!(shut[0].starts_with("verdict times-out"), "{shut:#?}");
}

/// The same network with other entries, routes or a second table.
fn changed(text: &str, kind: &str, rows: Vec<Record>) -> Vec<Record> {
    let text = question::normal(text).expect("a question");
    let mut all = inputs(&text, "");
    for table in &mut all.tables {
        if table.kind.name == kind {
            table.rows = rows.iter().cloned().map(Arc::new).collect();
        }
    }
    derive(&all)
}

fn acl(entries: &[&str]) -> Vec<Record> {
    let row = row(&network_acls::INFO, "acl-1", "front", "")
        .with(&network_acls::SUBNETS, texts(&["subnet-1", "subnet-2"]))
        .with(&network_acls::ENTRIES, texts(entries));
    vec![row.record()]
}

fn plan_of(rows: &[Record]) -> String {
    let Some(m) = rows.iter().find_map(mend) else { return "none".into() };
    format!("{} {} {} {}", m.kind, m.row, m.action, m.arguments)
}

#[test]
fn an_entry_with_a_free_number_before_the_one_that_denies_is_one_key_away() {
    let plan = |entries: &[&str]| plan_of(&changed("203.0.113.7 web:443", "network-acls", acl(entries)));
    let allow = |way: &str, number: u16, ports: &str| {
        format!(
            "network-acls acl-1 edit-entries \
             +way={way},number={number},action=allow,protocol=tcp,ports={ports},range=203.0.113.7/32"
        )
    };
    let out = "out 100 allow all 0.0.0.0/0";
    assert_eq!(plan(&["in 100 deny tcp 443 0.0.0.0/0", "in 110 allow all 0.0.0.0/0", out]), allow("in", 90, "443"));
    assert_eq!(
        plan(&["in 90 allow tcp 22 10.0.0.0/8", "in 100 deny all 0.0.0.0/0", out]),
        allow("in", 80, "443"),
        "90 is taken, and between 90 and 100 there is no ten"
    );
    assert_eq!(plan(&["in 2 deny all 0.0.0.0/0", out]), allow("in", 1, "443"));
    assert_eq!(plan(&["in 200 allow tcp 22 0.0.0.0/0", "in * deny all 0.0.0.0/0", out]), allow("in", 210, "443"));
    assert_eq!(plan(&["in * deny all 0.0.0.0/0", out]), allow("in", 100, "443"));
    let answers = plan(&["in 100 allow all 0.0.0.0/0", "out 100 allow tcp 443 0.0.0.0/0", "out * deny all 0.0.0.0/0"]);
    assert_eq!(answers, allow("out", 110, "1024-65535"), "for the answers");
    // Where there is no number left, nobody pretends that there is a key for it.
    let rows = changed("203.0.113.7 web:443", "network-acls", acl(&["in 1 deny all 0.0.0.0/0", out]));
    assert_eq!(plan_of(&rows), "none");
    let said = rows[1].get(&EVIDENCE).as_str().unwrap_or_default().to_string();
    assert!(said.contains("no number before it is free"), "{said}");
    // Inside the VPC it is the source's own address that the entry is for.
    let all = ["in * deny all 0.0.0.0/0", "out 100 allow all 0.0.0.0/0"];
    assert_eq!(
        plan_of(&changed("web db:5432", "network-acls", acl(&all))),
        "network-acls acl-1 edit-entries +way=in,number=100,action=allow,protocol=tcp,ports=5432,range=10.0.0.5/32"
    );
}

#[test]
fn the_way_to_the_internet_that_is_missing_is_one_key_away() {
    let table = |id: &str, main: bool, routes: &[&str]| {
        row(&route_tables::INFO, id, if main { "main" } else { "public" }, "active")
            .with(&route_tables::VPC_ID, Value::text("vpc-1"))
            .with(&route_tables::MAIN, Value::Bool(main))
            .with(&route_tables::SUBNETS, Value::Empty)
            .with(&route_tables::ROUTES, texts(routes))
            .record()
    };
    let plan = |tables: Vec<Record>| plan_of(&changed("203.0.113.7 web:443", "route-tables", tables));
    let local = "10.0.0.0/16 local";
    let route = "route-tables rtb-1 edit-routes +0.0.0.0/0=internet-gateway";
    assert_eq!(plan(vec![table("rtb-1", true, &[local])]), route);
    assert_eq!(plan(vec![table("rtb-1", true, &[local, "0.0.0.0/0 igw-9 blackhole"])]), route);
    // Others may need the NAT gateway: the subnet gets a table that leads out, if there is one.
    let nat = table("rtb-1", true, &[local, "0.0.0.0/0 nat-1"]);
    assert_eq!(plan(vec![nat.clone()]), "none");
    let public = table("rtb-2", false, &[local, "0.0.0.0/0 igw-1"]);
    assert_eq!(plan(vec![nat, public]), "route-tables rtb-2 associate subnets=subnet-1");
}
