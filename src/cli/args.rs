//! The command line, which scripts depend on: options, subcommands, exit codes.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::usage::{endpoint, percent, seconds, speed};

/// A keyboard-driven cloud console for AWS in the terminal.
///
/// Without a command it opens the console. VIEW is what to show first, for example 'instances state:running'.
#[derive(Debug, Parser)]
#[command(name = "skydeck", version)]
#[command(after_help = "No AWS account is needed to start: skydeck --sandbox\n\
    With mouse = true in the settings, hold Shift to select text (Option in Terminal.app and iTerm2).")]
pub struct Cli {
    /// A command to run instead of the console.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Options of every command, before its name or after it.
    #[command(flatten)]
    pub options: Options,
    /// What to show first: a palette line, for example 'instances state:running'.
    #[arg(value_name = "VIEW", num_args = 0.., trailing_var_arg = false)]
    pub view: Vec<String>,
}

/// Options that every command takes.
#[derive(Debug, Clone, Default, Args)]
pub struct Options {
    /// Use this profile of the AWS configuration files and no other credentials. Repeat it for several accounts in one table.
    #[arg(global = true, long, value_name = "P")]
    pub profile: Vec<String>,
    /// Use this region. Repeat it for several regions in one table.
    #[arg(global = true, long, value_name = "R")]
    pub region: Vec<String>,
    /// Send requests to this URL instead of AWS.
    #[arg(global = true, long, value_name = "U", value_parser = endpoint)]
    pub endpoint_url: Option<String>,
    /// Use the embedded practice account: demo, empty, or fleet:N with N instances.
    #[arg(global = true, long, value_name = "WORLD", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub sandbox: Option<String>,
    /// Run the sandbox this many times faster than AWS.
    #[arg(global = true, long, value_name = "N", value_parser = speed, allow_negative_numbers = true)]
    pub sandbox_speed: Option<f64>,
    /// Send no request that changes anything, whatever key is pressed.
    #[arg(global = true, long)]
    pub read_only: bool,
    /// The colours: dark, light, mono, ansi16, auto, or the name of a theme file.
    #[arg(global = true, long, value_name = "T")]
    pub theme: Option<String>,
    /// The keys: default, vim, or the name of a keymap file.
    #[arg(global = true, long, value_name = "K")]
    pub keymap: Option<String>,
    /// The settings file. SKYDECK_CONFIG does the same.
    #[arg(global = true, long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Write a log to this file.
    #[arg(global = true, long, value_name = "FILE")]
    pub log: Option<PathBuf>,
    /// Seconds between two requests for a table of one page.
    #[arg(global = true, long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = seconds)]
    pub refresh: Option<u32>,
    /// How much of AWS's documented request rates the console may use, in percent. get uses all of them unless this is given.
    #[arg(global = true, long, value_name = "PERCENT", allow_negative_numbers = true, value_parser = percent)]
    pub api_share: Option<u8>,
    /// Use no colours. NO_COLOR does the same.
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
    /// List resources, without the console.
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
        /// The columns, in order: fields of the kind, tag:KEY, account, region, profile; with commas between them. In JSON and YAML, the facts.
        #[arg(short, long, value_name = "FIELDS")]
        columns: Vec<String>,
        /// The field to sort by; -FIELD sorts downwards. Several with commas between them.
        #[arg(short, long, value_name = "FIELD", allow_hyphen_values = true)]
        sort: Option<String>,
        /// Only rows that belong to this one, by its name, id or ARN: a bucket or folder, an Auto Scaling group, a target group, an
        /// instance.
        #[arg(long, value_name = "PARENT")]
        of: Option<String>,
    },
    /// Find what has an address, a DNS name, an id, an ARN or a name, in all profiles and regions that are asked for.
    ///
    /// An address is traced through its network interface to the instance, load balancer or service that uses it.
    /// Exit status: 0 found, 1 nothing found or failed, 2 wrong usage, 3 not everything could be looked at.
    Find {
        /// What to look for, for example 10.1.4.77, web-1, i-0123456789abcdef0, or a piece of a name.
        #[arg(required = true, num_args = 1.., value_name = "TEXT")]
        text: Vec<String>,
        /// The format.
        #[arg(short, long, value_enum, default_value_t = Output::Table)]
        output: Output,
        /// The columns, in order: name, kind, id, state, via, vpc, account, region, profile; with commas between them.
        #[arg(short, long, value_name = "FIELDS")]
        columns: Vec<String>,
    },
    /// Tell why a port of an instance can or cannot be reached, hop by hop.
    ///
    /// It only reads. What is not modelled, or may not be read, is unknown and never passed.
    /// Exit status: 0 nothing stands in the way, 1 it times out or failed, 2 wrong usage, 3 it cannot be told.
    Doctor {
        /// Who asks, and what is to be reached: me web-1:22, anywhere web-1:443, bastion 10.1.4.77:5432, sg-0123456789abcdef0 db-1:53/udp.
        /// Who asks is me if it is left out.
        #[arg(required = true, num_args = 1..=2, value_name = "FROM TO:PORT")]
        question: Vec<String>,
        /// The format.
        #[arg(short, long, value_enum, default_value_t = Output::Table)]
        output: Output,
        /// The columns, in order: hop, answer, evidence, by, change; with commas between them.
        #[arg(short, long, value_name = "FIELDS")]
        columns: Vec<String>,
    },
    /// Tell why an instance, a target group, a load balancer or an Auto Scaling group is as it is, one sentence first.
    ///
    /// It only reads. Who changed it last is not asked: skydeck get trail TEXT tells that.
    Why {
        /// Its id, ARN or name, for example web-1 or i-0123456789abcdef0.
        #[arg(required = true, num_args = 1.., value_name = "TEXT")]
        text: Vec<String>,
        /// The format.
        #[arg(short, long, value_enum, default_value_t = Output::Table)]
        output: Output,
        /// The columns, in order: about, answer, said, at, change, by; with commas between them.
        #[arg(short, long, value_name = "FIELDS")]
        columns: Vec<String>,
    },
    /// Print what an instance wrote to its console, the last 64 KB.
    ///
    /// A boot that hangs is seen here. What would steer the terminal is left out.
    /// Exit status: 0 printed, 1 failed, 2 wrong usage, 3 AWS has none of it yet.
    ConsoleOutput {
        /// The instance, by its id or name, for example i-0123456789abcdef0 or web-1.
        instance: String,
        /// Go on printing what it writes from now on, until Ctrl-C.
        #[arg(short, long)]
        follow: bool,
    },
    /// Show what an action would do, without doing it.
    ///
    /// It only reads. Arguments are the fields of the action's form: NAME=VALUE, the name of a switch, or values in order.
    /// Exit status: 0 it can be done, 1 something forbids it, 2 wrong usage, 3 something that it depends on is not known.
    Plan {
        /// The action, for example stop or change-type.
        action: String,
        /// Its arguments, for example type=m7g.large. A table takes +KEY=VALUE and, after --, -KEY.
        #[arg(value_name = "NAME=VALUE")]
        arguments: Vec<String>,
        /// The rows to act on, for example 'instances name:web-1'.
        #[arg(long, value_name = "KIND QUERY")]
        on: Option<String>,
        /// Only rows that belong to this one: a bucket or folder, a target group.
        #[arg(long, value_name = "PARENT")]
        of: Option<String>,
        /// The format. sh is a script that does the same with the AWS CLI.
        #[arg(short, long, value_enum, default_value_t = PlanOutput::Text)]
        output: PlanOutput,
    },
    /// Serve the sandbox to the AWS CLI, boto3 and other clients.
    Sandbox {
        /// The address to listen on, for example 127.0.0.1:4599. Port 0 takes a free port and prints it.
        #[arg(long, value_name = "ADDR", value_parser = super::usage::address)]
        listen: std::net::SocketAddr,
        /// Keep the world in this file between runs.
        #[arg(long, value_name = "FILE")]
        save: Option<PathBuf>,
    },
    /// Check what works: identity, where the credentials come from, region, permissions, terminal.
    Check,
    /// Show where the files are, make the settings file, and check it.
    Config {
        /// Print the default settings, each with what it does.
        #[arg(long, conflicts_with = "check")]
        default: bool,
        /// Write them to the settings file instead. A file that is there is left as it is.
        #[arg(long, requires = "default")]
        write: bool,
        /// Print problems with file and line; exit status 1 if there are any.
        #[arg(long)]
        check: bool,
        /// Open the settings file with your editor ($VISUAL, $EDITOR), then check it. It is made if it is not there.
        #[arg(long, conflicts_with_all = ["default", "check"])]
        edit: bool,
    },
    /// Print the smallest IAM policy that the console needs. With --read-only, the smallest for looking only.
    Policy,
    /// Show a range's network, mask, first, last and usable addresses, and how many of them a subnet of AWS has.
    #[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true, disable_help_subcommand = true)]
    Cidr {
        /// What to do with a range instead of showing it.
        #[command(subcommand)]
        command: Option<CidrCommand>,
        /// A range, for example 10.1.0.0/16, or an address within it, for example 10.10.1.2/26 or 10.10.1.2/255.255.255.192.
        #[arg(required = true)]
        range: Option<String>,
        /// The format.
        #[arg(short, long, value_enum, default_value_t = CidrOutput::Text)]
        output: CidrOutput,
    },
    /// Print the script that makes a shell complete skydeck's options, kinds, fields and names.
    ///
    /// bash: source <(skydeck completions bash), in ~/.bashrc; zsh: source <(skydeck completions zsh), in ~/.zshrc after compinit;
    /// fish: skydeck completions fish > ~/.config/fish/completions/skydeck.fish
    #[command(verbatim_doc_comment)]
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the manual page.
    Man {
        /// The page of this command, for example get; without it, skydeck's own.
        command: Option<String>,
        /// Write every page into this folder, for example ~/.local/share/man/man1.
        #[arg(long, value_name = "DIR", conflicts_with = "command")]
        dir: Option<PathBuf>,
    },
    /// What could stand at the end of a command line: the scripts of `completions` ask it.
    #[command(hide = true)]
    Complete {
        /// The line as bash has it; others hand words.
        #[arg(long)]
        line: Option<String>,
        /// What bash cuts words at.
        #[arg(long, default_value = "", requires = "line")]
        breaks: String,
        /// The words behind the program's name, the last one unfinished.
        #[arg(allow_hyphen_values = true, last = true)]
        words: Vec<String>,
    },
}

/// What `cidr` does beside showing a range.
#[derive(Debug, Subcommand)]
pub enum CidrCommand {
    /// Split a range into equal ones, and show what is left of it.
    Split {
        /// The range, for example 10.1.0.0/16.
        range: String,
        /// Into how many, or how large each is.
        #[command(flatten)]
        how: SplitHow,
        /// The format.
        #[arg(short, long, value_enum, default_value_t = CidrOutput::Text)]
        output: CidrOutput,
    },
}

/// How a range is split.
#[derive(Debug, Clone, Copy, Args)]
#[group(multiple = false)]
pub struct SplitHow {
    /// Into so many, as large as they can be: each has a power of two of addresses, so that 6 are an eighth each.
    #[arg(long, value_name = "N", value_parser = super::usage::ranges)]
    pub into: Option<u64>,
    /// Into all that there are of this prefix length.
    #[arg(long, value_name = "BITS", value_parser = super::usage::prefix)]
    pub prefix: Option<u8>,
}

/// Formats of `cidr`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CidrOutput {
    /// A line for each.
    Text,
    /// One object.
    Json,
}

/// Formats of `get`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// Aligned columns. On a terminal, long cells are cut.
    Table,
    /// All columns that need no extra requests. Nothing is cut.
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
    /// Text, as the console shows it.
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
