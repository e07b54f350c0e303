//! Fields of forms that speak of files of this machine, and of texts of several lines, which may come from one.

use arcstr::ArcStr;
use bytes::Bytes;

use crate::base::Secret;
use crate::model::files::{FileKind, FileView, Files};
use crate::model::{FormField, FormInput, FormValue, Values};

/// Names like a file's that are tried before the user is asked for one.
const MOST_TRIED: usize = 99;

/// A file that is to be made: it must not be there yet. Where the default is, the next free name is proposed: `web-key-2.pem`.
pub fn new_file(
    files: &Files,
    values: &Values,
    (name, label): (&'static str, &'static str),
    default: &str,
    help: impl Into<String>,
) -> FormField {
    let path: ArcStr = values.text(name).map_or_else(|| free(files, default), ArcStr::from);
    let error = why_not_new(files, path.trim());
    FormField::new(name, label, FormInput::Path { read: 0 }, FormValue::Text(path)).with_help(help).with_error(error)
}

/// The path, or the first like it where no file is, as far as that was looked at: what is proposed is looked at next.
fn free(files: &Files, path: &str) -> ArcStr {
    let (stem, ending) = match path.rsplit_once('.') {
        Some((stem, ending)) if !ending.contains('/') && !stem.is_empty() && !stem.ends_with('/') => {
            (stem, format!(".{ending}"))
        }
        _ => (path, String::new()),
    };
    let is_there =
        |p: &str| matches!(files.at(p, 0).map(|v| &v.what), Some(FileKind::File { .. } | FileKind::Folder(_)));
    let like = (2..=MOST_TRIED).map(|n| format!("{stem}-{n}{ending}"));
    let found = std::iter::once(path.to_string()).chain(like).find(|p| !is_there(p));
    found.unwrap_or_else(|| path.to_string()).into()
}

fn why_not_new(files: &Files, path: &str) -> Option<String> {
    if path.is_empty() || path.ends_with('/') {
        return Some("Name a file, not a folder.".into());
    }
    match &files.at(path, 0)?.what {
        FileKind::Missing => None,
        FileKind::NoFolder => Some("This folder does not exist.".into()),
        FileKind::Folder(_) => Some("This is a folder; name a file.".into()),
        FileKind::File { .. } => Some("This file exists already and is never overwritten.".into()),
        FileKind::Unreadable(why) => Some(format!("The file cannot be created there: {why}.")),
    }
}

/// A file of at most `most` bytes that is to be read; none if nothing is typed.
pub fn read_file(
    files: &Files,
    values: &Values,
    (name, label): (&'static str, &'static str),
    most: usize,
    help: impl Into<String>,
) -> FormField {
    let path: ArcStr = values.text(name).unwrap_or_default().into();
    let error = (!path.trim().is_empty()).then(|| why_not_read(files, path.trim(), most)).flatten();
    FormField::new(name, label, FormInput::Path { read: most + 1 }, FormValue::Text(path))
        .with_help(help)
        .with_error(error)
}

fn why_not_read(files: &Files, path: &str, most: usize) -> Option<String> {
    if path.is_empty() {
        return Some("Name a file.".into());
    }
    match &files.at(path, most + 1)?.what {
        FileKind::Missing | FileKind::NoFolder => Some("This file does not exist.".into()),
        FileKind::Folder(_) => Some("This is a folder; name a file.".into()),
        FileKind::File { size: n, .. } if *n > most as u64 => {
            Some(format!("The file has {}; at most {} are allowed.", size(*n), size(most as u64)))
        }
        FileKind::File { .. } => None,
        FileKind::Unreadable(why) => Some(format!("The file cannot be read: {why}.")),
    }
}

/// What is in a file that was asked for with `most`, and its path in full; `None`: it was not looked at, or cannot be had.
pub fn content<'a>(files: &'a Files, path: &str, most: usize) -> Option<(&'a str, &'a Secret<Bytes>)> {
    match files.at(path.trim(), most + 1)? {
        FileView { full, what: FileKind::File { content: Some(content), .. } } if content.expose().len() <= most => {
            Some((full, content))
        }
        _ => None,
    }
}

/// The path in full, as it was looked at; as it was typed if it was not.
pub fn in_full(files: &Files, path: &str) -> String {
    files.at(path, 0).map_or_else(|| path.to_string(), |view| view.full.clone())
}

/// A text of several lines of at most `most` bytes, which is never shown outside the form; `present` is the one that is there now.
pub fn lines(
    files: &Files,
    values: &Values,
    (name, label): (&'static str, &'static str),
    (most, file): (usize, &'static str),
    present: Option<&Secret>,
    help: impl Into<String>,
) -> FormField {
    let (value, error) = match values.get(name) {
        Some(FormValue::File(path)) => (FormValue::File(path.clone()), why_not_read(files, path.trim(), most)),
        Some(FormValue::Secret(text)) => (FormValue::Secret(text.clone()), too_long(text, most)),
        _ => (FormValue::Secret(present.cloned().unwrap_or_default()), None),
    };
    FormField::new(name, label, FormInput::Lines { most, file }, value).with_help(help).with_error(error)
}

fn too_long(text: &Secret, most: usize) -> Option<String> {
    let n = text.expose().len();
    (n > most).then(|| format!("This is {}; at most {} are allowed.", size(n as u64), size(most as u64)))
}

/// What a field of [`lines`] comes to.
pub struct LinesValue {
    /// The bytes.
    pub bytes: Secret<Bytes>,
    /// The file that they are from, in full.
    pub file: Option<ArcStr>,
}

/// The value of a field of [`lines`]; `None`: nothing was put in, or its file was not looked at.
pub fn lines_value(files: &Files, values: &Values, name: &str, most: usize) -> Option<LinesValue> {
    match values.get(name)? {
        FormValue::File(path) => {
            let (full, bytes) = content(files, path, most)?;
            Some(LinesValue { bytes: bytes.clone(), file: Some(full.into()) })
        }
        FormValue::Secret(text) => {
            let bytes = Secret::new(Bytes::copy_from_slice(text.expose().as_bytes()));
            Some(LinesValue { bytes, file: None })
        }
        _ => None,
    }
}

/// `412 B`, `16,384 B`: exact, because limits are.
pub fn size(bytes: u64) -> String {
    let digits = bytes.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    format!("{out} B")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::files::FileLook;

    #[test]
    fn the_next_free_name_is_proposed_for_a_file_that_is_there() {
        let there = || FileKind::File { size: 1, content: None };
        let mut files = seen("keys.d/web-key.pem", 0, there());
        let shown = |files: &Files, values: &Values| {
            let f = new_file(files, values, ("file", "File"), "keys.d/web-key.pem", "");
            let FormValue::Text(path) = f.value else { unreachable!() };
            (path.to_string(), f.error)
        };
        assert_eq!(shown(&files, &Values::default()), ("keys.d/web-key-2.pem".into(), None));
        let two = FileLook { path: "keys.d/web-key-2.pem".into(), read: 0 };
        files.set(two, FileView { full: "/keys.d/web-key-2.pem".into(), what: there() });
        assert_eq!(shown(&files, &Values::default()).0, "keys.d/web-key-3.pem");
        let typed = Values::default().with("file", FormValue::Text("keys.d/web-key.pem".into()));
        assert!(shown(&files, &typed).1.is_some(), "what was typed is not changed");
    }

    fn seen(path: &str, read: usize, what: FileKind) -> Files {
        let mut files = Files::none();
        files.set(FileLook { path: path.into(), read }, FileView { full: format!("/home/me/{path}"), what });
        files
    }

    #[test]
    fn a_file_that_is_to_be_made_must_not_be_there() {
        let error = |what| {
            let files = seen("k.pem", 0, what);
            let typed = Values::default().with("file", FormValue::Text("k.pem".into()));
            new_file(&files, &typed, ("file", "File"), "k.pem", "").error
        };
        assert_eq!(error(FileKind::Missing), None);
        assert_eq!(
            error(FileKind::File { size: 1, content: None }).as_deref(),
            Some("This file exists already and is never overwritten.")
        );
        assert_eq!(error(FileKind::NoFolder).as_deref(), Some("This folder does not exist."));
        assert!(error(FileKind::Folder(Vec::new())).is_some() && error(FileKind::Unreadable("x".into())).is_some());
        assert_eq!(
            new_file(&Files::none(), &Values::default(), ("file", "File"), "k.pem", "").error,
            None,
            "not looked at"
        );
    }

    #[test]
    fn a_text_is_refused_beyond_its_limit_wherever_it_comes_from() {
        let with = |v| Values::default().with("t", v);
        let field = |files: &Files, values: &Values| lines(files, values, ("t", "Text"), (16_384, "t.txt"), None, "");
        let long = with(FormValue::Secret(Secret::new("x".repeat(16_385))));
        assert_eq!(
            field(&Files::none(), &long).error.as_deref(),
            Some("This is 16,385 B; at most 16,384 B are allowed.")
        );
        let file = with(FormValue::File("u.sh".into()));
        let of = |n: usize| {
            let content = Some(Secret::new(Bytes::from(vec![b'x'; n])));
            seen("u.sh", 16_385, FileKind::File { size: n as u64, content })
        };
        assert_eq!(field(&of(16_384), &file).error, None);
        assert!(field(&of(16_385), &file).error.is_some());
        let value = lines_value(&of(3), &file, "t", 16_384).unwrap();
        assert_eq!((value.file.as_deref(), value.bytes.expose().as_ref()), (Some("/home/me/u.sh"), &b"xxx"[..]));
        assert!(lines_value(&of(16_385), &file, "t", 16_384).is_none());
        assert_eq!(field(&Files::none(), &with(FormValue::File("".into()))).error.as_deref(), Some("Name a file."));
    }
}
