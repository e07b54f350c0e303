//! `tags` of whatever of EC2 has tags: a draft table; what differs is set and removed. One action for each kind, all of them the same.
//!
//! Limits: <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions>

use arcstr::ArcStr;

use super::MOST_IDS;
use crate::base::text::visible;
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Sender, Target};
use crate::kinds::draft_table::{DraftTable, is_new};
use crate::kinds::ec2::senders::{CREATE_TAGS, DELETE_TAGS};
use crate::kinds::plan_builder::{by_scope, draft, form_title, label, line, names, note, sorted, subject, title};
use crate::model::{
    Arg, Call, Cell, CellError, DraftColumn, DraftRow, FormInput, FormSpec, KindInfo, Plan, Preset, Record, RowMark,
    Step, TableRow, Undo, Values,
};

mod of_kinds;

pub use of_kinds::*;

/// The action on a kind whose rows' ids CreateTags takes.
const fn of(kind: &'static KindInfo) -> Action {
    Action::on_rows(kind, "tags", "Edit tags", plan)
        .group(MenuGroup::Tags)
        .doc(
            "Edits tags in a table; for several rows, the tags that any of them has. In the palette: `tags +Env=prod \
             -Owner`, or `tags set=Env=prod,Team=x remove=Temp`; a comma, equals sign or backslash within a key or \
             value has a backslash before it.",
        )
        .several()
        .calls(&CALLS)
        .form(refine)
}

static CALLS: [&Sender; 2] = [&CREATE_TAGS, &DELETE_TAGS];

const ROWS: &str = "tags";
/// What a palette line may say in words; in the form the table has it.
const SET: &str = "set";
const REMOVE: &str = "remove";
/// The table's columns.
const KEY: usize = 0;
const VALUE: usize = 1;

/// Tags of a resource, without those of `aws:`.
const MOST_TAGS: usize = 50;
/// Unicode characters.
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;
/// Changes named in a row's change text.
const NAMED: usize = 4;
/// Values named beside a tag whose rows have different ones.
const VALUES: usize = 3;

type Tag = (ArcStr, ArcStr);

fn reserved(key: &str) -> bool {
    key.get(..4).is_some_and(|p| p.eq_ignore_ascii_case("aws:"))
}

/// The tags that can be edited.
fn own(row: &Record) -> impl Iterator<Item = &Tag> {
    row.tags.iter().filter(|(k, _)| !reserved(k))
}

/// Every key that a row has, in the order in which they are met.
fn keys(targets: &[Target]) -> Vec<&ArcStr> {
    let mut out: Vec<&ArcStr> = Vec::new();
    for (key, _) in targets.iter().flat_map(|t| own(&t.record)) {
        if !out.contains(&key) {
            out.push(key);
        }
    }
    out
}

/// The value that all rows have under a key, if they do.
fn common<'a>(targets: &'a [Target], key: &str) -> Option<&'a ArcStr> {
    let (first, others) = targets.split_first()?;
    let value = first.record.tag(key)?;
    others.iter().all(|t| t.record.tag(key) == Some(value)).then_some(value)
}

/// Which of the rows have a key, and with what values where these differ: `2 of 5: dev, prod`.
fn on(targets: &[Target], key: &str) -> ArcStr {
    let with: Vec<&ArcStr> = targets.iter().filter_map(|t| t.record.tag(key)).collect();
    let mut values: Vec<&str> = with.iter().map(|v| v.as_str()).collect();
    values.sort_unstable();
    values.dedup();
    let of = if with.len() == targets.len() {
        format!("all {}", with.len())
    } else {
        format!("{} of {}", with.len(), targets.len())
    };
    if values.len() < 2 && with.len() == targets.len() {
        return of.into();
    }
    let more = values.len().saturating_sub(VALUES);
    let named =
        values.iter().take(VALUES).map(|v| if v.is_empty() { "(none)" } else { v }).collect::<Vec<_>>().join(", ");
    if more > 0 { arcstr::format!("{of}: {named} and {more} more") } else { arcstr::format!("{of}: {named}") }
}

fn table(targets: &[Target]) -> DraftTable {
    let several = targets.len() > 1;
    let row = |key: &ArcStr| {
        let mut cells = vec![key.clone(), common(targets, key).cloned().unwrap_or_default()];
        cells.extend(several.then(|| on(targets, key)));
        TableRow { key: key.clone(), cells }
    };
    let keys = keys(targets);
    let preset = |key: &&str| Preset {
        label: (*key).to_string(),
        cells: std::iter::once(ArcStr::from(*key)).chain(vec![ArcStr::new(); 1 + usize::from(several)]).collect(),
    };
    let usual = ["Name", "Environment", "Owner", "Project", "CostCenter"];
    let mut columns = vec![DraftColumn::new("key", "KEY", Cell::Text), DraftColumn::new("value", "VALUE", Cell::Text)];
    columns.extend(several.then(|| DraftColumn::new("on", "ON", Cell::Fixed)));
    let help = if several {
        "All tags of the selected rows; (mixed) where they differ, and stays so unless it is changed. A value that is set, or a \
         tag that is removed, is set or removed on all of them."
    } else {
        "Tags that begin with aws: are AWS's own and not shown."
    };
    DraftTable {
        field: (ROWS, "Tags"),
        columns,
        presets: usual.iter().filter(|k| !keys.iter().any(|h| h.as_str() == **k)).map(preset).collect(),
        original: keys.into_iter().map(row).collect(),
        help: help.into(),
    }
}

/// What is to be different, for every row alike.
#[derive(Debug, Default, PartialEq)]
struct Edits {
    set: Vec<Tag>,
    remove: Vec<ArcStr>,
}

/// What is wrong with a field, by its name.
type Wrong = (&'static str, String);

fn edits(targets: &[Target], values: &Values) -> Result<Edits, Wrong> {
    let mut out = Edits::default();
    for row in table(targets).rows(values) {
        match (row.mark, &row.key) {
            (RowMark::Removed, Some(key)) => out.remove.push(key.clone()),
            (RowMark::Added, _) => out.set.push((cell(&row, KEY), cell(&row, VALUE))),
            (RowMark::Changed, Some(key)) => {
                if *key != cell(&row, KEY) {
                    out.remove.push(key.clone());
                }
                out.set.push((cell(&row, KEY), cell(&row, VALUE)));
            }
            _ => {}
        }
    }
    // A key that goes in one row and comes in another is set.
    out.remove.retain(|k| !out.set.iter().any(|(s, _)| s == k));
    for item in split(values.text(SET).unwrap_or_default()) {
        let Some((key, value)) = pair(&item) else {
            return Err((SET, format!("{} is not KEY=VALUE.", visible(&item))));
        };
        why_no_key(&key).or_else(|| why_no_value(&value)).map_or(Ok(()), |e| Err((SET, e)))?;
        out.remove.retain(|k| *k != key);
        out.set.retain(|(k, _)| *k != key);
        out.set.push((key, value));
    }
    for item in split(values.text(REMOVE).unwrap_or_default()) {
        let key: ArcStr = unescape(&item).into();
        why_no_key(&key).map_or(Ok(()), |e| Err((REMOVE, e)))?;
        if out.set.iter().any(|(k, _)| *k == key) {
            return Err((REMOVE, format!("{} is both set and removed.", visible(&key))));
        }
        if !out.remove.contains(&key) {
            out.remove.push(key);
        }
    }
    Ok(out)
}

fn cell(row: &DraftRow, i: usize) -> ArcStr {
    row.cells.get(i).cloned().unwrap_or_default()
}

fn why_no_key(key: &str) -> Option<String> {
    match key.chars().count() {
        0 => Some("A tag needs a key.".into()),
        _ if reserved(key) => Some(format!("{}: keys that begin with aws: are reserved for AWS.", visible(key))),
        n if n > LONGEST_KEY => Some(format!("A key has at most {LONGEST_KEY} characters; this one has {n}.")),
        _ => why_no_text(key),
    }
}

fn why_no_value(value: &str) -> Option<String> {
    match value.chars().count() {
        n if n > LONGEST_VALUE => Some(format!("A value has at most {LONGEST_VALUE} characters; this one has {n}.")),
        _ => why_no_text(value),
    }
}

/// EC2 takes any character that its protocol can carry; the others of AWS's services take fewer (see [`elsewhere`]).
fn why_no_text(text: &str) -> Option<String> {
    let bad = text.chars().find(|c| c.is_control())?;
    Some(format!("A tag cannot contain the control character U+{:04X}.", u32::from(bad)))
}

/// Whether every service of AWS takes the text: letters, numbers, blanks and `+ - = . _ : / @`.
fn elsewhere(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || c == ' ' || "+-=._:/@".contains(c))
}

/// What is wrong with tags that something is to be made with.
pub(in crate::kinds::ec2) fn new_tag_errors(rows: &[DraftRow]) -> Vec<CellError> {
    let mut out = Vec::new();
    for (row, r) in rows.iter().enumerate().filter(|(_, r)| is_new(r) && !r.cells.iter().all(|c| c.is_empty())) {
        let (key, value) = (cell(r, KEY), cell(r, VALUE));
        let twice = rows[..row].iter().any(|o| cell(o, KEY) == key) || key == "Name";
        let why = why_no_key(&key).or_else(|| twice.then(|| format!("There is already a tag {}.", visible(&key))));
        out.extend(why.map(|text| CellError { row, column: KEY, text }));
        out.extend(why_no_value(&value).map(|text| CellError { row, column: VALUE, text }));
    }
    out
}

/// What is wrong with the cells that the user changed.
fn cell_errors(targets: &[Target], rows: &[DraftRow]) -> Vec<CellError> {
    let mut out = Vec::new();
    for (row, r) in rows.iter().enumerate().filter(|(_, r)| is_new(r) && !r.cells.iter().all(|c| c.is_empty())) {
        let (key, value) = (cell(r, KEY), cell(r, VALUE));
        let mut wrong = |column, text| out.push(CellError { row, column, text });
        // Of two rows with one key the one that the user wrote last is wrong.
        let other = |(i, o): (usize, &DraftRow)| {
            i != row && o.mark != RowMark::Removed && cell(o, KEY) == key && (!is_new(o) || i < row)
        };
        let again = rows.iter().enumerate().any(other);
        let renamed = r.key.as_ref().filter(|k| **k != key);
        match (why_no_key(&key), renamed) {
            (Some(text), _) => wrong(KEY, text),
            (None, _) if again => {
                wrong(KEY, format!("The key {} appears twice.", visible(&key)));
            }
            (None, Some(was)) if common(targets, was).is_none() => {
                let text = format!(
                    "The rows do not share one value of {}: add the new key, and remove the old one.",
                    visible(was)
                );
                wrong(KEY, text);
            }
            _ => {}
        }
        if let Some(text) = why_no_value(&value) {
            wrong(VALUE, text);
        }
    }
    out
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
    let mut rows = table(cx.targets).into_field(values, |rows| cell_errors(cx.targets, rows));
    if let FormInput::Rows(input) = &mut rows.input {
        let mixed = keys(cx.targets).into_iter().filter(|key| common(cx.targets, key).is_none());
        input.mixed = mixed.cloned().collect();
    }
    let mut fields = vec![
        rows,
        line(values, SET, "Set", "", "More tags to set: KEY=VALUE, separated by commas.").as_argument(),
        line(values, REMOVE, "Remove", "", "More keys to remove, separated by commas.").as_argument(),
    ];
    let wrong = match edits(cx.targets, values) {
        Err(e) => Some(e),
        Ok(edits) => too_many(cx.targets, &edits).map(|e| (ROWS, e)),
    };
    if let Some((name, error)) = wrong
        && let Some(f) = fields.iter_mut().find(|f| f.name == name)
    {
        f.error.get_or_insert(error);
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
        (n > MOST_TAGS).then(|| format!("{} would have {n} tags; at most {MOST_TAGS} are allowed.", label(&t.record)))
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

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let edits = edits(cx.targets, form.values).map_err(|(_, e)| Fault::new(FaultKind::Invalid, e))?;
    let changes: Vec<Change<'_>> = cx.targets.iter().filter_map(|t| Change::of(t, &edits)).collect();
    if changes.is_empty() {
        return Err(Fault::new(FaultKind::Invalid, "Nothing would change: the tags are like that already."));
    }
    let changed: Vec<Target> = changes.iter().map(|c| c.target.clone()).collect();
    let subjects = changes.iter().map(|c| subject(c.target, c.text())).collect();
    let kind = changed[0].record.kind;
    let mut plan = draft("tags", title("Edit tags of", &kind, &changed), &changed, subjects);
    // New ones first, so that nothing is lost if the second call fails; unless there is no room for both.
    let room = changes.iter().all(|c| with_new(&c.target.record, &edits) <= MOST_TAGS);
    let (set, remove) = (set_calls(&edits, &changed), remove_calls(&edits, &changed));
    plan.steps = Step::each(if room { [set, remove].concat() } else { [remove, set].concat() });

    let mut all = Vec::new();
    let same = cx.targets.len() - changes.len();
    if same > 0 {
        all.push(note(format!("{same} of {} already have these tags and are not changed", cx.targets.len())));
    }
    // Images and groups have names that are no tags.
    let named_by_tag = |r: &Record| r.tag("Name").is_some_and(|name| *name == r.name);
    let unnamed: Vec<String> = changes
        .iter()
        .filter(|c| named_by_tag(&c.target.record) && c.remove.iter().any(|k| **k == "Name"))
        .map(|c| label(&c.target.record))
        .collect();
    if !unnamed.is_empty() {
        all.push(note(format!("{} loses its name", names(&unnamed))));
    }
    if edits.set.iter().any(|(k, v)| !elsewhere(k) || !elsewhere(v)) {
        all.push(note("Other AWS services allow only letters, numbers, blanks and + - = . _ : / @ in tags"));
    }
    all.push(note("Policies, cost reports and scripts may depend on tags: this is not checked"));
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
        CREATE_TAGS.call(scope).arg("Resources", Arg::strs(ids.clone())).arg("Tags", tags()).on(ids)
    };
    batches(rows, &differs).into_iter().map(call).collect()
}

fn remove_calls(edits: &Edits, rows: &[Target]) -> Vec<Call> {
    let has = |r: &Record| edits.remove.iter().any(|k| r.tag(k).is_some());
    // A key alone: whatever its value. An empty value would remove only an empty one.
    let tags = || Arg::List(edits.remove.iter().map(|k| Arg::Map(vec![("Key", Arg::Str(k.clone()))])).collect());
    let call = |(scope, ids): (_, Vec<ArcStr>)| {
        DELETE_TAGS.call(scope).arg("Resources", Arg::strs(ids.clone())).arg("Tags", tags()).on(ids)
    };
    batches(rows, &has).into_iter().map(call).collect()
}
