use std::collections::BTreeSet;

use proptest::prelude::*;

use super::layout::{Names, Zone, even, free, key, no_room, place, proposed, split, tiers};
use crate::base::Fault;
use crate::kinds::ec2::vpc_actions::CREATE;
use crate::kinds::ec2::{
    addresses, availability_zones as azs, internet_gateways as igw, nat_gateways as nats, subnets, vpcs,
};
use crate::kinds::testing::{Rows, consequences, row, values};
use crate::model::{Arg, FormField, FormInput, FormValue, Plan, RowEdit, Selector, Value, Values, Waiter};
use crate::net::cidr::Cidr;

fn c(text: &str) -> Cidr {
    text.parse().expect("a range")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]
    #[test]
    fn subnets_overlap_nowhere_are_inside_and_of_a_size_that_aws_takes(
        (address, own, tiers, zones, asked) in (any::<u32>(), 16u8..=28, 1usize..=5, 1usize..=6, 16u8..=28)
    ) {
        let range = Cidr::new(ipnet::Ipv4Net::new(address.into(), own).expect("a range"));
        prop_assert_eq!(no_room(range, tiers, zones).is_none(), split(range, tiers, zones, 28).is_ok());
        for prefix in [asked, proposed(range, tiers, zones)] {
            let Ok(all) = split(range, tiers, zones, prefix) else {
                // It is refused only where so many of that size are more than the range.
                let fit = 1u64.checked_shl(u32::from(prefix.saturating_sub(own))).unwrap_or(0);
                prop_assert!(prefix < own || fit < (tiers * zones) as u64);
                continue;
            };
            prop_assert_eq!(all.len(), tiers * zones);
            prop_assert!(all.iter().all(|s| s.prefix() == prefix && s.check_size().is_ok() && range.contains(*s)));
            prop_assert!(all.iter().enumerate().all(|(i, s)| all[..i].iter().all(|o| !o.overlaps(*s))));
            // A tier of an even split is one range, which no other tier has a part of.
            if prefix >= even(range, tiers, zones) {
                let block = 1u32 << (32 - (u32::from(own) + tiers.next_power_of_two().trailing_zeros()));
                let of = |s: &Cidr| (u32::from(s.first()) - u32::from(range.first())) / block;
                prop_assert!(all.iter().enumerate().all(|(i, s)| of(s) == (i / zones) as u32));
            }
            // What is used and what is free is all of it, once.
            let left = free(range, &all);
            let whole: u64 = all.iter().chain(&left).map(|r| r.size()).sum();
            prop_assert_eq!(whole, range.size());
            prop_assert!(left.iter().all(|f| range.contains(*f) && all.iter().all(|s| !s.overlaps(*f))));
        }
    }
}

fn zones(names: &[&str]) -> Vec<Zone> {
    names.iter().map(|n| Zone::of("ap-northeast-2", n)).collect()
}

#[test]
fn an_even_split_gives_each_tier_a_block_and_leaves_room_for_a_zone() {
    let texts = |range: &str, tiers, zones| -> Vec<String> {
        let range = c(range);
        let all = split(range, tiers, zones, proposed(range, tiers, zones)).expect("room");
        all.iter().map(ToString::to_string).collect()
    };
    assert_eq!(texts("10.1.0.0/16", 2, 2), ["10.1.0.0/18", "10.1.64.0/18", "10.1.128.0/18", "10.1.192.0/18"]);
    assert_eq!(
        texts("10.1.0.0/16", 2, 3),
        ["10.1.0.0/19", "10.1.32.0/19", "10.1.64.0/19", "10.1.128.0/19", "10.1.160.0/19", "10.1.192.0/19"]
    );
    // The blocks have no room, and the subnets have: they stand one behind the other.
    let tight = split(c("10.0.0.0/24"), 3, 5, 28).expect("room");
    assert_eq!((tight.len(), tight[14]), (15, c("10.0.0.224/28")));
    assert_eq!(
        split(c("10.0.0.0/24"), 3, 5, 27).err().as_deref(),
        Some("10.0.0.0/24 has no room for 15 subnets of /27: /28 fits.")
    );
    let why = no_room(c("10.0.0.0/28"), 2, 2).expect("none");
    assert_eq!(why, "10.0.0.0/28 is too small for 4 subnets of /28, the smallest there are: take a /26.");
}

#[test]
fn names_follow_the_pattern_of_the_vpc_s() {
    let zone = &zones(&["ap-northeast-2a"])[0];
    let my = Names::of("my-vpc");
    assert_eq!(my.subnet("public", zone, ""), "my-public-subnet-a");
    assert_eq!(my.subnet("private", zone, "-2"), "my-private-subnet-a-2");
    assert_eq!(my.subnet("app", zone, ""), "my-private-subnet-app-a");
    assert_eq!((my.part("igw", None), my.part("natgateway", Some(zone))), ("my-igw".into(), "my-natgateway-a".into()));
    assert_eq!(Names::of("shop").part("eip", None), "shop-eip");
    for unnamed in ["", "vpc"] {
        assert_eq!(Names::of(unnamed).subnet("public", zone, ""), "public-subnet-a");
    }
    assert_eq!(Zone::of("us-west-2", "us-west-2-lax-1a").letter, "lax-1a");
}

#[test]
fn tiers_are_read_and_a_key_says_its_tier_and_zone() {
    let read = |public, text: &str| tiers(public, text).map(|all| all.join(" "));
    assert_eq!(read(true, "one").as_deref(), Ok("public private"));
    assert_eq!(read(false, "app, db").as_deref(), Ok("app db"));
    assert_eq!((read(true, "none").as_deref(), read(false, "").as_deref()), (Ok("public"), Ok("")));
    for (text, says) in [
        ("app app", "twice"),
        ("app public", "no name"),
        ("a/b", "letters, digits"),
        ("a b c d e f g h i", "At most 8"),
    ] {
        assert!(read(true, text).is_err_and(|e| e.contains(says)), "{text}");
    }
    let all: Vec<_> = ["public", "app", "app-a"].map(Into::into).to_vec();
    let at = zones(&["ap-northeast-2a", "ap-northeast-2c"]);
    let found = |text| place(text, &all, &at).map(|(tier, zone, more)| format!("{} {more}", key(&tier, zone)));
    assert_eq!(found("public-a").as_deref(), Some("public-a "));
    assert_eq!(found("app-a-c").as_deref(), Some("app-a-c "), "the tier app-a, not app");
    assert_eq!(found("app-c-2").as_deref(), Some("app-c -2"));
    assert_eq!((found("app-b"), found("app-c-"), found("web-a")), (None, None, None));
}

fn account() -> Rows {
    let mut rows = Rows::default();
    let vpc = row(&vpcs::INFO, "vpc-1", "lab", "available").with(&vpcs::CIDR, Value::ranges(["10.0.0.0/16"]));
    rows.complete(&vpcs::INFO, Selector::All, vec![vpc.record()]);
    let zone = |n: &str| row(&azs::INFO, n, n, "available").with(&azs::NAME, Value::text(n)).record();
    let all = ["a", "b", "c"].map(|l| zone(&format!("ap-northeast-2{l}")));
    rows.complete(&azs::INFO, Selector::All, all.to_vec());
    for kind in [&subnets::INFO, &igw::INFO, &nats::INFO, &addresses::INFO] {
        rows.complete(kind, Selector::All, Vec::new());
    }
    rows
}

fn create(rows: &Rows, with: &Values) -> (Vec<FormField>, Result<Plan, Fault>) {
    let cx = rows.context(&[]);
    ((CREATE.refine)(&cx, with).fields, CREATE.planned(&cx, with))
}

fn network(with: &[(&str, &str)]) -> (Vec<FormField>, Result<Plan, Fault>) {
    let base = [("name", "my-vpc"), ("cidr", "10.1.0.0/16"), ("zones", "a,c")];
    create(&account(), &values(&[with, &base[..]].concat()))
}

fn field<'f>(fields: &'f [FormField], name: &str) -> &'f FormField {
    fields.iter().find(|f| f.name == name).unwrap_or_else(|| panic!("no field {name}"))
}

fn table(fields: &[FormField]) -> Vec<String> {
    let FormInput::Rows(input) = &field(fields, "subnets").input else { panic!("a table") };
    input.original.iter().map(|r| r.cells.join(" ")).collect()
}

fn calls(plan: &Plan) -> Vec<&'static str> {
    plan.calls().map(|c| c.op.name).collect()
}

#[test]
fn without_zones_the_vpc_stands_alone() {
    let (fields, plan) = create(&account(), &values(&[("name", "my-vpc")]));
    assert_eq!(field(&fields, "zones").value, FormValue::Text("none".into()));
    assert!(!fields.iter().any(|f| f.name == "nat" || f.name == "subnets"));
    let plan = plan.expect("a plan");
    assert_eq!(calls(&plan), ["CreateVpc"]);
    assert!(consequences(&plan).contains("no subnet yet"));
}

#[test]
fn a_network_is_made_in_the_order_in_which_its_parts_need_each_other() {
    let (fields, plan) = network(&[("nat", "one"), ("public_ip", "yes"), ("dns_hostnames", "yes")]);
    assert_eq!(
        table(&fields),
        [
            "public-a 10.1.0.0/18 ap-northeast-2a my-public-subnet-a",
            "public-c 10.1.64.0/18 ap-northeast-2c my-public-subnet-c",
            "private-a 10.1.128.0/18 ap-northeast-2a my-private-subnet-a",
            "private-c 10.1.192.0/18 ap-northeast-2c my-private-subnet-c",
        ]
    );
    let facts = &field(&fields, "subnets").facts;
    assert_eq!(facts, "4 subnets with 16379 usable addresses each (AWS keeps 5) · free: nothing");
    let plan = plan.expect("a plan");
    assert_eq!(plan.title, "Create the VPC my-vpc with 4 subnets");
    assert_eq!(
        calls(&plan),
        [
            "CreateVpc",
            "ModifyVpcAttribute",
            "CreateInternetGateway",
            "AttachInternetGateway",
            "CreateSubnet",
            "CreateSubnet",
            "CreateSubnet",
            "CreateSubnet",
            "ModifySubnetAttribute",
            "ModifySubnetAttribute",
            "CreateRouteTable",
            "CreateRoute",
            "AssociateRouteTable",
            "AssociateRouteTable",
            "AllocateAddress",
            "CreateNatGateway",
            "CreateRouteTable",
            "CreateRoute",
            "AssociateRouteTable",
            "AssociateRouteTable",
        ]
    );
    // Each has its way back, and uses what earlier steps answered alone.
    for (i, step) in plan.steps.iter().enumerate() {
        assert!(step.undo.is_some(), "{}", step.title);
        assert!(step.call.uses().iter().all(|out| out.step < i), "{}", step.title);
    }
    let nat = &plan.steps[15];
    assert_eq!(nat.call.get("SubnetId"), Some(&Arg::out(4, "Subnet.SubnetId")));
    assert_eq!(nat.call.get("AllocationId"), Some(&Arg::out(14, "AllocationId")));
    assert_eq!(plan.steps[17].call.get("NatGatewayId"), Some(&Arg::out(15, "NatGateway.NatGatewayId")));
    assert!(matches!(&nat.wait, Waiter::Created { want, .. } if *want == ["available"]), "{:?}", nat.wait);
    assert!(
        plan.steps[19].title.contains("associate my-private-subnet-c with my-private-route"),
        "{}",
        plan.steps[19].title
    );
    assert!(plan.cost.as_ref().is_some_and(|cost| cost.money.is_some()));
    assert!(consequences(&plan).contains("go out by ap-northeast-2a"), "{}", consequences(&plan));
}

#[test]
fn nat_gateways_are_one_a_zone_or_one_of_the_region() {
    let each = network(&[("nat", "per-zone"), ("private", "app db")]).1.expect("a plan");
    let names: Vec<&str> =
        each.steps.iter().map(|s| s.title.as_str()).filter(|t| t.contains("NAT") || t.contains("table")).collect();
    assert_eq!(
        names,
        [
            "create the route table my-public-route",
            "create the NAT gateway my-natgateway-a",
            "create the NAT gateway my-natgateway-c",
            "create the route table my-private-route-a",
            "create the route table my-private-route-c",
        ]
    );
    let nats: Vec<usize> =
        each.steps.iter().enumerate().filter(|(_, s)| s.title.contains("NAT")).map(|(i, _)| i).collect();
    assert_eq!(each.steps[nats[0]].wait, Waiter::AtOnce, "the two are made side by side");
    assert!(matches!(&each.steps[nats[1]].wait, Waiter::All(parts) if parts.len() == 2));
    let zone = |i: usize| each.steps[i].call.get("SubnetId").cloned();
    assert_ne!(zone(nats[0]), zone(nats[1]), "each in its zone");
    let associated = each.steps.iter().filter(|s| s.title.ends_with("with my-private-route-c")).count();
    assert_eq!(associated, 2, "app and db of the zone");

    let regional = network(&[("nat", "regional"), ("public", "no")]).1.expect("a plan");
    let made = regional.steps.iter().find(|s| s.call.op.name == "CreateNatGateway").expect("a NAT gateway");
    assert_eq!(made.call.get("AvailabilityMode"), Some(&Arg::str("regional")));
    assert_eq!((made.call.get("VpcId"), made.call.get("SubnetId")), (Some(&Arg::out(0, "Vpc.VpcId")), None));
    let all = calls(&regional);
    assert!(all.contains(&"CreateInternetGateway") && !all.contains(&"AllocateAddress"), "{all:?}");
    assert_eq!(all.iter().filter(|c| **c == "CreateRouteTable").count(), 1, "the private one");
}

#[test]
fn what_cannot_be_is_said_at_its_field() {
    for (with, at, says) in [
        (&[("cidr", "10.1.0.0/27")][..], "zones", "take a /26"),
        (&[("private", "none"), ("public", "no")], "private", "Neither public nor private"),
        (&[("private", "none"), ("nat", "one")], "nat", "No private subnet would use it"),
        (&[("public", "no"), ("nat", "per-zone")], "nat", "in a public subnet"),
        (&[("subnet_size", "17")], "subnet_size", "no room for 4 subnets of /17: /18 fits"),
        (&[("subnet_size", "/29")], "subnet_size", "/16 to /28"),
        (&[("zones", "a,x")], "zones", "ap-northeast-2x is not one of the zones"),
    ] {
        let (fields, plan) = network(with);
        let error = field(&fields, at).error.clone().unwrap_or_default();
        assert!(error.contains(says) && plan.is_err(), "{with:?}: {error}");
    }
}

fn by_hand(edits: Vec<RowEdit>, with: &[(&str, &str)]) -> (FormField, Result<Plan, Fault>) {
    let base = [("name", "my-vpc"), ("cidr", "10.1.0.0/16"), ("zones", "a,c"), ("subnet_size", "/24")];
    let with = values(&[with, &base[..]].concat()).with("subnets", FormValue::Rows(edits));
    let (fields, plan) = create(&account(), &with);
    (field(&fields, "subnets").clone(), plan)
}

fn cells(items: &[&str]) -> Vec<arcstr::ArcStr> {
    items.iter().map(|i| (*i).into()).collect()
}

fn change(key: &str, from: &str, to: &str) -> RowEdit {
    let row = |range: &str| cells(&[key, range, "", ""]);
    RowEdit::Change { key: key.into(), from: row(from), to: row(to) }
}

#[test]
fn a_range_is_changed_by_hand_and_a_wrong_one_is_said_at_its_cell() {
    let public_a = |to: &str| change("public-a", "10.1.0.0/24", to);
    let (table, plan) = by_hand(vec![public_a("10.1.8.0/21")], &[]);
    assert!(table.facts.starts_with("public-a: 10.1.8.0 - 10.1.15.255 · 255.255.248.0 · 2048 addresses, 2043 usable"));
    assert!(table.facts.contains("4 subnets with 251 to 2043 usable addresses"), "{}", table.facts);
    let plan = plan.expect("a plan");
    assert_eq!(plan.steps[3].call.get("CidrBlock"), Some(&Arg::str("10.1.8.0/21")));
    for (to, says) in [
        ("10.1.1.0/24", "10.1.1.0/24 overlaps public-a, which has 10.1.1.0/24"),
        ("10.2.0.0/24", "not in the VPC's range"),
        ("10.1.0.0/29", "too small"),
        ("10.1.0.1/24", "Did you mean 10.1.0.0/24?"),
        ("web", "not a range"),
    ] {
        let (table, plan) = by_hand(vec![public_a(to)], &[]);
        assert!(table.error.as_deref().is_some_and(|e| e.contains(says)) && plan.is_err(), "{to}: {:?}", table.error);
    }
}

#[test]
fn subnets_are_added_and_left_out_by_hand() {
    let out = |key: &str| RowEdit::Remove { key: key.into(), from: Vec::new() };
    let add = |key: &str, range: &str| RowEdit::Add(cells(&[key, range, "", ""]));
    let (_, plan) = by_hand(vec![out("public-c"), add("private-c-2", "10.1.200.0/24")], &[("nat", "one")]);
    let plan = plan.expect("a plan");
    let made: Vec<&str> =
        plan.steps.iter().map(|s| s.title.as_str()).filter(|t| t.starts_with("create the subnet")).collect();
    assert_eq!(
        made,
        [
            "create the subnet my-public-subnet-a, 10.1.0.0/24",
            "create the subnet my-private-subnet-a, 10.1.128.0/24",
            "create the subnet my-private-subnet-c, 10.1.129.0/24",
            "create the subnet my-private-subnet-c-2, 10.1.200.0/24",
        ]
    );
    // Without a public subnet in a zone there is no place for its NAT gateway.
    let plan = by_hand(vec![out("public-c")], &[("nat", "per-zone")]).1;
    assert!(plan.is_err_and(|f| f.message.contains("ap-northeast-2c has private subnets, and no public one")));
    for (key, says) in [("web-a", "no tier and zone, such as public-a"), ("public-a", "public-a is there twice")] {
        let (table, _) = by_hand(vec![add(key, "10.1.200.0/24")], &[]);
        assert!(table.error.as_deref().is_some_and(|e| e.contains(says)), "{:?}", table.error);
    }
    // An edit of a subnet whose zone was taken out again is forgotten, and not made a subnet of another zone.
    let (table, plan) = by_hand(vec![change("public-b", "10.1.2.0/24", "10.1.9.0/24")], &[]);
    assert_eq!((table.error, table.value), (None, FormValue::Rows(Vec::new())));
    assert_eq!(calls(&plan.expect("a plan")).iter().filter(|c| **c == "CreateSubnet").count(), 4);
    let all = ["public-a", "public-c", "private-a", "private-c"].map(out);
    assert!(by_hand(all.to_vec(), &[]).0.error.is_some_and(|e| e.contains("No subnet is left")));
}

#[test]
fn quotas_that_would_be_passed_are_said() {
    let mut rows = account();
    let address = |n: usize| row(&addresses::INFO, &format!("eipalloc-{n}"), "", "associated").record();
    rows.complete(&addresses::INFO, Selector::All, (0..4).map(address).collect());
    let gateway = |n: usize| row(&igw::INFO, &format!("igw-{n}"), "", "attached").record();
    rows.complete(&igw::INFO, Selector::All, (0..5).map(gateway).collect());
    let subnet = row(&subnets::INFO, "subnet-1", "x", "available").with(&subnets::ZONE, Value::text("ap-northeast-2a"));
    rows.complete(&subnets::INFO, Selector::All, vec![subnet.record()]);
    let nat = |n: usize| {
        row(&nats::INFO, &format!("nat-{n}"), "", "available").with(&nats::SUBNET_ID, Value::text("subnet-1")).record()
    };
    rows.complete(&nats::INFO, Selector::All, (0..5).map(nat).collect());
    let with = values(&[("name", "my-vpc"), ("cidr", "10.1.0.0/16"), ("zones", "a,c"), ("nat", "per-zone")]);
    let plan = create(&rows, &with).1.expect("a plan");
    let said = consequences(&plan);
    for code in ["AddressLimitExceeded", "InternetGatewayLimitExceeded", "ap-northeast-2a has 5 NAT gateways"] {
        assert!(said.contains(code), "{code}: {said}");
    }
    let mut distinct = BTreeSet::new();
    assert!(plan.steps.iter().all(|s| distinct.insert(s.title.clone())), "no two steps read alike");
    let unread = Rows::default();
    let (fields, plan) = create(&unread, &with);
    assert!(plan.is_err() && field(&fields, "zones").error.as_deref() == Some("The zones are not loaded yet."));
}
