//! The sandbox's buckets and objects: Amazon S3 in REST-XML, path style and virtual-host style.
//!
//! | module | what it owns |
//! |---|---|
//! | [`state`] | buckets, versions, uploads; knows no protocol |
//! | `operations` | the operations by name |
//! | `request`, `route` | a request taken apart and its payload verified; which operation it is |
//! | `change` | what a call changed of a bucket, for CloudTrail |
//! | `error`, `refuse` | errors; what a request asks for that is not done |
//! | `policy` | what a bucket's policy lets anybody do |
//! | `key_walk`, `ranges`, `names`, `checksum`, `chunked`, `content` | pure parts: pages of keys, ranges and conditions, names, framing, bytes |
//! | `bucket`, `listing`, `read`, `write`, `multipart` | the operations |
//!
//! Signatures are not verified: the account has no keys. Presigned URLs do expire.

mod bucket;
mod change;
mod checksum;
mod chunked;
mod content;
mod delete;
pub(super) mod demo;
mod error;
mod key_walk;
mod listing;
mod multipart;
mod names;
mod operations;
mod policy;
mod ranges;
mod read;
mod refuse;
mod request;
mod route;
pub mod state;
#[cfg(test)]
mod tests;
mod write;

pub(in crate::sandbox) use change::change;
pub use content::Content;
pub(in crate::sandbox) use operations::{answer, operation};
pub use state::{Bucket, Extra, State, Version, Versioning};
