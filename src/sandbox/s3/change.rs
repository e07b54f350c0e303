//! What a call to S3 changed of a bucket, as CloudTrail tells it. What is done to objects is no management event.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html>

use serde_json::{Map, Value as Json, json};

use super::request::S3Request;
use crate::sandbox::wire::{Body, Call, Node, Reply};
use crate::sandbox::world::World;

/// A call and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::sandbox) struct Change {
    /// The event's name: not always the operation's.
    pub event: String,
    /// The bucket.
    pub bucket: String,
    /// The bucket's region, if it is there.
    pub region: Option<String>,
    /// What was asked for: the bucket, the host, the sub-resource's word, and the document under the names that S3 has for it.
    pub parameters: Json,
    /// Why it was refused: AWS's code and sentence.
    pub error: Option<(String, String)>,
}

/// Operations whose events are called otherwise.
const NAMES: &[(&str, &str)] = &[
    ("PutPublicAccessBlock", "PutBucketPublicAccessBlock"),
    ("DeletePublicAccessBlock", "DeleteBucketPublicAccessBlock"),
    ("PutBucketLifecycleConfiguration", "PutBucketLifecycle"),
    ("PutBucketNotificationConfiguration", "PutBucketNotification"),
    ("PutBucketAccelerateConfiguration", "PutAccelerateConfiguration"),
];

/// What a call did to a bucket; none if it is about no bucket as such, or if it was sent elsewhere.
pub(in crate::sandbox) fn change(world: &World, call: &Call<'_>, reply: &Reply) -> Option<Change> {
    let request = S3Request::new(call);
    let operation = request.operation();
    let changes = ["Create", "Put", "Delete"].iter().any(|p| operation.starts_with(p));
    let of_objects = operation == "DeleteObjects" || operation == "CreateSession";
    let of_bucket = changes && !of_objects && !request.bucket.is_empty() && request.key.is_empty();
    if !of_bucket || request.is_anonymous() || reply.status.is_redirection() {
        return None;
    }
    let mut parameters = Map::new();
    parameters.insert("bucketName".into(), json!(request.bucket));
    parameters.insert("Host".into(), json!(call.request.host));
    // `?tagging`: a word without a value.
    let words = form_urlencoded::parse(call.request.query.as_bytes());
    for (word, _) in words.filter(|(word, value)| value.is_empty() && !word.starts_with("X-Amz-")) {
        parameters.insert(word.into_owned(), json!(""));
    }
    let body = request.payload_unverified().unwrap_or_default();
    if let Some(document) = Node::parse(&body) {
        parameters.insert(document.name.clone(), told(&document));
    } else if let Ok(policy) = serde_json::from_slice::<Json>(&body) {
        parameters.insert("bucketPolicy".into(), policy);
    }
    let error = (!reply.status.is_success()).then(|| {
        let Body::Bytes(body) = &reply.body else { return ("ClientError".into(), String::new()) };
        let said = Node::parse(body).unwrap_or_default();
        let text = |name: &str| said.text_of(name).map(str::to_string);
        (text("Code").unwrap_or_else(|| "ClientError".into()), text("Message").unwrap_or_default())
    });
    Some(Change {
        event: NAMES.iter().find(|(of, _)| *of == operation).map_or(operation, |(_, event)| event).into(),
        region: world.s3.buckets.get(request.bucket.as_str()).map(|b| b.region.to_string()),
        bucket: request.bucket.clone(),
        parameters: Json::Object(parameters),
        error,
    })
}

/// A document as JSON: texts, objects, and lists where a name comes more than once.
fn told(node: &Node) -> Json {
    if node.children.is_empty() {
        return json!(node.text);
    }
    let mut out: Map<String, Json> = Map::new();
    for child in &node.children {
        let value = told(child);
        match out.get_mut(&child.name) {
            None => drop(out.insert(child.name.clone(), value)),
            Some(Json::Array(all)) => all.push(value),
            Some(one) => *one = Json::Array(vec![one.take(), value]),
        }
    }
    Json::Object(out)
}
