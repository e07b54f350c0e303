"""What the strict checks share: clients, waiters that look often, an image, a default VPC's subnets, instances."""
import functools
import re
import uuid

from checks import client

EC2, ELB, ASG = client("ec2"), client("elbv2"), client("autoscaling")
CW, STS, S3 = client("cloudwatch"), client("sts"), client("s3", s3={"addressing_style": "path"})
MALFORMED = "foo"


def gone(prefix):
    """An id of the right form that nothing has."""
    return f"{prefix}-0123456789abcdef0"


def name(prefix):
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


def wait(service, waiter, **arguments):
    service.get_waiter(waiter).wait(WaiterConfig={"Delay": 0.1, "MaxAttempts": 200}, **arguments)


def is_id(prefix, value):
    assert re.fullmatch(rf"{prefix}-[0-9a-f]{{17}}", value), value


@functools.cache
def image():
    """A Linux image of Amazon's for x86_64 whose root is on EBS."""
    wanted = [{"Name": "architecture", "Values": ["x86_64"]}, {"Name": "root-device-type", "Values": ["ebs"]},
              {"Name": "state", "Values": ["available"]}]
    images = EC2.describe_images(Owners=["amazon"], Filters=wanted)["Images"]
    return next(i for i in images if i.get("Platform") != "windows")["ImageId"]


@functools.cache
def vpc():
    return EC2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]


@functools.cache
def subnets():
    """The default subnets, one a zone, in the order of the zones."""
    found = EC2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]
    return sorted(found, key=lambda s: s["AvailabilityZone"])


def zone(n=0):
    return subnets()[n]["AvailabilityZone"]


def launch(state=None, **more):
    """One t3.micro, waited for until it is `running` or `stopped` if that is said. Gives its description."""
    asked = dict(ImageId=image(), InstanceType="t3.micro", MinCount=1, MaxCount=1)
    if "SubnetId" not in more and "NetworkInterfaces" not in more:
        asked["SubnetId"] = subnets()[0]["SubnetId"]
    id = EC2.run_instances(**{**asked, **more})["Instances"][0]["InstanceId"]
    if state:
        wait(EC2, "instance_running", InstanceIds=[id])
    if state == "stopped":
        EC2.stop_instances(InstanceIds=[id])
        wait(EC2, "instance_stopped", InstanceIds=[id])
    return instance(id)


@functools.cache
def running():
    """A running instance that checks share and leave as it is."""
    return launch("running")["InstanceId"]


@functools.cache
def stopped():
    """A stopped instance that checks share and leave stopped."""
    return launch("stopped")["InstanceId"]


@functools.cache
def terminated():
    id = launch()["InstanceId"]
    wait(EC2, "instance_running", InstanceIds=[id])
    EC2.terminate_instances(InstanceIds=[id])
    wait(EC2, "instance_terminated", InstanceIds=[id])
    return id


def instance(id):
    return EC2.describe_instances(InstanceIds=[id])["Reservations"][0]["Instances"][0]


def volume(ready=True, **more):
    """An available volume's id: 8 GiB in the first zone if nothing else is said."""
    asked = dict(AvailabilityZone=zone(), **more)
    if "SnapshotId" not in more:
        asked.setdefault("Size", 8)
    id = EC2.create_volume(**asked)["VolumeId"]
    if ready:
        wait(EC2, "volume_available", VolumeIds=[id])
    return id


def of_volume(id):
    return EC2.describe_volumes(VolumeIds=[id])["Volumes"][0]
