//! What a group's columns, facts and queries are.

use aws_sdk_autoscaling::types as sdk;

use super::Group;
use crate::kinds::autoscaling::capacity::Weights;
use crate::kinds::convert::{flag, int, moment, seconds, texts, time};
use crate::kinds::elbv2::name_of_arn;
use crate::kinds::row_spec::{Field, Fields, field};
use crate::model::{FieldInfo, Value};

const CAPACITY: &str = "capacity";
const HEALTH: &str = "health";
const LAUNCH: &str = "launch";
const NETWORK: &str = "network";

/// The least capacity, in [`COUNTED_IN`].
pub const MIN: FieldInfo = FieldInfo::int("min", "MIN", "The minimum capacity.").shown(2).cells(3, 6).section(CAPACITY);
/// The most.
pub const MAX: FieldInfo = FieldInfo::int("max", "MAX", "The maximum capacity.").shown(2).cells(3, 6).section(CAPACITY);
/// How much there should be.
pub const DESIRED: FieldInfo =
    FieldInfo::int("desired", "DESIRED", "The desired capacity.").shown(2).cells(7, 7).section(CAPACITY);
/// How much is in service, of what is desired.
pub const IN_SERVICE: FieldInfo = FieldInfo::ratio(
    "in_service",
    "IN SERVICE",
    "Capacity in service, of the desired capacity: in instances, or in units where instance types have weights.",
)
.shown(1)
.cells(10, 10)
.trouble("below capacity")
.section(CAPACITY);
/// What the capacity is counted in: instances, units (types have weights), vcpu or memory-mib.
pub const COUNTED_IN: FieldInfo = FieldInfo::text(
    "counted_in",
    "COUNTED IN",
    "What capacity is counted in: instances, units (where instance types have weights), vcpu or memory-mib.",
)
.cells(10, 10)
.section(CAPACITY);
/// What instance types count, as `TYPE=UNITS`.
pub const WEIGHTS: FieldInfo = FieldInfo::list(
    "weights",
    "WEIGHTS",
    "How many units an instance of each type counts, as TYPE=UNITS; none if each counts one.",
)
.cells(7, 40)
.section(CAPACITY);
/// Members that count, in service or on their way in, as `ID=UNITS`.
pub const MEMBER_UNITS: FieldInfo = FieldInfo::list(
    "member_units",
    "MEMBER UNITS",
    "Members that count towards capacity, in service or being added, each with its units, as ID=UNITS.",
)
.cells(12, 40)
.section("");
/// Whether nothing is on its way, and no member is as small as what is in service too much.
pub const AT_REST: FieldInfo = FieldInfo::flag(
    "at_rest",
    "AT REST",
    "Whether no change is under way and removing any member would leave less than is desired.",
)
.cells(7, 7)
.section("");
/// Ids of its instances.
pub const INSTANCES: FieldInfo =
    FieldInfo::list("instances", "INSTANCES", "Its instances.").cells(9, 40).id_of("instances", "i-");
/// `EC2`, `ELB`…
pub const HEALTH_CHECK_TYPE: FieldInfo = FieldInfo::text(
    "health_check_type",
    "HEALTH BY",
    "Health checks that a member must pass: EC2 status checks, and ELB, EBS or VPC_LATTICE where named.",
)
.shown(5)
.cells(9, 16)
.section(HEALTH);
/// Suspended processes.
pub const SUSPENDED: FieldInfo =
    FieldInfo::list("suspended", "SUSPENDED", "Processes that are suspended: Launch, Terminate, HealthCheck…")
        .shown(7)
        .cells(9, 30);
/// ARNs of the target groups that it registers its instances with.
pub const TARGET_GROUP_ARNS: FieldInfo =
    FieldInfo::list("target_group_arns", "TARGET GROUP ARNS", "ARNs of its target groups.").cells(17, 60).section("");
/// The group's name.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The group's name.").shown(0);
/// Members in standby: not counted, not replaced.
pub const STANDBY: FieldInfo =
    FieldInfo::list("standby", "STANDBY", "Members in standby: they are not counted and not replaced.")
        .id_of("instances", "i-")
        .section(CAPACITY);
/// Members in service.
pub const SERVING: FieldInfo =
    FieldInfo::list("serving", "SERVING", "Members in service.").id_of("instances", "i-").section("");
/// Names of the target groups that it registers its instances with.
pub const TARGET_GROUPS: FieldInfo = FieldInfo::list(
    "target_groups",
    "TARGET GROUPS",
    "Names of the target groups that it registers its instances with.",
)
.spare(2)
.cells(13, 40)
.section(NETWORK)
.links_to("target-groups");
/// The subnets.
pub const SUBNETS: FieldInfo = FieldInfo::list("subnets", "SUBNETS", "The subnets.")
    .spare(3)
    .aka(&["subnet"])
    .id_of_few("subnets", "subnet-")
    .section(NETWORK);
/// Instance types of its members.
pub const INSTANCE_TYPES: FieldInfo =
    FieldInfo::list("instance_types", "TYPES", "Instance types of its members.").spare(1).section(LAUNCH);
/// Which member goes first.
pub const TERMINATION_POLICIES: FieldInfo =
    FieldInfo::list("termination_policies", "TERMINATES", "Termination policies: which member is terminated first.")
        .cells(10, 40)
        .section(CAPACITY);
/// Members protected from scale-in.
pub const PROTECTED: FieldInfo = FieldInfo::list("protected", "PROTECTED", "Members protected from scale-in.")
    .cells(9, 40)
    .id_of("instances", "i-")
    .section(CAPACITY);
/// The launch template (or launch configuration) of new instances.
pub const LAUNCH_TEMPLATE: FieldInfo =
    FieldInfo::text("launch_template", "TEMPLATE", "The launch template (or launch configuration) of new instances.")
        .shown(4)
        .links_to("launch-templates")
        .section(LAUNCH);

/// Which of its versions.
pub const LAUNCH_TEMPLATE_VERSION: FieldInfo = FieldInfo::text(
    "launch_template_version",
    "VERSION",
    "The launch template's version: a number, $Latest or $Default.",
)
.section(LAUNCH);

pub(super) static FIELDS: Fields<Group> = Fields(&[
    Field::name(NAME),
    Field::state(FieldInfo::state("state", "STATE", "steady, updating capacity or deleting.").shown(1).cells(8, 17)),
    field(IN_SERVICE, |g, _| in_service(g)),
    field(MIN, |g, _| int(g.answer.min_size())),
    field(DESIRED, |g, _| int(g.answer.desired_capacity())),
    field(MAX, |g, _| int(g.answer.max_size())),
    field(COUNTED_IN, |g, c| c.text(Some(Weights::of(&g.answer).unit()))),
    field(WEIGHTS, |g, c| c.shared_list(Weights::of(&g.answer).lines().iter().map(String::as_str))),
    field(HEALTH_CHECK_TYPE, |g, c| c.text(g.answer.health_check_type())),
    field(LAUNCH_TEMPLATE, |g, c| c.text(made_from(g))),
    field(FieldInfo::list("zones", "ZONES", "The Availability Zones.").shown(6).section(NETWORK), |g, c| {
        c.shared_list(g.answer.availability_zones().iter().map(String::as_str))
    }),
    field(SUSPENDED, |g, c| c.shared_list(g.answer.suspended_processes().iter().filter_map(|p| p.process_name()))),
    field(FieldInfo::age("created", "AGE", "When it was created.").shown(8).aka(&["age"]), |g, _| {
        moment(time(g.answer.created_time()))
    }),
    field(INSTANCES, |g, _| members(g, |_| true)),
    field(MEMBER_UNITS, |g, _| match &g.counted.lines {
        Some(lines) => texts(lines.iter().map(String::as_str)),
        None => Value::Unknown,
    }),
    field(AT_REST, |g, _| flag(g.counted.at_rest(g.answer.desired_capacity()))),
    field(
        FieldInfo::int("healthy", "HEALTHY", "Members that the group considers healthy.").cells(7, 7).section(HEALTH),
        |g, _| healthy(g),
    ),
    field(STANDBY, |g, _| members(g, |i| i.lifecycle_state() == Some(&sdk::LifecycleState::Standby))),
    field(SERVING, |g, _| members(g, |i| i.lifecycle_state() == Some(&sdk::LifecycleState::InService))),
    field(PROTECTED, |g, _| members(g, |i| i.protected_from_scale_in() == Some(true))),
    field(TARGET_GROUPS, |g, _| texts(g.answer.target_group_arns().iter().map(|a| name_of_arn(a)))),
    field(TARGET_GROUP_ARNS, |g, _| texts(g.answer.target_group_arns().iter().map(String::as_str))),
    field(
        FieldInfo::list("classic_load_balancers", "CLASSIC LB", "Names of Classic Load Balancers.")
            .cells(10, 40)
            .section(NETWORK),
        |g, _| texts(g.answer.load_balancer_names().iter().map(String::as_str)),
    ),
    field(SUBNETS, |g, c| c.shared_list(g.answer.vpc_zone_identifier().unwrap_or_default().split(',').map(str::trim))),
    field(LAUNCH_TEMPLATE_VERSION, |g, c| c.text(template(g).and_then(|t| t.version()))),
    field(INSTANCE_TYPES, |g, c| {
        let mut types: Vec<&str> = g.answer.instances().iter().filter_map(|i| i.instance_type()).collect();
        types.sort_unstable();
        types.dedup();
        c.shared_list(types)
    }),
    field(
        FieldInfo::seconds(
            "grace_period",
            "GRACE",
            "Health check grace period: how long a new member's health is ignored.",
        )
        .section(HEALTH),
        |g, _| seconds(g.answer.health_check_grace_period()),
    ),
    field(
        FieldInfo::seconds(
            "cooldown",
            "COOLDOWN",
            "Default cooldown: how long a simple scaling policy waits after an activity.",
        )
        .cells(8, 8)
        .section(CAPACITY),
        |g, _| seconds(g.answer.default_cooldown()),
    ),
    field(
        FieldInfo::seconds("warmup", "WARM-UP", "Instance warmup: how long a new member's metrics are not counted.")
            .spare(4)
            .cells(7, 8)
            .section(CAPACITY),
        |g, _| seconds(g.answer.default_instance_warmup()),
    ),
    field(TERMINATION_POLICIES, |g, c| c.shared_list(g.answer.termination_policies().iter().map(String::as_str))),
    field(
        FieldInfo::flag("protects_new", "PROTECTS NEW", "Whether new members are protected from scale-in.")
            .cells(12, 12)
            .section(CAPACITY),
        |g, _| flag(g.answer.new_instances_protected_from_scale_in()),
    ),
    field(
        FieldInfo::flag("capacity_rebalance", "REBALANCE", "Whether Spot Instances at risk are replaced early.")
            .cells(9, 9)
            .section(CAPACITY),
        |g, _| flag(g.answer.capacity_rebalance().or(Some(false))),
    ),
    field(
        FieldInfo::seconds("max_lifetime", "LIFETIME", "The age at which a member is replaced.")
            .cells(8, 8)
            .section(CAPACITY),
        |g, _| seconds(g.answer.max_instance_lifetime().filter(|s| *s > 0)),
    ),
    field(
        FieldInfo::int("warm_pool_size", "WARM POOL", "Instances in the warm pool.").cells(9, 9).section(CAPACITY),
        |g, _| g.answer.warm_pool_size().map_or(Value::Empty, |n| Value::Int(n.into())),
    ),
    field(
        FieldInfo::text("deletion_protection", "DELETION", "Deletion protection of the group.").cells(8, 30),
        |g, c| c.text(g.answer.deletion_protection().map(|d| d.as_str())),
    ),
    field(FieldInfo::id("id", "ARN", "The ARN.").cells(12, 60).aka(&["arn"]), |g, c| {
        c.text(g.answer.auto_scaling_group_arn())
    }),
]);

/// Units in service and on their way in, of what is desired.
fn in_service(g: &Group) -> Value {
    let cells = |n: i64| u32::try_from(n).ok();
    let desired = g.answer.desired_capacity();
    let known = || Some((cells(g.counted.in_service?)?, cells(desired?.into())?, cells(g.counted.pending?)?));
    known().map_or(Value::Unknown, |(ok, of, busy)| Value::Ratio { ok, of, busy })
}

fn members(g: &Group, want: fn(&sdk::Instance) -> bool) -> Value {
    texts(g.answer.instances().iter().filter(|i| want(i)).filter_map(|i| i.instance_id()))
}

fn healthy(g: &Group) -> Value {
    let is = |i: &&sdk::Instance| i.health_status().is_some_and(|h| h.eq_ignore_ascii_case("healthy"));
    let healthy = g.answer.instances().iter().filter(is).count();
    Value::Int(i64::try_from(healthy).unwrap_or(i64::MAX))
}

/// The template of its own, or of its mixed instances.
fn template(g: &Group) -> Option<&sdk::LaunchTemplateSpecification> {
    let mixed = || g.answer.mixed_instances_policy()?.launch_template()?.launch_template_specification();
    g.answer.launch_template().or_else(mixed)
}

/// The launch template by its name, else by its id, else the launch configuration.
fn made_from(g: &Group) -> Option<&str> {
    let template = template(g).and_then(|t| t.launch_template_name().or(t.launch_template_id()));
    template.or(g.answer.launch_configuration_name())
}
