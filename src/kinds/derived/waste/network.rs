//! Addresses, NAT gateways and security groups.

use arcstr::ArcStr;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Waste;
use super::facts::Facts;
use crate::kinds::ec2::route_tables::{GATEWAYS, MAIN, ROUTES, SUBNETS, targets};
use crate::kinds::ec2::security_groups::{IS_DEFAULT, SOURCE_GROUPS, TARGET_GROUPS};
use crate::kinds::ec2::vpcs::OWNER;
use crate::kinds::ec2::{addresses, nat_gateways, network_interfaces};
use crate::model::cost::HOURS_A_MONTH;
use crate::model::{Record, Value};

/// Addresses that are associated with nothing, with a stopped instance, or with a network interface that is attached to nothing.
pub(super) fn addresses(facts: &Facts<'_>, all: &mut Vec<Waste>) {
    let of_gateways: FxHashSet<ArcStr> =
        facts.inputs.rows("nat-gateways").iter().flat_map(|g| g.get(&nat_gateways::INTERFACES).items()).collect();
    // What a service has it attaches in its own way.
    let is_loose = |i: &&std::sync::Arc<Record>| {
        let managed = i.get(&network_interfaces::MANAGED) == &Value::Bool(true) || of_gateways.contains(&i.id);
        is_in(i, "available") && !managed
    };
    let loose = facts.inputs.rows("network-interfaces").iter().filter(|_| facts.inputs.is_whole("nat-gateways"));
    let loose: FxHashMap<&str, &Record> = loose.filter(is_loose).map(|i| (i.id.as_str(), &**i)).collect();
    all.extend(facts.inputs.rows("addresses").iter().filter_map(|a| of_address(a, facts, &loose)));
}

/// One's own (BYOIP) costs nothing.
fn of_address(row: &Record, facts: &Facts<'_>, loose: &FxHashMap<&str, &Record>) -> Option<Waste> {
    let cost = row.get(&addresses::COST).as_f64().map(|hour| hour * HOURS_A_MONTH);
    if cost == Some(0.0) {
        return None;
    }
    let interface = || loose.get(row.get(&addresses::NETWORK_INTERFACE).as_str()?);
    let mut waste = match addresses::instance(row).map(|id| facts.stopped.get(id)) {
        Some(Some(instance)) => {
            let why = format!("associated with stopped {}", instance.label());
            Waste::of(row, why, cost).on(instance).ended_by("disassociate")
        }
        None if addresses::is_unattached(row) => Waste::of(row, "not associated", cost).ended_by("release"),
        None => {
            let why = format!("associated with {}, which is attached to nothing", interface()?.id);
            Waste::of(row, why, cost).ended_by("disassociate")
        }
        Some(None) => return None,
    };
    // What a service manages, it alone can release.
    if addresses::service_managed(row).is_some() {
        (waste.clean_up, waste.mend) = (None, None);
    }
    // It has a better name than its allocation id.
    if waste.name.trim().is_empty()
        && let Some(ip) = addresses::public_ip(row)
    {
        waste.name = arcstr::format!("{ip}");
    }
    Some(waste)
}

fn is_in(row: &Record, state: &str) -> bool {
    row.state.as_ref().is_some_and(|(_, word)| word == state)
}

/// NAT gateways to which no route leads, or none of a table that a subnet uses. What goes through the others is known to CloudWatch
/// alone, which is not asked.
pub(super) fn gateways(facts: &Facts<'_>, all: &mut Vec<Waste>) {
    if !facts.inputs.is_whole("route-tables") {
        return;
    }
    // By gateway: a table that leads to it, and whether one of those is used.
    let mut led: FxHashMap<ArcStr, (&Record, bool)> = FxHashMap::default();
    for table in facts.inputs.rows("route-tables") {
        let used = table.get(&MAIN) != &Value::Bool(false)
            || [&SUBNETS, &GATEWAYS].iter().any(|of| !matches!(table.get(of), Value::Empty));
        for id in targets(&table.get(&ROUTES).items(), "nat-") {
            let (_, any) = led.entry(id.into()).or_insert((table, false));
            *any |= used;
        }
    }
    for row in facts.inputs.rows("nat-gateways").iter().filter(|g| is_in(g, "available")) {
        let why = match led.get(&row.id) {
            None => "no route leads to it".to_string(),
            Some((table, false)) => format!("only {} leads to it, which no subnet uses", table.label()),
            Some((_, true)) => continue,
        };
        // A regional one is paid for in each zone that it is in.
        let zones = row.get(&nat_gateways::ZONES).items().len().max(1);
        #[expect(clippy::cast_precision_loss, reason = "a few zones")]
        let cost = facts.prices.map(|p| p.nat_gateway().monthly().times(zones as f64).amount);
        let waste = Waste::of(row, why, cost).made(row.get(&nat_gateways::CREATED)).ended_by("delete");
        all.push(Waste { remains: remains(row, facts), ..waste });
    }
}

/// Its Elastic IP addresses, which outlast it.
fn remains(row: &Record, facts: &Facts<'_>) -> Option<String> {
    let held = row.get(&nat_gateways::ALLOCATIONS).items().len();
    let ips = if let Value::Ips(ips) = row.get(&nat_gateways::PUBLIC_IPS) {
        ips.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    } else {
        String::new()
    };
    #[expect(clippy::cast_precision_loss, reason = "a few addresses")]
    let cost = facts.prices.map(|p| p.public_ipv4().monthly().times(held as f64).amount);
    let cost = cost.map_or_else(String::new, |c| format!(", ${c:.2} a month until released"));
    let word = if held == 1 { "Elastic IP" } else { "Elastic IPs" };
    (held > 0).then(|| format!("{word} {ips}{cost}"))
}

/// One's own security groups that no network interface has, no other group's rule names and no template gives. They cost nothing.
pub(super) fn groups(facts: &Facts<'_>, all: &mut Vec<Waste>) {
    let launched = &facts.launched;
    let unclear = launched.doubts.iter().any(|(row, _)| row.kind.0.name == "auto-scaling-groups");
    if !facts.are_whole(&["security-groups", "network-interfaces"]) || !launched.whole || unclear {
        return;
    }
    let interfaces = facts.inputs.rows("network-interfaces").iter();
    let had: FxHashSet<ArcStr> =
        interfaces.flat_map(|i| i.get(&network_interfaces::SECURITY_GROUP_IDS).items()).collect();
    let rows = facts.inputs.rows("security-groups");
    let mut named: FxHashSet<ArcStr> = FxHashSet::default();
    for group in rows {
        let others = [&SOURCE_GROUPS, &TARGET_GROUPS].into_iter().flat_map(|f| group.get(f).items());
        named.extend(others.filter(|id| *id != group.id));
    }
    for row in rows {
        let used = [&had, &named, &launched.groups].iter().any(|all| all.contains(&row.id));
        let own = facts.is_own(row.get(&OWNER).as_str());
        if own && !used && row.get(&IS_DEFAULT) == &Value::Bool(false) {
            let why = "no network interface, rule or template has it";
            all.push(Waste::of(row, why, Some(0.0)).ended_by("delete"));
        }
    }
}
