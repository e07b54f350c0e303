//! The demo behind a socket.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside the functions that clippy knows to be tests")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use skydeck::base::Clock;
use skydeck::sandbox::{Sandbox, WorldSpec, listen};
use tokio::runtime::Runtime;

use crate::support::terminal::{Home, Terminal};

/// Keys that it takes, as it takes any.
pub const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")];
/// Where its instances are.
pub const REGION: &str = "ap-northeast-2";
/// The demo behind a socket: for the console it is an account like any other.
pub struct Account {
    /// Its endpoint.
    pub url: String,
    _runtime: Runtime,
}

impl Account {
    pub fn new() -> Account {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let sandbox = Sandbox::open(WorldSpec::Demo, Clock::system(), 1.0).unwrap();
        runtime.spawn(listen::serve(sandbox, listener, std::future::pending::<()>()));
        Account { url, _runtime: runtime }
    }
    /// The console at the row of an instance: `id=i-…`, or a name.
    pub fn open(&self, home: &Home, which: &str, more: &[&str], env: &[(&str, &str)]) -> Terminal {
        let query = if which.contains('=') { format!("instances {which}") } else { format!("instances name={which}") };
        let args = [&["--region", REGION, "--endpoint-url", &self.url], more, &[query.as_str()]].concat();
        let t = home.open(&args, &[&KEYS[..], env].concat());
        t.sees("complete").sees("▸ ");
        t
    }
    /// An instance's id.
    pub fn id(&self, home: &Home, name: &str) -> String {
        let query = format!("name={name}");
        let args = ["get", "instances", &query, "-o", "json", "--region", REGION, "--endpoint-url", &self.url];
        let ended = home.run_with(&args, &KEYS);
        let rows: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
        rows[0]["id"].as_str().unwrap().to_string()
    }
    /// Gives an instance another name, as anybody may who may write tags.
    pub fn rename(&self, id: &str, name: &str) {
        self.post("CreateTags", &[("ResourceId.1", id), ("Tag.1.Key", "Name"), ("Tag.1.Value", name)]);
    }
    /// Calls one of EC2's operations.
    pub fn post(&self, operation: &str, parameters: &[(&str, &str)]) {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("Action", operation).append_pair("Version", "2016-11-15").extend_pairs(parameters);
        let (form, host) = (form.finish(), self.url.strip_prefix("http://").unwrap());
        let scope = format!(
            "AWS4-HMAC-SHA256 Credential=test/20261121/{REGION}/ec2/aws4_request, SignedHeaders=host, Signature=0"
        );
        let head = format!(
            "POST / HTTP/1.1\r\nhost: {host}\r\nauthorization: {scope}\r\nconnection: close\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n",
            form.len()
        );
        let mut stream = TcpStream::connect(host).unwrap();
        stream.write_all(format!("{head}{form}").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}
