//! Sends what [`super::actions`] plans: CloudWatch requests built from a call's arguments, exactly.

use aws_sdk_cloudwatch::operation::RequestId;
use futures::future::FutureExt;

use super::actions::{DISABLE_ALARM_ACTIONS, ENABLE_ALARM_ACTIONS};
use crate::base::Fault;
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, sent};

/// `EnableAlarmActions`.
pub static ENABLE: Sender = Sender { op: &ENABLE_ALARM_ACTIONS, send: |s| enable(s).boxed() };
/// `DisableAlarmActions`.
pub static DISABLE: Sender = Sender { op: &DISABLE_ALARM_ACTIONS, send: |s| disable(s).boxed() };

fn names(s: &Outgoing) -> Result<Vec<String>, Fault> {
    let mut args = Args::of(&s.call);
    let names = args.texts("AlarmNames")?;
    args.end()?;
    Ok(names)
}

async fn enable(s: Outgoing) -> Result<Answer, Fault> {
    let names = names(&s)?;
    s.mode.dry_run(&ENABLE_ALARM_ACTIONS)?;
    let client = s.gateway.cloudwatch(&s.call.scope).await?;
    let request = client.enable_alarm_actions().set_alarm_names(Some(names));
    let out = deliver!(&ENABLE_ALARM_ACTIONS, s.mode, request)?;
    Ok(sent(out.request_id(), String::new()))
}

async fn disable(s: Outgoing) -> Result<Answer, Fault> {
    let names = names(&s)?;
    s.mode.dry_run(&DISABLE_ALARM_ACTIONS)?;
    let client = s.gateway.cloudwatch(&s.call.scope).await?;
    let request = client.disable_alarm_actions().set_alarm_names(Some(names));
    let out = deliver!(&DISABLE_ALARM_ACTIONS, s.mode, request)?;
    Ok(sent(out.request_id(), String::new()))
}
