//! What can be done to VPCs, as data: create, alone or with a network in it, DNS options, further ranges, delete with what is in them.

mod cidr;
mod create;
mod delete;
mod dns;
#[cfg(test)]
mod tests;
mod wizard;

pub use cidr::{ADD_CIDR, REMOVE_CIDR};
pub use create::CREATE;
pub use delete::DELETE;
pub use dns::CHANGE_DNS;

/// VPCs of a region, unless the quota was raised.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-vpcs-subnets>
const MOST_VPCS: usize = 5;
/// IPv4 ranges of a VPC, the primary one among them, unless the quota was raised (same page).
const MOST_RANGES: usize = 5;
