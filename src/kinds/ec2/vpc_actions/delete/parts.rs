//! What a VPC may have in it that goes with it: in the order in which EC2 lets it go.

use crate::kinds::action::{ActionContext, Sender};
use crate::kinds::ec2::senders::{
    DELETE_EGRESS_ONLY, DELETE_ENDPOINTS, DELETE_INTERNET_GATEWAY, DELETE_NAT_GATEWAY, DELETE_NETWORK_ACL,
    DELETE_NETWORK_INTERFACE, DELETE_PEERING, DELETE_ROUTE_TABLE, DELETE_SECURITY_GROUP, DELETE_SUBNET,
};
use crate::kinds::ec2::{
    egress_only_gateways, endpoints, internet_gateways, nat_gateways, network_acls, network_interfaces, peerings,
    route_tables, security_groups, subnets,
};
use crate::kinds::plan_builder::{Known, field, known_with, live, need, state, whole};
use crate::model::{FieldInfo, KindInfo, Record, TableKey, Value};

/// A kind of what a VPC may have in it.
pub(super) struct Part {
    pub(super) kind: &'static KindInfo,
    /// The fields that name its VPC: a peering connection has two.
    pub(super) vpc: &'static [&'static FieldInfo],
    pub(super) sender: &'static Sender,
    pub(super) parameter: &'static str,
    /// Whether the parameter is a list.
    pub(super) several: bool,
    /// Whether a row is deleted: not what comes with the VPC and goes with it, and not what is deleted already and still listed.
    pub(super) goes: fn(&Record) -> bool,
    /// For how many minutes it may be on its way out while it keeps what follows from being deleted; 0 for what is gone at once.
    pub(super) leaves_within: u64,
}

/// One of a kind that has to be named in one field and by one id, and is gone at once.
const fn at_once(
    kind: &'static KindInfo,
    vpc: &'static [&'static FieldInfo],
    (sender, parameter): (&'static Sender, &'static str),
    goes: fn(&Record) -> bool,
) -> Part {
    Part { kind, vpc, sender, parameter, several: false, goes, leaves_within: 0 }
}

fn every(_: &Record) -> bool {
    true
}

fn is(row: &Record, flag: &FieldInfo) -> bool {
    *row.get(flag) == Value::Bool(true)
}

/// What runs out of the VPC first, then what is in its subnets, these, its gateways, and what is attached to nothing any more.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html>
pub(super) static PARTS: [Part; 10] = [
    Part {
        leaves_within: 5,
        ..at_once(
            &peerings::INFO,
            &[&peerings::REQUESTER_VPC, &peerings::ACCEPTER_VPC],
            (&DELETE_PEERING, "VpcPeeringConnectionId"),
            |r| matches!(state(r), "active" | "provisioning" | "pending-acceptance"),
        )
    },
    Part {
        leaves_within: 15,
        ..at_once(&nat_gateways::INFO, &[&nat_gateways::VPC_ID], (&DELETE_NAT_GATEWAY, "NatGatewayId"), |r| {
            matches!(state(r), "available" | "pending")
        })
    },
    Part {
        several: true,
        leaves_within: 10,
        ..at_once(&endpoints::INFO, &[&endpoints::VPC_ID], (&DELETE_ENDPOINTS, "VpcEndpointIds"), |r| {
            !matches!(state(r), "deleting" | "deleted")
        })
    },
    at_once(
        &network_interfaces::INFO,
        &[&network_interfaces::VPC_ID],
        (&DELETE_NETWORK_INTERFACE, "NetworkInterfaceId"),
        // What is attached, or managed by a service, goes with what has it.
        |r| state(r) == "available" && !is(r, &network_interfaces::MANAGED),
    ),
    at_once(&subnets::INFO, &[&subnets::VPC_ID], (&DELETE_SUBNET, "SubnetId"), every),
    at_once(
        &internet_gateways::INFO,
        &[&internet_gateways::VPC_ID],
        (&DELETE_INTERNET_GATEWAY, "InternetGatewayId"),
        every,
    ),
    at_once(
        &egress_only_gateways::INFO,
        &[&egress_only_gateways::VPC_ID],
        (&DELETE_EGRESS_ONLY, "EgressOnlyInternetGatewayId"),
        every,
    ),
    at_once(&route_tables::INFO, &[&route_tables::VPC_ID], (&DELETE_ROUTE_TABLE, "RouteTableId"), |r| {
        !is(r, &route_tables::MAIN)
    }),
    at_once(&network_acls::INFO, &[&network_acls::VPC_ID], (&DELETE_NETWORK_ACL, "NetworkAclId"), |r| {
        !is(r, &network_acls::IS_DEFAULT)
    }),
    at_once(&security_groups::INFO, &[&security_groups::VPC_ID], (&DELETE_SECURITY_GROUP, "GroupId"), |r| {
        !is(r, &security_groups::IS_DEFAULT)
    }),
];

impl Part {
    /// Whether it is this kind.
    pub(super) fn is(&self, kind: &'static KindInfo) -> bool {
        std::ptr::eq(self.kind, kind)
    }
    /// `NAT gateways`, as it is said in a sentence.
    pub(super) fn plural(&self) -> String {
        format!("{}s", self.kind.singular)
    }
    /// Its rows in a VPC that go, or why they are not known.
    pub(super) fn rows<'a>(
        &self,
        cx: &ActionContext<'a>,
        vpc: &str,
        needs: &mut Vec<TableKey>,
    ) -> Result<Vec<&'a Record>, &'static str> {
        let found = match self.vpc {
            // Of interfaces there may be tens of thousands: AWS is asked for those of the VPC.
            [one] if self.is(&network_interfaces::INFO) => known_with(cx.store, cx.scope, self.kind, (one, vpc)),
            _ => whole(cx.store, cx.scope, self.kind),
        };
        match found {
            Known::Complete(table) => {
                let here = |r: &&Record| self.vpc.iter().any(|f| field(r, f) == Some(vpc)) && (self.goes)(r);
                Ok(live(table).map(|r| &**r).filter(here).collect())
            }
            Known::NotAsked(key) => {
                need(needs, key);
                Err("not loaded")
            }
            Known::Failed(word) => Err(word),
        }
    }
}
