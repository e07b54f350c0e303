//! Creates and deletes NAT gateways and egress-only internet gateways, and makes the default VPC.

use aws_sdk_ec2::operation::RequestId;
use aws_sdk_ec2::types::AvailabilityMode;
use futures::future::FutureExt;

use super::tags::tag_specification;
use crate::base::Fault;
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, of_one_id, sent};
use crate::model::{Operation, Retry, Service};

/// What CreateNatGateway answers.
pub const NAT_GATEWAY_ID: &str = "NatGateway.NatGatewayId";
/// What CreateEgressOnlyInternetGateway answers.
pub const EGRESS_ONLY_ID: &str = "EgressOnlyInternetGateway.EgressOnlyInternetGatewayId";
/// What CreateDefaultVpc answers.
pub const DEFAULT_VPC_ID: &str = "Vpc.VpcId";

/// `CreateNatGateway`: its client token makes it one gateway, however often it is sent.
pub static CREATE_NAT_GATEWAY: Sender = Sender {
    op: Operation::write(Service::Ec2, "CreateNatGateway", Retry::Token).with_dry_run().with_outputs(&[NAT_GATEWAY_ID]),
    send: |s| create(s).boxed(),
};

async fn create(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    // A zonal one has a subnet, a regional one a VPC.
    let (subnet, vpc) = (args.maybe_text("SubnetId")?, args.maybe_text("VpcId")?);
    let mode = args.maybe_text("AvailabilityMode")?.map(|m| AvailabilityMode::from(m.as_str()));
    let connectivity = args.text("ConnectivityType")?;
    let allocation = args.maybe_text("AllocationId")?;
    let tags = args.maybe_list("TagSpecifications", tag_specification)?;
    let token = args.text("ClientToken")?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client
        .create_nat_gateway()
        .set_subnet_id(subnet)
        .set_vpc_id(vpc)
        .set_availability_mode(mode)
        .connectivity_type(connectivity.as_str().into())
        .set_allocation_id(allocation)
        .set_tag_specifications(tags)
        .client_token(token)
        .set_dry_run(dry);
    let out = deliver!(s, request)?;
    let id = out.nat_gateway().and_then(|g| g.nat_gateway_id());
    Ok(sent(out.request_id(), id.unwrap_or_default().into()).with(NAT_GATEWAY_ID, id))
}

of_one_id! {
    /// `DeleteNatGateway`: sent twice, the second is refused once it is no longer listed.
    DELETE_NAT_GATEWAY:
        Operation::write(Service::Ec2, "DeleteNatGateway", Retry::Never).with_dry_run(),
        delete_nat_gateway.nat_gateway_id("NatGatewayId");
}

/// `CreateEgressOnlyInternetGateway`: its client token makes it one gateway, however often it is sent.
pub static CREATE_EGRESS_ONLY: Sender = Sender {
    op: Operation::write(Service::Ec2, "CreateEgressOnlyInternetGateway", Retry::Token)
        .with_dry_run()
        .with_outputs(&[EGRESS_ONLY_ID]),
    send: |s| create_egress_only(s).boxed(),
};

async fn create_egress_only(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let vpc = args.text("VpcId")?;
    let tags = args.maybe_list("TagSpecifications", tag_specification)?;
    let token = args.text("ClientToken")?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.create_egress_only_internet_gateway().vpc_id(vpc).set_tag_specifications(tags);
    let out = deliver!(s, request.client_token(token).set_dry_run(dry))?;
    let id = out.egress_only_internet_gateway().and_then(|g| g.egress_only_internet_gateway_id());
    Ok(sent(out.request_id(), id.unwrap_or_default().into()).with(EGRESS_ONLY_ID, id))
}

of_one_id! {
    /// `DeleteEgressOnlyInternetGateway`: sent twice, the second is refused (InvalidGatewayID.NotFound).
    DELETE_EGRESS_ONLY:
        Operation::write(Service::Ec2, "DeleteEgressOnlyInternetGateway", Retry::Never).with_dry_run(),
        delete_egress_only_internet_gateway.egress_only_internet_gateway_id("EgressOnlyInternetGatewayId");
}

/// `CreateDefaultVpc`: sent twice, the second is refused (DefaultVpcAlreadyExists).
pub static CREATE_DEFAULT_VPC: Sender = Sender {
    op: Operation::write(Service::Ec2, "CreateDefaultVpc", Retry::Never).with_dry_run().with_outputs(&[DEFAULT_VPC_ID]),
    send: |s| create_default_vpc(s).boxed(),
};

async fn create_default_vpc(s: Outgoing) -> Result<Answer, Fault> {
    Args::of(&s.call).end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let out = deliver!(s, client.create_default_vpc().set_dry_run(dry))?;
    let id = out.vpc().and_then(|v| v.vpc_id());
    Ok(sent(out.request_id(), id.unwrap_or_default().into()).with(DEFAULT_VPC_ID, id))
}
