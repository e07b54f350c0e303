use std::sync::Arc;

use super::super::{bucket_tags, objects, senders};
use super::*;
use crate::aws::GatewayConfig;
use crate::aws::testing::{Answer, Recorder, Sent, hurried};
use crate::base::{Clock, Time};
use crate::kinds::intern::Interner;
use crate::kinds::listing::{KindDef, ListRequest, PaidRow, Sink, What};
use crate::kinds::registry;
use crate::model::{Record, Selector};
use futures::future::{BoxFuture, FutureExt};

const OBJECTS: &str =
    "<ListBucketResult><Name>logs</Name><Contents><Key>a.txt</Key><Size>3</Size></Contents></ListBucketResult>";

fn error(code: &str, more: &str) -> String {
    format!("<?xml version=\"1.0\"?>\n<Error><Code>{code}</Code><Message>No.</Message>{more}</Error>")
}

fn malformed(region: &str) -> String {
    error("AuthorizationHeaderMalformed", &format!("<Region>{region}</Region><RequestId>r</RequestId>"))
}

struct Rows(std::sync::mpsc::Sender<Vec<Record>>);

impl Sink for Rows {
    fn ask(&mut self, _: &'static Operation) -> BoxFuture<'_, Result<(), Fault>> {
        async { Ok(()) }.boxed()
    }
    fn bought(&mut self, _: &[PaidRow]) {}
    fn page(&mut self, rows: Vec<Record>) -> BoxFuture<'_, Result<(), Fault>> {
        let sent = self.0.send(rows).map_err(|_| Fault::bug("nobody waits for these rows"));
        async { sent }.boxed()
    }
}

fn gateway(recorder: &Recorder) -> Gateway {
    let clock = Clock::manual(Time::from_secs(1_795_252_800));
    let config = GatewayConfig::sandbox(clock, registry::ALL.operations(), recorder.client());
    Gateway::new(GatewayConfig { sleep: Some(hurried()), ..config })
}

/// Lists with a kind whose bucket answers as told; gives the rows' ids, and each request with the region that it was signed for.
async fn listed(
    kind: &'static KindDef,
    selector: Selector,
    script: impl Fn(&Sent) -> Answer + Send + Sync + 'static,
) -> (Result<Vec<String>, Fault>, Vec<String>) {
    let recorder = Recorder::new(script);
    let gateway = gateway(&recorder);
    let clock = gateway.clock().clone();
    let scope = Scope::account("sandbox");
    let interner = Interner::default();
    let what = What::Everything;
    let (to, from) = std::sync::mpsc::channel();
    let result = (kind.list)(ListRequest { gateway, scope, selector, what, interner, clock }, Box::new(Rows(to))).await;
    let rows = result.map(|()| from.try_iter().flatten().map(|r| r.id.to_string()).collect());
    let sent =
        recorder.requests().into_iter().map(|s| format!("{} {}", s.region, s.name.split(' ').next().unwrap_or("")));
    (rows, sent.collect())
}

async fn objects_of(
    script: impl Fn(&Sent) -> Answer + Send + Sync + 'static,
) -> (Result<Vec<String>, Fault>, Vec<String>) {
    listed(&objects::KIND, Selector::Parent("logs".into()), script).await
}

/// As the bucket's own region answers, and `refusal` from any other.
fn only_in(region: &'static str, refusal: impl Fn() -> Answer) -> impl Fn(&Sent) -> Answer {
    move |s| if s.region == region { Answer::xml(200, OBJECTS) } else { refusal() }
}

#[tokio::test]
async fn a_region_in_the_body_of_a_refusal_is_where_the_bucket_is_asked_next() {
    for (status, body) in [
        (400, malformed("eu-west-1")),
        (
            301,
            error(
                "PermanentRedirect",
                "<Endpoint>logs.s3.eu-west-1.amazonaws.com</Endpoint><Region>eu-west-1</Region>",
            ),
        ),
        (400, malformed("  eu-west-1\n")),
    ] {
        let (rows, sent) = objects_of(only_in("eu-west-1", move || Answer::xml(status, &body))).await;
        assert_eq!(rows.expect("objects"), ["a.txt"]);
        assert_eq!(sent, ["ap-northeast-2 GET", "eu-west-1 GET"]);
    }
}

#[tokio::test]
async fn a_header_goes_before_the_body() {
    let refusal = || Answer::With(400, malformed("us-east-1"), HEADER, "eu-west-1");
    let (rows, sent) = objects_of(only_in("eu-west-1", refusal)).await;
    assert_eq!(rows.expect("objects"), ["a.txt"]);
    assert_eq!(sent.len(), 2);
}

#[tokio::test]
async fn where_the_refusal_names_no_region_the_bucket_is_asked_where_it_is() {
    for code in ["IllegalLocationConstraintException", "AuthorizationHeaderMalformed"] {
        let body = error(code, "");
        let (rows, sent) = objects_of(move |s| match s.name.split(' ').next() {
            Some("HEAD") => Answer::With(403, String::new(), HEADER, "me-central-1"),
            _ if s.region == "me-central-1" => Answer::xml(200, OBJECTS),
            _ => Answer::xml(400, &body),
        })
        .await;
        assert_eq!(rows.expect("objects"), ["a.txt"], "{code}");
        assert_eq!(sent, ["ap-northeast-2 GET", "ap-northeast-2 HEAD", "me-central-1 GET"]);
    }
}

#[tokio::test]
async fn where_a_head_says_nothing_the_buckets_row_does() {
    const BUCKETS: &str = "<ListAllMyBucketsResult><Buckets>\
        <Bucket><Name>logs-2</Name><BucketRegion>us-east-1</BucketRegion></Bucket>\
        <Bucket><Name>logs</Name><BucketRegion>me-central-1</BucketRegion></Bucket></Buckets></ListAllMyBucketsResult>";
    let body = error("IllegalLocationConstraintException", "");
    let (rows, sent) = objects_of(move |s| match s.name.as_str() {
        "GET /" if !s.host.starts_with("logs.") => Answer::xml(200, BUCKETS),
        _ if s.region == "me-central-1" => Answer::xml(200, OBJECTS),
        _ => Answer::xml(400, &body),
    })
    .await;
    assert_eq!(rows.expect("objects"), ["a.txt"]);
    assert_eq!(sent, ["ap-northeast-2 GET", "ap-northeast-2 HEAD", "ap-northeast-2 GET", "me-central-1 GET"]);
}

#[tokio::test]
async fn a_refusal_is_followed_once_and_one_about_something_else_not_at_all() {
    let (rows, sent) =
        objects_of(|s| Answer::xml(400, &malformed(if s.region == "eu-west-1" { "eu-west-2" } else { "eu-west-1" })))
            .await;
    assert_eq!(rows.map_err(|f| f.code.to_string()), Err("AuthorizationHeaderMalformed".into()));
    assert_eq!(sent.len(), 2);
    for (status, body) in
        [(400, error("InvalidArgument", "")), (403, malformed("eu-west-1")), (404, error("NoSuchBucket", ""))]
    {
        let (rows, sent) = objects_of(move |_| Answer::xml(status, &body)).await;
        assert!(rows.is_err(), "{status}");
        assert_eq!(sent.len(), 1, "{status}");
    }
}

#[tokio::test]
async fn what_is_no_regions_name_never_becomes_part_of_a_host() {
    for bad in ["evil.example/", "eu-west-1.evil.example", "EU", "", "eu west"] {
        let hosts = Arc::new(std::sync::Mutex::new(Vec::new()));
        let seen = hosts.clone();
        let body = malformed(bad);
        let (rows, _) = objects_of(move |s| {
            seen.lock().expect("no panic").push(s.host.clone());
            Answer::xml(400, &body)
        })
        .await;
        assert!(rows.is_err());
        let hosts = hosts.lock().expect("no panic");
        assert!(hosts.iter().all(|h| h.ends_with(".amazonaws.com")), "{bad}: {hosts:?}");
    }
}

#[tokio::test]
async fn an_object_is_downloaded_where_the_bucket_is_though_its_answers_are_streams() {
    let recorder = Recorder::new(|s| match s.region.as_str() {
        "eu-west-1" => Answer::xml(200, "hello"),
        _ => Answer::xml(400, &malformed("eu-west-1")),
    });
    let gateway = gateway(&recorder);
    let out = senders::ask(&gateway, &Scope::account("sandbox"), "logs", "a/b.txt").await.expect("an object");
    assert_eq!(out.body.collect().await.map(|b| b.to_vec()).ok().as_deref(), Some(&b"hello"[..]));
    assert_eq!(
        recorder.requests().iter().map(|s| s.region.as_str()).collect::<Vec<_>>(),
        ["ap-northeast-2", "eu-west-1"]
    );
}

#[tokio::test]
async fn tags_are_asked_where_the_bucket_is_too() {
    const BUCKETS: &str =
        "<ListAllMyBucketsResult><Buckets><Bucket><Name>logs</Name></Bucket></Buckets></ListAllMyBucketsResult>";
    const TAGS: &str = "<Tagging><TagSet><Tag><Key>Env</Key><Value>prod</Value></Tag></TagSet></Tagging>";
    let (rows, sent) = listed(&bucket_tags::KIND, Selector::All, |s| match s.host.starts_with("logs.") {
        false => Answer::xml(200, BUCKETS),
        true if s.region == "eu-west-1" => Answer::xml(200, TAGS),
        true => Answer::xml(400, &malformed("eu-west-1")),
    })
    .await;
    assert_eq!(rows.expect("tags"), ["logs"]);
    assert_eq!(sent, ["ap-northeast-2 GET", "ap-northeast-2 GET", "eu-west-1 GET"]);
}
