//! Creates and deletes what VPCs refer to: DHCP options, prefix lists, flow logs, endpoints.

use aws_sdk_ec2::operation::RequestId;
use aws_sdk_ec2::types as sdk;
use futures::future::FutureExt;

use super::tags::tag_specification;
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, of_one_id, sent};
use crate::model::{Arg, Operation, Retry, Service};

/// What CreateDhcpOptions answers.
pub const DHCP_OPTIONS_ID: &str = "DhcpOptions.DhcpOptionsId";
/// What CreateManagedPrefixList answers.
pub const PREFIX_LIST_ID: &str = "PrefixList.PrefixListId";
/// What CreateFlowLogs answers.
pub const FLOW_LOG_IDS: &str = "FlowLogIds[]";
/// What CreateVpcEndpoint answers.
pub const ENDPOINT_ID: &str = "VpcEndpoint.VpcEndpointId";

/// Fails where AWS answers that it could not do all that was asked for.
fn all_done(op: &Operation, failed: &[sdk::UnsuccessfulItem]) -> Result<(), Fault> {
    let Some(first) = failed.first() else { return Ok(()) };
    let error = first.error();
    let words = [error.and_then(|e| e.code()), error.and_then(|e| e.message())];
    let words: Vec<&str> = words.into_iter().flatten().collect();
    let what = first.resource_id().unwrap_or("one");
    Err(Fault::new(FaultKind::Invalid, format!("{what}: {}", words.join(": "))).of(op.service.sdk_id(), op.name))
}

/// `CreateDhcpOptions`: it has no client token.
pub static CREATE_DHCP_OPTIONS: Sender = Sender {
    op: Operation::write(Service::Ec2, "CreateDhcpOptions", Retry::Never)
        .with_dry_run()
        .with_outputs(&[DHCP_OPTIONS_ID]),
    send: |s| create_dhcp(s).boxed(),
};

async fn create_dhcp(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let options = args.list("DhcpConfigurations", |o| {
        let Arg::List(values) = o.member("Values")? else { return None };
        let values: Vec<String> = values.iter().map(|v| v.as_str().map(str::to_string)).collect::<Option<_>>()?;
        Some(sdk::NewDhcpConfiguration::builder().key(o.member("Key")?.as_str()?).set_values(Some(values)).build())
    })?;
    let tags = args.maybe_list("TagSpecifications", tag_specification)?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.create_dhcp_options().set_dhcp_configurations(Some(options)).set_tag_specifications(tags);
    let out = deliver!(s, request.set_dry_run(dry))?;
    let id = out.dhcp_options().and_then(|o| o.dhcp_options_id());
    Ok(sent(out.request_id(), id.unwrap_or_default().into()).with(DHCP_OPTIONS_ID, id))
}

/// `AssociateDhcpOptions`: a VPC has one set, so that twice is once.
pub static ASSOCIATE_DHCP_OPTIONS: Sender = Sender {
    op: Operation::write(Service::Ec2, "AssociateDhcpOptions", Retry::Safe).with_dry_run(),
    send: |s| associate_dhcp(s).boxed(),
};

async fn associate_dhcp(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (id, vpc) = (args.text("DhcpOptionsId")?, args.text("VpcId")?);
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let out = deliver!(s, client.associate_dhcp_options().dhcp_options_id(id).vpc_id(vpc).set_dry_run(dry))?;
    Ok(sent(out.request_id(), String::new()))
}

of_one_id! {
    /// `DeleteDhcpOptions`: sent twice, the second is refused (InvalidDhcpOptionID.NotFound).
    DELETE_DHCP_OPTIONS:
        Operation::write(Service::Ec2, "DeleteDhcpOptions", Retry::Never).with_dry_run(),
        delete_dhcp_options.dhcp_options_id("DhcpOptionsId");
}

/// A range with what it is for, of a prefix list.
fn entry(e: &Arg) -> Option<sdk::AddPrefixListEntry> {
    let text = e.member("Description").and_then(Arg::as_str).map(str::to_string);
    Some(sdk::AddPrefixListEntry::builder().cidr(e.member("Cidr")?.as_str()?).set_description(text).build())
}

/// `CreateManagedPrefixList`: its client token makes it one list, however often it is sent.
pub static CREATE_PREFIX_LIST: Sender = Sender {
    op: Operation::write(Service::Ec2, "CreateManagedPrefixList", Retry::Token)
        .with_dry_run()
        .with_outputs(&[PREFIX_LIST_ID]),
    send: |s| create_prefix_list(s).boxed(),
};

async fn create_prefix_list(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let name = args.text("PrefixListName")?;
    let family = args.text("AddressFamily")?;
    let most = args.int("MaxEntries")?;
    let entries = args.maybe_list("Entries", entry)?;
    let token = args.text("ClientToken")?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client
        .create_managed_prefix_list()
        .prefix_list_name(name)
        .address_family(family)
        .max_entries(most)
        .set_entries(entries)
        .client_token(token)
        .set_dry_run(dry);
    let out = deliver!(s, request)?;
    let id = out.prefix_list().and_then(|p| p.prefix_list_id());
    Ok(sent(out.request_id(), id.unwrap_or_default().into()).with(PREFIX_LIST_ID, id))
}

/// `ModifyManagedPrefixList`: sent twice, the second is refused, since its version is no longer the current one.
pub static MODIFY_PREFIX_LIST: Sender = Sender {
    op: Operation::write(Service::Ec2, "ModifyManagedPrefixList", Retry::Never).with_dry_run(),
    send: |s| modify_prefix_list(s).boxed(),
};

async fn modify_prefix_list(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let id = args.text("PrefixListId")?;
    let version = args.maybe("CurrentVersion", Arg::as_int)?;
    let (name, most) = (args.maybe_text("PrefixListName")?, args.maybe_int("MaxEntries")?);
    let add = args.maybe_list("AddEntries", entry)?;
    let remove = args.maybe_list("RemoveEntries", |e| {
        Some(sdk::RemovePrefixListEntry::builder().cidr(e.member("Cidr")?.as_str()?).build())
    })?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client
        .modify_managed_prefix_list()
        .prefix_list_id(id)
        .set_current_version(version)
        .set_prefix_list_name(name)
        .set_max_entries(most)
        .set_add_entries(add)
        .set_remove_entries(remove)
        .set_dry_run(dry);
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), String::new()))
}

of_one_id! {
    /// `DeleteManagedPrefixList`: sent twice, the second is refused.
    DELETE_PREFIX_LIST:
        Operation::write(Service::Ec2, "DeleteManagedPrefixList", Retry::Never).with_dry_run(),
        delete_managed_prefix_list.prefix_list_id("PrefixListId");
}

/// `CreateFlowLogs`: its client token makes it one creation, however often it is sent.
pub static CREATE_FLOW_LOGS: Sender = Sender {
    op: Operation::write(Service::Ec2, "CreateFlowLogs", Retry::Token).with_dry_run().with_outputs(&[FLOW_LOG_IDS]),
    send: |s| create_flow_logs(s).boxed(),
};

async fn create_flow_logs(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let kind = args.text("ResourceType")?;
    let ids = args.texts("ResourceIds")?;
    let traffic = args.text("TrafficType")?;
    let to = args.text("LogDestinationType")?;
    let (destination, group) = (args.maybe_text("LogDestination")?, args.maybe_text("LogGroupName")?);
    let role = args.maybe_text("DeliverLogsPermissionArn")?;
    let interval = args.int("MaxAggregationInterval")?;
    let tags = args.maybe_list("TagSpecifications", tag_specification)?;
    let token = args.text("ClientToken")?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client
        .create_flow_logs()
        .resource_type(kind.as_str().into())
        .set_resource_ids(Some(ids))
        .traffic_type(traffic.as_str().into())
        .log_destination_type(to.as_str().into())
        .set_log_destination(destination)
        .set_log_group_name(group)
        .set_deliver_logs_permission_arn(role)
        .max_aggregation_interval(interval)
        .set_tag_specifications(tags)
        .client_token(token)
        .set_dry_run(dry);
    let out = deliver!(s, request)?;
    all_done(s.call.op, out.unsuccessful())?;
    let ids = out.flow_log_ids();
    Ok(sent(out.request_id(), ids.join(", ")).with(FLOW_LOG_IDS, Some(ids.join("\t").as_str())))
}

/// `DeleteFlowLogs`: sent twice, the second finds none.
pub static DELETE_FLOW_LOGS: Sender = Sender {
    op: Operation::write(Service::Ec2, "DeleteFlowLogs", Retry::Never).with_dry_run(),
    send: |s| delete_flow_logs(s).boxed(),
};

async fn delete_flow_logs(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let ids = args.texts("FlowLogIds")?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let out = deliver!(s, client.delete_flow_logs().set_flow_log_ids(Some(ids)).set_dry_run(dry))?;
    all_done(s.call.op, out.unsuccessful())?;
    Ok(sent(out.request_id(), String::new()))
}

/// `CreateVpcEndpoint`: its client token makes it one endpoint, however often it is sent.
pub static CREATE_ENDPOINT: Sender = Sender {
    op: Operation::write(Service::Ec2, "CreateVpcEndpoint", Retry::Token).with_dry_run().with_outputs(&[ENDPOINT_ID]),
    send: |s| create_endpoint(s).boxed(),
};

async fn create_endpoint(s: Outgoing) -> Result<Answer, Fault> {
    let texts = |a: &Arg| a.as_str().map(str::to_string);
    let mut args = Args::of(&s.call);
    let kind = args.text("VpcEndpointType")?;
    let (vpc, service) = (args.text("VpcId")?, args.text("ServiceName")?);
    let tables = args.maybe_list("RouteTableIds", texts)?;
    let subnets = args.maybe_list("SubnetIds", texts)?;
    let groups = args.maybe_list("SecurityGroupIds", texts)?;
    let private_dns = args.flag("PrivateDnsEnabled")?;
    let tags = args.maybe_list("TagSpecifications", tag_specification)?;
    let token = args.text("ClientToken")?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client
        .create_vpc_endpoint()
        .vpc_endpoint_type(kind.as_str().into())
        .vpc_id(vpc)
        .service_name(service)
        .set_route_table_ids(tables)
        .set_subnet_ids(subnets)
        .set_security_group_ids(groups)
        .set_private_dns_enabled(private_dns)
        .set_tag_specifications(tags)
        .client_token(token)
        .set_dry_run(dry);
    let out = deliver!(s, request)?;
    let id = out.vpc_endpoint().and_then(|e| e.vpc_endpoint_id());
    Ok(sent(out.request_id(), id.unwrap_or_default().into()).with(ENDPOINT_ID, id))
}

/// `DeleteVpcEndpoints`: sent twice, the second finds none.
pub static DELETE_ENDPOINTS: Sender = Sender {
    op: Operation::write(Service::Ec2, "DeleteVpcEndpoints", Retry::Never).with_dry_run(),
    send: |s| delete_endpoints(s).boxed(),
};

async fn delete_endpoints(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let ids = args.texts("VpcEndpointIds")?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let out = deliver!(s, client.delete_vpc_endpoints().set_vpc_endpoint_ids(Some(ids)).set_dry_run(dry))?;
    all_done(s.call.op, out.unsuccessful())?;
    Ok(sent(out.request_id(), String::new()))
}
