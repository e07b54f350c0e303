//! Auto Scaling's state in a region: groups with their members, policies, scheduled actions, hooks and activities.
//!
//! Plain data; `reconcile` moves it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::activity::Activity;
use crate::base::Time;

/// One region's Auto Scaling.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct State {
    /// The groups by name.
    pub groups: BTreeMap<String, Group>,
    /// Scaling activities of all groups, deleted ones included, oldest first. AWS keeps six weeks.
    pub activities: Vec<Activity>,
}

/// The processes that can be suspended, in AWS's order.
pub const PROCESSES: [&str; 9] = [
    "Launch",
    "Terminate",
    "AddToLoadBalancer",
    "AlarmNotification",
    "AZRebalance",
    "HealthCheck",
    "InstanceRefresh",
    "ReplaceUnhealthy",
    "ScheduledActions",
];

/// An Auto Scaling group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Group {
    /// The name.
    pub name: String,
    /// The ARN.
    pub arn: String,
    /// The least that a desired capacity may be.
    pub min: u32,
    /// The most.
    pub max: u32,
    /// How many instances there should be.
    pub desired: u32,
    /// Seconds after a scaling activity in which simple policies wait. AWS's default is 300.
    pub cooldown: u32,
    /// The subnets, each with its zone.
    pub subnets: Vec<Place>,
    /// What is launched.
    pub template: Template,
    /// `EC2`, or `ELB` to believe the balancer too.
    pub elb_checks: bool,
    /// Seconds after launch in which failed checks do not count.
    pub grace: u32,
    /// The target groups that members are registered with.
    pub target_groups: Vec<String>,
    /// The members.
    pub members: Vec<Member>,
    /// When it was created.
    pub created: Time,
    /// Suspended processes, and since when.
    pub suspended: BTreeMap<String, Time>,
    /// Metrics sent to CloudWatch each minute.
    pub metrics: Vec<String>,
    /// Tags: key to value and whether instances get it at launch.
    pub tags: BTreeMap<String, (String, bool)>,
    /// How a member to end is chosen.
    pub termination_policies: Vec<String>,
    /// Whether new members are protected from scale-in.
    pub protect_new: bool,
    /// Whether capacity is rebalanced before spot interruptions.
    pub capacity_rebalance: bool,
    /// Seconds until a new instance counts for policies.
    pub warmup: Option<u32>,
    /// Seconds after which a member is replaced; never if `None`.
    pub max_lifetime: Option<u32>,
    /// Whether it is being deleted.
    pub deleting: bool,
    /// When the last scaling by a policy or a request that honoured the cooldown ended.
    pub scaled: Option<Time>,
    /// Why the desired capacity differs from the actual one: the first sentence of the next activities' causes.
    pub reason: Option<String>,
    /// How many launches are to replace unhealthy members.
    pub replacing: u32,
    /// Lifecycle hooks by name.
    pub hooks: BTreeMap<String, Hook>,
    /// Scaling policies by name.
    pub policies: BTreeMap<String, Policy>,
    /// Scheduled actions by name.
    pub scheduled: BTreeMap<String, Scheduled>,
    /// Instance refreshes, oldest first.
    pub refreshes: Vec<Refresh>,
}

impl Group {
    /// Whether a process is suspended.
    pub fn suspends(&self, process: &str) -> bool {
        self.suspended.contains_key(process)
    }
    /// A member.
    pub fn member(&self, id: &str) -> Option<&Member> {
        self.members.iter().find(|m| m.id == id)
    }
    /// A member, to change.
    pub fn member_mut(&mut self, id: &str) -> Option<&mut Member> {
        self.members.iter_mut().find(|m| m.id == id)
    }
    /// Members that count against the desired capacity: neither on standby nor on their way out.
    pub fn capacity(&self) -> u32 {
        u32::try_from(self.members.iter().filter(|m| m.lifecycle.counts()).count()).unwrap_or(u32::MAX)
    }
}

/// A subnet and its zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// `subnet-…`
    pub subnet: String,
    /// For example `ap-northeast-2a`.
    pub zone: String,
}

/// The launch template of a group or of a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// `lt-…`
    pub id: String,
    /// The name.
    pub name: String,
    /// A number, `$Latest` or `$Default`.
    pub version: String,
}

/// Where a member is in its life. Words: <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lifecycle {
    /// Launched, not yet running.
    Pending,
    /// Waiting for a launch hook.
    PendingWait,
    /// In service.
    InService,
    /// On its way to standby.
    EnteringStandby,
    /// On standby.
    Standby,
    /// Waiting for a terminate hook.
    TerminatingWait,
    /// On its way out.
    Terminating,
    /// Being taken off the group, alive.
    Detaching,
}

impl Lifecycle {
    /// AWS's word.
    pub const fn word(self) -> &'static str {
        match self {
            Lifecycle::Pending => "Pending",
            Lifecycle::PendingWait => "Pending:Wait",
            Lifecycle::InService => "InService",
            Lifecycle::EnteringStandby => "EnteringStandby",
            Lifecycle::Standby => "Standby",
            Lifecycle::TerminatingWait => "Terminating:Wait",
            Lifecycle::Terminating => "Terminating",
            Lifecycle::Detaching => "Detaching",
        }
    }
    /// Whether a member in it counts against the desired capacity.
    pub const fn counts(self) -> bool {
        matches!(self, Lifecycle::Pending | Lifecycle::PendingWait | Lifecycle::InService)
    }
    /// Whether it is on its way out.
    pub const fn leaving(self) -> bool {
        matches!(self, Lifecycle::TerminatingWait | Lifecycle::Terminating | Lifecycle::Detaching)
    }
}

/// An instance of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// `i-…`
    pub id: String,
    /// For example `t3.micro`.
    pub instance_type: String,
    /// The image.
    pub image: String,
    /// Its zone.
    pub zone: String,
    /// Its subnet.
    pub subnet: String,
    /// Where it is in its life.
    pub lifecycle: Lifecycle,
    /// Why it is thought unhealthy; healthy if `None`.
    pub sick: Option<Sick>,
    /// The template's version it was launched with.
    pub template: Template,
    /// Whether it is protected from scale-in.
    pub protected: bool,
    /// When it was launched.
    pub launched: Time,
    /// When it came into service; the grace period counts from here.
    pub in_service: Option<Time>,
    /// The activity under way, by id.
    pub activity: Option<String>,
    /// Until when a lifecycle hook holds it.
    pub held_until: Option<Time>,
}

/// Why a member is thought unhealthy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sick {
    /// Its instance was stopped or terminated.
    Gone,
    /// Its instance's status checks fail.
    Impaired,
    /// A balancer says so.
    Balancer,
    /// `SetInstanceHealth` said so.
    User,
}

/// A lifecycle hook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hook {
    /// Whether it holds terminating instances; else launching ones.
    pub terminating: bool,
    /// Seconds it waits.
    pub timeout: u32,
    /// Whether a launch goes on when nobody answered; else it is abandoned.
    pub proceed: bool,
    /// The other members as they were given.
    pub config: BTreeMap<String, String>,
}

/// A scaling policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// The ARN.
    pub arn: String,
    /// What it does.
    pub kind: PolicyKind,
    /// Whether it acts.
    pub enabled: bool,
    /// Seconds until a new instance counts.
    pub warmup: Option<u32>,
    /// Its alarms by name, each with its ARN.
    pub alarms: Vec<(String, String)>,
}

/// The kinds of policies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PolicyKind {
    /// `TargetTrackingScaling`.
    TargetTracking {
        /// For example `ASGAverageCPUUtilization`.
        metric: String,
        /// The balancer and target group, for `ALBRequestCountPerTarget`.
        label: Option<String>,
        /// What is aimed at.
        target: f64,
        /// Whether it only scales out.
        disable_scale_in: bool,
    },
    /// `SimpleScaling`.
    Simple {
        /// `ChangeInCapacity`, `ExactCapacity` or `PercentChangeInCapacity`.
        adjustment_type: String,
        /// By how much.
        adjustment: i32,
        /// The least step of a percentage.
        min_magnitude: Option<u32>,
        /// Seconds to wait after it; the group's if `None`.
        cooldown: Option<u32>,
    },
    /// `StepScaling`.
    Step {
        /// As for a simple policy.
        adjustment_type: String,
        /// The least step of a percentage.
        min_magnitude: Option<u32>,
        /// `Average`, `Minimum` or `Maximum`.
        aggregation: String,
        /// Lower bound, upper bound, adjustment: offsets from the alarm's threshold.
        steps: Vec<(Option<f64>, Option<f64>, i32)>,
    },
}

/// A scheduled action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheduled {
    /// The ARN.
    pub arn: String,
    /// When it happens (first, if it recurs).
    pub start: Option<Time>,
    /// When it stops recurring.
    pub end: Option<Time>,
    /// A cron expression.
    pub recurrence: Option<String>,
    /// The recurrence's time zone.
    pub time_zone: Option<String>,
    /// The new minimum.
    pub min: Option<u32>,
    /// The new maximum.
    pub max: Option<u32>,
    /// The new desired capacity.
    pub desired: Option<u32>,
}

/// What will happen to groups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// A group looks after its members; goes on while the group is there.
    Round {
        /// The group's name.
        group: String,
        /// When the group was created: a round of a deleted namesake is void.
        of: Time,
    },
    /// A change was asked for: the capacity is looked at once.
    Soon {
        /// The group's name.
        group: String,
    },
    /// A launched instance may be up, or a member's next step may be due.
    Step {
        /// The group's name.
        group: String,
        /// The instance.
        instance: String,
    },
    /// A scheduled action is due.
    Scheduled {
        /// The group's name.
        group: String,
        /// The action's name.
        action: String,
        /// When it was to happen: another time means that the action was changed since.
        at: Time,
    },
}

/// One instance refresh.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refresh {
    /// A UUID.
    pub id: String,
    /// AWS's word.
    pub status: RefreshStatus,
    /// When it was asked for.
    pub start: Time,
    /// When it ended.
    pub end: Option<Time>,
    /// The members that are to be replaced.
    pub old: Vec<String>,
    /// How many there were at the start.
    pub total: u32,
    /// What new members are made of, if not the group's own template; the group's own once all is done.
    pub template: Option<Template>,
    /// How much of the desired capacity stays in service, in percent.
    pub min_healthy: u32,
    /// Seconds until a new member counts; none for the group's own setting.
    pub warmup: Option<u32>,
    /// Whether members that already match are left alone.
    pub skip_matching: bool,
}

/// How far a refresh is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefreshStatus {
    /// Asked for.
    Pending,
    /// Members are being replaced.
    InProgress,
    /// To be given up.
    Cancelling,
    /// Given up.
    Cancelled,
    /// Done.
    Successful,
}

impl RefreshStatus {
    /// AWS's word.
    pub const fn word(self) -> &'static str {
        match self {
            RefreshStatus::Pending => "Pending",
            RefreshStatus::InProgress => "InProgress",
            RefreshStatus::Cancelling => "Cancelling",
            RefreshStatus::Cancelled => "Cancelled",
            RefreshStatus::Successful => "Successful",
        }
    }
    /// Whether it is still under way.
    pub const fn active(self) -> bool {
        matches!(self, RefreshStatus::Pending | RefreshStatus::InProgress | RefreshStatus::Cancelling)
    }
}

impl Group {
    /// The refresh that is under way.
    pub fn refresh(&self) -> Option<&Refresh> {
        self.refreshes.last().filter(|r| r.status.active())
    }
    /// What is launched now: a refresh's own template while it runs.
    pub fn launches(&self) -> &Template {
        self.refresh().and_then(|r| r.template.as_ref()).unwrap_or(&self.template)
    }
}

impl Refresh {
    /// Members still to be replaced.
    pub(super) fn left(&self, group: &Group) -> u32 {
        let left = self.old.iter().filter(|id| group.member(id).is_some()).count();
        u32::try_from(left).unwrap_or(u32::MAX)
    }
    pub(super) fn percentage(&self, group: &Group) -> u32 {
        match (self.status, self.total) {
            (RefreshStatus::Successful, _) | (_, 0) => 100,
            (_, total) => (total - self.left(group).min(total)) * 100 / total,
        }
    }
}
