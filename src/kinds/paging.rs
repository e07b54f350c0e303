//! The loop that most list functions are: a request, its rows, the token of the next page; and for some rows, batches of ids.

use std::error::Error;

use aws_sdk_ec2::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::convert::{ask_one_by_one, batches, only_one_is_missing};
use super::listing::{Pages, What};
use crate::aws::fault;
use crate::base::{Fault, FaultKind};
use crate::model::{Operation, Record};

/// What an answer holds: its rows, and the token of the next page (an empty one counts as none).
pub type Read = (Vec<Record>, Option<String>);

/// Asks for page after page: `send` makes the request for a token, `read` takes the answer apart.
///
/// # Errors
/// What [`super::Sink::ask`] and [`super::Sink::page`] fail with, and the first failed request.
pub async fn paged<T, E, F>(
    pages: &mut Pages,
    op: &'static Operation,
    mut send: impl FnMut(Option<String>) -> F,
    mut read: impl FnMut(T) -> Read,
) -> Result<(), Fault>
where
    F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    E: Error + ProvideErrorMetadata + RequestId + Send + Sync + 'static,
{
    let mut token: Option<String> = None;
    loop {
        pages.ask(op).await?;
        let out = send(token.clone()).await.map_err(|e| fault::of(op, e))?;
        let (rows, next) = read(out);
        // Nothing to show is not worth a batch; the end of the run says that there is nothing.
        if !rows.is_empty() {
            pages.page(rows).await?;
        }
        token = following(op, token.as_deref(), next)?;
        if token.is_none() {
            return Ok(());
        }
    }
}

/// Reads an answer into rows and hands them over; it is dropped while another thread copies them.
///
/// # Errors
/// What [`super::Sink::page`] fails with.
pub async fn show<T>(pages: &mut Pages, out: T, read: impl FnOnce(&T) -> Vec<Record>) -> Result<(), Fault> {
    let rows = read(&out);
    let (shown, ()) = tokio::join!(biased; pages.page(rows), async move { drop(out) });
    shown
}

/// The token of the page after the one that was asked for with `before`; an empty one counts as none.
///
/// # Errors
/// It is the same again: a server that does so (none of AWS's, says the SDK's paginator, which stops there too) would be asked for
/// ever. To stop without a word would call a part of the list the whole of it.
pub fn following(op: &Operation, before: Option<&str>, next: Option<String>) -> Result<Option<String>, Fault> {
    match next.filter(|t| !t.is_empty()) {
        Some(next) if before == Some(next.as_str()) => {
            Err(Fault::new(FaultKind::Foreign, "the list does not end: its next page is the page just read")
                .of(op.service.sdk_id(), op.name))
        }
        next => Ok(next),
    }
}

/// The same for everything, or for some rows in batches of `most` ids. Where one missing id fails a whole batch
/// (`LoadBalancerNotFound`), its ids are asked for one by one; one that is missing alone is an answer, not a failure.
///
/// # Errors
/// As [`paged`].
pub async fn listed<T, E, F>(
    pages: &mut Pages,
    op: &'static Operation,
    what: &What,
    most: usize,
    mut send: impl FnMut(Option<Vec<String>>, Option<String>) -> F,
    mut read: impl FnMut(T) -> Read,
) -> Result<(), Fault>
where
    F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    E: Error + ProvideErrorMetadata + RequestId + Send + Sync + 'static,
{
    let mut todo = batches(what, most);
    while let Some(ids) = todo.pop() {
        match paged(pages, op, |token| send(ids.clone(), token), &mut read).await {
            Ok(()) => {}
            Err(f) if ask_one_by_one(&f, ids.as_deref()) => {
                todo.extend(ids.into_iter().flatten().map(|id| Some(vec![id])));
            }
            Err(f) if only_one_is_missing(&f, ids.as_deref()) => {}
            Err(f) => return Err(f),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::operation::describe_volumes::DescribeVolumesError;

    use super::*;
    use crate::kinds::listing::{PaidRow, Sink};
    use crate::model::Service;

    static OP: Operation = Operation::read(Service::Ec2, "DescribeVolumes");

    struct Any;

    impl Sink for Any {
        fn ask(&mut self, _: &'static Operation) -> futures::future::BoxFuture<'_, Result<(), Fault>> {
            Box::pin(async { Ok(()) })
        }
        fn bought(&mut self, _: &[PaidRow]) {}
        fn page(&mut self, _: Vec<Record>) -> futures::future::BoxFuture<'_, Result<(), Fault>> {
            Box::pin(async { Ok(()) })
        }
    }

    #[tokio::test]
    async fn a_list_that_goes_in_a_circle_ends_with_a_fault_and_not_as_complete() {
        let mut pages: Pages = Box::new(Any);
        let mut asked = Vec::new();
        let send = |token: Option<String>| {
            asked.push(token);
            async { Ok::<_, SdkError<DescribeVolumesError, HttpResponse>>(()) }
        };
        let result = paged(&mut pages, &OP, send, |()| (Vec::new(), Some("again".into()))).await;
        assert_eq!(result.map_err(|f| f.kind), Err(FaultKind::Foreign));
        assert_eq!(asked, [None, Some("again".into())]);
        assert_eq!(following(&OP, Some("a"), Some(String::new())), Ok(None), "an empty token is the end");
    }
}
