//! Target groups.

use arcstr::ArcStr;
use aws_sdk_elasticloadbalancingv2::types as sdk;
use futures::future::BoxFuture;

use super::name_of_arn;
use crate::base::{Fault, Scope};
use crate::kinds::convert::{Converter, flag, int, own, seconds};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::paging::{listed, paged};
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::kinds::tags;
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Selector, Service, Value};

/// `DescribeTargetGroups`.
pub static DESCRIBE_TARGET_GROUPS: Operation = Operation::read(Service::Elbv2, "DescribeTargetGroups");

/// instance, ip, lambda or alb.
pub const TARGET_TYPE: FieldInfo =
    FieldInfo::text("target_type", "TARGETS", "Its target type: instance, ip, lambda or alb.").shown(4);
/// The port that targets get traffic on.
pub const PORT: FieldInfo =
    FieldInfo::int("port", "PORT", "The port on the targets, unless one is registered with another.").plain().shown(2);
/// Whether health is checked.
pub const CHECKED: FieldInfo =
    FieldInfo::flag("health_check_enabled", "CHECKED", "Whether health checks are enabled.").cells(7, 7).section(CHECK);
/// The VPC.
pub const VPC_ID: FieldInfo =
    FieldInfo::id("vpc_id", "VPC", "The VPC of the targets.").shown(6).aka(&["vpc"]).id_of_few("vpcs", "vpc-");
/// Names of the load balancers that route to it.
pub const LOAD_BALANCERS: FieldInfo =
    FieldInfo::list("load_balancers", "LOAD BALANCERS", "Names of the load balancers that route to it.")
        .shown(3)
        .cells(14, 40)
        .aka(&["lb"])
        .links_to("load-balancers");

/// The target group's name.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The target group's name.").shown(0);

const CHECK: &str = "health check";

/// What the health check asks for.
pub const CHECK_PATH: FieldInfo =
    FieldInfo::text("health_check_path", "CHECK PATH", "The path that the health check requests.")
        .shown(5)
        .cells(10, 40)
        .section(CHECK);
/// `200-299`
pub const MATCHER: FieldInfo =
    FieldInfo::text("matcher", "MATCHER", "The response codes that count as healthy.").spare(2).section(CHECK);
/// How long it waits.
pub const TIMEOUT: FieldInfo =
    FieldInfo::seconds("timeout", "TIMEOUT", "How long the health check waits for an answer.")
        .cells(7, 8)
        .section(CHECK);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("target-groups", "target group", "Target groups", &FIELDS)
    .doc(
        "Target groups of load balancers, with their health checks. The number of healthy targets takes one request \
         for each group.",
    )
    .aliases(&["tgs", "tg"])
    .listed_by(&[&DESCRIBE_TARGET_GROUPS])
    .few()
    .sorted(&NAME);

/// Target groups.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

static FIELDS: Fields<sdk::TargetGroup> = Fields(&[
    Field::name(NAME),
    Field::side(
        FieldInfo::ratio(
            "healthy",
            "HEALTHY",
            "Healthy targets, of those whose health is checked; unknown where health checks are off.",
        )
        .shown(1)
        .cells(7, 7)
        .from_side("target-group-health", super::target_group_health::HEALTHY.name, false)
        .trouble("unhealthy"),
    ),
    field(TARGET_TYPE, |t, c| c.said(t.target_type().map(|t| t.as_str()))),
    field(
        FieldInfo::text("protocol", "PROTO", "The protocol used to reach the targets.").shown(2).cells(5, 8),
        |t, c| c.text(t.protocol().map(|p| p.as_str())),
    ),
    field(PORT, |t, _| t.port().map_or(Value::Empty, |p| Value::Int(p.into()))),
    field(LOAD_BALANCERS, |t, c| c.shared_list(t.load_balancer_arns().iter().map(|a| name_of_arn(a)))),
    field(VPC_ID, |t, c| c.text(t.vpc_id())),
    field(CHECK_PATH, |t, c| c.text(t.health_check_path())),
    Field::id(FieldInfo::id("id", "ARN", "The ARN.").cells(12, 60).aka(&["arn"])),
    field(FieldInfo::text("protocol_version", "VERSION", "HTTP1, HTTP2 or GRPC."), |t, c| c.text(t.protocol_version())),
    field(FieldInfo::text("ip_address_type", "IP TYPE", "ipv4 or ipv6."), |t, c| {
        c.text(t.ip_address_type().map(|t| t.as_str()))
    }),
    field(CHECKED, |t, _| flag(t.health_check_enabled())),
    field(
        FieldInfo::text("health_check_protocol", "CHECK PROTO", "The health check's protocol.")
            .spare(1)
            .cells(11, 11)
            .section(CHECK),
        |t, c| c.text(t.health_check_protocol().map(|p| p.as_str())),
    ),
    field(
        FieldInfo::text(
            "health_check_port",
            "CHECK PORT",
            "The health check's port; traffic-port is the target's own port.",
        )
        .cells(10, 12)
        .section(CHECK),
        |t, c| c.text(t.health_check_port()),
    ),
    field(MATCHER, |t, c| c.text(t.matcher().and_then(|m| m.http_code().or(m.grpc_code())))),
    field(
        FieldInfo::seconds("interval", "INTERVAL", "How often a target is checked.")
            .spare(3)
            .cells(8, 8)
            .section(CHECK),
        |t, _| seconds(t.health_check_interval_seconds()),
    ),
    field(TIMEOUT, |t, _| seconds(t.health_check_timeout_seconds())),
    field(
        FieldInfo::int("healthy_threshold", "UP AFTER", "Successes in a row that make a target healthy.")
            .cells(8, 8)
            .section(CHECK),
        |t, _| int(t.healthy_threshold_count()),
    ),
    field(
        FieldInfo::int("unhealthy_threshold", "DOWN AFTER", "Failures in a row that make a target unhealthy.")
            .cells(10, 10)
            .section(CHECK),
        |t, _| int(t.unhealthy_threshold_count()),
    ),
    Field::side(tags::always("target-group-tags")),
]);

static ROWS: RowSpec<sdk::TargetGroup> =
    RowSpec::new(&INFO, &FIELDS, |t| t.target_group_arn()).named(|t| t.target_group_name());

/// What its targets are: `instance`, `ip`, `lambda` or `alb`.
pub fn target_type(row: &Record) -> Option<&str> {
    row.get(&TARGET_TYPE).as_str()
}
/// The port that targets get traffic on, unless they are registered with another; lambda functions have none.
pub fn port(row: &Record) -> Option<i64> {
    row.get(&PORT).as_int()
}
/// Whether the health of its targets is checked: for a lambda function it is not, unless somebody turned it on.
pub fn is_checked(row: &Record) -> Option<bool> {
    row.get(&CHECKED).as_bool()
}
/// The VPC that targets must be in.
pub fn vpc_id(row: &Record) -> Option<&str> {
    row.get(&VPC_ID).as_str()
}

/// DescribeTargetGroups takes a page size up to 400; ARNs in batches of 20, as load balancers.
const PAGE: i32 = 400;
const MOST_ARNS: usize = 20;

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.elbv2(&request.scope).await?;
        let mut converter = Converter::new(&request.interner);
        let call = |arns: Option<Vec<String>>, marker| {
            let page = arns.is_none().then_some(PAGE);
            client.describe_target_groups().set_target_group_arns(arns).set_page_size(page).set_marker(marker).send()
        };
        listed(&mut pages, &DESCRIBE_TARGET_GROUPS, &request.what, MOST_ARNS, call, |out| {
            (ROWS.records(out.target_groups(), &mut converter), out.next_marker)
        })
        .await
    })
}

/// The ARNs of all target groups of a scope: what a listing over all targets starts from.
pub(super) async fn arns(
    client: &aws_sdk_elasticloadbalancingv2::Client,
    pages: &mut Pages,
) -> Result<Vec<ArcStr>, Fault> {
    let mut arns = Vec::new();
    let call = |marker| client.describe_target_groups().page_size(PAGE).set_marker(marker).send();
    paged(pages, &DESCRIBE_TARGET_GROUPS, call, |out| {
        arns.extend(out.target_groups().iter().filter_map(|t| own(t.target_group_arn())));
        (Vec::new(), out.next_marker)
    })
    .await?;
    Ok(arns)
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let mut out = vec![Link {
        title: "targets",
        kind: "targets",
        selector: Selector::Parent(row.id.clone()),
        query: String::new(),
    }];
    let balancers = row.get(&LOAD_BALANCERS).items();
    if !balancers.is_empty() {
        let query = format!("name={}", balancers.join(","));
        out.push(Link { title: "load balancers", kind: "load-balancers", selector: Selector::All, query });
    }
    if let Some(vpc) = vpc_id(row) {
        out.push(Link { title: "VPC", kind: "vpcs", selector: Selector::All, query: format!("id={vpc}") });
    }
    let query = format!("target_groups={}", row.name);
    out.push(Link { title: "groups", kind: "auto-scaling-groups", selector: Selector::All, query });
    out
}

/// What a group's health check asks for: `GET /health, 200 is healthy`.
pub fn check_words(group: &Record) -> String {
    let path = group.get(&CHECK_PATH).as_str().map(|p| format!("GET {p}"));
    let codes = group.get(&MATCHER).as_str().map(|m| format!(", {m} is healthy"));
    match path {
        Some(path) => format!("{path}{}", codes.unwrap_or_default()),
        None => "a TCP connection to the port".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::record;
    use crate::query::Query;

    #[test]
    fn a_lambda_target_group_has_no_port_rather_than_an_unknown_one() {
        let t = sdk::TargetGroup::builder()
            .target_group_arn("arn:aws:elasticloadbalancing:x:0:targetgroup/fn/1")
            .target_group_name("fn")
            .target_type(sdk::TargetTypeEnum::Lambda)
            .load_balancer_arns("arn:aws:elasticloadbalancing:x:0:loadbalancer/app/my-alb/2")
            .build();
        let row = record(&ROWS, &t);
        assert_eq!(row.get(&PORT), &Value::Empty);
        assert_eq!((target_type(&row), port(&row)), (Some("lambda"), None));
        let q = Query::parse("load_balancers=my-alb", &INFO).expect("a query");
        assert!(q.matches(&row, crate::base::Time::default()), "a balancer's link must find it");
    }
}
