//! How many alarms of an instance are OK: a side table, joined by instance id, counted from the list of all alarms
//! (which is free).
//!
//! A struct stands between the answers and the row: it counts alarms of many pages.

use arcstr::ArcStr;
use aws_sdk_cloudwatch::types::StateValue;
use futures::future::BoxFuture;
use indexmap::IndexMap;

use super::alarms;
use super::watched::Watched;
use crate::aws::fault;
use crate::base::Fault;
use crate::kinds::convert::Converter;
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::paging::following;
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, KindInfo, Operation, Paging, Value};

/// `DescribeAlarms` for the alarms of instances: there is no asking for those of some (`DescribeAlarmsForMetric` wants each metric by
/// name).
pub static DESCRIBE_ALARMS: Operation =
    alarms::DESCRIBE_ALARMS.paged(Paging { rows: 100, ids: None, absent_is_none: true });

/// The instance id.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The instance id.");
/// Alarms on it that are OK, of all; none if it has none.
pub const ALARMS: FieldInfo =
    FieldInfo::ratio("alarms", "ALARMS", "Alarms on it that are OK, of all; none if it has none.").cells(6, 7);

/// What it is.
pub static INFO: KindInfo = KindInfo::new("instance-alarms", "instance's alarms", "Alarms of instances", &FIELDS)
    .doc("How many of an instance's alarms are OK, joined to instances by id.")
    .listed_by(&[&DESCRIBE_ALARMS])
    .sorted(&ID)
    .side();

/// Alarms of instances.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: None };

/// One instance's alarms.
#[derive(Default)]
struct InstanceAlarms {
    id: ArcStr,
    ok: u32,
    of: u32,
    /// With too few data to tell.
    unknown: u32,
}

static FIELDS: Fields<InstanceAlarms> = Fields(&[
    Field::id(ID),
    field(
        ALARMS,
        // One that lacks data is not OK, and not alarmed either: it may be new, or its instance stopped.
        |a, _| if a.of == 0 { Value::Empty } else { Value::Ratio { ok: a.ok, of: a.of, busy: a.unknown } },
    ),
]);

impl InstanceAlarms {
    fn count(&mut self, state: Option<&StateValue>) {
        self.of += 1;
        match state {
            Some(StateValue::Ok) => self.ok += 1,
            Some(StateValue::Alarm) => {}
            _ => self.unknown += 1,
        }
    }
}

static ROWS: RowSpec<InstanceAlarms> = RowSpec::new(&INFO, &FIELDS, |a| Some(&a.id));

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.cloudwatch(&request.scope).await?;
        let mut found: IndexMap<ArcStr, InstanceAlarms> = IndexMap::new();
        // Who is asked for by name gets an answer also without alarms: "none" is not "not asked".
        if let What::Ids(ids) = &request.what {
            found.extend(ids.iter().map(|id| (id.clone(), InstanceAlarms { id: id.clone(), ..Default::default() })));
        }
        let mut token: Option<String> = None;
        loop {
            pages.ask(&DESCRIBE_ALARMS).await?;
            let call = client.describe_alarms().max_records(100).set_next_token(token.clone());
            let out = call.send().await.map_err(|e| fault::of(&DESCRIBE_ALARMS, e))?;
            for alarm in out.metric_alarms() {
                // An instance that an alarm names in several of its metrics has one alarm more.
                let mut ids: Vec<String> = Vec::new();
                for (name, value) in Watched::of(alarm).dimensions {
                    if name == "InstanceId" && !ids.contains(&value) {
                        ids.push(value);
                    }
                }
                for id in ids {
                    let id: ArcStr = id.into();
                    let entry = match (found.get_mut(&id), &request.what) {
                        (Some(entry), _) => entry,
                        (None, What::Ids(_)) => continue,
                        (None, What::Everything) => {
                            found.entry(id.clone()).or_insert_with(|| InstanceAlarms { id, ..Default::default() })
                        }
                    };
                    entry.count(alarm.state_value());
                }
            }
            token = following(&DESCRIBE_ALARMS, token.as_deref(), out.next_token)?;
            if token.is_none() {
                break;
            }
        }
        pages.page(ROWS.records(found.values(), &mut Converter::new(&request.interner))).await
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::record;
    use crate::model::Tone;

    #[test]
    fn an_alarm_without_data_is_not_ok_and_not_bad() {
        let of = |states: &[StateValue]| {
            let mut all = InstanceAlarms { id: "i-1".into(), ..InstanceAlarms::default() };
            states.iter().for_each(|s| all.count(Some(s)));
            let value = record(&ROWS, &all).get(&ALARMS).clone();
            (value.tone(), value)
        };
        use StateValue::{Alarm, InsufficientData, Ok};
        assert_eq!(of(&[]), (None, Value::Empty));
        assert_eq!(of(&[Ok, Ok]), (None, Value::ratio(2, 2)));
        assert_eq!(of(&[Ok, InsufficientData]).0, Some(Tone::Busy));
        assert_eq!(of(&[Alarm, InsufficientData]).0, Some(Tone::Bad));
    }
}
