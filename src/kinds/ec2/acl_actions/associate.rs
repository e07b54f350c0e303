//! `associate`: subnets get another network ACL.

use arcstr::ArcStr;

use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::ec2::network_acls::{INBOUND, INFO, OUTBOUND, SUBNETS, VPC_ID, association_of};
use crate::kinds::ec2::senders::{NEW_ASSOCIATION, REPLACE_NETWORK_ACL_ASSOCIATION};
use crate::kinds::ec2::subnets;
use crate::kinds::plan_builder::{
    Known, called, draft, field, form_title, label, list, live, need, note, severe, sorted, subject, title, whole,
};
use crate::kinds::rows_field::rows_field;
use crate::model::{Arg, Call, FormSpec, Kind, Pick, Plan, Record, Step, StepUndo, TableKey, Value, Values, Waiter};

/// `associate`.
pub static ASSOCIATE: Action = Action::on_rows(&INFO, "associate", "Associate with subnets", plan)
    .group(MenuGroup::Network)
    .doc("Gives subnets of the VPC this network ACL in place of the one that each has: a subnet has exactly one.")
    .calls(&[&REPLACE_NETWORK_ACL_ASSOCIATION])
    .form(refine);

const OF: &str = "subnets";

/// The ACL that a subnet has, and the association's id.
fn now<'a>(cx: &ActionContext<'a>, subnet: &str) -> Option<(&'a Record, ArcStr)> {
    let Known::Complete(table) = whole(cx.store, cx.scope, &INFO) else { return None };
    live(table).find_map(|r| Some((&**r, association_of(r, subnet)?)))
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let [t] = cx.targets else { return FormSpec::default() };
    let mut needs = Vec::new();
    let vpc = field(&t.record, &VPC_ID).unwrap_or_default();
    let own = list(&t.record, &SUBNETS);
    let refuse = |r: &Record| own.contains(&r.id).then(|| "It has this network ACL already.".to_string());
    let table = TableKey::all(cx.scope.clone(), Kind(&subnets::INFO));
    let mut pick = Pick::one_of(table, "subnet-").only(format!("vpc_id={vpc}"), "Subnets of the network ACL's VPC.");
    pick.several = true;
    pick.refused = own.iter().map(|id| (id.clone(), "It has this network ACL already.".into())).collect();
    let said = (OF, "Subnets", "the subnets");
    let mut of =
        rows_field(cx, values, said, (pick, ""), "They have this network ACL afterwards.", &refuse, &mut needs);
    match whole(cx.store, cx.scope, &INFO) {
        Known::Complete(_) => {}
        // Without the association's id nothing can be called.
        Known::NotAsked(key) => {
            need(&mut needs, key);
            of.error.get_or_insert("The network ACLs are loading.".into());
        }
        Known::Failed(word) => {
            of.error.get_or_insert(format!("Which network ACL they have is not known ({word})."));
        }
    }
    FormSpec { title: form_title(cx, "Associate subnets with"), fields: vec![of], needs }
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let [t] = cx.targets else { return Err(Fault::bug("associate takes one network ACL.")) };
    let ids: Vec<ArcStr> =
        form.text(OF).split(',').map(str::trim).filter(|id| !id.is_empty()).map(ArcStr::from).collect();
    let table = TableKey::all(cx.scope.clone(), Kind(&subnets::INFO));
    let name = |id: &ArcStr| cx.store.get(&table, id).map_or_else(|| id.to_string(), |r| label(r));
    let names: Vec<String> = ids.iter().map(name).collect();
    let subjects = vec![subject(t, format!("associated with {}", called("subnet", &names)))];
    let mut plan = draft("associate", title("Associate subnets with", &INFO, cx.targets), cx.targets, subjects);
    let mut all = Vec::new();
    for (id, name) in ids.iter().zip(&names) {
        let Some((old, association)) = now(cx, id) else {
            let text = format!("Which network ACL {name} has is not known: refresh the list.");
            return Err(Fault::new(FaultKind::Conflict, text));
        };
        let replace = |id: Arg, acl: &ArcStr| -> Call {
            let call = REPLACE_NETWORK_ACL_ASSOCIATION.call(cx.scope.clone()).arg("AssociationId", id);
            call.arg("NetworkAclId", Arg::Str(acl.clone())).on([acl.clone()])
        };
        let at = plan.steps.len();
        let back =
            StepUndo::new(format!("give {name} {} again", label(old)), replace(Arg::out(at, NEW_ASSOCIATION), &old.id));
        let step = Step::new(
            format!("give {name} this one in place of {}", label(old)),
            replace(Arg::Str(association), &t.record.id),
        );
        plan.steps.push(step.undone_by(back));
        all.push(note(format!("{name} has {} now: its entries hold no longer there", label(old))));
    }
    for (count, what) in [(&INBOUND, "comes into"), (&OUTBOUND, "leaves")] {
        if *t.record.get(count) == Value::Int(0) {
            all.push(severe(format!(
                "Nothing more {what} {}: it has no such entry, and * denies all",
                called("subnet", &names)
            )));
        }
    }
    plan.wait = Waiter::Holds {
        table: t.table.clone(),
        ids: vec![t.record.id.clone()],
        field: &SUBNETS,
        items: ids,
        within: std::time::Duration::from_secs(120),
    };
    plan.consequences = sorted(all);
    Ok(plan)
}
