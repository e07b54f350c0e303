//! EC2 Instance Connect: `SendSSHPublicKey`.
//!
//! The errors and their sentences are those of its API reference. What it says to a zone that is not the instance's, no page tells: here it is
//! not found there. <https://docs.aws.amazon.com/ec2-instance-connect/latest/APIReference/API_SendSSHPublicKey.html>

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{InstanceState, state::Instance};
use crate::base::Time;
use crate::sandbox::wire::shapes::walk::Style;
use crate::sandbox::wire::{ApiError, Call, Protocol, Reply, Tree, read_json, shapes, write_json};
use crate::sandbox::world::World;

/// "The key remains for 60 seconds."
const REMAINS: Duration = Duration::from_secs(60);
/// Key types that it takes: "RSA (OpenSSH and SSH2) and ED25519".
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-connect-configure-IAM-role.html>
const TYPES: &[&str] = &["ssh-ed25519", "ssh-rsa"];

/// Answers one call.
pub(in crate::sandbox) fn answer(world: &mut World, call: &Call<'_>) -> Reply {
    if call.protocol != Protocol::Json || call.operation != "SendSSHPublicKey" {
        return call.unknown_operation();
    }
    let input = match read_json(&call.request.body) {
        Ok(input) => input,
        Err(e) => return call.fail(&ApiError::new("SerializationException", e)),
    };
    shapes::answer(call, &input, Style::Typed, || match push(world, call, &input) {
        Ok(()) => {
            let answer = Tree::map([("RequestId", call.request_id.as_str().into()), ("Success", true.into())]);
            shapes::check_answer(call, &answer);
            Reply::new(200, "application/x-amz-json-1.1", write_json(&answer).to_string()).with_request_id(call)
        }
        Err(e) => call.fail(&e),
    })
}

fn push(world: &mut World, call: &Call<'_>, input: &Tree) -> Result<(), ApiError> {
    let text = |name: &str| input.text_of(name).unwrap_or_default();
    let (id, user) = (text("InstanceId"), text("InstanceOSUser"));
    let misfit = |name: &str, value: &str, pattern: &str| {
        let message = format!(
            "1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: Member must satisfy \
             regular expression pattern: {pattern}"
        );
        Err(ApiError::new("InvalidArgsException", message))
    };
    if !id
        .strip_prefix("i-")
        .is_some_and(|hex| !hex.is_empty() && hex.bytes().all(|b| matches!(b, b'a'..=b'f' | b'0'..=b'9')))
    {
        return misfit("instanceId", id, "^i-[a-f0-9]+$");
    }
    if !is_user(user) {
        return misfit("instanceOSUser", user, r"^[A-Za-z_][A-Za-z0-9\@\._-]{0,30}[A-Za-z0-9\$_-]?$");
    }
    if !is_key(text("SSHPublicKey")) {
        let message = "Invalid input parameter received for Illegal argument exception: SSH Public key is invalid";
        return Err(ApiError::new("InvalidArgsException", message));
    }
    let (now, until) = (call.now, call.now.plus(REMAINS.div_f64(world.speed)));
    let zone = input.text_of("AvailabilityZone");
    let instance = world.region(&call.region).ec2.instances.get_mut(id);
    let Some(i) = instance.filter(|i| i.visible <= now && zone.is_none_or(|z| i.zone == z)) else {
        return Err(ApiError::new("EC2InstanceNotFoundException", "The specified instance was not found."));
    };
    if i.state != InstanceState::Running {
        let message = "Unable to connect because the instance is not in a valid state. Connecting to a stopped or \
                       terminated instance is not supported. If the instance is stopped, start your instance, and try to connect again.";
        return Err(ApiError::new("EC2InstanceStateInvalidException", message));
    }
    i.pushed_keys.retain(|(_, until)| *until > now);
    i.pushed_keys.push((user.into(), until));
    Ok(())
}

/// Whether a key that was pushed for a user is still good.
pub(in crate::sandbox) fn is_let_in(instance: &Instance, user: &str, now: Time) -> bool {
    instance.pushed_keys.iter().any(|(whose, until)| whose == user && *until > now)
}

fn is_user(name: &str) -> bool {
    let first = |c: char| c.is_ascii_alphabetic() || c == '_';
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '.' | '_' | '-');
    let last = |c: char| c.is_ascii_alphanumeric() || matches!(c, '$' | '_' | '-' | '@' | '.');
    name.len() <= 32 && name.starts_with(first) && name.ends_with(last) && name[..name.len() - 1].chars().all(inner)
}

/// A line of OpenSSH's: the type, the key in Base64 that says the same type, and a comment.
fn is_key(line: &str) -> bool {
    let mut words = line.split_ascii_whitespace();
    let (Some(kind), Some(key)) = (words.next(), words.next()) else { return false };
    let named = |key: Vec<u8>| key.get(4..4 + kind.len()) == Some(kind.as_bytes());
    TYPES.contains(&kind) && STANDARD.decode(key).is_ok_and(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_and_keys_are_those_of_the_api() {
        for good in ["ec2-user", "_svc", "a", "Admin.x@corp"] {
            assert!(is_user(good), "{good}");
        }
        for bad in ["", "-x", "a b", "$(id)", "1a", &"x".repeat(33)] {
            assert!(!is_user(bad), "{bad}");
        }
        let ed25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBfx1hBFZcZVHoVQp0wzqXcDwXQLAZoT2dR2pJ4vyWgx me@here";
        assert!(is_key(ed25519));
        for bad in
            ["", "ssh-ed25519", "ssh-ed25519 %%%", "ecdsa-sha2-nistp256 AAAA", "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAA"]
        {
            assert!(!is_key(bad), "{bad}");
        }
    }
}
