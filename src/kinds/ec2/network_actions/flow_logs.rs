//! `create-flow-log` and `delete` of flow logs, also from the rows of VPCs and subnets.
//!
//! <https://docs.aws.amazon.com/vpc/latest/userguide/working-with-flow-logs.html>

use super::{called_by_id, made_becomes, vpc_field};
use crate::base::Fault;
use crate::base::text::visible;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Sender};
use crate::kinds::ec2::flow_logs::{INFO, RESOURCE_ID};
use crate::kinds::ec2::senders::{CREATE_FLOW_LOGS, DELETE_FLOW_LOGS, FLOW_LOG_IDS};
use crate::kinds::ec2::{subnets, vpcs};
use crate::kinds::plan_builder::{
    draft, label, line, name_tag, note, pick, sorted, subject, text_of, title, wait_state,
};
use crate::model::{Arg, Choice, Cost, FormField, FormSpec, Plan, Step, StepUndo, Values};

/// What the actions that make one may call.
const CALLS: &[&Sender] = &[&CREATE_FLOW_LOGS, &DELETE_FLOW_LOGS];
const DOC: &str = "Creates a flow log: records of the traffic of a VPC or subnet, written to CloudWatch Logs or S3. Records of what \
                   is accepted, rejected or both; it does not slow the traffic.";

/// `create-flow-log`, of a VPC that is chosen.
pub static CREATE: Action =
    Action::on_scope(&INFO, "create-flow-log", "Create a flow log", plan).doc(DOC).calls(CALLS).form(refine);
/// `create-flow-log`, of the row.
pub static OF_VPCS: Action = Action::on_rows(&vpcs::INFO, "flow-log", "Create a flow log", plan)
    .group(MenuGroup::Network)
    .doc(DOC)
    .calls(CALLS)
    .form(refine);
/// The same of a subnet.
pub static OF_SUBNETS: Action = Action::on_rows(&subnets::INFO, "flow-log", "Create a flow log", plan)
    .group(MenuGroup::Network)
    .doc(DOC)
    .calls(CALLS)
    .form(refine);

const NAME: &str = "name";
const VPC: &str = "vpc";
const TRAFFIC: &str = "traffic";
const TO: &str = "to";
const GROUP: &str = "group";
const ROLE: &str = "role";
const BUCKET: &str = "bucket";
const INTERVAL: &str = "interval";

fn choices<const N: usize>(all: [(&str, &str); N]) -> Vec<Choice> {
    all.map(|(value, label)| Choice { value: value.into(), label: label.into(), disabled: None }).to_vec()
}

/// The ARN of a bucket, with a folder if one was typed; `None` if it is none.
fn bucket_arn(text: &str) -> Option<String> {
    let name = text.strip_prefix("arn:aws:s3:::").or(text.strip_prefix("s3://")).unwrap_or(text).trim_end_matches('/');
    let bucket = name.split('/').next().unwrap_or(name);
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    let fits = (3..=63).contains(&bucket.len()) && bucket.chars().all(letter);
    let slash = if name == bucket { "" } else { "/" };
    fits.then(|| format!("arn:aws:s3:::{name}{slash}"))
}

fn where_to(values: &Values, to: &str) -> Vec<FormField> {
    if to == "s3" {
        let mut bucket =
            line(values, BUCKET, "Bucket", "", "A bucket's name or ARN, with a folder if you like: my-logs/flows.");
        let text = text_of(&bucket);
        bucket.error = match bucket_arn(&text) {
            _ if text.is_empty() => Some("A bucket is needed.".into()),
            None => Some(format!("{} is not a bucket's name.", visible(&text))),
            Some(_) => None,
        };
        return vec![bucket];
    }
    let mut group = line(values, GROUP, "Log group", "", "The log group's name; it is created if it is not there.");
    if text_of(&group).is_empty() {
        group.error = Some("A log group is needed.".into());
    }
    let help = "The ARN of a role that vpc-flow-logs.amazonaws.com may assume, and that may write to the log group.";
    let mut role = line(values, ROLE, "Role", "", help);
    let text = text_of(&role);
    // EC2: "DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs."
    if !(text.starts_with("arn:") && text.contains(":role/")) {
        role.error = Some(match text.as_str() {
            "" => "A role is needed.".into(),
            text => format!("{} is not the ARN of a role (arn:aws:iam::ACCOUNT:role/NAME).", visible(text)),
        });
    }
    vec![group, role]
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let mut fields = vec![line(values, NAME, "Name", "", "The Name tag; may be empty.")];
    if cx.targets.is_empty() {
        fields.push(vpc_field(cx, values, "The VPC whose traffic is recorded.", &|_| None, &mut needs));
    }
    let traffic =
        choices([("ALL", "ALL"), ("ACCEPT", "ACCEPT  what is let through"), ("REJECT", "REJECT  what is not")]);
    fields.push(pick(values, (TRAFFIC, "Traffic"), traffic, "ALL", "What is recorded."));
    let to = choices([("cloud-watch-logs", "cloud-watch-logs  CloudWatch Logs"), ("s3", "s3  a bucket")]);
    let to = pick(values, (TO, "To"), to, "cloud-watch-logs", "Where the records go.");
    let kind = text_of(&to);
    fields.push(to);
    fields.extend(where_to(values, &kind));
    let each = choices([("600", "600  10 minutes"), ("60", "60  1 minute")]);
    fields.push(pick(
        values,
        (INTERVAL, "Interval"),
        each,
        "600",
        "Over how long a flow is summed up in a record, in seconds.",
    ));
    FormSpec { title: "Create a flow log".into(), fields, needs }
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let mut needs = Vec::new();
    let (id, name, kind) = match cx.targets.first() {
        Some(t) if t.record.kind.name == subnets::INFO.name => (t.record.id.to_string(), label(&t.record), "Subnet"),
        Some(t) => (t.record.id.to_string(), label(&t.record), "VPC"),
        None => {
            let vpc = form.text(VPC).to_string();
            let name = called_by_id(cx, &vpcs::INFO, &vpc, &mut needs);
            (vpc, name, "VPC")
        }
    };
    let action = if cx.targets.is_empty() { "create-flow-log" } else { "flow-log" };
    let subjects = cx.targets.iter().map(|t| subject(t, "unchanged; its traffic is recorded")).collect();
    let mut plan = draft(action, format!("Create a flow log of {name}"), cx.targets, subjects);
    let tag = form.given(NAME);
    let to = form.text(TO);
    let mut call = CREATE_FLOW_LOGS
        .call(cx.scope.clone())
        .arg("ResourceType", Arg::str(kind))
        .arg("ResourceIds", Arg::List(vec![Arg::str(id)]))
        .arg("TrafficType", Arg::Str(form.text(TRAFFIC)))
        .arg("LogDestinationType", Arg::Str(to.clone()));
    call = if to == "s3" {
        call.arg("LogDestination", Arg::str(bucket_arn(&form.text(BUCKET)).unwrap_or_default()))
    } else {
        call.arg("LogGroupName", Arg::Str(form.text(GROUP))).arg("DeliverLogsPermissionArn", Arg::Str(form.text(ROLE)))
    };
    let seconds = form.text(INTERVAL).parse().unwrap_or(600);
    call = call.arg("MaxAggregationInterval", Arg::Int(seconds));
    if let Some(name) = &tag {
        call = call.arg("TagSpecifications", name_tag("vpc-flow-log", name));
    }
    let undo = StepUndo::new(
        "delete the flow log",
        DELETE_FLOW_LOGS.call(cx.scope.clone()).arg("FlowLogIds", Arg::List(vec![Arg::out(0, FLOW_LOG_IDS)])),
    )
    .destroys();
    plan.steps =
        vec![Step::new(format!("record the traffic of {name}"), call.arg("ClientToken", Arg::Token)).undone_by(undo)];
    plan.wait = made_becomes(cx, (0, FLOW_LOG_IDS), &INFO, (&["ACTIVE"], &[]), 2);
    plan.consequences = sorted(vec![
        note("The first records arrive after about 10 minutes; whether they do is its field delivery"),
        note("A flow log cannot be changed later, but for its tags"),
    ]);
    plan.cost = Some(Cost::adds_unknown("Each GB of records is billed as vended logs, and by where it is stored"));
    plan.needs = needs;
    Ok(plan)
}

/// `delete`.
pub static DELETE: Action = Action::on_rows(&INFO, "delete", "Delete", delete)
    .group(MenuGroup::Delete)
    .doc("Deletes flow logs. What they wrote stays where it is.")
    .several()
    .calls(&[&DELETE_FLOW_LOGS]);

fn delete(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let of = |t: &crate::kinds::action::Target| {
        let of = t.record.get(&RESOURCE_ID).as_str().unwrap_or("its resource").to_string();
        subject(t, format!("of {of} → deleted"))
    };
    let mut plan = draft("delete", title("Delete", &INFO, cx.targets), cx.targets, cx.targets.iter().map(of).collect());
    for t in cx.targets {
        let ids = Arg::List(vec![Arg::Str(t.record.id.clone())]);
        let call = DELETE_FLOW_LOGS.call(t.table.scope.clone()).arg("FlowLogIds", ids);
        plan.steps.push(Step::new(format!("delete {}", label(&t.record)), call.on([t.record.id.clone()])));
    }
    plan.destructive = true;
    plan.consequences = sorted(vec![note("Records that were written stay; nothing more is recorded")]);
    plan.wait = wait_state(cx.targets, &[], &[], true, 2);
    Ok(plan)
}
