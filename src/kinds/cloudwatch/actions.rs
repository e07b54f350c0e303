//! What can be done to alarms, as data: enable and disable their actions.

use arcstr::ArcStr;

use super::alarms::{self, ACTIONS_ENABLED, ALARM_ACTIONS, AlarmState, INFO, INSUFFICIENT_DATA_ACTIONS, OK_ACTIONS};
use super::senders::{DISABLE_ALARM_ACTIONS, ENABLE_ALARM_ACTIONS};
use crate::base::Fault;
use crate::base::text::visible;
use crate::kinds::action::{Action, ActionContext, MenuGroup};
use crate::kinds::plan_builder::{
    by_scope, draft, label, list, names, note, severe, sorted, subject, title, wait_field,
};
use crate::model::{Arg, Consequence, Plan, Record, Step, Undo};

/// `enable-actions`.
pub static ENABLE: Action = Action::on_rows(&INFO, "enable-actions", "Enable actions", |cx, _| plan(cx, true))
    .group(MenuGroup::State)
    .doc("Enables the actions of alarms: they run at the next change of state.")
    .several()
    .calls(&[&ENABLE_ALARM_ACTIONS])
    .only_if(|row| match alarms::actions_enabled(row) {
        Some(true) => Err("Its actions are already enabled.".into()),
        _ => Ok(()),
    });

/// `disable-actions`.
pub static DISABLE: Action = Action::on_rows(&INFO, "disable-actions", "Disable actions", |cx, _| plan(cx, false))
    .group(MenuGroup::State)
    .doc("Disables the actions of alarms: an alarm still changes state, but notifies nobody and changes nothing.")
    .several()
    .calls(&[&DISABLE_ALARM_ACTIONS])
    .only_if(|row| match alarms::actions_enabled(row) {
        Some(false) => Err("Its actions are already disabled.".into()),
        _ => Ok(()),
    });

/// Names in one call.
const MOST_NAMES: usize = 100;

fn plan(cx: &ActionContext<'_>, enable: bool) -> Result<Plan, Fault> {
    let (action, other) = if enable { (&ENABLE, &DISABLE) } else { (&DISABLE, &ENABLE) };
    let word = |on: Option<bool>| match on {
        Some(true) => "enabled",
        Some(false) => "disabled",
        None => "unknown",
    };
    let change = |t| subject(t, change_text(word(alarms::actions_enabled(&t.record)), word(Some(enable))));
    let heading = title(&format!("{} of", action.title), &INFO, cx.targets);
    let mut plan = draft(action.name, heading, cx.targets, cx.targets.iter().map(change).collect());
    for (scope, rows) in by_scope(cx.targets) {
        for batch in rows.chunks(MOST_NAMES) {
            let ids = batch.iter().map(|t| t.record.id.clone());
            let call = action.operations[0].call(scope.clone()).arg("AlarmNames", Arg::strs(ids.clone()));
            plan.steps.extend(Step::each(vec![call.on(ids)]));
        }
    }
    let each = |row: &Record| if enable { enabled(row) } else { disabled(row) };
    plan.consequences = sorted(cx.targets.iter().flat_map(|t| each(&t.record)).collect());
    plan.wait = wait_field(cx.targets, &ACTIONS_ENABLED, if enable { "true" } else { "false" }, 2);
    plan.undo = Some(Undo { line: other.name.into(), but: None, on: Vec::new() });
    Ok(plan)
}

fn change_text(from: &str, to: &str) -> String {
    format!("actions {from} → {to}")
}

fn all_actions(row: &Record) -> Vec<ArcStr> {
    [ALARM_ACTIONS, OK_ACTIONS, INSUFFICIENT_DATA_ACTIONS].iter().flat_map(|f| list(row, f)).collect()
}

/// What an action's ARN does, as far as it says.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html>
#[derive(Debug, PartialEq)]
enum Does {
    Notify(String),
    Scale(Option<String>),
    Instance(String),
    Other(String),
}

fn does(arn: &str) -> Does {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "sns", _, _, topic] => Does::Notify(visible(topic).into_owned()),
        ["arn", _, "autoscaling", _, _, rest] if rest.starts_with("scalingPolicy:") => {
            let group = rest.split_once("autoScalingGroupName/").map(|(_, g)| g.split(':').next().unwrap_or(g));
            Does::Scale(group.map(|g| visible(g).into_owned()))
        }
        ["arn", _, "automate", _, "ec2", verb] => Does::Instance(visible(verb).into_owned()),
        ["arn", _, "swf", _, _, rest] if rest.starts_with("action/actions/AWS_EC2") => {
            // `action/actions/AWS_EC2.InstanceId.Reboot/1.0`
            let verb = rest.rsplit('.').nth(1).and_then(|v| v.split('/').next()).unwrap_or("act");
            Does::Instance(visible(verb).to_lowercase())
        }
        ["arn", _, service, ..] => Does::Other(visible(service).into_owned()),
        _ => Does::Other(visible(arn).into_owned()),
    }
}

fn disabled(row: &Record) -> Vec<Consequence> {
    let who = label(row);
    let arns = all_actions(row);
    if arns.is_empty() {
        return vec![note(format!("Alarm {who} has no actions: only its state changes"))];
    }
    let mut out = Vec::new();
    let mut topics: Vec<String> = Vec::new();
    for arn in &arns {
        match does(arn) {
            Does::Notify(topic) if !topics.contains(&topic) => topics.push(topic),
            Does::Notify(_) => {}
            Does::Scale(Some(group)) => {
                out.push(severe(format!(
                    "Auto Scaling group {group} is not scaled by alarm {who} while its actions are disabled"
                )));
            }
            Does::Scale(None) => {
                out.push(severe(format!(
                    "An Auto Scaling group is not scaled by alarm {who} while its actions are disabled"
                )));
            }
            Does::Instance(verb) => {
                out.push(severe(format!("Alarm {who} no longer takes the action {verb} on its instance")))
            }
            Does::Other(service) => out.push(severe(format!("Alarm {who} no longer calls {service}"))),
        }
    }
    if !topics.is_empty() {
        out.push(severe(format!("Alarm {who} notifies nobody (SNS topic {})", names(&topics))));
    }
    out
}

fn enabled(row: &Record) -> Vec<Consequence> {
    let who = label(row);
    if all_actions(row).is_empty() {
        return vec![note(format!("Alarm {who} has no actions: nothing will run"))];
    }
    if alarms::state(row) == AlarmState::Alarm {
        return vec![note(format!("Alarm {who} is in ALARM already: its actions run at its next change of state"))];
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{Rows, row, texts};
    use crate::model::{Confirm, Severity, Value, Values};

    const POLICY: &str =
        "arn:aws:autoscaling:ap-northeast-2:111122223333:scalingPolicy:0-1:autoScalingGroupName/my-asg:policyName/cpu";
    const TOPIC: &str = "arn:aws:sns:ap-northeast-2:111122223333:ops";

    fn disabling(actions: &[&str]) -> Plan {
        let rows = Rows::default();
        let alarm = row(&INFO, "web-cpu", "web-cpu", "OK")
            .with(&ACTIONS_ENABLED, Value::Bool(true))
            .with(&ALARM_ACTIONS, texts(actions))
            .record();
        let targets = vec![rows.target(&INFO, alarm)];
        DISABLE.planned(&rows.context(&targets), &Values::default()).expect("a plan")
    }

    #[test]
    fn an_alarm_that_scales_a_group_or_tells_somebody_is_not_silenced_by_a_bare_enter() {
        let p = disabling(&[TOPIC, POLICY]);
        let words: Vec<_> = p.consequences.iter().map(|c| c.text.as_str()).collect();
        assert_eq!(
            words,
            [
                "Auto Scaling group my-asg is not scaled by alarm web-cpu while its actions are disabled",
                "Alarm web-cpu notifies nobody (SNS topic ops)"
            ]
        );
        assert_eq!(p.confirm(), Confirm::Type("web-cpu".into()));
        assert_eq!(p.undo.map(|u| u.line).as_deref(), Some("enable-actions"));
        assert_eq!(p.subjects[0].change, "actions enabled → disabled");
    }

    #[test]
    fn an_alarm_without_actions_loses_nothing() {
        let p = disabling(&[]);
        assert_eq!(p.consequences[0].severity, Severity::Note);
        assert_eq!(p.confirm(), Confirm::Enter);
    }

    #[test]
    fn arns_say_what_they_do() {
        assert_eq!(does("arn:aws:automate:us-east-1:ec2:recover"), Does::Instance("recover".into()));
        assert_eq!(
            does("arn:aws:swf:us-east-1:1:action/actions/AWS_EC2.InstanceId.Reboot/1.0"),
            Does::Instance("reboot".into())
        );
        assert_eq!(does("arn:aws:lambda:us-east-1:1:function:f"), Does::Other("lambda".into()));
    }
}
