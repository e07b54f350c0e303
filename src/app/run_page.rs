//! A run as a page to read: how it stands, when each step began and how long it took, and the script of what was done.

use std::time::Duration;

use super::help::HelpLine;
use super::run::{Run, RunPhase};
use super::state::State;
use crate::base::Time;
use crate::base::text::capital;
use crate::model::{Progress, Step, TimelineRow};

/// What has no lines.
const NOTHING: &str = "There is no such run any more.";

/// The page's lines. Batches that are through or have not begun are a line each, unless the page is `open`: the one that is under way is seen whole.
pub fn lines(state: &State, id: u64, open: bool) -> Vec<HelpLine> {
    let Some(run) = state.runs.iter().find(|r| r.id == id) else { return vec![HelpLine::Text(NOTHING.into())] };
    let mut out = vec![HelpLine::Heading(run.record.title.clone()), HelpLine::Text(capital(&status(state, run)))];
    out.push(HelpLine::Blank);
    out.push(HelpLine::Heading("Timeline".into()));
    let rows = run.record.timeline();
    match run.record.batches() {
        None => out.extend(rows.iter().map(|row| line(state, row))),
        Some(of) => batches(state, run, (&rows, of), open, &mut out),
    }
    let script = script(state, run);
    if !script.is_empty() {
        out.push(HelpLine::Blank);
        out.push(HelpLine::Heading("What was done, as a script".into()));
        out.extend(script.into_iter().map(HelpLine::Text));
    }
    out
}

/// Whether a run has batches that are folded on its page.
pub(super) fn is_folded(state: &State, id: u64) -> bool {
    state.runs.iter().any(|r| r.id == id && r.record.batches().is_some_and(|of| of > 1))
}

/// So many batches that are through have a line each, the last ones; those before them share one.
const THROUGH: usize = 3;

/// The timeline of a run in batches.
fn batches(state: &State, run: &Run, (rows, of): (&[TimelineRow], usize), open: bool, out: &mut Vec<HelpLine>) {
    let over = matches!(run.record.progress(), Progress::Answered | Progress::Ended);
    let at = if over { of + 1 } else { run.record.batch().map_or(of, |b| b.number) };
    let number = |row: &TimelineRow| row.batch.map(|b| b.number);
    let first = if open { 1 } else { at.saturating_sub(THROUGH) };
    // The last batch is not seen as through while its rows are on their way.
    if first > 2 {
        out.push(through(state, rows, (1, first - 1), of));
    }
    let from = if first > 2 { first } else { 1 };
    for n in from..at.min(of + 1) {
        match open {
            false => out.push(through(state, rows, (n, n), of)),
            true => {
                out.push(HelpLine::Text(format!("batch {n} of {of}")));
                out.extend(rows.iter().filter(|r| number(r) == Some(n)).map(|r| line(state, r)));
            }
        }
    }
    if at > of {
        return;
    }
    out.push(HelpLine::Text(format!("batch {at} of {of}")));
    out.extend(rows.iter().filter(|r| number(r) == Some(at)).map(|r| line(state, r)));
    let steps = |n: usize| run.record.to_come().filter(move |s| s.batch.is_some_and(|b| b.number == n));
    let still =
        |s: &Step| HelpLine::Entry { keys: String::new(), name: "", doc: format!("· {:>12}  {}", "", s.title).into() };
    out.extend(steps(at).map(still));
    for n in (at + 1..=of).filter(|_| open) {
        out.push(HelpLine::Text(format!("batch {n} of {of}")));
        out.extend(steps(n).map(still));
    }
    if at < of && !open {
        let span = if at + 1 == of { format!("batch {of}") } else { format!("batches {} to {of}", at + 1) };
        out.push(HelpLine::Text(format!("{span} of {of}: not begun")));
    }
}

/// Batches that are through, in one line: when they began, and how long they took.
fn through(state: &State, rows: &[TimelineRow], (from, to): (usize, usize), of: usize) -> HelpLine {
    let all = rows.iter().filter(|r| r.batch.is_some_and(|b| (from..=to).contains(&b.number)));
    let began = all.clone().map(|r| r.began).min();
    let end = all.filter_map(|r| Some(r.began.plus(r.took?))).max();
    let took = began.zip(end).map(|(began, end)| spelled(end.since(began))).unwrap_or_default();
    let span = if from == to { format!("batch {from}") } else { format!("batches {from} to {to}") };
    let doc = format!("✓ {took:>12}  {span} of {of}");
    HelpLine::Entry { keys: began.map(|at| clock(state, at)).unwrap_or_default(), name: "", doc: doc.into() }
}

fn line(state: &State, row: &TimelineRow) -> HelpLine {
    let took = row.took.map(spelled).unwrap_or_default();
    let doc = format!("{} {took:>12}  {}", row.sign, row.title);
    HelpLine::Entry { keys: clock(state, row.began), name: "", doc: doc.into() }
}

/// How it stands, in one sentence without its title: what is waited for, and since when.
pub(super) fn status(state: &State, run: &Run) -> String {
    let text = run.text();
    let text = text.strip_prefix(run.record.title.as_str()).map_or(text.as_str(), |t| t.trim_start_matches(": "));
    match &run.phase {
        RunPhase::Waiting(..) => {
            let since = run.record.is_lost().map_or_else(|| run.record.last_heard(), |(_, lost)| lost.since);
            format!("{text} (since {})", clock(state, since))
        }
        _ => text.to_string(),
    }
}

/// The script of what was done, a line each; the whole of it runs as it stands.
pub(super) fn script(state: &State, run: &Run) -> Vec<String> {
    let plan = run.record.done_plan();
    if plan.steps.is_empty() { Vec::new() } else { (state.cli)(&plan) }
}

/// `09:05:12`, where the user is.
pub(super) fn clock(state: &State, at: Time) -> String {
    let at = at.civil_in(&state.zone);
    format!("{:02}:{:02}:{:02}", at.hour, at.minute, at.second)
}

/// `45 s`, `3 min 20 s`, `1 h 5 min`.
fn spelled(took: Duration) -> String {
    match took.as_secs() {
        s if s < 60 => format!("{s} s"),
        s if s < 3600 => format!("{} min {} s", s / 60, s % 60),
        s => format!("{} h {} min", s / 3600, s % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_while_is_said_as_one_would_say_it() {
        let of = |s| spelled(Duration::from_secs(s));
        assert_eq!(
            (of(0), of(59), of(200), of(3900)),
            ("0 s".into(), "59 s".into(), "3 min 20 s".into(), "1 h 5 min".into())
        );
    }
}
