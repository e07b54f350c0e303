use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_types::body::SdkBody;

use super::*;
use crate::aws::testing::{Answer, Recorder};
use crate::base::{Clock, Time};
use crate::model::operation::Service;

static READ: Operation = Operation::read(Service::Ec2, "DescribeInstances");

fn components() -> RuntimeComponents {
    let sleep = aws_smithy_async::rt::sleep::SharedAsyncSleep::new(aws_smithy_async::rt::sleep::TokioSleep::new());
    let time = aws_smithy_async::time::SharedTimeSource::new(aws_smithy_async::time::SystemTimeSource::new());
    RuntimeComponentsBuilder::for_tests().with_sleep_impl(Some(sleep)).with_time_source(Some(time)).build().unwrap()
}

fn connector(client: &dyn HttpClient) -> SharedHttpConnector {
    let settings = HttpConnectorSettings::builder().connect_timeout(std::time::Duration::from_secs(3)).build();
    client.http_connector(&settings, &components())
}

fn stamped(network: Network) -> Stamped {
    Stamped { network, meter: CallMeter::new(Clock::manual(Time::from_secs(0)), None) }
}

fn request(method: &str, uri: &str, body: &'static str) -> HttpRequest {
    let mut request = HttpRequest::new(SdkBody::from(body));
    request.set_method(method).unwrap();
    request.set_uri(uri).unwrap();
    request
}

#[tokio::test]
async fn a_request_without_the_stamp_never_leaves_the_process() {
    let recorder = Recorder::new(|_| Answer::xml(200, ""));
    let wire = stamped(Network::new(Some(recorder.client())));
    let error =
        connector(&wire).call(request("POST", "https://ec2.us-east-1.amazonaws.com/", "Action=StopInstances")).await;
    let error = error.unwrap_err();
    assert!(error.is_user() && crate::aws::fault::find::<Fault>(&error).is_some(), "{error:?}");
    assert!(recorder.names().is_empty());
    assert_eq!(wire.meter.last_minute(), 0);
}

#[tokio::test]
async fn a_refused_connection_is_known_not_to_have_been_sent_unless_an_earlier_attempt_was() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let uri = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let wire = stamped(Network::new(None));
    let stamp = Stamp::new(Scope::Global, &READ, None);
    let mut first = request("POST", &uri, "");
    first.add_extension(stamp.clone());
    let error = connector(&wire).call(first).await.unwrap_err();
    assert_eq!(crate::aws::fault::find::<Unanswered>(&error).unwrap().reached, Reached::NotSent, "{error:?}");
    assert!(error.is_io(), "the class by which the SDK retries is kept");
    // An attempt whose connection broke after it was sent, then a refused one.
    let broken = stamped(Network::new(Some(Recorder::new(|_| Answer::broken()).client())));
    let mut second = request("POST", &uri, "");
    second.add_extension(stamp.clone());
    let error = connector(&broken).call(second).await.unwrap_err();
    assert_eq!(crate::aws::fault::find::<Unanswered>(&error).unwrap().reached, Reached::Maybe);
    let mut third = request("POST", &uri, "");
    third.add_extension(stamp);
    let error = connector(&wire).call(third).await.unwrap_err();
    assert_eq!(crate::aws::fault::find::<Unanswered>(&error).unwrap().reached, Reached::Maybe);
}

#[tokio::test]
async fn the_credential_chain_may_ask_for_credentials_and_nothing_else() {
    let recorder = Recorder::new(|_| Answer::xml(200, ""));
    let chain = Chain { network: Network::new(Some(recorder.client())), closed: false };
    let allowed = [
        request("POST", "https://sts.us-east-1.amazonaws.com/", "Action=AssumeRole&RoleArn=a"),
        request("POST", "https://sts.us-east-1.amazonaws.com/", "Action=AssumeRoleWithWebIdentity"),
        request("GET", "https://portal.sso.us-east-1.amazonaws.com/federation/credentials?role_name=r", ""),
        request("POST", "https://oidc.us-east-1.amazonaws.com/token", "{}"),
        request("POST", "https://us-east-1.signin.aws.amazon.com/v1/token", "{}"),
        request("PUT", "http://169.254.169.254/latest/api/token", ""),
        request("GET", "http://169.254.169.254/latest/meta-data/iam/security-credentials/", ""),
        request("GET", "http://169.254.170.2/v2/credentials/1", ""),
    ];
    let count = allowed.len();
    for r in allowed {
        let uri = r.uri().to_string();
        assert!(connector(&chain).call(r).await.is_ok(), "{uri}");
    }
    let mut signed = request("GET", "https://bucket.s3.amazonaws.com/key", "");
    signed.headers_mut().insert("authorization", "AWS4-HMAC-SHA256 Credential=x");
    let refused = [
        signed,
        request("POST", "https://ec2.us-east-1.amazonaws.com/", "Action=TerminateInstances"),
        request("POST", "https://sts.us-east-1.amazonaws.com/", "Action=GetFederationToken"),
        request("GET", "https://bucket.s3.amazonaws.com/key?X-Amz-Signature=1", ""),
        request("DELETE", "https://bucket.s3.amazonaws.com/key", ""),
        request("PUT", "https://bucket.s3.amazonaws.com/key", ""),
    ];
    for r in refused {
        let uri = r.uri().to_string();
        assert!(connector(&chain).call(r).await.is_err(), "{uri}");
    }
    assert_eq!(recorder.names().len(), count);
    let closed = Chain { closed: true, ..chain };
    assert!(connector(&closed).call(request("PUT", "http://169.254.169.254/latest/api/token", "")).await.is_err());
}

#[test]
fn certificates_are_read_for_https_and_for_a_proxy_behind_it() {
    let with = |uri: &str, proxy: Option<(&str, &str)>| {
        is_plain(uri, |name| proxy.filter(|(n, _)| *n == name).map(|(_, url)| url.into()))
    };
    assert!(with("http://127.0.0.1:5000/", None) && with("HTTP://localhost/", None));
    assert!(!with("https://ec2.us-east-1.amazonaws.com/", None) && !with("", None));
    assert!(with("http://10.0.0.1/", Some(("HTTP_PROXY", "http://proxy:3128"))));
    assert!(!with("http://10.0.0.1/", Some(("http_proxy", "https://proxy:3128"))));
    assert!(!with("http://10.0.0.1/", Some(("ALL_PROXY", "HTTPS://proxy:3128"))));
}

#[test]
fn a_plain_request_does_not_build_what_reads_certificates() {
    let network = Network::new(None);
    network.client("http://127.0.0.1:1/");
    assert!(network.0.secure.get().is_none());
}
