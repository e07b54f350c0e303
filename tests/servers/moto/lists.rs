//! Lists compared with what boto3 sees, and where there is nothing.

use skydeck::kinds::What;
use skydeck::model::Selector;

use super::{HOME, KINDS, NOWHERE, OTHER, seeded, truth};
use crate::support::moto::Moto;
use crate::support::rows::{differences, elements, gateway, pages};

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
        "routes" | "route-targets" => 5,
        "network-acl-entries" => 14,
        "prefix-lists" | "prefix-list-entries" => 4,
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

/// A region has a default VPC with its group and subnets before anybody uses it, and AWS's own prefix lists. (AWS has a set of DHCP options there,
/// too, which moto has not.)
const OF_A_NEW_REGION: [&str; 19] = [
    "snapshots",
    "instance-types",
    "instance-type-zones",
    "security-groups",
    "security-group-rules",
    "security-group-usage",
    "vpcs",
    "subnets",
    "route-tables",
    "routes",
    "network-acls",
    "network-acl-entries",
    "prefix-lists",
    "prefix-list-entries",
    "subnet-routing",
    "route-targets",
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
