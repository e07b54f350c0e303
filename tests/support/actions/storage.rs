//! Plans of what is done to volumes, snapshots and images.

use std::sync::Arc;

use skydeck::model::{FormValue, Plan, Value};

use super::{made, plan, row, text};

/// One of each.
pub(super) fn plans() -> Vec<Plan> {
    let on = |s: &str| {
        [row("instances", "i-0a1", s, &[("Old", "x"), ("-dash", "1")], &[("hibernation", Value::Bool(true))])]
    };
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
    let flag = FormValue::Flag(true);
    vec![
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
    ]
}
