//! One service client of one (profile, region), with the guard, connector and meter that every request passes. No other file makes one.

use std::sync::Arc;

use aws_smithy_runtime::client::retries::RetryPartition;
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
use aws_types::region::Region;

use super::connector::{Network, Stamped};
use super::guard::{Declared, Guard, ReadOnly};
use super::meter::CallMeter;
use super::retry_policy::NoSecondThrottledRead;
use super::session::Session;
use crate::base::Scope;
use crate::model::operation::Service;

/// A client of one service. Cheap to clone.
#[derive(Clone)]
pub(super) enum AnyClient {
    Ec2(aws_sdk_ec2::Client),
    Elbv2(aws_sdk_elasticloadbalancingv2::Client),
    AutoScaling(aws_sdk_autoscaling::Client),
    CloudWatch(aws_sdk_cloudwatch::Client),
    S3(aws_sdk_s3::Client),
    Sts(aws_sdk_sts::Client),
    CloudTrail(aws_sdk_cloudtrail::Client),
    /// Of what is no service of AWS's.
    None,
    InstanceConnect(aws_sdk_ec2instanceconnect::Client),
}

/// What all clients of a gateway have in common.
pub(super) struct ClientContext<'a> {
    pub(super) declared: &'a Arc<Declared>,
    pub(super) network: &'a Network,
    pub(super) meter: &'a CallMeter,
}

/// The settings that every service's builder has under the same name, in a type each.
macro_rules! behind_the_door {
    ($krate:ident, $context:expr, $guard:expr, $session:expr, $endpoint:expr, $region:expr, $partition:expr) => {{
        let wire = Stamped { network: $context.network.clone(), meter: $context.meter.clone() };
        let mut builder = $krate::config::Builder::from(&$session.sdk)
            .region(Region::new($region.to_string()))
            .http_client(wire)
            .retry_partition(RetryPartition::new($partition))
            .retry_classifier(NoSecondThrottledRead);
        builder.set_endpoint_url($endpoint);
        builder.push_interceptor($guard);
        builder
    }};
}

impl AnyClient {
    /// `scope` is always a region here.
    #[expect(clippy::disallowed_methods, reason = "the one place where clients are made, with guard and wire on them")]
    pub(super) fn new(
        service: Service,
        scope: Scope,
        session: &Arc<Session>,
        (read_only, connects): ([ReadOnly; 2], bool),
        context: &ClientContext<'_>,
    ) -> AnyClient {
        let region = scope.region_code().cloned().unwrap_or_default();
        // Not shared between scopes: one throttled account must not eat the retries of the others.
        let partition = format!("{scope}/{service}");
        let (declared, source) = (context.declared.clone(), session.source.clone());
        let guard = Guard { declared, read_only, connects, scope, source };
        // Permanent: no operation can switch it off.
        let guard = SharedInterceptor::permanent(guard);
        let endpoint = session.endpoint(service);
        macro_rules! build {
            ($krate:ident) => {{
                let builder = behind_the_door!($krate, context, guard, session, endpoint, region, partition);
                $krate::Client::from_conf(builder.build())
            }};
        }
        match service {
            Service::Ec2 => AnyClient::Ec2(build!(aws_sdk_ec2)),
            Service::Elbv2 => AnyClient::Elbv2(build!(aws_sdk_elasticloadbalancingv2)),
            Service::AutoScaling => AnyClient::AutoScaling(build!(aws_sdk_autoscaling)),
            Service::CloudWatch => AnyClient::CloudWatch(build!(aws_sdk_cloudwatch)),
            Service::Sts => AnyClient::Sts(build!(aws_sdk_sts)),
            Service::CloudTrail => AnyClient::CloudTrail(build!(aws_sdk_cloudtrail)),
            Service::Ssh => AnyClient::None,
            Service::InstanceConnect => AnyClient::InstanceConnect(build!(aws_sdk_ec2instanceconnect)),
            Service::S3 => {
                let custom = endpoint.is_some();
                let endpoint = endpoint.map(with_closed_path);
                let builder = behind_the_door!(aws_sdk_s3, context, guard, session, endpoint, region, partition)
                    // A server of your own rarely answers at BUCKET.HOST.
                    .force_path_style(custom)
                    // Its CreateSession would go round the interceptors.
                    .disable_s3_express_session_auth(true);
                AnyClient::S3(aws_sdk_s3::Client::from_conf(builder.build()))
            }
        }
    }
}

/// The endpoint with a slash at the end of its path, if it has one: aws-sdk-s3 (1.157, `endpoint_lib::parse_url`) puts the bucket's
/// name right behind what is there, though in the rules for endpoints `normalizedPath` ends with a slash.
fn with_closed_path(mut url: String) -> String {
    let path = url.split_once("://").and_then(|(_, rest)| rest.split_once('/'));
    if path.is_some_and(|(_, path)| !path.is_empty() && !path.ends_with('/') && !path.contains('?')) {
        url.push('/');
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_is_closed() {
        for (given, right) in [
            ("http://127.0.0.1:9000/storage/v1/s3", "http://127.0.0.1:9000/storage/v1/s3/"),
            ("http://127.0.0.1:9000/storage/v1/s3/", "http://127.0.0.1:9000/storage/v1/s3/"),
            ("https://localhost:9000", "https://localhost:9000"),
            ("https://localhost:9000/", "https://localhost:9000/"),
            ("localhost", "localhost"),
        ] {
            assert_eq!(with_closed_path(given.into()), right);
        }
    }
}
