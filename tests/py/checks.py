"""What the scripts of checks share: clients on the endpoint under test, and a report of one line a check.

A check is a function marked with `@check`; its name says what must hold. They run in the order of the file and may build on one
another. The endpoint comes from SKYDECK_TEST_ENDPOINT."""
import os
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["SKYDECK_TEST_ENDPOINT"]
HOME = "ap-northeast-2"
KEYS = dict(aws_access_key_id="test", aws_secret_access_key="test")
CHECKS = []


def client(service, region=HOME, **config):
    config = Config(retries={"max_attempts": 0, "mode": "standard"}, read_timeout=30, **config)
    return boto3.client(service, region_name=region, endpoint_url=ENDPOINT, config=config, **KEYS)


def check(function):
    CHECKS.append(function)
    return function


def fails(code, call, *words, status=None, **arguments):
    """The call is refused with this code, with all of these words in the message."""
    try:
        call(**arguments)
    except ClientError as e:
        got = e.response["Error"]
        assert got["Code"] == code, f"expected {code}, got {got['Code']}: {got.get('Message')}"
        for word in words:
            assert word in got["Message"], f"the message lacks {word!r}: {got['Message']}"
        if status:
            assert e.response["ResponseMetadata"]["HTTPStatusCode"] == status, e.response["ResponseMetadata"]
        return e.response
    raise AssertionError(f"expected {code}, and nothing failed")


def until(what, look, seconds=20):
    """Waits until `look` gives something true, and gives it."""
    end = time.monotonic() + seconds
    while True:
        got = look()
        if got:
            return got
        if time.monotonic() > end:
            raise AssertionError(f"after {seconds} s still not: {what}")
        time.sleep(0.1)


def seen(look, want, seconds=20, every=0.03):
    """The different answers of `look`, in order, until `want` is the last of them."""
    found, end = [], time.monotonic() + seconds
    while not found or found[-1] != want:
        now = look()
        if not found or found[-1] != now:
            found.append(now)
        if time.monotonic() > end:
            raise AssertionError(f"after {seconds} s only {found}, not {want}")
        time.sleep(every)
    return found


def main():
    failed = 0
    for one in CHECKS:
        try:
            one()
            print("ok  ", one.__name__)
        except Exception as e:  # each check says for itself what was wrong
            failed += 1
            print("FAIL", one.__name__, type(e).__name__, " ".join(str(e).split())[:600])
    sys.exit(1 if failed else 0)
