//! The first instance row and all of 10,000, beside the same SDK's paginator whose output is thrown away, and beside bare requests;
//! and `get instances -o json` of 10,000 with their status checks, beside the SDK's two paginators one after the other. Other lists
//! and a search that only AWS can answer: [`lists`]. What has an address, over ten profiles and four regions: [`find`].
//!
//! `cargo bench --bench pages` (`-- instances`, `-- get`, `-- volumes`, `-- lists`, `-- search`, `-- find` for one of them)

mod find;
mod lists;
#[path = "../support/mod.rs"]
mod support;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use aws_sdk_ec2::config::{BehaviorVersion, Credentials, Region};
use support::fleet::{self, PAGE};
use support::rig::Rig;
use support::{Figures, REGION, median, ms, wanted};

/// Instances.
const ROWS: usize = 10_000;
/// Each way is taken this often, in turns.
const ROUNDS: usize = 15;

/// How long each page waits where the way is long, and how often that is tried.
const FAR: usize = 300;
const FAR_ROUNDS: usize = 3;

/// When the first rows were there, and when all were.
type Times = (Duration, Duration);
/// And when their status checks were.
type Console = (Duration, Duration, Duration);

fn main() -> ExitCode {
    support::beside_a_server(|url| {
        let runtime = skydeck::base::thread::workers().unwrap();
        let mut figures = Figures::default();
        if wanted("instances") {
            instances(url, &runtime, &mut figures);
        }
        if wanted("get") {
            headless(url, &runtime, &mut figures);
        }
        if wanted("volumes") {
            lists::volumes(url, &runtime, &mut figures);
        }
        if wanted("lists") {
            lists::as_quick_as_instances(url, &runtime, &mut figures);
        }
        if wanted("find") {
            find::cold(url, &runtime, &mut figures);
        }
        if wanted("search") {
            lists::search(url, &runtime, &mut figures);
        }
        figures.end()
    })
}

/// All of 10,000 instances, beside bare requests and the SDK's paginators.
fn instances(url: &str, runtime: &tokio::runtime::Runtime, figures: &mut Figures) {
    let endpoint = fleet::fleet(url, ROWS);
    let (mut bare, mut sdk, mut ours, mut both) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    // The first round warms the server, the sockets and the allocator, and does not count.
    for round in 0..=ROUNDS {
        let (requests, paginator) = (requests(&endpoint), runtime.block_on(paginator(&endpoint)));
        let (console, paginators) = (console(&endpoint, runtime.handle()), runtime.block_on(paginators(&endpoint)));
        if round > 0 {
            bare.push(requests);
            sdk.push(paginator);
            ours.push((console.0, console.1));
            both.push(console.2.as_secs_f64() / paginators.as_secs_f64());
        }
    }
    let first = |t: &[Times]| median(&mut t.iter().map(|t| t.0).collect::<Vec<_>>());
    let all = |t: &[Times]| median(&mut t.iter().map(|t| t.1).collect::<Vec<_>>());
    println!("{ROWS} instances, pages of {PAGE}, medians of {ROUNDS}:");
    figures.tell("bare requests, all pages", ms(median(&mut bare)));
    figures.tell("SDK's paginator, first page", ms(first(&sdk)));
    figures.tell("SDK's paginator, all pages", ms(all(&sdk)));
    figures.tell("the console, first row", ms(first(&ours)));
    figures.tell("the console, all rows in order", ms(all(&ours)));
    // Of each round by itself, and then the median: what slows the machine down for a while slows both.
    let ratio = |of: fn(&Times) -> Duration| {
        let mut all: Vec<f64> = ours.iter().zip(&sdk).map(|(a, b)| of(a).as_secs_f64() / of(b).as_secs_f64()).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    figures.promise("first row / paginator's first page", ratio(|t| t.0), "", 1.15);
    figures.promise("all rows / paginator's all pages", ratio(|t| t.1), "", 1.15);
    both.sort_by(f64::total_cmp);
    figures.promise("rows and status checks / two paginators", both[both.len() / 2], "", 1.25);
}

/// The command without the console, from its start to its end.
fn headless(url: &str, runtime: &tokio::runtime::Runtime, figures: &mut Figures) {
    let near = fleet::fleet(url, ROWS);
    let whole = Command::new(env!("CARGO_BIN_EXE_skydeck"))
        .args(["get", "instances", "-o", "json", "--endpoint-url", &near])
        .output()
        .unwrap();
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&whole.stdout).unwrap();
    assert!(rows.len() == ROWS && rows.iter().all(|r| r["facts"]["checks"]["ok"] == 3), "rows with their checks");
    let _ = fleet::calls(url);
    for (endpoint, what, rounds, most) in [
        (near.clone(), "get / two paginators", ROUNDS, 1.25),
        (format!("{near}/{FAR}"), "the same, far away", FAR_ROUNDS, 0.6),
    ] {
        let (mut ours, mut sdk, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..rounds {
            let now = (get("instances", &endpoint), runtime.block_on(paginators(&endpoint)));
            ratios.push(now.0.as_secs_f64() / now.1.as_secs_f64());
            ours.push(now.0);
            sdk.push(now.1);
        }
        ratios.sort_by(f64::total_cmp);
        figures.tell(&format!("SDK's two paginators, one after the other{}", far(rounds)), ms(median(&mut sdk)));
        figures.tell(&format!("get instances -o json{}", far(rounds)), ms(median(&mut ours)));
        figures.promise(what, ratios[ratios.len() / 2], "", most);
    }
    let _ = fleet::calls(url);
    get("instances", &near);
    let calls = fleet::calls(url).iter().filter(|c| c.starts_with("DescribeInstance")).count();
    figures.promise("calls for the instances and their checks", calls as f64, "", 20.0);
}

fn far(rounds: usize) -> &'static str {
    if rounds == FAR_ROUNDS { ", 300 ms a page" } else { "" }
}

/// The process, from its start to its end; what it prints goes nowhere.
fn get(kind: &str, endpoint: &str) -> Duration {
    let begun = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_skydeck"))
        .args(["get", kind, "-o", "json", "--endpoint-url", endpoint])
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "it lists everything");
    begun.elapsed()
}

/// Reads all pages as bytes.
fn requests(endpoint: &str) -> Duration {
    let begun = Instant::now();
    let (host, path) = endpoint.trim_start_matches("http://").split_once('/').unwrap();
    let mut out = TcpStream::connect(host).unwrap();
    out.set_nodelay(true).unwrap();
    let mut reader = BufReader::with_capacity(64 * 1024, out.try_clone().unwrap());
    let mut body = Vec::new();
    for from in (0..ROWS).step_by(PAGE) {
        let form = format!("Action=DescribeInstances&Version=2016-11-15&MaxResults={PAGE}&NextToken={from}");
        write!(out, "POST /{path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {}\r\n\r\n{form}", form.len()).unwrap();
        let mut length = 0;
        let mut line = String::new();
        while reader.read_line(&mut line).unwrap() > 2 {
            if let Some(n) = line.strip_prefix("content-length: ") {
                length = n.trim().parse().unwrap();
            }
            line.clear();
        }
        body.resize(length, 0);
        reader.read_exact(&mut body).unwrap();
    }
    begun.elapsed()
}

/// A client as it comes.
fn client(endpoint: &str) -> aws_sdk_ec2::Client {
    let config = aws_sdk_ec2::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(Credentials::new("AKIAIOSFODNN7EXAMPLE", "example", None, None, "bench"))
        .endpoint_url(endpoint)
        .build();
    #[expect(clippy::disallowed_methods, reason = "what the console is compared with has no guard")]
    let client = aws_sdk_ec2::Client::from_conf(config);
    client
}

/// Instances, and then their status checks.
async fn paginators(endpoint: &str) -> Duration {
    let client = client(endpoint);
    let begun = Instant::now();
    let most = i32::try_from(PAGE).unwrap();
    let mut seen = (0, 0);
    let mut pages = client.describe_instances().max_results(most).into_paginator().send();
    while let Some(page) = pages.next().await {
        seen.0 += page.unwrap().reservations().len();
    }
    let statuses = client.describe_instance_status().include_all_instances(true).max_results(most);
    let mut pages = statuses.into_paginator().send();
    while let Some(page) = pages.next().await {
        seen.1 += page.unwrap().instance_statuses().len();
    }
    assert_eq!(seen, (ROWS, ROWS));
    begun.elapsed()
}

/// What the SDK takes alone: its paginator, and nothing done with what it gives.
async fn paginator(endpoint: &str) -> Times {
    let client = client(endpoint);
    let begun = Instant::now();
    let mut pages = client.describe_instances().max_results(i32::try_from(PAGE).unwrap()).into_paginator().send();
    let (mut first, mut seen) = (None, 0);
    while let Some(page) = pages.next().await {
        seen += page.unwrap().reservations().len();
        first.get_or_insert_with(|| begun.elapsed());
    }
    assert_eq!(seen, ROWS);
    (first.unwrap(), begun.elapsed())
}

/// What the console takes: guard, signing, parsing, records, the store, and the first and last rows in the view's order; and the first
/// load of their status checks.
fn console(endpoint: &str, handle: &tokio::runtime::Handle) -> Console {
    let begun = Instant::now();
    let mut rig = Rig::start(endpoint, handle);
    rig.until(|r| r.rows() > 0);
    let first = begun.elapsed();
    rig.until(|r| r.complete() && r.engine.state.view.order.len() == ROWS);
    let all = begun.elapsed();
    rig.until(|r| r.is_complete("instance-statuses"));
    (first, all, begun.elapsed())
}
