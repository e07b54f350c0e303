//! Words filled in: variables, `$(…)`, `{1..5}`, and names that a pattern of a folder fits.

use super::commands::{Cx, Ran};
use super::machine::{MOST_ARGUMENTS, MOST_VALUE, Part, Work, home};
use super::words::{self, Piece, Word};
use super::{files, session};

/// A redirect's file.
pub(super) fn one(cx: &mut Cx<'_, '_>, word: &Word) -> Result<String, Ran> {
    match expand(cx, word) {
        Ok(words) if words.len() == 1 => Ok(words.into_iter().next().unwrap_or_default()),
        Ok(_) => Err(Ran::failed("bash: ambiguous redirect\n", 1)),
        Err(why) => Err(Ran::failed(&format!("{why}\n"), 1)),
    }
}

/// `{1..5}` with what stands around it; none if it is no range.
fn counted(word: &Word) -> Option<Vec<String>> {
    let [Piece::Text(text, false)] = word.as_slice() else { return None };
    let (before, rest) = text.split_once('{')?;
    let (range, after) = rest.split_once('}')?;
    let (first, last) = range.split_once("..")?;
    let (first, last) = (first.parse::<i64>().ok()?, last.parse::<i64>().ok()?);
    let many = last.abs_diff(first) < MOST_ARGUMENTS as u64;
    let count = |n: i64| format!("{before}{n}{after}");
    many.then(|| {
        if first <= last { (first..=last).map(count).collect() } else { (last..=first).rev().map(count).collect() }
    })
}

/// Fills a word in: it may become several, or none.
pub(super) fn expand(cx: &mut Cx<'_, '_>, word: &Word) -> Result<Vec<String>, String> {
    if let Some(all) = counted(word) {
        return Ok(all);
    }
    let mut out: Vec<String> = Vec::new();
    let mut current: Option<String> = None;
    let mut starred = false;
    for (n, piece) in word.iter().enumerate() {
        let (text, splits) = match piece {
            Piece::Text(text, quoted) => {
                starred |= !quoted && text.contains('*');
                let is_home = n == 0 && !quoted && (text == "~" || text.starts_with("~/"));
                match text.strip_prefix('~').filter(|_| is_home) {
                    Some(rest) => (format!("{}{rest}", home(&cx.who.user)), false),
                    None => (text.clone(), false),
                }
            }
            Piece::Variable(name, quoted) => (cx.variable(name), !quoted),
            Piece::Output(text, quoted) => (output(cx, text)?, !quoted),
        };
        if !splits {
            current.get_or_insert_with(String::new).push_str(&text);
            continue;
        }
        let begins_apart = text.starts_with(char::is_whitespace);
        let ends_apart = text.ends_with(char::is_whitespace);
        let mut words = text.split_whitespace().peekable();
        if begins_apart {
            out.extend(current.take());
        }
        while let Some(w) = words.next() {
            current.get_or_insert_with(String::new).push_str(w);
            if words.peek().is_some() || ends_apart {
                out.extend(current.take());
            }
        }
    }
    out.extend(current);
    if starred && let [pattern] = out.as_slice() {
        let found = matching(cx, pattern);
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(out)
}

/// The paths that a pattern of names in one folder fits.
fn matching(cx: &Cx<'_, '_>, pattern: &str) -> Vec<String> {
    let (folder, last) = pattern.rsplit_once('/').map_or((None, pattern), |(f, l)| (Some(f), l));
    let path = cx.path(folder.map_or(".", |f| if f.is_empty() { "/" } else { f }));
    let names = files::names(cx.host, &path).into_iter().map(|(name, ..)| name);
    let fits = names.filter(|name| !name.starts_with('.') && crate::query::glob(last, name));
    fits.map(|name| folder.map_or(name.clone(), |f| format!("{f}/{name}"))).collect()
}

/// What is between `<<END` and its end, filled in.
pub(super) fn fill(cx: &mut Cx<'_, '_>, text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some((inner, after)) = rest.strip_prefix('(').and_then(|r| r.split_once(')')) {
            out.push_str(&output(cx, inner).unwrap_or_default());
            rest = after;
        } else {
            let bare = rest.strip_prefix('{').unwrap_or(rest);
            let length = bare.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(bare.len());
            let (name, after) = bare.split_at(length);
            if name.is_empty() {
                out.push('$');
            } else {
                out.push_str(&cx.variable(name));
                rest = after.strip_prefix('}').filter(|_| bare.len() != rest.len()).unwrap_or(after);
            }
        }
    }
    out.push_str(rest);
    out
}

/// What a list of commands writes, without the line ends at its end.
fn output(cx: &mut Cx<'_, '_>, text: &str) -> Result<String, String> {
    if cx.depth >= words::MOST_DEPTH {
        return Err(format!("The simulated shell goes at most {} deep.", words::MOST_DEPTH));
    }
    let mut work = Work::of(words::parse(text)?);
    (work.depth, work.quiet) = (cx.depth + 1, cx.quiet);
    // A shell of its own: what it sets and where it goes is forgotten.
    let mut who = cx.who.clone();
    who.user.clone_from(&cx.user);
    let mut out = String::new();
    loop {
        work.advance(cx.host, &mut who, cx.history);
        let Some(part) = work.parts.pop_front() else { break };
        match part {
            Part::Out(more) => out.push_str(&more),
            Part::Err(_) | Part::Wait(_) => cx.before.push(part),
            Part::Do(change) => {
                if let Some(told) = session::change_files(cx.host, change) {
                    cx.before.push(Part::Err(told));
                }
            }
            Part::Live(_) => {
                return Err(
                    "The simulated shell does not wait in $( … ) for what goes on until it is interrupted.".into()
                );
            }
            Part::Clear => {}
        }
        if out.len() > MOST_VALUE {
            return Err(format!(
                "What $( … ) stands for has at most {} KiB in the simulated shell.",
                MOST_VALUE / 1024
            ));
        }
    }
    out.truncate(out.trim_end_matches('\n').len());
    Ok(out)
}
