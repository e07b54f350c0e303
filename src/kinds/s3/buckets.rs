//! Buckets of the account.

use aws_sdk_s3::operation::list_buckets::ListBucketsOutput;
use aws_sdk_s3::types as sdk;
use futures::future::BoxFuture;

use crate::base::{Fault, Scope};
use crate::kinds::convert::{Converter, moment, own, text, time};
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::paging::paged;
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::kinds::tags;
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Selector, Service};

/// `ListBuckets`.
pub static LIST_BUCKETS: Operation = Operation::read(Service::S3, "ListBuckets").with_iam(&["s3:ListAllMyBuckets"]);

/// The bucket's region.
pub const REGION: FieldInfo = FieldInfo::text("region", "REGION", "Its region.").shown(1).links_to("regions");

/// The bucket's name.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The bucket's name.").shown(0).cells(8, 63);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("buckets", "bucket", "Buckets", &FIELDS)
    .doc("S3 buckets of the account, in all regions.")
    .aliases(&["s3", "bucket"])
    .listed_by(&[&LIST_BUCKETS])
    .few()
    .sorted(&NAME)
    .once_an_account();

/// Buckets.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

static FIELDS: Fields<sdk::Bucket> = Fields(&[
    Field::name(NAME),
    field(REGION, |b, c| c.said(b.bucket_region())),
    field(FieldInfo::date("created", "CREATED", "When it was created.").shown(2).aka(&["age"]), |b, _| {
        moment(time(b.creation_date()))
    }),
    field(FieldInfo::id("arn", "ARN", "The ARN, where AWS says it.").cells(11, 80), |b, _| text(&own(b.bucket_arn()))),
    Field::side(tags::on_demand("bucket-tags")),
]);

static ROWS: RowSpec<sdk::Bucket> = RowSpec::new(&INFO, &FIELDS, |b| b.name()).named(|b| b.name());

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
    ROWS.records(out.buckets(), converter).into_iter().filter(wanted).collect()
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let selector = Selector::Parent(row.id.clone());
    vec![
        Link { title: "objects", kind: "objects", selector, query: String::new() },
        Link { title: "alarms", kind: "alarms", selector: Selector::All, query: format!("resources:{}", row.name) },
    ]
}
