//! PutObject, CopyObject and tags of objects.

use arcstr::ArcStr;
use percent_encoding::percent_decode_str;

use super::bucket::bucket_mut;
use super::bucket::new_version_id;
use super::bucket::{bare, check_tags, document_reply};
use super::content::Content;
use super::error::Outcome;
use super::error::S3Error;
use super::ranges::{Verdict, verdict};
use super::read::find;
use super::refuse::default_encryption;
use super::request::{S3Request, read_xml};
use super::state::{Extra, Version, Versioning};
use crate::sandbox::wire::Reply;
use crate::sandbox::wire::shapes::reads;
use crate::sandbox::world::World;

/// Headers of an upload that come back with each read.
const KEPT: [&str; 7] = [
    "content-type",
    "cache-control",
    "content-disposition",
    "content-language",
    "expires",
    "x-amz-website-redirect-location",
    "content-encoding",
];

const CLASSES: [&str; 8] = [
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "DEEP_ARCHIVE",
    "GLACIER_IR",
];

/// How an object is encrypted that nothing is said about.
pub(super) const AES256: &str = "AES256";
const SSE: &str = "x-amz-server-side-encryption";
const SSE_KEY: &str = "x-amz-server-side-encryption-aws-kms-key-id";
const SSE_BUCKET_KEY: &str = "x-amz-server-side-encryption-bucket-key-enabled";

/// The encryption that an upload asks for, as headers of the object: none for what is usual.
fn encryption(world: &World, request: &S3Request<'_>) -> Result<Vec<(String, String)>, S3Error> {
    let usual = world.s3.buckets.get(request.bucket.as_str()).and_then(default_encryption);
    let (usual_kind, usual_key) = usual.map_or((AES256.to_owned(), None), |(kind, key)| (kind, key));
    let (kind, said) = match request.h(SSE) {
        Some(kind) => (kind, request.h(SSE_KEY)),
        None => (usual_kind.as_str(), usual_key.as_deref()),
    };
    match kind {
        AES256 => Ok(Vec::new()),
        "aws:kms" | "aws:kms:dsse" => {
            let region = &request.call.region;
            let arn = |key: &str| format!("arn:aws:kms:{region}:{}:{key}", world.account);
            let key = match said {
                Some(full) if full.starts_with("arn:") => full.to_owned(),
                Some(name) if name.starts_with("alias/") => arn(name),
                Some(id) => arn(&format!("key/{id}")),
                // The key that S3 makes for itself in each region.
                None => arn("key/5e1f0c5a-5a3d-4c63-9a51-3d0a8e6b7f21"),
            };
            let mut headers = vec![(SSE.to_owned(), kind.to_owned()), (SSE_KEY.to_owned(), key)];
            headers.extend(request.h(SSE_BUCKET_KEY).map(|v| (SSE_BUCKET_KEY.to_owned(), v.to_ascii_lowercase())));
            Ok(headers)
        }
        other => Err(S3Error::invalid_argument("The encryption method specified is not supported", SSE, other)),
    }
}

/// Says in an answer how the object is encrypted.
pub(super) fn say_encryption(reply: &mut Reply, extra: &Extra) {
    let of = |name: &str| extra.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    reply.set(SSE, of(SSE).unwrap_or(AES256));
    if let Some(key) = of(SSE_KEY) {
        reply.set(SSE_KEY, key);
    }
}

/// What an upload brings along in its headers.
pub(super) fn extra(world: &World, request: &S3Request<'_>) -> Result<Extra, S3Error> {
    let mut headers = encryption(world, request)?;
    for (name, value) in &request.call.request.headers {
        let (name, Ok(value)) = (name.as_str(), value.to_str()) else { continue };
        if !(KEPT.contains(&name) || name.starts_with("x-amz-meta-")) {
            continue;
        }
        reads::note_text(value);
        let value = if name == "content-encoding" {
            // The framing is the upload's, not the object's.
            value.split(',').map(str::trim).filter(|e| *e != "aws-chunked").collect::<Vec<_>>().join(",")
        } else {
            value.to_owned()
        };
        if !value.is_empty() {
            headers.push((name.to_owned(), value));
        }
    }
    let metadata: usize =
        headers.iter().filter(|(n, _)| n.starts_with("x-amz-meta-")).map(|(n, v)| n.len() - 11 + v.len()).sum();
    if metadata > 2048 {
        let message = "Your metadata headers exceed the maximum allowed metadata size";
        return Err(S3Error::new(400, "MetadataTooLarge", message));
    }
    Ok(Extra { headers, tags: header_tags(request)?, ..Extra::default() })
}

/// `x-amz-tagging: a=b&c=d`.
fn header_tags(request: &S3Request<'_>) -> Result<Vec<(String, String)>, S3Error> {
    let tags: Vec<_> =
        form_urlencoded::parse(request.h("x-amz-tagging").unwrap_or_default().as_bytes()).into_owned().collect();
    check_tags(&tags, 10)?;
    Ok(tags)
}

/// The storage class that an upload asks for.
pub(super) fn class(request: &S3Request<'_>) -> Result<ArcStr, S3Error> {
    let class = request.h("x-amz-storage-class").unwrap_or("STANDARD");
    if !CLASSES.contains(&class) {
        return Err(S3Error::new(400, "InvalidStorageClass", "The storage class you specified is not valid"));
    }
    Ok(class.into())
}

/// `If-None-Match: *` and `If-Match` on a write.
pub(super) fn check_conditions(world: &World, request: &S3Request<'_>) -> Result<(), S3Error> {
    let current = world.s3.buckets.get(request.bucket.as_str()).and_then(|b| b.current(&request.key));
    if let Some(condition) = request.h("if-none-match") {
        if condition.trim() != "*" {
            return Err(super::route::not_implemented("If-None-Match").field("Header", "If-None-Match"));
        }
        if current.is_some() {
            return Err(S3Error::precondition("If-None-Match"));
        }
    }
    if let Some(condition) = request.h("if-match") {
        let current = current.ok_or_else(|| S3Error::no_key(&request.key))?;
        if condition.trim().trim_matches('"') != current.etag() {
            return Err(S3Error::precondition("If-Match"));
        }
    }
    Ok(())
}

/// Puts a version and answers with its id, where the bucket keeps ids.
pub(super) fn store(
    world: &mut World,
    request: &S3Request<'_>,
    content: Content,
    class: ArcStr,
    extra: Extra,
) -> Result<Option<String>, S3Error> {
    let id = new_version_id(world, request);
    let bucket = bucket_mut(world, request)?;
    let version =
        Version { id, modified: whole_second(request), content, marker: false, class, extra: Some(Box::new(extra)) };
    let shown = (bucket.versioning != Versioning::Off).then(|| version.id_text().to_owned());
    bucket.put(&request.key, version);
    Ok(shown)
}

/// S3 keeps whole seconds.
pub(super) fn whole_second(request: &S3Request<'_>) -> crate::base::Time {
    crate::base::Time::from_secs(request.call.now.secs())
}

/// PutObject.
pub(super) fn put(world: &mut World, request: &S3Request<'_>) -> Outcome {
    check_conditions(world, request)?;
    let (mut extra, class) = (extra(world, request)?, class(request)?);
    let payload = request.payload()?;
    let (etag, checksum) = (payload.md5, payload.checksum);
    extra.etag.clone_from(&etag);
    extra.checksum = Some(checksum.clone());
    let mut reply = bare(200).with("etag", &format!("\"{etag}\"")).with("x-amz-checksum-type", "FULL_OBJECT");
    say_encryption(&mut reply, &extra);
    let id = store(world, request, Content::Stored(payload.data), class, extra)?;
    if let (Ok(name), Ok(value)) =
        (http::HeaderName::try_from(checksum.0.header()), http::HeaderValue::try_from(checksum.1))
    {
        reply.headers.insert(name, value);
    }
    Ok(with_id(reply, id))
}

pub(super) fn with_id(mut reply: Reply, id: Option<String>) -> Reply {
    if let Some(id) = id {
        reply.set("x-amz-version-id", &id);
    }
    reply
}

/// What a copy reads.
pub(super) struct Source {
    /// The version's bytes and what belongs to them.
    pub version: Version,
    /// Its id, where the bucket keeps ids.
    pub id: Option<String>,
}

/// Finds what `x-amz-copy-source` names and weighs its conditions.
pub(super) fn source(world: &World, request: &S3Request<'_>) -> Result<Source, S3Error> {
    let header = request.h("x-amz-copy-source").unwrap_or_default();
    let (path, id) = match header.split_once("?versionId=") {
        Some((path, id)) => (path, Some(id)),
        None => (header, None),
    };
    let path = percent_decode_str(path).decode_utf8_lossy();
    let (name, key) =
        path.trim_start_matches('/').split_once('/').filter(|(b, k)| !b.is_empty() && !k.is_empty()).ok_or_else(
            || {
                let message = "Copy Source must mention the source bucket and key: sourcebucket/sourcekey";
                S3Error::invalid_argument(message, "x-amz-copy-source", header)
            },
        )?;
    let bucket = world.s3.buckets.get(name).ok_or_else(|| S3Error::no_bucket(name))?;
    let version = find(bucket, key, id)?.clone();
    match verdict(&request.call.request.headers, "x-amz-copy-source-", &version.etag(), version.modified) {
        Verdict::Go => {}
        Verdict::Failed(c) => return Err(S3Error::precondition(&format!("x-amz-copy-source-{c}"))),
        Verdict::NotModified => return Err(S3Error::precondition("x-amz-copy-source-If-None-Match")),
    }
    if matches!(version.class.as_str(), "GLACIER" | "DEEP_ARCHIVE") {
        let message = "Operation is not valid for the source object's storage class";
        return Err(S3Error::new(403, "InvalidObjectState", message));
    }
    let id = (bucket.versioning != Versioning::Off).then(|| version.id_text().to_owned());
    Ok(Source { version, id })
}

/// CopyObject.
pub(super) fn copy(world: &mut World, request: &S3Request<'_>) -> Outcome {
    check_conditions(world, request)?;
    let Source { version: from, id: from_id } = source(world, request)?;
    let replaces = |name: &str| request.h(name).is_some_and(|d| d.eq_ignore_ascii_case("REPLACE"));
    let class = class(request)?;
    let mut new = from.extra.as_deref().cloned().unwrap_or_default();
    let same = request.h("x-amz-copy-source").is_some_and(|s| {
        percent_decode_str(s).decode_utf8_lossy().trim_start_matches('/')
            == format!("{}/{}", request.bucket, request.key)
    });
    if same
        && !replaces("x-amz-metadata-directive")
        && request.h("x-amz-storage-class").is_none()
        && request.h("x-amz-server-side-encryption").is_none()
    {
        let message = "This copy request is illegal because it is trying to copy an object to itself without changing the object's \
                       metadata, storage class, website redirect location or encryption attributes.";
        return Err(S3Error::new(400, "InvalidRequest", message));
    }
    if replaces("x-amz-metadata-directive") {
        new.headers = extra(world, request)?.headers;
    }
    // A copy is encrypted as its own request says, not as its source is.
    new.headers.retain(|(n, _)| n != SSE && n != SSE_KEY && n != SSE_BUCKET_KEY);
    new.headers.extend(encryption(world, request)?);
    if replaces("x-amz-tagging-directive") {
        new.tags = header_tags(request)?;
    }
    // What was uploaded in parts becomes one piece, with an MD5 of its own if its bytes are here.
    new.etag = match &from.content {
        Content::Stored(bytes) => super::checksum::md5_hex(bytes),
        Content::Made { .. } => from.etag(),
    };
    new.parts.clear();
    let etag = new.etag.clone();
    let checksum = new.checksum.clone().filter(|(_, v)| !v.contains('-'));
    new.checksum.clone_from(&checksum);
    let kept = new.clone();
    let id = store(world, request, from.content, class, new)?;
    let mut reply = document_reply("CopyObjectResult", |x| {
        x.el("ETag", format!("\"{etag}\""));
        x.el("LastModified", whole_second(request));
        if let Some((algorithm, value)) = &checksum {
            x.el(&algorithm.element(), value);
            x.el("ChecksumType", "FULL_OBJECT");
        }
    });
    if let Some(id) = from_id {
        reply.set("x-amz-copy-source-version-id", &id);
    }
    say_encryption(&mut reply, &kept);
    Ok(with_id(reply, id))
}

/// PutObjectTagging and DeleteObjectTagging.
pub(super) fn tagging(world: &mut World, request: &S3Request<'_>, operation: &str) -> Outcome {
    let tags = if operation == "PutObjectTagging" {
        let tags = read_xml(&request.payload()?.data)?.tags();
        check_tags(&tags, 10)?;
        tags
    } else {
        Vec::new()
    };
    let bucket = bucket_mut(world, request)?;
    let id = find(bucket, &request.key, request.q("versionId"))?.id.clone();
    let keeps_ids = bucket.versioning != Versioning::Off;
    let shown = id.as_deref().unwrap_or("null").to_owned();
    if let Some(version) = bucket.objects.get_mut(request.key.as_str()).and_then(|v| v.iter_mut().find(|v| v.id == id))
    {
        let etag = version.etag();
        version.extra.get_or_insert_with(|| Box::new(Extra { etag, ..Extra::default() })).tags = tags;
    }
    let reply = bare(if operation == "PutObjectTagging" { 200 } else { 204 });
    Ok(with_id(reply, keeps_ids.then_some(shown)))
}
