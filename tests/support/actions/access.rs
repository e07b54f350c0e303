//! Plans of what is done to addresses, security groups, key pairs and internet gateways.

use std::sync::Arc;

use skydeck::model::{FormValue, Plan, RowEdit, Value};

use super::{PUBLIC_KEY, made, plan, row, text};

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

/// One of each.
pub(super) fn plans() -> Vec<Plan> {
    let on = |s: &str| {
        [row("instances", "i-0a1", s, &[("Old", "x"), ("-dash", "1")], &[("hibernation", Value::Bool(true))])]
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
    let flag = FormValue::Flag(true);
    let flag_on = flag.clone();
    vec![
        plan("associate-address", &on("running"), &[("address", text("eipalloc-0a1"))]),
        plan("associate-address", &on("running"), &[("address", text("new")), ("name", text("it's web, [1]"))]),
        plan("tags", &[row("security-group-rules", "sgr-0a1", "", &[], &[])], &[("set", text("it's=[a]"))]),
        plan("change-security-groups", &on("running"), &[("groups", text("sg-0a1,sg-0b2"))]),
        plan("change-security-groups", &interface, &[("groups", text("sg-0a1,sg-0b2"))]),
        plan("associate", &address(""), &[("instance", text("i-0a1"))]),
        plan("associate", &address("eipassoc-1"), &[("interface", text("eni-0a1"))]),
        plan("disassociate", &address("eipassoc-1"), &[]),
        plan("release", &address(""), &[]),
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
    ]
}
