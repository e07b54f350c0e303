//! What the typed inputs say about `DryRun`. A name is looked up with its own type: an input of another type, or an operation
//! that is not here, says nothing, and the guard then treats it as the write that it is.

use aws_sdk_ec2::operation as op;
use aws_smithy_runtime_api::client::interceptors::context::Input;

macro_rules! table {
    ($($name:literal => $module:ident::$type:ident,)*) => {
        /// The input's `dry_run`, or `None` if it is not known to have one.
        pub(super) fn dry_run(name: &str, input: &Input) -> Option<bool> {
            match name {
                $($name => input.downcast_ref::<op::$module::$type>()?.dry_run,)*
                _ => None,
            }
        }

        /// The operations whose dry run the guard can recognise.
        #[cfg(test)]
        pub(crate) const KNOWN: &[&str] = &[$($name),*];
    };
}

table! {
    "AcceptVpcPeeringConnection" => accept_vpc_peering_connection::AcceptVpcPeeringConnectionInput,
    "AllocateAddress" => allocate_address::AllocateAddressInput,
    "AssociateAddress" => associate_address::AssociateAddressInput,
    "AssociateRouteTable" => associate_route_table::AssociateRouteTableInput,
    "AttachInternetGateway" => attach_internet_gateway::AttachInternetGatewayInput,
    "AttachNetworkInterface" => attach_network_interface::AttachNetworkInterfaceInput,
    "AttachVolume" => attach_volume::AttachVolumeInput,
    "AuthorizeSecurityGroupEgress" => authorize_security_group_egress::AuthorizeSecurityGroupEgressInput,
    "AuthorizeSecurityGroupIngress" => authorize_security_group_ingress::AuthorizeSecurityGroupIngressInput,
    "CancelSpotInstanceRequests" => cancel_spot_instance_requests::CancelSpotInstanceRequestsInput,
    "CopyImage" => copy_image::CopyImageInput,
    "CopySnapshot" => copy_snapshot::CopySnapshotInput,
    "CreateDefaultVpc" => create_default_vpc::CreateDefaultVpcInput,
    "CreateImage" => create_image::CreateImageInput,
    "CreateInternetGateway" => create_internet_gateway::CreateInternetGatewayInput,
    "CreateKeyPair" => create_key_pair::CreateKeyPairInput,
    "CreateLaunchTemplate" => create_launch_template::CreateLaunchTemplateInput,
    "CreateLaunchTemplateVersion" => create_launch_template_version::CreateLaunchTemplateVersionInput,
    "CreateNatGateway" => create_nat_gateway::CreateNatGatewayInput,
    "CreateNetworkAcl" => create_network_acl::CreateNetworkAclInput,
    "CreateNetworkAclEntry" => create_network_acl_entry::CreateNetworkAclEntryInput,
    "CreateNetworkInterface" => create_network_interface::CreateNetworkInterfaceInput,
    "CreateRoute" => create_route::CreateRouteInput,
    "CreateRouteTable" => create_route_table::CreateRouteTableInput,
    "CreateSecurityGroup" => create_security_group::CreateSecurityGroupInput,
    "CreateSnapshot" => create_snapshot::CreateSnapshotInput,
    "CreateSnapshots" => create_snapshots::CreateSnapshotsInput,
    "CreateSubnet" => create_subnet::CreateSubnetInput,
    "CreateTags" => create_tags::CreateTagsInput,
    "CreateVolume" => create_volume::CreateVolumeInput,
    "CreateVpc" => create_vpc::CreateVpcInput,
    "CreateVpcPeeringConnection" => create_vpc_peering_connection::CreateVpcPeeringConnectionInput,
    "DeleteInternetGateway" => delete_internet_gateway::DeleteInternetGatewayInput,
    "DeleteKeyPair" => delete_key_pair::DeleteKeyPairInput,
    "DeleteLaunchTemplate" => delete_launch_template::DeleteLaunchTemplateInput,
    "DeleteLaunchTemplateVersions" => delete_launch_template_versions::DeleteLaunchTemplateVersionsInput,
    "DeleteNatGateway" => delete_nat_gateway::DeleteNatGatewayInput,
    "DeleteNetworkAcl" => delete_network_acl::DeleteNetworkAclInput,
    "DeleteNetworkAclEntry" => delete_network_acl_entry::DeleteNetworkAclEntryInput,
    "DeleteNetworkInterface" => delete_network_interface::DeleteNetworkInterfaceInput,
    "DeleteRoute" => delete_route::DeleteRouteInput,
    "DeleteRouteTable" => delete_route_table::DeleteRouteTableInput,
    "DeleteSecurityGroup" => delete_security_group::DeleteSecurityGroupInput,
    "DeleteSnapshot" => delete_snapshot::DeleteSnapshotInput,
    "DeleteSubnet" => delete_subnet::DeleteSubnetInput,
    "DeleteTags" => delete_tags::DeleteTagsInput,
    "DeleteVolume" => delete_volume::DeleteVolumeInput,
    "DeleteVpc" => delete_vpc::DeleteVpcInput,
    "DeleteVpcPeeringConnection" => delete_vpc_peering_connection::DeleteVpcPeeringConnectionInput,
    "DeregisterImage" => deregister_image::DeregisterImageInput,
    "DetachInternetGateway" => detach_internet_gateway::DetachInternetGatewayInput,
    "DetachNetworkInterface" => detach_network_interface::DetachNetworkInterfaceInput,
    "DetachVolume" => detach_volume::DetachVolumeInput,
    "DisassociateAddress" => disassociate_address::DisassociateAddressInput,
    "DisassociateRouteTable" => disassociate_route_table::DisassociateRouteTableInput,
    "ImportKeyPair" => import_key_pair::ImportKeyPairInput,
    "ModifyImageAttribute" => modify_image_attribute::ModifyImageAttributeInput,
    "ModifyInstanceAttribute" => modify_instance_attribute::ModifyInstanceAttributeInput,
    "ModifyInstanceCreditSpecification" => modify_instance_credit_specification::ModifyInstanceCreditSpecificationInput,
    "ModifyInstanceEventStartTime" => modify_instance_event_start_time::ModifyInstanceEventStartTimeInput,
    "ModifyInstanceMetadataOptions" => modify_instance_metadata_options::ModifyInstanceMetadataOptionsInput,
    "ModifyLaunchTemplate" => modify_launch_template::ModifyLaunchTemplateInput,
    "ModifyNetworkInterfaceAttribute" => modify_network_interface_attribute::ModifyNetworkInterfaceAttributeInput,
    "ModifySecurityGroupRules" => modify_security_group_rules::ModifySecurityGroupRulesInput,
    "ModifySnapshotAttribute" => modify_snapshot_attribute::ModifySnapshotAttributeInput,
    "ModifyVolume" => modify_volume::ModifyVolumeInput,
    "ModifyVolumeAttribute" => modify_volume_attribute::ModifyVolumeAttributeInput,
    "MonitorInstances" => monitor_instances::MonitorInstancesInput,
    "RebootInstances" => reboot_instances::RebootInstancesInput,
    "RegisterImage" => register_image::RegisterImageInput,
    "RejectVpcPeeringConnection" => reject_vpc_peering_connection::RejectVpcPeeringConnectionInput,
    "ReleaseAddress" => release_address::ReleaseAddressInput,
    "ReplaceNetworkAclAssociation" => replace_network_acl_association::ReplaceNetworkAclAssociationInput,
    "ReplaceNetworkAclEntry" => replace_network_acl_entry::ReplaceNetworkAclEntryInput,
    "ReplaceRoute" => replace_route::ReplaceRouteInput,
    "ReplaceRouteTableAssociation" => replace_route_table_association::ReplaceRouteTableAssociationInput,
    "ResetInstanceAttribute" => reset_instance_attribute::ResetInstanceAttributeInput,
    "RevokeSecurityGroupEgress" => revoke_security_group_egress::RevokeSecurityGroupEgressInput,
    "RevokeSecurityGroupIngress" => revoke_security_group_ingress::RevokeSecurityGroupIngressInput,
    "RunInstances" => run_instances::RunInstancesInput,
    "SendDiagnosticInterrupt" => send_diagnostic_interrupt::SendDiagnosticInterruptInput,
    "StartInstances" => start_instances::StartInstancesInput,
    "StopInstances" => stop_instances::StopInstancesInput,
    "TerminateInstances" => terminate_instances::TerminateInstancesInput,
    "UnmonitorInstances" => unmonitor_instances::UnmonitorInstancesInput,
    "UpdateSecurityGroupRuleDescriptionsEgress" => update_security_group_rule_descriptions_egress::UpdateSecurityGroupRuleDescriptionsEgressInput,
    "UpdateSecurityGroupRuleDescriptionsIngress" => update_security_group_rule_descriptions_ingress::UpdateSecurityGroupRuleDescriptionsIngressInput,
}
