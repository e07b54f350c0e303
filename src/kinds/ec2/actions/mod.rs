//! What can be done to instances, as data: start, stop, reboot, change the type, terminate, edit tags. Sent by [`super::senders`].

pub mod associate_address;
pub mod change_type;
mod consequences;
mod disks;
mod protection;
pub mod reboot;
pub mod start;
pub mod stop;
pub mod tags;
pub mod terminate;
#[cfg(test)]
mod tests;
mod user_data;

pub use associate_address::ASSOCIATE_AN_ADDRESS;
pub use change_type::CHANGE_TYPE;
pub use reboot::REBOOT;
pub use start::START;
pub use stop::STOP;
pub use tags::TAGS;
pub use terminate::TERMINATE;
pub use user_data::EDIT_USER_DATA;

use super::instances;
use crate::kinds::action::Target;
use crate::kinds::plan_builder::by_scope;
use crate::model::{Arg, Call, Operation, Record, Retry, Service, Step};

/// `StartInstances`.
pub static START_INSTANCES: Operation = Operation::write(Service::Ec2, "StartInstances", Retry::Safe).with_dry_run();
/// `StopInstances`.
pub static STOP_INSTANCES: Operation = Operation::write(Service::Ec2, "StopInstances", Retry::Safe).with_dry_run();
/// `RebootInstances`: sent twice, it reboots twice.
pub static REBOOT_INSTANCES: Operation = Operation::write(Service::Ec2, "RebootInstances", Retry::Never).with_dry_run();
/// `TerminateInstances`.
pub static TERMINATE_INSTANCES: Operation =
    Operation::write(Service::Ec2, "TerminateInstances", Retry::Safe).with_dry_run();
/// `ModifyInstanceAttribute`: one attribute of one instance.
pub static MODIFY_INSTANCE_ATTRIBUTE: Operation =
    Operation::write(Service::Ec2, "ModifyInstanceAttribute", Retry::Safe).with_dry_run();
/// `CreateTags`: sets tags, new or not.
pub static CREATE_TAGS: Operation = Operation::write(Service::Ec2, "CreateTags", Retry::Safe).with_dry_run();
/// `DeleteTags`.
pub static DELETE_TAGS: Operation = Operation::write(Service::Ec2, "DeleteTags", Retry::Safe).with_dry_run();

/// Ids in one call. EC2 takes 1,000 and recommends smaller batches; a command of a hundred can still be read.
const MOST_IDS: usize = 100;

/// The kind that these act on.
const KIND: &str = instances::INFO.name;

/// One call for each scope and each hundred instances.
fn calls(op: &'static Operation, targets: &[Target], options: &[(&'static str, bool)]) -> Vec<Step> {
    let mut out = Vec::new();
    for (scope, rows) in by_scope(targets) {
        for batch in rows.chunks(MOST_IDS) {
            let ids = batch.iter().map(|t| t.record.id.clone());
            let mut call = Call::new(op, scope.clone()).arg("InstanceIds", Arg::strs(ids.clone())).on(ids);
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
