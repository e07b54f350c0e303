//! What is asked about, and which tables that takes.

use std::sync::Arc;

use arcstr::ArcStr;

use super::{Row, instance, target};
use crate::base::text::visible;
use crate::base::{RowId, Scope};
use crate::kinds::autoscaling::{activities, auto_scaling_groups as groups};
use crate::kinds::cloudtrail::trail;
use crate::kinds::cloudwatch::alarms;
use crate::kinds::derived::found;
use crate::kinds::ec2::instances::{self, fields, instance as of_instance};
use crate::kinds::ec2::{
    instance_statuses, network_acls, network_interfaces, route_tables, security_group_rules, security_groups, subnets,
};
use crate::kinds::elbv2::{load_balancers, target_groups, targets};
use crate::kinds::plan_builder::count;
use crate::model::derived::{Rows, Wanted};
use crate::model::{FieldInfo, Filters, Inputs, KindInfo, Record, Selector, Tone};

/// All that rows may be made of.
pub(super) const INPUTS: &[&str] = &[
    "instances",
    "instance-statuses",
    "target-groups",
    "targets",
    "load-balancers",
    "auto-scaling-groups",
    "activities",
    "alarms",
    "subnets",
    "route-tables",
    "network-acls",
    "security-groups",
    "security-group-rules",
    "network-interfaces",
    "trail",
];

/// The most target groups whose targets are asked for: a request each.
const MOST_GROUPS: usize = 40;

/// # Errors
/// A sentence about what is missing.
pub(super) fn read(text: &str) -> Result<RowId, String> {
    let text = text.trim();
    match text {
        "" => Err(
            "why takes the id, ARN or name of an instance, a target group, a load balancer or an Auto Scaling group: \
                   why web-1."
                .into(),
        ),
        text if text.chars().any(char::is_control) => Err(format!("{} cannot be a name.", visible(text))),
        text => Ok(text.into()),
    }
}

/// The text that a row suggests: itself, or the instance or group that it is about.
pub(super) fn offer(row: &Record) -> Option<String> {
    let own = [instances::INFO.name, target_groups::INFO.name, load_balancers::INFO.name, groups::INFO.name];
    let id = |row: &Record| Some(row.shown_id().to_string());
    match row.kind.0.name {
        kind if own.contains(&kind) => id(row),
        kind if kind == targets::INFO.name => targets::target_id(row).map(str::to_string),
        kind if kind == activities::INFO.name => row.get(&activities::GROUP).as_str().map(|g| g.to_string()),
        kind if kind == found::INFO.name => {
            let of = row.get(&found::OF).as_str()?;
            let id = row.get(&found::ID).as_str().filter(|_| own.contains(&of));
            id.map(str::to_string)
        }
        _ => None,
    }
}

fn is_instance(text: &str) -> bool {
    text.strip_prefix("i-").is_some_and(|hex| hex.len() >= 8 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn with(kind: &'static KindInfo, field: &FieldInfo, values: Vec<ArcStr>) -> Wanted {
    let filters = Filters::of(kind, [(field.name, values)]);
    (kind.name, filters.map_or(Selector::All, Selector::Filter))
}

fn all(kind: &'static KindInfo) -> Wanted {
    (kind.name, Selector::All)
}

fn the_instance(id: &str) -> Wanted {
    with(&instances::INFO, &fields::ID, vec![id.into()])
}

/// What is asked for at first.
pub(super) fn asks(text: &str, scope: &Scope) -> Vec<Wanted> {
    // An ARN says its region.
    let elsewhere = |region: &ArcStr| {
        text.split(':').nth(3).is_some_and(|r| text.starts_with("arn:") && !r.is_empty() && r != region)
    };
    if scope.region_code().is_some_and(elsewhere) {
        return Vec::new();
    }
    let instances = if is_instance(text) { Some(the_instance(text)) } else { None };
    let by_name = (!text.starts_with("arn:")).then(|| all(&instances::INFO));
    let mut wanted: Vec<Wanted> = instances.or(by_name).into_iter().collect();
    wanted.extend([
        all(&instance_statuses::INFO),
        all(&target_groups::INFO),
        all(&load_balancers::INFO),
        all(&groups::INFO),
        all(&alarms::INFO),
    ]);
    wanted
}

/// What is looked at where somebody has asked for it.
pub(super) fn beside(text: &str, _: &Scope) -> Vec<Wanted> {
    vec![(trail::INFO.name, Selector::Parent(text.into()))]
}

/// What follows from what is known: the activity of a group, the targets of groups, the network between a balancer and a target that fails.
pub(super) fn then(text: &str, rows: &Rows<'_>) -> Vec<Wanted> {
    let mut out: Vec<Wanted> = Vec::new();
    let found = Subject::among(text, rows);
    let mut group: Option<ArcStr> = None;
    // The instance's id and address, either of which a target may be.
    let (mut of_groups, mut instance): (Vec<ArcStr>, Option<Vec<ArcStr>>) = (Vec::new(), None);
    match &found {
        Subject::None => return out,
        Subject::Instance(row) => {
            group = of_instance::group(row).cloned();
            let address = row.get(&fields::PRIVATE_IP).as_ip().map(|ip| arcstr::format!("{ip}"));
            instance = Some([row.id.clone()].into_iter().chain(address).collect());
            let vpc = of_instance::vpc_id(row);
            let near = |g: &Record| {
                let kind = g.get(&target_groups::TARGET_TYPE).as_str();
                g.get(&target_groups::VPC_ID).as_str() == vpc && kind.is_some_and(|k| k == "instance" || k == "ip")
            };
            of_groups = ids_of(rows, &all(&target_groups::INFO), &near);
        }
        Subject::TargetGroup(row) => of_groups.push(row.id.clone()),
        Subject::Balancer(row) => {
            let routed = |g: &Record| g.get(&target_groups::LOAD_BALANCERS).items().contains(&row.name);
            of_groups = ids_of(rows, &all(&target_groups::INFO), &routed);
        }
        Subject::Group(row) => {
            group = Some(row.name.clone());
            let arns = row.get(&groups::fields::TARGET_GROUP_ARNS);
            of_groups = arns.items().to_vec();
        }
    }
    if let Some(group) = &group {
        out.push((activities::INFO.name, Selector::Parent(group.clone())));
    }
    of_groups.truncate(MOST_GROUPS);
    let asked: Vec<Wanted> = of_groups.iter().map(|arn| (targets::INFO.name, Selector::Parent(arn.clone()))).collect();
    let mut failing: Vec<Arc<Record>> = Vec::new();
    for table in &asked {
        rows(table, &mut |t| {
            if target::is_judged(t) {
                failing.push(t.clone());
            }
        });
    }
    out.extend(asked);
    let mine = |t: &&Arc<Record>| {
        let id = targets::target_id(t);
        instance.as_ref().is_none_or(|own| own.iter().any(|own| id == Some(own.as_str())))
    };
    let judged: Vec<&Arc<Record>> = failing.iter().filter(mine).collect();
    if judged.is_empty() {
        return out;
    }
    let ids = |of_instances: bool| {
        let ids = judged.iter().filter_map(|t| targets::target_id(t)).filter(move |id| is_instance(id) == of_instances);
        let mut ids: Vec<ArcStr> = ids.map(ArcStr::from).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.truncate(50);
        ids
    };
    let (named, addresses) = (ids(true), ids(false));
    if !named.is_empty() {
        out.push(with(&instances::INFO, &fields::ID, named));
    }
    if !addresses.is_empty() {
        // An address may be a balancer's, an endpoint's or whoever's.
        out.push(with(&instances::INFO, &fields::PRIVATE_IP, addresses.clone()));
        out.push(with(&network_interfaces::INFO, &network_interfaces::PRIVATE_IPS, addresses));
    }
    let network = [
        all(&subnets::INFO),
        all(&route_tables::INFO),
        all(&network_acls::INFO),
        all(&security_groups::INFO),
        all(&security_group_rules::INFO),
    ];
    out.extend(network);
    out
}

/// Ids of the rows that fit.
fn ids_of(rows: &Rows<'_>, of: &Wanted, fits: &dyn Fn(&Record) -> bool) -> Vec<ArcStr> {
    let mut out = Vec::new();
    rows(of, &mut |row| {
        if fits(row) {
            out.push(row.id.clone());
        }
    });
    out
}

/// What the text names.
pub(super) enum Subject {
    None,
    Instance(Arc<Record>),
    TargetGroup(Arc<Record>),
    Balancer(Arc<Record>),
    Group(Arc<Record>),
}

impl Subject {
    /// The first row of that id, ARN or name; instances come first.
    fn among(text: &str, rows: &Rows<'_>) -> Subject {
        let one = |wanted: Wanted| {
            let mut found: Option<Arc<Record>> = None;
            rows(&wanted, &mut |r| {
                let named = r.id == text || r.name == text;
                if named && found.as_ref().is_none_or(|f| gone(f) && !gone(r)) {
                    found = Some(r.clone());
                }
            });
            found
        };
        let instance = match text.starts_with("arn:") {
            true => None,
            false => one(if is_instance(text) { the_instance(text) } else { all(&instances::INFO) }),
        };
        (instance.map(Subject::Instance))
            .or_else(|| one(all(&target_groups::INFO)).map(Subject::TargetGroup))
            .or_else(|| one(all(&load_balancers::INFO)).map(Subject::Balancer))
            .or_else(|| one(all(&groups::INFO)).map(Subject::Group))
            .unwrap_or(Subject::None)
    }
}

/// What was terminated keeps its name for an hour.
fn gone(r: &Record) -> bool {
    std::ptr::eq(r.kind.0, &instances::INFO) && of_instance::state(r) == of_instance::InstanceState::Terminated
}

/// What is said where several have the name: which of them this is about.
fn namesakes(text: &str, subject: &Subject, rows: &Rows<'_>) -> Option<Row> {
    let (kind, row) = match subject {
        Subject::None => return None,
        Subject::Instance(row) => (&instances::INFO, row),
        Subject::TargetGroup(row) => (&target_groups::INFO, row),
        Subject::Balancer(row) => (&load_balancers::INFO, row),
        Subject::Group(row) => (&groups::INFO, row),
    };
    if row.id == text {
        return None;
    }
    let kinds = [&instances::INFO, &target_groups::INFO, &load_balancers::INFO, &groups::INFO];
    let mut named: Vec<String> = Vec::new();
    let mut all = 0;
    for of in kinds {
        let ids = ids_of(rows, &self::all(of), &|r| r.name == text && !gone(r));
        if !ids.is_empty() {
            named.push(count(ids.len(), of.singular));
        }
        all += ids.len();
    }
    let said =
        format!("{} have this name: this is about the {} {}", named.join(" and "), kind.singular, row.shown_id());
    (all > 1).then(|| Row::new("name", Tone::Unknown, "several", said).by(kind.name, row.id.clone()))
}

/// All rows about what the text names.
pub(super) fn rows(inputs: &Inputs) -> Vec<Row> {
    let known = |of: &Wanted, see: &mut dyn FnMut(&Arc<Record>)| inputs.each(of.0).for_each(see);
    let subject = Subject::among(&inputs.text, &known);
    let mut all = of_subject(inputs, &subject);
    if !all.is_empty() {
        all.splice(0..0, namesakes(&inputs.text, &subject, &known));
    }
    all
}

fn of_subject(inputs: &Inputs, subject: &Subject) -> Vec<Row> {
    match subject {
        Subject::None => Vec::new(),
        Subject::Instance(row) => instance::rows(inputs, row),
        Subject::TargetGroup(row) => target::of_group(inputs, row),
        Subject::Balancer(row) => target::of_balancer(inputs, row),
        Subject::Group(row) => instance::of_group(inputs, row),
    }
}
