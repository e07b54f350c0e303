//! The launch template of a launch: which version, and what that gives. What it gives is not said again in the request.
//!
//! EC2 lays a request over its template parameter by parameter, and checks what comes of it as one request: where the template has network
//! interfaces, subnet, groups and public address are said of the interface; where it has security groups of the instance, no interface may
//! be named beside them (InvalidParameterCombination).
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html>

use std::sync::Arc;

use arcstr::ArcStr;

use super::source::Source;
use super::{FROM, NONE, names};
use crate::base::text::visible;
use crate::kinds::action::ActionContext;
use crate::kinds::ec2::template_fields::{self as fields, Disk, LaunchTag};
use crate::kinds::ec2::{
    launch_template_versions as versions, launch_templates as templates, security_groups, subnets,
};
use crate::kinds::plan_builder::{field, line, list, live, need, text_of};
use crate::kinds::rows_field::rows_field;
use crate::model::{FormField, FormValue, Kind, Pick, Record, Selector, TableKey, Value, Values};
use crate::store::Progress;

/// What a version gives.
#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    pub image: Option<ArcStr>,
    pub ty: Option<ArcStr>,
    pub key: Option<ArcStr>,
    pub groups: Vec<ArcStr>,
    pub subnet: Option<ArcStr>,
    pub public_ip: Option<bool>,
    /// How many network interfaces.
    pub interfaces: i64,
    pub profile: Option<ArcStr>,
    pub user_data: bool,
    pub imds: Option<ArcStr>,
    pub monitoring: bool,
    pub protect: bool,
    pub hibernation: bool,
    pub spot: bool,
    pub max_price: Option<ArcStr>,
    pub disks: Vec<Disk>,
    pub tags: Vec<LaunchTag>,
    /// Whether it chooses types by requirements.
    pub by_needs: bool,
}

impl Given {
    fn of(row: &Record) -> Given {
        let text = |f| field(row, f).map(ArcStr::from);
        let flag = |f| row.get(f).as_bool();
        Given {
            image: text(&versions::IMAGE_ID),
            ty: text(&versions::TYPE),
            key: text(&versions::KEY_NAME),
            groups: list(row, &versions::SECURITY_GROUP_IDS),
            subnet: text(&fields::SUBNET_ID),
            public_ip: flag(&fields::PUBLIC_IP),
            interfaces: row.get(&fields::INTERFACES).as_int().unwrap_or_default(),
            profile: text(&versions::PROFILE),
            user_data: flag(&versions::USER_DATA) == Some(true),
            imds: text(&fields::IMDS),
            monitoring: flag(&fields::MONITORING) == Some(true),
            protect: flag(&fields::PROTECTION) == Some(true),
            hibernation: flag(&fields::HIBERNATION) == Some(true),
            spot: field(row, &fields::MARKET) == Some("spot"),
            max_price: text(&fields::MAX_PRICE),
            disks: fields::disks_of(row),
            tags: fields::tags_of(row),
            by_needs: flag(&fields::REQUIREMENTS) == Some(true),
        }
    }
    /// The value of a tag that it gives to something.
    pub(super) fn tag(&self, resource: &str, key: &str) -> Option<&ArcStr> {
        self.tags.iter().find(|(r, k, _)| r == resource && k == key).map(|(.., value)| value)
    }
}

/// A template at one of its versions.
#[derive(Debug, Clone)]
pub(super) struct Template {
    pub id: ArcStr,
    /// Its name, else its id.
    pub name: ArcStr,
    /// The version as a request has it: `$Default`, `$Latest`, `3`.
    pub version: ArcStr,
    /// Its number, if that is known.
    pub number: Option<i64>,
    /// What it gives; `None`: that is not known.
    pub given: Option<Given>,
}

impl Template {
    /// `web, version 2`.
    pub(super) fn says(&self) -> String {
        let version = match (self.number, self.version.as_str()) {
            (Some(n), "$Default") => format!("its default version {n}"),
            (Some(n), "$Latest") => format!("its latest version {n}"),
            (Some(n), _) => format!("version {n}"),
            (None, other) => format!("version {other}"),
        };
        format!("{}, {version}", visible(&self.name))
    }
    /// How a field speaks of what is left to the template: what that gives, or what comes of it where it gives nothing.
    pub(super) fn label(&self, what: impl FnOnce(&Given) -> Option<String>, otherwise: &str) -> String {
        match &self.given {
            Some(given) => match what(given) {
                Some(text) => format!("from the template: {}", visible(&text)),
                None => format!("as in the template: {otherwise}"),
            },
            None => "as in the template".into(),
        }
    }
    /// Whether it has security groups of the instance, and so takes no network interface beside them.
    pub(super) fn has_groups_of_its_own(&self) -> bool {
        self.given.as_ref().is_some_and(|g| g.interfaces == 0 && !g.groups.is_empty())
    }
}

/// Whether a template is launched from, or another version made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    Launch,
    Version,
}

/// The fields for the template and its version, and what they stand for.
pub(super) fn template_fields(
    cx: &ActionContext<'_>,
    values: &Values,
    source: &Source,
    what: For,
    needs: &mut Vec<TableKey>,
) -> (Vec<FormField>, Option<Template>) {
    let table = TableKey::all(cx.scope.clone(), Kind(&templates::INFO));
    let (own, number) = match source {
        Source::Template { id, number, .. } => (Some(id.clone()), *number),
        _ => (None, None),
    };
    let mut out = Vec::new();
    let id = match (what, own.clone()) {
        (For::Version, Some(id)) => id,
        _ => {
            let choices = Pick::one_of(table.clone(), "lt-").or(NONE, "none");
            let said = (names::TEMPLATE, "Launch template", "the launch templates");
            let help = "Its settings apply unless you change them here.";
            let default = own.clone().unwrap_or_else(|| NONE.into());
            let mut f = rows_field(cx, values, said, (choices, &default), help, &|_| None, &mut Vec::new());
            let chosen = text_of(&f);
            if chosen == NONE {
                // Templates are asked for where one is wanted.
                if values.get(names::TEMPLATE).is_some() {
                    f.error = None;
                }
                return (vec![f], None);
            }
            if cx.store.table(&table).is_none_or(|t| t.status.progress != Progress::Complete) {
                need(needs, table.clone());
            }
            let broken = f.error.is_some();
            out.push(f);
            if broken {
                return (out, None);
            }
            chosen
        }
    };
    let proposed = match number.filter(|_| own.as_ref() == Some(&id)) {
        Some(n) => n.to_string(),
        None => "default".into(),
    };
    let (label, help) = match what {
        For::Launch => ("Its version", "default, latest, or a number."),
        For::Version => {
            ("From version", "The version to start from, with the changes made here: default, latest, or a number.")
        }
    };
    let mut f = line(values, names::TEMPLATE_VERSION, label, &proposed, help);
    let template = version(cx, &id, &mut f, needs);
    out.push(f);
    (out, Some(template))
}

/// The version that the line stands for.
fn version(cx: &ActionContext<'_>, id: &ArcStr, f: &mut FormField, needs: &mut Vec<TableKey>) -> Template {
    let all = TableKey::all(cx.scope.clone(), Kind(&templates::INFO));
    let own = TableKey { selector: Selector::Parent(id.clone()), scope: cx.scope.clone(), kind: Kind(&versions::INFO) };
    let typed = text_of(f).trim().to_ascii_lowercase();
    let word = typed.trim_start_matches('$');
    let wanted = word.parse::<i64>().ok();
    let is = |r: &Record| match word {
        "default" | "latest" => field(r, &versions::DEFAULT).is_some_and(|s| s.split(", ").any(|w| w == word)),
        _ => wanted.is_some() && r.get(&versions::VERSION).as_int() == wanted,
    };
    let rows: Vec<&Arc<Record>> = cx.store.table(&own).into_iter().flat_map(live).collect();
    // The row that it was begun on is one of them, whichever table it is from.
    let began = cx.targets.first().map(|t| &t.record).filter(|r| r.kind == Kind(&versions::INFO));
    let of_it = |r: &&Arc<Record>| field(r, &versions::TEMPLATE_ID) == Some(id.as_str());
    let row = rows.iter().copied().chain(began.filter(of_it)).find(|r| is(r));
    let name = cx
        .store
        .get(&all, id)
        .map(|r| r.name.clone())
        .or_else(|| rows.first().copied().or(row).map(|r| r.name.clone()));
    let status = cx.store.table(&own).map(|t| &t.status);
    let complete = status.is_some_and(|s| s.progress == Progress::Complete);
    if !complete {
        need(needs, own);
    }
    f.error = match (row, wanted, word) {
        (None, None, other) if !matches!(other, "default" | "latest") => {
            Some(format!("{} is not a version: use default, latest, or a number.", visible(&typed)))
        }
        // EC2: InvalidLaunchTemplateId.VersionNotFound.
        (None, ..) if complete => {
            let numbers: Vec<i64> = rows.iter().filter_map(|r| r.get(&versions::VERSION).as_int()).collect();
            match (numbers.iter().min(), numbers.iter().max()) {
                (Some(least), Some(most)) => {
                    Some(format!("There is no version {word}: versions are {least} to {most}."))
                }
                _ => Some("This template does not exist (InvalidLaunchTemplateId.NotFound).".into()),
            }
        }
        (None, ..) if status.is_none_or(|s| s.fault.is_none()) => Some("Its versions are loading.".into()),
        _ => None,
    };
    let number = row.and_then(|r| r.get(&versions::VERSION).as_int()).or(wanted);
    if let (None, Some(fault)) = (row, status.and_then(|s| s.fault.as_ref())) {
        f.facts = format!("Its settings could not be read ({}).", fault.kind.word());
    } else if let Some(row) = row {
        let said = field(row, &versions::DESCRIPTION).map(|d| format!("  {}", visible(d))).unwrap_or_default();
        f.facts = format!("version {}{said}", number.unwrap_or_default());
    }
    let version = match word {
        "default" => arcstr::literal!("$Default"),
        "latest" => arcstr::literal!("$Latest"),
        _ => word.into(),
    };
    let given = row.map(|r| Given::of(r));
    Template { id: id.clone(), name: name.unwrap_or_else(|| id.clone()), version, number, given }
}

/// The values with what the template gives to toggles, where nothing else was said; and the VPC that its subnet or groups are in.
pub(super) fn under(cx: &ActionContext<'_>, values: &Values, given: &Given, needs: &mut Vec<TableKey>) -> Values {
    let mut out = values.clone();
    let flags = [
        (names::SPOT, given.spot),
        (names::PROTECT, given.protect),
        (names::MONITORING, given.monitoring),
        (names::HIBERNATION, given.hibernation),
    ];
    for (name, _) in flags.into_iter().filter(|(name, on)| *on && values.get(name).is_none()) {
        out.set(name, FormValue::Flag(true));
    }
    for (name, text) in [(names::PROFILE, &given.profile), (names::MAX_PRICE, &given.max_price)] {
        if let Some(text) = text.as_ref().filter(|_| values.get(name).is_none()) {
            out.set(name, FormValue::Text(text.clone()));
        }
    }
    let place = match (&given.subnet, given.groups.first()) {
        (Some(subnet), _) => Some((&subnets::INFO, subnet, &subnets::VPC_ID)),
        (None, Some(group)) => Some((&security_groups::INFO, group, &security_groups::VPC_ID)),
        (None, None) => None,
    };
    let vpc = place.and_then(|(kind, id, of)| vpc_of(cx, kind, id, of, needs));
    if let Some(vpc) = vpc.filter(|_| values.get(names::VPC).is_none()) {
        out.set(names::VPC, FormValue::Text(vpc));
    }
    out
}

fn vpc_of(
    cx: &ActionContext<'_>,
    kind: &'static crate::model::KindInfo,
    id: &str,
    of: &crate::model::FieldInfo,
    needs: &mut Vec<TableKey>,
) -> Option<ArcStr> {
    let table = TableKey::all(cx.scope.clone(), Kind(kind));
    let Some(row) = cx.store.get(&table, id) else {
        need(needs, table);
        return None;
    };
    match row.get(of) {
        Value::Unknown | Value::Empty => None,
        value => value.as_str().map(ArcStr::from),
    }
}

/// Offers what the template has as the first choice.
pub(super) fn offer(pick: &mut Pick, label: &str) {
    pick.also.insert(0, crate::model::Choice { value: FROM.into(), label: label.into(), disabled: None });
}
