//! AWS's error answers, in each protocol's shape.

use std::borrow::Cow;

use aws_smithy_cbor::Encoder;

use super::{Call, Protocol, Reply, Xml};
use crate::model::operation::Service;

/// An error as AWS would answer it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// The HTTP status; 400 unless said.
    pub status: u16,
    /// AWS's code, e.g. `InvalidInstanceID.NotFound`.
    pub code: Cow<'static, str>,
    /// AWS's message.
    pub message: String,
}

impl ApiError {
    /// An error with HTTP status 400.
    pub fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> ApiError {
        ApiError { status: 400, code: code.into(), message: message.into() }
    }
    /// The same with another HTTP status.
    #[must_use]
    pub fn status(mut self, status: u16) -> ApiError {
        self.status = status;
        self
    }

    pub(super) fn reply(&self, call: &Call<'_>) -> Reply {
        let reply = match call.protocol {
            Protocol::Ec2Query => {
                let mut x = Xml::document();
                x.nest("Response", |x| {
                    x.nest("Errors", |x| x.nest("Error", |x| self.fields(x)));
                    x.el("RequestID", call.request_id.as_str());
                });
                Reply::new(self.status, "text/xml;charset=UTF-8", x.into_string())
            }
            Protocol::Query => {
                let mut x = Xml::bare();
                x.open_ns("ErrorResponse", call.namespace());
                x.nest("Error", |x| {
                    x.el("Type", if self.status >= 500 { "Receiver" } else { "Sender" });
                    self.fields(x);
                });
                x.el("RequestId", call.request_id.as_str());
                x.close("ErrorResponse");
                Reply::new(self.status, "text/xml", x.into_string())
            }
            Protocol::Rest => {
                let mut x = Xml::document();
                x.nest("Error", |x| {
                    self.fields(x);
                    x.el("RequestId", call.request_id.as_str());
                    x.el("HostId", "sandbox");
                });
                Reply::new(self.status, "application/xml", x.into_string()).with("x-amz-request-id", &call.request_id)
            }
            Protocol::Cbor => {
                let mut e = Encoder::new(Vec::new());
                e.map(2).str("__type").str(&self.typed(call)).str("message").str(&self.message);
                Reply::new(self.status, "application/cbor", e.into_writer())
                    .with("smithy-protocol", "rpc-v2-cbor")
                    .with("x-amzn-query-error", &self.query_error())
            }
            Protocol::Json => {
                let body = serde_json::json!({ "__type": self.typed(call), "message": self.message });
                Reply::new(self.status, "application/x-amz-json-1.0", body.to_string())
                    .with("x-amzn-query-error", &self.query_error())
            }
        };
        reply.with_request_id(call)
    }

    fn fields(&self, x: &mut Xml) {
        x.el("Code", &*self.code);
        x.el("Message", self.message.as_str());
    }

    fn query_error(&self) -> String {
        format!("{};{}", self.code, if self.status >= 500 { "Receiver" } else { "Sender" })
    }

    /// The shape's name as the newer protocols send it.
    fn typed(&self, call: &Call<'_>) -> String {
        match call.service {
            // The shapes that are not named like their codes.
            Service::CloudWatch if self.code == "InvalidParameterValue" => {
                "com.amazonaws.cloudwatch#InvalidParameterValueException".to_string()
            }
            Service::CloudWatch if !self.code.contains('#') => format!("com.amazonaws.cloudwatch#{}", self.code),
            _ => self.code.to_string(),
        }
    }
}
