//! The part of `create-vpc`'s form that is about what the VPC has in it.

use arcstr::ArcStr;

use super::layout::{self, Names, Zone};
use super::network::{Nat, Network, Subnet};
use crate::base::text::visible;
use crate::kinds::action::ActionContext;
use crate::kinds::draft_table::DraftTable;
use crate::kinds::ec2::availability_zones;
use crate::kinds::ec2::range_facts::{Named, of_subnet, read, why_no_subnet};
use crate::kinds::plan_builder::{count, line, pick, text_of, toggle};
use crate::kinds::rows_field::rows_field;
use crate::model::{
    Cell, CellError, Choice, DraftColumn, DraftRow, FormField, FormValue, Kind, Pick, Preset, Record, RowEdit, RowMark,
    TableKey, TableRow, Values,
};
use crate::net::cidr::{Cidr, RESERVED};

const ZONES: &str = "zones";
const PUBLIC: &str = "public";
const PRIVATE: &str = "private";
const PUBLIC_IP: &str = "public_ip";
const NAT: &str = "nat";
const SIZE: &str = "subnet_size";
const SUBNETS: &str = "subnets";
const NONE: &str = "none";

/// The columns of the table of subnets.
const KEY: usize = 0;
const RANGE: usize = 1;
const ZONE: usize = 2;

/// Ranges that are named where more are free.
const NAMED: usize = 3;

/// The most characters of a tag's value. <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions>
const LONGEST: usize = 256;

/// The fields, and the network that they come to; none if no zone is chosen, or something is wrong.
pub(in crate::kinds::ec2::vpc_actions) struct Form {
    pub fields: Vec<FormField>,
    pub network: Option<Network>,
}

/// The fields for a VPC of this name and range; without a range the subnets are not there yet.
pub(in crate::kinds::ec2::vpc_actions) fn form(
    cx: &ActionContext<'_>,
    values: &Values,
    (vpc, range): (&str, Option<Cidr>),
    needs: &mut Vec<TableKey>,
) -> Form {
    let (mut zones_field, zones) = zones(cx, values, needs);
    if zones.is_empty() {
        return Form { fields: vec![zones_field], network: None };
    }
    let choice = |value: &str, label: &str, disabled: Option<&str>| Choice {
        value: value.into(),
        label: label.into(),
        disabled: disabled.map(String::from),
    };
    let yes_no = vec![
        choice("yes", "yes  with a route to the internet gateway", None),
        choice("no", "no  no subnet is reached from the internet", None),
    ];
    let public = pick(values, (PUBLIC, "Public subnets"), yes_no, "yes", "One in each zone.");
    let has_public = text_of(&public) != "no";
    let help = "One private subnet in each zone, none, or a tier for each name: app db.";
    let mut private = line(values, PRIVATE, "Private subnets", "one", help);
    let tiers = layout::tiers(has_public, &text_of(&private)).unwrap_or_else(|why| {
        private.error = Some(why);
        Vec::new()
    });
    if tiers.is_empty() && private.error.is_none() {
        private.error = Some("Neither public nor private subnets: choose some, or no zones.".into());
    }
    let has_private = tiers.len() > usize::from(has_public);
    let unused = (!has_private).then_some("No private subnet would use it.");
    let nowhere = unused.or((!has_public).then_some("It stands in a public subnet, and there is none."));
    let nats = vec![
        choice(NONE, "none  private subnets have no way out", None),
        choice("one", "one  in the first zone, for all", nowhere),
        choice("per-zone", "per-zone  one in each zone", nowhere),
        choice("regional", "regional  one that AWS keeps in each zone in use", unused),
    ];
    let mut nat = pick(values, (NAT, "NAT gateway"), nats, NONE, "How private subnets reach the internet.");
    let help = "Instances in public subnets get a public IPv4 address by default.";
    let public_ip = has_public.then(|| toggle(values, PUBLIC_IP, "Public IPv4", help));
    let (size, table, network) = match range.filter(|_| !tiers.is_empty()) {
        Some(range) => {
            if let Some(why) = layout::no_room(range, tiers.len(), zones.len()) {
                zones_field.error.get_or_insert(why);
            }
            let (prefix, size) = size(values, range, tiers.len(), zones.len());
            let of = Plot { range, prefix, tiers: &tiers, zones: &zones, names: Names::of(vpc) };
            let (table, subnets) = of.field(values);
            let ranges: Vec<Cidr> = subnets.iter().map(|s| s.range).collect();
            let network = Network {
                zones: zones.clone(),
                subnets,
                public_ip: has_public && values.flag(PUBLIC_IP),
                nat: Nat::of(&text_of(&nat)),
                names: of.names,
                free: layout::free(range, &ranges),
            };
            if let Err(why) = network.sites() {
                nat.error.get_or_insert(why);
            }
            (Some(size), Some(table), Some(network))
        }
        None => (None, None, None),
    };
    let fields = [Some(zones_field), Some(public), public_ip, Some(private), Some(nat), size, table];
    let fields: Vec<FormField> = fields.into_iter().flatten().collect();
    let network = network.filter(|_| fields.iter().all(|f| f.error.is_none()));
    Form { fields, network }
}

/// The zones, sorted. A letter stands for the region's zone of that letter.
fn zones(cx: &ActionContext<'_>, values: &Values, needs: &mut Vec<TableKey>) -> (FormField, Vec<Zone>) {
    let table = TableKey::all(cx.scope.clone(), Kind(&availability_zones::INFO));
    let region = cx.scope.region_code().map(|r| r.as_str()).unwrap_or_default();
    let whole = |part: &str| match part.as_bytes() {
        [letter] if letter.is_ascii_lowercase() => format!("{region}{part}"),
        _ => part.to_string(),
    };
    let typed = values.text(ZONES).unwrap_or(NONE);
    let parts: Vec<String> = typed.split(',').map(str::trim).filter(|p| !p.is_empty()).map(whole).collect();
    let values = values.clone().with(ZONES, FormValue::Text(parts.join(",").into()));
    // Elastic IP addresses and NAT gateways are those of the region's zones: a Local Zone has others, or none.
    let refuse = |r: &Record| {
        let other = availability_zones::zone_type(r).filter(|t| *t != "availability-zone");
        other.map(|t| format!("It is a {}: create-subnet makes a subnet in it.", t.replace('-', " ")))
    };
    let mut picks = Pick::one_of(table, "").or(NONE, "none: the VPC alone");
    picks.several = true;
    let help = "Subnets are made in each of these zones, with their gateways and route tables; none: the VPC alone.";
    let said = (ZONES, "Zones", "the zones");
    let mut field = rows_field(cx, &values, said, (picks, NONE), help, &refuse, needs);
    let chosen = text_of(&field);
    let mut names: Vec<&str> = chosen.split(',').map(str::trim).filter(|p| !matches!(*p, "" | NONE)).collect();
    if !names.is_empty() && names.len() < parts.len() && parts.iter().any(|p| p == NONE) {
        field.error.get_or_insert("Zones, or none of them: not both.".into());
    }
    names.sort_unstable();
    names.dedup();
    let zones = names.into_iter().map(|name| Zone::of(region, name)).collect();
    (field, zones)
}

/// The size of subnets that are not said by hand.
fn size(values: &Values, range: Cidr, tiers: usize, zones: usize) -> (u8, FormField) {
    let proposed = layout::proposed(range, tiers, zones);
    let help = "/16 to /28; a smaller one leaves room in each tier for more zones.";
    let mut field = line(values, SIZE, "Subnet size", &format!("/{proposed}"), help);
    let text = text_of(&field);
    let prefix = text.trim_start_matches('/').parse::<u8>().ok().filter(|p| (16..=28).contains(p));
    match prefix {
        None => field.error = Some(format!("{} is no size of a subnet: /16 to /28.", visible(&text))),
        // Where nothing fits, that is said at the zones.
        Some(p) if p != proposed => field.error = layout::split(range, tiers, zones, p).err(),
        Some(_) => {}
    }
    (prefix.filter(|_| field.error.is_none()).unwrap_or(proposed), field)
}

/// What subnets are laid out on.
struct Plot<'a> {
    range: Cidr,
    prefix: u8,
    tiers: &'a [ArcStr],
    zones: &'a [Zone],
    names: Names,
}

impl Plot<'_> {
    /// The table as it is proposed.
    fn table(&self) -> DraftTable {
        let places: Vec<(&ArcStr, &Zone)> =
            self.tiers.iter().flat_map(|tier| self.zones.iter().map(move |zone| (tier, zone))).collect();
        let ranges = layout::split(self.range, self.tiers.len(), self.zones.len(), self.prefix).unwrap_or_default();
        let cells = |key: ArcStr, range: ArcStr, zone: &Zone, name: String| -> Vec<ArcStr> {
            vec![key, range, zone.name.clone(), name.into()]
        };
        let row = |((tier, zone), range): (&(&ArcStr, &Zone), &Cidr)| {
            let key = layout::key(tier, zone);
            let name = self.names.subnet(tier, zone, "");
            TableRow { key: key.clone(), cells: cells(key, arcstr::format!("{range}"), zone, name) }
        };
        let next = self.range.free(self.prefix, &ranges).map_or_else(ArcStr::new, |c| arcstr::format!("{c}"));
        let more = |(tier, zone): &(&ArcStr, &Zone)| {
            let key = arcstr::format!("{}-2", layout::key(tier, zone));
            let label = format!("A second subnet, {key}");
            Preset { label, cells: cells(key, next.clone(), zone, self.names.subnet(tier, zone, "-2")) }
        };
        DraftTable {
            field: (SUBNETS, "Subnets"),
            columns: vec![
                DraftColumn::new("subnet", "SUBNET", Cell::Text).short(),
                DraftColumn::new("range", "RANGE", Cell::Range),
                DraftColumn::new("zone", "ZONE", Cell::Fixed),
                DraftColumn::new("name", "NAME", Cell::Fixed),
            ],
            original: places.iter().zip(&ranges).map(row).collect(),
            presets: places.iter().map(more).collect(),
            help: "Split evenly, unless you say otherwise: a tier's subnets stand side by side.".into(),
        }
    }

    /// The subnet of a row.
    fn subnet(&self, row: &DraftRow) -> Result<(Subnet, ArcStr), CellFault> {
        let cell = |i: usize| row.cells.get(i).map(|c| c.trim()).unwrap_or_default();
        let key = cell(KEY);
        let is_plain = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        let Some((tier, zone, more)) = layout::place(key, self.tiers, self.zones).filter(|_| is_plain) else {
            let first = self.tiers.first().zip(self.zones.first()).map(|(t, z)| layout::key(t, z));
            let first = first.unwrap_or_default();
            let text = format!("{} is no tier and zone, such as {first} or {first}-2.", visible(key));
            return Err((KEY, text));
        };
        let range = read(cell(RANGE)).map_err(|why| (RANGE, why))?;
        let name = self.names.subnet(&tier, zone, more);
        if name.chars().count() > LONGEST {
            return Err((KEY, format!("Its name would be longer than {LONGEST} characters: shorten the VPC's.")));
        }
        Ok((Subnet { tier, zone: zone.clone(), range, name }, key.into()))
    }

    /// An edit with zone and name as the first cell says them.
    fn filled(&self, edit: &RowEdit) -> RowEdit {
        let fill = |cells: &[ArcStr]| -> Vec<ArcStr> {
            let mut cells = cells.to_vec();
            let place = cells.first().and_then(|key| layout::place(key.trim(), self.tiers, self.zones));
            if let Some((tier, zone, more)) = place {
                let (zone, name) = (zone.name.clone(), self.names.subnet(&tier, zone, more));
                cells.truncate(ZONE);
                cells.extend([zone, name.into()]);
            }
            cells
        };
        match edit {
            RowEdit::Add(cells) => RowEdit::Add(fill(cells)),
            RowEdit::Change { key, from, to } => RowEdit::Change { key: key.clone(), from: from.clone(), to: fill(to) },
            RowEdit::Remove { .. } => edit.clone(),
        }
    }

    /// The field, and the subnets that it comes to: the public ones first.
    fn field(&self, values: &Values) -> (FormField, Vec<Subnet>) {
        let table = self.table();
        // What was said of a subnet that is no longer there, because its zone or tier is not, is not meant for another.
        let is_there = |e: &&RowEdit| e.key().is_none_or(|k| table.original.iter().any(|r| r.key == *k));
        let edits = values.edits(SUBNETS).iter().filter(is_there).map(|e| self.filled(e)).collect();
        let values = values.clone().with(SUBNETS, FormValue::Rows(edits));
        let rows = table.rows(&values);
        let kept: Vec<&DraftRow> = rows.iter().filter(|r| r.mark != RowMark::Removed).collect();
        let subnets: Vec<Subnet> = kept.iter().filter_map(|r| Some(self.subnet(r).ok()?.0)).collect();
        let facts = self.facts(&subnets, &kept);
        let none = table.original.is_empty();
        let mut field = table.into_field(&values, |rows| self.errors(rows));
        if kept.is_empty() && !none {
            field.error.get_or_insert("No subnet is left: choose no zones instead.".into());
        }
        field.facts = facts;
        let (mut public, private): (Vec<Subnet>, Vec<Subnet>) = subnets.into_iter().partition(Subnet::is_public);
        public.extend(private);
        (field, public)
    }

    /// What is wrong with cells: of rows that overlap, the later one.
    fn errors(&self, rows: &[DraftRow]) -> Vec<CellError> {
        let mut out = Vec::new();
        let mut before: Vec<Named> = Vec::new();
        for (row, r) in rows.iter().enumerate().filter(|(_, r)| r.mark != RowMark::Removed) {
            let mut wrong = |(column, text): CellFault| out.push(CellError { row, column, text });
            // A new row in which nothing is said yet is none.
            if r.key.is_none() && r.cells.iter().all(|c| c.is_empty()) {
                continue;
            }
            let (subnet, key) = match self.subnet(r) {
                Ok(found) => found,
                Err(fault) => {
                    wrong(fault);
                    continue;
                }
            };
            if before.iter().any(|(other, _)| *other == *key) {
                wrong((KEY, format!("{key} is there twice: the second one is {key}-2.")));
            }
            if let Some(why) = why_no_subnet(subnet.range, &[self.range], &before) {
                wrong((RANGE, why));
            }
            before.push((key.to_string(), subnet.range));
        }
        out
    }

    /// What is known of the ranges: of those that were said by hand each, of the others their number; and what is left.
    fn facts(&self, subnets: &[Subnet], rows: &[&DraftRow]) -> String {
        let by_hand = rows.iter().filter(|r| r.mark != RowMark::Same);
        let by_hand =
            by_hand.filter_map(|r| self.subnet(r).ok()).map(|(s, key)| format!("{key}: {}", of_subnet(s.range)));
        let mut all: Vec<String> = by_hand.collect();
        let (least, most) =
            (subnets.iter().map(|s| s.range.usable()).min(), subnets.iter().map(|s| s.range.usable()).max());
        if let (Some(least), Some(most)) = (least, most) {
            let n = count(subnets.len(), "subnet");
            all.push(match least == most {
                true => format!("{n} with {least} usable addresses each (AWS keeps {RESERVED})"),
                false => format!("{n} with {least} to {most} usable addresses (AWS keeps {RESERVED} of each)"),
            });
        }
        let ranges: Vec<Cidr> = subnets.iter().map(|s| s.range).collect();
        all.push(format!("free: {}", said(&layout::free(self.range, &ranges))));
        all.join(" · ")
    }
}

/// Ranges that are left, for a sentence.
pub(super) fn said(free: &[Cidr]) -> String {
    let first: Vec<String> = free.iter().take(NAMED).map(ToString::to_string).collect();
    match free.len() {
        0 => "nothing".into(),
        n if n > NAMED => format!("{} and {} more", first.join(", "), n - NAMED),
        _ => first.join(", "),
    }
}

/// A column, and what is wrong there.
type CellFault = (usize, String);
