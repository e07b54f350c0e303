//! The operations of S3 by name, and their dispatch.

use super::error::{HOST_ID, Outcome, S3Error, request_id};
use super::request::{S3Request, read_xml};
use super::state::Bucket;
use super::{bucket, delete, listing, multipart, policy, ranges, read, refuse, route, write};
use crate::model::operation::Service;
use crate::sandbox::wire::shapes::rest::{self, Misfit};
use crate::sandbox::wire::{Body, Call, Reply};
use crate::sandbox::world::World;

/// AWS's name of the operation that a request to S3 is for; empty if it is none.
pub(crate) fn operation(call: &Call<'_>) -> &'static str {
    S3Request::new(call).operation()
}

/// Answers one call.
pub(crate) fn answer(world: &mut World, call: &Call<'_>) -> Reply {
    let request = S3Request::new(call);
    let outcome = request.check_presigned().and_then(|()| carry_out(world, &request));
    if cfg!(debug_assertions)
        && let Ok(reply) = &outcome
    {
        check_answer(request.operation(), reply);
    }
    let mut reply = outcome.unwrap_or_else(|failure| failure.reply(call));
    reply.set("x-amz-request-id", &request_id(call));
    reply.set("x-amz-id-2", HOST_ID);
    reply.set("server", "AmazonS3");
    reply.set("date", &ranges::http_date(call.now));
    reply
}

/// An answer fits its operation's output.
///
/// # Panics
/// If it does not.
fn check_answer(operation: &str, reply: &Reply) {
    let body = match &reply.body {
        Body::Bytes(body) if body.len() <= LONGEST => body.clone(),
        _ => return,
    };
    let misfits = rest::misfits(Service::S3, operation, &reply.headers, &body, &[]);
    assert!(misfits.is_empty(), "{operation}: the answer does not fit: {misfits:?}");
}

/// Longer answers are passed over: they are many of the same.
const LONGEST: usize = 256 << 10;

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
    let document = match rest::takes_document(Service::S3, operation) && !request.call.request.body.is_empty() {
        true => Some(read_xml(&request.payload_unverified()?)?),
        false => None,
    };
    let header = |name: &str| request.h(name);
    let parameter = |name: &str| request.q(name);
    let fits = rest::answer(Service::S3, operation, header, parameter, document.as_ref(), || {
        refuse::check(request, operation)?;
        dispatch(world, request, operation)
    });
    match fits {
        Ok(outcome) => outcome,
        Err(Misfit::Unmodelled(name)) => Err(route::not_implemented(&name)),
        Err(Misfit::Document) => Err(S3Error::malformed_xml()),
    }
}

fn dispatch(world: &mut World, request: &S3Request<'_>, operation: &str) -> Outcome {
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
        "GetObjectAcl" => read::find(found, &request.key, request.q("versionId")).map(|_| bucket::acl()),
        "GetBucketAcl" => Ok(bucket::acl()),
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
