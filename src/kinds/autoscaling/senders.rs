//! Auto Scaling's changing operations, each with what sends it: a request built from a call's arguments, exactly.

use aws_sdk_autoscaling::operation::RequestId;
use aws_sdk_autoscaling::types::LifecycleState;
use futures::future::FutureExt;

use crate::base::Fault;
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, sent};
use crate::model::{Operation, Retry, Service};

/// `SetDesiredCapacity`: sets a number, so that sending it twice is sending it once.
pub static SET_DESIRED_CAPACITY: Sender = Sender {
    op: Operation::write(Service::AutoScaling, "SetDesiredCapacity", Retry::Safe),
    send: |s| set_desired(s).boxed(),
};

async fn set_desired(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (name, desired) = (args.text("AutoScalingGroupName")?, args.int("DesiredCapacity")?);
    let honor = args.flag("HonorCooldown")?;
    args.end()?;
    s.dry_run()?;
    let client = s.gateway.autoscaling(&s.call.scope).await?;
    let request =
        client.set_desired_capacity().auto_scaling_group_name(name).desired_capacity(desired).set_honor_cooldown(honor);
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), String::new()))
}

/// `EnterStandby`. AWS refuses it the second time ("The instance i-… is not in InService."): a refusal is looked into, and where all of the
/// members are in Standby already, or on their way there, it was done.
pub static ENTER_STANDBY: Sender = Sender {
    op: Operation::write(Service::AutoScaling, "EnterStandby", Retry::Safe),
    send: |s| enter_standby(s).boxed(),
};

async fn enter_standby(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (ids, name) = (args.texts("InstanceIds")?, args.text("AutoScalingGroupName")?);
    let decrement = args.flag("ShouldDecrementDesiredCapacity")?;
    args.end()?;
    s.dry_run()?;
    let client = s.gateway.autoscaling(&s.call.scope).await?;
    let request = client.enter_standby().set_instance_ids(Some(ids.clone())).auto_scaling_group_name(&name);
    let request = request.set_should_decrement_desired_capacity(decrement);
    match deliver!(s, request) {
        Ok(out) => Ok(sent(out.request_id(), String::new())),
        Err(fault) => {
            let there =
                |state: &LifecycleState| matches!(state, LifecycleState::EnteringStandby | LifecycleState::Standby);
            Box::pin(refused(&client, &name, &ids, fault, there)).await
        }
    }
}

/// `ExitStandby`: as [`ENTER_STANDBY`] with a refusal.
pub static EXIT_STANDBY: Sender = Sender {
    op: Operation::write(Service::AutoScaling, "ExitStandby", Retry::Safe),
    send: |s| exit_standby(s).boxed(),
};

async fn exit_standby(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (ids, name) = (args.texts("InstanceIds")?, args.text("AutoScalingGroupName")?);
    args.end()?;
    s.dry_run()?;
    let client = s.gateway.autoscaling(&s.call.scope).await?;
    let request = client.exit_standby().set_instance_ids(Some(ids.clone())).auto_scaling_group_name(&name);
    match deliver!(s, request) {
        Ok(out) => Ok(sent(out.request_id(), String::new())),
        Err(fault) => {
            // Pending, Pending:Wait, Pending:Proceed: on its way into service.
            let there = |state: &LifecycleState| {
                *state == LifecycleState::InService || state.as_str().split(':').next() == Some("Pending")
            };
            Box::pin(refused(&client, &name, &ids, fault, there)).await
        }
    }
}

/// What a refusal is: of a call that has been carried out already, because its first answer was lost, none.
async fn refused(
    client: &aws_sdk_autoscaling::Client,
    name: &str,
    ids: &[String],
    fault: Fault,
    there: fn(&LifecycleState) -> bool,
) -> Result<Answer, Fault> {
    if fault.code != "ValidationError" {
        return Err(fault);
    }
    let Ok(out) = client.describe_auto_scaling_groups().auto_scaling_group_names(name).send().await else {
        return Err(fault);
    };
    let members = out.auto_scaling_groups().iter().flat_map(|g| g.instances());
    let arrived = |id: &String| {
        let is = |i: &&aws_sdk_autoscaling::types::Instance| i.instance_id() == Some(id);
        members.clone().find(is).and_then(|i| i.lifecycle_state()).is_some_and(there)
    };
    if ids.iter().all(arrived) { Ok(sent(out.request_id(), "it was done already".into())) } else { Err(fault) }
}
