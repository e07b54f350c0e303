//! The reachability of an instance's port: its network's rules, and what listens inside.

use super::state::{Peer, State};
use super::{instance::InstanceState, lifecycle};
use crate::base::Time;
use crate::net::reach::{self, Block, Ingress, Source, Target, Verdict};
use crate::sandbox::world::World;

/// What a TCP connection meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contact {
    /// It is taken.
    Answers,
    /// The host answers that nothing listens: refused at once.
    Refused,
    /// Nothing answers: a time-out.
    TimesOut(String),
    /// The instance is not there, or not running.
    NotRunning,
}

/// What a TCP connection from `source` to `port` of an instance's primary interface meets at `now`. For health checks.
pub fn contact(world: &World, region: &str, source: &Source, instance: &str, port: u16, now: Time) -> Contact {
    let Some(state) = world.peek(region).map(|r| &r.ec2) else { return Contact::NotRunning };
    let Some(i) = state.instances.get(instance).filter(|i| i.state == InstanceState::Running) else {
        return Contact::NotRunning;
    };
    match reach::tcp(source, &target(state, &i.groups, &i.subnet), port) {
        Verdict::Blocked { by: Block::SecurityGroups } => {
            Contact::TimesOut("no inbound security group rule allows it".into())
        }
        Verdict::Blocked { by } => Contact::TimesOut(format!("the network ACL denies it ({by:?})")),
        _ if state.listens_on(i, port, lifecycle::boot_takes(world, instance), now) => Contact::Answers,
        _ => Contact::Refused,
    }
}

/// The reachability view of an interface.
pub fn target(state: &State, groups: &[arcstr::ArcStr], subnet: &str) -> Target {
    let rules = groups.iter().filter_map(|g| state.groups.get(g)).flat_map(|g| g.rules.iter().map(move |r| (g, r)));
    let ingress = rules
        .filter(|(_, r)| !r.egress)
        .map(|(g, r)| Ingress {
            group: g.id.to_string(),
            protocol: r.protocol.to_string(),
            from: r.from,
            to: r.to,
            peer: match &r.peer {
                Peer::V4(n) => reach::Peer::Range((*n).into()),
                Peer::V6(n) => reach::Peer::Range((*n).into()),
                Peer::Group(g) => reach::Peer::Group(g.to_string()),
                Peer::PrefixList(p) => reach::Peer::PrefixList(p.to_string()),
            },
        })
        .collect();
    let acl = state.subnets.get(subnet).and_then(|s| state.acls.get(&s.acl)).map(|a| a.entries.clone());
    Target { ingress, acl: acl.unwrap_or_default() }
}
