//! Elastic IP addresses: Describe, Allocate, Associate, Disassociate, Release.

use std::net::Ipv4Addr;

use arcstr::ArcStr;

use super::checks::{dry_run, not_found};
use super::describe::tag_set;
use super::filter::Filters;
use super::interfaces::association_of;
use super::network::wanted;
use super::state::{Address, State};
use super::tags;
use crate::base::Time;
use crate::sandbox::wire::{ApiError, Call, Params, Reply};
use crate::sandbox::world::{ACCOUNT, World};

/// Elastic IP addresses that an account may have in a region, unless it asks for more.
const MOST: usize = 5;

fn no_address(ip: &str) -> ApiError {
    ApiError::new("InvalidAddress.NotFound", format!("Address '{ip}' not found."))
}

/// Where an Elastic IP address leads.
struct Place {
    association: ArcStr,
    interface: ArcStr,
    private_ip: Ipv4Addr,
    instance: Option<ArcStr>,
}

/// Where it leads: to an instance, an interface of the account's own, or a service's.
fn place(state: &State, a: &Address, now: Time) -> Option<Place> {
    let Some((association, of)) = &a.association else {
        let s = state.service_of(a, now)?;
        let association = association_of(&s.id);
        return Some(Place { association, interface: s.id, private_ip: s.private_ip, instance: None });
    };
    let association = association.clone();
    if let Some(i) = state.instances.get(of) {
        let (interface, instance) = (i.interface.clone(), Some(i.id.clone()));
        return Some(Place { association, interface, private_ip: i.private_ip, instance });
    }
    let own = state.own_interface_of(a)?;
    let instance = own.attachment.as_ref().map(|a| a.instance.clone());
    Some(Place { association, interface: own.id.clone(), private_ip: own.private_ip, instance })
}

/// DescribeAddresses.
pub(super) fn describe(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let state = &world.region(&call.region).ec2;
    let ids = wanted(&state.addresses, call, "AllocationId", "eipalloc")?;
    let ips = call.params.texts("PublicIp");
    if let Some(unknown) = ips.iter().find(|ip| state.addresses.values().all(|a| a.ip.to_string() != **ip)) {
        return Err(no_address(unknown));
    }
    const KNOWN: &[&str] = &[
        "tag:",
        "allocation-id",
        "association-id",
        "domain",
        "instance-id",
        "network-border-group",
        "network-interface-id",
        "network-interface-owner-id",
        "private-ip-address",
        "public-ip",
    ];
    let filters = Filters::read(&call.params, KNOWN)?;
    let at = |a: &Address| place(state, a, call.now);
    let found = state.addresses.values().filter(|a| {
        (ids.is_empty() || ids.contains(&a.id.as_str()))
            && (ips.is_empty() || ips.contains(&a.ip.to_string().as_str()))
            && filters.pass(&a.tags, |name, out| match name {
                "allocation-id" => out.push(a.id.as_str().into()),
                "association-id" => out.extend(at(a).map(|p| p.association.to_string().into())),
                "domain" => out.push("vpc".into()),
                "instance-id" => out.extend(at(a).and_then(|p| p.instance).map(|i| i.to_string().into())),
                "network-border-group" => out.push(call.region.clone().into()),
                "network-interface-id" => out.extend(at(a).map(|p| p.interface.to_string().into())),
                "network-interface-owner-id" => out.extend(at(a).map(|_| ACCOUNT.into())),
                "private-ip-address" => out.extend(at(a).map(|p| p.private_ip.to_string().into())),
                "public-ip" => out.push(a.ip.to_string().into()),
                _ => {}
            })
    });
    Ok(call.ec2(|x| {
        x.list("addressesSet", "item", found, |x, a| {
            x.el("publicIp", a.ip.to_string());
            x.el("allocationId", &a.id);
            x.el("domain", "vpc");
            if let Some(at) = place(state, a, call.now) {
                x.opt("instanceId", at.instance.as_ref());
                x.el("associationId", &at.association);
                x.el("networkInterfaceId", &at.interface);
                x.el("networkInterfaceOwnerId", &account);
                x.el("privateIpAddress", at.private_ip.to_string());
            }
            x.el("publicIpv4Pool", "amazon");
            x.el("networkBorderGroup", call.region.as_str());
            tag_set(x, &a.tags);
        });
    }))
}

/// AllocateAddress.
pub(super) fn allocate(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let tags = tags::of_specification(&call.params, "elastic-ip")?;
    if world.region(&call.region).ec2.addresses.len() >= MOST {
        let message = "The maximum number of addresses has been reached.";
        return Err(ApiError::new("AddressLimitExceeded", message));
    }
    if let Some(group) = call.params.text("NetworkBorderGroup").filter(|g| *g != call.region) {
        let message =
            format!("Value ({group}) for parameter networkBorderGroup is invalid. It is no group of {}.", call.region);
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    dry_run(call)?;
    let id = world.new_id("eipalloc");
    let hint = world.random(&id, "elastic").u64();
    let state = &mut world.region(&call.region).ec2;
    let ip = state.take_elastic(hint);
    state.addresses.insert(id.clone(), Address { id: id.clone(), ip, association: None, tags });
    Ok(call.ec2(|x| {
        x.el("publicIp", ip.to_string());
        x.el("domain", "vpc");
        x.el("allocationId", &id);
        x.el("publicIpv4Pool", "amazon");
        x.el("networkBorderGroup", call.region.as_str());
    }))
}

/// The address that a request names, by allocation or by address.
fn the_address(state: &State, p: &Params) -> Result<ArcStr, ApiError> {
    match (p.text("AllocationId"), p.text("PublicIp")) {
        (Some(id), _) => state.addresses.get(id).map(|a| a.id.clone()).ok_or_else(|| {
            ApiError::new("InvalidAllocationID.NotFound", format!("The allocation ID '{id}' does not exist"))
        }),
        (None, Some(ip)) => state
            .addresses
            .values()
            .find(|a| a.ip.to_string() == ip)
            .map(|a| a.id.clone())
            .ok_or_else(|| no_address(ip)),
        (None, None) => Err(ApiError::new("MissingParameter", "Either public IP or allocation id must be specified")),
    }
}

/// What a request wants to give an address to: the instance's or own interface's id, its interface and primary private address.
fn the_place(state: &State, p: &Params) -> Result<(ArcStr, ArcStr, Ipv4Addr), ApiError> {
    let instance = match (p.text("NetworkInterfaceId"), p.text("InstanceId")) {
        (Some(eni), _) => {
            if let Some(own) = state.own_interfaces.get(eni) {
                return Ok((own.id.clone(), own.id.clone(), own.private_ip));
            }
            state.instances.values().find(|i| i.interface == eni).ok_or_else(|| not_found("eni", eni))?
        }
        (None, Some(id)) => {
            let i = state.instances.get(id).ok_or_else(|| not_found("i", id))?;
            if !state.interfaces_of(id).is_empty() {
                let message = format!(
                    "There are multiple interfaces attached to instance '{id}'. Please specify an interface ID for the \
                     operation instead."
                );
                return Err(ApiError::new("InvalidInstanceID", message));
            }
            i
        }
        (None, None) => {
            let message = "Either instance ID or network interface id must be specified";
            return Err(ApiError::new("MissingParameter", message));
        }
    };
    if instance.state.is_ending() {
        let message = format!("The instance '{}' is not in a valid state for this operation.", instance.id);
        return Err(ApiError::new("IncorrectInstanceState", message));
    }
    Ok((instance.id.clone(), instance.interface.clone(), instance.private_ip))
}

/// AssociateAddress. The instance's own public address goes back to AWS.
pub(super) fn associate(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let association = world.new_id("eipassoc");
    let state = &mut world.region(&call.region).ec2;
    let address = the_address(state, p)?;
    let theirs = state.addresses.get(&address).and_then(|a| state.service_of(a, call.now));
    if theirs.is_some() {
        // A NAT gateway's or a load balancer's is theirs for as long as they are there.
        let message = "You do not have permission to access the specified resource.";
        return Err(ApiError::new("AuthFailure", message).status(403));
    }
    let (id, interface, private_ip) = the_place(state, p)?;
    // Each interface has one address that an Elastic one can be of, its primary one.
    if let Some(ip) = p.text("PrivateIpAddress").filter(|ip| *ip != private_ip.to_string()) {
        let message = format!("Invalid value '{ip}' for PrivateIpAddress. It is no primary address of {interface}");
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    let elsewhere = state.addresses.get(&address).and_then(|a| a.association.clone()).filter(|(_, i)| *i != id);
    if elsewhere.is_some() && p.bool("AllowReassociation")? == Some(false) {
        let message =
            format!("resource {address} is already associated with associate-id {}", elsewhere.unwrap_or_default().0);
        return Err(ApiError::new("Resource.AlreadyAssociated", message));
    }
    dry_run(call)?;
    for a in state.addresses.values_mut() {
        if a.association.as_ref().is_some_and(|(_, i)| *i == id) {
            a.association = None;
        }
    }
    if let Some(a) = state.addresses.get_mut(&address) {
        a.association = Some((association.clone(), id.clone()));
    }
    let own = state.instances.get_mut(&id).and_then(|i| i.public_ip.take());
    state.release_public(own);
    Ok(call.ec2(|x| {
        x.el("return", true);
        x.el("associationId", &association);
    }))
}

/// DisassociateAddress. A running instance gets an address of AWS's again if its subnet gives one.
pub(super) fn disassociate(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let state = &mut world.region(&call.region).ec2;
    let address = match p.text("AssociationId") {
        Some(id) => {
            let found = state.addresses.values().find(|a| a.association.as_ref().is_some_and(|(a, _)| a == id));
            found.map(|a| a.id.clone()).ok_or_else(|| {
                ApiError::new("InvalidAssociationID.NotFound", format!("The association ID '{id}' does not exist"))
            })?
        }
        None => the_address(state, p)?,
    };
    dry_run(call)?;
    let was = state.addresses.get_mut(&address).and_then(|a| a.association.take());
    if let Some((_, id)) = was {
        let gets = state.instances.get(&id).is_some_and(|i| i.wants_public_ip && i.booted.is_some());
        let hint = world.random(&id, "after-elastic").u64();
        let state = &mut world.region(&call.region).ec2;
        if gets {
            let ip = state.take_public(hint);
            if let Some(i) = state.instances.get_mut(&id) {
                i.public_ip = Some(ip);
            }
        }
    }
    Ok(call.ec2(|x| x.el("return", true)))
}

/// ReleaseAddress: refused while it is associated.
pub(super) fn release(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &mut world.region(&call.region).ec2;
    let address = the_address(state, &call.params)?;
    // "If you provide an incorrect network border group, you receive an InvalidAddress.NotFound error." [AWS: ReleaseAddress]
    if call.params.text("NetworkBorderGroup").is_some_and(|g| g != call.region)
        && let Some(a) = state.addresses.get(&address)
    {
        return Err(no_address(&a.ip.to_string()));
    }
    if let Some(a) = state.addresses.get(&address).filter(|a| state.is_used(a, call.now)) {
        let message = format!("Address {} is in use.", a.ip);
        return Err(ApiError::new("InvalidIPAddress.InUse", message));
    }
    dry_run(call)?;
    state.addresses.remove(&address);
    Ok(call.ec2(|x| x.el("return", true)))
}
