//! The action `tags` of each kind that has tags.

use super::of;
use crate::kinds::action::Action;
use crate::kinds::ec2::{
    addresses, dhcp_options, egress_only_gateways, endpoints, flow_logs, images, instances, internet_gateways,
    key_pairs, launch_templates, nat_gateways, network_acls, network_interfaces, peerings, prefix_lists, route_tables,
    security_group_rules, security_groups, snapshots, subnets, transit_gateway_attachments, volumes, vpcs,
};

/// `tags` of instances.
pub static TAGS: Action = of(&instances::INFO);
/// `tags` of volumes.
pub static OF_VOLUMES: Action = of(&volumes::INFO);
/// `tags` of images: your own, and your own view of those that others share.
pub static OF_IMAGES: Action = of(&images::INFO);
/// `tags` of snapshots.
pub static OF_SNAPSHOTS: Action = of(&snapshots::INFO);
/// `tags` of launch templates.
pub static OF_LAUNCH_TEMPLATES: Action = of(&launch_templates::INFO);
/// `tags` of security groups.
pub static OF_SECURITY_GROUPS: Action = of(&security_groups::INFO);
/// `tags` of their rules.
pub static OF_RULES: Action = of(&security_group_rules::INFO);
/// `tags` of network interfaces.
pub static OF_INTERFACES: Action = of(&network_interfaces::INFO);
/// `tags` of Elastic IP addresses.
pub static OF_ADDRESSES: Action = of(&addresses::INFO);
/// `tags` of key pairs.
pub static OF_KEY_PAIRS: Action = of(&key_pairs::INFO);
/// `tags` of VPCs.
pub static OF_VPCS: Action = of(&vpcs::INFO);
/// `tags` of subnets.
pub static OF_SUBNETS: Action = of(&subnets::INFO);
/// `tags` of internet gateways.
pub static OF_INTERNET_GATEWAYS: Action = of(&internet_gateways::INFO);
/// `tags` of NAT gateways.
pub static OF_NAT_GATEWAYS: Action = of(&nat_gateways::INFO);
/// `tags` of egress-only internet gateways.
pub static OF_EGRESS_ONLY_GATEWAYS: Action = of(&egress_only_gateways::INFO);
/// `tags` of peering connections: each side has its own.
pub static OF_PEERINGS: Action = of(&peerings::INFO);
/// `tags` of attachments to transit gateways.
pub static OF_TRANSIT_GATEWAY_ATTACHMENTS: Action = of(&transit_gateway_attachments::INFO);
/// `tags` of VPC endpoints.
pub static OF_ENDPOINTS: Action = of(&endpoints::INFO);
/// `tags` of prefix lists.
pub static OF_PREFIX_LISTS: Action = of(&prefix_lists::INFO);
/// `tags` of sets of DHCP options.
pub static OF_DHCP_OPTIONS: Action = of(&dhcp_options::INFO);
/// `tags` of flow logs.
pub static OF_FLOW_LOGS: Action = of(&flow_logs::INFO);
/// `tags` of route tables.
pub static OF_ROUTE_TABLES: Action = of(&route_tables::INFO);
/// `tags` of network ACLs.
pub static OF_NETWORK_ACLS: Action = of(&network_acls::INFO);
