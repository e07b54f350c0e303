//! Application, Network and Gateway Load Balancers.

use arcstr::ArcStr;
use aws_sdk_elasticloadbalancingv2::types as sdk;
use futures::future::BoxFuture;

use crate::base::{Fault, Scope};
use crate::kinds::convert::{Converter, moment, own, text, time};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::paging::{listed, paged};
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, States, field};
use crate::kinds::tags;
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Selector, Service, Tone, Value};

/// `DescribeLoadBalancers`.
pub static DESCRIBE_LOAD_BALANCERS: Operation = Operation::read(Service::Elbv2, "DescribeLoadBalancers");

/// provisioning, active, active_impaired, failed.
pub const STATE: FieldInfo =
    FieldInfo::state("state", "STATE", "provisioning, active, active_impaired or failed.").shown(0);
/// application, network, gateway.
pub const TYPE: FieldInfo = FieldInfo::text("type", "TYPE", "application, network or gateway.").shown(2).cells(7, 11);
/// Where clients connect to.
pub const DNS_NAME: FieldInfo =
    FieldInfo::text("dns_name", "DNS NAME", "The name that clients connect to.").shown(7).cells(36, 70);
/// The VPC.
pub const VPC_ID: FieldInfo =
    FieldInfo::id("vpc_id", "VPC", "The VPC.").spare(1).aka(&["vpc"]).id_of_few("vpcs", "vpc-");
/// The subnets.
pub const SUBNETS: FieldInfo = FieldInfo::list("subnets", "SUBNETS", "The subnets, one per zone.")
    .aka(&["subnet"])
    .id_of_few("subnets", "subnet-")
    .section("network");
/// When it was made.
pub const CREATED: FieldInfo = FieldInfo::age("created", "AGE", "When it was created.").shown(5).aka(&["age"]);
/// The load balancer's name.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The load balancer's name.").shown(0);

/// Its security groups.
pub const SECURITY_GROUP_IDS: FieldInfo =
    FieldInfo::list("security_group_ids", "GROUPS", "Its security groups; a Network Load Balancer may have none.")
        .spare(2)
        .aka(&["sg"])
        .id_of("security-groups", "sg-")
        .section("network");

/// What they are.
pub static INFO: KindInfo = KindInfo::new("load-balancers", "load balancer", "Load balancers", &FIELDS)
    .doc("Application, Network and Gateway Load Balancers (ELB v2).")
    .aliases(&["lbs", "lb", "elb", "alb", "nlb"])
    .listed_by(&[&DESCRIBE_LOAD_BALANCERS])
    .few()
    .sorted(&NAME)
    .transitional(&["provisioning"]);

/// Load balancers.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

static STATES: States = States(&[
    ("provisioning", Tone::Busy),
    ("active", Tone::Good),
    // Routing traffic, without the resources that it needs to scale.
    ("active_impaired", Tone::Bad),
    ("failed", Tone::Bad),
]);

static FIELDS: Fields<sdk::LoadBalancer> = Fields(&[
    Field::name(NAME),
    Field::state(STATE),
    field(TYPE, |l, c| c.said(l.r#type().map(|t| t.as_str()))),
    field(FieldInfo::text("scheme", "SCHEME", "internet-facing or internal.").shown(3).cells(15, 15), |l, c| {
        c.text(l.scheme().map(|s| s.as_str()))
    }),
    field(DNS_NAME, |l, _| text(&own(l.dns_name()))),
    field(FieldInfo::list("zones", "ZONES", "The Availability Zones that it is in.").shown(6), |l, c| {
        c.shared_list(l.availability_zones().iter().filter_map(|z| z.zone_name()))
    }),
    field(CREATED, |l, _| moment(time(l.created_time()))),
    Field::id(FieldInfo::id("id", "ARN", "The ARN.").cells(12, 60).aka(&["arn"])),
    field(FieldInfo::text("state_reason", "REASON", "The reason for its state."), |l, _| {
        text(&own(l.state().and_then(|s| s.reason())))
    }),
    field(VPC_ID, |l, c| c.text(l.vpc_id())),
    field(SUBNETS, |l, c| c.shared_list(l.availability_zones().iter().filter_map(|z| z.subnet_id()))),
    field(
        FieldInfo::ips("addresses", "ADDRESSES", "Static addresses, where it has them (network).")
            .cells(9, 40)
            .section("network"),
        |l, _| {
            let all = l.availability_zones().iter().flat_map(|z| z.load_balancer_addresses());
            Value::ips(all.flat_map(|a| [a.ip_address(), a.private_ipv4_address(), a.ipv6_address()]).flatten())
        },
    ),
    field(SECURITY_GROUP_IDS, |l, c| c.shared_list(l.security_groups().iter().map(String::as_str))),
    field(
        FieldInfo::text("ip_address_type", "IP TYPE", "ipv4, dualstack or dualstack-without-public-ipv4.")
            .spare(3)
            .section("network"),
        |l, c| c.text(l.ip_address_type().map(|t| t.as_str())),
    ),
    field(
        FieldInfo::id("hosted_zone", "HOSTED ZONE", "The Route 53 hosted zone of the DNS name.").section("network"),
        |l, c| c.text(l.canonical_hosted_zone_id()),
    ),
    Field::side(tags::always("load-balancer-tags")),
]);

static ROWS: RowSpec<sdk::LoadBalancer> = RowSpec::new(&INFO, &FIELDS, |l| l.load_balancer_arn())
    .named(|l| l.load_balancer_name())
    .stated(|l, c| STATES.state(l.state().and_then(|s| s.code()).map(|code| code.as_str()), c));

/// DescribeLoadBalancers takes a page size up to 400, or up to 20 ARNs.
const PAGE: i32 = 400;
const MOST_ARNS: usize = 20;

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.elbv2(&request.scope).await?;
        let mut converter = Converter::new(&request.interner);
        let call = |arns: Option<Vec<String>>, marker| {
            let page = arns.is_none().then_some(PAGE);
            let call = client.describe_load_balancers().set_load_balancer_arns(arns);
            call.set_page_size(page).set_marker(marker).send()
        };
        listed(&mut pages, &DESCRIBE_LOAD_BALANCERS, &request.what, MOST_ARNS, call, |out| {
            (ROWS.records(out.load_balancers(), &mut converter), out.next_marker)
        })
        .await
    })
}

/// The ARNs of all load balancers of a scope.
pub(super) async fn arns(
    client: &aws_sdk_elasticloadbalancingv2::Client,
    pages: &mut Pages,
) -> Result<Vec<ArcStr>, Fault> {
    let mut arns = Vec::new();
    let call = |marker| client.describe_load_balancers().page_size(PAGE).set_marker(marker).send();
    paged(pages, &DESCRIBE_LOAD_BALANCERS, call, |out| {
        arns.extend(out.load_balancers().iter().filter_map(|l| own(l.load_balancer_arn())));
        (Vec::new(), out.next_marker)
    })
    .await?;
    Ok(arns)
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let query = format!("load_balancers={}", row.name);
    let mut out = vec![
        Link { title: "target groups", kind: "target-groups", selector: Selector::All, query },
        Link {
            title: "alarms",
            kind: "alarms",
            selector: Selector::All,
            query: format!(
                "resources:{}",
                row.id.split_once("loadbalancer/").map_or(row.name.as_str(), |(_, tail)| tail)
            ),
        },
    ];
    out.extend(Link::to_ids("VPC", "vpcs", row.get(&VPC_ID)));
    out.extend(Link::to_ids("subnets", "subnets", row.get(&SUBNETS)));
    out.extend(Link::to_ids("security groups", "security-groups", row.get(&SECURITY_GROUP_IDS)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{every_state_has_a_tone, record};

    #[test]
    fn every_state_that_the_sdk_knows_has_a_tone_and_one_that_it_does_not_is_shown_as_it_is() {
        every_state_has_a_tone(&STATES, sdk::LoadBalancerStateEnum::values());
        let of = |state| {
            let state = sdk::LoadBalancerState::builder().code(state).build();
            record(&ROWS, &sdk::LoadBalancer::builder().load_balancer_arn("arn:x").state(state).build()).state
        };
        assert_eq!(of("resting".into()), Some((Tone::Unknown, "resting".into())));
        assert_eq!(of(sdk::LoadBalancerStateEnum::Active), Some((Tone::Good, "active".into())));
    }
}
