//! Volumes, addresses, key pairs, VPCs and subnets; and ids that are shown, filtered and sorted by name.

use skydeck::sandbox::Sandbox;

use super::instance_pages::done;
use crate::support::desk::{Desk, Start};

#[test]
fn an_address_that_nothing_uses_comes_first_and_says_what_it_costs() {
    let mut desk = Desk::start(Start { view: "addresses", ..Start::default() });
    desk.sees("✗ 203.0.113.").sees("unattached").sees("0.005 $/h");
    assert!(desk.text().lines().nth(3).is_some_and(|first| first.contains("old-vpn")), "{}", desk.text());
    desk.go("addresses state:unattached").sees("old-vpn").misses("associated");
    desk.go("addresses instance=my-bastion-host").sees("my-bastion-host").misses("old-vpn");
}

#[test]
fn a_network_is_called_by_its_name_wherever_it_is_named() {
    let mut desk = Desk::start(Start { view: "subnets", ..Start::default() });
    desk.sees("my-vpc");
    assert_eq!(desk.log.count("DescribeVpcs"), 1);
    desk.go("subnets vpc=my-vpc").sees("my-private-subnet-app-a").misses("172.31.");
    assert_eq!(desk.engine.state.view.order.len(), 6);
    desk.go("subnets vpc:my- zone:2c").sees("my-private-subnet-app-c").misses("my-private-subnet-app-a");
    // The default VPC has no name: its id is sorted as what it is, among the names.
    desk.go("subnets").go("sort vpc_id").keys("g").sees("my-vpc");
    let mut desk = Desk::start(Start { view: "instances name=my-bastion-host", ..Start::default() });
    assert_eq!(desk.log.count("DescribeVpcs"), 0, "nobody looks at it yet");
    desk.keys("d").sees("my-vpc  vpc-").sees("my-public-subnet-a  subnet-");
    assert_eq!((desk.log.count("DescribeVpcs"), desk.log.count("DescribeSubnets")), (1, 1));
    desk.keys("Y").sees("vpc name").sees("subnet name");
    desk.keys("esc esc").go("instances subnet=my-public-subnet-a").sees("my-bastion-host").misses("my-private-ec2");
    desk.go("target-groups").sees("my-vpc");
}

#[test]
fn an_instance_is_called_by_its_name_in_what_belongs_to_it() {
    let mut desk = Desk::start(Start { view: "volumes", ..Start::default() });
    desk.sees("my-bastion-host");
    let asked = desk.log.count("DescribeInstances");
    assert_eq!(asked, 1, "those that are seen, in one request");
    desk.go("volumes instance=my-bastion-host").keys("d").sees("my-bastion-host  i-0");
    assert_eq!(desk.engine.state.view.order.len(), 1);
    desk.go("targets").sees("my-alchemine-");
    desk.go("targets target=my-alchemine-app-ec2-2")
        .sees("my-alchemine-app-ec2-2  i-0")
        .misses("my-alchemine-app-ec2-3");
    assert_eq!(desk.engine.state.view.order.len(), 2, "with two target groups:\n{}", desk.text());
}

#[test]
fn who_may_not_list_what_an_id_names_sees_the_id() {
    let mut desk = Desk::start_with(Start { view: "subnets", ..Start::default() }, |sandbox| {
        sandbox.faults().add("ec2:DescribeVpcs deny".parse().expect("a fault"));
    });
    desk.settle();
    desk.sees("my-private-subnet-app-a").sees("vpc-0").misses("could not be read");
}

#[test]
fn links_lead_from_an_instance_to_its_disk_network_and_key_and_back() {
    let mut desk = Desk::start(Start { view: "instances name=my-bastion-host", ..Start::default() });
    for (link, there, back) in [
        ("volumes", "my-bastion-host", "instance"),
        ("addresses", "associated", "instance"),
        ("subnet", "my-public-subnet-a", "instances"),
        ("VPC", "10.1.0.0/16", "instances"),
        ("key pair", "my-ec2-keypair", "instances"),
    ] {
        desk.keys("l").pick(link).sees(there);
        let text = desk.text();
        let row = text.lines().find(|l| l.starts_with('▸'));
        assert!(row.is_some_and(|row| row.contains(there)), "{link}: to the row itself\n{text}");
        desk.keys("l").pick(back).sees("my-bastion-host").keys("[ [");
    }
}

#[test]
fn routes_and_entries_are_rows_and_a_subnet_says_why_it_is_public() {
    for (size, name) in [((80, 24), "80x24"), ((120, 40), "120x40")] {
        let mut desk = Desk::start(Start { size, view: "routes table=my-vpc-public-rt", ..Start::default() });
        desk.sees("0.0.0.0/0").sees("igw-0").sees("active").sees("local");
        desk.screen(&format!("routes-{name}"));
        desk.go("network-acl-entries").sees("inbound").sees("allow").sees("*").sees("deny");
        desk.screen(&format!("network-acl-entries-{name}"));
        desk.go("subnets name=my-public-subnet-a").sees("public").keys("d").sees("0.0.0.0/0 → igw-0");
        desk.sees("my-vpc-public-rt");
        desk.screen(&format!("subnet-public-{name}"));
        desk.keys("esc").go("subnets name=my-private-subnet-app-a").sees("private");
    }
}

#[test]
fn routes_are_edited_in_a_table_and_the_plan_says_who_is_concerned() {
    let mut desk = Desk::start(Start { view: "route-tables name=my-vpc-public-rt", ..Start::default() });
    desk.sees("my-vpc-public-rt").go("edit-routes +198.51.100.0/24=internet-gateway -0.0.0.0/0");
    desk.sees("Edit routes of my-vpc-public-rt").sees("no more way out by my-vpc-igw").sees("create-route");
    desk.screen("edit-routes-plan");
    desk.keys("esc").go("edit-routes +10.1.0.0/33=nowhere").sees("/33 is not the length");
    desk.screen("edit-routes-wrong");
}

#[test]
fn an_entry_whose_answers_have_no_way_back_is_said() {
    let mut desk = Desk::start(Start { view: "vpcs name=my-vpc", ..Start::default() });
    desk.sees("my-vpc").go("create-network-acl name=front vpc=my-vpc").sees("denies everything").keys("enter");
    desk.wait(10.0).go("network-acls name=front").sees("front");
    desk.go("edit-entries +way=in,number=100,action=allow,protocol=tcp,ports=443,range=0.0.0.0/0");
    desk.sees("Answers to in 100 (tcp 443 0.0.0.0/0) have no way out");
    desk.screen("edit-entries-plan");
}

#[test]
fn a_subnet_s_range_is_calculated_while_it_is_typed() {
    let mut desk = Desk::start(Start { view: "subnets", ..Start::default() });
    desk.sees("my-vpc").go("create-subnet vpc=my-vpc cidr=10.1.0.0/33").sees("/33 is not the length");
    desk.screen("create-subnet-wrong");
    desk.keys("esc").go("create-subnet vpc=my-vpc").keys("tab").sees("usable (AWS keeps 5)");
    desk.screen("create-subnet");
}

/// A VPC with a range of Amazon's IPv6 addresses in the embedded account.
fn with_ipv6(sandbox: &Sandbox) {
    let name =
        "TagSpecification.1.ResourceType=vpc&TagSpecification.1.Tag.1.Key=Name&TagSpecification.1.Tag.1.Value=six";
    done(sandbox, &format!("CreateVpc&CidrBlock=10.66.0.0/16&AmazonProvidedIpv6CidrBlock=true&{name}"));
}

#[test]
fn a_subnet_of_a_vpc_with_ipv6_gets_the_next_free_part_of_it() {
    let mut desk = Desk::start_with(Start { view: "vpcs", ..Start::default() }, with_ipv6);
    desk.refresh_until("2001:db8:").go("create-subnet name=six-a vpc=six").sees("--ipv6-cidr-block 2001:db8:");
    // No golden: the new VPC is marked as changed for a moment.
    desk.keys("tab").sees("2^64 addresses").sees("2001:db8:").sees("::/64");
    desk.keys("esc").go("create-subnet name=six-a vpc=six").keys("enter").wait(10.0);
    desk.go("subnets vpc=six").sees("six-a").keys("d").sees("2001:db8:").keys("esc");
    // The next one; a part that is the VPC's in no way.
    desk.go("create-subnet vpc=six").sees("01::/64").keys("esc");
    desk.go("create-subnet vpc=six ipv6_cidr=2001:db8::/64").sees("InvalidSubnet.Range");
}
