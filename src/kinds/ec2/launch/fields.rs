//! Fields of a launch: the type, the key pair, the instance profile, the tags.

use super::image::Image;
use super::template::{Template, offer};
use super::{FROM, NEW, NONE, names};
use crate::base::text::visible;
use crate::kinds::action::ActionContext;
use crate::kinds::draft_table::DraftTable;
use crate::kinds::ec2::instance_profiles::why_not_profile;
use crate::kinds::ec2::key_pair_actions::{file_for, why_not_name as why_no_key_name};
use crate::kinds::ec2::{instance_types, key_pairs};
use crate::kinds::file_fields::new_file;
use crate::kinds::plan_builder::{Known, field, line, list, live, need, text_of, whole};
use crate::kinds::rows_field::rows_field;
use crate::model::{Cell, DraftColumn, FormField, Kind, Pick, Record, TableKey, Value, Values};

/// The type: of the image's architecture, and offered in the subnet's zone.
pub(super) fn type_field(
    cx: &ActionContext<'_>,
    values: &Values,
    (image, zone): (&Image, Option<&str>),
    (template, may_be_none): (Option<&Template>, bool),
    needs: &mut Vec<TableKey>,
) -> FormField {
    let table = TableKey::all(cx.scope.clone(), Kind(&instance_types::INFO));
    let architecture = image.architecture().map(str::to_string);
    let default = if architecture.as_deref() == Some("arm64") { "t4g.micro" } else { "t3.micro" };
    let only =
        architecture.as_ref().map_or_else(String::new, |a| format!("{}={a}", instance_types::ARCHITECTURES.name));
    let because = architecture
        .as_ref()
        .map_or_else(String::new, |a| format!("Instance types with the image's architecture, {a}."));
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
    let mut picked = Pick { refused, ..Pick::one_of(table.clone(), "").only(only, because) };
    let mut default = default;
    match template {
        // A template that gives none is not launched without one; of one that is not known nothing is demanded.
        Some(t) if may_be_none || t.given.as_ref().is_none_or(|g| g.ty.is_some() || g.by_needs) => {
            offer(&mut picked, &t.label(|g| g.ty.as_ref().map(ToString::to_string), "without one"));
            default = FROM;
        }
        None if may_be_none => picked = picked.or(NONE, "none, set it at launch"),
        _ => {}
    }
    let (wanted, at) = (architecture.clone(), zone.map(str::to_string));
    let refuse = move |r: &Record| {
        let has = list(r, &instance_types::ARCHITECTURES);
        if let Some(a) = wanted.as_ref().filter(|a| !has.is_empty() && !has.iter().any(|h| h == *a)) {
            return Some(format!("Its architecture is {}; the image's is {a}.", has.join(", ")));
        }
        let zones = list(r, &instance_types::ZONES);
        let at = at.as_ref().filter(|at| !zones.is_empty() && !zones.iter().any(|z| z == *at))?;
        // EC2: Unsupported.
        Some(format!("Not offered in {at}, only in {}.", zones.join(", ")))
    };
    let said = (names::TYPE, "Type", "the instance types");
    let mut f = rows_field(cx, values, said, (picked, default), "Processors, memory, network.", &refuse, needs);
    let typed = text_of(&f);
    if typed == NONE {
        return f;
    }
    if typed == FROM {
        let given = template.and_then(|t| t.given.as_ref());
        if given.is_some_and(|g| g.by_needs) && !may_be_none {
            f.error = Some(
                "The template chooses types by requirements (InstanceRequirements), which works for Auto Scaling \
                 groups and fleets only."
                    .into(),
            );
        }
        if let Some(row) = given.and_then(|g| cx.store.get(&table, g.ty.as_ref()?)) {
            f.facts = type_facts(row);
            f.error = f.error.or_else(|| refuse(row));
        }
        return f;
    }
    match cx.store.get(&table, &typed) {
        Some(row) => {
            f.facts = type_facts(row);
            // It may be there before the table is that the picker asks for.
            f.error = refuse(row);
        }
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
pub(super) fn key_fields(
    cx: &ActionContext<'_>,
    values: &Values,
    (called, is_web): (&str, bool),
    template: Option<&Template>,
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
    let mut choices = Pick::one_of(table, "key-").or(NEW, "+ new key pair").or(NONE, "none");
    let given = template.and_then(|t| t.given.as_ref()?.key.clone());
    let mut default = default;
    if let Some(t) = template {
        offer(&mut choices, &t.label(|g| g.key.as_ref().map(ToString::to_string), "none"));
        default = FROM.into();
    }
    let said = (names::KEY, "Key pair", "the key pairs");
    let mut key = rows_field(
        cx,
        values,
        said,
        (choices, &default),
        "For SSH, and to decrypt a Windows password.",
        &|_| None,
        needs,
    );
    match (text_of(&key).as_str(), given) {
        (NONE, Some(given)) => {
            key.error = Some(format!("The template sets {}, which a launch cannot remove.", visible(&given)));
        }
        (NONE, None) => key.facts = "Without a key pair nobody can log in by SSH.".into(),
        _ => {}
    }
    let is_new = text_of(&key) == NEW;
    let mut out = vec![key];
    if is_new {
        let base = if called.is_empty() { "launch" } else { called };
        let name = |n: usize| if n == 1 { format!("{base}-key") } else { format!("{base}-key-{n}") };
        let free = (1..).map(name).find(|n| !names.iter().any(|t| t == n)).unwrap_or_default();
        let mut name = line(values, names::KEY_NAME, "Key name", &free, "The name of the new key pair.");
        name.error = why_no_key_name(cx, &text_of(&name), needs);
        let at = file_for(cx.downloads, &text_of(&name));
        let help = "The file for its private key: mode 0400, never over an existing file.";
        let file = new_file(cx.files, values, (names::KEY_FILE, "Key file"), &at, help);
        out.extend([name, file]);
    }
    out
}

/// The instance profile by its name or ARN: which there are only IAM knows.
pub(super) fn profile_field(values: &Values, template: Option<&Template>) -> FormField {
    let mut f = line(
        values,
        names::PROFILE,
        "Instance profile",
        "",
        "The name or ARN of an IAM instance profile; empty for none.",
    );
    let text = text_of(&f);
    let text = text.trim();
    if let Some(given) = template.and_then(|t| t.given.as_ref()?.profile.as_ref()) {
        f.facts = format!("From the template: {}", visible(given));
        if text.is_empty() {
            f.error = Some("The template sets one, which a launch cannot remove.".into());
            return f;
        }
    }
    f.error = if text.is_empty() { None } else { why_not_profile(text) };
    f
}

pub(super) fn tag_table() -> DraftTable {
    DraftTable {
        field: (names::TAGS, "Tags"),
        columns: vec![DraftColumn::new("key", "KEY", Cell::Text), DraftColumn::new("value", "VALUE", Cell::Text)],
        original: Vec::new(),
        presets: Vec::new(),
        help: "Tags besides the name; n adds one.".into(),
    }
}
