//! HTTP requests and replies, without HTTP's transport.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

use super::Call;
use super::shapes::reads;
use crate::base::Time;

/// A request, read to its end.
#[derive(Debug, Clone)]
pub struct Request {
    /// `GET`, `PUT`…
    pub method: Method,
    /// The host that it was sent to, with the port if one was named.
    pub host: String,
    /// The path as sent (percent-encoded), from `/`.
    pub path: String,
    /// What follows `?`, as sent; empty if nothing does.
    pub query: String,
    /// Header fields.
    pub headers: HeaderMap,
    /// The body as sent (`aws-chunked` or gzipped bodies are still so).
    pub body: Bytes,
}

impl Request {
    /// A header's value, if it is there and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        let text = self.headers.get(name).and_then(|v| v.to_str().ok());
        text.inspect(|t| reads::note_text(t))
    }
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// The status code.
    pub status: StatusCode,
    /// Header fields. The transport adds the length.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
    /// How long the transport waits before it writes this (faults); zero as a rule.
    pub delay: Duration,
}

impl Reply {
    /// A reply with a whole body.
    pub fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Reply {
        let mut reply = Reply {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            headers: HeaderMap::new(),
            body: Body::Bytes(body.into()),
            delay: Duration::ZERO,
        };
        if !content_type.is_empty() {
            reply.set("content-type", content_type);
        }
        reply
    }
    /// Sets a header field; a value that HTTP does not allow is left out.
    pub fn set(&mut self, name: &'static str, value: &str) {
        if let Ok(v) = HeaderValue::from_str(value) {
            self.headers.insert(HeaderName::from_static(name), v);
        }
    }
    /// The same with a header field.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Reply {
        self.set(name, value);
        self
    }
    /// The same with the call's request id and date.
    #[must_use]
    pub fn with_request_id(self, call: &Call<'_>) -> Reply {
        self.with("x-amzn-requestid", &call.request_id).with("date", &http_date(call.now))
    }
}

/// `Sat, 21 Nov 2026 09:05:00 GMT`.
pub(crate) fn http_date(t: Time) -> String {
    t.timestamp().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// A reply's body.
pub enum Body {
    /// All of it.
    Bytes(Bytes),
    /// Made while it is written; `len` bytes in all.
    Stream {
        /// The length in bytes.
        len: u64,
        /// The parts, in order. They must not take the world's lock.
        parts: Box<dyn Iterator<Item = Bytes> + Send + Sync>,
    },
}

impl Body {
    /// The length in bytes.
    pub fn len(&self) -> u64 {
        match self {
            Body::Bytes(b) => b.len() as u64,
            Body::Stream { len, .. } => *len,
        }
    }
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The bytes, if they are all there, else the stream as an HTTP body.
    #[expect(clippy::missing_errors_doc, reason = "neither side is an error")]
    pub fn into_bytes_or_stream(self) -> Result<Bytes, BodyStream> {
        match self {
            Body::Bytes(b) => Ok(b),
            Body::Stream { len, parts } => Err(BodyStream { left: len, parts }),
        }
    }
    /// Everything in one piece.
    pub fn collect(self) -> Bytes {
        match self {
            Body::Bytes(b) => b,
            Body::Stream { parts, .. } => parts.flatten().collect(),
        }
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Body({} bytes)", self.len())
    }
}

/// A streamed body as [`http_body::Body`]: a frame a part. One that ends before its length (a fault) ends in an error, as
/// a connection that is cut does.
pub struct BodyStream {
    left: u64,
    parts: Box<dyn Iterator<Item = Bytes> + Send + Sync>,
}

impl std::fmt::Debug for BodyStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BodyStream({} bytes left)", self.left)
    }
}

impl http_body::Body for BodyStream {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, io::Error>>> {
        let part = self.parts.next();
        if let Some(p) = &part {
            self.left = self.left.saturating_sub(p.len() as u64);
        }
        Poll::Ready(match part {
            Some(p) => Some(Ok(http_body::Frame::data(p))),
            None if std::mem::take(&mut self.left) > 0 => {
                let message = "the connection was closed before the body was complete";
                Some(Err(io::Error::new(io::ErrorKind::UnexpectedEof, message)))
            }
            None => None,
        })
    }
    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(self.left)
    }
}
