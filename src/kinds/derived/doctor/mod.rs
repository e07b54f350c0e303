//! Why a port cannot be reached: `:doctor me web-1:22`. Each row is a hop of the way, with its evidence.
//!
//! Each table is of one question ([`crate::model::Selector::Parent`]). It is judged by [`crate::net::path`]; this reads the question, makes plain
//! data of the tables, and says the smallest change.

pub(super) mod change;
mod inside;
mod judge;
pub(super) mod network;
mod question;

use arcstr::ArcStr;

use self::question::ME;
use crate::base::Scope;
use crate::base::text::visible;
use crate::kinds::convert::{field, no_tags};
use crate::kinds::listing::KindDef;
use crate::kinds::mend::{Mend, Mends};
use crate::kinds::registry::ALL;
use crate::model::derived::{ByText, Parts, Rows, Wanted};
use crate::model::{Derived, FieldInfo, Fields, Inputs, Kind, KindInfo, Link, Record, Selector, Tone, Value};
use crate::net::path::{Answer, At, Hop, Verdict};

/// What was looked at.
pub const HOP: FieldInfo =
    FieldInfo::text("hop", "HOP", "What was looked at, in the order of the way.").shown(0).cells(14, 22);
/// passed, failed or unknown.
pub const ANSWER: FieldInfo = FieldInfo::state(
    "answer",
    "ANSWER",
    "passed, failed, or unknown: not read, or not modelled. Of the verdict: open, times-out, refused or unknown.",
)
.shown(0)
.cells(7, 9);
/// The rule, entry or route that says so.
pub const EVIDENCE: FieldInfo =
    FieldInfo::text("evidence", "EVIDENCE", "The rule, entry or route that says so.").shown(0).cells(40, 100);
/// What decides it.
pub const BY: FieldInfo =
    FieldInfo::id("by", "DECIDED BY", "The security group, route table, network ACL or instance that decides it.")
        .shown(4)
        .cells(11, 24);
/// What would mend it.
pub const CHANGE: FieldInfo =
    FieldInfo::text("change", "CHANGE", "The smallest change that would mend it. Enter plans it.").cells(20, 80);
/// The action that makes the change, as a palette line.
pub const MEND: FieldInfo = FieldInfo::text("mend", "MEND", "The action that makes that change.").detail_only();
/// Where in the way it is.
pub const STEP: FieldInfo = FieldInfo::int("step", "STEP", "Where in the way it is; the verdict is 0.").detail_only();

/// What it is.
pub static INFO: KindInfo = KindInfo::new("doctor", "hop", "Doctor", &FIELDS)
    .doc(
        "Why a port of an instance can or cannot be reached: from one's own address (me), from anywhere, from an address or a range, \
         from another instance or from the instances of a security group, each of which is judged. State, status checks, public address, VPC \
         Block Public Access, routes, network ACLs both ways, security groups, and what health checks know of the port, each passed, failed \
         or unknown with its evidence; then the verdict and the smallest change. In the palette and on the command line: `doctor me web-1:22`, `doctor bastion 10.1.4.77:5432`.",
    )
    .aliases(&["why-not"])
    .sorted(&STEP)
    .of_text(&TEXT)
    .derived_by(&DERIVED);

/// Whether a port can be reached.
pub static KIND: KindDef = KindDef { info: &INFO, list: super::not_listed, links, raw: None };

/// What mends a hop.
pub static MENDS: Mends = Mends { kind: &INFO, mend, verb: None };

static DERIVED: Derived =
    Derived { inputs: INPUTS, derive, of: Some(Parts { asks, then: Some(then), beside: |_, _| Vec::new() }) };

static TEXT: ByText = ByText {
    read: question::normal,
    nothing: |text| {
        let to = question::read(text).map_or_else(|_| text.to_string(), |asked| asked.to);
        format!("no instance is {}", visible(&to))
    },
    me: Some(ME),
    offer: Some(question::offer),
    // From where, and at which port, may be meant otherwise.
    sure: false,
    exit: Some(exit),
};

/// What the way goes through, and who knows what listens at its end.
const INPUTS: &[&str] = &[
    "instances",
    "instance-statuses",
    "subnets",
    "route-tables",
    "network-acls",
    "security-groups",
    "security-group-rules",
    "target-groups",
    "targets",
];

fn asks(_: &str, _: &Scope) -> Vec<Wanted> {
    let of_the_way = INPUTS.iter().filter(|kind| !matches!(**kind, "target-groups" | "targets"));
    of_the_way.map(|kind| (*kind, Selector::All)).collect()
}

fn then(text: &str, rows: &Rows<'_>) -> Vec<Wanted> {
    question::read(text).map_or_else(|_| Vec::new(), |asked| inside::asks(&asked, rows))
}

/// A row.
#[derive(Default)]
struct Row {
    step: usize,
    hop: &'static str,
    answer: Option<(Tone, &'static str)>,
    evidence: String,
    by: Option<ArcStr>,
    change: Option<change::Change>,
}

static FIELDS: Fields<Row> = Fields(&[
    field(HOP, |r| Value::Text(ArcStr::from(r.hop))),
    field(ANSWER, |r| r.answer.map_or(Value::Empty, |(tone, word)| Value::State(tone, word.into()))),
    field(EVIDENCE, |r| Value::text(&r.evidence)),
    field(BY, |r| r.by.clone().map_or(Value::Empty, Value::Text)),
    field(CHANGE, |r| r.change.as_ref().map_or(Value::Empty, |c| Value::text(&c.text))),
    field(MEND, |r| r.change.as_ref().and_then(|c| c.mend.as_deref()).map_or(Value::Empty, Value::text)),
    field(STEP, |r| Value::Int(i64::try_from(r.step).unwrap_or(i64::MAX))),
]);

impl Row {
    fn record(&self) -> Record {
        Record {
            kind: Kind(&INFO),
            // Each is there once; steps shift while tables come.
            id: self.hop.into(),
            name: self.hop.into(),
            state: self.answer.map(|(tone, word)| (tone, word.into())),
            values: FIELDS.values(self),
            tags: no_tags(),
        }
    }
}

/// The hops of one region: none where the target is not there.
fn derive(inputs: &Inputs) -> Vec<Record> {
    let Ok(asked) = question::read(&inputs.text) else { return Vec::new() };
    let known = match network::find(inputs, &asked) {
        network::Found::Nothing => return Vec::new(),
        network::Found::Doubt(evidence) => {
            let row = Row { hop: "verdict", answer: Some((Tone::Unknown, "unknown")), evidence, ..Row::default() };
            return vec![row.record()];
        }
        network::Found::Way(way) => way,
    };
    let judged = judge::all(inputs, &known, asked.service);
    let hops = &judged.hops;
    let change = change::of(hops, &known, asked.service);
    let mut rows = vec![Row {
        hop: "verdict",
        answer: Some(told(judged.verdict)),
        evidence: judged.why,
        change: change.clone(),
        ..Row::default()
    }];
    if let Some(change) = change.clone() {
        let evidence = change.text.clone();
        let (by, change) = (change.row.clone(), Some(change));
        rows.push(Row { step: 1, hop: "smallest change", evidence, by, change, answer: None });
    }
    if let Some(evidence) = judged.members {
        let by = known.from_row.clone();
        rows.push(Row { step: rows.len() + 1, hop: "members", evidence, by, ..Row::default() });
    }
    let failed = hops.iter().position(|h| h.sign.answer == Answer::Failed);
    for (i, hop) in hops.iter().enumerate() {
        let mended = change.clone().filter(|_| Some(i) == failed);
        rows.push(of_hop(rows.len() + 1, hop, &known, mended));
    }
    rows.iter().map(Row::record).collect()
}

/// A verdict's word.
fn told(verdict: Verdict) -> (Tone, &'static str) {
    match verdict {
        Verdict::Open => (Tone::Good, "open"),
        Verdict::TimesOut => (Tone::Bad, "times-out"),
        Verdict::Refused => (Tone::Bad, "refused"),
        Verdict::Unknown => (Tone::Unknown, "unknown"),
    }
}

fn of_hop(step: usize, hop: &Hop, known: &network::Way, change: Option<change::Change>) -> Row {
    let instance = || match hop.at {
        At::SourceState => known.from_row.clone(),
        At::State | At::Checks | At::Address | At::Inside => Some(known.to_row.clone()),
        _ => None,
    };
    Row {
        step,
        hop: word(hop.at),
        answer: Some(match hop.sign.answer {
            Answer::Passed => (Tone::Good, "passed"),
            Answer::Failed => (Tone::Bad, "failed"),
            Answer::Unknown => (Tone::Unknown, "unknown"),
        }),
        evidence: hop.sign.evidence.clone(),
        by: hop.sign.by.as_deref().map(ArcStr::from).or_else(|| change.as_ref()?.row.clone()).or_else(instance),
        change,
    }
}

/// What a hop is called.
pub(super) fn word(at: At) -> &'static str {
    match at {
        At::SourceState => "source state",
        At::SourceGroups => "source groups, out",
        At::SourceAclOut => "source ACL, out",
        At::SourceRoute => "source route",
        At::State => "state",
        At::Checks => "status checks",
        At::Address => "public address",
        At::PublicAccess => "block public access",
        At::Route => "route back",
        At::AclIn => "network ACL, in",
        At::Groups => "security groups, in",
        At::AclBack => "network ACL, answer",
        At::SourceAclBack => "source ACL, answer",
        At::Inside => "inside",
    }
}

/// To what decides it.
fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let Some(id) = row.get(&BY).as_str() else { return Vec::new() };
    let Some(named) = ALL.named(id).filter(|n| n.whole) else { return Vec::new() };
    let (title, kind) = (named.kind.0.singular, named.kind.0.name);
    vec![Link { title, kind, selector: Selector::All, query: format!("id={id}") }]
}

/// The action that makes the smallest change: `security-groups sg-… rules +…`.
fn mend(row: &Record) -> Option<Mend> {
    change::read(row.get(&MEND).as_str()?)
}

/// The exit status of the command line: 0 open, 1 times out or refused, 3 unknown; `None` without a verdict.
fn exit(rows: &[&Record]) -> Option<u8> {
    let verdict = rows.iter().find(|r| r.get(&STEP).as_int() == Some(0))?;
    Some(match verdict.state.as_ref().map(|(_, word)| word.as_str()) {
        Some("open") => 0,
        Some("times-out" | "refused") => 1,
        _ => 3,
    })
}

#[cfg(test)]
mod tests;
