//! Rows that are made of other tables: what is wasted.

use crate::support::desk::{Desk, Start};

fn waste(size: (u16, u16)) -> Desk {
    Desk::start(Start { view: "waste", size, ..Start::default() })
}

#[test]
fn what_is_wasted_comes_with_its_cost_and_leads_to_what_it_is() {
    let mut desk = waste((80, 24));
    desk.sees("✓ complete").sees("my-db-before-migr").sees("not attached").misses("Made without");
    let asked = desk.log.count("DescribeVolumes");
    desk.keys("enter").sees("Volumes").sees("id=vol-").keys("[").sees("Waste  6");
    desk.keys("G l").sees("instance").sees("volume").keys("esc");
    desk.go("waste kind=addresses cost>3").sees("old-vpn").misses("my-db-before");
    desk.go("waste").keys("/").keys("n o t enter").sees("3 of 6").sees("old-vpn").keys("d").sees("not attached");
    assert_eq!(desk.log.count("DescribeVolumes"), asked, "what it is made of is asked for once");
}

#[test]
fn waste_goes_when_it_is_gone_without_being_asked_for() {
    let mut desk = waste((120, 40));
    desk.sees("Waste  6");
    desk.go("volumes name=scratch").go("delete").sees("scratch");
    desk.keys("s c r a t c h enter").wait(60.0).settle();
    desk.go("waste").wait(10.0).keys("r").wait(40.0);
    desk.misses("scratch").sees("my-db-before-migration").sees("attached to stopped build-cache");
}

#[test]
fn what_could_not_be_read_is_named_and_never_none() {
    for (size, name) in [((80, 24), "80x24"), ((120, 40), "120x40")] {
        let mut desk = Desk::start_with(Start { view: "waste", size, ..Start::default() }, |sandbox| {
            sandbox.faults().add("ec2:DescribeVolumes deny".parse().expect("a fault"));
            sandbox.faults().add("elbv2:* deny".parse().expect("a fault"));
        });
        desk.settle();
        desk.sees("old-vpn").sees("Missing from this table: volumes (denied)").misses("complete");
        desk.screen(&format!("waste-denied-{name}"));
        desk.sandbox.faults().clear();
        desk.keys("r").sees("✓ complete").sees("my-db-before").misses("Made without");
    }
}
