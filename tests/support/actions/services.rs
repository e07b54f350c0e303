//! Plans of what is done to target groups, Auto Scaling groups, objects and alarms.

use skydeck::model::{FormValue, Plan, Value};

use super::{LB, TG, plan, row, text};

/// One of each; downloads go to `into/file`.
pub(super) fn plans(into: &str, file: &str) -> Vec<Plan> {
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
    let flag = FormValue::Flag(true);
    vec![
        plan("register", &group, &[("target", text("i-0a1")), ("also", text("i-0b2:8080"))]),
        plan("deregister", &target(Value::Int(80)), &[]),
        plan("deregister", &target(Value::Empty), &[]),
        plan(
            "delete",
            &[row("load-balancers", LB, "active", &[], &[("dns_name", Value::text("my-alb.example"))])],
            &[],
        ),
        plan("set-desired-capacity", &asg, &[("desired", text("3"))]),
        plan("set-desired-capacity", &asg, &[("desired", text("0")), ("honor_cooldown", flag)]),
        plan("download", &object("logs/결제 (1)+a&b=c.txt"), &[("folder", text(into)), ("file", text(file))]),
        plan("enable-actions", &alarm(false, "web cpu"), &[]),
        plan("enable-actions", &alarm(false, "-x"), &[]),
        plan("disable-actions", &[alarm(true, "[a]")[0].clone(), alarm(true, "it's, b")[0].clone()], &[]),
    ]
}
