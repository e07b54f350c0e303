//! `associate`, `disassociate` and `set-main`: which subnets use which route table.

use arcstr::ArcStr;

use super::{main_table, own_table, subnet_names, tables_of};
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Sender};
use crate::kinds::ec2::route_tables::{DEFAULT_ROUTE, INFO, MAIN, SUBNETS, VPC_ID, association_of};
use crate::kinds::ec2::senders::{
    ASSOCIATE_ROUTE_TABLE, DISASSOCIATE_ROUTE_TABLE, NEW_ASSOCIATION, REPLACE_ROUTE_TABLE_ASSOCIATION,
    TABLE_ASSOCIATION,
};
use crate::kinds::ec2::subnets;
use crate::kinds::plan_builder::{
    Known, called, draft, field, form_title, label, list, live, need, note, severe, sorted, subject, title, unknown,
    wait_field, whole,
};
use crate::kinds::rows_field::rows_field;
use crate::model::{
    Arg, Call, Consequence, FormSpec, Kind, Pick, Plan, Record, Step, StepUndo, TableKey, Value, Values, Waiter,
};

/// `associate`.
pub static ASSOCIATE: Action = Action::on_rows(&INFO, "associate", "Associate with subnets", associate)
    .group(MenuGroup::Network)
    .doc("Associates a route table with subnets of its VPC, in place of the one that each uses now.")
    .calls(&[&ASSOCIATE_ROUTE_TABLE, &DISASSOCIATE_ROUTE_TABLE, &REPLACE_ROUTE_TABLE_ASSOCIATION])
    .form(associate_form);

/// `disassociate`.
pub static DISASSOCIATE: Action = Action::on_rows(&INFO, "disassociate", "Disassociate from subnets", disassociate)
    .group(MenuGroup::Network)
    .doc("Disassociates a route table from subnets, which then use the main table of the VPC.")
    .calls(&[&DISASSOCIATE_ROUTE_TABLE, &ASSOCIATE_ROUTE_TABLE])
    .only_if(|row| match list(row, &SUBNETS).is_empty() {
        true => Err("No subnet is associated with it.".into()),
        false => Ok(()),
    })
    .form(disassociate_form);

/// `set-main`.
pub static SET_MAIN: Action = Action::on_rows(&INFO, "set-main", "Make it the main table", set_main)
    .group(MenuGroup::Network)
    .doc("Makes a route table the main one of its VPC: subnets that are associated with none use it from then on.")
    .calls(&[&REPLACE_ROUTE_TABLE_ASSOCIATION])
    .only_if(|row| match row.get(&MAIN) {
        Value::Bool(true) => Err("It is the main table already.".into()),
        _ => Ok(()),
    })
    .form(main_form);

const OF: &str = "subnets";
const MAIN_NOW: &str = "in_place_of";

/// A field for subnets of the table's VPC: those that it has, or those that it has not.
fn form(cx: &ActionContext<'_>, values: &Values, verb: &str, those_of_it: bool) -> FormSpec {
    let [t] = cx.targets else { return FormSpec::default() };
    let mut needs = Vec::new();
    let vpc = field(&t.record, &VPC_ID).unwrap_or_default();
    let own = list(&t.record, &SUBNETS);
    let refuse = |r: &Record| match (own.contains(&r.id), those_of_it) {
        (true, false) => Some("It is associated with this table already.".to_string()),
        (false, true) => Some("It is not associated with this table.".to_string()),
        _ => None,
    };
    let table = TableKey::all(cx.scope.clone(), Kind(&subnets::INFO));
    let mut pick = Pick::one_of(table.clone(), "subnet-");
    pick = pick.only(format!("vpc_id={vpc}"), "Subnets of the table's VPC.");
    pick.several = true;
    let of_vpc = cx.store.table(&table).into_iter().flat_map(live).filter(|r| field(r, &subnets::VPC_ID) == Some(vpc));
    pick.refused = of_vpc.filter_map(|r| Some((r.id.clone(), refuse(r)?))).collect();
    let default = match (&own[..], those_of_it) {
        ([one], true) => one.as_str(),
        _ => "",
    };
    let said = (OF, "Subnets", "the subnets");
    let help = if those_of_it { "They use the main table afterwards." } else { "They use this table afterwards." };
    let mut of = rows_field(cx, values, said, (pick, default), help, &refuse, &mut needs);
    if let Known::NotAsked(_) = tables_of(cx, &mut needs) {
        // Whether a subnet has a table of its own decides which call it is.
        of.error.get_or_insert("The route tables are loading.".into());
    }
    FormSpec { title: form_title(cx, verb), fields: vec![of], needs }
}

fn associate_form(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    form(cx, values, "Associate subnets with", false)
}

fn disassociate_form(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    form(cx, values, "Disassociate subnets from", true)
}

/// The table that is the main one now: the VPC has one, so that there is nothing to choose.
fn main_form(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let [t] = cx.targets else { return FormSpec::default() };
    let mut needs = Vec::new();
    let vpc = field(&t.record, &VPC_ID).unwrap_or_default();
    let table = TableKey::all(cx.scope.clone(), Kind(&INFO));
    let now = main_table(&tables_of(cx, &mut needs), vpc).map(|(main, _)| main.id.clone()).unwrap_or_default();
    let pick = Pick::one_of(table, "rtb-").only(format!("vpc_id={vpc} main=yes"), "The main table of the VPC.");
    let refuse = |r: &Record| (r.id != now).then(|| "It is not the main table of the VPC.".to_string());
    let said = (MAIN_NOW, "In place of", "the route tables");
    let help = "The table that is the main one now.";
    let of = rows_field(cx, values, said, (pick, &now), help, &refuse, &mut needs);
    FormSpec { title: form_title(cx, "Make the main table:"), fields: vec![of], needs }
}

fn chosen(form: &FilledForm<'_>) -> Vec<ArcStr> {
    form.text(OF).split(',').map(str::trim).filter(|id| !id.is_empty()).map(ArcStr::from).collect()
}

fn undo(title: String, call: Call) -> StepUndo {
    StepUndo { title, call, wait: Waiter::AtOnce, destructive: false, hurts: None }
}

fn put(cx: &ActionContext<'_>, table: &ArcStr, subnet: &ArcStr) -> Call {
    let call = ASSOCIATE_ROUTE_TABLE.call(cx.scope.clone()).arg("RouteTableId", Arg::Str(table.clone()));
    call.arg("SubnetId", Arg::Str(subnet.clone())).on([table.clone()])
}

fn by_id(cx: &ActionContext<'_>, sender: &'static Sender, id: Arg) -> Call {
    sender.call(cx.scope.clone()).arg("AssociationId", id)
}

/// What a table leads to by default, for a sentence.
fn way(table: &Record) -> &str {
    field(table, &DEFAULT_ROUTE).unwrap_or("nowhere")
}

/// What changes for who uses another table now.
fn other_way(who: &str, from: Option<&Record>, to: &Record) -> Consequence {
    match from {
        Some(from) if way(from) == way(to) => note(format!(
            "{who}: other routes of {} than of {} hold, and the default one stays {}",
            label(to),
            label(from),
            way(to)
        )),
        Some(from) => severe(format!(
            "{who}: 0.0.0.0/0 goes to {} ({}) instead of {} ({})",
            way(to),
            label(to),
            way(from),
            label(from)
        )),
        None => unknown(format!("{who}: which table they use now is not known")),
    }
}

fn associate(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let [t] = cx.targets else { return Err(Fault::bug("associate takes one route table.")) };
    let mut needs = Vec::new();
    let (ids, vpc) = (chosen(form), field(&t.record, &VPC_ID).unwrap_or_default());
    let names = subnet_names(cx, &ids, &mut needs);
    let known = tables_of(cx, &mut needs);
    let subjects = vec![subject(t, format!("associated with {}", called("subnet", &names)))];
    let mut plan = draft("associate", title("Associate subnets with", &INFO, cx.targets), cx.targets, subjects);
    let mut all = Vec::new();
    for (id, name) in ids.iter().zip(&names) {
        let at = plan.steps.len();
        let own = own_table(&known, id);
        let step = match &own {
            Some((old, association)) => {
                let replace = |id: Arg, table: &ArcStr| {
                    let call = by_id(cx, &REPLACE_ROUTE_TABLE_ASSOCIATION, id);
                    call.arg("RouteTableId", Arg::Str(table.clone())).on([table.clone()])
                };
                let call = replace(Arg::Str(association.clone()), &t.record.id);
                let back = replace(Arg::out(at, NEW_ASSOCIATION), &old.id);
                Step::new(format!("associate {name} in place of {}", label(old)), call)
                    .undone_by(undo(format!("associate {name} with {} again", label(old)), back))
            }
            None => {
                let back = by_id(cx, &DISASSOCIATE_ROUTE_TABLE, Arg::out(at, TABLE_ASSOCIATION));
                Step::new(format!("associate {name}"), put(cx, &t.record.id, id))
                    .undone_by(undo(format!("disassociate {name} again"), back))
            }
        };
        plan.steps.push(step);
        let from = own.map(|(old, _)| old).or_else(|| main_table(&known, vpc).map(|(main, _)| main));
        all.push(match from {
            Some(main) if main.id == t.record.id => {
                note(format!("{name} uses it already, as the main table: it stays so when another one becomes that"))
            }
            from => other_way(name, from, &t.record),
        });
    }
    if let Known::Failed(word) = known {
        all.push(unknown(format!(
            "Which tables they are associated with is not known ({word}): EC2 refuses where there is one \
             (Resource.AlreadyAssociated)"
        )));
    }
    plan.wait = Waiter::Holds {
        table: t.table.clone(),
        ids: vec![t.record.id.clone()],
        field: &SUBNETS,
        items: ids,
        within: std::time::Duration::from_secs(120),
    };
    (plan.consequences, plan.needs) = (sorted(all), needs);
    Ok(plan)
}

fn disassociate(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let [t] = cx.targets else { return Err(Fault::bug("disassociate takes one route table.")) };
    let mut needs = Vec::new();
    let (ids, vpc) = (chosen(form), field(&t.record, &VPC_ID).unwrap_or_default());
    let names = subnet_names(cx, &ids, &mut needs);
    let known = tables_of(cx, &mut needs);
    let subjects = vec![subject(t, format!("no longer associated with {}", called("subnet", &names)))];
    let mut plan = draft("disassociate", title("Disassociate subnets from", &INFO, cx.targets), cx.targets, subjects);
    for (id, name) in ids.iter().zip(&names) {
        let Some(association) = association_of(&t.record, id) else {
            let text = format!("The association of {name} is not known: refresh the list.");
            return Err(Fault::new(FaultKind::Conflict, text));
        };
        let call = by_id(cx, &DISASSOCIATE_ROUTE_TABLE, Arg::Str(association)).on([t.record.id.clone()]);
        let back = undo(format!("associate {name} again"), put(cx, &t.record.id, id));
        plan.steps.push(Step::new(format!("disassociate {name}"), call).undone_by(back));
    }
    let who = called("subnet", &names);
    let main = main_table(&known, vpc).map(|(main, _)| main);
    let all = match main {
        Some(main) => vec![other_way(&who, Some(&t.record), main)],
        None => vec![unknown(format!("{who}: where the main table of the VPC leads is not known"))],
    };
    plan.wait = Waiter::Rest {
        table: t.table.clone(),
        ids: vec![t.record.id.clone()],
        within: std::time::Duration::from_secs(60),
    };
    (plan.consequences, plan.needs) = (sorted(all), needs);
    Ok(plan)
}

fn set_main(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let [t] = cx.targets else { return Err(Fault::bug("set-main takes one route table.")) };
    let mut needs = Vec::new();
    let vpc = field(&t.record, &VPC_ID).unwrap_or_default();
    let known = tables_of(cx, &mut needs);
    let Some((old, association)) = main_table(&known, vpc) else {
        return Err(Fault::new(FaultKind::Conflict, "The main table of the VPC is not known: refresh the list."));
    };
    let replace = |id: Arg, table: &ArcStr| {
        let call = by_id(cx, &REPLACE_ROUTE_TABLE_ASSOCIATION, id);
        call.arg("RouteTableId", Arg::Str(table.clone())).on([table.clone()])
    };
    let mut plan = draft(
        "set-main",
        title("Make", &INFO, cx.targets) + " the main table",
        cx.targets,
        vec![subject(t, format!("the main table, in place of {}", label(old)))],
    );
    let step = Step::new(
        format!("make it the main table in place of {}", label(old)),
        replace(Arg::Str(association), &t.record.id),
    );
    let back = replace(Arg::out(0, NEW_ASSOCIATION), &old.id);
    plan.steps = vec![step.undone_by(undo(format!("make {} the main table again", label(old)), back))];
    // Who is associated with none: all subnets of the VPC but those that some table names.
    let users = implicit(cx, &known, vpc, &mut needs);
    let who = match &users {
        Some(names) if names.is_empty() => None,
        Some(names) => Some(called("subnet", names)),
        None => Some("Subnets that are associated with no table".into()),
    };
    let all = match who {
        Some(who) => vec![other_way(&who, Some(old), &t.record)],
        None => vec![note("Every subnet of the VPC is associated with a table of its own: new ones use this one")],
    };
    plan.wait = wait_field(cx.targets, &MAIN, "true", 2);
    (plan.consequences, plan.needs) = (sorted(all), needs);
    Ok(plan)
}

/// The subnets of a VPC that are associated with no table; `None`: not known.
fn implicit(cx: &ActionContext<'_>, known: &Known<'_>, vpc: &str, needs: &mut Vec<TableKey>) -> Option<Vec<String>> {
    let all = match whole(cx.store, cx.scope, &subnets::INFO) {
        Known::Complete(table) => table,
        Known::NotAsked(key) => {
            need(needs, key);
            return None;
        }
        Known::Failed(_) => return None,
    };
    let of_vpc = live(all).filter(|s| field(s, &subnets::VPC_ID) == Some(vpc));
    Some(of_vpc.filter(|s| own_table(known, &s.id).is_none()).map(|s| label(s)).collect())
}
