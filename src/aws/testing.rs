//! A network for tests: remembers what was sent and answers as told. No sockets.

use std::sync::{Arc, Mutex};

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep, TokioSleep};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

/// The SDK's waiting, a thousand times faster: its time-outs and pauses end in milliseconds.
pub(crate) fn hurried() -> SharedAsyncSleep {
    #[derive(Debug)]
    struct Hurried(TokioSleep);
    impl AsyncSleep for Hurried {
        fn sleep(&self, duration: std::time::Duration) -> Sleep {
            self.0.sleep(duration / 1000)
        }
    }
    SharedAsyncSleep::new(Hurried(TokioSleep::new()))
}

/// What was sent.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    /// The operation: `Action=` of the form, the path's last part for CBOR, else method and path.
    pub(crate) name: String,
    /// How many of that name were sent before.
    pub(crate) nth: usize,
    pub(crate) user_agent: String,
    pub(crate) host: String,
    /// The region that it was signed for; empty if it was not signed.
    pub(crate) region: String,
    /// The form's `NextToken`; empty if there is none.
    pub(crate) token: String,
}

#[derive(Debug, Clone)]
pub(crate) enum Answer {
    Text(u16, &'static str, String),
    /// The same with a header more.
    With(u16, String, &'static str, &'static str),
    /// The connection breaks after the request was written.
    Broken,
    Never,
}

impl Answer {
    pub(crate) fn xml(status: u16, body: &str) -> Answer {
        Answer::Text(status, "text/xml", body.to_string())
    }
    pub(crate) fn broken() -> Answer {
        Answer::Broken
    }
    pub(crate) fn identity() -> Answer {
        Answer::xml(
            200,
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::000000000000:user/admin</Arn>\
             <UserId>AIDA</UserId><Account>000000000000</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
        )
    }
}

type Script = Arc<dyn Fn(&Sent) -> Answer + Send + Sync>;

#[derive(Clone)]
pub(crate) struct Recorder {
    script: Script,
    sent: Arc<Mutex<Vec<Sent>>>,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Recorder")
    }
}

impl Recorder {
    pub(crate) fn new(script: impl Fn(&Sent) -> Answer + Send + Sync + 'static) -> Recorder {
        Recorder { script: Arc::new(script), sent: Arc::default() }
    }
    pub(crate) fn client(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }
    pub(crate) fn requests(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }
    pub(crate) fn names(&self) -> Vec<String> {
        self.requests().into_iter().map(|s| s.name).collect()
    }
    fn note(&self, request: &HttpRequest) -> Sent {
        let form: Vec<(String, String)> =
            form_urlencoded::parse(request.body().bytes().unwrap_or_default()).into_owned().collect();
        let path = request.uri().parse::<http::Uri>().unwrap().path().to_string();
        let parameter = |name: &str| form.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone());
        let (action, token) = (parameter("Action"), parameter("NextToken").unwrap_or_default());
        let name = match action {
            Some(action) => action,
            None if path.contains("/operation/") => path.rsplit('/').next().unwrap_or_default().to_string(),
            None => format!("{} {path}", request.method()),
        };
        let header = |name| request.headers().get(name).unwrap_or_default().to_string();
        let mut sent = self.sent.lock().unwrap();
        let nth = sent.iter().filter(|s| s.name == name).count();
        let user_agent = header("x-amz-user-agent") + &header("user-agent");
        let host = request.uri().parse::<http::Uri>().unwrap().authority().map(ToString::to_string).unwrap_or_default();
        // AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, …
        let region = header("authorization").split('/').nth(2).unwrap_or_default().to_string();
        sent.push(Sent { name, nth, user_agent, host, region, token });
        sent.last().unwrap().clone()
    }
}

impl HttpClient for Recorder {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Recorder {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answer = (self.script)(&self.note(&request));
        HttpConnectorFuture::new(async move {
            match answer {
                Answer::Text(status, kind, body) => {
                    let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
                    response.headers_mut().insert("content-type", kind);
                    response.headers_mut().insert("x-amzn-requestid", "r-1");
                    Ok(response)
                }
                Answer::With(status, body, name, value) => {
                    let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
                    response.headers_mut().insert("content-type", "application/xml");
                    response.headers_mut().insert(name, value);
                    Ok(response)
                }
                Answer::Broken => Err(ConnectorError::io("connection reset by peer".into())),
                Answer::Never => std::future::pending().await,
            }
        })
    }
}
