//! The two ways in which EC2's lists are read: with a filter for some rows, page by page where there are pages; or as a whole.

use std::error::Error;

use arcstr::ArcStr;
use aws_sdk_ec2::Client;
use aws_sdk_ec2::operation::RequestId;
use aws_sdk_ec2::types::{Filter, Tag};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::filters::filters;
use crate::aws::fault;
use crate::base::Fault;
use crate::kinds::convert::{Converter, batches};
use crate::kinds::listing::{ListRequest, Pages, What};
use crate::kinds::paging::{Read, paged};
use crate::model::{KindInfo, Operation, Record, Tags};

/// Rows on a page: DescribeVpcs, DescribeSubnets and their like take 5 to 1000.
pub(super) const PAGE: i32 = 1000;
/// A screenful, for whoever waits for the first rows: of instances it takes a twentieth of a whole page's time.
pub(super) const PREVIEW: i32 = 50;
/// A filter takes at most 200 values.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html>
pub(super) const MOST_IDS: usize = 200;

/// Lists everything, what the table's selector says, or some rows by the filter `by` (`vpc-id`), with the first of the kind's
/// operations. `send` makes the request for filters and a page's token; `read` takes the answer apart.
///
/// # Errors
/// As [`paged`].
pub(super) async fn filtered<T, E, F>(
    (request, mut pages): (ListRequest, Pages),
    kind: &'static KindInfo,
    by: &'static str,
    send: impl Fn(&Client, Option<Vec<Filter>>, Option<String>) -> F,
    read: impl Fn(T, &mut Converter) -> Read,
) -> Result<(), Fault>
where
    F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    E: Error + ProvideErrorMetadata + RequestId + Send + Sync + 'static,
{
    let op = kind.operations[0];
    let client = request.gateway.ec2(&request.scope).await?;
    let mut converter = Converter::of(&request);
    for ids in batches(&request.what, MOST_IDS) {
        let filters = filters(&request, kind, by, ids);
        paged(&mut pages, op, |token| send(&client, filters.clone(), token), |out| read(out, &mut converter)).await?;
    }
    Ok(())
}

/// Lists what EC2 gives as a whole, and hands over those that were asked for.
///
/// # Errors
/// What [`crate::kinds::Sink::ask`] and [`crate::kinds::Sink::page`] fail with, and a failed request.
pub(super) async fn whole<T, E, F>(
    (request, mut pages): (ListRequest, Pages),
    op: &'static Operation,
    send: impl Fn(&Client) -> F,
    read: impl Fn(&T, &mut Converter) -> Vec<Record>,
) -> Result<(), Fault>
where
    F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    E: Error + ProvideErrorMetadata + RequestId + Send + Sync + 'static,
{
    let client = request.gateway.ec2(&request.scope).await?;
    pages.ask(op).await?;
    let out = send(&client).await.map_err(|e| fault::of(op, e))?;
    let mut rows = read(&out, &mut Converter::of(&request));
    if let What::Ids(ids) = &request.what {
        rows.retain(|r| ids.contains(&r.id));
    }
    pages.page(rows).await
}

/// Tags in AWS's order, and the value of `Name`.
pub(super) fn tags(tags: &[Tag], converter: &mut Converter) -> (Tags, ArcStr) {
    converter.tags(tags.iter().map(|t| (t.key(), t.value())))
}

/// Whether a range belongs to a VPC or subnet: one that could not be associated, or is not any more, stays in AWS's list for a
/// while.
pub(super) fn in_effect(state: Option<&str>) -> bool {
    !matches!(state, Some("disassociated" | "failed" | "failing"))
}
