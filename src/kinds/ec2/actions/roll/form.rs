//! What is asked of a rolling change: what is done, how many at a time, how long between, and which alarms halt it. The command over ssh has a file
//! of its own ([`super::over_ssh`]).

use std::time::Duration;

use arcstr::ArcStr;

use super::super::change_type;
use super::over_ssh::{self, Over};
use super::places::{Place, survey};
use crate::base::text::visible;
use crate::kinds::action::{ActionContext, Target};
use crate::kinds::cloudwatch::alarms;
use crate::kinds::ec2::instances::instance;
use crate::kinds::plan_builder::{by_scope, form_title, label, line, need, pick, text_of};
use crate::kinds::rows_field::rows_field;
use crate::model::{Choice, FormField, FormSpec, Kind, Pick, TableKey, Values};

pub(super) const WHAT: &str = "what";
const BATCH: &str = "batch";
const PAUSE: &str = "pause";
const ALARMS: &str = "alarms";
const NONE: &str = "none";

const STOP_START: &str = "stop-start";
const REBOOT: &str = "reboot";
const TYPE: &str = "type";
const COMMAND: &str = "command";

/// A pause of more than a day is no pause.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// What is done to each.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Change {
    StopStart,
    Reboot,
    Type(ArcStr),
    Command(Over),
}

/// A form that is right.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Filled {
    pub(super) change: Change,
    /// Instances at a time.
    pub(super) batch: usize,
    pub(super) pause: Duration,
    /// Alarms by their names, of each of the instances' regions that has some of them.
    pub(super) alarms: Vec<(TableKey, Vec<ArcStr>)>,
}

impl Filled {
    pub(super) fn of(cx: &ActionContext<'_>, spec: &FormSpec) -> Result<Filled, String> {
        let text = |name: &str| spec.fields.iter().find(|f| f.name == name).map(text_of).unwrap_or_default();
        let change = match text(WHAT).as_str() {
            STOP_START => Change::StopStart,
            REBOOT => Change::Reboot,
            TYPE => Change::Type(text(TYPE)),
            COMMAND => Change::Command(Over::of(cx, spec)?),
            other => return Err(format!("{} is no change.", visible(other))),
        };
        let alarms = text(ALARMS);
        let alarms = alarms.split(',').map(str::trim).filter(|a| !a.is_empty() && *a != NONE);
        Ok(Filled {
            change,
            batch: batch_size(&text(BATCH), cx.targets.len())?,
            pause: pause(&text(PAUSE))?,
            alarms: by_region(cx, alarms),
        })
    }
}

/// The tables of alarms of the instances' regions.
fn alarm_tables(cx: &ActionContext<'_>) -> Vec<TableKey> {
    by_scope(cx.targets).into_iter().map(|(scope, _)| TableKey::all(scope.clone(), Kind(&alarms::INFO))).collect()
}

/// Which alarms are in which of the regions. Of a name that several have, all are meant.
fn by_region<'n>(cx: &ActionContext<'_>, names: impl Iterator<Item = &'n str>) -> Vec<(TableKey, Vec<ArcStr>)> {
    let mut out: Vec<(TableKey, Vec<ArcStr>)> = alarm_tables(cx).into_iter().map(|t| (t, Vec::new())).collect();
    for name in names {
        let there: Vec<bool> = out.iter().map(|(table, _)| cx.store.get(table, name).is_some()).collect();
        let nowhere = !there.contains(&true);
        for (i, (_, of_region)) in out.iter_mut().enumerate() {
            // What nobody knows is looked for in the first one, and the change waits for it there.
            if there[i] || (nowhere && i == 0) {
                of_region.push(name.into());
            }
        }
    }
    out.retain(|(_, of_region)| !of_region.is_empty());
    out
}

pub(super) fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let found = survey(cx);
    let mut what = what(cx, values);
    if what.error.is_none()
        && let Err(missing) = &found
    {
        missing.needs.iter().for_each(|key| need(&mut needs, key.clone()));
        what.error = Some(missing.why.clone());
    }
    let chosen = text_of(&what);
    let mut fields = vec![what];
    if chosen == TYPE {
        fields.push(change_type::type_field(cx, values));
    }
    if chosen == COMMAND {
        fields.extend(over_ssh::fields(cx, values, &mut needs));
    }
    fields.push(batch(cx, values, found.as_deref().unwrap_or_default()));
    fields.push(pause_field(values));
    fields.push(alarms_field(cx, values, &mut needs));
    FormSpec { title: form_title(cx, "Rolling change of"), fields, needs }
}

fn what(cx: &ActionContext<'_>, values: &Values) -> FormField {
    let stops = cx.targets.iter().find_map(cannot_stop);
    let typed = cx.targets.iter().find_map(cannot_change_type).or_else(|| stops.clone());
    let choices = [
        (STOP_START, "stop-start  stops each and starts it again: it may come up on other hardware", stops),
        (REBOOT, "reboot  the same machine, addresses and disks", None),
        (TYPE, "type  stops each, gives it another instance type, starts it", typed),
        (COMMAND, "command  a command of yours over ssh, e.g. sudo systemctl restart app", None),
    ];
    let choice = |(value, label, disabled): (&str, &str, Option<String>)| Choice {
        value: value.into(),
        label: label.into(),
        disabled,
    };
    let help = "What is done to each instance while it is out of service.";
    pick(values, (WHAT, "Change"), choices.into_iter().map(choice).collect(), STOP_START, help)
}

fn cannot_stop(t: &Target) -> Option<String> {
    let stays = instance::root_is_ebs(&t.record) == Some(false);
    stays.then(|| format!("The root volume of {} is an instance store: it cannot be stopped.", label(&t.record)))
}

fn cannot_change_type(t: &Target) -> Option<String> {
    instance::is_spot(&t.record)
        .then(|| format!("{} is a Spot Instance: its type cannot be changed.", label(&t.record)))
}

/// `2`, or `25%` of all, at least one.
fn batch_size(text: &str, of: usize) -> Result<usize, String> {
    let wrong = || format!("{} is no batch: write a number from 1 to {of}, or per cent (25%).", visible(text));
    let size = match text.strip_suffix('%') {
        Some(share) => {
            let share: usize = share.trim().parse().map_err(|_| wrong())?;
            if !(1..=100).contains(&share) {
                return Err("Per cent are from 1 to 100.".into());
            }
            (of * share / 100).max(1)
        }
        None => text.parse().map_err(|_| wrong())?,
    };
    if (1..=of).contains(&size) { Ok(size) } else { Err(wrong()) }
}

fn batch(cx: &ActionContext<'_>, values: &Values, places: &[Place<'_>]) -> FormField {
    let n = cx.targets.len();
    let mut asked = line(values, BATCH, "Batch", "1", "");
    match batch_size(&text_of(&asked), n) {
        Ok(size) => {
            let batches = n.div_ceil(size);
            let last = n - (batches - 1) * size;
            let rest = if last == size { String::new() } else { format!(", the last of {last}") };
            asked.help = format!("Instances at a time, or per cent (25%). {batches} of {size}{rest}.");
            asked.error = places.chunks(size).find_map(refused);
        }
        Err(why) => {
            asked.help = "Instances at a time, or per cent of all of them (25%).".into();
            asked.error = Some(why);
        }
    }
    asked
}

/// Why AWS would refuse to take a batch out of its groups. It puts no member into Standby if that takes the desired capacity below the minimum.
fn refused(batch: &[Place<'_>]) -> Option<String> {
    for place in batch {
        let Some(seat) = place.member() else { continue };
        let same = |p: &&Place<'_>| p.member().is_some_and(|m| m.is_of(seat));
        let n = i64::try_from(batch.iter().filter(same).count()).unwrap_or(i64::MAX);
        if let Some(why) = seat.refuses(n) {
            return Some(why);
        }
    }
    None
}

/// `0`, `90` and `90s` seconds, `5m`, `1h`.
pub(super) fn pause(text: &str) -> Result<Duration, String> {
    let wrong =
        || format!("{} is no time: write seconds (90s), minutes (5m) or hours (1h); 0 is no pause.", visible(text));
    let (number, unit) = match text.char_indices().next_back() {
        Some((i, 's')) => (&text[..i], 1),
        Some((i, 'm')) => (&text[..i], 60),
        Some((i, 'h')) => (&text[..i], 3600),
        _ => (text, 1),
    };
    let number: u64 = number.trim().parse().map_err(|_| wrong())?;
    let length = Duration::from_secs(number.checked_mul(unit).ok_or_else(wrong)?);
    if length > LONGEST { Err("A pause is a day at the most.".into()) } else { Ok(length) }
}

fn pause_field(values: &Values) -> FormField {
    let help = "Between a batch that is back and the next one: 90s, 5m, 1h; 0 for none.";
    let mut asked = line(values, PAUSE, "Pause", "0", help);
    asked.error = pause(&text_of(&asked)).err();
    asked
}

fn alarms_field(cx: &ActionContext<'_>, values: &Values, needs: &mut Vec<TableKey>) -> FormField {
    let mut pick = Pick { tables: alarm_tables(cx), several: true, ..Pick::default() }.or(NONE, NONE);
    pick.because =
        if pick.tables.len() > 1 { "Alarms of all regions that the instances are in.".into() } else { String::new() };
    // Nobody has looked at them unless one is named.
    let named = values.text(ALARMS).is_some_and(|t| !t.trim().is_empty() && t.trim() != NONE);
    let mut unasked = Vec::new();
    let help = "No batch begins, and the change halts, while one of these is in ALARM.";
    let into = if named { needs } else { &mut unasked };
    rows_field(cx, values, (ALARMS, "Alarms", "the alarms"), (pick, NONE), help, &|_| None, into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_a_number_or_a_share() {
        assert_eq!(batch_size("2", 12), Ok(2));
        assert_eq!(batch_size("25%", 12), Ok(3));
        assert_eq!(batch_size("1 %", 12), Ok(1), "at least one");
        assert_eq!(batch_size("100%", 12), Ok(12));
        for wrong in ["0", "13", "-1", "", "x", "0%", "101%", "%", "1.5"] {
            assert!(batch_size(wrong, 12).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_pause_is_seconds_minutes_or_hours() {
        let of = |text| pause(text).map(|d| d.as_secs());
        assert_eq!((of("0"), of("90"), of("90s"), of("5m"), of("1h")), (Ok(0), Ok(90), Ok(90), Ok(300), Ok(3600)));
        for wrong in ["", "m", "5 min", "-5m", "25h", "99999999999999999999h", "5분"] {
            assert!(pause(wrong).is_err(), "{wrong}");
        }
    }
}
