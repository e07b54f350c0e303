//! Plans of NAT and egress-only gateways, endpoints, peerings and what VPCs refer to.

use std::sync::Arc;

use skydeck::base::Time;
use skydeck::model::{FormValue, Plan, RowEdit, Value};
use skydeck::store::Store;

use super::{made, plan, plan_in, row, text};

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

/// One of each.
pub(super) fn plans() -> Vec<Plan> {
    let on = |s: &str| {
        [row("instances", "i-0a1", s, &[("Old", "x"), ("-dash", "1")], &[("hibernation", Value::Bool(true))])]
    };
    vec![
        plan("change-metadata-options", &on("running"), &[("endpoint", text("disabled")), ("tags", text("enabled"))]),
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
    ]
}
