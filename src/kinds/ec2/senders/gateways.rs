//! Makes, attaches, detaches and deletes internet gateways.

use aws_sdk_ec2::operation::RequestId;
use futures::future::FutureExt;

use super::tags::tag_specification;
use crate::base::Fault;
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, of_one_id, sent};
use crate::model::{Operation, Retry, Service};

/// `AttachInternetGateway`: sent twice, the second is refused (Resource.AlreadyAssociated).
pub static ATTACH_INTERNET_GATEWAY: Sender = Sender {
    op: Operation::write(Service::Ec2, "AttachInternetGateway", Retry::Never).with_dry_run(),
    send: |s| attach(s).boxed(),
};

async fn attach(s: Outgoing) -> Result<Answer, Fault> {
    let (gateway, vpc) = pair(&s)?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.attach_internet_gateway().internet_gateway_id(gateway).vpc_id(vpc).set_dry_run(dry);
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), String::new()))
}

/// `DetachInternetGateway`: sent twice, the second is refused (Gateway.NotAttached).
pub static DETACH_INTERNET_GATEWAY: Sender = Sender {
    op: Operation::write(Service::Ec2, "DetachInternetGateway", Retry::Never).with_dry_run(),
    send: |s| detach(s).boxed(),
};

async fn detach(s: Outgoing) -> Result<Answer, Fault> {
    let (gateway, vpc) = pair(&s)?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.detach_internet_gateway().internet_gateway_id(gateway).vpc_id(vpc).set_dry_run(dry);
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), String::new()))
}

/// The gateway and the VPC: all that both calls say.
fn pair(s: &Outgoing) -> Result<(String, String), Fault> {
    let mut args = Args::of(&s.call);
    let pair = (args.text("InternetGatewayId")?, args.text("VpcId")?);
    args.end()?;
    Ok(pair)
}

/// The gateway that `CreateInternetGateway` makes.
pub const GATEWAY_ID: &str = "InternetGateway.InternetGatewayId";

/// `CreateInternetGateway`: it has no client token, so that two are made of two.
pub static CREATE_INTERNET_GATEWAY: Sender = Sender {
    op: Operation::write(Service::Ec2, "CreateInternetGateway", Retry::Never)
        .with_dry_run()
        .with_outputs(&[GATEWAY_ID]),
    send: |s| create(s).boxed(),
};

async fn create(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let tags = args.maybe_list("TagSpecifications", tag_specification)?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let out = deliver!(s, client.create_internet_gateway().set_tag_specifications(tags).set_dry_run(dry))?;
    let id = out.internet_gateway().and_then(|g| g.internet_gateway_id());
    Ok(sent(out.request_id(), id.unwrap_or_default().to_string()).with(GATEWAY_ID, id))
}

of_one_id! {
    /// `DeleteInternetGateway`: sent twice, the second is refused (InvalidInternetGatewayID.NotFound).
    DELETE_INTERNET_GATEWAY:
        Operation::write(Service::Ec2, "DeleteInternetGateway", Retry::Never).with_dry_run(),
        delete_internet_gateway.internet_gateway_id("InternetGatewayId");
}
