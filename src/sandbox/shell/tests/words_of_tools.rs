//! The words of real tools, asked of those that this machine has, beside what the simulated ones say.

use std::net::TcpListener;
use std::process::Command;

use super::*;

/// What a program writes on standard error, and its exit status; none if it is not there.
fn real(program: &str, arguments: &[&str]) -> Option<(String, i32)> {
    let ran =
        Command::new(program).args(arguments).env("LC_ALL", "C").stdin(std::process::Stdio::null()).output().ok()?;
    Some((String::from_utf8_lossy(&ran.stderr).into_owned(), ran.status.code()?))
}

#[test]
fn curl_says_what_the_real_one_says_of_a_port_where_nothing_listens() {
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
    let mut bench = Bench::demo();
    for (target, status) in [
        (format!("http://127.0.0.1:{port}/"), 7),
        ("http://no-such-name.invalid/".to_string(), 6),
        ("htp://x/".to_string(), 1),
        ("http://127.0.0.1:99999/".to_string(), 3),
    ] {
        let said = bench.run(&format!("curl -sS '{target}'"));
        assert_eq!(bench.status(), status.to_string(), "{target}: {said}");
        let Some((words, real_status)) = real("curl", &["-sS", "--noproxy", "*", &target]) else { return };
        assert_eq!(real_status, status, "{target}: {words}");
        // Versions differ in how they say it, not in what; what they share is the number and whom it is about.
        let head = |text: &str| {
            text.split(" after ").next().map(|t| t.split(':').take(2).collect::<String>()).unwrap_or_default()
        };
        if status == 7 || status == 6 {
            assert_eq!(head(&said).trim(), head(&words).trim());
        }
    }
}

#[test]
fn bash_and_the_small_tools_say_it_in_the_same_words() {
    let mut bench = Bench::demo();
    for line in [
        "cat /nope",
        "ls /nope",
        "cd /nope",
        "mkdir /tmp",
        "echo hi > /nope/x",
        "sleep x",
        "rm /nope",
        "touch /nope/x",
        "cat /tmp",
        "umount /nope",
        "head -n x /etc/hostname",
        "exit x",
    ] {
        let Some((words, status)) = real("bash", &["-c", line]) else { return };
        // bash names the line of what was given to it by -c.
        let words = words.replace("bash: line 1: ", "bash: ");
        let words = words.replace(['‘', '’'], "'").replace(
            "invalid time interval 'x'\nTry 'sleep --help' for more information.",
            "invalid time interval 'x'",
        );
        let said = bench.run(line);
        let said = said.replace(['‘', '’'], "'");
        assert_eq!(said.lines().next(), words.lines().next(), "{line}");
        if line != "exit x" {
            assert_eq!(bench.status(), status.to_string(), "{line}");
        } else {
            bench.enter("my-bastion-host");
        }
    }
}
