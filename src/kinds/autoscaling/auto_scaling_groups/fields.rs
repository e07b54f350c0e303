//! What a group's columns, facts and queries are.

use super::Group;
use crate::kinds::convert::{field, flag, int, moment, seconds, text};
use crate::model::{FieldInfo, Fields, Value};

const CAPACITY: &str = "capacity";
const HEALTH: &str = "health";
const LAUNCH: &str = "launch";
const NETWORK: &str = "network";

/// The least capacity, in [`COUNTED_IN`].
pub const MIN: FieldInfo = FieldInfo::int("min", "MIN", "The least capacity.").shown(2).cells(3, 6).section(CAPACITY);
/// The most.
pub const MAX: FieldInfo = FieldInfo::int("max", "MAX", "The most capacity.").shown(2).cells(3, 6).section(CAPACITY);
/// How much there should be.
pub const DESIRED: FieldInfo =
    FieldInfo::int("desired", "DESIRED", "How much capacity there should be.").shown(2).cells(7, 7).section(CAPACITY);
/// How much is in service, of what is desired.
pub const IN_SERVICE: FieldInfo = FieldInfo::ratio(
    "in_service",
    "IN SERVICE",
    "What is in service, of what is desired: instances, or units where instance types have weights.",
)
.shown(1)
.cells(10, 10)
.section(CAPACITY);
/// What the capacity is counted in: instances, units (types have weights), vcpu or memory-mib.
pub const COUNTED_IN: FieldInfo = FieldInfo::text(
    "counted_in",
    "COUNTED IN",
    "What its capacity is counted in: instances, units (its instance types have weights), vcpu or memory-mib.",
)
.cells(10, 10)
.section(CAPACITY);
/// What instance types count, as `TYPE=UNITS`.
pub const WEIGHTS: FieldInfo = FieldInfo::list(
    "weights",
    "WEIGHTS",
    "How many units an instance of a type counts, as TYPE=UNITS; none if each counts one.",
)
.cells(7, 40)
.section(CAPACITY);
/// Members that count, in service or on their way in, as `ID=UNITS`.
pub const MEMBER_UNITS: FieldInfo = FieldInfo::list(
    "member_units",
    "MEMBER UNITS",
    "Members that count, in service or on their way in, each with its units, as ID=UNITS.",
)
.cells(12, 40)
.section("");
/// Whether nothing is on its way, and no member is as small as what is in service too much.
pub const AT_REST: FieldInfo = FieldInfo::flag(
    "at_rest",
    "AT REST",
    "Whether nothing is on its way, and no member can go without leaving less than is desired.",
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
    "What a member must pass: EC2 status checks, and ELB, EBS or VPC_LATTICE where named.",
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
    FieldInfo::list("target_group_arns", "TARGET GROUP ARNS", "Their ARNs.").cells(17, 60).section("");
/// The group's name.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The group's name.").shown(0);
/// Members in standby: not counted, not replaced.
pub const STANDBY: FieldInfo = FieldInfo::list("standby", "STANDBY", "Members in standby: not counted, not replaced.")
    .id_of("instances", "i-")
    .section(CAPACITY);
/// Names of the target groups that it registers its instances with.
pub const TARGET_GROUPS: FieldInfo = FieldInfo::list(
    "target_groups",
    "TARGET GROUPS",
    "Names of the target groups that it registers its instances with.",
)
.cells(13, 40)
.section(NETWORK)
.links_to("target-groups");
/// The subnets.
pub const SUBNETS: FieldInfo = FieldInfo::list("subnets", "SUBNETS", "The subnets.")
    .aka(&["subnet"])
    .id_of_few("subnets", "subnet-")
    .section(NETWORK);
/// Instance types of its members.
pub const INSTANCE_TYPES: FieldInfo =
    FieldInfo::list("instance_types", "TYPES", "Instance types of its members.").section(LAUNCH);
/// Which member goes first.
pub const TERMINATION_POLICIES: FieldInfo =
    FieldInfo::list("termination_policies", "TERMINATES", "Which member goes first.").cells(10, 40).section(CAPACITY);
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

pub(super) static FIELDS: Fields<Group> = Fields(&[
    field(NAME, |g| Value::Text(g.name.clone())),
    field(FieldInfo::state("state", "STATE", "steady, updating capacity or deleting.").shown(1).cells(8, 17), |g| {
        let (tone, s) = g.state.shown();
        Value::State(tone, s)
    }),
    field(IN_SERVICE, in_service),
    field(MIN, |g| int(g.min)),
    field(DESIRED, |g| int(g.desired)),
    field(MAX, |g| int(g.max)),
    field(COUNTED_IN, |g| text(&g.counted_in)),
    field(WEIGHTS, |g| g.weights.clone()),
    field(HEALTH_CHECK_TYPE, |g| text(&g.health_check_type)),
    field(LAUNCH_TEMPLATE, |g| text(&g.launch_template)),
    field(FieldInfo::list("zones", "ZONES", "The Availability Zones.").shown(6).section(NETWORK), |g| g.zones.clone()),
    field(SUSPENDED, |g| g.suspended.clone()),
    field(FieldInfo::age("created", "AGE", "When it was created.").shown(8).aka(&["age"]), |g| moment(g.created)),
    field(INSTANCES, |g| g.instances.clone()),
    field(MEMBER_UNITS, |g| g.member_units.clone()),
    field(AT_REST, |g| flag(g.at_rest)),
    field(
        FieldInfo::int("healthy", "HEALTHY", "Members that the group takes for healthy.").cells(7, 7).section(HEALTH),
        |g| Value::Int(g.healthy.into()),
    ),
    field(STANDBY, |g| g.standby.clone()),
    field(PROTECTED, |g| g.protected.clone()),
    field(TARGET_GROUPS, |g| g.target_groups.clone()),
    field(TARGET_GROUP_ARNS, |g| g.target_group_arns.clone()),
    field(
        FieldInfo::list("classic_load_balancers", "CLASSIC LB", "Names of Classic Load Balancers.")
            .cells(10, 40)
            .section(NETWORK),
        |g| g.classic_balancers.clone(),
    ),
    field(SUBNETS, |g| g.subnets.clone()),
    field(
        FieldInfo::text(
            "launch_template_version",
            "VERSION",
            "The launch template's version: a number, $Latest or $Default.",
        )
        .section(LAUNCH),
        |g| text(&g.launch_template_version),
    ),
    field(INSTANCE_TYPES, |g| g.instance_types.clone()),
    field(
        FieldInfo::seconds("grace_period", "GRACE", "How long a new member's health is not looked at.").section(HEALTH),
        |g| seconds(g.grace_period),
    ),
    field(
        FieldInfo::seconds("cooldown", "COOLDOWN", "How long a simple scaling policy waits after an activity.")
            .cells(8, 8)
            .section(CAPACITY),
        |g| seconds(g.cooldown),
    ),
    field(
        FieldInfo::seconds("warmup", "WARM-UP", "How long a new member's metrics do not count.")
            .cells(7, 8)
            .section(CAPACITY),
        |g| seconds(g.warmup),
    ),
    field(TERMINATION_POLICIES, |g| g.termination_policies.clone()),
    field(
        FieldInfo::flag("protects_new", "PROTECTS NEW", "Whether new members are protected from scale-in.")
            .cells(12, 12)
            .section(CAPACITY),
        |g| flag(g.protects_new),
    ),
    field(
        FieldInfo::flag("capacity_rebalance", "REBALANCE", "Whether Spot Instances at risk are replaced early.")
            .cells(9, 9)
            .section(CAPACITY),
        |g| flag(g.capacity_rebalance),
    ),
    field(
        FieldInfo::seconds("max_lifetime", "LIFETIME", "After so long a member is replaced.")
            .cells(8, 8)
            .section(CAPACITY),
        |g| seconds(g.max_lifetime),
    ),
    field(
        FieldInfo::int("warm_pool_size", "WARM POOL", "Instances in the warm pool.").cells(9, 9).section(CAPACITY),
        |g| g.warm_pool_size.map_or(Value::Empty, |n| Value::Int(n.into())),
    ),
    field(
        FieldInfo::text("deletion_protection", "DELETION", "Whether the group is protected from being deleted.")
            .cells(8, 30),
        |g| text(&g.deletion_protection),
    ),
    field(FieldInfo::id("id", "ARN", "The ARN.").cells(12, 60).aka(&["arn"]), |g| text(&g.arn)),
]);

fn in_service(g: &Group) -> Value {
    let cells = |n: i64| u32::try_from(n).ok();
    let known = || Some((cells(g.in_service?)?, cells(g.desired?.into())?, cells(g.pending?)?));
    known().map_or(Value::Unknown, |(ok, of, busy)| Value::Ratio { ok, of, busy })
}
