//! `skydeck get KIND [QUERY]`: the console's lists without the console.

mod ahead;
mod lister;
mod names;
mod only;
mod pages;
mod parents;
mod row;
mod shape;
mod sides;
mod trouble;

use std::cmp::Ordering;
use std::io::{self, Write};
use std::num::NonZero;
use std::process::ExitCode;
use std::thread;

use self::lister::{Listed, Lister, Wish};
pub(super) use self::only::{Found, only_row};
use self::row::Row;
use self::shape::{Shape, element};
use super::out;
use super::session::Session;
use super::{Failure, Options, Output};
use crate::base::Scope;
use crate::base::text::visible;
use crate::export::{self, Columns};
use crate::fetch::{Budget, Share};
use crate::kinds::{Interner, KindDef};
use crate::model::{Kind, Selector, Sort};
use crate::query::{Cells, Query};

/// What is wanted of a list.
pub(super) struct Wanted {
    pub(super) kind: String,
    pub(super) query: Vec<String>,
    pub(super) output: Output,
    /// `--columns`, each.
    pub(super) columns: Vec<String>,
    /// `--sort`.
    pub(super) sort: Option<String>,
    /// `--of`.
    pub(super) of: Option<String>,
}

/// Lists and prints.
pub(super) fn get(options: &Options, wanted: Wanted) -> Result<ExitCode, Failure> {
    let Wanted { kind, query, output, columns, sort, of } = wanted;
    crate::base::thread::nobody_draws();
    let session = Session::open(options)?;
    let line = format!("{kind} {}", query.join(" "));
    let (def, query) = session.kind_and_query(&line)?;
    // What looks for a text takes all that stands there for it.
    let by_text = def.info.text;
    let (query, of) = match by_text {
        Some(by) => (String::new(), Some((by.read)(&query).map_err(Failure::Usage)?.to_string())),
        None => (query, of),
    };
    let query = Query::parse(&query, def.info).map_err(|e| Failure::Usage(e.message))?;
    let chosen = (!columns.is_empty()).then(|| Columns::named(Kind(def.info), &columns)).transpose();
    let chosen = chosen.map_err(Failure::Usage)?;
    let sorts = sort.as_deref().map(|text| export::sorts(Kind(def.info), text)).transpose().map_err(Failure::Usage)?;
    if by_text.is_none() {
        check_parent(&session, def, of.as_deref())?;
    }
    for note in &session.notes {
        out::say(note);
    }
    for problem in &session.problems {
        out::say(&problem.to_string());
    }
    let of = match of.as_deref().and_then(|text| by_text?.with_me(text, None)) {
        Some(_) => Some(with_my_address(&session, def, &of.unwrap_or_default())?),
        None => of,
    };
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
    let usual = || vec![Sort { field: def.info.index_of(def.info.sort.0).unwrap_or(0), ascending: def.info.sort.1 }];
    let sorts = sorts.unwrap_or_else(usual);
    let shape = Shape::of(def, output, chosen, &query);
    let wish = Wish {
        def,
        printed: shape.fields().chain(sorts.iter().map(|s| s.field)).collect(),
        named: shape.named().chain(sort.iter().flat_map(|_| sorts.iter().map(|s| s.field))).collect(),
        query,
        of,
        json: output == Output::Json && columns.is_empty(),
    };
    let listed = session.runtime.block_on(lister.everything(&session.profiles, &wish))?;
    let Listed { mut rows, troubles, places } = listed;
    let mut matcher = wish.query.matcher(now);
    rows.retain(|r| matcher.matches(r));
    // JSON keeps ids, but for the name of what a row stands for: a target's instance.
    let stands_for = def.info.index_of("id").filter(|i| def.info.fields.at(*i).ids.is_some());
    let named: Vec<usize> =
        if shape.is_for_readers() { shape.fields().collect() } else { stands_for.into_iter().collect() };
    if !named.is_empty() {
        session.runtime.block_on(lister.names_to_show(def, &named, &mut rows));
    }
    rows.sort_by(|a, b| {
        let by = |s: &Sort| a.value_at(s.field).order(&b.value_at(s.field), s.ascending);
        let by_value = sorts.iter().map(by).find(|o| o.is_ne()).unwrap_or(Ordering::Equal);
        by_value.then_with(|| a.record.id.cmp(&b.record.id))
    });
    // What is missing is said also where nobody reads to the end.
    out::unread_is_well(shape.print(&rows, places > 1, now, || session.zone()))?;
    let none = rows.is_empty();
    let exit = by_text.and_then(|by| by.exit);
    let told = exit.and_then(|exit| exit(&rows.iter().map(|r| &*r.record).collect::<Vec<_>>()));
    // The process ends: its memory is given back as a whole, and not row by row.
    std::mem::forget(rows);
    // The rows have said what they do not know.
    if let Some(told) = told {
        if !troubles.is_empty() {
            out::say(&trouble::sentences(&troubles, session.profiles.len(), places));
        }
        return Ok(ExitCode::from(told));
    }
    if troubles.is_empty() {
        return match (&wish.of, by_text) {
            (Some(text), Some(by)) if none => {
                Err(Failure::Failed(format!("{}, in {}", (by.nothing)(text), looked_at(&session, places))))
            }
            _ => Ok(ExitCode::SUCCESS),
        };
    }
    let text = trouble::sentences(&troubles, session.profiles.len(), places);
    // Of what is made of several tables, none may be all that there is of those that could be read.
    let selector = wish.of.as_deref().map_or(Selector::All, |of| Selector::Parent(of.into()));
    let inputs = wish.def.info.derived.map_or(0, |d| d.wanted(&selector, &Scope::Global).len());
    let none = none && troubles.len() >= inputs * places;
    Err(if none { Failure::Failed(text) } else { Failure::Partial(format!("not everything could be listed: {text}")) })
}

/// The text with the user's own address in place of the word for it.
fn with_my_address(session: &Session, def: &KindDef, text: &str) -> Result<String, Failure> {
    let me = session.runtime.block_on(session.gateway.my_address());
    let text = def.info.text.and_then(|by| by.with_me(text, me.ip())).flatten();
    text.map(|t| t.to_string()).ok_or_else(|| Failure::Failed(me.says()))
}

/// Where it was looked: `ap-northeast-2`, `3 regions`, `12 regions of 3 profiles`.
fn looked_at(session: &Session, places: usize) -> String {
    let profiles = session.profiles.len();
    let several = if profiles > 1 { format!(" of {profiles} profiles") } else { String::new() };
    match session.profiles.first().map(|p| p.regions.as_slice()) {
        Some([region]) if places == 1 => region.to_string(),
        _ => format!("{places} regions{several}"),
    }
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

/// The array of all rows, of which several threads write pieces at the same time; `only` these facts.
fn json(rows: &[Row], only: Option<&[usize]>, out: &mut impl Write) -> Result<(), Failure> {
    /// Rows of a piece, some hundred kilobytes: so much is held for each thread, however long the list is.
    const PIECE: usize = 500;
    // Each row with a comma before it, the first one's too.
    let piece = |rows: &[Row]| -> io::Result<Vec<u8>> {
        let mut text = Vec::with_capacity(rows.len() * 1024);
        for row in rows {
            text.push(b',');
            export::json_element(&element(row, only), &mut text)?;
        }
        Ok(text)
    };
    if rows.is_empty() {
        return Ok(writeln!(out, "[]")?);
    }
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let mut first = true;
    let mut print = |text: &[u8]| match std::mem::take(&mut first) {
        true => out.write_all(b"[").and_then(|()| out.write_all(text.get(1..).unwrap_or_default())),
        false => out.write_all(text),
    };
    for run in rows.chunk_by(|a, b| a.text.is_some() == b.text.is_some()) {
        if run.iter().all(|r| r.text.is_some()) {
            ahead::pieces(run).try_for_each(|text| print(&text?))?;
            continue;
        }
        for some in run.chunks(PIECE * threads) {
            let pieces: Vec<io::Result<Vec<u8>>> = thread::scope(|scope| {
                let mut parts = some.chunks(PIECE);
                let own = parts.next();
                let others: Vec<_> = parts.map(|rows| scope.spawn(move || piece(rows))).collect();
                let own = own.map(piece);
                let lost = || Err(io::Error::other("a thread that wrote a part of the list was lost"));
                own.into_iter().chain(others.into_iter().map(|o| o.join().unwrap_or_else(|_| lost()))).collect()
            });
            pieces.into_iter().try_for_each(|text| print(&text?))?;
        }
    }
    Ok(writeln!(out, "\n]")?)
}
