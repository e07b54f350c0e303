//! Tags of load balancers and of target groups: side tables, joined by ARN. One request for twenty of them.

use futures::future::BoxFuture;

use super::load_balancers::{self, DESCRIBE_LOAD_BALANCERS};
use super::target_groups::{self, DESCRIBE_TARGET_GROUPS};
use crate::base::Fault;
use crate::kinds::convert::Converter;
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::paging::listed;
use crate::kinds::tags;
use crate::model::{KindInfo, Operation, Scoping, Service};

/// `DescribeTags`.
pub static DESCRIBE_TAGS: Operation = Operation::read(Service::Elbv2, "DescribeTags").rarely_changes();

/// Tags of load balancers.
pub static OF_LOAD_BALANCERS: KindDef = kind(&LOAD_BALANCERS, |r, p| Box::pin(of_load_balancers(r, p)));
/// Tags of target groups.
pub static OF_TARGET_GROUPS: KindDef = kind(&TARGET_GROUPS, |r, p| Box::pin(of_target_groups(r, p)));

static LOAD_BALANCERS: KindInfo = tags::info(
    (
        "load-balancer-tags",
        "load balancer's tags",
        "Tags of load balancers",
        "Tags of load balancers, joined to them by ARN.",
    ),
    (Service::Elbv2, Scoping::Region),
    &[&DESCRIBE_TAGS, &DESCRIBE_LOAD_BALANCERS],
);
static TARGET_GROUPS: KindInfo = tags::info(
    ("target-group-tags", "target group's tags", "Tags of target groups", "Tags of target groups, joined by ARN."),
    (Service::Elbv2, Scoping::Region),
    &[&DESCRIBE_TAGS, &DESCRIBE_TARGET_GROUPS],
);

const fn kind(
    info: &'static KindInfo,
    list: fn(ListRequest, Pages) -> BoxFuture<'static, Result<(), Fault>>,
) -> KindDef {
    KindDef { info, list, links: |_, _| Vec::new(), raw: None }
}

async fn of_load_balancers(request: ListRequest, mut pages: Pages) -> Result<(), Fault> {
    let what = match request.what.clone() {
        What::Everything => {
            let client = request.gateway.elbv2(&request.scope).await?;
            What::Ids(load_balancers::arns(&client, &mut pages).await?.into())
        }
        some => some,
    };
    list(&LOAD_BALANCERS, &request, &mut pages, &what).await
}

async fn of_target_groups(request: ListRequest, mut pages: Pages) -> Result<(), Fault> {
    let what = match request.what.clone() {
        What::Everything => {
            let client = request.gateway.elbv2(&request.scope).await?;
            What::Ids(target_groups::arns(&client, &mut pages).await?.into())
        }
        some => some,
    };
    list(&TARGET_GROUPS, &request, &mut pages, &what).await
}

/// DescribeTags takes up to 20 ARNs, and fails whole if one of them is gone.
const MOST_ARNS: usize = 20;

async fn list(info: &'static KindInfo, request: &ListRequest, pages: &mut Pages, what: &What) -> Result<(), Fault> {
    let client = request.gateway.elbv2(&request.scope).await?;
    let mut converter = Converter::new(&request.interner);
    listed(
        pages,
        &DESCRIBE_TAGS,
        what,
        MOST_ARNS,
        |arns, _| client.describe_tags().set_resource_arns(arns).send(),
        |out| {
            let rows = out.tag_descriptions().iter().filter_map(|d| {
                Some(tags::record(
                    info,
                    &mut converter,
                    d.resource_arn()?,
                    d.tags().iter().map(|t| (t.key(), t.value())),
                ))
            });
            (rows.collect(), None)
        },
    )
    .await
}
