//! `cancel-request`: a Spot request that is not to launch anything any more.

use super::senders::CANCEL_SPOT_INSTANCE_REQUESTS;
use super::spot_requests::{INFO, INSTANCE, REQUEST_TYPE};
use crate::base::Fault;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::plan_builder::{by_scope, called, draft, note, severe, sorted, state, subject, title, wait_state};
use crate::model::{Arg, Plan, Step};

/// `cancel-request`.
pub static CANCEL: Action = Action::on_rows(&INFO, "cancel-request", "Cancel Spot request", plan)
    .group(MenuGroup::Delete)
    .doc("Cancels Spot requests: they launch nothing any more. Instances that they have launched go on running, and are billed.")
    .several()
    .calls(&[&CANCEL_SPOT_INSTANCE_REQUESTS])
    .only_if(|row| match state(row) {
        "open" | "active" | "disabled" => Ok(()),
        other => Err(format!("It is {other}: there is nothing to cancel.")),
    });

/// Ids in one command that can still be read.
const MOST_IDS: usize = 100;

fn plan(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let subjects = cx.targets.iter().map(|t| subject(t, format!("{} → cancelled", state(&t.record)))).collect();
    let mut plan = draft("cancel-request", title("Cancel", &INFO, cx.targets), cx.targets, subjects);
    let mut calls = Vec::new();
    for (scope, rows) in by_scope(cx.targets) {
        for batch in rows.chunks(MOST_IDS) {
            let ids = batch.iter().map(|t| t.record.id.clone());
            let call = CANCEL_SPOT_INSTANCE_REQUESTS.call(scope.clone());
            calls.push(call.arg("SpotInstanceRequestIds", Arg::strs(ids.clone())).on(ids));
        }
    }
    plan.steps = Step::each(calls);
    plan.destructive = true;
    let mut all = Vec::new();
    let running: Vec<&str> = cx.targets.iter().filter_map(|t| t.record.get(&INSTANCE).as_str()).collect();
    if !running.is_empty() {
        all.push(severe(format!(
            "{} {} not terminated: it takes terminate to end {}",
            called("Instance", &running),
            if running.len() == 1 { "is" } else { "are" },
            if running.len() == 1 { "it" } else { "them" }
        )));
        // Where the request is cancelled, a Spot Instance cannot be stopped and started again.
        all.push(note("A Spot Instance whose request is cancelled cannot be stopped"));
    }
    if cx.targets.iter().any(|t| t.record.get(&REQUEST_TYPE).as_str() == Some("persistent")) {
        all.push(note("After an interruption no other instance is launched"));
    }
    plan.consequences = sorted(all);
    plan.wait = wait_state(cx.targets, &["cancelled", "closed"], &[], true, 5);
    Ok(plan)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{Rows, consequences, row};
    use crate::model::{Value, Values};

    #[test]
    fn a_request_is_cancelled_and_what_it_launched_goes_on() {
        let rows = Rows::default();
        let made = |state: &str, instance: Value| {
            let row =
                row(&INFO, "sir-1", "", state).with(&INSTANCE, instance).with(&REQUEST_TYPE, Value::text("persistent"));
            rows.target(&INFO, row.record())
        };
        let targets = [made("active", Value::text("i-1"))];
        let plan = CANCEL.planned(&rows.context(&targets), &Values::default()).expect("a plan");
        assert!(consequences(&plan).contains("Instance i-1 is not terminated"), "{}", consequences(&plan));
        assert!(consequences(&plan).contains("no other instance"));
        let targets = [made("open", Value::Empty)];
        let plan = CANCEL.planned(&rows.context(&targets), &Values::default()).expect("a plan");
        assert!(!consequences(&plan).contains("terminated"));
        let targets = [made("closed", Value::Empty)];
        let why = CANCEL.planned(&rows.context(&targets), &Values::default()).expect_err("closed").message;
        assert_eq!(why, "It is closed: there is nothing to cancel.");
    }
}
