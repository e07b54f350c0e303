//! This service's part of the world `demo`: two balancers in Seoul, target groups in all kinds of health.

use std::collections::BTreeMap;
use std::time::Duration;

use super::balancers::insert_balancer;
use super::ec2_port::{self, TargetView};
use super::health::{Health, Probe};
use super::listeners::insert_listener;
use super::physics;
use super::state::{Action, Answer, App, Condition, HealthCheck, Kind, Rule, Target, Zone};
use super::target_groups::insert_group;
use crate::base::Time;
use crate::sandbox::world::World;

const REGION: &str = "ap-northeast-2";
const DAY: Duration = Duration::from_secs(86_400);

/// The target group that the Auto Scaling group `my-asg-ec2` registers its members with.
pub(in crate::sandbox) const ASG_TARGET_GROUP: &str = "my-asg-ec2-tg";

/// Adds it.
pub(in crate::sandbox) fn build(world: &mut World, now: Time) -> Result<(), String> {
    let http =
        HealthCheck { interval: 10, healthy: 3, path: Some("/health".to_string()), ..HealthCheck::defaults("HTTP") };
    let tcp = HealthCheck { interval: 10, healthy: 2, ..HealthCheck::defaults("TCP") };
    let alb = add_balancer(
        world,
        "my-alchemine-app-alb",
        (Kind::Application, false),
        ["my-public-subnet-a", "my-public-subnet-c"],
        "my-app-alb-sg",
        ago(now, 41),
    )?;
    let nlb = add_balancer(
        world,
        "my-asg-nlb",
        (Kind::Network, true),
        ["my-private-subnet-app-a", "my-private-subnet-app-c"],
        "my-asg-alb-sg",
        ago(now, 33),
    )?;

    let vpc = world.region(REGION).ec2.vpc_named("my-vpc").ok_or("no my-vpc")?.id.to_string();
    let tg80 = insert_group(world, REGION, "my-alchemine-app-tg-80", "HTTP", 80, &vpc, http.clone());
    let tg8080 = insert_group(world, REGION, "my-alchemine-app-tg-8080", "HTTP", 8080, &vpc, http.clone());
    // The other half of a blue-green pair: no listener sends it anything.
    let green = insert_group(world, REGION, "my-alchemine-app-tg-green", "HTTP", 80, &vpc, http);
    let asg = insert_group(world, REGION, ASG_TARGET_GROUP, "TCP", 80, &vpc, tcp);

    let to = |arn: &str| Action { forward: vec![(arn.to_string(), 1)], ..action("forward") };
    let https = BTreeMap::from(
        [
            ("Protocol", "HTTPS"),
            ("Port", "443"),
            ("Host", "#{host}"),
            ("Path", "/#{path}"),
            ("Query", "#{query}"),
            ("StatusCode", "HTTP_301"),
        ]
        .map(|(k, v)| (k.to_string(), v.to_string())),
    );
    add_listener(world, &alb, 80, "HTTP", Action { config: https, ..action("redirect") });
    let secure = add_listener(world, &alb, 443, "HTTPS", to(&tg80));
    add_listener(world, &nlb, 80, "TCP", to(&asg));
    let rule_arn = format!("{}/{}", secure.replace(":listener/", ":listener-rule/"), world.new_hex(16));
    let certificate = format!("arn:aws:acm:{REGION}:{}:certificate/{}", world.account.clone(), world.new_uuid());
    if let Some(l) = world.region(REGION).elbv2.listeners.get_mut(&secure) {
        l.certificate = Some(certificate);
        l.ssl_policy = Some("ELBSecurityPolicy-TLS13-1-2-2021-06".to_string());
        l.rules.push(Rule {
            arn: rule_arn,
            priority: 10,
            conditions: vec![Condition {
                field: "path-pattern".to_string(),
                values: vec!["/api/*".to_string()],
                ..Condition::default()
            }],
            actions: vec![to(&tg8080)],
        });
    }

    let web = instances(world, "tier", "web");
    let batch = instances(world, "tier", "batch").into_iter().filter(|(name, _)| name == "my-alchemine-batch");
    let all: Vec<(String, String)> = web.iter().cloned().chain(batch).collect();
    add_targets(world, &tg80, all.iter().map(|(_, id)| id), now);
    // On 8080 one of the two old servers answers 503, and the canary is behind the wrong group: one target is healthy.
    let narrow: Vec<&(String, String)> = web.iter().filter(|(name, _)| name != "my-alchemine-app-ec2-3").collect();
    if let Some((_, sick)) = web.iter().find(|(name, _)| name == "my-alchemine-app-ec2-2") {
        let app = App { port: Some(8080), answer: Answer::Code(503) };
        world.region(REGION).elbv2.apps.insert(sick.clone(), vec![app]);
    }
    add_targets(world, &tg8080, narrow.iter().map(|(_, id)| id), now);
    add_targets(world, &green, web.iter().filter(|(name, _)| name == "my-alchemine-app-ec2-3").map(|(_, id)| id), now);
    let members = instances(world, "tier", "asg");
    add_targets(world, &asg, members.iter().map(|(_, id)| id), now);

    let state = &mut world.region(REGION).elbv2;
    for (arn, seconds) in [(&tg80, "60"), (&tg8080, "60"), (&asg, "30")] {
        if let Some(g) = state.groups.get_mut(arn) {
            g.attributes.insert("deregistration_delay.timeout_seconds".to_string(), seconds.to_string());
        }
    }
    for (arn, tags) in [
        (&alb, &[("Env", "prod"), ("service", "alchemine")][..]),
        (&nlb, &[("Env", "prod"), ("service", "asg")]),
        (&tg80, &[("Env", "prod"), ("service", "alchemine")]),
        (&tg8080, &[("Env", "prod"), ("service", "alchemine"), ("팀", "연금술")]),
        (&green, &[("Env", "staging"), ("service", "alchemine")]),
    ] {
        let tags = tags.iter().map(|(k, v)| ((*k).to_string(), (*v).to_string())).collect();
        state.tags.insert(arn.clone(), tags);
    }
    Ok(())
}

fn ago(now: Time, days: i64) -> Time {
    Time(now.0 - days * i64::try_from(DAY.as_millis()).unwrap_or(0))
}

fn action(kind: &str) -> Action {
    Action { kind: kind.to_string(), order: Some(1), ..Action::default() }
}

fn add_listener(world: &mut World, balancer: &str, port: u16, protocol: &str, action: Action) -> String {
    match world.region(REGION).elbv2.balancers.get(balancer).cloned() {
        Some(lb) => insert_listener(world, REGION, &lb, port, protocol, vec![action]),
        None => String::new(),
    }
}

fn add_balancer(
    world: &mut World,
    name: &str,
    (kind, internal): (Kind, bool),
    subnets: [&str; 2],
    group: &str,
    created: Time,
) -> Result<String, String> {
    let ec2 = &world.region(REGION).ec2;
    let mut zones = Vec::new();
    let mut vpc = String::new();
    for subnet in subnets {
        let s = ec2.subnet_named(subnet).ok_or_else(|| format!("{name}: no subnet {subnet}"))?;
        vpc = s.vpc.to_string();
        zones.push(Zone { name: s.zone.to_string(), subnet: s.id.to_string(), allocation: None, private_ip: None });
    }
    let group = ec2.group_named(group).ok_or_else(|| format!("{name}: no group {group}"))?.id.to_string();
    let arn = insert_balancer(world, REGION, name, kind, internal, vpc, zones, vec![group], created);
    if let Some(lb) = world.region(REGION).elbv2.balancers.get_mut(&arn) {
        lb.active = true;
    }
    Ok(arn)
}

/// Names and ids of the instances with a tag, in the order of their launch.
fn instances(world: &mut World, key: &str, value: &str) -> Vec<(String, String)> {
    let mut all = world.region(REGION).ec2.tagged(key, value);
    all.sort_by_key(|i| (i.launched, i.id.clone()));
    all.iter().map(|i| (i.tag("Name").unwrap_or_default().to_string(), i.id.to_string())).collect()
}

/// Registers targets as they would stand by now: checked long enough that nothing is in between.
fn add_targets<'a>(world: &mut World, group: &str, ids: impl Iterator<Item = &'a String>, now: Time) {
    let Some(g) = world.region(REGION).elbv2.groups.get_mut(group) else { return };
    for id in ids {
        g.targets.push(Target {
            id: id.clone(),
            port: g.port,
            registered: now,
            health: Health::Healthy,
            since: now,
            passes: 0,
            fails: 0,
        });
    }
    for (id, port, ground) in ec2_port::of_group(world, REGION, group, now).map_or_else(Vec::new, |(_, g)| g) {
        let launched = ec2_port::instance(world, REGION, &id).map_or(now, |i| i.launched);
        let registered = launched.plus(Duration::from_secs(60)).min(now);
        let Some(g) = world.region(REGION).elbv2.groups.get_mut(group) else { return };
        let Some(t) = g.targets.iter_mut().find(|t| t.id == id && t.port == port) else { continue };
        (t.registered, t.since) = (registered, registered);
        t.health = match ground {
            TargetView::Ended => continue,
            TargetView::Unused(why) => Health::Unused(why),
            TargetView::Checked(Probe::Pass) => Health::Healthy,
            TargetView::Checked(Probe::Fail(failure)) => Health::Unhealthy(failure),
        };
    }
    physics::keep_round(world, REGION, group, now);
}
