//! Load balancers: Create, Modify, Delete.

use std::collections::BTreeMap;

use super::describe::named_balancer;
use super::errors::{Outcome, missing, validation};
use super::physics;
use super::state::Event;
use super::state::{Kind, LoadBalancer, Zone};
use super::tagging::{check_name, name_of, tags_of};
use super::{attributes, ec2_port, render};
use crate::sandbox::wire::{ApiError, Call, Reply};
use crate::sandbox::world::World;
use crate::sandbox::world::event_queue;

/// What a request says of one subnet.
struct Mapping<'p> {
    subnet: &'p str,
    allocation: Option<&'p str>,
    private_ip: Option<&'p str>,
}

/// The zones that a request's subnets stand for, sorted, and their VPC; `old` are those that the balancer has.
fn zones_of(
    world: &World,
    call: &Call<'_>,
    (kind, internal): (Kind, bool),
    old: &[Zone],
) -> Outcome<(Vec<Zone>, String)> {
    let (p, region) = (&call.params, call.region.as_str());
    let plain = |subnet| Mapping { subnet, allocation: None, private_ip: None };
    let mut mappings: Vec<Mapping<'_>> = p.texts("Subnets").into_iter().map(plain).collect();
    mappings.extend(p.list("SubnetMappings").into_iter().filter_map(|m| {
        let of = |name| m.text(name).filter(|t| !t.is_empty());
        Some(Mapping {
            subnet: m.text("SubnetId")?,
            allocation: of("AllocationId"),
            private_ip: of("PrivateIPv4Address"),
        })
    }));
    let (mut zones, mut vpc) = (Vec::new(), None);
    for m in &mappings {
        let subnet = m.subnet;
        let Some(s) = ec2_port::subnet(world, region, subnet) else {
            return Err(ApiError::new("SubnetNotFound", format!("The subnet ID '{subnet}' does not exist")));
        };
        if zones.iter().any(|z: &Zone| z.name == s.zone) {
            return Err(ApiError::new(
                "InvalidConfigurationRequest",
                "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
            ));
        }
        if vpc.get_or_insert_with(|| s.vpc.clone()) != &s.vpc {
            return Err(ApiError::new("InvalidSubnet", "All subnets must belong to the same VPC"));
        }
        let there = old.iter().find(|z| z.subnet == subnet);
        let (allocation, private_ip) = match there {
            // What a balancer has in a subnet it keeps.
            Some(z) => (z.allocation.clone(), z.private_ip),
            None => ec2_port::addresses(world, call, (kind, internal), subnet, (m.allocation, m.private_ip))?,
        };
        zones.push(Zone { name: s.zone, subnet: subnet.to_string(), allocation, private_ip });
    }
    zones.sort_by(|a, b| a.name.cmp(&b.name));
    if kind == Kind::Application && zones.len() < 2 {
        return Err(validation("At least two subnets in two different Availability Zones must be specified"));
    }
    match vpc {
        Some(vpc) => Ok((zones, vpc)),
        None => Err(validation("At least one subnet must be specified")),
    }
}

/// The security groups of a request, each known.
fn security_groups_of(world: &World, call: &Call<'_>) -> Outcome<Vec<String>> {
    let groups: Vec<String> = call.params.texts("SecurityGroups").into_iter().map(str::to_string).collect();
    match groups.iter().find(|sg| !ec2_port::security_group_exists(world, &call.region, sg)) {
        Some(sg) => Err(ApiError::new("InvalidSecurityGroup", format!("Invalid security group IDs: '{sg}'"))),
        None => Ok(groups),
    }
}

pub(super) fn create_load_balancer(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let (p, region) = (&call.params, call.region.as_str());
    let name = name_of(p)?;
    check_name(name, "Load balancer")?;
    if name.starts_with("internal-") {
        return Err(validation(format!("Load balancer name '{name}' cannot begin with 'internal-'")));
    }
    let kind_word = p.text("Type").unwrap_or("application");
    let kind = Kind::parse(kind_word)
        .ok_or_else(|| validation(format!("The load balancer type '{kind_word}' is not supported here")))?;
    let internal = match p.text("Scheme").unwrap_or("internet-facing") {
        "internal" => true,
        "internet-facing" => false,
        other => return Err(ApiError::new("InvalidScheme", format!("The scheme '{other}' is not valid"))),
    };
    let addresses = p.text("IpAddressType").unwrap_or("ipv4");
    if !matches!(addresses, "ipv4" | "dualstack") {
        return Err(validation(format!("The IP address type '{addresses}' is not supported here")));
    }
    let tags = tags_of(p)?;
    let twin = world.region(region).elbv2.balancers.values().find(|lb| lb.name == name).cloned();
    let old = twin.as_ref().map_or(&[][..], |t| &t.zones);
    let (zones, vpc) = zones_of(world, call, (kind, internal), old)?;
    let mut security_groups = security_groups_of(world, call)?;
    if security_groups.is_empty() && kind == Kind::Application {
        security_groups.extend(ec2_port::default_security_group(world, region, &vpc));
    }
    if let Some(twin) = twin {
        // Creating the same balancer again returns it.
        if (twin.kind, twin.internal, &twin.zones, &twin.security_groups) != (kind, internal, &zones, &security_groups)
        {
            return Err(ApiError::new(
                "DuplicateLoadBalancerName",
                format!("A load balancer with the same name '{name}' exists, but with different settings"),
            ));
        }
        return Ok(shown(world, call, &twin.arn));
    }
    let arn = insert_balancer(world, region, name, kind, internal, vpc, zones, security_groups, call.now);
    let event = Event::Active { balancer: arn.clone() };
    world.schedule(region, call.now, physics::provisioning(kind), event_queue::Event::Elb(event));
    let state = &mut world.region(region).elbv2;
    if !tags.is_empty() {
        state.tags.insert(arn.clone(), tags);
    }
    if let Some(lb) = state.balancers.get_mut(&arn) {
        lb.ip_address_type = addresses.to_string();
    }
    Ok(shown(world, call, &arn))
}

/// A balancer as CreateLoadBalancer answers.
fn shown(world: &World, call: &Call<'_>, arn: &str) -> Reply {
    let region = call.region.as_str();
    let lb = world.peek(region).and_then(|r| r.elbv2.balancers.get(arn));
    call.query(|x| x.list("LoadBalancers", "member", lb, |x, lb| render::balancer(x, world, lb, region)))
}

/// Puts a balancer into the world, still `provisioning`; returns its ARN.
#[expect(clippy::too_many_arguments, reason = "a balancer's own parts, each once")]
pub(super) fn insert_balancer(
    world: &mut World,
    region: &str,
    name: &str,
    kind: Kind,
    internal: bool,
    vpc: String,
    zones: Vec<Zone>,
    security_groups: Vec<String>,
    now: crate::base::Time,
) -> String {
    let id = world.new_hex(16);
    let account = world.account.clone();
    let arn = format!("arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/{}/{name}/{id}", kind.arn_word());
    let dns = match kind {
        Kind::Application => {
            let number = world.random(&arn, "dns").below(9_000_000_000) + 1_000_000_000;
            format!("{}{name}-{number}.{region}.elb.amazonaws.com", if internal { "internal-" } else { "" })
        }
        Kind::Network => format!("{name}-{id}.elb.{region}.amazonaws.com"),
    };
    let lb = LoadBalancer {
        arn: arn.clone(),
        name: name.to_string(),
        kind,
        internal,
        vpc,
        zones,
        security_groups,
        created: now,
        active: false,
        dns,
        ip_address_type: "ipv4".to_string(),
        attributes: BTreeMap::new(),
    };
    world.region(region).elbv2.balancers.insert(arn.clone(), lb);
    ec2_port::keep_interfaces(world, region, &arn, now);
    arn
}

pub(super) fn delete_load_balancer(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let state = &mut world.region(&call.region).elbv2;
    let arn = match named_balancer(state, call) {
        Ok(lb) if attributes::is_protected(lb) => {
            return Err(ApiError::new(
                "OperationNotPermitted",
                format!("Load balancer '{}' cannot be deleted because deletion protection is enabled", lb.arn),
            ));
        }
        Ok(lb) => lb.arn.clone(),
        // Deleting what is gone succeeds, says the API reference.
        Err(e) if e.code == "LoadBalancerNotFound" => return Ok(call.query(render::nothing)),
        Err(e) => return Err(e),
    };
    state.balancers.remove(&arn);
    let gone: Vec<String> = state.listeners.values().filter(|l| l.balancer == arn).map(|l| l.arn.clone()).collect();
    for listener in &gone {
        state.listeners.remove(listener);
        state.tags.remove(listener);
    }
    state.tags.remove(&arn);
    ec2_port::keep_interfaces(world, &call.region, &arn, call.now);
    physics::review_all(world, &call.region, call.now);
    Ok(call.query(render::nothing))
}

pub(super) fn modify_load_balancer_attributes(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let state = &mut world.region(&call.region).elbv2;
    let arn = named_balancer(state, call)?.arn.clone();
    let Some(lb) = state.balancers.get_mut(&arn) else { return Ok(call.query(render::nothing)) };
    attributes::set_balancer(lb, &call.params)?;
    Ok(call.query(|x| attributes::write_balancer(x, lb)))
}

/// A balancer's zones changed; its subnets are others.
pub(super) fn set_subnets(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let lb = named_balancer(&world.region(&call.region).elbv2, call)?;
    let (arn, kind, old, was) = (lb.arn.clone(), (lb.kind, lb.internal), lb.vpc.clone(), lb.zones.clone());
    let (zones, vpc) = zones_of(world, call, kind, &was)?;
    if vpc != old {
        let message = "The subnets must be in the VPC of the load balancer";
        return Err(ApiError::new("InvalidConfigurationRequest", message));
    }
    if let Some(lb) = world.region(&call.region).elbv2.balancers.get_mut(&arn) {
        lb.zones.clone_from(&zones);
    }
    ec2_port::keep_interfaces(world, &call.region, &arn, call.now);
    physics::review_all(world, &call.region, call.now);
    let lb = world.peek(&call.region).and_then(|r| r.elbv2.balancers.get(&arn));
    Ok(call.query(|x| {
        if let Some(lb) = lb {
            render::zones(x, world, lb, &call.region);
        }
    }))
}

/// SetSecurityGroups: all of a balancer's groups at once.
pub(super) fn set_security_groups(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let arn = named_balancer(&world.region(&call.region).elbv2, call)?.arn.clone();
    let groups = security_groups_of(world, call)?;
    if groups.is_empty() {
        return Err(missing("SecurityGroups"));
    }
    if let Some(lb) = world.region(&call.region).elbv2.balancers.get_mut(&arn) {
        lb.security_groups.clone_from(&groups);
    }
    ec2_port::keep_interfaces(world, &call.region, &arn, call.now);
    Ok(call.query(|x| x.list("SecurityGroupIds", "member", &groups, |x, g| x.raw_text(g))))
}

/// SetIpAddressType.
pub(super) fn set_ip_address_type(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let arn = named_balancer(&world.region(&call.region).elbv2, call)?.arn.clone();
    let kind = call.params.text("IpAddressType").ok_or_else(|| missing("IpAddressType"))?;
    if !matches!(kind, "ipv4" | "dualstack") {
        return Err(validation(format!("The IP address type '{kind}' is not valid")));
    }
    if let Some(lb) = world.region(&call.region).elbv2.balancers.get_mut(&arn) {
        lb.ip_address_type = kind.to_string();
    }
    Ok(call.query(|x| x.el("IpAddressType", kind)))
}
