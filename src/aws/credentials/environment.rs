//! What the environment says: which profile it is, which region, and keys. The one owner of each of these questions; its order is the
//! AWS CLI's.

use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;

use super::sendable;
use crate::base::{Fault, FaultKind, Time};

/// Looks a variable up.
pub(crate) type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// This process's environment. Bytes that are no text become U+FFFD: a name with them is a name that nothing has, not none.
pub(crate) fn real(name: &str) -> Option<String> {
    std::env::var_os(name).map(|v| v.to_string_lossy().into_owned())
}

/// The variables that name a profile, in their order: that of the AWS CLI 1 and boto3, which the AWS CLI 2 has the other way round
/// (`BOTOCORE_DEFAUT_SESSION_VARIABLES` of each one's botocore/configprovider.py). See [`disagreement`].
const PROFILE: [&str; 2] = ["AWS_DEFAULT_PROFILE", "AWS_PROFILE"];

/// `AWS_REGION` is the SDKs' and the AWS CLI 2's; the AWS CLI 1 knows the second one only. Both come before the profile's own region.
const REGION: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];

/// A session token's variables, in botocore's order.
const TOKEN: [&str; 2] = ["AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN"];

/// The first of `names` that is set to something. Set to nothing is not set: the AWS CLI looks for a profile without a name then.
fn first(env: Lookup<'_>, names: &[&'static str]) -> Option<(&'static str, String)> {
    names.iter().find_map(|name| env(name).filter(|v| !v.is_empty()).map(|v| (*name, v)))
}

/// The profile that the environment names, with the variable that does it. `None`: nobody names one, so it is `default`.
pub(crate) fn profile(env: Lookup<'_>) -> Option<(&'static str, String)> {
    first(env, &PROFILE)
}

/// What to say where both variables name a profile, and not the same one: the two AWS CLIs differ then.
pub(crate) fn disagreement(env: Lookup<'_>) -> Option<String> {
    let set = |name: &str| env(name).filter(|v| !v.is_empty());
    let (default, plain) = (set(PROFILE[0])?, set(PROFILE[1])?);
    (default != plain).then(|| {
        format!(
            "AWS_DEFAULT_PROFILE is {default} and AWS_PROFILE is {plain}: {default} is used, as by the AWS CLI 1 and \
             boto3. The AWS CLI 2 uses {plain}. Unset one of them, or name the profile with --profile."
        )
    })
}

/// The region that the environment names, with the variable that does it.
pub(crate) fn region(env: Lookup<'_>) -> Option<(&'static str, String)> {
    first(env, &REGION)
}

/// The keys in the environment. `None` without `AWS_ACCESS_KEY_ID`.
///
/// # Errors
/// [`FaultKind::NoCredentials`] if half of them is missing (other keys in their place would be another account's) or they cannot be
/// sent; [`FaultKind::Expired`] after `AWS_CREDENTIAL_EXPIRATION`.
pub(crate) fn keys(env: Lookup<'_>, now: Time) -> Result<Option<Credentials>, Fault> {
    let set = |name: &str| env(name).filter(|v| !v.trim().is_empty());
    let Some(id) = set("AWS_ACCESS_KEY_ID") else { return Ok(None) };
    let Some(secret) = set("AWS_SECRET_ACCESS_KEY") else {
        let text = "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not: set both, or neither";
        return Err(Fault::new(FaultKind::NoCredentials, text));
    };
    sendable::check("AWS_ACCESS_KEY_ID", &id)?;
    sendable::check("AWS_SECRET_ACCESS_KEY", &secret)?;
    let token = TOKEN.iter().find_map(|name| set(name).map(|v| (*name, v)));
    if let Some((name, token)) = &token {
        sendable::check(name, token)?;
    }
    let expires = match set("AWS_CREDENTIAL_EXPIRATION") {
        None => None,
        Some(text) => match Time::parse(text.trim()) {
            Some(at) if at > now => Some(UNIX_EPOCH + Duration::from_millis(u64::try_from(at.millis()).unwrap_or(0))),
            Some(at) => {
                let text = format!("the credentials in the environment expired at {}", at.rfc3339());
                return Err(Fault::new(FaultKind::Expired, text).hint(
                    "Set new ones where these came from (AWS_CREDENTIAL_EXPIRATION is the time they expired), and \
                     start again.",
                ));
            }
            None => {
                let text = format!("AWS_CREDENTIAL_EXPIRATION is not a time such as 2026-01-31T12:00:00Z: {text}");
                return Err(Fault::new(FaultKind::NoCredentials, text));
            }
        },
    };
    Ok(Some(Credentials::new(id, secret, token.map(|(_, t)| t), expires, "environment")))
}

#[cfg(test)]
#[path = "environment_tests.rs"]
mod tests;
