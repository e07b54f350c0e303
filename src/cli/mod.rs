//! The command line: what each command does, and its exit status.
//!
//! 0 complete, 1 failed, 2 wrong usage, 3 rows but not all of them (`get`). An error is one sentence on standard error that names
//! what is wrong, and the hints that go with it.

mod args;
mod check;
mod files;
mod get;
mod plan;
mod sandbox;
mod session;
mod usage;

use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::base::Fault;
use crate::base::text::visible;
pub use args::{Cli, Command, Options, Output, PlanOutput};

/// An end that is not success.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something went wrong: status 1.
    Failed(String),
    /// The command line or a file is wrong: status 2.
    Usage(String),
    /// Rows were printed, but not all: status 3.
    Partial(String),
    /// Nobody reads the output any more: said to nobody, status 1.
    Unread,
}

impl From<Fault> for Failure {
    fn from(f: Fault) -> Self {
        let hints: String = f.hints.iter().map(|h| format!("\n  {h}")).collect();
        Failure::Failed(format!("{f}{hints}"))
    }
}

impl From<std::io::Error> for Failure {
    fn from(e: std::io::Error) -> Self {
        // `skydeck get instances | head`: who reads has had enough, which is no failure to speak of.
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
                Some(text) => {
                    let _ = writeln!(std::io::stderr(), "skydeck: {}\n  skydeck --help says more.", visible(&text));
                }
                None => {
                    let _ = e.print();
                }
            }
            return ExitCode::from(status);
        }
    };
    match dispatch(cli) {
        Ok(code) => code,
        Err(failure) => {
            let (text, status) = match failure {
                Failure::Unread => return ExitCode::FAILURE,
                Failure::Failed(t) => (t, 1),
                Failure::Usage(t) => (t, 2),
                Failure::Partial(t) => (t, 3),
            };
            let lines: Vec<String> = text.lines().map(|l| visible(l).into_owned()).collect();
            let _ = writeln!(std::io::stderr(), "skydeck: {}", lines.join("\n"));
            ExitCode::from(status)
        }
    }
}

fn dispatch(cli: Cli) -> Result<ExitCode, Failure> {
    match cli.command {
        None => session::console(&cli.options, &cli.view),
        Some(Command::Get { kind, query, output, of }) => get::get(&cli.options, &kind, &query, output, of),
        Some(Command::Plan { action, arguments, on, of, output }) => {
            let (on, of) = (on.as_deref(), of.as_deref());
            plan::plan(&cli.options, &plan::Wanted { action: &action, arguments: &arguments, on, of, output })
        }
        Some(Command::Sandbox { listen, save }) => sandbox::serve_until_told(&cli.options, listen, save),
        Some(Command::Check) => check::check(&cli.options),
        Some(Command::Config { default, check }) => files::config(&cli.options, default, check),
        Some(Command::Policy) => files::policy(cli.options.read_only),
        Some(Command::Cidr { range }) => files::cidr(&range),
        Some(Command::Completions { shell }) => {
            // Not straight to standard output: the generator panics where nobody reads to the end.
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "skydeck", &mut script);
            std::io::stdout().write_all(&script)?;
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Man) => {
            clap_mangen::Man::new(Cli::command()).render(&mut std::io::stdout())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
