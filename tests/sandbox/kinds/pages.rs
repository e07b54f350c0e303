//! Lists of several pages, rows below others, and what is asked for by calls of its own.

use skydeck::base::Scope;
use skydeck::kinds::What;
use skydeck::kinds::cloudwatch::instance_metrics;
use skydeck::kinds::ec2::instances::instance;
use skydeck::kinds::registry::ALL;
use skydeck::kinds::s3::objects;
use skydeck::model::{Record, Selector, Value};
use skydeck::sandbox::WorldSpec;

use super::{Account, ids};

#[tokio::test]
async fn volumes_of_a_fleet_come_page_by_page() {
    let found = Account::open(WorldSpec::Fleet(2500)).list("volumes", Selector::All, What::Everything).await;
    assert_eq!(found.rows.len(), 2500);
    assert_eq!(found.asked, ["DescribeVolumes"; 3], "pages of 1000");
}

#[tokio::test]
async fn a_fleet_comes_page_by_page() {
    let found = Account::open(WorldSpec::Fleet(2500)).list("instances", Selector::All, What::Everything).await;
    assert_eq!(found.rows.len(), 2500);
    assert_eq!(found.asked, ["DescribeInstances"; 3], "pages of 1000");
}

#[tokio::test]
async fn metrics_are_asked_for_by_instance_only_and_counted_as_charged() {
    let account = Account::open(WorldSpec::Demo);
    let rows = account.all("instances").await;
    let running: Vec<_> =
        rows.iter().filter(|r| instance::state(r) == instance::InstanceState::Running).take(3).collect();
    let found = account.list("instance-metrics", Selector::All, ids(running.iter().copied())).await;
    assert_eq!((found.rows.len(), found.metrics, found.asked.len()), (3, 3, 1));
    assert!(
        found.rows.iter().any(|r| matches!(r.get(&instance_metrics::CPU), Value::Series(s) if s.points.len() == 12))
    );
    let refused = account.try_list("instance-metrics", Selector::All, What::Everything).await;
    assert!(refused.is_err(), "metrics of everything cost money for rows that nobody sees");
    let found = account.list("metrics", Selector::Parent(running[0].id.clone()), What::Everything).await;
    assert_eq!((found.rows.len(), found.metrics), (4, 4));
}

#[tokio::test]
async fn targets_of_one_group_are_among_those_of_all() {
    let account = Account::open(WorldSpec::Demo);
    let all = account.all("targets").await;
    let group = account.all("target-groups").await.into_iter().find(|g| all.iter().any(|t| t.id.contains(&*g.id)));
    let group = group.unwrap();
    let of_one = account.list("targets", Selector::Parent(group.id.clone()), What::Everything).await.rows;
    assert!(!of_one.is_empty() && of_one.len() < all.len());
    assert!(of_one.iter().all(|t| all.iter().any(|a| a.id == t.id)));
}

#[tokio::test]
async fn every_bucket_of_the_account_opens_wherever_it_is() {
    let account = Account::open(WorldSpec::Demo);
    let mut folders = 0;
    for bucket in account.all("buckets").await {
        let rows = account.list("objects", Selector::Parent(bucket.id.clone()), What::Everything).await.rows;
        for row in rows.iter().filter(|r| r.get(&objects::TYPE).as_str() == Some("folder")).take(3) {
            folders += 1;
            let link = (ALL.kind("objects").unwrap().links)(row, &Scope::Global).remove(0);
            let inside = account.list("objects", link.selector, What::Everything).await.rows;
            assert!(!inside.is_empty(), "{} is empty", row.id);
            let again = account.list("objects", Selector::Parent(bucket.id.clone()), ids([row])).await.rows;
            assert_eq!(again.len(), 1, "{}", row.id);
        }
    }
    assert!(folders > 0);
}

fn tag(row: &Record, key: &str) -> Option<String> {
    row.tag(key).map(ToString::to_string)
}

#[tokio::test]
async fn tags_that_come_from_a_call_of_their_own_are_those_of_the_row() {
    let account = Account::open(WorldSpec::Demo);
    for (kind, of, operation) in [
        ("load-balancer-tags", "load-balancers", "DescribeTags"),
        ("target-group-tags", "target-groups", "DescribeTags"),
        ("bucket-tags", "buckets", "GetBucketTagging"),
        ("alarm-tags", "alarms", "ListTagsForResource"),
    ] {
        let rows = account.all(of).await;
        let all = account.list(kind, Selector::All, What::Everything).await;
        assert_eq!(all.rows.len(), rows.len(), "{kind}: each has an answer, also without tags");
        assert!(all.rows.iter().any(|r| !r.tags.is_empty()), "{kind}");
        let some = account.list(kind, Selector::All, ids(rows.iter().take(2))).await;
        assert_eq!(some.rows.len(), 2, "{kind}");
        let calls = some.asked.iter().filter(|o| **o == operation).count();
        assert_eq!(calls, if operation == "DescribeTags" { 1 } else { 2 }, "{kind}");
        // One that is gone fails no other.
        let gone = match of {
            "load-balancers" => rows[0].id.replace("loadbalancer/app/", "loadbalancer/app/x"),
            "target-groups" => rows[0].id.replace("targetgroup/", "targetgroup/x"),
            _ => "no-such-thing".into(),
        };
        let with_gone = What::Ids(vec![gone.into(), rows[0].id.clone()].into());
        let found = account.list(kind, Selector::All, with_gone).await.rows;
        assert_eq!(found.iter().map(|r| &r.id).collect::<Vec<_>>(), [&rows[0].id], "{kind}");
    }
    let buckets = account.all("bucket-tags").await;
    assert!(buckets.iter().any(|r| tag(r, "Retention").as_deref() == Some("1y")));
}
