//! The world `fleet:N`: Seoul with very many instances, in as many VPCs as they need.

use std::net::Ipv4Addr;
use std::time::Duration;

use arcstr::ArcStr;
use ipnet::Ipv4Net;
use serde::Deserialize;

use super::demo::settle;
use super::launch::{self, LaunchRequest};
use super::state::Ids;
use super::state::instance::InstanceState;
use crate::base::Time;
use crate::sandbox::presets::{self, Header};
use crate::sandbox::world::World;

const TEXT: &str = include_str!("../../../worlds/fleet.toml");

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::sandbox) struct Fleet {
    pub(in crate::sandbox) world: Header,
    fleet: Spec,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    region: String,
    image: String,
    types: Vec<ArcStr>,
    services: Vec<ArcStr>,
    envs: Vec<ArcStr>,
    per_subnet: u32,
    stopped_every: u32,
}

/// The file.
pub(in crate::sandbox) fn read() -> Result<Fleet, String> {
    let file: Fleet = presets::read("fleet", TEXT)?;
    let spec = &file.fleet;
    if spec.types.is_empty() || spec.services.is_empty() || spec.envs.is_empty() || spec.per_subnet == 0 {
        return Err("worlds/fleet.toml: a list is empty, or per_subnet is 0".into());
    }
    Ok(file)
}

/// Adds `count` instances.
pub(in crate::sandbox) fn build(world: &mut World, file: &Fleet, now: Time, count: u32) -> Result<(), String> {
    let spec = &file.fleet;
    let region = spec.region.as_str();
    let seed = world.seed;
    let ids = Ids { seed, region };
    let state = &mut world.region(region).ec2;
    let image = state.images.values().find(|i| i.name.starts_with(&spec.image) && i.architecture == "x86_64");
    let image = image.map(|i| i.id.clone()).ok_or("the fleet's image is missing")?;
    let mut subnets = Vec::new();
    for n in 0..count.div_ceil(spec.per_subnet) {
        let second = u8::try_from(n + 1).map_err(|_| "too many subnets")?;
        let cidr = Ipv4Net::new(Ipv4Addr::new(10, second, 0, 0), 16).map_err(|e| e.to_string())?;
        let part = Ipv4Net::new(cidr.addr(), 18).map_err(|e| e.to_string())?;
        let name = format!("fleet-{n}");
        let vpc = state.add_vpc(&ids, &name, cidr, false, vec![("Name".into(), name.as_str().into())]);
        let zone = ['a', 'b', 'c', 'd'][n as usize % 4];
        subnets.push(state.add_subnet(&ids, &name, &vpc, part, zone, false, false));
    }
    let shared = |s: &'static str| ArcStr::from(s);
    let (name_key, env_key, service_key) = (shared("Name"), shared("Env"), shared("service"));
    let (types, envs, services) = (&spec.types, &spec.envs, &spec.services);
    for n in 0..count {
        let at = n as usize;
        let service = &services[at % services.len()];
        let age = Duration::from_secs(3600 + u64::from(n % 977) * 7919);
        let launched = Time(now.0 - age.as_millis() as i64);
        let tags = vec![
            (name_key.clone(), arcstr::format!("{service}-{n:06}")),
            (env_key.clone(), envs[at % envs.len()].clone()),
            (service_key.clone(), service.clone()),
        ];
        let request = LaunchRequest {
            image: image.clone(),
            instance_type: types[at / 3 % types.len()].clone(),
            count: 1,
            subnet: subnets.get((n / spec.per_subnet) as usize).cloned(),
            tags,
            ..LaunchRequest::default()
        };
        let made = launch::launch(world, region, &request, launched).map_err(|e| e.message)?;
        let Some(i) = made.first().and_then(|id| world.region(region).ec2.instances.get_mut(id)) else { continue };
        if spec.stopped_every > 0 && n % spec.stopped_every == spec.stopped_every - 1 {
            settle(i, InstanceState::Stopped, launched);
            i.booted = None;
            i.state_reason = Some((
                "Client.UserInitiatedShutdown".into(),
                "Client.UserInitiatedShutdown: User initiated shutdown".into(),
            ));
        } else {
            settle(i, InstanceState::Running, launched.plus(Duration::from_secs(14)));
        }
    }
    // The launches' own events are void by now, and there are as many as instances.
    world.events.retain(|_, _| false);
    Ok(())
}
