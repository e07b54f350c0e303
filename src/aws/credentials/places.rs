//! Where the two files are, and their text. As the AWS CLI: `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE`, in which `~` and
//! `$NAME` stand for what they do in a shell, else `~/.aws/config` and `~/.aws/credentials`. What is not there, or is no regular file,
//! is empty.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::base::{Fault, FaultKind};

/// The two files.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    pub(crate) config: PathBuf,
    pub(crate) credentials: PathBuf,
}

/// A file's text, or why it could not be had although it is there.
#[derive(Default)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) unreadable: Option<String>,
}

impl Places {
    /// As this process's environment says.
    pub(crate) fn real() -> Places {
        let home = std::env::home_dir().unwrap_or_default();
        Places::from(&|name| std::env::var_os(name), &home)
    }

    pub(crate) fn from(env: &dyn Fn(&str) -> Option<OsString>, home: &Path) -> Places {
        let place = |variable, default: &str| match env(variable) {
            // Set to nothing, it names no file: so the CLI and the SDKs have it.
            Some(path) => expanded(path, env, home),
            None => home.join(default),
        };
        Places {
            config: place("AWS_CONFIG_FILE", ".aws/config"),
            credentials: place("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"),
        }
    }
}

fn expanded(path: OsString, env: &dyn Fn(&str) -> Option<OsString>, home: &Path) -> PathBuf {
    let Some(text) = path.to_str() else { return path.into() };
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let (name, end) = match after.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            Some((name, _)) => (name, name.len() + 2),
            None => {
                let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
                (&after[..end], end)
            }
        };
        // A name that nothing is known of stays as it stands.
        match env(name).filter(|_| !name.is_empty()) {
            Some(value) => out.push_str(&value.to_string_lossy()),
            None => out.push_str(&rest[at..=at + end]),
        }
        rest = &after[end..];
    }
    out.push_str(rest);
    match out.strip_prefix('~') {
        Some("") => home.to_path_buf(),
        Some(below) if below.starts_with('/') => home.join(&below[1..]),
        _ => out.into(),
    }
}

/// Reads one of the files.
///
/// # Errors
/// [`FaultKind::Invalid`] if it is in UTF-16.
pub(crate) async fn read(what: &str, path: &Path) -> Result<Text, Fault> {
    // Behind a folder that may not be looked into there is no file, as to the CLI: a container's user with another one's HOME.
    if !tokio::fs::metadata(path).await.is_ok_and(|m| m.is_file()) {
        return Ok(Text::default());
    }
    match tokio::fs::read(path).await {
        Ok(bytes) => Ok(Text { text: decoded(what, path, &bytes)?, unreadable: None }),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(Text::default()),
        Err(e) => {
            let why = format!("The {what} file {} cannot be read: {e}.", path.display());
            Ok(Text { text: String::new(), unreadable: Some(why) })
        }
    }
}

/// A stray byte of another encoding costs what it stands in, not the file; but UTF-16 has nothing to read in it.
fn decoded(what: &str, path: &Path, bytes: &[u8]) -> Result<String, Fault> {
    let marked = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let bare = matches!(bytes, [0, 1..=255, ..] | [1..=255, 0, ..]);
    if marked || bare {
        let text = format!(
            "the {what} file {} is in UTF-16, which AWS tools cannot read: save it as UTF-8 (iconv -f UTF-16 -t UTF-8)",
            path.display()
        );
        return Err(Fault::new(FaultKind::Invalid, text));
    }
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_are_where_the_aws_cli_looks_for_them() {
        let at = |set: &'static [(&'static str, &'static str)]| {
            let env = move |name: &str| set.iter().find(|(n, _)| *n == name).map(|(_, v)| OsString::from(v));
            Places::from(&env, Path::new("/home/me"))
        };
        let default = at(&[]);
        assert_eq!(default.config, Path::new("/home/me/.aws/config"));
        assert_eq!(default.credentials, Path::new("/home/me/.aws/credentials"));
        let other =
            at(&[("AWS_CONFIG_FILE", "~/a $b"), ("AWS_SHARED_CREDENTIALS_FILE", "$DIR/${DIR}x/c"), ("DIR", "d")]);
        assert_eq!((other.config, other.credentials), ("/home/me/a $b".into(), "d/dx/c".into()));
        assert_eq!(at(&[("AWS_CONFIG_FILE", "")]).config, Path::new(""));
    }

    #[tokio::test]
    async fn a_file_in_utf_16_is_named_with_what_to_do_and_a_stray_byte_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials");
        let text = "[default]\naws_access_key_id = AKIA\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in
            [[&[0xff, 0xfe], little.as_slice()].concat(), [&[0xfe, 0xff], big.as_slice()].concat(), little, big]
        {
            std::fs::write(&path, bytes).unwrap();
            let fault = read("AWS credentials", &path).await.err().unwrap();
            let named = fault.message.contains(path.to_str().unwrap());
            assert!(named && fault.message.contains("UTF-16") && fault.message.contains("save it as UTF-8"), "{fault}");
        }
        std::fs::write(&path, b"# cl\xe9\n[default]\n").unwrap();
        assert!(read("AWS credentials", &path).await.unwrap().text.ends_with("[default]\n"));
        assert_eq!(read("AWS credentials", folder.path()).await.unwrap().text, "", "a folder is no file");
    }
}
