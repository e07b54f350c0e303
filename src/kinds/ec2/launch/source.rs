//! What a launch is made after: an instance, an image, a launch template's version. It fills the form; what is typed goes over it.

use arcstr::ArcStr;

use super::{NONE, names};
use crate::base::text::visible;
use crate::base::{RowId, Secret};
use crate::kinds::action::{ActionContext, Target};
use crate::kinds::ec2::instances::fields as instance;
use crate::kinds::ec2::template_fields::Disk;
use crate::kinds::ec2::{
    images, instance_protection, instance_user_data, instances, launch_template_versions as versions,
    launch_templates as templates, volumes,
};
use crate::kinds::plan_builder::{beside, field, label, list, live, need};
use crate::model::{Filters, FormValue, Kind, Record, RowEdit, Selector, TableKey, Value, Values};
use crate::store::Progress;

/// What the row is that the action was begun on.
pub(super) enum Source {
    /// None: the form's own defaults.
    Nothing,
    Instance(Target),
    Image(Target),
    /// A template, or one of its versions.
    Template {
        id: RowId,
        number: Option<i64>,
        name: String,
    },
}

/// What is known of what an instance has, besides what its own row says.
#[derive(Default)]
pub(super) struct Has {
    /// Its disks; `None`: not known.
    pub disks: Option<Vec<Disk>>,
    /// Why they are not known.
    pub no_disks: &'static str,
    /// Its user data.
    pub user_data: Option<Secret>,
    /// What is said about them.
    pub user_data_facts: String,
}

impl Source {
    pub(super) fn of(cx: &ActionContext<'_>) -> Source {
        let Some(t) = cx.targets.first() else { return Source::Nothing };
        let kind = t.record.kind;
        if kind == Kind(&instances::INFO) {
            Source::Instance(t.clone())
        } else if kind == Kind(&images::INFO) {
            Source::Image(t.clone())
        } else if kind == Kind(&templates::INFO) {
            Source::Template { id: t.record.id.clone(), number: None, name: label(&t.record) }
        } else if kind == Kind(&versions::INFO) {
            let id = field(&t.record, &versions::TEMPLATE_ID).map(RowId::from).unwrap_or_default();
            Source::Template { id, number: t.record.get(&versions::VERSION).as_int(), name: label(&t.record) }
        } else {
            Source::Nothing
        }
    }

    /// The form's heading, after what it does: `Launch more like web-1`.
    pub(super) fn title(&self, verb: &str) -> String {
        match self {
            Source::Nothing => verb.to_string(),
            Source::Instance(t) => format!("{verb} more like {}", label(&t.record)),
            Source::Image(t) => format!("{verb} from {}", label(&t.record)),
            Source::Template { name, number: Some(n), .. } => format!("{verb} from {name}, version {n}"),
            Source::Template { name, .. } => format!("{verb} from {name}"),
        }
    }

    /// The instance that it is made after.
    pub(super) fn instance(&self) -> Option<&Target> {
        if let Source::Instance(t) = self { Some(t) } else { None }
    }

    /// The values with what the source proposes, where nothing else was said.
    pub(super) fn under(&self, cx: &ActionContext<'_>, values: &Values) -> Values {
        let proposed = match self {
            Source::Instance(t) => of_instance(cx, t),
            Source::Image(t) => Values::default().with(names::IMAGE, FormValue::Text(t.record.id.clone())),
            Source::Nothing | Source::Template { .. } => return values.clone(),
        };
        let mut out = values.clone();
        for (name, value) in proposed.0 {
            if values.get(&name).is_none() {
                out.set(&name, value);
            }
        }
        out
    }

    /// What else an instance has, as far as it is known; what is not is asked for.
    pub(super) fn has(&self, cx: &ActionContext<'_>, needs: &mut Vec<TableKey>) -> Has {
        let Some(t) = self.instance() else { return Has::default() };
        let mut has = Has::default();
        match disks(cx, t, needs) {
            Ok(disks) => has.disks = Some(disks),
            Err(why) => has.no_disks = why,
        }
        match instance_user_data::of(cx.store, &t.table, &t.record.id) {
            Some((0, _)) => {}
            Some((_, Some(text))) => {
                has.user_data = Some(text.clone());
                has.user_data_facts = format!("The user data are those of {}.", label(&t.record));
            }
            Some((_, None)) => has.user_data_facts = format!("The user data of {} are not text.", label(&t.record)),
            None => {
                let word = beside(cx.store, &t.table, &instance_user_data::INFO, needs);
                has.user_data_facts = format!("The user data of {} are {word}.", label(&t.record));
            }
        }
        if instance_protection::of(cx.store, &t.table, &t.record.id, &instance_protection::TERMINATION).is_none() {
            beside(cx.store, &t.table, &instance_protection::INFO, needs);
        }
        has
    }
}

/// What an instance's own row says.
fn of_instance(cx: &ActionContext<'_>, t: &Target) -> Values {
    let row: &Record = &t.record;
    let mut out = Values::default();
    let mut text = |name: &str, value: Option<&str>| {
        if let Some(value) = value.filter(|v| !v.is_empty()) {
            out.set(name, FormValue::Text(value.into()));
        }
    };
    text(names::NAME, Some(&row.name));
    text(names::IMAGE, field(row, &instance::IMAGE_ID));
    text(names::TYPE, field(row, &instance::TYPE));
    text(names::VPC, field(row, &instance::VPC_ID));
    text(names::SUBNET, field(row, &instance::SUBNET_ID));
    text(names::PROFILE, field(row, &instance::PROFILE));
    text(names::KEY, Some(field(row, &instance::KEY_NAME).unwrap_or(NONE)));
    text(names::GROUPS, Some(&list(row, &instance::SECURITY_GROUP_IDS).join(",")));
    let is_running = row.state.as_ref().is_some_and(|(_, s)| s == "running");
    let elastic = row.get(&instance::ELASTIC_IPS).is_some();
    text(
        names::PUBLIC_IP,
        match row.get(&instance::PUBLIC_IP) {
            Value::Unknown => None,
            // An Elastic IP took the place of the one that it may have had; a stopped instance has none.
            _ if elastic || !is_running => None,
            Value::Empty => Some("no"),
            _ => Some("yes"),
        },
    );
    text(
        names::IMDSV2,
        match field(row, &instance::IMDS) {
            Some("v2 required") => Some("required"),
            Some("v1 and v2") => Some("optional"),
            Some("disabled") => Some("disabled"),
            _ => None,
        },
    );
    let flags = [
        (names::MONITORING, field(row, &instance::MONITORING) == Some("enabled")),
        (names::SPOT, field(row, &instance::LIFECYCLE) == Some("spot")),
        (names::HIBERNATION, row.get(&instance::HIBERNATION).as_bool() == Some(true)),
        (
            names::PROTECT,
            instance_protection::of(cx.store, &t.table, &row.id, &instance_protection::TERMINATION) == Some(true),
        ),
    ];
    for (name, _) in flags.into_iter().filter(|(_, on)| *on) {
        out.set(name, FormValue::Flag(true));
    }
    let is_own = |key: &str| key != "Name" && !key.to_ascii_lowercase().starts_with("aws:");
    let tags = row.tags.iter().filter(|(k, _)| is_own(k)).map(|(k, v)| RowEdit::Add(vec![k.clone(), v.clone()]));
    let tags: Vec<RowEdit> = tags.collect();
    if !tags.is_empty() {
        out.set(names::TAGS, FormValue::Rows(tags));
    }
    out
}

/// An instance's disks, from the volumes that are attached to it.
fn disks(cx: &ActionContext<'_>, t: &Target, needs: &mut Vec<TableKey>) -> Result<Vec<Disk>, &'static str> {
    let all = TableKey::all(t.table.scope.clone(), Kind(&volumes::INFO));
    let own = Filters::of(&volumes::INFO, [(volumes::fields::INSTANCES.name, vec![t.record.id.clone()])]);
    let own = own.map(|f| TableKey { selector: Selector::Filter(f), ..all.clone() });
    let is_whole = |key: &&TableKey| cx.store.table(key).is_some_and(|t| t.status.progress == Progress::Complete);
    let Some(table) = [Some(&all), own.as_ref()].into_iter().flatten().find(is_whole) else {
        let Some(own) = own else { return Err("not known") };
        let word = cx.store.table(&own).and_then(|t| t.status.fault.as_ref()).map_or("loading", |f| f.kind.word());
        need(needs, own);
        return Err(word);
    };
    let rows = cx.store.table(table).into_iter().flat_map(live);
    let its = rows.filter(|r| list(r, &volumes::fields::INSTANCES).iter().any(|i| *i == t.record.id));
    let mut out: Vec<Disk> = its.filter_map(|r| disk(r)).collect();
    out.sort_by(|a, b| a.device.cmp(&b.device));
    Ok(out)
}

fn disk(row: &Record) -> Option<Disk> {
    use volumes::fields as f;
    let kind = field(row, &f::TYPE).map(ArcStr::from);
    let int = |i| row.get(i).as_int();
    // What gp3 has by itself need not be said; others of a fixed number take none.
    let iops = int(&f::IOPS).filter(|n| match kind.as_deref() {
        Some("io1" | "io2") => true,
        Some("gp3") => *n > 3_000,
        _ => false,
    });
    let throughput = int(&f::THROUGHPUT).filter(|n| kind.as_deref() == Some("gp3") && *n > 125);
    Some(Disk {
        device: field(row, &f::DEVICE)?.into(),
        gib: int(&f::SIZE_GIB),
        iops,
        throughput,
        encrypted: row.get(&f::ENCRYPTED).as_bool(),
        deleted: row.get(&f::DELETE_ON_TERMINATION).as_bool(),
        snapshot: None,
        kms_key: field(row, &f::KMS_KEY).map(ArcStr::from),
        kind,
    })
}

/// `i-0a1 (web-1)` or what it is called in a plan.
pub(super) fn named(t: &Target) -> String {
    visible(t.record.label()).into_owned()
}
