//! AWS's regions, as an account sees them.

/// A region: code, zones' letters, and whether it must be opted in to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegionInfo {
    /// The code, e.g. `ap-northeast-2`.
    pub code: &'static str,
    /// The letters of its Availability Zones.
    pub zones: &'static str,
    /// The start of its zones' ids, e.g. `apne2` in `apne2-az1`.
    pub zone_id: &'static str,
    /// Whether an account must opt in first (the sandbox's account has not).
    pub opt_in: bool,
}

const fn on(code: &'static str, zones: &'static str, zone_id: &'static str) -> RegionInfo {
    RegionInfo { code, zones, zone_id, opt_in: false }
}

const fn opt_in(code: &'static str, zones: &'static str, zone_id: &'static str) -> RegionInfo {
    RegionInfo { code, zones, zone_id, opt_in: true }
}

/// The regions of the `aws` partition that an account sees, sorted by code as `AllRegions` groups them.
pub const REGIONS: &[RegionInfo] = &[
    opt_in("af-south-1", "abc", "afs1"),
    opt_in("ap-east-1", "abc", "ape1"),
    on("ap-northeast-1", "acd", "apne1"),
    on("ap-northeast-2", "abcd", "apne2"),
    on("ap-northeast-3", "abc", "apne3"),
    on("ap-south-1", "abc", "aps1"),
    opt_in("ap-south-2", "abc", "aps2"),
    on("ap-southeast-1", "abc", "apse1"),
    on("ap-southeast-2", "abc", "apse2"),
    opt_in("ap-southeast-3", "abc", "apse3"),
    opt_in("ap-southeast-4", "abc", "apse4"),
    on("ca-central-1", "abd", "cac1"),
    on("eu-central-1", "abc", "euc1"),
    opt_in("eu-central-2", "abc", "euc2"),
    on("eu-north-1", "abc", "eun1"),
    opt_in("eu-south-1", "abc", "eus1"),
    on("eu-west-1", "abc", "euw1"),
    on("eu-west-2", "abc", "euw2"),
    on("eu-west-3", "abc", "euw3"),
    opt_in("il-central-1", "abc", "ilc1"),
    opt_in("me-central-1", "abc", "mec1"),
    opt_in("me-south-1", "abc", "mes1"),
    on("sa-east-1", "abc", "sae1"),
    on("us-east-1", "abcdef", "use1"),
    on("us-east-2", "abc", "use2"),
    on("us-west-1", "ac", "usw1"),
    on("us-west-2", "abcd", "usw2"),
];

/// The region with this code.
pub fn find(code: &str) -> Option<&'static RegionInfo> {
    REGIONS.iter().find(|r| r.code == code)
}

/// Whether the account can use it.
pub fn is_enabled(code: &str) -> bool {
    find(code).is_some_and(|r| !r.opt_in)
}

/// A zone's id: `apne2-az1` for `ap-northeast-2a`.
pub fn zone_id(zone: &str) -> Option<String> {
    let letter = zone.chars().last()?;
    let region = find(zone.strip_suffix(letter)?)?;
    let at = region.zones.find(letter)?;
    Some(format!("{}-az{}", region.zone_id, at + 1))
}
