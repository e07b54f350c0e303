//! What is said where a zone has no room for an instance type, or does not offer it: where else it is offered, and which types like it are.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html#troubleshooting-launch-capacity>

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types as sdk;

use crate::aws::fault::{is_dry_run_ok, of};
use crate::base::Fault;
use crate::kinds::ec2::instance_type_name::TypeName;
use crate::kinds::ec2::instance_type_zones::DESCRIBE_INSTANCE_TYPE_OFFERINGS;

/// Types like it that are named: enough to choose from.
const MOST: usize = 8;

/// The fault with what else can be tried, if it is one of these. `ty` is the type that was asked for, where the request says it.
pub(super) async fn explain(client: &Client, ty: Option<&str>, fault: Fault) -> Fault {
    if is_dry_run_ok(&fault) || !matches!(fault.code.as_str(), "InsufficientInstanceCapacity" | "Unsupported") {
        return fault;
    }
    let Some((ty, zone)) = asked(&fault.message, ty) else { return fault };
    let is_about_room = fault.code == "InsufficientInstanceCapacity";
    let mut fault = match offered(client, &[("instance-type", &ty)]).await {
        Ok(all) => fault.hint(zones(&ty, zone.as_deref(), all.into_iter().map(|(_, z)| z).collect())),
        Err(f) => fault.hint(format!("The zones that offer {ty} could not be listed ({}).", f.kind.word())),
    };
    if let (Some(zone), Some(pattern)) = (&zone, pattern(&ty)) {
        match offered(client, &[("instance-type", &pattern), ("location", zone)]).await {
            Ok(all) => fault = fault.hint(like(&ty, zone, all.into_iter().map(|(t, _)| t).collect())),
            Err(f) => {
                fault = fault.hint(format!("The types that {zone} offers could not be listed ({}).", f.kind.word()))
            }
        }
    }
    match is_about_room {
        true => fault.hint("AWS does not say which of them has capacity: only a launch shows it."),
        false => fault,
    }
}

/// Type and zone, of AWS's message or of the request.
///
/// `… sufficient m5.large capacity in the Availability Zone you requested (r-1a).`, `Your requested instance type (m5.large) is not supported in
/// your requested Availability Zone (r-1a).`
fn asked(message: &str, ty: Option<&str>) -> Option<(String, Option<String>)> {
    let after = |mark: &str| message.split_once(mark).map(|(_, rest)| rest);
    let until = |rest: &str| rest.split([' ', ')']).next().map(str::to_string);
    let own = after("sufficient ").or_else(|| after("instance type (")).and_then(until);
    let ty = own.filter(|t| TypeName::parse(t).is_some()).or_else(|| ty.map(str::to_string))?;
    let zone = after("Availability Zone you requested (").or_else(|| after("Availability Zone (")).and_then(until);
    Some((ty, zone))
}

/// The pattern of types of the same series and size: `m*.large`.
fn pattern(ty: &str) -> Option<String> {
    let name = TypeName::parse(ty)?;
    Some(format!("{}*.{}", name.series, name.size))
}

/// Which types are offered in which zones.
async fn offered(client: &Client, filters: &[(&str, &str)]) -> Result<Vec<(String, String)>, Fault> {
    let filter = |(name, value): &(&str, &str)| sdk::Filter::builder().name(*name).values(*value).build();
    let filters: Vec<sdk::Filter> = filters.iter().map(filter).collect();
    let mut out = Vec::new();
    let mut token = None;
    loop {
        let call = client.describe_instance_type_offerings().location_type(sdk::LocationType::AvailabilityZone);
        let call = call.set_filters(Some(filters.clone())).max_results(1000).set_next_token(token.clone());
        let page = call.send().await.map_err(|e| of(&DESCRIBE_INSTANCE_TYPE_OFFERINGS, e))?;
        let offers = page.instance_type_offerings().iter();
        out.extend(offers.filter_map(|o| Some((o.instance_type()?.as_str().to_string(), o.location()?.to_string()))));
        let next =
            crate::kinds::paging::following(&DESCRIBE_INSTANCE_TYPE_OFFERINGS, token.as_deref(), page.next_token)?;
        if next.is_none() {
            return Ok(out);
        }
        token = next;
    }
}

fn zones(ty: &str, zone: Option<&str>, mut all: Vec<String>) -> String {
    all.sort_unstable();
    all.dedup();
    all.retain(|z| Some(z.as_str()) != zone);
    match (all.as_slice(), zone) {
        ([], Some(_)) => format!("No other zone of the region offers {ty}."),
        ([], None) => format!("No zone of the region offers {ty}."),
        (_, Some(_)) => format!("Other zones of the region that offer {ty}: {}.", all.join(", ")),
        (_, None) => format!("Zones of the region that offer {ty}: {}.", all.join(", ")),
    }
}

/// Types of the same series, size and processors, the newest first.
fn like(ty: &str, zone: &str, all: Vec<String>) -> String {
    // In all series but g the letter g is for Graviton, as a1 is by itself: an image runs on one of both.
    let is_arm = |n: &TypeName<'_>| n.series == "a" || n.letters.starts_with('g');
    let mut found: Vec<(u32, &String)> = all
        .iter()
        .filter_map(|t| {
            let (own, other) = (TypeName::parse(ty)?, TypeName::parse(t)?);
            let alike = own.series == other.series && is_arm(&own) == is_arm(&other) && t != ty;
            alike.then_some((other.generation.unwrap_or_default(), t))
        })
        .collect();
    found.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    found.dedup();
    match found.len() {
        0 => format!("{zone} offers no similar type."),
        n if n > MOST => {
            let first: Vec<&str> = found.iter().take(MOST).map(|(_, t)| t.as_str()).collect();
            format!("Similar types that {zone} offers: {} and {} more.", first.join(", "), n - MOST)
        }
        _ => format!(
            "Similar types that {zone} offers: {}.",
            found.iter().map(|(_, t)| t.as_str()).collect::<Vec<_>>().join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_and_zone_are_read_from_what_aws_says() {
        let full = "We currently do not have sufficient m5.large capacity in the Availability Zone you requested (us-east-1a). Our system \
            will be working on provisioning additional capacity. You can currently get m5.large capacity by not specifying an Availability \
            Zone in your request or choosing us-east-1b.";
        assert_eq!(asked(full, None), Some(("m5.large".into(), Some("us-east-1a".into()))));
        let lacks = "Your requested instance type (m7i.large) is not supported in your requested Availability Zone (us-east-1e). Please \
            retry your request by not specifying an Availability Zone or choosing us-east-1a.";
        assert_eq!(asked(lacks, Some("x")), Some(("m7i.large".into(), Some("us-east-1e".into()))));
        assert_eq!(asked("Insufficient capacity.", Some("p5.48xlarge")), Some(("p5.48xlarge".into(), None)));
        assert_eq!(asked("The requested configuration is currently not supported.", None), None);
    }

    #[test]
    fn types_like_it_have_its_series_size_and_processors() {
        let all =
            ["m5.large", "m6i.large", "m6g.large", "m7i-flex.large", "mac2.metal", "m5.large"].map(str::to_string);
        assert_eq!(
            like("m5.large", "r-1a", all.to_vec()),
            "Similar types that r-1a offers: m7i-flex.large, m6i.large."
        );
        assert_eq!(like("m6g.large", "r-1a", all.to_vec()), "r-1a offers no similar type.");
        assert_eq!(pattern("m7i-flex.large").as_deref(), Some("m*.large"));
        let at = |z: Option<&str>| zones("m5.large", z, vec!["r-1b".into(), "r-1a".into()]);
        assert_eq!(at(Some("r-1a")), "Other zones of the region that offer m5.large: r-1b.");
        assert_eq!(at(None), "Zones of the region that offer m5.large: r-1a, r-1b.");
    }
}
