//! Where keymaps and themes of a name come from: the user's folder, then the program itself; and what each inherits.
//!
//! A user's `dark.toml` lies on the embedded `dark` (so that a changed leaf is all it needs to hold), which lies on
//! what that one inherits, down to a base that inherits nothing.

use std::path::Path;

use super::document::{Source, describe};
use super::problem::{Origin, Problem, meant};
use crate::base::text;

/// A collection of named files.
pub(crate) struct FileSet<'a> {
    /// `theme` or `keymap`, for sentences.
    pub(crate) what: &'static str,
    /// The embedded files by name.
    pub(crate) embedded: &'static [(&'static str, &'static str)],
    /// The embedded file on which everything rests that does not say otherwise.
    pub(crate) base: &'static str,
    /// The user's folder.
    pub(crate) dir: Option<&'a Path>,
    /// Further names that are valid where a name is given, but are no files (`auto`).
    pub(crate) also: &'static [&'static str],
}

impl FileSet<'_> {
    /// Every name that can be given: embedded ones first, then the user's, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            self.also.iter().copied().chain(self.embedded.iter().map(|(n, _)| *n)).map(String::from).collect();
        let mut own: Vec<String> = self
            .dir
            .and_then(|d| std::fs::read_dir(d).ok())
            .into_iter()
            .flatten()
            .filter_map(|e| e.ok()?.file_name().into_string().ok()?.strip_suffix(".toml").map(String::from))
            .filter(|n| is_name(n) && !names.contains(n))
            .collect();
        own.sort();
        names.extend(own);
        names
    }

    /// The problem of a name that nothing has.
    pub(crate) fn unknown(&self, name: &str, at: &dyn Fn(String, Option<String>) -> Problem) -> Problem {
        let names = self.names();
        let hint = meant(name, names.iter().map(String::as_str), || Some(format!("there are {}", names.join(", "))));
        at(format!("there is no {} `{}`", self.what, text::visible(name)), hint)
    }

    /// The files that make up `name`, the lowest layer first. An unknown name, a cycle or an unreadable file is a
    /// problem, and what can be had without it is returned; the base if nothing.
    pub(crate) fn stack(
        &self,
        name: &str,
        asked: &dyn Fn(String, Option<String>) -> Problem,
        problems: &mut Vec<Problem>,
    ) -> Vec<Source> {
        let mut top_down: Vec<Source> = Vec::new();
        let mut want = Some((name.to_string(), true));
        // Who wants it, for the place of a problem: at first the setting, then the layer above with its `inherits`
        // line.
        let mut inherits_at = None;
        while let Some((name, users_too)) = want.take() {
            let at = |message: String, hint| match (top_down.last(), &inherits_at) {
                (Some(above), Some(span)) => above.problem(Clone::clone(span), message, hint),
                _ => asked(message, hint),
            };
            let found = match self.find(&name, users_too) {
                Ok(Some(found)) => found,
                Ok(None) => {
                    problems.push(self.unknown(&name, &at));
                    break;
                }
                Err(problem) => {
                    problems.push(problem);
                    break;
                }
            };
            if top_down.iter().any(|s| s.origin == found.origin) {
                let round = format!("`{}` inherits from itself", text::visible(&name));
                problems.push(at(round, Some("remove one `inherits` line of the circle".into())));
                break;
            }
            let (next, span) = self.inherits(&name, &found, problems);
            want = next;
            inherits_at = span;
            top_down.push(found);
        }
        if !top_down.iter().any(|s| matches!(s.origin, Origin::Embedded(_)))
            && want_base(&top_down)
            && let Ok(Some(base)) = self.find(self.base, false)
        {
            top_down.push(base);
        }
        top_down.reverse();
        top_down
    }

    fn find(&self, name: &str, users_too: bool) -> Result<Option<Source>, Problem> {
        if !is_name(name) {
            return Ok(None);
        }
        if users_too
            && let Some(dir) = self.dir
            && let Some(own) = Source::read(&dir.join(format!("{name}.toml")))?
        {
            return Ok(Some(own));
        }
        let embedded = self.embedded.iter().find(|(n, _)| *n == name);
        Ok(embedded.map(|(n, text)| Source::embedded(&format!("{}s/{n}.toml", self.what), text)))
    }

    /// What `source` rests on: its `inherits`, else the embedded file of its name, else the base; and where it says so.
    fn inherits(
        &self,
        name: &str,
        source: &Source,
        problems: &mut Vec<Problem>,
    ) -> (Option<(String, bool)>, Option<std::ops::Range<usize>>) {
        let users = matches!(source.origin, Origin::File(_));
        let by_default = if users && self.embedded.iter().any(|(n, _)| *n == name) {
            Some((name.to_string(), false))
        } else {
            (users || name != self.base).then(|| (self.base.to_string(), true))
        };
        // Mistakes of the file itself are told when its content is read.
        let doc = source.parse(&mut Vec::new());
        let Some(entry) = doc.root().find(|e| e.key == "inherits") else {
            return (by_default, None);
        };
        match entry.value {
            toml::de::DeValue::Boolean(false) => (None, None),
            toml::de::DeValue::String(parent) => {
                // `inherits = "dark"` in the user's own dark.toml means the embedded one.
                let own_name = users && **parent == *name && self.embedded.iter().any(|(n, _)| *n == name);
                (Some((parent.to_string(), !own_name)), Some(entry.value_at))
            }
            other => {
                let message = format!("`inherits` must be the name of a {}, not {}", self.what, describe(other));
                problems.push(source.problem(entry.value_at, message, None));
                (by_default, None)
            }
        }
    }
}

/// Whether nothing in the stack asked to stand alone (`inherits = false`).
fn want_base(top_down: &[Source]) -> bool {
    top_down.last().is_none_or(|s| {
        !s.parse(&mut Vec::new()).root().any(|e| e.key == "inherits" && e.value.as_bool() == Some(false))
    })
}

/// Names are file names without folder: nothing outside the user's folder is read.
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0'])
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: &[(&str, &str)] = &[("base", "a = 1"), ("child", "inherits = \"base\"\na = 2")];

    fn stack(files: &[(&str, &str)], name: &str) -> (Vec<String>, Vec<String>) {
        let dir = tempfile::tempdir().unwrap();
        for (n, text) in files {
            std::fs::write(dir.path().join(format!("{n}.toml")), text).unwrap();
        }
        let file_set = FileSet { what: "theme", embedded: FILES, base: "base", dir: Some(dir.path()), also: &[] };
        let mut problems = Vec::new();
        let asked = |m, h| Problem::whole(Origin::Option("--theme"), m, h);
        let layers = file_set.stack(name, &asked, &mut problems);
        let short = |s: String| s.replace(&format!("{}/", dir.path().display()), "");
        (
            layers.iter().map(|s| short(s.origin.to_string())).collect(),
            problems.iter().map(|p| short(p.to_string())).collect(),
        )
    }

    #[test]
    fn a_users_file_lies_on_the_embedded_one_of_its_name() {
        let (layers, problems) = stack(&[("child", "a = 3")], "child");
        assert_eq!(layers, ["built-in themes/base.toml", "built-in themes/child.toml", "child.toml"]);
        assert_eq!(problems, [""; 0]);
        assert_eq!(stack(&[("child", "inherits = \"child\"")], "child").0.len(), 3);
        assert_eq!(stack(&[("mine", "")], "mine").0, ["built-in themes/base.toml", "mine.toml"]);
        assert_eq!(stack(&[("mine", "inherits = false")], "mine").0, ["mine.toml"]);
    }

    #[test]
    fn a_circle_of_inherits_is_found_and_named() {
        let (layers, problems) = stack(&[("x", "inherits = \"y\""), ("y", "\ninherits = \"x\"")], "x");
        assert_eq!(layers, ["built-in themes/base.toml", "y.toml", "x.toml"]);
        assert_eq!(problems, ["y.toml:2:12: `x` inherits from itself; remove one `inherits` line of the circle"]);
    }

    #[test]
    fn an_unknown_name_is_named_where_it_was_asked_for() {
        let (layers, problems) = stack(&[("mine", "inherits = \"chlid\"")], "mine");
        assert_eq!(layers, ["built-in themes/base.toml", "mine.toml"]);
        assert_eq!(problems, ["mine.toml:1:12: there is no theme `chlid`; did you mean `child`?"]);
        let (_, problems) = stack(&[], "../../etc/passwd");
        assert_eq!(problems, ["There is no theme ../../etc/passwd. There are base, child."]);
    }
}
