//! The plans that make a launch template, or another version of one, from the form of a launch.

use std::time::Duration;

use arcstr::ArcStr;

use super::data::{Made, members};
use super::form::Makes;
use super::names;
use super::plan::{found, key, new_group};
use super::source::Source;
use crate::base::text::visible;
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{ActionContext, FilledForm};
use crate::kinds::ec2::launch_template_versions;
use crate::kinds::ec2::launch_templates::{self, INFO};
use crate::kinds::ec2::senders::{
    CREATE_LAUNCH_TEMPLATE, CREATE_LAUNCH_TEMPLATE_VERSION, DELETE_LAUNCH_TEMPLATE, DELETE_LAUNCH_TEMPLATE_VERSIONS,
    TEMPLATE_ID, VERSION_NUMBER, VERSION_ROW,
};
use crate::kinds::ec2::template_actions::{default_step, groups_of};
use crate::kinds::plan_builder::{draft, label, line, live, made, need, note, sorted, text_of};
use crate::model::{Arg, Cost, FormField, Kind, Out, Plan, Selector, Step, StepUndo, TableKey, Values, Waiter};
use crate::store::Progress;

/// Characters of a version's description. <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html>
const LONGEST_DESCRIPTION: usize = 255;

/// 3 to 128 characters: letters, digits and these.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html>
fn why_not_name(cx: &ActionContext<'_>, name: &str, needs: &mut Vec<TableKey>) -> Option<String> {
    const SIGNS: &str = "()-./_";
    if !(3..=128).contains(&name.chars().count()) {
        return Some("Use 3 to 128 characters.".into());
    }
    if let Some(c) = name.chars().find(|c| !(c.is_ascii_alphanumeric() || SIGNS.contains(*c))) {
        return Some(format!("{} is not allowed here: use letters, digits and {SIGNS}", visible(&c.to_string())));
    }
    let table = TableKey::all(cx.scope.clone(), Kind(&INFO));
    let taken = cx.store.table(&table).into_iter().flat_map(live).any(|r| r.name == name);
    if cx.store.table(&table).is_none_or(|t| t.status.progress != Progress::Complete) {
        need(needs, table);
    }
    taken.then(|| {
        format!("A template {} exists already (InvalidLaunchTemplateName.AlreadyExistsException).", visible(name))
    })
}

/// The template's name: proposed after the instance that it is made of.
pub(super) fn name_field(
    cx: &ActionContext<'_>,
    values: &Values,
    source: &Source,
    needs: &mut Vec<TableKey>,
) -> FormField {
    let after = source.instance().map(|t| label(&t.record)).unwrap_or_default();
    let after: String = after.chars().filter(|c| c.is_ascii_alphanumeric() || "()-./_".contains(*c)).collect();
    let proposed = if after.len() < 3 { String::new() } else { after };
    let mut name = line(values, names::NAME, "Name", &proposed, "Unique in the region; it cannot be changed later.");
    name.error = why_not_name(cx, text_of(&name).trim(), needs);
    name
}

/// What the version is for.
pub(super) fn description_field(values: &Values) -> FormField {
    let mut f = line(values, names::DESCRIPTION, "Description", "", "What the version is for; may be empty.");
    let n = text_of(&f).chars().count();
    f.error = (n > LONGEST_DESCRIPTION).then(|| format!("At most {LONGEST_DESCRIPTION} characters; these are {n}."));
    f
}

/// The Name tag of what is launched.
pub(super) fn instance_name_field(values: &Values, source: &Source) -> FormField {
    let proposed = source.instance().map(|t| t.record.name.clone()).unwrap_or_default();
    let help = "The Name tag of its instances and their disks; may be empty.";
    line(values, names::INSTANCE_NAME, "Name tag", &proposed, help)
}

pub(super) fn create(cx: &ActionContext<'_>, filled: &FilledForm<'_>) -> Result<Plan, Fault> {
    template(cx, filled, "create-launch-template")
}

pub(super) fn of_instance(cx: &ActionContext<'_>, filled: &FilledForm<'_>) -> Result<Plan, Fault> {
    template(cx, filled, "create-template")
}

fn template(cx: &ActionContext<'_>, filled: &FilledForm<'_>, action: &'static str) -> Result<Plan, Fault> {
    let again = found(cx, filled, Makes::Template)?;
    let name = filled.text(names::NAME);
    let mut plan = draft(action, format!("Create the launch template {}", visible(&name)), &[], Vec::new());
    plan.phrase = name.to_string();
    let mut all = Vec::new();
    let key = key(cx, filled, &again.image, &mut plan.steps);
    let group = new_group(cx, filled, &mut plan.steps, &mut all);
    let (said, more) = members(cx, filled, &again, Makes::Template, Made { key: key.as_ref(), group });
    all.extend(more);
    let at = plan.steps.len();
    let mut call = CREATE_LAUNCH_TEMPLATE.call(cx.scope.clone()).arg("LaunchTemplateName", Arg::Str(name.clone()));
    if let Some(text) = filled.given(names::DESCRIPTION) {
        call = call.arg("VersionDescription", Arg::Str(text));
    }
    let call = call.arg("LaunchTemplateData", Arg::Map(said)).arg("ClientToken", Arg::Token);
    let undo = StepUndo::new(
        "delete the launch template",
        DELETE_LAUNCH_TEMPLATE.call(cx.scope.clone()).arg("LaunchTemplateId", Arg::out(at, TEMPLATE_ID)),
    )
    .destroys();
    plan.steps.push(Step::new(format!("create the launch template {}", visible(&name)), call).undone_by(undo));
    let Waiter::Created { table, within, .. } = made(TEMPLATE_ID, TableKey::all(cx.scope.clone(), Kind(&INFO))) else {
        return Err(Fault::bug("What is made is waited for."));
    };
    let out = Out { step: at, output: TEMPLATE_ID };
    plan.wait = Waiter::Created { out, table, want: &[], fail: &[], gone_is_fine: false, within };
    all.push(note(format!("The image is {}", again.image.says())));
    all.push(note("Whether it works, only a launch shows: EC2 checks a template's settings then"));
    plan.consequences = sorted(all);
    plan.needs.clone_from(&again.spec.needs);
    plan.cost = Some(Cost::same("Launch templates cost nothing"));
    Ok(plan)
}

pub(super) fn new_version(cx: &ActionContext<'_>, filled: &FilledForm<'_>) -> Result<Plan, Fault> {
    let again = found(cx, filled, Makes::Version)?;
    let Some(of) = &again.template else { return Err(Fault::bug("new-version takes a template.")) };
    let Some(source) = of.number else {
        return Err(Fault::new(FaultKind::Invalid, "From version: its number is not known."));
    };
    let mut plan =
        draft("new-version", format!("New version of {} from version {source}", visible(&of.name)), &[], Vec::new());
    plan.phrase = of.name.to_string();
    let mut all = Vec::new();
    let key = key(cx, filled, &again.image, &mut plan.steps);
    let group = new_group(cx, filled, &mut plan.steps, &mut all);
    let (said, more) = members(cx, filled, &again, Makes::Version, Made { key: key.as_ref(), group });
    all.extend(more);
    if said.is_empty() {
        let text = format!("It would be the same as version {source}: change something.");
        return Err(Fault::new(FaultKind::Invalid, text));
    }
    let changed: Vec<&str> = said.iter().map(|(name, _)| *name).collect();
    all.push(note(format!("The new version changes {} and keeps the rest of version {source}", changed.join(", "))));
    let at = plan.steps.len();
    let mut call = CREATE_LAUNCH_TEMPLATE_VERSION
        .call(cx.scope.clone())
        .arg("LaunchTemplateId", Arg::Str(of.id.clone()))
        .arg("SourceVersion", Arg::str(source.to_string()));
    if let Some(text) = filled.given(names::DESCRIPTION) {
        call = call.arg("VersionDescription", Arg::Str(text));
    }
    let call = call.arg("LaunchTemplateData", Arg::Map(said)).arg("ClientToken", Arg::Token);
    let undo = StepUndo::new(
        "delete the new version",
        DELETE_LAUNCH_TEMPLATE_VERSIONS
            .call(cx.scope.clone())
            .arg("LaunchTemplateId", Arg::Str(of.id.clone()))
            .arg("Versions", Arg::List(vec![Arg::out(at, VERSION_NUMBER)])),
    )
    .destroys();
    plan.steps.push(Step::new("create the version", call).undone_by(undo));
    let mut words = vec!["$Latest"];
    if filled.flag(names::MAKE_DEFAULT) {
        let before = default_of(cx, &of.id);
        plan.steps.push(default_step(cx.scope, &of.id, Arg::out(at, VERSION_NUMBER), before));
        words.push("$Default");
    }
    let table = TableKey {
        scope: cx.scope.clone(),
        kind: Kind(&launch_template_versions::INFO),
        selector: Selector::Parent(of.id.clone()),
    };
    let out = Out { step: at, output: VERSION_ROW };
    let within = Duration::from_secs(120);
    plan.wait = Waiter::Created { out, table, want: &[], fail: &[], gone_is_fine: false, within };
    plan.needs.clone_from(&again.spec.needs);
    let users = groups_of(cx, (&of.id, &of.name), |v| words.contains(&v), &mut plan.needs);
    all.extend(users.said(|who| note(format!("{who}: new instances use the new version"))));
    plan.consequences = sorted(all);
    plan.cost = Some(Cost::same("Launch templates cost nothing"));
    Ok(plan)
}

/// The default version's number, if that is known.
pub(super) fn default_of(cx: &ActionContext<'_>, template: &ArcStr) -> Option<i64> {
    let row = cx.store.get(&TableKey::all(cx.scope.clone(), Kind(&INFO)), template)?;
    row.get(&launch_templates::DEFAULT_VERSION).as_int()
}
