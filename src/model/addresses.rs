//! Addresses and ranges as values: read, compared and written by number, never by spelling.

use std::cmp::Ordering;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::value::Value;
use crate::net::range::Range;

impl Value {
    /// An address if it reads as one of either family, else text.
    pub fn ip(s: Option<&str>) -> Self {
        match s {
            None | Some("") => Value::Empty,
            Some(s) => match s.parse() {
                Ok(IpAddr::V4(ip)) => Value::Ip(ip),
                Ok(IpAddr::V6(ip)) => Value::Ip6(Arc::new(ip)),
                Err(_) => Value::text(s),
            },
        }
    }
    /// A range if it reads as one of either family, else text. Host bits are cleared, as AWS does.
    pub fn range(s: Option<&str>) -> Self {
        match s {
            None | Some("") => Value::Empty,
            Some(s) => match IpNet::read(s).map(|net| net.trunc()) {
                Some(IpNet::V4(net)) => Value::Net(net),
                Some(IpNet::V6(net)) => Value::Net6(Arc::new(net)),
                None => Value::text(s),
            },
        }
    }
    /// Several addresses. If one of them is none, texts.
    pub fn ips<'a>(all: impl IntoIterator<Item = &'a str, IntoIter: Clone>) -> Self {
        let all = all.into_iter().filter(|s| !s.is_empty());
        match all.clone().map(|s| s.parse().ok()).collect::<Option<Vec<IpAddr>>>() {
            Some(none) if none.is_empty() => Value::Empty,
            Some(mut read) => {
                read.shrink_to_fit();
                Value::Ips(Arc::new(read))
            }
            None => Value::list(all.map(Into::into)),
        }
    }
    /// Several ranges, with their host bits cleared. If one of them is none, texts.
    pub fn ranges<'a>(all: impl IntoIterator<Item = &'a str, IntoIter: Clone>) -> Self {
        let all = all.into_iter().filter(|s| !s.is_empty());
        match all.clone().map(|s| IpNet::read(s).map(|net| net.trunc())).collect::<Option<Vec<IpNet>>>() {
            Some(none) if none.is_empty() => Value::Empty,
            Some(mut read) => {
                read.shrink_to_fit();
                Value::Nets(Arc::new(read))
            }
            None => Value::list(all.map(Into::into)),
        }
    }
    /// The address inside.
    pub fn as_ip(&self) -> Option<IpAddr> {
        match self {
            Value::Ip(ip) => Some((*ip).into()),
            Value::Ip6(ip) => Some((**ip).into()),
            _ => None,
        }
    }
    /// The range inside.
    pub fn as_range(&self) -> Option<IpNet> {
        match self {
            Value::Net(net) => Some((*net).into()),
            Value::Net6(net) => Some((**net).into()),
            _ => None,
        }
    }
    /// The addresses and ranges inside, in order; none of other variants.
    pub fn blocks(&self) -> Blocks<'_> {
        match self {
            Value::Ip(_) | Value::Ip6(_) => Blocks::One(self.as_ip().map(Block::Ip)),
            Value::Net(_) | Value::Net6(_) => Blocks::One(self.as_range().map(Block::Net)),
            Value::Ips(all) => Blocks::Ips(all.iter()),
            Value::Nets(all) => Blocks::Nets(all.iter()),
            _ => Blocks::One(None),
        }
    }
}

/// An address or a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block {
    /// One address.
    Ip(IpAddr),
    /// A range.
    Net(IpNet),
}

impl Block {
    /// As a range: an address is one of itself alone.
    pub fn range(self) -> IpNet {
        match self {
            Block::Net(net) => net,
            Block::Ip(IpAddr::V4(ip)) => Ipv4Net::from(ip).into(),
            Block::Ip(IpAddr::V6(ip)) => Ipv6Net::from(ip).into(),
        }
    }
    /// The order in a sort: IPv4 before IPv6, by the first address, and of ranges that begin alike the larger one first.
    pub fn order(self, other: Block) -> Ordering {
        let (a, b) = (self.range(), other.range());
        a.network().cmp(&b.network()).then(a.prefix_len().cmp(&b.prefix_len()))
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Block::Ip(ip) => fmt::Display::fmt(ip, f),
            Block::Net(net) => fmt::Display::fmt(net, f),
        }
    }
}

/// The addresses and ranges of a value.
#[derive(Debug, Clone)]
pub enum Blocks<'a> {
    /// At most one.
    One(Option<Block>),
    /// Addresses.
    Ips(std::slice::Iter<'a, IpAddr>),
    /// Ranges.
    Nets(std::slice::Iter<'a, IpNet>),
}

impl Iterator for Blocks<'_> {
    type Item = Block;
    fn next(&mut self) -> Option<Block> {
        match self {
            Blocks::One(one) => one.take(),
            Blocks::Ips(all) => all.next().copied().map(Block::Ip),
            Blocks::Nets(all) => all.next().copied().map(Block::Net),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_address_or_range_is_equal_however_it_is_written() {
        assert_eq!(Value::ip(Some("2600:1F14:0:0::1")), Value::ip(Some("2600:1f14::1")));
        assert_eq!(Value::range(Some("2600:1f14:0::/32")), Value::range(Some("2600:1f14::/32")));
        assert_eq!(Value::range(Some("10.0.5.0/16")), Value::range(Some("10.0.0.0/16")));
        assert_eq!(Value::ips(["::1", "10.0.0.1"]), Value::ips(["0:0::1", "10.0.0.1"]));
        assert_ne!(Value::ranges(["10.0.0.0/8"]), Value::ranges(["10.0.0.0/16"]));
        let shown: Vec<String> = Value::ranges(["FD00:0::/8", "10.0.0.0/8"]).blocks().map(|b| b.to_string()).collect();
        assert_eq!(shown, ["fd00::/8", "10.0.0.0/8"]);
    }

    #[test]
    fn what_is_no_address_stays_as_aws_wrote_it() {
        assert_eq!(Value::range(Some("010.0.0.0/16")), Value::text("010.0.0.0/16"));
        assert_eq!(Value::ips(["10.0.0.1", "?"]), Value::list(["10.0.0.1".into(), "?".into()]));
        assert_eq!(
            (Value::ips([""]), Value::ranges([]), Value::range(Some(""))),
            (Value::Empty, Value::Empty, Value::Empty)
        );
    }

    #[test]
    fn ranges_sort_by_number_ipv4_first_and_the_larger_one_first() {
        let mut all = ["::/0", "10.0.10.0/24", "10.0.9.0/24", "10.0.0.0/16", "10.0.0.0/8", "9.0.0.0/8", "fd00::/8"]
            .map(|s| Value::range(Some(s)));
        all.sort_by(|a, b| a.order(b, true));
        let shown = all.map(|v| v.blocks().map(|b| b.to_string()).collect::<String>());
        assert_eq!(
            shown,
            ["9.0.0.0/8", "10.0.0.0/8", "10.0.0.0/16", "10.0.9.0/24", "10.0.10.0/24", "::/0", "fd00::/8"]
        );
    }
}
