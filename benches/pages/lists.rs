//! Lists of 10,000 rows of other kinds, beside the SDK's paginator of each; and a search for images that are somebody else's, beside
//! the bare request.

use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use super::support::fleet::{self, PAGE};
use super::support::rig::Rig;
use super::support::{Figures, median, ms};
use super::{FAR, FAR_ROUNDS, ROUNDS, ROWS, client, far, get};

/// A kind that is one list, as the command prints it.
pub fn volumes(url: &str, runtime: &Runtime, figures: &mut Figures) {
    let near = fleet::fleet(url, ROWS * fleet::INSTANCES_A_VOLUME);
    let (mut ours, mut sdk, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let now = (get("volumes", &near), runtime.block_on(volume_paginator(&near)));
        if round > 0 {
            ratios.push(now.0.as_secs_f64() / now.1.as_secs_f64());
            ours.push(now.0);
            sdk.push(now.1);
        }
    }
    figures.tell("SDK's paginator of 10,000 volumes", ms(median(&mut sdk)));
    figures.tell("get volumes -o json", ms(median(&mut ours)));
    figures.promise("get volumes / the paginator", middle(&mut ratios), "", 1.15);
}

/// Snapshots and rules of security groups, all in the view's order.
pub fn as_quick_as_instances(url: &str, runtime: &Runtime, figures: &mut Figures) {
    let near = fleet::fleet(url, ROWS);
    for kind in ["snapshots", "security-group-rules"] {
        let (mut ours, mut sdk, mut ratios, mut instances) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for round in 0..=ROUNDS {
            let console = console(kind, &near, runtime);
            let paginator = match kind {
                "snapshots" => runtime.block_on(snapshot_paginator(&near)),
                _ => runtime.block_on(rule_paginator(&near)),
            };
            let beside = super::console(&near, runtime.handle()).1;
            if round > 0 {
                ratios.push(console.as_secs_f64() / paginator.as_secs_f64());
                instances.push(console.as_secs_f64() / beside.as_secs_f64());
                ours.push(console);
                sdk.push(paginator);
            }
        }
        figures.tell(&format!("SDK's paginator of 10,000 {kind}"), ms(median(&mut sdk)));
        figures.tell("the console, all rows in order", ms(median(&mut ours)));
        figures.tell(&format!("{kind}: all rows / paginator's all pages"), format!("{:.2}", middle(&mut ratios)));
        figures.promise(&format!("10,000 {kind} / 10,000 instances"), middle(&mut instances), "", 1.0);
    }
}

/// From enter on a line that AWS alone can answer to the first rows on the screen: beside the SDK's bare request for the same page, on
/// ready pages and where the way is as long as it is to AWS.
pub fn search(url: &str, runtime: &Runtime, figures: &mut Figures) {
    let near = fleet::fleet(url, ROWS);
    for (endpoint, rounds) in [(near.clone(), ROUNDS), (format!("{near}/{FAR}"), FAR_ROUNDS)] {
        let mut rig = Rig::at("vpcs", &endpoint, runtime.handle());
        rig.settle();
        let client = client(&endpoint);
        let (mut ours, mut bare, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..=rounds {
            // Another pattern each time, of the same meaning: what has been found before is there at once.
            let pattern = format!("al2023-ami-{}", "*".repeat(round + 1));
            let begun = Instant::now();
            let name = aws_sdk_ec2::types::Filter::builder().name("name").values(&pattern).build();
            let owner = aws_sdk_ec2::types::Filter::builder().name("owner-alias").values("amazon").build();
            let most = i32::try_from(PAGE).unwrap();
            let call = client.describe_images().max_results(most).filters(name).filters(owner);
            let page = runtime.block_on(call.send()).unwrap();
            let asked = begun.elapsed();
            assert_eq!(page.images().len(), PAGE);
            drop(page);
            for c in ":vpcs".chars() {
                rig.press(c.to_string().parse().unwrap());
            }
            rig.press("enter".parse().unwrap());
            rig.settle();
            for c in format!(":images owner_alias=amazon name={pattern}").chars() {
                rig.press(if c == ' ' { "space".parse().unwrap() } else { c.to_string().parse().unwrap() });
            }
            let begun = Instant::now();
            rig.press("enter".parse().unwrap());
            rig.until(|r| r.engine.state.view.kind.name == "images" && !r.engine.state.view.order.is_empty());
            rig.draw();
            let shown = begun.elapsed();
            if round > 0 {
                ratios.push(shown.as_secs_f64() / asked.as_secs_f64());
                ours.push(shown);
                bare.push(asked);
            }
        }
        figures.tell(&format!("the SDK's bare request for 1,000 images{}", far(rounds)), ms(median(&mut bare)));
        figures.tell(&format!("a search's first rows{}", far(rounds)), ms(median(&mut ours)));
        figures.promise("first rows / the bare request", middle(&mut ratios), "", 1.2);
    }
}

/// From the start of the console to all rows of a kind in their order.
fn console(kind: &str, endpoint: &str, runtime: &Runtime) -> Duration {
    let begun = Instant::now();
    let mut rig = Rig::at(kind, endpoint, runtime.handle());
    rig.until(|r| r.is_complete(kind) && r.engine.state.view.order.len() == ROWS);
    begun.elapsed()
}

fn middle(ratios: &mut [f64]) -> f64 {
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

async fn volume_paginator(endpoint: &str) -> Duration {
    let client = client(endpoint);
    let begun = Instant::now();
    let mut pages = client.describe_volumes().max_results(i32::try_from(PAGE).unwrap()).into_paginator().send();
    let mut seen = 0;
    while let Some(page) = pages.next().await {
        seen += page.unwrap().volumes().len();
    }
    assert_eq!(seen, ROWS);
    begun.elapsed()
}

async fn snapshot_paginator(endpoint: &str) -> Duration {
    let client = client(endpoint);
    let begun = Instant::now();
    let call = client.describe_snapshots().owner_ids("self").max_results(i32::try_from(PAGE).unwrap());
    let mut pages = call.into_paginator().send();
    let mut seen = 0;
    while let Some(page) = pages.next().await {
        seen += page.unwrap().snapshots().len();
    }
    assert_eq!(seen, ROWS);
    begun.elapsed()
}

async fn rule_paginator(endpoint: &str) -> Duration {
    let client = client(endpoint);
    let begun = Instant::now();
    let call = client.describe_security_group_rules().max_results(i32::try_from(PAGE).unwrap());
    let mut pages = call.into_paginator().send();
    let mut seen = 0;
    while let Some(page) = pages.next().await {
        seen += page.unwrap().security_group_rules().len();
    }
    assert_eq!(seen, ROWS);
    begun.elapsed()
}
