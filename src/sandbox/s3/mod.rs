//! The sandbox's buckets and objects: Amazon S3 in REST-XML, path style and virtual-host style.
//!
//! | module | what it owns |
//! |---|---|
//! | [`state`] | buckets, versions, uploads; knows no protocol |
//! | `request`, `route` | a request taken apart and its payload verified; which operation it is |
//! | `error`, `refuse` | errors; what a request asks for that is not done |
//! | `policy` | what a bucket's policy lets anybody do |
//! | `key_walk`, `ranges`, `names`, `checksum`, `chunked`, `content` | pure parts: pages of keys, ranges and conditions, names, framing, bytes |
//! | `bucket`, `listing`, `read`, `write`, `multipart` | the operations |
//!
//! Signatures are not verified: the account has no keys. Presigned URLs do expire.

mod bucket;
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
mod policy;
mod ranges;
mod read;
mod refuse;
mod request;
mod route;
mod state;
#[cfg(test)]
mod tests;
mod write;

pub use content::Content;
pub use state::{Bucket, Extra, State, Version, Versioning};

use error::{HOST_ID, S3Error, request_id};
use request::S3Request;

use crate::sandbox::wire::{Call, Reply};
use crate::sandbox::world::World;

/// An answer or an error.
type Outcome = Result<Reply, S3Error>;

/// The canonical user id of the account: what S3 names owners by.
const OWNER: &str = "7d4f6ad1e1b0c27c4f0c2d7e5b1a9f3862c0de51a4b7093e8f6d215c9a3b4e07";

/// AWS's name of the operation that a request to S3 is for; empty if it is none.
pub(crate) fn operation(call: &Call<'_>) -> &'static str {
    S3Request::new(call).operation()
}

/// Answers one call.
pub(crate) fn answer(world: &mut World, call: &Call<'_>) -> Reply {
    let request = S3Request::new(call);
    let outcome = request.check_presigned().and_then(|()| carry_out(world, &request));
    let mut reply = outcome.unwrap_or_else(|failure| failure.reply(call));
    reply.set("x-amz-request-id", &request_id(call));
    reply.set("x-amz-id-2", HOST_ID);
    reply.set("server", "AmazonS3");
    reply.set("date", &ranges::http_date(call.now));
    reply
}

fn carry_out(world: &mut World, request: &S3Request<'_>) -> Outcome {
    let meant = route::operation(request);
    let operation = meant.as_ref().copied().unwrap_or_default();
    if request.is_anonymous() && !request.bucket.is_empty() && !world.s3.buckets.contains_key(request.bucket.as_str()) {
        return Err(S3Error::no_bucket(&request.bucket));
    }
    let public = |b: &Bucket| policy::lets_anybody(b, &request.bucket, operation, &request.key);
    if request.is_anonymous() && !world.s3.buckets.get(request.bucket.as_str()).is_some_and(public) {
        return Err(S3Error::new(403, "AccessDenied", "Access Denied"));
    }
    let operation = meant?;
    refuse::check(request, operation)?;
    match operation {
        "ListBuckets" => return bucket::list(world, request),
        "CreateBucket" => return bucket::create(world, request),
        "ListDirectoryBuckets" | "PostObject" | "WriteGetObjectResponse" => {
            return Err(route::not_implemented(operation));
        }
        _ => {}
    }
    if !request.key.is_empty() && request.key.len() > 1024 {
        return Err(S3Error::new(400, "KeyTooLongError", "Your key is too long").field("MaxSizeAllowed", "1024"));
    }
    let found = world.s3.buckets.get(request.bucket.as_str()).ok_or_else(|| S3Error::no_bucket(&request.bucket))?;
    refuse::check_owner(request, &world.account)?;
    // Anonymous requests name no region. The location can be asked for from anywhere.
    if !request.call.access_key.is_empty() && found.region != request.call.region && operation != "GetBucketLocation" {
        let message = "The bucket you are attempting to access must be addressed using the specified endpoint. \
                       Please send all future requests to this endpoint.";
        return Err(S3Error::new(301, "PermanentRedirect", message)
            .field("Endpoint", format!("{}.s3.{}.amazonaws.com", request.bucket, found.region))
            .field("Bucket", request.bucket.as_str())
            .header("x-amz-bucket-region", found.region.as_str()));
    }
    match operation {
        "HeadBucket" | "GetBucketLocation" | "GetBucketVersioning" => bucket::get(found, request, operation),
        "PutBucketVersioning" => bucket::put_versioning(world, request),
        "DeleteBucket" => bucket::delete(world, request),
        "GetBucketTagging" | "PutBucketTagging" | "DeleteBucketTagging" => bucket::tagging(world, request, operation),
        "GetBucketPolicyStatus" => bucket::policy_status(found),
        "ListObjectsV2" => listing::objects_v2(found, request),
        "ListObjects" => listing::objects_v1(found, request),
        "ListObjectVersions" => listing::versions(found, request),
        "ListMultipartUploads" => multipart::list_uploads(found, request),
        "ListParts" => multipart::list_parts(found, request),
        "GetObject" | "HeadObject" => read::object(found, request),
        "GetObjectAttributes" => read::attributes(found, request),
        "GetObjectTagging" => read::tagging(found, request),
        "GetObjectAcl" | "GetBucketAcl" => Ok(bucket::acl()),
        "PutObject" => write::put(world, request),
        "CopyObject" => write::copy(world, request),
        "DeleteObject" => delete::one(world, request),
        "DeleteObjects" => delete::many(world, request),
        "PutObjectTagging" | "DeleteObjectTagging" => write::tagging(world, request, operation),
        "CreateMultipartUpload" => multipart::create(world, request),
        "UploadPart" | "UploadPartCopy" => multipart::upload_part(world, request, operation),
        "CompleteMultipartUpload" => multipart::complete(world, request),
        "AbortMultipartUpload" => multipart::abort(world, request),
        "PutObjectAcl" | "PutBucketAcl" => {
            let message = "The bucket does not allow ACLs";
            Err(S3Error::new(400, "AccessControlListNotSupported", message))
        }
        "GetObjectRetention" | "GetObjectLegalHold" | "PutObjectRetention" | "PutObjectLegalHold" => {
            read::find(found, &request.key, request.q("versionId"))?;
            Err(refuse::unlocked())
        }
        "GetObjectLockConfiguration" => bucket::no_lock(),
        other => match bucket::document_of(request, other) {
            Some(name) => bucket::document(world, request, other, name),
            None => Err(route::not_implemented(other)),
        },
    }
}

/// The bucket of a request that [`carry_out`] found.
fn bucket_mut<'w>(world: &'w mut World, request: &S3Request<'_>) -> Result<&'w mut Bucket, S3Error> {
    world.s3.buckets.get_mut(request.bucket.as_str()).ok_or_else(|| S3Error::no_bucket(&request.bucket))
}

/// A new version id, if the bucket's versioning gives one.
fn new_version_id(world: &mut World, request: &S3Request<'_>) -> Option<arcstr::ArcStr> {
    let enabled = world.s3.buckets.get(request.bucket.as_str()).is_some_and(|b| b.versioning == Versioning::Enabled);
    enabled.then(|| world.new_hex(32).into())
}
