//! Uploads in parts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};

use super::bucket::bucket_mut;
use super::bucket::{bare, document_reply};
use super::checksum::{Algorithm, md5_hex, multipart_etag};
use super::content::Content;
use super::error::Outcome;
use super::error::S3Error;
use super::ranges::{Span, span};
use super::request::{S3Request, read_xml};
use super::state::OWNER;
use super::state::{Bucket, Part, Upload};
use super::write::{Source, check_conditions, class, extra, say_encryption, source, store};
use crate::sandbox::world::World;

/// A part but the last has at least this many bytes.
const SMALLEST_PART: u64 = 5 * 1024 * 1024;

/// CreateMultipartUpload.
pub(super) fn create(world: &mut World, request: &S3Request<'_>) -> Outcome {
    let algorithm = match request.h("x-amz-checksum-algorithm") {
        None => None,
        Some(name) => Some(Algorithm::parse(name).ok_or_else(|| {
            let message = "Checksum algorithm provided is unsupported. Please try again with any of the valid types: \
                           [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]";
            S3Error::new(400, "InvalidRequest", message)
        })?),
    };
    let composite = match (algorithm, request.h("x-amz-checksum-type")) {
        (None | Some(Algorithm::Crc64nvme), _) | (_, Some("FULL_OBJECT")) => false,
        (Some(_), _) => true,
    };
    let upload = Upload {
        key: request.key.as_str().into(),
        started: request.call.now,
        extra: extra(world, request)?,
        class: class(request)?,
        algorithm,
        composite,
        parts: std::collections::BTreeMap::new(),
    };
    let id = world.new_hex(64);
    let kept = upload.extra.clone();
    bucket_mut(world, request)?.uploads.insert(id.clone(), upload);
    let mut reply = document_reply("InitiateMultipartUploadResult", |x| {
        x.el("Bucket", request.bucket.as_str());
        x.el("Key", request.key.as_str());
        x.el("UploadId", id.as_str());
    });
    if let Some(a) = algorithm {
        reply.set("x-amz-checksum-algorithm", a.name());
        reply.set("x-amz-checksum-type", if composite { "COMPOSITE" } else { "FULL_OBJECT" });
    }
    say_encryption(&mut reply, &kept);
    Ok(reply)
}

fn upload_of<'b>(bucket: &'b Bucket, request: &S3Request<'_>) -> Result<&'b Upload, S3Error> {
    let id = request.q_text("uploadId");
    bucket.uploads.get(id).filter(|u| u.key == request.key).ok_or_else(|| S3Error::no_upload(id))
}

/// UploadPart and UploadPartCopy.
pub(super) fn upload_part(world: &mut World, request: &S3Request<'_>, operation: &str) -> Outcome {
    let said = request.q_text("partNumber");
    let number = said.parse::<u16>().ok().filter(|n| (1..=10_000).contains(n)).ok_or_else(|| {
        let message = "Part number must be an integer between 1 and 10000, inclusive";
        S3Error::invalid_argument(message, "partNumber", said)
    })?;
    upload_of(bucket_mut(world, request)?, request)?;
    let (bytes, etag, checksum) = if operation == "UploadPartCopy" {
        let Source { version, .. } = source(world, request)?;
        let size = version.content.size();
        let (from, end) = match span(request.h("x-amz-copy-source-range"), size) {
            Span::Whole => (0, size),
            Span::Part(from, end) => (from, end),
            Span::Nothing => {
                let message = "The requested range is not satisfiable";
                return Err(S3Error::new(416, "InvalidRange", message));
            }
        };
        let bytes = version.content.read(from, end, usize::MAX);
        (bytes.clone(), md5_hex(&bytes), None)
    } else {
        let payload = request.payload()?;
        (payload.data, payload.md5, Some(payload.checksum))
    };
    let part = Part {
        content: Content::Stored(bytes),
        etag: etag.clone(),
        modified: request.call.now,
        checksum: checksum.clone(),
    };
    if let Some(upload) = bucket_mut(world, request)?.uploads.get_mut(request.q_text("uploadId")) {
        upload.parts.insert(number, part);
    }
    if operation == "UploadPartCopy" {
        return Ok(document_reply("CopyPartResult", |x| {
            x.el("LastModified", request.call.now);
            x.el("ETag", format!("\"{etag}\""));
        }));
    }
    let mut reply = bare(200).with("etag", &format!("\"{etag}\""));
    say_encryption(&mut reply, &upload_of(bucket_mut(world, request)?, request)?.extra);
    if let Some((algorithm, value)) = checksum
        && let (Ok(name), Ok(value)) =
            (http::HeaderName::try_from(algorithm.header()), http::HeaderValue::try_from(value))
    {
        reply.headers.insert(name, value);
    }
    Ok(reply)
}

/// CompleteMultipartUpload.
pub(super) fn complete(world: &mut World, request: &S3Request<'_>) -> Outcome {
    let root = read_xml(&request.payload_unverified()?)?;
    let listed: Vec<(u16, String)> = root
        .all("Part")
        .map(|p| {
            let number = p.text_of("PartNumber").and_then(|n| n.trim().parse().ok());
            let etag = p.text_of("ETag").map(|e| e.trim().trim_matches('"').to_owned());
            number.zip(etag).ok_or_else(S3Error::malformed_xml)
        })
        .collect::<Result<_, _>>()?;
    if listed.is_empty() {
        return Err(S3Error::malformed_xml());
    }
    check_conditions(world, request)?;
    let id = request.q_text("uploadId").to_owned();
    let upload = upload_of(bucket_mut(world, request)?, request)?;
    if !listed.windows(2).all(|w| w[0].0 < w[1].0) {
        let message = "The list of parts was not in ascending order. Parts must be ordered by part number.";
        return Err(S3Error::new(400, "InvalidPartOrder", message).field("UploadId", id));
    }
    let mut parts = Vec::new();
    for (i, (number, etag)) in listed.iter().enumerate() {
        let part = upload.parts.get(number).filter(|p| p.etag == *etag).ok_or_else(|| {
            let message = "One or more of the specified parts could not be found. The part may not have been uploaded, or the \
                           specified entity tag may not match the part's entity tag.";
            S3Error::new(400, "InvalidPart", message)
                .field("UploadId", id.as_str())
                .field("PartNumber", number.to_string())
                .field("ETag", etag.as_str())
        })?;
        if i + 1 < listed.len() && part.content.size() < SMALLEST_PART {
            let message = "Your proposed upload is smaller than the minimum allowed size";
            return Err(S3Error::new(400, "EntityTooSmall", message)
                .field("ETag", etag.as_str())
                .field("MinSizeAllowed", SMALLEST_PART.to_string())
                .field("ProposedSize", part.content.size().to_string())
                .field("PartNumber", number.to_string()));
        }
        parts.push(part);
    }
    let total: u64 = parts.iter().map(|p| p.content.size()).sum();
    let mut bytes = BytesMut::with_capacity(total as usize);
    for part in &parts {
        bytes.extend_from_slice(&part.content.read(0, u64::MAX, usize::MAX));
    }
    let bytes: Bytes = bytes.freeze();
    let algorithm = upload.algorithm.unwrap_or(Algorithm::Crc64nvme);
    let checksum = if upload.composite { composite(algorithm, &parts) } else { algorithm.of(&bytes) };
    check_whole(request, total, (algorithm, upload.composite), &checksum)?;
    let mut extra = upload.extra.clone();
    extra.etag = multipart_etag(parts.iter().map(|p| p.etag.as_str()));
    extra.parts = parts.iter().map(|p| p.content.size()).collect();
    extra.checksum = Some((algorithm, checksum.clone()));
    let (etag, class) = (extra.etag.clone(), upload.class.clone());
    let is_composite = upload.composite;
    let kept = extra.clone();
    let version = store(world, request, Content::Stored(bytes), class, extra)?;
    bucket_mut(world, request)?.uploads.remove(&id);
    let mut reply = document_reply("CompleteMultipartUploadResult", |x| {
        let region = &request.call.region;
        x.el("Location", format!("https://{}.s3.{region}.amazonaws.com/{}", request.bucket, request.key));
        x.el("Bucket", request.bucket.as_str());
        x.el("Key", request.key.as_str());
        x.el("ETag", format!("\"{etag}\""));
        x.el(&algorithm.element(), checksum);
        x.el("ChecksumType", if is_composite { "COMPOSITE" } else { "FULL_OBJECT" });
    });
    if let Some(id) = version {
        reply.set("x-amz-version-id", &id);
    }
    say_encryption(&mut reply, &kept);
    Ok(reply)
}

/// The checksum of the parts' checksums, and how many there are.
fn composite(algorithm: Algorithm, parts: &[&Part]) -> String {
    let mut all = Vec::new();
    for part in parts {
        let own = match &part.checksum {
            Some((a, value)) if *a == algorithm => value.clone(),
            _ => algorithm.of(&part.content.read(0, u64::MAX, usize::MAX)),
        };
        all.extend(STANDARD.decode(own).unwrap_or_default());
    }
    format!("{}-{}", algorithm.of(&all), parts.len())
}

/// AbortMultipartUpload.
pub(super) fn abort(world: &mut World, request: &S3Request<'_>) -> Outcome {
    let bucket = bucket_mut(world, request)?;
    upload_of(bucket, request)?;
    bucket.uploads.remove(request.q_text("uploadId"));
    Ok(bare(204))
}

/// ListParts.
pub(super) fn list_parts(bucket: &Bucket, request: &S3Request<'_>) -> Outcome {
    let upload = upload_of(bucket, request)?;
    let most = request.limit("max-parts", 1000)?;
    let after: u16 = request.q_text("part-number-marker").parse().unwrap_or(0);
    let mut rest = upload.parts.range(after.saturating_add(1)..);
    let page: Vec<_> = rest.by_ref().take(most).collect();
    let more = rest.next().is_some();
    Ok(document_reply("ListPartsResult", |x| {
        x.el("Bucket", request.bucket.as_str());
        x.el("Key", request.key.as_str());
        x.el("UploadId", request.q_text("uploadId"));
        for who in ["Initiator", "Owner"] {
            x.nest(who, |x| x.el("ID", OWNER));
        }
        x.el("StorageClass", &upload.class);
        x.el("PartNumberMarker", after);
        x.el("NextPartNumberMarker", page.last().map_or(0, |(n, _)| **n));
        x.el("MaxParts", most);
        x.el("IsTruncated", more);
        if let Some(a) = upload.algorithm {
            x.el("ChecksumAlgorithm", a.name());
        }
        for (number, part) in &page {
            x.nest("Part", |x| {
                x.el("PartNumber", **number);
                x.el("LastModified", part.modified);
                x.el("ETag", format!("\"{}\"", part.etag));
                x.el("Size", part.content.size());
                if let Some((algorithm, value)) = &part.checksum {
                    x.el(&algorithm.element(), value);
                }
            });
        }
    }))
}

/// What a completion says of the whole object: its size, its checksum and the checksum's kind.
fn check_whole(
    request: &S3Request<'_>,
    size: u64,
    (algorithm, composite): (Algorithm, bool),
    checksum: &str,
) -> Result<(), S3Error> {
    let wrong = |message: String| S3Error::new(400, "InvalidRequest", message);
    if let Some(said) = request.h("x-amz-mp-object-size").filter(|s| s.parse() != Ok(size)) {
        return Err(wrong(format!("The provided x-amz-mp-object-size {said} does not match the object's size {size}")));
    }
    let kind = if composite { "COMPOSITE" } else { "FULL_OBJECT" };
    if let Some(other) = request.h("x-amz-checksum-type").filter(|k| *k != kind) {
        return Err(wrong(format!("The upload was created using the {kind} checksum type, not {other}.")));
    }
    for a in Algorithm::ALL {
        match request.h(&a.header()) {
            None => {}
            Some(_) if a != algorithm => {
                return Err(wrong(format!("The upload was created using a {} checksum.", algorithm.name())));
            }
            Some(said) if said != checksum => {
                let message = format!("The {} you specified did not match the calculated checksum.", a.name());
                return Err(S3Error::new(400, "BadDigest", message));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// ListMultipartUploads.
pub(super) fn list_uploads(bucket: &Bucket, request: &S3Request<'_>) -> Outcome {
    let most = request.limit("max-uploads", 1000)?;
    let naming = super::listing::Naming::of(request)?;
    let prefix = request.q_text("prefix");
    let after = (request.q_text("key-marker"), request.q_text("upload-id-marker"));
    let mut found: Vec<(&str, &str, &Upload)> = bucket
        .uploads
        .iter()
        .map(|(id, u)| (u.key.as_str(), id.as_str(), u))
        .filter(|(k, ..)| k.starts_with(prefix))
        .collect();
    found.sort_by_key(|(key, id, _)| (*key, *id));
    found.retain(
        |(key, id, _)| if after.1.is_empty() { *key > after.0 || after.0.is_empty() } else { (*key, *id) > after },
    );
    let more = found.len() > most;
    found.truncate(most);
    Ok(document_reply("ListMultipartUploadsResult", |x| {
        x.el("Bucket", request.bucket.as_str());
        naming.write(x, "KeyMarker", after.0);
        x.el("UploadIdMarker", after.1);
        if more && let Some((key, id, _)) = found.last() {
            naming.write(x, "NextKeyMarker", key);
            x.el("NextUploadIdMarker", *id);
        }
        naming.write(x, "Prefix", prefix);
        x.opt("EncodingType", request.q("encoding-type").filter(|e| !e.is_empty()));
        x.el("MaxUploads", most);
        x.el("IsTruncated", more);
        for (key, id, upload) in &found {
            x.nest("Upload", |x| {
                naming.write(x, "Key", key);
                x.el("UploadId", *id);
                for who in ["Initiator", "Owner"] {
                    x.nest(who, |x| x.el("ID", OWNER));
                }
                x.el("StorageClass", &upload.class);
                x.el("Initiated", upload.started);
            });
        }
    }))
}
