//! Amazon S3: buckets and objects.

pub mod bucket_tags;
pub mod buckets;
pub mod download;
pub mod file_name;
mod home;
pub mod objects;
pub mod senders;
