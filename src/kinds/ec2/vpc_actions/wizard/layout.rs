//! Which subnets a network has: tiers over zones, names by pattern, and ranges that are split evenly. Pure.

use std::net::Ipv4Addr;

use arcstr::ArcStr;
use ipnet::{Ipv4Net, Ipv4Subnets};

use crate::base::text::visible;
use crate::net::cidr::Cidr;

/// The tier that has a route to the internet gateway.
pub(super) const PUBLIC: &str = "public";
/// The only private tier, where there is one.
pub(super) const PRIVATE: &str = "private";
/// AWS: a VPC or subnet is a /28 at least. <https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html>
const SMALLEST: u8 = 28;
/// More private tiers are hardly meant.
const MOST_TIERS: usize = 8;

/// A zone, and what stands for it in names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Zone {
    /// `ap-northeast-2a`.
    pub name: ArcStr,
    /// `a`.
    pub letter: ArcStr,
}

impl Zone {
    /// A zone of a region: what its name has beyond the region's stands for it.
    pub(super) fn of(region: &str, name: &str) -> Zone {
        let letter = name.strip_prefix(region).map(|l| l.trim_start_matches('-')).filter(|l| !l.is_empty());
        Zone { name: name.into(), letter: letter.unwrap_or(name).into() }
    }
}

/// The tiers of a network: the public one, and the private ones as they were typed (`one`, `none`, or names).
///
/// # Errors
/// A sentence about a name that cannot be a tier's.
pub(super) fn tiers(public: bool, private: &str) -> Result<Vec<ArcStr>, String> {
    let mut all: Vec<ArcStr> = if public { vec![PUBLIC.into()] } else { Vec::new() };
    let words: Vec<&str> = private.split([',', ' ']).filter(|w| !w.is_empty()).collect();
    match words[..] {
        [] | ["none"] => return Ok(all),
        ["one"] => {
            all.push(PRIVATE.into());
            return Ok(all);
        }
        _ => {}
    }
    if words.len() > MOST_TIERS {
        return Err(format!("At most {MOST_TIERS} private tiers, not {}.", words.len()));
    }
    for word in words {
        if matches!(word, "one" | "none" | PUBLIC) {
            return Err(format!("{word} is no name of a private tier."));
        }
        if !word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
            return Err(format!("{} is no name of a tier: letters, digits and hyphens.", visible(word)));
        }
        if all.iter().any(|t| t == word) {
            return Err(format!("{word} is there twice."));
        }
        all.push(word.into());
    }
    Ok(all)
}

/// What a subnet is called in the form: `public-a`, `app-c`.
pub(super) fn key(tier: &str, zone: &Zone) -> ArcStr {
    arcstr::format!("{tier}-{}", zone.letter)
}

/// The tier and the zone that such a text says; what follows makes a second subnet there (`public-a-2`).
pub(super) fn place<'a>(key: &'a str, tiers: &[ArcStr], zones: &'a [Zone]) -> Option<(ArcStr, &'a Zone, &'a str)> {
    let all = tiers.iter().flat_map(|tier| zones.iter().map(move |zone| (tier, zone)));
    let fits = all.filter_map(|(tier, zone)| {
        let more = key.strip_prefix(tier.as_str())?.strip_prefix('-')?.strip_prefix(zone.letter.as_str())?;
        (more.is_empty() || more.len() > 1 && more.starts_with('-')).then_some((tier.clone(), zone, more))
    });
    // The longest tier's: `app-a` may be a tier beside `app`.
    fits.max_by_key(|(tier, ..)| tier.len())
}

/// The names of what a network is made of, by that of its VPC: `my-vpc` makes `my-igw`. Where the VPC has no name they begin with nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Names(String);

impl Names {
    pub(super) fn of(vpc: &str) -> Names {
        let stem = if vpc == "vpc" { "" } else { vpc.strip_suffix("-vpc").unwrap_or(vpc) };
        Names(if stem.is_empty() { String::new() } else { format!("{stem}-") })
    }
    /// `my-igw`; with a zone `my-eip-a`.
    pub(super) fn part(&self, part: &str, zone: Option<&Zone>) -> String {
        zone.map_or_else(|| format!("{}{part}", self.0), |z| format!("{}{part}-{}", self.0, z.letter))
    }
    /// `my-public-subnet-a`, `my-private-subnet-a`, `my-private-subnet-app-a`.
    pub(super) fn subnet(&self, tier: &str, zone: &Zone, more: &str) -> String {
        let tier = match tier {
            PUBLIC | PRIVATE => format!("{tier}-subnet"),
            named => format!("private-subnet-{named}"),
        };
        format!("{}{more}", self.part(&tier, Some(zone)))
    }
}

/// Bits that tell so many things apart.
fn bits(n: usize) -> u8 {
    n.checked_next_power_of_two().map_or(32, |p| p.trailing_zeros().try_into().unwrap_or(32))
}

/// The size of subnets that a range is split into evenly: a block for each tier, a part of it for each zone. More than 32 where there is no
/// such size.
pub(super) fn even(range: Cidr, tiers: usize, zones: usize) -> u8 {
    range.prefix().saturating_add(bits(tiers)).saturating_add(bits(zones))
}

/// The subnets' ranges, tier by tier and in each zone by zone. Those of a tier are in a block of their own, so that one range says the tier;
/// where subnets are so large that the blocks have no room, they stand one behind the other.
///
/// # Errors
/// A sentence: there is no room for so many of this size.
pub(super) fn split(range: Cidr, tiers: usize, zones: usize, prefix: u8) -> Result<Vec<Cidr>, String> {
    let count = tiers.saturating_mul(zones);
    let own = range.prefix();
    let even = even(range, tiers, zones);
    if prefix < own || bits(count) > prefix - own {
        let fits = proposed(range, tiers, zones);
        return Err(format!("{range} has no room for {count} subnets of /{prefix}: /{fits} fits."));
    }
    let size = |prefix: u8| 1_u64.checked_shl(u32::from(32_u8.saturating_sub(prefix))).unwrap_or(0);
    let block = if prefix < even { size(prefix).saturating_mul(zones as u64) } else { size(own + bits(tiers)) };
    let at = |tier: usize, zone: usize| {
        let offset = block.saturating_mul(tier as u64).saturating_add(size(prefix).saturating_mul(zone as u64));
        let first = u32::from(range.first()).checked_add(u32::try_from(offset).ok()?)?;
        Some(Cidr::new(Ipv4Net::new(Ipv4Addr::from(first), prefix).ok()?))
    };
    Ok((0..tiers).flat_map(|tier| (0..zones).filter_map(move |zone| at(tier, zone))).collect())
}

/// Why a range is too small for so many subnets, if it is: a sentence.
pub(super) fn no_room(range: Cidr, tiers: usize, zones: usize) -> Option<String> {
    let count = tiers.saturating_mul(zones);
    if even(range, tiers, zones) <= SMALLEST || split(range, tiers, zones, SMALLEST).is_ok() {
        return None;
    }
    let least = SMALLEST.saturating_sub(bits(count));
    Some(format!("{range} is too small for {count} subnets of /{SMALLEST}, the smallest there are: take a /{least}."))
}

/// The size that is proposed: the even one, or the smallest where that is too small and they fit all the same.
pub(super) fn proposed(range: Cidr, tiers: usize, zones: usize) -> u8 {
    even(range, tiers, zones).min(SMALLEST)
}

/// What of a range is in none of these, as few ranges as say it, in their order.
pub(super) fn free(range: Cidr, used: &[Cidr]) -> Vec<Cidr> {
    let mut used: Vec<Cidr> = used.iter().copied().filter(|u| range.contains(*u)).collect();
    used.sort_unstable_by_key(|u| u.first());
    let (mut from, end) = (u64::from(u32::from(range.first())), u64::from(u32::from(range.last())));
    let mut out = Vec::new();
    let mut gap = |from: u64, to: u64| {
        let ends = (u32::try_from(from), u32::try_from(to));
        if let (true, (Ok(from), Ok(to))) = (from <= to, ends) {
            out.extend(Ipv4Subnets::new(from.into(), to.into(), 0).map(Cidr::new));
        }
    };
    for u in used {
        let first = u64::from(u32::from(u.first()));
        if first > from {
            gap(from, first - 1);
        }
        from = from.max(u64::from(u32::from(u.last())) + 1);
    }
    gap(from, end);
    out
}
