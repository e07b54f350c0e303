//! EC2's filters: every one must match, any value of it may. `*` and `?` are wildcards, `\` takes their meaning away.

use std::borrow::Cow;

use super::documented_filters::Documented;
use super::state::Tags;
use crate::sandbox::wire::{ApiError, Node, Params, Xml, matches_wildcard};

/// The filters of one request.
#[derive(Debug)]
pub(super) struct Filters(Vec<Filter>);

#[derive(Debug)]
struct Filter {
    name: String,
    /// Where its values stand in what is shown, if not in the state.
    path: Option<&'static str>,
    patterns: Vec<Pattern>,
}

#[derive(Debug)]
struct Pattern {
    text: String,
    wild: bool,
}

/// What a resource has under a filter's name: one value, many, or none.
pub(super) type Values<'a> = Vec<Cow<'a, str>>;

/// A request has at most this many values in its filters. [AWS: FilterLimitExceeded]
const MOST_VALUES: usize = 200;

impl Filters {
    /// Reads `Filter.N.Name` and `Filter.N.Value.M`. `known` are the operation's names; `tag:` stands for all of the tags'.
    pub(super) fn read(params: &Params, known: &[&str]) -> Result<Filters, ApiError> {
        Filters::read_with(params, known, &[])
    }

    /// The same, with names whose values are read off what the operation shows: for [`Filters::pass_with`].
    pub(super) fn read_with(params: &Params, known: &[&str], shown: Documented) -> Result<Filters, ApiError> {
        let mut filters = Vec::new();
        let mut count = 0;
        for f in params.list("Filter") {
            let name = f.text("Name").unwrap_or_default();
            let is_tag = name.starts_with("tag:") || matches!(name, "tag-key" | "tag-value");
            let path = shown.iter().find(|(n, _)| *n == name).map(|(_, path)| *path);
            if !(known.contains(&name) || is_tag && known.contains(&"tag:") || path.is_some()) {
                return Err(ApiError::new("InvalidParameterValue", format!("The filter '{name}' is invalid")));
            }
            let values = f.texts("Value");
            count += values.len();
            if count > MOST_VALUES {
                let message =
                    format!("The maximum number of filter values specified on a single call is {MOST_VALUES}");
                return Err(ApiError::new("FilterLimitExceeded", message));
            }
            let patterns = values
                .into_iter()
                .map(|v| Pattern { text: v.to_string(), wild: v.contains(['*', '?', '\\']) })
                .collect();
            filters.push(Filter { name: name.to_string(), path, patterns });
        }
        Ok(Filters(filters))
    }

    /// Whether a resource with these tags passes; `field` finds its values by a filter's name.
    pub(super) fn pass<'a>(&self, tags: &'a Tags, field: impl Fn(&str, &mut Values<'a>)) -> bool {
        let mut values = Values::new();
        self.0.iter().filter(|f| f.path.is_none()).all(|f| {
            values.clear();
            match f.name.strip_prefix("tag:") {
                Some(key) => values.extend(tags.iter().filter(|(k, _)| k == key).map(|(_, v)| Cow::from(v.as_str()))),
                None if f.name == "tag-key" => values.extend(tags.iter().map(|(k, _)| Cow::from(k.as_str()))),
                None if f.name == "tag-value" => values.extend(tags.iter().map(|(_, v)| Cow::from(v.as_str()))),
                None => field(&f.name, &mut values),
            }
            f.fits(&values)
        })
    }

    /// The same, for filters read by [`Filters::read_with`]; `show` writes the resource as the operation shows it, and is asked
    /// only if a filter needs it.
    pub(super) fn pass_with<'a>(
        &self,
        tags: &'a Tags,
        field: impl Fn(&str, &mut Values<'a>),
        show: impl FnOnce(&mut Xml),
    ) -> bool {
        if !self.pass(tags, field) {
            return false;
        }
        let mut shown = self.0.iter().filter_map(|f| Some((f, f.path?))).peekable();
        if shown.peek().is_none() {
            return true;
        }
        let mut x = Xml::bare();
        x.nest("item", show);
        let Some(root) = Node::parse(x.into_string().as_bytes()) else { return false };
        shown.all(|(f, path)| {
            let mut values = Values::new();
            match path.strip_prefix('=') {
                Some(value) => values.push(value.into()),
                None => root.texts(path, &mut values),
            }
            f.fits(&values)
        })
    }
}

impl Filter {
    fn fits(&self, values: &Values<'_>) -> bool {
        values.iter().any(|v| self.patterns.iter().any(|p| p.fits(v)))
    }
}

impl Pattern {
    fn fits(&self, value: &str) -> bool {
        if self.wild { matches_wildcard(&self.text, value) } else { self.text == value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_filter_is_refused_by_name() {
        let p = Params::parse(b"Filter.1.Name=colour&Filter.1.Value.1=x");
        assert_eq!(
            Filters::read(&p, &["tag:"]).map_err(|e| e.message).err().as_deref(),
            Some("The filter 'colour' is invalid")
        );
    }

    #[test]
    fn a_filter_can_look_at_what_is_shown() {
        let read = |s: &str| {
            Filters::read_with(&Params::parse(s.as_bytes()), &[], &[("a.b", "a/item/b"), ("c", "=x"), ("d", "")])
                .unwrap()
        };
        let show = |x: &mut Xml| x.list("a", "item", ["1", "2"], |x, b| x.el("b", b));
        let pass = |s: &str| read(s).pass_with(&Tags::new(), |_, _| {}, show);
        assert!(pass("Filter.1.Name=a.b&Filter.1.Value.1=2") && !pass("Filter.1.Name=a.b&Filter.1.Value.1=3"));
        assert!(pass("Filter.1.Name=c&Filter.1.Value.1=x") && !pass("Filter.1.Name=d&Filter.1.Value.1=*"));
    }

    #[test]
    fn every_filter_must_match_and_any_of_its_values_may() {
        let p = Params::parse(
            b"Filter.1.Name=tag:Env&Filter.1.Value.1=dev&Filter.1.Value.2=prod&Filter.2.Name=x&Filter.2.Value.1=1",
        );
        let f = Filters::read(&p, &["tag:", "x"]).unwrap();
        let tags: Tags = vec![("Env".into(), "prod".into())];
        assert!(f.pass(&tags, |_, out| out.push("1".into())));
        assert!(!f.pass(&tags, |_, out| out.push("2".into())));
        assert!(!f.pass(&Tags::new(), |_, out| out.push("1".into())));
    }
}
