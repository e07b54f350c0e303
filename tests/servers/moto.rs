//! Skydeck against moto, a server that nobody here wrote, filled by boto3 with data chosen for trouble and judged by what boto3
//! then says, never by our own reader alone.

use std::process::Command;
use std::sync::LazyLock;

use crate::support::moto::Moto;
use crate::support::rows::{differences, elements, gateway, pages};
use crate::support::{left_out, rows};
use serde_json::Value as Json;
use skydeck::kinds::What;
use skydeck::model::Selector;

/// Where most of it is.
const HOME: &str = "ap-northeast-2";
/// As much again.
const OTHER: &str = "eu-west-1";
/// Where there is nothing.
const NOWHERE: &str = "ca-central-1";

/// Kinds that moto answers; `activities` it does not keep, and metrics of its own it has none. Not among them yet, although moto has them: routes, entries of network ACLs, NAT gateways, egress-only gateways,
/// peerings, attachments to transit gateways, endpoints, prefix lists, DHCP options and flow logs.
const KINDS: [&str; 37] = [
    "instances",
    "volumes",
    "images",
    "snapshots",
    "launch-templates",
    "network-interfaces",
    "launch-template-versions",
    "instance-types",
    "instance-type-zones",
    "security-groups",
    "security-group-rules",
    "security-group-usage",
    "addresses",
    "key-pairs",
    "vpcs",
    "subnets",
    "internet-gateways",
    "route-tables",
    "network-acls",
    "subnet-routing",
    "vpc-attributes",
    "spot-requests",
    "instance-statuses",
    "regions",
    "availability-zones",
    "load-balancers",
    "target-groups",
    "targets",
    "target-group-health",
    "auto-scaling-groups",
    "buckets",
    "alarms",
    "load-balancer-tags",
    "target-group-tags",
    "bucket-tags",
    "alarm-tags",
    "instance-volumes",
];

/// Kinds of EC2 beside instances whose rows are asked for by id, and printed. Network ACLs are not among them, since moto does not know the filter
/// `network-acl-id`, nor peerings, whose filters it passes over.
const EC2_KINDS: [&str; 14] = [
    "volumes",
    "images",
    "snapshots",
    "launch-templates",
    "network-interfaces",
    "instance-types",
    "security-groups",
    "security-group-rules",
    "addresses",
    "key-pairs",
    "vpcs",
    "subnets",
    "internet-gateways",
    "route-tables",
];

/// What the tests of this file share. If it cannot be filled, the first test says why and the others fail at once.
static SERVER: LazyLock<Moto> = LazyLock::new(|| {
    let moto = Moto::start();
    moto.run("seed.py", &[HOME, OTHER]);
    moto
});

/// The server, filled; see [`Moto::inside`]. `None`: there is nothing more to do here.
fn seeded(account: Option<&str>) -> Option<Moto> {
    if let Some(here) = Moto::of_parent() {
        return Some(here);
    }
    if left_out("moto") {
        return None;
    }
    SERVER.inside(account, &[]);
    None
}

/// What boto3 sees, by the words that it was asked with.
fn truth(moto: &Moto, region: &str, words: &[&str]) -> Json {
    moto.run("truth.py", &[&[region], words].concat())
}

/// What boto3 sees must be there, and be enough that the comparison means something.
fn least(kind: &str) -> usize {
    match kind {
        "instances" | "instance-statuses" => 19,
        "targets" => 5,
        "volumes" => 19,
        "addresses" | "key-pairs" => 2,
        "vpcs" => 6,
        "nat-gateways" | "peerings" | "egress-only-gateways" => 3,
        "security-groups" | "security-group-usage" => 5,
        "instance-types" | "instance-type-zones" => 500,
        "security-group-rules" => 12,
        "subnets" | "route-tables" | "network-acls" | "subnet-routing" => 4,
        "target-groups" | "target-group-health" | "target-group-tags" => 6,
        "alarms" | "alarm-tags" => 112,
        "buckets" | "bucket-tags" => 3,
        _ => 2,
    }
}

async fn agree(moto: &Moto, region: &str) {
    let gateway = gateway();
    let mut wrong = Vec::new();
    let truth = truth(moto, region, &KINDS);
    for kind in KINDS {
        let rows = truth[kind]["rows"].as_array().unwrap().len();
        assert!(rows >= least(kind), "the seed left only {rows} {kind}");
        wrong.extend(differences(kind, &elements(&gateway, kind, region, None).await, &truth[kind]));
    }
    assert!(wrong.is_empty(), "{} differences in {region}:\n  {}", wrong.len(), wrong.join("\n  "));
}

#[tokio::test]
async fn every_kind_lists_what_boto3_sees() {
    let Some(moto) = seeded(None) else { return };
    agree(&moto, HOME).await;
}

#[tokio::test]
async fn every_kind_lists_what_boto3_sees_in_a_second_region() {
    let Some(moto) = seeded(None) else { return };
    agree(&moto, OTHER).await;
}

/// Lists everything where there is nothing; gives the kinds that had rows all the same.
async fn not_empty(region: &str) -> Vec<&'static str> {
    let gateway = gateway();
    let mut found = Vec::new();
    for kind in KINDS.into_iter().chain(["activities"]) {
        if !elements(&gateway, kind, region, None).await.is_empty() {
            found.push(kind);
        }
    }
    found
}

/// A region has a default VPC with its group and subnets before anybody uses it.
const OF_A_NEW_REGION: [&str; 14] = [
    "snapshots",
    "instance-types",
    "instance-type-zones",
    "security-groups",
    "security-group-rules",
    "security-group-usage",
    "vpcs",
    "subnets",
    "route-tables",
    "network-acls",
    "subnet-routing",
    "vpc-attributes",
    "regions",
    "availability-zones",
];

#[tokio::test]
async fn a_region_without_anything_is_empty_and_no_error() {
    let Some(_moto) = seeded(None) else { return };
    assert_eq!(not_empty(NOWHERE).await, [&OF_A_NEW_REGION[..], &["buckets", "bucket-tags"]].concat());
}

#[tokio::test]
async fn an_empty_account_of_an_assumed_role_is_empty_and_no_error() {
    let Some(_moto) = seeded(Some("111122223333")) else { return };
    assert_eq!(not_empty(HOME).await, OF_A_NEW_REGION);
    let gateway = gateway();
    let profile = gateway.profiles_in_use()[0].clone();
    assert_eq!(gateway.identity(&profile).await.unwrap().account, "111122223333");
}

#[tokio::test]
async fn objects_with_troublesome_keys_are_listed_level_by_level_as_boto3_sees_them() {
    let Some(moto) = seeded(None) else { return };
    let gateway = gateway();
    let levels = [("", 10), ("/many/", 1150), ("/folders/", 30), ("/marker/", 2), ("/..", 2), ("/a/", 1)];
    let words = levels.map(|(level, _)| format!("objects=trouble-bucket{level}"));
    let words: Vec<&str> = words.iter().map(String::as_str).chain(["objects=empty-bucket"]).collect();
    let truth = truth(&moto, HOME, &words);
    let mut wrong = Vec::new();
    for (word, least) in words.iter().zip(levels.map(|(_, least)| least).into_iter().chain([0])) {
        assert!(truth[word]["rows"].as_array().unwrap().len() >= least, "the seed left too few in {word}");
        let level = word.trim_start_matches("objects=");
        wrong.extend(differences(level, &elements(&gateway, "objects", HOME, Some(level)).await, &truth[word]));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let many = Selector::Parent("trouble-bucket/many/".into());
    let pages = pages(&gateway, "objects", HOME, many, What::Everything).await;
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [1000, 150], "page by page, none held back");
}

#[tokio::test]
async fn rows_asked_for_by_id_are_those_rows_and_a_missing_one_fails_nothing() {
    let Some(_moto) = seeded(None) else { return };
    let gateway = gateway();
    let kinds = ["instances", "load-balancers", "target-groups", "auto-scaling-groups", "alarms", "buckets"];
    for kind in kinds.into_iter().chain(EC2_KINDS) {
        let all: Vec<_> = pages(&gateway, kind, HOME, Selector::All, What::Everything).await.concat();
        let mut ids: Vec<_> = all.iter().take(2).map(|r| r.id.clone()).collect();
        let missing = match kind {
            "instances" => "i-0123456789abcdef0",
            "volumes" => "vol-0123456789abcdef0",
            "addresses" => "eipalloc-0123456789abcdef0",
            "key-pairs" => "key-0123456789abcdef0",
            "vpcs" => "vpc-0123456789abcdef0",
            "images" => "ami-0123456789abcdef0",
            "snapshots" => "snap-0123456789abcdef0",
            "launch-templates" => "lt-0123456789abcdef0",
            "network-interfaces" => "eni-0123456789abcdef0",
            "instance-types" => "t9.none",
            "security-groups" => "sg-0123456789abcdef0",
            "security-group-rules" => "sgr-0123456789abcdef0",
            "subnets" => "subnet-0123456789abcdef0",
            "internet-gateways" => "igw-0123456789abcdef0",
            "route-tables" => "rtb-0123456789abcdef0",
            "load-balancers" => {
                "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:loadbalancer/app/none/0123456789abcdef"
            }
            "target-groups" => {
                "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:targetgroup/none/0123456789abcdef"
            }
            _ => "none",
        };
        ids.push(missing.into());
        let what = What::Ids(ids.clone().into());
        let mut got: Vec<_> =
            rows::pages(&gateway, kind, HOME, Selector::All, what).await.concat().into_iter().map(|r| r.id).collect();
        got.sort();
        ids.pop();
        ids.sort();
        assert_eq!(got, ids, "{kind}");
    }
}

#[tokio::test]
async fn a_server_that_filters_brings_the_rows_that_the_query_finds_in_all() {
    // AWS has these (DescribeNetworkInterfaces and DescribeSpotInstanceRequests in its API reference), moto answers HTTP 500.
    // Of peerings it passes over every filter.
    const NOT_IN_MOTO: [(&str, &str); 9] = [
        ("network-interfaces", "association.public-ip"),
        ("network-interfaces", "ipv6-addresses.ipv6-address"),
        ("spot-requests", "status-code"),
        ("spot-requests", "instance-id"),
        ("spot-requests", "launch.instance-type"),
        ("spot-requests", "type"),
        ("spot-requests", "launched-availability-zone"),
        ("spot-requests", "product-description"),
        ("spot-requests", "launch.image-id"),
    ];
    let Some(_moto) = seeded(None) else { return };
    let gateway = gateway();
    let mut tried = 0;
    for kind in KINDS.into_iter().filter_map(|k| skydeck::kinds::registry::ALL.kind(k)).map(|d| d.info) {
        let fields: Vec<_> = kind
            .iter()
            .enumerate()
            .filter(|(_, f)| f.filter.is_some_and(|f| !NOT_IN_MOTO.contains(&(kind.name, f.name))))
            .collect();
        if fields.is_empty() {
            continue;
        }
        let whole = pages(&gateway, kind.name, HOME, Selector::All, What::Everything).await.concat();
        for (at, info) in fields {
            let value = |r: &skydeck::model::Record| match r.at(at) {
                skydeck::model::Value::Bool(flag) => Some(arcstr::ArcStr::from(flag.to_string())),
                value => {
                    let address = |b| match b {
                        skydeck::model::addresses::Block::Ip(ip) => Some(arcstr::format!("{ip}")),
                        skydeck::model::addresses::Block::Net(_) => None,
                    };
                    value.items().first().cloned().or_else(|| value.blocks().find_map(address))
                }
            };
            let Some(value) = whole.iter().find_map(value) else { continue };
            let filters = skydeck::model::Filters::of(kind, [(info.name, vec![value.clone()])]).unwrap();
            let got = pages(&gateway, kind.name, HOME, Selector::Filter(filters), What::Everything).await.concat();
            let query = skydeck::query::Query::parse(&format!("{}=\"{value}\"", info.name), kind).unwrap();
            let mut wanted = whole.clone();
            wanted.retain(|r| query.matches(r, skydeck::base::Time::default()));
            let ids = |rows: &[skydeck::model::Record]| {
                rows.iter().map(|r| r.id.clone()).collect::<std::collections::BTreeSet<_>>()
            };
            assert_eq!(ids(&got), ids(&wanted), "{} {}={value}", kind.name, info.name);
            tried += 1;
        }
    }
    assert!(tried > 10, "{tried}");
}

#[tokio::test]
async fn a_row_is_shown_in_the_servers_own_words() {
    let Some(_moto) = seeded(None) else { return };
    let gateway = gateway();
    // The health of a group is an answer without the group's name in it; nobody opens a row of what is joined to others.
    let opened = |k: &&str| {
        let def = skydeck::kinds::registry::ALL.kind(k).unwrap();
        assert!(def.raw.is_some() || def.info.side, "{k} has no raw answer");
        // A network ACL is asked for by a filter that moto does not know, a peering by one that it passes over.
        def.raw.is_some() && !matches!(*k, "target-group-health" | "network-acls" | "network-acl-entries" | "peerings")
    };
    for kind in KINDS.into_iter().filter(opened) {
        let row = pages(&gateway, kind, HOME, Selector::All, What::Everything).await.concat().swap_remove(0);
        let answer = rows::raw(&gateway, &row, HOME).await.unwrap_or_else(|f| panic!("{kind} {}: {f}", row.id));
        let part = answer.parts.last().unwrap();
        assert!(part.came.lines.len() > 2, "{kind}: {part:?}");
        assert!(part.came.title.contains("  "), "{kind} is not cut to the row: {}", part.came.title);
    }
}

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
    let kinds = [&kinds[..], &EC2_KINDS].concat();
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
    let truth = truth(&moto, HOME, &["instances", "volumes", "addresses", "load-balancers"]);
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
    let (code, out, err) = get(&["waste", "-o", "json", "--region", HOME, "--endpoint-url", &moto.url]);
    assert_eq!(code, Some(0), "{err}");
    let got: Vec<Json> = serde_json::from_str(&out).unwrap();
    let costs: Vec<f64> = got.iter().filter_map(|r| r["facts"]["cost"].as_f64()).collect();
    assert!(
        costs.is_sorted_by(|a, b| a >= b) && costs.iter().all(|c| *c > 0.0),
        "what costs most comes first: {costs:?}"
    );
    let of = |r: &Json| format!("{} {}", r["facts"]["kind"].as_str().unwrap(), r["id"].as_str().unwrap());
    let mut ours: Vec<String> = got.iter().filter(|r| r["facts"]["kind"] != "load-balancers").map(of).collect();
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
