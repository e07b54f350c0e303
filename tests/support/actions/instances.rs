//! Plans of what is done to instances.

use std::sync::Arc;

use skydeck::base::{Scope, Secret, Time};
use skydeck::kinds::Target;
use skydeck::kinds::registry::ALL;
use skydeck::model::{Arg, Call, FormValue, Kind, Plan, Value};
use skydeck::store::Store;

use super::{PUBLIC_KEY, TG, made, plan, plan_in, row, text};

/// What a way to connect calls before its program starts.
pub(super) fn send_key() -> Call {
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
pub(super) fn profiles() -> Vec<Plan> {
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

/// States, types, credits, attributes and tags.
pub(super) fn plans() -> Vec<Plan> {
    let on = |s: &str| {
        [row("instances", "i-0a1", s, &[("Old", "x"), ("-dash", "1")], &[("hibernation", Value::Bool(true))])]
    };
    let two =
        [on("running")[0].clone(), row("instances", "i-0b2", "running", &[], &[("hibernation", Value::Bool(true))])];
    let burstable = [row("instances", "i-0a1", "running", &[], &[("type", Value::text("t3.micro"))])];
    let flag = FormValue::Flag(true);
    vec![
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
        plan("terminate", &two, &[]),
        plan("tags", &on("running"), &[("set", text("Env=prod,Team=web")), ("remove", text("Old"))]),
        plan("tags", &on("running"), &[("set", text(r"it's=a\,b\=c $HOME 결제 `x`,e=")), ("remove", text("-dash"))]),
        plan("tags", &on("running"), &[("set", text("doc=file:///etc/passwd,u=http://x")), ("remove", text("Old"))]),
        plan("tags", &on("running"), &[("set", text("json=[1],map={\"a\":1},at=@x,n=1.0,b=true"))]),
        plan("change-protection", &on("running"), &[("termination", text("on")), ("stop", text("off"))]),
        plan("change-metadata-options", &on("running"), &[("imdsv2", text("optional")), ("hop_limit", text("2"))]),
        plan("change-source-dest-check", &on("running"), &[("check", text("off"))]),
        plan("change-source-dest-check", &on("running"), &[("check", text("on"))]),
        made("allocate", &[("name", text("web [1]"))]),
        made("allocate", &[]),
    ]
}
