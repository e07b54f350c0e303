//! A key pair for one connection: Ed25519, in OpenSSH's own form, in a folder that is its owner's alone and goes when it is dropped.
//!
//! The library that TLS rests on makes the key, so no `ssh-keygen` has to be there. The file's form is that of
//! <https://github.com/openssh/openssh-portable/blob/V_9_2_P1/PROTOCOL.key>: a private key without a passphrase.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use aws_lc_rs::encoding::AsBigEndian as _;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::base::text::visible;
use crate::base::{Fault, FaultKind, Reached, Secret};

/// The type's name.
const TYPE: &[u8] = b"ssh-ed25519";
/// Base64 characters on a line of PEM, as ssh-keygen writes them.
const LINE: usize = 70;
/// What is padded to, where nothing is encrypted.
const BLOCK: usize = 8;

/// The folder with the key. It goes with this.
#[derive(Debug, PartialEq, Eq)]
pub struct KeyFolder(PathBuf);

impl Drop for KeyFolder {
    fn drop(&mut self) {
        if let Err(e) = fs::remove_dir_all(&self.0) {
            tracing::warn!("the one-time key in {} is left behind: {e}", self.0.display());
        }
    }
}

/// Makes a key pair at a path, with the folder that it is in, and returns its public half: a line of OpenSSH's, without a comment.
///
/// # Errors
/// The folder is there already, or cannot be made or written to.
pub fn make(file: &str) -> Result<(KeyFolder, String), Fault> {
    let failed = |why: &dyn std::fmt::Display| {
        let text = format!("No key can be made at {}: {why}. Nothing was sent.", visible(file));
        Fault::new(FaultKind::Invalid, text).reached(Reached::NotSent)
    };
    let path = Path::new(file);
    let folder = path.parent().ok_or_else(|| failed(&"it is in no folder"))?;
    // Not one that somebody else has made before.
    DirBuilder::new().mode(0o700).create(folder).map_err(|e| failed(&e))?;
    let kept = KeyFolder(folder.to_path_buf());
    let (private, public) = pair().ok_or_else(|| failed(&"the library for keys has failed"))?;
    write(path, 0o600, private.expose().as_bytes()).map_err(|e| failed(&e))?;
    write(&path.with_extension("pub"), 0o644, format!("{public}\n").as_bytes()).map_err(|e| failed(&e))?;
    Ok((kept, public))
}

fn write(path: &Path, mode: u32, bytes: &[u8]) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?.write_all(bytes)
}

/// A new pair: the private key's file, and the public key's line.
fn pair() -> Option<(Secret, String)> {
    let key = Ed25519KeyPair::generate().ok()?;
    let seed = key.seed().ok()?.as_be_bytes().ok()?;
    let public = key.public_key().as_ref();
    // Two equal numbers say to whoever decrypts that the passphrase was right.
    let check = fastrand::u32(..).to_be_bytes();
    Some(openssh(seed.as_ref(), public, check))
}

/// Both in OpenSSH's form, of a key's seed and its public half.
fn openssh(seed: &[u8], public: &[u8], check: [u8; 4]) -> (Secret, String) {
    let line = strings(&[TYPE, public]);
    let own = strings(&[TYPE, public, &[seed, public].concat(), b""]);
    let mut hidden = [&check[..], &check[..], &own].concat();
    let padding = hidden.len().next_multiple_of(BLOCK) - hidden.len();
    hidden.extend((1u8..).take(padding));
    let whole = [
        b"openssh-key-v1\0",
        // The cipher, what makes its key of a passphrase, and with what.
        &strings(&[b"none", b"none", b""])[..],
        // Keys in it.
        &1u32.to_be_bytes(),
        &strings(&[&line, &hidden]),
    ]
    .concat();
    let text = STANDARD.encode(whole);
    let mut pem = String::from("-----BEGIN OPENSSH PRIVATE KEY-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (now, later) = rest.split_at(rest.len().min(LINE));
        pem.push_str(now);
        pem.push('\n');
        rest = later;
    }
    pem.push_str("-----END OPENSSH PRIVATE KEY-----\n");
    (Secret::new(pem), format!("ssh-ed25519 {}", STANDARD.encode(line)))
}

/// SSH's strings: each with its length before it. [RFC 4251, section 5]
fn strings(parts: &[&[u8]]) -> Vec<u8> {
    let one = |part: &&[u8]| {
        let length = u32::try_from(part.len()).unwrap_or_default().to_be_bytes();
        [&length[..], part].concat()
    };
    parts.iter().flat_map(one).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::process::Command;

    use super::*;

    #[test]
    fn a_key_is_its_owners_alone_and_gone_afterwards() {
        let home = tempfile::tempdir().expect("a folder");
        let file = home.path().join("new/key");
        let text = file.to_str().expect("a text");
        let (kept, public) = make(text).expect("it is made");
        let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        assert_eq!((mode(file.parent().expect("a folder")), mode(&file)), (0o700, 0o600));
        assert_eq!(fs::read_to_string(file.with_extension("pub")).expect("a text"), format!("{public}\n"));
        assert!(public.len() == 80 && public.starts_with("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI"), "{public}");
        let fault = make(text).expect_err("it is there already");
        assert!(fault.message.starts_with("No key can be made at") && fault.reached == Reached::NotSent, "{fault}");
        assert!(file.exists(), "and stays as it is");
        drop(kept);
        assert!(!file.parent().expect("a folder").exists());
    }

    /// RFC 8032, 7.1, the first test: a seed and its public key; the form is compared with what ssh-keygen says of it below.
    #[test]
    fn the_form_is_that_of_openssh() {
        let hex = |text: &str| -> Vec<u8> {
            (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).expect("hex")).collect()
        };
        let seed = hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        let public = hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        let (private, line) = openssh(&seed, &public, [7; 4]);
        assert_eq!(line, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea");
        let body: String = private.expose().lines().filter(|l| !l.starts_with('-')).collect();
        let bytes = STANDARD.decode(body).expect("it is Base64");
        assert!(bytes.starts_with(b"openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none\0\0\0\0\0\0\0\x01"));
        assert!(private.expose().lines().all(|l| l.len() <= LINE));
    }

    #[test]
    fn ssh_keygen_reads_the_public_half_out_of_the_file() {
        if Command::new("ssh-keygen").arg("-?").output().is_err() {
            eprintln!("left out: ssh-keygen is not installed; Debian's package openssh-client has it");
            return;
        }
        let home = tempfile::tempdir().expect("a folder");
        for n in 0..8 {
            let file = home.path().join(format!("{n}/key"));
            let (_kept, public) = make(file.to_str().expect("a text")).expect("it is made");
            let out = Command::new("ssh-keygen").arg("-y").arg("-f").arg(&file).output().expect("it runs");
            let said = String::from_utf8_lossy(&out.stdout).trim().to_string();
            assert_eq!(said, public, "{}", String::from_utf8_lossy(&out.stderr));
        }
    }
}
