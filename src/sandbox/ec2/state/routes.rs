//! Route tables, their associations and routes.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use arcstr::ArcStr;
use ipnet::{IpNet, Ipv4Net};
use serde::{Deserialize, Serialize};

use super::default_region::Ids;
use super::instance::InstanceState;
use super::{State, Tags};
use crate::base::Time;
use crate::net::range::Range;

/// A route table.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RouteTable {
    /// `rtb-…`.
    pub id: ArcStr,
    /// Its VPC.
    pub vpc: ArcStr,
    /// Whether subnets without an association of their own use it.
    pub main: bool,
    /// The association that makes it the main one.
    pub main_association: ArcStr,
    /// The subnets that use it by name.
    pub associations: Vec<Association>,
    /// Its routes beside the local one.
    pub routes: Vec<Route>,
    /// Its tags.
    pub tags: Tags,
}

/// A subnet's use of a route table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Association {
    /// `rtbassoc-…`.
    pub id: ArcStr,
    /// The subnet.
    pub subnet: ArcStr,
}

/// A route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// Where to.
    #[serde(with = "crate::net::cidr::as_text")]
    pub to: Destination,
    /// By what: the id of an internet gateway, a NAT gateway, an instance or a network interface.
    pub by: ArcStr,
}

/// Where a route leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// A range of either family.
    Range(IpNet),
    /// A prefix list: `pl-…`.
    List(ArcStr),
}

impl Destination {
    /// All of IPv4.
    pub fn everything() -> Destination {
        Destination::Range(IpNet::V4(Ipv4Net::default()))
    }
    /// Whether the address is in it. Of prefix lists none has an address that anything here has.
    pub fn holds(&self, address: Ipv4Addr) -> bool {
        matches!(self, Destination::Range(range) if range.contains(&IpAddr::V4(address)))
    }
    /// The number behind the slash.
    pub fn prefix_len(&self) -> u8 {
        if let Destination::Range(range) = self { range.prefix_len() } else { 0 }
    }
    /// The parameter and member that have it.
    pub fn member(&self) -> &'static str {
        match self {
            Destination::Range(IpNet::V4(_)) => "destinationCidrBlock",
            Destination::Range(IpNet::V6(_)) => "destinationIpv6CidrBlock",
            Destination::List(_) => "destinationPrefixListId",
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Destination::Range(range) => range.fmt(f),
            Destination::List(id) => f.write_str(id),
        }
    }
}

impl Range for Destination {
    fn read(text: &str) -> Option<Destination> {
        if text.starts_with("pl-") {
            return Some(Destination::List(text.into()));
        }
        IpNet::read(text).map(Destination::Range)
    }
}

impl State {
    /// A VPC's main route table.
    pub(in crate::sandbox::ec2) fn add_main_table(&mut self, ids: &Ids<'_>, name: &str, vpc: &ArcStr) {
        let id = ids.id("rtb", name);
        let main_association = ids.id("rtbassoc", name);
        let table = RouteTable {
            id: id.clone(),
            vpc: vpc.clone(),
            main: true,
            main_association,
            associations: Vec::new(),
            routes: Vec::new(),
            tags: Tags::new(),
        };
        self.route_tables.insert(id, table);
    }
    /// Whether what a route leads to is there.
    pub(in crate::sandbox::ec2) fn leads(&self, route: &Route, now: Time) -> bool {
        let by = route.by.as_str();
        match by.split_once('-').map(|(p, _)| p) {
            Some("igw") => self.gateways.get(by).is_some_and(|g| g.vpc.is_some()),
            Some("nat") => self.nat_gateways.get(by).is_some_and(|n| n.state(now) == "available"),
            Some("pcx") => self.peerings.get(by).is_some_and(|p| p.state(now) == "active"),
            Some("eigw") => self.egress_only.contains_key(by),
            Some("vpce") => self.endpoints.get(by).is_some_and(|e| e.deleted.is_none()),
            Some("i") => self.instances.get(by).is_some_and(|i| i.state == InstanceState::Running),
            _ => true,
        }
    }
}
