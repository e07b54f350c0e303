//! Security groups: what any rule allows is allowed, and answers come through by themselves.

use ipnet::IpNet;

use super::{Client, Lies, Service, Sign, lies};

/// Whom a rule speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer {
    /// A range.
    Range(IpNet),
    /// The members of a group, by their private addresses.
    Group(String),
    /// A prefix list, whose ranges are not known here.
    PrefixList(String),
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// `sgr-…`.
    pub id: String,
    /// The group that has it: `sg-…`.
    pub group: String,
    /// What that group is called, for sentences.
    pub name: String,
    /// Whether it is for what leaves.
    pub outbound: bool,
    /// IANA's number; -1 is all; none is a protocol that is not known.
    pub protocol: Option<i16>,
    /// First and last port; none for all.
    pub ports: Option<(u16, u16)>,
    /// From whom, or to whom.
    pub peer: Peer,
}

impl Rule {
    fn is_for(&self, outbound: bool, service: Service) -> bool {
        let all = self.protocol == Some(-1);
        self.outbound == outbound
            && (all || self.protocol == Some(service.protocol.number()))
            && (all || self.ports.is_none_or(|(low, high)| (low..=high).contains(&service.port)))
    }
}

/// Whether the rules let a connection in from `other`, or out to it, whose groups are `groups`.
pub(super) fn allow(
    rules: Option<&[Rule]>,
    outbound: bool,
    other: &Client,
    groups: &[String],
    service: Service,
) -> Sign {
    let Some(rules) = rules else { return Sign::unknown("the rules of its security groups could not be read") };
    let way = if outbound { "outbound" } else { "inbound" };
    let mine = || rules.iter().filter(|r| r.is_for(outbound, service));
    let (mut part, mut list): (Vec<&Rule>, Option<&Rule>) = (Vec::new(), None);
    for rule in mine() {
        match &rule.peer {
            Peer::Group(id) if groups.contains(id) => {
                return Sign::passed(format!("members of {id} by {} of {}", rule.id, rule.name)).by(&*rule.group);
            }
            Peer::Group(_) => {}
            Peer::PrefixList(_) => list = list.or(Some(rule)),
            Peer::Range(range) => match lies(range, &other.range) {
                Lies::Over => {
                    return Sign::passed(format!("{range} by {} of {}", rule.id, rule.name)).by(&*rule.group);
                }
                Lies::Within => part.push(rule),
                Lies::Apart => {}
            },
        }
    }
    let ranges = |all: &[&Rule]| -> Vec<IpNet> {
        all.iter().filter_map(|r| if let Peer::Range(range) = &r.peer { Some(*range) } else { None }).collect()
    };
    // Two halves are the whole, too.
    let together = IpNet::aggregate(&ranges(&part));
    if let Some(whole) = together.iter().find(|range| range.contains(&other.range)) {
        return Sign::passed(format!("{} {way} rules together allow {whole}", part.len()));
    }
    if let Some(Rule { id, group, name, peer: Peer::PrefixList(pl), .. }) = list {
        return Sign::unknown(format!("{id} of {name} names {pl}, whose ranges are not looked at")).by(&**group);
    }
    let named = rules.iter().filter(|r| r.outbound == outbound).count();
    let (what, whom) = (format!("{} {}", service.protocol.word(), service.port), other.words());
    let to = if outbound { format!("{what} out to {whom}") } else { format!("{what} from {whom} in") };
    match part.first() {
        Some(rule) if other.anybody => {
            let range = ranges(&[*rule]).first().map(ToString::to_string).unwrap_or_default();
            Sign::failed(format!("only {range} by {}: nothing lets {to}", rule.id))
        }
        Some(rule) => {
            let range = ranges(&[*rule]).first().map(ToString::to_string).unwrap_or_default();
            Sign::unknown(format!("{} lets {range}, which is only a part of {whom}", rule.id)).by(&*rule.group)
        }
        None => Sign::failed(match named {
            0 => format!("no {way} rule at all: nothing lets {to}"),
            1 => format!("its only {way} rule does not let {to}"),
            n => format!("none of {n} {way} rules lets {to}"),
        }),
    }
}
