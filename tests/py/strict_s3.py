"""Strict checks of S3."""
import base64
import hashlib

from checks import HOME, check, fails
from strict import S3, name, wait


def bucket():
    label = name("strict-bucket")
    S3.create_bucket(Bucket=label, CreateBucketConfiguration={"LocationConstraint": HOME})
    wait(S3, "bucket_exists", Bucket=label)
    return label


@check
def a_bucket_is_made_once_and_deleted_when_empty():
    b = bucket()
    assert S3.get_bucket_location(Bucket=b)["LocationConstraint"] == HOME
    fails("BucketAlreadyOwnedByYou", S3.create_bucket, "Your previous request to create the named bucket succeeded and you already own it.",
          status=409, Bucket=b, CreateBucketConfiguration={"LocationConstraint": HOME})
    fails("IllegalLocationConstraintException", S3.create_bucket,
          "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.", status=400, Bucket=name("x"))
    S3.put_object(Bucket=b, Key="k", Body=b"")
    fails("BucketNotEmpty", S3.delete_bucket, "The bucket you tried to delete is not empty", status=409, Bucket=b)
    S3.delete_object(Bucket=b, Key="k")
    S3.delete_bucket(Bucket=b)
    wait(S3, "bucket_not_exists", Bucket=b)
    fails("NoSuchBucket", S3.list_objects_v2, "The specified bucket does not exist", status=404, Bucket=b)


@check
def an_object_is_read_whole_in_part_and_on_conditions():
    b, body = bucket(), b"0123456789"
    tag = f'"{hashlib.md5(body).hexdigest()}"'
    assert S3.put_object(Bucket=b, Key="k", Body=body, ContentType="text/plain", Metadata={"a": "1"})["ETag"] == tag
    wait(S3, "object_exists", Bucket=b, Key="k")
    got = S3.get_object(Bucket=b, Key="k", Range="bytes=2-4")
    assert got["Body"].read() == b"234" and got["ContentRange"] == "bytes 2-4/10" and got["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert S3.get_object(Bucket=b, Key="k", Range="bytes=-3")["Body"].read() == b"789" and S3.head_object(Bucket=b, Key="k")["Metadata"] == {"a": "1"}
    fails("InvalidRange", S3.get_object, "The requested range is not satisfiable", status=416, Bucket=b, Key="k", Range="bytes=10-")
    fails("304", S3.get_object, status=304, Bucket=b, Key="k", IfNoneMatch=tag)
    fails("PreconditionFailed", S3.get_object, "At least one of the pre-conditions you specified did not hold", status=412, Bucket=b, Key="k", IfMatch='"x"')
    fails("NoSuchKey", S3.get_object, "The specified key does not exist.", status=404, Bucket=b, Key="none")
    fails("404", S3.head_object, status=404, Bucket=b, Key="none")


@check
def a_conditional_write_does_not_overwrite():
    b = bucket()
    made = S3.put_object(Bucket=b, Key="k", Body=b"1", IfNoneMatch="*")
    fails("PreconditionFailed", S3.put_object, status=412, Bucket=b, Key="k", Body=b"2", IfNoneMatch="*")
    fails("PreconditionFailed", S3.put_object, status=412, Bucket=b, Key="k", Body=b"2", IfMatch='"0123456789abcdef0123456789abcdef"')
    S3.put_object(Bucket=b, Key="k", Body=b"3", IfMatch=made["ETag"])
    assert S3.get_object(Bucket=b, Key="k")["Body"].read() == b"3"


@check
def keys_are_listed_in_order_in_pages_and_in_folders():
    b = bucket()
    for key in ("b/1", "a", "b/2", "c", "d/x/y", "결제", "é"):
        S3.put_object(Bucket=b, Key=key, Body=b"x")
    page = S3.list_objects_v2(Bucket=b, Delimiter="/", MaxKeys=3)
    assert [o["Key"] for o in page["Contents"]] == ["a", "c"] and page["CommonPrefixes"] == [{"Prefix": "b/"}] and page["KeyCount"] == 3
    rest = S3.list_objects_v2(Bucket=b, Delimiter="/", ContinuationToken=page["NextContinuationToken"])
    assert rest["CommonPrefixes"] == [{"Prefix": "d/"}] and [o["Key"] for o in rest["Contents"]] == ["é", "결제"] and rest["IsTruncated"] is False
    assert [o["Key"] for o in S3.list_objects_v2(Bucket=b, StartAfter="b/1", Prefix="b")["Contents"]] == ["b/2"]
    empty = S3.list_objects_v2(Bucket=b, MaxKeys=0)
    assert empty["KeyCount"] == 0 and empty["IsTruncated"] is False
    fails("InvalidArgument", S3.list_objects_v2, status=400, Bucket=b, ContinuationToken="no-token-of-its-own")


@check
def versions_are_kept_and_a_delete_leaves_a_marker():
    b = bucket()
    assert "Status" not in S3.get_bucket_versioning(Bucket=b)
    S3.put_bucket_versioning(Bucket=b, VersioningConfiguration={"Status": "Enabled"})
    first, second = (S3.put_object(Bucket=b, Key="k", Body=body)["VersionId"] for body in (b"1", b"2"))
    gone_ = S3.delete_object(Bucket=b, Key="k")
    assert gone_["DeleteMarker"] is True and first != second
    listed = S3.list_object_versions(Bucket=b)
    assert [(v["VersionId"], v["IsLatest"]) for v in listed["Versions"]] == [(second, False), (first, False)]
    assert listed["DeleteMarkers"][0]["VersionId"] == gone_["VersionId"] and listed["DeleteMarkers"][0]["IsLatest"] is True
    e = fails("NoSuchKey", S3.get_object, status=404, Bucket=b, Key="k")
    assert e["ResponseMetadata"]["HTTPHeaders"]["x-amz-delete-marker"] == "true"
    assert S3.get_object(Bucket=b, Key="k", VersionId=first)["Body"].read() == b"1"
    fails("MethodNotAllowed", S3.get_object, status=405, Bucket=b, Key="k", VersionId=gone_["VersionId"])
    S3.delete_object(Bucket=b, Key="k", VersionId=gone_["VersionId"])
    assert S3.get_object(Bucket=b, Key="k")["Body"].read() == b"2"


@check
def a_multipart_upload_has_parts_of_five_megabytes():
    b = bucket()
    upload = S3.create_multipart_upload(Bucket=b, Key="big")["UploadId"]
    sizes = {1: b"a" * 5 * 1024 * 1024, 2: b"b" * 10}
    parts = [{"PartNumber": n, "ETag": S3.upload_part(Bucket=b, Key="big", UploadId=upload, PartNumber=n, Body=body)["ETag"]} for n, body in sizes.items()]
    fails("InvalidPartOrder", S3.complete_multipart_upload, status=400, Bucket=b, Key="big", UploadId=upload, MultipartUpload={"Parts": parts[::-1]})
    done = S3.complete_multipart_upload(Bucket=b, Key="big", UploadId=upload, MultipartUpload={"Parts": parts})
    whole = hashlib.md5(b"".join(hashlib.md5(x).digest() for x in sizes.values())).hexdigest()
    assert done["ETag"] == f'"{whole}-2"' and S3.head_object(Bucket=b, Key="big")["ContentLength"] == 5 * 1024 * 1024 + 10
    small = S3.create_multipart_upload(Bucket=b, Key="small")["UploadId"]
    parts = [{"PartNumber": n, "ETag": S3.upload_part(Bucket=b, Key="small", UploadId=small, PartNumber=n, Body=b"x")["ETag"]} for n in (1, 2)]
    fails("EntityTooSmall", S3.complete_multipart_upload, "Your proposed upload is smaller than the minimum allowed size", status=400, Bucket=b, Key="small",
          UploadId=small, MultipartUpload={"Parts": parts})
    S3.abort_multipart_upload(Bucket=b, Key="small", UploadId=small)
    fails("NoSuchUpload", S3.list_parts, "The specified upload does not exist", status=404, Bucket=b, Key="small", UploadId=small)


@check
def a_copy_keeps_or_replaces_what_describes_it():
    b = bucket()
    S3.put_object(Bucket=b, Key="a", Body=b"x", ContentType="text/csv", Metadata={"k": "v"})
    S3.copy_object(Bucket=b, Key="b", CopySource={"Bucket": b, "Key": "a"})
    kept = S3.head_object(Bucket=b, Key="b")
    assert kept["ContentType"] == "text/csv" and kept["Metadata"] == {"k": "v"}
    S3.copy_object(Bucket=b, Key="b", CopySource={"Bucket": b, "Key": "a"}, MetadataDirective="REPLACE", ContentType="text/plain")
    changed = S3.head_object(Bucket=b, Key="b")
    assert changed["ContentType"] == "text/plain" and changed["Metadata"] == {}
    fails("InvalidRequest", S3.copy_object, "This copy request is illegal because it is trying to copy an object to itself without changing", status=400,
          Bucket=b, Key="a", CopySource={"Bucket": b, "Key": "a"})


@check
def a_new_bucket_is_private_and_encrypted():
    b = bucket()
    rule, = S3.get_bucket_encryption(Bucket=b)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    block = S3.get_public_access_block(Bucket=b)["PublicAccessBlockConfiguration"]
    assert block == dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    fails("NoSuchBucketPolicy", S3.get_bucket_policy, "The bucket policy does not exist", status=404, Bucket=b)
    fails("NoSuchTagSet", S3.get_bucket_tagging, "The TagSet does not exist", status=404, Bucket=b)
    fails("MalformedPolicy", S3.put_bucket_policy, status=400, Bucket=b, Policy="{")
    fails("BadRequest", S3.put_object_tagging, "Object tags cannot be greater than 10", status=400, Bucket=b, Key=put(b),
          Tagging={"TagSet": [{"Key": str(n), "Value": ""} for n in range(11)]})


def put(b):
    S3.put_object(Bucket=b, Key="k", Body=b"x")
    return "k"


@check
def a_checksum_that_does_not_fit_is_refused():
    b = bucket()
    fails("BadDigest", S3.put_object, "The Content-MD5 you specified did not match what we received.", status=400, Bucket=b, Key="k", Body=b"x",
          ContentMD5="AAAAAAAAAAAAAAAAAAAAAA==")
    fails("InvalidDigest", S3.put_object, "The Content-MD5 you specified", status=400, Bucket=b, Key="k", Body=b"x", ContentMD5="AAAA")
    S3.put_object(Bucket=b, Key="k", Body=b"x", ChecksumAlgorithm="SHA256")
    wanted = base64.b64encode(hashlib.sha256(b"x").digest()).decode()
    assert S3.head_object(Bucket=b, Key="k", ChecksumMode="ENABLED")["ChecksumSHA256"] == wanted
