//! DescribeInstanceAttribute, ModifyInstanceAttribute, ResetInstanceAttribute.

use arcstr::ArcStr;

use super::checks::{dry_run, not_found};
use super::state::State;
use super::state::instance::{Instance, InstanceState, Metadata};
use super::{describe, types};
use crate::sandbox::wire::{ApiError, Call, Params, Reply, Xml};
use crate::sandbox::world::World;

pub(super) fn the_instance<'s>(state: &'s State, call: &Call<'_>) -> Result<&'s Instance, ApiError> {
    let id = call.params.required("InstanceId")?;
    state.instances.get(id).ok_or_else(|| not_found("i", id))
}

/// DescribeInstanceAttribute.
pub(super) fn describe(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &world.region(&call.region).ec2;
    let i = the_instance(state, call)?;
    let attribute = call.params.required("Attribute")?;
    const KNOWN: &[&str] = &[
        "instanceType",
        "kernel",
        "ramdisk",
        "userData",
        "disableApiTermination",
        "disableApiStop",
        "instanceInitiatedShutdownBehavior",
        "rootDeviceName",
        "blockDeviceMapping",
        "productCodes",
        "sourceDestCheck",
        "groupSet",
        "ebsOptimized",
        "sriovNetSupport",
        "enaSupport",
        "enclaveOptions",
    ];
    if !KNOWN.contains(&attribute) {
        let message = format!("Value ({attribute}) for parameter attribute is invalid. Unknown attribute.");
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    dry_run(call)?;
    Ok(call.ec2(|x| {
        x.el("instanceId", &i.id);
        attribute_of(x, state, i, attribute);
    }))
}

fn attribute_of(x: &mut Xml, state: &State, i: &Instance, attribute: &str) {
    let value = |x: &mut Xml, text: &str| x.nest(attribute, |x| x.el("value", text));
    let flag = |x: &mut Xml, on: bool| x.nest(attribute, |x| x.el("value", on));
    match attribute {
        "instanceType" => value(x, &i.instance_type),
        "rootDeviceName" => value(x, &i.root_device),
        "instanceInitiatedShutdownBehavior" => value(x, if i.shutdown_terminates { "terminate" } else { "stop" }),
        "disableApiTermination" => flag(x, i.no_api_termination),
        "disableApiStop" => flag(x, i.no_api_stop),
        "sourceDestCheck" => flag(x, i.source_dest_check),
        "ebsOptimized" => flag(x, false),
        "enaSupport" => flag(x, true),
        "userData" => match &i.user_data {
            Some(d) => value(x, d),
            None => x.empty("userData"),
        },
        "groupSet" => describe::groups(x, state, &i.groups),
        "enclaveOptions" => x.nest("enclaveOptions", |x| x.el("enabled", false)),
        "blockDeviceMapping" => x.list("blockDeviceMapping", "item", &i.volumes, |x, (device, id)| {
            x.el("deviceName", device);
            let attachment = state.volumes.get(id).and_then(|v| v.attachment.as_ref());
            x.nest("ebs", |x| {
                x.el("volumeId", id);
                x.el("status", "attached");
                x.opt("attachTime", attachment.map(|a| a.since));
                x.opt("deleteOnTermination", attachment.map(|a| a.delete_on_termination));
            });
        }),
        other => x.empty(other),
    }
}

/// The value of one attribute in either of the two ways in which a request may say it.
fn given<'p>(p: &'p Params, member: &str) -> Option<&'p str> {
    let lower = || {
        let mut c = member.chars();
        c.next().map(|first| first.to_ascii_lowercase().to_string() + c.as_str()).unwrap_or_default()
    };
    p.node(member).and_then(|n| n.text("Value").or(n.value())).or_else(|| {
        let named = p.text("Attribute")?;
        (named == lower()).then(|| p.text("Value")).flatten()
    })
}

/// The flag of one attribute.
pub(super) fn flag(p: &Params, member: &str) -> Result<Option<bool>, ApiError> {
    match given(p, member).map(str::to_ascii_lowercase).as_deref() {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(other) => {
            let message = format!("Value ({other}) for parameter {member} is invalid. Must be true or false.");
            Err(ApiError::new("InvalidParameterValue", message))
        }
    }
}

/// Groups of an interface, unless the quota is raised.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-security-groups>
const MOST_GROUPS: usize = 5;

/// The groups that a request gives to an interface in a VPC, each once; none, if it names none.
pub(super) fn groups_for(state: &State, p: &Params, parameter: &str, vpc: &str) -> Result<Vec<ArcStr>, ApiError> {
    let mut groups: Vec<ArcStr> = Vec::new();
    for g in p.texts(parameter) {
        if state.groups.get(g).is_none_or(|g| g.vpc != vpc) {
            return Err(not_found("sg", g));
        }
        if !groups.iter().any(|have| have == g) {
            groups.push(g.into());
        }
    }
    if groups.len() > MOST_GROUPS {
        let message = "The maximum number of security groups per network interface has been reached.";
        return Err(ApiError::new("SecurityGroupsPerInterfaceLimitExceeded", message));
    }
    Ok(groups)
}

/// ModifyInstanceAttribute: one attribute a request.
pub(super) fn modify(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let state = &mut world.region(&call.region).ec2;
    let i = the_instance(state, call)?;
    if i.state.is_ending() {
        let message = format!("The instance '{}' is not in a state from which its attributes can be modified.", i.id);
        return Err(ApiError::new("IncorrectInstanceState", message));
    }
    let id = i.id.clone();
    let must_be_stopped = || {
        let message = format!("The instance '{id}' is not in the 'stopped' state.");
        if i.state == InstanceState::Stopped { Ok(()) } else { Err(ApiError::new("IncorrectInstanceState", message)) }
    };
    let kind = given(p, "InstanceType");
    if let Some(kind) = kind {
        let info = types::find(kind).ok_or_else(|| {
            ApiError::new("InvalidParameterValue", format!("Invalid value '{kind}' for InstanceType."))
        })?;
        must_be_stopped()?;
        if info.architecture() != i.architecture {
            let message = format!(
                "The architecture '{}' of the specified instance type does not match the architecture '{}' of the instance.",
                info.architecture(),
                i.architecture
            );
            return Err(ApiError::new("InvalidParameterValue", message));
        }
    }
    let user_data = given(p, "UserData");
    if user_data.is_some() {
        must_be_stopped()?;
    }
    let behaviour = given(p, "InstanceInitiatedShutdownBehavior");
    if let Some(other) = behaviour.filter(|b| !matches!(*b, "stop" | "terminate")) {
        return Err(no_such_behaviour(other));
    }
    let no_api_stop = flag(p, "DisableApiStop")?;
    if no_api_stop == Some(true) && i.spot.is_some() {
        let message = "You can't enable stop protection for Spot Instances.";
        return Err(ApiError::new("UnsupportedOperation", message));
    }
    let no_api_termination = flag(p, "DisableApiTermination")?;
    if no_api_termination == Some(true) && i.spot.is_some() {
        let message = "You can't enable termination protection for Spot Instances.";
        return Err(ApiError::new("UnsupportedOperation", message));
    }
    let source_dest_check = flag(p, "SourceDestCheck")?;
    let ebs_optimized = flag(p, "EbsOptimized")?;
    let groups = groups_for(state, p, "GroupId", &i.vpc)?;
    let mappings = p.list("BlockDeviceMapping");
    let flags = [no_api_stop, no_api_termination, source_dest_check, ebs_optimized];
    let asked = [kind.is_some(), user_data.is_some(), behaviour.is_some(), !groups.is_empty(), !mappings.is_empty()]
        .into_iter()
        .chain(flags.iter().map(Option::is_some))
        .filter(|given| *given)
        .count();
    if asked != 1 {
        let message =
            if asked == 0 { "No attributes specified." } else { "Fields for multiple attribute types specified" };
        return Err(ApiError::new("InvalidParameterCombination", message));
    }
    let mut keeps = Vec::new();
    for m in mappings {
        let device = m.required("DeviceName")?;
        let volume = i.volumes.iter().find(|(d, _)| d == device).map(|(_, v)| v.clone()).ok_or_else(|| {
            ApiError::new("InvalidInstanceAttributeValue", format!("No device is currently mapped at {device}"))
        })?;
        keeps.push((volume, m.bool("Ebs.DeleteOnTermination")?));
    }
    dry_run(call)?;
    for (volume, goes) in keeps {
        if let (Some(a), Some(goes)) = (state.volumes.get_mut(&volume).and_then(|v| v.attachment.as_mut()), goes) {
            a.delete_on_termination = goes;
        }
    }
    if let Some(i) = state.instances.get_mut(&id) {
        if let Some(k) = kind.and_then(types::find) {
            i.instance_type = ArcStr::from(k.name);
        }
        if let Some(d) = user_data {
            i.user_data = (!d.is_empty()).then(|| d.into());
        }
        if let Some(b) = behaviour {
            i.shutdown_terminates = b == "terminate";
        }
        i.no_api_stop = no_api_stop.unwrap_or(i.no_api_stop);
        i.no_api_termination = no_api_termination.unwrap_or(i.no_api_termination);
        i.source_dest_check = source_dest_check.unwrap_or(i.source_dest_check);
        if !groups.is_empty() {
            i.groups = groups;
        }
    }
    Ok(call.ec2(|x| x.el("return", true)))
}

/// What AWS says to a shutdown behaviour that it does not know.
pub(super) fn no_such_behaviour(word: &str) -> ApiError {
    let message = format!("Value ({word}) for parameter instanceInitiatedShutdownBehavior is invalid.");
    ApiError::new("InvalidParameterValue", message)
}

/// ResetInstanceAttribute: the check of source and destination is on again. Kernels are the image's in any case.
pub(super) fn reset(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &mut world.region(&call.region).ec2;
    let id = the_instance(state, call)?.id.clone();
    let attribute = call.params.required("Attribute")?;
    if !matches!(attribute, "kernel" | "ramdisk" | "sourceDestCheck") {
        let message = format!("Value ({attribute}) for parameter attribute is invalid. The attribute cannot be reset.");
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    dry_run(call)?;
    if let Some(i) = state.instances.get_mut(&id).filter(|_| attribute == "sourceDestCheck") {
        i.source_dest_check = true;
    }
    Ok(call.ec2(|x| x.el("return", true)))
}

/// Metadata options with what a request says written over them.
///
/// # Errors
/// `InvalidParameterValue`.
pub(super) fn metadata(old: &Metadata, p: &Params) -> Result<Metadata, ApiError> {
    let word = |name: &str, old: &ArcStr, allowed: [&str; 2]| match p.text(name) {
        None => Ok(old.clone()),
        Some(w) if allowed.contains(&w) => Ok(w.into()),
        Some(w) => {
            let message = format!("Value ({w}) for parameter {name} is invalid. Valid values: {}", allowed.join(", "));
            Err(ApiError::new("InvalidParameterValue", message))
        }
    };
    let switch = ["enabled", "disabled"];
    let hops = match p.int("HttpPutResponseHopLimit")? {
        None => old.hops,
        Some(n) => u32::try_from(n).ok().filter(|n| (1..=64).contains(n)).ok_or_else(|| {
            let message = format!("Value ({n}) for parameter HttpPutResponseHopLimit is invalid. Must be from 1 to 64");
            ApiError::new("InvalidParameterValue", message)
        })?,
    };
    Ok(Metadata {
        tokens: word("HttpTokens", &old.tokens, ["required", "optional"])?,
        hops,
        endpoint: word("HttpEndpoint", &old.endpoint, switch)?,
        ipv6: word("HttpProtocolIpv6", &old.ipv6, switch)?,
        tags: word("InstanceMetadataTags", &old.tags, switch)?,
    })
}

/// ModifyInstanceMetadataOptions.
pub(super) fn modify_metadata(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &mut world.region(&call.region).ec2;
    let i = the_instance(state, call)?;
    if i.state.is_ending() {
        let message =
            format!("The instance '{}' is not in a state from which its metadata options can be modified.", i.id);
        return Err(ApiError::new("IncorrectInstanceState", message));
    }
    let (id, new) = (i.id.clone(), metadata(&i.metadata, &call.params)?);
    dry_run(call)?;
    if let Some(i) = state.instances.get_mut(&id) {
        i.metadata = new.clone();
    }
    Ok(call.ec2(|x| {
        x.el("instanceId", &id);
        x.nest("instanceMetadataOptions", |x| {
            x.el("state", "pending");
            describe::metadata(x, &new);
        });
    }))
}
