//! The format of `~/.aws/config` and `~/.aws/credentials`, as the AWS CLI reads it: Python's `configparser.RawConfigParser` under
//! botocore's `configloader`. The SDK's own parser refuses a whole file for what the CLI reads (an indented first setting, text after
//! the closing bracket), and passes over sections whose names have blanks or letters beyond ASCII.
//!
//! More is read than the CLI reads, never less: where it refuses the file (a line that is no setting, a name given twice), only the
//! section that the line stands in is lost, or the last one counts, as in the SDKs.

use std::collections::BTreeMap;

/// What stands under one header. No `Debug`: there are secrets in it.
#[derive(Clone, Default)]
pub(crate) struct Section {
    /// Between the brackets.
    pub(crate) header: String,
    /// The header's line, from 1.
    pub(crate) line: usize,
    /// By name in lower case. Lines that continue a value are joined by line breaks.
    pub(crate) values: BTreeMap<String, String>,
    /// The first line that is neither a setting nor a continuation of one.
    pub(crate) wrong: Option<usize>,
}

/// A file's sections in their order, and lines that are not what they look like.
#[derive(Default)]
pub(crate) struct Ini {
    pub(crate) sections: Vec<Section>,
    /// Lines that belong to no section: before the first header, or under one without its bracket.
    pub(crate) strays: Vec<usize>,
    /// Headers that are indented below a setting: to the CLI and the SDKs they continue its value.
    pub(crate) indented: Vec<usize>,
}

/// Reads a file's text. Line ends of every system do; a byte order mark is passed over.
pub(crate) fn parse(text: &str) -> Ini {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    let mut reader = Reader::default();
    for (number, line) in text.split('\n').enumerate() {
        reader.line(number + 1, line);
    }
    let mut ini = reader.ini;
    for value in ini.sections.iter_mut().flat_map(|s| s.values.values_mut()) {
        value.truncate(value.trim_end().len());
    }
    // Python's section of defaults: what it says holds in each other section that does not say it.
    let defaults: Vec<Section> = ini.sections.extract_if(.., |s| s.header == "DEFAULT").collect();
    for (name, value) in defaults.into_iter().flat_map(|s| s.values) {
        for section in &mut ini.sections {
            section.values.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    ini
}

#[derive(Default)]
struct Reader {
    ini: Ini,
    /// Whether a header was read that opened a section.
    open: bool,
    /// The setting that an indented line continues.
    setting: Option<String>,
    indent: usize,
}

impl Reader {
    fn line(&mut self, number: usize, line: &str) {
        let text = line.trim();
        if text.starts_with(['#', ';']) {
            return;
        }
        if text.is_empty() {
            // An empty line within a value is part of it; at its end it is trimmed.
            if let Some(value) = self.value() {
                value.push('\n');
            }
            return;
        }
        let indent = line.chars().take_while(|c| c.is_whitespace()).count();
        if indent > self.indent
            && let Some(value) = self.value()
        {
            value.push('\n');
            value.push_str(text);
            if header(text).is_some() {
                self.ini.indented.push(number);
            }
            return;
        }
        self.indent = indent;
        if text.starts_with('[') {
            self.setting = None;
            self.open = match header(text) {
                Some(header) => {
                    self.begin(header, number);
                    true
                }
                None => {
                    // What follows belongs to nobody, least of all to the section before.
                    self.ini.strays.push(number);
                    false
                }
            };
            return;
        }
        let section = if self.open { self.ini.sections.last_mut() } else { None };
        let Some(section) = section else {
            self.ini.strays.push(number);
            return;
        };
        match text.split_once(['=', ':']).map(|(name, value)| (name.trim().to_lowercase(), value)) {
            Some((name, value)) if !name.is_empty() => {
                let value = if name == "credential_process" { value } else { uncommented(value) };
                section.values.insert(name.clone(), value.trim().to_string());
                self.setting = Some(name);
            }
            _ => {
                section.wrong.get_or_insert(number);
                self.setting = None;
            }
        }
    }

    /// A header that came before continues: the SDKs join sections of one name.
    fn begin(&mut self, header: &str, line: usize) {
        let at = self.ini.sections.iter().position(|s| s.header == header);
        let section = at.map(|i| self.ini.sections.remove(i));
        let fresh = || Section { header: header.to_string(), line, ..Section::default() };
        self.ini.sections.push(section.unwrap_or_else(fresh));
    }

    fn value(&mut self) -> Option<&mut String> {
        let section = if self.open { self.ini.sections.last_mut() } else { None };
        section?.values.get_mut(self.setting.as_deref()?)
    }
}

/// What stands between the brackets. After the closing one anything may follow; a name may hold one itself.
fn header(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('[')?;
    let ends = |rest: &str| rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || "#;".contains(c));
    let first = inner.match_indices(']').map(|(i, _)| i).find(|i| ends(&inner[i + 1..]));
    let name = inner[..first.or_else(|| inner.rfind(']'))?].trim();
    (!name.is_empty()).then_some(name)
}

/// Without the comment at its end, as the SDKs have it (to the CLI it is part of the value, which is then worth nothing).
fn uncommented(value: &str) -> &str {
    let mut blank = false;
    for (i, c) in value.char_indices() {
        if blank && matches!(c, '#' | ';') {
            return &value[..i];
        }
        blank = c.is_whitespace();
    }
    value
}

/// The words of a header or a command, as Python's `shlex.split` parts them; `None` where a quote is not closed.
pub(crate) fn words(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next()? {
                        '\'' => break,
                        c => word.push(c),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next()? {
                        '"' => break,
                        '\\' => match chars.next()? {
                            c @ ('"' | '\\') => word.push(c),
                            c => word.extend(['\\', c]),
                        },
                        c => word.push(c),
                    }
                }
            }
            '\\' => word.get_or_insert_default().push(chars.next()?),
            c if c.is_whitespace() => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Some(words)
}

#[cfg(test)]
#[path = "ini_tests.rs"]
mod tests;
