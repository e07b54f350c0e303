//! `rules` of a security group: its rules as a table that is edited in place, and applied with the fewest calls.

use arcstr::ArcStr;

use super::create::warnings;
use super::{Group, groups_of, name_of, step, why_not_text};
use crate::base::Fault;
use crate::base::FaultKind;
use crate::base::text::{suggest, visible};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::draft_table::DraftTable;
use crate::kinds::ec2::group_rules::diff::{Change, QUOTA, changes, most};
use crate::kinds::ec2::group_rules::door::{Door, Peer, Rule, ports_of, protocol_of, range_of};
use crate::kinds::ec2::security_groups::{INFO, RULES as ALL_RULES, VPC_ID};
use crate::kinds::ec2::senders::{
    AUTHORIZE_EGRESS, AUTHORIZE_INGRESS, DESCRIBE_EGRESS, DESCRIBE_INGRESS, REVOKE_EGRESS, REVOKE_INGRESS,
};
use crate::kinds::plan_builder::{
    Known, draft, field, form_title, label, list, names, note, sorted, subject, unknown, wait_field, whole,
};
use crate::model::draft::RowMark;
use crate::model::{
    Cell, CellError, Choice, Consequence, DraftColumn, DraftRow, FormInput, FormSpec, Plan, Preset, Record, TableKey,
    TableRow, Values,
};

/// `rules`.
pub static RULES: Action = Action::on_rows(&INFO, "rules", "Edit rules", plan)
    .group(MenuGroup::Access)
    .doc(
        "Edits the inbound and outbound rules of a security group in a table. New rules are added before old ones \
         are removed. In the palette :rules +ports=443,source=10.0.0.0/8 -\"in tcp 22 from 0.0.0.0/0\".",
    )
    .calls(&[
        &AUTHORIZE_INGRESS,
        &AUTHORIZE_EGRESS,
        &REVOKE_INGRESS,
        &REVOKE_EGRESS,
        &DESCRIBE_INGRESS,
        &DESCRIBE_EGRESS,
    ])
    .asks_for_my_address()
    .form(refine);

const TABLE: &str = "rules";
/// The columns.
const WAY: usize = 0;
const PROTOCOL: usize = 2;
const PORTS: usize = 3;
const SOURCE: usize = 4;
const SAID: usize = 5;
/// What stands for the user's own address, and for everybody.
pub(in crate::kinds::ec2) const MY_IP: &str = "my-ip";
pub(in crate::kinds::ec2) const ANYWHERE: &str = "anywhere";
const ANYWHERE_V6: &str = "anywhere-v6";

fn choice(value: &str) -> Choice {
    Choice { value: value.into(), label: value.into(), disabled: None }
}

fn columns() -> Vec<DraftColumn> {
    vec![
        DraftColumn::new("way", "WAY", Cell::Choice(vec![choice("in"), choice("out")])),
        DraftColumn::new("type", "TYPE", Cell::Fixed),
        DraftColumn::new("protocol", "PROTOCOL", Cell::Text).short(),
        DraftColumn::new("ports", "PORTS", Cell::Text).short(),
        DraftColumn::new("source", "FROM / TO", Cell::Text),
        DraftColumn::new("description", "DESCRIPTION", Cell::Text),
    ]
}

fn presets() -> Vec<Preset> {
    let preset = |label: String, protocol: &str, ports: &str, source: &str| {
        let cells = ["in", "", protocol, ports, source, ""];
        Preset { label, cells: cells.into_iter().map(ArcStr::from).collect() }
    };
    let tcp = |(name, port, source): (&str, i32, &str)| {
        let label = if source.is_empty() { name.to_string() } else { format!("{name} from {source}") };
        preset(label, "tcp", &port.to_string(), source)
    };
    let services = [
        ("SSH", 22, MY_IP),
        ("HTTP", 80, ANYWHERE),
        ("HTTPS", 443, ANYWHERE),
        ("MySQL", 3306, ""),
        ("PostgreSQL", 5432, ""),
        ("RDP", 3389, MY_IP),
    ];
    let mut out: Vec<Preset> = services.into_iter().map(tcp).collect();
    out.push(preset("all ICMP".into(), "icmp", "all", ""));
    out.push(preset("All traffic".into(), "all", "all", ""));
    out
}

/// The rules that a group has, as its row says.
pub(in crate::kinds::ec2) fn rules_of(row: &Record) -> Vec<Rule> {
    list(row, &ALL_RULES).iter().filter_map(|text| Rule::parse(text)).collect()
}

fn cells(rule: &Rule) -> Vec<ArcStr> {
    let door = &rule.door;
    vec![
        if door.outbound { "out" } else { "in" }.into(),
        door.name().into(),
        door.protocol_word().into(),
        door.ports().into(),
        door.peer.to_string().into(),
        rule.description.clone(),
    ]
}

/// Reads the peer of a rule: a range or an address, the user's own, a group by id or name, a prefix list.
///
/// # Errors
/// A sentence about what it is not.
pub(in crate::kinds::ec2) fn peer_of(
    cx: &ActionContext<'_>,
    text: &str,
    vpc: &str,
    needs: &mut Vec<TableKey>,
) -> Result<Peer, String> {
    let text = text.trim();
    match text {
        "" => return Err("The source: 203.0.113.0/24, my-ip, anywhere, a group, or pl-….".into()),
        ANYWHERE => return range_of("0.0.0.0/0").map(Peer::Range),
        ANYWHERE_V6 => return range_of("::/0").map(Peer::Range),
        MY_IP => return cx.me.ip().map(|ip| Peer::Range(ip.into())).ok_or_else(|| cx.me.says()),
        id if id.starts_with("pl-") && !is_list_id(id) => {
            // EC2: InvalidPrefixListId.Malformed.
            return Err(format!("{} is not a prefix list id: pl- and 8 or 17 hexadecimal digits.", visible(id)));
        }
        id if id.starts_with("pl-") => return Ok(Peer::PrefixList(id.into())),
        _ => {}
    }
    if text.contains(['/', ':']) || text.starts_with(|c: char| c.is_ascii_digit()) && text.contains('.') {
        return range_of(text).map(Peer::Range);
    }
    let groups = groups_of(cx, vpc, needs);
    if let Some((id, _)) = groups.iter().find(|(id, name)| id == text || name == text) {
        return Ok(Peer::Group(id.clone()));
    }
    if text.starts_with("sg-") {
        // A group of a peered VPC is not among them.
        return Ok(Peer::Group(text.into()));
    }
    let hint = suggest(text, groups.iter().map(|(_, name)| name.as_str()));
    Err(format!("{} is not a range, a group of the VPC or a prefix list (pl-…).{hint}", visible(text)))
}

/// `pl-6da54004`, `pl-0123456789abcdef0`.
fn is_list_id(text: &str) -> bool {
    let digits = text.strip_prefix("pl-").unwrap_or_default();
    matches!(digits.len(), 8 | 17) && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// The rule that cells stand for.
fn rule_of(
    cx: &ActionContext<'_>,
    cells: &[ArcStr],
    vpc: &str,
    needs: &mut Vec<TableKey>,
) -> Result<Rule, (usize, String)> {
    let cell = |i: usize| cells.get(i).map_or("", |c| c.trim());
    let outbound = match cell(WAY) {
        "in" | "" => false,
        "out" => true,
        other => return Err((WAY, format!("{} is neither in nor out.", visible(other)))),
    };
    let protocol =
        protocol_of(if cell(PROTOCOL).is_empty() { "tcp" } else { cell(PROTOCOL) }).map_err(|e| (PROTOCOL, e))?;
    let (from, to) = ports_of(&protocol, cell(PORTS)).map_err(|e| (PORTS, e))?;
    let peer = peer_of(cx, cell(SOURCE), vpc, needs).map_err(|e| (SOURCE, e))?;
    if let Some(why) = why_not_text(cell(SAID)) {
        return Err((SAID, why));
    }
    Ok(Rule { door: Door { outbound, protocol, from, to, peer }, description: cell(SAID).into() })
}

fn table(row: &Record) -> DraftTable {
    let rule = |rule: &Rule| TableRow { key: rule.door.to_string().into(), cells: cells(rule) };
    DraftTable {
        field: (TABLE, "Rules"),
        columns: columns(),
        original: rules_of(row).iter().map(rule).collect(),
        presets: presets(),
        help: "Source: a range, an address, my-ip, anywhere, a group's name or id, a prefix list. p adds common rules."
            .into(),
    }
}

/// The rules to be, each with its place in the table; what is wrong with cells.
fn wanted(
    cx: &ActionContext<'_>,
    rows: &[DraftRow],
    vpc: &str,
    needs: &mut Vec<TableKey>,
) -> (Vec<(usize, Rule)>, Vec<CellError>) {
    let mut out: Vec<(usize, Rule)> = Vec::new();
    let mut errors = Vec::new();
    for (at, row) in rows.iter().enumerate().filter(|(_, r)| r.mark != RowMark::Removed) {
        if row.mark == RowMark::Added && row.cells.iter().all(|c| c.is_empty()) {
            continue;
        }
        match rule_of(cx, &row.cells, vpc, needs) {
            Ok(rule) if out.iter().any(|(_, r)| r.door == rule.door) => {
                let text = format!("\"{}\" exists already (InvalidPermission.Duplicate).", rule.door);
                errors.push(CellError { row: at, column: SOURCE, text });
            }
            Ok(rule) => out.push((at, rule)),
            Err((column, text)) => errors.push(CellError { row: at, column, text }),
        }
    }
    (out, errors)
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let [t] = cx.targets else { return FormSpec::default() };
    let vpc = field(&t.record, &VPC_ID).unwrap_or_default();
    let mut counted = [Counted::default(); 2];
    let mut changed = None;
    let mut rules = table(&t.record).into_field(values, |rows| {
        let (rules, errors) = wanted(cx, rows, vpc, &mut needs);
        let rules: Vec<Rule> = rules.into_iter().map(|(_, r)| r).collect();
        counted = [false, true].map(|way| Counted::of(&rules, way));
        changed = errors.is_empty().then(|| changes(&rules_of(&t.record), &rules));
        errors
    });
    rules.facts = facts(counted, changed.as_deref());
    if let FormInput::Rows(input) = &mut rules.input {
        input.called = called(cx, &rules_of(&t.record), vpc, &mut needs);
    }
    for id in unlisted(cx, &t.record) {
        let text = format!(" · {id} is not in this region's list: it was deleted, or belongs to a peered VPC");
        rules.facts.push_str(&text);
    }
    FormSpec { title: form_title(cx, "Edit rules of"), fields: vec![rules], needs }
}

/// The groups that rules name, with their names as far as these are known.
fn called(cx: &ActionContext<'_>, rules: &[Rule], vpc: &str, needs: &mut Vec<TableKey>) -> Vec<(ArcStr, ArcStr)> {
    let mut out: Vec<(ArcStr, ArcStr)> = Vec::new();
    for rule in rules {
        if let Peer::Group(id) = &rule.door.peer
            && !out.iter().any(|(known, _)| known == id)
        {
            out.push((id.clone(), name_of(cx, id).into()));
        }
    }
    if out.iter().any(|(id, name)| id == name) {
        groups_of(cx, vpc, needs);
    }
    out.retain(|(id, name)| id != name);
    out
}

/// Groups that the rules name and that are not among the region's, where all of these are known. AWS deletes no group that a rule of
/// its VPC names, so such a one was reached through a peering: whether it is there still, its own account or region says.
pub(super) fn unlisted(cx: &ActionContext<'_>, row: &Record) -> Vec<ArcStr> {
    let Known::Complete(table) = whole(cx.store, cx.scope, &INFO) else { return Vec::new() };
    let mut out: Vec<ArcStr> = Vec::new();
    for rule in rules_of(row) {
        if let Peer::Group(id) = rule.door.peer
            && table.get(&id).is_none_or(|r| r.gone.is_some())
            && !out.contains(&id)
        {
            out.push(id);
        }
    }
    out
}

/// How many rules of a direction count towards the quota.
#[derive(Clone, Copy, Default)]
struct Counted {
    rules: usize,
    /// Whether there are prefix lists among them, which count as many rules as they are made for at most: that is not known here.
    /// <https://docs.aws.amazon.com/vpc/latest/userguide/managed-prefix-lists.html>
    at_least: bool,
}

impl Counted {
    fn of(rules: &[Rule], outbound: bool) -> Counted {
        let is_list = |r: &Rule| r.door.outbound == outbound && matches!(r.door.peer, Peer::PrefixList(_));
        Counted { rules: most(rules.iter(), outbound), at_least: rules.iter().any(is_list) }
    }
    /// `6 of 60`, `at least 6 of 60`.
    fn said(self) -> String {
        format!("{}{} of {QUOTA}", if self.at_least { "at least " } else { "" }, self.rules)
    }
}

/// `inbound 6 of 60 · outbound 1 of 60 (default quota) · authorize 1, then revoke 1`
fn facts([inbound, outbound]: [Counted; 2], changed: Option<&[Change]>) -> String {
    let mut out = format!("inbound {} · outbound {} (default quota)", inbound.said(), outbound.said());
    if inbound.at_least || outbound.at_least {
        out.push_str(" · a prefix list counts with its maximum number of entries");
    }
    if let Some(changed) = changed.filter(|c| !c.is_empty()) {
        let words = changed.iter().map(|c| match c {
            Change::Authorize(rules) => format!("authorize {}", rules.len()),
            Change::Revoke(rules) => format!("revoke {}", rules.len()),
            Change::Describe(rules) => format!("describe {}", rules.len()),
        });
        out.push_str(" · ");
        out.push_str(&words.collect::<Vec<_>>().join(", then "));
    }
    out
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let [t] = cx.targets else { return Err(Fault::bug("rules takes one group.")) };
    let vpc = field(&t.record, &VPC_ID).unwrap_or_default();
    let rows = table(&t.record).rows(form.values);
    let mut needs = Vec::new();
    let (rules, _) = wanted(cx, &rows, vpc, &mut needs);
    let (before, after) = (rules_of(&t.record), rules.into_iter().map(|(_, r)| r).collect::<Vec<_>>());
    let calls = changes(&before, &after);
    if calls.is_empty() {
        return Err(Fault::new(FaultKind::Invalid, "Nothing would change: the rules are like that already."));
    }
    let who = label(&t.record);
    let group = Group::Known(t.record.id.clone());
    let mut plan = draft("rules", format!("Edit rules of {who}"), cx.targets, Vec::new());
    plan.subjects = vec![subject(t, said(cx, &calls))];
    plan.steps = calls.iter().map(|change| step(cx.scope, &group, change)).collect();
    plan.consequences = sorted(consequences(&before, &after, &calls, &who));
    // The row is read again: the counts say that it arrived.
    plan.wait = wait_field(cx.targets, &ALL_RULES, &written(&after), 1);
    Ok(plan)
}

/// What the row's list of rules reads once they are these.
fn written(rules: &[Rule]) -> String {
    let mut all: Vec<&Rule> = rules.iter().collect();
    all.sort_by(|a, b| a.door.cmp(&b.door));
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// What a description was, behind what it is to be: who overwrites another's sees it.
fn before(was: &str, to_be: &Rule) -> String {
    match (was, to_be.description.as_str()) {
        ("", _) => String::new(),
        (was, "") => format!("  (description removed, was # {})", visible(was)),
        (was, _) => format!("  (was # {})", visible(was)),
    }
}

/// `+ in tcp 443 from 0.0.0.0/0  # web · - in tcp 80 from 0.0.0.0/0`: the difference, as it is reviewed.
fn said(cx: &ActionContext<'_>, calls: &[Change]) -> String {
    let text = |sign: &str, rule: &Rule| {
        let whole = match &rule.door.peer {
            Peer::Group(id) => rule.to_string().replace(id.as_str(), &name_of(cx, id)),
            _ => rule.to_string(),
        };
        format!("{sign} {}", visible(&whole))
    };
    let parts = calls.iter().flat_map(|change| match change {
        Change::Authorize(rules) => rules.iter().map(|r| text("+", r)).collect::<Vec<_>>(),
        Change::Revoke(rules) => rules.iter().map(|r| text("-", r)).collect(),
        Change::Describe(rules) => rules.iter().map(|(r, was)| format!("{}{}", text("~", r), before(was, r))).collect(),
    });
    parts.collect::<Vec<_>>().join(" · ")
}

fn consequences(before: &[Rule], after: &[Rule], calls: &[Change], who: &str) -> Vec<Consequence> {
    let opened = calls.iter().filter_map(|c| if let Change::Authorize(rules) = c { Some(rules) } else { None });
    let mut all = warnings(opened.flatten());
    if calls.iter().any(|c| matches!(c, Change::Revoke(_))) {
        // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html
        all.push(note("Existing tracked connections continue: a removed rule stops new ones"));
    }
    for outbound in [false, true] {
        let n = most(after.iter(), outbound);
        if n > QUOTA && n > most(before.iter(), outbound) {
            let way = if outbound { "outbound" } else { "inbound" };
            all.push(unknown(format!(
                "{who} would have {n} {way} rules: the quota is {QUOTA} unless it was raised (RulesPerSecurityGroupLimitExceeded)"
            )));
        }
    }
    let opened =
        calls.iter().filter_map(|c| if let Change::Authorize(rules) = c { Some(rules) } else { None }).flatten();
    let mut lists: Vec<&ArcStr> =
        opened.filter_map(|r| if let Peer::PrefixList(id) = &r.door.peer { Some(id) } else { None }).collect();
    lists.sort_unstable();
    lists.dedup();
    if !lists.is_empty() {
        all.push(note(format!(
            "{} counts with its maximum number of entries, of {QUOTA} rules by default: EC2 refuses if that is too \
             many (RulesPerSecurityGroupLimitExceeded), or if the list does not exist",
            names(&lists)
        )));
    }
    let crowded = calls.windows(2).any(
        |two| matches!(two, [Change::Revoke(a), Change::Authorize(b)] if a[0].door.outbound == b[0].door.outbound),
    );
    if crowded {
        all.push(note("The group is full: old rules are removed before new ones are added"));
    }
    all
}
