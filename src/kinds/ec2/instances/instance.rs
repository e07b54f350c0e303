//! An instance, typed; and what reads a [`Record`] back where logic needs it (plans, links).
//!
//! A struct stands between the answer and the row, because a row is made of two of AWS's types: an instance and its reservation.

use std::net::{IpAddr, Ipv4Addr};

use arcstr::{ArcStr, literal};

use super::{INFO, fields};
use crate::base::Time;
use crate::kinds::convert::Text;
use crate::model::{Kind, Record, Tags, Tone, Value};

/// The tag that Auto Scaling puts on its instances.
pub const GROUP_TAG: &str = "aws:autoscaling:groupName";

/// Where an instance is in its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstanceState {
    /// Starting.
    Pending,
    /// Running.
    Running,
    /// On its way to terminated.
    ShuttingDown,
    /// Gone; shown for about an hour.
    Terminated,
    /// On its way to stopped.
    Stopping,
    /// Stopped.
    Stopped,
    /// Something that AWS added since; empty if it said nothing.
    Other(ArcStr),
}

impl InstanceState {
    /// From AWS's word.
    pub fn parse(word: &str) -> Self {
        match word {
            "pending" => InstanceState::Pending,
            "running" => InstanceState::Running,
            "shutting-down" => InstanceState::ShuttingDown,
            "terminated" => InstanceState::Terminated,
            "stopping" => InstanceState::Stopping,
            "stopped" => InstanceState::Stopped,
            other => InstanceState::Other(other.into()),
        }
    }
    /// AWS's word, and how it should look.
    pub fn shown(&self) -> (Tone, ArcStr) {
        match self {
            InstanceState::Pending => (Tone::Busy, literal!("pending")),
            InstanceState::Running => (Tone::Good, literal!("running")),
            InstanceState::ShuttingDown => (Tone::Busy, literal!("shutting-down")),
            InstanceState::Terminated => (Tone::Idle, literal!("terminated")),
            InstanceState::Stopping => (Tone::Busy, literal!("stopping")),
            InstanceState::Stopped => (Tone::Idle, literal!("stopped")),
            InstanceState::Other(s) => (Tone::Unknown, s.clone()),
        }
    }
}

/// An instance as DescribeInstances tells it. `None` and [`Value::Empty`]: AWS says that there is none, or (where there
/// always is one) said nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    pub(super) id: ArcStr,
    pub(super) name: ArcStr,
    pub(super) tags: Tags,
    pub(super) state: InstanceState,
    pub(super) instance_type: Text,
    pub(super) zone: Text,
    pub(super) zone_id: Text,
    pub(super) private_ip: Value,
    pub(super) public_ip: Value,
    pub(super) elastic_ips: Value,
    pub(super) ipv6: Value,
    pub(super) launched: Option<Time>,
    pub(super) group: Text,
    pub(super) image_id: Text,
    pub(super) platform: Text,
    pub(super) architecture: Text,
    pub(super) vcpus: Option<i32>,
    pub(super) key_name: Text,
    pub(super) security_groups: Value,
    pub(super) security_group_ids: Value,
    pub(super) instance_profile: Text,
    pub(super) subnet_id: Text,
    pub(super) vpc_id: Text,
    pub(super) public_dns: Text,
    pub(super) private_dns: Text,
    pub(super) source_dest_check: Option<bool>,
    pub(super) monitoring: Text,
    pub(super) volumes: Value,
    pub(super) devices: Value,
    pub(super) root_device: Text,
    pub(super) root_device_type: Text,
    pub(super) ebs_optimized: Option<bool>,
    pub(super) lifecycle: ArcStr,
    pub(super) hibernation: Option<bool>,
    pub(super) imds: Text,
    pub(super) metadata_endpoint: Text,
    pub(super) metadata_tokens: Text,
    pub(super) metadata_hops: Option<i32>,
    pub(super) metadata_tags: Text,
    pub(super) boot_mode: Text,
    pub(super) virtualization: Text,
    pub(super) tenancy: Text,
    pub(super) host_id: Text,
    pub(super) placement_group: Text,
    pub(super) partition: Option<i32>,
    pub(super) capacity_reservation_id: Text,
    pub(super) state_reason: Text,
    pub(super) state_reason_message: Text,
    pub(super) transition_reason: Text,
    pub(super) transitioned: Option<Time>,
    pub(super) owner_id: Text,
    pub(super) reservation_id: Text,
    pub(super) requester_id: Text,
    pub(super) launch_index: Option<i32>,
    pub(super) usage_operation: Text,
    pub(super) operator: Text,
}

impl Instance {
    /// The row.
    pub fn record(&self) -> Record {
        Record {
            kind: Kind(&INFO),
            id: self.id.clone(),
            name: self.name.clone(),
            state: Some(self.state.shown()),
            values: fields::FIELDS.values(self),
            tags: self.tags.clone(),
        }
    }
}

/// The state of an instance's row.
pub fn state(row: &Record) -> InstanceState {
    InstanceState::parse(row.state.as_ref().map(|(_, s)| s.as_str()).unwrap_or_default())
}
/// The public IPv4 address.
pub fn public_ip(row: &Record) -> Option<Ipv4Addr> {
    if let Value::Ip(ip) = row.get(&fields::PUBLIC_IP) { Some(*ip) } else { None }
}
/// Its addresses within the VPC: the primary private one, and the IPv6 addresses.
pub fn addresses(row: &Record) -> Vec<IpAddr> {
    let ipv6 = row.get(&fields::IPV6).blocks().map(|b| b.range().addr());
    let mut all: Vec<IpAddr> = row.get(&fields::PRIVATE_IP).as_ip().into_iter().chain(ipv6).collect();
    all.dedup();
    all
}
/// Whether the public address is an Elastic IP, which stays on stop. `None`: AWS does not say whose it is, or there is
/// none.
pub fn public_ip_is_elastic(row: &Record) -> Option<bool> {
    let ip = public_ip(row)?.to_string();
    match row.get(&fields::ELASTIC_IPS) {
        Value::Unknown => None,
        elastic => Some(elastic.items().iter().any(|e| *e == ip)),
    }
}
/// The Auto Scaling group that the instance belongs to, by the tag that Auto Scaling gives it.
pub fn group(row: &Record) -> Option<&ArcStr> {
    row.tag(GROUP_TAG)
}
/// Whether it was launched so that it can hibernate; `None` = not said.
pub fn can_hibernate(row: &Record) -> Option<bool> {
    row.get(&fields::HIBERNATION).as_bool()
}
/// Whether its root device is an EBS volume (others cannot be stopped); `None` = not said.
pub fn root_is_ebs(row: &Record) -> Option<bool> {
    row.get(&fields::ROOT_DEVICE_TYPE).as_str().map(|t| t == "ebs")
}
/// Whether it is a Spot Instance.
pub fn is_spot(row: &Record) -> bool {
    row.get(&fields::LIFECYCLE).as_str() == Some("spot")
}
/// Ids of its EBS volumes.
pub fn volumes(row: &Record) -> Vec<ArcStr> {
    row.get(&fields::VOLUMES).items()
}
/// Its VPC.
pub fn vpc_id(row: &Record) -> Option<&str> {
    row.get(&fields::VPC_ID).as_str()
}
/// Its type, e.g. `t3.micro`.
pub fn instance_type(row: &Record) -> Option<&str> {
    row.get(&fields::TYPE).as_str()
}
