//! Network ACLs: the entry with the lowest number decides, and answers are looked at like anything else.

use std::ops::RangeInclusive;

use ipnet::IpNet;

use super::{Answer, Client, Lies, Service, Sign, Subnet, lies};

/// The ports that clients receive answers on. [AWS: custom network ACLs, ephemeral ports]
/// <https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports>
pub const EPHEMERAL: RangeInclusive<u16> = 1024..=65535;

/// The number of the entry `*`, which denies what no other speaks of.
const LAST: u16 = 32767;

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AclEntry {
    /// The lowest decides; 32767 is `*`.
    pub number: u16,
    /// Whether it is for what leaves the subnet.
    pub outbound: bool,
    /// Whether it allows.
    pub allow: bool,
    /// IANA's number; -1 is all.
    pub protocol: i16,
    /// First and last port; none for all.
    pub ports: Option<(u16, u16)>,
    /// Whom it is for.
    pub range: IpNet,
}

/// The entry's number as AWS's console shows it.
fn shown(number: u16) -> String {
    if number == LAST { "*".into() } else { number.to_string() }
}

/// The number of the entry that decides about packets of a protocol, to these ports, that come from or go to `other`; `*` (32767) where no
/// other does.
pub fn acl_decides(
    entries: &[AclEntry],
    outbound: bool,
    protocol: i16,
    ports: &RangeInclusive<u16>,
    other: &Client,
) -> u16 {
    let (_, _, decides) = judged(entries, outbound, protocol, ports, other);
    decides.map_or(LAST, |e| e.number)
}

/// The entries that speak of some of the packets, those that speak of somebody else's, and the one that decides about all of the rest.
type Judged<'e> = (Vec<&'e AclEntry>, Vec<&'e AclEntry>, Option<&'e AclEntry>);

fn judged<'e>(
    entries: &'e [AclEntry],
    outbound: bool,
    protocol: i16,
    ports: &RangeInclusive<u16>,
    other: &Client,
) -> Judged<'e> {
    let mut mine: Vec<&AclEntry> = entries
        .iter()
        .filter(|e| e.outbound == outbound && (e.protocol == -1 || e.protocol == protocol))
        .filter(|e| matches!((e.range, other.range), (IpNet::V4(_), IpNet::V4(_)) | (IpNet::V6(_), IpNet::V6(_))))
        .collect();
    mine.sort_by_key(|e| e.number);
    let mut some: Vec<&AclEntry> = Vec::new();
    let mut except: Vec<&AclEntry> = Vec::new();
    let mut decides: Option<&AclEntry> = None;
    for entry in mine {
        let of_ports = match entry.ports {
            None => Lies::Over,
            Some((low, high)) if low <= *ports.start() && high >= *ports.end() => Lies::Over,
            Some((low, high)) if low > *ports.end() || high < *ports.start() => Lies::Apart,
            Some(_) => Lies::Within,
        };
        match (of_ports, lies(&entry.range, &other.range)) {
            (Lies::Apart, _) | (_, Lies::Apart) => {}
            (Lies::Over, Lies::Over) => {
                decides = Some(entry);
                break;
            }
            // Somebody else's address: who may be anybody is not in a narrower range.
            (_, Lies::Within) if other.anybody => except.push(entry),
            _ => some.push(entry),
        }
    }
    (some, except, decides)
}

/// What one ACL says of packets of a protocol, to these ports, that come from or go to `other`.
fn of_entries(
    entries: &[AclEntry],
    outbound: bool,
    protocol: i16,
    ports: &RangeInclusive<u16>,
    other: &Client,
) -> Sign {
    let (some, except, decides) = judged(entries, outbound, protocol, ports, other);
    let (number, allow) = decides.map_or((LAST, false), |e| (e.number, e.allow));
    let way = if outbound { "out" } else { "in" };
    let said = if ports.start() == ports.end() { String::new() } else { format!(" {}-{}", ports.start(), ports.end()) };
    if let Some(other) = some.iter().find(|e| e.allow != allow) {
        let (one, two) = (shown(other.number), shown(number));
        let does = if other.allow { "allows" } else { "denies" };
        return Sign::unknown(format!("{way}{said}: rule {one} {does} a part, rule {two} decides the rest"));
    }
    if allow {
        let but = except.iter().find(|e| !e.allow);
        let but = but.map_or_else(String::new, |e| format!("; rule {} denies {}", shown(e.number), e.range));
        return Sign::passed(format!("{way}{said}: rule {} allows it{but}", shown(number)));
    }
    let but = except.iter().find(|e| e.allow);
    let but = but.map_or_else(String::new, |e| format!("; rule {} allows {} only", shown(e.number), e.range));
    Sign::failed(format!("{way}{said}: rule {} denies it{but}", shown(number)))
}

/// What the ACLs of the subnets that something may be in say: all the same, or it is not known.
fn of_all(subnets: &[Subnet], of: impl Fn(&[AclEntry]) -> Sign) -> Sign {
    let mut first: Option<Sign> = None;
    for subnet in subnets {
        let Some((id, entries)) = &subnet.acl else {
            return Sign::unknown(format!("the network ACL of {} could not be read", subnet.id));
        };
        let sign = of(entries);
        let evidence = format!("{} ({id})", sign.evidence);
        let sign = Sign { evidence, ..sign }.by(id.clone());
        match &first {
            Some(other) if other.answer != sign.answer => {
                return Sign::unknown(format!("it depends on the subnet: {}, but {}", other.evidence, sign.evidence));
            }
            Some(_) => {}
            None => first = Some(sign),
        }
    }
    first.unwrap_or_else(|| Sign::unknown("its subnet is not known"))
}

/// The request's packets, into a subnet or out of it.
pub(super) fn request(subnets: &[Subnet], outbound: bool, other: &Client, service: Service) -> Sign {
    let ports = service.port..=service.port;
    of_all(subnets, |entries| of_entries(entries, outbound, service.protocol.number(), &ports, other))
}

/// Whether entries let answers through to the ports of clients ([`EPHEMERAL`]) in a range; `None`: some, or it is not known.
pub fn acl_answers(entries: &[AclEntry], outbound: bool, protocol: i16, other: &Client) -> Option<bool> {
    match of_entries(entries, outbound, protocol, &EPHEMERAL, other).answer {
        Answer::Passed => Some(true),
        Answer::Failed => Some(false),
        Answer::Unknown => None,
    }
}

/// The answer's packets: to the client's ports.
pub(super) fn answer(subnets: &[Subnet], outbound: bool, other: &Client, service: Service) -> Sign {
    of_all(subnets, |entries| of_entries(entries, outbound, service.protocol.number(), &EPHEMERAL, other))
}

/// Whether the network ACLs of two subnets of a VPC let a connection through: the request out of one and into the other, and the answer back.
/// None lies within one subnet. What fails decides, then what is not known.
pub fn between(from: (&Subnet, &Client), to: (&Subnet, &Client), service: Service) -> Sign {
    let ((source, client), (target, server)) = (from, to);
    if source.id == target.id {
        return Sign::passed("in one subnet, where none lies between");
    }
    let of = std::slice::from_ref;
    let signs = [
        request(of(source), true, server, service),
        request(of(target), false, client, service),
        answer(of(target), true, client, service),
        answer(of(source), false, server, service),
    ];
    let found = |wanted: Answer| signs.iter().find(|sign| sign.answer == wanted).cloned();
    found(Answer::Failed).or_else(|| found(Answer::Unknown)).unwrap_or_else(|| Sign::passed("both ways"))
}
