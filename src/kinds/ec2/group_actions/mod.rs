//! What can be done to security groups, as data: create, copy, edit their rules, delete.

pub mod copy;
pub mod create;
pub mod delete;
pub mod rules;
#[cfg(test)]
mod tests;

pub use copy::COPY;
pub use create::CREATE;
pub use delete::DELETE;
pub use rules::RULES;

use arcstr::ArcStr;

use super::group_rules::diff::Change;
use super::group_rules::door::Rule;
use super::security_groups::{INFO, NAME, VPC_ID};
use super::senders::{
    AUTHORIZE_EGRESS, AUTHORIZE_INGRESS, DESCRIBE_EGRESS, DESCRIBE_INGRESS, REVOKE_EGRESS, REVOKE_INGRESS,
};
use crate::base::Scope;
use crate::base::text::visible;
use crate::kinds::action::ActionContext;
use crate::kinds::plan_builder::{Known, field, known, live, need, unknown};
use crate::model::{Arg, Call, Consequence, Filters, Kind, Selector, Step, StepUndo, TableKey};

/// Characters of a name or description: letters, digits, blanks and these. AWS takes up to 255 of them.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html>
const SIGNS: &str = "._-:/()#,@[]+=&;{}!$*";
const MOST: usize = 255;

/// What AWS would refuse of a description or a name.
pub(super) fn why_not_text(text: &str) -> Option<String> {
    if text.chars().count() > MOST {
        return Some(format!("At most {MOST} characters."));
    }
    let bad = text.chars().find(|c| !(c.is_ascii_alphanumeric() || *c == ' ' || SIGNS.contains(*c)));
    bad.map(|c| format!("{} is not allowed here: use letters, digits, blanks and {SIGNS}", visible(&c.to_string())))
}

/// What AWS would refuse of a new group's name in a VPC.
pub(super) fn why_not_name(cx: &ActionContext<'_>, name: &str, vpc: &str, needs: &mut Vec<TableKey>) -> Option<String> {
    if name.is_empty() {
        return Some("Type a name.".into());
    }
    if name.starts_with("sg-") {
        return Some("A name cannot begin with sg-, because ids do.".into());
    }
    if name == "default" {
        return Some("The name default is reserved for the VPC's own default group.".into());
    }
    if let Some(why) = why_not_text(name) {
        return Some(why);
    }
    let taken = groups_of(cx, vpc, needs).iter().any(|(_, n)| n == name);
    taken.then(|| format!("The VPC already has a group {} (InvalidGroup.Duplicate).", visible(name)))
}

/// The groups of a VPC as far as they are known, id and name; they are asked for if they are not.
pub(super) fn groups_of(cx: &ActionContext<'_>, vpc: &str, needs: &mut Vec<TableKey>) -> Vec<(ArcStr, ArcStr)> {
    let all = TableKey::all(cx.scope.clone(), Kind(&INFO));
    if !matches!(known(cx.store, all.clone()), Known::Complete(_)) && !vpc.is_empty() {
        let filters = Filters::of(&INFO, [(VPC_ID.name, vec![ArcStr::from(vpc)])]);
        let selector = filters.map_or(Selector::All, Selector::Filter);
        if let Known::NotAsked(key) = known(cx.store, TableKey { selector, ..all.clone() }) {
            need(needs, key);
        }
    }
    let rows = cx.store.table(&all).into_iter().flat_map(live);
    rows.filter(|r| field(r, &VPC_ID) == Some(vpc)).map(|r| (r.id.clone(), r.name.clone())).collect()
}

/// Groups of a region, unless the quota was raised.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-security-groups>
const MOST_GROUPS: usize = 2_500;

/// How many groups the region has, if that is known.
fn in_region(cx: &ActionContext<'_>) -> Option<usize> {
    match known(cx.store, TableKey::all(cx.scope.clone(), Kind(&INFO))) {
        Known::Complete(table) => Some(live(table).count()),
        _ => None,
    }
}

/// `12 of 2500 in the region (default quota)`; empty where it is not known.
fn count_of_region(cx: &ActionContext<'_>) -> String {
    in_region(cx).map_or_else(String::new, |n| format!("{n} of {MOST_GROUPS} in the region (default quota)"))
}

/// What is said before another group is made in a region that has as many as the default quota allows.
fn region_is_full(cx: &ActionContext<'_>) -> Option<Consequence> {
    let n = in_region(cx).filter(|n| *n >= MOST_GROUPS)?;
    Some(unknown(format!(
        "The region has {n} security groups: EC2 refuses another one unless the default quota of {MOST_GROUPS} was \
         raised (SecurityGroupLimitExceeded)"
    )))
}

/// The group of an argument: one that is there, or one that an earlier step makes.
#[derive(Clone)]
pub(super) enum Group {
    Known(ArcStr),
    Made(usize),
}

impl Group {
    pub(super) fn arg(&self) -> Arg {
        match self {
            Group::Known(id) => Arg::Str(id.clone()),
            Group::Made(step) => Arg::out(*step, "GroupId"),
        }
    }
    fn on(&self, call: Call) -> Call {
        match self {
            Group::Known(id) => call.on([id.clone()]),
            Group::Made(_) => call,
        }
    }
}

/// `2 rules`, `the rule in tcp 22 from 10.0.0.0/8`.
fn named(rules: &[Rule]) -> String {
    match rules {
        [one] => format!("\"{}\"", visible(&one.door.to_string())),
        many => format!("{} rules", many.len()),
    }
}

/// A change as a step, with its way back.
pub(super) fn step(scope: &Scope, group: &Group, change: &Change) -> Step {
    let outbound = change.outbound();
    let call = |sender: &'static crate::kinds::action::Sender, rules: Vec<Arg>| {
        group.on(sender.call(scope.clone()).arg("GroupId", group.arg()).arg("IpPermissions", Arg::List(rules)))
    };
    let all = |rules: &[Rule]| rules.iter().map(|r| r.door.permission(&r.description)).collect::<Vec<_>>();
    let bare = |rules: &[Rule]| rules.iter().map(|r| r.door.permission("")).collect::<Vec<_>>();
    let (authorize, revoke, describe) = match outbound {
        false => (&AUTHORIZE_INGRESS, &REVOKE_INGRESS, &DESCRIBE_INGRESS),
        true => (&AUTHORIZE_EGRESS, &REVOKE_EGRESS, &DESCRIBE_EGRESS),
    };
    let undo = |title: String, call: Call, destructive: bool| StepUndo { destructive, ..StepUndo::new(title, call) };
    match change {
        Change::Authorize(rules) => Step::new(format!("add {}", named(rules)), call(authorize, all(rules)))
            .undone_by(undo(format!("remove {} again", named(rules)), call(revoke, bare(rules)), true)),
        Change::Revoke(rules) => Step::new(format!("remove {}", named(rules)), call(revoke, bare(rules)))
            .undone_by(undo(format!("add {} again", named(rules)), call(authorize, all(rules)), false)),
        Change::Describe(rules) => {
            let now: Vec<Rule> = rules.iter().map(|(r, _)| r.clone()).collect();
            let before: Vec<Rule> =
                rules.iter().map(|(r, was)| Rule { description: was.clone(), ..r.clone() }).collect();
            // An empty description takes away what is said.
            Step::new(format!("change the description of {}", named(&now)), call(describe, all(&now))).undone_by(undo(
                format!("restore the description of {}", named(&now)),
                call(describe, all(&before)),
                false,
            ))
        }
    }
}

/// The name of a group by its id, for sentences.
pub(super) fn name_of(cx: &ActionContext<'_>, id: &str) -> String {
    let row = cx.store.get(&TableKey::all(cx.scope.clone(), Kind(&INFO)), id);
    row.and_then(|r| field(r, &NAME)).map_or_else(|| id.to_string(), |name| visible(name).into_owned())
}
