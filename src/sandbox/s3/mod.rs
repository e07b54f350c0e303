//! The sandbox's buckets and objects: Amazon S3 in REST-XML, path style and virtual-host style.
//!
//! | module | what it owns |
//! |---|---|
//! | [`state`] | buckets, versions, uploads; knows no protocol |
//! | `ask`, `route` | a request taken apart and its payload verified; which operation it is |
//! | `failure`, `refuse` | errors; what a request asks for that is not done |
//! | `policy` | what a bucket's policy lets anybody do |
//! | `walk`, `ranges`, `names`, `checksum`, `chunked`, `content` | pure parts: pages of keys, ranges and conditions, names, framing, bytes |
//! | `bucket`, `listing`, `read`, `write`, `multipart` | the operations |
//!
//! Signatures are not verified: the account has no keys. Presigned URLs do expire.

mod ask;
mod bucket;
mod checksum;
mod chunked;
mod content;
mod delete;
pub(super) mod demo;
mod failure;
mod listing;
mod multipart;
mod names;
mod policy;
mod ranges;
mod read;
mod refuse;
mod route;
mod state;
#[cfg(test)]
mod tests;
mod walk;
mod write;

pub use content::Content;
pub use state::{Bucket, Extra, State, Version, Versioning};

use ask::Ask;
use failure::{Failure, HOST_ID, request_id};

use crate::sandbox::wire::{Call, Reply};
use crate::sandbox::world::World;

/// An answer or an error.
type Outcome = Result<Reply, Failure>;

/// The canonical user id of the account: what S3 names owners by.
const OWNER: &str = "7d4f6ad1e1b0c27c4f0c2d7e5b1a9f3862c0de51a4b7093e8f6d215c9a3b4e07";

/// AWS's name of the operation that a request to S3 is for; empty if it is none.
pub(crate) fn operation(call: &Call<'_>) -> &'static str {
    Ask::new(call).operation()
}

/// Answers one call.
pub(crate) fn answer(world: &mut World, call: &Call<'_>) -> Reply {
    let ask = Ask::new(call);
    let outcome = ask.check_presigned().and_then(|()| carry_out(world, &ask));
    let mut reply = outcome.unwrap_or_else(|failure| failure.reply(call));
    reply.set("x-amz-request-id", &request_id(call));
    reply.set("x-amz-id-2", HOST_ID);
    reply.set("server", "AmazonS3");
    reply.set("date", &ranges::http_date(call.now));
    reply
}

fn carry_out(world: &mut World, ask: &Ask<'_>) -> Outcome {
    let meant = route::operation(ask);
    let operation = meant.as_ref().copied().unwrap_or_default();
    if ask.is_anonymous() && !ask.bucket.is_empty() && !world.s3.buckets.contains_key(ask.bucket.as_str()) {
        return Err(Failure::no_bucket(&ask.bucket));
    }
    let public = |b: &Bucket| policy::lets_anybody(b, &ask.bucket, operation, &ask.key);
    if ask.is_anonymous() && !world.s3.buckets.get(ask.bucket.as_str()).is_some_and(public) {
        return Err(Failure::new(403, "AccessDenied", "Access Denied"));
    }
    let operation = meant?;
    refuse::check(ask, operation)?;
    match operation {
        "ListBuckets" => return bucket::list(world, ask),
        "CreateBucket" => return bucket::create(world, ask),
        "ListDirectoryBuckets" | "PostObject" | "WriteGetObjectResponse" => {
            return Err(route::not_implemented(operation));
        }
        _ => {}
    }
    if !ask.key.is_empty() && ask.key.len() > 1024 {
        return Err(Failure::new(400, "KeyTooLongError", "Your key is too long").field("MaxSizeAllowed", "1024"));
    }
    let found = world.s3.buckets.get(ask.bucket.as_str()).ok_or_else(|| Failure::no_bucket(&ask.bucket))?;
    refuse::check_owner(ask, &world.account)?;
    // Anonymous requests name no region. The location can be asked for from anywhere.
    if !ask.call.access_key.is_empty() && found.region != ask.call.region && operation != "GetBucketLocation" {
        let message = "The bucket you are attempting to access must be addressed using the specified endpoint. \
                       Please send all future requests to this endpoint.";
        return Err(Failure::new(301, "PermanentRedirect", message)
            .field("Endpoint", format!("{}.s3.{}.amazonaws.com", ask.bucket, found.region))
            .field("Bucket", ask.bucket.as_str())
            .header("x-amz-bucket-region", found.region.as_str()));
    }
    match operation {
        "HeadBucket" | "GetBucketLocation" | "GetBucketVersioning" => bucket::get(found, ask, operation),
        "PutBucketVersioning" => bucket::put_versioning(world, ask),
        "DeleteBucket" => bucket::delete(world, ask),
        "GetBucketTagging" | "PutBucketTagging" | "DeleteBucketTagging" => bucket::tagging(world, ask, operation),
        "GetBucketPolicyStatus" => bucket::policy_status(found),
        "ListObjectsV2" => listing::objects_v2(found, ask),
        "ListObjects" => listing::objects_v1(found, ask),
        "ListObjectVersions" => listing::versions(found, ask),
        "ListMultipartUploads" => multipart::list_uploads(found, ask),
        "ListParts" => multipart::list_parts(found, ask),
        "GetObject" | "HeadObject" => read::object(found, ask),
        "GetObjectAttributes" => read::attributes(found, ask),
        "GetObjectTagging" => read::tagging(found, ask),
        "GetObjectAcl" | "GetBucketAcl" => Ok(bucket::acl()),
        "PutObject" => write::put(world, ask),
        "CopyObject" => write::copy(world, ask),
        "DeleteObject" => delete::one(world, ask),
        "DeleteObjects" => delete::many(world, ask),
        "PutObjectTagging" | "DeleteObjectTagging" => write::tagging(world, ask, operation),
        "CreateMultipartUpload" => multipart::create(world, ask),
        "UploadPart" | "UploadPartCopy" => multipart::upload_part(world, ask, operation),
        "CompleteMultipartUpload" => multipart::complete(world, ask),
        "AbortMultipartUpload" => multipart::abort(world, ask),
        "PutObjectAcl" | "PutBucketAcl" => {
            let message = "The bucket does not allow ACLs";
            Err(Failure::new(400, "AccessControlListNotSupported", message))
        }
        "GetObjectRetention" | "GetObjectLegalHold" | "PutObjectRetention" | "PutObjectLegalHold" => {
            read::find(found, &ask.key, ask.q("versionId"))?;
            Err(refuse::unlocked())
        }
        "GetObjectLockConfiguration" => bucket::no_lock(),
        other => match bucket::document_of(ask, other) {
            Some(name) => bucket::document(world, ask, other, name),
            None => Err(route::not_implemented(other)),
        },
    }
}

/// The bucket of a request that [`carry_out`] found.
fn bucket_mut<'w>(world: &'w mut World, ask: &Ask<'_>) -> Result<&'w mut Bucket, Failure> {
    world.s3.buckets.get_mut(ask.bucket.as_str()).ok_or_else(|| Failure::no_bucket(&ask.bucket))
}

/// A new version id, if the bucket's versioning gives one.
fn new_version_id(world: &mut World, ask: &Ask<'_>) -> Option<arcstr::ArcStr> {
    let enabled = world.s3.buckets.get(ask.bucket.as_str()).is_some_and(|b| b.versioning == Versioning::Enabled);
    enabled.then(|| world.new_hex(32).into())
}
