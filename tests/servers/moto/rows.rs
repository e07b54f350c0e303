//! Rows asked for by id and by filters, and shown in the server's own words.

use skydeck::kinds::What;
use skydeck::model::Selector;

use super::{EC2_KINDS, HOME, KINDS, NOT_BY_ID, seeded};
use crate::support::rows::{self, gateway, pages};

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
            "nat-gateways" => "nat-0123456789abcdef0",
            "egress-only-gateways" => "eigw-0123456789abcdef0",
            "prefix-lists" => "pl-0123456789abcdef0",
            "dhcp-options" => "dopt-0123456789abcdef0",
            "flow-logs" => "fl-0123456789abcdef0",
            "routes" => "rtb-0123456789abcdef0/0.0.0.0/0",
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
    // AWS has these in its API reference; moto answers HTTP 500, or (peerings, transit gateway attachments) passes over them and
    // gives all rows, or (flow logs) takes each row for SUCCESS whatever it says of it.
    const NOT_IN_MOTO: [(&str, &str); 21] = [
        ("flow-logs", "deliver-log-status"),
        ("network-acl-entries", "network-acl-id"),
        ("endpoints", "vpc-endpoint-id"),
        ("peerings", "vpc-peering-connection-id"),
        ("peerings", "status-code"),
        ("peerings", "requester-vpc-info.vpc-id"),
        ("peerings", "requester-vpc-info.owner-id"),
        ("peerings", "accepter-vpc-info.vpc-id"),
        ("peerings", "accepter-vpc-info.owner-id"),
        ("transit-gateway-attachments", "transit-gateway-attachment-id"),
        ("transit-gateway-attachments", "resource-owner-id"),
        ("transit-gateway-attachments", "transit-gateway-owner-id"),
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
        def.raw.is_some() && *k != "target-group-health" && !NOT_BY_ID.contains(k)
    };
    for kind in KINDS.into_iter().filter(opened) {
        let row = pages(&gateway, kind, HOME, Selector::All, What::Everything).await.concat().swap_remove(0);
        let answer = rows::raw(&gateway, &row, HOME).await.unwrap_or_else(|f| panic!("{kind} {}: {f}", row.id));
        let part = answer.parts.last().unwrap();
        assert!(part.came.lines.len() > 2, "{kind}: {part:?}");
        assert!(part.came.title.contains("  "), "{kind} is not cut to the row: {}", part.came.title);
    }
}
