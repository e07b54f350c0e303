//! CloudWatch alarms, metric and composite.
//!
//! A struct stands between the answer and the row, because a row is made of either of two of AWS's types.

use arcstr::ArcStr;
use aws_sdk_cloudwatch::operation::describe_alarms::{DescribeAlarmsError, DescribeAlarmsOutput};
use aws_sdk_cloudwatch::types as sdk;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use futures::future::BoxFuture;

use super::watched::Watched;
use crate::base::{Fault, Scope, Time};
use crate::kinds::convert::{Converter, Text, flag, moment, own, seconds, text, texts, time};
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::paging::listed;
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, States, field};
use crate::kinds::tags;
use crate::model::{Charts, FieldInfo, KindInfo, Link, Operation, Record, Selector, Service, Tone, Value};

/// `DescribeAlarms`.
pub static DESCRIBE_ALARMS: Operation = Operation::read(Service::CloudWatch, "DescribeAlarms");

/// OK, ALARM, INSUFFICIENT_DATA.
pub const STATE: FieldInfo =
    FieldInfo::state("state", "STATE", "OK, ALARM or INSUFFICIENT_DATA.").shown(0).cells(8, 17);
/// Whether it carries out its actions.
pub const ACTIONS_ENABLED: FieldInfo =
    FieldInfo::flag("actions_enabled", "ACTIONS", "Whether its actions are enabled.").shown(4).cells(7, 7);
/// Values of its dimensions.
pub const RESOURCES: FieldInfo =
    FieldInfo::list("resources", "RESOURCES", "The values of its dimensions: instance ids, group names…")
        .cells(9, 60)
        .section("");
/// What it watches, by name.
pub const RESOURCE: FieldInfo =
    FieldInfo::list("resource", "RESOURCE", "What it watches: the instance, the group, the load balancer, by name.")
        .shown(2)
        .cells(9, 40)
        .id_of("instances", "i-");

/// The metric, or those that metric math uses.
pub const METRIC: FieldInfo = FieldInfo::text(
    "metric",
    "METRIC",
    "The metric, or the metrics that metric math uses; none for a composite alarm or a query.",
)
.shown(2);
/// The alarm's name.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The alarm's name.").shown(0);
/// From point to point.
pub const PERIOD: FieldInfo = FieldInfo::seconds("period", "PERIOD", "The length of one period.").cells(6, 8);
/// ARNs of what it does when it goes off.
pub const ALARM_ACTIONS: FieldInfo =
    FieldInfo::list("alarm_actions", "ON ALARM", "ARNs of the actions that run when it goes into ALARM.")
        .cells(8, 60)
        .section(ACTIONS);
/// ARNs of what it does when it is OK again.
pub const OK_ACTIONS: FieldInfo =
    FieldInfo::list("ok_actions", "ON OK", "ARNs of the actions that run when it returns to OK.")
        .cells(8, 60)
        .section(ACTIONS);
/// ARNs of what it does when data are missing.
pub const INSUFFICIENT_DATA_ACTIONS: FieldInfo = FieldInfo::list(
    "insufficient_data_actions",
    "ON NO DATA",
    "ARNs of the actions that run when data are insufficient.",
)
.cells(10, 60)
.section(ACTIONS);
/// What the metric is about, as NAME=VALUE.
pub const DIMENSIONS: FieldInfo =
    FieldInfo::list("dimensions", "DIMENSIONS", "The dimensions of its metric, as NAME=VALUE.").cells(10, 60);
/// Since when it is so.
pub const SINCE: FieldInfo =
    FieldInfo::age("since", "SINCE", "When it came to its present state.").shown(1).cells(5, 6).aka(&["age"]);
/// When it goes off.
pub const CONDITION: FieldInfo =
    FieldInfo::text("condition", "CONDITION", "The condition for ALARM.").shown(2).cells(20, 60);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("alarms", "alarm", "Alarms", &FIELDS)
    .doc("CloudWatch alarms, metric and composite.")
    .aliases(&["alarm"])
    .listed_by(&[&DESCRIBE_ALARMS])
    .few()
    .sorted(&NAME)
    .charted_by(Charts { kind: "alarm-charts", of: None, only: None, what: Some(METRIC.name), other: None });

/// Alarms.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

/// An alarm's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlarmState {
    /// The condition does not hold.
    Ok,
    /// It does.
    Alarm,
    /// Too few data points to tell.
    InsufficientData,
    /// Something that AWS added since.
    Other(ArcStr),
}

impl AlarmState {
    /// From AWS's word.
    pub fn parse(word: &str) -> Self {
        match word {
            "OK" => AlarmState::Ok,
            "ALARM" => AlarmState::Alarm,
            "INSUFFICIENT_DATA" => AlarmState::InsufficientData,
            other => AlarmState::Other(other.into()),
        }
    }
}

static STATES: States = States(&[("OK", Tone::Good), ("ALARM", Tone::Bad), ("INSUFFICIENT_DATA", Tone::Unknown)]);

/// One alarm.
struct Alarm {
    name: ArcStr,
    arn: Text,
    is_composite: bool,
    state: Text,
    since: Option<Time>,
    reason: Text,
    metric: Text,
    namespace: Text,
    dimensions: Value,
    resources: Value,
    resource: Value,
    condition: Text,
    threshold: Option<f64>,
    statistic: Text,
    period: Option<i32>,
    missing_data: Text,
    actions_enabled: Option<bool>,
    alarm_actions: Value,
    ok_actions: Value,
    insufficient_data_actions: Value,
    description: Text,
    configured: Option<Time>,
    suppressed: Text,
}

const ACTIONS: &str = "actions";

static FIELDS: Fields<Alarm> = Fields(&[
    Field::name(NAME),
    Field::state(STATE),
    field(SINCE, |a, _| moment(a.since)),
    field(RESOURCE, |a, _| a.resource.clone()),
    field(METRIC, |a, _| text(&a.metric)),
    field(CONDITION, |a, _| text(&a.condition)),
    field(ACTIONS_ENABLED, |a, _| flag(a.actions_enabled)),
    field(DIMENSIONS, |a, _| a.dimensions.clone()),
    field(RESOURCES, |a, _| a.resources.clone()),
    field(
        FieldInfo::text("reason", "REASON", "The reason for its state, in CloudWatch's words, with times in UTC.")
            .in_utc()
            .cells(8, 200),
        |a, _| text(&a.reason),
    ),
    field(
        FieldInfo::text("description", "DESCRIPTION", "The description its author gave it.").cells(11, 80),
        |a, _| text(&a.description),
    ),
    field(FieldInfo::text("type", "TYPE", "metric or composite.").cells(6, 9), |a, _| {
        Value::text(if a.is_composite { "composite" } else { "metric" })
    }),
    field(FieldInfo::text("namespace", "NAMESPACE", "The metric's namespace.").spare(3).cells(9, 30), |a, _| {
        text(&a.namespace)
    }),
    field(
        FieldInfo::text("statistic", "STATISTIC", "How the samples of a period are combined.").spare(1).cells(9, 12),
        |a, _| text(&a.statistic),
    ),
    field(
        FieldInfo::float("threshold", "THRESHOLD", "The threshold that data points are compared with.").cells(9, 12),
        |a, _| a.threshold.map_or(Value::Empty, Value::Float),
    ),
    field(PERIOD, |a, _| seconds(a.period)),
    field(
        FieldInfo::text("missing_data", "MISSING", "How missing data points are treated.").spare(2).cells(7, 12),
        |a, _| text(&a.missing_data),
    ),
    field(ALARM_ACTIONS, |a, _| a.alarm_actions.clone()),
    field(OK_ACTIONS, |a, _| a.ok_actions.clone()),
    field(INSUFFICIENT_DATA_ACTIONS, |a, _| a.insufficient_data_actions.clone()),
    field(
        FieldInfo::text("suppressed_by", "SUPPRESSED", "What suppresses a composite alarm's actions now.")
            .cells(10, 20)
            .section(ACTIONS),
        |a, _| text(&a.suppressed),
    ),
    field(FieldInfo::date("configured", "CONFIGURED", "When it was last changed."), |a, _| moment(a.configured)),
    field(FieldInfo::id("id", "ARN", "The ARN.").cells(12, 60).aka(&["arn"]), |a, _| text(&a.arn)),
    Field::side(tags::on_demand("alarm-tags")),
]);

static ROWS: RowSpec<Alarm> =
    RowSpec::new(&INFO, &FIELDS, |a| Some(&a.name)).named(|a| Some(&a.name)).stated(|a, c| {
        let (tone, word) = STATES.state(a.state.as_deref(), c);
        (if tone == Tone::Bad && is_quiet(&a.name) { Tone::Idle } else { tone }, word)
    });

/// Whether it is the low alarm of a target-tracking policy: ALARM is what it says of a group that has little to do, all night long.
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html>
fn is_quiet(name: &str) -> bool {
    name.starts_with("TargetTracking-") && name.contains("-AlarmLow-")
}

/// The state of an alarm's row.
pub fn state(row: &Record) -> AlarmState {
    AlarmState::parse(row.state.as_ref().map(|(_, s)| s.as_str()).unwrap_or_default())
}
/// Whether it carries out its actions; `None` = not said.
pub fn actions_enabled(row: &Record) -> Option<bool> {
    row.get(&ACTIONS_ENABLED).as_bool()
}

/// DescribeAlarms takes up to 100 a page, and up to 100 names.
const PAGE: i32 = 100;
const MOST_NAMES: usize = 100;

type Asked = Result<DescribeAlarmsOutput, SdkError<DescribeAlarmsError, HttpResponse>>;

fn ask(
    client: &aws_sdk_cloudwatch::Client,
) -> impl Fn(Option<Vec<String>>, Option<String>) -> BoxFuture<'static, Asked> + use<> {
    let client = client.clone();
    // Without types CloudWatch leaves composite alarms out.
    move |names, token| {
        let call = client
            .describe_alarms()
            .alarm_types(sdk::AlarmType::MetricAlarm)
            .alarm_types(sdk::AlarmType::CompositeAlarm)
            .max_records(PAGE)
            .set_alarm_names(names)
            .set_next_token(token);
        Box::pin(call.send())
    }
}

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.cloudwatch(&request.scope).await?;
        let mut converter = Converter::new(&request.interner);
        listed(&mut pages, &DESCRIBE_ALARMS, &request.what, MOST_NAMES, ask(&client), |out| {
            let mut alarms: Vec<Alarm> = out.metric_alarms().iter().filter_map(|a| metric(&mut converter, a)).collect();
            alarms.extend(out.composite_alarms().iter().filter_map(|a| composite(&mut converter, a)));
            (ROWS.records(&alarms, &mut converter), out.next_token)
        })
        .await
    })
}

/// Metric alarms as CloudWatch answers them.
pub(super) async fn metric_alarms(
    client: &aws_sdk_cloudwatch::Client,
    pages: &mut Pages,
    what: &What,
) -> Result<Vec<sdk::MetricAlarm>, Fault> {
    let mut found = Vec::new();
    listed(pages, &DESCRIBE_ALARMS, what, MOST_NAMES, ask(client), |out| {
        found.extend_from_slice(out.metric_alarms());
        (Vec::new(), out.next_token)
    })
    .await?;
    Ok(found)
}

/// Names and ARNs of alarms.
pub(super) async fn arns(
    client: &aws_sdk_cloudwatch::Client,
    pages: &mut Pages,
    what: &What,
) -> Result<Vec<(ArcStr, String)>, Fault> {
    let mut found = Vec::new();
    listed(pages, &DESCRIBE_ALARMS, what, MOST_NAMES, ask(client), |out| {
        let metric = out.metric_alarms().iter().map(|a| (a.alarm_name(), a.alarm_arn()));
        let composite = out.composite_alarms().iter().map(|a| (a.alarm_name(), a.alarm_arn()));
        found.extend(metric.chain(composite).filter_map(|(name, arn)| Some((own(name)?, arn?.to_string()))));
        (Vec::new(), out.next_token)
    })
    .await?;
    Ok(found)
}

fn metric(converter: &mut Converter, a: &sdk::MetricAlarm) -> Option<Alarm> {
    let watched = Watched::of(a);
    let pairs: Vec<String> = watched.dimensions.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let joined = |items: &[String]| items.join(", ");
    Some(Alarm {
        name: own(a.alarm_name())?,
        arn: own(a.alarm_arn()),
        is_composite: false,
        state: converter.shared(a.state_value().map(|s| s.as_str())),
        since: time(a.state_transitioned_timestamp()).or_else(|| time(a.state_updated_timestamp())),
        reason: own(a.state_reason()),
        metric: converter.shared(Some(&joined(&watched.metrics)).filter(|s| !s.is_empty()).map(String::as_str)),
        namespace: converter.shared(Some(&joined(&watched.namespaces)).filter(|s| !s.is_empty()).map(String::as_str)),
        dimensions: texts(pairs.iter().map(String::as_str)),
        resources: converter.shared_list(unique(watched.dimensions.iter().map(|(_, value)| value.as_str()))),
        resource: converter.shared_list(unique(watched.dimensions.iter().map(|(name, value)| called(name, value)))),
        condition: own(Some(&condition(a, &watched))),
        threshold: a.threshold(),
        statistic: converter.shared(Some(&joined(&watched.statistics)).filter(|s| !s.is_empty()).map(String::as_str)),
        period: watched.period,
        missing_data: converter.shared(a.treat_missing_data()),
        actions_enabled: a.actions_enabled(),
        alarm_actions: texts(a.alarm_actions().iter().map(String::as_str)),
        ok_actions: texts(a.ok_actions().iter().map(String::as_str)),
        insufficient_data_actions: texts(a.insufficient_data_actions().iter().map(String::as_str)),
        description: own(a.alarm_description()),
        configured: time(a.alarm_configuration_updated_timestamp()),
        suppressed: None,
    })
}

fn composite(converter: &mut Converter, a: &sdk::CompositeAlarm) -> Option<Alarm> {
    Some(Alarm {
        name: own(a.alarm_name())?,
        arn: own(a.alarm_arn()),
        is_composite: true,
        state: converter.shared(a.state_value().map(|s| s.as_str())),
        since: time(a.state_transitioned_timestamp()).or_else(|| time(a.state_updated_timestamp())),
        reason: own(a.state_reason()),
        metric: None,
        namespace: None,
        dimensions: Value::Empty,
        resources: Value::Empty,
        resource: Value::Empty,
        condition: own(a.alarm_rule()),
        threshold: None,
        statistic: None,
        period: None,
        missing_data: None,
        actions_enabled: a.actions_enabled(),
        alarm_actions: texts(a.alarm_actions().iter().map(String::as_str)),
        ok_actions: texts(a.ok_actions().iter().map(String::as_str)),
        insufficient_data_actions: texts(a.insufficient_data_actions().iter().map(String::as_str)),
        description: own(a.alarm_description()),
        configured: time(a.alarm_configuration_updated_timestamp()),
        suppressed: converter.shared(a.actions_suppressed_by().map(|s| s.as_str())),
    })
}

fn unique<'a>(items: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen: Vec<&str> = Vec::new();
    for i in items {
        if !seen.contains(&i) {
            seen.push(i);
        }
    }
    seen
}

/// A dimension's value as people say it: balancers and target groups are named by the end of their ARN there, `app/NAME/ID` and
/// `targetgroup/NAME/ID`.
fn called<'a>(dimension: &str, value: &'a str) -> &'a str {
    match dimension {
        "LoadBalancer" | "TargetGroup" => value.split('/').nth(1).unwrap_or(value),
        _ => value,
    }
}

/// `> 70 for 3 of 5 × 1 m`. What is compared is said where it is not the metric, which has a column of its own.
fn condition(a: &sdk::MetricAlarm, watched: &Watched) -> String {
    use sdk::ComparisonOperator as Op;
    let metric = watched.metrics.as_slice();
    let what = watched.what.as_deref().unwrap_or("expression");
    let what = if metric == [what] { String::new() } else { format!("{what} ") };
    let op = match a.comparison_operator() {
        Some(Op::GreaterThanThreshold) => ">",
        Some(Op::GreaterThanOrEqualToThreshold) => ">=",
        Some(Op::LessThanThreshold) => "<",
        Some(Op::LessThanOrEqualToThreshold) => "<=",
        Some(Op::GreaterThanUpperThreshold) => "> band",
        Some(Op::LessThanLowerThreshold) => "< band",
        Some(Op::LessThanLowerOrGreaterThanUpperThreshold) => "outside band",
        Some(other) => other.as_str(),
        None => "?",
    };
    let band = watched.band.as_ref().filter(|_| op.ends_with("band")).map(|width| format!(" ({width})"));
    let threshold = a.threshold().map(|t| format!(" {t}")).or(band).unwrap_or_default();
    let periods = a.evaluation_periods().unwrap_or(1);
    let points = a.datapoints_to_alarm().unwrap_or(periods);
    let times = if points == periods { format!("{periods}") } else { format!("{points} of {periods}") };
    let each = match watched.period {
        Some(s) if s % 3600 == 0 => format!(" × {} h", s / 3600),
        Some(s) if s % 60 == 0 => format!(" × {} m", s / 60),
        Some(s) => format!(" × {s} s"),
        None => String::new(),
    };
    format!("{what}{op}{threshold} for {times}{each}")
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let mut out = Vec::new();
    for d in row.get(&DIMENSIONS).items() {
        match d.split_once('=') {
            Some(("InstanceId", id)) => {
                out.push(Link::to("instance", "instances", format!("id={id}")));
                let selector = Selector::Parent(id.into());
                out.push(Link { title: "metrics", kind: "metrics", selector, query: String::new() });
            }
            Some(("AutoScalingGroupName", name)) => {
                out.push(Link::to("group", "auto-scaling-groups", format!("name=\"{name}\"")));
            }
            Some(("TargetGroup", tail)) => {
                out.push(Link::to("target group", "target-groups", format!("id:\"{tail}\"")))
            }
            Some(("LoadBalancer", tail)) => {
                out.push(Link::to("load balancer", "load-balancers", format!("id:\"{tail}\"")))
            }
            Some(("BucketName", name)) => out.push(Link::to("bucket", "buckets", format!("name={name}"))),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests;
