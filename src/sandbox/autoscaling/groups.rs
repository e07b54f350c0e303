//! Creating, changing and deleting groups; their tags, hooks, processes, target groups and scheduled actions.

use std::collections::BTreeMap;

use super::activity::reason;
use super::errors::{
    Outcome, check_size, count, in_progress, in_use, known_group, missing, processes, required, required_count,
    validation,
};
use super::state::{Group, Lifecycle, Place, Template};
use super::{cloudwatch_port, ec2_port, elbv2_port, hooks, reconcile};
use crate::base::Time;
use crate::sandbox::wire::{ApiError, Call, Params, Reply};
use crate::sandbox::world::World;

/// For answers with nothing in them.
pub(super) fn done(call: &Call<'_>) -> Reply {
    call.query(|_| {})
}

pub(super) fn tag_of(one: &Params) -> Outcome<(String, (String, bool))> {
    let key = one.text("Key").filter(|k| !k.is_empty()).ok_or_else(|| missing("Key"))?;
    if key.to_ascii_lowercase().starts_with("aws:") {
        return Err(validation("Tag keys starting with 'aws:' are reserved for internal use"));
    }
    let value = one.text("Value").unwrap_or_default().to_string();
    Ok((key.to_string(), (value, one.bool("PropagateAtLaunch")?.unwrap_or(false))))
}

/// The template that a request names, or the one that an instance was made with.
fn template_of(world: &mut World, call: &Call<'_>) -> Outcome<Option<Template>> {
    match template_in(world, call, &call.params)? {
        Some(template) => Ok(Some(template)),
        None => match call.params.text("InstanceId") {
            Some(instance) => {
                ec2_port::template_from(world, &call.region, instance, call.now).map(Some).map_err(validation)
            }
            None => Ok(None),
        },
    }
}

/// The template that a part of a request names, on its own or in a mixed instances policy.
pub(super) fn template_in(world: &mut World, call: &Call<'_>, p: &Params) -> Outcome<Option<Template>> {
    let nested = "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification";
    let Some(named) = p.node("LaunchTemplate").or_else(|| p.node(nested)) else { return Ok(None) };
    if named.text("LaunchTemplateId").is_some() == named.text("LaunchTemplateName").is_some() {
        return Err(validation("Valid requests must contain either launchTemplateId or LaunchTemplateName"));
    }
    let unfit = |e: ApiError| validation(format!("You must use a valid fully-formed launch template. {}", e.message));
    ec2_port::template_named(world, &call.region, named).map(Some).map_err(unfit)
}

/// The subnets of `VPCZoneIdentifier`, or the default subnets of `AvailabilityZones`.
fn places_of(world: &mut World, call: &Call<'_>) -> Outcome<Option<Vec<Place>>> {
    let (p, region) = (&call.params, call.region.as_str());
    if let Some(list) = p.text("VPCZoneIdentifier").filter(|l| !l.is_empty()) {
        let mut out = Vec::new();
        for subnet in list.split(',').map(str::trim) {
            let Some(zone) = ec2_port::zone_of(world, region, subnet) else {
                return Err(validation(format!("The subnet ID '{subnet}' does not exist")));
            };
            out.push(Place { subnet: subnet.to_string(), zone });
        }
        return Ok(Some(out));
    }
    let zones = p.texts("AvailabilityZones");
    if zones.is_empty() {
        return Ok(None);
    }
    let mut out = Vec::new();
    for zone in zones {
        let Some(subnet) = ec2_port::default_subnet(world, region, zone) else {
            return Err(validation(format!(
                "The availability zones of the specified subnets and the AutoScalingGroup do not match: '{zone}'"
            )));
        };
        out.push(Place { subnet, zone: zone.to_string() });
    }
    Ok(Some(out))
}

pub(super) fn target_groups_of(world: &World, call: &Call<'_>) -> Outcome<Vec<String>> {
    let mut arns = call.params.texts("TargetGroupARNs");
    arns.extend(call.params.list("TrafficSources").into_iter().filter_map(|t| t.text("Identifier")));
    if arns.iter().any(|arn| !elbv2_port::target_group_exists(world, &call.region, arn)) {
        return Err(validation("Provided Target Groups may not be valid. Please ensure they exist and try again."));
    }
    Ok(arns.into_iter().map(str::to_string).collect())
}

/// What create and update have in common, written over `group`.
fn read_settings(call: &Call<'_>, group: &mut Group) -> Outcome<()> {
    let p = &call.params;
    group.cooldown = count(call, "DefaultCooldown")?.unwrap_or(group.cooldown);
    group.grace = count(call, "HealthCheckGracePeriod")?.unwrap_or(group.grace);
    match p.text("HealthCheckType") {
        None => {}
        Some(kinds) => {
            if let Some(bad) = kinds.split(',').find(|k| !matches!(*k, "EC2" | "ELB")) {
                // `EBS` and `VPC_LATTICE` are AWS's; the sandbox has neither kind of check.
                return Err(validation(format!("Invalid HealthCheckType: {bad}")));
            }
            group.elb_checks = kinds.split(',').any(|k| k == "ELB");
        }
    }
    let policies = p.texts("TerminationPolicies");
    if let Some(unknown) = policies.iter().find(|p| !super::describe::TERMINATION_POLICIES.contains(p)) {
        return Err(validation(format!("{unknown} is not a valid termination policy type")));
    }
    if !policies.is_empty() {
        group.termination_policies = policies.into_iter().map(str::to_string).collect();
    }
    group.protect_new = p.bool("NewInstancesProtectedFromScaleIn")?.unwrap_or(group.protect_new);
    group.capacity_rebalance = p.bool("CapacityRebalance")?.unwrap_or(group.capacity_rebalance);
    group.warmup = count(call, "DefaultInstanceWarmup")?.or(group.warmup);
    let lifetime = count(call, "MaxInstanceLifetime")?;
    if lifetime.is_some_and(|s| s != 0 && !(86_400..=31_536_000).contains(&s)) {
        return Err(validation("MaxInstanceLifetime must be 0, or between 86400 and 31536000 seconds"));
    }
    group.max_lifetime = lifetime.or(group.max_lifetime);
    Ok(())
}

/// A new group with AWS's defaults.
pub(super) fn blank(world: &mut World, region: &str, name: &str, template: Template, now: Time) -> Group {
    let (uuid, account) = (world.new_uuid(), world.account.clone());
    Group {
        name: name.to_string(),
        arn: format!("arn:aws:autoscaling:{region}:{account}:autoScalingGroup:{uuid}:autoScalingGroupName/{name}"),
        min: 0,
        max: 0,
        desired: 0,
        cooldown: 300,
        subnets: Vec::new(),
        template,
        elb_checks: false,
        grace: 0,
        target_groups: Vec::new(),
        members: Vec::new(),
        created: now,
        suspended: BTreeMap::new(),
        metrics: Vec::new(),
        tags: BTreeMap::new(),
        termination_policies: vec!["Default".to_string()],
        protect_new: false,
        capacity_rebalance: false,
        warmup: None,
        max_lifetime: None,
        deleting: false,
        scaled: None,
        reason: None,
        replacing: 0,
        hooks: BTreeMap::new(),
        policies: BTreeMap::new(),
        scheduled: BTreeMap::new(),
        refreshes: Vec::new(),
    }
}

pub(super) fn create(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let (p, region) = (&call.params, call.region.clone());
    let name = required(call, "AutoScalingGroupName")?;
    if name.len() > 255 || name.contains(':') {
        return Err(validation(format!("Invalid AutoScalingGroup name: {name}")));
    }
    if let Some(twin) = world.region(&region).autoscaling.groups.get(name) {
        let pending = if twin.deleting { " and is pending delete" } else { "" };
        return Err(ApiError::new(
            "AlreadyExists",
            format!(
                "AutoScalingGroup by this name already exists{pending} - A group with the name {name} already exists"
            ),
        ));
    }
    let (min, max) = (required_count(call, "MinSize")?, required_count(call, "MaxSize")?);
    let desired = count(call, "DesiredCapacity")?.unwrap_or(min);
    check_size(min, max, desired)?;
    let Some(template) = template_of(world, call)? else {
        return Err(validation(
            "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or \
             MixedInstancesPolicy parameter.",
        ));
    };
    let Some(subnets) = places_of(world, call)? else {
        return Err(validation("At least one Availability Zone or VPC Subnet is required."));
    };
    let target_groups = target_groups_of(world, call)?;
    let mut group = blank(world, &region, name, template, call.now);
    read_settings(call, &mut group)?;
    for one in p.list("Tags") {
        let (key, value) = tag_of(one)?;
        group.tags.insert(key, value);
    }
    for one in p.list("LifecycleHookSpecificationList") {
        let (name, hook) = hooks::read(one, |_| None)?;
        group.hooks.insert(name, hook);
    }
    let name = name.to_string();
    let group = Group { min, max, subnets, target_groups, ..group };
    world.region(&region).autoscaling.groups.insert(name.clone(), group);
    reconcile::want(world, &region, &name, desired, reason::create(call.now, desired), call.now);
    reconcile::plan_round(world, &region, &name, call.now);
    Ok(done(call))
}

pub(super) fn update(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let region = call.region.clone();
    let mut group = known_group(&world.region(&region).autoscaling, call)?.clone();
    let name = group.name.clone();
    let from = group.desired;
    group.min = count(call, "MinSize")?.unwrap_or(group.min);
    group.max = count(call, "MaxSize")?.unwrap_or(group.max);
    let desired = match count(call, "DesiredCapacity")? {
        Some(desired) => desired,
        // Bounds that leave the desired capacity outside move it.
        None if group.min <= group.max => group.desired.clamp(group.min, group.max),
        None => group.desired,
    };
    check_size(group.min, group.max, desired)?;
    if let Some(template) = template_of(world, call)? {
        group.template = template;
    }
    if let Some(subnets) = places_of(world, call)? {
        group.subnets = subnets;
    }
    read_settings(call, &mut group)?;
    let (min, max) = (group.min, group.max);
    world.region(&region).autoscaling.groups.insert(name.clone(), group);
    reconcile::want(world, &region, &name, desired, reason::update(call.now, min, max, from, desired), call.now);
    Ok(done(call))
}

pub(super) fn set_desired(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let region = call.region.clone();
    let cooling = cooling(world, call)?;
    let group = known_group(&world.region(&region).autoscaling, call)?;
    let (name, from, min, max) = (group.name.clone(), group.desired, group.min, group.max);
    let to = required_count(call, "DesiredCapacity")?;
    if to > max {
        return Err(validation(format!(
            "New SetDesiredCapacity value {to} is above max value {max} for the AutoScalingGroup."
        )));
    }
    if to < min {
        return Err(validation(format!(
            "New SetDesiredCapacity value {to} is below min value {min} for the AutoScalingGroup."
        )));
    }
    if let Some(activity) = cooling {
        return Err(in_progress(&activity));
    }
    reconcile::want(world, &region, &name, to, reason::set_desired(call.now, from, to), call.now);
    Ok(done(call))
}

/// The activity that a request with `HonorCooldown` has to wait for, if it has to.
pub(super) fn cooling(world: &mut World, call: &Call<'_>) -> Outcome<Option<String>> {
    if !call.params.bool("HonorCooldown")?.unwrap_or(false) {
        return Ok(None);
    }
    let group = known_group(&world.region(&call.region).autoscaling, call)?;
    let (name, cooldown, scaled) = (group.name.clone(), group.cooldown, group.scaled);
    let cooldown = world.scaled(std::time::Duration::from_secs(u64::from(cooldown)));
    let state = &world.region(&call.region).autoscaling;
    let mut own = state.activities.iter().rev().filter(|a| a.group == name);
    let busy = own.clone().find(|a| a.end.is_none()).map(|a| a.id.clone());
    let recent = scaled.is_some_and(|t| call.now < t.plus(cooldown));
    Ok(busy.or_else(|| recent.then(|| own.next().map(|a| a.id.clone())).flatten()))
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let region = call.region.clone();
    let name = known_group(&world.region(&region).autoscaling, call)?.name.clone();
    let force = call.params.bool("ForceDelete")?.unwrap_or(false);
    let state = &mut world.region(&region).autoscaling;
    let busy = state.activities.iter().any(|a| a.group == name && a.end.is_none() && !a.group_deleted);
    let Some(group) = state.groups.get_mut(&name) else { return Ok(done(call)) };
    if !force && !group.members.is_empty() {
        return Err(in_use(
            "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.",
        ));
    }
    if !force && busy {
        return Err(ApiError::new(
            "ScalingActivityInProgress",
            "You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.",
        ));
    }
    group.deleting = true;
    group.min = 0;
    group.desired = 0;
    // What is being deleted ends its members whatever was suspended, and protection does not hold them.
    group.suspended.clear();
    for m in &mut group.members {
        m.protected = false;
        if matches!(m.lifecycle, Lifecycle::Standby | Lifecycle::EnteringStandby) {
            m.lifecycle = Lifecycle::InService;
        }
    }
    for policy in std::mem::take(&mut group.policies).into_values() {
        cloudwatch_port::forget(world, &region, &policy.alarms, call.now);
    }
    reconcile::soon(world, &region, &name, call.now);
    Ok(done(call))
}

pub(super) fn suspend(world: &mut World, call: &Call<'_>, resume: bool) -> Outcome<Reply> {
    let state = &mut world.region(&call.region).autoscaling;
    let name = known_group(state, call)?.name.clone();
    let processes = processes(call)?;
    if let Some(group) = state.groups.get_mut(&name) {
        for process in processes {
            if resume {
                group.suspended.remove(process);
            } else {
                group.suspended.entry(process.to_string()).or_insert(call.now);
            }
        }
    }
    if resume {
        reconcile::soon(world, &call.region, &name, call.now);
    }
    Ok(done(call))
}

/// What a group measures of itself.
pub(super) const METRICS: [&str; 8] = [
    "GroupMinSize",
    "GroupMaxSize",
    "GroupDesiredCapacity",
    "GroupInServiceInstances",
    "GroupPendingInstances",
    "GroupStandbyInstances",
    "GroupTerminatingInstances",
    "GroupTotalInstances",
];

pub(super) fn metrics(world: &mut World, call: &Call<'_>, enable: bool) -> Outcome<Reply> {
    let state = &mut world.region(&call.region).autoscaling;
    let name = known_group(state, call)?.name.clone();
    let named = call.params.texts("Metrics");
    if enable && required(call, "Granularity")? != "1Minute" {
        return Err(validation("Invalid granularity. The only valid value is 1Minute."));
    }
    if let Some(unknown) = named.iter().find(|m| !METRICS.contains(m)) {
        return Err(validation(format!("Unknown metric type: {unknown}")));
    }
    let chosen: Vec<&str> = if named.is_empty() { METRICS.to_vec() } else { named };
    if let Some(group) = state.groups.get_mut(&name) {
        group.metrics.retain(|m| !chosen.contains(&m.as_str()));
        if enable {
            group.metrics.extend(chosen.into_iter().map(str::to_string));
        }
    }
    Ok(done(call))
}
