//! Makes, copies, shares and deregisters images.

use aws_sdk_ec2::operation::RequestId;
use futures::future::FutureExt;

use super::tags::tag_specification;
use crate::base::Fault;
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, sent};
use crate::model::{Arg, Operation, Retry, Service};

/// `CreateImage`: it has no client token, and a second one of the same name is refused (InvalidAMIName.Duplicate).
pub static CREATE_IMAGE: Sender = Sender {
    op: Operation::write(Service::Ec2, "CreateImage", Retry::Never).with_dry_run().with_outputs(&["ImageId"]),
    send: |s| create_image(s).boxed(),
};

async fn create_image(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (instance, name) = (args.text("InstanceId")?, args.text("Name")?);
    let (description, no_reboot) = (args.maybe_text("Description")?, args.flag("NoReboot")?);
    let tags = args.maybe_list("TagSpecifications", tag_specification)?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.create_image().instance_id(instance).name(name).set_description(description);
    let request = request.set_no_reboot(no_reboot).set_tag_specifications(tags).set_dry_run(dry);
    let out = deliver!(s, request)?;
    let id = out.image_id().unwrap_or_default().to_string();
    Ok(sent(out.request_id(), id).with("ImageId", out.image_id()))
}

/// `CopyImage`, sent in the region of the copy: its client token makes it one copy, however often it is sent.
pub static COPY_IMAGE: Sender = Sender {
    op: Operation::write(Service::Ec2, "CopyImage", Retry::Token).with_dry_run().with_outputs(&["ImageId"]),
    send: |s| copy_image(s).boxed(),
};

async fn copy_image(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (region, image, name) = (args.text("SourceRegion")?, args.text("SourceImageId")?, args.text("Name")?);
    let (description, encrypted) = (args.maybe_text("Description")?, args.flag("Encrypted")?);
    let (key, tags) = (args.maybe_text("KmsKeyId")?, args.flag("CopyImageTags")?);
    let token = args.text("ClientToken")?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.copy_image().source_region(region).source_image_id(image).name(name);
    let request = request.set_description(description).set_encrypted(encrypted).set_kms_key_id(key);
    let out = deliver!(s, request.set_copy_image_tags(tags).client_token(token).set_dry_run(dry))?;
    let id = out.image_id().unwrap_or_default().to_string();
    Ok(sent(out.request_id(), id).with("ImageId", out.image_id()))
}

/// `ModifyImageAttribute`: what is added twice is there once, and what is taken away twice is not there.
pub static MODIFY_IMAGE_ATTRIBUTE: Sender = Sender {
    op: Operation::write(Service::Ec2, "ModifyImageAttribute", Retry::Safe).with_dry_run(),
    send: |s| modify_image_attribute(s).boxed(),
};

async fn modify_image_attribute(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (image, attribute, what) = (args.text("ImageId")?, args.text("Attribute")?, args.text("OperationType")?);
    let (users, groups) = (args.maybe_list("UserIds", text)?, args.maybe_list("UserGroups", text)?);
    let organizations = args.maybe_list("OrganizationArns", text)?;
    let units = args.maybe_list("OrganizationalUnitArns", text)?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.modify_image_attribute().image_id(image).attribute(attribute);
    let request = request.operation_type(what.as_str().into()).set_user_ids(users).set_user_groups(groups);
    let request = request.set_organization_arns(organizations).set_organizational_unit_arns(units).set_dry_run(dry);
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), String::new()))
}

fn text(arg: &Arg) -> Option<String> {
    arg.as_str().map(str::to_string)
}

/// `DeregisterImage`: sent twice, the second is refused (InvalidAMIID.Unavailable).
pub static DEREGISTER_IMAGE: Sender = Sender {
    op: Operation::write(Service::Ec2, "DeregisterImage", Retry::Never).with_dry_run(),
    send: |s| deregister_image(s).boxed(),
};

async fn deregister_image(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (image, snapshots) = (args.text("ImageId")?, args.flag("DeleteAssociatedSnapshots")?);
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.deregister_image().image_id(image).set_delete_associated_snapshots(snapshots).set_dry_run(dry);
    let out = deliver!(s, request)?;
    let kept: Vec<&str> = out
        .delete_snapshot_results()
        .iter()
        .filter(|r| r.return_code().is_some_and(|c| c.as_str() != "success"))
        .filter_map(|r| r.snapshot_id())
        .collect();
    // The image is gone all the same.
    let text = if kept.is_empty() { String::new() } else { format!("not deleted: {}", kept.join(", ")) };
    Ok(sent(out.request_id(), text))
}
