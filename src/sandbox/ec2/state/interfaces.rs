//! Network interfaces beside the instances' primary ones: those that services keep in the account's subnets, and the account's own.

use std::net::Ipv4Addr;

use arcstr::ArcStr;
use serde::{Deserialize, Serialize};

use super::{Address, NatGateway, Phase, State};
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
    /// Its public address.
    pub public: Option<Public>,
    /// Its security groups.
    pub groups: Vec<ArcStr>,
    /// When it was made.
    pub since: Time,
}

/// A public address of a service's interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Public {
    /// The address.
    pub ip: Ipv4Addr,
    /// The allocation that it is of, if it is the account's; else it is the service's own.
    pub allocation: Option<ArcStr>,
}

/// An interface that the account made by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnInterface {
    /// `eni-…`.
    pub id: ArcStr,
    /// Its description.
    pub description: ArcStr,
    /// Its subnet.
    pub subnet: ArcStr,
    /// Its VPC.
    pub vpc: ArcStr,
    /// Its Availability Zone's name.
    pub zone: ArcStr,
    /// Its primary address.
    pub private_ip: Ipv4Addr,
    /// Its other addresses.
    pub secondary: Vec<Ipv4Addr>,
    /// Its security groups.
    pub groups: Vec<ArcStr>,
    /// Whether it drops packets that are not for it.
    pub source_dest_check: bool,
    /// Whether it is there yet: `pending`, else `available`.
    pub phase: Phase,
    /// The instance that has it.
    pub attachment: Option<InterfaceAttachment>,
}

/// An own interface at an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterfaceAttachment {
    /// `eni-attach-…`.
    pub id: ArcStr,
    /// The instance.
    pub instance: ArcStr,
    /// Its number among the instance's interfaces; 0 is the primary one.
    pub index: u32,
    /// Since when.
    pub since: Time,
    /// Whether it goes with the instance.
    pub delete_on_termination: bool,
    /// Coming, there or going.
    pub phase: Phase,
}

impl InterfaceAttachment {
    /// AWS's word for its state.
    pub fn state(&self) -> &'static str {
        match self.phase {
            Phase::Beginning => "attaching",
            Phase::Settled => "attached",
            Phase::Ending => "detaching",
        }
    }
}

impl OwnInterface {
    /// AWS's word for its state.
    pub fn state(&self) -> &'static str {
        match (&self.attachment, self.phase) {
            (Some(_), _) => "in-use",
            (None, Phase::Beginning) => "pending",
            (None, _) => "available",
        }
    }
    /// Its addresses, the primary one first.
    pub fn addresses(&self) -> impl Iterator<Item = Ipv4Addr> {
        [self.private_ip].into_iter().chain(self.secondary.iter().copied())
    }
}

impl ServiceInterface {
    /// The interface of a NAT gateway, while that has one: one in a subnet.
    pub fn of_nat(state: &State, n: &NatGateway, now: Time) -> Option<ServiceInterface> {
        if !matches!(n.state(now), "available" | "deleting") {
            return None;
        }
        let subnet = n.subnet.clone()?;
        Some(ServiceInterface {
            id: n.interface.clone(),
            of: n.id.clone(),
            description: arcstr::format!("Interface for NAT Gateway {}", n.id),
            requester: arcstr::literal!("amazon-aws"),
            kind: arcstr::literal!("nat_gateway"),
            zone: state.subnets.get(&subnet).map(|s| s.zone.clone()).unwrap_or_default(),
            subnet,
            vpc: n.vpc.clone(),
            private_ip: n.private_ip,
            public: n.public_ip.map(|ip| Public { ip, allocation: n.allocation.clone() }),
            groups: Vec::new(),
            since: n.created,
        })
    }
}

impl State {
    /// The own interface that an Elastic IP address is of.
    pub fn own_interface_of(&self, address: &Address) -> Option<&OwnInterface> {
        self.own_interfaces.get(&address.association.as_ref()?.1)
    }
    /// The interfaces that an instance has beside its primary one, in the order of their numbers.
    pub fn interfaces_of(&self, instance: &str) -> Vec<&OwnInterface> {
        let at = |i: &&OwnInterface| i.attachment.as_ref().is_some_and(|a| a.instance == instance);
        let mut found: Vec<&OwnInterface> = self.own_interfaces.values().filter(at).collect();
        found.sort_by_key(|i| i.attachment.as_ref().map(|a| a.index));
        found
    }
    /// Takes an own interface away: its addresses are free again.
    pub(in crate::sandbox::ec2) fn drop_own_interface(&mut self, id: &str) {
        let Some(gone) = self.own_interfaces.remove(id) else { return };
        self.other_tags.remove(id);
        if let Some(subnet) = self.subnets.get_mut(&gone.subnet) {
            gone.addresses().for_each(|ip| {
                subnet.taken.remove(&ip);
            });
        }
        for address in self.addresses.values_mut() {
            address.association.take_if(|(_, of)| *of == gone.id);
        }
    }
}
