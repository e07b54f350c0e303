//! The sandbox's EC2: instances, networks, volumes, images, addresses.
//!
//! | module | what it owns |
//! |---|---|
//! | [`state`], [`mod@instance`] | the shapes of what a region has |
//! | [`mod@launch`], [`life`] | launch, start, stop, terminate, and what follows in time |
//! | [`load`] | how busy an instance is, as a function of id and moment |
//! | [`reach`] | whether a port of an instance answers |
//! | `fresh`, `demo`, `fleet` | what is there at the start |

mod actions;
mod addresses;
mod attributes;
mod checks;
pub(super) mod demo;
mod describe;
mod filter;
pub(super) mod fleet;
mod fresh;
mod groups;
pub mod instance;
pub mod launch;
pub mod life;
pub mod load;
mod network;
mod page;
mod places;
pub mod reach;
pub mod regions;
mod run;
pub mod state;
mod status;
mod storage;
mod tags;
#[cfg(test)]
mod tests;
pub mod types;

use arcstr::ArcStr;
use serde::{Deserialize, Serialize};

pub use instance::{Instance, InstanceState};
pub use launch::{LaunchRequest, VolumeRequest, launch};
pub use life::terminate;
pub use load::cpu_percent;
pub use state::State;

use crate::base::Time;
use crate::sandbox::wire::{ApiError, Call, Reply};
use crate::sandbox::world::World;

/// What will happen to instances. Each is void if the instance's epoch is another by then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the instance and its epoch, in each")]
pub enum Event {
    /// A launch or start is done.
    Running { id: ArcStr, epoch: u32 },
    /// A stop is done.
    Stopped { id: ArcStr, epoch: u32 },
    /// A termination is done.
    Terminated { id: ArcStr, epoch: u32 },
    /// It is no longer shown.
    Gone { id: ArcStr, epoch: u32 },
}

/// Lets an event happen at its moment.
pub(crate) fn happen(world: &mut World, region: &str, event: Event, now: Time) {
    let (Event::Running { id, .. } | Event::Stopped { id, .. } | Event::Terminated { id, .. } | Event::Gone { id, .. }) =
        &event;
    let id = id.clone();
    life::happen(world, region, event, now);
    // Targets follow their instances.
    crate::sandbox::elbv2::instance_changed(world, region, &id, now);
}

/// An instance, terminated ones too as long as they are shown.
pub fn instance<'w>(world: &'w World, region: &str, id: &str) -> Option<&'w Instance> {
    world.peek(region)?.ec2.instances.get(id)
}

type Operation = fn(&mut World, &Call<'_>) -> Result<Reply, ApiError>;

/// Every operation that this EC2 knows.
const OPERATIONS: &[(&str, Operation)] = &[
    ("AllocateAddress", addresses::allocate),
    ("AssociateAddress", addresses::associate),
    ("AuthorizeSecurityGroupEgress", groups::authorize),
    ("AuthorizeSecurityGroupIngress", groups::authorize),
    ("CreateSecurityGroup", groups::create),
    ("CreateTags", tags::create),
    ("DeleteSecurityGroup", groups::delete),
    ("DeleteTags", tags::delete),
    ("DescribeAccountAttributes", places::account),
    ("DescribeAddresses", addresses::describe),
    ("DescribeAvailabilityZones", places::zones),
    ("DescribeImages", storage::images),
    ("DescribeInstanceAttribute", attributes::describe),
    ("DescribeInstanceStatus", status::describe),
    ("DescribeInstanceTypes", places::types),
    ("DescribeInstances", describe::instances),
    ("DescribeKeyPairs", storage::key_pairs),
    ("DescribeNetworkInterfaces", network::interfaces),
    ("DescribeRegions", places::regions),
    ("DescribeSecurityGroupRules", groups::rules),
    ("DescribeSecurityGroups", groups::describe),
    ("DescribeSubnets", network::subnets),
    ("DescribeTags", tags::describe),
    ("DescribeVolumes", storage::volumes),
    ("DescribeVpcs", network::vpcs),
    ("DisassociateAddress", addresses::disassociate),
    ("GetConsoleOutput", attributes::console_output),
    ("ModifyInstanceAttribute", attributes::modify),
    ("MonitorInstances", actions::monitor),
    ("RebootInstances", actions::reboot),
    ("ReleaseAddress", addresses::release),
    ("RevokeSecurityGroupEgress", groups::revoke),
    ("RevokeSecurityGroupIngress", groups::revoke),
    ("RunInstances", run::run),
    ("StartInstances", actions::start),
    ("StopInstances", actions::stop),
    ("TerminateInstances", actions::terminate),
    ("UnmonitorInstances", actions::monitor),
];

/// Answers one call.
pub(crate) fn answer(world: &mut World, call: &Call<'_>) -> Reply {
    let Some((name, operation)) = OPERATIONS.iter().find(|(name, _)| *name == call.operation) else {
        return call.unknown_operation();
    };
    // Reading operations have nothing to check before they say that they would have succeeded.
    let early = if name.starts_with("Describe") { dry_run(call) } else { Ok(()) };
    early.and_then(|()| operation(world, call)).unwrap_or_else(|e| call.fail(&e))
}

/// Ends a dry run: everything is checked, nothing is done yet.
///
/// # Errors
/// `DryRunOperation` if the request says `DryRun`.
fn dry_run(call: &Call<'_>) -> Result<(), ApiError> {
    if call.params.bool("DryRun")?.unwrap_or(false) {
        let message = "Request would have succeeded, but DryRun flag is set.";
        return Err(ApiError::new("DryRunOperation", message).status(412));
    }
    Ok(())
}
