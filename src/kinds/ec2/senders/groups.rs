//! Creates and deletes security groups, and changes their rules.

use aws_sdk_ec2::operation::RequestId;
use aws_sdk_ec2::types::{IpPermission, IpRange, Ipv6Range, PrefixListId, UserIdGroupPair};
use futures::future::FutureExt;

use super::tags::tag_specification;
use crate::base::Fault;
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, of_one_id, sent};
use crate::model::{Arg, Operation, Retry, Service};

/// `CreateSecurityGroup`: sent twice, the second is refused (InvalidGroup.Duplicate).
pub static CREATE_SECURITY_GROUP: Sender = Sender {
    op: Operation::write(Service::Ec2, "CreateSecurityGroup", Retry::Never).with_dry_run().with_outputs(&["GroupId"]),
    send: |s| create(s).boxed(),
};

async fn create(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (name, description) = (args.text("GroupName")?, args.text("Description")?);
    let vpc = args.maybe_text("VpcId")?;
    let tags = args.maybe_list("TagSpecifications", tag_specification)?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.create_security_group().group_name(name).description(description).set_vpc_id(vpc);
    let request = request.set_tag_specifications(tags).set_dry_run(dry);
    let out = deliver!(s, request)?;
    let id = out.group_id().unwrap_or_default().to_string();
    Ok(sent(out.request_id(), id).with("GroupId", out.group_id()))
}

of_one_id! {
    /// `DeleteSecurityGroup`: sent twice, the second is refused (InvalidGroup.NotFound).
    DELETE_SECURITY_GROUP:
        Operation::write(Service::Ec2, "DeleteSecurityGroup", Retry::Never).with_dry_run(),
        delete_security_group.group_id("GroupId");
}

/// Declares an operation that takes a group and rules, and what sends it.
macro_rules! of_rules {
    ($doc:literal, $name:ident, $operation:literal, $retry:ident, $send:ident, $client:ident) => {
        #[doc = $doc]
        pub static $name: Sender = Sender {
            op: Operation::write(Service::Ec2, $operation, Retry::$retry).with_dry_run(),
            send: |s| $send(s).boxed(),
        };

        async fn $send(s: Outgoing) -> Result<Answer, Fault> {
            let mut args = Args::of(&s.call);
            let id = args.text("GroupId")?;
            let rules = args.list("IpPermissions", permission)?;
            args.end()?;
            let dry = s.dry_run()?;
            let client = s.gateway.ec2(&s.call.scope).await?;
            let request = client.$client().group_id(id).set_ip_permissions(Some(rules)).set_dry_run(dry);
            let out = deliver!(s, request)?;
            Ok(sent(out.request_id(), String::new()))
        }
    };
}

of_rules!(
    "`AuthorizeSecurityGroupIngress`: sent twice, the second is refused (InvalidPermission.Duplicate).",
    AUTHORIZE_INGRESS,
    "AuthorizeSecurityGroupIngress",
    Never,
    authorize_ingress,
    authorize_security_group_ingress
);
of_rules!(
    "`AuthorizeSecurityGroupEgress`: sent twice, the second is refused (InvalidPermission.Duplicate).",
    AUTHORIZE_EGRESS,
    "AuthorizeSecurityGroupEgress",
    Never,
    authorize_egress,
    authorize_security_group_egress
);
of_rules!(
    "`RevokeSecurityGroupIngress`: sent twice, the second is refused (InvalidPermission.NotFound).",
    REVOKE_INGRESS,
    "RevokeSecurityGroupIngress",
    Never,
    revoke_ingress,
    revoke_security_group_ingress
);
of_rules!(
    "`RevokeSecurityGroupEgress`: sent twice, the second is refused (InvalidPermission.NotFound).",
    REVOKE_EGRESS,
    "RevokeSecurityGroupEgress",
    Never,
    revoke_egress,
    revoke_security_group_egress
);
of_rules!(
    "`UpdateSecurityGroupRuleDescriptionsIngress`: what is said of rules that are there.",
    DESCRIBE_INGRESS,
    "UpdateSecurityGroupRuleDescriptionsIngress",
    Safe,
    describe_ingress,
    update_security_group_rule_descriptions_ingress
);
of_rules!(
    "`UpdateSecurityGroupRuleDescriptionsEgress`: what is said of rules that are there.",
    DESCRIBE_EGRESS,
    "UpdateSecurityGroupRuleDescriptionsEgress",
    Safe,
    describe_egress,
    update_security_group_rule_descriptions_egress
);

/// One `IpPermission`, and nothing else in it.
fn permission(arg: &Arg) -> Option<IpPermission> {
    let Arg::Map(members) = arg else { return None };
    let port = |name: &str| match arg.member(name) {
        Some(n) => Some(Some(i32::try_from(n.as_int()?).ok()?)),
        None => Some(None),
    };
    let list = |name: &str| match arg.member(name) {
        Some(Arg::List(items)) => items.clone(),
        _ => Vec::new(),
    };
    let said = |item: &Arg| item.member("Description").and_then(Arg::as_str).map(str::to_string);
    let peer = |item: &Arg, name: &str| -> Option<String> {
        let Arg::Map(members) = item else { return None };
        let known = 1 + usize::from(item.member("Description").is_some());
        (members.len() == known).then_some(())?;
        item.member(name)?.as_str().map(str::to_string)
    };
    let mut out = IpPermission::builder().ip_protocol(arg.member("IpProtocol")?.as_str()?);
    out = out.set_from_port(port("FromPort")?).set_to_port(port("ToPort")?);
    for item in &list("IpRanges") {
        let range = IpRange::builder().cidr_ip(peer(item, "CidrIp")?).set_description(said(item));
        out = out.ip_ranges(range.build());
    }
    for item in &list("Ipv6Ranges") {
        let range = Ipv6Range::builder().cidr_ipv6(peer(item, "CidrIpv6")?).set_description(said(item));
        out = out.ipv6_ranges(range.build());
    }
    for item in &list("UserIdGroupPairs") {
        let group = UserIdGroupPair::builder().group_id(peer(item, "GroupId")?).set_description(said(item));
        out = out.user_id_group_pairs(group.build());
    }
    for item in &list("PrefixListIds") {
        let list = PrefixListId::builder().prefix_list_id(peer(item, "PrefixListId")?).set_description(said(item));
        out = out.prefix_list_ids(list.build());
    }
    const KNOWN: [&str; 7] =
        ["IpProtocol", "FromPort", "ToPort", "IpRanges", "Ipv6Ranges", "UserIdGroupPairs", "PrefixListIds"];
    members.iter().all(|(name, _)| KNOWN.contains(name)).then(|| out.build())
}
