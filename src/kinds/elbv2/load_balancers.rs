//! Application, Network and Gateway Load Balancers.

use arcstr::ArcStr;
use aws_sdk_elasticloadbalancingv2::types as sdk;
use futures::future::BoxFuture;

use crate::base::{Fault, Scope, Time};
use crate::kinds::convert::{Converter, Text, field, moment, no_tags, own, said, text, time};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::paging::{listed, paged};
use crate::kinds::raw::raw;
use crate::kinds::tags;
use crate::model::{FieldInfo, Fields, Kind, KindInfo, Link, Operation, Record, Selector, Service, Tone, Value};

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
pub const VPC_ID: FieldInfo = FieldInfo::id("vpc_id", "VPC", "The VPC.").aka(&["vpc"]).id_of_few("vpcs", "vpc-");
/// The subnets.
pub const SUBNETS: FieldInfo = FieldInfo::list("subnets", "SUBNETS", "The subnets, one a zone.")
    .aka(&["subnet"])
    .id_of_few("subnets", "subnet-")
    .section("network");
/// The load balancer's name.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The load balancer's name.").shown(0);

/// Its security groups.
pub const SECURITY_GROUP_IDS: FieldInfo =
    FieldInfo::list("security_group_ids", "GROUPS", "Its security groups; a network load balancer may have none.")
        .aka(&["sg"])
        .id_of("security-groups", "sg-")
        .section("network");

/// What they are.
pub static INFO: KindInfo = KindInfo::new("load-balancers", "load balancer", "Load balancers", &FIELDS)
    .doc("Application, Network and Gateway Load Balancers (ELB v2).")
    .aliases(&["lbs", "lb", "elb", "alb", "nlb"])
    .listed_by(&[&DESCRIBE_LOAD_BALANCERS])
    .sorted(&NAME)
    .transitional(&["provisioning"]);

/// Load balancers.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

/// How a load balancer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoadBalancerState {
    /// Being set up.
    Provisioning,
    /// Routing traffic.
    Active,
    /// Routing traffic, without the resources that it needs to scale.
    ActiveImpaired,
    /// Could not be set up.
    Failed,
    /// Something that AWS added since.
    Other(ArcStr),
}

impl LoadBalancerState {
    /// From AWS's word.
    pub fn parse(word: &str) -> Self {
        match word {
            "provisioning" => LoadBalancerState::Provisioning,
            "active" => LoadBalancerState::Active,
            "active_impaired" => LoadBalancerState::ActiveImpaired,
            "failed" => LoadBalancerState::Failed,
            other => LoadBalancerState::Other(other.into()),
        }
    }
    fn shown(&self) -> (Tone, ArcStr) {
        match self {
            LoadBalancerState::Provisioning => (Tone::Busy, arcstr::literal!("provisioning")),
            LoadBalancerState::Active => (Tone::Good, arcstr::literal!("active")),
            LoadBalancerState::ActiveImpaired => (Tone::Bad, arcstr::literal!("active_impaired")),
            LoadBalancerState::Failed => (Tone::Bad, arcstr::literal!("failed")),
            LoadBalancerState::Other(s) => (Tone::Unknown, s.clone()),
        }
    }
}

/// One load balancer.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadBalancer {
    arn: ArcStr,
    name: ArcStr,
    state: LoadBalancerState,
    state_reason: Text,
    lb_type: Text,
    scheme: Text,
    dns_name: Text,
    hosted_zone: Text,
    vpc_id: Text,
    zones: Value,
    subnets: Value,
    addresses: Value,
    security_groups: Value,
    ip_address_type: Text,
    created: Option<Time>,
}

static FIELDS: Fields<LoadBalancer> = Fields(&[
    field(NAME, |l| Value::Text(l.name.clone())),
    field(STATE, |l| {
        let (tone, s) = l.state.shown();
        Value::State(tone, s)
    }),
    field(TYPE, |l| said(&l.lb_type)),
    field(FieldInfo::text("scheme", "SCHEME", "internet-facing or internal.").shown(3).cells(15, 15), |l| {
        text(&l.scheme)
    }),
    field(DNS_NAME, |l| text(&l.dns_name)),
    field(FieldInfo::list("zones", "ZONES", "The Availability Zones that it is in.").shown(6), |l| l.zones.clone()),
    field(FieldInfo::age("created", "AGE", "When it was created.").shown(5).aka(&["age"]), |l| moment(l.created)),
    field(FieldInfo::id("id", "ARN", "The ARN.").cells(12, 60).aka(&["arn"]), |l| Value::Text(l.arn.clone())),
    field(FieldInfo::text("state_reason", "REASON", "Why it is in its state."), |l| text(&l.state_reason)),
    field(VPC_ID, |l| text(&l.vpc_id)),
    field(SUBNETS, |l| l.subnets.clone()),
    field(
        FieldInfo::ips("addresses", "ADDRESSES", "Static addresses, where it has them (network).")
            .cells(9, 40)
            .section("network"),
        |l| l.addresses.clone(),
    ),
    field(SECURITY_GROUP_IDS, |l| l.security_groups.clone()),
    field(
        FieldInfo::text("ip_address_type", "IP TYPE", "ipv4, dualstack or dualstack-without-public-ipv4.")
            .section("network"),
        |l| text(&l.ip_address_type),
    ),
    field(
        FieldInfo::id("hosted_zone", "HOSTED ZONE", "The Route 53 hosted zone of the DNS name.").section("network"),
        |l| text(&l.hosted_zone),
    ),
    tags::always("load-balancer-tags"),
]);

impl LoadBalancer {
    fn record(&self) -> Record {
        Record {
            kind: Kind(&INFO),
            id: self.arn.clone(),
            name: self.name.clone(),
            state: Some(self.state.shown()),
            values: FIELDS.values(self),
            tags: no_tags(),
        }
    }
}

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
            let rows = out.load_balancers().iter().filter_map(|l| convert(&mut converter, l)).map(|l| l.record());
            (rows.collect(), out.next_marker)
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

fn convert(converter: &mut Converter, l: &sdk::LoadBalancer) -> Option<LoadBalancer> {
    let zones = l.availability_zones();
    Some(LoadBalancer {
        arn: own(l.load_balancer_arn())?,
        name: own(l.load_balancer_name()).unwrap_or_default(),
        state: LoadBalancerState::parse(l.state().and_then(|s| s.code()).map(|c| c.as_str()).unwrap_or_default()),
        state_reason: own(l.state().and_then(|s| s.reason())),
        lb_type: converter.shared(l.r#type().map(|t| t.as_str())),
        scheme: converter.shared(l.scheme().map(|s| s.as_str())),
        dns_name: own(l.dns_name()),
        hosted_zone: converter.shared(l.canonical_hosted_zone_id()),
        vpc_id: converter.shared(l.vpc_id()),
        zones: converter.shared_list(zones.iter().filter_map(|z| z.zone_name())),
        subnets: converter.shared_list(zones.iter().filter_map(|z| z.subnet_id())),
        addresses: Value::ips(
            zones
                .iter()
                .flat_map(|z| z.load_balancer_addresses())
                .flat_map(|a| [a.ip_address(), a.private_ipv4_address(), a.ipv6_address()])
                .flatten(),
        ),
        security_groups: converter.shared_list(l.security_groups().iter().map(String::as_str)),
        ip_address_type: converter.shared(l.ip_address_type().map(|t| t.as_str())),
        created: time(l.created_time()),
    })
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
    let link = |title, kind, query: String| Link { title, kind, selector: Selector::All, query };
    if let Some(vpc) = row.get(&VPC_ID).as_str() {
        out.push(link("VPC", "vpcs", format!("id={vpc}")));
    }
    let subnets = row.get(&SUBNETS).items();
    if !subnets.is_empty() {
        out.push(link("subnets", "subnets", format!("id={}", subnets.join(","))));
    }
    let groups = row.get(&SECURITY_GROUP_IDS).items();
    if !groups.is_empty() {
        out.push(link("security groups", "security-groups", format!("id={}", groups.join(","))));
    }
    out
}
