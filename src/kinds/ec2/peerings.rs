//! Peering connections between two VPCs, also of other regions and accounts: both sides of each.

use aws_sdk_ec2::types as sdk;
use futures::future::{BoxFuture, FutureExt};

use super::listing::{PAGE, filtered, tags};
use crate::base::{Fault, Scope};
use crate::kinds::convert::{flag, moment, time};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, States, field};
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Service, Tone, Value};

/// `DescribeVpcPeeringConnections`.
pub static DESCRIBE_VPC_PEERING_CONNECTIONS: Operation = Operation::read(Service::Ec2, "DescribeVpcPeeringConnections");

/// The Name tag.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The Name tag, which each side has of its own.").shown(0);
/// `pcx-…`.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The peering connection's id, the same on both sides.")
    .shown(3)
    .cells(11, 21)
    .aka(&["peering_id", "vpc_peering_connection_id", "pcx"])
    .asked_by("vpc-peering-connection-id");
/// The state, AWS's status code.
pub const STATE: FieldInfo = FieldInfo::state(
    "state",
    "STATE",
    "initiating-request, pending-acceptance, provisioning, active, rejected, expired, failed, deleting or deleted.",
)
.shown(0)
.cells(8, 18)
.aka(&["status"])
.asked_by("status-code");
/// What AWS says of the state.
pub const MESSAGE: FieldInfo =
    FieldInfo::text("message", "MESSAGE", "What AWS says about the state: why it failed, who it waits for.")
        .shown(4)
        .cells(8, 60);
/// The VPC that asked for it.
pub const REQUESTER_VPC: FieldInfo = FieldInfo::id("requester_vpc", "REQUESTER", "The VPC that requested it.")
    .shown(1)
    .cells(11, 24)
    .aka(&["requester"])
    .id_of_few("vpcs", "vpc-")
    .asked_by("requester-vpc-info.vpc-id");
/// Its ranges.
pub const REQUESTER_CIDR: FieldInfo =
    FieldInfo::ranges("requester_cidr", "REQUESTER CIDR", "The requester VPC's ranges, IPv4 and IPv6.")
        .shown(3)
        .cells(14, 40);
/// The region that it is in.
pub const REQUESTER_REGION: FieldInfo =
    FieldInfo::text("requester_region", "REQUESTER REGION", "The requester VPC's region.").spare(1).cells(16, 16);
/// The account that it is of.
pub const REQUESTER_OWNER: FieldInfo =
    FieldInfo::text("requester_owner", "REQUESTER OWNER", "The account of the requester VPC.")
        .spare(3)
        .cells(15, 15)
        .asked_by("requester-vpc-info.owner-id");
/// The VPC that it was asked of.
pub const ACCEPTER_VPC: FieldInfo = FieldInfo::id("accepter_vpc", "ACCEPTER", "The VPC that it was requested of.")
    .shown(1)
    .cells(11, 24)
    .aka(&["accepter"])
    .id_of_few("vpcs", "vpc-")
    .asked_by("accepter-vpc-info.vpc-id");
/// Its ranges.
pub const ACCEPTER_CIDR: FieldInfo = FieldInfo::ranges(
    "accepter_cidr",
    "ACCEPTER CIDR",
    "The accepter VPC's ranges, IPv4 and IPv6; not told before it is active.",
)
.shown(3)
.cells(14, 40);
/// The region that it is in.
pub const ACCEPTER_REGION: FieldInfo =
    FieldInfo::text("accepter_region", "ACCEPTER REGION", "The accepter VPC's region.").spare(2).cells(15, 16);
/// The account that it is of.
pub const ACCEPTER_OWNER: FieldInfo =
    FieldInfo::text("accepter_owner", "ACCEPTER OWNER", "The account of the accepter VPC.")
        .spare(4)
        .cells(14, 14)
        .asked_by("accepter-vpc-info.owner-id");
/// Both.
pub const VPCS: FieldInfo =
    FieldInfo::list("vpcs", "VPCS", "Both VPCs.").cells(11, 44).aka(&["vpc_id", "vpc"]).id_of_few("vpcs", "vpc-");
/// When a request that nobody accepts is over.
pub const EXPIRES: FieldInfo =
    FieldInfo::date("expires", "EXPIRES", "When the request expires, seven days after it was made.").cells(16, 20);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("peerings", "peering connection", "Peering connections", &FIELDS)
    .doc(
        "Peering connections between two VPCs, also of other regions and accounts. Traffic needs a route to the other \
         side in both.",
    )
    .aliases(&["peering", "pcx", "vpc-peerings", "peering-connections", "vpc-peering-connections"])
    .ids("pcx-")
    .listed_by(&[&DESCRIBE_VPC_PEERING_CONNECTIONS])
    .few()
    .sorted(&NAME)
    .transitional(&["initiating-request", "provisioning", "deleting"]);

/// Peering connections.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

/// AWS's lifecycle of a peering: <https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html>
static STATES: States = States(&[
    ("initiating-request", Tone::Busy),
    // It waits for a person.
    ("pending-acceptance", Tone::Bad),
    ("provisioning", Tone::Busy),
    ("active", Tone::Good),
    ("rejected", Tone::Idle),
    ("expired", Tone::Idle),
    ("failed", Tone::Bad),
    ("deleting", Tone::Busy),
    ("deleted", Tone::Idle),
]);

type Side = sdk::VpcPeeringConnectionVpcInfo;

fn ranges(side: Option<&Side>) -> Value {
    let Some(side) = side else { return Value::Unknown };
    let six = side.ipv6_cidr_block_set().iter().filter_map(|b| b.ipv6_cidr_block());
    let four = side.cidr_block_set().iter().filter_map(|b| b.cidr_block()).filter(|b| side.cidr_block() != Some(b));
    Value::ranges(side.cidr_block().into_iter().chain(four).chain(six))
}

fn lets_names_through(side: Option<&Side>) -> Value {
    flag(side.and_then(|s| s.peering_options()).and_then(|o| o.allow_dns_resolution_from_remote_vpc()))
}

static FIELDS: Fields<sdk::VpcPeeringConnection> = Fields(&[
    Field::name(NAME),
    Field::id(ID),
    Field::state(STATE),
    field(REQUESTER_VPC, |p, c| c.text(p.requester_vpc_info().and_then(|s| s.vpc_id()))),
    field(REQUESTER_CIDR, |p, _| ranges(p.requester_vpc_info())),
    field(ACCEPTER_VPC, |p, c| c.text(p.accepter_vpc_info().and_then(|s| s.vpc_id()))),
    field(ACCEPTER_CIDR, |p, _| ranges(p.accepter_vpc_info())),
    field(MESSAGE, |p, c| c.text(p.status().and_then(|s| s.message()))),
    field(REQUESTER_REGION, |p, c| c.said(p.requester_vpc_info().and_then(|s| s.region()))),
    field(ACCEPTER_REGION, |p, c| c.said(p.accepter_vpc_info().and_then(|s| s.region()))),
    field(REQUESTER_OWNER, |p, c| c.said(p.requester_vpc_info().and_then(|s| s.owner_id()))),
    field(ACCEPTER_OWNER, |p, c| c.said(p.accepter_vpc_info().and_then(|s| s.owner_id()))),
    field(VPCS, |p, c| {
        let both = [p.requester_vpc_info(), p.accepter_vpc_info()];
        let ids: Vec<&str> = both.into_iter().flatten().filter_map(|s| s.vpc_id()).collect();
        c.shared_list(ids)
    }),
    field(
        FieldInfo::flag(
            "requester_dns",
            "REQUESTER DNS",
            "Whether the requester VPC's names resolve to private addresses from the accepter's.",
        )
        .cells(13, 13),
        |p, _| lets_names_through(p.requester_vpc_info()),
    ),
    field(
        FieldInfo::flag(
            "accepter_dns",
            "ACCEPTER DNS",
            "Whether the accepter VPC's names resolve to private addresses from the requester's.",
        )
        .cells(12, 12),
        |p, _| lets_names_through(p.accepter_vpc_info()),
    ),
    field(EXPIRES, |p, _| moment(time(p.expiration_time()))),
]);

static ROWS: RowSpec<sdk::VpcPeeringConnection> = RowSpec::new(&INFO, &FIELDS, |p| p.vpc_peering_connection_id())
    .stated(|p, c| STATES.state(p.status().and_then(|s| s.code()).map(|s| s.as_str()), c))
    .tagged(|p, c| tags(p.tags(), c));

fn list(request: ListRequest, pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    filtered(
        (request, pages),
        &INFO,
        "vpc-peering-connection-id",
        |client, filters, token| {
            let request = client.describe_vpc_peering_connections().max_results(PAGE);
            request.set_next_token(token).set_filters(filters).send()
        },
        |out, c| (ROWS.records(out.vpc_peering_connections(), c), out.next_token),
    )
    .boxed()
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let mut out = Vec::new();
    out.extend(Link::to_ids("VPCs", "vpcs", row.get(&VPCS)));
    out.push(Link::to("route tables", "route-tables", format!("routes:{}", row.id)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{every_state_has_a_tone, record, texts};

    #[test]
    fn every_state_that_the_sdk_knows_has_a_tone() {
        every_state_has_a_tone(&STATES, sdk::VpcPeeringConnectionStateReasonCode::values());
    }

    #[test]
    fn both_sides_are_shown_and_what_aws_does_not_tell_is_unknown() {
        let side = |vpc: &str, region: &str| Side::builder().vpc_id(vpc).region(region).owner_id("111122223333");
        let block = sdk::CidrBlock::builder().cidr_block("10.2.0.0/16").build();
        let status = sdk::VpcPeeringConnectionStateReason::builder()
            .code("pending-acceptance".into())
            .message("Pending Acceptance by 111122223333");
        let p = sdk::VpcPeeringConnection::builder()
            .vpc_peering_connection_id("pcx-1")
            .requester_vpc_info(side("vpc-1", "eu-west-1").cidr_block("10.1.0.0/16").cidr_block_set(block).build())
            .accepter_vpc_info(side("vpc-2", "us-east-1").build())
            .status(status.build());
        let row = record(&ROWS, &p.build());
        assert_eq!(row.get(&REQUESTER_CIDR), &Value::ranges(["10.1.0.0/16", "10.2.0.0/16"]));
        assert_eq!((row.get(&ACCEPTER_CIDR), row.get(&VPCS)), (&Value::Empty, &texts(&["vpc-1", "vpc-2"])));
        assert_eq!(row.get(&MESSAGE).as_str(), Some("Pending Acceptance by 111122223333"));
        assert_eq!(row.get(&ACCEPTER_REGION).as_str(), Some("us-east-1"));
    }
}
