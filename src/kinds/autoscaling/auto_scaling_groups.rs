//! Auto Scaling groups: the kind and its list function. Their fields: [`fields`].

pub mod fields;

use arcstr::ArcStr;
use aws_sdk_autoscaling::types as sdk;
use futures::future::BoxFuture;

use self::fields::{DESIRED, INSTANCES, MAX, MIN, STANDBY, SUBNETS, SUSPENDED, TARGET_GROUP_ARNS, TARGET_GROUPS};
use super::capacity::Weights;
use crate::base::{Fault, Scope, Time};
use crate::kinds::convert::{Converter, Text, own, texts};
use crate::kinds::elbv2::name_of_arn;
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::paging::listed;
use crate::kinds::raw::raw;
use crate::model::{Kind, KindInfo, Link, Operation, Record, Selector, Service, Tags, Tone, Value};

/// `DescribeAutoScalingGroups`.
pub static DESCRIBE_AUTO_SCALING_GROUPS: Operation = Operation::read(Service::AutoScaling, "DescribeAutoScalingGroups");

/// What they are.
pub static INFO: KindInfo =
    KindInfo::new("auto-scaling-groups", "Auto Scaling group", "Auto Scaling groups", &fields::FIELDS)
        .doc(
            "EC2 Auto Scaling groups. The state is derived: AWS names only a group that is being deleted; updating \
          capacity means \
          that not as much is in service as desired. Capacity is in instances, or in the units of the group's weights.",
        )
        .aliases(&["asgs", "asg", "groups"])
        .listed_by(&[&DESCRIBE_AUTO_SCALING_GROUPS])
        .sorted(&fields::NAME)
        .transitional(&["updating capacity", "deleting"]);

/// Auto Scaling groups.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

/// How a group is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupState {
    /// As much in service as desired, or as little above it as whole instances allow.
    Steady,
    /// Launching or terminating.
    UpdatingCapacity,
    /// DeleteAutoScalingGroup was called.
    Deleting,
    /// A status that AWS added since, or it cannot be told.
    Other(ArcStr),
}

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

impl GroupState {
    fn of(status: Option<&str>, counted: &Counted, desired: Option<i32>) -> Self {
        match status {
            None | Some("") => match counted.surplus(desired) {
                _ if counted.moving => GroupState::UpdatingCapacity,
                // Whole instances are launched until the desired capacity is reached: less than the largest is too much. Of a
                // group without weights, nothing is.
                Some(surplus) if (0..counted.largest).contains(&surplus) => GroupState::Steady,
                Some(_) => GroupState::UpdatingCapacity,
                None => GroupState::Other(arcstr::literal!("unknown")),
            },
            Some(s) if s.eq_ignore_ascii_case("delete in progress") => GroupState::Deleting,
            Some(s) => GroupState::Other(s.into()),
        }
    }
    fn shown(&self) -> (Tone, ArcStr) {
        match self {
            GroupState::Steady => (Tone::Good, arcstr::literal!("steady")),
            GroupState::UpdatingCapacity => (Tone::Busy, arcstr::literal!("updating capacity")),
            GroupState::Deleting => (Tone::Busy, arcstr::literal!("deleting")),
            GroupState::Other(s) => (Tone::Unknown, s.clone()),
        }
    }
}

/// One group.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    name: ArcStr,
    arn: Text,
    tags: Tags,
    state: GroupState,
    min: Option<i32>,
    max: Option<i32>,
    desired: Option<i32>,
    /// In service, and on its way in, in the unit of `counted_in`.
    in_service: Option<i64>,
    pending: Option<i64>,
    counted_in: Text,
    weights: Value,
    member_units: Value,
    at_rest: Option<bool>,
    healthy: u32,
    instances: Value,
    standby: Value,
    protected: Value,
    health_check_type: Text,
    grace_period: Option<i32>,
    cooldown: Option<i32>,
    warmup: Option<i32>,
    suspended: Value,
    launch_template: Text,
    launch_template_version: Text,
    instance_types: Value,
    zones: Value,
    subnets: Value,
    target_groups: Value,
    target_group_arns: Value,
    classic_balancers: Value,
    termination_policies: Value,
    protects_new: Option<bool>,
    capacity_rebalance: Option<bool>,
    max_lifetime: Option<i32>,
    warm_pool_size: Option<i32>,
    deletion_protection: Text,
    created: Option<Time>,
}

impl Group {
    fn record(&self) -> Record {
        Record {
            kind: Kind(&INFO),
            id: self.name.clone(),
            name: self.name.clone(),
            state: Some(self.state.shown()),
            values: fields::FIELDS.values(self),
            tags: self.tags.clone(),
        }
    }
}

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
            let rows = out.auto_scaling_groups().iter().filter_map(|g| convert(&mut converter, g)).map(|g| g.record());
            (rows.collect(), out.next_token)
        })
        .await
    })
}

fn convert(converter: &mut Converter, g: &sdk::AutoScalingGroup) -> Option<Group> {
    let members = g.instances();
    let ids =
        |want: &dyn Fn(&&sdk::Instance) -> bool| texts(members.iter().filter(want).filter_map(|i| i.instance_id()));
    let weights = Weights::of(g);
    let counted = Counted::of(&weights, members);
    let healthy =
        members.iter().filter(|i| i.health_status().is_some_and(|h| h.eq_ignore_ascii_case("healthy"))).count();
    let mut types: Vec<&str> = members.iter().filter_map(|i| i.instance_type()).collect();
    types.sort_unstable();
    types.dedup();
    let mixed = g.mixed_instances_policy().and_then(|m| m.launch_template()?.launch_template_specification());
    let template = g.launch_template().or(mixed);
    let (tags, _) = converter.tags(g.tags().iter().map(|t| (t.key(), t.value())));
    Some(Group {
        name: own(g.auto_scaling_group_name())?,
        arn: own(g.auto_scaling_group_arn()),
        tags,
        state: GroupState::of(g.status(), &counted, g.desired_capacity()),
        min: g.min_size(),
        max: g.max_size(),
        desired: g.desired_capacity(),
        in_service: counted.in_service,
        pending: counted.pending,
        counted_in: converter.shared(Some(weights.unit())),
        weights: converter.shared_list(weights.lines().iter().map(String::as_str)),
        member_units: match &counted.lines {
            Some(lines) => texts(lines.iter().map(String::as_str)),
            None => Value::Unknown,
        },
        at_rest: counted.at_rest(g.desired_capacity()),
        healthy: u32::try_from(healthy).unwrap_or(u32::MAX),
        instances: ids(&|_| true),
        standby: ids(&|i| i.lifecycle_state() == Some(&sdk::LifecycleState::Standby)),
        protected: ids(&|i| i.protected_from_scale_in() == Some(true)),
        health_check_type: converter.shared(g.health_check_type()),
        grace_period: g.health_check_grace_period(),
        cooldown: g.default_cooldown(),
        warmup: g.default_instance_warmup(),
        suspended: converter.shared_list(g.suspended_processes().iter().filter_map(|p| p.process_name())),
        launch_template: converter.shared(
            template
                .and_then(|t| t.launch_template_name().or(t.launch_template_id()))
                .or(g.launch_configuration_name()),
        ),
        launch_template_version: converter.shared(template.and_then(|t| t.version())),
        instance_types: converter.shared_list(types),
        zones: converter.shared_list(g.availability_zones().iter().map(String::as_str)),
        subnets: converter.shared_list(g.vpc_zone_identifier().unwrap_or_default().split(',').map(str::trim)),
        target_groups: texts(g.target_group_arns().iter().map(|a| name_of_arn(a))),
        target_group_arns: texts(g.target_group_arns().iter().map(String::as_str)),
        classic_balancers: texts(g.load_balancer_names().iter().map(String::as_str)),
        termination_policies: converter.shared_list(g.termination_policies().iter().map(String::as_str)),
        protects_new: g.new_instances_protected_from_scale_in(),
        capacity_rebalance: g.capacity_rebalance().or(Some(false)),
        max_lifetime: g.max_instance_lifetime().filter(|s| *s > 0),
        warm_pool_size: g.warm_pool_size(),
        deletion_protection: converter.shared(g.deletion_protection().map(|d| d.as_str())),
        created: time(g),
    })
}

fn time(g: &sdk::AutoScalingGroup) -> Option<Time> {
    crate::kinds::convert::time(g.created_time())
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let link = |title, kind, query: String| Link { title, kind, selector: Selector::All, query };
    let mut out = vec![
        Link {
            title: "activities",
            kind: "activities",
            selector: Selector::Parent(row.id.clone()),
            query: String::new(),
        },
        link(
            "instances",
            "instances",
            format!("tag:\"{}\"=\"{}\"", crate::kinds::ec2::instances::instance::GROUP_TAG, row.name),
        ),
    ];
    let groups = row.get(&TARGET_GROUPS).items();
    if !groups.is_empty() {
        out.push(link("target groups", "target-groups", format!("name={}", groups.join(","))));
    }
    out.push(link("alarms", "alarms", format!("resources:\"{}\"", row.name)));
    if let Some(template) = row.get(&fields::LAUNCH_TEMPLATE).as_str() {
        out.push(link("launch template", "launch-templates", format!("name=\"{template}\"")));
    }
    let subnets = row.get(&SUBNETS).items();
    if !subnets.is_empty() {
        out.push(link("subnets", "subnets", format!("id={}", subnets.join(","))));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::intern::Interner;

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
        convert(&mut Converter::new(&Interner::default()), &g).map(|g| g.record()).expect("it has a name")
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
            convert(&mut Converter::new(&Interner::default()), &g).map(|g| g.record()).expect("it has a name")
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
