//! Plans of several steps, as a shell script run by the real AWS CLI and as the console carries them out: the same comes of both, on the
//! sandbox behind a socket and on moto, as the AWS CLI reads it afterwards. And a console that is killed in the middle of one.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::support::left_out;
use crate::support::moto::Moto;
use crate::support::python::{Python, clean};
use crate::support::terminal::{Home, Terminal};
use rustix::process::Signal;
use serde_json::Value as Json;
use skydeck::base::Clock;
use skydeck::sandbox::{Sandbox, WorldSpec, listen};
use tokio::runtime::Runtime;

const REGION: &str = "ap-northeast-2";

/// A server that speaks EC2, and the AWS CLI to look at it with.
pub(super) struct Account {
    url: String,
    aws: PathBuf,
    folder: tempfile::TempDir,
    _runtime: Option<Runtime>,
    _moto: Option<Moto>,
}

impl Account {
    pub(super) fn sandbox(speed: f64) -> Account {
        Account::sandbox_with(speed, &[])
    }
    /// The same, in which these faults happen.
    pub(super) fn sandbox_with(speed: f64, faults: &[&str]) -> Account {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let sandbox = Sandbox::open(WorldSpec::Demo, Clock::system(), speed).unwrap();
        faults.iter().for_each(|fault| sandbox.faults().add(fault.parse().unwrap()));
        runtime.spawn(listen::serve(sandbox, listener, std::future::pending::<()>()));
        Account::of(url, Some(runtime), None)
    }
    pub(super) fn moto() -> Account {
        let moto = Moto::start();
        let account = Account::of(moto.url.clone(), None, Some(moto));
        let name = "ResourceType=instance,Tags=[{Key=Name,Value=my-bastion-host}]";
        account.aws(&[
            "run-instances",
            "--image-id",
            "ami-12c6146b",
            "--instance-type",
            "t3.nano",
            "--tag-specifications",
            name,
        ]);
        account
    }
    fn of(url: String, runtime: Option<Runtime>, moto: Option<Moto>) -> Account {
        let aws = Python::aws_cli().script_path("aws");
        Account { url, aws, folder: tempfile::tempdir().unwrap(), _runtime: runtime, _moto: moto }
    }
    pub(super) fn url(&self) -> &str {
        &self.url
    }
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        clean(&mut command);
        let here = self.aws.parent().unwrap().to_path_buf();
        let path = std::env::split_paths(&std::env::var_os("PATH").unwrap()).collect::<Vec<_>>();
        command.env("PATH", std::env::join_paths([vec![here], path].concat()).unwrap());
        command.current_dir(self.folder.path());
        command
    }
    /// What the AWS CLI says.
    pub(super) fn aws(&self, args: &[&str]) -> Json {
        self.asked("ec2", args)
    }
    /// The same of a service.
    pub(super) fn asked(&self, service: &str, args: &[&str]) -> Json {
        let mut command = self.command("aws");
        command.arg(service).args(args).args(["--region", REGION, "--endpoint-url", &self.url, "--output", "json"]);
        let out = command.output().unwrap();
        assert!(out.status.success(), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
        serde_json::from_slice(&out.stdout).unwrap_or(Json::Null)
    }
    fn env(&self) -> [(&'static str, &'static str); 2] {
        [("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")]
    }
    /// `skydeck plan … -o sh`.
    fn planned(&self, args: &[&str]) -> String {
        let home = Home::new();
        let all = [&["plan"], args, &["-o", "sh", "--region", REGION, "--endpoint-url", &self.url]].concat();
        let ended = home.run_with(&all, &self.env());
        // 3: whose key a snapshot is encrypted with is not found out by the plan; the script is printed all the same.
        assert!(matches!(ended.status, Some(0 | 3)), "{args:?}: {ended:?}");
        ended.out
    }
    /// The script of a plan, run by `sh`.
    pub(super) fn run(&self, args: &[&str]) -> String {
        let script = self.planned(args);
        let out = self.command("sh").args(["-c", &script]).output().unwrap();
        assert!(out.status.success(), "{script}\n{}", String::from_utf8_lossy(&out.stderr));
        script
    }
    /// The console, at a view.
    pub(super) fn console(&self, home: &Home, view: &str) -> Terminal {
        let args = ["--region", REGION, "--endpoint-url", &self.url, "--refresh", "2", view];
        let mut console = home.open(&args, &self.env());
        console.resize(120, 40);
        console
    }
    /// What the volumes with this name look like: size, type, state, device, the instance's name.
    pub(super) fn volumes(&self, name: &str) -> Vec<String> {
        let all = self.aws(&["describe-volumes", "--filters", &format!("Name=tag:Name,Values={name}")]);
        let text = |v: &Json| v.as_str().unwrap_or("-").to_string();
        let one = |v: &Json| {
            let at = &v["Attachments"][0];
            let device = if at.is_null() { "-".to_string() } else { text(&at["Device"]) };
            format!("{} {} {} {device}", v["Size"], text(&v["VolumeType"]), text(&v["State"]))
        };
        all["Volumes"].as_array().unwrap().iter().map(one).collect()
    }
    pub(super) fn host(&self) -> Json {
        let filters = ["Name=tag:Name,Values=my-bastion-host", "Name=instance-state-name,Values=running,stopped"];
        let all = self.aws(&["describe-instances", "--filters", filters[0], filters[1]]);
        all["Reservations"][0]["Instances"][0].clone()
    }
}

/// Sends keys once the screen says all of it.
pub(super) fn after(console: &mut Terminal, says: &[&str], keys: &str) {
    for what in says {
        console.sees(what);
    }
    console.send(keys);
}

/// From a form that waited for its choices to the plan, unless the plan is there already. A form that still waits for something stays.
fn to_the_plan(console: &mut Terminal) {
    const FORM: &str = "Continue to the plan";
    let is_form = |t: &Terminal| t.text().contains(FORM);
    let is_plan = |text: &str| text.contains("copy command");
    for _ in 0..20 {
        console.until("the plan, or a form without errors", |t| {
            let text = t.text();
            // The table beside the form has signs of its own.
            let wrong = |line: &str| line.split_once('│').is_some_and(|(_, form)| form.contains('✗'));
            is_plan(&text) || (text.contains(FORM) && !text.lines().any(wrong))
        });
        if !is_form(console) {
            return;
        }
        console.send("\x1b\r");
        console.gives(Duration::from_secs(2), |t| !is_form(t));
    }
    panic!("the form does not come to its plan:\n{}", console.text());
}

/// What a plan says that is another one than the one that was read.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Changed {
    /// Its rows had changed when they were read again: what was typed is to be typed once more.
    Since,
    /// An answer came just before the Enter: what was typed stands.
    Just,
}

pub(super) fn plan_changed(t: &Terminal) -> Option<Changed> {
    let text = t.text();
    let says = |sentence: &str, what| text.contains(sentence).then_some(what);
    says("the rows are different now", Changed::Since).or_else(|| says("The plan was updated.", Changed::Just))
}

/// What of the phrase is to be typed before the next Enter.
pub(super) fn still_to_type<'a>(t: &Terminal, phrase: &'a str) -> &'a str {
    if plan_changed(t) == Some(Changed::Just) { "" } else { phrase }
}

/// Confirms the plan on the screen: the first change of a run asks for the account's last digits. What has changed since it was read is read
/// and confirmed again.
pub(super) fn confirm(console: &mut Terminal, phrase: &str, mut digits: Option<&str>) {
    let has_changed = |t: &Terminal| plan_changed(t).is_some();
    let mut typed = phrase;
    let stands = |t: &Terminal| {
        let text = t.text();
        ["copy command", "Reading the current state again"].iter().any(|part| text.contains(part))
    };
    loop {
        to_the_plan(console);
        after(console, &["copy command"], typed);
        console.agrees();
        if let Some(digits) = digits.take() {
            after(console, &["last four digits"], &format!("{digits}\r"));
        }
        // What was said of it before goes once the Enter is taken.
        console.gives(Duration::from_secs(3), |t| !has_changed(t));
        console.until("the plan to go out, or to have changed", |t| has_changed(t) || !stands(t));
        if !has_changed(console) {
            return;
        }
        typed = still_to_type(console, phrase);
    }
}

fn is_mode_0400(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777 == 0o400
}

fn scripts_do_what_the_console_does(account: &Account, digits: &str, image: &str) {
    // Create, wait, attach.
    // Not encrypted: its snapshot is shared below, which EC2 refuses of one that is encrypted with the default key.
    let values = ["size=7", "encrypted=no", "attach=my-bastion-host", "name=by-script"];
    let script = account.run(&[&["create-volume"], &values[..]].concat());
    assert!(script.contains("VOLUME_ID=$(") && script.contains("wait volume-available"), "{script}");
    let home = Home::new();
    let mut console = account.console(&home, "volumes");
    after(&mut console, &["by-script"], ":create-volume size=7 attach=my-bastion-host name=by-console\r");
    confirm(&mut console, "", Some(digits));
    console.until("the attachment", |t| t.text().lines().any(|l| l.contains("by-console") && l.contains("in-use")));
    let (script, console_made) = (account.volumes("by-script"), account.volumes("by-console"));
    assert_eq!((script.len(), console_made.len()), (1, 1));
    assert!(script[0].starts_with("7 gp3 in-use /dev/sd"), "{script:?}");
    assert_eq!(script[0].split("/dev").next(), console_made[0].split("/dev").next());

    // A snapshot of it, restored and attached: the snapshot's id goes into the script.
    account.run(&["create-snapshot", "name=script-snap", "--on", "volumes name=by-script"]);
    let of = |name: &str| account.aws(&["describe-snapshots", "--filters", &format!("Name=tag:Name,Values={name}")]);
    let snapshot = of("script-snap")["Snapshots"][0]["SnapshotId"].as_str().unwrap().to_string();
    account.aws(&["wait", "snapshot-completed", "--snapshot-ids", &snapshot]);
    let on = format!("snapshots id={snapshot}");
    let restore = ["restore", "size=9", "attach=my-bastion-host", "name=script-restored", "--on", &on];
    let script = account.run(&restore);
    assert!(script.contains("--snapshot-id") && script.contains("wait volume-available"), "{script}");
    console.send(&format!(":{on}\r")).sees("script-snap");
    // The script has taken a device since the console last looked at the instance.
    console.send(":restore size=9 attach=my-bastion-host name=console-restored\r");
    confirm(&mut console, "", None);
    console.until("the volume", |_| account.volumes("console-restored").iter().any(|v| v.contains("in-use")));
    let (script, console_made) = (account.volumes("script-restored"), account.volumes("console-restored"));
    assert_eq!((script.len(), console_made.len()), (1, 1));
    assert!(script[0].starts_with("9 gp3 in-use /dev/sd"), "{script:?}");
    assert_ne!(script[0], console_made[0], "each as a device of its own");

    // Two calls: one gives, one takes away.
    account.run(&["share", "with=111122223333,444455556666", "--on", &on]);
    let script = account.run(&["share", "with=444455556666,777788889999", "--on", &on]);
    assert!(script.contains("--operation-type add") && script.contains("--operation-type remove"), "{script}");
    let shared = || {
        let attribute = ["--attribute", "createVolumePermission", "--snapshot-id", &snapshot];
        let all = account.aws(&[&["describe-snapshot-attribute"], &attribute[..]].concat());
        let mut with: Vec<String> = all["CreateVolumePermissions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|p| p["UserId"].as_str().unwrap_or("all").to_string())
            .collect();
        with.sort();
        with.join(",")
    };
    assert_eq!(shared(), "444455556666,777788889999");
    console.send(":share with=111122223333,444455556666\r");
    confirm(&mut console, "script-snap", None);
    console.until("the permissions", |_| shared() == "111122223333,444455556666");
    console.send(":volumes\r").sees("by-console");

    // An address that is made in place.
    let script =
        account.run(&["associate-address", "address=new", "name=script-ip", "--on", "instances name=my-bastion-host"]);
    assert!(script.contains("ALLOCATION_ID=$("), "{script}");
    let held = || {
        let all = account.aws(&["describe-addresses", "--filters", "Name=tag:Name,Values=script-ip"]);
        all["Addresses"][0]["InstanceId"].clone()
    };
    assert_eq!(held(), account.host()["InstanceId"]);

    // A launch of two with a new group; the script waits for both.
    let image = format!("image={image}");
    let launch = [
        "launch",
        "name=launched",
        &image,
        "type=t3.nano",
        "key=none",
        "groups=new",
        "ssh_from=203.0.113.0/24",
        "http",
        "count=2",
    ];
    let script = account.run(&launch);
    assert!(script.contains("GROUP_ID=$(") && script.contains("--count 2"), "{script}");
    let filters = ["Name=tag:Name,Values=launched", "Name=instance-state-name,Values=pending,running"];
    let all = account.aws(&["describe-instances", "--filters", filters[0], filters[1]]);
    let both: Vec<&Json> =
        all["Reservations"].as_array().unwrap().iter().flat_map(|r| r["Instances"].as_array().unwrap()).collect();
    assert_eq!(both.len(), 2);
    assert!(both.iter().all(|i| i["SecurityGroups"][0]["GroupName"] == "launched-sg"), "{both:?}");

    // Another version of a template, and the default one from then on.
    let data = r#"{"InstanceType":"t3.micro"}"#;
    account.aws(&["create-launch-template", "--launch-template-name", "scripted", "--launch-template-data", data]);
    let template = || {
        account.aws(&["describe-launch-templates", "--launch-template-names", "scripted"])["LaunchTemplates"][0].clone()
    };
    let script =
        account.run(&["new-version", "type=t3.small", "make_default", "--on", "launch-templates name=scripted"]);
    assert!(script.contains("VERSION_NUMBER=$("), "{script}");
    assert_eq!(template()["DefaultVersionNumber"], 2);
    console.send(":launch-templates name=scripted\r").sees("lt-");
    console.send(":new-version type=t3.large make_default\r");
    confirm(&mut console, "", None);
    console.until("the default version", |_| template()["DefaultVersionNumber"] == 3);

    // A key pair whose private half is kept.
    account.run(&["create-key-pair", "name=script-key"]);
    let file = account.folder.path().join("script-key.pem");
    assert!(is_mode_0400(&file) && std::fs::read_to_string(&file).unwrap().contains("PRIVATE KEY"));
    let again = account.planned(&["create-key-pair", "name=other-key", "file=script-key.pem"]);
    let again = account.command("sh").args(["-c", &again]).output().unwrap();
    assert!(!again.status.success(), "a file is never written over");
    console.send(":create-key-pair name=console-key file=console-key.pem\r");
    confirm(&mut console, "", None);
    let keys = || account.aws(&["describe-key-pairs"])["KeyPairs"].to_string();
    console.until("the key", |_| keys().contains("console-key"));
    console.until("its file", |_| home.path().join("console-key.pem").exists());
    assert!(is_mode_0400(&home.path().join("console-key.pem")));
    let journal = std::fs::read_to_string(home.path().join(".state/skydeck/journal.jsonl")).unwrap();
    assert!(journal.contains("CreateKeyPair") && !journal.contains("PRIVATE KEY"), "a private key is in no journal");

    // Stop, wait, modify, start, wait.
    account.run(&["change-type", "type=t3.small", "--on", "instances name=my-bastion-host"]);
    let host = account.host();
    assert_eq!((host["InstanceType"].as_str(), host["State"]["Name"].as_str()), (Some("t3.small"), Some("running")));
    // One attribute a request, and a group whose rules name itself.
    let on_host = ["--on", "instances name=my-bastion-host"];
    let run = |words: &[&str]| account.run(&[words, &on_host].concat());
    run(&["change-metadata-options", "imdsv2=optional", "hop_limit=3"]);
    run(&["change-source-dest-check", "check=off"]);
    let vpc = format!("vpc={}", account.host()["VpcId"].as_str().unwrap());
    account.run(&["create-security-group", "name=host-sg", &vpc, "http"]);
    run(&["change-security-groups", "groups=host-sg"]);
    let host = account.host();
    assert_eq!(host["MetadataOptions"]["HttpPutResponseHopLimit"], 3);
    assert_eq!((&host["SourceDestCheck"], &host["SecurityGroups"][0]["GroupName"]), (&false.into(), &"host-sg".into()));
    let id = host["InstanceId"].as_str().unwrap();
    let is_protected = || {
        let said =
            account.aws(&["describe-instance-attribute", "--instance-id", id, "--attribute", "disableApiTermination"]);
        said["DisableApiTermination"]["Value"].as_bool().unwrap()
    };
    let before = is_protected();
    for wanted in [!before, before] {
        run(&["change-protection", if wanted { "termination=on" } else { "termination=off" }]);
        assert_eq!(is_protected(), wanted);
    }
    account.run(&["rules", "+ports=9000,source=host-sg", "--on", "security-groups name=host-sg"]);
    let script = account.run(&["copy", "name=copied-sg", "--on", "security-groups name=host-sg"]);
    assert!(script.contains("GROUP_ID=$("), "{script}");
    let rules = |name: &str| {
        let all = account.aws(&["describe-security-groups", "--filters", &format!("Name=group-name,Values={name}")]);
        let group = &all["SecurityGroups"][0];
        let own = group["GroupId"].as_str().unwrap().to_string();
        let text = |way: &str| group[way].to_string().replace(&own, "itself");
        (text("IpPermissions"), text("IpPermissionsEgress"))
    };
    assert_eq!(rules("copied-sg"), rules("host-sg"));
    assert!(rules("copied-sg").0.contains("itself"));
    console.send(":instances name=my-bastion-host\r").sees("t3.small");
    console.send(":change-type type=t3.large\r");
    confirm(&mut console, "my-bastion-host", None);
    console.until("the new type", |t| t.text().lines().any(|l| l.contains("running") && l.contains("t3.large")));
    let host = account.host();
    assert_eq!((host["InstanceType"].as_str(), host["State"]["Name"].as_str()), (Some("t3.large"), Some("running")));
    console.send("q");
    console.send("\r");
}

#[test]
fn scripts_do_on_the_sandbox_what_the_console_does() {
    if left_out("scripts with the AWS CLI on the sandbox") {
        return;
    }
    scripts_do_what_the_console_does(&Account::sandbox(50.0), "0000", "al2023");
}

#[test]
fn scripts_do_on_moto_what_the_console_does() {
    if left_out("scripts with the AWS CLI on moto") {
        return;
    }
    scripts_do_what_the_console_does(&Account::moto(), "9012", "ami-12c6146b");
}

#[test]
fn a_console_that_is_killed_between_two_calls_goes_on_with_the_second_at_its_next_start() {
    if left_out("the AWS CLI on the sandbox") {
        return;
    }
    let account = Account::sandbox(1.0);
    let home = Home::new();
    let mut console = account.console(&home, "volumes");
    after(&mut console, &["complete"], ":create-volume size=7 attach=my-bastion-host name=cut-off\r");
    confirm(&mut console, "", Some("0000"));
    console.sees("step 1 of 2 done, waiting");
    console.signal(Signal::KILL);
    drop(console);
    let mut console = account.console(&home, "volumes");
    after(&mut console, &["Left unfinished by an earlier start", "1 of 2 calls answered"], "\r");
    after(
        &mut console,
        &[
            "create a 7 GiB gp3 volume in ap-northeast-2a:",
            " vol-",
            "attach it to my-bastion-host as /dev/sdf: not sent",
        ],
        "\r",
    );
    console.sees("Continue: Create a 7 GiB gp3 volume");
    confirm(&mut console, "", Some("0000"));
    console.until("the attachment", |t| t.text().lines().any(|l| l.contains("cut-off") && l.contains("in-use")));
    let made = account.volumes("cut-off");
    assert_eq!(made.len(), 1, "one volume and not two: {made:?}");
    assert!(made[0].starts_with("7 gp3 in-use /dev/sd"), "{made:?}");
    let journal = home.path().join(".state/skydeck/journal.jsonl");
    console.until("the end in the journal", |_| std::fs::read_to_string(&journal).unwrap().contains("\"ended\""));
    console.send("q");
    drop(console);
    let mut console = account.console(&home, "volumes");
    console.sees("cut-off");
    assert!(!console.text().contains("Left under way"), "it is over:\n{}", console.text());
    console.send("q");
}
