//! What is wrong with a command line, as one sentence that names it and what would be right: the parser's own words differ from
//! option to option.

use std::net::SocketAddr;

use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::Cli;
use crate::base::text::{nearest, suggest, visible};

/// The sentence for a parser's error; `None` for help and version, which are none, and for what the parser says well itself.
pub(super) fn sentence(e: &clap::Error) -> Option<String> {
    let text = |kind| match e.get(kind) {
        Some(ContextValue::String(s)) => Some(s.clone()),
        Some(ContextValue::Strings(s)) => Some(s.join(" and ")),
        _ => None,
    };
    let list = |kind| match e.get(kind) {
        Some(ContextValue::Strings(s)) => s.clone(),
        _ => Vec::new(),
    };
    match e.kind() {
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let (option, value) = (name(&text(ContextKind::InvalidArg)?), text(ContextKind::InvalidValue)?);
            if value.is_empty() {
                return Some(format!("{option} needs a value."));
            }
            let valid = list(ContextKind::ValidValue);
            if !valid.is_empty() {
                return Some(format!(
                    "{option} cannot be {value}.{}",
                    suggest(&value, valid.iter().map(String::as_str))
                ));
            }
            let wanted = std::error::Error::source(e)?.to_string();
            Some(format!("{option} must be {wanted}, not {value}."))
        }
        ErrorKind::UnknownArgument => {
            let option = text(ContextKind::InvalidArg)?;
            if !option.starts_with('-') {
                return Some(too_many(&option));
            }
            if option.len() == 2 {
                // `plan tags -Owner`: clap takes its first letter for an option.
                let how = "An argument that begins with a hyphen comes after --: skydeck plan tags -- -Owner.";
                return Some(format!("There is no option {option}. {how}"));
            }
            let all = options();
            // Without the dashes, which would make any two short names look alike.
            let near = nearest(option.trim_start_matches('-'), all.iter().map(|o| o.trim_start_matches('-')));
            let hint = near.map_or_else(String::new, |n| format!(" Did you mean --{n}?"));
            Some(format!("There is no option {option}.{hint}"))
        }
        ErrorKind::TooManyValues => Some(too_many(&text(ContextKind::InvalidValue)?)),
        ErrorKind::ArgumentConflict => {
            let (option, other) = (name(&text(ContextKind::InvalidArg)?), text(ContextKind::PriorArg)?);
            let other = name(&other);
            Some(if option == other {
                format!("{option} is given twice.")
            } else {
                format!("{option} and {other} do not go together.")
            })
        }
        ErrorKind::MissingRequiredArgument => {
            let missing: Vec<String> = list(ContextKind::InvalidArg).iter().map(|a| name(a)).collect();
            (!missing.is_empty()).then(|| format!("{} is missing.", missing.join(" and ")))
        }
        _ => None,
    }
}

fn too_many(word: &str) -> String {
    format!("{} is one word too many.", visible(word))
}

/// `--refresh` of `--refresh <SECONDS>`, `KIND` of `<KIND>`.
fn name(shown: &str) -> String {
    let first = shown.split(['=', ' ']).next().unwrap_or(shown);
    first.split('[').next().unwrap_or(first).trim_matches(['<', '>', '.']).to_string()
}

fn options() -> Vec<String> {
    let command = Cli::command();
    let mut all = Vec::new();
    collect(&command, &mut all);
    all.dedup();
    all
}

fn collect(command: &clap::Command, all: &mut Vec<String>) {
    all.extend(command.get_arguments().filter_map(|a| a.get_long()).map(|l| format!("--{l}")));
    command.get_subcommands().for_each(|c| collect(c, all));
}

/// `--refresh`; its bounds are those of the setting, which are checked with the settings.
pub(super) fn seconds(s: &str) -> Result<u32, String> {
    s.parse().map_err(|_| "a whole number of seconds from 2 to 3600".into())
}

/// `--api-share`, likewise.
pub(super) fn percent(s: &str) -> Result<u8, String> {
    s.trim_end_matches('%').parse().map_err(|_| "a whole number from 1 to 100".into())
}

/// `--into`
pub(super) fn ranges(s: &str) -> Result<u64, String> {
    s.parse().ok().filter(|n| *n > 0).ok_or_else(|| "a whole number from 1".into())
}

/// `--prefix`, also with its slash; what a range's family allows is checked with the range.
pub(super) fn prefix(s: &str) -> Result<u8, String> {
    s.trim_start_matches('/').parse().ok().filter(|n| *n <= 128).ok_or_else(|| "a number of bits from 0 to 128".into())
}

/// `--sandbox-speed`
pub(super) fn speed(s: &str) -> Result<f64, String> {
    let n = s.parse().ok().filter(|n: &f64| n.is_finite() && *n > 0.0);
    n.ok_or_else(|| "a number above 0".into())
}

/// `--endpoint-url`
pub(super) fn endpoint(s: &str) -> Result<String, String> {
    let host = s.strip_prefix("http://").or_else(|| s.strip_prefix("https://"));
    let good =
        host.is_some_and(|h| !h.is_empty() && !h.starts_with(['/', ':', '?', '#'])) && s.parse::<http::Uri>().is_ok();
    good.then(|| s.to_string()).ok_or_else(|| "a URL such as http://127.0.0.1:4599".into())
}

/// `--listen`
pub(super) fn address(s: &str) -> Result<SocketAddr, String> {
    s.parse().map_err(|_| "an address and a port such as 127.0.0.1:4599".into())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn said(line: &str) -> String {
        let e = Cli::try_parse_from(line.split(' ')).expect_err(line);
        sentence(&e).unwrap_or_else(|| format!("({:?})", e.kind()))
    }

    #[test]
    fn wrong_usage_is_one_sentence_that_names_what_is_wrong_and_what_is_right() {
        for (line, sentence) in [
            ("skydeck --refresh x", "--refresh must be a whole number of seconds from 2 to 3600, not x."),
            ("skydeck --api-share 300", "--api-share must be a whole number from 1 to 100, not 300."),
            ("skydeck --sandbox-speed -1", "--sandbox-speed must be a number above 0, not -1."),
            ("skydeck get instances -o jsno", "--output cannot be jsno. Did you mean json?"),
            ("skydeck get instances -o xml", "--output cannot be xml. Did you mean yaml?"),
            ("skydeck --sandobx", "There is no option --sandobx. Did you mean --sandbox?"),
            ("skydeck policy --foo", "There is no option --foo."),
            (
                "skydeck plan tags -Owner",
                "There is no option -O. An argument that begins with a hyphen comes after --: skydeck plan tags -- -Owner.",
            ),
            ("skydeck get", "KIND is missing."),
            ("skydeck sandbox", "--listen is missing."),
            (
                "skydeck sandbox --listen 4599",
                "--listen must be an address and a port such as 127.0.0.1:4599, not 4599.",
            ),
            (
                "skydeck --endpoint-url htp://x",
                "--endpoint-url must be a URL such as http://127.0.0.1:4599, not htp://x.",
            ),
            (
                "skydeck --endpoint-url 127.0.0.1:1",
                "--endpoint-url must be a URL such as http://127.0.0.1:4599, not 127.0.0.1:1.",
            ),
            ("skydeck --sandbox --sandbox", "--sandbox is given twice."),
            ("skydeck config --default --check", "--default and --check do not go together."),
            ("skydeck --theme", "--theme needs a value."),
            ("skydeck cidr", "RANGE is missing."),
            ("skydeck cidr split 10.1.0.0/16 --into 0", "--into must be a whole number from 1, not 0."),
            (
                "skydeck cidr split 10.1.0.0/16 --prefix 129",
                "--prefix must be a number of bits from 0 to 128, not 129.",
            ),
            ("skydeck cidr split 10.1.0.0/16 --into 3 --prefix 24", "--into and --prefix do not go together."),
            ("skydeck cidr split 10.1.0.0/16 --prefx 24", "There is no option --prefx. Did you mean --prefix?"),
        ] {
            assert_eq!(said(line), sentence, "{line}");
        }
    }
}
