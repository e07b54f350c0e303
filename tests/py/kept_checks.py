"""What is accepted is kept and acts, or is refused: percentiles of what was sent, alarms' actions and their suppressors, weighted
forwards; and alarms by the sandbox's clock, which runs faster than this one here."""
import datetime
import json
import time

from botocore.exceptions import ClientError

from checks import HOME, check, client, fails, main, until

CW, EC2, ELB, ASG = client("cloudwatch"), client("ec2"), client("elbv2"), client("autoscaling")
STOP = f"arn:aws:automate:{HOME}:ec2:stop"


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def sent(name, **datum):
    CW.put_metric_data(Namespace="Kept", MetricData=[{"MetricName": name, "Timestamp": now(), **datum}])


def of(name, *stats):
    """The newest value of each statistic."""
    queries = [{"Id": f"m{n}", "MetricStat": {"Metric": {"Namespace": "Kept", "MetricName": name}, "Period": 3600, "Stat": stat}}
               for n, stat in enumerate(stats)]
    span = dict(StartTime=now() - datetime.timedelta(hours=3), EndTime=now() + datetime.timedelta(hours=1))
    results = {r["Id"]: r["Values"] for r in CW.get_metric_data(MetricDataQueries=queries, **span)["MetricDataResults"]}
    return [results[f"m{n}"][0] if results[f"m{n}"] else None for n in range(len(stats))]


def alarm(name, metric, **more):
    settings = dict(Namespace="Kept", MetricName=metric, Statistic="Maximum", Period=60, EvaluationPeriods=1, Threshold=50.0,
                    ComparisonOperator="GreaterThanThreshold", TreatMissingData="ignore")
    if "ExtendedStatistic" in more:
        del settings["Statistic"]
    CW.put_metric_alarm(AlarmName=name, **{**settings, **more})


def state(name):
    found = CW.describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    return (found["MetricAlarms"] + found["CompositeAlarms"])[0]


def actions(name, kind="MetricAlarm"):
    items = CW.describe_alarm_history(AlarmName=name, AlarmTypes=[kind], HistoryItemType="Action")["AlarmHistoryItems"]
    return [(i["HistorySummary"], json.loads(i["HistoryData"])["actionState"]) for i in items]


def quiet_instance():
    """One that no group replaces."""
    reservation = EC2.run_instances(ImageId=EC2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"], MinCount=1, MaxCount=1,
                                    InstanceType="t3.micro")
    id = reservation["Instances"][0]["InstanceId"]
    until("it runs", lambda: instance_state(id) == "running")
    return id


def instance_state(id):
    return EC2.describe_instances(InstanceIds=[id])["Reservations"][0]["Instances"][0]["State"]["Name"]


@check
def percentiles_weigh_values_by_their_counts():
    sent("counted", Values=[1.0, 100.0], Counts=[85.0, 15.0])
    assert of("counted", "p80", "p85", "p90", "p99", "SampleCount", "Sum") == [1.0, 1.0, 100.0, 100.0, 100.0, 1585.0]
    sent("hundred", Values=[float(n) for n in range(1, 101)])
    wanted = {"tm90": 45.5, "TM(10%:90%)": 50.5, "IQM": 50.5, "tc90": 90.0, "ts90": 4095.0, "wm98": 50.47, "PR(:30)": 30.0, "p50": 50.0,
              "TM(10:20)": 15.5}
    for stat, got in zip(wanted, of("hundred", *wanted)):
        assert abs(got - wanted[stat]) < 1e-6, (stat, got)
    old = CW.get_metric_statistics(Namespace="Kept", MetricName="counted", StartTime=now() - datetime.timedelta(hours=2),
                                   EndTime=now() + datetime.timedelta(hours=1), Period=3600, ExtendedStatistics=["p80", "p90"])
    assert old["Datapoints"][0]["ExtendedStatistics"] == {"p80": 1.0, "p90": 100.0}, old


@check
def statistic_sets_have_no_percentiles():
    sent("told", StatisticValues={"SampleCount": 10, "Sum": 55, "Minimum": 1, "Maximum": 10})
    assert of("told", "p90", "tm90", "Average", "Maximum") == [None, None, 5.5, 10.0]
    sent("even", StatisticValues={"SampleCount": 4, "Sum": 20, "Minimum": 5, "Maximum": 5})
    assert of("even", "p90", "tm90") == [5.0, 5.0]
    fails("ValidationError", CW.get_metric_data, StartTime=now() - datetime.timedelta(hours=3), EndTime=now(), MetricDataQueries=[
        {"Id": "m", "MetricStat": {"Metric": {"Namespace": "Kept", "MetricName": "told"}, "Period": 60, "Stat": "TM(5:1)"}}])


@check
def alarms_look_by_the_sandboxs_clock():
    start = time.monotonic()
    alarm("fast", "fast")
    alarm("p80", "p80", ExtendedStatistic="p80")
    alarm("p99", "p99", ExtendedStatistic="p99")
    sent("fast", Value=90.0)
    for name in ("p80", "p99"):
        sent(name, Values=[1.0, 100.0], Counts=[85.0, 15.0])
    until("the alarm fires", lambda: state("fast")["StateValue"] == "ALARM", 10)
    until("p99 fires", lambda: state("p99")["StateValue"] == "ALARM", 10)
    alarm("told-p90", "told", ExtendedStatistic="p90", TreatMissingData="missing")
    sent("told", StatisticValues={"SampleCount": 10, "Sum": 900, "Minimum": 60, "Maximum": 100})
    until("p80 does not", lambda: state("p80")["StateValue"] == "OK", 10)
    assert time.monotonic() - start < 20, "that took the wall's minute"
    assert state("told-p90")["StateValue"] == "INSUFFICIENT_DATA", "there is no percentile of a statistic set"
    reason = json.loads(state("fast")["StateReasonData"])
    shown = datetime.datetime.strptime(reason["evaluatedDatapoints"][0]["timestamp"], "%Y-%m-%dT%H:%M:%S.%f%z")
    assert abs((shown - now()).total_seconds()) < 60, reason


@check
def an_alarm_stops_its_instance_and_the_history_says_so():
    id = quiet_instance()
    mine = [{"Name": "InstanceId", "Value": id}]
    alarm("stopper", "x", Dimensions=mine, AlarmActions=[STOP, f"arn:aws:sns:{HOME}:000000000000:ops"])
    CW.set_alarm_state(AlarmName="stopper", StateValue="ALARM", StateReason="by hand")
    assert instance_state(id) in ("stopping", "stopped"), instance_state(id)
    assert (f"Successfully executed action {STOP}", "Succeeded") in actions("stopper"), actions("stopper")
    EC2.modify_instance_attribute(InstanceId=id, DisableApiTermination={"Value": True})
    swf = f"arn:aws:swf:{HOME}:000000000000:action/actions/AWS_EC2.InstanceId.Terminate/1.0"
    alarm("ender", "x", Dimensions=mine, AlarmActions=[swf])
    CW.set_alarm_state(AlarmName="ender", StateValue="ALARM", StateReason="by hand")
    summary, word = actions("ender")[0]
    assert word == "Failed" and "may not be terminated" in summary and swf in summary, summary
    EC2.modify_instance_attribute(InstanceId=id, DisableApiTermination={"Value": False})
    CW.set_alarm_state(AlarmName="ender", StateValue="OK", StateReason="by hand")
    CW.set_alarm_state(AlarmName="ender", StateValue="ALARM", StateReason="by hand")
    assert instance_state(id) in ("shutting-down", "terminated") and actions("ender")[0][1] == "Succeeded"
    alarm("rebooter", "x", Dimensions=mine, AlarmActions=[f"arn:aws:automate:{HOME}:ec2:reboot"])
    CW.set_alarm_state(AlarmName="rebooter", StateValue="ALARM", StateReason="by hand")
    assert actions("rebooter")[0][1] == "Failed", actions("rebooter")


@check
def actions_that_cannot_be_are_refused():
    fails("ValidationError", alarm, "InstanceId", name="bad", metric="x", AlarmActions=[STOP])
    fails("ValidationError", alarm, "Invalid arn syntax", name="bad", metric="x", AlarmActions=["nonsense"])
    fails("ValidationError", alarm, "Invalid region", name="bad", metric="x", AlarmActions=["arn:aws:sns:eu-west-3:000000000000:ops"])
    fails("ValidationError", CW.put_composite_alarm, "composite", AlarmName="bad", AlarmRule="TRUE", AlarmActions=[STOP])
    fails("ValidationError", alarm, "not supported", name="bad", metric="x", ThresholdMetricId="m1")
    fails("ValidationError", alarm, "statistic", name="bad", metric="x", ExtendedStatistic="Average")
    alarm("far", "x", AlarmActions=[f"arn:aws:lambda:{HOME}:000000000000:function:f"])
    CW.set_alarm_state(AlarmName="far", StateValue="ALARM", StateReason="by hand")
    assert actions("far")[0][1] == "Failed", actions("far")


@check
def a_suppressor_holds_back_what_a_composite_alarm_would_do():
    topic = f"arn:aws:sns:{HOME}:000000000000:ops"
    alarm("child", "none", TreatMissingData="ignore")
    alarm("maintenance", "none", TreatMissingData="ignore")
    put = dict(AlarmName="parent", AlarmRule="ALARM(child)", AlarmActions=[topic])
    periods = dict(ActionsSuppressorWaitPeriod=60, ActionsSuppressorExtensionPeriod=60)
    fails("ValidationError", CW.put_composite_alarm, "WaitPeriod", **put, ActionsSuppressor="maintenance")
    fails("ValidationError", CW.put_composite_alarm, "does not exist", **put, ActionsSuppressor="nobody", **periods)
    CW.put_composite_alarm(**put, ActionsSuppressor="maintenance", **periods)
    kept = state("parent")
    assert kept["ActionsSuppressor"] == "maintenance" and kept["ActionsSuppressorWaitPeriod"] == 60, kept

    def told():
        return sum(topic in summary for summary, word in actions("parent", "CompositeAlarm") if word == "Succeeded")

    def turn(name, value):
        CW.set_alarm_state(AlarmName=name, StateValue=value, StateReason="by hand")

    turn("maintenance", "ALARM")
    turn("child", "ALARM")
    held = state("parent")
    assert held["StateValue"] == "ALARM" and held["ActionsSuppressedBy"] == "Alarm" and told() == 0, held
    time.sleep(2)
    assert told() == 0
    turn("maintenance", "OK")
    assert state("parent")["ActionsSuppressedBy"] == "ExtensionPeriod" and told() == 0
    until("the extension ends and it acts", lambda: told() == 1, 10)
    assert "ActionsSuppressedBy" not in state("parent")
    turn("child", "OK")
    turn("child", "ALARM")
    assert state("parent")["ActionsSuppressedBy"] == "WaitPeriod" and told() == 1
    until("the wait ends and it acts", lambda: told() == 2, 10)


@check
def scaling_follows_its_alarm_by_the_sandboxs_clock():
    group = ASG.describe_auto_scaling_groups()["AutoScalingGroups"][0]
    name, before = group["AutoScalingGroupName"], group["DesiredCapacity"]
    ASG.update_auto_scaling_group(AutoScalingGroupName=name, MaxSize=before + 5)
    for policy in ASG.describe_policies(AutoScalingGroupName=name)["ScalingPolicies"]:
        ASG.delete_policy(AutoScalingGroupName=name, PolicyName=policy["PolicyName"])
    policy = ASG.put_scaling_policy(AutoScalingGroupName=name, PolicyName="by-alarm", PolicyType="SimpleScaling",
                                    AdjustmentType="ChangeInCapacity", ScalingAdjustment=1, Cooldown=60)["PolicyARN"]
    alarm("scaler", "load", AlarmActions=[policy])
    sent("load", Value=99.0)

    def desired():
        return ASG.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]["DesiredCapacity"]

    until("it grows", lambda: desired() > before, 15)
    # As long as the alarm is on, again and again: by the minutes of the sandbox.
    until("it grows again", lambda: desired() > before + 1, 25)
    alarm("nobodys", "load", AlarmActions=[policy.replace("by-alarm", "gone").replace("scalingPolicy:", "scalingPolicy:x")])
    CW.set_alarm_state(AlarmName="nobodys", StateValue="ALARM", StateReason="by hand")
    assert actions("nobodys")[0][1] == "Failed", actions("nobodys")
    CW.delete_alarms(AlarmNames=["scaler", "nobodys"])


@check
def a_weighted_forward_keeps_its_stickiness():
    balancer = [b for b in ELB.describe_load_balancers()["LoadBalancers"] if b["Type"] == "application"][0]
    vpc = balancer["VpcId"]
    groups = [ELB.create_target_group(Name=f"kept-{n}", Protocol="HTTP", Port=80, VpcId=vpc, ProtocolVersion="HTTP2")["TargetGroups"][0]
              for n in (1, 2)]
    assert groups[0]["ProtocolVersion"] == "HTTP2"
    arns = [g["TargetGroupArn"] for g in groups]

    def forward(**stickiness):
        tuples = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in zip(arns, (90, 10))]
        config = {"TargetGroups": tuples, **({"TargetGroupStickinessConfig": stickiness} if stickiness else {})}
        return [{"Type": "forward", "ForwardConfig": config}]

    made = dict(LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=8099)
    fails("ValidationError", ELB.create_listener, **made, DefaultActions=forward(Enabled=True))
    fails("ValidationError", ELB.create_listener, **made, DefaultActions=forward(Enabled=True, DurationSeconds=604801))
    listener = ELB.create_listener(**made, DefaultActions=forward(Enabled=True, DurationSeconds=3600))["Listeners"][0]
    want = {"Enabled": True, "DurationSeconds": 3600}
    assert listener["DefaultActions"][0]["ForwardConfig"]["TargetGroupStickinessConfig"] == want, listener
    arn = listener["ListenerArn"]
    rule = ELB.create_rule(ListenerArn=arn, Priority=1, Actions=forward(Enabled=True, DurationSeconds=60),
                           Conditions=[{"Field": "path-pattern", "Values": ["/x"]}])["Rules"][0]["RuleArn"]
    rules = {r["RuleArn"]: r["Actions"][0]["ForwardConfig"] for r in ELB.describe_rules(ListenerArn=arn)["Rules"]}
    assert rules[rule]["TargetGroupStickinessConfig"] == {"Enabled": True, "DurationSeconds": 60}, rules
    assert [t["Weight"] for t in rules[rule]["TargetGroups"]] == [90, 10]
    ELB.modify_rule(RuleArn=rule, Actions=forward())
    again = ELB.describe_rules(RuleArns=[rule])["Rules"][0]["Actions"][0]["ForwardConfig"]
    assert again["TargetGroupStickinessConfig"] == {"Enabled": False}, again
    fails("ValidationError", ELB.modify_rule, RuleArn=rule, Actions=[{"Type": "forward", "ForwardConfig": {
        "TargetGroups": [{"TargetGroupArn": arns[0], "Weight": 1000}]}}])
    ELB.delete_listener(ListenerArn=arn)


@check
def what_is_not_done_is_refused_and_not_passed_over():
    group = ASG.describe_auto_scaling_groups()["AutoScalingGroups"][0]["AutoScalingGroupName"]
    balancer = [b for b in ELB.describe_load_balancers()["LoadBalancers"] if b["Type"] == "application"][0]
    listener = ELB.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"][0]["ListenerArn"]
    targets = ELB.describe_target_groups()["TargetGroups"][0]["TargetGroupArn"]
    rule = dict(ListenerArn=listener, Priority=777, Conditions=[{"Field": "path-pattern", "Values": ["/y"]}])
    fixed = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}]
    refused = [
        (ASG.update_auto_scaling_group, dict(AutoScalingGroupName=group, DesiredCapacityType="vcpu")),
        (ASG.update_auto_scaling_group, dict(AutoScalingGroupName=group, PlacementGroup="mine")),
        (ASG.update_auto_scaling_group, dict(AutoScalingGroupName=group, HealthCheckType="EBS")),
        (ASG.update_auto_scaling_group, dict(AutoScalingGroupName=group, InstanceMaintenancePolicy={
            "MinHealthyPercentage": 90, "MaxHealthyPercentage": 120})),
        (ASG.start_instance_refresh, dict(AutoScalingGroupName=group, Preferences={"CheckpointPercentages": [50]})),
        (ELB.modify_target_group, dict(TargetGroupArn=targets, HealthCheckEnabled=False)),
        (ELB.modify_listener, dict(ListenerArn=listener, MutualAuthentication={"Mode": "verify", "TrustStoreArn": "x"})),
        (ELB.create_rule, dict(**rule, Actions=fixed, Transforms=[{"Type": "url-rewrite", "UrlRewriteConfig": {
            "Rewrites": [{"Regex": "a", "Replace": "b"}]}}])),
        (ELB.create_rule, dict(**{**rule, "Conditions": [{"Field": "path-pattern", "RegexValues": ["^/y"]}]}, Actions=fixed)),
        (CW.put_metric_data, dict(Namespace="Kept", EntityMetricData=[{"MetricData": [{"MetricName": "x", "Value": 1.0}]}])),
        (CW.put_metric_data, dict(Namespace="Kept", MetricData=[{"MetricName": "x", "Value": 1.0, "StorageResolution": 7}])),
    ]
    for call, arguments in refused:
        try:
            call(**arguments)
            raise AssertionError(f"{call.__name__} took {arguments}")
        except ClientError as e:
            assert e.response["ResponseMetadata"]["HTTPStatusCode"] == 400, e
    ASG.update_auto_scaling_group(AutoScalingGroupName=group, DesiredCapacityType="units")


@check
def units_are_kept_apart():
    sent("units", Value=5.0, Unit="Seconds")
    sent("units", Value=5000.0, Unit="Milliseconds")
    alarm("seconds", "units", Unit="Seconds", Threshold=100.0)
    alarm("millis", "units", Unit="Milliseconds", Threshold=100.0)
    until("they tell the units apart", lambda: (state("seconds")["StateValue"], state("millis")["StateValue"]) == ("OK", "ALARM"), 10)


if __name__ == "__main__":
    main()
