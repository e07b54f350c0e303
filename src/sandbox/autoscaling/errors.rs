//! Auto Scaling's errors in AWS's codes and sentences, and the reading of required parameters.

use super::state::{Group, PROCESSES, State};
use crate::sandbox::wire::{ApiError, Call};

/// The answer, or AWS's error.
pub(super) type Outcome<T> = Result<T, ApiError>;

pub(super) fn validation(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationError", message)
}

pub(super) fn missing(field: &str) -> ApiError {
    let mut chars = field.chars();
    let field = chars.next().map_or_else(String::new, |c| c.to_ascii_lowercase().to_string() + chars.as_str());
    validation(format!(
        "1 validation error detected: Value null at '{field}' failed to satisfy constraint: Member must not be null"
    ))
}

pub(super) fn group_not_found() -> ApiError {
    validation("AutoScalingGroup name not found - null")
}

pub(super) fn not_managed(id: &str) -> ApiError {
    validation(format!("Instance Id not found - No managed instance found for instance ID: {id}"))
}

pub(super) fn not_part(id: &str, group: &str) -> ApiError {
    validation(format!("The instance {id} is not part of Auto Scaling group {group}."))
}

pub(super) fn in_progress(activity: &str) -> ApiError {
    ApiError::new(
        "ScalingActivityInProgress",
        format!("Scaling activity {activity} is in progress and blocks this action"),
    )
}

pub(super) fn in_use(message: &str) -> ApiError {
    ApiError::new("ResourceInUse", message)
}

/// A required parameter.
pub(super) fn required<'c>(call: &'c Call<'_>, field: &str) -> Outcome<&'c str> {
    call.params.text(field).filter(|v| !v.is_empty()).ok_or_else(|| missing(field))
}

/// A required number that is not negative.
pub(super) fn required_count(call: &Call<'_>, field: &str) -> Outcome<u32> {
    count(call, field)?.ok_or_else(|| missing(field))
}

/// A number that is not negative, if it is there.
pub(super) fn count(call: &Call<'_>, field: &str) -> Outcome<Option<u32>> {
    let Some(text) = call.params.text(field).filter(|t| !t.is_empty()) else { return Ok(None) };
    let mut chars = field.chars();
    let name = chars.next().map_or_else(String::new, |c| c.to_ascii_lowercase().to_string() + chars.as_str());
    match text.parse::<i64>() {
        Ok(n) if n < 0 => Err(validation(format!(
            "1 validation error detected: Value '{n}' at '{name}' failed to satisfy constraint: Member must have value \
             greater than or equal to 0"
        ))),
        Ok(n) => Ok(Some(u32::try_from(n).unwrap_or(u32::MAX))),
        Err(_) => Err(ApiError::new("MalformedInput", format!("Unable to parse '{text}' as a number"))),
    }
}

/// The name of the group that the request is about, which must be there.
pub(super) fn known_group<'s>(state: &'s State, call: &Call<'_>) -> Outcome<&'s Group> {
    let name = required(call, "AutoScalingGroupName")?;
    state.groups.get(name).filter(|g| !g.deleting).ok_or_else(group_not_found)
}

/// The processes that a request names; all of them if it names none.
pub(super) fn processes(call: &Call<'_>) -> Outcome<Vec<&'static str>> {
    let named = call.params.texts("ScalingProcesses");
    if named.is_empty() {
        return Ok(PROCESSES.to_vec());
    }
    named
        .into_iter()
        .map(|n| {
            let known = PROCESSES.iter().find(|p| **p == n).copied();
            known.ok_or_else(|| validation(format!("Invalid scaling process type: {n}")))
        })
        .collect()
}

/// The desired capacity must be between the bounds, and the bounds in order.
pub(super) fn check_size(min: u32, max: u32, desired: u32) -> Outcome<()> {
    if max < min {
        return Err(validation(format!("Max bound, {max}, must be greater than or equal to min bound, {min}")));
    }
    if desired < min || desired > max {
        return Err(validation(format!(
            "Desired capacity:{desired} must be between the specified min size:{min} and max size:{max}"
        )));
    }
    Ok(())
}

/// What accounts made since October 2024 are told.
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/launch-configurations.html>
pub(super) fn no_launch_configurations() -> ApiError {
    ApiError::new(
        "UnsupportedOperation",
        "The Launch Configuration creation operation is not available in your account. Use launch templates to create \
         configuration templates for your Auto Scaling groups.",
    )
}
