//! Skydeck against moto, a server that nobody here wrote, filled by boto3 with data chosen for trouble and judged by what boto3
//! then says, never by our own reader alone.

mod binary;
mod lists;
mod rows;

use std::sync::LazyLock;

use serde_json::Value as Json;

use crate::support::left_out;
use crate::support::moto::Moto;

/// Where most of it is.
const HOME: &str = "ap-northeast-2";

/// As much again.
const OTHER: &str = "eu-west-1";

/// Where there is nothing.
const NOWHERE: &str = "ca-central-1";

/// Kinds that moto answers; `activities` it does not keep, and metrics of its own it has none.
const KINDS: [&str; 50] = [
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
    "nat-gateways",
    "egress-only-gateways",
    "peerings",
    "transit-gateway-attachments",
    "endpoints",
    "route-tables",
    "routes",
    "network-acls",
    "network-acl-entries",
    "prefix-lists",
    "prefix-list-entries",
    "dhcp-options",
    "flow-logs",
    "subnet-routing",
    "route-targets",
    "vpc-attributes",
    "spot-requests",
    "instance-statuses",
    "regions",
    "availability-zones",
    "load-balancers",
    "target-groups",
    "targets",
    "target-group-health",
    "load-balancer-listeners",
    "auto-scaling-groups",
    "buckets",
    "alarms",
    "load-balancer-tags",
    "target-group-tags",
    "bucket-tags",
    "alarm-tags",
    "instance-volumes",
];

/// Kinds of EC2 beside instances whose rows are asked for by id, and printed.
const EC2_KINDS: [&str; 20] = [
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
    "nat-gateways",
    "egress-only-gateways",
    "prefix-lists",
    "dhcp-options",
    "flow-logs",
    "routes",
];

/// Kinds whose rows moto cannot be asked for by id, as AWS can (each of these filters is in EC2's API reference): it answers HTTP 500 to
/// `network-acl-id` and to `vpc-endpoint-id`, and passes over `vpc-peering-connection-id` (over each filter of peerings) and over
/// `transit-gateway-attachment-id`.
const NOT_BY_ID: [&str; 5] =
    ["network-acls", "network-acl-entries", "endpoints", "peerings", "transit-gateway-attachments"];

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
