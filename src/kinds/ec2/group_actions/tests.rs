use super::*;
use crate::base::Fault;
use crate::kinds::action::Action;
use crate::kinds::ec2::security_groups as groups;
use crate::kinds::ec2::{security_group_usage as usage, vpcs};
use crate::kinds::testing::{Rows, row, texts};
use crate::model::my_address::{AddressSource, MyAddress};
use crate::model::{Confirm, FormInput, FormSpec, FormValue, Plan, Record, RowEdit, Severity, Value, Values};

fn group(id: &str, name: &str, rules: &[&str]) -> Record {
    row(&INFO, id, name, "")
        .with(&NAME, Value::text(name))
        .with(&VPC_ID, Value::text("vpc-1"))
        .with(&groups::RULES, texts(rules))
        .with(&groups::IS_DEFAULT, Value::Bool(name == "default"))
        .record()
}

fn account() -> Rows {
    let mut rows = Rows::default();
    let vpc = row(&vpcs::INFO, "vpc-1", "my-vpc", "available").with(&vpcs::IS_DEFAULT, Value::Bool(true)).record();
    rows.complete(&vpcs::INFO, Selector::All, vec![vpc]);
    rows.complete(&INFO, Selector::All, vec![web(), group("sg-2", "alb", &[]), group("sg-9", "default", &[])]);
    rows
}

fn web() -> Record {
    group("sg-1", "web", &["in tcp 22 from 10.0.0.0/8  # old", "in tcp 80 from 0.0.0.0/0", "out all all to 0.0.0.0/0"])
}

fn me() -> MyAddress {
    MyAddress::Known("203.0.113.7".parse().expect("an address"), AddressSource::CheckIp)
}

fn with<T>(what: Vec<Record>, see: impl FnOnce(&ActionContext<'_>) -> T) -> T {
    let rows = account();
    let targets: Vec<_> = what.into_iter().map(|r| rows.target(r.kind.0, r)).collect();
    let me = me();
    see(&ActionContext { me: &me, ..rows.context(&targets) })
}

fn planned(action: &Action, what: Vec<Record>, values: &Values) -> Result<Plan, Fault> {
    with(what, |cx| action.planned(cx, values))
}

fn edits(all: Vec<RowEdit>) -> Values {
    Values::default().with("rules", FormValue::Rows(all))
}

fn add(cells: [&str; 6]) -> RowEdit {
    RowEdit::Add(cells.into_iter().map(ArcStr::from).collect())
}

/// Other cells for a rule of `web`.
fn change(key: &str, cells: [&str; 6]) -> RowEdit {
    let rule = Rule::parse(key).expect("a rule");
    let from = ["in", rule.door.name(), "tcp", &rule.door.ports(), &rule.door.peer.to_string(), &rule.description];
    RowEdit::Change {
        key: rule.door.to_string().into(),
        from: from.into_iter().map(ArcStr::from).collect(),
        to: cells.into_iter().map(ArcStr::from).collect(),
    }
}

fn calls(plan: &Plan) -> Vec<&'static str> {
    plan.calls().map(|c| c.op.name).collect()
}

fn form(edits_: Vec<RowEdit>) -> FormSpec {
    with(vec![web()], |cx| (RULES.refine)(cx, &edits(edits_)))
}

/// The errors at cells: column, sentence.
fn errors(edits_: Vec<RowEdit>) -> Vec<(usize, String)> {
    let spec = form(edits_);
    let FormInput::Rows(input) = &spec.fields[0].input else { panic!("a table") };
    input.errors.iter().map(|e| (e.column, e.text.clone())).collect()
}

#[test]
fn an_edit_of_rules_is_applied_in_the_fewest_calls_and_each_has_its_way_back() {
    let values = edits(vec![
        change("in tcp 80 from 0.0.0.0/0", ["in", "HTTP", "tcp", "80", "alb", "only through the balancer"]),
        change("in tcp 22 from 10.0.0.0/8  # old", ["in", "SSH", "tcp", "22", "10.0.0.0/8", "new"]),
    ]);
    let p = planned(&RULES, vec![web()], &values).expect("a plan");
    let names =
        ["AuthorizeSecurityGroupIngress", "UpdateSecurityGroupRuleDescriptionsIngress", "RevokeSecurityGroupIngress"];
    assert_eq!(calls(&p), names, "authorize before revoke, and a description is only updated");
    let back: Vec<_> = p.steps.iter().map(|s| s.undo.as_ref().expect("a way back").call.op.name).collect();
    assert_eq!(
        back,
        ["RevokeSecurityGroupIngress", "UpdateSecurityGroupRuleDescriptionsIngress", "AuthorizeSecurityGroupIngress"]
    );
    assert_eq!(p.confirm(), Confirm::Enter);
    assert!(p.subjects[0].change.contains("+ in tcp 80 from alb"), "{}", p.subjects[0].change);
    assert!(p.consequences.iter().any(|c| c.text.contains("connections that are tracked go on")));
    let crate::model::Waiter::Field { want, .. } = &p.wait else { panic!("it waits for the row") };
    let reads =
        "in tcp 22 from 10.0.0.0/8  # new, in tcp 80 from sg-2  # only through the balancer, out all all to 0.0.0.0/0";
    assert_eq!(want, reads, "as the row's list will read");
    assert!(planned(&RULES, vec![web()], &Values::default()).is_err_and(|f| f.message.contains("what they were")));
}

#[test]
fn what_ec2_would_refuse_of_a_rule_is_said_at_its_cell() {
    for (cells, column, says) in [
        (["in", "", "tcp", "70000", "10.0.0.0/8", ""], 3, "70000 is no port"),
        (["in", "", "tcp", "80-22", "10.0.0.0/8", ""], 3, "80 to 22"),
        (["in", "", "tpc", "80", "10.0.0.0/8", ""], 2, "tpc is no protocol"),
        (["in", "", "tcp", "80", "10.0.0.0/33", ""], 4, "/33"),
        (["in", "", "tcp", "80", "abl", ""], 4, "Did you mean alb?"),
        (["in", "", "tcp", "80", "", ""], 4, "From whom"),
        (["in", "", "tcp", "80", "0.0.0.0/0", ""], 4, "InvalidPermission.Duplicate"),
        (["in", "", "tcp", "81", "alb", "für alle"], 5, "AWS does not take ü"),
    ] {
        let found = errors(vec![add(cells)]);
        assert!(found.iter().any(|(c, text)| *c == column && text.contains(says)), "{cells:?}: {found:?}");
    }
    assert_eq!(errors(vec![add(["in", "", "tcp", "443", "my-ip", ""])]), []);
    let spec = form(vec![add(["in", "", "tcp", "443", "my-ip", ""])]);
    assert!(
        spec.fields[0].facts.contains("inbound 3 of 60") && spec.fields[0].facts.contains("authorize 1"),
        "{}",
        spec.fields[0].facts
    );
}

#[test]
fn a_login_port_for_the_whole_world_wants_the_groups_name() {
    let p = planned(&RULES, vec![web()], &edits(vec![add(["in", "", "tcp", "3389", "anywhere", ""])])).expect("a plan");
    assert!(
        p.consequences
            .iter()
            .any(|c| c.severity == Severity::Severe && c.text.contains("RDP is opened to the whole world"))
    );
    assert_eq!(p.confirm(), Confirm::Type("web".into()));
}

#[test]
fn a_group_is_made_with_rules_that_name_what_the_step_before_answered() {
    let on = FormValue::Flag(true);
    let values =
        Values::default().with("name", FormValue::Text("shop".into())).with("ssh", on.clone()).with("http", on);
    let p = planned(&CREATE, vec![], &values).expect("a plan");
    assert_eq!(calls(&p), ["CreateSecurityGroup", "AuthorizeSecurityGroupIngress"]);
    assert_eq!(p.steps[1].call.get("GroupId"), Some(&Arg::out(0, "GroupId")));
    let Some(Arg::List(rules)) = p.steps[1].call.get("IpPermissions") else { panic!("rules") };
    assert_eq!(rules.len(), 3, "SSH from one's own address; HTTP over IPv4 and IPv6");
    assert!(format!("{:?}", rules[0]).contains("203.0.113.7/32"));
    for (name, says) in [
        ("web", "InvalidGroup.Duplicate"),
        ("default", "already"),
        ("sg-x", "sg-"),
        ("", "wanted"),
        ("a?", "does not take"),
    ] {
        let values = Values::default().with("name", FormValue::Text(name.into()));
        let fault = planned(&CREATE, vec![], &values).expect_err(name);
        assert!(fault.message.contains(says), "{name}: {}", fault.message);
    }
}

#[test]
fn deleting_a_group_says_what_ec2_would_refuse_it_for() {
    let p = planned(&DELETE, vec![group("sg-2", "alb", &[])], &Values::default()).expect("a plan");
    assert!(
        p.consequences.iter().any(|c| c.severity == Severity::Unknown),
        "who has it is not known: {:?}",
        p.consequences
    );
    assert!(p.needs.iter().any(|t| t.kind.name == usage::INFO.name));
    assert!(planned(&DELETE, vec![group("sg-9", "default", &[])], &Values::default()).is_err());
}
