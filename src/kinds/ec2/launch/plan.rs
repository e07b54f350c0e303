//! The plan of a launch: a key pair and a group if new ones are wanted, then the launch.

use std::time::Duration;

use arcstr::ArcStr;

use super::data::{Made, members};
use super::form::{Form, Makes, form};
use super::image::Image;
use super::{FROM, NEW, NONE, disks, names};
use crate::base::text::visible;
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{ActionContext, FilledForm};
use crate::kinds::ec2::compute_cost::{self, Billing};
use crate::kinds::ec2::group_actions::create::{door_rules, steps as group_steps, warnings};
use crate::kinds::ec2::instances::INFO;
use crate::kinds::ec2::key_pair_actions::create_step;
use crate::kinds::ec2::key_pairs;
use crate::kinds::ec2::senders::{INSTANCE_IDS, RUN_INSTANCES, TERMINATE_INSTANCES};
use crate::kinds::file_fields::in_full;
use crate::kinds::plan_builder::{article, draft, note, sorted};
use crate::model::{Arg, Consequence, Cost, Kind, Out, Plan, Step, StepUndo, TableKey, Waiter};

/// An instance runs within seconds, a large or bare metal one within minutes.
const STARTING: Duration = Duration::from_secs(15 * 60);

pub(super) fn plan(cx: &ActionContext<'_>, filled: &FilledForm<'_>) -> Result<Plan, Fault> {
    planned(cx, filled, "launch")
}

pub(super) fn plan_more(cx: &ActionContext<'_>, filled: &FilledForm<'_>) -> Result<Plan, Fault> {
    planned(cx, filled, "launch-more")
}

/// The form once more, with what it found out. What is still asked for is waited for.
pub(super) fn found(cx: &ActionContext<'_>, filled: &FilledForm<'_>, makes: Makes) -> Result<Form, Fault> {
    let again = form(cx, filled.values, makes);
    if !again.image.is_resolved() {
        return Err(Fault::new(FaultKind::Invalid, "Image: still looking for the latest one.".to_string()));
    }
    Ok(again)
}

fn planned(cx: &ActionContext<'_>, filled: &FilledForm<'_>, action: &'static str) -> Result<Plan, Fault> {
    let again = found(cx, filled, Makes::Instances)?;
    let (name, count) = (filled.given(names::NAME), filled.number(names::COUNT).unwrap_or(1));
    let who = name.as_deref().map_or_else(|| "the instance".to_string(), |n| visible(n).into_owned());
    let ty = type_of(filled, &again).unwrap_or_else(|| "instance of the template's type".into());
    let what = match count {
        1 => format!("{} {ty}", article(&ty)),
        n => format!("{n} × {ty}"),
    };
    let mut plan = draft(
        action,
        format!("Launch {what}{}", name.as_deref().map_or_else(String::new, |n| format!(" as {}", visible(n)))),
        &[],
        Vec::new(),
    );
    plan.phrase = name.as_deref().unwrap_or("launch").to_string();
    let mut all = Vec::new();
    let key = key(cx, filled, &again.image, &mut plan.steps);
    let group = new_group(cx, filled, &mut plan.steps, &mut all);
    let (said, mut more) = members(cx, filled, &again, Makes::Instances, Made { key: key.as_ref(), group });
    all.append(&mut more);
    if key.is_none() && again.template.as_ref().is_none_or(|t| t.given.as_ref().is_some_and(|g| g.key.is_none())) {
        all.push(note(
            "Without a key pair nobody can log in by SSH; Session Manager and EC2 Instance Connect need none",
        ));
    }
    let mut call = RUN_INSTANCES.call(cx.scope.clone());
    if let Some(t) = &again.template {
        let named = vec![("LaunchTemplateId", Arg::Str(t.id.clone())), ("Version", Arg::Str(t.version.clone()))];
        call = call.arg("LaunchTemplate", Arg::Map(named));
        all.push(note(format!("Launched from {}: settings not listed here come from it", t.says())));
    }
    for (name, arg) in said {
        call = call.arg(name, arg);
    }
    let call = call.arg("MinCount", Arg::Int(count)).arg("MaxCount", Arg::Int(count)).arg("ClientToken", Arg::Token);
    let at = plan.steps.len();
    let table = TableKey::all(cx.scope.clone(), Kind(&INFO));
    let out = Out { step: at, output: INSTANCE_IDS };
    let becomes = |want: &'static [&'static str], gone_is_fine| Waiter::Created {
        out,
        table: table.clone(),
        want,
        fail: if gone_is_fine { &[] } else { &["terminated", "shutting-down"] },
        gone_is_fine,
        within: STARTING,
    };
    let undo = StepUndo {
        title: format!("terminate {}", if count == 1 { who.clone() } else { format!("the {count} instances") }),
        call: TERMINATE_INSTANCES.call(cx.scope.clone()).arg("InstanceIds", Arg::List(vec![Arg::Out(out)])),
        // A group that an interface has is not deleted: it waits for the end.
        wait: becomes(&["terminated"], true),
        destructive: true,
        hurts: filled
            .flag(names::PROTECT)
            .then(|| "Termination protection blocks this until it is switched off".to_string()),
    };
    plan.steps.push(Step::new(format!("launch {who}"), call).undone_by(undo));
    plan.wait = becomes(&["running"], false);
    all.push(note(format!("The image is {}", again.image.says())));
    if let Some(t) = again.source.instance() {
        let who = super::source::named(t);
        all.push(note(format!(
            "Data on the disks of instance {who}, beyond its image, are not copied: create-image does that"
        )));
    }
    plan.consequences = sorted(all);
    // What was only named is looked up: an image that is not there stands against the plan.
    plan.needs = again.spec.needs.clone();
    plan.cost = Some(cost(cx, filled, &again, count));
    Ok(plan)
}

/// The type that it is launched with: what was chosen, or the template's.
fn type_of(filled: &FilledForm<'_>, form: &Form) -> Option<ArcStr> {
    match filled.text(names::TYPE) {
        text if text == FROM => form.given()?.ty.clone(),
        text => Some(text),
    }
}

/// The key pair's name, and the step that makes a new one.
pub(super) fn key(
    cx: &ActionContext<'_>,
    filled: &FilledForm<'_>,
    image: &Image,
    steps: &mut Vec<Step>,
) -> Option<ArcStr> {
    match filled.text(names::KEY).as_str() {
        NONE | FROM | "" => None,
        NEW => {
            let name = filled.text(names::KEY_NAME);
            let file = in_full(cx.files, &filled.text(names::KEY_FILE));
            let ty = if image.is_windows() { "rsa" } else { "ed25519" };
            steps.push(create_step(cx, (&name, ty), &file));
            Some(name)
        }
        id => {
            // It is launched with it by its name.
            let row = cx.store.get(&TableKey::all(cx.scope.clone(), Kind(&key_pairs::INFO)), id);
            Some(row.map_or_else(|| ArcStr::from(id), |r| r.name.clone()))
        }
    }
}

/// The step at which a new group is made, if one is wanted.
pub(super) fn new_group(
    cx: &ActionContext<'_>,
    filled: &FilledForm<'_>,
    steps: &mut Vec<Step>,
    all: &mut Vec<Consequence>,
) -> Option<usize> {
    if !filled.text(names::GROUPS).split(',').any(|g| g == NEW) {
        return None;
    }
    let (at, rules, name) = (steps.len(), door_rules(cx, filled), filled.text(names::GROUP_NAME));
    all.extend(warnings(&rules));
    if rules.is_empty() {
        all.push(note(format!("Nothing can connect through the new group {}", visible(&name))));
    }
    let vpc = filled.text(names::VPC);
    steps.extend(group_steps(
        cx.scope,
        at,
        (&name, &format!("made with {}", filled.given(names::NAME).unwrap_or_else(|| "an instance".into())), &vpc),
        &rules,
    ));
    Some(at)
}

/// By the hour for the instances, if the price is known; disks and addresses besides are said.
fn cost(cx: &ActionContext<'_>, filled: &FilledForm<'_>, form: &Form, count: i64) -> Cost {
    let spot = filled.flag(names::SPOT).then_some("spot");
    let billing = Billing { platform: form.image.platform(), lifecycle: spot, tenancy: None };
    let hour = compute_cost::hourly(cx.scope, &type_of(filled, form).unwrap_or_default(), billing);
    let (_, sizes) = disks::mappings(&form.values, &form.disks());
    let gib: i64 = sizes.iter().map(|(gib, _)| gib).sum();
    let disks = if gib > 0 {
        format!(", and {} GiB of disk by the month", gib * count)
    } else {
        ", and its disks by the month".into()
    };
    #[expect(clippy::cast_precision_loss, reason = "a hundred instances at most")]
    let n = count as f64;
    match hour {
        Ok(money) => Cost::adds(money.times(n), format!(" while it runs{disks}")),
        Err(why) => Cost::adds_unknown(format!("Billed while it runs{disks}; {}", why.said(&["it".into()]))),
    }
}
