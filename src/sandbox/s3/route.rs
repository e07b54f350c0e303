//! The operation of a request, by its method and the sub-resource that its query names. Pure.
//!
//! S3 tells operations apart by a word in the query (`PUT /bucket/key?retention`), and a server that does not know the word
//! would do something else, to the object itself. So every word that is no known parameter is refused, and what is known
//! goes with the methods that it has and with no others.

use http::Method;

use super::error::S3Error;
use super::request::S3Request;

/// A sub-resource and its operations, by method; empty where it has none.
struct Sub {
    name: &'static str,
    get: &'static str,
    put: &'static str,
    post: &'static str,
    delete: &'static str,
}

const fn sub(
    name: &'static str,
    get: &'static str,
    put: &'static str,
    post: &'static str,
    delete: &'static str,
) -> Sub {
    Sub { name, get, put, post, delete }
}

/// Those of a bucket: every operation of the service's model, those that are not implemented too.
#[rustfmt::skip]
const OF_BUCKET: [Sub; 33] = [
    sub("policyStatus", "GetBucketPolicyStatus", "", "", ""),
    sub("policy", "GetBucketPolicy", "PutBucketPolicy", "", "DeleteBucketPolicy"),
    sub("publicAccessBlock", "GetPublicAccessBlock", "PutPublicAccessBlock", "", "DeletePublicAccessBlock"),
    sub("encryption", "GetBucketEncryption", "PutBucketEncryption", "", "DeleteBucketEncryption"),
    sub("lifecycle", "GetBucketLifecycleConfiguration", "PutBucketLifecycleConfiguration", "", "DeleteBucketLifecycle"),
    sub("cors", "GetBucketCors", "PutBucketCors", "", "DeleteBucketCors"),
    sub("website", "GetBucketWebsite", "PutBucketWebsite", "", "DeleteBucketWebsite"),
    sub("logging", "GetBucketLogging", "PutBucketLogging", "", ""),
    sub("notification", "GetBucketNotificationConfiguration", "PutBucketNotificationConfiguration", "", ""),
    sub("acl", "GetBucketAcl", "PutBucketAcl", "", ""),
    sub("ownershipControls", "GetBucketOwnershipControls", "PutBucketOwnershipControls", "", "DeleteBucketOwnershipControls"),
    sub("accelerate", "GetBucketAccelerateConfiguration", "PutBucketAccelerateConfiguration", "", ""),
    sub("requestPayment", "GetBucketRequestPayment", "PutBucketRequestPayment", "", ""),
    sub("replication", "GetBucketReplication", "PutBucketReplication", "", "DeleteBucketReplication"),
    sub("object-lock", "GetObjectLockConfiguration", "PutObjectLockConfiguration", "", ""),
    sub("tagging", "GetBucketTagging", "PutBucketTagging", "", "DeleteBucketTagging"),
    sub("versioning", "GetBucketVersioning", "PutBucketVersioning", "", ""),
    sub("location", "GetBucketLocation", "", "", ""),
    sub("uploads", "ListMultipartUploads", "", "", ""),
    sub("versions", "ListObjectVersions", "", "", ""),
    sub("list-type", "ListObjectsV2", "", "", ""),
    sub("delete", "", "", "DeleteObjects", ""),
    sub("session", "CreateSession", "", "", ""),
    sub("analytics", "GetBucketAnalyticsConfiguration", "PutBucketAnalyticsConfiguration", "", "DeleteBucketAnalyticsConfiguration"),
    sub("intelligent-tiering", "GetBucketIntelligentTieringConfiguration", "PutBucketIntelligentTieringConfiguration", "",
        "DeleteBucketIntelligentTieringConfiguration"),
    sub("inventory", "GetBucketInventoryConfiguration", "PutBucketInventoryConfiguration", "", "DeleteBucketInventoryConfiguration"),
    sub("metrics", "GetBucketMetricsConfiguration", "PutBucketMetricsConfiguration", "", "DeleteBucketMetricsConfiguration"),
    sub("abac", "GetBucketAbac", "PutBucketAbac", "", ""),
    sub("metadataConfiguration", "GetBucketMetadataConfiguration", "", "CreateBucketMetadataConfiguration",
        "DeleteBucketMetadataConfiguration"),
    sub("metadataTable", "GetBucketMetadataTableConfiguration", "", "CreateBucketMetadataTableConfiguration",
        "DeleteBucketMetadataTableConfiguration"),
    sub("metadataInventoryTable", "", "UpdateBucketMetadataInventoryTableConfiguration", "", ""),
    sub("metadataJournalTable", "", "UpdateBucketMetadataJournalTableConfiguration", "", ""),
    sub("metadataAnnotationTable", "", "UpdateBucketMetadataAnnotationTableConfiguration", "", ""),
];

/// Those of an object.
#[rustfmt::skip]
const OF_KEY: [Sub; 13] = [
    sub("uploadId", "ListParts", "UploadPart", "CompleteMultipartUpload", "AbortMultipartUpload"),
    sub("uploads", "", "", "CreateMultipartUpload", ""),
    sub("tagging", "GetObjectTagging", "PutObjectTagging", "", "DeleteObjectTagging"),
    sub("acl", "GetObjectAcl", "PutObjectAcl", "", ""),
    sub("attributes", "GetObjectAttributes", "", "", ""),
    sub("retention", "GetObjectRetention", "PutObjectRetention", "", ""),
    sub("legal-hold", "GetObjectLegalHold", "PutObjectLegalHold", "", ""),
    sub("torrent", "GetObjectTorrent", "", "", ""),
    sub("restore", "", "", "RestoreObject", ""),
    sub("select", "", "", "SelectObjectContent", ""),
    sub("encryption", "", "UpdateObjectEncryption", "", ""),
    sub("renameObject", "", "RenameObject", "", ""),
    sub("annotation", "GetObjectAnnotation", "PutObjectAnnotation", "", "DeleteObjectAnnotation"),
];

/// Parameters that name no sub-resource.
const PARAMETERS: [&str; 35] = [
    "versionId",
    "partNumber",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "prefix",
    "delimiter",
    "marker",
    "max-keys",
    "encoding-type",
    "key-marker",
    "version-id-marker",
    "upload-id-marker",
    "max-uploads",
    "max-parts",
    "part-number-marker",
    "continuation-token",
    "start-after",
    "fetch-owner",
    "bucket-region",
    "max-buckets",
    "select-type",
    "id",
    "annotationName",
    "annotation-prefix",
    "max-annotation-results",
    // Of signatures, and what SDKs say of themselves.
    "AWSAccessKeyId",
    "Signature",
    "Expires",
    "x-id",
    // A URL that was signed in the old way has these headers in its query. [botocore: HmacV1QueryAuth]
    "content-type",
    "content-md5",
];

/// Operations of an object that are for one of its versions.
const OF_VERSION: [&str; 14] = [
    "GetObject",
    "HeadObject",
    "DeleteObject",
    "GetObjectAcl",
    "PutObjectAcl",
    "GetObjectAttributes",
    "GetObjectTagging",
    "PutObjectTagging",
    "DeleteObjectTagging",
    "GetObjectRetention",
    "PutObjectRetention",
    "GetObjectLegalHold",
    "PutObjectLegalHold",
    "RestoreObject",
];

/// AWS's answer to what it knows and does not do here.
pub(super) fn not_implemented(what: &str) -> S3Error {
    let message = format!("A header you provided implies functionality that is not implemented: {what}");
    S3Error::new(501, "NotImplemented", message)
}

fn not_allowed(method: &Method) -> S3Error {
    let message = "The specified method is not allowed against this resource.";
    S3Error::new(405, "MethodNotAllowed", message).field("Method", method.as_str())
}

fn conflict(message: String, name: &str) -> S3Error {
    S3Error::invalid_argument(message, "ResourceType", name)
}

/// AWS's name of the operation that a request is.
///
/// # Errors
/// `NotImplemented` for words in the query that nobody here knows, `MethodNotAllowed` for a sub-resource that the method
/// does not go with, `InvalidArgument` for several at once or for parameters of another operation.
pub(super) fn operation(request: &S3Request<'_>) -> Result<&'static str, S3Error> {
    let method = &request.call.request.method;
    if request.bucket.is_empty() {
        return of_service(request, method);
    }
    let (table, other, kind) = if request.key.is_empty() {
        (&OF_BUCKET[..], &OF_KEY[..], "bucket")
    } else {
        (&OF_KEY[..], &OF_BUCKET[..], "key")
    };
    let mut named = table.iter().filter(|s| request.q(s.name).is_some());
    let (first, second) = (named.next(), named.next());
    if let (Some(first), Some(second)) = (first, second) {
        let message = format!("Conflicting query string parameters: {}, {}", first.name, second.name);
        return Err(conflict(message, first.name));
    }
    let elsewhere = |name: &str| other.iter().any(|s| s.name == name) && !table.iter().any(|s| s.name == name);
    if let Some(name) = request.names().find(|n| elsewhere(n)) {
        return Err(conflict(format!("There is no such thing as the ?{name} sub-resource for a {kind}"), name));
    }
    check_words(request, method)?;
    let operation = match first {
        Some(sub) => of_sub(request, method, sub)?,
        None if request.key.is_empty() => match *method {
            Method::GET => "ListObjects",
            Method::HEAD => "HeadBucket",
            Method::PUT => "CreateBucket",
            Method::DELETE => "DeleteBucket",
            // A browser's form, or Object Lambda's answer.
            Method::POST if request.bucket == "WriteGetObjectResponse" => "WriteGetObjectResponse",
            Method::POST => "PostObject",
            _ => return Err(not_allowed(method)),
        },
        None => match *method {
            Method::GET => "GetObject",
            Method::HEAD => "HeadObject",
            Method::PUT if request.h("x-amz-copy-source").is_some() => "CopyObject",
            Method::PUT => "PutObject",
            Method::DELETE => "DeleteObject",
            _ => return Err(not_allowed(method)),
        },
    };
    check_parameters(request, operation)?;
    Ok(operation)
}

fn of_service(request: &S3Request<'_>, method: &Method) -> Result<&'static str, S3Error> {
    check_words(request, method)?;
    if *method != Method::GET {
        return Err(not_allowed(method));
    }
    // Directory buckets are listed at the same address, for a service of their own.
    let express = request.h("authorization").is_some_and(|a| a.contains("/s3express/"));
    Ok(if express || request.q("x-id") == Some("ListDirectoryBuckets") {
        "ListDirectoryBuckets"
    } else {
        "ListBuckets"
    })
}

fn of_sub(request: &S3Request<'_>, method: &Method, sub: &Sub) -> Result<&'static str, S3Error> {
    let found = match *method {
        Method::GET => sub.get,
        Method::PUT => sub.put,
        Method::POST => sub.post,
        Method::DELETE => sub.delete,
        _ => "",
    };
    Ok(match found {
        "" => return Err(not_allowed(method)),
        "UploadPart" if request.h("x-amz-copy-source").is_some() => "UploadPartCopy",
        "GetObjectAnnotation" if request.q("annotationName").is_none() => "ListObjectAnnotations",
        "GetBucketAnalyticsConfiguration" if request.q("id").is_none() => "ListBucketAnalyticsConfigurations",
        "GetBucketIntelligentTieringConfiguration" if request.q("id").is_none() => {
            "ListBucketIntelligentTieringConfigurations"
        }
        "GetBucketInventoryConfiguration" if request.q("id").is_none() => "ListBucketInventoryConfigurations",
        "GetBucketMetricsConfiguration" if request.q("id").is_none() => "ListBucketMetricsConfigurations",
        found => found,
    })
}

/// A word that nobody here knows is a sub-resource of tomorrow: nothing is done in its name. With a value or without a
/// letter, and where nothing is changed, it is what people add against caches, which S3 passes over.
fn check_words(request: &S3Request<'_>, method: &Method) -> Result<(), S3Error> {
    let known = |name: &str| {
        PARAMETERS.contains(&name)
            || name.get(..6).is_some_and(|p| p.eq_ignore_ascii_case("x-amz-"))
            || OF_BUCKET.iter().chain(&OF_KEY).any(|s| s.name == name)
    };
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let idle =
        |name: &str| request.q(name).is_some_and(|v| !v.is_empty()) || !name.chars().any(|c| c.is_ascii_alphabetic());
    match request.names().find(|n| !(known(n) || reads && idle(n))) {
        Some(name) => Err(not_implemented(&format!("?{name}"))),
        None => Ok(()),
    }
}

fn check_parameters(request: &S3Request<'_>, operation: &str) -> Result<(), S3Error> {
    if let Some(id) = request.q("versionId")
        && !OF_VERSION.contains(&operation)
    {
        return Err(S3Error::invalid_argument("This operation does not accept a version-id.", "versionId", id));
    }
    if let Some(number) = request.q("partNumber")
        && !matches!(operation, "GetObject" | "HeadObject" | "UploadPart" | "UploadPartCopy")
    {
        return Err(S3Error::invalid_argument("This operation does not accept a part number.", "partNumber", number));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::HeaderMap;

    use super::*;
    use crate::base::Time;
    use crate::sandbox::wire::{Request, route};

    /// The operation, or the code of the refusal.
    fn of(method: &str, target: &str) -> String {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let request = Request {
            method: method.parse().unwrap(),
            host: "127.0.0.1:1".into(),
            path: path.into(),
            query: query.into(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        };
        let call = route(&request, Time::from_secs(0), "r".into()).unwrap();
        match operation(&S3Request::new(&call)) {
            Ok(operation) => operation.to_owned(),
            Err(failure) => failure.code.to_owned(),
        }
    }

    #[test]
    fn every_operation_of_the_services_model_is_told_from_every_other() {
        let model = include_str!("model.txt");
        let mut seen = std::collections::BTreeSet::new();
        for line in model.lines().filter(|l| !l.starts_with('#')) {
            let mut words = line.split(' ');
            let (method, uri, name) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
            let uri = uri.replace("{Bucket}", "abc").replace("{Key}", "a/b");
            if uri == "/" && name == "ListDirectoryBuckets" {
                continue;
            }
            // What a header alone tells apart is told apart by it.
            let wanted = match name {
                "CopyObject" => "PutObject",
                "UploadPartCopy" => "UploadPart",
                other => other,
            };
            assert_eq!(of(method, &uri), wanted, "{line}");
            seen.insert(name);
        }
        assert!(seen.len() >= 110, "{}", seen.len());
        for table in [&OF_BUCKET[..], &OF_KEY[..]] {
            for sub in table {
                for name in [sub.get, sub.put, sub.post, sub.delete].into_iter().filter(|n| !n.is_empty()) {
                    assert!(seen.contains(name), "no operation of the model is called {name}");
                }
            }
        }
    }

    #[test]
    fn no_word_in_a_query_makes_a_write_of_something_else() {
        for sub in OF_KEY.iter().chain(&OF_BUCKET).map(|s| s.name).chain(["tomorrow", "tomorrow=1", "legalHold", "Acl"])
        {
            for method in ["PUT", "POST", "DELETE", "GET", "HEAD", "PATCH"] {
                for path in ["/abc/key", "/abc"] {
                    let got = of(method, &format!("{path}?{sub}"));
                    let plain =
                        ["PutObject", "DeleteObject", "CreateBucket", "DeleteBucket", "GetObject", "HeadObject"];
                    let fresh = matches!(method, "GET" | "HEAD") && sub == "tomorrow=1";
                    assert!(fresh || !plain.contains(&got.as_str()), "{method} {path}?{sub} is {got}");
                }
            }
        }
        for (method, target, code) in [
            ("PUT", "/abc/key?tomorrow", "NotImplemented"),
            ("DELETE", "/abc?tomorrow=", "NotImplemented"),
            ("GET", "/abc/key?tomorrow", "NotImplemented"),
            ("GET", "/abc/key?v=17", "GetObject"),
            ("GET", "/abc/key?20261121", "GetObject"),
            ("PUT", "/abc/key?20261121", "NotImplemented"),
            ("DELETE", "/abc/key?acl", "MethodNotAllowed"),
            ("PUT", "/abc/key?tagging&acl", "InvalidArgument"),
            ("PUT", "/abc/key?lifecycle", "InvalidArgument"),
            ("PUT", "/abc/key?versionId=x", "InvalidArgument"),
            ("PUT", "/abc/key?partNumber=1", "InvalidArgument"),
            ("DELETE", "/abc?versionId=x", "InvalidArgument"),
            ("PUT", "/abc/key?X-Amz-Signature=1&x-id=PutObject&x-amz-acl=private", "PutObject"),
            ("PUT", "/abc/key?content-type=text%2Fplain&AWSAccessKeyId=a&Signature=b&Expires=1", "PutObject"),
            ("POST", "/abc", "PostObject"),
            ("POST", "/abc/key", "MethodNotAllowed"),
            ("POST", "/", "MethodNotAllowed"),
        ] {
            assert_eq!(of(method, target), code, "{method} {target}");
        }
    }
}
