//! `edit-routes` of a route table: its routes as a table that is edited in place, and applied with the fewest calls.

use arcstr::ArcStr;

use super::route::{Change, Route, changes, destination_of, step, why_not};
use super::target::{INTERNET, name_of, resolve};
use super::{MOST_ROUTES, users};
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::draft_table::DraftTable;
use crate::kinds::ec2::route_tables::{INFO, PROPAGATED, ROUTES, VPC_ID};
use crate::kinds::ec2::senders::{CREATE_ROUTE, DELETE_ROUTE, REPLACE_ROUTE};
use crate::kinds::ec2::vpcs;
use crate::kinds::plan_builder::{
    Known, draft, field, form_title, label, list, need, note, severe, sorted, subject, unknown, whole,
};
use crate::model::draft::RowMark;
use crate::model::{
    Cell, CellError, Consequence, DraftColumn, DraftRow, FormInput, FormSpec, Kind, Plan, Preset, Record, TableKey,
    TableRow, Values, Waiter,
};

/// `edit-routes`.
pub static EDIT: Action = Action::on_rows(&INFO, "edit-routes", "Edit routes", plan)
    .group(MenuGroup::Network)
    .doc(
        "Edits the routes of a route table in a table: creates, replaces and deletes them. In the palette \
         :edit-routes +0.0.0.0/0=internet-gateway -10.9.0.0/16.",
    )
    .calls(&[&CREATE_ROUTE, &REPLACE_ROUTE, &DELETE_ROUTE])
    .form(refine);

const TABLE: &str = "routes";
/// The columns.
const DESTINATION: usize = 0;
const TARGET: usize = 1;
const STATE: usize = 2;

fn columns() -> Vec<DraftColumn> {
    vec![
        DraftColumn::new("destination", "DESTINATION", Cell::Text),
        DraftColumn::new("target", "TARGET", Cell::Text),
        DraftColumn::new("state", "STATE", Cell::Fixed).short(),
    ]
}

fn presets() -> Vec<Preset> {
    let preset = |label: &str, cells: [&str; 3]| Preset {
        label: label.into(),
        cells: cells.into_iter().map(ArcStr::from).collect(),
    };
    vec![
        preset("the internet, IPv4, by the VPC's internet gateway", ["0.0.0.0/0", INTERNET, ""]),
        preset("the internet, IPv6, by the VPC's internet gateway", ["::/0", INTERNET, ""]),
        preset("everything, IPv4, by …", ["0.0.0.0/0", "", ""]),
        preset("everything, IPv6, by …", ["::/0", "", ""]),
    ]
}

/// The routes that a table has, as its row says.
pub(super) fn routes_of(row: &Record) -> Vec<Route> {
    list(row, &ROUTES).iter().filter_map(|text| Route::parse(text)).collect()
}

fn table(row: &Record) -> DraftTable {
    let one = |text: &ArcStr| {
        let route = Route::parse(text)?;
        let state = text.split(' ').nth(2).unwrap_or("active");
        Some(TableRow { key: route.to.clone(), cells: vec![route.to, route.via, state.into()] })
    };
    DraftTable {
        field: (TABLE, "Routes"),
        columns: columns(),
        original: list(row, &ROUTES).iter().filter_map(one).collect(),
        presets: presets(),
        help: "Target: internet-gateway, an id (nat-…, pcx-…, eni-…) or a name. p adds common routes.".into(),
    }
}

/// Why a route that is there cannot be changed: a sentence.
pub(super) fn why_fixed(table: &Record, route: &Route) -> Option<String> {
    if route.via == "local" {
        // EC2: InvalidParameterValue, "cannot remove local route …".
        return Some("The local route is the VPC itself: it cannot be changed or deleted here.".into());
    }
    if list(table, &PROPAGATED).contains(&route.to) {
        return Some("It was propagated: it changes with what advertises it, not by hand.".into());
    }
    if route.to.starts_with("pl-") && route.via.starts_with("vpce-") {
        // https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html#gateway-endpoint-routing
        return Some("It belongs to a gateway endpoint: change the endpoint's route tables.".into());
    }
    None
}

/// The ranges of a VPC, as far as they are known.
pub(super) fn ranges(cx: &ActionContext<'_>, vpc: &str, needs: &mut Vec<TableKey>) -> Vec<ipnet::IpNet> {
    if let Known::NotAsked(key) = whole(cx.store, cx.scope, &vpcs::INFO) {
        need(needs, key);
    }
    let row = cx.store.get(&TableKey::all(cx.scope.clone(), Kind(&vpcs::INFO)), vpc);
    let of = |field| row.into_iter().flat_map(move |r| r.get(field).blocks().collect::<Vec<_>>()).map(|b| b.range());
    of(&vpcs::CIDR).chain(of(&vpcs::IPV6_CIDR)).collect()
}

/// The route that cells stand for.
fn route_of(
    cx: &ActionContext<'_>,
    cells: &[ArcStr],
    vpc: &str,
    needs: &mut Vec<TableKey>,
) -> Result<Route, (usize, String)> {
    let cell = |i: usize| cells.get(i).map_or("", |c| c.trim());
    let to = destination_of(cell(DESTINATION)).map_err(|e| (DESTINATION, e))?;
    let via = resolve(cx, cell(TARGET), vpc, needs).map_err(|e| (TARGET, e))?;
    Ok(Route { to, via })
}

/// The routes to be; what is wrong with cells.
fn wanted(
    cx: &ActionContext<'_>,
    row: &Record,
    rows: &[DraftRow],
    needs: &mut Vec<TableKey>,
) -> (Vec<Route>, Vec<CellError>) {
    let vpc = field(row, &VPC_ID).unwrap_or_default();
    let own = ranges(cx, vpc, needs);
    let mut out: Vec<Route> = Vec::new();
    let mut errors = Vec::new();
    for (at, r) in rows.iter().enumerate() {
        let mut error = |column: usize, text: String| errors.push(CellError { row: at, column, text });
        let there = Route {
            to: r.now.first().cloned().unwrap_or_default(),
            via: r.now.get(TARGET).cloned().unwrap_or_default(),
        };
        if matches!(r.mark, RowMark::Changed | RowMark::Removed)
            && let Some(why) = why_fixed(row, &there)
        {
            error(TARGET, why);
            continue;
        }
        match r.mark {
            RowMark::Removed => {}
            RowMark::Same => out.push(there),
            RowMark::Added if r.cells.iter().take(STATE).all(|c| c.is_empty()) => {}
            RowMark::Added | RowMark::Changed => match route_of(cx, &r.cells, vpc, needs) {
                Ok(route) if out.iter().any(|o| o.to == route.to) => {
                    error(DESTINATION, format!("The table has a route to {} already (RouteAlreadyExists).", route.to));
                }
                Ok(route) => match why_not(&route, &own) {
                    Some(why) => error(if why.starts_with("An egress") { TARGET } else { DESTINATION }, why),
                    None => out.push(route),
                },
                Err((column, text)) => error(column, text),
            },
        }
    }
    (out, errors)
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let [t] = cx.targets else { return FormSpec::default() };
    let before = routes_of(&t.record);
    let mut said = String::new();
    let mut called: Vec<(ArcStr, ArcStr)> = Vec::new();
    let mut routes = table(&t.record).into_field(values, |rows| {
        let (after, errors) = wanted(cx, &t.record, rows, &mut needs);
        said = facts(&after, errors.is_empty().then(|| changes(&before, &after)).as_deref());
        for route in before.iter().chain(&after) {
            let name: ArcStr = name_of(cx, &route.via).into();
            if name != route.via && !called.iter().any(|(id, _)| *id == route.via) {
                called.push((route.via.clone(), name));
            }
        }
        errors
    });
    routes.facts = said;
    if let FormInput::Rows(input) = &mut routes.input {
        input.called = called;
    }
    FormSpec { title: form_title(cx, "Edit routes of"), fields: vec![routes], needs }
}

/// `3 of 500 routes (default quota) · create 1, then delete 1`
fn facts(after: &[Route], changed: Option<&[Change]>) -> String {
    let own = after.iter().filter(|r| r.via != "local").count();
    let mut out = format!("{own} of {MOST_ROUTES} routes beside the local one (default quota)");
    let count = |of: fn(&Change) -> bool| changed.map_or(0, |c| c.iter().filter(|c| of(c)).count());
    let counts = [
        ("create", count(|c| matches!(c, Change::Create(_)))),
        ("replace", count(|c| matches!(c, Change::Replace { .. }))),
        ("delete", count(|c| matches!(c, Change::Delete(_)))),
    ];
    let words: Vec<String> =
        counts.into_iter().filter(|(_, n)| *n > 0).map(|(word, n)| format!("{word} {n}")).collect();
    if !words.is_empty() {
        out.push_str(" · ");
        out.push_str(&words.join(", "));
    }
    out
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let [t] = cx.targets else { return Err(Fault::bug("edit-routes takes one route table.")) };
    let mut needs = Vec::new();
    let rows = table(&t.record).rows(form.values);
    let (after, _) = wanted(cx, &t.record, &rows, &mut needs);
    let calls = changes(&routes_of(&t.record), &after);
    if calls.is_empty() {
        return Err(Fault::new(FaultKind::Invalid, "Nothing would change: the routes are like that already."));
    }
    let who = label(&t.record);
    let mut plan = draft("edit-routes", format!("Edit routes of {who}"), cx.targets, Vec::new());
    plan.subjects = vec![subject(t, said(cx, &calls))];
    plan.steps = calls.iter().map(|change| step(cx.scope, &t.record.id, change)).collect();
    let mut all = consequences(cx, &t.record, &calls, &mut needs);
    if after.len() > MOST_ROUTES && after.len() > routes_of(&t.record).len() {
        all.push(unknown(format!(
            "{who} would have {} routes: the quota is {MOST_ROUTES} unless it was raised (RouteLimitExceeded)",
            after.len()
        )));
    }
    (plan.consequences, plan.needs) = (sorted(all), needs);
    plan.wait = arrived(&t.table, &t.record.id, &calls);
    Ok(plan)
}

/// The row is read again: its list has the routes that were made. One that may be a black hole from the start says so in the list, so that it is
/// only looked at once.
pub(super) fn arrived(table: &TableKey, id: &ArcStr, calls: &[Change]) -> Waiter {
    let within = std::time::Duration::from_secs(60);
    let items: Vec<ArcStr> = calls
        .iter()
        .filter_map(|c| match c {
            Change::Create(r) | Change::Replace { to_be: r, .. } if r.via.starts_with("igw-") => {
                Some(arcstr::format!("{} {}", r.to, r.via))
            }
            _ => None,
        })
        .collect();
    let (table, ids) = (table.clone(), vec![id.clone()]);
    match items.is_empty() {
        true => Waiter::Rest { table, ids, within },
        false => Waiter::Holds { table, ids, field: &ROUTES, items, within },
    }
}

/// `+ 0.0.0.0/0 → my-igw · - 10.9.0.0/16 → pcx-0a1 · ~ ::/0 → eigw-0a1 (was igw-0a1)`: the difference, as it is reviewed.
pub(super) fn said(cx: &ActionContext<'_>, calls: &[Change]) -> String {
    let words = |r: &Route| format!("{} → {}", r.to, name_of(cx, &r.via));
    let one = |change: &Change| match change {
        Change::Create(r) => format!("+ {}", words(r)),
        Change::Replace { was, to_be } => format!("~ {} (was {})", words(to_be), name_of(cx, &was.via)),
        Change::Delete(r) => format!("- {}", words(r)),
    };
    calls.iter().map(one).collect::<Vec<_>>().join(" · ")
}

/// What else comes of changed routes.
pub(super) fn consequences(
    cx: &ActionContext<'_>,
    table: &Record,
    calls: &[Change],
    needs: &mut Vec<TableKey>,
) -> Vec<Consequence> {
    let mut all = Vec::new();
    let who = label(table);
    let Some(users) = users(cx, table, needs) else {
        all.push(note(format!("No subnet uses {who} yet")));
        return all;
    };
    let is_internet = |via: &str| via.starts_with("igw-");
    for change in calls {
        match change {
            Change::Delete(r) if r.is_default() => {
                all.push(severe(format!("{users}: no more way out by {} ({})", name_of(cx, &r.via), r.to)));
            }
            Change::Delete(r) => {
                all.push(severe(format!("{users}: what is on its way to {} takes another route, or is dropped", r.to)));
            }
            Change::Replace { was, to_be } => {
                let public = match (is_internet(&was.via), is_internet(&to_be.via)) {
                    (true, false) => "; they are no longer public",
                    (false, true) => "; they become public",
                    _ => "",
                };
                let text = format!("{users}: {} goes to {} instead{public}", to_be.to, name_of(cx, &to_be.via));
                all.push(if public.is_empty() { note(text) } else { severe(text) });
            }
            Change::Create(r) if is_internet(&r.via) => all.push(note(format!(
                "{users}: they are public by {} → {}; what has a public address can be reached as security groups and \
                 network ACLs allow",
                r.to,
                name_of(cx, &r.via)
            ))),
            Change::Create(_) => {}
        }
    }
    if all.is_empty() {
        all.push(note(format!("{users} use it")));
    }
    all
}
