//! Changes and deletes network interfaces.

use aws_sdk_ec2::operation::RequestId;
use futures::future::FutureExt;

use super::instances::switch;
use crate::base::Fault;
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, of_one_id, sent};
use crate::model::{Operation, Retry, Service};

/// `ModifyNetworkInterfaceAttribute`: one attribute of one interface.
pub static MODIFY_NETWORK_INTERFACE_ATTRIBUTE: Sender = Sender {
    op: Operation::write(Service::Ec2, "ModifyNetworkInterfaceAttribute", Retry::Safe).with_dry_run(),
    send: |s| modify(s).boxed(),
};

async fn modify(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let id = args.text("NetworkInterfaceId")?;
    let groups = args.maybe_list("Groups", |a| a.as_str().map(str::to_string))?;
    let source_dest = args.maybe("SourceDestCheck", switch)?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.modify_network_interface_attribute().network_interface_id(id).set_groups(groups);
    let request = request.set_source_dest_check(source_dest).set_dry_run(dry);
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), String::new()))
}

of_one_id! {
    /// `DeleteNetworkInterface`: sent twice, the second is refused (InvalidNetworkInterfaceID.NotFound).
    DELETE_NETWORK_INTERFACE:
        Operation::write(Service::Ec2, "DeleteNetworkInterface", Retry::Never).with_dry_run(),
        delete_network_interface.network_interface_id("NetworkInterfaceId");
}
