//! The account's own network interfaces: Create, Attach, Detach, Delete, and what is changed of any.
//!
//! What may be done with one: <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html>. Refusals have AWS's codes; their sentences are
//! those that people quote in public issues, where there are any.

use std::net::Ipv4Addr;

use arcstr::ArcStr;

use super::{Interface, Shown, all};
use crate::base::Time;
use crate::sandbox::ec2::attributes::{flag, groups_for};
use crate::sandbox::ec2::checks::{self, dry_run, not_found};
use crate::sandbox::ec2::state::instance::InstanceState;
use crate::sandbox::ec2::state::{Event, InterfaceAttachment, OwnInterface, Phase, State, Subnet, Tags};
use crate::sandbox::ec2::{client_token, tags, types};
use crate::sandbox::wire::{ApiError, Call, Params, Reply};
use crate::sandbox::world::World;
use crate::sandbox::world::event_queue;

fn invalid(message: String) -> ApiError {
    ApiError::new("InvalidParameterValue", message)
}

/// The end of a transition.
fn settle_in(world: &mut World, call: &Call<'_>, id: &ArcStr, low: f64, high: f64) {
    let after = world.random(id, &call.operation).secs(low, high);
    world.schedule(&call.region, call.now, after, event_queue::Event::Ec2(Event::Settle { id: id.clone() }));
}

/// A transition of an interface or of its attachment is over.
pub(in crate::sandbox::ec2) fn settle(state: &mut State, id: &str) {
    let Some(i) = state.own_interfaces.get_mut(id) else { return };
    i.phase = Phase::Settled;
    i.attachment.take_if(|a| a.phase == Phase::Ending);
    if let Some(a) = &mut i.attachment {
        a.phase = Phase::Settled;
    }
}

/// The addresses that a request wants: the primary one, if it says which, the others that it names, and how many more.
fn addresses_wanted(p: &Params, subnet: &Subnet) -> Result<(Option<Ipv4Addr>, Vec<Ipv4Addr>, u64), ApiError> {
    let read = |text: &str| text.parse::<Ipv4Addr>().map_err(|_| invalid(format!("Invalid IP address: {text}")));
    let mut primary = p.text("PrivateIpAddress").filter(|t| !t.is_empty()).map(read).transpose()?;
    let mut others = Vec::new();
    for one in p.list("PrivateIpAddresses") {
        let ip = read(one.required("PrivateIpAddress")?)?;
        if !one.bool("Primary")?.unwrap_or(false) {
            others.push(ip);
        } else if primary.replace(ip).is_some() {
            let message = "Only one primary private IP address can be specified.";
            return Err(ApiError::new("InvalidParameterCombination", message));
        }
    }
    let more = p.int("SecondaryPrivateIpAddressCount")?.unwrap_or(0);
    let more = u64::try_from(more)
        .map_err(|_| invalid(format!("Value ({more}) for parameter secondaryPrivateIpAddressCount is invalid.")))?;
    if more > 0 && !others.is_empty() {
        let message = "The parameters privateIpAddresses and secondaryPrivateIpAddressCount cannot be used together.";
        return Err(ApiError::new("InvalidParameterCombination", message));
    }
    for ip in primary.iter().chain(&others) {
        checks::free_address(subnet, *ip)?;
    }
    let count = 1 + others.len() as u64 + more;
    if count > subnet.free() {
        let message = format!("There are not enough free addresses in subnet '{}' to satisfy the request.", subnet.id);
        return Err(ApiError::new("InsufficientFreeAddressesInSubnet", message));
    }
    Ok((primary, others, more))
}

/// CreateNetworkInterface.
pub(in crate::sandbox::ec2) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let account = world.account.clone();
    let own_tags = tags::of_specification(p, "network-interface")?;
    if let Some(other) = p.text("InterfaceType").filter(|t| !matches!(*t, "" | "interface")) {
        let message = format!("The sandbox has no network interfaces of the type {other}.");
        return Err(ApiError::new("UnsupportedOperation", message));
    }
    let state = &world.region(&call.region).ec2;
    let id = p.required("SubnetId")?;
    let subnet = state.subnets.get(id).ok_or_else(|| not_found("subnet", id))?;
    let mut groups = groups_for(state, p, "SecurityGroupId", &subnet.vpc)?;
    if groups.is_empty() {
        groups.extend(state.default_group(&subnet.vpc).map(|g| g.id.clone()));
    }
    let known = client_token::known(state, call)?;
    let (primary, others, more) = if known.is_some() { (None, Vec::new(), 0) } else { addresses_wanted(p, subnet)? };
    let (subnet, vpc, zone) = (subnet.id.clone(), subnet.vpc.clone(), subnet.zone.clone());
    dry_run(call)?;
    let id = match known {
        Some(id) => id,
        None => {
            let id = world.new_id("eni");
            let mut random = world.random(&id, "addresses");
            let state = &mut world.region(&call.region).ec2;
            let mut take = |ip| state.subnets.get_mut(&subnet).and_then(|s| s.take(ip, random.u64()));
            let private_ip = take(primary).unwrap_or(Ipv4Addr::UNSPECIFIED);
            let mut secondary: Vec<Ipv4Addr> = others.into_iter().filter_map(|ip| take(Some(ip))).collect();
            secondary.extend((0..more).filter_map(|_| take(None)));
            let made = OwnInterface {
                id: id.clone(),
                description: p.text("Description").unwrap_or_default().into(),
                subnet,
                vpc,
                zone,
                private_ip,
                secondary,
                groups,
                source_dest_check: true,
                phase: Phase::Beginning,
                attachment: None,
            };
            if !own_tags.is_empty() {
                state.other_tags.insert(id.clone(), own_tags);
            }
            state.own_interfaces.insert(id.clone(), made);
            client_token::remember(state, call, &id);
            settle_in(world, call, &id, 0.5, 2.0);
            id
        }
    };
    let state = &world.region(&call.region).ec2;
    let none = Tags::new();
    let tags = state.other_tags.get(&id).unwrap_or(&none);
    Ok(call.ec2(|x| {
        if let Some(i) = state.own_interfaces.get(&id) {
            let shown = Shown::of_own(state, i, &account);
            x.nest("networkInterface", |x| shown.write(x, state, &call.region, &account, tags));
        }
        x.opt("clientToken", p.text("ClientToken"));
    }))
}

/// Whose an interface is that is not the account's to change.
fn not_yours() -> ApiError {
    ApiError::new("AuthFailure", "You do not have permission to access the specified resource.").status(403)
}

/// An own interface by its id. An instance's primary one is in use for as long as the instance is there.
fn the_own<'s>(state: &'s State, account: &str, id: &str, now: Time) -> Result<&'s OwnInterface, ApiError> {
    if let Some(own) = state.own_interfaces.get(id) {
        return Ok(own);
    }
    Err(match all(state, account, now).remove(id) {
        None => not_found("eni", id),
        Some(Interface::Other(_)) => not_yours(),
        Some(Interface::Instance(_)) => in_use(id),
    })
}

fn in_use(id: &str) -> ApiError {
    invalid(format!("Network interface '{id}' is currently in use."))
}

/// DeleteNetworkInterface: refused while it is attached.
pub(in crate::sandbox::ec2) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let state = &mut world.region(&call.region).ec2;
    let id = call.params.required("NetworkInterfaceId")?;
    if the_own(state, &account, id, call.now)?.attachment.is_some() {
        return Err(in_use(id));
    }
    dry_run(call)?;
    state.drop_own_interface(id);
    Ok(call.ec2(|x| x.el("return", true)))
}

/// AttachNetworkInterface.
pub(in crate::sandbox::ec2) fn attach(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let account = world.account.clone();
    let state = &world.region(&call.region).ec2;
    let (id, instance) = (p.required("NetworkInterfaceId")?, p.required("InstanceId")?);
    let own = the_own(state, &account, id, call.now)?;
    let i = state.instances.get(instance).ok_or_else(|| not_found("i", instance))?;
    let index = p.required("DeviceIndex").and_then(|_| p.int("DeviceIndex"))?.unwrap_or_default();
    let index = u32::try_from(index).map_err(|_| invalid(format!("Invalid device index '{index}'.")))?;
    // None of the types here has more than one card.
    if let Some(card @ 1..) = p.int("NetworkCardIndex")? {
        return Err(invalid(format!("Network card index {card} exceeds the limit for {}.", i.instance_type)));
    }
    if own.attachment.is_some() {
        return Err(in_use(id));
    }
    if !matches!(i.state, InstanceState::Pending | InstanceState::Running | InstanceState::Stopped) {
        return Err(ApiError::new("IncorrectState", format!("Instance '{instance}' is not 'running' or 'stopped'.")));
    }
    if own.zone != i.zone {
        let message =
            "You may not attach a network interface to an instance if they are not in the same availability zone";
        return Err(ApiError::new("InvalidParameterCombination", message));
    }
    let there = state.interfaces_of(&i.id);
    let numbers = there.iter().filter_map(|o| Some(o.attachment.as_ref()?.index)).chain([0]);
    if numbers.into_iter().any(|n| n == index) {
        let message = format!("Instance '{instance}' already has an interface attached at device index '{index}'.");
        return Err(invalid(message));
    }
    if let Some(kind) = types::find(&i.instance_type) {
        let count = 2 + there.len() as u64;
        if count > u64::from(kind.interfaces) {
            let message = format!("Interface count {count} exceeds the limit for {}", i.instance_type);
            return Err(ApiError::new("AttachmentLimitExceeded", message));
        }
        if own.addresses().count() as u64 > u64::from(kind.addresses) {
            let message = "Number of private addresses will exceed limit.";
            return Err(ApiError::new("PrivateIpAddressLimitExceeded", message));
        }
    }
    dry_run(call)?;
    let (id, instance) = (own.id.clone(), i.id.clone());
    let made = InterfaceAttachment {
        id: world.new_id("eni-attach"),
        instance,
        index,
        since: Time::from_secs(call.now.secs()),
        delete_on_termination: false,
        phase: Phase::Beginning,
    };
    let answer = made.id.clone();
    if let Some(own) = world.region(&call.region).ec2.own_interfaces.get_mut(&id) {
        own.attachment = Some(made);
    }
    settle_in(world, call, &id, 1.0, 4.0);
    Ok(call.ec2(|x| {
        x.el("attachmentId", &answer);
        x.el("networkCardIndex", 0_u32);
    }))
}

/// DetachNetworkInterface: an instance's primary one stays, and so does what a service has.
pub(in crate::sandbox::ec2) fn detach(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &world.region(&call.region).ec2;
    let attachment = call.params.required("AttachmentId")?;
    let has = |i: &&OwnInterface| i.attachment.as_ref().is_some_and(|a| a.id == attachment);
    let found = state.own_interfaces.values().find(has).and_then(|i| Some((&i.id, i.attachment.as_ref()?)));
    let Some((id, a)) = found else { return Err(not_detached(state, attachment, call.now)) };
    if a.phase == Phase::Ending {
        return Err(ApiError::new("IncorrectState", format!("Network interface '{id}' is in the 'detaching' state.")));
    }
    let id = id.clone();
    let force = call.params.bool("Force")?.unwrap_or(false);
    dry_run(call)?;
    let own = world.region(&call.region).ec2.own_interfaces.get_mut(&id);
    if let Some(a) = own.and_then(|i| i.attachment.as_mut()) {
        a.phase = Phase::Ending;
    }
    let (low, high) = if force { (0.5, 1.0) } else { (2.0, 6.0) };
    settle_in(world, call, &id, low, high);
    Ok(call.ec2(|x| x.el("return", true)))
}

/// Why an attachment that is of no own interface is not detached.
fn not_detached(state: &State, attachment: &str, now: Time) -> ApiError {
    let of_service = attachment.strip_prefix("ela-attach-");
    let Some(digits) = attachment.strip_prefix("eni-attach-").or(of_service) else {
        let message = format!("Invalid id: \"{attachment}\" (expecting \"eni-attach-...\")");
        return ApiError::new("InvalidNetworkInterfaceAttachmentId.Malformed", message);
    };
    let is = |id: &ArcStr| id.strip_prefix("eni-") == Some(digits);
    if state.instances.values().any(|i| i.state != InstanceState::Terminated && is(&i.interface)) {
        return ApiError::new("OperationNotPermitted", "The network interface at device index 0 cannot be detached.");
    }
    let nats = state.nat_gateways.values().filter(|n| n.holds_address(now)).map(|n| &n.interface);
    match state.service_interfaces.keys().chain(nats).any(is) {
        true if of_service.is_some() => {
            ApiError::new("OperationNotPermitted", "You are not allowed to manage 'ela-attach' attachments.")
        }
        true => not_yours(),
        false => no_attachment(attachment),
    }
}

fn no_attachment(id: &str) -> ApiError {
    ApiError::new("InvalidAttachmentID.NotFound", format!("The interface attachment '{id}' does not exist."))
}

/// ModifyNetworkInterfaceAttribute: one attribute a request. What a service made, it alone changes.
pub(in crate::sandbox::ec2) fn modify(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let account = world.account.clone();
    let id = p.required("NetworkInterfaceId")?;
    let state = &mut world.region(&call.region).ec2;
    // The instance whose primary one it is; none of the account's own.
    let (instance, vpc) = match state.own_interfaces.get(id) {
        Some(own) => (None, own.vpc.clone()),
        None => match all(state, &account, call.now).remove(id) {
            None => return Err(not_found("eni", id)),
            Some(Interface::Other(_)) => return Err(not_yours()),
            Some(Interface::Instance(i)) => (Some(i.id.clone()), i.vpc.clone()),
        },
    };
    let check = flag(p, "SourceDestCheck")?;
    let groups = groups_for(state, p, "SecurityGroupId", &vpc)?;
    let described = p.text("Description.Value").filter(|_| instance.is_none());
    let goes_along = p.bool("Attachment.DeleteOnTermination")?.filter(|_| instance.is_none());
    match [check.is_some(), !groups.is_empty(), described.is_some(), goes_along.is_some()]
        .iter()
        .filter(|g| **g)
        .count()
    {
        1 => {}
        0 => return Err(ApiError::new("InvalidParameterCombination", "No attributes specified.")),
        _ => {
            let message = "Fields for multiple attribute types specified";
            return Err(ApiError::new("InvalidParameterCombination", message));
        }
    }
    if goes_along.is_some() {
        let attachment = p.required("Attachment.AttachmentId")?;
        let own = state.own_interfaces.get(id).and_then(|i| i.attachment.as_ref());
        if own.is_none_or(|a| a.id != attachment) {
            return Err(no_attachment(attachment));
        }
    }
    dry_run(call)?;
    if let Some(i) = instance.and_then(|i| state.instances.get_mut(&i)) {
        i.source_dest_check = check.unwrap_or(i.source_dest_check);
        if !groups.is_empty() {
            i.groups = groups;
        }
    } else if let Some(own) = state.own_interfaces.get_mut(id) {
        own.source_dest_check = check.unwrap_or(own.source_dest_check);
        if !groups.is_empty() {
            own.groups = groups;
        }
        if let Some(text) = described {
            own.description = text.into();
        }
        if let Some((goes, a)) = goes_along.zip(own.attachment.as_mut()) {
            a.delete_on_termination = goes;
        }
    }
    Ok(call.ec2(|x| x.el("return", true)))
}
