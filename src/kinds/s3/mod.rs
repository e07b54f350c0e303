//! Amazon S3: buckets and objects.

mod bucket_region;
pub mod bucket_tags;
pub mod buckets;
pub mod download;
pub mod file_name;
pub mod objects;
pub mod senders;
