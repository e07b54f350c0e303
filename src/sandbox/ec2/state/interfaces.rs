//! Network interfaces that are no instance's: those that services keep in the account's subnets.

use std::net::Ipv4Addr;

use arcstr::ArcStr;
use serde::{Deserialize, Serialize};

use super::{NatGateway, State};
use crate::base::Time;

/// An interface that a service made for itself and manages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceInterface {
    /// `eni-…`.
    pub id: ArcStr,
    /// What it is of, as its service names it: a load balancer's ARN.
    pub of: ArcStr,
    /// What the service says it is for: `ELB app/my-alb/50dc6c495c0c9188`.
    pub description: ArcStr,
    /// The service: `amazon-elb`.
    pub requester: ArcStr,
    /// `interface`, `network_load_balancer`, `nat_gateway`.
    pub kind: ArcStr,
    /// Its subnet.
    pub subnet: ArcStr,
    /// Its VPC.
    pub vpc: ArcStr,
    /// Its Availability Zone's name.
    pub zone: ArcStr,
    /// Its address.
    pub private_ip: Ipv4Addr,
    /// Its public address, and the allocation that it is of, if it is the account's.
    pub public: Option<(Ipv4Addr, ArcStr)>,
    /// Its security groups.
    pub groups: Vec<ArcStr>,
    /// When it was made.
    pub since: Time,
}

impl ServiceInterface {
    /// The interface of a NAT gateway, while that has one.
    pub fn of_nat(state: &State, n: &NatGateway, now: Time) -> Option<ServiceInterface> {
        if !matches!(n.state(now), "available" | "deleting") {
            return None;
        }
        Some(ServiceInterface {
            id: n.interface.clone(),
            of: n.id.clone(),
            description: arcstr::format!("Interface for NAT Gateway {}", n.id),
            requester: arcstr::literal!("amazon-aws"),
            kind: arcstr::literal!("nat_gateway"),
            subnet: n.subnet.clone(),
            vpc: n.vpc.clone(),
            zone: state.subnets.get(&n.subnet).map(|s| s.zone.clone()).unwrap_or_default(),
            private_ip: n.private_ip,
            public: n.public_ip.zip(n.allocation.clone()),
            groups: Vec::new(),
            since: n.created,
        })
    }
}
