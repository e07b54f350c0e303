//! Amazon S3: buckets and objects.

pub mod buckets;
pub mod objects;
