//! The operations through the SDK: what the console sends and reads.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use bytes::Bytes;

use crate::base::{Clock, Time};
use crate::sandbox::faults::{Rule, Trouble};
use crate::sandbox::{Sandbox, WorldSpec};

const HOME: &str = "ap-northeast-2";

fn open(spec: WorldSpec) -> (Sandbox, Clock) {
    let clock = Clock::manual(Time::parse("2026-11-21T09:05:00Z").unwrap());
    (Sandbox::open(spec, clock.clone(), 1.0).unwrap(), clock)
}

#[expect(clippy::disallowed_methods, reason = "a test's client, which ends in the sandbox")]
fn client(sandbox: &Sandbox, region: &'static str) -> Client {
    Client::from_conf(
        aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .retry_config(aws_sdk_s3::config::retry::RetryConfig::disabled())
            .http_client(sandbox.http_client())
            .build(),
    )
}

async fn make(client: &Client, name: &str) {
    let place = CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::from(HOME)).build();
    client.create_bucket().bucket(name).create_bucket_configuration(place).send().await.unwrap();
}

/// A body whose length is said and whose bytes come in frames.
fn streamed(parts: Vec<Bytes>) -> ByteStream {
    struct Frames(std::vec::IntoIter<Bytes>, u64);
    impl http_body::Body for Frames {
        type Data = Bytes;
        type Error = std::io::Error;
        fn poll_frame(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, std::io::Error>>> {
            std::task::Poll::Ready(self.0.next().map(|b| Ok(http_body::Frame::data(b))))
        }
        fn size_hint(&self) -> http_body::SizeHint {
            http_body::SizeHint::with_exact(self.1)
        }
    }
    let len = parts.iter().map(|p| p.len() as u64).sum();
    ByteStream::new(SdkBody::from_body_1_x(Frames(parts.into_iter(), len)))
}

#[tokio::test]
async fn a_streamed_upload_is_stored_whole_and_comes_back_the_same() {
    let (sandbox, _) = open(WorldSpec::Empty);
    let s3 = client(&sandbox, HOME);
    make(&s3, "my-bucket").await;
    let parts: Vec<Bytes> = (0..40_u8).map(|n| Bytes::from(vec![n; 10_007])).collect();
    let whole: Vec<u8> = parts.concat();
    s3.put_object().bucket("my-bucket").key("가/나.bin").body(streamed(parts)).send().await.unwrap();
    let got = s3.get_object().bucket("my-bucket").key("가/나.bin").send().await.unwrap();
    assert_eq!(got.content_length(), Some(whole.len() as i64));
    assert_eq!(got.body.collect().await.unwrap().into_bytes(), whole);
}

#[tokio::test]
async fn thousands_of_objects_stream_page_by_page_and_folders_fold() {
    let (sandbox, _) = open(WorldSpec::Demo);
    let s3 = client(&sandbox, HOME);
    let mut pages = s3.list_objects_v2().bucket("shop-access-logs").into_paginator().send();
    let (mut count, mut page_count, mut last) = (0, 0, String::new());
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        page_count += 1;
        for object in page.contents() {
            let key = object.key().unwrap();
            assert!(key > last.as_str(), "{key} after {last}");
            last = key.to_owned();
            count += 1;
        }
    }
    assert_eq!((count, page_count), (4321, 5));
    let top = s3.list_objects_v2().bucket("shop-access-logs").delimiter("/").send().await.unwrap();
    assert_eq!(top.common_prefixes()[0].prefix(), Some("alb/"));
    assert_eq!(top.contents()[0].key(), Some("README.txt"));
}

#[tokio::test]
async fn names_with_control_characters_arrive_whole_when_they_are_encoded() {
    let (sandbox, _) = open(WorldSpec::Demo);
    let s3 = client(&sandbox, HOME);
    let page = s3
        .list_objects_v2()
        .bucket("team-shared-files")
        .prefix("control/")
        .encoding_type(aws_sdk_s3::types::EncodingType::Url)
        .send()
        .await
        .unwrap();
    let keys: Vec<_> = page.contents().iter().map(|o| o.key().unwrap().to_owned()).collect();
    assert!(keys.contains(&"control/bell%07.txt".to_owned()), "{keys:?}");
    for key in [
        "control/\u{1b}[31mred\u{1b}[0m.txt",
        "../../etc/passwd",
        "읽어보세요.txt",
        "space at end /file name with  two spaces.txt",
    ] {
        let head = s3.head_object().bucket("team-shared-files").key(key).send().await;
        assert!(head.is_ok(), "{key}: {head:?}");
    }
}

#[tokio::test]
async fn a_large_object_is_made_while_it_is_read_and_never_held() {
    let (sandbox, _) = open(WorldSpec::Demo);
    let s3 = client(&sandbox, HOME);
    let list = s3.list_objects_v2().bucket("shop-db-backups").prefix("orders/").send().await.unwrap();
    let newest = list.contents().last().unwrap();
    assert!(newest.size().unwrap() > 9_000_000_000);
    let key = newest.key().unwrap();
    let mut got = s3.get_object().bucket("shop-db-backups").key(key).send().await.unwrap();
    let first = got.body.next().await.unwrap().unwrap();
    assert!(first.len() <= 65_536);
    let range =
        s3.get_object().bucket("shop-db-backups").key(key).range("bytes=8000000000-8000000063").send().await.unwrap();
    assert_eq!(range.content_length(), Some(64));
    let archived = list.contents().first().unwrap().key().unwrap();
    let refused =
        s3.get_object().bucket("shop-db-backups").key(archived).send().await.unwrap_err().into_service_error();
    assert!(refused.is_invalid_object_state(), "{refused:?}");
}

#[tokio::test]
async fn a_bucket_asked_for_in_the_wrong_region_says_where_it_is() {
    let (sandbox, _) = open(WorldSpec::Demo);
    let s3 = client(&sandbox, HOME);
    let err = s3.list_objects_v2().bucket("analytics-exports-tokyo").send().await.unwrap_err();
    let raw = err.raw_response().unwrap();
    assert_eq!((raw.status().as_u16(), raw.headers().get("x-amz-bucket-region")), (301, Some("ap-northeast-1")));
    assert_eq!(err.into_service_error().meta().code(), Some("PermanentRedirect"));
    let err = s3.list_objects_v2().bucket("nobody-has-this-name").send().await.unwrap_err().into_service_error();
    assert!(err.is_no_such_bucket());
    let regions: std::collections::BTreeSet<String> = s3
        .list_buckets()
        .send()
        .await
        .unwrap()
        .buckets()
        .iter()
        .filter_map(|b| b.bucket_region().map(str::to_owned))
        .collect();
    assert_eq!(regions.into_iter().collect::<Vec<_>>(), ["ap-northeast-1", "ap-northeast-2"]);
}

#[tokio::test]
async fn faults_strike_as_often_as_said_in_the_protocols_own_shape() {
    let (sandbox, clock) = open(WorldSpec::Demo);
    let s3 = client(&sandbox, HOME);
    let read = || s3.get_object().bucket("shop-access-logs").key("README.txt").send();
    sandbox.faults().add("s3:GetObject throttle x1".parse().unwrap());
    let err = read().await.unwrap_err();
    assert_eq!(err.raw_response().unwrap().status().as_u16(), 503);
    assert_eq!(err.into_service_error().meta().code(), Some("SlowDown"));
    assert!(read().await.is_ok());
    sandbox.faults().add(Rule::new("s3", "*", Trouble::Deny).lasting(Duration::from_secs(30)));
    assert_eq!(read().await.unwrap_err().into_service_error().meta().code(), Some("AccessDenied"));
    clock.advance(Duration::from_secs(31));
    assert!(read().await.is_ok());
    sandbox.faults().add(Rule::new("s3", "GetObject", Trouble::Cut(10)).times(1));
    let body = read().await.unwrap().body.collect().await;
    assert!(body.is_err(), "a cut body must not look complete");
}

#[tokio::test]
async fn a_saved_world_keeps_uploads_and_versions() {
    let (sandbox, clock) = open(WorldSpec::Demo);
    let s3 = client(&sandbox, HOME);
    s3.put_object().bucket("shop-db-backups").key("mine").body(ByteStream::from_static(b"kept")).send().await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    sandbox.save(&dir.path().join("world")).unwrap();
    let again = Sandbox::load(&dir.path().join("world"), clock, 1.0).unwrap();
    let got = client(&again, HOME).get_object().bucket("shop-db-backups").key("mine").send().await.unwrap();
    assert!(got.version_id().is_some());
    assert_eq!(got.body.collect().await.unwrap().into_bytes(), "kept");
}
