//! S3's errors: code, message, status, and the elements that some of them carry besides.

use crate::sandbox::wire::{Call, Reply, Xml};

/// An answer or an error.
pub(super) type Outcome = Result<Reply, S3Error>;

/// An error answer.
#[derive(Debug, PartialEq)]
pub struct S3Error {
    status: u16,
    /// AWS's code.
    pub code: &'static str,
    /// AWS's message.
    pub message: String,
    fields: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
}

impl S3Error {
    /// Any error.
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> S3Error {
        S3Error { status, code, message: message.into(), fields: Vec::new(), headers: Vec::new() }
    }
    /// With an element more.
    #[must_use]
    pub fn field(mut self, name: &'static str, value: impl Into<String>) -> S3Error {
        self.fields.push((name, value.into()));
        self
    }
    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> S3Error {
        self.headers.push((name, value.into()));
        self
    }

    /// No bucket of this name.
    pub fn no_bucket(name: &str) -> S3Error {
        S3Error::new(404, "NoSuchBucket", "The specified bucket does not exist").field("BucketName", name)
    }
    /// No object of this key.
    pub fn no_key(key: &str) -> S3Error {
        S3Error::new(404, "NoSuchKey", "The specified key does not exist.").field("Key", key)
    }
    /// No version of this id.
    pub fn no_version(key: &str, id: &str) -> S3Error {
        S3Error::new(404, "NoSuchVersion", "The specified version does not exist.")
            .field("Key", key)
            .field("VersionId", id)
    }
    /// No upload of this id.
    pub fn no_upload(id: &str) -> S3Error {
        let message = "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.";
        S3Error::new(404, "NoSuchUpload", message).field("UploadId", id)
    }
    /// A parameter that is not right.
    pub fn invalid_argument(message: impl Into<String>, name: &str, value: &str) -> S3Error {
        S3Error::new(400, "InvalidArgument", message).field("ArgumentName", name).field("ArgumentValue", value)
    }
    /// A body that is not the XML that the operation takes.
    pub fn malformed_xml() -> S3Error {
        let message = "The XML you provided was not well-formed or did not validate against our published schema";
        S3Error::new(400, "MalformedXML", message)
    }
    /// A condition that does not hold.
    pub fn precondition(condition: &str) -> S3Error {
        let message = "At least one of the pre-conditions you specified did not hold";
        S3Error::new(412, "PreconditionFailed", message).field("Condition", condition)
    }

    /// The answer. One to HEAD has no body.
    pub fn reply(&self, call: &Call<'_>) -> Reply {
        let head = call.request.method == http::Method::HEAD;
        let mut reply = if head || self.status == 304 {
            Reply::new(self.status, "application/xml", "")
        } else {
            let mut x = Xml::document();
            x.nest("Error", |x| {
                x.el("Code", self.code);
                x.el("Message", self.message.as_str());
                for (name, value) in &self.fields {
                    x.el(name, value.as_str());
                }
                x.el("RequestId", request_id(call).as_str());
                x.el("HostId", HOST_ID);
            });
            Reply::new(self.status, "application/xml", x.into_string())
        };
        for (name, value) in &self.headers {
            reply.set(name, value);
        }
        reply
    }
}

/// S3's request ids are sixteen letters and digits.
pub fn request_id(call: &Call<'_>) -> String {
    call.request_id.chars().filter(char::is_ascii_alphanumeric).take(16).collect::<String>().to_ascii_uppercase()
}

/// The second id that S3 puts in each answer.
pub const HOST_ID: &str = "c2FuZGJveC1ob3N0LWlkLW9mLXRoZS1lbWJlZGRlZC1hY2NvdW50";
