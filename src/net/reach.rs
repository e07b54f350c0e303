//! Whether a TCP port of an interface can be reached, by security groups (stateful) and network ACLs (stateless).
//!
//! Pure verdicts over plain data: the sandbox's health checks and the connection doctor ask the same question here. Routes,
//! gateways and what listens inside are not its business.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net};
use serde::{Deserialize, Serialize};

/// Where the connection comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The address, if it is known.
    pub address: Option<IpAddr>,
    /// The security groups of the interface that it leaves, if it is one of ours.
    pub groups: Vec<String>,
    /// Whether it is in the target's subnet (no network ACL lies between).
    pub same_subnet: bool,
}

impl Source {
    /// An address outside.
    pub fn address(address: impl Into<IpAddr>) -> Source {
        Source { address: Some(address.into()), groups: Vec::new(), same_subnet: false }
    }
    /// An interface with groups and an address.
    pub fn interface(address: impl Into<IpAddr>, groups: impl IntoIterator<Item = impl Into<String>>) -> Source {
        Source {
            address: Some(address.into()),
            groups: groups.into_iter().map(Into::into).collect(),
            same_subnet: false,
        }
    }
    /// Members of a security group, whatever their addresses.
    pub fn group(group: impl Into<String>) -> Source {
        Source { address: None, groups: vec![group.into()], same_subnet: false }
    }
}

/// One allowed inbound connection of a security group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ingress {
    /// The group that has the rule.
    pub group: String,
    /// `tcp`, `6`, `-1` (all)…
    pub protocol: String,
    /// First port; ignored when the protocol is all.
    pub from: i32,
    /// Last port.
    pub to: i32,
    /// From whom.
    pub peer: Peer,
}

/// Whom a rule allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer {
    /// A range.
    Range(IpNet),
    /// Members of a group.
    Group(String),
    /// A prefix list, whose ranges are not known here.
    PrefixList(String),
}

/// One entry of a network ACL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AclEntry {
    /// Lowest first; 32767 is `*`.
    pub number: u16,
    /// Whether it is for outbound traffic.
    pub egress: bool,
    /// Whether it allows.
    pub allow: bool,
    /// `-1` all, `6` TCP…
    pub protocol: i16,
    /// First and last port; none for all.
    pub ports: Option<(u16, u16)>,
    /// Type and code of ICMP, -1 for all; none for other protocols.
    #[serde(default)]
    pub icmp: Option<(i16, i16)>,
    /// The range that it is for, of either family.
    #[serde(with = "crate::net::cidr::as_text")]
    pub cidr: IpNet,
}

impl AclEntry {
    /// What a default ACL has: allow all in both directions at 100, deny at `*`.
    pub fn default_entries() -> Vec<AclEntry> {
        let entry = |number, egress, allow| AclEntry {
            number,
            egress,
            allow,
            protocol: -1,
            ports: None,
            icmp: None,
            cidr: IpNet::V4(Ipv4Net::default()),
        };
        vec![entry(100, false, true), entry(32767, false, false), entry(100, true, true), entry(32767, true, false)]
    }
    fn is_for(&self, egress: bool, port: u16, other: Ipv4Addr) -> bool {
        self.egress == egress
            && (self.protocol == -1 || self.protocol == 6)
            && self.ports.is_none_or(|(low, high)| (low..=high).contains(&port))
            && self.cidr.contains(&IpAddr::V4(other))
    }
}

/// The interface that is to be reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Target {
    /// Inbound rules of all its groups.
    pub ingress: Vec<Ingress>,
    /// The entries of its subnet's network ACL.
    pub acl: Vec<AclEntry>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The connection passes.
    Open,
    /// It is dropped: a client sees a time-out.
    Blocked {
        /// What drops it.
        by: Block,
    },
    /// It cannot be told.
    Unknown {
        /// Why, in a sentence.
        why: String,
    },
}

/// What drops a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block {
    /// No inbound rule of its security groups allows it.
    SecurityGroups,
    /// The network ACL denies it on its way in, by this entry.
    AclInbound(u16),
    /// The network ACL denies the answer's way out to the client's ports, by this entry.
    AclOutbound(u16),
}

/// The ports that clients answer on: a network ACL must let answers out to them. [AWS: ephemeral ports]
const EPHEMERAL: [u16; 4] = [1024, 32768, 49152, 65535];

/// Whether `source` reaches TCP `port` of `target`.
pub fn tcp(source: &Source, target: &Target, port: u16) -> Verdict {
    match groups_allow(source, target, port) {
        Some(true) => {}
        Some(false) => return Verdict::Blocked { by: Block::SecurityGroups },
        None => {
            return Verdict::Unknown { why: "a rule names a prefix list whose ranges are not known".into() };
        }
    }
    if source.same_subnet {
        return Verdict::Open;
    }
    let address = match source.address {
        Some(IpAddr::V4(a)) => a,
        // An ACL of the default kind treats all alike, so that the address does not matter.
        _ if target
            .acl
            .iter()
            .all(|e| e.number == 32767 || (e.allow && e.cidr.prefix_len() == 0 && e.ports.is_none())) =>
        {
            return Verdict::Open;
        }
        _ => {
            return Verdict::Unknown {
                why: "the source's IPv4 address is not known, and the network ACL asks for it".into(),
            };
        }
    };
    let inbound = first(&target.acl, false, port, address);
    if !inbound.1 {
        return Verdict::Blocked { by: Block::AclInbound(inbound.0) };
    }
    let answers: Vec<(u16, bool)> = EPHEMERAL.iter().map(|p| first(&target.acl, true, *p, address)).collect();
    match (answers.iter().any(|a| a.1), answers.iter().find(|a| !a.1)) {
        (_, None) => Verdict::Open,
        (false, Some(denied)) => Verdict::Blocked { by: Block::AclOutbound(denied.0) },
        (true, Some(denied)) => Verdict::Unknown {
            why: format!("network ACL entry {} denies answers to some of the client's ports", denied.0),
        },
    }
}

/// `None` if it hangs on a prefix list.
fn groups_allow(source: &Source, target: &Target, port: u16) -> Option<bool> {
    let mut unknown = false;
    for rule in &target.ingress {
        let is_all = rule.protocol == "-1";
        let ports = is_all || (rule.from..=rule.to).contains(&i32::from(port));
        if !ports || !(is_all || rule.protocol == "tcp" || rule.protocol == "6") {
            continue;
        }
        match &rule.peer {
            Peer::Range(net) => {
                if source.address.is_some_and(|a| net.contains(&a)) || net.prefix_len() == 0 && source.address.is_none()
                {
                    return Some(true);
                }
            }
            Peer::Group(g) => {
                if source.groups.contains(g) {
                    return Some(true);
                }
            }
            Peer::PrefixList(_) => unknown = true,
        }
    }
    (!unknown).then_some(false)
}

/// The first entry that speaks of it: its number and whether it allows. With none at all: `*` denies.
fn first(acl: &[AclEntry], egress: bool, port: u16, other: Ipv4Addr) -> (u16, bool) {
    acl.iter()
        .filter(|e| e.is_for(egress, port, other))
        .min_by_key(|e| e.number)
        .map_or((32767, false), |e| (e.number, e.allow))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(protocol: &str, from: i32, to: i32, peer: Peer) -> Ingress {
        Ingress { group: "sg-1".into(), protocol: protocol.into(), from, to, peer }
    }
    fn range(s: &str) -> Peer {
        Peer::Range(s.parse().unwrap())
    }
    fn outside() -> Source {
        Source::address(Ipv4Addr::new(203, 0, 113, 9))
    }

    #[test]
    fn nothing_is_open_by_default() {
        let t = Target { ingress: vec![], acl: AclEntry::default_entries() };
        assert_eq!(tcp(&outside(), &t, 80), Verdict::Blocked { by: Block::SecurityGroups });
    }

    #[test]
    fn a_group_as_source_lets_its_members_in_and_nobody_else() {
        let t = Target {
            ingress: vec![rule("tcp", 80, 80, Peer::Group("sg-alb".into()))],
            acl: AclEntry::default_entries(),
        };
        let alb = Source::interface(Ipv4Addr::new(10, 1, 0, 7), ["sg-alb"]);
        assert_eq!(tcp(&alb, &t, 80), Verdict::Open);
        assert_eq!(tcp(&Source::group("sg-alb"), &t, 80), Verdict::Open);
        assert_eq!(tcp(&alb, &t, 8080), Verdict::Blocked { by: Block::SecurityGroups });
        assert_eq!(tcp(&outside(), &t, 80), Verdict::Blocked { by: Block::SecurityGroups });
    }

    #[test]
    fn an_acl_is_stateless_so_the_answer_needs_its_own_way_out() {
        let mut acl = AclEntry::default_entries();
        acl.retain(|e| !(e.egress && e.allow));
        let t = Target { ingress: vec![rule("-1", -1, -1, range("0.0.0.0/0"))], acl };
        assert_eq!(tcp(&outside(), &t, 80), Verdict::Blocked { by: Block::AclOutbound(32767) });
        let same = Source { same_subnet: true, ..outside() };
        assert_eq!(tcp(&same, &t, 80), Verdict::Open);
    }

    #[test]
    fn the_lowest_number_decides() {
        let mut acl = AclEntry::default_entries();
        let deny = |number| AclEntry {
            number,
            egress: false,
            allow: false,
            protocol: 6,
            ports: Some((80, 80)),
            icmp: None,
            cidr: "203.0.113.0/24".parse().unwrap(),
        };
        acl.push(deny(110));
        let ingress = vec![rule("tcp", 0, 65535, range("0.0.0.0/0"))];
        let mut t = Target { ingress, acl };
        assert_eq!(tcp(&outside(), &t, 80), Verdict::Open);
        t.acl.push(deny(90));
        assert_eq!(tcp(&outside(), &t, 80), Verdict::Blocked { by: Block::AclInbound(90) });
        assert_eq!(tcp(&outside(), &t, 443), Verdict::Open);
    }

    #[test]
    fn what_cannot_be_told_is_unknown_not_blocked() {
        let t = Target {
            ingress: vec![rule("tcp", 443, 443, Peer::PrefixList("pl-1".into()))],
            acl: AclEntry::default_entries(),
        };
        assert!(matches!(tcp(&outside(), &t, 443), Verdict::Unknown { .. }));
        assert_eq!(tcp(&outside(), &t, 80), Verdict::Blocked { by: Block::SecurityGroups });
    }
}
