//! Refusals of what the sandbox does not do and a request's headers ask for, before anything is touched.

use super::error::S3Error;
use super::request::S3Request;
use super::route::not_implemented;
use super::state::Bucket;

/// Headers of functions that are not here, and what would go wrong if they were passed over.
const REFUSED: [(&str, &str); 7] = [
    // An append would replace the object.
    ("x-amz-write-offset-bytes", ""),
    // Whoever has the key would believe that nobody else reads it.
    ("x-amz-server-side-encryption-customer-algorithm", ""),
    ("x-amz-copy-source-server-side-encryption-customer-algorithm", ""),
    // Conditions of directory buckets: the delete would go ahead without them.
    ("x-amz-if-match-size", ""),
    ("x-amz-if-match-last-modified-time", ""),
    // No bucket here locks objects.
    ("x-amz-bucket-object-lock-enabled", "false"),
    ("x-amz-bucket-namespace", "global"),
];

/// Whether a request's headers ask for nothing that is not done.
///
/// # Errors
/// `NotImplemented` for functions that are not here, `InvalidRequest` and `AccessControlListNotSupported` for locks and
/// ACLs, as a bucket without them answers.
pub(super) fn check(request: &S3Request<'_>, operation: &str) -> Result<(), S3Error> {
    for (name, harmless) in REFUSED {
        if request.h(name).is_some_and(|v| !v.eq_ignore_ascii_case(harmless)) {
            return Err(not_implemented(name));
        }
    }
    let uploads = matches!(operation, "PutObject" | "CopyObject" | "CreateMultipartUpload");
    if uploads && request.call.request.headers.keys().any(|n| n.as_str().starts_with("x-amz-object-lock-")) {
        return Err(unlocked());
    }
    let grants = request.call.request.headers.keys().any(|n| n.as_str().starts_with("x-amz-grant-"));
    // What every object and bucket has anyhow may be asked for.
    let other = request.h("x-amz-acl").is_some_and(|acl| !matches!(acl, "private" | "bucket-owner-full-control"));
    if uploads && (grants || other) {
        let message = "The bucket does not allow ACLs";
        return Err(S3Error::new(400, "AccessControlListNotSupported", message));
    }
    if operation == "CreateBucket" && (grants || other) {
        let message = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting";
        return Err(S3Error::new(400, "InvalidBucketAclWithObjectOwnership", message));
    }
    Ok(())
}

/// What a bucket without Object Lock answers to retention and legal holds. None here has it.
pub(super) fn unlocked() -> S3Error {
    S3Error::new(400, "InvalidRequest", "Bucket is missing Object Lock Configuration")
}

/// `x-amz-expected-bucket-owner`: a bucket of somebody else's is not touched.
///
/// # Errors
/// `AccessDenied`.
pub(super) fn check_owner(request: &S3Request<'_>, account: &str) -> Result<(), S3Error> {
    let names = ["x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"];
    match names.into_iter().filter_map(|n| request.h(n)).all(|owner| owner == account) {
        true => Ok(()),
        false => Err(S3Error::new(403, "AccessDenied", "Access Denied")),
    }
}

/// The encryption that a bucket gives what is put into it without a word: the kind and the key, where it is not S3's own.
pub(super) fn default_encryption(bucket: &Bucket) -> Option<(String, Option<String>)> {
    let text = bucket.documents.get("encryption")?;
    let root = super::request::read_xml(text.as_bytes()).ok()?;
    let rule = root.child("Rule")?.child("ApplyServerSideEncryptionByDefault")?;
    let kind = rule.text_of("SSEAlgorithm").filter(|k| *k != super::write::AES256)?;
    Some((kind.to_owned(), rule.text_of("KMSMasterKeyID").map(str::to_owned)))
}
