//! Balancers, listeners, rules and target groups as XML, element by element as the API reference has them.

use super::ec2_port;
use super::state::{Action, Kind, Listener, LoadBalancer, Rule, State, TargetGroup};
use crate::sandbox::wire::Xml;
use crate::sandbox::world::World;

pub(super) fn balancer(x: &mut Xml, world: &World, lb: &LoadBalancer, region: &str) {
    x.el("LoadBalancerArn", &lb.arn);
    x.el("DNSName", &lb.dns);
    x.el("CanonicalHostedZoneId", hosted_zone(lb.kind, region));
    x.el("CreatedTime", lb.created);
    x.el("LoadBalancerName", &lb.name);
    x.el("Scheme", if lb.internal { "internal" } else { "internet-facing" });
    x.el("VpcId", &lb.vpc);
    x.nest("State", |x| x.el("Code", if lb.active { "active" } else { "provisioning" }));
    x.el("Type", lb.kind.word());
    zones(x, world, lb, region);
    if !lb.security_groups.is_empty() {
        x.list("SecurityGroups", "member", &lb.security_groups, |x, g| x.raw_text(g));
    }
    x.el("IpAddressType", &lb.ip_address_type);
}

/// A balancer's zones. Addresses are shown where somebody chose them.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAddress.html>
pub(super) fn zones(x: &mut Xml, world: &World, lb: &LoadBalancer, region: &str) {
    x.list("AvailabilityZones", "member", &lb.zones, |x, z| {
        x.el("ZoneName", &z.name);
        x.el("SubnetId", &z.subnet);
        let chosen = (z.allocation.is_some() || z.private_ip.is_some()).then_some(z);
        x.list("LoadBalancerAddresses", "member", chosen, |x, z| {
            let public = ec2_port::node_addresses(world, region, lb, z).and_then(|(_, public)| public);
            x.opt("IpAddress", public.map(|ip| ip.to_string()));
            x.opt("AllocationId", z.allocation.as_ref());
            x.opt("PrivateIPv4Address", z.private_ip.map(|ip| ip.to_string()));
        });
    });
}

/// Route 53's zone of the balancers' names: <https://docs.aws.amazon.com/general/latest/gr/elb.html>.
fn hosted_zone(kind: Kind, region: &str) -> &'static str {
    match (kind, region) {
        (Kind::Application, "ap-northeast-1") => "Z14GRHDCWA56QT",
        (Kind::Application, "ap-northeast-2") => "ZWKZPGTI48KDX",
        (Kind::Application, "us-east-1") => "Z35SXDOTRQ7X7K",
        (Kind::Application, "us-west-2") => "Z1H1FL5HABSF5",
        (Kind::Application, _) => "Z3AADJGX6KTTL2",
        (Kind::Network, "ap-northeast-1") => "Z31USIVHYNEOWT",
        (Kind::Network, "ap-northeast-2") => "ZIBE1TIR4HY56",
        (Kind::Network, "us-east-1") => "Z26RNL4JYFTOTI",
        (Kind::Network, "us-west-2") => "Z18D5FSROUN65G",
        (Kind::Network, _) => "ZLMOA37VPKANP",
    }
}

pub(super) fn group(x: &mut Xml, g: &TargetGroup, state: &State) {
    let check = &g.check;
    x.el("TargetGroupArn", &g.arn);
    x.el("TargetGroupName", &g.name);
    x.el("Protocol", &g.protocol);
    x.el("Port", g.port);
    x.el("VpcId", &g.vpc);
    x.el("HealthCheckProtocol", &check.protocol);
    x.el("HealthCheckPort", &check.port);
    x.el("HealthCheckEnabled", check.enabled);
    x.el("HealthCheckIntervalSeconds", check.interval);
    x.el("HealthCheckTimeoutSeconds", check.timeout);
    x.el("HealthyThresholdCount", check.healthy);
    x.el("UnhealthyThresholdCount", check.unhealthy);
    x.opt("HealthCheckPath", check.path.as_ref());
    if let Some(codes) = &check.codes {
        x.nest("Matcher", |x| x.el("HttpCode", codes));
    }
    x.list("LoadBalancerArns", "member", state.balancers_of(&g.arn), |x, lb| x.raw_text(&lb.arn));
    x.el("TargetType", &g.target_type);
    x.opt("ProtocolVersion", g.protocol_version.as_ref());
    x.el("IpAddressType", "ipv4");
}

pub(super) fn listener(x: &mut Xml, l: &Listener) {
    x.el("ListenerArn", &l.arn);
    x.el("LoadBalancerArn", &l.balancer);
    x.el("Port", l.port);
    x.el("Protocol", &l.protocol);
    if let Some(arn) = &l.certificate {
        x.list("Certificates", "member", [arn], |x, arn| x.el("CertificateArn", arn));
    }
    x.opt("SslPolicy", l.ssl_policy.as_ref());
    x.list("DefaultActions", "member", &l.actions, action);
}

pub(super) fn default_rule(x: &mut Xml, l: &Listener) {
    x.el("RuleArn", l.default_rule_arn());
    x.el("Priority", "default");
    x.empty("Conditions");
    x.list("Actions", "member", &l.actions, action);
    x.el("IsDefault", true);
}

pub(super) fn rule(x: &mut Xml, r: &Rule) {
    x.el("RuleArn", &r.arn);
    x.el("Priority", r.priority);
    x.list("Conditions", "member", &r.conditions, |x, c| {
        let values = |x: &mut Xml| x.list("Values", "member", &c.values, |x, v| x.raw_text(v));
        x.el("Field", &c.field);
        // Only the two oldest fields are also shown in the old way.
        if matches!(c.field.as_str(), "path-pattern" | "host-header") {
            values(x);
        }
        let Some(config) = condition_config(&c.field) else { return };
        x.nest(config, |x| {
            x.opt("HttpHeaderName", c.name.as_ref());
            match c.field.as_str() {
                "query-string" => x.list("Values", "member", &c.pairs, |x, (key, value)| {
                    x.opt("Key", key.as_ref());
                    x.el("Value", value);
                }),
                _ => values(x),
            }
        });
    });
    x.list("Actions", "member", &r.actions, action);
    x.el("IsDefault", false);
}

fn action(x: &mut Xml, a: &Action) {
    x.el("Type", &a.kind);
    if let [(arn, _)] = a.forward.as_slice() {
        x.el("TargetGroupArn", arn);
    }
    x.opt("Order", a.order);
    let config = |x: &mut Xml, name: &str| {
        x.nest(name, |x| {
            for (key, value) in &a.config {
                x.el(key, value);
            }
        });
    };
    match a.kind.as_str() {
        "forward" => x.nest("ForwardConfig", |x| {
            x.list("TargetGroups", "member", &a.forward, |x, (arn, weight)| {
                x.el("TargetGroupArn", arn);
                x.el("Weight", *weight);
            });
            x.nest("TargetGroupStickinessConfig", |x| {
                x.el("Enabled", a.sticky.0);
                x.opt("DurationSeconds", a.sticky.1);
            });
        }),
        "redirect" => config(x, "RedirectConfig"),
        "fixed-response" => config(x, "FixedResponseConfig"),
        _ => {}
    }
}

/// The element that a condition's field has its values in.
pub(super) fn condition_config(field: &str) -> Option<&'static str> {
    Some(match field {
        "path-pattern" => "PathPatternConfig",
        "host-header" => "HostHeaderConfig",
        "http-header" => "HttpHeaderConfig",
        "http-request-method" => "HttpRequestMethodConfig",
        "query-string" => "QueryStringConfig",
        "source-ip" => "SourceIpConfig",
        _ => return None,
    })
}

/// For answers with an empty result.
pub(super) fn nothing(_: &mut Xml) {}
