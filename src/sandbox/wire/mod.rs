//! The wire formats that the services share: requests and replies, routing, flattened parameters, XML, error shapes.
//!
//! Knows the protocols (ec2Query, awsQuery, REST-XML, RPC v2 CBOR, JSON 1.0) and no resource.

mod error;
mod json;
mod message;
mod params;
mod route;
pub mod shapes;
mod tree;
mod value;
mod wildcard;
mod xml;

pub use error::ApiError;
pub use json::{read_json, write_json};
pub use message::{Body, BodyStream, Reply, Request};
pub use params::Params;
pub use route::route;
pub use tree::Node;
pub use value::{Tree, number};
pub use wildcard::matches_wildcard;
pub use xml::{Xml, XmlText};

use crate::base::Time;
use crate::model::operation::Service;

/// How a request speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// A form in, XML out; errors in `<Response><Errors>`. EC2.
    Ec2Query,
    /// A form in, XML out; errors in `<ErrorResponse>`. ELB, Auto Scaling, STS, CloudWatch of old.
    Query,
    /// Paths, headers and XML. S3.
    Rest,
    /// `POST /service/NAME/operation/NAME` with CBOR. CloudWatch of today.
    Cbor,
    /// JSON 1.0 with `X-Amz-Target`. CloudWatch as boto3 speaks it.
    Json,
}

/// One call of an operation, routed and with its parameters read.
#[derive(Debug)]
pub struct Call<'a> {
    /// The service.
    pub service: Service,
    /// How to answer.
    pub protocol: Protocol,
    /// The operation's name; empty for [`Protocol::Rest`], where the service finds it from method, path and query.
    pub operation: String,
    /// The region of the credential scope.
    pub region: String,
    /// The access key that signed it; empty if it is anonymous.
    pub access_key: String,
    /// The moment it is.
    pub now: Time,
    /// This answer's request id.
    pub request_id: String,
    /// The form's parameters (ec2Query, awsQuery); empty for the other protocols.
    pub params: Params,
    /// The request itself, for the protocols that are not forms.
    pub request: &'a Request,
}

impl Call<'_> {
    /// An error answer in this call's protocol.
    pub fn fail(&self, error: &ApiError) -> Reply {
        error.reply(self)
    }

    /// Refuses a request that asks for what is not done here: operations, a parameter's path (see [`Params::has`]), and the
    /// value with which it asks for nothing.
    ///
    /// # Errors
    /// `ValidationError`.
    pub fn refuse(&self, not_here: &[(&[&str], &str, &str)]) -> Result<(), ApiError> {
        let asked = |(operations, path, harmless): &&(&[&str], &str, &str)| {
            operations.contains(&self.operation.as_str())
                && self.params.has(path)
                && self.params.text(path) != Some(*harmless)
        };
        match not_here.iter().find(asked) {
            Some((_, path, _)) => {
                let message = format!("The parameter {} is not supported here.", path.replace(".*", ""));
                Err(ApiError::new("ValidationError", message))
            }
            None => Ok(()),
        }
    }

    /// What AWS says to an operation that it does not know.
    pub fn unknown_operation(&self) -> Reply {
        let op = &self.operation;
        self.fail(&match self.protocol {
            Protocol::Ec2Query => {
                ApiError::new("InvalidAction", format!("The action {op} is not valid for this web service."))
            }
            Protocol::Query => {
                let version = self.params.text("Version").unwrap_or("NO_VERSION_SPECIFIED");
                ApiError::new("InvalidAction", format!("Could not find operation {op} for version {version}"))
            }
            Protocol::Rest => {
                ApiError::new("NotImplemented", "A header you provided implies functionality that is not implemented")
                    .status(501)
            }
            Protocol::Cbor | Protocol::Json => {
                ApiError::new("UnknownOperationException", format!("The requested operation {op} is not supported."))
                    .status(404)
            }
        })
    }

    /// An ec2Query answer: `<OPERATIONResponse>` with the request id and what `fill` writes.
    pub fn ec2(&self, fill: impl FnOnce(&mut Xml)) -> Reply {
        let mut x = Xml::document();
        let root = format!("{}Response", self.operation);
        x.open_ns(&root, "http://ec2.amazonaws.com/doc/2016-11-15/");
        x.el("requestId", self.request_id.as_str());
        fill(&mut x);
        x.close(&root);
        self.xml_reply(x)
    }

    /// An awsQuery answer: `<OPERATIONResponse><OPERATIONResult>` with what `fill` writes, then the request id.
    pub fn query(&self, fill: impl FnOnce(&mut Xml)) -> Reply {
        let mut x = Xml::document();
        let (root, result) = (format!("{}Response", self.operation), format!("{}Result", self.operation));
        x.open_ns(&root, self.namespace());
        x.nest(&result, fill);
        x.nest("ResponseMetadata", |x| x.el("RequestId", self.request_id.as_str()));
        x.close(&root);
        self.xml_reply(x)
    }

    /// An answer of the form protocols from its tree, whose names are the API's; [`Tree::Null`] where nothing is answered.
    pub fn answer(&self, tree: &Tree) -> Reply {
        shapes::check_answer(self, tree);
        let fill = |x: &mut Xml| shapes::render::xml(x, self, tree);
        match self.protocol {
            Protocol::Ec2Query => self.ec2(fill),
            _ if tree.is_null() => {
                let mut x = Xml::document();
                let root = format!("{}Response", self.operation);
                x.open_ns(&root, self.namespace());
                x.nest("ResponseMetadata", |x| x.el("RequestId", self.request_id.as_str()));
                x.close(&root);
                self.xml_reply(x)
            }
            _ => self.query(fill),
        }
    }

    /// A 200 with this XML and the headers that AWS sends along.
    pub fn xml_reply(&self, x: Xml) -> Reply {
        let kind = if self.protocol == Protocol::Ec2Query { "text/xml;charset=UTF-8" } else { "text/xml" };
        Reply::new(200, kind, x.into_string()).with_request_id(self)
    }

    /// Whether the service's API has this version.
    pub(crate) fn is_version(&self, version: &str) -> bool {
        self.namespace().trim_end_matches('/').ends_with(&format!("/{version}"))
    }

    /// The XML namespace of the service's answers.
    pub(crate) fn namespace(&self) -> &'static str {
        match self.service {
            Service::Ec2 => "http://ec2.amazonaws.com/doc/2016-11-15/",
            Service::Elbv2 => "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
            Service::AutoScaling => "http://autoscaling.amazonaws.com/doc/2011-01-01/",
            Service::CloudWatch => "http://monitoring.amazonaws.com/doc/2010-08-01/",
            Service::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
            Service::S3 => "http://s3.amazonaws.com/doc/2006-03-01/",
            // They speak JSON, which has none.
            Service::CloudTrail | Service::InstanceConnect | Service::Ssh => "",
        }
    }
}
