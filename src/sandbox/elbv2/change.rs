//! Creating, changing and deleting balancers, target groups, listeners and tags.

use std::collections::BTreeMap;

use super::describe::{group, named_balancer, named_group, named_listener, tagged};
use super::errors::{Outcome, group_in_use, missing, validation};
use super::physics::{self, Event};
use super::state::{Action, HealthCheck, Kind, Listener, LoadBalancer, State, TargetGroup, Zone};
use super::{attributes, ground, render, render_nothing};
use crate::sandbox::physics as queue;
use crate::sandbox::wire::{ApiError, Call, Params, Reply};
use crate::sandbox::world::World;

/// `Tags` of a create operation.
fn tags_of(params: &Params) -> Outcome<BTreeMap<String, String>> {
    let mut out = BTreeMap::new();
    for tag in params.list("Tags") {
        let key = tag.text("Key").filter(|k| !k.is_empty()).ok_or_else(|| missing("Key"))?;
        if out.insert(key.to_string(), tag.text("Value").unwrap_or_default().to_string()).is_some() {
            return Err(ApiError::new("DuplicateTagKeys", format!("A tag key was specified more than once: '{key}'")));
        }
    }
    if out.len() > 50 {
        return Err(ApiError::new("TooManyTags", "The maximum number of tags per resource is 50"));
    }
    Ok(out)
}

/// Names of balancers and target groups: up to 32 letters, digits and hyphens, none at the ends.
fn check_name(name: &str, noun: &str) -> Outcome<()> {
    if name.is_empty() || name.len() > 32 {
        return Err(validation(format!("{noun} name '{name}' cannot be longer than '32' characters")));
    }
    if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Err(validation(format!(
            "{noun} name '{name}' can only contain characters that are alphanumeric characters and hyphens(-)"
        )));
    }
    if name.starts_with('-') || name.ends_with('-') {
        return Err(validation(format!("{noun} name '{name}' cannot begin or end with '-'")));
    }
    Ok(())
}

fn name_of(params: &Params) -> Outcome<&str> {
    params.text("Name").ok_or_else(|| missing("Name"))
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
    let tags = tags_of(p)?;
    let mut subnets: Vec<&str> = p.texts("Subnets");
    subnets.extend(p.list("SubnetMappings").into_iter().filter_map(|m| m.text("SubnetId")));
    let (mut zones, mut vpc) = (Vec::new(), None);
    for subnet in &subnets {
        let Some(s) = ground::subnet(world, region, subnet) else {
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
        zones.push(Zone { name: s.zone, subnet: (*subnet).to_string() });
    }
    zones.sort_by(|a, b| a.name.cmp(&b.name));
    if kind == Kind::Application && zones.len() < 2 {
        return Err(validation("At least two subnets in two different Availability Zones must be specified"));
    }
    let Some(vpc) = vpc else { return Err(validation("At least one subnet must be specified")) };
    let mut security_groups: Vec<String> = p.texts("SecurityGroups").into_iter().map(str::to_string).collect();
    for sg in &security_groups {
        if !ground::security_group_exists(world, region, sg) {
            return Err(ApiError::new("InvalidSecurityGroup", format!("Invalid security group IDs: '{sg}'")));
        }
    }
    if security_groups.is_empty() && kind == Kind::Application {
        security_groups.extend(ground::default_security_group(world, region, &vpc));
    }
    if world.region(region).elbv2.balancers.values().any(|lb| lb.name == name) {
        return Err(ApiError::new(
            "DuplicateLoadBalancerName",
            format!("A load balancer with the same name '{name}' exists, but with different settings"),
        ));
    }
    let arn = insert_balancer(world, region, name, kind, internal, vpc, zones, security_groups, call.now);
    let event = Event::Active { balancer: arn.clone() };
    world.schedule(region, call.now, physics::provisioning(kind), queue::Event::Elb(event));
    let state = &mut world.region(region).elbv2;
    if !tags.is_empty() {
        state.tags.insert(arn.clone(), tags);
    }
    let lb = state.balancers.get(&arn);
    Ok(call.query(|x| x.list("LoadBalancers", "member", lb, |x, lb| render::balancer(x, lb, region))))
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
            let number = world.draw(&arn, "dns").below(9_000_000_000) + 1_000_000_000;
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
        Err(e) if e.code == "LoadBalancerNotFound" => return Ok(call.query(render_nothing)),
        Err(e) => return Err(e),
    };
    state.balancers.remove(&arn);
    let gone: Vec<String> = state.listeners.values().filter(|l| l.balancer == arn).map(|l| l.arn.clone()).collect();
    for listener in &gone {
        state.listeners.remove(listener);
        state.tags.remove(listener);
    }
    state.tags.remove(&arn);
    physics::review_all(world, &call.region, call.now);
    Ok(call.query(render_nothing))
}

pub(super) fn modify_load_balancer_attributes(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let state = &mut world.region(&call.region).elbv2;
    let arn = named_balancer(state, call)?.arn.clone();
    let Some(lb) = state.balancers.get_mut(&arn) else { return Ok(call.query(render_nothing)) };
    attributes::set_balancer(lb, &call.params)?;
    Ok(call.query(|x| attributes::write_balancer(x, lb)))
}

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
    let Some(port) = p.int("Port")? else { return Err(validation("A port must be specified")) };
    let port = u16::try_from(port).ok().filter(|p| *p > 0);
    let Some(port) = port else { return Err(validation("The port must be in range 1-65535")) };
    let Some(vpc) = p.text("VpcId") else { return Err(validation("A VPC ID must be specified")) };
    if !ground::vpc_exists(world, region, vpc) {
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
    let Some(g) = state.groups.get_mut(&arn) else { return Ok(call.query(render_nothing)) };
    attributes::set_group(g, &call.params)?;
    Ok(call.query(|x| attributes::write_group(x, g)))
}

pub(super) fn delete_target_group(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let state = &mut world.region(&call.region).elbv2;
    let arn = match named_group(state, call) {
        Ok(g) => g.arn.clone(),
        Err(e) if e.code == "TargetGroupNotFound" => return Ok(call.query(render_nothing)),
        Err(e) => return Err(e),
    };
    if !state.balancers_of(&arn).is_empty() {
        return Err(group_in_use(&arn));
    }
    state.groups.remove(&arn);
    state.tags.remove(&arn);
    Ok(call.query(render_nothing))
}

/// `DefaultActions` of a listener: forward, redirect or fixed response.
fn read_actions(state: &State, call: &Call<'_>, lb: &LoadBalancer) -> Outcome<Vec<Action>> {
    let mut out = Vec::new();
    for given in call.params.list("DefaultActions") {
        let mut action = Action {
            kind: given.text("Type").ok_or_else(|| missing("Type"))?.to_string(),
            order: given.int("Order")?.and_then(|n| u32::try_from(n).ok()),
            ..Action::default()
        };
        for one in given.list("ForwardConfig.TargetGroups") {
            let weight = one.int("Weight")?.and_then(|n| u32::try_from(n).ok()).unwrap_or(1);
            action.forward.extend(one.text("TargetGroupArn").map(|arn| (arn.to_string(), weight)));
        }
        if action.forward.is_empty() {
            action.forward.extend(given.text("TargetGroupArn").map(|arn| (arn.to_string(), 1)));
        }
        for (arn, _) in &action.forward {
            let g = group(state, call, arn)?;
            let http = matches!(g.protocol.as_str(), "HTTP" | "HTTPS");
            if http != (lb.kind == Kind::Application) {
                return Err(ApiError::new(
                    "IncompatibleProtocols",
                    format!("The protocol of target group '{arn}' is not compatible with the load balancer"),
                ));
            }
            if g.vpc != lb.vpc {
                return Err(ApiError::new(
                    "InvalidConfigurationRequest",
                    format!("Target group '{arn}' is not in the VPC of the load balancer"),
                ));
            }
            let others = state.balancers_of(arn).iter().any(|b| b.arn != lb.arn);
            if others {
                return Err(ApiError::new(
                    "TargetGroupAssociationLimit",
                    format!("The following target groups cannot be associated with more than one load balancer: {arn}"),
                ));
            }
        }
        let config = match action.kind.as_str() {
            "forward" if action.forward.is_empty() => {
                return Err(validation("A target group ARN must be specified"));
            }
            "forward" => None,
            "redirect" => given.node("RedirectConfig"),
            "fixed-response" => given.node("FixedResponseConfig"),
            other => {
                return Err(ApiError::new(
                    "InvalidLoadBalancerAction",
                    format!("The action type '{other}' is not valid with this load balancer"),
                ));
            }
        };
        if let Some(config) = config {
            for name in config.names() {
                action.config.insert(name.to_string(), config.text(name).unwrap_or_default().to_string());
            }
        }
        out.push(action);
    }
    if out.is_empty() { Err(missing("DefaultActions")) } else { Ok(out) }
}

pub(super) fn create_listener(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let (p, region) = (&call.params, call.region.as_str());
    let state = &world.region(region).elbv2;
    let lb = named_balancer(state, call)?.clone();
    let actions = read_actions(state, call, &lb)?;
    let Some(protocol) = p.text("Protocol") else { return Err(validation("A listener protocol must be specified")) };
    let fits = match lb.kind {
        Kind::Application => matches!(protocol, "HTTP" | "HTTPS"),
        Kind::Network => matches!(protocol, "TCP" | "TLS" | "UDP" | "TCP_UDP"),
    };
    if !fits {
        let expected = match lb.kind {
            Kind::Application => "'HTTP, HTTPS'",
            Kind::Network => "'TCP, TLS, UDP, TCP_UDP'",
        };
        return Err(validation(format!("Listener protocol '{protocol}' must be one of {expected}")));
    }
    let port = p.int("Port")?.and_then(|n| u16::try_from(n).ok()).filter(|p| *p > 0);
    let Some(port) = port else { return Err(validation("A listener port must be specified")) };
    if state.listeners.values().any(|l| l.balancer == lb.arn && l.port == port) {
        return Err(ApiError::new(
            "DuplicateListener",
            format!("A listener already exists on this port for this load balancer '{}'", lb.arn),
        ));
    }
    let certificate = p.list("Certificates").first().and_then(|c| c.text("CertificateArn")).map(str::to_string);
    let secure = matches!(protocol, "HTTPS" | "TLS");
    if secure && certificate.is_none() {
        return Err(validation(format!("A certificate must be specified for {protocol} listeners")));
    }
    let policy = p.text("SslPolicy").unwrap_or("ELBSecurityPolicy-TLS13-1-2-2021-06");
    let arn = insert_listener(world, region, &lb, port, protocol, actions);
    let state = &mut world.region(region).elbv2;
    if let Some(l) = state.listeners.get_mut(&arn) {
        l.certificate = certificate;
        l.ssl_policy = secure.then(|| policy.to_string());
    }
    let tags = tags_of(p)?;
    if !tags.is_empty() {
        state.tags.insert(arn.clone(), tags);
    }
    physics::review_all(world, region, call.now);
    let state = &world.region(region).elbv2;
    Ok(call.query(|x| x.list("Listeners", "member", state.listeners.get(&arn), render::listener)))
}

/// Puts a listener into the world; returns its ARN.
pub(super) fn insert_listener(
    world: &mut World,
    region: &str,
    lb: &LoadBalancer,
    port: u16,
    protocol: &str,
    actions: Vec<Action>,
) -> String {
    let arn = format!("{}/{}", lb.arn.replace(":loadbalancer/", ":listener/"), world.new_hex(16));
    let listener = Listener {
        arn: arn.clone(),
        balancer: lb.arn.clone(),
        port,
        protocol: protocol.to_string(),
        certificate: None,
        ssl_policy: None,
        actions,
        rules: Vec::new(),
    };
    world.region(region).elbv2.listeners.insert(arn.clone(), listener);
    arn
}

pub(super) fn delete_listener(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let state = &mut world.region(&call.region).elbv2;
    let arn = named_listener(state, call)?.arn.clone();
    state.listeners.remove(&arn);
    state.tags.remove(&arn);
    physics::review_all(world, &call.region, call.now);
    Ok(call.query(render_nothing))
}

pub(super) fn add_tags(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let state = &mut world.region(&call.region).elbv2;
    let (arns, tags) = (tagged(state, call)?, tags_of(&call.params)?);
    if tags.is_empty() {
        return Err(missing("Tags"));
    }
    for arn in arns {
        state.tags.entry(arn).or_default().extend(tags.clone());
    }
    Ok(call.query(render_nothing))
}

pub(super) fn remove_tags(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let state = &mut world.region(&call.region).elbv2;
    let arns = tagged(state, call)?;
    let keys = call.params.texts("TagKeys");
    if keys.is_empty() {
        return Err(missing("TagKeys"));
    }
    for arn in arns {
        if let Some(tags) = state.tags.get_mut(&arn) {
            tags.retain(|k, _| !keys.contains(&k.as_str()));
        }
    }
    Ok(call.query(render_nothing))
}
