//! The accounts that a sandbox can start from: `demo`, `empty`, `fleet:N`.
//!
//! Each has its file under `worlds/`, embedded: its seed, what goes wrong from the start, and what is in it.
//! Each service adds its own part of `demo` in its own `demo.rs`; networks and instances come first, since all else names them.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::faults::Rule;
use super::world::World;
use super::{autoscaling, cloudtrail, cloudwatch, ec2, elbv2, physics, s3};
use crate::base::{Time, text};

/// Which world to start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WorldSpec {
    /// A small company's account in two regions, with something of everything.
    #[default]
    Demo,
    /// A new account: default VPCs and nothing else.
    Empty,
    /// One region with this many instances.
    Fleet(u32),
}

/// The region that every world is about: Seoul.
pub const HOME: &str = "ap-northeast-2";

/// The most instances that `fleet:N` makes.
pub const FLEET_MOST: u32 = 100_000;

impl FromStr for WorldSpec {
    type Err = String;

    fn from_str(s: &str) -> Result<Self, String> {
        let (name, count) = s.split_once(':').map_or((s, None), |(n, c)| (n, Some(c)));
        match (name, count) {
            ("" | "demo", None) => Ok(WorldSpec::Demo),
            ("empty", None) => Ok(WorldSpec::Empty),
            ("fleet", None) => Ok(WorldSpec::Fleet(1000)),
            ("fleet", Some(c)) => match c.replace(['_', ','], "").parse() {
                Ok(n) if n <= FLEET_MOST => Ok(WorldSpec::Fleet(n)),
                _ => Err(format!(
                    "The world fleet takes a number of instances up to {FLEET_MOST}, not {}.",
                    text::visible(c)
                )),
            },
            ("demo" | "empty", Some(_)) => Err(format!("The world {name} takes no number.")),
            _ => {
                let hint = match text::nearest(name, ["demo", "empty", "fleet"]) {
                    Some(near) => format!("Did you mean {near}?"),
                    None => "There are demo, empty and fleet:N.".to_string(),
                };
                Err(format!("There is no world {}. {hint}", text::visible(name)))
            }
        }
    }
}

impl fmt::Display for WorldSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WorldSpec::Demo => f.write_str("demo"),
            WorldSpec::Empty => f.write_str("empty"),
            WorldSpec::Fleet(n) => write!(f, "fleet:{n}"),
        }
    }
}

/// What every world's file says first.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    /// What every random number comes from. Screenshots and tests rest on the built-in ones.
    pub(super) seed: u64,
    /// What goes wrong from the start: see [`super::faults`].
    #[serde(default)]
    pub(super) faults: Vec<String>,
}

/// Reads a world's file.
pub(super) fn read<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, String> {
    toml::from_str(text).map_err(|e| format!("worlds/{name}.toml: {e}"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bare {
    world: Header,
}

/// Builds the world that `spec` names, as it stands at `now`, with what goes wrong in it.
pub(super) fn build(spec: &WorldSpec, now: Time) -> Result<(World, Vec<Rule>), String> {
    let (world, header) = match spec {
        WorldSpec::Empty => {
            let file: Bare = read("empty", include_str!("../../worlds/empty.toml"))?;
            (World::new(file.world.seed, now), file.world)
        }
        WorldSpec::Demo => {
            let file = ec2::demo::read()?;
            let mut world = World::new(file.world.seed, now);
            ec2::demo::build(&mut world, &file, now)?;
            elbv2::demo::build(&mut world, now)?;
            autoscaling::demo::build(&mut world, now)?;
            s3::demo::build(&mut world, now)?;
            // What groups and balancers recorded before that, so that their alarms know where they stand from the start.
            for minute in (60..120).rev() {
                let at = now.secs().div_euclid(60) * 60 - minute * 60;
                physics::record_minute(&mut world, HOME, Time::from_secs(at));
            }
            cloudwatch::demo::build(&mut world, now)?;
            cloudtrail::demo::build(&mut world, now);
            physics::deliver(&mut world);
            (world, file.world)
        }
        WorldSpec::Fleet(n) => {
            let file = ec2::fleet::read()?;
            let mut world = World::new(file.world.seed, now);
            ec2::fleet::build(&mut world, &file, now, *n)?;
            (world, file.world)
        }
    };
    Ok((world, rules(&header)?))
}

/// A world's faults; a mistake in one is told, with its text.
fn rules(header: &Header) -> Result<Vec<Rule>, String> {
    header.faults.iter().map(|text| text.parse()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_world_names_the_nearest() {
        assert_eq!("fleet:10_000".parse(), Ok(WorldSpec::Fleet(10_000)));
        assert_eq!("".parse(), Ok(WorldSpec::Demo));
        assert!("dmeo".parse::<WorldSpec>().is_err_and(|e| e.contains("Did you mean demo?")));
        assert!("fleet:100001".parse::<WorldSpec>().is_err_and(|e| e.contains("100000")));
    }

    #[test]
    fn the_demo_stands_in_two_regions_and_is_the_same_each_time() {
        let now = Time::from_secs(1_795_252_800);
        let mut one = build(&WorldSpec::Demo, now).unwrap().0;
        crate::sandbox::physics::advance(&mut one, now);
        let count = |r: &str| one.peek(r).map_or(0, |r| r.ec2.instances.len());
        assert_eq!((count("ap-northeast-2"), count("ap-northeast-1")), (30, 8));
        let states: std::collections::BTreeSet<_> =
            one.peek("ap-northeast-2").unwrap().ec2.instances.values().map(|i| i.state.name()).collect();
        assert_eq!(states.into_iter().collect::<Vec<_>>(), ["running", "stopped", "stopping", "terminated"]);
        let mut two = build(&WorldSpec::Demo, now).unwrap().0;
        crate::sandbox::physics::advance(&mut two, now);
        assert_eq!(serde_json::to_string(&one).unwrap(), serde_json::to_string(&two).unwrap());
    }

    #[test]
    fn a_worlds_faults_are_rules_and_a_mistake_names_its_text() {
        let bare: Bare = read("x", "[world]\nseed = 1\nfaults = [\"ec2:Describe* throttle x3\"]").unwrap();
        assert_eq!(rules(&bare.world).unwrap().len(), 1);
        let bad: Bare = read("x", "[world]\nseed = 1\nfaults = [\"ec2:X throtle\"]").unwrap();
        assert!(rules(&bad.world).is_err_and(|e| e.contains("ec2:X throtle")));
        assert!(
            read::<Bare>("x", "[world]\nsead = 1").is_err_and(|e| e.contains("worlds/x.toml") && e.contains("sead"))
        );
    }

    #[test]
    fn a_fleet_of_ten_thousand_has_ten_thousand_addresses() {
        let world = build(&WorldSpec::Fleet(10_000), Time::from_secs(1_795_252_800)).unwrap().0;
        let state = &world.peek("ap-northeast-2").unwrap().ec2;
        let addresses: std::collections::BTreeSet<_> = state.instances.values().map(|i| i.private_ip).collect();
        assert_eq!((state.instances.len(), addresses.len(), state.volumes.len()), (10_000, 10_000, 10_000));
        assert!(world.events.is_empty());
    }
}
