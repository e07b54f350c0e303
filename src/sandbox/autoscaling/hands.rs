//! What a group does to EC2 and sees of it: the only place here that knows instances.

use arcstr::ArcStr;

use super::state::{Blueprint, Group, Lifecycle, Member, Place, Template};
use crate::base::Time;
use crate::sandbox::ec2::{self, InstanceState, LaunchRequest};
use crate::sandbox::world::World;

/// The account that Auto Scaling launches from, as `RequesterId` shows it.
const REQUESTER: &str = "940372691376";

/// How an instance looks to its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    /// Pending.
    Starting,
    /// Running.
    On,
    /// Running, with a failed status check.
    Impaired,
    /// Stopping or stopped.
    Off,
    /// Shutting down.
    Ending,
    /// Terminated, or unknown.
    Gone,
}

/// Looks at an instance.
pub(super) fn look(world: &World, region: &str, id: &str) -> Sight {
    let Some(i) = ec2::instance(world, region, id) else { return Sight::Gone };
    match i.state {
        InstanceState::Pending => Sight::Starting,
        InstanceState::Running if i.impaired.is_some() => Sight::Impaired,
        InstanceState::Running => Sight::On,
        InstanceState::Stopping | InstanceState::Stopped => Sight::Off,
        InstanceState::ShuttingDown => Sight::Ending,
        InstanceState::Terminated => Sight::Gone,
    }
}

/// Launches an instance for a group. The error is EC2's sentence.
pub(super) fn launch(
    world: &mut World,
    region: &str,
    group: &Group,
    place: &Place,
    now: Time,
) -> Result<Member, String> {
    let blueprint = world.region(region).autoscaling.blueprints.get(&group.template.id).cloned();
    let Some(blueprint) = blueprint else {
        return Err(format!("The specified launch template, with template ID {}, does not exist.", group.template.id));
    };
    let version = match group.template.version.as_str() {
        "$Latest" | "$Default" => blueprint.version.to_string(),
        number => number.to_string(),
    };
    let mut tags: Vec<(ArcStr, ArcStr)> = group
        .tags
        .iter()
        .filter(|(_, (_, propagate))| *propagate)
        .map(|(key, (value, _))| (key.as_str().into(), value.as_str().into()))
        .collect();
    for (key, value) in [
        ("aws:autoscaling:groupName", group.name.as_str()),
        ("aws:ec2launchtemplate:id", group.template.id.as_str()),
        ("aws:ec2launchtemplate:version", version.as_str()),
    ] {
        tags.push((key.into(), value.into()));
    }
    let request = LaunchRequest {
        image: blueprint.image.as_str().into(),
        instance_type: blueprint.instance_type.as_str().into(),
        count: 1,
        subnet: Some(place.subnet.as_str().into()),
        groups: blueprint.security_groups.iter().map(|g| g.as_str().into()).collect(),
        key_name: blueprint.key_name.as_deref().map(Into::into),
        user_data: blueprint.user_data.as_deref().map(Into::into),
        detailed_monitoring: blueprint.detailed_monitoring,
        tags,
        requester: Some(REQUESTER.into()),
        ..LaunchRequest::default()
    };
    let ids = ec2::launch(world, region, &request, now).map_err(|e| e.message)?;
    let id = ids.first().ok_or("EC2 launched nothing.")?.to_string();
    let template = Template { version, ..group.template.clone() };
    Ok(Member {
        id,
        instance_type: blueprint.instance_type,
        image: blueprint.image,
        zone: place.zone.clone(),
        subnet: place.subnet.clone(),
        lifecycle: Lifecycle::Pending,
        sick: None,
        template,
        protected: group.protect_new,
        launched: now,
        in_service: None,
        activity: None,
    })
}

/// Terminates an instance, whatever its protection: a group may.
pub(super) fn terminate(world: &mut World, region: &str, id: &str, now: Time) {
    ec2::terminate(world, region, id, None, now);
}

/// A member made of a running instance, for `AttachInstances`; AWS's sentence if it cannot be one.
pub(super) fn adopt(world: &World, region: &str, group: &Group, id: &str) -> Result<Member, String> {
    let Some(i) = ec2::instance(world, region, id) else { return Err(format!("Invalid Instance ID: {id}")) };
    if i.state != InstanceState::Running {
        return Err(format!("Instance {id} is not in correct state. Instance(s) must be in 'running' state."));
    }
    Ok(Member {
        id: id.to_string(),
        instance_type: i.instance_type.to_string(),
        image: i.image.to_string(),
        zone: i.zone.to_string(),
        subnet: i.subnet.to_string(),
        lifecycle: Lifecycle::Pending,
        sick: None,
        template: group.template.clone(),
        protected: group.protect_new,
        launched: i.launched,
        in_service: None,
        activity: None,
    })
}

/// A blueprint made after an instance, for groups that are created from one.
pub(super) fn template_from(world: &mut World, region: &str, id: &str) -> Result<Template, String> {
    let Some(i) = ec2::instance(world, region, id) else { return Err(format!("Invalid Instance ID: {id}")) };
    let blueprint = Blueprint {
        name: format!("from-{id}"),
        version: 1,
        image: i.image.to_string(),
        instance_type: i.instance_type.to_string(),
        security_groups: i.groups.iter().map(ToString::to_string).collect(),
        key_name: i.key_name.as_ref().map(ToString::to_string),
        user_data: i.user_data.as_ref().map(ToString::to_string),
        detailed_monitoring: i.detailed_monitoring,
    };
    let (template_id, name) = (world.new_id("lt").to_string(), blueprint.name.clone());
    world.region(region).autoscaling.blueprints.insert(template_id.clone(), blueprint);
    Ok(Template { id: template_id, name, version: "1".to_string() })
}

/// A subnet's zone.
pub(super) fn zone_of(world: &mut World, region: &str, subnet: &str) -> Option<String> {
    world.region(region).ec2.subnets.get(subnet).map(|s| s.zone.to_string())
}

/// A zone's default subnet.
pub(super) fn default_subnet(world: &mut World, region: &str, zone: &str) -> Option<String> {
    let subnets = &world.region(region).ec2.subnets;
    subnets.values().find(|s| s.is_default && s.zone.as_str() == zone).map(|s| s.id.to_string())
}
