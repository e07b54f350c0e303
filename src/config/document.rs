//! A TOML file with its places: what keymaps, themes and settings are read from. A line that is not TOML costs that
//! line. Knows nothing of what the files mean.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{Origin, Problem};
use crate::base::text;

/// Files larger than this are not settings; reading one by mistake (a log, a device) must not fill the memory.
const MAX_BYTES: u64 = 1 << 20;

/// The text of a file and where it is from.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) origin: Origin,
    pub(crate) text: String,
}

impl Source {
    /// An embedded file.
    pub(crate) fn embedded(name: &str, text: &str) -> Self {
        Source { origin: Origin::Embedded(name.to_string()), text: text.to_string() }
    }

    /// A file on the disk: `Ok(None)` if there is none.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, Problem> {
        let origin = Origin::File(path.to_path_buf());
        let cannot = |why: String| Problem::whole(origin.clone(), format!("cannot be read: {why}"), None);
        match std::fs::metadata(path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(cannot(e.to_string())),
            Ok(m) if m.is_dir() => return Err(cannot("it is a folder".into())),
            Ok(m) if m.len() > MAX_BYTES => return Err(cannot("it is larger than 1 MiB".into())),
            Ok(_) => {}
        }
        let bytes = std::fs::read(path).map_err(|e| cannot(e.to_string()))?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(Source { origin, text })),
            Err(e) => {
                let line = 1 + e.as_bytes()[..e.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count();
                Err(cannot(format!("line {line} is not UTF-8")))
            }
        }
    }

    /// Line and column (in characters), both from 1, of a byte offset.
    pub(crate) fn position(&self, offset: usize) -> (usize, usize) {
        let mut end = offset.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &self.text[..end];
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        (1 + before.matches('\n').count(), 1 + before[line_start..].chars().count())
    }

    /// The text of a line, from 1.
    pub(crate) fn line(&self, line: usize) -> &str {
        self.text.lines().nth(line.saturating_sub(1)).unwrap_or_default()
    }

    /// Where the value of a key of the root stands; the file's beginning if it has no such key.
    pub(crate) fn value_of(&self, key: &str) -> Range<usize> {
        let doc = self.parse(&mut Vec::new());
        doc.root().find(|e| e.key == key).map_or(0..0, |e| e.value_at)
    }

    /// A problem at a place.
    pub(crate) fn problem(&self, at: Range<usize>, message: impl Into<String>, hint: Option<String>) -> Problem {
        let (line, col) = self.position(at.start);
        Problem { file: self.origin.clone(), line, col, message: message.into(), hint, applies: false, note: false }
    }

    /// Reads the file. Lines that are not TOML become problems, one a line, and what stands on them is left out.
    pub(crate) fn parse(&self, problems: &mut Vec<Problem>) -> Document<'_> {
        let (table, errors) = DeTable::parse_recoverable(&self.text);
        let mut bad_lines = BTreeSet::new();
        for e in errors {
            let message = match e.message() {
                "duplicate key" => "this key appears twice in the file".to_string(),
                other => format!("not TOML: {}", text::visible(other)),
            };
            let problem = self.problem(e.span().unwrap_or(0..0), message, None);
            if bad_lines.insert(problem.line) {
                problems.push(problem);
            }
        }
        Document { source: self, table: table.into_inner(), bad_lines }
    }
}

/// A file that was read.
pub(crate) struct Document<'s> {
    pub(crate) source: &'s Source,
    table: DeTable<'s>,
    /// Lines with a mistake in them, from 1.
    pub(crate) bad_lines: BTreeSet<usize>,
}

/// A key of a table with its value.
pub(crate) struct Entry<'d> {
    pub(crate) key: &'d str,
    pub(crate) key_at: Range<usize>,
    pub(crate) value: &'d DeValue<'d>,
    pub(crate) value_at: Range<usize>,
}

impl<'s> Document<'s> {
    /// The entries of the file's root, in its order.
    pub(crate) fn root(&'s self) -> impl Iterator<Item = Entry<'s>> {
        self.entries(&self.table)
    }

    /// The entries of a table in the file's order, without those on a line that is not TOML.
    pub(crate) fn entries(&'s self, table: &'s DeTable<'s>) -> impl Iterator<Item = Entry<'s>> {
        table.iter().filter(|(k, v)| self.is_sound(k, v)).map(|(k, v)| Entry {
            key: k.get_ref(),
            key_at: k.span(),
            value: v.get_ref(),
            value_at: v.span(),
        })
    }

    fn is_sound(&self, key: &Spanned<toml::de::DeString<'_>>, value: &Spanned<DeValue<'_>>) -> bool {
        // A table's own header may be repeated by mistake (a bad line) without costing the keys of the first one.
        value.get_ref().is_table() || !self.bad_lines.contains(&self.source.position(key.span().start).0)
    }
}

/// What a value is, for "must be …, not …".
pub(crate) fn describe(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(s) => format!("\"{}\"", text::visible(s)),
        DeValue::Integer(i) => i.to_string(),
        DeValue::Float(x) => x.to_string(),
        DeValue::Boolean(b) => b.to_string(),
        DeValue::Datetime(d) => d.to_string(),
        DeValue::Array(_) => "a list".to_string(),
        DeValue::Table(_) => "a table".to_string(),
    }
}

/// The value of an integer, decimal or not, if it fits.
pub(crate) fn integer(value: &DeValue<'_>) -> Option<i64> {
    let i = value.as_integer()?;
    i64::from_str_radix(i.as_str(), i.radix()).ok()
}

/// The value of a float or of an integer.
pub(crate) fn number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Float(x) => x.as_str().parse().ok().filter(|x: &f64| x.is_finite()),
        #[expect(clippy::cast_precision_loss, reason = "settings are small numbers")]
        other => integer(other).map(|i| i as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (Vec<String>, Vec<String>) {
        let source = Source::embedded("test", text);
        let mut problems = Vec::new();
        let doc = source.parse(&mut problems);
        let keys = doc.root().map(|e| e.key.to_string()).collect();
        (keys, problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_line_that_is_not_toml_costs_that_line_only() {
        let (keys, problems) = parse("a = 1\nb = = 2\nc = 3\n");
        assert_eq!(keys, ["a", "c"]);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].starts_with("built-in test:2:5: "), "{problems:?}");
    }

    #[test]
    fn a_section_named_twice_keeps_the_keys_of_both() {
        let source = Source::embedded("test", "[z]\nq=1\n[z]\nk=1\n");
        let mut problems = Vec::new();
        let doc = source.parse(&mut problems);
        let table = doc.root().next().unwrap().value.as_table().unwrap();
        assert_eq!(doc.entries(table).map(|e| e.key).collect::<Vec<_>>(), ["q", "k"]);
        assert_eq!(problems.len(), 1);
    }

    #[test]
    fn columns_count_characters_not_bytes() {
        let source = Source::embedded("test", "이름 = 1\n");
        assert_eq!(source.position("이름 ".len()), (1, 4));
    }
}
