//! Plans of every action, made from rows that are built by field names.
#![expect(clippy::unwrap_used, reason = "helpers of tests, outside the functions that clippy knows to be tests")]

use std::path::Path;
use std::sync::Arc;

use skydeck::base::{Scope, Secret, Time};
use skydeck::kinds::registry::ALL;
use skydeck::kinds::{ActionContext, Target};
use skydeck::model::files::Files;
use skydeck::model::{Arg, Call, FormValue, Kind, Plan, Record, RowEdit, TableKey, Tone, Value, Values};
use skydeck::store::Store;

#[path = "network_actions.rs"]
mod networks;

/// What is known of files where nobody looks.
static NO_FILES: Files = Files::none();

const TG: &str = "arn:aws:elasticloadbalancing:ap-northeast-2:111122223333:targetgroup/web-tg/73e2d6bc24d8a067";

/// A row of a kind; fields that are not named are unknown.
pub fn row(kind: &str, id: &str, state: &str, tags: &[(&str, &str)], fields: &[(&str, Value)]) -> Target {
    let info = ALL.kind(kind).unwrap().info;
    let mut values = vec![Value::Unknown; info.fields.len()];
    for (name, value) in fields {
        values[info.index_of(name).unwrap()] = value.clone();
    }
    let scope = match info.scoping {
        skydeck::model::Scoping::Account => Scope::account("sandbox"),
        skydeck::model::Scoping::Region => Scope::region("sandbox", "ap-northeast-2"),
    };
    let record = Record {
        kind: Kind(info),
        id: id.into(),
        name: "".into(),
        state: (!state.is_empty()).then(|| (Tone::Good, state.into())),
        values: values.into(),
        tags: tags.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect(),
    };
    Target { table: TableKey::all(scope, Kind(info)), record: Arc::new(record) }
}

fn plan(action: &str, targets: &[Target], values: &[(&str, FormValue)]) -> Plan {
    plan_in(&Store::default(), action, targets, values)
}

/// The same in an account of which something is known.
fn plan_in(store: &Store, action: &str, targets: &[Target], values: &[(&str, FormValue)]) -> Plan {
    let cx = ActionContext {
        store,
        scope: &targets[0].table.scope,
        targets,
        now: Time::from_secs(0),
        zone: &jiff::tz::TimeZone::UTC,
        downloads: ".",
        files: &NO_FILES,
        me: &skydeck::model::my_address::MyAddress::NotAsked,
    };
    let action = ALL.action(targets[0].table.kind, action).unwrap();
    let values = Values(values.iter().map(|(k, v)| ((*k).into(), v.clone())).collect());
    let plan = action.planned(&cx, &values).unwrap();
    assert!(
        plan.calls().all(|c| action.operations.iter().any(|s| s.op == *c.op)),
        "{} calls what it declares",
        action.name
    );
    plan
}

/// What a way to connect calls before its program starts.
fn send_key() -> Call {
    let call = skydeck::kinds::ec2::senders::SEND_SSH_PUBLIC_KEY.call(Scope::region("sandbox", "ap-northeast-2"));
    let call = call.arg("InstanceId", Arg::str("i-0a1b2c3d4e5f60718")).arg("InstanceOSUser", Arg::str("_svc.x$"));
    call.arg("SSHPublicKey", Arg::str(PUBLIC_KEY))
}

/// User data, with the file that the command reads it from.
fn user_data(targets: &[Target]) -> Plan {
    let text = "#!/bin/sh\necho \"it's 결제\"\n";
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("it's user data, 결제.txt");
    std::fs::write(&file, text).unwrap();
    let mut plan = plan("edit-user-data", targets, &[("user_data", FormValue::Secret(Secret::new(text.into())))]);
    for (_, arg) in &mut plan.steps[0].call.args {
        if let Arg::Map(members) = arg
            && let Some((_, Arg::SecretFile { file: at, .. })) = members.first_mut()
        {
            *at = file.to_string_lossy().as_ref().into();
        }
    }
    plan
}

/// A rolling change of a member of an Auto Scaling group that is a target by its address, too.
fn rolled() -> Plan {
    let list = |items: &[&str]| Value::List(Arc::new(items.iter().map(|i| (*i).into()).collect()));
    let tags = [("aws:autoscaling:groupName", "my group, its=name")];
    let fields = [
        ("private_ip", Value::ip(Some("10.0.0.7"))),
        ("vpc_id", Value::text("vpc-1")),
        ("type", Value::text("t3.micro")),
    ];
    let on = [row("instances", "i-0a1", "running", &tags, &fields)];
    let sizes = [("min", Value::Int(0)), ("desired", Value::Int(2)), ("max", Value::Int(9))];
    let members = [("instances", list(&["i-0a1"])), ("serving", list(&["i-0a1"]))];
    let group = row("auto-scaling-groups", "my group, its=name", "steady", &[], &[sizes.as_slice(), &members].concat());
    let of = [("target_type", Value::text("ip")), ("vpc_id", Value::text("vpc-1"))];
    let target = [
        ("id", Value::text("10.0.0.7")),
        ("port", Value::Int(8080)),
        ("zone", Value::text("all")),
        ("target_group_arn", Value::text(TG)),
    ];
    let mut store = Store::default();
    let nic = [("instance", Value::text("i-0a1")), ("private_ips", Value::ip(Some("10.0.0.7")))];
    let tables = [
        group,
        row("target-groups", TG, "", &[], &of),
        row("targets", "x", "healthy", &[], &target),
        row("network-interfaces", "eni-0a1", "in-use", &[], &nic),
    ];
    for (seq, target) in (1..).zip(tables) {
        let batch = skydeck::model::Batch {
            table: target.table,
            seq,
            asked: Time::from_secs(0),
            coverage: skydeck::model::Coverage::Sweep { began: seq },
            rows: vec![target.record],
            outcome: skydeck::model::Outcome::Done,
        };
        store.apply(batch, Time::from_secs(0));
    }
    plan_in(&store, "roll", &on, &[])
}

/// A prefix list whose entries are known: one goes, one comes.
fn edited_prefix_list() -> Plan {
    let entries = Value::List(Arc::new(vec!["10.0.0.0/8 it's, a=b".into()]));
    let side = row("prefix-list-entries", "pl-0a1", "", &[], &[("entries", entries)]);
    let mut store = Store::default();
    let batch = skydeck::model::Batch {
        table: side.table,
        seq: 1,
        asked: Time::from_secs(0),
        coverage: skydeck::model::Coverage::Sweep { began: 1 },
        rows: vec![side.record],
        outcome: skydeck::model::Outcome::Done,
    };
    store.apply(batch, Time::from_secs(0));
    let fields = [("version", Value::Int(2)), ("family", Value::text("IPv4")), ("max_entries", Value::Int(9))];
    let targets = [row("prefix-lists", "pl-0a1", "create-complete", &[], &fields)];
    let gone = RowEdit::Remove { key: "10.0.0.0/8".into(), from: Vec::new() };
    let edits = vec![gone, RowEdit::Add(vec!["192.0.2.0/24".into(), "[new] $HOME".into()])];
    plan_in(&store, "edit", &targets, &[("entries", FormValue::Rows(edits))])
}

/// A scheduled event, moved.
fn rescheduled() -> Plan {
    let mut store = Store::default();
    let text = "instance-event-0a1 system-reboot 1970-01-02T00:00:00.000Z 1970-01-09T00:00:00.000Z";
    let event =
        row("instance-statuses", "i-0a1", "", &[], &[("pending_events", Value::List(Arc::new(vec![text.into()])))]);
    let batch = skydeck::model::Batch {
        table: event.table.clone(),
        seq: 1,
        asked: Time::from_secs(0),
        coverage: skydeck::model::Coverage::Sweep { began: 1 },
        rows: vec![event.record],
        outcome: skydeck::model::Outcome::Done,
    };
    store.apply(batch, Time::from_secs(0));
    let targets = [row("instances", "i-0a1", "running", &[], &[])];
    plan_in(&store, "reschedule-event", &targets, &[("start", FormValue::Text("1970-01-05 03:30".into()))])
}

/// A profile for an instance that has none, another for one that has one, and one taken away.
fn profiles() -> Vec<Plan> {
    let info = ALL.kind("instance-profiles").unwrap().info;
    let mut store = Store::default();
    let arn = "arn:aws:iam::123456789012:instance-profile/old";
    let is = |id: &str, fields: &[(&str, Value)]| row("instance-profiles", id, "", &[], fields);
    let with = [("arn", Value::text(arn)), ("association_id", Value::text("iip-assoc-0a1"))];
    let rows = [is("i-0a1", &with), is("i-0b2", &[("arn", Value::Empty), ("association_id", Value::Empty)])];
    let batch = skydeck::model::Batch {
        table: rows[0].table.clone(),
        seq: 1,
        asked: Time::from_secs(0),
        coverage: skydeck::model::Coverage::Sweep { began: 1 },
        rows: rows.iter().map(|r| r.record.clone()).collect(),
        outcome: skydeck::model::Outcome::Done,
    };
    assert_eq!(batch.table.kind, Kind(info));
    store.apply(batch, Time::from_secs(0));
    let of = |id: &str, profile: &str| {
        let targets = [row("instances", id, "running", &[], &[])];
        plan_in(&store, "change-instance-profile", &targets, &[("profile", text(profile))])
    };
    vec![
        of("i-0b2", "web+a=b,c@d"),
        of("i-0b2", "arn:aws:iam::123456789012:instance-profile/apps/web"),
        of("i-0a1", "web"),
        of("i-0a1", "none"),
    ]
}

/// The same for what makes something.
fn made(action: &str, values: &[(&str, FormValue)]) -> Plan {
    let store = Store::default();
    let scope = Scope::region("sandbox", "ap-northeast-2");
    let cx = ActionContext {
        store: &store,
        scope: &scope,
        targets: &[],
        now: Time::from_secs(0),
        zone: &jiff::tz::TimeZone::UTC,
        downloads: ".",
        files: &NO_FILES,
        me: &skydeck::model::my_address::MyAddress::NotAsked,
    };
    let action = ALL.actions.iter().find(|a| a.name == action).unwrap();
    let values = Values(values.iter().map(|(k, v)| ((*k).into(), v.clone())).collect());
    action.planned(&cx, &values).unwrap()
}

/// An ED25519 key that nobody has the private half of.
const PUBLIC_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7sVLbQpAbjIJE5xpJKg4Pp2ZOV6VNgz5PmQGsDNVnH it's me@host";

/// One of each call that rules take, in both directions, with every sort of peer.
fn rule_edits() -> FormValue {
    let cells = |cells: [&str; 6]| cells.map(arcstr::ArcStr::from).to_vec();
    let ssh = ["in", "SSH", "tcp", "22", "10.0.0.0/8"];
    let of = |said: &str| cells([ssh[0], ssh[1], ssh[2], ssh[3], ssh[4], said]);
    FormValue::Rows(vec![
        RowEdit::Change { key: "in tcp 22 from 10.0.0.0/8".into(), from: of("it's old"), to: of("a=b, [c] $HOME") },
        RowEdit::Remove {
            key: "in tcp 80 from 0.0.0.0/0".into(),
            from: cells(["in", "HTTP", "tcp", "80", "0.0.0.0/0", ""]),
        },
        RowEdit::Change {
            key: "out tcp 443 to 10.0.0.0/8".into(),
            from: cells(["out", "HTTPS", "tcp", "443", "10.0.0.0/8", "old"]),
            to: cells(["out", "HTTPS", "tcp", "443", "10.0.0.0/8", "new"]),
        },
        RowEdit::Remove {
            key: "out all all to ::/0".into(),
            from: cells(["out", "All traffic", "all", "all", "::/0", ""]),
        },
        RowEdit::Add(cells(["in", "", "tcp", "8000-8100", "sg-0b2", "its own"])),
        RowEdit::Add(cells(["in", "", "all", "all", "2600:1f14::/32", ""])),
        RowEdit::Add(cells(["in", "", "icmp", "3/4", "pl-0a1b2c3d", ""])),
        RowEdit::Add(cells(["in", "", "50", "", "10.1.0.0/16", ""])),
        RowEdit::Add(cells(["out", "", "udp", "53", "10.0.0.2", "DNS"])),
    ])
}

/// A launch with everything in it that a launch may have.
fn launch() -> Plan {
    let data = "#!/bin/sh\necho \"it's 결제\"\n";
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("it's a launch's data.sh");
    std::fs::write(&file, data).unwrap();
    let cells = |cells: &[&str]| cells.iter().map(|c| arcstr::ArcStr::from(*c)).collect::<Vec<_>>();
    let mut plan = made(
        "launch",
        &[
            ("name", text("it's, a=b 결제")),
            ("image", text("ami-0a1")),
            ("type", text("c7gn.xlarge")),
            ("key", text("new")),
            ("key_name", text("my key")),
            ("vpc", text("vpc-0a1")),
            ("subnet", text("subnet-0a1")),
            ("public_ip", text("yes")),
            ("groups", text("sg-0a1,new")),
            ("group_name", text("web [1]")),
            ("ssh_from", text("203.0.113.0/24")),
            ("disk", FormValue::Rows(vec![RowEdit::Add(cells(&["/dev/sdf", "20", "io2", "300", "yes", "no"]))])),
            ("user_data", FormValue::Secret(Secret::new(data.into()))),
            ("profile", text("arn:aws:iam::123456789012:instance-profile/web")),
            ("count", text("2")),
            ("spot", FormValue::Flag(true)),
            ("max_price", text("0.02")),
            ("tags", FormValue::Rows(vec![RowEdit::Add(cells(&["Team", "$HOME `x`"]))])),
            ("protect", FormValue::Flag(true)),
            ("imdsv2", text("optional")),
            ("monitoring", FormValue::Flag(true)),
        ],
    );
    for step in &mut plan.steps {
        for (_, arg) in &mut step.call.args {
            if let Arg::SecretFile { file: at, .. } = arg {
                *at = file.to_string_lossy().as_ref().into();
            }
        }
    }
    plan
}

/// A launch from a template with all typed over that can be, and a template with all in it that it may have; the file of each one's user data.
fn from_templates() -> Vec<Plan> {
    let data = "#!/bin/sh\necho \"it's 결제\"\n";
    let cells = |cells: &[&str]| cells.iter().map(|c| arcstr::ArcStr::from(*c)).collect::<Vec<_>>();
    let over = [
        ("image", text("ami-0a1")),
        ("type", text("c7gn.xlarge")),
        ("key", text("key-0a1")),
        ("vpc", text("vpc-0a1")),
        ("subnet", text("subnet-0a1")),
        ("public_ip", text("no")),
        ("groups", text("sg-0a1,sg-0b2")),
        ("disk", FormValue::Rows(vec![RowEdit::Add(cells(&["/dev/sdf", "20", "io2", "300", "yes", "no"]))])),
        ("user_data", FormValue::Secret(Secret::new(data.into()))),
        ("profile", text("web+1")),
        ("spot", FormValue::Flag(true)),
        ("max_price", text("0.02")),
        ("tags", FormValue::Rows(vec![RowEdit::Add(cells(&["Team, [a]", "$HOME `x`, it's = {b}"]))])),
        ("protect", FormValue::Flag(true)),
        ("imdsv2", text("disabled")),
        ("monitoring", FormValue::Flag(true)),
    ];
    let with = |first: &[(&'static str, FormValue)], without: &[&str]| {
        let over = over.iter().filter(|(name, _)| !without.contains(name)).cloned();
        first.iter().cloned().chain(over).collect::<Vec<_>>()
    };
    let name =
        [("name", text("web.1/(a)_b")), ("description", text("it's, a=b 결제")), ("instance_name", text("it's"))];
    let mut out = vec![
        made("create-launch-template", &with(&name, &["profile"])),
        made("create-launch-template", &with(&name, &["user_data", "spot", "max_price"])),
    ];
    let version = [template_version(3, "other")];
    out.push(plan("launch", &version, &[("name", text("it's"))]));
    let over =
        [("protect", FormValue::Flag(false)), ("monitoring", FormValue::Flag(false)), ("type", text("t3.small"))];
    out.push(plan("launch", &version, &over));
    out.push(plan("new-version", &version, &[("type", text("t3.small")), ("make_default", FormValue::Flag(true))]));
    out.push(plan("set-default", &version, &[]));
    out.push(plan("delete", &[version[0].clone(), template_version(4, "latest")], &[]));
    out.push(plan("delete", &[row("launch-templates", "lt-0a1", "", &[], &[])], &[]));
    for plan in &mut out {
        for (_, arg) in plan.steps.iter_mut().flat_map(|s| &mut s.call.args) {
            let Arg::Map(members) = arg else { continue };
            for (_, member) in members {
                if let Arg::SecretFile { bytes, file } = member {
                    let at = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("it's user data, in base64.b64");
                    std::fs::write(&at, bytes.expose()).unwrap();
                    *file = at.to_string_lossy().as_ref().into();
                }
            }
        }
    }
    out
}

/// The version of a launch template.
fn template_version(number: i64, state: &str) -> Target {
    let fields = [
        ("template_id", Value::text("lt-0a1")),
        ("version", Value::Int(number)),
        ("default", Value::text(state)),
        ("disks", Value::Empty),
        ("launch_tags", Value::Empty),
        ("interfaces", Value::Int(0)),
        ("termination_protection", Value::Bool(true)),
        ("monitoring", Value::Bool(true)),
        ("image_id", Value::text("ami-0a1")),
        ("type", Value::text("t3.micro")),
    ];
    row("launch-template-versions", &format!("lt-0a1:{number}"), state, &[], &fields)
}

fn text(s: &str) -> FormValue {
    FormValue::Text(s.into())
}

/// Calls of every action, with what is hard to say on a command line in them.
pub fn representative_calls(folder: &Path) -> Vec<Call> {
    std::fs::create_dir_all(folder.join("sdk")).unwrap();
    std::fs::create_dir_all(folder.join("cli")).unwrap();
    // Each time a new name: a file that exists is never overwritten.
    let file = format!("it's {}.txt", std::fs::read_dir(folder.join("sdk")).unwrap().count());
    let into = folder.join("sdk").display().to_string();
    let on = |s: &str| {
        [row("instances", "i-0a1", s, &[("Old", "x"), ("-dash", "1")], &[("hibernation", Value::Bool(true))])]
    };
    let two =
        [on("running")[0].clone(), row("instances", "i-0b2", "running", &[], &[("hibernation", Value::Bool(true))])];
    let target = |port: Value| {
        let arn = ("target_group_arn", Value::text(TG));
        [row("targets", "x", "healthy", &[], &[("id", Value::text("i-0a1")), ("port", port), arn])]
    };
    let group =
        [row("target-groups", TG, "", &[], &[("target_type", Value::text("instance")), ("port", Value::Int(80))])];
    let sizes = [("min", Value::Int(0)), ("desired", Value::Int(2)), ("max", Value::Int(9))];
    let asg = [row("auto-scaling-groups", "my group, its=name", "steady", &[], &sizes)];
    let object = |key: &str| {
        let fields = [("bucket", Value::text("my-bucket")), ("key", Value::text(key)), ("type", Value::text("object"))];
        [row("objects", key, "", &[], &fields)]
    };
    let alarm = |on: bool, name: &str| [row("alarms", name, "OK", &[], &[("actions_enabled", Value::Bool(on))])];
    let volume = |state: &str| {
        let hosts = if state == "in-use" { Value::List(Arc::new(vec!["i-0a1".into()])) } else { Value::Empty };
        let fields = [
            ("instances", hosts),
            ("device", Value::text("/dev/sdf")),
            ("zone", Value::text("ap-northeast-2a")),
            ("size_gib", Value::Int(20)),
            ("type", Value::text("gp3")),
            ("iops", Value::Int(3_000)),
            ("throughput", Value::Int(125)),
        ];
        [row("volumes", "vol-0a1", state, &[], &fields)]
    };
    let snapshot = || {
        let fields =
            [("size_gib", Value::Int(8)), ("encrypted", Value::Bool(false)), ("tier", Value::text("standard"))];
        [row("snapshots", "snap-0a1", "completed", &[], &fields)]
    };
    let image = || {
        let fields = [("size_gib", Value::Int(8)), ("encrypted", Value::Bool(false))];
        [row("images", "ami-0a1", "available", &[], &fields)]
    };
    let address = |association: &str| {
        let is = |s: &str| if s.is_empty() { Value::Empty } else { Value::text(s) };
        let host = if association.is_empty() { "" } else { "i-0a1" };
        let fields = [("association_id", is(association)), ("instance", is(host)), ("service_managed", Value::Empty)];
        let state = if association.is_empty() { "unattached" } else { "associated" };
        [row("addresses", "eipalloc-0a1", state, &[], &fields)]
    };
    let security_group = {
        let rules = [
            "in tcp 22 from 10.0.0.0/8  # it's old",
            "in tcp 80 from 0.0.0.0/0",
            "out tcp 443 to 10.0.0.0/8  # old",
            "out all all to ::/0",
        ]
        .map(arcstr::ArcStr::from);
        let fields = [
            ("vpc_id", Value::text("vpc-0a1")),
            ("is_default", Value::Bool(false)),
            ("rules", Value::List(Arc::new(rules.into()))),
        ];
        [row("security-groups", "sg-0a1", "", &[], &fields)]
    };
    let gateway = |state: &str, vpc: Value| [row("internet-gateways", "igw-0a1", state, &[], &[("vpc_id", vpc)])];
    let interface = [row("network-interfaces", "eni-0a1", "in-use", &[], &[("managed", Value::Bool(false))])];
    let burstable = [row("instances", "i-0a1", "running", &[], &[("type", Value::text("t3.micro"))])];
    let flag = FormValue::Flag(true);
    let flag_on = flag.clone();
    let plans = [
        plan("start", &on("stopped"), &[]),
        plan("stop", &two, &[]),
        plan("stop", &two, &[("force", flag.clone())]),
        plan("stop", &two, &[("hibernate", flag.clone())]),
        plan("hibernate", &two, &[]),
        plan("reboot", &two, &[]),
        rescheduled(),
        rolled(),
        plan("change-credits", &burstable, &[("mode", text("unlimited"))]),
        plan("cancel-request", &[row("spot-requests", "sir-0a1b2c3d", "active", &[], &[])], &[]),
        plan("change-type", &two, &[("type", text("m7i-flex.large"))]),
        user_data(&on("stopped")),
        plan("associate-address", &on("running"), &[("address", text("eipalloc-0a1"))]),
        plan("associate-address", &on("running"), &[("address", text("new")), ("name", text("it's web, [1]"))]),
        plan("create-image", &on("running"), &[("name", text("it's web [1]")), ("description", text("a=b, 결제"))]),
        plan("create-image", &on("running"), &[("name", text("web-2")), ("no_reboot", flag.clone())]),
        plan("deregister", &[row("images", "ami-0a1", "available", &[], &[("snapshots", Value::Empty)])], &[]),
        plan("create-snapshot", &volume("in-use"), &[("name", text("it's")), ("description", text("-x [a], $HOME"))]),
        plan("delete", &[row("snapshots", "snap-0a1", "completed", &[], &[])], &[]),
        plan(
            "restore",
            &snapshot(),
            &[
                ("size", text("9")),
                ("zone", text("ap-northeast-2a")),
                ("name", text("it's [1]")),
                ("attach", text("i-0a1")),
            ],
        ),
        plan(
            "copy",
            &snapshot(),
            &[
                ("region", text("ap-northeast-1")),
                ("name", text("it's, a=b")),
                ("description", text("-x [a], $HOME")),
                ("encrypted", flag.clone()),
                ("key", text("alias/my key")),
            ],
        ),
        plan("share", &snapshot(), &[("with", text("111122223333,444455556666")), ("public", flag.clone())]),
        plan(
            "copy",
            &image(),
            &[("region", text("ap-northeast-1")), ("name", text("it's [1]")), ("description", text("a=b, 결제"))],
        ),
        plan("copy", &image(), &[("name", text("same region")), ("encrypted", flag.clone())]),
        plan(
            "share",
            &image(),
            &[
                (
                    "with",
                    text(
                        "111122223333,arn:aws:organizations::111122223333:organization/o-a1b2c3,\
                         arn:aws:organizations::111122223333:ou/o-a1b2c3/ou-ab12-cd34",
                    ),
                ),
                ("public", flag.clone()),
            ],
        ),
        plan("modify", &volume("in-use"), &[("size", text("40"))]),
        plan("modify", &volume("in-use"), &[("type", text("io2")), ("size", text("20")), ("iops", text("500"))]),
        plan("modify", &volume("in-use"), &[("iops", text("4000")), ("throughput", text("500"))]),
        plan("terminate", &two, &[]),
        plan("tags", &on("running"), &[("set", text("Env=prod,Team=web")), ("remove", text("Old"))]),
        plan("tags", &on("running"), &[("set", text(r"it's=a\,b\=c $HOME 결제 `x`,e=")), ("remove", text("-dash"))]),
        plan("tags", &on("running"), &[("set", text("doc=file:///etc/passwd,u=http://x")), ("remove", text("Old"))]),
        plan("tags", &on("running"), &[("set", text("json=[1],map={\"a\":1},at=@x,n=1.0,b=true"))]),
        plan("tags", &[row("security-group-rules", "sgr-0a1", "", &[], &[])], &[("set", text("it's=[a]"))]),
        plan("change-security-groups", &on("running"), &[("groups", text("sg-0a1,sg-0b2"))]),
        plan("change-security-groups", &interface, &[("groups", text("sg-0a1,sg-0b2"))]),
        plan("change-protection", &on("running"), &[("termination", text("on")), ("stop", text("off"))]),
        plan("change-metadata-options", &on("running"), &[("imdsv2", text("optional")), ("hop_limit", text("2"))]),
        plan("change-metadata-options", &on("running"), &[("endpoint", text("disabled")), ("tags", text("enabled"))]),
        plan("change-source-dest-check", &on("running"), &[("check", text("off"))]),
        plan("change-source-dest-check", &on("running"), &[("check", text("on"))]),
        plan("register", &group, &[("target", text("i-0a1")), ("also", text("i-0b2:8080"))]),
        plan("deregister", &target(Value::Int(80)), &[]),
        plan("deregister", &target(Value::Empty), &[]),
        plan("set-desired-capacity", &asg, &[("desired", text("3"))]),
        plan("set-desired-capacity", &asg, &[("desired", text("0")), ("honor_cooldown", flag)]),
        plan("download", &object("logs/결제 (1)+a&b=c.txt"), &[("folder", text(&into)), ("file", text(&file))]),
        plan("enable-actions", &alarm(false, "web cpu"), &[]),
        plan("enable-actions", &alarm(false, "-x"), &[]),
        made(
            "create-volume",
            &[("size", text("7")), ("zone", text("ap-northeast-2a")), ("name", text("it's, a=b 결제"))],
        ),
        made(
            "create-volume",
            &[
                ("type", text("io2")),
                ("iops", text("150")),
                ("size", text("9")),
                ("zone", text("ap-northeast-2a")),
                ("snapshot", text("snap-0123456789abcdef0")),
                ("encrypted", FormValue::Flag(false)),
            ],
        ),
        made(
            "create-volume",
            &[
                ("size", text("7")),
                ("throughput", text("200")),
                ("zone", text("ap-northeast-2a")),
                ("attach", text("i-0a1")),
            ],
        ),
        plan("attach", &volume("available"), &[("instance", text("i-0a1")), ("device", text("/dev/sdg"))]),
        plan("detach", &volume("in-use"), &[("force", FormValue::Flag(true))]),
        plan("delete", &volume("available"), &[]),
        made("allocate", &[("name", text("web [1]"))]),
        made("allocate", &[]),
        plan("associate", &address(""), &[("instance", text("i-0a1"))]),
        plan("associate", &address("eipassoc-1"), &[("interface", text("eni-0a1"))]),
        plan("disassociate", &address("eipassoc-1"), &[]),
        plan("release", &address(""), &[]),
        made(
            "launch",
            &[
                ("image", text("ami-0a1")),
                ("vpc", text("vpc-0a1")),
                ("subnet", text("subnet-0a1")),
                ("groups", text("sg-0a1")),
            ],
        ),
        launch(),
        made(
            "create-security-group",
            &[
                ("name", text("web [1]")),
                ("description", text("for [all] of $HOME; a=b")),
                ("vpc", text("vpc-0a1")),
                ("ssh", flag_on.clone()),
                ("ssh_from", text("203.0.113.0/24")),
                ("http", flag_on),
            ],
        ),
        plan("rules", &security_group, &[("rules", rule_edits())]),
        plan("copy", &security_group, &[("name", text("web [2]")), ("description", text("a=b & $HOME"))]),
        plan("delete", &security_group, &[]),
        plan("attach", &gateway("detached", Value::Empty), &[("vpc", text("vpc-0a1"))]),
        plan("detach", &gateway("available", Value::text("vpc-0a1")), &[]),
        made("create-key-pair", &[("name", text("my key")), ("type", text("rsa"))]),
        made("import-key-pair", &[("name", text("my key")), ("public_key", text(PUBLIC_KEY))]),
        plan("delete", &[row("key-pairs", "key-0a1", "", &[], &[])], &[]),
        made("create-nat-gateway", &[("name", text("out [1]")), ("subnet", text("subnet-0a1"))]),
        made("create-nat-gateway", &[("subnet", text("subnet-0a1")), ("type", text("private"))]),
        plan("delete", &[row("nat-gateways", "nat-0a1", "available", &[], &[])], &[]),
        made("create-egress-only-gateway", &[("name", text("it's six")), ("vpc", text("vpc-0a1"))]),
        plan("delete", &[row("egress-only-gateways", "eigw-0a1", "attached", &[], &[])], &[]),
        made("create-default-vpc", &[]),
        made(
            "create-dhcp-options",
            &[
                ("name", text("corp")),
                ("dns", text("10.0.0.2,AmazonProvidedDNS")),
                ("domain", text("a.example b.example")),
                ("ntp", text("169.254.169.123")),
                ("node_type", text("2")),
            ],
        ),
        plan("associate", &[row("dhcp-options", "dopt-0a1", "", &[], &[])], &[("vpc", text("vpc-0a1"))]),
        plan("delete", &[row("dhcp-options", "dopt-0a1", "", &[], &[])], &[]),
        made(
            "create-prefix-list",
            &[
                ("name", text("office [1]")),
                ("entries", FormValue::Rows(vec![RowEdit::Add(vec!["10.0.0.0/8".into(), "a=b, it's $HOME".into()])])),
            ],
        ),
        plan("delete", &[row("prefix-lists", "pl-0a1", "create-complete", &[], &[])], &[]),
        made(
            "create-flow-log",
            &[
                ("name", text("flows")),
                ("vpc", text("vpc-0a1")),
                ("group", text("/vpc/it's")),
                ("role", text("arn:aws:iam::111122223333:role/flows")),
            ],
        ),
        made("create-flow-log", &[("vpc", text("vpc-0a1")), ("to", text("s3")), ("bucket", text("my-logs/a"))]),
        plan("delete", &[row("flow-logs", "fl-0a1", "ACTIVE", &[], &[])], &[]),
        made("create-endpoint", &[("vpc", text("vpc-0a1")), ("route_tables", text("rtb-0a1,rtb-0a2"))]),
        made(
            "create-endpoint",
            &[
                ("name", text("ssm [1]")),
                ("vpc", text("vpc-0a1")),
                ("type", text("Interface")),
                ("service", text("ssm")),
                ("subnets", text("subnet-0a1,subnet-0a2")),
                ("groups", text("sg-0a1")),
            ],
        ),
        plan("delete", &[row("endpoints", "vpce-0a1", "available", &[], &[])], &[]),
        edited_prefix_list(),
        made(
            "request-peering",
            &[
                ("name", text("to [lab]")),
                ("vpc", text("vpc-0a1")),
                ("region", text("eu-west-1")),
                ("account", text("111122223333")),
                ("peer", text("vpc-0b2")),
            ],
        ),
        made("request-peering", &[("vpc", text("vpc-0a1")), ("peer", text("vpc-0b2"))]),
        plan("reject", &[row("peerings", "pcx-0a1", "pending-acceptance", &[], &[])], &[]),
        plan("delete", &[row("peerings", "pcx-0a1", "active", &[], &[])], &[]),
        plan("disable-actions", &[alarm(true, "[a]")[0].clone(), alarm(true, "it's, b")[0].clone()], &[]),
    ];
    let plans = plans.into_iter().chain(from_templates()).chain(networks::plans());
    // What an earlier step answers, as if it had.
    let resolved = |call: &Call| {
        let outputs = call.uses().into_iter().map(|o| ((o.step, o.output.into()), "vol-0b2".into())).collect();
        call.resolve(&outputs).unwrap()
    };
    let plans = plans.into_iter().chain(profiles());
    let calls = plans.flat_map(|p| p.with_tokens("t-1").calls().map(resolved).collect::<Vec<_>>());
    calls.chain([send_key()]).collect()
}
