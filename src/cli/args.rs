//! The command line, which scripts depend on: options, subcommands, exit codes.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::usage::{endpoint, percent, seconds, speed};

/// A keyboard-driven cloud console for AWS in the terminal.
///
/// Without a subcommand it opens the console. VIEW is a palette line, e.g. 'instances state:running'.
#[derive(Debug, Parser)]
#[command(name = "skydeck", version)]
#[command(after_help = "No AWS account is needed to start: skydeck --sandbox")]
pub struct Cli {
    /// What to do instead of opening the console.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Options of every command, before its name or after it.
    #[command(flatten)]
    pub options: Options,
    /// Where to begin: a palette line such as `instances state:running`.
    #[arg(value_name = "VIEW", num_args = 0.., trailing_var_arg = false)]
    pub view: Vec<String>,
}

/// Options that every command takes.
#[derive(Debug, Clone, Default, Args)]
pub struct Options {
    /// A profile of the AWS configuration files: it and nothing else. Repeat it to see several accounts in one table.
    #[arg(global = true, long, value_name = "P")]
    pub profile: Vec<String>,
    /// A region. Repeat it to see several in one table.
    #[arg(global = true, long, value_name = "R")]
    pub region: Vec<String>,
    /// Send requests to this endpoint instead of AWS's.
    #[arg(global = true, long, value_name = "U", value_parser = endpoint)]
    pub endpoint_url: Option<String>,
    /// The embedded account: demo, empty, or fleet:N with N instances.
    #[arg(global = true, long, value_name = "WORLD", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub sandbox: Option<String>,
    /// How much faster than AWS things happen in the sandbox.
    #[arg(global = true, long, value_name = "N", value_parser = speed, allow_negative_numbers = true)]
    pub sandbox_speed: Option<f64>,
    /// Let no changing request leave this process, whatever key is pressed.
    #[arg(global = true, long)]
    pub read_only: bool,
    /// dark, light, mono, ansi16, auto, or a theme file's name.
    #[arg(global = true, long, value_name = "T")]
    pub theme: Option<String>,
    /// default, vim, or a keymap file's name.
    #[arg(global = true, long, value_name = "K")]
    pub keymap: Option<String>,
    /// The settings file; SKYDECK_CONFIG does the same.
    #[arg(global = true, long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Write a log to this file.
    #[arg(global = true, long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Seconds between two looks at a table of one page.
    #[arg(global = true, long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = seconds)]
    pub refresh: Option<u32>,
    /// How much of AWS's documented request rates polling may take, in percent; `get` takes all of them unless this is given.
    #[arg(global = true, long, value_name = "PERCENT", allow_negative_numbers = true, value_parser = percent)]
    pub api_share: Option<u8>,
    /// No colours; NO_COLOR does the same.
    #[arg(global = true, long)]
    pub no_color: bool,
}

/// Names the settings file where `--config` does not. Not the parser's affair: it would speak of an option that nobody typed.
pub(super) const SETTINGS_FILE: &str = "SKYDECK_CONFIG";

impl Options {
    /// The settings file that is named, and by what; `variable` is the value of [`SETTINGS_FILE`], which set to nothing names none.
    pub(super) fn settings_file(&self, variable: Option<OsString>) -> Option<(PathBuf, &'static str)> {
        let by_variable = || variable.filter(|v| !v.is_empty()).map(|v| (PathBuf::from(v), SETTINGS_FILE));
        self.config.clone().map(|path| (path, "--config")).or_else(by_variable)
    }
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List resources without the console.
    ///
    /// Exit status: 0 complete, 1 failed, 2 wrong usage, 3 rows but not all of them.
    Get {
        /// The kind of resource, for example instances.
        kind: String,
        /// A query, for example state:running tag:Env=prod. The table shows the fields that it names.
        query: Vec<String>,
        /// The format.
        #[arg(short, long, value_enum, default_value_t = Output::Table)]
        output: Output,
        /// The columns, in order: fields of the kind, tag:KEY, account, region; with commas between them. In JSON and YAML, the facts.
        #[arg(short, long, value_name = "FIELDS")]
        columns: Vec<String>,
        /// The field to sort by; -FIELD sorts downwards. Several with commas between them.
        #[arg(short, long, value_name = "FIELD", allow_hyphen_values = true)]
        sort: Option<String>,
        /// The row that they belong to, for kinds that hang off another, by its name, id or ARN: a bucket or folder, a group, a target
        /// group, an instance.
        #[arg(long, value_name = "PARENT")]
        of: Option<String>,
    },
    /// What an action would do, without doing it.
    ///
    /// It sends reads only. Arguments are the fields of the action's form: NAME=VALUE, the bare name of a switch, or values in order.
    /// Exit status: 0 it can be carried out, 1 something forbids it, 2 wrong usage, 3 something that it rests on was not found out.
    Plan {
        /// The action, e.g. stop or change-type.
        action: String,
        /// Its arguments, e.g. type=m7g.large; of a table +KEY=VALUE and, after --, -KEY.
        #[arg(value_name = "NAME=VALUE")]
        arguments: Vec<String>,
        /// The rows that it acts on, e.g. 'instances name:web-1'.
        #[arg(long, value_name = "KIND QUERY")]
        on: Option<String>,
        /// The row that they belong to, for kinds that hang off another: a bucket or folder, a target group.
        #[arg(long, value_name = "PARENT")]
        of: Option<String>,
        /// How to print: sh is the script that does the same with the AWS CLI.
        #[arg(short, long, value_enum, default_value_t = PlanOutput::Text)]
        output: PlanOutput,
    },
    /// The sandbox behind a socket, for the AWS CLI, boto3 and other clients.
    Sandbox {
        /// The address, e.g. 127.0.0.1:4599; port 0 takes a free one and prints it.
        #[arg(long, value_name = "ADDR", value_parser = super::usage::address)]
        listen: std::net::SocketAddr,
        /// Keep the world in this file between runs.
        #[arg(long, value_name = "FILE")]
        save: Option<PathBuf>,
    },
    /// What works: identity, credential source, region, permissions kind by kind, terminal.
    Check,
    /// Where the files are, and what is wrong with them.
    Config {
        /// Print the commented default settings.
        #[arg(long, conflicts_with = "check")]
        default: bool,
        /// Print problems with file and line; exit status 1 if there are any.
        #[arg(long)]
        check: bool,
    },
    /// The least IAM policy that the console needs, as JSON; with --read-only, only what looking needs.
    Policy,
    /// Address arithmetic: first, last, usable addresses in AWS, and whether a VPC may have it.
    Cidr {
        /// A range, e.g. 10.1.0.0/16, or an address with the size of its range, e.g. 10.10.1.2/26.
        range: String,
    },
    /// Completions for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// The manual page.
    Man,
}

/// Formats of `get`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// Columns, aligned. A terminal gets long cells cut short.
    Table,
    /// Every column that AWS tells without extra requests, and nothing cut.
    Wide,
    /// One array of objects.
    Json,
    /// One object a line.
    Jsonl,
    /// A list of the same objects.
    Yaml,
    /// A line of names, then a line for each row.
    Csv,
    /// A table for tickets and pull requests.
    Markdown,
    /// One id a line, for other commands.
    Ids,
}

/// Formats of `plan`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlanOutput {
    /// As the console says it.
    Text,
    /// One object.
    Json,
    /// A shell script.
    Sh,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_stand_before_a_subcommand_or_after_it() {
        for line in ["skydeck --sandbox --region r get instances", "skydeck get instances --sandbox --region r"] {
            let cli = Cli::try_parse_from(line.split(' ')).unwrap();
            assert!(matches!(cli.command, Some(Command::Get { .. })), "{line}");
            assert_eq!(
                (cli.options.sandbox.as_deref(), cli.options.region),
                (Some(""), vec!["r".to_string()]),
                "{line}"
            );
        }
    }

    #[test]
    fn a_variable_that_is_set_to_nothing_names_no_settings_file() {
        let typed = Cli::try_parse_from(["skydeck", "--config", "a"]).unwrap().options;
        let none = Cli::try_parse_from(["skydeck"]).unwrap().options;
        assert_eq!(typed.settings_file(Some("b".into())), Some(("a".into(), "--config")));
        assert_eq!(none.settings_file(Some("b".into())), Some(("b".into(), "SKYDECK_CONFIG")));
        assert_eq!((none.settings_file(Some("".into())), none.settings_file(None)), (None, None));
    }

    #[test]
    fn a_view_is_what_is_no_subcommand() {
        let cli = Cli::try_parse_from(["skydeck", "--sandbox", "instances", "state:running"]).unwrap();
        assert!(cli.command.is_none());
        assert_eq!(cli.view, ["instances", "state:running"]);
    }
}
