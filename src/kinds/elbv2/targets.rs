//! Targets of target groups, and what their health means.

use arcstr::{ArcStr, format};
use aws_sdk_elasticloadbalancingv2::types as sdk;
use futures::future::BoxFuture;

use super::name_of_arn;
use super::target_groups::{self, DESCRIBE_TARGET_GROUPS};
use crate::aws::fault;
use crate::base::{Fault, FaultKind, RowId, Scope};
use crate::kinds::convert::{Converter, Text, field, no_tags, own, said, text};
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::raw::raw;
use crate::model::{FieldInfo, Fields, Kind, KindInfo, Link, Operation, Record, Selector, Service, Tone, Value};

/// `DescribeTargetHealth`: a call for each target group.
pub static DESCRIBE_TARGET_HEALTH: Operation = Operation::read(Service::Elbv2, "DescribeTargetHealth");

/// What is registered: `i-…`, an address, an ARN.
pub const ID: FieldInfo = FieldInfo::id("id", "TARGET", "What is registered: an instance id, an address, an ARN.")
    .shown(0)
    .cells(11, 52)
    .aka(&["target", "instance"])
    .id_of("instances", "i-");
/// The port that it is registered with.
pub const PORT: FieldInfo =
    FieldInfo::int("port", "PORT", "The port that it is registered with; a lambda function has none.").shown(2);
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
    FieldInfo::text("explanation", "EXPLANATION", "The reason in plain words, and what to look at.")
        .shown(6)
        .cells(11, 80);
/// The ARN of the target group.
pub const TARGET_GROUP_ARN: FieldInfo =
    FieldInfo::id("target_group_arn", "GROUP ARN", "The ARN of the target group.").cells(12, 60).aka(&["arn"]);
/// AWS's reason code, e.g. `Target.Timeout`.
pub const REASON: FieldInfo =
    FieldInfo::text("reason", "REASON", "AWS's reason code, if it is not healthy.").shown(3).cells(21, 32);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("targets", "target", "Targets", &FIELDS)
    .doc("What is registered with a target group, and its health with AWS's reason in plain words.")
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
    fn shown(&self) -> (Tone, ArcStr) {
        match self {
            Health::Initial => (Tone::Busy, arcstr::literal!("initial")),
            Health::Healthy => (Tone::Good, arcstr::literal!("healthy")),
            Health::Unhealthy => (Tone::Bad, arcstr::literal!("unhealthy")),
            Health::UnhealthyDraining => (Tone::Bad, arcstr::literal!("unhealthy.draining")),
            Health::Unused => (Tone::Idle, arcstr::literal!("unused")),
            Health::Draining => (Tone::Busy, arcstr::literal!("draining")),
            Health::Unavailable => (Tone::Idle, arcstr::literal!("unavailable")),
            Health::Other(s) => (Tone::Unknown, s.clone()),
        }
    }
}

/// AWS's reason code in plain words, with what to look at; `None` for a code that is not documented.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html>
pub fn explain(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "Elb.RegistrationInProgress" => "It is being registered with the load balancer; no traffic yet.",
        "Elb.InitialHealthChecking" => "The load balancer is still sending it the first health checks.",
        "Elb.InternalError" => {
            "The load balancer has an internal error of its own; the health check says nothing about the target."
        }
        "Target.ResponseCodeMismatch" => {
            "It answers the health check, but not with a response code that the group's matcher accepts: look at the \
             path, \
             the matcher and the application."
        }
        "Target.Timeout" => {
            "It does not answer the health check in time: look at its security group, the network ACLs, whether the \
             application listens on the port, and its load."
        }
        "Target.FailedHealthChecks" => {
            "The connection to it was refused or failed: does the application listen on the health check's port?"
        }
        "Target.NotRegistered" => "It is not registered with the target group.",
        "Target.NotInUse" => {
            "No load balancer sends it traffic: no listener uses the group, or its Availability Zone is not enabled."
        }
        "Target.DeregistrationInProgress" => {
            "It is being deregistered: it gets no new connections, and open ones end within the deregistration delay."
        }
        "Target.InvalidState" => "The instance is stopped or terminated, so it cannot get traffic.",
        "Target.IpUnusable" => "The address cannot be a target: a load balancer uses it itself.",
        "Target.HealthCheckDisabled" => "Health checks are disabled for the group, so its health is not known.",
        _ => return None,
    })
}

/// One target.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    group_arn: ArcStr,
    group: ArcStr,
    id: ArcStr,
    port: Option<i32>,
    zone: Text,
    health: Health,
    reason: Text,
    description: Text,
    check_port: Text,
    anomaly: Text,
    administrative_override: Text,
}

static FIELDS: Fields<Target> = Fields(&[
    field(TARGET_GROUP, |t| Value::Text(t.group.clone())),
    field(ID, |t| Value::Text(t.id.clone())),
    field(PORT, |t| t.port.map_or(Value::Empty, |p| Value::Int(p.into()))),
    field(HEALTH, |t| {
        let (tone, s) = t.health.shown();
        Value::State(tone, s)
    }),
    field(REASON, |t| text(&t.reason)),
    field(
        FieldInfo::text("zone", "ZONE", "The Availability Zone; all: also from zones that are not enabled.")
            .shown(5)
            .cells(4, 16),
        |t| text(&t.zone),
    ),
    field(EXPLANATION, explanation),
    field(FieldInfo::text("description", "DESCRIPTION", "AWS's own words.").cells(11, 60), |t| text(&t.description)),
    field(FieldInfo::text("health_check_port", "CHECK PORT", "The port that is checked.").cells(10, 10), |t| {
        said(&t.check_port)
    }),
    field(TARGET_GROUP_ARN, |t| Value::Text(t.group_arn.clone())),
    field(FieldInfo::text("anomaly", "ANOMALY", "Anomaly detection's result: normal or anomalous."), |t| {
        text(&t.anomaly)
    }),
    field(
        FieldInfo::text("override", "OVERRIDE", "An administrative override such as a zonal shift.").cells(8, 40),
        |t| text(&t.administrative_override),
    ),
]);

fn explanation(t: &Target) -> Value {
    match &t.reason {
        None => Value::Empty,
        Some(code) => explain(code).map_or_else(|| text(&t.description), Value::text),
    }
}

impl Target {
    fn record(&self) -> Record {
        Record {
            kind: Kind(&INFO),
            id: row_id(&self.group_arn, &self.id, self.port),
            name: ArcStr::new(),
            state: Some(self.health.shown()),
            values: FIELDS.values(self),
            tags: no_tags(),
        }
    }
}

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
            let rows = found.target_health_descriptions().iter().filter_map(|d| convert(&mut converter, &arn, d));
            pages.page(rows.map(|t| t.record()).collect()).await?;
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

fn convert(converter: &mut Converter, arn: &ArcStr, d: &sdk::TargetHealthDescription) -> Option<Target> {
    let target = d.target()?;
    let health = d.target_health();
    Some(Target {
        group_arn: arn.clone(),
        group: converter.shared(Some(name_of_arn(arn))).unwrap_or_default(),
        id: own(target.id())?,
        port: target.port(),
        zone: converter.shared(target.availability_zone()),
        health: Health::parse(health.and_then(|h| h.state()).map(|s| s.as_str()).unwrap_or_default()),
        reason: converter.shared(health.and_then(|h| h.reason()).map(|r| r.as_str())),
        description: converter.shared(health.and_then(|h| h.description())),
        check_port: converter.shared(d.health_check_port()),
        anomaly: converter.shared(d.anomaly_detection().and_then(|a| a.result()).map(|r| r.as_str())),
        administrative_override: converter.shared(
            d.administrative_override().and_then(|o| o.state()).map(|s| s.as_str()).filter(|s| *s != "no_override"),
        ),
    })
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let link = |title, kind, query: String| Link { title, kind, selector: Selector::All, query };
    let mut out = Vec::new();
    if let Some(id) = target_id(row).filter(|id| id.starts_with("i-")) {
        out.push(link("instance", "instances", std::format!("id={id}")));
    }
    if let Some(name) = row.get(&TARGET_GROUP).as_str() {
        out.push(link("target group", "target-groups", std::format!("name={name}")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::intern::Interner;

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
        convert(&mut Converter::new(&Interner::default()), &ARN.into(), &d)
            .map(|t| t.record())
            .expect("it has a target")
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
