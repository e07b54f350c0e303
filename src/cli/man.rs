//! The manual pages: `skydeck(1)`, and one for each command that it names.
//!
//! What the parser knows is taken from it, keys from the keymap, queries from the help page: a page cannot say something else than the
//! program does.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, roman};

use super::out::{self, Out};
use super::{Cli, Failure};
use crate::app::command::COMMANDS;
use crate::app::help::QUERY;
use crate::base::text::{suggest, visible};
use crate::config::{Keymap, Mode};

/// When what only these pages say was last changed.
const DATE: &str = "2026-11-30";

/// A section of a page: its heading, and entries of a word and what it is. An entry without a word is a paragraph.
struct Section {
    heading: &'static str,
    entries: Vec<(String, String)>,
}

/// `skydeck man [COMMAND] [--dir DIR]`
pub(super) fn man(command: Option<&str>, dir: Option<&Path>) -> Result<ExitCode, Failure> {
    let pages = pages();
    if let Some(dir) = dir {
        return write(&pages, dir);
    }
    let wanted = command.map_or_else(|| "skydeck".to_string(), |c| format!("skydeck-{c}"));
    let Some((_, page)) = pages.iter().find(|(name, _)| *name == wanted) else {
        let asked = command.unwrap_or_default();
        let names: Vec<&str> = pages.iter().filter_map(|(name, _)| name.strip_prefix("skydeck-")).collect();
        let near = suggest(asked, names);
        return Err(Failure::Usage(format!("There is no command {}.{near}", visible(asked))));
    };
    out::print(page)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes every page as `NAME.1`, over those of an earlier version.
fn write(pages: &[(String, String)], dir: &Path) -> Result<ExitCode, Failure> {
    let trouble = |path: &Path, e: io::Error| Failure::Failed(format!("{} cannot be written: {e}.", path.display()));
    fs::create_dir_all(dir).map_err(|e| trouble(dir, e))?;
    let mut out = Out::open();
    for (name, page) in pages {
        let path = dir.join(format!("{name}.1"));
        let put = || {
            let mut file = tempfile::NamedTempFile::new_in(dir)?;
            io::Write::write_all(&mut file, page.as_bytes())?;
            // Everybody's manual.
            let mode = <fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o644);
            file.as_file().set_permissions(mode)?;
            file.persist(&path).map_err(|e| e.error)
        };
        put().map_err(|e| trouble(&path, e))?;
        io::Write::write_fmt(&mut out, format_args!("{}\n", visible(&path.to_string_lossy())))?;
    }
    out.end()?;
    Ok(ExitCode::SUCCESS)
}

/// Every page by its name, the program's own first.
fn pages() -> Vec<(String, String)> {
    let mut root = Cli::command().disable_help_subcommand(true).subcommand_help_heading("COMMANDS");
    root.build();
    let global: BTreeSet<String> =
        root.get_arguments().filter(|a| a.is_global_set()).map(|a| a.get_id().to_string()).collect();
    let mut pages = vec![("skydeck".to_string(), page(root.clone(), main_sections()))];
    let shown = |c: &&Command| !c.is_hide_set();
    for sub in root.get_subcommands().filter(shown) {
        let name = format!("skydeck-{}", sub.get_name());
        pages.push((name.clone(), command_page(sub, &global)));
        for part in sub.get_subcommands().filter(shown) {
            pages.push((format!("{name}-{}", part.get_name()), command_page(part, &global)));
        }
    }
    pages
}

/// The page of a command; what every command takes is said once.
fn command_page(command: &Command, global: &BTreeSet<String>) -> String {
    let own = command.clone().mut_args(|a| if global.contains(a.get_id().as_str()) { a.hide(true) } else { a });
    page(own, command_sections(command.get_name()))
}

fn page(command: Command, sections: Vec<Section>) -> String {
    let version = format!("skydeck {}", env!("CARGO_PKG_VERSION"));
    // What follows --help on the screen is said here under its own headings.
    let command = command.after_help("").after_long_help("");
    let has_arguments = command.get_arguments().any(|a| !a.is_hide_set());
    let has_commands = command.has_subcommands();
    let man = Man::new(command).date(DATE).source(version).manual("Skydeck");
    let mut page = Vec::new();
    // Writing to memory does not fail.
    let _ = man.render_title(&mut page);
    let _ = man.render_name_section(&mut page);
    let _ = man.render_synopsis_section(&mut page);
    let _ = man.render_description_section(&mut page);
    if has_arguments {
        let _ = man.render_options_section(&mut page);
    }
    if has_commands {
        let _ = man.render_subcommands_section(&mut page);
    }
    for section in sections {
        let _ = roff(&section).to_writer(&mut page);
    }
    let text = String::from_utf8_lossy(&page).into_owned();
    tidy(&text)
}

/// The generator leaves blanks at the ends of lines and a preamble before each piece; readers of pages complain of both.
fn tidy(text: &str) -> String {
    let preamble = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";
    let body = text.replace(preamble, "");
    let mut lines: Vec<&str> = body.lines().map(str::trim_end).filter(|l| !l.is_empty()).collect();
    lines.dedup_by(|a, b| *a == ".br" && a == b);
    format!("{preamble}{}\n", lines.join("\n"))
}

fn roff(section: &Section) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", [section.heading]);
    for (at, (word, text)) in section.entries.iter().enumerate() {
        let text = code(text);
        if word.is_empty() {
            if at > 0 {
                roff.control("PP", []);
            }
        } else {
            roff.control("TP", []);
            roff.text([bold(word.as_str())]);
        }
        roff.text(text);
    }
    roff
}

/// A text in which what stands between backticks is typed.
fn code(text: &str) -> Vec<Inline> {
    text.split('`').enumerate().map(|(i, part)| if i % 2 == 1 { bold(part) } else { roman(part) }).collect()
}

fn section(heading: &'static str, entries: &[(&str, &str)]) -> Section {
    Section { heading, entries: entries.iter().map(|(w, t)| ((*w).into(), (*t).into())).collect() }
}

fn keys() -> Section {
    let mut entries = vec![(
        String::new(),
        "The keys in a table, as the default keymap has them. `?` shows the keys of the place one is in.".into(),
    )];
    if let Some(map) = Keymap::embedded("default") {
        for command in COMMANDS.iter().filter(|c| c.modes.contains(&Mode::Table)) {
            let keys = map.keys_of(Mode::Table, command.name);
            if !keys.is_empty() {
                entries.push((keys.join(", "), command.doc.into()));
            }
        }
    }
    Section { heading: "KEYS", entries }
}

fn queries() -> Section {
    let first = "Words and conditions with blanks between them, all of which have to hold. They are the same after `/`, in the palette and \
                 after `get KIND`.";
    let mut entries = vec![(String::new(), first.to_string())];
    entries.extend(QUERY.iter().map(|(term, doc)| ((*term).to_string(), (*doc).to_string())));
    Section { heading: "QUERIES", entries }
}

const FILES: &[(&str, &str)] = &[
    (
        "~/.config/skydeck/config.toml",
        "The settings. `skydeck config --default --write` makes it, `skydeck config --edit` opens it.",
    ),
    ("~/.config/skydeck/keymaps/NAME.toml", "Keymaps of your own, for `--keymap NAME`."),
    ("~/.config/skydeck/themes/NAME.toml", "Themes of your own, for `--theme NAME`."),
    (
        "~/.local/state/skydeck/journal.jsonl",
        "The journal of changes: each call before it is sent, and its outcome. Readable by its owner only.",
    ),
    ("~/.aws/config, ~/.aws/credentials", "Profiles, regions and credentials, read as the AWS CLI reads them."),
];

const ENVIRONMENT: &[(&str, &str)] = &[
    (
        "AWS_PROFILE, AWS_REGION, AWS_ACCESS_KEY_ID, ...",
        "As for the AWS CLI. An explicit `--profile` goes before all of them.",
    ),
    ("AWS_ENDPOINT_URL", "The endpoint, where `--endpoint-url` is not given."),
    ("SKYDECK_CONFIG", "The settings file, where `--config` is not given."),
    ("SKYDECK_READ_ONLY", "Set to anything but 0, no, false or off: no changing request leaves the program."),
    ("VISUAL, EDITOR", "The editor for long texts and for `config --edit`; vi where neither is set."),
    ("NO_COLOR", "Set to anything: no colours."),
    ("TERM, COLORTERM, COLORFGBG", "What the terminal can show, and whether it is light or dark."),
    ("XDG_CONFIG_HOME, XDG_STATE_HOME", "Folders to use instead of ~/.config and ~/.local/state."),
];

const EXIT: &[(&str, &str)] = &[
    ("0", "It is done, and the list is complete."),
    ("1", "It failed; standard error says why."),
    ("2", "The command line is wrong."),
    ("3", "There are rows, but not all: something could not be read (`get`), or is not known (`plan`)."),
];

fn main_sections() -> Vec<Section> {
    vec![
        keys(),
        queries(),
        section("FILES", FILES),
        section("ENVIRONMENT", ENVIRONMENT),
        section("EXIT STATUS", EXIT),
        section(
            "EXAMPLES",
            &[
                ("skydeck --sandbox", "The console on an embedded account that costs nothing."),
                (
                    "skydeck --profile prod --region eu-west-1 'instances state:running'",
                    "Begins with the running instances of one region.",
                ),
                (
                    "skydeck get volumes 'size>100' --columns name,size,tag:Env --sort -size",
                    "The large volumes, the largest first.",
                ),
                (
                    "skydeck plan stop --on 'instances tag:Env=dev' -o sh",
                    "What stopping them would do, as a script. Nothing is stopped.",
                ),
                ("skydeck man --dir ~/.local/share/man/man1", "Puts these pages where man(1) finds them."),
            ],
        ),
        section("SEE ALSO", &[("", "aws(1)")]),
    ]
}

/// What the parser does not know of a command.
fn command_sections(name: &str) -> Vec<Section> {
    let examples: &[(&str, &str)] = match name {
        "get" => &[
            ("skydeck get instances state:running tag:Env=prod", "The table shows the fields that the query names."),
            (
                "skydeck get volumes --columns name,size,tag:Env --sort -size",
                "These columns, the largest volume first.",
            ),
            (
                "aws ec2 start-instances --instance-ids $(skydeck get instances tag:Env=dev -o ids)",
                "Ids for another command.",
            ),
            (
                "skydeck get targets --of my-target-group -o jsonl | jq .facts",
                "The targets of one group, an object a line.",
            ),
            ("skydeck get alarms state:ALARM -o markdown", "A table for a ticket."),
        ],
        "find" => &[
            ("skydeck find 10.1.4.77 --region eu-west-1 --region us-east-1", "Whose address it is, in two regions."),
            ("skydeck find my-alb-1234567890.eu-west-1.elb.amazonaws.com", "The load balancer with this DNS name."),
            ("skydeck find web-1 -o json", "What is called so, or has that in its name, tags or addresses."),
        ],
        "why" => &[
            ("skydeck why my-target-group", "Which targets fail, and whether the load balancer reaches them."),
            ("skydeck why web-1 -o json", "All that is known of why it is as it is."),
        ],
        "console-output" => &[
            ("skydeck console-output web-1", "What it wrote since it was started, if AWS has it already."),
            ("skydeck console-output i-0123456789abcdef0 --follow", "The same, and what comes after, until Ctrl-C."),
        ],
        "plan" => &[
            ("skydeck plan stop --on 'instances name:web-1'", "What stopping it would do and save."),
            (
                "skydeck plan change-type type=m7g.large --on 'instances name:web-1' -o sh",
                "Changing a type, as a script.",
            ),
        ],
        "sandbox" => &[(
            "skydeck sandbox --listen 127.0.0.1:4599",
            "Then, elsewhere: `aws ec2 describe-instances --endpoint-url http://127.0.0.1:4599`.",
        )],
        "config" => &[
            ("skydeck config --default --write", "Makes a settings file with every setting as a comment."),
            ("skydeck config --edit", "Opens it with your editor, then checks it."),
        ],
        "policy" => &[("skydeck policy --read-only > policy.json", "The permissions for reading only.")],
        "cidr" => &[
            (
                "skydeck cidr 10.10.1.2/26",
                "The range that the address is in, and how many addresses a subnet has of it.",
            ),
            ("skydeck cidr split 10.1.0.0/16 --into 6", "Six ranges of one size, and what is left over."),
            ("skydeck cidr split 10.1.0.0/16 --prefix 24 -o json", "All of its /24s, for a script."),
        ],
        "split" => {
            &[("skydeck cidr split 2600:1f14:abc:d00::/56 --prefix 64", "The 256 subnets that a VPC's range has.")]
        }
        "completions" => &[
            ("source <(skydeck completions bash)", "In ~/.bashrc."),
            ("source <(skydeck completions zsh)", "In ~/.zshrc, after compinit."),
            ("skydeck completions fish > ~/.config/fish/completions/skydeck.fish", "Once."),
        ],
        "man" => &[
            ("skydeck man --dir ~/.local/share/man/man1", "Puts every page where man(1) finds it."),
            ("skydeck man get | man -l -", "Reads one page."),
        ],
        _ => &[],
    };
    let mut sections = match name {
        "get" => vec![queries(), section("EXIT STATUS", EXIT)],
        "find" => vec![section(
            "EXIT STATUS",
            &[
                ("0", "Something was found, and everything was looked at."),
                ("1", "Nothing was found, or nothing could be looked at."),
                ("2", "The command line is wrong."),
                ("3", "Not everything could be looked at: what has it may be there."),
            ],
        )],
        "plan" => vec![section(
            "EXIT STATUS",
            &[
                ("0", "It can be carried out."),
                ("1", "Something forbids it."),
                ("2", "The command line is wrong."),
                ("3", "Something that it rests on is not known."),
            ],
        )],
        _ => Vec::new(),
    };
    if !examples.is_empty() {
        sections.push(section("EXAMPLES", examples));
    }
    sections.push(section("SEE ALSO", &[("", "`skydeck`(1), which has the options that every command takes.")]));
    sections
}
