"""Strict checks of the sandbox's STS and EC2 with boto3, in the world `demo` at fifty times the speed."""
import re

from checks import HOME, check, client, fails, main, seen, until

EC2, STS = client("ec2"), client("sts")
MADE = {}
NOBODY = "i-0123456789abcdef0"


def instances(**arguments):
    pages = EC2.get_paginator("describe_instances").paginate(**arguments)
    return [i for p in pages for r in p["Reservations"] for i in r["Instances"]]


def one(id):
    return EC2.describe_instances(InstanceIds=[id])["Reservations"][0]["Instances"][0]


def state(id):
    return one(id)["State"]["Name"]


def filtered(**filters):
    return instances(Filters=[{"Name": k.replace("__", ":").replace("_", "-"), "Values": v} for k, v in filters.items()])


def lone():
    """A running instance that no group replaces and nothing protects, of the check's own making."""
    if "id" not in MADE:
        subnet = next(s for s in EC2.describe_subnets()["Subnets"] if s["MapPublicIpOnLaunch"])
        image = EC2.describe_images(Owners=["amazon"], Filters=[{"Name": "architecture", "Values": ["x86_64"]}])["Images"][0]
        MADE["image"], MADE["subnet"] = image["ImageId"], subnet
        out = EC2.run_instances(ImageId=image["ImageId"], InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=subnet["SubnetId"],
                                ClientToken="checks-lone", TagSpecifications=[
                                    {"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "검사 🚀 check"}, {"Key": "Env", "Value": "check"}]}])
        MADE["out"] = out
        MADE["id"] = out["Instances"][0]["InstanceId"]
        until("running", lambda: state(MADE["id"]) == "running")
    return MADE["id"]


# STS

@check
def the_caller_is_in_an_account_of_twelve_digits():
    who = STS.get_caller_identity()
    assert re.fullmatch(r"\d{12}", who["Account"]) and f"::{who['Account']}:" in who["Arn"] and who["UserId"], who


@check
def a_role_is_assumed_and_its_keys_work_and_name_the_role():
    account = STS.get_caller_identity()["Account"]
    role = STS.assume_role(RoleArn=f"arn:aws:iam::{account}:role/ops", RoleSessionName="checks")
    keys = role["Credentials"]
    assert keys["AccessKeyId"].startswith("ASIA") and keys["SessionToken"]
    import boto3
    from checks import ENDPOINT
    other = boto3.client("sts", region_name=HOME, endpoint_url=ENDPOINT, aws_access_key_id=keys["AccessKeyId"],
                         aws_secret_access_key=keys["SecretAccessKey"], aws_session_token=keys["SessionToken"])
    assert other.get_caller_identity()["Arn"] == f"arn:aws:sts::{account}:assumed-role/ops/checks"


# Places

@check
def regions_are_listed_and_those_not_opted_in_only_when_asked_for():
    some = {r["RegionName"]: r for r in EC2.describe_regions()["Regions"]}
    every = {r["RegionName"]: r["OptInStatus"] for r in EC2.describe_regions(AllRegions=True)["Regions"]}
    assert HOME in some and some[HOME]["Endpoint"] == f"ec2.{HOME}.amazonaws.com" and len(every) > len(some)
    assert set(every.values()) >= {"opt-in-not-required", "not-opted-in"}, set(every.values())


@check
def zones_belong_to_the_region_asked():
    zones = EC2.describe_availability_zones()["AvailabilityZones"]
    assert len(zones) >= 3 and all(z["ZoneName"].startswith(HOME) and z["State"] == "available" and z["ZoneId"].startswith("apne2-az") for z in zones)


@check
def regions_are_separate():
    here = {i["InstanceId"] for i in instances()}
    pages = client("ec2", "ap-northeast-1").get_paginator("describe_instances").paginate()
    there = {i["InstanceId"] for p in pages for r in p["Reservations"] for i in r["Instances"]}
    empty = client("ec2", "eu-west-1").describe_instances()["Reservations"]
    assert here and there and not here & there and empty == []


@check
def instance_types_say_what_they_have():
    t = EC2.describe_instance_types(InstanceTypes=["t3.micro"])["InstanceTypes"][0]
    assert t["VCpuInfo"]["DefaultVCpus"] == 2 and t["MemoryInfo"]["SizeInMiB"] == 1024 and t["ProcessorInfo"]["SupportedArchitectures"] == ["x86_64"]
    assert t["Hypervisor"] == "nitro" and t["BurstablePerformanceSupported"] is True


@check
def an_unknown_instance_type_is_refused():
    fails("InvalidInstanceType", EC2.describe_instance_types, "t9.nothing", InstanceTypes=["t9.nothing"])


# Listing

@check
def the_world_has_what_it_promises():
    all_ = [i for p in client("ec2", "ap-northeast-1").get_paginator("describe_instances").paginate() for r in p["Reservations"] for i in r["Instances"]]
    all_ += instances()
    assert 35 <= len(all_) <= 45 and {"running", "stopped"} <= {i["State"]["Name"] for i in all_}, len(all_)
    assert any(i.get("InstanceLifecycle") == "spot" for i in all_)
    names = [t["Value"] for i in all_ for t in i.get("Tags", []) if t["Key"] == "Name"]
    assert any(re.search("[가-힣]", n) for n in names) and any(ord(c) > 0x1F000 for n in names for c in n), names
    assert len(names) < len(all_) and max(map(len, names)) > 60, "none without a name, or none with a long one"


@check
def pages_hold_what_was_asked_for_and_all_of_them_everything():
    pages = list(EC2.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": 5}))
    ids = [i["InstanceId"] for p in pages for r in p["Reservations"] for i in r["Instances"]]
    assert len(pages) > 3 and len(ids) == len(set(ids)) == len(instances())
    assert all(sum(len(r["Instances"]) for r in p["Reservations"]) <= 5 for p in pages)


@check
def the_last_page_has_no_token():
    assert "NextToken" not in EC2.describe_instances(MaxResults=1000)


@check
def a_page_of_fewer_than_five_is_refused():
    fails("InvalidParameterValue", EC2.describe_instances, MaxResults=4)


@check
def ids_and_a_page_size_do_not_go_together():
    fails("InvalidParameterCombination", EC2.describe_instances, InstanceIds=[lone()], MaxResults=5)


@check
def a_token_of_nobodys_is_refused():
    fails("InvalidParameterValue", EC2.describe_instances, NextToken="nonsense", MaxResults=5)


@check
def one_missing_id_fails_the_whole_call_and_is_named():
    fails("InvalidInstanceID.NotFound", EC2.describe_instances, NOBODY, InstanceIds=[lone(), NOBODY], status=400)


@check
def a_malformed_id_is_told_from_a_missing_one():
    fails("InvalidInstanceID.Malformed", EC2.describe_instances, "i-nonsense", InstanceIds=["i-nonsense"])


@check
def the_id_filter_forgives_a_missing_one():
    assert [i["InstanceId"] for i in filtered(instance_id=[lone(), NOBODY])] == [lone()]


@check
def filters_are_anded_and_their_values_are_ored():
    got = filtered(instance_state_name=["running", "stopped"], tag__Env=["prod"])
    assert got and all(i["State"]["Name"] in ("running", "stopped") and {"Key": "Env", "Value": "prod"} in i["Tags"] for i in got)
    assert len(filtered(instance_state_name=["stopped"], tag__Env=["prod"])) < len(got)


@check
def filter_values_take_wildcards():
    some = filtered(tag__Name=["my-*"])
    assert some and all(next(t["Value"] for t in i["Tags"] if t["Key"] == "Name").startswith("my-") for i in some)
    assert len(some) < len(instances())


@check
def tags_are_filtered_by_key_alone_too():
    assert all(any(t["Key"] == "Env" for t in i["Tags"]) for i in filtered(tag_key=["Env"]))


@check
def a_filter_that_does_not_exist_is_refused():
    fails("InvalidParameterValue", EC2.describe_instances, "no-such-filter", Filters=[{"Name": "no-such-filter", "Values": ["x"]}])


@check
def a_filter_that_matches_nothing_gives_an_empty_list_and_no_error():
    assert filtered(tag__Name=["nothing-has-this-name"]) == []


@check
def an_instance_names_things_that_exist():
    i = next(i for i in instances() if i["State"]["Name"] == "running")
    subnet = EC2.describe_subnets(SubnetIds=[i["SubnetId"]])["Subnets"][0]
    assert subnet["VpcId"] == i["VpcId"] and subnet["AvailabilityZone"] == i["Placement"]["AvailabilityZone"]
    groups = EC2.describe_security_groups(GroupIds=[g["GroupId"] for g in i["SecurityGroups"]])["SecurityGroups"]
    assert [g["GroupName"] for g in groups] and all(g["VpcId"] == i["VpcId"] for g in groups)
    volume = i["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
    v = EC2.describe_volumes(VolumeIds=[volume])["Volumes"][0]
    assert v["State"] == "in-use" and v["Attachments"][0]["InstanceId"] == i["InstanceId"]


@check
def status_checks_are_of_running_instances_unless_all_are_asked_for():
    some = EC2.describe_instance_status()["InstanceStatuses"]
    every = EC2.describe_instance_status(IncludeAllInstances=True)["InstanceStatuses"]
    assert {s["InstanceState"]["Name"] for s in some} == {"running"} and len(every) > len(some)
    assert {"ok", "impaired"} <= {s["InstanceStatus"]["Status"] for s in some}
    stopped = next(s for s in every if s["InstanceState"]["Name"] == "stopped")
    assert stopped["InstanceStatus"]["Status"] == "not-applicable"


@check
def an_impaired_instance_says_since_when():
    bad = [s for s in EC2.describe_instance_status()["InstanceStatuses"] if "impaired" in (s["InstanceStatus"]["Status"], s["SystemStatus"]["Status"])]
    details = [d for s in bad for side in ("InstanceStatus", "SystemStatus") for d in s[side]["Details"] if d["Status"] == "failed"]
    assert details and all(d["Name"] == "reachability" and d["ImpairedSince"] for d in details)


# Dry runs

@check
def a_dry_run_says_that_it_would_have_succeeded_and_does_nothing():
    for call in (EC2.stop_instances, EC2.start_instances, EC2.reboot_instances, EC2.terminate_instances):
        fails("DryRunOperation", call, "Request would have succeeded, but DryRun flag is set", InstanceIds=[lone()], DryRun=True, status=412)
    assert state(lone()) == "running"


@check
def a_dry_run_of_tags_changes_none():
    fails("DryRunOperation", EC2.create_tags, Resources=[lone()], Tags=[{"Key": "dry", "Value": "x"}], DryRun=True)
    assert all(t["Key"] != "dry" for t in one(lone())["Tags"])


# Life

@check
def a_launch_answers_pending_and_then_runs():
    lone()
    i = MADE["out"]["Instances"][0]
    assert i["State"] == {"Code": 0, "Name": "pending"} and i["ClientToken"] == "checks-lone" and i["StateTransitionReason"] == ""
    assert one(lone())["State"] == {"Code": 16, "Name": "running"}


@check
def the_same_token_launches_nothing_new():
    again = EC2.run_instances(ImageId=MADE["image"], InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=MADE["subnet"]["SubnetId"],
                              ClientToken="checks-lone", TagSpecifications=[
                                  {"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "검사 🚀 check"}, {"Key": "Env", "Value": "check"}]}])
    assert again["Instances"][0]["InstanceId"] == lone()


@check
def the_same_token_with_other_parameters_is_refused():
    fails("IdempotentParameterMismatch", EC2.run_instances, ImageId=MADE["image"], InstanceType="t3.small", MinCount=1, MaxCount=1,
          SubnetId=MADE["subnet"]["SubnetId"], ClientToken="checks-lone")


@check
def a_launch_in_a_public_subnet_has_a_public_address_there():
    i = one(lone())
    assert i["PublicIpAddress"] and i["PrivateIpAddress"] and i["SubnetId"] == MADE["subnet"]["SubnetId"]
    assert i["NetworkInterfaces"][0]["Association"]["IpOwnerId"] == "amazon"


@check
def an_image_that_does_not_exist_is_named():
    fails("InvalidAMIID.NotFound", EC2.run_instances, "ami-0123456789abcdef0", ImageId="ami-0123456789abcdef0", InstanceType="t3.micro", MinCount=1, MaxCount=1)


@check
def a_machine_of_another_architecture_cannot_take_the_image():
    fails("InvalidParameterValue", EC2.run_instances, "architecture", ImageId=MADE["image"], InstanceType="t4g.micro", MinCount=1, MaxCount=1,
          SubnetId=MADE["subnet"]["SubnetId"])


@check
def more_than_the_most_makes_no_sense():
    fails("InvalidParameterValue", EC2.run_instances, ImageId=MADE["image"], InstanceType="t3.micro", MinCount=2, MaxCount=1,
          SubnetId=MADE["subnet"]["SubnetId"])


@check
def a_subnet_that_does_not_exist_is_named():
    fails("InvalidSubnetID.NotFound", EC2.run_instances, "subnet-0123456789abcdef0", ImageId=MADE["image"], InstanceType="t3.micro", MinCount=1, MaxCount=1,
          SubnetId="subnet-0123456789abcdef0")


@check
def a_stop_goes_through_stopping_and_loses_the_public_address():
    before = one(lone())
    out = EC2.stop_instances(InstanceIds=[lone()])["StoppingInstances"][0]
    assert out["CurrentState"] == {"Code": 64, "Name": "stopping"} and out["PreviousState"] == {"Code": 16, "Name": "running"}
    assert seen(lambda: state(lone()), "stopped") == ["stopping", "stopped"]
    after = one(lone())
    assert "PublicIpAddress" not in after and after["PrivateIpAddress"] == before["PrivateIpAddress"] and after["PublicDnsName"] == ""


@check
def a_stopped_instance_says_why():
    i = one(lone())
    assert i["StateReason"] == {"Code": "Client.UserInitiatedShutdown", "Message": "Client.UserInitiatedShutdown: User initiated shutdown"}
    assert re.fullmatch(r"User initiated \(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d GMT\)", i["StateTransitionReason"]), i["StateTransitionReason"]


@check
def to_stop_what_is_stopped_is_no_error():
    out = EC2.stop_instances(InstanceIds=[lone()])["StoppingInstances"][0]
    assert out["CurrentState"]["Name"] == out["PreviousState"]["Name"] == "stopped"


@check
def what_is_stopped_cannot_reboot():
    fails("IncorrectInstanceState", EC2.reboot_instances, "not in a state from which it can be rebooted", InstanceIds=[lone()])


@check
def a_stopped_instance_changes_its_type():
    EC2.modify_instance_attribute(InstanceId=lone(), InstanceType={"Value": "t3.small"})
    assert one(lone())["InstanceType"] == "t3.small"


@check
def a_start_goes_through_pending_with_a_new_address_and_launch_time():
    before = one(lone())["LaunchTime"]
    out = EC2.start_instances(InstanceIds=[lone()])["StartingInstances"][0]
    assert out["CurrentState"]["Name"] == "pending" and out["PreviousState"]["Name"] == "stopped"
    assert seen(lambda: state(lone()), "running") == ["pending", "running"]
    after = one(lone())
    assert after["PublicIpAddress"] and after["LaunchTime"] > before and after["StateTransitionReason"] == ""


@check
def to_start_what_runs_is_no_error():
    out = EC2.start_instances(InstanceIds=[lone()])["StartingInstances"][0]
    assert out["CurrentState"]["Name"] == out["PreviousState"]["Name"] == "running"


@check
def checks_are_initializing_after_a_start_and_then_ok():
    def status():
        return EC2.describe_instance_status(InstanceIds=[lone()])["InstanceStatuses"][0]["InstanceStatus"]["Status"]
    assert seen(status, "ok")[-1] == "ok"


@check
def a_running_instances_type_cannot_change():
    fails("IncorrectInstanceState", EC2.modify_instance_attribute, InstanceId=lone(), InstanceType={"Value": "t3.micro"})


@check
def a_reboot_keeps_it_running_with_its_address():
    before = one(lone())
    EC2.reboot_instances(InstanceIds=[lone()])
    after = one(lone())
    assert after["State"]["Name"] == "running" and after["PublicIpAddress"] == before["PublicIpAddress"] and after["LaunchTime"] == before["LaunchTime"]


@check
def hibernation_needs_an_instance_that_was_launched_for_it():
    fails("UnsupportedHibernationConfiguration", EC2.stop_instances, InstanceIds=[lone()], Hibernate=True)


@check
def one_missing_id_stops_none_of_them():
    fails("InvalidInstanceID.NotFound", EC2.stop_instances, NOBODY, InstanceIds=[lone(), NOBODY])
    assert state(lone()) == "running"


@check
def console_output_is_there():
    assert EC2.get_console_output(InstanceId=lone())["InstanceId"] == lone()


@check
def detailed_monitoring_is_switched():
    assert EC2.monitor_instances(InstanceIds=[lone()])["InstanceMonitorings"][0]["Monitoring"]["State"] in ("pending", "enabled")
    until("enabled", lambda: one(lone())["Monitoring"]["State"] == "enabled")
    EC2.unmonitor_instances(InstanceIds=[lone()])
    until("disabled", lambda: one(lone())["Monitoring"]["State"] == "disabled")


# Tags

@check
def tags_are_made_changed_and_deleted():
    EC2.create_tags(Resources=[lone()], Tags=[{"Key": "팀", "Value": "플랫폼 🚀"}, {"Key": "Env", "Value": "other"}])
    tags = {t["Key"]: t["Value"] for t in one(lone())["Tags"]}
    assert tags["팀"] == "플랫폼 🚀" and tags["Env"] == "other"
    EC2.delete_tags(Resources=[lone()], Tags=[{"Key": "팀"}, {"Key": "Env", "Value": "not this value"}])
    tags = {t["Key"]: t["Value"] for t in one(lone())["Tags"]}
    assert "팀" not in tags and tags["Env"] == "other"


@check
def aws_tags_are_reserved():
    fails("InvalidParameterValue", EC2.create_tags, "aws:", Resources=[lone()], Tags=[{"Key": "aws:mine", "Value": "x"}])


@check
def an_instance_takes_fifty_tags_and_no_more():
    fails("TagLimitExceeded", EC2.create_tags, Resources=[lone()], Tags=[{"Key": f"k{n}", "Value": ""} for n in range(51)])


@check
def tags_are_listed_across_resources():
    got = EC2.describe_tags(Filters=[{"Name": "resource-id", "Values": [lone()]}])["Tags"]
    assert {t["Key"] for t in got} >= {"Name", "Env"} and all(t["ResourceType"] == "instance" for t in got)


@check
def tags_of_nothing_are_refused():
    fails("InvalidInstanceID.NotFound", EC2.create_tags, Resources=[NOBODY], Tags=[{"Key": "a", "Value": "b"}])


# Security groups and addresses

@check
def a_security_group_is_made_with_one_way_out():
    vpc = one(lone())["VpcId"]
    MADE["sg"] = EC2.create_security_group(GroupName="checks", Description="checks", VpcId=vpc)["GroupId"]
    group = EC2.describe_security_groups(GroupIds=[MADE["sg"]])["SecurityGroups"][0]
    assert group["IpPermissions"] == [] and group["IpPermissionsEgress"][0]["IpProtocol"] == "-1"
    fails("InvalidGroup.Duplicate", EC2.create_security_group, GroupName="checks", Description="x", VpcId=vpc)


@check
def the_same_rule_twice_is_refused():
    rule = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]
    EC2.authorize_security_group_ingress(GroupId=MADE["sg"], IpPermissions=rule)
    fails("InvalidPermission.Duplicate", EC2.authorize_security_group_ingress, GroupId=MADE["sg"], IpPermissions=rule)
    EC2.revoke_security_group_ingress(GroupId=MADE["sg"], IpPermissions=rule)
    fails("InvalidPermission.NotFound", EC2.revoke_security_group_ingress, GroupId=MADE["sg"], IpPermissions=rule)


@check
def a_group_in_use_is_not_deleted():
    used = one(lone())["SecurityGroups"][0]
    code = "CannotDelete" if used["GroupName"] == "default" else "DependencyViolation"
    fails(code, EC2.delete_security_group, GroupId=used["GroupId"])
    EC2.delete_security_group(GroupId=MADE["sg"])
    fails("InvalidGroup.NotFound", EC2.describe_security_groups, GroupIds=[MADE["sg"]])


@check
def an_elastic_address_survives_a_stop():
    got = EC2.allocate_address(Domain="vpc")
    EC2.associate_address(AllocationId=got["AllocationId"], InstanceId=lone())
    assert one(lone())["PublicIpAddress"] == got["PublicIp"]
    EC2.stop_instances(InstanceIds=[lone()], Force=True)
    until("stopped", lambda: state(lone()) == "stopped")
    assert one(lone())["PublicIpAddress"] == got["PublicIp"]
    address = EC2.describe_addresses(AllocationIds=[got["AllocationId"]])["Addresses"][0]
    assert address["InstanceId"] == lone()
    fails("InvalidIPAddress.InUse", EC2.release_address, AllocationId=got["AllocationId"])
    EC2.disassociate_address(AssociationId=address["AssociationId"])
    EC2.release_address(AllocationId=got["AllocationId"])
    fails("InvalidAllocationID.NotFound", EC2.describe_addresses, AllocationIds=[got["AllocationId"]])


# The end

@check
def protection_refuses_a_terminate_and_can_be_taken_off():
    EC2.modify_instance_attribute(InstanceId=lone(), DisableApiTermination={"Value": True})
    assert EC2.describe_instance_attribute(InstanceId=lone(), Attribute="disableApiTermination")["DisableApiTermination"]["Value"] is True
    fails("OperationNotPermitted", EC2.terminate_instances, lone(), "disableApiTermination", InstanceIds=[lone()])
    EC2.modify_instance_attribute(InstanceId=lone(), DisableApiTermination={"Value": False})


@check
def stop_protection_refuses_a_stop():
    EC2.start_instances(InstanceIds=[lone()])
    until("running", lambda: state(lone()) == "running")
    EC2.modify_instance_attribute(InstanceId=lone(), DisableApiStop={"Value": True})
    fails("OperationNotPermitted", EC2.stop_instances, lone(), "disableApiStop", InstanceIds=[lone()])
    EC2.modify_instance_attribute(InstanceId=lone(), DisableApiStop={"Value": False})


@check
def a_terminate_goes_through_shutting_down_and_stays_listed_without_addresses():
    volume = one(lone())["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
    out = EC2.terminate_instances(InstanceIds=[lone()])["TerminatingInstances"][0]
    assert out["CurrentState"] == {"Code": 32, "Name": "shutting-down"}
    assert seen(lambda: state(lone()), "terminated") == ["shutting-down", "terminated"]
    i = one(lone())
    assert "PrivateIpAddress" not in i and "VpcId" not in i and i["BlockDeviceMappings"] == [] and i["State"]["Code"] == 48
    fails("InvalidVolume.NotFound", EC2.describe_volumes, VolumeIds=[volume])


@check
def what_is_terminated_stays_so():
    out = EC2.terminate_instances(InstanceIds=[lone()])["TerminatingInstances"][0]
    assert out["CurrentState"]["Name"] == out["PreviousState"]["Name"] == "terminated"
    fails("IncorrectInstanceState", EC2.start_instances, InstanceIds=[lone()])
    fails("IncorrectInstanceState", EC2.stop_instances, InstanceIds=[lone()])


@check
def a_spot_instance_of_one_time_cannot_be_stopped():
    spot = next(i for i in instances() if i.get("InstanceLifecycle") == "spot" and i["State"]["Name"] == "running")
    fails("UnsupportedOperation", EC2.stop_instances, InstanceIds=[spot["InstanceId"]])


@check
def an_operation_that_does_not_exist_is_refused_as_aws_does():
    import urllib.error
    import urllib.request
    from checks import ENDPOINT
    scope = f"AWS4-HMAC-SHA256 Credential=test/20260101/{HOME}/ec2/aws4_request, SignedHeaders=host, Signature=0"
    request = urllib.request.Request(ENDPOINT, data=b"Action=NoSuchThing&Version=2016-11-15",
                                     headers={"Authorization": scope, "Content-Type": "application/x-www-form-urlencoded"})
    try:
        urllib.request.urlopen(request)
        raise AssertionError("it was answered")
    except urllib.error.HTTPError as e:
        assert e.code == 400 and "<Code>InvalidAction</Code>" in e.read().decode()


if __name__ == "__main__":
    main()
