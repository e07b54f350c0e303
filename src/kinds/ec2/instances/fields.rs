//! The fields of an instance: the columns of the web console's Instances list, and what its side tables add.

use crate::kinds::convert::{field, flag, int, moment, said, text};
use crate::model::{Field, FieldInfo, Fields, Value};

use super::beside;
use super::instance::Instance;
use crate::kinds::cloudwatch::{instance_metrics, instance_traffic};
use crate::kinds::ec2::instance_statuses;

/// Headings of the detail that several parts of this list are under.
pub(super) const CHECKS_SECTION: &str = "status checks and alarms";
pub(super) const MACHINE: &str = "machine";
const PLACEMENT: &str = "placement";

/// The Name tag.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "The Name tag.").unique().shown(0);
/// `i-…`.
pub const ID: FieldInfo =
    FieldInfo::id("id", "ID", "The instance id.").unique().shown(2).cells(11, 19).asked_by("instance-id");
/// pending, running, stopping…
pub const STATE: FieldInfo =
    FieldInfo::state("state", "STATE", "pending, running, stopping, stopped, shutting-down or terminated.")
        .shown(0)
        .cells(8, 13)
        .asked_by("instance-state-name");
/// Status checks passed, of how many.
pub const CHECKS: FieldInfo =
    FieldInfo::ratio("checks", "CHECKS", "Status checks passed, of those made: system, instance, attached EBS.")
        .shown(3)
        .from_side("instance-statuses", instance_statuses::CHECKS.name, false)
        .trouble("impaired")
        .section(CHECKS_SECTION);
/// `t3.micro`.
pub const TYPE: FieldInfo = FieldInfo::text("type", "TYPE", "The instance type.")
    .shown(4)
    .cells(10, 16)
    .aka(&["instance_type"])
    .links_to("instance-types")
    .asked_by("instance-type");
/// Its image. Not shown by name: most are Amazon's, which are not in the table of images.
pub const IMAGE_ID: FieldInfo = FieldInfo::id("image_id", "IMAGE", "The AMI it was launched from.")
    .spare(6)
    .cells(11, 21)
    .aka(&["image", "ami"])
    .links_to("images")
    .asked_by("image-id");
/// `ap-northeast-2a`.
pub const ZONE: FieldInfo = FieldInfo::text("zone", "ZONE", "The Availability Zone.")
    .shown(7)
    .cells(4, 16)
    .aka(&["az", "availability_zone"])
    .links_to("availability-zones")
    .asked_by("availability-zone");
/// Primary private IPv4 address, or the IPv6 address of an instance that has no other.
pub const PRIVATE_IP: FieldInfo = FieldInfo::ip(
    "private_ip",
    "PRIVATE IP",
    "The primary private IPv4 address, or the IPv6 address if it has no IPv4 address.",
)
.unique()
.asked_by("private-ip-address")
.shown(5)
.aka(&["ip"]);
/// Public IPv4 address.
pub const PUBLIC_IP: FieldInfo =
    FieldInfo::ip("public_ip", "PUBLIC IP", "The public IPv4 address; lost on stop unless it is an Elastic IP.")
        .unique()
        .asked_by("ip-address")
        .shown(6);
/// Elastic IP addresses among the public ones.
pub const ELASTIC_IPS: FieldInfo =
    FieldInfo::ips("elastic_ips", "ELASTIC IP", "Elastic IP addresses of its network interfaces; kept when it stops.")
        .unique()
        .cells(10, 31)
        .aka(&["elastic_ip", "eip"])
        .section("network");
/// IPv6 addresses.
pub const IPV6: FieldInfo = FieldInfo::ips("ipv6", "IPV6", "IPv6 addresses of its network interfaces.")
    .unique()
    .cells(8, 79)
    .section("network");
/// CPU over the last hour.
pub const CPU: FieldInfo = FieldInfo::series(
    "cpu",
    "CPU 1h",
    "CPU utilization over the last hour (CloudWatch, charged for each look); compared by its newest data point.",
)
.unit("%")
.shown(9)
.from_side("instance-metrics", instance_metrics::CPU.name, true)
.section("metrics");
/// When it was last started.
pub const LAUNCHED: FieldInfo = FieldInfo::age("launched", "AGE", "When the instance was last launched or started.")
    .unique()
    .shown(8)
    .aka(&["age", "launch_time"]);
/// The Auto Scaling group it belongs to.
pub const GROUP: FieldInfo = FieldInfo::text("group", "GROUP", "Its Auto Scaling group.")
    .spare(1)
    .aka(&["asg", "auto_scaling_group"])
    .links_to("auto-scaling-groups");
/// Whether it can hibernate.
pub const HIBERNATION: FieldInfo =
    FieldInfo::flag("hibernation", "HIBERNATION", "Whether hibernation was enabled at launch.")
        .cells(11, 11)
        .section(MACHINE);
/// `ebs` or `instance-store`.
pub const ROOT_DEVICE_TYPE: FieldInfo = FieldInfo::text(
    "root_device_type",
    "ROOT TYPE",
    "ebs, or instance-store: an instance with an instance-store root cannot be stopped.",
)
.named_only()
.cells(9, 14)
.section("storage");
/// EBS volumes.
pub const VOLUMES: FieldInfo = FieldInfo::list("volumes", "VOLUMES", "The attached EBS volumes.")
    .unique()
    .id_of("volumes", "vol-")
    .section("storage");
/// What its EBS volumes are called.
pub const DEVICES: FieldInfo =
    FieldInfo::list("devices", "DEVICES", "Device names of the attached EBS volumes.").named_only().section("storage");
/// Platform details, as billed.
pub const PLATFORM: FieldInfo = FieldInfo::text(
    "platform",
    "PLATFORM",
    "Platform details, as on the bill: Linux/UNIX, Windows, Red Hat Enterprise Linux…",
)
.cells(8, 24)
.section(MACHINE);
/// default, dedicated or host.
pub const TENANCY: FieldInfo =
    FieldInfo::text("tenancy", "TENANCY", "default, dedicated or host.").named_only().cells(8, 9).section(PLACEMENT);
/// normal, spot, scheduled, capacity-block.
pub const LIFECYCLE: FieldInfo =
    FieldInfo::text("lifecycle", "LIFECYCLE", "normal (On-Demand), spot, scheduled, capacity-block.")
        .spare(8)
        .cells(9, 16)
        .section(MACHINE);
/// VPC.
pub const VPC_ID: FieldInfo = FieldInfo::id("vpc_id", "VPC", "The VPC.")
    .spare(4)
    .cells(11, 30)
    .aka(&["vpc"])
    .id_of_few("vpcs", "vpc-")
    .asked_by("vpc-id");
/// Subnet.
pub const SUBNET_ID: FieldInfo = FieldInfo::id("subnet_id", "SUBNET", "The subnet of the primary network interface.")
    .spare(3)
    .cells(11, 30)
    .aka(&["subnet"])
    .id_of_few("subnets", "subnet-")
    .asked_by("subnet-id");
/// The root device's name.
pub const ROOT_DEVICE: FieldInfo =
    FieldInfo::text("root_device", "ROOT", "The root device's name.").named_only().section("storage");
/// i386, x86_64, arm64…
pub const ARCHITECTURE: FieldInfo = FieldInfo::text("architecture", "ARCH", "i386, x86_64, arm64…")
    .spare(7)
    .cells(5, 10)
    .aka(&["arch"])
    .section(MACHINE);
/// disabled: metrics every 5 minutes; enabled: every minute.
pub const MONITORING: FieldInfo =
    FieldInfo::text("monitoring", "MONITORING", "disabled: metrics every 5 minutes; enabled: every minute.")
        .named_only()
        .cells(10, 10)
        .section(MACHINE);
/// Virtual CPUs: cores times threads.
pub const VCPUS: FieldInfo =
    FieldInfo::int("vcpus", "VCPUS", "Virtual CPUs: cores times threads per core.").section(MACHINE);
/// When that was, where AWS says.
pub const TRANSITIONED: FieldInfo =
    FieldInfo::age("transitioned", "SINCE", "When its state last changed, where AWS says so.")
        .unique()
        .cells(5, 6)
        .section("state");
/// Bytes received on all interfaces over the last hour, every 5 minutes or each minute (CloudWatch, charged).
pub const NETWORK_IN: FieldInfo = FieldInfo::series(
    "network_in",
    "NET IN 1h",
    "Bytes received on all interfaces over the last hour, every 5 minutes or every minute (CloudWatch, charged).",
)
.unit("B")
.cells(9, 12)
.from_side("instance-traffic", instance_traffic::NETWORK_IN.name, true)
.section("metrics");
/// Bytes sent on all interfaces over the last hour, every 5 minutes or each minute (CloudWatch, charged).
pub const NETWORK_OUT: FieldInfo = FieldInfo::series(
    "network_out",
    "NET OUT 1h",
    "Bytes sent on all interfaces over the last hour, every 5 minutes or every minute (CloudWatch, charged).",
)
.unit("B")
.cells(10, 12)
.from_side("instance-traffic", instance_traffic::NETWORK_OUT.name, true)
.section("metrics");
/// Key pair.
pub const KEY_NAME: FieldInfo =
    FieldInfo::text("key_name", "KEY", "The key pair named at launch.").spare(5).aka(&["key"]).links_to("key-pairs");
/// Names of security groups.
pub const SECURITY_GROUPS: FieldInfo = FieldInfo::list("security_groups", "GROUPS", "Names of the security groups.")
    .spare(2)
    .aka(&["sg", "groups"])
    .links_to("security-groups");
/// Ids of security groups.
pub const SECURITY_GROUP_IDS: FieldInfo =
    FieldInfo::list("security_group_ids", "GROUP IDS", "Ids of the security groups.")
        .cells(9, 40)
        .asked_by("instance.group-id")
        .links_to("security-groups")
        .section("network");
/// The instance profile's ARN.
pub const PROFILE: FieldInfo = FieldInfo::id("instance_profile", "PROFILE", "The ARN of the IAM instance profile.")
    .cells(8, 40)
    .aka(&["role", "instance_profile_arn"]);
/// Whether it drops what is not for it.
pub const SOURCE_DEST_CHECK: FieldInfo = FieldInfo::flag(
    "source_dest_check",
    "SRC/DST",
    "Whether traffic must come from or go to the instance itself; off for NAT instances and routers.",
)
.cells(7, 7)
.section("network");
/// enabled or disabled.
pub const METADATA_ENDPOINT: FieldInfo = FieldInfo::text(
    "metadata_endpoint",
    "IMDS ENDPOINT",
    "enabled: the instance metadata can be read on the instance; disabled: no metadata and no credentials of its role.",
)
.named_only()
.cells(13, 13)
.section("metadata");
/// required or optional.
pub const METADATA_TOKENS: FieldInfo = FieldInfo::text(
    "metadata_tokens",
    "IMDS TOKENS",
    "required: only IMDSv2 (with a session token); optional: IMDSv1 too.",
)
.named_only()
.cells(11, 11)
.section("metadata");
/// 1 to 64.
pub const METADATA_HOPS: FieldInfo = FieldInfo::int(
    "metadata_hops",
    "IMDS HOPS",
    "How many hops an IMDSv2 token travels, 1 to 64: containers on a bridge network need 2.",
)
.section("metadata");
/// enabled or disabled.
pub const METADATA_TAGS: FieldInfo =
    FieldInfo::text("metadata_tags", "IMDS TAGS", "enabled: the metadata include the instance's tags.")
        .named_only()
        .cells(9, 9)
        .section("metadata");
/// Code of the reason for the state.
pub const STATE_REASON: FieldInfo =
    FieldInfo::text("state_reason", "REASON", "Code of the reason for the last state change.")
        .named_only()
        .section("state");
/// Its message.
pub const STATE_REASON_MESSAGE: FieldInfo =
    FieldInfo::text("state_reason_message", "REASON MESSAGE", "The reason for the last state change.")
        .named_only()
        .cells(14, 60)
        .section("state");

/// v2 required, v1 and v2, or disabled.
pub const IMDS: FieldInfo = FieldInfo::text("imds", "IMDS", "Instance metadata: v2 required, v1 and v2, or disabled.")
    .named_only()
    .cells(9, 11)
    .section("metadata");

/// All of them. Side fields that are no default column come last: a record leaves them out, which saves 16 bytes each.
pub static FIELDS: Fields<Instance> = Fields(FIELD_LIST);

static FIELD_LIST: &[Field<Instance>] = &[
    field(NAME, |i| Value::text(&i.name)),
    field(ID, |i| Value::Text(i.id.clone())),
    field(STATE, |i| {
        let (tone, text) = i.state.shown();
        Value::State(tone, text)
    }),
    field(CHECKS, |_| Value::Unknown),
    field(TYPE, |i| said(&i.instance_type)),
    field(ZONE, |i| said(&i.zone)),
    field(PRIVATE_IP, |i| i.private_ip.clone()),
    field(PUBLIC_IP, |i| i.public_ip.clone()),
    field(CPU, |_| Value::Unknown),
    field(LAUNCHED, |i| moment(i.launched)),
    field(GROUP, |i| text(&i.group)),
    field(IMAGE_ID, |i| said(&i.image_id)),
    field(PLATFORM, |i| said(&i.platform)),
    field(ARCHITECTURE, |i| said(&i.architecture)),
    field(VCPUS, |i| int(i.vcpus)),
    field(KEY_NAME, |i| text(&i.key_name)),
    field(SECURITY_GROUPS, |i| i.security_groups.clone()),
    field(SECURITY_GROUP_IDS, |i| i.security_group_ids.clone()),
    field(PROFILE, |i| text(&i.instance_profile)),
    field(SUBNET_ID, |i| text(&i.subnet_id)),
    field(VPC_ID, |i| text(&i.vpc_id)),
    field(ELASTIC_IPS, |i| i.elastic_ips.clone()),
    field(IPV6, |i| i.ipv6.clone()),
    field(
        FieldInfo::text("public_dns", "PUBLIC DNS", "The public DNS name.").unique().cells(10, 60).section("network"),
        |i| text(&i.public_dns),
    ),
    field(
        FieldInfo::text("private_dns", "PRIVATE DNS", "The private DNS name.")
            .unique()
            .cells(11, 60)
            .section("network"),
        |i| text(&i.private_dns),
    ),
    field(SOURCE_DEST_CHECK, |i| flag(i.source_dest_check)),
    field(
        FieldInfo::text("zone_id", "ZONE ID", "The Availability Zone's id, the same in every account.")
            .cells(9, 11)
            .section(PLACEMENT),
        |i| said(&i.zone_id),
    ),
    field(MONITORING, |i| said(&i.monitoring)),
    field(VOLUMES, |i| i.volumes.clone()),
    field(DEVICES, |i| i.devices.clone()),
    field(ROOT_DEVICE, |i| text(&i.root_device)),
    field(ROOT_DEVICE_TYPE, |i| said(&i.root_device_type)),
    field(
        FieldInfo::flag("ebs_optimized", "EBS OPT", "Whether it is optimized for EBS.").cells(7, 7).section("storage"),
        |i| flag(i.ebs_optimized),
    ),
    field(LIFECYCLE, |i| Value::Text(i.lifecycle.clone())),
    field(HIBERNATION, |i| flag(i.hibernation)),
    field(IMDS, |i| said(&i.imds)),
    field(METADATA_ENDPOINT, |i| said(&i.metadata_endpoint)),
    field(METADATA_TOKENS, |i| said(&i.metadata_tokens)),
    field(METADATA_HOPS, |i| int(i.metadata_hops)),
    field(METADATA_TAGS, |i| said(&i.metadata_tags)),
    field(
        FieldInfo::text("boot_mode", "BOOT", "Its boot mode: legacy-bios or uefi.")
            .named_only()
            .cells(8, 11)
            .section(MACHINE),
        |i| text(&i.boot_mode),
    ),
    field(
        FieldInfo::text("virtualization", "VIRT", "hvm or paravirtual.").named_only().cells(5, 11).section(MACHINE),
        |i| said(&i.virtualization),
    ),
    field(TENANCY, |i| said(&i.tenancy)),
    field(FieldInfo::id("host_id", "HOST", "The Dedicated Host.").section(PLACEMENT), |i| text(&i.host_id)),
    field(
        FieldInfo::text("placement_group", "PLACEMENT", "The placement group.").cells(9, 40).section(PLACEMENT),
        |i| text(&i.placement_group),
    ),
    field(
        FieldInfo::int("partition", "PARTITION", "The partition in its placement group.")
            .cells(9, 9)
            .section(PLACEMENT),
        |i| i.partition.map_or(Value::Empty, |n| Value::Int(n.into())),
    ),
    field(
        FieldInfo::id("capacity_reservation_id", "RESERVED", "The Capacity Reservation that it uses.")
            .section(PLACEMENT),
        |i| text(&i.capacity_reservation_id),
    ),
    field(STATE_REASON, |i| text(&i.state_reason)),
    field(STATE_REASON_MESSAGE, |i| text(&i.state_reason_message)),
    field(
        FieldInfo::text("transition_reason", "TRANSITION", "What caused the last state change, e.g. User initiated.")
            .named_only()
            .unique()
            .cells(10, 60)
            .section("state"),
        |i| text(&i.transition_reason),
    ),
    field(TRANSITIONED, |i| moment(i.transitioned)),
    field(
        FieldInfo::id("owner_id", "OWNER", "The account that owns it.").named_only().cells(12, 12).section("billing"),
        |i| said(&i.owner_id),
    ),
    field(
        FieldInfo::id("reservation_id", "RESERVATION", "The reservation id: the launch request it came from.")
            .unique()
            .section("billing"),
        |i| said(&i.reservation_id),
    ),
    field(
        FieldInfo::id("requester_id", "REQUESTER", "Who launched it on your behalf: an account or a service.")
            .named_only()
            .section("billing"),
        |i| text(&i.requester_id),
    ),
    field(
        FieldInfo::int("launch_index", "INDEX", "Its number among the instances launched together.")
            .unique()
            .section("billing"),
        |i| int(i.launch_index),
    ),
    field(
        FieldInfo::text("usage_operation", "USAGE", "The billing code, e.g. RunInstances:0002.")
            .named_only()
            .cells(8, 20)
            .section("billing"),
        |i| text(&i.usage_operation),
    ),
    field(
        FieldInfo::text("operator", "OPERATOR", "The service that manages it, if one does.").section("billing"),
        |i| text(&i.operator),
    ),
    field(beside::SYSTEM_CHECK, |_| Value::Unknown),
    field(beside::INSTANCE_CHECK, |_| Value::Unknown),
    field(beside::EBS_CHECK, |_| Value::Unknown),
    field(beside::IMPAIRED_SINCE, |_| Value::Unknown),
    field(beside::EVENT, |_| Value::Unknown),
    field(beside::EVENTS, |_| Value::Unknown),
    field(beside::NEXT_EVENT, |_| Value::Unknown),
    field(beside::ALARMS, |_| Value::Unknown),
    field(NETWORK_IN, |_| Value::Unknown),
    field(NETWORK_OUT, |_| Value::Unknown),
    field(beside::DISKS, |_| Value::Unknown),
    field(beside::BEHIND, |_| Value::Unknown),
    field(beside::SPOT_STATUS, |_| Value::Unknown),
    field(beside::SPOT_MESSAGE, |_| Value::Unknown),
    field(beside::CPU_CREDITS, |_| Value::Unknown),
    field(beside::TERMINATION_PROTECTION, |_| Value::Unknown),
    field(beside::STOP_PROTECTION, |_| Value::Unknown),
];
