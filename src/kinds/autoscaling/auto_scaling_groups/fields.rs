//! What a group's columns, facts and queries are.

use super::{
    AT_REST, COUNTED_IN, DESIRED, Group, HEALTH_CHECK_TYPE, IN_SERVICE, INSTANCES, MAX, MEMBER_UNITS, MIN, SUSPENDED,
    TARGET_GROUP_ARNS, WEIGHTS,
};
use crate::kinds::convert::{field, flag, int, moment, seconds, text};
use crate::model::{FieldInfo, FieldType, Fields, Value};

const CAPACITY: &str = "capacity";
const HEALTH: &str = "health";
const LAUNCH: &str = "launch";
const NETWORK: &str = "network";

pub(super) static FIELDS: Fields<Group> = Fields(&[
    field(FieldInfo::new("name", "NAME", FieldType::Text, "The group's name.").shown(0), |g| {
        Value::Text(g.name.clone())
    }),
    field(
        FieldInfo::new("state", "STATE", FieldType::State, "steady, updating capacity or deleting.")
            .shown(1)
            .cells(8, 17),
        |g| {
            let (tone, s) = g.state.shown();
            Value::State(tone, s)
        },
    ),
    field(
        FieldInfo::new(
            IN_SERVICE,
            "IN SERVICE",
            FieldType::Ratio,
            "What is in service, of what is desired: instances, or units where instance types have weights.",
        )
        .shown(1)
        .cells(10, 10)
        .section(CAPACITY),
        in_service,
    ),
    field(
        FieldInfo::new(MIN, "MIN", FieldType::Int, "The least capacity.").shown(2).cells(3, 6).section(CAPACITY),
        |g| int(g.min),
    ),
    field(
        FieldInfo::new(DESIRED, "DESIRED", FieldType::Int, "How much capacity there should be.")
            .shown(2)
            .cells(7, 7)
            .section(CAPACITY),
        |g| int(g.desired),
    ),
    field(
        FieldInfo::new(MAX, "MAX", FieldType::Int, "The most capacity.").shown(2).cells(3, 6).section(CAPACITY),
        |g| int(g.max),
    ),
    field(
        FieldInfo::new(
            COUNTED_IN,
            "COUNTED IN",
            FieldType::Text,
            "What its capacity is counted in: instances, units (its instance types have weights), vcpu or memory-mib.",
        )
        .cells(10, 10)
        .section(CAPACITY),
        |g| text(&g.counted_in),
    ),
    field(
        FieldInfo::new(
            WEIGHTS,
            "WEIGHTS",
            FieldType::List,
            "How many units an instance of a type counts, as TYPE=UNITS; none if each counts one.",
        )
        .cells(7, 40)
        .section(CAPACITY),
        |g| g.weights.clone(),
    ),
    field(
        FieldInfo::new(
            HEALTH_CHECK_TYPE,
            "HEALTH BY",
            FieldType::Text,
            "What a member must pass: EC2 status checks, and ELB, EBS or VPC_LATTICE where named.",
        )
        .shown(5)
        .cells(9, 16)
        .section(HEALTH),
        |g| text(&g.health_check_type),
    ),
    field(
        FieldInfo::new(
            "launch_template",
            "TEMPLATE",
            FieldType::Text,
            "The launch template (or launch configuration) of new instances.",
        )
        .shown(4)
        .section(LAUNCH),
        |g| text(&g.launch_template),
    ),
    field(
        FieldInfo::new("zones", "ZONES", FieldType::List, "The Availability Zones.").shown(6).section(NETWORK),
        |g| g.zones.clone(),
    ),
    field(
        FieldInfo::new(
            SUSPENDED,
            "SUSPENDED",
            FieldType::List,
            "Processes that are suspended: Launch, Terminate, HealthCheck…",
        )
        .shown(7)
        .cells(9, 30),
        |g| g.suspended.clone(),
    ),
    field(FieldInfo::new("created", "AGE", FieldType::Age, "When it was created.").shown(8).aka(&["age"]), |g| {
        moment(g.created)
    }),
    field(
        FieldInfo::new(INSTANCES, "INSTANCES", FieldType::List, "Its instances.").cells(9, 40).id_of("instances", "i-"),
        |g| g.instances.clone(),
    ),
    field(
        FieldInfo::new(
            MEMBER_UNITS,
            "MEMBER UNITS",
            FieldType::List,
            "Members that count, in service or on their way in, each with its units, as ID=UNITS.",
        )
        .cells(12, 40)
        .section(""),
        |g| g.member_units.clone(),
    ),
    field(
        FieldInfo::new(
            AT_REST,
            "AT REST",
            FieldType::Bool,
            "Whether nothing is on its way, and no member can go without leaving less than is desired.",
        )
        .cells(7, 7)
        .section(""),
        |g| flag(g.at_rest),
    ),
    field(
        FieldInfo::new("healthy", "HEALTHY", FieldType::Int, "Members that the group takes for healthy.")
            .cells(7, 7)
            .section(HEALTH),
        |g| Value::Int(g.healthy.into()),
    ),
    field(
        FieldInfo::new("standby", "STANDBY", FieldType::List, "Members in standby: not counted, not replaced.")
            .id_of("instances", "i-")
            .section(CAPACITY),
        |g| g.standby.clone(),
    ),
    field(
        FieldInfo::new("protected", "PROTECTED", FieldType::List, "Members protected from scale-in.")
            .cells(9, 40)
            .id_of("instances", "i-")
            .section(CAPACITY),
        |g| g.protected.clone(),
    ),
    field(
        FieldInfo::new(
            "target_groups",
            "TARGET GROUPS",
            FieldType::List,
            "Names of the target groups that it registers its instances with.",
        )
        .cells(13, 40)
        .section(NETWORK)
        .links_to("target-groups"),
        |g| g.target_groups.clone(),
    ),
    field(
        FieldInfo::new(TARGET_GROUP_ARNS, "TARGET GROUP ARNS", FieldType::List, "Their ARNs.")
            .cells(17, 60)
            .section(""),
        |g| g.target_group_arns.clone(),
    ),
    field(
        FieldInfo::new("classic_load_balancers", "CLASSIC LB", FieldType::List, "Names of Classic Load Balancers.")
            .cells(10, 40)
            .section(NETWORK),
        |g| g.classic_balancers.clone(),
    ),
    field(
        FieldInfo::new("subnets", "SUBNETS", FieldType::List, "The subnets.")
            .aka(&["subnet"])
            .id_of_few("subnets", "subnet-")
            .section(NETWORK),
        |g| g.subnets.clone(),
    ),
    field(
        FieldInfo::new(
            "launch_template_version",
            "VERSION",
            FieldType::Text,
            "The launch template's version: a number, $Latest or $Default.",
        )
        .section(LAUNCH),
        |g| text(&g.launch_template_version),
    ),
    field(
        FieldInfo::new("instance_types", "TYPES", FieldType::List, "Instance types of its members.").section(LAUNCH),
        |g| g.instance_types.clone(),
    ),
    field(
        FieldInfo::new("grace_period", "GRACE", FieldType::Seconds, "How long a new member's health is not looked at.")
            .section(HEALTH),
        |g| seconds(g.grace_period),
    ),
    field(
        FieldInfo::new(
            "cooldown",
            "COOLDOWN",
            FieldType::Seconds,
            "How long a simple scaling policy waits after an activity.",
        )
        .cells(8, 8)
        .section(CAPACITY),
        |g| seconds(g.cooldown),
    ),
    field(
        FieldInfo::new("warmup", "WARM-UP", FieldType::Seconds, "How long a new member's metrics do not count.")
            .cells(7, 8)
            .section(CAPACITY),
        |g| seconds(g.warmup),
    ),
    field(
        FieldInfo::new("termination_policies", "TERMINATES", FieldType::List, "Which member goes first.")
            .cells(10, 40)
            .section(CAPACITY),
        |g| g.termination_policies.clone(),
    ),
    field(
        FieldInfo::new(
            "protects_new",
            "PROTECTS NEW",
            FieldType::Bool,
            "Whether new members are protected from scale-in.",
        )
        .cells(12, 12)
        .section(CAPACITY),
        |g| flag(g.protects_new),
    ),
    field(
        FieldInfo::new(
            "capacity_rebalance",
            "REBALANCE",
            FieldType::Bool,
            "Whether Spot Instances at risk are replaced early.",
        )
        .cells(9, 9)
        .section(CAPACITY),
        |g| flag(g.capacity_rebalance),
    ),
    field(
        FieldInfo::new("max_lifetime", "LIFETIME", FieldType::Seconds, "After so long a member is replaced.")
            .cells(8, 8)
            .section(CAPACITY),
        |g| seconds(g.max_lifetime),
    ),
    field(
        FieldInfo::new("warm_pool_size", "WARM POOL", FieldType::Int, "Instances in the warm pool.")
            .cells(9, 9)
            .section(CAPACITY),
        |g| g.warm_pool_size.map_or(Value::Empty, |n| Value::Int(n.into())),
    ),
    field(
        FieldInfo::new(
            "deletion_protection",
            "DELETION",
            FieldType::Text,
            "Whether the group is protected from being deleted.",
        )
        .cells(8, 30),
        |g| text(&g.deletion_protection),
    ),
    field(FieldInfo::new("id", "ARN", FieldType::Id, "The ARN.").cells(12, 60).aka(&["arn"]), |g| text(&g.arn)),
]);

fn in_service(g: &Group) -> Value {
    let cells = |n: i64| u32::try_from(n).ok();
    let known = || Some((cells(g.in_service?)?, cells(g.desired?.into())?, cells(g.pending?)?));
    known().map_or(Value::Unknown, |(ok, of, busy)| Value::Ratio { ok, of, busy })
}
