//! The pools that addresses are taken from: subnets, public addresses, Elastic IP addresses.

use std::net::Ipv4Addr;

use super::{State, Subnet};
use crate::net::cidr::Cidr;

impl Subnet {
    /// How many addresses it can still give out.
    pub fn free(&self) -> u64 {
        Cidr::new(self.cidr).usable().saturating_sub(self.taken.len() as u64)
    }
    /// Takes an address: this one, else a free one near where `hint` falls. None if all are taken.
    pub fn take(&mut self, this: Option<Ipv4Addr>, hint: u64) -> Option<Ipv4Addr> {
        if let Some(ip) = this.filter(|ip| !self.taken.contains(ip)) {
            self.taken.insert(ip);
            return Some(ip);
        }
        let range = Cidr::new(self.cidr);
        let (first, usable) = (u32::from(range.first_usable()?), range.usable());
        let start = hint % usable;
        (0..usable)
            .map(|n| Ipv4Addr::from(first + u32::try_from((start + n) % usable).unwrap_or(0)))
            .find(|ip| self.taken.insert(*ip))
    }
}

impl State {
    /// Takes a public address. They are of 198.18.0.0/15, which is nobody's (RFC 2544): an `ssh` from the console cannot
    /// reach a stranger.
    pub(in crate::sandbox::ec2) fn take_public(&mut self, hint: u64) -> Ipv4Addr {
        const FIRST: u32 = 0xc612_0000;
        const COUNT: u64 = 1 << 17;
        (0..COUNT)
            .map(|n| Ipv4Addr::from(FIRST + u32::try_from((hint % COUNT + n) % COUNT).unwrap_or(0)))
            .find(|ip| self.public_in_use.insert(*ip))
            .unwrap_or(Ipv4Addr::from(FIRST))
    }
    /// Takes an Elastic IP address: of 203.0.113.0/24, which is nobody's either (RFC 5737).
    pub(in crate::sandbox::ec2) fn take_elastic(&self, hint: u64) -> Ipv4Addr {
        let host = |n: u64| Ipv4Addr::new(203, 0, 113, u8::try_from((hint % 200 + n) % 200).unwrap_or(0) + 20);
        (0..200).map(host).find(|ip| self.addresses.values().all(|a| a.ip != *ip)).unwrap_or(host(0))
    }
    pub(in crate::sandbox::ec2) fn release_public(&mut self, ip: Option<Ipv4Addr>) {
        if let Some(ip) = ip {
            self.public_in_use.remove(&ip);
        }
    }
}
