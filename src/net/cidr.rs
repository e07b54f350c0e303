//! Arithmetic of ranges by the rules of a VPC. [AWS: VPC CIDR blocks, subnet sizing]
//!
//! Used by `skydeck cidr` and by forms that make networks.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use ipnet::{Ipv4Net, Ipv6Net};

use super::range::Range;

/// AWS keeps the first four addresses of a subnet and the last: network, router, DNS, future use, broadcast.
pub const RESERVED: u64 = 5;

/// A range of addresses, with its host bits cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cidr(Ipv4Net);

impl Cidr {
    /// Wraps a range; host bits are cleared.
    pub fn new(net: Ipv4Net) -> Cidr {
        Cidr(net.trunc())
    }
    /// The range.
    pub fn net(self) -> Ipv4Net {
        self.0
    }
    /// The number behind the slash.
    pub fn prefix(self) -> u8 {
        self.0.prefix_len()
    }
    /// `255.255.0.0`.
    pub fn mask(self) -> Ipv4Addr {
        self.0.netmask()
    }
    /// The first address: the network's own.
    pub fn first(self) -> Ipv4Addr {
        self.0.network()
    }
    /// The last address: the broadcast's.
    pub fn last(self) -> Ipv4Addr {
        self.0.broadcast()
    }
    /// The mask's complement: `0.0.255.255`.
    pub fn wildcard(self) -> Ipv4Addr {
        self.0.hostmask()
    }
    /// The first and last address that a host may have outside of AWS: a /31 has two (RFC 3021), a /32 is one host.
    pub fn hosts(self) -> (Ipv4Addr, Ipv4Addr) {
        let inner = u32::from(self.prefix() < 31);
        let at = |address: Ipv4Addr| u32::from(address);
        (Ipv4Addr::from(at(self.first()).saturating_add(inner)), Ipv4Addr::from(at(self.last()).saturating_sub(inner)))
    }
    /// How many hosts there are room for outside of AWS.
    pub fn host_count(self) -> u64 {
        if self.prefix() < 31 { self.size().saturating_sub(2) } else { self.size() }
    }
    /// What AWS keeps an address of a subnet of this range for, if it does.
    /// <https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html>
    pub fn kept_for(self, address: Ipv4Addr) -> Option<&'static str> {
        if address == self.last() {
            return Some("the broadcast address");
        }
        match u32::from(address).checked_sub(u32::from(self.first()))? {
            0 => Some("the network address"),
            1 => Some("the VPC's router"),
            2 => Some("the DNS server"),
            3 => Some("future use"),
            _ => None,
        }
    }
    /// How many addresses there are.
    pub fn size(self) -> u64 {
        1_u64 << (32 - u32::from(self.prefix()))
    }
    /// How many of them a subnet can give out: AWS keeps [`RESERVED`].
    pub fn usable(self) -> u64 {
        self.size().saturating_sub(RESERVED)
    }
    /// The first address that a subnet gives out; none if it gives out none.
    pub fn first_usable(self) -> Option<Ipv4Addr> {
        (self.usable() > 0).then(|| Ipv4Addr::from(u32::from(self.first()).saturating_add(4)))
    }
    /// The last address that a subnet gives out; none if it gives out none.
    pub fn last_usable(self) -> Option<Ipv4Addr> {
        (self.usable() > 0).then(|| Ipv4Addr::from(u32::from(self.last()).saturating_sub(1)))
    }
    /// Whether a subnet of this range gives the address out.
    pub fn gives_out(self, address: Ipv4Addr) -> bool {
        self.first_usable().is_some_and(|first| first <= address) && self.last_usable().is_some_and(|l| address <= l)
    }
    /// Whether the address is in the range.
    pub fn holds(self, address: Ipv4Addr) -> bool {
        self.0.contains(&address)
    }
    /// Whether the two have an address in common.
    pub fn overlaps(self, other: Cidr) -> bool {
        self.0.contains(&other.0) || other.0.contains(&self.0)
    }
    /// Whether `other` is a part of this range, or all of it.
    pub fn contains(self, other: Cidr) -> bool {
        self.0.contains(&other.0)
    }
    /// Whether AWS takes it for a VPC or a subnet: /16 to /28.
    ///
    /// # Errors
    /// A sentence that says which way it is wrong.
    pub fn check_size(self) -> Result<(), String> {
        match self.prefix() {
            p if p < 16 => Err(format!("{self} is too large: a VPC or subnet is a /16 at most")),
            p if p > 28 => Err(format!("{self} is too small: a VPC or subnet is a /28 at least")),
            _ => Ok(()),
        }
    }
    /// The first range of this size inside this one that overlaps none of `siblings`.
    pub fn free(self, prefix: u8, siblings: &[Cidr]) -> Option<Cidr> {
        self.0.subnets(prefix).ok()?.map(Cidr).find(|c| siblings.iter().all(|s| !s.overlaps(*c)))
    }
}

impl FromStr for Cidr {
    type Err = String;

    /// Reads `10.1.0.0/16`. Host bits are an error, as AWS's console treats them, and the sentence names the range that was meant.
    fn from_str(s: &str) -> Result<Cidr, String> {
        let net = Ipv4Net::read(s.trim()).ok_or_else(|| format!("{s} is not an IPv4 range such as 10.1.0.0/16."))?;
        if net.addr() != net.network() {
            return Err(format!("{s} has host bits set. Did you mean {}?", net.trunc()));
        }
        Ok(Cidr(net))
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Whether AWS takes an IPv6 range for a VPC (/44 to /60) or a subnet (/44 to /64), both in steps of four.
///
/// # Errors
/// A sentence that says which way it is wrong.
pub fn check_ipv6_size(net: Ipv6Net) -> Result<(), String> {
    match net.prefix_len() {
        p if p < 44 => Err(format!("{net} is too large: a VPC or subnet is a /44 at most")),
        p if p > 64 => Err(format!("{net} is too small: a subnet is a /64 at least")),
        p if p % 4 != 0 => {
            Err(format!("{net} is between the sizes of a VPC or subnet: /44, /48, /52, /56, /60 and /64"))
        }
        _ => Ok(()),
    }
}

/// Saves ranges as their text (`#[serde(with = "…::as_text")]`).
pub mod as_text {
    use std::fmt::Display;

    use serde::{Deserialize as _, Deserializer, Serializer};

    use crate::net::range::Range;

    /// Writes `10.1.0.0/16`.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<S: Serializer>(value: &impl Display, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    /// Reads it back.
    ///
    /// # Errors
    /// If it is no such range.
    pub fn deserialize<'de, D: Deserializer<'de>, T: Range>(from: D) -> Result<T, D::Error> {
        let text = String::deserialize(from)?;
        T::read(&text).ok_or_else(|| serde::de::Error::custom(format_args!("{text} is not a range of addresses")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn c(s: &str) -> Cidr {
        s.parse().unwrap()
    }

    #[test]
    fn aws_keeps_five_addresses_of_a_subnet() {
        let net = c("10.1.0.0/24");
        assert_eq!((net.size(), net.usable()), (256, 251));
        assert_eq!(net.first_usable(), Some(Ipv4Addr::new(10, 1, 0, 4)));
        assert_eq!(net.last_usable(), Some(Ipv4Addr::new(10, 1, 0, 254)));
        assert_eq!((net.mask(), net.last()), (Ipv4Addr::new(255, 255, 255, 0), Ipv4Addr::new(10, 1, 0, 255)));
        assert_eq!((c("10.0.0.0/28").usable(), c("10.0.0.0/30").usable()), (11, 0));
        assert_eq!((c("0.0.0.0/0").size(), c("1.2.3.4/32").first_usable()), (1 << 32, None));
    }

    #[test]
    fn overlap_is_the_same_from_both_sides() {
        assert!(c("10.1.0.0/16").overlaps(c("10.1.5.0/24")) && c("10.1.5.0/24").overlaps(c("10.1.0.0/16")));
        assert!(!c("10.1.0.0/24").overlaps(c("10.1.1.0/24")));
    }

    #[test]
    fn sizes_outside_16_to_28_are_refused_with_the_reason() {
        assert!(c("10.0.0.0/15").check_size().is_err_and(|e| e.contains("too large")));
        assert!(c("10.0.0.0/29").check_size().is_err_and(|e| e.contains("too small")));
        assert!(c("10.0.0.0/16").check_size().is_ok() && c("10.0.0.0/28").check_size().is_ok());
    }

    #[test]
    fn host_bits_are_refused_and_the_range_that_was_meant_is_named() {
        assert!("10.1.2.3/16".parse::<Cidr>().is_err_and(|e| e.contains("10.1.0.0/16")));
        assert!("10.1.0.0/33".parse::<Cidr>().is_err());
        assert!("10.1.0.0".parse::<Cidr>().is_err());
        assert!("010.1.0.0/16".parse::<Cidr>().is_err_and(|e| e.contains("010.1.0.0/16")));
    }

    #[test]
    fn ipv6_ranges_are_a_vpcs_from_44_to_64_in_steps_of_four() {
        let check = |s: &str| check_ipv6_size(Ipv6Net::read(s).unwrap());
        assert!(check("2600:1f14:abc:d00::/56").is_ok() && check("2600:1f14:abc:d00::/64").is_ok());
        assert!(check("2600:1f14::/32").is_err_and(|e| e.contains("too large")));
        assert!(check("2600:1f14::5/128").is_err_and(|e| e.contains("too small")));
        assert!(check("2600:1f14::/50").is_err_and(|e| e.contains("/48, /52")));
    }

    #[test]
    fn the_next_free_range_overlaps_no_sibling() {
        let siblings = [c("10.1.0.0/24"), c("10.1.2.0/23")];
        assert_eq!(c("10.1.0.0/16").free(24, &siblings), Some(c("10.1.1.0/24")));
        assert_eq!(c("10.1.0.0/24").free(24, &siblings), None);
    }
}
