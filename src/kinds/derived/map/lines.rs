//! What stands where in the tree.

use std::net::IpAddr;
use std::sync::Arc;

use arcstr::ArcStr;
use rustc_hash::FxHashMap;

use super::Node;
use super::ways::{endpoint, peering};
use crate::kinds::ec2::{endpoints, instances, internet_gateways, nat_gateways, peerings, route_tables, subnets, vpcs};
use crate::kinds::elbv2::load_balancers;
use crate::model::{Inputs, Record, Value};

/// The VPCs of a scope, by name.
pub(super) fn of(inputs: &Inputs) -> Vec<Node> {
    let world = World::of(inputs);
    let mut all: Vec<Node> = inputs.rows("vpcs").iter().map(|row| world.vpc(row)).collect();
    by_name(&mut all);
    all
}

fn by_name(nodes: &mut [Node]) {
    nodes.sort_by(|a, b| (a.label(), &a.facts.id).cmp(&(b.label(), &b.facts.id)));
}

/// The rows of all inputs, by what they belong to.
pub(super) struct World<'a> {
    pub(super) inputs: &'a Inputs,
    /// What stands below a VPC or a subnet, by its id.
    within: FxHashMap<&'a str, Vec<&'a Record>>,
    /// Route tables by the subnets that name them, and main ones by their VPCs.
    tables: FxHashMap<ArcStr, &'a Record>,
    /// Rows that routes may lead to, by id.
    gateways: FxHashMap<&'a str, &'a Record>,
}

impl<'a> World<'a> {
    fn of(inputs: &'a Inputs) -> World<'a> {
        let mut within: FxHashMap<&str, Vec<&Record>> = FxHashMap::default();
        for (kind, by) in [
            ("subnets", subnets::VPC_ID),
            ("internet-gateways", internet_gateways::VPC_ID),
            ("load-balancers", load_balancers::VPC_ID),
            ("instances", instances::fields::SUBNET_ID),
        ] {
            for row in inputs.rows(kind) {
                if let Some(of) = row.get(&by).as_str() {
                    within.entry(of).or_default().push(row);
                }
            }
        }
        let mut tables = FxHashMap::default();
        for table in inputs.rows("route-tables") {
            for subnet in table.get(&route_tables::SUBNETS).items() {
                tables.insert(subnet, &**table);
            }
            if table.get(&route_tables::MAIN) == &Value::Bool(true)
                && let Some(vpc) = table.get(&route_tables::VPC_ID).as_str()
            {
                tables.insert(ArcStr::from(vpc), &**table);
            }
        }
        // Of what is gone AWS still tells for an hour.
        let is_there = |r: &&Arc<Record>| r.state.as_ref().is_none_or(|(_, word)| word != "deleted");
        for row in inputs.rows("endpoints").iter().filter(is_there) {
            within.entry(row.get(&endpoints::VPC_ID).as_str().unwrap_or_default()).or_default().push(row);
        }
        for row in inputs.rows("peerings").iter().filter(is_there) {
            for of in [&peerings::REQUESTER_VPC, &peerings::ACCEPTER_VPC] {
                within.entry(row.get(of).as_str().unwrap_or_default()).or_default().push(row);
            }
        }
        let nats = inputs.rows("nat-gateways").iter().filter(is_there);
        for nat in nats.clone() {
            // A regional one is in no subnet.
            let of = nat.get(&nat_gateways::SUBNET_ID).as_str().or(nat.get(&nat_gateways::VPC_ID).as_str());
            within.entry(of.unwrap_or_default()).or_default().push(nat);
        }
        let gateways = inputs.rows("internet-gateways").iter().chain(nats).map(|r| (r.id.as_str(), &**r)).collect();
        World { inputs, within, tables, gateways }
    }

    /// What of a kind stands below a row.
    fn within(&self, of: &str, kind: &'static str) -> impl Iterator<Item = &'a Record> + use<'a> {
        let rows = self.within.get(of).cloned().unwrap_or_default();
        rows.into_iter().filter(move |row| row.kind.name == kind)
    }

    fn vpc(&self, row: &Record) -> Node {
        let mut node = Node::of(row).at(row.get(&vpcs::CIDR).clone());
        node.below
            .extend(self.within(&row.id, "internet-gateways").map(|r| Node::of(r).leads(Value::text("the internet"))));
        node.below.extend(self.within(&row.id, "nat-gateways").map(nat));
        let lists: [Vec<Node>; 3] = [
            self.within(&row.id, "endpoints").map(|r| endpoint(self, r)).collect(),
            self.within(&row.id, "peerings").map(|r| peering(self, &row.id, r)).collect(),
            self.within(&row.id, "load-balancers").map(|r| self.balancer(r)).collect(),
        ];
        for mut list in lists {
            by_name(&mut list);
            node.below.append(&mut list);
        }
        let mut zones: FxHashMap<ArcStr, Vec<&Record>> = FxHashMap::default();
        for subnet in self.within(&row.id, "subnets") {
            let zone = subnet.get(&subnets::ZONE).as_str().map_or(arcstr::literal!("zone not known"), ArcStr::from);
            zones.entry(zone).or_default().push(subnet);
        }
        let mut zones: Vec<_> = zones.into_iter().collect();
        zones.sort_by(|a, b| a.0.cmp(&b.0));
        node.below.extend(zones.into_iter().map(|(zone, subnets)| self.zone(row, zone, subnets)));
        node
    }

    fn zone(&self, vpc: &Record, name: ArcStr, mut within: Vec<&Record>) -> Node {
        // As they lie in the VPC's range: so a gap is seen as one.
        within.sort_by(|a, b| a.get(&subnets::CIDR).order(b.get(&subnets::CIDR), true).then_with(|| a.id.cmp(&b.id)));
        let mut node = Node::default();
        (node.facts.id, node.facts.name) = (name.clone(), name);
        (node.facts.address, node.facts.leads) = (Value::Empty, Value::Empty);
        node.below = within.into_iter().map(|subnet| self.subnet(vpc, subnet)).collect();
        node
    }

    fn subnet(&self, vpc: &Record, row: &Record) -> Node {
        let range = match row.get(&subnets::CIDR) {
            Value::Empty => row.get(&subnets::IPV6_CIDR),
            range => range,
        };
        let mut node = Node::of(row).at(range.clone()).leads(self.way_out(vpc, row));
        let mut instances: Vec<Node> = self.within(&row.id, "instances").map(instance).collect();
        by_name(&mut instances);
        node.below.extend(self.within(&row.id, "nat-gateways").map(nat));
        node.below.append(&mut instances);
        node
    }

    /// Where a subnet's default route leads; not known unless all route tables are.
    fn way_out(&self, vpc: &Record, subnet: &Record) -> Value {
        let table = match self.tables.get(&subnet.id) {
            Some(table) => table,
            // Without an association of its own it uses the main one; and that it has none is known once all tables are.
            None if self.inputs.is_whole("route-tables") => match self.tables.get(&vpc.id) {
                Some(main) => main,
                None => return Value::Unknown,
            },
            None => return Value::Unknown,
        };
        let Some(to) = table.get(&route_tables::DEFAULT_ROUTE).as_str() else { return Value::text("its VPC only") };
        let named = self.gateways.get(to).map_or(to, |row| row.label().as_str());
        let hole = route_tables::table(table).routes.iter().any(|r| r.via == to && !r.active);
        let public = to.starts_with("igw-");
        Value::text(match (hole, public) {
            (true, _) => format!("{named}, a blackhole"),
            (false, true) => format!("{named}: public"),
            (false, false) => named.to_string(),
        })
    }

    fn balancer(&self, row: &Record) -> Node {
        let zones = self.zones_of(&row.get(&load_balancers::SUBNETS).items());
        let kind = row.get(&load_balancers::TYPE).as_str().unwrap_or_default();
        let leads = if zones.is_empty() { Value::Unknown } else { Value::text(zones) };
        Node::of(row).at(Value::text(kind)).leads(leads)
    }

    /// The zones of some subnets, as far as they are known: `ap-northeast-2a, ap-northeast-2c`.
    pub(super) fn zones_of(&self, subnets: &[ArcStr]) -> String {
        let rows = self.inputs.rows("subnets").iter().filter(|s| subnets.contains(&s.id));
        let mut zones: Vec<&str> = rows.filter_map(|s| s.get(&subnets::ZONE).as_str()).collect();
        zones.sort_unstable();
        zones.dedup();
        zones.join(", ")
    }
}

/// An instance with its addresses. What it is worth to know of one that is stopped is that it is.
fn instance(row: &Record) -> Node {
    let private = row.get(&instances::fields::PRIVATE_IP).as_ip();
    let public = instances::instance::public_ip(row).map(IpAddr::V4);
    Node::of(row).at(addresses([private, public].into_iter().flatten()))
}

/// A NAT gateway with its addresses: what its subnet's route leads to is what it leads to.
fn nat(row: &Record) -> Node {
    let ips = [&nat_gateways::PRIVATE_IPS, &nat_gateways::PUBLIC_IPS];
    Node::of(row).at(addresses(ips.into_iter().flat_map(|f| row.get(f).blocks()).map(|b| b.range().addr())))
}

/// `10.0.1.5 · 203.0.113.9`
fn addresses(ips: impl IntoIterator<Item = IpAddr>) -> Value {
    let text = ips.into_iter().map(|ip| ip.to_string()).collect::<Vec<_>>();
    if text.is_empty() { Value::Empty } else { Value::text(text.join(" · ")) }
}
