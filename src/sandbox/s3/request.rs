//! One request to S3: its bucket, key and operation, and its payload. Knows HTTP, changes nothing.

use std::borrow::Cow;

use base64::Engine as _;
use bytes::Bytes;
use percent_encoding::percent_decode_str;
use sha2::Digest as _;

use super::checksum::{self, Algorithm};
use super::error::S3Error;
use super::{chunked, names, route};
use crate::base::Time;
use crate::sandbox::wire::shapes::reads;
use crate::sandbox::wire::{Call, Node, Request};

/// A request, taken apart.
#[derive(Debug)]
pub struct S3Request<'a> {
    /// The call.
    pub call: &'a Call<'a>,
    /// The bucket's name; empty for the service itself.
    pub bucket: String,
    /// The key; empty for the bucket itself.
    pub key: String,
    query: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

/// A payload that was checked.
#[derive(Debug)]
pub struct Payload {
    /// The bytes, without frames.
    pub data: Bytes,
    /// Its MD5 in hexadecimal.
    pub md5: String,
    /// The checksum that came with it, or that S3 computes by itself.
    pub checksum: (Algorithm, String),
}

/// Sub-resources of buckets that are kept as they are sent.
pub const DOCUMENTS: [&str; 12] = [
    "policy",
    "publicAccessBlock",
    "encryption",
    "lifecycle",
    "cors",
    "website",
    "logging",
    "notification",
    "ownershipControls",
    "accelerate",
    "requestPayment",
    "replication",
];

impl<'a> S3Request<'a> {
    /// Takes a request apart.
    pub fn new(call: &'a Call<'a>) -> S3Request<'a> {
        let r = call.request;
        let (bucket, key) = address(r);
        S3Request { call, bucket, key, query: form_urlencoded::parse(r.query.as_bytes()).collect() }
    }
    /// A parameter of the query.
    pub fn q(&self, name: &str) -> Option<&str> {
        let text = self.query.iter().find(|(k, _)| k == name).map(|(_, v)| &**v);
        text.inspect(|t| reads::note_text(t))
    }
    /// A parameter of the query that is not empty.
    pub fn q_text(&self, name: &str) -> &str {
        self.q(name).unwrap_or_default()
    }
    /// A header.
    pub fn h(&self, name: &str) -> Option<&'a str> {
        self.call.request.header(name)
    }
    /// A number in the query, at most `most`, which it also is by default.
    ///
    /// # Errors
    /// `InvalidArgument`.
    pub fn limit(&self, name: &str, most: usize) -> Result<usize, S3Error> {
        match self.q(name) {
            None | Some("") => Ok(most),
            Some(s) => match s.parse::<i64>() {
                Ok(n) if (0..=i64::from(i32::MAX)).contains(&n) => Ok((n as usize).min(most)),
                Ok(_) => Err(S3Error::invalid_argument(
                    format!("Argument {name} must be an integer between 0 and 2147483647"),
                    name,
                    s,
                )),
                Err(_) => Err(S3Error::invalid_argument(
                    format!("Provided {name} not an integer or within integer range"),
                    name,
                    s,
                )),
            },
        }
    }

    /// The names in the query, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.query.iter().map(|(name, _)| &**name)
    }

    /// AWS's name of the operation; empty if there is none for this request.
    pub fn operation(&self) -> &'static str {
        route::operation(self).unwrap_or_default()
    }

    /// Whether nobody signed it.
    pub fn is_anonymous(&self) -> bool {
        self.h("authorization").is_none() && self.q("X-Amz-Signature").is_none() && self.q("Signature").is_none()
    }

    /// A presigned URL that is past its time is refused.
    ///
    /// # Errors
    /// `AccessDenied`, `AuthorizationQueryParametersError`.
    pub fn check_presigned(&self) -> Result<(), S3Error> {
        let now = self.call.now;
        let expired = |seconds: &str, end: Time| {
            Err(S3Error::new(403, "AccessDenied", "Request has expired")
                .field("X-Amz-Expires", seconds)
                .field("Expires", end.rfc3339())
                .field("ServerTime", now.rfc3339()))
        };
        if let (Some(date), Some(seconds)) = (self.q("X-Amz-Date"), self.q("X-Amz-Expires")) {
            let malformed = |m: &str| S3Error::new(400, "AuthorizationQueryParametersError", m);
            let from = compact_date(date)
                .ok_or_else(|| malformed("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""))?;
            let lasts: u64 = seconds.parse().map_err(|_| malformed("X-Amz-Expires should be a number"))?;
            if lasts > 604_800 {
                return Err(malformed("X-Amz-Expires must be less than a week (in seconds) that is 604800"));
            }
            let end = from.plus(std::time::Duration::from_secs(lasts));
            if now > end {
                return expired(seconds, end);
            }
        } else if self.q("Signature").is_some()
            && let Some(end) = self.q("Expires").and_then(|e| e.parse().ok()).map(Time::from_secs)
            && now > end
        {
            return expired("", end);
        }
        Ok(())
    }

    /// The payload as it came: the headers' checksums are not those of this body (CompleteMultipartUpload names the
    /// whole object's).
    ///
    /// # Errors
    /// `IncompleteBody`.
    pub fn payload_unverified(&self) -> Result<Bytes, S3Error> {
        self.unframed().map(|(data, _)| data)
    }

    /// The payload without frames, its length and all checksums that came along verified.
    ///
    /// # Errors
    /// `IncompleteBody`, `BadDigest`, `InvalidDigest`, `XAmzContentSHA256Mismatch`.
    pub fn payload(&self) -> Result<Payload, S3Error> {
        let sha = self.h("x-amz-content-sha256").unwrap_or_default();
        let (data, trailers) = self.unframed()?;
        if sha.len() == 64 && !checksum::hex(&sha2::Sha256::digest(&data)).eq_ignore_ascii_case(sha) {
            let message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
            return Err(
                S3Error::new(400, "XAmzContentSHA256Mismatch", message).field("ClientComputedContentSHA256", sha)
            );
        }
        if let Some(said) = self.h("content-md5") {
            if said.len() != 24 {
                return Err(S3Error::new(400, "InvalidDigest", "The Content-MD5 you specified was invalid.")
                    .field("Content-MD5", said));
            }
            let found = checksum::md5_base64(&data);
            if said != found {
                let message = "The Content-MD5 you specified did not match what we received.";
                return Err(S3Error::new(400, "BadDigest", message)
                    .field("ExpectedDigest", said)
                    .field("CalculatedDigest", found));
            }
        }
        let sent = Algorithm::ALL.into_iter().find_map(|a| {
            let header = a.header();
            let trailer = trailers.iter().find(|(k, _)| *k == header).map(|(_, v)| v.as_str());
            trailer.or_else(|| self.h(&header)).map(|v| (a, v))
        });
        let checksum = match sent {
            Some((a, said)) => {
                let found = a.of(&data);
                let bytes = |s: &str| base64::engine::general_purpose::STANDARD.decode(s).ok().map(|b| b.len());
                if bytes(said) != bytes(&found) {
                    let message = format!("Value for {} header is invalid.", a.header());
                    return Err(S3Error::new(400, "InvalidRequest", message));
                }
                if said != found {
                    let message = format!("The {} you specified did not match the calculated checksum.", a.name());
                    return Err(S3Error::new(400, "BadDigest", message));
                }
                (a, found)
            }
            None => (Algorithm::Crc64nvme, Algorithm::Crc64nvme.of(&data)),
        };
        Ok(Payload { md5: checksum::md5_hex(&data), data, checksum })
    }

    /// The body without frames, and the trailers.
    fn unframed(&self) -> Result<(Bytes, Vec<(String, String)>), S3Error> {
        let framed = self.h("x-amz-content-sha256").is_some_and(|s| s.starts_with("STREAMING-"))
            || self.h("content-encoding").is_some_and(|e| e.split(',').any(|e| e.trim() == "aws-chunked"));
        let incomplete = || {
            S3Error::new(
                400,
                "IncompleteBody",
                "You did not provide the number of bytes specified by the Content-Length HTTP header",
            )
        };
        let mut trailers = Vec::new();
        let data = if framed {
            let upload = chunked::decode(&self.call.request.body).ok_or_else(incomplete)?;
            let said = self.h("x-amz-decoded-content-length").and_then(|n| n.parse::<usize>().ok());
            if said.is_some_and(|n| n != upload.data.len()) {
                return Err(incomplete());
            }
            trailers = upload.trailers;
            Bytes::from(upload.data)
        } else {
            let said = self.h("content-length").and_then(|n| n.parse::<usize>().ok());
            if said.is_some_and(|n| n != self.call.request.body.len()) {
                return Err(incomplete());
            }
            self.call.request.body.clone()
        };
        Ok((data, trailers))
    }
}

/// A request's document.
///
/// # Errors
/// `MalformedXML`.
pub(super) fn read_xml(bytes: &[u8]) -> Result<Node, S3Error> {
    Node::parse(bytes).ok_or_else(S3Error::malformed_xml)
}

/// The bucket and key of a request, in either style.
fn address(r: &Request) -> (String, String) {
    let decode = |s: &str| percent_decode_str(s).decode_utf8_lossy().into_owned();
    let path = r.path.strip_prefix('/').unwrap_or(&r.path);
    if let Some(bucket) = names::bucket_in_host(&r.host) {
        return (bucket.to_owned(), decode(path));
    }
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    (decode(bucket), decode(key))
}

/// `20261121T090500Z`.
fn compact_date(s: &str) -> Option<Time> {
    jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", s).ok().map(Time::at_utc)
}
