//! Allocates, associates, disassociates and releases Elastic IP addresses.

use aws_sdk_ec2::operation::RequestId;
use futures::future::FutureExt;

use super::tags::tag_specification;
use crate::base::Fault;
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, sent};
use crate::model::{Operation, Retry, Service};

/// `AllocateAddress`: it has no client token, so sent twice it allocates two.
pub static ALLOCATE_ADDRESS: Sender = Sender {
    op: Operation::write(Service::Ec2, "AllocateAddress", Retry::Never)
        .with_dry_run()
        .with_outputs(&["AllocationId", "PublicIp"]),
    send: |s| allocate(s).boxed(),
};

async fn allocate(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let domain = args.text("Domain")?;
    let tags = args.maybe_list("TagSpecifications", tag_specification)?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request =
        client.allocate_address().domain(domain.as_str().into()).set_tag_specifications(tags).set_dry_run(dry);
    let out = deliver!(s, request)?;
    let text = out.public_ip().unwrap_or_default().to_string();
    let answer = sent(out.request_id(), text).with("AllocationId", out.allocation_id());
    Ok(answer.with("PublicIp", out.public_ip()))
}

/// `AssociateAddress`: AWS calls it idempotent.
pub static ASSOCIATE_ADDRESS: Sender = Sender {
    op: Operation::write(Service::Ec2, "AssociateAddress", Retry::Safe).with_dry_run().with_outputs(&["AssociationId"]),
    send: |s| associate(s).boxed(),
};

async fn associate(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let address = args.text("AllocationId")?;
    let (instance, interface) = (args.maybe_text("InstanceId")?, args.maybe_text("NetworkInterfaceId")?);
    let again = args.flag("AllowReassociation")?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.associate_address().allocation_id(address).set_instance_id(instance);
    let request = request.set_network_interface_id(interface).set_allow_reassociation(again).set_dry_run(dry);
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), String::new()).with("AssociationId", out.association_id()))
}

/// `DisassociateAddress`: AWS calls it idempotent.
pub static DISASSOCIATE_ADDRESS: Sender = Sender {
    op: Operation::write(Service::Ec2, "DisassociateAddress", Retry::Safe).with_dry_run(),
    send: |s| disassociate(s).boxed(),
};

async fn disassociate(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let association = args.text("AssociationId")?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.disassociate_address().association_id(association).set_dry_run(dry);
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), String::new()))
}

/// `ReleaseAddress`: sent twice, the second is refused (InvalidAllocationID.NotFound).
pub static RELEASE_ADDRESS: Sender = Sender {
    op: Operation::write(Service::Ec2, "ReleaseAddress", Retry::Never).with_dry_run(),
    send: |s| release(s).boxed(),
};

async fn release(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let address = args.text("AllocationId")?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.release_address().allocation_id(address).set_dry_run(dry);
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), String::new()))
}
