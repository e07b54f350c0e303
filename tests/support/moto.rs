//! A moto server for as long as a test binary runs, with a log of what it was asked.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::Value as Json;

use super::python::{Python, clean};

/// A running server. It ends when it is dropped, and by itself when this process does (its standard input closes).
pub struct Moto {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    python: Python,
    /// `None` in the process of a test, whose parent has the server.
    child: Option<Child>,
}

/// One request that the server got.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub query: String,
    /// From the signature: `ec2`, `s3`…
    pub service: Option<String>,
    pub region: Option<String>,
    /// `None` for S3, where method, path and query say it.
    pub operation: Option<String>,
    pub dry_run: bool,
    pub agent: String,
}

/// Tells a test that it is in the process of its own, and where the server is.
const SERVER: &str = "SKYDECK_TEST_SERVER";

impl Moto {
    /// A new server. In a static, which is never dropped, it ends with the process.
    pub fn start() -> Moto {
        let python = Python::moto();
        let mut command = python.our("moto_server.py");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap_or_else(|e| panic!("moto did not start: {e}"));
        let mut port = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
        let port: u16 =
            port.trim().parse().unwrap_or_else(|_| panic!("moto did not start: run tests/py/moto_server.py"));
        Moto { url: format!("http://127.0.0.1:{port}"), python, child: Some(child) }
    }

    /// Goes on in a process of the calling test's own, whose environment has this server, keys of `account` (none: moto's
    /// first), `more`, and nothing of the user's: a process cannot change its own environment safely. There [`Moto::of_parent`]
    /// gives the server; here it waits for that process and passes its failure on.
    pub fn inside(&self, account: Option<&str>, more: &[(&str, &str)]) {
        let thread = std::thread::current();
        let test = thread.name().expect("the harness names a test's thread after it");
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", test, "--nocapture"]);
        self.environment(&mut command);
        command.env(SERVER, &self.url).envs(more.iter().copied());
        if let Some(account) = account {
            let keys = self.run("account.py", &[account]);
            command.envs(keys.as_object().unwrap().iter().map(|(k, v)| (k.as_str(), v.as_str().unwrap())));
        }
        let out = command.stdin(Stdio::null()).output().unwrap();
        let text = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success() && text.contains("1 passed"), "{text}");
    }

    /// The server, if this is such a process.
    pub fn of_parent() -> Option<Moto> {
        let url = std::env::var(SERVER).ok()?;
        Some(Moto { url, python: Python::moto(), child: None })
    }

    /// Runs a script of `tests/py` against it: what it prints, as JSON.
    pub fn run(&self, file: &str, args: &[&str]) -> Json {
        let mut command = self.python.our(file);
        command.args(args).env("SKYDECK_TEST_ENDPOINT", &self.url);
        let out = command.stdin(Stdio::null()).output().unwrap();
        assert!(out.status.success(), "{file} {args:?}: {}", String::from_utf8_lossy(&out.stderr));
        let text = String::from_utf8_lossy(&out.stdout);
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{file} {args:?}: {e}: {text}"))
    }

    /// Points a program at it, without the user's settings.
    pub fn environment(&self, command: &mut Command) {
        clean(command);
        command.env("AWS_ENDPOINT_URL", &self.url).env("AWS_REGION", "ap-northeast-2");
    }

    /// What was requested since [`Moto::forget_log`].
    pub fn log(&self) -> Vec<Request> {
        serde_json::from_str(&self.http("GET")).unwrap()
    }

    /// Empties the log.
    pub fn forget_log(&self) {
        self.http("POST");
    }

    fn http(&self, method: &str) -> String {
        let mut stream = TcpStream::connect(self.url.trim_start_matches("http://")).unwrap();
        write!(stream, "{method} /_log HTTP/1.0\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text.split_once("\r\n\r\n").unwrap().1.to_string()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
