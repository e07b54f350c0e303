//! DeleteObject and DeleteObjects.

use super::bucket::bucket_mut;
use super::bucket::new_version_id;
use super::bucket::{bare, document_reply};
use super::error::Outcome;
use super::error::S3Error;
use super::request::{S3Request, read_xml};
use super::state::{Version, Versioning};
use super::write::{whole_second, with_id};
use crate::sandbox::world::World;

/// What a delete did.
struct Gone {
    /// The version that was removed for good, or asked to be.
    id: Option<String>,
    /// The delete marker that was made or removed.
    marker: Option<String>,
}

fn remove(world: &mut World, request: &S3Request<'_>, key: &str, id: Option<&str>) -> Result<Gone, S3Error> {
    if let Some(id) = id {
        let bucket = bucket_mut(world, request)?;
        if id != "null" && id.len() != 32 {
            return Err(S3Error::invalid_argument("Invalid version id specified", "versionId", id));
        }
        let gone = bucket.remove(key, (id != "null").then_some(id));
        let marker = gone.is_some_and(|v| v.marker).then(|| id.to_owned());
        return Ok(Gone { id: Some(id.to_owned()), marker });
    }
    let new_id = new_version_id(world, request);
    let now = whole_second(request);
    let bucket = bucket_mut(world, request)?;
    if bucket.versioning == Versioning::Off {
        bucket.objects.remove(key);
        return Ok(Gone { id: None, marker: None });
    }
    let marker = Version::delete_marker(new_id, now);
    let shown = marker.id_text().to_owned();
    bucket.put(key, marker);
    Ok(Gone { id: None, marker: Some(shown) })
}

/// Only what has the ETag is deleted; what is not there needs none.
fn check_etag(world: &World, request: &S3Request<'_>, key: &str, wanted: Option<&str>) -> Result<(), S3Error> {
    let current = world.s3.buckets.get(request.bucket.as_str()).and_then(|b| b.current(key));
    match (wanted.map(|w| w.trim().trim_matches('"')), current) {
        (Some(wanted), Some(version)) if wanted != "*" && wanted != version.etag() => {
            Err(S3Error::precondition("If-Match"))
        }
        _ => Ok(()),
    }
}

/// DeleteObject.
pub(super) fn one(world: &mut World, request: &S3Request<'_>) -> Outcome {
    check_etag(world, request, &request.key, request.h("if-match"))?;
    let gone = remove(world, request, &request.key, request.q("versionId"))?;
    let mut reply = bare(204);
    if gone.marker.is_some() {
        reply.set("x-amz-delete-marker", "true");
    }
    Ok(with_id(reply, gone.id.or(gone.marker)))
}

/// DeleteObjects: at most 1,000.
pub(super) fn many(world: &mut World, request: &S3Request<'_>) -> Outcome {
    let root = read_xml(&request.payload()?.data)?;
    let objects: Vec<_> = root.all("Object").collect();
    if objects.is_empty() || objects.len() > 1000 {
        return Err(S3Error::malformed_xml());
    }
    let quiet = root.text_of("Quiet") == Some("true");
    let mut results = Vec::new();
    for object in objects {
        let key = object.text_of("Key").ok_or_else(S3Error::malformed_xml)?;
        let id = object.text_of("VersionId").filter(|id| !id.is_empty());
        let may = check_etag(world, request, key, object.text_of("ETag"));
        results.push((key, id, may.and_then(|()| remove(world, request, key, id))));
    }
    Ok(document_reply("DeleteResult", |x| {
        for (key, id, result) in &results {
            match result {
                Ok(_) if quiet => {}
                Ok(gone) => x.nest("Deleted", |x| {
                    x.el("Key", *key);
                    x.opt("VersionId", *id);
                    if let Some(marker) = &gone.marker {
                        x.el("DeleteMarker", true);
                        x.el("DeleteMarkerVersionId", marker);
                    }
                }),
                Err(e) => x.nest("Error", |x| {
                    x.el("Key", *key);
                    x.opt("VersionId", *id);
                    x.el("Code", e.code);
                    x.el("Message", e.message.as_str());
                }),
            }
        }
    }))
}
