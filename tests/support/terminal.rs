//! The binary in a pseudo-terminal whose other end is a terminal emulator that can be looked at.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking, helpers of theirs too")]

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

/// How long a screen may take. A busy machine is slow, not broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// The binary.
pub const BINARY: &str = env!("CARGO_BIN_EXE_skydeck");

/// A home of its own.
pub struct Home(tempfile::TempDir);

impl Home {
    pub fn new() -> Home {
        Home(tempfile::tempdir().unwrap())
    }
    /// Writes a file of the settings' folder.
    pub fn config(&self, name: &str, text: &str) -> &Home {
        let path = self.0.path().join(".config/skydeck").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }
    /// The whole environment that the binary gets.
    pub fn env(&self) -> Vec<(&'static str, String)> {
        let path = |p: &str| self.0.path().join(p).display().to_string();
        vec![
            ("HOME", path("")),
            ("XDG_CONFIG_HOME", path(".config")),
            ("XDG_STATE_HOME", path(".state")),
            ("XDG_CACHE_HOME", path(".cache")),
            ("XDG_DATA_HOME", path(".data")),
            ("PATH", std::env::var("PATH").unwrap_or_default()),
            ("LANG", "C.UTF-8".into()),
            ("TZ", "UTC".into()),
            ("AWS_EC2_METADATA_DISABLED", "true".into()),
        ]
    }
    /// Runs it without a terminal.
    pub fn run(&self, args: &[&str]) -> Ended {
        self.run_with(args, &[])
    }
    /// The same with more in its environment.
    pub fn run_with(&self, args: &[&str], env: &[(&str, &str)]) -> Ended {
        let mut command = Command::new(BINARY);
        command.args(args).env_clear().envs(self.env()).envs(env.iter().copied()).stdin(std::process::Stdio::null());
        let Output { status, stdout, stderr } = command.output().unwrap();
        Ended {
            status: status.code(),
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
        }
    }
    /// Starts it in a terminal.
    pub fn open(&self, args: &[&str], env: &[(&str, &str)]) -> Terminal {
        let mut command = CommandBuilder::new(BINARY);
        command.args(args);
        self.spawn(command, env)
    }
    /// Starts another program in a terminal.
    pub fn open_other(&self, program: &str, args: &[&str], env: &[(&str, &str)]) -> Terminal {
        let mut command = CommandBuilder::new(program);
        command.args(args);
        self.spawn(command, env)
    }
    /// Puts a script where it is found before any other program of that name. Returns the `PATH` for it.
    pub fn script(&self, name: &str, text: &str) -> String {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = self.0.path().join("bin");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), text).unwrap();
        std::fs::set_permissions(folder.join(name), std::fs::Permissions::from_mode(0o755)).unwrap();
        format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default())
    }
    /// The folder.
    pub fn path(&self) -> &std::path::Path {
        self.0.path()
    }
    /// Starts an ignored test of this very program in a terminal.
    pub fn open_test(&self, name: &str) -> Terminal {
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args(["--ignored", "--exact", name, "--nocapture"]);
        self.spawn(command, &[])
    }
    /// Starts a shell with job control that runs this script.
    pub fn shell(&self, script: &str) -> Terminal {
        let mut command = CommandBuilder::new("bash");
        command.args(["--norc", "-mc", script]);
        self.spawn(command, &[])
    }
    fn spawn(&self, mut command: CommandBuilder, env: &[(&str, &str)]) -> Terminal {
        command.env_clear();
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        for (name, value) in self.env() {
            command.env(name, value);
        }
        for (name, value) in env {
            command.env(name, value);
        }
        command.cwd(self.0.path());
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let seen = Arc::new(Mutex::new(Seen { parser: vt100::Parser::new(cells(24), cells(80), 0), raw: Vec::new() }));
        let sees = seen.clone();
        std::thread::spawn(move || {
            let mut buf = [0; 8192];
            // An error is the end: the other side is closed.
            while let Ok(n @ 1..) = reader.read(&mut buf) {
                let mut seen = sees.lock().unwrap();
                seen.parser.process(&buf[..n]);
                seen.raw.extend_from_slice(&buf[..n]);
            }
        });
        let writer = pair.master.take_writer().unwrap();
        Terminal { child, master: pair.master, writer, seen }
    }
}

fn cells(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).unwrap()
}

/// How a run without a terminal ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit status.
    pub status: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

struct Seen {
    parser: vt100::Parser,
    raw: Vec<u8>,
}

/// A terminal with the binary in it.
pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    seen: Arc<Mutex<Seen>>,
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Terminal {
    /// The screen's text.
    pub fn text(&self) -> String {
        self.seen.lock().unwrap().parser.screen().contents()
    }
    /// The screen line by line: each cell's text and style. A blank that was never written is as good as one that was.
    pub fn styled(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap();
        let screen = seen.parser.screen();
        let (height, width) = screen.size();
        let cell = |y: u16, x: u16| {
            let cell = screen.cell(y, x).unwrap();
            let text = if cell.contents().is_empty() { " " } else { cell.contents() };
            let seen = text != " " || cell.inverse();
            let style = seen.then(|| (cell.fgcolor(), cell.bold(), cell.dim(), cell.underline(), cell.inverse()));
            format!("{text}{:?}{style:?}", cell.bgcolor())
        };
        let line = |y| (0..width.get()).map(|x| cell(y, x)).collect();
        (0..height.get()).map(line).collect()
    }
    /// Everything that was written to the terminal.
    pub fn raw(&self) -> String {
        String::from_utf8_lossy(&self.seen.lock().unwrap().raw).into_owned()
    }
    /// Whether the alternate screen is shown.
    pub fn is_alternate(&self) -> bool {
        self.seen.lock().unwrap().parser.screen().alternate_screen()
    }
    /// Whether the cursor is shown.
    pub fn has_cursor(&self) -> bool {
        !self.seen.lock().unwrap().parser.screen().hide_cursor()
    }
    /// The parameters of every SGR sequence written so far.
    pub fn styles(&self) -> Vec<String> {
        let raw = self.raw();
        let params = |part: &str| {
            let end = part.find(|c: char| !(c.is_ascii_digit() || c == ';' || c == ':'))?;
            part[end..].starts_with('m').then(|| part[..end].to_string())
        };
        raw.split("\x1b[").skip(1).filter_map(params).collect()
    }
    /// Waits until it holds.
    pub fn until(&self, what: &str, holds: impl Fn(&Terminal) -> bool) -> &Terminal {
        let begin = Instant::now();
        while !holds(self) {
            assert!(begin.elapsed() < PATIENCE, "{what} does not come:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        }
        self
    }
    /// Waits until it holds, but only so long. Whether it does.
    pub fn gives(&self, time: Duration, holds: impl Fn(&Terminal) -> bool) -> bool {
        let begin = Instant::now();
        while !holds(self) {
            if begin.elapsed() > time {
                return false;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        true
    }
    /// Waits until the screen says it.
    pub fn sees(&self, what: &str) -> &Terminal {
        self.until(what, |t| t.text().contains(what))
    }
    /// Presses Enter on a plan as one does who reads it: a plan that has just changed, as it may when a slow answer comes, does not take
    /// the Enter, says so, and is read for a second before the next one.
    pub fn agrees(&mut self) {
        const CHANGED: &str = "The plan was updated.";
        for _ in 0..10 {
            std::thread::sleep(Duration::from_millis(1500));
            self.send("\r");
            // What the last Enter was told stays until this one is taken.
            std::thread::sleep(Duration::from_millis(200));
            if self.gives(Duration::from_secs(2), |t| !t.text().contains(CHANGED)) {
                return;
            }
        }
        panic!("the plan does not come to rest:\n{}", self.text());
    }
    /// Sends keys.
    pub fn send(&mut self, keys: &str) -> &mut Terminal {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
        self
    }
    /// Gives the terminal another size.
    pub fn resize(&mut self, cols: u16, rows: u16) {
        self.seen.lock().unwrap().parser.screen_mut().set_size(cells(rows), cells(cols));
        self.master.resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
    }
    /// Sends a signal to the process that was started.
    pub fn signal(&self, signal: Signal) {
        let pid = self.child.process_id().and_then(|p| i32::try_from(p).ok()).and_then(Pid::from_raw);
        kill_process(pid.unwrap(), signal).unwrap();
    }
    /// Waits for the end.
    pub fn ended(&mut self) -> ExitStatus {
        let begin = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                // What was written last may still be on its way through the terminal.
                self.until("the end of the alternate screen", |t| !t.is_alternate());
                return status;
            }
            assert!(begin.elapsed() < PATIENCE, "it does not end:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}
