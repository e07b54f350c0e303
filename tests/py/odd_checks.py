"""Odd parameters for every operation that botocore's models know: nothing may be answered by a fault of the server's, or not at all.

Deterministic: the same seed asks the same. Ids and names are real ones where the parameter's name says what it is."""
import random
import time

from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError

from checks import CHECKS, client, main

CALLS = 4
ODD = ["", "0", "-1", "a", "결제", "%00", "x" * 300, "*", "true", "2026-11-21T00:00:00Z"]
NUMBERS = [0, 1, 2, 3, 5, 10, 60, 300, 3600, 65535, 65536, 2**31 - 1, -1, -2**31, 100, 1000]
MOMENTS = [0, time.time() - 600, time.time(), time.time() + 5, 253402300799, -62135596800]
# Not of this world: event streams, and a host of its own.
LEFT_OUT = {"SelectObjectContent", "WriteGetObjectResponse"}
CODES_OF_UNKNOWN = {"InvalidAction", "UnknownOperationException"}


def clients():
    more = {"parameter_validation": False}
    return {name: client(name, **more) for name in ("ec2", "elbv2", "autoscaling", "cloudwatch", "sts")} | {
        "s3": client("s3", s3={"addressing_style": "path"}, **more)}


CLIENTS = clients()


def pool():
    ec2, elb, asg = CLIENTS["ec2"], CLIENTS["elbv2"], CLIENTS["autoscaling"]
    balancers = [b["LoadBalancerArn"] for b in elb.describe_load_balancers()["LoadBalancers"]]
    listeners = [one["ListenerArn"] for b in balancers for one in elb.describe_listeners(LoadBalancerArn=b)["Listeners"]]
    found = {
        "InstanceId": [i["InstanceId"] for r in ec2.describe_instances()["Reservations"] for i in r["Instances"]],
        "LoadBalancerArn": balancers, "ListenerArn": listeners,
        "RuleArn": [r["RuleArn"] for one in listeners for r in elb.describe_rules(ListenerArn=one)["Rules"]],
        "TargetGroupArn": [g["TargetGroupArn"] for g in elb.describe_target_groups()["TargetGroups"]],
        "AutoScalingGroupName": [g["AutoScalingGroupName"] for g in asg.describe_auto_scaling_groups()["AutoScalingGroups"]],
        "AlarmName": [a["AlarmName"] for a in CLIENTS["cloudwatch"].describe_alarms()["MetricAlarms"]],
        "Bucket": [b["Name"] for b in CLIENTS["s3"].list_buckets()["Buckets"]], "Key": ["a", "b/c", "x" * 1000],
        "CidrBlock": ["10.77.0.0/16", "10.77.1.0/24", "0.0.0.0/0", "192.0.2.4/32"], "AvailabilityZone": ["ap-northeast-2a", "zz"],
        "Device": ["/dev/sdf", "sdg"], "Namespace": ["X", "AWS/EC2"], "MetricName": ["CPUUtilization", "M"], "Id": ["m1", "e1"],
        "Expression": ["m1+1", "IF(m1>0,1)", "SLICE(METRICS(),-5)", "FILL(TIME_SERIES(1),LINEAR)", "m1^m1^m1", "SUM(1)", "METRICS('x')"],
        "AlarmRule": ["ALARM(a)", "NOT"], "Stat": ["Average", "p99", "tm90", "p-1", "p1e9"], "Statistic": ["Average"],
    }
    for name, call, field in [("VolumeId", "volumes", "Volumes"), ("SubnetId", "subnets", "Subnets"), ("VpcId", "vpcs", "Vpcs"),
                              ("GroupId", "security_groups", "SecurityGroups"), ("ImageId", "images", "Images"),
                              ("SnapshotId", "snapshots", "Snapshots"), ("AllocationId", "addresses", "Addresses"),
                              ("RouteTableId", "route_tables", "RouteTables"), ("NetworkAclId", "network_acls", "NetworkAcls"),
                              ("InternetGatewayId", "internet_gateways", "InternetGateways"),
                              ("LaunchTemplateId", "launch_templates", "LaunchTemplates")]:
        found[name] = [one[name] for one in getattr(ec2, f"describe_{call}")()[field]]
    return {name: values for name, values in found.items() if values}


POOL = pool()


def text(draw, shape, name):
    if getattr(shape, "enum", None) and draw.random() < 0.85:
        return draw.choice(shape.enum)
    single = name[:-1] if name.endswith("s") else name
    for known in POOL:
        if (name == known or single.endswith(known)) and draw.random() < 0.85:
            return draw.choice(POOL[known])
    return draw.choice(draw.choice(list(POOL.values()))) if draw.random() < 0.4 else draw.choice(ODD)


def value(draw, shape, name, depth=0):
    kind = shape.type_name
    if kind == "structure":
        likely = 0.35 if depth < 2 else 0.2
        chosen = [n for n in shape.members if n not in ("DryRun", "ContentLength") and (n in shape.required_members or draw.random() < likely)]
        return {n: value(draw, shape.members[n], n, depth + 1) for n in chosen} if depth < 6 else {}
    if kind == "list":
        return [value(draw, shape.member, name, depth + 1) for _ in range(draw.choice([0, 1, 1, 1, 2, 3]))]
    if kind == "map":
        return {draw.choice(ODD[1:]): value(draw, shape.value, name, depth + 1) for _ in range(draw.choice([0, 1, 2]))}
    return {"integer": lambda: draw.choice(NUMBERS), "long": lambda: draw.choice(NUMBERS), "boolean": lambda: draw.random() < 0.5,
            "float": lambda: draw.choice([0.0, 1.0, -1.0, 1e300]), "double": lambda: draw.choice([0.0, 1.0, -1.0, 1e300]),
            "timestamp": lambda: draw.choice(MOMENTS), "blob": lambda: draw.choice([b"", b"hello"])}.get(kind, lambda: text(draw, shape, name))()


def one_call(service, call, operation, arguments):
    """Whether the operation is there."""
    try:
        out = call(**arguments)
        if "Body" in out:
            out["Body"].read()
    except ClientError as e:
        status, code = e.response["ResponseMetadata"]["HTTPStatusCode"], e.response["Error"]["Code"]
        assert status < 500 or status == 501, f"{service} {operation} {status} {code} {str(arguments)[:500]}"
        return code not in CODES_OF_UNKNOWN
    except (ConnectionError, HTTPClientError) as e:
        # A header that HTTP itself does not allow is the client's own refusal.
        if "Invalid header" not in str(e) and "InvalidHeader" not in str(e):
            raise AssertionError(f"{service} {operation} {type(e).__name__} {str(arguments)[:500]}") from e
    except (BotoCoreError, AttributeError, TypeError, KeyError, ValueError, OverflowError):
        pass  # the client could not even write it
    return True


def every_operation(service):
    made = CLIENTS[service]
    draw = random.Random(f"skydeck {service}")
    methods = {operation: method for method, operation in made.meta.method_to_api_mapping.items()}
    tried = 0
    for operation in made.meta.service_model.operation_names:
        shape = made.meta.service_model.operation_model(operation).input_shape
        if shape is None or operation in LEFT_OUT:
            continue
        for _ in range(CALLS):
            arguments = value(draw, shape, operation)
            if service == "s3" and "Bucket" in shape.members:
                arguments["Bucket"] = draw.choice(POOL["Bucket"])
            tried += 1
            if not one_call(service, getattr(made, methods[operation]), operation, arguments):
                break
    assert tried > 10, tried


def a_check(service):
    def check():
        every_operation(service)
    check.__name__ = f"no_request_to_{service}_is_answered_by_a_fault_of_the_servers"
    return check


CHECKS.extend(a_check(service) for service in CLIENTS)

if __name__ == "__main__":
    main()
