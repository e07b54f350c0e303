//! Status checks and scheduled events of instances: a side table, joined by instance id.

use arcstr::ArcStr;
use aws_sdk_ec2::types as sdk;
use futures::future::BoxFuture;

use crate::aws::fault;
use crate::base::{Fault, FaultKind, Time};
use crate::kinds::convert::{Converter, batches, moment, time};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::paging::following;
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, States, field};
use crate::model::{FieldInfo, Kind, KindInfo, Operation, Paging, Service, TableKey, Tone, Value};
use crate::store::Store;

/// `DescribeInstanceStatus`.
///
/// It takes 5 to 1000 results a page, or at most 100 ids ("you cannot specify this parameter and the instance IDs parameter in the
/// same request", DescribeInstanceStatus in the EC2 API reference). One that is not listed has come or gone meanwhile.
pub static DESCRIBE_INSTANCE_STATUS: Operation = Operation::read(Service::Ec2, "DescribeInstanceStatus")
    .paged(Paging { rows: PAGE as u32, ids: Some(MOST_IDS as u32), absent_is_none: false });

/// When the earliest scheduled event begins.
pub const NEXT_EVENT: FieldInfo = FieldInfo::date("next_event", "NEXT EVENT", "When the next scheduled event begins.");

/// The instance id.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The instance id.");
/// Checks passed, of those made; none while it is not running.
pub const CHECKS: FieldInfo =
    FieldInfo::ratio("checks", "CHECKS", "Status checks passed, of those made; none while it is not running.");
/// The system status check.
pub const SYSTEM: FieldInfo = FieldInfo::state("system", "SYSTEM", "The system status check.");
/// The instance status check.
pub const INSTANCE: FieldInfo = FieldInfo::state("instance", "INSTANCE", "The instance status check.");
/// The attached EBS status check.
pub const EBS: FieldInfo = FieldInfo::state("ebs", "EBS", "The attached EBS status check.");
/// Since when a check has been failing.
pub const IMPAIRED_SINCE: FieldInfo =
    FieldInfo::age("impaired_since", "IMPAIRED", "Since when a status check has been failing.");
/// What the next scheduled event does.
pub const NEXT: FieldInfo = FieldInfo::state(
    "event",
    "EVENT",
    "What the next scheduled event does: instance-stop and instance-retirement end it where it runs.",
);
/// Scheduled events that are not over, as [`Scheduled`] reads them.
pub(super) const PENDING: FieldInfo = FieldInfo::list(
    "pending_events",
    "PENDING EVENTS",
    "Scheduled events that are not over: id, code, start and deadline of each.",
);
/// Scheduled events, each with its date.
pub const EVENTS: FieldInfo = FieldInfo::list("events", "EVENTS", "Scheduled events, each with its date.");

/// What they are.
pub static INFO: KindInfo = KindInfo::new("instance-statuses", "instance status", "Instance statuses", &FIELDS)
    .doc("Status checks and scheduled events of instances, joined to them by id.")
    .listed_by(&[&DESCRIBE_INSTANCE_STATUS])
    .sorted(&ID)
    .side();

/// Instance statuses.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: Some(|r, id| raw(list, r, id)) };

/// A scheduled event that is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheduled {
    /// `instance-event-…`.
    pub id: ArcStr,
    /// `system-reboot`.
    pub code: ArcStr,
    /// Its earliest start.
    pub start: Option<Time>,
    /// Until when its start can be moved; none: it cannot be moved.
    pub deadline: Option<Time>,
}

impl Scheduled {
    fn of(e: &sdk::InstanceStatusEvent) -> Option<Scheduled> {
        let id = e.instance_event_id()?.into();
        let code = e.code().map_or("event", |c| c.as_str()).into();
        Some(Scheduled { id, code, start: time(e.not_before()), deadline: time(e.not_before_deadline()) })
    }
    /// The four in one text.
    fn text(&self) -> ArcStr {
        let at = |t: Option<Time>| t.map_or_else(|| "-".to_string(), Time::rfc3339_millis);
        arcstr::format!("{} {} {} {}", self.id, self.code, at(self.start), at(self.deadline))
    }
    fn read(text: &str) -> Option<Scheduled> {
        let mut words = text.split(' ');
        let (id, code) = (words.next()?.into(), words.next()?.into());
        Some(Scheduled { id, code, start: Time::parse(words.next()?), deadline: Time::parse(words.next()?) })
    }
}

/// The scheduled events of an instance that are not over, the earliest first; `None`: not known.
pub fn scheduled(store: &Store, instances: &TableKey, id: &str) -> Option<Vec<Scheduled>> {
    let row = store.side(instances, Kind(&INFO), id)?;
    let mut events: Vec<Scheduled> = row.get(&PENDING).items().iter().filter_map(|e| Scheduled::read(e)).collect();
    events.sort_by_key(|e| e.start);
    Some(events)
}

/// What events do: those that end an instance where it runs are bad, the others pass.
static EVENT_CODES: States = States(&[
    ("instance-reboot", Tone::Busy),
    ("system-reboot", Tone::Busy),
    ("system-maintenance", Tone::Busy),
    ("instance-retirement", Tone::Bad),
    ("instance-stop", Tone::Bad),
]);

/// A check's results; `not-applicable` is none: it was not made, because the instance is not running.
static CHECK_STATES: States = States(&[
    (OK, Tone::Good),
    ("impaired", Tone::Bad),
    ("initializing", Tone::Busy),
    ("insufficient-data", Tone::Unknown),
]);

const OK: &str = "ok";

static FIELDS: Fields<sdk::InstanceStatus> = Fields(&[
    Field::id(ID),
    field(CHECKS, |s, _| checks(s)),
    field(SYSTEM, |s, c| CHECK_STATES.value(result(s.system_status()), c)),
    field(INSTANCE, |s, c| CHECK_STATES.value(result(s.instance_status()), c)),
    field(EBS, |s, c| CHECK_STATES.value(ebs(s), c)),
    field(IMPAIRED_SINCE, |s, _| moment(impaired_since(s))),
    field(EVENTS, |s, c| Value::list(s.events().iter().filter_map(|e| c.shared(Some(&event_text(e)))))),
    // What is over stays in the list for a week, marked so.
    field(NEXT, |s, c| {
        let next = s.events().iter().filter(|e| !over(e)).min_by_key(|e| time(e.not_before()));
        EVENT_CODES.value(next.and_then(|e| e.code()).map(|code| code.as_str()), c)
    }),
    field(PENDING, |s, _| {
        Value::list(s.events().iter().filter(|e| !over(e)).filter_map(|e| Some(Scheduled::of(e)?.text())))
    }),
    field(NEXT_EVENT, |s, _| moment(s.events().iter().filter(|e| !over(e)).filter_map(|e| time(e.not_before())).min())),
]);

static ROWS: RowSpec<sdk::InstanceStatus> = RowSpec::new(&INFO, &FIELDS, |s| s.instance_id());

/// The result of a check that was made.
fn result(summary: Option<&sdk::InstanceStatusSummary>) -> Option<&str> {
    made(summary?.status().map(|s| s.as_str()))
}

fn ebs(s: &sdk::InstanceStatus) -> Option<&str> {
    made(s.attached_ebs_status()?.status().map(|s| s.as_str()))
}

fn made(word: Option<&str>) -> Option<&str> {
    word.filter(|w| *w != "not-applicable")
}

fn checks(s: &sdk::InstanceStatus) -> Value {
    let made = || [result(s.system_status()), result(s.instance_status()), ebs(s)].into_iter().flatten();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    match count(made().count()) {
        0 => Value::Empty,
        of => Value::Ratio {
            ok: count(made().filter(|word| *word == OK).count()),
            of,
            // Of an instance that has just been started: nothing is wrong with it yet.
            busy: count(made().filter(|word| matches!(*word, "initializing" | "insufficient-data")).count()),
        },
    }
}

fn impaired_since(s: &sdk::InstanceStatus) -> Option<Time> {
    let summaries = [s.system_status(), s.instance_status()].into_iter().flatten();
    let since = summaries.flat_map(|s| s.details()).filter_map(|d| time(d.impaired_since()));
    let ebs = s.attached_ebs_status().into_iter().flat_map(|e| e.details()).filter_map(|d| time(d.impaired_since()));
    since.chain(ebs).min()
}

const PAGE: i32 = 1000;
const MOST_IDS: usize = 100;

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::new(&request.interner);
        for mut ids in batches(&request.what, MOST_IDS) {
            let mut token: Option<String> = None;
            loop {
                pages.ask(&DESCRIBE_INSTANCE_STATUS).await?;
                // With the stopped ones, so that "no checks" and "not asked" differ.
                let call = client.describe_instance_status().include_all_instances(true).set_next_token(token.clone());
                // There is no filter by instance id here, and the id list does not page.
                let call = match &ids {
                    Some(ids) => call.set_instance_ids(Some(ids.clone())),
                    None => call.max_results(PAGE),
                };
                let out = match call.send().await.map_err(|e| fault::of(&DESCRIBE_INSTANCE_STATUS, e)) {
                    Ok(out) => out,
                    Err(f) if f.kind == FaultKind::NotFound && drop_missing(&mut ids, &f) => continue,
                    Err(f) if f.kind == FaultKind::NotFound && ids.is_some() => break,
                    Err(f) => return Err(f),
                };
                token = following(&DESCRIBE_INSTANCE_STATUS, token.as_deref(), out.next_token().map(str::to_string))?;
                pages.page(ROWS.records(out.instance_statuses(), &mut converter)).await?;
                if token.is_none() {
                    break;
                }
            }
        }
        Ok(())
    })
}

/// AWS names the ids that do not exist (`The instance IDs 'i-1, i-2' do not exist`): takes them off the list. Whether
/// there is still something to ask for, and less than before.
fn drop_missing(ids: &mut Option<Vec<String>>, fault: &Fault) -> bool {
    let Some(ids) = ids else { return false };
    let before = ids.len();
    ids.retain(|id| !fault.message.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').any(|w| w == id));
    !ids.is_empty() && ids.len() < before
}

fn over(e: &sdk::InstanceStatusEvent) -> bool {
    e.description().is_some_and(|d| d.starts_with("[Completed]") || d.starts_with("[Canceled]"))
}

fn event_text(e: &sdk::InstanceStatusEvent) -> String {
    let code = e.code().map(|c| c.as_str()).unwrap_or("event");
    let from = time(e.not_before()).map(|t| format!(" {}", t.rfc3339())).unwrap_or_default();
    let to = time(e.not_after()).map(|t| format!(" to {}", t.rfc3339())).unwrap_or_default();
    let deadline = time(e.not_before_deadline()).map(|t| format!(", by {}", t.rfc3339())).unwrap_or_default();
    let why = e.description().map(|d| format!(": {d}")).unwrap_or_default();
    format!("{code}{from}{to}{deadline}{why}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::record;
    use crate::model::Record;
    use aws_smithy_types::DateTime;

    fn summary(status: &str) -> sdk::InstanceStatusSummary {
        sdk::InstanceStatusSummary::builder().status(status.into()).build()
    }

    fn row(s: sdk::InstanceStatus) -> Record {
        record(&ROWS, &s)
    }

    #[test]
    fn a_failed_check_counts_and_one_that_was_not_made_does_not() {
        let of = |system: &str, instance: &str| {
            let s = sdk::InstanceStatus::builder().instance_id("i-1");
            row(s.system_status(summary(system)).instance_status(summary(instance)).build()).get(&CHECKS).clone()
        };
        assert_eq!(of("ok", "ok"), Value::ratio(2, 2));
        assert_eq!(of("ok", "impaired"), Value::ratio(1, 2));
        assert_eq!(of("initializing", "initializing"), Value::Ratio { ok: 0, of: 2, busy: 2 });
        assert_eq!(of("initializing", "initializing").tone(), Some(Tone::Busy));
        assert_eq!(of("initializing", "impaired").tone(), Some(Tone::Bad));
        assert_eq!(of("ok", "ok").tone(), None);
        assert_eq!(of("not-applicable", "not-applicable"), Value::Empty);
    }

    #[test]
    fn the_next_event_is_the_earliest_that_is_not_over() {
        let event = |at: i64, text: &str| {
            sdk::InstanceStatusEvent::builder()
                .code(sdk::EventCode::SystemReboot)
                .description(text)
                .not_before(DateTime::from_secs(at))
                .build()
        };
        let r = row(sdk::InstanceStatus::builder()
            .instance_id("i-1")
            .events(event(100, "[Completed] reboot"))
            .events(event(300, "reboot"))
            .events(event(200, "maintenance"))
            .build());
        assert_eq!(r.get(&NEXT_EVENT), &Value::Time(Time::from_secs(200)));
        assert_eq!(r.get(&EVENTS).items().len(), 3);
        assert_eq!(r.get(&EVENTS).items()[2], "system-reboot 1970-01-01T00:03:20Z: maintenance");
    }

    #[test]
    fn an_event_is_read_back_as_it_was_said() {
        for deadline in [None, Some(Time::from_secs(900))] {
            let event = Scheduled {
                id: "instance-event-1".into(),
                code: "system-reboot".into(),
                start: Some(Time::from_secs(300)),
                deadline,
            };
            assert_eq!(Scheduled::read(&event.text()), Some(event));
        }
        let event =
            sdk::InstanceStatusEvent::builder().instance_event_id("e").code(sdk::EventCode::InstanceRetirement).build();
        let r = row(sdk::InstanceStatus::builder().instance_id("i-1").events(event).build());
        assert_eq!(r.get(&NEXT).tone(), Some(Tone::Bad));
    }

    #[test]
    fn one_instance_that_is_gone_does_not_fail_the_others() {
        let gone = Fault::new(FaultKind::NotFound, "The instance IDs 'i-2, i-3' do not exist");
        let mut ids = Some(vec!["i-1".to_string(), "i-2".into(), "i-3".into(), "i-22".into()]);
        assert!(drop_missing(&mut ids, &gone));
        assert_eq!(ids, Some(vec!["i-1".to_string(), "i-22".into()]));
        assert!(!drop_missing(&mut ids, &gone), "asking the same again would never end");
    }
}
