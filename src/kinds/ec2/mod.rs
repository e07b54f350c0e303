//! Amazon EC2: instances and what belongs to them, regions, Availability Zones.

pub mod actions;
pub mod availability_zones;
pub mod instance_protection;
pub mod instance_statuses;
pub mod instance_volumes;
pub mod instances;
pub mod regions;
pub mod senders;
