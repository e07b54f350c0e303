//! Two people who change one route table, or one network ACL, at the same time: each sees what the other has done before anything is sent.

use crate::support::desk::{Desk, Start};

fn at(view: &'static str) -> Start {
    Start { view, ..Start::default() }
}

const TABLE: &str = "route-tables name=my-vpc-public-rt";

#[test]
fn a_route_that_somebody_else_has_added_meanwhile_is_not_added_again() {
    let mut desk = Desk::start(at(TABLE));
    desk.sees("my-vpc-public-rt").go("edit-routes +198.51.100.0/24=internet-gateway").sees("create-route");
    let log = desk.log.clone();
    let mut other = Desk::beside(&desk, at(TABLE));
    other.sees("my-vpc-public-rt").go("edit-routes +198.51.100.0/24=internet-gateway").keys("enter");
    assert_eq!(other.log.count("CreateRoute"), 1, "{}", other.text());
    desk.keys("enter");
    assert_eq!(log.count("CreateRoute"), 0, "{}", desk.text());
    desk.sees("RouteAlreadyExists").screen("edit-routes-meanwhile");
}

#[test]
fn a_route_that_somebody_else_has_added_elsewhere_stays_beside_ones_own() {
    let mut desk = Desk::start(at(TABLE));
    desk.sees("my-vpc-public-rt").go("edit-routes +198.51.100.0/24=internet-gateway").sees("create-route");
    let mut other = Desk::beside(&desk, at(TABLE));
    other.sees("my-vpc-public-rt").go("edit-routes +192.0.2.0/24=internet-gateway").keys("enter");
    assert_eq!(other.log.count("CreateRoute"), 1, "{}", other.text());
    desk.keys("enter");
    assert_eq!(desk.log.count("CreateRoute"), 1, "{}", desk.text());
    assert_eq!(desk.log.count("DeleteRoute") + desk.log.count("ReplaceRoute"), 0);
    desk.wait(11.0).go("routes table=my-vpc-public-rt").sees("198.51.100.0/24").sees("192.0.2.0/24");
}

#[test]
fn an_entrys_number_that_somebody_else_has_taken_meanwhile_is_said_and_nothing_is_sent() {
    let entry =
        |range: &str| format!("edit-entries +way=in,number=200,action=allow,protocol=tcp,ports=8443,range={range}");
    let mut desk = Desk::start(at("network-acls"));
    desk.go(&entry("203.0.113.0/24")).sees("create-network-acl-entry");
    let mut other = Desk::beside(&desk, at("network-acls"));
    other.go(&entry("198.51.100.0/24")).keys("enter");
    assert_eq!(other.log.count("CreateNetworkAclEntry"), 1, "{}", other.text());
    desk.keys("enter");
    assert_eq!(desk.log.count("CreateNetworkAclEntry"), 0, "{}", desk.text());
    desk.sees("NetworkAclEntryAlreadyExists").screen("edit-entries-meanwhile");
}
