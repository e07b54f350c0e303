//! Elastic Load Balancing's state in a region: balancers, listeners with their rules, target groups with their targets.
//!
//! Plain data. Which balancer a target group serves is not stored but read off the listeners, as AWS's
//! `LoadBalancerArns` is; health moves in `health`, by events of `physics`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::health::Health;
use crate::base::Time;

/// What will happen to load balancers, target groups and targets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// A balancer leaves `provisioning`.
    Active {
        /// Its ARN.
        balancer: String,
    },
    /// A target group's targets are checked; goes on while there are any.
    Round {
        /// The target group's ARN.
        group: String,
    },
    /// A target's registration is through, or its draining is over.
    Due {
        /// The target group's ARN.
        group: String,
        /// The target's id.
        target: String,
        /// The target's port.
        port: u16,
    },
}

/// One region's load balancing. Everything is keyed by ARN.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct State {
    /// Load balancers.
    pub balancers: BTreeMap<String, LoadBalancer>,
    /// Listeners of all balancers.
    pub listeners: BTreeMap<String, Listener>,
    /// Target groups.
    pub groups: BTreeMap<String, TargetGroup>,
    /// Tags of balancers, target groups, listeners and rules.
    pub tags: BTreeMap<String, BTreeMap<String, String>>,
    /// What the programs on instances answer to health checks, where it is not the usual `200`.
    pub apps: BTreeMap<String, Vec<App>>,
}

/// What a program on an instance does with a health check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    /// The port it is about; every port if `None`.
    pub port: Option<u16>,
    /// What a check gets.
    pub answer: Answer,
}

/// What a health check gets from a target that the network lets it reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// An HTTP status.
    Code(u16),
    /// The connection is refused: nothing listens.
    Refused,
    /// Nothing comes back in time.
    Silence,
}

/// The kinds of balancers, by AWS's word for `Type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// An Application Load Balancer.
    Application,
    /// A Network Load Balancer.
    Network,
}

impl Kind {
    /// AWS's word.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Application => "application",
            Kind::Network => "network",
        }
    }
    /// The short word in ARNs.
    pub const fn arn_word(self) -> &'static str {
        match self {
            Kind::Application => "app",
            Kind::Network => "net",
        }
    }
    /// From AWS's word.
    pub fn parse(word: &str) -> Option<Kind> {
        match word {
            "application" => Some(Kind::Application),
            "network" => Some(Kind::Network),
            _ => None,
        }
    }
}

/// A load balancer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoadBalancer {
    /// The ARN.
    pub arn: String,
    /// The name, unique in the region.
    pub name: String,
    /// Application or network.
    pub kind: Kind,
    /// `internet-facing` or `internal`.
    pub internal: bool,
    /// The VPC.
    pub vpc: String,
    /// The zones it stands in, each with its subnet.
    pub zones: Vec<Zone>,
    /// Its security groups.
    pub security_groups: Vec<String>,
    /// When it was created.
    pub created: Time,
    /// Whether it has left `provisioning`.
    pub active: bool,
    /// The name that clients resolve.
    pub dns: String,
    /// `ipv4` or `dualstack`.
    pub ip_address_type: String,
    /// Attributes that differ from the defaults.
    pub attributes: BTreeMap<String, String>,
}

/// A zone of a balancer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    /// For example `ap-northeast-2a`.
    pub name: String,
    /// The subnet in it.
    pub subnet: String,
    /// The allocation of the Elastic IP address that it has there, if one was given.
    #[serde(default)]
    pub allocation: Option<String>,
    /// The private address that it has there, if one was asked for.
    #[serde(default)]
    pub private_ip: Option<std::net::Ipv4Addr>,
}

/// A listener.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Listener {
    /// The ARN.
    pub arn: String,
    /// Its balancer.
    pub balancer: String,
    /// The port.
    pub port: u16,
    /// `HTTP`, `HTTPS`, `TCP`, `TLS`, `UDP` or `TCP_UDP`.
    pub protocol: String,
    /// The certificate, on TLS listeners.
    pub certificate: Option<String>,
    /// The TLS policy, on TLS listeners.
    pub ssl_policy: Option<String>,
    /// What the default rule does.
    pub actions: Vec<Action>,
    /// The other rules, by priority.
    pub rules: Vec<Rule>,
}

impl Listener {
    /// The default rule's ARN.
    pub fn default_rule_arn(&self) -> String {
        let (head, id) = self.arn.rsplit_once('/').unwrap_or(("", &self.arn));
        let mirrored: String = id.chars().rev().collect();
        format!("{}/{id}/{mirrored}", head.replace(":listener/", ":listener-rule/"))
    }
    /// Every target group that a rule of this listener forwards to.
    pub fn forwards_to(&self) -> impl Iterator<Item = &str> {
        self.actions
            .iter()
            .chain(self.rules.iter().flat_map(|r| &r.actions))
            .flat_map(|a| &a.forward)
            .map(|(arn, _)| arn.as_str())
    }
}

/// A rule beside the default one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rule {
    /// The ARN.
    pub arn: String,
    /// 1 to 50000; the lowest is asked first.
    pub priority: u32,
    /// All of which must hold.
    pub conditions: Vec<Condition>,
    /// What it does.
    pub actions: Vec<Action>,
}

/// A rule's condition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// `path-pattern`, `host-header`, `http-header`, `http-request-method`, `query-string` or `source-ip`.
    pub field: String,
    /// Any of which may match.
    pub values: Vec<String>,
    /// The header's name, for `http-header`.
    pub name: Option<String>,
    /// Keys and values, for `query-string`.
    pub pairs: Vec<(Option<String>, String)>,
}

/// What a rule does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// `forward`, `redirect` or `fixed-response`.
    pub kind: String,
    /// The order among a rule's actions.
    pub order: Option<u32>,
    /// Target groups and weights, for `forward`.
    pub forward: Vec<(String, u32)>,
    /// Whether a client stays with one of several target groups, and for how many seconds.
    #[serde(default)]
    pub sticky: (bool, Option<u32>),
    /// The other members as they were given: `Port` -> `443`, `StatusCode` -> `HTTP_301`...
    pub config: BTreeMap<String, String>,
}

/// Health check settings, by AWS's names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// Always on for instances.
    pub enabled: bool,
    /// `HTTP`, `HTTPS` or `TCP`.
    pub protocol: String,
    /// A port, or `traffic-port`.
    pub port: String,
    /// The path, for HTTP.
    pub path: Option<String>,
    /// `200`, `200,302` or `200-299`, for HTTP.
    pub codes: Option<String>,
    /// Seconds between checks.
    pub interval: u32,
    /// Seconds until a check counts as failed.
    pub timeout: u32,
    /// Successes until an unhealthy target is healthy.
    pub healthy: u32,
    /// Failures until a target is unhealthy.
    pub unhealthy: u32,
}

impl HealthCheck {
    /// AWS's defaults: <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html>.
    pub fn defaults(group_protocol: &str) -> Self {
        let http = matches!(group_protocol, "HTTP" | "HTTPS");
        HealthCheck {
            enabled: true,
            protocol: if http { group_protocol.to_string() } else { "TCP".to_string() },
            port: "traffic-port".to_string(),
            path: http.then(|| "/".to_string()),
            codes: http.then(|| "200".to_string()),
            interval: 30,
            timeout: if http { 5 } else { 10 },
            healthy: 5,
            unhealthy: 2,
        }
    }
    /// Whether an HTTP status is one of the success codes.
    pub fn accepts(&self, code: u16) -> bool {
        let Some(codes) = &self.codes else { return true };
        codes.split(',').any(|part| match part.split_once('-') {
            Some((low, high)) => {
                low.trim().parse().is_ok_and(|l: u16| l <= code) && high.trim().parse().is_ok_and(|h: u16| code <= h)
            }
            None => part.trim().parse() == Ok(code),
        })
    }
    /// The port a target is checked on.
    pub fn port_of(&self, target_port: u16) -> u16 {
        self.port.parse().unwrap_or(target_port)
    }
}

/// A target group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TargetGroup {
    /// The ARN.
    pub arn: String,
    /// The name, unique in the region.
    pub name: String,
    /// The traffic's protocol.
    pub protocol: String,
    /// `HTTP1`, `HTTP2` or `GRPC`, for HTTP.
    pub protocol_version: Option<String>,
    /// The default port.
    pub port: u16,
    /// The VPC.
    pub vpc: String,
    /// `instance` or `ip`.
    pub target_type: String,
    /// How health is checked.
    pub check: HealthCheck,
    /// Attributes that differ from the defaults.
    pub attributes: BTreeMap<String, String>,
    /// The targets, in the order of their registration.
    pub targets: Vec<Target>,
    /// When the next round of checks is due; none while there is nothing to check.
    pub next_round: Option<Time>,
}

impl TargetGroup {
    /// Seconds that a deregistered target drains; AWS's default is 300.
    pub fn deregistration_delay(&self) -> u64 {
        self.attributes.get("deregistration_delay.timeout_seconds").and_then(|v| v.parse().ok()).unwrap_or(300)
    }
    /// The registered target, draining ones included.
    pub fn target(&self, id: &str, port: u16) -> Option<&Target> {
        self.targets.iter().find(|t| t.id == id && t.port == port)
    }
}

/// A registered target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The instance's id, or an address.
    pub id: String,
    /// The port that gets the traffic.
    pub port: u16,
    /// When it was registered.
    pub registered: Time,
    /// What the balancer thinks of it.
    pub health: Health,
    /// Since when.
    pub since: Time,
    /// Checks passed in a row.
    pub passes: u32,
    /// Checks failed in a row.
    pub fails: u32,
}

impl State {
    /// The balancers that forward to a target group, by ARN.
    pub fn balancers_of(&self, group: &str) -> Vec<&LoadBalancer> {
        let mut arns: Vec<&str> = self
            .listeners
            .values()
            .filter(|l| l.forwards_to().any(|arn| arn == group))
            .map(|l| l.balancer.as_str())
            .collect();
        arns.sort_unstable();
        arns.dedup();
        arns.into_iter().filter_map(|arn| self.balancers.get(arn)).collect()
    }
    /// What the program on an instance answers on a port.
    pub fn answer_of(&self, instance: &str, port: u16) -> Answer {
        self.apps
            .get(instance)
            .and_then(|apps| apps.iter().find(|a| a.port.is_none_or(|p| p == port)))
            .map_or(Answer::Code(200), |a| a.answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn success_codes_are_lists_and_ranges() {
        let mut check = HealthCheck::defaults("HTTP");
        assert!(check.accepts(200) && !check.accepts(302));
        check.codes = Some("200,300-399".to_string());
        assert!(check.accepts(200) && check.accepts(302) && !check.accepts(404));
        check.codes = None;
        assert!(check.accepts(500), "a TCP check has no codes to miss");
    }

    #[test]
    fn a_default_rule_has_an_arn_of_its_own_under_its_listener() {
        let listener = Listener {
            arn: "arn:aws:elasticloadbalancing:r:1:listener/app/a/b/0123".to_string(),
            balancer: String::new(),
            port: 80,
            protocol: "HTTP".to_string(),
            certificate: None,
            ssl_policy: None,
            actions: vec![Action { forward: vec![("tg".to_string(), 1)], ..Action::default() }],
            rules: Vec::new(),
        };
        assert_eq!(listener.default_rule_arn(), "arn:aws:elasticloadbalancing:r:1:listener-rule/app/a/b/0123/3210");
        assert_eq!(listener.forwards_to().collect::<Vec<_>>(), ["tg"]);
    }
}
