//! What was called before the world began: who launched and stopped what is there.

use arcstr::ArcStr;

use super::Event;
use super::record::{by_service, keep};
use super::state::KEPT;
use crate::base::Time;
use crate::sandbox::world::World;

/// Launches of all instances and stops of those that are stopped, as far back as events are kept.
pub(in crate::sandbox) fn build(world: &mut World, now: Time) {
    let account = world.account.clone();
    let regions: Vec<ArcStr> = world.regions.keys().cloned().collect();
    for region in regions {
        let mut events: Vec<Event> = Vec::new();
        for instance in world.region(&region).ec2.instances.values() {
            let about = |kind: &str, id: &ArcStr| (ArcStr::from(kind), id.clone());
            let launch = vec![
                about("AWS::EC2::Instance", &instance.id),
                about("AWS::EC2::Ami", &instance.image),
                about("AWS::EC2::Subnet", &instance.subnet),
            ];
            let member = instance.tags.iter().any(|(k, _)| k == "aws:autoscaling:groupName");
            let launched = match member {
                true => by_service(instance.launched, "RunInstances", "autoscaling.amazonaws.com", &account, launch),
                false => by_user(instance.launched, "RunInstances", "terraform", &account, launch),
            };
            events.push(launched);
            if let Some(at) = stopped(&instance.transition_reason) {
                let about = vec![about("AWS::EC2::Instance", &instance.id)];
                events.push(by_user(at, "StopInstances", "operations", &account, about));
            }
        }
        events.retain(|e| now.since(e.at) < KEPT);
        events.sort_by_key(|e| e.at);
        for event in events {
            keep(world, &region, event);
        }
    }
}

/// When a user stopped it, out of `User initiated (2026-11-21 09:05:00 GMT)`.
fn stopped(reason: &str) -> Option<Time> {
    let at = reason.strip_prefix("User initiated (")?.strip_suffix(" GMT)")?;
    Time::parse(&format!("{}Z", at.replace(' ', "T")))
}

fn by_user(at: Time, name: &str, user: &str, account: &str, resources: Vec<(ArcStr, ArcStr)>) -> Event {
    Event {
        user: user.into(),
        arn: arcstr::format!("arn:aws:iam::{account}:user/{user}"),
        access_key: "AKIAIOSFODNN7EXAMPLE".into(),
        from: "203.0.113.20".into(),
        agent: "aws-cli/2.31.0".into(),
        ..by_service(at, name, "", account, resources)
    }
}
