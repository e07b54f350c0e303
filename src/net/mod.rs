//! Address arithmetic and reachability: pure, no AWS, no I/O.

pub mod cidr;
pub mod path;
pub mod range;
pub mod reach;
pub mod split;
