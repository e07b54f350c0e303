//! What is paid for and does nothing.
//!
//! A row is there only where that is known: an input that is not read in full makes no waste of what it might use.

use arcstr::ArcStr;
use rustc_hash::FxHashMap;

use crate::base::{Scope, Time};
use crate::kinds::convert::{field, moment, no_tags};
use crate::kinds::ec2::instances::instance::{self, InstanceState};
use crate::kinds::ec2::volumes::volume::{self, VolumeState};
use crate::kinds::ec2::{addresses, instances, volumes};
use crate::kinds::elbv2::{load_balancers, target_group_health, target_groups};
use crate::kinds::listing::KindDef;
use crate::kinds::prices;
use crate::model::cost::HOURS_A_MONTH;
use crate::model::{Derived, FieldInfo, Fields, Inputs, Kind, KindInfo, Link, Record, Tone, Value};

/// Its name, else its id.
pub const NAME: FieldInfo =
    FieldInfo::text("name", "NAME", "Its name, or its id if it has none.").shown(0).cells(8, 40);
/// The kind of what is wasted.
pub const OF: FieldInfo = FieldInfo::text("kind", "KIND", "Its kind: volumes, addresses or load-balancers.")
    .shown(0)
    .cells(9, 14)
    .aka(&["what"]);
/// Its id, as its kind has it.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "Its id.").shown(4).cells(13, 26);
/// Why it does nothing.
pub const WHY: FieldInfo = FieldInfo::text("why", "WHY", "Why it is unused.").shown(1).cells(28, 48);
/// Since when, where that is known.
pub const SINCE: FieldInfo =
    FieldInfo::age("since", "SINCE", "Since when it is unused, where AWS says so: since its instance was stopped.")
        .shown(3)
        .cells(5, 6);
/// US dollars a month.
pub const COST: FieldInfo = FieldInfo::float(
    "cost",
    "$/MONTH",
    "What it costs a month of 730 hours, by the region's list prices as far as they are known, else by us-east-1's.",
)
.shown(0)
.cells(7, 9);
/// The instance that it hangs on.
pub const INSTANCE: FieldInfo =
    FieldInfo::id("instance", "INSTANCE", "The stopped instance that it is attached to.").id_of("instances", "i-");

/// What it is.
pub static INFO: KindInfo = KindInfo::new("waste", "unused resource", "Waste", &FIELDS)
    .doc(
        "Resources that cost money and do nothing: Elastic IP addresses not associated or associated with a stopped \
         instance, volumes not attached or attached to stopped instances, load balancers without a healthy target. \
         The most expensive come first.",
    )
    .aliases(&["unused"])
    .sorted_down(&COST)
    .derived_by(&DERIVED);

/// Waste.
pub static KIND: KindDef = KindDef { info: &INFO, list: super::not_listed, links, raw: None };

static DERIVED: Derived = Derived::of(
    &["instances", "volumes", "addresses", "load-balancers", "target-groups", "target-group-health"],
    derive,
);

struct Waste {
    of: &'static str,
    id: ArcStr,
    name: ArcStr,
    why: String,
    since: Option<Time>,
    cost: Option<f64>,
    instance: Option<ArcStr>,
}

static FIELDS: Fields<Waste> = Fields(&[
    field(NAME, |w| Value::text(if w.name.trim().is_empty() { &w.id } else { &w.name })),
    field(OF, |w| Value::Text(ArcStr::from(w.of))),
    field(ID, |w| Value::Text(w.id.clone())),
    field(WHY, |w| Value::text(&w.why)),
    field(SINCE, |w| w.since.map_or(Value::Unknown, |t| moment(Some(t)))),
    field(COST, |w| w.cost.map_or(Value::Unknown, Value::Float)),
    field(INSTANCE, |w| w.instance.clone().map_or(Value::Empty, Value::Text)),
]);

impl Waste {
    fn of(kind: &'static KindInfo, row: &Record, why: impl Into<String>, cost: Option<f64>) -> Waste {
        let (id, name) = (row.shown_id().clone(), row.name.clone());
        Waste { of: kind.name, id, name, why: why.into(), since: None, cost, instance: None }
    }
    /// It hangs on an instance that is stopped.
    fn on(self, instance: &Record) -> Waste {
        let since = instance.get(&instances::fields::TRANSITIONED).as_time();
        Waste { since, instance: Some(instance.id.clone()), ..self }
    }
    fn record(&self) -> Record {
        Record {
            kind: Kind(&INFO),
            id: arcstr::format!("{}/{}", self.of, self.id),
            name: self.name.clone(),
            state: Some((Tone::Idle, arcstr::literal!("unused"))),
            values: FIELDS.values(self),
            tags: no_tags(),
        }
    }
}

fn derive(inputs: &Inputs) -> Vec<Record> {
    let stopped: FxHashMap<&str, &Record> = inputs
        .rows("instances")
        .iter()
        .filter(|i| instance::state(i) == InstanceState::Stopped)
        .map(|i| (i.id.as_str(), &**i))
        .collect();
    let mut all: Vec<Waste> = Vec::new();
    all.extend(inputs.rows("volumes").iter().filter_map(|v| of_volume(v, &stopped)));
    all.extend(inputs.rows("addresses").iter().filter_map(|a| of_address(a, &stopped)));
    all.extend(balancers(inputs));
    all.iter().map(Waste::record).collect()
}

/// A volume that is attached to nothing, or to stopped instances only.
fn of_volume(row: &Record, stopped: &FxHashMap<&str, &Record>) -> Option<Waste> {
    let cost = row.get(&volumes::fields::COST).as_f64();
    match volume::state(row) {
        VolumeState::Available => Some(Waste::of(&volumes::INFO, row, "not attached", cost)),
        VolumeState::InUse => {
            let on = volume::instances(row);
            let first = stopped.get(on.first()?.as_str())?;
            let all = on.iter().all(|id| stopped.contains_key(id.as_str()));
            all.then(|| Waste::of(&volumes::INFO, row, attached(first), cost).on(first))
        }
        _ => None,
    }
}

fn attached(instance: &Record) -> String {
    format!("attached to stopped {}", instance.label())
}

/// An address that is associated with nothing, or with a stopped instance. One's own (BYOIP) costs nothing.
fn of_address(row: &Record, stopped: &FxHashMap<&str, &Record>) -> Option<Waste> {
    let cost = row.get(&addresses::COST).as_f64().map(|hour| hour * HOURS_A_MONTH);
    if cost == Some(0.0) {
        return None;
    }
    let mut waste = match addresses::instance(row).map(|id| stopped.get(id)) {
        Some(Some(instance)) => {
            let why = format!("associated with stopped {}", instance.label());
            Waste::of(&addresses::INFO, row, why, cost).on(instance)
        }
        None if addresses::is_unattached(row) => Waste::of(&addresses::INFO, row, "not associated", cost),
        _ => return None,
    };
    // It has a better name than its allocation id.
    if waste.name.trim().is_empty()
        && let Some(ip) = addresses::public_ip(row)
    {
        waste.name = arcstr::format!("{ip}");
    }
    Some(waste)
}

/// Load balancers of which no target can answer. Only where all of their groups and the health of each are known.
fn balancers(inputs: &Inputs) -> Vec<Waste> {
    if !inputs.is_whole("target-groups") {
        return Vec::new();
    }
    let health: FxHashMap<&str, &Record> =
        inputs.rows("target-group-health").iter().map(|h| (h.id.as_str(), &**h)).collect();
    let mut groups: FxHashMap<ArcStr, Vec<&Record>> = FxHashMap::default();
    for group in inputs.rows("target-groups") {
        for balancer in group.get(&target_groups::LOAD_BALANCERS).items() {
            groups.entry(balancer).or_default().push(group);
        }
    }
    let prices = prices::of(&inputs.scope);
    let one = |row: &Record| {
        let groups = groups.get(&row.name).map_or(&[][..], Vec::as_slice);
        let why = useless(groups.iter().map(|g| health.get(g.id.as_str()).copied()))?;
        let kind = row.get(&load_balancers::TYPE).as_str();
        let cost = prices.zip(kind).and_then(|(p, kind)| p.load_balancer(kind)).map(|money| money.monthly().amount);
        Some(Waste::of(&load_balancers::INFO, row, why, cost))
    };
    inputs.rows("load-balancers").iter().filter_map(|b| one(b)).collect()
}

/// Why groups with this health (`None` = it is not known) can answer nothing; `None` if they can, or may.
fn useless<'a>(groups: impl Iterator<Item = Option<&'a Record>>) -> Option<String> {
    let (mut any, mut registered) = (false, 0);
    for group in groups {
        any = true;
        match group?.get(&target_group_health::HEALTHY) {
            Value::Empty => {}
            // Those that are on their way will be healthy.
            Value::Ratio { ok: 0, of, busy: 0 } => registered += of,
            _ => return None,
        }
    }
    Some(match (any, registered) {
        (false, _) => "no target group".into(),
        (true, 0) => "no targets registered".into(),
        (true, 1) => "its only target is unhealthy".into(),
        (true, n) => format!("none of {n} targets is healthy"),
    })
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let id = row.get(&ID).as_str().unwrap_or_default();
    let mut out = match row.get(&OF).as_str() {
        Some("volumes") => vec![Link::to("volume", "volumes", format!("id={id}"))],
        Some("addresses") => vec![Link::to("address", "addresses", format!("id={id}"))],
        Some("load-balancers") => {
            let groups = Link::to("target groups", "target-groups", format!("load_balancers={}", row.name));
            vec![Link::to("load balancer", "load-balancers", format!("name={}", row.name)), groups]
        }
        _ => Vec::new(),
    };
    out.extend(Link::to_ids("instance", "instances", row.get(&INSTANCE)));
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::kinds::testing::row;
    use crate::model::Input;

    fn inputs(tables: Vec<(&'static KindInfo, bool, Vec<Record>)>) -> Inputs {
        let table = |name: &&'static str| {
            let found = tables.iter().find(|(kind, ..)| kind.name == *name);
            let kind = Kind(crate::kinds::registry::ALL.kind(name).expect("a kind").info);
            let rows = found.map(|(_, _, rows)| rows.iter().cloned().map(Arc::new).collect()).unwrap_or_default();
            Input { kind, rows, whole: found.is_some_and(|f| f.1), fault: None }
        };
        Inputs {
            scope: Scope::region("p", "us-east-1"),
            text: ArcStr::new(),
            tables: DERIVED.inputs.iter().map(table).collect(),
        }
    }

    fn told(inputs: &Inputs) -> Vec<String> {
        let cost = |r: &Record| r.get(&COST).as_f64().map_or("?".into(), |c| format!("{c:.2}"));
        derive(inputs)
            .iter()
            .map(|r| format!("{} {}: {}", r.name, cost(r), r.get(&WHY).as_str().unwrap_or("?")))
            .collect()
    }

    #[test]
    fn it_costs_and_does_nothing_or_it_is_no_waste() {
        let instance = |id: &str, name: &str, state: &str| row(&instances::INFO, id, name, state).record();
        let volume = |id: &str, state: &str, on: &[&str]| {
            let on = Value::list(on.iter().map(|s| ArcStr::from(*s)));
            let row = row(&volumes::INFO, id, id, state).with(&volumes::fields::ID, Value::text(id));
            row.with(&volumes::fields::INSTANCES, on).with(&volumes::fields::COST, Value::Float(8.0)).record()
        };
        let address = |id: &str, ip: &str, state: &str, on: Option<&str>, hour: f64| {
            let row = row(&addresses::INFO, id, "", state).with(&addresses::PUBLIC_IP, Value::ip(Some(ip)));
            row.with(&addresses::INSTANCE, Value::opt(on)).with(&addresses::COST, Value::Float(hour)).record()
        };
        let all = inputs(vec![
            (&instances::INFO, true, vec![instance("i-1", "web", "running"), instance("i-2", "old", "stopped")]),
            (
                &volumes::INFO,
                true,
                vec![
                    volume("vol-1", "in-use", &["i-1"]),
                    volume("vol-2", "in-use", &["i-2"]),
                    volume("vol-3", "available", &[]),
                    volume("vol-4", "in-use", &["i-2", "i-1"]),
                    volume("vol-5", "deleting", &[]),
                    volume("vol-6", "in-use", &["i-9"]),
                ],
            ),
            (
                &addresses::INFO,
                true,
                vec![
                    address("eipalloc-1", "198.51.100.1", "associated", Some("i-1"), 0.005),
                    address("eipalloc-2", "198.51.100.2", "associated", Some("i-2"), 0.005),
                    address("eipalloc-3", "198.51.100.3", "unattached", None, 0.005),
                    address("eipalloc-4", "198.51.100.4", "unattached", None, 0.0),
                ],
            ),
        ]);
        assert_eq!(
            told(&all),
            [
                "vol-2 8.00: attached to stopped old",
                "vol-3 8.00: not attached",
                "198.51.100.2 3.65: associated with stopped old",
                "198.51.100.3 3.65: not associated",
            ]
        );
        let row = &derive(&all)[0];
        assert_eq!(row.id, "volumes/vol-2");
        let to: Vec<_> = links(row, &all.scope).into_iter().map(|l| format!("{} {}", l.kind, l.query)).collect();
        assert_eq!(to, ["volumes id=vol-2", "instances id=i-2"]);
    }

    #[test]
    fn a_balancer_is_waste_only_where_the_health_of_all_its_groups_is_known() {
        let balancer = |name: &str, ty: &str| {
            row(&load_balancers::INFO, name, name, "").with(&load_balancers::TYPE, Value::text(ty)).record()
        };
        let group = |id: &str, of: &str| {
            let of = Value::list([ArcStr::from(of)]);
            row(&target_groups::INFO, id, id, "").with(&target_groups::LOAD_BALANCERS, of).record()
        };
        let health = |id: &str, healthy: Value| {
            row(&target_group_health::INFO, id, "", "").with(&target_group_health::HEALTHY, healthy).record()
        };
        let balancers = || ["a", "b", "c", "d", "e", "f"].map(|n| balancer(n, "application")).to_vec();
        let groups = || ["b", "c", "d", "e", "f"].map(|n| group(&format!("tg-{n}"), n)).to_vec();
        let healths = vec![
            health("tg-b", Value::Empty),
            health("tg-c", Value::ratio(0, 3)),
            health("tg-d", Value::Ratio { ok: 0, of: 2, busy: 1 }),
            health("tg-e", Value::ratio(1, 3)),
        ];
        let known = inputs(vec![
            (&load_balancers::INFO, true, balancers()),
            (&target_groups::INFO, true, groups()),
            (&target_group_health::INFO, false, healths),
        ]);
        assert_eq!(
            told(&known),
            ["a 16.43: no target group", "b 16.43: no targets registered", "c 16.43: none of 3 targets is healthy"]
        );
        let unknown = inputs(vec![(&load_balancers::INFO, true, balancers()), (&target_groups::INFO, false, groups())]);
        assert_eq!(told(&unknown), [] as [String; 0], "a group that was not read yet may have the targets");
    }
}
