//! What the overview counts: a board's lines, and the rows that it is made of.
//!
//! A row is one count of one line in one region; the board adds them up. It is no kind that anybody lists: what it counts is.

use arcstr::ArcStr;
use indexmap::IndexMap;

use crate::kinds::autoscaling::auto_scaling_groups;
use crate::kinds::convert::{field, no_tags};
use crate::kinds::ec2::instance_statuses;
use crate::kinds::elbv2::target_group_health;
use crate::kinds::listing::KindDef;
use crate::model::{Derived, FieldInfo, Fields, Inputs, Kind, KindInfo, Record, Tone, Value};

use super::waste;

/// The name of the line that is counted for.
pub const LINE: FieldInfo = FieldInfo::text("line", "LINE", "The line of the overview that it belongs to.");
/// What is counted.
pub const WORD: FieldInfo = FieldInfo::text("word", "WORD", "What is counted: a state, or a problem.");
/// How many there are.
pub const COUNT: FieldInfo = FieldInfo::int("count", "COUNT", "How many there are.");
/// What they cost a month.
pub const COST: FieldInfo = FieldInfo::float(
    "cost",
    "$/MONTH",
    "What they cost a month, as far as that is known; none where nothing has a price.",
);

/// What it is.
pub static INFO: KindInfo = KindInfo::new("overview-counts", "count", "Counts", &FIELDS)
    .doc("The counts of the overview.")
    .sorted(&LINE)
    .side()
    .derived_by(&DERIVED);

/// Counts.
pub static KIND: KindDef = KindDef { info: &INFO, list: super::not_listed, links: |_, _| Vec::new(), raw: None };

static DERIVED: Derived = Derived::of(
    &[
        "instances",
        "instance-statuses",
        "volumes",
        "addresses",
        "load-balancers",
        "target-groups",
        "target-group-health",
        "auto-scaling-groups",
        "alarms",
        "waste",
    ],
    derive,
);

/// A line of the overview.
pub struct Line {
    /// Its name in [`LINE`].
    pub name: &'static str,
    /// What stands before the counts.
    pub title: &'static str,
    /// Where it leads: a kind and a query.
    pub to: (&'static str, &'static str),
    /// The tables that it is counted in.
    pub needs: &'static [&'static str],
    count: fn(&Inputs, &mut Counts),
}

/// What wants a look.
pub static ATTENTION: &[Line] = &[
    Line {
        name: "alarms-in-alarm",
        title: "Alarms in ALARM",
        to: ("alarms", "state=ALARM"),
        needs: &["alarms"],
        count: |inputs, counts| {
            let firing = |r: &&std::sync::Arc<Record>| r.state.as_ref().is_some_and(|(_, s)| s == "ALARM");
            let all: Vec<_> = inputs.rows("alarms").iter().filter(firing).collect();
            // That groups have little to do is nothing that wants a look.
            let loud = all.iter().any(|r| r.state.as_ref().is_some_and(|(tone, _)| *tone != Tone::Idle));
            counts.add(if loud { Tone::Bad } else { Tone::Idle }, "in ALARM", all.len());
        },
    },
    Line {
        name: "unhealthy-targets",
        title: "Unhealthy targets",
        to: ("targets", "health:unhealthy"),
        needs: &["target-groups", "target-group-health"],
        count: |inputs, counts| {
            let unhealthy = |r: &std::sync::Arc<Record>| r.get(&target_group_health::UNHEALTHY).as_int().unwrap_or(0);
            let all: i64 = inputs.rows("target-group-health").iter().map(unhealthy).sum();
            counts.add(Tone::Bad, "unhealthy", usize::try_from(all).unwrap_or(0));
        },
    },
    Line {
        name: "impaired-instances",
        title: "Impaired instances",
        to: ("instances", "impaired_since!=none"),
        needs: &["instance-statuses"],
        count: |inputs, counts| {
            let impaired = |r: &&std::sync::Arc<Record>| r.get(&instance_statuses::IMPAIRED_SINCE).is_some();
            let all = inputs.rows("instance-statuses").iter().filter(impaired).count();
            counts.add(Tone::Bad, "failing a status check", all);
        },
    },
    Line {
        name: "groups-below-desired",
        title: "Groups below desired",
        to: ("auto-scaling-groups", "in_service<100%"),
        needs: &["auto-scaling-groups"],
        count: |inputs, counts| {
            let below = inputs.rows("auto-scaling-groups").iter().filter(|r| below_desired(r)).count();
            counts.add(Tone::Bad, "below desired", below);
        },
    },
    Line {
        name: "waste",
        title: "Waste",
        to: ("waste", ""),
        needs: &["waste"],
        count: |inputs, counts| {
            for row in inputs.rows("waste").iter().filter(|r| waste::is_unused(r)) {
                counts.add(Tone::Idle, "unused", 1);
                counts.cost("unused", row.get(&waste::COST).as_f64());
            }
        },
    },
];

/// What there is.
pub static STOCK: &[Line] = &[
    stock("instances", "Instances", &["instances"], |i, c| c.states(i.rows("instances"))),
    stock("volumes", "Volumes", &["volumes"], |i, c| c.states(i.rows("volumes"))),
    stock("addresses", "Addresses", &["addresses"], |i, c| c.states(i.rows("addresses"))),
    stock("load-balancers", "Load balancers", &["load-balancers"], |i, c| c.states(i.rows("load-balancers"))),
    stock("target-groups", "Target groups", &["target-groups", "target-group-health"], |inputs, counts| {
        let health = inputs.rows("target-group-health");
        for group in inputs.rows("target-groups") {
            let found = health.iter().find(|h| h.id == group.id).map(|h| h.get(&target_group_health::HEALTHY));
            match found {
                Some(Value::Empty) => counts.add(Tone::Idle, "without targets", 1),
                Some(Value::Ratio { ok, of, .. }) if ok >= of => counts.add(Tone::Good, "healthy", 1),
                Some(Value::Ratio { ok, of, busy }) if ok + busy >= *of => counts.add(Tone::Busy, "initial", 1),
                Some(Value::Ratio { .. }) => counts.add(Tone::Bad, "unhealthy", 1),
                _ => counts.add(Tone::Unknown, "unknown", 1),
            }
        }
    }),
    stock("auto-scaling-groups", "Auto Scaling groups", &["auto-scaling-groups"], |inputs, counts| {
        for group in inputs.rows("auto-scaling-groups") {
            match below_desired(group) {
                true => counts.add(Tone::Bad, "below desired", 1),
                false => counts.add(Tone::Good, "as desired", 1),
            }
        }
    }),
    stock("alarms", "Alarms", &["alarms"], |i, c| c.states(i.rows("alarms"))),
];

const fn stock(
    kind: &'static str,
    title: &'static str,
    needs: &'static [&'static str],
    count: fn(&Inputs, &mut Counts),
) -> Line {
    Line { name: kind, title, to: (kind, ""), needs, count }
}

fn below_desired(group: &Record) -> bool {
    matches!(group.get(&auto_scaling_groups::fields::IN_SERVICE), Value::Ratio { ok, of, .. } if ok < of)
}

/// The counts of one line by their words.
#[derive(Default)]
struct Counts(IndexMap<ArcStr, Count>);

#[derive(Default)]
struct Count {
    tone: Tone,
    count: usize,
    cost: Option<f64>,
}

impl Counts {
    fn add(&mut self, tone: Tone, word: &str, more: usize) {
        if more > 0 {
            let count = self.0.entry(word.into()).or_default();
            (count.tone, count.count) = (tone, count.count + more);
        }
    }
    fn cost(&mut self, word: &str, more: Option<f64>) {
        if let (Some(count), Some(more)) = (self.0.get_mut(word), more) {
            count.cost = Some(count.cost.unwrap_or(0.0) + more);
        }
    }
    fn states(&mut self, rows: &[std::sync::Arc<Record>]) {
        for (tone, word) in rows.iter().filter_map(|r| r.state.as_ref()) {
            self.add(*tone, if word.is_empty() { "unknown" } else { word }, 1);
        }
    }
}

static FIELDS: Fields<Record> = Fields(&[
    field(LINE, |r| r.at(0).clone()),
    field(WORD, |r| r.at(1).clone()),
    field(COUNT, |r| r.at(2).clone()),
    field(COST, |r| r.at(3).clone()),
]);

fn derive(inputs: &Inputs) -> Vec<Record> {
    let mut out = Vec::new();
    for line in ATTENTION.iter().chain(STOCK) {
        let mut counts = Counts::default();
        (line.count)(inputs, &mut counts);
        for (word, count) in &counts.0 {
            let values = [
                Value::Text(ArcStr::from(line.name)),
                Value::Text(word.clone()),
                Value::Int(i64::try_from(count.count).unwrap_or(i64::MAX)),
                count.cost.map_or(Value::Empty, Value::Float),
            ];
            out.push(Record {
                kind: Kind(&INFO),
                id: arcstr::format!("{}|{word}", line.name),
                name: ArcStr::new(),
                state: Some((count.tone, word.clone())),
                values: values.into(),
                tags: no_tags(),
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use super::*;
    use crate::base::{Scope, Time};
    use crate::kinds::registry::ALL;
    use crate::kinds::testing::row;
    use crate::model::Input;
    use crate::query::Query;

    #[test]
    fn every_line_leads_to_a_query_that_can_be_read_and_names_what_it_is_counted_in() {
        let mut names = BTreeSet::new();
        for line in ATTENTION.iter().chain(STOCK) {
            let (kind, query) = line.to;
            let info = ALL.kind(kind).expect(kind).info;
            assert!(Query::parse(query, info).is_ok(), "{kind} {query}");
            assert!(names.insert(line.name), "{} twice", line.name);
            assert!(!line.needs.is_empty() && line.needs.iter().all(|n| DERIVED.inputs.contains(n)), "{}", line.name);
        }
    }

    #[test]
    fn states_are_counted_and_what_is_wrong_apart() {
        let mut tables: Vec<Input> = Vec::new();
        for name in DERIVED.inputs {
            let kind = ALL.kind(name).expect("a kind").info;
            let rows = match *name {
                "alarms" => vec![row(kind, "a", "a", "ALARM").record(), row(kind, "b", "b", "OK").record()],
                "instances" => ["running", "stopped", "running"].map(|s| row(kind, s, s, s).record()).to_vec(),
                "target-group-health" => {
                    let health = row(kind, "tg", "", "").with(&target_group_health::UNHEALTHY, Value::Int(2));
                    vec![health.with(&target_group_health::HEALTHY, Value::ratio(1, 3)).record()]
                }
                "target-groups" => vec![row(kind, "tg", "tg", "").record(), row(kind, "tg-2", "tg-2", "").record()],
                "waste" => {
                    let cost = |id: &str, cost| row(kind, id, id, "unused").with(&waste::COST, cost).record();
                    vec![cost("a", Value::Float(3.65)), cost("b", Value::Float(10.0)), cost("c", Value::Unknown)]
                }
                _ => Vec::new(),
            };
            let rows = rows.into_iter().map(Arc::new).collect();
            tables.push(Input { kind: Kind(kind), rows, whole: true, fault: None });
        }
        let rows =
            derive(&Inputs { scope: Scope::region("p", "r"), text: ArcStr::new(), now: Time::default(), tables });
        let told: Vec<String> = rows
            .iter()
            .map(|r| {
                format!(
                    "{} {}{}",
                    r.id,
                    r.get(&COUNT).as_int().unwrap_or(0),
                    r.get(&COST).as_f64().map_or(String::new(), |c| format!(" ${c}"))
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "alarms-in-alarm|in ALARM 1",
                "unhealthy-targets|unhealthy 2",
                "waste|unused 3 $13.65",
                "instances|running 2",
                "instances|stopped 1",
                "target-groups|unhealthy 1",
                "target-groups|unknown 1",
                "alarms|ALARM 1",
                "alarms|OK 1",
            ]
        );
    }
}
