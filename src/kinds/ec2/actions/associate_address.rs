//! `associate-address`: an instance gets an Elastic IP address, one of the account's or one that the same plan allocates.

use std::time::Duration;

use crate::base::Fault;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::ec2::address_actions::{allocate_step, host_loses, ip_of, standing_cost, taken_from};
use crate::kinds::ec2::addresses;
use crate::kinds::ec2::instances::INFO;
use crate::kinds::ec2::instances::instance::{self, InstanceState};
use crate::kinds::ec2::senders::{ALLOCATE_ADDRESS, ASSOCIATE_ADDRESS, DISASSOCIATE_ADDRESS, RELEASE_ADDRESS};
use crate::kinds::plan_builder::{
    draft, form_title, label, line, note, severe, sorted, state, subject, text_of, title,
};
use crate::kinds::rows_field::rows_field;
use crate::model::{Arg, Cost, FormSpec, Kind, Out, Pick, Plan, Record, Step, StepUndo, TableKey, Values, Waiter};

/// `associate-address`.
pub static ASSOCIATE_AN_ADDRESS: Action =
    Action::on_rows(&INFO, "associate-address", "Associate an Elastic IP address", plan)
        .group(MenuGroup::Network)
        .doc(
            "Associates an Elastic IP address with an instance: one of the account's, or a new one that the same \
             plan allocates.",
        )
        .calls(&[&ALLOCATE_ADDRESS, &ASSOCIATE_ADDRESS, &DISASSOCIATE_ADDRESS, &RELEASE_ADDRESS])
        .only_if(available)
        .form(refine);

const ADDRESS: &str = "address";
const NAME: &str = "name";
/// What stands for an address that is not there yet.
const NEW: &str = "new";

fn available(row: &Record) -> Result<(), String> {
    match instance::state(row) {
        InstanceState::Running | InstanceState::Stopped | InstanceState::Stopping | InstanceState::Pending => Ok(()),
        _ => Err(format!("It is {}: it cannot have an address.", state(row))),
    }
}

fn table(cx: &ActionContext<'_>) -> TableKey {
    TableKey::all(cx.scope.clone(), Kind(&addresses::INFO))
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let pick = Pick::one_of(table(cx), "eipalloc-").or(NEW, "+ a new address");
    let host = cx.targets.first().map(|t| t.record.id.clone());
    let refuse = |r: &Record| match addresses::service_managed(r) {
        Some(by) => Some(format!("Managed by {by}, which alone can associate it.")),
        None if host.is_some() && addresses::instance(r) == host.as_deref() => {
            Some("The instance already has it.".into())
        }
        None => None,
    };
    let said = (ADDRESS, "Address", "the addresses");
    let help =
        "An unattached address is free to use; an associated one is taken from its present instance or interface.";
    // The first that is used by nothing is paid for already.
    let idle = cx.store.table(&table(cx)).into_iter().flat_map(crate::kinds::plan_builder::live);
    let idle = idle.map(|r| &**r).find(|r| addresses::is_unattached(r)).map(|r| r.id.clone());
    let mut address = rows_field(cx, values, said, (pick, idle.as_deref().unwrap_or(NEW)), help, &refuse, &mut needs);
    let is_new = text_of(&address) == NEW;
    if is_new {
        address.facts = standing_cost(cx.scope, 1).to_string();
    }
    let mut fields = vec![address];
    if is_new {
        fields.push(line(values, NAME, "Its name", "", "The Name tag of the new address; may be empty."));
    }
    FormSpec { title: form_title(cx, "Associate an Elastic IP address with"), fields, needs }
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let t = &cx.targets[0];
    let who = label(&t.record);
    let chosen = form.text(ADDRESS);
    let row = cx.store.get(&table(cx), &chosen);
    let mut all = Vec::new();
    let mut steps = Vec::new();
    let (ip, allocation) = if chosen == NEW {
        steps.push(allocate_step(cx.scope, 0, form.given(NAME).as_deref()));
        ("the new address".to_string(), Arg::out(0, "AllocationId"))
    } else {
        (row.map_or_else(|| chosen.to_string(), |r| ip_of(r)), Arg::Str(chosen.clone()))
    };
    let holder = row.and_then(|r| taken_from(cx, r));
    if let Some(holder) = &holder {
        all.push(severe(format!("{ip} is taken from {holder}, which no longer has it")));
    }
    all.extend(host_loses(&t.record, &who, &ip));
    if instance::state(&t.record) != InstanceState::Running {
        all.push(note(format!("Instance {who} is not running: the address waits for it")));
    }
    let at = steps.len();
    let undo = StepUndo::new(
        format!("disassociate {ip} from {who}"),
        DISASSOCIATE_ADDRESS.call(cx.scope.clone()).arg("AssociationId", Arg::out(at, "AssociationId")),
    );
    let call = ASSOCIATE_ADDRESS
        .call(cx.scope.clone())
        .arg("AllocationId", allocation)
        .arg("InstanceId", Arg::Str(t.record.id.clone()))
        // EC2 refuses to take it from another unless it is told to (Resource.AlreadyAssociated).
        .arg("AllowReassociation", Arg::Bool(holder.is_some()))
        .on([t.record.id.clone()]);
    steps.push(Step::new(format!("associate {ip} with {who}"), call).undone_by(undo));
    let change =
        format!("{} → {ip}", instance::public_ip(&t.record).map_or("no address".into(), |old| old.to_string()));
    let mut plan = draft(
        "associate-address",
        title("Associate an Elastic IP address with", &INFO, cx.targets),
        cx.targets,
        vec![subject(t, change)],
    );
    plan.steps = steps;
    plan.consequences = sorted(all);
    plan.cost = Some(match at {
        0 => Cost::same("Costs the same, associated or not"),
        _ => standing_cost(cx.scope, 1),
    });
    let within = Duration::from_secs(120);
    plan.wait = match at {
        0 => Waiter::State {
            table: table(cx),
            ids: vec![chosen],
            want: &["associated"],
            fail: &[],
            gone_is_fine: false,
            within,
        },
        _ => Waiter::Created {
            out: Out { step: 0, output: "AllocationId" },
            table: table(cx),
            want: &["associated"],
            fail: &[],
            gone_is_fine: false,
            within,
        },
    };
    Ok(plan)
}
