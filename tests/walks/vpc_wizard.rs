//! A VPC with all that is in it: planned, made, left half way and taken back.

use skydeck::sandbox::ec2::state::{Destination, RouteTable, State, tag};

use crate::support::desk::{Desk, Start};

const LINE: &str = "create-vpc name=shop-vpc cidr=10.7.0.0/16 zones=a,c public_ip nat=one";
const SIZES: [((u16, u16), &str); 2] = [((80, 24), "80x24"), ((120, 40), "120x40")];

fn desk(size: (u16, u16)) -> Desk {
    let mut desk = Desk::start(Start { size, view: "vpcs", ..Start::default() });
    desk.sees("my-vpc");
    desk
}

/// The plan of a line; a form that waited for a list goes on to it.
fn planned<'d>(desk: &'d mut Desk, line: &str) -> &'d mut Desk {
    desk.go(line).settle();
    if !desk.text().contains("copy command") {
        desk.keys("alt-enter").settle();
    }
    desk.sees("copy command")
}

/// Types the plan's phrase if it asks for one, and carries it out.
fn carried_out(desk: &mut Desk, phrase: &str) {
    if desk.text().contains(&format!("Type  {phrase}")) {
        desk.text_in(phrase);
    }
    desk.keys("enter").settle();
}

/// Lets time pass, with looks at AWS, until something holds of the account.
fn until(desk: &mut Desk, what: &str, holds: impl Fn(&State) -> bool) {
    for _ in 0..200 {
        if holds(&desk.sandbox.world().region("ap-northeast-2").ec2) {
            return;
        }
        desk.wait(5.0).keys("r");
    }
    panic!("{what} does not come:\n{}", desk.text());
}

/// Lets time pass until the NAT gateway was refused: its address is there.
fn stops_half_way(desk: &mut Desk) {
    until(desk, "the address", |s| stand(s)[4] == 1);
    desk.wait(5.0).keys("r");
}

fn named<'s>(state: &'s State, name: &str) -> Option<&'s RouteTable> {
    state.route_tables.values().find(|t| tag(&t.tags, "Name") == Some(name))
}

/// How many things of the network there are, of each sort.
fn stand(state: &State) -> [usize; 6] {
    let of = |tags: &skydeck::sandbox::ec2::state::Tags| tag(tags, "Name").is_some_and(|n| n.starts_with("shop-"));
    [
        state.vpcs.values().filter(|v| of(&v.tags)).count(),
        state.gateways.values().filter(|g| of(&g.tags)).count(),
        state.subnets.values().filter(|s| of(&s.tags)).count(),
        state.route_tables.values().filter(|t| of(&t.tags)).count(),
        state.addresses.values().filter(|a| of(&a.tags)).count(),
        state.nat_gateways.values().filter(|n| of(&n.tags) && n.deleted.is_none()).count(),
    ]
}

#[test]
fn subnets_are_laid_out_while_the_form_is_filled_in() {
    for (size, name) in SIZES {
        let mut desk = desk(size);
        planned(&mut desk, LINE).sees("with 4 subnets");
        desk.screen(&format!("vpc-wizard-plan-{name}"));
        desk.keys("tab").settle();
        desk.screen(&format!("vpc-wizard-form-{name}"));
        desk.keys("ctrl-c").go("vpcs").go(&format!("{LINE} +public-c=10.7.0.0/24")).settle();
        desk.sees("10.7.0.0/24 overlaps public-a");
        desk.screen(&format!("vpc-wizard-wrong-{name}"));
        desk.keys("ctrl-c").go("vpcs").go("create-vpc name=shop-vpc cidr=10.7.0.0/27 zones=a,c").settle();
        desk.sees("take a /26");
    }
}

#[test]
fn a_network_stands_as_it_was_planned() {
    let mut desk = desk((120, 40));
    planned(&mut desk, LINE);
    carried_out(&mut desk, "shop-vpc");
    until(&mut desk, "the last association", |s| {
        named(s, "shop-private-route").is_some_and(|t| t.associations.len() == 2)
    });
    {
        let mut world = desk.sandbox.world();
        let state = &world.region("ap-northeast-2").ec2;
        assert_eq!(stand(state), [1, 1, 4, 2, 1, 1]);
        let mut subnets: Vec<String> = state
            .subnets
            .values()
            .filter_map(|s| Some((tag(&s.tags, "Name")?, s)))
            .filter(|(name, _)| name.starts_with("shop-"))
            .map(|(name, s)| format!("{name} {} {} {}", s.zone, s.cidr, s.public))
            .collect();
        subnets.sort();
        assert_eq!(
            subnets,
            [
                "shop-private-subnet-a ap-northeast-2a 10.7.128.0/18 false",
                "shop-private-subnet-c ap-northeast-2c 10.7.192.0/18 false",
                "shop-public-subnet-a ap-northeast-2a 10.7.0.0/18 true",
                "shop-public-subnet-c ap-northeast-2c 10.7.64.0/18 true",
            ]
        );
        let way = |table: &str| {
            let table = named(state, table).expect("a route table");
            let route = table.routes.iter().find(|r| r.to == Destination::everything()).expect("a default route");
            (route.by.split('-').next().unwrap_or_default().to_string(), table.associations.len())
        };
        assert_eq!((way("shop-public-route"), way("shop-private-route")), (("igw".into(), 2), ("nat".into(), 2)));
    }
    desk.wait(5.0).keys("r").go("subnets name=shop-public-subnet-a").keys("d").sees("0.0.0.0/0 → igw-");
}

#[test]
fn a_network_that_fails_half_way_shows_what_stands_and_is_taken_back() {
    for (size, _) in SIZES {
        let mut desk = desk(size);
        planned(&mut desk, LINE);
        desk.sandbox.faults().add("ec2:CreateNatGateway deny".parse().expect("a fault"));
        carried_out(&mut desk, "shop-vpc");
        stops_half_way(&mut desk);
        desk.sandbox.faults().clear();
        assert_eq!(stand(&desk.sandbox.world().region("ap-northeast-2").ec2), [1, 1, 4, 1, 1, 0]);
        desk.go("runs").settle();
        // No goldens: what was made has other ids each time.
        desk.sees("14 of 19 done").sees("enter: continue or undo").keys("enter").settle();
        desk.sees("create the route table shop-private-route:").sees("go on").pick("undo").settle();
        desk.sees("Undo: Create the VPC shop-vpc with 4 subnets").sees("create the internet gateway shop-igw: igw-");
        carried_out(&mut desk, "undo");
        until(&mut desk, "that all is gone", |s| stand(s) == [0; 6]);
    }
}

#[test]
fn a_network_that_failed_half_way_is_gone_on_with_and_a_whole_one_is_taken_back_nat_gateway_first() {
    let mut desk = desk((120, 40));
    planned(&mut desk, LINE);
    desk.sandbox.faults().add("ec2:CreateNatGateway deny".parse().expect("a fault"));
    carried_out(&mut desk, "shop-vpc");
    stops_half_way(&mut desk);
    desk.sandbox.faults().clear();
    desk.go("runs").keys("enter enter").settle();
    desk.sees("Continue: Create the VPC shop-vpc with 4 subnets");
    carried_out(&mut desk, "go on");
    until(&mut desk, "the last association", |s| {
        named(s, "shop-private-route").is_some_and(|t| t.associations.len() == 2)
    });
    assert_eq!(stand(&desk.sandbox.world().region("ap-northeast-2").ec2), [1, 1, 4, 2, 1, 1]);
    desk.wait(10.0).keys("r").go("runs").keys("enter").settle();
    desk.sees("Undo: Create the VPC shop-vpc with 4 subnets");
    carried_out(&mut desk, "undo");
    until(&mut desk, "that all is gone", |s| stand(s) == [0; 6]);
}

#[test]
fn a_regional_nat_gateway_needs_neither_subnet_nor_address() {
    let mut desk = desk((120, 40));
    planned(&mut desk, "create-vpc name=shop-vpc cidr=10.7.0.0/16 zones=a,c public=no nat=regional");
    carried_out(&mut desk, "shop-vpc");
    until(&mut desk, "the last association", |s| {
        named(s, "shop-private-route").is_some_and(|t| t.associations.len() == 2)
    });
    {
        let mut world = desk.sandbox.world();
        let state = &world.region("ap-northeast-2").ec2;
        assert_eq!(stand(state), [1, 1, 2, 1, 0, 1]);
        let nat = state.nat_gateways.values().find(|n| n.regional.is_some()).expect("a regional one");
        let own = nat.regional.as_ref().and_then(|r| state.route_tables.get(&r.table)).expect("a table of its own");
        assert!(own.routes.iter().any(|r| r.by.starts_with("igw-")), "it leads to the internet gateway");
        assert!(named(state, "shop-private-route").is_some_and(|t| t.routes.iter().any(|r| r.by == nat.id)));
    }
    desk.wait(5.0).go("nat-gateways mode=regional").sees("shop-natgateway").sees("available");
    desk.go("runs").keys("enter").settle();
    carried_out(&mut desk, "undo");
    until(&mut desk, "that all is gone", |s| stand(s) == [0; 6]);
    let mut world = desk.sandbox.world();
    let state = &world.region("ap-northeast-2").ec2;
    assert!(state.route_tables.values().all(|t| state.vpcs.contains_key(&t.vpc)), "its own table is gone too");
}
