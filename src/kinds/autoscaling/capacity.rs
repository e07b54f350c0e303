//! What a group's capacity is counted in, and what so much of it is in instances.
//!
//! Minimum, desired and maximum are instances, unless the group's mixed instances policy gives instance types weights or the
//! group asks for vCPUs or memory: then they are units, and each member counts as many as its `WeightedCapacity` says:
//! <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-mixed-instances-groups-instance-weighting.html>.
//! A group launches whole instances until the desired capacity is reached "even if this results in an overage", so that it comes
//! to rest at the desired capacity or above it, by less than its largest weight; and it terminates a member only if what is left
//! is not below the desired capacity.

use arcstr::ArcStr;
use aws_sdk_autoscaling::types as sdk;

use super::auto_scaling_groups::fields::{COUNTED_IN, INSTANCES, MEMBER_UNITS, WEIGHTS};
use crate::kinds::plan_builder::count;
use crate::model::{Record, Value};

/// What [`COUNTED_IN`] says of a group without weights.
pub(super) const IN_INSTANCES: &str = "instances";
/// Counted by weights.
pub(super) const IN_UNITS: &str = "units";

/// A group's weights, as AWS answers them.
pub(super) struct Weights<'a> {
    unit: &'a str,
    of_types: Vec<(&'a str, i64)>,
}

impl<'a> Weights<'a> {
    pub(super) fn of(g: &'a sdk::AutoScalingGroup) -> Self {
        let overrides = g.mixed_instances_policy().and_then(|m| m.launch_template()).map_or(&[][..], |t| t.overrides());
        let of_types: Vec<(&str, i64)> =
            overrides.iter().filter_map(|o| Some((o.instance_type()?, parsed(o.weighted_capacity())?))).collect();
        // An instance keeps the weight that it was launched with, also when its type is not in the policy any more.
        let weighted = !of_types.is_empty() || g.instances().iter().any(|i| parsed(i.weighted_capacity()).is_some());
        let unit = match g.desired_capacity_type() {
            // "units" is the default, also of groups that have no weights.
            Some(ty) if !ty.is_empty() && ty != IN_UNITS => ty,
            _ if weighted => IN_UNITS,
            _ => IN_INSTANCES,
        };
        Weights { unit, of_types }
    }
    /// `instances`, `units`, `vcpu`, `memory-mib`.
    pub(super) fn unit(&self) -> &'a str {
        self.unit
    }
    /// `c5.large=2`
    pub(super) fn lines(&self) -> Vec<String> {
        self.of_types.iter().map(|(ty, w)| format!("{ty}={w}")).collect()
    }
    /// How many units a member counts; `None` if only AWS knows: its vCPUs or memory.
    pub(super) fn of_member(&self, i: &sdk::Instance) -> Option<i64> {
        let by_type = || self.of_types.iter().find(|(ty, _)| i.instance_type() == Some(ty)).map(|(_, w)| *w);
        let whole = || matches!(self.unit, IN_INSTANCES | IN_UNITS).then_some(1);
        parsed(i.weighted_capacity()).or_else(by_type).or_else(whole)
    }
    /// The most that one instance can count, of what is launched and of these members.
    pub(super) fn largest(&self, members: &[i64]) -> i64 {
        self.of_types.iter().map(|(_, w)| *w).chain(members.iter().copied()).max().unwrap_or(1)
    }
}

fn parsed(weight: Option<&str>) -> Option<i64> {
    weight?.trim().parse().ok().filter(|w| *w > 0)
}

/// A group's capacity, read back from its row.
#[derive(Debug, Clone)]
pub struct Capacity {
    unit: ArcStr,
    /// The members that count, with their units; `None`: not known.
    members: Option<Vec<(ArcStr, i64)>>,
    /// What the types count that it launches.
    weights: Vec<i64>,
}

impl Capacity {
    /// Of a group's row.
    pub fn of(row: &Record) -> Self {
        let unit: ArcStr = row.get(&COUNTED_IN).as_str().unwrap_or(IN_INSTANCES).into();
        let pair =
            |line: &ArcStr| line.rsplit_once('=').and_then(|(id, n)| Some((ArcStr::from(id), n.parse::<i64>().ok()?)));
        let members = match row.get(&MEMBER_UNITS) {
            // Not said, and each counts one: its instances do.
            Value::Unknown if unit == IN_INSTANCES => {
                Some(row.get(&INSTANCES).items().into_iter().map(|id| (id, 1)).collect())
            }
            Value::Unknown => None,
            v => Some(v.items().iter().filter_map(pair).collect()),
        };
        let weights = row.get(&WEIGHTS).items().iter().filter_map(pair).map(|(_, w)| w).collect();
        Capacity { unit, members, weights }
    }
    /// Whether each instance counts one.
    pub fn is_in_instances(&self) -> bool {
        self.unit == IN_INSTANCES
    }
    /// What there is, in its units: in service or on its way in.
    pub fn have(&self) -> Option<i64> {
        Some(self.members.as_ref()?.iter().map(|(_, w)| w).sum())
    }
    /// How many members count.
    pub fn members(&self) -> Option<usize> {
        self.members.as_ref().map(Vec::len)
    }
    /// What these members count together; one that does not count any more is nothing.
    pub fn units_of<S: AsRef<str>>(&self, ids: &[S]) -> Option<i64> {
        let ids: std::collections::HashSet<&str> = ids.iter().map(AsRef::as_ref).collect();
        Some(self.members.as_ref()?.iter().filter(|(id, _)| ids.contains(id.as_str())).map(|(_, w)| w).sum())
    }
    /// The least that a member counts.
    pub fn smallest_member(&self) -> Option<i64> {
        self.members.as_ref()?.iter().map(|(_, w)| *w).min()
    }
    /// `4 units`, `2 instances`, `8 vCPUs`, `4096 MiB`.
    pub fn said(&self, n: i64) -> String {
        match self.unit.as_str() {
            IN_INSTANCES => instances(n),
            "vcpu" => counted(n, "vCPU"),
            "memory-mib" => format!("{n} MiB"),
            _ => counted(n, "unit"),
        }
    }
    /// The same with the number of instances that it may be to launch it: `4 units (1 or 2 instances)`.
    pub fn said_launched(&self, n: i64) -> String {
        if self.is_in_instances() {
            return instances(n);
        }
        match self.launched(n) {
            Some((few, many)) if self.weights.is_empty() => {
                format!("{} ({} of the sizes it has now)", self.said(n), span(few, many))
            }
            Some((few, many)) => format!("{} ({})", self.said(n), span(few, many)),
            None => format!("{} (number of instances not known)", self.said(n)),
        }
    }
    /// The fewest and the most instances that bring so many units.
    pub fn launched(&self, n: i64) -> Option<(i64, i64)> {
        if self.is_in_instances() {
            return Some((n, n));
        }
        let (small, large) = self.sizes()?;
        Some((ceil(n, large), ceil(n, small)))
    }
    /// By how much a group may exceed its desired capacity, because it launches whole instances.
    pub fn overshoot(&self) -> i64 {
        self.sizes().map_or(0, |(_, large)| large - 1)
    }
    /// The same with the number of instances that it may be to end it; `None`: no member is as small as that.
    pub fn said_ended(&self, n: i64) -> Option<String> {
        let Some((few, many)) = self.ended(n) else {
            return self.members.is_none().then(|| format!("{} (number of instances not known)", self.said(n)));
        };
        if many == 0 {
            return None;
        }
        Some(if self.is_in_instances() { instances(many) } else { format!("{} ({})", self.said(n), span(few, many)) })
    }
    /// The fewest and the most members that end when the group has `n` units too many. Which ones is its termination policy's
    /// choice; it stops where ending one more would leave less than is desired.
    fn ended(&self, n: i64) -> Option<(i64, i64)> {
        let mut all: Vec<i64> = self.members.as_ref()?.iter().map(|(_, w)| *w).collect();
        all.sort_unstable();
        if n >= all.iter().sum() {
            let every = i64::try_from(all.len()).unwrap_or(i64::MAX);
            return Some((every, every));
        }
        let largest = all.last().copied().unwrap_or(1);
        all.retain(|w| *w <= n);
        let mut left = n;
        let most = all.iter().take_while(|w| (**w <= left).then(|| left -= **w).is_some()).count();
        // As long as as much is left as the largest counts, any member can go.
        let mut left = n;
        let fewest = all.iter().rev().take_while(|w| (left >= largest).then(|| left -= **w).is_some()).count();
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let least = i64::from(most > 0);
        Some((i64::try_from(fewest).unwrap_or(i64::MAX).clamp(least, most), most))
    }
    /// The least and the most that one instance counts, of the types that it launches; of its members if those are not said.
    fn sizes(&self) -> Option<(i64, i64)> {
        if self.is_in_instances() {
            return Some((1, 1));
        }
        let of_members = || self.members.iter().flatten().map(|(_, w)| *w).collect::<Vec<_>>();
        let all = if self.weights.is_empty() { of_members() } else { self.weights.clone() };
        Some((all.iter().copied().min()?, all.iter().copied().max()?))
    }
}

fn ceil(n: i64, by: i64) -> i64 {
    let by = by.max(1);
    n / by + i64::from(n % by > 0)
}

fn counted(n: i64, one: &str) -> String {
    count(usize::try_from(n).unwrap_or_default(), one)
}

/// `2 instances`
pub(super) fn instances(n: i64) -> String {
    counted(n, "instance")
}

/// `2 instances`, `1 or 2 instances`, `2 to 5 instances`.
fn span(few: i64, many: i64) -> String {
    match many - few {
        0 => instances(many),
        1 => format!("{few} or {}", instances(many)),
        _ => format!("{few} to {}", instances(many)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{row, texts};

    fn weighted(members: &[&str], weights: &[&str]) -> Capacity {
        let group = row(&super::super::auto_scaling_groups::INFO, "asg", "asg", "steady")
            .with(&COUNTED_IN, Value::text(IN_UNITS))
            .with(&MEMBER_UNITS, texts(members))
            .with(&WEIGHTS, texts(weights));
        Capacity::of(&group.record())
    }

    #[test]
    fn units_are_said_with_the_instances_that_they_may_be() {
        let c = weighted(&["i-1=2", "i-2=2", "i-3=4"], &["c5.large=2", "c5.xlarge=4"]);
        assert_eq!((c.have(), c.units_of(&["i-3", "i-9"])), (Some(8), Some(4)));
        assert_eq!(c.said_ended(4).as_deref(), Some("4 units (1 or 2 instances)"));
        assert_eq!(c.said_ended(3).as_deref(), Some("3 units (1 instance)"));
        assert_eq!(c.said_ended(8).as_deref(), Some("8 units (3 instances)"));
        assert_eq!(c.said_ended(1), None, "no member is as small as that");
        assert_eq!(c.said_launched(4), "4 units (1 or 2 instances)");
        assert_eq!(c.said_launched(1), "1 unit (1 instance)");
        assert_eq!(c.said_launched(12), "12 units (3 to 6 instances)");
        assert_eq!(c.overshoot(), 3);
    }

    #[test]
    fn without_weights_of_types_its_members_are_gone_by_and_that_is_said() {
        let c = weighted(&["i-1=2", "i-2=4"], &[]);
        assert_eq!(c.said_launched(4), "4 units (1 or 2 instances of the sizes it has now)");
        assert_eq!(weighted(&[], &[]).said_launched(4), "4 units (number of instances not known)");
    }

    #[test]
    fn of_members_that_count_alike_as_many_end_as_fit() {
        let c = weighted(&["i-1=4", "i-2=4", "i-3=4"], &["m5.xlarge=4"]);
        assert_eq!(c.said_ended(8).as_deref(), Some("8 units (2 instances)"));
        assert_eq!(c.said_ended(7).as_deref(), Some("7 units (1 instance)"));
        // 6 of 12: 4 goes, and then none is as small as 2.
        assert_eq!(
            weighted(&["i-1=4", "i-2=4", "i-3=1"], &[]).said_ended(6).as_deref(),
            Some("6 units (1 or 2 instances)")
        );
    }

    #[test]
    fn a_group_without_weights_counts_instances() {
        let group = row(&super::super::auto_scaling_groups::INFO, "asg", "asg", "steady");
        let c = Capacity::of(&group.with(&INSTANCES, texts(&["i-1", "i-2"])).record());
        assert!(c.is_in_instances());
        assert_eq!((c.have(), c.said(1), c.said_launched(2)), (Some(2), "1 instance".into(), "2 instances".into()));
        assert_eq!(c.said_ended(1).as_deref(), Some("1 instance"));
        assert_eq!(c.overshoot(), 0);
    }
}
