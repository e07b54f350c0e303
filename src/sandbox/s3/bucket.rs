//! Buckets: list, create, delete, versioning, tags, and the sub-resources that are kept as they are sent.

use super::error::Outcome;
use super::error::S3Error;
use super::request::{DOCUMENTS, S3Request, read_xml};
use super::state::OWNER;
use super::state::{Bucket, Versioning};
use super::{names, policy};
use crate::sandbox::regions;
use crate::sandbox::wire::{Node, Reply, Xml};
use crate::sandbox::world::World;

/// The XML namespace of S3's answers.
pub(super) const NS: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// A 200 with a document.
pub(super) fn document_reply(root: &str, fill: impl FnOnce(&mut Xml)) -> Reply {
    let mut x = Xml::document();
    x.open_ns(root, NS);
    fill(&mut x);
    x.close(root);
    Reply::new(200, "application/xml", x.into_string())
}

/// An answer without a body.
pub(super) fn bare(status: u16) -> Reply {
    Reply::new(status, "", "")
}

/// ListBuckets, with paging, prefix and region.
pub(super) fn list(world: &World, request: &S3Request<'_>) -> Outcome {
    let most = request.limit("max-buckets", 10_000)?;
    if request.q("max-buckets").is_some() && most == 0 {
        let message = "Argument max-buckets must be an integer between 1 and 10000";
        return Err(S3Error::invalid_argument(message, "max-buckets", "0"));
    }
    let (prefix, region, after) =
        (request.q_text("prefix"), request.q("bucket-region"), request.q("continuation-token"));
    let after = match after.map(super::listing::read_token) {
        None => String::new(),
        Some(Some(after)) => after,
        Some(None) => {
            let message = "The continuation token provided is incorrect";
            return Err(S3Error::invalid_argument(message, "continuation-token", request.q_text("continuation-token")));
        }
    };
    let mut found = world.s3.buckets.iter().filter(|(name, b)| {
        name.starts_with(prefix)
            && region.is_none_or(|r| b.region == r)
            && (after.is_empty() || name.as_str() > after.as_str())
    });
    let page: Vec<_> = found.by_ref().take(most).collect();
    let more = found.next().is_some();
    Ok(document_reply("ListAllMyBucketsResult", |x| {
        x.nest("Owner", |x| x.el("ID", OWNER));
        x.list("Buckets", "Bucket", &page, |x, (name, b)| {
            x.el("Name", *name);
            x.el("CreationDate", b.created);
            x.el("BucketRegion", &b.region);
            x.el("BucketArn", format!("arn:aws:s3:::{name}"));
        });
        if more && let Some((last, _)) = page.last() {
            x.el("ContinuationToken", super::listing::token(last));
        }
        if request.q("prefix").is_some() {
            x.el("Prefix", prefix);
        }
    }))
}

/// CreateBucket.
pub(super) fn create(world: &mut World, request: &S3Request<'_>) -> Outcome {
    let name = request.bucket.as_str();
    if !names::is_valid(name) {
        return Err(
            S3Error::new(400, "InvalidBucketName", "The specified bucket is not valid.").field("BucketName", name)
        );
    }
    let body = &request.call.request.body;
    let root = if body.is_empty() { Node::default() } else { read_xml(&request.payload()?.data)? };
    if root.child("Location").is_some() || root.child("Bucket").is_some() {
        return Err(super::route::not_implemented("directory buckets"));
    }
    let constraint = root.text_of("LocationConstraint").map(str::trim).filter(|s| !s.is_empty());
    let region = match constraint {
        Some("EU") => "eu-west-1",
        Some(region) => region,
        None => "us-east-1",
    };
    let here = request.call.region.as_str();
    if constraint.is_none() && here != "us-east-1" {
        let message = "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.";
        return Err(S3Error::new(400, "IllegalLocationConstraintException", message));
    }
    if constraint == Some("us-east-1") || !regions::is_enabled(region) {
        let message = "The specified location-constraint is not valid";
        return Err(S3Error::new(400, "InvalidLocationConstraint", message).field("LocationConstraint", region));
    }
    if here != "us-east-1" && here != region {
        let message = format!(
            "The {region} location constraint is incompatible for the region specific endpoint this request was sent to."
        );
        return Err(S3Error::new(400, "IllegalLocationConstraintException", message));
    }
    if let Some(old) = world.s3.buckets.get(name) {
        // In us-east-1 alone creating one's own bucket again is no error.
        if old.region != "us-east-1" || region != "us-east-1" {
            let message = "Your previous request to create the named bucket succeeded and you already own it.";
            return Err(S3Error::new(409, "BucketAlreadyOwnedByYou", message).field("BucketName", name));
        }
    } else {
        let mut bucket = Bucket::new(region, request.call.now);
        if let Some(ownership) = request.h("x-amz-object-ownership") {
            bucket.documents.insert("ownershipControls".to_owned(), owned(ownership)?);
        }
        if let Some(tags) = root.child("Tags") {
            let tag =
                |t: &Node| (t.text_of("Key").unwrap_or_default().into(), t.text_of("Value").unwrap_or_default().into());
            bucket.tags = tags.all("Tag").map(tag).collect();
        }
        world.s3.buckets.insert(name.into(), bucket);
    }
    let location = if region == "us-east-1" { format!("/{name}") } else { format!("http://{name}.s3.amazonaws.com/") };
    Ok(bare(200).with("location", &location).with("x-amz-bucket-arn", &format!("arn:aws:s3:::{name}")))
}

/// The document that `x-amz-object-ownership` stands for.
fn owned(ownership: &str) -> Result<String, S3Error> {
    if !["BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"].contains(&ownership) {
        let message = "Invalid x-amz-object-ownership header";
        return Err(S3Error::invalid_argument(message, "x-amz-object-ownership", ownership));
    }
    let mut x = Xml::document();
    x.open_ns("OwnershipControls", NS);
    x.nest("Rule", |x| x.el("ObjectOwnership", ownership));
    x.close("OwnershipControls");
    Ok(x.into_string())
}

/// DeleteBucket.
pub(super) fn delete(world: &mut World, request: &S3Request<'_>) -> Outcome {
    let bucket = bucket_mut(world, request)?;
    if !bucket.objects.is_empty() {
        let message = if bucket.versioning == Versioning::Off {
            "The bucket you tried to delete is not empty"
        } else {
            "The bucket you tried to delete is not empty. You must delete all versions in the bucket."
        };
        return Err(S3Error::new(409, "BucketNotEmpty", message).field("BucketName", request.bucket.as_str()));
    }
    world.s3.buckets.remove(request.bucket.as_str());
    Ok(bare(204))
}

/// HeadBucket, GetBucketLocation, GetBucketVersioning.
pub(super) fn get(bucket: &Bucket, request: &S3Request<'_>, operation: &str) -> Outcome {
    Ok(match operation {
        "HeadBucket" => Reply::new(200, "application/xml", "")
            .with("x-amz-bucket-region", &bucket.region)
            .with("x-amz-access-point-alias", "false")
            .with("x-amz-bucket-arn", &format!("arn:aws:s3:::{}", request.bucket)),
        "GetBucketLocation" => {
            let mut x = Xml::document();
            x.open_ns("LocationConstraint", NS);
            if bucket.region != "us-east-1" {
                x.raw_text(&bucket.region);
            }
            x.close("LocationConstraint");
            Reply::new(200, "application/xml", x.into_string())
        }
        _ => document_reply("VersioningConfiguration", |x| match bucket.versioning {
            Versioning::Off => {}
            Versioning::Enabled => x.el("Status", "Enabled"),
            Versioning::Suspended => x.el("Status", "Suspended"),
        }),
    })
}

/// PutBucketVersioning.
pub(super) fn put_versioning(world: &mut World, request: &S3Request<'_>) -> Outcome {
    let root = read_xml(&request.payload()?.data)?;
    if root.text_of("MfaDelete") == Some("Enabled") {
        return Err(super::route::not_implemented("MfaDelete"));
    }
    let versioning = match root.text_of("Status") {
        Some("Enabled") => Versioning::Enabled,
        Some("Suspended") => Versioning::Suspended,
        Some(_) => return Err(S3Error::malformed_xml()),
        None => {
            let message = "The Versioning element must be specified";
            return Err(S3Error::new(400, "IllegalVersioningConfigurationException", message));
        }
    };
    bucket_mut(world, request)?.versioning = versioning;
    Ok(bare(200))
}

/// Get, Put and DeleteBucketTagging.
pub(super) fn tagging(world: &mut World, request: &S3Request<'_>, operation: &str) -> Outcome {
    match operation {
        "GetBucketTagging" => {
            let bucket = bucket_mut(world, request)?;
            if bucket.tags.is_empty() {
                return Err(S3Error::new(404, "NoSuchTagSet", "The TagSet does not exist")
                    .field("BucketName", request.bucket.as_str()));
            }
            Ok(tags_reply(&bucket.tags))
        }
        "PutBucketTagging" => {
            let tags = read_xml(&request.payload()?.data)?.tags();
            check_tags(&tags, 50)?;
            bucket_mut(world, request)?.tags = tags;
            Ok(bare(204))
        }
        _ => {
            bucket_mut(world, request)?.tags.clear();
            Ok(bare(204))
        }
    }
}

/// A `Tagging` document.
pub(super) fn tags_reply(tags: &[(String, String)]) -> Reply {
    document_reply("Tagging", |x| {
        x.list("TagSet", "Tag", tags, |x, (k, v)| {
            x.el("Key", k);
            x.el("Value", v);
        });
    })
}

/// The limits on tags.
pub(super) fn check_tags(tags: &[(String, String)], most: usize) -> Result<(), S3Error> {
    let invalid = |m: String| Err(S3Error::new(400, "InvalidTag", m));
    if tags.len() > most {
        let what = if most == 10 { "Object" } else { "Bucket" };
        return Err(S3Error::new(400, "BadRequest", format!("{what} tags cannot be greater than {most}")));
    }
    for (i, (key, value)) in tags.iter().enumerate() {
        if key.is_empty() || key.chars().count() > 128 {
            return invalid("The TagKey you have provided is invalid".into());
        }
        if value.chars().count() > 256 {
            return invalid("The TagValue you have provided is invalid".into());
        }
        if tags[..i].iter().any(|(k, _)| k == key) {
            return invalid("Cannot provide multiple Tags with the same key".into());
        }
    }
    Ok(())
}

/// GetBucketPolicyStatus: public if a statement allows everyone without a condition.
pub(super) fn policy_status(bucket: &Bucket) -> Outcome {
    let policy = bucket.documents.get("policy").ok_or_else(no_policy)?;
    let public = policy::is_public(&serde_json::from_str(policy).unwrap_or_default());
    Ok(document_reply("PolicyStatus", |x| x.el("IsPublic", public)))
}

fn no_policy() -> S3Error {
    S3Error::new(404, "NoSuchBucketPolicy", "The bucket policy does not exist")
}

/// The one ACL that there is: the owner has full control.
pub(super) fn acl() -> Reply {
    document_reply("AccessControlPolicy", |x| {
        x.nest("Owner", |x| x.el("ID", OWNER));
        x.nest("AccessControlList", |x| {
            x.nest("Grant", |x| {
                x.open("Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\"");
                x.el("ID", OWNER);
                x.close("Grantee");
                x.el("Permission", "FULL_CONTROL");
            });
        });
    })
}

/// What AWS answers for a sub-resource that was never put.
fn absent(name: &str) -> Outcome {
    let missing = |code, message: &str| Err(S3Error::new(404, code, message));
    match name {
        "policy" => Err(no_policy()),
        "publicAccessBlock" => {
            missing("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found")
        }
        "encryption" => Ok(document_reply("ServerSideEncryptionConfiguration", |x| {
            x.nest("Rule", |x| {
                x.nest("ApplyServerSideEncryptionByDefault", |x| x.el("SSEAlgorithm", "AES256"));
                x.el("BucketKeyEnabled", false);
            });
        })),
        "lifecycle" => missing("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"),
        "cors" => missing("NoSuchCORSConfiguration", "The CORS configuration does not exist"),
        "website" => {
            missing("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration")
        }
        "ownershipControls" => Ok(document_reply("OwnershipControls", |x| {
            x.nest("Rule", |x| x.el("ObjectOwnership", "BucketOwnerEnforced"));
        })),
        "requestPayment" => Ok(document_reply("RequestPaymentConfiguration", |x| x.el("Payer", "BucketOwner"))),
        "replication" => {
            missing("ReplicationConfigurationNotFoundError", "The replication configuration was not found")
        }
        "logging" => Ok(document_reply("BucketLoggingStatus", |_| {})),
        "notification" => Ok(document_reply("NotificationConfiguration", |_| {})),
        _ => Ok(document_reply("AccelerateConfiguration", |_| {})),
    }
}

/// GetObjectLockConfiguration: no bucket locks its objects, and none can be told to.
pub(super) fn no_lock() -> Outcome {
    let message = "Object Lock configuration does not exist for this bucket";
    Err(S3Error::new(404, "ObjectLockConfigurationNotFoundError", message))
}

/// The kept sub-resource of a bucket that an operation is for, if it is for one.
pub(super) fn document_of(request: &S3Request<'_>, operation: &str) -> Option<&'static str> {
    let verb = ["Get", "Put", "Delete"].iter().any(|v| operation.starts_with(v));
    DOCUMENTS.into_iter().find(|d| verb && request.key.is_empty() && request.q(d).is_some())
}

/// Get, Put and Delete of a sub-resource that is kept as it is sent.
pub(super) fn document(world: &mut World, request: &S3Request<'_>, operation: &str, name: &'static str) -> Outcome {
    if operation.starts_with("Get") {
        let kind = if name == "policy" { "application/json" } else { "application/xml" };
        return match bucket_mut(world, request)?.documents.get(name) {
            Some(text) => Ok(Reply::new(200, kind, text.clone())),
            None => absent(name),
        };
    }
    if operation.starts_with("Delete") {
        bucket_mut(world, request)?.documents.remove(name);
        return Ok(bare(204));
    }
    let text = String::from_utf8_lossy(&request.payload()?.data).into_owned();
    if name == "policy" {
        let policy = policy::check(&text, &request.bucket)?;
        if policy::is_public(&policy) && policy::blocks(bucket_mut(world, request)?, "BlockPublicPolicy") {
            let message = format!(
                "User: arn:aws:iam::{}:user/sandbox is not authorized to perform: s3:PutBucketPolicy on resource: \
                 \"arn:aws:s3:::{}\" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public \
                 Access.",
                world.account, request.bucket
            );
            return Err(S3Error::new(403, "AccessDenied", message));
        }
    } else {
        read_xml(text.as_bytes())?;
    }
    bucket_mut(world, request)?.documents.insert(name.to_owned(), text);
    Ok(bare(if name == "policy" { 204 } else { 200 }))
}

/// The bucket of a request that `s3::operations` has found.
pub(super) fn bucket_mut<'w>(world: &'w mut World, request: &S3Request<'_>) -> Result<&'w mut Bucket, S3Error> {
    world.s3.buckets.get_mut(request.bucket.as_str()).ok_or_else(|| S3Error::no_bucket(&request.bucket))
}

/// A new version id, if the bucket's versioning gives one.
pub(super) fn new_version_id(world: &mut World, request: &S3Request<'_>) -> Option<arcstr::ArcStr> {
    let enabled = world.s3.buckets.get(request.bucket.as_str()).is_some_and(|b| b.versioning == Versioning::Enabled);
    enabled.then(|| world.new_hex(32).into())
}
