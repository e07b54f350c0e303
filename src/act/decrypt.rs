//! What AWS has encrypted with the public half of a key pair, in the clear: RSA with PKCS #1 v1.5 padding, and the private half from a file
//! in PEM. The key is read, used and dropped; nothing of it is kept.

use std::fs;
use std::io::ErrorKind;

use aws_lc_rs::rsa::{Pkcs1PrivateDecryptingKey, PrivateDecryptingKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::base::Secret;
use crate::base::der::tagged;
use crate::base::text::{shell_quote, visible};

/// Bytes of a key file: an RSA key of 16,384 bits has 13,000.
const MOST: u64 = 64 * 1024;

/// Decrypts a text in Base64 with the key in a file.
///
/// # Errors
/// A sentence: the file cannot be read, is no such key, or is not the one that it was encrypted for.
pub fn decrypt(data: &str, path: &str) -> Result<Secret, String> {
    let shown = visible(path);
    let size = fs::metadata(path).map(|found| found.len());
    let text = match size {
        Ok(n) if n > MOST => return Err(format!("{shown} is too large for a key file.")),
        _ => fs::read_to_string(path).map(Secret::new),
    };
    let text = text.map_err(|e| match e.kind() {
        ErrorKind::InvalidData => format!("{shown} is no private key in PEM."),
        _ => format!("The key file {shown} cannot be read: {e}."),
    })?;
    with_key(data, &text, path)
}

fn with_key(data: &str, pem: &Secret, path: &str) -> Result<Secret, String> {
    let shown = visible(path);
    let key = private_key(pem, path)?;
    let key = PrivateDecryptingKey::from_pkcs8(key.expose())
        .ok()
        .and_then(|key| Pkcs1PrivateDecryptingKey::new(key).ok())
        .ok_or_else(|| format!("{shown} has no RSA key of 2,048 to 8,192 bits."))?;
    let data = STANDARD.decode(data).map_err(|_| "AWS's password data are not valid base64.".to_string())?;
    let wrong = || format!("{shown} is not the key that the password was encrypted for.");
    if data.len() != key.key_size_bytes() {
        return Err(wrong());
    }
    let mut clear = vec![0; key.min_output_size()];
    let clear = key.decrypt(&data, &mut clear).map_err(|_| wrong())?;
    let text = std::str::from_utf8(clear).map_err(|_| wrong())?;
    Ok(Secret::new(text.to_string()))
}

/// The private key of a PEM file, as PKCS #8 has it.
fn private_key(pem: &Secret, path: &str) -> Result<Secret<Vec<u8>>, String> {
    let shown = visible(path);
    let lines = || pem.expose().lines().map(str::trim);
    let label = lines().find_map(|line| line.strip_prefix("-----BEGIN ")?.strip_suffix("-----"));
    let Some(label) = label.filter(|label| label.ends_with("PRIVATE KEY")) else {
        return Err(format!("{shown} is no private key in PEM."));
    };
    if label == "ENCRYPTED PRIVATE KEY"
        || lines().any(|line| line.starts_with("Proc-Type:") && line.contains("ENCRYPTED"))
    {
        let way = format!("openssl rsa -in {} -out COPY.pem", shell_quote(path));
        return Err(format!(
            "{shown} is protected by a passphrase: make a copy without one where the key is looked for ({way})."
        ));
    }
    if label == "OPENSSH PRIVATE KEY" {
        return Err(format!(
            "{shown} is in OpenSSH's own form: change a copy of it to PEM where the key is looked for (ssh-keygen -p -m PEM -f COPY)."
        ));
    }
    let body = lines()
        .skip_while(|line| !line.starts_with("-----BEGIN "))
        .skip(1)
        .take_while(|line| !line.starts_with("-----END "))
        .filter(|line| !line.contains(':'));
    let der = STANDARD
        .decode(body.collect::<String>())
        .map_err(|_| format!("{shown} is damaged: it is not valid base64."))?;
    match label {
        "PRIVATE KEY" => Ok(Secret::new(der)),
        "RSA PRIVATE KEY" => Ok(Secret::new(pkcs8(&der))),
        other => Err(format!("{shown} has another kind of key ({}): Windows takes RSA.", visible(other))),
    }
}

/// An RSA key of PKCS #1 as PKCS #8 has it: the version, the algorithm, the key. [RFC 5208, section 5]
fn pkcs8(key: &[u8]) -> Vec<u8> {
    const VERSION: &[u8] = &[0x02, 0x01, 0x00];
    const RSA: &[u8] = &[0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    tagged(0x30, &[VERSION, RSA, &tagged(0x04, &[key])])
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
    use aws_lc_rs::rsa::{KeySize, Pkcs1PublicEncryptingKey};

    use super::*;

    fn pem(label: &str, der: &[u8]) -> Secret {
        Secret::new(format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der)))
    }

    fn der_of(key: &PrivateDecryptingKey) -> Vec<u8> {
        let der: Pkcs8V1Der<'_> = key.as_der().expect("it has a form");
        der.as_ref().to_vec()
    }

    #[test]
    fn a_password_is_read_with_its_own_key_in_both_forms_of_pem_and_with_no_other() {
        let key = PrivateDecryptingKey::generate(KeySize::Rsa2048).expect("a key");
        let public = Pkcs1PublicEncryptingKey::new(key.public_key()).expect("its public half");
        let mut sealed = vec![0; public.ciphertext_size()];
        let sealed = STANDARD.encode(public.encrypt(b"S3cret!-\xec\x95\x94", &mut sealed).expect("it fits"));
        let whole = der_of(&key);
        // PKCS #8 around it is 26 bytes: AWS's own files have what is within.
        assert_eq!(pkcs8(&whole[26..]), whole);
        for (label, der) in [("PRIVATE KEY", &whole[..]), ("RSA PRIVATE KEY", &whole[26..])] {
            let clear = with_key(&sealed, &pem(label, der), "/k.pem").expect(label);
            assert_eq!(clear.expose(), "S3cret!-암");
        }
        let other = PrivateDecryptingKey::generate(KeySize::Rsa2048).expect("a key");
        let why = with_key(&sealed, &pem("PRIVATE KEY", &der_of(&other)), "/k.pem").expect_err("another key");
        assert_eq!(why, "/k.pem is not the key that the password was encrypted for.");
        let why = with_key("AAAA", &pem("PRIVATE KEY", &whole), "/k.pem").expect_err("too short");
        assert!(why.contains("is not the key"), "{why}");
    }

    #[test]
    fn a_file_that_is_no_such_key_is_told_in_a_sentence() {
        let said = |text: &str| with_key("AAAA", &Secret::new(text.into()), "/a b.pem").expect_err(text);
        let begin = |label: &str, body: &str| format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----");
        for (text, want) in [
            (String::new(), "is no private key in PEM"),
            (begin("PUBLIC KEY", "AAAA"), "is no private key in PEM"),
            (begin("ENCRYPTED PRIVATE KEY", "AAAA"), "openssl rsa -in '/a b.pem'"),
            (begin("RSA PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES\n\nAAAA"), "is protected by a passphrase"),
            (begin("OPENSSH PRIVATE KEY", "AAAA"), "ssh-keygen -p -m PEM"),
            (begin("EC PRIVATE KEY", "AAAA"), "Windows takes RSA"),
            (begin("RSA PRIVATE KEY", "!!"), "is damaged"),
            (begin("RSA PRIVATE KEY", "AAAA"), "has no RSA key of 2,048"),
        ] {
            let why = said(&text);
            assert!(why.contains(want) && why.ends_with('.') && why.starts_with("/a b.pem"), "{why}");
        }
        assert!(decrypt("AAAA", "/nowhere/k.pem").expect_err("none").contains("cannot be read"));
    }
}
