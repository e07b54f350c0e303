//! Tags of buckets: a side table, joined by name. A request for each bucket, in its own region: asked for in the detail, or
//! where a query or a column names them.

use aws_sdk_s3::operation::get_bucket_tagging::GetBucketTaggingOutput;
use futures::future::BoxFuture;

use super::bucket_region::{HEAD_BUCKET, Home};
use super::buckets::{self, LIST_BUCKETS};
use crate::aws::fault;
use crate::base::{Fault, FaultKind};
use crate::kinds::convert::Converter;
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::tags;
use crate::model::{KindInfo, Operation, Record, Scoping, Service};

/// `GetBucketTagging`.
pub static GET_BUCKET_TAGGING: Operation = Operation::read(Service::S3, "GetBucketTagging").rarely_changes();

/// What they are.
pub static INFO: KindInfo = tags::info(
    ("bucket-tags", "bucket's tags", "Tags of buckets", "Tags of buckets, joined to them by name."),
    (Service::S3, Scoping::Account),
    &[&GET_BUCKET_TAGGING, &LIST_BUCKETS, &HEAD_BUCKET],
);

/// Tags of buckets.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: None };

/// What S3 answers for a bucket without tags: that is an answer, not a failure.
const NONE: &str = "NoSuchTagSet";

/// Asks where the bucket lives.
async fn ask(request: &ListRequest, pages: &mut Pages, bucket: &Record) -> Result<GetBucketTaggingOutput, Fault> {
    let mut home = Home::new(&request.gateway, &request.scope, &bucket.id, buckets::region(bucket));
    loop {
        pages.ask(&GET_BUCKET_TAGGING).await?;
        let e = match home.client().await?.get_bucket_tagging().bucket(bucket.id.as_str()).send().await {
            Ok(out) => return Ok(out),
            Err(e) => e,
        };
        if !home.moves(e.raw_response(), Some(pages)).await {
            return Err(fault::of(&GET_BUCKET_TAGGING, e));
        }
    }
}

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let mut converter = Converter::new(&request.interner);
        let mut denied = None;
        for bucket in buckets::wanted(&request, &mut pages).await? {
            let pairs = match ask(&request, &mut pages, &bucket).await {
                Ok(out) => out.tag_set,
                Err(f) if f.code == NONE => Vec::new(),
                // It went between two calls.
                Err(f) if f.kind == FaultKind::NotFound => continue,
                // One that may not be read hides no other.
                Err(f) if f.kind == FaultKind::Denied => {
                    denied = Some(f);
                    continue;
                }
                Err(f) => return Err(f),
            };
            let pairs = pairs.iter().map(|t| (Some(t.key()), Some(t.value())));
            pages.page(vec![tags::record(&INFO, &mut converter, bucket.id, pairs)]).await?;
        }
        denied.map_or(Ok(()), Err)
    })
}
