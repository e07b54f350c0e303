//! EC2's filters: every one must match, any value of it may. `*` and `?` are wildcards, `\` takes their meaning away.

use std::borrow::Cow;

use super::state::Tags;
use crate::sandbox::wire::{ApiError, Params};

/// The filters of one request.
#[derive(Debug)]
pub(super) struct Filters(Vec<Filter>);

#[derive(Debug)]
struct Filter {
    name: String,
    patterns: Vec<Pattern>,
}

#[derive(Debug)]
struct Pattern {
    text: String,
    wild: bool,
}

/// What a resource has under a filter's name: one value, many, or none.
pub(super) type Values<'a> = Vec<Cow<'a, str>>;

/// A filter has at most this many values. [AWS: FilterLimitExceeded]
const MOST_VALUES: usize = 200;

impl Filters {
    /// Reads `Filter.N.Name` and `Filter.N.Value.M`. `known` are the operation's names; `tag:` stands for all of the tags'.
    pub(super) fn read(params: &Params, known: &[&str]) -> Result<Filters, ApiError> {
        let mut filters = Vec::new();
        for f in params.list("Filter") {
            let name = f.text("Name").unwrap_or_default();
            let is_tag = name.starts_with("tag:") || matches!(name, "tag-key" | "tag-value");
            if !(known.contains(&name) || is_tag && known.contains(&"tag:")) {
                return Err(ApiError::new("InvalidParameterValue", format!("The filter '{name}' is invalid")));
            }
            let values = f.texts("Value");
            if values.len() > MOST_VALUES {
                let message = format!("The maximum length for a filter value list is {MOST_VALUES}");
                return Err(ApiError::new("FilterLimitExceeded", message));
            }
            let patterns = values
                .into_iter()
                .map(|v| Pattern { text: v.to_string(), wild: v.contains(['*', '?', '\\']) })
                .collect();
            filters.push(Filter { name: name.to_string(), patterns });
        }
        Ok(Filters(filters))
    }

    /// Whether a resource with these tags passes; `field` finds its values by a filter's name.
    pub(super) fn pass<'a>(&self, tags: &'a Tags, field: impl Fn(&str, &mut Values<'a>)) -> bool {
        let mut values = Values::new();
        self.0.iter().all(|f| {
            values.clear();
            match f.name.strip_prefix("tag:") {
                Some(key) => values.extend(tags.iter().filter(|(k, _)| k == key).map(|(_, v)| Cow::from(v.as_str()))),
                None if f.name == "tag-key" => values.extend(tags.iter().map(|(k, _)| Cow::from(k.as_str()))),
                None if f.name == "tag-value" => values.extend(tags.iter().map(|(_, v)| Cow::from(v.as_str()))),
                None => field(&f.name, &mut values),
            }
            values.iter().any(|v| f.patterns.iter().any(|p| p.fits(v)))
        })
    }
}

impl Pattern {
    fn fits(&self, value: &str) -> bool {
        if self.wild { wild(&self.text, value) } else { self.text == value }
    }
}

/// Whether a pattern with `*`, `?` and `\` fits all of `text`. Goes back to the last `*` only: never exponential.
fn wild(pattern: &str, text: &str) -> bool {
    #[derive(Clone, Copy, PartialEq)]
    enum P {
        Any,
        One,
        Is(char),
    }
    let mut parts = Vec::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        parts.push(match c {
            '*' => P::Any,
            '?' => P::One,
            '\\' => P::Is(chars.next().unwrap_or('\\')),
            c => P::Is(c),
        });
    }
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t, mut back) = (0, 0, None);
    while t < text.len() {
        match parts.get(p) {
            Some(P::Any) => {
                back = Some((p, t));
                p += 1;
            }
            Some(part) if *part == P::One || *part == P::Is(text[t]) => {
                p += 1;
                t += 1;
            }
            _ => match back {
                Some((star, from)) => {
                    back = Some((star, from + 1));
                    p = star + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    parts[p..].iter().all(|part| *part == P::Any)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_fit_as_aws_says() {
        for (pattern, text, fits) in [
            ("web-*", "web-1", true),
            ("web-?", "web-12", false),
            ("*결제*", "a-결제-b", true),
            (r"\*amazon\?\\", r"*amazon?\", true),
            (r"\*x", "ax", false),
            ("*a*b*c", "xxaxxbxxbc", true),
            ("", "", true),
            ("*", "", true),
            ("a", "", false),
        ] {
            assert_eq!(wild(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn an_unknown_filter_is_refused_by_name() {
        let p = Params::parse(b"Filter.1.Name=colour&Filter.1.Value.1=x");
        assert_eq!(
            Filters::read(&p, &["tag:"]).map_err(|e| e.message).err().as_deref(),
            Some("The filter 'colour' is invalid")
        );
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
