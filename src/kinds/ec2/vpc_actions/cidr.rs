//! `add-cidr` and `remove-cidr`: further IPv4 ranges of a VPC.

use arcstr::ArcStr;

use super::MOST_RANGES;
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::ec2::range_facts::{of_vpc, overlap, ranges, read, siblings, vpc_ranges};
use crate::kinds::ec2::senders::{ASSOCIATE_VPC_CIDR_BLOCK, CIDR_ASSOCIATION, DISASSOCIATE_VPC_CIDR_BLOCK};
use crate::kinds::ec2::vpcs::{CIDR as OWN, CIDR_ASSOCIATIONS, INFO};
use crate::kinds::plan_builder::{
    draft, form_title, line, list, names, note, pick, severe, sorted, subject, text_of, title, unknown,
};
use crate::model::{Arg, Call, Choice, FormSpec, Plan, Record, Step, StepUndo, TableKey, Values, Waiter};
use crate::net::cidr::Cidr;

/// `add-cidr`.
pub static ADD_CIDR: Action = Action::on_rows(&INFO, "add-cidr", "Associate another range", add)
    .group(MenuGroup::Network)
    .doc("Associates another IPv4 range with a VPC, for more subnets.")
    .calls(&[&ASSOCIATE_VPC_CIDR_BLOCK, &DISASSOCIATE_VPC_CIDR_BLOCK])
    .form(add_form);

/// `remove-cidr`.
pub static REMOVE_CIDR: Action = Action::on_rows(&INFO, "remove-cidr", "Disassociate a range", remove)
    .group(MenuGroup::Network)
    .doc("Disassociates an IPv4 range from a VPC. The primary one stays, and so does one that a subnet has a part of.")
    .calls(&[&DISASSOCIATE_VPC_CIDR_BLOCK, &ASSOCIATE_VPC_CIDR_BLOCK])
    .only_if(|row| match ranges(row, &OWN).len() {
        0 | 1 => Err("It has its primary range alone, which cannot be disassociated.".into()),
        _ => Ok(()),
    })
    .form(remove_form);

const CIDR: &str = "cidr";

/// The id of a range's association.
fn association(row: &Record, range: &str) -> Option<ArcStr> {
    let all = list(row, &CIDR_ASSOCIATIONS);
    all.iter().filter_map(|text| text.split_once(' ')).find(|(of, _)| *of == range).map(|(_, id)| id.into())
}

/// The blocks of private addresses: AWS lets a VPC with ranges of one have none of another.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html#add-cidr-block-restrictions>
const APART: [&str; 3] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/// Why AWS would not associate a range with a VPC that has these: a sentence.
fn why_not(new: Cidr, own: &[Cidr]) -> Option<String> {
    let other = own.iter().find(|o| o.overlaps(new))?;
    Some(format!("{new} overlaps {other}, which the VPC has already (InvalidVpc.Range)."))
}

/// The blocks of a range and of the VPC's own, where they are not the same.
fn other_block(new: Cidr, own: &[Cidr]) -> Option<(&'static str, &'static str)> {
    let block = |c: Cidr| APART.into_iter().find(|b| b.parse::<Cidr>().is_ok_and(|b| b.contains(c)));
    let (mine, first) = (block(new)?, own.iter().find_map(|c| block(*c))?);
    (mine != first).then_some((mine, first))
}

fn add_form(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let [t] = cx.targets else { return FormSpec::default() };
    let mut needs = Vec::new();
    let own = ranges(&t.record, &OWN);
    let (others, all_known) = vpc_ranges(cx, &t.record.id, &mut needs);
    let taken: Vec<Cidr> = others.iter().map(|(_, c)| *c).chain(own.iter().copied()).collect();
    let block = APART.iter().filter_map(|b| b.parse::<Cidr>().ok()).find(|b| own.iter().any(|o| b.contains(*o)));
    let free = block.and_then(|b| b.free(16, &taken)).filter(|_| all_known).map_or_else(String::new, |c| c.to_string());
    let mut cidr = line(values, CIDR, "IPv4 range", &free, "/16 to /28, apart from the ranges that the VPC has.");
    match read(&text_of(&cidr)) {
        Ok(range) => {
            cidr.facts = of_vpc(range);
            cidr.error = why_not(range, &own);
            if let Some((name, other)) = overlap(range, &others) {
                cidr.facts.push_str(&format!(" · overlaps {name} ({other}): the two can never be peered"));
            }
        }
        Err(why) => cidr.error = Some(why),
    }
    FormSpec { title: form_title(cx, "Associate another range with"), fields: vec![cidr], needs }
}

fn put(cx: &ActionContext<'_>, vpc: &ArcStr, range: &str) -> Call {
    let call = ASSOCIATE_VPC_CIDR_BLOCK.call(cx.scope.clone()).arg("VpcId", Arg::Str(vpc.clone()));
    call.arg("CidrBlock", Arg::str(range)).on([vpc.clone()])
}

fn rest(table: &TableKey, id: &ArcStr) -> Waiter {
    let within = std::time::Duration::from_secs(60);
    Waiter::Rest { table: table.clone(), ids: vec![id.clone()], within }
}

fn add(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let [t] = cx.targets else { return Err(Fault::bug("add-cidr takes one VPC.")) };
    let (range, own) = (form.text(CIDR), ranges(&t.record, &OWN));
    let subjects = vec![subject(t, format!("+ {range}"))];
    let mut plan = draft("add-cidr", title("Associate another range with", &INFO, cx.targets), cx.targets, subjects);
    let undo = StepUndo::new(
        format!("disassociate {range} again"),
        DISASSOCIATE_VPC_CIDR_BLOCK.call(cx.scope.clone()).arg("AssociationId", Arg::out(0, CIDR_ASSOCIATION)),
    );
    plan.steps = vec![Step::new(format!("associate {range}"), put(cx, &t.record.id, &range)).undone_by(undo)];
    let mut all = vec![note("Every route table of the VPC gets a local route to it")];
    if own.len() >= MOST_RANGES {
        all.push(unknown(format!(
            "It has {} ranges: the quota is {MOST_RANGES} unless it was raised (CidrLimitExceeded)",
            own.len()
        )));
    }
    if let Ok(new) = read(&range)
        && let Some((mine, first)) = other_block(new, &own)
    {
        all.push(unknown(format!(
            "{range} is of {mine}, and the VPC's range of {first}: EC2 refuses to mix them where its restrictions say so \
             (InvalidVpc.Range)"
        )));
    }
    plan.consequences = sorted(all);
    // A list of ranges is none of texts: that it arrived is seen when the row is read again.
    plan.wait = rest(&t.table, &t.record.id);
    Ok(plan)
}

fn remove_form(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let [t] = cx.targets else { return FormSpec::default() };
    let mut needs = Vec::new();
    let (used, _) = siblings(cx, &t.record.id, &mut needs);
    let choices: Vec<Choice> = ranges(&t.record, &OWN)
        .into_iter()
        .enumerate()
        .map(|(i, range)| {
            let users: Vec<&str> =
                used.iter().filter(|(_, c)| range.contains(*c)).map(|(name, _)| name.as_str()).collect();
            let disabled = match (i, users.is_empty()) {
                (0, _) => Some("The primary range cannot be disassociated.".to_string()),
                (_, true) => None,
                // EC2: InvalidCidrBlock.InUse.
                (_, false) => Some(format!("{} has a part of it: delete it first.", names(&users))),
            };
            let text: ArcStr = range.to_string().into();
            Choice { value: text.clone(), label: text, disabled }
        })
        .collect();
    let default = choices.iter().find(|c| c.disabled.is_none()).map_or("", |c| c.value.as_str()).to_string();
    let field = pick(values, (CIDR, "Range"), choices, &default, "The range to disassociate.");
    FormSpec { title: form_title(cx, "Disassociate a range from"), fields: vec![field], needs }
}

fn remove(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let [t] = cx.targets else { return Err(Fault::bug("remove-cidr takes one VPC.")) };
    let range = form.text(CIDR);
    let Some(id) = association(&t.record, &range) else {
        return Err(Fault::new(FaultKind::Conflict, "The association of the range is not known: refresh the list."));
    };
    let subjects = vec![subject(t, format!("- {range}"))];
    let mut plan = draft("remove-cidr", title("Disassociate a range from", &INFO, cx.targets), cx.targets, subjects);
    let call = DISASSOCIATE_VPC_CIDR_BLOCK.call(cx.scope.clone()).arg("AssociationId", Arg::Str(id));
    let undo = StepUndo::new(format!("associate {range} again"), put(cx, &t.record.id, &range));
    plan.steps = vec![Step::new(format!("disassociate {range}"), call.on([t.record.id.clone()])).undone_by(undo)];
    let mut needs = Vec::new();
    let (_, all_known) = siblings(cx, &t.record.id, &mut needs);
    let mut all = vec![note("The local routes to it go from every route table of the VPC")];
    if !all_known {
        all.push(severe("Whether a subnet has a part of it is not known: EC2 refuses if so (InvalidCidrBlock.InUse)"));
    }
    (plan.consequences, plan.needs) = (sorted(all), needs);
    plan.wait = rest(&t.table, &t.record.id);
    Ok(plan)
}
