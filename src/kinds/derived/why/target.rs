//! Why a target is not healthy, from the balancer's side.

use std::net::IpAddr;
use std::sync::Arc;

use arcstr::ArcStr;

use super::Row;
use crate::kinds::derived::doctor::change::{self, Change};
use crate::kinds::derived::doctor::network::{self, Way};
use crate::kinds::derived::doctor::word;
use crate::kinds::ec2::instances::fields;
use crate::kinds::ec2::{network_interfaces, subnets};
use crate::kinds::elbv2::targets::Health;
use crate::kinds::elbv2::{load_balancers, target_groups, targets};
use crate::model::addresses::Block;
use crate::model::{Inputs, Record, Tone};
use crate::net::path::{self, Answer, At, By, Client, End, Hop, Origin, Protocol, Service, Sign};

/// Of more targets than this only those that are not healthy are told one by one.
const MOST: usize = 12;

/// Whether the network has to do with why it is as it is.
pub(super) fn is_judged(row: &Record) -> bool {
    matches!(targets::health(row), Health::Unhealthy | Health::UnhealthyDraining)
        && row
            .get(&targets::REASON_CODE)
            .as_str()
            .is_some_and(|r| r.starts_with("Target.") && r != "Target.ResponseCodeMismatch")
}

/// All about a target group.
pub(super) fn of_group(inputs: &Inputs, group: &Record) -> Vec<Row> {
    let mut out = Vec::new();
    let balancers = group.get(&target_groups::LOAD_BALANCERS).items();
    if balancers.is_empty() {
        let said = "no load balancer's listener or rule forwards to it: its targets get no traffic and are not checked";
        let row = Row::new("load balancer", Tone::Idle, "none", said);
        out.push(row.by(target_groups::INFO.name, group.id.clone()).weighs(2));
    }
    for name in &balancers {
        out.extend(balancer(inputs, name));
    }
    out.push(health_check(group));
    out.extend(of_targets(inputs, group, "target"));
    out
}

/// All about a balancer.
pub(super) fn of_balancer(inputs: &Inputs, row: &Record) -> Vec<Row> {
    let mut out: Vec<Row> = balancer(inputs, &row.name).into_iter().collect();
    for group in inputs.each(target_groups::INFO.name) {
        if group.get(&target_groups::LOAD_BALANCERS).items().contains(&row.name) {
            out.extend(of_targets(inputs, group, &group.name));
        }
    }
    if out.len() < 2 {
        out.push(
            Row::new("target groups", Tone::Idle, "none", "no listener or rule of it forwards to a target group")
                .weighs(1),
        );
    }
    out
}

fn balancer(inputs: &Inputs, name: &str) -> Option<Row> {
    let row = inputs.each(load_balancers::INFO.name).find(|b| b.name == name)?;
    let (tone, word) = row.state.clone()?;
    let field = row.kind.index_of("state_reason").and_then(|f| row.at(f).as_str().map(ToString::to_string));
    let kind = row.get(&load_balancers::TYPE).as_str().map_or_else(String::new, |t| format!("{t} "));
    let said = field.filter(|r| !r.is_empty()).unwrap_or_else(|| format!("{kind}load balancer {name}"));
    let bad = u8::from(tone == Tone::Bad) * 8;
    Some(Row::new("load balancer", tone, word, said).by(load_balancers::INFO.name, row.id.clone()).weighs(bad))
}

fn health_check(group: &Record) -> Row {
    let by = (target_groups::INFO.name, group.id.clone());
    let (tone, word, said) = match group.get(&target_groups::CHECKED).as_bool() {
        Some(false) => (Tone::Idle, "off", "health checks are off: whether a target works is not known".to_string()),
        _ => (Tone::Good, "set", target_groups::check_words(group)),
    };
    Row { by: Some(by), ..Row::new("health check", tone, word, said) }
}

/// The targets of a group: all of a few, else those that are not healthy and how many are.
fn of_targets(inputs: &Inputs, group: &Record, about: &str) -> Vec<Row> {
    let mine: Vec<&Arc<Record>> =
        inputs.each(targets::INFO.name).filter(|t| targets::group_arn(t) == Some(group.id.as_str())).collect();
    if mine.is_empty() {
        let known = inputs.tables.iter().any(|t| t.kind.0.name == targets::INFO.name && t.whole);
        let row = if known {
            Row::new(about, Tone::Idle, "empty", "no target is registered: requests get 503").weighs(5)
        } else {
            Row::new(about, Tone::Unknown, "unknown", "its targets are not read yet")
        };
        return vec![row.by(target_groups::INFO.name, group.id.clone())];
    }
    let (well, ill): (Vec<&Arc<Record>>, Vec<&Arc<Record>>) =
        mine.iter().partition(|t| targets::health(t) == Health::Healthy);
    let mut out: Vec<Row> = ill.iter().map(|t| row(inputs, t, group, about)).collect();
    if mine.len() <= MOST {
        out.extend(well.iter().map(|t| row(inputs, t, group, about)));
    } else {
        let said = format!("{} of {} targets are healthy", well.len(), mine.len());
        out.push(Row::new(about, if well.is_empty() { Tone::Bad } else { Tone::Good }, "targets", said));
    }
    out
}

/// A target as a row. `about` says which side is asked about: the group's name, or `target`.
pub(super) fn row(inputs: &Inputs, target: &Record, group: &Record, about: &str) -> Row {
    let (tone, word) = target.state.clone().unwrap_or((Tone::Unknown, "unknown".into()));
    let verdict = verdict(inputs, target, group);
    let name = match about {
        "target" => called(inputs, target, group),
        about => about.to_string(),
    };
    let weight = match targets::health(target) {
        Health::Unhealthy | Health::UnhealthyDraining => 6,
        Health::Unused => 3,
        _ => 0,
    };
    let by = match &verdict.by {
        Some(by) => by.clone(),
        None => (target_groups::INFO.name, group.id.clone()),
    };
    let which = (about == "target").then(|| name.clone());
    let said = match about {
        "target" => verdict.said,
        _ => format!("{}: {}", called(inputs, target, group), verdict.said),
    };
    Row { change: verdict.change, by: Some(by), which, ..Row::new(name, tone, word, said).weighs(weight) }
}

/// `web-1:80`
fn called(inputs: &Inputs, target: &Record, group: &Record) -> String {
    let id = targets::target_id(target).unwrap_or_default();
    let name = instance(inputs, id, group).map_or(id, |i| i.label().as_str());
    match targets::port(target) {
        Some(port) => format!("{name}:{port}"),
        None => name.to_string(),
    }
}

/// The instance that a target is: by its id, or by its address in the group's VPC.
fn instance<'i>(inputs: &'i Inputs, id: &str, group: &Record) -> Option<&'i Arc<Record>> {
    let ip: Option<IpAddr> = id.parse().ok();
    let vpc = group.get(&target_groups::VPC_ID).as_str();
    let has = |r: &Record| match ip {
        Some(ip) => {
            r.get(&fields::PRIVATE_IP).blocks().any(|b| b == Block::Ip(ip))
                && (vpc.is_none() || r.get(&fields::VPC_ID).as_str() == vpc)
        }
        None => r.id == id,
    };
    inputs.each("instances").find(|r| has(r))
}

/// What an address of the group's VPC is of, where that is no instance: the interface that has it.
fn interface<'i>(inputs: &'i Inputs, id: &str, group: &Record) -> Option<&'i Arc<Record>> {
    let ip: IpAddr = id.parse().ok()?;
    let vpc = group.get(&target_groups::VPC_ID).as_str();
    inputs.each(network_interfaces::INFO.name).find(|r| {
        let has = |field| r.get(field).blocks().any(|b| b == Block::Ip(ip));
        (has(&network_interfaces::PRIVATE_IPS) || has(&network_interfaces::PRIVATE_IP))
            && (vpc.is_none() || r.get(&network_interfaces::VPC_ID).as_str() == vpc)
    })
}

/// What is known of why a target is as it is.
struct Known {
    said: String,
    change: Option<Change>,
    by: Option<(&'static str, ArcStr)>,
}

impl Known {
    fn said(said: impl Into<String>) -> Known {
        Known { said: said.into(), change: None, by: None }
    }
}

fn verdict(inputs: &Inputs, target: &Record, group: &Record) -> Known {
    let Some(code) = target.get(&targets::REASON_CODE).as_str() else {
        let healthy = targets::health(target) == Health::Healthy;
        return Known::said(if healthy {
            format!("answers {}", target_groups::check_words(group))
        } else {
            String::new()
        });
    };
    let words = target.get(&targets::EXPLANATION).as_str().unwrap_or(code);
    if code == "Target.ResponseCodeMismatch" {
        let answered = target.get(&targets::REASON).as_str().unwrap_or("another code");
        let wanted = group.get(&target_groups::MATCHER).as_str().unwrap_or("200");
        let path = group.get(&target_groups::CHECK_PATH).as_str().unwrap_or("/");
        return Known::said(format!(
            "{answered} is the answer to GET {path}, and {wanted} is wanted: mend the path, the codes or the application"
        ));
    }
    if !is_judged(target) {
        return Known::said(words);
    }
    let Some(port) = targets::check_port(target) else { return Known::said(words) };
    let (service, timed_out) = (Service { protocol: Protocol::Tcp, port }, code == "Target.Timeout");
    let id = targets::target_id(target).unwrap_or_default();
    let (to, to_row) = match (instance(inputs, id, group), interface(inputs, id, group)) {
        (Some(row), _) => (network::end(inputs, row), &**row),
        (None, Some(row)) => (network::interface(inputs, row), &**row),
        (None, None) => return Known::said(format!("{words} {}", nobody(inputs, id, group))),
    };
    let judge = |name: &ArcStr| {
        let balancer: &Record = inputs.each(load_balancers::INFO.name).find(|b| b.name == *name)?;
        reached(inputs, (balancer, group), (&to, to_row), service, timed_out)
    };
    let mut all: Vec<Known> = group.get(&target_groups::LOAD_BALANCERS).items().iter().filter_map(judge).collect();
    // What is closed says most: of several balancers that comes first, and what mends it is what is offered.
    all.sort_by_key(|k| k.change.is_none());
    let said: Vec<&str> = all.iter().map(|k| k.said.as_str()).collect();
    let said = if said.is_empty() { words.to_string() } else { said.join("; ") };
    let first = all.into_iter().next();
    let (change, by) = first.map_or((None, None), |k| (k.change, k.by));
    Known { said, change, by }
}

/// What is to be said of an address that no interface is known to have.
fn nobody(inputs: &Inputs, id: &str, group: &Record) -> String {
    let known = |kind: &str| inputs.tables.iter().any(|t| t.kind.0.name == kind && t.whole);
    let vpc = group.get(&target_groups::VPC_ID).as_str();
    let ip: Option<IpAddr> = id.parse().ok();
    let Some(ip) = ip.filter(|_| known(network_interfaces::INFO.name)) else {
        return "Whether the load balancer reaches it is not known: what it is could not be read.".into();
    };
    let within = inputs.each(subnets::INFO.name).find(|s| {
        s.get(&subnets::VPC_ID).as_str() == vpc
            && s.get(&subnets::CIDR).blocks().map(Block::range).any(|range| range.contains(&ip))
    });
    match within {
        Some(subnet) => {
            format!("Nothing has the address {id}: it lies in {}, and no interface there has it.", subnet.id)
        }
        None => format!(
            "{id} lies in no subnet of the group's VPC: whether the load balancer reaches it over a peering or a gateway is not known."
        ),
    }
}

/// Whether a balancer reaches a target, in a sentence; none if it is in no subnet that is known.
fn reached(
    inputs: &Inputs,
    (balancer, group): (&Record, &Record),
    (to, to_row): (&End, &Record),
    service: Service,
    timed_out: bool,
) -> Option<Known> {
    let (port, name) = (service.port, &balancer.name);
    Some(match way(inputs, balancer, to, to_row, service) {
        Reached::None => return None,
        Reached::Closed(hop, way) => {
            // The group's members, and not an address of one of its nodes, is what a rule should let in.
            // A network ACL knows addresses alone.
            let is_acl = matches!(hop.at, At::AclIn | At::AclBack | At::SourceAclOut | At::SourceAclBack);
            let asked = if is_acl { *way } else { by_group(*way, balancer) };
            let change = change::of(&[(*hop).clone()], &asked, service);
            let by = change.as_ref().and_then(|c| c.row.clone()).or(hop.sign.by.as_deref().map(ArcStr::from));
            let by = by.and_then(|id| Some((crate::kinds::registry::ALL.named(&id)?.kind.0.name, id)));
            let said = format!("port {port} closed by {}: {}, to {name}", word(hop.at), hop.sign.evidence);
            Known { said, change, by }
        }
        Reached::Unknown(hop) => Known::said(format!(
            "port {port}, not known whether {name} reaches it: {}: {}",
            word(hop.at),
            hop.sign.evidence
        )),
        Reached::Open if timed_out => {
            let within =
                group.get(&target_groups::TIMEOUT).as_int().map_or_else(String::new, |s| format!(" within {s} s"));
            Known::said(format!(
                "nothing inside answers on port {port}{within}: the network lets {name} in; look at a firewall of the host, the application and its load"
            ))
        }
        Reached::Open => Known::said(format!(
            "nothing listens on port {port}: the network lets {name} in, and the connection is refused or closed"
        )),
    })
}

enum Reached {
    /// Where it is closed.
    Closed(Box<Hop>, Box<Way>),
    Unknown(Box<Hop>),
    Open,
    /// The balancer is in no subnet that is known.
    None,
}

/// From each of the balancer's subnets: closed if it is from one of them.
fn way(inputs: &Inputs, balancer: &Record, to: &End, to_row: &Record, service: Service) -> Reached {
    let mut found = Reached::None;
    for id in balancer.get(&load_balancers::SUBNETS).items() {
        let from = Origin::Inside(Box::new(node(inputs, balancer, &id)));
        let hops = path::hops(&from, to, By::Nearest, service);
        let first = |answer| hops.iter().find(|h| h.at != At::Inside && h.sign.answer == answer);
        if let Some(hop) = first(Answer::Failed) {
            let way = Way {
                from,
                from_row: None,
                to: to.clone(),
                to_row: to_row.id.clone(),
                by: By::Nearest,
                members: Vec::new(),
                names: network::names(inputs),
                public_table: None,
            };
            return Reached::Closed(Box::new(hop.clone()), Box::new(way));
        }
        match (first(Answer::Unknown), &found) {
            (Some(hop), Reached::None | Reached::Open) => found = Reached::Unknown(Box::new(hop.clone())),
            (None, Reached::None) => found = Reached::Open,
            _ => {}
        }
    }
    found
}

/// A node of a balancer in one of its subnets. Which address it has there is not known; it lies in the subnet's range.
fn node(inputs: &Inputs, balancer: &Record, id: &str) -> End {
    let groups: Vec<String> =
        balancer.get(&load_balancers::SECURITY_GROUP_IDS).items().iter().map(ToString::to_string).collect();
    let vpc = balancer.get(&load_balancers::VPC_ID).as_str();
    let row = inputs.each(subnets::INFO.name).find(|s| s.id == id);
    let range = row.and_then(|s| s.get(&subnets::CIDR).blocks().next()).map(Block::range);
    // A Network Load Balancer may have no groups: then nothing limits what it sends.
    let rules = if groups.is_empty() { Some(Vec::new()) } else { network::rules(inputs, &groups) };
    End {
        name: balancer.label().to_string(),
        state: Sign::passed("the load balancer's nodes"),
        checks: Sign::passed("the load balancer's nodes"),
        vpc: vpc.map(str::to_string),
        subnets: vec![network::subnet(inputs, id, vpc)],
        private: Client { range: range.unwrap_or_default(), anybody: false },
        public: None,
        groups,
        rules,
    }
}

/// The same way from any member of the balancer's first security group.
fn by_group(mut way: Way, balancer: &Record) -> Way {
    let groups = balancer.get(&load_balancers::SECURITY_GROUP_IDS).items();
    if let (Origin::Inside(from), Some(group)) = (&mut way.from, groups.first()) {
        from.groups = vec![group.to_string()];
        from.private = Client { range: ipnet::IpNet::default(), anybody: false };
    }
    way
}
