//! Internet gateways and NAT gateways.

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
    /// Its subnet.
    pub subnet: ArcStr,
    /// Its VPC.
    pub vpc: ArcStr,
    /// Its Elastic IP address, if it is public.
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
    /// Whether it still has its address in its subnet.
    pub fn holds_address(&self, now: Time) -> bool {
        !matches!(self.state(now), "deleted" | "failed")
    }
}

impl State {
    /// The internet gateway of a VPC.
    pub fn gateway_of(&self, vpc: &str) -> Option<&InternetGateway> {
        self.gateways.values().find(|g| g.vpc.as_deref() == Some(vpc))
    }
}
