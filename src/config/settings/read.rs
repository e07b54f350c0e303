//! A settings file read and checked against [`SETTINGS`]. A line that is wrong has no effect, with one exception:
//! whatever is wrong about `read_only` turns it on, because its user meant to be safe.

use std::path::PathBuf;

use toml::de::{DeTable, DeValue};

use super::{Parsed, SETTINGS, Setting, SettingType, Settings};
use crate::base::text;
use crate::config::color::Color;
use crate::config::document::{Document, Entry, Source, describe, integer, number};
use crate::config::problem::{Problem, meant, sentences};
use crate::config::{ALIAS, Known, Validate};
use crate::model::behind::TAG;

const SAFE: &str = "read-only mode is on until this line is corrected";

/// The settings of a file; what is wrong with it goes to `problems`. What is not known is not checked.
pub(crate) fn read(source: &Source, known: &Known<'_>, problems: &mut Vec<Problem>) -> Settings {
    let mut settings = Settings::default();
    let first = problems.len();
    let doc = source.parse(problems);
    for problem in &mut problems[first..] {
        // Within a profile's section it would be enough to close that profile, but a broken file proves no section.
        if source.line(problem.line).split('#').next().is_some_and(|l| l.contains("read") && l.contains("only")) {
            settings.read_only = true;
            problem.hint = Some(SAFE.into());
        }
    }
    let mut reader = Reader { doc: &doc, known, problems, settings };
    // Aliases first: other lines may begin with one.
    let (aliases, others): (Vec<_>, Vec<_>) = doc.root().partition(|entry| entry.key == ALIAS);
    for entry in aliases.iter().chain(&others) {
        reader.entry(&[], entry);
    }
    reader.settings
}

/// Where something is wrong, what, and what to do.
type Wrong = (std::ops::Range<usize>, String, Option<String>);

struct Reader<'r, 's> {
    doc: &'r Document<'s>,
    known: &'r Known<'r>,
    problems: &'r mut Vec<Problem>,
    settings: Settings,
}

/// Whether the parts of a setting's path that are there match: capitals stand for the user's word.
fn fits(pattern: &str, word: &str) -> bool {
    is_users(pattern) || pattern == word
}

fn is_users(pattern: &str) -> bool {
    pattern.bytes().all(|b| b.is_ascii_uppercase())
}

/// The settings below `path`, each with the parts of its own path.
fn below<'p>(path: &'p [&str]) -> impl Iterator<Item = (&'static Setting, Vec<&'static str>)> + 'p {
    SETTINGS.iter().filter_map(move |s| {
        let parts: Vec<&str> = s.path.split('.').collect();
        (parts.len() > path.len() && parts.iter().zip(path).all(|(p, w)| fits(p, w))).then_some((s, parts))
    })
}

impl Reader<'_, '_> {
    fn entry(&mut self, path: &[&str], entry: &Entry<'_>) {
        let here = [path, &[entry.key]].concat();
        let depth = path.len();
        let exact = below(path).find(|(_, parts)| parts.len() == here.len() && fits(parts[depth], entry.key));
        let deeper = below(&here).next().is_some();
        match (exact, deeper, entry.value) {
            // The keymap reads it: it is laid over the others.
            (None, true, DeValue::Table(_)) if here == ["keys"] => {}
            (Some((setting, parts)), _, _) => {
                let users = parts.iter().zip(&here).find(|(p, _)| is_users(p)).map_or("", |(_, w)| *w);
                self.set(setting, users, &here, entry);
            }
            (None, true, DeValue::Table(table)) => self.table(&here, table),
            (None, true, other) => {
                let message = format!("`{}` must be a section, not {}", here.join("."), describe(other));
                // `profiles.prod = "read-only"`: nobody knows what was meant for the profile.
                let hint = matches!(path, ["profiles"]).then(|| {
                    self.close(&here);
                    SAFE.to_string()
                });
                self.problem(entry.key_at.clone(), message, hint);
            }
            (None, false, _) => self.unknown(path, entry),
        }
    }

    fn table(&mut self, path: &[&str], table: &DeTable<'_>) {
        for entry in self.doc.entries(table) {
            self.entry(path, &entry);
        }
    }

    fn unknown(&mut self, path: &[&str], entry: &Entry<'_>) {
        let depth = path.len();
        let mut names: Vec<&str> = below(path).map(|(_, parts)| parts[depth]).filter(|p| !is_users(p)).collect();
        names.dedup();
        // `api-share` and `readOnly` are no typing errors: they are the same name by another habit.
        let plain = |s: &str| s.replace(['-', '_'], "").to_lowercase();
        let same = names.iter().find(|n| plain(n) == plain(entry.key)).copied();
        let near = same.or_else(|| text::nearest(entry.key, names.iter().copied()));
        let place = if path.is_empty() { String::new() } else { format!(" in [{}]", path.join(".")) };
        let message = format!("`{}` is not a setting{}", text::visible(entry.key), text::visible(&place));
        let hint = match near {
            Some("read_only") => {
                self.close(path);
                format!("did you mean `read_only`? {SAFE}")
            }
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("settings here are {}", names.join(", ")),
        };
        self.problem(entry.key_at.clone(), message, Some(hint));
    }

    /// Turns read-only on where a line meant to.
    fn close(&mut self, path: &[&str]) {
        match path {
            ["profiles", name, ..] => super::profile(&mut self.settings, name).read_only = true,
            _ => self.settings.read_only = true,
        }
    }

    fn problem(&mut self, at: std::ops::Range<usize>, message: String, hint: Option<String>) {
        self.problems.push(self.doc.source.problem(at, message, hint));
    }

    fn set(&mut self, setting: &Setting, users: &str, path: &[&str], entry: &Entry<'_>) {
        let kinds = self.known.kinds;
        if setting.path == "columns.KIND" && !kinds.is_empty() && !kinds.iter().any(|(k, _)| *k == users) {
            let hint = meant(users, kinds.iter().map(|(k, _)| *k), || Some("docs/kinds.md lists the kinds".into()));
            self.problem(entry.key_at.clone(), format!("`{}` is not a kind", text::visible(users)), hint);
            return;
        }
        if setting.path == "aliases.ALIAS"
            && let DeValue::String(line) = entry.value
        {
            if let Err((at, message, hint)) = self.alias(setting, users, line, entry) {
                self.problem(at, message, hint);
            }
            return;
        }
        match self.value(setting, users, entry) {
            Ok(value) => (setting.apply)(&mut self.settings, users, value),
            Err((message, mut hint)) => {
                if setting.path.ends_with("read_only") {
                    self.close(&path[..path.len() - 1]);
                    hint = Some(SAFE.into());
                }
                self.problem(entry.value_at.clone(), message, hint);
            }
        }
    }

    /// An alias stands for a line as it is. Which names are aliases is told by the file, also by lines further down.
    fn alias(&mut self, setting: &Setting, name: &str, line: &str, entry: &Entry<'_>) -> Result<(), Wrong> {
        let of_name = self.known.validate.map_or(Ok(()), |check| check(ALIAS, name, &self.settings.aliases));
        of_name.map_err(|why| {
            let (message, hint) = sentences(&why);
            (entry.key_at.clone(), message, hint)
        })?;
        let at = |(message, hint)| (entry.value_at.clone(), message, hint);
        let line = line.trim();
        let line = line.strip_prefix(':').unwrap_or(line).trim_start();
        let first = line.split(char::is_whitespace).next().unwrap_or_default();
        let table = self.doc.root().find(|e| e.key == ALIAS).and_then(|e| e.value.as_table());
        if first.is_empty() {
            return Err(at((format!("`{}` stands for nothing", text::visible(name)), None)));
        }
        if table.is_some_and(|all| self.doc.entries(all).any(|e| e.key == first)) {
            let message = format!("`{}` stands for {}, which is an alias", text::visible(name), text::visible(first));
            return Err(at((message, Some("write out the whole line".into()))));
        }
        self.validate(setting, name, line).map_err(at)?;
        self.settings.aliases.insert(name.to_string(), line.to_string());
        Ok(())
    }

    fn value(&mut self, setting: &Setting, users: &str, entry: &Entry<'_>) -> Result<Parsed, (String, Option<String>)> {
        let value = entry.value;
        let parsed = match (setting.kind, value) {
            (SettingType::Bool, DeValue::Boolean(b)) => Some(Parsed::Bool(*b)),
            (SettingType::Integer { min, max, .. }, v) => {
                integer(v).filter(|n| (min..=max).contains(n)).map(Parsed::Integer)
            }
            (SettingType::Number { min, max }, v) => number(v).filter(|x| (min..=max).contains(x)).map(Parsed::Number),
            (SettingType::Text, DeValue::String(s)) => {
                self.validate(setting, users, s)?;
                Some(Parsed::Text(s.to_string()))
            }
            (SettingType::Path, DeValue::String(s)) if !s.is_empty() => Some(Parsed::Path(home(s))),
            (SettingType::List, DeValue::Array(items)) => {
                return self.list(setting, users, items).map(Parsed::List);
            }
            (SettingType::Color, DeValue::String(s)) => {
                return s.parse().map(Parsed::Color).map_err(|e: super::super::color::ColorError| (e.message, e.hint));
            }
            (SettingType::Color, v) => {
                integer(v).and_then(|n| u8::try_from(n).ok()).map(|n| Parsed::Color(Color::Indexed(n)))
            }
            _ => None,
        };
        parsed
            .ok_or_else(|| (format!("`{}` must be {}, not {}", entry.key, setting.kind.wants(), describe(value)), None))
    }

    /// What higher floors say of a text: their sentences as a problem's message and hint.
    fn validate(&self, setting: &Setting, users: &str, given: &str) -> Result<(), (String, Option<String>)> {
        let check = |validate: Validate| validate(setting.path, given, &self.settings.aliases);
        let Some(Err(why)) = self.known.validate.map(check) else { return Ok(()) };
        let (what, hint) = sentences(&why);
        let key =
            setting.path.rsplit('.').next().map(|key| if is_users(key) { users } else { key }).unwrap_or_default();
        let key = text::visible(key);
        Err((format!("`{key}`: {what}"), hint))
    }

    /// A list of texts. A column that the kind does not have costs that column only, and so does a region.
    fn list(
        &mut self,
        setting: &Setting,
        users: &str,
        items: &toml::de::DeArray<'_>,
    ) -> Result<Vec<String>, (String, Option<String>)> {
        let columns = if setting.path == "columns.KIND" {
            self.known.kinds.iter().find(|(k, _)| *k == users).map(|(_, columns)| *columns)
        } else {
            None
        };
        let mut out = Vec::new();
        for item in items {
            let Some(word) = item.get_ref().as_str() else {
                return Err((format!("a list of texts cannot hold {}", describe(item.get_ref())), None));
            };
            match columns {
                Some(columns) if !columns.contains(&word) && !is_tag(word) => {
                    let hint = meant(word, columns.iter().copied(), || {
                        Some(format!("columns of {users} are {}", columns.join(", ")))
                    });
                    let message = format!("`{}` is not a column of {users}", text::visible(word));
                    self.problem(item.span(), message, hint);
                }
                _ if out.iter().any(|w| w == word) => {
                    let message = format!("`{}` is listed twice", text::visible(word));
                    self.problem(item.span(), message, None);
                }
                _ => match self.validate(setting, users, word) {
                    Ok(()) => out.push(word.to_string()),
                    Err((message, hint)) => self.problem(item.span(), message, hint),
                },
            }
        }
        Ok(out)
    }
}

/// `~` and `~/…` as the home folder, as far as it is known.
/// Whether it names the tag with a key, of which only the account knows what there are.
fn is_tag(word: &str) -> bool {
    word.strip_prefix(TAG).is_some_and(|key| !key.trim().is_empty())
}

fn home(s: &str) -> PathBuf {
    let rest = match s.strip_prefix('~') {
        Some("") => "",
        Some(rest) if rest.starts_with('/') => &rest[1..],
        _ => return PathBuf::from(s),
    };
    directories::BaseDirs::new().map_or_else(|| PathBuf::from(s), |d| d.home_dir().join(rest))
}
