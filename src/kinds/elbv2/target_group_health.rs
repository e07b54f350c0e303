//! How many targets of a target group are healthy: a side table, joined by the group's ARN. One request for each group.
//!
//! A struct stands between the answer and the row: it counts the answer's many.

use arcstr::ArcStr;
use aws_sdk_elasticloadbalancingv2::types as sdk;
use futures::future::BoxFuture;

use super::target_groups::{self, DESCRIBE_TARGET_GROUPS};
use super::targets::{DESCRIBE_TARGET_HEALTH, Health};
use crate::aws::fault;
use crate::base::{Fault, FaultKind};
use crate::kinds::convert::Converter;
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, KindInfo, Value};

/// The ARN of the target group.
pub const ID: FieldInfo = FieldInfo::id("id", "ARN", "The ARN of the target group.");
/// Targets that fail their checks.
pub const UNHEALTHY: FieldInfo =
    FieldInfo::int("unhealthy", "UNHEALTHY", "Targets that fail their checks.").cells(9, 9);
/// Targets that get no traffic and are not checked.
pub const UNUSED: FieldInfo = FieldInfo::int(
    "unused",
    "UNUSED",
    "Targets that get no traffic and are not checked: no load balancer uses the group or their zone, or they are \
     stopped.",
)
.cells(6, 6);
/// Targets whose health is not known: checks are off.
pub const UNKNOWN: FieldInfo =
    FieldInfo::int("unknown", "UNKNOWN", "Targets whose health is not known, because health checks are off.")
        .cells(7, 7);
/// Healthy targets, of those whose health is known.
pub const HEALTHY: FieldInfo = FieldInfo::ratio(
    "healthy",
    "HEALTHY",
    "Healthy targets, of those whose health is checked; none if nothing is registered; unknown if health checks are \
     off or the targets get no traffic.",
)
.cells(7, 7);

/// What it is.
pub static INFO: KindInfo =
    KindInfo::new("target-group-health", "target group's health", "Health of target groups", &FIELDS)
        .doc("How many targets of a target group are healthy, joined to the groups by ARN.")
        .listed_by(&[&DESCRIBE_TARGET_HEALTH, &DESCRIBE_TARGET_GROUPS])
        .sorted(&ID)
        .side();

/// Health of target groups.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: Some(|r, id| raw(list, r, id)) };

/// One group's health.
struct GroupHealth {
    arn: ArcStr,
    healthy: u32,
    unhealthy: u32,
    draining: u32,
    initial: u32,
    unused: u32,
    /// Not checked, or a state that AWS added since.
    unknown: u32,
}

static FIELDS: Fields<GroupHealth> = Fields(&[
    Field::id(ID),
    field(HEALTHY, |h, _| healthy(h)),
    field(UNHEALTHY, |h, _| Value::Int(h.unhealthy.into())),
    field(UNUSED, |h, _| Value::Int(h.unused.into())),
    field(UNKNOWN, |h, _| Value::Int(h.unknown.into())),
    field(FieldInfo::int("draining", "DRAINING", "Targets being deregistered.").cells(8, 8), |h, _| {
        Value::Int(h.draining.into())
    }),
]);

/// Draining targets are on their way out: they are not what the group should have. Of those that nobody checks there is no telling,
/// which is not the same as unhealthy: "unused" and "unavailable" in
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html>.
fn healthy(h: &GroupHealth) -> Value {
    match h.healthy + h.unhealthy + h.initial {
        0 if h.unused + h.unknown > 0 => Value::Unknown,
        0 => Value::Empty,
        of => Value::Ratio { ok: h.healthy, of, busy: h.initial },
    }
}

impl GroupHealth {
    fn of(arn: ArcStr, targets: &[sdk::TargetHealthDescription]) -> Self {
        let mut h = GroupHealth { arn, healthy: 0, unhealthy: 0, draining: 0, initial: 0, unused: 0, unknown: 0 };
        for t in targets {
            match Health::parse(t.target_health().and_then(|h| h.state()).map(|s| s.as_str()).unwrap_or_default()) {
                Health::Healthy => h.healthy += 1,
                Health::Unhealthy | Health::UnhealthyDraining => h.unhealthy += 1,
                Health::Draining => h.draining += 1,
                Health::Initial => h.initial += 1,
                Health::Unused => h.unused += 1,
                Health::Unavailable | Health::Other(_) => h.unknown += 1,
            }
        }
        h
    }
}

static ROWS: RowSpec<GroupHealth> = RowSpec::new(&INFO, &FIELDS, |h| Some(&h.arn));

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.elbv2(&request.scope).await?;
        let mut converter = Converter::new(&request.interner);
        let arns = match &request.what {
            What::Everything => target_groups::arns(&client, &mut pages).await?,
            What::Ids(ids) => ids.to_vec(),
        };
        for arn in arns {
            pages.ask(&DESCRIBE_TARGET_HEALTH).await?;
            let call = client.describe_target_health().target_group_arn(arn.as_str());
            match call.send().await.map_err(|e| fault::of(&DESCRIBE_TARGET_HEALTH, e)) {
                Ok(out) => {
                    let health = GroupHealth::of(arn, out.target_health_descriptions());
                    pages.page(ROWS.records([&health], &mut converter)).await?;
                }
                // It went between two calls.
                Err(f) if f.kind == FaultKind::NotFound => {}
                Err(f) => return Err(f),
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::record;

    #[test]
    fn a_group_that_drains_its_last_target_is_empty_and_not_unhealthy() {
        let of = |states: &[&str]| {
            let all: Vec<_> = states
                .iter()
                .map(|s| {
                    let health = sdk::TargetHealth::builder().state((*s).into()).build();
                    sdk::TargetHealthDescription::builder().target_health(health).build()
                })
                .collect();
            record(&ROWS, &GroupHealth::of("arn".into(), &all)).get(&HEALTHY).clone()
        };
        assert_eq!(of(&[]), Value::Empty);
        assert_eq!(of(&["draining"]), Value::Empty);
        assert_eq!(of(&["healthy", "unhealthy", "initial", "draining"]), Value::Ratio { ok: 1, of: 3, busy: 1 });
        assert_eq!(of(&["initial", "healthy"]).tone(), Some(crate::model::Tone::Busy));
        assert_eq!(of(&["unhealthy.draining"]).tone(), Some(crate::model::Tone::Bad));
    }

    /// A group whose health checks are off, as a lambda function's are by default, once showed a red 0/1.
    #[test]
    fn what_nobody_checks_is_unknown_and_not_unhealthy() {
        let of = |states: &[&str]| {
            let health = |s: &&str| sdk::TargetHealth::builder().state((*s).into()).build();
            let all: Vec<_> = states
                .iter()
                .map(|s| sdk::TargetHealthDescription::builder().target_health(health(s)).build())
                .collect();
            record(&ROWS, &GroupHealth::of("arn".into(), &all))
        };
        for word in ["unavailable", "unused", "rebooting"] {
            assert_eq!(of(&[word]).get(&HEALTHY), &Value::Unknown, "{word}");
            assert_eq!(of(&[word, "draining"]).get(&HEALTHY), &Value::Unknown, "{word}");
            let mixed = of(&["healthy", "healthy", word]);
            assert_eq!((mixed.get(&HEALTHY), mixed.get(&HEALTHY).tone()), (&Value::ratio(2, 2), None), "{word}");
            assert_eq!(
                of(&["healthy", "unhealthy", word]).get(&HEALTHY).tone(),
                Some(crate::model::Tone::Bad),
                "{word}"
            );
            assert_eq!(mixed.get(&UNHEALTHY), &Value::Int(0));
        }
        assert_eq!(
            (of(&["unused"]).get(&UNUSED), of(&["unavailable"]).get(&UNKNOWN)),
            (&Value::Int(1), &Value::Int(1))
        );
    }
}
