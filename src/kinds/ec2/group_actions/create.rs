//! `create-security-group`: a group with its first rules.

use arcstr::ArcStr;

use super::rules::{ANYWHERE, MY_IP, peer_of};
use super::{Group, count_of_region, region_is_full, step, why_not_name, why_not_text};
use crate::base::text::visible;
use crate::base::{Fault, Scope};
use crate::kinds::action::{Action, ActionContext, FilledForm};
use crate::kinds::ec2::group_rules::diff::Change;
use crate::kinds::ec2::group_rules::door::{Door, Peer, Rule};
use crate::kinds::ec2::security_groups::{self, INFO};
use crate::kinds::ec2::senders::{AUTHORIZE_INGRESS, CREATE_SECURITY_GROUP, DELETE_SECURITY_GROUP, REVOKE_INGRESS};
use crate::kinds::ec2::vpcs;
use crate::kinds::plan_builder::{draft, line, live, made, name_tag, note, severe, sorted, text_of, toggle};
use crate::kinds::rows_field::rows_field;
use crate::model::{
    Arg, Consequence, FormField, FormSpec, Kind, KnownBy, Pick, Plan, Step, StepUndo, TableKey, Value, Values,
};

/// `create-security-group`.
pub static CREATE: Action = Action::on_scope(&INFO, "create-security-group", "Create a security group", plan)
    .doc(
        "Creates a security group in a VPC, with rules for SSH, HTTP and HTTPS if you want them. Without a rule \
         nothing comes in.",
    )
    .calls(&[&CREATE_SECURITY_GROUP, &AUTHORIZE_INGRESS, &REVOKE_INGRESS, &DELETE_SECURITY_GROUP])
    .asks_for_my_address()
    .form(refine);

const NAME: &str = "name";
const DESCRIPTION: &str = "description";
const VPC: &str = "vpc";

/// The doors that a new group may have: a toggle and who may come in.
pub(in crate::kinds::ec2) const SSH: &str = "ssh";
pub(in crate::kinds::ec2) const HTTP: &str = "http";
pub(in crate::kinds::ec2) const HTTPS: &str = "https";

/// The VPC of a form: the default one unless another is chosen.
pub(in crate::kinds::ec2) fn vpc_field(
    cx: &ActionContext<'_>,
    values: &Values,
    needs: &mut Vec<TableKey>,
) -> FormField {
    let table = TableKey::all(cx.scope.clone(), Kind(&vpcs::INFO));
    let rows: Vec<_> = cx.store.table(&table).into_iter().flat_map(live).collect();
    let default = rows.iter().find(|r| *r.get(&vpcs::IS_DEFAULT) == Value::Bool(true)).or(match &rows[..] {
        [one] => Some(one),
        _ => None,
    });
    let default = default.map_or("", |r| r.id.as_str());
    let said = (VPC, "VPC", "the VPCs");
    let pick = Pick::one_of(table.clone(), "vpc-");
    let mut f = rows_field(cx, values, said, (pick, default), "The VPC it belongs to.", &|_| None, needs);
    if let Some(row) = cx.store.get(&table, &text_of(&f)) {
        let what = if *row.get(&vpcs::IS_DEFAULT) == Value::Bool(true) { "the default VPC" } else { "" };
        let ranges: Vec<String> = row.get(&vpcs::CIDR).blocks().map(|b| b.to_string()).collect();
        let parts = [ranges.join(", "), what.to_string()].into_iter().filter(|p| !p.is_empty());
        f.facts = parts.collect::<Vec<_>>().join("  ");
    }
    f
}

/// Toggles for the usual doors, and a line for who may come in by SSH.
pub(in crate::kinds::ec2) fn door_fields(
    cx: &ActionContext<'_>,
    values: &Values,
    vpc: &str,
    needs: &mut Vec<TableKey>,
) -> Vec<FormField> {
    let mut out = vec![
        toggle(values, SSH, "SSH", "Port 22."),
        toggle(values, HTTP, "HTTP", "Port 80, from anywhere, IPv4 and IPv6."),
        toggle(values, HTTPS, "HTTPS", "Port 443, from anywhere, IPv4 and IPv6."),
    ];
    if out[0].value == crate::model::FormValue::Flag(true) {
        let help = "Who can connect by SSH: my-ip, anywhere, or a range.";
        let mut from = line(values, SSH_FROM, "SSH from", MY_IP, help);
        from.error = peer_of(cx, &text_of(&from), vpc, needs).err();
        if text_of(&from) == MY_IP {
            from.facts = cx.me.says();
        }
        out.insert(1, from);
    }
    out
}

pub(in crate::kinds::ec2) const SSH_FROM: &str = "ssh_from";

/// The rules that those fields stand for.
pub(in crate::kinds::ec2) fn door_rules(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Vec<Rule> {
    let mut out = Vec::new();
    let mut add = |port: i32, peer: Peer| {
        let door = Door { outbound: false, protocol: "tcp".into(), from: port, to: port, peer };
        out.push(Rule { door, description: ArcStr::new() });
    };
    let peer = |text: &str| peer_of(cx, text, "", &mut Vec::new()).ok();
    if form.flag(SSH)
        && let Some(peer) = peer(&form.text(SSH_FROM))
    {
        add(22, peer);
    }
    for (name, port) in [(HTTP, 80), (HTTPS, 443)] {
        if form.flag(name) {
            for everybody in [ANYWHERE, "anywhere-v6"] {
                if let Some(peer) = peer(everybody) {
                    add(port, peer);
                }
            }
        }
    }
    out
}

/// What is said about rules that open something to everybody.
pub(in crate::kinds::ec2) fn warnings<'r>(rules: impl IntoIterator<Item = &'r Rule>) -> Vec<Consequence> {
    let say = |door: &Door| {
        let what = if door.name().is_empty() { door.to_string() } else { door.name().to_string() };
        severe(format!("{what} is opened to the whole internet ({}): anyone can try to connect", door.peer))
    };
    rules.into_iter().map(|r| &r.door).filter(|d| d.is_dangerous()).map(say).collect()
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let vpc = vpc_field(cx, values, &mut needs);
    let at = text_of(&vpc);
    let mut name = line(values, NAME, "Name", "", "It cannot be changed later.");
    name.error = why_not_name(cx, text_of(&name).trim(), &at, &mut needs);
    name.facts = count_of_region(cx);
    let mut description =
        line(values, DESCRIPTION, "Description", &text_of(&name), "What the group is for; it cannot be changed later.");
    let text = text_of(&description);
    description.error =
        if text.trim().is_empty() { Some("AWS requires a description.".into()) } else { why_not_text(&text) };
    let mut fields = vec![name, description, vpc];
    fields.extend(door_fields(cx, values, &at, &mut needs));
    FormSpec { title: "Create a security group".into(), fields, needs }
}

/// The step that makes a group, which will be step `at` of its plan: its name is its Name tag too, beside other tags.
pub(super) fn create_step(
    scope: &Scope,
    at: usize,
    (name, description, vpc): (&str, &str, &str),
    tags: &[(ArcStr, ArcStr)],
) -> Step {
    let mut specification = name_tag("security-group", name);
    let tag = |(k, v): &(ArcStr, ArcStr)| Arg::Map(vec![("Key", Arg::Str(k.clone())), ("Value", Arg::Str(v.clone()))]);
    if let Arg::List(items) = &mut specification
        && let Some(Arg::Map(members)) = items.first_mut()
        && let Some((_, Arg::List(all))) = members.iter_mut().find(|(k, _)| *k == "Tags")
    {
        all.extend(tags.iter().map(tag));
    }
    let call = CREATE_SECURITY_GROUP
        .call(scope.clone())
        .arg("GroupName", Arg::str(name))
        .arg("Description", Arg::str(description))
        .arg("VpcId", Arg::str(vpc))
        .arg("TagSpecifications", specification);
    let undo = StepUndo::new(
        "delete the security group",
        DELETE_SECURITY_GROUP.call(scope.clone()).arg("GroupId", Arg::out(at, "GroupId")),
    )
    .destroys();
    let known_by = KnownBy {
        table: TableKey::all(scope.clone(), Kind(&INFO)),
        fields: vec![(&security_groups::NAME, name.into()), (&security_groups::VPC_ID, vpc.into())],
        output: "GroupId",
    };
    Step::new(format!("create the security group {}", visible(name)), call).undone_by(undo).known_by(known_by)
}

/// The steps that make a group with rules, the first of which will be step `at` of its plan.
pub(in crate::kinds::ec2) fn steps(
    scope: &Scope,
    at: usize,
    (name, description, vpc): (&str, &str, &str),
    rules: &[Rule],
) -> Vec<Step> {
    let mut out = vec![create_step(scope, at, (name, description, vpc), &[])];
    if !rules.is_empty() {
        out.push(step(scope, &Group::Made(at), &Change::Authorize(rules.to_vec())));
    }
    out
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let (name, description, vpc) = (form.text(NAME), form.text(DESCRIPTION), form.text(VPC));
    let rules = door_rules(cx, form);
    let mut plan =
        draft("create-security-group", format!("Create the security group {}", visible(&name)), &[], Vec::new());
    plan.phrase = name.to_string();
    plan.steps = steps(cx.scope, 0, (&name, &description, &vpc), &rules);
    let mut all = warnings(&rules);
    all.extend(region_is_full(cx));
    if rules.is_empty() {
        all.push(note("Nothing can connect until it has a rule; everything can go out"));
    }
    plan.consequences = sorted(all);
    plan.wait = made("GroupId", TableKey::all(cx.scope.clone(), Kind(&INFO)));
    Ok(plan)
}
