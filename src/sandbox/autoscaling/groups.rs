//! Creating, changing and deleting groups; their tags, hooks, processes, target groups and scheduled actions.

use std::collections::BTreeMap;

use super::activity::reason;
use super::errors::{
    Outcome, check_size, count, in_progress, in_use, known_group, missing, processes, required, required_count,
    validation,
};
use super::state::{Group, Hook, Lifecycle, Place, Scheduled, State, Template};
use super::{alarms, hands, reconcile, schedule};
use crate::base::Time;
use crate::sandbox::wire::{ApiError, Call, Params, Reply};
use crate::sandbox::world::World;
use crate::sandbox::{ec2, elbv2};

/// For answers with nothing in them.
pub(super) fn done(call: &Call<'_>) -> Reply {
    call.query(|_| {})
}

fn tag_of(one: &Params) -> Outcome<(String, (String, bool))> {
    let key = one.text("Key").filter(|k| !k.is_empty()).ok_or_else(|| missing("Key"))?;
    let value = one.text("Value").unwrap_or_default().to_string();
    Ok((key.to_string(), (value, one.bool("PropagateAtLaunch")?.unwrap_or(false))))
}

/// The template that a request names, or the one that an instance was made with.
fn template_of(world: &mut World, call: &Call<'_>) -> Outcome<Option<Template>> {
    let p = &call.params;
    let nested = "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification";
    let Some(named) = p.node("LaunchTemplate").or_else(|| p.node(nested)) else {
        let Some(instance) = p.text("InstanceId") else { return Ok(None) };
        return hands::template_from(world, &call.region, instance, call.now).map(Some).map_err(validation);
    };
    let state = &world.region(&call.region).ec2;
    let version = named.text("Version").unwrap_or("$Default").to_string();
    let unfit = |e: ApiError| validation(format!("You must use a valid fully-formed launch template. {}", e.message));
    let template = ec2::templates::the_template(state, named).map_err(unfit)?;
    let (id, name) = (template.id.to_string(), template.name.to_string());
    ec2::templates::data(template, &version).map_err(unfit)?;
    Ok(Some(Template { id, name, version }))
}

/// The subnets of `VPCZoneIdentifier`, or the default subnets of `AvailabilityZones`.
fn places_of(world: &mut World, call: &Call<'_>) -> Outcome<Option<Vec<Place>>> {
    let (p, region) = (&call.params, call.region.as_str());
    if let Some(list) = p.text("VPCZoneIdentifier").filter(|l| !l.is_empty()) {
        let mut out = Vec::new();
        for subnet in list.split(',').map(str::trim) {
            let Some(zone) = hands::zone_of(world, region, subnet) else {
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
        let Some(subnet) = hands::default_subnet(world, region, zone) else {
            return Err(validation(format!(
                "The availability zones of the specified subnets and the AutoScalingGroup do not match: '{zone}'"
            )));
        };
        out.push(Place { subnet, zone: zone.to_string() });
    }
    Ok(Some(out))
}

fn target_groups_of(state: &elbv2::State, call: &Call<'_>) -> Outcome<Vec<String>> {
    let mut arns = call.params.texts("TargetGroupARNs");
    arns.extend(call.params.list("TrafficSources").into_iter().filter_map(|t| t.text("Identifier")));
    if arns.iter().any(|arn| !state.groups.contains_key(*arn)) {
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
            if let Some(bad) = kinds.split(',').find(|k| !matches!(*k, "EC2" | "ELB" | "EBS" | "VPC_LATTICE")) {
                return Err(validation(format!("Invalid HealthCheckType: {bad}")));
            }
            group.elb_checks = kinds.split(',').any(|k| k == "ELB");
        }
    }
    let policies = p.texts("TerminationPolicies");
    if !policies.is_empty() {
        group.termination_policies = policies.into_iter().map(str::to_string).collect();
    }
    group.protect_new = p.bool("NewInstancesProtectedFromScaleIn")?.unwrap_or(group.protect_new);
    group.capacity_rebalance = p.bool("CapacityRebalance")?.unwrap_or(group.capacity_rebalance);
    group.warmup = count(call, "DefaultInstanceWarmup")?.or(group.warmup);
    group.max_lifetime = count(call, "MaxInstanceLifetime")?.or(group.max_lifetime);
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
    let target_groups = target_groups_of(&world.region(&region).elbv2, call)?;
    let mut group = blank(world, &region, name, template, call.now);
    read_settings(call, &mut group)?;
    for one in p.list("Tags") {
        let (key, value) = tag_of(one)?;
        group.tags.insert(key, value);
    }
    for one in p.list("LifecycleHookSpecificationList") {
        let (name, hook) = read_hook(one)?;
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
        alarms::forget(world, &region, &policy.alarms, call.now);
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

pub(super) fn metrics(world: &mut World, call: &Call<'_>, enable: bool) -> Outcome<Reply> {
    const ALL: [&str; 8] = [
        "GroupMinSize",
        "GroupMaxSize",
        "GroupDesiredCapacity",
        "GroupInServiceInstances",
        "GroupPendingInstances",
        "GroupStandbyInstances",
        "GroupTerminatingInstances",
        "GroupTotalInstances",
    ];
    let state = &mut world.region(&call.region).autoscaling;
    let name = known_group(state, call)?.name.clone();
    let named = call.params.texts("Metrics");
    let chosen: Vec<&str> = if named.is_empty() { ALL.to_vec() } else { named };
    if let Some(group) = state.groups.get_mut(&name) {
        group.metrics.retain(|m| !chosen.contains(&m.as_str()));
        if enable {
            group.metrics.extend(chosen.into_iter().map(str::to_string));
        }
    }
    Ok(done(call))
}

/// A group of a tag operation: by `ResourceId`.
fn tagged<'s>(state: &'s mut State, one: &Params) -> Outcome<&'s mut Group> {
    let name = one.text("ResourceId").unwrap_or_default();
    let found = state.groups.get_mut(name);
    found.ok_or_else(|| validation(format!("AutoScalingGroup not found - AutoScaling Group {name} not found")))
}

pub(super) fn create_tags(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let state = &mut world.region(&call.region).autoscaling;
    for one in call.params.list("Tags") {
        tagged(state, one)?;
        tag_of(one)?;
    }
    for one in call.params.list("Tags") {
        let (key, value) = tag_of(one)?;
        tagged(state, one)?.tags.insert(key, value);
    }
    Ok(done(call))
}

pub(super) fn delete_tags(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let state = &mut world.region(&call.region).autoscaling;
    for one in call.params.list("Tags") {
        let key = one.text("Key").unwrap_or_default().to_string();
        tagged(state, one)?.tags.remove(&key);
    }
    Ok(done(call))
}

pub(super) fn attach_target_groups(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let region = call.region.clone();
    let name = known_group(&world.region(&region).autoscaling, call)?.name.clone();
    let arns = target_groups_of(&world.region(&region).elbv2, call)?;
    let Some(group) = world.region(&region).autoscaling.groups.get_mut(&name) else { return Ok(done(call)) };
    for arn in arns {
        if !group.target_groups.contains(&arn) {
            group.target_groups.push(arn);
        }
    }
    let serving: Vec<String> =
        group.members.iter().filter(|m| m.lifecycle == Lifecycle::InService).map(|m| m.id.clone()).collect();
    for id in serving {
        reconcile::balance(world, &region, &name, &id, call.now);
    }
    Ok(done(call))
}

pub(super) fn detach_target_groups(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let region = call.region.clone();
    let state = &mut world.region(&region).autoscaling;
    let name = known_group(state, call)?.name.clone();
    let mut arns = call.params.texts("TargetGroupARNs");
    arns.extend(call.params.list("TrafficSources").into_iter().filter_map(|t| t.text("Identifier")));
    let Some(group) = state.groups.get_mut(&name) else { return Ok(done(call)) };
    if arns.iter().any(|arn| !group.target_groups.iter().any(|t| t == arn)) {
        return Err(validation(format!(
            "The target groups are not attached to the Auto Scaling group {name}: '{}'",
            arns.join("', '")
        )));
    }
    group.target_groups.retain(|t| !arns.contains(&t.as_str()));
    let members: Vec<String> = group.members.iter().map(|m| m.id.clone()).collect();
    for arn in arns {
        for id in &members {
            elbv2::deregister(world, &region, arn, id, None, call.now);
        }
    }
    Ok(done(call))
}

fn read_hook(one: &Params) -> Outcome<(String, Hook)> {
    let name = one.text("LifecycleHookName").ok_or_else(|| missing("LifecycleHookName"))?;
    let terminating = match one.text("LifecycleTransition") {
        Some("autoscaling:EC2_INSTANCE_TERMINATING") => true,
        Some("autoscaling:EC2_INSTANCE_LAUNCHING") => false,
        _ => {
            return Err(validation(
                "Lifecycle transition must be one of autoscaling:EC2_INSTANCE_LAUNCHING, autoscaling:EC2_INSTANCE_TERMINATING",
            ));
        }
    };
    let mut config = BTreeMap::new();
    for field in ["NotificationTargetARN", "RoleARN", "NotificationMetadata"] {
        if let Some(value) = one.text(field) {
            config.insert(field.to_string(), value.to_string());
        }
    }
    let timeout = one.int("HeartbeatTimeout")?.and_then(|n| u32::try_from(n).ok()).unwrap_or(3600);
    let proceed = one.text("DefaultResult") == Some("CONTINUE");
    Ok((name.to_string(), Hook { terminating, timeout, proceed, config }))
}

pub(super) fn put_hook(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let state = &mut world.region(&call.region).autoscaling;
    let name = known_group(state, call)?.name.clone();
    let (hook_name, hook) = read_hook(&call.params)?;
    if let Some(group) = state.groups.get_mut(&name) {
        group.hooks.insert(hook_name, hook);
    }
    Ok(done(call))
}

pub(super) fn delete_hook(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let state = &mut world.region(&call.region).autoscaling;
    let name = known_group(state, call)?.name.clone();
    let hook = required(call, "LifecycleHookName")?;
    let gone = state.groups.get_mut(&name).and_then(|g| g.hooks.remove(hook));
    match gone {
        Some(_) => Ok(done(call)),
        None => Err(validation(format!("No Lifecycle Hook found with name {hook}"))),
    }
}

/// `CompleteLifecycleAction`: a member goes on, or is given up.
pub(super) fn complete_hook(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let region = call.region.clone();
    let group = known_group(&world.region(&region).autoscaling, call)?;
    let id = required(call, "InstanceId")?;
    let lifecycle = group.member(id).map(|m| m.lifecycle);
    let name = group.name.clone();
    let proceed = match required(call, "LifecycleActionResult")? {
        "CONTINUE" => true,
        "ABANDON" => false,
        other => return Err(validation(format!("Invalid lifecycle action result: {other}"))),
    };
    match lifecycle {
        Some(Lifecycle::PendingWait) => reconcile::hook_over(world, &region, &name, id, proceed, call.now),
        Some(Lifecycle::TerminatingWait) => reconcile::go_on(world, &region, &name, id, call.now),
        _ => return Err(validation(format!("No active Lifecycle Action found with instance ID {id}"))),
    }
    Ok(done(call))
}

pub(super) fn put_scheduled(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let region = call.region.clone();
    let group = known_group(&world.region(&region).autoscaling, call)?;
    let (name, group_arn) = (group.name.clone(), group.arn.clone());
    let action = required(call, "ScheduledActionName")?.to_string();
    let moment = |field: &str| -> Outcome<Option<Time>> {
        let Some(text) = call.params.text(field) else { return Ok(None) };
        Time::parse(text)
            .map(Some)
            .ok_or_else(|| ApiError::new("MalformedInput", format!("timestamp must follow ISO8601: {text}")))
    };
    let start = moment("StartTime")?.or(moment("Time")?);
    let recurrence = call.params.text("Recurrence").map(str::to_string);
    if start.is_none() && recurrence.is_none() {
        return Err(validation("Either start time or recurrence must be specified"));
    }
    if start.is_some_and(|t| t < call.now) {
        return Err(validation("Given start time is in the past"));
    }
    let (uuid, account) = (world.new_uuid(), world.account.clone());
    let scheduled = Scheduled {
        arn: format!(
            "arn:aws:autoscaling:{region}:{account}:scheduledUpdateGroupAction:{uuid}:autoScalingGroupName/{name}:\
             scheduledActionName/{action}"
        ),
        start,
        end: moment("EndTime")?,
        recurrence,
        time_zone: call.params.text("TimeZone").map(str::to_string),
        min: count(call, "MinSize")?,
        max: count(call, "MaxSize")?,
        desired: count(call, "DesiredCapacity")?,
    };
    if scheduled.min.is_none() && scheduled.max.is_none() && scheduled.desired.is_none() {
        return Err(validation(format!(
            "At least one of MinSize, MaxSize or DesiredCapacity must be specified for {group_arn}"
        )));
    }
    if let Some(group) = world.region(&region).autoscaling.groups.get_mut(&name) {
        group.scheduled.insert(action.clone(), scheduled);
    }
    schedule::plan(world, &region, &name, &action);
    Ok(done(call))
}

pub(super) fn delete_scheduled(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let state = &mut world.region(&call.region).autoscaling;
    let name = known_group(state, call)?.name.clone();
    let action = required(call, "ScheduledActionName")?;
    match state.groups.get_mut(&name).and_then(|g| g.scheduled.remove(action)) {
        Some(_) => Ok(done(call)),
        None => Err(validation(format!("Scheduled action name not found - {action}"))),
    }
}
