//! Tags of alarms: a side table, joined by the alarm's name. A request for each alarm: asked for in the detail, or where a
//! query or a column names them.

use arcstr::ArcStr;
use futures::future::BoxFuture;

use super::alarms::{self, DESCRIBE_ALARMS};
use crate::aws::fault;
use crate::base::{Fault, FaultKind};
use crate::kinds::convert::Converter;
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::tags;
use crate::model::{KindInfo, Operation, Scoping, Service};

/// `ListTagsForResource`.
pub static LIST_TAGS: Operation = Operation::read(Service::CloudWatch, "ListTagsForResource").rarely_changes();

/// What they are.
pub static INFO: KindInfo = tags::info(
    ("alarm-tags", "alarm's tags", "Tags of alarms", "Tags of alarms, joined to them by name."),
    (Service::CloudWatch, Scoping::Region),
    &[&LIST_TAGS, &DESCRIBE_ALARMS],
);

/// Tags of alarms.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: None };

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.cloudwatch(&request.scope).await?;
        let mut converter = Converter::new(&request.interner);
        let found: Vec<(ArcStr, String)> = alarms::arns(&client, &mut pages, &request.what).await?;
        let mut denied = None;
        for (name, arn) in found {
            pages.ask(&LIST_TAGS).await?;
            match client.list_tags_for_resource().resource_arn(arn).send().await.map_err(|e| fault::of(&LIST_TAGS, e)) {
                Ok(out) => {
                    let pairs = out.tags().iter().map(|t| (t.key(), t.value()));
                    pages.page(vec![tags::record(&INFO, &mut converter, name, pairs)]).await?;
                }
                // It went between two calls.
                Err(f) if f.kind == FaultKind::NotFound => {}
                // One that may not be read hides no other.
                Err(f) if f.kind == FaultKind::Denied => denied = Some(f),
                Err(f) => return Err(f),
            }
        }
        denied.map_or(Ok(()), Err)
    })
}
