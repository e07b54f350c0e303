//! `edit-entries` of a network ACL: its entries as a table that is edited in place, and applied with the fewest calls.
//!
//! An ACL keeps no state: what comes in needs an entry by which answers go out, and the other way round. An entry whose answers have none is
//! said while it is typed, and hurts in the plan.

use arcstr::ArcStr;

use super::MOST_ENTRIES;
use super::entry::{Change, Entry, LAST, changes, count, step};
use crate::base::text::{capital, visible};
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::draft_table::DraftTable;
use crate::kinds::ec2::group_rules::door::{ports_of, protocol_of, range_of};
use crate::kinds::ec2::network_acls::{ENTRIES, INFO, SUBNETS};
use crate::kinds::ec2::senders::{CREATE_NETWORK_ACL_ENTRY, DELETE_NETWORK_ACL_ENTRY, REPLACE_NETWORK_ACL_ENTRY};
use crate::kinds::plan_builder::{
    count as counted, draft, form_title, label, list, note, severe, sorted, subject, unknown, wait_field,
};
use crate::model::draft::RowMark;
use crate::model::{
    Cell, CellError, Choice, Consequence, DraftColumn, DraftRow, FormSpec, Plan, Preset, Record, TableRow, Values,
};
use crate::net::path::{AclEntry, Client, EPHEMERAL, acl_answers};

/// `edit-entries`.
pub static EDIT: Action = Action::on_rows(&INFO, "edit-entries", "Edit entries", plan)
    .group(MenuGroup::Access)
    .doc(
        "Edits the entries of a network ACL in a table: creates, replaces and deletes them, and says whose answers have no \
         way back. In the palette :edit-entries +way=in,number=90,action=deny,protocol=tcp,ports=22,range=0.0.0.0/0 -\"in 100\".",
    )
    .calls(&[&CREATE_NETWORK_ACL_ENTRY, &REPLACE_NETWORK_ACL_ENTRY, &DELETE_NETWORK_ACL_ENTRY])
    .asks_for_my_address()
    .form(refine);

const TABLE: &str = "entries";
/// The columns.
const WAY: usize = 0;
const NUMBER: usize = 1;
const ACTION: usize = 2;
const PROTOCOL: usize = 3;
const PORTS: usize = 4;
const RANGE: usize = 5;

fn choice(value: &str) -> Choice {
    Choice { value: value.into(), label: value.into(), disabled: None }
}

fn columns() -> Vec<DraftColumn> {
    vec![
        DraftColumn::new("way", "WAY", Cell::Choice(vec![choice("in"), choice("out")])),
        DraftColumn::new("number", "NUMBER", Cell::Text).short(),
        DraftColumn::new("action", "ACTION", Cell::Choice(vec![choice("allow"), choice("deny")])),
        DraftColumn::new("protocol", "PROTOCOL", Cell::Text).short(),
        DraftColumn::new("ports", "PORTS", Cell::Text).short(),
        DraftColumn::new("range", "FROM / TO", Cell::Text),
    ]
}

/// Entries that are often wanted, each with the next number that is free.
fn presets(entries: &[Entry]) -> Vec<Preset> {
    let preset = |label: &str, outbound: bool, protocol: &str, ports: &str, range: &str| Preset {
        label: label.into(),
        cells: [
            if outbound { "out" } else { "in" },
            &free(entries, outbound).map_or_else(String::new, |n| n.to_string()),
            "allow",
            protocol,
            ports,
            range,
        ]
        .into_iter()
        .map(ArcStr::from)
        .collect(),
    };
    vec![
        preset("SSH in from my-ip", false, "tcp", "22", "my-ip"),
        preset("HTTP in from everywhere", false, "tcp", "80", "0.0.0.0/0"),
        preset("HTTPS in from everywhere", false, "tcp", "443", "0.0.0.0/0"),
        preset("answers out to everywhere (1024-65535)", true, "tcp", "1024-65535", "0.0.0.0/0"),
        preset("HTTPS out to everywhere", true, "tcp", "443", "0.0.0.0/0"),
        preset("answers in from everywhere (1024-65535)", false, "tcp", "1024-65535", "0.0.0.0/0"),
        preset("everything in", false, "all", "all", "0.0.0.0/0"),
        preset("everything out", true, "all", "all", "0.0.0.0/0"),
    ]
}

/// The next number of a direction in steps of ten, as AWS's console proposes it, behind those that are there.
fn free(entries: &[Entry], outbound: bool) -> Option<u16> {
    let last = entries.iter().filter(|e| e.outbound == outbound && e.number != LAST).map(|e| e.number).max();
    last.map_or(Some(100), |n| (n / 10).checked_add(1)?.checked_mul(10)).filter(|n| *n < LAST)
}

/// The entries that an ACL has, as its row says.
pub(super) fn entries_of(row: &Record) -> Vec<Entry> {
    list(row, &ENTRIES).iter().filter_map(|text| Entry::parse(text)).collect()
}

/// What identifies an entry in the table: its direction and number.
fn key(e: &Entry) -> ArcStr {
    arcstr::format!("{} {}", e.way(), e.shown_number())
}

fn table(row: &Record) -> DraftTable {
    let entries = entries_of(row);
    DraftTable {
        field: (TABLE, "Entries"),
        columns: columns(),
        presets: presets(&entries),
        original: entries.iter().map(|e| TableRow { key: key(e), cells: e.cells() }).collect(),
        help: "The lowest number that fits decides; * denies the rest. Ports of icmp: type or type/code. p adds common entries."
            .into(),
    }
}

/// The entry that cells stand for.
fn entry_of(cx: &ActionContext<'_>, cells: &[ArcStr]) -> Result<Entry, (usize, String)> {
    let cell = |i: usize| cells.get(i).map_or("", |c| c.trim());
    let outbound = match cell(WAY) {
        "in" | "" => false,
        "out" => true,
        other => return Err((WAY, format!("{} is neither in nor out.", visible(other)))),
    };
    let number = match cell(NUMBER) {
        "" => return Err((NUMBER, "A number from 1 to 32766: the lowest that fits decides.".into())),
        text => match text.parse::<i64>().map(u16::try_from) {
            Ok(Ok(n)) if (1..LAST).contains(&n) => n,
            _ => return Err((NUMBER, format!("{} is no number from 1 to 32766.", visible(text)))),
        },
    };
    let allow = match cell(ACTION) {
        "allow" | "" => true,
        "deny" => false,
        other => return Err((ACTION, format!("{} is neither allow nor deny.", visible(other)))),
    };
    let protocol =
        protocol_of(if cell(PROTOCOL).is_empty() { "tcp" } else { cell(PROTOCOL) }).map_err(|e| (PROTOCOL, e))?;
    let (from, to) = ports_of(&protocol, cell(PORTS)).map_err(|e| (PORTS, e))?;
    let range = match cell(RANGE) {
        "" => Err("The range: 10.0.0.0/8, 2600:1f14::/32, my-ip, anywhere or anywhere-v6.".to_string()),
        "anywhere" => range_of("0.0.0.0/0"),
        "anywhere-v6" => range_of("::/0"),
        "my-ip" => cx.me.ip().map(Into::into).ok_or_else(|| cx.me.says()),
        text => range_of(text),
    };
    let range = range.map_err(|e| (RANGE, e))?;
    if protocol == "icmp" && range.addr().is_ipv6() {
        return Err((PROTOCOL, "ICMP of IPv6 is icmpv6.".into()));
    }
    Ok(Entry { outbound, number, allow, protocol, from, to, range })
}

/// The entries to be; what is wrong with cells.
fn wanted(cx: &ActionContext<'_>, rows: &[DraftRow]) -> (Vec<Entry>, Vec<CellError>) {
    let mut out: Vec<Entry> = Vec::new();
    let mut errors = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let mut error = |column: usize, text: String| errors.push(CellError { row: at, column, text });
        let is_last = row.now.get(NUMBER).is_some_and(|n| n == "*");
        match row.mark {
            RowMark::Changed | RowMark::Removed if is_last => {
                error(NUMBER, "* is AWS's own last entry: it cannot be changed or deleted.".into());
            }
            RowMark::Removed => {}
            RowMark::Added if blank(row) => {}
            RowMark::Same => out.extend(of_row(row)),
            RowMark::Added | RowMark::Changed => match entry_of(cx, &row.cells) {
                Ok(e) => out.push(e),
                Err((column, text)) => error(column, text),
            },
        }
    }
    // What is there has its number; who takes it again is wrong.
    for (at, row) in rows.iter().enumerate().filter(|(_, r)| matches!(r.mark, RowMark::Added | RowMark::Changed)) {
        let Ok(e) = entry_of(cx, &row.cells) else { continue };
        if out.iter().filter(|o| (o.outbound, o.number) == (e.outbound, e.number)).count() > 1 {
            let text = format!("There is an entry {} {} already (NetworkAclEntryAlreadyExists).", e.way(), e.number);
            errors.push(CellError { row: at, column: NUMBER, text });
        }
    }
    (out, errors)
}

/// A new row in which nothing but choices and a proposed number stands.
fn blank(row: &DraftRow) -> bool {
    [PROTOCOL, PORTS, RANGE].iter().all(|i| row.cells.get(*i).is_none_or(|c| c.is_empty()))
}

/// The entry of a row that stays as it is.
fn of_row(row: &DraftRow) -> Option<Entry> {
    let cell = |i: usize| row.now.get(i).map_or("", ArcStr::as_str);
    let protocol = protocol_of(cell(PROTOCOL)).ok()?;
    let (from, to) = ports_of(&protocol, cell(PORTS)).ok()?;
    let number = if cell(NUMBER) == "*" { LAST } else { cell(NUMBER).parse().ok()? };
    let (outbound, allow) = (cell(WAY) == "out", cell(ACTION) == "allow");
    Some(Entry { outbound, number, allow, protocol, from, to, range: range_of(cell(RANGE)).ok()? })
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let [t] = cx.targets else { return FormSpec::default() };
    let before = entries_of(&t.record);
    let mut said = String::new();
    let mut entries = table(&t.record).into_field(values, |rows| {
        let (after, errors) = wanted(cx, rows);
        let changed = errors.is_empty().then(|| changes(&before, &after));
        said = facts(&after, changed.as_deref());
        errors
    });
    entries.facts = said;
    FormSpec { title: form_title(cx, "Edit entries of"), fields: vec![entries], needs: Vec::new() }
}

/// `inbound 3 of 20 · outbound 1 of 20 (default quota) · create 1 · answers to in 110 have no way out`
fn facts(after: &[Entry], changed: Option<&[Change]>) -> String {
    let of = |outbound| format!("{} of {MOST_ENTRIES}", count(after, outbound));
    let mut out = format!("inbound {} · outbound {} (default quota)", of(false), of(true));
    let n = |of: fn(&Change) -> bool| changed.map_or(0, |c| c.iter().filter(|c| of(c)).count());
    let counts = [
        ("create", n(|c| matches!(c, Change::Create(_)))),
        ("replace", n(|c| matches!(c, Change::Replace { .. }))),
        ("delete", n(|c| matches!(c, Change::Delete(_)))),
    ];
    for (word, n) in counts.into_iter().filter(|(_, n)| *n > 0) {
        out.push_str(&format!(" · {word} {n}"));
    }
    for e in unanswered(after, changed.unwrap_or_default()) {
        out.push_str(&format!(" · {}", no_way_back(&e)));
    }
    out
}

/// The allowed entries whose answers the entries to be let through nowhere: those that are new, and those that lose their answers by the
/// change.
fn unanswered(after: &[Entry], changed: &[Change]) -> Vec<Entry> {
    if changed.is_empty() {
        return Vec::new();
    }
    let seen: Vec<AclEntry> = after.iter().filter_map(Entry::seen).collect();
    let touches_other_way = |outbound: bool| {
        changed.iter().any(|c| match c {
            Change::Replace { was, .. } | Change::Delete(was) => was.outbound != outbound,
            Change::Create(e) => e.outbound != outbound && !e.allow,
        })
    };
    let is_new = |e: &Entry| {
        changed.iter().any(|c| matches!(c, Change::Create(new) | Change::Replace { to_be: new, .. } if new == e))
    };
    let of_service = |e: &&Entry| {
        // Whole ranges and the ports of answers are what answers come by themselves.
        let answers = i32::from(*EPHEMERAL.start());
        e.allow && matches!(e.protocol.as_str(), "tcp" | "udp") && e.to - e.from < 1000 && e.from < answers
    };
    let lost = |e: &&Entry| {
        let protocol = if e.protocol == "udp" { 17 } else { 6 };
        acl_answers(&seen, !e.outbound, protocol, &Client { range: e.range, anybody: true }) == Some(false)
    };
    after
        .iter()
        .filter(of_service)
        .filter(|e| is_new(e) || touches_other_way(e.outbound))
        .filter(lost)
        .cloned()
        .collect()
}

/// `answers to in 110 (tcp 443 0.0.0.0/0) have no way out`
fn no_way_back(e: &Entry) -> String {
    let back = if e.outbound { "in" } else { "out" };
    format!("answers to {} {} ({} {} {}) have no way {back}", e.way(), e.number, e.protocol_word(), e.ports(), e.range)
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let [t] = cx.targets else { return Err(Fault::bug("edit-entries takes one network ACL.")) };
    let rows = table(&t.record).rows(form.values);
    let (before, (after, _)) = (entries_of(&t.record), wanted(cx, &rows));
    let calls = changes(&before, &after);
    if calls.is_empty() {
        let empty = rows.iter().any(|r| r.mark == RowMark::Added && blank(r));
        let why = if empty {
            "The new entry says nothing yet: type its protocol, its ports and its range."
        } else {
            "Nothing would change: the entries are like that already."
        };
        return Err(Fault::new(FaultKind::Invalid, why));
    }
    let mut plan = draft("edit-entries", format!("Edit entries of {}", label(&t.record)), cx.targets, Vec::new());
    plan.subjects = vec![subject(t, said(&calls))];
    plan.steps = calls.iter().map(|change| step(cx.scope, &t.record.id, change)).collect();
    plan.consequences = sorted(consequences(&t.record, &before, &after, &calls));
    // The row is read again: its list says that they arrived.
    plan.wait = wait_field(cx.targets, &ENTRIES, &written(&after), 1);
    Ok(plan)
}

/// What the row's list of entries reads once they are these.
fn written(entries: &[Entry]) -> String {
    let mut all: Vec<&Entry> = entries.iter().collect();
    all.sort_by_key(|e| (e.outbound, e.number));
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// `+ in 110 allow tcp 443 0.0.0.0/0 · - in 100 allow all 0.0.0.0/0`: the difference, as it is reviewed.
fn said(calls: &[Change]) -> String {
    let one = |change: &Change| match change {
        Change::Create(e) => format!("+ {e}"),
        Change::Replace { was, to_be } => format!("~ {to_be} (was {was})"),
        Change::Delete(e) => format!("- {e}"),
    };
    calls.iter().map(one).collect::<Vec<_>>().join(" · ")
}

/// What else comes of changed entries.
pub(super) fn consequences(acl: &Record, before: &[Entry], after: &[Entry], calls: &[Change]) -> Vec<Consequence> {
    let mut all = Vec::new();
    for e in unanswered(after, calls) {
        all.push(severe(format!(
            "{}: a network ACL keeps no state. Add {} allow {} {}-{} {}",
            capital(&no_way_back(&e)),
            if e.outbound { "in" } else { "out" },
            e.protocol_word(),
            EPHEMERAL.start(),
            EPHEMERAL.end(),
            e.range
        )));
    }
    for outbound in [false, true] {
        let (n, had) = (count(after, outbound), count(before, outbound));
        let way = if outbound { "outbound" } else { "inbound" };
        if n > MOST_ENTRIES && n > had {
            all.push(unknown(format!(
                "{} would have {n} {way} entries: the quota is {MOST_ENTRIES} unless it was raised \
                 (NetworkAclEntryLimitExceeded)",
                label(acl)
            )));
        }
        if n == 0 && had > 0 {
            all.push(severe(format!(
                "Without an entry nothing more {}: * denies all",
                if outbound { "leaves" } else { "comes in" }
            )));
        }
    }
    match list(acl, &SUBNETS).len() {
        0 => all.push(note("No subnet has it yet")),
        n => all.push(note(format!("It applies at once to {}, to open connections too", counted(n, "subnet")))),
    }
    all
}
