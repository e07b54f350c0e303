//! How many listeners load balancers have: a side table, joined by the balancer's ARN. One without a listener does nothing; one that has some
//! and no target group answers by itself, with redirects and fixed responses. One request for each balancer.
//!
//! A struct stands between the answer and the row: it counts the answer's many.

use arcstr::ArcStr;
use futures::future::BoxFuture;

use super::load_balancers::{self, DESCRIBE_LOAD_BALANCERS};
use crate::base::{Fault, FaultKind};
use crate::kinds::convert::Converter;
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::paging::paged;
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, KindInfo, Operation, Service, Value};

/// `DescribeListeners`, for how many there are: that changes seldom.
pub static DESCRIBE_LISTENERS: Operation = Operation::read(Service::Elbv2, "DescribeListeners").rarely_changes();

/// The ARN of the load balancer.
pub const ID: FieldInfo = FieldInfo::id("id", "ARN", "The ARN of the load balancer.");
/// How many listeners it has.
pub const LISTENERS: FieldInfo = FieldInfo::int("listeners", "LISTENERS", "How many listeners it has.").cells(9, 9);

/// What it is.
pub static INFO: KindInfo =
    KindInfo::new("load-balancer-listeners", "load balancer's listeners", "Listeners of load balancers", &FIELDS)
        .doc("How many listeners load balancers have, joined to them by ARN.")
        .listed_by(&[&DESCRIBE_LISTENERS, &DESCRIBE_LOAD_BALANCERS])
        .sorted(&ID)
        .side();

/// Listeners of load balancers.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: None };

/// A balancer's listeners.
struct Listeners {
    balancer: ArcStr,
    count: i64,
}

static FIELDS: Fields<Listeners> = Fields(&[Field::id(ID), field(LISTENERS, |l: &Listeners, _| Value::Int(l.count))]);

static ROWS: RowSpec<Listeners> = RowSpec::new(&INFO, &FIELDS, |l| Some(&l.balancer));

/// DescribeListeners takes a page size up to 400.
const PAGE: i32 = 400;

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.elbv2(&request.scope).await?;
        let mut converter = Converter::new(&request.interner);
        let arns = match &request.what {
            What::Everything => load_balancers::arns(&client, &mut pages).await?,
            What::Ids(ids) => ids.to_vec(),
        };
        for arn in arns {
            let mut count = 0;
            let call = |marker| {
                client.describe_listeners().load_balancer_arn(arn.as_str()).page_size(PAGE).set_marker(marker).send()
            };
            let answer = paged(&mut pages, &DESCRIBE_LISTENERS, call, |out| {
                count += i64::try_from(out.listeners().len()).unwrap_or(i64::MAX);
                (Vec::new(), out.next_marker)
            });
            match answer.await {
                Ok(()) => {
                    let listeners = Listeners { balancer: arn, count };
                    pages.page(ROWS.records([&listeners], &mut converter)).await?;
                }
                // It went between two calls.
                Err(f) if f.kind == FaultKind::NotFound => {}
                Err(f) => return Err(f),
            }
        }
        Ok(())
    })
}
