//! Auto Scaling's changing operations, each with what sends it: a request built from a call's arguments, exactly.

use aws_sdk_autoscaling::operation::RequestId;
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
