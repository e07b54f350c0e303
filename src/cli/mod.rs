//! The command line: what each command does, and its exit status.
//!
//! 0 complete, 1 failed, 2 wrong usage, 3 rows but not all of them (`get`). An error is one sentence on standard error that names
//! what is wrong, and the hints that go with it.

mod args;
mod check;
mod cidr;
mod complete;
mod console_output;
mod edit;
mod files;
mod get;
mod man;
mod out;
mod plan;
mod sandbox;
mod session;
mod usage;

use std::process::ExitCode;

use clap::Parser;

use crate::base::Fault;
pub use args::{CidrCommand, CidrOutput, Cli, Command, Options, Output, PlanOutput, SplitHow};

/// An end that is not success.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something went wrong: status 1.
    Failed(String),
    /// The command line or a file is wrong: status 2.
    Usage(String),
    /// Rows were printed, but not all: status 3.
    Partial(String),
    /// Nobody reads the output any more, which is no failure: said to nobody, status 0.
    Unread,
}

impl From<Fault> for Failure {
    fn from(f: Fault) -> Self {
        let hints: String = f.hints.iter().map(|h| format!("\n  {h}")).collect();
        Failure::Failed(format!("{f}{hints}"))
    }
}

impl From<csv::Error> for Failure {
    fn from(e: csv::Error) -> Self {
        match e.into_kind() {
            csv::ErrorKind::Io(e) => e.into(),
            other => Failure::Failed(format!("the table cannot be written as CSV: {other:?}")),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(e: std::io::Error) -> Self {
        // `skydeck get instances | head`: who reads has had enough. Status 0, because under `set -o pipefail` any other would be the
        // pipeline's, and whether the reader ends before the writer does is chance.
        if e.kind() == std::io::ErrorKind::BrokenPipe {
            return Failure::Unread;
        }
        Failure::Failed(e.to_string())
    }
}

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => {
            // Help and version are no errors; clap knows which stream and status each has (2 for wrong usage).
            let status = u8::try_from(e.exit_code()).unwrap_or(2);
            match usage::sentence(&e) {
                Some(text) => out::say(&format!("{text}\n  skydeck --help says more.")),
                None => {
                    // Help that a full disk takes no more of was not given; wrong usage is wrong whoever reads of it.
                    if let Err(e) = e.print()
                        && status == 0
                        && e.kind() != std::io::ErrorKind::BrokenPipe
                    {
                        out::say(&format!("standard output cannot be written to: {e}"));
                        return ExitCode::FAILURE;
                    }
                }
            }
            return ExitCode::from(status);
        }
    };
    match dispatch(cli) {
        Ok(code) => code,
        Err(failure) => {
            let (text, status) = match failure {
                Failure::Unread => return ExitCode::SUCCESS,
                Failure::Failed(t) => (t, 1),
                Failure::Usage(t) => (t, 2),
                Failure::Partial(t) => (t, 3),
            };
            out::say(&text);
            ExitCode::from(status)
        }
    }
}

fn dispatch(cli: Cli) -> Result<ExitCode, Failure> {
    match cli.command {
        None => session::console(&cli.options, &cli.view),
        Some(Command::Find { text, output, columns }) => {
            let kind = crate::kinds::derived::found::INFO.name.to_string();
            get::get(&cli.options, get::Wanted { kind, query: text, output, columns, sort: None, of: None })
        }
        Some(Command::Doctor { question, output, columns }) => {
            let kind = crate::kinds::derived::doctor::INFO.name.to_string();
            // A name with blanks is one word of the shell's.
            let query = question.iter().map(|w| format!("\"{}\"", w.replace('"', ""))).collect();
            get::get(&cli.options, get::Wanted { kind, query, output, columns, sort: None, of: None })
        }
        Some(Command::Why { text, output, columns }) => {
            let kind = crate::kinds::derived::why::INFO.name.to_string();
            get::get(&cli.options, get::Wanted { kind, query: text, output, columns, sort: None, of: None })
        }
        Some(Command::Get { kind, query, output, columns, sort, of }) => {
            get::get(&cli.options, get::Wanted { kind, query, output, columns, sort, of })
        }
        Some(Command::ConsoleOutput { instance, follow }) => console_output::print(&cli.options, &instance, follow),
        Some(Command::Plan { action, arguments, on, of, output }) => {
            let (on, of) = (on.as_deref(), of.as_deref());
            plan::plan(&cli.options, &plan::Wanted { action: &action, arguments: &arguments, on, of, output })
        }
        Some(Command::Sandbox { listen, save }) => sandbox::serve_until_told(&cli.options, listen, save),
        Some(Command::Check) => check::check(&cli.options),
        Some(Command::Config { default, write: true, .. }) if default => edit::write_default(&cli.options),
        Some(Command::Config { edit: true, .. }) => edit::edit(&cli.options),
        Some(Command::Config { default, check, .. }) => files::config(&cli.options, default, check),
        Some(Command::Policy) => files::policy(cli.options.read_only),
        Some(Command::Cidr { command: Some(CidrCommand::Split { range, how, output }), .. }) => {
            cidr::show_split(&range, how, output)
        }
        Some(Command::Cidr { range, output, .. }) => cidr::show(&range.unwrap_or_default(), output),
        Some(Command::Completions { shell }) => {
            out::print(&String::from_utf8_lossy(&complete::script(shell)))?;
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Complete { line, breaks, words }) => {
            complete::complete(&cli.options, words, line.map(|line| (line, breaks)))?;
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Man { command, dir }) => man::man(command.as_deref(), dir.as_deref()),
    }
}
