//! `change-instance-profile`: the IAM instance profile, and with it the role, that an instance has: given, replaced or taken away.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html>

use std::time::Duration;

use super::not_ending;
use crate::base::Fault;
use crate::base::FaultKind;
use crate::base::text::visible;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Target};
use crate::kinds::ec2::instance_profiles::{self as profiles, NONE, associated, name_in, why_not_profile};
use crate::kinds::ec2::instances::INFO;
use crate::kinds::ec2::instances::fields::METADATA_ENDPOINT;
use crate::kinds::ec2::instances::instance::{self, InstanceState};
use crate::kinds::ec2::senders::{
    ASSOCIATE_IAM_INSTANCE_PROFILE, ASSOCIATION_ID, DISASSOCIATE_IAM_INSTANCE_PROFILE, REPLACE_IAM_INSTANCE_PROFILE,
};
use crate::kinds::plan_builder::{
    beside, by_table, called, draft, field, form_title, label, line, note, severe, sorted, subject, text_of, title,
};
use crate::model::{
    Arg, Call, Consequence, Cost, FormSpec, Kind, Plan, Record, Step, StepUndo, TableKey, Values, Waiter,
};

/// `change-instance-profile`.
pub static CHANGE_PROFILE: Action =
    Action::on_rows(&INFO, "change-instance-profile", "Change IAM role (instance profile)", plan)
        .group(MenuGroup::Access)
        .doc(
            "Attaches an IAM instance profile, and with it a role, to instances; replaces the present one, or \
             removes it (profile=none). You need iam:PassRole for the role.",
        )
        .several()
        .calls(&[&ASSOCIATE_IAM_INSTANCE_PROFILE, &REPLACE_IAM_INSTANCE_PROFILE, &DISASSOCIATE_IAM_INSTANCE_PROFILE])
        .only_if(available)
        .form(refine);

const PROFILE: &str = "profile";

fn available(row: &Record) -> Result<(), String> {
    match instance::state(row) {
        // EC2: IncorrectInstanceState.
        InstanceState::Running | InstanceState::Stopped => Ok(()),
        InstanceState::Pending | InstanceState::Stopping => {
            Err(format!("{}: only a running or stopped instance can change its profile.", super::is(row)))
        }
        _ => not_ending(row),
    }
}

/// What an instance has now: `Some(None)` is none; `None`: it is not known.
#[expect(clippy::option_option, reason = "none and not known are two things")]
fn now<'a>(cx: &ActionContext<'a>, t: &Target) -> Option<Option<(&'a str, &'a str)>> {
    let row = cx.store.side(&t.table, Kind(&profiles::INFO), &t.record.id)?;
    Some(associated(row))
}

fn is_arn(text: &str) -> bool {
    text.starts_with("arn:")
}

/// Whether an ARN is the profile that a text means.
fn means(text: &str, arn: &str) -> bool {
    if is_arn(text) { text == arn } else { text == name_in(arn) }
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let all: Vec<_> = cx.targets.iter().map(|t| now(cx, t)).collect();
    let help = "A profile's name or ARN, or none. The list of profiles is IAM's and not shown here.";
    let common = all.first().copied().flatten().filter(|first| all.iter().all(|a| *a == Some(*first)));
    let default = common.map_or("", |c| c.map_or(NONE, |(_, arn)| name_in(arn)));
    let mut asked = line(values, PROFILE, "Instance profile", default, help);
    asked.facts = match common {
        Some(Some((_, arn))) => format!("Now {}.", visible(arn)),
        Some(None) => "None now.".into(),
        None if all.contains(&None) => {
            let first = cx.targets.iter().find(|t| now(cx, t).is_none());
            let why = first.map_or("not known yet", |t| beside(cx.store, &t.table, &profiles::INFO, &mut needs));
            format!("The present one is {why}.")
        }
        None => "Different on the selected instances.".into(),
    };
    let text = text_of(&asked);
    asked.error = if all.contains(&None) {
        Some("The present profile is not known yet.".into())
    } else if text.is_empty() {
        Some("Type a name, an ARN, or none.".into())
    } else if text == NONE {
        None
    } else {
        why_not_profile(&text).or_else(|| stopped(cx, &text))
    };
    FormSpec { title: form_title(cx, "Change instance profile of"), fields: vec![asked], needs }
}

/// EC2 replaces the profile of running instances only.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceIamInstanceProfileAssociation.html>
fn stopped(cx: &ActionContext<'_>, text: &str) -> Option<String> {
    let replaced = |t: &&Target| now(cx, t).flatten().is_some_and(|(_, arn)| !means(text, arn));
    let one = cx.targets.iter().filter(replaced).find(|t| instance::state(&t.record) == InstanceState::Stopped)?;
    Some(format!(
        "{} is stopped and has a profile: EC2 replaces profiles of running instances only. Remove it first (none), \
         then attach the other.",
        label(&one.record)
    ))
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let wanted = form.text(PROFILE);
    let is_so = |t: &Target| match now(cx, t).flatten() {
        Some((_, arn)) => wanted != NONE && means(&wanted, arn),
        None => wanted == NONE,
    };
    let changed: Vec<Target> = cx.targets.iter().filter(|t| !is_so(t)).cloned().collect();
    if changed.is_empty() {
        return Err(Fault::new(FaultKind::Invalid, "It is like that already."));
    }
    let change = |t: &Target| {
        let from = now(cx, t).flatten().map_or(NONE, |(_, arn)| name_in(arn));
        subject(t, format!("{} → {}", visible(from), visible(name_in(&wanted))))
    };
    let mut plan = draft(
        "change-instance-profile",
        title("Change instance profile of", &INFO, &changed),
        &changed,
        changed.iter().map(change).collect(),
    );
    for t in &changed {
        plan.steps.push(step(cx, t, &wanted, plan.steps.len()));
    }
    plan.consequences = sorted(follows(cx, &changed, &wanted));
    plan.cost = Some(Cost::same("Instance profiles cost nothing"));
    plan.wait = arrived(&changed, name_in(&wanted));
    Ok(plan)
}

/// `IamInstanceProfile` of a name or ARN.
fn specification(text: &str) -> Arg {
    Arg::Map(vec![(if is_arn(text) { "Arn" } else { "Name" }, Arg::str(text))])
}

fn step(cx: &ActionContext<'_>, t: &Target, wanted: &str, at: usize) -> Step {
    let (who, scope, id) = (label(&t.record), || t.table.scope.clone(), Arg::Str(t.record.id.clone()));
    let on = |call: Call| call.on([t.record.id.clone()]);
    let give = |profile: &str| {
        let call = ASSOCIATE_IAM_INSTANCE_PROFILE.call(scope()).arg("InstanceId", id.clone());
        on(call.arg("IamInstanceProfile", specification(profile)))
    };
    let replace = |association: Arg, profile: &str| {
        let call = REPLACE_IAM_INSTANCE_PROFILE.call(scope()).arg("AssociationId", association);
        on(call.arg("IamInstanceProfile", specification(profile)))
    };
    let take = |association: Arg| on(DISASSOCIATE_IAM_INSTANCE_PROFILE.call(scope()).arg("AssociationId", association));
    let made = || Arg::out(at, ASSOCIATION_ID);
    let undo = |title: String, call: Call, hurts: Option<String>| StepUndo {
        title,
        call,
        wait: Waiter::AtOnce,
        destructive: false,
        hurts,
    };
    let name = visible(name_in(wanted));
    match now(cx, t).flatten() {
        None => Step::new(format!("attach instance profile {name} to {who}"), give(wanted)).undone_by(undo(
            format!("remove instance profile {name} from {who}"),
            take(made()),
            Some(format!("Programs on instance {who} lose the credentials of {name}")),
        )),
        Some((association, old)) if wanted == NONE => {
            let was = visible(name_in(old));
            Step::new(format!("remove instance profile {was} from {who}"), take(Arg::str(association))).undone_by(undo(
                format!("attach instance profile {was} to {who} again"),
                give(old),
                None,
            ))
        }
        Some((association, old)) => Step::new(
            format!("replace the instance profile of {who} with {name}"),
            replace(Arg::str(association), wanted),
        )
        .undone_by(undo(
            format!("attach instance profile {} to {who} again", visible(name_in(old))),
            replace(made(), old),
            None,
        )),
    }
}

fn follows(cx: &ActionContext<'_>, changed: &[Target], wanted: &str) -> Vec<Consequence> {
    let mut out = Vec::new();
    let (with, without): (Vec<&Target>, Vec<&Target>) = changed.iter().partition(|t| now(cx, t).flatten().is_some());
    let said = |these: &[&Target]| called("instance", &these.iter().map(|t| label(&t.record)).collect::<Vec<_>>());
    let name = visible(name_in(wanted));
    if wanted == NONE {
        out.push(severe(format!(
            "Programs on {} get no more role credentials: those they have work until they expire",
            said(&with)
        )));
        return out;
    }
    if !without.is_empty() {
        out.push(note(format!(
            "Programs on {} can get the credentials of {name}'s role from the instance metadata",
            said(&without)
        )));
    }
    if !with.is_empty() {
        out.push(severe(format!(
            "Programs on {} lose what only their present role allows, once its credentials expire",
            said(&with)
        )));
    }
    out.push(note("The profile's role needs iam:PassRole: EC2 checks that only during the call, without a dry run"));
    out.push(note(format!("Whether a profile {name} exists, EC2 says only during the call (InvalidParameterValue)")));
    let mute: Vec<&Target> =
        changed.iter().filter(|t| field(&t.record, &METADATA_ENDPOINT) == Some("disabled")).collect();
    if !mute.is_empty() {
        out.push(note(format!("The metadata service of {} is off: nothing there can read credentials", said(&mute))));
    }
    out
}

/// The association reads as what it is to be.
fn arrived(changed: &[Target], profile: &str) -> Waiter {
    let within = Duration::from_secs(120);
    let part = |(table, ids): (&TableKey, Vec<crate::base::RowId>)| {
        let table = TableKey::all(table.scope.clone(), Kind(&profiles::INFO));
        let state = if profile == NONE { NONE } else { "associated" };
        let of = |field, want: &str| Waiter::Field {
            table: table.clone(),
            ids: ids.clone(),
            field,
            want: want.to_string(),
            within,
        };
        Waiter::all(vec![of(&profiles::PROFILE, profile), of(&profiles::STATE, state)])
    };
    Waiter::all(by_table(changed).into_iter().map(part).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{Rows, row};
    use crate::model::{FormValue, Selector, Value};

    const OLD: &str = "arn:aws:iam::123456789012:instance-profile/old";

    fn with(all: &[(&str, Option<&str>)]) -> Rows {
        let mut rows = Rows::default();
        let one = |(id, arn): &(&str, Option<&str>)| {
            let row = row(&profiles::INFO, id, "", "").with(&profiles::ARN, Value::opt(*arn));
            row.with(&profiles::ASSOCIATION_ID, Value::opt(arn.map(|_| "iip-assoc-1"))).record()
        };
        rows.complete(&profiles::INFO, Selector::All, all.iter().map(one).collect());
        rows
    }

    fn planned(rows: &Rows, state: &str, ids: &[&str], profile: &str) -> Result<Plan, Fault> {
        let targets: Vec<_> = ids.iter().map(|id| rows.target(&INFO, row(&INFO, id, id, state).record())).collect();
        let values = Values::default().with(PROFILE, FormValue::Text(profile.into()));
        CHANGE_PROFILE.planned(&rows.context(&targets), &values)
    }

    #[test]
    fn each_instance_gets_the_call_that_it_needs_and_its_way_back() {
        let rows = with(&[("i-1", None), ("i-2", Some(OLD))]);
        let p = planned(&rows, "running", &["i-1", "i-2"], "new").expect("a plan");
        let ops: Vec<_> = p.calls().map(|c| c.op.name).collect();
        assert_eq!(ops, ["AssociateIamInstanceProfile", "ReplaceIamInstanceProfileAssociation"]);
        let back: Vec<_> = p.steps.iter().map(|s| s.undo.as_ref().expect("a way back").call.clone()).collect();
        assert_eq!(back[0].get("AssociationId"), Some(&Arg::out(0, ASSOCIATION_ID)));
        assert_eq!(back[1].get("AssociationId"), Some(&Arg::out(1, ASSOCIATION_ID)), "the old association is no more");
        assert_eq!(back[1].get("IamInstanceProfile"), Some(&Arg::Map(vec![("Arn", Arg::str(OLD))])));
        assert!(p.consequences.iter().any(|c| c.text.contains("iam:PassRole")));
        let p = planned(&rows, "running", &["i-1", "i-2"], "none").expect("a plan");
        assert_eq!(p.calls().map(|c| c.op.name).collect::<Vec<_>>(), ["DisassociateIamInstanceProfile"]);
        assert_eq!(p.subjects[0].change, "old → none");
    }

    #[test]
    fn what_aws_would_refuse_is_said_at_the_field() {
        let rows = with(&[("i-2", Some(OLD))]);
        let said = |state, profile| planned(&rows, state, &["i-2"], profile).expect_err("no plan").message;
        assert!(said("stopped", "new").contains("is stopped and has a profile"));
        assert!(
            said("running", "old").contains("like that already") && said("running", OLD).contains("like that already")
        );
        assert!(said("running", "a b").contains("a b is not a valid name of an instance profile"));
        assert!(said("running", "").contains("Type a name"));
        assert!(planned(&rows, "stopped", &["i-2"], "none").is_ok());
        let unknown = planned(&Rows::default(), "running", &["i-1"], "new").expect_err("no plan").message;
        assert!(unknown.contains("not known yet"));
        assert!(planned(&rows, "pending", &["i-2"], "new").is_err_and(|f| f.message.contains("running or stopped")));
    }
}
