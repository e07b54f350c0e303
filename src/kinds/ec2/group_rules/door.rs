//! A rule of a security group: what it lets through, read from what EC2 answers and from what is typed, and as a request has it.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html>

use std::fmt;
use std::net::IpAddr;

use arcstr::ArcStr;
use aws_sdk_ec2::types as sdk;
use ipnet::IpNet;

use crate::base::text::visible;
use crate::kinds::ec2::exposure::Traffic;
use crate::model::Arg;
use crate::net::range::Range as _;

/// Whom a rule lets in or out to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Peer {
    /// A range of addresses, its host bits cleared, as EC2 keeps it.
    Range(IpNet),
    /// The members of a group: `sg-…`.
    Group(ArcStr),
    /// A prefix list: `pl-…`.
    PrefixList(ArcStr),
}

/// What a rule lets through. A group has each door once: EC2 refuses a second one (InvalidPermission.Duplicate), whatever its
/// description.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Door {
    /// Whether it is for what leaves.
    pub outbound: bool,
    /// `tcp`, `udp`, `icmp`, `icmpv6`, `-1` for all, or a protocol's number.
    pub protocol: ArcStr,
    /// First port, or ICMP's type; -1 for all.
    pub from: i32,
    /// Last port, or ICMP's code; -1 for all.
    pub to: i32,
    /// From whom, or to whom.
    pub peer: Peer,
}

/// A door with what is said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The door.
    pub door: Door,
    /// Up to 255 characters; may be empty.
    pub description: ArcStr,
}

impl Peer {
    /// Whether it is everybody: all of IPv4, or all of IPv6.
    pub fn is_world(&self) -> bool {
        matches!(self, Peer::Range(net) if net.prefix_len() == 0)
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Peer::Range(net) => net.fmt(f),
            Peer::Group(id) | Peer::PrefixList(id) => f.write_str(id),
        }
    }
}

impl Door {
    /// What it is called: `SSH`, `HTTPS`, `All traffic`; empty if it has no name.
    pub fn name(&self) -> &'static str {
        match (self.protocol.as_str(), self.from, self.to) {
            ("-1", ..) => "All traffic",
            ("tcp", 0, 65535) => "All TCP",
            ("udp", 0, 65535) => "All UDP",
            ("icmp", -1, _) => "All ICMP",
            ("icmpv6", -1, _) => "All ICMPv6",
            ("icmp", 8, _) | ("icmpv6", 128, _) => "Ping",
            ("udp", 53, 53) => "DNS",
            _ => self.traffic().service().unwrap_or_default(),
        }
    }
    /// Its ports as they are typed: `22`, `8000-8100`, `all`; ICMP's type and code `3/4`.
    pub fn ports(&self) -> String {
        match (self.protocol.as_str(), self.from, self.to) {
            ("tcp" | "udp", 0, 65535) | (_, -1, -1) => "all".into(),
            ("icmp" | "icmpv6", ty, -1) => ty.to_string(),
            ("icmp" | "icmpv6", ty, code) => format!("{ty}/{code}"),
            (_, from, to) if from == to => from.to_string(),
            (_, from, to) => format!("{from}-{to}"),
        }
    }
    /// The protocol as it is typed.
    pub fn protocol_word(&self) -> &str {
        if self.protocol == "-1" { "all" } else { &self.protocol }
    }
    fn traffic(&self) -> Traffic<'_> {
        let port = |n: i32| Some(n).filter(|n| *n >= 0);
        Traffic { protocol: &self.protocol, from: port(self.from), to: port(self.to) }
    }
    /// Whether it lets the whole world to administration or a database ([`Traffic::sensitive`]).
    pub fn is_dangerous(&self) -> bool {
        !self.outbound && self.peer.is_world() && !self.traffic().sensitive().is_empty()
    }
    /// The rule as a request has it: one `IpPermission`.
    pub fn permission(&self, description: &str) -> Arg {
        let mut source: Vec<(&'static str, Arg)> = Vec::new();
        let list = match &self.peer {
            Peer::Range(IpNet::V4(net)) => {
                source.push(("CidrIp", Arg::str(net.to_string())));
                "IpRanges"
            }
            Peer::Range(IpNet::V6(net)) => {
                source.push(("CidrIpv6", Arg::str(net.to_string())));
                "Ipv6Ranges"
            }
            Peer::Group(id) => {
                source.push(("GroupId", Arg::Str(id.clone())));
                "UserIdGroupPairs"
            }
            Peer::PrefixList(id) => {
                source.push(("PrefixListId", Arg::Str(id.clone())));
                "PrefixListIds"
            }
        };
        if !description.is_empty() {
            source.push(("Description", Arg::str(description)));
        }
        let mut members = vec![("IpProtocol", Arg::Str(self.protocol.clone()))];
        if self.protocol != "-1" {
            members.extend([("FromPort", Arg::Int(self.from.into())), ("ToPort", Arg::Int(self.to.into()))]);
        }
        members.push((list, Arg::List(vec![Arg::Map(source)])));
        Arg::Map(members)
    }
}

/// `in tcp 22 from 203.0.113.7/32`
impl fmt::Display for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (way, of) = if self.outbound { ("out", "to") } else { ("in", "from") };
        write!(f, "{way} {} {} {of} {}", self.protocol_word(), self.ports(), self.peer)
    }
}

/// `in tcp 22 from 203.0.113.7/32  # the office`
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.door.fmt(f)?;
        if self.description.is_empty() { Ok(()) } else { write!(f, "  # {}", self.description) }
    }
}

impl Rule {
    /// Reads what [`Rule`] prints.
    pub fn parse(text: &str) -> Option<Rule> {
        let (door, description) = text.split_once("  # ").unwrap_or((text, ""));
        let [way, protocol, ports, _, peer] = door.split(' ').collect::<Vec<_>>().try_into().ok()?;
        let protocol = protocol_of(protocol).ok()?;
        let (from, to) = ports_of(&protocol, ports).ok()?;
        let peer = match peer {
            id if id.starts_with("pl-") => Peer::PrefixList(id.into()),
            range if range.contains('/') => Peer::Range(IpNet::read(range)?),
            id => Peer::Group(id.into()),
        };
        let door = Door { outbound: way == "out", protocol, from, to, peer };
        Some(Rule { door, description: description.into() })
    }
    /// The rules of one of EC2's permissions: one for each range, group and prefix list.
    pub fn of(permission: &sdk::IpPermission, outbound: bool) -> Vec<Rule> {
        let protocol: ArcStr = match permission.ip_protocol().unwrap_or("-1") {
            // EC2 answers with words for these, whatever was sent.
            "6" => "tcp".into(),
            "17" => "udp".into(),
            "1" => "icmp".into(),
            "58" => "icmpv6".into(),
            other => other.into(),
        };
        let all = if matches!(protocol.as_str(), "tcp" | "udp") { (0, 65535) } else { (-1, -1) };
        let (from, to) = (permission.from_port().unwrap_or(all.0), permission.to_port().unwrap_or(all.1));
        let mut out = Vec::new();
        let mut add = |peer: Peer, description: Option<&str>| {
            let door = Door { outbound, protocol: protocol.clone(), from, to, peer };
            out.push(Rule { door, description: description.unwrap_or_default().into() });
        };
        for r in permission.ip_ranges() {
            if let Some(net) = r.cidr_ip().and_then(IpNet::read) {
                add(Peer::Range(net), r.description());
            }
        }
        for r in permission.ipv6_ranges() {
            if let Some(net) = r.cidr_ipv6().and_then(IpNet::read) {
                add(Peer::Range(net), r.description());
            }
        }
        for g in permission.user_id_group_pairs() {
            add(Peer::Group(g.group_id().or(g.group_name()).unwrap_or_default().into()), g.description());
        }
        for l in permission.prefix_list_ids() {
            add(Peer::PrefixList(l.prefix_list_id().unwrap_or_default().into()), l.description());
        }
        out
    }
}

/// The protocol that is meant: a word, `all`, or a number from 0 to 255.
///
/// # Errors
/// A sentence about what it is not.
pub fn protocol_of(text: &str) -> Result<ArcStr, String> {
    let word = text.trim().to_ascii_lowercase();
    Ok(match word.as_str() {
        "all" | "-1" => "-1".into(),
        "tcp" | "6" => "tcp".into(),
        "udp" | "17" => "udp".into(),
        "icmp" | "1" => "icmp".into(),
        "icmpv6" | "58" => "icmpv6".into(),
        other if other.parse::<u8>().is_ok() => other.into(),
        "" => return Err("Type a protocol: tcp, udp, icmp, icmpv6, all, or its number.".into()),
        _ => {
            return Err(format!(
                "{} is not a protocol: use tcp, udp, icmp, icmpv6, all, or its number.",
                visible(text)
            ));
        }
    })
}

/// First and last port, or ICMP's type and code.
///
/// # Errors
/// A sentence about what is wrong with them.
pub fn ports_of(protocol: &str, text: &str) -> Result<(i32, i32), String> {
    let text = text.trim();
    let is_all = text.eq_ignore_ascii_case("all") || text.is_empty();
    match protocol {
        "tcp" | "udp" => {
            if text.is_empty() {
                return Err("Type ports: 443, 8000-8100, or all.".into());
            }
            if is_all {
                return Ok((0, 65535));
            }
            let port = |p: &str| match p.trim().parse::<i64>() {
                Ok(n) if (0..=65535).contains(&n) => i32::try_from(n).map_err(|_| String::new()),
                Ok(n) => Err(format!("{n} is not a port: ports are 0 to 65535.")),
                Err(_) => Err(format!("{} is not a port: use 443, 8000-8100, or all.", visible(p))),
            };
            let (first, last) = text.split_once('-').unwrap_or((text, text));
            let (from, to) = (port(first)?, port(last)?);
            if from > to {
                return Err(format!("{from} to {to} is not a range: the first port must be the lower one."));
            }
            Ok((from, to))
        }
        "icmp" | "icmpv6" => {
            if is_all {
                return Ok((-1, -1));
            }
            let (ty, code) = text.split_once('/').unwrap_or((text, "-1"));
            match (ty.trim().parse::<i32>(), code.trim().parse::<i32>()) {
                (Ok(ty @ 0..=255), Ok(code @ -1..=255)) => Ok((ty, code)),
                _ => Err(format!(
                    "{} is not an ICMP type: use all, 8, or type and code 3/4, each 0 to 255.",
                    visible(text)
                )),
            }
        }
        _ if is_all => Ok((-1, -1)),
        _ => Err("Only tcp and udp have ports: leave them empty, or type all.".into()),
    }
}

/// A range, or one address, as EC2 keeps it.
///
/// # Errors
/// A sentence about what it is not.
pub fn range_of(text: &str) -> Result<IpNet, String> {
    if let Some(net) = IpNet::read(text) {
        return Ok(net.trunc());
    }
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Ok(IpNet::from(ip));
    }
    let why = crate::net::range::flaw(text).unwrap_or_else(|| format!("{} is not an address", visible(text)));
    Err(format!("{why}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> Rule {
        Rule::parse(text).expect("a rule")
    }

    #[test]
    fn what_is_printed_is_read_again() {
        for text in [
            "in tcp 22 from 203.0.113.7/32  # the office",
            "in tcp 8000-8100 from sg-0a1",
            "out all all to ::/0",
            "in icmp 3/4 from 10.0.0.0/8",
            "in icmpv6 all from 2600:1f14::/32",
            "in 50 all from pl-0a1  # IPsec # or so",
            "out udp all to 0.0.0.0/0",
        ] {
            assert_eq!(rule(text).to_string(), text);
        }
    }

    #[test]
    fn bad_ports_protocols_and_ranges_are_named() {
        for (protocol, ports, says) in [
            ("tcp", "70000", "70000 is not a port"),
            ("tcp", "80-22", "80 to 22 is not a range"),
            ("udp", "http", "http is not a port"),
            ("tcp", "", "Type ports"),
            ("icmp", "300", "not an ICMP type"),
            ("50", "22", "Only tcp and udp"),
        ] {
            let why = ports_of(protocol, ports).expect_err(ports);
            assert!(why.contains(says), "{why}");
        }
        assert!(protocol_of("tpc").is_err_and(|e| e.contains("tpc is not a protocol")));
        assert!(range_of("10.0.0.0/33").is_err_and(|e| e.contains("/33")));
        assert!(range_of("010.0.0.0/8").is_err_and(|e| e.contains("leading zero")));
        assert_eq!(range_of("203.0.113.7").map(|n| n.to_string()), Ok("203.0.113.7/32".into()));
        assert_eq!(range_of("203.0.113.7/24").map(|n| n.to_string()), Ok("203.0.113.0/24".into()), "as EC2 keeps it");
    }

    #[test]
    fn a_door_to_the_world_on_a_login_or_database_port_is_dangerous() {
        for (text, is) in [
            ("in tcp 22 from 0.0.0.0/0", true),
            ("in tcp 22 from 203.0.113.7/32", false),
            ("in tcp 3000-4000 from ::/0", true),
            ("in all all from 0.0.0.0/0", true),
            ("in tcp 443 from 0.0.0.0/0", false),
            ("out all all to 0.0.0.0/0", false),
            ("in udp 3306 from 0.0.0.0/0", false),
        ] {
            assert_eq!(rule(text).door.is_dangerous(), is, "{text}");
        }
    }
}
