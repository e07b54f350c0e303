//! `skydeck console-output INSTANCE`: what an instance wrote to its console, and with `--follow` what it writes from now on.
//!
//! It is the console's own page without the console: the same side table, asked as often as that one. AWS keeps the last 64 KB, so what is
//! followed is told from where the old end is found in the new text.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use super::get::{Found, only_row};
use super::out::{self, Out};
use super::session::Session;
use super::{Failure, Options};
use crate::base::text::visible;
use crate::kinds::What;
use crate::kinds::ec2::instance_pages::console_output::{GET_CONSOLE_OUTPUT, INFO, KIND, PAGE, TEXT};
use crate::kinds::ec2::instances;
use crate::kinds::row_page::PageBody;
use crate::model::{Record, Selector};

/// Between two looks; AWS has the lowest limit of requests for it.
const EVERY: Duration = Duration::from_secs(GET_CONSOLE_OUTPUT.no_sooner_than as u64);
/// Bytes by which the old end is found again: a line or two.
const KNOWN: usize = 256;

/// Prints it.
pub(super) fn print(options: &Options, which: &str, follow: bool) -> Result<ExitCode, Failure> {
    crate::base::thread::nobody_draws();
    let session = Session::open(options)?;
    for note in &session.notes {
        out::say(note);
    }
    let Found { lister, scope, record } = only_row(&session, instances::INFO.name, which)?;
    let look = || {
        let what = What::Ids(Arc::new(vec![record.id.clone()]));
        let (mut rows, fault) = session.runtime.block_on(lister.table(&KIND, &scope, Selector::All, what));
        match (rows.pop(), fault) {
            (_, Some(fault)) => Err(fault),
            (row, None) => Ok(row),
        }
    };
    let mut printed: Option<String> = None;
    let mut waits = false;
    loop {
        match look() {
            Ok(row) => match text(row.as_deref()) {
                Ok(now) => {
                    let more = added(printed.as_deref().unwrap_or_default(), &now);
                    if printed.is_some() && !more.is_empty() && more.len() == now.len() {
                        out::say("the console begins anew");
                    }
                    write(more)?;
                    printed = Some(now);
                    waits = false;
                }
                Err(why) if !follow => return Err(Failure::Partial(why)),
                Err(why) => said_once(&mut waits, &why),
            },
            // What passes by itself does not end a command that goes on anyway.
            Err(fault) if follow && fault.kind.passes_by_itself() => said_once(&mut waits, &fault.to_string()),
            Err(fault) => return Err(fault.into()),
        }
        if !follow {
            return Ok(ExitCode::SUCCESS);
        }
        session.runtime.block_on(async { tokio::time::sleep(EVERY).await });
    }
}

/// The text of a row; a sentence where there is none yet.
fn text(row: Option<&Record>) -> Result<String, String> {
    let content = row.map(|row| ((PAGE.read)(row), row));
    match content {
        Some((content, row)) => match content.body {
            PageBody::NotYet(why) | PageBody::Nothing(why) => Err(why.into()),
            _ => Ok(row.get(&TEXT).as_str().unwrap_or_default().to_string()),
        },
        None => Err(format!("AWS has answered without {}.", INFO.singular)),
    }
}

fn said_once(said: &mut bool, why: &str) {
    if !std::mem::replace(said, true) {
        out::say(&format!("{} It is asked for again every {} s.", visible(why), EVERY.as_secs()));
    }
}

/// Everything at once, and told that it was written: whoever reads along sees it now.
fn write(text: &str) -> Result<(), Failure> {
    let mut out = Out::open();
    out.write_all(text.as_bytes())?;
    if !text.is_empty() && !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    out.end()
}

/// What of `now` comes after `before`: all of it where nothing of `before` is found there.
fn added<'t>(before: &str, now: &'t str) -> &'t str {
    if let Some(more) = now.strip_prefix(before) {
        return more.strip_prefix('\n').filter(|_| !before.is_empty() && !before.ends_with('\n')).unwrap_or(more);
    }
    // The oldest lines are gone: the end of what was there is looked for.
    let mut from = before.len().saturating_sub(KNOWN);
    while !before.is_char_boundary(from) {
        from += 1;
    }
    let end = &before[from..];
    if end.trim().is_empty() {
        return now;
    }
    now.rfind(end).map_or(now, |at| {
        let more = &now[at + end.len()..];
        more.strip_prefix('\n').filter(|_| !end.ends_with('\n')).unwrap_or(more)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_is_what_comes_after_the_old_end() {
        assert_eq!(added("", "one\ntwo\n"), "one\ntwo\n");
        assert_eq!(added("one\n", "one\ntwo\n"), "two\n");
        assert_eq!(added("one", "one\ntwo"), "two", "a line break that was printed already");
        assert_eq!(added("one\n", "one\n"), "");
        let old: String = (0..500).map(|n| format!("line {n}\n")).collect();
        let new: String = (200..520).map(|n| format!("line {n}\n")).collect();
        let want: String = (500..520).map(|n| format!("line {n}\n")).collect();
        assert_eq!(added(&old, &new), want, "the oldest lines are gone");
        assert_eq!(added(&old, "booting\n"), "booting\n", "it begins anew");
        let hangul = "부팅 중 결제 워커\n".repeat(40);
        assert_eq!(added(&format!("x\n{hangul}"), &format!("{hangul}끝\n")), "끝\n");
    }
}
