//! AWS's regions: their codes and names, what is completed, and what is a slip.

use super::text::{nearest, suggest, visible};

/// All public regions of the partitions aws, aws-cn, aws-us-gov and aws-eusc as of 2026-11: code, and what AWS calls it. The names are those of
/// the web console, by the descriptions in botocore's `endpoints.json` (1.44.5); no API says them. For completion, "did you mean" and reading
/// only: a region that looks like one and is not here is let through, because AWS opens new ones.
const REGIONS: &[(&str, &str)] = &[
    ("us-east-1", "US East (N. Virginia)"),
    ("us-east-2", "US East (Ohio)"),
    ("us-west-1", "US West (N. California)"),
    ("us-west-2", "US West (Oregon)"),
    ("af-south-1", "Africa (Cape Town)"),
    ("ap-east-1", "Asia Pacific (Hong Kong)"),
    ("ap-east-2", "Asia Pacific (Taipei)"),
    ("ap-south-1", "Asia Pacific (Mumbai)"),
    ("ap-south-2", "Asia Pacific (Hyderabad)"),
    ("ap-southeast-1", "Asia Pacific (Singapore)"),
    ("ap-southeast-2", "Asia Pacific (Sydney)"),
    ("ap-southeast-3", "Asia Pacific (Jakarta)"),
    ("ap-southeast-4", "Asia Pacific (Melbourne)"),
    ("ap-southeast-5", "Asia Pacific (Malaysia)"),
    ("ap-southeast-6", "Asia Pacific (New Zealand)"),
    ("ap-southeast-7", "Asia Pacific (Thailand)"),
    ("ap-northeast-1", "Asia Pacific (Tokyo)"),
    ("ap-northeast-2", "Asia Pacific (Seoul)"),
    ("ap-northeast-3", "Asia Pacific (Osaka)"),
    ("ca-central-1", "Canada (Central)"),
    ("ca-west-1", "Canada West (Calgary)"),
    ("eu-central-1", "Europe (Frankfurt)"),
    ("eu-central-2", "Europe (Zurich)"),
    ("eu-west-1", "Europe (Ireland)"),
    ("eu-west-2", "Europe (London)"),
    ("eu-west-3", "Europe (Paris)"),
    ("eu-north-1", "Europe (Stockholm)"),
    ("eu-south-1", "Europe (Milan)"),
    ("eu-south-2", "Europe (Spain)"),
    ("il-central-1", "Israel (Tel Aviv)"),
    ("me-central-1", "Middle East (UAE)"),
    ("me-south-1", "Middle East (Bahrain)"),
    ("mx-central-1", "Mexico (Central)"),
    ("sa-east-1", "South America (São Paulo)"),
    ("cn-north-1", "China (Beijing)"),
    ("cn-northwest-1", "China (Ningxia)"),
    ("us-gov-east-1", "AWS GovCloud (US-East)"),
    ("us-gov-west-1", "AWS GovCloud (US-West)"),
    ("eusc-de-east-1", "AWS European Sovereign Cloud (Germany)"),
];

/// The codes of the regions that are known.
pub fn codes() -> impl Iterator<Item = &'static str> + Clone {
    REGIONS.iter().map(|(code, _)| *code)
}

/// What AWS calls a region: `Asia Pacific (Seoul)`; `None` for one that is newer than the list.
pub fn name(code: &str) -> Option<&'static str> {
    REGIONS.iter().find(|(known, _)| *known == code).map(|(_, name)| *name)
}

/// `ap-northeast-2`: letters, a direction, a number.
fn looks_like_one(s: &str) -> bool {
    let parts: Vec<&str> = s.split('-').collect();
    parts.len() >= 3
        && parts[..parts.len() - 1].iter().all(|p| p.len() >= 2 && p.bytes().all(|b| b.is_ascii_lowercase()))
        && parts.last().is_some_and(|n| !n.is_empty() && n.len() <= 2 && n.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a region may be there.
///
/// # Errors
/// A sentence, with the nearest code that there is.
pub fn check(region: &str) -> Result<(), String> {
    if name(region).is_some() {
        return Ok(());
    }
    let near = nearest(region, codes());
    if near.is_none() && looks_like_one(region) {
        return Ok(());
    }
    Err(format!("There is no region {}.{}", visible(region), suggest(region, codes())))
}
