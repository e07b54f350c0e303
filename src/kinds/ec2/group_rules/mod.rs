//! Rules of security groups: what they let through, and how a group comes from some to others.

pub mod diff;
pub mod door;
