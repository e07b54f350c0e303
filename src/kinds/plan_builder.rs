//! What every action's `plan` is made with: titles, subjects, phrases, batches, and a look at what the store has not been
//! asked for. Pure.

use std::time::Duration;

use arcstr::ArcStr;

use super::action::{ActionContext, Target};
use crate::base::text::{cut_middle, suggest, visible, width};
use crate::base::{RowId, Scope};
use crate::model::{
    Arg, Choice, Consequence, FieldInfo, Filters, FormField, FormInput, FormValue, Kind, KindInfo, Out, Plan, Record,
    Selector, Severity, Subject, TableKey, Value, Values, Waiter,
};
use crate::store::{Progress, Store, Table};

/// Names in one sentence; the rest is counted.
const NAMED: usize = 3;
/// A longer name is not one that somebody types.
const TYPEABLE: usize = 60;
/// Cells of a name in a sentence: what the sentence says has to fit on the line after it.
const IN_A_SENTENCE: usize = 40;

/// A plan that does nothing yet.
pub fn draft(action: &'static str, title: String, targets: &[Target], subjects: Vec<Subject>) -> Plan {
    Plan { phrase: phrase(action, targets), subjects, ..Plan::empty(action, title) }
}

/// What is typed to confirm: the row's name (its id if it has none, or one that cannot be typed), or `stop 2`.
pub fn phrase(action: &str, targets: &[Target]) -> String {
    match targets {
        [one] => typed(&one.record),
        many => format!("{action} {}", many.len()),
    }
}

/// What is typed for one row: its name, or its id where that cannot be typed.
pub fn typed(record: &Record) -> String {
    let name = record.name.as_str();
    let plain = !name.is_empty() && name.trim() == name && visible(name) == name && width(name) <= TYPEABLE;
    if plain { name.to_string() } else { visible(record.shown_id()).into_owned() }
}

/// `Stop web-1`, `Stop 2 instances`.
pub fn title(verb: &str, kind: &KindInfo, targets: &[Target]) -> String {
    match targets {
        [one] => format!("{verb} {}", label(&one.record)),
        many => format!("{verb} {} {}", many.len(), kind.name.replace('-', " ")),
    }
}

/// The name, else the id, fit to be shown in a sentence: a very long one is cut in the middle, where names differ least.
pub fn label(record: &Record) -> String {
    cut_middle(&visible(record.label()), IN_A_SENTENCE).into_owned()
}

/// `a` or `an` before what is spoken so: of a number or an instance type, whose letters are said one by one (`an m7g.large`).
pub fn article(what: &str) -> &'static str {
    let digits: String = what.chars().take_while(char::is_ascii_digit).collect();
    let vowel = match digits.as_str() {
        "" => {
            what.starts_with(['a', 'e', 'f', 'h', 'i', 'l', 'm', 'n', 'o', 'r', 's', 'x']) && !what.starts_with("mac")
        }
        "11" | "18" => true,
        number => number.starts_with('8'),
    };
    if vowel { "an" } else { "a" }
}

/// A changed row.
pub fn subject(t: &Target, change: impl Into<String>) -> Subject {
    let (record, change) = (&t.record, change.into());
    let (id, shown_id, label) = (record.id.clone(), record.shown_id().clone(), record.label().clone());
    Subject { table: t.table.clone(), id, shown_id, label, change }
}

/// `web-1, web-2, web-3 and 5 more`. What shares a name is said once, with its number: `my-asg-ec2 (2 of them)`.
pub fn names<S: AsRef<str>>(items: &[S]) -> String {
    let mut each: Vec<(&str, usize)> = Vec::new();
    for item in items.iter().map(AsRef::as_ref) {
        match each.iter_mut().find(|(name, _)| *name == item) {
            Some((_, n)) => *n += 1,
            None => each.push((item, 1)),
        }
    }
    let said = |(name, n): &(&str, usize)| if *n == 1 { (*name).to_string() } else { format!("{name} ({n} of them)") };
    let shown: Vec<String> = each.iter().take(NAMED).map(said).collect();
    let rest: usize = each.iter().skip(NAMED).map(|(_, n)| n).sum();
    match (shown.as_slice(), rest) {
        ([one], 0) => one.clone(),
        ([a, b], 0) => format!("{a} and {b}"),
        ([a, b, c], 0) => format!("{a}, {b} and {c}"),
        _ => format!("{} and {rest} more", shown.join(", ")),
    }
}

/// `instance web-1`, `instances web-1 and web-2`: names with the word for what they name, so that a sentence needs no second reading.
pub fn called<S: AsRef<str>>(noun: &str, items: &[S]) -> String {
    format!("{noun}{} {}", if items.len() == 1 { "" } else { "s" }, names(items))
}

/// `1 target`, `2 targets`.
pub fn count(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

/// Worth knowing.
pub fn note(text: impl Into<String>) -> Consequence {
    Consequence { severity: Severity::Note, text: text.into() }
}
/// Could not be found out.
pub fn unknown(text: impl Into<String>) -> Consequence {
    Consequence { severity: Severity::Unknown, text: text.into() }
}
/// Hurts.
pub fn severe(text: impl Into<String>) -> Consequence {
    Consequence { severity: Severity::Severe, text: text.into() }
}

/// What hurts first, then what is not known, then the rest; in their order otherwise, and each once.
pub fn sorted(mut all: Vec<Consequence>) -> Vec<Consequence> {
    all.sort_by_key(|c| std::cmp::Reverse(c.severity));
    let mut seen: Vec<Consequence> = Vec::new();
    for c in all {
        if !seen.contains(&c) {
            seen.push(c);
        }
    }
    seen
}

/// The rows by scope, in their order.
pub fn by_scope(targets: &[Target]) -> Vec<(&Scope, Vec<&Target>)> {
    let mut out: Vec<(&Scope, Vec<&Target>)> = Vec::new();
    for t in targets {
        match out.iter_mut().find(|(s, _)| *s == &t.table.scope) {
            Some((_, list)) => list.push(t),
            None => out.push((&t.table.scope, vec![t])),
        }
    }
    out
}

/// The rows by table, as identities: what a [`Waiter`] is made of.
pub fn by_table(targets: &[Target]) -> Vec<(&TableKey, Vec<RowId>)> {
    let mut out: Vec<(&TableKey, Vec<RowId>)> = Vec::new();
    for t in targets {
        match out.iter_mut().find(|(k, _)| *k == &t.table) {
            Some((_, list)) => list.push(t.record.id.clone()),
            None => out.push((&t.table, vec![t.record.id.clone()])),
        }
    }
    out
}

/// Waits for states of all rows.
pub fn wait_state(
    targets: &[Target],
    want: &'static [&'static str],
    fail: &'static [&'static str],
    gone_is_fine: bool,
    minutes: u64,
) -> Waiter {
    let within = Duration::from_secs(minutes * 60);
    let part = |(table, ids): (&TableKey, Vec<RowId>)| Waiter::State {
        table: table.clone(),
        ids,
        want,
        fail,
        gone_is_fine,
        within,
    };
    Waiter::all(by_table(targets).into_iter().map(part).collect())
}

/// Waits for a field of all rows.
pub fn wait_field(targets: &[Target], field: &'static FieldInfo, want: &str, minutes: u64) -> Waiter {
    let within = Duration::from_secs(minutes * 60);
    let part = |(table, ids): (&TableKey, Vec<RowId>)| Waiter::Field {
        table: table.clone(),
        ids,
        field,
        want: want.to_string(),
        within,
    };
    Waiter::all(by_table(targets).into_iter().map(part).collect())
}

/// Waits until the list has what the first step made: then it is on the screen.
pub fn made(output: &'static str, table: TableKey) -> Waiter {
    let out = Out { step: 0, output };
    let within = Duration::from_secs(120);
    Waiter::Created { out, table, want: &[], fail: &[], gone_is_fine: false, within }
}

/// What a table says.
pub enum Known<'a> {
    /// It is complete.
    Complete(&'a Table),
    /// It was never asked for as a whole.
    NotAsked(TableKey),
    /// It was asked for and could not be read: the word for it, e.g. `denied`.
    Failed(&'static str),
}

/// A whole table of a kind in a scope. A complete one counts even if a later refresh failed: its rows stay.
pub fn whole<'a>(store: &'a Store, scope: &Scope, kind: &'static KindInfo) -> Known<'a> {
    known(store, TableKey::all(scope.clone(), Kind(kind)))
}

/// A whole table if it is known, else its rows in which a field says this: what AWS is asked for where only these matter.
pub fn known_with<'a>(
    store: &'a Store,
    scope: &Scope,
    kind: &'static KindInfo,
    (field, value): (&FieldInfo, &str),
) -> Known<'a> {
    match (whole(store, scope, kind), Filters::of(kind, [(field.name, vec![value.into()])])) {
        (all @ Known::Complete(_), _) | (all, None) => all,
        (_, Some(filters)) => {
            known(store, TableKey { scope: scope.clone(), kind: Kind(kind), selector: Selector::Filter(filters) })
        }
    }
}

/// A table as a whole.
pub fn known(store: &Store, key: TableKey) -> Known<'_> {
    match store.table(&key) {
        Some(t) if t.status.progress == Progress::Complete => Known::Complete(t),
        Some(t) => match &t.status.fault {
            Some(f) => Known::Failed(f.kind.word()),
            None => Known::NotAsked(key),
        },
        None => Known::NotAsked(key),
    }
}

/// Why a row of the side table `kind` beside a row of `of` is not known, as a word for a sentence. The table is added to
/// `needs`: what failed may pass.
pub fn beside(store: &Store, of: &TableKey, kind: &'static KindInfo, needs: &mut Vec<TableKey>) -> &'static str {
    let key = TableKey::all(of.scope.clone(), Kind(kind));
    let word = store.table(&key).and_then(|t| t.status.fault.as_ref()).map_or("not known yet", |f| f.kind.word());
    need(needs, key);
    word
}

/// The rows of a table that are not gone.
pub fn live(table: &Table) -> impl Iterator<Item = &std::sync::Arc<Record>> {
    table.rows().filter(|r| r.gone.is_none()).map(|r| &r.record)
}

/// Adds tables that are not there yet.
pub fn need(needs: &mut Vec<TableKey>, key: TableKey) {
    if !needs.contains(&key) {
        needs.push(key);
    }
}

/// `Stop web-1`, `Stop 2 instances`.
pub fn form_title(cx: &ActionContext<'_>, verb: &str) -> String {
    cx.targets.first().map_or_else(String::new, |t| title(verb, &t.record.kind, cx.targets))
}

/// A toggle, off by itself.
pub fn toggle(values: &Values, name: &'static str, label: &'static str, help: impl Into<String>) -> FormField {
    FormField::new(name, label, FormInput::Toggle, FormValue::Flag(values.flag(name))).with_help(help)
}

/// A line of text with a default.
pub fn line(
    values: &Values,
    name: &'static str,
    label: &'static str,
    default: &str,
    help: impl Into<String>,
) -> FormField {
    let text: ArcStr = values.text(name).unwrap_or(default).into();
    FormField::new(name, label, FormInput::Text, FormValue::Text(text)).with_help(help)
}

/// One of some choices, with a default. A label begins with the name, and two blanks after it. A value that is none of them is an error, and so is nothing where nothing is no choice.
pub fn pick(
    values: &Values,
    (name, label): (&'static str, &'static str),
    choices: Vec<Choice>,
    default: &str,
    help: impl Into<String>,
) -> FormField {
    let mut text: ArcStr = values.text(name).unwrap_or(default).into();
    // What was typed before the choices were known may be a name: if one alone has it, that one is meant.
    if !choices.iter().any(|c| c.value == text) {
        let mut named = choices.iter().filter(|c| c.label.split("  ").next() == Some(text.as_str()));
        if let (Some(one), None) = (named.next(), named.next()) {
            text = one.value.clone();
        }
    }
    let error = match choices.iter().find(|c| c.value == text) {
        Some(c) => c.disabled.clone(),
        None if text.is_empty() => Some("Choose one.".into()),
        None => Some(format!(
            "{} is not one of them.{}",
            visible(&text),
            suggest(&text, choices.iter().map(|c| c.value.as_str()))
        )),
    };
    FormField::new(name, label, FormInput::Choice(choices), FormValue::Text(text)).with_help(help).with_error(error)
}

/// The text of a field, without blanks around it.
pub fn text_of(field: &FormField) -> ArcStr {
    match &field.value {
        FormValue::Text(t) => t.trim().into(),
        _ => ArcStr::new(),
    }
}

/// Why something of a table cannot be chosen yet: a sentence for the field.
pub fn known_or_unknown(store: &Store, scope: &Scope, kind: &'static KindInfo, what: &str) -> String {
    match whole(store, scope, kind) {
        Known::Failed(word) => format!("{what} could not be listed ({word}); type an id."),
        _ => format!("{what} are not loaded yet."),
    }
}

/// `TagSpecifications` with a Name tag, for what a call makes (`volume`, `elastic-ip`).
pub fn name_tag(resource: &'static str, name: &str) -> Arg {
    name_tags(&[resource], name)
}

/// The same on several things that one call makes.
pub fn name_tags(resources: &[&'static str], name: &str) -> Arg {
    let tag = Arg::Map(vec![("Key", Arg::str("Name")), ("Value", Arg::str(name))]);
    let of = |resource: &&'static str| {
        Arg::Map(vec![("ResourceType", Arg::str(*resource)), ("Tags", Arg::List(vec![tag.clone()]))])
    };
    Arg::List(resources.iter().map(of).collect())
}

/// A whole number with bounds and a default.
pub fn number(
    values: &Values,
    (name, label): (&'static str, &'static str),
    (min, max): (i64, i64),
    default: Option<i64>,
    help: impl Into<String>,
) -> FormField {
    let text: ArcStr = match (values.text(name), default) {
        (Some(t), _) => t.trim().into(),
        (None, Some(d)) => arcstr::format!("{d}"),
        (None, None) => ArcStr::new(),
    };
    let error = match text.parse::<i64>() {
        Ok(n) if (min..=max).contains(&n) => None,
        Ok(n) => Some(format!("Must be from {min} to {max}, not {n}.")),
        Err(_) => Some(format!("Must be a whole number from {min} to {max}.")),
    };
    let input = FormInput::Number { min, max };
    FormField::new(name, label, input, FormValue::Text(text)).with_help(help).with_error(error)
}

/// The state's word, or `unknown`.
pub fn state(record: &Record) -> &str {
    record.state.as_ref().map_or("unknown", |(_, s)| s)
}

/// The texts of a list field.
pub fn list(record: &Record, field: &FieldInfo) -> Vec<ArcStr> {
    record.get(field).items()
}

/// Text of a field, if there is some.
pub fn field<'a>(record: &'a Record, name: &FieldInfo) -> Option<&'a str> {
    match record.get(name) {
        Value::Unknown | Value::Empty => None,
        v => v.as_str(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::row;

    #[test]
    fn the_article_is_that_of_what_is_spoken() {
        for what in ["m7g.large", "r6g.large", "x2gd.medium", "inf2.xlarge", "8", "80", "11", "18", "instance of"] {
            assert_eq!(article(what), "an", "{what}");
        }
        for what in ["t3.micro", "c5.large", "u-6tb1.metal", "mac2.metal", "1", "118", "20", "110"] {
            assert_eq!(article(what), "a", "{what}");
        }
    }

    #[test]
    fn a_sentence_is_not_drowned_by_a_long_name() {
        let long =
            row(&crate::kinds::ec2::instances::INFO, "i-1", &"recommendation-worker-".repeat(8), "running").record();
        assert!(width(&label(&long)) <= IN_A_SENTENCE && label(&long).ends_with("worker-"));
        assert_eq!(typed(&long), "i-1");
    }

    #[test]
    fn names_are_listed_as_one_would_say_them() {
        assert_eq!(names(&["asg", "asg"]), "asg (2 of them)");
        assert_eq!(names(&["asg", "web", "asg"]), "asg (2 of them) and web");
        assert_eq!(names(&["a", "b", "c", "d", "d"]), "a, b, c and 2 more");
        assert_eq!(names(&["a"]), "a");
        assert_eq!(names(&["a", "b"]), "a and b");
        assert_eq!(names(&["a", "b", "c"]), "a, b and c");
        assert_eq!(names(&["a", "b", "c", "d", "e"]), "a, b, c and 2 more");
    }

    #[test]
    fn what_hurts_is_read_first_and_nothing_is_said_twice() {
        let all = vec![note("n"), unknown("u"), severe("s"), note("n"), severe("t")];
        let words: Vec<_> = sorted(all).into_iter().map(|c| c.text).collect();
        assert_eq!(words, ["s", "t", "u", "n"]);
    }
}
