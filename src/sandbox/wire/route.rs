//! The service, region and operation of a request: by the credential scope of its signature, else by host, else by
//! protocol. Signatures are not verified: the account has no keys of its own.

use super::{ApiError, Call, Params, Protocol, Reply, Request, Xml};
use crate::base::Time;
use crate::model::operation::Service;

/// The region of requests that name none (S3's global endpoint, anonymous requests).
const DEFAULT_REGION: &str = "us-east-1";

/// Routes a request and reads its parameters.
///
/// # Errors
/// The reply to a request that is for no service of the sandbox.
pub fn route(request: &Request, now: Time, request_id: String) -> Result<Call<'_>, Box<Reply>> {
    let scope = Scope::of(request);
    let rpc = rpc_operation(request);
    let is_form = request.header("content-type").is_some_and(|c| c.starts_with("application/x-www-form-urlencoded"));
    // The query protocols also take GET with everything in the query.
    let mut params = if is_form { Params::parse(&request.body) } else { Params::default() };
    if !is_form && rpc.is_none() && request.query.contains("Action=") {
        params = Params::parse(request.query.as_bytes());
    }

    let named = match &scope {
        Some(s) => by_signing_name(&s.service),
        None => by_host(&request.host).or_else(|| by_form(&params)),
    };
    let service = match (named, &rpc, &scope) {
        (Some(service), ..) => service,
        (None, Some(_), None) => Service::CloudWatch,
        (None, None, None) => Service::S3,
        (None, _, Some(s)) => {
            return Err(Box::new(no_service(request, &s.service, is_form, &request_id)));
        }
    };
    let protocol = match (service, &rpc) {
        (Service::S3, _) => Protocol::Rest,
        (Service::Ec2, _) => Protocol::Ec2Query,
        (_, Some((protocol, _))) => *protocol,
        _ => Protocol::Query,
    };
    let operation = match rpc {
        _ if protocol == Protocol::Rest => String::new(),
        Some((_, operation)) => operation,
        None => params.text("Action").unwrap_or_default().to_string(),
    };
    if protocol == Protocol::Rest {
        params = Params::default();
    }
    let (access_key, region) = scope.map_or_else(
        || (String::new(), region_of_host(&request.host).unwrap_or(DEFAULT_REGION).to_string()),
        |s| (s.access_key, s.region),
    );
    let call = Call { service, protocol, operation, region, access_key, now, request_id, params, request };
    if call.operation.is_empty() && protocol != Protocol::Rest {
        let e = ApiError::new("MissingAction", "The request must contain the parameter Action");
        return Err(Box::new(call.fail(&e)));
    }
    Ok(call)
}

/// What a client of a service that is not here is told, in the shape that its protocol has for errors.
fn no_service(request: &Request, service: &str, is_form: bool, request_id: &str) -> Reply {
    let message = format!("The sandbox has no service '{service}'.");
    if is_form {
        let mut x = Xml::bare();
        x.nest("ErrorResponse", |x| {
            x.nest("Error", |x| {
                x.el("Type", "Sender");
                x.el("Code", "InvalidAction");
                x.el("Message", message.as_str());
            });
            x.el("RequestId", request_id);
        });
        return Reply::new(400, "text/xml", x.into_string());
    }
    let kind = request.header("content-type").filter(|c| c.contains("json")).unwrap_or("application/json");
    let body = serde_json::json!({ "__type": "UnknownOperationException", "message": message }).to_string();
    let mut reply = Reply::new(404, "", body);
    reply.set("content-type", kind);
    reply.with("x-amzn-errortype", "UnknownOperationException").with("x-amzn-requestid", request_id)
}

/// A signature's credential scope: `AKID/20261121/ap-northeast-2/ec2/aws4_request`.
struct Scope {
    access_key: String,
    region: String,
    service: String,
}

impl Scope {
    fn of(request: &Request) -> Option<Scope> {
        let presigned = || {
            form_urlencoded::parse(request.query.as_bytes())
                .find(|(name, _)| name == "X-Amz-Credential")
                .map(|(_, value)| value.into_owned())
        };
        let credential = match request.header("authorization") {
            Some(a) => a.split_once("Credential=")?.1.split([',', ' ']).next()?.to_string(),
            None => presigned()?,
        };
        // From the right, since an access key may hold a slash; SigV4A has no region there.
        let parts: Vec<&str> = credential.rsplit('/').collect();
        match parts.as_slice() {
            ["aws4_request", service, region, date, key @ ..] if is_date(date) => Some(Scope {
                access_key: key.iter().rev().copied().collect::<Vec<_>>().join("/"),
                region: (*region).to_string(),
                service: (*service).to_string(),
            }),
            ["aws4_request", service, date, key @ ..] if is_date(date) => Some(Scope {
                access_key: key.iter().rev().copied().collect::<Vec<_>>().join("/"),
                region: request.header("x-amz-region-set").unwrap_or(DEFAULT_REGION).replace('*', DEFAULT_REGION),
                service: (*service).to_string(),
            }),
            _ => None,
        }
    }
}

fn is_date(s: &str) -> bool {
    s.len() == 8 && s.bytes().all(|b| b.is_ascii_digit())
}

fn by_signing_name(name: &str) -> Option<Service> {
    Some(match name {
        "ec2" => Service::Ec2,
        "elasticloadbalancing" => Service::Elbv2,
        "autoscaling" => Service::AutoScaling,
        "s3" | "s3express" => Service::S3,
        "monitoring" => Service::CloudWatch,
        "sts" => Service::Sts,
        "cloudtrail" => Service::CloudTrail,
        "ec2-instance-connect" => Service::InstanceConnect,
        _ => return None,
    })
}

/// `ec2.ap-northeast-2.amazonaws.com`; buckets in front of `s3` as well.
fn by_host(host: &str) -> Option<Service> {
    let host = host.strip_suffix(".amazonaws.com")?;
    if host.split('.').any(|p| p == "s3" || p.starts_with("s3-website")) {
        return Some(Service::S3);
    }
    by_signing_name(host.split('.').next()?)
}

fn region_of_host(host: &str) -> Option<&str> {
    host.strip_suffix(".amazonaws.com")?.rsplit('.').next().filter(|r| r.matches('-').count() >= 2)
}

/// An unsigned form tells its service by its API version.
fn by_form(params: &Params) -> Option<Service> {
    Some(match params.text("Version")? {
        "2016-11-15" => Service::Ec2,
        "2015-12-01" => Service::Elbv2,
        "2011-01-01" => Service::AutoScaling,
        "2010-08-01" => Service::CloudWatch,
        "2011-06-15" => Service::Sts,
        _ => return None,
    })
}

/// The operation of a request in one of CloudWatch's newer protocols.
fn rpc_operation(request: &Request) -> Option<(Protocol, String)> {
    if request.header("smithy-protocol") == Some("rpc-v2-cbor") {
        let operation = request.path.rsplit_once("/operation/")?.1;
        return Some((Protocol::Cbor, operation.to_string()));
    }
    let target = request.header("x-amz-target")?;
    Some((Protocol::Json, target.rsplit('.').next().unwrap_or(target).to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(host: &str, headers: &[(&str, &str)], body: &str) -> Request {
        let mut map = http::HeaderMap::new();
        for (name, value) in headers {
            if let (Ok(n), Ok(v)) = (http::HeaderName::try_from(*name), http::HeaderValue::try_from(*value)) {
                map.insert(n, v);
            }
        }
        Request {
            method: http::Method::POST,
            host: host.into(),
            path: "/".into(),
            query: String::new(),
            headers: map,
            body: body.to_string().into(),
        }
    }

    #[test]
    fn the_credential_scope_names_service_and_region() {
        let r = request(
            "127.0.0.1:4000",
            &[
                (
                    "authorization",
                    "AWS4-HMAC-SHA256 Credential=AK/ID/20261121/ap-northeast-2/ec2/aws4_request, SignedHeaders=host",
                ),
                ("content-type", "application/x-www-form-urlencoded"),
            ],
            "Action=DescribeInstances&Version=2016-11-15",
        );
        let call = route(&r, Time(0), "r".into()).unwrap();
        assert_eq!((call.service, call.protocol), (Service::Ec2, Protocol::Ec2Query));
        assert_eq!(
            (&*call.region, &*call.operation, &*call.access_key),
            ("ap-northeast-2", "DescribeInstances", "AK/ID")
        );
    }

    #[test]
    fn an_unsigned_request_is_routed_by_host_then_by_form_then_to_s3() {
        let form = ("content-type", "application/x-www-form-urlencoded");
        let r = request("autoscaling.ap-northeast-1.amazonaws.com", &[form], "Action=DescribeAutoScalingGroups");
        let call = route(&r, Time(0), "r".into()).unwrap();
        assert_eq!((call.service, &*call.region), (Service::AutoScaling, "ap-northeast-1"));
        let r = request("localhost", &[form], "Action=GetCallerIdentity&Version=2011-06-15");
        assert_eq!(route(&r, Time(0), "r".into()).unwrap().service, Service::Sts);
        let r = request("my-bucket.s3.ap-northeast-2.amazonaws.com", &[], "");
        let call = route(&r, Time(0), "r".into()).unwrap();
        assert_eq!((call.service, &*call.region), (Service::S3, "ap-northeast-2"));
        assert_eq!(route(&request("localhost", &[], ""), Time(0), "r".into()).unwrap().service, Service::S3);
    }

    #[test]
    fn cloudwatch_is_found_in_its_new_protocols() {
        let mut r = request("localhost", &[("smithy-protocol", "rpc-v2-cbor")], "");
        r.path = "/service/GraniteServiceVersion20100801/operation/DescribeAlarms".into();
        let call = route(&r, Time(0), "r".into()).unwrap();
        assert_eq!(
            (call.service, call.protocol, &*call.operation),
            (Service::CloudWatch, Protocol::Cbor, "DescribeAlarms")
        );
        let r = request("localhost", &[("x-amz-target", "GraniteServiceVersion20100801.GetMetricData")], "{}");
        assert_eq!(route(&r, Time(0), "r".into()).unwrap().protocol, Protocol::Json);
    }
}
