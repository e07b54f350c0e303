//! What the demo account has, as plans and other tables need it.

use skydeck::kinds::ec2::instances::{fields, instance};
use skydeck::kinds::ec2::volumes::volume;
use skydeck::kinds::ec2::{
    addresses, instance_protection, instance_volumes, key_pairs, nat_gateways, network_interfaces,
    security_group_rules, security_group_usage, security_groups, subnets, vpcs,
};
use skydeck::kinds::elbv2::load_balancers;
use skydeck::model::{Record, Selector, Tone, Value};
use skydeck::sandbox::WorldSpec;

use super::{Account, ids};

#[tokio::test]
async fn instances_are_read_with_what_plans_need() {
    let rows = Account::open(WorldSpec::Demo).all("instances").await;
    assert!(rows.len() >= 30, "{}", rows.len());
    let state = |s: instance::InstanceState| rows.iter().filter(|r| instance::state(r) == s).count();
    assert!(state(instance::InstanceState::Running) > 0 && state(instance::InstanceState::Stopped) > 0);
    assert!(rows.iter().any(|r| instance::group(r).is_some()), "somebody is in a group");
    assert!(rows.iter().any(instance::is_spot));
    for r in rows.iter().filter(|r| instance::state(r) == instance::InstanceState::Running) {
        assert!(matches!(r.get(&fields::PRIVATE_IP), Value::Ip(_)), "{}", r.id);
        assert!(r.get(&fields::LAUNCHED).as_time().is_some(), "{}", r.id);
        assert!(instance::root_is_ebs(r).is_some(), "{}", r.id);
        if instance::public_ip(r).is_some() {
            assert!(instance::public_ip_is_elastic(r).is_some(), "{}: whose address is it?", r.id);
        }
    }
}

#[tokio::test]
async fn what_costs_and_is_used_by_nothing_stands_out_and_the_rest_says_who_uses_it() {
    let account = Account::open(WorldSpec::Demo);
    let instances = account.all("instances").await;
    let is_instance = |id: &str| instances.iter().any(|i| i.id == id);
    let addresses = account.all("addresses").await;
    let (lone, used): (Vec<&Record>, Vec<_>) = addresses.iter().partition(|a| addresses::is_unattached(a));
    assert_eq!(lone.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), ["old-vpn"]);
    let nats = account.all("nat-gateways").await;
    let of_nat = |a: &Record| nats.iter().any(|n| n.get(&nat_gateways::ALLOCATIONS).items().contains(&a.id));
    assert!(!used.is_empty() && used.iter().all(|a| addresses::instance(a).is_some_and(is_instance) || of_nat(a)));
    assert!(used.iter().all(|a| addresses::association_id(a).is_some() || of_nat(a)));
    assert!(used.iter().all(|a| addresses::public_ip(a).is_some()));
    assert!(addresses.iter().all(|a| a.get(&addresses::COST).as_f64() == Some(0.005)));
    let volumes = account.all("volumes").await;
    let (lone, used): (Vec<&Record>, Vec<_>) = volumes.iter().partition(|v| volume::instances(v).is_empty());
    assert_eq!(lone.len(), 2, "{lone:?}");
    assert!(lone.iter().all(|v| volume::state(v) == volume::VolumeState::Available));
    for v in used {
        assert_eq!(volume::state(v), volume::VolumeState::InUse);
        assert!(volume::instances(v).iter().all(|i| is_instance(i)), "{v:?}");
        assert!(volume::device(v).is_some() && volume::size_gib(v).is_some() && volume::zone(v).is_some());
    }
}

#[tokio::test]
async fn networks_and_keys_are_what_instances_say_that_they_are_in_and_have() {
    let account = Account::open(WorldSpec::Demo);
    let (vpcs, subnets, keys) =
        (account.all("vpcs").await, account.all("subnets").await, account.all("key-pairs").await);
    assert!(
        vpcs.iter().any(|v| v.get(&vpcs::IS_DEFAULT).as_bool() == Some(true))
            && vpcs.iter().any(|v| v.name == "my-vpc")
    );
    for s in &subnets {
        let vpc =
            vpcs.iter().find(|v| Some(v.id.as_str()) == s.get(&subnets::VPC_ID).as_str()).expect("its VPC is listed");
        assert!(
            !vpc.get(&vpcs::CIDR).items().is_empty()
                && s.get(&subnets::CIDR).is_some()
                && s.get(&subnets::ZONE).is_some()
        );
        assert!(s.get(&subnets::AVAILABLE_IPS).as_int().is_some_and(|n| n > 0), "{s:?}");
    }
    for i in account.all("instances").await.iter().filter(|i| instance::vpc_id(i).is_some()) {
        let subnet = i.get(&fields::SUBNET_ID).as_str().and_then(|id| subnets.iter().find(|s| s.id == id));
        assert_eq!(subnet.and_then(|s| s.get(&subnets::VPC_ID).as_str()), instance::vpc_id(i), "{}", i.id);
        if let Some(key) = i.get(&fields::KEY_NAME).as_str() {
            assert!(keys.iter().any(|k| k.name == key && key_pairs::key_type(k) == Some("rsa")), "{key}");
        }
    }
}

#[tokio::test]
async fn a_security_group_says_who_has_it_and_what_it_opens_to_the_world() {
    let account = Account::open(WorldSpec::Demo);
    let (groups, rules) = (account.all("security-groups").await, account.all("security-group-rules").await);
    let usage = account.all("security-group-usage").await;
    let interfaces = account.all("network-interfaces").await;
    for group in &groups {
        let has = |i: &&Record| i.get(&network_interfaces::SECURITY_GROUP_IDS).items().contains(&group.id);
        let number = interfaces.iter().filter(has).count();
        let row = usage.iter().find(|u| u.id == group.id).expect("each group has its use");
        assert_eq!(row.get(&security_group_usage::INTERFACES).as_int(), Some(number as i64), "{}", group.name);
        let of_it = |out: &str| {
            let of = |r: &&Record| r.get(&security_group_rules::GROUP_ID).as_str() == Some(group.id.as_str());
            let goes = |r: &&Record| r.get(&security_group_rules::DIRECTION).as_str() == Some(out);
            rules.iter().filter(of).filter(goes).count() as i64
        };
        assert_eq!(group.get(&security_groups::INBOUND).as_int(), Some(of_it("inbound")), "{}", group.name);
        assert_eq!(group.get(&security_groups::OUTBOUND).as_int(), Some(of_it("outbound")), "{}", group.name);
    }
    let balancers = account.all("load-balancers").await;
    for id in balancers.iter().flat_map(|b| b.get(&load_balancers::SECURITY_GROUP_IDS).items()) {
        let row = usage.iter().find(|u| u.id == id).expect("a balancer's group has its use");
        let by = row.get(&security_group_usage::USED_BY).items();
        assert!(by.iter().any(|u| u.ends_with("load balancer") || u.ends_with("load balancers")), "{by:?}");
    }
    let bad = |g: &&Record| g.get(&security_groups::OPEN_TO).tone() == Some(Tone::Bad);
    let mut names: Vec<&str> = groups.iter().filter(bad).map(|g| g.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["my-db-migration-sg", "open-by-mistake-sg"]);
}

#[tokio::test]
async fn disks_and_protection_of_an_instance_are_read_as_a_plan_needs_them() {
    let account = Account::open(WorldSpec::Demo);
    let rows = account.all("instances").await;
    let with_disk = rows.iter().filter(|r| !instance::volumes(r).is_empty()).take(3).collect::<Vec<_>>();
    let disks = account.list("instance-volumes", Selector::All, ids(with_disk.iter().copied())).await;
    assert_eq!((disks.rows.len(), disks.asked.len()), (3, 1));
    for (disks, instance) in disks.rows.iter().zip(&with_disk) {
        let ids = disks.get(&instance_volumes::DISKS).items();
        assert_eq!((&disks.id, ids.len()), (&instance.id, instance::volumes(instance).len()));
        assert!(ids[0].starts_with(instance::volumes(instance)[0].as_str()) && ids[0].contains("GiB"), "{}", ids[0]);
        assert!(disks.get(&instance_volumes::COST).as_f64().is_some_and(|c| c > 0.0));
    }
    let all = account.all("instance-volumes").await;
    assert!(all.len() > 3 && all.iter().all(|r| !r.get(&instance_volumes::DISKS).items().is_empty()));
    let shields = account.list("instance-protection", Selector::All, ids(rows.iter())).await;
    assert!(
        shields.rows.iter().any(|r| r.get(&instance_protection::TERMINATION).as_bool() == Some(true)),
        "the demo has a protected one"
    );
    assert!(shields.rows.iter().any(|r| r.get(&instance_protection::TERMINATION).as_bool() == Some(false)));
    assert_eq!(shields.asked.len(), 2 * rows.len());
}
