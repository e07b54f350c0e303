//! CloudWatch's part of the world `demo`: alarms in all three states, on the instances that are there.

use super::evaluate::{Verdict, transition};
use super::put_alarm;
use super::state::Event;
use super::state::{Alarm, AlarmState, MetricWatch, Watch};
use crate::base::Time;
use crate::sandbox::ec2::instance::{Instance, InstanceState};
use crate::sandbox::metric::MetricKey;
use crate::sandbox::world::World;
use crate::sandbox::world::event_queue;

const HOME: &str = "ap-northeast-2";
const SECOND: &str = "ap-northeast-1";

/// Adds it.
pub(in crate::sandbox) fn build(world: &mut World, now: Time) -> Result<(), String> {
    // The alarms of scaling policies are there already, and have begun to tick at the world's birth.
    world.events.retain(|_, event| !matches!(event, event_queue::Event::Cw(Event::Minute)));
    for region in [HOME, SECOND] {
        // Evaluated from an hour ago on, after what happened to the instances in the past has happened: so states have an age.
        world.region(region).cloudwatch.ticking = true;
        let name = world.region_name(region);
        let start = Time::from_secs(now.secs() - 3_600);
        world.events.push(start, name, event_queue::Event::Cw(Event::Minute));
        for alarm in alarms(world, region, now) {
            let at = alarm.configured;
            put_alarm(world, region, alarm, at);
        }
    }
    // Some past for the history's sake: an alarm that fired and calmed down yesterday.
    let day_ago = |secs: i64| Time::from_secs(now.secs() - 86_400 + secs);
    for (at, state, value) in [(0, AlarmState::Alarm, "93.4"), (900, AlarmState::Ok, "41.7")] {
        let not = if state == AlarmState::Ok { "not " } else { "" };
        let when = day_ago(at);
        let stamp = when.timestamp().strftime("%d/%m/%y %H:%M:00").to_string();
        let reason = format!(
            "Threshold Crossed: 1 out of the last 1 datapoints [{value} ({stamp})] was {not}greater than the threshold (90.0) \
             (minimum 1 datapoint for {} transition).",
            if state == AlarmState::Ok { "ALARM -> OK" } else { "OK -> ALARM" },
        );
        transition(world, HOME, "db-cpu-critical", Verdict { state, reason, data: None }, when);
    }
    Ok(())
}

/// An alarm on an instance's metric.
fn on(name: &str, instance: &Instance, metric: &str, period: i64, threshold: f64, at: Time) -> Alarm {
    let watch = MetricWatch {
        key: Some(MetricKey::new("AWS/EC2", metric, &[("InstanceId", &instance.id)])),
        stat: if metric.starts_with("StatusCheck") { "Maximum".into() } else { "Average".into() },
        period,
        unit: None,
        evaluation_periods: 1,
        datapoints_to_alarm: Some(1),
        threshold,
        comparison: if metric.starts_with("StatusCheck") {
            "GreaterThanOrEqualToThreshold"
        } else {
            "GreaterThanThreshold"
        }
        .into(),
        treat_missing: Some("missing".into()),
        low_samples: None,
        metrics: None,
    };
    let mut alarm = Alarm::new(name, Watch::Metric(Box::new(watch)), at);
    alarm.alarm_actions = vec![format!("arn:aws:sns:{HOME}:{}:ops-alerts", crate::sandbox::world::ACCOUNT)];
    alarm
}

fn alarms(world: &World, region: &str, now: Time) -> Vec<Alarm> {
    let Some(state) = world.peek(region) else { return Vec::new() };
    let all: Vec<&Instance> = state.ec2.instances.values().collect();
    let running = |tier: &str| {
        all.iter()
            .copied()
            .find(|i| i.state == InstanceState::Running && i.impaired.is_none() && i.tag("tier") == Some(tier))
    };
    let at = |days: i64| Time::from_secs(now.secs() - days * 86_400);
    let any = all.iter().copied().find(|i| i.state == InstanceState::Running);
    let mut alarms = Vec::new();
    if region != HOME {
        if let Some(i) = running("web").or(any) {
            let mut alarm = on("standby-cpu-high", i, "CPUUtilization", 300, 70.0, at(60));
            // A topic is in the region of its alarm.
            alarm.alarm_actions = vec![format!("arn:aws:sns:{region}:{}:ops-alerts", crate::sandbox::world::ACCOUNT)];
            alarms.push(alarm);
        }
        return alarms;
    }
    if let Some(i) = running("web").or(any) {
        let mut alarm = on("web-cpu-high", i, "CPUUtilization", 300, 75.0, at(120));
        alarm.description = Some("Average CPU of a web server over five minutes".into());
        alarms.push(alarm);
        let mut low = on("web-network-quiet", i, "NetworkOut", 300, 1_000.0, at(120));
        if let Watch::Metric(w) = &mut low.watch {
            (w.comparison, w.evaluation_periods, w.datapoints_to_alarm) = ("LessThanThreshold".into(), 3, Some(2));
            w.treat_missing = Some("breaching".into());
        }
        low.actions_enabled = false;
        alarms.push(low);
    }
    if let Some(i) = running("batch").or(any) {
        // Batch works above this all day: an alarm that is on.
        let mut alarm = on("배치-CPU-과부하", i, "CPUUtilization", 300, 5.0, at(45));
        alarm.description = Some("배치 서버의 5분 평균 CPU".into());
        alarms.push(alarm);
    }
    if let Some(i) = running("db").or(any) {
        alarms.push(on("db-cpu-critical", i, "CPUUtilization", 300, 90.0, at(200)));
    }
    if let Some(i) = all.iter().copied().find(|i| i.state == InstanceState::Running && i.impaired.is_some()) {
        let mut alarm = on("status-check-failed", i, "StatusCheckFailed", 60, 1.0, at(30));
        if let Watch::Metric(w) = &mut alarm.watch {
            (w.evaluation_periods, w.datapoints_to_alarm) = (2, Some(2));
        }
        alarms.push(alarm);
    }
    if let Some(i) = all.iter().copied().find(|i| matches!(i.state, InstanceState::Stopped | InstanceState::Stopping)) {
        alarms.push(on("stopped-server-cpu", i, "CPUUtilization", 300, 80.0, at(15)));
    }
    let watch = MetricWatch {
        key: Some(MetricKey::new("Shop/Orders", "FailedPayments", &[])),
        stat: "Sum".into(),
        period: 60,
        unit: Some("Count".into()),
        evaluation_periods: 5,
        datapoints_to_alarm: Some(3),
        threshold: 10.0,
        comparison: "GreaterThanThreshold".into(),
        treat_missing: Some("notBreaching".into()),
        low_samples: None,
        metrics: None,
    };
    let mut payments = Alarm::new("failed-payments", Watch::Metric(Box::new(watch)), at(80));
    payments.actions_enabled = false;
    payments.tags = vec![("Team".into(), "payments".into())];
    alarms.push(payments);
    let rule = "ALARM(\"web-cpu-high\") OR ALARM(\"db-cpu-critical\")";
    let mut composite = Alarm::new("shop-under-load", Watch::Rule(rule.into()), at(80));
    composite.description = Some("The shop is busy: web or database".into());
    alarms.push(composite);
    alarms
}
