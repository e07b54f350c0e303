//! CloudWatch's changing operations, each with what sends it: a request built from a call's arguments, exactly.

use aws_sdk_cloudwatch::operation::RequestId;
use futures::future::FutureExt;

use crate::base::Fault;
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, sent};
use crate::model::{Operation, Retry, Service};

fn names(s: &Outgoing) -> Result<Vec<String>, Fault> {
    let mut args = Args::of(&s.call);
    let names = args.texts("AlarmNames")?;
    args.end()?;
    Ok(names)
}

/// `EnableAlarmActions`.
pub static ENABLE_ALARM_ACTIONS: Sender = Sender {
    op: Operation::write(Service::CloudWatch, "EnableAlarmActions", Retry::Safe),
    send: |s| enable(s).boxed(),
};

async fn enable(s: Outgoing) -> Result<Answer, Fault> {
    let names = names(&s)?;
    s.dry_run()?;
    let client = s.gateway.cloudwatch(&s.call.scope).await?;
    let request = client.enable_alarm_actions().set_alarm_names(Some(names));
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), String::new()))
}

/// `DisableAlarmActions`.
pub static DISABLE_ALARM_ACTIONS: Sender = Sender {
    op: Operation::write(Service::CloudWatch, "DisableAlarmActions", Retry::Safe),
    send: |s| disable(s).boxed(),
};

async fn disable(s: Outgoing) -> Result<Answer, Fault> {
    let names = names(&s)?;
    s.dry_run()?;
    let client = s.gateway.cloudwatch(&s.call.scope).await?;
    let request = client.disable_alarm_actions().set_alarm_names(Some(names));
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), String::new()))
}
