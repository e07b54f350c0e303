//! What a shell is told: to ask this program. `skydeck completions bash` prints it.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::Cli;

const BASH: &str = include_str!("skydeck.bash");
const ZSH: &str = include_str!("skydeck.zsh");
const FISH: &str = include_str!("skydeck.fish");

/// The script for a shell. Shells that nobody here uses know options and commands only.
pub(in crate::cli) fn script(shell: Shell) -> Vec<u8> {
    match shell {
        Shell::Bash => BASH.into(),
        Shell::Zsh => ZSH.into(),
        Shell::Fish => FISH.into(),
        other => {
            let mut script = Vec::new();
            clap_complete::generate(other, &mut Cli::command(), "skydeck", &mut script);
            script
        }
    }
}
