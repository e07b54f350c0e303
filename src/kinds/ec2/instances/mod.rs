//! EC2 instances: the kind, its list function and its links. Their fields: [`fields`]; the typed struct and what reads
//! a record back: [`instance`]; where the SDK's type ends: [`convert`].

mod beside;
mod convert;
pub mod fields;
pub mod instance;

use aws_sdk_ec2::operation::describe_instances::DescribeInstancesOutput;
use futures::future::BoxFuture;

use crate::aws::fault;
use crate::base::{Fault, RowId, Scope};
use crate::kinds::convert::{Converter, batches};
use crate::kinds::ec2::filters::filters;
use crate::kinds::ec2::instance_credits::BURSTABLE;
use crate::kinds::ec2::listing::PREVIEW;
use crate::kinds::large_pages::{Large, large_pages};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::paging::{paged, show};
use crate::kinds::raw::raw;
use crate::model::{Charts, KindInfo, Link, Operation, OtherCharts, Record, Selector, Service};

/// `DescribeInstances`.
pub static DESCRIBE_INSTANCES: Operation = Operation::read(Service::Ec2, "DescribeInstances");

/// What instances are.
pub static INFO: KindInfo = KindInfo::new("instances", "instance", "Instances", &fields::FIELDS)
    .doc(
        "EC2 instances, with every column of the web console's list. Status checks, scheduled events, metrics and \
         alarms take requests of their own.",
    )
    .aliases(&["ec2", "i", "instance"])
    .ids("i-")
    .listed_by(&[&DESCRIBE_INSTANCES])
    .sorted(&fields::NAME)
    .charted_by(Charts {
        kind: "instance-charts",
        of: None,
        what: None,
        only: None,
        other: Some(OtherCharts { field: fields::TYPE.name, begins: BURSTABLE, kind: "burstable-charts" }),
    })
    .transitional(&["pending", "stopping", "shutting-down"]);

/// Instances.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

/// DescribeInstances takes 5 to 1000.
const PAGE: i32 = 1000;
/// A filter takes at most 200 values.
const MOST_IDS: usize = 200;

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::of(&request);
        if request.selector == Selector::All && pages.wants_preview() {
            // A request of its own and no first page: whether a token may be used with another page size, no document says.
            pages.ask(&DESCRIBE_INSTANCES).await?;
            let call = client.describe_instances().max_results(PREVIEW).send();
            let out = call.await.map_err(|e| fault::of(&DESCRIBE_INSTANCES, e))?;
            show(&mut pages, out, |out| read(out, &mut converter)).await?;
        }
        for ids in batches(&request.what, MOST_IDS) {
            let (client, filter) = (client.clone(), filters(&request, &INFO, "instance-id", ids));
            let send = move |token| {
                let call = client.describe_instances().max_results(PAGE).set_next_token(token);
                let call = call.set_filters(filter.clone());
                async { call.send().await.map_err(|e| fault::of(&DESCRIBE_INSTANCES, e)) }
            };
            let next = |out: &mut DescribeInstancesOutput| out.next_token.take();
            large_pages(&mut pages, &request, &DESCRIBE_INSTANCES, Large::new(send, next, read)).await?;
        }
        Ok(())
    })
}

/// The ids of all instances of a scope: what a listing instance by instance starts from.
pub(super) async fn ids(client: &aws_sdk_ec2::Client, pages: &mut Pages) -> Result<Vec<RowId>, Fault> {
    let mut ids = Vec::new();
    let call = |token| client.describe_instances().max_results(PAGE).set_next_token(token).send();
    paged(pages, &DESCRIBE_INSTANCES, call, |out| {
        let all = out.reservations().iter().flat_map(|r| r.instances());
        ids.extend(all.filter_map(|i| i.instance_id().map(RowId::from)));
        (Vec::new(), out.next_token)
    })
    .await?;
    Ok(ids)
}

fn read(out: &DescribeInstancesOutput, converter: &mut Converter) -> Vec<Record> {
    let instances = out.reservations().iter().flat_map(|r| r.instances().iter().map(move |i| (r, i)));
    instances.filter_map(|(r, i)| convert::instance(converter, r, i)).map(|i| i.record()).collect()
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let mut out = vec![
        Link::to("targets", "targets", format!("id={}", row.id)),
        Link::to("alarms", "alarms", format!("resources:{}", row.id)),
        Link { title: "metrics", kind: "metrics", selector: Selector::Parent(row.id.clone()), query: String::new() },
        Link::to("volumes", "volumes", format!("instances={}", row.id)),
        Link::to("network interfaces", "network-interfaces", format!("instance={}", row.id)),
        Link::to("addresses", "addresses", format!("instance={}", row.id)),
    ];
    out.extend(Link::to_ids("subnet", "subnets", row.get(&fields::SUBNET_ID)));
    if let Some(vpc) = instance::vpc_id(row) {
        out.push(Link::to("VPC", "vpcs", format!("id={vpc}")));
    }
    let groups = row.get(&fields::SECURITY_GROUP_IDS).items();
    if !groups.is_empty() {
        out.push(Link::to("security groups", "security-groups", format!("id={}", groups.join(","))));
        out.push(Link::to("security group rules", "security-group-rules", format!("group_id={}", groups.join(","))));
    }
    out.extend(Link::to_ids("image", "images", row.get(&fields::IMAGE_ID)));
    if let Some(kind) = instance::instance_type(row) {
        out.push(Link::to("instance type", "instance-types", format!("type={kind}")));
    }
    if instance::is_spot(row) {
        out.push(Link::to("Spot request", "spot-requests", format!("instance={}", row.id)));
    }
    if let Some(key) = row.get(&fields::KEY_NAME).as_str() {
        out.push(Link::to("key pair", "key-pairs", format!("name=\"{key}\"")));
    }
    if let Some(group) = instance::group(row) {
        out.insert(0, Link::to("group", "auto-scaling-groups", format!("name=\"{group}\"")));
        let selector = Selector::Parent(group.clone());
        out.insert(
            1,
            Link { title: "activities", kind: "activities", selector, query: format!("instances:{}", row.id) },
        );
    }
    out
}
