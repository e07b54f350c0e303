//! Actions on security groups, addresses, internet gateways, key pairs, and launches that make these.

use serde_json::{Value as Json, json};
use skydeck::act::{Executor, Journal};
use skydeck::aws::{Gateway, GatewayConfig};
use skydeck::base::{Clock, FaultKind};
use skydeck::kinds::ec2::senders::SEND_SSH_PUBLIC_KEY;
use skydeck::kinds::registry::ALL;
use skydeck::model::connect::{OneTimeKey, SendKey};
use skydeck::model::{ActEvent, Arg};

use super::{REGION, account};
use crate::support::rows::{gateway, scope};

#[tokio::test]
async fn an_internet_gateway_is_attached_and_detached() {
    let Some(account) = account() else { return };
    let (id, vpc) = (account.id("gateway"), account.id("vpc"));
    let rows = async || account.rows("internet-gateways", None, |row| row == id).await;
    let seen = || account.truth("internet-gateways", "id", id)["vpc_id"].clone();
    account.act("attach", &rows().await, &[("vpc", vpc)]).await;
    assert_eq!(seen(), vpc);
    account.act("detach", &rows().await, &[]).await;
    assert_eq!(seen(), Json::Null);
}

#[tokio::test]
async fn a_launch_makes_its_key_and_its_group_and_what_was_said_of_it_is_so() {
    let Some(account) = account() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop-key.pem");
    let vpc = account.rows("vpcs", None, |_| true).await[0].record.id.to_string();
    let subnets = account.rows("subnets", None, |_| true).await;
    let subnet = subnets.iter().find(|t| t.record.get(&skydeck::kinds::ec2::subnets::VPC_ID).as_str() == Some(&vpc));
    let values = [
        ("name", "shop-1"),
        ("image", "ami-12c6146b"),
        ("type", "t3.small"),
        ("key", "new"),
        ("key_name", "shop-key"),
        ("key_file", file.to_str().unwrap()),
        ("vpc", &vpc),
        ("subnet", subnet.unwrap().record.id.as_str()),
        ("groups", "new"),
        ("group_name", "shop-1-sg"),
        ("ssh_from", "203.0.113.0/24"),
        ("http", "yes"),
        ("count", "2"),
        ("protect", "yes"),
    ];
    account.make("launch", &values).await;
    assert!(std::fs::read_to_string(&file).unwrap().contains("PRIVATE KEY"));
    let seen = account.moto.run("truth.py", &[REGION, "instances"]);
    let ours: Vec<&Json> =
        seen["instances"]["rows"].as_array().unwrap().iter().filter(|r| r["name"] == "shop-1").collect();
    assert_eq!(ours.len(), 2);
    for row in ours {
        assert_eq!((&row["type"], &row["key_name"]), (&json!("t3.small"), &json!("shop-key")));
        assert_eq!(row["security_groups"], json!(["shop-1-sg"]));
    }
}

#[tokio::test]
async fn a_group_is_made_its_rules_are_edited_and_it_is_deleted() {
    let Some(account) = account() else { return };
    let vpc = account.rows("vpcs", None, |_| true).await[0].record.id.to_string();
    let values = [
        ("name", "shop"),
        ("description", "for the shop"),
        ("vpc", &vpc),
        ("ssh", "yes"),
        ("ssh_from", "203.0.113.0/24"),
        ("http", "yes"),
    ];
    account.make("create-security-group", &values).await;
    let id = account.truth("security-groups", "name", "shop")["id"].as_str().unwrap().to_string();
    let rows = async || account.rows("security-groups", None, |row| row == id).await;
    let rules = async || {
        let all = rows().await[0].record.get(&skydeck::kinds::ec2::security_groups::RULES).items();
        all.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let out = "out all all to 0.0.0.0/0";
    let made = ["in tcp 22 from 203.0.113.0/24", "in tcp 80 from 0.0.0.0/0", "in tcp 80 from ::/0", out];
    assert_eq!(rules().await, made);
    let edit = format!(
        "-in tcp 80 from 0.0.0.0/0;-in tcp 80 from ::/0;+in|tcp|8000-8100|{id}|its own;+in|icmp|8|10.0.0.0/8|;+out|udp|53|10.0.0.2|DNS;+in|tcp|443|{}|",
        account.id("prefix_list")
    );
    account.act("rules", &rows().await, &[("rules", &edit)]).await;
    let edited = [
        "in icmp 8 from 10.0.0.0/8".to_string(),
        "in tcp 22 from 203.0.113.0/24".into(),
        format!("in tcp 443 from {}", account.id("prefix_list")),
        format!("in tcp 8000-8100 from {id}  # its own"),
        out.into(),
        "out udp 53 to 10.0.0.2/32  # DNS".into(),
    ];
    assert_eq!(rules().await, edited);
    // As boto3 reads them.
    let seen = account.moto.run("truth.py", &[REGION, "security-group-rules"]);
    let ours = seen["security-group-rules"]["rows"].as_array().unwrap().iter().filter(|r| r["group_id"] == id.as_str());
    assert_eq!(ours.count(), 6);
    account.act("delete", &rows().await, &[]).await;
    assert_eq!(account.truth("security-groups", "name", "shop"), Json::Null);
}

#[tokio::test]
async fn an_address_is_allocated_given_taken_and_released() {
    let Some(account) = account() else { return };
    account.make("allocate", &[("name", "web-ip")]).await;
    let seen = || account.truth("addresses", "name", "web-ip");
    let id = seen()["id"].as_str().unwrap().to_string();
    let rows = async || account.rows("addresses", None, |row| row == id).await;
    let host = account.id("spare");
    account.act("associate", &rows().await, &[("instance", host)]).await;
    assert_eq!(seen()["instance"], host);
    // It is taken from one and given to another in one call.
    account.act("associate", &rows().await, &[("instance", account.id("bystander"))]).await;
    assert_eq!(seen()["instance"], account.id("bystander"));
    account.act("disassociate", &rows().await, &[]).await;
    assert_eq!(seen()["state"], "unattached");
    // From the instance's side: this one, then a new one in its place.
    let instance = async || account.rows("instances", None, |row| row == host).await;
    account.act("associate-address", &instance().await, &[("address", &id)]).await;
    assert_eq!(seen()["instance"], host);
    account.act("associate-address", &instance().await, &[("address", "new"), ("name", "newer-ip")]).await;
    assert_eq!(account.truth("addresses", "name", "newer-ip")["instance"], host);
    for name in ["web-ip", "newer-ip"] {
        let row = account.truth("addresses", "name", name)["id"].as_str().unwrap().to_string();
        let rows = async || account.rows("addresses", None, |r| r == row).await;
        if account.truth("addresses", "name", name)["state"] == "associated" {
            account.act("disassociate", &rows().await, &[]).await;
        }
        account.act("release", &rows().await, &[]).await;
        assert_eq!(account.truth("addresses", "name", name), Json::Null);
    }
}

#[tokio::test]
async fn key_pairs_are_made_imported_and_deleted_and_the_private_half_is_kept_once() {
    let Some(account) = account() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a key.pem");
    account.make("create-key-pair", &[("name", "a key"), ("file", file.to_str().unwrap())]).await;
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("-----BEGIN"));
    let seen = |name: &str| account.truth("key-pairs", "name", name);
    assert_eq!(seen("a key")["type"], "ed25519");
    let public = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7sVLbQpAbjIJE5xpJKg4Pp2ZOV6VNgz5PmQGsDNVnH me@host";
    account.make("import-key-pair", &[("name", "mine"), ("public_key", public)]).await;
    assert!(seen("mine")["fingerprint"].is_string());
    // The file is there: no second pair is made.
    let again = account.made("create-key-pair", &[("name", "other"), ("file", file.to_str().unwrap())]);
    let (events, journal) = account.carry_with(gateway(), again).await;
    assert!(matches!(events.last(), Some(ActEvent::Failed { fault, .. }) if fault.message.contains("exists already")));
    assert!(!journal.contains("intent") && seen("other") == Json::Null, "nothing was sent: {journal}");
    let pairs = account.rows("key-pairs", None, |_| true).await;
    account.act("delete", &pairs, &[]).await;
    assert_eq!([seen("a key"), seen("mine")], [Json::Null, Json::Null]);
}

/// moto takes any key for any instance; that boto3's model and this client's are the same service is what it shows.
#[tokio::test]
async fn a_one_time_key_is_made_sent_and_gone_afterwards() {
    let Some(account) = account() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("new/key");
    let scope = scope(&account.gateway, "instances", REGION);
    let profile = scope.profile().unwrap().clone();
    let call = SEND_SSH_PUBLIC_KEY.call(scope).arg("InstanceId", Arg::str(account.id("bystander")));
    let send = SendKey { call: call.arg("InstanceOSUser", Arg::str("ec2-user")), command: Vec::new() };
    let key = OneTimeKey { file: file.to_str().unwrap().into(), sends: vec![send] };
    let sent = |read_only, connects: bool| {
        let base = GatewayConfig::new(Clock::system(), ALL.operations());
        let connects = connects.then(|| profile.to_string()).into_iter().collect();
        let gateway = Gateway::new(GatewayConfig { read_only, connects, ..base });
        let journal = Journal::at(folder.path().join("journal"), Clock::system().now());
        let executor = Executor::new(gateway, ALL, journal, Clock::system(), tokio::sync::mpsc::channel(8).0);
        let (key, profile) = (key.clone(), profile.clone());
        async move { executor.let_in(&key, &profile, 0).await }
    };
    for (read_only, connects) in [(false, false), (true, true)] {
        let kept = sent(read_only, connects).await.unwrap();
        assert!(file.exists() && file.with_extension("pub").exists());
        drop(kept);
        assert!(!file.parent().unwrap().exists());
    }
    let fault = sent(true, false).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::ReadOnly, "{fault}");
    assert!(!file.parent().unwrap().exists(), "the key that nobody took is gone, too");
}
