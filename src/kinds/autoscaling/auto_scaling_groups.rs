//! Auto Scaling groups: the kind and its list function. Their fields: [`fields`].
//!
//! A small struct stands between the answer and the row: what is counted of the members is reckoned once, for the state and four fields.

pub mod fields;

use arcstr::ArcStr;
use aws_sdk_autoscaling::types as sdk;
use futures::future::BoxFuture;

use self::fields::{DESIRED, INSTANCES, MAX, MIN, STANDBY, SUBNETS, SUSPENDED, TARGET_GROUP_ARNS, TARGET_GROUPS};
use super::capacity::Weights;
use crate::base::{Fault, Scope};
use crate::kinds::convert::Converter;
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::paging::listed;
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{RowSpec, States};
use crate::model::{KindInfo, Link, Operation, Record, Selector, Service, Tone};

/// `DescribeAutoScalingGroups`.
pub static DESCRIBE_AUTO_SCALING_GROUPS: Operation = Operation::read(Service::AutoScaling, "DescribeAutoScalingGroups");

/// What they are.
pub static INFO: KindInfo =
    KindInfo::new("auto-scaling-groups", "Auto Scaling group", "Auto Scaling groups", &fields::FIELDS)
        .doc(
            "EC2 Auto Scaling groups. The state is derived, because AWS only says when a group is being deleted; \
             updating capacity means that less is in service than desired. Capacity is counted in instances, or in \
             units where the group's instance types have weights.",
        )
        .aliases(&["asgs", "asg", "groups"])
        .listed_by(&[&DESCRIBE_AUTO_SCALING_GROUPS])
        .few()
        .sorted(&fields::NAME)
        .transitional(&["updating capacity", "deleting"]);

/// Auto Scaling groups.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

/// How groups are: derived, but for a group that is being deleted.
static STATES: States = States(&[("steady", Tone::Good), ("updating capacity", Tone::Busy), ("deleting", Tone::Busy)]);

/// What is counted of a group's members.
struct Counted {
    /// Units in service; `None`: not known.
    in_service: Option<i64>,
    /// Units on their way in.
    pending: Option<i64>,
    /// Whether a member is on its way in or out.
    moving: bool,
    /// The most that an instance counts.
    largest: i64,
    /// The least that a member in service counts.
    smallest: Option<i64>,
    /// `ID=UNITS` of members that count; `None`: not known.
    lines: Option<Vec<String>>,
}

impl Counted {
    fn of(weights: &Weights<'_>, members: &[sdk::Instance]) -> Self {
        use sdk::LifecycleState::{InService, Standby};
        // A member whose root volume is replaced stays one, and comes back into service.
        let word =
            |s: &str| s.starts_with("Pending") || s.starts_with("ReplacingRootVolume") || s == "RootVolumeReplaced";
        let coming = |i: &sdk::Instance| i.lifecycle_state().is_some_and(|s| word(s.as_str()));
        let serves = |i: &sdk::Instance| i.lifecycle_state() == Some(&InService);
        let units = |want: &dyn Fn(&sdk::Instance) -> bool| -> Option<Vec<i64>> {
            members.iter().filter(|i| want(i)).map(|i| weights.of_member(i)).collect()
        };
        let (serving, pending) = (units(&serves), units(&coming));
        let line = |i: &sdk::Instance| Some(format!("{}={}", i.instance_id()?, weights.of_member(i)?));
        let all: Vec<i64> = serving.iter().chain(&pending).flatten().copied().collect();
        Counted {
            in_service: serving.as_ref().map(|w| w.iter().sum()),
            pending: pending.as_ref().map(|w| w.iter().sum()),
            // A member in standby is out of the desired capacity by the group's own doing.
            moving: members.iter().any(|i| !serves(i) && i.lifecycle_state() != Some(&Standby)),
            largest: weights.largest(&all),
            smallest: serving.and_then(|w| w.into_iter().min()),
            lines: members.iter().filter(|i| serves(i) || coming(i)).map(line).collect(),
        }
    }
    /// What is in service above the desired capacity.
    fn surplus(&self, desired: Option<i32>) -> Option<i64> {
        Some(self.in_service? - i64::from(desired?))
    }
    /// Whether no member can go without the group falling below its desired capacity.
    fn at_rest(&self, desired: Option<i32>) -> Option<bool> {
        let surplus = self.surplus(desired)?;
        Some(!self.moving && surplus >= 0 && self.smallest.is_none_or(|w| surplus < w))
    }
}

/// A group as it was answered, and what is counted of its members.
pub(super) struct Group {
    answer: sdk::AutoScalingGroup,
    counted: Counted,
}

impl Group {
    fn of(answer: sdk::AutoScalingGroup) -> Self {
        let counted = Counted::of(&Weights::of(&answer), answer.instances());
        Group { answer, counted }
    }
    /// Steady: as much in service as desired, or as little above it as whole instances allow. Else AWS's word, if it has one.
    fn state(&self) -> &str {
        match self.answer.status() {
            None | Some("") => match self.counted.surplus(self.answer.desired_capacity()) {
                _ if self.counted.moving => "updating capacity",
                // Whole instances are launched until the desired capacity is reached: less than the largest is too much. Of a
                // group without weights, nothing is.
                Some(surplus) if (0..self.counted.largest).contains(&surplus) => "steady",
                Some(_) => "updating capacity",
                None => "unknown",
            },
            Some(s) if s.eq_ignore_ascii_case("delete in progress") => "deleting",
            Some(s) => s,
        }
    }
}

static ROWS: RowSpec<Group> = RowSpec::new(&INFO, &fields::FIELDS, |g| g.answer.auto_scaling_group_name())
    .named(|g| g.answer.auto_scaling_group_name())
    .stated(|g, c| STATES.state(Some(g.state()), c))
    .tagged(|g, c| c.tags(g.answer.tags().iter().map(|t| (t.key(), t.value()))));

/// Fewest, desired and most instances; `None` if AWS said nothing.
pub fn capacity(row: &Record) -> Option<(i64, i64, i64)> {
    Some((row.get(&MIN).as_int()?, row.get(&DESIRED).as_int()?, row.get(&MAX).as_int()?))
}
/// Ids of its instances.
pub fn instances(row: &Record) -> Vec<ArcStr> {
    row.get(&INSTANCES).items()
}
/// Whether the process is suspended: `Launch`, `Terminate`, `HealthCheck`, `ReplaceUnhealthy`…
pub fn is_suspended(row: &Record, process: &str) -> bool {
    row.get(&SUSPENDED).items().iter().any(|p| p == process)
}
/// ARNs of the target groups that it registers its instances with.
pub fn target_group_arns(row: &Record) -> Vec<ArcStr> {
    row.get(&TARGET_GROUP_ARNS).items()
}
/// Members in standby: the group neither counts nor replaces them.
pub fn standby(row: &Record) -> Vec<ArcStr> {
    row.get(&STANDBY).items()
}

/// DescribeAutoScalingGroups takes up to 100 a page, and up to 50 names.
const PAGE: i32 = 100;
const MOST_NAMES: usize = 50;

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.autoscaling(&request.scope).await?;
        let mut converter = Converter::new(&request.interner);
        // A name that does not exist is left out of the answer, and fails nothing.
        let call = |names, token| {
            let call = client.describe_auto_scaling_groups().set_auto_scaling_group_names(names);
            call.max_records(PAGE).set_next_token(token).send()
        };
        listed(&mut pages, &DESCRIBE_AUTO_SCALING_GROUPS, &request.what, MOST_NAMES, call, |out| {
            let groups: Vec<Group> = out.auto_scaling_groups.unwrap_or_default().into_iter().map(Group::of).collect();
            (ROWS.records(&groups, &mut converter), out.next_token)
        })
        .await
    })
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let mut out = vec![
        Link {
            title: "activities",
            kind: "activities",
            selector: Selector::Parent(row.id.clone()),
            query: String::new(),
        },
        Link::to(
            "instances",
            "instances",
            format!("tag:\"{}\"=\"{}\"", crate::kinds::ec2::instances::instance::GROUP_TAG, row.name),
        ),
    ];
    let groups = row.get(&TARGET_GROUPS).items();
    if !groups.is_empty() {
        out.push(Link::to("target groups", "target-groups", format!("name={}", groups.join(","))));
    }
    out.push(Link::to("alarms", "alarms", format!("resources:\"{}\"", row.name)));
    if let Some(template) = row.get(&fields::LAUNCH_TEMPLATE).as_str() {
        out.push(Link::to("launch template", "launch-templates", format!("name=\"{template}\"")));
    }
    out.extend(Link::to_ids("subnets", "subnets", row.get(&SUBNETS)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::record;
    use crate::model::Value;

    fn member(id: &str, state: sdk::LifecycleState) -> sdk::Instance {
        sdk::Instance::builder().instance_id(id).lifecycle_state(state).health_status("Healthy").build()
    }

    fn row(desired: i32, members: Vec<sdk::Instance>) -> Record {
        let g = sdk::AutoScalingGroup::builder()
            .auto_scaling_group_name("my-asg")
            .min_size(1)
            .max_size(4)
            .desired_capacity(desired)
            .vpc_zone_identifier("subnet-1,subnet-2")
            .target_group_arns("arn:aws:elasticloadbalancing:x:0:targetgroup/my-tg/1")
            .set_instances(Some(members))
            .build();
        record(&ROWS, &Group::of(g))
    }

    #[test]
    fn a_group_is_steady_only_when_as_many_are_in_service_as_desired() {
        use sdk::LifecycleState::{InService, Pending, Standby, Terminating};
        let state = |r: Record| r.state.map(|(_, s)| s).unwrap_or_default();
        assert_eq!(state(row(1, vec![member("i-1", InService)])), "steady");
        assert_eq!(state(row(2, vec![member("i-1", InService), member("i-2", Pending)])), "updating capacity");
        assert_eq!(state(row(1, vec![member("i-1", InService), member("i-2", Terminating)])), "updating capacity");
        assert_eq!(state(row(1, vec![member("i-1", InService), member("i-2", Standby)])), "steady");
        assert_eq!(state(row(0, Vec::new())), "steady");
    }

    fn weighing(id: &str, state: sdk::LifecycleState, weight: &str) -> sdk::Instance {
        sdk::Instance::builder()
            .instance_id(id)
            .lifecycle_state(state)
            .health_status("Healthy")
            .weighted_capacity(weight)
            .build()
    }

    /// A group of 2, 2 and 4 units once showed 3 of 8, for ever updating.
    #[test]
    fn a_group_with_weights_counts_units_and_its_overshoot_is_steady() {
        use sdk::LifecycleState::{InService, Pending, Terminating};
        let of = |desired, members: &[(sdk::LifecycleState, &str)]| {
            let members =
                members.iter().enumerate().map(|(n, (s, w))| weighing(&format!("i-{n}"), s.clone(), w)).collect();
            let r = row(desired, members);
            let state = r.state.as_ref().map(|(_, s)| s.to_string()).unwrap_or_default();
            (r.get(&fields::IN_SERVICE).clone(), state, r.get(&fields::AT_REST).as_bool())
        };
        let three = [(InService, "2"), (InService, "2"), (InService, "4")];
        assert_eq!(of(8, &three), (Value::ratio(8, 8), "steady".into(), Some(true)));
        assert_eq!(of(7, &three), (Value::ratio(8, 7), "steady".into(), Some(true)));
        // A smaller one could go, if the group's termination policy chose it.
        assert_eq!(of(5, &three), (Value::ratio(8, 5), "steady".into(), Some(false)));
        assert_eq!(of(4, &three).1, "updating capacity", "as much as a whole instance is too much");
        assert_eq!(of(9, &three).1, "updating capacity");
        let coming = [(InService, "4"), (Pending, "4")];
        assert_eq!(of(8, &coming).0, Value::Ratio { ok: 4, of: 8, busy: 4 });
        assert_eq!(of(7, &coming).0.tone(), Some(Tone::Busy));
        assert_eq!(of(4, &[(InService, "4"), (Terminating, "4")]).1, "updating capacity");
        let r = row(4, vec![weighing("i-1", InService, "4")]);
        assert_eq!(
            (r.get(&fields::COUNTED_IN), r.get(&fields::MEMBER_UNITS).items()),
            (&Value::text("units"), vec!["i-1=4".into()])
        );
    }

    #[test]
    fn weights_are_those_of_the_policy_where_a_member_does_not_say_its_own() {
        let one = |ty: &str, weight: &str| {
            sdk::LaunchTemplateOverrides::builder().instance_type(ty).weighted_capacity(weight).build()
        };
        let template =
            sdk::LaunchTemplate::builder().overrides(one("c5.large", "2")).overrides(one("c5.xlarge", "4")).build();
        let mixed = sdk::MixedInstancesPolicy::builder().launch_template(template).build();
        let member = sdk::Instance::builder()
            .instance_id("i-1")
            .instance_type("c5.xlarge")
            .lifecycle_state(sdk::LifecycleState::InService)
            .build();
        let group = |mixed, ty: Option<&str>| {
            let g = sdk::AutoScalingGroup::builder()
                .auto_scaling_group_name("my-asg")
                .desired_capacity(4)
                .set_mixed_instances_policy(mixed)
                .set_desired_capacity_type(ty.map(Into::into))
                .instances(member.clone())
                .build();
            record(&ROWS, &Group::of(g))
        };
        let r = group(Some(mixed), Some("units"));
        assert_eq!((r.get(&fields::IN_SERVICE), r.get(&fields::WEIGHTS).items().len()), (&Value::ratio(4, 4), 2));
        // Several types without weights: each instance is one.
        let plain = sdk::MixedInstancesPolicy::builder().build();
        let r = group(Some(plain), None);
        assert_eq!(
            (r.get(&fields::IN_SERVICE), r.get(&fields::COUNTED_IN)),
            (&Value::ratio(1, 4), &Value::text("instances"))
        );
        // vCPUs of a member that only AWS knows are not one.
        let r = group(None, Some("vcpu"));
        assert_eq!((r.get(&fields::IN_SERVICE), r.get(&fields::MEMBER_UNITS)), (&Value::Unknown, &Value::Unknown));
        assert_eq!(r.state.map(|(tone, _)| tone), Some(Tone::Unknown));
    }

    #[test]
    fn what_a_plan_needs_is_read_back() {
        let r = row(2, vec![member("i-1", sdk::LifecycleState::InService)]);
        assert_eq!(capacity(&r), Some((1, 2, 4)));
        assert_eq!(instances(&r), ["i-1"]);
        assert_eq!(r.get(&fields::IN_SERVICE), &Value::ratio(1, 2));
        assert_eq!(r.get(&TARGET_GROUPS).items(), ["my-tg"]);
        assert_eq!(r.get(&SUBNETS).items().len(), 2);
        assert!(!is_suspended(&r, "Launch"));
    }
}
