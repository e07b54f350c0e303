//! `docs/kinds.md`, made from the kinds themselves; `docs/actions.md` beside it.

use std::fmt::Write as _;

pub use super::action_docs::actions_md;
use super::registry::Registry;
use crate::model::{Column, FieldInfo, FieldType, KindInfo, Scoping};

/// The page. A test fails when the file in `docs/` is not this.
pub fn kinds_md(registry: &Registry) -> String {
    let mut out = String::from(HEAD);
    let shown = || registry.kinds.iter().map(|k| k.info).filter(|k| !k.side);
    out.push_str("| kind | short | what |\n|---|---|---|\n");
    for k in shown() {
        let short = k.aliases.iter().map(|a| format!("`{a}`")).collect::<Vec<_>>().join(" ");
        _ = writeln!(out, "| [`{}`](#{}) | {short} | {} |", k.name, anchor(k), first_sentence(k.doc));
    }
    for k in shown() {
        kind(&mut out, k, registry);
    }
    out
}

const HEAD: &str = "# Kinds

Made from the code; do not edit. What `skydeck get KIND` lists, what `:KIND` opens, and the names that queries
and settings use.

In JSON, each field is a key in `facts`. Numbers are numbers, times are RFC 3339 in UTC, a ratio is `{\"ok\": 2,
\"of\": 3}`, a list is an array, and a series is `{\"start\", \"period\", \"unit\", \"points\"}` with `null` where a
point is missing. A value that is unknown, not loaded or does not exist is `null`.

*Joined* fields come from a request of their own. *Charged* ones cost money each time they are loaded, and those *on demand* take
many requests: `get` loads both only if the query names them (`tag:` names `tags`). Tags that were not loaded are `null`.

A bare word in a query searches the name, the id, the tags and every field that can be a column, except fields marked *by name
only*. An id *shown by name* appears as the other row's name on the screen and in tables, if that is known; queries and sorts
accept either, JSON and CSV keep the id. If a query says `field=value` of a field *found by AWS*, only matching rows are requested.

";

fn kind(out: &mut String, k: &KindInfo, registry: &Registry) {
    _ = write!(out, "\n## {}\n\n`{}`: {}\n", k.title, k.name, k.doc);
    let scope = match k.scoping {
        Scoping::Account => "once per account",
        Scoping::Region => "once per region",
    };
    if let Some(derived) = k.derived {
        let inputs: Vec<String> = derived.inputs.iter().map(|i| format!("`{i}`")).collect();
        _ = write!(out, "\nNot listed by AWS: computed from {}, {scope}", inputs.join(", "));
    } else {
        _ = write!(out, "\nListed {scope}");
    }
    match k.parent {
        Some(p) if p.fans_out => _ = write!(out, "; for one row of `{0}`, or for all `{0}`", p.kind),
        Some(p) => _ = write!(out, "; always for one row of `{}`", p.kind),
        None => {}
    }
    let sides = k.iter().filter_map(|f| registry.kind(f.side?.kind));
    let mut actions: Vec<String> = Vec::new();
    for op in k.operations.iter().copied().chain(sides.flat_map(|s| s.info.operations.iter().copied())) {
        for a in op.iam_actions() {
            let a = format!("`{a}`");
            if !actions.contains(&a) {
                actions.push(a);
            }
        }
    }
    if !actions.is_empty() {
        _ = write!(out, ". IAM: {}", actions.join(", "));
    }
    _ = write!(out, ".\n\n| field | column | type | what |\n|---|---|---|---|\n");
    for f in k.iter() {
        field(out, f);
    }
}

fn field(out: &mut String, f: &FieldInfo) {
    let column = match f.column {
        Column::Shown(_) => format!("**{}**", f.title),
        Column::Hidden => f.title.to_string(),
        Column::DetailOnly => "–".to_string(),
    };
    let unit = if f.unit.is_empty() { String::new() } else { format!(" ({})", f.unit) };
    let aliases = match f.aliases {
        [] => String::new(),
        a => format!(" Also `{}`.", a.join("`, `")),
    };
    let joined = match f.side {
        Some(s) if s.paid => " *Joined, charged.*",
        Some(s) if s.on_demand => " *Joined, on demand.*",
        Some(_) => " *Joined.*",
        None => "",
    };
    let by_name = if f.named_only { " *By name only.*" } else { "" };
    let link = match (f.link, f.ids) {
        (Some(kind), Some(_)) => format!(" Shown by name: one of `{kind}`."),
        (Some(kind), None) => format!(" Names one of `{kind}`."),
        (None, _) => String::new(),
    };
    let found = if f.filter.is_some_and(|f| f.lower_case) { " *Found by AWS.*" } else { "" };
    let doc = f.doc.replace('|', "\\|");
    _ = writeln!(
        out,
        "| `{}` | {column} | {}{unit} | {doc}{aliases}{link}{joined}{by_name}{found} |",
        f.name,
        type_word(f.ty)
    );
}

const fn type_word(ty: FieldType) -> &'static str {
    match ty {
        FieldType::Text => "text",
        FieldType::Id => "id",
        FieldType::State => "state",
        FieldType::Int | FieldType::Float => "number",
        FieldType::Bool => "yes/no",
        FieldType::Age => "time, shown as an age",
        FieldType::Date => "time",
        FieldType::Bytes => "bytes",
        FieldType::Seconds => "seconds",
        FieldType::Ratio => "ratio",
        FieldType::Ip => "address",
        FieldType::Ips => "list of addresses",
        FieldType::Range => "range of addresses",
        FieldType::Ranges => "list of ranges of addresses",
        FieldType::List => "list",
        FieldType::Series => "series",
    }
}

fn anchor(k: &KindInfo) -> String {
    k.title.to_lowercase().replace(' ', "-")
}

fn first_sentence(doc: &str) -> &str {
    doc.split_once(". ").map_or(doc.trim_end_matches('.'), |(first, _)| first)
}
