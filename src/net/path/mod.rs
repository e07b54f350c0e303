//! Whether a connection comes through a network, hop by hop: each passed, failed or not known, with its evidence.
//!
//! Pure, over plain data. What is not modelled (what lies beyond a transit gateway, what a prefix list holds, what listens inside) or could
//! not be read is unknown, and never passed. The rules are AWS's:
//! - routes: the longest prefix decides, <https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html>;
//! - network ACLs: stateless, the lowest number decides, at the border of a subnet,
//!   <https://docs.aws.amazon.com/vpc/latest/userguide/nacl-basics.html>;
//! - security groups: stateful, the union of all rules; a group as a source stands for its members' private addresses,
//!   <https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html>;
//! - from the internet an interface is reached by its public address, over an internet gateway that its subnet's routes lead to,
//!   <https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html>.

mod acl;
mod groups;
mod inside;
mod outside;
mod routes;
mod verdict;

#[cfg(test)]
mod tests;

use std::net::IpAddr;

use ipnet::IpNet;

pub use self::acl::{AclEntry, EPHEMERAL, acl_answers, acl_decides, between};
pub use self::groups::{Peer, Rule};
pub use self::outside::is_private;
pub use self::routes::{Route, Table};
pub use self::verdict::{Verdict, verdict};

/// How a hop turned out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It lets the connection through.
    Passed,
    /// It does not.
    Failed,
    /// It is not known, or not modelled.
    Unknown,
}

/// An answer with its evidence, and the id of what decided it (a security group, a route table, a network ACL).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sign {
    /// How it turned out.
    pub answer: Answer,
    /// Why, in words that name the rule, entry or route.
    pub evidence: String,
    /// What decided it.
    pub by: Option<String>,
}

impl Sign {
    /// It lets through.
    pub fn passed(evidence: impl Into<String>) -> Sign {
        Sign { answer: Answer::Passed, evidence: evidence.into(), by: None }
    }
    /// It does not.
    pub fn failed(evidence: impl Into<String>) -> Sign {
        Sign { answer: Answer::Failed, ..Sign::passed(evidence) }
    }
    /// It cannot be told.
    pub fn unknown(evidence: impl Into<String>) -> Sign {
        Sign { answer: Answer::Unknown, ..Sign::passed(evidence) }
    }
    /// Decided by this.
    #[must_use]
    pub fn by(self, id: impl Into<String>) -> Sign {
        Sign { by: Some(id.into()), ..self }
    }
}

/// What is looked at, in the order of the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// Whether the source runs.
    SourceState,
    /// Outbound rules of the source's groups.
    SourceGroups,
    /// The source's network ACL, outbound.
    SourceAclOut,
    /// The source's route to the target.
    SourceRoute,
    /// Whether the target runs.
    State,
    /// The target's status checks.
    Checks,
    /// The target's public address.
    Address,
    /// VPC Block Public Access at the target's subnet.
    PublicAccess,
    /// The target's route back to the source.
    Route,
    /// The target's network ACL, inbound.
    AclIn,
    /// Inbound rules of the target's groups.
    Groups,
    /// The target's network ACL, outbound: the answer's way.
    AclBack,
    /// The source's network ACL, inbound: the answer's arrival.
    SourceAclBack,
    /// What listens inside.
    Inside,
}

/// A hop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// What was looked at.
    pub at: At,
    /// What was found.
    pub sign: Sign,
}

/// A protocol with ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// TCP, 6.
    Tcp,
    /// UDP, 17.
    Udp,
}

impl Protocol {
    /// IANA's number.
    pub fn number(self) -> i16 {
        match self {
            Protocol::Tcp => 6,
            Protocol::Udp => 17,
        }
    }
    /// `tcp`
    pub fn word(self) -> &'static str {
        match self {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
        }
    }
}

/// What is to be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service {
    /// The protocol.
    pub protocol: Protocol,
    /// The port.
    pub port: u16,
}

/// Who asks, as rules see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// The range that its address lies in: an address itself where it is known.
    pub range: IpNet,
    /// Whether anybody in the range is meant, and not one whose address is not known.
    pub anybody: bool,
}

impl Client {
    /// One address.
    pub fn address(ip: IpAddr) -> Client {
        Client { range: IpNet::from(ip), anybody: false }
    }
    /// For sentences: `203.0.113.7`, `anywhere`, `10.1.0.0/16`.
    pub fn words(&self) -> String {
        match self.range {
            range if range.prefix_len() == 0 && self.anybody => "anywhere".into(),
            range if range.prefix_len() == range.max_prefix_len() => range.addr().to_string(),
            range => range.to_string(),
        }
    }
}

/// A subnet as the way sees it. What could not be read is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subnet {
    /// `subnet-…`.
    pub id: String,
    /// The route table that it uses.
    pub table: Option<Table>,
    /// Its network ACL: the id, and the entries in both directions.
    pub acl: Option<(String, Vec<AclEntry>)>,
    /// What VPC Block Public Access does here, in AWS's word: off, block-ingress, block-bidirectional.
    pub public_access: Option<String>,
}

/// One end of a connection: an instance's network interface, or any member of a security group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// For sentences.
    pub name: String,
    /// Whether it runs.
    pub state: Sign,
    /// Its status checks.
    pub checks: Sign,
    /// Its VPC.
    pub vpc: Option<String>,
    /// Its subnet; of a group all that its members may be in. None where that is not known.
    pub subnets: Vec<Subnet>,
    /// Its private address, or where that lies.
    pub private: Client,
    /// Its public address.
    pub public: Option<IpAddr>,
    /// Its security groups.
    pub groups: Vec<String>,
    /// The rules of all of them; none if one of them could not be read.
    pub rules: Option<Vec<Rule>>,
}

impl End {
    /// Its subnet, if it is in exactly one.
    fn subnet(&self) -> Option<&Subnet> {
        if let [one] = self.subnets.as_slice() { Some(one) } else { None }
    }
}

/// Where a connection comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// From an address that is none of ours.
    Outside(Client),
    /// From one of ours.
    Inside(Box<End>),
}

/// By which of its addresses the target is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// From outside by the public one, from inside by the private one.
    Nearest,
    /// By the public one, also from inside.
    Public,
}

/// All hops from `from` to `to`, in order.
pub fn hops(from: &Origin, to: &End, by: By, service: Service) -> Vec<Hop> {
    let mut out = match from {
        Origin::Outside(client) => outside::hops(client, &[], to, service),
        Origin::Inside(source) if by == By::Public => inside::over_the_internet(source, to, service),
        Origin::Inside(source) => inside::hops(source, to, service),
    };
    out.push(Hop { at: At::Inside, sign: Sign::unknown("what listens there is not looked at") });
    out
}

/// A hop.
fn hop(at: At, sign: Sign) -> Hop {
    Hop { at, sign }
}

/// How two ranges lie to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lies {
    /// The first holds all of the second.
    Over,
    /// It holds some of it.
    Within,
    /// It holds none.
    Apart,
}

fn lies(range: &IpNet, of: &IpNet) -> Lies {
    match () {
        () if range.contains(of) => Lies::Over,
        () if of.contains(range) => Lies::Within,
        () => Lies::Apart,
    }
}
