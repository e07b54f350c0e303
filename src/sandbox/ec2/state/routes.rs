//! Route tables, their associations and routes.

use arcstr::ArcStr;
use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};

use super::default_region::Ids;
use super::instance::InstanceState;
use super::{State, Tags};
use crate::base::Time;

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
    pub to: Ipv4Net,
    /// By what: the id of an internet gateway, a NAT gateway, an instance or a network interface.
    pub by: ArcStr,
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
