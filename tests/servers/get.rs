//! What `get` asks for, where, and of whom: against a server of ready pages, against one that refuses a region, and in the sandbox.
//! And what the console asks for when it first looks at the same instances.

use std::process::Command;

use crate::bench_support::fleet;
use crate::bench_support::rig::Rig;
use crate::support::aws::{Server, home, in_a_process};

/// Status, standard output and standard error.
type Ended = (Option<i32>, String, String);

fn run(home: &std::path::Path, env: &[(&str, &str)], args: &[&str]) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_skydeck"));
    command.env_clear().env("HOME", home).env("AWS_EC2_METADATA_DISABLED", "true").envs(env.iter().copied()).args(args);
    let out = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (out.status.code(), text(out.stdout), text(out.stderr))
}

const KEYS: [(&str, &str); 3] =
    [("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "s"), ("AWS_REGION", "ap-northeast-2")];

/// Lists 2,500 instances; returns what was printed and what was called.
fn listed(args: &[&str]) -> (String, Vec<String>) {
    let server = fleet::Server::start();
    let url = server.fleet(2500);
    let home = home("");
    let (status, out, err) = run(home.path(), &KEYS, &[&["get", "instances", "--endpoint-url", &url], args].concat());
    assert_eq!((status, err.as_str()), (Some(0), ""), "{args:?}");
    (out, fleet::calls(&server.url()))
}

fn count(calls: &[String], call: &str) -> usize {
    calls.iter().filter(|c| *c == call).count()
}

#[test]
fn status_checks_of_a_whole_table_are_read_as_pages_of_their_own() {
    let (out, calls) = listed(&["-o", "json"]);
    let rows: Vec<serde_json::Value> = serde_json::from_str(&out).unwrap();
    assert_eq!(rows.len(), 2500);
    assert!(rows.iter().all(|r| r["facts"]["checks"] == serde_json::json!({"ok": 3, "of": 3})), "each with its checks");
    assert!(rows.iter().all(|r| r["account"] == "000000000000" && r["facts"]["system_check"] == "ok"));
    assert_eq!(count(&calls, "DescribeInstances"), 3, "{calls:?}");
    assert_eq!(count(&calls, "DescribeInstanceStatus"), 3, "{calls:?}");
    assert_eq!(count(&calls, "DescribeAlarms"), 1, "{calls:?}");
    assert_eq!(calls.len(), 8, "and whose account it is, and nothing else: {calls:?}");
}

#[test]
fn only_what_is_printed_or_looked_at_is_asked_for() {
    let (_, calls) = listed(&[]);
    assert_eq!(count(&calls, "DescribeInstanceStatus"), 3, "CHECKS is a column: {calls:?}");
    assert_eq!(count(&calls, "DescribeAlarms"), 0, "ALARMS is none by default: {calls:?}");
    let (_, calls) = listed(&["alarms>0"]);
    assert_eq!(count(&calls, "DescribeAlarms"), 1, "what the query looks at is needed: {calls:?}");
    let (_, calls) = listed(&["-o", "csv"]);
    assert_eq!((count(&calls, "DescribeAlarms"), calls.len()), (1, 8), "csv prints all fields: {calls:?}");
}

#[test]
fn of_a_few_rows_more_is_asked_by_id_and_of_many_in_pages() {
    let (out, calls) = listed(&["id=i-0a00001c0007e4d2f", "-o", "json"]);
    assert_eq!(out.matches("\"kind\"").count(), 1);
    assert_eq!(count(&calls, "DescribeInstances by id"), 1, "AWS finds it: {calls:?}");
    assert_eq!(count(&calls, "DescribeInstances"), 0, "{calls:?}");
    assert_eq!(count(&calls, "DescribeInstanceStatus by id"), 1, "{calls:?}");
    assert_eq!(count(&calls, "DescribeInstanceStatus"), 0, "{calls:?}");
    // Where one is looked for by a part of its id, all have to be read.
    let (_, calls) = listed(&["id:i-0a00001c0007e4d2f", "-o", "json"]);
    assert_eq!(count(&calls, "DescribeInstances"), 3, "{calls:?}");
    // Nine in ten are running: 23 requests by id, or 3 pages.
    let (out, calls) = listed(&["state:running", "-o", "json"]);
    assert_eq!(out.matches("\"ok\": 3").count(), out.matches("\"kind\"").count());
    assert_eq!(count(&calls, "DescribeInstanceStatus by id"), 0, "{calls:?}");
    assert_eq!(count(&calls, "DescribeInstanceStatus"), 3, "{calls:?}");
    let (_, calls) = listed(&["state:nothing-like-it", "-o", "json"]);
    assert!(!calls.iter().any(|c| c.starts_with("DescribeInstanceStatus")), "{calls:?}");
}

#[test]
fn the_console_s_first_look_at_status_checks_is_a_page_beside_the_instances() {
    let server = fleet::Server::start();
    let url = server.url();
    let first_look = |instances: usize| {
        let endpoint = server.fleet(instances);
        let env = [KEYS.as_slice(), &[("TEST_ENDPOINT", endpoint.as_str())]].concat();
        in_a_process("child_first_look", home("").path(), &env);
        fleet::calls(&url)
    };
    let calls = first_look(300);
    assert_eq!(count(&calls, "DescribeInstanceStatus"), 1, "{calls:?}");
    assert_eq!(
        count(&calls, "DescribeInstanceStatus by id"),
        0,
        "what was just read is not asked for again: {calls:?}"
    );
    // Of more rows than a page of checks has, what is on the screen is asked for until the rows are there; then the pages of checks.
    let calls = first_look(4500);
    let pages = count(&calls, "DescribeInstanceStatus");
    // Each arrival of rows may find the first page still under way and give it up: on a busy machine more than once or twice.
    assert!((5..=10).contains(&pages), "five pages, and first ones that were given up: {calls:?}");
    assert!(count(&calls, "DescribeInstanceStatus by id") >= 1, "{calls:?}");
}

#[test]
#[ignore = "run by the test above in its own process"]
fn child_first_look() {
    let runtime = skydeck::base::thread::workers().unwrap();
    let mut rig = Rig::start(&std::env::var("TEST_ENDPOINT").unwrap(), runtime.handle());
    rig.until(Rig::complete);
    rig.settle();
    let first = rig.engine.state.visible().first().copied().unwrap();
    let (of, row) = rig.engine.store.row(&rig.engine.state.view.order_tables, first).unwrap();
    let statuses = skydeck::kinds::registry::ALL.kind("instance-statuses").unwrap().info;
    assert!(
        rig.engine.store.side(of, skydeck::model::Kind(statuses), &row.record.id).is_some(),
        "the first row's checks"
    );
}

const WHO: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/x</Arn><Account>1</Account>\
    </GetCallerIdentityResult></GetCallerIdentityResponse>";
const INSTANCE: &str = "<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId>\
    </item></instancesSet></item></reservationSet></DescribeInstancesResponse>";

/// What EC2 and STS answer to good credentials in a region that the account has not enabled.
fn not_enabled(request: &str) -> (&'static str, String) {
    if !request.contains("/ap-east-1/") {
        return ("200 OK", if request.contains("Action=GetCallerIdentity") { WHO } else { INSTANCE }.into());
    }
    if request.contains("Action=GetCallerIdentity") {
        let error = "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>The security token \
                     included in the request is invalid</Message></Error></ErrorResponse>";
        return ("403 Forbidden", error.into());
    }
    let error = "<Response><Errors><Error><Code>AuthFailure</Code><Message>AWS was not able to validate the provided access \
                 credentials</Message></Error></Errors><RequestID>r</RequestID></Response>";
    ("401 Unauthorized", error.into())
}

#[test]
fn a_region_that_is_not_enabled_is_named_and_the_others_are_listed() {
    let home = home("");
    for regions in [["eu-west-1", "ap-east-1"], ["ap-east-1", "eu-west-1"]] {
        let server = Server::start(not_enabled);
        let args = ["get", "instances", "--region", regions[0], "--region", regions[1], "--endpoint-url", &server.url];
        let (status, out, err) = run(home.path(), &KEYS, &args);
        assert_eq!(status, Some(3), "{regions:?}: {err}");
        assert!(out.contains("i-1"), "{regions:?}: {out}{err}");
        assert!(err.contains("ap-east-1: DescribeInstances: AWS was not able"), "{regions:?}: {err}");
        assert!(err.contains("may not be enabled"), "{err}");
    }
}

#[test]
fn faults_of_several_profiles_name_the_profile() {
    let config = "[profile one]\naws_access_key_id = AKIAONE\naws_secret_access_key = s\n\
                  [profile two]\naws_access_key_id = AKIATWO\naws_secret_access_key = s\n";
    let home = home(config);
    let server = Server::start(|request| {
        match request {
        r if r.contains("Action=GetCallerIdentity") => ("200 OK", WHO.into()),
        r if r.contains("AKIATWO/") => (
            "403 Forbidden",
            "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not authorized</Message></Error>\
             </Errors><RequestID>r</RequestID></Response>"
                .into(),
        ),
        _ => ("200 OK", INSTANCE.into()),
    }
    });
    let profiles = ["--profile", "one", "--profile", "two", "--region", "eu-west-1", "--endpoint-url", &server.url];
    let (status, out, err) = run(home.path(), &[], &[&["get", "instances"][..], &profiles].concat());
    assert_eq!(status, Some(3), "{err}");
    assert!(
        out.contains("i-1") && err.contains("two eu-west-1: DescribeInstances: You are not authorized"),
        "{out}{err}"
    );
}

fn sandbox(args: &[&str]) -> Ended {
    run(home("").path(), &[], &[&["get", "--sandbox"], args].concat())
}

/// What is printed of a command that has to succeed.
fn printed(args: &[&str]) -> String {
    let (status, out, err) = sandbox(args);
    assert_eq!(status, Some(0), "{args:?}: {err}");
    out
}

/// An end without rows: with this status, and these words on standard error.
fn refused(args: &[&str], status: i32, says: &[&str]) {
    let (code, out, err) = sandbox(args);
    assert_eq!((code, out.as_str()), (Some(status), ""), "{args:?}: {err}");
    for word in says {
        assert!(err.contains(word), "{args:?}: {word:?} is not in {err:?}");
    }
}

#[test]
fn the_parent_is_found_by_its_name() {
    let json = |args: &[&str]| -> Vec<serde_json::Value> {
        serde_json::from_str(&printed(&[args, &["-o", "json"]].concat())).unwrap()
    };
    let id = json(&["instances", "name=my-bastion-host"])[0]["id"].as_str().unwrap().to_string();
    let arn = format!("arn:aws:ec2:ap-northeast-2:000000000000:instance/{id}");
    for of in ["my-bastion-host", &id, &arn] {
        let rows = json(&["metrics", "--of", of]);
        assert_eq!(rows.len(), 4, "{of}");
        assert!(rows.iter().all(|r| r["facts"]["instance"] == id.as_str()), "{of}");
        assert!(rows.iter().all(|r| r["facts"]["last"].is_number()), "{of}: {rows:?}");
    }
    let groups = json(&["target-groups"]);
    let group = groups.iter().find(|g| g["facts"]["healthy"].is_object()).unwrap();
    let (name, arn) = (group["name"].as_str().unwrap(), group["id"].as_str().unwrap());
    let targets = printed(&["targets", "--of", arn]);
    assert!(targets.lines().count() > 1, "{targets}");
    assert_eq!(printed(&["targets", "--of", name]), targets);
    let activities = json(&["activities", "--of", "my-asg-ec2"]);
    assert!(activities.iter().all(|a| a["facts"]["group"] == "my-asg-ec2") && !activities.is_empty(), "{activities:?}");
    let bucket = json(&["buckets"])[0]["name"].as_str().unwrap().to_string();
    assert_eq!(printed(&["objects", "--of", &format!("s3://{bucket}")]), printed(&["objects", "--of", &bucket]));
}

#[test]
fn a_parent_that_is_not_there_is_refused_and_never_a_table_of_unknowns() {
    refused(
        &["metrics", "--of", "my-bastion-hots"],
        1,
        &["my-bastion-hots", "ap-northeast-2", "Did you mean my-bastion-host?"],
    );
    refused(
        &["metrics", "--of", "i-00000000000000000"],
        1,
        &["There is no instance i-00000000000000000 in ap-northeast-2."],
    );
    refused(&["targets", "--of", "no-such-group"], 1, &["target group called no-such-group"]);
    refused(&["activities", "--of", "no-such-group"], 1, &["no-such-group"]);
    let arn = "arn:aws:elasticloadbalancing:eu-west-1:000000000000:targetgroup/web/0123456789abcdef";
    refused(&["targets", "--of", arn], 2, &["eu-west-1", "--region"]);
    // Two instances of a group have one name.
    refused(&["metrics", "--of", "my-asg-ec2"], 2, &["2 instances are called my-asg-ec2", "(i-"]);
    refused(&["metrics"], 2, &["Metrics belong to an instance", "--of"]);
    refused(&["targets", "--of", ""], 2, &["--of"]);
    refused(&["instances", "--of", "web"], 2, &["--of web"]);
    let (status, _, err) = sandbox(&["objects", "--of", "no-such-bucket-here"]);
    assert_eq!(status, Some(1), "{err}");
    assert!(err.contains("bucket no-such-bucket-here"), "{err}");
}
