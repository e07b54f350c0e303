//! What is done to launch templates and their versions besides making them: another default version, and deletion.

use arcstr::ArcStr;

use super::senders::{DELETE_LAUNCH_TEMPLATE, DELETE_LAUNCH_TEMPLATE_VERSIONS, MODIFY_LAUNCH_TEMPLATE};
use super::{launch_template_versions as versions, launch_templates as templates};
use crate::base::text::visible;
use crate::base::{Fault, FaultKind, RowId, Scope};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Target};
use crate::kinds::autoscaling::auto_scaling_groups::{self as groups, fields as group};
use crate::kinds::plan_builder::{
    Known, called, count, draft, field, form_title, label, line, live, need, note, severe, sorted, state, subject,
    text_of, title, unknown, wait_field, wait_state, whole,
};
use crate::model::{Arg, Consequence, Cost, FormSpec, Kind, Plan, Record, Selector, Step, StepUndo, TableKey, Values};
use crate::store::Progress;

/// Versions that one request deletes.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteLaunchTemplateVersions.html>
const MOST_VERSIONS: usize = 200;

const VERSION: &str = "version";

/// Which Auto Scaling groups launch from a template.
pub(super) enum Users {
    /// These: `web-asg ($Default)`.
    Known(Vec<String>),
    /// It is not known, and why.
    Unknown(String),
}

impl Users {
    /// What is said about them: nothing where there are none.
    pub(super) fn said(self, of: impl FnOnce(String) -> Consequence) -> Option<Consequence> {
        match self {
            Users::Known(who) if who.is_empty() => None,
            Users::Known(who) => {
                let verb = if who.len() == 1 { "launches" } else { "launch" };
                Some(of(format!("{} {verb} from it", called("Auto Scaling group", &who))))
            }
            Users::Unknown(why) => {
                Some(unknown(format!("Which Auto Scaling groups launch from it is not known ({why})")))
            }
        }
    }
}

/// The Auto Scaling groups that launch from a template in a version that `fits`: a number, `$Default`, `$Latest`.
pub(super) fn groups_of(
    cx: &ActionContext<'_>,
    (id, name): (&str, &str),
    fits: impl Fn(&str) -> bool,
    needs: &mut Vec<TableKey>,
) -> Users {
    match whole(cx.store, cx.scope, &groups::INFO) {
        Known::Complete(table) => {
            let is_it =
                |r: &&std::sync::Arc<Record>| field(r, &group::LAUNCH_TEMPLATE).is_some_and(|t| t == name || t == id);
            let said = |r: &std::sync::Arc<Record>| {
                // A group that names no version launches the default one.
                let version = field(r, &group::LAUNCH_TEMPLATE_VERSION).unwrap_or("$Default");
                fits(version).then(|| format!("{} ({version})", label(r)))
            };
            Users::Known(live(table).filter(is_it).filter_map(said).collect())
        }
        Known::NotAsked(key) => {
            need(needs, key);
            Users::Unknown("not loaded yet".into())
        }
        Known::Failed(word) => Users::Unknown(word.into()),
    }
}

/// The step that makes a version the default one, and puts back the one before.
pub(super) fn default_step(scope: &Scope, template: &ArcStr, version: Arg, before: Option<i64>) -> Step {
    let call = |version: Arg| {
        let call = MODIFY_LAUNCH_TEMPLATE.call(scope.clone()).arg("LaunchTemplateId", Arg::Str(template.clone()));
        call.arg("DefaultVersion", version).arg("ClientToken", Arg::Token).on([RowId::from(template.clone())])
    };
    let step = Step::new("make it the default version", call(version));
    match before {
        Some(n) => step
            .undone_by(StepUndo::new(format!("make version {n} the default one again"), call(Arg::str(n.to_string())))),
        None => step,
    }
}

/// `set-default`, on a template.
pub static SET_DEFAULT: Action =
    Action::on_rows(&templates::INFO, "set-default", "Set the default version", set_default)
        .group(MenuGroup::Settings)
        .doc(
            "Makes another version the default one: the version that $Default means and that is used if none is named.",
        )
        .calls(&[&MODIFY_LAUNCH_TEMPLATE])
        .form(default_form);

/// `set-default`, on a version.
pub static SET_DEFAULT_VERSION: Action =
    Action::on_rows(&versions::INFO, "set-default", "Make it the default version", set_default_version)
        .group(MenuGroup::Settings)
        .doc("Makes this version the default one: the version that $Default means and that is used if none is named.")
        .calls(&[&MODIFY_LAUNCH_TEMPLATE])
        .only_if(|row| match is_default(row) {
            true => Err("Already the default version.".into()),
            false => Ok(()),
        });

fn is_default(row: &Record) -> bool {
    state(row).split(", ").any(|w| w == "default")
}

fn versions_table(scope: &Scope, template: &str) -> TableKey {
    TableKey { scope: scope.clone(), kind: Kind(&versions::INFO), selector: Selector::Parent(template.into()) }
}

fn default_form(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let Some(t) = cx.targets.first() else { return FormSpec::default() };
    let now = t.record.get(&templates::DEFAULT_VERSION).as_int();
    let latest = t.record.get(&templates::LATEST_VERSION).as_int();
    let proposed = latest.map(|n| n.to_string()).unwrap_or_default();
    let mut f = line(values, VERSION, "Version", &proposed, "A version number, or latest.");
    let typed = text_of(&f);
    let number = number_of(&typed, latest);
    let table = versions_table(&t.table.scope, &t.record.id);
    let row = number.and_then(|n| cx.store.get(&table, &format!("{}:{n}", t.record.id)));
    let complete = cx.store.table(&table).is_some_and(|t| t.status.progress == Progress::Complete);
    f.error = match number {
        None => Some(format!("{} is not a version; use a number or latest.", visible(&typed))),
        Some(n) if Some(n) == now => Some(format!("Version {n} is already the default one.")),
        // EC2: InvalidLaunchTemplateId.VersionNotFound.
        Some(n) if complete && row.is_none() => Some(format!("There is no version {n}.")),
        Some(_) => None,
    };
    if let Some(row) = row {
        let differs = row.get(&versions::DIFFERENCES).items();
        f.facts = field(row, &versions::DESCRIPTION).map(|d| format!("{}  ", visible(d))).unwrap_or_default();
        f.facts.push_str(&visible(&differs.join("; ")));
    }
    if !complete {
        need(&mut needs, table);
    }
    FormSpec { title: form_title(cx, "Set the default version of"), fields: vec![f], needs }
}

fn number_of(typed: &str, latest: Option<i64>) -> Option<i64> {
    match typed.trim().trim_start_matches('$').to_ascii_lowercase().as_str() {
        "latest" => latest,
        other => other.parse().ok(),
    }
}

fn set_default(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let [t] = cx.targets else { return Err(Fault::bug("set-default takes one template.")) };
    let latest = t.record.get(&templates::LATEST_VERSION).as_int();
    let Some(number) = number_of(&form.text(VERSION), latest) else {
        return Err(Fault::new(FaultKind::Invalid, "Version: its number is not known."));
    };
    let before = t.record.get(&templates::DEFAULT_VERSION).as_int();
    let mut plan =
        draft("set-default", title("Set the default version of", &templates::INFO, cx.targets), cx.targets, Vec::new());
    plan.wait = wait_field(cx.targets, &templates::DEFAULT_VERSION, &number.to_string(), 2);
    default_plan(cx, t, (&t.record.id, &t.record.name), (number, before), plan)
}

fn set_default_version(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let [t] = cx.targets else { return Err(Fault::bug("set-default takes one version.")) };
    let (template, number) = its(&t.record)?;
    let all = TableKey::all(t.table.scope.clone(), Kind(&templates::INFO));
    let row = cx.store.get(&all, &template);
    let before = row.and_then(|r| r.get(&templates::DEFAULT_VERSION).as_int()).or_else(|| {
        let others = cx.store.table(&t.table).into_iter().flat_map(live);
        let mut its = others.filter(|r| field(r, &versions::TEMPLATE_ID) == Some(&template) && is_default(r));
        its.next()?.get(&versions::VERSION).as_int()
    });
    let mut plan = draft(
        "set-default",
        format!("Make version {number} of {} the default one", label(&t.record)),
        cx.targets,
        Vec::new(),
    );
    if before.is_none() {
        need(&mut plan.needs, all);
    }
    plan.wait = wait_state(cx.targets, &["default", "default, latest"], &[], false, 2);
    default_plan(cx, t, (&template, &t.record.name), (number, before), plan)
}

/// The template's id and the number of a version.
fn its(row: &Record) -> Result<(ArcStr, i64), Fault> {
    let id = field(row, &versions::TEMPLATE_ID).map(ArcStr::from);
    id.zip(row.get(&versions::VERSION).as_int()).ok_or_else(|| Fault::bug("A version says its template and number."))
}

fn default_plan(
    cx: &ActionContext<'_>,
    t: &Target,
    (template, name): (&ArcStr, &str),
    (number, before): (i64, Option<i64>),
    mut plan: Plan,
) -> Result<Plan, Fault> {
    let was = before.map_or_else(|| "unknown".to_string(), |n| n.to_string());
    plan.subjects = vec![subject(t, format!("default version {was} → {number}"))];
    plan.steps = vec![default_step(&t.table.scope, template, Arg::str(number.to_string()), before)];
    let users = groups_of(cx, (template, name), |v| v == "$Default", &mut plan.needs);
    let mut all: Vec<Consequence> =
        users.said(|who| note(format!("{who}: new instances use version {number}"))).into_iter().collect();
    all.push(note("Running instances do not change"));
    plan.consequences = sorted(all);
    plan.cost = Some(Cost::same("Launch templates cost nothing"));
    Ok(plan)
}

/// `delete`, of templates.
pub static DELETE: Action = Action::on_rows(&templates::INFO, "delete", "Delete", delete)
    .group(MenuGroup::Delete)
    .doc(
        "Deletes launch templates with all their versions. Auto Scaling groups that use them can no longer launch \
         instances.",
    )
    .several()
    .calls(&[&DELETE_LAUNCH_TEMPLATE]);

fn delete(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let mut all = Vec::new();
    let mut plan = draft("delete", title("Delete", &templates::INFO, cx.targets), cx.targets, Vec::new());
    for t in cx.targets {
        plan.subjects.push(subject(t, "deleted for good, with all its versions"));
        let users = groups_of(cx, (&t.record.id, &t.record.name), |_| true, &mut plan.needs);
        let said = |who: String| {
            let of = if cx.targets.len() == 1 { String::new() } else { format!("{}: ", label(&t.record)) };
            severe(format!("{of}{who}: it can launch no instance until it has another template"))
        };
        all.extend(users.said(said));
        let call = DELETE_LAUNCH_TEMPLATE.call(t.table.scope.clone());
        let call = call.arg("LaunchTemplateId", Arg::Str(t.record.id.clone())).on([t.record.id.clone()]);
        plan.steps.push(Step::new(format!("delete {}", label(&t.record)), call));
    }
    all.push(note("Instances launched from it do not change"));
    plan.consequences = sorted(all);
    plan.destructive = true;
    plan.wait = wait_state(cx.targets, &[], &[], true, 5);
    plan.cost = Some(Cost::same("Launch templates cost nothing"));
    Ok(plan)
}

/// `delete`, of versions.
pub static DELETE_VERSIONS: Action = Action::on_rows(&versions::INFO, "delete", "Delete", delete_versions)
    .group(MenuGroup::Delete)
    .doc("Deletes versions of launch templates. EC2 does not delete the default version.")
    .several()
    .calls(&[&DELETE_LAUNCH_TEMPLATE_VERSIONS])
    .only_if(|row| match is_default(row) {
        // AWS refuses: a version that is the default one goes with its template.
        true => {
            Err("It is the default version: make another version the default first, or delete the template.".into())
        }
        false => Ok(()),
    });

/// Versions of one template: where it is, its id, their numbers and rows.
type Versions<'t> = (Scope, ArcStr, Vec<(i64, &'t Target)>);

fn delete_versions(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let mut all = Vec::new();
    let heading = match cx.targets {
        [one] => format!("Delete version {} of {}", its(&one.record)?.1, label(&one.record)),
        many => format!("Delete {}", count(many.len(), "launch template version")),
    };
    let mut plan = draft("delete", heading, cx.targets, Vec::new());
    let mut by_template: Vec<Versions<'_>> = Vec::new();
    for t in cx.targets {
        let (template, number) = its(&t.record)?;
        plan.subjects.push(subject(t, format!("version {number} deleted for good")));
        let of = by_template.iter_mut().find(|(scope, id, _)| *scope == t.table.scope && *id == template);
        match of {
            Some((.., list)) => list.push((number, t)),
            None => by_template.push((t.table.scope.clone(), template, vec![(number, t)])),
        }
    }
    for (scope, template, list) in &by_template {
        let Some((_, first)) = list.first() else { continue };
        let numbers: Vec<String> = list.iter().map(|(n, _)| n.to_string()).collect();
        let name = &first.record.name;
        let named = groups_of(cx, (template, name), |v| numbers.iter().any(|n| n == v), &mut plan.needs);
        all.extend(named.said(|who| severe(format!("{who}: it can launch no instance until it has another version"))));
        if list.iter().any(|(_, t)| state(&t.record).split(", ").any(|w| w == "latest")) {
            let latest = groups_of(cx, (template, name), |v| v == "$Latest", &mut plan.needs);
            all.extend(latest.said(|who| severe(format!("{who}: $Latest is then an older version"))));
        }
        for batch in list.chunks(MOST_VERSIONS) {
            let call = DELETE_LAUNCH_TEMPLATE_VERSIONS
                .call(scope.clone())
                .arg("LaunchTemplateId", Arg::Str(template.clone()))
                .arg("Versions", Arg::strs(batch.iter().map(|(n, _)| n.to_string())))
                .on(batch.iter().map(|(_, t)| t.record.id.clone()));
            plan.steps.push(Step::new(format!("delete {} of {}", count(batch.len(), "version"), visible(name)), call));
        }
    }
    all.push(note("Version numbers are not reused; new-version can make a version with the same settings"));
    plan.consequences = sorted(all);
    plan.destructive = true;
    plan.wait = wait_state(cx.targets, &[], &[], true, 5);
    plan.cost = Some(Cost::same("Launch templates cost nothing"));
    Ok(plan)
}

#[cfg(test)]
#[path = "template_actions_tests.rs"]
mod tests;
