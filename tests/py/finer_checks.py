"""Finer points of AWS's behaviour, over all services, with boto3: what its documentation says and clients seldom try.

In the world `demo` at fifty times the speed. What botocore's models document is read from them."""
import json
import re
import time
import urllib.error
import urllib.request

import botocore
from botocore.exceptions import ClientError

from checks import ENDPOINT, HOME, check, client, fails, main, until

EC2, ELB, ASG = client("ec2"), client("elbv2"), client("autoscaling")
CW, S3 = client("cloudwatch"), client("s3", s3={"addressing_style": "path"})
# Parameters that botocore's own models would not let out.
LOOSE = {name: client(name, parameter_validation=False) for name in ("ec2", "autoscaling", "cloudwatch")}
LOOSE["s3"] = client("s3", parameter_validation=False, s3={"addressing_style": "path"})
BUCKET = "finer-checks"
MADE = {}


def image():
    return EC2.describe_images(Owners=["amazon"], Filters=[{"Name": "architecture", "Values": ["x86_64"]}])["Images"][0]["ImageId"]


def public_subnets():
    subnets = [s for s in EC2.describe_subnets()["Subnets"] if s["MapPublicIpOnLaunch"] and not s["DefaultForAz"]]
    return [s for s in subnets if s["VpcId"] == subnets[0]["VpcId"]]


def one(id):
    return EC2.describe_instances(InstanceIds=[id])["Reservations"][0]["Instances"][0]


def launched():
    """A running instance of the checks' own."""
    if "id" not in MADE:
        MADE["answer"] = EC2.run_instances(ImageId=image(), InstanceType="t3.micro", MinCount=1, MaxCount=1,
                                           SubnetId=public_subnets()[0]["SubnetId"])["Instances"][0]
        MADE["id"] = MADE["answer"]["InstanceId"]
        until("running", lambda: one(MADE["id"])["State"]["Name"] == "running")
    return MADE["id"]


def bucket():
    if "bucket" not in MADE:
        MADE["bucket"] = S3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": HOME})


def is_known(operation):
    try:
        getattr(LOOSE["ec2"], operation)()
    except ClientError as e:
        return e.response["Error"]["Code"] != "InvalidAction"
    return True


# EC2

@check
def every_filter_that_aws_documents_is_known():
    model, unknown, tried = EC2.meta.service_model, [], 0
    for operation in model.operation_names:
        shape = model.operation_model(operation).input_shape
        name = next((n for n in ("Filters", "Filter") if shape and n in shape.members), None)
        method = botocore.xform_name(operation)
        # Versions are looked at within a template.
        if not operation.startswith("Describe") or not name or operation == "DescribeLaunchTemplateVersions" or not is_known(method):
            continue
        documented = re.findall(r"<li>\s*<p>\s*<code>([a-zA-Z0-9.-]+)</code>", shape.members[name].documentation)
        # Some are not names: the key of `tag:KEY`, and the values of one of them.
        for one in [d for d in documented if d not in {"tag", "informational", "low", "medium", "high", "critical"}]:
            tried += 1
            try:
                getattr(LOOSE["ec2"], method)(**{name: [{"Name": one, "Values": ["no-such-value"]}]})
            except ClientError as e:
                unknown.append(f"{operation} {one} {e.response['Error']['Code']}")
    assert not unknown and tried > 300, (tried, unknown)


@check
def filters_look_at_what_is_shown():
    i = one(launched())
    card = i["NetworkInterfaces"][0]
    for name, value in [("network-interface.mac-address", card["MacAddress"]), ("metadata-options.http-tokens", "required"),
                        ("network-interface.attachment.device-index", "0"), ("usage-operation", "RunInst*"),
                        ("network-interface.association.public-ip", i["PublicIpAddress"]), ("operator.managed", "false"),
                        ("network-interface.addresses.primary", "true"), ("block-device-mapping.attach-time", "20*")]:
        found = EC2.describe_instances(Filters=[{"Name": name, "Values": [value]}, {"Name": "instance-id", "Values": [i["InstanceId"]]}])
        assert len(found["Reservations"]) == 1, name
    for name in ["outpost-arn", "capacity-reservation-id", "network-interface.ipv6-address"]:
        assert not EC2.describe_instances(Filters=[{"Name": name, "Values": ["*"]}])["Reservations"], name
    types = EC2.describe_instance_types(Filters=[{"Name": "supported-usage-class", "Values": ["spot"]},
                                                 {"Name": "vcpu-info.default-cores", "Values": ["1"]}])["InstanceTypes"]
    assert types and all(t["VCpuInfo"]["DefaultCores"] == 1 for t in types)


@check
def a_launch_is_answered_before_there_are_addresses_and_volumes():
    launched()
    answer = MADE["answer"]
    assert answer["PublicDnsName"] == "" and "PublicIpAddress" not in answer and answer["BlockDeviceMappings"] == []
    assert "Association" not in answer["NetworkInterfaces"][0] and answer["StateReason"] == {"Code": "pending", "Message": "pending"}
    assert one(launched())["PublicIpAddress"] and len(one(launched())["BlockDeviceMappings"]) == 1


@check
def a_launch_that_contradicts_itself_is_refused():
    launch = dict(ImageId=image(), InstanceType="t3.micro", MinCount=1, MaxCount=1)
    fails("InvalidParameterValue", EC2.run_instances, "User data is limited to 16384 bytes", UserData="x" * 16385, **launch)
    subnet = public_subnets()[0]["SubnetId"]
    fails("InvalidParameterCombination", EC2.run_instances, "instance-level subnet ID", SubnetId=subnet,
          NetworkInterfaces=[{"DeviceIndex": 0, "SubnetId": subnet}], **launch)
    fails("InvalidParameterCombination", EC2.run_instances, "instance-level security groups", SecurityGroupIds=["sg-0123456789abcdef0"],
          NetworkInterfaces=[{"DeviceIndex": 0, "SubnetId": subnet}], **launch)


@check
def one_attribute_is_modified_a_request():
    fails("InvalidParameterCombination", EC2.modify_instance_attribute, "Fields for multiple attribute types specified",
          InstanceId=launched(), DisableApiStop={"Value": False}, DisableApiTermination={"Value": False})
    fails("InvalidParameterCombination", EC2.modify_instance_attribute, "No attributes specified", InstanceId=launched())


@check
def tags_of_awss_own_cannot_be_deleted():
    fails("InvalidParameterValue", EC2.delete_tags, "reserved for internal use", Resources=[launched()], Tags=[{"Key": "aws:x"}])


@check
def a_new_security_group_says_its_arn():
    made = EC2.create_security_group(GroupName="finer", Description="of the checks", VpcId=public_subnets()[0]["VpcId"])
    shown = EC2.describe_security_groups(GroupIds=[made["GroupId"]])["SecurityGroups"][0]
    EC2.delete_security_group(GroupId=made["GroupId"])
    assert made["SecurityGroupArn"] == shown["SecurityGroupArn"] and made["SecurityGroupArn"].endswith(f"security-group/{made['GroupId']}")


@check
def a_query_without_its_version_is_refused():
    def without(params, **_):
        del params["body"]["Version"]

    for service, call, code, words in [("ec2", "describe_regions", "MissingParameter", "Version"),
                                       ("autoscaling", "describe_auto_scaling_groups", "InvalidAction", "NO_VERSION_SPECIFIED")]:
        api = client(service)
        api.meta.events.register(f"before-call.{service}", without)
        fails(code, getattr(api, call), words)


# Elastic Load Balancing, Auto Scaling

@check
def a_target_that_is_no_instance_id_is_a_validation_error():
    arn = ELB.describe_target_groups()["TargetGroups"][0]["TargetGroupArn"]
    fails("ValidationError", ELB.register_targets, "Instance ID 'foo' is not valid", TargetGroupArn=arn, Targets=[{"Id": "foo"}])
    fails("InvalidTarget", ELB.register_targets, TargetGroupArn=arn, Targets=[{"Id": "i-0123456789abcdef0"}])
    ELB.deregister_targets(TargetGroupArn=arn, Targets=[{"Id": "i-0123456789abcdef0"}])
    fails("ValidationError", ELB.add_tags, "aws:", ResourceArns=[arn], Tags=[{"Key": "aws:x", "Value": "1"}])


@check
def pages_of_groups_are_of_a_hundred_at_most():
    fails("ValidationError", LOOSE["autoscaling"].describe_auto_scaling_groups, "less than or equal to 100", MaxRecords=101)
    fails("ValidationError", LOOSE["autoscaling"].describe_scaling_activities, "less than or equal to 100", MaxRecords=101)


@check
def a_groups_tags_and_metrics_are_checked():
    name = ASG.describe_auto_scaling_groups()["AutoScalingGroups"][0]["AutoScalingGroupName"]
    tag = {"ResourceId": name, "ResourceType": "auto-scaling-group", "Key": "aws:x", "Value": "1", "PropagateAtLaunch": True}
    fails("ValidationError", ASG.create_or_update_tags, "aws:", Tags=[tag])
    fails("ValidationError", ASG.enable_metrics_collection, AutoScalingGroupName=name, Granularity="5Minute")
    fails("ValidationError", ASG.enable_metrics_collection, AutoScalingGroupName=name, Granularity="1Minute", Metrics=["NoSuch"])


@check
def what_auto_scaling_knows_of_is_listed():
    assert len(ASG.describe_adjustment_types()["AdjustmentTypes"]) == 3
    assert len(ASG.describe_lifecycle_hook_types()["LifecycleHookTypes"]) == 2
    assert len(ASG.describe_auto_scaling_notification_types()["AutoScalingNotificationTypes"]) == 5
    kinds = ASG.describe_metric_collection_types()
    assert kinds["Granularities"] == [{"Granularity": "1Minute"}] and {"Metric": "GroupMinSize"} in kinds["Metrics"]
    assert ASG.describe_notification_configurations()["NotificationConfigurations"] == []


# CloudWatch, S3

@check
def composite_alarms_know_their_children_and_children_their_parents():
    alarm = dict(MetricName="X", Namespace="Finer", Statistic="Average", Period=60, EvaluationPeriods=1, Threshold=1,
                 ComparisonOperator="GreaterThanThreshold")
    CW.put_metric_alarm(AlarmName="finer-child", **alarm)
    CW.put_composite_alarm(AlarmName="finer-parent", AlarmRule='ALARM("finer-child") OR FALSE')
    assert [a["AlarmName"] for a in CW.describe_alarms(ChildrenOfAlarmName="finer-parent")["MetricAlarms"]] == ["finer-child"]
    assert [a["AlarmName"] for a in CW.describe_alarms(ParentsOfAlarmName="finer-child")["CompositeAlarms"]] == ["finer-parent"]
    fails("ValidationError", CW.describe_alarms, ChildrenOfAlarmName="finer-parent", StateValue="OK")
    CW.delete_alarms(AlarmNames=["finer-parent"])
    CW.delete_alarms(AlarmNames=["finer-child"])


@check
def tokens_and_limits_of_metrics_have_the_errors_of_their_operation():
    # boto3's shape is InvalidParameterValueException; the code is the query protocol's.
    fails("InvalidParameterValue", CW.list_metrics, NextToken="nobodys")
    query = [{"Id": "m1", "MetricStat": {"Metric": {"Namespace": "X", "MetricName": "X"}, "Period": 60, "Stat": "Sum"}}]
    fails("ValidationError", LOOSE["cloudwatch"].get_metric_data, MetricDataQueries=query, StartTime=0, EndTime=60, MaxDatapoints=100801)


@check
def a_range_that_makes_no_sense_gets_the_whole_object():
    bucket()
    S3.put_object(Bucket=BUCKET, Key="a", Body=b"hello world")
    for range in ["nonsense", "bytes=5-2", "bytes=0-1,3-4"]:
        got = S3.get_object(Bucket=BUCKET, Key="a", Range=range)
        assert got["ResponseMetadata"]["HTTPStatusCode"] == 200 and "ContentRange" not in got and got["Body"].read() == b"hello world", range
    S3.delete_object(Bucket=BUCKET, Key="a")


@check
def labels_say_values_and_properties():
    id = launched()
    query = {"Id": "m1", "Label": "${PROP('MetricName')} of ${PROP('Dim.InstanceId')}: ${DATAPOINT_COUNT}", "MetricStat": {
        "Metric": {"Namespace": "AWS/EC2", "MetricName": "CPUUtilization", "Dimensions": [{"Name": "InstanceId", "Value": id}]},
        "Period": 60, "Stat": "Average"}}
    got = CW.get_metric_data(MetricDataQueries=[query], StartTime=time.time() - 600, EndTime=time.time())["MetricDataResults"][0]
    assert got["Label"] == f"CPUUtilization of {id}: {len(got['Values'])}", got


@check
def an_object_says_how_it_was_encrypted():
    bucket()
    put = S3.put_object(Bucket=BUCKET, Key="kms", Body=b"x", ServerSideEncryption="aws:kms")
    read = S3.head_object(Bucket=BUCKET, Key="kms")
    for answer in (put, read):
        assert answer["ServerSideEncryption"] == "aws:kms" and answer["SSEKMSKeyId"].startswith(f"arn:aws:kms:{HOME}:"), answer
    copy = S3.copy_object(Bucket=BUCKET, Key="copy", CopySource={"Bucket": BUCKET, "Key": "kms"})
    assert copy["ServerSideEncryption"] == "AES256" and "SSEKMSKeyId" not in S3.head_object(Bucket=BUCKET, Key="copy")
    fails("InvalidArgument", LOOSE["s3"].put_object, "encryption method", Bucket=BUCKET, Key="z", Body=b"", ServerSideEncryption="zz")


@check
def a_delete_can_depend_on_the_etag():
    bucket()
    etag = S3.put_object(Bucket=BUCKET, Key="old", Body=b"1")["ETag"]
    fails("PreconditionFailed", S3.delete_object, Bucket=BUCKET, Key="old", IfMatch='"another"')
    many = S3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "old", "ETag": '"another"'}, {"Key": "kms"}]})
    assert [e["Code"] for e in many["Errors"]] == ["PreconditionFailed"] and many["Deleted"][0]["Key"] == "kms", many
    S3.delete_object(Bucket=BUCKET, Key="old", IfMatch=etag)
    assert S3.delete_object(Bucket=BUCKET, Key="old", IfMatch=etag)["ResponseMetadata"]["HTTPStatusCode"] == 204


@check
def a_policy_makes_a_bucket_public_only_where_that_is_not_blocked():
    bucket()
    S3.put_object(Bucket=BUCKET, Key="page", Body=b"hello")

    def anonymous(path):
        try:
            return urllib.request.urlopen(f"{ENDPOINT}/{path}").status
        except urllib.error.HTTPError as e:
            return e.code

    allow = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    fails("AccessDenied", S3.put_bucket_policy, "BlockPublicPolicy", status=403, Bucket=BUCKET, Policy=policy)
    S3.delete_public_access_block(Bucket=BUCKET)
    for bad in ["{}", policy.replace("Principal", "X"), policy.replace(BUCKET, "another")]:
        fails("MalformedPolicy", S3.put_bucket_policy, status=400, Bucket=BUCKET, Policy=bad)
    S3.put_bucket_policy(Bucket=BUCKET, Policy=policy)
    assert S3.get_bucket_policy_status(Bucket=BUCKET)["PolicyStatus"]["IsPublic"]
    assert [anonymous(p) for p in (f"{BUCKET}/page", BUCKET, "no-such-bucket-here")] == [200, 403, 404]
    S3.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration={"RestrictPublicBuckets": True})
    assert anonymous(f"{BUCKET}/page") == 403
    for key in ("page", "copy"):
        S3.delete_object(Bucket=BUCKET, Key=key)
    S3.delete_bucket(Bucket=BUCKET)


@check
def an_instance_keeps_the_moment_of_its_launch():
    before = one(launched())
    # AWS tells the moment in seconds: a start within the same one could not be told from the launch.
    until("a second later", lambda: time.time() > before["LaunchTime"].timestamp() + 1)
    EC2.stop_instances(InstanceIds=[launched()], Force=True)
    until("stopped", lambda: one(launched())["State"]["Name"] == "stopped")
    EC2.start_instances(InstanceIds=[launched()])
    until("running", lambda: one(launched())["State"]["Name"] == "running")
    after = one(launched())
    assert after["UsageOperationUpdateTime"] == before["UsageOperationUpdateTime"], (before, after)
    assert after["LaunchTime"] > before["LaunchTime"], (before, after)


@check
def what_belongs_to_instances_is_described_of_them():
    spot = next(i for r in EC2.describe_instances(Filters=[{"Name": "instance-lifecycle", "Values": ["spot"]}])["Reservations"]
                for i in r["Instances"] if i["State"]["Name"] == "running")
    found = EC2.describe_spot_instance_requests(Filters=[{"Name": "instance-id", "Values": [spot["InstanceId"]]}])["SpotInstanceRequests"]
    assert [f["SpotInstanceRequestId"] for f in found] == [spot["SpotInstanceRequestId"]]
    assert found[0]["State"] == "active" and found[0]["Status"]["Code"] == "fulfilled"
    fails("InvalidSpotInstanceRequestID.NotFound", EC2.describe_spot_instance_requests, SpotInstanceRequestIds=["sir-none"])
    credits = EC2.describe_instance_credit_specifications(InstanceIds=[launched()])["InstanceCreditSpecifications"]
    assert credits == [{"InstanceId": launched(), "CpuCredits": "unlimited"}]
    profiled = [i for r in EC2.describe_instances()["Reservations"] for i in r["Instances"] if "IamInstanceProfile" in i]
    shown = EC2.describe_iam_instance_profile_associations()["IamInstanceProfileAssociations"]
    assert {a["InstanceId"]: a["IamInstanceProfile"] for a in shown} == {i["InstanceId"]: i["IamInstanceProfile"] for i in profiled}


@check
def what_the_account_has_none_of_is_an_empty_list_and_its_ids_are_not_found():
    assert EC2.describe_vpn_connections()["VpnConnections"] == [] and EC2.describe_placement_groups()["PlacementGroups"] == []
    fails("InvalidVpnConnectionID.NotFound", EC2.describe_vpn_connections, VpnConnectionIds=["vpn-0123456789abcdef0"])
    fails("InvalidVpcPeeringConnectionID.NotFound", EC2.describe_vpc_peering_connections, VpcPeeringConnectionIds=["pcx-0123456789abcdef0"])
    fails("InvalidVpcEndpointId.Malformed", EC2.describe_vpc_endpoints, VpcEndpointIds=["nonsense"])


@check
def a_service_that_is_not_here_is_refused_in_the_clients_own_protocol():
    for service, call, code in [("iam", "list_users", "InvalidAction"), ("lambda", "list_functions", "UnknownOperationException"),
                                ("ssm", "describe_parameters", "UnknownOperationException")]:
        fails(code, getattr(client(service), call), f"no service '{service}'")


@check
def the_disks_of_a_launch_fit_what_they_are_made_from():
    launch = dict(ImageId=image(), InstanceType="t3.micro", MinCount=1, MaxCount=1)

    def disks(**ebs):
        return [{"DeviceName": ebs.pop("device", "/dev/sdf"), "Ebs": ebs}]

    root = EC2.describe_images(ImageIds=[image()])["Images"][0]["RootDeviceName"]
    fails("InvalidBlockDeviceMapping", EC2.run_instances, "expect size>=", BlockDeviceMappings=disks(device=root, VolumeSize=1), **launch)
    fails("MissingParameter", EC2.run_instances, "size or snapshotId", BlockDeviceMappings=disks(DeleteOnTermination=True), **launch)
    fails("InvalidSnapshot.NotFound", EC2.run_instances, BlockDeviceMappings=disks(SnapshotId="snap-0123456789abcdef0"), **launch)
    fails("InvalidParameterValue", LOOSE["ec2"].run_instances, InstanceInitiatedShutdownBehavior="hide", **launch)
    fails("InvalidParameterValue", EC2.run_instances, ClientToken="x" * 65, **launch)


@check
def a_copy_of_an_instance_has_all_of_its_disks():
    id = launched()
    volume = EC2.create_volume(AvailabilityZone=one(id)["Placement"]["AvailabilityZone"], Size=3)["VolumeId"]
    EC2.get_waiter("volume_available").wait(VolumeIds=[volume], WaiterConfig={"Delay": 1})
    EC2.attach_volume(VolumeId=volume, InstanceId=id, Device="/dev/sdf")
    made = EC2.create_image(InstanceId=id, Name="finer-copy", NoReboot=True)["ImageId"]
    EC2.get_waiter("image_available").wait(ImageIds=[made], WaiterConfig={"Delay": 1})
    copy = EC2.run_instances(ImageId=made, InstanceType="t3.micro", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    devices = {b["DeviceName"]: b["Ebs"]["VolumeId"] for b in one(copy)["BlockDeviceMappings"]}
    shown = EC2.describe_volumes(VolumeIds=[devices["/dev/sdf"]])["Volumes"][0]
    assert len(devices) == 2 and shown["Size"] == 3 and shown["SnapshotId"].startswith("snap-"), (devices, shown)
    EC2.terminate_instances(InstanceIds=[copy])


@check
def a_redirect_keeps_what_it_does_not_say():
    balancer = next(b for b in ELB.describe_load_balancers()["LoadBalancers"] if b["Type"] == "application")
    listener = ELB.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"][0]["ListenerArn"]
    rule = dict(ListenerArn=listener, Priority=77, Conditions=[{"Field": "path-pattern", "Values": ["/finer"]}])
    redirect = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
    made = ELB.create_rule(Actions=[{"Type": "redirect", "RedirectConfig": redirect}], **rule)["Rules"][0]
    assert made["Actions"][0]["RedirectConfig"] == redirect | {"Host": "#{host}", "Path": "/#{path}", "Query": "#{query}"}
    ELB.delete_rule(RuleArn=made["RuleArn"])
    fails("ValidationError", ELB.create_rule, Actions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "301"}}], **rule)
    assert "Certificates" in ELB.describe_listener_certificates(ListenerArn=listener)
    assert ELB.describe_ssl_policies(Names=["ELBSecurityPolicy-2016-08"])["SslPolicies"][0]["SslProtocols"]
    group = next(g for g in ELB.describe_target_groups()["TargetGroups"] if g["Protocol"] == "HTTP")["TargetGroupArn"]
    fails("ValidationError", ELB.modify_target_group, TargetGroupArn=group, Matcher={"HttpCode": "99"})
    fails("ValidationError", ELB.modify_target_group_attributes, TargetGroupArn=group, Attributes=[{"Key": "stickiness.type", "Value": "zz"}])


@check
def a_groups_hooks_and_settings_are_within_bounds():
    name = ASG.describe_auto_scaling_groups()["AutoScalingGroups"][0]["AutoScalingGroupName"]
    for bad in [{"TerminationPolicies": ["Oldest"]}, {"MaxInstanceLifetime": 10}]:
        fails("ValidationError", ASG.update_auto_scaling_group, AutoScalingGroupName=name, **bad)
    hook = dict(AutoScalingGroupName=name, LifecycleHookName="finer")
    launching = "autoscaling:EC2_INSTANCE_LAUNCHING"
    for bad in [{}, {"LifecycleTransition": launching, "HeartbeatTimeout": 29}, {"LifecycleTransition": launching, "DefaultResult": "STOP"}]:
        fails("ValidationError", ASG.put_lifecycle_hook, **hook, **bad)
    ASG.put_lifecycle_hook(LifecycleTransition=launching, HeartbeatTimeout=60, **hook)
    ASG.put_lifecycle_hook(DefaultResult="CONTINUE", **hook)
    shown = ASG.describe_lifecycle_hooks(AutoScalingGroupName=name, LifecycleHookNames=["finer"])["LifecycleHooks"][0]
    ASG.delete_lifecycle_hook(**hook)
    assert (shown["HeartbeatTimeout"], shown["DefaultResult"], shown["LifecycleTransition"]) == (60, "CONTINUE", launching)


@check
def hibernation_takes_a_type_that_can_and_an_encrypted_root_volume_that_holds_the_memory():
    image = next(i for i in EC2.describe_images(Owners=["amazon"])["Images"]
                 if i["Architecture"] == "x86_64" and i.get("Platform") != "windows")

    def wanted(ty="t3.micro", **ebs):
        disks = [{"DeviceName": image["RootDeviceName"], "Ebs": {"VolumeType": "gp3", **ebs}}]
        return dict(ImageId=image["ImageId"], InstanceType=ty, MinCount=1, MaxCount=1, BlockDeviceMappings=disks,
                    HibernationOptions={"Configured": True})

    code = "UnsupportedHibernationConfiguration"
    fails(code, EC2.run_instances, "must be encrypted", **wanted(VolumeSize=30))
    fails(code, EC2.run_instances, "c5a.2xlarge", **wanted("c5a.2xlarge", VolumeSize=30, Encrypted=True))
    fails(code, EC2.run_instances, "memory", **wanted("t3.2xlarge", VolumeSize=30, Encrypted=True))
    made = EC2.run_instances(**wanted("t3.2xlarge", VolumeSize=64, Encrypted=True))["Instances"][0]
    assert made["HibernationOptions"] == {"Configured": True}, made


KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBfx1hBFZcZVHoVQp0wzqXcDwXQLAZoT2dR2pJ4vyWgx me@here"


@check
def a_one_time_key_is_taken_for_a_running_instance_and_refused_in_the_apis_words():
    connect = client("ec2-instance-connect")
    found = {i["State"]["Name"]: i for r in EC2.describe_instances()["Reservations"] for i in r["Instances"]}
    running, stopped = found["running"], found["stopped"]
    to = dict(InstanceId=running["InstanceId"], InstanceOSUser="ec2-user", SSHPublicKey=KEY)
    answer = connect.send_ssh_public_key(**to, AvailabilityZone=running["Placement"]["AvailabilityZone"])
    assert answer["Success"] is True and answer["RequestId"], answer
    assert connect.send_ssh_public_key(**to)["Success"] is True, "the zone need not be said"
    for code, word, wrong in [
        ("EC2InstanceNotFoundException", "not found", dict(InstanceId="i-0123456789abcdef0")),
        ("EC2InstanceNotFoundException", "not found", dict(AvailabilityZone="us-east-1a")),
        ("EC2InstanceStateInvalidException", "not in a valid state", dict(InstanceId=stopped["InstanceId"])),
        ("InvalidArgsException", "^i-[a-f0-9]+$", dict(InstanceId="mi-0123456789abcdef0")),
        ("InvalidArgsException", "instanceOSUser", dict(InstanceOSUser="-oProxyCommand=x")),
        ("InvalidArgsException", "SSH Public key is invalid", dict(SSHPublicKey="ssh-dss " + "A" * 80)),
    ]:
        refused = fails(code, connect.send_ssh_public_key, word, status=400, **{**to, **wrong})
        assert hasattr(connect.exceptions, refused["Error"]["Code"]), "it is an error of the model"


if __name__ == "__main__":
    main()
