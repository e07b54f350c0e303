//! What is known of a subnet's IPv6 range while it is typed, and what AWS would refuse of it.

use ipnet::{IpNet, Ipv6Net};

use crate::base::text::visible;
use crate::kinds::ec2::range_facts::{conflict, outside};
use crate::model::{FieldInfo, Record};
use crate::net::cidr::check_ipv6_size;
use crate::net::range::{Range as _, flaw};

/// The size that is proposed: what hosts that find their own addresses need (RFC 4291, 2.5.1).
const PROPOSED: u8 = 64;

/// `2001:db8:1:200:: - 2001:db8:1:200:ffff:ffff:ffff:ffff · 2^64 addresses`
pub(super) fn of_subnet(net: Ipv6Net) -> String {
    format!("{} - {} · 2^{} addresses", net.network(), net.broadcast(), 128_u8.saturating_sub(net.prefix_len()))
}

/// A subnet's range as it was typed.
///
/// # Errors
/// A sentence about what it is not, or why it is no subnet's.
pub(super) fn read(text: &str) -> Result<Ipv6Net, String> {
    let text = text.trim();
    let net = match IpNet::read(text) {
        Some(IpNet::V6(net)) => net,
        Some(IpNet::V4(_)) => return Err(format!("{text} is a range of IPv4: write one such as 2001:db8:1:200::/64.")),
        None => {
            let why = flaw(text).unwrap_or_else(|| format!("{text} is not an IPv6 range such as 2001:db8:1:200::/64"));
            return Err(format!("{}.", visible(&why)));
        }
    };
    if net.trunc() != net {
        return Err(format!("{text} has host bits set. Did you mean {}?", net.trunc()));
    }
    // EC2: InvalidSubnet.Range, InvalidParameterValue.
    check_ipv6_size(net).map_err(|why| format!("{why}."))?;
    Ok(net)
}

/// The IPv6 ranges of a field.
pub(super) fn ranges(row: &Record, of: &FieldInfo) -> Vec<Ipv6Net> {
    let nets = row.get(of).blocks().map(|b| b.range());
    nets.filter_map(|net| if let IpNet::V6(net) = net { Some(net) } else { None }).collect()
}

fn overlaps(one: &Ipv6Net, other: &Ipv6Net) -> bool {
    one.contains(other) || other.contains(one)
}

/// Why a range cannot be a subnet's of a VPC: a sentence.
pub(super) fn why_no_subnet(net: Ipv6Net, own: &[Ipv6Net], siblings: &[(String, Ipv6Net)]) -> Option<String> {
    if !own.iter().any(|range| range.contains(&net)) {
        return Some(outside(net, own));
    }
    siblings.iter().find(|(_, other)| overlaps(&net, other)).map(|other| conflict(net, other))
}

/// The first /64 that is free in a VPC.
pub(super) fn free(own: &[Ipv6Net], siblings: &[(String, Ipv6Net)]) -> Option<Ipv6Net> {
    let all = own.iter().flat_map(|range| range.subnets(PROPOSED).into_iter().flatten());
    all.into_iter().find(|net| siblings.iter().all(|(_, other)| !overlaps(net, other)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn six(text: &str) -> Ipv6Net {
        Ipv6Net::read(text).expect("a range")
    }

    #[test]
    fn a_range_says_its_addresses_and_what_is_wrong_with_it() {
        assert_eq!(
            of_subnet(six("2001:db8:1:200::/64")),
            "2001:db8:1:200:: - 2001:db8:1:200:ffff:ffff:ffff:ffff · 2^64 addresses"
        );
        for (text, says) in [
            ("10.1.0.0/24", "a range of IPv4"),
            ("web", "web is not an IPv6 range"),
            ("2001:db8::/129", "/129 is not the length"),
            ("2001:db8:1:200::5/64", "Did you mean 2001:db8:1:200::/64?"),
            ("2001:db8:1:200::/66", "too small"),
            ("2001:db8:1:200::/62", "/60 and /64"),
            ("2001:db8::/40", "too large"),
        ] {
            assert!(read(text).is_err_and(|e| e.contains(says)), "{text}: {:?}", read(text));
        }
    }

    #[test]
    fn the_first_free_64_of_a_vpc_overlaps_no_subnet() {
        let own = [six("2001:db8:1:200::/56")];
        let taken = [("a".to_string(), six("2001:db8:1:200::/64")), ("b".to_string(), six("2001:db8:1:201::/64"))];
        assert_eq!(free(&own, &taken), Some(six("2001:db8:1:202::/64")));
        assert_eq!((free(&own, &[("all".to_string(), own[0])]), free(&[], &taken)), (None, None));
        let why = |text: &str| why_no_subnet(six(text), &own, &taken).unwrap_or_default();
        assert!(
            why("2001:db8:1:300::/64").contains("not in the VPC's range 2001:db8:1:200::/56 (InvalidSubnet.Range)")
        );
        assert!(
            why("2001:db8:1:200::/60").contains("overlaps a, which has 2001:db8:1:200::/64 (InvalidSubnet.Conflict)")
        );
        assert_eq!(why("2001:db8:1:210::/60"), "");
    }
}
