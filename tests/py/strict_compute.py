"""Strict checks of instances, volumes and snapshots."""
import base64
import re

from checks import HOME, check, fails
from strict import EC2, MALFORMED, gone, image, instance, is_id, launch, name, of_volume, running, stopped, subnets, terminated, volume, wait, zone


@check
def a_launch_answers_with_a_pending_instance():
    answer = EC2.run_instances(ImageId=image(), InstanceType="t3.micro", MinCount=2, MaxCount=2)
    is_id("r", answer["ReservationId"])
    assert re.fullmatch(r"\d{12}", answer["OwnerId"])
    assert [i["AmiLaunchIndex"] for i in answer["Instances"]] == [0, 1]
    for one in answer["Instances"]:
        is_id("i", one["InstanceId"])
        assert one["State"] == {"Code": 0, "Name": "pending"} and one["Monitoring"]["State"] == "disabled"
        assert one["LaunchTime"].tzinfo is not None
        assert one["EbsOptimized"] in (True, False) and one["VirtualizationType"] == "hvm" and one["RootDeviceType"] == "ebs"
    EC2.terminate_instances(InstanceIds=[i["InstanceId"] for i in answer["Instances"]])


@check
def a_running_instance_of_a_default_subnet_has_its_addresses_and_names():
    one = instance(running())
    assert one["State"] == {"Code": 16, "Name": "running"} and one["SubnetId"] == subnets()[0]["SubnetId"]
    assert one["PrivateDnsName"] == f"ip-{one['PrivateIpAddress'].replace('.', '-')}.{HOME}.compute.internal"
    assert one["PublicDnsName"] == f"ec2-{one['PublicIpAddress'].replace('.', '-')}.{HOME}.compute.amazonaws.com"
    assert one["Placement"]["AvailabilityZone"] == zone() and one["Placement"]["Tenancy"] == "default"
    interface = one["NetworkInterfaces"][0]
    assert interface["Status"] == "in-use" and interface["Attachment"]["DeviceIndex"] == 0 and interface["Attachment"]["DeleteOnTermination"]
    assert interface["Association"]["PublicIp"] == one["PublicIpAddress"] and interface["Association"]["IpOwnerId"] == "amazon"


@check
def a_client_token_launches_once():
    asked = dict(ImageId=image(), InstanceType="t3.micro", MinCount=1, MaxCount=1, ClientToken=name("token"))
    first, second = EC2.run_instances(**asked), EC2.run_instances(**asked)
    assert first["Instances"][0]["InstanceId"] == second["Instances"][0]["InstanceId"] and first["ReservationId"] == second["ReservationId"]
    assert second["Instances"][0]["ClientToken"] == asked["ClientToken"]
    fails("IdempotentParameterMismatch", EC2.run_instances, status=400, **{**asked, "InstanceType": "t3.small"})


@check
def an_image_that_is_not_there_or_no_id_is_refused():
    asked = dict(InstanceType="t3.micro", MinCount=1, MaxCount=1)
    fails("InvalidAMIID.NotFound", EC2.run_instances, f"The image id '[{gone('ami')}]' does not exist", ImageId=gone("ami"), **asked)
    fails("InvalidAMIID.Malformed", EC2.run_instances, 'Invalid id: "foo"', 'expecting "ami-', ImageId=MALFORMED, **asked)


@check
def counts_that_contradict_each_other_launch_nothing():
    before = len(everything())
    for least, most in ((3, 2), (0, 1), (0, 0)):
        fails("InvalidParameterValue", EC2.run_instances, ImageId=image(), InstanceType="t3.micro", MinCount=least, MaxCount=most)
    assert len(everything()) == before


def everything():
    return [i["InstanceId"] for p in EC2.get_paginator("describe_instances").paginate() for r in p["Reservations"] for i in r["Instances"]]


@check
def an_instance_type_that_is_none_is_refused_by_both_who_take_it():
    fails("InvalidParameterValue", EC2.run_instances, ImageId=image(), InstanceType="t9.micro", MinCount=1, MaxCount=1)
    fails("InvalidInstanceType", EC2.describe_instance_types, "The following supplied instance types do not exist: [t9.micro]",
          InstanceTypes=["t9.micro"])


@check
def a_dry_run_says_so_and_does_nothing():
    before = len(everything())
    said = "Request would have succeeded, but DryRun flag is set."
    fails("DryRunOperation", EC2.run_instances, said, status=412, ImageId=image(), InstanceType="t3.micro", MinCount=1, MaxCount=1, DryRun=True)
    fails("DryRunOperation", EC2.stop_instances, said, status=412, InstanceIds=[running()], DryRun=True)
    fails("DryRunOperation", EC2.create_volume, said, status=412, AvailabilityZone=zone(), Size=1, DryRun=True)
    fails("DryRunOperation", EC2.allocate_address, said, status=412, DryRun=True)
    assert len(everything()) == before and instance(running())["State"]["Name"] == "running"


@check
def instances_that_are_not_there_are_named_one_or_all():
    a, b = gone("i"), "i-0123456789abcdef1"
    fails("InvalidInstanceID.NotFound", EC2.describe_instances, f"The instance ID '{a}' does not exist", status=400, InstanceIds=[a])
    fails("InvalidInstanceID.NotFound", EC2.describe_instances, f"The instance IDs '{a}, {b}' do not exist", InstanceIds=[a, b])
    fails("InvalidInstanceID.NotFound", EC2.reboot_instances, f"The instance ID '{a}' does not exist", InstanceIds=[a])
    fails("InvalidInstanceID.NotFound", EC2.terminate_instances, InstanceIds=[running(), a])
    assert instance(running())["State"]["Name"] == "running"


@check
def ids_that_are_none_are_malformed():
    for call in (EC2.describe_instances, EC2.stop_instances, EC2.start_instances, EC2.terminate_instances):
        fails("InvalidInstanceID.Malformed", call, 'Invalid id: "foo"', InstanceIds=[MALFORMED])


@check
def stopping_says_from_what_to_what_and_why():
    id = launch("running")["InstanceId"]
    change = EC2.stop_instances(InstanceIds=[id])["StoppingInstances"]
    assert change == [{"CurrentState": {"Code": 64, "Name": "stopping"}, "InstanceId": id, "PreviousState": {"Code": 16, "Name": "running"}}]
    wait(EC2, "instance_stopped", InstanceIds=[id])
    one = instance(id)
    assert one["State"] == {"Code": 80, "Name": "stopped"} and not one.get("PublicIpAddress") and one["PublicDnsName"] == ""
    assert one["StateReason"] == {"Code": "Client.UserInitiatedShutdown", "Message": "Client.UserInitiatedShutdown: User initiated shutdown"}
    assert re.fullmatch(r"User initiated \(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d GMT\)", one["StateTransitionReason"])
    again = EC2.stop_instances(InstanceIds=[id])["StoppingInstances"][0]
    assert (again["PreviousState"]["Name"], again["CurrentState"]["Name"]) == ("stopped", "stopped")


@check
def starting_keeps_the_private_address_and_takes_a_new_public_one():
    before = launch("running")
    EC2.stop_instances(InstanceIds=[before["InstanceId"]])
    wait(EC2, "instance_stopped", InstanceIds=[before["InstanceId"]])
    change = EC2.start_instances(InstanceIds=[before["InstanceId"]])["StartingInstances"][0]
    assert (change["PreviousState"], change["CurrentState"]) == ({"Code": 80, "Name": "stopped"}, {"Code": 0, "Name": "pending"})
    wait(EC2, "instance_running", InstanceIds=[before["InstanceId"]])
    after = instance(before["InstanceId"])
    assert after["PrivateIpAddress"] == before["PrivateIpAddress"] and after["PublicIpAddress"] != before["PublicIpAddress"]
    assert after["LaunchTime"] >= before["LaunchTime"] and after.get("StateTransitionReason", "") == ""


@check
def terminating_ends_in_terminated_and_may_be_said_twice():
    one = launch("running")
    change = EC2.terminate_instances(InstanceIds=[one["InstanceId"]])["TerminatingInstances"][0]
    assert change["CurrentState"] == {"Code": 32, "Name": "shutting-down"} and change["PreviousState"]["Code"] == 16
    wait(EC2, "instance_terminated", InstanceIds=[one["InstanceId"]])
    after = instance(one["InstanceId"])
    assert after["State"] == {"Code": 48, "Name": "terminated"} and "SubnetId" not in after and "PrivateIpAddress" not in after
    assert after["BlockDeviceMappings"] == [] and after["NetworkInterfaces"] == []
    again = EC2.terminate_instances(InstanceIds=[one["InstanceId"]])["TerminatingInstances"][0]
    assert (again["PreviousState"]["Name"], again["CurrentState"]["Name"]) == ("terminated", "terminated")
    fails("InvalidVolume.NotFound", EC2.describe_volumes, VolumeIds=[one["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]])


@check
def what_is_terminated_neither_starts_nor_stops_nor_takes_a_volume():
    id = terminated()
    fails("IncorrectInstanceState", EC2.start_instances, f"The instance '{id}' is not in a state from which it can be started.", InstanceIds=[id])
    fails("IncorrectInstanceState", EC2.stop_instances, f"This instance '{id}' is not in a state from which it can be stopped.", InstanceIds=[id])
    fails("IncorrectState", EC2.attach_volume, f"Instance '{id}' is not 'running'.", InstanceId=id, VolumeId=volume(), Device="/dev/sdf")


@check
def protection_from_termination_and_stopping_protects():
    id = launch("running", DisableApiTermination=True, DisableApiStop=True)["InstanceId"]
    fails("OperationNotPermitted", EC2.terminate_instances,
          f"The instance '{id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.", InstanceIds=[id])
    fails("OperationNotPermitted", EC2.stop_instances,
          f"The instance '{id}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.", InstanceIds=[id])
    assert EC2.describe_instance_attribute(InstanceId=id, Attribute="disableApiTermination")["DisableApiTermination"] == {"Value": True}
    EC2.modify_instance_attribute(InstanceId=id, DisableApiTermination={"Value": False})
    EC2.modify_instance_attribute(InstanceId=id, DisableApiStop={"Value": False})
    EC2.terminate_instances(InstanceIds=[id])


@check
def type_and_user_data_change_only_while_it_is_stopped():
    id = running()
    fails("IncorrectInstanceState", EC2.modify_instance_attribute, f"The instance '{id}' is not in the 'stopped' state.",
          InstanceId=id, InstanceType={"Value": "t3.small"})
    fails("IncorrectInstanceState", EC2.modify_instance_attribute, f"The instance '{id}' is not in the 'stopped' state.",
          InstanceId=id, UserData={"Value": b"#!/bin/sh"})
    id = stopped()
    EC2.modify_instance_attribute(InstanceId=id, InstanceType={"Value": "t3.small"})
    assert instance(id)["InstanceType"] == "t3.small"
    assert EC2.describe_instance_attribute(InstanceId=id, Attribute="instanceType")["InstanceType"] == {"Value": "t3.small"}


@check
def user_data_comes_back_in_base64_as_it_was_given():
    id = launch(UserData="#!/bin/sh\necho 결제\n")["InstanceId"]
    data = EC2.describe_instance_attribute(InstanceId=id, Attribute="userData")["UserData"]["Value"]
    assert base64.b64decode(data).decode() == "#!/bin/sh\necho 결제\n"
    assert EC2.describe_instance_attribute(InstanceId=running(), Attribute="userData")["UserData"] == {}


@check
def pages_of_instances_have_bounds_and_do_not_go_with_ids():
    fails("InvalidParameterValue", EC2.describe_instances, "Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater than 5.",
          MaxResults=4)
    fails("InvalidParameterCombination", EC2.describe_instances, "The parameter instancesSet cannot be used with the parameter maxResults",
          InstanceIds=[running()], MaxResults=5)
    for _ in range(3):
        launch()
    pages = list(EC2.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": 5}))
    sizes = [sum(len(r["Instances"]) for r in p["Reservations"]) for p in pages]
    found = [i["InstanceId"] for p in pages for r in p["Reservations"] for i in r["Instances"]]
    assert len(pages) > 1 and max(sizes) <= 5 and len(set(found)) == len(found) and set(found) == set(everything())


@check
def filters_of_instances_match_and_unknown_ones_are_refused():
    id = launch("running", TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "strict-web-1"}]}])["InstanceId"]
    by = lambda key, *values: [i["InstanceId"] for r in EC2.describe_instances(  # noqa: E731
        Filters=[{"Name": key, "Values": list(values)}])["Reservations"] for i in r["Instances"]]
    assert by("tag:Name", "strict-web-?") == by("tag:Name", "strict-*") == [id] and by("tag:Name", "STRICT-web-1") == []
    assert id in by("instance-state-code", "16") and id in by("instance-state-name", "stopped", "running") and id in by("tag-key", "Name")
    assert by("private-ip-address", instance(id)["PrivateIpAddress"]) == [id] and id not in by("instance-state-name", "stopped")
    fails("InvalidParameterValue", EC2.describe_instances, "The filter 'colour' is invalid", Filters=[{"Name": "colour", "Values": ["x"]}])


@check
def a_filter_takes_two_hundred_values():
    ids = [f"i-{n:017x}" for n in range(1, 202)]
    assert EC2.describe_instances(Filters=[{"Name": "instance-id", "Values": ids[:200]}])["Reservations"] == []
    fails("FilterLimitExceeded", EC2.describe_instances, "The maximum number of filter values specified on a single call is 200",
          Filters=[{"Name": "instance-id", "Values": ids}])


@check
def status_checks_pass_after_a_while_and_only_what_runs_has_them():
    id = running()
    wait(EC2, "instance_status_ok", InstanceIds=[id])
    wait(EC2, "system_status_ok", InstanceIds=[id])
    status = EC2.describe_instance_status(InstanceIds=[id])["InstanceStatuses"][0]
    assert status["InstanceStatus"]["Details"][0]["Name"] == "reachability" and status["InstanceStatus"]["Details"][0]["Status"] == "passed"
    assert EC2.describe_instance_status(InstanceIds=[stopped()])["InstanceStatuses"] == []
    status = EC2.describe_instance_status(InstanceIds=[stopped()], IncludeAllInstances=True)["InstanceStatuses"][0]
    assert status["InstanceState"]["Name"] == "stopped" and status["InstanceStatus"]["Status"] == "not-applicable"


@check
def detailed_monitoring_goes_on_and_off():
    id = launch("running")["InstanceId"]
    assert EC2.monitor_instances(InstanceIds=[id])["InstanceMonitorings"] == [{"InstanceId": id, "Monitoring": {"State": "pending"}}]
    assert instance(id)["Monitoring"]["State"] in ("pending", "enabled")
    assert EC2.unmonitor_instances(InstanceIds=[id])["InstanceMonitorings"] == [{"InstanceId": id, "Monitoring": {"State": "disabling"}}]


@check
def a_launch_tags_what_it_makes():
    specs = [{"ResourceType": t, "Tags": [{"Key": "Made", "Value": t}]} for t in ("instance", "volume", "network-interface")]
    one = launch("running", TagSpecifications=specs)
    assert one["Tags"] == [{"Key": "Made", "Value": "instance"}]
    assert of_volume(one["BlockDeviceMappings"][0]["Ebs"]["VolumeId"])["Tags"] == [{"Key": "Made", "Value": "volume"}]
    interface = EC2.describe_network_interfaces(NetworkInterfaceIds=[one["NetworkInterfaces"][0]["NetworkInterfaceId"]])["NetworkInterfaces"][0]
    assert interface["TagSet"] == [{"Key": "Made", "Value": "network-interface"}]


@check
def a_private_address_is_in_the_subnet_and_free():
    taken = instance(running())["PrivateIpAddress"]
    asked = dict(ImageId=image(), InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=subnets()[0]["SubnetId"])
    fails("InvalidIPAddress.InUse", EC2.run_instances, taken, PrivateIpAddress=taken, **asked)
    fails("InvalidParameterValue", EC2.run_instances, "Address 192.0.2.10 does not fall within the subnet's address range",
          PrivateIpAddress="192.0.2.10", **asked)


@check
def source_dest_check_is_an_attribute_of_the_instance_and_its_interface():
    one = launch("running")
    assert one["SourceDestCheck"] is True
    EC2.modify_instance_attribute(InstanceId=one["InstanceId"], SourceDestCheck={"Value": False})
    after = instance(one["InstanceId"])
    assert after["SourceDestCheck"] is False and after["NetworkInterfaces"][0]["SourceDestCheck"] is False
    assert EC2.describe_instance_attribute(InstanceId=one["InstanceId"], Attribute="sourceDestCheck")["SourceDestCheck"] == {"Value": False}


@check
def a_volume_has_the_defaults_of_its_type():
    made = EC2.create_volume(AvailabilityZone=zone(), Size=10, VolumeType="gp3")
    is_id("vol", made["VolumeId"])
    assert made["State"] == "creating" and made["Iops"] == 3000 and made["Throughput"] == 125 and made["Encrypted"] is False
    wait(EC2, "volume_available", VolumeIds=[made["VolumeId"]])
    one = of_volume(made["VolumeId"])
    assert one["State"] == "available" and one["Attachments"] == [] and one["MultiAttachEnabled"] is False
    small, large = (EC2.create_volume(AvailabilityZone=zone(), Size=s, VolumeType="gp2") for s in (1, 100))
    assert (small["Iops"], large["Iops"]) == (100, 300)


@check
def iops_go_with_some_types_and_not_with_others():
    fails("MissingParameter", EC2.create_volume, "The parameter iops must be specified for io1 volumes.",
          AvailabilityZone=zone(), Size=10, VolumeType="io1")
    fails("InvalidParameterCombination", EC2.create_volume, "The parameter iops is not supported for gp2 volumes.",
          AvailabilityZone=zone(), Size=10, VolumeType="gp2", Iops=500)
    fails("InvalidParameterValue", EC2.create_volume, AvailabilityZone=zone(), Size=20, VolumeType="gp3", Iops=15000)
    fails("InvalidParameterValue", EC2.create_volume, AvailabilityZone=zone(), Size=20, VolumeType="gp3", Iops=2999)
    fails("InvalidParameterValue", EC2.create_volume, AvailabilityZone=zone(), Size=100, VolumeType="gp3", Throughput=1000)


@check
def sizes_are_within_what_the_type_takes():
    for kind, sizes in {"gp2": (0, 16385), "st1": (124, 16385), "standard": (1025,), "io1": (3,)}.items():
        for size in sizes:
            more = {"Iops": 100} if kind == "io1" else {}
            fails("InvalidParameterValue", EC2.create_volume, AvailabilityZone=zone(), Size=size, VolumeType=kind, **more)
    EC2.delete_volume(VolumeId=volume(Size=125, VolumeType="st1"))


@check
def a_volume_needs_a_size_or_snapshot_and_a_zone_that_is_one():
    fails("MissingParameter", EC2.create_volume, "size/snapshot", AvailabilityZone=zone())
    fails("InvalidZone.NotFound", EC2.create_volume, f"The zone '{HOME}z' does not exist.", AvailabilityZone=f"{HOME}z", Size=1)


@check
def a_client_token_makes_one_volume():
    token = name("token")
    first = EC2.create_volume(AvailabilityZone=zone(), Size=3, ClientToken=token)
    assert EC2.create_volume(AvailabilityZone=zone(), Size=3, ClientToken=token)["VolumeId"] == first["VolumeId"]
    fails("IdempotentParameterMismatch", EC2.create_volume, AvailabilityZone=zone(), Size=4, ClientToken=token)


@check
def a_volume_is_attached_and_the_instance_has_it():
    id, server = volume(), launch("running")["InstanceId"]
    answer = EC2.attach_volume(VolumeId=id, InstanceId=server, Device="/dev/sdf")
    assert answer["State"] == "attaching" and answer["Device"] == "/dev/sdf" and answer["DeleteOnTermination"] is False
    wait(EC2, "volume_in_use", VolumeIds=[id])
    one = of_volume(id)["Attachments"][0]
    assert one["InstanceId"] == server and one["State"] in ("attaching", "attached")
    mapped = {m["DeviceName"]: m["Ebs"] for m in instance(server)["BlockDeviceMappings"]}
    assert mapped["/dev/sdf"]["VolumeId"] == id
    fails("VolumeInUse", EC2.attach_volume, f"{id} is already attached to an instance", VolumeId=id, InstanceId=running(), Device="/dev/sdg")
    fails("InvalidParameterValue", EC2.attach_volume, "Invalid value '/dev/sdf' for unixDevice. Attachment point /dev/sdf is already in use",
          VolumeId=volume(), InstanceId=server, Device="/dev/sdf")
    fails("VolumeInUse", EC2.delete_volume, f"Volume {id} is currently attached to {server}", VolumeId=id)


@check
def a_volume_of_another_zone_is_not_attached():
    far = EC2.create_volume(AvailabilityZone=zone(1), Size=1)["VolumeId"]
    wait(EC2, "volume_available", VolumeIds=[far])
    fails("InvalidVolume.ZoneMismatch", EC2.attach_volume, f"The volume '{far}' is not in the same availability zone as instance '{running()}'",
          VolumeId=far, InstanceId=running(), Device="/dev/sdh")


@check
def a_volume_is_detached_once_and_deleted():
    id = volume()
    EC2.attach_volume(VolumeId=id, InstanceId=running(), Device="/dev/sdj")
    wait(EC2, "volume_in_use", VolumeIds=[id])
    answer = EC2.detach_volume(VolumeId=id)
    assert answer["State"] == "detaching" and answer["InstanceId"] == running()
    wait(EC2, "volume_available", VolumeIds=[id])
    fails("IncorrectState", EC2.detach_volume, f"Volume '{id}' is in the 'available' state.", VolumeId=id)
    EC2.delete_volume(VolumeId=id)
    wait(EC2, "volume_deleted", VolumeIds=[id])
    fails("InvalidVolume.NotFound", EC2.describe_volumes, f"The volume '{id}' does not exist.", VolumeIds=[id])
    fails("InvalidVolume.NotFound", EC2.delete_volume, f"The volume '{id}' does not exist.", VolumeId=id)


@check
def a_volumes_id_that_is_none_is_an_invalid_value():
    for call in (EC2.delete_volume, EC2.detach_volume):
        fails("InvalidParameterValue", call, "Value (foo) for parameter volumeId is invalid. Expected: 'vol-...'.", VolumeId=MALFORMED)
    fails("InvalidParameterValue", EC2.describe_volumes, "Value (foo) for parameter volumes is invalid. Expected: 'vol-...'.",
          VolumeIds=[MALFORMED])


@check
def volumes_are_filtered_and_come_in_pages():
    ids = {volume(ready=False, TagSpecifications=[{"ResourceType": "volume", "Tags": [{"Key": "Set", "Value": "paged"}]}], Size=2) for _ in range(7)}
    wanted = [{"Name": "tag:Set", "Values": ["paged"]}, {"Name": "size", "Values": ["2"]}]
    pages = list(EC2.get_paginator("describe_volumes").paginate(Filters=wanted, PaginationConfig={"PageSize": 5}))
    assert [len(p["Volumes"]) for p in pages] == [5, 2] and {v["VolumeId"] for p in pages for v in p["Volumes"]} == ids
    fails("InvalidParameterCombination", EC2.describe_volumes, VolumeIds=list(ids)[:1], MaxResults=5)
    root = instance(running())["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
    found = EC2.describe_volumes(Filters=[{"Name": "attachment.instance-id", "Values": [running()]}, {"Name": "attachment.delete-on-termination",
                                                                                                     "Values": ["true"]}])["Volumes"]
    assert [v["VolumeId"] for v in found] == [root]


@check
def a_volume_grows_and_does_not_shrink():
    id = volume(VolumeType="gp3", Size=10)
    fails("InvalidParameterValue", EC2.modify_volume, "New size cannot be smaller than existing size", VolumeId=id, Size=9)
    change = EC2.modify_volume(VolumeId=id, Size=20)["VolumeModification"]
    assert change["ModificationState"] == "modifying" and (change["OriginalSize"], change["TargetSize"]) == (10, 20) and change["Progress"] == 0
    assert of_change(id) in ("modifying", "optimizing", "completed")


def of_change(id):
    return EC2.describe_volumes_modifications(VolumeIds=[id])["VolumesModifications"][0]["ModificationState"]


@check
def a_snapshot_completes_and_a_volume_of_it_is_at_least_as_large():
    made = EC2.create_snapshot(VolumeId=volume(Size=4), Description="strict")
    is_id("snap", made["SnapshotId"])
    assert made["State"] == "pending" and made["VolumeSize"] == 4 and made["Description"] == "strict" and made["Encrypted"] is False
    wait(EC2, "snapshot_completed", SnapshotIds=[made["SnapshotId"]])
    one = EC2.describe_snapshots(SnapshotIds=[made["SnapshotId"]])["Snapshots"][0]
    assert one["Progress"] == "100%" and one["StorageTier"] == "standard" and one["OwnerId"] == made["OwnerId"]
    same = of_volume(volume(SnapshotId=made["SnapshotId"]))
    assert same["Size"] == 4 and same["SnapshotId"] == made["SnapshotId"]
    fails("InvalidParameterValue", EC2.create_volume, AvailabilityZone=zone(), SnapshotId=made["SnapshotId"], Size=3)
    EC2.delete_snapshot(SnapshotId=made["SnapshotId"])
    fails("InvalidSnapshot.NotFound", EC2.describe_snapshots, f"The snapshot '{made['SnapshotId']}' does not exist.", SnapshotIds=[made["SnapshotId"]])
