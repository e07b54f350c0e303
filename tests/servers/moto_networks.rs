//! A network is built, changed and taken apart on moto, through form, plan and executor; boto3 says what came of each step.

use arcstr::ArcStr;
use serde_json::{Value as Json, json};
use skydeck::kinds::Target;
use skydeck::model::{FormValue, RowEdit, Values};

use super::moto_actions::{Account, account};

/// All that a network is made of.
const ALL: [&str; 6] = ["vpcs", "subnets", "internet-gateways", "route-tables", "network-acls", "security-groups"];

impl Account {
    /// The only row of a kind with this name.
    async fn named(&self, kind: &str, name: &str) -> Target {
        let rows = self.rows(kind, None, |_| true).await;
        let mut found = rows.into_iter().filter(|t| t.record.name == name);
        let one = found.next().unwrap_or_else(|| panic!("no {kind} {name}"));
        assert!(found.next().is_none(), "{kind} {name} is there twice");
        one
    }
    /// Acts on the row of this name, with all of the region's networks known.
    async fn network(&self, kind: &str, name: &str, action: &str, values: &[(&str, &str)]) {
        let (store, on) = (self.known(&ALL).await, self.named(kind, name).await);
        self.carried(action, self.plan_in(&store, action, &[on], values)).await;
    }
    /// Edits a draft table of the row of this name.
    async fn edited(&self, kind: &str, name: &str, (action, table): (&str, &str), edits: Vec<RowEdit>) {
        let (store, on) = (self.known(&ALL).await, self.named(kind, name).await);
        let values = Values::default().with(table, FormValue::Rows(edits));
        self.carried(action, self.plan_from(&store, action, &[on], &values)).await;
    }
    fn network_truth(&self, kind: &str, name: &str) -> Json {
        self.truth(kind, "name", name)
    }
}

fn cells(items: &[&str]) -> Vec<ArcStr> {
    items.iter().map(|i| ArcStr::from(*i)).collect()
}

#[tokio::test]
async fn a_network_is_built_changed_and_taken_apart_as_boto3_sees_it() {
    let Some(account) = account() else { return };
    account.make("create-vpc", &[("name", "walk"), ("cidr", "10.77.0.0/16"), ("dns_hostnames", "yes")]).await;
    let vpc = account.named("vpcs", "walk").await.record.id.to_string();
    assert_eq!(account.network_truth("vpcs", "walk")["cidr"], json!(["10.77.0.0/16"]));
    assert_eq!(account.truth("vpc-attributes", "id", &vpc)["dns_hostnames"], json!(true));
    let of_vpc = ("vpc", vpc.as_str());
    let zone = ("zone", "ap-northeast-2a");
    account
        .make("create-subnet", &[("name", "walk-a"), of_vpc, ("cidr", "10.77.1.0/24"), zone, ("public_ip", "yes")])
        .await;
    let subnet = account.network_truth("subnets", "walk-a");
    assert_eq!((&subnet["cidr"], &subnet["public_ip_on_launch"]), (&json!("10.77.1.0/24"), &json!(true)));
    let id = subnet["id"].as_str().unwrap().to_string();
    account.network("subnets", "walk-a", "change-public-ip", &[("public_ip", "off")]).await;
    assert_eq!(account.network_truth("subnets", "walk-a")["public_ip_on_launch"], json!(false));
    let exposure = || account.truth("subnet-routing", "id", &id)["exposure"].clone();
    assert_eq!(exposure(), "private");

    // A gateway, and a table that leads to it.
    account.make("create-internet-gateway", &[("name", "walk-igw"), of_vpc]).await;
    let gateway = account.network_truth("internet-gateways", "walk-igw");
    assert_eq!(gateway["vpc_id"], json!(vpc));
    let gateway = gateway["id"].as_str().unwrap();
    account.make("create-route-table", &[("name", "walk-rt"), of_vpc]).await;
    let add = |to: &str, via: &str| RowEdit::Add(cells(&[to, via, ""]));
    let edits = vec![add("0.0.0.0/0", "internet-gateway"), add("198.51.100.0/24", "walk-igw"), add("::/0", gateway)];
    account.edited("route-tables", "walk-rt", ("edit-routes", "routes"), edits).await;
    let routes = || account.network_truth("route-tables", "walk-rt")["routes"].clone();
    let all = |items: &[String]| json!(items);
    let sorted = |v: Json| {
        let mut all: Vec<String> = v.as_array().unwrap().iter().map(|r| r.as_str().unwrap().to_string()).collect();
        all.sort();
        all
    };
    let local = "10.77.0.0/16 local".to_string();
    let mut want = vec![
        format!("0.0.0.0/0 {gateway}"),
        local.clone(),
        format!("198.51.100.0/24 {gateway}"),
        format!("::/0 {gateway}"),
    ];
    want.sort();
    assert_eq!(all(&sorted(routes())), all(&want));
    account.network("route-tables", "walk-rt", "associate", &[("subnets", "walk-a")]).await;
    assert_eq!(account.network_truth("route-tables", "walk-rt")["subnets"], json!([id]));
    assert_eq!(exposure(), "public");
    let gone = RowEdit::Remove { key: "::/0".into(), from: cells(&["::/0", gateway, "active"]) };
    account.edited("route-tables", "walk-rt", ("edit-routes", "routes"), vec![gone]).await;
    // One route, as a row of its own.
    let store = account.known(&ALL).await;
    let row = account.rows("routes", None, |row| row.starts_with("rtb-") && row.ends_with("/198.51.100.0/24")).await;
    account.carried("delete", account.plan_in(&store, "delete", &row, &[])).await;
    let mut want = vec![format!("0.0.0.0/0 {gateway}"), local];
    want.sort();
    assert_eq!(all(&sorted(routes())), all(&want));

    // Another table becomes the main one; subnets leave the old one.
    account.make("create-route-table", &[("name", "walk-main"), of_vpc]).await;
    account.network("route-tables", "walk-main", "set-main", &[]).await;
    assert_eq!(account.network_truth("route-tables", "walk-main")["main"], json!(true));
    account.network("route-tables", "walk-main", "associate", &[("subnets", "walk-a")]).await;
    assert_eq!(account.network_truth("route-tables", "walk-main")["subnets"], json!([id]), "in place of the other");
    assert_eq!(account.network_truth("route-tables", "walk-rt")["subnets"], json!([]));
    account.network("route-tables", "walk-main", "disassociate", &[]).await;
    assert_eq!(account.network_truth("route-tables", "walk-main")["subnets"], json!([]));
    account.network("route-tables", "walk-rt", "delete", &[]).await;
    assert_eq!(account.network_truth("route-tables", "walk-rt"), Json::Null);

    // An ACL and its entries.
    account.make("create-network-acl", &[("name", "walk-acl"), of_vpc]).await;
    let edits = vec![
        RowEdit::Add(cells(&["in", "100", "allow", "tcp", "443", "0.0.0.0/0"])),
        RowEdit::Add(cells(&["in", "110", "deny", "udp", "53", "10.0.0.0/8"])),
        RowEdit::Add(cells(&["out", "100", "allow", "tcp", "1024-65535", "0.0.0.0/0"])),
        RowEdit::Add(cells(&["out", "120", "allow", "tcp", "443", "::/0"])),
    ];
    account.edited("network-acls", "walk-acl", ("edit-entries", "entries"), edits).await;
    let edits = vec![
        RowEdit::Change {
            key: "in 110".into(),
            from: cells(&["in", "110", "deny", "udp", "53", "10.0.0.0/8"]),
            to: cells(&["in", "110", "allow", "all", "all", "10.0.0.0/8"]),
        },
        RowEdit::Remove { key: "out 120".into(), from: cells(&["out", "120", "allow", "tcp", "443", "::/0"]) },
    ];
    account.edited("network-acls", "walk-acl", ("edit-entries", "entries"), edits).await;
    let entries = account.network_truth("network-acls", "walk-acl")["entries"].clone();
    let ours: Vec<&str> =
        entries.as_array().unwrap().iter().filter_map(Json::as_str).filter(|e| !e.contains('*')).collect();
    assert_eq!(
        ours,
        ["in 100 allow tcp 443 0.0.0.0/0", "in 110 allow all 10.0.0.0/8", "out 100 allow tcp 1024-65535 0.0.0.0/0"]
    );
    let acl = account.named("network-acls", "walk-acl").await.record.id.to_string();
    let store = account.known(&ALL).await;
    let row = account.rows("network-acl-entries", None, |row| row == format!("{acl}/in/110")).await;
    account.carried("delete", account.plan_in(&store, "delete", &row, &[])).await;
    assert_eq!(account.network_truth("network-acls", "walk-acl")["inbound"], json!(1));
    account.network("network-acls", "walk-acl", "associate", &[("subnets", "walk-a")]).await;
    assert_eq!(account.network_truth("network-acls", "walk-acl")["subnets"], json!([id]));
    let store = account.known(&ALL).await;
    let of = |t: &Target, field: &str| t.record.kind.index_of(field).map(|i| t.record.at(i).clone());
    let all = account.rows("network-acls", None, |_| true).await;
    let default = all.into_iter().find(|t| {
        of(t, "vpc_id").is_some_and(|v| v.as_str() == Some(&vpc))
            && of(t, "is_default").and_then(|v| v.as_bool()) == Some(true)
    });
    let back = account.plan_in(&store, "associate", &[default.unwrap()], &[("subnets", &id)]);
    account.carried("associate", back).await;
    account.network("network-acls", "walk-acl", "delete", &[]).await;
    assert_eq!(account.network_truth("network-acls", "walk-acl"), Json::Null);

    // A further range, DNS options, and the end of it all.
    account.network("vpcs", "walk", "add-cidr", &[("cidr", "10.78.0.0/16")]).await;
    assert_eq!(account.network_truth("vpcs", "walk")["cidr"], json!(["10.77.0.0/16", "10.78.0.0/16"]));
    account.network("vpcs", "walk", "remove-cidr", &[("cidr", "10.78.0.0/16")]).await;
    assert_eq!(account.network_truth("vpcs", "walk")["cidr"], json!(["10.77.0.0/16"]));
    account.network("vpcs", "walk", "change-dns", &[("dns_support", "on"), ("dns_hostnames", "off")]).await;
    assert_eq!(account.truth("vpc-attributes", "id", &vpc)["dns_hostnames"], json!(false));
    account.network("vpcs", "walk", "delete", &[("with_contents", "yes")]).await;
    assert_eq!(account.network_truth("vpcs", "walk"), Json::Null);
    assert_eq!(account.network_truth("subnets", "walk-a"), Json::Null);
    assert_eq!(account.network_truth("internet-gateways", "walk-igw"), Json::Null);
}
