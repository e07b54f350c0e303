//! Bucket policies, as far as they make a bucket public: which documents are accepted, and what they allow anybody to do. The
//! account's own requests are never denied by one.

use serde_json::Value;

use super::error::S3Error;
use super::state::Bucket;
use crate::sandbox::wire::{Node, matches_wildcard};

fn malformed(message: &str) -> S3Error {
    S3Error::new(400, "MalformedPolicy", message)
}

/// A value that policies write alone or in a list.
fn many(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(all) => all.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

fn statements(policy: &Value) -> Vec<&Value> {
    many(&policy["Statement"])
}

/// Reads a policy that is about to be put on `bucket`.
///
/// # Errors
/// `MalformedPolicy`.
pub fn check(text: &str, bucket: &str) -> Result<Value, S3Error> {
    let policy: Value = serde_json::from_str(text)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| malformed("Policies must be valid JSON and the first byte must be '{'"))?;
    if statements(&policy).is_empty() {
        return Err(malformed("Missing required field Statement"));
    }
    for s in statements(&policy) {
        for (field, other) in
            [("Effect", "Effect"), ("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource")]
        {
            if s.get(field).is_none() && s.get(other).is_none() {
                return Err(malformed(&format!("Missing required field {field}")));
            }
        }
        if !matches!(s["Effect"].as_str(), Some("Allow" | "Deny")) {
            return Err(malformed("Invalid effect"));
        }
        let own = format!("arn:aws:s3:::{bucket}");
        let is_own = |r: &Value| {
            r.as_str().and_then(|r| r.strip_prefix(&own)).is_some_and(|r| r.is_empty() || r.starts_with('/'))
        };
        if !many(&s["Resource"]).into_iter().chain(many(&s["NotResource"])).all(is_own) {
            return Err(malformed("Policy has invalid resource"));
        }
        let is_action =
            |a: &Value| a.as_str().is_some_and(|a| a == "*" || a.starts_with("s3:") || a.starts_with("S3:"));
        if !many(&s["Action"]).into_iter().chain(many(&s["NotAction"])).all(is_action) {
            return Err(malformed("Policy has invalid action"));
        }
    }
    Ok(policy)
}

fn is_for_everyone(s: &Value) -> bool {
    let anyone = |p: &Value| p == "*" || many(&p["AWS"]).into_iter().any(|v| v == "*");
    anyone(&s["Principal"]) && s.get("Condition").is_none()
}

/// Whether a statement allows everyone something without a condition.
pub fn is_public(policy: &Value) -> bool {
    statements(policy).into_iter().any(|s| s["Effect"] == "Allow" && is_for_everyone(s))
}

/// A setting of the bucket's public access block.
pub fn blocks(bucket: &Bucket, setting: &str) -> bool {
    let block = bucket.documents.get("publicAccessBlock").and_then(|text| Node::parse(text.as_bytes()));
    block.is_some_and(|b| b.text_of(setting).is_some_and(|v| v.eq_ignore_ascii_case("true")))
}

/// Whether the bucket lets anybody do this (`GetObject` and its like) with a key, or with the bucket itself if it is empty.
pub fn lets_anybody(bucket: &Bucket, name: &str, operation: &str, key: &str) -> bool {
    let action = match operation {
        "GetObject" | "HeadObject" => "s3:GetObject",
        "ListObjects" | "ListObjectsV2" | "HeadBucket" => "s3:ListBucket",
        "PutObject" => "s3:PutObject",
        "DeleteObject" => "s3:DeleteObject",
        _ => return false,
    };
    let resource = if key.is_empty() { format!("arn:aws:s3:::{name}") } else { format!("arn:aws:s3:::{name}/{key}") };
    let Some(policy) = bucket.documents.get("policy").and_then(|t| serde_json::from_str::<Value>(t).ok()) else {
        return false;
    };
    let fits = |patterns: &Value, text: &str| {
        many(patterns).into_iter().any(|p| p.as_str().is_some_and(|p| matches_wildcard(p, text)))
    };
    let says = |effect: &str| {
        statements(&policy).into_iter().any(|s| {
            s["Effect"] == effect && is_for_everyone(s) && fits(&s["Action"], action) && fits(&s["Resource"], &resource)
        })
    };
    !blocks(bucket, "RestrictPublicBuckets") && says("Allow") && !says("Deny")
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ: &str =
        r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:Get*","Resource":"arn:aws:s3:::b/pub/*"}]}"#;

    fn open(policy: &str) -> Bucket {
        let mut bucket = Bucket::new("ap-northeast-2", crate::base::Time::from_secs(0));
        bucket.documents.remove("publicAccessBlock");
        bucket.documents.insert("policy".into(), policy.into());
        bucket
    }

    #[test]
    fn anybody_may_what_a_public_statement_allows_and_no_more() {
        let bucket = open(READ);
        assert!(lets_anybody(&bucket, "b", "GetObject", "pub/a"));
        for (operation, key) in [("GetObject", "private"), ("PutObject", "pub/a"), ("ListObjectsV2", "")] {
            assert!(!lets_anybody(&bucket, "b", operation, key), "{operation} {key}");
        }
        let mut restricted = open(READ);
        let block = "<P><RestrictPublicBuckets>true</RestrictPublicBuckets></P>";
        restricted.documents.insert("publicAccessBlock".into(), block.into());
        assert!(!lets_anybody(&restricted, "b", "GetObject", "pub/a"));
    }

    #[test]
    fn a_deny_for_everyone_wins() {
        let denied = READ.replace(
            "}]",
            r#"},{"Effect":"Deny","Principal":{"AWS":["*"]},"Action":"*","Resource":"arn:aws:s3:::b/*"}]"#,
        );
        assert!(!lets_anybody(&open(&denied), "b", "GetObject", "pub/a"));
    }

    #[test]
    fn policies_that_aws_would_not_take_are_refused() {
        assert!(check(READ, "b").is_ok_and(|p| is_public(&p)));
        for (policy, bucket) in [
            ("", "b"),
            ("[]", "b"),
            ("{}", "b"),
            (READ, "other"),
            (&READ.replace("Principal", "X"), "b"),
            (&READ.replace("Allow", "Maybe"), "b"),
            (&READ.replace("s3:Get*", "ec2:Get*"), "b"),
        ] {
            assert_eq!(check(policy, bucket).map_err(|e| e.code).err(), Some("MalformedPolicy"), "{policy}");
        }
    }
}
