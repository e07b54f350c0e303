//! Flow logs: of which VPCs, subnets and network interfaces the traffic is written down, and where.

use aws_sdk_ec2::types as sdk;
use futures::future::{BoxFuture, FutureExt};

use super::listing::{PAGE, filtered, tags};
use crate::base::{Fault, Scope};
use crate::kinds::convert::{moment, seconds, time};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, States, field};
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Service, Tone};

/// `DescribeFlowLogs`.
pub static DESCRIBE_FLOW_LOGS: Operation = Operation::read(Service::Ec2, "DescribeFlowLogs");

/// The Name tag.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The Name tag.").shown(0);
/// `fl-…`.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The flow log's id.")
    .shown(3)
    .cells(11, 20)
    .aka(&["flow_log_id"])
    .asked_by("flow-log-id");
/// ACTIVE.
pub const STATE: FieldInfo = FieldInfo::state("state", "STATE", "ACTIVE, as long as it is there.").shown(1).cells(8, 8);
/// What it is of.
pub const RESOURCE_ID: FieldInfo = FieldInfo::id(
    "resource_id",
    "RESOURCE",
    "What it is of: a VPC, a subnet, a network interface, a transit gateway or an attachment to one.",
)
.shown(0)
.cells(11, 26)
.aka(&["resource"])
.asked_by("resource-id");
/// ACCEPT, REJECT or ALL.
pub const TRAFFIC: FieldInfo = FieldInfo::text(
    "traffic",
    "TRAFFIC",
    "ACCEPT, REJECT or ALL: which traffic it writes down; of a transit gateway all.",
)
.named_only()
.shown(1)
.cells(7, 7)
.aka(&["traffic_type"])
.asked_as_written_by("traffic-type");
/// Whether it arrives.
pub const DELIVERY: FieldInfo =
    FieldInfo::state("delivery", "DELIVERY", "SUCCESS, or FAILED if the logs do not arrive where they are to go.")
        .shown(0)
        .cells(8, 8)
        .asked_as_written_by("deliver-log-status");
/// What is wrong with the delivery.
pub const DELIVERY_ERROR: FieldInfo = FieldInfo::text(
    "delivery_error",
    "ERROR",
    "Why logs do not arrive: Rate limited, Access error (the role may not write there), Unknown error.",
)
.shown(4)
.cells(8, 40);
/// Where to.
pub const DESTINATION_TYPE: FieldInfo =
    FieldInfo::text("destination_type", "TO", "Where it goes: cloud-watch-logs, s3 or kinesis-data-firehose.")
        .named_only()
        .shown(2)
        .cells(6, 21)
        .asked_by("log-destination-type");
/// The log group or the ARN.
pub const DESTINATION: FieldInfo =
    FieldInfo::id("destination", "DESTINATION", "The log group's name, or the ARN of the bucket or delivery stream.")
        .shown(1)
        .cells(12, 60);
/// Seconds between two records of a flow.
pub const INTERVAL: FieldInfo =
    FieldInfo::seconds("interval", "INTERVAL", "Over how long a flow is summed up in one record: 1 or 10 minutes.")
        .spare(1)
        .cells(8, 8)
        .aka(&["max_aggregation_interval"]);
/// The fields of a record.
pub const FORMAT: FieldInfo =
    FieldInfo::text("format", "FORMAT", "The fields of a record, in their order.").cells(8, 80);
/// The role that writes to CloudWatch Logs.
pub const ROLE: FieldInfo =
    FieldInfo::id("role", "ROLE", "The ARN of the role that lets it write to CloudWatch Logs.").cells(8, 60);
/// When it was made.
pub const CREATED: FieldInfo =
    FieldInfo::age("created", "AGE", "When it was created.").spare(2).aka(&["age", "creation_time"]);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("flow-logs", "flow log", "Flow logs", &FIELDS)
    .doc("Flow logs of VPCs, subnets and network interfaces: what traffic they write down, where to, and whether it arrives.")
    .aliases(&["flow-log", "flowlogs", "fl"])
    .ids("fl-")
    .listed_by(&[&DESCRIBE_FLOW_LOGS])
    .few()
    .sorted(&NAME);

/// Flow logs.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

static STATES: States = States(&[("ACTIVE", Tone::Good)]);
static DELIVERIES: States = States(&[("SUCCESS", Tone::Good), ("FAILED", Tone::Bad)]);

static FIELDS: Fields<sdk::FlowLog> = Fields(&[
    Field::name(NAME),
    Field::id(ID),
    Field::state(STATE),
    field(RESOURCE_ID, |f, c| c.text(f.resource_id())),
    field(TRAFFIC, |f, c| c.text(f.traffic_type().map(|t| t.as_str()))),
    field(DELIVERY, |f, c| DELIVERIES.value(f.deliver_logs_status(), c)),
    field(DESTINATION_TYPE, |f, c| c.said(f.log_destination_type().map(|t| t.as_str()))),
    field(DESTINATION, |f, c| c.text(f.log_group_name().or(f.log_destination()))),
    field(DELIVERY_ERROR, |f, c| c.text(f.deliver_logs_error_message())),
    field(INTERVAL, |f, _| seconds(f.max_aggregation_interval())),
    field(FORMAT, |f, c| c.text(f.log_format())),
    field(ROLE, |f, c| c.text(f.deliver_logs_permission_arn())),
    field(CREATED, |f, _| moment(time(f.creation_time()))),
]);

static ROWS: RowSpec<sdk::FlowLog> = RowSpec::new(&INFO, &FIELDS, |f| f.flow_log_id())
    .stated(|f, c| STATES.state(f.flow_log_status(), c))
    .tagged(|f, c| tags(f.tags(), c));

fn list(request: ListRequest, pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    filtered(
        (request, pages),
        &INFO,
        "flow-log-id",
        |client, filters, token| {
            client.describe_flow_logs().max_results(PAGE).set_next_token(token).set_filter(filters).send()
        },
        |out, c| (ROWS.records(out.flow_logs(), c), out.next_token),
    )
    .boxed()
}

/// The kinds that flow logs are of, by the beginnings of their ids.
const RESOURCES: &[(&str, &str, &str)] = &[
    ("vpc-", "VPC", "vpcs"),
    ("subnet-", "subnet", "subnets"),
    ("eni-", "network interface", "network-interfaces"),
    ("nat-", "NAT gateway", "nat-gateways"),
    ("tgw-attach-", "transit gateway attachment", "transit-gateway-attachments"),
];

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let of = row.get(&RESOURCE_ID).as_str().unwrap_or_default();
    let (_, title, kind) = match RESOURCES.iter().find(|(prefix, ..)| of.starts_with(prefix)) {
        Some(found) => *found,
        None => return Vec::new(),
    };
    let mut out = vec![Link::to(title, kind, format!("id={of}"))];
    if let Some(bucket) = row.get(&DESTINATION).as_str().and_then(|d| d.split_once(":s3:::")).map(|(_, b)| b) {
        let name = bucket.split('/').next().unwrap_or(bucket);
        out.push(Link::to("bucket", "buckets", format!("name={name}")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::record;
    use crate::model::Value;

    #[test]
    fn one_that_does_not_arrive_says_why_and_where_it_was_to_go() {
        let f = sdk::FlowLog::builder()
            .flow_log_id("fl-1")
            .flow_log_status("ACTIVE")
            .resource_id("vpc-1")
            .deliver_logs_status("FAILED")
            .deliver_logs_error_message("Access error")
            .log_destination("arn:aws:s3:::my-logs/flows/")
            .max_aggregation_interval(600);
        let row = record(&ROWS, &f.build());
        assert_eq!(row.get(&DELIVERY), &Value::State(Tone::Bad, "FAILED".into()));
        assert_eq!(
            (row.get(&DELIVERY_ERROR).as_str(), row.get(&INTERVAL)),
            (Some("Access error"), &Value::Seconds(600))
        );
        let to: Vec<(&str, String)> = links(&row, &Scope::Global).into_iter().map(|l| (l.kind, l.query)).collect();
        assert_eq!(to, [("vpcs", "id=vpc-1".to_string()), ("buckets", "name=my-logs".to_string())]);
    }
}
