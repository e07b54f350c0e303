//! A network as it is to be: its subnets, and where its NAT gateways stand. Pure.

use arcstr::ArcStr;

use super::layout::{Names, PUBLIC, Zone};
use crate::net::cidr::Cidr;

/// How private subnets reach the internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nat {
    /// Not at all.
    None,
    /// By one NAT gateway in the first zone.
    One,
    /// By one in each zone that has private subnets.
    PerZone,
    /// By one that AWS keeps in each zone where something is.
    Regional,
}

impl Nat {
    pub(super) fn of(word: &str) -> Nat {
        match word {
            "one" => Nat::One,
            "per-zone" => Nat::PerZone,
            "regional" => Nat::Regional,
            _ => Nat::None,
        }
    }
}

/// A subnet to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Subnet {
    /// `public`, `private`, or a private tier's name.
    pub tier: ArcStr,
    /// Its zone.
    pub zone: Zone,
    /// Its range.
    pub range: Cidr,
    /// Its Name tag.
    pub name: String,
}

impl Subnet {
    /// Whether it has a route to the internet gateway.
    pub(super) fn is_public(&self) -> bool {
        self.tier == PUBLIC
    }
}

/// A NAT gateway to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Site {
    /// The zone that it is for; `None`: it is the only one.
    pub zone: Option<Zone>,
    /// The subnet that it stands in, by its place among the network's; `None`: in no subnet, as a regional one.
    pub subnet: Option<usize>,
}

/// A network to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kinds::ec2::vpc_actions) struct Network {
    /// The zones that were chosen.
    pub(super) zones: Vec<Zone>,
    /// The subnets, the public ones first.
    pub(super) subnets: Vec<Subnet>,
    /// Whether public subnets give instances a public IPv4 address.
    pub(super) public_ip: bool,
    /// How private subnets reach the internet.
    pub(super) nat: Nat,
    /// What everything is called.
    pub(super) names: Names,
    /// What of the VPC's range is in no subnet.
    pub(super) free: Vec<Cidr>,
}

impl Network {
    /// Whether it has subnets of that sort.
    pub(super) fn has(&self, public: bool) -> bool {
        self.subnets.iter().any(|s| s.is_public() == public)
    }
    /// Whether it has an internet gateway.
    pub(super) fn has_gateway(&self) -> bool {
        self.has(true) || self.nat == Nat::Regional
    }
    /// The zones that have private subnets, in the order of the zones.
    fn private_zones(&self) -> impl Iterator<Item = &Zone> {
        self.zones.iter().filter(|z| self.subnets.iter().any(|s| !s.is_public() && s.zone == **z))
    }
    /// Its NAT gateways.
    ///
    /// # Errors
    /// A sentence: there is no public subnet for one.
    pub(super) fn sites(&self) -> Result<Vec<Site>, String> {
        let public =
            |zone: Option<&Zone>| self.subnets.iter().position(|s| s.is_public() && zone.is_none_or(|z| s.zone == *z));
        match self.nat {
            Nat::None => Ok(Vec::new()),
            Nat::Regional => Ok(vec![Site { zone: None, subnet: None }]),
            Nat::One => {
                let at = public(None).ok_or("A NAT gateway stands in a public subnet, and there is none.")?;
                Ok(vec![Site { zone: None, subnet: Some(at) }])
            }
            Nat::PerZone => {
                let site = |zone: &Zone| {
                    let missing = || format!("{} has private subnets, and no public one for a NAT gateway.", zone.name);
                    let at = public(Some(zone)).ok_or_else(missing)?;
                    Ok(Site { zone: Some(zone.clone()), subnet: Some(at) })
                };
                self.private_zones().map(site).collect()
            }
        }
    }
    /// The private route tables: one a NAT gateway, or one that leads nowhere. Each with the zone that it is for.
    pub(super) fn private_tables(&self) -> Vec<Option<Zone>> {
        match self.nat {
            _ if !self.has(false) => Vec::new(),
            Nat::PerZone => self.private_zones().cloned().map(Some).collect(),
            _ => vec![None],
        }
    }
}
