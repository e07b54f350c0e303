//! Makes, changes and deletes VPCs and subnets.

use aws_sdk_ec2::operation::RequestId;
use aws_sdk_ec2::types::Tenancy;
use futures::future::FutureExt;

use super::instances::switch;
use super::tags::tag_specification;
use crate::base::Fault;
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, of_one_id, sent};
use crate::model::{Operation, Retry, Service};

/// The VPC that `CreateVpc` makes.
pub const VPC_ID: &str = "Vpc.VpcId";
/// The subnet that `CreateSubnet` makes.
pub const SUBNET_ID: &str = "Subnet.SubnetId";
/// The association of a range that `AssociateVpcCidrBlock` makes.
pub const CIDR_ASSOCIATION: &str = "CidrBlockAssociation.AssociationId";
/// The same of a range of IPv6.
pub const IPV6_CIDR_ASSOCIATION: &str = "Ipv6CidrBlockAssociation.AssociationId";

/// `CreateVpc`: it has no client token, so that two are made of two.
pub static CREATE_VPC: Sender = Sender {
    op: Operation::write(Service::Ec2, "CreateVpc", Retry::Never).with_dry_run().with_outputs(&[VPC_ID]),
    send: |s| create_vpc(s).boxed(),
};

async fn create_vpc(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (cidr, six) = (args.text("CidrBlock")?, args.flag("AmazonProvidedIpv6CidrBlock")?);
    let tenancy = args.maybe_text("InstanceTenancy")?.map(|t| Tenancy::from(t.as_str()));
    let tags = args.maybe_list("TagSpecifications", tag_specification)?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.create_vpc().cidr_block(cidr).set_amazon_provided_ipv6_cidr_block(six);
    let request = request.set_instance_tenancy(tenancy).set_tag_specifications(tags).set_dry_run(dry);
    let out = deliver!(s, request)?;
    let id = out.vpc().and_then(|v| v.vpc_id());
    Ok(sent(out.request_id(), id.unwrap_or_default().to_string()).with(VPC_ID, id))
}

of_one_id! {
    /// `DeleteVpc`: sent twice, the second is refused (InvalidVpcID.NotFound).
    DELETE_VPC:
        Operation::write(Service::Ec2, "DeleteVpc", Retry::Never).with_dry_run(),
        delete_vpc.vpc_id("VpcId");
}

/// `ModifyVpcAttribute`: one attribute of one VPC. It has no dry run.
pub static MODIFY_VPC_ATTRIBUTE: Sender =
    Sender { op: Operation::write(Service::Ec2, "ModifyVpcAttribute", Retry::Safe), send: |s| modify_vpc(s).boxed() };

async fn modify_vpc(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let id = args.text("VpcId")?;
    let support = args.maybe("EnableDnsSupport", switch)?;
    let names = args.maybe("EnableDnsHostnames", switch)?;
    args.end()?;
    s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.modify_vpc_attribute().vpc_id(id).set_enable_dns_support(support);
    let out = deliver!(s, request.set_enable_dns_hostnames(names))?;
    Ok(sent(out.request_id(), String::new()))
}

/// `AssociateVpcCidrBlock`: a further range. The second of two is refused (InvalidVpc.Range: it overlaps the first); of IPv6 there would be
/// two. It has no dry run.
pub static ASSOCIATE_VPC_CIDR_BLOCK: Sender = Sender {
    op: Operation::write(Service::Ec2, "AssociateVpcCidrBlock", Retry::Never)
        .with_outputs(&[CIDR_ASSOCIATION, IPV6_CIDR_ASSOCIATION]),
    send: |s| associate_cidr(s).boxed(),
};

async fn associate_cidr(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (vpc, cidr) = (args.text("VpcId")?, args.maybe_text("CidrBlock")?);
    let six = args.flag("AmazonProvidedIpv6CidrBlock")?;
    args.end()?;
    s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.associate_vpc_cidr_block().vpc_id(vpc).set_cidr_block(cidr);
    let out = deliver!(s, request.set_amazon_provided_ipv6_cidr_block(six))?;
    let four = out.cidr_block_association().and_then(|a| a.association_id());
    let six = out.ipv6_cidr_block_association().and_then(|a| a.association_id());
    let text = four.or(six).unwrap_or_default().to_string();
    Ok(sent(out.request_id(), text).with(CIDR_ASSOCIATION, four).with(IPV6_CIDR_ASSOCIATION, six))
}

/// `DisassociateVpcCidrBlock`: sent twice, the second is refused (InvalidVpcCidrBlockAssociationID.NotFound). It has no dry run.
pub static DISASSOCIATE_VPC_CIDR_BLOCK: Sender = Sender {
    op: Operation::write(Service::Ec2, "DisassociateVpcCidrBlock", Retry::Never),
    send: |s| disassociate_cidr(s).boxed(),
};

async fn disassociate_cidr(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let id = args.text("AssociationId")?;
    args.end()?;
    s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let out = deliver!(s, client.disassociate_vpc_cidr_block().association_id(id))?;
    Ok(sent(out.request_id(), String::new()))
}

/// `CreateSubnet`: sent twice, the second is refused (InvalidSubnet.Conflict).
pub static CREATE_SUBNET: Sender = Sender {
    op: Operation::write(Service::Ec2, "CreateSubnet", Retry::Never).with_dry_run().with_outputs(&[SUBNET_ID]),
    send: |s| create_subnet(s).boxed(),
};

async fn create_subnet(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (vpc, cidr) = (args.text("VpcId")?, args.text("CidrBlock")?);
    let (zone, six) = (args.maybe_text("AvailabilityZone")?, args.maybe_text("Ipv6CidrBlock")?);
    let tags = args.maybe_list("TagSpecifications", tag_specification)?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.create_subnet().vpc_id(vpc).cidr_block(cidr).set_availability_zone(zone);
    let request = request.set_ipv6_cidr_block(six).set_tag_specifications(tags).set_dry_run(dry);
    let out = deliver!(s, request)?;
    let id = out.subnet().and_then(|v| v.subnet_id());
    Ok(sent(out.request_id(), id.unwrap_or_default().to_string()).with(SUBNET_ID, id))
}

of_one_id! {
    /// `DeleteSubnet`: sent twice, the second is refused (InvalidSubnetID.NotFound).
    DELETE_SUBNET:
        Operation::write(Service::Ec2, "DeleteSubnet", Retry::Never).with_dry_run(),
        delete_subnet.subnet_id("SubnetId");
}

/// `ModifySubnetAttribute`: whether instances get public addresses at launch. It has no dry run.
pub static MODIFY_SUBNET_ATTRIBUTE: Sender = Sender {
    op: Operation::write(Service::Ec2, "ModifySubnetAttribute", Retry::Safe),
    send: |s| modify_subnet(s).boxed(),
};

async fn modify_subnet(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let id = args.text("SubnetId")?;
    let public = args.maybe("MapPublicIpOnLaunch", switch)?;
    let six = args.maybe("AssignIpv6AddressOnCreation", switch)?;
    args.end()?;
    s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.modify_subnet_attribute().subnet_id(id).set_map_public_ip_on_launch(public);
    let out = deliver!(s, request.set_assign_ipv6_address_on_creation(six))?;
    Ok(sent(out.request_id(), String::new()))
}
