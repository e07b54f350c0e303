//! VPC endpoints: private ways to services, by a route (gateway) or by network interfaces in subnets (interface, Gateway Load Balancer).

use aws_sdk_ec2::types as sdk;
use futures::future::{BoxFuture, FutureExt};

use super::listing::{PAGE, filtered, tags};
use super::vpcs::OWNER;
use crate::base::{Fault, Scope};
use crate::kinds::convert::{flag, moment, time};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, States, field};
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Service, Tone};

/// `DescribeVpcEndpoints`.
pub static DESCRIBE_VPC_ENDPOINTS: Operation = Operation::read(Service::Ec2, "DescribeVpcEndpoints");

/// The Name tag.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The Name tag.").shown(0);
/// `vpce-…`.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The endpoint's id.")
    .shown(3)
    .cells(11, 22)
    .aka(&["vpc_endpoint_id", "vpce"])
    .asked_by("vpc-endpoint-id");
/// pendingAcceptance, pending, available…
pub const STATE: FieldInfo = FieldInfo::state(
    "state",
    "STATE",
    "pendingAcceptance, pending, available, deleting, deleted, rejected, failed, expired or partial.",
)
.shown(0)
.cells(8, 17);
/// Gateway, Interface, GatewayLoadBalancer…
pub const TYPE: FieldInfo = FieldInfo::text(
    "type",
    "TYPE",
    "Gateway (a route; S3 and DynamoDB, no charge), Interface, GatewayLoadBalancer, Resource or ServiceNetwork.",
)
.named_only()
.shown(0)
.cells(8, 19)
.aka(&["endpoint_type"])
.asked_as_written_by("vpc-endpoint-type");
/// The service.
pub const SERVICE: FieldInfo =
    FieldInfo::text("service", "SERVICE", "The service that it leads to: com.amazonaws.REGION.s3.")
        .shown(1)
        .cells(10, 50)
        .aka(&["service_name"])
        .asked_as_written_by("service-name");
/// Its VPC.
pub const VPC_ID: FieldInfo = FieldInfo::id("vpc_id", "VPC", "Its VPC.")
    .shown(1)
    .cells(11, 26)
    .aka(&["vpc"])
    .id_of_few("vpcs", "vpc-")
    .asked_by("vpc-id");
/// The subnets that it has interfaces in.
pub const SUBNETS: FieldInfo =
    FieldInfo::list("subnets", "SUBNETS", "The subnets it has network interfaces in; none of a gateway endpoint.")
        .shown(2)
        .cells(10, 40)
        .id_of_few("subnets", "subnet-");
/// The route tables that lead to it.
pub const ROUTE_TABLES: FieldInfo =
    FieldInfo::list("route_tables", "ROUTE TABLES", "The route tables that have its route; of a gateway endpoint.")
        .shown(2)
        .cells(12, 40)
        .id_of_few("route-tables", "rtb-");
/// Its groups.
pub const SECURITY_GROUP_IDS: FieldInfo =
    FieldInfo::list("security_group_ids", "GROUPS", "The security groups of its network interfaces.")
        .spare(1)
        .cells(8, 40)
        .aka(&["sg", "groups"])
        .id_of("security-groups", "sg-");
/// Its interfaces.
pub const INTERFACES: FieldInfo = FieldInfo::list("interfaces", "INTERFACES", "Its network interfaces.")
    .cells(11, 40)
    .aka(&["eni", "network_interfaces"])
    .id_of("network-interfaces", "eni-");
/// Whether the service's own name leads to it.
pub const PRIVATE_DNS: FieldInfo =
    FieldInfo::flag("private_dns", "PRIVATE DNS", "Whether the service's own name resolves to it within the VPC.")
        .spare(2)
        .cells(11, 11)
        .aka(&["private_dns_enabled"]);
/// Its names.
pub const DNS_NAMES: FieldInfo =
    FieldInfo::list("dns_names", "DNS NAMES", "The names that resolve to its addresses.").cells(10, 60);
/// Who may do what through it.
pub const POLICY: FieldInfo =
    FieldInfo::text("policy", "POLICY", "full access, or custom: its policy restricts who can do what through it.")
        .named_only()
        .cells(8, 11);
/// What went wrong.
pub const ERROR: FieldInfo =
    FieldInfo::text("error", "ERROR", "Why it failed: AWS's code and message.").cells(8, 60).aka(&["failure"]);
/// When it was made.
pub const CREATED: FieldInfo =
    FieldInfo::age("created", "AGE", "When it was created.").spare(3).aka(&["age", "creation_timestamp"]);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("endpoints", "VPC endpoint", "VPC endpoints", &FIELDS)
    .doc(
        "VPC endpoints: private ways to services of AWS and of others, by a route (gateway) or by network interfaces in \
         subnets (interface, Gateway Load Balancer).",
    )
    .aliases(&["endpoint", "vpce", "vpces", "vpc-endpoints", "vpc-endpoint"])
    .ids("vpce-")
    .listed_by(&[&DESCRIBE_VPC_ENDPOINTS])
    .few()
    .sorted(&NAME)
    .transitional(&["pending", "deleting"]);

/// VPC endpoints.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

/// In the words that EC2 answers with; its models write them with a capital.
/// <https://docs.aws.amazon.com/vpc/latest/privatelink/concepts.html>
static STATES: States = States(&[
    ("pendingAcceptance", Tone::Busy),
    ("pending", Tone::Busy),
    ("available", Tone::Good),
    ("deleting", Tone::Busy),
    ("deleted", Tone::Idle),
    ("rejected", Tone::Bad),
    ("failed", Tone::Bad),
    ("expired", Tone::Idle),
    ("partial", Tone::Bad),
]);

/// AWS's word with a small first letter, however it was written.
fn word(state: Option<&str>) -> Option<String> {
    let state = state?;
    let mut letters = state.chars();
    letters.next().map(|first| first.to_ascii_lowercase().to_string() + letters.as_str())
}

/// The policy that an endpoint gets if none is given, whatever its blanks: everybody may do everything.
/// <https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html>
fn is_open(policy: &str) -> bool {
    let Ok(value) = serde_json::from_str::<serde_json::Value>(policy) else { return false };
    let all = |v: &serde_json::Value| v == "*" || v["AWS"] == "*";
    let open = |s: &serde_json::Value| {
        s["Effect"] == "Allow"
            && all(&s["Principal"])
            && s["Action"] == "*"
            && s["Resource"] == "*"
            && s["Condition"].is_null()
    };
    match &value["Statement"] {
        serde_json::Value::Array(statements) => matches!(&statements[..], [one] if open(one)),
        one => open(one),
    }
}

static FIELDS: Fields<sdk::VpcEndpoint> = Fields(&[
    Field::name(NAME),
    Field::id(ID),
    Field::state(STATE),
    field(TYPE, |e, c| c.said(e.vpc_endpoint_type().map(|t| t.as_str()))),
    field(SERVICE, |e, c| c.text(e.service_name())),
    field(VPC_ID, |e, c| c.text(e.vpc_id())),
    field(SUBNETS, |e, c| c.shared_list(e.subnet_ids().iter().map(String::as_str))),
    field(ROUTE_TABLES, |e, c| c.shared_list(e.route_table_ids().iter().map(String::as_str))),
    field(SECURITY_GROUP_IDS, |e, c| c.shared_list(e.groups().iter().filter_map(|g| g.group_id()))),
    field(PRIVATE_DNS, |e, _| flag(e.private_dns_enabled())),
    field(INTERFACES, |e, c| c.shared_list(e.network_interface_ids().iter().map(String::as_str))),
    field(DNS_NAMES, |e, c| c.shared_list(e.dns_entries().iter().filter_map(|d| d.dns_name()))),
    field(
        FieldInfo::text("ip_type", "IP TYPE", "ipv4, dualstack or ipv6.")
            .named_only()
            .cells(8, 9)
            .aka(&["ip_address_type"]),
        |e, c| c.text(e.ip_address_type().map(|t| t.as_str())),
    ),
    field(
        FieldInfo::text("service_region", "SERVICE REGION", "The service's region, where that is another one.")
            .cells(14, 16),
        |e, c| c.text(e.service_region()),
    ),
    field(POLICY, |e, c| c.text(e.policy_document().map(|p| if is_open(p) { "full access" } else { "custom" }))),
    field(
        FieldInfo::flag("managed", "MANAGED", "Whether a service of AWS manages it.")
            .cells(7, 7)
            .aka(&["requester_managed"]),
        |e, _| flag(e.requester_managed()),
    ),
    field(ERROR, |e, c| {
        let last = e.last_error();
        let parts = [last.and_then(|l| l.code()), last.and_then(|l| l.message()), e.failure_reason()];
        let parts: Vec<&str> = parts.into_iter().flatten().collect();
        c.text(Some(&parts.join(": ")))
    }),
    field(CREATED, |e, _| moment(time(e.creation_timestamp()))),
    field(OWNER, |e, c| c.said(e.owner_id())),
]);

static ROWS: RowSpec<sdk::VpcEndpoint> = RowSpec::new(&INFO, &FIELDS, |e| e.vpc_endpoint_id())
    .stated(|e, c| STATES.state(word(e.state().map(|s| s.as_str())).as_deref(), c))
    .tagged(|e, c| tags(e.tags(), c));

fn list(request: ListRequest, pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    filtered(
        (request, pages),
        &INFO,
        "vpc-endpoint-id",
        |client, filters, token| {
            client.describe_vpc_endpoints().max_results(PAGE).set_next_token(token).set_filters(filters).send()
        },
        |out, c| (ROWS.records(out.vpc_endpoints(), c), out.next_token),
    )
    .boxed()
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let mut out = Vec::new();
    out.extend(Link::to_ids("VPC", "vpcs", row.get(&VPC_ID)));
    out.extend(Link::to_ids("subnets", "subnets", row.get(&SUBNETS)));
    out.extend(Link::to_ids("route tables", "route-tables", row.get(&ROUTE_TABLES)));
    out.extend(Link::to_ids("security groups", "security-groups", row.get(&SECURITY_GROUP_IDS)));
    out.extend(Link::to_ids("network interfaces", "network-interfaces", row.get(&INTERFACES)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{every_state_has_a_tone, record};
    use crate::model::Value;

    fn row(e: sdk::builders::VpcEndpointBuilder) -> Record {
        record(&ROWS, &e.vpc_endpoint_id("vpce-1").build())
    }

    #[test]
    fn a_state_has_its_tone_however_its_first_letter_is_written() {
        let words: Vec<String> = sdk::State::values().iter().filter_map(|w| word(Some(w))).collect();
        every_state_has_a_tone(&STATES, &words.iter().map(String::as_str).collect::<Vec<_>>());
        for written in ["available", "Available"] {
            let row = row(sdk::VpcEndpoint::builder().state(written.into()));
            assert_eq!(row.state, Some((Tone::Good, "available".into())));
        }
        assert!(
            row(sdk::VpcEndpoint::builder().state("PendingAcceptance".into()))
                .state
                .is_some_and(|(_, w)| w == "pendingAcceptance")
        );
    }

    #[test]
    fn a_policy_is_full_access_only_if_it_lets_everybody_do_everything() {
        let says = |policy: &str| row(sdk::VpcEndpoint::builder().policy_document(policy)).get(&POLICY).clone();
        let open =
            r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#;
        assert_eq!(says(open), Value::text("full access"));
        assert_eq!(says(&open.replace(r#""Action":"*""#, r#""Action":"s3:GetObject""#)), Value::text("custom"));
        assert_eq!(says(&open.replace("Allow", "Deny")), Value::text("custom"));
        assert_eq!(row(sdk::VpcEndpoint::builder()).get(&POLICY), &Value::Empty);
    }
}
