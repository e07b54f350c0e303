//! The demo account's balancers through the real SDK client, with a clock that is moved by hand.

use std::time::Duration;

use aws_sdk_elasticloadbalancingv2 as sdk;
use sdk::error::ProvideErrorMetadata as _;
use sdk::types::{TargetDescription, TargetHealthReasonEnum as Reason, TargetHealthStateEnum as State};

use super::*;
use crate::base::{Clock, Time};
use crate::sandbox::ec2::InstanceState;
use crate::sandbox::{Sandbox, WorldSpec};

const REGION: &str = "ap-northeast-2";

struct Desk {
    clock: Clock,
    sandbox: Sandbox,
    elb: sdk::Client,
}

#[expect(clippy::disallowed_methods, reason = "a test's client, which ends in the sandbox")]
fn desk(spec: WorldSpec) -> Desk {
    let clock = Clock::manual(Time::parse("2026-11-21T09:00:00Z").unwrap());
    let sandbox = Sandbox::open(spec, clock.clone(), 1.0).unwrap();
    let config = sdk::Config::builder()
        .behavior_version(sdk::config::BehaviorVersion::latest())
        .region(sdk::config::Region::new(REGION))
        .credentials_provider(sdk::config::Credentials::new("AKIASANDBOX", "secret", None, None, "test"))
        .http_client(sandbox.http_client())
        .build();
    Desk { clock, sandbox, elb: sdk::Client::from_conf(config) }
}

impl Desk {
    async fn group(&self, name: &str) -> String {
        let out = self.elb.describe_target_groups().names(name).send().await.unwrap();
        out.target_groups()[0].target_group_arn().unwrap().to_string()
    }
    /// Id, state, reason and description of every target.
    async fn health(&self, group: &str) -> Vec<(String, State, Option<Reason>, Option<String>)> {
        let out = self.elb.describe_target_health().target_group_arn(group).send().await.unwrap();
        out.target_health_descriptions()
            .iter()
            .map(|d| {
                let h = d.target_health().unwrap();
                let id = d.target().unwrap().id().unwrap().to_string();
                (id, h.state().unwrap().clone(), h.reason().cloned(), h.description().map(str::to_string))
            })
            .collect()
    }
    async fn health_of(&self, group: &str, id: &str) -> Option<State> {
        self.health(group).await.into_iter().find(|h| h.0 == id).map(|h| h.1)
    }
    fn named(&self, name: &str) -> String {
        let mut world = self.sandbox.world();
        let ec2 = &world.region(REGION).ec2;
        ec2.instances.values().find(|i| i.tag("Name") == Some(name)).unwrap().id.to_string()
    }
    fn pass(&self, seconds: u64) {
        // In small steps, as requests would let the world go on.
        for _ in 0..seconds.div_ceil(5) {
            self.clock.advance(Duration::from_secs(5));
            self.sandbox.advance();
        }
    }
}

#[tokio::test]
async fn the_demo_has_one_only_healthy_target_and_says_why_the_others_are_not() {
    let d = desk(WorldSpec::Demo);
    let group = d.group("my-alchemine-app-tg-8080").await;
    let health = d.health(&group).await;
    assert_eq!(health.iter().filter(|h| h.1 == State::Healthy).count(), 1);
    let of = |name: &str| health.iter().find(|h| h.0 == d.named(name)).cloned().unwrap();
    let (_, _, reason, why) = of("my-alchemine-app-ec2-2");
    assert_eq!(reason, Some(Reason::ResponseCodeMismatch));
    assert_eq!(why.as_deref(), Some("Health checks failed with these codes: [503]"));
    assert_eq!(of("my-alchemine-app-ec2-canary").2, Some(Reason::Timeout));

    let green = d.group("my-alchemine-app-tg-green").await;
    let health = d.health(&green).await;
    assert_eq!((&health[0].1, &health[0].2), (&State::Unused, &Some(Reason::NotInUse)));

    d.pass(120);
    assert_eq!(
        d.health(&group).await.iter().filter(|h| h.1 == State::Healthy).count(),
        1,
        "a quiet world stays as it is"
    );
}

#[tokio::test]
async fn every_describing_operation_reads_back_through_the_sdk() {
    let d = desk(WorldSpec::Demo);
    let lbs = d.elb.describe_load_balancers().send().await.unwrap();
    assert_eq!(lbs.load_balancers().len(), 2);
    let alb = lbs.load_balancers().iter().find(|l| l.load_balancer_name() == Some("my-alchemine-app-alb")).unwrap();
    assert_eq!(alb.availability_zones().len(), 2);
    assert!(alb.dns_name().unwrap().ends_with(".ap-northeast-2.elb.amazonaws.com"));
    let arn = alb.load_balancer_arn().unwrap();

    let listeners = d.elb.describe_listeners().load_balancer_arn(arn).send().await.unwrap();
    assert_eq!(listeners.listeners().len(), 2);
    let secure = listeners.listeners().iter().find(|l| l.port() == Some(443)).unwrap();
    let rules = d.elb.describe_rules().listener_arn(secure.listener_arn().unwrap()).send().await.unwrap();
    assert_eq!(rules.rules().iter().map(|r| r.priority().unwrap()).collect::<Vec<_>>(), ["10", "default"]);

    let groups = d.elb.describe_target_groups().load_balancer_arn(arn).send().await.unwrap();
    assert_eq!(groups.target_groups().len(), 2, "the green group serves no balancer");
    let tags = d.elb.describe_tags().resource_arns(arn).send().await.unwrap();
    assert_eq!(tags.tag_descriptions()[0].tags().len(), 2);
    let attributes = d.elb.describe_load_balancer_attributes().load_balancer_arn(arn).send().await.unwrap();
    assert!(attributes.attributes().iter().any(|a| a.key() == Some("idle_timeout.timeout_seconds")));

    let page = d.elb.describe_target_groups().page_size(1).send().await.unwrap();
    assert_eq!(page.target_groups().len(), 1);
    let next = d.elb.describe_target_groups().marker(page.next_marker().unwrap()).send().await.unwrap();
    assert_eq!(next.target_groups().len(), 3);
}

#[tokio::test]
async fn a_deregistered_target_drains_for_the_delay_and_comes_back_through_initial() {
    let d = desk(WorldSpec::Demo);
    let group = d.group("my-alchemine-app-tg-80").await;
    let id = d.named("my-alchemine-app-ec2");
    let target = || TargetDescription::builder().id(&id).build();
    d.elb.deregister_targets().target_group_arn(&group).targets(target()).send().await.unwrap();
    assert_eq!(d.health_of(&group, &id).await, Some(State::Draining));
    d.pass(55);
    assert_eq!(d.health_of(&group, &id).await, Some(State::Draining));
    d.pass(10);
    assert_eq!(d.health_of(&group, &id).await, None);

    d.elb.register_targets().target_group_arn(&group).targets(target()).send().await.unwrap();
    let reason =
        |h: Vec<(String, State, Option<Reason>, Option<String>)>| h.into_iter().find(|h| h.0 == id).and_then(|h| h.2);
    assert_eq!(reason(d.health(&group).await), Some(Reason::RegistrationInProgress));
    d.pass(30);
    assert_eq!(d.health_of(&group, &id).await, Some(State::Healthy));
}

#[tokio::test]
async fn targets_follow_their_instances() {
    let d = desk(WorldSpec::Demo);
    let group = d.group("my-alchemine-app-tg-80").await;
    let id = d.named("my-alchemine-app-ec2-2");
    let set = |state| {
        let mut world = d.sandbox.world();
        world.region(REGION).ec2.instances.get_mut(id.as_str()).unwrap().state = state;
        instance_changed(&mut world, REGION, &id, d.clock.now());
    };
    set(InstanceState::Stopped);
    let health = d.health(&group).await.into_iter().find(|h| h.0 == id).unwrap();
    assert_eq!(health.3.as_deref(), Some("Target is in the stopped state"));
    assert_eq!((health.1, health.2), (State::Unused, Some(Reason::InvalidState)));
    set(InstanceState::Running);
    assert_eq!(d.health_of(&group, &id).await, Some(State::Initial));
    d.pass(40);
    assert_eq!(d.health_of(&group, &id).await, Some(State::Healthy));
    set(InstanceState::Terminated);
    assert_eq!(d.health_of(&group, &id).await, Some(State::Draining));
    d.pass(65);
    assert_eq!(d.health_of(&group, &id).await, None);
}

#[tokio::test]
async fn a_lost_security_group_rule_times_targets_out_after_the_threshold() {
    let d = desk(WorldSpec::Demo);
    let group = d.group("my-alchemine-app-tg-80").await;
    let id = d.named("my-alchemine-app-ec2");
    {
        let mut world = d.sandbox.world();
        let ec2 = &mut world.region(REGION).ec2;
        let sg = ec2.group_named("my-app-ec2-sg").unwrap().id.clone();
        ec2.groups.get_mut(&sg).unwrap().rules.retain(|r| r.egress || r.from != 80);
    }
    assert_eq!(d.health_of(&group, &id).await, Some(State::Healthy), "no check has seen it yet");
    d.pass(25);
    let health = d.health(&group).await.into_iter().find(|h| h.0 == id).unwrap();
    assert_eq!(
        (health.1, health.2, health.3.as_deref()),
        (State::Unhealthy, Some(Reason::Timeout), Some("Request timed out"))
    );
}

#[tokio::test]
async fn a_balancer_a_group_and_a_listener_are_made_and_unmade_in_aws_s_order() {
    let d = desk(WorldSpec::Empty);
    let (vpc, subnets) = {
        let mut world = d.sandbox.world();
        let ec2 = &world.region(REGION).ec2;
        let vpc = ec2.default_vpc().unwrap().id.to_string();
        (vpc, ec2.subnets.values().map(|s| s.id.to_string()).collect::<Vec<_>>())
    };
    let one = d.elb.create_load_balancer().name("web").subnets(&subnets[0]).send().await.unwrap_err();
    assert_eq!(one.message(), Some("At least two subnets in two different Availability Zones must be specified"));
    let lb = d.elb.create_load_balancer().name("web").set_subnets(Some(subnets[..2].to_vec())).send().await.unwrap();
    let lb = lb.load_balancers()[0].clone();
    assert_eq!(lb.state().unwrap().code().unwrap().as_str(), "provisioning");
    let make = || d.elb.create_target_group().name("tg").protocol(sdk::types::ProtocolEnum::Http).port(80).vpc_id(&vpc);
    let tg = make().send().await.unwrap().target_groups()[0].target_group_arn().unwrap().to_string();
    let twin = make().port(81).send().await.unwrap_err();
    assert_eq!(twin.code(), Some("DuplicateTargetGroupName"));
    let forward =
        sdk::types::Action::builder().r#type(sdk::types::ActionTypeEnum::Forward).target_group_arn(&tg).build();
    let listener = d
        .elb
        .create_listener()
        .load_balancer_arn(lb.load_balancer_arn().unwrap())
        .protocol(sdk::types::ProtocolEnum::Http)
        .port(80)
        .default_actions(forward)
        .send()
        .await
        .unwrap();
    let e = d.elb.delete_target_group().target_group_arn(&tg).send().await.unwrap_err();
    assert_eq!(e.code(), Some("ResourceInUse"));
    assert_eq!(e.message(), Some(format!("Target group '{tg}' is currently in use by a listener or a rule").as_str()));
    let arn = listener.listeners()[0].listener_arn().unwrap();
    let forward =
        sdk::types::Action::builder().r#type(sdk::types::ActionTypeEnum::Forward).target_group_arn(&tg).build();
    for (range, good) in [("010.0.0.0/8", false), ("10.0.0.1", false), ("10.0.0.0/8", true), ("2600:1f14::/32", true)] {
        let from = sdk::types::SourceIpConditionConfig::builder().values(range).build();
        let from = sdk::types::RuleCondition::builder().field("source-ip").source_ip_config(from).build();
        let rule = d.elb.create_rule().listener_arn(arn).priority(if range.contains(':') { 2 } else { 1 });
        let made = rule.conditions(from).actions(forward.clone()).send().await;
        assert_eq!(made.is_ok(), good, "{range}");
    }
    d.elb.delete_listener().listener_arn(arn).send().await.unwrap();
    d.elb.delete_target_group().target_group_arn(&tg).send().await.unwrap();
    let e = d.elb.describe_target_health().target_group_arn(&tg).send().await.unwrap_err();
    assert_eq!((e.code(), e.message()), (Some("TargetGroupNotFound"), Some("One or more target groups not found")));

    d.pass(125);
    let lbs = d.elb.describe_load_balancers().names("web").send().await.unwrap();
    assert_eq!(lbs.load_balancers()[0].state().unwrap().code().unwrap().as_str(), "active");
    let e = d.elb.describe_load_balancers().names("nope").send().await.unwrap_err();
    assert_eq!((e.code(), e.message()), (Some("LoadBalancerNotFound"), Some("Load balancers '[nope]' not found")));
}
