//! Target groups: Create, Modify, Delete.

use std::collections::BTreeMap;

use super::describe::named_group;
use super::errors::{Outcome, group_in_use, validation};
use super::state::{HealthCheck, TargetGroup};
use super::tagging::{check_name, name_of, tags_of};
use super::{attributes, ec2_port, render};
use crate::sandbox::wire::{ApiError, Call, Params, Reply};
use crate::sandbox::world::World;

/// Health check settings over what was there; AWS's ranges.
fn read_check(params: &Params, check: &mut HealthCheck) -> Outcome<()> {
    let number = |name: &str, low: i64, high: i64| -> Outcome<Option<u32>> {
        let Some(n) = params.int(name)? else { return Ok(None) };
        if (low..=high).contains(&n) {
            return Ok(u32::try_from(n).ok());
        }
        let bound =
            if n < low { format!("greater than or equal to {low}") } else { format!("less than or equal to {high}") };
        Err(validation(format!(
            "1 validation error detected: Value '{n}' at '{}' failed to satisfy constraint: Member must have value {bound}",
            super::errors::lower_first(name)
        )))
    };
    if let Some(protocol) = params.text("HealthCheckProtocol") {
        if !matches!(protocol, "HTTP" | "HTTPS" | "TCP") {
            return Err(validation(format!(
                "Health check protocol '{protocol}' must be one of: 'HTTP', 'HTTPS', 'TCP'"
            )));
        }
        let http = matches!(protocol, "HTTP" | "HTTPS");
        if http != matches!(check.protocol.as_str(), "HTTP" | "HTTPS") {
            check.path = http.then(|| "/".to_string());
            check.codes = http.then(|| "200-399".to_string());
        }
        check.protocol = protocol.to_string();
    }
    if let Some(port) = params.text("HealthCheckPort") {
        if port != "traffic-port" && !port.parse::<u16>().is_ok_and(|p| p > 0) {
            return Err(validation(format!(
                "Health check port '{port}' must be either 'traffic-port' or in range 1-65535"
            )));
        }
        check.port = port.to_string();
    }
    if let Some(path) = params.text("HealthCheckPath") {
        if !path.starts_with('/') {
            return Err(validation(format!("Health check path '{path}' must begin with a '/' character")));
        }
        check.path = Some(path.to_string());
    }
    if let Some(codes) = params.text("Matcher.HttpCode") {
        // Single codes, lists and ranges; those of application load balancers end at 499, of network ones at 599.
        let code = |s: &str| s.len() == 3 && s.parse::<u16>().is_ok_and(|n| (200..600).contains(&n));
        let good = codes
            .split(',')
            .all(|part| part.split_once('-').map_or_else(|| code(part), |(a, b)| code(a) && code(b) && a <= b));
        if !good {
            return Err(validation(format!(
                "Health check matcher HTTP code '{codes}' must be within '200-599' inclusive"
            )));
        }
        check.codes = Some(codes.to_string());
    }
    let mut next = check.clone();
    next.interval = number("HealthCheckIntervalSeconds", 5, 300)?.unwrap_or(next.interval);
    next.timeout = number("HealthCheckTimeoutSeconds", 2, 120)?.unwrap_or(next.timeout);
    next.healthy = number("HealthyThresholdCount", 2, 10)?.unwrap_or(next.healthy);
    next.unhealthy = number("UnhealthyThresholdCount", 2, 10)?.unwrap_or(next.unhealthy);
    if next.timeout >= next.interval && next.protocol != "TCP" {
        return Err(validation("Health check timeout must be smaller than the interval"));
    }
    *check = next;
    Ok(())
}

pub(super) fn create_target_group(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let (p, region) = (&call.params, call.region.as_str());
    let name = name_of(p)?;
    check_name(name, "Target group")?;
    let target_type = p.text("TargetType").unwrap_or("instance");
    if !matches!(target_type, "instance" | "ip") {
        return Err(validation(format!("Target groups of type '{target_type}' are not supported here")));
    }
    let Some(protocol) = p.text("Protocol") else { return Err(validation("A protocol must be specified")) };
    if !matches!(protocol, "HTTP" | "HTTPS" | "TCP" | "TLS" | "UDP" | "TCP_UDP") {
        return Err(ApiError::new("UnsupportedProtocol", format!("The protocol '{protocol}' is not supported")));
    }
    let http = matches!(protocol, "HTTP" | "HTTPS");
    let version = match p.text("ProtocolVersion") {
        None => http.then_some("HTTP1"),
        Some(version @ ("HTTP1" | "HTTP2")) if http => Some(version),
        Some(other) => {
            return Err(validation(format!("The protocol version '{other}' is not supported here for {protocol}")));
        }
    };
    let Some(port) = p.int("Port")? else { return Err(validation("A port must be specified")) };
    let port = u16::try_from(port).ok().filter(|p| *p > 0);
    let Some(port) = port else { return Err(validation("The port must be in range 1-65535")) };
    let Some(vpc) = p.text("VpcId") else { return Err(validation("A VPC ID must be specified")) };
    if !ec2_port::vpc_exists(world, region, vpc) {
        return Err(validation(format!("The VPC ID '{vpc}' is not found")));
    }
    let mut check = HealthCheck::defaults(protocol);
    read_check(p, &mut check)?;
    let tags = tags_of(p)?;
    let twin = world.region(region).elbv2.groups.values().find(|g| g.name == name).cloned();
    if let Some(twin) = twin {
        // Creating the same group again returns it.
        if (twin.protocol.as_str(), twin.port, twin.vpc.as_str(), &twin.check) != (protocol, port, vpc, &check) {
            return Err(ApiError::new(
                "DuplicateTargetGroupName",
                format!("A target group with the same name '{name}' exists, but with different settings"),
            ));
        }
        let state = &world.region(region).elbv2;
        return Ok(call.query(|x| x.list("TargetGroups", "member", [&twin], |x, g| render::group(x, g, state))));
    }
    let arn = insert_group(world, region, name, protocol, port, vpc, check);
    let state = &mut world.region(region).elbv2;
    if let Some(g) = state.groups.get_mut(&arn) {
        g.target_type = target_type.to_string();
        g.protocol_version = version.map(str::to_string);
    }
    if !tags.is_empty() {
        state.tags.insert(arn.clone(), tags);
    }
    let state = &world.region(region).elbv2;
    Ok(call.query(|x| x.list("TargetGroups", "member", state.groups.get(&arn), |x, g| render::group(x, g, state))))
}

/// Puts a target group into the world; returns its ARN.
pub(super) fn insert_group(
    world: &mut World,
    region: &str,
    name: &str,
    protocol: &str,
    port: u16,
    vpc: &str,
    check: HealthCheck,
) -> String {
    let (id, account) = (world.new_hex(16), world.account.clone());
    let arn = format!("arn:aws:elasticloadbalancing:{region}:{account}:targetgroup/{name}/{id}");
    let group = TargetGroup {
        arn: arn.clone(),
        name: name.to_string(),
        protocol: protocol.to_string(),
        protocol_version: matches!(protocol, "HTTP" | "HTTPS").then(|| "HTTP1".to_string()),
        port,
        vpc: vpc.to_string(),
        target_type: "instance".to_string(),
        check,
        attributes: BTreeMap::new(),
        targets: Vec::new(),
        next_round: None,
    };
    world.region(region).elbv2.groups.insert(arn.clone(), group);
    arn
}

pub(super) fn modify_target_group(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let state = &mut world.region(&call.region).elbv2;
    let arn = named_group(state, call)?.arn.clone();
    if let Some(g) = state.groups.get_mut(&arn) {
        let mut check = g.check.clone();
        read_check(&call.params, &mut check)?;
        g.check = check;
    }
    let state = &*state;
    Ok(call.query(|x| x.list("TargetGroups", "member", state.groups.get(&arn), |x, g| render::group(x, g, state))))
}

pub(super) fn modify_target_group_attributes(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let state = &mut world.region(&call.region).elbv2;
    let arn = named_group(state, call)?.arn.clone();
    let Some(g) = state.groups.get_mut(&arn) else { return Ok(call.query(render::nothing)) };
    attributes::set_group(g, &call.params)?;
    Ok(call.query(|x| attributes::write_group(x, g)))
}

pub(super) fn delete_target_group(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let state = &mut world.region(&call.region).elbv2;
    let arn = match named_group(state, call) {
        Ok(g) => g.arn.clone(),
        Err(e) if e.code == "TargetGroupNotFound" => return Ok(call.query(render::nothing)),
        Err(e) => return Err(e),
    };
    if !state.balancers_of(&arn).is_empty() {
        return Err(group_in_use(&arn));
    }
    state.groups.remove(&arn);
    state.tags.remove(&arn);
    Ok(call.query(render::nothing))
}
