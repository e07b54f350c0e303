//! The interfaces that services above keep in the account's subnets.

use std::net::Ipv4Addr;

use arcstr::ArcStr;

use crate::base::Time;
use crate::sandbox::ec2::state::{Public, ServiceInterface};
use crate::sandbox::world::World;

/// What a service above wants to have in one subnet.
pub struct Wanted {
    /// The subnet.
    pub subnet: String,
    /// What it is for.
    pub description: String,
    /// `interface`, `network_load_balancer`…
    pub kind: &'static str,
    /// Its security groups.
    pub groups: Vec<String>,
    /// The private address that it is to have; any if none.
    pub private_ip: Option<Ipv4Addr>,
    /// What it is to be known by outside.
    pub public: Outside,
}

/// How an interface is known outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outside {
    /// Not at all.
    Hidden,
    /// By an address of the service's own.
    Any,
    /// By the account's Elastic IP address of this allocation.
    Elastic(String),
}

/// Keeps just these interfaces for what a service calls `of`: new ones take an address of their subnet, the others give theirs back.
pub fn keep(world: &mut World, region: &str, (of, requester): (&str, &str), wanted: Vec<Wanted>, now: Time) {
    let seeds: Vec<[u64; 3]> = wanted
        .iter()
        .map(|w| {
            let mut random = world.random(of, &format!("interface {}", w.subnet));
            [random.u64(), random.u64(), random.u64()]
        })
        .collect();
    let state = &mut world.region(region).ec2;
    let gone: Vec<ServiceInterface> = state
        .service_interfaces
        .values()
        .filter(|s| s.of == of && wanted.iter().all(|w| s.subnet != w.subnet.as_str()))
        .cloned()
        .collect();
    for s in gone {
        state.service_interfaces.remove(&s.id);
        state.other_tags.remove(&s.id);
        state.release_public(s.public.filter(|p| p.allocation.is_none()).map(|p| p.ip));
        if let Some(subnet) = state.subnets.get_mut(&s.subnet) {
            subnet.taken.remove(&s.private_ip);
        }
    }
    for (w, [id, hint, outside]) in wanted.into_iter().zip(seeds) {
        let groups: Vec<ArcStr> = w.groups.into_iter().map(Into::into).collect();
        let there = state.service_interfaces.values_mut().find(|s| s.of == of && s.subnet == w.subnet.as_str());
        if let Some(s) = there {
            s.groups = groups;
            continue;
        }
        let Some(subnet) = state.subnets.get_mut(w.subnet.as_str()) else { continue };
        let Some(private_ip) = subnet.take(w.private_ip, hint) else { continue };
        let (subnet, vpc, zone) = (subnet.id.clone(), subnet.vpc.clone(), subnet.zone.clone());
        let public = match &w.public {
            Outside::Hidden => None,
            Outside::Any => Some(Public { ip: state.take_public(outside), allocation: None }),
            Outside::Elastic(id) => {
                state.addresses.get(id.as_str()).map(|a| Public { ip: a.ip, allocation: Some(a.id.clone()) })
            }
        };
        let made = ServiceInterface {
            id: arcstr::format!("eni-0{id:016x}"),
            of: of.into(),
            description: w.description.into(),
            requester: requester.into(),
            kind: w.kind.into(),
            subnet,
            vpc,
            zone,
            private_ip,
            public,
            groups,
            since: Time::from_secs(now.secs()),
        };
        state.service_interfaces.insert(made.id.clone(), made);
    }
}

/// The interface that a service has in a subnet.
pub fn kept_in<'w>(world: &'w World, region: &str, of: &str, subnet: &str) -> Option<&'w ServiceInterface> {
    let kept = &world.peek(region)?.ec2.service_interfaces;
    kept.values().find(|s| s.of == of && s.subnet == subnet)
}
