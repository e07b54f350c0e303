//! Actions on volumes, snapshots and images.

use serde_json::{Value as Json, json};
use skydeck::kinds::ec2::permissions;

use super::{REGION, account};

#[tokio::test]
async fn volumes_are_made_attached_detached_and_deleted() {
    let Some(account) = account() else { return };
    let host = account.id("bystander");
    let zone = account.truth("instances", "id", host)["zone"].as_str().unwrap().to_string();
    let values = [("size", "7"), ("zone", zone.as_str()), ("name", "data"), ("attach", host), ("device", "/dev/sdg")];
    account.make("create-volume", &values).await;
    let seen = || account.truth("volumes", "name", "data");
    let volume = seen();
    assert_eq!(
        [&volume["state"], &volume["instances"], &volume["device"]],
        [&json!("in-use"), &json!([host]), &json!("/dev/sdg")]
    );
    assert_eq!([&volume["size_gib"], &volume["type"], &volume["encrypted"]], [&json!(7), &json!("gp3"), &json!(true)]);
    let id = volume["id"].as_str().unwrap();
    let rows = async || account.rows("volumes", None, |row| row == id).await;
    account.act("detach", &rows().await, &[]).await;
    assert_eq!(seen()["state"], "available");
    account.act("attach", &rows().await, &[("instance", host), ("device", "/dev/sdh")]).await;
    assert_eq!(seen()["device"], "/dev/sdh");
    account.act("detach", &rows().await, &[("force", "yes")]).await;
    account.act("delete", &rows().await, &[]).await;
    assert_eq!(seen(), Json::Null);
}

#[tokio::test]
async fn snapshots_are_made_and_deleted() {
    // moto has no CreateImage with tags on the snapshots: the embedded account is the judge of that.
    let Some(account) = account() else { return };
    let volume = account.rows("volumes", None, |_| true).await[..1].to_vec();
    account.act("create-snapshot", &volume, &[("name", "before"), ("description", "it's [a]")]).await;
    let snapshot = account.truth("snapshots", "name", "before");
    assert_eq!(
        (&snapshot["volume"], &snapshot["description"]),
        (&json!(volume[0].record.id.as_str()), &json!("it's [a]"))
    );
    let id = snapshot["id"].as_str().unwrap().to_string();
    account.act("delete", &account.rows("snapshots", None, |row| row == id).await, &[]).await;
    assert_eq!(account.truth("snapshots", "name", "before"), Json::Null);
}

#[tokio::test]
async fn a_snapshot_is_shared_copied_and_restored() {
    let Some(account) = account() else { return };
    let volume = account.rows("volumes", None, |_| true).await[..1].to_vec();
    account.act("create-snapshot", &volume, &[("name", "to-share")]).await;
    let id = account.truth("snapshots", "name", "to-share")["id"].as_str().unwrap().to_string();
    let rows = async || account.rows("snapshots", None, |row| row == id).await;
    account.act("share", &rows().await, &[("with", "111122223333,444455556666")]).await;
    let with = async || account.rows("snapshot-permissions", None, |row| row == id).await[0].record.clone();
    let shared = |row: &skydeck::model::Record| row.get(&permissions::SHARED_WITH).items();
    assert_eq!(shared(with().await.as_ref()), ["111122223333", "444455556666"]);
    // The list as it is to be: one goes, and everybody comes.
    let (it, known) = (rows().await, with().await);
    let plan = account.plan_knowing("share", &it[0], known, &[("with", "444455556666"), ("public", "yes")]);
    account.carried("share", plan).await;
    assert_eq!(shared(with().await.as_ref()), ["444455556666", "all"]);
    account.act("copy", &rows().await, &[("region", REGION), ("description", "a copy's")]).await;
    let copy = account.truth("snapshots", "description", "a copy's");
    assert_eq!(copy["state"], "completed");
    assert_ne!(copy["id"], id.as_str());
    let zone = [("zone", "ap-northeast-2a"), ("size", "100"), ("name", "restored")];
    account.act("restore", &rows().await, &zone).await;
    let restored = account.truth("volumes", "name", "restored");
    assert_eq!((&restored["snapshot"], &restored["size_gib"]), (&json!(id), &json!(100)));
}

#[tokio::test]
async fn an_image_is_copied_and_shared_and_deregistered() {
    let Some(account) = account() else { return };
    let public = account.rows_by("images", &[("id", "ami-12c6146b")]).await;
    account.act("copy", &public, &[("region", REGION), ("name", "mine"), ("description", "it's [a]")]).await;
    let copy = account.truth("images", "name", "mine");
    assert_eq!((&copy["state"], &copy["description"]), (&json!("available"), &json!("it's [a]")));
    let id = copy["id"].as_str().unwrap().to_string();
    let rows = async || account.rows("images", None, |row| row == id).await;
    account.act("share", &rows().await, &[("with", "111122223333"), ("public", "yes")]).await;
    let with = account.rows("image-permissions", None, |row| row == id).await;
    assert_eq!(with[0].record.get(&permissions::SHARED_WITH).items(), ["111122223333", "all"]);
    assert_eq!(account.truth("images", "name", "mine")["public"], true);
    account.act("deregister", &rows().await, &[]).await;
    assert_eq!(account.truth("images", "name", "mine"), Json::Null);
}

#[tokio::test]
async fn a_volume_grows_and_gets_another_type() {
    let Some(account) = account() else { return };
    account.make("create-volume", &[("size", "7"), ("zone", "ap-northeast-2a"), ("name", "grows")]).await;
    let seen = || account.truth("volumes", "name", "grows");
    let id = seen()["id"].as_str().unwrap().to_string();
    let rows = async || account.rows("volumes", None, |row| row == id).await;
    account.act("modify", &rows().await, &[("size", "9")]).await;
    assert_eq!((&seen()["size_gib"], &seen()["type"]), (&json!(9), &json!("gp3")));
    account.act("modify", &rows().await, &[("type", "io2"), ("iops", "400")]).await;
    assert_eq!((&seen()["type"], &seen()["iops"]), (&json!("io2"), &json!(400)));
    let last = account.rows("volume-modifications", None, |row| row == id).await;
    assert_eq!(last[0].record.state.as_ref().map(|(_, s)| s.as_str()), Some("completed"));
}
