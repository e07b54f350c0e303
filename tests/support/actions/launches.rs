//! Plans of launches and of launch templates.

use skydeck::base::Secret;
use skydeck::kinds::Target;
use skydeck::model::{Arg, FormValue, Plan, RowEdit, Value};

use super::{made, plan, row, text};

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
pub(super) fn from_templates() -> Vec<Plan> {
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

/// Launches without a template.
pub(super) fn plans() -> Vec<Plan> {
    vec![
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
    ]
}
