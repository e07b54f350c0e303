//! Where requests go when the environment, a profile or its `services` section names another place than AWS: read off a server.
//! Each in a process of its own, since the environment is a process's.

use crate::support::aws::{EMPTY, Server, home, in_a_process};
use skydeck::aws::{Gateway, GatewayConfig};
use skydeck::base::{Clock, Scope};
use skydeck::model::operation::{Operation, Service};

static BUCKETS: Operation = Operation::read(Service::S3, "ListBuckets");
static OBJECTS: Operation = Operation::read(Service::S3, "ListObjectsV2");
static GET: Operation = Operation::read(Service::S3, "GetObject");

const KEYS: [(&str, &str); 3] =
    [("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "s"), ("AWS_REGION", "eu-west-1")];

/// What is asked for: buckets, a bucket's objects, an object.
fn asked(server: &Server, config: &str, env: &[(&str, &str)]) -> Vec<String> {
    let home = home(config);
    in_a_process("child_lists", home.path(), &[&KEYS, env].concat());
    let line =
        |r: &String| r.lines().next().unwrap_or_default().split(['?', ' ']).nth(1).unwrap_or_default().to_string();
    server.log().iter().map(line).collect()
}

fn server() -> Server {
    Server::start(|r| {
        let body = match r.lines().next().unwrap_or_default() {
            line if line.contains("max-buckets=7") => "<ListAllMyBucketsResult/>",
            line if line.contains("list-type=2") => "<ListBucketResult/>",
            _ => EMPTY,
        };
        ("200 OK", body.to_string())
    })
}

#[tokio::test]
#[ignore = "run by the tests of this file in processes of their own"]
async fn child_lists() {
    let config = GatewayConfig::new(Clock::system(), vec![&BUCKETS, &OBJECTS, &GET]);
    let gateway = Gateway::new(GatewayConfig { endpoint_url: std::env::var("TEST_ENDPOINT").ok(), ..config });
    let s3 = gateway.s3(&Scope::account(gateway.profiles_in_use()[0].clone()), None).await.unwrap();
    s3.list_buckets().max_buckets(7).send().await.unwrap();
    s3.list_objects_v2().bucket("logs").send().await.unwrap();
    s3.get_object().bucket("logs").key("a b/c").send().await.unwrap();
}

const PLAIN: [&str; 3] = ["/", "/logs/", "/logs/a%20b/c"];

#[test]
fn a_host_of_ones_own_gets_the_bucket_in_the_path_wherever_it_is_named() {
    let by_name = |s: &Server| s.url.replace("127.0.0.1", "localhost");
    let section = |url: &str| format!("[default]\nservices = dev\n[services dev]\ns3 =\n  endpoint_url = {url}\n");
    let plain = |url: &str| format!("[default]\nendpoint_url = {url}\n");
    for (config, name) in [
        (&section as &dyn Fn(&str) -> String, None),
        (&plain, None),
        (&|_| String::new(), Some("AWS_ENDPOINT_URL_S3")),
        (&|_| String::new(), Some("AWS_ENDPOINT_URL")),
        (&|_| String::new(), Some("TEST_ENDPOINT")),
    ] {
        let server = server();
        let url = by_name(&server);
        let env = name.map(|n| (n, url.as_str()));
        let paths = asked(&server, &config(&url), env.as_slice());
        assert_eq!(paths, PLAIN, "{name:?} {}", config(&url));
    }
}

#[test]
fn an_empty_variable_for_the_service_leaves_the_endpoint_of_the_profile() {
    let server = server();
    let config = format!("[default]\nendpoint_url = {}\n", server.url);
    assert_eq!(asked(&server, &config, &[("AWS_ENDPOINT_URL_S3", "")]), PLAIN);
}

#[test]
fn an_endpoint_with_a_path_keeps_it_apart_from_the_bucket() {
    for (path, name) in [
        ("/storage/v1/s3", "AWS_ENDPOINT_URL_S3"),
        ("/storage/v1/s3/", "AWS_ENDPOINT_URL_S3"),
        ("/storage/v1/s3", "AWS_ENDPOINT_URL"),
        ("/storage/v1/s3", "TEST_ENDPOINT"),
    ] {
        let server = server();
        let paths = asked(&server, "", &[(name, &format!("{}{path}", server.url))]);
        assert_eq!(paths, PLAIN.map(|p| format!("/storage/v1/s3{p}")), "{path} {name}");
    }
}

#[test]
fn the_option_goes_before_what_files_and_environment_name() {
    let (wanted, other) = (server(), server());
    let config = format!("[default]\nservices = dev\n[services dev]\ns3 =\n  endpoint_url = {}\n", other.url);
    let env = [("AWS_ENDPOINT_URL_S3", other.url.as_str()), ("TEST_ENDPOINT", wanted.url.as_str())];
    assert_eq!(asked(&wanted, &config, &env), PLAIN);
    assert!(other.log().is_empty());
}
