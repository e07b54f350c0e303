//! Rows that are made of other tables: what is wasted.

use crate::support::desk::{Desk, Start};

fn waste(size: (u16, u16)) -> Desk {
    Desk::start(Start { view: "waste", size, ..Start::default() })
}

#[test]
fn what_is_wasted_comes_with_its_cost_and_leads_to_what_it_is() {
    let mut desk = waste((80, 24));
    desk.sees("✓ complete").sees("my-db-befo").sees("not attached").misses("Made without");
    let asked = desk.log.count("DescribeVolumes");
    desk.sees("Waste  9").keys("j l enter").sees("Volumes").sees("my-db-befo").keys("[").sees("Waste  9");
    desk.go("waste kind=volumes since!=none").keys("l").sees("instance").sees("volume").keys("esc");
    desk.go("waste kind=addresses cost>3").sees("old-vpn").misses("my-db-before");
    desk.go("waste")
        .keys("/")
        .keys("n o t space a enter")
        .sees("4 of 9")
        .sees("old-vpn")
        .keys("d")
        .sees("not attached");
    assert_eq!(desk.log.count("DescribeVolumes"), asked, "what it is made of is asked for once");
}

/// Enter on a line plans what ends it; what then remains is said before.
#[test]
fn enter_plans_the_clean_up_of_each_line() {
    for (size, name) in [((80, 24), "80x24"), ((120, 40), "120x40")] {
        let mut desk = waste(size);
        desk.sees("✓ complete").sees("no route leads to it").sees("enter clean up");
        desk.keys("d").sees("Elastic IP 203.0.113.").sees("$3.65 a month until released").keys("d");
        desk.keys("enter").sees("Delete my-natgateway").sees("IAM allows it").sees("stays allocated");
        desk.screen(&format!("waste-clean-up-{name}"));
        desk.keys("esc").sees("Waste  9");
    }
    let mut desk = waste((120, 40));
    for (line, plan) in [
        ("old-vpn", "Release old-vpn"),
        ("scratch", "Delete scratch"),
        ("my-asg-ec2-ami-0817", "Deregister my-asg-ec2-ami-0817"),
        ("my-db-migration-sg", "Delete my-db-migration-sg"),
        ("vol-039ebc7d50bc1a719", "Terminate my-openvpn-ec2"),
    ] {
        desk.go(&format!("waste name={line}")).sees(line).keys("enter").sees(plan).keys("esc");
    }
    // The address that remains is the next line.
    desk.go("waste kind=nat-gateways").keys("enter").sees("Type  my-natgateway");
    desk.text_in("my-natgateway").keys("enter").wait(300.0).settle();
    desk.go("waste").wait(10.0).keys("r").wait(40.0).misses("no route leads to it").sees("Waste  10");
    desk.go("waste kind=addresses").sees("my-natgateway").sees("not associated");
}

/// A table that may not be read makes no waste of what it might use.
#[test]
fn what_a_denied_table_might_use_is_no_waste() {
    for (fault, missing, gone) in [
        ("ec2:DescribeRouteTables deny", "route tables (denied)", "no route leads to it"),
        ("ec2:DescribeLaunchTemplateVersions deny", "launch template versions (denied)", "my-asg-ec2-ami-0817"),
        ("ec2:DescribeNetworkInterfaces deny", "network interfaces (denied)", "my-db-migration-sg"),
    ] {
        let start = Start { view: "waste", size: (120, 40), ..Start::default() };
        let mut desk = Desk::start_with(start, |sandbox| sandbox.faults().add(fault.parse().expect("a fault")));
        desk.settle();
        desk.sees(missing).sees("old-vpn").misses(gone).misses("complete");
    }
}

#[test]
fn waste_goes_when_it_is_gone_without_being_asked_for() {
    let mut desk = waste((120, 40));
    desk.sees("Waste  9");
    desk.go("volumes name=scratch").go("delete").sees("scratch");
    desk.keys("s c r a t c h enter").wait(60.0).settle();
    desk.go("waste").wait(10.0).keys("r").wait(40.0);
    desk.misses("scratch").sees("my-db-before-migration").sees("attached to stopped build-cache");
}

#[test]
fn what_could_not_be_read_is_named_and_never_none() {
    for (size, name) in [((80, 24), "80x24"), ((120, 40), "120x40")] {
        let mut desk = Desk::start_with(Start { view: "waste", size, ..Start::default() }, |sandbox| {
            sandbox.faults().add("ec2:DescribeVolumes deny".parse().expect("a fault"));
            sandbox.faults().add("elbv2:DescribeTargetGroups deny".parse().expect("a fault"));
        });
        desk.settle();
        desk.sees("old-vpn").sees("Missing from this table: volumes (denied)").misses("complete");
        desk.screen(&format!("waste-denied-{name}"));
        desk.sandbox.faults().clear();
        desk.keys("r").sees("✓ complete").sees("my-db-befo").misses("Made without");
    }
}

/// An address is traced to what uses it, over all regions that are shown, and enter goes there.
#[test]
fn an_address_a_name_and_a_piece_of_one_are_found_and_lead_to_what_has_them() {
    for (size, name) in [((80, 24), "80x24"), ((120, 40), "120x40")] {
        let regions = &["ap-northeast-1", "ap-northeast-2"];
        let mut desk = Desk::start(Start { regions, size, view: "buckets", ..Start::default() });
        desk.go("find 10.1.10.58").sees("✓ complete").sees("my-private-ec2").sees("private address of eni-");
        // AWS is asked for that address alone, and all at once.
        let filters = [("DescribeNetworkInterfaces", 2), ("DescribeInstances", 2), ("DescribeAddresses", 2)];
        for (operation, times) in filters {
            assert_eq!(desk.log.count(operation), times, "{operation}");
        }
        desk.screen(&format!("find-address-{name}"));
        desk.keys("enter").sees("Instances").sees("my-private-ec2").keys("[").sees("Matches for 10.1.10.58");
        desk.go("find https://ip-10-1-10-58.ap-northeast-2.compute.internal:8443/x").sees("my-private-ec2");
        desk.go("find my-bastion-host").sees("✓ complete").sees("name begins with it");
        desk.screen(&format!("find-name-{name}"));
        desk.go("find 198.51.100.250").sees("There are no matches for 198.51.100.250 in ap-northeast-1 and");
        desk.keys(":").text_in("find my-bas").sees("my-bastion-host").keys("esc");
        desk.keys(":").text_in("find").keys("enter").sees("find takes what to look for").keys("esc");
    }
}

/// An address of a load balancer or a NAT gateway, private or public, says whose it is.
#[test]
fn an_address_of_a_load_balancer_or_nat_gateway_says_whose_it_is() {
    let mut desk = Desk::start_with(Start { view: "buckets", ..Start::default() }, |sandbox| {
        let now = sandbox.now();
        let mut world = sandbox.world();
        let ec2 = &mut world.region("ap-northeast-2").ec2;
        let subnet = ec2.instances.values().next().expect("an instance").subnet.clone();
        let vpc = ec2.subnets[&subnet].vpc.clone();
        let made = skydeck::sandbox::ec2::state::NatGateway {
            id: "nat-0123456789abcdef0".into(),
            subnet: Some(subnet),
            regional: None,
            vpc,
            allocation: None,
            public_ip: Some(std::net::Ipv4Addr::new(198, 51, 100, 44)),
            private_ip: std::net::Ipv4Addr::new(10, 1, 99, 44),
            interface: "eni-0123456789abcdef0".into(),
            created: now,
            ready: now,
            failure: None,
            deleted: None,
            tags: Vec::new(),
        };
        ec2.nat_gateways.insert(made.id.clone(), made);
    });
    let (balancers, nats) = {
        let mut world = desk.sandbox.world();
        let ec2 = &world.region("ap-northeast-2").ec2;
        let of = |i: &skydeck::sandbox::ec2::state::ServiceInterface| {
            let name = i.of.rsplit('/').nth(1).unwrap_or_default().to_string();
            (i.private_ip, i.public.as_ref().map(|p| p.ip), name)
        };
        let elb = ec2.service_interfaces.values().filter(|i| i.requester == "amazon-elb");
        let balancers: Vec<_> = elb.map(of).collect();
        let nats: Vec<_> = ec2.nat_gateways.values().map(|n| (n.private_ip, n.public_ip, n.id.clone())).collect();
        (balancers, nats)
    };
    assert!(balancers.iter().any(|(_, public, _)| public.is_some()), "one faces the internet");
    assert!(balancers.iter().any(|(_, public, _)| public.is_none()), "and one does not");
    for (private, public, name) in balancers {
        desk.go(&format!("find {private}")).sees("✓ complete").sees(&name).sees("load-balancers").sees("active");
        if let Some(public) = public {
            desk.go(&format!("find {public}")).sees("✓ complete").sees(&name).sees("public address of eni-");
            desk.keys("enter").sees("Load balancers").sees(&name);
        }
    }
    for (private, public, id) in nats {
        desk.go(&format!("find {private}")).sees("✓ complete").sees("NAT").sees("nat-gateways").sees("available");
        desk.keys("enter").sees("NAT gateways").sees(&id[..12]);
        let public = public.expect("a public one");
        desk.go(&format!("find {public}")).sees("✓ complete").sees("NAT");
        desk.go(&format!("find {id}")).sees("✓ complete").sees("nat-gateways").keys("enter").sees("NAT gateways");
    }
}

/// An id leads to its row, whatever of a network it is; a name does, too.
#[test]
fn an_id_of_a_network_leads_to_its_row() {
    let mut desk = Desk::start(Start { view: "buckets", ..Start::default() });
    let ids: Vec<(String, &str)> = {
        let mut world = desk.sandbox.world();
        let ec2 = &world.region("ap-northeast-2").ec2;
        let firsts = [
            (ec2.nat_gateways.keys().next(), "nat-gateways"),
            (ec2.endpoints.keys().next(), "endpoints"),
            (ec2.peerings.keys().next(), "peerings"),
            (ec2.prefix_lists.keys().next(), "prefix-lists"),
            (ec2.dhcp_options.keys().next(), "dhcp-options"),
            (ec2.flow_logs.keys().next(), "flow-logs"),
            (ec2.route_tables.keys().next(), "route-tables"),
            (ec2.acls.keys().next(), "network-acls"),
        ];
        firsts.into_iter().filter_map(|(id, kind)| Some((id?.to_string(), kind))).collect()
    };
    assert!(ids.len() > 5, "{ids:?}");
    for (id, kind) in ids {
        desk.go(&format!("find {id}")).sees("✓ complete").sees(kind).keys("enter").sees("id=");
    }
    desk.go("find my-natgateway").sees("✓ complete").sees("nat-gateways");
}

/// What is loaded answers at once; what may not be read is said, and is not "none".
#[test]
fn what_is_known_is_found_without_an_answer_and_what_could_not_be_looked_at_is_named() {
    let mut desk = Desk::start_with(Start { view: "instances", ..Start::default() }, |sandbox| {
        sandbox.faults().add("ec2:DescribeNetworkInterfaces deny".parse().expect("a fault"));
    });
    desk.go("find 10.1.10.58").settle();
    desk.sees("my-private-ec2").sees("private address").sees("Missing from this table: network interfaces (denied)");
    desk.misses("✓ complete");
    // Of several places it says which.
    let regions = &["ap-northeast-1", "ap-northeast-2"];
    let mut desk = Desk::start_with(Start { regions, view: "buckets", ..Start::default() }, |sandbox| {
        sandbox.faults().add("ec2:DescribeAddresses deny x1".parse().expect("a fault"));
    });
    desk.go("find 10.1.10.58").sees("addresses (denied in sandbox/ap-northeast-");
}

/// The way is told hop by hop, the verdict first, and enter on it plans the smallest change.
#[test]
fn the_doctor_says_which_hop_fails_and_enter_plans_what_mends_it() {
    for (size, name) in [((80, 24), "80x24"), ((120, 40), "120x40")] {
        let mut desk = Desk::start(Start { size, ..Start::default() });
        desk.go("doctor me my-bastion-host:8443").sees("✓ complete").sees("verdict").sees("times-out");
        desk.sees("203.0.113.7 my-bastion-host:8443").sees("allow tcp 8443 from 203.0.113.7/32 in");
        desk.screen(&format!("doctor-shut-{name}"));
        desk.keys("enter").sees("8443").sees("203.0.113.7/32");
        desk.screen(&format!("doctor-mend-{name}"));
    }
    let mut desk = Desk::start(Start::default());
    desk.go("doctor 203.0.113.7 my-private-ec2:22").sees("no public address").sees("associate an Elastic IP address");
    desk.go("doctor my-bastion-host my-private-ec2:22").sees("✓ complete").sees("verdict").sees("open");
    desk.screen("doctor-open");
    desk.go("doctor 203.0.113.7 nobody:22").sees("✓ complete").misses("verdict");
    desk.keys(":").keys("d o c t o r space a space b enter").sees("Which port?").keys("esc");
}

/// Who may not read the network ACLs is told that they are unknown, and no verdict rests on them.
#[test]
fn a_hop_that_may_not_be_read_is_unknown() {
    let mut desk = Desk::start_with(Start::default(), |sandbox| {
        sandbox.faults().add("ec2:DescribeNetworkAcls deny".parse().expect("a fault"));
    });
    desk.go("doctor my-bastion-host my-private-ec2:22").settle();
    desk.sees("could not be read").sees("✗ denied").sees("unknown").misses("✓ complete");
    desk.screen("doctor-denied");
}

/// On an instance, the word alone suggests the question.
#[test]
fn the_doctor_suggests_a_question_about_the_focused_instance() {
    let mut desk = Desk::start(Start { view: "instances name=my-bastion-host", ..Start::default() });
    desk.go("doctor").sees("doctor me my-bastion-host:22").keys("enter").sees("✓ complete").sees("verdict");
}

/// Why a target fails, from the balancer's side: one sentence first, and enter plans what mends it.
#[test]
fn why_says_in_a_sentence_what_is_wrong_and_enter_goes_to_it() {
    for (size, name) in [((80, 24), "80x24"), ((120, 40), "120x40")] {
        let mut desk =
            Desk::start(Start { size, view: "instances name=my-alchemine-app-ec2-canary", ..Start::default() });
        desk.sees("✓ complete")
            .keys("W")
            .sees("changed last")
            .sees("✓ complete")
            .sees("port 80 closed by security groups");
        desk.wait(12.0).misses("gone");
        desk.screen(&format!("why-instance-{name}"));
        desk.keys("enter").sees("80").sees("my-private-ec2-sg");
        desk.keys("esc").go("why my-alchemine-app-tg-80").sees("✓ complete").sees("nothing listens on port 80");
        desk.wait(12.0).misses("gone");
        desk.screen(&format!("why-group-{name}"));
        desk.go("why my-alchemine-app-alb").sees("✓ complete").sees("my-alchemine-app-tg-8080");
        desk.go("why legacy-erp").sees("✓ complete").sees("system check").sees("impaired");
        desk.go("why nobody").sees("There are no reasons for nobody");
        desk.keys(":").keys("w h y space enter").sees("why takes the id, ARN or name").keys("esc");
    }
}

/// Who changed it is asked for by a key, and is then known to the page of reasons, too.
#[test]
fn a_key_asks_cloudtrail_who_changed_it() {
    let mut desk = Desk::start(Start { view: "instances name=my-openvpn-ec2", ..Start::default() });
    desk.sees("✓ complete")
        .keys("t")
        .sees("Trail events for my-openvpn-ec2")
        .sees("✓ complete")
        .sees("StopInstances")
        .sees("operations");
    desk.screen("trail");
    desk.keys("d").sees("203.0.113.20").keys("d esc").sees("Instances");
    desk.keys("W").sees("StopInstances by operations from 203.0.113.20");
    desk.go("trail vol-00000000")
        .sees("There are no trail events for vol-00000000")
        .sees("shows an event some five minutes");
    let mut desk = Desk::start_with(Start { view: "instances name=my-openvpn-ec2", ..Start::default() }, |sandbox| {
        sandbox.faults().add("cloudtrail:LookupEvents deny".parse().expect("a fault"));
    });
    desk.settle();
    desk.sees("✓ complete").keys("t").settle();
    desk.sees("Denied").sees("cloudtrail:LookupEvents");
    desk.keys("esc W").sees("✓ complete");
    desk.sees("CloudTrail: ");
}
