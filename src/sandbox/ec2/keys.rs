//! Key pairs: Create, Import, Describe, Delete. Keys are made up: a private one opens nothing, and has nothing to do with its public one.

use arcstr::ArcStr;
use aws_lc_rs::rsa::{Pkcs1PublicEncryptingKey, PublicEncryptingKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};

use super::checks::dry_run;
use super::filter::Filters;
use super::state::{KeyPair, State, Tags};
use super::tags;
use crate::base::der::tagged;
use crate::sandbox::random::Random;
use crate::sandbox::wire::{ApiError, Call, Reply, Tree};
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

/// What making a key pair answers; `material` is its private half.
fn answer(call: &Call<'_>, key: &KeyPair, material: Option<String>) -> Reply {
    call.answer(&Tree::map([
        ("KeyName", (&key.name).into()),
        ("KeyFingerprint", (&key.fingerprint).into()),
        ("KeyPairId", (&key.id).into()),
        ("Tags", (!key.tags.is_empty()).then(|| tags::tree(&key.tags)).into()),
        ("KeyMaterial", material.into()),
    ]))
}

/// DescribeKeyPairs.
pub(super) fn describe(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &world.region(&call.region).ec2;
    let (names, ids) = (call.params.texts("KeyName"), call.params.texts("KeyPairId"));
    let unknown = |message: String| ApiError::new("InvalidKeyPair.NotFound", message);
    if let Some(name) = names.iter().find(|n| !state.key_pairs.contains_key(**n)) {
        return Err(unknown(format!("The key pair '{name}' does not exist")));
    }
    if let Some(id) = ids.iter().find(|id| state.key_pairs.values().all(|k| k.id != **id)) {
        return Err(unknown(format!("The key pair with id '{id}' does not exist")));
    }
    let public = call.params.bool("IncludePublicKey")?.unwrap_or(false);
    let filters = Filters::read(&call.params, &["tag:", "key-name", "key-pair-id", "fingerprint"])?;
    let found = state.key_pairs.values().filter(|k| {
        (names.is_empty() || names.contains(&k.name.as_str()))
            && (ids.is_empty() || ids.contains(&k.id.as_str()))
            && filters.pass(&k.tags, |name, out| match name {
                "key-name" => out.push(k.name.as_str().into()),
                "key-pair-id" => out.push(k.id.as_str().into()),
                "fingerprint" => out.push(k.fingerprint.as_str().into()),
                _ => {}
            })
    });
    let shown = found.map(|k| {
        Tree::map([
            ("KeyPairId", (&k.id).into()),
            ("KeyName", (&k.name).into()),
            ("KeyType", (&k.kind).into()),
            ("KeyFingerprint", (&k.fingerprint).into()),
            ("PublicKey", Some(&k.public).filter(|p| public && !p.is_empty()).into()),
            ("CreateTime", k.created.into()),
            ("Tags", tags::tree(&k.tags)),
        ])
    });
    Ok(call.answer(&Tree::map([("KeyPairs", shown.collect::<Vec<_>>().into())])))
}

/// A key pair's kind, fingerprint and public half.
struct Key<'k> {
    kind: &'k str,
    fingerprint: String,
    public: String,
}

fn keep(world: &mut World, call: &Call<'_>, name: &str, key: Key<'_>, tags: Tags) -> KeyPair {
    let key = KeyPair {
        id: world.new_id("key"),
        name: name.into(),
        kind: key.kind.into(),
        fingerprint: key.fingerprint.into(),
        public: key.public.into(),
        created: call.now,
        tags,
    };
    world.region(&call.region).ec2.key_pairs.insert(name.into(), key.clone());
    key
}

/// A public key of OpenSSH's, before Base64: each part after its length. [RFC 4253, section 6.6; RFC 8709]
fn blob(parts: &[&[u8]]) -> Vec<u8> {
    let length = |p: &[u8]| u32::try_from(p.len()).unwrap_or(u32::MAX).to_be_bytes();
    parts.iter().flat_map(|p| length(p).into_iter().chain(p.iter().copied())).collect()
}

/// The parts of a public key; `None` if their lengths are not right.
fn parts(mut blob: &[u8]) -> Option<Vec<&[u8]>> {
    let mut out = Vec::new();
    while let Some((length, rest)) = blob.split_first_chunk::<4>() {
        let (part, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
        out.push(part);
        blob = rest;
    }
    blob.is_empty().then_some(out)
}

/// A public key that is made up, before Base64.
pub(super) fn made_up(kind: &str, mut random: Random) -> Vec<u8> {
    let mut bytes = |n| (0..n).map(|_| random.below(256) as u8).collect::<Vec<u8>>();
    match kind {
        "rsa" => {
            // An odd number of 2,048 bits, which is positive: a zero stands in front.
            let mut modulus = bytes(256);
            modulus[0] |= 0x80;
            modulus[255] |= 1;
            modulus.insert(0, 0);
            blob(&[b"ssh-rsa", &[1, 0, 1], &modulus])
        }
        _ => blob(&[b"ssh-ed25519", &bytes(32)]),
    }
}

/// A public key as `authorized_keys` has it.
pub(super) fn line(kind: &str, blob: &[u8], name: &str) -> String {
    format!("ssh-{kind} {} {name}", STANDARD.encode(blob))
}

/// An RSA key in DER (`SubjectPublicKeyInfo`), of which AWS makes an imported key's fingerprint. [RFC 5280, 4.1; RFC 8017, A.1.1]
fn der(exponent: &[u8], modulus: &[u8]) -> Vec<u8> {
    // rsaEncryption, without parameters.
    const ALGORITHM: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let key = tagged(0x30, &[&tagged(0x02, &[modulus]), &tagged(0x02, &[exponent])]);
    tagged(0x30, &[&tagged(0x30, &[ALGORITHM]), &tagged(0x03, &[&[0], &key])])
}

/// A text encrypted with a public key of `authorized_keys`, in Base64; `None`: it is no RSA key, or not one that can be used.
pub(super) fn encrypted(public: &str, text: &[u8]) -> Option<ArcStr> {
    let blob = STANDARD.decode(public.split_whitespace().nth(1)?).ok()?;
    let [b"ssh-rsa", exponent, modulus] = parts(&blob)?[..] else { return None };
    let key = PublicEncryptingKey::from_der(&der(exponent, modulus)).ok()?;
    let key = Pkcs1PublicEncryptingKey::new(key).ok()?;
    let mut out = vec![0; key.ciphertext_size()];
    Some(STANDARD.encode(key.encrypt(text, &mut out).ok()?).into())
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
    let blob = made_up(kind, world.random(&material, "public"));
    // RSA: the SHA-1 of the private key, twenty bytes; ED25519: the SHA-256 of the public one, in Base64.
    let fingerprint = match kind {
        "rsa" => colons(&noise[..20]),
        _ => STANDARD.encode(sha2::Sha256::digest(&blob)),
    };
    let key = keep(world, call, name, Key { kind, fingerprint, public: line(kind, &blob, name) }, tags);
    Ok(answer(call, &key, Some(material)))
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
    let word = words.next();
    let blob = words.next().and_then(|w| STANDARD.decode(w).ok()).ok_or_else(bad)?;
    let (kind, fingerprint) = match (word, parts(&blob).as_deref()) {
        // RSA: the MD5 of the public key in DER; ED25519: the SHA-256 of it as it is.
        (Some("ssh-rsa"), Some([b"ssh-rsa", exponent, modulus])) => {
            ("rsa", colons(&Md5::digest(der(exponent, modulus))))
        }
        (Some("ssh-ed25519"), Some([b"ssh-ed25519", point])) if point.len() == 32 => {
            ("ed25519", STANDARD.encode(sha2::Sha256::digest(&blob)))
        }
        _ => return Err(bad()),
    };
    dry_run(call)?;
    let key = keep(world, call, name, Key { kind, fingerprint, public: text.trim().to_string() }, tags);
    Ok(answer(call, &key, None))
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
    Ok(call.answer(&Tree::map([("Return", true.into()), ("KeyPairId", gone.as_ref().map(|k| &k.id).into())])))
}
