//! The map of 3 VPCs with 60 subnets and 2,000 instances: what a key in it costs beside one in the table.

use std::time::Duration;

use tokio::runtime::Handle;

use super::support::networks::{SUBNETS, VPCS};
use super::support::rig::Rig;
use super::support::{Figures, fleet, ms, percentile};
use super::{PRESSES, typed};

const INSTANCES: usize = 2_000;

pub fn measure(url: &str, handle: &Handle, table: Duration, figures: &mut Figures) {
    println!("the map of {VPCS} VPCs, {SUBNETS} subnets and {INSTANCES} instances:");
    let mut rig = Rig::at("map", &fleet::several_vpcs(url, INSTANCES), handle);
    // A line for each, and for each zone.
    rig.until(|r| r.is_complete("map") && r.engine.state.view.order.len() > VPCS + SUBNETS + INSTANCES);
    rig.settle();
    let mut times: Vec<Duration> = (0..PRESSES)
        .map(|press| {
            let time = rig.press(typed(["j", "pgdn", "k", "G", "g"][press % 5])).0;
            rig.calm();
            time
        })
        .collect();
    let key = percentile(&mut times, 95);
    figures.tell("a key in the map, 95th percentile", ms(key));
    figures.promise("a key in the map / in the table", key.as_secs_f64() / table.as_secs_f64(), "", 1.2);
    // To fold all and to unfold all goes over every line.
    let mut folds: Vec<Duration> = (0..20)
        .map(|_| {
            let time = rig.press(typed("F")).0;
            rig.settle();
            time
        })
        .collect();
    figures.tell("F, which folds all or unfolds all, 95th percentile", ms(percentile(&mut folds, 95)));
}
