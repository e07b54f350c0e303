//! VPCs as a tree that is also a table: `:map`. Zones, subnets with where their default route leads, instances, gateways, endpoints, peerings
//! and load balancers; each line leads to its row.

mod lines;
#[cfg(test)]
mod tests;
mod ways;

use arcstr::ArcStr;

use crate::base::Scope;
use crate::kinds::convert::{field, no_tags};
use crate::kinds::listing::KindDef;
use crate::model::{Derived, FieldInfo, Fields, Inputs, Kind, KindInfo, Link, Record, Tone, Value};

/// Stands before a line that has others below it.
pub const OPEN: &str = "▾";
/// Stands there while these are folded.
pub const FOLDED: &str = "▸";

/// The line of the tree.
pub const LINE: FieldInfo =
    FieldInfo::text("line", "VPC", "Its name below what it belongs to: VPC, zone, subnet.").shown(0).cells(26, 60);
/// The kind of what stands there.
pub const OF: FieldInfo =
    FieldInfo::text("kind", "KIND", "Its kind: vpcs, subnets, instances, nat-gateways or another; zone.")
        .shown(3)
        .cells(8, 17)
        .aka(&["what"]);
/// How it is.
pub const STATE: FieldInfo = FieldInfo::state("state", "STATE", "Its state, as its kind has it.").shown(2).cells(7, 12);
/// Where it lies.
pub const ADDRESS: FieldInfo = FieldInfo::text(
    "address",
    "ADDRESS",
    "Its CIDR block, or its private and public addresses; of an endpoint or a load balancer its type.",
)
.shown(0)
.cells(26, 33);
/// Where packets go from it.
pub const LEADS: FieldInfo = FieldInfo::text(
    "leads_to",
    "LEADS TO",
    "Where its default route leads: of a subnet an internet gateway (it is public), a NAT gateway, or nowhere but its VPC. Of a load \
     balancer its zones, of an endpoint its service, of a peering the VPC of the other side.",
)
.shown(0)
.cells(18, 34)
.aka(&["route"]);
/// Its id, as its kind has it.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "Its id.").shown(4).cells(12, 26);
/// Its name.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "Its name.").named_only();
/// The VPC that it belongs to.
pub const VPC_ID: FieldInfo =
    FieldInfo::id("vpc_id", "VPC", "The VPC that it belongs to.").named_only().aka(&["vpc"]).id_of_few("vpcs", "vpc-");
/// Where it stands.
pub const PLACE: FieldInfo =
    FieldInfo::text("place", "PLACE", "Where it stands in the tree of its region.").detail_only();

/// What it is.
pub static INFO: KindInfo = KindInfo::new("map", "line", "Map", &FIELDS)
    .doc(
        "VPCs as a tree that is also a table: zones, subnets and where their default routes lead, instances, NAT and internet gateways, \
         endpoints, peerings, load balancers. A line can be folded, a filter keeps what its rows belong to, and Enter goes to the row itself.",
    )
    .aliases(&["network-map", "tree"])
    .sorted(&PLACE)
    .tree()
    .derived_by(&DERIVED);

/// The map.
pub static KIND: KindDef = KindDef { info: &INFO, list: super::not_listed, links, raw: None };

static DERIVED: Derived = Derived::of(
    &[
        "vpcs",
        "subnets",
        "route-tables",
        "internet-gateways",
        "nat-gateways",
        "endpoints",
        "peerings",
        "instances",
        "load-balancers",
    ],
    derive,
);

/// What stands on a line.
#[derive(Default, Clone)]
struct Facts {
    /// The kind's name; empty for a zone.
    of: &'static str,
    id: ArcStr,
    name: ArcStr,
    state: Option<(Tone, ArcStr)>,
    address: Value,
    leads: Value,
}

/// A line with those below it.
#[derive(Default)]
struct Node {
    facts: Facts,
    below: Vec<Node>,
}

impl Node {
    fn of(row: &Record) -> Node {
        let (id, name, state) = (row.shown_id().clone(), row.name.clone(), row.state.clone());
        let facts = Facts { of: row.kind.0.name, id, name, state, address: Value::Empty, leads: Value::Empty };
        Node { facts, below: Vec::new() }
    }
    fn at(mut self, address: Value) -> Node {
        self.facts.address = address;
        self
    }
    fn leads(mut self, leads: Value) -> Node {
        self.facts.leads = leads;
        self
    }
    fn label(&self) -> &ArcStr {
        if self.facts.name.trim().is_empty() { &self.facts.id } else { &self.facts.name }
    }
}

/// A line where it stands.
struct Line {
    facts: Facts,
    text: String,
    vpc: ArcStr,
    place: ArcStr,
}

static FIELDS: Fields<Line> = Fields(&[
    field(LINE, |l| Value::text(&l.text)),
    field(OF, |l| Value::text(if l.facts.of.is_empty() { "zone" } else { l.facts.of })),
    field(STATE, |l| l.facts.state.clone().map_or(Value::Empty, |(tone, word)| Value::State(tone, word))),
    field(ADDRESS, |l| l.facts.address.clone()),
    field(LEADS, |l| l.facts.leads.clone()),
    field(ID, |l| if l.facts.of.is_empty() { Value::Empty } else { Value::Text(l.facts.id.clone()) }),
    field(NAME, |l| Value::Text(l.facts.name.clone())),
    field(VPC_ID, |l| Value::Text(l.vpc.clone())),
    field(PLACE, |l| Value::Text(l.place.clone())),
]);

fn derive(inputs: &Inputs) -> Vec<Record> {
    let mut rows = Vec::new();
    for vpc in lines::of(inputs) {
        Writer { scope: &inputs.scope, vpc: vpc.facts.id.clone(), rows: &mut rows }.write(&vpc, "", None, "");
    }
    rows
}

/// Writes a VPC's lines from top to bottom.
struct Writer<'a> {
    scope: &'a Scope,
    vpc: ArcStr,
    rows: &'a mut Vec<Record>,
}

impl Writer<'_> {
    /// A node and what is below it: `path` is its parent's row, `rails` what its parent's line has before its branch; `last` says whether
    /// it is the last of its siblings, `None` for a VPC, which has no branch.
    fn write(&mut self, node: &Node, path: &str, last: Option<bool>, rails: &str) {
        // An ARN has slashes of its own, and a slash is where a row's id has its parent's end.
        let key = node.facts.id.replace('/', ":");
        let id = if path.is_empty() { ArcStr::from(key) } else { arcstr::format!("{path}/{key}") };
        let (branch, rail) = match last {
            None => ("", ""),
            Some(false) => ("├ ", "│ "),
            Some(true) => ("└ ", "  "),
        };
        let fold = if node.below.is_empty() { String::new() } else { format!("{OPEN} ") };
        let text = format!("{rails}{branch}{fold}{}", node.label());
        // By profile and region first, so that trees of several places stand one after the other.
        let place = arcstr::format!("{} {:07}", self.scope, self.rows.len());
        let line = Line { facts: node.facts.clone(), text, vpc: self.vpc.clone(), place };
        let (values, name, state) = (FIELDS.values(&line), line.facts.name, line.facts.state);
        self.rows.push(Record { kind: Kind(&INFO), id: id.clone(), name, state, values, tags: no_tags() });
        let rails = format!("{rails}{rail}");
        for (i, below) in node.below.iter().enumerate() {
            self.write(below, &id, Some(i + 1 == node.below.len()), &rails);
        }
    }
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let mut out = Vec::new();
    let kind = crate::kinds::registry::ALL.kind(row.get(&OF).as_str().unwrap_or_default()).map(|k| k.info);
    if let (Some(kind), Some(id)) = (kind, row.get(&ID).as_str()) {
        // What AWS knows by its ARN is asked for by name, which no other of its kind has there.
        let by = if id.starts_with("arn:") { format!("name=\"{}\"", row.name) } else { format!("id={id}") };
        out.push(Link::to(kind.singular, kind.name, by));
    } else if let Some(vpc) = row.get(&VPC_ID).as_str() {
        // Of a zone its subnets.
        out.push(Link::to("subnets", "subnets", format!("vpc_id={vpc} zone={}", row.name)));
    }
    out.extend(Link::to_ids("VPC", "vpcs", row.get(&VPC_ID)));
    out
}
