//! `skydeck get KIND [QUERY]`: the console's lists without the console.

mod lister;
mod names;
mod parents;
mod row;
mod sides;
mod trouble;

use std::io::{self, IsTerminal as _, Write};
use std::num::NonZero;
use std::process::ExitCode;
use std::thread;

use rustc_hash::FxHashMap;

use self::lister::{Listed, Lister, Wish};
use self::row::Row;
use super::out::{self, Out};
use super::session::Session;
use super::{Failure, Options, Output};
use crate::base::Time;
use crate::base::text::visible;
use crate::fetch::{Budget, Share};
use crate::kinds::{Interner, KindDef, facts};
use crate::model::{Column, Kind};
use crate::query::{Cells, Query};
use crate::ui::format;

/// Lists and prints.
pub(super) fn get(
    options: &Options,
    kind: &str,
    query: &[String],
    output: Output,
    of: Option<String>,
) -> Result<ExitCode, Failure> {
    crate::base::thread::nobody_draws();
    let session = Session::open(options)?;
    let def = session
        .registry
        .kind(kind)
        .filter(|d| !d.info.side)
        .ok_or_else(|| Failure::Usage(session.registry.unknown_kind(kind)))?;
    let query = Query::parse(&query.join(" "), def.info).map_err(|e| Failure::Usage(e.message))?;
    check_parent(&session, def, of.as_deref())?;
    for note in &session.notes {
        out::say(note);
    }
    for problem in &session.problems {
        out::say(&problem.to_string());
    }
    // Not the poller's share: a command that somebody waits for asks once and ends. AWS's own burst is its bound.
    let share = options.api_share.map_or(100, u32::from);
    let lister = Lister {
        gateway: session.gateway.clone(),
        registry: session.registry,
        clock: session.clock.clone(),
        budget: Budget::new(Share::percent(share)),
        interner: Interner::default(),
    };
    let now = session.clock.now();
    let sort = def.info.index_of(def.info.sort.0).unwrap_or(0);
    let printed = printed(def, output).chain([sort]).collect();
    let wish = Wish { def, query, printed, of };
    let listed = session.runtime.block_on(lister.everything(&session.profiles, &wish))?;
    let Listed { mut rows, troubles, accounts, places } = listed;
    let mut matcher = wish.query.matcher(now);
    rows.retain(|r| matcher.matches(r));
    if output == Output::Table {
        session.runtime.block_on(lister.names_to_show(def, &mut rows));
    }
    rows.sort_by(|a, b| {
        let by_value = a.cell(sort).order(b.cell(sort), def.info.sort.1);
        by_value.then_with(|| a.record.id.cmp(&b.record.id))
    });
    // What is missing is said also where nobody reads to the end.
    out::unread_is_well(print(def, &rows, &accounts, output, now))?;
    let none = rows.is_empty();
    // The process ends: its memory is given back as a whole, and not row by row.
    std::mem::forget(rows);
    if troubles.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let text = trouble::sentences(&troubles, session.profiles.len(), places);
    // Of what is made of several tables, none may be all that there is of those that could be read.
    let inputs = wish.def.info.derived.map_or(0, |d| d.inputs.len());
    let none = none && troubles.len() >= inputs * places;
    Err(if none { Failure::Failed(text) } else { Failure::Partial(format!("not everything could be listed: {text}")) })
}

/// Kinds whose rows hang off another's need to know which; the others take no such name.
fn check_parent(session: &Session, def: &KindDef, of: Option<&str>) -> Result<(), Failure> {
    let title = def.info.title;
    let Some(parent) = def.info.parent else {
        return match of {
            Some(of) => Err(Failure::Usage(format!("{title} belong to nothing that --of {} could name.", visible(of)))),
            None => Ok(()),
        };
    };
    if of.map_or(parent.fans_out, |of| !of.trim().is_empty()) {
        return Ok(());
    }
    let what = session.registry.kind(parent.kind).map_or(parent.kind, |k| k.info.singular);
    let article = if what.starts_with(['a', 'e', 'i', 'o', 'A']) { "an" } else { "a" };
    Err(Failure::Usage(format!("{title} belong to {article} {what}: name it with --of.")))
}

/// Positions of the fields that the output shows, side tables that cost or take too many requests aside.
fn printed(def: &'static KindDef, output: Output) -> Box<dyn Iterator<Item = usize>> {
    match output {
        Output::Table => Box::new(columns(Kind(def.info)).into_iter()),
        Output::Json | Output::Csv => Box::new(0..def.info.fields.len()),
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
        Output::Json => json(rows, &account, &mut out)?,
        Output::Csv => csv(def, rows, &account, std::io::stdout().is_terminal(), &mut out)?,
        Output::Table => table(def, rows, now, &mut out)?,
    }
    out.flush()?;
    Ok(())
}

/// The array of all rows, of which several threads write pieces at the same time.
fn json<'r>(
    rows: &'r [Row],
    account: &(impl Fn(&'r Row) -> Option<&'r str> + Sync),
    out: &mut impl Write,
) -> Result<(), Failure> {
    /// Rows of a piece, some hundred kilobytes: so much is held for each thread, however long the list is.
    const PIECE: usize = 500;
    let piece = |rows: &'r [Row]| -> io::Result<Vec<u8>> {
        let elements: Vec<_> = rows.iter().map(|r| facts::Element::of(r, &r.scope, account(r))).collect();
        let mut text = Vec::with_capacity(rows.len() * 1024);
        out::json(&elements, &mut text)?;
        Ok(text)
    };
    if rows.len() <= PIECE {
        out.write_all(&piece(rows)?)?;
        return Ok(writeln!(out)?);
    }
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    out.write_all(b"[")?;
    let mut first = true;
    for some in rows.chunks(PIECE * threads) {
        let pieces: Vec<io::Result<Vec<u8>>> = thread::scope(|scope| {
            let mut parts = some.chunks(PIECE);
            let own = parts.next();
            let others: Vec<_> = parts.map(|rows| scope.spawn(move || piece(rows))).collect();
            let own = own.map(piece);
            let lost = || Err(io::Error::other("a thread that wrote a part of the list was lost"));
            own.into_iter().chain(others.into_iter().map(|o| o.join().unwrap_or_else(|_| lost()))).collect()
        });
        for text in pieces {
            // An array of its own, of which only what stands between the brackets is wanted.
            let text = text?;
            let inner = text.strip_prefix(b"[").and_then(|t| t.strip_suffix(b"\n]")).unwrap_or(&text);
            if !std::mem::take(&mut first) {
                out.write_all(b",")?;
            }
            out.write_all(inner)?;
        }
    }
    Ok(writeln!(out, "\n]")?)
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
