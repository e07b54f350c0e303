//! Amazon EC2: instances and what belongs to them, volumes, addresses, key pairs, networks, security groups, regions and zones.

pub mod actions;
pub mod address_actions;
pub mod addresses;
pub mod availability_zones;
pub mod exposure;
mod filters;
pub mod group_actions;
pub mod group_rules;
mod instance_attribute;
pub mod instance_protection;
pub mod instance_statuses;
pub mod instance_user_data;
pub mod instance_volumes;
pub mod instances;
pub mod key_pair_actions;
pub mod key_pairs;
mod listing;
pub mod regions;
pub mod security_group_rules;
pub mod security_group_usage;
pub mod security_groups;
pub mod senders;
pub mod subnets;
pub mod volume_actions;
pub mod volumes;
pub mod vpcs;
