//! Makes and deletes network ACLs and their entries, and says which subnet has which.

use aws_sdk_ec2::operation::RequestId;
use aws_sdk_ec2::types::{IcmpTypeCode, PortRange, RuleAction};
use futures::future::FutureExt;

use super::routes::NEW_ASSOCIATION;
use super::tags::tag_specification;
use crate::base::Fault;
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, of_one_id, sent};
use crate::model::{Arg, Operation, Retry, Service};

/// The ACL that `CreateNetworkAcl` makes.
pub const ACL_ID: &str = "NetworkAcl.NetworkAclId";

/// `CreateNetworkAcl`, with a client token.
pub static CREATE_NETWORK_ACL: Sender = Sender {
    op: Operation::write(Service::Ec2, "CreateNetworkAcl", Retry::Token).with_dry_run().with_outputs(&[ACL_ID]),
    send: |s| create(s).boxed(),
};

async fn create(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (vpc, token) = (args.text("VpcId")?, args.text("ClientToken")?);
    let tags = args.maybe_list("TagSpecifications", tag_specification)?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.create_network_acl().vpc_id(vpc).client_token(token).set_tag_specifications(tags);
    let out = deliver!(s, request.set_dry_run(dry))?;
    let id = out.network_acl().and_then(|a| a.network_acl_id());
    Ok(sent(out.request_id(), id.unwrap_or_default().to_string()).with(ACL_ID, id))
}

of_one_id! {
    /// `DeleteNetworkAcl`: sent twice, the second is refused (InvalidNetworkAclID.NotFound).
    DELETE_NETWORK_ACL:
        Operation::write(Service::Ec2, "DeleteNetworkAcl", Retry::Never).with_dry_run(),
        delete_network_acl.network_acl_id("NetworkAclId");
}

/// Two numbers of a structure that has nothing else.
fn pair(arg: &Arg, names: [&str; 2]) -> Option<(i32, i32)> {
    let Arg::Map(members) = arg else { return None };
    let number = |name| i32::try_from(arg.member(name)?.as_int()?).ok();
    (members.len() == 2).then(|| Some((number(names[0])?, number(names[1])?))).flatten()
}

fn ports(arg: &Arg) -> Option<PortRange> {
    let (from, to) = pair(arg, ["From", "To"])?;
    Some(PortRange::builder().from(from).to(to).build())
}

fn icmp(arg: &Arg) -> Option<IcmpTypeCode> {
    let (code, kind) = pair(arg, ["Code", "Type"])?;
    Some(IcmpTypeCode::builder().code(code).r#type(kind).build())
}

/// Declares an operation that says what an entry is.
macro_rules! puts_entry {
    ($doc:literal, $name:ident, $operation:literal, $retry:ident, $send:ident, $client:ident) => {
        #[doc = $doc]
        pub static $name: Sender = Sender {
            op: Operation::write(Service::Ec2, $operation, Retry::$retry).with_dry_run(),
            send: |s| $send(s).boxed(),
        };

        async fn $send(s: Outgoing) -> Result<Answer, Fault> {
            let mut args = Args::of(&s.call);
            let (acl, number) = (args.text("NetworkAclId")?, args.int("RuleNumber")?);
            let (egress, protocol) = (args.flag("Egress")?, args.text("Protocol")?);
            let action = RuleAction::from(args.text("RuleAction")?.as_str());
            let (four, six) = (args.maybe_text("CidrBlock")?, args.maybe_text("Ipv6CidrBlock")?);
            let (ports, icmp) = (args.maybe("PortRange", ports)?, args.maybe("IcmpTypeCode", icmp)?);
            args.end()?;
            let dry = s.dry_run()?;
            let client = s.gateway.ec2(&s.call.scope).await?;
            let request = client
                .$client()
                .network_acl_id(acl)
                .rule_number(number)
                .set_egress(egress)
                .protocol(protocol)
                .rule_action(action)
                .set_cidr_block(four)
                .set_ipv6_cidr_block(six)
                .set_port_range(ports)
                .set_icmp_type_code(icmp)
                .set_dry_run(dry);
            let out = deliver!(s, request)?;
            Ok(sent(out.request_id(), String::new()))
        }
    };
}

puts_entry!(
    "`CreateNetworkAclEntry`: sent twice, the second is refused (NetworkAclEntryAlreadyExists).",
    CREATE_NETWORK_ACL_ENTRY,
    "CreateNetworkAclEntry",
    Never,
    create_entry,
    create_network_acl_entry
);
puts_entry!(
    "`ReplaceNetworkAclEntry`: the same twice is the same once.",
    REPLACE_NETWORK_ACL_ENTRY,
    "ReplaceNetworkAclEntry",
    Safe,
    replace_entry,
    replace_network_acl_entry
);

/// `DeleteNetworkAclEntry`: sent twice, the second is refused (InvalidNetworkAclEntry.NotFound).
pub static DELETE_NETWORK_ACL_ENTRY: Sender = Sender {
    op: Operation::write(Service::Ec2, "DeleteNetworkAclEntry", Retry::Never).with_dry_run(),
    send: |s| delete_entry(s).boxed(),
};

async fn delete_entry(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (acl, number, egress) = (args.text("NetworkAclId")?, args.int("RuleNumber")?, args.flag("Egress")?);
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.delete_network_acl_entry().network_acl_id(acl).rule_number(number).set_egress(egress);
    let out = deliver!(s, request.set_dry_run(dry))?;
    Ok(sent(out.request_id(), String::new()))
}

/// `ReplaceNetworkAclAssociation`: the association is another one afterwards, so that the second of two is refused
/// (InvalidAssociationID.NotFound).
pub static REPLACE_NETWORK_ACL_ASSOCIATION: Sender = Sender {
    op: Operation::write(Service::Ec2, "ReplaceNetworkAclAssociation", Retry::Never)
        .with_dry_run()
        .with_outputs(&[NEW_ASSOCIATION]),
    send: |s| replace_association(s).boxed(),
};

async fn replace_association(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (id, acl) = (args.text("AssociationId")?, args.text("NetworkAclId")?);
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.replace_network_acl_association().association_id(id).network_acl_id(acl).set_dry_run(dry);
    let out = deliver!(s, request)?;
    let id = out.new_association_id();
    Ok(sent(out.request_id(), id.unwrap_or_default().to_string()).with(NEW_ASSOCIATION, id))
}
