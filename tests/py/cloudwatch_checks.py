"""Strict checks of the sandbox's CloudWatch with boto3 (JSON), by hand in the query protocol, and gzipped.
The endpoint comes from SKYDECK_TEST_ENDPOINT; exit 0 if all hold."""
import datetime
import gzip
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["SKYDECK_TEST_ENDPOINT"]
HOME = "ap-northeast-2"
KEYS = dict(aws_access_key_id="test", aws_secret_access_key="test")
CW = boto3.client("cloudwatch", region_name=HOME, endpoint_url=ENDPOINT, config=Config(retries={"max_attempts": 1}), **KEYS)
EC2 = boto3.client("ec2", region_name=HOME, endpoint_url=ENDPOINT, **KEYS)
STAMP = str(int(time.time() * 1000))
ALARM = f"check-{STAMP}"
SPACE = f"Check/{STAMP}"


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def fails(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as e:
        got = e.response["Error"]["Code"]
        assert got == code, f"expected {code}, got {got}: {e}"
        return e.response
    raise AssertionError(f"expected {code}, and nothing failed")


def query(**form):
    body = urllib.parse.urlencode({"Version": "2010-08-01", **form}).encode()
    scope = f"AWS4-HMAC-SHA256 Credential=test/20260101/{HOME}/monitoring/aws4_request, SignedHeaders=host, Signature=0"
    request = urllib.request.Request(ENDPOINT, data=body, headers={
        "Authorization": scope, "Content-Type": "application/x-www-form-urlencoded"})
    try:
        return 200, urllib.request.urlopen(request).read().decode()
    except urllib.error.HTTPError as e:
        return e.code, e.read().decode()


def alarms_are_listed_in_all_states():
    pages = list(CW.get_paginator("describe_alarms").paginate(PaginationConfig={"PageSize": 2}))
    alarms = [a for p in pages for a in p["MetricAlarms"]]
    assert {a["StateValue"] for a in alarms} == {"OK", "ALARM", "INSUFFICIENT_DATA"}, [(a["AlarmName"], a["StateValue"]) for a in alarms]
    assert any(not a["ActionsEnabled"] for a in alarms) and len(alarms) >= 6
    assert len({a["AlarmName"] for a in alarms}) == len(alarms)
    firing = CW.describe_alarms(StateValue="ALARM")["MetricAlarms"]
    assert firing and all("Threshold Crossed" in a["StateReason"] for a in firing), firing
    data = json.loads(firing[0]["StateReasonData"])
    assert data["recentDatapoints"] and data["threshold"] == firing[0]["Threshold"]
    both = CW.describe_alarms(AlarmTypes=["CompositeAlarm", "MetricAlarm"])
    assert both["CompositeAlarms"] and not CW.describe_alarms()["CompositeAlarms"]
    fails("InvalidNextToken", CW.describe_alarms, NextToken="nonsense")
    fails("ValidationError", CW.describe_alarms, AlarmNames=["a"], AlarmNamePrefix="b")


def an_alarm_lives_from_creation_to_deletion():
    CW.put_metric_alarm(AlarmName=ALARM, Namespace=SPACE, MetricName="m", Statistic="Sum", Period=60, EvaluationPeriods=1,
                        Threshold=5, ComparisonOperator="GreaterThanThreshold", AlarmDescription="가나", Tags=[{"Key": "a", "Value": "b"}],
                        AlarmActions=["arn:aws:sns:ap-northeast-2:000000000000:x"], Dimensions=[{"Name": "d", "Value": "값"}])
    alarm = CW.describe_alarms(AlarmNames=[ALARM])["MetricAlarms"][0]
    assert alarm["StateValue"] == "INSUFFICIENT_DATA" and alarm["StateReason"] == "Unchecked: Initial alarm creation"
    assert alarm["ActionsEnabled"] and alarm["Threshold"] == 5.0 and alarm["Dimensions"] == [{"Name": "d", "Value": "값"}]
    assert abs((now() - alarm["StateUpdatedTimestamp"]).total_seconds()) < 30
    assert CW.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"] == [{"Key": "a", "Value": "b"}]
    CW.disable_alarm_actions(AlarmNames=[ALARM, "never-there"])
    assert CW.describe_alarms(AlarmNames=[ALARM])["MetricAlarms"][0]["ActionsEnabled"] is False
    CW.enable_alarm_actions(AlarmNames=[ALARM])
    CW.set_alarm_state(AlarmName=ALARM, StateValue="ALARM", StateReason="by hand", StateReasonData='{"x":1}')
    assert CW.describe_alarms(AlarmNames=[ALARM])["MetricAlarms"][0]["StateValue"] == "ALARM"
    fails("ResourceNotFound", CW.set_alarm_state, AlarmName="never-there", StateValue="OK", StateReason="x")
    fails("InvalidFormat", CW.set_alarm_state, AlarmName=ALARM, StateValue="OK", StateReason="x", StateReasonData="{")
    history = CW.describe_alarm_history(AlarmName=ALARM)["AlarmHistoryItems"]
    kinds = [h["HistoryItemType"] for h in history]
    assert kinds[:2] == ["Action", "StateUpdate"] and kinds[-1] == "ConfigurationUpdate", kinds
    update = next(h for h in history if h["HistoryItemType"] == "StateUpdate")
    assert update["HistorySummary"] == "Alarm updated from INSUFFICIENT_DATA to ALARM"
    assert json.loads(update["HistoryData"])["newState"]["stateReason"] == "by hand"
    found = CW.describe_alarms_for_metric(Namespace=SPACE, MetricName="m", Dimensions=[{"Name": "d", "Value": "값"}])["MetricAlarms"]
    assert [a["AlarmName"] for a in found] == [ALARM]
    fails("ResourceNotFound", CW.delete_alarms, AlarmNames=[ALARM, "never-there"])
    CW.delete_alarms(AlarmNames=[ALARM])
    assert CW.describe_alarms(AlarmNames=[ALARM])["MetricAlarms"] == []


def instances_have_metrics_while_they_run():
    states = {i["InstanceId"]: i for r in EC2.describe_instances()["Reservations"] for i in r["Instances"]}
    running = [i for i, x in states.items() if x["State"]["Name"] == "running"]
    stopped = [i for i, x in states.items() if x["State"]["Name"] == "stopped"]

    def stat(i, name="CPUUtilization", minutes=60, period=300):
        end = now()
        return {"Id": "m" + i.replace("-", "_"), "MetricStat": {"Metric": {"Namespace": "AWS/EC2", "MetricName": name, "Dimensions": [
            {"Name": "InstanceId", "Value": i}]}, "Period": period, "Stat": "Average"}}

    end = now()
    start = end - datetime.timedelta(hours=1)
    got = CW.get_metric_data(MetricDataQueries=[stat(i) for i in running + stopped], StartTime=start, EndTime=end)["MetricDataResults"]
    by = {r["Id"][1:].replace("_", "-"): r for r in got}
    full = [by[i] for i in running if states[i]["LaunchTime"] < start]
    assert full and all(11 <= len(r["Values"]) <= 13 and all(0 < v <= 100 for v in r["Values"]) for r in full)
    assert all(by[i]["Values"] == [] and by[i]["StatusCode"] == "Complete" for i in stopped)
    assert all(t.minute % 5 == 0 and t.second == 0 for r in full for t in r["Timestamps"])
    assert all(r["Timestamps"] == sorted(r["Timestamps"], reverse=True) for r in full)
    one = full[0]["Id"][1:].replace("_", "-")
    points = CW.get_metric_statistics(Namespace="AWS/EC2", MetricName="CPUUtilization", Dimensions=[{"Name": "InstanceId", "Value": one}],
                                      StartTime=start, EndTime=end, Period=300, Statistics=["Average", "Maximum"], )["Datapoints"]
    same = dict(zip(full[0]["Timestamps"], full[0]["Values"]))
    assert points and all(abs(same[p["Timestamp"]] - p["Average"]) < 1e-9 and p["Maximum"] >= p["Average"] and p["Unit"] == "Percent" for p in points)
    metrics = [m for p in CW.get_paginator("list_metrics").paginate(Namespace="AWS/EC2", MetricName="CPUUtilization") for m in p["Metrics"]]
    assert len(metrics) >= len(running)
    paged = CW.get_metric_data(MetricDataQueries=[stat(i) for i in running[:3]], StartTime=start, EndTime=end, MaxDatapoints=5)
    assert paged["NextToken"] and paged["MetricDataResults"][-1]["StatusCode"] == "PartialData"
    pages = list(CW.get_paginator("get_metric_data").paginate(MetricDataQueries=[stat(running[0])], StartTime=start, EndTime=end, MaxDatapoints=5))
    assert sum(len(r["Values"]) for p in pages for r in p["MetricDataResults"]) == len(by[running[0]]["Values"])


def sent_metrics_and_math():
    at = now().replace(second=0, microsecond=0) - datetime.timedelta(minutes=5)
    minute = datetime.timedelta(minutes=1)
    CW.put_metric_data(Namespace=SPACE, MetricData=[
        {"MetricName": "a", "Timestamp": at, "Value": 3, "Unit": "Count"}, {"MetricName": "a", "Timestamp": at, "Value": 5, "Unit": "Count"},
        {"MetricName": "a", "Timestamp": at + minute, "Value": 1}, {"MetricName": "b", "Timestamp": at, "Values": [1, 2], "Counts": [2, 1]}])

    def m(name, stat):
        return {"Id": name, "ReturnData": False, "MetricStat": {"Metric": {"Namespace": SPACE, "MetricName": name}, "Period": 60, "Stat": stat}}

    got = CW.get_metric_data(StartTime=at, EndTime=at + 3 * minute, ScanBy="TimestampAscending", MetricDataQueries=[
        m("a", "Sum"), m("b", "Sum"), {"Id": "e1", "Expression": "(a + b) * 10", "Label": "both"}, {"Id": "e2", "Expression": "MAX(a)"},
        {"Id": "e3", "Expression": "e1 / 2"}])["MetricDataResults"]
    values = {r["Id"]: r["Values"] for r in got}
    assert values["e1"] == [120.0] and values["e2"] == [8.0] * 3 and values["e3"] == [60.0], values
    assert {r["Label"] for r in got} >= {"both"}
    names = sorted(x["MetricName"] for x in CW.list_metrics(Namespace=SPACE)["Metrics"])
    assert names == ["a", "b"]
    fails("ValidationError", CW.get_metric_data, StartTime=at, EndTime=at, MetricDataQueries=[m("a", "Sum")])
    fails("ValidationError", CW.get_metric_data, StartTime=at, EndTime=now(), MetricDataQueries=[{"Id": "Bad", "Expression": "1"}])
    fails("ValidationError", CW.get_metric_data, StartTime=at, EndTime=now(), MetricDataQueries=[{"Id": "e", "Expression": "nothing + 1"}])
    fails("InvalidParameterCombination", CW.get_metric_statistics, Namespace=SPACE, MetricName="a", Period=60, Statistics=["Sum"],
          StartTime=now() - datetime.timedelta(days=3), EndTime=now())
    fails("InvalidParameterValue", CW.put_metric_data, Namespace="AWS/EC2", MetricData=[{"MetricName": "x", "Value": 1}])


def metric_math_has_conditions_and_functions():
    at = now().replace(second=0, microsecond=0) - datetime.timedelta(minutes=10)
    minute = datetime.timedelta(minutes=1)
    CW.put_metric_data(Namespace=SPACE, MetricData=[{"MetricName": "math", "Timestamp": at + n * minute, "Value": float(n)} for n in range(5)])
    metric = {"Id": "m1", "ReturnData": False, "MetricStat": {"Metric": {"Namespace": SPACE, "MetricName": "math"}, "Period": 60, "Stat": "Sum"}}

    def values(expression):
        got = CW.get_metric_data(StartTime=at, EndTime=at + 5 * minute, ScanBy="TimestampAscending",
                                 MetricDataQueries=[metric, {"Id": "e1", "Expression": expression}])
        return got["MetricDataResults"][0]["Values"]

    for expression, expected in [("m1 * 2 + 1", [1, 3, 5, 7, 9]), ("IF(m1 > 2, 1, 0)", [0, 0, 0, 1, 1]), ("DIFF(m1)", [1] * 4),
                                 ("RUNNING_SUM(m1)", [0, 1, 3, 6, 10]), ("CEIL(m1 / 2)", [0, 1, 1, 2, 2]), ("PERIOD(m1)", [60] * 5),
                                 ("m1 >= 1 AND m1 < 3", [0, 1, 1, 0, 0]), ("SUM([m1, m1])", [0, 2, 4, 6, 8]), ("AVG(m1)", [2] * 5)]:
        assert values(expression) == expected, (expression, values(expression))


def data_that_breaks_a_rule_is_refused():
    one = {"MetricName": "x", "Value": 1}
    fails("InvalidParameterValue", CW.put_metric_data, Namespace=SPACE, MetricData=[{**one, "Unit": "Furlong"}])
    fails("InvalidParameterValue", CW.put_metric_data, Namespace=SPACE, MetricData=[{**one, "Timestamp": now() - datetime.timedelta(days=20)}])
    fails("InvalidParameterCombination", CW.put_metric_data, Namespace=SPACE, MetricData=[{**one, "Values": [1]}])


def composite_alarms_follow_at_once_and_hold_what_they_name():
    for name in ("child-1", "child-2"):
        CW.put_metric_alarm(AlarmName=name, Namespace=SPACE, MetricName="nothing", Statistic="Average", Period=60, EvaluationPeriods=1,
                            Threshold=1, ComparisonOperator="GreaterThanThreshold")
    CW.set_alarm_state(AlarmName="child-1", StateValue="ALARM", StateReason="by hand")
    CW.put_composite_alarm(AlarmName="parent", AlarmRule='ALARM("child-1") AND NOT ALARM("child-2")')

    def parent():
        return CW.describe_alarms(AlarmNames=["parent"], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"][0]["StateValue"]

    assert parent() == "ALARM"
    CW.set_alarm_state(AlarmName="child-2", StateValue="ALARM", StateReason="by hand")
    assert parent() == "OK"
    fails("ValidationError", CW.put_composite_alarm, AlarmName="other", AlarmRule="ALARM(nothing-has-this-name)")
    fails("ValidationError", CW.delete_alarms, AlarmNames=["child-1"])
    CW.delete_alarms(AlarmNames=["parent"])
    CW.delete_alarms(AlarmNames=["child-1", "child-2"])


def the_query_protocol_says_the_same():
    status, text = query(Action="DescribeAlarms", MaxRecords="1")
    assert status == 200 and text.count("<member><AlarmName>") == 1 and "<NextToken>" in text, text[:300]
    assert "http://monitoring.amazonaws.com/doc/2010-08-01/" in text
    form = {"Action": "PutMetricAlarm", "AlarmName": ALARM + "-q", "Namespace": "n", "MetricName": "m", "Statistic": "Average", "Period": "60",
            "EvaluationPeriods": "1", "Threshold": "1.5", "ComparisonOperator": "LessThanThreshold", "ActionsEnabled": "false",
            "Dimensions.member.1.Name": "k", "Dimensions.member.1.Value": "v", "OKActions.member.1": "arn:aws:sns:ap-northeast-2:000000000000:x"}
    status, text = query(**form)
    assert status == 200 and "<PutMetricAlarmResponse" in text, text
    alarm = CW.describe_alarms(AlarmNames=[ALARM + "-q"])["MetricAlarms"][0]
    assert alarm["Threshold"] == 1.5 and alarm["Dimensions"] == [{"Name": "k", "Value": "v"}] and alarm["ActionsEnabled"] is False
    status, text = query(**{"Action": "DeleteAlarms", "AlarmNames.member.1": "never-there"})
    assert status == 404 and "<Code>ResourceNotFound</Code>" in text and "<Type>Sender</Type>" in text, text
    status, text = query(**{"Action": "DeleteAlarms", "AlarmNames.member.1": ALARM + "-q"})
    assert status == 200
    status, text = query(Action="NoSuchThing")
    assert status == 400 and "InvalidAction" in text


def gzipped_requests_are_read():
    body = gzip.compress(json.dumps({"Namespace": SPACE, "MetricData": [{"MetricName": "zipped", "Value": 1.5}]}).encode())
    scope = f"AWS4-HMAC-SHA256 Credential=test/20260101/{HOME}/monitoring/aws4_request, SignedHeaders=host, Signature=0"
    request = urllib.request.Request(ENDPOINT, data=body, headers={
        "Authorization": scope, "X-Amz-Target": "GraniteServiceVersion20100801.PutMetricData", "Content-Encoding": "gzip",
        "Content-Type": "application/x-amz-json-1.0"})
    assert urllib.request.urlopen(request).status == 200
    assert CW.list_metrics(Namespace=SPACE, MetricName="zipped")["Metrics"]


CHECKS = [alarms_are_listed_in_all_states, an_alarm_lives_from_creation_to_deletion, instances_have_metrics_while_they_run,
          sent_metrics_and_math, metric_math_has_conditions_and_functions,
          data_that_breaks_a_rule_is_refused, composite_alarms_follow_at_once_and_hold_what_they_name, the_query_protocol_says_the_same, gzipped_requests_are_read]

if __name__ == "__main__":
    failed = 0
    for check in CHECKS:
        try:
            check()
            print("ok  ", check.__name__)
        except Exception as e:  # each check says for itself what was wrong
            failed += 1
            print("FAIL", check.__name__, type(e).__name__, str(e)[:600])
    sys.exit(1 if failed else 0)
