//! The Describe operations, except for targets' health.

use std::collections::BTreeMap;

use super::errors::{
    Outcome, balancer_not_found, check_arn, group_not_found, listener_not_found, missing, rule_not_found, validation,
};
use super::state::{Listener, LoadBalancer, State, TargetGroup};
use super::{attributes, page, render};
use crate::sandbox::wire::{ApiError, Call, Reply};
use crate::sandbox::world::World;

/// The balancer that a parameter names.
pub(super) fn named_balancer<'s>(state: &'s State, call: &Call<'_>) -> Outcome<&'s LoadBalancer> {
    let arn = call.params.text("LoadBalancerArn").ok_or_else(|| missing("LoadBalancerArn"))?;
    balancer(state, call, arn)
}

fn balancer<'s>(state: &'s State, call: &Call<'_>, arn: &str) -> Outcome<&'s LoadBalancer> {
    check_arn(arn, &call.region, "loadbalancer", "load balancer")?;
    state.balancers.get(arn).ok_or_else(|| balancer_not_found(arn))
}

/// The target group that a parameter names.
pub(super) fn named_group<'s>(state: &'s State, call: &Call<'_>) -> Outcome<&'s TargetGroup> {
    let arn = call.params.text("TargetGroupArn").ok_or_else(|| missing("TargetGroupArn"))?;
    group(state, call, arn)
}

pub(super) fn group<'s>(state: &'s State, call: &Call<'_>, arn: &str) -> Outcome<&'s TargetGroup> {
    check_arn(arn, &call.region, "targetgroup", "target group")?;
    state.groups.get(arn).ok_or_else(group_not_found)
}

/// The listener that a parameter names.
pub(super) fn named_listener<'s>(state: &'s State, call: &Call<'_>) -> Outcome<&'s Listener> {
    let arn = call.params.text("ListenerArn").ok_or_else(|| missing("ListenerArn"))?;
    listener(state, call, arn)
}

fn listener<'s>(state: &'s State, call: &Call<'_>, arn: &str) -> Outcome<&'s Listener> {
    check_arn(arn, &call.region, "listener", "listener")?;
    state.listeners.get(arn).ok_or_else(listener_not_found)
}

pub(super) fn load_balancers(world: &World, state: &State, call: &Call<'_>) -> Outcome<Reply> {
    let (arns, names) = (call.params.texts("LoadBalancerArns"), call.params.texts("Names"));
    for arn in &arns {
        balancer(state, call, arn)?;
    }
    for name in &names {
        if !state.balancers.values().any(|lb| lb.name == *name) {
            return Err(balancer_not_found(name));
        }
    }
    let wanted = |lb: &&LoadBalancer| {
        (arns.is_empty() || arns.contains(&lb.arn.as_str())) && (names.is_empty() || names.contains(&lb.name.as_str()))
    };
    let all = state.balancers.values().filter(wanted).collect();
    let (page, next) = page::of(&call.params, all, |lb: &LoadBalancer| &lb.arn)?;
    Ok(call.query(|x| {
        x.list("LoadBalancers", "member", page, |x, lb| render::balancer(x, world, lb, &call.region));
        x.opt("NextMarker", next);
    }))
}

pub(super) fn target_groups(state: &State, call: &Call<'_>) -> Outcome<Reply> {
    let (arns, names) = (call.params.texts("TargetGroupArns"), call.params.texts("Names"));
    let of = call.params.text("LoadBalancerArn");
    let ways = [!arns.is_empty(), !names.is_empty(), of.is_some()];
    if ways.iter().filter(|w| **w).count() > 1 {
        return Err(validation("Only one of 'LoadBalancerArn', 'TargetGroupArns' and 'Names' may be specified"));
    }
    for arn in &arns {
        group(state, call, arn)?;
    }
    for name in &names {
        if !state.groups.values().any(|g| g.name == *name) {
            return Err(group_not_found());
        }
    }
    if let Some(arn) = of {
        balancer(state, call, arn)?;
    }
    let wanted = |g: &&TargetGroup| {
        (arns.is_empty() || arns.contains(&g.arn.as_str()))
            && (names.is_empty() || names.contains(&g.name.as_str()))
            && of.is_none_or(|lb| state.balancers_of(&g.arn).iter().any(|b| b.arn == lb))
    };
    let all = state.groups.values().filter(wanted).collect();
    let (page, next) = page::of(&call.params, all, |g: &TargetGroup| &g.arn)?;
    Ok(call.query(|x| {
        x.list("TargetGroups", "member", page, |x, g| render::group(x, g, state));
        x.opt("NextMarker", next);
    }))
}

pub(super) fn listeners(state: &State, call: &Call<'_>) -> Outcome<Reply> {
    let arns = call.params.texts("ListenerArns");
    let of = call.params.text("LoadBalancerArn");
    if of.is_none() && arns.is_empty() {
        return Err(validation("You must specify either listener ARNs or a load balancer ARN"));
    }
    for arn in &arns {
        listener(state, call, arn)?;
    }
    if let Some(arn) = of {
        balancer(state, call, arn)?;
    }
    let wanted =
        |l: &&Listener| (arns.is_empty() || arns.contains(&l.arn.as_str())) && of.is_none_or(|lb| l.balancer == lb);
    let all = state.listeners.values().filter(wanted).collect();
    let (page, next) = page::of(&call.params, all, |l: &Listener| &l.arn)?;
    Ok(call.query(|x| {
        x.list("Listeners", "member", page, render::listener);
        x.opt("NextMarker", next);
    }))
}

pub(super) fn rules(state: &State, call: &Call<'_>) -> Outcome<Reply> {
    let arns = call.params.texts("RuleArns");
    if arns.is_empty() && call.params.text("ListenerArn").is_none() {
        return Err(validation("You must specify either listener rule ARNs or a listener ARN"));
    }
    let of = if arns.is_empty() { Some(named_listener(state, call)?) } else { None };
    for arn in &arns {
        check_arn(arn, &call.region, "listener-rule", "listener rule")?;
        let known = |l: &Listener| l.default_rule_arn() == *arn || l.rules.iter().any(|r| r.arn == *arn);
        if !state.listeners.values().any(known) {
            return Err(rule_not_found());
        }
    }
    let chosen = |arn: &str| arns.is_empty() || arns.contains(&arn);
    Ok(call.query(|x| {
        x.open("Rules");
        for l in state.listeners.values().filter(|l| of.is_none_or(|o| o.arn == l.arn)) {
            for r in l.rules.iter().filter(|r| chosen(&r.arn)) {
                x.nest("member", |x| render::rule(x, r));
            }
            if chosen(&l.default_rule_arn()) {
                x.nest("member", |x| render::default_rule(x, l));
            }
        }
        x.close("Rules");
    }))
}

/// The ARNs that a tagging operation names, each known.
pub(super) fn tagged(state: &State, call: &Call<'_>) -> Outcome<Vec<String>> {
    let arns = call.params.texts("ResourceArns");
    if arns.is_empty() {
        return Err(missing("ResourceArns"));
    }
    if arns.len() > 20 {
        // AWS's limit: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html
        return Err(validation(format!("Cannot have more than 20 resources described at once, got '{}'", arns.len())));
    }
    for arn in &arns {
        match arn.splitn(6, ':').nth(5).and_then(|r| r.split('/').next()) {
            Some("loadbalancer") => balancer(state, call, arn).map(|_| ())?,
            Some("targetgroup") => group(state, call, arn).map(|_| ())?,
            Some("listener") => listener(state, call, arn).map(|_| ())?,
            Some("listener-rule") => {
                let known = |l: &Listener| l.default_rule_arn() == *arn || l.rules.iter().any(|r| r.arn == *arn);
                if !state.listeners.values().any(known) {
                    return Err(rule_not_found());
                }
            }
            _ => return Err(validation(format!("'{arn}' is not a valid load balancer ARN"))),
        }
    }
    Ok(arns.into_iter().map(str::to_string).collect())
}

pub(super) fn tags(state: &State, call: &Call<'_>) -> Outcome<Reply> {
    let arns = tagged(state, call)?;
    let none = BTreeMap::new();
    Ok(call.query(|x| {
        x.list("TagDescriptions", "member", &arns, |x, arn| {
            x.el("ResourceArn", arn);
            x.list("Tags", "member", state.tags.get(arn).unwrap_or(&none), |x, (key, value)| {
                x.el("Key", key);
                x.el("Value", value);
            });
        });
    }))
}

pub(super) fn load_balancer_attributes(state: &State, call: &Call<'_>) -> Outcome<Reply> {
    let lb = named_balancer(state, call)?;
    Ok(call.query(|x| attributes::write_balancer(x, lb)))
}

pub(super) fn target_group_attributes(state: &State, call: &Call<'_>) -> Outcome<Reply> {
    let g = named_group(state, call)?;
    Ok(call.query(|x| attributes::write_group(x, g)))
}

/// AWS's default quotas.
pub(super) const TARGETS_PER_GROUP: usize = 1000;

pub(super) fn listener_certificates(state: &State, call: &Call<'_>) -> Outcome<Reply> {
    let l = named_listener(state, call)?;
    Ok(call.query(|x| {
        x.list("Certificates", "member", &l.certificate, |x, arn| {
            x.el("CertificateArn", arn);
            x.el("IsDefault", true);
        });
    }))
}

pub(super) fn listener_attributes(state: &State, call: &Call<'_>) -> Outcome<Reply> {
    let l = named_listener(state, call)?;
    let all: &[(&str, &str)] = match l.protocol.as_str() {
        "HTTP" | "HTTPS" => &[("routing.http.response.server.enabled", "true")],
        "TCP" => &[("tcp.idle_timeout.seconds", "350")],
        _ => &[],
    };
    Ok(call.query(|x| {
        x.list("Attributes", "member", all, |x, (key, value)| {
            x.el("Key", *key);
            x.el("Value", *value);
        });
    }))
}

pub(super) fn ssl_policies(call: &Call<'_>) -> Outcome<Reply> {
    const POLICIES: [(&str, &[&str], &[&str]); 3] = [
        (
            "ELBSecurityPolicy-TLS13-1-2-2021-06",
            &["TLSv1.2", "TLSv1.3"],
            &["TLS_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"],
        ),
        ("ELBSecurityPolicy-TLS13-1-3-2021-06", &["TLSv1.3"], &["TLS_AES_128_GCM_SHA256"]),
        ("ELBSecurityPolicy-2016-08", &["TLSv1", "TLSv1.1", "TLSv1.2"], &["ECDHE-RSA-AES128-GCM-SHA256", "AES128-SHA"]),
    ];
    let names = call.params.texts("Names");
    if names.iter().any(|n| POLICIES.iter().all(|(p, ..)| p != n)) {
        return Err(ApiError::new("SSLPolicyNotFound", "One or more SSL policies not found"));
    }
    let found = POLICIES.iter().filter(|(p, ..)| names.is_empty() || names.contains(p));
    Ok(call.query(|x| {
        x.list("SslPolicies", "member", found, |x, (name, protocols, ciphers)| {
            x.el("Name", *name);
            x.list("SslProtocols", "member", *protocols, |x, p| x.raw_text(*p));
            x.list("Ciphers", "member", ciphers.iter().zip(1_u32..), |x, (c, priority)| {
                x.el("Name", *c);
                x.el("Priority", priority);
            });
            x.list("SupportedLoadBalancerTypes", "member", ["application", "network"], |x, t| x.raw_text(t));
        });
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of every operation")]
pub(super) fn account_limits(call: &Call<'_>) -> Result<Reply, ApiError> {
    const LIMITS: [(&str, &str); 13] = [
        ("target-groups", "3000"),
        ("application-load-balancers", "50"),
        ("network-load-balancers", "50"),
        ("gateway-load-balancers", "100"),
        ("targets-per-target-group", "1000"),
        ("targets-per-application-load-balancer", "1000"),
        ("targets-per-network-load-balancer", "3000"),
        ("targets-per-availability-zone-per-network-load-balancer", "500"),
        ("listeners-per-application-load-balancer", "50"),
        ("listeners-per-network-load-balancer", "50"),
        ("rules-per-application-load-balancer", "100"),
        ("target-groups-per-application-load-balancer", "100"),
        ("certificates-per-application-load-balancer", "25"),
    ];
    Ok(call.query(|x| {
        x.list("Limits", "member", LIMITS, |x, (name, most)| {
            x.el("Name", name);
            x.el("Max", most);
        });
    }))
}
