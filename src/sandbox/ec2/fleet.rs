//! The world `fleet:N`: Seoul with very many instances, in as many VPCs as they need.

use std::net::Ipv4Addr;
use std::time::Duration;

use arcstr::ArcStr;
use ipnet::Ipv4Net;

use super::demo::settle;
use super::fresh::Ids;
use super::instance::InstanceState;
use super::launch::{self, LaunchRequest};
use crate::base::Time;
use crate::sandbox::world::World;

/// Where the fleet is.
const REGION: &str = "ap-northeast-2";
/// Instances a subnet: a /18 holds 16,379.
const PER_SUBNET: u32 = 8_000;

/// Types that a fleet has, all of the x86 image's architecture.
const TYPES: [&str; 6] = ["t3.micro", "t3.small", "m5.large", "c5.large", "m5.xlarge", "t3.medium"];
const SERVICES: [&str; 8] = ["api", "worker", "search", "cache", "ingest", "web", "billing", "결제"];
const ENVS: [&str; 4] = ["prod", "prod", "staging", "dev"];

/// Adds `count` instances: nine in ten running, the others stopped.
pub(in crate::sandbox) fn build(world: &mut World, now: Time, count: u32) -> Result<(), String> {
    let seed = world.seed;
    let ids = Ids { seed, region: REGION };
    let state = &mut world.region(REGION).ec2;
    let image = state.images.values().find(|i| i.name.starts_with("al2023") && i.architecture == "x86_64");
    let image = image.map(|i| i.id.clone()).ok_or("the fleet's image is missing")?;
    let mut subnets = Vec::new();
    for n in 0..count.div_ceil(PER_SUBNET) {
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
    let (types, envs) = (TYPES.map(shared), ENVS.map(shared));
    let services = SERVICES.map(shared);
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
            subnet: subnets.get((n / PER_SUBNET) as usize).cloned(),
            tags,
            ..LaunchRequest::default()
        };
        let made = launch::launch(world, REGION, &request, launched).map_err(|e| e.message)?;
        let Some(i) = made.first().and_then(|id| world.region(REGION).ec2.instances.get_mut(id)) else { continue };
        if n % 10 == 9 {
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
    world.physics.retain(|_, _| false);
    Ok(())
}
