//! Scaling activities in AWS's words: descriptions, causes, details. Pure.
//!
//! Wording read off real accounts' `describe-scaling-activities` output and the user guide's examples.

use serde::{Deserialize, Serialize};

use crate::base::Time;

/// One scaling activity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// A UUID.
    pub id: String,
    /// The group's name.
    pub group: String,
    /// The group's ARN.
    pub group_arn: String,
    /// What is done.
    pub description: String,
    /// Why.
    pub cause: String,
    /// When it began.
    pub start: Time,
    /// When it ended.
    pub end: Option<Time>,
    /// AWS's status code.
    pub status: String,
    /// What went wrong, if it did.
    pub message: Option<String>,
    /// In percent.
    pub progress: u32,
    /// Zone and subnet, as JSON.
    pub details: String,
    /// Whether the group has been deleted since.
    pub group_deleted: bool,
}

/// `Details` as AWS writes it: JSON in a string.
pub fn details(subnet: &str, zone: &str, alarm: Option<&str>) -> String {
    let mut map = serde_json::Map::new();
    map.insert("Subnet ID".to_string(), subnet.into());
    map.insert("Availability Zone".to_string(), zone.into());
    if let Some(alarm) = alarm {
        map.insert("InvokingAlarms".to_string(), serde_json::json!([{ "AlarmName": alarm }]));
    }
    serde_json::Value::Object(map).to_string()
}

/// The descriptions of activities.
pub mod description {
    /// A launch.
    pub fn launching(id: &str) -> String {
        format!("Launching a new EC2 instance: {id}")
    }
    /// A launch that failed.
    pub fn launch_failed(why: &str) -> String {
        format!("Launching a new EC2 instance.  Status Reason: {why} Launching EC2 instance failed.")
    }
    /// A termination.
    pub fn terminating(id: &str) -> String {
        format!("Terminating EC2 instance: {id}")
    }
    /// A termination that waits until the balancers let go.
    pub fn terminating_draining(id: &str) -> String {
        format!("Terminating EC2 instance: {id} - Waiting For ELB Connection Draining.")
    }
    /// Into standby.
    pub fn entering_standby(id: &str) -> String {
        format!("Moving EC2 instance to Standby: {id}")
    }
    /// Out of standby.
    pub fn exiting_standby(id: &str) -> String {
        format!("Moving EC2 instance out of Standby: {id}")
    }
    /// Taken off the group.
    pub fn detaching(id: &str) -> String {
        format!("Detaching EC2 instance: {id}")
    }
    /// Put into the group.
    pub fn attaching(id: &str) -> String {
        format!("Attaching an existing EC2 instance: {id}")
    }
}

/// The first sentences of causes: why the capacity should change.
pub mod reason {
    use crate::base::Time;

    /// `SetDesiredCapacity`.
    pub fn set_desired(at: Time, from: u32, to: u32) -> String {
        format!(
            "At {} a user request explicitly set group desired capacity changing the desired capacity from {from} to {to}.",
            at.rfc3339()
        )
    }
    /// `UpdateAutoScalingGroup`.
    pub fn update(at: Time, min: u32, max: u32, from: u32, to: u32) -> String {
        format!(
            "At {} a user request update of AutoScalingGroup constraints to min: {min}, max: {max}, desired: {to} \
             changing the desired capacity from {from} to {to}.",
            at.rfc3339()
        )
    }
    /// `CreateAutoScalingGroup`.
    pub fn create(at: Time, to: u32) -> String {
        format!(
            "At {} a user request created an AutoScalingGroup changing the desired capacity from 0 to {to}.",
            at.rfc3339()
        )
    }
    /// A policy, woken by an alarm.
    pub fn alarm(at: Time, alarm: &str, policy: &str, from: u32, to: u32) -> String {
        format!(
            "At {} a monitor alarm {alarm} in state ALARM triggered policy {policy} changing the desired capacity \
             from {from} to {to}.",
            at.rfc3339()
        )
    }
    /// A policy, executed by hand.
    pub fn executed(at: Time, policy: &str, from: u32, to: u32) -> String {
        format!(
            "At {} a user request executed policy {policy} changing the desired capacity from {from} to {to}.",
            at.rfc3339()
        )
    }
    /// A scheduled action.
    pub fn scheduled(at: Time, action: &str, min: u32, max: u32, from: u32, to: u32) -> String {
        format!(
            "At {} scheduled action {action} executed. At {} the group constraints were set to min: {min}, max: {max}, \
             desired: {to} changing the desired capacity from {from} to {to}.",
            at.rfc3339(),
            at.rfc3339()
        )
    }
}

/// Whole causes, or their last sentences.
pub mod cause {
    use super::{Time, join};

    /// Launches towards the desired capacity.
    pub fn launch(reason: Option<&str>, at: Time, from: u32, to: u32) -> String {
        join(
            reason,
            &format!(
                "At {} an instance was started in response to a difference between desired and actual capacity, \
                 increasing the capacity from {from} to {to}.",
                at.rfc3339()
            ),
        )
    }
    /// A launch in place of an unhealthy member.
    pub fn replace(at: Time) -> String {
        format!(
            "At {} an instance was launched in response to an unhealthy instance needing to be replaced.",
            at.rfc3339()
        )
    }
    /// Terminations towards the desired capacity.
    pub fn shrink(reason: Option<&str>, at: Time, from: u32, to: u32, id: &str) -> String {
        join(
            reason,
            &format!(
                "At {} an instance was taken out of service in response to a difference between desired and actual \
                 capacity, shrinking the capacity from {from} to {to}.  At {} instance {id} was selected for termination.",
                at.rfc3339(),
                at.rfc3339()
            ),
        )
    }
    /// The instance was stopped or terminated behind the group's back.
    pub fn ec2_check(at: Time) -> String {
        format!(
            "At {} an instance was taken out of service in response to an EC2 health check indicating it has been \
             terminated or stopped.",
            at.rfc3339()
        )
    }
    /// The instance's status checks failed.
    pub fn ec2_status(at: Time) -> String {
        format!(
            "At {} an instance was taken out of service in response to an EC2 instance status check failure.",
            at.rfc3339()
        )
    }
    /// The balancer says unhealthy.
    pub fn elb_check(at: Time) -> String {
        format!(
            "At {} an instance was taken out of service in response to an ELB system health check failure.",
            at.rfc3339()
        )
    }
    /// An instance refresh.
    pub fn refresh(at: Time) -> String {
        format!("At {} an instance was taken out of service in response to an instance refresh.", at.rfc3339())
    }
    /// `SetInstanceHealth`.
    pub fn user_check(at: Time) -> String {
        format!("At {} an instance was taken out of service in response to a user health-check.", at.rfc3339())
    }
    /// `TerminateInstanceInAutoScalingGroup`; `from` and `to` if the desired capacity shrinks with it.
    pub fn user_terminate(at: Time, id: &str, shrink: Option<(u32, u32)>) -> String {
        format!(
            "At {} instance {id} was taken out of service in response to a user request{}.",
            at.rfc3339(),
            by("shrinking", shrink)
        )
    }
    /// `EnterStandby`.
    pub fn enter_standby(at: Time, id: &str, shrink: Option<(u32, u32)>) -> String {
        format!(
            "At {} instance {id} was moved to standby in response to a user request{}.",
            at.rfc3339(),
            by("shrinking", shrink)
        )
    }
    /// `ExitStandby`.
    pub fn exit_standby(at: Time, id: &str, from: u32, to: u32) -> String {
        format!(
            "At {} instance {id} was moved out of standby in response to a user request, increasing the capacity \
             from {from} to {to}.",
            at.rfc3339()
        )
    }
    /// `DetachInstances`.
    pub fn detach(at: Time, id: &str, shrink: Option<(u32, u32)>) -> String {
        format!(
            "At {} instance {id} was detached in response to a user request{}.",
            at.rfc3339(),
            by("shrinking", shrink)
        )
    }
    /// `AttachInstances`.
    pub fn attach(at: Time, from: u32, to: u32) -> String {
        format!(
            "At {} an instance was attached in response to a user request, increasing the capacity from {from} to {to}.",
            at.rfc3339()
        )
    }
    /// The group is being deleted with its members.
    pub fn delete(at: Time, from: u32, to: u32, id: &str) -> String {
        let t = at.rfc3339();
        format!(
            "At {t} a user request force deleted AutoScaling group changing the desired capacity from {from} to {to}.  \
             At {t} an instance was taken out of service in response to a difference between desired and actual \
             capacity, shrinking the capacity from {from} to {to}.  At {t} instance {id} was selected for termination."
        )
    }

    fn by(verb: &str, change: Option<(u32, u32)>) -> String {
        change.map_or_else(String::new, |(from, to)| format!(", {verb} the capacity from {from} to {to}"))
    }
}

/// Two spaces between sentences, as AWS has it.
fn join(first: Option<&str>, then: &str) -> String {
    match first {
        Some(first) => format!("{first}  {then}"),
        None => then.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_aws_s_sentences() {
        let at = Time::parse("2026-11-21T09:05:00.250Z").unwrap();
        let why = reason::update(at, 1, 4, 2, 3);
        assert_eq!(
            cause::launch(Some(&why), Time::from_secs(at.secs() + 6), 2, 3),
            "At 2026-11-21T09:05:00Z a user request update of AutoScalingGroup constraints to min: 1, max: 4, desired: 3 \
             changing the desired capacity from 2 to 3.  At 2026-11-21T09:05:06Z an instance was started in response to a \
             difference between desired and actual capacity, increasing the capacity from 2 to 3."
        );
        assert_eq!(
            cause::user_terminate(at, "i-1", Some((1, 0))),
            "At 2026-11-21T09:05:00Z instance i-1 was taken out of service in response to a user request, shrinking the \
             capacity from 1 to 0."
        );
        assert_eq!(
            details("subnet-1", "ap-northeast-2a", None),
            r#"{"Subnet ID":"subnet-1","Availability Zone":"ap-northeast-2a"}"#
        );
    }
}
