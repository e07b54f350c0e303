use arcstr::ArcStr;

use super::*;
use crate::base::Fault;
use crate::kinds::action::Action;
use crate::kinds::ec2::network_acls::{self as acls, INFO};
use crate::kinds::ec2::{network_acl_entries as entries, subnets, vpcs};
use crate::kinds::testing::{Rows, consequences, consequences_of, row, texts, values};
use crate::model::{
    Arg, Confirm, FormInput, FormSpec, FormValue, Plan, Record, RowEdit, Selector, Severity, Tone, Value, Values,
    Waiter,
};

fn acl(id: &str, name: &str, subnets: &[&str], entries: &[&str]) -> Record {
    let associations: Vec<String> = subnets.iter().map(|s| format!("{s} aclassoc-{s}")).collect();
    let associations: Vec<&str> = associations.iter().map(String::as_str).collect();
    let count = |way: &str| {
        let n = entries.iter().filter(|e| e.starts_with(way) && !e.contains('*')).count();
        Value::Int(i64::try_from(n).unwrap_or(0))
    };
    row(&INFO, id, name, "")
        .with(&acls::VPC_ID, Value::text("vpc-1"))
        .with(&acls::IS_DEFAULT, Value::Bool(name == "default"))
        .with(&acls::SUBNETS, if subnets.is_empty() { Value::Empty } else { texts(subnets) })
        .with(&acls::ASSOCIATIONS, texts(&associations))
        .with(&acls::INBOUND, count("in"))
        .with(&acls::OUTBOUND, count("out"))
        .with(&acls::ENTRIES, texts(entries))
        .record()
}

const STARS: [&str; 2] = ["in * deny all 0.0.0.0/0", "out * deny all 0.0.0.0/0"];

fn open() -> Record {
    let all = ["in 100 allow all 0.0.0.0/0", STARS[0], "out 100 allow all 0.0.0.0/0", STARS[1]];
    acl("acl-1", "default", &["subnet-1"], &all)
}

fn shut() -> Record {
    acl("acl-2", "shut", &[], &STARS)
}

fn account() -> Rows {
    let mut rows = Rows::default();
    let vpc = row(&vpcs::INFO, "vpc-1", "shop", "available").record();
    rows.complete(&vpcs::INFO, Selector::All, vec![vpc]);
    let subnet = row(&subnets::INFO, "subnet-1", "web", "available").with(&subnets::VPC_ID, Value::text("vpc-1"));
    rows.complete(&subnets::INFO, Selector::All, vec![subnet.record()]);
    rows.complete(&INFO, Selector::All, vec![open(), shut()]);
    rows
}

fn planned(action: &Action, record: Record, values: &Values) -> Result<Plan, Fault> {
    let rows = account();
    let targets = [rows.target(record.kind.0, record)];
    action.planned(&rows.context(&targets), values)
}

fn edits(all: Vec<RowEdit>) -> Values {
    Values::default().with("entries", FormValue::Rows(all))
}

fn cells(all: [&str; 6]) -> Vec<ArcStr> {
    all.into_iter().map(ArcStr::from).collect()
}

fn add(all: [&str; 6]) -> RowEdit {
    RowEdit::Add(cells(all))
}

fn calls(plan: &Plan) -> Vec<&'static str> {
    plan.calls().map(|c| c.op.name).collect()
}

fn form(record: Record, all: Vec<RowEdit>) -> FormSpec {
    let rows = account();
    let targets = [rows.target(&INFO, record)];
    (EDIT.refine)(&rows.context(&targets), &edits(all))
}

#[test]
fn an_edit_of_entries_is_applied_in_the_fewest_calls_and_each_has_its_way_back() {
    let deny = add(["in", "90", "deny", "tcp", "22", "203.0.113.0/24"]);
    let renumbered = RowEdit::Change {
        key: "in 100".into(),
        from: cells(["in", "100", "allow", "all", "all", "0.0.0.0/0"]),
        to: cells(["in", "110", "allow", "all", "all", "0.0.0.0/0"]),
    };
    let only_https = RowEdit::Change {
        key: "out 100".into(),
        from: cells(["out", "100", "allow", "all", "all", "0.0.0.0/0"]),
        to: cells(["out", "100", "allow", "tcp", "all", "0.0.0.0/0"]),
    };
    let p = planned(&EDIT, open(), &edits(vec![deny, renumbered, only_https])).expect("a plan");
    let names = ["CreateNetworkAclEntry", "CreateNetworkAclEntry", "DeleteNetworkAclEntry", "ReplaceNetworkAclEntry"];
    assert_eq!(calls(&p), names);
    let back: Vec<_> = p.steps.iter().map(|s| s.undo.as_ref().expect("a way back").call.op.name).collect();
    let names = ["DeleteNetworkAclEntry", "DeleteNetworkAclEntry", "CreateNetworkAclEntry", "ReplaceNetworkAclEntry"];
    assert_eq!(back, names);
    let Waiter::Field { want, .. } = &p.wait else { panic!("it waits for the row") };
    assert_eq!(
        want,
        "in 90 deny tcp 22 203.0.113.0/24, in 110 allow all 0.0.0.0/0, in * deny all 0.0.0.0/0, out 100 allow tcp all \
         0.0.0.0/0, out * deny all 0.0.0.0/0",
        "as the row's list will read"
    );
    assert!(planned(&EDIT, open(), &Values::default()).is_err_and(|f| f.message.contains("like that already")));
}

#[test]
fn an_entry_whose_answers_have_no_way_back_is_said_while_it_is_typed_and_hurts_in_the_plan() {
    let https = || add(["in", "100", "allow", "tcp", "443", "0.0.0.0/0"]);
    let spec = form(shut(), vec![https()]);
    let facts = &spec.fields[0].facts;
    assert!(
        facts.contains("inbound 1 of 20") && facts.contains("answers to in 100 (tcp 443 0.0.0.0/0) have no way out"),
        "{facts}"
    );
    let p = planned(&EDIT, shut(), &edits(vec![https()])).expect("a plan");
    let want = "Answers to in 100 (tcp 443 0.0.0.0/0) have no way out: a network ACL keeps no state. Add out allow tcp \
                1024-65535 0.0.0.0/0";
    assert_eq!(consequences_of(&p, Severity::Severe), [want]);
    assert_eq!(p.confirm(), Confirm::Type("shut".into()));
    let answers = add(["out", "100", "allow", "tcp", "1024-65535", "0.0.0.0/0"]);
    let p = planned(&EDIT, shut(), &edits(vec![https(), answers])).expect("a plan");
    assert_eq!(consequences_of(&p, Severity::Severe), [] as [&str; 0]);
    // Whoever takes away the answers' way breaks what comes in.
    let all = ["in 100 allow tcp 443 0.0.0.0/0", STARS[0], "out 100 allow tcp 1024-65535 0.0.0.0/0", STARS[1]];
    let gone = RowEdit::Remove {
        key: "out 100".into(),
        from: cells(["out", "100", "allow", "tcp", "1024-65535", "0.0.0.0/0"]),
    };
    let p = planned(&EDIT, acl("acl-3", "web", &["subnet-1"], &all), &edits(vec![gone])).expect("a plan");
    let hurts = consequences_of(&p, Severity::Severe).join("\n");
    assert!(hurts.contains("Answers to in 100") && hurts.contains("nothing more leaves"), "{hurts}");
}

#[test]
fn what_ec2_would_refuse_of_an_entry_is_said_at_its_cell() {
    for (all, column, says) in [
        (["in", "0", "allow", "tcp", "22", "10.0.0.0/8"], 1, "from 1 to 32766"),
        (["in", "32767", "allow", "tcp", "22", "10.0.0.0/8"], 1, "from 1 to 32766"),
        (["in", "", "allow", "tcp", "22", "10.0.0.0/8"], 1, "A number"),
        (["in", "100", "allow", "tcp", "22", "10.0.0.0/8"], 1, "NetworkAclEntryAlreadyExists"),
        (["in", "90", "allow", "tcp", "70000", "10.0.0.0/8"], 4, "70000 is not a port"),
        (["in", "90", "allow", "tpc", "22", "10.0.0.0/8"], 3, "tpc is not a protocol"),
        (["in", "90", "allow", "tcp", "22", "10.0.0.0/33"], 5, "/33"),
        (["in", "90", "allow", "tcp", "22", "sg-1"], 5, "not an address"),
        (["in", "90", "allow", "icmp", "8", "::/0"], 3, "icmpv6"),
        (["sideways", "90", "allow", "tcp", "22", "10.0.0.0/8"], 0, "sideways"),
        (["in", "90", "perhaps", "tcp", "22", "10.0.0.0/8"], 2, "perhaps"),
    ] {
        let spec = form(open(), vec![add(all)]);
        let FormInput::Rows(input) = &spec.fields[0].input else { panic!("a table") };
        let found: Vec<_> = input.errors.iter().map(|e| (e.column, e.text.as_str())).collect();
        assert!(found.iter().any(|(c, text)| *c == column && text.contains(says)), "{all:?}: {found:?}");
    }
    let star = RowEdit::Remove { key: "in *".into(), from: cells(["in", "*", "deny", "all", "all", "0.0.0.0/0"]) };
    let spec = form(open(), vec![star]);
    assert!(spec.fields[0].error.as_ref().is_some_and(|e| e.contains("AWS's own last entry")));
}

#[test]
fn subnets_get_another_acl_and_the_way_back_gives_them_the_old_one() {
    let p = planned(&ASSOCIATE, shut(), &values(&[("subnets", "web")])).expect("a plan");
    assert_eq!(calls(&p), ["ReplaceNetworkAclAssociation"]);
    assert_eq!(p.steps[0].call.get("AssociationId"), Some(&Arg::str("aclassoc-subnet-1")));
    let undo = p.steps[0].undo.as_ref().expect("a way back");
    assert_eq!(undo.call.get("NetworkAclId"), Some(&Arg::str("acl-1")));
    assert!(consequences(&p).contains("Nothing more comes into subnet web"), "{}", consequences(&p));
    assert!(planned(&ASSOCIATE, open(), &values(&[("subnets", "web")])).is_err_and(|f| f.message.contains("already")));
}

#[test]
fn acls_and_entries_are_deleted_where_ec2_would_do_it() {
    assert!(planned(&DELETE, open(), &Values::default()).is_err_and(|f| f.message.contains("default network ACL")));
    assert!(planned(&DELETE, shut(), &Values::default()).is_ok_and(|p| p.destructive));
    let used = acl("acl-3", "web", &["subnet-1"], &STARS);
    assert!(planned(&DELETE, used, &Values::default()).is_err_and(|f| f.message.starts_with("1 subnet has it")));
    let entry = |number: &str| {
        let row = row(&entries::INFO, &format!("acl-1/in/{number}"), &format!("in {number}"), "")
            .with(&entries::DIRECTION, Value::text("inbound"))
            .with(&entries::NUMBER, Value::text(number))
            .with(&entries::PROTOCOL, Value::text("all"))
            .with(&entries::PORTS, Value::text("all"))
            .with(&entries::RANGE, Value::range(Some("0.0.0.0/0")))
            .with(&entries::ACL_ID, Value::text("acl-1"));
        let mut record = row.record();
        record.state = Some((Tone::Good, "allow".into()));
        record
    };
    let p = planned(&DELETE_ENTRIES, entry("100"), &Values::default()).expect("a plan");
    assert_eq!(calls(&p), ["DeleteNetworkAclEntry"]);
    assert_eq!(p.subjects[0].change, "- in 100 allow all 0.0.0.0/0");
    assert!(consequences(&p).contains("Without an entry nothing more comes in"), "{}", consequences(&p));
    assert!(planned(&DELETE_ENTRIES, entry("*"), &Values::default()).is_err_and(|f| f.message.contains("AWS's own")));
}

#[test]
fn a_new_acl_denies_all_and_says_so() {
    let rows = account();
    let p = CREATE.planned(&rows.context(&[]), &values(&[("name", "web"), ("vpc", "shop")])).expect("a plan");
    assert_eq!((calls(&p), p.steps[0].call.get("VpcId")), (vec!["CreateNetworkAcl"], Some(&Arg::str("vpc-1"))));
    assert!(consequences(&p).contains("denies everything"));
}
