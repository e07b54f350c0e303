//! What `get` prints in each format, read back by readers that nobody here wrote: PyYAML and a Markdown parser.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use skydeck::base::text::visible;

use crate::support::aws::home;
use crate::support::left_out;
use crate::support::python::Python;

const BINARY: &str = env!("CARGO_BIN_EXE_skydeck");

/// The sandbox behind a socket: one account for several commands.
struct Account(Child, String);

impl Account {
    fn start() -> Account {
        let mut command = Command::new(BINARY);
        command.env_clear().env("HOME", "/nonexistent").args(["sandbox", "--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        Account(child, url.trim().to_string())
    }
    fn get(&self, args: &[&str]) -> String {
        let home = home("");
        let mut command = Command::new(BINARY);
        command.env_clear().env("HOME", home.path()).env("AWS_EC2_METADATA_DISABLED", "true");
        command.env("AWS_ACCESS_KEY_ID", "sandbox").env("AWS_SECRET_ACCESS_KEY", "sandbox").arg("get").args(args);
        command.args(["--region", "ap-northeast-2", "--endpoint-url", &self.1]);
        let out = command.output().unwrap();
        assert!(out.status.success() && out.stderr.is_empty(), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn readers_of_others_read_the_same_in_every_format() {
    if left_out("reading YAML and Markdown back") {
        return;
    }
    let account = Account::start();
    let python = Python::readers();
    // Names from strangers, texts with colons and quotes, times, lists, numbers as texts.
    for (kind, columns) in [
        ("instances", "name,id,type"),
        ("volumes", "name,id,zone"),
        ("security-groups", "name,id,description"),
        ("alarms", "name,metric,condition"),
        ("images", "name,id,owner"),
        ("load-balancers", "name,dns_name,type"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        for format in ["json", "yaml", "jsonl"] {
            write(format, &account.get(&[kind, "-o", format]));
        }
        write("markdown", &account.get(&[kind, "-o", "markdown", "-c", columns]));
        let csv = account.get(&[kind, "-o", "csv", "-c", columns]);
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes());
        let mut cells: Vec<Vec<String>> = Vec::new();
        for record in reader.records() {
            let shown = |cell: &str| if cell.is_empty() { "–".into() } else { visible(cell.trim()).into_owned() };
            cells.push(record.unwrap().iter().map(shown).collect());
        }
        let table = account.get(&[kind, "-c", columns]);
        cells[0] =
            table.lines().next().unwrap().split("  ").map(|t| t.trim().to_string()).filter(|t| !t.is_empty()).collect();
        write("cells", &serde_json::to_string(&cells).unwrap());
        let out = python.our("formats.py").arg(folder.path()).output().unwrap();
        assert!(out.status.success(), "{kind}: {}", String::from_utf8_lossy(&out.stderr));
    }
}

#[test]
fn a_list_shows_what_was_asked_for_by_name() {
    let account = Account::start();
    let lines = |args: &[&str]| account.get(args).lines().map(ToString::to_string).collect::<Vec<_>>();
    let asked = lines(&["instances", "vpc=my-vpc", "tag:Env=prod", "state:running"]);
    assert!(asked[0].ends_with("AGE  VPC     Env"), "{asked:?}");
    assert!(asked[1..].iter().all(|l| l.ends_with("my-vpc  prod")), "{asked:?}");
    let named = lines(&["instances", "-c", "id", "-c", "state,tag:Env", "--sort", "-id"]);
    assert_eq!(named[0].split_whitespace().collect::<Vec<_>>(), ["ID", "STATE", "Env"], "{named:?}");
    let up = lines(&["instances", "-c", "id,state,tag:Env", "--sort", "id"]);
    assert!(up[1..].iter().rev().eq(&named[1..]) && up.len() > 20, "{named:?}");
    let ids = lines(&["instances", "-o", "ids", "--sort", "-id"]);
    assert_eq!(ids, named[1..].iter().map(|l| l[..19].to_string()).collect::<Vec<_>>());
    let cpu = lines(&["instances", "name=grafana", "-o", "jsonl", "-c", "name,checks"]);
    let row: serde_json::Value = serde_json::from_str(&cpu[0]).unwrap();
    assert_eq!(row["facts"], serde_json::json!({"name": "grafana", "checks": {"ok": 3, "of": 3}}));
}

#[test]
fn a_wide_list_has_every_column_that_says_something() {
    let account = Account::start();
    let wide = account.get(&["instances", "-o", "wide"]);
    let head = wide.lines().next().unwrap();
    assert!(head.contains("IMAGE") && head.contains("SUBNET") && head.contains("ALARMS"), "{head}");
    assert!(!head.contains("HOST "), "no instance is on a dedicated host: {head}");
    assert!(wide.contains("a-name-nobody-shortened-000017") && !wide.contains('…'), "nothing is cut");
}

#[test]
fn rows_of_several_regions_say_which() {
    let account = Account::start();
    let table = account.get(&["vpcs", "--region", "us-east-1"]);
    let head = table.lines().next().unwrap();
    assert!(head.starts_with("NAME") && head.split("  ").filter(|t| !t.is_empty()).nth(1) == Some("REGION"), "{table}");
    assert!(table.contains("us-east-1  ") && table.contains("ap-northeast-2  "), "{table}");
    assert!(!account.get(&["vpcs"]).contains("REGION"), "one region need not be said");
}
