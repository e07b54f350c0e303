//! Network interfaces: what is shown of them, the account's own, and those that services above keep here.

mod kept;
mod own;
mod shown;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;

use arcstr::ArcStr;

pub use self::kept::{Outside, Wanted, keep, kept_in};
pub(super) use self::own::{attach, create, delete, detach, modify, settle};
pub(super) use self::shown::{Shown, association_of};
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
    /// A service of AWS, or the account itself.
    Other(Box<Shown>),
}

/// All of a region by their ids.
fn all<'s>(state: &'s State, account: &str, now: Time) -> BTreeMap<ArcStr, Interface<'s>> {
    let instances = state.instances.values().filter(|i| i.state != InstanceState::Terminated);
    let nats = state.nat_gateways.values().filter_map(|n| ServiceInterface::of_nat(state, n, now));
    let services = state.service_interfaces.values().map(Cow::Borrowed).chain(nats.map(Cow::Owned));
    let others = services.map(|s| Shown::of_service(&s, account));
    let own = state.own_interfaces.values().map(|i| Shown::of_own(state, i, account));
    instances
        .map(|i| (i.interface.clone(), Interface::Instance(i)))
        .chain(others.chain(own).map(|s| (s.id.clone(), Interface::Other(Box::new(s)))))
        .collect()
}

/// DescribeNetworkInterfaces.
pub(super) fn interfaces(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let state = &world.region(&call.region).ec2;
    let all = all(state, &account, call.now);
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
        Interface::Other(s) => s.id.clone(),
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
        Interface::Other(s) => s.write(x, state, &call.region, &account, tags(i)),
    };
    let (found, next) = page.cut(&all, |i| {
        (ids.is_empty() || ids.contains(&id_of(i).as_str()))
            && filters.pass_with(
                tags(i),
                |name, out| match (name, i) {
                    ("owner-id", _) => out.push(ACCOUNT.into()),
                    ("attachment.status", Interface::Instance(_)) => out.push("attached".into()),
                    ("status", Interface::Instance(_)) => out.push("in-use".into()),
                    (_, Interface::Instance(i)) => {
                        let public = public_ip(i, &elastic).map(|ip| ip.to_string());
                        of_instance(state, i, public, name, out);
                    }
                    (_, Interface::Other(s)) => s.field(state, name, out),
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
