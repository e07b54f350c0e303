//! Iteration over a bucket's keys in order: prefixes, delimiters, pages. Pure.

use std::collections::BTreeMap;
use std::ops::Bound;

use arcstr::ArcStr;

use super::state::Version;

/// What to walk over.
#[derive(Debug, Default, Clone)]
pub struct Walk<'a> {
    /// Only keys that begin with this.
    pub prefix: &'a str,
    /// Keys that have this after the prefix are rolled up to it; empty: none are.
    pub delimiter: &'a str,
    /// Only what comes after this: a key, or a rolled-up prefix as it was returned.
    pub after: &'a str,
    /// At most this many keys and prefixes together.
    pub most: usize,
}

/// One step.
#[derive(Debug, PartialEq)]
pub enum Step<'b, T> {
    /// A key with what stands under it.
    Key(&'b ArcStr, &'b T),
    /// A rolled-up prefix.
    Prefix(&'b str),
}

impl<'b, T> Step<'b, T> {
    /// The key or prefix: what the next page comes after.
    pub fn name(&self) -> &'b str {
        match self {
            Step::Key(k, _) => k,
            Step::Prefix(p) => p,
        }
    }
}

/// Walks; `wanted` says which keys count (a delete marker's do not). Returns the steps and whether more follow.
pub fn walk<'b>(
    objects: &'b BTreeMap<ArcStr, Vec<Version>>,
    w: &Walk<'_>,
    wanted: impl Fn(&Vec<Version>) -> bool,
) -> (Vec<Step<'b, Vec<Version>>>, bool) {
    let mut steps = Vec::new();
    let start = if w.after > w.prefix { Bound::Excluded(w.after) } else { Bound::Included(w.prefix) };
    let mut range = objects.range::<str, _>((start, Bound::Unbounded));
    while let Some((key, versions)) = range.next() {
        if !key.starts_with(w.prefix) {
            break;
        }
        if key.as_str() == w.after || !wanted(versions) {
            continue;
        }
        let step = match rolled_up(key, w) {
            Some(prefix) if prefix == w.after => None,
            Some(prefix) => Some(Step::Prefix(prefix)),
            None => Some(Step::Key(key, versions)),
        };
        if step.is_some() && steps.len() >= w.most {
            return (steps, true);
        }
        if let Some(prefix) = rolled_up(key, w) {
            // Past the last key that could have this prefix, however many thousands there are.
            range = objects.range::<str, _>((Bound::Excluded(past(prefix).as_str()), Bound::Unbounded));
        }
        steps.extend(step);
    }
    (steps, false)
}

fn rolled_up<'b>(key: &'b str, w: &Walk<'_>) -> Option<&'b str> {
    if w.delimiter.is_empty() {
        return None;
    }
    let rest = key.get(w.prefix.len()..)?;
    rest.find(w.delimiter).map(|at| &key[..w.prefix.len() + at + w.delimiter.len()])
}

/// Text that sorts after every key with this prefix (keys are at most 1,024 bytes).
fn past(prefix: &str) -> String {
    let mut s = String::with_capacity(prefix.len() + 1024);
    s.push_str(prefix);
    while s.len() <= 1024 {
        s.push('\u{10ffff}');
    }
    s
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Time;

    fn keys(names: &[&str]) -> BTreeMap<ArcStr, Vec<Version>> {
        names.iter().map(|n| (ArcStr::from(*n), vec![Version::made(1, 1, Time::from_secs(0))])).collect()
    }
    fn names(objects: &BTreeMap<ArcStr, Vec<Version>>, w: &Walk<'_>) -> (Vec<String>, bool) {
        let (steps, more) = walk(objects, w, |_| true);
        (steps.iter().map(|s| s.name().to_owned()).collect(), more)
    }

    #[test]
    fn folders_are_rolled_up_once_and_pages_go_on_where_they_ended() {
        let objects = keys(&["a/1", "a/2", "a/b/3", "b", "c/1", "가/나", "가방"]);
        let all = names(&objects, &Walk { delimiter: "/", most: 100, ..Walk::default() });
        assert_eq!(all, (vec!["a/".into(), "b".into(), "c/".into(), "가/".into(), "가방".into()], false));
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let (page, more) = names(&objects, &Walk { delimiter: "/", after: &after, most: 1, ..Walk::default() });
            after = page.last().cloned().unwrap_or_default();
            seen.extend(page);
            if !more {
                break;
            }
        }
        assert_eq!(seen, all.0);
    }

    #[test]
    fn a_prefix_limits_and_the_key_named_like_the_folder_stands_in_it() {
        let objects = keys(&["a", "a/", "a/1", "a/b/2", "ab"]);
        let inside = names(&objects, &Walk { prefix: "a/", delimiter: "/", most: 10, ..Walk::default() });
        assert_eq!(inside.0, ["a/", "a/1", "a/b/"]);
        let after = names(&objects, &Walk { prefix: "a", after: "a/1", most: 10, ..Walk::default() });
        assert_eq!(after.0, ["a/b/2", "ab"]);
    }

    #[test]
    fn an_exactly_full_page_is_not_truncated() {
        let objects = keys(&["a", "b/1", "b/2"]);
        let (_, more) = names(&objects, &Walk { delimiter: "/", most: 2, ..Walk::default() });
        assert!(!more);
    }
}
