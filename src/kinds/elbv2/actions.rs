//! What can be done to target groups and targets, as data: register and deregister.

use arcstr::ArcStr;

use super::senders::{DEREGISTER_TARGETS, REGISTER_TARGETS};
use super::target_group_impact::{Standing, rows_of, verdict};
use super::targets::{self, Health};
use super::{name_of_arn, target_groups};
use crate::base::text::visible;
use crate::base::{Fault, FaultKind, Scope};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Target};
use crate::kinds::ec2::instances;
use crate::kinds::ec2::instances::fields;
use crate::kinds::ec2::instances::instance::{self, InstanceState};
use crate::kinds::plan_builder::{
    Known, draft, form_title, known, label, line, list, names, need, note, number, phrase, sorted, state, subject,
    title, typed, unknown, wait_state, whole,
};
use crate::kinds::rows_field::rows_field;
use crate::model::{
    Arg, Call, FormField, FormSpec, FormValue, Kind, Pick, Plan, Record, Step, Subject, TableKey, Undo, Values, Waiter,
};
use std::time::Duration;

/// `register`.
pub static REGISTER: Action = Action::on_rows(&target_groups::INFO, "register", "Register targets", register)
    .group(MenuGroup::Network)
    .doc("Registers instances of the target group's VPC, or IP addresses where the group's target type is ip.")
    .calls(&[&REGISTER_TARGETS])
    .only_if(can_register)
    .form(register_form);

/// `deregister`.
pub static DEREGISTER: Action = Action::on_rows(&targets::INFO, "deregister", "Deregister", deregister)
    .group(MenuGroup::Network)
    .doc(
        "Removes targets from their target groups. They get no new requests; open ones have the group's \
         deregistration delay to finish.",
    )
    .several()
    .calls(&[&DEREGISTER_TARGETS])
    .only_if(can_deregister);

const TARGET: &str = "target";
const PORT: &str = "port";
const ALSO: &str = "also";

/// Targets in one call.
const MOST_TARGETS: usize = 100;

fn can_register(group: &Record) -> Result<(), String> {
    match target_groups::target_type(group) {
        Some("instance" | "ip") => Ok(()),
        Some("lambda") => Err("Its target is a Lambda function: register it in the Lambda console.".into()),
        Some("alb") => Err("Its target is a load balancer: register it in the web console.".into()),
        _ => Err("Its target type is not known.".into()),
    }
}

/// What a form's `target` and `also` name: id and port.
struct Wanted {
    id: ArcStr,
    port: i64,
}

fn wanted(spec: &FormSpec) -> Result<Vec<Wanted>, String> {
    let text = |name: &str| match spec.fields.iter().find(|f| f.name == name).map(|f| &f.value) {
        Some(FormValue::Text(t)) => t.clone(),
        _ => ArcStr::new(),
    };
    let port: i64 = text(PORT).parse().map_err(|_| "The port is not a number.".to_string())?;
    let named = text(TARGET);
    let named = named.split(',').map(str::trim).filter(|id| !id.is_empty());
    let mut out: Vec<Wanted> = named.map(|id| Wanted { id: id.into(), port }).collect();
    for item in text(ALSO).split([',', ' ']).filter(|s| !s.is_empty()) {
        let (id, port) = match item.rsplit_once(':') {
            Some((id, p)) => {
                let p = p.parse().ok().filter(|p| (1..=65535).contains(p));
                (id, p.ok_or_else(|| format!("{} needs a port from 1 to 65535 after the colon.", visible(item)))?)
            }
            None => (item, port),
        };
        out.push(Wanted { id: id.into(), port });
    }
    Ok(out)
}

fn register_form(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let Some(t) = cx.targets.first() else { return FormSpec::default() };
    let (scope, group) = (&t.table.scope, &*t.record);
    let mut needs = Vec::new();
    let is_instances = target_groups::target_type(group) == Some("instance");
    let target = if is_instances {
        choose_instance(cx, scope, group, values, &mut needs)
    } else {
        let mut f = line(
            values,
            TARGET,
            "Address",
            "",
            "A private IPv4 or IPv6 address that the target group's VPC can reach.",
        );
        f.error = match &f.value {
            FormValue::Text(t) if t.trim().parse::<std::net::IpAddr>().is_ok() => None,
            _ => Some("Type an IP address.".into()),
        };
        f
    };
    let port = number(
        values,
        (PORT, "Port"),
        (1, 65535),
        target_groups::port(group),
        "The target group's port unless another is given.",
    );
    let help = if is_instances {
        "More instances: ID or ID:PORT, separated by commas."
    } else {
        "More addresses, separated by commas."
    };
    let also = line(values, ALSO, "Also", "", help);
    let mut spec = FormSpec { title: form_title(cx, "Register with"), fields: vec![target, port, also], needs };
    let wrong = match wanted(&spec) {
        Ok(all) => all.iter().skip(1).find_map(|w| unfit(cx, scope, group, is_instances, &w.id)),
        Err(_) if spec.fields[1].error.is_some() => None,
        Err(e) => Some(e),
    };
    spec.fields[2].error = wrong;
    spec
}

/// Why one that was typed cannot be meant.
fn unfit(cx: &ActionContext<'_>, scope: &Scope, group: &Record, is_instances: bool, id: &str) -> Option<String> {
    if !is_instances {
        return id.parse::<std::net::IpAddr>().is_err().then(|| format!("{} is not an IP address.", visible(id)));
    }
    let key = TableKey::all(scope.clone(), Kind(&instances::INFO));
    match cx.store.get(&key, id) {
        Some(row) => cannot_join(group, row),
        None => match whole(cx.store, scope, &instances::INFO) {
            Known::Complete(_) => Some(format!("There is no instance {} in this region.", visible(id))),
            _ => (!id.starts_with("i-")).then(|| format!("{} is not an instance id.", visible(id))),
        },
    }
}

/// Why an instance cannot be a target of the group.
fn cannot_join(group: &Record, row: &Record) -> Option<String> {
    if let (Some(a), Some(b)) = (target_groups::vpc_id(group), instance::vpc_id(row))
        && a != b
    {
        return Some(format!("{} is in another VPC.", label(row)));
    }
    match instance::state(row) {
        InstanceState::ShuttingDown | InstanceState::Terminated => Some(format!("{} is {}.", label(row), state(row))),
        _ => None,
    }
}

fn choose_instance(
    cx: &ActionContext<'_>,
    scope: &Scope,
    group: &Record,
    values: &Values,
    needs: &mut Vec<TableKey>,
) -> FormField {
    let all = rows_of(cx.store, scope, &group.id);
    if all.is_none() {
        need(needs, TableKey::of(scope.clone(), Kind(&targets::INFO), group.id.clone()));
    }
    let is_registered = |r: &&&Record| !matches!(targets::health(r), Health::Draining | Health::Unused);
    let registered = all.iter().flatten().filter(is_registered).filter_map(|r| targets::target_id(r));
    let vpc = target_groups::vpc_id(group);
    let mut pick = Pick::one_of(TableKey::all(scope.clone(), Kind(&instances::INFO)), "i-").only(
        format!(
            "!state=terminated,shutting-down {}",
            vpc.map(|v| format!("{}={v}", fields::VPC_ID.name)).unwrap_or_default()
        ),
        match vpc {
            Some(vpc) => format!("Instances of the target group's VPC, {}.", visible(vpc)),
            None => String::new(),
        },
    );
    pick.several = true;
    // Registered with another port it may be: whoever names it means that.
    pick.refused = registered.map(|id| (id.into(), "Already registered.".to_string())).collect();
    pick.refused.dedup();
    let said = (TARGET, "Instances", "the instances");
    let help = "One or more instances of the target group's VPC; in the palette, separated by commas.";
    rows_field(cx, values, said, (pick, ""), help, &|r| cannot_join(group, r), needs)
}

fn register(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let t = &cx.targets[0];
    let (scope, group) = (&t.table.scope, &*t.record);
    let group_name = label(group);
    let mut all = wanted(&form.spec).map_err(|e| Fault::new(FaultKind::Invalid, e))?;
    let mut seen: Vec<(ArcStr, i64)> = Vec::new();
    all.retain(|w| {
        let new = !seen.contains(&(w.id.clone(), w.port));
        seen.push((w.id.clone(), w.port));
        new
    });
    let table = TableKey::of(scope.clone(), Kind(&targets::INFO), group.id.clone());
    let instance_of = |id: &str| cx.store.get(&TableKey::all(scope.clone(), Kind(&instances::INFO)), id);
    let mut subjects = Vec::new();
    let mut ids = Vec::new();
    let mut out = Vec::new();
    for w in &all {
        let port = i32::try_from(w.port).map_err(|_| Fault::bug("a port over 65535"))?;
        let row_id = targets::row_id(&group.id, &w.id, Some(port));
        let row = instance_of(&w.id);
        let name = row.map_or_else(|| visible(&w.id).into_owned(), |r| label(r));
        if let Some(r) = row
            && instance::state(r) != InstanceState::Running
        {
            out.push(note(format!("Instance {name} is {}: it stays unused until it runs", state(r))));
        }
        if target_groups::port(group).is_some_and(|p| p != w.port) {
            out.push(note(format!("{name} gets traffic on port {}, not on the target group's port", w.port)));
        }
        let change = format!("→ registered with {group_name} on port {}", w.port);
        let (id, shown_id) = (row_id.clone(), w.id.clone());
        let label = row.map_or_else(|| w.id.clone(), |r| r.label().clone());
        subjects.push(Subject { table: table.clone(), id, shown_id, label, change });
        ids.push(row_id);
    }
    let idle = list(group, &target_groups::LOAD_BALANCERS).is_empty();
    let unchecked = target_groups::is_checked(group) == Some(false);
    out.push(note(if idle {
        format!("No load balancer uses target group {group_name}: its targets stay unused")
    } else if unchecked {
        format!("Target group {group_name} has no health checks: it sends traffic at once")
    } else {
        format!("Target group {group_name} sends traffic once the health checks pass")
    }));
    let mut plan = draft("register", title("Register with", &target_groups::INFO, cx.targets), cx.targets, subjects);
    for batch in all.chunks(MOST_TARGETS) {
        let one = |w: &Wanted| Arg::Map(vec![("Id", Arg::Str(w.id.clone())), ("Port", Arg::Int(w.port))]);
        let call = REGISTER_TARGETS
            .call(scope.clone())
            .arg("TargetGroupArn", Arg::Str(group.id.clone()))
            .arg("Targets", Arg::List(batch.iter().map(one).collect()));
        plan.steps.extend(Step::each(vec![call.on(ids.clone())]));
    }
    plan.consequences = sorted(out);
    plan.wait = Waiter::State {
        table,
        ids,
        want: match (idle, unchecked) {
            (true, _) => &["unused", "healthy", "unavailable"],
            // Where nobody checks, there is no healthy to wait for.
            (false, true) => &["unavailable", "healthy"],
            (false, false) => &["healthy"],
        },
        fail: if idle { &[] } else { &["unhealthy", "unused"] },
        gone_is_fine: false,
        within: Duration::from_secs(600),
    };
    plan.undo = Some(Undo { line: "deregister".into(), but: None, on: Vec::new() });
    plan.phrase = phrase("register", cx.targets);
    Ok(plan)
}

fn can_deregister(row: &Record) -> Result<(), String> {
    match targets::health(row) {
        Health::Draining | Health::UnhealthyDraining => Err("Already being deregistered.".into()),
        Health::Unused if row.get(&targets::REASON_CODE).as_str() == Some("Target.NotRegistered") => {
            Err("No longer registered.".into())
        }
        _ => Ok(()),
    }
}

/// Rows of one group: where it is, its ARN, and they.
type OfGroup<'a> = (&'a Scope, ArcStr, Vec<&'a Target>);

/// The rows by scope and group.
fn by_group(rows: &[Target]) -> Result<Vec<OfGroup<'_>>, Fault> {
    let mut out: Vec<OfGroup<'_>> = Vec::new();
    for t in rows {
        let arn = targets::group_arn(&t.record).ok_or_else(|| not_known(&t.record, "target group"))?;
        match out.iter_mut().find(|(s, a, _)| *s == &t.table.scope && a == arn) {
            Some((_, _, list)) => list.push(t),
            None => out.push((&t.table.scope, arn.into(), vec![t])),
        }
    }
    Ok(out)
}

/// A row lacks what a call needs: nothing is sent with a hole in it.
fn not_known(row: &Record, what: &str) -> Fault {
    Fault::bug(format!("The {what} of {} is not known.", label(row)))
}

fn deregister(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    // A target has no name of its own; its instance has.
    let id = |t: &Target| targets::target_id(&t.record).map_or_else(|| t.record.id.clone(), ArcStr::from);
    let instance = |t: &Target| cx.store.get(&TableKey::all(t.table.scope.clone(), Kind(&instances::INFO)), &id(t));
    let name = |t: &Target| instance(t).map_or_else(|| visible(&id(t)).into_owned(), |r| label(r));
    let change = |t: &Target| {
        let serves = matches!(targets::health(&t.record), Health::Healthy | Health::Unhealthy);
        let mut s = subject(t, format!("{} → {}", state(&t.record), if serves { "draining → gone" } else { "gone" }));
        s.label = instance(t).map_or_else(|| id(t), |r| r.label().clone());
        s
    };
    let subjects = cx.targets.iter().map(change).collect();
    let heading = match cx.targets {
        [one] => format!("Deregister {} from {}", name(one), group_name(&one.record)),
        many => title("Deregister", &targets::INFO, many),
    };
    let mut plan = draft("deregister", heading, cx.targets, subjects);
    if let [one] = cx.targets {
        plan.phrase = instance(one).map_or_else(|| visible(&id(one)).into_owned(), |r| typed(r));
    }
    let groups = by_group(cx.targets)?;
    let mut out = Vec::new();
    for (scope, arn, rows) in &groups {
        out.extend(loss(cx, scope, arn, rows, &name, &mut plan.needs));
        for batch in rows.chunks(MOST_TARGETS) {
            plan.steps.extend(Step::each(vec![deregister_call(scope, arn, batch)?]));
        }
    }
    if cx.targets.iter().any(|t| targets::health(&t.record) == Health::Healthy) {
        out.push(note("Open connections have the deregistration delay to finish: 300 s unless it was changed"));
    }
    members(cx, &name, &mut out);
    plan.consequences = sorted(out);
    plan.wait = wait_state(cx.targets, &["unused"], &[], true, 60);
    plan.undo = way_back(&groups);
    Ok(plan)
}

fn group_name(row: &Record) -> String {
    visible(row.get(&targets::TARGET_GROUP).as_str().unwrap_or("its target group")).into_owned()
}

fn deregister_call(scope: &Scope, arn: &ArcStr, rows: &[&Target]) -> Result<Call, Fault> {
    let one = |t: &&Target| -> Result<Arg, Fault> {
        let id = targets::target_id(&t.record).ok_or_else(|| not_known(&t.record, "id"))?;
        let mut members = vec![("Id", Arg::str(id))];
        // Without its port every registration of the target would go.
        members.extend(targets::port(&t.record).map(|p| ("Port", Arg::Int(p))));
        Ok(Arg::Map(members))
    };
    let list = rows.iter().map(one).collect::<Result<Vec<Arg>, Fault>>()?;
    Ok(DEREGISTER_TARGETS
        .call(scope.clone())
        .arg("TargetGroupArn", Arg::Str(arn.clone()))
        .arg("Targets", Arg::List(list))
        .on(rows.iter().map(|t| t.record.id.clone())))
}

/// What the group is left with.
fn loss(
    cx: &ActionContext<'_>,
    scope: &Scope,
    arn: &ArcStr,
    rows: &[&Target],
    name: &dyn Fn(&Target) -> String,
    needs: &mut Vec<TableKey>,
) -> Option<crate::model::Consequence> {
    let standing = |r: &Record| Standing::of(&targets::health(r));
    let serving = |r: &Record| matches!(standing(r), Standing::Healthy | Standing::Unknown);
    let labels: Vec<String> = rows.iter().map(|t| name(t)).collect();
    let going: Vec<(&str, Standing)> = rows
        .iter()
        .zip(&labels)
        .filter(|(t, _)| serving(&t.record))
        .map(|(t, label)| (label.as_str(), standing(&t.record)))
        .collect();
    if going.is_empty() {
        return None;
    }
    let group = visible(name_of_arn(arn));
    let Some(all) = rows_of(cx.store, scope, arn) else {
        let key = TableKey::of(scope.clone(), Kind(&targets::INFO), arn.clone());
        if let Known::NotAsked(key) = known(cx.store, key) {
            need(needs, key);
        }
        let who = names(&going.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        return Some(unknown(format!(
            "Whether {who} is the only healthy target of target group {group} is not known: target health is not loaded"
        )));
    };
    let leaves = |r: &Record| rows.iter().any(|t| t.record.id == r.id);
    let staying: Vec<Standing> = all.iter().filter(|r| !leaves(r)).map(|r| standing(r)).collect();
    verdict(name_of_arn(arn), &going, &staying)
}

/// A group's members are registered by their group.
fn members(cx: &ActionContext<'_>, name: &dyn Fn(&Target) -> String, out: &mut Vec<crate::model::Consequence>) {
    for t in cx.targets {
        let Some(id) = targets::target_id(&t.record) else { continue };
        let key = TableKey::all(t.table.scope.clone(), Kind(&instances::INFO));
        if let Some(group) = cx.store.get(&key, id).and_then(|r| instance::group(r)) {
            let text = format!(
                "{} is a member of Auto Scaling group {}, which registered it: Standby takes it out and brings it back",
                name(t),
                visible(group)
            );
            out.push(note(text));
        }
    }
}

/// Registering again, if one line can say it: targets of one group.
fn way_back(groups: &[(&Scope, ArcStr, Vec<&Target>)]) -> Option<Undo> {
    let [(scope, arn, rows)] = groups else { return None };
    let each: Option<Vec<(&str, i64)>> =
        rows.iter().map(|t| Some((targets::target_id(&t.record)?, targets::port(&t.record)?))).collect();
    let each = each?;
    let ((id, port), more) = each.split_first()?;
    let mut line = format!("register {TARGET}={id} {PORT}={port}");
    if id.contains([':', ' ', '"']) || (more.iter().any(|(id, _)| id.contains([':', ' ', '"', ',']))) {
        // IPv6 addresses and ARNs cannot be told from their ports.
        return None;
    }
    if !more.is_empty() {
        let more: Vec<String> = more.iter().map(|(id, port)| format!("{id}:{port}")).collect();
        line.push_str(&format!(" {ALSO}={}", more.join(",")));
    }
    let groups_key = TableKey::all((*scope).clone(), Kind(&target_groups::INFO));
    let but = Some("health checks start again before it gets traffic".into());
    Some(Undo { line, but, on: vec![(groups_key, arn.clone())] })
}

#[cfg(test)]
mod tests;
