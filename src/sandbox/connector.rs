//! The SDK's HTTP connector that ends in the sandbox. Knows HTTP types of the SDK and nothing of services.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt as _;

use super::account::Sandbox;
use super::wire::{Reply, Request};

impl Sandbox {
    /// The SDK's HTTP client that ends in this account. No socket, no DNS, no TLS.
    pub fn http_client(&self) -> SharedHttpClient {
        SharedHttpClient::new(Client(SharedHttpConnector::new(Connector(self.clone()))))
    }
}

#[derive(Debug)]
struct Client(SharedHttpConnector);

impl HttpClient for Client {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        self.0.clone()
    }
}

#[derive(Debug)]
struct Connector(Sandbox);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let sandbox = self.0.clone();
        HttpConnectorFuture::new(async move {
            let request = read(request).await?;
            let reply = sandbox.handle(&request);
            if !reply.delay.is_zero() {
                tokio::time::sleep(reply.delay).await;
            }
            write(reply)
        })
    }
}

/// Reads the request to its end. A body that breaks off is an I/O error, as it would be on a socket.
async fn read(request: HttpRequest) -> Result<Request, ConnectorError> {
    let request = request.try_into_http1x().map_err(|e| ConnectorError::user(e.into()))?;
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(ConnectorError::io)?.to_bytes();
    let host = parts
        .headers
        .get(http::header::HOST)
        .and_then(|h| h.to_str().ok())
        .or(parts.uri.authority().map(http::uri::Authority::as_str))
        .unwrap_or_default()
        .to_string();
    Ok(Request {
        method: parts.method,
        host,
        path: parts.uri.path().to_string(),
        query: parts.uri.query().unwrap_or_default().to_string(),
        headers: parts.headers,
        body,
    })
}

fn write(mut reply: Reply) -> Result<HttpResponse, ConnectorError> {
    // As a server does, except where the answer to HEAD says what GET would have.
    if !reply.headers.contains_key(http::header::CONTENT_LENGTH) {
        reply.headers.insert(http::header::CONTENT_LENGTH, reply.body.len().into());
    }
    let body = match reply.body.into_bytes_or_stream() {
        Ok(bytes) => SdkBody::from(bytes),
        Err(stream) => SdkBody::from_body_1_x(stream),
    };
    let mut response = http::Response::new(body);
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    HttpResponse::try_from(response).map_err(|e| ConnectorError::other(e.into(), None))
}
