//! The operations through the SDK, which speaks rpc-v2-cbor.

use std::time::Duration;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{
    ComparisonOperator, Dimension, HistoryItemType, Metric, MetricDataQuery, MetricDatum, MetricStat, ScanBy,
    StateValue, Statistic, StatusCode,
};

use crate::base::{Clock, Time};
use crate::sandbox::{Sandbox, WorldSpec};

fn open(spec: WorldSpec) -> (Sandbox, Clock, Client) {
    open_at(spec, 1.0)
}

#[expect(clippy::disallowed_methods, reason = "a test's client, which ends in the sandbox")]
fn open_at(spec: WorldSpec, speed: f64) -> (Sandbox, Clock, Client) {
    let clock = Clock::manual(Time::parse("2026-11-21T09:05:00Z").unwrap());
    let sandbox = Sandbox::open(spec, clock.clone(), speed).unwrap();
    let client = Client::from_conf(
        aws_sdk_cloudwatch::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("ap-northeast-2"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .retry_config(aws_sdk_cloudwatch::config::retry::RetryConfig::disabled())
            .http_client(sandbox.http_client())
            .build(),
    );
    (sandbox, clock, client)
}

fn moment(t: Time) -> DateTime {
    DateTime::from_millis(t.millis())
}

fn dimension(name: &str, value: &str) -> Dimension {
    Dimension::builder().name(name).value(value).build()
}

#[tokio::test]
async fn the_demo_has_alarms_in_all_states_and_they_say_why() {
    let (_sandbox, _, cw) = open(WorldSpec::Demo);
    let all = cw.describe_alarms().send().await.unwrap();
    let states: std::collections::BTreeSet<&str> =
        all.metric_alarms().iter().map(|a| a.state_value().unwrap().as_str()).collect();
    assert_eq!(states.into_iter().collect::<Vec<_>>(), ["ALARM", "INSUFFICIENT_DATA", "OK"]);
    assert!(all.metric_alarms().iter().any(|a| a.actions_enabled() == Some(false)));
    let firing = cw.describe_alarms().state_value(StateValue::Alarm).send().await.unwrap();
    assert!(firing.metric_alarms()[0].state_reason().unwrap().starts_with("Threshold Crossed: "));
    assert!(firing.metric_alarms()[0].state_updated_timestamp().is_some());
}

#[tokio::test]
async fn an_alarm_fires_and_calms_down_with_its_metric() {
    let (_sandbox, clock, cw) = open(WorldSpec::Empty);
    cw.put_metric_alarm()
        .alarm_name("queue")
        .namespace("App")
        .metric_name("depth")
        .dimensions(dimension("q", "주문"))
        .statistic(Statistic::Maximum)
        .period(60)
        .evaluation_periods(1)
        .threshold(80.0)
        .comparison_operator(ComparisonOperator::GreaterThanThreshold)
        .treat_missing_data("notBreaching")
        .alarm_actions("arn:aws:sns:ap-northeast-2:000000000000:ops")
        .send()
        .await
        .unwrap();
    let send = |value: f64| {
        let datum = MetricDatum::builder().metric_name("depth").dimensions(dimension("q", "주문")).value(value);
        cw.put_metric_data().namespace("App").metric_data(datum.timestamp(moment(clock.now())).build()).send()
    };
    let state = || async {
        let all = cw.describe_alarms().alarm_names("queue").send().await.unwrap();
        let alarm = all.metric_alarms()[0].clone();
        (alarm.state_value.unwrap(), alarm.state_reason.unwrap())
    };
    assert_eq!(state().await.0, StateValue::InsufficientData);
    send(85.25).await.unwrap();
    clock.advance(Duration::from_secs(65));
    let (value, reason) = state().await;
    assert_eq!(value, StateValue::Alarm);
    assert_eq!(
        reason,
        "Threshold Crossed: 1 out of the last 1 datapoints [85.25 (21/11/26 09:05:00)] was greater than the threshold (80.0) \
         (minimum 1 datapoint for OK -> ALARM transition)."
    );
    clock.advance(Duration::from_secs(600));
    let (value, reason) = state().await;
    assert_eq!(value, StateValue::Ok, "{reason}");
    assert!(reason.contains("was treated as [NonBreaching]"), "{reason}");
    let history = cw
        .describe_alarm_history()
        .alarm_name("queue")
        .history_item_type(HistoryItemType::StateUpdate)
        .send()
        .await
        .unwrap();
    let summaries: Vec<_> = history.alarm_history_items().iter().map(|h| h.history_summary().unwrap()).collect();
    assert_eq!(summaries, ["Alarm updated from ALARM to OK", "Alarm updated from INSUFFICIENT_DATA to ALARM"]);
}

#[tokio::test]
async fn metrics_of_hundreds_of_instances_come_in_one_call() {
    let (sandbox, clock, cw) = open(WorldSpec::Fleet(600));
    let region = "ap-northeast-2";
    let ids: Vec<String> =
        sandbox.world().peek(region).unwrap().ec2.instances.keys().take(500).map(ToString::to_string).collect();
    let queries: Vec<_> = ids
        .iter()
        .enumerate()
        .map(|(n, id)| {
            let metric = Metric::builder()
                .namespace("AWS/EC2")
                .metric_name("CPUUtilization")
                .dimensions(dimension("InstanceId", id))
                .build();
            let stat = MetricStat::builder().metric(metric).period(300).stat("Average").build();
            MetricDataQuery::builder().id(format!("m{n}")).metric_stat(stat).build()
        })
        .collect();
    let end = clock.now();
    let got = cw
        .get_metric_data()
        .set_metric_data_queries(Some(queries.clone()))
        .start_time(moment(Time::from_secs(end.secs() - 3600)))
        .end_time(moment(end))
        .scan_by(ScanBy::TimestampAscending)
        .send()
        .await
        .unwrap();
    assert_eq!(got.metric_data_results().len(), 500);
    let full = got.metric_data_results().iter().filter(|r| r.values().len() == 12).count();
    assert!(full > 100, "{full} have data for the whole hour");
    assert!(got.metric_data_results().iter().all(|r| r.status_code() == Some(&StatusCode::Complete)));
    let mut more = queries;
    more.push(more[0].clone());
    let err = cw
        .get_metric_data()
        .set_metric_data_queries(Some(more))
        .start_time(moment(Time::from_secs(end.secs() - 3600)))
        .end_time(moment(end))
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert_eq!(err.meta().code(), Some("ValidationError"));
}

#[tokio::test]
async fn errors_are_read_as_the_sdks_own_types() {
    let (sandbox, _, cw) = open(WorldSpec::Demo);
    let err = cw.delete_alarms().alarm_names("never-there").send().await.unwrap_err().into_service_error();
    assert!(err.is_resource_not_found(), "{err:?}");
    let err = cw.describe_alarms().next_token("x").send().await.unwrap_err().into_service_error();
    assert!(err.is_invalid_next_token(), "{err:?}");
    sandbox.faults().add("cloudwatch:* throttle x1".parse().unwrap());
    let err = cw.describe_alarms().send().await.unwrap_err().into_service_error();
    assert_eq!(err.meta().code(), Some("Throttling"));
}

#[tokio::test]
async fn actions_are_switched_off_and_on() {
    let (_sandbox, _, cw) = open(WorldSpec::Demo);
    let enabled = || async {
        cw.describe_alarms().alarm_names("db-cpu-critical").send().await.unwrap().metric_alarms()[0].actions_enabled()
    };
    cw.disable_alarm_actions().alarm_names("db-cpu-critical").send().await.unwrap();
    assert_eq!(enabled().await, Some(false));
    cw.enable_alarm_actions().alarm_names("db-cpu-critical").send().await.unwrap();
    assert_eq!(enabled().await, Some(true));
}

#[tokio::test]
async fn a_question_about_ten_thousand_years_has_an_answer_of_bounded_length() {
    let (_, _, client) = open(WorldSpec::Empty);
    for (period, most) in [(60, 21_800), (3600, 11_000), (1, 18_100)] {
        let line =
            MetricDataQuery::builder().id("e1").expression("TIME_SERIES(1) + FILL(TIME_SERIES(1), 0)").period(period);
        let ask = client.get_metric_data().start_time(DateTime::from_secs(-62_135_596_800));
        let ask = ask.end_time(DateTime::from_secs(253_402_300_799)).metric_data_queries(line.build());
        let out = ask.send().await.unwrap();
        let points = out.metric_data_results()[0].values().len();
        assert!((1_000..=most).contains(&points), "{period}: {points}");
    }
}

/// Whether an alarm on a metric of one value each second fires, and after how many seconds of the wall's clock.
async fn fires_after(speed: f64, periods: i32, period: i32) -> Option<u64> {
    let (_sandbox, clock, cw) = open_at(WorldSpec::Empty, speed);
    cw.put_metric_alarm()
        .alarm_name("queue")
        .namespace("App")
        .metric_name("depth")
        .statistic(Statistic::Maximum)
        .period(period)
        .evaluation_periods(periods)
        .threshold(80.0)
        .comparison_operator(ComparisonOperator::GreaterThanThreshold)
        .send()
        .await
        .unwrap();
    for second in 0..600 {
        let datum = MetricDatum::builder().metric_name("depth").value(90.0).timestamp(moment(clock.now()));
        cw.put_metric_data().namespace("App").metric_data(datum.build()).send().await.unwrap();
        let alarms = cw.describe_alarms().alarm_names("queue").send().await.unwrap();
        if alarms.metric_alarms()[0].state_value() == Some(&StateValue::Alarm) {
            return Some(second);
        }
        clock.advance(Duration::from_secs(1));
    }
    None
}

#[tokio::test]
async fn an_alarm_fires_by_the_sandboxs_clock_whatever_its_speed() {
    // Three minutes, and a few seconds: of the wall's clock, then of faster ones.
    let slow = fires_after(1.0, 3, 60).await.unwrap();
    assert!((180..=190).contains(&slow), "{slow}");
    for (speed, most) in [(10.0, 20), (60.0, 5), (50.0, 6), (7.0, 29), (0.5, 370)] {
        let took = fires_after(speed, 3, 60).await.unwrap();
        assert!(took <= most && (took as f64) * speed >= 119.0, "at speed {speed}: {took} s");
    }
    // A fast alarm does not wait for the minute.
    let quick = fires_after(1.0, 1, 10).await.unwrap();
    assert!(quick <= 22, "{quick}");
}

#[tokio::test]
async fn a_fast_night_is_caught_up_with_in_no_time() {
    let (sandbox, clock, cw) = open_at(WorldSpec::Empty, 1000.0);
    cw.put_metric_alarm()
        .alarm_name("night")
        .namespace("App")
        .metric_name("depth")
        .statistic(Statistic::Sum)
        .period(10)
        .evaluation_periods(1)
        .threshold(1.0)
        .comparison_operator(ComparisonOperator::GreaterThanThreshold)
        .send()
        .await
        .unwrap();
    // A week of the wall's is 19 years of the sandbox's minutes.
    clock.advance(Duration::from_secs(7 * 86_400));
    let before = std::time::Instant::now();
    assert_eq!(cw.describe_alarms().send().await.unwrap().metric_alarms().len(), 1);
    assert!(before.elapsed() < Duration::from_secs(30), "{:?}", before.elapsed());
    let next = sandbox.world().events.next().unwrap();
    assert!(next > clock.now() && next.since(clock.now()) < Duration::from_secs(1), "{next:?}");
}
