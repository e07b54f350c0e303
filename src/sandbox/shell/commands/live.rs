//! What goes on until it ends or is interrupted: ping, top, stress.

use std::net::Ipv4Addr;
use std::time::Duration;

use super::network::{Answer, reach};
use super::processes;
use crate::sandbox::ec2::connection::Packet;
use crate::sandbox::shell::host::Host;

/// It.
#[derive(Debug, Clone)]
pub(in crate::sandbox::shell) enum Live {
    /// `ping`
    Ping(Box<Pings>),
    /// `top`: so many times more, or until it is interrupted.
    Top { left: Option<u32>, plain: bool },
    /// `stress` in front of the prompt: until this process has ended.
    Stress { pid: u32, program: String, done: String },
}

/// What ping counts.
#[derive(Debug, Clone)]
pub(in crate::sandbox::shell) struct Pings {
    pub(super) name: String,
    pub(super) address: Ipv4Addr,
    /// So many; none: until it is interrupted.
    pub(super) count: Option<u32>,
    pub(super) every: Duration,
    pub(super) sent: u32,
    pub(super) received: u32,
    pub(super) errors: u32,
    /// Round trips in milliseconds: least, sum, most, sum of squares.
    pub(super) times: (f64, f64, f64, f64),
}

/// What a look brings.
pub(in crate::sandbox::shell) struct LiveStep {
    pub(in crate::sandbox::shell) text: String,
    pub(in crate::sandbox::shell) clear: bool,
    /// How long until the next look, or the exit status.
    pub(in crate::sandbox::shell) next: Result<Duration, i32>,
}

impl Live {
    /// Looks once.
    pub(in crate::sandbox::shell) fn step(&mut self, host: &mut Host<'_>) -> LiveStep {
        match self {
            Live::Ping(pings) => pings.step(host),
            Live::Top { left, plain } => {
                let text = processes::screen(host);
                let next = match left {
                    Some(n) if *n <= 1 => Err(0),
                    _ => Ok(Duration::from_secs(3)),
                };
                *left = left.map(|n| n.saturating_sub(1));
                LiveStep { text, clear: !*plain, next }
            }
            Live::Stress { pid, done, .. } => {
                let until = host.processes().find(|p| p.pid == *pid).map(|p| p.until);
                let (text, next) = match until {
                    None => (done.clone(), Err(0)),
                    // It is looked at again at its end, or when it was ended by somebody else.
                    Some(_) => (String::new(), Ok(Duration::from_secs(1))),
                };
                LiveStep { text, clear: false, next }
            }
        }
    }

    /// What Ctrl-C has it say, and end.
    pub(in crate::sandbox::shell) fn interrupted(self, host: &mut Host<'_>) -> String {
        match self {
            Live::Ping(pings) => pings.summary(),
            Live::Top { .. } => String::new(),
            Live::Stress { pid, program, .. } => {
                host.end(pid);
                if program == "stress" {
                    format!(
                        "stress: FAIL: [{pid}] (415) <-- worker {} got signal 2\nstress: FAIL: [{pid}] (451) failed run completed\n",
                        pid + 1
                    )
                } else {
                    format!("{program}: info:  [{pid}] run interrupted\n")
                }
            }
        }
    }
}

impl Pings {
    fn step(&mut self, host: &mut Host<'_>) -> LiveStep {
        let mut text = String::new();
        if self.count.is_some_and(|n| self.sent >= n) {
            let status = i32::from(self.received == 0);
            return LiveStep { text: self.summary(), clear: false, next: Err(status) };
        }
        self.sent += 1;
        match reach(host, self.address, Packet::Echo) {
            Answer::Answers { millis, .. } | Answer::Refused { millis } => {
                // No two packets take the same time.
                let shakes = host.world.random(&host.id, &format!("ping-{}", self.sent)).unit();
                let millis = millis * (0.9 + 0.3 * shakes);
                self.received += 1;
                let (least, sum, most, squares) = self.times;
                let least = if self.received == 1 { millis } else { least.min(millis) };
                self.times = (least, sum + millis, most.max(millis), squares + millis * millis);
                let ttl = if millis > 5.0 { 115 } else { 127 };
                text = format!(
                    "64 bytes from {}: icmp_seq={} ttl={ttl} time={} ms\n",
                    self.address,
                    self.sent,
                    short(millis)
                );
            }
            Answer::NoHost => {
                self.errors += 1;
                let own = host.instance().map_or(Ipv4Addr::UNSPECIFIED, |i| i.private_ip);
                text = format!("From {own} icmp_seq={} Destination Host Unreachable\n", self.sent);
            }
            Answer::Nothing => {}
        }
        // The last answer is waited for.
        let wait = if self.count == Some(self.sent) {
            if self.received == self.sent { Duration::ZERO } else { Duration::from_secs(10) }
        } else {
            self.every
        };
        LiveStep { text, clear: false, next: Ok(wait) }
    }

    fn summary(&self) -> String {
        let lost = ((self.sent - self.received) * 100).checked_div(self.sent).unwrap_or_default();
        let errors = if self.errors > 0 { format!("+{} errors, ", self.errors) } else { String::new() };
        let passed = self.every.as_millis() * u128::from(self.sent.saturating_sub(1));
        let mut text = format!(
            "\n--- {} ping statistics ---\n{} packets transmitted, {} received, {errors}{lost}% packet loss, time {passed}ms\n",
            self.name, self.sent, self.received
        );
        if self.received > 0 {
            let n = f64::from(self.received);
            let (least, sum, most, squares) = self.times;
            let mean = sum / n;
            let spread = (squares / n - mean * mean).max(0.0).sqrt();
            text.push_str(&format!("rtt min/avg/max/mdev = {least:.3}/{mean:.3}/{most:.3}/{spread:.3} ms\n"));
        } else {
            text.push('\n');
        }
        text
    }
}

/// Three figures, as ping writes them.
fn short(millis: f64) -> String {
    match millis {
        m if m < 1.0 => format!("{m:.3}"),
        m if m < 10.0 => format!("{m:.2}"),
        m if m < 100.0 => format!("{m:.1}"),
        m => format!("{m:.0}"),
    }
}
