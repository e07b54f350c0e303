"""Every operation of S3's service model, as boto3 has it: the answer is right or AWS's refusal, and what a bucket and an object
already are is untouched by what is refused."""
import urllib.error
import urllib.request

from botocore.exceptions import ClientError

from checks import ENDPOINT, HOME, check, client, main

S3 = client("s3", s3={"addressing_style": "path"}, parameter_validation=False)
BUCKET, KEY, BODY = "model-checks", "an/object", b"what stands here stays"
SIGNED = {"Authorization": f"AWS4-HMAC-SHA256 Credential=test/20260101/{HOME}/s3/aws4_request, SignedHeaders=host, Signature=0"}

# What is done. Everything else must be refused.
DONE = set("""AbortMultipartUpload CompleteMultipartUpload CopyObject CreateBucket CreateMultipartUpload DeleteBucket DeleteBucketCors
DeleteBucketEncryption DeleteBucketLifecycle DeleteBucketOwnershipControls DeleteBucketPolicy DeleteBucketReplication
DeleteBucketTagging DeleteBucketWebsite DeleteObject DeleteObjectTagging DeleteObjects DeletePublicAccessBlock
GetBucketAccelerateConfiguration GetBucketAcl GetBucketCors GetBucketEncryption GetBucketLifecycle
GetBucketLifecycleConfiguration GetBucketLocation GetBucketLogging GetBucketNotification GetBucketNotificationConfiguration
GetBucketOwnershipControls GetBucketPolicy GetBucketPolicyStatus GetBucketReplication GetBucketRequestPayment GetBucketTagging
GetBucketVersioning GetBucketWebsite GetObject GetObjectAcl GetObjectAttributes GetObjectTagging GetPublicAccessBlock HeadBucket
HeadObject ListBuckets ListMultipartUploads ListObjectVersions ListObjects ListObjectsV2 ListParts
PutBucketAccelerateConfiguration PutBucketCors PutBucketEncryption PutBucketLifecycle PutBucketLifecycleConfiguration
PutBucketLogging PutBucketNotification PutBucketNotificationConfiguration PutBucketOwnershipControls PutBucketPolicy
PutBucketReplication PutBucketRequestPayment PutBucketTagging PutBucketVersioning PutBucketWebsite PutObject PutObjectTagging
PutPublicAccessBlock UploadPart UploadPartCopy""".split())
# Refused in AWS's words for a bucket without Object Lock or ACLs.
OTHERWISE = {"PutObjectRetention": "InvalidRequest", "GetObjectRetention": "InvalidRequest", "PutObjectLegalHold": "InvalidRequest",
             "GetObjectLegalHold": "InvalidRequest", "GetObjectLockConfiguration": "ObjectLockConfigurationNotFoundError",
             "PutObjectAcl": "AccessControlListNotSupported", "PutBucketAcl": "AccessControlListNotSupported"}
# A host of its own, which no loopback address has.
LEFT_OUT = {"WriteGetObjectResponse"}


def as_it_stands():
    """Everything that an operation could have done to the bucket and its object."""
    versions = S3.list_object_versions(Bucket=BUCKET)
    out = [[(v["Key"], v["VersionId"], v["ETag"], v["Size"]) for v in versions.get("Versions", [])], versions.get("DeleteMarkers")]
    out.append(S3.get_object(Bucket=BUCKET, Key=KEY)["Body"].read())
    out.append(S3.get_object_tagging(Bucket=BUCKET, Key=KEY)["TagSet"])
    out.append(S3.head_object(Bucket=BUCKET, Key=KEY)["Metadata"])
    for look in ("bucket_versioning", "bucket_encryption", "public_access_block", "bucket_ownership_controls", "bucket_tagging"):
        answer = getattr(S3, f"get_{look}")(Bucket=BUCKET)
        out.append({k: v for k, v in answer.items() if k != "ResponseMetadata"})
    out.append([b["Name"] for b in S3.list_buckets()["Buckets"]])
    out.append([u["UploadId"] for u in S3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])])
    return out


def value(shape, depth=0):
    kind = shape.type_name
    if kind == "structure":
        return {n: value(m, depth + 1) for n, m in shape.members.items() if n in shape.required_members or depth == 1}
    if kind == "list":
        return [value(shape.member, depth + 1)]
    return {"string": (getattr(shape, "enum", None) or ["x"])[0], "integer": 1, "long": 1, "boolean": True, "float": 1.0,
            "double": 1.0, "timestamp": 1900000000, "blob": b"<Other/>", "map": {}}.get(kind, "x")


def arguments(shape):
    known = {"Bucket": BUCKET, "Key": KEY, "Body": b"<Other/>", "CopySource": {"Bucket": BUCKET, "Key": KEY}}
    # What the operation wants, and its document: a refusal must not lean on the request being empty.
    wanted = set(shape.required_members) | {shape.serialization.get("payload")} | {"Bucket", "Key"}
    return {n: known[n] if n in known else value(m, 1) for n, m in shape.members.items() if n in wanted}


@check
def a_bucket_and_an_object_are_made():
    S3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": HOME})
    S3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    S3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    S3.put_object(Bucket=BUCKET, Key=KEY, Body=BODY, Metadata={"m": "1"}, Tagging="t=1")


@check
def what_is_not_done_is_refused_and_touches_nothing():
    model = S3.meta.service_model
    methods = {operation: method for method, operation in S3.meta.method_to_api_mapping.items()}
    before, wrong, tried = as_it_stands(), [], 0
    for operation in model.operation_names:
        if operation in DONE or operation in LEFT_OUT:
            continue
        tried += 1
        shape = model.operation_model(operation).input_shape
        code = OTHERWISE.get(operation, "NotImplemented")
        try:
            S3_call = getattr(S3, methods[operation])
            S3_call(**arguments(shape))
            wrong.append(f"{operation} was answered")
        except ClientError as e:
            status = e.response["ResponseMetadata"]["HTTPStatusCode"]
            if e.response["Error"]["Code"] != code or (code == "NotImplemented") != (status == 501):
                wrong.append(f"{operation}: {status} {e}")
        after = as_it_stands()
        if after != before:
            wrong.append(f"{operation} changed something: {before} {after}")
            before = after
    assert not wrong, wrong
    assert tried >= 40 and before[2] == BODY, tried


@check
def what_is_done_answers():
    model = S3.meta.service_model
    missing = DONE - set(model.operation_names)
    assert not missing, missing
    for operation in ("GetObject", "HeadObject", "GetObjectAttributes", "ListObjects", "ListObjectVersions", "GetBucketAcl"):
        method = {o: m for m, o in S3.meta.method_to_api_mapping.items()}[operation]
        getattr(S3, method)(**arguments(model.operation_model(operation).input_shape))


@check
def no_word_of_tomorrow_writes_into_an_object():
    before = as_it_stands()
    words = ["tomorrow", "tomorrow=1", "Retention", "legalhold", "versions", "policy", "uploads&x", "attributes", "torrent", "delete",
             "versionId=x", "partNumber=1", "tagging&acl", "%72etention2", "object-lock", "location"]
    for word in words:
        for method in ("PUT", "DELETE", "POST"):
            for path in (f"/{BUCKET}/{KEY}", f"/{BUCKET}"):
                if (method, word) == ("POST", "uploads&x") or (method, path, word) == ("DELETE", f"/{BUCKET}", "policy"):
                    continue
                request = urllib.request.Request(f"{ENDPOINT}{path}?{word}", data=b"<Other/>", method=method, headers=SIGNED)
                try:
                    urllib.request.urlopen(request)
                    raise AssertionError(f"{method} {path}?{word} was answered")
                except urllib.error.HTTPError as e:
                    text = e.read().decode()
                    assert e.code in (400, 403, 405, 501) and "<Code>" in text, (method, path, word, e.code, text)
    assert as_it_stands() == before


@check
def uploads_by_presigned_urls_are_still_taken():
    for version in ("s3", "s3v4"):
        signer = client("s3", s3={"addressing_style": "path"}, signature_version=version)
        params = {"Bucket": BUCKET, "Key": f"presigned-{version}", "ContentType": "text/plain"}
        url = signer.generate_presigned_url("put_object", Params=params, ExpiresIn=600)
        request = urllib.request.Request(url, data=b"by a link", method="PUT", headers={"Content-Type": "text/plain"})
        urllib.request.urlopen(request)
        assert S3.get_object(Bucket=BUCKET, Key=params["Key"])["Body"].read() == b"by a link", version


@check
def headers_of_functions_that_are_not_here_are_refused():
    before = as_it_stands()
    for headers in ({"x-amz-write-offset-bytes": "4"}, {"x-amz-server-side-encryption-customer-algorithm": "AES256"},
                    {"x-amz-object-lock-legal-hold": "ON"}, {"x-amz-object-lock-mode": "GOVERNANCE"}, {"x-amz-acl": "public-read"},
                    {"x-amz-grant-read": "id=x"}, {"x-amz-expected-bucket-owner": "111122223333"}):
        request = urllib.request.Request(f"{ENDPOINT}/{BUCKET}/{KEY}", data=b"new", method="PUT", headers={**SIGNED, **headers})
        try:
            urllib.request.urlopen(request)
            raise AssertionError(f"{headers} was answered")
        except urllib.error.HTTPError as e:
            assert e.code in (400, 403, 501), (headers, e.code)
    assert as_it_stands() == before
    S3.put_object(Bucket=BUCKET, Key="own", Body=b"", ACL="bucket-owner-full-control", ExpectedBucketOwner="000000000000")


@check
def a_buckets_default_encryption_is_what_its_objects_have():
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/own"}}
    S3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})
    assert S3.put_object(Bucket=BUCKET, Key="own", Body=b"x")["ServerSideEncryption"] == "aws:kms"
    head = S3.head_object(Bucket=BUCKET, Key="own")
    assert head["ServerSideEncryption"] == "aws:kms" and head["SSEKMSKeyId"].endswith(":alias/own"), head
    S3.put_object(Bucket=BUCKET, Key="own", Body=b"x", ServerSideEncryption="AES256")
    assert S3.head_object(Bucket=BUCKET, Key="own")["ServerSideEncryption"] == "AES256"


if __name__ == "__main__":
    main()
