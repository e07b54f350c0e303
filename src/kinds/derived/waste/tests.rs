use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::kinds::autoscaling::auto_scaling_groups as groups;
use crate::kinds::ec2::{
    addresses, images, instances, launch_template_versions as versions, nat_gateways, network_interfaces, route_tables,
    security_groups, snapshots, volumes, vpcs,
};
use crate::kinds::elbv2::{load_balancer_listeners, load_balancers, target_group_health, target_groups};
use crate::kinds::testing::{Row, row, texts};
use crate::model::Input;

/// The tables are read in full, but for those that are named.
fn inputs(rows: Vec<Record>, unread: &[&str]) -> Inputs {
    let table = |name: &&'static str| {
        let kind = Kind(crate::kinds::registry::ALL.kind(name).expect("a kind").info);
        let rows = rows.iter().filter(|r| r.kind == kind).cloned().map(Arc::new).collect();
        Input { kind, rows, whole: !unread.contains(name), fault: None }
    };
    Inputs {
        scope: Scope::region("p", "us-east-1"),
        text: ArcStr::new(),
        now: days(400),
        tables: DERIVED.inputs.iter().map(table).collect(),
    }
}

fn days(n: u64) -> Time {
    Time::default().plus(Duration::from_secs(n * 24 * 3600))
}

fn told(inputs: &Inputs) -> Vec<String> {
    let cost = |r: &Record| r.get(&COST).as_f64().map_or("?".into(), |c| format!("{c:.2}"));
    let text = |r: &Record, f: &FieldInfo| r.get(f).as_str().unwrap_or("-").to_string();
    derive(inputs).iter().map(|r| format!("{} {}: {}; {}", r.label(), cost(r), text(r, &WHY), text(r, &MEND))).collect()
}

const NOTHING: [String; 0] = [];

fn volume(id: &str, state: &str, on: &[&str]) -> Row {
    let row = row(&volumes::INFO, id, id, state).with(&volumes::fields::ID, Value::text(id));
    row.with(&volumes::fields::INSTANCES, texts(on)).with(&volumes::fields::COST, Value::Float(8.0))
}

fn instance(id: &str, name: &str, state: &str) -> Row {
    row(&instances::INFO, id, name, state)
}

#[test]
fn it_costs_and_does_nothing_or_it_is_no_waste() {
    let address = |id: &str, ip: &str, state: &str, on: Option<&str>, hour: f64| {
        let row = row(&addresses::INFO, id, "", state).with(&addresses::PUBLIC_IP, Value::ip(Some(ip)));
        row.with(&addresses::INSTANCE, Value::opt(on)).with(&addresses::COST, Value::Float(hour))
    };
    let on_interface = |id: &str, ip: &str, eni: &str| {
        address(id, ip, "associated", None, 0.005).with(&addresses::NETWORK_INTERFACE, Value::text(eni)).record()
    };
    let gone_with = |v: Row| v.with(&volumes::fields::DELETE_ON_TERMINATION, Value::Bool(true)).record();
    let all = inputs(
        vec![
            instance("i-1", "web", "running").record(),
            instance("i-2", "old", "stopped").record(),
            volume("vol-1", "in-use", &["i-1"]).record(),
            volume("vol-2", "in-use", &["i-2"]).record(),
            gone_with(volume("vol-7", "in-use", &["i-2"])),
            volume("vol-3", "available", &[]).record(),
            volume("vol-4", "in-use", &["i-2", "i-1"]).record(),
            volume("vol-5", "deleting", &[]).record(),
            volume("vol-6", "in-use", &["i-9"]).record(),
            address("eipalloc-1", "198.51.100.1", "associated", Some("i-1"), 0.005).record(),
            address("eipalloc-2", "198.51.100.2", "associated", Some("i-2"), 0.005).record(),
            address("eipalloc-3", "198.51.100.3", "unattached", None, 0.005).record(),
            address("eipalloc-4", "198.51.100.4", "unattached", None, 0.0).record(),
            on_interface("eipalloc-5", "198.51.100.5", "eni-1"),
            on_interface("eipalloc-6", "198.51.100.6", "eni-2"),
            row(&network_interfaces::INFO, "eni-1", "", "available").record(),
            row(&network_interfaces::INFO, "eni-2", "", "in-use").record(),
        ],
        &[],
    );
    assert_eq!(
        told(&all),
        [
            "vol-2 8.00: attached to stopped old; volumes vol-2 detach",
            "vol-7 8.00: attached to stopped old; instances i-2 terminate",
            "vol-3 8.00: not attached; volumes vol-3 delete",
            "198.51.100.2 3.65: associated with stopped old; addresses eipalloc-2 disassociate",
            "198.51.100.3 3.65: not associated; addresses eipalloc-3 release",
            "198.51.100.5 3.65: associated with eni-1, which is attached to nothing; addresses eipalloc-5 disassociate",
        ]
    );
    let rows = derive(&all);
    let to: Vec<_> = links(&rows[0], &all.scope).into_iter().map(|l| format!("{} {}", l.kind, l.query)).collect();
    assert_eq!(to, ["volumes id=vol-2", "instances id=i-2"]);
    let mend = mend(&rows[1]).expect("an action");
    assert_eq!((mend.kind.as_str(), mend.row.as_str(), mend.action.as_str()), ("instances", "i-2", "terminate"));
    assert_eq!(rows[1].get(&CLEAN_UP).as_str(), Some("terminate old"));
    // Of equals what hangs on nothing comes first.
    let mut ids: Vec<&str> = rows.iter().map(|r| r.id.as_str()).filter(|id| id.starts_with("addresses")).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["addresses/eipalloc-3", "addresses/eipalloc-5", "addresses/~eipalloc-2"]);
}

#[test]
fn a_balancer_is_waste_only_where_the_health_of_all_its_groups_is_known() {
    let balancer = |name: &str| {
        let row = row(&load_balancers::INFO, name, name, "active");
        row.with(&load_balancers::TYPE, Value::text("application")).record()
    };
    let group = |id: &str, of: &str| {
        row(&target_groups::INFO, id, id, "").with(&target_groups::LOAD_BALANCERS, texts(&[of])).record()
    };
    let health = |id: &str, healthy: Value| {
        row(&target_group_health::INFO, id, "", "").with(&target_group_health::HEALTHY, healthy).record()
    };
    let listeners = |of: &str, n: i64| {
        let row = row(&load_balancer_listeners::INFO, of, "", "");
        row.with(&load_balancer_listeners::LISTENERS, Value::Int(n)).record()
    };
    let mut rows: Vec<Record> = ["a", "b", "c", "d", "e", "f", "g", "h"].map(balancer).to_vec();
    rows.extend(["b", "c", "d", "e", "f"].map(|n| group(&format!("tg-{n}"), n)));
    rows.extend([
        health("tg-b", Value::Empty),
        health("tg-c", Value::ratio(0, 3)),
        health("tg-d", Value::Ratio { ok: 0, of: 2, busy: 1 }),
        health("tg-e", Value::ratio(1, 3)),
        // The second one only redirects, and what the third one has is not known.
        listeners("a", 0),
        listeners("g", 1),
    ]);
    assert_eq!(
        told(&inputs(rows.clone(), &["target-group-health"])),
        [
            "a 16.43: no listener; load-balancers a delete",
            "b 16.43: no targets registered; load-balancers b delete",
            "c 16.43: none of 3 targets is healthy; load-balancers c delete",
        ]
    );
    assert_eq!(told(&inputs(rows, &["target-groups"])), NOTHING, "a group that was not read yet may have the targets");
}

#[test]
fn a_nat_gateway_is_idle_where_no_used_route_leads_to_it_and_its_address_remains() {
    let gateway = |id: &str, state: &str| {
        let row = row(&nat_gateways::INFO, id, id, state).with(&nat_gateways::ALLOCATIONS, texts(&["eipalloc-1"]));
        row.with(&nat_gateways::PUBLIC_IPS, Value::ips(["198.51.100.9"]))
            .with(&nat_gateways::ZONES, Value::Empty)
            .record()
    };
    let table = |id: &str, to: &str, subnets: &[&str], main: bool| {
        let row = row(&route_tables::INFO, id, id, "active").with(&route_tables::MAIN, Value::Bool(main));
        let row = row.with(&route_tables::SUBNETS, texts(subnets)).with(&route_tables::GATEWAYS, Value::Empty);
        row.with(&route_tables::ROUTES, texts(&["10.0.0.0/16 local", &format!("0.0.0.0/0 {to}")])).record()
    };
    let rows = vec![
        gateway("nat-1", "available"),
        gateway("nat-2", "available"),
        gateway("nat-3", "available"),
        gateway("nat-4", "available"),
        gateway("nat-5", "pending"),
        table("rtb-2", "nat-2", &["subnet-1"], false),
        table("rtb-3", "nat-3", &[], false),
        table("rtb-4", "nat-4", &[], true),
    ];
    let all = inputs(rows.clone(), &[]);
    assert_eq!(
        told(&all),
        [
            "nat-1 32.85: no route leads to it; nat-gateways nat-1 delete",
            "nat-3 32.85: only rtb-3 leads to it, which no subnet uses; nat-gateways nat-3 delete",
        ]
    );
    let remains = "Elastic IP 198.51.100.9, $3.65 a month until released";
    assert_eq!(derive(&all)[0].get(&REMAINS).as_str(), Some(remains));
    assert_eq!(told(&inputs(rows, &["route-tables"])), NOTHING);
}

/// The default group tells whose account it is.
fn account() -> Record {
    group("sg-0").with(&security_groups::IS_DEFAULT, Value::Bool(true)).record()
}

fn group(id: &str) -> Row {
    let row = row(&security_groups::INFO, id, id, "nobody").with(&vpcs::OWNER, Value::text("111111111111"));
    let row = row.with(&security_groups::IS_DEFAULT, Value::Bool(false));
    row.with(&security_groups::SOURCE_GROUPS, Value::Empty).with(&security_groups::TARGET_GROUPS, Value::Empty)
}

fn snapshot(id: &str, volume: &str, day: u64) -> Row {
    let row = row(&snapshots::INFO, id, id, "completed").with(&snapshots::VOLUME, Value::text(volume));
    let row = row.with(&snapshots::OWNER_ID, Value::text("111111111111")).with(&snapshots::SIZE_GIB, Value::Int(100));
    row.with(&snapshots::STARTED, Value::Time(days(day))).with(&snapshots::TIER, Value::text("standard"))
}

fn image(id: &str, day: u64, its: &[&str]) -> Row {
    let row = row(&images::INFO, id, id, "available").with(&images::CREATED, Value::Time(days(day)));
    let row = row.with(&images::OWNER_ID, Value::text("111111111111")).with(&images::PUBLIC, Value::Bool(false));
    row.with(&images::SNAPSHOTS, texts(its)).with(&images::LAST_LAUNCHED, Value::Empty)
}

#[test]
fn an_old_snapshot_is_waste_where_its_volume_is_gone_or_has_newer_ones_and_nothing_has_it() {
    let gib = |row: Row, n: u64| row.with(&snapshots::FULL_SIZE, Value::Bytes(n << 30)).record();
    let mut kept = snapshot("snap-9", "vol-8", 2).record();
    kept.tags = [("aws:backup:source-resource".into(), "x".into())].into();
    let rows = vec![
        account(),
        volume("vol-1", "in-use", &[]).record(),
        gib(snapshot("snap-1", "vol-1", 1), 40),
        gib(snapshot("snap-2", "vol-1", 390), 50),
        snapshot("snap-3", "vol-2", 1).record(),
        gib(snapshot("snap-4", "vol-2", 2), 20),
        // Young, of an image, a copy, another's, in the archive, on its way.
        snapshot("snap-5", "vol-3", 390).record(),
        snapshot("snap-6", "vol-4", 1).record(),
        snapshot("snap-7", "vol-ffffffff", 1).record(),
        snapshot("snap-8", "vol-5", 1).with(&snapshots::OWNER_ID, Value::text("222222222222")).record(),
        snapshot("snap-a", "vol-6", 1).with(&snapshots::TIER, Value::text("archive")).record(),
        kept,
        image("ami-1", 390, &["snap-6"]).record(),
    ];
    let mut all = told(&inputs(rows.clone(), &[]));
    all.sort();
    assert_eq!(
        all,
        [
            "snap-1 ?: 1 newer snapshot of vol-1; snapshots snap-1 delete",
            "snap-3 ?: its volume is gone, 1 newer snapshot; snapshots snap-3 delete",
            "snap-4 1.00: its volume vol-2 is gone; snapshots snap-4 delete",
        ]
    );
    for unread in ["volumes", "images", "launch-template-versions", "auto-scaling-groups"] {
        assert_eq!(told(&inputs(rows.clone(), &[unread])), NOTHING, "{unread}");
    }
    assert_eq!(told(&inputs(rows[1..].to_vec(), &[])), NOTHING, "nobody knows whose they are");
}

fn version(number: i64, state: &str, image: &str) -> Row {
    let row = row(&versions::INFO, &format!("lt-1:{number}"), "web", state);
    let row = row.with(&versions::TEMPLATE_ID, Value::text("lt-1")).with(&versions::VERSION, Value::Int(number));
    let row = row.with(&versions::DEFAULT, Value::State(Tone::Idle, state.into()));
    row.with(&versions::IMAGE_ID, Value::text(image)).with(&versions::SECURITY_GROUP_IDS, texts(&["sg-7"]))
}

fn scaling(template: &str, version: &str) -> Record {
    let row = row(&groups::INFO, "my-asg", "my-asg", "steady");
    let row = row.with(&groups::fields::LAUNCH_TEMPLATE, Value::text(template));
    row.with(&groups::fields::LAUNCH_TEMPLATE_VERSION, Value::text(version)).record()
}

#[test]
fn an_old_image_is_waste_where_nothing_launches_it() {
    let launched = |id: &str, day: u64| image(id, 1, &[]).with(&images::LAST_LAUNCHED, Value::Time(days(day))).record();
    let of = |id: &str, state: &str, image: &str| {
        instance(id, id, state).with(&instances::fields::IMAGE_ID, Value::text(image)).record()
    };
    let mut rows = vec![
        account(),
        image("ami-1", 1, &["snap-1", "snap-2"]).record(),
        image("ami-2", 1, &["snap-2"]).record(),
        launched("ami-3", 100),
        // Young, launched lately, another's, public, of an instance, of a template, pinned, an older version's.
        image("ami-4", 390, &[]).record(),
        launched("ami-5", 390),
        image("ami-6", 1, &[]).with(&images::OWNER_ID, Value::text("222222222222")).record(),
        image("ami-7", 1, &[]).with(&images::PUBLIC, Value::Bool(true)).record(),
        image("ami-8", 1, &[]).record(),
        image("ami-9", 1, &[]).record(),
        image("ami-a", 1, &[]).record(),
        image("ami-b", 1, &[]).record(),
        of("i-1", "stopped", "ami-8"),
        of("i-2", "terminated", "ami-1"),
        version(3, "default, latest", "ami-9").record(),
        version(2, "other", "ami-a").record(),
        version(1, "other", "ami-b").record(),
        scaling("web", "2"),
        snapshot("snap-1", "vol-1", 1).record(),
        snapshot("snap-2", "vol-2", 1).record(),
    ];
    let found = told(&inputs(rows.clone(), &[]));
    assert_eq!(
        found,
        [
            "ami-1 5.00: nothing was ever launched from it; images ami-1 deregister",
            "ami-2 ?: nothing was ever launched from it; images ami-2 deregister",
            "ami-3 ?: nothing launches it any more; images ami-3 deregister",
            "ami-b ?: nothing was ever launched from it; images ami-b deregister",
        ]
    );
    for unread in ["instances", "launch-template-versions", "auto-scaling-groups", "security-groups"] {
        let some = told(&inputs(rows.clone(), &[unread]));
        let none = !some.iter().any(|line| line.contains("ami-1 "));
        assert!(none || unread == "security-groups", "{unread}: {some:?}");
    }
    // What a launch configuration launches is not read.
    rows.push(scaling("my-configuration", ""));
    assert_eq!(
        told(&inputs(rows.clone(), &[])),
        ["my-asg ?: what my-configuration launches is not read: images and groups are not judged; -"]
    );
    let doubt = &derive(&inputs(rows.clone(), &[]))[0];
    assert!(!is_unused(doubt));
    rows.pop();
    rows.push(version(4, "latest", "resolve:ssm:/golden/ami").record());
    assert_eq!(
        told(&inputs(rows, &[])),
        ["web ?: its image is what resolve:ssm:/golden/ami says: images are not judged; -"]
    );
}

#[test]
fn a_security_group_is_empty_where_no_interface_rule_or_template_has_it_and_costs_nothing() {
    let rows = vec![
        account(),
        group("sg-1").record(),
        // It names itself, and another.
        group("sg-2").with(&security_groups::SOURCE_GROUPS, texts(&["sg-2", "sg-3"])).record(),
        group("sg-3").record(),
        group("sg-4").record(),
        group("sg-5").with(&vpcs::OWNER, Value::text("222222222222")).record(),
        group("sg-7").record(),
        row(&network_interfaces::INFO, "eni-1", "", "in-use")
            .with(&network_interfaces::SECURITY_GROUP_IDS, texts(&["sg-0", "sg-4"]))
            .record(),
        version(1, "default, latest", "ami-1").record(),
    ];
    let why = "0.00: no network interface, rule or template has it; security-groups";
    let wanted = ["sg-1", "sg-2"].map(|id| format!("{id} {why} {id} delete"));
    assert_eq!(told(&inputs(rows.clone(), &[])), wanted);
    for unread in ["network-interfaces", "launch-template-versions", "security-groups"] {
        assert_eq!(told(&inputs(rows.clone(), &[unread])), NOTHING, "{unread}");
    }
}

/// Whoever plans by a line finds the action that it names.
#[test]
fn every_clean_up_is_an_action_of_its_kind() {
    use crate::kinds::registry::ALL;
    for (kind, action) in [
        ("volumes", "delete"),
        ("volumes", "detach"),
        ("instances", "terminate"),
        ("addresses", "release"),
        ("addresses", "disassociate"),
        ("nat-gateways", "delete"),
        ("snapshots", "delete"),
        ("images", "deregister"),
        ("security-groups", "delete"),
        ("load-balancers", "delete"),
    ] {
        let kind = Kind(ALL.kind(kind).expect("a kind").info);
        assert!(ALL.action(kind, action).is_some(), "{} {action}", kind.name);
    }
}
