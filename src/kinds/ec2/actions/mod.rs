//! What can be done to instances, as data: power, type, protection, groups, profile, metadata, termination; and to whatever of EC2 has
//! tags, to edit these.

pub mod associate_address;
pub mod change_credits;
pub mod change_groups;
pub mod change_metadata;
pub mod change_profile;
pub mod change_protection;
pub mod change_source_dest_check;
pub mod change_type;
mod consequences;
mod disks;
mod group_changes;
mod interfaces;
mod protection;
pub mod reboot;
pub mod reschedule_event;
pub mod roll;
pub mod start;
pub mod stop;
pub mod tags;
pub mod terminate;
#[cfg(test)]
mod tests;
mod user_data;

pub use associate_address::ASSOCIATE_AN_ADDRESS;
pub use change_credits::CHANGE_CREDITS;
pub use change_groups::{CHANGE_GROUPS, CHANGE_GROUPS_OF_INTERFACES};
pub use change_metadata::CHANGE_METADATA;
pub use change_profile::CHANGE_PROFILE;
pub use change_protection::CHANGE_PROTECTION;
pub use change_source_dest_check::CHANGE_SOURCE_DEST_CHECK;
pub use change_type::CHANGE_TYPE;
pub use reboot::REBOOT;
pub use reschedule_event::RESCHEDULE_EVENT;
pub use roll::ROLL;
pub use start::START;
pub use stop::{HIBERNATE, STOP};
pub use tags::TAGS;
pub use terminate::TERMINATE;
pub use user_data::EDIT_USER_DATA;

use super::instances;
use crate::kinds::action::{Sender, Target};
use crate::kinds::plan_builder::by_scope;
use crate::model::{Arg, Record, Step};

/// Ids in one call. EC2 takes 1,000 and recommends smaller batches; a command of a hundred can still be read.
const MOST_IDS: usize = 100;

/// One call for each scope and each hundred instances.
fn calls(op: &'static Sender, targets: &[Target], options: &[(&'static str, bool)]) -> Vec<Step> {
    let mut out = Vec::new();
    for (scope, rows) in by_scope(targets) {
        for batch in rows.chunks(MOST_IDS) {
            let ids = batch.iter().map(|t| t.record.id.clone());
            let mut call = op.call(scope.clone()).arg("InstanceIds", Arg::strs(ids.clone())).on(ids);
            for (name, _) in options.iter().filter(|(_, on)| *on) {
                call = call.arg(name, Arg::Bool(true));
            }
            out.push(call);
        }
    }
    Step::each(out)
}

/// `t3.micro`, `2 × t3.micro, m5.large`: what a bill would list.
fn types(targets: &[Target]) -> String {
    let mut counted: Vec<(&str, usize)> = Vec::new();
    for t in targets {
        let ty = instances::instance::instance_type(&t.record).unwrap_or("unknown type");
        match counted.iter_mut().find(|(n, _)| *n == ty) {
            Some((_, n)) => *n += 1,
            None => counted.push((ty, 1)),
        }
    }
    let one = |(ty, n): &(&str, usize)| if *n == 1 { (*ty).to_string() } else { format!("{n} × {ty}") };
    counted.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// A row's state in a sentence about why it does not fit.
fn is(record: &Record) -> String {
    format!("It is {}", crate::kinds::plan_builder::state(record))
}

/// Why something of an instance that is going, or gone, cannot be changed.
fn not_ending(record: &Record) -> Result<(), String> {
    use instances::instance::InstanceState::{ShuttingDown, Terminated};
    match instances::instance::state(record) {
        ShuttingDown | Terminated => Err(format!("{}: it can no longer be changed.", is(record))),
        _ => Ok(()),
    }
}

/// A flag as EC2's attributes have it: a structure with one member.
fn switch(on: bool) -> Arg {
    Arg::Map(vec![("Value", Arg::Bool(on))])
}
