//! A plan as a shell script that does the same with the AWS CLI.
//!
//! Calls that stand for themselves are one command each. Where a step uses an earlier answer, waits, or keeps a secret, it is a script: ids
//! are shell variables (`--query … --output text`), waits are `aws … wait` ([`mod@waits`]), a private key goes into a file as the console makes it.

mod waits;

use super::cli_text::{self, CliContext};
use crate::base::text::shell_quote;
use crate::model::{Call, Keep, Out, Outputs, Plan, RunBatch};

pub use waits::has_cli_waiter;
use waits::waits;

/// The plan's commands: one text each, or the lines of a script that begins with `set -eu`. `context` says how a call's profile is reached.
pub fn script(plan: &Plan, context: &dyn Fn(&Call) -> CliContext) -> Vec<String> {
    if !plan.is_sequence() {
        return plan.calls().map(|c| cli_text::cli_text(c, &context(c))).collect();
    }
    let variables = variables(plan);
    // Several ids are words of their own: such a variable stands without quotes, which is what `${NAME}` says here.
    let dollar = |out: &Out, name: &str| if out.is_several() { format!("${{{name}}}") } else { format!("${name}") };
    let names: Outputs =
        variables.iter().map(|(out, name)| ((out.step, out.output.into()), dollar(out, name).into())).collect();
    let mut lines = vec!["set -eu".to_string()];
    let mut batch: Option<RunBatch> = None;
    for (i, step) in plan.steps.iter().enumerate() {
        let context = context(&step.call);
        if let Some(new) = step.batch.filter(|new| batch != Some(*new)) {
            batch = Some(new);
            lines.push(format!("# batch {} of {}", new.number, new.of));
        }
        lines.extend(waits(&step.before, &context, &names));
        let words = command(&step.call, &context, &names);
        let made = variables.iter().find(|(out, _)| out.step == i);
        let kept = step.keep.first();
        match (made, kept) {
            (_, Some(Keep::File { output, path })) => {
                let words = format!("{words} --query {} --output text", shell_quote(output));
                // `set -C`: never over another file. It is opened before the call leaves, and taken away again if that fails.
                let path = shell_quote(&path.to_string_lossy()).into_owned();
                lines.push(format!("(umask 0377; set -C; exec 3> {path}; {words} >&3 || {{ rm -f {path}; exit 1; }})"));
            }
            (Some((out, name)), None) => {
                lines.push(format!("{name}=$({words} --query {} --output text)", shell_quote(out.output)));
            }
            (None, None) => lines.push(words),
        }
        lines.extend(waits(&step.wait, &context, &names));
    }
    lines
}

/// A name for each answer that a later step uses: `VOLUME_ID`, and `VOLUME_ID_2` for the second.
fn variables(plan: &Plan) -> Vec<(Out, String)> {
    let mut used: Vec<Out> = Vec::new();
    let uses = plan.steps.iter().flat_map(|s| s.call.uses().into_iter().chain(s.wait.uses()));
    for out in uses {
        if !used.contains(&out) {
            used.push(out);
        }
    }
    let mut named: Vec<(Out, String)> = Vec::new();
    for out in used {
        let last = out.output.rsplit('.').next().unwrap_or(out.output);
        let name = cli_text::kebab(last).replace('-', "_").to_ascii_uppercase();
        let name = if out.is_several() { format!("{name}S") } else { name };
        let same =
            named.iter().filter(|(_, n)| n.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_') == name).count();
        named.push((out, if same == 0 { name } else { format!("{name}_{}", same + 1) }));
    }
    named
}

/// A command in which `$NAME` stands for what an earlier one answered. A variable is quoted, and nothing else in it is read by the shell.
fn command(call: &Call, context: &CliContext, names: &Outputs) -> String {
    let uses: Vec<String> =
        call.uses().iter().filter_map(|o| names.get(&(o.step, o.output.into()))).map(ToString::to_string).collect();
    let call = call.resolve_known(names);
    let words = cli_text::argv(&call, context);
    let quoted = words.iter().map(|word| {
        if uses.contains(word) {
            return variable(word);
        }
        // A variable inside JSON: the quotes are closed around it.
        let mut text = shell_quote(word).into_owned();
        for name in &uses {
            text = text.replace(&format!("\"{name}\""), &format!("\"'\"{name}\"'\""));
        }
        text
    });
    cli_text::feed(&call) + &quoted.collect::<Vec<_>>().join(" ")
}

/// `"$VOLUME_ID"`; `${INSTANCE_IDS}` for what is several words.
fn variable(word: &str) -> String {
    if word.starts_with("${") { word.into() } else { format!("\"{word}\"") }
}
