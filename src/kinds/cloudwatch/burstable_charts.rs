//! Charts of one burstable instance over a span that somebody chose: those of any instance, and its CPU credits.

use futures::future::BoxFuture;

use super::data::{
    CPU, CREDIT_BALANCE, CREDIT_USAGE, GET_METRIC_DATA, Metric, NETWORK_IN, NETWORK_OUT, Points, STATUS_CHECK_FAILED,
    SURPLUS_CREDITS,
};
use super::instance_charts::charted;
use crate::base::Fault;
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, KindInfo};

/// What they are.
pub static INFO: KindInfo = KindInfo::new("burstable-charts", "burstable instance's chart", "Charts of burstable instances", &FIELDS)
    .doc(
        "CPU, CPU credits, network and status checks of a burstable instance over a span from an hour to 15 months, for the detail's charts. \
         Asked for by id only: seven charged metrics each time.",
    )
    .listed_by(&[&GET_METRIC_DATA])
    .sorted(&ID)
    .side();

/// Charts of burstable instances.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: None };

/// The span and the instance: `1w i-0123`.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The span and the instance id.");

static METRICS: [&Metric; 7] =
    [&CPU, &CREDIT_BALANCE, &CREDIT_USAGE, &SURPLUS_CREDITS, &NETWORK_IN, &NETWORK_OUT, &STATUS_CHECK_FAILED];

static FIELDS: Fields<Points> = Fields(&[
    Field::id(ID),
    field(FieldInfo::series("cpu", "CPU", "Average CPU utilization.").unit("%").aka(&[CPU.name]), |p, _| p.of(0)),
    field(
        FieldInfo::series(
            "credit_balance",
            "CPU credit balance",
            "CPU credits that it has saved: a vCPU for a minute each.",
        )
        .aka(&[CREDIT_BALANCE.name]),
        |p, _| p.of(1),
    ),
    field(
        FieldInfo::series("credit_usage", "CPU credits used", "CPU credits that it spent in each period.")
            .aka(&[CREDIT_USAGE.name]),
        |p, _| p.of(2),
    ),
    field(
        FieldInfo::series(
            "surplus_credits",
            "Surplus CPU credits",
            "CPU credits that an unlimited instance has spent beyond its own and not earned back yet.",
        )
        .aka(&[SURPLUS_CREDITS.name]),
        |p, _| p.of(3),
    ),
    field(
        FieldInfo::series("network_in", "Network in", "Bytes received a second.").unit("B/s").aka(&[NETWORK_IN.name]),
        |p, _| p.of(4),
    ),
    field(
        FieldInfo::series("network_out", "Network out", "Bytes sent a second.").unit("B/s").aka(&[NETWORK_OUT.name]),
        |p, _| p.of(5),
    ),
    field(
        FieldInfo::series("status_check_failed", "Status check failed", "1 where a status check failed, else 0.")
            .aka(&[STATUS_CHECK_FAILED.name]),
        |p, _| p.of(6),
    ),
]);

static ROWS: RowSpec<Points> = RowSpec::new(&INFO, &FIELDS, |p| Some(&p.id));

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move { charted(&request, &mut pages, &METRICS, &ROWS).await })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::ec2::instance_credits::{BURSTABLE, is_burstable};
    use crate::model::FieldList as _;

    #[test]
    fn a_metric_s_own_chart_is_found_by_its_name_and_burstable_types_have_these_charts() {
        for metric in METRICS {
            assert!(INFO.resolve(metric.name).is_some_and(|i| FIELDS.at(i).aliases.contains(&metric.name)));
        }
        let charts = crate::kinds::ec2::instances::INFO.charts.expect("they have charts");
        assert_eq!(charts.other.map(|o| (o.begins, o.kind)), Some((BURSTABLE, INFO.name)));
        assert!(is_burstable("t3.micro"));
    }
}
