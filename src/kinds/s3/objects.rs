//! Objects and folders of one level of a bucket. Keys are strangers' text: shown, never obeyed.
//!
//! A struct stands between the answer and the row, because a row is made of either of two of AWS's types: an object or a common prefix.

use std::borrow::Cow;

use arcstr::{ArcStr, format, literal};
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::types as sdk;
use futures::future::BoxFuture;
use percent_encoding::percent_decode_str;

use super::bucket_region::{HEAD_BUCKET, Home};
use super::buckets::LIST_BUCKETS;
use crate::aws::fault;
use crate::base::{Fault, FaultKind, RowId, Scope, Time};
use crate::kinds::convert::{Converter, Text, field, moment, no_tags, own, text, time};
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::paging::following;
use crate::kinds::raw::raw;
use crate::model::{FieldInfo, Fields, Kind, KindInfo, Link, Operation, Record, Selector, Service, Value};

/// `ListObjectsV2`.
pub static LIST_OBJECTS: Operation = Operation::read(Service::S3, "ListObjectsV2").with_iam(&["s3:ListBucket"]);

/// The whole key.
pub const KEY: FieldInfo = FieldInfo::text("key", "KEY", "The full key.").cells(8, 200).aka(&["id"]);
/// The bucket.
pub const BUCKET: FieldInfo = FieldInfo::text("bucket", "BUCKET", "The bucket.").cells(8, 63).links_to("buckets");
/// The key from this level on; . is the folder's own marker object.
pub const NAME: FieldInfo =
    FieldInfo::text("name", "NAME", "The rest of the key at this level; . is the folder's own marker object.")
        .shown(0)
        .cells(8, 200);
/// The storage class.
pub const STORAGE_CLASS: FieldInfo =
    FieldInfo::text("storage_class", "CLASS", "The storage class.").shown(4).cells(8, 20);
/// Whether a copy out of the archive is on its way, or until when it is there.
pub const RESTORE: FieldInfo = FieldInfo::text(
    "restore",
    "RESTORE",
    "Whether a restore from the archive is in progress, or until when the restored copy lasts.",
)
.cells(8, 40);
/// object or folder.
pub const TYPE: FieldInfo = FieldInfo::text("type", "TYPE", "object or folder.").shown(3).cells(6, 6);
/// Bytes.
pub const SIZE: FieldInfo =
    FieldInfo::bytes("size", "SIZE", "The object's size; a folder has none.").shown(1).cells(8, 12);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("objects", "object", "Objects", &FIELDS)
    .doc(
        "Objects of a bucket, one level at a time: keys with a further / are shown as folders. Needs a bucket, or \
         BUCKET/PREFIX/.",
    )
    .aliases(&["object", "keys"])
    .listed_by(&[&LIST_OBJECTS, &HEAD_BUCKET, &LIST_BUCKETS])
    .sorted(&NAME)
    .once_an_account()
    .of_one("buckets");

/// Objects.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

/// An object, or a folder: what several keys begin with.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    bucket: ArcStr,
    key: ArcStr,
    name: ArcStr,
    is_folder: bool,
    size: Option<u64>,
    modified: Option<Time>,
    storage_class: Text,
    etag: Text,
    checksum: Text,
    restore: Text,
}

static FIELDS: Fields<Object> = Fields(&[
    field(NAME, |o| Value::Text(o.name.clone())),
    field(TYPE, |o| Value::Text(if o.is_folder { literal!("folder") } else { literal!("object") })),
    field(SIZE, |o| o.size.map_or(Value::Empty, Value::Bytes)),
    field(FieldInfo::date("modified", "MODIFIED", "When it was last modified.").shown(2).aka(&["age"]), |o| {
        moment(o.modified)
    }),
    field(STORAGE_CLASS, |o| text(&o.storage_class)),
    field(FieldInfo::id("etag", "ETAG", "The entity tag: for single uploads without KMS the MD5.").cells(8, 40), |o| {
        text(&o.etag)
    }),
    field(FieldInfo::text("checksum", "CHECKSUM", "Checksum algorithms that S3 stores for it."), |o| text(&o.checksum)),
    field(RESTORE, |o| text(&o.restore)),
    field(KEY, |o| Value::Text(o.key.clone())),
    field(BUCKET, |o| Value::Text(o.bucket.clone())),
]);

impl Object {
    fn record(&self) -> Record {
        Record {
            kind: Kind(&INFO),
            id: self.key.clone(),
            name: self.name.clone(),
            state: None,
            values: FIELDS.values(self),
            tags: no_tags(),
        }
    }
}

/// Bucket and prefix of a table of objects: `BUCKET` or `BUCKET/PREFIX`.
pub fn place(parent: &str) -> (&str, &str) {
    parent.split_once('/').unwrap_or((parent, ""))
}
/// The selector of a level as people write it: `BUCKET`, `BUCKET/PREFIX`, `s3://BUCKET/PREFIX`, or an ARN.
pub fn given(text: &str) -> RowId {
    let arn = || text.strip_prefix("arn:").and_then(|rest| rest.split_once(":s3:::")).map(|(_, place)| place);
    text.strip_prefix("s3://").or_else(arn).unwrap_or(text).into()
}
/// The selector of a level.
pub fn level(bucket: &str, prefix: &str) -> RowId {
    if prefix.is_empty() { bucket.into() } else { format!("{bucket}/{prefix}") }
}
/// Whether the row is a folder.
pub fn is_folder(row: &Record) -> bool {
    row.get(&TYPE).as_str() == Some("folder")
}
/// The object's bucket.
pub fn bucket(row: &Record) -> Option<&str> {
    row.get(&BUCKET).as_str()
}
/// The object's whole key. Untrusted.
pub fn key(row: &Record) -> Option<&str> {
    row.get(&KEY).as_str()
}
/// The object's size in bytes.
pub fn size(row: &Record) -> Option<u64> {
    if let Value::Bytes(b) = row.get(&SIZE) { Some(*b) } else { None }
}

/// ListObjectsV2 gives at most 1000.
const PAGE: i32 = 1000;

/// Asks where the bucket lives.
async fn ask(home: &mut Home<'_>, pages: &mut Pages, q: &Question<'_>) -> Result<ListObjectsV2Output, Fault> {
    loop {
        pages.ask(&LIST_OBJECTS).await?;
        let call = home.client().await?.list_objects_v2().bucket(q.bucket).prefix(q.prefix).max_keys(q.most);
        // Keys may hold characters that XML cannot; url encoding carries them all.
        let call = call.encoding_type(sdk::EncodingType::Url).set_continuation_token(q.token.clone());
        let call = if q.folders { call.delimiter("/") } else { call };
        let e = match call.send().await {
            Ok(out) => return Ok(out),
            Err(e) => e,
        };
        if !home.moves(e.raw_response(), Some(pages)).await {
            return Err(fault::of(&LIST_OBJECTS, e));
        }
    }
}

struct Question<'a> {
    bucket: &'a str,
    prefix: &'a str,
    folders: bool,
    most: i32,
    token: Option<String>,
}

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let Selector::Parent(parent) = &request.selector else {
            return Err(Fault::new(
                FaultKind::Invalid,
                "objects belong to a bucket: name one, as in objects BUCKET/PREFIX/",
            ));
        };
        let (bucket, prefix) = place(parent);
        let level = Level { bucket: bucket.into(), prefix: prefix.into() };
        let mut home = Home::new(&request.gateway, &request.scope, bucket, None);
        let mut converter = Converter::new(&request.interner);
        if let What::Ids(ids) = &request.what {
            for id in ids.iter() {
                let rows = one(&mut home, &mut pages, &mut converter, &level, id).await?;
                pages.page(rows).await?;
            }
            return Ok(());
        }
        let mut token = None;
        loop {
            let q = Question { bucket, prefix, folders: true, most: PAGE, token };
            let out = ask(&mut home, &mut pages, &q).await?;
            let next = out.next_continuation_token().map(str::to_string);
            token = following(&LIST_OBJECTS, q.token.as_deref(), next)?;
            pages.page(level.rows(&mut converter, &out)).await?;
            if token.is_none() {
                return Ok(());
            }
        }
    })
}

/// One object (the first key with it as prefix is the key itself) or one folder (there, if any key begins so).
async fn one(
    home: &mut Home<'_>,
    pages: &mut Pages,
    converter: &mut Converter,
    level: &Level,
    id: &RowId,
) -> Result<Vec<Record>, Fault> {
    let q = Question { bucket: &level.bucket, prefix: id, folders: false, most: 1, token: None };
    let out = ask(home, pages, &q).await?;
    if id.ends_with('/') && *id != level.prefix {
        let there = !out.contents().is_empty();
        return Ok(if there { vec![level.folder(id).record()] } else { Vec::new() });
    }
    Ok(level.rows(converter, &out).into_iter().filter(|r| r.id == *id).collect())
}

/// One level of a bucket.
struct Level {
    bucket: ArcStr,
    prefix: ArcStr,
}

impl Level {
    fn rows(&self, converter: &mut Converter, out: &ListObjectsV2Output) -> Vec<Record> {
        let encoded = out.encoding_type() == Some(&sdk::EncodingType::Url);
        let key = |s: &str| if encoded { decode(s).as_ref().into() } else { ArcStr::from(s) };
        let folders = out.common_prefixes().iter().filter_map(|p| p.prefix()).map(|p| self.folder(&key(p)).record());
        let objects = out.contents().iter().filter_map(|o| Some((key(o.key()?), o)));
        folders.chain(objects.map(|(k, o)| self.object(converter, k, o).record())).collect()
    }
    fn name(&self, key: &ArcStr) -> ArcStr {
        match key.strip_prefix(self.prefix.as_str()) {
            Some("") => literal!("."),
            Some(rest) if !self.prefix.is_empty() => rest.into(),
            _ => key.clone(),
        }
    }
    fn folder(&self, key: &ArcStr) -> Object {
        Object {
            bucket: self.bucket.clone(),
            key: key.clone(),
            name: self.name(key),
            is_folder: true,
            size: None,
            modified: None,
            storage_class: None,
            etag: None,
            checksum: None,
            restore: None,
        }
    }
    fn object(&self, converter: &mut Converter, key: ArcStr, o: &sdk::Object) -> Object {
        let restore = o.restore_status().map(|r| match time(r.restore_expiry_date()) {
            Some(until) => format!("until {}", until.rfc3339()),
            None => literal!("in progress"),
        });
        let checksums: Vec<&str> = o.checksum_algorithm().iter().map(|a| a.as_str()).collect();
        Object {
            bucket: self.bucket.clone(),
            name: self.name(&key),
            key,
            is_folder: false,
            size: o.size().and_then(|s| u64::try_from(s).ok()),
            modified: time(o.last_modified()),
            storage_class: converter.shared(o.storage_class().map(|c| c.as_str())),
            etag: own(o.e_tag().map(|t| t.trim_matches('"'))),
            checksum: converter.shared(Some(&checksums.join(" "))),
            restore,
        }
    }
}

/// S3's url encoding: percent signs, and a plus for a blank. What is not UTF-8 shows as the replacement character.
fn decode(s: &str) -> Cow<'_, str> {
    if !s.contains(['%', '+']) {
        return Cow::Borrowed(s);
    }
    let spaced = s.replace('+', " ");
    Cow::Owned(percent_decode_str(&spaced).decode_utf8_lossy().into_owned())
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let Some(bucket) = bucket(row) else { return Vec::new() };
    if is_folder(row) {
        let selector = Selector::Parent(level(bucket, &row.id));
        return vec![Link { title: "objects", kind: "objects", selector, query: String::new() }];
    }
    vec![Link { title: "bucket", kind: "buckets", selector: Selector::All, query: std::format!("name={bucket}") }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_named_as_people_name_it() {
        for text in ["logs/2026/", "s3://logs/2026/", "arn:aws:s3:::logs/2026/", "arn:aws-cn:s3:::logs/2026/"] {
            assert_eq!(given(text), "logs/2026/", "{text}");
        }
        assert_eq!(given("arn"), "arn");
    }
    use crate::kinds::intern::Interner;

    fn rows(prefix: &str, out: ListObjectsV2Output) -> Vec<Record> {
        Level { bucket: "b".into(), prefix: prefix.into() }.rows(&mut Converter::new(&Interner::default()), &out)
    }

    #[test]
    fn folders_come_as_rows_and_names_leave_out_the_level() {
        let out = ListObjectsV2Output::builder()
            .common_prefixes(sdk::CommonPrefix::builder().prefix("logs/2026/").build())
            .contents(sdk::Object::builder().key("logs/").size(0).build())
            .contents(sdk::Object::builder().key("logs/a.txt").size(20).build())
            .build();
        let rows = rows("logs/", out);
        let names: Vec<_> = rows.iter().map(|r| (r.name.as_str(), is_folder(r), size(r))).collect();
        assert_eq!(names, [("2026/", true, None), (".", false, Some(0)), ("a.txt", false, Some(20))]);
        assert_eq!(links(&rows[0], &Scope::Global)[0].selector, Selector::Parent("b/logs/2026/".into()));
    }

    #[test]
    fn keys_that_xml_cannot_carry_arrive_whole() {
        let out = ListObjectsV2Output::builder()
            .encoding_type(sdk::EncodingType::Url)
            .contents(sdk::Object::builder().key("a+b%2Bc%1B%5B31m%EA%B2%B0%EC%A0%9C").build())
            .build();
        assert_eq!(key(&rows("", out)[0]), Some("a b+c\u{1b}[31m결제"));
    }

    #[test]
    fn a_key_without_encoding_is_left_alone() {
        let out = ListObjectsV2Output::builder().contents(sdk::Object::builder().key("100%+1").build()).build();
        assert_eq!(key(&rows("", out)[0]), Some("100%+1"));
    }

    #[test]
    fn levels_read_back_as_bucket_and_prefix() {
        assert_eq!(place("b"), ("b", ""));
        assert_eq!(place(&level("b", "x/y/")), ("b", "x/y/"));
    }
}
