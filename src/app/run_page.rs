//! A run as a page to read: how it stands, when each step began and how long it took, and the script of what was done.

use std::time::Duration;

use super::help::HelpLine;
use super::run::{Run, RunPhase};
use super::state::State;
use crate::base::Time;
use crate::base::text::capital;
use crate::model::{RunBatch, TimelineRow};

/// What has no lines.
const NOTHING: &str = "There is no such run any more.";

/// The page's lines.
pub fn lines(state: &State, id: u64) -> Vec<HelpLine> {
    let Some(run) = state.runs.iter().find(|r| r.id == id) else { return vec![HelpLine::Text(NOTHING.into())] };
    let mut out = vec![HelpLine::Heading(run.record.title.clone()), HelpLine::Text(capital(&status(state, run)))];
    out.push(HelpLine::Blank);
    out.push(HelpLine::Heading("Timeline".into()));
    let mut batch: Option<RunBatch> = None;
    for row in run.record.timeline() {
        if let Some(new) = row.batch.filter(|new| batch != Some(*new)) {
            batch = Some(new);
            out.push(HelpLine::Text(format!("batch {} of {}", new.number, new.of)));
        }
        out.push(line(state, &row));
    }
    let script = script(state, run);
    if !script.is_empty() {
        out.push(HelpLine::Blank);
        out.push(HelpLine::Heading("What was done, as a script".into()));
        out.extend(script.into_iter().map(HelpLine::Text));
    }
    out
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
        RunPhase::Waiting(..) => format!("{text} (since {})", clock(state, run.record.last_heard())),
        _ => text.to_string(),
    }
}

/// The script of what was done, a line each; the whole of it runs as it stands.
pub(super) fn script(state: &State, run: &Run) -> Vec<String> {
    let plan = run.record.done_plan();
    if plan.steps.is_empty() { Vec::new() } else { (state.cli)(&plan) }
}

/// `09:05:12`, where the user is.
fn clock(state: &State, at: Time) -> String {
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
