//! What is known of an IPv4 range while it is typed, and what AWS would refuse of it as a VPC's or a subnet's.

use std::fmt::Display;

use crate::base::text::visible;
use crate::kinds::action::ActionContext;
use crate::kinds::ec2::{subnets, vpcs};
use crate::kinds::plan_builder::{Known, field, label, live, need, whole};
use crate::model::{FieldInfo, Record, TableKey};
use crate::net::cidr::{Cidr, RESERVED};

/// `10.1.2.0 - 10.1.2.255 · 255.255.255.0 · 256 addresses, 251 usable (AWS keeps 5)`
pub(super) fn of_subnet(cidr: Cidr) -> String {
    format!("{}, {} usable (AWS keeps {RESERVED})", of_vpc(cidr), cidr.usable())
}

/// `10.1.0.0 - 10.1.255.255 · 255.255.0.0 · 65536 addresses`
pub(super) fn of_vpc(cidr: Cidr) -> String {
    format!("{} - {} · {} · {} addresses", cidr.first(), cidr.last(), cidr.mask(), cidr.size())
}

/// A range as it was typed.
///
/// # Errors
/// A sentence about what it is not, or why it is no VPC's or subnet's.
pub(super) fn read(text: &str) -> Result<Cidr, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("Type a range such as 10.1.0.0/16.".into());
    }
    let cidr: Cidr = text.parse().map_err(|why: String| match crate::net::range::flaw(text) {
        Some(flaw) => format!("{flaw}."),
        None => visible(&why).into_owned(),
    })?;
    // EC2: InvalidVpc.Range, InvalidSubnet.Range.
    cidr.check_size().map_err(|why| format!("{why}."))?;
    Ok(cidr)
}

/// The IPv4 ranges of a field.
pub(super) fn ranges(row: &Record, of: &FieldInfo) -> Vec<Cidr> {
    let nets = row.get(of).blocks().map(|b| b.range());
    nets.filter_map(|net| if let ipnet::IpNet::V4(net) = net { Some(Cidr::new(net)) } else { None }).collect()
}

/// A range with what has it.
pub(super) type Named = (String, Cidr);

/// The ranges of a VPC's subnets, and whether these are all of them.
pub(super) fn siblings(cx: &ActionContext<'_>, vpc: &str, needs: &mut Vec<TableKey>) -> (Vec<Named>, bool) {
    of_subnets(cx, vpc, needs, |s| ranges(s, &subnets::CIDR))
}

/// The same of whichever ranges.
pub(super) fn of_subnets<N>(
    cx: &ActionContext<'_>,
    vpc: &str,
    needs: &mut Vec<TableKey>,
    of: impl Fn(&Record) -> Vec<N>,
) -> (Vec<(String, N)>, bool) {
    match whole(cx.store, cx.scope, &subnets::INFO) {
        Known::Complete(table) => {
            let of_vpc = live(table).filter(|s| field(s, &subnets::VPC_ID) == Some(vpc));
            (of_vpc.flat_map(|s| of(s).into_iter().map(|c| (label(s), c))).collect(), true)
        }
        Known::NotAsked(key) => {
            need(needs, key);
            (Vec::new(), false)
        }
        Known::Failed(_) => (Vec::new(), false),
    }
}

/// The ranges of the region's VPCs, and whether these are all of them.
pub(super) fn vpc_ranges(cx: &ActionContext<'_>, but: &str, needs: &mut Vec<TableKey>) -> (Vec<Named>, bool) {
    match whole(cx.store, cx.scope, &vpcs::INFO) {
        Known::Complete(table) => {
            let others = live(table).filter(|v| v.id != but);
            (others.flat_map(|v| ranges(v, &vpcs::CIDR).into_iter().map(|c| (label(v), c))).collect(), true)
        }
        Known::NotAsked(key) => {
            need(needs, key);
            (Vec::new(), false)
        }
        Known::Failed(_) => (Vec::new(), false),
    }
}

/// What a range has addresses in common with.
pub(super) fn overlap(cidr: Cidr, all: &[Named]) -> Option<&Named> {
    all.iter().find(|(_, other)| other.overlaps(cidr))
}

/// Why a range cannot be a subnet's of a VPC: a sentence.
pub(super) fn why_no_subnet(cidr: Cidr, own: &[Cidr], siblings: &[Named]) -> Option<String> {
    if !own.is_empty() && !own.iter().any(|range| range.contains(cidr)) {
        return Some(outside(cidr, own));
    }
    overlap(cidr, siblings).map(|other| conflict(cidr, other))
}

/// What is wrong with a subnet's range that is no part of its VPC's: a sentence.
pub(super) fn outside<N: Display>(range: N, own: &[N]) -> String {
    let own: Vec<String> = own.iter().map(ToString::to_string).collect();
    format!("{range} is not in the VPC's range {} (InvalidSubnet.Range).", own.join(", "))
}

/// What is wrong with one that has addresses in common with another subnet's: a sentence.
pub(super) fn conflict<N: Display>(range: N, (name, other): &(String, N)) -> String {
    format!("{range} overlaps {name}, which has {other} (InvalidSubnet.Conflict).")
}

/// The first range of this size, or of the next smaller ones, that is free in a VPC.
pub(super) fn free(own: &[Cidr], siblings: &[Named], prefix: u8) -> Option<Cidr> {
    let taken: Vec<Cidr> = siblings.iter().map(|(_, c)| *c).collect();
    (prefix..=28).find_map(|p| own.iter().find_map(|range| range.free(p.max(range.prefix()), &taken)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn c(text: &str) -> Cidr {
        text.parse().expect("a range")
    }

    #[test]
    fn a_range_says_its_addresses_and_what_is_wrong_with_it() {
        assert_eq!(
            of_subnet(c("10.1.2.0/24")),
            "10.1.2.0 - 10.1.2.255 · 255.255.255.0 · 256 addresses, 251 usable (AWS keeps 5)"
        );
        for (text, says) in [
            ("", "Type a range"),
            ("10.0.0.0/15", "too large"),
            ("10.1.0.0/29", "too small"),
            ("10.1.2.3/16", "Did you mean 10.1.0.0/16?"),
            ("10.1.0.0/33", "/33 is not the length"),
            ("010.1.0.0/16", "leading zero"),
            ("web", "web is not an IPv4 range"),
        ] {
            assert!(read(text).is_err_and(|e| e.contains(says)), "{text}: {:?}", read(text));
        }
    }

    #[test]
    fn the_first_free_range_overlaps_no_sibling_and_gets_smaller_where_there_is_little_room() {
        let siblings = vec![("a".to_string(), c("10.1.0.0/24")), ("b".to_string(), c("10.1.2.0/23"))];
        assert_eq!(free(&[c("10.1.0.0/16")], &siblings, 24), Some(c("10.1.1.0/24")));
        assert_eq!(free(&[c("10.1.0.0/24")], &siblings[1..], 24), Some(c("10.1.0.0/24")));
        let half = vec![("a".to_string(), c("10.1.0.0/25"))];
        assert_eq!(free(&[c("10.1.0.0/24")], &half, 24), Some(c("10.1.0.128/25")));
        assert_eq!(free(&[c("10.1.0.0/24")], &siblings, 24), None, "it is full");
        let why = |text: &str| why_no_subnet(c(text), &[c("10.1.0.0/16")], &siblings).unwrap_or_default();
        assert_eq!(why("10.1.2.0/24"), "10.1.2.0/24 overlaps b, which has 10.1.2.0/23 (InvalidSubnet.Conflict).");
        assert!(why("10.2.0.0/24").contains("InvalidSubnet.Range"));
        assert_eq!(why("10.1.1.0/24"), "");
    }
}
