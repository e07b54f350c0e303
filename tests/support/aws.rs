//! What the tests of real credentials share: a server that logs, and processes with an environment of their own.
#![expect(clippy::unwrap_used, reason = "helpers of tests, outside the functions that clippy knows to be tests")]

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

/// A server on a free loopback port that keeps the heads and bodies of what it was sent.
pub struct Server {
    pub url: String,
    log: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// `answer` gets the request's text, and gives status line and body.
    pub fn start(answer: impl Fn(&str) -> (&'static str, String) + Send + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let log = Arc::new(Mutex::new(Vec::new()));
        let seen = log.clone();
        // Ends with the test's process; each connection carries one request.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                let mut text = String::new();
                let mut buffer = [0; 4096];
                while let Ok(n) = stream.read(&mut buffer) {
                    text.push_str(&String::from_utf8_lossy(&buffer[..n]));
                    let length = text
                        .to_lowercase()
                        .split("content-length: ")
                        .nth(1)
                        .and_then(|t| t.split("\r\n").next().and_then(|n| n.trim().parse::<usize>().ok()));
                    let whole = text.find("\r\n\r\n").is_some_and(|end| text.len() >= end + 4 + length.unwrap_or(0));
                    if n == 0 || whole {
                        break;
                    }
                }
                // Of requests side by side a client may open a connection more than it needs, and close it unused.
                if text.is_empty() {
                    continue;
                }
                let (status, body) = answer(&text);
                seen.lock().unwrap().push(text);
                // The one head that instance metadata must have; nobody else looks at it.
                let ttl = "x-aws-ec2-metadata-token-ttl-seconds: 21600";
                let answer = format!(
                    "HTTP/1.1 {status}\r\ncontent-type: text/xml\r\n{ttl}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Server { url, log }
    }
    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }
}

pub const EMPTY: &str = "<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>";

/// Runs an ignored test of the calling test's module in a process of its own with exactly this AWS environment.
pub fn in_a_process(test: &str, home: &Path, env: &[(&str, &str)]) {
    let thread = std::thread::current();
    let caller = thread.name().expect("the harness names a test's thread after it");
    let test = caller.rsplit_once("::").map_or(test.to_string(), |(module, _)| format!("{module}::{test}"));
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &test, "--ignored", "--nocapture"]).env_clear().env("HOME", home);
    command.env("AWS_EC2_METADATA_DISABLED", "true").envs(env.iter().copied());
    let out = command.output().unwrap();
    let text = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success() && text.contains("1 passed"), "{text}");
}

pub fn home(config: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".aws")).unwrap();
    std::fs::write(home.path().join(".aws/config"), config).unwrap();
    home
}
