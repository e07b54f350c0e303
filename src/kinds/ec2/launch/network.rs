//! Where an instance is launched: subnet, public address, security groups.

use arcstr::ArcStr;

use super::template::{Template, offer};
use super::{ANY, FROM, NEW, NONE, names};
use crate::kinds::action::ActionContext;
use crate::kinds::ec2::group_actions::create::door_fields;
use crate::kinds::ec2::group_actions::{groups_of, why_not_name};
use crate::kinds::ec2::{security_groups, subnets, vpcs};
use crate::kinds::plan_builder::{field, line, live, pick, state, text_of};
use crate::kinds::prices;
use crate::kinds::rows_field::rows_field;
use crate::model::{Choice, FieldInfo, FormField, FormValue, Kind, Pick, Record, TableKey, Value, Values};

/// What stands for the subnet's own setting.
const OF_SUBNET: &str = "subnet";

/// What is said where an interface cannot be named beside a template's security groups.
const NO_INTERFACE: &str = "The template sets the instance's security groups: EC2 then accepts no network interface, so nothing can be set here (InvalidParameterCombination).";

/// The subnet: AWS's choice among the default subnets, or one of the VPC's.
pub(super) fn subnet_field(
    cx: &ActionContext<'_>,
    values: &Values,
    vpc: &str,
    (template, is_launch): (Option<&Template>, bool),
    needs: &mut Vec<TableKey>,
) -> FormField {
    let table = TableKey::all(cx.scope.clone(), Kind(&subnets::INFO));
    let vpcs = TableKey::all(cx.scope.clone(), Kind(&vpcs::INFO));
    let is_default = cx.store.get(&vpcs, vpc).is_some_and(|r| *r.get(&vpcs::IS_DEFAULT) == Value::Bool(true));
    let (only, because) = match vpc {
        "" => ("state=available".to_string(), ""),
        vpc => (format!("state=available {}={vpc}", subnets::VPC_ID.name), "Subnets of the VPC."),
    };
    let mut choices = Pick::one_of(table.clone(), "subnet-").only(only, because);
    // Only a default VPC has subnets that AWS chooses from; a template need not have one.
    // Where a template names no subnet EC2 takes one of the default VPC, to which groups of another do not belong.
    let elsewhere = template.filter(|t| {
        let of_other_vpc = cx.store.get(&vpcs, vpc).is_some_and(|r| *r.get(&vpcs::IS_DEFAULT) == Value::Bool(false));
        is_launch && of_other_vpc && t.given.as_ref().is_some_and(|g| g.subnet.is_none())
    });
    let default = match template {
        Some(_) if elsewhere.is_some() => "",
        Some(t) => {
            offer(&mut choices, &t.label(|g| g.subnet.as_ref().map(ToString::to_string), "a default subnet"));
            FROM
        }
        None if is_default || !is_launch => {
            let any = if is_launch { "any  a default subnet chosen by AWS" } else { "any  set it at launch" };
            choices = choices.or(ANY, any);
            ANY
        }
        None => "",
    };
    let vpc_ = vpc.to_string();
    let refuse = move |r: &Record| match (state(r), field(r, &subnets::VPC_ID)) {
        (_, Some(other)) if !vpc_.is_empty() && other != vpc_ => {
            Some(format!("This subnet is in {other}, another VPC."))
        }
        ("available", _) if *r.get(&subnets::AVAILABLE_IPS) == Value::Int(0) => {
            Some("No free addresses (InsufficientFreeAddressesInSubnet).".into())
        }
        ("available", _) => None,
        (other, _) => Some(format!("It is {other}.")),
    };
    let said = (names::SUBNET, "Subnet", "the subnets");
    let mut f =
        rows_field(cx, values, said, (choices, default), "The subnet decides the instance's zone.", &refuse, needs);
    if elsewhere.is_some() && text_of(&f).is_empty() {
        // EC2: InvalidParameter.
        f.error = Some("The template has no subnet, and this is not the default VPC: choose one.".into());
    }
    // A launch may name a subnet beside groups; a template says it of an interface, which it may not.
    if f.error.is_none() && text_of(&f) != FROM && !is_launch && template.is_some_and(Template::has_groups_of_its_own) {
        f.error = Some(NO_INTERFACE.into());
    }
    let chosen = match (text_of(&f), template.and_then(|t| t.given.as_ref()?.subnet.clone())) {
        (text, Some(given)) if text == FROM => given,
        (text, _) => text,
    };
    if let Some(row) = cx.store.get(&table, &chosen) {
        let free = if let Value::Int(n) = row.get(&subnets::AVAILABLE_IPS) {
            format!("{n} addresses free")
        } else {
            String::new()
        };
        let cidr = if let Value::Net(net) = row.get(&subnets::CIDR) { net.to_string() } else { String::new() };
        f.facts = format!("{}  {cidr}  {free}", field(row, &subnets::ZONE).unwrap_or_default());
    }
    f
}

/// Where the rows are that were named, if no VPC was: who names a subnet or a group means its network.
#[derive(Default)]
pub(super) struct Named {
    /// The VPC of the subnet, else of the first group.
    pub vpc: Option<ArcStr>,
    /// Whether a subnet was named that is not there yet: it may be in any VPC.
    pub subnet_anywhere: bool,
    /// The same of the groups.
    pub groups_anywhere: bool,
}

impl Named {
    pub(super) fn of(cx: &ActionContext<'_>, values: &Values) -> Named {
        if values.get(names::VPC).is_some() {
            return Named::default();
        }
        let of = |name: &str, kind: Kind, vpc: &'static FieldInfo| {
            let named = values.text(name)?.split(',').next()?.trim();
            let table = TableKey::all(cx.scope.clone(), kind);
            if matches!(named, "" | ANY | FROM | NEW | NONE) {
                return None;
            }
            let row = cx.store.get(&table, named).or_else(|| {
                let mut rows = cx.store.table(&table).into_iter().flat_map(live).filter(|r| r.name == named);
                rows.next().filter(|_| rows.next().is_none())
            });
            Some(row.and_then(|r| field(r, vpc)).map(ArcStr::from))
        };
        let subnet = of(names::SUBNET, Kind(&subnets::INFO), &subnets::VPC_ID);
        let groups = of(names::GROUPS, Kind(&security_groups::INFO), &security_groups::VPC_ID);
        Named {
            subnet_anywhere: subnet == Some(None),
            groups_anywhere: groups == Some(None),
            vpc: subnet.flatten().or(groups.flatten()),
        }
    }
}

/// The zone of a chosen subnet.
pub(super) fn zone_of(cx: &ActionContext<'_>, subnet: &str) -> Option<ArcStr> {
    let row = cx.store.get(&TableKey::all(cx.scope.clone(), Kind(&subnets::INFO)), subnet)?;
    field(row, &subnets::ZONE).map(ArcStr::from)
}

/// Whether it gets a public address: as the subnet has it, yes, or no.
pub(super) fn public_ip_field(
    cx: &ActionContext<'_>,
    values: &Values,
    subnet: &str,
    template: Option<&Template>,
) -> FormField {
    let choice = |value: &str, label: &str| Choice { value: value.into(), label: label.into(), disabled: None };
    let price = prices::of(cx.scope).map(|p| format!("${} an hour", p.public_ipv4().amount));
    let costs = |before: &str, behind: &str| price.as_ref().map_or(String::new(), |p| format!("{before}{p}{behind}"));
    let yes = format!("yes{}", costs("  ", " while it runs"));
    let mut choices = vec![choice("yes", &yes), choice("no", "no")];
    let own = match template {
        Some(t) => {
            let said = |is: bool| if is { "yes" } else { "no" }.to_string();
            choice(FROM, &t.label(|g| g.public_ip.map(said), "as the subnet sets it"))
        }
        None => choice(OF_SUBNET, "as the subnet sets it"),
    };
    let default = own.value.clone();
    choices.insert(0, own);
    let said = (names::PUBLIC_IP, "Public IP");
    let help = "A public IPv4 address, released when the instance stops.";
    let mut f = pick(values, said, choices, &default, help);
    if text_of(&f) == OF_SUBNET {
        let row = cx.store.get(&TableKey::all(cx.scope.clone(), Kind(&subnets::INFO)), subnet);
        f.facts = match (row.map(|r| r.get(&subnets::PUBLIC_IP_ON_LAUNCH)), subnet) {
            (Some(Value::Bool(true)), _) => format!("The subnet assigns one{}.", costs(" (", " while it runs)")),
            (Some(Value::Bool(false)), _) => "The subnet assigns none: the internet cannot reach the instance.".into(),
            (None, ANY) => format!("Default subnets assign one{}, unless that was changed.", costs(" (", ")")),
            _ => String::new(),
        };
    }
    if f.error.is_none() && text_of(&f) != FROM && template.is_some_and(Template::has_groups_of_its_own) {
        f.error = Some(NO_INTERFACE.into());
    }
    f
}

/// The security groups, several or a new one, and the fields of that.
pub(super) fn group_fields(
    cx: &ActionContext<'_>,
    values: &Values,
    (vpc, instance): (&str, &str),
    default: &str,
    (template, is_launch): (Option<&Template>, bool),
    needs: &mut Vec<TableKey>,
) -> Vec<FormField> {
    let table = TableKey::all(cx.scope.clone(), Kind(&security_groups::INFO));
    let only = if vpc.is_empty() { String::new() } else { format!("{}={vpc}", security_groups::VPC_ID.name) };
    let mut choices = Pick::one_of(table, "sg-")
        .only(only, "Security groups of the VPC; space marks several.")
        .or(NEW, "+ new group");
    choices.several = true;
    let mut default = default;
    if let Some(t) = template {
        let named = |g: &super::template::Given| (!g.groups.is_empty()).then(|| g.groups.join(", "));
        offer(&mut choices, &t.label(named, "the VPC's default group"));
        default = FROM;
    } else if !is_launch {
        choices = choices.or(NONE, "none  set them at launch");
    }
    let vpc_ = vpc.to_string();
    let refuse = move |r: &Record| match field(r, &security_groups::VPC_ID) {
        Some(other) if !vpc_.is_empty() && other != vpc_ => Some(format!("This group is in {other}, another VPC.")),
        _ => None,
    };
    let said = (names::GROUPS, "Security groups", "the security groups");
    let help = "They decide what can connect. The same plan can create a new one.";
    let mut groups = rows_field(cx, values, said, (choices, default), help, &refuse, needs);
    let chosen = text_of(&groups);
    if let Some(alone) = chosen.split(',').find(|g| matches!(*g, FROM | NONE)).filter(|g| *g != chosen) {
        let what = if alone == FROM { "The template's groups" } else { "none" };
        groups.error = Some(format!("{what} cannot be combined with others: choose one or the other."));
    }
    let wants_new = text_of(&groups).split(',').any(|g| g == NEW);
    let mut out = vec![groups];
    if wants_new {
        let proposed = free_name(cx, vpc, instance, needs);
        let mut name = line(values, names::GROUP_NAME, "Group name", &proposed, "The name of the new group.");
        name.error = why_not_name(cx, text_of(&name).trim(), vpc, needs);
        out.push(name);
        // The console of the web opens SSH, too; here to the user's own address.
        let values =
            if values.get("ssh").is_none() { &values.clone().with("ssh", FormValue::Flag(true)) } else { values };
        out.extend(door_fields(cx, values, vpc, needs));
    }
    out
}

/// A name that no group of the VPC has: after the instance.
fn free_name(cx: &ActionContext<'_>, vpc: &str, instance: &str, needs: &mut Vec<TableKey>) -> String {
    let taken = groups_of(cx, vpc, needs);
    let base: String = instance.chars().filter(|c| c.is_ascii_alphanumeric() || "._- ".contains(*c)).collect();
    let base = if base.trim().is_empty() { "launch".to_string() } else { base.trim().to_string() };
    let name = |n: usize| if n == 1 { format!("{base}-sg") } else { format!("{base}-sg-{n}") };
    (1..).map(name).find(|name| taken.iter().all(|(_, t)| t != name)).unwrap_or_default()
}
