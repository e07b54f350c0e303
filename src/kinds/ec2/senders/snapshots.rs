//! Makes, copies, shares and deletes snapshots.

use aws_sdk_ec2::operation::RequestId;
use futures::future::FutureExt;

use super::tags::tag_specification;
use crate::base::Fault;
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, of_one_id, sent};
use crate::model::{Arg, Operation, Retry, Service};

/// `CreateSnapshot`: it has no client token, so sent twice it makes two.
pub static CREATE_SNAPSHOT: Sender = Sender {
    op: Operation::write(Service::Ec2, "CreateSnapshot", Retry::Never).with_dry_run().with_outputs(&["SnapshotId"]),
    send: |s| create_snapshot(s).boxed(),
};

async fn create_snapshot(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (volume, description) = (args.text("VolumeId")?, args.maybe_text("Description")?);
    let tags = args.maybe_list("TagSpecifications", tag_specification)?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.create_snapshot().volume_id(volume).set_description(description);
    let out = deliver!(s, request.set_tag_specifications(tags).set_dry_run(dry))?;
    let id = out.snapshot_id().unwrap_or_default().to_string();
    Ok(sent(out.request_id(), id).with("SnapshotId", out.snapshot_id()))
}

/// `CopySnapshot`, sent in the region of the copy: it has no client token, so sent twice it makes two.
pub static COPY_SNAPSHOT: Sender = Sender {
    op: Operation::write(Service::Ec2, "CopySnapshot", Retry::Never).with_dry_run().with_outputs(&["SnapshotId"]),
    send: |s| copy_snapshot(s).boxed(),
};

async fn copy_snapshot(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (region, snapshot) = (args.text("SourceRegion")?, args.text("SourceSnapshotId")?);
    let (description, encrypted) = (args.maybe_text("Description")?, args.flag("Encrypted")?);
    let key = args.maybe_text("KmsKeyId")?;
    let tags = args.maybe_list("TagSpecifications", tag_specification)?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.copy_snapshot().source_region(region).source_snapshot_id(snapshot);
    let request = request.set_description(description).set_encrypted(encrypted).set_kms_key_id(key);
    let out = deliver!(s, request.set_tag_specifications(tags).set_dry_run(dry))?;
    let id = out.snapshot_id().unwrap_or_default().to_string();
    Ok(sent(out.request_id(), id).with("SnapshotId", out.snapshot_id()))
}

/// `ModifySnapshotAttribute`: what is added twice is there once, and what is taken away twice is not there.
pub static MODIFY_SNAPSHOT_ATTRIBUTE: Sender = Sender {
    op: Operation::write(Service::Ec2, "ModifySnapshotAttribute", Retry::Safe).with_dry_run(),
    send: |s| modify_snapshot_attribute(s).boxed(),
};

async fn modify_snapshot_attribute(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (snapshot, attribute, what) = (args.text("SnapshotId")?, args.text("Attribute")?, args.text("OperationType")?);
    let text = |arg: &Arg| arg.as_str().map(str::to_string);
    let (users, groups) = (args.maybe_list("UserIds", text)?, args.maybe_list("GroupNames", text)?);
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.modify_snapshot_attribute().snapshot_id(snapshot).attribute(attribute.as_str().into());
    let request = request.operation_type(what.as_str().into()).set_user_ids(users).set_group_names(groups);
    let out = deliver!(s, request.set_dry_run(dry))?;
    Ok(sent(out.request_id(), String::new()))
}

of_one_id! {
    /// `DeleteSnapshot`: sent twice, the second is refused (InvalidSnapshot.NotFound).
    DELETE_SNAPSHOT:
        Operation::write(Service::Ec2, "DeleteSnapshot", Retry::Never).with_dry_run(),
        delete_snapshot.snapshot_id("SnapshotId");
}
