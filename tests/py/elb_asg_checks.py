"""Strict checks of the sandbox's load balancers and Auto Scaling groups with boto3, in the world `demo` at fifty times the speed."""
from checks import check, client, fails, main, until

EC2, ELB, ASG, CW = client("ec2"), client("elbv2"), client("autoscaling"), client("cloudwatch")
GROUP = "my-asg-ec2"
NO_GROUP = "arn:aws:elasticloadbalancing:ap-northeast-2:000000000000:targetgroup/nothing/0123456789abcdef"
MADE = {}


def target_groups():
    return {t["TargetGroupName"]: t for t in ELB.describe_target_groups()["TargetGroups"]}


def health(arn, **arguments):
    out = ELB.describe_target_health(TargetGroupArn=arn, **arguments)["TargetHealthDescriptions"]
    return {t["Target"]["Id"]: t["TargetHealth"] for t in out}


def states(arn):
    return {k: v["State"] for k, v in health(arn).items()}


def group(name=GROUP):
    return ASG.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"][0]


def in_service(g):
    return [i["InstanceId"] for i in g["Instances"] if i["LifecycleState"] == "InService"]


def instance(id):
    return EC2.describe_instances(InstanceIds=[id])["Reservations"][0]["Instances"][0]


def web():
    """The target group of port 80, and one of its healthy targets."""
    arn = target_groups()["my-alchemine-app-tg-80"]["TargetGroupArn"]
    return arn, sorted(i for i, s in states(arn).items() if s == "healthy")[0]


# Load balancers

@check
def two_kinds_of_balancer_are_active():
    all_ = ELB.describe_load_balancers()["LoadBalancers"]
    assert {b["Type"] for b in all_} == {"application", "network"} and {b["State"]["Code"] for b in all_} == {"active"}
    assert all(b["DNSName"].endswith(".amazonaws.com") and len(b["AvailabilityZones"]) == 2 and b["CanonicalHostedZoneId"] for b in all_)


@check
def balancers_page():
    pages = list(ELB.get_paginator("describe_load_balancers").paginate(PaginationConfig={"PageSize": 1}))
    names = [b["LoadBalancerName"] for p in pages for b in p["LoadBalancers"]]
    assert len(pages) >= 2 and len(set(names)) == len(names)


@check
def missing_ones_have_codes_of_their_own():
    fails("LoadBalancerNotFound", ELB.describe_load_balancers, Names=["nothing"], status=400)
    fails("TargetGroupNotFound", ELB.describe_target_groups, Names=["nothing"])
    fails("TargetGroupNotFound", ELB.describe_target_health, TargetGroupArn=NO_GROUP)


@check
def listeners_and_rules_hang_off_their_balancer():
    alb = ELB.describe_load_balancers(Names=["my-alchemine-app-alb"])["LoadBalancers"][0]
    listeners = {l["Port"]: l for l in ELB.describe_listeners(LoadBalancerArn=alb["LoadBalancerArn"])["Listeners"]}
    assert listeners[80]["DefaultActions"][0]["Type"] == "redirect" and listeners[443]["Certificates"]
    rules = ELB.describe_rules(ListenerArn=listeners[443]["ListenerArn"])["Rules"]
    assert [r["Priority"] for r in rules][-1] == "default" and rules[-1]["IsDefault"]


@check
def attributes_have_awss_defaults():
    arn = target_groups()["my-alchemine-app-tg-green"]["TargetGroupArn"]
    got = {a["Key"]: a["Value"] for a in ELB.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]}
    assert got["deregistration_delay.timeout_seconds"] == "300" and got["load_balancing.algorithm.type"] == "round_robin"


@check
def tags_of_balancers_are_asked_for_by_arn():
    arns = [t["TargetGroupArn"] for t in target_groups().values()]
    got = {d["ResourceArn"]: d["Tags"] for d in ELB.describe_tags(ResourceArns=arns)["TagDescriptions"]}
    assert set(got) == set(arns) and any(t == {"Key": "팀", "Value": "연금술"} for tags in got.values() for t in tags)


# Targets

@check
def target_health_has_every_kind_and_its_reason():
    found = {(h["State"], h.get("Reason")) for t in target_groups().values() for h in health(t["TargetGroupArn"]).values()}
    assert ("healthy", None) in found and ("unhealthy", "Target.ResponseCodeMismatch") in found and ("unused", "Target.NotInUse") in found, found


@check
def an_unhealthy_target_says_which_codes():
    arn = target_groups()["my-alchemine-app-tg-8080"]["TargetGroupArn"]
    bad = [h for h in health(arn).values() if h.get("Reason") == "Target.ResponseCodeMismatch"]
    assert bad and bad[0]["Description"] == "Health checks failed with these codes: [503]", bad


@check
def a_target_that_was_never_registered_is_unused():
    arn, _ = web()
    other = next(i["InstanceId"] for r in EC2.describe_instances(Filters=[{"Name": "tag:Name", "Values": ["my-bastion-host"]}])["Reservations"] for i in r["Instances"])
    got = health(arn, Targets=[{"Id": other}])[other]
    assert (got["State"], got["Reason"]) == ("unused", "Target.NotRegistered"), got


@check
def a_deregistered_target_drains_and_then_is_gone():
    arn, id = web()
    ELB.deregister_targets(TargetGroupArn=arn, Targets=[{"Id": id}])
    got = health(arn)[id]
    assert (got["State"], got["Reason"]) == ("draining", "Target.DeregistrationInProgress"), got
    assert got["Description"] == "Target deregistration is in progress"
    until("gone", lambda: id not in health(arn))
    MADE["web"] = id


@check
def a_registered_target_is_initial_and_then_healthy():
    arn = target_groups()["my-alchemine-app-tg-80"]["TargetGroupArn"]
    ELB.register_targets(TargetGroupArn=arn, Targets=[{"Id": MADE["web"]}])
    got = health(arn)[MADE["web"]]
    assert got["State"] == "initial" and got["Reason"] in ("Elb.RegistrationInProgress", "Elb.InitialHealthChecking"), got
    until("healthy", lambda: states(arn)[MADE["web"]] == "healthy")


@check
def to_register_it_again_changes_nothing():
    arn = target_groups()["my-alchemine-app-tg-80"]["TargetGroupArn"]
    before = len(health(arn))
    ELB.register_targets(TargetGroupArn=arn, Targets=[{"Id": MADE["web"]}])
    assert len(health(arn)) == before and states(arn)[MADE["web"]] == "healthy"


@check
def an_instance_that_does_not_exist_is_no_target():
    arn = target_groups()["my-alchemine-app-tg-80"]["TargetGroupArn"]
    fails("InvalidTarget", ELB.register_targets, TargetGroupArn=arn, Targets=[{"Id": "i-0123456789abcdef0"}])


@check
def a_target_follows_its_instance_down_and_up():
    arn, id = target_groups()["my-alchemine-app-tg-80"]["TargetGroupArn"], MADE["web"]
    EC2.stop_instances(InstanceIds=[id])
    got = until("unused", lambda: (lambda h: h if h["State"] == "unused" else None)(health(arn)[id]))
    assert got["Reason"] == "Target.InvalidState" and got["Description"] == "Target is in the stopped state", got
    EC2.start_instances(InstanceIds=[id])
    until("healthy again", lambda: states(arn)[id] == "healthy", 30)


@check
def a_closed_security_group_makes_targets_time_out():
    arn, id = target_groups()["my-alchemine-app-tg-80"]["TargetGroupArn"], MADE["web"]
    sg = instance(id)["SecurityGroups"][0]["GroupId"]
    rules = EC2.describe_security_groups(GroupIds=[sg])["SecurityGroups"][0]["IpPermissions"]
    on_80 = [r for r in rules if r.get("FromPort") == 80]
    EC2.revoke_security_group_ingress(GroupId=sg, IpPermissions=on_80)
    got = until("unhealthy", lambda: (lambda h: h if h["State"] == "unhealthy" else None)(health(arn)[id]))
    assert got["Reason"] == "Target.Timeout" and got["Description"] == "Request timed out", got
    EC2.authorize_security_group_ingress(GroupId=sg, IpPermissions=on_80)
    until("healthy again", lambda: states(arn)[id] == "healthy", 30)


@check
def a_target_group_is_made_found_and_deleted():
    vpc = target_groups()["my-alchemine-app-tg-80"]["VpcId"]
    made = ELB.create_target_group(Name="checks-tg", Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0]
    assert (made["HealthCheckIntervalSeconds"], made["HealthyThresholdCount"], made["UnhealthyThresholdCount"]) == (30, 5, 2)
    assert made["HealthCheckPath"] == "/" and made["Matcher"] == {"HttpCode": "200"} and made["TargetType"] == "instance"
    fails("DuplicateTargetGroupName", ELB.create_target_group, Name="checks-tg", Protocol="TCP", Port=81, VpcId=vpc)
    ELB.delete_target_group(TargetGroupArn=made["TargetGroupArn"])
    fails("TargetGroupNotFound", ELB.describe_target_groups, TargetGroupArns=[made["TargetGroupArn"]])


@check
def a_target_group_in_use_is_not_deleted():
    fails("ResourceInUse", ELB.delete_target_group, TargetGroupArn=target_groups()["my-alchemine-app-tg-80"]["TargetGroupArn"])


# Auto Scaling

@check
def a_group_has_what_it_wants():
    g = group()
    assert g["DesiredCapacity"] == len(in_service(g)) and g["MinSize"] <= g["DesiredCapacity"] <= g["MaxSize"]
    assert g["HealthCheckType"] == "ELB" and g["TargetGroupARNs"] and g["VPCZoneIdentifier"].count("subnet-") == 2


@check
def members_carry_the_groups_tag_and_answer_as_targets():
    g = group()
    tags = {t["Key"]: t["Value"] for t in instance(in_service(g)[0])["Tags"]}
    assert tags["aws:autoscaling:groupName"] == GROUP
    assert set(in_service(g)) <= set(states(g["TargetGroupARNs"][0]))


@check
def groups_that_do_not_exist_are_simply_not_listed():
    assert ASG.describe_auto_scaling_groups(AutoScalingGroupNames=["nothing"])["AutoScalingGroups"] == []
    fails("ValidationError", ASG.set_desired_capacity, "not found", AutoScalingGroupName="nothing", DesiredCapacity=1)


@check
def groups_page():
    pages = list(ASG.get_paginator("describe_auto_scaling_groups").paginate(PaginationConfig={"PageSize": 1}))
    assert len(pages) >= 2 and all(len(p["AutoScalingGroups"]) <= 1 for p in pages)


@check
def the_desired_capacity_stays_between_the_bounds():
    fails("ValidationError", ASG.set_desired_capacity, "above max value", AutoScalingGroupName=GROUP, DesiredCapacity=99)
    fails("ValidationError", ASG.set_desired_capacity, "below min value", AutoScalingGroupName=GROUP, DesiredCapacity=0)


@check
def a_rise_launches_registers_and_says_why():
    g = group()
    before, want = set(in_service(g)), g["DesiredCapacity"] + 1
    ASG.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=want)
    assert group()["DesiredCapacity"] == want
    until("one more in service", lambda: len(in_service(group())) == want, 30)
    new = next(iter(set(in_service(group())) - before))
    assert instance(new)["State"]["Name"] == "running"
    done = next(a for a in ASG.describe_scaling_activities(AutoScalingGroupName=GROUP)["Activities"] if new in a["Description"])
    assert done["Description"] == f"Launching a new EC2 instance: {new}", done["Description"]
    until("successful", lambda: any(new in a["Description"] and a["StatusCode"] == "Successful" and a["Progress"] == 100
                                    for a in ASG.describe_scaling_activities(AutoScalingGroupName=GROUP)["Activities"]))
    assert f"a user request explicitly set group desired capacity changing the desired capacity from {want - 1} to {want}" in done["Cause"]
    arn = group()["TargetGroupARNs"][0]
    until("a healthy target", lambda: states(arn).get(new) == "healthy", 30)
    MADE["member"] = new


@check
def what_is_stopped_is_terminated_and_replaced():
    id, g = MADE["member"], group()
    EC2.stop_instances(InstanceIds=[id])
    until("it is gone", lambda: id not in [i["InstanceId"] for i in group()["Instances"]], 40)
    until("a replacement", lambda: len(in_service(group())) == g["DesiredCapacity"], 40)
    until("terminated", lambda: instance(id)["State"]["Name"] == "terminated")
    mine = [a for a in ASG.describe_scaling_activities(AutoScalingGroupName=GROUP)["Activities"] if id in a["Description"] and a["Description"].startswith("Terminating")]
    assert "was taken out of service in response to" in mine[0]["Cause"], mine[0]["Cause"]


@check
def a_suspended_group_does_not_replace():
    ASG.suspend_processes(AutoScalingGroupName=GROUP, ScalingProcesses=["Launch"])
    assert any(p["ProcessName"] == "Launch" for p in group()["SuspendedProcesses"])
    ASG.resume_processes(AutoScalingGroupName=GROUP, ScalingProcesses=["Launch"])
    assert all(p["ProcessName"] != "Launch" for p in group()["SuspendedProcesses"])


@check
def a_protected_member_survives_a_fall():
    g = group()
    ASG.set_instance_protection(AutoScalingGroupName=GROUP, InstanceIds=in_service(g), ProtectedFromScaleIn=True)
    assert all(i["ProtectedFromScaleIn"] for i in group()["Instances"] if i["LifecycleState"] == "InService")
    ASG.set_instance_protection(AutoScalingGroupName=GROUP, InstanceIds=in_service(g), ProtectedFromScaleIn=False)


@check
def a_fall_terminates_one():
    g = group()
    want = g["DesiredCapacity"] - 1
    ASG.set_desired_capacity(AutoScalingGroupName=GROUP, DesiredCapacity=want)
    until("one less", lambda: len(group()["Instances"]) == want, 40)


@check
def standby_takes_a_member_out_of_service_and_keeps_it():
    g = group()
    id = in_service(g)[0]
    ASG.enter_standby(AutoScalingGroupName=GROUP, InstanceIds=[id], ShouldDecrementDesiredCapacity=False)
    until("standby", lambda: any(i["InstanceId"] == id and i["LifecycleState"] == "Standby" for i in group()["Instances"]), 30)
    until("out of its target group", lambda: states(g["TargetGroupARNs"][0]).get(id) in (None, "draining"), 30)
    assert instance(id)["State"]["Name"] == "running"
    ASG.exit_standby(AutoScalingGroupName=GROUP, InstanceIds=[id])
    until("in service", lambda: id in in_service(group()), 30)


@check
def activities_page_from_the_newest_to_the_oldest():
    pages = list(ASG.get_paginator("describe_scaling_activities").paginate(AutoScalingGroupName=GROUP, PaginationConfig={"PageSize": 3}))
    all_ = [a for p in pages for a in p["Activities"]]
    assert len(pages) > 2 and len({a["ActivityId"] for a in all_}) == len(all_)
    assert [a["StartTime"] for a in all_] == sorted((a["StartTime"] for a in all_), reverse=True)
    assert all(a["AutoScalingGroupName"] == GROUP and a["StatusCode"] and a["Cause"] for a in all_)


@check
def members_are_listed_by_instance_too():
    id = in_service(group())[0]
    got = ASG.describe_auto_scaling_instances(InstanceIds=[id])["AutoScalingInstances"][0]
    assert got["AutoScalingGroupName"] == GROUP and got["LifecycleState"] == "InService" and got["HealthStatus"] == "HEALTHY"


@check
def target_tracking_has_its_two_alarms():
    policy = next(p for p in ASG.describe_policies(AutoScalingGroupName=GROUP)["ScalingPolicies"] if p["PolicyType"] == "TargetTrackingScaling")
    names = [a["AlarmName"] for a in policy["Alarms"]]
    assert len(names) == 2 and any("AlarmHigh" in n for n in names) and any("AlarmLow" in n for n in names)
    assert len(CW.describe_alarms(AlarmNames=names)["MetricAlarms"]) == 2


@check
def a_group_with_members_is_not_deleted():
    fails("ResourceInUse", ASG.delete_auto_scaling_group, AutoScalingGroupName=GROUP)


@check
def terminate_in_the_group_lowers_the_desired_capacity_if_told_to():
    ASG.update_auto_scaling_group(AutoScalingGroupName=GROUP, MinSize=0)
    g = group()
    id = in_service(g)[0]
    out = ASG.terminate_instance_in_auto_scaling_group(InstanceId=id, ShouldDecrementDesiredCapacity=True)["Activity"]
    assert out["StatusCode"] in ("InProgress", "WaitingForELBConnectionDraining") and id in out["Description"]
    until("gone", lambda: id not in [i["InstanceId"] for i in group()["Instances"]], 40)
    assert group()["DesiredCapacity"] == g["DesiredCapacity"] - 1


# Groups and balancers of the checks' own making

OWN = "checks-own"


def default_subnets():
    subnets = [s for s in EC2.describe_subnets()["Subnets"] if s["DefaultForAz"]]
    return sorted(subnets, key=lambda s: s["AvailabilityZone"])[:2]


def own():
    """A group of two, of the check's own making."""
    if not ASG.describe_auto_scaling_groups(AutoScalingGroupNames=[OWN])["AutoScalingGroups"]:
        images = EC2.describe_images(Owners=["amazon"], Filters=[{"Name": "architecture", "Values": ["x86_64"]}, {"Name": "name", "Values": ["al2023*"]}])
        EC2.create_launch_template(LaunchTemplateName=OWN, LaunchTemplateData={"ImageId": images["Images"][0]["ImageId"], "InstanceType": "t3.micro"})
        ASG.create_auto_scaling_group(AutoScalingGroupName=OWN, MinSize=1, MaxSize=4, DesiredCapacity=2, LaunchTemplate={"LaunchTemplateName": OWN},
                                      VPCZoneIdentifier=",".join(s["SubnetId"] for s in default_subnets()))
        until("two in service", lambda: len(in_service(group(OWN))) == 2)
    return group(OWN)


def lifecycles(state):
    return [i["InstanceId"] for i in group(OWN)["Instances"] if i["LifecycleState"] == state]


@check
def a_group_is_made_from_a_launch_template_by_id_or_name():
    g = own()
    assert len({i["AvailabilityZone"] for i in g["Instances"]}) == 2 and g["LaunchTemplate"]["LaunchTemplateName"] == OWN
    first = ASG.describe_scaling_activities(AutoScalingGroupName=OWN)["Activities"][0]
    assert "a user request created an AutoScalingGroup changing the desired capacity from 0 to 2." in first["Cause"], first
    both = {"LaunchTemplateName": OWN, "LaunchTemplateId": g["LaunchTemplate"]["LaunchTemplateId"]}
    fails("ValidationError", ASG.update_auto_scaling_group, "either launchTemplateId or LaunchTemplateName", AutoScalingGroupName=OWN, LaunchTemplate=both)


@check
def a_launch_hook_holds_a_member_until_it_is_answered():
    own()
    hook = dict(AutoScalingGroupName=OWN, LifecycleHookName="up")
    ASG.put_lifecycle_hook(**hook, LifecycleTransition="autoscaling:EC2_INSTANCE_LAUNCHING", HeartbeatTimeout=3600)
    ASG.set_desired_capacity(AutoScalingGroupName=OWN, DesiredCapacity=3)
    id = until("Pending:Wait", lambda: lifecycles("Pending:Wait"))[0]
    assert ASG.describe_scaling_activities(AutoScalingGroupName=OWN)["Activities"][0]["StatusCode"] == "MidLifecycleAction"
    ASG.record_lifecycle_action_heartbeat(**hook, InstanceId=id)
    ASG.complete_lifecycle_action(**hook, InstanceId=id, LifecycleActionResult="CONTINUE")
    until("in service", lambda: id in in_service(group(OWN)))
    fails("ValidationError", ASG.complete_lifecycle_action, "No active Lifecycle Action found", **hook, InstanceId=id, LifecycleActionResult="CONTINUE")
    ASG.delete_lifecycle_hook(**hook)


@check
def an_instance_refresh_replaces_every_member():
    old = set(in_service(own()))
    started = ASG.start_instance_refresh(AutoScalingGroupName=OWN, Preferences={"MinHealthyPercentage": 50, "InstanceWarmup": 1})["InstanceRefreshId"]
    fails("InstanceRefreshInProgress", ASG.start_instance_refresh, AutoScalingGroupName=OWN)

    def refresh():
        return ASG.describe_instance_refreshes(AutoScalingGroupName=OWN, InstanceRefreshIds=[started])["InstanceRefreshes"][0]

    until("Successful", lambda: refresh()["Status"] == "Successful", 60)
    assert not old & {i["InstanceId"] for i in group(OWN)["Instances"]} and refresh()["PercentageComplete"] == 100
    fails("ActiveInstanceRefreshNotFound", ASG.cancel_instance_refresh, AutoScalingGroupName=OWN)


@check
def scheduled_actions_are_checked_and_happen():
    import datetime
    own()
    now = datetime.datetime.now(datetime.timezone.utc)
    put = dict(AutoScalingGroupName=OWN, DesiredCapacity=1)
    fails("ValidationError", ASG.put_scheduled_update_group_action, "Given start time is in the past", **put, ScheduledActionName="past",
          StartTime=now - datetime.timedelta(hours=1))
    fails("ValidationError", ASG.put_scheduled_update_group_action, "not a cron", **put, ScheduledActionName="bad", Recurrence="not a cron")
    ASG.put_scheduled_update_group_action(**put, ScheduledActionName="weekdays", Recurrence="30 9 * * 1-5")
    ASG.put_scheduled_update_group_action(**put, ScheduledActionName="once", StartTime=now + datetime.timedelta(seconds=3))
    until("done", lambda: group(OWN)["DesiredCapacity"] == 1)
    left = ASG.describe_scheduled_actions(AutoScalingGroupName=OWN)["ScheduledUpdateGroupActions"]
    assert [a["ScheduledActionName"] for a in left] == ["weekdays"]
    next_ = left[0]["StartTime"]
    assert next_ > now and (next_.hour, next_.minute) == (9, 30) and next_.weekday() < 5, next_
    ASG.delete_scheduled_action(AutoScalingGroupName=OWN, ScheduledActionName="weekdays")


@check
def rules_have_priorities_of_their_own():
    vpc = default_subnets()[0]["VpcId"]
    asked = dict(Name=OWN, Subnets=[s["SubnetId"] for s in default_subnets()])
    balancer = ELB.create_load_balancer(**asked)["LoadBalancers"][0]["LoadBalancerArn"]
    assert ELB.create_load_balancer(**asked)["LoadBalancers"][0]["LoadBalancerArn"] == balancer
    fails("DuplicateLoadBalancerName", ELB.create_load_balancer, "exists, but with different settings", **asked, Scheme="internal")
    target = ELB.create_target_group(Name=OWN, Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0]["TargetGroupArn"]
    forward = [{"Type": "forward", "TargetGroupArn": target}]
    listener = ELB.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=forward)["Listeners"][0]["ListenerArn"]
    path = [{"Field": "path-pattern", "Values": ["/api/*"]}]
    rule = ELB.create_rule(ListenerArn=listener, Priority=10, Conditions=path, Actions=forward)["Rules"][0]["RuleArn"]
    fails("PriorityInUse", ELB.create_rule, "Priority '10' is currently in use", ListenerArn=listener, Priority=10, Conditions=path, Actions=forward)
    ELB.set_rule_priorities(RulePriorities=[{"RuleArn": rule, "Priority": 20}])
    rules = ELB.describe_rules(ListenerArn=listener)["Rules"]
    assert [r["Priority"] for r in rules] == ["20", "default"] and rules[0]["Conditions"][0]["Values"] == ["/api/*"]
    fails("OperationNotPermitted", ELB.delete_rule, RuleArn=rules[1]["RuleArn"])
    ELB.delete_rule(RuleArn=rule)
    fails("RuleNotFound", ELB.describe_rules, RuleArns=[rule])
    assert ELB.modify_listener(ListenerArn=listener, Port=8080)["Listeners"][0]["Port"] == 8080
    fails("ValidationError", ELB.modify_load_balancer_attributes, LoadBalancerArn=balancer,
          Attributes=[{"Key": "idle_timeout.timeout_seconds", "Value": "0"}])
    ELB.delete_load_balancer(LoadBalancerArn=balancer)
    ELB.delete_target_group(TargetGroupArn=target)


@check
def a_group_that_is_deleted_by_force_goes_with_its_members():
    own()
    ASG.delete_auto_scaling_group(AutoScalingGroupName=OWN, ForceDelete=True)
    assert group(OWN)["Status"] == "Delete in progress"
    until("gone", lambda: not ASG.describe_auto_scaling_groups(AutoScalingGroupNames=[OWN])["AutoScalingGroups"], 40)
    EC2.delete_launch_template(LaunchTemplateName=OWN)


if __name__ == "__main__":
    main()
