//! `skydeck check`: what works, line by line, and what to do about what does not.

use std::io::Write;
use std::process::ExitCode;

use futures::future::{BoxFuture, join_all};

use super::out::Out;
use super::session::Session;
use super::{Failure, Options};
use crate::aws::credentials::report::Seen;
use crate::base::text::visible;
use crate::base::{Fault, FaultKind, Scope};
use crate::config::Depth;
use crate::kinds::{Interner, KindDef, ListRequest, PaidRow, Sink, What};
use crate::model::{Operation, Record, Selector};

/// Prints the report. Exit status 1 if no profile can list anything.
pub(super) fn check(options: &Options) -> Result<ExitCode, Failure> {
    let session = Session::open(options)?;
    let mut out = Out::open();
    let mut works = false;
    for problem in &session.problems {
        writeln!(out, "✗ settings     {}", visible(&problem.to_string()))?;
    }
    for note in &session.notes {
        writeln!(out, "! note         {}", visible(note))?;
    }
    for profile in &session.profiles {
        works |= session.runtime.block_on(one(&session, &profile.name, &profile.regions, &mut out))?;
    }
    terminal(&session, &mut out)?;
    out.end()?;
    Ok(if works { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

async fn one(
    session: &Session,
    profile: &arcstr::ArcStr,
    regions: &[arcstr::ArcStr],
    out: &mut impl Write,
) -> Result<bool, Failure> {
    writeln!(out, "profile {}", visible(profile))?;
    match session.gateway.credential_report(profile).await {
        Ok(report) => {
            for tried in &report.order {
                let mark = match tried.seen {
                    Seen::Yes => "✓",
                    Seen::No => "·",
                    Seen::Unknown => "?",
                };
                writeln!(out, "  {mark} source     {}", visible(&tried.name))?;
            }
            for trouble in &report.passed_over {
                writeln!(out, "  ! files      {}", visible(trouble))?;
            }
            match &report.answered {
                Ok((provider, tail)) => {
                    let until = report.expires.map(|t| format!(", until {}", t.rfc3339())).unwrap_or_default();
                    writeln!(out, "  ✓ answered   {provider} (key …{tail}){until}")?;
                }
                Err(fault) => {
                    wrong(out, "answered", fault)?;
                    return Ok(false);
                }
            }
        }
        Err(fault) => wrong(out, "source", &fault)?,
    }
    match session.gateway.identity(profile).await {
        Ok(who) => writeln!(out, "  ✓ identity   {}  account {}", visible(&who.arn), who.account)?,
        Err(fault) => {
            wrong(out, "identity", &fault)?;
            if matches!(fault.kind, FaultKind::NoCredentials | FaultKind::Expired) {
                return Ok(false);
            }
        }
    }
    let names: Vec<&str> = regions.iter().map(arcstr::ArcStr::as_str).collect();
    writeln!(out, "  ✓ region     {}", names.join(" "))?;
    if session.gateway.is_read_only(profile) {
        writeln!(out, "  ✓ read-only  on: no changing request leaves this process")?;
    }
    let mut works = false;
    for region in regions {
        let scope = Scope::region(profile.clone(), region.clone());
        let kinds: Vec<&KindDef> = session
            .registry
            .kinds
            .iter()
            .copied()
            .filter(|k| !k.info.side && k.info.parent.is_none() && k.info.derived.is_none())
            .collect();
        let asked = join_all(kinds.iter().map(|k| probe(session, k, &scope))).await;
        for (kind, result) in kinds.iter().zip(asked) {
            match result {
                Ok(()) => {
                    works = true;
                    writeln!(out, "  ✓ {:<19} {region}", kind.info.name)?;
                }
                Err(fault) => wrong(out, &format!("{:<19} {region}", kind.info.name), &fault)?,
            }
        }
    }
    Ok(works)
}

fn wrong(out: &mut impl Write, what: &str, fault: &Fault) -> std::io::Result<()> {
    writeln!(out, "  ✗ {what:<10} {}: {}", fault.kind.word(), visible(&fault.to_string()))?;
    // Who reads this has typed `skydeck check` already.
    fault.hints.iter().filter(|h| !h.contains("skydeck check")).try_for_each(|h| writeln!(out, "      {}", visible(h)))
}

/// Asks for the first page only: enough to know whether one may.
async fn probe(session: &Session, kind: &'static KindDef, scope: &Scope) -> Result<(), Fault> {
    let scope = kind.info.listed_in(scope);
    let request = ListRequest {
        gateway: session.gateway.clone(),
        scope,
        selector: Selector::All,
        what: What::Everything,
        interner: Interner::default(),
        clock: session.clock.clone(),
    };
    let (told, answered) = tokio::sync::oneshot::channel();
    let run = (kind.list)(request, Box::new(FirstPage(Some(told))));
    tokio::select! {
        biased;
        Ok(()) = answered => Ok(()),
        result = run => result,
    }
}

struct FirstPage(Option<tokio::sync::oneshot::Sender<()>>);

impl Sink for FirstPage {
    fn ask(&mut self, _: &'static Operation) -> BoxFuture<'_, Result<(), Fault>> {
        Box::pin(async { Ok(()) })
    }
    fn bought(&mut self, _: &[PaidRow]) {}
    fn page(&mut self, _: Vec<Record>) -> BoxFuture<'_, Result<(), Fault>> {
        if let Some(told) = self.0.take() {
            // Nobody listens any more if the run ended first, which says the same.
            let _ = told.send(());
        }
        Box::pin(async { Ok(()) })
    }
}

fn terminal(session: &Session, out: &mut impl Write) -> std::io::Result<()> {
    let theme = &session.config.theme;
    let var = |name: &str| std::env::var(name).unwrap_or_else(|_| "not set".into());
    writeln!(out, "terminal")?;
    writeln!(out, "  · TERM       {}  COLORTERM {}", visible(&var("TERM")), visible(&var("COLORTERM")))?;
    let depth = match theme.depth() {
        Depth::None => "none",
        Depth::Sixteen => "16",
        Depth::Indexed => "256",
        Depth::True => "all",
    };
    writeln!(out, "  · colours    {depth}, theme {}", theme.name())?;
    match crossterm::terminal::size() {
        Ok((columns, rows)) => writeln!(out, "  · size       {columns}x{rows}"),
        Err(_) => writeln!(out, "  · size       not a terminal: `skydeck get` lists without one"),
    }
}
