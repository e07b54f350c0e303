//! A rolling change that runs a command over ssh, with a recorder in ssh's place: it is started with the words that the plan shows, its end is in the
//! run's record, and names are none of its words.

use std::time::Duration;

use super::account::Account;
use super::connecting::{key_file, recorder, words};
use crate::support::terminal::{Home, Terminal};

const COMMAND: &str = "sudo systemctl restart app; echo $(id) -oProxyCommand=y";

/// From the palette's line to the plan: a form may wait for what it looks for.
fn to_the_plan(t: &mut Terminal, line: &str) {
    t.send(&format!(":{line}\r"));
    for _ in 0..20 {
        let is_plan = |t: &Terminal| t.text().contains("copy command");
        let waits = |t: &Terminal| t.text().contains('✗') || t.text().contains("Looking for");
        t.until("the plan, or a form that is right", |t| {
            is_plan(t) || (t.text().contains("Continue to the plan") && !waits(t))
        });
        if is_plan(t) {
            return;
        }
        t.send("\x1b\r");
        if t.gives(Duration::from_secs(2), is_plan) {
            return;
        }
    }
    panic!("no plan:\n{}", t.text());
}

fn journal(home: &Home) -> String {
    std::fs::read_to_string(home.path().join(".state/skydeck/journal.jsonl")).unwrap_or_default()
}

fn confirm(t: &mut Terminal, name: &str) {
    t.send(name);
    t.agrees();
    t.sees("last four digits");
    t.send("0000\r");
}

#[test]
fn ssh_is_started_with_the_words_of_the_plan_and_its_end_is_in_the_record() {
    let (account, home) = (Account::new(), Home::new());
    let key = key_file(&home, 0o400);
    let path = recorder(&home, "ssh", "echo one; echo restarted web; echo warned >&2");
    let id = account.id(&home, "my-bastion-host");
    let name = "-oProxyCommand=x";
    account.rename(&id, name);
    let mut t = account.open(&home, &format!("id={id}"), &[], &[("PATH", &path)]);
    t.resize(120, 40);
    to_the_plan(&mut t, &format!("roll what=command command=\"{COMMAND}\""));
    assert!(t.text().contains("What the command changes is not known here"), "{}", t.text());
    confirm(&mut t, name);
    t.until("the end", |_| journal(&home).contains("\"ended\""));
    let all = words(&home);
    let quiet = [
        "-o",
        "BatchMode=yes",
        "-o",
        "ConnectTimeout=20",
        "-o",
        "ServerAliveInterval=15",
        "-o",
        "ServerAliveCountMax=4",
        "-n",
    ];
    let n = quiet.len();
    assert_eq!(all[..n], quiet);
    assert_eq!(all[n..n + 2], ["-i".to_string(), key.display().to_string()]);
    assert!(all[n + 2].starts_with("ec2-user@"), "{all:?}");
    assert_eq!(all[n + 3..], ["--", COMMAND]);
    let said = journal(&home);
    assert!(said.contains("exit status 0: restarted web") && said.contains("RunCommand"), "{said}");
    t.send(":runs\r").sees("timeline, script");
    t.send("\r\r").sees("Timeline").sees("exit status 0: restarted web");
    t.send("\x1b\x1b\x1bq");
}

#[test]
fn a_status_that_is_not_0_halts_the_change_and_read_only_mode_starts_nothing() {
    let (account, home) = (Account::new(), Home::new());
    let path = recorder(&home, "ssh", "echo oh no >&2; exit 3");
    let mut t = account.open(&home, "my-bastion-host", &["--read-only"], &[("PATH", &path)]);
    t.send(":roll what=command command=uptime\r");
    t.until("why not", |t| t.text().to_lowercase().contains("read-only"));
    t.send("\x1b\r\r\x1b\x1b");
    t.send("q");
    drop(t);
    assert!(words(&home).is_empty() && !journal(&home).contains("RunCommand"));
    let mut t = account.open(&home, "my-bastion-host", &[], &[("PATH", &path)]);
    to_the_plan(&mut t, "roll what=command command=uptime");
    confirm(&mut t, "my-bastion-host");
    t.until("the outcome", |_| journal(&home).contains("\"failed\""));
    assert!(journal(&home).contains("exit status 3: oh no"), "{}", journal(&home));
    assert_eq!(words(&home).last().map(String::as_str), Some("uptime"));
    t.send("\x1bq");
}
