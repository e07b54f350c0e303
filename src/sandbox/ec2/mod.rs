//! The sandbox's EC2: instances, networks, volumes, images, addresses.
//!
//! | module | what it owns |
//! |---|---|
//! | [`state`] | what a region has, also before its first use; address pools |
//! | [`mod@launch`], [`lifecycle`] | launch, start, stop, terminate, and what follows in time |
//! | [`load`] | how busy an instance is, as a function of id and moment |
//! | [`reach`], [`connection`] | whether a port of an instance answers; the way there from another instance or from outside |
//! | `instance_connect` | EC2 Instance Connect: a key that is good for a minute |
//! | `operations`, `physics` | the operations by name; the events that come due |
//! | `demo`, `fleet` | what is there at the start |

mod acls;
mod actions;
mod addresses;
mod attributes;
mod checks;
mod cidrs;
mod client_token;
pub mod connection;
mod console;
mod copies;
#[cfg(test)]
mod copy_tests;
mod credits;
mod default_vpc;
pub(super) mod demo;
mod demo_networks;
mod describe;
mod dhcp;
mod documented_filters;
mod egress_only;
mod endpoints;
mod events;
mod filter;
pub(super) mod fleet;
mod flow_logs;
mod gateways;
mod group_rules;
#[cfg(test)]
mod group_tests;
mod groups;
mod images;
pub(in crate::sandbox) mod instance_connect;
mod interfaces;
mod keys;
pub mod launch;
mod launch_volumes;
pub mod lifecycle;
pub mod load;
mod locations;
mod lookup;
mod nat_creation;
mod network;
#[cfg(test)]
mod network_tests;
mod operations;
mod page;
mod peerings;
mod permissions;
mod physics;
mod prefix_lists;
mod profiles;
pub mod reach;
mod route_rules;
mod routes;
mod run;
mod snapshots;
mod spot;
mod spot_prices;
pub mod state;
mod status;
mod storage;
mod tags;
pub mod templates;
#[cfg(test)]
mod tests;
pub mod types;
mod unmodelled;
#[cfg(test)]
mod upkeep_tests;
mod volume_changes;
mod volumes;
#[cfg(test)]
mod vpc_tests;
mod vpcs;

pub use actions::{Deed, by_alarm};
pub(in crate::sandbox) use describe::{private_dns, public_dns};
pub use interfaces::{Outside, Wanted, keep, kept_in};
pub use launch::{LaunchRequest, launch};
pub use launch_volumes::VolumeRequest;
pub use lifecycle::{reboot_from_inside, shut_down_from_inside, terminate};
pub use load::cpu_percent;
pub use lookup::instance;
pub(in crate::sandbox) use operations::answer;
pub(in crate::sandbox) use physics::apply_event;
pub(in crate::sandbox) use run::launch_of;
pub use state::instance::{self, InstanceState};
pub use state::{Event, Instance, State};
