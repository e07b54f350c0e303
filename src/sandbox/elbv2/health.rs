//! A target's health: its states, AWS's reason codes and words, and how checks move it. Pure.
//!
//! States and words: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html>.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::state::{HealthCheck, Kind, Target};
use crate::base::Time;

/// What a balancer thinks of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Health {
    /// `initial`: the balancer is taking it in.
    Registering,
    /// `initial`: the first checks are under way.
    Checking,
    /// `healthy`.
    Healthy,
    /// `unhealthy`.
    Unhealthy(Failure),
    /// `unused`.
    Unused(Unused),
    /// `draining`, until this moment.
    Draining(Time),
}

/// Why a check failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Failure {
    /// Nothing came back in time: a security group, a network ACL, a hung program.
    Timeout,
    /// The connection was refused or broken.
    Refused,
    /// An HTTP status that is not one of the success codes.
    Code(u16),
}

/// Why a target gets neither traffic nor checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unused {
    /// No listener forwards to the target group.
    NoListener,
    /// The balancer does not stand in the target's zone.
    Zone,
    /// The instance is stopped or stopping.
    Stopped,
    /// The instance is gone.
    Terminated,
}

/// What one check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// It passed.
    Pass,
    /// It failed.
    Fail(Failure),
}

/// `State`, `Reason` and `Description` of a `TargetHealth`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// AWS's state.
    pub state: &'static str,
    /// AWS's reason code; none if healthy.
    pub reason: Option<&'static str>,
    /// AWS's sentence; none if healthy.
    pub description: Option<String>,
}

/// What an unregistered target is told.
pub fn not_registered() -> Words {
    words("unused", "Target.NotRegistered", "Target is not registered to the target group")
}

fn words(state: &'static str, reason: &'static str, description: &str) -> Words {
    Words { state, reason: Some(reason), description: Some(description.to_string()) }
}

impl Health {
    /// AWS's words, which for failed checks depend on the balancer: a network balancer knows only that they failed.
    pub fn words(self, kind: Kind) -> Words {
        match self {
            Health::Registering => words("initial", "Elb.RegistrationInProgress", "Target registration is in progress"),
            Health::Checking => words("initial", "Elb.InitialHealthChecking", "Initial health checks in progress"),
            Health::Healthy => Words { state: "healthy", reason: None, description: None },
            Health::Unhealthy(failure) => match (failure, kind) {
                (Failure::Timeout, Kind::Application) => words("unhealthy", "Target.Timeout", "Request timed out"),
                (Failure::Code(code), Kind::Application) => words(
                    "unhealthy",
                    "Target.ResponseCodeMismatch",
                    &format!("Health checks failed with these codes: [{code}]"),
                ),
                _ => words("unhealthy", "Target.FailedHealthChecks", "Health checks failed"),
            },
            Health::Unused(why) => match why {
                Unused::NoListener => words(
                    "unused",
                    "Target.NotInUse",
                    "Target group is not configured to receive traffic from the load balancer",
                ),
                Unused::Zone => words(
                    "unused",
                    "Target.NotInUse",
                    "Target is in an Availability Zone that is not enabled for the load balancer",
                ),
                Unused::Stopped => words("unused", "Target.InvalidState", "Target is in the stopped state"),
                Unused::Terminated => words("unused", "Target.InvalidState", "Target is in the terminated state"),
            },
            Health::Draining(_) => {
                words("draining", "Target.DeregistrationInProgress", "Target deregistration is in progress")
            }
        }
    }
    /// Whether the target is on its way out.
    pub const fn is_draining(self) -> bool {
        matches!(self, Health::Draining(_))
    }
}

/// How long a balancer takes to take a target in. Network balancers are known for minutes.
pub const fn registration(kind: Kind) -> Duration {
    match kind {
        Kind::Application => Duration::from_secs(12),
        Kind::Network => Duration::from_secs(75),
    }
}

/// Moves a target by one check.
///
/// An application balancer lets a new target in after one passed check; every other way to `healthy` takes
/// `HealthyThresholdCount` in a row, and the way to `unhealthy` takes `UnhealthyThresholdCount`.
pub fn observe(target: &mut Target, probe: Probe, check: &HealthCheck, kind: Kind, now: Time) {
    let next = match probe {
        Probe::Pass => {
            target.passes = target.passes.saturating_add(1);
            target.fails = 0;
            let needed = if target.health == Health::Checking && kind == Kind::Application { 1 } else { check.healthy };
            (target.passes >= needed).then_some(Health::Healthy)
        }
        Probe::Fail(failure) => {
            target.fails = target.fails.saturating_add(1);
            target.passes = 0;
            (target.fails >= check.unhealthy).then_some(Health::Unhealthy(failure))
        }
    };
    if let Some(health) = next {
        settle(target, health, now);
    }
}

/// Sets a target's health, remembering since when.
pub fn settle(target: &mut Target, health: Health, now: Time) {
    if target.health != health {
        target.health = health;
        target.since = now;
    }
}

/// Begins anew: the target is taken in as if it had just been registered.
pub fn restart(target: &mut Target, now: Time) {
    target.passes = 0;
    target.fails = 0;
    settle(target, Health::Registering, now);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(health: Health) -> Target {
        let t = Time::from_secs(0);
        Target { id: "i-1".to_string(), port: 80, registered: t, health, since: t, passes: 0, fails: 0 }
    }

    #[test]
    fn a_new_target_needs_one_passed_check_and_a_fallen_one_the_threshold() {
        let check = HealthCheck::defaults("HTTP");
        let mut t = target(Health::Checking);
        observe(&mut t, Probe::Pass, &check, Kind::Application, Time::from_secs(1));
        assert_eq!(t.health, Health::Healthy);

        observe(&mut t, Probe::Fail(Failure::Timeout), &check, Kind::Application, Time::from_secs(2));
        assert_eq!(t.health, Health::Healthy, "one failure is not enough");
        observe(&mut t, Probe::Fail(Failure::Timeout), &check, Kind::Application, Time::from_secs(3));
        assert_eq!((t.health, t.since), (Health::Unhealthy(Failure::Timeout), Time::from_secs(3)));

        for n in 0..4 {
            observe(&mut t, Probe::Pass, &check, Kind::Application, Time::from_secs(4 + n));
            assert_ne!(t.health, Health::Healthy);
        }
        observe(&mut t, Probe::Pass, &check, Kind::Application, Time::from_secs(9));
        assert_eq!(t.health, Health::Healthy);
    }

    #[test]
    fn a_network_balancer_wants_the_threshold_from_the_start_and_knows_no_codes() {
        let check = HealthCheck { healthy: 3, ..HealthCheck::defaults("TCP") };
        let mut t = target(Health::Checking);
        for _ in 0..2 {
            observe(&mut t, Probe::Pass, &check, Kind::Network, Time::from_secs(1));
        }
        assert_eq!(t.health, Health::Checking);
        observe(&mut t, Probe::Pass, &check, Kind::Network, Time::from_secs(1));
        assert_eq!(t.health, Health::Healthy);
        let w = Health::Unhealthy(Failure::Timeout).words(Kind::Network);
        assert_eq!((w.state, w.reason), ("unhealthy", Some("Target.FailedHealthChecks")));
    }

    #[test]
    fn words_are_aws_s() {
        let w = Health::Unhealthy(Failure::Code(503)).words(Kind::Application);
        assert_eq!(w.description.as_deref(), Some("Health checks failed with these codes: [503]"));
        assert_eq!(Health::Healthy.words(Kind::Application).reason, None);
        let w = Health::Unused(Unused::Stopped).words(Kind::Application);
        assert_eq!(
            (w.reason, w.description.as_deref()),
            (Some("Target.InvalidState"), Some("Target is in the stopped state"))
        );
    }
}
