//! What is paid for and does nothing: `:waste`. Each line with its reason, what it costs a month, and the action that ends it.
//!
//! A row is there only where that is known: an input that is not read in full makes no waste of what it might use. What cannot be judged
//! for another reason is a row, too, which says so.

mod balancers;
mod facts;
mod images;
mod network;
mod storage;
#[cfg(test)]
mod tests;

use arcstr::ArcStr;

use self::facts::Facts;
use crate::base::{Scope, Time};
use crate::kinds::convert::{field, moment, no_tags};
use crate::kinds::listing::KindDef;
use crate::kinds::mend::{Mend, Mends};
use crate::model::{Derived, FieldInfo, Fields, Inputs, Kind, KindInfo, Link, Record, Tone, Value};

use super::doctor::change;

/// Its name, else its id.
pub const NAME: FieldInfo =
    FieldInfo::text("name", "NAME", "Its name, or its id if it has none.").shown(0).cells(8, 40);
/// The kind of what is wasted.
pub const OF: FieldInfo = FieldInfo::text("kind", "KIND", "Its kind: volumes, addresses, nat-gateways or another.")
    .shown(0)
    .cells(15, 15)
    .aka(&["what"]);
/// Its id, as its kind has it.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "Its id.").shown(5).cells(13, 26);
/// Why it does nothing.
pub const WHY: FieldInfo = FieldInfo::text("why", "WHY", "Why it is unused.").shown(1).cells(28, 48);
/// Since when, where that is known.
pub const SINCE: FieldInfo = FieldInfo::age(
    "since",
    "SINCE",
    "Since when it is unused, where AWS says so: since its instance was stopped, or an instance was last launched from it.",
)
.shown(3)
.cells(5, 6);
/// When it was made.
pub const CREATED: FieldInfo =
    FieldInfo::age("created", "AGE", "When it was created, where AWS says so.").shown(4).cells(4, 6).aka(&["age"]);
/// US dollars a month.
pub const COST: FieldInfo = FieldInfo::float(
    "cost",
    "$/MONTH",
    "What it costs a month of 730 hours, by the region's list prices as far as they are known, else by us-east-1's; \
     without what goes through it. Of several snapshots of a volume only the newest has a figure: what older ones hold \
     alone AWS does not say. Of an image: what its snapshots cost that no other image has.",
)
.shown(0)
.cells(7, 9);
/// What ends it.
pub const CLEAN_UP: FieldInfo =
    FieldInfo::text("clean_up", "CLEAN-UP", "The action that ends it. Enter plans it.").shown(2).cells(12, 24);
/// What then remains.
pub const REMAINS: FieldInfo =
    FieldInfo::text("remains", "REMAINS", "What remains after that, and is still billed.").shown(6).cells(10, 40);
/// The instance that it hangs on.
pub const INSTANCE: FieldInfo =
    FieldInfo::id("instance", "INSTANCE", "The stopped instance that it is attached to.").id_of("instances", "i-");
/// The action that ends it, as a palette line.
pub const MEND: FieldInfo = FieldInfo::text("mend", "ACTION", "The action that ends it, with its row.").detail_only();

/// What it is.
pub static INFO: KindInfo = KindInfo::new("waste", "unused resource", "Waste", &FIELDS)
    .doc(
        "Resources that cost money and do nothing: Elastic IP addresses not associated or associated with a stopped \
         instance, volumes not attached or attached to stopped instances, NAT gateways to which no route leads, load \
         balancers without a healthy target, snapshots of 90 days and more whose volume is gone or has newer ones, images of 90 days and \
         more that nothing launches, and security groups that nothing has (which cost nothing). What AWS Backup or \
         Data Lifecycle Manager keeps is left to them; whether other accounts use what is shared with them is not \
         known here. The most expensive come first, and of equals what hangs on nothing. Enter plans the clean-up.",
    )
    .aliases(&["unused"])
    .sorted_down(&COST)
    .derived_by(&DERIVED);

/// Waste.
pub static KIND: KindDef = KindDef { info: &INFO, list: super::not_listed, links, raw: None };

/// What ends it.
pub static MENDS: Mends = Mends { kind: &INFO, mend, verb: Some("clean up") };

static DERIVED: Derived = Derived::of(
    &[
        "instances",
        "volumes",
        "addresses",
        "load-balancers",
        "load-balancer-listeners",
        "target-groups",
        "target-group-health",
        "nat-gateways",
        "route-tables",
        "snapshots",
        "images",
        "launch-template-versions",
        "auto-scaling-groups",
        "security-groups",
        "network-interfaces",
    ],
    derive,
);

/// How a row is, in the word of its state.
const UNUSED: &str = "unused";
const NOT_JUDGED: &str = "not judged";

/// A line.
#[derive(Default)]
struct Waste {
    of: &'static str,
    /// The row's identity in its kind.
    row: ArcStr,
    id: ArcStr,
    name: ArcStr,
    why: String,
    since: Option<Time>,
    created: Value,
    cost: Option<f64>,
    clean_up: Option<String>,
    mend: Option<String>,
    remains: Option<String>,
    instance: Option<ArcStr>,
    /// It is not known whether it is used.
    not_judged: bool,
}

static FIELDS: Fields<Waste> = Fields(&[
    field(NAME, |w| Value::text(if w.name.trim().is_empty() { &w.id } else { &w.name })),
    field(OF, |w| Value::Text(ArcStr::from(w.of))),
    field(ID, |w| Value::Text(w.id.clone())),
    field(WHY, |w| Value::text(&w.why)),
    field(SINCE, |w| w.since.map_or(Value::Unknown, |t| moment(Some(t)))),
    field(CREATED, |w| w.created.clone()),
    field(COST, |w| w.cost.map_or(Value::Unknown, Value::Float)),
    field(CLEAN_UP, |w| Value::opt(w.clean_up.as_deref())),
    field(REMAINS, |w| Value::opt(w.remains.as_deref())),
    field(INSTANCE, |w| w.instance.clone().map_or(Value::Empty, Value::Text)),
    field(MEND, |w| Value::opt(w.mend.as_deref())),
]);

impl Waste {
    fn of(row: &Record, why: impl Into<String>, cost: Option<f64>) -> Waste {
        let (id, name) = (row.shown_id().clone(), row.name.clone());
        Waste { of: row.kind.0.name, row: row.id.clone(), id, name, why: why.into(), cost, ..Waste::default() }
    }
    /// What cannot be judged because of a row.
    fn not_judged(row: &Record, why: impl Into<String>) -> Waste {
        Waste { not_judged: true, ..Waste::of(row, why, None) }
    }
    /// When it was made, as its row has it.
    fn made(self, created: &Value) -> Waste {
        Waste { created: created.clone(), ..self }
    }
    /// It hangs on an instance that is stopped.
    fn on(self, instance: &Record) -> Waste {
        let since = instance.get(&crate::kinds::ec2::instances::fields::TRANSITIONED).as_time();
        Waste { since, instance: Some(instance.id.clone()), ..self }
    }
    /// An action on its own row ends it.
    fn ended_by(self, action: &str) -> Waste {
        let mend = format!("{} {} {action}", self.of, self.row);
        Waste { clean_up: Some(action.into()), mend: Some(mend), ..self }
    }
    /// An action on another row ends it.
    fn ended_with(self, other: &Record, action: &str) -> Waste {
        let mend = format!("{} {} {action}", other.kind.0.name, other.id);
        Waste { clean_up: Some(format!("{action} {}", other.label())), mend: Some(mend), ..self }
    }
    fn record(&self) -> Record {
        // Where values are equal the identities decide: what hangs on nothing comes first.
        let hangs = if self.instance.is_some() { "~" } else { "" };
        let state = if self.not_judged { (Tone::Unknown, NOT_JUDGED) } else { (Tone::Idle, UNUSED) };
        Record {
            kind: Kind(&INFO),
            id: arcstr::format!("{}/{hangs}{}", self.of, self.id),
            name: self.name.clone(),
            state: Some((state.0, state.1.into())),
            values: FIELDS.values(self),
            tags: no_tags(),
        }
    }
}

/// Whether a row says that something is unused, and not that this is not known.
pub(super) fn is_unused(row: &Record) -> bool {
    row.state.as_ref().is_some_and(|(_, word)| word == UNUSED)
}

fn derive(inputs: &Inputs) -> Vec<Record> {
    let facts = Facts::of(inputs);
    let mut all: Vec<Waste> = Vec::new();
    storage::volumes(&facts, &mut all);
    storage::snapshots(&facts, &mut all);
    images::images(&facts, &mut all);
    network::addresses(&facts, &mut all);
    network::gateways(&facts, &mut all);
    network::groups(&facts, &mut all);
    balancers::balancers(&facts, &mut all);
    facts.doubts(&mut all);
    all.iter().map(Waste::record).collect()
}

/// The titles of the links to what is wasted.
const TITLES: &[(&str, &str)] = &[
    ("volumes", "volume"),
    ("addresses", "address"),
    ("nat-gateways", "NAT gateway"),
    ("snapshots", "snapshot"),
    ("images", "image"),
    ("security-groups", "security group"),
    ("launch-template-versions", "launch template version"),
];

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let id = row.get(&ID).as_str().unwrap_or_default();
    let of = row.get(&OF).as_str().unwrap_or_default();
    let mut out: Vec<Link> = TITLES
        .iter()
        .filter(|(kind, _)| *kind == of)
        .map(|(kind, title)| Link::to(title, kind, format!("id={id}")))
        .collect();
    match of {
        "load-balancers" => {
            out.push(Link::to("load balancer", "load-balancers", format!("name={}", row.name)));
            out.push(Link::to("target groups", "target-groups", format!("load_balancers={}", row.name)));
        }
        "auto-scaling-groups" => {
            out.push(Link::to("group", "auto-scaling-groups", format!("name=\"{}\"", row.name)));
        }
        _ => {}
    }
    out.extend(Link::to_ids("instance", "instances", row.get(&INSTANCE)));
    out
}

/// The action that ends it: `addresses eipalloc-… release`.
fn mend(row: &Record) -> Option<Mend> {
    change::read(row.get(&MEND).as_str()?)
}
