//! Connecting to an instance: a recorder in ssh's place that writes down what it was started with, and the real ssh at a real sshd on this
//! machine. The console steps aside and comes back as it was, however that ends.

use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::Signal;

use crate::account::{Account, KEYS, REGION};
use crate::support::terminal::{Home, Terminal};

/// The key pair of the demo's instances.
const KEY: &str = "my-ec2-keypair";

/// A recorder in a program's place: writes its words down, a line each, and then does this.
pub(super) fn recorder(home: &Home, program: &str, then: &str) -> String {
    let script =
        format!("#!/bin/sh\nfor word in \"$@\"; do printf '%s\\n' \"$word\"; done > \"$HOME/words\"\n{then}\n");
    home.script(program, &script)
}

pub(super) fn words(home: &Home) -> Vec<String> {
    let text = std::fs::read_to_string(home.path().join("words")).unwrap_or_default();
    text.lines().map(ToString::to_string).collect()
}

/// The file of the key pair, with this mode.
pub(super) fn key_file(home: &Home, mode: u32) -> PathBuf {
    let folder = home.path().join(".ssh");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("{KEY}.pem"));
    std::fs::write(&path, "a key").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    path
}

/// Presses `c` and waits for the ways: what is installed has been looked for, and they say this.
fn asks(t: &mut Terminal, what: &str) {
    t.send("c").until(what, |t| t.text().contains(what) && !t.text().contains("Looking for"));
}

#[test]
fn ssh_gets_the_words_that_were_shown_and_the_console_comes_back_as_it_was() {
    let (account, home) = (Account::new(), Home::new());
    let key = key_file(&home, 0o400);
    let path = recorder(&home, "ssh", "stty -a > \"$HOME/modes\"; echo over there");
    let mut t = account.open(&home, "my-bastion-host", &[], &[("PATH", &path)]);
    let before = t.styled();
    asks(&mut t, "ec2-user@");
    t.send("\r").sees("ssh to my-bastion-host has ended.");
    let words = words(&home);
    assert_eq!(words[..2], ["-i".to_string(), key.display().to_string()]);
    assert!(words[2].starts_with("ec2-user@") && words.len() == 3, "{words:?}");
    let modes = std::fs::read_to_string(home.path().join("modes")).unwrap();
    assert!(modes.contains(" icanon") && modes.contains(" echo "), "it gets the terminal as a shell has it: {modes}");
    assert!(t.raw().contains("over there"));
    // All of it is there again, but for the last line.
    t.until("the same screen", |t| t.is_alternate() && t.styled()[..23] == before[..23]);
    t.send("q");
    assert_eq!(t.ended().exit_code(), 0);
}

#[test]
fn a_private_instance_is_reached_through_the_bastion_which_the_next_start_remembers() {
    let (account, home) = (Account::new(), Home::new());
    let path = recorder(&home, "ssh", "");
    let mut t = account.open(&home, "my-alchemine-app-ec2-2", &[], &[("PATH", &path)]);
    asks(&mut t, "ssh -J ec2-user@");
    t.send("b").sees("has ended.");
    let words = words(&home);
    assert!(words.len() == 3 && words[0] == "-J", "{words:?}");
    assert!(words[1].starts_with("ec2-user@") && words[2].starts_with("ec2-user@10."), "{words:?}");
    let memory = home.path().join(".state/skydeck/memory.json");
    t.until("the memory", |_| std::fs::read_to_string(&memory).is_ok_and(|m| m.contains("\"bastions\"")));
    t.send("q");
    assert_eq!(t.ended().exit_code(), 0);
}

#[test]
fn names_that_look_like_options_or_shell_text_reach_no_program() {
    let (account, home) = (Account::new(), Home::new());
    key_file(&home, 0o400);
    let path = recorder(&home, "ssh", "");
    let id = account.id(&home, "my-bastion-host");
    for (name, shown) in [
        ("-oProxyCommand=touch pwned", "-oProxyCommand=touch pwned"),
        ("$(touch pwned)", "$(touch pwned)"),
        ("web\n-oProxyCommand=x", "web␊-oProxyCommand=x"),
        ("결제-워커", "결제-워커"),
    ] {
        account.rename(&id, name);
        let _ = std::fs::remove_file(home.path().join("words"));
        let mut t = account.open(&home, &format!("id={id}"), &[], &[("PATH", &path)]);
        asks(&mut t, &format!("Connect to {shown}"));
        t.send("\r").sees(&format!("ssh to {shown} has ended."));
        let words = words(&home);
        assert!(words.len() == 3 && words[0] == "-i" && words[2].starts_with("ec2-user@"), "{name}: {words:?}");
        t.send("q");
        assert_eq!(t.ended().exit_code(), 0);
    }
    assert!(!home.path().join("pwned").exists());
}

#[test]
fn what_is_missing_or_open_is_said_and_nothing_is_started() {
    let (account, home) = (Account::new(), Home::new());
    let key = key_file(&home, 0o644);
    let path = recorder(&home, "ssh", "");
    let mut t = account.open(&home, "my-bastion-host", &[], &[("PATH", &path)]);
    asks(&mut t, "Others can read the key file");
    t.send("s").sees("chmod 400");
    assert!(words(&home).is_empty());
    drop(t);
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o400)).unwrap();
    let empty = home.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let mut t = account.open(&home, "my-bastion-host", &[], &[("PATH", empty.to_str().unwrap())]);
    asks(&mut t, "ssh is not installed here");
    drop(t);
    // Read-only, and not.
    let mut t = account.open(&home, "my-bastion-host", &["--read-only"], &[("PATH", &path)]);
    asks(&mut t, "Read-only mode refuses it.");
    t.send("s\r");
    drop(t);
    assert!(words(&home).is_empty());
    home.config("config.toml", "[profiles.default]\nconnect = true\n");
    let mut t = account.open(&home, "my-bastion-host", &["--read-only"], &[("PATH", &path)]);
    asks(&mut t, "ec2-user@");
    t.send("s").sees("has ended.");
    assert_eq!(words(&home).len(), 3);
}

#[test]
fn however_ssh_ends_the_terminal_is_whole_and_what_it_said_is_not_lost() {
    let (account, home) = (Account::new(), Home::new());
    key_file(&home, 0o400);
    // Raw, as ssh has it, in another program's alternate screen with its mouse; and killed.
    let killed = "stty raw -echo; printf '\\033[?1049h\\033[?1000h\\033[?25l\\033[?1h'; kill -9 $$";
    let path = recorder(&home, "ssh", killed);
    let args = format!(
        "{} --region {REGION} --endpoint-url {} 'instances name=my-bastion-host'",
        crate::support::terminal::BINARY,
        account.url
    );
    let keys = "export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test";
    let mut t = home.shell(&format!("{keys} PATH='{path}'; {args}; stty -a; echo back in the shell"));
    t.sees("my-bastion-host").sees("complete");
    asks(&mut t, "ec2-user@");
    t.send("\r");
    t.sees("ssh to my-bastion-host was ended by signal 9.");
    t.send("j").send("q").sees("back in the shell");
    let text = t.text();
    let modes = text.lines().filter(|l| l.contains("icanon") || l.contains("isig")).collect::<Vec<_>>().join(" ");
    assert!(modes.contains("icanon") && !modes.contains("-icanon"), "{text}");
    assert!(!t.is_alternate() && t.has_cursor());
    // What it says on standard error is the message.
    recorder(&home, "ssh", "echo 'ssh: connect to host 10.0.0.1 port 22: Connection timed out' >&2; exit 255");
    let mut t = account.open(&home, "my-bastion-host", &[], &[("PATH", &path)]);
    asks(&mut t, "ec2-user@");
    t.send("\r").sees("failed: connect to host 10.0.0.1");
    drop(t);
    // Ctrl-C before a connection stands is for ssh alone.
    recorder(&home, "ssh", "echo waiting; trap 'echo told; exit 255' INT; while :; do sleep 0.1; done");
    let mut t = account.open(&home, "my-bastion-host", &[], &[("PATH", &path)]);
    asks(&mut t, "ec2-user@");
    t.send("\r").until("ssh", |t| t.raw().contains("waiting"));
    t.send("\x03").sees("failed with exit status 255");
    t.send("q");
    assert_eq!(t.ended().exit_code(), 0);
}

#[test]
fn when_the_console_is_to_end_ssh_is_told_and_the_terminal_is_the_shells() {
    let (account, home) = (Account::new(), Home::new());
    let path =
        recorder(&home, "ssh", "echo waiting; trap 'touch \"$HOME/told\"; exit 0' HUP; while :; do sleep 0.1; done");
    let mut t = account.open(&home, "my-bastion-host", &[], &[("PATH", &path)]);
    asks(&mut t, "ec2-user@");
    t.send("\r").until("ssh", |t| t.raw().contains("waiting"));
    t.signal(Signal::TERM);
    t.ended();
    assert!(home.path().join("told").exists());
}

#[test]
fn a_program_that_stops_itself_goes_on_where_no_shell_would_bring_it_back() {
    let (account, home) = (Account::new(), Home::new());
    let path = recorder(&home, "ssh", "kill -STOP $$; echo went on");
    let mut t = account.open(&home, "my-bastion-host", &[], &[("PATH", &path)]);
    asks(&mut t, "ec2-user@");
    t.send("\r").sees("ssh to my-bastion-host has ended.");
    assert!(t.raw().contains("went on"));
    t.send("q");
    assert_eq!(t.ended().exit_code(), 0);
}

#[test]
fn for_remote_desktop_a_file_says_where_the_forwarded_port_is() {
    let (account, home) = (Account::new(), Home::new());
    recorder(&home, "session-manager-plugin", "");
    let path = recorder(&home, "aws", "");
    let id = account.id(&home, "legacy-erp");
    let mut t = account.open(&home, "legacy-erp", &[], &[("PATH", &path)]);
    asks(&mut t, "--document-name");
    t.send("f").sees("aws to legacy-erp has ended.");
    let words = words(&home);
    assert_eq!(words[..4], ["ssm", "start-session", "--target", &id].map(String::from));
    assert!(words.contains(&"AWS-StartPortForwardingSession".to_string()), "{words:?}");
    let file = home.path().join(format!("{id}.rdp"));
    assert!(std::fs::read_to_string(&file).unwrap().contains("full address:s:localhost:13389"));
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

/// Ends a tmux of one's own, whatever becomes of the test.
struct Tmux<'a>(&'a Home);

impl Drop for Tmux<'_> {
    fn drop(&mut self) {
        let _ = Command::new("tmux").arg("kill-server").env("TMUX_TMPDIR", self.0.path()).env_remove("TMUX").output();
    }
}

#[test]
fn in_tmux_too_the_console_comes_back_as_it_was() {
    if Command::new("tmux").arg("-V").output().is_err() {
        eprintln!("left out: there is no tmux on this machine to try this with");
        return;
    }
    let (account, home) = (Account::new(), Home::new());
    let path = recorder(&home, "ssh", "echo over there; printf '\\033[?1049h'; kill -9 $$");
    let line = format!(
        "exec {} --region {REGION} --endpoint-url {} 'instances name=my-bastion-host'",
        crate::support::terminal::BINARY,
        account.url
    );
    let folder = home.path().display().to_string();
    let _server = Tmux(&home);
    let env = [&KEYS[..], &[("TMUX_TMPDIR", folder.as_str()), ("PATH", path.as_str())]].concat();
    let mut t = home.open_other("tmux", &["-f", "/dev/null", "new-session", &line], &env);
    t.sees("complete").sees("▸ ●");
    let before = t.styled();
    asks(&mut t, "ec2-user@");
    t.send("\r").sees("ssh to my-bastion-host was ended by signal 9.");
    t.until("the same rows", |t| t.styled()[2..20] == before[2..20]);
    t.send("q");
    t.ended();
}

/// Where one-time keys are put.
fn runtime_folder(home: &Home) -> String {
    let folder = home.path().join("run");
    std::fs::create_dir_all(&folder).unwrap();
    folder.to_str().unwrap().to_string()
}

#[test]
fn a_one_time_key_is_sent_and_used_and_gone_when_ssh_has_ended() {
    let (account, home) = (Account::new(), Home::new());
    let run = runtime_folder(&home);
    let path = recorder(
        &home,
        "ssh",
        "cat \"$2\" > \"$HOME/key\"; cat \"$2.pub\" > \"$HOME/pub\"; ls -ld \"${2%/key}\" \"$2\" > \"$HOME/modes\"",
    );
    let env = [("PATH", path.as_str()), ("XDG_RUNTIME_DIR", run.as_str())];
    let mut t = account.open(&home, "my-bastion-host", &[], &env);
    asks(&mut t, "ssh with a one-time key");
    t.send("o").sees("ssh to my-bastion-host has ended.");
    let words = words(&home);
    assert!(words[0] == "-i" && words[1].starts_with(&run) && words[2..4] == ["-o", "IdentitiesOnly=yes"], "{words:?}");
    assert!(words[4].starts_with("ec2-user@") && words.len() == 5, "{words:?}");
    let read = |name: &str| std::fs::read_to_string(home.path().join(name)).unwrap();
    assert!(read("key").starts_with("-----BEGIN OPENSSH PRIVATE KEY-----"));
    assert!(read("pub").starts_with("ssh-ed25519 AAAA"));
    let modes = read("modes");
    assert!(modes.contains("drwx------") && modes.contains("-rw-------"), "{modes}");
    let left = |run: &str| std::fs::read_dir(run).unwrap().count();
    assert_eq!(left(&run), 0, "nothing is left of it");
    // What does not take the key is said, and nothing is started.
    drop(t);
    std::fs::remove_file(home.path().join("words")).unwrap();
    let mut t = account.open(&home, "my-bastion-host", &["--read-only"], &env);
    asks(&mut t, "Read-only mode refuses it.");
    t.send("o\r");
    drop(t);
    // Killed with the console: the key goes with it.
    recorder(&home, "ssh", "echo waiting; trap 'exit 0' HUP; while :; do sleep 0.1; done");
    let mut t = account.open(&home, "my-bastion-host", &[], &env);
    asks(&mut t, "ssh with a one-time key");
    t.send("o").until("ssh", |t| t.raw().contains("waiting"));
    assert_eq!(left(&run), 1);
    t.signal(Signal::TERM);
    t.ended();
    assert_eq!(left(&run), 0);
}

/// A real sshd on a free port of this machine: one process for each connection, which gets its socket, so that no port is given away in
/// between.
struct Sshd {
    port: u16,
}

impl Sshd {
    /// `None`, and said, where it is not installed.
    fn start(folder: &Path) -> Option<Sshd> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let usual = ["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from);
        let found = std::env::split_paths(&path).chain(usual).map(|f| f.join("sshd")).find(|f| f.is_file());
        let Some(sshd) = found else {
            eprintln!("left out: sshd is not installed; Debian's package openssh-server has it");
            return None;
        };
        if rustix::process::getuid().is_root() {
            // Where it puts its unprivileged half; its service makes it, and there is none here.
            std::fs::create_dir_all("/run/sshd").unwrap();
        }
        let conf = folder.join("sshd_config");
        let lines = [
            format!("HostKey {}", folder.join("host").display()),
            format!("AuthorizedKeysFile {}", folder.join("authorized").display()),
            "StrictModes no\nUsePAM no\nPermitRootLogin prohibit-password\nPasswordAuthentication no\nPrintMotd no\n"
                .into(),
        ];
        std::fs::write(&conf, lines.join("\n")).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                let back = OwnedFd::from(stream.try_clone().unwrap());
                let child = Command::new(&sshd)
                    .args(["-i", "-f"])
                    .arg(&conf)
                    .stdin(Stdio::from(OwnedFd::from(stream)))
                    .stdout(Stdio::from(back))
                    .stderr(Stdio::null())
                    .spawn();
                let mut child = child.unwrap();
                std::thread::spawn(move || child.wait());
            }
        });
        Some(Sshd { port })
    }
}

fn keygen(path: &Path) {
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(path).status().unwrap();
    assert!(made.success());
}

#[test]
fn the_console_connects_to_a_real_sshd_and_comes_back_from_it() {
    let (account, home) = (Account::new(), Home::new());
    let folder = home.path().to_path_buf();
    let Some(sshd) = Sshd::start(&folder) else { return };
    std::fs::create_dir_all(folder.join(".ssh")).unwrap();
    let key = folder.join(format!(".ssh/{KEY}.pem"));
    for path in [&folder.join("host"), &key] {
        keygen(path);
    }
    std::fs::rename(folder.join(format!(".ssh/{KEY}.pem.pub")), folder.join("authorized")).unwrap();
    let me = Command::new("id").arg("-un").output().unwrap();
    let me = String::from_utf8(me.stdout).unwrap().trim().to_string();
    home.config("config.toml", &format!("[connect.users]\n\"*\" = \"{me}\"\n"));
    // Every address is this machine's; what ssh knows of hosts is the test's.
    let conf = folder.join("ssh_config");
    let known = folder.join("known");
    let text = format!(
        "Host *\n HostName 127.0.0.1\n Port {}\n UserKnownHostsFile {}\n StrictHostKeyChecking accept-new\n IdentitiesOnly yes\n",
        sshd.port,
        known.display()
    );
    std::fs::write(&conf, text).unwrap();
    let real = Command::new("sh").args(["-c", "command -v ssh"]).output().unwrap();
    let real = String::from_utf8(real.stdout).unwrap().trim().to_string();
    let path = home.script("ssh", &format!("#!/bin/sh\nexec {real} -F {} \"$@\"\n", conf.display()));
    let mut t = account.open(&home, "my-bastion-host", &[], &[("PATH", &path)]);
    let before = t.styled();
    asks(&mut t, &format!("{me}@"));
    t.send("\r").until("ssh's screen", |t| !t.is_alternate());
    t.send("echo so''me''where $SSH_CONNECTION\r").until("the shell", |t| t.raw().contains("somewhere 127.0.0.1"));
    assert!(!t.is_alternate(), "the screen is ssh's");
    t.send("exit\r").sees("ssh to my-bastion-host has ended.");
    t.until("the same screen", |t| t.is_alternate() && t.styled()[..23] == before[..23]);
    // The end of the connection, while a full-screen program runs there.
    asks(&mut t, &format!("{me}@"));
    t.send("\r").until("ssh's screen", |t| !t.is_alternate());
    t.send("printf '\\033[?1049h\\033[?1000h'; echo over''there; kill -9 $PPID\r");
    t.sees("failed: ");
    t.send("q");
    assert_eq!(t.ended().exit_code(), 0);
    // By a one-time key alone. What EC2 Instance Connect does with it on an instance, a file does here.
    std::fs::remove_file(&key).unwrap();
    let authorized = folder.join("authorized");
    let script =
        format!("#!/bin/sh\ncp \"$2.pub\" {}\nexec {real} -F {} \"$@\"\n", authorized.display(), conf.display());
    let path = home.script("ssh", &script);
    let run = runtime_folder(&home);
    let mut t = account.open(&home, "my-bastion-host", &[], &[("PATH", &path), ("XDG_RUNTIME_DIR", &run)]);
    asks(&mut t, "ssh with a one-time key");
    t.send("o").until("ssh's screen", |t| !t.is_alternate());
    t.send("echo let''in $SSH_CONNECTION\r").until("the shell", |t| t.raw().contains("letin 127.0.0.1"));
    t.send("exit\r").sees("ssh to my-bastion-host has ended.");
    assert_eq!(std::fs::read_dir(&run).unwrap().count(), 0);
    t.send("q");
    assert_eq!(t.ended().exit_code(), 0);
}
