//! Requests that are no call of AWS's API: the declared list of where they may go, and the question that each is asked before it leaves.
//!
//! The interceptor of [`super::guard`] sees the calls of SDK clients alone. Whatever else the program sends takes this door: what is not on
//! the list is refused in every mode, and what may change something in read-only mode. Such a request carries no credentials. The credential
//! chain's own requests have a list of their own ([`super::connector`]).

use std::fmt;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::{ConnectorBuilder, tls};
use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;

use super::guard::ReadOnly;
use crate::base::{Fault, FaultKind};
use crate::model::operation::Access;

/// Somewhere that a request may go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Destination {
    /// Scheme and host, and a port if it is not the scheme's own: `https://checkip.amazonaws.com`.
    pub(super) origin: &'static str,
    /// The one path, without a query.
    pub(super) path: &'static str,
    /// The one method.
    pub(super) method: &'static str,
    /// What for, in a few words.
    pub(super) purpose: &'static str,
    /// Whether it may change something: then not in read-only mode.
    pub(super) access: Access,
}

/// By which address this machine is seen: AWS's own service for it.
/// <https://docs.aws.amazon.com/whitepapers/latest/ec2-networking-for-telecom/ec2-networking-for-telecom.html>
pub(super) const CHECK_IP: Destination = Destination {
    origin: "https://checkip.amazonaws.com",
    path: "/",
    method: "GET",
    purpose: "by which address this machine is seen",
    access: Access::Read,
};

/// All of them.
const DECLARED: &[Destination] = &[CHECK_IP];

impl Destination {
    fn is(&self, request: &HttpRequest) -> bool {
        let Some(rest) = request.uri().strip_prefix(self.origin) else { return false };
        request.method() == self.method && rest == self.path
    }
    /// The host, for sentences.
    pub(super) fn host(&self) -> &'static str {
        self.origin.split_once("://").map_or(self.origin, |(_, host)| host)
    }
    /// A request to it: without headers, without a body.
    fn request(&self) -> Result<HttpRequest, Fault> {
        let mut request = HttpRequest::new(SdkBody::empty());
        let uri = format!("{}{}", self.origin, self.path);
        let wrong = |e: &dyn fmt::Display| Fault::bug(format!("{uri} is no destination: {e}"));
        request.set_uri(uri.as_str()).map_err(|e| wrong(&e))?;
        request.set_method(self.method).map_err(|e| wrong(&e))?;
        Ok(request)
    }
}

/// A program that may be started to connect to an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Program {
    name: &'static str,
    /// What for, in a few words.
    purpose: &'static str,
}

/// All of them. Whoever is connected may change anything: they count as writes.
const PROGRAMS: &[Program] = &[
    Program { name: "ssh", purpose: "a connection to an instance" },
    Program { name: "aws", purpose: "a session with an instance" },
];

/// Whether a program may be started; `read_only`: for this profile.
///
/// # Errors
/// It is not declared, or read-only mode refuses it.
pub(super) fn may_start(program: &str, read_only: bool) -> Result<(), Fault> {
    let Some(declared) = PROGRAMS.iter().find(|p| p.name == program) else {
        return Err(Fault::bug(format!("{program} is not among the programs that may be started")));
    };
    if read_only {
        let text = format!("read-only mode: {} is not started ({})", declared.name, declared.purpose);
        return Err(Fault::new(FaultKind::ReadOnly, text));
    }
    Ok(())
}

/// The door.
pub(super) struct Egress<'a> {
    declared: &'a [Destination],
    read_only: ReadOnly,
}

impl<'a> Egress<'a> {
    /// With the declared list.
    pub(super) fn new(read_only: ReadOnly) -> Egress<'static> {
        Egress { declared: DECLARED, read_only }
    }
    /// With another list.
    #[cfg(test)]
    pub(super) fn with(declared: &'a [Destination], read_only: ReadOnly) -> Self {
        Egress { declared, read_only }
    }

    /// Whether a request may leave.
    fn ask(&self, request: &HttpRequest) -> Result<(), Fault> {
        let Some(to) = self.declared.iter().find(|to| to.is(request)) else {
            let host = request.uri().parse::<http::Uri>().ok().and_then(|uri| uri.host().map(str::to_string));
            let host = host.unwrap_or_else(|| "a host without a name".into());
            let text = format!("{} to {host} is not among the requests that this program may send", request.method());
            return Err(Fault::new(FaultKind::Bug, text));
        };
        if to.access == Access::Write && self.read_only.is_on() {
            let text = format!("read-only mode: {} is not asked ({})", to.host(), to.purpose);
            return Err(Fault::new(FaultKind::ReadOnly, text));
        }
        Ok(())
    }

    /// Sends a request there, if it is declared.
    ///
    /// # Errors
    /// Why it did not leave, or that nobody answered.
    pub(super) async fn send(&self, to: &Destination) -> Result<HttpResponse, Fault> {
        let request = to.request()?;
        self.ask(&request)?;
        let mut builder =
            ConnectorBuilder::default().tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc));
        builder.set_proxy_config(Some(ProxyConfig::from_env()));
        let unreachable = |_| Fault::new(FaultKind::Offline, format!("{} cannot be reached", to.host()));
        builder.build().call(request).await.map_err(unreachable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(egress: &Egress<'_>, method: &str, uri: &str) -> Result<(), FaultKind> {
        let mut request = HttpRequest::new(SdkBody::empty());
        request.set_uri(uri).expect("a URI");
        request.set_method(method).expect("a method");
        egress.ask(&request).map_err(|f| f.kind)
    }

    #[test]
    fn what_is_not_declared_is_refused_whatever_it_looks_like() {
        let egress = Egress::new(ReadOnly::default());
        assert_eq!(asked(&egress, "GET", "https://checkip.amazonaws.com/"), Ok(()));
        for (method, uri) in [
            ("POST", "https://checkip.amazonaws.com/"),
            ("GET", "http://checkip.amazonaws.com/"),
            ("GET", "https://checkip.amazonaws.com/?to=there"),
            ("GET", "https://checkip.amazonaws.com/other"),
            ("GET", "https://checkip.amazonaws.com:8443/"),
            ("GET", "https://checkip.amazonaws.com.example.org/"),
            ("GET", "https://checkip.amazonaws.com@example.org/"),
            ("GET", "https://example.org/"),
        ] {
            assert_eq!(asked(&egress, method, uri), Err(FaultKind::Bug), "{method} {uri}");
        }
    }

    #[tokio::test]
    async fn a_destination_that_nobody_declared_gets_no_connection() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("it does not wait");
        let origin: &'static str = format!("http://{}", listener.local_addr().expect("an address")).leak();
        let there = Destination { origin, ..CHECK_IP };
        let fault = Egress::new(ReadOnly::default()).send(&there).await.expect_err("it is not declared");
        assert_eq!(fault.kind, FaultKind::Bug);
        assert!(fault.message.contains("GET to 127.0.0.1 is not among the requests"), "{fault}");
        assert!(listener.accept().is_err(), "nobody came");
    }

    #[test]
    fn no_program_is_started_that_was_not_declared_and_none_in_read_only_mode() {
        assert_eq!(may_start("ssh", false), Ok(()));
        for program in ["ssh", "aws"] {
            assert_eq!(may_start(program, true).map_err(|f| f.kind), Err(FaultKind::ReadOnly), "{program}");
        }
        for program in ["sh", "", "ssh -oProxyCommand=x", "/usr/bin/ssh"] {
            assert_eq!(may_start(program, false).map_err(|f| f.kind), Err(FaultKind::Bug), "{program}");
        }
    }

    #[test]
    fn what_may_change_something_does_not_leave_in_read_only_mode() {
        let both = [CHECK_IP, Destination { path: "/new", method: "PUT", access: Access::Write, ..CHECK_IP }];
        let read_only = ReadOnly::default();
        let egress = Egress::with(&both, read_only.clone());
        assert_eq!(asked(&egress, "PUT", "https://checkip.amazonaws.com/new"), Ok(()));
        read_only.on();
        assert_eq!(asked(&egress, "PUT", "https://checkip.amazonaws.com/new"), Err(FaultKind::ReadOnly));
        assert_eq!(asked(&egress, "GET", "https://checkip.amazonaws.com/"), Ok(()));
    }
}
