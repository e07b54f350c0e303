//! One instance, and what can be read off it at a moment.

use std::net::Ipv4Addr;
use std::time::Duration;

use arcstr::ArcStr;
use serde::{Deserialize, Serialize};

use super::Tags;
use crate::base::Time;

/// The states of an instance's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum InstanceState {
    /// Being made, or starting.
    Pending,
    /// On.
    Running,
    /// On its way to terminated.
    ShuttingDown,
    /// Gone for good; shown for about an hour.
    Terminated,
    /// On its way to stopped.
    Stopping,
    /// Off.
    Stopped,
}

impl InstanceState {
    /// AWS's code (its low byte).
    pub const fn code(self) -> u16 {
        match self {
            InstanceState::Pending => 0,
            InstanceState::Running => 16,
            InstanceState::ShuttingDown => 32,
            InstanceState::Terminated => 48,
            InstanceState::Stopping => 64,
            InstanceState::Stopped => 80,
        }
    }
    /// AWS's name.
    pub const fn name(self) -> &'static str {
        match self {
            InstanceState::Pending => "pending",
            InstanceState::Running => "running",
            InstanceState::ShuttingDown => "shutting-down",
            InstanceState::Terminated => "terminated",
            InstanceState::Stopping => "stopping",
            InstanceState::Stopped => "stopped",
        }
    }
    /// Whether it is on its way out or gone.
    pub const fn is_ending(self) -> bool {
        matches!(self, InstanceState::ShuttingDown | InstanceState::Terminated)
    }
}

/// An instance.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Instance {
    /// `i-…`.
    pub id: ArcStr,
    /// `r-…`.
    pub reservation: ArcStr,
    /// Its place in the launch that made it.
    pub launch_index: u32,
    /// Who launched it, if not the account itself (`autoscaling.amazonaws.com`'s account).
    pub requester: Option<ArcStr>,
    /// RunInstances' client token.
    pub client_token: ArcStr,
    /// Its image.
    pub image: ArcStr,
    /// Its type, e.g. `t3.micro`.
    pub instance_type: ArcStr,
    /// `x86_64` or `arm64`.
    pub architecture: ArcStr,
    /// `windows`, or none.
    pub platform: Option<ArcStr>,
    /// `Linux/UNIX`…
    pub platform_details: ArcStr,
    /// Its key pair's name.
    pub key_name: Option<ArcStr>,
    /// When it was launched, or last started.
    pub launched: Time,
    /// Its Availability Zone's name.
    pub zone: ArcStr,
    /// Whether it runs on hardware of this customer's alone.
    #[serde(default)]
    pub dedicated: bool,
    /// Its subnet.
    pub subnet: ArcStr,
    /// Its VPC.
    pub vpc: ArcStr,
    /// Its state.
    pub state: InstanceState,
    /// Counts its transitions: an event scheduled for an older one is void.
    pub epoch: u32,
    /// `Client.UserInitiatedShutdown` and its sentence.
    pub state_reason: Option<(ArcStr, ArcStr)>,
    /// `User initiated (2026-11-21 09:05:00 GMT)`.
    pub transition_reason: String,
    /// Its primary private address.
    pub private_ip: Ipv4Addr,
    /// Its public address, unless it has an Elastic one.
    pub public_ip: Option<Ipv4Addr>,
    /// Whether it gets a public address when it starts.
    pub wants_public_ip: bool,
    /// Its security groups.
    pub groups: Vec<ArcStr>,
    /// Its primary network interface, `eni-…`.
    pub interface: ArcStr,
    /// Its root device's name.
    pub root_device: ArcStr,
    /// Its volumes: device and id.
    pub volumes: Vec<(ArcStr, ArcStr)>,
    /// The Spot request, if it is a Spot Instance.
    pub spot: Option<Spot>,
    /// The instance profile's ARN.
    pub iam_profile: Option<ArcStr>,
    /// `iip-assoc-…` of an association that was made after the launch; that of the launch goes by the instance's id.
    #[serde(default)]
    pub profile_association: Option<ArcStr>,
    /// Whether it has detailed monitoring.
    pub detailed_monitoring: bool,
    /// Termination protection.
    pub no_api_termination: bool,
    /// Stop protection.
    pub no_api_stop: bool,
    /// Whether a shutdown from inside terminates it.
    pub shutdown_terminates: bool,
    /// Whether it can hibernate.
    pub hibernation: bool,
    /// Whether it drops packets that are not for it.
    pub source_dest_check: bool,
    /// Base64 of its user data.
    pub user_data: Option<ArcStr>,
    /// How its metadata service answers.
    #[serde(default)]
    pub metadata: Metadata,
    /// The TCP ports on which it listens once it is up (beside 22), as long as nobody was inside: then its services decide.
    pub listens: Vec<u16>,
    /// What goes on inside, if somebody was there.
    #[serde(default)]
    pub inside: Option<Box<super::Inside>>,
    /// When it last became running.
    pub booted: Option<Time>,
    /// When it became running or was rebooted, the last ones: each has written to its console.
    #[serde(default)]
    pub boots: Vec<Time>,
    /// Base64 of its Windows password, encrypted, once somebody has asked.
    #[serde(default)]
    pub password: Option<ArcStr>,
    /// Keys that EC2 Instance Connect has pushed: for whom, and until when.
    #[serde(default)]
    pub pushed_keys: Vec<(ArcStr, Time)>,
    /// A fault that its status checks show.
    pub impaired: Option<Impairment>,
    /// `standard` or `unlimited`, where it was changed.
    #[serde(default)]
    pub credits: Option<ArcStr>,
    /// What AWS has planned for it.
    pub events: Vec<ScheduledEvent>,
    /// Before this, describes do not see it yet.
    pub visible: Time,
    /// Its tags.
    pub tags: Tags,
}

/// An instance's metadata options, in AWS's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// `required` (IMDSv2 only) or `optional`.
    pub tokens: ArcStr,
    /// 1 to 64.
    pub hops: u32,
    /// `enabled` or `disabled`.
    pub endpoint: ArcStr,
    /// `enabled` or `disabled`.
    pub ipv6: ArcStr,
    /// `enabled` or `disabled`.
    pub tags: ArcStr,
}

impl Default for Metadata {
    /// As today's images have it.
    fn default() -> Metadata {
        let word = ArcStr::from;
        Metadata {
            tokens: word("required"),
            hops: 2,
            endpoint: word("enabled"),
            ipv6: word("disabled"),
            tags: word("disabled"),
        }
    }
}

/// A Spot Instance's request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Spot {
    /// `sir-…`.
    pub request: ArcStr,
    /// Whether it may be stopped and started.
    pub persistent: bool,
    /// When AWS gave notice of an interruption.
    #[serde(default)]
    pub notice: Option<Time>,
    /// Whether the request was cancelled; the instance goes on.
    #[serde(default)]
    pub cancelled: bool,
}

/// What is wrong with an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impairment {
    /// Which check fails.
    pub check: Check,
    /// Since when.
    pub since: Time,
}

/// The status checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Check {
    /// Of AWS's side: healed by stop and start.
    System,
    /// Of the instance's side: healed by a reboot.
    Instance,
    /// Of the attached volumes.
    AttachedEbs,
}

/// A scheduled event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduledEvent {
    /// `instance-event-…`.
    pub id: ArcStr,
    /// `instance-reboot`, `system-reboot`, `system-maintenance`, `instance-retirement`, `instance-stop`.
    pub code: ArcStr,
    /// A sentence.
    pub description: ArcStr,
    /// The earliest start.
    pub not_before: Time,
    /// The latest end.
    pub not_after: Option<Time>,
    /// Until when its start can be moved; none: it cannot be moved.
    #[serde(default)]
    pub deadline: Option<Time>,
}

/// What one status check says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckStatus {
    /// The instance is not running.
    NotApplicable,
    /// Too early to say.
    Initializing,
    /// Passed.
    Ok,
    /// Failed since then.
    Impaired(Time),
}

impl CheckStatus {
    /// AWS's word for the summary.
    pub const fn word(self) -> &'static str {
        match self {
            CheckStatus::NotApplicable => "not-applicable",
            CheckStatus::Initializing => "initializing",
            CheckStatus::Ok => "ok",
            CheckStatus::Impaired(_) => "impaired",
        }
    }
    /// AWS's word for the `reachability` detail.
    pub const fn detail(self) -> &'static str {
        match self {
            CheckStatus::NotApplicable => "not-applicable",
            CheckStatus::Initializing => "initializing",
            CheckStatus::Ok => "passed",
            CheckStatus::Impaired(_) => "failed",
        }
    }
}

impl Instance {
    /// The value of a tag.
    pub fn tag(&self, key: &str) -> Option<&str> {
        super::tag(&self.tags, key)
    }
    /// The boot that it was found in is its first.
    pub fn remember_boot(&mut self) {
        if self.boots.is_empty() {
            self.boots.extend(self.booted);
        }
    }
    /// It boots.
    pub fn boots_at(&mut self, now: Time) {
        /// More boots than the 64 KB of a console have room for.
        const MOST: usize = 40;
        self.remember_boot();
        self.booted = Some(now);
        self.boots.push(now);
        let more = self.boots.len().saturating_sub(MOST);
        self.boots.drain(..more);
    }
    /// What a status check says at a moment. `settle` is how long the first checks take (see [`crate::sandbox::ec2::lifecycle::checks_take`]).
    pub fn check(&self, check: Check, settle: Duration, now: Time) -> CheckStatus {
        let (InstanceState::Running, Some(booted)) = (self.state, self.booted) else {
            return CheckStatus::NotApplicable;
        };
        match self.impaired {
            Some(i) if i.check == check => CheckStatus::Impaired(i.since),
            _ if now < booted.plus(settle) => CheckStatus::Initializing,
            _ => CheckStatus::Ok,
        }
    }
}
