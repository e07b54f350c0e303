//! GetObject, HeadObject, GetObjectAttributes, GetObjectTagging.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method};

use super::bucket::{document_reply, tags_reply};
use super::content::Content;
use super::error::Outcome;
use super::error::S3Error;
use super::ranges::{Span, Verdict, http_date, span, verdict};
use super::request::S3Request;
use super::state::{Bucket, Version, Versioning};
use super::write::AES256;
use crate::sandbox::wire::{Body, Reply};

/// How much of an object is made or handed on at a time.
const PIECE: usize = 64 * 1024;

/// The version that a request is for.
///
/// # Errors
/// `NoSuchKey`, `NoSuchVersion`; 405 for a delete marker asked for by its id.
pub(super) fn find<'b>(bucket: &'b Bucket, key: &str, id: Option<&str>) -> Result<&'b Version, S3Error> {
    let versions = bucket.objects.get(key).map(Vec::as_slice).unwrap_or_default();
    match id {
        None => match versions.first() {
            Some(v) if v.marker => {
                Err(S3Error::no_key(key).header("x-amz-delete-marker", "true").header("x-amz-version-id", v.id_text()))
            }
            Some(v) => Ok(v),
            None => Err(S3Error::no_key(key)),
        },
        Some("") => Err(S3Error::invalid_argument("Version id cannot be the empty string", "versionId", "")),
        Some(id) => match versions.iter().find(|v| v.id_text() == id) {
            Some(v) if v.marker => {
                let message = "The specified method is not allowed against this resource.";
                Err(S3Error::new(405, "MethodNotAllowed", message)
                    .field("Method", "GET")
                    .field("ResourceType", "DeleteMarker")
                    .header("allow", "DELETE")
                    .header("last-modified", http_date(v.modified))
                    .header("x-amz-delete-marker", "true")
                    .header("x-amz-version-id", v.id_text()))
            }
            Some(v) => Ok(v),
            // Ids have a form; what has another one is an argument error.
            None if id != "null" && id.len() != 32 => {
                Err(S3Error::invalid_argument("Invalid version id specified", "versionId", id))
            }
            None => Err(S3Error::no_version(key, id)),
        },
    }
}

/// GetObject and HeadObject.
pub(super) fn object(bucket: &Bucket, request: &S3Request<'_>) -> Outcome {
    let version = find(bucket, &request.key, request.q("versionId"))?;
    let etag = version.etag();
    match verdict(&request.call.request.headers, "", &etag, version.modified) {
        Verdict::Go => {}
        Verdict::Failed(condition) => return Err(S3Error::precondition(condition)),
        Verdict::NotModified => {
            let mut reply = Reply::new(304, "", "");
            reply.set("etag", &format!("\"{etag}\""));
            reply.set("last-modified", &http_date(version.modified));
            return Ok(reply);
        }
    }
    let is_get = request.call.request.method == Method::GET;
    if is_get && matches!(version.class.as_str(), "GLACIER" | "DEEP_ARCHIVE") {
        let message = "The operation is not valid for the object's storage class";
        return Err(S3Error::new(403, "InvalidObjectState", message).field("StorageClass", version.class.as_str()));
    }
    let size = version.content.size();
    let part = part_span(version, request)?;
    let (whole, from, end) = match part.unwrap_or_else(|| span(request.h("range"), size)) {
        Span::Whole => (true, 0, size),
        Span::Part(from, end) => (false, from, end),
        Span::Nothing => {
            let message = "The requested range is not satisfiable";
            return Err(S3Error::new(416, "InvalidRange", message)
                .field("RangeRequested", request.h("range").unwrap_or_default())
                .field("ActualObjectSize", size.to_string())
                .header("content-range", format!("bytes */{size}")));
        }
    };
    let mut reply = Reply::new(if whole { 200 } else { 206 }, "", "");
    headers(&mut reply, bucket, version, &etag, request);
    if !whole {
        reply.set("content-range", &format!("bytes {from}-{}/{size}", end.saturating_sub(1)));
    }
    let checksums = request.h("x-amz-checksum-mode").is_some_and(|m| m.eq_ignore_ascii_case("ENABLED"));
    if checksums
        && whole
        && let Some((algorithm, value)) = version.extra.as_ref().and_then(|e| e.checksum.as_ref())
    {
        insert(&mut reply, &algorithm.header(), value);
        reply.set("x-amz-checksum-type", if value.contains('-') { "COMPOSITE" } else { "FULL_OBJECT" });
    }
    if is_get {
        reply.body = stream(&version.content, from, end);
    } else {
        reply.set("content-length", &(end - from).to_string());
    }
    Ok(reply)
}

/// The bytes of one part, if `partNumber` asks for it.
fn part_span(version: &Version, request: &S3Request<'_>) -> Result<Option<Span>, S3Error> {
    let Some(number) = request.q("partNumber") else { return Ok(None) };
    let invalid = || {
        let message = "The requested partnumber is not satisfiable";
        S3Error::new(416, "InvalidPartNumber", message).field("PartNumberRequested", number)
    };
    let n: usize = number.parse().map_err(|_| invalid())?;
    let parts = version.extra.as_ref().map(|e| e.parts.as_slice()).unwrap_or_default();
    if parts.is_empty() {
        return if n == 1 { Ok(Some(Span::Part(0, version.content.size()))) } else { Err(invalid()) };
    }
    let size = parts.get(n.wrapping_sub(1)).ok_or_else(invalid)?;
    let from: u64 = parts[..n - 1].iter().sum();
    Ok(Some(Span::Part(from, from + size)))
}

fn headers(reply: &mut Reply, bucket: &Bucket, version: &Version, etag: &str, request: &S3Request<'_>) {
    reply.set("accept-ranges", "bytes");
    reply.set("etag", &format!("\"{etag}\""));
    reply.set("last-modified", &http_date(version.modified));
    reply.set("content-type", version.header("content-type").unwrap_or("binary/octet-stream"));
    reply.set("x-amz-server-side-encryption", AES256);
    if version.class != "STANDARD" {
        reply.set("x-amz-storage-class", &version.class);
    }
    if bucket.versioning != Versioning::Off {
        reply.set("x-amz-version-id", version.id_text());
    }
    if let Some(extra) = &version.extra {
        for (name, value) in extra.headers.iter().filter(|(n, _)| n != "content-type") {
            insert(reply, name, value);
        }
        if !extra.tags.is_empty() {
            reply.set("x-amz-tagging-count", &extra.tags.len().to_string());
        }
        if request.q("partNumber").is_some() && !extra.parts.is_empty() {
            reply.set("x-amz-mp-parts-count", &extra.parts.len().to_string());
        }
    }
    for header in
        ["content-type", "content-language", "expires", "cache-control", "content-disposition", "content-encoding"]
    {
        if let Some(value) = request.q(&format!("response-{header}")) {
            reply.set(header, value);
        }
    }
}

/// Sets a header whose name is not known beforehand; what HTTP does not allow is left out.
fn insert(reply: &mut Reply, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(value)) {
        reply.headers.insert(name, value);
    }
}

/// Bytes of an object as a body; large ones are made while they are written.
pub(super) fn stream(content: &Content, from: u64, end: u64) -> Body {
    if end - from <= PIECE as u64 {
        return Body::Bytes(content.read(from, end, PIECE));
    }
    let content = content.clone();
    let mut at = from;
    let parts = std::iter::from_fn(move || {
        let piece: Bytes = content.read(at, end, PIECE);
        at += piece.len() as u64;
        (!piece.is_empty()).then_some(piece)
    });
    Body::Stream { len: end - from, parts: Box::new(parts) }
}

/// GetObjectAttributes.
pub(super) fn attributes(bucket: &Bucket, request: &S3Request<'_>) -> Outcome {
    let version = find(bucket, &request.key, request.q("versionId"))?;
    let wanted: Vec<&str> =
        request.h("x-amz-object-attributes").unwrap_or_default().split(',').map(str::trim).collect();
    let wants = |name: &str| wanted.contains(&name);
    let mut reply = document_reply("GetObjectAttributesResponse", |x| {
        if wants("ETag") {
            x.el("ETag", version.etag());
        }
        if wants("Checksum")
            && let Some((algorithm, value)) = version.extra.as_ref().and_then(|e| e.checksum.as_ref())
        {
            x.nest("Checksum", |x| {
                x.el(&algorithm.element(), value);
                x.el("ChecksumType", if value.contains('-') { "COMPOSITE" } else { "FULL_OBJECT" });
            });
        }
        let parts = version.extra.as_ref().map_or(0, |e| e.parts.len());
        if wants("ObjectParts") && parts > 0 {
            x.nest("ObjectParts", |x| x.el("PartsCount", parts));
        }
        if wants("StorageClass") {
            x.el("StorageClass", &version.class);
        }
        if wants("ObjectSize") {
            x.el("ObjectSize", version.content.size());
        }
    });
    reply.set("last-modified", &http_date(version.modified));
    if bucket.versioning != Versioning::Off {
        reply.set("x-amz-version-id", version.id_text());
    }
    Ok(reply)
}

/// GetObjectTagging.
pub(super) fn tagging(bucket: &Bucket, request: &S3Request<'_>) -> Outcome {
    let version = find(bucket, &request.key, request.q("versionId"))?;
    let mut reply = tags_reply(version.extra.as_ref().map(|e| e.tags.as_slice()).unwrap_or_default());
    if bucket.versioning != Versioning::Off {
        reply.set("x-amz-version-id", version.id_text());
    }
    Ok(reply)
}
