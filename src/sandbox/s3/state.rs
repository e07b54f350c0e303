//! S3's state: buckets, objects and their versions. Knows no protocol.

use std::collections::BTreeMap;

use arcstr::ArcStr;
use serde::{Deserialize, Serialize};

use super::checksum::Algorithm;
use super::content::Content;
use crate::base::Time;

/// The canonical user id of the account: what S3 names owners by.
pub const OWNER: &str = "7d4f6ad1e1b0c27c4f0c2d7e5b1a9f3862c0de51a4b7093e8f6d215c9a3b4e07";

/// All buckets of the account, by name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct State {
    /// The buckets.
    pub buckets: BTreeMap<ArcStr, Bucket>,
}

/// Whether a bucket keeps old versions.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Versioning {
    /// It never did.
    #[default]
    Off,
    /// It does.
    Enabled,
    /// It did; new versions have the id `null`.
    Suspended,
}

/// One bucket.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Bucket {
    /// The region's code.
    pub region: ArcStr,
    /// When it was made.
    pub created: Time,
    /// Whether it keeps old versions.
    pub versioning: Versioning,
    /// Each key's versions, newest first; never an empty list.
    pub objects: BTreeMap<ArcStr, Vec<Version>>,
    /// Uploads in parts that are under way, by upload id.
    pub uploads: BTreeMap<String, Upload>,
    /// Tags; none at all is an error of its own when asked for.
    pub tags: Vec<(String, String)>,
    /// Sub-resources kept as they were sent (`policy`, `publicAccessBlock`, `lifecycle`, `cors`…).
    pub documents: BTreeMap<String, String>,
}

impl Bucket {
    /// An empty bucket with what every new bucket has: public access blocked.
    pub fn new(region: &str, created: Time) -> Bucket {
        let mut documents = BTreeMap::new();
        documents.insert("publicAccessBlock".to_owned(), PUBLIC_ACCESS_BLOCKED.to_owned());
        Bucket {
            region: region.into(),
            created,
            versioning: Versioning::Off,
            objects: BTreeMap::new(),
            uploads: BTreeMap::new(),
            tags: Vec::new(),
            documents,
        }
    }

    /// The current version of a key; a delete marker is none.
    pub fn current(&self, key: &str) -> Option<&Version> {
        self.objects.get(key).and_then(|v| v.first()).filter(|v| !v.marker)
    }

    /// Adds a version as the bucket's versioning says: beside the old ones, or in place of the one whose id is `null`.
    pub fn put(&mut self, key: &str, mut version: Version) {
        if self.versioning != Versioning::Enabled {
            version.id = None;
        }
        let versions = match self.objects.get_mut(key) {
            Some(v) => v,
            None => self.objects.entry(key.into()).or_default(),
        };
        if version.id.is_none() {
            versions.retain(|v| v.id.is_some());
        }
        versions.insert(0, version);
    }

    /// Removes one version for good. `None` if there is none with that id (`None` is the version `null`).
    pub fn remove(&mut self, key: &str, id: Option<&str>) -> Option<Version> {
        let versions = self.objects.get_mut(key)?;
        let at = versions.iter().position(|v| v.id.as_deref() == id)?;
        let gone = versions.remove(at);
        if versions.is_empty() {
            self.objects.remove(key);
        }
        Some(gone)
    }
}

/// What S3 gives every bucket made since April 2023.
const PUBLIC_ACCESS_BLOCKED: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<PublicAccessBlockConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><BlockPublicAcls>true</BlockPublicAcls>\
<IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy>\
<RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>";

/// One version of an object.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Version {
    /// Its id; `None` is the version named `null`.
    pub id: Option<ArcStr>,
    /// When it was put.
    pub modified: Time,
    /// Its bytes.
    pub content: Content,
    /// Whether it is a delete marker.
    pub marker: bool,
    /// `STANDARD`, `GLACIER`…
    pub class: ArcStr,
    /// What an upload brought along; made objects have none.
    pub extra: Option<Box<Extra>>,
}

/// What an upload brought along.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Extra {
    /// The ETag without its quotes.
    pub etag: String,
    /// Headers given back as they came: `content-type`, `cache-control`, `x-amz-meta-…`.
    pub headers: Vec<(String, String)>,
    /// Tags.
    pub tags: Vec<(String, String)>,
    /// The checksum.
    pub checksum: Option<(Algorithm, String)>,
    /// The sizes of the parts it was uploaded in.
    pub parts: Vec<u64>,
}

impl Version {
    /// A version whose bytes are made on demand.
    pub fn made(seed: u64, size: u64, modified: Time) -> Version {
        let content = Content::Made { seed, size };
        Version { id: None, modified, content, marker: false, class: arcstr::literal!("STANDARD"), extra: None }
    }
    /// A delete marker.
    pub fn delete_marker(id: Option<ArcStr>, modified: Time) -> Version {
        Version { id, marker: true, ..Version::made(0, 0, modified) }
    }
    /// As the API shows its id.
    pub fn id_text(&self) -> &str {
        self.id.as_deref().unwrap_or("null")
    }
    /// The ETag without its quotes. A made object's has the form of an upload in parts: it is no MD5 of the bytes.
    pub fn etag(&self) -> String {
        match (&self.extra, &self.content) {
            (Some(extra), _) => extra.etag.clone(),
            (None, Content::Made { seed, size }) => {
                let mut random = crate::sandbox::random::Random::new(*seed, &["etag"]);
                format!("{:016x}{:016x}-{}", random.u64(), random.u64(), size.div_ceil(8 << 20).clamp(1, 10_000))
            }
            (None, Content::Stored(b)) => super::checksum::md5_hex(b),
        }
    }
    /// A header that the upload brought along.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.extra.as_ref()?.headers.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str())
    }
}

/// An upload in parts that is under way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Upload {
    /// The key it will have.
    pub key: ArcStr,
    /// When it began.
    pub started: Time,
    /// What the object will have.
    pub extra: Extra,
    /// `STANDARD`…
    pub class: ArcStr,
    /// The checksum's algorithm that the client chose.
    pub algorithm: Option<Algorithm>,
    /// Whether the checksum is of the parts' checksums instead of the whole object.
    pub composite: bool,
    /// Parts by number.
    pub parts: BTreeMap<u16, Part>,
}

/// One uploaded part.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Part {
    /// Its bytes.
    pub content: Content,
    /// MD5 in hexadecimal.
    pub etag: String,
    /// When it came.
    pub modified: Time,
    /// Its checksum.
    pub checksum: Option<(Algorithm, String)>,
}
