//! ListObjectsV2, ListObjects and ListObjectVersions.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::bucket::document_reply;
use super::error::Outcome;
use super::error::S3Error;
use super::key_walk::{Step, Walk, walk};
use super::request::S3Request;
use super::state::OWNER;
use super::state::{Bucket, Version};
use crate::sandbox::wire::Xml;

/// An opaque token for going on after a name.
pub(super) fn token(after: &str) -> String {
    format!("1{}", URL_SAFE_NO_PAD.encode(after))
}

/// Reads what [`token`] wrote.
pub(super) fn read_token(token: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(token.strip_prefix('1')?).ok()?).ok()
}

/// How names are written: as they are, or percent-encoded as a form does (`encoding-type=url`).
#[derive(Clone, Copy)]
pub(super) struct Naming(bool);

impl Naming {
    pub(super) fn of(request: &S3Request<'_>) -> Result<Naming, S3Error> {
        match request.q("encoding-type") {
            None | Some("") => Ok(Naming(false)),
            Some("url") => Ok(Naming(true)),
            Some(other) => {
                Err(S3Error::invalid_argument("Invalid Encoding Method specified in Request", "encoding-type", other))
            }
        }
    }
    pub(super) fn write(self, x: &mut Xml, element: &str, name: &str) {
        if self.0 {
            let encoded: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
            x.el(element, encoded.replace("%2F", "/").as_str());
        } else {
            x.el(element, name);
        }
    }
}

/// The parameters that all three have in common.
struct Common<'a> {
    naming: Naming,
    prefix: &'a str,
    delimiter: &'a str,
    most: usize,
}

impl<'a> Common<'a> {
    fn of(request: &'a S3Request<'_>) -> Result<Common<'a>, S3Error> {
        Ok(Common {
            naming: Naming::of(request)?,
            prefix: request.q_text("prefix"),
            delimiter: request.q_text("delimiter"),
            most: request.limit("max-keys", 1000)?,
        })
    }
    fn walk(&self, after: &'a str) -> Walk<'a> {
        Walk { prefix: self.prefix, delimiter: self.delimiter, after, most: self.most }
    }
    fn head(&self, x: &mut Xml, request: &S3Request<'_>) {
        x.el("Name", request.bucket.as_str());
        self.naming.write(x, "Prefix", self.prefix);
        if !self.delimiter.is_empty() {
            self.naming.write(x, "Delimiter", self.delimiter);
        }
        x.el("MaxKeys", self.most);
        if self.naming.0 {
            x.el("EncodingType", "url");
        }
    }
    fn prefix(&self, x: &mut Xml, prefix: &str) {
        x.nest("CommonPrefixes", |x| self.naming.write(x, "Prefix", prefix));
    }
}

fn is_live(versions: &[Version]) -> bool {
    versions.first().is_some_and(|v| !v.marker)
}

fn facts(x: &mut Xml, version: &Version) {
    x.el("LastModified", version.modified);
    x.el("ETag", format!("\"{}\"", version.etag()));
    if let Some((algorithm, value)) = version.extra.as_ref().and_then(|e| e.checksum.as_ref()) {
        x.el("ChecksumAlgorithm", algorithm.name());
        x.el("ChecksumType", if value.contains('-') { "COMPOSITE" } else { "FULL_OBJECT" });
    }
    x.el("Size", version.content.size());
}

fn owner(x: &mut Xml) {
    x.nest("Owner", |x| x.el("ID", OWNER));
}

fn contents(x: &mut Xml, common: &Common<'_>, steps: &[Step<'_, Vec<Version>>], with_owner: bool) {
    for step in steps {
        if let Step::Key(key, versions) = step
            && let Some(version) = versions.first()
        {
            x.nest("Contents", |x| {
                common.naming.write(x, "Key", key);
                facts(x, version);
                if with_owner {
                    owner(x);
                }
                x.el("StorageClass", &version.class);
            });
        }
    }
    for step in steps {
        if let Step::Prefix(prefix) = step {
            common.prefix(x, prefix);
        }
    }
}

/// ListObjectsV2.
pub(super) fn objects_v2(bucket: &Bucket, request: &S3Request<'_>) -> Outcome {
    let common = Common::of(request)?;
    let after = match request.q("continuation-token") {
        None => request.q_text("start-after").to_owned(),
        Some(t) => read_token(t).ok_or_else(|| {
            S3Error::invalid_argument("The continuation token provided is incorrect", "continuation-token", t)
        })?,
    };
    let (steps, more) = walk(&bucket.objects, &common.walk(&after), |v| is_live(v));
    // Asking for no keys is answered with none, and not truncated.
    let more = more && common.most > 0;
    Ok(document_reply("ListBucketResult", |x| {
        common.head(x, request);
        x.el("KeyCount", steps.len());
        x.el("IsTruncated", more);
        x.opt("ContinuationToken", request.q("continuation-token"));
        if let Some(start) = request.q("start-after") {
            common.naming.write(x, "StartAfter", start);
        }
        if more && let Some(last) = steps.last() {
            x.el("NextContinuationToken", token(last.name()));
        }
        contents(x, &common, &steps, request.q("fetch-owner") == Some("true"));
    }))
}

/// ListObjects, the first version.
pub(super) fn objects_v1(bucket: &Bucket, request: &S3Request<'_>) -> Outcome {
    let common = Common::of(request)?;
    let marker = request.q_text("marker");
    let (steps, more) = walk(&bucket.objects, &common.walk(marker), |v| is_live(v));
    let more = more && common.most > 0;
    Ok(document_reply("ListBucketResult", |x| {
        common.head(x, request);
        common.naming.write(x, "Marker", marker);
        x.el("IsTruncated", more);
        // Without a delimiter the last key is the next marker, and S3 does not say so.
        if more
            && !common.delimiter.is_empty()
            && let Some(last) = steps.last()
        {
            common.naming.write(x, "NextMarker", last.name());
        }
        contents(x, &common, &steps, true);
    }))
}

/// One entry of ListObjectVersions.
enum Entry<'b> {
    Version { key: &'b str, version: &'b Version, latest: bool },
    Prefix(&'b str),
}

/// ListObjectVersions.
pub(super) fn versions(bucket: &Bucket, request: &S3Request<'_>) -> Outcome {
    let common = Common::of(request)?;
    let (key_marker, id_marker) = (request.q_text("key-marker"), request.q_text("version-id-marker"));
    if key_marker.is_empty() && !id_marker.is_empty() {
        let message = "A version-id marker cannot be specified without a key marker.";
        return Err(S3Error::invalid_argument(message, "version-id-marker", id_marker));
    }
    let mut entries = Vec::new();
    if !id_marker.is_empty()
        && key_marker.starts_with(common.prefix)
        && let Some((key, versions)) = bucket.objects.get_key_value(key_marker)
    {
        let rest = versions.iter().position(|v| v.id_text() == id_marker).map_or(0, |at| at + 1);
        entries.extend(versions.iter().enumerate().skip(rest).map(|(i, version)| Entry::Version {
            key,
            version,
            latest: i == 0,
        }));
    }
    // One step more than fits, so that an exactly full page is not called truncated.
    let wide = Walk { most: common.most + 1, ..common.walk(key_marker) };
    let (steps, _) = walk(&bucket.objects, &wide, |_| true);
    for step in steps {
        match step {
            Step::Prefix(p) => entries.push(Entry::Prefix(p)),
            Step::Key(key, versions) => {
                entries.extend(versions.iter().enumerate().map(|(i, version)| Entry::Version {
                    key,
                    version,
                    latest: i == 0,
                }));
            }
        }
    }
    let more = entries.len() > common.most && common.most > 0;
    entries.truncate(common.most);
    Ok(document_reply("ListVersionsResult", |x| {
        common.head(x, request);
        common.naming.write(x, "KeyMarker", key_marker);
        x.el("VersionIdMarker", id_marker);
        x.el("IsTruncated", more);
        match entries.last() {
            Some(Entry::Version { key, version, .. }) if more => {
                common.naming.write(x, "NextKeyMarker", key);
                x.el("NextVersionIdMarker", version.id_text());
            }
            Some(Entry::Prefix(p)) if more => common.naming.write(x, "NextKeyMarker", p),
            _ => {}
        }
        for entry in &entries {
            match entry {
                Entry::Prefix(p) => common.prefix(x, p),
                Entry::Version { key, version, latest } => {
                    x.nest(if version.marker { "DeleteMarker" } else { "Version" }, |x| {
                        common.naming.write(x, "Key", key);
                        x.el("VersionId", version.id_text());
                        x.el("IsLatest", *latest);
                        if version.marker {
                            x.el("LastModified", version.modified);
                        } else {
                            facts(x, version);
                            x.el("StorageClass", &version.class);
                        }
                        owner(x);
                    });
                }
            }
        }
    }))
}
