//! A group's decisions: the zone to launch in, the instance to terminate, the capacity that a policy asks for. Pure.

use super::state::{Group, Lifecycle, Member, Place, PolicyKind};

/// The subnet for the next launch: in the zone with the fewest members, the first of the group's list among equals.
pub fn place(group: &Group) -> Option<&Place> {
    let load = |zone: &str| group.members.iter().filter(|m| m.zone == zone && !m.lifecycle.leaving()).count();
    let in_subnet =
        |subnet: &str| group.members.iter().filter(|m| m.subnet == subnet && !m.lifecycle.leaving()).count();
    group.subnets.iter().min_by_key(|p| (load(&p.zone), in_subnet(&p.subnet)))
}

/// The member to end when the group shrinks; none if all are protected.
///
/// The default policy, as far as it can be told here: the zone with the most members, in it those with the oldest
/// template version, among those the oldest. `OldestInstance`, `NewestInstance` and `OldestLaunchTemplate` are
/// honoured where they stand before `Default`.
/// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html>
pub fn victim(group: &Group) -> Option<&Member> {
    let free = |m: &&Member| m.lifecycle.counts() && !m.protected;
    let candidates: Vec<&Member> = group.members.iter().filter(free).collect();
    let load = |zone: &str| group.members.iter().filter(|m| m.zone == zone && m.lifecycle.counts()).count();
    let most = candidates.iter().map(|m| load(&m.zone)).max()?;
    let mut candidates: Vec<&Member> = candidates.into_iter().filter(|m| load(&m.zone) == most).collect();
    candidates.sort_by_key(|m| (m.zone.clone(), m.launched, m.id.clone()));
    match group.termination_policies.first().map(String::as_str) {
        Some("OldestInstance") => candidates.into_iter().min_by_key(|m| m.launched),
        Some("NewestInstance") => candidates.into_iter().max_by_key(|m| m.launched),
        _ => candidates.into_iter().min_by_key(|m| {
            let version: u32 = m.template.version.parse().unwrap_or(u32::MAX);
            // What is sick or not in service yet goes before what serves.
            (m.sick.is_none() && m.lifecycle == Lifecycle::InService, version, m.launched)
        }),
    }
}

/// The capacity that a policy wants when its alarm has fired; `value` is the metric's, `threshold` the alarm's.
pub fn wanted(kind: &PolicyKind, capacity: u32, value: Option<f64>, threshold: Option<f64>) -> Option<u32> {
    match kind {
        PolicyKind::TargetTracking { target, disable_scale_in, .. } => {
            let value = value?;
            if *target <= 0.0 || !value.is_finite() {
                return None;
            }
            let exact = f64::from(capacity) * value / target;
            if value > *target {
                return Some(whole(exact.ceil()).max(capacity.saturating_add(1)));
            }
            // Scale-in is careful: one at a time, and only if the rest would stay under the target.
            let fewer = capacity.checked_sub(1)?;
            let fits = fewer > 0 && exact <= f64::from(fewer);
            (!disable_scale_in && fits).then_some(fewer)
        }
        PolicyKind::Simple { adjustment_type, adjustment, min_magnitude, .. } => {
            Some(adjust(adjustment_type, *adjustment, *min_magnitude, capacity))
        }
        PolicyKind::Step { adjustment_type, min_magnitude, steps, .. } => {
            let off = value? - threshold?;
            let (_, _, adjustment) = steps.iter().find(|(low, high, _)| {
                // On the upper side a step holds its lower bound, on the lower side its upper bound.
                if off >= 0.0 {
                    low.is_none_or(|l| l <= off) && high.is_none_or(|h| off < h)
                } else {
                    low.is_none_or(|l| l < off) && high.is_none_or(|h| off <= h)
                }
            })?;
            Some(adjust(adjustment_type, *adjustment, *min_magnitude, capacity))
        }
    }
}

/// Rounds as AWS does: above 1 down, between 0 and 1 up to 1, and the same on the negative side.
fn adjust(kind: &str, by: i32, min_magnitude: Option<u32>, capacity: u32) -> u32 {
    match kind {
        "ExactCapacity" => u32::try_from(by).unwrap_or(0),
        "PercentChangeInCapacity" => {
            let change = f64::from(capacity) * f64::from(by) / 100.0;
            let size = if change.abs() < 1.0 && change != 0.0 { 1.0 } else { change.abs().floor() };
            let size = whole(size).max(min_magnitude.unwrap_or(0));
            if by < 0 { capacity.saturating_sub(size) } else { capacity.saturating_add(size) }
        }
        _ => capacity.saturating_add_signed(by),
    }
}

/// A float as a count; negative and absurd ones are clamped by the cast.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturating is what is meant")]
fn whole(x: f64) -> u32 {
    x as u32
}

#[cfg(test)]
mod tests {
    use super::super::state::{PolicyKind, Template};
    use super::*;
    use crate::base::Time;

    fn member(id: &str, zone: &str, version: &str, launched: i64) -> Member {
        Member {
            id: id.to_string(),
            instance_type: "t3.micro".to_string(),
            image: "ami-1".to_string(),
            zone: zone.to_string(),
            subnet: format!("subnet-{zone}"),
            lifecycle: Lifecycle::InService,
            sick: None,
            template: Template { id: "lt-1".to_string(), name: "t".to_string(), version: version.to_string() },
            protected: false,
            launched: Time::from_secs(launched),
            in_service: None,
            activity: None,
            held_until: None,
        }
    }

    fn group(members: Vec<Member>) -> Group {
        let mut group = super::super::tests::bare_group("g");
        group.subnets = ["a", "b"].map(|z| Place { subnet: format!("subnet-{z}"), zone: z.to_string() }).to_vec();
        group.members = members;
        group
    }

    #[test]
    fn launches_balance_the_zones() {
        let g = group(vec![member("i-1", "a", "1", 1)]);
        assert_eq!(place(&g).map(|p| p.zone.as_str()), Some("b"));
        let mut g = group(vec![member("i-1", "a", "1", 1), member("i-2", "b", "1", 1)]);
        g.members[0].lifecycle = Lifecycle::Terminating;
        assert_eq!(place(&g).map(|p| p.zone.as_str()), Some("a"), "what leaves does not count");
    }

    #[test]
    fn shrinking_takes_the_fullest_zone_then_the_oldest_template_then_the_oldest_and_never_the_protected() {
        let mut g = group(vec![member("i-old", "b", "1", 1), member("i-a1", "a", "2", 2), member("i-a2", "a", "1", 9)]);
        assert_eq!(victim(&g).map(|m| m.id.as_str()), Some("i-a2"));
        g.members[2].protected = true;
        assert_eq!(victim(&g).map(|m| m.id.as_str()), Some("i-a1"));
        for m in &mut g.members {
            m.protected = true;
        }
        assert_eq!(victim(&g), None);
    }

    #[test]
    fn target_tracking_scales_out_in_proportion_and_in_one_by_one() {
        let kind = |disable| PolicyKind::TargetTracking {
            metric: "ASGAverageCPUUtilization".to_string(),
            label: None,
            target: 50.0,
            disable_scale_in: disable,
        };
        assert_eq!(wanted(&kind(false), 2, Some(100.0), None), Some(4));
        assert_eq!(wanted(&kind(false), 4, Some(51.0), None), Some(5));
        assert_eq!(wanted(&kind(false), 4, Some(10.0), None), Some(3));
        assert_eq!(wanted(&kind(false), 4, Some(49.0), None), None, "the rest would be over the target");
        assert_eq!(wanted(&kind(true), 4, Some(10.0), None), None);
    }

    #[test]
    fn steps_are_offsets_from_the_threshold() {
        let kind = PolicyKind::Step {
            adjustment_type: "ChangeInCapacity".to_string(),
            min_magnitude: None,
            aggregation: "Average".to_string(),
            steps: vec![(Some(0.0), Some(20.0), 1), (Some(20.0), None, 3)],
        };
        assert_eq!(wanted(&kind, 2, Some(75.0), Some(60.0)), Some(3));
        assert_eq!(wanted(&kind, 2, Some(80.0), Some(60.0)), Some(5));
        assert_eq!(wanted(&kind, 2, Some(50.0), Some(60.0)), None);
        assert_eq!(adjust("PercentChangeInCapacity", 10, None, 4), 5);
        assert_eq!(adjust("PercentChangeInCapacity", -50, None, 5), 3);
    }
}
