//! The sandbox's EC2 Instance Connect: one-time keys for instances. The simulated hosts do not look at them.
//! <https://docs.aws.amazon.com/ec2-instance-connect/latest/APIReference/API_SendSSHPublicKey.html>

mod ec2_port;

use crate::sandbox::wire::shapes::walk::Style;
use crate::sandbox::wire::{ApiError, Call, Protocol, Reply, Tree, read_json, shapes, write_json};
use crate::sandbox::world::World;

/// Answers one call.
pub(in crate::sandbox) fn answer(world: &mut World, call: &Call<'_>) -> Reply {
    if call.protocol != Protocol::Json || call.operation != "SendSSHPublicKey" {
        return call.unknown_operation();
    }
    let input = match read_json(&call.request.body) {
        Ok(input) => input,
        Err(e) => return call.fail(&ApiError::new("SerializationException", e)),
    };
    shapes::answer(call, &input, Style::Typed, || match send(world, call, &input) {
        Ok(answer) => {
            Reply::new(200, "application/x-amz-json-1.1", write_json(&answer).to_string()).with_request_id(call)
        }
        Err(e) => call.fail(&e),
    })
}

fn send(world: &World, call: &Call<'_>, input: &Tree) -> Result<Tree, ApiError> {
    let id = input.text_of("InstanceId").unwrap_or_default();
    let zone = input.text_of("AvailabilityZone");
    let key = input.text_of("SSHPublicKey").unwrap_or_default();
    if input.text_of("InstanceOSUser").is_none_or(str::is_empty) {
        return Err(ApiError::new("InvalidArgsException", "The OS user is missing."));
    }
    let Some(at) = ec2_port::place(world, &call.region, id) else {
        return Err(ApiError::new("EC2InstanceNotFoundException", format!("The instance {id} was not found.")));
    };
    if zone.is_some_and(|z| z != at.zone) {
        return Err(ApiError::new("InvalidArgsException", "The Availability Zone is not the instance's."));
    }
    if !at.running {
        let message = "Unable to connect because the instance is not in a valid state. Connecting to a stopped or \
                       terminated instance is not supported. If the instance is stopped, start your instance, and try to \
                       connect again.";
        return Err(ApiError::new("EC2InstanceStateInvalidException", message));
    }
    if !["ssh-ed25519 ", "ssh-rsa "].iter().any(|kind| key.starts_with(kind)) {
        return Err(ApiError::new("InvalidArgsException", "The key is not a public key of type RSA or ED25519."));
    }
    Ok(Tree::map([("RequestId", call.request_id.clone().into()), ("Success", true.into())]))
}
