//! AWS CloudTrail: who changed what.

pub mod trail;
