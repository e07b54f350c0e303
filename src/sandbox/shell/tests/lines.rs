//! Lines, words, files and the session around them.

use proptest::prelude::*;

use super::*;

#[test]
fn it_says_that_it_is_simulated_and_what_it_knows() {
    let mut bench = Bench::of(WorldSpec::Demo);
    let banner = bench.enter("my-bastion-host");
    assert!(banner.contains("Amazon Linux 2023") && banner.contains("simulated by Skydeck"), "{banner}");
    let prompt = bench.shell.as_ref().map(|s| s.prompt(&bench.sandbox.world())).unwrap_or_default();
    assert!(prompt.starts_with("[ec2-user@ip-10-1-0-") && prompt.ends_with(" ~]$ "), "{prompt}");
    let text = bench.run("foo");
    assert!(text.starts_with("-bash: foo: command not found\n(simulated by Skydeck"), "{text}");
    assert_eq!(bench.status(), "127");
    assert!(bench.run("apt-get update").contains("command not found"), "Amazon Linux has no apt-get");
    let help = bench.run("help");
    for word in
        ["sudo", "dnf", "systemctl", "curl", "ping", "lsblk", "mkfs", "mount", "df", "stress", "top", "ip a", "exit"]
    {
        assert!(help.contains(word), "{word}: {help}");
    }
    let (mut bench, id) = Bench::launched("noble", "t3.micro", "", &[22]);
    assert!(bench.enter(&id).contains("Ubuntu 24.04"));
    assert!(bench.run("dnf install nginx").starts_with("dnf: command not found"));
    let prompt = bench.shell.as_ref().map(|s| s.prompt(&bench.sandbox.world())).unwrap_or_default();
    assert!(prompt.starts_with("ubuntu@ip-172-31-") && prompt.ends_with(":~$ "), "{prompt}");
}

#[test]
fn lists_pipes_redirects_and_what_is_filled_in_work_as_in_a_shell() {
    let mut bench = Bench::demo();
    for (line, want) in [
        ("echo a; echo b && false || echo c", "a\nb\nc\n"),
        ("false && echo no; echo $?", "1\n"),
        ("X='a b'; echo \"$X\" $X ${X}", "a b a b a b\n"),
        ("echo one > f; echo two >> f; cat f | wc -l", "2\n"),
        ("echo $(hostname -f) | grep -c compute.internal", "1\n"),
        (
            "if [ ]; then echo x; fi",
            "-bash: [: command not found\n(simulated by Skydeck: this shell knows the commands that help lists, and no others)\n",
        ),
        ("if command -v dnf > /dev/null; then echo dnf; else echo apt; fi", "dnf\n"),
        ("ls -1", "f\n"),
        ("cat < f | head -1", "one\n"),
        ("cat nothing 2>/dev/null; echo $?", "1\n"),
        ("cat nothing 2>&1 | grep -c 'No such'", "1\n"),
        ("whoami; sudo whoami", "ec2-user\nroot\n"),
        ("cd /etc && pwd && cd && pwd", "/etc\n/home/ec2-user\n"),
        ("echo 'a;b|c' \"d $(echo e)\"", "a;b|c d e\n"),
        ("while true; do echo; done", "The simulated shell does not do while.\n"),
        ("for i in 1 'b c' $(echo d e); do echo \"<$i>\"; done", "<1>\n<b c>\n<d>\n<e>\n"),
        (
            "for i in {1..3}; do for j in a b; do echo $i$j; done; done | wc -l",
            "The simulated shell has no pipe and no redirect behind done and fi: put it behind the commands within.\n",
        ),
        ("for n in $(seq 2 4); do echo web-$n > n$n; done; ls; cat n3; rm n*", "f  n2  n3  n4\nweb-3\n"),
        ("for i in; do echo never; done; echo $?", "0\n"),
        ("seq 3 | grep '[12]' | wc -l", "2\n"),
        ("echo one >> f; grep -n '^o.e$' f | grep -c ':'", "2\n"),
        ("cat f | grep -v 'tw*o'", "one\none\n"),
        ("grep -E 'two|three' f | tee g; cat g; rm g", "two\ntwo\n"),
        (
            "grep '\\(a\\)' f",
            "grep: a group in a pattern is not simulated. What is: grep [-i] [-v] [-c] [-n] [-E] PATTERN [FILE…]\n",
        ),
        ("rm *", ""),
        ("ls", ""),
    ] {
        assert_eq!(bench.run(line), want, "{line}");
    }
}

#[test]
fn a_file_is_written_by_several_lines_and_an_editor_says_what_to_use() {
    let mut bench = Bench::demo();
    assert!(!bench.prompt().starts_with('>'));
    assert_eq!(bench.run("cat > page <<EOF"), "");
    assert_eq!(bench.prompt(), "> ");
    assert_eq!(bench.run("  from $(whoami)"), "");
    assert_eq!(bench.run("EOF"), "");
    assert_eq!(bench.run("cat page"), "  from ec2-user\n");
    assert_eq!(bench.run("cat > page <<'END'"), "");
    assert_eq!(bench.run("$(whoami)"), "");
    assert_eq!(bench.run("END"), "");
    assert_eq!(bench.run("cat page"), "$(whoami)\n");
    assert_eq!(bench.run("for i in a b"), "");
    assert_eq!(bench.run("do"), "");
    assert_eq!(bench.run("echo $i"), "");
    assert_eq!(bench.run("done"), "a\nb\n");
    // Ctrl-C and Ctrl-D end what has begun, and not the session.
    bench.run("cat <<EOF");
    let shell = bench.shell.as_mut().expect("logged in");
    bench.sandbox.within(|w, now| shell.interrupt(w, now));
    assert!(!bench.prompt().starts_with('>'));
    bench.run("cat <<EOF");
    bench.shell.as_mut().expect("logged in").end_of_file();
    assert_eq!(bench.run(""), "");
    assert_eq!(bench.run("echo still here"), "still here\n");
    for name in ["vi", "vim", "nano"] {
        let said = bench.run(&format!("{name} /etc/hosts"));
        assert!(said.starts_with(&format!("{name}: editors are not simulated. To write /etc/hosts: cat > ")), "{said}");
        assert!(said.contains("sudo tee -a /etc/hosts"), "{said}");
    }
    assert_eq!(bench.run("echo 10.0.0.1 db | sudo tee -a /etc/hosts"), "10.0.0.1 db\n");
    assert_eq!(bench.run("grep -c db /etc/hosts"), "1\n");
}

#[test]
fn a_loop_within_loops_ends() {
    let mut bench = Bench::demo();
    let inner = "for a in {1..900}; do for b in {1..900}; do for c in {1..900}; do true; done; done; done";
    assert!(bench.run(inner).contains("one line carries out at most 2000 commands"));
    assert!(bench.run(&format!("echo $({inner})")).contains("at most 2000 commands"));
    assert_eq!(bench.run("echo on"), "on\n");
}

#[test]
fn rights_are_those_of_the_real_system() {
    let mut bench = Bench::demo();
    for (line, want) in [
        ("echo hi > /usr/share/x", "bash: /usr/share/x: Permission denied\n"),
        ("sudo echo hi > /usr/share/x", "bash: /usr/share/x: Permission denied\n"),
        ("echo hi | sudo tee /usr/share/x", "hi\n"),
        ("cat /usr/share/x", "hi\n"),
        ("mkdir /data", "mkdir: cannot create directory ‘/data’: Permission denied\n"),
        ("sudo mkdir /data && echo a > /tmp/b && cat /tmp/b", "a\n"),
        ("sudo cd /", "sudo: cd: command not found\n"),
        ("sudo -i", ""),
        ("whoami; pwd", "root\n/root\n"),
        ("exit", "logout\n"),
        ("whoami", "ec2-user\n"),
    ] {
        assert_eq!(bench.run(line), want, "{line}");
    }
    assert!(bench.run("dnf install -y nginx").contains("superuser privileges"));
    assert!(bench.run("systemctl stop sshd").contains("Interactive authentication required"));
}

#[test]
fn leaving_stopping_and_rebooting_end_the_session() {
    let mut bench = Bench::demo();
    assert!(bench.run("exit 3").ends_with("closed.\n"));
    let turn = |bench: &mut Bench| {
        let shell = bench.shell.as_mut().expect("a shell");
        bench.sandbox.within(|w, now| shell.turn(w, now))
    };
    assert_eq!(turn(&mut bench).next, Next::Over(3));

    bench.enter("my-bastion-host");
    bench.run("echo kept > f; stress -c 1 &");
    let text = bench.run("sudo reboot");
    assert!(text.contains("closed by remote host."), "{text}");
    bench.pass(60);
    bench.enter("my-bastion-host");
    assert_eq!(bench.run("cat f"), "kept\n", "the disk stays");

    let id = bench.id("my-bastion-host");
    bench.run("echo x");
    bench.ask(&format!("StopInstances&InstanceId.1={id}"));
    let cut = turn(&mut bench);
    assert!(cut.text.contains("closed by remote host.") && cut.next == Next::Over(255), "{cut:?}");
    bench.pass(60);
    assert!(bench.sandbox.within(|w, now| Shell::log_in(w, SEOUL, &id, "ec2-user", now)).is_none(), "it is stopped");
}

#[test]
fn a_shutdown_from_inside_stops_the_instance_with_awss_reason() {
    let (mut bench, id) = Bench::launched("al2023", "t3.micro", "", &[22]);
    bench.enter(&id);
    bench.run("sudo shutdown -h now");
    bench.pass(60);
    let text = bench.ask(&format!("DescribeInstances&InstanceId.1={id}"));
    assert!(text.contains("<name>stopped</name>") && text.contains("Client.InstanceInitiatedShutdown"), "{text}");
}

#[test]
fn ctrl_c_ends_what_goes_on_and_ping_says_what_it_counted() {
    let mut bench = Bench::demo();
    let shell = bench.shell.as_mut().expect("a shell");
    shell.enter("ping 8.8.8.8");
    let mut text = String::new();
    for _ in 0..3 {
        let turn = bench.sandbox.within(|w, now| shell.turn(w, now));
        text.push_str(&turn.text);
        let Next::At(time) = turn.next else { panic!("it goes on: {turn:?}") };
        bench.clock.advance(time.since(bench.clock.now()));
    }
    assert!(
        text.starts_with("PING 8.8.8.8 (8.8.8.8) 56(84) bytes of data.\n64 bytes from 8.8.8.8: icmp_seq=1 ttl="),
        "{text}"
    );
    let end = bench.sandbox.within(|w, now| shell.interrupt(w, now));
    assert!(
        end.starts_with("^C\n\n--- 8.8.8.8 ping statistics ---\n3 packets transmitted, 3 received, 0% packet loss"),
        "{end}"
    );
    assert_eq!(bench.status(), "130");
}

#[test]
fn what_a_line_writes_is_bounded() {
    let mut bench = Bench::demo();
    bench.run("echo 0123456789012345678901234567890123456789012345678901234567890123456789 > a");
    for _ in 0..9 {
        bench.run("cat a a > b; cat b > a");
    }
    let long = "cat a; ".repeat(40);
    let text = bench.run(&long);
    assert!(text.len() < 70 * 1024 && text.contains("ends here"), "{}", text.len());
    let name = "x".repeat(20_000);
    assert!(bench.run(&name).contains("at most"));
    let deep = format!("echo {}a{}", "$(echo ".repeat(30), ")".repeat(30));
    assert!(bench.run(&deep).contains("at most 8 deep"));
}

/// Words of which lines are made that nearly mean something.
const WORDS: &[&str] = &[
    "sudo",
    "apt-get",
    "dnf",
    "install",
    "-y",
    "nginx",
    "httpd",
    "systemctl",
    "start",
    "stop",
    "status",
    "enable",
    "--now",
    "curl",
    "-s",
    "-m",
    "5",
    "http://localhost",
    "http://10.1.10.4:8080/x",
    "http://169.254.169.254/latest/meta-data/",
    "localhost",
    "hostname",
    "-f",
    "ping",
    "-c",
    "2",
    "8.8.8.8",
    "10.1.0.250",
    "lsblk",
    "mkfs",
    "-t",
    "xfs",
    "ext4",
    "/dev/nvme0n1",
    "/dev/nvme1n1",
    "/dev/sdf",
    "mount",
    "umount",
    "/data",
    "/mnt",
    "df",
    "-h",
    "stress",
    "--cpu",
    "1",
    "--timeout",
    "10s",
    "top",
    "-n",
    "1",
    "ip",
    "a",
    "r",
    "exit",
    "ssh",
    "ec2-user@10.1.10.5",
    "kill",
    "%1",
    "1204",
    "pkill",
    "jobs",
    "ps",
    "aux",
    "cat",
    "/etc/fstab",
    "echo",
    "$HOME",
    "$(hostname)",
    "`id`",
    ">",
    ">>",
    "<",
    "|",
    "&&",
    "||",
    ";",
    "&",
    "2>&1",
    "'a b'",
    "\"$X\"",
    "X=1",
    "*",
    "/tmp/*",
    "..",
    "tee",
    "-a",
    "growpart",
    "resize2fs",
    "xfs_growfs",
    "/",
    "reboot",
    "shutdown",
    "-h",
    "now",
    "mkdir",
    "-p",
    "rm",
    "-r",
    "cp",
    "mv",
    "chown",
    "-R",
    "chmod",
    "777",
    "if",
    "then",
    "else",
    "fi",
    "\u{1b}[31m",
    "열쇠",
    "\u{202e}x",
    "-",
    "--",
    "~",
    "su",
    "nc",
    "-z",
    "22",
    "sleep",
    "export",
    "help",
    "history",
    "which",
    "grep",
    "for",
    "in",
    "do",
    "done",
    "seq",
    "{1..9}",
    "vi",
    "<<",
    "EOF",
    "tee",
    "wc",
    "-l",
    "blkid",
    "file",
    "free",
    "uptime",
];

fn check(text: &str) {
    assert!(text.len() < 100 * 1024, "{}", text.len());
    let obeyed = text.chars().find(|c| crate::base::text::is_treacherous(*c) && *c != '\n');
    assert_eq!(obeyed, None, "{text:?}");
}

/// A line until its end, or until it has gone on for a while and is interrupted.
fn endure(bench: &mut Bench, line: &str) {
    let Some(shell) = bench.shell.as_mut() else { return };
    shell.enter(line);
    for _ in 0..25 {
        let turn = bench.sandbox.within(|w, now| shell.turn(w, now));
        check(&turn.text);
        match turn.next {
            Next::At(time) => bench.clock.advance(time.since(bench.clock.now())),
            Next::Line => return,
            Next::Over(_) => {
                bench.shell = None;
                bench.pass(90);
                return;
            }
        }
    }
    check(&bench.sandbox.within(|w, now| shell.interrupt(w, now)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_line_whatever_makes_it_panic_or_speak_to_the_terminal(lines in prop::collection::vec("\\PC{0,60}|[ -~\\n\\t]{0,80}", 1..8)) {
        let mut bench = Bench::demo();
        for line in &lines {
            endure(&mut bench, line);
        }
    }

    #[test]
    fn no_sequence_of_commands_breaks_the_world(lines in prop::collection::vec(prop::collection::vec(prop::sample::select(WORDS), 1..9), 1..14)) {
        let mut bench = Bench::demo();
        for words in &lines {
            if bench.shell.is_none() {
                break;
            }
            endure(&mut bench, &words.join(" "));
        }
        bench.pass(400);
        let world = bench.sandbox.world();
        let state = &world.peek(SEOUL).expect("the region").ec2;
        for i in state.instances.values() {
            for (_, volume) in &i.volumes {
                let at = state.volumes.get(volume).and_then(|v| v.attachment.as_ref());
                prop_assert!(at.is_some_and(|a| a.instance == i.id), "{} and {volume}", i.id);
            }
            if let Some(inside) = i.now_inside() {
                prop_assert!(inside.processes.len() <= 200 && inside.mounts.iter().all(|(_, v)| state.volumes.contains_key(v)));
            }
        }
        let saved = serde_json::to_string(&*world).expect("it can be saved");
        prop_assert!(serde_json::from_str::<crate::sandbox::world::World>(&saved).is_ok());
    }
}
