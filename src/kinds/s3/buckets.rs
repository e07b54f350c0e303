//! Buckets of the account.

use arcstr::ArcStr;
use aws_sdk_s3::operation::list_buckets::ListBucketsOutput;
use aws_sdk_s3::types as sdk;
use futures::future::BoxFuture;

use crate::base::{Fault, Scope, Time};
use crate::kinds::convert::{Converter, Text, field, moment, no_tags, own, said, text, time};
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::paging::paged;
use crate::kinds::raw::raw;
use crate::kinds::tags;
use crate::model::{FieldInfo, Fields, Kind, KindInfo, Link, Operation, Record, Selector, Service, Value};

/// `ListBuckets`.
pub static LIST_BUCKETS: Operation = Operation::read(Service::S3, "ListBuckets").with_iam(&["s3:ListAllMyBuckets"]);

/// The bucket's region.
pub const REGION: FieldInfo =
    FieldInfo::text("region", "REGION", "The region that it is in.").shown(1).links_to("regions");

/// The bucket's name.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The bucket's name.").shown(0).cells(8, 63);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("buckets", "bucket", "Buckets", &FIELDS)
    .doc("S3 buckets of the account, in all regions.")
    .aliases(&["s3", "bucket"])
    .listed_by(&[&LIST_BUCKETS])
    .sorted(&NAME)
    .once_an_account();

/// Buckets.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

/// One bucket.
#[derive(Debug, Clone, PartialEq)]
pub struct Bucket {
    name: ArcStr,
    region: Text,
    created: Option<Time>,
    arn: Text,
}

static FIELDS: Fields<Bucket> = Fields(&[
    field(NAME, |b| Value::Text(b.name.clone())),
    field(REGION, |b| said(&b.region)),
    field(FieldInfo::date("created", "CREATED", "When it was created.").shown(2).aka(&["age"]), |b| moment(b.created)),
    field(FieldInfo::id("arn", "ARN", "The ARN, where AWS says it.").cells(11, 80), |b| text(&b.arn)),
    tags::on_demand("bucket-tags"),
]);

impl Bucket {
    fn record(&self) -> Record {
        Record {
            kind: Kind(&INFO),
            id: self.name.clone(),
            name: self.name.clone(),
            state: None,
            values: FIELDS.values(self),
            tags: no_tags(),
        }
    }
}

/// The bucket's region, from its row.
pub fn region(row: &Record) -> Option<&str> {
    row.get(&REGION).as_str()
}

/// ListBuckets takes up to 10,000; without a number it does not say the regions.
const PAGE: i32 = 1000;

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.s3(&request.scope, None).await?;
        let mut converter = Converter::new(&request.interner);
        let call = |token| client.list_buckets().max_buckets(PAGE).set_continuation_token(token).send();
        paged(&mut pages, &LIST_BUCKETS, call, |out| {
            (rows(&request.what, &mut converter, &out), out.continuation_token)
        })
        .await
    })
}

/// The rows of the buckets that are asked for, gathered: what a listing bucket by bucket starts from.
pub(super) async fn wanted(request: &ListRequest, pages: &mut Pages) -> Result<Vec<Record>, Fault> {
    let client = request.gateway.s3(&request.scope, None).await?;
    let mut converter = Converter::new(&request.interner);
    let mut found = Vec::new();
    let call = |token| client.list_buckets().max_buckets(PAGE).set_continuation_token(token).send();
    paged(pages, &LIST_BUCKETS, call, |out| {
        found.extend(rows(&request.what, &mut converter, &out));
        (Vec::new(), out.continuation_token)
    })
    .await?;
    Ok(found)
}

fn rows(what: &What, converter: &mut Converter, out: &ListBucketsOutput) -> Vec<Record> {
    let wanted = |r: &Record| match what {
        What::Everything => true,
        What::Ids(ids) => ids.contains(&r.id),
    };
    out.buckets().iter().filter_map(|b| convert(converter, b)).map(|b| b.record()).filter(wanted).collect()
}

fn convert(converter: &mut Converter, b: &sdk::Bucket) -> Option<Bucket> {
    Some(Bucket {
        name: own(b.name())?,
        region: converter.shared(b.bucket_region()),
        created: time(b.creation_date()),
        arn: own(b.bucket_arn()),
    })
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let selector = Selector::Parent(row.id.clone());
    vec![
        Link { title: "objects", kind: "objects", selector, query: String::new() },
        Link { title: "alarms", kind: "alarms", selector: Selector::All, query: format!("resources:{}", row.name) },
    ]
}
