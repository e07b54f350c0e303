//! Reading ranges of addresses, strictly: `010.0.0.0/16` is refused. Some read a leading zero as nothing and some as "octal", so
//! such a range means two networks (CVE-2021-29922). The standard library refuses it in an address; the crate that calculates with
//! ranges does not, which is why nobody else calls its `parse`.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// A range that is read from text as it stands, with its host bits.
pub trait Range: Sized {
    /// Reads `10.1.0.0/16`, `2600:1f14::/32`; `None` if it is no such range.
    fn read(text: &str) -> Option<Self>;
}

impl Range for IpNet {
    fn read(text: &str) -> Option<IpNet> {
        let (address, prefix) = text.split_once('/')?;
        let digits = prefix.bytes().all(|b| b.is_ascii_digit()) && (prefix == "0" || !prefix.starts_with('0'));
        let prefix = if digits { prefix.parse().ok()? } else { return None };
        IpNet::new(address.parse::<IpAddr>().ok()?, prefix).ok()
    }
}

impl Range for Ipv4Net {
    fn read(text: &str) -> Option<Ipv4Net> {
        if let IpNet::V4(net) = IpNet::read(text)? { Some(net) } else { None }
    }
}

impl Range for Ipv6Net {
    fn read(text: &str) -> Option<Ipv6Net> {
        if let IpNet::V6(net) = IpNet::read(text)? { Some(net) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_with_leading_zeros_is_refused_in_the_address_and_behind_the_slash() {
        for bad in ["010.0.0.0/16", "10.00.0.0/16", "10.0.0.01/32", "10.0.0.0/08", "::/00", "2600::/032"] {
            assert_eq!(IpNet::read(bad), None, "{bad}");
        }
        for bad in [
            "::ffff:010.0.0.0/112",
            "10.0.0.0",
            "10.0.0.0/",
            "10.0.0.0/33",
            "::/129",
            "10.0.0/8",
            "10.0.0.0/+8",
            " ::/0",
        ] {
            assert_eq!(IpNet::read(bad), None, "{bad}");
        }
    }

    #[test]
    fn ranges_of_both_families_are_read_with_their_host_bits() {
        for good in ["0.0.0.0/0", "10.1.2.3/16", "255.255.255.255/32", "::/0", "2600:1f14::5/64"] {
            assert_eq!(IpNet::read(good).map(|n| n.to_string()).as_deref(), Some(good));
        }
        assert_eq!(IpNet::read("2001:0db8::/32"), IpNet::read("2001:db8::/32"), "zeros before a hextet mean nothing");
        assert_eq!((Ipv4Net::read("::/0"), Ipv6Net::read("0.0.0.0/0")), (None, None));
    }
}
