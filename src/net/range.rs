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

/// What is wrong with a text that was meant as a range, as the rest of a sentence; `None` if it has no slash, or nothing is wrong.
pub fn flaw(text: &str) -> Option<String> {
    let (address, prefix) = text.split_once('/')?;
    if IpNet::read(text).is_some() {
        return None;
    }
    Some(match address.parse::<IpAddr>() {
        Ok(ip) => {
            let (family, most) = if ip.is_ipv4() { ("IPv4", 32) } else { ("IPv6", 128) };
            match prefix {
                "" => format!("after the slash comes how many bits the range fixes, 0 to {most}"),
                _ => format!("/{prefix} is not the length of an {family} prefix, which is 0 to {most}"),
            }
        }
        Err(_) if address.is_empty() => "an address comes before the slash: 10.1.0.0/16 or 2600:1f14::/32".into(),
        Err(_) if address.split('.').any(|n| n.len() > 1 && n.starts_with('0')) => {
            format!("{address} has a number with a leading zero, which some read as octal")
        }
        Err(_) => format!("{address} is not an address: write a range such as 10.1.0.0/16 or 2600:1f14::/32"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_address_is_told_so() {
        assert!(flaw("/8").is_some_and(|why| why.starts_with("an address comes before the slash")));
    }

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
    fn what_is_wrong_with_a_range_is_said_of_the_part_that_is_wrong() {
        let say = |text: &str| flaw(text).unwrap_or_default();
        assert_eq!(say("10.0.0.0/33"), "/33 is not the length of an IPv4 prefix, which is 0 to 32");
        assert_eq!(say("2600::/129"), "/129 is not the length of an IPv6 prefix, which is 0 to 128");
        assert_eq!(say("10.0.0.0/x"), "/x is not the length of an IPv4 prefix, which is 0 to 32");
        assert!(say("10.0.0.0/").contains("0 to 32") && say("::/").contains("0 to 128"));
        assert!(say("010.0.0.0/8").contains("leading zero"));
        assert!(
            say("10.0.0/16").starts_with("10.0.0 is not an address") && say("1::2::3/4").contains("not an address")
        );
        assert_eq!((flaw("10.0.0.0/8"), flaw("10.0.0.0"), flaw("web")), (None, None, None));
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
