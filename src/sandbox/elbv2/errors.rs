//! Elastic Load Balancing's errors in AWS's codes and sentences.

use crate::sandbox::wire::ApiError;

/// The answer, or AWS's error.
pub(super) type Outcome<T> = Result<T, ApiError>;

pub(super) fn validation(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationError", message)
}

pub(super) fn missing(field: &str) -> ApiError {
    validation(format!(
        "1 validation error detected: Value null at '{}' failed to satisfy constraint: Member must not be null",
        lower_first(field)
    ))
}

pub(super) fn balancer_not_found(what: &str) -> ApiError {
    ApiError::new("LoadBalancerNotFound", format!("Load balancers '[{what}]' not found"))
}

pub(super) fn group_not_found() -> ApiError {
    ApiError::new("TargetGroupNotFound", "One or more target groups not found")
}

pub(super) fn listener_not_found() -> ApiError {
    ApiError::new("ListenerNotFound", "One or more listeners not found")
}

pub(super) fn rule_not_found() -> ApiError {
    ApiError::new("RuleNotFound", "One or more rules not found")
}

pub(super) fn group_in_use(arn: &str) -> ApiError {
    ApiError::new("ResourceInUse", format!("Target group '{arn}' is currently in use by a listener or a rule"))
}

/// ELB checks an ARN's form before it looks for it; an ARN of another region or account is not valid either.
pub(super) fn check_arn(arn: &str, region: &str, segment: &str, noun: &str) -> Outcome<()> {
    let mut parts = arn.splitn(6, ':');
    let own = parts.next() == Some("arn")
        && parts.next().is_some()
        && parts.next() == Some("elasticloadbalancing")
        && parts.next() == Some(region)
        && parts.next().is_some()
        && parts.next().is_some_and(|r| r.strip_prefix(segment).is_some_and(|r| r.starts_with('/')));
    if own { Ok(()) } else { Err(validation(format!("'{arn}' is not a valid {noun} ARN"))) }
}

pub(super) fn lower_first(s: &str) -> String {
    let mut chars = s.chars();
    chars.next().map_or_else(String::new, |c| c.to_ascii_lowercase().to_string() + chars.as_str())
}
