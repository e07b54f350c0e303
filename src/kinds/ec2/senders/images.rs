//! Makes and deregisters images.

use aws_sdk_ec2::operation::RequestId;
use futures::future::FutureExt;

use super::tags::tag_specification;
use crate::base::Fault;
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, sent};
use crate::model::{Operation, Retry, Service};

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
