//! Flow logs: Create, Describe, Delete. Nothing is written where they go.
//!
//! <https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html>

use arcstr::ArcStr;

use super::checks::dry_run;
use super::filter::Filters;
use super::network::wanted;
use super::page::Page;
use super::state::{FlowLog, State};
use super::{client_token, tags};
use crate::sandbox::wire::{ApiError, Call, Reply, Tree};
use crate::sandbox::world::World;

/// The fields of a record, if none are given. [AWS: flow log records]
pub(super) const FORMAT: &str = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}";

fn tree(f: &FlowLog) -> Tree {
    Tree::map([
        ("FlowLogId", (&f.id).into()),
        ("FlowLogStatus", "ACTIVE".into()),
        ("ResourceId", (&f.resource).into()),
        ("TrafficType", (&f.traffic).into()),
        ("LogDestinationType", (&f.to).into()),
        ("LogDestination", f.destination.as_ref().into()),
        ("LogGroupName", f.group.as_ref().into()),
        ("DeliverLogsPermissionArn", f.role.as_ref().into()),
        ("DeliverLogsStatus", "SUCCESS".into()),
        ("LogFormat", (&f.format).into()),
        ("MaxAggregationInterval", f.interval.into()),
        ("CreationTime", f.created.into()),
        ("Tags", tags::tree(&f.tags)),
    ])
}

fn missing(name: &str) -> ApiError {
    ApiError::new("MissingParameter", format!("The request must contain the parameter {name}"))
}

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidParameter", message)
}

/// Whether what flow logs are to be of is there.
fn is_there(state: &State, kind: &str, id: &str) -> bool {
    match kind {
        "VPC" => state.vpcs.contains_key(id),
        "Subnet" => state.subnets.contains_key(id),
        "NetworkInterface" => {
            state.service_interfaces.contains_key(id) || state.instances.values().any(|i| i.interface == id)
        }
        "TransitGatewayAttachment" => state.transit_attachments.contains_key(id),
        _ => false,
    }
}

fn unsuccessful(id: &str, code: &str, message: String) -> Tree {
    Tree::map([("ResourceId", id.into()), ("Error", Tree::map([("Code", code.into()), ("Message", message.into())]))])
}

/// CreateFlowLogs: one for each resource; what cannot be is told one by one.
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let tags = tags::of_specification(p, "vpc-flow-log")?;
    let kind = p.required("ResourceType")?;
    let ids: Vec<String> = p.texts("ResourceId").into_iter().map(str::to_string).collect();
    if ids.is_empty() {
        return Err(missing("ResourceId"));
    }
    let traffic = match (p.text("TrafficType"), kind) {
        (Some(t), _) => t,
        (None, "TransitGatewayAttachment") => "",
        (None, _) => return Err(missing("TrafficType")),
    };
    let to = p.text("LogDestinationType").filter(|t| !t.is_empty()).unwrap_or("cloud-watch-logs");
    let (group, destination, role) =
        (p.text("LogGroupName"), p.text("LogDestination"), p.text("DeliverLogsPermissionArn"));
    if to == "cloud-watch-logs" {
        if role.is_none() {
            return Err(invalid("DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs."));
        }
        if group.is_none() && destination.is_none() {
            return Err(invalid(
                "LogGroupName or LogDestination must be specified if LogDestinationType is cloud-watch-logs.",
            ));
        }
    } else {
        let Some(arn) = destination else {
            return Err(invalid("LogDestination can't be empty if LogGroupName is not provided."));
        };
        if role.is_some() && to == "s3" {
            return Err(invalid("DeliverLogsPermissionArn is not applicable for s3 delivery"));
        }
        if to == "s3" && !arn.starts_with("arn:aws:s3:::") {
            return Err(invalid(format!("LogDestination: {arn} is not a valid S3 ARN")));
        }
    }
    let bucket = destination
        .filter(|_| to == "s3")
        .and_then(|d| d.strip_prefix("arn:aws:s3:::"))
        .map(|d| d.split('/').next().unwrap_or(d));
    let no_bucket = bucket.filter(|b| !world.has_bucket(b)).map(str::to_string);
    let interval = p.int("MaxAggregationInterval")?.unwrap_or(600);
    if !matches!(interval, 60 | 600) {
        return Err(invalid(format!(
            "Value ({interval}) for parameter maxAggregationInterval is invalid. Valid values: 60, 600"
        )));
    }
    let own = |t: Option<&str>| t.filter(|t| !t.is_empty()).map(ArcStr::from);
    let (group, destination, role) = (own(group), own(destination), own(role));
    let format = own(p.text("LogFormat")).unwrap_or(FORMAT.into());
    let known = client_token::known(&world.region(&call.region).ec2, call)?;
    dry_run(call)?;
    let (mut made, mut failed) = (Vec::new(), Vec::new());
    if let Some(id) = known {
        return Ok(call
            .answer(&Tree::map([("FlowLogIds", Tree::texts(&[id])), ("ClientToken", p.text("ClientToken").into())])));
    }
    for resource in &ids {
        let state = &world.region(&call.region).ec2;
        let same = |f: &&FlowLog| {
            f.resource == resource.as_str()
                && f.to == to
                && f.group == group
                && f.destination == destination
                && f.traffic == traffic
        };
        let why = if !is_there(state, kind, resource) {
            let code = match kind {
                "VPC" => "InvalidVpcId.NotFound",
                "Subnet" => "InvalidSubnetId.NotFound",
                _ => "InvalidNetworkInterfaceId.NotFound",
            };
            Some((code, format!("The {} ID '{resource}' does not exist", kind.to_ascii_lowercase())))
        } else if let Some(bucket) = &no_bucket {
            Some(("400", format!("LogDestination: {bucket} does not exist")))
        } else if state.flow_logs.values().any(|f| same(&f)) {
            Some((
                "FlowLogAlreadyExists",
                "Error. There is an existing Flow Log with the same configuration and log destination.".to_string(),
            ))
        } else {
            None
        };
        if let Some((code, message)) = why {
            failed.push(unsuccessful(resource, code, message));
            continue;
        }
        let id = world.new_id("fl");
        let log = FlowLog {
            id: id.clone(),
            resource: resource.as_str().into(),
            traffic: traffic.into(),
            to: to.into(),
            group: group.clone(),
            destination: destination.clone(),
            role: role.clone(),
            format: format.clone(),
            interval,
            created: call.now,
            tags: tags.clone(),
        };
        let state = &mut world.region(&call.region).ec2;
        state.flow_logs.insert(id.clone(), log);
        client_token::remember(state, call, &id);
        made.push(id);
    }
    Ok(call.answer(&Tree::map([
        ("FlowLogIds", Tree::texts(&made)),
        ("Unsuccessful", failed.into()),
        ("ClientToken", p.text("ClientToken").into()),
    ])))
}

/// DescribeFlowLogs.
pub(super) fn describe(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &world.region(&call.region).ec2;
    let ids = wanted(&state.flow_logs, call, "FlowLogId", "fl")?;
    const KNOWN: &[&str] = &[
        "tag:",
        "deliver-log-status",
        "log-destination-type",
        "flow-log-id",
        "log-group-name",
        "resource-id",
        "traffic-type",
    ];
    let filters = Filters::read(&call.params, KNOWN)?;
    let page = Page::read(&call.params, 1, 1000)?;
    let (found, next) = page.cut(&state.flow_logs, |f| {
        (ids.is_empty() || ids.contains(&f.id.as_str()))
            && filters.pass(&f.tags, |name, out| match name {
                "deliver-log-status" => out.push("SUCCESS".into()),
                "log-destination-type" => out.push(f.to.as_str().into()),
                "flow-log-id" => out.push(f.id.as_str().into()),
                "log-group-name" => out.extend(f.group.as_ref().map(|g| g.as_str().into())),
                "resource-id" => out.push(f.resource.as_str().into()),
                "traffic-type" => out.push(f.traffic.as_str().into()),
                _ => {}
            })
    });
    let shown: Vec<Tree> = found.into_iter().map(tree).collect();
    Ok(call.answer(&Tree::map([("FlowLogs", shown.into()), ("NextToken", next.into())])))
}

/// DeleteFlowLogs: what cannot be deleted is told one by one.
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let ids = call.params.texts("FlowLogId");
    if ids.is_empty() {
        return Err(missing("FlowLogId"));
    }
    dry_run(call)?;
    let state = &mut world.region(&call.region).ec2;
    let mut failed = Vec::new();
    for id in ids {
        if state.flow_logs.remove(id).is_none() {
            failed.push(unsuccessful(
                id,
                "InvalidFlowLogId.NotFound",
                format!("These flow log ids in the input list are not found: [{id}]"),
            ));
        }
    }
    Ok(call.answer(&Tree::map([("Unsuccessful", failed.into())])))
}
