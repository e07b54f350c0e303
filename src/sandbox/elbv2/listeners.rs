//! Listeners and their rules: Create, Modify, Delete.

use ipnet::IpNet;

use super::describe::{group, named_balancer, named_listener};
use super::errors::{Outcome, listener_not_found, missing, rule_not_found, validation};
use super::physics;
use super::render;
use super::state::{Action, Condition, Kind, Listener, LoadBalancer, Rule, State};
use super::tagging::tags_of;
use crate::net::range::Range;
use crate::sandbox::wire::{ApiError, Call, Params, Reply};
use crate::sandbox::world::World;

/// The policy of TLS listeners that name none.
const SSL_POLICY: &str = "ELBSecurityPolicy-TLS13-1-2-2021-06";

fn duplicate(balancer: &str) -> ApiError {
    let message = format!("A listener already exists on this port for this load balancer '{balancer}'");
    ApiError::new("DuplicateListener", message)
}

/// The greatest weight of a target group, and how many groups an action has. [AWS: TargetGroupTuple, ELB quotas]
const MOST_WEIGHT: u32 = 999;
const MOST_GROUPS: usize = 5;

/// `TargetGroupStickinessConfig`: whether clients stay with their group, and for how long.
fn stickiness(given: &Params) -> Outcome<(bool, Option<u32>)> {
    let Some(config) = given.node("ForwardConfig.TargetGroupStickinessConfig") else { return Ok((false, None)) };
    let enabled = config.bool("Enabled")?.unwrap_or(false);
    let duration = match config.int("DurationSeconds")? {
        None => None,
        Some(n) => Some(u32::try_from(n).ok().filter(|n| (1..=604_800).contains(n)).ok_or_else(|| {
            validation(format!("Stickiness duration '{n}' must be between '1' and '604800' seconds inclusive"))
        })?),
    };
    if enabled && duration.is_none() {
        return Err(validation("A stickiness duration must be specified when target group stickiness is enabled"));
    }
    Ok((enabled, duration))
}

/// `DefaultActions` of a listener or `Actions` of a rule: forward, redirect or fixed response.
fn read_actions(state: &State, call: &Call<'_>, lb: &LoadBalancer, field: &str) -> Outcome<Vec<Action>> {
    let mut out = Vec::new();
    for given in call.params.list(field) {
        let mut action = Action {
            kind: given.text("Type").ok_or_else(|| missing("Type"))?.to_string(),
            order: given.int("Order")?.and_then(|n| u32::try_from(n).ok()),
            ..Action::default()
        };
        for one in given.list("ForwardConfig.TargetGroups") {
            let weight = one.int("Weight")?.unwrap_or(1);
            let weight = u32::try_from(weight).ok().filter(|w| *w <= MOST_WEIGHT).ok_or_else(|| {
                validation(format!("Weight '{weight}' must be between '0' and '{MOST_WEIGHT}' inclusive"))
            })?;
            action.forward.extend(one.text("TargetGroupArn").map(|arn| (arn.to_string(), weight)));
        }
        if action.forward.len() > MOST_GROUPS {
            let message = format!("An action can forward to at most {MOST_GROUPS} target groups");
            return Err(ApiError::new("TooManyTargetGroups", message));
        }
        action.sticky = stickiness(given)?;
        if let (Some(arn), [first, ..]) = (given.text("TargetGroupArn"), action.forward.as_slice())
            && (first.0 != arn || action.forward.len() > 1)
        {
            return Err(validation(
                "You cannot specify a target group ARN and a forward config with other target groups",
            ));
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
            complete_config(&mut action)?;
        }
        out.push(action);
    }
    if out.is_empty() { Err(missing(field)) } else { Ok(out) }
}

/// A redirect keeps what it does not say; both kinds need a status code.
fn complete_config(action: &mut Action) -> Outcome<()> {
    let code = action.config.get("StatusCode").map(String::as_str).unwrap_or_default();
    let good = match action.kind.as_str() {
        "redirect" => matches!(code, "HTTP_301" | "HTTP_302"),
        "fixed-response" => {
            code.len() == 3 && code.starts_with(['2', '4', '5']) && code.bytes().all(|b| b.is_ascii_digit())
        }
        _ => true,
    };
    if !good {
        return Err(validation(format!("The status code '{code}' is not valid for a {} action", action.kind)));
    }
    if action.kind == "redirect" {
        for (name, same) in [
            ("Host", "#{host}"),
            ("Path", "/#{path}"),
            ("Port", "#{port}"),
            ("Protocol", "#{protocol}"),
            ("Query", "#{query}"),
        ] {
            action.config.entry(name.to_string()).or_insert_with(|| same.to_string());
        }
    }
    Ok(())
}

fn check_protocol(kind: Kind, protocol: &str) -> Outcome<()> {
    let fits = match kind {
        Kind::Application => matches!(protocol, "HTTP" | "HTTPS"),
        Kind::Network => matches!(protocol, "TCP" | "TLS" | "UDP" | "TCP_UDP"),
    };
    if !fits {
        let expected = match kind {
            Kind::Application => "'HTTP, HTTPS'",
            Kind::Network => "'TCP, TLS, UDP, TCP_UDP'",
        };
        return Err(validation(format!("Listener protocol '{protocol}' must be one of {expected}")));
    }
    Ok(())
}

pub(super) fn create_listener(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let (p, region) = (&call.params, call.region.as_str());
    let state = &world.region(region).elbv2;
    let lb = named_balancer(state, call)?.clone();
    let actions = read_actions(state, call, &lb, "DefaultActions")?;
    let Some(protocol) = p.text("Protocol") else { return Err(validation("A listener protocol must be specified")) };
    check_protocol(lb.kind, protocol)?;
    let port = p.int("Port")?.and_then(|n| u16::try_from(n).ok()).filter(|p| *p > 0);
    let Some(port) = port else { return Err(validation("A listener port must be specified")) };
    if state.listeners.values().any(|l| l.balancer == lb.arn && l.port == port) {
        return Err(duplicate(&lb.arn));
    }
    if p.list("Certificates").len() > 1 {
        return Err(ApiError::new("TooManyCertificates", "Exactly one default certificate can be specified"));
    }
    let certificate = p.list("Certificates").first().and_then(|c| c.text("CertificateArn")).map(str::to_string);
    let secure = matches!(protocol, "HTTPS" | "TLS");
    if secure && certificate.is_none() {
        return Err(validation(format!("A certificate must be specified for {protocol} listeners")));
    }
    let policy = p.text("SslPolicy").unwrap_or(SSL_POLICY);
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
    Ok(call.query(render::nothing))
}

/// ModifyListener: what is said changes, the rest stays.
pub(super) fn modify_listener(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let (p, region) = (&call.params, call.region.as_str());
    let state = &world.region(region).elbv2;
    let mut listener = named_listener(state, call)?.clone();
    let Some(lb) = state.balancers.get(&listener.balancer) else { return Err(listener_not_found()) };
    if let Some(port) = p.int("Port")? {
        let port = u16::try_from(port).ok().filter(|p| *p > 0);
        let Some(port) = port else { return Err(validation("The port must be in range 1-65535")) };
        let taken = |l: &Listener| l.balancer == lb.arn && l.port == port && l.arn != listener.arn;
        if state.listeners.values().any(taken) {
            return Err(duplicate(&lb.arn));
        }
        listener.port = port;
    }
    if let Some(protocol) = p.text("Protocol") {
        check_protocol(lb.kind, protocol)?;
        listener.protocol = protocol.to_string();
    }
    if p.list("Certificates").len() > 1 {
        return Err(ApiError::new("TooManyCertificates", "Exactly one default certificate can be specified"));
    }
    if let Some(arn) = p.list("Certificates").first().and_then(|c| c.text("CertificateArn")) {
        listener.certificate = Some(arn.to_string());
    }
    let secure = matches!(listener.protocol.as_str(), "HTTPS" | "TLS");
    if secure && listener.certificate.is_none() {
        return Err(validation(format!("A certificate must be specified for {} listeners", listener.protocol)));
    }
    listener.ssl_policy = match p.text("SslPolicy") {
        Some(policy) if secure => Some(policy.to_string()),
        _ if secure => listener.ssl_policy.or_else(|| Some(SSL_POLICY.to_string())),
        _ => None,
    };
    if !secure {
        listener.certificate = None;
    }
    if p.node("DefaultActions").is_some() {
        listener.actions = read_actions(state, call, lb, "DefaultActions")?;
    }
    world.region(region).elbv2.listeners.insert(listener.arn.clone(), listener.clone());
    physics::review_all(world, region, call.now);
    Ok(call.query(|x| x.list("Listeners", "member", [&listener], render::listener)))
}

/// Rules that a balancer may have, default ones not counted. [AWS: ELB quotas]
const MOST_RULES: usize = 100;

/// `Conditions` of a rule, each field with its values in either of the two ways of saying them.
fn read_conditions(p: &Params) -> Outcome<Vec<Condition>> {
    let mut out: Vec<Condition> = Vec::new();
    for c in p.list("Conditions") {
        let field = c.text("Field").ok_or_else(|| missing("Field"))?;
        let regexes = [
            "RegexValues",
            "HostHeaderConfig.RegexValues",
            "PathPatternConfig.RegexValues",
            "HttpHeaderConfig.RegexValues",
        ];
        if regexes.iter().any(|r| c.has(r)) {
            return Err(validation("Condition values with regular expressions are not supported here"));
        }
        let Some(config) = render::condition_config(field) else {
            let known = "http-header, http-request-method, host-header, path-pattern, query-string, source-ip";
            return Err(validation(format!("Condition field '{field}' must be one of '[{known}]'")));
        };
        if field != "http-header" && field != "query-string" && out.iter().any(|o| o.field == field) {
            return Err(validation(format!("A rule can only have one '{field}' condition")));
        }
        let given = c.node(config);
        let mut values: Vec<String> = c.texts("Values").into_iter().map(str::to_string).collect();
        let mut pairs = Vec::new();
        if let Some(given) = given {
            for v in given.list("Values") {
                match v.value() {
                    Some(value) => values.push(value.to_string()),
                    None => {
                        pairs.push((v.text("Key").map(str::to_string), v.text("Value").unwrap_or_default().to_string()))
                    }
                }
            }
        }
        if values.is_empty() && pairs.is_empty() {
            return Err(validation("A condition value must be specified"));
        }
        if values.iter().any(|v| v.chars().count() > 128) {
            return Err(validation("Condition values cannot be longer than 128 characters"));
        }
        if let Some(bad) = values.iter().find(|v| field == "source-ip" && IpNet::read(v).is_none()) {
            return Err(validation(format!("Condition value '{bad}' is not a valid CIDR block")));
        }
        let name = given.and_then(|g| g.text("HttpHeaderName")).map(str::to_string);
        out.push(Condition { field: field.to_string(), values, name, pairs });
    }
    if out.iter().map(|c| c.values.len() + c.pairs.len()).sum::<usize>() > 5 {
        return Err(ApiError::new("TooManyRules", "A rule can have at most five condition values"));
    }
    Ok(out)
}

fn priority_of(p: &Params) -> Outcome<u32> {
    let n = p.int("Priority")?.ok_or_else(|| missing("Priority"))?;
    let bound = match n {
        1..=50_000 => return Ok(u32::try_from(n).unwrap_or(1)),
        ..1 => "greater than or equal to 1",
        _ => "less than or equal to 50000",
    };
    Err(validation(format!(
        "1 validation error detected: Value '{n}' at 'priority' failed to satisfy constraint: Member must have value {bound}"
    )))
}

fn taken(priority: u32) -> ApiError {
    ApiError::new("PriorityInUse", format!("Priority '{priority}' is currently in use"))
}

/// CreateRule.
pub(super) fn create_rule(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let (p, region) = (&call.params, call.region.as_str());
    let tags = tags_of(p)?;
    let state = &world.region(region).elbv2;
    let listener = named_listener(state, call)?;
    let Some(lb) = state.balancers.get(&listener.balancer) else { return Err(listener_not_found()) };
    let priority = priority_of(p)?;
    if listener.rules.iter().any(|r| r.priority == priority) {
        return Err(taken(priority));
    }
    let conditions = read_conditions(p)?;
    if conditions.is_empty() {
        return Err(missing("Conditions"));
    }
    let actions = read_actions(state, call, lb, "Actions")?;
    let all = state.listeners.values().filter(|l| l.balancer == lb.arn).map(|l| l.rules.len()).sum::<usize>();
    if all >= MOST_RULES {
        return Err(ApiError::new("TooManyRules", "The maximum number of rules has been reached"));
    }
    let of = listener.arn.clone();
    let arn = format!("{}/{}", of.replace(":listener/", ":listener-rule/"), world.new_hex(16));
    let rule = Rule { arn: arn.clone(), priority, conditions, actions };
    let state = &mut world.region(region).elbv2;
    if let Some(l) = state.listeners.get_mut(&of) {
        l.rules.push(rule.clone());
        l.rules.sort_by_key(|r| r.priority);
    }
    if !tags.is_empty() {
        state.tags.insert(arn, tags);
    }
    physics::review_all(world, region, call.now);
    Ok(call.query(|x| x.list("Rules", "member", [&rule], render::rule)))
}

/// The listener and the place of the rule that a parameter names; a default rule has no place.
fn the_rule<'s>(state: &'s State, arn: &str) -> Outcome<(&'s Listener, Option<usize>)> {
    let of = |l: &Listener| l.rules.iter().position(|r| r.arn == arn);
    state
        .listeners
        .values()
        .find_map(|l| if l.default_rule_arn() == arn { Some((l, None)) } else { of(l).map(|at| (l, Some(at))) })
        .ok_or_else(rule_not_found)
}

/// ModifyRule: conditions and actions; of a default rule the actions alone.
pub(super) fn modify_rule(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let (p, region) = (&call.params, call.region.as_str());
    let arn = p.text("RuleArn").ok_or_else(|| missing("RuleArn"))?;
    let state = &world.region(region).elbv2;
    let (listener, at) = the_rule(state, arn)?;
    let Some(lb) = state.balancers.get(&listener.balancer) else { return Err(listener_not_found()) };
    let conditions = read_conditions(p)?;
    let actions = p.node("Actions").map(|_| read_actions(state, call, lb, "Actions")).transpose()?;
    if at.is_none() {
        return Err(ApiError::new("OperationNotPermitted", format!("Default rule '{arn}' cannot be modified")));
    }
    let of = listener.arn.clone();
    let rule = world.region(region).elbv2.listeners.get_mut(&of).zip(at).and_then(|(l, at)| l.rules.get_mut(at));
    let Some(rule) = rule else { return Err(rule_not_found()) };
    if !conditions.is_empty() {
        rule.conditions = conditions;
    }
    if let Some(actions) = actions {
        rule.actions = actions;
    }
    let rule = rule.clone();
    physics::review_all(world, region, call.now);
    Ok(call.query(|x| x.list("Rules", "member", [&rule], render::rule)))
}

/// DeleteRule: not the default one.
pub(super) fn delete_rule(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let arn = call.params.text("RuleArn").ok_or_else(|| missing("RuleArn"))?;
    let state = &mut world.region(&call.region).elbv2;
    let (listener, at) = the_rule(state, arn)?;
    let Some(at) = at else {
        return Err(ApiError::new("OperationNotPermitted", format!("Default rule '{arn}' cannot be deleted")));
    };
    let of = listener.arn.clone();
    if let Some(l) = state.listeners.get_mut(&of) {
        l.rules.remove(at);
    }
    state.tags.remove(arn);
    physics::review_all(world, &call.region, call.now);
    Ok(call.query(render::nothing))
}

/// SetRulePriorities: of several rules of one listener at once, so that two can change places.
pub(super) fn set_priorities(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let state = &mut world.region(&call.region).elbv2;
    let mut wanted = Vec::new();
    let mut of = None;
    for one in call.params.list("RulePriorities") {
        let arn = one.text("RuleArn").ok_or_else(|| missing("RuleArn"))?;
        let (listener, at) = the_rule(state, arn)?;
        if at.is_none() {
            let message = format!("Default rule '{arn}' priority cannot be modified");
            return Err(ApiError::new("OperationNotPermitted", message));
        }
        if of.get_or_insert_with(|| listener.arn.clone()) != &listener.arn {
            return Err(validation("All rules must belong to the same listener"));
        }
        wanted.push((arn.to_string(), priority_of(one)?));
    }
    let Some(listener) = of.and_then(|of| state.listeners.get_mut(&of)) else { return Err(missing("RulePriorities")) };
    let moved = |r: &Rule| wanted.iter().find(|(arn, _)| *arn == r.arn).map_or(r.priority, |(_, p)| *p);
    let mut seen = std::collections::BTreeSet::new();
    for r in &listener.rules {
        if !seen.insert(moved(r)) {
            return Err(taken(moved(r)));
        }
    }
    for r in &mut listener.rules {
        r.priority = moved(r);
    }
    listener.rules.sort_by_key(|r| r.priority);
    let changed: Vec<&Rule> = listener.rules.iter().filter(|r| wanted.iter().any(|(arn, _)| *arn == r.arn)).collect();
    Ok(call.query(|x| x.list("Rules", "member", changed, render::rule)))
}
