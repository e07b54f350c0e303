//! What the shell asks when tab is pressed: `skydeck complete`, which the scripts of `skydeck completions` call.
//!
//! It reads the line that was typed so far with the same table of options that reads the whole one, and offers what fits: options and
//! commands, and the words that only this program knows. It asks nobody: no request leaves it.

mod line;
mod scripts;
mod words;

use clap::{Arg, ArgAction, Command, CommandFactory as _};

use super::out;
use super::{Cli, Failure, Options};
use crate::base::text::visible;

pub(super) use scripts::script;
pub(super) use words::Known;

/// A word that could stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offer {
    /// The word as the shell is to have it. One that ends in `=`, `:`, `,` or a blank is gone on with.
    pub(super) text: String,
    /// What it is, in a few words.
    pub(super) doc: String,
}

/// What could stand at the cursor.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Offers {
    /// One of these.
    Words(Vec<Offer>),
    /// A file, which the shell knows better.
    File,
}

/// The answer that stands for [`Offers::File`].
const FILES: &str = ":files";

/// `skydeck complete`: prints what could stand where the words end, a line each: the word, a tab, what it is.
pub(super) fn complete(options: &Options, words: Vec<String>, bash: Option<(String, String)>) -> Result<(), Failure> {
    let (words, cut) = match &bash {
        None => (words, 0),
        Some((line, breaks)) => line::split(line, breaks),
    };
    let text = match offers(&words, &Known::of(options)) {
        Offers::File => format!("{FILES}\n"),
        Offers::Words(all) => {
            all.iter().map(|o| format!("{}\t{}\n", o.text.get(cut..).unwrap_or(&o.text), brief(&o.doc))).collect()
        }
    };
    out::print(&text)
}

/// The first sentence, in a line.
fn brief(doc: &str) -> String {
    let line = doc.split_whitespace().collect::<Vec<_>>().join(" ");
    let first = line.split_once(". ").map_or(line.as_str(), |(first, _)| first);
    visible(first.trim_end_matches('.')).into_owned()
}

/// The words before the cursor, as options and arguments.
#[derive(Default)]
struct Read<'w> {
    /// Arguments of the command in their order.
    arguments: Vec<&'w str>,
    /// The option whose value the next word is.
    open: Option<Arg>,
    /// Whether `--` stood there.
    only_arguments: bool,
}

/// What could be the last of these words, which may be empty.
fn offers(words: &[String], known: &Known) -> Offers {
    let mut root = Cli::command();
    root.build();
    let mut command = &root;
    let mut read = Read::default();
    let (current, before) = words.split_last().map_or(("", &words[..0]), |(c, b)| (c.as_str(), b));
    for word in before {
        if read.open.take().is_some() {
            continue;
        }
        match word.as_str() {
            "--" => read.only_arguments = true,
            word if word.starts_with('-') && word.len() > 1 && !read.only_arguments => {
                read.open = opened(command, word)
            }
            word => match command.find_subcommand(word).filter(|_| read.arguments.is_empty() && is_root(command)) {
                Some(sub) => command = sub,
                None => read.arguments.push(word),
            },
        }
    }
    if let Some(option) = &read.open {
        return value(option, current, &read, known, command);
    }
    if current.starts_with('-') && !read.only_arguments {
        return match current.split_once('=') {
            Some((name, typed)) => match long(command, name) {
                Some(option) => value(option, typed, &read, known, command).after(&format!("{name}=")),
                None => Offers::Words(Vec::new()),
            },
            None => Offers::Words(options(command, current)),
        };
    }
    argument(command, current, &read, known)
}

impl Offers {
    /// The same behind what stands before them in their word.
    fn after(self, start: &str) -> Offers {
        match self {
            Offers::File => Offers::File,
            Offers::Words(all) => {
                Offers::Words(all.into_iter().map(|o| Offer { text: format!("{start}{}", o.text), ..o }).collect())
            }
        }
    }
}

fn is_root(command: &Command) -> bool {
    command.has_subcommands()
}

fn long<'c>(command: &'c Command, name: &str) -> Option<&'c Arg> {
    let name = name.strip_prefix("--")?;
    command.get_arguments().find(|a| a.get_long() == Some(name))
}

/// The option that a word begins, if its value is the next word.
fn opened(command: &Command, word: &str) -> Option<Arg> {
    let takes = |a: &&Arg| matches!(a.get_action(), ArgAction::Set | ArgAction::Append) && !a.is_require_equals_set();
    if word.starts_with("--") {
        return long(command, word).filter(takes).cloned();
    }
    // `-o json` has its value behind it, `-ojson` in it.
    let mut letters = word.chars().skip(1);
    let (letter, rest) = (letters.next()?, letters.next());
    command.get_arguments().find(|a| a.get_short() == Some(letter)).filter(|a| rest.is_none() && takes(a)).cloned()
}

fn options(command: &Command, typed: &str) -> Vec<Offer> {
    let offer = |a: &Arg| {
        // What may be given bare or with a value, and then with `=`.
        let text = format!("--{}", a.get_long()?);
        let doc = a.get_help().map(ToString::to_string).unwrap_or_default();
        text.starts_with(typed).then_some(Offer { text, doc })
    };
    command.get_arguments().filter(|a| !a.is_hide_set()).filter_map(offer).collect()
}

/// The value of an option.
fn value(option: &Arg, typed: &str, read: &Read<'_>, known: &Known, command: &Command) -> Offers {
    let kind = match command.get_name() {
        "get" => read.arguments.first().copied(),
        "find" => Some(crate::kinds::derived::found::INFO.name),
        "why" => Some(crate::kinds::derived::why::INFO.name),
        _ => None,
    };
    let all = match option.get_id().as_str() {
        "config" | "log" | "save" => return Offers::File,
        "profile" => known.profiles(),
        "region" => known.regions(),
        "theme" => known.themes(),
        "keymap" => known.keymaps(),
        "sandbox" => known.worlds(),
        "columns" => return known.columns(kind, typed),
        "sort" => return known.sorts(kind, typed),
        "on" => return known.rows(typed),
        _ => possible(option),
    };
    Offers::Words(words::beginning(all, typed))
}

/// What the parser itself knows of a value.
fn possible(option: &Arg) -> Vec<Offer> {
    let values = option.get_possible_values();
    let doc = |v: &clap::builder::PossibleValue| v.get_help().map(ToString::to_string).unwrap_or_default();
    values.iter().filter(|v| !v.is_hide_set()).map(|v| Offer { text: v.get_name().into(), doc: doc(v) }).collect()
}

/// An argument by its place.
fn argument(command: &Command, typed: &str, read: &Read<'_>, known: &Known) -> Offers {
    let at = read.arguments.len();
    let all = match (command.get_name(), at) {
        ("skydeck", 0) => {
            let subs = command.get_subcommands().filter(|c| !c.is_hide_set());
            let doc = |c: &Command| c.get_about().map(ToString::to_string).unwrap_or_default();
            let mut all: Vec<Offer> = subs.map(|c| Offer { text: c.get_name().into(), doc: doc(c) }).collect();
            // Most lines begin with a command; a view may be typed in quotes, as one word.
            if let Some((_, _)) = typed.split_once(' ') {
                return known.rows(typed);
            }
            // What is both is the command.
            let views = known.views().into_iter().filter(|v| all.iter().all(|o| o.text != v.text));
            let views: Vec<Offer> = views.collect();
            all.extend(views);
            all
        }
        ("skydeck" | "get", 1..) => return known.terms(read.arguments[0], typed),
        ("get", 0) => known.lists(),
        ("plan", 0) => known.actions(),
        _ => {
            let mut places = command.get_positionals();
            let mut all = places.nth(at).map(possible).unwrap_or_default();
            if at == 0 {
                let subs = command.get_subcommands().filter(|c| !c.is_hide_set() && c.get_name() != "help");
                let doc = |c: &Command| c.get_about().map(ToString::to_string).unwrap_or_default();
                all.extend(subs.map(|c| Offer { text: c.get_name().into(), doc: doc(c) }));
            }
            all
        }
    };
    Offers::Words(words::beginning(all, typed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        Known {
            profiles: vec!["prod".into(), "prod eu".into()],
            themes: vec!["auto".into(), "dark".into(), "mine".into()],
            keymaps: vec!["default".into(), "vim".into()],
            aliases: [("webs".to_string(), "instances web".to_string())].into(),
        }
    }

    /// What could stand at the end of a line, one blank between two.
    fn at(line: &str) -> String {
        let words: Vec<String> = line.split(' ').map(ToString::to_string).collect();
        match offers(&words, &known()) {
            Offers::File => "a file".into(),
            Offers::Words(all) => all.iter().map(|o| o.text.as_str()).collect::<Vec<_>>().join(" "),
        }
    }

    #[test]
    fn each_place_of_a_line_offers_what_fits_there() {
        for (line, offered) in [
            ("get vol", "volumes"),
            ("get instances sta", "state: state_reason: state_reason_message:"),
            ("get instances !stat", "!state: !state_reason: !state_reason_message:"),
            ("get volumes encrypted:", "encrypted:yes encrypted:no"),
            ("get instances -c name,ta", "name,tag:"),
            ("get instances --columns=id,name,lau", "--columns=id,name,launched --columns=id,name,launch_index"),
            ("get instances --sort -laun", "-launched -launch_index"),
            ("get instances -o j", "json jsonl"),
            ("get -o md instances --sort laun", "launched launch_index"),
            ("--region ap-northeast-2 get instances --region eu-north", "eu-north-1"),
            ("--region=eu-nor", "--region=eu-north-1"),
            ("--profile pro", "prod prod eu"),
            ("--theme m", "mine"),
            ("check --keymap v", "vim"),
            ("--sandbox=", "--sandbox=demo --sandbox=empty --sandbox=fleet:"),
            ("--sandb", "--sandbox --sandbox-speed"),
            ("--sandbox --keym", "--keymap"),
            ("--log /tmp", "a file"),
            ("sandbox --listen 127.0.0.1:0 --save ", "a file"),
            ("plan sto", "stop"),
            ("console-output web-1 --fo", "--follow"),
            ("plan stop --on instan", "instances instance-types"),
            ("completions f", "fish"),
            ("conf", "config"),
            ("config --d", "--default"),
            ("ove", "overview"),
            ("instances tag", "tag:"),
            ("get instances -- -x", ""),
            ("get nothing sta", ""),
            ("--refresh 1", ""),
            ("cidr 10", ""),
            ("cidr s", "split"),
            ("cidr split 10.1.0.0/16 --i", "--into"),
            ("cidr 10.1.0.0/16 -o j", "json"),
        ] {
            assert_eq!(at(line), offered, "{line}");
        }
    }

    #[test]
    fn a_line_that_is_empty_offers_commands_and_views_but_nothing_hidden() {
        let all = at("");
        assert!(all.starts_with("get find doctor why console-output plan sandbox check config"), "{all}");
        assert!(all.contains(" instances ") && !all.split(' ').any(|w| w == "complete"), "{all}");
    }

    #[test]
    fn a_view_in_quotes_is_one_word() {
        let words = ["instances state:running typ".to_string()];
        let Offers::Words(all) = offers(&words, &known()) else { panic!("words") };
        assert_eq!(all[0].text, "instances state:running type:");
    }

    #[test]
    fn what_a_word_is_takes_one_line() {
        assert_eq!(brief("One.\nTwo. Three."), "One");
        assert_eq!(brief("One\tand\n  two."), "One and two");
    }
}
