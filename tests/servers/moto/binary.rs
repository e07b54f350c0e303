//! `skydeck get` and `skydeck find`, the real binary, against moto.

use std::process::Command;

use serde_json::Value as Json;

use super::{EC2_KINDS, HOME, NOT_BY_ID, OTHER, seeded, truth};
use crate::support::rows::differences;

/// `skydeck get`, the real binary, with this process's environment.
fn get(args: &[&str]) -> (Option<i32>, String, String) {
    let home = tempfile::tempdir().unwrap();
    let out =
        Command::new(env!("CARGO_BIN_EXE_skydeck")).arg("get").args(args).env("HOME", home.path()).output().unwrap();
    let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
    (out.status.code(), text(&out.stdout), text(&out.stderr))
}

#[tokio::test]
async fn the_binary_prints_as_json_what_boto3_sees() {
    let Some(moto) = seeded(None) else { return };
    let kinds = ["instances", "load-balancers", "target-groups", "targets", "auto-scaling-groups", "buckets", "alarms"];
    let kinds = [&kinds[..], &EC2_KINDS, &NOT_BY_ID].concat();
    let truth = truth(&moto, OTHER, &kinds);
    let mut wrong = Vec::new();
    for kind in kinds {
        let (code, out, err) = get(&[kind, "-o", "json", "--region", OTHER, "--endpoint-url", &moto.url]);
        assert_eq!(code, Some(0), "{kind}: {err}");
        let rows: Vec<Json> = serde_json::from_str(&out).unwrap();
        assert!(rows.iter().all(|r| r["account"] == "123456789012" && r["kind"] == kind), "{kind}: {}", rows[0]);
        wrong.extend(differences(kind, &rows, &truth[kind]));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn what_is_wasted_is_what_boto3_sees_unused() {
    let Some(moto) = seeded(None) else { return };
    let truth = truth(&moto, HOME, &["instances", "volumes", "addresses", "unused"]);
    let rows = |kind: &str| truth[kind]["rows"].as_array().unwrap().clone();
    let state = |r: &Json| r["state"].as_str().unwrap_or_default().to_string();
    let stopped: Vec<Json> =
        rows("instances").iter().filter(|r| state(r) == "stopped").map(|r| r["id"].clone()).collect();
    let on_stopped = |r: &Json| {
        let all = r["instances"].as_array().cloned().unwrap_or_default();
        !all.is_empty() && all.iter().all(|i| stopped.contains(i))
    };
    let unused = |r: &&Json| match state(r).as_str() {
        "available" | "unattached" => true,
        "in-use" => on_stopped(r),
        _ => stopped.contains(&r["instance"]),
    };
    let mut wanted: Vec<String> = Vec::new();
    for kind in ["volumes", "addresses"] {
        wanted.extend(rows(kind).iter().filter(unused).map(|r| format!("{kind} {}", r["id"].as_str().unwrap())));
    }
    let more: Vec<String> = rows("unused")
        .iter()
        .map(|r| format!("{} {}", r["kind"].as_str().unwrap(), r["id"].as_str().unwrap()))
        .collect();
    for kind in ["nat-gateways ", "security-groups "] {
        assert!(more.iter().any(|line| line.starts_with(kind)), "the seed left no unused {kind}: {more:?}");
    }
    wanted.extend(more);
    let (code, out, err) = get(&["waste", "-o", "json", "--region", HOME, "--endpoint-url", &moto.url]);
    assert_eq!(code, Some(0), "{err}");
    let got: Vec<Json> = serde_json::from_str(&out).unwrap();
    let costs: Vec<f64> = got.iter().filter_map(|r| r["facts"]["cost"].as_f64()).collect();
    assert!(costs.is_sorted_by(|a, b| a >= b), "what costs most comes first: {costs:?}");
    for row in &got {
        let (kind, cost) = (row["facts"]["kind"].as_str().unwrap(), row["facts"]["cost"].as_f64());
        assert_eq!(cost == Some(0.0), kind == "security-groups", "{row}");
        assert!(row["facts"]["clean_up"].is_string(), "{row}");
    }
    let of = |r: &Json| format!("{} {}", r["facts"]["kind"].as_str().unwrap(), r["id"].as_str().unwrap());
    // Of balancers boto3 is asked for listeners alone: what is healthy is compared elsewhere.
    let judged = |r: &&Json| r["facts"]["kind"] != "load-balancers" || r["facts"]["why"] == "no listener";
    let mut ours: Vec<String> = got.iter().filter(judged).map(of).collect();
    wanted.sort();
    ours.sort();
    assert!(wanted.len() >= 2, "the seed left only {wanted:?}");
    assert_eq!(ours, wanted);
}

/// Every address that boto3 sees is traced to what boto3 says has it, whichever of two regions that is in.
#[tokio::test]
async fn an_address_leads_to_the_instance_that_boto3_says_has_it() {
    let Some(moto) = seeded(None) else { return };
    let find = |text: &str| {
        let home = tempfile::tempdir().unwrap();
        let args = ["find", text, "-o", "json", "--region", HOME, "--region", OTHER, "--endpoint-url", &moto.url];
        let out = Command::new(env!("CARGO_BIN_EXE_skydeck")).args(args).env("HOME", home.path()).output().unwrap();
        let rows: Vec<Json> = serde_json::from_slice(&out.stdout).unwrap_or_default();
        let found = rows.iter().map(|r| format!("{} {} {}", r["region"], r["facts"]["kind"], r["id"]).replace('"', ""));
        (out.status.code(), found.collect::<Vec<_>>(), String::from_utf8_lossy(&out.stderr).into_owned())
    };
    let mut tried = 0;
    for region in [HOME, OTHER] {
        let seen = truth(&moto, region, &["instances"]);
        for row in seen["instances"]["rows"].as_array().unwrap().iter().take(4) {
            let (id, name) = (row["id"].as_str().unwrap(), row["name"].as_str().unwrap_or_default());
            let wanted = format!("{region} instances {id}");
            for text in ["private_ip", "public_ip", "private_dns", "public_dns"]
                .iter()
                .filter_map(|f| row[*f].as_str())
                .chain([id, name])
            {
                if text.is_empty() {
                    continue;
                }
                let (code, found, err) = find(text);
                // A public address is looked for by a filter that moto does not know, too: then not all could be looked at.
                let partly = code == Some(3) && err.contains("DescribeNetworkInterfaces");
                assert!((code == Some(0) || partly) && found.contains(&wanted), "{text}: {found:?} {err}");
                tried += 1;
            }
        }
    }
    assert!(tried > 20, "the seed left only {tried} to look for");
    let (code, found, err) = find("203.0.113.254");
    assert_eq!((code, found.len()), (Some(3), 0), "{err}");
    let (code, found, err) = find("no-such-thing");
    assert_eq!((code, found.len()), (Some(1), 0));
    assert!(err.contains("nothing was found that has no-such-thing, in 2 regions"), "{err}");
}

#[tokio::test]
async fn the_binary_filters_joins_regions_and_says_what_failed() {
    let Some(moto) = seeded(None) else { return };
    let count = |args: &[&str]| {
        let (code, out, err) = get(&[args, &["-o", "json"]].concat());
        assert_eq!(code, Some(0), "{args:?}: {err}");
        serde_json::from_str::<Vec<Json>>(&out).unwrap().len()
    };
    let seen = truth(&moto, HOME, &["instances"]);
    let stopped = |r: &&Json| r["state"] == "stopped";
    let rows = seen["instances"]["rows"].as_array().unwrap();
    assert_eq!(count(&["instances", "state:stopped"]), rows.iter().filter(stopped).count());
    assert_eq!(
        count(&["instances", "state:stopped", "--region", HOME, "--region", OTHER]),
        2 * rows.iter().filter(stopped).count()
    );
    // Tags that come from a call of their own, as the seed put them there.
    for (kind, some, of, tagged) in [
        ("load-balancers", "", 2, 1),
        ("target-groups", "web-tg", 1, 1),
        ("target-groups", "more-", 5, 0),
        ("buckets", "", 3, 2),
        ("alarms", "name:low,many-00", 11, 1),
    ] {
        assert_eq!(count(&[kind, some]), of, "{kind}");
        assert_eq!(count(&[kind, some, "tag:Env=prod"]), tagged, "{kind}");
        assert_eq!(count(&[kind, some, "!tag:Env=prod"]), of - tagged, "{kind}");
        let (_, out, _) = get(&[kind, some, "tag:Env=prod", "-o", "json"]);
        let rows: Vec<Json> = serde_json::from_str(&out).unwrap();
        assert!(rows.iter().all(|r| r["tags"] == serde_json::json!({"Env": "prod", "팀": "a\u{202e}b"})), "{kind}");
    }
    let (_, out, _) = get(&["alarms", "-o", "json"]);
    assert!(serde_json::from_str::<Vec<Json>>(&out).unwrap()[0]["tags"].is_null(), "not asked is not none");
    assert_eq!(count(&["instances", "termination_protection:yes"]), 1);
    assert_eq!(count(&["objects", "--of", "trouble-bucket/many/"]), 1150);
    let (code, out, _) = get(&["instances", "-o", "table"]);
    assert!(code == Some(0) && !out.contains(['\u{9b}', '\u{202e}']), "strangers' text is shown, not obeyed: {out:?}");
    let (code, _, err) = get(&["instances", "--endpoint-url", "http://127.0.0.1:9"]);
    assert!(code == Some(1) && err.contains("DescribeInstances"), "{code:?} {err}");
    let (code, _, err) = get(&["instnaces"]);
    assert!(code == Some(2) && err.contains("instances"), "{code:?} {err}");
}

#[tokio::test]
async fn the_binary_finds_and_shows_by_name_what_is_named_by_id() {
    let Some(moto) = seeded(None) else { return };
    let seen = truth(&moto, HOME, &["instances", "volumes", "vpcs", "subnets"]);
    let rows = |kind: &str| seen[kind]["rows"].as_array().unwrap().clone();
    let id_of = |kind: &str, name: &str| -> Vec<Json> {
        rows(kind).iter().filter(|r| r["name"] == name).map(|r| r["id"].clone()).collect()
    };
    let found = |args: &[&str]| -> Vec<Json> {
        let (code, out, err) = get(&[args, &["-o", "json"]].concat());
        assert_eq!(code, Some(0), "{args:?}: {err}");
        serde_json::from_str(&out).unwrap()
    };
    let (web, vpc) = (id_of("instances", "web-1"), id_of("vpcs", "운영 vpc \u{202e}gnp"));
    assert_eq!((web.len(), vpc.len()), (2, 1), "the seed has two instances of one name");
    let disks = rows("volumes").iter().filter(|v| web.contains(&v["instances"][0])).count();
    let volumes = found(&["volumes", "instance=web-1"]);
    assert_eq!(volumes.len(), disks);
    assert!(volumes.iter().all(|v| web.contains(&v["facts"]["instances"][0])), "JSON keeps the id: {}", volumes[0]);
    let subnets = rows("subnets").iter().filter(|s| s["vpc_id"] == vpc[0]).count();
    assert_eq!(found(&["subnets", "vpc:운영"]).len(), subnets);
    assert_eq!(found(&["subnets", "!vpc:운영"]).len(), rows("subnets").len() - subnets);
    assert_eq!(found(&["subnets", "운영"]).len(), subnets, "a word finds it too");
    let (code, out, _) = get(&["volumes", "instance=web-1", "-o", "table"]);
    assert!(code == Some(0) && out.contains("web-1") && !out.contains(" i-"), "{out}");
    let (_, out, _) = get(&["subnets", "-o", "table"]);
    assert!(out.contains("운영 vpc") && !out.contains('\u{202e}'), "a name is shown, not obeyed: {out:?}");
}
