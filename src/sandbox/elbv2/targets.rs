//! Targets: Register, Deregister, DescribeTargetHealth.

use super::describe::{TARGETS_PER_GROUP, named_group};
use super::ec2_port;
use super::ec2_port::InstanceState;
use super::errors::{Outcome, missing, validation};
use super::health;
use super::physics;
use super::render;
use super::state::Kind;
use crate::sandbox::wire::{ApiError, Call, Params, Reply};
use crate::sandbox::world::World;

/// The targets that a request names: id and, if it says so, port.
fn named(params: &Params) -> Outcome<Vec<(String, Option<u16>)>> {
    let mut out = Vec::new();
    for one in params.list("Targets") {
        let id = one.text("Id").filter(|id| !id.is_empty()).ok_or_else(|| missing("Id"))?;
        let port = match one.int("Port")? {
            None => None,
            Some(n) => Some(u16::try_from(n).ok().filter(|p| *p > 0).ok_or_else(|| {
                validation(format!("1 validation error detected: Value '{n}' at 'targets.1.member.port' failed to satisfy constraint: Member must have value less than or equal to 65535"))
            })?),
        };
        out.push((id.to_string(), port));
    }
    Ok(out)
}

fn is_private(ip: &str) -> bool {
    ip.parse::<std::net::Ipv4Addr>()
        .is_ok_and(|ip| ip.is_private() || ip.octets()[0] == 100 && (64..128).contains(&ip.octets()[1]))
}

fn is_instance_id(id: &str) -> bool {
    id.strip_prefix("i-").is_some_and(|hex| matches!(hex.len(), 8 | 17) && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn invalid_target(message: String) -> ApiError {
    ApiError::new("InvalidTarget", message)
}

pub(super) fn register(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let targets = named(&call.params)?;
    let region = &call.region;
    let group = named_group(&world.region(region).elbv2, call)?.clone();
    if targets.is_empty() {
        return Err(missing("Targets"));
    }
    if group.target_type == "instance" {
        if let Some((id, _)) = targets.iter().find(|(id, _)| !is_instance_id(id)) {
            return Err(validation(format!("Instance ID '{id}' is not valid")));
        }
        let unknown: Vec<&str> = targets
            .iter()
            .filter(|(id, _)| ec2_port::instance(world, region, id).is_none())
            .map(|(id, _)| id.as_str())
            .collect();
        if !unknown.is_empty() {
            return Err(invalid_target(format!(
                "The following targets are not valid instances: '{}'",
                unknown.join("', '")
            )));
        }
        let mut asleep = Vec::new();
        for (id, _) in &targets {
            let Some(i) = ec2_port::instance(world, region, id) else { continue };
            if i.vpc.as_str() != group.vpc {
                return Err(invalid_target(format!(
                    "The following targets are not in the target group VPC '{}': '{id}'",
                    group.vpc
                )));
            }
            if i.state != InstanceState::Running {
                asleep.push(id.as_str());
            }
        }
        if !asleep.is_empty() {
            return Err(invalid_target(format!(
                "The following targets are not in a running state and cannot be registered: '{}'",
                asleep.join("', '")
            )));
        }
    } else if let Some((id, _)) = targets.iter().find(|(id, _)| id.parse::<std::net::IpAddr>().is_err()) {
        return Err(validation(format!("The IP address '{id}' is not a valid IPv4 address")));
    } else if let Some((id, _)) = targets.iter().find(|(id, _)| !is_private(id)) {
        // The ranges are of RFC 1918 and RFC 6598: routable ones cannot be targets. [AWS: target types]
        return Err(validation(format!("The IP address '{id}' is not a valid private IPv4 address")));
    }
    let new = targets.iter().filter(|(id, p)| group.target(id, p.unwrap_or(group.port)).is_none()).count();
    if group.targets.len() + new > TARGETS_PER_GROUP {
        return Err(ApiError::new(
            "TooManyTargets",
            format!("The maximum number of targets per target group is {TARGETS_PER_GROUP}"),
        ));
    }
    for (id, port) in &targets {
        physics::register(world, region, &group.arn, id, *port, call.now);
    }
    Ok(call.query(render::nothing))
}

pub(super) fn deregister(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let targets = named(&call.params)?;
    let region = &call.region;
    let arn = named_group(&world.region(region).elbv2, call)?.arn.clone();
    if targets.is_empty() {
        return Err(missing("Targets"));
    }
    // AWS lets go of what is not registered without a word.
    for (id, port) in &targets {
        physics::deregister(world, region, &arn, id, *port, call.now);
    }
    Ok(call.query(render::nothing))
}

pub(super) fn describe_health(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let asked = named(&call.params)?;
    let region = &call.region;
    let state = &world.region(region).elbv2;
    let group = named_group(state, call)?;
    let http = matches!(group.protocol.as_str(), "HTTP" | "HTTPS");
    let kind = if http { Kind::Application } else { Kind::Network };
    let mut rows: Vec<(String, u16, Option<u16>, health::Words)> = Vec::new();
    if asked.is_empty() {
        for t in &group.targets {
            rows.push((t.id.clone(), t.port, Some(group.check.port_of(t.port)), t.health.words(kind)));
        }
    } else {
        for (id, port) in &asked {
            let found: Vec<_> =
                group.targets.iter().filter(|t| t.id == *id && port.is_none_or(|p| p == t.port)).collect();
            for t in &found {
                rows.push((t.id.clone(), t.port, Some(group.check.port_of(t.port)), t.health.words(kind)));
            }
            if found.is_empty() {
                rows.push((id.clone(), port.unwrap_or(group.port), None, health::not_registered()));
            }
        }
    }
    let unknown = group.target_type == "instance";
    if unknown {
        for (id, ..) in rows.iter().filter(|r| r.2.is_none()) {
            if ec2_port::instance(world, region, id).is_none() {
                return Err(invalid_target(format!("The following targets are not valid instances: '{id}'")));
            }
        }
    }
    Ok(call.query(|x| {
        x.list("TargetHealthDescriptions", "member", rows, |x, (id, port, check_port, words)| {
            x.nest("Target", |x| {
                x.el("Id", id);
                x.el("Port", port);
            });
            x.opt("HealthCheckPort", check_port.map(|p| p.to_string()));
            x.nest("TargetHealth", |x| {
                x.el("State", words.state);
                x.opt("Reason", words.reason);
                x.opt("Description", words.description);
            });
        });
    }))
}
