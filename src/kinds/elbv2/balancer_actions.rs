//! `delete` of load balancers: what their target groups forward to stays as it is.

use super::load_balancers::{DNS_NAME, INFO, TYPE};
use super::senders::DELETE_LOAD_BALANCER;
use super::{target_group_health, target_groups};
use crate::base::Fault;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::plan_builder::{
    Known, called, draft, label, list, live, need, note, severe, sorted, state, subject, title, unknown, wait_state,
    whole,
};
use crate::kinds::prices;
use crate::model::{Arg, Cost, Kind, Money, Plan, Step, Value};

/// `delete`.
pub static DELETE: Action = Action::on_rows(&INFO, "delete", "Delete", delete)
    .group(MenuGroup::Delete)
    .doc(
        "Deletes load balancers with their listeners and rules. Their target groups and targets stay. Elastic Load \
         Balancing refuses while deletion protection is on (OperationNotPermitted).",
    )
    .calls(&[&DELETE_LOAD_BALANCER])
    .several();

/// Minutes after which one that is still listed is late.
const WITHIN: u64 = 5;

fn delete(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let subjects = cx.targets.iter().map(|t| subject(t, format!("{} → deleted", state(&t.record)))).collect();
    let mut plan = draft("delete", title("Delete", &INFO, cx.targets), cx.targets, subjects);
    let mut all = Vec::new();
    for t in cx.targets {
        let who = label(&t.record);
        if let Some(name) = t.record.get(&DNS_NAME).as_str() {
            all.push(note(format!("The DNS name {name} is gone for good: records that lead to it lead nowhere")));
        }
        match whole(cx.store, &t.table.scope, &target_groups::INFO) {
            Known::Complete(groups) => {
                let of = |g: &&std::sync::Arc<crate::model::Record>| {
                    list(g, &target_groups::LOAD_BALANCERS).contains(&t.record.name)
                };
                let its: Vec<_> = live(groups).filter(of).collect();
                let names: Vec<String> = its.iter().map(|g| label(g)).collect();
                if !names.is_empty() {
                    all.push(note(format!("{} stays, and gets nothing from {who}", called("Target group", &names))));
                }
                let health = |id: &str| cx.store.side(&t.table, Kind(&target_group_health::INFO), id);
                let serving = its.iter().filter_map(|g| match health(&g.id)?.get(&target_group_health::HEALTHY) {
                    Value::Ratio { ok, .. } => Some(*ok),
                    _ => None,
                });
                let serving: u32 = serving.sum();
                if serving > 0 {
                    let targets = if serving == 1 { "target" } else { "targets" };
                    all.push(severe(format!("{who} has {serving} healthy {targets}: its clients are cut off")));
                }
            }
            Known::NotAsked(key) => {
                all.push(unknown(format!("What {who} forwards to is not known yet")));
                need(&mut plan.needs, key);
            }
            Known::Failed(why) => all.push(unknown(format!("What {who} forwards to is not known ({why})"))),
        }
        let arn = Arg::Str(t.record.id.clone());
        let call = DELETE_LOAD_BALANCER.call(t.table.scope.clone()).arg("LoadBalancerArn", arn);
        plan.steps.push(Step::new(format!("delete {who}"), call.on([t.record.id.clone()])));
    }
    plan.destructive = true;
    plan.consequences = sorted(all);
    let price = |t: &crate::kinds::Target| prices::of(&t.table.scope)?.load_balancer(t.record.get(&TYPE).as_str()?);
    let saved: Option<Vec<Money>> = cx.targets.iter().map(price).collect();
    plan.cost = saved.and_then(|all| all.into_iter().reduce(Money::plus)).map(|m| Cost::saves(m.monthly(), ""));
    plan.wait = wait_state(cx.targets, &[], &[], true, WITHIN);
    Ok(plan)
}
