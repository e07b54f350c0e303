//! Commands on instances: a program of this machine that is started, waited for, and told of by its end. In the embedded account, which no program leads
//! to, whoever was put in its place.
//!
//! It is a write like any other: declared, refused in read-only mode, and carried out only with a confirmed plan's permit. The words are a vector that
//! no shell of this machine reads.

use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;

use super::gateway::Gateway;
use super::guard::Permit;
use crate::base::{Fault, FaultKind, Reached};
use crate::model::Call;
use crate::model::connect::Login;

/// Bytes of each of its outputs that are kept, the last ones.
const KEPT: usize = 4096;
/// How long what was said last may be on its way after the end: a program that was left running in the background holds the pipe for longer.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// What is to be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// One of the declared programs ([`super::egress`]).
    pub program: &'static str,
    /// Its arguments, a word each.
    pub args: Vec<String>,
    /// The command among them, for who stands in for the program.
    pub command: String,
    /// Who logs in where.
    pub login: Login,
    /// How long it may take.
    pub most: Duration,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// By itself.
    Status {
        /// Its exit status; 128 and the signal's number where one ended it.
        status: i32,
        /// The last of its standard output.
        said: String,
        /// The last of its standard error.
        erred: String,
    },
    /// It took too long, and was ended.
    TooLong,
}

/// Who stands in for the programs: the embedded account's simulated shell.
pub trait Programs: Send + Sync {
    /// Carries it out.
    fn run(&self, start: Started) -> BoxFuture<'static, Ended>;
}

impl Gateway {
    /// Starts a program and waits for its end. Its standard input is empty, so that it asks nobody.
    ///
    /// # Errors
    /// It was not started: not declared, no permit, read-only mode, or not installed.
    pub async fn run_program(&self, permit: Option<Permit>, call: &Call, start: Started) -> Result<Ended, Fault> {
        let op = call.op;
        let of = |fault: Fault| fault.of(op.service.sdk_id(), op.name).reached(Reached::NotSent);
        let refuse = |text: &str| of(Fault::new(FaultKind::ReadOnly, text));
        let permit = permit.ok_or_else(|| refuse("a program is started by a confirmed plan alone"))?;
        if !permit.redeem(&call.scope, op) {
            return Err(refuse("the permit is for another call"));
        }
        self.may_start_to_change(start.program, &call.scope).map_err(of)?;
        if let Some(instead) = self.programs() {
            return Ok(instead.run(start).await);
        }
        if self.is_sandbox() {
            return Err(of(Fault::bug("Nobody stands in for programs in this embedded account.")));
        }
        run(start).await.map_err(of)
    }
}

async fn run(start: Started) -> Result<Ended, Fault> {
    let mut command = Command::new(start.program);
    command.args(&start.args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // Of its own, so that a Ctrl-C at the terminal is the console's alone.
    command.process_group(0).kill_on_drop(true);
    let mut child = command.spawn().map_err(|e| {
        let text = match e.kind() {
            std::io::ErrorKind::NotFound => format!("{} is not installed here", start.program),
            _ => format!("{} cannot be started: {e}", start.program),
        };
        Fault::new(FaultKind::Invalid, text)
    })?;
    let (said, erred) = (child.stdout.take().map(Tail::of), child.stderr.take().map(Tail::of));
    let Ok(status) = tokio::time::timeout(start.most, child.wait()).await else {
        if let Err(e) = child.kill().await {
            tracing::warn!("{} could not be ended: {e}", start.program);
        }
        return Ok(Ended::TooLong);
    };
    let status = status.map_err(|e| Fault::new(FaultKind::Unknown, format!("its end was missed: {e}")))?;
    let last = async |tail: Option<Tail>| match tail {
        Some(tail) => tail.last().await,
        None => String::new(),
    };
    Ok(Ended::Status { status: number(status), said: last(said).await, erred: last(erred).await })
}

fn number(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt as _;
    status.code().or_else(|| status.signal().map(|s| 128 + s)).unwrap_or(128)
}

/// The last of an output, as it comes.
struct Tail {
    kept: Arc<Mutex<Vec<u8>>>,
    reading: tokio::task::JoinHandle<()>,
}

impl Tail {
    fn of(mut from: impl AsyncRead + Unpin + Send + 'static) -> Tail {
        let kept: Arc<Mutex<Vec<u8>>> = Arc::default();
        let into = kept.clone();
        let reading = tokio::spawn(async move {
            let mut part = [0; 1024];
            while let Ok(n @ 1..) = from.read(&mut part).await {
                let mut kept = into.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend_from_slice(&part[..n]);
                let more = kept.len().saturating_sub(KEPT);
                kept.drain(..more);
            }
        });
        Tail { kept, reading }
    }
    async fn last(self) -> String {
        let Tail { kept, mut reading } = self;
        if tokio::time::timeout(LAST_WORDS, &mut reading).await.is_err() {
            reading.abort();
        }
        let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&kept).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::connect::Over;

    fn start(script: &str, most: Duration) -> Started {
        let login = Login { region: "r".into(), instance: "i-1".into(), user: "u".into(), over: Over::Public };
        let args = vec!["-c".to_string(), script.to_string()];
        Started { program: "sh", args, command: script.into(), login, most }
    }

    #[tokio::test]
    async fn a_programs_end_is_told_with_its_last_words_and_it_is_given_no_input() {
        let long = Duration::from_secs(20);
        let ended = run(start("cat; echo one; echo two; echo oh >&2; exit 3", long)).await;
        let of = |status, said: &str, erred: &str| Ok(Ended::Status { status, said: said.into(), erred: erred.into() });
        assert_eq!(ended, of(3, "one\ntwo\n", "oh\n"));
        assert_eq!(run(start("kill -9 $$", long)).await, of(137, "", ""));
        // What is left running in the background is not waited for.
        let Ok(Ended::Status { status: 0, said, .. }) = run(start("sleep 30 & echo there", long)).await else {
            panic!()
        };
        assert_eq!(said, "there\n");
        assert_eq!(run(start("sleep 30", Duration::from_millis(50))).await, Ok(Ended::TooLong));
        let none = Started { program: "no-such-program-here", ..start("", long) };
        assert!(run(none).await.is_err_and(|f| f.message.contains("is not installed here")));
    }
}
