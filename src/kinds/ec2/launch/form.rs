//! The form of a launch: what is usual in sight, the rest folded, each field with its default.

use super::image::{Image, image_field};
use super::network::{group_fields, public_ip_field, subnet_field, zone_of};
use super::{NEW, NONE, WEB, WEB_SCRIPT, disks, names};
use crate::base::Secret;
use crate::base::text::visible;
use crate::kinds::action::ActionContext;
use crate::kinds::draft_table::DraftTable;
use crate::kinds::ec2::actions::tags::new_tag_errors;
use crate::kinds::ec2::group_actions::create::{HTTP, HTTPS, vpc_field};
use crate::kinds::ec2::instance_profiles::why_not_profile;
use crate::kinds::ec2::key_pair_actions::{file_for, why_not_name as why_no_key_name};
use crate::kinds::ec2::{instance_types, key_pairs};
use crate::kinds::file_fields::{lines, new_file};
use crate::kinds::plan_builder::{Known, field, line, list, live, need, number, pick, text_of, toggle, whole};
use crate::kinds::rows_field::rows_field;
use crate::model::{
    Cell, Choice, DraftColumn, FormField, FormSpec, FormValue, Kind, Pick, Record, TableKey, Value, Values,
};

/// User data in bytes, before they are encoded. <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html>
pub(super) const MOST_DATA: usize = 16_384;
/// What its file is called that the AWS CLI reads it from.
pub(super) const DATA_FILE: &str = "user-data.sh";
/// Instances at once. EC2's own limit is the account's quota of vCPUs.
const MOST: i64 = 100;
const MORE: &str = "more";

/// Everything that the form comes to, and what was found out on the way.
pub(super) struct Form {
    pub spec: FormSpec,
    pub image: Image,
}

pub(super) fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    form(cx, values).spec
}

pub(super) fn form(cx: &ActionContext<'_>, values: &Values) -> Form {
    let mut needs = Vec::new();
    let choice = |value: &str, label: &str| Choice { value: value.into(), label: label.into(), disabled: None };
    let purposes = vec![
        choice("any", "anything"),
        choice(WEB, "a web server  new key pair and group, HTTP open, nginx installed"),
    ];
    let purpose =
        pick(values, (names::PURPOSE, "For"), purposes, "any", "What the other fields' defaults are made for.");
    let is_web = text_of(&purpose) == WEB;
    // What a web server has by default, unless it was said otherwise.
    let mut with = values.clone();
    if is_web {
        for door in [HTTP, HTTPS].into_iter().filter(|d| values.get(d).is_none()) {
            with.set(door, FormValue::Flag(true));
        }
    }
    let values = &with;
    let name = line(
        values,
        names::NAME,
        "Name",
        if is_web { "web" } else { "" },
        "The Name tag, of the disks too; may be empty.",
    );
    let called = text_of(&name).trim().to_string();
    let (image_field, image) = image_field(cx, values, &mut needs);
    let vpc = vpc_field(cx, values, &mut needs);
    let vpc_id = text_of(&vpc);
    let subnet = subnet_field(cx, values, &vpc_id, &mut needs);
    let zone = zone_of(cx, &text_of(&subnet));
    let ty = type_field(cx, values, &image, zone.as_deref(), &mut needs);
    let mut fields = vec![purpose, name, image_field, ty];
    fields.extend(key_fields(cx, values, (&called, is_web), &mut needs));
    fields.extend([vpc, subnet, public_ip_field(values)]);
    let default = default_groups(cx, &vpc_id, is_web);
    fields.extend(group_fields(cx, values, (&vpc_id, &called), &default, &mut needs));
    let mut more = vec![disks::field(values, &image)];
    let data = Secret::new(if is_web { WEB_SCRIPT.into() } else { String::new() });
    let help = "A script that begins with #! or a cloud-init text; it runs at the first start. enter edits it, @ names a file.";
    more.push(lines(cx.files, values, (names::USER_DATA, "User data"), (MOST_DATA, DATA_FILE), Some(&data), help));
    more.push(profile_field(values));
    more.push(number(values, (names::COUNT, "Count"), (1, MOST), Some(1), "How many, all or none."));
    more.push(toggle(
        values,
        names::SPOT,
        "Spot",
        "Spare capacity at a lower price; EC2 may take it back with two minutes' notice.",
    ));
    if values.flag(names::SPOT) {
        let mut most =
            line(values, names::MAX_PRICE, "At most", "", "US dollars an hour; empty for up to the On-Demand price.");
        let text = text_of(&most);
        let is_price = text.trim().is_empty() || text.trim().parse::<f64>().is_ok_and(|p| p > 0.0 && p < 1_000.0);
        most.error = (!is_price).then(|| format!("{} is no price in dollars, e.g. 0.02.", visible(&text)));
        more.push(most);
    }
    more.push(tag_table().into_field(values, new_tag_errors));
    more.push(toggle(
        values,
        names::PROTECT,
        "Termination protection",
        "It cannot be terminated until that is switched off.",
    ));
    let tokens = vec![choice("required", "required"), choice("optional", "optional  IMDSv1 too")];
    more.push(pick(
        values,
        (names::IMDSV2, "IMDSv2"),
        tokens,
        "required",
        "What reads the instance's metadata has to have a session token.",
    ));
    more.push(toggle(
        values,
        names::MONITORING,
        "Detailed monitoring",
        "CloudWatch metrics by the minute instead of by five; it costs.",
    ));
    fields.extend(more.into_iter().map(|f| f.in_section(MORE)));
    Form { spec: FormSpec { title: "Launch".into(), fields, needs }, image }
}

/// The groups that are proposed: a new one for a web server, else the VPC's default group.
fn default_groups(cx: &ActionContext<'_>, vpc: &str, is_web: bool) -> String {
    if is_web {
        return NEW.into();
    }
    let table = TableKey::all(cx.scope.clone(), Kind(&crate::kinds::ec2::security_groups::INFO));
    let mut rows = cx.store.table(&table).into_iter().flat_map(live);
    let own = rows.find(|r| {
        *r.get(&crate::kinds::ec2::security_groups::IS_DEFAULT) == Value::Bool(true)
            && field(r, &crate::kinds::ec2::security_groups::VPC_ID) == Some(vpc)
    });
    own.map_or_else(|| NEW.to_string(), |r| r.id.to_string())
}

/// The type: of the image's architecture, and offered in the subnet's zone.
fn type_field(
    cx: &ActionContext<'_>,
    values: &Values,
    image: &Image,
    zone: Option<&str>,
    needs: &mut Vec<TableKey>,
) -> FormField {
    let table = TableKey::all(cx.scope.clone(), Kind(&instance_types::INFO));
    let architecture = image.architecture().map(str::to_string);
    let default = if architecture.as_deref() == Some("arm64") { "t4g.micro" } else { "t3.micro" };
    let only =
        architecture.as_ref().map_or_else(String::new, |a| format!("{}={a}", instance_types::ARCHITECTURES.name));
    let because =
        architecture.as_ref().map_or_else(String::new, |a| format!("Those with the image's architecture, {a}."));
    let mut refused = Vec::new();
    if let Some(zone) = zone {
        // Few types lack a zone: those are shown, with the reason.
        let rows = cx.store.table(&table).into_iter().flat_map(live);
        let lacking = rows.filter(|r| {
            matches!(r.get(&instance_types::ZONES), Value::List(_))
                && !list(r, &instance_types::ZONES).iter().any(|z| z == zone)
        });
        refused = lacking.map(|r| (r.id.clone(), format!("{zone} does not offer it."))).collect();
    }
    let picked = Pick { refused, ..Pick::one_of(table.clone(), "").only(only, because) };
    let (wanted, at) = (architecture.clone(), zone.map(str::to_string));
    let refuse = move |r: &Record| {
        let has = list(r, &instance_types::ARCHITECTURES);
        if let Some(a) = wanted.as_ref().filter(|a| !has.is_empty() && !has.iter().any(|h| h == *a)) {
            return Some(format!("It is {}: the image is {a}.", has.join(", ")));
        }
        let zones = list(r, &instance_types::ZONES);
        let at = at.as_ref().filter(|at| !zones.is_empty() && !zones.iter().any(|z| z == *at))?;
        // EC2: Unsupported.
        Some(format!("{at} does not offer it: {}.", zones.join(", ")))
    };
    let said = (names::TYPE, "Type", "the instance types");
    let mut f = rows_field(cx, values, said, (picked, default), "Processors, memory, network.", &refuse, needs);
    let typed = text_of(&f);
    match cx.store.get(&table, &typed) {
        Some(row) => f.facts = type_facts(row),
        // Types are known by their names: the list is a help, and not wanted for a launch.
        None if is_type_name(&typed)
            && cx.store.table(&table).is_none_or(|t| t.status.progress != crate::store::Progress::Complete) =>
        {
            f.error = None;
            need(needs, table);
        }
        None => {}
    }
    f
}

/// `2 vCPU  1 GiB  up to 5 Gigabit  free tier  $0.0104/h`
fn type_facts(row: &Record) -> String {
    let mut out = Vec::new();
    if let Value::Int(n) = row.get(&instance_types::VCPUS) {
        out.push(format!("{n} vCPU"));
    }
    if let Value::Float(gib) = row.get(&instance_types::MEMORY) {
        out.push(format!("{gib} GiB"));
    }
    out.extend(field(row, &instance_types::NETWORK).map(|n| format!("network {n}")));
    if *row.get(&instance_types::FREE_TIER) == Value::Bool(true) {
        out.push("free tier".into());
    }
    if let Value::Float(dollars) = row.get(&instance_types::PRICE) {
        out.push(format!("${dollars:.4} an hour"));
    }
    out.join("  ")
}

/// Whether a text looks like a type's name: `t3.micro`, `u-12tb1.112xlarge`.
fn is_type_name(text: &str) -> bool {
    let sign = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    text.split_once('.')
        .is_some_and(|(a, b)| !a.is_empty() && !b.is_empty() && a.chars().all(sign) && b.chars().all(sign))
}

/// The key pair: one that is there, none, or a new one with its name and file.
fn key_fields(
    cx: &ActionContext<'_>,
    values: &Values,
    (called, is_web): (&str, bool),
    needs: &mut Vec<TableKey>,
) -> Vec<FormField> {
    let table = TableKey::all(cx.scope.clone(), Kind(&key_pairs::INFO));
    let names: Vec<_> = match whole(cx.store, cx.scope, &key_pairs::INFO) {
        Known::Complete(table) => live(table).map(|r| r.name.clone()).collect(),
        Known::NotAsked(key) => {
            need(needs, key);
            Vec::new()
        }
        Known::Failed(_) => Vec::new(),
    };
    let row = cx.store.table(&table).into_iter().flat_map(live).next().map(|r| r.id.clone());
    // The only one is meant; of several one has to be chosen.
    let default = match (is_web, names.len()) {
        (true, _) => NEW.to_string(),
        (false, 1) => row.map_or_else(|| NONE.to_string(), |id| id.to_string()),
        (false, _) => NONE.to_string(),
    };
    let choices = Pick::one_of(table, "key-").or(NEW, "+ new key pair").or(NONE, "none");
    let said = (names::KEY, "Key pair", "the key pairs");
    let mut key =
        rows_field(cx, values, said, (choices, &default), "For SSH, and for a Windows password.", &|_| None, needs);
    if text_of(&key) == NONE {
        key.facts = "Without one nobody logs in by SSH.".into();
    }
    let is_new = text_of(&key) == NEW;
    let mut out = vec![key];
    if is_new {
        let base = if called.is_empty() { "launch" } else { called };
        let name = |n: usize| if n == 1 { format!("{base}-key") } else { format!("{base}-key-{n}") };
        let free = (1..).map(name).find(|n| !names.iter().any(|t| t == n)).unwrap_or_default();
        let mut name = line(values, names::KEY_NAME, "Its name", &free, "Of the new key pair.");
        name.error = why_no_key_name(cx, &text_of(&name), needs);
        let at = file_for(cx.downloads, &text_of(&name));
        let help = "Where its private key goes: mode 0400, never over another file.";
        let file = new_file(cx.files, values, (names::KEY_FILE, "Its file"), &at, help);
        out.extend([name, file]);
    }
    out
}

/// The instance profile by its name or ARN: which there are only IAM knows.
fn profile_field(values: &Values) -> FormField {
    let mut f = line(
        values,
        names::PROFILE,
        "Instance profile",
        "",
        "The name or ARN of an IAM instance profile; empty for none.",
    );
    let text = text_of(&f);
    let text = text.trim();
    f.error = if text.is_empty() { None } else { why_not_profile(text) };
    f
}

pub(super) fn tag_table() -> DraftTable {
    DraftTable {
        field: (names::TAGS, "Tags"),
        columns: vec![DraftColumn::new("key", "KEY", Cell::Text), DraftColumn::new("value", "VALUE", Cell::Text)],
        original: Vec::new(),
        presets: Vec::new(),
        help: "Besides the name; n adds one.".into(),
    }
}
