//! `tags`: a draft table of tags; what differs is set and removed.
//!
//! Limits: <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions>

use arcstr::ArcStr;

use super::{CREATE_TAGS, DELETE_TAGS, KIND, MOST_IDS};
use crate::base::text::visible;
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Action, ActionContext, Takes, Target};
use crate::kinds::ec2::instances::INFO;
use crate::kinds::plan_builder::{
    by_scope, check, draft, form_title, label, line, names, note, sorted, subject, title,
};
use crate::model::{Arg, Call, FormField, FormInput, FormSpec, FormValue, Plan, Record, Step, Undo, Values};

/// `tags`.
pub static TAGS: Action = Action {
    name: "tags",
    title: "Edit tags",
    doc: "Edits tags in a draft table; on several rows, those that they have in common. In the palette: `tags set=Env=prod,Team=x \
          remove=Temp`; a comma, equals sign or backslash within a key or value has a backslash before it.",
    kind: KIND,
    takes: Takes::Rows,
    bulk: true,
    changes: true,
    operations: &[&CREATE_TAGS, &DELETE_TAGS],
    available: |_| Ok(()),
    refine,
    plan,
};

const ROWS: &str = "tags";
const SET: &str = "set";
const REMOVE: &str = "remove";

/// Tags of a resource, without those of `aws:`.
const MOST_TAGS: usize = 50;
/// Unicode characters.
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;
/// Changes named in a row's change text.
const NAMED: usize = 4;

type Tag = (ArcStr, ArcStr);

fn reserved(key: &str) -> bool {
    key.get(..4).is_some_and(|p| p.eq_ignore_ascii_case("aws:"))
}

/// The tags that can be edited.
fn own(row: &Record) -> impl Iterator<Item = &Tag> {
    row.tags.iter().filter(|(k, _)| !reserved(k))
}

/// Those that all rows have, with the same value.
fn common(targets: &[Target]) -> Vec<Tag> {
    let Some((first, others)) = targets.split_first() else { return Vec::new() };
    let everywhere = |tag: &&Tag| others.iter().all(|t| t.record.tag(&tag.0) == Some(&tag.1));
    own(&first.record).filter(everywhere).cloned().collect()
}

/// What is to be different, for every row alike.
#[derive(Debug, Default, PartialEq)]
struct Edits {
    set: Vec<Tag>,
    remove: Vec<ArcStr>,
}

fn edits(original: &[Tag], values: &Values) -> Result<Edits, (&'static str, String)> {
    let mut out = Edits::default();
    let rows: Vec<Tag> = match values.rows(ROWS) {
        Some(rows) => {
            rows.iter().map(|r| (cell(r, 0), cell(r, 1))).filter(|(k, v)| !k.is_empty() || !v.is_empty()).collect()
        }
        None => original.to_vec(),
    };
    for (i, (key, value)) in rows.iter().enumerate() {
        check_tag(key, value).map_err(|e| (ROWS, e))?;
        if rows[..i].iter().any(|(k, _)| k == key) {
            return Err((ROWS, format!("The key {} is there twice.", visible(key))));
        }
    }
    out.remove = original.iter().map(|(k, _)| k).filter(|k| !rows.iter().any(|(r, _)| r == *k)).cloned().collect();
    out.set = rows.into_iter().filter(|tag| !original.contains(tag)).collect();
    for item in split(values.text(SET).unwrap_or_default()) {
        let Some((key, value)) = pair(&item) else {
            return Err((SET, format!("{} is not KEY=VALUE.", visible(&item))));
        };
        check_tag(&key, &value).map_err(|e| (SET, e))?;
        out.remove.retain(|k| *k != key);
        out.set.retain(|(k, _)| *k != key);
        out.set.push((key, value));
    }
    for item in split(values.text(REMOVE).unwrap_or_default()) {
        let key: ArcStr = unescape(&item).into();
        check_tag(&key, "").map_err(|e| (REMOVE, e))?;
        if out.set.iter().any(|(k, _)| *k == key) {
            return Err((REMOVE, format!("{} is both set and removed.", visible(&key))));
        }
        if !out.remove.contains(&key) {
            out.remove.push(key);
        }
    }
    Ok(out)
}

fn cell(row: &[ArcStr], i: usize) -> ArcStr {
    row.get(i).cloned().unwrap_or_default()
}

fn check_tag(key: &str, value: &str) -> Result<(), String> {
    if key.is_empty() {
        return Err(format!("The value {} has no key.", visible(value)));
    }
    if reserved(key) {
        return Err(format!("{}: keys that begin with aws: are AWS's own.", visible(key)));
    }
    match (key.chars().count(), value.chars().count()) {
        (k, _) if k > LONGEST_KEY => Err(format!("A key has at most {LONGEST_KEY} characters; this one has {k}.")),
        (_, v) if v > LONGEST_VALUE => {
            Err(format!("A value has at most {LONGEST_VALUE} characters; that of {} has {v}.", visible(key)))
        }
        _ => Ok(()),
    }
}

/// At commas that have no backslash before them.
fn split(text: &str) -> Vec<String> {
    let (mut out, mut now, mut escaped) = (Vec::new(), String::new(), false);
    for c in text.chars() {
        if c == ',' && !escaped {
            out.push(std::mem::take(&mut now));
        } else {
            now.push(c);
        }
        escaped = c == '\\' && !escaped;
    }
    out.push(now);
    out.retain(|s| !s.is_empty());
    out
}

fn pair(item: &str) -> Option<Tag> {
    let mut escaped = false;
    let at = item.char_indices().find_map(|(i, c)| {
        let here = c == '=' && !escaped;
        escaped = c == '\\' && !escaped;
        here.then_some(i)
    })?;
    Some((unescape(&item[..at]).into(), unescape(&item[at + 1..]).into()))
}

fn unescape(s: &str) -> String {
    let (mut out, mut escaped) = (String::new(), false);
    for c in s.chars() {
        if c == '\\' && !escaped {
            escaped = true;
        } else {
            out.push(c);
            escaped = false;
        }
    }
    out
}

fn escape(s: &str) -> String {
    s.chars().flat_map(|c| matches!(c, ',' | '=' | '\\').then_some('\\').into_iter().chain([c])).collect()
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let original = common(cx.targets);
    let as_rows = |tags: &[Tag]| tags.iter().map(|(k, v)| vec![k.clone(), v.clone()]).collect::<Vec<_>>();
    let rows = values.rows(ROWS).map_or_else(|| as_rows(&original), <[_]>::to_vec);
    let help = match cx.targets.len() {
        1 => "Tags that begin with aws: are AWS's own and not shown.".to_string(),
        n => format!("What all {n} have in common; their other tags are left as they are."),
    };
    let mut fields = vec![
        FormField {
            name: ROWS,
            label: "Tags",
            help,
            input: FormInput::Rows { columns: vec!["KEY", "VALUE"], original: as_rows(&original) },
            value: FormValue::Rows(rows),
            error: None,
        },
        line(values, SET, "Set", "", "Tags to set besides: KEY=VALUE, separated by commas."),
        line(values, REMOVE, "Remove", "", "Keys to remove besides, separated by commas."),
    ];
    let wrong = match edits(&original, values) {
        Err(e) => Some(e),
        Ok(edits) => too_many(cx.targets, &edits).map(|e| (ROWS, e)),
    };
    if let Some((name, error)) = wrong
        && let Some(f) = fields.iter_mut().find(|f| f.name == name)
    {
        f.error = Some(error);
    }
    FormSpec { title: form_title(cx, "Edit tags of"), fields, needs: Vec::new() }
}

/// Tags of a row after the edits, before what is removed has gone.
fn with_new(row: &Record, edits: &Edits) -> usize {
    own(row).count() + edits.set.iter().filter(|(k, _)| row.tag(k).is_none()).count()
}

fn too_many(targets: &[Target], edits: &Edits) -> Option<String> {
    targets.iter().find_map(|t| {
        let removed = edits.remove.iter().filter(|k| t.record.tag(k).is_some()).count();
        let n = with_new(&t.record, edits) - removed;
        (n > MOST_TAGS).then(|| format!("{} would have {n} tags; {MOST_TAGS} are allowed.", label(&t.record)))
    })
}

/// What changes for one row.
struct Change<'a> {
    target: &'a Target,
    set: Vec<&'a Tag>,
    remove: Vec<&'a ArcStr>,
}

impl<'a> Change<'a> {
    fn of(target: &'a Target, edits: &'a Edits) -> Option<Self> {
        let row = &target.record;
        let set: Vec<_> = edits.set.iter().filter(|(k, v)| row.tag(k) != Some(v)).collect();
        let remove: Vec<_> = edits.remove.iter().filter(|k| row.tag(k).is_some()).collect();
        (!set.is_empty() || !remove.is_empty()).then_some(Change { target, set, remove })
    }
    /// `Env dev → prod, + Team=x, − Temp`.
    fn text(&self) -> String {
        let row = &self.target.record;
        let set = self.set.iter().map(|(k, v)| match row.tag(k) {
            Some(old) => format!("{} {} → {}", visible(k), visible(old), visible(v)),
            None => format!("+ {}={}", visible(k), visible(v)),
        });
        let all: Vec<String> = set.chain(self.remove.iter().map(|k| format!("− {}", visible(k)))).collect();
        let more = all.len().saturating_sub(NAMED);
        let text = all[..all.len() - more].join(", ");
        if more > 0 { format!("{text} and {more} more") } else { text }
    }
    /// The palette line that takes it back.
    fn back(&self) -> Option<String> {
        let row = &self.target.record;
        let was = |k: &ArcStr| row.tag(k).map(|v| format!("{}={}", escape(k), escape(v)));
        let set: Vec<String> =
            self.set.iter().map(|(k, _)| k).chain(self.remove.iter().copied()).filter_map(was).collect();
        let remove: Vec<String> =
            self.set.iter().filter(|(k, _)| row.tag(k).is_none()).map(|(k, _)| escape(k)).collect();
        let word = |name: &str, items: &[String]| {
            if items.is_empty() { String::new() } else { format!(" \"{name}={}\"", items.join(",")) }
        };
        let line = format!("tags{}{}", word(SET, &set), word(REMOVE, &remove));
        // A palette line cannot carry a double quote or a line break within its quotes.
        (line.matches('"').count() == 2 * (usize::from(!set.is_empty()) + usize::from(!remove.is_empty()))
            && !line.contains(['\n', '\r']))
        .then_some(line)
    }
}

fn plan(cx: &ActionContext<'_>, values: &Values) -> Result<Plan, Fault> {
    check(&refine(cx, values))?;
    let edits = edits(&common(cx.targets), values).map_err(|(_, e)| Fault::new(FaultKind::Invalid, e))?;
    let changes: Vec<Change<'_>> = cx.targets.iter().filter_map(|t| Change::of(t, &edits)).collect();
    if changes.is_empty() {
        return Err(Fault::new(FaultKind::Invalid, "No tag is different from what is there."));
    }
    let changed: Vec<Target> = changes.iter().map(|c| c.target.clone()).collect();
    let subjects = changes.iter().map(|c| subject(c.target, c.text())).collect();
    let mut plan = draft("tags", title("Edit tags of", &INFO, &changed), &changed, subjects);
    // New ones first, so that nothing is lost if the second call fails; unless there is no room for both.
    let room = changes.iter().all(|c| with_new(&c.target.record, &edits) <= MOST_TAGS);
    let (set, remove) = (set_calls(&edits, &changed), remove_calls(&edits, &changed));
    plan.steps = Step::each(if room { [set, remove].concat() } else { [remove, set].concat() });

    let mut all = Vec::new();
    let same = cx.targets.len() - changes.len();
    if same > 0 {
        all.push(note(format!("{same} of {} are so already and are left alone", cx.targets.len())));
    }
    let unnamed: Vec<String> =
        changes.iter().filter(|c| c.remove.iter().any(|k| **k == "Name")).map(|c| label(&c.target.record)).collect();
    if !unnamed.is_empty() {
        all.push(note(format!("{} loses its name", names(&unnamed))));
    }
    all.push(note("policies, cost reports and scripts may go by tags: nothing here knows which"));
    plan.consequences = sorted(all);
    let back = changes.first().and_then(Change::back).filter(|b| changes.iter().all(|c| c.back().as_ref() == Some(b)));
    plan.undo = back.map(|line| Undo { line, but: None, on: Vec::new() });
    Ok(plan)
}

fn batches<'a>(rows: &'a [Target], affected: &dyn Fn(&Record) -> bool) -> Vec<(crate::base::Scope, Vec<ArcStr>)> {
    let mut out = Vec::new();
    for (scope, rows) in by_scope(rows) {
        let ids: Vec<ArcStr> =
            rows.iter().filter(|t| affected(&t.record)).map(|t| t.record.id.clone()).collect::<Vec<_>>();
        out.extend(ids.chunks(MOST_IDS).map(|c| (scope.clone(), c.to_vec())));
    }
    out
}

fn set_calls(edits: &Edits, rows: &[Target]) -> Vec<Call> {
    let differs = |r: &Record| edits.set.iter().any(|(k, v)| r.tag(k) != Some(v));
    let tags = || {
        let one = |(k, v): &Tag| Arg::Map(vec![("Key", Arg::Str(k.clone())), ("Value", Arg::Str(v.clone()))]);
        Arg::List(edits.set.iter().map(one).collect())
    };
    let call = |(scope, ids): (_, Vec<ArcStr>)| {
        Call::new(&CREATE_TAGS, scope).arg("Resources", Arg::strs(ids.clone())).arg("Tags", tags()).on(ids)
    };
    batches(rows, &differs).into_iter().map(call).collect()
}

fn remove_calls(edits: &Edits, rows: &[Target]) -> Vec<Call> {
    let has = |r: &Record| edits.remove.iter().any(|k| r.tag(k).is_some());
    // A key alone: whatever its value. An empty value would remove only an empty one.
    let tags = || Arg::List(edits.remove.iter().map(|k| Arg::Map(vec![("Key", Arg::Str(k.clone()))])).collect());
    let call = |(scope, ids): (_, Vec<ArcStr>)| {
        Call::new(&DELETE_TAGS, scope).arg("Resources", Arg::strs(ids.clone())).arg("Tags", tags()).on(ids)
    };
    batches(rows, &has).into_iter().map(call).collect()
}
