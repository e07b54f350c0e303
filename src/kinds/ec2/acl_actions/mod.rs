//! What can be done to network ACLs and their entries, as data: make, edit, delete, associate.

mod associate;
mod create;
mod delete;
mod edit;
mod entry;
#[cfg(test)]
mod tests;

pub use associate::ASSOCIATE;
pub use create::CREATE;
pub use delete::{DELETE, DELETE_ENTRIES};
pub use edit::EDIT;

/// Entries of one direction that an ACL may have, unless the quota was raised (to 40 at the most).
/// <https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-nacls>
const MOST_ENTRIES: usize = 20;
/// Network ACLs of a VPC, unless the quota was raised (same page).
const MOST_ACLS: usize = 200;
