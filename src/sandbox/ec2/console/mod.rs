//! What an instance's console shows: GetConsoleOutput, GetConsoleScreenshot, GetPasswordData.
//!
//! The output of a boot comes line by line while it boots, and one boot after another; a screenshot is of the last lines. A Windows instance
//! makes its password some minutes after its first start and encrypts it with its key pair's public half.

mod boot_log;
mod jpeg;
mod letters;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::attributes::the_instance;
use super::checks::dry_run;
use super::state::instance::{Instance, InstanceState};
use super::{keys, lifecycle, types};
use crate::base::Time;
use crate::sandbox::wire::{ApiError, Call, Reply, Tree};
use crate::sandbox::world::World;

/// AWS keeps the most recent 64 KB.
const MOST: usize = 64 * 1024;

/// What an instance has written until a moment.
fn written(world: &World, region: &str, i: &Instance, now: Time) -> String {
    let boots: Vec<Time> = if i.boots.is_empty() { i.booted.into_iter().collect() } else { i.boots.clone() };
    let takes = lifecycle::boot_takes(world, &i.id);
    let mut text = String::new();
    for (n, boot) in boots.iter().enumerate() {
        let until = boots.get(n + 1).copied().unwrap_or(now);
        boot_log::write(&mut text, i, region, until.since(*boot), takes, n + 1 == boots.len());
    }
    let mut from = text.len().saturating_sub(MOST);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    text.split_off(from)
}

/// GetConsoleOutput: what was posted, minutes after the last start; with `Latest`, what is there now, on the Nitro system only. The message of
/// the refusal is this sandbox's own: AWS documents the option's limit, not its words.
pub(super) fn output(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let id = the_instance(&world.region(&call.region).ec2, call)?.id.clone();
    let latest = call.params.bool("Latest")?.unwrap_or(false);
    dry_run(call)?;
    let world = &*world;
    let Some(i) = world.peek(&call.region).and_then(|r| r.ec2.instances.get(&id)) else {
        return Ok(call.unknown_operation());
    };
    let nitro = types::find(&i.instance_type).and_then(types::TypeInfo::hypervisor) != Some("xen");
    if latest && !nitro {
        return Err(ApiError::new(
            "UnsupportedOperation",
            "This instance type does not support retrieving the latest console logs. Supported for instances built on the Nitro system.",
        ));
    }
    // "Posted shortly after an instance transition state": some minutes.
    let post = world.scaled(world.random(&i.id, "posted").secs(120.0, 240.0));
    let last = i.boots.last().copied().or(i.booted);
    let at = if latest { Some(call.now) } else { last.map(|boot| boot.plus(post)).filter(|at| *at <= call.now) };
    let text = at.map(|at| written(world, &call.region, i, at)).unwrap_or_default();
    Ok(call.answer(&Tree::map([
        ("InstanceId", (&i.id).into()),
        ("Timestamp", at.unwrap_or(call.now).into()),
        ("Output", (!text.is_empty()).then(|| STANDARD.encode(text)).into()),
    ])))
}

/// GetConsoleScreenshot: of a running instance. Arm-based Graviton instances and bare metal have none (the User Guide on unreachable
/// instances); the messages are this sandbox's own.
pub(super) fn screenshot(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let id = the_instance(&world.region(&call.region).ec2, call)?.id.clone();
    dry_run(call)?;
    let world = &*world;
    let Some(i) = world.peek(&call.region).and_then(|r| r.ec2.instances.get(&id)) else {
        return Ok(call.unknown_operation());
    };
    if i.state != InstanceState::Running {
        let message = format!("The instance '{id}' is not in a state from which a screenshot can be taken.");
        return Err(ApiError::new("IncorrectInstanceState", message));
    }
    if i.architecture == "arm64" || types::find(&i.instance_type).is_some_and(types::TypeInfo::bare_metal) {
        let message = format!("The instance '{id}' does not support console screenshots.");
        return Err(ApiError::new("UnsupportedOperation", message));
    }
    let picture = if i.platform.is_some() {
        letters::windows(call.now)
    } else {
        letters::screen(&written(world, &call.region, i, call.now))
    };
    Ok(call.answer(&Tree::map([
        ("InstanceId", (&i.id).into()),
        ("ImageData", STANDARD.encode(jpeg::encode(&picture)).into()),
    ])))
}

/// How long after its first start a Windows instance has a password: "wait up to 15 minutes" (GetPasswordData).
const PASSWORD: Duration = Duration::from_secs(240);

/// GetPasswordData: of a Windows instance with an RSA key pair, once it is there; else no data. Which machines are Windows it does not
/// check, and AWS does not either.
pub(super) fn password(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let id = the_instance(&world.region(&call.region).ec2, call)?.id.clone();
    dry_run(call)?;
    let text = world.random(&id, "windows-password");
    let after = world.scaled(PASSWORD);
    let state = &mut world.region(&call.region).ec2;
    let public =
        state.instances.get(&id).and_then(|i| state.key_pairs.get(i.key_name.as_ref()?)).map(|k| k.public.clone());
    let Some(i) = state.instances.get_mut(&id) else { return Ok(call.unknown_operation()) };
    let first = i.boots.first().copied().or(i.booted);
    let made = first.map(|boot| boot.plus(after)).filter(|at| *at <= call.now);
    let is_there = i.platform.is_some() && made.is_some();
    if i.password.is_none() && is_there {
        // The padding is random: what was encrypted once stays so.
        i.password = public.as_deref().and_then(|public| keys::encrypted(public, made_password(text).as_bytes()));
    }
    let data = i.password.clone().filter(|_| is_there).unwrap_or_default();
    Ok(call.answer(&Tree::map([
        ("InstanceId", (&i.id).into()),
        ("Timestamp", made.unwrap_or(call.now).into()),
        ("PasswordData", (&data).into()),
    ])))
}

/// Thirty-two characters, as EC2Launch makes them.
fn made_password(mut random: crate::sandbox::random::Random) -> String {
    const CHARS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789!@#$%&*()-=+?;.";
    (0..32).map(|_| CHARS[random.below(CHARS.len() as u64) as usize] as char).collect()
}

#[cfg(test)]
mod tests;
