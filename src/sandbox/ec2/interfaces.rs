//! Network interfaces: DescribeNetworkInterfaces, ModifyNetworkInterfaceAttribute, and those that services above keep here.

use std::borrow::Cow;
use std::collections::BTreeMap;

use arcstr::ArcStr;

use super::attributes::{flag as given_flag, groups_for};
use super::checks::{dry_run, not_found};
use super::describe::{self, elastic, public_ip, tag_set};
use super::documented_filters;
use super::filter::{Filters, Values};
use super::network::{flag, wanted};
use super::page::Page;
use super::state::instance::{Instance, InstanceState};
use super::state::{ServiceInterface, State, Tags};
use crate::base::Time;
use crate::sandbox::regions;
use crate::sandbox::wire::{ApiError, Call, Reply, Xml};
use crate::sandbox::world::{ACCOUNT, World};

/// An interface by what has it.
enum Interface<'s> {
    /// An instance: its primary one.
    Instance(&'s Instance),
    /// A service of AWS.
    Service(Cow<'s, ServiceInterface>),
}

/// All of a region by their ids.
fn all(state: &State, now: Time) -> BTreeMap<ArcStr, Interface<'_>> {
    let instances = state.instances.values().filter(|i| i.state != InstanceState::Terminated);
    let nats = state.nat_gateways.values().filter_map(|n| ServiceInterface::of_nat(state, n, now));
    let services = state.service_interfaces.values().map(Cow::Borrowed).chain(nats.map(Cow::Owned));
    instances
        .map(|i| (i.interface.clone(), Interface::Instance(i)))
        .chain(services.map(|s| (s.id.clone(), Interface::Service(s))))
        .collect()
}

/// DescribeNetworkInterfaces.
pub(super) fn interfaces(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let state = &world.region(&call.region).ec2;
    let all = all(state, call.now);
    let ids = wanted(&all, call, "NetworkInterfaceId", "eni")?;
    const KNOWN: &[&str] = &[
        "tag:",
        "addresses.association.public-ip",
        "association.public-ip",
        "addresses.private-ip-address",
        "attachment.instance-id",
        "attachment.status",
        "availability-zone",
        "description",
        "group-id",
        "group-name",
        "interface-type",
        "mac-address",
        "network-interface-id",
        "owner-id",
        "private-ip-address",
        "requester-id",
        "requester-managed",
        "status",
        "subnet-id",
        "vpc-id",
    ];
    let filters = Filters::read_with(&call.params, KNOWN, documented_filters::INTERFACES)?;
    let page = Page::read(&call.params, 5, 1000)?;
    let elastic = elastic(state);
    let none = Tags::new();
    let id_of = |i: &Interface<'_>| match i {
        Interface::Instance(i) => i.interface.clone(),
        Interface::Service(s) => s.id.clone(),
    };
    let tags = |i: &Interface<'_>| state.other_tags.get(&id_of(i)).unwrap_or(&none);
    let show = |x: &mut Xml, i: &Interface<'_>| match i {
        Interface::Instance(instance) => {
            x.el("availabilityZone", &instance.zone);
            x.opt("availabilityZoneId", regions::zone_id(&instance.zone));
            x.el("requesterManaged", false);
            let public = public_ip(instance, &elastic);
            describe::interface(x, state, &call.region, &account, instance, public, true);
            tag_set(x, tags(i));
        }
        Interface::Service(s) => service(x, state, (&call.region, &account), s, tags(i)),
    };
    let (found, next) = page.cut(&all, |i| {
        (ids.is_empty() || ids.contains(&id_of(i).as_str()))
            && filters.pass_with(
                tags(i),
                |name, out| match (name, i) {
                    ("owner-id", _) => out.push(ACCOUNT.into()),
                    ("attachment.status", _) => out.push("attached".into()),
                    ("status", _) => out.push("in-use".into()),
                    (_, Interface::Instance(i)) => {
                        let public = public_ip(i, &elastic).map(|ip| ip.to_string());
                        of_instance(state, i, public, name, out);
                    }
                    (_, Interface::Service(s)) => of_service(state, s, name, out),
                },
                |x| show(x, i),
            )
    });
    Ok(call.ec2(|x| {
        x.list("networkInterfaceSet", "item", found, |x, i| show(x, i));
        x.opt("nextToken", next);
    }))
}

fn named<'a>(state: &'a State, groups: &'a [ArcStr]) -> impl Iterator<Item = Cow<'a, str>> {
    groups.iter().filter_map(|g| state.groups.get(g)).map(|g| g.name.as_str().into())
}

/// What a filter's name stands for, of an instance's interface.
fn of_instance<'a>(state: &'a State, i: &'a Instance, public: Option<String>, name: &str, out: &mut Values<'a>) {
    match name {
        "addresses.association.public-ip" | "association.public-ip" => out.extend(public.map(Into::into)),
        "addresses.private-ip-address" | "private-ip-address" => out.push(i.private_ip.to_string().into()),
        "attachment.instance-id" => out.push(i.id.as_str().into()),
        "availability-zone" => out.push(i.zone.as_str().into()),
        "group-id" => out.extend(i.groups.iter().map(|g| g.as_str().into())),
        "group-name" => out.extend(named(state, &i.groups)),
        "interface-type" => out.push("interface".into()),
        "mac-address" => out.push(describe::mac(i.private_ip).into()),
        "network-interface-id" => out.push(i.interface.as_str().into()),
        "requester-managed" => out.push(flag(false).into()),
        "subnet-id" => out.push(i.subnet.as_str().into()),
        "vpc-id" => out.push(i.vpc.as_str().into()),
        _ => {}
    }
}

/// The same of a service's.
fn of_service<'a>(state: &'a State, s: &'a ServiceInterface, name: &str, out: &mut Values<'a>) {
    match name {
        "addresses.association.public-ip" | "association.public-ip" => {
            out.extend(s.public.as_ref().map(|(ip, _)| ip.to_string().into()));
        }
        "addresses.private-ip-address" | "private-ip-address" => out.push(s.private_ip.to_string().into()),
        "availability-zone" => out.push(s.zone.as_str().into()),
        "description" => out.push(s.description.as_str().into()),
        "group-id" => out.extend(s.groups.iter().map(|g| g.as_str().into())),
        "group-name" => out.extend(named(state, &s.groups)),
        "interface-type" => out.push(s.kind.as_str().into()),
        "mac-address" => out.push(describe::mac(s.private_ip).into()),
        "network-interface-id" => out.push(s.id.as_str().into()),
        "requester-id" => out.push(s.requester.as_str().into()),
        "requester-managed" => out.push(flag(true).into()),
        "subnet-id" => out.push(s.subnet.as_str().into()),
        "vpc-id" => out.push(s.vpc.as_str().into()),
        _ => {}
    }
}

/// A service's interface, as DescribeNetworkInterfaces shows it: it is attached to what the account cannot see.
fn service(x: &mut Xml, state: &State, (region, account): (&str, &str), s: &ServiceInterface, tags: &Tags) {
    let association = |x: &mut Xml| {
        if let Some((ip, allocation)) = &s.public {
            x.nest("association", |x| {
                x.el("publicIp", ip.to_string());
                x.el("publicDnsName", describe::public_dns(region, *ip));
                x.el("ipOwnerId", account);
                x.el("allocationId", allocation);
            });
        }
    };
    x.el("availabilityZone", &s.zone);
    x.opt("availabilityZoneId", regions::zone_id(&s.zone));
    x.el("requesterId", &s.requester);
    x.el("requesterManaged", true);
    x.el("networkInterfaceId", &s.id);
    x.el("subnetId", &s.subnet);
    x.el("vpcId", &s.vpc);
    x.el("description", &s.description);
    x.el("ownerId", account);
    x.el("status", "in-use");
    x.el("macAddress", describe::mac(s.private_ip));
    x.el("privateIpAddress", s.private_ip.to_string());
    x.el("privateDnsName", describe::private_dns(region, s.private_ip));
    // It takes and sends what is for others.
    x.el("sourceDestCheck", false);
    describe::groups(x, state, &s.groups);
    x.nest("attachment", |x| {
        x.el("attachmentId", s.id.replace("eni-", "ela-attach-"));
        x.el("instanceOwnerId", &s.requester);
        x.el("deviceIndex", 1_u32);
        x.el("status", "attached");
        x.el("attachTime", s.since);
        x.el("deleteOnTermination", false);
        x.el("networkCardIndex", 0_u32);
    });
    association(x);
    x.nest("privateIpAddressesSet", |x| {
        x.nest("item", |x| {
            x.el("privateIpAddress", s.private_ip.to_string());
            x.el("privateDnsName", describe::private_dns(region, s.private_ip));
            x.el("primary", true);
            association(x);
        });
    });
    x.empty("ipv6AddressesSet");
    x.el("interfaceType", &s.kind);
    tag_set(x, tags);
}

/// ModifyNetworkInterfaceAttribute: one attribute a request. What a service made, it alone changes.
pub(super) fn modify(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let id = p.required("NetworkInterfaceId")?;
    let state = &mut world.region(&call.region).ec2;
    let i = match all(state, call.now).remove(id) {
        None => return Err(not_found("eni", id)),
        Some(Interface::Service(_)) => {
            let message = "You do not have permission to access the specified resource.";
            return Err(ApiError::new("AuthFailure", message).status(403));
        }
        Some(Interface::Instance(i)) => i,
    };
    let (instance, vpc) = (i.id.clone(), i.vpc.clone());
    let check = given_flag(p, "SourceDestCheck")?;
    let groups = groups_for(state, p, "SecurityGroupId", &vpc)?;
    match (check.is_some(), groups.is_empty()) {
        (true, true) | (false, false) => {}
        (false, true) => return Err(ApiError::new("InvalidParameterCombination", "No attributes specified.")),
        (true, false) => {
            let message = "Fields for multiple attribute types specified";
            return Err(ApiError::new("InvalidParameterCombination", message));
        }
    }
    dry_run(call)?;
    if let Some(i) = state.instances.get_mut(&instance) {
        i.source_dest_check = check.unwrap_or(i.source_dest_check);
        if !groups.is_empty() {
            i.groups = groups;
        }
    }
    Ok(call.ec2(|x| x.el("return", true)))
}

/// What a service above wants to have in one subnet.
pub struct Wanted {
    /// The subnet.
    pub subnet: String,
    /// What it is for.
    pub description: String,
    /// `interface`, `network_load_balancer`…
    pub kind: &'static str,
    /// Its security groups.
    pub groups: Vec<String>,
}

/// Keeps just these interfaces for what a service calls `of`: new ones take an address of their subnet, the others give theirs back.
pub fn keep(world: &mut World, region: &str, (of, requester): (&str, &str), wanted: Vec<Wanted>, now: Time) {
    let seeds: Vec<(u64, u64)> = wanted
        .iter()
        .map(|w| {
            let mut random = world.random(of, &format!("interface {}", w.subnet));
            (random.u64(), random.u64())
        })
        .collect();
    let state = &mut world.region(region).ec2;
    let gone: Vec<ServiceInterface> = state
        .service_interfaces
        .values()
        .filter(|s| s.of == of && wanted.iter().all(|w| s.subnet != w.subnet.as_str()))
        .cloned()
        .collect();
    for s in gone {
        state.service_interfaces.remove(&s.id);
        state.other_tags.remove(&s.id);
        if let Some(subnet) = state.subnets.get_mut(&s.subnet) {
            subnet.taken.remove(&s.private_ip);
        }
    }
    for (w, (id, hint)) in wanted.into_iter().zip(seeds) {
        let groups: Vec<ArcStr> = w.groups.into_iter().map(Into::into).collect();
        let there = state.service_interfaces.values_mut().find(|s| s.of == of && s.subnet == w.subnet.as_str());
        if let Some(s) = there {
            s.groups = groups;
            continue;
        }
        let Some(subnet) = state.subnets.get_mut(w.subnet.as_str()) else { continue };
        let Some(private_ip) = subnet.take(None, hint) else { continue };
        let made = ServiceInterface {
            id: arcstr::format!("eni-0{id:016x}"),
            of: of.into(),
            description: w.description.into(),
            requester: requester.into(),
            kind: w.kind.into(),
            subnet: subnet.id.clone(),
            vpc: subnet.vpc.clone(),
            zone: subnet.zone.clone(),
            private_ip,
            public: None,
            groups,
            since: now,
        };
        state.service_interfaces.insert(made.id.clone(), made);
    }
}

/// The address that a service has in a subnet.
pub fn address_in(world: &World, region: &str, of: &str, subnet: &str) -> Option<std::net::Ipv4Addr> {
    let kept = &world.peek(region)?.ec2.service_interfaces;
    kept.values().find(|s| s.of == of && s.subnet == subnet).map(|s| s.private_ip)
}
