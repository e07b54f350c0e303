//! Amazon EC2 Auto Scaling: groups and their activities.

pub mod actions;
pub mod activities;
pub mod auto_scaling_groups;
pub mod capacity;
pub mod group_reaction;
pub mod senders;
