//! `create-prefix-list`, `edit` and `delete` of managed prefix lists: entries in a draft table.
//!
//! <https://docs.aws.amazon.com/vpc/latest/userguide/managed-prefix-lists.html>

use arcstr::ArcStr;
use ipnet::IpNet;

use super::made_becomes;
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Target};
use crate::kinds::draft_table::{DraftTable, is_new};
use crate::kinds::ec2::prefix_list_entries::{self, ENTRIES, parts};
use crate::kinds::ec2::prefix_lists::{AWS, FAMILY, INFO, MAX_ENTRIES, VERSION};
use crate::kinds::ec2::security_group_rules;
use crate::kinds::ec2::senders::{CREATE_PREFIX_LIST, DELETE_PREFIX_LIST, MODIFY_PREFIX_LIST, PREFIX_LIST_ID};
use crate::kinds::ec2::vpcs::OWNER;
use crate::kinds::plan_builder::{
    Known, beside, count, draft, form_title, label, line, live, need, note, number, pick, severe, sorted, state,
    subject, text_of, title, unknown, wait_state, whole,
};
use crate::model::{
    Arg, Cell, CellError, Choice, Consequence, DraftColumn, DraftRow, FormField, FormSpec, Kind, Plan, Record, RowMark,
    Step, StepUndo, TableKey, TableRow, Values,
};
use crate::net::range::Range as _;

/// `create-prefix-list`.
pub static CREATE: Action = Action::on_scope(&INFO, "create-prefix-list", "Create a prefix list", plan)
    .doc("Creates a prefix list: ranges under one name, which rules and routes refer to instead of each range.")
    .calls(&[&CREATE_PREFIX_LIST, &DELETE_PREFIX_LIST])
    .form(refine);

const NAME: &str = "name";
const FAMILY_OF: &str = "family";
const MOST: &str = "max_entries";
const TABLE: &str = "entries";

/// Entries that a list may have, and that one request changes. [AWS: customer-managed prefix lists]
const MOST_ENTRIES: i64 = 1000;
const AT_ONCE: usize = 100;
/// Characters of a description. (API_AddPrefixListEntry)
const LONGEST: usize = 255;

fn table(original: Vec<TableRow>, help: String) -> DraftTable {
    DraftTable {
        field: (TABLE, "Entries"),
        columns: vec![
            DraftColumn::new("range", "RANGE", Cell::Range),
            DraftColumn::new("description", "DESCRIPTION", Cell::Text),
        ],
        original,
        presets: Vec::new(),
        help,
    }
}

/// What is wrong with rows beyond their cells: another family, a range twice, a long description, host bits.
fn check(rows: &[DraftRow], six: bool) -> Vec<CellError> {
    let mut errors = Vec::new();
    let net = |r: &DraftRow| IpNet::read(r.cells.first()?.trim());
    for (at, row) in rows.iter().enumerate().filter(|(_, r)| r.mark != RowMark::Removed) {
        let mut bad = |column: usize, text: String| errors.push(CellError { row: at, column, text });
        let Some(own) = net(row) else { continue };
        if is_new(row) {
            let family = if six { "IPv6" } else { "IPv4" };
            if matches!(own, IpNet::V6(_)) != six {
                bad(0, format!("{own} is not of the list's family, {family}."));
            } else if own.trunc() != own {
                bad(0, format!("{own} has host bits set. Did you mean {}?", own.trunc()));
            }
            let same_range = row.now.first().is_some_and(|n| n.trim() == row.cells[0].trim());
            if same_range && row.now.get(1) != row.cells.get(1) {
                // AWS takes no entry that is there already: it has to be gone first.
                bad(1, "AWS changes no description: delete the entry, apply that, and add it anew.".into());
            }
            if row.cells.get(1).is_some_and(|d| d.chars().count() > LONGEST) {
                bad(1, format!("A description has up to {LONGEST} characters."));
            }
        }
        let same = |r: &&DraftRow| r.mark != RowMark::Removed && net(r).is_some_and(|n| n.trunc() == own.trunc());
        if rows[..at].iter().any(|r| same(&r)) {
            errors.push(CellError { row: at, column: 0, text: format!("{} stands in the list twice.", own.trunc()) });
        }
    }
    errors
}

fn choices<const N: usize>(all: [&str; N]) -> Vec<Choice> {
    all.map(|value| Choice { value: value.into(), label: value.into(), disabled: None }).to_vec()
}

fn refine(_: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut name = line(values, NAME, "Name", "", "What rules and routes show; up to 255 characters.");
    let text = text_of(&name);
    if text.is_empty() {
        name.error = Some("A name is needed.".into());
    } else if text.starts_with("com.amazonaws") || text.chars().count() > 255 {
        // API_CreateManagedPrefixList.
        name.error = Some("It cannot begin with com.amazonaws, and has up to 255 characters.".into());
    }
    let family = pick(values, (FAMILY_OF, "Family"), choices(["IPv4", "IPv6"]), "IPv4", "It cannot be changed later.");
    let six = text_of(&family) == "IPv6";
    let draft = table(Vec::new(), "The ranges in it; may be empty.".into());
    let rows = draft.rows(values).len();
    let help = "A rule or route that names the list counts as so many against its quota.";
    let mut most = number(values, (MOST, "Most entries"), (1, MOST_ENTRIES), Some(10), help);
    if most.error.is_none() && text_of(&most).parse().is_ok_and(|n: usize| rows > n) {
        most.error = Some(format!("The list has {} already.", count(rows, "entry").replace("entrys", "entries")));
    }
    let entries = draft.into_field(values, |rows| check(rows, six));
    FormSpec { title: "Create a prefix list".into(), fields: vec![name, family, most, entries], needs: Vec::new() }
}

fn entry(row: &DraftRow) -> Arg {
    let cell = |i: usize| row.cells.get(i).map(|c| c.trim()).unwrap_or_default();
    let mut members = vec![("Cidr", Arg::str(cell(0)))];
    if !cell(1).is_empty() {
        members.push(("Description", Arg::str(cell(1))));
    }
    Arg::Map(members)
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let name = form.text(NAME);
    let rows = table(Vec::new(), String::new()).rows(form.values);
    let mut plan = draft("create-prefix-list", format!("Create the prefix list {name}"), &[], Vec::new());
    plan.phrase = name.to_string();
    if rows.len() > AT_ONCE {
        let text = format!("AWS takes {AT_ONCE} entries at once: create it with fewer, and add the others.");
        return Err(Fault::new(FaultKind::Invalid, text));
    }
    let mut call = CREATE_PREFIX_LIST
        .call(cx.scope.clone())
        .arg("PrefixListName", Arg::Str(name.clone()))
        .arg("AddressFamily", Arg::Str(form.text(FAMILY_OF)))
        .arg("MaxEntries", Arg::Int(form.number(MOST).unwrap_or(1)));
    if !rows.is_empty() {
        call = call.arg("Entries", Arg::List(rows.iter().map(entry).collect()));
    }
    let undo = StepUndo::new(
        "delete the prefix list",
        DELETE_PREFIX_LIST.call(cx.scope.clone()).arg("PrefixListId", Arg::out(0, PREFIX_LIST_ID)),
    )
    .destroys();
    plan.steps = vec![Step::new("create the prefix list", call.arg("ClientToken", Arg::Token)).undone_by(undo)];
    plan.wait = made_becomes(cx, (0, PREFIX_LIST_ID), &INFO, (&["create-complete"], &["create-failed"]), 5);
    plan.consequences =
        sorted(vec![note("Nothing refers to it yet: rules and routes take its id in place of a range")]);
    Ok(plan)
}

fn own(row: &Record) -> Result<(), String> {
    if row.get(&OWNER).as_str() == Some(AWS) {
        return Err("It is AWS's own.".into());
    }
    match state(row) {
        s if s.ends_with("-in-progress") => Err(format!("It is in {s}.")),
        _ => Ok(()),
    }
}

/// `edit`.
pub static EDIT: Action = Action::on_rows(&INFO, "edit", "Edit entries", edit)
    .group(MenuGroup::Settings)
    .doc("Edits the entries of a prefix list of your own, in a table. What refers to it follows at once.")
    .calls(&[&MODIFY_PREFIX_LIST])
    .only_if(own)
    .form(edit_form);

/// The entries as they are; `None` if they are not known.
fn present(cx: &ActionContext<'_>, t: &Target) -> Option<Vec<TableRow>> {
    let row = cx.store.side(&t.table, Kind(&prefix_list_entries::INFO), &t.record.id)?;
    let of = |e: &ArcStr| {
        let (range, text) = parts(e);
        TableRow { key: range.into(), cells: vec![range.into(), text.into()] }
    };
    Some(row.get(&ENTRIES).items().iter().map(of).collect())
}

fn edit_form(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let Some(t) = cx.targets.first() else { return FormSpec::default() };
    let known = present(cx, t);
    let six = t.record.get(&FAMILY).as_str() == Some("IPv6");
    let draft = table(known.clone().unwrap_or_default(), "The ranges in it, each with what it is for.".into());
    let left = draft.rows(values).iter().filter(|r| r.mark != RowMark::Removed).count();
    let mut field: FormField = draft.into_field(values, |rows| check(rows, six));
    match (known, t.record.get(&MAX_ENTRIES).as_int()) {
        (None, _) => {
            let word = beside(cx.store, &t.table, &prefix_list_entries::INFO, &mut needs);
            field.error = Some(format!("Its entries are {word}."));
        }
        (Some(_), Some(most)) => {
            field.facts = format!("{left} of {most} at most.");
            if field.error.is_none() && i64::try_from(left).unwrap_or(i64::MAX) > most {
                field.error = Some(format!("It may have {most} entries at most (PrefixListMaxEntriesExceeded)."));
            }
        }
        _ => {}
    }
    FormSpec { title: form_title(cx, "Edit"), fields: vec![field], needs }
}

fn edit(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let t = &cx.targets[0];
    let rows = table(present(cx, t).unwrap_or_default(), String::new()).rows(form.values);
    let added: Vec<&DraftRow> = rows.iter().filter(|r| is_new(r)).collect();
    let moved = |r: &&DraftRow| r.mark == RowMark::Changed && r.cells.first() != r.now.first();
    let gone: Vec<&DraftRow> = rows.iter().filter(|r| r.mark == RowMark::Removed || moved(r)).collect();
    if added.is_empty() && gone.is_empty() {
        return Err(Fault::new(FaultKind::Invalid, "Nothing is changed."));
    }
    if added.len() > AT_ONCE || gone.len() > AT_ONCE {
        return Err(Fault::new(FaultKind::Invalid, format!("AWS changes {AT_ONCE} entries at once: change fewer.")));
    }
    let Some(version) = t.record.get(&VERSION).as_int() else {
        return Err(Fault::new(FaultKind::Conflict, "Its version is not known: refresh the list."));
    };
    let said = |n: usize| count(n, "entry").replace("entrys", "entries");
    let change = format!("{} set, {} removed", said(added.len()), said(gone.len()));
    let mut plan = draft("edit", title("Edit", &INFO, cx.targets), cx.targets, vec![subject(t, change)]);
    let mut call = MODIFY_PREFIX_LIST
        .call(t.table.scope.clone())
        .arg("PrefixListId", Arg::Str(t.record.id.clone()))
        .arg("CurrentVersion", Arg::Int(version));
    let mut back = MODIFY_PREFIX_LIST
        .call(t.table.scope.clone())
        .arg("PrefixListId", Arg::Str(t.record.id.clone()))
        .arg("CurrentVersion", Arg::Int(version + 1));
    let was = |r: &DraftRow| entry(&DraftRow { cells: r.now.clone(), ..r.clone() });
    let cidr = |r: &DraftRow, cells: &[ArcStr]| {
        let text = cells.first().or(r.cells.first()).map(|c| c.trim().to_string()).unwrap_or_default();
        Arg::Map(vec![("Cidr", Arg::str(text))])
    };
    if !added.is_empty() {
        call = call.arg("AddEntries", Arg::List(added.iter().map(|r| entry(r)).collect()));
    }
    if !gone.is_empty() {
        call = call.arg("RemoveEntries", Arg::List(gone.iter().map(|r| cidr(r, &r.now)).collect()));
    }
    let restored: Vec<Arg> = rows.iter().filter(|r| !r.now.is_empty() && r.mark != RowMark::Same).map(was).collect();
    let extra: Vec<Arg> = added.iter().filter(|r| r.now.is_empty() || moved(r)).map(|r| cidr(r, &r.cells)).collect();
    if !restored.is_empty() {
        back = back.arg("AddEntries", Arg::List(restored));
    }
    if !extra.is_empty() {
        back = back.arg("RemoveEntries", Arg::List(extra));
    }
    let done = wait_state(cx.targets, &["modify-complete"], &["modify-failed"], false, 5);
    let undo = StepUndo {
        title: "set the entries as they were".into(),
        call: back.on([t.record.id.clone()]),
        wait: done.clone(),
        destructive: false,
        hurts: None,
    };
    plan.steps = vec![Step::new("change the entries", call.on([t.record.id.clone()])).undone_by(undo)];
    plan.wait = done;
    let mut all = users(cx, &t.record.id, &mut plan.needs);
    all.push(note("EC2 refuses if somebody changed it meanwhile (PrefixListVersionMismatch)"));
    plan.consequences = sorted(all);
    Ok(plan)
}

/// The rules that name a list: they let in and out other ranges from then on.
fn users(cx: &ActionContext<'_>, id: &str, needs: &mut Vec<TableKey>) -> Vec<Consequence> {
    match whole(cx.store, cx.scope, &security_group_rules::INFO) {
        Known::Complete(table) => {
            let n = live(table).filter(|r| r.get(&security_group_rules::PEER).as_str() == Some(id)).count();
            if n == 0 { Vec::new() } else { vec![severe(format!("{} of security groups name it", count(n, "rule")))] }
        }
        Known::Failed(word) => vec![unknown(format!("Whether rules name it is not known ({word})"))],
        Known::NotAsked(key) => {
            need(needs, key);
            vec![unknown("Whether rules name it is not known (not loaded)")]
        }
    }
}

/// `delete`.
pub static DELETE: Action = Action::on_rows(&INFO, "delete", "Delete", delete)
    .group(MenuGroup::Delete)
    .doc("Deletes prefix lists of your own. EC2 refuses while a rule or route names one.")
    .several()
    .calls(&[&DELETE_PREFIX_LIST])
    .only_if(own);

fn delete(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let subjects = cx.targets.iter().map(|t| subject(t, "→ deleted")).collect();
    let mut plan = draft("delete", title("Delete", &INFO, cx.targets), cx.targets, subjects);
    let mut all = Vec::new();
    for t in cx.targets {
        all.extend(users(cx, &t.record.id, &mut plan.needs));
        let call = DELETE_PREFIX_LIST.call(t.table.scope.clone()).arg("PrefixListId", Arg::Str(t.record.id.clone()));
        plan.steps.push(Step::new(format!("delete {}", label(&t.record)), call.on([t.record.id.clone()])));
    }
    plan.destructive = true;
    plan.consequences = sorted(all);
    plan.wait = wait_state(cx.targets, &["delete-complete"], &["delete-failed"], true, 5);
    Ok(plan)
}
