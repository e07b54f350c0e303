//! The fields of an instance: the columns of the web console's Instances list, and what its side tables add.

use crate::kinds::convert::{field, flag, int, moment, said, text};
use crate::model::{Field, FieldInfo, FieldType, Fields, Value};

use super::instance::Instance;

/// The Name tag.
pub const NAME: &str = "name";
/// `i-…`.
pub const ID: &str = "id";
/// pending, running, stopping…
pub const STATE: &str = "state";
/// Status checks passed, of how many.
pub const CHECKS: &str = "checks";
/// `t3.micro`.
pub const TYPE: &str = "type";
/// `ap-northeast-2a`.
pub const ZONE: &str = "zone";
/// Primary private IPv4 address, or the IPv6 address of an instance that has no other.
pub const PRIVATE_IP: &str = "private_ip";
/// Public IPv4 address.
pub const PUBLIC_IP: &str = "public_ip";
/// Elastic IP addresses among the public ones.
pub const ELASTIC_IPS: &str = "elastic_ips";
/// IPv6 addresses.
pub const IPV6: &str = "ipv6";
/// CPU over the last hour.
pub const CPU: &str = "cpu";
/// When it was last started.
pub const LAUNCHED: &str = "launched";
/// The Auto Scaling group it belongs to.
pub const GROUP: &str = "group";
/// Whether it can hibernate.
pub const HIBERNATION: &str = "hibernation";
/// `ebs` or `instance-store`.
pub const ROOT_DEVICE_TYPE: &str = "root_device_type";
/// EBS volumes.
pub const VOLUMES: &str = "volumes";
/// normal, spot, scheduled, capacity-block.
pub const LIFECYCLE: &str = "lifecycle";
/// VPC.
pub const VPC_ID: &str = "vpc_id";
/// Subnet.
pub const SUBNET_ID: &str = "subnet_id";
/// Key pair.
pub const KEY_NAME: &str = "key_name";
/// Names of security groups.
pub const SECURITY_GROUPS: &str = "security_groups";
/// Ids of security groups.
pub const SECURITY_GROUP_IDS: &str = "security_group_ids";
/// Code of the reason for the state.
pub const STATE_REASON: &str = "state_reason";
/// Its message.
pub const STATE_REASON_MESSAGE: &str = "state_reason_message";

const fn info(name: &'static str, title: &'static str, ty: FieldType, doc: &'static str) -> FieldInfo {
    FieldInfo::new(name, title, ty, doc)
}

/// All of them. Side fields that are no default column come last: a record leaves them out, which saves 16 bytes each.
pub static FIELDS: Fields<Instance> = Fields(FIELD_LIST);

static FIELD_LIST: &[Field<Instance>] = &[
    field(info(NAME, "NAME", FieldType::Text, "The Name tag.").unique().shown(0), |i| Value::text(&i.name)),
    field(info(ID, "ID", FieldType::Id, "The instance id.").unique().shown(2).cells(11, 19), |i| {
        Value::Text(i.id.clone())
    }),
    field(
        info(STATE, "STATE", FieldType::State, "pending, running, stopping, stopped, shutting-down or terminated.")
            .shown(0)
            .cells(8, 13),
        |i| {
            let (tone, text) = i.state.shown();
            Value::State(tone, text)
        },
    ),
    field(
        info(
            CHECKS,
            "CHECKS",
            FieldType::Ratio,
            "Status checks passed, of those made: system, instance, attached EBS.",
        )
        .shown(3)
        .from_side("instance-statuses", "checks", false)
        .section("health"),
        |_| Value::Unknown,
    ),
    field(
        info(TYPE, "TYPE", FieldType::Text, "The instance type.").shown(4).cells(10, 16).aka(&["instance_type"]),
        |i| said(&i.instance_type),
    ),
    field(
        info(ZONE, "ZONE", FieldType::Text, "The Availability Zone.")
            .shown(7)
            .cells(4, 16)
            .aka(&["az", "availability_zone"])
            .links_to("availability-zones"),
        |i| said(&i.zone),
    ),
    field(
        info(
            PRIVATE_IP,
            "PRIVATE IP",
            FieldType::Ip,
            "The primary private IPv4 address; of an instance without one its IPv6 address.",
        )
        .unique()
        .shown(5)
        .aka(&["ip"]),
        |i| i.private_ip.clone(),
    ),
    field(
        info(
            PUBLIC_IP,
            "PUBLIC IP",
            FieldType::Ip,
            "The public IPv4 address; lost on stop unless it is an Elastic IP.",
        )
        .unique()
        .shown(6),
        |i| i.public_ip.clone(),
    ),
    field(
        info(
            CPU,
            "CPU 1h",
            FieldType::Series,
            "CPU utilization over the last hour (CloudWatch, charged for each look); compares by its newest point.",
        )
        .unit("%")
        .shown(9)
        .from_side("instance-metrics", "cpu", true)
        .section("metrics"),
        |_| Value::Unknown,
    ),
    field(
        info(LAUNCHED, "AGE", FieldType::Age, "When the instance was last launched or started.")
            .unique()
            .shown(8)
            .aka(&["age", "launch_time"]),
        |i| moment(i.launched),
    ),
    field(
        info(GROUP, "GROUP", FieldType::Text, "The Auto Scaling group that it belongs to.")
            .aka(&["asg", "auto_scaling_group"])
            .links_to("auto-scaling-groups"),
        |i| text(&i.group),
    ),
    field(
        info("image_id", "IMAGE", FieldType::Id, "The AMI that it was launched from.")
            .cells(11, 21)
            .aka(&["image", "ami"]),
        |i| said(&i.image_id),
    ),
    field(
        info(
            "platform",
            "PLATFORM",
            FieldType::Text,
            "Platform details, as billed: Linux/UNIX, Windows, Red Hat Enterprise Linux…",
        )
        .cells(8, 24),
        |i| said(&i.platform),
    ),
    field(info("architecture", "ARCH", FieldType::Text, "i386, x86_64, arm64…").cells(5, 10).aka(&["arch"]), |i| {
        said(&i.architecture)
    }),
    field(info("vcpus", "VCPUS", FieldType::Int, "Virtual CPUs: cores times threads."), |i| int(i.vcpus)),
    field(info(KEY_NAME, "KEY", FieldType::Text, "The key pair that was given at launch.").aka(&["key"]).links_to("key-pairs"), |i| {
        text(&i.key_name)
    }),
    field(
        info(SECURITY_GROUPS, "GROUPS", FieldType::List, "Names of the security groups.").aka(&["sg", "groups"]),
        |i| i.security_groups.clone(),
    ),
    field(info(SECURITY_GROUP_IDS, "GROUP IDS", FieldType::List, "Ids of the security groups.").cells(9, 40), |i| {
        i.security_group_ids.clone()
    }),
    field(
        info("instance_profile", "PROFILE", FieldType::Id, "The ARN of the IAM instance profile.")
            .cells(8, 40)
            .aka(&["role", "instance_profile_arn"]),
        |i| text(&i.instance_profile),
    ),
    field(
        info(SUBNET_ID, "SUBNET", FieldType::Id, "The subnet of the primary network interface.")
            .cells(11, 30)
            .aka(&["subnet"])
            .id_of_few("subnets", "subnet-"),
        |i| text(&i.subnet_id),
    ),
    field(
        info(VPC_ID, "VPC", FieldType::Id, "The VPC.").cells(11, 30).aka(&["vpc"]).id_of_few("vpcs", "vpc-"),
        |i| text(&i.vpc_id),
    ),
    field(
        info(
            ELASTIC_IPS,
            "ELASTIC IP",
            FieldType::List,
            "Elastic IP addresses of its network interfaces; they stay on stop.",
        )
        .unique()
        .cells(10, 31)
        .aka(&["elastic_ip", "eip"])
        .section("network"),
        |i| i.elastic_ips.clone(),
    ),
    field(
        info(IPV6, "IPV6", FieldType::List, "IPv6 addresses of its network interfaces.")
            .unique()
            .cells(8, 79)
            .section("network"),
        |i| i.ipv6.clone(),
    ),
    field(
        info("public_dns", "PUBLIC DNS", FieldType::Text, "The public DNS name.")
            .unique()
            .cells(10, 60)
            .section("network"),
        |i| text(&i.public_dns),
    ),
    field(
        info("private_dns", "PRIVATE DNS", FieldType::Text, "The private DNS name.")
            .unique()
            .cells(11, 60)
            .section("network"),
        |i| text(&i.private_dns),
    ),
    field(
        info(
            "source_dest_check",
            "SRC/DST",
            FieldType::Bool,
            "Whether traffic must be from or to the instance itself (off for NAT and routers).",
        )
        .cells(7, 7)
        .section("network"),
        |i| flag(i.source_dest_check),
    ),
    field(
        info("zone_id", "ZONE ID", FieldType::Text, "The Availability Zone's id, the same in every account.")
            .cells(9, 11),
        |i| said(&i.zone_id),
    ),
    field(
        info("monitoring", "MONITORING", FieldType::Text, "disabled: metrics every 5 minutes; enabled: every minute.")
            .named_only()
            .cells(10, 10),
        |i| said(&i.monitoring),
    ),
    field(
        info(VOLUMES, "VOLUMES", FieldType::List, "The attached EBS volumes.")
            .unique()
            .id_of("volumes", "vol-")
            .section("storage"),
        |i| i.volumes.clone(),
    ),
    field(
        info("root_device", "ROOT", FieldType::Text, "The root device's name.").named_only().section("storage"),
        |i| text(&i.root_device),
    ),
    field(
        info(
            ROOT_DEVICE_TYPE,
            "ROOT TYPE",
            FieldType::Text,
            "ebs, or instance-store: such an instance cannot be stopped.",
        )
        .named_only()
        .cells(9, 14)
        .section("storage"),
        |i| said(&i.root_device_type),
    ),
    field(
        info("ebs_optimized", "EBS OPT", FieldType::Bool, "Whether it is optimized for EBS.")
            .cells(7, 7)
            .section("storage"),
        |i| flag(i.ebs_optimized),
    ),
    field(
        info(LIFECYCLE, "LIFECYCLE", FieldType::Text, "normal (On-Demand), spot, scheduled, capacity-block.")
            .cells(9, 16),
        |i| Value::Text(i.lifecycle.clone()),
    ),
    field(
        info(HIBERNATION, "HIBERNATION", FieldType::Bool, "Whether it was launched so that it can hibernate.")
            .cells(11, 11),
        |i| flag(i.hibernation),
    ),
    field(
        info("imds", "IMDS", FieldType::Text, "Instance metadata: v2 required, v1 and v2, or disabled.")
            .named_only()
            .cells(9, 11),
        |i| said(&i.imds),
    ),
    field(
        info("boot_mode", "BOOT", FieldType::Text, "The boot mode that it runs in: legacy-bios or uefi.")
            .named_only()
            .cells(8, 11)
            .section("hardware"),
        |i| text(&i.boot_mode),
    ),
    field(
        info("virtualization", "VIRT", FieldType::Text, "hvm or paravirtual.")
            .named_only()
            .cells(5, 11)
            .section("hardware"),
        |i| said(&i.virtualization),
    ),
    field(
        info("tenancy", "TENANCY", FieldType::Text, "default, dedicated or host.")
            .named_only()
            .cells(8, 9)
            .section("placement"),
        |i| said(&i.tenancy),
    ),
    field(info("host_id", "HOST", FieldType::Id, "The Dedicated Host.").section("placement"), |i| text(&i.host_id)),
    field(
        info("placement_group", "PLACEMENT", FieldType::Text, "The placement group.").cells(9, 40).section("placement"),
        |i| text(&i.placement_group),
    ),
    field(
        info("partition", "PARTITION", FieldType::Int, "The partition in its placement group.")
            .cells(9, 9)
            .section("placement"),
        |i| i.partition.map_or(Value::Empty, |n| Value::Int(n.into())),
    ),
    field(
        info("capacity_reservation_id", "RESERVED", FieldType::Id, "The Capacity Reservation that it uses.")
            .section("placement"),
        |i| text(&i.capacity_reservation_id),
    ),
    field(
        info(STATE_REASON, "REASON", FieldType::Text, "Code of the reason for the last change of state.")
            .named_only()
            .section("state"),
        |i| text(&i.state_reason),
    ),
    field(
        info(STATE_REASON_MESSAGE, "REASON MESSAGE", FieldType::Text, "The reason for the last change of state.")
            .named_only()
            .cells(14, 60)
            .section("state"),
        |i| text(&i.state_reason_message),
    ),
    field(
        info(
            "transition_reason",
            "TRANSITION",
            FieldType::Text,
            "What led to the last change of state, e.g. User initiated.",
        )
        .named_only()
        .unique()
        .cells(10, 60)
        .section("state"),
        |i| text(&i.transition_reason),
    ),
    field(
        info("transitioned", "SINCE", FieldType::Age, "When that was, where AWS says.")
            .unique()
            .cells(5, 6)
            .section("state"),
        |i| moment(i.transitioned),
    ),
    field(
        info("owner_id", "OWNER", FieldType::Id, "The account that owns it.")
            .named_only()
            .cells(12, 12)
            .section("billing"),
        |i| said(&i.owner_id),
    ),
    field(
        info("reservation_id", "RESERVATION", FieldType::Id, "The request that launched it.")
            .unique()
            .section("billing"),
        |i| said(&i.reservation_id),
    ),
    field(
        info("requester_id", "REQUESTER", FieldType::Id, "Who launched it for you: an account or a service.")
            .named_only()
            .section("billing"),
        |i| text(&i.requester_id),
    ),
    field(
        info("launch_index", "INDEX", FieldType::Int, "Its number among those launched together.")
            .unique()
            .section("billing"),
        |i| int(i.launch_index),
    ),
    field(
        info("usage_operation", "USAGE", FieldType::Text, "The operation on the bill, e.g. RunInstances:0002.")
            .named_only()
            .cells(8, 20)
            .section("billing"),
        |i| text(&i.usage_operation),
    ),
    field(
        info("operator", "OPERATOR", FieldType::Text, "The service that manages it, if one does.").section("billing"),
        |i| text(&i.operator),
    ),
    field(
        info("system_check", "SYSTEM", FieldType::State, "The system status check: AWS's side.")
            .from_side("instance-statuses", "system", false)
            .section("health"),
        |_| Value::Unknown,
    ),
    field(
        info(
            "instance_check",
            "INSTANCE",
            FieldType::State,
            "The instance status check: its operating system and network.",
        )
        .from_side("instance-statuses", "instance", false)
        .section("health"),
        |_| Value::Unknown,
    ),
    field(
        info("ebs_check", "EBS", FieldType::State, "The attached EBS status check: whether its volumes can do I/O.")
            .from_side("instance-statuses", "ebs", false)
            .section("health"),
        |_| Value::Unknown,
    ),
    field(
        info("impaired_since", "IMPAIRED", FieldType::Age, "Since when a status check has been failing.")
            .cells(8, 8)
            .from_side("instance-statuses", "impaired_since", false)
            .section("health"),
        |_| Value::Unknown,
    ),
    field(
        info("events", "EVENTS", FieldType::List, "Scheduled events, each with its date.")
            .from_side("instance-statuses", "events", false)
            .section("health"),
        |_| Value::Unknown,
    ),
    field(
        info("next_event", "NEXT EVENT", FieldType::Date, "When the earliest scheduled event begins.")
            .from_side("instance-statuses", "next_event", false)
            .section("health"),
        |_| Value::Unknown,
    ),
    field(
        info("alarms", "ALARMS", FieldType::Ratio, "CloudWatch alarms on it that are OK, of all.")
            .cells(6, 7)
            .from_side("instance-alarms", "alarms", false)
            .section("health"),
        |_| Value::Unknown,
    ),
    field(
        info(
            "network_in",
            "NET IN 1h",
            FieldType::Series,
            "Bytes received on all interfaces over the last hour, every 5 minutes or each minute (CloudWatch, charged).",
        )
        .unit("B")
        .cells(9, 12)
        .from_side("instance-traffic", "network_in", true)
        .section("metrics"),
        |_| Value::Unknown,
    ),
    field(
        info(
            "network_out",
            "NET OUT 1h",
            FieldType::Series,
            "Bytes sent on all interfaces over the last hour, every 5 minutes or each minute (CloudWatch, charged).",
        )
        .unit("B")
        .cells(10, 12)
        .from_side("instance-traffic", "network_out", true)
        .section("metrics"),
        |_| Value::Unknown,
    ),
    field(
        info(
            "disks",
            "DISKS",
            FieldType::List,
            "EBS volumes with size, type, encryption, device, and whether they are deleted with the instance.",
        )
        .cells(8, 80)
        .on_demand("instance-volumes", "disks")
        .section("storage"),
        |_| Value::Unknown,
    ),
    field(
        info(
            "termination_protection",
            "TERM PROTECTED",
            FieldType::Bool,
            "Whether EC2 refuses to terminate it (disableApiTermination).",
        )
        .cells(14, 14)
        .on_demand("instance-protection", "termination")
        .section("state"),
        |_| Value::Unknown,
    ),
    field(
        info("stop_protection", "STOP PROTECTED", FieldType::Bool, "Whether EC2 refuses to stop it (disableApiStop).")
            .cells(14, 14)
            .on_demand("instance-protection", "stop")
            .section("state"),
        |_| Value::Unknown,
    ),
];
