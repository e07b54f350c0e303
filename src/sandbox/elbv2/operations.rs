//! The operations of Elastic Load Balancing by name, and their dispatch.

use super::{balancers, describe, listeners, tagging, target_groups, targets};
use crate::sandbox::wire::{ApiError, Call, Reply};
use crate::sandbox::world::World;

/// Answers one call.
pub(crate) fn answer(world: &mut World, call: &Call<'_>) -> Reply {
    answered(world, call).unwrap_or_else(|e| call.fail(&e))
}

fn answered(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    call.refuse(&NOT_HERE)?;
    // What is touched for the first time is made.
    world.region(&call.region);
    let Some(state) = world.peek(&call.region).map(|r| &r.elbv2) else { return Ok(call.unknown_operation()) };
    match call.operation.as_str() {
        "DescribeLoadBalancers" => describe::load_balancers(world, state, call),
        "DescribeTargetGroups" => describe::target_groups(state, call),
        "DescribeTargetHealth" => targets::describe_health(world, call),
        "DescribeListeners" => describe::listeners(state, call),
        "DescribeRules" => describe::rules(state, call),
        "DescribeTags" => describe::tags(state, call),
        "DescribeLoadBalancerAttributes" => describe::load_balancer_attributes(state, call),
        "DescribeTargetGroupAttributes" => describe::target_group_attributes(state, call),
        "DescribeListenerCertificates" => describe::listener_certificates(state, call),
        "DescribeListenerAttributes" => describe::listener_attributes(state, call),
        "DescribeSSLPolicies" => describe::ssl_policies(call),
        "DescribeAccountLimits" => describe::account_limits(call),
        "RegisterTargets" => targets::register(world, call),
        "DeregisterTargets" => targets::deregister(world, call),
        "CreateLoadBalancer" => balancers::create_load_balancer(world, call),
        "DeleteLoadBalancer" => balancers::delete_load_balancer(world, call),
        "ModifyLoadBalancerAttributes" => balancers::modify_load_balancer_attributes(world, call),
        "CreateTargetGroup" => target_groups::create_target_group(world, call),
        "ModifyTargetGroup" => target_groups::modify_target_group(world, call),
        "ModifyTargetGroupAttributes" => target_groups::modify_target_group_attributes(world, call),
        "DeleteTargetGroup" => target_groups::delete_target_group(world, call),
        "CreateListener" => listeners::create_listener(world, call),
        "DeleteListener" => listeners::delete_listener(world, call),
        "ModifyListener" => listeners::modify_listener(world, call),
        "CreateRule" => listeners::create_rule(world, call),
        "ModifyRule" => listeners::modify_rule(world, call),
        "DeleteRule" => listeners::delete_rule(world, call),
        "SetRulePriorities" => listeners::set_priorities(world, call),
        "SetSubnets" => balancers::set_subnets(world, call),
        "SetSecurityGroups" => balancers::set_security_groups(world, call),
        "SetIpAddressType" => balancers::set_ip_address_type(world, call),
        "AddTags" => tagging::add_tags(world, call),
        "RemoveTags" => tagging::remove_tags(world, call),
        _ => Ok(call.unknown_operation()),
    }
}

/// What is not done here, with the value that asks for nothing: refused instead of passed over.
#[rustfmt::skip]
const NOT_HERE: [(&[&str], &str, &str); 17] = [
    (&["CreateListener", "ModifyListener"], "AlpnPolicy", ""),
    (&["CreateListener", "ModifyListener"], "MutualAuthentication.Mode", "off"),
    (&["CreateLoadBalancer"], "CustomerOwnedIpv4Pool", ""),
    (&["CreateLoadBalancer"], "IpamPools", ""),
    (&["CreateLoadBalancer", "SetSubnets"], "EnablePrefixForIpv6SourceNat", "off"),
    (&["CreateLoadBalancer", "SetSubnets"], "SubnetMappings.*.IPv6Address", ""),
    (&["CreateLoadBalancer", "SetSubnets"], "SubnetMappings.*.SourceNatIpv6Prefix", ""),
    (&["SetSecurityGroups"], "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic", "on"),
    (&["CreateRule", "ModifyRule"], "Transforms", ""),
    (&["ModifyRule"], "ResetTransforms", "false"),
    (&["CreateTargetGroup"], "TargetControlPort", ""),
    (&["CreateTargetGroup"], "IpAddressType", "ipv4"),
    (&["CreateTargetGroup", "ModifyTargetGroup"], "Matcher.GrpcCode", ""),
    // Health checks of instances and addresses are always on. [AWS: CreateTargetGroup]
    (&["CreateTargetGroup", "ModifyTargetGroup"], "HealthCheckEnabled", "true"),
    (&["RegisterTargets", "DeregisterTargets", "DescribeTargetHealth"], "Targets.*.QuicServerId", ""),
    (&["CreateListener", "ModifyListener"], "DefaultActions.*.JwtValidationConfig", ""),
    (&["CreateRule", "ModifyRule"], "Actions.*.JwtValidationConfig", ""),
];
