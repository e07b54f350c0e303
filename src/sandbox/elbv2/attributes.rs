//! Attributes of balancers and target groups: AWS's defaults and the values that it takes.

use std::collections::BTreeMap;

use super::errors::{Outcome, validation};
use super::state::{Kind, LoadBalancer, TargetGroup};
use crate::sandbox::wire::{Params, Xml};

const APPLICATION: &[(&str, &str)] = &[
    ("access_logs.s3.enabled", "false"),
    ("access_logs.s3.bucket", ""),
    ("access_logs.s3.prefix", ""),
    ("idle_timeout.timeout_seconds", "60"),
    ("deletion_protection.enabled", "false"),
    ("routing.http2.enabled", "true"),
    ("routing.http.drop_invalid_header_fields.enabled", "false"),
    ("routing.http.xff_client_port.enabled", "false"),
    ("routing.http.preserve_host_header.enabled", "false"),
    ("routing.http.xff_header_processing.mode", "append"),
    ("load_balancing.cross_zone.enabled", "true"),
    ("routing.http.desync_mitigation_mode", "defensive"),
    ("client_keep_alive.seconds", "3600"),
    ("waf.fail_open.enabled", "false"),
    ("routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "false"),
    ("zonal_shift.config.enabled", "false"),
    ("connection_logs.s3.enabled", "false"),
    ("connection_logs.s3.bucket", ""),
    ("connection_logs.s3.prefix", ""),
];

const NETWORK: &[(&str, &str)] = &[
    ("access_logs.s3.enabled", "false"),
    ("access_logs.s3.bucket", ""),
    ("access_logs.s3.prefix", ""),
    ("deletion_protection.enabled", "false"),
    ("load_balancing.cross_zone.enabled", "false"),
    ("ipv6.deny_all_igw_traffic", "false"),
    ("dns_record.client_routing_policy", "any_availability_zone"),
    ("zonal_shift.config.enabled", "false"),
];

const HTTP_GROUP: &[(&str, &str)] = &[
    ("stickiness.enabled", "false"),
    ("deregistration_delay.timeout_seconds", "300"),
    ("stickiness.type", "lb_cookie"),
    ("stickiness.lb_cookie.duration_seconds", "86400"),
    ("slow_start.duration_seconds", "0"),
    ("load_balancing.algorithm.type", "round_robin"),
    ("load_balancing.algorithm.anomaly_mitigation", "off"),
    ("load_balancing.cross_zone.enabled", "use_load_balancer_configuration"),
    ("target_group_health.dns_failover.minimum_healthy_targets.count", "1"),
    ("target_group_health.dns_failover.minimum_healthy_targets.percentage", "off"),
    ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1"),
    ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off"),
    ("stickiness.app_cookie.cookie_name", ""),
    ("stickiness.app_cookie.duration_seconds", "86400"),
];

const TCP_GROUP: &[(&str, &str)] = &[
    ("stickiness.enabled", "false"),
    ("deregistration_delay.timeout_seconds", "300"),
    ("stickiness.type", "source_ip"),
    ("proxy_protocol_v2.enabled", "false"),
    ("preserve_client_ip.enabled", "true"),
    ("deregistration_delay.connection_termination.enabled", "false"),
    ("load_balancing.cross_zone.enabled", "use_load_balancer_configuration"),
    ("target_group_health.dns_failover.minimum_healthy_targets.count", "1"),
    ("target_group_health.dns_failover.minimum_healthy_targets.percentage", "off"),
    ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1"),
    ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off"),
    ("target_health_state.unhealthy.connection_termination.enabled", "true"),
    ("target_health_state.unhealthy.draining_interval_seconds", "0"),
];

fn of_balancer(lb: &LoadBalancer) -> &'static [(&'static str, &'static str)] {
    match lb.kind {
        Kind::Application => APPLICATION,
        Kind::Network => NETWORK,
    }
}

fn of_group(g: &TargetGroup) -> &'static [(&'static str, &'static str)] {
    if matches!(g.protocol.as_str(), "HTTP" | "HTTPS") { HTTP_GROUP } else { TCP_GROUP }
}

/// `Attributes` of a balancer.
pub(super) fn write_balancer(x: &mut Xml, lb: &LoadBalancer) {
    write(x, of_balancer(lb), &lb.attributes);
}

/// `Attributes` of a target group.
pub(super) fn write_group(x: &mut Xml, g: &TargetGroup) {
    write(x, of_group(g), &g.attributes);
}

fn write(x: &mut Xml, defaults: &[(&str, &str)], set: &BTreeMap<String, String>) {
    x.list("Attributes", "member", defaults, |x, (key, default)| {
        x.el("Key", *key);
        x.el("Value", set.get(*key).map_or(*default, String::as_str));
    });
}

/// Whether a balancer refuses to be deleted.
pub(super) fn is_protected(lb: &LoadBalancer) -> bool {
    lb.attributes.get("deletion_protection.enabled").is_some_and(|v| v == "true")
}

/// Sets a balancer's attributes.
pub(super) fn set_balancer(lb: &mut LoadBalancer, params: &Params) -> Outcome<()> {
    let given = given(params, of_balancer(lb), "Load balancer")?;
    lb.attributes.extend(given);
    Ok(())
}

/// Sets a target group's attributes: all of them or, if one is wrong, none.
pub(super) fn set_group(g: &mut TargetGroup, params: &Params) -> Outcome<()> {
    let given = given(params, of_group(g), "Target group")?;
    g.attributes.extend(given);
    Ok(())
}

fn given(params: &Params, known: &[(&str, &str)], noun: &str) -> Outcome<Vec<(String, String)>> {
    let mut out = Vec::new();
    for one in params.list("Attributes") {
        let (key, value) = (one.text("Key").unwrap_or_default(), one.text("Value").unwrap_or_default());
        if !known.iter().any(|(k, _)| *k == key) {
            return Err(validation(format!("{noun} attribute key '{key}' is not recognized")));
        }
        check_value(key, value, known)?;
        out.push((key.to_string(), value.to_string()));
    }
    if out.is_empty() {
        return Err(validation("At least one attribute must be specified"));
    }
    Ok(out)
}

/// A value must be of its key's kind, and within AWS's bounds.
fn check_value(key: &str, value: &str, known: &[(&str, &str)]) -> Outcome<()> {
    let bounds = match key {
        "deregistration_delay.timeout_seconds" => Some((0, 3600)),
        "idle_timeout.timeout_seconds" => Some((1, 4000)),
        "client_keep_alive.seconds" => Some((60, 604_800)),
        "stickiness.lb_cookie.duration_seconds" | "stickiness.app_cookie.duration_seconds" => Some((1, 604_800)),
        "slow_start.duration_seconds" if value != "0" => Some((30, 900)),
        _ => None,
    };
    if let Some((low, high)) = bounds
        && !value.parse::<u32>().is_ok_and(|n| (low..=high).contains(&n))
    {
        return Err(validation(format!("'{key}' must be an integer between '{low}' and '{high}', inclusive")));
    }
    let flag = known.iter().any(|(k, default)| *k == key && matches!(*default, "true" | "false"));
    if flag && !matches!(value, "true" | "false") {
        return Err(validation(format!("'{key}' must be one of: 'true', 'false'")));
    }
    let words: &[&str] = match key {
        "load_balancing.algorithm.type" => &["round_robin", "least_outstanding_requests", "weighted_random"],
        "load_balancing.algorithm.anomaly_mitigation" => &["off", "on"],
        "stickiness.type" if known.contains(&("stickiness.type", "lb_cookie")) => &["lb_cookie", "app_cookie"],
        "stickiness.type" => &["source_ip", "source_ip_dest_ip", "source_ip_dest_ip_proto"],
        "dns_record.client_routing_policy" => {
            &["any_availability_zone", "availability_zone_affinity", "partial_availability_zone_affinity"]
        }
        "routing.http.desync_mitigation_mode" => &["monitor", "defensive", "strictest"],
        "routing.http.xff_header_processing.mode" => &["append", "preserve", "remove"],
        "load_balancing.cross_zone.enabled" if !flag => &["true", "false", "use_load_balancer_configuration"],
        _ => return Ok(()),
    };
    if words.contains(&value) {
        Ok(())
    } else {
        Err(validation(format!("'{key}' must be one of: '{}'", words.join("', '"))))
    }
}
