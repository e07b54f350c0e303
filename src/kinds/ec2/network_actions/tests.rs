use super::*;
use crate::base::Fault;
use crate::kinds::action::Action;
use crate::kinds::ec2::{
    addresses, dhcp_options, endpoints, internet_gateways, nat_gateways, peerings, prefix_lists, subnets,
};
use crate::kinds::testing::{Rows, consequences, consequences_of, row, texts, values};
use crate::model::{Arg, FormValue, Plan, RowEdit, Selector, Severity, Value};

/// A VPC with an internet gateway and one without, a subnet in each, and an address that nothing uses.
fn account() -> Rows {
    let mut rows = Rows::default();
    let vpc = |id: &str, name: &str, dhcp: &str| {
        row(&vpcs::INFO, id, name, "available").with(&vpcs::DHCP_OPTIONS, Value::text(dhcp)).record()
    };
    rows.complete(&vpcs::INFO, Selector::All, vec![vpc("vpc-1", "shop", "dopt-1"), vpc("vpc-2", "lab", "dopt-2")]);
    let subnet = |id: &str, name: &str, vpc: &str, zone: &str| {
        let new = row(&subnets::INFO, id, name, "available").with(&subnets::VPC_ID, Value::text(vpc));
        new.with(&subnets::ZONE, Value::text(zone)).with(&subnets::AVAILABLE_IPS, Value::Int(9)).record()
    };
    let all = vec![
        subnet("subnet-1", "shop-a", "vpc-1", "x-1a"),
        subnet("subnet-2", "lab-a", "vpc-2", "x-1a"),
        subnet("subnet-3", "shop-a2", "vpc-1", "x-1a"),
    ];
    rows.complete(&subnets::INFO, Selector::All, all);
    let gateway = row(&internet_gateways::INFO, "igw-1", "", "available");
    let gateway = gateway.with(&internet_gateways::VPC_ID, Value::text("vpc-1")).record();
    rows.complete(&internet_gateways::INFO, Selector::All, vec![gateway]);
    let address = row(&addresses::INFO, "eipalloc-1", "spare", "unattached").record();
    rows.complete(&addresses::INFO, Selector::All, vec![address]);
    let table =
        row(&route_tables::INFO, "rtb-1", "private", "active").with(&route_tables::VPC_ID, Value::text("vpc-1"));
    let table = table.with(&route_tables::ROUTES, texts(&["10.0.0.0/16 local", "0.0.0.0/0 nat-1"])).record();
    rows.complete(&route_tables::INFO, Selector::All, vec![table]);
    rows
}

fn made(rows: &Rows, action: &Action, given: &[(&str, &str)]) -> Result<Plan, Fault> {
    action.planned(&rows.context(&[]), &values(given))
}

#[test]
fn a_nat_gateways_address_is_allocated_first_and_released_last() {
    let rows = account();
    let plan = made(&rows, &CREATE_NAT_GATEWAY, &[("subnet", "shop-a"), ("name", "out")]).unwrap();
    let names: Vec<&str> = plan.steps.iter().map(|s| s.call.op.name).collect();
    assert_eq!(names, ["AllocateAddress", "CreateNatGateway"]);
    assert_eq!(plan.steps[1].call.get("AllocationId"), Some(&Arg::out(0, "AllocationId")));
    let undo = plan.steps[1].undo.as_ref().expect("a way back");
    assert!(
        matches!(&undo.wait, Waiter::Created { want, .. } if *want == ["deleted"]),
        "the address is free only then"
    );
    assert_eq!(consequences_of(&plan, Severity::Severe), Vec::<&str>::new());
    let lab = made(&rows, &CREATE_NAT_GATEWAY, &[("subnet", "subnet-2"), ("address", "spare")]).unwrap();
    assert_eq!((lab.steps.len(), lab.steps[0].call.get("AllocationId")), (1, Some(&Arg::str("eipalloc-1"))));
    assert!(consequences(&lab).contains("Gateway.NotAttached"), "{}", consequences(&lab));
    let private = made(&rows, &CREATE_NAT_GATEWAY, &[("subnet", "subnet-2"), ("type", "private")]).unwrap();
    assert_eq!((private.steps.len(), private.steps[0].call.get("AllocationId")), (1, None));
}

#[test]
fn deleting_a_nat_gateway_names_the_routes_that_it_leaves_and_may_release_its_address() {
    let rows = account();
    let nat =
        row(&nat_gateways::INFO, "nat-1", "out", "available").with(&nat_gateways::ALLOCATIONS, texts(&["eipalloc-1"]));
    let targets = [rows.target(&nat_gateways::INFO, nat.record())];
    let plan = DELETE_NAT_GATEWAYS.planned(&rows.context(&targets), &values(&[("release", "yes")])).unwrap();
    let names: Vec<&str> = plan.steps.iter().map(|s| s.call.op.name).collect();
    assert_eq!(names, ["DeleteNatGateway", "ReleaseAddress"]);
    assert!(matches!(&plan.steps[0].wait, Waiter::State { want, .. } if *want == ["deleted"]));
    assert!(consequences(&plan).contains("Routes of route table private lead to it"), "{}", consequences(&plan));
    let kept = DELETE_NAT_GATEWAYS.planned(&rows.context(&targets), &values(&[])).unwrap();
    assert_eq!(kept.steps.len(), 1);
    assert!(consequences(&kept).contains("still billed"));
}

#[test]
fn dhcp_options_take_servers_that_are_addresses_and_a_set_in_use_is_refused() {
    let rows = account();
    let plan = made(&rows, &CREATE_DHCP_OPTIONS, &[("dns", "10.0.0.2, 10.0.1.2"), ("domain", "corp.example")]).unwrap();
    let Some(Arg::List(options)) = plan.steps[0].call.get("DhcpConfigurations") else { panic!("{plan:?}") };
    assert_eq!(options.len(), 2);
    assert!(consequences(&plan).contains("private hosted zones"));
    for (dns, words) in [("10.0.0", "not an address"), ("1.1.1.1,1.1.1.2,1.1.1.3,1.1.1.4,1.1.1.5", "At most 4")] {
        let fault = made(&rows, &CREATE_DHCP_OPTIONS, &[("dns", dns)]).expect_err(dns);
        assert!(fault.to_string().contains(words), "{fault}");
    }
    let set = row(&dhcp_options::INFO, "dopt-2", "corp", "").record();
    let targets = [rows.target(&dhcp_options::INFO, set)];
    let plan = DELETE_DHCP_OPTIONS.planned(&rows.context(&targets), &values(&[])).unwrap();
    assert!(consequences(&plan).contains("DependencyViolation): VPC lab"), "{}", consequences(&plan));
    let given = ASSOCIATE_DHCP_OPTIONS.planned(&rows.context(&targets), &values(&[("vpc", "shop")])).unwrap();
    let undo = given.steps[0].undo.as_ref().expect("the old set");
    assert_eq!(undo.call.get("DhcpOptionsId"), Some(&Arg::str("dopt-1")));
    assert!(ASSOCIATE_DHCP_OPTIONS.planned(&rows.context(&targets), &values(&[("vpc", "lab")])).is_err());
}

#[test]
fn an_endpoint_is_a_route_or_interfaces_in_one_subnet_a_zone() {
    let rows = account();
    let route = made(&rows, &CREATE_ENDPOINT, &[("vpc", "shop"), ("route_tables", "private")]).unwrap();
    let call = &route.steps[0].call;
    assert_eq!(call.get("ServiceName"), Some(&Arg::str("com.amazonaws.ap-northeast-2.s3")));
    assert_eq!((call.get("RouteTableIds"), call.get("SubnetIds")), (Some(&Arg::List(vec![Arg::str("rtb-1")])), None));
    let given = |subnets: &'static str| {
        [("vpc", "shop"), ("type", "Interface"), ("service", "ssm"), ("subnets", subnets), ("groups", "sg-1")]
    };
    let fault = made(&rows, &CREATE_ENDPOINT, &given("subnet-1,subnet-3")).expect_err("two of one zone");
    assert!(fault.to_string().contains("both in x-1a"), "{fault}");
    let fault = made(&rows, &CREATE_ENDPOINT, &[("vpc", "shop"), ("service", "ssm")]).expect_err("no gateway");
    assert!(fault.to_string().contains("s3 or dynamodb"), "{fault}");
    let gone = row(&endpoints::INFO, "vpce-1", "s3", "available").with(&endpoints::TYPE, Value::text("Gateway"));
    let targets = [rows.target(&endpoints::INFO, gone.record())];
    assert!(DELETE_ENDPOINTS.planned(&rows.context(&targets), &values(&[])).unwrap().destructive);
}

#[test]
fn a_prefix_list_is_edited_as_a_difference_against_the_version_that_was_read() {
    let mut rows = account();
    let entries = row(&crate::kinds::ec2::prefix_list_entries::INFO, "pl-1", "", "")
        .with(&crate::kinds::ec2::prefix_list_entries::ENTRIES, texts(&["10.0.0.0/8 office", "10.1.0.0/16"]));
    rows.complete(&crate::kinds::ec2::prefix_list_entries::INFO, Selector::All, vec![entries.record()]);
    rows.complete(&crate::kinds::ec2::security_group_rules::INFO, Selector::All, Vec::new());
    let list = row(&prefix_lists::INFO, "pl-1", "office", "create-complete")
        .with(&prefix_lists::VERSION, Value::Int(3))
        .with(&prefix_lists::MAX_ENTRIES, Value::Int(3))
        .with(&prefix_lists::FAMILY, Value::text("IPv4"));
    let targets = [rows.target(&prefix_lists::INFO, list.record())];
    let edits = |edits: Vec<RowEdit>| Values::default().with("entries", FormValue::Rows(edits));
    let cells = |a: &str, b: &str| vec![a.into(), b.into()];
    let gone = RowEdit::Remove { key: "10.1.0.0/16".into(), from: cells("10.1.0.0/16", "") };
    let plan = EDIT_PREFIX_LIST
        .planned(&rows.context(&targets), &edits(vec![gone, RowEdit::Add(cells("192.0.2.0/24", "branch"))]))
        .unwrap();
    let call = &plan.steps[0].call;
    assert_eq!(call.get("CurrentVersion"), Some(&Arg::Int(3)));
    assert_eq!(call.get("RemoveEntries"), Some(&Arg::List(vec![Arg::Map(vec![("Cidr", Arg::str("10.1.0.0/16"))])])));
    let back = &plan.steps[0].undo.as_ref().expect("a way back").call;
    assert_eq!(back.get("CurrentVersion"), Some(&Arg::Int(4)));
    assert_eq!(back.get("RemoveEntries"), Some(&Arg::List(vec![Arg::Map(vec![("Cidr", Arg::str("192.0.2.0/24"))])])));
    for (cell, words) in
        [("2001:db8::/32", "family"), ("10.2.3.4/16", "Did you mean 10.2.0.0/16"), ("10.0.0.0/8", "twice")]
    {
        let fault = EDIT_PREFIX_LIST
            .planned(&rows.context(&targets), &edits(vec![RowEdit::Add(cells(cell, ""))]))
            .expect_err(cell);
        assert!(fault.to_string().contains(words), "{cell}: {fault}");
    }
    let aws = row(&prefix_lists::INFO, "pl-2", "s3", "create-complete").with(&vpcs::OWNER, Value::text("AWS")).record();
    assert!((EDIT_PREFIX_LIST.available)(&aws).is_err() && (DELETE_PREFIX_LISTS.available)(&aws).is_err());
}

#[test]
fn a_flow_log_wants_where_it_goes_and_a_second_default_vpc_is_refused() {
    let mut rows = account();
    let logs = |given: &[(&str, &str)]| made(&rows, &CREATE_FLOW_LOG, given);
    let fault = logs(&[("vpc", "shop"), ("group", "/vpc/shop")]).expect_err("no role");
    assert!(fault.to_string().contains("A role is needed"), "{fault}");
    let bucket = logs(&[("vpc", "shop"), ("to", "s3"), ("bucket", "my-logs/flows")]).unwrap();
    let call = &bucket.steps[0].call;
    assert_eq!(call.get("LogDestination"), Some(&Arg::str("arn:aws:s3:::my-logs/flows/")));
    assert!(logs(&[("vpc", "shop"), ("to", "s3"), ("bucket", "My Logs")]).is_err());
    let default = row(&vpcs::INFO, "vpc-3", "", "available").with(&vpcs::IS_DEFAULT, Value::Bool(true)).record();
    assert!(made(&rows, &CREATE_DEFAULT_VPC, &[]).is_ok());
    rows.complete(&vpcs::INFO, Selector::All, vec![default]);
    assert!(made(&rows, &CREATE_DEFAULT_VPC, &[]).is_err_and(|f| f.to_string().contains("vpc-3")));
}

#[test]
fn a_peering_is_requested_and_accepted_in_one_plan_and_overlapping_ranges_are_refused_in_the_form() {
    let mut rows = Rows::default();
    let vpc = |id: &str, name: &str, cidr: &str| {
        row(&vpcs::INFO, id, name, "available").with(&vpcs::CIDR, Value::ranges([cidr])).record()
    };
    let all = vec![
        vpc("vpc-1", "shop", "10.1.0.0/16"),
        vpc("vpc-2", "lab", "10.2.0.0/16"),
        vpc("vpc-3", "old", "10.1.128.0/17"),
    ];
    rows.complete(&vpcs::INFO, Selector::All, all);
    let plan = made(&rows, &REQUEST_PEERING, &[("vpc", "shop"), ("peer", "lab"), ("name", "to-lab")]).unwrap();
    let names: Vec<&str> = plan.steps.iter().map(|s| s.call.op.name).collect();
    assert_eq!(names, ["CreateVpcPeeringConnection", "AcceptVpcPeeringConnection"]);
    assert_eq!(plan.steps[0].call.get("PeerRegion"), None);
    assert!(matches!(&plan.steps[0].wait, Waiter::Created { want, .. } if *want == ["pending-acceptance"]));
    let fault = made(&rows, &REQUEST_PEERING, &[("vpc", "shop"), ("peer", "old")]).expect_err("they overlap");
    assert!(fault.to_string().contains("10.1.128.0/17 overlaps 10.1.0.0/16"), "{fault}");
    let given = [("vpc", "shop"), ("account", "111122223333"), ("peer", "vpc-0a1"), ("region", "eu-west-1")];
    let stranger = made(&rows, &REQUEST_PEERING, &given).unwrap();
    assert_eq!((stranger.steps.len(), stranger.steps[0].call.get("PeerOwnerId")), (1, Some(&Arg::str("111122223333"))));
    assert!(consequences(&stranger).contains("Whether the ranges overlap is not known"));
    assert!(made(&rows, &REQUEST_PEERING, &[("vpc", "shop"), ("peer", "lab"), ("region", "mars-1")]).is_err());

    // From the requester's side it is accepted in the accepter's region all the same.
    let pcx = row(&peerings::INFO, "pcx-1", "", "pending-acceptance")
        .with(&peerings::REQUESTER_REGION, Value::text("ap-northeast-2"))
        .with(&peerings::ACCEPTER_REGION, Value::text("eu-west-1"))
        .record();
    let targets = [rows.target(&peerings::INFO, pcx)];
    let accept = ACCEPT_PEERING.planned(&rows.context(&targets), &values(&[])).unwrap();
    assert_eq!(accept.steps[0].call.scope.region_code().map(|r| r.as_str()), Some("eu-west-1"));
    let delete = DELETE_PEERING.planned(&rows.context(&targets), &values(&[])).unwrap();
    assert_eq!(delete.steps[0].call.scope.region_code().map(|r| r.as_str()), Some("ap-northeast-2"));
    assert!(consequences(&delete).contains("not loaded"));
}

#[test]
fn a_peering_has_its_routes_on_both_sides_in_the_same_plan_and_they_go_with_it() {
    let mut rows = Rows::default();
    let vpc = |id: &str, name: &str, cidr: &str| {
        row(&vpcs::INFO, id, name, "available").with(&vpcs::CIDR, Value::ranges([cidr])).record()
    };
    rows.complete(
        &vpcs::INFO,
        Selector::All,
        vec![vpc("vpc-1", "shop", "10.1.0.0/16"), vpc("vpc-2", "lab", "10.2.0.0/16")],
    );
    let table = |id: &str, vpc: &str, routes: &[&str]| {
        let row = row(&route_tables::INFO, id, "", "active").with(&route_tables::VPC_ID, Value::text(vpc));
        row.with(&route_tables::ROUTES, texts(routes)).record()
    };
    let over = ["10.2.0.0/16 local", "10.1.0.0/16 pcx-1"];
    let tables = vec![table("rtb-1", "vpc-1", &["10.1.0.0/16 local"]), table("rtb-2", "vpc-2", &over)];
    rows.complete(&route_tables::INFO, Selector::All, tables);
    let given = [("vpc", "shop"), ("peer", "lab"), ("route_tables", "rtb-1"), ("peer_route_tables", "rtb-2")];
    let plan = made(&rows, &REQUEST_PEERING, &given).unwrap();
    let said: Vec<String> = plan.steps[2..]
        .iter()
        .map(|s| {
            let of = |name: &str| s.call.get(name).and_then(Arg::as_str).unwrap_or_default();
            format!("{} {} {}", s.call.op.name, of("RouteTableId"), of("DestinationCidrBlock"))
        })
        .collect();
    assert_eq!(said, ["CreateRoute rtb-1 10.2.0.0/16", "CreateRoute rtb-2 10.1.0.0/16"]);
    let way = plan.steps[3].undo.as_ref().map(|u| u.call.op.name);
    assert_eq!(
        (plan.steps[3].call.get("VpcPeeringConnectionId"), way),
        (Some(&Arg::out(0, "VpcPeeringConnection.VpcPeeringConnectionId")), Some("DeleteRoute"))
    );

    let targets = [rows.target(&peerings::INFO, row(&peerings::INFO, "pcx-1", "", "active").record())];
    let kept = DELETE_PEERING.planned(&rows.context(&targets), &values(&[])).unwrap();
    assert!(consequences(&kept).contains("The route to 10.1.0.0/16 of rtb-2 stays"), "{}", consequences(&kept));
    let all = DELETE_PEERING.planned(&rows.context(&targets), &values(&[("routes", "yes")])).unwrap();
    let names: Vec<&str> = all.steps.iter().map(|s| s.call.op.name).collect();
    assert_eq!(names, ["DeleteRoute", "DeleteVpcPeeringConnection"]);
}
