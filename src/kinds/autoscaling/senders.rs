//! Sends what [`super::actions`] plans: Auto Scaling requests built from a call's arguments, exactly.

use aws_sdk_autoscaling::operation::RequestId;
use futures::future::FutureExt;

use super::actions::SET_DESIRED_CAPACITY;
use crate::base::Fault;
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, sent};

/// `SetDesiredCapacity`.
pub static SET_DESIRED: Sender = Sender { op: &SET_DESIRED_CAPACITY, send: |s| set_desired(s).boxed() };

async fn set_desired(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (name, desired) = (args.text("AutoScalingGroupName")?, args.int("DesiredCapacity")?);
    let honor = args.flag("HonorCooldown")?;
    args.end()?;
    s.mode.dry_run(&SET_DESIRED_CAPACITY)?;
    let client = s.gateway.autoscaling(&s.call.scope).await?;
    let request =
        client.set_desired_capacity().auto_scaling_group_name(name).desired_capacity(desired).set_honor_cooldown(honor);
    let out = deliver!(&SET_DESIRED_CAPACITY, s.mode, request)?;
    Ok(sent(out.request_id(), String::new()))
}
