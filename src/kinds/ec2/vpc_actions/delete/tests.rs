use std::collections::BTreeSet;

use super::*;
use crate::kinds::ec2::group_rules::door::{Peer, Rule};
use crate::kinds::ec2::vpc_actions::tests::{account, calls, group, planned, shop};
use crate::kinds::ec2::{nat_gateways as nat, security_groups as groups};
use crate::kinds::testing::{Rows, consequences, consequences_of, row, texts};
use crate::model::{Selector, Severity};

const ALL: [(&str, &str); 1] = [("with_contents", "yes")];

#[test]
fn a_vpc_goes_with_what_is_in_it_dependency_first() {
    let rows = account();
    let alone = planned(&rows, &DELETE, shop(), &[]).expect("a plan");
    assert_eq!(calls(&alone), ["DeleteVpc"]);
    let hurts = consequences_of(&alone, Severity::Severe).join("\n");
    for says in ["1 subnet is in it", "1 internet gateway is", "1 route table is", "2 security groups are"] {
        assert!(hurts.contains(says), "{says}: {hurts}");
    }
    let all = planned(&rows, &DELETE, shop(), &ALL).expect("a plan");
    assert_eq!(
        calls(&all),
        [
            "DeleteSubnet",
            "DetachInternetGateway",
            "DeleteInternetGateway",
            "DeleteRouteTable",
            "DeleteSecurityGroup",
            "DeleteSecurityGroup",
            "DeleteVpc",
        ]
    );
    assert_eq!(all.steps[4].call.get("GroupId"), Some(&Arg::str("sg-2")), "what names the other goes before it");
    assert_eq!(consequences_of(&all, Severity::Severe), [] as [&str; 0]);
    assert_eq!(all.subjects.len(), 6, "each is listed");
    let unread = Rows::default();
    let p = planned(&unread, &DELETE, shop(), &[]).expect("a plan");
    assert!(consequences(&p).contains("Which subnets are in it is not known (not loaded)"));
    assert_eq!(p.needs.len(), 10, "each kind, once");
}

#[test]
fn what_runs_in_a_vpc_is_said_and_groups_that_name_each_other_lose_these_rules_first() {
    let mut rows = account();
    let interface =
        |id: &str, state: &str| row(&interfaces::INFO, id, "", state).with(&interfaces::VPC_ID, Value::text("vpc-1"));
    let used = interface("eni-1", "in-use").with(&INSTANCE, Value::text("i-1")).record();
    rows.complete(&interfaces::INFO, Selector::All, vec![used, interface("eni-2", "available").record()]);
    let circle = vec![
        group("sg-1", "web", &["in tcp 80 from 0.0.0.0/0", "in tcp 81 from sg-2", "out all to 0.0.0.0/0"]),
        group("sg-2", "db", &["in tcp 82 from sg-1", "in all from sg-2", "out tcp 83 to sg-1"]),
        group("sg-4", "top", &["in tcp 84 from sg-1"]),
    ];
    rows.complete(&groups::INFO, Selector::All, circle);
    let p = planned(&rows, &DELETE, shop(), &ALL).expect("a plan");
    let hurts = consequences_of(&p, Severity::Severe).join("\n");
    assert!(hurts.contains("1 network interface is in use in it") && hurts.contains("of i-1"), "{hurts}");
    assert!(consequences(&p).contains("Rules of web and db name each other: these are removed first"), "{hurts}");
    let of_groups: Vec<(&str, Option<&Arg>)> = p.calls().map(|c| (c.op.name, c.get("GroupId"))).collect();
    let id = Arg::str;
    assert_eq!(
        of_groups[5..],
        [
            ("RevokeSecurityGroupIngress", Some(&id("sg-1"))),
            ("RevokeSecurityGroupIngress", Some(&id("sg-2"))),
            ("RevokeSecurityGroupEgress", Some(&id("sg-2"))),
            ("DeleteSecurityGroup", Some(&id("sg-4"))),
            ("DeleteSecurityGroup", Some(&id("sg-1"))),
            ("DeleteSecurityGroup", Some(&id("sg-2"))),
            ("DeleteVpc", None),
        ]
    );
    assert_eq!(calls(&p)[..2], ["DeleteNetworkInterface", "DeleteSubnet"], "eni-2, which is attached to nothing");
}

#[test]
fn gateways_endpoints_and_peerings_go_first_and_are_waited_for() {
    let mut rows = account();
    let gateway = row(&nat::INFO, "nat-1", "way-out", "available")
        .with(&nat::VPC_ID, Value::text("vpc-1"))
        .with(&nat::ALLOCATIONS, texts(&["eipalloc-1"]))
        .with(&nat::INTERFACES, texts(&["eni-nat"]));
    let gone = row(&nat::INFO, "nat-2", "", "deleted").with(&nat::VPC_ID, Value::text("vpc-1"));
    rows.complete(&nat::INFO, Selector::All, vec![gateway.record(), gone.record()]);
    let endpoint = row(&endpoints::INFO, "vpce-1", "", "available")
        .with(&endpoints::VPC_ID, Value::text("vpc-1"))
        .with(&endpoints::TYPE, Value::text("Interface"))
        .with(&endpoints::SUBNETS, texts(&["subnet-1"]))
        .with(&endpoints::INTERFACES, texts(&["eni-vpce"]));
    rows.complete(&endpoints::INFO, Selector::All, vec![endpoint.record()]);
    let peering = |id: &str, state: &str, from: &str, to: &str| {
        row(&peerings::INFO, id, "", state)
            .with(&peerings::REQUESTER_VPC, Value::text(from))
            .with(&peerings::ACCEPTER_VPC, Value::text(to))
            .record()
    };
    let all = vec![
        peering("pcx-1", "active", "vpc-1", "vpc-2"),
        peering("pcx-2", "pending-acceptance", "vpc-9", "vpc-1"),
        peering("pcx-3", "deleted", "vpc-1", "vpc-2"),
        peering("pcx-4", "active", "vpc-8", "vpc-9"),
    ];
    rows.complete(&peerings::INFO, Selector::All, all);
    let interface = |id: &str| {
        let row = row(&interfaces::INFO, id, "", "in-use").with(&interfaces::VPC_ID, Value::text("vpc-1"));
        row.with(&interfaces::MANAGED, Value::Bool(true)).record()
    };
    rows.complete(&interfaces::INFO, Selector::All, vec![interface("eni-nat"), interface("eni-vpce")]);
    let p = planned(&rows, &DELETE, shop(), &[("with_contents", "yes"), ("release", "yes")]).expect("a plan");
    assert_eq!(
        calls(&p)[..6],
        [
            "DeleteVpcPeeringConnection",
            "RejectVpcPeeringConnection",
            "DeleteNatGateway",
            "ReleaseAddress",
            "DeleteVpcEndpoints",
            "DeleteSubnet"
        ]
    );
    let waits: Vec<bool> = p.steps[..6].iter().map(|s| s.wait != Waiter::AtOnce).collect();
    assert_eq!(waits, [false, true, true, false, true, false], "the last of a kind waits for all of it");
    assert!(!consequences(&p).contains("in use in it"), "their interfaces go with them");
    let kept = planned(&rows, &DELETE, shop(), &ALL).expect("a plan");
    assert!(!calls(&kept).contains(&"ReleaseAddress"));
    assert!(consequences(&kept).contains("stay allocated, and are still billed"));
    let alone = planned(&rows, &DELETE, shop(), &[]).expect("a plan");
    let hurts = consequences_of(&alone, Severity::Severe).join("\n");
    for says in
        ["2 peering connections are deleted with it", "1 NAT gateway is in it", "2 network interfaces are in use"]
    {
        assert!(hurts.contains(says), "{says}: {hurts}");
    }
}

/// Whatever groups name each other: each goes once, and when it goes no rule that is left names it.
#[test]
fn no_group_is_deleted_while_a_rule_names_it() {
    let mut random = fastrand::Rng::with_seed(5);
    for _ in 0..200 {
        let n = random.usize(1..12);
        let all: Vec<Record> = (0..n)
            .map(|i| {
                let rules: BTreeSet<String> = (0..random.usize(0..4))
                    .map(|_| {
                        let (to, port) = (random.usize(0..n), random.u16(1..5));
                        if random.bool() {
                            format!("in tcp {port} from sg-{to}")
                        } else {
                            format!("out tcp {port} to sg-{to}")
                        }
                    })
                    .collect();
                group(&format!("sg-{i}"), &format!("g{i}"), &rules.iter().map(String::as_str).collect::<Vec<_>>())
            })
            .collect();
        let (order, removed) = super::groups::in_order(all.iter().collect());
        let mut rules: Vec<(&str, Vec<Rule>)> =
            all.iter().map(|g| (g.id.as_str(), crate::kinds::ec2::group_actions::rules::rules_of(g))).collect();
        for (group, changes) in &removed {
            let of = rules.iter_mut().find(|(id, _)| *id == group.id.as_str()).expect("it is one of them");
            for change in changes {
                let crate::kinds::ec2::group_rules::diff::Change::Revoke(gone) = change else { panic!("{change:?}") };
                of.1.retain(|r| !gone.contains(r));
            }
        }
        assert_eq!(order.len(), n);
        for group in order {
            let id = group.id.as_str();
            let at = rules.iter().position(|(of, _)| *of == id).expect("each once");
            rules.remove(at);
            let names = |r: &Rule| matches!(&r.door.peer, Peer::Group(named) if named.as_str() == id);
            assert!(!rules.iter().any(|(_, rules)| rules.iter().any(names)), "{id} is still named: {all:?}");
        }
    }
}
