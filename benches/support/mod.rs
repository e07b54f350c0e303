//! What the benchmarks share: the server of ready pages, a process with an environment of its own, and the figures.

#![expect(dead_code, reason = "each benchmark uses a part of it")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up has nothing to say")]

pub mod fleet;
pub mod fleet_rows;
pub mod networks;
pub mod rig;

use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

/// The region that is looked at.
pub const REGION: &str = "ap-northeast-2";

/// Profiles of accounts of their own, which [`beside_a_server`] sets up.
pub const PROFILES: usize = 10;

/// The name of the `n`th of these.
pub fn profile(n: usize) -> String {
    format!("account-{n:02}")
}

/// Sets by which the credential chain of the SDK and of the console find the server and nothing else.
pub fn environment(endpoint: &str) -> Vec<(&'static str, String)> {
    vec![
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE".into()),
        ("AWS_SECRET_ACCESS_KEY", "example".into()),
        ("AWS_REGION", REGION.into()),
        ("AWS_EC2_METADATA_DISABLED", "true".into()),
        ("AWS_CONFIG_FILE", "/dev/null".into()),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".into()),
        ("AWS_ENDPOINT_URL", endpoint.into()),
    ]
}

/// Runs `body` in a process of its own, so that the server's memory and threads are not its own. `body` is given the server's
/// address.
pub fn beside_a_server(body: impl FnOnce(&str) -> ExitCode) -> ExitCode {
    const HERE: &str = "SKYDECK_BENCH_SERVER";
    if let Ok(url) = std::env::var(HERE) {
        return body(&url);
    }
    let server = fleet::Server::start();
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(std::env::args().skip(1)).env_clear().env("HOME", home.path()).env(HERE, server.url());
    command.env("TERM", "xterm-256color").envs(environment(&server.url()));
    // Read where profiles are named; elsewhere the environment's keys go before it.
    let config = home.path().join("config");
    let section = |n: usize| {
        let name = profile(n);
        format!("[profile {name}]\naws_access_key_id = AKIAIOSFODNN7EXAM{n:03}\naws_secret_access_key = example\n")
    };
    std::fs::write(&config, (0..PROFILES).map(section).collect::<String>()).unwrap();
    command.env("AWS_CONFIG_FILE", config);
    let status = command.status().unwrap();
    if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Times something by the clock and by what the calling thread had of a core meanwhile: on a machine whose cores all have work to
/// do, the rest is the scheduler's.
pub struct Held {
    begun: Instant,
    ran: Duration,
}

impl Held {
    pub fn begin() -> Held {
        Held { ran: ran(), begun: Instant::now() }
    }
    /// By the clock, and of that on a core.
    pub fn end(&self) -> (Duration, Duration) {
        let time = self.begun.elapsed();
        (time, (ran() - self.ran).min(time))
    }
}

/// How long the calling thread has had a core so far: Linux tells to the nanosecond.
fn ran() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(stat.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or_default())
}

/// The middle one.
pub fn median(times: &mut [Duration]) -> Duration {
    percentile(times, 50)
}

/// The one below which `p` percent lie.
pub fn percentile(times: &mut [Duration], p: usize) -> Duration {
    times.sort_unstable();
    times.get(times.len() * p / 100).or(times.last()).copied().unwrap_or_default()
}

/// The one below which `p` of a thousand lie.
pub fn percentile_of(times: &mut [Duration], p: usize) -> Duration {
    times.sort_unstable();
    times.get(times.len() * p / 1000).or(times.last()).copied().unwrap_or_default()
}

/// Milliseconds with two digits.
pub fn ms(d: Duration) -> String {
    format!("{:.2} ms", d.as_secs_f64() * 1e3)
}

/// The figures of one run, each beside what was promised.
#[derive(Default)]
pub struct Figures {
    missed: usize,
}

impl Figures {
    /// Tells a figure that nothing was promised of.
    pub fn tell(&self, what: &str, value: String) {
        println!("  {what:<58} {value:>12}");
    }

    /// Tells a figure and whether the promise holds.
    pub fn promise(&mut self, what: &str, value: f64, unit: &str, most: f64) {
        let held = value <= most;
        self.missed += usize::from(!held);
        let value = format!("{value:.2}{unit}");
        println!("  {what:<58} {value:>12}   at most {most}{unit}: {}", if held { "holds" } else { "MISSED" });
    }

    /// The exit code: a missed promise is a failure, so that a script can tell.
    pub fn end(self) -> ExitCode {
        if self.missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// Whether a part of the benchmark is to be measured: all are, unless the command line names some (`cargo bench --bench screen -- forms`).
pub fn wanted(part: &str) -> bool {
    let mut named = std::env::args().skip(1).filter(|a| !a.starts_with('-')).peekable();
    named.peek().is_none() || named.any(|a| a == part)
}
