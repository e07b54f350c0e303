//! Fields of an instance whose values live in side tables, beside those that are columns by default.

use super::fields::{CHECKS_SECTION, MACHINE};
use crate::kinds::cloudwatch::instance_alarms;
use crate::kinds::ec2::{
    instance_behind, instance_credits, instance_protection, instance_spot, instance_statuses, instance_volumes,
};
use crate::model::FieldInfo;

/// The system status check: AWS's hardware and network.
pub const SYSTEM_CHECK: FieldInfo =
    FieldInfo::state("system_check", "SYSTEM", "The system status check: AWS's hardware and network.")
        .from_side("instance-statuses", instance_statuses::SYSTEM.name, false)
        .section(CHECKS_SECTION);

/// The instance status check: its operating system and network.
pub const INSTANCE_CHECK: FieldInfo =
    FieldInfo::state("instance_check", "INSTANCE", "The instance status check: its operating system and network.")
        .from_side("instance-statuses", instance_statuses::INSTANCE.name, false)
        .section(CHECKS_SECTION);

/// The attached EBS status check: whether its volumes can do I/O.
pub const EBS_CHECK: FieldInfo =
    FieldInfo::state("ebs_check", "EBS", "The attached EBS status check: whether its volumes can do I/O.")
        .from_side("instance-statuses", instance_statuses::EBS.name, false)
        .section(CHECKS_SECTION);

/// Since when a status check has been failing.
pub const IMPAIRED_SINCE: FieldInfo =
    FieldInfo::age("impaired_since", "IMPAIRED", "Since when a status check has been failing.")
        .cells(8, 8)
        .from_side("instance-statuses", instance_statuses::IMPAIRED_SINCE.name, false)
        .section(CHECKS_SECTION);

/// What the next scheduled event does: instance-stop and instance-retirement end it where it runs.
pub const EVENT: FieldInfo = FieldInfo::state(
    "event",
    "EVENT",
    "What the next scheduled event does: instance-stop and instance-retirement end it where it runs.",
)
.cells(8, 19)
.trouble("to be stopped or retired")
.from_side("instance-statuses", instance_statuses::NEXT.name, false)
.section(CHECKS_SECTION);

/// Scheduled events, each with its date.
pub const EVENTS: FieldInfo = FieldInfo::list("events", "EVENTS", "Scheduled events, each with its date.")
    .from_side("instance-statuses", instance_statuses::EVENTS.name, false)
    .section(CHECKS_SECTION);

/// When the next scheduled event begins.
pub const NEXT_EVENT: FieldInfo = FieldInfo::date("next_event", "NEXT EVENT", "When the next scheduled event begins.")
    .from_side("instance-statuses", instance_statuses::NEXT_EVENT.name, false)
    .section(CHECKS_SECTION);

/// CloudWatch alarms on it that are OK, of all its alarms.
pub const ALARMS: FieldInfo =
    FieldInfo::ratio("alarms", "ALARMS", "CloudWatch alarms on it that are OK, of all its alarms.")
        .cells(6, 7)
        .others("in ALARM")
        .trouble("in ALARM")
        .from_side("instance-alarms", instance_alarms::ALARMS.name, false)
        .section(CHECKS_SECTION);

/// EBS volumes with size, type, encryption, device, and whether they are deleted with the instance.
pub const DISKS: FieldInfo = FieldInfo::list(
    "disks",
    "DISKS",
    "EBS volumes with size, type, encryption, device, and whether they are deleted with the instance.",
)
.cells(8, 80)
.on_demand("instance-volumes", instance_volumes::DISKS.name)
.section("storage");

/// What is newer than what it was launched with: its template's newest version, or what its group launches now. Empty: nothing, or it has no template.
pub const BEHIND: FieldInfo = FieldInfo::text(
            "behind",
            "BEHIND",
            "What is newer than what it was launched with: its template's newest version, or what its group launches now. Empty: nothing, or it has no template.",
        )
        .cells(10, 60)
        .on_demand("instance-behind", instance_behind::BEHIND.name)
        .section(MACHINE);

/// How its Spot request stands, in AWS's codes; marked-for-termination and marked-for-stop are the notice of an interruption.
pub const SPOT_STATUS: FieldInfo = FieldInfo::state(
            "spot_status",
            "SPOT",
            "How its Spot request stands, in AWS's codes; marked-for-termination and marked-for-stop are the notice of an interruption.",
        )
        .cells(9, 24)
        .trouble("to be interrupted")
        .on_demand("instance-spot", instance_spot::STATUS.name)
        .section("state");

/// AWS's sentence about how its Spot request stands.
pub const SPOT_MESSAGE: FieldInfo =
    FieldInfo::text("spot_message", "SPOT MESSAGE", "AWS's sentence about how its Spot request stands.")
        .cells(12, 60)
        .on_demand("instance-spot", instance_spot::MESSAGE.name)
        .section("state");

/// How a burstable instance pays for CPU above its baseline: standard or unlimited.
pub const CPU_CREDITS: FieldInfo = FieldInfo::text(
    "cpu_credits",
    "CREDITS",
    "How a burstable instance pays for CPU above its baseline: standard or unlimited.",
)
.cells(8, 9)
.on_demand("instance-credits", instance_credits::CREDITS.name)
.section(MACHINE);

/// Whether EC2 refuses to terminate it (disableApiTermination).
pub const TERMINATION_PROTECTION: FieldInfo = FieldInfo::flag(
    "termination_protection",
    "TERM PROTECTED",
    "Whether EC2 refuses to terminate it (disableApiTermination).",
)
.cells(14, 14)
.on_demand("instance-protection", instance_protection::TERMINATION.name)
.section("protection");

/// Whether EC2 refuses to stop it (disableApiStop).
pub const STOP_PROTECTION: FieldInfo =
    FieldInfo::flag("stop_protection", "STOP PROTECTED", "Whether EC2 refuses to stop it (disableApiStop).")
        .cells(14, 14)
        .on_demand("instance-protection", instance_protection::STOP.name)
        .section("protection");
