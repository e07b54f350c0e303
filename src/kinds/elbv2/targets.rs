//! Targets of target groups, and what their health means.
//!
//! A struct stands between the answer and the row: the group's ARN, which makes the row's identity, is what was asked and not answered.

use arcstr::{ArcStr, format};
use aws_sdk_elasticloadbalancingv2::types as sdk;
use futures::future::BoxFuture;

use super::name_of_arn;
use super::target_groups::{self, DESCRIBE_TARGET_GROUPS};
use crate::aws::fault;
use crate::base::{Fault, FaultKind, RowId, Scope};
use crate::kinds::convert::Converter;
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, States, field};
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Selector, Service, Tone, Value};

/// `DescribeTargetHealth`: a call for each target group.
pub static DESCRIBE_TARGET_HEALTH: Operation = Operation::read(Service::Elbv2, "DescribeTargetHealth");

/// What is registered: `i-…`, an address, an ARN.
pub const ID: FieldInfo = FieldInfo::id("id", "TARGET", "The target: an instance id, an IP address or an ARN.")
    .shown(0)
    .cells(11, 52)
    .aka(&["target", "instance"])
    .id_of("instances", "i-");
/// The port that it is registered with.
pub const PORT: FieldInfo =
    FieldInfo::int("port", "PORT", "The port it is registered with; a Lambda function has none.").plain().shown(2);
/// initial, healthy, unhealthy, draining, unused…
pub const HEALTH: FieldInfo = FieldInfo::state(
    "health",
    "HEALTH",
    "initial, healthy, unhealthy, unhealthy.draining, unused, draining or unavailable.",
)
.shown(0)
.cells(8, 18)
.aka(&["state"]);
/// The name of the target group.
pub const TARGET_GROUP: FieldInfo = FieldInfo::text("target_group", "TARGET GROUP", "The name of the target group.")
    .shown(1)
    .cells(12, 32)
    .aka(&["group", "tg"])
    .links_to("target-groups");
/// The reason in plain words, and what to look at.
pub const EXPLANATION: FieldInfo =
    FieldInfo::text("explanation", "EXPLANATION", "The reason in plain words, and what to look at.").cells(11, 80);
/// The ARN of the target group.
pub const TARGET_GROUP_ARN: FieldInfo =
    FieldInfo::id("target_group_arn", "GROUP ARN", "The ARN of the target group.").cells(12, 60).aka(&["arn"]);
/// Why it is not healthy, in a few words: `timed out`, `404`.
pub const REASON: FieldInfo =
    FieldInfo::text("reason", "REASON", "Why it is not healthy, in a few words: timed out, refused, 404.")
        .shown(2)
        .cells(12, 24);
/// AWS's reason code, e.g. `Target.Timeout`.
pub const REASON_CODE: FieldInfo =
    FieldInfo::text("reason_code", "REASON CODE", "AWS's reason code, if it is not healthy.").spare(1).cells(21, 32);
/// AWS's own words for the reason.
pub const DESCRIPTION: FieldInfo = FieldInfo::text("description", "DESCRIPTION", "AWS's own words.").cells(11, 60);
/// The port that the check connects to.
pub const CHECK_PORT: FieldInfo =
    FieldInfo::text("health_check_port", "CHECK PORT", "The port that the health check uses.").spare(2).cells(10, 10);

/// The Availability Zone that it was registered with, where it was.
pub const ZONE: FieldInfo =
    FieldInfo::text("zone", "ZONE", "The Availability Zone; all means zones that are not enabled, too.")
        .shown(5)
        .cells(4, 16);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("targets", "target", "Targets", &FIELDS)
    .doc("Targets registered with target groups, and their health with AWS's reason in plain words.")
    .aliases(&["target-health"])
    .listed_by(&[&DESCRIBE_TARGET_HEALTH, &DESCRIBE_TARGET_GROUPS])
    .sorted(&TARGET_GROUP)
    .fans_out_over("target-groups")
    .transitional(&["initial", "draining", "unhealthy.draining"]);

/// Targets.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

/// A target's health.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// Being registered, or not checked often enough yet.
    Initial,
    /// Gets traffic.
    Healthy,
    /// Fails its checks.
    Unhealthy,
    /// Fails its checks, and open connections end.
    UnhealthyDraining,
    /// Nobody sends it traffic: no balancer uses the group or the zone, or it is stopped.
    Unused,
    /// Being deregistered: open connections end.
    Draining,
    /// Health checks are off.
    Unavailable,
    /// Something that AWS added since.
    Other(ArcStr),
}

impl Health {
    /// From AWS's word.
    pub fn parse(word: &str) -> Self {
        match word {
            "initial" => Health::Initial,
            "healthy" => Health::Healthy,
            "unhealthy" => Health::Unhealthy,
            "unhealthy.draining" => Health::UnhealthyDraining,
            "unused" => Health::Unused,
            "draining" => Health::Draining,
            "unavailable" => Health::Unavailable,
            other => Health::Other(other.into()),
        }
    }
    /// Whether it may get traffic though nothing says that it is healthy: its health is not checked, or is a word that AWS
    /// added since. Neither makes it unhealthy.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Health::Unavailable | Health::Other(_))
    }
}

static STATES: States = States(&[
    ("initial", Tone::Busy),
    ("healthy", Tone::Good),
    ("unhealthy", Tone::Bad),
    ("unhealthy.draining", Tone::Bad),
    ("unused", Tone::Idle),
    ("draining", Tone::Busy),
    ("unavailable", Tone::Idle),
]);

/// AWS's reason code in plain words, with what to look at; `None` for a code that is not documented.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html>
pub fn explain(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "Elb.RegistrationInProgress" => "It is being registered with the load balancer and gets no traffic yet.",
        "Elb.InitialHealthChecking" => "The load balancer is still sending it the first health checks.",
        "Elb.InternalError" => {
            "The load balancer has an internal error; the health check says nothing about the target."
        }
        "Target.ResponseCodeMismatch" => {
            "It answers the health check, but not with a response code that the target group accepts: check the \
             path, the accepted codes and the application."
        }
        "Target.Timeout" => {
            "It does not answer the health check in time: check its security groups, the network ACLs, whether the \
             application listens on the port, and its load."
        }
        "Target.FailedHealthChecks" => {
            "The connection to it was refused or failed: check that the application listens on the health check's port."
        }
        "Target.NotRegistered" => "It is not registered with the target group.",
        "Target.NotInUse" => {
            "It gets no traffic: no listener uses the target group, or its Availability Zone is not enabled for the \
             load balancer."
        }
        "Target.DeregistrationInProgress" => {
            "It is being deregistered: it gets no new connections, and open ones have the deregistration delay to \
             finish."
        }
        "Target.InvalidState" => "The instance is stopped or terminated, so it cannot get traffic.",
        "Target.IpUnusable" => "The address cannot be a target because a load balancer uses it.",
        "Target.HealthCheckDisabled" => {
            "Its health is not known because health checks are disabled for the target group."
        }
        _ => return None,
    })
}

/// The same in the few words that a column has room for. `description` is AWS's sentence, which has the response codes:
/// `Health checks failed with these codes: [404]`.
fn in_short(reason: &str, description: Option<&str>) -> Option<ArcStr> {
    let words = match reason {
        "Elb.RegistrationInProgress" => "registering",
        "Elb.InitialHealthChecking" => "first checks",
        "Elb.InternalError" => "balancer error",
        "Target.ResponseCodeMismatch" => {
            let codes = description.and_then(|d| d.split_once('[')?.1.split_once(']')).map(|(codes, _)| codes.trim());
            return Some(codes.filter(|c| !c.is_empty()).map_or_else(|| "wrong code".into(), ArcStr::from));
        }
        "Target.Timeout" => "timed out",
        "Target.FailedHealthChecks" => "check failed",
        "Target.NotRegistered" => "not registered",
        "Target.NotInUse" if description.is_some_and(|d| d.contains("Availability Zone")) => "zone not enabled",
        "Target.NotInUse" => "no listener",
        "Target.DeregistrationInProgress" => "deregistering",
        "Target.InvalidState" => match description {
            Some(d) if d.contains("terminated") => "terminated",
            Some(d) if d.contains("stopped") => "stopped",
            _ => "stopped or gone",
        },
        "Target.IpUnusable" => "address unusable",
        "Target.HealthCheckDisabled" => "checks disabled",
        _ => return None,
    };
    Some(words.into())
}

/// One target.
struct Target {
    /// Its identity; `None`: AWS left out what it is made of.
    row: Option<RowId>,
    group_arn: ArcStr,
    answer: sdk::TargetHealthDescription,
}

impl Target {
    fn of(group_arn: &ArcStr, answer: sdk::TargetHealthDescription) -> Self {
        let target = answer.target();
        let id = target.and_then(|t| t.id()).filter(|id| !id.is_empty());
        let row = id.map(|id| row_id(group_arn, id, target.and_then(|t| t.port())));
        Target { row, group_arn: group_arn.clone(), answer }
    }
    fn health(&self) -> Option<&sdk::TargetHealth> {
        self.answer.target_health()
    }
    fn target(&self) -> Option<&sdk::TargetDescription> {
        self.answer.target()
    }
    fn reason(&self) -> Option<&str> {
        self.health()?.reason().map(|r| r.as_str()).filter(|r| !r.is_empty())
    }
    fn description(&self) -> Option<&str> {
        self.health()?.description()
    }
}

static FIELDS: Fields<Target> = Fields(&[
    field(TARGET_GROUP, |t, c| c.text(Some(name_of_arn(&t.group_arn)))),
    field(ID, |t, _| Value::opt(t.target().and_then(|t| t.id()))),
    field(PORT, |t, _| t.target().and_then(|t| t.port()).map_or(Value::Empty, |p| Value::Int(p.into()))),
    Field::state(HEALTH),
    field(REASON, |t, c| match t.reason() {
        None => Value::Empty,
        Some(code) => c.text(Some(in_short(code, t.description()).as_deref().unwrap_or(code))),
    }),
    field(ZONE, |t, c| c.text(t.target().and_then(|t| t.availability_zone()))),
    field(EXPLANATION, |t, c| match t.reason() {
        None => Value::Empty,
        Some(code) => c.text(explain(code).or_else(|| t.description())),
    }),
    field(REASON_CODE, |t, c| c.text(t.reason())),
    field(DESCRIPTION, |t, c| c.text(t.description())),
    field(CHECK_PORT, |t, c| c.said(t.answer.health_check_port())),
    field(TARGET_GROUP_ARN, |t, _| Value::Text(t.group_arn.clone())),
    field(FieldInfo::text("anomaly", "ANOMALY", "Anomaly detection's result: normal or anomalous."), |t, c| {
        c.text(t.answer.anomaly_detection().and_then(|a| a.result()).map(|r| r.as_str()))
    }),
    field(
        FieldInfo::text("override", "OVERRIDE", "An administrative override such as a zonal shift.").cells(8, 40),
        |t, c| {
            let state = t.answer.administrative_override().and_then(|o| o.state()).map(|s| s.as_str());
            c.text(state.filter(|s| *s != "no_override"))
        },
    ),
]);

static ROWS: RowSpec<Target> = RowSpec::new(&INFO, &FIELDS, |t| t.row.as_deref())
    .stated(|t, c| STATES.state(t.health().and_then(|h| h.state()).map(|s| s.as_str()), c));

/// A target's identity: `GROUP_ARN|TARGET_ID|PORT`; the port is empty for a lambda function.
pub fn row_id(group_arn: &str, target: &str, port: Option<i32>) -> RowId {
    match port {
        Some(port) => format!("{group_arn}|{target}|{port}"),
        None => format!("{group_arn}|{target}|"),
    }
}
/// What [`row_id`] was made of.
pub fn split_row_id(id: &str) -> Option<(&str, &str, Option<i32>)> {
    // An ARN has no bar in it, and a target's ARN or address neither.
    let (rest, port) = id.rsplit_once('|')?;
    let (group, target) = rest.split_once('|')?;
    Some((group, target, port.parse().ok()))
}
/// The health of a target's row.
pub fn health(row: &Record) -> Health {
    Health::parse(row.state.as_ref().map(|(_, s)| s.as_str()).unwrap_or_default())
}
/// What is registered: an instance id, an address, an ARN.
pub fn target_id(row: &Record) -> Option<&str> {
    row.get(&ID).as_str()
}
/// The port that it is registered with.
pub fn port(row: &Record) -> Option<i64> {
    row.get(&PORT).as_int()
}
/// The port that the health check connects to, if that is known.
pub fn check_port(row: &Record) -> Option<u16> {
    let said = row.get(&CHECK_PORT).as_str().and_then(|p| p.parse().ok());
    said.or_else(|| port(row).and_then(|p| u16::try_from(p).ok()))
}

/// The ARN of its target group.
pub fn group_arn(row: &Record) -> Option<&str> {
    row.get(&TARGET_GROUP_ARN).as_str()
}

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.elbv2(&request.scope).await?;
        let mut converter = Converter::new(&request.interner);
        for (arn, targets) in asked(&request, &client, &mut pages).await? {
            pages.ask(&DESCRIBE_TARGET_HEALTH).await?;
            let call = client.describe_target_health().target_group_arn(arn.as_str()).set_targets(targets);
            let found = match call.send().await.map_err(|e| fault::of(&DESCRIBE_TARGET_HEALTH, e)) {
                Ok(out) => out,
                // The group went between two calls, or a target that was asked for by id is not registered any more.
                Err(f) if f.kind == FaultKind::NotFound && request.selector == Selector::All => continue,
                Err(f) if f.code == "InvalidTarget" && request.what != What::Everything => continue,
                Err(f) => return Err(f),
            };
            let targets = found.target_health_descriptions.unwrap_or_default().into_iter();
            let targets: Vec<Target> = targets.map(|d| Target::of(&arn, d)).collect();
            pages.page(ROWS.records(&targets, &mut converter)).await?;
        }
        Ok(())
    })
}

type Asked = Vec<(ArcStr, Option<Vec<sdk::TargetDescription>>)>;

/// Which groups are asked for, and which targets of each (`None`: all).
async fn asked(
    request: &ListRequest,
    client: &aws_sdk_elasticloadbalancingv2::Client,
    pages: &mut Pages,
) -> Result<Asked, Fault> {
    let ids = match (&request.what, &request.selector) {
        (What::Everything, Selector::Parent(arn)) => return Ok(vec![(arn.clone(), None)]),
        (What::Everything, Selector::All | Selector::Filter(_)) => {
            let arns = target_groups::arns(client, pages).await?;
            return Ok(arns.into_iter().map(|arn| (arn, None)).collect());
        }
        (What::Ids(ids), _) => ids,
    };
    let mut out: Asked = Vec::new();
    for (group, target, port) in ids.iter().filter_map(|id| split_row_id(id)) {
        let t = sdk::TargetDescription::builder().id(target).set_port(port).build();
        match out.iter_mut().find(|(arn, _)| arn == group) {
            Some((_, Some(list))) => list.push(t),
            _ => out.push((group.into(), Some(vec![t]))),
        }
    }
    Ok(out)
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let mut out = Vec::new();
    if let Some(id) = target_id(row).filter(|id| id.starts_with("i-")) {
        out.push(Link::to("instance", "instances", std::format!("id={id}")));
    }
    if let Some(name) = row.get(&TARGET_GROUP).as_str() {
        out.push(Link::to("target group", "target-groups", std::format!("name={name}")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{every_state_has_a_tone, record};

    const ARN: &str = "arn:aws:elasticloadbalancing:ap-northeast-2:000000000000:targetgroup/my-tg/73e2d6bc24d8a067";

    fn row(state: &str, reason: Option<&str>) -> Record {
        let health = sdk::TargetHealth::builder()
            .state(state.into())
            .set_reason(reason.map(Into::into))
            .description("AWS's words")
            .build();
        let d = sdk::TargetHealthDescription::builder()
            .target(sdk::TargetDescription::builder().id("i-0a1").port(80).build())
            .target_health(health)
            .build();
        record(&ROWS, &Target::of(&ARN.into(), d))
    }

    #[test]
    fn a_reason_is_a_few_words_and_its_code_and_explanation_stand_beside() {
        for code in sdk::TargetHealthReasonEnum::values() {
            assert!(in_short(code, None).is_some_and(|words| words.len() <= 17), "{code}");
        }
        let codes = Some("Health checks failed with these codes: [404]");
        assert_eq!(in_short("Target.ResponseCodeMismatch", codes).as_deref(), Some("404"));
        assert_eq!(in_short("Target.InvalidState", Some("Target is in the stopped state")).as_deref(), Some("stopped"));
        let row = row("unhealthy", Some("Target.Timeout"));
        assert_eq!(
            (row.get(&REASON), row.get(&REASON_CODE)),
            (&Value::text("timed out"), &Value::text("Target.Timeout"))
        );
    }

    #[test]
    fn every_documented_reason_is_explained_and_a_new_one_keeps_awss_words() {
        for code in sdk::TargetHealthReasonEnum::values() {
            assert!(explain(code).is_some(), "{code}");
        }
        assert_eq!(row("unhealthy", Some("Target.Tired")).get(&EXPLANATION), &Value::text("AWS's words"));
        assert_eq!(row("healthy", None).get(&EXPLANATION), &Value::Empty);
    }

    #[test]
    fn every_state_that_the_sdk_knows_has_a_tone() {
        every_state_has_a_tone(&STATES, sdk::TargetHealthStateEnum::values());
        for state in sdk::TargetHealthStateEnum::values() {
            assert!(!matches!(Health::parse(state), Health::Other(_)), "{state}");
        }
        assert_eq!(row("unhealthy.draining", None).state, Some((Tone::Bad, "unhealthy.draining".into())));
    }

    #[test]
    fn identities_read_back_what_they_were_made_of() {
        let r = row("healthy", None);
        assert_eq!(split_row_id(&r.id), Some((ARN, "i-0a1", Some(80))));
        assert_eq!(
            split_row_id(&row_id(ARN, "arn:aws:lambda:x:0:function:f", None)),
            Some((ARN, "arn:aws:lambda:x:0:function:f", None))
        );
        assert_eq!(split_row_id("nonsense"), None);
    }
}
