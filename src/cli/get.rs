//! `skydeck get KIND [QUERY]`: the console's lists without the console.

mod names;

use std::io::{IsTerminal as _, Write};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use arcstr::ArcStr;
use futures::future::{BoxFuture, join_all};
use rustc_hash::{FxHashMap, FxHashSet};

use self::names::Names;
use super::out::{self, Out};
use super::session::Session;
use super::{Failure, Options, Output};
use crate::base::text::visible;
use crate::base::{Fault, FaultKind, RowId, Scope, Time};
use crate::fetch::{Budget, Share};
use crate::kinds::{Bought, Interner, KindDef, ListRequest, Sink, What, facts};
use crate::model::{Column, Kind, Operation, Record, Scoping, Selector, Tags, Value};
use crate::query::{Cells, Query};
use crate::ui::format;

/// A row with what side tables know of it.
struct Row {
    scope: Scope,
    record: Arc<Record>,
    /// By field position.
    sides: FxHashMap<usize, Value>,
    /// Tags that came from a call of their own.
    tags: Option<Tags>,
    /// What rows are called whose ids this one may hold.
    names: Arc<Names>,
}

impl Cells for Row {
    fn record(&self) -> &Record {
        &self.record
    }
    fn cell(&self, field: usize) -> &Value {
        self.sides.get(&field).unwrap_or_else(|| self.record.at(field))
    }
    fn tags(&self) -> Option<&Tags> {
        self.tags.as_ref().or_else(|| self.record.tags())
    }
    fn called(&self, field: usize, id: &str) -> Option<&str> {
        let info = self.record.kind.fields.at(field);
        let name = info.is_row_id(id).then(|| self.names.get(&self.scope)?.get(id)).flatten();
        name.map(ArcStr::as_str)
    }
    fn joined(&self) -> impl Iterator<Item = (usize, &Value)> {
        self.sides.iter().map(|(field, value)| (*field, value))
    }
}

/// Lists and prints.
pub(super) fn get(
    options: &Options,
    kind: &str,
    query: &[String],
    output: Output,
    of: Option<String>,
) -> Result<ExitCode, Failure> {
    let session = Session::open(options)?;
    let def = session
        .registry
        .kind(kind)
        .filter(|d| !d.info.side)
        .ok_or_else(|| Failure::Usage(session.registry.unknown_kind(kind)))?;
    let query = Query::parse(&query.join(" "), def.info).map_err(|e| Failure::Usage(e.message))?;
    if let Some(parent) = def.info.parent
        && !parent.fans_out
        && of.is_none()
    {
        let what = session.registry.kind(parent.kind).map_or(parent.kind, |k| k.info.singular);
        let article = if what.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
        return Err(Failure::Usage(format!("{} belong to {article} {what}: name it with --of.", def.info.title)));
    }
    for note in &session.notes {
        out::say(note);
    }
    for problem in &session.problems {
        out::say(&problem.to_string());
    }
    let lister = Lister {
        session: &session,
        budget: Budget::new(Share::percent(u32::from(session.config.settings.api_share))),
        interner: Interner::default(),
    };
    let now = session.clock.now();
    let (mut rows, mut faults, accounts) = session.runtime.block_on(lister.everything(def, &query, of))?;
    let mut matcher = query.matcher(now);
    rows.retain(|r| matcher.matches(r));
    if output == Output::Table {
        session.runtime.block_on(lister.names_to_show(def, &mut rows));
    }
    let sort = def.info.index_of(def.info.sort.0).unwrap_or(0);
    rows.sort_by(|a, b| {
        let by_value = a.cell(sort).order(b.cell(sort), def.info.sort.1);
        by_value.then_with(|| a.record.id.cmp(&b.record.id))
    });
    // What is missing is said also where nobody reads to the end.
    out::unread_is_well(print(def, &rows, &accounts, output, now))?;
    faults.dedup();
    match faults.first() {
        None => Ok(ExitCode::SUCCESS),
        Some(first) => {
            let more = if faults.len() > 1 { format!(" (and {} more)", faults.len() - 1) } else { String::new() };
            if rows.is_empty() {
                let mut fault = first.clone();
                fault.message.push_str(&more);
                Err(fault.into())
            } else {
                let hints: String = first.hints.iter().map(|h| format!("\n  {h}")).collect();
                Err(Failure::Partial(format!("not everything could be listed: {first}{more}{hints}")))
            }
        }
    }
}

struct Lister<'a> {
    session: &'a Session,
    budget: Budget,
    interner: Interner,
}

type Listed = (Vec<Row>, Vec<Fault>, FxHashMap<String, String>);

impl Lister<'_> {
    async fn everything(&self, def: &'static KindDef, query: &Query, of: Option<String>) -> Result<Listed, Failure> {
        let session = self.session;
        let mut accounts = FxHashMap::default();
        let mut faults: Vec<Fault> = Vec::new();
        let mut barred: FxHashSet<&str> = FxHashSet::default();
        for p in &session.profiles {
            match session.gateway.identity(&p.name).await {
                Ok(id) => {
                    accounts.insert(p.name.to_string(), id.account.to_string());
                }
                // One profile without credentials does not keep the others from listing.
                Err(f) if matches!(f.kind, FaultKind::NoCredentials | FaultKind::Expired) => {
                    barred.insert(&p.name);
                    faults.push(f);
                }
                // Not to know who one is need not keep one from listing.
                Err(_) => {}
            }
        }
        if barred.len() == session.profiles.len()
            && let Some(first) = faults.first()
        {
            return Err(first.clone().into());
        }
        let mut scopes = self.scopes(def);
        scopes.retain(|s| s.profile().is_none_or(|p| !barred.contains(p.as_str())));
        let mut rows = Vec::new();
        let mut seen = FxHashSet::default();
        let listed = join_all(scopes.into_iter().map(|scope| self.scope(def, scope, of.as_deref()))).await;
        for (scope, records, mut wrong) in listed {
            faults.append(&mut wrong);
            let account = scope.profile().and_then(|p| accounts.get(p.as_str()).cloned());
            for record in records {
                let once = (account.clone(), scope.region_code().cloned(), record.id.clone());
                if account.is_none() || seen.insert(once) {
                    rows.push(Row {
                        scope: scope.clone(),
                        record,
                        sides: FxHashMap::default(),
                        tags: None,
                        names: Arc::default(),
                    });
                }
            }
        }
        self.join_sides(def, query, &mut rows, &mut faults).await?;
        self.names_to_find(def, query, &mut rows, &mut faults).await;
        Ok((rows, faults, accounts))
    }

    fn scopes(&self, def: &KindDef) -> Vec<Scope> {
        let profiles = &self.session.profiles;
        match def.info.scoping {
            Scoping::Account => profiles.iter().map(|p| Scope::account(p.name.clone())).collect(),
            Scoping::Region => profiles
                .iter()
                .flat_map(|p| p.regions.iter().map(|r| Scope::region(p.name.clone(), r.clone())))
                .collect(),
        }
    }

    /// All rows of a kind in one scope; a kind that fans out is asked parent by parent.
    async fn scope(
        &self,
        def: &'static KindDef,
        scope: Scope,
        of: Option<&str>,
    ) -> (Scope, Vec<Arc<Record>>, Vec<Fault>) {
        let parents: Vec<Selector> = match (def.info.parent, of) {
            (_, Some(parent)) => vec![Selector::Parent(parent.into())],
            (None, None) => vec![Selector::All],
            (Some(parent), None) => {
                let Some(parent) = self.session.registry.kind(parent.kind) else { return (scope, vec![], vec![]) };
                let (rows, fault) = self.table(parent, &scope, Selector::All, What::Everything).await;
                if let Some(fault) = fault {
                    return (scope, Vec::new(), vec![fault]);
                }
                rows.iter().map(|r| Selector::Parent(r.id.clone())).collect()
            }
        };
        let (mut rows, mut faults) = (Vec::new(), Vec::new());
        for selector in parents {
            let (mut more, fault) = self.table(def, &scope, selector, What::Everything).await;
            rows.append(&mut more);
            faults.extend(fault);
        }
        (scope, rows, faults)
    }

    async fn table(
        &self,
        def: &'static KindDef,
        scope: &Scope,
        selector: Selector,
        what: What,
    ) -> (Vec<Arc<Record>>, Option<Fault>) {
        let request = ListRequest {
            gateway: self.session.gateway.clone(),
            scope: scope.clone(),
            selector,
            what,
            interner: self.interner.clone(),
            clock: self.session.clock.clone(),
        };
        let rows = Arc::<Mutex<Vec<Arc<Record>>>>::default();
        let sink = Pages { budget: self.budget.clone(), scope: scope.clone(), rows: rows.clone() };
        let result = (def.list)(request, Box::new(sink)).await;
        let rows = std::mem::take(&mut *rows.lock().unwrap_or_else(PoisonError::into_inner));
        (rows, result.err())
    }

    /// Side tables that are free of charge always; those that cost, or take too many requests, only if the query names
    /// them.
    async fn join_sides(
        &self,
        def: &'static KindDef,
        query: &Query,
        rows: &mut [Row],
        faults: &mut Vec<Fault>,
    ) -> Result<(), Failure> {
        let named: Vec<usize> = query.fields(def.info).collect();
        let mut kinds: Vec<(&'static str, Vec<(usize, &'static str)>)> = Vec::new();
        let mut paid = false;
        for (i, info) in def.info.iter().enumerate() {
            let Some(side) = info.side else { continue };
            if (side.paid || side.on_demand) && !named.contains(&i) {
                continue;
            }
            paid |= side.paid;
            match kinds.iter_mut().find(|(k, _)| *k == side.kind) {
                Some((_, fields)) => fields.push((i, side.field)),
                None => kinds.push((side.kind, vec![(i, side.field)])),
            }
        }
        if paid {
            let text = "the query names a metric: CloudWatch charges about $0.01 for every 1,000 metrics asked";
            out::say(text);
        }
        let (own, now) = (query.own(def.info), self.session.clock.now());
        for (kind, fields) in kinds {
            let Some(side) = self.session.registry.kind(kind) else { continue };
            // What takes many requests, or costs, is asked only of rows that match otherwise.
            let dear = fields.iter().any(|(i, _)| named.contains(i));
            let mut by_scope: FxHashMap<Scope, Vec<RowId>> = FxHashMap::default();
            for r in rows.iter().filter(|r| !dear || own.matches(*r, now)) {
                by_scope.entry(r.scope.clone()).or_default().push(r.record.id.clone());
            }
            let mut found: FxHashMap<(Scope, RowId), Arc<Record>> = FxHashMap::default();
            for (scope, ids) in &by_scope {
                let what = What::Ids(Arc::new(ids.clone()));
                let (records, fault) = self.table(side, scope, Selector::All, what).await;
                faults.extend(fault);
                found.extend(records.into_iter().map(|r| ((scope.clone(), r.id.clone()), r)));
            }
            for row in rows.iter_mut() {
                if let Some(side) = found.get(&(row.scope.clone(), row.record.id.clone())) {
                    row.sides.extend(fields.iter().map(|(i, field)| (*i, side.get(field).clone())));
                    if def.info.tags_aside().is_some_and(|t| fields.iter().any(|(i, _)| *i == t)) {
                        row.tags = Some(side.tags.clone());
                    }
                }
            }
        }
        Ok(())
    }
}

/// Gathers what a list brings: it is printed when all of it is there.
struct Pages {
    budget: Budget,
    scope: Scope,
    rows: Arc<Mutex<Vec<Arc<Record>>>>,
}

impl Sink for Pages {
    fn ask(&mut self, op: &'static Operation) -> BoxFuture<'_, Result<(), Fault>> {
        Box::pin(async move {
            self.budget.wait(&self.scope, op).await;
            Ok(())
        })
    }
    fn bought(&mut self, _: &[Bought]) {}
    fn page(&mut self, rows: Vec<Record>) -> BoxFuture<'_, Result<(), Fault>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner).extend(rows.into_iter().map(Arc::new));
        Box::pin(async { Ok(()) })
    }
}

fn print(
    def: &KindDef,
    rows: &[Row],
    accounts: &FxHashMap<String, String>,
    output: Output,
    now: Time,
) -> Result<(), Failure> {
    let mut out = std::io::BufWriter::new(Out::open());
    let account = |r: &Row| r.scope.profile().and_then(|p| accounts.get(p.as_str())).map(String::as_str);
    match output {
        Output::Json => {
            let all: Vec<_> = rows.iter().map(|r| facts::element(r, &r.scope, account(r))).collect();
            out::json(&all, &mut out)?;
            writeln!(out)?;
        }
        Output::Csv => csv(def, rows, &account, std::io::stdout().is_terminal(), &mut out)?,
        Output::Table => table(def, rows, now, &mut out)?,
    }
    out.flush()?;
    Ok(())
}

/// The columns that are shown by default, with their titles.
fn columns(kind: Kind) -> Vec<usize> {
    (0..kind.fields.len()).filter(|i| matches!(kind.fields.at(*i).column, Column::Shown(_))).collect()
}

fn table(def: &KindDef, rows: &[Row], now: Time, out: &mut impl Write) -> Result<(), Failure> {
    let kind = Kind(def.info);
    let zone = jiff::tz::TimeZone::system();
    let columns: Vec<usize> =
        columns(kind).into_iter().filter(|i| !kind.fields.at(*i).side.is_some_and(|s| s.paid)).collect();
    let mut lines: Vec<Vec<String>> = vec![columns.iter().map(|i| kind.fields.at(*i).title.to_string()).collect()];
    for row in rows {
        let cell = |i: &usize| visible(&format::value(&row.shown(*i), kind.fields.at(*i), now, &zone)).into_owned();
        lines.push(columns.iter().map(cell).collect());
    }
    let width = |s: &str| crate::base::text::width(s);
    let widths: Vec<usize> =
        (0..columns.len()).map(|c| lines.iter().map(|l| width(&l[c])).max().unwrap_or_default()).collect();
    for line in lines {
        let mut text = String::new();
        for (c, cell) in line.iter().enumerate() {
            let pad = " ".repeat(widths[c].saturating_sub(width(cell)));
            if kind.fields.at(columns[c]).right() {
                text.push_str(&pad);
                text.push_str(cell);
            } else {
                text.push_str(cell);
                text.push_str(&pad);
            }
            text.push_str("  ");
        }
        writeln!(out, "{}", text.trim_end())?;
    }
    Ok(())
}

/// To a program each text as it is, to a terminal made visible.
fn csv<'r>(
    def: &KindDef,
    rows: &'r [Row],
    account: &impl Fn(&'r Row) -> Option<&'r str>,
    terminal: bool,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let mut writer = csv::Writer::from_writer(out);
    let fields = || def.info.iter().map(|f| f.name);
    writer.write_record(["account", "region"].into_iter().chain(fields()))?;
    for row in rows {
        let element = facts::element(row, &row.scope, account(row));
        let text = |v: &serde_json::Value| match v {
            serde_json::Value::Null => String::new(),
            // A spreadsheet takes a text that begins with one of these for a formula.
            serde_json::Value::String(s) if s.starts_with(['=', '+', '-', '@', '\t', '\r']) => format!("'{s}"),
            serde_json::Value::String(s) => s.clone(),
            other => out::json_line(other),
        };
        let text = |v| if terminal { visible(&text(v)).into_owned() } else { text(v) };
        let cells = fields().map(|f| text(&element["facts"][f]));
        let head = ["account", "region"].into_iter().map(|k| text(&element[k]));
        writer.write_record(head.chain(cells))?;
    }
    writer.flush()?;
    Ok(())
}
