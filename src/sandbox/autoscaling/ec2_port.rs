//! The port to EC2: launching, ending and looking at a group's instances. The only place of this service that knows EC2.

use arcstr::ArcStr;

use super::state::{Group, Lifecycle, Member, Place, Template};
use crate::base::Time;
use crate::sandbox::ec2::{self, InstanceState, LaunchRequest};
use crate::sandbox::wire::{ApiError, Params};
use crate::sandbox::world::World;

/// The account that Auto Scaling launches from, as `RequesterId` shows it.
const REQUESTER: &str = "940372691376";

/// How an instance looks to its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InstanceView {
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
pub(super) fn look(world: &World, region: &str, id: &str) -> InstanceView {
    let Some(i) = ec2::instance(world, region, id) else { return InstanceView::Gone };
    match i.state {
        InstanceState::Pending => InstanceView::Starting,
        InstanceState::Running if i.impaired.is_some() => InstanceView::Impaired,
        InstanceState::Running => InstanceView::On,
        InstanceState::Stopping | InstanceState::Stopped => InstanceView::Off,
        InstanceState::ShuttingDown => InstanceView::Ending,
        InstanceState::Terminated => InstanceView::Gone,
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
    let template = group.launches();
    let state = &world.region(region).ec2;
    let (wanted, number) = ec2::launch_of(state, &template.id, &template.version).map_err(|e| e.message)?;
    let version = number.to_string();
    let mut tags: Vec<(ArcStr, ArcStr)> = group
        .tags
        .iter()
        .filter(|(_, (_, propagate))| *propagate)
        .map(|(key, (value, _))| (key.as_str().into(), value.as_str().into()))
        .collect();
    for (key, value) in [
        ("aws:autoscaling:groupName", group.name.as_str()),
        ("aws:ec2launchtemplate:id", template.id.as_str()),
        ("aws:ec2launchtemplate:version", version.as_str()),
    ] {
        tags.push((key.into(), value.into()));
    }
    // The group's own tags win over the template's.
    let own = wanted.tags.iter().filter(|(key, _)| tags.iter().all(|(k, _)| k != key));
    let tags = own.cloned().chain(tags.iter().cloned()).collect();
    let request = LaunchRequest {
        count: 1,
        subnet: Some(place.subnet.as_str().into()),
        zone: None,
        tags,
        requester: Some(REQUESTER.into()),
        ..wanted
    };
    let ids = ec2::launch(world, region, &request, now).map_err(|e| e.message)?;
    let id = ids.first().ok_or("EC2 launched nothing.")?.to_string();
    let template = Template { version, ..template.clone() };
    let made = ec2::instance(world, region, &id).ok_or("EC2 launched nothing.")?;
    Ok(Member {
        instance_type: made.instance_type.to_string(),
        image: made.image.to_string(),
        id,
        zone: place.zone.clone(),
        subnet: place.subnet.clone(),
        lifecycle: Lifecycle::Pending,
        sick: None,
        template,
        protected: group.protect_new,
        launched: now,
        in_service: None,
        activity: None,
        held_until: None,
    })
}

/// The number of the version that a template names now.
pub(super) fn version_of(world: &mut World, region: &str, template: &Template) -> Option<String> {
    let found = world.region(region).ec2.templates.get(template.id.as_str())?;
    found.number(&template.version).map(|n| n.to_string())
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
        held_until: None,
    })
}

/// A template made after an instance, for groups that are created from one.
pub(super) fn template_from(world: &mut World, region: &str, id: &str, now: Time) -> Result<Template, String> {
    let data = ec2::templates::like(&world.region(region).ec2, id).ok_or(format!("Invalid Instance ID: {id}"))?;
    let (template, name) = (world.new_id("lt"), arcstr::format!("from-{id}"));
    let made = ec2::state::LaunchTemplate::new(template.clone(), name.clone(), data, now);
    world.region(region).ec2.templates.insert(template.clone(), made);
    Ok(Template { id: template.to_string(), name: name.to_string(), version: "1".to_string() })
}

/// The template that a part of a request names, with a version that it has. The error is EC2's.
pub(super) fn template_named(world: &mut World, region: &str, named: &Params) -> Result<Template, ApiError> {
    let state = &world.region(region).ec2;
    let version = named.text("Version").unwrap_or("$Default").to_string();
    let template = ec2::templates::the_template(state, named)?;
    ec2::templates::data(template, &version)?;
    Ok(Template { id: template.id.to_string(), name: template.name.to_string(), version })
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

/// CPU utilisation of an instance in percent.
pub(super) fn cpu_percent(world: &World, region: &str, id: &str, at: Time) -> f64 {
    ec2::load::cpu_percent(world, region, id, at)
}

/// Bytes a second that an instance receives.
pub(super) fn network_in(world: &World, region: &str, id: &str, at: Time) -> f64 {
    ec2::load::network_in(world, region, id, at)
}

/// Bytes a second that an instance sends.
pub(super) fn network_out(world: &World, region: &str, id: &str, at: Time) -> f64 {
    ec2::load::network_out(world, region, id, at)
}
