//! Without a terminal: `get`, exit statuses, and one sentence on standard error for each thing that is wrong.

use rustix::process::Signal;

use crate::account::{Account, KEYS, REGION};
use crate::support::terminal::Home;

fn refused(args: &[&str], env: &[(&str, &str)], says: &[&str]) {
    let ended = Home::new().run_with(args, env);
    assert_eq!(ended.status, Some(2), "{args:?}: {ended:?}");
    assert_eq!(ended.out, "", "{args:?}");
    for word in says {
        assert!(ended.err.contains(word), "{args:?}: {word:?} in {:?}", ended.err);
    }
    assert_eq!(ended.err.trim_end().lines().count(), 1, "{args:?}: one sentence, not {:?}", ended.err);
}

#[test]
fn wrong_usage_is_one_sentence_with_the_nearest_name_and_status_2() {
    refused(&["--sandbox", "instanses"], &[], &["instanses", "instances"]);
    refused(&["get", "--sandbox", "instanses"], &[], &["instanses", "instances"]);
    refused(&["get", "--sandbox", "instances", "stat:running"], &[], &["stat", "state"]);
    refused(&["--sandbox", "instances", "stat:running"], &[], &["stat", "state"]);
    refused(&["--sandbox", "--theme", "lite"], &[], &["lite", "light"]);
    refused(&["--sandbox", "--keymap", "vimm"], &[], &["vimm", "vim"]);
    refused(&["--sandbox", "--region", "ap-northeast-22"], &[], &["ap-northeast-22", "ap-northeast-2"]);
    refused(&["--sandbox=dmeo"], &[], &["dmeo", "demo"]);
    refused(&["--profile", "prod"], &[], &["profile prod"]);
    refused(&["get", "--sandbox", "objects"], &[], &["--of"]);
    refused(&["cidr", "10.0.0.0/99"], &[], &["10.0.0.0/99"]);
    refused(&["cidr", "010.0.0.0/16"], &[], &["010.0.0.0/16", "leading zeros"]);
    refused(&["cidr", "10.0.0.0/016"], &[], &["10.0.0.0/016", "leading zeros"]);
    refused(&["cidr", "fe80::1/010"], &[], &["fe80::1/010", "leading zeros"]);
    refused(&["cidr", "10.10.1.2"], &[], &["10.10.1.2", "10.1.0.0/16"]);
    refused(&["cidr", "split", "10.1.0.0/16"], &[], &["--into", "--prefix"]);
    refused(&["cidr", "split", "10.1.0.0/24", "--prefix", "16"], &[], &["/16 is larger than 10.1.0.0/24"]);
    refused(&["cidr", "split", "10.0.0.0/8", "--prefix", "28"], &[], &["1048576", "65536"]);
    refused(&["get", "--sandbox", "instances", "ip:010.1.0.0/16"], &[], &["010.1.0.0/16"]);
}

#[test]
fn an_address_with_a_size_is_answered_with_its_range_and_that_it_lies_in_it() {
    let home = Home::new();
    for (typed, lines) in [
        (
            "10.10.1.2/26",
            [
                "address    10.10.1.2  (AWS keeps it of a subnet: the DNS server)",
                "network    10.10.1.0/26",
                "in AWS     59 of a subnet, 10.10.1.4 to 10.10.1.62: AWS keeps 5",
            ],
        ),
        ("10.10.1.9/26", ["address    10.10.1.9", "first      10.10.1.1", "last       10.10.1.62"]),
        ("10.10.1.9/255.255.255.192", ["network    10.10.1.0/26", "broadcast  10.10.1.63", "usable     62"]),
        ("10.10.1.0/26", ["mask       255.255.255.192", "wildcard   0.0.0.63", "size       64"]),
        (
            "10.0.0.4/31",
            [
                "first      10.0.0.4",
                "usable     2",
                "in AWS     10.0.0.4/31 is too small: a VPC or subnet is a /28 at least",
            ],
        ),
        (
            "2600:1f14:abc:d00::5/56",
            [
                "address    2600:1f14:abc:d00::5",
                "network    2600:1f14:abc:d00::/56",
                "last       2600:1f14:abc:dff:ffff:ffff:ffff:ffff",
            ],
        ),
        (
            "::/0",
            [
                "network    ::/0",
                "size       340282366920938463463374607431768211456",
                "in AWS     ::/0 is too large: a VPC or subnet is a /44 at most",
            ],
        ),
    ] {
        let ended = home.run(&["cidr", typed]);
        assert_eq!((ended.status, ended.err.as_str()), (Some(0), ""), "{typed}");
        for line in lines {
            assert!(ended.out.lines().any(|l| l == line), "{typed}: {line} in {}", ended.out);
        }
    }
    assert!(!home.run(&["cidr", "10.10.1.0/26"]).out.contains("address "));
    let split = home.run(&["cidr", "split", "10.1.0.0/16", "--into", "6"]);
    let lines: Vec<&str> = split.out.lines().collect();
    assert_eq!(
        (lines.len(), lines[0], lines[6]),
        (7, "10.1.0.0/19    8187 usable in AWS, 10.1.0.4 to 10.1.31.254", "10.1.192.0/18  free")
    );
    let json: serde_json::Value =
        serde_json::from_str(&home.run(&["cidr", "split", "10.1.0.0/16", "--prefix", "24", "-o", "json"]).out).unwrap();
    assert_eq!(
        (json["parts"].as_array().unwrap().len(), json["parts"][255]["aws"]["usable"].as_u64()),
        (256, Some(251))
    );
}

#[test]
fn a_profile_that_is_nearly_there_is_named() {
    let home = Home::new();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "[profile production]\nregion = eu-west-1\n").unwrap();
    let env = [("AWS_CONFIG_FILE", file.path().to_str().unwrap())];
    let ended = home.run_with(&["--profile", "prodution"], &env);
    assert_eq!(ended.status, Some(2), "{ended:?}");
    assert!(ended.err.contains("production"), "{ended:?}");
}

#[test]
fn what_an_instance_wrote_to_its_console_is_printed() {
    let home = Home::new();
    let at = |which: &str| home.run(&["console-output", which, "--sandbox"]);
    let ended = at("my-bastion-host");
    assert_eq!((ended.status, ended.err.as_str()), (Some(0), ""), "{ended:?}");
    assert!(ended.out.contains("login:") && ended.out.ends_with('\n'), "{}", ended.out);
    assert!(!ended.out.contains('\u{1b}'), "nothing in it steers a terminal");
    let ended = at("my-bastion");
    assert_eq!((ended.status, ended.out.as_str()), (Some(1), ""), "{ended:?}");
    assert!(ended.err.contains("There is no instance my-bastion, in ap-northeast-2."), "{ended:?}");
    let ended = at("i-0123456789abcdef0");
    assert!(ended.status == Some(1) && ended.err.contains("no instance i-0123456789abcdef0"), "{ended:?}");
    let ended = home.run(&["console-output", "--sandbox"]);
    assert!(ended.status == Some(2) && ended.err.contains("INSTANCE is missing"), "{ended:?}");
}

#[test]
fn several_instances_of_a_name_are_told_apart_by_their_ids() {
    let (account, home) = (Account::new(), Home::new());
    let of = |which: &str| {
        let args = ["console-output", which, "--region", REGION, "--endpoint-url", &account.url];
        home.run_with(&args, &KEYS)
    };
    let (one, two) = (account.id(&home, "my-bastion-host"), account.id(&home, "my-private-ec2"));
    account.rename(&one, "twin");
    account.rename(&two, "twin");
    let ended = of("twin");
    assert_eq!((ended.status, ended.out.as_str()), (Some(2), ""), "{ended:?}");
    assert!(ended.err.contains("2 instances are called twin") && ended.err.contains(&one), "{ended:?}");
    assert_eq!(of(&two).status, Some(0));
}

#[test]
fn a_console_that_is_followed_is_printed_as_it_goes_on_until_ctrl_c() {
    let (account, home) = (Account::new(), Home::new());
    let id = account.id(&home, "my-bastion-host");
    let args = ["console-output", "my-bastion-host", "-f", "--region", REGION, "--endpoint-url", &account.url];
    let mut t = home.open(&args, &KEYS);
    let boots = |text: &str| text.matches("Linux version").count();
    t.until("a boot", |t| boots(&t.raw()) == 1);
    account.post("RebootInstances", &[("InstanceId.1", &id)]);
    t.until("another one", |t| boots(&t.raw()) == 2);
    t.signal(Signal::INT);
    assert!(!t.ended().success());
}

#[test]
fn an_unknown_option_is_wrong_usage() {
    let ended = Home::new().run(&["--sandbx"]);
    assert_eq!((ended.status, ended.out.as_str()), (Some(2), ""));
    assert!(ended.err.contains("--sandbox"), "{}", ended.err);
}

#[test]
fn the_console_without_a_terminal_says_what_to_use_instead() {
    let ended = Home::new().run(&["--sandbox"]);
    assert_eq!(ended.status, Some(1), "{ended:?}");
    assert!(ended.err.contains("skydeck get"), "{ended:?}");
}

#[test]
fn get_lists_as_table_json_and_csv() {
    let home = Home::new();
    let table = home.run(&["get", "instances", "state:running", "--sandbox"]);
    assert_eq!((table.status, table.err.as_str()), (Some(0), ""), "{table:?}");
    assert!(table.out.contains("my-bastion-host") && !table.out.contains("my-openvpn-ec2"));
    assert!(!table.out.contains('\x1b') && !table.out.contains('\u{9b}'), "strangers' text stays text");

    let json = home.run(&["get", "instances", "state:running", "-o", "json", "--sandbox"]);
    assert_eq!(json.status, Some(0), "{json:?}");
    let rows: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), table.out.trim_end().lines().count() - 1, "a heading and a line each");
    for row in rows {
        let keys: Vec<&String> = row.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["kind", "id", "name", "account", "profile", "region", "state", "tags", "facts"]);
        assert_eq!(row["state"], "running");
        assert_eq!(row["account"], "000000000000");
    }

    let csv = home.run(&["get", "instances", "state:running", "-o", "csv", "--sandbox"]);
    assert_eq!(csv.status, Some(0), "{csv:?}");
    let mut reader = csv::Reader::from_reader(csv.out.as_bytes());
    let width = reader.headers().unwrap().len();
    let records: Vec<csv::StringRecord> = reader.records().map(|r| r.unwrap()).collect();
    assert_eq!(records.len(), rows.len());
    assert!(records.iter().all(|r| r.len() == width));
}

#[test]
fn get_of_nothing_is_complete_and_empty() {
    let ended = Home::new().run(&["get", "instances", "nosuchthing", "-o", "json", "--sandbox"]);
    assert_eq!((ended.status, ended.out.trim()), (Some(0), "[]"), "{ended:?}");
}

#[test]
fn get_without_credentials_fails_with_a_sentence_and_status_1() {
    let ended = Home::new().run(&["get", "instances", "--region", "eu-west-1"]);
    assert_eq!((ended.status, ended.out.as_str()), (Some(1), ""), "{ended:?}");
    assert!(ended.err.contains("credentials"), "{ended:?}");
}

#[test]
fn what_needs_no_account_prints_and_ends_with_0() {
    let home = Home::new();
    for (args, says) in [
        (&["completions", "bash"][..], "_skydeck"),
        (&["completions", "zsh"], "#compdef skydeck"),
        (&["complete", "--", "get", "vol"], "volumes\t"),
        (&["man", "get"], ".TH skydeck-get 1"),
        (&["completions", "fish"], "skydeck"),
        (&["man"], ".TH skydeck"),
        (&["policy"], "ec2:TerminateInstances"),
        (&["policy", "--read-only"], "ec2:DescribeInstances"),
        (&["config", "--default"], "theme"),
        (&["config"], "journal"),
        (&["config", "--check"], "no problems"),
        (&["cidr", "10.1.0.0/24"], "251"),
        (&["--version"], env!("CARGO_PKG_VERSION")),
        (&["--help"], "--sandbox"),
    ] {
        let ended = home.run(args);
        assert_eq!((ended.status, ended.err.as_str()), (Some(0), ""), "{args:?}");
        assert!(ended.out.contains(says), "{args:?}: {}", ended.out);
    }
    let read_only = home.run(&["policy", "--read-only"]).out;
    assert!(!read_only.contains("Terminate") && !read_only.contains("Stop"));
}

/// Every command that prints, and its status.
const PRINT: &[(&str, i32)] = &[
    ("completions bash", 0),
    ("completions zsh", 0),
    ("completions fish", 0),
    ("completions elvish", 0),
    ("completions powershell", 0),
    ("man", 0),
    ("policy", 0),
    ("policy --read-only", 0),
    ("config", 0),
    ("config --default", 0),
    ("config --check", 0),
    ("cidr 10.0.0.0/16", 0),
    ("cidr split 10.0.0.0/16 --prefix 24", 0),
    ("check --sandbox", 0),
    ("get instances --sandbox", 0),
    ("get instances --sandbox -o json", 0),
    ("get instances --sandbox -o csv", 0),
    ("get instances --sandbox -o jsonl", 0),
    ("get instances --sandbox -o yaml", 0),
    ("get instances --sandbox -o markdown", 0),
    ("get instances --sandbox -o wide", 0),
    ("get instances --sandbox -o ids", 0),
    ("--help", 0),
    ("get --help", 0),
    ("--version", 0),
];

fn printing(home: &Home, line: &str, to: impl Into<std::process::Stdio>) -> std::process::Output {
    let mut command = std::process::Command::new(crate::support::terminal::BINARY);
    command.args(line.split(' ')).env_clear().envs(home.env()).stdin(std::process::Stdio::null()).stdout(to);
    command.stderr(std::process::Stdio::piped()).spawn().unwrap().wait_with_output().unwrap()
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let home = Home::new();
    for (line, status) in PRINT {
        let (read, write) = std::io::pipe().unwrap();
        drop(read);
        let ended = printing(&home, line, write);
        let told = String::from_utf8_lossy(&ended.stderr);
        assert_eq!((ended.status.code(), told.as_ref()), (Some(*status), ""), "{line}");
    }
}

#[test]
fn a_reader_that_leaves_in_the_middle_of_a_long_list_is_no_failure() {
    let home = Home::new();
    for output in ["table", "csv", "json", "jsonl", "yaml", "markdown", "ids"] {
        let script = format!(
            "set -o pipefail; {} get instances --sandbox=fleet:2000 -o {output} | head -n 1; echo ${{PIPESTATUS[0]}}",
            crate::support::terminal::BINARY
        );
        let ended =
            std::process::Command::new("bash").args(["-c", &script]).env_clear().envs(home.env()).output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
        assert_eq!((out.lines().last(), err.as_ref(), out.lines().count()), (Some("0"), "", 2), "{output}: {out}");
    }
}

#[test]
fn what_was_found_out_is_said_by_the_status_also_where_nobody_reads_to_the_end() {
    let home = Home::new();
    home.config("config.toml", "themme = \"dark\"\n");
    let (read, write) = std::io::pipe().unwrap();
    drop(read);
    assert_eq!(printing(&home, "config --check", write).status.code(), Some(1));
}

#[test]
fn a_full_disk_is_a_failure_with_one_sentence() {
    let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") else {
        eprintln!("left out: this system has no /dev/full to write to");
        return;
    };
    let home = Home::new();
    for (line, _) in PRINT {
        let ended = printing(&home, line, full.try_clone().unwrap());
        let told = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(1), "{line}: {told}");
        assert!(told.contains("standard output cannot be written to") && told.lines().count() == 1, "{line}: {told}");
    }
}

#[test]
fn nobody_who_reads_what_is_said_beside_the_rows_costs_no_row() {
    let home = Home::new();
    home.config("config.toml", "themme = \"dark\"\n");
    let (read, write) = std::io::pipe().unwrap();
    drop(read);
    let mut command = std::process::Command::new(crate::support::terminal::BINARY);
    command.args(["get", "regions", "--sandbox"]).env_clear().envs(home.env()).stdin(std::process::Stdio::null());
    let ended = command.stderr(write).output().unwrap();
    assert_eq!(ended.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&ended.stdout).contains("ap-northeast-2"));
}

#[test]
fn the_default_settings_are_valid_settings() {
    let home = Home::new();
    let default = home.run(&["config", "--default"]).out;
    home.config("config.toml", &default);
    let ended = home.run(&["config", "--check"]);
    assert_eq!(ended.status, Some(0), "{ended:?}");
}

#[test]
fn problems_of_the_settings_are_told_with_their_line_and_status_1() {
    let home = Home::new();
    home.config("config.toml", "theme = \"light\"\nthemme = \"dark\"\n");
    let ended = home.run(&["config", "--check"]);
    assert_eq!(ended.status, Some(1), "{ended:?}");
    assert!(ended.out.contains("config.toml:2") && ended.out.contains("theme"), "{ended:?}");
}

#[test]
fn what_only_the_console_understands_is_judged_with_its_line_as_well() {
    let home = Home::new();
    let lines =
        "view = \"instances stat:running\"\nregions = [\"eu-west-1\", \"eu-wset-1\"]\nsandbox.world = \"dmeo\"\n";
    home.config("config.toml", lines);
    let ended = home.run(&["config", "--check"]);
    assert_eq!(ended.status, Some(1), "{ended:?}");
    let told: Vec<&str> = ended.out.lines().map(|l| l.rsplit_once("config.toml").unwrap().1).collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[0].starts_with(":1:8: `view`: ") && told[0].contains("did you mean state"), "{told:?}");
    assert_eq!(told[1], ":2:25: `regions`: there is no region eu-wset-1; did you mean eu-west-1?");
    assert_eq!(told[2], ":3:17: `world`: there is no world dmeo; did you mean demo?");
    let ended = home.run(&["get", "regions", "--sandbox"]);
    assert_eq!(ended.status, Some(0), "each costs itself only: {ended:?}");
}

#[test]
fn a_new_log_is_for_its_owners_eyes() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let ended = home.run(&["get", "regions", "--sandbox", "--log", log.to_str().unwrap()]);
    assert_eq!(ended.status, Some(0), "{ended:?}");
    assert_eq!(std::fs::metadata(&log).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn what_a_stranger_wrote_is_shown_on_a_terminal_and_not_obeyed() {
    let home = Home::new();
    let args = ["get", "instances", "hostile", "--sandbox", "-o"];
    let name = "hostile \u{9b}31mred\u{9b}0m \u{202e}gnp.exe\u{202c} end";
    let escaped = r"hostile \u009b31mred\u009b0m \u202egnp.exe\u202c end";
    let shown = "hostile \u{fffd}31mred\u{fffd}0m \u{fffd}gnp.exe\u{fffd} end";
    let obeyed = |c: char| c.is_control() && !"\r\n".contains(c) || ('\u{202a}'..='\u{202e}').contains(&c);
    let piped = home.run(&[&args[..], &["json"]].concat()).out;
    assert!(piped.contains(escaped) && !piped.contains(obeyed), "{piped}");
    let rows: serde_json::Value = serde_json::from_str(&piped).unwrap();
    assert_eq!(rows[0]["name"], name, "to a parser it is the same");
    assert!(home.run(&[&args[..], &["csv"]].concat()).out.contains(name), "CSV has no other way to write it");
    assert!(home.run(&[&args[..], &["table"]].concat()).out.contains(shown), "a table is for readers");
    let yaml = escaped.replace("\\u", "\\U0000");
    for (output, shown) in
        [("json", escaped), ("jsonl", escaped), ("yaml", &yaml), ("csv", shown), ("markdown", shown), ("table", shown)]
    {
        let mut t = home.open(&[&args[..], &[output]].concat(), &[]);
        assert_eq!(t.ended().exit_code(), 0);
        t.until("all of it", |t| t.raw().contains(shown));
        assert!(!t.raw().contains(obeyed), "{output}: {:?}", t.raw());
    }
}

fn planned(args: &[&str]) -> crate::support::terminal::Ended {
    Home::new().run(&[&["plan", "--sandbox"], args].concat())
}

#[test]
fn a_plan_is_printed_with_what_it_touches_and_the_commands_and_nothing_is_done() {
    let text = planned(&["stop", "--on", "instances name:my-bastion-host"]);
    assert_eq!((text.status, text.err.as_str()), (Some(0), ""), "{text:?}");
    assert!(
        text.out.contains("running → stopped") && text.out.contains("aws ec2 stop-instances --instance-ids i-"),
        "{text:?}"
    );
    let sh = planned(&["change-type", "type=m5.large", "--on", "instances name:my-bastion-host", "-o", "sh"]);
    let lines: Vec<&str> = sh.out.lines().collect();
    assert_eq!(lines[1], "set -eu");
    for (line, words) in
        [(2, "stop-instances"), (3, "wait instance-stopped"), (4, "Value=m5.large"), (6, "wait instance-running")]
    {
        assert!(lines[line].contains(words), "{words}: {sh:?}");
    }
    let named = planned(&["detach", "--on", "volumes instance=my-private-ec2 device=/dev/sdz", "-o", "sh"]);
    assert_eq!(named.status, Some(1), "no such device: {named:?}");
    let named = planned(&["detach", "--on", "volumes instance=grafana"]);
    assert!(named.err.contains("root volume of grafana"), "found by its instance's name: {named:?}");
    let json = planned(&["deregister", "--on", "targets state:healthy", "-o", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(
        (json["confirm"].as_str(), json["steps"][0]["operation"].as_str()),
        (Some("type"), Some("DeregisterTargets"))
    );
    assert!(json["consequences"].as_array().unwrap().iter().any(|c| c["severity"] == "severe"));
}

#[test]
fn a_plan_says_what_it_costs_as_numbers_with_a_unit_and_whose_prices_they_are() {
    for (args, effect, amount, per) in [
        (&["create-volume", "size=20", "zone=ap-northeast-2a"][..], "adds", Some(1.824), Some("month")),
        (&["allocate"], "adds", Some(0.005), Some("hour")),
        (&["release", "--on", "addresses name:old-vpn"], "saves", Some(3.65), Some("month")),
        (&["stop", "--on", "instances name:my-bastion-host"], "saves", Some(0.0065), Some("hour")),
        // Windows: the list has no price of it.
        (&["stop", "--on", "instances name:legacy-erp"], "saves", None, None),
    ] {
        let ended = planned(&[args, &["-o", "json"]].concat());
        let json: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
        let cost = &json["cost"];
        assert_eq!(
            (cost["effect"].as_str(), cost["amount"].as_f64(), cost["per"].as_str()),
            (Some(effect), amount, per),
            "{args:?}: {cost}"
        );
        let list = (cost["currency"].as_str(), cost["prices"]["region"].as_str(), cost["prices"]["assumed"].as_bool());
        // The sandbox's account is in Seoul, which has a list of its own.
        let want = amount.map_or((None, None, None), |_| (Some("USD"), Some("ap-northeast-2"), Some(false)));
        assert_eq!(list, want, "{args:?}: {cost}");
    }
}

#[test]
fn a_plan_that_cannot_be_made_says_why_and_its_status_tells_the_cause() {
    let one = "instances name:my-bastion-host";
    for (args, status, word) in [
        (&["stpo"][..], 2, "Did you mean stop"),
        (&["stop"], 2, "--on 'instances QUERY'"),
        (&["stop", "--on", "buckets"], 2, "acts on instances, not on buckets"),
        (&["change-type", "type=t3", "--on", one], 2, "type: t3 is not an instance type"),
        (&["stop", "force=maybe", "--on", one], 2, "force is yes or no"),
        (&["set-desired-capacity", "desired=1", "--on", "auto-scaling-groups"], 2, "one row at a time"),
        (&["download", "--on", "objects"], 2, "--of"),
        (&["allocate", "foo=bar"], 2, "no argument foo"),
        (&["create-volume", "zone=nowhere"], 2, "zone cannot be nowhere"),
        (&["associate", "interface=eni-0a1", "--on", "addresses name:old-vpn"], 3, "is not known"),
        (&["start", "--on", one], 1, "Already running"),
        (&["stop", "--on", "instances name:nobody-has-this"], 1, "No instances match"),
    ] {
        let ended = planned(args);
        // What rests on something unknown is printed all the same.
        assert_eq!((ended.status, ended.out.is_empty()), (Some(status), status != 3), "{args:?}: {ended:?}");
        assert!(ended.err.contains(word), "{args:?}: {word:?} in {:?}", ended.err);
    }
}
