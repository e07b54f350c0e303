//! What routes lead to, by name: a side table, joined by the route's identity. One request for tags names whatever the targets are.

use std::collections::BTreeMap;

use arcstr::ArcStr;
use aws_sdk_ec2::types as sdk;
use futures::future::BoxFuture;

use super::listing::PAGE;
use super::route_tables::{DESCRIBE_ROUTE_TABLES, via};
use super::routes::{Route, of_table, tables_of};
use crate::base::{Fault, RowId};
use crate::kinds::convert::{Converter, batches};
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::paging::paged;
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, KindInfo, Operation, Service, Value};

/// `DescribeRouteTables`, for what routes lead to: that changes seldom.
pub static ROUTE_TABLES: Operation = DESCRIBE_ROUTE_TABLES.rarely_changes();
/// `DescribeTags`, for the names of that.
pub static DESCRIBE_TAGS: Operation = Operation::read(Service::Ec2, "DescribeTags").rarely_changes();

/// The route's identity.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The route table's id and the destination.");
/// The name of what it leads to.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The Name tag of what it leads to.");

/// What they are.
pub static INFO: KindInfo = KindInfo::new("route-targets", "route's target", "Targets of routes", &FIELDS)
    .doc("What routes lead to, by name; joined to them by id.")
    .listed_by(&[&ROUTE_TABLES, &DESCRIBE_TAGS])
    .sorted(&ID)
    .side();

/// What routes lead to.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: None };

/// A request's filters have 200 values at most; one of them is `Name`.
const MOST_NAMED: usize = 199;

/// A route, and the name of what it leads to if that has one.
struct Named {
    id: RowId,
    name: Option<ArcStr>,
}

static FIELDS: Fields<Named> =
    Fields(&[Field::id(ID), field(NAME, |n, _| n.name.clone().map_or(Value::Empty, Value::Text))]);

static ROWS: RowSpec<Named> = RowSpec::new(&INFO, &FIELDS, |n| Some(n.id.as_str()));

fn filter(name: &str, values: Vec<String>) -> sdk::Filter {
    sdk::Filter::builder().name(name).set_values(Some(values)).build()
}

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::of(&request);
        for tables in batches(&tables_of(&request.what), super::listing::MOST_IDS) {
            let mut routes: Vec<Route> = Vec::new();
            let which = tables.map(|ids| vec![filter("route-table-id", ids)]);
            let call = |token| {
                let call = client.describe_route_tables().max_results(PAGE.min(100)).set_next_token(token);
                call.set_filters(which.clone()).send()
            };
            paged(&mut pages, &ROUTE_TABLES, call, |out| {
                routes.extend(out.route_tables().iter().flat_map(of_table));
                (Vec::new(), out.next_token)
            })
            .await?;
            if let What::Ids(ids) = &request.what {
                routes.retain(|r| ids.contains(r.id()));
            }
            // Whatever has an id may have a name; `local` is the VPC itself.
            let mut targets: Vec<String> =
                routes.iter().filter_map(|r| via(&r.answer)).filter(|t| t.contains('-')).map(str::to_string).collect();
            targets.sort_unstable();
            targets.dedup();
            let mut names: BTreeMap<String, ArcStr> = BTreeMap::new();
            for some in targets.chunks(MOST_NAMED) {
                let by = vec![filter("resource-id", some.to_vec()), filter("key", vec!["Name".into()])];
                let call = |token| {
                    let call = client.describe_tags().max_results(PAGE).set_next_token(token);
                    call.set_filters(Some(by.clone())).send()
                };
                paged(&mut pages, &DESCRIBE_TAGS, call, |out| {
                    let named =
                        out.tags().iter().filter_map(|t| Some((t.resource_id()?.to_string(), t.value()?.into())));
                    names.extend(named.filter(|(_, name): &(String, ArcStr)| !name.is_empty()));
                    (Vec::new(), out.next_token)
                })
                .await?;
            }
            let named: Vec<Named> = routes
                .iter()
                .map(|r| Named { id: r.id().clone(), name: via(&r.answer).and_then(|t| names.get(t)).cloned() })
                .collect();
            pages.page(ROWS.records(&named, &mut converter)).await?;
        }
        Ok(())
    })
}
