//! The connectors at the end of every client: the last place a request passes before it leaves the process.
//!
//! A service client's connector refuses what the guard did not stamp. The credential chain's own clients have no interceptors
//! of ours; their connector lets through only the few requests that getting credentials takes.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, ConnectorBuilder, proxy::ProxyConfig};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http::Uri;
use tokio_util::task::AbortOnDropHandle;

use super::meter::CallMeter;
use super::response_body::Gathered;
use crate::base::{Fault, FaultKind, Reached, Scope, thread};
use crate::model::operation::{Operation, Service};

/// What the guard puts on each attempt that it let through. Only [`super::guard`] makes one.
#[derive(Debug, Clone)]
pub struct Stamp(Arc<StampState>);

#[derive(Debug)]
struct StampState {
    scope: Scope,
    operation: &'static Operation,
    call: Option<Arc<str>>,
    attempts: AtomicU32,
    /// An earlier attempt of this execution may have been carried out.
    maybe: AtomicBool,
}

impl Stamp {
    /// For one execution of an operation: its retries carry the same stamp.
    pub(super) fn new(scope: Scope, operation: &'static Operation, call: Option<Arc<str>>) -> Self {
        Stamp(Arc::new(StampState {
            scope,
            operation,
            call,
            attempts: AtomicU32::new(0),
            maybe: AtomicBool::new(false),
        }))
    }
    pub(super) fn operation(&self) -> &'static Operation {
        self.0.operation
    }
    /// Whether an earlier attempt may have been carried out.
    pub(super) fn may_have_arrived(&self) -> bool {
        self.0.maybe.load(Ordering::SeqCst)
    }
}

/// A connector's error with how far the request came over all attempts of its execution.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
pub(super) struct Unanswered {
    pub(super) reached: Reached,
    text: String,
    source: ConnectorError,
}

/// The real network, or the sandbox, or a test's recorder. Cheap to clone; the clones share their connections. What is needed of the real
/// one is built at the first request that needs it, so that nothing waits for it before.
#[derive(Debug, Clone)]
pub(crate) struct Network(Arc<Clients>);

#[derive(Debug, Default)]
struct Clients {
    /// For what goes over the line as it is.
    plain: OnceLock<SharedHttpClient>,
    /// For HTTPS. To build it takes tens of milliseconds: all certificates of the system are read and parsed, those in the bundle and
    /// then each file in their folder.
    secure: OnceLock<SharedHttpClient>,
}

impl Network {
    /// `None` is the real network, with the proxies that the environment names.
    pub(super) fn new(client: Option<SharedHttpClient>) -> Self {
        let clients = Clients::default();
        if let Some(client) = client {
            let _ = clients.plain.set(client.clone());
            let _ = clients.secure.set(client);
        }
        Network(Arc::new(clients))
    }

    /// What sends requests with these settings.
    pub(super) fn wire(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> Wire {
        Wire { network: self.clone(), settings: settings.clone(), components: components.clone() }
    }

    fn client(&self, uri: &str) -> &SharedHttpClient {
        if is_plain(uri, |name| std::env::var(name).ok()) {
            return self.0.plain.get_or_init(|| client(TrustStore::empty()));
        }
        self.0.secure.get_or_init(|| client(TrustStore::default()))
    }
}

/// Sends requests.
#[derive(Debug)]
pub(super) struct Wire {
    network: Network,
    settings: HttpConnectorSettings,
    components: RuntimeComponents,
}

impl Wire {
    /// What takes this request where it goes.
    pub(super) fn of(&self, request: &HttpRequest) -> SharedHttpConnector {
        self.network.client(request.uri()).http_connector(&self.settings, &self.components)
    }
}

/// Whether nobody has to be trusted for a request to this address: it goes over the line as it is, and to no proxy behind TLS.
fn is_plain(uri: &str, variable: impl Fn(&str) -> Option<String>) -> bool {
    const PROXIES: [&str; 4] = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
    let begins = |text: &str, with: &str| text.get(..with.len()).is_some_and(|head| head.eq_ignore_ascii_case(with));
    begins(uri, "http://") && !PROXIES.iter().filter_map(|name| variable(name)).any(|proxy| begins(&proxy, "https:"))
}

fn client(trust: TrustStore) -> SharedHttpClient {
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut builder = ConnectorBuilder::default().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
        if let Ok(context) = TlsContext::builder().with_trust_store(trust.clone()).build() {
            builder = builder.tls_context(context);
        }
        builder.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            builder.set_sleep_impl(components.sleep_impl());
        }
        builder.set_proxy_config(Some(ProxyConfig::from_env()));
        builder.build()
    })
}

/// For service clients: a request without a stamp is refused.
#[derive(Debug, Clone)]
pub(super) struct Stamped {
    pub(super) network: Network,
    pub(super) meter: CallMeter,
}

impl HttpClient for Stamped {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.network.wire(settings, components);
        SharedHttpConnector::new(StampedConnector { inner, meter: self.meter.clone() })
    }
}

#[derive(Debug)]
struct StampedConnector {
    inner: Wire,
    meter: CallMeter,
}

impl HttpConnector for StampedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Some(stamp) = request.extension::<Stamp>().cloned() else {
            return HttpConnectorFuture::ready(Err(refused("a request reached the network without passing the guard")));
        };
        let passage = stamp.0;
        let attempt = passage.attempts.fetch_add(1, Ordering::SeqCst) + 1;
        self.meter.record(&passage.scope, passage.operation, attempt, passage.call.clone());
        // Pessimistic until an answer says otherwise: a time-out drops this future wherever it stands.
        let before = passage.maybe.swap(true, Ordering::SeqCst);
        let answer = on_the_wire(self.inner.of(&request), request);
        let service = passage.operation.service;
        HttpConnectorFuture::new(async move {
            match answer.await {
                Ok(mut response) => {
                    // An error answer changed nothing. A good one whose body then breaks off may have.
                    if response.status().is_client_error() || response.status().is_server_error() {
                        passage.maybe.store(before, Ordering::SeqCst);
                        // Where the retry classifier looks: by then the request is gone.
                        response.add_extension(Stamp(passage));
                    }
                    // Objects of S3 are streamed.
                    if service != Service::S3 {
                        let body = std::mem::replace(response.body_mut(), SdkBody::taken());
                        *response.body_mut() = Gathered::gather(body);
                    }
                    Ok(response)
                }
                Err(e) => {
                    let not_this_time = never_connected(&e);
                    if not_this_time {
                        passage.maybe.store(before, Ordering::SeqCst);
                    }
                    let reached = if not_this_time && !before { Reached::NotSent } else { Reached::Maybe };
                    Err(with_reach(e, reached))
                }
            }
        })
    }
}

/// Sends a request from the thread on which connections live. Dropped, it takes the request back, as far as that goes.
async fn on_the_wire(connector: SharedHttpConnector, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let call = async move { connector.call(request).await };
    let Some(wire) = thread::wire() else { return call.await };
    match AbortOnDropHandle::new(wire.spawn(call)).await {
        Ok(answer) => answer,
        Err(e) => Err(ConnectorError::other(Box::new(e), None)),
    }
}

/// Keeps the error's class, by which the SDK decides about a retry.
fn with_reach(e: ConnectorError, reached: Reached) -> ConnectorError {
    enum Class {
        Timeout,
        User,
        Io,
        Other(Option<aws_smithy_types::retry::ErrorKind>),
    }
    let class = if e.is_timeout() {
        Class::Timeout
    } else if e.is_user() {
        Class::User
    } else if e.is_io() {
        Class::Io
    } else {
        Class::Other(e.as_other())
    };
    let connection = e.connection_metadata().cloned();
    let source = Box::new(Unanswered { reached, text: e.to_string(), source: e });
    let wrapped = match class {
        Class::Timeout => ConnectorError::timeout(source),
        Class::User => ConnectorError::user(source),
        Class::Io => ConnectorError::io(source),
        Class::Other(kind) => ConnectorError::other(source, kind),
    };
    match connection {
        Some(c) => wrapped.with_connection(c),
        None => wrapped,
    }
}

/// Whether no connection was made, so that nothing can have been received. The SDK keeps this to itself; hyper says
/// `client error (Connect)` and the SDK's own time-out `HTTP connect timeout`, and a test holds both to it.
fn never_connected(e: &ConnectorError) -> bool {
    let mut at: Option<&(dyn std::error::Error + 'static)> = Some(e);
    while let Some(error) = at {
        let text = error.to_string();
        if text.contains("(Connect)") || text.contains("HTTP connect timeout") {
            return true;
        }
        at = error.source();
    }
    false
}

fn refused(message: &str) -> ConnectorError {
    ConnectorError::user(Box::new(Fault::new(FaultKind::Bug, message)))
}

/// For the clients inside the credential chain: only what getting credentials takes.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    pub(super) network: Network,
    /// In the sandbox nobody may ask for credentials at all.
    pub(super) closed: bool,
}

impl HttpClient for Chain {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.network.wire(settings, components);
        SharedHttpConnector::new(ChainConnector { inner, closed: self.closed })
    }
}

#[derive(Debug)]
struct ChainConnector {
    inner: Wire,
    closed: bool,
}

impl HttpConnector for ChainConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if self.closed || !is_for_credentials(&request) {
            return HttpConnectorFuture::ready(Err(refused(
                "the credential chain sent a request that is not on its list",
            )));
        }
        self.inner.of(&request).call(request)
    }
}

/// | who | request |
/// |---|---|
/// | STS | `POST /` with `Action=AssumeRole`, `AssumeRoleWithWebIdentity` |
/// | IAM Identity Center | `GET /federation/credentials`; OIDC `POST /token`, `/client/register`, `/device_authorization` |
/// | AWS sign-in (`aws login`) | `POST /v1/token` |
/// | IMDS | `PUT /latest/api/token`, `GET /latest/meta-data/…` |
/// | ECS, EKS, `AWS_CONTAINER_CREDENTIALS_FULL_URI` | an unsigned `GET` of any path |
fn is_for_credentials(request: &HttpRequest) -> bool {
    let Ok(uri) = request.uri().parse::<Uri>() else { return false };
    let signed = request.headers().get("authorization").is_some_and(|a| a.starts_with("AWS4-"))
        || uri.query().is_some_and(|q| q.contains("X-Amz-Signature"));
    match (request.method(), uri.path()) {
        ("POST", "/token" | "/client/register" | "/device_authorization" | "/v1/token") => !signed,
        ("POST", "/" | "") => {
            sts_action(request).is_some_and(|a| a == "AssumeRole" || a == "AssumeRoleWithWebIdentity")
        }
        ("PUT", "/latest/api/token") => !signed,
        ("GET", _) => !signed,
        _ => false,
    }
}

fn sts_action(request: &HttpRequest) -> Option<String> {
    form_urlencoded::parse(request.body().bytes()?).find(|(k, _)| k == "Action").map(|(_, v)| v.into_owned())
}

#[cfg(test)]
#[path = "connector_tests.rs"]
mod tests;
