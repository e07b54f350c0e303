//! Questions, and what a small network's rows come to.

use std::sync::Arc;

use super::*;
use crate::base::{Fault, FaultKind};
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
    Inputs { scope, text: text.into(), tables: tables().into_iter().map(table).collect() }
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
    assert!(told("sg-1 db:5432", "")[0].starts_with("verdict unknown"), "its members' addresses are not known");
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
