//! The sandbox's EC2: instances, networks, volumes, images, addresses.
//!
//! | module | what it owns |
//! |---|---|
//! | [`state`], [`instance`] | the shapes of what a region has |
//! | [`life`] | launch, start, stop, terminate, and what follows in time |
//! | [`load`] | how busy an instance is, as a function of id and moment |
//! | [`reach`] | whether a port of an instance answers |
//! | `fresh`, `demo`, `fleet` | what is there at the start |

mod checks;
pub(super) mod demo;
pub(super) mod fleet;
mod fresh;
pub mod instance;
pub mod life;
pub mod load;
pub mod reach;
pub mod regions;
pub mod state;
pub mod types;

use arcstr::ArcStr;
use serde::{Deserialize, Serialize};

pub use instance::{Instance, InstanceState};
pub use life::{LaunchRequest, launch, terminate};
pub use load::cpu_percent;
pub use state::State;

use crate::base::Time;
use crate::sandbox::wire::{Call, Reply};
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
    life::happen(world, region, event, now);
}

/// An instance, terminated ones too as long as they are shown.
pub fn instance<'w>(world: &'w World, region: &str, id: &str) -> Option<&'w Instance> {
    world.peek(region)?.ec2.instances.get(id)
}

/// Answers one call.
pub(crate) fn answer(_world: &mut World, call: &Call<'_>) -> Reply {
    call.unknown_operation()
}
