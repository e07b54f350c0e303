//! What has an address, a DNS name, an id, an ARN, a name or a piece of one: `:find 10.1.4.77`.
//!
//! Each table is of one text ([`Selector::Parent`]). By an address and an id AWS is asked for what has them alone; names are looked for in
//! the tables of all rows. What is loaded is looked through at once, so that an answer that is known is there before AWS is asked.

mod of_text;
mod search;
mod sought;

use std::net::IpAddr;

use arcstr::ArcStr;

pub use self::sought::Sought;
use crate::base::Scope;
use crate::base::text::visible;
use crate::kinds::convert::{field, no_tags};
use crate::kinds::ec2::{addresses, instances, network_interfaces, subnets};
use crate::kinds::elbv2::load_balancers;
use crate::kinds::listing::KindDef;
use crate::kinds::registry::ALL;
use crate::model::derived::{ByText, Parts, Rows, Wanted};
use crate::model::{Derived, FieldInfo, Fields, Filters, Kind, KindInfo, Link, Record, Selector, Tone, Value};

/// What it is called, else its id.
pub const NAME: FieldInfo =
    FieldInfo::text("name", "NAME", "Its name, or its id if it has none.").shown(0).cells(8, 40);
/// Its kind.
pub const OF: FieldInfo = FieldInfo::text("kind", "KIND", "Its kind: instances, load-balancers, addresses…")
    .shown(0)
    .cells(9, 18)
    .aka(&["what"]);
/// Its id, as its kind has it.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "Its id.").shown(4).cells(13, 26);
/// How it is.
pub const STATE: FieldInfo = FieldInfo::state("state", "STATE", "Its state.").shown(1).cells(8, 10);
/// Why it is among what was found.
pub const VIA: FieldInfo =
    FieldInfo::text("via", "FOUND BY", "What it has in common with what was looked for.").shown(0).cells(27, 44);
/// The network it is in.
pub const VPC: FieldInfo =
    FieldInfo::id("vpc", "VPC", "The VPC that the address is in: one address may be in use in several.")
        .shown(5)
        .cells(8, 24)
        .id_of_few("vpcs", "vpc-");
/// How well it fits.
pub const RANK: FieldInfo = FieldInfo::int(
    "rank",
    "RANK",
    "How well it fits: 0 is what was looked for, 1 begins with it, 2 has it in its name or id, 3 in something else of it, 4 \
     surrounds it.",
)
.detail_only();

/// What they are.
pub static INFO: KindInfo = KindInfo::new("find", "match", "Matches", &FIELDS)
    .doc(
        "Whatever has an address (private, public or IPv6), a DNS name, an id, an ARN, a name or a piece of one, in all profiles and \
         regions that are shown. An address is traced to what uses it: through network interfaces to the instance, load balancer or \
         service, and to its Elastic IP. In the palette and on the command line: `find 10.1.4.77`.",
    )
    .aliases(&["matches"])
    .sorted(&RANK)
    .of_text(&TEXT)
    .derived_by(&DERIVED);

/// What is found.
pub static KIND: KindDef = KindDef { info: &INFO, list: super::not_listed, links, raw: None };

static DERIVED: Derived = Derived {
    inputs: LOOKED_IN,
    derive: search::search,
    // What is loaded of all rows knows more than was asked for, and knows it now.
    of: Some(Parts {
        asks,
        then: Some(then),
        beside: |_, _| LOOKED_IN.iter().map(|kind| (*kind, Selector::All)).collect(),
    }),
};

static TEXT: ByText = ByText {
    read: sought::read,
    nothing: |text| format!("nothing was found that has {}", visible(text)),
    me: None,
    offer: None,
    sure: false,
    exit: None,
};

/// The kinds whose rows have names, ids and addresses of their own. Rows of one parent (targets, activities, objects) are found from it,
/// and what every account has alike (instance types, regions, zones) is not looked for.
pub(super) const LOOKED_IN: &[&str] = &[
    "instances",
    "network-interfaces",
    "addresses",
    "load-balancers",
    "target-groups",
    "auto-scaling-groups",
    "volumes",
    "snapshots",
    "images",
    "launch-templates",
    "security-groups",
    "security-group-rules",
    "key-pairs",
    "vpcs",
    "subnets",
    "internet-gateways",
    "nat-gateways",
    "egress-only-gateways",
    "peerings",
    "transit-gateway-attachments",
    "endpoints",
    "prefix-lists",
    "dhcp-options",
    "flow-logs",
    "route-tables",
    "network-acls",
    "spot-requests",
    "buckets",
    "alarms",
];

/// A row that was found.
pub(super) struct Found {
    pub(super) of: &'static str,
    pub(super) id: ArcStr,
    pub(super) name: ArcStr,
    pub(super) state: Option<(Tone, ArcStr)>,
    pub(super) via: String,
    pub(super) vpc: Option<ArcStr>,
    pub(super) rank: u8,
}

static FIELDS: Fields<Found> = Fields(&[
    field(NAME, |f| Value::Text(if f.name.trim().is_empty() { &f.id } else { &f.name }.clone())),
    field(OF, |f| Value::Text(ArcStr::from(f.of))),
    field(STATE, |f| f.state.clone().map_or(Value::Empty, |(tone, state)| Value::State(tone, state))),
    field(VIA, |f| Value::text(&f.via)),
    field(ID, |f| Value::Text(f.id.clone())),
    field(VPC, |f| f.vpc.clone().map_or(Value::Empty, Value::Text)),
    field(RANK, |f| Value::Int(f.rank.into())),
]);

impl Found {
    fn record(&self) -> Record {
        Record {
            kind: Kind(&INFO),
            id: arcstr::format!("{}/{}", self.of, self.id),
            name: self.name.clone(),
            state: self.state.clone(),
            values: FIELDS.values(self),
            tags: no_tags(),
        }
    }
}

/// What one region is asked for.
fn asks(text: &str, scope: &Scope) -> Vec<Wanted> {
    if scope.region_code().is_some_and(|region| !Sought::may_lie_in(text, region)) {
        return Vec::new();
    }
    asked(text)
}

/// What follows from an interface: a balancer's says its name alone, a NAT gateway's and an endpoint's its id. How that is, is asked for where
/// there is one.
fn then(text: &str, rows: &Rows<'_>) -> Vec<Wanted> {
    let mut found: Vec<Wanted> = Vec::new();
    if matches!(Sought::of(text), Sought::Address(_)) {
        for wanted in asked(text).iter().filter(|(kind, _)| *kind == network_interfaces::INFO.name) {
            rows(wanted, &mut |row| {
                let balancer =
                    network_interfaces::balancer_name(row).map(|_| (load_balancers::INFO.name, Selector::All));
                let of = network_interfaces::of_gateway(row).map(|(kind, id)| (kind.name, by_id(kind, id.into())));
                if let Some(wanted) = balancer.or(of)
                    && !found.contains(&wanted)
                {
                    found.push(wanted);
                }
            });
        }
    }
    found
}

/// The row with this id alone.
fn by_id(kind: &'static KindInfo, id: ArcStr) -> Selector {
    Filters::of(kind, [("id", vec![id])]).map_or(Selector::All, Selector::Filter)
}

/// What any region that may have it is asked for.
fn asked(text: &str) -> Vec<Wanted> {
    let with = |kind: &'static KindInfo, field: &FieldInfo, value: &str| {
        let filters = Filters::of(kind, [(field.name, vec![ArcStr::from(value)])]);
        (kind.name, filters.map_or(Selector::All, Selector::Filter))
    };
    match Sought::of(text) {
        Sought::Address(ip) => {
            let said = ip.to_string();
            let mut wanted = match ip {
                IpAddr::V4(ip) => {
                    // The instances say what the owner is called, and how it is, with the same answer.
                    let mut wanted = vec![
                        with(&network_interfaces::INFO, &network_interfaces::PRIVATE_IPS, &said),
                        with(&instances::INFO, &instances::fields::PRIVATE_IP, &said),
                        (addresses::INFO.name, Selector::All),
                    ];
                    // What is private to everybody (RFC 1918) is nobody's public address; a VPC may have any range.
                    if !ip.is_private() {
                        wanted.push(with(&network_interfaces::INFO, &network_interfaces::PUBLIC_IP, &said));
                        wanted.push(with(&instances::INFO, &instances::fields::PUBLIC_IP, &said));
                    }
                    wanted
                }
                IpAddr::V6(_) => vec![with(&network_interfaces::INFO, &network_interfaces::IPV6, &said)],
            };
            wanted.push((subnets::INFO.name, Selector::All));
            wanted
        }
        Sought::Balancer(_) => vec![(load_balancers::INFO.name, Selector::All)],
        Sought::Row(kind, id) => vec![(kind, ALL.kind(kind).map_or(Selector::All, |def| by_id(def.info, id)))],
        Sought::Text(_) => LOOKED_IN.iter().map(|kind| (*kind, Selector::All)).collect(),
    }
}

/// To the row itself.
fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let (Some(of), Some(id)) = (row.get(&OF).as_str(), row.get(&ID).as_str()) else { return Vec::new() };
    let Some(def) = ALL.kind(of) else { return Vec::new() };
    // A balancer that its network interface speaks of is known by its name.
    let query = if def.info.index_of("id").is_some() && *id != *row.name {
        format!("id=\"{id}\"")
    } else {
        format!("name=\"{id}\"")
    };
    vec![Link { title: def.info.singular, kind: def.info.name, selector: Selector::All, query }]
}
