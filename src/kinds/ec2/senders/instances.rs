//! Starts, stops, reboots, changes and terminates instances.

use aws_sdk_ec2::operation::RequestId;
use aws_sdk_ec2::primitives::Blob;
use aws_sdk_ec2::types::{AttributeValue, InstanceStateChange, SecureBlobAttributeValue};
use futures::future::FutureExt;

use crate::base::Fault;
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, sent};
use crate::model::{Operation, Retry, Service};

/// `StartInstances`.
pub static START_INSTANCES: Sender = Sender {
    op: Operation::write(Service::Ec2, "StartInstances", Retry::Safe).with_dry_run(),
    send: |s| start(s).boxed(),
};

async fn start(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let ids = args.texts("InstanceIds")?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.start_instances().set_instance_ids(Some(ids)).set_dry_run(dry);
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), changes(out.starting_instances())))
}

/// `StopInstances`.
pub static STOP_INSTANCES: Sender = Sender {
    op: Operation::write(Service::Ec2, "StopInstances", Retry::Safe).with_dry_run(),
    send: |s| stop(s).boxed(),
};

async fn stop(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let ids = args.texts("InstanceIds")?;
    let (force, hibernate) = (args.flag("Force")?, args.flag("Hibernate")?);
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.stop_instances().set_instance_ids(Some(ids)).set_dry_run(dry);
    let request = request.set_force(force).set_hibernate(hibernate);
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), changes(out.stopping_instances())))
}

/// `RebootInstances`: sent twice, it reboots twice.
pub static REBOOT_INSTANCES: Sender = Sender {
    op: Operation::write(Service::Ec2, "RebootInstances", Retry::Never).with_dry_run(),
    send: |s| reboot(s).boxed(),
};

async fn reboot(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let ids = args.texts("InstanceIds")?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.reboot_instances().set_instance_ids(Some(ids)).set_dry_run(dry);
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), String::new()))
}

/// `TerminateInstances`.
pub static TERMINATE_INSTANCES: Sender = Sender {
    op: Operation::write(Service::Ec2, "TerminateInstances", Retry::Safe).with_dry_run(),
    send: |s| terminate(s).boxed(),
};

async fn terminate(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let ids = args.texts("InstanceIds")?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.terminate_instances().set_instance_ids(Some(ids)).set_dry_run(dry);
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), changes(out.terminating_instances())))
}

/// `ModifyInstanceAttribute`: one attribute of one instance.
pub static MODIFY_INSTANCE_ATTRIBUTE: Sender = Sender {
    op: Operation::write(Service::Ec2, "ModifyInstanceAttribute", Retry::Safe).with_dry_run(),
    send: |s| modify(s).boxed(),
};

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
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let ty = ty.map(|ty| AttributeValue::builder().value(ty).build());
    // The SDK encodes it.
    let data = data.map(|bytes| SecureBlobAttributeValue::builder().value(Blob::new(bytes)).build());
    let request = client.modify_instance_attribute().instance_id(id).set_instance_type(ty).set_user_data(data);
    let request = request.set_dry_run(dry);
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), String::new()))
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
