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
    assert!(p.consequences.iter().any(|c| c.text.contains("Existing tracked connections continue")));
    let crate::model::Waiter::Field { want, .. } = &p.wait else { panic!("it waits for the row") };
    let reads =
        "in tcp 22 from 10.0.0.0/8  # new, in tcp 80 from sg-2  # only through the balancer, out all all to 0.0.0.0/0";
    assert_eq!(want, reads, "as the row's list will read");
    assert!(planned(&RULES, vec![web()], &Values::default()).is_err_and(|f| f.message.contains("like that already")));
}

#[test]
fn what_ec2_would_refuse_of_a_rule_is_said_at_its_cell() {
    for (cells, column, says) in [
        (["in", "", "tcp", "70000", "10.0.0.0/8", ""], 3, "70000 is not a port"),
        (["in", "", "tcp", "80-22", "10.0.0.0/8", ""], 3, "80 to 22"),
        (["in", "", "tpc", "80", "10.0.0.0/8", ""], 2, "tpc is not a protocol"),
        (["in", "", "tcp", "80", "10.0.0.0/33", ""], 4, "/33"),
        (["in", "", "tcp", "80", "abl", ""], 4, "Did you mean alb?"),
        (["in", "", "tcp", "80", "", ""], 4, "The source"),
        (["in", "", "tcp", "80", "0.0.0.0/0", ""], 4, "InvalidPermission.Duplicate"),
        (["in", "", "tcp", "81", "alb", "für alle"], 5, "ü is not allowed"),
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
            .any(|c| c.severity == Severity::Severe && c.text.contains("RDP is opened to the whole internet"))
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
        ("default", "reserved"),
        ("sg-x", "sg-"),
        ("", "Type a name"),
        ("a?", "not allowed"),
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

#[test]
fn a_rule_that_names_a_group_which_is_not_listed_is_marked() {
    let row = group("sg-1", "web", &["in tcp 80 from sg-2", "in tcp 80 from sg-gone"]);
    let spec: FormSpec = with(vec![row], |cx| (RULES.refine)(cx, &Values::default()));
    let facts = &spec.fields[0].facts;
    assert!(facts.contains("sg-gone is not in this region") && !facts.contains("sg-2 is none"), "{facts}");
}

fn copied(row: Record, values: &Values) -> Result<Plan, Fault> {
    let mut rows = account();
    let vpc = |id: &str, ip: Value| {
        row_of(&vpcs::INFO, id).with(&vpcs::IS_DEFAULT, Value::Bool(id == "vpc-1")).with(&vpcs::IPV6_CIDR, ip).record()
    };
    let six = Value::ranges(["2600:1f14::/56"]);
    rows.complete(&vpcs::INFO, Selector::All, vec![vpc("vpc-1", Value::Empty), vpc("vpc-2", six)]);
    let targets = [rows.target(&INFO, row)];
    COPY.planned(&rows.context(&targets), values)
}

fn row_of(kind: &'static crate::model::KindInfo, id: &str) -> crate::kinds::testing::Row {
    row(kind, id, id, "available")
}

fn shown(p: &Plan) -> Vec<String> {
    let rules = |c: &Call| match c.get("IpPermissions") {
        Some(Arg::List(all)) => all.len(),
        _ => 0,
    };
    p.calls().map(|c| format!("{} {}", c.op.name, rules(c))).collect()
}

#[test]
fn a_copy_has_the_rules_and_tags_and_its_own_place_in_them() {
    let source = row(&INFO, "sg-1", "web", "")
        .with(&NAME, Value::text("web"))
        .with(&VPC_ID, Value::text("vpc-1"))
        .with(&groups::DESCRIPTION, Value::text("the shop"))
        .with(
            &groups::RULES,
            texts(&[
                "in tcp 22 from 0.0.0.0/0",
                "in tcp 8080 from sg-1",
                "in tcp 80 from sg-2",
                "out tcp 443 to 10.0.0.0/8",
            ]),
        )
        .tags(&[("Name", "web"), ("Env", "prod"), ("aws:cloudformation:stack-name", "x")])
        .record();
    let p = copied(source.clone(), &Values::default()).expect("a plan");
    let calls = [
        "CreateSecurityGroup 0",
        "AuthorizeSecurityGroupIngress 3",
        "AuthorizeSecurityGroupEgress 1",
        "RevokeSecurityGroupEgress 1",
    ];
    assert_eq!(shown(&p), calls, "what EC2 gives by itself is taken out again");
    let create = &p.steps[0].call;
    assert_eq!(
        (create.get("GroupName"), create.get("Description")),
        (Some(&Arg::str("web-copy")), Some(&Arg::str("the shop")))
    );
    let tags = format!("{:?}", create.get("TagSpecifications"));
    assert!(tags.contains("web-copy") && tags.contains("Env") && !tags.contains("cloudformation"), "{tags}");
    let rules = format!("{:?}", p.steps[1].call.get("IpPermissions"));
    assert!(!rules.contains("sg-1") && rules.contains("sg-2") && rules.contains("Out"), "{rules}");
    assert!(p.steps.iter().all(|s| s.undo.is_some()));
    assert!(p.consequences.iter().any(|c| c.severity == Severity::Severe && c.text.starts_with("SSH is opened")));
    // Another VPC cannot have rules that name the groups of this one.
    let far = Values::default().with("vpc", FormValue::Text("vpc-2".into()));
    let why = copied(source, &far).expect_err("a stranger").message;
    assert!(why.contains("Its rules name alb of vpc-1"), "{why}");
    let alone = group("sg-1", "web", &["in tcp 8080 from sg-1", "out all all to 0.0.0.0/0"]);
    let named = far.with("description", FormValue::Text("x".into()));
    let p = copied(alone, &named).expect("a plan");
    let calls = ["CreateSecurityGroup 0", "AuthorizeSecurityGroupIngress 1", "RevokeSecurityGroupEgress 1"];
    assert_eq!(shown(&p), calls, "a VPC with IPv6 opens that too");
}

#[test]
fn a_copys_name_is_one_that_its_vpc_does_not_have() {
    let source = || group("sg-1", "web", &["out all all to 0.0.0.0/0"]);
    let with = |name: &str| {
        let values = Values::default().with("description", FormValue::Text("x".into()));
        copied(source(), &values.with("name", FormValue::Text(name.into())))
    };
    assert!(with("alb").is_err_and(|f| f.message.contains("already has a group alb")));
    assert!(with("default").is_err() && with("sg-x").is_err() && with("결제").is_err());
    assert!(with("web-2").is_ok_and(|p| shown(&p) == ["CreateSecurityGroup 0"]), "the rule that EC2 gives is the rule");
    let silent = copied(source(), &Values::default());
    assert!(silent.is_err_and(|f| f.message.starts_with("Description: AWS requires")), "it had none that is known");
}

#[test]
fn a_prefix_list_is_named_by_its_id_and_counts_as_many_as_it_may_hold() {
    assert_eq!(errors(vec![add(["in", "", "tcp", "443", "pl-6da54004", ""])]), []);
    for bad in ["pl-", "pl-zzz", "pl-6da5400", "pl-6DA54004", "pl-0123456789abcdef01"] {
        let wrong = errors(vec![add(["in", "", "tcp", "443", bad, ""])]);
        assert!(matches!(&wrong[..], [(4, why)] if why.contains("not a prefix list id")), "{bad}: {wrong:?}");
    }
    let facts = |all| form(all).fields[0].facts.clone();
    assert!(!facts(vec![]).contains("at least"));
    let said = facts(vec![add(["in", "", "tcp", "443", "pl-6da54004", ""])]);
    assert!(
        said.contains("inbound at least 3 of 60 · outbound 1 of 60") && said.contains("maximum number of entries"),
        "{said}"
    );
    let plan = planned(&RULES, vec![web()], &edits(vec![add(["in", "", "tcp", "443", "pl-6da54004", "s3"])]));
    let plan = plan.expect("a plan");
    let call = plan.calls().next().expect("a call");
    assert!(format!("{call:?}").contains("PrefixListIds"), "{call:?}");
    assert!(
        plan.consequences.iter().any(|c| c.text.starts_with("pl-6da54004 counts with its maximum number of entries"))
    );
}

#[test]
fn a_description_that_aws_does_not_take_any_more_is_proposed_without_its_signs() {
    let rows = account();
    let old = row(&INFO, "sg-7", "old", "").with(&NAME, Value::text("old")).with(&VPC_ID, Value::text("vpc-1"));
    let old = old.with(&groups::DESCRIPTION, Value::text("the shop's <first> group")).record();
    let targets = [rows.target(old.kind.0, old)];
    let spec = (COPY.refine)(&rows.context(&targets), &Values::default());
    let description = spec.fields.iter().find(|f| f.name == "description").expect("a field");
    assert_eq!(description.value, FormValue::Text("the shops first group".into()));
    assert_eq!(description.error, None);
}
