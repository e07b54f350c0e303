//! Actions on instances: their states, tags, groups, types, targets, and others made like them.

use serde_json::{Value as Json, json};
use skydeck::kinds::Target;
use skydeck::kinds::ec2::security_groups;

use super::{REGION, account};

#[tokio::test]
async fn instances_stop_start_reboot_and_terminate() {
    let Some(account) = account() else { return };
    account.act("start", &account.instances(&["stopped"]).await, &[]).await;
    assert_eq!(account.state("stopped"), "running");
    account.act("stop", &account.instances(&["running-1", "running-2"]).await, &[]).await;
    assert_eq!([account.state("running-1"), account.state("running-2")], [json!("stopped"), json!("stopped")]);
    account.act("start", &account.instances(&["running-1"]).await, &[]).await;
    account.act("stop", &account.instances(&["running-1"]).await, &[("force", "yes")]).await;
    assert_eq!(account.state("running-1"), "stopped");
    account.act("reboot", &account.instances(&["stopped"]).await, &[]).await;
    assert_eq!(account.state("stopped"), "running");
    account.act("terminate", &account.instances(&["doomed"]).await, &[]).await;
    assert_eq!(account.state("doomed"), "terminated");
    assert_eq!(account.state("bystander"), "running", "what was not chosen is not touched");
}

#[tokio::test]
async fn tags_are_set_and_removed_and_others_stay() {
    let Some(account) = account() else { return };
    let rows = account.instances(&["bystander"]).await;
    account.act("tags", &rows, &[("set", r"Env=prod,팀=플랫\,폼 🚀\=1"), ("remove", "Old")]).await;
    let tags = &account.truth("instances", "id", account.id("bystander"))["$tags"];
    assert_eq!(*tags, json!({"Name": "bystander", "Env": "prod", "팀": "플랫,폼 🚀=1"}));
}

#[tokio::test]
async fn whatever_has_tags_is_tagged() {
    let Some(account) = account() else { return };
    // moto tells a launch template's tags in DescribeTags alone: the embedded account is the judge of those.
    for kind in ["volumes", "security-groups", "network-interfaces", "vpcs", "subnets", "internet-gateways"] {
        let rows = account.rows(kind, None, |_| true).await;
        let few = &rows[..rows.len().min(2)];
        account.act("tags", few, &[("set", "Checked=yes")]).await;
        for t in few {
            let seen = account.truth(kind, "id", &t.record.id);
            assert_eq!(seen["$tags"]["Checked"], "yes", "{kind}");
        }
        account
            .act(
                "tags",
                &account.rows(kind, None, |id| few.iter().any(|t| t.record.id == id)).await,
                &[("remove", "Checked")],
            )
            .await;
        assert_eq!(account.truth(kind, "id", &few[0].record.id)["$tags"]["Checked"], Json::Null, "{kind}");
    }
}

#[tokio::test]
async fn an_instance_gets_other_groups_protection_metadata_and_a_role() {
    let Some(account) = account() else { return };
    let it = async || account.instances(&["allowed"]).await;
    let seen = || account.truth("instances", "id", account.id("allowed"));
    let (first, second) = (account.id("first").to_string(), account.id("second").to_string());
    account.act("change-security-groups", &it().await, &[("groups", &format!("{first},{second}"))]).await;
    assert_eq!(seen()["security_group_ids"], json!([first, second]));
    account.act("change-source-dest-check", &it().await, &[]).await;
    assert_eq!(seen()["source_dest_check"], json!(false));
    let options = [("imdsv2", "required"), ("hop_limit", "3"), ("tags", "enabled")];
    account.act("change-metadata-options", &it().await, &options).await;
    let now = seen();
    let read = [&now["metadata_tokens"], &now["metadata_hops"], &now["metadata_tags"]];
    assert_eq!(read, [&json!("required"), &json!(3), &json!("enabled")]);
    // What DescribeInstanceAttribute says, which boto3 reads for the test.
    account.act("change-protection", &it().await, &[("termination", "on")]).await;
    let protected = account.moto.run("attribute.py", &[REGION, account.id("allowed"), "disableApiTermination"]);
    assert_eq!(protected, json!(true));
    account.act("change-protection", &it().await, &[("termination", "off")]).await;
    let profile = async |name: &str| {
        let store = account.known(&["instance-profiles"]).await;
        let plan = account.plan_in(&store, "change-instance-profile", &it().await, &[("profile", name)]);
        account.carried("change-instance-profile", plan).await;
        account.moto.run("attribute.py", &[REGION, account.id("allowed"), "profile"])
    };
    assert_eq!(profile("web").await, json!("web"));
    assert_eq!(profile("db").await, json!("db"));
    assert_eq!(profile("none").await, Json::Null);
}

#[tokio::test]
async fn an_instance_with_two_interfaces_is_changed_by_its_primary_one() {
    let Some(account) = account() else { return };
    let it = account.instances(&["several"]).await;
    let store = account.known(&["network-interfaces", "security-groups"]).await;
    let first = account.id("first").to_string();
    let plan = account.plan_in(&store, "change-security-groups", &it, &[("groups", &first)]);
    assert_eq!(plan.steps[0].call.op.name, "ModifyNetworkInterfaceAttribute");
    // moto keeps the groups of an instance and of its interfaces apart: the interface is what was changed.
    let interface = plan.steps[0].call.get("NetworkInterfaceId").and_then(|a| a.as_str()).unwrap().to_string();
    account.carried("change-security-groups", plan).await;
    assert_eq!(account.truth("network-interfaces", "id", &interface)["security_group_ids"], json!([first]));
}

#[tokio::test]
async fn targets_are_registered_and_deregistered() {
    let Some(account) = account() else { return };
    let arn = account.id("group");
    let group = account.rows("target-groups", None, |id| id == arn).await;
    account.act("register", &group, &[("target", account.id("spare"))]).await;
    assert_eq!(account.truth("targets", "id", account.id("spare"))["port"], 80);
    let id = account.id("target");
    let rows = account.rows("targets", Some(arn), |row| row.contains(id)).await;
    account.act("deregister", &rows, &[]).await;
    // moto forgets a target at once: no draining to see.
    assert_eq!(account.truth("targets", "id", id), Json::Null);
    assert_eq!(account.truth("targets", "id", account.id("spare"))["port"], 80);
}

#[tokio::test]
async fn an_instance_that_stands_still_gets_another_type() {
    let Some(account) = account() else { return };
    account.act("change-type", &account.instances(&["target"]).await, &[("type", "m5.large")]).await;
    let seen = account.truth("instances", "id", account.id("target"));
    assert_eq!([&seen["type"], &seen["state"]], [&json!("m5.large"), &json!("running")]);
}

#[tokio::test]
async fn another_instance_is_launched_like_one_that_is_there() {
    let Some(account) = account() else { return };
    let bystander = account.instances(&["bystander"]).await;
    // moto says no group of an instance.
    let groups = account.rows("security-groups", None, |_| true).await;
    let of_vpc = |t: &&Target| t.record.get(&security_groups::VPC_ID).as_str() == Some(account.id("vpc"));
    let group = groups.iter().find(of_vpc).unwrap().record.id.to_string();
    account.act("launch-more", &bystander, &[("name", "its-like"), ("groups", &group)]).await;
    let (like, one) =
        (account.truth("instances", "name", "its-like"), account.truth("instances", "id", account.id("bystander")));
    for field in ["type", "image_id", "subnet_id", "vpc_id"] {
        assert_eq!(like[field], one[field], "{field}");
    }
    assert_eq!(like["$tags"]["Env"], "dev");
}
