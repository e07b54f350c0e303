//! Requests, accepts, rejects and deletes peering connections.

use aws_sdk_ec2::operation::RequestId;
use futures::future::FutureExt;

use super::tags::tag_specification;
use crate::base::Fault;
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, sent};
use crate::model::{Operation, Retry, Service};

/// What CreateVpcPeeringConnection answers.
pub const PEERING_ID: &str = "VpcPeeringConnection.VpcPeeringConnectionId";

/// `CreateVpcPeeringConnection`: it has no client token.
pub static CREATE_PEERING: Sender = Sender {
    op: Operation::write(Service::Ec2, "CreateVpcPeeringConnection", Retry::Never)
        .with_dry_run()
        .with_outputs(&[PEERING_ID]),
    send: |s| create(s).boxed(),
};

async fn create(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (vpc, peer) = (args.text("VpcId")?, args.text("PeerVpcId")?);
    let (owner, region) = (args.maybe_text("PeerOwnerId")?, args.maybe_text("PeerRegion")?);
    let tags = args.maybe_list("TagSpecifications", tag_specification)?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client
        .create_vpc_peering_connection()
        .vpc_id(vpc)
        .peer_vpc_id(peer)
        .set_peer_owner_id(owner)
        .set_peer_region(region)
        .set_tag_specifications(tags)
        .set_dry_run(dry);
    let out = deliver!(s, request)?;
    let id = out.vpc_peering_connection().and_then(|p| p.vpc_peering_connection_id());
    Ok(sent(out.request_id(), id.unwrap_or_default().into()).with(PEERING_ID, id))
}

/// The id: all that the other calls say.
fn id(s: &Outgoing) -> Result<String, Fault> {
    let mut args = Args::of(&s.call);
    let id = args.text("VpcPeeringConnectionId")?;
    args.end()?;
    Ok(id)
}

/// `AcceptVpcPeeringConnection`: sent twice, the second is refused.
pub static ACCEPT_PEERING: Sender = Sender {
    op: Operation::write(Service::Ec2, "AcceptVpcPeeringConnection", Retry::Never).with_dry_run(),
    send: |s| accept(s).boxed(),
};

async fn accept(s: Outgoing) -> Result<Answer, Fault> {
    let (id, dry) = (id(&s)?, s.dry_run()?);
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.accept_vpc_peering_connection().vpc_peering_connection_id(id).set_dry_run(dry);
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), String::new()))
}

/// `RejectVpcPeeringConnection`: sent twice, the second is refused.
pub static REJECT_PEERING: Sender = Sender {
    op: Operation::write(Service::Ec2, "RejectVpcPeeringConnection", Retry::Never).with_dry_run(),
    send: |s| reject(s).boxed(),
};

async fn reject(s: Outgoing) -> Result<Answer, Fault> {
    let (id, dry) = (id(&s)?, s.dry_run()?);
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.reject_vpc_peering_connection().vpc_peering_connection_id(id).set_dry_run(dry);
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), String::new()))
}

/// `DeleteVpcPeeringConnection`: sent twice, the second is refused.
pub static DELETE_PEERING: Sender = Sender {
    op: Operation::write(Service::Ec2, "DeleteVpcPeeringConnection", Retry::Never).with_dry_run(),
    send: |s| delete(s).boxed(),
};

async fn delete(s: Outgoing) -> Result<Answer, Fault> {
    let (id, dry) = (id(&s)?, s.dry_run()?);
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.delete_vpc_peering_connection().vpc_peering_connection_id(id).set_dry_run(dry);
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), String::new()))
}
