//! The codes of AWS's regions: what is completed, and what is a slip.

use super::text::{nearest, suggest, visible};

/// The codes of all public regions of the partitions aws, aws-cn and aws-us-gov as of 2026-11, for completion and "did you mean" only: a region that
/// looks like one and is not here is let through, because AWS opens new ones.
pub const CODES: &[&str] = &[
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "cn-north-1",
    "cn-northwest-1",
    "us-gov-east-1",
    "us-gov-west-1",
];

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
    if CODES.contains(&region) {
        return Ok(());
    }
    let near = nearest(region, CODES.iter().copied());
    if near.is_none() && looks_like_one(region) {
        return Ok(());
    }
    Err(format!("There is no region {}.{}", visible(region), suggest(region, CODES.iter().copied())))
}
