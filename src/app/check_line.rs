//! What is wrong with a palette line as far as it can be told before anything is shown: for what settings, keymaps and the command line
//! say. Which rows there are, and what an action's form makes of its arguments, is seen when the line is entered.

use super::aliases::expand;
use super::board::BOARDS;
use super::command::{COMMANDS, Command};
use super::connect::{CONNECT, Wish};
use super::palette::{MARK, UNMARK, kind_begun, meant};
use super::saved::{FORGET, SAVE, VIEW};
use crate::base::regions;
use crate::base::text::visible;
use crate::config::settings::Aliases;
use crate::kinds::Registry;
use crate::model::Kind;
use crate::model::behind::TAG;
use crate::model::health::WORST;
use crate::query::Query;

/// What a line does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// It shows rows, or another place.
    Go,
    /// It starts an action.
    Act,
    /// It is a command.
    Do,
}

/// What a line does.
///
/// # Errors
/// It cannot be read, in sentences.
pub fn check_line(registry: &Registry, aliases: &Aliases, line: &str) -> Result<Does, String> {
    let line = expand(aliases, line.trim());
    let line = &*line;
    let (word, rest) = line.split_once(char::is_whitespace).map_or((line, ""), |(w, r)| (w, r.trim()));
    let names = || rest.split([' ', ',']).filter(|n| !n.is_empty());
    match word {
        "region" if !rest.is_empty() => return names().try_for_each(regions::check).map(|()| Does::Do),
        // Which profiles there are is not the settings' business.
        "profile" if !rest.is_empty() => return Ok(Does::Do),
        "sort" if !rest.is_empty() => return check_sort(registry, rest).map(|()| Does::Do),
        // Which views are saved is told when they are shown.
        VIEW | FORGET if names().count() == 1 => return Ok(if word == VIEW { Does::Go } else { Does::Do }),
        SAVE if !rest.is_empty() => return Ok(Does::Do),
        CONNECT => return Wish::read(rest).map(|_| Does::Do),
        MARK | UNMARK => return check_mark(registry, word, rest).map(|()| Does::Do),
        _ => {}
    }
    let named = registry.kind(word).filter(|k| !k.info.side).map(|k| Kind(k.info));
    let is_action = registry.actions.iter().any(|a| a.name == word);
    let is_board = BOARDS.iter().any(|b| b.name == word);
    // `:q` is in the fingers.
    let is_command = COMMANDS.iter().any(|c| c.palette && c.name == word) || word == "q";
    match named {
        _ if is_action => return Ok(Does::Act),
        Some(kind) => return check_query(kind, rest),
        None if (is_board || is_command) && !rest.is_empty() => {
            return Err(format!("{word} takes no arguments: remove {}.", visible(rest)));
        }
        None if is_board => return Ok(Does::Go),
        None if is_command => return Ok(Does::Do),
        None if registry.named(line).is_some() => return Ok(Does::Go),
        None => {}
    }
    if let Some(kind) = kind_begun(registry, word) {
        return check_query(kind, rest);
    }
    let hint = meant(registry, registry.actions.iter().copied(), aliases, word);
    let keyed = Command::named(word).filter(|c| !c.info().palette).map(|_| " It is a command for keys only.");
    Err(format!("There is no kind, action or command {}.{}", visible(word), keyed.unwrap_or(&hint)))
}

fn check_query(kind: Kind, rest: &str) -> Result<Does, String> {
    if let Some(by) = kind.text {
        // Without a text the row that is focused then gives it.
        let of_the_row = rest.is_empty() && by.offer.is_some();
        return if of_the_row { Ok(Does::Go) } else { (by.read)(rest).map(|_| Does::Go) };
    }
    // Which row it names is looked up when rows can be: objects BUCKET, metrics i-….
    if kind.parent.is_none_or(|p| p.fans_out) {
        Query::parse(rest, kind.0).map_err(|e| e.message)?;
    }
    Ok(Does::Go)
}

/// Of which kind the rows will be is not known: some kind has to have the field.
fn check_sort(registry: &Registry, words: &str) -> Result<(), String> {
    let (name, order) = words.split_once(char::is_whitespace).map_or((words, "asc"), |(n, o)| (n, o.trim()));
    let known = |kind: Kind| kind.resolve(name).or_else(|| kind.place_named(name)).is_some();
    let of_all = name.starts_with(TAG) || name.eq_ignore_ascii_case(WORST.name);
    if !of_all && !registry.kinds.iter().any(|k| known(Kind(k.info))) {
        return Err(format!("No kind has a field {}.", visible(name)));
    }
    match order {
        "asc" | "desc" => Ok(()),
        other => Err(format!("An order is asc or desc, not {}.", visible(other))),
    }
}

fn check_mark(registry: &Registry, word: &str, rest: &str) -> Result<(), String> {
    if rest.is_empty() {
        return Err(format!("{word} takes a query: {word} state:stopped."));
    }
    let mut first = None;
    for kind in registry.kinds.iter().filter(|k| !k.info.side) {
        match Query::parse(rest, kind.info) {
            Ok(_) => return Ok(()),
            Err(e) => first = first.or(Some(e.message)),
        }
    }
    first.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::registry::ALL;

    #[test]
    fn what_can_be_told_without_an_account_is_told() {
        for (line, want) in [
            ("instances state:running", Does::Go),
            ("ec2 tag:Env=prod", Does::Go),
            ("overview", Does::Go),
            ("vol state:available", Does::Go),
            ("objects my-bucket/logs/", Does::Go),
            ("i-0123456789abcdef0", Does::Go),
            ("launch purpose=web", Does::Act),
            ("stop", Does::Act),
            ("region us-east-1 eu-west-1", Does::Do),
            ("profile prod", Does::Do),
            ("sort age desc", Does::Do),
            ("sort tag:Env", Does::Do),
            ("sort region desc", Does::Do),
            ("mark state:stopped", Does::Do),
            ("help", Does::Do),
            ("connect deploy 5432", Does::Do),
            ("view prod", Does::Go),
            ("save prod here", Does::Do),
            ("q", Does::Do),
        ] {
            assert_eq!(check_line(&ALL, &Aliases::new(), line), Ok(want), "{line}");
        }
        for (line, word) in [
            ("instnces", "Did you mean instances?"),
            ("instances stat:running", "stat"),
            ("volumes size>x", "size"),
            ("region mars-1", "mars-1"),
            ("sort colour", "colour"),
            ("sort age up", "asc or desc"),
            ("mark", "takes a query"),
            ("overview now", "takes no arguments"),
            ("connect -oProxyCommand=x", "no user name"),
            ("page-down", "for keys only"),
            ("web-1", "web-1"),
        ] {
            let told = check_line(&ALL, &Aliases::new(), line).unwrap_err();
            assert!(told.contains(word) && told.ends_with(['.', '?']), "{line}: {told}");
        }
    }
}
