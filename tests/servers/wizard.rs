//! The network that `create-vpc` makes, beside the same one made by hand with the real AWS CLI: as a script of the plan, and as the
//! console carries it out. On the sandbox behind a socket and on moto, as the AWS CLI reads them afterwards.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::scripts::{Account, after, confirm};
use crate::support::left_out;
use crate::support::terminal::Home;

/// What is another for each resource, and says nothing of how it was made.
const OWN: [&str; 12] = [
    "SubnetArn",
    "RouteTableAssociationId",
    "AssociationId",
    "NetworkInterfaceId",
    "NetworkInterfaceOwnerId",
    "PrivateIp",
    "PrivateIpAddress",
    "PublicIp",
    "CreateTime",
    "ClientToken",
    "CarrierIp",
    "NetworkAclId",
];

/// The name of what is named after another network's stem, without that.
fn plain(value: &Json, names: &BTreeMap<String, String>, stem: &str) -> Json {
    match value {
        Json::String(text) => {
            let text = names.get(text).unwrap_or(text);
            text.strip_prefix(stem).unwrap_or(text.as_str()).into()
        }
        Json::Array(all) => {
            let mut all: Vec<Json> = all.iter().map(|v| plain(v, names, stem)).collect();
            all.sort_by_key(ToString::to_string);
            all.into()
        }
        Json::Object(members) => members
            .iter()
            .filter(|(name, _)| !OWN.contains(&name.as_str()))
            .map(|(name, v)| (name.clone(), plain(v, names, stem)))
            .collect(),
        other => other.clone(),
    }
}

/// A network as the AWS CLI reads it, with names in place of ids. Its VPC is called `<stem>vpc`.
fn network(account: &Account, stem: &str) -> Json {
    let named = |command: &str, filter: &str| account.aws(&[command, filter_flag(command), filter]);
    let vpcs = named("describe-vpcs", &format!("Name=tag:Name,Values={stem}vpc"));
    assert_eq!(vpcs["Vpcs"].as_array().map(Vec::len), Some(1), "{vpcs}");
    let vpc = vpcs["Vpcs"][0]["VpcId"].as_str().unwrap().to_string();
    let of_vpc = format!("Name=vpc-id,Values={vpc}");
    let gateways = named("describe-internet-gateways", &format!("Name=attachment.vpc-id,Values={vpc}"));
    let nats = named("describe-nat-gateways", &of_vpc);
    let allocations = nats["NatGateways"].as_array().unwrap().iter().flat_map(|n| {
        let all = n["NatGatewayAddresses"].as_array().cloned().unwrap_or_default();
        all.into_iter().filter_map(|a| Some(a["AllocationId"].as_str()?.to_string()))
    });
    let allocations: Vec<String> = allocations.collect();
    let addresses = match &allocations[..] {
        [] => json!([]),
        all => {
            let ids =
                [&["describe-addresses", "--allocation-ids"][..], &all.iter().map(String::as_str).collect::<Vec<_>>()];
            account.aws(&ids.concat())["Addresses"].clone()
        }
    };
    let names = account.aws(&["describe-vpc-attribute", "--vpc-id", &vpc, "--attribute", "enableDnsHostnames"]);
    let all = json!({
        "vpcs": vpcs["Vpcs"],
        "dns": names["EnableDnsHostnames"],
        "subnets": named("describe-subnets", &of_vpc)["Subnets"],
        "tables": named("describe-route-tables", &of_vpc)["RouteTables"],
        "gateways": gateways["InternetGateways"],
        "nats": nats["NatGateways"],
        "addresses": addresses,
    });
    let mut ids = BTreeMap::new();
    let ids_of = [
        ("vpcs", "VpcId"),
        ("subnets", "SubnetId"),
        ("tables", "RouteTableId"),
        ("gateways", "InternetGatewayId"),
        ("nats", "NatGatewayId"),
        ("addresses", "AllocationId"),
    ];
    for (list, id) in ids_of {
        for row in all[list].as_array().unwrap() {
            let tags = row["Tags"].as_array().cloned().unwrap_or_default();
            let name = tags.iter().find(|t| t["Key"] == "Name").and_then(|t| t["Value"].as_str());
            ids.insert(row[id].as_str().unwrap().to_string(), name.unwrap_or("no name").to_string());
        }
    }
    plain(&all, &ids, stem)
}

/// `describe-nat-gateways` calls its filters in the singular.
fn filter_flag(command: &str) -> &'static str {
    if command == "describe-nat-gateways" { "--filter" } else { "--filters" }
}

/// The network by hand: the calls that the AWS documentation has for it.
fn by_hand(account: &Account, stem: &str, regional: bool) {
    let aws = |args: &[&str]| account.aws(args);
    let made = |args: &[&str], resource: &str, name: &str, id: [&str; 2]| {
        let tags = format!("ResourceType={resource},Tags=[{{Key=Name,Value={stem}{name}}}]");
        let out = aws(&[args, &["--tag-specifications", &tags]].concat());
        out[id[0]][id[1]].as_str().unwrap_or_else(|| panic!("{args:?}: {out}")).to_string()
    };
    let vpc = made(&["create-vpc", "--cidr-block", "10.60.0.0/16"], "vpc", "vpc", ["Vpc", "VpcId"]);
    aws(&["wait", "vpc-available", "--vpc-ids", &vpc]);
    aws(&["modify-vpc-attribute", "--vpc-id", &vpc, "--enable-dns-hostnames"]);
    let gateway =
        made(&["create-internet-gateway"], "internet-gateway", "igw", ["InternetGateway", "InternetGatewayId"]);
    aws(&["attach-internet-gateway", "--internet-gateway-id", &gateway, "--vpc-id", &vpc]);
    let subnet = |range: &str, letter: &str, name: &str| {
        let zone = format!("ap-northeast-2{letter}");
        let args = ["create-subnet", "--vpc-id", &vpc, "--cidr-block", range, "--availability-zone", &zone];
        made(&args, "subnet", name, ["Subnet", "SubnetId"])
    };
    let public = [subnet("10.60.0.0/19", "a", "public-subnet-a"), subnet("10.60.32.0/19", "c", "public-subnet-c")];
    let private = [
        [subnet("10.60.64.0/19", "a", "private-subnet-app-a"), subnet("10.60.128.0/19", "a", "private-subnet-db-a")],
        [subnet("10.60.96.0/19", "c", "private-subnet-app-c"), subnet("10.60.160.0/19", "c", "private-subnet-db-c")],
    ];
    let table = |name: &str, (flag, to): (&str, &str), subnets: &[&String]| {
        let id = made(&["create-route-table", "--vpc-id", &vpc], "route-table", name, ["RouteTable", "RouteTableId"]);
        let of = ["create-route", "--route-table-id", &id, "--destination-cidr-block", "0.0.0.0/0"];
        aws(&[&of[..], &[flag, to]].concat());
        for subnet in subnets {
            aws(&["associate-route-table", "--route-table-id", &id, "--subnet-id", subnet]);
        }
    };
    for subnet in &public {
        aws(&["modify-subnet-attribute", "--subnet-id", subnet, "--map-public-ip-on-launch"]);
    }
    table("public-route", ("--gateway-id", &gateway), &public.iter().collect::<Vec<_>>());
    let nat = |args: &[&str], name: &str| {
        let id = made(
            &[&["create-nat-gateway", "--connectivity-type", "public"][..], args].concat(),
            "natgateway",
            name,
            ["NatGateway", "NatGatewayId"],
        );
        aws(&["wait", "nat-gateway-available", "--nat-gateway-ids", &id]);
        id
    };
    if regional {
        let nat = nat(&["--vpc-id", &vpc, "--availability-mode", "regional"], "natgateway");
        table("private-route", ("--nat-gateway-id", &nat), &private.iter().flatten().collect::<Vec<_>>());
        return;
    }
    for ((letter, public), private) in ["a", "c"].iter().zip(&public).zip(&private) {
        let tags = format!("ResourceType=elastic-ip,Tags=[{{Key=Name,Value={stem}eip-{letter}}}]");
        let address = aws(&["allocate-address", "--domain", "vpc", "--tag-specifications", &tags]);
        let address = address["AllocationId"].as_str().unwrap();
        let nat = nat(&["--subnet-id", public, "--allocation-id", address], &format!("natgateway-{letter}"));
        let name = format!("private-route-{letter}");
        table(&name, ("--nat-gateway-id", &nat), &private.iter().collect::<Vec<_>>());
    }
}

fn the_same_comes_of_the_wizard_and_of_the_aws_cli(account: &Account, regional: bool, digits: &str) {
    by_hand(account, "hand-", regional);
    let nat = if regional { "nat=regional" } else { "nat=per-zone" };
    let of = |name: &str| {
        let name = format!("name={name}");
        let rest = ["cidr=10.60.0.0/16", "zones=a,c", "private=app,db", "public_ip", "dns_hostnames", nat];
        [vec!["create-vpc".to_string(), name], rest.map(String::from).to_vec()].concat()
    };
    let words = of("script-vpc");
    let script = account.run(&words.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(script.contains("wait nat-gateway-available"), "{script}");
    let wanted = network(account, "hand-");
    assert_eq!(wanted["subnets"].as_array().map(Vec::len), Some(6), "{wanted}");
    assert_eq!(wanted["nats"].as_array().map(Vec::len), Some(if regional { 1 } else { 2 }), "{wanted}");
    assert_eq!(network(account, "script-"), wanted, "the script's");
    // moto carries out what it is asked to try: CreateVpc with DryRun makes a VPC.
    if !regional {
        return;
    }
    let home = Home::new();
    let mut console = account.console(&home, "vpcs");
    after(&mut console, &["script-vpc"], &format!(":{}\r", of("console-vpc").join(" ")));
    // Its range is that of the others, which is said and typed over.
    confirm(&mut console, "console-vpc", Some(digits));
    let associated = |account: &Account| {
        let all = account.aws(&["describe-route-tables", "--filters", "Name=tag:Name,Values=console-private-route*"]);
        let tables = all["RouteTables"].as_array().unwrap().clone();
        tables.iter().map(|t| t["Associations"].as_array().map_or(0, Vec::len)).sum::<usize>()
    };
    console.until("the last association", |_| associated(account) == 4);
    assert_eq!(network(account, "console-"), wanted, "the console's");
    console.send("q");
    console.send("\r");
}

#[test]
fn the_wizard_s_network_is_on_moto_what_the_aws_cli_builds() {
    if left_out("networks by the AWS CLI on moto") {
        return;
    }
    the_same_comes_of_the_wizard_and_of_the_aws_cli(&Account::moto(), false, "9012");
}

#[test]
fn the_wizard_s_network_with_a_regional_nat_gateway_is_on_the_sandbox_what_the_aws_cli_builds() {
    if left_out("networks by the AWS CLI on the sandbox") {
        return;
    }
    the_same_comes_of_the_wizard_and_of_the_aws_cli(&Account::sandbox(50.0), true, "0000");
}
