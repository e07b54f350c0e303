//! `copy` of a security group: another of the same rules, in its VPC or in another one.

use arcstr::ArcStr;

use super::create::{create_step, vpc_field, warnings};
use super::rules::rules_of;
use super::{Group, count_of_region, groups_of, name_of, region_is_full, step, why_not_name, why_not_text};
use crate::base::text::visible;
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::ec2::group_rules::diff::{Change, QUOTA, changes, most};
use crate::kinds::ec2::group_rules::door::{Peer, Rule};
use crate::kinds::ec2::security_groups::{DESCRIPTION as SAID, INFO, VPC_ID};
use crate::kinds::ec2::senders::{
    AUTHORIZE_EGRESS, AUTHORIZE_INGRESS, CREATE_SECURITY_GROUP, DELETE_SECURITY_GROUP, REVOKE_EGRESS, REVOKE_INGRESS,
};
use crate::kinds::ec2::vpcs;
use crate::kinds::plan_builder::{
    count, draft, field, label, line, list, made, names, note, sorted, subject, text_of, unknown,
};
use crate::model::{Arg, Cost, FormSpec, Kind, Plan, Record, Step, TableKey, Values};

/// `copy`.
pub static COPY: Action = Action::on_rows(&INFO, "copy", "Copy", plan)
    .group(MenuGroup::New)
    .doc(
        "Creates another security group with the same rules and tags, in the same VPC or another one. Rules that \
         refer to the group itself refer to the new one.",
    )
    .calls(&[
        &CREATE_SECURITY_GROUP,
        &DELETE_SECURITY_GROUP,
        &AUTHORIZE_INGRESS,
        &AUTHORIZE_EGRESS,
        &REVOKE_EGRESS,
        &REVOKE_INGRESS,
    ])
    .form(refine);

const NAME: &str = "name";
const DESCRIPTION: &str = "description";
const VPC: &str = "vpc";

/// `web-copy`, or `web-copy-2` where that is taken.
fn free_name(cx: &ActionContext<'_>, of: &str, vpc: &str, needs: &mut Vec<TableKey>) -> String {
    let taken = groups_of(cx, vpc, needs);
    let name = |n: usize| if n == 1 { format!("{of}-copy") } else { format!("{of}-copy-{n}") };
    (1..).map(name).find(|n| taken.iter().all(|(_, t)| t != n)).unwrap_or_default()
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let [t] = cx.targets else { return FormSpec::default() };
    let own = field(&t.record, &VPC_ID).unwrap_or_default();
    // The VPC of the group, unless another is chosen.
    let with = match values.text(VPC) {
        Some(_) => values.clone(),
        None => values.clone().with(VPC, crate::model::FormValue::Text(own.into())),
    };
    let mut vpc = vpc_field(cx, &with, &mut needs);
    let at = text_of(&vpc);
    if vpc.error.is_none() && at != own {
        vpc.error = strangers(cx, &t.record, own);
    }
    let proposed = free_name(cx, &t.record.name, &at, &mut needs);
    let mut name = line(values, NAME, "Name", &proposed, "It cannot be changed later.");
    name.error = why_not_name(cx, text_of(&name).trim(), &at, &mut needs);
    name.facts = count_of_region(cx);
    // An old one may have characters that a new one may not.
    let said = field(&t.record, &SAID).unwrap_or_default();
    let said: String = said.chars().filter(|c| why_not_text(c.encode_utf8(&mut [0; 4])).is_none()).collect();
    let mut description =
        line(values, DESCRIPTION, "Description", &said, "What the group is for; it cannot be changed later.");
    let text = text_of(&description);
    description.error = if text.is_empty() { Some("AWS requires a description.".into()) } else { why_not_text(&text) };
    FormSpec { title: format!("Copy {}", label(&t.record)), fields: vec![name, description, vpc], needs }
}

/// Groups that the rules name and that another VPC cannot: groups are of one VPC.
fn strangers(cx: &ActionContext<'_>, row: &Record, own: &str) -> Option<String> {
    let mut named: Vec<String> = Vec::new();
    for rule in rules_of(row) {
        if let Peer::Group(id) = &rule.door.peer
            && *id != row.id
        {
            let name = name_of(cx, id);
            if !named.contains(&name) {
                named.push(name);
            }
        }
    }
    (!named.is_empty()).then(|| {
        format!(
            "Its rules name {} of {own}, which a group of another VPC cannot do. Copy it within {own}, or remove \
             those rules.",
            names(&named)
        )
    })
}

/// What EC2 gives a new group by itself: everything may go out, by IPv6 too where the VPC has it.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html#default-outbound-rules>
fn given(cx: &ActionContext<'_>, vpc: &str) -> Vec<Rule> {
    let table = TableKey::all(cx.scope.clone(), Kind(&vpcs::INFO));
    let six = cx.store.get(&table, vpc).is_some_and(|r| r.get(&vpcs::IPV6_CIDR).blocks().count() > 0);
    let mut texts = vec!["out all all to 0.0.0.0/0"];
    texts.extend(six.then_some("out all all to ::/0"));
    texts.into_iter().filter_map(Rule::parse).collect()
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let [t] = cx.targets else { return Err(Fault::bug("copy takes one group.")) };
    let (name, description, vpc) = (form.text(NAME), form.text(DESCRIPTION), form.text(VPC));
    let rules = rules_of(&t.record);
    let known = list(&t.record, &crate::kinds::ec2::security_groups::RULES).len();
    if rules.len() != known {
        return Err(Fault::new(
            FaultKind::Invalid,
            "One of its rules cannot be read here, so the group cannot be copied.",
        ));
    }
    let mut plan = draft("copy", format!("Copy {}", label(&t.record)), cx.targets, Vec::new());
    let text = format!("{} as {}", count(rules.len(), "rule"), visible(&name));
    plan.subjects = vec![subject(t, format!("copied: {text}"))];
    let tags: Vec<(ArcStr, ArcStr)> = t
        .record
        .tags
        .iter()
        .filter(|(k, _)| k != "Name" && !k.to_ascii_lowercase().starts_with("aws:"))
        .cloned()
        .collect();
    plan.steps = vec![create_step(cx.scope, 0, (&name, &description, &vpc), &tags)];
    let group = Group::Made(0);
    let calls = changes(&given(cx, &vpc), &rules);
    plan.steps.extend(calls.iter().map(|change| pointed(step(cx.scope, &group, change), &t.record.id)));
    let opened = calls.iter().filter_map(|c| if let Change::Authorize(rules) = c { Some(rules) } else { None });
    let mut all = warnings(opened.flatten());
    for (outbound, way) in [(false, "inbound"), (true, "outbound")] {
        let n = most(rules.iter(), outbound);
        if n > QUOTA {
            all.push(unknown(format!(
                "The copy would have {n} {way} rules: the default quota is {QUOTA} unless it was raised \
                 (RulesPerSecurityGroupLimitExceeded)"
            )));
        }
    }
    all.extend(region_is_full(cx));
    all.push(note("Nothing uses the copy yet: :change-security-groups gives it to instances"));
    if rules.iter().any(|r| r.door.peer == Peer::Group(t.record.id.clone())) {
        all.push(note(format!(
            "Rules that refer to {} refer to the copy instead: members of the copy can reach each other",
            label(&t.record)
        )));
    }
    plan.consequences = sorted(all);
    plan.cost = Some(Cost::same("Security groups cost nothing"));
    plan.wait = made("GroupId", TableKey::all(cx.scope.clone(), Kind(&INFO)));
    Ok(plan)
}

/// The step with the group that the first one makes in the place of the one that is copied.
fn pointed(mut step: Step, old: &str) -> Step {
    let new = Group::Made(0).arg();
    let calls = std::iter::once(&mut step.call).chain(step.undo.as_mut().map(|u| &mut u.call));
    for call in calls {
        for (_, arg) in &mut call.args {
            point(arg, old, &new);
        }
    }
    step
}

fn point(arg: &mut Arg, old: &str, new: &Arg) {
    match arg {
        Arg::List(items) => items.iter_mut().for_each(|a| point(a, old, new)),
        Arg::Map(members) => {
            for (name, value) in members {
                if *name == "GroupId" && value.as_str() == Some(old) {
                    *value = new.clone();
                } else {
                    point(value, old, new);
                }
            }
        }
        _ => {}
    }
}
