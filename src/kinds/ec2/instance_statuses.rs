//! Status checks and scheduled events of instances: a side table, joined by instance id.

use arcstr::ArcStr;
use aws_sdk_ec2::types as sdk;
use futures::future::BoxFuture;

use crate::aws::fault;
use crate::base::{Fault, FaultKind, Time};
use crate::kinds::convert::{Converter, batches, field, moment, no_tags, own, time};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::paging::following;
use crate::kinds::raw::raw;
use crate::model::{FieldInfo, Fields, Kind, KindInfo, Operation, Paging, Record, Service, Tone, Value};

/// `DescribeInstanceStatus`.
///
/// It takes 5 to 1000 results a page, or at most 100 ids ("you cannot specify this parameter and the instance IDs parameter in the
/// same request", DescribeInstanceStatus in the EC2 API reference). One that is not listed has come or gone meanwhile.
pub static DESCRIBE_INSTANCE_STATUS: Operation = Operation::read(Service::Ec2, "DescribeInstanceStatus")
    .paged(Paging { rows: PAGE as u32, ids: Some(MOST_IDS as u32), absent_is_none: false });

/// When the earliest scheduled event begins.
pub const NEXT_EVENT: FieldInfo =
    FieldInfo::date("next_event", "NEXT EVENT", "When the earliest scheduled event begins.");

/// The instance id.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The instance id.");
/// Checks passed, of those made; none while it is not running.
pub const CHECKS: FieldInfo =
    FieldInfo::ratio("checks", "CHECKS", "Checks passed, of those made; none while it is not running.");
/// The system status check.
pub const SYSTEM: FieldInfo = FieldInfo::state("system", "SYSTEM", "The system status check.");
/// The instance status check.
pub const INSTANCE: FieldInfo = FieldInfo::state("instance", "INSTANCE", "The instance status check.");
/// The attached EBS status check.
pub const EBS: FieldInfo = FieldInfo::state("ebs", "EBS", "The attached EBS status check.");
/// Since when a check has been failing.
pub const IMPAIRED_SINCE: FieldInfo =
    FieldInfo::age("impaired_since", "IMPAIRED", "Since when a check has been failing.");
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

/// A status check's result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// Passed.
    Ok,
    /// Failed.
    Impaired,
    /// The instance has just been started.
    Initializing,
    /// AWS cannot tell yet.
    InsufficientData,
    /// Not made: the instance is not running.
    NotApplicable,
    /// Something that AWS added since.
    Other(ArcStr),
}

impl Check {
    /// From AWS's word.
    pub fn parse(word: &str) -> Self {
        match word {
            "ok" => Check::Ok,
            "impaired" => Check::Impaired,
            "initializing" => Check::Initializing,
            "insufficient-data" => Check::InsufficientData,
            "not-applicable" => Check::NotApplicable,
            other => Check::Other(other.into()),
        }
    }
    fn value(&self) -> Value {
        let (tone, word) = match self {
            Check::Ok => (Tone::Good, "ok"),
            Check::Impaired => (Tone::Bad, "impaired"),
            Check::Initializing => (Tone::Busy, "initializing"),
            Check::InsufficientData => (Tone::Unknown, "insufficient-data"),
            Check::NotApplicable => return Value::Empty,
            Check::Other(s) => return Value::State(Tone::Unknown, s.clone()),
        };
        Value::State(tone, word.into())
    }
}

/// One instance's checks and events.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceStatus {
    id: ArcStr,
    system: Option<Check>,
    instance: Option<Check>,
    ebs: Option<Check>,
    impaired_since: Option<Time>,
    events: Vec<ArcStr>,
    next_event: Option<Time>,
}

static FIELDS: Fields<InstanceStatus> = Fields(&[
    field(ID, |s| Value::Text(s.id.clone())),
    field(CHECKS, checks),
    field(SYSTEM, |s| check(&s.system)),
    field(INSTANCE, |s| check(&s.instance)),
    field(EBS, |s| check(&s.ebs)),
    field(IMPAIRED_SINCE, |s| moment(s.impaired_since)),
    field(EVENTS, |s| Value::list(s.events.iter().cloned())),
    field(NEXT_EVENT, |s| moment(s.next_event)),
]);

fn check(c: &Option<Check>) -> Value {
    c.as_ref().map_or(Value::Empty, Check::value)
}

fn checks(s: &InstanceStatus) -> Value {
    let made = || [&s.system, &s.instance, &s.ebs].into_iter().flatten().filter(|c| **c != Check::NotApplicable);
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    match count(made().count()) {
        0 => Value::Empty,
        of => Value::Ratio {
            ok: count(made().filter(|c| **c == Check::Ok).count()),
            of,
            // Of an instance that has just been started: nothing is wrong with it yet.
            busy: count(made().filter(|c| matches!(c, Check::Initializing | Check::InsufficientData)).count()),
        },
    }
}

impl InstanceStatus {
    fn record(&self) -> Record {
        Record {
            kind: Kind(&INFO),
            id: self.id.clone(),
            name: ArcStr::new(),
            state: None,
            values: FIELDS.values(self),
            tags: no_tags(),
        }
    }
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
                let rows = out.instance_statuses().iter().filter_map(|s| convert(&mut converter, s));
                pages.page(rows.map(|s| s.record()).collect()).await?;
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

fn convert(converter: &mut Converter, s: &sdk::InstanceStatus) -> Option<InstanceStatus> {
    let summary = |x: Option<&sdk::InstanceStatusSummary>| x.and_then(|s| s.status()).map(|s| Check::parse(s.as_str()));
    let since = [s.system_status(), s.instance_status()]
        .into_iter()
        .flatten()
        .flat_map(|s| s.details())
        .filter_map(|d| time(d.impaired_since()));
    let ebs_since =
        s.attached_ebs_status().into_iter().flat_map(|e| e.details()).filter_map(|d| time(d.impaired_since()));
    // What is over stays in the list for a week, marked so.
    let open = || s.events().iter().filter(|e| !over(e));
    Some(InstanceStatus {
        id: own(s.instance_id())?,
        system: summary(s.system_status()),
        instance: summary(s.instance_status()),
        ebs: s.attached_ebs_status().and_then(|e| e.status()).map(|s| Check::parse(s.as_str())),
        impaired_since: since.chain(ebs_since).min(),
        events: s.events().iter().filter_map(|e| converter.shared(Some(&event_text(e)))).collect(),
        next_event: open().filter_map(|e| time(e.not_before())).min(),
    })
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
    use crate::kinds::intern::Interner;
    use aws_smithy_types::DateTime;

    fn summary(status: &str) -> sdk::InstanceStatusSummary {
        sdk::InstanceStatusSummary::builder().status(status.into()).build()
    }

    fn row(s: sdk::InstanceStatus) -> Record {
        convert(&mut Converter::new(&Interner::default()), &s).map(|s| s.record()).expect("it has an id")
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
    fn one_instance_that_is_gone_does_not_fail_the_others() {
        let gone = Fault::new(FaultKind::NotFound, "The instance IDs 'i-2, i-3' do not exist");
        let mut ids = Some(vec!["i-1".to_string(), "i-2".into(), "i-3".into(), "i-22".into()]);
        assert!(drop_missing(&mut ids, &gone));
        assert_eq!(ids, Some(vec!["i-1".to_string(), "i-22".into()]));
        assert!(!drop_missing(&mut ids, &gone), "asking the same again would never end");
    }
}
