//! A route as it is typed and sent, and what has to be called so that a table has the wanted ones.

use std::collections::BTreeMap;

use arcstr::ArcStr;
use ipnet::IpNet;

use super::target;
use crate::base::Scope;
use crate::base::text::visible;
use crate::kinds::action::Sender;
use crate::kinds::ec2::group_rules::door::range_of;
use crate::kinds::ec2::senders::{CREATE_ROUTE, DELETE_ROUTE, REPLACE_ROUTE};
use crate::model::{Arg, Call, Step, StepUndo};
use crate::net::range::Range as _;

/// A route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    /// A range, its host bits cleared as EC2 does it, or a prefix list.
    pub(super) to: ArcStr,
    /// What it leads to.
    pub(super) via: ArcStr,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    Create(Route),
    Replace { was: Route, to_be: Route },
    Delete(Route),
}

impl Route {
    /// Reads what a table's row says: `0.0.0.0/0 igw-0a1`, with its state behind.
    pub(super) fn parse(text: &str) -> Option<Route> {
        let mut words = text.split(' ');
        Some(Route { to: words.next()?.into(), via: words.next()?.into() })
    }
    /// `0.0.0.0/0 → igw-0a1`.
    pub(super) fn words(&self) -> String {
        format!("{} → {}", self.to, self.via)
    }
    /// Whether it is for everything that no other route is for.
    pub(super) fn is_default(&self) -> bool {
        matches!(self.to.as_str(), "0.0.0.0/0" | "::/0")
    }
    fn is_v6(&self) -> bool {
        self.to.contains(':')
    }
}

/// Where to: a range or an address of either family, or a prefix list.
///
/// # Errors
/// A sentence about what it is not.
pub(super) fn destination_of(text: &str) -> Result<ArcStr, String> {
    let text = text.trim();
    match text {
        "" => Err("Where to: 0.0.0.0/0, ::/0, another range, or a prefix list (pl-…).".into()),
        "default" => Ok("0.0.0.0/0".into()),
        list if list.starts_with("pl-") => match target::is_id("pl-", list) {
            true => Ok(list.into()),
            // EC2: InvalidPrefixListId.Malformed.
            false => Err(format!("{} is not a prefix list id: pl- and 8 or 17 hexadecimal digits.", visible(list))),
        },
        range => range_of(range).map(|net| arcstr::format!("{net}")),
    }
}

/// Ranges that no route can be for.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html#route-tables-considerations>
const OF_AWS: [&str; 2] = ["169.254.168.0/22", "fd00:ec2::/32"];

/// Why EC2 would not take a route, as far as its two ends tell: a sentence.
pub(super) fn why_not(route: &Route, vpc_ranges: &[IpNet]) -> Option<String> {
    let net = IpNet::read(&route.to);
    let sort = route.via.split_once('-').map_or(route.via.as_str(), |(sort, _)| sort);
    if sort == "eigw" && !route.is_v6() {
        return Some("An egress-only internet gateway is for IPv6 alone.".into());
    }
    let net = net?;
    if OF_AWS.iter().any(|own| IpNet::read(own).is_some_and(|own| own.contains(&net))) {
        return Some(format!("{net} is AWS's own: EC2 has its metadata, its DNS and its clock there."));
    }
    if vpc_ranges.contains(&net) {
        return Some(format!("{net} is the VPC's own range, which has the local route (RouteAlreadyExists)."));
    }
    // Inside the VPC only a middlebox can be in the way. [AWS: route tables, "more specific than the local route"]
    let inside = vpc_ranges.iter().any(|range| range.contains(&net));
    if inside && !matches!(sort, "eni" | "i" | "nat" | "vpce") {
        return Some(format!(
            "{net} lies in the VPC's own range: such a route leads to a network interface, an instance, a NAT gateway or a \
             Gateway Load Balancer endpoint only."
        ));
    }
    None
}

/// The calls that lead from routes to others: what is replaced and new before what goes.
pub(super) fn changes(before: &[Route], after: &[Route]) -> Vec<Change> {
    let was: BTreeMap<&str, &Route> = before.iter().map(|r| (r.to.as_str(), r)).collect();
    let wanted: BTreeMap<&str, &Route> = after.iter().map(|r| (r.to.as_str(), r)).collect();
    let mut out = Vec::new();
    for route in after {
        match was.get(route.to.as_str()) {
            Some(old) if old.via != route.via => {
                out.push(Change::Replace { was: (*old).clone(), to_be: route.clone() });
            }
            Some(_) => {}
            None => out.push(Change::Create(route.clone())),
        }
    }
    out.extend(before.iter().filter(|r| !wanted.contains_key(r.to.as_str())).cloned().map(Change::Delete));
    out
}

fn to(call: Call, route: &Route) -> Call {
    let member = match route {
        r if r.to.starts_with("pl-") => "DestinationPrefixListId",
        r if r.is_v6() => "DestinationIpv6CidrBlock",
        _ => "DestinationCidrBlock",
    };
    call.arg(member, Arg::Str(route.to.clone()))
}

fn of_table(sender: &'static Sender, scope: &Scope, table: &ArcStr) -> Call {
    sender.call(scope.clone()).arg("RouteTableId", Arg::Str(table.clone())).on([table.clone()])
}

fn put(sender: &'static Sender, scope: &Scope, table: &ArcStr, route: &Route) -> Call {
    let call = to(of_table(sender, scope, table), route);
    let member = target::member(&route.via).unwrap_or("GatewayId");
    call.arg(member, Arg::Str(route.via.clone()))
}

/// A change as a step, with its way back.
pub(super) fn step(scope: &Scope, table: &ArcStr, change: &Change) -> Step {
    let create = |r: &Route| put(&CREATE_ROUTE, scope, table, r);
    let replace = |r: &Route| put(&REPLACE_ROUTE, scope, table, r);
    let delete = |r: &Route| to(of_table(&DELETE_ROUTE, scope, table), r);
    let undo = |title: String, call: Call, destructive: bool| StepUndo { destructive, ..StepUndo::new(title, call) };
    match change {
        Change::Create(r) => Step::new(format!("create the route {}", r.words()), create(r)).undone_by(undo(
            format!("delete the route to {} again", r.to),
            delete(r),
            true,
        )),
        Change::Replace { was, to_be } => Step::new(format!("lead {} to {}", to_be.to, to_be.via), replace(to_be))
            .undone_by(undo(format!("lead {} to {} again", was.to, was.via), replace(was), false)),
        Change::Delete(r) => Step::new(format!("delete the route {}", r.words()), delete(r)).undone_by(undo(
            format!("create the route {} again", r.words()),
            create(r),
            false,
        )),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn route(text: &str) -> Route {
        Route::parse(text).expect("a route")
    }

    fn routes() -> impl Strategy<Value = Vec<Route>> {
        let one = (0..6usize, 0..3usize).prop_map(|(to, via)| Route {
            to: ["0.0.0.0/0", "::/0", "10.9.0.0/16", "pl-1", "10.8.0.0/16", "192.0.2.0/24"][to].into(),
            via: ["igw-1", "nat-1", "eni-1"][via].into(),
        });
        proptest::collection::vec(one, 0..6).prop_map(|mut all| {
            // A table has each destination once.
            let mut seen = std::collections::BTreeSet::new();
            all.retain(|r| seen.insert(r.to.clone()));
            all
        })
    }

    proptest! {
        #[test]
        fn every_edit_leads_to_the_wanted_routes_by_calls_that_ec2_takes(before in routes(), after in routes()) {
            let mut now: BTreeMap<ArcStr, ArcStr> = before.iter().map(|r| (r.to.clone(), r.via.clone())).collect();
            for change in changes(&before, &after) {
                match change {
                    Change::Create(r) => prop_assert!(now.insert(r.to, r.via).is_none(), "RouteAlreadyExists"),
                    Change::Replace { was, to_be } => {
                        prop_assert_eq!(now.insert(to_be.to, to_be.via), Some(was.via));
                    }
                    Change::Delete(r) => prop_assert!(now.remove(&r.to).is_some(), "InvalidRoute.NotFound"),
                }
            }
            let wanted: BTreeMap<ArcStr, ArcStr> = after.iter().map(|r| (r.to.clone(), r.via.clone())).collect();
            prop_assert_eq!(now, wanted);
        }
    }

    #[test]
    fn a_destination_is_kept_as_ec2_keeps_it_or_refused_by_name() {
        let to = |text: &str| destination_of(text).map(|t| t.to_string());
        assert_eq!(to("100.68.0.18/18"), Ok("100.68.0.0/18".into()), "its host bits cleared");
        assert_eq!((to("::/0"), to(" default ")), (Ok("::/0".into()), Ok("0.0.0.0/0".into())));
        assert_eq!(to("192.0.2.7"), Ok("192.0.2.7/32".into()));
        assert_eq!(to("pl-0123456789abcdef0"), Ok("pl-0123456789abcdef0".into()));
        assert!(to("pl-xyz").is_err_and(|e| e.contains("pl-xyz is not a prefix list id")));
        assert!(to("10.0.0.0/33").is_err_and(|e| e.contains("/33")));
        assert!(to("").is_err_and(|e| e.starts_with("Where to")));
    }

    #[test]
    fn what_leads_out_of_a_vpc_cannot_lead_to_a_part_of_it() {
        let own = [IpNet::read("10.1.0.0/16").expect("a range")];
        let why = |text: &str| why_not(&route(text), &own).unwrap_or_default();
        assert!(why("10.1.0.0/16 eni-1").contains("RouteAlreadyExists"));
        assert!(why("10.1.2.0/24 igw-1").contains("Gateway Load Balancer endpoint only"));
        assert_eq!(why("10.1.2.0/24 eni-1"), "");
        assert!(why("0.0.0.0/0 eigw-1").contains("IPv6 alone"));
        assert_eq!((why("0.0.0.0/0 igw-1"), why("::/0 eigw-1"), why("pl-1 tgw-1")), Default::default());
    }
}
