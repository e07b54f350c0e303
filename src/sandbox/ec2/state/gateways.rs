//! Internet gateways and NAT gateways.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use arcstr::ArcStr;
use serde::{Deserialize, Serialize};

use super::{State, Tags};
use crate::base::Time;

/// An internet gateway.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InternetGateway {
    /// `igw-…`.
    pub id: ArcStr,
    /// The VPC that it is attached to.
    pub vpc: Option<ArcStr>,
    /// Its tags.
    pub tags: Tags,
}

/// A NAT gateway.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NatGateway {
    /// `nat-…`.
    pub id: ArcStr,
    /// Its subnet; a regional one has none.
    pub subnet: Option<ArcStr>,
    /// What a regional one has.
    #[serde(default)]
    pub regional: Option<Regional>,
    /// Its VPC.
    pub vpc: ArcStr,
    /// Its Elastic IP address, if it is a public one in a subnet.
    pub allocation: Option<ArcStr>,
    /// That address.
    pub public_ip: Option<Ipv4Addr>,
    /// Its private address.
    pub private_ip: Ipv4Addr,
    /// Its network interface.
    pub interface: ArcStr,
    /// When it was made.
    pub created: Time,
    /// From when on it is available, or failed.
    pub ready: Time,
    /// Why it failed: AWS's code and sentence.
    pub failure: Option<(ArcStr, ArcStr)>,
    /// When it was deleted, and when that is done.
    pub deleted: Option<(Time, Time)>,
    /// Its tags.
    pub tags: Tags,
}

/// What a regional NAT gateway has of its own. <https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateways-regional.html>
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Regional {
    /// Its route table, which AWS makes with a route to the internet gateway.
    pub table: ArcStr,
    /// The address that AWS gives it in each zone: in use once something of the VPC is there.
    pub addresses: Vec<(ArcStr, Ipv4Addr)>,
}

impl NatGateway {
    /// AWS's word for its state.
    pub fn state(&self, now: Time) -> &'static str {
        match (self.deleted, &self.failure) {
            (Some((_, done)), _) if now >= done => "deleted",
            (Some(_), _) => "deleting",
            _ if now < self.ready => "pending",
            (None, Some(_)) => "failed",
            (None, None) => "available",
        }
    }
    /// Whether it is in this subnet.
    pub fn is_in(&self, subnet: &str) -> bool {
        self.subnet.as_deref() == Some(subnet)
    }
    /// Whether it is one for the internet.
    pub fn is_public(&self) -> bool {
        self.allocation.is_some() || self.regional.is_some()
    }
    /// Whether it still has its address in its subnet.
    pub fn holds_address(&self, now: Time) -> bool {
        !matches!(self.state(now), "deleted" | "failed")
    }
}

impl State {
    /// The zones that a regional NAT gateway works in, with its address there: those where something of its VPC has a network interface.
    pub fn zones_of<'n>(&self, n: &'n NatGateway) -> Vec<(&'n ArcStr, Ipv4Addr)> {
        let instances = self.instances.values().filter(|i| i.vpc == n.vpc && !i.state.is_ending()).map(|i| &i.subnet);
        let own = self.own_interfaces.values().filter(|o| o.vpc == n.vpc).map(|o| &o.subnet);
        let services = self.service_interfaces.values().filter(|s| s.vpc == n.vpc).map(|s| &s.subnet);
        let subnets = instances.chain(own).chain(services);
        let zones: BTreeSet<&ArcStr> = subnets.filter_map(|s| Some(&self.subnets.get(s)?.zone)).collect();
        let all = n.regional.iter().flat_map(|r| &r.addresses);
        all.filter(|(zone, _)| zones.contains(zone)).map(|(zone, ip)| (zone, *ip)).collect()
    }
    /// The internet gateway of a VPC.
    pub fn gateway_of(&self, vpc: &str) -> Option<&InternetGateway> {
        self.gateways.values().find(|g| g.vpc.as_deref() == Some(vpc))
    }
}
