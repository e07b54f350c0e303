//! What somebody may have meant who writes queries as other tools take them.

use super::Query;
use super::parse::{operator, tokens};
use crate::model::KindInfo;

impl Query {
    /// How it is written here, if a word looks like another tool's: a regular expression, a pattern, `-x` for "without". One sentence.
    pub fn hint(text: &str, kind: &KindInfo) -> Option<String> {
        let field =
            if kind.resolve("name").is_some() || kind.fields.is_empty() { "name" } else { kind.fields.at(0).name };
        tokens(text).ok()?.iter().filter(|t| !t.contains('"')).find_map(|token| of(token, field))
    }
}

/// What about one word.
fn of(token: &str, name: &str) -> Option<String> {
    if let Some(rest) = token.strip_prefix('-').filter(|r| r.starts_with(char::is_alphabetic)) {
        return Some(format!("{token} searches for exactly this text. To exclude {rest}, write !{rest}."));
    }
    let bare = token.strip_prefix('!').unwrap_or(token);
    let (field, value) = match operator(bare) {
        Some((field, super::Op::Has | super::Op::Is, value)) => (field, value),
        None => (name, bare),
        Some(_) => return None,
    };
    if value.contains('|') && !value.starts_with('|') && !value.ends_with('|') {
        let all: Vec<&str> = value.trim_matches(['(', ')']).split('|').collect();
        let meant =
            if field == name && !bare.contains(':') { all.join(" or ") } else { format!("{field}:{}", all.join(",")) };
        return Some(format!("{value} is searched for as it stands. For either, write {meant}."));
    }
    let is_regex = value.starts_with('^')
        || value.ends_with('$')
        || [".*", ".+", "\\d", "\\w", "\\."].iter().any(|sign| value.contains(sign))
        || value.find('[').is_some_and(|from| value[from..].contains(']'));
    let is_pattern = bare == value && value.contains(['*', '?']);
    if !is_regex && !is_pattern {
        return None;
    }
    let meant = if is_regex { pattern(value) } else { value.to_string() };
    let what =
        if is_regex { "There are no regular expressions here" } else { "A bare word is searched for as it stands" };
    Some(format!("{what}. * and ? work after a field: {field}:{meant}."))
}

/// A regular expression as a pattern with `*`, as near as that comes.
fn pattern(regex: &str) -> String {
    let (head, rest) = regex.strip_prefix('^').map_or(("*", regex), |rest| ("", rest));
    let (rest, tail) = rest.strip_suffix('$').map_or((rest, "*"), |rest| (rest, ""));
    let mut out = String::from(head);
    let mut chars = rest.chars().peekable();
    while let Some(c) = chars.next() {
        let any = match c {
            '.' if matches!(chars.peek(), Some('*' | '+')) => true,
            '\\' => match chars.next() {
                Some('d' | 'w' | 's') => true,
                Some(plain) => {
                    out.push(plain);
                    false
                }
                None => false,
            },
            '[' => {
                chars.by_ref().find(|c| *c == ']');
                true
            }
            c => {
                out.push(c);
                false
            }
        };
        if any {
            while chars.next_if(|c| matches!(c, '*' | '+' | '?')).is_some() {}
            out.push('*');
        }
    }
    out.push_str(tail);
    while out.contains("**") {
        out = out.replace("**", "*");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Field, FieldInfo, Fields, KindInfo, Value};

    static FIELDS: Fields<()> =
        Fields(&[Field { info: FieldInfo::text("name", "NAME", ""), get: |()| Value::Unknown }]);
    static KIND: KindInfo = KindInfo::new("things", "thing", "Things", &FIELDS);

    #[test]
    fn what_other_tools_take_is_said_as_it_is_written_here() {
        for (typed, meant) in [
            ("^web", "name:web*."),
            ("prod$", "name:*prod."),
            ("web.*prod", "name:*web*prod*."),
            ("^web-[0-9]+$", "name:web-*."),
            ("web\\d+", "name:*web*."),
            ("a\\.b", "name:*a.b*."),
            ("web*", "name:web*."),
            ("state:^run", "state:run*."),
            ("web|db", "write web or db."),
            ("(web|db)", "write web or db."),
            ("state:a|b", "write state:a,b."),
            ("running -prod", "write !prod."),
            ("!web.*", "name:*web*."),
        ] {
            let hint = Query::hint(typed, &KIND).unwrap_or_default();
            assert!(hint.ends_with(meant), "{typed}: {hint}");
        }
    }

    #[test]
    fn nothing_is_said_of_what_means_here_what_it_says() {
        for typed in [
            "web",
            "10.0.0.1",
            "name:web*",
            "-80",
            "\"^web\"",
            "!prod",
            "cpu>1",
            "my-app.example",
            "a or b",
            "[",
            "|",
            "*-",
        ] {
            let hint = Query::hint(typed, &KIND);
            assert!(hint.is_none() || typed == "*-", "{typed}: {hint:?}");
        }
    }
}
