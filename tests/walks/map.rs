//! VPCs as a tree that is also a table.

use crate::support::desk::{Desk, Start};

#[test]
fn a_vpc_is_a_tree_that_folds_filters_and_leads_to_its_rows() {
    for (size, name) in [((80, 24), "80x24"), ((120, 40), "120x40")] {
        let mut desk = Desk::start(Start { view: "map", size, ..Start::default() });
        desk.sees("✓ complete").sees("▾ my-vpc").sees("my-public-subnet-a").sees("my-vpc-igw: public");
        desk.screen(&format!("map-{name}"));
        // A filter keeps what its rows belong to.
        desk.keys("/")
            .text_in("my-private-ec2")
            .keys("enter")
            .sees("▾ my-vpc")
            .sees("▾ my-private-subnet-a")
            .sees("my-private-ec2");
        desk.misses("my-public-subnet-a").screen(&format!("map-filter-{name}"));
        desk.keys("G enter").sees("Instances").sees("my-private-ec2").keys("[").sees("Map").keys("esc");
        // What is folded hides what is below it, and the cursor stays on it.
        desk.keys("F").sees("▸ my-vpc").misses("my-public-subnet-a");
        desk.keys("g f").sees("▾ my-vpc").sees("▸ ap-northeast-2a").misses("my-public-subnet-a");
        desk.keys("F").sees("my-public-subnet-a");
    }
}

#[test]
fn lines_fold_in_the_trees_own_order_and_nowhere_else() {
    let mut desk = Desk::start(Start { view: "map", ..Start::default() });
    desk.sees("✓ complete").go("sort address").keys("f").sees("Lines can be folded in the tree's own order");
    desk.go("reset").keys("f").misses("Lines can be folded");
    desk.go("instances").keys("f").sees("Only the lines of a tree can be folded");
}

#[test]
fn a_denied_table_leaves_out_its_lines_and_is_named() {
    let mut desk = Desk::start_with(Start { view: "map", ..Start::default() }, |sandbox| {
        sandbox.faults().add("ec2:DescribeRouteTables deny".parse().expect("a fault"));
    });
    desk.settle();
    desk.sees("my-public-subnet-a").sees("Missing from this table: route tables (denied)").misses("my-vpc-igw: public");
}
