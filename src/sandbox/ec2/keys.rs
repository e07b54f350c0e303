//! Key pairs: Create, Import, Delete. Private keys are made up and open nothing.

use arcstr::ArcStr;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use md5::{Digest as _, Md5};

use super::checks::dry_run;
use super::describe::tag_set;
use super::state::{KeyPair, State, Tags};
use super::tags;
use crate::sandbox::wire::{ApiError, Call, Reply, Xml};
use crate::sandbox::world::World;

fn check_name<'c>(state: &State, call: &'c Call<'_>) -> Result<&'c str, ApiError> {
    let name = call.params.required("KeyName")?;
    if name.chars().count() > 255 || !name.is_ascii() {
        let message =
            format!("Value ({name}) for parameter KeyName is invalid. Character sets beyond ASCII are not supported.");
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    if state.key_pairs.contains_key(name) {
        return Err(ApiError::new("InvalidKeyPair.Duplicate", "The keypair already exists"));
    }
    Ok(name)
}

fn answer(x: &mut Xml, key: &KeyPair) {
    x.el("keyName", &key.name);
    x.el("keyFingerprint", &key.fingerprint);
    x.el("keyPairId", &key.id);
    if !key.tags.is_empty() {
        tag_set(x, &key.tags);
    }
}

fn keep(world: &mut World, call: &Call<'_>, name: &str, kind: &str, fingerprint: String, tags: Tags) -> KeyPair {
    let key = KeyPair {
        id: world.new_id("key"),
        name: name.into(),
        kind: kind.into(),
        fingerprint: fingerprint.into(),
        created: call.now,
        tags,
    };
    world.region(&call.region).ec2.key_pairs.insert(name.into(), key.clone());
    key
}

/// Bytes as `1f:51:ae…`.
fn colons(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(":")
}

/// CreateKeyPair: the private half is told once.
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let name = check_name(&world.region(&call.region).ec2, call)?;
    let tags = tags::of_specification(&call.params, "key-pair")?;
    let kind = call.params.text("KeyType").unwrap_or("rsa");
    let (label, length) = match kind {
        "rsa" => ("RSA PRIVATE KEY", 1190),
        "ed25519" => ("OPENSSH PRIVATE KEY", 290),
        other => {
            let message =
                format!("Value ({other}) for parameter keyType is invalid. Valid values are rsa and ed25519.");
            return Err(ApiError::new("InvalidParameterValue", message));
        }
    };
    dry_run(call)?;
    let material = world.new_id("key-material");
    let mut random = world.random(&material, "private");
    let noise: Vec<u8> = (0..length).map(|_| random.below(256) as u8).collect();
    let text = STANDARD.encode(&noise);
    let lines: Vec<&str> = text.as_bytes().chunks(64).filter_map(|l| std::str::from_utf8(l).ok()).collect();
    let material = format!("-----BEGIN {label}-----\n{}\n-----END {label}-----", lines.join("\n"));
    // RSA: the SHA-1 of the private key, twenty bytes; ED25519: the SHA-256 of the public one, in Base64.
    let fingerprint = match kind {
        "rsa" => colons(&noise[..20]),
        _ => STANDARD_NO_PAD.encode(&noise[..32]) + "=",
    };
    let key = keep(world, call, name, kind, fingerprint, tags);
    Ok(call.ec2(|x| {
        answer(x, &key);
        x.el("keyMaterial", material);
    }))
}

/// ImportKeyPair: a public key in OpenSSH's form, Base64 once more on the wire.
pub(super) fn import(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let name = check_name(&world.region(&call.region).ec2, call)?;
    let tags = tags::of_specification(&call.params, "key-pair")?;
    let bad = || ApiError::new("InvalidKey.Format", "Key is not in valid OpenSSH public key format");
    let sent = call.params.required("PublicKeyMaterial")?;
    let text = STANDARD.decode(sent.replace(['\n', '\r', ' '], "")).ok().and_then(|b| String::from_utf8(b).ok());
    let text = text.ok_or_else(bad)?;
    let mut words = text.split_whitespace();
    let kind = match words.next() {
        Some("ssh-rsa") => "rsa",
        Some("ssh-ed25519") => "ed25519",
        _ => return Err(bad()),
    };
    let blob = words.next().and_then(|w| STANDARD.decode(w).ok()).ok_or_else(bad)?;
    dry_run(call)?;
    let fingerprint = match kind {
        "rsa" => colons(&Md5::digest(&blob)),
        _ => STANDARD.encode(sha2::Sha256::digest(&blob)),
    };
    let key = keep(world, call, name, kind, fingerprint, tags);
    Ok(call.ec2(|x| answer(x, &key)))
}

/// DeleteKeyPair, by name or id: one that is not there is no error.
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let state = &mut world.region(&call.region).ec2;
    let name: Option<ArcStr> = match (p.text("KeyName"), p.text("KeyPairId")) {
        (Some(name), _) => Some(name.into()),
        (None, Some(id)) => state.key_pairs.values().find(|k| k.id == id).map(|k| k.name.clone()),
        (None, None) => {
            let message = "The request must contain the parameter KeyName or KeyPairId";
            return Err(ApiError::new("MissingParameter", message));
        }
    };
    dry_run(call)?;
    let gone = name.and_then(|n| state.key_pairs.remove(&n));
    Ok(call.ec2(|x| {
        x.el("return", true);
        x.opt("keyPairId", gone.as_ref().map(|k| &k.id));
    }))
}
