//! Creates, attaches, modifies, detaches and deletes volumes.

use aws_sdk_ec2::operation::RequestId;
use futures::future::FutureExt;

use super::tags::tag_specification;
use crate::base::Fault;
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, sent};
use crate::model::{Operation, Retry, Service};

/// `CreateVolume`: its client token makes it one volume, however often it is sent.
pub static CREATE_VOLUME: Sender = Sender {
    op: Operation::write(Service::Ec2, "CreateVolume", Retry::Token).with_dry_run().with_outputs(&["VolumeId"]),
    send: |s| create_volume(s).boxed(),
};

async fn create_volume(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (zone, ty) = (args.text("AvailabilityZone")?, args.text("VolumeType")?);
    let (size, iops, throughput) = (args.maybe_int("Size")?, args.maybe_int("Iops")?, args.maybe_int("Throughput")?);
    let (snapshot, encrypted) = (args.maybe_text("SnapshotId")?, args.flag("Encrypted")?);
    let tags = args.maybe_list("TagSpecifications", tag_specification)?;
    let token = args.text("ClientToken")?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.create_volume().availability_zone(zone).volume_type(ty.as_str().into()).set_size(size);
    let request = request.set_iops(iops).set_throughput(throughput).set_snapshot_id(snapshot).set_encrypted(encrypted);
    let request = request.set_tag_specifications(tags).client_token(token).set_dry_run(dry);
    let out = deliver!(s, request)?;
    let id = out.volume_id().unwrap_or_default().to_string();
    Ok(sent(out.request_id(), id).with("VolumeId", out.volume_id()))
}

/// `AttachVolume`: sent twice, the second is refused (VolumeInUse), which would pass for a failure.
pub static ATTACH_VOLUME: Sender = Sender {
    op: Operation::write(Service::Ec2, "AttachVolume", Retry::Never).with_dry_run(),
    send: |s| attach_volume(s).boxed(),
};

async fn attach_volume(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (volume, instance, device) = (args.text("VolumeId")?, args.text("InstanceId")?, args.text("Device")?);
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.attach_volume().volume_id(volume).instance_id(instance).device(device).set_dry_run(dry);
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), out.state().map_or_else(String::new, |s| s.as_str().to_string())))
}

/// `ModifyVolume`: sent twice, the second is refused (IncorrectModificationState), which would pass for a failure.
pub static MODIFY_VOLUME: Sender = Sender {
    op: Operation::write(Service::Ec2, "ModifyVolume", Retry::Never).with_dry_run(),
    send: |s| modify_volume(s).boxed(),
};

async fn modify_volume(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (volume, ty) = (args.text("VolumeId")?, args.maybe_text("VolumeType")?);
    let (size, iops, throughput) = (args.maybe_int("Size")?, args.maybe_int("Iops")?, args.maybe_int("Throughput")?);
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.modify_volume().volume_id(volume).set_volume_type(ty.as_deref().map(Into::into));
    let request = request.set_size(size).set_iops(iops).set_throughput(throughput).set_dry_run(dry);
    let out = deliver!(s, request)?;
    let state = out.volume_modification().and_then(|m| m.modification_state());
    Ok(sent(out.request_id(), state.map_or_else(String::new, |s| s.as_str().to_string())))
}

/// `DetachVolume`: sent twice, the second is refused (IncorrectState).
pub static DETACH_VOLUME: Sender = Sender {
    op: Operation::write(Service::Ec2, "DetachVolume", Retry::Never).with_dry_run(),
    send: |s| detach_volume(s).boxed(),
};

async fn detach_volume(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (volume, instance, force) = (args.text("VolumeId")?, args.text("InstanceId")?, args.flag("Force")?);
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.detach_volume().volume_id(volume).instance_id(instance).set_force(force).set_dry_run(dry);
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), out.state().map_or_else(String::new, |s| s.as_str().to_string())))
}

/// `DeleteVolume`: sent twice, the second is refused (InvalidVolume.NotFound).
pub static DELETE_VOLUME: Sender = Sender {
    op: Operation::write(Service::Ec2, "DeleteVolume", Retry::Never).with_dry_run(),
    send: |s| delete_volume(s).boxed(),
};

async fn delete_volume(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let volume = args.text("VolumeId")?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.delete_volume().volume_id(volume).set_dry_run(dry);
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), String::new()))
}
