//! Actions on launch templates, groups, alarms and objects; what a dry run and a read-only process leave alone.

use serde_json::{Value as Json, json};
use skydeck::act::dry_run;
use skydeck::aws::{Gateway, GatewayConfig};
use skydeck::base::{Clock, FaultKind};
use skydeck::kinds::registry::ALL;
use skydeck::model::{ActEvent, DryRun};

use super::account;

#[tokio::test]
async fn a_group_gets_the_desired_capacity() {
    let Some(account) = account() else { return };
    let rows = account.rows("auto-scaling-groups", None, |id| id == "그룹 1").await;
    account.act("set-desired-capacity", &rows, &[("desired", "3")]).await;
    // moto launches at once, and keeps no activities.
    assert_eq!(account.truth("auto-scaling-groups", "name", "그룹 1")["desired"], 3);
}

#[tokio::test]
async fn alarms_are_silenced_and_heard_again() {
    let Some(account) = account() else { return };
    let alarm = async |name: &'static str| account.rows("alarms", None, move |id| id == name).await;
    account.act("disable-actions", &alarm("on").await, &[]).await;
    account.act("enable-actions", &alarm("off").await, &[]).await;
    let on = |name: &str| account.truth("alarms", "name", name)["actions_enabled"].clone();
    assert_eq!([on("on"), on("off"), on("other")], [json!(false), json!(true), json!(true)]);
}

#[tokio::test]
async fn an_object_is_downloaded_whole_and_its_key_cannot_leave_the_folder() {
    let Some(account) = account() else { return };
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("into");
    std::fs::create_dir(&into).unwrap();
    let values = [("folder", into.to_str().unwrap())];
    account.act("download", &account.rows("objects", Some("downloads/dir/"), |_| true).await, &values).await;
    account.act("download", &account.rows("objects", Some("downloads"), |id| id == "..").await, &values).await;
    let files: Vec<Vec<u8>> =
        std::fs::read_dir(&into).unwrap().map(|f| std::fs::read(f.unwrap().path()).unwrap()).collect();
    assert_eq!(files.len(), 2, "both are in the folder");
    assert!(files.contains(&(0..=255).cycle().take(256 * 4096).collect::<Vec<u8>>()), "whole");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing beside the folder");
}

#[tokio::test]
async fn a_dry_run_is_allowed_and_changes_nothing() {
    let Some(account) = account() else { return };
    let plan = account.plan("terminate", &account.instances(&["bystander"]).await, &[]);
    assert!(matches!(dry_run(&account.gateway, &ALL, &plan).await, DryRun::Allowed));
    assert_eq!(account.state("bystander"), "running");
}

#[tokio::test]
async fn no_confirmed_plan_leaves_a_read_only_process() {
    let Some(account) = account() else { return };
    let base = GatewayConfig::new(Clock::system(), ALL.operations());
    let gateway = Gateway::new(GatewayConfig { read_only: true, ..base });
    let plan = account.plan("terminate", &account.instances(&["bystander"]).await, &[]);
    assert!(matches!(dry_run(&gateway, &ALL, &plan).await, DryRun::NotAsked));
    let (events, _) = account.carry_with(gateway, plan).await;
    let refused = |e: &ActEvent| matches!(e, ActEvent::Failed { fault, .. } if fault.kind == FaultKind::ReadOnly);
    assert!(events.iter().any(refused) && !events.iter().any(|e| matches!(e, ActEvent::Done { .. })), "{events:?}");
    assert_eq!(account.state("bystander"), "running");
}

#[tokio::test]
async fn launch_templates_get_versions_are_launched_and_deleted() {
    let Some(account) = account() else { return };
    let image = account.id("image").to_string();
    let image = image.as_str();
    let values = [("name", "made-lt"), ("image", image), ("type", "t3.micro"), ("key", "none"), ("description", "one")];
    account.make("create-launch-template", &values).await;
    let made = account.truth("launch-templates", "name", "made-lt");
    assert_eq!(made["default_version"], 1);
    let id = made["id"].as_str().unwrap().to_string();
    let first = account.rows("launch-template-versions", Some(&id), |_| true).await;
    // Said again, because moto inherits nothing from a source version.
    let over = [("type", "t3.small"), ("image", image), ("description", "two"), ("hibernation", "yes")];
    account.act("new-version", &first, &over).await;
    let two = format!("{id}:2");
    let seen = account.truth("launch-template-versions", "id", &two);
    assert_eq!(
        [&seen["type"], &seen["image_id"], &seen["description"]],
        [&json!("t3.small"), &json!(image), &json!("two")]
    );
    let second = account.rows("launch-template-versions", Some(&id), |row| row == two).await;
    account.act("set-default", &second, &[]).await;
    assert_eq!(account.truth("launch-templates", "id", &id)["default_version"], 2);
    // moto takes HibernationOptions and forgets them.
    account.act("launch", &second, &[("name", "from-lt"), ("hibernation", "yes")]).await;
    assert_eq!(account.truth("instances", "name", "from-lt")["type"], "t3.small");
    let template = account.rows("launch-templates", None, |row| row == id).await;
    account.act("delete", &template, &[]).await;
    assert_eq!(account.truth("launch-templates", "name", "made-lt"), Json::Null);
}
