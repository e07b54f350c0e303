//! Alarm actions: those on instances and scaling policies are carried out, and the history says with what result.

use std::borrow::Cow;

use serde_json::json;

use super::ec2_port::{self, Deed};
use super::errors::validation;
use super::evaluate::latest;
use super::state::{Alarm, AlarmState, HistoryItem, Watch};
use crate::base::Time;
use crate::sandbox::wire::ApiError;
use crate::sandbox::world::World;
use crate::sandbox::world::fact::Fact;

/// AWS takes five for each state. [AWS: PutMetricAlarm]
const MOST: usize = 5;

/// What an action's ARN stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    /// Something done to the instance of the alarm's metric.
    Instance(Deed),
    /// A scaling policy.
    Policy,
    /// A topic that a message is sent to.
    Topic,
    /// A service that the sandbox does not have.
    Elsewhere,
}

/// The kind of an action, and the region that it names; `None` if it is no action.
fn kind(arn: &str) -> Option<(Kind, &str)> {
    let mut parts = arn.splitn(6, ':');
    let (Some("arn"), Some(_), Some(service), Some(region), Some(account), Some(rest)) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let kind = match service {
        "automate" if account == "ec2" => Kind::Instance(Deed::parse(rest)?),
        "swf" => {
            let word = rest.strip_prefix("action/actions/AWS_EC2.InstanceId.")?.strip_suffix("/1.0")?;
            Kind::Instance(Deed::parse(&word.to_ascii_lowercase())?)
        }
        "autoscaling" if rest.starts_with("scalingPolicy:") => Kind::Policy,
        "sns" => Kind::Topic,
        "lambda" | "ssm" | "ssm-incidents" | "aiops" => Kind::Elsewhere,
        _ => return None,
    };
    Some((kind, region))
}

/// The instance that an alarm's actions are for.
fn instance(watch: &Watch) -> Option<&str> {
    let Watch::Metric(watch) = watch else { return None };
    let dimensions = &watch.key.as_ref()?.dimensions;
    dimensions.iter().find(|(name, _)| name == "InstanceId").map(|(_, id)| id.as_str())
}

/// Whether an alarm that watches this may have these actions.
///
/// # Errors
/// `ValidationError` for what is no action, is in another region, or cannot be of such an alarm.
pub(super) fn check(actions: &[String], watch: &Watch, region: &str) -> Result<(), ApiError> {
    if actions.len() > MOST {
        return Err(validation(format!(
            "An alarm can have at most {MOST} actions for each state; these are {}.",
            actions.len()
        )));
    }
    for arn in actions {
        let Some((kind, place)) = kind(arn) else {
            return Err(validation(format!("Invalid arn syntax: {arn}")));
        };
        if place != region && kind != Kind::Elsewhere {
            return Err(validation(format!("Invalid region {place} specified. Only {region} is supported.")));
        }
        let on_metric = matches!(watch, Watch::Metric(_));
        match kind {
            Kind::Instance(_) | Kind::Policy if !on_metric => {
                return Err(validation(format!("A composite alarm cannot have the action {arn}.")));
            }
            Kind::Instance(_) if instance(watch).is_none() => {
                return Err(validation(format!(
                    "The action {arn} needs an alarm on one metric with the dimension InstanceId."
                )));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The actions of the state that an alarm is in.
fn now_due(alarm: &Alarm) -> &[String] {
    match alarm.state {
        AlarmState::Ok => &alarm.ok_actions,
        AlarmState::Alarm => &alarm.alarm_actions,
        AlarmState::Insufficient => &alarm.insufficient_actions,
    }
}

/// Executes a scaling policy for an alarm: the policy's ARN, the alarm's name, the metric's last value and the alarm's threshold.
/// Returns whether there is such a policy.
pub(in crate::sandbox) type ExecutePolicy = fn(&mut World, &str, &str, &str, Option<f64>, Option<f64>, Time) -> bool;

/// Carries out the actions of an alarm's new state, and writes into the history what became of each.
pub(in crate::sandbox) fn carry_out(world: &mut World, region: &str, alarm: &Alarm, now: Time, execute: ExecutePolicy) {
    if !alarm.actions_enabled {
        return;
    }
    for arn in now_due(alarm) {
        let failed = one(world, region, alarm, arn, now, execute).err();
        let mut data = json!({
            "actionState": if failed.is_some() { "Failed" } else { "Succeeded" },
            "stateUpdateTimestamp": now.millis(),
            "notificationResource": arn,
            "publishedMessage": null,
        });
        let summary = match &failed {
            None => format!("Successfully executed action {arn}"),
            Some(error) => {
                data["error"] = error.as_ref().into();
                format!("Failed to execute action {arn}. Received error: \"{error}\"")
            }
        };
        remember(world, region, alarm, summary, &data, now);
    }
}

/// An `Action` of the history.
pub(super) fn remember(
    world: &mut World,
    region: &str,
    alarm: &Alarm,
    summary: String,
    data: &serde_json::Value,
    now: Time,
) {
    world.region(region).cloudwatch.remember(HistoryItem {
        alarm: alarm.name.clone(),
        kind: alarm.kind().to_owned(),
        at: now,
        item: "Action".to_owned(),
        summary,
        data: data.to_string(),
    });
}

fn one(
    world: &mut World,
    region: &str,
    alarm: &Alarm,
    arn: &str,
    now: Time,
    execute: ExecutePolicy,
) -> Result<(), Cow<'static, str>> {
    match kind(arn) {
        Some((Kind::Instance(deed), _)) => {
            let id = instance(&alarm.watch).ok_or("The alarm's metric has no dimension InstanceId.")?;
            ec2_port::by_alarm(world, region, id, deed, now).map_err(|e| e.message.into())
        }
        Some((Kind::Policy, _)) => scale(world, region, alarm, arn, now, execute),
        Some((Kind::Topic, _)) => Ok(()),
        Some((Kind::Elsewhere, _)) => Err("The sandbox does not have the service of this action.".into()),
        None => Err("Invalid arn syntax".into()),
    }
}

/// Sets a scaling policy off.
fn scale(
    world: &mut World,
    region: &str,
    alarm: &Alarm,
    arn: &str,
    now: Time,
    execute: ExecutePolicy,
) -> Result<(), Cow<'static, str>> {
    let Watch::Metric(watch) = &alarm.watch else { return Ok(()) };
    let value = latest(world, region, watch, now);
    match execute(world, region, arn, &alarm.name, value, Some(watch.threshold), now) {
        true => Ok(()),
        false => Err("PolicyARN not found".into()),
    }
}

fn is_policy(arn: &str) -> bool {
    arn.starts_with("arn:aws:autoscaling:")
}

/// Tells which alarms are still in a state that has scaling policies as actions.
pub(super) fn tell_standing(world: &mut World, region: &str, now: Time) {
    let Some(state) = world.peek(region).map(|r| &r.cloudwatch) else { return };
    let standing: Vec<Alarm> = state
        .alarms
        .values()
        // What has just changed executes them anyway.
        .filter(|a| a.actions_enabled && a.transitioned != now && now_due(a).iter().any(|arn| is_policy(arn)))
        .cloned()
        .collect();
    for alarm in standing {
        world.tell(region, now, Fact::AlarmStands { alarm: Box::new(alarm) });
    }
}

/// Executes the scaling policies of the state that an alarm is in: again each minute, as long as it stays there. [AWS: alarm
/// actions]
pub(in crate::sandbox) fn scale_again(
    world: &mut World,
    region: &str,
    alarm: &Alarm,
    now: Time,
    execute: ExecutePolicy,
) {
    for arn in now_due(alarm).iter().filter(|a| is_policy(a)) {
        // A policy that is not there was told of when the alarm changed.
        let _ = scale(world, region, alarm, arn, now, execute);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_told_by_their_arns() {
        let instance = |deed| Some((Kind::Instance(deed), "eu-west-1"));
        for (arn, want) in [
            ("arn:aws:automate:eu-west-1:ec2:stop", instance(Deed::Stop)),
            ("arn:aws:automate:eu-west-1:ec2:recover", instance(Deed::Recover)),
            (
                "arn:aws:swf:eu-west-1:123456789012:action/actions/AWS_EC2.InstanceId.Terminate/1.0",
                instance(Deed::Terminate),
            ),
            ("arn:aws:swf:eu-west-1:123456789012:action/actions/AWS_EC2.InstanceId.Reboot/1.0", instance(Deed::Reboot)),
            ("arn:aws:sns:eu-west-1:123456789012:ops", Some((Kind::Topic, "eu-west-1"))),
            (
                "arn:aws:autoscaling:eu-west-1:1:scalingPolicy:x:autoScalingGroupName/g:policyName/p",
                Some((Kind::Policy, "eu-west-1")),
            ),
            ("arn:aws:lambda:eu-west-1:1:function:f", Some((Kind::Elsewhere, "eu-west-1"))),
            ("arn:aws:automate:eu-west-1:ec2:dance", None),
            ("arn:aws:swf:eu-west-1:1:action/actions/AWS_EC2.InstanceId.Stop/2.0", None),
            ("ops", None),
            ("arn:aws:s3:::bucket", None),
        ] {
            assert_eq!(kind(arn), want, "{arn}");
        }
    }
}
