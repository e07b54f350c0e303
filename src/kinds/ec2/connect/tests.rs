//! The ways to instances of a small VPC, with what is installed and what is not.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::kinds::testing::{Rows, row, texts};
use crate::model::connect::{ConnectSettings, PROGRAMS, Tools};
use crate::model::{Outcome, Selector};

const VPC: &str = "vpc-1";

fn instance(id: &str, name: &str, state: &str, private: &str) -> crate::kinds::testing::Row {
    row(&instances::INFO, id, name, state)
        .with(&fields::VPC_ID, Value::text(VPC))
        .with(&fields::SUBNET_ID, Value::text("subnet-1"))
        .with(&fields::PRIVATE_IP, Value::ip(Some(private)))
        .with(&fields::PUBLIC_IP, Value::Empty)
        .with(&fields::IPV6, Value::Empty)
        .with(&fields::PLATFORM, Value::text("Linux/UNIX"))
        .with(&fields::IMAGE_ID, Value::text("ami-1"))
        .with(&fields::KEY_NAME, Value::text("my-key"))
        .with(&fields::PROFILE, Value::Empty)
        .with(&fields::SECURITY_GROUP_IDS, texts(&["sg-app"]))
}

fn bastion(id: &str, name: &str, state: &str, public: &str) -> Record {
    instance(id, name, state, "10.1.0.3")
        .with(&fields::PUBLIC_IP, Value::ip(Some(public).filter(|p| !p.is_empty())))
        .with(&fields::SECURITY_GROUP_IDS, texts(&["sg-bastion"]))
        .record()
}

fn group(id: &str, rules: &[&str]) -> Record {
    row(&security_groups::INFO, id, id, "").with(&security_groups::RULES, texts(rules)).record()
}

/// As AWS makes them.
const OPEN: [&str; 2] = ["in 100 allow all 0.0.0.0/0", "out 100 allow all 0.0.0.0/0"];

fn acl(id: &str, subnet: &str, entries: &[&str]) -> Record {
    let acl = row(&network_acls::INFO, id, id, "").with(&network_acls::SUBNETS, texts(&[subnet]));
    acl.with(&network_acls::ENTRIES, texts(entries)).record()
}

fn tools(keys: &[(&str, KeyFile)]) -> Tools {
    let keys = keys.iter().map(|(name, file)| ((*name).into(), file.clone())).collect();
    let one_time = Some("/run/u/skydeck-1/key".into());
    Tools { programs: PROGRAMS.iter().copied().collect::<BTreeSet<_>>(), keys, one_time }
}

/// A VPC with a target, whose groups let the bastion's group in, and these other instances.
struct Vpc {
    rows: Rows,
    table: TableKey,
    tools: Option<Tools>,
    settings: ConnectSettings,
    bastions: BTreeMap<String, String>,
}

impl Vpc {
    fn of(others: Vec<Record>) -> Vpc {
        let mut vpc = Vpc::without_acls(others);
        let acls = vec![acl("acl-1", "subnet-1", &OPEN), acl("acl-2", "subnet-2", &OPEN)];
        vpc.rows.complete(&network_acls::INFO, Selector::All, acls);
        vpc
    }
    fn without_acls(others: Vec<Record>) -> Vpc {
        let mut rows = Rows::default();
        rows.complete(&instances::INFO, Selector::All, others);
        let inbound = ["in tcp 22 from sg-bastion", "in tcp 80 from 0.0.0.0/0", "out all all to 0.0.0.0/0"];
        rows.complete(&security_groups::INFO, Selector::All, vec![group("sg-app", &inbound)]);
        let image = row(&images::INFO, "ami-1", "", "available").with(&images::NAME, Value::text("al2023-ami-1"));
        rows.complete(&images::INFO, Selector::All, vec![image.record()]);
        let usable = KeyFile::Usable("/home/u/.ssh/my-key.pem".into());
        let settings = ConnectSettings {
            flags: BTreeMap::from([("prod".into(), vec!["--profile".into(), "prod".into()])]),
            ..ConnectSettings::default()
        };
        let table = TableKey::all(rows.scope.clone(), Kind(&instances::INFO));
        Vpc { rows, table, tools: Some(tools(&[("my-key", usable)])), settings, bastions: BTreeMap::new() }
    }
    fn ways_with<'a>(&'a self, row: &'a Record, change: impl FnOnce(&mut ConnectContext<'a>)) -> Ways {
        let mut cx = ConnectContext {
            store: &self.rows.store,
            table: &self.table,
            row,
            tools: self.tools.as_ref(),
            settings: &self.settings,
            bastions: &self.bastions,
            refused: None,
            user: None,
            port: None,
            simulated: false,
        };
        change(&mut cx);
        ways(&cx)
    }
    fn ways(&self, row: &Record) -> Vec<Way> {
        self.ways_with(row, |_| ()).ways
    }
}

/// `label: command` of what can be done, `label: why not` of the rest.
fn told(ways: &[Way]) -> Vec<String> {
    let one = |way: &Way| match &way.why_not {
        Some(why) => format!("{}: ✗ {why}", way.label),
        None => format!("{}: {}", way.label, way.launch.as_ref().map(Launch::text).unwrap_or_default()),
    };
    ways.iter().map(one).collect()
}

#[test]
fn a_public_instance_is_connected_to_directly_and_the_command_is_the_one_that_one_would_type() {
    let vpc = Vpc::of(vec![bastion("i-b", "my-bastion-host", "running", "54.1.2.3")]);
    let web = instance("i-1", "web", "running", "10.1.0.14").with(&fields::PUBLIC_IP, Value::ip(Some("43.200.141.12")));
    let told = told(&vpc.ways(&web.record()));
    assert_eq!(
        told,
        [
            "ssh: ssh -i /home/u/.ssh/my-key.pem ec2-user@43.200.141.12",
            "ssh through my-bastion-host: ssh -i /home/u/.ssh/my-key.pem -o 'ProxyCommand=ssh -i /home/u/.ssh/my-key.pem -W \
             '\\''[%h]:%p'\\'' ec2-user@54.1.2.3' ec2-user@10.1.0.14",
            "ssh, private address: ssh -i /home/u/.ssh/my-key.pem ec2-user@10.1.0.14",
            "ssh with a one-time key: mkdir -m 700 /run/u/skydeck-1 && ssh-keygen -q -t ed25519 -N '' -f /run/u/skydeck-1/key && \
             aws ec2-instance-connect send-ssh-public-key --instance-id i-1 --instance-os-user ec2-user --ssh-public-key \
             file:///run/u/skydeck-1/key.pub --profile prod --region ap-northeast-2 && \
             ssh -i /run/u/skydeck-1/key -o IdentitiesOnly=yes ec2-user@43.200.141.12",
            "Instance Connect Endpoint: aws ec2-instance-connect ssh --instance-id i-1 --os-user ec2-user --connection-type \
             eice --private-key-file /home/u/.ssh/my-key.pem --profile prod --region ap-northeast-2",
            "Session Manager: aws ssm start-session --target i-1 --profile prod --region ap-northeast-2",
            "port by Session Manager: aws ssm start-session --target i-1 --document-name AWS-StartPortForwardingSession \
             --parameters '{\"portNumber\":[\"80\"],\"localPortNumber\":[\"10080\"]}' --profile prod --region ap-northeast-2",
        ]
    );
}

#[test]
fn without_a_key_file_ssh_goes_through_a_bastion_by_its_own_option() {
    let mut vpc = Vpc::of(vec![bastion("i-b", "my-bastion-host", "running", "54.1.2.3")]);
    vpc.tools = Some(tools(&[("my-key", KeyFile::Missing(vec!["~/.ssh".into()]))]));
    let ways = vpc.ways(&instance("i-1", "web", "running", "10.1.0.14").record());
    assert_eq!(ways[0].why_not.as_deref(), Some("It has no public IPv4 address."));
    let way = &ways[1];
    let launch = way.launch.as_ref().expect("it can be started");
    assert_eq!(launch.args, ["-J", "ec2-user@54.1.2.3", "ec2-user@10.1.0.14"]);
    assert!(way.notes.iter().any(|n| n.contains("No file of the key pair my-key in ~/.ssh")), "{:?}", way.notes);
    assert_eq!(way.through, Some((VPC.into(), "i-b".into())));
}

#[test]
fn a_one_time_key_leads_through_a_bastion_which_takes_it_too_where_its_own_key_is_not_here() {
    let mut vpc = Vpc::of(vec![bastion("i-b", "my-bastion-host", "running", "54.1.2.3")]);
    let row = instance("i-1", "web", "running", "10.1.0.14").record();
    let through = |vpc: &Vpc| {
        let ways = vpc.ways(&row);
        ways.into_iter().find(|w| w.letter == Some('o')).expect("a way with a one-time key")
    };
    let way = through(&vpc);
    assert_eq!((way.label.as_str(), &way.why_not), ("one-time key through my-bastion-host", &None));
    assert_eq!(way.through, Some((VPC.into(), "i-b".into())));
    let launch = way.launch.expect("it can be started");
    assert_eq!(launch.program, SSH, "without the AWS CLI");
    let takers = |launch: &Launch| {
        let sends = launch.one_time.as_ref().map(|k| k.sends.clone()).unwrap_or_default();
        let id = |s: &crate::model::connect::SendKey| {
            s.call.get("InstanceId").and_then(|a| a.as_str()).unwrap_or_default().to_string()
        };
        sends.iter().map(id).collect::<Vec<_>>()
    };
    assert_eq!(takers(&launch), ["i-1"]);
    let own = "ProxyCommand=ssh -i /home/u/.ssh/my-key.pem -W '[%h]:%p' ec2-user@54.1.2.3";
    assert_eq!(
        launch.args,
        ["-i", "/run/u/skydeck-1/key", "-o", "IdentitiesOnly=yes", "-o", own, "ec2-user@10.1.0.14"]
    );
    vpc.tools = Some(tools(&[("my-key", KeyFile::Refused("chmod 400 it".into()))]));
    let launch = through(&vpc).launch.expect("it can be started: no file of the key pair is needed");
    assert_eq!(takers(&launch), ["i-1", "i-b"]);
    let same = "ProxyCommand=ssh -i /run/u/skydeck-1/key -o IdentitiesOnly=yes -W '[%h]:%p' ec2-user@54.1.2.3";
    assert_eq!(launch.args[5], same);
    let text = launch.text();
    assert_eq!(text.matches("send-ssh-public-key").count(), 2, "{text}");
    vpc.tools = Some(Tools { one_time: None, ..tools(&[]) });
    assert!(through(&vpc).why_not.is_some_and(|why| why.contains("set TMPDIR")));
    let none = Vpc::of(Vec::new());
    assert!(none.ways(&row).iter().all(|w| w.letter != Some('o')), "nothing leads there");
}

#[test]
fn a_name_is_never_a_word_of_a_command() {
    for name in ["-oProxyCommand=x", "$(id)", "`id`", "web\n-oProxyCommand=x", "결제-워커", "a;b", "--", "\u{202e}evil"]
    {
        let mut other = bastion("i-b", name, "running", "54.1.2.3");
        other.values.set(other.kind.index_of(fields::KEY_NAME.name).expect("a field"), Value::text(name));
        let mut vpc = Vpc::of(vec![other]);
        let key = instance("i-1", name, "running", "10.1.0.14").with(&fields::KEY_NAME, Value::text(name));
        let row = key.with(&fields::PUBLIC_IP, Value::ip(Some("43.200.141.12"))).record();
        for file in
            [KeyFile::Usable("/home/u/.ssh/found.pem".into()), KeyFile::Missing(vec![]), KeyFile::Refused("No.".into())]
        {
            vpc.tools = Some(tools(&[(name, file)]));
            for way in vpc.ways(&row) {
                let Some(launch) = way.launch else { continue };
                for word in &launch.args {
                    assert!(!word.contains(name.trim_matches('-')) || name == "--", "{name:?}: {word:?}");
                    let option =
                        ["-i", "-J", "-o", "--target", "--document-name", "--parameters", "--profile", "--region"];
                    let endpoint = ["--instance-id", "--os-user", "--connection-type", "--private-key-file"];
                    let ours = option.contains(&word.as_str()) || endpoint.contains(&word.as_str());
                    assert!(!word.starts_with('-') || ours, "{name:?}: {word:?}");
                }
            }
        }
    }
}

#[test]
fn a_bastion_is_one_that_the_targets_groups_let_in() {
    let other = |id: &str, name: &str, group: &str| {
        let r = instance(id, name, "running", "10.1.0.5").with(&fields::PUBLIC_IP, Value::ip(Some("54.9.9.9")));
        r.with(&fields::SECURITY_GROUP_IDS, texts(&[group])).record()
    };
    let row = instance("i-1", "web", "running", "10.1.0.14").record();
    let through = |vpc: &Vpc| {
        let ways = vpc.ways(&row);
        let by_key = ways.iter().filter(|w| w.label.starts_with("ssh through"));
        by_key.filter_map(|w| w.through.as_ref().map(|(_, id)| id.to_string())).collect::<Vec<_>>()
    };
    let mut vpc = Vpc::of(vec![
        other("i-a", "anything", "sg-else"),
        other("i-d", "door", "sg-bastion"),
        bastion("i-b", "my-bastion-host", "running", "54.1.2.3"),
    ]);
    assert_eq!(through(&vpc), ["i-b", "i-d"], "what is called so comes first, and what is not let in is none");
    vpc.bastions.insert(VPC.into(), "i-d".into());
    assert_eq!(through(&vpc), ["i-d", "i-b"], "what was chosen before comes before all");
    let none = Vpc::of(vec![other("i-a", "anything", "sg-else")]);
    let ways = none.ways(&row);
    assert!(
        ways[1].why_not.as_deref().is_some_and(|why| why.starts_with("None found: no running instance of its VPC")),
        "{ways:?}"
    );
}

#[test]
fn a_bastion_is_one_that_network_acls_let_through_both_ways() {
    // In a public subnet, the target in another.
    let of = |id: &str, name: &str| {
        let r = instance(id, name, "running", "10.1.9.3").with(&fields::PUBLIC_IP, Value::ip(Some("54.1.2.3")));
        let r = r.with(&fields::SUBNET_ID, Value::text("subnet-2"));
        r.with(&fields::SECURITY_GROUP_IDS, texts(&["sg-bastion"])).record()
    };
    let row = instance("i-1", "web", "running", "10.1.0.14").record();
    let told = |name: &str, acls: Vec<Record>, outcome: Outcome| {
        let mut vpc = Vpc::without_acls(vec![of("i-b", name)]);
        vpc.rows.table(&network_acls::INFO, Selector::All, acls, outcome);
        let way = vpc.ways(&row).swap_remove(1);
        let notes: Vec<String> = way.notes.into_iter().filter(|n| n.contains("ACL")).collect();
        (way.through.is_some(), notes.join(" "))
    };
    let front = |entries: &[&str]| vec![acl("acl-1", "subnet-1", entries), acl("acl-2", "subnet-2", &OPEN)];
    assert_eq!(told("my-bastion-host", front(&OPEN), Outcome::Done), (true, String::new()));
    let narrow = ["in 90 allow tcp 22 10.1.9.0/24", "out 90 allow tcp 1024-65535 10.1.9.0/24"];
    assert_eq!(told("my-bastion-host", front(&narrow), Outcome::Done), (true, String::new()));
    let closed = ["in 90 deny tcp 22 10.1.9.0/24", OPEN[0], OPEN[1]];
    let (shown, said) = told("my-bastion-host", front(&closed), Outcome::Done);
    assert!(shown && said == "A network ACL does not let it through, in: rule 90 denies it (acl-1).", "{said}");
    let (shown, said) = told("my-bastion-host", front(&[OPEN[0], "out 90 allow tcp 443 0.0.0.0/0"]), Outcome::Done);
    assert!(shown && said.contains("out 1024-65535: rule * denies it"), "no answer comes back: {said}");
    assert!(!told("door", front(&closed), Outcome::Done).0, "what is not called so is not shown then");
    let denied = Outcome::Failed(crate::base::Fault::new(crate::base::FaultKind::Denied, "no"));
    let (shown, said) = told("door", Vec::new(), denied);
    assert!(
        shown && said == "Whether network ACLs let it through is not known: they could not be read (denied).",
        "{said}"
    );
}

#[test]
fn a_bastion_that_is_stopped_is_named_with_what_to_do() {
    let vpc = Vpc::of(vec![bastion("i-b", "my-bastion-host", "stopped", "")]);
    let ways = vpc.ways(&instance("i-1", "web", "running", "10.1.0.14").record());
    assert_eq!(told(&ways)[1], "ssh through my-bastion-host: ✗ my-bastion-host is stopped: start it first.");
}

#[test]
fn instances_that_are_on_their_way_are_waited_for_and_denied_ones_are_said() {
    let mut vpc = Vpc::of(Vec::new());
    let row = instance("i-1", "web", "running", "10.1.0.14").record();
    vpc.rows = Rows::default();
    let found = vpc.ways_with(&row, |_| ());
    assert_eq!(found.ways[1].why_not.as_deref(), Some("Looking for one in its VPC."));
    let asked: Vec<String> =
        found.needs.iter().map(|(t, ids)| format!("{} {:?} {}", t.kind.name, t.selector, ids.is_some())).collect();
    assert!(
        asked.iter().any(|t| t.contains("instances") && t.contains("vpc_id=vpc-1") && t.ends_with("false")),
        "{asked:?}"
    );
    assert!(asked.iter().any(|t| t.starts_with("security-groups") && t.ends_with("true")), "{asked:?}");
    let (table, _) =
        found.needs.iter().find(|(t, ids)| t.kind.name == "instances" && ids.is_none()).expect("it is asked for");
    let denied = Outcome::Failed(crate::base::Fault::new(crate::base::FaultKind::Denied, "no"));
    vpc.rows.table(&instances::INFO, table.selector.clone(), Vec::new(), denied);
    let why = vpc.ways(&row)[1].why_not.clone().expect("it cannot");
    assert!(why.starts_with("The instances of its VPC could not be read"), "{why}");
}

#[test]
fn what_is_not_installed_and_a_key_that_is_open_are_said_in_one_sentence() {
    let mut vpc = Vpc::of(Vec::new());
    let web = instance("i-1", "web", "running", "10.1.0.14")
        .with(&fields::PUBLIC_IP, Value::ip(Some("43.200.141.12")))
        .record();
    let why = |vpc: &Vpc, at: usize| vpc.ways(&web)[at].why_not.clone().unwrap_or_default();
    let session = vpc.ways(&web).iter().position(|w| w.label == "Session Manager").expect("it is there");
    vpc.tools = Some(tools(&[("my-key", KeyFile::Refused("chmod 400 it".into()))]));
    assert_eq!(why(&vpc, 0), "chmod 400 it");
    assert_eq!(why(&vpc, session), "", "it needs no key");
    let with =
        |programs: &[&'static str]| Some(Tools { programs: programs.iter().copied().collect(), ..Tools::default() });
    vpc.tools = with(&["aws"]);
    assert_eq!(why(&vpc, 0), "ssh is not installed here: install OpenSSH's client.");
    assert_eq!(
        why(&vpc, session),
        "session-manager-plugin is not installed: it is the AWS CLI's plugin for Session Manager."
    );
    vpc.tools = with(&["ssh"]);
    assert_eq!(why(&vpc, session), "The AWS CLI (aws) is not installed here.");
    vpc.tools = None;
    assert_eq!(why(&vpc, 0), "Looking for what is installed here.");
}

#[test]
fn a_stopped_instance_and_a_refusal_hold_for_every_way() {
    let vpc = Vpc::of(vec![bastion("i-b", "my-bastion-host", "running", "54.1.2.3")]);
    let stopped = instance("i-1", "web", "stopped", "10.1.0.14").record();
    for way in vpc.ways(&stopped) {
        assert_eq!(way.why_not.as_deref(), Some("web is stopped: start it first."));
    }
    let running = instance("i-1", "web", "running", "10.1.0.14").record();
    for way in vpc.ways_with(&running, |cx| cx.refused = Some("Read-only.")).ways {
        assert_eq!(way.why_not.as_deref(), Some("Read-only."));
    }
}

#[test]
fn windows_is_reached_by_a_forward_for_remote_desktop() {
    let mut vpc = Vpc::of(vec![bastion("i-b", "my-bastion-host", "running", "54.1.2.3")]);
    vpc.settings.downloads = "/home/u/Downloads/".into();
    let windows =
        instance("i-1", "../win", "running", "10.1.0.14").with(&fields::PLATFORM, Value::text("Windows")).record();
    let ways = vpc.ways(&windows);
    for way in ways.iter().filter(|w| w.label != "Session Manager") {
        let file = way.launch.as_ref().and_then(|l| l.file.as_ref()).expect("a file for the client");
        assert_eq!(file.path, "/home/u/Downloads/i-1.rdp", "by the id, whatever the name is");
        assert!(
            file.text.starts_with("full address:s:localhost:13389\r\nusername:s:Administrator\r\n"),
            "{}",
            file.text
        );
    }
    let told = told(&ways);
    assert!(told[0].contains("\"portNumber\":[\"3389\"],\"localPortNumber\":[\"13389\"]"), "{told:?}");
    assert!(
        told.iter().any(|t| t.ends_with("ssh -N -L 13389:10.1.0.14:3389 -i /home/u/.ssh/my-key.pem ec2-user@54.1.2.3")),
        "{told:?}"
    );
}

#[test]
fn what_the_user_says_goes_before_the_image() {
    let vpc = Vpc::of(Vec::new());
    let web = instance("i-1", "web", "running", "10.1.0.14")
        .with(&fields::PUBLIC_IP, Value::ip(Some("43.200.141.12")))
        .record();
    let ways = vpc.ways_with(&web, |cx| (cx.user, cx.port) = (Some("deploy"), Some(5432))).ways;
    let told = told(&ways);
    assert!(told[0].ends_with("deploy@43.200.141.12"), "{told:?}");
    assert!(told.iter().any(|t| t.contains("\"5432\"],\"localPortNumber\":[\"15432\"]")), "{told:?}");
}

#[test]
fn each_letter_is_one_ways() {
    let vpc = Vpc::of(vec![
        bastion("i-b", "bastion-1", "running", "54.1.2.3"),
        bastion("i-c", "bastion-2", "running", "54.1.2.4"),
    ]);
    let web = instance("i-1", "web", "running", "10.1.0.14").with(&fields::IPV6, Value::ips(["2600:1f14::9"])).record();
    let letters: Vec<char> = vpc.ways(&web).iter().filter_map(|w| w.letter).collect();
    let mut once = letters.clone();
    once.dedup();
    assert_eq!(letters, once);
    for keymap in ["default", "vim"] {
        let keymap = crate::config::Keymap::embedded(keymap).expect("it is there");
        for letter in &letters {
            let step = keymap.step(crate::config::Mode::Menu, &[crate::input::Key::char(*letter)]);
            let free = match step {
                crate::config::Step::None => true,
                crate::config::Step::Command(name) => ["metrics", "sort", "sandbox", "mark-range"].contains(&name),
                crate::config::Step::Pending(_) => false,
            };
            assert!(free, "{letter} is taken in a menu");
        }
    }
}
