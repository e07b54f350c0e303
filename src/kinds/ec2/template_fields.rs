//! What a launch template's version says, as fields that a form reads back: how it is connected, protected and paid for, its disks, and
//! the tags that it gives.

use std::fmt::Write as _;

use arcstr::ArcStr;
use aws_sdk_ec2::types as sdk;

use crate::kinds::convert::own;
use crate::model::{FieldInfo, Record, Value};

/// The subnet of its first network interface.
pub const SUBNET_ID: FieldInfo = FieldInfo::id("subnet_id", "SUBNET", "The subnet of its first network interface.")
    .cells(11, 30)
    .aka(&["subnet"])
    .id_of_few("subnets", "subnet-")
    .section("network");
/// Whether that interface gets a public address.
pub const PUBLIC_IP: FieldInfo =
    FieldInfo::flag("public_ip", "PUBLIC IP", "Whether its first network interface gets a public address.")
        .cells(9, 9)
        .section("network");
/// How many network interfaces it gives.
pub const INTERFACES: FieldInfo = FieldInfo::int(
    "interfaces",
    "INTERFACES",
    "How many network interfaces it sets. If it sets any, its security groups are theirs.",
)
.cells(10, 10)
.section("network");
/// What the metadata service asks for.
pub const IMDS: FieldInfo = FieldInfo::text(
    "imds",
    "IMDS",
    "Instance metadata: required (IMDSv2 only), optional, disabled, or in part if only some settings are given.",
)
.cells(8, 12);
/// Detailed monitoring.
pub const MONITORING: FieldInfo =
    FieldInfo::flag("monitoring", "MONITORING", "Whether CloudWatch gets metrics every minute.").cells(10, 10);
/// Hibernation.
pub const HIBERNATION: FieldInfo =
    FieldInfo::flag("hibernation", "HIBERNATES", "Whether what it launches can hibernate.").cells(10, 10);
/// Termination protection.
pub const PROTECTION: FieldInfo = FieldInfo::flag(
    "termination_protection",
    "PROTECTED",
    "Termination protection of its instances (disableApiTermination).",
)
.cells(9, 9);
/// How what it launches is paid for.
pub const MARKET: FieldInfo =
    FieldInfo::text("market", "MARKET", "spot or capacity-block; empty for On-Demand.").cells(6, 14);
/// The most that is paid for a Spot Instance.
pub const MAX_PRICE: FieldInfo =
    FieldInfo::text("max_price", "MOST $/H", "The maximum price of a Spot Instance, in US dollars an hour.")
        .cells(8, 10);
/// Its disks.
pub const DISKS: FieldInfo = FieldInfo::list(
    "disks",
    "DISKS",
    "Its disks, each by its device: size=GiB type iops throughput encrypted delete (with the instance) snapshot key.",
)
.cells(8, 60)
.section("storage");
/// The tags that it gives.
pub const LAUNCH_TAGS: FieldInfo = FieldInfo::list(
    "launch_tags",
    "GIVES TAGS",
    "The tags it sets, each after what gets it: instance Env=prod. An equals sign within a key has a backslash \
     before it.",
)
.cells(10, 60);
/// Whether it chooses types by what they are.
pub const REQUIREMENTS: FieldInfo = FieldInfo::flag(
    "requirements",
    "BY NEEDS",
    "Whether it chooses instance types by requirements: only Auto Scaling groups and fleets can launch from such a \
     version.",
)
.cells(8, 8);

/// A disk as a template gives it. `None` is what it does not say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Disk {
    /// `/dev/xvda`.
    pub device: ArcStr,
    /// GiB.
    pub gib: Option<i64>,
    /// `gp3`.
    pub kind: Option<ArcStr>,
    /// I/O operations a second.
    pub iops: Option<i64>,
    /// MiB a second.
    pub throughput: Option<i64>,
    /// Whether it is encrypted.
    pub encrypted: Option<bool>,
    /// Whether it goes with the instance.
    pub deleted: Option<bool>,
    /// The snapshot that it is made from.
    pub snapshot: Option<ArcStr>,
    /// The KMS key that encrypts it.
    pub kms_key: Option<ArcStr>,
}

impl Disk {
    /// `/dev/xvda size=20 type=gp3 encrypted=true delete=true`.
    pub fn text(&self) -> ArcStr {
        let mut out = self.device.to_string();
        let mut say = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                _ = write!(out, " {name}={value}");
            }
        };
        let number = |n: Option<i64>| n.map(|n| n.to_string());
        let flag = |b: Option<bool>| b.map(|b| b.to_string());
        let text = |t: &Option<ArcStr>| t.as_ref().map(ToString::to_string);
        say("size", number(self.gib));
        say("type", text(&self.kind));
        say("iops", number(self.iops));
        say("throughput", number(self.throughput));
        say("encrypted", flag(self.encrypted));
        say("delete", flag(self.deleted));
        say("snapshot", text(&self.snapshot));
        say("key", text(&self.kms_key));
        out.into()
    }
    /// What [`Disk::text`] wrote.
    pub fn read(text: &str) -> Option<Disk> {
        let mut words = text.split(' ');
        let mut disk = Disk { device: words.next().filter(|d| !d.is_empty())?.into(), ..Disk::default() };
        for word in words {
            let (name, value) = word.split_once('=')?;
            match name {
                "size" => disk.gib = value.parse().ok(),
                "type" => disk.kind = Some(value.into()),
                "iops" => disk.iops = value.parse().ok(),
                "throughput" => disk.throughput = value.parse().ok(),
                "encrypted" => disk.encrypted = value.parse().ok(),
                "delete" => disk.deleted = value.parse().ok(),
                "snapshot" => disk.snapshot = Some(value.into()),
                "key" => disk.kms_key = Some(value.into()),
                _ => return None,
            }
        }
        Some(disk)
    }
}

/// A tag that a template gives: what gets it (`instance`), its key, its value.
pub type LaunchTag = (ArcStr, ArcStr, ArcStr);

fn tag_text(resource: &str, key: &str, value: &str) -> ArcStr {
    arcstr::format!("{resource} {}={value}", key.replace('\\', "\\\\").replace('=', "\\="))
}

fn read_tag(text: &str) -> Option<LaunchTag> {
    let (resource, rest) = text.split_once(' ')?;
    let mut key = String::new();
    let mut chars = rest.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => key.push(chars.next()?.1),
            '=' => return Some((resource.into(), key.into(), rest[at + 1..].into())),
            c => key.push(c),
        }
    }
    None
}

/// Whether it says something, and what.
pub(super) fn flag(b: Option<bool>) -> Value {
    b.map_or(Value::Empty, Value::Bool)
}

/// The first network interface: that of the lowest index.
pub(super) fn first_interface(
    d: &sdk::ResponseLaunchTemplateData,
) -> Option<&sdk::LaunchTemplateInstanceNetworkInterfaceSpecification> {
    d.network_interfaces().iter().min_by_key(|i| i.device_index().unwrap_or_default())
}

/// `required`, `optional`, `disabled`; what is said of other things alone is `in part`.
pub(super) fn imds(d: &sdk::ResponseLaunchTemplateData) -> Option<&str> {
    let m = d.metadata_options()?;
    match (m.http_endpoint(), m.http_tokens()) {
        (Some(sdk::LaunchTemplateInstanceMetadataEndpointState::Disabled), _) => Some("disabled"),
        (_, Some(tokens)) => Some(tokens.as_str()),
        (_, None) => Some("in part"),
    }
}

/// Its disks, without those of the instance's own hardware and those that it leaves out.
pub(super) fn disks(d: &sdk::ResponseLaunchTemplateData) -> Value {
    let disk = |b: &sdk::LaunchTemplateBlockDeviceMapping| {
        let e = b.ebs()?;
        let disk = Disk {
            device: own(b.device_name())?,
            gib: e.volume_size().map(i64::from),
            kind: own(e.volume_type().map(|t| t.as_str())),
            iops: e.iops().map(i64::from),
            throughput: e.throughput().map(i64::from),
            encrypted: e.encrypted(),
            deleted: e.delete_on_termination(),
            snapshot: own(e.snapshot_id()),
            kms_key: own(e.kms_key_id()),
        };
        Some(disk.text())
    };
    Value::list(d.block_device_mappings().iter().filter_map(disk))
}

/// The tags that it gives.
pub(super) fn launch_tags(d: &sdk::ResponseLaunchTemplateData) -> Value {
    let of = |t: &sdk::LaunchTemplateTagSpecification| {
        let resource = t.resource_type().map(|r| r.as_str().to_string()).unwrap_or_default();
        let tag =
            move |tag: &sdk::Tag| tag_text(&resource, tag.key().unwrap_or_default(), tag.value().unwrap_or_default());
        t.tags().iter().map(tag).collect::<Vec<_>>()
    };
    Value::list(d.tag_specifications().iter().flat_map(of))
}

/// The disks of a version's row.
pub fn disks_of(row: &Record) -> Vec<Disk> {
    row.get(&DISKS).items().iter().filter_map(|text| Disk::read(text)).collect()
}

/// The tags that a version's row gives.
pub fn tags_of(row: &Record) -> Vec<LaunchTag> {
    row.get(&LAUNCH_TAGS).items().iter().filter_map(|text| read_tag(text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_of_a_disk_or_a_tag_is_read_back() {
        let disk = Disk {
            device: "/dev/xvda".into(),
            gib: Some(20),
            kind: Some("gp3".into()),
            throughput: Some(250),
            encrypted: Some(true),
            deleted: Some(false),
            snapshot: Some("snap-1".into()),
            kms_key: Some("arn:aws:kms:r:1:key/a=b".into()),
            ..Disk::default()
        };
        assert_eq!(Disk::read(&disk.text()), Some(disk));
        assert_eq!(Disk::read("/dev/sdf"), Some(Disk { device: "/dev/sdf".into(), ..Disk::default() }));
        assert_eq!((Disk::read(""), Disk::read("/dev/sdf colour=red")), (None, None));
        let (key, value) = ("a=b\\c d", "x=y z");
        assert_eq!(read_tag(&tag_text("instance", key, value)), Some(("instance".into(), key.into(), value.into())));
        assert_eq!(read_tag("instance"), None);
    }
}
