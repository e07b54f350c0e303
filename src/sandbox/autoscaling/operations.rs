//! The operations of EC2 Auto Scaling by name, and their dispatch.

use super::{attachments, describe, errors, groups, hooks, members, policies, refresh, schedule};
use crate::sandbox::wire::{ApiError, Call, Reply};
use crate::sandbox::world::World;

/// Answers one call.
pub(crate) fn answer(world: &mut World, call: &Call<'_>) -> Reply {
    answered(world, call).unwrap_or_else(|e| call.fail(&e))
}

fn answered(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.refuse(&NOT_HERE)?;
    let state = &world.region(&call.region).autoscaling;
    match call.operation.as_str() {
        "DescribeAutoScalingGroups" => describe::groups(state, call),
        "DescribeAutoScalingInstances" => describe::instances(state, call),
        "DescribeScalingActivities" => describe::activities(state, call),
        "DescribePolicies" => describe::policies(state, call),
        "DescribeScheduledActions" => describe::scheduled_actions(state, call),
        "DescribeLifecycleHooks" => describe::lifecycle_hooks(state, call),
        "DescribeTags" => describe::tags(state, call),
        "DescribeLoadBalancerTargetGroups" => describe::target_groups(state, call),
        "DescribeTrafficSources" => describe::traffic_sources(state, call),
        "DescribeScalingProcessTypes" => Ok(describe::process_types(call)),
        "DescribeTerminationPolicyTypes" => Ok(describe::termination_policy_types(call)),
        "DescribeAdjustmentTypes" => Ok(describe::adjustment_types(call)),
        "DescribeAutoScalingNotificationTypes" => Ok(describe::notification_types(call)),
        "DescribeLifecycleHookTypes" => Ok(describe::lifecycle_hook_types(call)),
        "DescribeMetricCollectionTypes" => Ok(describe::metric_collection_types(call)),
        "DescribeNotificationConfigurations" => Ok(describe::notifications(call)),
        "DescribeAccountLimits" => Ok(describe::account_limits(state, call)),
        "DescribeInstanceRefreshes" => refresh::describe(world, call),
        "DescribeWarmPool" => describe::none_of(state, call, "Instances"),
        "DescribeLoadBalancers" => describe::none_of(state, call, "LoadBalancers"),
        "CreateAutoScalingGroup" => groups::create(world, call),
        "UpdateAutoScalingGroup" => groups::update(world, call),
        "DeleteAutoScalingGroup" => groups::delete(world, call),
        "SetDesiredCapacity" => groups::set_desired(world, call),
        "SuspendProcesses" => groups::suspend(world, call, false),
        "ResumeProcesses" => groups::suspend(world, call, true),
        "EnableMetricsCollection" => groups::metrics(world, call, true),
        "DisableMetricsCollection" => groups::metrics(world, call, false),
        "CreateOrUpdateTags" => attachments::create_tags(world, call),
        "DeleteTags" => attachments::delete_tags(world, call),
        "AttachLoadBalancerTargetGroups" | "AttachTrafficSources" => attachments::attach_target_groups(world, call),
        "DetachLoadBalancerTargetGroups" | "DetachTrafficSources" => attachments::detach_target_groups(world, call),
        "PutLifecycleHook" => hooks::put(world, call),
        "DeleteLifecycleHook" => hooks::delete(world, call),
        "StartInstanceRefresh" => refresh::start(world, call),
        "CancelInstanceRefresh" => refresh::cancel(world, call),
        "RecordLifecycleActionHeartbeat" => hooks::heartbeat(world, call),
        "DescribeLaunchConfigurations" => Ok(describe::launch_configurations(call)),
        "CreateLaunchConfiguration" => Err(errors::no_launch_configurations()),
        "CompleteLifecycleAction" => hooks::complete(world, call),
        "PutScheduledUpdateGroupAction" => schedule::put(world, call),
        "DeleteScheduledAction" => schedule::delete(world, call),
        "TerminateInstanceInAutoScalingGroup" => members::terminate(world, call),
        "EnterStandby" => members::enter_standby(world, call),
        "ExitStandby" => members::exit_standby(world, call),
        "AttachInstances" => members::attach(world, call),
        "DetachInstances" => members::detach(world, call),
        "SetInstanceHealth" => members::set_health(world, call),
        "SetInstanceProtection" => members::set_protection(world, call),
        "PutScalingPolicy" => policies::put(world, call),
        "DeletePolicy" => policies::delete(world, call),
        "ExecutePolicy" => policies::execute(world, call),
        _ => Ok(call.unknown_operation()),
    }
}

const GROUPS: &[&str] = &["CreateAutoScalingGroup", "UpdateAutoScalingGroup"];
const REFRESH: &[&str] = &["StartInstanceRefresh"];

/// What is not done here, with the value that asks for nothing: refused instead of passed over.
#[rustfmt::skip]
const NOT_HERE: [(&[&str], &str, &str); 30] = [
    (GROUPS, "LaunchConfigurationName", ""),
    (GROUPS, "MixedInstancesPolicy.LaunchTemplate.Overrides", ""),
    (GROUPS, "MixedInstancesPolicy.InstancesDistribution", ""),
    (GROUPS, "AvailabilityZoneIds", ""),
    (GROUPS, "AvailabilityZoneDistribution.CapacityDistributionStrategy", "balanced-best-effort"),
    (GROUPS, "AvailabilityZoneImpairmentPolicy", ""),
    (GROUPS, "CapacityReservationSpecification.CapacityReservationPreference", "default"),
    (GROUPS, "CapacityReservationSpecification.CapacityReservationTarget", ""),
    (GROUPS, "Context", ""),
    (GROUPS, "DeletionProtection", "none"),
    (GROUPS, "DesiredCapacityType", "units"),
    (GROUPS, "InstanceLifecyclePolicy", ""),
    (GROUPS, "InstanceMaintenancePolicy", ""),
    (GROUPS, "LoadBalancerNames", ""),
    (GROUPS, "Operator", ""),
    (GROUPS, "PlacementGroup", ""),
    (GROUPS, "ServiceLinkedRoleARN", ""),
    (&["PutScalingPolicy"], "MinAdjustmentStep", ""),
    (&["PutScalingPolicy"], "PredictiveScalingConfiguration", ""),
    (&["PutScalingPolicy"], "TargetTrackingConfiguration.CustomizedMetricSpecification", ""),
    (&["CancelInstanceRefresh"], "WaitForTransitioningInstances", "true"),
    (REFRESH, "DesiredConfiguration.MixedInstancesPolicy.LaunchTemplate.Overrides", ""),
    (REFRESH, "DesiredConfiguration.MixedInstancesPolicy.InstancesDistribution", ""),
    (REFRESH, "Preferences.AlarmSpecification", ""),
    (REFRESH, "Preferences.AutoRollback", "false"),
    (REFRESH, "Preferences.BakeTime", "0"),
    (REFRESH, "Preferences.CheckpointPercentages", ""),
    (REFRESH, "Preferences.MaxHealthyPercentage", "100"),
    (REFRESH, "Preferences.ScaleInProtectedInstances", "Ignore"),
    (REFRESH, "Preferences.StandbyInstances", "Ignore"),
];
