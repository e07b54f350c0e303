"""Strict checks of the sandbox's S3 with boto3. The endpoint comes from SKYDECK_TEST_ENDPOINT; exit 0 if all hold."""
import datetime
import hashlib
import io
import os
import sys
import time
import urllib.error
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["SKYDECK_TEST_ENDPOINT"]
HOME = "ap-northeast-2"
KEYS = dict(aws_access_key_id="test", aws_secret_access_key="test")


def client(region=HOME, style="path", **more):
    config = Config(s3={"addressing_style": style}, retries={"max_attempts": 1}, **more)
    return boto3.client("s3", region_name=region, endpoint_url=ENDPOINT, config=config, **KEYS)


# What a signed request has, as far as the sandbox looks.
SIGNED = {"Authorization": f"AWS4-HMAC-SHA256 Credential=test/20260101/{HOME}/s3/aws4_request, SignedHeaders=host, Signature=0"}
S3 = client()
NAME = f"check-{int(time.time() * 1000)}"


def fails(code, call, status=None, **arguments):
    try:
        call(**arguments)
    except ClientError as e:
        got = e.response["Error"]["Code"]
        assert got == code, f"expected {code}, got {got}: {e}"
        if status is not None:
            assert e.response["ResponseMetadata"]["HTTPStatusCode"] == status, e.response
        return e.response
    raise AssertionError(f"expected {code}, and nothing failed")


def buckets_are_made_found_and_deleted():
    fails("InvalidBucketName", S3.create_bucket, 400, Bucket="not..valid", CreateBucketConfiguration={"LocationConstraint": HOME})
    fails("IllegalLocationConstraintException", S3.create_bucket, Bucket=NAME)
    S3.create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": HOME})
    fails("BucketAlreadyOwnedByYou", S3.create_bucket, 409, Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": HOME})
    assert S3.head_bucket(Bucket=NAME)["BucketRegion"] == HOME
    assert S3.get_bucket_location(Bucket=NAME)["LocationConstraint"] == HOME
    fails("404", S3.head_bucket, 404, Bucket=NAME + "-none")
    fails("NoSuchBucket", S3.list_objects_v2, 404, Bucket=NAME + "-none")
    found = S3.list_buckets(Prefix=NAME)["Buckets"]
    assert [b["Name"] for b in found] == [NAME] and found[0]["BucketRegion"] == HOME, found
    pages = list(S3.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 2}))
    names = [b["Name"] for p in pages for b in p["Buckets"]]
    assert names == sorted(set(names)) and NAME in names, names
    assert S3.list_buckets(BucketRegion="eu-west-3").get("Buckets", []) == []


def a_bucket_in_another_region_redirects():
    other = client("us-west-2")
    other.create_bucket(Bucket=NAME + "-w", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    request = urllib.request.Request(f"{ENDPOINT}/{NAME}-w", method="HEAD", headers={
        "Authorization": f"AWS4-HMAC-SHA256 Credential=test/20260101/{HOME}/s3/aws4_request, SignedHeaders=host, Signature=0"})
    try:
        urllib.request.urlopen(request)
        raise AssertionError("a bucket was answered for in the wrong region")
    except urllib.error.HTTPError as e:
        assert e.code == 301 and e.headers["x-amz-bucket-region"] == "us-west-2", (e.code, dict(e.headers))
    assert client(HOME).head_bucket(Bucket=NAME + "-w")["BucketRegion"] == "us-west-2"
    other.delete_bucket(Bucket=NAME + "-w")


def objects_come_back_as_they_were_put():
    body = "안녕하세요 🚀\n".encode() * 5000
    put = S3.put_object(Bucket=NAME, Key="a/한글 이름+🚀.txt", Body=body, ContentType="text/plain", Metadata={"who": "me"},
                        CacheControl="no-store", Tagging="a=b&c=d")
    assert put["ETag"] == f'"{hashlib.md5(body).hexdigest()}"', put
    got = S3.get_object(Bucket=NAME, Key="a/한글 이름+🚀.txt", ChecksumMode="ENABLED")
    assert got["Body"].read() == body
    assert got["ContentType"] == "text/plain" and got["Metadata"] == {"who": "me"} and got["CacheControl"] == "no-store"
    assert got["TagCount"] == 2 and got["ContentLength"] == len(body) and got["AcceptRanges"] == "bytes"
    head = S3.head_object(Bucket=NAME, Key="a/한글 이름+🚀.txt")
    assert head["ContentLength"] == len(body) and head["ETag"] == put["ETag"]
    assert S3.get_object_tagging(Bucket=NAME, Key="a/한글 이름+🚀.txt")["TagSet"] == [{"Key": "a", "Value": "b"}, {"Key": "c", "Value": "d"}]


def a_streamed_upload_is_stored_whole():
    data = os.urandom(3_000_000)

    class Stream(io.RawIOBase):
        """Cannot be rewound by reading its length only."""
        def __init__(self):
            self.inner = io.BytesIO(data)

        def read(self, n=-1):
            return self.inner.read(n)

        def seekable(self):
            return True

        def seek(self, at, whence=0):
            return self.inner.seek(at, whence)

        def tell(self):
            return self.inner.tell()

    for algorithm in ("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"):
        try:
            S3.put_object(Bucket=NAME, Key="stream", Body=Stream(), ChecksumAlgorithm=algorithm)
        except Exception as e:  # the CRT is not installed everywhere
            if "crt" in str(e).lower():
                continue
            raise
        got = S3.get_object(Bucket=NAME, Key="stream")["Body"].read()
        assert got == data, (algorithm, len(got))
    # aws-chunked by hand, signed chunks
    chunked = b"5;chunk-signature=00\r\nhello\r\n0;chunk-signature=00\r\n\r\n"
    request = urllib.request.Request(f"{ENDPOINT}/{NAME}/chunked", data=chunked, method="PUT", headers={
        "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "x-amz-decoded-content-length": "5",
        "content-encoding": "aws-chunked", **SIGNED})
    urllib.request.urlopen(request).read()
    assert S3.get_object(Bucket=NAME, Key="chunked")["Body"].read() == b"hello"


def damaged_uploads_are_refused():
    fails("BadDigest", S3.put_object, 400, Bucket=NAME, Key="bad", Body=b"x", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==")
    fails("InvalidDigest", S3.put_object, 400, Bucket=NAME, Key="bad", Body=b"x", ContentMD5="nonsense")
    fails("BadDigest", S3.put_object, 400, Bucket=NAME, Key="bad", Body=b"x", ChecksumCRC32="AAAAAA==")
    fails("NoSuchKey", S3.get_object, 404, Bucket=NAME, Key="bad")


def ranges_and_conditions():
    S3.put_object(Bucket=NAME, Key="r", Body=b"0123456789")
    head = S3.head_object(Bucket=NAME, Key="r")
    part = S3.get_object(Bucket=NAME, Key="r", Range="bytes=2-4")
    assert part["Body"].read() == b"234" and part["ContentRange"] == "bytes 2-4/10"
    assert part["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert S3.get_object(Bucket=NAME, Key="r", Range="bytes=-3")["Body"].read() == b"789"
    fails("InvalidRange", S3.get_object, 416, Bucket=NAME, Key="r", Range="bytes=10-")
    fails("304", S3.get_object, 304, Bucket=NAME, Key="r", IfNoneMatch=head["ETag"])
    fails("304", S3.get_object, 304, Bucket=NAME, Key="r", IfModifiedSince=head["LastModified"])
    fails("PreconditionFailed", S3.get_object, 412, Bucket=NAME, Key="r", IfMatch='"0"')
    fails("PreconditionFailed", S3.put_object, 412, Bucket=NAME, Key="r", Body=b"", IfNoneMatch="*")
    S3.put_object(Bucket=NAME, Key="r2", Body=b"", IfNoneMatch="*")
    over = S3.get_object(Bucket=NAME, Key="r", ResponseContentType="text/x", ResponseContentDisposition="attachment")
    assert over["ContentType"] == "text/x" and over["ContentDisposition"] == "attachment"


def listings_page_and_fold():
    for n in range(25):
        S3.put_object(Bucket=NAME, Key=f"list/{n % 5}/{n:02}", Body=b"x")
    S3.put_object(Bucket=NAME, Key="list/ctl\x07 & <x>", Body=b"x")
    pages = list(S3.get_paginator("list_objects_v2").paginate(Bucket=NAME, Prefix="list/", PaginationConfig={"PageSize": 7}))
    keys = [o["Key"] for p in pages for o in p["Contents"]]
    assert len(keys) == 26 == len(set(keys)) and keys == sorted(keys, key=lambda k: k.encode()), keys
    assert "list/ctl\x07 & <x>" in keys
    folded = S3.list_objects_v2(Bucket=NAME, Prefix="list/", Delimiter="/", MaxKeys=3)
    assert [p["Prefix"] for p in folded["CommonPrefixes"]] == ["list/0/", "list/1/", "list/2/"] and folded["IsTruncated"]
    assert folded["KeyCount"] == 3
    rest = S3.list_objects_v2(Bucket=NAME, Prefix="list/", Delimiter="/", ContinuationToken=folded["NextContinuationToken"])
    assert [p["Prefix"] for p in rest["CommonPrefixes"]] == ["list/3/", "list/4/"] and len(rest["Contents"]) == 1
    after = S3.list_objects_v2(Bucket=NAME, Prefix="list/", StartAfter="list/4/19")["Contents"]
    assert [o["Key"] for o in after] == ["list/4/24", "list/ctl\x07 & <x>"], after
    old = S3.list_objects(Bucket=NAME, Prefix="list/", MaxKeys=2, Delimiter="/")
    assert old["NextMarker"] == "list/1/" and old["IsTruncated"]
    fails("InvalidArgument", S3.list_objects_v2, 400, Bucket=NAME, ContinuationToken="nonsense")


def copies_and_deletes():
    S3.put_object(Bucket=NAME, Key="src", Body=b"copy me", Metadata={"a": "1"})
    S3.copy_object(Bucket=NAME, Key="dst", CopySource={"Bucket": NAME, "Key": "src"})
    assert S3.head_object(Bucket=NAME, Key="dst")["Metadata"] == {"a": "1"}
    S3.copy_object(Bucket=NAME, Key="dst", CopySource={"Bucket": NAME, "Key": "src"}, MetadataDirective="REPLACE", Metadata={"b": "2"})
    assert S3.head_object(Bucket=NAME, Key="dst")["Metadata"] == {"b": "2"}
    fails("InvalidRequest", S3.copy_object, 400, Bucket=NAME, Key="src", CopySource={"Bucket": NAME, "Key": "src"})
    fails("NoSuchKey", S3.copy_object, 404, Bucket=NAME, Key="x", CopySource={"Bucket": NAME, "Key": "none"})
    gone = S3.delete_objects(Bucket=NAME, Delete={"Objects": [{"Key": "src"}, {"Key": "dst"}, {"Key": "never"}]})
    assert sorted(d["Key"] for d in gone["Deleted"]) == ["dst", "never", "src"]
    fails("404", S3.head_object, 404, Bucket=NAME, Key="src")
    assert S3.delete_object(Bucket=NAME, Key="never")["ResponseMetadata"]["HTTPStatusCode"] == 204


def versions_and_markers():
    bucket = NAME + "-v"
    S3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": HOME})
    assert "Status" not in S3.get_bucket_versioning(Bucket=bucket)
    S3.put_object(Bucket=bucket, Key="k", Body=b"0")
    S3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    one = S3.put_object(Bucket=bucket, Key="k", Body=b"1")["VersionId"]
    two = S3.put_object(Bucket=bucket, Key="k", Body=b"2")["VersionId"]
    assert one != two
    assert S3.get_object(Bucket=bucket, Key="k", VersionId=one)["Body"].read() == b"1"
    assert S3.get_object(Bucket=bucket, Key="k", VersionId="null")["Body"].read() == b"0"
    marker = S3.delete_object(Bucket=bucket, Key="k")
    assert marker["DeleteMarker"] is True
    response = fails("NoSuchKey", S3.get_object, 404, Bucket=bucket, Key="k")
    assert response["ResponseMetadata"]["HTTPHeaders"]["x-amz-delete-marker"] == "true"
    fails("MethodNotAllowed", S3.get_object, 405, Bucket=bucket, Key="k", VersionId=marker["VersionId"])
    fails("NoSuchVersion", S3.get_object, 404, Bucket=bucket, Key="k", VersionId="0" * 32)
    pages = list(S3.get_paginator("list_object_versions").paginate(Bucket=bucket, PaginationConfig={"PageSize": 1}))
    found = [(v["VersionId"], v["IsLatest"]) for p in pages for v in p.get("DeleteMarkers", []) + p.get("Versions", [])]
    assert found == [(marker["VersionId"], True), (two, False), (one, False), ("null", False)], found
    fails("BucketNotEmpty", S3.delete_bucket, 409, Bucket=bucket)
    S3.delete_object(Bucket=bucket, Key="k", VersionId=marker["VersionId"])
    assert S3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"2"
    for version, _ in found[1:]:
        S3.delete_object(Bucket=bucket, Key="k", VersionId=version)
    S3.delete_bucket(Bucket=bucket)


def uploads_in_parts():
    key, five = "big", b"a" * (5 << 20)
    up = S3.create_multipart_upload(Bucket=NAME, Key=key)["UploadId"]
    assert [u["UploadId"] for u in S3.list_multipart_uploads(Bucket=NAME)["Uploads"]] == [up]
    tags = [S3.upload_part(Bucket=NAME, Key=key, UploadId=up, PartNumber=n, Body=b)["ETag"] for n, b in ((1, five), (2, b"tail"))]
    parts = [{"PartNumber": n + 1, "ETag": t} for n, t in enumerate(tags)]
    assert [p["Size"] for p in S3.list_parts(Bucket=NAME, Key=key, UploadId=up)["Parts"]] == [5 << 20, 4]
    fails("InvalidPartOrder", S3.complete_multipart_upload, 400, Bucket=NAME, Key=key, UploadId=up, MultipartUpload={"Parts": parts[::-1]})
    wrong = [{"PartNumber": 1, "ETag": '"0"'}]
    fails("InvalidPart", S3.complete_multipart_upload, 400, Bucket=NAME, Key=key, UploadId=up, MultipartUpload={"Parts": wrong})
    done = S3.complete_multipart_upload(Bucket=NAME, Key=key, UploadId=up, MultipartUpload={"Parts": parts})
    md5s = b"".join(hashlib.md5(b).digest() for b in (five, b"tail"))
    assert done["ETag"] == f'"{hashlib.md5(md5s).hexdigest()}-2"', done
    assert S3.get_object(Bucket=NAME, Key=key)["Body"].read() == five + b"tail"
    assert S3.head_object(Bucket=NAME, Key=key, PartNumber=2)["PartsCount"] == 2
    fails("NoSuchUpload", S3.list_parts, 404, Bucket=NAME, Key=key, UploadId=up)
    up = S3.create_multipart_upload(Bucket=NAME, Key="small")["UploadId"]
    tags = [S3.upload_part(Bucket=NAME, Key="small", UploadId=up, PartNumber=n, Body=b"x")["ETag"] for n in (1, 2)]
    parts = [{"PartNumber": n + 1, "ETag": t} for n, t in enumerate(tags)]
    fails("EntityTooSmall", S3.complete_multipart_upload, 400, Bucket=NAME, Key="small", UploadId=up, MultipartUpload={"Parts": parts})
    S3.abort_multipart_upload(Bucket=NAME, Key="small", UploadId=up)
    data = os.urandom(20 << 20)
    S3.upload_fileobj(io.BytesIO(data), NAME, "transfer")
    out = io.BytesIO()
    S3.download_fileobj(NAME, "transfer", out)
    assert out.getvalue() == data


def settings_have_their_own_not_found():
    fails("NoSuchTagSet", S3.get_bucket_tagging, 404, Bucket=NAME)
    fails("NoSuchBucketPolicy", S3.get_bucket_policy, 404, Bucket=NAME)
    fails("NoSuchBucketPolicy", S3.get_bucket_policy_status, 404, Bucket=NAME)
    fails("NoSuchLifecycleConfiguration", S3.get_bucket_lifecycle_configuration, 404, Bucket=NAME)
    fails("NoSuchCORSConfiguration", S3.get_bucket_cors, 404, Bucket=NAME)
    rules = S3.get_bucket_encryption(Bucket=NAME)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    block = S3.get_public_access_block(Bucket=NAME)["PublicAccessBlockConfiguration"]
    assert all(block.values()) and len(block) == 4
    S3.delete_public_access_block(Bucket=NAME)
    fails("NoSuchPublicAccessBlockConfiguration", S3.get_public_access_block, 404, Bucket=NAME)
    S3.put_bucket_tagging(Bucket=NAME, Tagging={"TagSet": [{"Key": "팀", "Value": "a"}]})
    assert S3.get_bucket_tagging(Bucket=NAME)["TagSet"] == [{"Key": "팀", "Value": "a"}]


def presigned_urls_expire():
    S3.put_object(Bucket=NAME, Key="p", Body=b"presigned")
    url = S3.generate_presigned_url("get_object", Params={"Bucket": NAME, "Key": "p"}, ExpiresIn=60)
    assert urllib.request.urlopen(url).read() == b"presigned"
    signed = boto3.client("s3", region_name=HOME, endpoint_url=ENDPOINT, config=Config(signature_version="s3v4", s3={"addressing_style": "path"}), **KEYS)
    url = signed.generate_presigned_url("get_object", Params={"Bucket": NAME, "Key": "p"}, ExpiresIn=1)
    time.sleep(2.5)
    try:
        urllib.request.urlopen(url)
        raise AssertionError("an expired link was answered")
    except urllib.error.HTTPError as e:
        text = e.read().decode()
        assert e.code == 403 and "<Message>Request has expired</Message>" in text and "<ServerTime>" in text, text


def hosts_name_buckets():
    port = ENDPOINT.rsplit(":", 1)[1].rstrip("/")
    request = urllib.request.Request(f"{ENDPOINT}/p", headers={"Host": f"{NAME}.localhost:{port}", **SIGNED})
    assert urllib.request.urlopen(request).read() == b"presigned"


def nobody_reads_without_a_signature():
    for path in ("", f"/{NAME}", f"/{NAME}/p"):
        try:
            urllib.request.urlopen(ENDPOINT + path)
            raise AssertionError("an anonymous request was answered")
        except urllib.error.HTTPError as e:
            assert e.code in (403, 405) and (path == "" or "<Code>AccessDenied</Code>" in e.read().decode()), (path, e.code)


def an_empty_object_does_not_block_the_next_one():
    """botocore reads the answer after the next wrongly on a connection whose `Expect` was answered by the whole answer."""
    start = time.monotonic()
    for n in range(3):
        S3.put_object(Bucket=NAME, Key="empty/", Body=b"")
        fails("PreconditionFailed", S3.put_object, 412, Bucket=NAME, Key="empty/", Body=b"", IfMatch='"x"')
        S3.put_object(Bucket=NAME, Key="next", Body=b"123")
    assert time.monotonic() - start < 10


def a_checksum_that_is_none_is_told_from_a_wrong_one():
    import base64
    short = base64.b64encode(b"0" * 31).decode()
    wrong = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    fails("InvalidRequest", S3.put_object, 400, Bucket=NAME, Key="sum", Body=b"hello", ChecksumSHA256=short)
    fails("BadDigest", S3.put_object, 400, Bucket=NAME, Key="sum", Body=b"hello", ChecksumSHA256=wrong)


def everything_goes_away():
    for page in S3.get_paginator("list_objects_v2").paginate(Bucket=NAME):
        S3.delete_objects(Bucket=NAME, Delete={"Objects": [{"Key": o["Key"]} for o in page["Contents"]], "Quiet": True})
    S3.delete_bucket(Bucket=NAME)
    fails("NoSuchBucket", S3.delete_bucket, 404, Bucket=NAME)


CHECKS = [buckets_are_made_found_and_deleted, a_bucket_in_another_region_redirects, objects_come_back_as_they_were_put,
          a_streamed_upload_is_stored_whole, damaged_uploads_are_refused, ranges_and_conditions, listings_page_and_fold,
          copies_and_deletes, versions_and_markers, uploads_in_parts, settings_have_their_own_not_found, presigned_urls_expire,
          hosts_name_buckets, nobody_reads_without_a_signature, an_empty_object_does_not_block_the_next_one,
          a_checksum_that_is_none_is_told_from_a_wrong_one, everything_goes_away]

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
