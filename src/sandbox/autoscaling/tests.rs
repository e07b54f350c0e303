//! Groups in a whole world through the real SDK client, with a clock that is moved by hand.

use std::time::Duration;

use aws_sdk_autoscaling as sdk;
use sdk::error::ProvideErrorMetadata as _;

use super::*;
use crate::base::{Clock, Time};
use crate::sandbox::world::World;
use crate::sandbox::{Sandbox, WorldSpec, ec2, elbv2};

const REGION: &str = "ap-northeast-2";
const GROUP: &str = "my-asg-ec2";

/// A group with nothing in it, for the pure parts' tests.
pub(super) fn bare_group(name: &str) -> Group {
    let mut world = World::new(1, Time::from_secs(0));
    let template = Template { id: "lt-1".to_string(), name: "t".to_string(), version: "1".to_string() };
    groups::blank(&mut world, REGION, name, template, Time::from_secs(0))
}

struct Desk {
    clock: Clock,
    sandbox: Sandbox,
    asg: sdk::Client,
}

#[expect(clippy::disallowed_methods, reason = "a test's client, which ends in the sandbox")]
fn desk() -> Desk {
    let clock = Clock::manual(Time::parse("2026-11-21T09:00:00Z").unwrap());
    let sandbox = Sandbox::open(WorldSpec::Demo, clock.clone(), 1.0).unwrap();
    let config = sdk::Config::builder()
        .behavior_version(sdk::config::BehaviorVersion::latest())
        .region(sdk::config::Region::new(REGION))
        .credentials_provider(sdk::config::Credentials::new("AKIASANDBOX", "secret", None, None, "test"))
        .http_client(sandbox.http_client())
        .build();
    Desk { clock, sandbox, asg: sdk::Client::from_conf(config) }
}

impl Desk {
    fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
        self.sandbox.advance();
    }
    async fn group(&self) -> sdk::types::AutoScalingGroup {
        let out = self.asg.describe_auto_scaling_groups().auto_scaling_group_names(GROUP).send().await.unwrap();
        out.auto_scaling_groups()[0].clone()
    }
    /// Ids of the members in a state.
    async fn members(&self, state: &str) -> Vec<String> {
        let group = self.group().await;
        let all = group.instances().iter().filter(|i| i.lifecycle_state().is_some_and(|s| s.as_str() == state));
        all.map(|i| i.instance_id().unwrap().to_string()).collect()
    }
    async fn activities(&self) -> Vec<sdk::types::Activity> {
        let out = self.asg.describe_scaling_activities().auto_scaling_group_name(GROUP).send().await.unwrap();
        out.activities().to_vec()
    }
    async fn want(&self, n: i32) -> Result<(), (Option<String>, Option<String>)> {
        let call = self.asg.set_desired_capacity().auto_scaling_group_name(GROUP).desired_capacity(n);
        match call.send().await {
            Ok(_) => Ok(()),
            Err(e) => Err((e.code().map(str::to_string), e.message().map(str::to_string))),
        }
    }
    async fn allow_one(&self) {
        self.asg.update_auto_scaling_group().auto_scaling_group_name(GROUP).min_size(1).send().await.unwrap();
        // The group's low alarm is on, and would shrink it.
        let suspend = self.asg.suspend_processes().auto_scaling_group_name(GROUP);
        suspend.scaling_processes("AlarmNotification").send().await.unwrap();
    }
    /// The end of the only scheduled action, as the answer has it.
    async fn scheduled_end(&self) -> Option<aws_smithy_types::DateTime> {
        let out = self.asg.describe_scheduled_actions().auto_scaling_group_name(GROUP).send().await.unwrap();
        out.scheduled_update_group_actions()[0].end_time().copied()
    }
    fn end_instance(&self, id: &str) {
        let now = self.clock.now();
        ec2::terminate(&mut self.sandbox.world(), REGION, id, None, now);
    }
    fn is_target(&self, id: &str) -> bool {
        let mut world = self.sandbox.world();
        let state = &world.region(REGION).elbv2;
        let group = state.groups.values().find(|g| g.name == elbv2::demo::ASG_TARGET_GROUP).unwrap();
        group.targets.iter().any(|t| t.id == id)
    }
}

#[tokio::test]
async fn the_demo_group_reads_back_through_the_sdk_with_its_history() {
    let d = desk();
    let g = d.group().await;
    assert_eq!((g.min_size(), g.max_size(), g.desired_capacity()), (Some(2), Some(4), Some(2)));
    assert_eq!(g.instances().len(), 2);
    assert_eq!(g.suspended_processes()[0].process_name(), Some("AZRebalance"));
    let activities = d.activities().await;
    assert!(activities.len() > 15);
    assert!(activities.windows(2).all(|w| w[0].start_time().unwrap() >= w[1].start_time().unwrap()), "newest first");
    assert!(activities.iter().any(|a| a.status_code().is_some_and(|s| s.as_str() == "Failed")));
    let all = d.asg.describe_auto_scaling_groups().send().await.unwrap();
    assert_eq!(all.auto_scaling_groups().len(), 2);
    let policies = d.asg.describe_policies().send().await.unwrap();
    assert_eq!(policies.scaling_policies()[0].alarms().len(), 2);
    let page = d.asg.describe_scaling_activities().max_records(3).send().await.unwrap();
    assert_eq!(page.activities().len(), 3);
    let rest = d.asg.describe_scaling_activities().next_token(page.next_token().unwrap()).send().await.unwrap();
    assert_eq!(rest.activities().len() + 3, activities.len());

    d.pass(600);
    assert_eq!(d.activities().await.len(), activities.len(), "a quiet group does nothing");
}

#[tokio::test]
async fn weights_and_other_policies_that_would_not_act_are_refused() {
    use sdk::types::{InstanceMaintenancePolicy, LaunchTemplate, LaunchTemplateOverrides, MixedInstancesPolicy};
    let d = desk();
    let before = d.group().await;
    let named = sdk::types::LaunchTemplateSpecification::builder()
        .set_launch_template_id(before.launch_template().and_then(|t| t.launch_template_id().map(Into::into)))
        .build();
    let update = || d.asg.update_auto_scaling_group().auto_scaling_group_name(GROUP).max_size(9);
    let overrides = LaunchTemplateOverrides::builder().instance_type("c5.xlarge").weighted_capacity("4").build();
    let template = LaunchTemplate::builder().launch_template_specification(named.clone()).overrides(overrides).build();
    let mixed = MixedInstancesPolicy::builder().launch_template(template).build();
    let careful = InstanceMaintenancePolicy::builder().min_healthy_percentage(100).max_healthy_percentage(110).build();
    for (call, name) in [
        (update().mixed_instances_policy(mixed), "MixedInstancesPolicy.LaunchTemplate.Overrides"),
        (update().instance_maintenance_policy(careful), "InstanceMaintenancePolicy"),
        (update().desired_capacity_type("vcpu"), "DesiredCapacityType"),
    ] {
        let e = call.send().await.unwrap_err();
        assert_eq!(e.code(), Some("ValidationError"));
        assert!(e.message().is_some_and(|m| m.contains(name)), "{:?}", e.message());
    }
    assert_eq!(d.group().await, before, "what is refused changes nothing");
    // The same template, said in a policy without types of its own.
    let template = LaunchTemplate::builder().launch_template_specification(named).build();
    let plain = MixedInstancesPolicy::builder().launch_template(template).build();
    update().mixed_instances_policy(plain).send().await.unwrap();
    assert_eq!(d.group().await.max_size(), Some(9));
}

#[tokio::test]
async fn a_desired_capacity_is_reached_with_the_cause_in_aws_s_words() {
    let d = desk();
    let e = d.want(9).await.unwrap_err();
    assert_eq!(e.0.as_deref(), Some("ValidationError"));
    assert_eq!(e.1.as_deref(), Some("New SetDesiredCapacity value 9 is above max value 4 for the AutoScalingGroup."));
    d.want(3).await.unwrap();
    d.pass(5);
    let newest = d.activities().await[0].clone();
    assert_eq!(newest.status_code().unwrap().as_str(), "PreInService");
    assert_eq!(
        newest.cause(),
        Some(
            "At 2026-11-21T09:00:00Z a user request explicitly set group desired capacity changing the desired capacity \
             from 2 to 3.  At 2026-11-21T09:00:04Z an instance was started in response to a difference between desired and \
             actual capacity, increasing the capacity from 2 to 3."
        )
    );
    assert_eq!(d.members("Pending").await.len(), 1);
    let id = d.members("Pending").await[0].clone();
    d.pass(60);
    assert_eq!(d.members("InService").await.len(), 3);
    assert!(d.is_target(&id));
    assert_eq!(d.activities().await[0].progress(), Some(100));
}

#[tokio::test]
async fn a_member_that_was_terminated_is_replaced_and_the_cause_says_so() {
    let d = desk();
    let id = d.members("InService").await[0].clone();
    d.end_instance(&id);
    d.pass(20);
    let activities = d.activities().await;
    let ended = activities.iter().find(|a| a.description().is_some_and(|t| t.contains(&id))).unwrap();
    assert!(ended.cause().unwrap().ends_with(
        "an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped."
    ));
    assert!(activities.iter().any(|a| {
        a.cause().is_some_and(|c| {
            c.ends_with("an instance was launched in response to an unhealthy instance needing to be replaced.")
        }) && a.end_time().is_none()
    }));
    d.pass(120);
    let now = d.members("InService").await;
    assert_eq!(now.len(), 2);
    assert!(!now.contains(&id));
}

#[tokio::test]
async fn suspended_processes_do_nothing_until_they_are_resumed() {
    let d = desk();
    let processes = Some(vec!["ReplaceUnhealthy".to_string(), "Launch".to_string()]);
    let suspend = d.asg.suspend_processes().auto_scaling_group_name(GROUP);
    suspend.set_scaling_processes(processes.clone()).send().await.unwrap();
    let id = d.members("InService").await[0].clone();
    d.end_instance(&id);
    d.want(3).await.unwrap();
    d.pass(120);
    let g = d.group().await;
    assert_eq!(g.instances().len(), 2, "nobody was ended or launched");
    assert!(g.instances().iter().any(|i| i.health_status() == Some("Unhealthy")));
    let resume = d.asg.resume_processes().auto_scaling_group_name(GROUP);
    resume.set_scaling_processes(processes).send().await.unwrap();
    d.pass(180);
    assert_eq!(d.members("InService").await.len(), 3);
}

#[tokio::test]
async fn a_smaller_group_drains_a_member_before_it_ends_it() {
    let d = desk();
    let e = d.want(1).await.unwrap_err();
    assert_eq!(e.1.as_deref(), Some("New SetDesiredCapacity value 1 is below min value 2 for the AutoScalingGroup."));
    d.allow_one().await;
    d.want(1).await.unwrap();
    d.pass(5);
    let leaving = d.members("Terminating").await;
    assert_eq!(leaving.len(), 1);
    let newest = d.activities().await[0].clone();
    assert_eq!(newest.status_code().unwrap().as_str(), "WaitingForELBConnectionDraining");
    assert!(newest.cause().unwrap().contains(&format!("instance {} was selected for termination.", leaving[0])));
    let state = |id: &str| ec2::instance(&d.sandbox.world(), REGION, id).map(|i| i.state);
    assert_eq!(state(&leaving[0]), Some(ec2::InstanceState::Running), "its connections are still served");
    d.pass(120);
    assert_eq!(d.group().await.instances().len(), 1);
    assert_eq!(state(&leaving[0]), Some(ec2::InstanceState::Terminated));
    assert_eq!(d.activities().await[0].status_code().unwrap().as_str(), "Successful");
}

#[tokio::test]
async fn standby_takes_a_member_out_and_brings_it_back() {
    let d = desk();
    d.allow_one().await;
    let id = d.members("InService").await[0].clone();
    let call = d.asg.enter_standby().auto_scaling_group_name(GROUP).instance_ids(&id);
    let out = call.should_decrement_desired_capacity(true).send().await.unwrap();
    assert!(
        out.activities()[0]
            .cause()
            .unwrap()
            .ends_with("in response to a user request, shrinking the capacity from 2 to 1.")
    );
    d.pass(60);
    assert_eq!(d.members("Standby").await, std::slice::from_ref(&id));
    assert!(!d.is_target(&id));
    d.asg.exit_standby().auto_scaling_group_name(GROUP).instance_ids(&id).send().await.unwrap();
    d.pass(60);
    assert_eq!(d.members("InService").await.len(), 2);
    assert!(d.is_target(&id));
}

#[tokio::test]
async fn a_balancer_s_verdict_replaces_a_member_after_its_grace() {
    let d = desk();
    let id = d.members("InService").await[0].clone();
    {
        let app = elbv2::App { port: None, answer: elbv2::Answer::Refused };
        d.sandbox.world().region(REGION).elbv2.apps.insert(id.clone(), vec![app]);
    }
    d.pass(120);
    let activities = d.activities().await;
    let ended =
        activities.iter().find(|a| a.description().is_some_and(|t| t.starts_with("Terminating") && t.contains(&id)));
    assert!(ended.unwrap().cause().unwrap().ends_with("in response to an ELB system health check failure."));
}

#[tokio::test]
async fn an_alarm_scales_a_tracked_group_out_and_never_over_its_maximum() {
    let d = desk();
    let arn = d.asg.describe_policies().send().await.unwrap().scaling_policies()[0].policy_arn().unwrap().to_string();
    let fire = |value| {
        let now = d.clock.now();
        alarm_fired(&mut d.sandbox.world(), REGION, &arn, "TargetTracking-high", Some(value), Some(50.0), now);
    };
    fire(200.0);
    d.pass(5);
    assert_eq!(d.group().await.desired_capacity(), Some(4));
    fire(200.0);
    assert!(d.activities().await[0].cause().unwrap().contains(
        "a monitor alarm TargetTracking-high in state ALARM triggered policy my-asg-cpu-50 changing the desired capacity from 2 to 4."
    ));
    // The low alarm is on, and brings the group back to its minimum by itself.
    d.pass(3000);
    assert_eq!(d.group().await.desired_capacity(), Some(2));
    assert_eq!(d.members("InService").await.len(), 2);
    assert!(d.activities().await[0].cause().unwrap().contains("-AlarmLow-"));
}

#[tokio::test]
async fn a_policy_brings_its_two_alarms_and_takes_them_with_it() {
    let d = desk();
    let names = |d: &Desk| {
        let mut world = d.sandbox.world();
        let alarms = &world.region(REGION).cloudwatch.alarms;
        alarms.keys().filter(|n| n.starts_with("TargetTracking-")).map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(names(&d).len(), 2);
    let call = d.asg.delete_policy().auto_scaling_group_name(GROUP).policy_name("my-asg-cpu-50");
    call.send().await.unwrap();
    assert!(names(&d).is_empty());
}

#[tokio::test]
async fn a_group_with_members_is_deleted_only_by_force() {
    let d = desk();
    let delete = || d.asg.delete_auto_scaling_group().auto_scaling_group_name(GROUP);
    assert_eq!(delete().send().await.unwrap_err().code(), Some("ResourceInUse"));
    delete().force_delete(true).send().await.unwrap();
    assert_eq!(d.group().await.status(), Some("Delete in progress"));
    d.pass(240);
    let left = d.asg.describe_auto_scaling_groups().auto_scaling_group_names(GROUP).send().await.unwrap();
    assert!(left.auto_scaling_groups().is_empty());
    let past = d.asg.describe_scaling_activities().include_deleted_groups(true).send().await.unwrap();
    assert!(past.activities().iter().any(|a| a.auto_scaling_group_state() == Some("Deleted")));
}

#[tokio::test]
async fn a_group_is_created_updated_and_told_from_its_absence() {
    let d = desk();
    let both = d.group().await.launch_template().cloned().unwrap();
    let template = sdk::types::LaunchTemplateSpecification::builder()
        .set_launch_template_id(both.launch_template_id.clone())
        .set_version(both.version.clone())
        .build();
    let subnets = d.group().await.vpc_zone_identifier().unwrap().to_string();
    let create = || {
        let call = d.asg.create_auto_scaling_group().auto_scaling_group_name("new").launch_template(template.clone());
        call.min_size(0).max_size(2).desired_capacity(1).vpc_zone_identifier(&subnets)
    };
    let e = create().launch_template(both).send().await.unwrap_err();
    assert_eq!(e.message(), Some("Valid requests must contain either launchTemplateId or LaunchTemplateName"));
    create().send().await.unwrap();
    assert_eq!(create().send().await.unwrap_err().code(), Some("AlreadyExists"));
    d.pass(60);
    let out = d.asg.describe_auto_scaling_instances().send().await.unwrap();
    assert_eq!(out.auto_scaling_instances().iter().filter(|i| i.auto_scaling_group_name() == Some("new")).count(), 1);
    let e =
        d.asg.update_auto_scaling_group().auto_scaling_group_name("new").desired_capacity(5).send().await.unwrap_err();
    assert_eq!(e.message(), Some("Desired capacity:5 must be between the specified min size:0 and max size:2"));
    let e = d.asg.set_desired_capacity().auto_scaling_group_name("gone").desired_capacity(1).send().await.unwrap_err();
    assert_eq!((e.code(), e.message()), (Some("ValidationError"), Some("AutoScalingGroup name not found - null")));
}

#[tokio::test]
async fn an_action_that_ends_never_is_kept_with_its_end() {
    let desk = desk();
    let forever = aws_smithy_types::DateTime::from_secs(253_402_300_799);
    let put =
        desk.asg.put_scheduled_update_group_action().auto_scaling_group_name(GROUP).scheduled_action_name("nightly");
    put.recurrence("0 1 * * *").end_time(forever).desired_capacity(3).send().await.unwrap();
    assert_eq!(desk.scheduled_end().await, Some(forever));
    desk.pass(86_400);
    assert_eq!(desk.scheduled_end().await, Some(forever), "it was carried out, and is planned again");
    let at_the_end = desk.asg.put_scheduled_update_group_action().auto_scaling_group_name(GROUP);
    let at_the_end = at_the_end.scheduled_action_name("nightly").start_time(forever).desired_capacity(3);
    at_the_end.send().await.unwrap();
    desk.pass(60);
}
