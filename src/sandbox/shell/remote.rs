//! One command over ssh, carried out by the simulated shell in ssh's place: what it writes, and its exit status.

use std::sync::Arc;
use std::time::Duration;

use futures::future::{BoxFuture, FutureExt};

use super::login::{Attempt, log_in};
use super::session::{Next, Shell};
use crate::aws::programs::{Ended, Programs, Started};
use crate::base::Time;
use crate::sandbox::Sandbox;

/// How long nothing is looked at while something takes its time over there.
const LOOK: Duration = Duration::from_millis(20);

/// Stands in for the programs of this machine, none of which leads into the embedded account.
pub fn stand_in(sandbox: &Sandbox) -> Arc<dyn Programs> {
    Arc::new(Remote(sandbox.clone()))
}

struct Remote(Sandbox);

impl Programs for Remote {
    fn run(&self, start: Started) -> BoxFuture<'static, Ended> {
        let sandbox = self.0.clone();
        async move {
            let until = sandbox.now().plus(start.most);
            carry_out(&sandbox, &start, until).await.unwrap_or(Ended::TooLong)
        }
        .boxed()
    }
}

/// Waits until the sandbox's clock has come so far. `None`: that is later than it may be.
async fn wait(sandbox: &Sandbox, at: Time, until: Time) -> Option<()> {
    while sandbox.now() < at {
        if sandbox.now() >= until {
            return None;
        }
        tokio::time::sleep(LOOK).await;
    }
    Some(())
}

async fn carry_out(sandbox: &Sandbox, start: &Started, until: Time) -> Option<Ended> {
    let mut shell: Box<Shell> = match sandbox.within(|world, now| log_in(world, &start.login, now)) {
        Attempt::In(shell, _) => shell,
        Attempt::Refused { after, says, status } => {
            wait(sandbox, sandbox.now().plus(after), until).await?;
            return Some(Ended::Status { status, said: String::new(), erred: says });
        }
    };
    shell.enter(&start.command);
    if shell.takes_more() {
        // Nobody is there to write them.
        shell.end_of_file();
    }
    let mut said = String::new();
    loop {
        let turn = sandbox.within(|world, now| shell.turn(world, now));
        said.push_str(&turn.text);
        let status = match turn.next {
            Next::At(at) => {
                wait(sandbox, at, until).await?;
                continue;
            }
            Next::Line => shell.status(),
            Next::Over(status) => status,
        };
        return Some(Ended::Status { status, said, erred: String::new() });
    }
}
