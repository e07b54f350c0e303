//! The sandbox's EC2: instances, networks, volumes, images, addresses.
//!
//! | module | what it owns |
//! |---|---|
//! | [`state`], [`mod@instance`] | the shapes of what a region has |
//! | [`mod@launch`], [`lifecycle`] | launch, start, stop, terminate, and what follows in time |
//! | [`load`] | how busy an instance is, as a function of id and moment |
//! | [`reach`] | whether a port of an instance answers |
//! | `default_region`, `demo`, `fleet` | what is there at the start |

mod acls;
mod actions;
mod addresses;
mod attributes;
mod checks;
mod client_token;
mod credits;
mod default_region;
pub(super) mod demo;
mod describe;
mod documented_filters;
mod filter;
pub(super) mod fleet;
pub mod gateways;
mod group_rules;
mod groups;
pub mod instance;
mod keys;
pub mod launch;
pub mod lifecycle;
pub mod load;
mod locations;
mod network;
mod page;
mod profiles;
pub mod reach;
pub mod regions;
pub mod routes;
mod run;
pub mod snapshots;
mod spot;
pub mod state;
mod status;
mod storage;
mod tags;
pub mod templates;
#[cfg(test)]
mod tests;
pub mod types;
mod unmodelled;
pub mod volume_changes;
pub mod volumes;
mod vpcs;

use arcstr::ArcStr;
use serde::{Deserialize, Serialize};

pub use actions::{Deed, by_alarm};
pub use instance::{Instance, InstanceState};
pub use launch::{LaunchRequest, VolumeRequest, launch};
pub use lifecycle::terminate;
pub use load::cpu_percent;
pub use state::State;

use crate::base::Time;
use crate::sandbox::wire::{ApiError, Call, Reply};
use crate::sandbox::world::World;

/// What will happen to instances. Each is void if the instance's epoch is another by then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the instance and its epoch, in each")]
pub enum Event {
    /// A launch or start is done.
    Running { id: ArcStr, epoch: u32 },
    /// A stop is done.
    Stopped { id: ArcStr, epoch: u32 },
    /// A termination is done.
    Terminated { id: ArcStr, epoch: u32 },
    /// It is no longer shown.
    Gone { id: ArcStr, epoch: u32 },
    /// A transition of something else than an instance is over: what it is by its id.
    Settle { id: ArcStr },
}

/// Lets an event happen at its moment.
pub(crate) fn apply_event(world: &mut World, region: &str, event: Event, now: Time) {
    if let Event::Settle { id } = &event {
        let shown = gateways::shown(world);
        let state = &mut world.region(region).ec2;
        if id.starts_with("nat-") {
            gateways::settle(state, id, now, shown);
        } else {
            volumes::settle(state, id);
        }
        return;
    }
    let (Event::Running { id, .. } | Event::Stopped { id, .. } | Event::Terminated { id, .. } | Event::Gone { id, .. }) =
        &event
    else {
        return;
    };
    let id = id.clone();
    lifecycle::apply_event(world, region, event, now);
    // Targets follow their instances.
    crate::sandbox::elbv2::instance_changed(world, region, &id, now);
}

/// An instance, terminated ones too as long as they are shown.
pub fn instance<'w>(world: &'w World, region: &str, id: &str) -> Option<&'w Instance> {
    world.peek(region)?.ec2.instances.get(id)
}

type Operation = fn(&mut World, &Call<'_>) -> Result<Reply, ApiError>;

/// Every operation that this EC2 knows.
const OPERATIONS: &[(&str, Operation)] = &[
    ("AllocateAddress", addresses::allocate),
    ("AssociateAddress", addresses::associate),
    ("AssociateRouteTable", routes::associate),
    ("AttachInternetGateway", gateways::attach_internet),
    ("AttachVolume", volumes::attach),
    ("AuthorizeSecurityGroupEgress", groups::authorize),
    ("AuthorizeSecurityGroupIngress", groups::authorize),
    ("CreateImage", snapshots::create_image),
    ("CreateInternetGateway", gateways::create_internet),
    ("CreateKeyPair", keys::create),
    ("CreateLaunchTemplate", templates::create),
    ("CreateLaunchTemplateVersion", templates::create_version),
    ("CreateNatGateway", gateways::create_nat),
    ("CreateNetworkAcl", acls::create),
    ("CreateNetworkAclEntry", acls::put_entry),
    ("CreateRoute", routes::put_route),
    ("CreateRouteTable", routes::create),
    ("CreateSecurityGroup", groups::create),
    ("CreateSnapshot", snapshots::create),
    ("CreateSubnet", vpcs::create_subnet),
    ("CreateTags", tags::create),
    ("CreateVolume", volumes::create),
    ("CreateVpc", vpcs::create_vpc),
    ("DeleteInternetGateway", gateways::delete_internet),
    ("DeleteKeyPair", keys::delete),
    ("DeleteLaunchTemplate", templates::delete),
    ("DeleteLaunchTemplateVersions", templates::delete_versions),
    ("DeleteNatGateway", gateways::delete_nat),
    ("DeleteNetworkAcl", acls::delete),
    ("DeleteNetworkAclEntry", acls::delete_entry),
    ("DeleteRoute", routes::delete_route),
    ("DeleteRouteTable", routes::delete),
    ("DeleteSecurityGroup", groups::delete),
    ("DeleteSnapshot", snapshots::delete),
    ("DeleteSubnet", vpcs::delete_subnet),
    ("DeleteTags", tags::delete),
    ("DeleteVolume", volumes::delete),
    ("DeleteVpc", vpcs::delete_vpc),
    ("DeregisterImage", snapshots::deregister),
    ("DescribeAccountAttributes", locations::account),
    ("DescribeAddresses", addresses::describe),
    ("DescribeAvailabilityZones", locations::zones),
    ("DescribeDhcpOptions", locations::dhcp),
    ("DescribeIamInstanceProfileAssociations", profiles::describe),
    ("DescribeImages", storage::images),
    ("DescribeInstanceAttribute", attributes::describe),
    ("DescribeInstanceCreditSpecifications", credits::describe),
    ("DescribeInstanceStatus", status::describe),
    ("DescribeInstanceTypeOfferings", locations::offerings),
    ("DescribeInstanceTypes", locations::types),
    ("DescribeInstances", describe::instances),
    ("DescribeInternetGateways", gateways::describe_internet),
    ("DescribeKeyPairs", storage::key_pairs),
    ("DescribeLaunchTemplateVersions", templates::describe_versions),
    ("DescribeLaunchTemplates", templates::describe),
    ("DescribeNatGateways", gateways::describe_nat),
    ("DescribeNetworkAcls", acls::describe),
    ("DescribeNetworkInterfaces", network::interfaces),
    ("DescribeRegions", locations::regions),
    ("DescribeRouteTables", routes::describe),
    ("DescribeSecurityGroupRules", groups::rules),
    ("DescribeSecurityGroups", groups::describe),
    ("DescribeSnapshots", snapshots::describe),
    ("DescribeSpotInstanceRequests", spot::spot_requests),
    ("DescribeSubnets", network::subnets),
    ("DescribeTags", tags::describe),
    ("DescribeVolumeStatus", volumes::status),
    ("DescribeVolumes", storage::volumes),
    ("DescribeVolumesModifications", volume_changes::modifications),
    ("DescribeVpcAttribute", vpcs::vpc_attribute),
    ("DescribeVpcs", network::vpcs),
    ("DetachInternetGateway", gateways::detach_internet),
    ("DetachVolume", volumes::detach),
    ("DisassociateAddress", addresses::disassociate),
    ("DisassociateRouteTable", routes::disassociate),
    ("GetConsoleOutput", attributes::console_output),
    ("ImportKeyPair", keys::import),
    ("ModifyInstanceAttribute", attributes::modify),
    ("ModifyInstanceMetadataOptions", attributes::modify_metadata),
    ("ModifyLaunchTemplate", templates::modify),
    ("ModifySecurityGroupRules", group_rules::modify),
    ("ModifySubnetAttribute", vpcs::modify_subnet),
    ("ModifyVolume", volume_changes::modify),
    ("ModifyVpcAttribute", vpcs::modify_vpc),
    ("MonitorInstances", actions::monitor),
    ("RebootInstances", actions::reboot),
    ("ReleaseAddress", addresses::release),
    ("ReplaceNetworkAclAssociation", acls::replace_association),
    ("ReplaceNetworkAclEntry", acls::put_entry),
    ("ReplaceRoute", routes::put_route),
    ("ReplaceRouteTableAssociation", routes::replace_association),
    ("ResetInstanceAttribute", attributes::reset),
    ("RevokeSecurityGroupEgress", groups::revoke),
    ("RevokeSecurityGroupIngress", groups::revoke),
    ("RunInstances", run::run),
    ("StartInstances", actions::start),
    ("StopInstances", actions::stop),
    ("TerminateInstances", actions::terminate),
    ("UnmonitorInstances", actions::monitor),
    ("UpdateSecurityGroupRuleDescriptionsEgress", group_rules::describe_anew),
    ("UpdateSecurityGroupRuleDescriptionsIngress", group_rules::describe_anew),
];

/// Answers one call.
pub(crate) fn answer(world: &mut World, call: &Call<'_>) -> Reply {
    let Some((name, operation)) = OPERATIONS.iter().find(|(name, _)| *name == call.operation) else {
        return match unmodelled::describe(call) {
            Some(answer) => answer.unwrap_or_else(|e| call.fail(&e)),
            None => call.unknown_operation(),
        };
    };
    // Reading operations have nothing to check before they say that they would have succeeded.
    let early = if name.starts_with("Describe") { dry_run(call) } else { Ok(()) };
    early.and_then(|()| operation(world, call)).unwrap_or_else(|e| call.fail(&e))
}

/// Ends a dry run: everything is checked, nothing is done yet.
///
/// # Errors
/// `DryRunOperation` if the request says `DryRun`.
fn dry_run(call: &Call<'_>) -> Result<(), ApiError> {
    if call.params.bool("DryRun")?.unwrap_or(false) {
        let message = "Request would have succeeded, but DryRun flag is set.";
        return Err(ApiError::new("DryRunOperation", message).status(412));
    }
    Ok(())
}
