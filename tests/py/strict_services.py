"""Strict checks of load balancers, Auto Scaling, CloudWatch and STS."""
import datetime
import json
import re

from checks import HOME, check, fails, until
from strict import ASG, CW, EC2, ELB, STS, image, launch, name, running, stopped, subnets, vpc, wait

LB = f"arn:aws:elasticloadbalancing:{HOME}"


def balancer(**more):
    made = ELB.create_load_balancer(Name=name("lb"), Subnets=[s["SubnetId"] for s in subnets()[:2]], **more)["LoadBalancers"][0]
    return made["LoadBalancerArn"]


def target_group(**more):
    asked = dict(Name=name("tg"), Protocol="HTTP", Port=80, VpcId=vpc())
    return ELB.create_target_group(**{**asked, **more})["TargetGroups"][0]["TargetGroupArn"]


def listener(lb, group, port=80):
    return ELB.create_listener(LoadBalancerArn=lb, Protocol="HTTP", Port=port, DefaultActions=[
        {"Type": "forward", "TargetGroupArn": group}])["Listeners"][0]["ListenerArn"]


def health(group, target=None):
    found = ELB.describe_target_health(TargetGroupArn=group, **({"Targets": [{"Id": target}]} if target else {}))
    return {t["Target"]["Id"]: t["TargetHealth"] for t in found["TargetHealthDescriptions"]}


@check
def a_load_balancer_is_provisioned_then_active():
    label = name("lb")
    made = ELB.create_load_balancer(Name=label, Subnets=[s["SubnetId"] for s in subnets()[:2]])["LoadBalancers"][0]
    assert re.fullmatch(rf"{LB}:\d{{12}}:loadbalancer/app/{label}/[0-9a-f]{{16}}", made["LoadBalancerArn"]), made["LoadBalancerArn"]
    assert made["State"]["Code"] == "provisioning" and made["Scheme"] == "internet-facing" and made["Type"] == "application"
    assert re.fullmatch(rf"{label}-\d+\.{HOME}\.elb\.amazonaws\.com", made["DNSName"]) and made["IpAddressType"] == "ipv4"
    wait(ELB, "load_balancer_available", LoadBalancerArns=[made["LoadBalancerArn"]])
    assert ELB.describe_load_balancers(Names=[label])["LoadBalancers"][0]["State"] == {"Code": "active"}
    again = ELB.create_load_balancer(Name=label, Subnets=[s["SubnetId"] for s in subnets()[:2]])["LoadBalancers"][0]
    assert again["LoadBalancerArn"] == made["LoadBalancerArn"]
    fails("DuplicateLoadBalancerName", ELB.create_load_balancer, f"A load balancer with the same name '{label}' exists, but with different settings",
          Name=label, Subnets=[s["SubnetId"] for s in subnets()[:2]], Scheme="internal")


@check
def a_load_balancer_spans_two_zones():
    fails("ValidationError", ELB.create_load_balancer, "At least two subnets in two different Availability Zones must be specified",
          Name=name("lb"), Subnets=[subnets()[0]["SubnetId"]])
    fails("LoadBalancerNotFound", ELB.describe_load_balancers, "Load balancers '[no-such-lb]' not found", Names=["no-such-lb"])
    for wrong in ("-lb", "lb-", "internal-lb", "a_b", "x" * 33):
        fails("ValidationError", ELB.create_load_balancer, Name=wrong, Subnets=[s["SubnetId"] for s in subnets()[:2]])


@check
def deletion_protection_protects_and_deleting_what_is_gone_succeeds():
    lb = balancer()
    attributes = {a["Key"]: a["Value"] for a in ELB.describe_load_balancer_attributes(LoadBalancerArn=lb)["Attributes"]}
    assert attributes["idle_timeout.timeout_seconds"] == "60" and attributes["deletion_protection.enabled"] == "false"
    assert attributes["routing.http2.enabled"] == "true" and attributes["access_logs.s3.enabled"] == "false"
    set_to = lambda v: ELB.modify_load_balancer_attributes(LoadBalancerArn=lb, Attributes=[  # noqa: E731
        {"Key": "deletion_protection.enabled", "Value": v}])
    set_to("true")
    fails("OperationNotPermitted", ELB.delete_load_balancer, f"Load balancer '{lb}' cannot be deleted because deletion protection is enabled",
          LoadBalancerArn=lb)
    set_to("false")
    ELB.delete_load_balancer(LoadBalancerArn=lb)
    wait(ELB, "load_balancers_deleted", LoadBalancerArns=[lb])
    ELB.delete_load_balancer(LoadBalancerArn=lb)
    fails("ValidationError", ELB.modify_load_balancer_attributes, LoadBalancerArn=balancer(), Attributes=[{"Key": "no.such.key", "Value": "x"}])


@check
def a_target_group_has_the_documented_defaults():
    label = name("tg")
    made = ELB.create_target_group(Name=label, Protocol="HTTP", Port=80, VpcId=vpc())["TargetGroups"][0]
    wanted = dict(HealthCheckProtocol="HTTP", HealthCheckPort="traffic-port", HealthCheckEnabled=True, HealthCheckIntervalSeconds=30,
                  HealthCheckTimeoutSeconds=5, HealthyThresholdCount=5, UnhealthyThresholdCount=2, HealthCheckPath="/",
                  Matcher={"HttpCode": "200"}, TargetType="instance", ProtocolVersion="HTTP1", IpAddressType="ipv4", LoadBalancerArns=[])
    assert {k: made.get(k) for k in wanted} == wanted, made
    attributes = {a["Key"]: a["Value"] for a in ELB.describe_target_group_attributes(TargetGroupArn=made["TargetGroupArn"])["Attributes"]}
    assert attributes["deregistration_delay.timeout_seconds"] == "300" and attributes["stickiness.enabled"] == "false"
    assert ELB.create_target_group(Name=label, Protocol="HTTP", Port=80, VpcId=vpc())["TargetGroups"][0]["TargetGroupArn"] == made["TargetGroupArn"]
    fails("DuplicateTargetGroupName", ELB.create_target_group, f"A target group with the same name '{label}' exists, but with different settings",
          Name=label, Protocol="HTTP", Port=81, VpcId=vpc())
    fails("TargetGroupNotFound", ELB.describe_target_groups, Names=["no-such-group"])


@check
def a_target_without_a_listener_is_unused_and_only_what_runs_is_registered():
    group = target_group()
    ELB.register_targets(TargetGroupArn=group, Targets=[{"Id": running()}])
    one = health(group)[running()]
    assert one["State"] == "unused" and one["Reason"] == "Target.NotInUse"
    assert one["Description"] == "Target group is not configured to receive traffic from the load balancer"
    fails("InvalidTarget", ELB.register_targets, f"The following targets are not in a running state and cannot be registered: '{stopped()}'",
          TargetGroupArn=group, Targets=[{"Id": stopped()}])
    ELB.deregister_targets(TargetGroupArn=group, Targets=[{"Id": running()}])
    assert health(group) == {}
    assert health(group, running())[running()]["Reason"] == "Target.NotRegistered"


@check
def a_target_is_registered_then_drained():
    group, lb, id = target_group(), balancer(), launch("running")["InstanceId"]
    listener(lb, group)
    wait(ELB, "load_balancer_available", LoadBalancerArns=[lb])
    ELB.register_targets(TargetGroupArn=group, Targets=[{"Id": id, "Port": 8080}])
    first = health(group)[id]
    assert first["State"] in ("initial", "unhealthy", "healthy") and ELB.describe_target_groups(TargetGroupArns=[group])["TargetGroups"][0]["LoadBalancerArns"] == [lb]
    ELB.deregister_targets(TargetGroupArn=group, Targets=[{"Id": id, "Port": 8080}])
    wait(ELB, "target_deregistered", TargetGroupArn=group, Targets=[{"Id": id, "Port": 8080}])
    fails("ResourceInUse", ELB.delete_target_group, f"Target group '{group}' is currently in use by a listener or a rule", TargetGroupArn=group)


@check
def a_port_has_one_listener_and_a_priority_one_rule():
    lb, group = balancer(), target_group()
    one = listener(lb, group, 8000)
    fails("DuplicateListener", ELB.create_listener, f"A listener already exists on this port for this load balancer '{lb}'", LoadBalancerArn=lb,
          Protocol="HTTP", Port=8000, DefaultActions=[{"Type": "forward", "TargetGroupArn": target_group()}])
    ask = dict(ListenerArn=one, Priority=10, Conditions=[{"Field": "path-pattern", "Values": ["/api/*"]}],
               Actions=[{"Type": "forward", "TargetGroupArn": group}])
    rule = ELB.create_rule(**ask)["Rules"][0]
    assert rule["Priority"] == "10" and rule["IsDefault"] is False and rule["Conditions"][0]["PathPatternConfig"] == {"Values": ["/api/*"]}
    fails("PriorityInUse", ELB.create_rule, "Priority '10' is currently in use", **ask)
    default = next(r for r in ELB.describe_rules(ListenerArn=one)["Rules"] if r["IsDefault"])
    assert default["Priority"] == "default" and default["Conditions"] == []
    fails("OperationNotPermitted", ELB.delete_rule, f"Default rule '{default['RuleArn']}' cannot be deleted", RuleArn=default["RuleArn"])
    ELB.delete_rule(RuleArn=rule["RuleArn"])
    fails("RuleNotFound", ELB.describe_rules, RuleArns=[rule["RuleArn"]])
    fails("ListenerNotFound", ELB.describe_rules, ListenerArn=one[:-16] + "0123456789abcdef")


@check
def target_groups_come_in_pages_and_with_tags():
    made = [target_group(Tags=[{"Key": "n", "Value": str(n)}]) for n in range(3)]
    pages = list(ELB.get_paginator("describe_target_groups").paginate(PaginationConfig={"PageSize": 2}))
    found = [g["TargetGroupArn"] for p in pages for g in p["TargetGroups"]]
    assert max(len(p["TargetGroups"]) for p in pages) == 2 and len(found) == len(set(found)) and set(made) <= set(found)
    tags = {d["ResourceArn"]: d["Tags"] for d in ELB.describe_tags(ResourceArns=made)["TagDescriptions"]}
    assert tags[made[1]] == [{"Key": "n", "Value": "1"}]
    fails("DuplicateTagKeys", ELB.add_tags, ResourceArns=made[:1], Tags=[{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}])


def template():
    return EC2.create_launch_template(LaunchTemplateName=name("lt"), LaunchTemplateData={
        "ImageId": image(), "InstanceType": "t3.micro"})["LaunchTemplate"]["LaunchTemplateId"]


def group(least=0, most=2, wanted=None, **more):
    label = name("asg")
    size = {} if wanted is None else {"DesiredCapacity": wanted}
    ASG.create_auto_scaling_group(AutoScalingGroupName=label, MinSize=least, MaxSize=most, LaunchTemplate={"LaunchTemplateId": template()},
                                  VPCZoneIdentifier=",".join(s["SubnetId"] for s in subnets()[:2]), **size, **more)
    return label


def of_group(label):
    return ASG.describe_auto_scaling_groups(AutoScalingGroupNames=[label])["AutoScalingGroups"][0]


def in_service(label, count):
    return until(f"{count} in service", lambda: [i for i in of_group(label)["Instances"] if i["LifecycleState"] == "InService"]
                 if len([i for i in of_group(label)["Instances"] if i["LifecycleState"] == "InService"]) == count else None)


@check
def a_group_has_the_documented_defaults():
    one = of_group(group(least=0, most=1))
    assert one["DesiredCapacity"] == 0 and one["DefaultCooldown"] == 300 and one["HealthCheckType"] == "EC2" and one["HealthCheckGracePeriod"] == 0
    assert one["TerminationPolicies"] == ["Default"] and one["NewInstancesProtectedFromScaleIn"] is False and one["SuspendedProcesses"] == []
    assert one["LaunchTemplate"]["Version"] in ("$Default", "1") and re.fullmatch(
        rf"arn:aws:autoscaling:{HOME}:\d{{12}}:autoScalingGroup:[0-9a-f-]{{36}}:autoScalingGroupName/.*", one["AutoScalingGroupARN"])
    fails("AlreadyExists", ASG.create_auto_scaling_group, AutoScalingGroupName=one["AutoScalingGroupName"], MinSize=0, MaxSize=1,
          LaunchTemplate={"LaunchTemplateId": template()}, AvailabilityZones=[subnets()[0]["AvailabilityZone"]])


@check
def a_groups_sizes_agree_and_it_needs_a_template():
    zones = [subnets()[0]["AvailabilityZone"]]
    fails("ValidationError", ASG.create_auto_scaling_group, AutoScalingGroupName=name("asg"), MinSize=3, MaxSize=2,
          LaunchTemplate={"LaunchTemplateId": template()}, AvailabilityZones=zones)
    fails("ValidationError", ASG.create_auto_scaling_group,
          "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.",
          AutoScalingGroupName=name("asg"), MinSize=0, MaxSize=2, AvailabilityZones=zones)
    fails("ValidationError", ASG.update_auto_scaling_group, "AutoScalingGroup name not found", AutoScalingGroupName="no-such-group", MinSize=0)
    assert ASG.describe_auto_scaling_groups(AutoScalingGroupNames=["no-such-group"])["AutoScalingGroups"] == []
    label = group(most=2)
    fails("ValidationError", ASG.set_desired_capacity, "New SetDesiredCapacity value 5 is above max value 2 for the AutoScalingGroup.",
          AutoScalingGroupName=label, DesiredCapacity=5)


@check
def a_group_launches_what_it_wants_and_tags_it():
    label = group(most=2, wanted=2, Tags=[{"Key": "Env", "Value": "strict", "PropagateAtLaunch": True},
                                          {"Key": "Quiet", "Value": "x", "PropagateAtLaunch": False}])
    members = in_service(label, 2)
    assert {m["AvailabilityZone"] for m in members} == {s["AvailabilityZone"] for s in subnets()[:2]} and all(m["HealthStatus"] == "Healthy" for m in members)
    found = EC2.describe_instances(InstanceIds=[members[0]["InstanceId"]])["Reservations"][0]["Instances"][0]
    tags = {t["Key"]: t["Value"] for t in found["Tags"]}
    assert tags["Env"] == "strict" and tags["aws:autoscaling:groupName"] == label and "Quiet" not in tags and "aws:ec2launchtemplate:id" in tags
    done = ASG.describe_scaling_activities(AutoScalingGroupName=label)["Activities"]
    assert len(done) == 2 and all(a["StatusCode"] == "Successful" and a["Progress"] == 100 for a in done)
    assert done[0]["Description"].startswith("Launching a new EC2 instance: i-")
    fails("ResourceInUse", ASG.delete_auto_scaling_group, "You cannot delete an AutoScalingGroup while there are instances",
          AutoScalingGroupName=label)
    ASG.delete_auto_scaling_group(AutoScalingGroupName=label, ForceDelete=True)
    until("it is gone", lambda: not ASG.describe_auto_scaling_groups(AutoScalingGroupNames=[label])["AutoScalingGroups"])


@check
def a_group_replaces_what_is_terminated():
    label = group(least=1, most=1)
    old = in_service(label, 1)[0]["InstanceId"]
    EC2.terminate_instances(InstanceIds=[old])
    new = until("another one serves", lambda: [i["InstanceId"] for i in of_group(label)["Instances"]
                                               if i["LifecycleState"] == "InService" and i["InstanceId"] != old])
    assert len(new) == 1
    answer = ASG.terminate_instance_in_auto_scaling_group(InstanceId=new[0], ShouldDecrementDesiredCapacity=False)["Activity"]
    assert answer["StatusCode"] in ("InProgress", "WaitingForELBConnectionDraining") and answer["Description"] == f"Terminating EC2 instance: {new[0]}"
    fails("ValidationError", ASG.terminate_instance_in_auto_scaling_group, InstanceId=running(), ShouldDecrementDesiredCapacity=False)


@check
def suspended_processes_are_listed_and_standby_lowers_the_wish():
    label = group(least=0, most=2, wanted=1)
    one = in_service(label, 1)[0]["InstanceId"]
    ASG.suspend_processes(AutoScalingGroupName=label, ScalingProcesses=["AlarmNotification", "ReplaceUnhealthy"])
    assert {p["ProcessName"] for p in of_group(label)["SuspendedProcesses"]} == {"AlarmNotification", "ReplaceUnhealthy"}
    ASG.resume_processes(AutoScalingGroupName=label)
    assert of_group(label)["SuspendedProcesses"] == []
    ASG.enter_standby(AutoScalingGroupName=label, InstanceIds=[one], ShouldDecrementDesiredCapacity=True)
    until("it stands by", lambda: of_group(label)["Instances"][0]["LifecycleState"] == "Standby")
    assert of_group(label)["DesiredCapacity"] == 0
    ASG.exit_standby(AutoScalingGroupName=label, InstanceIds=[one])
    in_service(label, 1)
    assert of_group(label)["DesiredCapacity"] == 1


@check
def scheduled_actions_and_policies_are_described():
    label = group()
    when = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(days=300)
    ASG.put_scheduled_update_group_action(AutoScalingGroupName=label, ScheduledActionName="night", StartTime=when, MinSize=0, MaxSize=1, DesiredCapacity=1)
    action, = ASG.describe_scheduled_actions(AutoScalingGroupName=label)["ScheduledUpdateGroupActions"]
    assert action["StartTime"] == when and action["DesiredCapacity"] == 1 and f":autoScalingGroupName/{label}:scheduledActionName/night" in action["ScheduledActionARN"]
    put = ASG.put_scaling_policy(AutoScalingGroupName=label, PolicyName="cpu", PolicyType="TargetTrackingScaling", TargetTrackingConfiguration={
        "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"}, "TargetValue": 50.0})
    assert sorted(a["AlarmName"].split("-")[0] for a in put["Alarms"]) == ["TargetTracking", "TargetTracking"]
    assert f":autoScalingGroupName/{label}:policyName/cpu" in put["PolicyARN"]
    ASG.delete_scheduled_action(AutoScalingGroupName=label, ScheduledActionName="night")
    fails("ValidationError", ASG.delete_scheduled_action, AutoScalingGroupName=label, ScheduledActionName="night")


@check
def groups_come_in_pages():
    made = {group() for _ in range(3)}
    pages = list(ASG.get_paginator("describe_auto_scaling_groups").paginate(AutoScalingGroupNames=list(made), PaginationConfig={"PageSize": 2}))
    assert [len(p["AutoScalingGroups"]) for p in pages] == [2, 1] and {g["AutoScalingGroupName"] for p in pages for g in p["AutoScalingGroups"]} == made


def now():
    return datetime.datetime.now(datetime.timezone.utc)


@check
def what_is_put_is_summed_and_averaged():
    space, hour = name("Strict"), datetime.timedelta(hours=1)
    CW.put_metric_data(Namespace=space, MetricData=[{"MetricName": "M", "Value": v, "Unit": "Count"} for v in (1.0, 3.0)]
                       + [{"MetricName": "M", "StatisticValues": {"SampleCount": 2, "Sum": 8, "Minimum": 2, "Maximum": 6}, "Unit": "Count"}])
    point, = until("it is there", lambda: CW.get_metric_statistics(
        Namespace=space, MetricName="M", StartTime=now() - hour, EndTime=now() + hour, Period=86400,
        Statistics=["Sum", "Average", "SampleCount", "Minimum", "Maximum"])["Datapoints"])
    assert (point["Sum"], point["Average"], point["SampleCount"], point["Minimum"], point["Maximum"]) == (12, 3, 4, 1, 6) and point["Unit"] == "Count"
    assert [m["MetricName"] for m in CW.list_metrics(Namespace=space)["Metrics"]] == ["M"]
    fails("InvalidParameterCombination", CW.put_metric_data, Namespace=space, MetricData=[{"MetricName": "M", "Value": 1.0, "Values": [1.0]}])
    fails("InvalidParameterValue", CW.put_metric_data, "AWS/", Namespace="AWS/EC2", MetricData=[{"MetricName": "M", "Value": 1.0}])


@check
def spans_and_periods_of_statistics_have_bounds():
    ask = dict(Namespace="Strict", MetricName="M", Statistics=["Sum"])
    today = now().replace(microsecond=0, second=0)
    fails("InvalidParameterValue", CW.get_metric_statistics, "The parameter StartTime must be less than the parameter EndTime.",
          StartTime=now(), EndTime=now() - datetime.timedelta(hours=1), Period=60, **ask)
    fails("InvalidParameterCombination", CW.get_metric_statistics, "You have requested up to 2880 datapoints, which exceeds the limit of 1440.",
          StartTime=today - datetime.timedelta(days=2), EndTime=today, Period=60, **ask)
    fails("InvalidParameterValue", CW.get_metric_statistics, StartTime=now() - datetime.timedelta(hours=1), EndTime=now(), Period=61, **ask)
    fails("ValidationError", CW.get_metric_data, StartTime=now() - datetime.timedelta(hours=1), EndTime=now(),
          MetricDataQueries=[{"Id": "M1", "MetricStat": {"Metric": {"Namespace": "S", "MetricName": "M"}, "Period": 60, "Stat": "Sum"}}])


def alarm(label, **more):
    CW.put_metric_alarm(AlarmName=label, Namespace="Strict", MetricName="N", Statistic="Maximum", Period=60, EvaluationPeriods=1, Threshold=1.0,
                        ComparisonOperator="GreaterThanThreshold", ActionsEnabled=False, **more)


@check
def a_new_alarm_has_insufficient_data_until_it_is_set():
    label = name("alarm")
    alarm(label)
    wait(CW, "alarm_exists", AlarmNames=[label])
    one = CW.describe_alarms(AlarmNames=[label])["MetricAlarms"][0]
    assert one["StateValue"] == "INSUFFICIENT_DATA" and re.fullmatch(rf"arn:aws:cloudwatch:{HOME}:\d{{12}}:alarm:{label}", one["AlarmArn"])
    assert one["ActionsEnabled"] is False and one["AlarmActions"] == [] and one["Threshold"] == 1.0
    CW.set_alarm_state(AlarmName=label, StateValue="ALARM", StateReason="strict", StateReasonData=json.dumps({"a": 1}))
    history = CW.describe_alarm_history(AlarmName=label, HistoryItemType="StateUpdate")["AlarmHistoryItems"]
    assert any(h["HistorySummary"] == "Alarm updated from INSUFFICIENT_DATA to ALARM" for h in history), history
    fails("ResourceNotFound", CW.set_alarm_state, status=404, AlarmName="no-such-alarm", StateValue="OK", StateReason="x")
    CW.delete_alarms(AlarmNames=[label])
    fails("ResourceNotFound", CW.delete_alarms, status=404, AlarmNames=[label])


@check
def alarms_come_in_pages_by_prefix_and_by_metric():
    prefix = name("paged")
    for n in range(5):
        alarm(f"{prefix}-{n}")
    pages = list(CW.get_paginator("describe_alarms").paginate(AlarmNamePrefix=prefix, PaginationConfig={"PageSize": 2}))
    assert [len(p["MetricAlarms"]) for p in pages] == [2, 2, 1]
    found = CW.describe_alarms_for_metric(Namespace="Strict", MetricName="N")["MetricAlarms"]
    assert {f"{prefix}-{n}" for n in range(5)} <= {a["AlarmName"] for a in found}
    CW.enable_alarm_actions(AlarmNames=[f"{prefix}-0"])
    assert CW.describe_alarms(AlarmNames=[f"{prefix}-0"])["MetricAlarms"][0]["ActionsEnabled"] is True
    fails("ValidationError", CW.describe_alarms, AlarmNames=[f"{prefix}-0"], AlarmNamePrefix=prefix)


@check
def an_alarm_has_one_kind_of_statistic_and_known_words():
    fails("ValidationError", CW.put_metric_alarm, AlarmName=name("alarm"), Namespace="Strict", MetricName="N", Statistic="Maximum", ExtendedStatistic="p90",
          Period=60, EvaluationPeriods=1, Threshold=1.0, ComparisonOperator="GreaterThanThreshold")
    fails("ValidationError", CW.put_metric_alarm, AlarmName=name("alarm"), Namespace="Strict", MetricName="N", Statistic="Maximum", Period=60,
          EvaluationPeriods=1, Threshold=1.0, ComparisonOperator="GreaterThan")
    fails("ValidationError", CW.put_metric_alarm, AlarmName=name("alarm"), Namespace="Strict", MetricName="N", Statistic="Maximum", Period=45,
          EvaluationPeriods=1, Threshold=1.0, ComparisonOperator="GreaterThanThreshold")


@check
def the_caller_has_an_account_a_user_and_an_arn():
    who = STS.get_caller_identity()
    assert re.fullmatch(r"\d{12}", who["Account"]) and who["Arn"].startswith(f"arn:aws:iam::{who['Account']}:") and who["UserId"]
    assert who["Account"] == EC2.describe_security_groups()["SecurityGroups"][0]["OwnerId"]


@check
def a_role_is_assumed_for_an_hour_unless_said():
    role = f"arn:aws:iam::{STS.get_caller_identity()['Account']}:role/strict"
    given = STS.assume_role(RoleArn=role, RoleSessionName="strict")
    left = given["Credentials"]["Expiration"] - now()
    assert given["Credentials"]["AccessKeyId"].startswith("ASIA") and datetime.timedelta(minutes=55) < left <= datetime.timedelta(minutes=61), left
    assert given["AssumedRoleUser"]["Arn"] == role.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/") + "/strict"
    assert re.fullmatch(r"AROA[A-Z0-9]{16,17}:strict", given["AssumedRoleUser"]["AssumedRoleId"])
    fails("ValidationError", STS.assume_role, RoleArn=role, RoleSessionName="with blanks")
    fails("ValidationError", STS.assume_role, RoleArn=role, RoleSessionName="strict", DurationSeconds=43201)
