//! A file name made from an object's key. Keys are strangers' text: the name never leaves the folder it is put in.

use crate::base::text::visible;

/// File systems take 255 bytes; the file on its way has `.part` after it.
const LONGEST: usize = 240;

/// Names that Windows keeps for devices, with any extension.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul"];

/// The last part of a key as a name that is safe on any file system: no separators, control characters, bidi overrides,
/// characters or names that Windows forbids, and neither empty nor `.` nor `..`.
pub fn file_name(key: &str) -> String {
    let last = key.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default();
    let mut name: String = last
        .chars()
        .map(|c| {
            let odd = matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|') || c.is_control();
            if odd || visible(c.encode_utf8(&mut [0; 4])).contains('\u{fffd}') && c != '\u{fffd}' { '_' } else { c }
        })
        .collect();
    // Windows drops dots and blanks at the end, so that `..␠` would be `..`.
    name.truncate(name.trim_end_matches(['.', ' ']).len());
    let name = name.trim_start();
    if name.is_empty() {
        return "object".into();
    }
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let port = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    let device = DEVICES.contains(&stem.as_str()) || port.is_some_and(|p| matches!(p.as_bytes(), [b'1'..=b'9']));
    let name = if device { format!("_{name}") } else { name.to_string() };
    shorten(name)
}

/// Whether a name that somebody typed can be used as it stands.
pub fn is_file_name(name: &str) -> bool {
    !name.is_empty() && file_name(name) == name
}

fn shorten(name: String) -> String {
    if name.len() <= LONGEST {
        return name;
    }
    // The extension says what it is; it stays if it is one.
    let (stem, ext) = match name.rsplit_once('.') {
        Some((stem, ext)) if !stem.is_empty() && ext.len() <= 16 => (stem, format!(".{ext}")),
        _ => (name.as_str(), String::new()),
    };
    let room = LONGEST - ext.len();
    let end = (0..=room).rev().find(|i| stem.is_char_boundary(*i)).unwrap_or(0);
    format!("{}{ext}", stem[..end].trim_end_matches(['.', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_never_names_a_file_outside_the_folder() {
        for key in [
            "../../etc/passwd",
            "/etc/passwd",
            "a/..",
            "..",
            ".",
            "",
            "/",
            "..\\..\\x",
            "C:\\x",
            "a\0b",
            ".. ",
            "x/../",
        ] {
            let name = file_name(key);
            let safe = !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\\', '\0', ':']);
            assert!(safe, "{key:?} became {name:?}");
        }
        assert_eq!(file_name("../../etc/passwd"), "passwd");
    }

    #[test]
    fn control_characters_overrides_and_windows_names_are_taken_out() {
        assert_eq!(file_name("a\u{1b}[31m\u{202e}b\n.txt"), "a_[31m_b_.txt");
        assert_eq!(file_name("logs/CON"), "_CON");
        assert_eq!(file_name("nul.tar.gz"), "_nul.tar.gz");
        assert_eq!(file_name("com1.txt"), "_com1.txt");
        assert_eq!(file_name("what?*.md. ."), "what__.md");
    }

    #[test]
    fn ordinary_names_stay_as_they_are() {
        for name in ["결제-2026.csv", "report (1).pdf", ".gitignore", "common.txt", "a b 🚀.png"] {
            assert_eq!(file_name(name), name);
            assert!(is_file_name(name));
        }
    }

    #[test]
    fn a_long_name_keeps_its_extension_and_whole_characters() {
        let name = file_name(&format!("{}.tar.gz", "결제".repeat(100)));
        assert!(name.len() <= LONGEST && name.ends_with(".gz"), "{name}");
    }
}
