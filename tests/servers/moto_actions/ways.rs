//! Actions on NAT and egress-only gateways, endpoints, DHCP options, prefix lists and flow logs.

use serde_json::json;

use super::{FormValue, RowEdit, Values, account};

#[tokio::test]
async fn a_nat_gateway_gets_a_new_address_and_both_go_again() {
    let Some(account) = account() else { return };
    let subnet = account.truth("instances", "id", account.id("bystander"))["subnet_id"].as_str().unwrap().to_string();
    account.make("create-nat-gateway", &[("name", "out"), ("subnet", &subnet)]).await;
    let seen = || account.truth("nat-gateways", "name", "out");
    let made = seen();
    let (id, address) = (made["id"].as_str().unwrap(), made["allocations"][0].as_str().unwrap());
    assert_eq!((&made["state"], &made["connectivity"]), (&json!("available"), &json!("public")));
    assert_eq!(account.truth("addresses", "id", address)["name"], "out");
    let rows = account.rows("nat-gateways", None, |row| row == id).await;
    // moto gives an address back only by hand, so that it is not released here.
    account.act("delete", &rows, &[]).await;
    assert_eq!(seen()["state"], "deleted");
    account.make("create-nat-gateway", &[("name", "inner"), ("subnet", &subnet), ("type", "private")]).await;
    let private = account.truth("nat-gateways", "name", "inner");
    assert_eq!((&private["connectivity"], &private["public_ips"]), (&json!("private"), &json!([])));
}

#[tokio::test]
async fn egress_only_gateways_and_endpoints_are_made_and_deleted() {
    let Some(account) = account() else { return };
    let vpc = account.id("vpc").to_string();
    account.make("create-egress-only-gateway", &[("name", "six"), ("vpc", &vpc)]).await;
    let made = account.truth("egress-only-gateways", "name", "six");
    assert_eq!((&made["vpc_id"], &made["state"]), (&json!(vpc), &json!("attached")));
    let rows = account.rows("egress-only-gateways", None, |row| made["id"] == row).await;
    account.act("delete", &rows, &[]).await;
    assert!(account.truth("egress-only-gateways", "name", "six").is_null());

    let tables = account.rows("route-tables", None, |_| true).await;
    let own = |t: &&super::Target| t.record.get(&skydeck::kinds::ec2::route_tables::VPC_ID).as_str() == Some(&vpc);
    let table = tables.iter().find(own).unwrap().record.id.to_string();
    account.make("create-endpoint", &[("name", "s3"), ("vpc", &vpc), ("route_tables", &table)]).await;
    let made = account.truth("endpoints", "name", "s3");
    assert_eq!((&made["type"], &made["route_tables"]), (&json!("Gateway"), &json!([table])));
    let interface = [
        ("name", "ssm"),
        ("vpc", vpc.as_str()),
        ("type", "Interface"),
        ("service", "ssm"),
        ("subnets", account.rows("subnets", None, |_| true).await[0].record.id.as_str()),
        ("groups", account.id("first")),
    ]
    .map(|(name, value)| (name, value.to_string()));
    let interface = interface.each_ref().map(|(name, value)| (*name, value.as_str()));
    account.make("create-endpoint", &interface).await;
    let made = account.truth("endpoints", "name", "ssm");
    assert_eq!((&made["private_dns"], &made["security_group_ids"]), (&json!(true), &json!([account.id("first")])));
    for name in ["s3", "ssm"] {
        let id = account.truth("endpoints", "name", name)["id"].clone();
        account.act("delete", &account.rows("endpoints", None, |row| id == row).await, &[]).await;
        let left = account.truth("endpoints", "name", name);
        assert!(left.is_null() || left["state"] == "deleted", "{left}");
    }
}

#[tokio::test]
async fn dhcp_options_are_given_to_a_vpc_and_flow_logs_record_it() {
    let Some(account) = account() else { return };
    let vpc = account.id("vpc").to_string();
    // moto forgets the tags of a set of options that is made with some: it is found by its domain.
    let values = [("name", "corp"), ("dns", "10.0.0.2,10.0.1.2"), ("domain", "corp.example"), ("node_type", "2")];
    account.make("create-dhcp-options", &values).await;
    let made = account.truth("dhcp-options", "domain_name", "corp.example");
    assert_eq!((&made["name_servers"], &made["netbios_node_type"]), (&json!(["10.0.0.2", "10.0.1.2"]), &json!("2")));
    let rows = async || account.rows("dhcp-options", None, |row| made["id"] == row).await;
    account.act("associate", &rows().await, &[("vpc", &vpc)]).await;
    assert_eq!(account.truth("vpcs", "id", &vpc)["dhcp_options"], made["id"]);
    let plain = [("name", "plain"), ("dns", "AmazonProvidedDNS"), ("domain", "plain.example")];
    account.make("create-dhcp-options", &plain).await;
    let other = account.truth("dhcp-options", "domain_name", "plain.example");
    assert_eq!(other["name_servers"], json!(["AmazonProvidedDNS"]));
    account.act("delete", &account.rows("dhcp-options", None, |row| other["id"] == row).await, &[]).await;
    assert!(account.truth("dhcp-options", "domain_name", "plain.example").is_null());

    let role = "arn:aws:iam::123456789012:role/flows";
    let values =
        [("name", "flows"), ("vpc", vpc.as_str()), ("group", "/vpc/it's"), ("role", role), ("traffic", "REJECT")];
    account.make("create-flow-log", &values).await;
    let made = account.truth("flow-logs", "name", "flows");
    assert_eq!((&made["resource_id"], &made["traffic"], &made["role"]), (&json!(vpc), &json!("REJECT"), &json!(role)));
    let subnet = account.rows("subnets", None, |_| true).await.swap_remove(0);
    // Not below a folder: moto looks for a bucket of that name, and makes no flow log if there is none.
    let to = [("name", "to s3"), ("to", "s3"), ("bucket", "downloads"), ("interval", "60")];
    account.act("flow-log", std::slice::from_ref(&subnet), &to).await;
    let made = account.truth("flow-logs", "name", "to s3");
    assert_eq!(made["resource_id"], json!(subnet.record.id.as_str()));
    assert_eq!((&made["destination"], &made["interval"]), (&json!("arn:aws:s3:::downloads"), &json!(60)));
    let rows = account.rows("flow-logs", None, |_| true).await;
    account.act("delete", &rows, &[]).await;
    assert!(account.truth("flow-logs", "name", "flows").is_null());
}

#[tokio::test]
async fn a_prefix_list_is_made_edited_and_deleted() {
    let Some(account) = account() else { return };
    account.make("create-prefix-list", &[("name", "office"), ("max_entries", "5")]).await;
    let made = account.truth("prefix-lists", "name", "office");
    assert_eq!((&made["family"], &made["max_entries"], &made["version"]), (&json!("IPv4"), &json!(5), &json!(1)));
    let id = made["id"].as_str().unwrap().to_string();
    let rows = async || account.rows("prefix-lists", None, |row| row == id).await;
    let edit = async |edits: Vec<RowEdit>| {
        let target = rows().await.swap_remove(0);
        let side = account.rows("prefix-list-entries", None, |row| row == id).await.swap_remove(0).record;
        let values = Values::default().with("entries", FormValue::Rows(edits));
        account.plan_of("edit", &target, side, &values)
    };
    let add = |range: &str, text: &str| RowEdit::Add(vec![range.into(), text.into()]);
    // moto forgets the name of a list that is modified: from here on it is known by its id alone.
    let first = vec![add("203.0.113.0/24", "본사, a=b"), add("198.51.100.0/25", "")];
    account.carried("edit", edit(first).await).await;
    let entries = || account.truth("prefix-list-entries", "id", &id)["entries"].clone();
    assert_eq!(entries(), json!(["203.0.113.0/24 본사, a=b", "198.51.100.0/25"]));
    let gone = RowEdit::Remove { key: "198.51.100.0/25".into(), from: Vec::new() };
    account.carried("edit", edit(vec![gone]).await).await;
    assert_eq!(entries(), json!(["203.0.113.0/24 본사, a=b"]));
    account.act("delete", &rows().await, &[]).await;
    let left = account.truth("prefix-lists", "id", &id);
    assert!(left.is_null() || left["state"] == "delete-complete", "{left}");
}

#[tokio::test]
async fn a_peering_is_requested_accepted_rejected_and_deleted() {
    let Some(account) = account() else { return };
    let vpc = account.id("vpc").to_string();
    let others: Vec<String> = ["10.71.0.0/16", "10.72.0.0/16"]
        .iter()
        .map(|range| account.moto.run("make_vpc.py", &[super::REGION, range])["id"].as_str().unwrap().to_string())
        .collect();
    let store = account.known(&["vpcs"]).await;
    let request = |peer: &str, name: &str, accept: bool| {
        let text = |t: &str| FormValue::Text(t.into());
        let values = Values::default().with("vpc", text(&vpc)).with("peer", text(peer)).with("name", text(name));
        account.made_of(&store, "request-peering", &values.with("accept", FormValue::Flag(accept)))
    };
    account.carried("request-peering", request(&others[0], "both", true)).await;
    let both = account.truth("peerings", "name", "both");
    assert_eq!(
        (&both["state"], &both["requester_vpc"], &both["accepter_vpc"]),
        (&json!("active"), &json!(vpc), &json!(others[0]))
    );
    account.carried("request-peering", request(&others[1], "one", false)).await;
    let rows = async |name: &str| {
        let id = account.truth("peerings", "name", name)["id"].clone();
        account.rows("peerings", None, |row| id == row).await
    };
    account.act("reject", &rows("one").await, &[]).await;
    assert_eq!(account.truth("peerings", "name", "one")["state"], "rejected");
    account.carried("request-peering", request(&others[1], "again", false)).await;
    account.act("accept", &rows("again").await, &[]).await;
    assert_eq!(account.truth("peerings", "name", "again")["state"], "active");
    account.act("delete", &rows("again").await, &[]).await;
    assert_eq!(account.truth("peerings", "name", "again")["state"], "deleted");
}
