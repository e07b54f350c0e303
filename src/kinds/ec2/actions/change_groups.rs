//! `change-security-groups` of instances and of network interfaces: the whole set of groups that they are to have.
//!
//! Limits: <https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-security-groups>

use arcstr::ArcStr;

use super::group_changes::consequences;
use super::interfaces::{self, Interfaces};
use super::not_ending;
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Action, ActionContext, FilledForm, MakePlan, MenuGroup, Target};
use crate::kinds::ec2::group_actions::name_of;
use crate::kinds::ec2::instances::{self, fields};
use crate::kinds::ec2::network_interfaces;
use crate::kinds::ec2::security_groups;
use crate::kinds::ec2::senders::{MODIFY_INSTANCE_ATTRIBUTE, MODIFY_NETWORK_INTERFACE_ATTRIBUTE};
use crate::kinds::plan_builder::{
    called, draft, field, form_title, label, list, note, sorted, subject, text_of, title, unknown, wait_field,
};
use crate::kinds::rows_field::rows_field;
use crate::model::{
    Arg, Cost, FieldInfo, FormSpec, Kind, KindInfo, Pick, Plan, Record, Step, StepUndo, TableKey, Value, Values,
};

/// `change-security-groups` of instances.
pub static CHANGE_GROUPS: Action = of(&instances::INFO, plan)
    .calls(&[&MODIFY_INSTANCE_ATTRIBUTE, &MODIFY_NETWORK_INTERFACE_ATTRIBUTE])
    .only_if(not_ending);
/// `change-security-groups` of network interfaces.
pub static CHANGE_GROUPS_OF_INTERFACES: Action =
    of(&network_interfaces::INFO, plan).calls(&[&MODIFY_NETWORK_INTERFACE_ATTRIBUTE]).only_if(own);

const fn of(kind: &'static KindInfo, plan: MakePlan) -> Action {
    Action::on_rows(kind, "change-security-groups", "Change security groups", plan)
        .group(MenuGroup::Access)
        .doc(
            "Replaces the security groups with those chosen, from the same VPC. The plan says what this opens and \
             closes. For an instance with several network interfaces, the primary one is changed.",
        )
        .several()
        .form(refine)
}

const GROUPS: &str = "groups";
/// Groups of an interface, unless the quota was raised; and the most that it can be raised to.
const QUOTA: usize = 5;
const MOST: usize = 16;

/// What a service made for itself only that changes.
fn own(row: &Record) -> Result<(), String> {
    match row.get(&network_interfaces::MANAGED) {
        Value::Bool(true) => {
            let by = field(row, &network_interfaces::REQUESTER).unwrap_or("an AWS service");
            Err(format!("Managed by {by}: change the groups of the resource it belongs to."))
        }
        _ => Ok(()),
    }
}

/// The fields with a row's groups and VPC.
fn fields_of(row: &Record) -> (&'static FieldInfo, &'static FieldInfo) {
    if row.kind == Kind(&instances::INFO) {
        (&fields::SECURITY_GROUP_IDS, &fields::VPC_ID)
    } else {
        (&network_interfaces::SECURITY_GROUP_IDS, &network_interfaces::VPC_ID)
    }
}

fn groups_of(row: &Record) -> Vec<ArcStr> {
    list(row, fields_of(row).0)
}

fn vpc_of(row: &Record) -> &str {
    field(row, fields_of(row).1).unwrap_or_default()
}

fn same(a: &[ArcStr], b: &[ArcStr]) -> bool {
    a.len() == b.len() && a.iter().all(|g| b.contains(g))
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let Some((first, others)) = cx.targets.split_first() else { return FormSpec::default() };
    let (vpc, now) = (vpc_of(&first.record).to_string(), groups_of(&first.record));
    let alike = others.iter().all(|t| same(&groups_of(&t.record), &now));
    let default = if alike { Pick::value(&now) } else { ArcStr::new() };
    let elsewhere = others.iter().find(|t| vpc_of(&t.record) != vpc || t.table.scope != first.table.scope);
    let table = TableKey::all(first.table.scope.clone(), Kind(&security_groups::INFO));
    let only = if vpc.is_empty() { String::new() } else { format!("{}={vpc}", security_groups::VPC_ID.name) };
    let mut pick = Pick::one_of(table, "sg-").only(only, "Security groups of the VPC; space marks several.");
    pick.several = true;
    let at = vpc.clone();
    let refuse = move |r: &Record| match field(r, &security_groups::VPC_ID) {
        Some(other) if !at.is_empty() && other != at => Some(format!("This group is in {other}, another VPC.")),
        _ => None,
    };
    let said = (GROUPS, "Security groups", "the security groups");
    let help = "The complete list: groups that are not marked are removed.";
    let mut groups = rows_field(cx, values, said, (pick, &default), help, &refuse, &mut needs);
    let chosen = chosen(&text_of(&groups));
    let n = chosen.len();
    groups.facts = match n {
        0 => String::new(),
        n if n > QUOTA => format!("{n} of {QUOTA} per interface (default quota): refused unless the quota was raised"),
        n => format!("{n} of {QUOTA} per interface (default quota)"),
    };
    if let Some(t) = elsewhere {
        let text =
            format!("{} is in another VPC than {}: change them separately.", label(&t.record), label(&first.record));
        groups.error = Some(text);
    } else if n == 0 {
        groups.error = Some("Choose at least one group.".into());
    } else if n > MOST {
        groups.error = Some(format!("An interface has at most {MOST} groups, whatever the quota."));
    }
    FormSpec { title: form_title(cx, "Change security groups of"), fields: vec![groups], needs }
}

/// The ids in the field, each once.
fn chosen(text: &str) -> Vec<ArcStr> {
    let mut out: Vec<ArcStr> = Vec::new();
    for id in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
        if !out.iter().any(|o| o == id) {
            out.push(id.into());
        }
    }
    out
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let wanted = chosen(&form.text(GROUPS));
    let changed: Vec<Target> = cx.targets.iter().filter(|t| !same(&groups_of(&t.record), &wanted)).cloned().collect();
    if changed.is_empty() {
        return Err(Fault::new(FaultKind::Invalid, "It has these groups already."));
    }
    let left = cx.targets.len() - changed.len();
    let cx = &ActionContext { targets: &changed, ..*cx };
    let kind = changed[0].record.kind;
    let subjects = changed.iter().map(|t| subject(t, difference(cx, &groups_of(&t.record), &wanted))).collect();
    let mut plan =
        draft("change-security-groups", title("Change security groups of", &kind, &changed), &changed, subjects);
    let mut all = Vec::new();
    let instances = kind == Kind(&instances::INFO);
    let found = if instances { interfaces::of(cx, &mut plan.needs) } else { Vec::new() };
    all.extend(interfaces::said(&changed, &found));
    for (i, t) in changed.iter().enumerate() {
        plan.steps.push(step(t, found.get(i), &wanted));
    }
    // Those that had the same groups are spoken of together.
    let mut said: Vec<(Vec<ArcStr>, Vec<String>)> = Vec::new();
    for t in &changed {
        let was = groups_of(&t.record);
        match said.iter_mut().find(|(groups, _)| same(groups, &was)) {
            Some((_, who)) => who.push(label(&t.record)),
            None => said.push((was, vec![label(&t.record)])),
        }
    }
    for (was, who) in &said {
        all.extend(consequences(cx, cx.scope, &called(kind.0.singular, who), (was, &wanted)));
    }
    let n = wanted.len();
    if n > QUOTA {
        all.push(unknown(format!(
            "{n} groups are more than the default quota of {QUOTA} per interface: EC2 refuses unless the quota was \
             raised (SecurityGroupsPerInterfaceLimitExceeded)"
        )));
    }
    if left > 0 {
        all.push(note(format!("{left} of {} already have them and are not changed", left + changed.len())));
    }
    plan.consequences = sorted(all);
    plan.cost = Some(Cost::same("Security groups cost nothing"));
    let texts: Vec<&str> = wanted.iter().map(ArcStr::as_str).collect();
    plan.wait = wait_field(&changed, fields_of(&changed[0].record).0, &texts.join(", "), 2);
    Ok(plan)
}

/// The call for one row, and its way back.
fn step(t: &Target, interfaces: Option<&Interfaces>, wanted: &[ArcStr]) -> Step {
    let call = |groups: &[ArcStr]| {
        let groups = ("Groups", Arg::strs(groups.iter().cloned()));
        match interfaces {
            Some(known) => interfaces::call(t, known, groups),
            None => {
                let call = MODIFY_NETWORK_INTERFACE_ATTRIBUTE.call(t.table.scope.clone());
                let call = call.arg("NetworkInterfaceId", Arg::Str(t.record.id.clone()));
                call.arg(groups.0, groups.1).on([t.record.id.clone()])
            }
        }
    };
    let (who, was) = (label(&t.record), groups_of(&t.record));
    let step = Step::new(format!("change the security groups of {who}"), call(wanted));
    if was.is_empty() {
        return step;
    }
    step.undone_by(StepUndo::new(format!("give {who} its former security groups"), call(&was)))
}

/// `+ web, − default`
fn difference(cx: &ActionContext<'_>, before: &[ArcStr], after: &[ArcStr]) -> String {
    let of = |sign: &str, these: &[ArcStr], others: &[ArcStr]| -> Vec<String> {
        these.iter().filter(|g| !others.contains(g)).map(|g| format!("{sign} {}", name_of(cx, g))).collect()
    };
    [of("+", after, before), of("−", before, after)].concat().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{Row, Rows, consequences_of, row, texts};
    use crate::model::{FormValue, Selector, Severity};

    fn group(id: &str, name: &str, vpc: &str, rules: &[&str], from: &[&str]) -> Record {
        row(&security_groups::INFO, id, name, "")
            .with(&security_groups::NAME, Value::text(name))
            .with(&security_groups::VPC_ID, Value::text(vpc))
            .with(&security_groups::RULES, texts(rules))
            .with(&security_groups::SOURCE_GROUPS, texts(from))
            .record()
    }

    fn account() -> Rows {
        let mut rows = Rows::default();
        let groups = vec![
            group("sg-web", "web", "vpc-1", &["in tcp 443 from 0.0.0.0/0", "out all all to 0.0.0.0/0"], &[]),
            group("sg-ssh", "ssh", "vpc-1", &["in tcp 22 from 0.0.0.0/0", "out all all to 0.0.0.0/0"], &[]),
            group("sg-db", "db", "vpc-1", &["in tcp 5432 from sg-web"], &["sg-web"]),
            group("sg-shut", "shut", "vpc-1", &["out all all to 0.0.0.0/0"], &[]),
            group("sg-far", "far", "vpc-2", &[], &[]),
        ];
        rows.complete(&security_groups::INFO, Selector::All, groups);
        rows.complete(&network_interfaces::INFO, Selector::All, Vec::new());
        rows
    }

    fn instance(id: &str, groups: &[&str]) -> Row {
        row(&instances::INFO, id, id, "running")
            .with(&fields::VPC_ID, Value::text("vpc-1"))
            .with(&fields::SECURITY_GROUP_IDS, texts(groups))
    }

    fn planned(rows: &Rows, what: Vec<Record>, groups: &str) -> Result<Plan, Fault> {
        let targets: Vec<_> = what.into_iter().map(|r| rows.target(r.kind.0, r)).collect();
        let action = if targets[0].record.kind == Kind(&instances::INFO) {
            &CHANGE_GROUPS
        } else {
            &CHANGE_GROUPS_OF_INTERFACES
        };
        let values = Values::default().with(GROUPS, FormValue::Text(groups.into()));
        action.planned(&rows.context(&targets), &values)
    }

    #[test]
    fn what_opens_and_closes_is_told_by_the_rules_of_the_groups() {
        let p = planned(&account(), vec![instance("i-1", &["sg-web"]).record()], "ssh, shut").expect("a plan");
        assert_eq!(p.subjects[0].change, "+ ssh, + shut, − web");
        let severe = consequences_of(&p, Severity::Severe);
        assert!(severe.iter().any(|t| t.starts_with("SSH is opened to the whole internet")), "{severe:?}");
        let lost = "Rules of security group db allow members of web: instance i-1 is no longer a member";
        assert!(severe.contains(&lost), "{severe:?}");
        let notes = consequences_of(&p, Severity::Note);
        assert!(notes.contains(&"Closed for instance i-1: in tcp 443 from 0.0.0.0/0"), "{notes:?}");
        assert!(notes.iter().any(|t| t.contains("Existing tracked connections")), "{notes:?}");
        let call = &p.steps[0].call;
        assert_eq!(
            (call.op.name, call.get("Groups")),
            ("ModifyInstanceAttribute", Some(&Arg::strs(["sg-ssh", "sg-shut"])))
        );
        let back = &p.steps[0].undo.as_ref().expect("a way back").call;
        assert_eq!(back.get("Groups"), Some(&Arg::strs(["sg-web"])));
        assert!(p.needs.is_empty(), "{:?}", p.needs);
        let shut = planned(&account(), vec![instance("i-1", &["sg-web"]).record()], "sg-shut").expect("a plan");
        assert!(
            consequences_of(&shut, Severity::Severe).iter().any(|t| t.contains("Nothing can connect to instance i-1"))
        );
    }

    #[test]
    fn what_cannot_be_is_said_at_the_field() {
        let why = |what: Vec<Record>, groups: &str| planned(&account(), what, groups).expect_err(groups).message;
        let one = || vec![instance("i-1", &["sg-web"]).record()];
        assert!(why(one(), "").contains("Choose at least one"));
        assert!(why(one(), "sg-far").contains("another VPC"));
        assert!(why(one(), "wbe").contains("Did you mean web?"));
        assert!(why(one(), "sg-web").contains("these groups already"));
        let many: Vec<String> = (0..17).map(|i| format!("sg-{i}")).collect();
        let rows = Rows::default();
        let err = planned(&rows, one(), &many.join(",")).expect_err("too many").message;
        assert!(err.contains("at most 16 groups"), "{err}");
        let two = vec![
            instance("i-1", &["sg-web"]).record(),
            instance("i-2", &["sg-far"]).with(&fields::VPC_ID, Value::text("vpc-2")).record(),
        ];
        assert!(why(two, "sg-web").contains("i-2 is in another VPC than i-1"));
    }

    #[test]
    fn more_groups_than_the_default_quota_are_said_and_not_known_to_be_refused() {
        let mut rows = account();
        let groups = (0..6).map(|i| group(&format!("sg-{i}"), &format!("g{i}"), "vpc-1", &[], &[])).collect();
        rows.complete(&security_groups::INFO, Selector::All, groups);
        let p = planned(&rows, vec![instance("i-1", &["sg-0"]).record()], "g0,g1,g2,g3,g4,g5").expect("a plan");
        assert!(
            consequences_of(&p, Severity::Unknown).iter().any(|t| t.contains("default quota of 5")),
            "{:?}",
            p.consequences
        );
    }

    #[test]
    fn an_instance_with_several_interfaces_is_changed_by_its_primary_one() {
        let mut rows = account();
        let interface = |id: &str, index: i64| {
            row(&network_interfaces::INFO, id, "", "in-use")
                .with(&network_interfaces::INSTANCE, Value::text("i-1"))
                .with(&network_interfaces::DEVICE_INDEX, Value::Int(index))
        };
        let both = vec![interface("eni-2", 1).record(), interface("eni-1", 0).record()];
        rows.complete(&network_interfaces::INFO, Selector::All, both);
        let p = planned(&rows, vec![instance("i-1", &["sg-web"]).record()], "sg-ssh").expect("a plan");
        let call = &p.steps[0].call;
        assert_eq!(call.op.name, "ModifyNetworkInterfaceAttribute");
        assert_eq!(call.get("NetworkInterfaceId"), Some(&Arg::str("eni-1")));
        let mut unsure = Rows::default();
        unsure.complete(&security_groups::INFO, Selector::All, vec![group("sg-ssh", "ssh", "vpc-1", &[], &[])]);
        let p = planned(&unsure, vec![instance("i-1", &["sg-web"]).record()], "sg-ssh").expect("a plan");
        assert!(p.needs.iter().any(|k| k.kind.name == "network-interfaces"));
        let unknown = consequences_of(&p, Severity::Unknown);
        assert!(unknown.iter().any(|t| t.contains("The number of network interfaces")), "{unknown:?}");
        assert!(unknown.iter().any(|t| t.contains("What sg-web allows is not known")), "{unknown:?}");
    }

    #[test]
    fn an_interface_of_its_own_is_changed_by_itself_and_a_services_is_not() {
        let interface = row(&network_interfaces::INFO, "eni-1", "", "in-use")
            .with(&network_interfaces::VPC_ID, Value::text("vpc-1"))
            .with(&network_interfaces::SECURITY_GROUP_IDS, texts(&["sg-web"]));
        let managed = row(&network_interfaces::INFO, "eni-2", "", "in-use")
            .with(&network_interfaces::MANAGED, Value::Bool(true))
            .with(&network_interfaces::REQUESTER, Value::text("amazon-elb"))
            .record();
        assert!(own(&managed).is_err_and(|e| e.contains("amazon-elb")));
        let p = planned(&account(), vec![interface.record()], "sg-ssh").expect("a plan");
        assert_eq!(p.steps[0].call.get("NetworkInterfaceId"), Some(&Arg::str("eni-1")));
    }

    #[test]
    fn those_that_have_the_groups_already_are_left_alone() {
        let two = vec![instance("i-1", &["sg-web"]).record(), instance("i-2", &["sg-ssh"]).record()];
        let p = planned(&account(), two, "sg-ssh").expect("a plan");
        assert_eq!(p.steps.len(), 1);
        assert!(consequences_of(&p, Severity::Note).contains(&"1 of 2 already have them and are not changed"));
    }
}
