//! Sends what [`super::actions`] plans: EC2's requests built from a call's arguments, exactly.

use aws_sdk_ec2::operation::RequestId;
use aws_sdk_ec2::primitives::Blob;
use aws_sdk_ec2::types::{AttributeValue, InstanceStateChange, SecureBlobAttributeValue, Tag};
use futures::future::FutureExt;

use super::actions::{
    CREATE_TAGS, DELETE_TAGS, MODIFY_INSTANCE_ATTRIBUTE, REBOOT_INSTANCES, START_INSTANCES, STOP_INSTANCES,
    TERMINATE_INSTANCES,
};
use crate::base::Fault;
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, sent};
use crate::model::Arg;

/// `StartInstances`.
pub static START: Sender = Sender { op: &START_INSTANCES, send: |s| start(s).boxed() };
/// `StopInstances`.
pub static STOP: Sender = Sender { op: &STOP_INSTANCES, send: |s| stop(s).boxed() };
/// `RebootInstances`.
pub static REBOOT: Sender = Sender { op: &REBOOT_INSTANCES, send: |s| reboot(s).boxed() };
/// `TerminateInstances`.
pub static TERMINATE: Sender = Sender { op: &TERMINATE_INSTANCES, send: |s| terminate(s).boxed() };
/// `ModifyInstanceAttribute`.
pub static MODIFY: Sender = Sender { op: &MODIFY_INSTANCE_ATTRIBUTE, send: |s| modify(s).boxed() };
/// `CreateTags`.
pub static CREATE: Sender = Sender { op: &CREATE_TAGS, send: |s| create_tags(s).boxed() };
/// `DeleteTags`.
pub static DELETE: Sender = Sender { op: &DELETE_TAGS, send: |s| delete_tags(s).boxed() };

async fn start(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let ids = args.texts("InstanceIds")?;
    args.end()?;
    let dry = s.mode.dry_run(&START_INSTANCES)?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.start_instances().set_instance_ids(Some(ids)).set_dry_run(dry);
    let out = deliver!(&START_INSTANCES, s.mode, request)?;
    Ok(sent(out.request_id(), changes(out.starting_instances())))
}

async fn stop(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let ids = args.texts("InstanceIds")?;
    let (force, hibernate) = (args.flag("Force")?, args.flag("Hibernate")?);
    args.end()?;
    let dry = s.mode.dry_run(&STOP_INSTANCES)?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.stop_instances().set_instance_ids(Some(ids)).set_dry_run(dry);
    let request = request.set_force(force).set_hibernate(hibernate);
    let out = deliver!(&STOP_INSTANCES, s.mode, request)?;
    Ok(sent(out.request_id(), changes(out.stopping_instances())))
}

async fn reboot(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let ids = args.texts("InstanceIds")?;
    args.end()?;
    let dry = s.mode.dry_run(&REBOOT_INSTANCES)?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.reboot_instances().set_instance_ids(Some(ids)).set_dry_run(dry);
    let out = deliver!(&REBOOT_INSTANCES, s.mode, request)?;
    Ok(sent(out.request_id(), String::new()))
}

async fn terminate(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let ids = args.texts("InstanceIds")?;
    args.end()?;
    let dry = s.mode.dry_run(&TERMINATE_INSTANCES)?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.terminate_instances().set_instance_ids(Some(ids)).set_dry_run(dry);
    let out = deliver!(&TERMINATE_INSTANCES, s.mode, request)?;
    Ok(sent(out.request_id(), changes(out.terminating_instances())))
}

async fn modify(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let id = args.text("InstanceId")?;
    // One attribute a request.
    let (ty, data) = if s.call.get("UserData").is_some() {
        (None, Some(args.structure("UserData", &["Value"], |m| m.member("Value")?.as_bytes().cloned())?))
    } else {
        let ty = args.structure("InstanceType", &["Value"], |m| m.member("Value")?.as_str().map(str::to_string))?;
        (Some(ty), None)
    };
    args.end()?;
    let dry = s.mode.dry_run(&MODIFY_INSTANCE_ATTRIBUTE)?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let ty = ty.map(|ty| AttributeValue::builder().value(ty).build());
    // The SDK encodes it.
    let data = data.map(|bytes| SecureBlobAttributeValue::builder().value(Blob::new(bytes)).build());
    let request = client.modify_instance_attribute().instance_id(id).set_instance_type(ty).set_user_data(data);
    let request = request.set_dry_run(dry);
    let out = deliver!(&MODIFY_INSTANCE_ATTRIBUTE, s.mode, request)?;
    Ok(sent(out.request_id(), String::new()))
}

async fn create_tags(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let ids = args.texts("Resources")?;
    let tags = args.list("Tags", |t| tag(t, true))?;
    args.end()?;
    let dry = s.mode.dry_run(&CREATE_TAGS)?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.create_tags().set_resources(Some(ids)).set_tags(Some(tags)).set_dry_run(dry);
    let out = deliver!(&CREATE_TAGS, s.mode, request)?;
    Ok(sent(out.request_id(), String::new()))
}

async fn delete_tags(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let ids = args.texts("Resources")?;
    let tags = args.list("Tags", |t| tag(t, false))?;
    args.end()?;
    let dry = s.mode.dry_run(&DELETE_TAGS)?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.delete_tags().set_resources(Some(ids)).set_tags(Some(tags)).set_dry_run(dry);
    let out = deliver!(&DELETE_TAGS, s.mode, request)?;
    Ok(sent(out.request_id(), String::new()))
}

/// A tag to be set has a value; one to be removed has none, and is removed whatever its value. Anything else in it is refused.
fn tag(arg: &Arg, with_value: bool) -> Option<Tag> {
    let Arg::Map(members) = arg else { return None };
    let key = arg.member("Key")?.as_str()?;
    let value = if with_value { Some(arg.member("Value")?.as_str()?) } else { None };
    let known = if with_value { 2 } else { 1 };
    (members.len() == known).then(|| Tag::builder().key(key).set_value(value.map(str::to_string)).build())
}

/// `i-1: running → stopping, i-2: …`.
fn changes(all: &[InstanceStateChange]) -> String {
    let one = |c: &InstanceStateChange| {
        let name = |s: Option<&aws_sdk_ec2::types::InstanceState>| {
            s.and_then(|s| s.name()).map_or("unknown", |n| n.as_str()).to_string()
        };
        format!("{}: {} → {}", c.instance_id().unwrap_or_default(), name(c.previous_state()), name(c.current_state()))
    };
    all.iter().map(one).collect::<Vec<_>>().join(", ")
}
