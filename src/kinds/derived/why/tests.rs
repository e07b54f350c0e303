//! What targets, instances and groups come to, and what is asked for on the way there.

use std::sync::Arc;

use super::*;
use crate::base::{Fault, FaultKind, Time};
use crate::kinds::autoscaling::{activities, auto_scaling_groups as groups};
use crate::kinds::cloudwatch::alarms;
use crate::kinds::ec2::instances::{self, fields};
use crate::kinds::ec2::{
    instance_statuses as statuses, network_acls, network_interfaces, route_tables, security_group_rules as sgr,
    security_groups, subnets, vpcs,
};
use crate::kinds::elbv2::{load_balancers, target_groups, targets};
use crate::kinds::testing::{row, texts};
use crate::model::derived::Wanted;
use crate::model::{Input, Selector};

const GROUP: &str = "arn:aws:elasticloadbalancing:eu-west-1:000000000000:targetgroup/web/1";
const BALANCER: &str = "arn:aws:elasticloadbalancing:eu-west-1:000000000000:loadbalancer/app/front/1";

/// A port that the instance's group lets the balancer's in on.
const LET_IN: i64 = 80;

fn target(code: &str, port: i64) -> Record {
    let state = if code.is_empty() { "healthy" } else { "unhealthy" };
    row(&targets::INFO, &format!("{GROUP}|i-00000001|{port}"), "", state)
        .with(&targets::ID, Value::text("i-00000001"))
        .with(&targets::PORT, Value::Int(port))
        .with(&targets::CHECK_PORT, Value::text(port.to_string()))
        .with(&targets::TARGET_GROUP_ARN, Value::text(GROUP))
        .with(&targets::REASON, Value::text("503"))
        .with(&targets::EXPLANATION, Value::text("AWS's words."))
        .with(&targets::REASON_CODE, if code.is_empty() { Value::Empty } else { Value::text(code) })
        .record()
}

/// The tone that the kind itself gives such a state.
fn toned(mut row: Record) -> Record {
    if let Some((tone, word)) = &mut row.state {
        *tone = match word.as_str() {
            "running" | "healthy" | "active" => Tone::Good,
            "stopped" => Tone::Idle,
            _ => Tone::Bad,
        };
    }
    row
}

fn instance(state: &str) -> Record {
    row(&instances::INFO, "i-00000001", "web-1", state)
        .with(&fields::PRIVATE_IP, Value::ip(Some("10.0.1.5")))
        .with(&fields::VPC_ID, Value::text("vpc-1"))
        .with(&fields::SUBNET_ID, Value::text("subnet-2"))
        .with(&fields::SECURITY_GROUP_IDS, texts(&["sg-00000001"]))
        .tags(&[("aws:autoscaling:groupName", "web-asg")])
        .with(
            &fields::STATE_REASON_MESSAGE,
            if state == "running" { Value::Empty } else { Value::text("Client.X: asked for") },
        )
        .record()
}

fn tables(instance_is: &str, target: Record) -> Vec<(&'static KindInfo, Vec<Record>)> {
    let rule = |id: &str, group: &str, way: &str, peer: &str| {
        row(&sgr::INFO, id, "", "")
            .with(&sgr::GROUP_ID, Value::text(group))
            .with(&sgr::DIRECTION, Value::text(way))
            .with(&sgr::PROTOCOL, Value::text("tcp"))
            .with(&sgr::FROM_PORT, Value::Int(if way == "inbound" { LET_IN } else { 1 }))
            .with(&sgr::TO_PORT, Value::Int(if way == "inbound" { LET_IN } else { 65535 }))
            .with(&sgr::PEER, if peer.contains('/') { Value::range(Some(peer)) } else { Value::text(peer) })
            .with(&sgr::STALE, Value::Bool(false))
            .record()
    };
    let subnet = |id: &str, range: &str| {
        row(&subnets::INFO, id, "", "available")
            .with(&vpcs::PUBLIC_ACCESS_BLOCK, Value::text("off"))
            .with(&subnets::CIDR, Value::range(Some(range)))
            .record()
    };
    let acl = row(&network_acls::INFO, "acl-1", "front", "")
        .with(&network_acls::SUBNETS, texts(&["subnet-1", "subnet-2"]))
        .with(&network_acls::ENTRIES, texts(&["in 100 allow all 0.0.0.0/0", "out 100 allow all 0.0.0.0/0"]));
    let table = row(&route_tables::INFO, "rtb-1", "main", "active")
        .with(&route_tables::VPC_ID, Value::text("vpc-1"))
        .with(&route_tables::MAIN, Value::Bool(true))
        .with(&route_tables::SUBNETS, Value::Empty)
        .with(&route_tables::ROUTES, texts(&["10.0.0.0/16 local"]));
    let balancer = row(&load_balancers::INFO, BALANCER, "front", "active")
        .with(&load_balancers::SUBNETS, texts(&["subnet-1"]))
        .with(&load_balancers::VPC_ID, Value::text("vpc-1"))
        .with(&load_balancers::SECURITY_GROUP_IDS, texts(&["sg-00000002"]));
    let group = row(&target_groups::INFO, GROUP, "web", "")
        .with(&target_groups::TARGET_TYPE, Value::text("instance"))
        .with(&target_groups::VPC_ID, Value::text("vpc-1"))
        .with(&target_groups::CHECK_PATH, Value::text("/health"))
        .with(&target_groups::MATCHER, Value::text("200"))
        .with(&target_groups::LOAD_BALANCERS, texts(&["front"]));
    let alarm = row(&alarms::INFO, "cpu", "cpu", "ALARM")
        .with(&alarms::RESOURCES, texts(&["i-00000001"]))
        .with(&alarms::CONDITION, Value::text("CPUUtilization > 80"));
    let activity = row(&activities::INFO, "a-1", "", "Failed")
        .with(&activities::GROUP, Value::text("web-asg"))
        .with(&activities::INSTANCES, texts(&["i-00000001"]))
        .with(&activities::ACTION, Value::text("launch"))
        .with(&activities::REASON, Value::text("no capacity"));
    let asg = row(&groups::INFO, "web-asg", "web-asg", "at rest")
        .with(&groups::fields::IN_SERVICE, Value::ratio(1, 2))
        .with(&groups::fields::TARGET_GROUP_ARNS, texts(&[GROUP]));
    vec![
        (&instances::INFO, vec![instance(instance_is)]),
        (
            &statuses::INFO,
            vec![row(&statuses::INFO, "i-00000001", "", "").with(&statuses::CHECKS, Value::ratio(3, 3)).record()],
        ),
        (&target_groups::INFO, vec![group.record()]),
        (&load_balancers::INFO, vec![balancer.record()]),
        (&groups::INFO, vec![asg.record()]),
        (&targets::INFO, vec![target]),
        (&activities::INFO, vec![activity.record()]),
        (&alarms::INFO, vec![alarm.record()]),
        (&subnets::INFO, vec![subnet("subnet-1", "10.0.0.0/24"), subnet("subnet-2", "10.0.1.0/24")]),
        (&route_tables::INFO, vec![table.record()]),
        (&network_acls::INFO, vec![acl.record()]),
        (&security_groups::INFO, vec![row(&security_groups::INFO, "sg-00000001", "web-sg", "").record()]),
        (
            &sgr::INFO,
            vec![
                rule("sgr-1", "sg-00000001", "inbound", "sg-00000002"),
                rule("sgr-2", "sg-00000002", "outbound", "10.0.0.0/16"),
            ],
        ),
    ]
}

fn inputs(text: &str, denied: &str, tables: Vec<(&'static KindInfo, Vec<Record>)>) -> Inputs {
    let table = |(kind, rows): (&'static KindInfo, Vec<Record>)| {
        let rows: Vec<Record> = rows.into_iter().map(toned).collect();
        let is = kind.name == denied;
        let fault = is.then(|| Fault::new(FaultKind::Denied, "no"));
        let rows = if is { Vec::new() } else { rows.into_iter().map(Arc::new).collect() };
        Input { kind: Kind(kind), rows, whole: !is, fault }
    };
    let scope = Scope::region("p", "eu-west-1");
    Inputs { scope, text: text.into(), now: Time::default(), tables: tables.into_iter().map(table).collect() }
}

/// The rows, a line each: `ABOUT ANSWER: SAID`.
fn told(inputs: &Inputs) -> Vec<String> {
    let said = |r: &Record| {
        let of = |f: &FieldInfo| r.get(f).as_str().unwrap_or_default().to_string();
        format!("{} {}: {}", of(&ABOUT), r.state.as_ref().map_or("", |(_, s)| s.as_str()), of(&SAID))
    };
    derive(inputs).iter().map(said).collect()
}

/// The sentence about an instance whose target is so.
fn sentence_of(code: &str, port: i64, denied: &str) -> String {
    let told = told(&inputs("i-00000001", denied, tables("running", target(code, port))));
    told.first().cloned().unwrap_or_default()
}

#[test]
fn an_unhealthy_target_is_judged_from_the_balancers_side() {
    for (code, port, denied, sentence) in [
        ("Target.Timeout", LET_IN, "", "nothing inside answers on port 80: the network lets front in"),
        ("Target.FailedHealthChecks", LET_IN, "", "nothing listens on port 80: the network lets front in"),
        ("Target.Timeout", 81, "", "port 81 closed by security groups, in: "),
        ("Target.FailedHealthChecks", 81, "", "port 81 closed by security groups, in: "),
        ("Target.Timeout", LET_IN, "network-acls", "port 80, not known whether front reaches it: source ACL, out: "),
        ("Target.Timeout", LET_IN, "security-group-rules", "port 80, not known whether front reaches it: "),
        ("Target.ResponseCodeMismatch", LET_IN, "", "503 is the answer to GET /health, and 200 is wanted: "),
        ("Elb.InternalError", LET_IN, "", "AWS's words."),
    ] {
        let said = sentence_of(code, port, denied);
        assert!(said.starts_with(&format!("why bad: {sentence}")), "{code} {port} {denied}: {said}");
    }
    // A closed port is opened for the balancer's group, and not for an address of one of its nodes.
    let rows = derive(&inputs("i-00000001", "", tables("running", target("Target.Timeout", 81))));
    let mend = rows.iter().find_map(MENDS.mend).expect("a change");
    assert_eq!(
        (mend.kind.as_str(), mend.row.as_str(), mend.action.as_str()),
        ("security-groups", "sg-00000001", "rules")
    );
    assert_eq!(mend.arguments, "+way=in,protocol=tcp,ports=81,source=sg-00000002");
}

#[test]
fn the_gravest_of_what_is_wrong_is_the_sentence() {
    let stopped = told(&inputs("web-1", "", tables("stopped", target("Target.Timeout", 81))));
    assert_eq!(stopped[0], "why idle: it is stopped: Client.X: asked for");
    let alarmed = told(&inputs("web-1", "", tables("running", target("", LET_IN))));
    assert_eq!(alarmed[0], "why bad: cpu: CPUUtilization > 80");
    assert!(alarmed.contains(&"group web-asg Failed: launch: no capacity".to_string()), "{alarmed:#?}");
    assert!(alarmed.contains(&"in web healthy: answers GET /health, 200 is healthy".to_string()), "{alarmed:#?}");
    assert!(alarmed.contains(&"changed last not asked: t asks CloudTrail who changed it".to_string()), "{alarmed:#?}");
    let well: Vec<_> = tables("running", target("", LET_IN))
        .into_iter()
        .map(
            |(kind, rows)| if matches!(kind.name, "alarms" | "activities") { (kind, Vec::new()) } else { (kind, rows) },
        )
        .collect();
    assert_eq!(told(&inputs("web-1", "", well.clone()))[0], "why well: nothing that is looked at is wrong");
    assert_eq!(told(&inputs("web-1", "alarms", well))[0], "why unknown: not everything is known yet");
}

#[test]
fn groups_and_balancers_say_which_target_is_meant() {
    let all = || tables("running", target("Target.Timeout", 81));
    for (text, about) in [
        (GROUP, "web-1:81: port 81 closed"),
        ("web", "web-1:81: port 81 closed"),
        ("front", "web-1:81: port 81 closed"),
    ] {
        let told = told(&inputs(text, "", all()));
        assert!(told[0].starts_with(&format!("why bad: {about}")), "{text}: {told:#?}");
    }
    let group = told(&inputs("web-asg", "", all()));
    assert!(group[1].starts_with("capacity at rest: 1 of 2 in service"), "{group:#?}");
    assert!(group[0].contains("web-1:81: port 81 closed"), "{group:#?}");
    assert!(told(&inputs("nobody", "", all())).is_empty());
}

#[test]
fn the_network_is_asked_for_only_where_a_target_fails() {
    let asked = |target: Record| {
        let all = tables("running", target);
        let rows = |of: &Wanted, see: &mut dyn FnMut(&Arc<Record>)| {
            all.iter()
                .filter(|(kind, _)| kind.name == of.0)
                .flat_map(|(_, rows)| rows)
                .for_each(|r| see(&Arc::new(r.clone())));
        };
        let wanted = subject::then("i-00000001", &rows);
        wanted.into_iter().map(|(kind, of)| format!("{kind} {of:?}")).collect::<Vec<_>>()
    };
    let well = asked(target("", LET_IN));
    assert_eq!(well, ["activities of web-asg".to_string(), format!("targets of {GROUP}")]);
    let ill = asked(target("Target.Timeout", LET_IN));
    assert!(ill.iter().any(|w| w == "security-group-rules *") && ill.iter().any(|w| w == "network-acls *"), "{ill:#?}");
    let answers = asked(target("Target.ResponseCodeMismatch", LET_IN));
    assert_eq!(answers, well, "who answers is reached");
    let other = |s: &str, scope: &str| subject::asks(s, &Scope::region("p", scope));
    assert!(other(GROUP, "us-east-1").is_empty() && !other(GROUP, "eu-west-1").is_empty(), "an ARN says its region");
    assert!(other("i-00000001", "us-east-1").contains(&("alarms", Selector::All)));
}

/// The group's target is this address instead of the instance.
fn by_address(ip: &str, code: &str, port: i64) -> Vec<(&'static KindInfo, Vec<Record>)> {
    let state = if code.is_empty() { "healthy" } else { "unhealthy" };
    let target = row(&targets::INFO, &format!("{GROUP}|{ip}|{port}"), "", state)
        .with(&targets::ID, Value::text(ip))
        .with(&targets::PORT, Value::Int(port))
        .with(&targets::TARGET_GROUP_ARN, Value::text(GROUP))
        .with(&targets::EXPLANATION, Value::text("AWS's words."))
        .with(&targets::REASON_CODE, Value::text(code));
    let interface = |id: &str, ip: &str, vpc: &str, group: &str| {
        row(&network_interfaces::INFO, id, "", "in-use")
            .with(&network_interfaces::PRIVATE_IP, Value::ip(Some(ip)))
            .with(&network_interfaces::PRIVATE_IPS, Value::ips([ip]))
            .with(&network_interfaces::VPC_ID, Value::text(vpc))
            .with(&network_interfaces::SUBNET_ID, Value::text("subnet-2"))
            .with(&network_interfaces::USER, Value::text("load balancer app/inner"))
            .with(&network_interfaces::SECURITY_GROUP_IDS, texts(&[group]))
            .record()
    };
    let mut all = tables("running", target.record());
    for (kind, rows) in &mut all {
        if kind.name == "subnets" {
            let of_vpc = |r: &Record| {
                let row = row(&subnets::INFO, &r.id, "", "available").with(&subnets::VPC_ID, Value::text("vpc-1"));
                row.with(&subnets::CIDR, r.get(&subnets::CIDR).clone())
                    .with(&vpcs::PUBLIC_ACCESS_BLOCK, Value::text("off"))
                    .record()
            };
            *rows = rows.iter().map(of_vpc).collect();
        }
    }
    all.push((
        &network_interfaces::INFO,
        vec![
            interface("eni-1", "10.0.1.9", "vpc-1", "sg-00000001"),
            // The same address elsewhere is another's.
            interface("eni-2", "10.0.1.9", "vpc-2", "sg-00000009"),
        ],
    ));
    all
}

#[test]
fn a_target_by_its_address_is_judged_whatever_has_the_address() {
    let said = |ip: &str, port: i64| told(&inputs("web", "", by_address(ip, "Target.Timeout", port)))[0].clone();
    // An instance's.
    assert!(
        said("10.0.1.5", LET_IN).contains("web-1:80: nothing inside answers on port 80"),
        "{}",
        said("10.0.1.5", LET_IN)
    );
    // A balancer's, in the group's own VPC.
    assert!(said("10.0.1.9", LET_IN).contains("10.0.1.9:80: nothing inside answers"), "{}", said("10.0.1.9", LET_IN));
    assert!(said("10.0.1.9", 81).contains("port 81 closed by security groups, in: "), "{}", said("10.0.1.9", 81));
    // Nobody's: in a subnet that is known, and elsewhere.
    assert!(
        said("10.0.1.77", LET_IN)
            .ends_with("Nothing has the address 10.0.1.77: it lies in subnet-2, and no interface there has it.")
    );
    assert!(said("192.168.0.1", LET_IN).contains("192.168.0.1 lies in no subnet of the group's VPC"));
    let denied = told(&inputs("web", "network-interfaces", by_address("10.0.1.77", "Target.Timeout", LET_IN)));
    assert!(denied[0].contains("not known: what it is could not be read"), "{denied:#?}");
    // Of the instance itself it is told, too.
    let own = told(&inputs("web-1", "", by_address("10.0.1.5", "Target.Timeout", 81)));
    assert!(own[0].contains("port 81 closed by security groups, in: "), "{own:#?}");
}

#[test]
fn of_several_balancers_each_is_told_and_the_closed_one_first() {
    let mut all = tables("running", target("Target.Timeout", LET_IN));
    for (kind, rows) in &mut all {
        match kind.name {
            "load-balancers" => rows.push(
                row(&load_balancers::INFO, "arn:other", "other", "active")
                    .with(&load_balancers::SUBNETS, texts(&["subnet-1"]))
                    .with(&load_balancers::VPC_ID, Value::text("vpc-1"))
                    .with(&load_balancers::SECURITY_GROUP_IDS, texts(&["sg-00000003"]))
                    .record(),
            ),
            "target-groups" => {
                let group = row(&target_groups::INFO, GROUP, "web", "")
                    .with(&target_groups::TARGET_TYPE, Value::text("instance"))
                    .with(&target_groups::VPC_ID, Value::text("vpc-1"))
                    .with(&target_groups::CHECK_PATH, Value::text("/health"))
                    .with(&target_groups::LOAD_BALANCERS, texts(&["front", "other"]));
                *rows = vec![group.record()];
            }
            _ => {}
        }
    }
    let said = told(&inputs("i-00000001", "", all))[0].clone();
    let (closed, open) = (said.find("closed by"), said.find("the network lets front in"));
    assert!(closed.is_some() && closed < open, "{said}");
    assert!(said.contains(", to other; "), "{said}");
}
