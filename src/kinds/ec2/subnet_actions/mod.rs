//! What can be done to subnets, as data: create, public addresses at launch, delete.

mod create;
mod delete;
mod public_ip;
#[cfg(test)]
mod tests;

pub use create::CREATE;
pub use delete::DELETE;
pub use public_ip::CHANGE_PUBLIC_IP;
pub(super) use public_ip::switch;

/// Subnets of a VPC, unless the quota was raised.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-vpcs-subnets>
const MOST_SUBNETS: usize = 200;
