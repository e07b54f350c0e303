//! Ranges of either family taken apart into equal ones, as Python's `ipaddress.subnets` does, and what is left over.

use ipnet::IpNet;

/// More ranges are not listed: a VPC has 200 subnets unless AWS is asked for more. [AWS: Amazon VPC quotas]
pub const MOST: u64 = 1 << 16;

/// Into how many ranges, or into ranges of which size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// So many, all of one size, as large as can be.
    Into(u64),
    /// As many as there are of this prefix length.
    Prefix(u8),
}

/// A range in equal parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// The parts, in their order.
    pub parts: Vec<IpNet>,
    /// What of the range is in none of them, as few ranges as say it, in their order.
    pub free: Vec<IpNet>,
}

/// Takes a range apart; its host bits are cleared.
///
/// # Errors
/// A sentence without a final period that says why it cannot be taken apart so.
pub fn split(range: IpNet, how: How) -> Result<Split, String> {
    let range = range.trunc();
    let (own, most) = (range.prefix_len(), range.max_prefix_len());
    let (prefix, wanted) = match how {
        How::Into(0) => return Err(format!("{range} cannot be split into 0 ranges")),
        How::Into(n) => {
            // The next power of two: 6 ranges take the bits of 8.
            let bits = n.checked_next_power_of_two().map_or(64, u64::trailing_zeros);
            let prefix = u32::from(own) + bits;
            let prefix = u8::try_from(prefix)
                .ok()
                .filter(|p| *p <= most)
                .ok_or_else(|| format!("{range} has fewer than {n} addresses, and cannot be split into {n} ranges"))?;
            (prefix, Some(n))
        }
        How::Prefix(p) if p > most => {
            return Err(format!("/{p} is not the length of a prefix of {range}, which is 0 to {most}"));
        }
        How::Prefix(p) if p < own => return Err(format!("/{p} is larger than {range}")),
        How::Prefix(p) => (p, None),
    };
    let all = 1_u64.checked_shl(u32::from(prefix - own));
    let count = match (wanted, all) {
        (Some(n), _) => n,
        (None, Some(n)) => n,
        (None, None) => u64::MAX,
    };
    if count > MOST {
        let n = wanted.or(all).map_or_else(|| format!("2^{}", prefix - own), |n| n.to_string());
        return Err(format!("{range} would be {n} ranges of /{prefix}: at most {MOST} are listed"));
    }
    let parts: Vec<IpNet> = match range {
        IpNet::V4(net) => net.subnets(prefix).into_iter().flatten().take(count as usize).map(IpNet::V4).collect(),
        IpNet::V6(net) => net.subnets(prefix).into_iter().flatten().take(count as usize).map(IpNet::V6).collect(),
    };
    let free = rest(range, &parts);
    Ok(Split { parts, free })
}

/// What of a range is behind its first parts.
fn rest(range: IpNet, parts: &[IpNet]) -> Vec<IpNet> {
    let mut out = Vec::new();
    let Some(last) = parts.last() else { return vec![range] };
    // From the last part up to the whole range, the half that is not the part's is free each time the part's half is the first one.
    let mut within = *last;
    while within.prefix_len() > range.prefix_len() {
        let Some(over) = within.supernet() else { break };
        if over.network() == within.network()
            && let Ok(halves) = over.subnets(within.prefix_len())
        {
            out.extend(halves.filter(|h| *h != within));
        }
        within = over;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::range::Range as _;

    fn texts(range: &str, how: How) -> Result<(Vec<String>, Vec<String>), String> {
        let split = split(IpNet::read(range).unwrap(), how)?;
        let said = |all: Vec<IpNet>| all.iter().map(ToString::to_string).collect::<Vec<_>>();
        Ok((said(split.parts), said(split.free)))
    }

    #[test]
    fn six_ranges_are_an_eighth_each_and_the_rest_is_said() {
        let (parts, free) = texts("10.1.0.0/16", How::Into(6)).unwrap();
        assert_eq!(parts[..2], ["10.1.0.0/19", "10.1.32.0/19"]);
        assert_eq!((parts.len(), parts[5].as_str()), (6, "10.1.160.0/19"));
        assert_eq!(free, ["10.1.192.0/18"]);
        let (parts, free) = texts("10.1.2.3/16", How::Into(5)).unwrap();
        assert_eq!((parts.len(), free), (5, vec!["10.1.160.0/19".to_string(), "10.1.192.0/18".to_string()]));
        assert_eq!(texts("10.0.0.0/24", How::Into(1)).unwrap(), (vec!["10.0.0.0/24".into()], vec![]));
    }

    #[test]
    fn a_prefix_takes_all_of_the_range_in_either_family() {
        let (parts, free) = texts("10.1.0.0/16", How::Prefix(24)).unwrap();
        assert_eq!((parts.len(), parts[255].as_str(), free.len()), (256, "10.1.255.0/24", 0));
        let (parts, _) = texts("2600:1f14:abc:d00::/56", How::Prefix(64)).unwrap();
        assert_eq!((parts.len(), parts[255].as_str()), (256, "2600:1f14:abc:dff::/64"));
        assert_eq!(texts("::/0", How::Into(2)).unwrap().0, ["::/1", "8000::/1"]);
    }

    #[test]
    fn what_cannot_be_is_said_and_names_what_was_wanted() {
        for (range, how, words) in [
            ("10.0.0.0/31", How::Into(3), "10.0.0.0/31 has fewer than 3 addresses"),
            ("10.0.0.0/24", How::Into(0), "into 0 ranges"),
            ("10.0.0.0/24", How::Into(u64::MAX), "fewer than"),
            ("10.0.0.0/24", How::Prefix(16), "/16 is larger than 10.0.0.0/24"),
            ("10.0.0.0/24", How::Prefix(33), "0 to 32"),
            ("2600::/32", How::Prefix(129), "0 to 128"),
            ("2600::/32", How::Prefix(128), "2^96 ranges of /128"),
            ("10.0.0.0/8", How::Prefix(28), "1048576 ranges of /28"),
            ("10.0.0.0/8", How::Into(70_000), "70000 ranges of /25"),
        ] {
            let said = texts(range, how).expect_err(range);
            assert!(said.contains(words), "{said}");
        }
    }
}
