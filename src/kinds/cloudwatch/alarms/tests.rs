use super::*;
use crate::kinds::intern::Interner;

fn alarm() -> sdk::MetricAlarm {
    sdk::MetricAlarm::builder()
        .alarm_name("web-cpu")
        .state_value(sdk::StateValue::Alarm)
        .metric_name("CPUUtilization")
        .namespace("AWS/EC2")
        .dimensions(sdk::Dimension::builder().name("InstanceId").value("i-0a1").build())
        .comparison_operator(sdk::ComparisonOperator::GreaterThanThreshold)
        .threshold(70.0)
        .period(60)
        .evaluation_periods(5)
        .datapoints_to_alarm(3)
        .build()
}

#[test]
fn an_alarms_condition_reads_as_a_sentence() {
    assert_eq!(condition(&alarm(), &Watched::of(&alarm())), "> 70 for 3 of 5 × 1 m");
}

#[test]
fn what_it_watches_is_said_by_name_and_a_low_alarm_of_target_tracking_is_not_red() {
    assert_eq!(called("LoadBalancer", "app/my-alb/50dc6c495c0c9188"), "my-alb");
    assert_eq!(called("TargetGroup", "targetgroup/my-tg/73e2d6bc24d8a067"), "my-tg");
    assert_eq!(called("AutoScalingGroupName", "my-asg/ec2"), "my-asg/ec2");
    let named =
        |name: &str| row_of(&sdk::MetricAlarm::builder().alarm_name(name).state_value("ALARM".into()).build()).state;
    assert_eq!(named("TargetTracking-my-asg-AlarmLow-1b2c").map(|s| s.0), Some(Tone::Idle));
    assert_eq!(named("TargetTracking-my-asg-AlarmHigh-1b2c").map(|s| s.0), Some(Tone::Bad));
}

fn cell(row: &Record, field: &str) -> String {
    row.at(row.kind.index_of(field).expect("a field")).items().join(",")
}

fn stat(id: &str, metric: &str) -> sdk::builders::MetricDataQueryBuilder {
    let metric = sdk::Metric::builder()
        .namespace("AWS/EC2")
        .metric_name(metric)
        .dimensions(sdk::Dimension::builder().name("InstanceId").value("i-0a1").build())
        .build();
    let stat = sdk::MetricStat::builder().metric(metric).period(300).stat("p99").build();
    sdk::MetricDataQuery::builder().id(id).metric_stat(stat)
}

fn math(id: &str, expression: &str) -> sdk::builders::MetricDataQueryBuilder {
    sdk::MetricDataQuery::builder().id(id).expression(expression)
}

fn row_of(a: &sdk::MetricAlarm) -> Record {
    let mut converter = Converter::new(&Interner::default());
    let alarm = metric(&mut converter, a).expect("it has a name");
    ROWS.record(&alarm, &mut converter).expect("it has a name")
}

fn of(a: sdk::builders::MetricAlarmBuilder) -> Record {
    let a = a.alarm_name("web-cpu").evaluation_periods(2).build();
    row_of(&a)
}

fn above(threshold: f64) -> sdk::builders::MetricAlarmBuilder {
    let op = sdk::ComparisonOperator::GreaterThanThreshold;
    sdk::MetricAlarm::builder().comparison_operator(op).threshold(threshold)
}

/// Such an alarm once read "expression > 5", without its metric, statistic and period.
#[test]
fn a_metric_in_metrics_reads_as_one_at_the_top() {
    for query in [
        stat("m1", "CPUUtilization").return_data(true),
        stat("m1", "CPUUtilization"),
        stat("m1", "CPUUtilization").label("").return_data(true),
        stat("m1", "CPUUtilization").label("load of ${PROP('Dim.InstanceId')}"),
    ] {
        let row = of(above(80.0).metrics(query.build()));
        assert_eq!(cell(&row, "condition"), "> 80 for 2 × 5 m");
        for (field, want) in [
            ("metric", "CPUUtilization"),
            ("namespace", "AWS/EC2"),
            ("statistic", "p99"),
            ("dimensions", "InstanceId=i-0a1"),
            (RESOURCES.name, "i-0a1"),
        ] {
            assert_eq!(cell(&row, field), want, "{field}");
        }
        assert_eq!(row.get(&PERIOD), &Value::Seconds(300));
        assert_eq!(links(&row, &Scope::Global).len(), 2);
    }
}

#[test]
fn an_anomaly_band_is_what_its_metric_is_compared_with() {
    let band = || math("ad1", "ANOMALY_DETECTION_BAND(m1, 2.5)").label("CPUUtilization (expected)").return_data(true);
    let metric = || stat("m1", "CPUUtilization").return_data(true);
    let op = sdk::ComparisonOperator::LessThanLowerOrGreaterThanUpperThreshold;
    let alarm = || sdk::MetricAlarm::builder().comparison_operator(op.clone()).threshold_metric_id("ad1");
    for a in [
        alarm().metrics(metric().build()).metrics(band().build()),
        alarm().metrics(band().build()).metrics(metric().build()),
    ] {
        let row = of(a);
        assert_eq!(cell(&row, "condition"), "outside band (2.5) for 2 × 5 m");
        assert_eq!((cell(&row, "metric"), cell(&row, "statistic")), ("CPUUtilization".into(), "p99".into()));
    }
    // A band around an expression.
    let row = of(alarm()
        .metrics(math("ad1", "ANOMALY_DETECTION_BAND(e1, 2)").build())
        .metrics(stat("m1", "NetworkIn").return_data(false).build())
        .metrics(math("e1", "RATE(m1)").return_data(true).build()));
    assert_eq!(cell(&row, "condition"), "RATE(m1) outside band (2) for 2 × 5 m");
}

#[test]
fn metric_math_is_called_by_its_label_or_its_expression_and_names_its_metrics() {
    let with = |label: Option<&str>| {
        let sum = math("e1", "m1 +\n  m2").set_label(label.map(Into::into)).return_data(true);
        of(above(5.0)
            .metrics(stat("m1", "NetworkIn").return_data(false).build())
            .metrics(stat("m2", "NetworkOut").label("out").return_data(false).build())
            .metrics(sum.build()))
    };
    assert_eq!(cell(&with(Some("traffic")), "condition"), "traffic > 5 for 2 × 5 m");
    let row = with(None);
    assert_eq!(cell(&row, "condition"), "m1 + m2 > 5 for 2 × 5 m");
    assert_eq!(cell(&row, "metric"), "NetworkIn, NetworkOut");
    assert_eq!((cell(&row, "statistic"), cell(&row, "dimensions")), ("p99".into(), "InstanceId=i-0a1".into()));
    // A query over metrics has none of its own.
    let query = "SELECT MAX(CPUUtilization) FROM SCHEMA(\"AWS/EC2\", InstanceId)";
    let row = of(above(90.0).metrics(math("q1", query).period(60).return_data(true).build()));
    assert_eq!(cell(&row, "condition"), format!("{query} > 90 for 2 × 1 m"));
    assert_eq!((cell(&row, "metric"), row.get(&PERIOD)), (String::new(), &Value::Seconds(60)));
}

#[test]
fn an_alarm_leads_to_its_instance_and_is_found_by_it() {
    let row = row_of(&alarm());
    assert_eq!(state(&row), AlarmState::Alarm);
    assert_eq!(row.get(&RESOURCES).items(), ["i-0a1"]);
    let kinds: Vec<_> = links(&row, &Scope::Global).into_iter().map(|l| (l.kind, l.query)).collect();
    assert_eq!(kinds[0], ("instances", "id=i-0a1".to_string()));
    assert_eq!(row.state.map(|(tone, _)| tone), Some(Tone::Bad));
}
