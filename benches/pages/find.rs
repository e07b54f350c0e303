//! `find` over ten profiles and four regions where nothing is known, beside one bare request: all is asked at once, so that the answers of all
//! together take little more than the slowest.

use std::time::{Duration, Instant};

use skydeck::fetch::Share;
use tokio::runtime::Runtime;

use super::support::fleet::{self, PAGE};
use super::support::fleet_rows::private_ip;
use super::support::rig::Rig;
use super::support::{Figures, PROFILES, median, ms, profile};
use super::{FAR, client};

const REGIONS: [&str; 4] = ["ap-northeast-2", "ap-northeast-1", "us-east-1", "eu-west-1"];
const ROUNDS: usize = 5;

/// From enter until all scopes have answered, where an answer takes 300 ms, within the share of AWS's refill that the console takes by itself.
pub fn cold(url: &str, runtime: &Runtime, figures: &mut Figures) {
    let far = format!("{}/{FAR}", fleet::fleet(url, PAGE));
    let profiles: Vec<String> = (0..PROFILES).map(profile).collect();
    let bare = client(&far);
    let scopes = PROFILES * REGIONS.len();
    let (mut ours, mut first, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        // A console of its own each time: what was asked of the budget before does not count.
        let mut rig = Rig::over("vpcs", &far, runtime.handle(), (&profiles, &REGIONS), Share::default());
        rig.until(Rig::view_complete);
        rig.settle();
        let address = private_ip(round * 7 + 1);
        let slowest = runtime.block_on(slowest(&bare, &address));
        rig.type_line(&format!("find {address}"));
        rig.settle();
        let _ = fleet::calls(url);
        let begun = Instant::now();
        rig.press("enter".parse().unwrap());
        let found = |r: &Rig| r.engine.state.view.kind.name == "find" && !r.engine.state.view.order.is_empty();
        rig.until(found);
        let shown = begun.elapsed();
        rig.until(Rig::view_complete);
        let all = begun.elapsed();
        assert_eq!(rig.engine.state.view.tables.len(), scopes, "one of each profile and region");
        let calls = fleet::calls(url).len();
        assert!(calls >= scopes * 4, "each of {scopes} was asked: {calls}");
        // The first round warms the server and the allocator, and does not count.
        if round > 0 {
            ratios.push(all.as_secs_f64() / slowest.as_secs_f64());
            ours.push(all);
            first.push(shown);
            theirs.push(slowest);
        }
    }
    println!("find ADDRESS over {PROFILES} profiles and {} regions, medians of {ROUNDS}:", REGIONS.len());
    figures.tell("the slowest of three bare requests, 300 ms", ms(median(&mut theirs)));
    figures.tell("find, first row", ms(median(&mut first)));
    figures.tell("find, all scopes", ms(median(&mut ours)));
    ratios.sort_by(f64::total_cmp);
    figures.promise("find, all scopes / the slowest bare request", ratios[ratios.len() / 2], "", 1.2);
}

/// One look for the address, as the SDK sends it; the slowest of three.
async fn slowest(client: &aws_sdk_ec2::Client, address: &str) -> Duration {
    let mut slowest = Duration::ZERO;
    for _ in 0..3 {
        let begun = Instant::now();
        let filter = aws_sdk_ec2::types::Filter::builder().name("private-ip-address").values(address).build();
        let found = client.describe_instances().filters(filter).send().await.unwrap();
        assert_eq!(found.reservations().len(), 1);
        slowest = slowest.max(begun.elapsed());
    }
    slowest
}
