//! The program itself in a pseudo-terminal: start to first frame, an idle minute, memory.
//!
//! `cargo bench --bench whole` (three minutes; `-- start`, `-- idle`, `-- memory` for one of them)

mod support;

use std::io::Read as _;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use support::{Figures, environment, fleet, median, ms, wanted};

const STARTS: usize = 15;
const MINUTE: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    support::beside_a_server(|url| {
        let mut figures = Figures::default();
        if wanted("start") {
            start(url, &mut figures);
        }
        if wanted("memory") {
            memory(url, &mut figures);
        }
        if wanted("idle") {
            idle(url, &mut figures);
        }
        figures.end()
    })
}

/// The program in a terminal of 120x40.
struct Console {
    child: Box<dyn Child + Send + Sync>,
    /// What it writes, with when that came.
    written: Receiver<(Instant, Vec<u8>)>,
    began: Instant,
    _master: Box<dyn MasterPty + Send>,
    _home: tempfile::TempDir,
}

impl Console {
    fn start(endpoint: &str, args: &[&str]) -> Console {
        let home = tempfile::tempdir().unwrap();
        let pty =
            native_pty_system().openpty(PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 }).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_skydeck"));
        command.args(args);
        command.env_clear();
        command.env("HOME", home.path());
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        for (name, value) in environment(endpoint) {
            command.env(name, value);
        }
        let mut reader = pty.master.try_clone_reader().unwrap();
        let (tx, written) = channel();
        let began = Instant::now();
        let child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        std::thread::spawn(move || {
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(n) = reader.read(&mut buffer) {
                if n == 0 || tx.send((Instant::now(), buffer[..n].to_vec())).is_err() {
                    return;
                }
            }
        });
        Console { child, written, began, _master: pty.master, _home: home }
    }

    /// What is written until `done` says so of everything so far; when that was.
    fn until(&self, mut done: impl FnMut(&str) -> bool) -> Duration {
        let mut all = Vec::new();
        loop {
            let (at, bytes) = self.written.recv_timeout(MINUTE).expect("the console writes something");
            all.extend(bytes);
            if done(&String::from_utf8_lossy(&all)) {
                return at - self.began;
            }
        }
    }

    /// Bytes written within `time`.
    fn bytes_in(&self, time: Duration) -> usize {
        let end = Instant::now() + time;
        let mut bytes = 0;
        while let Ok((_, more)) = self.written.recv_timeout(end.saturating_duration_since(Instant::now())) {
            bytes += more.len();
        }
        bytes
    }

    fn proc(&self, file: &str) -> String {
        let pid = self.child.process_id().unwrap();
        std::fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap()
    }

    /// Resident memory in KiB.
    fn resident(&self) -> f64 {
        let status = self.proc("status");
        let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// CPU used so far, in hundredths of a second.
    fn ticks(&self) -> u64 {
        let stat = self.proc("stat");
        let (_, rest) = stat.rsplit_once(')').unwrap();
        let field = |n: usize| rest.split_whitespace().nth(n).and_then(|f| f.parse::<u64>().ok()).unwrap();
        field(11) + field(12)
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The end of a frame: see `term::FrameWriter`.
fn framed(all: &str) -> bool {
    all.contains("\x1b[?2026l")
}

fn start(url: &str, figures: &mut Figures) {
    println!("process start to the first frame's last byte, medians of {STARTS}:");
    let of = |endpoint: &str, args: &[&str]| {
        let mut times: Vec<Duration> = (0..STARTS).map(|_| Console::start(endpoint, args).until(framed)).collect();
        median(&mut times).as_secs_f64() * 1e3
    };
    let mut bare: Vec<Duration> =
        (0..STARTS).map(|_| Console::start(url, &["--version"]).until(|all| all.contains('\n'))).collect();
    figures.tell("--version, for comparison", ms(median(&mut bare)));
    figures.promise("against an endpoint", of(&fleet::fleet(url, 1000), &[]), " ms", 30.0);
    // Nothing answers here: the first frame must not notice.
    figures.promise("against an endpoint that never answers", of("http://192.0.2.1:9", &[]), " ms", 30.0);
    figures.promise("on the sandbox", of(url, &["--sandbox"]), " ms", 60.0);
}

/// A console that has read everything of a fleet and come to rest.
fn rested(url: &str, instances: usize) -> Console {
    let console = Console::start(&fleet::fleet(url, instances), &[]);
    console.until(framed);
    let whole = Duration::from_secs(2 + instances as u64 / 5_000);
    std::thread::sleep(whole);
    console
}

fn memory(url: &str, figures: &mut Figures) {
    println!("resident memory:");
    let [few, some, many] = [1_000, 21_000, 101_000].map(|n| rested(url, n).resident());
    figures.promise("with 1,000 instances", few / 1024.0, " MiB", 40.0);
    figures.tell("with 21,000 instances", format!("{:.1} MiB", some / 1024.0));
    figures.tell("with 101,000 instances", format!("{:.1} MiB", many / 1024.0));
    // What is kept free for the next pages is the same from a few pages on: it is not the rows'.
    figures.tell("each one more, up to 21,000", format!("{:.2} KiB", (some - few) / 20_000.0));
    figures.promise("each one more", (many - few) / 100_000.0, " KiB", 1.5);
}

fn idle(url: &str, figures: &mut Figures) {
    println!("an idle minute at 1,000 instances, polled every 10 s:");
    let console = rested(url, 1_000);
    // What the first minute has left to say (how many calls a minute there are) is not idleness yet.
    console.bytes_in(MINUTE);
    let before = console.ticks();
    let bytes = console.bytes_in(MINUTE);
    let ticks = console.ticks() - before;
    figures.promise("bytes written", bytes as f64, "", 1024.0);
    figures.promise("CPU, of one core", ticks as f64 / 60.0, " %", 1.0);
}
