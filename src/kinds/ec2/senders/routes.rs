//! Makes, replaces and deletes routes, and makes, deletes and associates route tables.

use aws_sdk_ec2::operation::RequestId;
use futures::future::FutureExt;

use super::tags::tag_specification;
use crate::base::Fault;
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, of_one_id, sent};
use crate::model::{Operation, Retry, Service};

/// The table that `CreateRouteTable` makes.
pub const TABLE_ID: &str = "RouteTable.RouteTableId";
/// The association that `AssociateRouteTable` makes.
pub const TABLE_ASSOCIATION: &str = "AssociationId";
/// The association that takes the place of another: of a route table, and of a network ACL.
pub const NEW_ASSOCIATION: &str = "NewAssociationId";

/// `CreateRouteTable`, with a client token.
pub static CREATE_ROUTE_TABLE: Sender = Sender {
    op: Operation::write(Service::Ec2, "CreateRouteTable", Retry::Token).with_dry_run().with_outputs(&[TABLE_ID]),
    send: |s| create_table(s).boxed(),
};

async fn create_table(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (vpc, token) = (args.text("VpcId")?, args.text("ClientToken")?);
    let tags = args.maybe_list("TagSpecifications", tag_specification)?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.create_route_table().vpc_id(vpc).client_token(token).set_tag_specifications(tags);
    let out = deliver!(s, request.set_dry_run(dry))?;
    let id = out.route_table().and_then(|t| t.route_table_id());
    Ok(sent(out.request_id(), id.unwrap_or_default().to_string()).with(TABLE_ID, id))
}

of_one_id! {
    /// `DeleteRouteTable`: sent twice, the second is refused (InvalidRouteTableID.NotFound).
    DELETE_ROUTE_TABLE:
        Operation::write(Service::Ec2, "DeleteRouteTable", Retry::Never).with_dry_run(),
        delete_route_table.route_table_id("RouteTableId");
}

/// Declares an operation that says where a route of a table leads.
macro_rules! puts_route {
    ($doc:literal, $name:ident, $operation:literal, $send:ident, $client:ident) => {
        #[doc = $doc]
        pub static $name: Sender = Sender {
            op: Operation::write(Service::Ec2, $operation, Retry::Never).with_dry_run(),
            send: |s| $send(s).boxed(),
        };

        async fn $send(s: Outgoing) -> Result<Answer, Fault> {
            let mut args = Args::of(&s.call);
            let table = args.text("RouteTableId")?;
            let four = args.maybe_text("DestinationCidrBlock")?;
            let six = args.maybe_text("DestinationIpv6CidrBlock")?;
            let list = args.maybe_text("DestinationPrefixListId")?;
            let mut target = |name: &str| args.maybe_text(name);
            let gateway = target("GatewayId")?;
            let nat = target("NatGatewayId")?;
            let peering = target("VpcPeeringConnectionId")?;
            let transit = target("TransitGatewayId")?;
            let egress_only = target("EgressOnlyInternetGatewayId")?;
            let instance = target("InstanceId")?;
            let interface = target("NetworkInterfaceId")?;
            let endpoint = target("VpcEndpointId")?;
            let local = target("LocalGatewayId")?;
            let carrier = target("CarrierGatewayId")?;
            let core = target("CoreNetworkArn")?;
            args.end()?;
            let dry = s.dry_run()?;
            let client = s.gateway.ec2(&s.call.scope).await?;
            let request = client
                .$client()
                .route_table_id(table)
                .set_destination_cidr_block(four)
                .set_destination_ipv6_cidr_block(six)
                .set_destination_prefix_list_id(list)
                .set_gateway_id(gateway)
                .set_nat_gateway_id(nat)
                .set_vpc_peering_connection_id(peering)
                .set_transit_gateway_id(transit)
                .set_egress_only_internet_gateway_id(egress_only)
                .set_instance_id(instance)
                .set_network_interface_id(interface)
                .set_vpc_endpoint_id(endpoint)
                .set_local_gateway_id(local)
                .set_carrier_gateway_id(carrier)
                .set_core_network_arn(core)
                .set_dry_run(dry);
            let out = deliver!(s, request)?;
            Ok(sent(out.request_id(), String::new()))
        }
    };
}

puts_route!(
    "`CreateRoute`: sent twice, the second is refused (RouteAlreadyExists).",
    CREATE_ROUTE,
    "CreateRoute",
    create_route,
    create_route
);
puts_route!(
    "`ReplaceRoute`: the route has to be there (InvalidRoute.NotFound).",
    REPLACE_ROUTE,
    "ReplaceRoute",
    replace_route,
    replace_route
);

/// `DeleteRoute`: sent twice, the second is refused (InvalidRoute.NotFound).
pub static DELETE_ROUTE: Sender = Sender {
    op: Operation::write(Service::Ec2, "DeleteRoute", Retry::Never).with_dry_run(),
    send: |s| delete_route(s).boxed(),
};

async fn delete_route(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let table = args.text("RouteTableId")?;
    let four = args.maybe_text("DestinationCidrBlock")?;
    let six = args.maybe_text("DestinationIpv6CidrBlock")?;
    let list = args.maybe_text("DestinationPrefixListId")?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.delete_route().route_table_id(table).set_destination_cidr_block(four);
    let request = request.set_destination_ipv6_cidr_block(six).set_destination_prefix_list_id(list).set_dry_run(dry);
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), String::new()))
}

/// `AssociateRouteTable`: the same again is the same association.
pub static ASSOCIATE_ROUTE_TABLE: Sender = Sender {
    op: Operation::write(Service::Ec2, "AssociateRouteTable", Retry::Safe)
        .with_dry_run()
        .with_outputs(&[TABLE_ASSOCIATION]),
    send: |s| associate(s).boxed(),
};

async fn associate(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (table, subnet) = (args.text("RouteTableId")?, args.text("SubnetId")?);
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.associate_route_table().route_table_id(table).subnet_id(subnet).set_dry_run(dry);
    let out = deliver!(s, request)?;
    let id = out.association_id();
    Ok(sent(out.request_id(), id.unwrap_or_default().to_string()).with(TABLE_ASSOCIATION, id))
}

of_one_id! {
    /// `DisassociateRouteTable`: sent twice, the second is refused (InvalidAssociationID.NotFound).
    DISASSOCIATE_ROUTE_TABLE:
        Operation::write(Service::Ec2, "DisassociateRouteTable", Retry::Never).with_dry_run(),
        disassociate_route_table.association_id("AssociationId");
}

/// `ReplaceRouteTableAssociation`: the association is another one afterwards, so that the second of two is refused
/// (InvalidAssociationID.NotFound).
pub static REPLACE_ROUTE_TABLE_ASSOCIATION: Sender = Sender {
    op: Operation::write(Service::Ec2, "ReplaceRouteTableAssociation", Retry::Never)
        .with_dry_run()
        .with_outputs(&[NEW_ASSOCIATION]),
    send: |s| replace_association(s).boxed(),
};

async fn replace_association(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (id, table) = (args.text("AssociationId")?, args.text("RouteTableId")?);
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.replace_route_table_association().association_id(id).route_table_id(table).set_dry_run(dry);
    let out = deliver!(s, request)?;
    let id = out.new_association_id();
    Ok(sent(out.request_id(), id.unwrap_or_default().to_string()).with(NEW_ASSOCIATION, id))
}
