//! Why something is as it is, on one screen: `:why web-1`. State and reason, checks, scheduled events, the health of its targets with the
//! balancer's side, alarms, its group's activity, and who changed it last.
//!
//! Each table is of one instance, target group, load balancer or Auto Scaling group. What is asked for follows from what is found: a group's
//! activity once the group is known, the network once a target fails its checks.

mod instance;
mod subject;
mod target;
#[cfg(test)]
mod tests;

use arcstr::ArcStr;
use rustc_hash::FxHashMap;

use super::doctor::change;
use crate::base::text::visible;
use crate::base::{Scope, Time};
use crate::kinds::cloudtrail::trail;
use crate::kinds::convert::{field, moment, no_tags};
use crate::kinds::listing::KindDef;
use crate::kinds::mend::Mends;
use crate::model::derived::{ByText, Parts};
use crate::model::{Derived, FieldInfo, Fields, Inputs, Kind, KindInfo, Link, Record, Tone, Value};

/// What was looked at.
pub const ABOUT: FieldInfo =
    FieldInfo::text("about", "ABOUT", "What was looked at; why is the sentence that it comes to.")
        .shown(0)
        .cells(13, 28);
/// How it is.
pub const ANSWER: FieldInfo =
    FieldInfo::state("answer", "ANSWER", "well, bad, busy, idle or unknown, or AWS's own word.").shown(0).cells(7, 12);
/// What is to be said of it.
pub const SAID: FieldInfo =
    FieldInfo::text("said", "WHAT IS KNOWN", "What is to be said of it, with AWS's reason.").shown(0).cells(36, 110);
/// Since when.
pub const AT: FieldInfo =
    FieldInfo::age("at", "AGE", "When it became so, or happened.").shown(3).aka(&["age", "since"]);
/// Whose row says so.
pub const BY: FieldInfo = FieldInfo::text("by", "BY", "The row that says so. Enter goes there.").detail_only();
/// The kind of that row.
pub const BY_KIND: FieldInfo = FieldInfo::text("by_kind", "BY KIND", "The kind of that row.").detail_only();
/// What would mend it.
pub const CHANGE: FieldInfo =
    FieldInfo::text("change", "CHANGE", "The smallest change that would mend it. Enter plans it.")
        .shown(5)
        .cells(20, 80);
/// The action that makes the change, as a palette line.
pub const MEND: FieldInfo = FieldInfo::text("mend", "MEND", "The action that makes that change.").detail_only();
/// Where it stands.
pub const STEP: FieldInfo = FieldInfo::int("step", "STEP", "Its place in the list; the sentence is 0.").detail_only();

/// What it is.
pub static INFO: KindInfo = KindInfo::new("why", "reason", "Reasons", &FIELDS)
    .doc(
        "Why an instance, a target group, a load balancer or an Auto Scaling group is as it is, on one screen: state and reason, status \
         checks, scheduled events, the health of its targets, alarms, its group's activity and who changed it last. Of a target that fails \
         its health checks it says whether the load balancer reaches it at all (security groups of both, network ACLs, routes), what the \
         check asks for and what the application answers; one sentence first. In the palette and on the command line: `why web-1`.",
    )
    .sorted(&STEP)
    .of_text(&TEXT)
    .derived_by(&DERIVED);

/// Why it is so.
pub static KIND: KindDef = KindDef { info: &INFO, list: super::not_listed, links, raw: None };

/// What mends what was found.
pub static MENDS: Mends = Mends { kind: &INFO, mend: |row| change::read(row.get(&MEND).as_str()?), verb: None };

static DERIVED: Derived = Derived {
    inputs: subject::INPUTS,
    derive,
    of: Some(Parts { asks: subject::asks, then: Some(subject::then), beside: subject::beside }),
};

static TEXT: ByText = ByText {
    read: subject::read,
    nothing: |text| format!("no instance, target group, load balancer or Auto Scaling group is {}", visible(text)),
    me: None,
    offer: Some(subject::offer),
    sure: true,
    exit: None,
};

/// A row.
#[derive(Default, Clone)]
struct Row {
    about: String,
    answer: Option<(Tone, ArcStr)>,
    said: String,
    at: Option<Time>,
    /// Kind and id of the row that says so.
    by: Option<(&'static str, ArcStr)>,
    change: Option<change::Change>,
    /// What it is about, where the sentence has to say which of several: `web-1:80`.
    which: Option<String>,
    /// How much it explains, if it is what is wrong: the greatest is the sentence.
    weight: u8,
}

impl Row {
    fn new(about: impl Into<String>, tone: Tone, word: impl Into<ArcStr>, said: impl Into<String>) -> Row {
        Row { about: about.into(), answer: Some((tone, word.into())), said: said.into(), ..Row::default() }
    }
    fn at(self, at: Option<Time>) -> Row {
        Row { at, ..self }
    }
    fn by(self, kind: &'static str, id: ArcStr) -> Row {
        Row { by: Some((kind, id)), ..self }
    }
    fn weighs(self, weight: u8) -> Row {
        Row { weight, ..self }
    }
}

static FIELDS: Fields<(usize, Row)> = Fields(&[
    field(ABOUT, |(_, r)| Value::text(&r.about)),
    field(ANSWER, |(_, r)| r.answer.clone().map_or(Value::Empty, |(tone, word)| Value::State(tone, word))),
    field(SAID, |(_, r)| Value::text(&r.said)),
    field(AT, |(_, r)| moment(r.at)),
    field(CHANGE, |(_, r)| r.change.as_ref().map_or(Value::Empty, |c| Value::text(&c.text))),
    field(BY, |(_, r)| r.by.clone().map_or(Value::Empty, |(_, id)| Value::Text(id))),
    field(BY_KIND, |(_, r)| r.by.as_ref().map_or(Value::Empty, |(kind, _)| Value::Text(ArcStr::from(*kind)))),
    field(MEND, |(_, r)| r.change.as_ref().and_then(|c| c.mend.as_deref()).map_or(Value::Empty, Value::text)),
    field(STEP, |(step, _)| Value::Int(i64::try_from(*step).unwrap_or(i64::MAX))),
]);

/// Rows keep their identities while others come before them: what they are about, and their number among those alike.
fn records(rows: Vec<Row>) -> Vec<Record> {
    let mut seen: FxHashMap<ArcStr, usize> = FxHashMap::default();
    let record = |(step, row): (usize, Row)| {
        let id = ArcStr::from(row.about.as_str());
        let n = seen.entry(id.clone()).or_insert(0);
        *n += 1;
        let id = if *n > 1 { arcstr::format!("{id} {n}") } else { id };
        let (name, state) = (row.about.as_str().into(), row.answer.clone());
        Record { kind: Kind(&INFO), id, name, state, values: FIELDS.values(&(step, row)), tags: no_tags() }
    };
    rows.into_iter().enumerate().map(record).collect()
}

/// All rows, the sentence first.
fn derive(inputs: &Inputs) -> Vec<Record> {
    let rows = subject::rows(inputs);
    if rows.is_empty() {
        return Vec::new();
    }
    let mut all = vec![sentence(&rows, inputs)];
    all.extend(rows);
    records(all)
}

/// What all rows come to: the gravest one, in a sentence.
fn sentence(rows: &[Row], inputs: &Inputs) -> Row {
    // The first of the gravest: rows stand in the order in which one would look at them.
    let worst =
        rows.iter().filter(|r| r.weight > 0).reduce(|best, row| if row.weight > best.weight { row } else { best });
    let row = match worst {
        Some(worst) => {
            let said = match &worst.which {
                Some(which) => format!("{which}: {}", worst.said),
                None => worst.said.clone(),
            };
            Row { said, at: worst.at, by: worst.by.clone(), change: worst.change.clone(), ..Row::default() }
        }
        None if inputs.tables.iter().any(|t| !t.whole) => {
            Row { said: "not everything is known yet".into(), ..Row::default() }
        }
        None => Row { said: "nothing that is looked at is wrong".into(), ..Row::default() },
    };
    let (tone, word) = match worst {
        // A word of its own, so that the heading does not count what is wrong twice.
        Some(worst) => match worst.answer.as_ref().map_or(Tone::Bad, |(tone, _)| *tone) {
            Tone::Good => (Tone::Good, "well".into()),
            Tone::Busy => (Tone::Busy, "busy".into()),
            Tone::Idle => (Tone::Idle, "idle".into()),
            Tone::Unknown => (Tone::Unknown, "unknown".into()),
            Tone::Bad => (Tone::Bad, "bad".into()),
        },
        None if inputs.tables.iter().any(|t| !t.whole) => (Tone::Unknown, "unknown".into()),
        None => (Tone::Good, "well".into()),
    };
    Row { about: "why".into(), answer: Some((tone, word)), ..row }
}

/// To the row that says so.
fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let (Some(kind), Some(id)) = (row.get(&BY_KIND).as_str(), row.get(&BY).as_str()) else { return Vec::new() };
    let Some(def) = crate::kinds::registry::ALL.kind(kind) else { return Vec::new() };
    if std::ptr::eq(def.info, &trail::INFO) {
        return vec![Link { title: "who changed it", kind: def.info.name, selector: parent(id), query: String::new() }];
    }
    // A row's identity may be more than its id (a target's), and some are known by their names alone.
    let by_id = def.info.index_of("id").is_some();
    let query = if by_id { format!("id=\"{id}\"") } else { format!("name=\"{id}\"") };
    vec![Link::to(def.info.singular, def.info.name, query)]
}

fn parent(id: &str) -> crate::model::Selector {
    crate::model::Selector::Parent(id.into())
}
