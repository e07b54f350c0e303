//! The sandbox behind a socket, for the AWS CLI, boto3 and other clients: HTTP/1.1 on a listener that is handed in.
//!
//! Knows HTTP and nothing of services. Both styles of S3 addresses work (`http://127.0.0.1:PORT/BUCKET`,
//! `http://BUCKET.localhost:PORT/`).

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::time::Duration;

use http_body_util::{BodyExt as _, Either, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustix::io::Errno;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::account::Sandbox;
use super::wire::{Reply, Request};

/// The greatest request: S3 takes 5 GiB in one piece, an account in memory does not.
const MOST_BODY: usize = 1 << 30;
/// How long answers under way are waited for at the end.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// Answers requests until `shutdown` is done; then takes no more and lets those under way end, for three seconds at most.
///
/// # Errors
/// If the listener fails. What goes wrong on one connection ends that connection only.
pub async fn serve(sandbox: Sandbox, listener: TcpListener, shutdown: impl Future) -> io::Result<()> {
    let (end, ending) = watch::channel(());
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let stream = tokio::select! {
            biased;
            _ = &mut shutdown => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                // The client went away before it was accepted, or this process is short of descriptors for a while.
                Err(e) if e.kind() == io::ErrorKind::ConnectionAborted => continue,
                Err(e) if Errno::from_io_error(&e).is_some_and(|e| e == Errno::MFILE || e == Errno::NFILE) => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
                Err(e) => return Err(e),
            },
        };
        // Small answers at once: a console waits for each of them.
        let _ = stream.set_nodelay(true);
        let sandbox = sandbox.clone();
        let service = hyper::service::service_fn(move |request| respond(sandbox.clone(), request));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(Duration::from_secs(60))
            .serve_connection(TokioIo::new(stream), service);
        let mut ending = ending.clone();
        connections.spawn(async move {
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                ended = &mut connection => ended,
                _ = ending.changed() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(e) = ended {
                tracing::debug!("sandbox: a connection ended: {e}");
            }
        });
        // Those that have ended are forgotten, so that a long run does not collect them.
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    drop(end);
    let _ = tokio::time::timeout(LAST_WORDS, async { while connections.join_next().await.is_some() {} }).await;
    connections.shutdown().await;
    Ok(())
}

type Answer = http::Response<Either<Full<bytes::Bytes>, super::wire::BodyStream>>;

async fn respond(sandbox: Sandbox, request: http::Request<Incoming>) -> Result<Answer, Infallible> {
    let (parts, body) = request.into_parts();
    // hyper answers `Expect: 100-continue` when the body is first asked for.
    let body = match Limited::new(body, MOST_BODY).collect().await {
        Ok(body) => body.to_bytes(),
        Err(e) => {
            let text = format!("The request's body could not be read: {e}\n");
            return Ok(response(Reply::new(400, "text/plain", text)));
        }
    };
    // hyper leaves `100 Continue` out where there is no body to ask for, and botocore, answered at once, then reads the
    // next answer on that connection wrongly (its `AWSConnection` keeps the status). S3 itself always sends it.
    let ends = body.is_empty() && parts.headers.contains_key(http::header::EXPECT);
    let host = parts
        .uri
        .authority()
        .map(ToString::to_string)
        .or_else(|| parts.headers.get(http::header::HOST).and_then(|h| h.to_str().ok()).map(str::to_owned))
        .unwrap_or_default();
    let request = Request {
        method: parts.method,
        host,
        path: parts.uri.path().to_string(),
        query: parts.uri.query().unwrap_or_default().to_string(),
        headers: parts.headers,
        body,
    };
    // Answering takes the world's lock and may hash a large upload: not on a thread that other connections need.
    let reply = match tokio::task::spawn_blocking(move || sandbox.handle(&request)).await {
        Ok(reply) => reply,
        Err(e) => Reply::new(500, "text/plain", format!("The sandbox failed: {e}\n")),
    };
    if !reply.delay.is_zero() {
        tokio::time::sleep(reply.delay).await;
    }
    let mut response = response(reply);
    if ends {
        response.headers_mut().insert(http::header::CONNECTION, http::HeaderValue::from_static("close"));
    }
    Ok(response)
}

fn response(reply: Reply) -> Answer {
    let body = match reply.body.into_bytes_or_stream() {
        Ok(bytes) => Either::Left(Full::new(bytes)),
        Err(stream) => Either::Right(stream),
    };
    let mut response = http::Response::new(body);
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    response
}
