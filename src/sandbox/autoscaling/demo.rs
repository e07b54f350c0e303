//! This service's part of the world `demo`: `my-asg-ec2` with a month of history, and a group that is asleep.

use std::time::Duration;

use super::activity::{self, Activity, cause, description, reason};
use super::groups::blank;
use super::policies;
use super::state::{Lifecycle, Member, Place, PolicyKind, Scheduled, Template};
use super::{reconcile, schedule};
use crate::base::Time;
use crate::sandbox::ec2::state::{LaunchTemplate, Version};
use crate::sandbox::elbv2;
use crate::sandbox::wire::Params;
use crate::sandbox::world::World;

const REGION: &str = "ap-northeast-2";
const GROUP: &str = "my-asg-ec2";
const ASLEEP: &str = "my-nightly-batch-asg";

/// Adds it.
pub(in crate::sandbox) fn build(world: &mut World, now: Time) -> Result<(), String> {
    let created = before(now, 33 * 24 * 60);
    let template = add_template(world, now)?;
    let mut group = blank(world, REGION, GROUP, template.clone(), created);
    group.subnets = places(world, ["my-private-subnet-app-a", "my-private-subnet-app-c"])?;
    // At its minimum: the low alarm is on all the time, as it is in quiet accounts, and the group stays.
    (group.min, group.max, group.desired) = (2, 4, 2);
    (group.grace, group.elb_checks, group.warmup) = (120, true, Some(180));
    group.metrics =
        ["GroupDesiredCapacity", "GroupInServiceInstances", "GroupTotalInstances"].map(str::to_string).to_vec();
    for (key, value) in [("Name", GROUP), ("Env", "prod"), ("tier", "asg")] {
        group.tags.insert(key.to_string(), (value.to_string(), true));
    }
    group.suspended.insert("AZRebalance".to_string(), before(now, 6 * 24 * 60 + 55));
    group.members = members(world, &template, now);
    let target_group = world.region(REGION).elbv2.groups.values().find(|g| g.name == elbv2::demo::ASG_TARGET_GROUP);
    group.target_groups.extend(target_group.map(|g| g.arn.clone()));
    let arn = group.arn.replace(":autoScalingGroup:", ":scheduledUpdateGroupAction:");
    group.scheduled.insert(
        "weekday-morning".to_string(),
        Scheduled {
            arn: format!("{arn}:scheduledActionName/weekday-morning"),
            start: None,
            end: None,
            recurrence: Some("50 8 * * MON-FRI".to_string()),
            time_zone: Some("Asia/Seoul".to_string()),
            min: Some(2),
            max: Some(4),
            desired: Some(3),
        },
    );
    world.region(REGION).autoscaling.groups.insert(GROUP.to_string(), group);
    let tracking = PolicyKind::TargetTracking {
        metric: "ASGAverageCPUUtilization".to_string(),
        label: None,
        target: 50.0,
        disable_scale_in: false,
    };
    policies::insert(world, REGION, GROUP, "my-asg-cpu-50", tracking, created);
    history(world, now);
    reconcile::plan_round(world, REGION, GROUP, now);
    schedule::plan(world, REGION, GROUP, "weekday-morning", now);

    let mut asleep = blank(world, REGION, ASLEEP, template, before(now, 90 * 24 * 60));
    asleep.subnets = places(world, ["my-private-subnet-app-a", "my-private-subnet-app-c"])?;
    asleep.tags.insert("Env".to_string(), ("prod".to_string(), true));
    asleep.tags.insert("팀".to_string(), ("정산".to_string(), true));
    world.region(REGION).autoscaling.groups.insert(ASLEEP.to_string(), asleep);
    reconcile::plan_round(world, REGION, ASLEEP, now);
    Ok(())
}

/// The moment this many minutes ago.
fn before(now: Time, minutes: i64) -> Time {
    Time(now.0 - minutes * 60_000)
}

/// How many days ago the template's last version was made.
const NEWEST_DAYS: i64 = 5;

/// The template has three versions: each image was a version, and the newest is the one that is launched.
fn add_template(world: &mut World, now: Time) -> Result<Template, String> {
    let ec2 = &world.region(REGION).ec2;
    let image = ec2.images.values().find(|i| i.name == "my-asg-ec2-ami-1210").ok_or("no image my-asg-ec2-ami-1210")?;
    let security_group = ec2.group_named("my-asg-ec2-sg").ok_or("no group my-asg-ec2-sg")?;
    let mut data = Params::default();
    data.set("ImageId", &image.id);
    data.set("InstanceType", "t3.nano");
    data.set("SecurityGroupId.1", &security_group.id);
    if ec2.key_pairs.contains_key("my-ec2-keypair") {
        data.set("KeyName", "my-ec2-keypair");
    }
    let id = world.new_id("lt");
    let name = "my-asg-ec2-template";
    let mut template = LaunchTemplate::new(id.clone(), name.into(), data.clone(), before(now, 33 * 24 * 60));
    for (days, description, path, value) in [
        (32, "t3.micro", "InstanceType", "t3.micro"),
        (NEWEST_DAYS, "detailed monitoring", "Monitoring.Enabled", "true"),
    ] {
        data.set(path, value);
        let created = before(now, days * 24 * 60);
        template.add(Version { description: Some(description.into()), created, data: data.clone() });
    }
    world.region(REGION).ec2.templates.insert(id.clone(), template);
    Ok(Template { id: id.to_string(), name: name.to_string(), version: "$Latest".to_string() })
}

fn places(world: &mut World, subnets: [&str; 2]) -> Result<Vec<Place>, String> {
    let ec2 = &world.region(REGION).ec2;
    let place = |name: &str| {
        let subnet = ec2.subnet_named(name).ok_or_else(|| format!("no subnet {name}"))?;
        Ok(Place { subnet: subnet.id.to_string(), zone: subnet.zone.to_string() })
    };
    subnets.into_iter().map(place).collect()
}

/// The instances tagged `tier = asg` become members, and get the tags that Auto Scaling sets.
fn members(world: &mut World, template: &Template, now: Time) -> Vec<Member> {
    let ec2 = &mut world.region(REGION).ec2;
    let mut out = Vec::new();
    for i in ec2.instances.values_mut().filter(|i| i.tag("tier") == Some("asg")) {
        // The last version was made meanwhile: who was launched before it has the one before.
        let version = if i.launched < before(now, NEWEST_DAYS * 24 * 60) { "2" } else { "3" };
        let tags = [
            ("aws:autoscaling:groupName", GROUP),
            ("aws:ec2launchtemplate:id", template.id.as_str()),
            ("aws:ec2launchtemplate:version", version),
        ];
        i.tags.extend(tags.map(|(k, v)| (k.into(), v.into())));
        out.push(Member {
            id: i.id.to_string(),
            instance_type: i.instance_type.to_string(),
            image: i.image.to_string(),
            zone: i.zone.to_string(),
            subnet: i.subnet.to_string(),
            lifecycle: Lifecycle::InService,
            sick: None,
            template: Template { version: version.to_string(), ..template.clone() },
            protected: false,
            launched: i.launched,
            in_service: Some(i.launched.plus(Duration::from_secs(45)).min(now)),
            activity: None,
            held_until: None,
        });
    }
    out.sort_by_key(|m| (m.launched, m.id.clone()));
    out
}

/// Writes activities of the past down.
struct Past<'w> {
    world: &'w mut World,
    arn: String,
    places: Vec<Place>,
}

impl Past<'_> {
    fn add(&mut self, at: Time, took: u64, place: usize, description: String, cause: String) -> Activity {
        let details = self.places.get(place).map_or_else(String::new, |p| activity::details(&p.subnet, &p.zone, None));
        // Activities start at no whole second.
        let start = at.plus(Duration::from_millis(self.world.random(&description, "start").below(900)));
        Activity {
            id: self.world.new_uuid(),
            group: GROUP.to_string(),
            group_arn: self.arn.clone(),
            description,
            cause,
            start,
            end: Some(start.plus(Duration::from_secs(took))),
            status: "Successful".to_string(),
            message: None,
            progress: 100,
            details,
            group_deleted: false,
        }
    }
    fn push(&mut self, activity: Activity) {
        self.world.region(REGION).autoscaling.activities.push(activity);
    }
    fn launched(&mut self, at: Time, place: usize, id: &str, cause: String) {
        let one = self.add(at, 38, place, description::launching(id), cause);
        self.push(one);
    }
    fn ended(&mut self, at: Time, place: usize, id: &str, cause: String) {
        let one = self.add(at, 71, place, description::terminating(id), cause);
        self.push(one);
    }
}

/// A month of scaling with the load, two replacements and a launch that EC2 had no room for.
fn history(world: &mut World, now: Time) {
    let Some(group) = world.region(REGION).autoscaling.groups.get(GROUP).cloned() else { return };
    let alarms = group.policies.values().next().map(|p| p.alarms.clone()).unwrap_or_default();
    let [(high, _), (low, _), ..] = alarms.as_slice() else { return };
    let [elder, younger, ..] = group.members.as_slice() else { return };
    let mut new = || world.new_id("i").to_string();
    let (first, second) = (new(), new());
    let extra: Vec<String> = (0..6).map(|_| new()).collect();
    let mut past = Past { world, arn: group.arn.clone(), places: group.subnets.clone() };
    let later = |t: Time, s: u64| t.plus(Duration::from_secs(s));

    let t = group.created;
    let why = reason::create(t, 2);
    past.launched(later(t, 5), 0, &first, cause::launch(Some(&why), later(t, 5), 0, 2));
    past.launched(later(t, 5), 1, &second, cause::launch(Some(&why), later(t, 5), 0, 2));

    // The elder member stands in for the first one, which somebody stopped.
    let t = elder.launched;
    past.ended(before(t, 0), 0, &first, cause::ec2_check(t));
    past.launched(later(t, 2), 0, &elder.id, cause::replace(later(t, 2)));

    // The load comes and goes, a day at a time.
    for (n, id) in extra.iter().enumerate() {
        let day = i64::try_from(6 - n).unwrap_or(1);
        let t = before(now, day * 24 * 60 - 35);
        let why = reason::alarm(t, high, "my-asg-cpu-50", 2, 3);
        let launch = cause::launch(Some(&why), later(t, 6), 2, 3);
        if n == 2 {
            let message = "We currently do not have sufficient t3.micro capacity in the Availability Zone you requested \
                           (ap-northeast-2a). Our system will be working on provisioning additional capacity. You can \
                           currently get t3.micro capacity by not specifying an Availability Zone in your request or \
                           choosing ap-northeast-2c.";
            let failed = past.add(later(t, 6), 1, 0, description::launch_failed(message), launch.clone());
            past.push(Activity {
                status: "Failed".to_string(),
                message: Some(format!("{message} Launching EC2 instance failed.")),
                ..failed
            });
        }
        past.launched(later(t, if n == 2 { 70 } else { 6 }), 1, id, launch);
        let t = later(t, 5400 + 600 * n as u64);
        let why = reason::alarm(t, low, "my-asg-cpu-50", 3, 2);
        past.ended(later(t, 4), 1, id, cause::shrink(Some(&why), later(t, 4), 3, 2, id));
    }

    // The younger one stands in for the second one, which its balancer gave up.
    let t = younger.launched;
    past.ended(t, 1, &second, cause::elb_check(t));
    past.launched(later(t, 3), 1, &younger.id, cause::replace(later(t, 3)));
    past.world.region(REGION).autoscaling.activities.sort_by_key(|a| a.start);
}
