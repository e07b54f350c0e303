//! Names of the user's own for lines of the palette. An alias is exact and stands for the beginning of a line: what is typed after it
//! comes after what it stands for.

use std::borrow::Cow;

use super::board::BOARDS;
use super::command::COMMANDS;
use super::palette::WORDS;
use crate::base::text::visible;
use crate::config::settings::Aliases;
use crate::kinds::Registry;

/// A line with its first word, if that is an alias, replaced by what it stands for.
pub fn expand<'l>(aliases: &Aliases, line: &'l str) -> Cow<'l, str> {
    let line = line.trim_start();
    let word = line.split(char::is_whitespace).next().unwrap_or_default();
    match aliases.get(word) {
        Some(stands_for) => Cow::Owned(format!("{stands_for}{}", &line[word.len()..])),
        None => Cow::Borrowed(line),
    }
}

/// Whether a name may be an alias: it must not hide what the palette knows by it.
///
/// # Errors
/// It may not, in sentences.
pub fn check_name(registry: &Registry, name: &str) -> Result<(), String> {
    let what =
        if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c.is_control()) || name.starts_with(':') {
            return Err(format!("\"{}\" cannot be an alias. An alias is one word.", visible(name)));
        } else if registry.kind(name).is_some() {
            "a kind"
        } else if BOARDS.iter().any(|b| b.name == name) {
            "a place"
        } else if registry.actions.iter().any(|a| a.name == name) {
            "an action"
        } else if COMMANDS.iter().any(|c| c.palette && c.name == name) || WORDS.contains(&name) {
            "a command"
        } else if registry.named(name).is_some() {
            "an id"
        } else {
            return Ok(());
        };
    Err(format!("{name} is {what} and cannot be an alias. Choose another name."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::registry::ALL;

    #[test]
    fn an_alias_is_one_word_that_hides_nothing() {
        for name in ["prod", "운영", "z", "web-1", "volu", "up"] {
            assert_eq!(check_name(&ALL, name), Ok(()), "{name}");
        }
        for (name, why) in [
            ("instances", "a kind"),
            ("ec2", "a kind"),
            ("overview", "a place"),
            ("stop", "an action"),
            ("help", "a command"),
            ("mark", "a command"),
            ("q", "a command"),
            ("i-0123456789abcdef0", "an id"),
            ("a b", "one word"),
            ("", "one word"),
            (":x", "one word"),
        ] {
            assert!(check_name(&ALL, name).unwrap_err().contains(why), "{name}");
        }
    }

    #[test]
    fn only_the_first_word_is_replaced_and_once() {
        let aliases: Aliases =
            [("prod", "instances tag:Env=prod"), ("x", "prod")].map(|(a, b)| (a.into(), b.into())).into();
        for (line, want) in [
            ("prod", "instances tag:Env=prod"),
            (" prod web ", "instances tag:Env=prod web "),
            ("x", "prod"),
            ("production", "production"),
            ("instances prod", "instances prod"),
            ("", ""),
        ] {
            assert_eq!(expand(&aliases, line), want, "{line}");
        }
    }
}
