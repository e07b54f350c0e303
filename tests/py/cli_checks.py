"""Strict checks of the sandbox with the AWS CLI, whose script is named in SKYDECK_TEST_AWS."""
import json
import os
import subprocess
import sys
import tempfile

AWS = [os.environ["SKYDECK_TEST_AWS"], "--endpoint-url", os.environ["SKYDECK_TEST_ENDPOINT"], "--region", "ap-northeast-2"]
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


# What the CLI ends with when the service refuses: 254 in version 2, 255 in version 1.
REFUSED = (254, 255)


def aws(*words, code=(0,), says=""):
    out = subprocess.run([*AWS, *words], capture_output=True, timeout=60)
    error = out.stderr.decode()
    assert out.returncode in code, f"exit {out.returncode}: {error}"
    assert says in error, f"it does not say {says!r}: {error}"
    text = out.stdout.decode()
    try:
        return json.loads(text) if text.strip() else None
    except ValueError:
        return text


@check
def the_cli_knows_who_it_is():
    assert len(aws("sts", "get-caller-identity")["Account"]) == 12


@check
def the_cli_pages_by_itself():
    many = aws("ec2", "describe-instances", "--page-size", "5", "--query", "length(Reservations[].Instances[])")
    assert many == aws("ec2", "describe-instances", "--query", "length(Reservations[].Instances[])") > 20, many


@check
def the_cli_filters():
    got = aws("ec2", "describe-instances", "--filters", "Name=instance-state-name,Values=stopped", "--query", "Reservations[].Instances[].State.Name")
    assert got and set(got) == {"stopped"}


@check
def the_cli_sees_awss_codes():
    aws("ec2", "describe-instances", "--instance-ids", "i-0123456789abcdef0", code=REFUSED, says="(InvalidInstanceID.NotFound)")
    aws("ec2", "stop-instances", "--instance-ids", "i-0123456789abcdef0", "--dry-run", code=REFUSED)


@check
def the_cli_waits_until_an_instance_has_stopped():
    id = aws("ec2", "describe-instances", "--filters", "Name=tag:Name,Values=my-private-ec2", "--query", "Reservations[0].Instances[0].InstanceId")
    aws("ec2", "stop-instances", "--instance-ids", id)
    aws("ec2", "wait", "instance-stopped", "--instance-ids", id)
    aws("ec2", "start-instances", "--instance-ids", id)
    aws("ec2", "wait", "instance-running", "--instance-ids", id)


@check
def the_cli_lists_target_health():
    arn = aws("elbv2", "describe-target-groups", "--names", "my-alchemine-app-tg-80", "--query", "TargetGroups[0].TargetGroupArn")
    assert aws("elbv2", "describe-target-health", "--target-group-arn", arn)["TargetHealthDescriptions"]


@check
def the_cli_lists_groups_and_their_activities():
    assert aws("autoscaling", "describe-auto-scaling-groups")["AutoScalingGroups"]
    assert aws("autoscaling", "describe-scaling-activities", "--auto-scaling-group-name", "my-asg-ec2", "--max-items", "2")["Activities"]


@check
def the_cli_copies_a_file_up_and_down_unchanged():
    with tempfile.TemporaryDirectory() as home:
        up, down = os.path.join(home, "up"), os.path.join(home, "down")
        data = os.urandom(10 << 20)
        with open(up, "wb") as f:
            f.write(data)
        aws("s3", "mb", "s3://checks-of-the-cli")
        aws("s3", "cp", up, "s3://checks-of-the-cli/폴더/a b+c.bin", "--no-progress")
        aws("s3", "cp", "s3://checks-of-the-cli/폴더/a b+c.bin", down, "--no-progress")
        with open(down, "rb") as f:
            assert f.read() == data
        assert "폴더/" in aws("s3", "ls", "s3://checks-of-the-cli")
        aws("s3", "rm", "s3://checks-of-the-cli", "--recursive")
        aws("s3", "rb", "s3://checks-of-the-cli")


@check
def the_cli_refuses_a_bucket_that_is_not_there():
    aws("s3", "ls", "s3://nobody-has-made-this-bucket", code=REFUSED, says="NoSuchBucket")


@check
def the_cli_lists_and_silences_alarms():
    name = aws("cloudwatch", "describe-alarms", "--query", "MetricAlarms[?ActionsEnabled]|[0].AlarmName")
    aws("cloudwatch", "disable-alarm-actions", "--alarm-names", name)
    assert aws("cloudwatch", "describe-alarms", "--alarm-names", name, "--query", "MetricAlarms[0].ActionsEnabled") is False
    aws("cloudwatch", "enable-alarm-actions", "--alarm-names", name)


if __name__ == "__main__":
    failed = 0
    for one in CHECKS:
        try:
            one()
            print("ok  ", one.__name__)
        except Exception as e:  # each check says for itself what was wrong
            failed += 1
            print("FAIL", one.__name__, type(e).__name__, " ".join(str(e).split())[:600])
    sys.exit(1 if failed else 0)
