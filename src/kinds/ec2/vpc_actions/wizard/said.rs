//! What is said of a network before it is made: its bill, quotas, and what it cannot do.

use super::form::said as ranges;
use super::network::{Nat, Network};
use crate::base::Scope;
use crate::base::text::visible;
use crate::kinds::action::ActionContext;
use crate::kinds::ec2::address_actions::MOST_ADDRESSES;
use crate::kinds::ec2::gateway_actions::MOST as MOST_GATEWAYS;
use crate::kinds::ec2::{addresses, internet_gateways, nat_gateways, subnets};
use crate::kinds::plan_builder::{Known, count, field, live, need, note, state, unknown, whole};
use crate::kinds::prices;
use crate::model::{Consequence, Cost, KindInfo, TableKey};

/// NAT gateways of an Availability Zone, unless the quota was raised.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-gateways>
const MOST_NATS: usize = 5;

/// `Create the VPC my-vpc with 4 subnets`.
pub(in crate::kinds::ec2::vpc_actions) fn title(vpc: Option<&str>, range: &str, network: &Network) -> String {
    let what = count(network.subnets.len(), "subnet");
    match vpc {
        Some(name) => format!("Create the VPC {} with {what}", visible(name)),
        None => format!("Create a VPC {range} with {what}"),
    }
}

/// What is added to the bill, if anything: NAT gateways and their addresses.
pub(in crate::kinds::ec2::vpc_actions) fn cost(scope: &Scope, network: &Network) -> Option<Cost> {
    let n = network.sites().map(|s| s.len()).unwrap_or_default();
    if n == 0 {
        return None;
    }
    let each = if network.nat == Nat::Regional { " for each zone that it works in" } else { "" };
    let behind = format!("{each}, used or not; a GB through a NAT gateway costs as much as an hour of it");
    Some(match prices::of(scope) {
        #[expect(clippy::cast_precision_loss, reason = "a few gateways")]
        Some(prices) => Cost::adds(prices.nat_gateway().plus(prices.public_ipv4()).times(n as f64), behind),
        None => {
            Cost::adds_unknown("NAT gateways are billed by the hour, used or not, and for each GB that goes through")
        }
    })
}

/// What else there is to know.
pub(in crate::kinds::ec2::vpc_actions) fn consequences(
    cx: &ActionContext<'_>,
    network: &Network,
    ipv6: bool,
    needs: &mut Vec<TableKey>,
) -> Vec<Consequence> {
    let mut all = quotas(cx, network, needs);
    match network.nat {
        Nat::None if network.has(false) => {
            all.push(note("Private subnets reach nothing outside of the VPC: their route table has no way out"));
        }
        Nat::One if network.zones.len() > 1 => {
            let zone = network.subnets.iter().find(|s| s.is_public()).map(|s| s.zone.name.as_str()).unwrap_or_default();
            all.push(note(format!(
                "Private subnets of every zone go out by {zone}: traffic to it from other zones is billed, and nothing goes out while it is down"
            )));
        }
        Nat::Regional => all.push(note(
            "AWS gives the NAT gateway addresses and a route table of its own; where something new runs in a zone, that zone goes out by another one for up to an hour",
        )),
        _ => {}
    }
    if matches!(network.nat, Nat::One | Nat::PerZone) {
        all.push(note("A NAT gateway takes a few minutes: the private route tables come after it"));
    }
    if network.has(true) && !network.public_ip {
        all.push(note("Instances in public subnets have a public address only where their launch asks for one"));
    }
    if ipv6 {
        // https://docs.aws.amazon.com/vpc/latest/userguide/create-subnets.html
        all.push(note(
            "Its subnets get no IPv6 ranges: they are parts of the VPC's /56, which is known only once it is there",
        ));
    }
    all.push(note(format!("Free for more subnets: {}", ranges(&network.free))));
    all.push(note(
        "A subnet that is made later uses the main route table, which has no way out, until it is associated",
    ));
    all
}

/// Where a quota is in the way.
fn quotas(cx: &ActionContext<'_>, network: &Network, needs: &mut Vec<TableKey>) -> Vec<Consequence> {
    let sites = network.sites().unwrap_or_default();
    let in_subnets = sites.iter().filter(|s| s.subnet.is_some()).count();
    let mut all = Vec::new();
    let gateways = usize::from(network.has_gateway());
    all.extend(over(cx, &internet_gateways::INFO, (gateways, MOST_GATEWAYS, "InternetGatewayLimitExceeded"), needs));
    all.extend(over(cx, &addresses::INFO, (in_subnets, MOST_ADDRESSES, "AddressLimitExceeded"), needs));
    if in_subnets == 0 {
        return all;
    }
    let (nats, rows) = (whole(cx.store, cx.scope, &nat_gateways::INFO), whole(cx.store, cx.scope, &subnets::INFO));
    for known in [&nats, &rows] {
        if let Known::NotAsked(key) = known {
            need(needs, key.clone());
        }
    }
    let (Known::Complete(nats), Known::Complete(rows)) = (nats, rows) else { return all };
    for subnet in sites.iter().filter_map(|s| network.subnets.get(s.subnet?)) {
        let zone = &subnet.zone.name;
        let of_zone =
            |id: Option<&str>| live(rows).any(|s| Some(s.id.as_str()) == id && field(s, &subnets::ZONE) == Some(zone));
        let stands = live(nats).filter(|n| !matches!(state(n), "failed" | "deleted"));
        let n = stands.filter(|n| of_zone(field(n, &nat_gateways::SUBNET_ID))).count();
        if n >= MOST_NATS {
            all.push(unknown(format!(
                "{zone} has {n} NAT gateways: the quota is {MOST_NATS} unless it was raised (NatGatewayLimitExceeded)"
            )));
        }
    }
    all
}

/// What is said where a region would have more of a kind than its quota allows.
fn over(
    cx: &ActionContext<'_>,
    kind: &'static KindInfo,
    (more, most, code): (usize, usize, &str),
    needs: &mut Vec<TableKey>,
) -> Option<Consequence> {
    if more == 0 {
        return None;
    }
    match whole(cx.store, cx.scope, kind) {
        Known::Complete(table) => {
            let n = live(table).count();
            (n + more > most).then(|| {
                unknown(format!(
                    "{}: the region has {n}, and {more} more would be too many: the quota is {most} unless it was raised ({code})",
                    kind.title
                ))
            })
        }
        Known::NotAsked(key) => {
            need(needs, key);
            None
        }
        Known::Failed(_) => None,
    }
}
