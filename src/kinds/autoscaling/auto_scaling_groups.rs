//! Auto Scaling groups: the kind and its list function. Their fields: [`fields`].

mod fields;

use arcstr::ArcStr;
use aws_sdk_autoscaling::types as sdk;
use futures::future::BoxFuture;

use crate::base::{Fault, Scope, Time};
use crate::kinds::elbv2::name_of_arn;
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::paging::listed;
use crate::kinds::raw::raw;
use crate::kinds::seam::{Seam, Text, own, texts};
use crate::model::{Kind, KindInfo, Link, Operation, Record, Scoping, Selector, Service, Tags, Tone, Value};

/// `DescribeAutoScalingGroups`.
pub static DESCRIBE_AUTO_SCALING_GROUPS: Operation = Operation::read(Service::AutoScaling, "DescribeAutoScalingGroups");

/// Fewest instances.
pub const MIN: &str = "min";
/// Most instances.
pub const MAX: &str = "max";
/// How many there should be.
pub const DESIRED: &str = "desired";
/// How many are in service, of those desired.
pub const IN_SERVICE: &str = "in_service";
/// Ids of its instances.
pub const INSTANCES: &str = "instances";
/// `EC2`, `ELB`…
pub const HEALTH_CHECK_TYPE: &str = "health_check_type";
/// Suspended processes.
pub const SUSPENDED: &str = "suspended";
/// ARNs of the target groups that it registers its instances with.
pub const TARGET_GROUP_ARNS: &str = "target_group_arns";

/// What they are.
pub static INFO: KindInfo = KindInfo {
    name: "auto-scaling-groups",
    singular: "Auto Scaling group",
    title: "Auto Scaling groups",
    doc: "EC2 Auto Scaling groups. The state is derived: AWS names only a group that is being deleted; updating \
          capacity means \
          that not as many instances are in service as desired.",
    aliases: &["asgs", "asg", "groups"],
    service: Service::AutoScaling,
    scoping: Scoping::Region,
    parent: None,
    fields: &fields::FIELDS,
    sort: ("name", true),
    operations: &[&DESCRIBE_AUTO_SCALING_GROUPS],
    side: false,
    transitional: &["updating capacity", "deleting"],
};

/// Auto Scaling groups.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

/// How a group is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupState {
    /// As many instances in service as desired.
    Steady,
    /// Launching or terminating.
    UpdatingCapacity,
    /// DeleteAutoScalingGroup was called.
    Deleting,
    /// A status that AWS added since.
    Other(ArcStr),
}

impl GroupState {
    fn of(status: Option<&str>, in_service: usize, members: usize, desired: i32) -> Self {
        match status {
            None | Some("") => match usize::try_from(desired) {
                Ok(d) if d == in_service && d == members => GroupState::Steady,
                _ => GroupState::UpdatingCapacity,
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
    in_service: u32,
    /// Members on their way in.
    pending: u32,
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
    Some((row.get(MIN).as_int()?, row.get(DESIRED).as_int()?, row.get(MAX).as_int()?))
}
/// Ids of its instances.
pub fn instances(row: &Record) -> Vec<ArcStr> {
    row.get(INSTANCES).items()
}
/// Whether the process is suspended: `Launch`, `Terminate`, `HealthCheck`, `ReplaceUnhealthy`…
pub fn is_suspended(row: &Record, process: &str) -> bool {
    row.get(SUSPENDED).items().iter().any(|p| p == process)
}
/// ARNs of the target groups that it registers its instances with.
pub fn target_group_arns(row: &Record) -> Vec<ArcStr> {
    row.get(TARGET_GROUP_ARNS).items()
}
/// Members in standby: the group neither counts nor replaces them.
pub fn standby(row: &Record) -> Vec<ArcStr> {
    row.get("standby").items()
}

/// DescribeAutoScalingGroups takes up to 100 a page, and up to 50 names.
const PAGE: i32 = 100;
const MOST_NAMES: usize = 50;

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.autoscaling(&request.scope).await?;
        let mut seam = Seam::new(&request.interner);
        // A name that does not exist is left out of the answer, and fails nothing.
        let call = |names, token| {
            let call = client.describe_auto_scaling_groups().set_auto_scaling_group_names(names);
            call.max_records(PAGE).set_next_token(token).send()
        };
        listed(&mut pages, &DESCRIBE_AUTO_SCALING_GROUPS, &request.what, MOST_NAMES, call, |out| {
            let rows = out.auto_scaling_groups().iter().filter_map(|g| convert(&mut seam, g)).map(|g| g.record());
            (rows.collect(), out.next_token)
        })
        .await
    })
}

fn convert(seam: &mut Seam, g: &sdk::AutoScalingGroup) -> Option<Group> {
    let members = g.instances();
    let ids =
        |want: &dyn Fn(&&sdk::Instance) -> bool| texts(members.iter().filter(want).filter_map(|i| i.instance_id()));
    let in_service = members.iter().filter(|i| i.lifecycle_state() == Some(&sdk::LifecycleState::InService)).count();
    // A member in standby is out of the desired capacity by the group's own doing.
    let counted = members.iter().filter(|i| i.lifecycle_state() != Some(&sdk::LifecycleState::Standby)).count();
    let coming = |i: &&sdk::Instance| i.lifecycle_state().is_some_and(|s| s.as_str().starts_with("Pending"));
    let pending = members.iter().filter(coming).count();
    let healthy =
        members.iter().filter(|i| i.health_status().is_some_and(|h| h.eq_ignore_ascii_case("healthy"))).count();
    let mut types: Vec<&str> = members.iter().filter_map(|i| i.instance_type()).collect();
    types.sort_unstable();
    types.dedup();
    let mixed = g.mixed_instances_policy().and_then(|m| m.launch_template()?.launch_template_specification());
    let template = g.launch_template().or(mixed);
    let (tags, _) = seam.tags(g.tags().iter().map(|t| (t.key(), t.value())));
    Some(Group {
        name: own(g.auto_scaling_group_name())?,
        arn: own(g.auto_scaling_group_arn()),
        tags,
        state: GroupState::of(g.status(), in_service, counted, g.desired_capacity().unwrap_or(-1)),
        min: g.min_size(),
        max: g.max_size(),
        desired: g.desired_capacity(),
        in_service: u32::try_from(in_service).unwrap_or(u32::MAX),
        pending: u32::try_from(pending).unwrap_or(u32::MAX),
        healthy: u32::try_from(healthy).unwrap_or(u32::MAX),
        instances: ids(&|_| true),
        standby: ids(&|i| i.lifecycle_state() == Some(&sdk::LifecycleState::Standby)),
        protected: ids(&|i| i.protected_from_scale_in() == Some(true)),
        health_check_type: seam.shared(g.health_check_type()),
        grace_period: g.health_check_grace_period(),
        cooldown: g.default_cooldown(),
        warmup: g.default_instance_warmup(),
        suspended: seam.shared_list(g.suspended_processes().iter().filter_map(|p| p.process_name())),
        launch_template: seam.shared(
            template
                .and_then(|t| t.launch_template_name().or(t.launch_template_id()))
                .or(g.launch_configuration_name()),
        ),
        launch_template_version: seam.shared(template.and_then(|t| t.version())),
        instance_types: seam.shared_list(types),
        zones: seam.shared_list(g.availability_zones().iter().map(String::as_str)),
        subnets: seam.shared_list(g.vpc_zone_identifier().unwrap_or_default().split(',').map(str::trim)),
        target_groups: texts(g.target_group_arns().iter().map(|a| name_of_arn(a))),
        target_group_arns: texts(g.target_group_arns().iter().map(String::as_str)),
        classic_balancers: texts(g.load_balancer_names().iter().map(String::as_str)),
        termination_policies: seam.shared_list(g.termination_policies().iter().map(String::as_str)),
        protects_new: g.new_instances_protected_from_scale_in(),
        capacity_rebalance: g.capacity_rebalance().or(Some(false)),
        max_lifetime: g.max_instance_lifetime().filter(|s| *s > 0),
        warm_pool_size: g.warm_pool_size(),
        deletion_protection: seam.shared(g.deletion_protection().map(|d| d.as_str())),
        created: time(g),
    })
}

fn time(g: &sdk::AutoScalingGroup) -> Option<Time> {
    crate::kinds::seam::time(g.created_time())
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
    let groups = row.get("target_groups").items();
    if !groups.is_empty() {
        out.push(link("target groups", "target-groups", format!("name={}", groups.join(","))));
    }
    out.push(link("alarms", "alarms", format!("resources:\"{}\"", row.name)));
    let subnets = row.get("subnets").items();
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
        convert(&mut Seam::new(&Interner::default()), &g).map(|g| g.record()).expect("it has a name")
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

    #[test]
    fn what_a_plan_needs_is_read_back() {
        let r = row(2, vec![member("i-1", sdk::LifecycleState::InService)]);
        assert_eq!(capacity(&r), Some((1, 2, 4)));
        assert_eq!(instances(&r), ["i-1"]);
        assert_eq!(r.get(IN_SERVICE), &Value::ratio(1, 2));
        assert_eq!(r.get("target_groups").items(), ["my-tg"]);
        assert_eq!(r.get("subnets").items().len(), 2);
        assert!(!is_suspended(&r, "Launch"));
    }
}
