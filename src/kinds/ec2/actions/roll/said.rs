//! What else a rolling change does, in sentences.

use super::super::consequences::{self, target_group_impact};
use super::super::{change_type, disks, protection};
use super::form::{Change, Filled};
use super::places::{self, Place};
use arcstr::ArcStr;

use crate::base::Fault;
use crate::base::text::{cut_end, visible};
use crate::kinds::action::{ActionContext, Target};
use crate::kinds::autoscaling::auto_scaling_groups::fields as group_fields;
use crate::kinds::autoscaling::capacity::Capacity;
use crate::kinds::ec2::senders::STOP_INSTANCES;
use crate::kinds::elbv2::targets::{self, Health};
use crate::kinds::plan_builder::{called, count, label, names, note, severe, sorted, unknown};
use crate::model::{Consequence, TableKey};

/// Cells of a command in a title.
const SHORT: usize = 32;

pub(super) fn consequences(
    cx: &ActionContext<'_>,
    filled: &Filled,
    places: &[Place<'_>],
    needs: &mut Vec<TableKey>,
) -> Result<Vec<Consequence>, Fault> {
    let mut out = vec![course(filled, places.len())];
    let stops = matches!(filled.change, Change::StopStart | Change::Type(_));
    if stops {
        protection::check(cx, protection::Protection::Stop, &STOP_INSTANCES.op, &mut out, needs)?;
        consequences::addresses(cx, &mut out);
        consequences::instance_store(cx, &mut out);
        consequences::spot(cx, &mut out);
        disks::go_on(cx, &mut out, needs);
    } else if let Change::Command(over) = &filled.change {
        out.push(note(format!(
            "The command runs over ssh, on one instance after the other, for {} at most: an exit status other than 0 halts the change",
            spelled(over.limit.as_secs())
        )));
        out.push(unknown("What the command changes is not known here, and no undo takes it back".to_string()));
    } else {
        out.push(note("EC2 does a hard reboot if an instance does not shut down cleanly within a few minutes"));
        out.push(note("If the answer to a reboot is lost, it is sent again, and the instance may reboot twice"));
    }
    if let Change::Type(ty) = &filled.change {
        change_type::doubts(cx, ty, true, &mut out);
    }
    groups(places, &mut out);
    for word in places::unread_addresses(cx) {
        out.push(unknown(format!(
            "Network interfaces could not be read ({word}): whether a target group of addresses has one of their secondary addresses is not known"
        )));
    }
    standing(places, &mut out);
    alone(places, &filled.change, &mut out);
    // While a batch is out, the others serve: of each batch what the target groups are left with.
    for batch in places.chunks(filled.batch.max(1)) {
        let rows: Vec<Target> = batch.iter().filter(|p| !p.is_alone()).map(|p| p.target.clone()).collect();
        out.extend(target_group_impact(&ActionContext { targets: &rows, ..*cx }, needs));
    }
    if !filled.alarms.is_empty() {
        let of = |(table, names): &(TableKey, Vec<ArcStr>)| {
            let region = table.scope.region_code().filter(|_| filled.alarms.len() > 1);
            let place = region.map(|r| format!(" in {r}")).unwrap_or_default();
            names.iter().map(|a| format!("{}{place}", visible(a))).collect::<Vec<_>>()
        };
        let all: Vec<String> = filled.alarms.iter().flat_map(of).collect();
        out.push(note(format!("No batch begins while {} {} in ALARM", called("alarm", &all), is(all.len()))));
    }
    Ok(sorted(out))
}

fn spelled(seconds: u64) -> String {
    if seconds.is_multiple_of(60) { format!("{} min", seconds / 60) } else { format!("{seconds} s") }
}

/// A command as a title has it.
pub(super) fn short(command: &str) -> String {
    cut_end(&visible(command), SHORT).into_owned()
}

fn is(n: usize) -> &'static str {
    if n == 1 { "is" } else { "are" }
}

fn course(filled: &Filled, n: usize) -> Consequence {
    let batches = n.div_ceil(filled.batch.max(1));
    let at_a_time = filled.batch.min(n);
    let pause = match filled.pause.as_secs() {
        0 => String::new(),
        s => format!(", {} apart", spelled(s)),
    };
    note(format!(
        "{}{pause}: at most {} out of service at a time; the first failure halts the rest",
        count(batches, "batch").replace("batchs", "batches"),
        match at_a_time {
            1 => "1 instance is".to_string(),
            n => format!("{n} instances are"),
        }
    ))
}

/// One sentence for each Auto Scaling group.
fn groups(places: &[Place<'_>], out: &mut Vec<Consequence>) {
    let mut seen: Vec<(&str, bool)> = Vec::new();
    for place in places {
        let Some(group) = &place.group else { continue };
        if seen.contains(&(group.row.id.as_str(), group.aside)) {
            continue;
        }
        seen.push((&group.row.id, group.aside));
        let same = |p: &&Place<'_>| p.group.is_some_and(|g| g.is_of(group) && g.aside == group.aside);
        let who: Vec<String> = places.iter().filter(same).map(|p| label(&p.target.record)).collect();
        let name = visible(&group.row.id);
        if group.aside {
            out.push(note(format!(
                "{} {} in Standby in Auto Scaling group {name}, and stays there",
                called("Instance", &who),
                is(who.len())
            )));
            continue;
        }
        out.push(note(format!(
            "Auto Scaling group {name} does not replace {} in Standby; its desired capacity is lower meanwhile, and as before at the end",
            called("instance", &who)
        )));
        if !Capacity::of(group.row).is_in_instances() {
            out.push(unknown(format!(
                "Auto Scaling group {name} has weights: whether AWS lets a batch into Standby, it says when it is asked"
            )));
        }
        if group.row.get(&group_fields::SUSPENDED).items().iter().any(|p| p == "Launch") {
            out.push(unknown(format!(
                "Auto Scaling group {name} has its Launch process suspended: whether it takes members back, AWS says when it is asked"
            )));
        }
    }
}

/// Targets that are not healthy before anything is done.
fn standing(places: &[Place<'_>], out: &mut Vec<Consequence>) {
    let mut sick: Vec<String> = Vec::new();
    for place in places {
        let all = place.own.iter().chain(&place.of_group).filter(|r| r.back == ["healthy"]);
        for r in all.filter(|r| !matches!(targets::health(r.row), Health::Healthy)) {
            let state = r.row.state.as_ref().map_or("unknown", |(_, s)| s.as_str());
            sick.push(format!("{} ({} in {})", label(&place.target.record), visible(state), r.group_name()));
        }
    }
    if !sick.is_empty() {
        out.push(severe(format!(
            "Not healthy before the change: {}. The change halts there if that is so after it",
            names(&sick)
        )));
    }
}

/// Instances that are in no group: nothing takes their work.
fn alone(places: &[Place<'_>], change: &Change, out: &mut Vec<Consequence>) {
    let who: Vec<String> = places.iter().filter(|p| p.is_alone()).map(|p| label(&p.target.record)).collect();
    if who.is_empty() {
        return;
    }
    let text = format!(
        "{} {} in no Auto Scaling group and no target group: nothing else is done before the {}",
        called("Instance", &who),
        is(who.len()),
        match change {
            Change::Command(_) => "command",
            Change::Reboot => "reboot",
            Change::StopStart | Change::Type(_) => "stop",
        }
    );
    let stops = matches!(change, Change::StopStart | Change::Type(_));
    out.push(if stops { severe(text) } else { note(text) });
}
