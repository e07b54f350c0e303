//! A plan as a shell script that does the same with the AWS CLI.
//!
//! Calls that stand for themselves are one command each. Where a step uses an earlier answer, waits, or keeps a secret, it is a script: ids
//! are shell variables (`--query … --output text`), waits are `aws … wait`, a private key goes into a file as the console makes it.

use super::cli_text::{self, CliContext};
use crate::base::text::shell_quote;
use crate::model::{Call, Keep, Out, Outputs, Plan, Waiter};

/// The CLI's waiters by kind and state: the command's words and the option that takes the ids
/// (`aws ec2 wait help` lists them).
const WAITERS: &[(&str, &str, &str, &str)] = &[
    ("instances", "running", "ec2 wait instance-running", "--instance-ids"),
    ("instances", "stopped", "ec2 wait instance-stopped", "--instance-ids"),
    ("instances", "terminated", "ec2 wait instance-terminated", "--instance-ids"),
    ("images", "available", "ec2 wait image-available", "--image-ids"),
    ("snapshots", "completed", "ec2 wait snapshot-completed", "--snapshot-ids"),
    ("volumes", "available", "ec2 wait volume-available", "--volume-ids"),
    ("volumes", "in-use", "ec2 wait volume-in-use", "--volume-ids"),
    ("volumes", "deleted", "ec2 wait volume-deleted", "--volume-ids"),
];

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
    for (i, step) in plan.steps.iter().enumerate() {
        let context = context(&step.call);
        lines.extend(waits(&step.before, &context, &names, &step.call));
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
        lines.extend(waits(&step.wait, &context, &names, &step.call));
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

fn waits(wait: &Waiter, context: &CliContext, names: &Outputs, call: &Call) -> Vec<String> {
    match wait.resolve(names) {
        // What the CLI has no words for: a script is run when whoever runs it sees that it is so.
        Waiter::AtOnce | Waiter::Created { .. } | Waiter::Field { .. } | Waiter::Rest { .. } => Vec::new(),
        Waiter::All(parts) => parts.iter().flat_map(|p| waits(p, context, names, call)).collect(),
        Waiter::State { table, ids, want, gone_is_fine, .. } => {
            let state = want.first().copied().unwrap_or(if gone_is_fine { "deleted" } else { "" });
            let Some((_, _, words, option)) = WAITERS.iter().find(|(k, s, ..)| *k == table.kind.name && *s == state)
            else {
                return Vec::new();
            };
            let ids = ids.iter().map(|id| match names.values().any(|n| n == id) {
                true => variable(id),
                false => shell_quote(id).into_owned(),
            });
            let mut line = format!("aws {words} {option} {}", ids.collect::<Vec<_>>().join(" "));
            let whole = Call { args: Vec::new(), scope: table.scope.clone(), ..call.clone() };
            // Profile, region and endpoint as in the calls: what follows `aws SERVICE OPERATION`.
            for word in cli_text::argv(&whole, context).iter().skip(3) {
                line.push(' ');
                line.push_str(&shell_quote(word));
            }
            vec![line]
        }
    }
}

/// Whether a script can say this wait: every wait between two steps has to be one of the CLI's.
pub fn has_cli_waiter(wait: &Waiter) -> bool {
    match wait {
        Waiter::AtOnce => true,
        Waiter::All(parts) => parts.iter().all(has_cli_waiter),
        Waiter::Field { .. } | Waiter::Rest { .. } => false,
        Waiter::State { table, want, gone_is_fine, .. } | Waiter::Created { table, want, gone_is_fine, .. } => {
            let state = want.first().copied().unwrap_or(if *gone_is_fine { "deleted" } else { "" });
            WAITERS.iter().any(|(k, s, ..)| *k == table.kind.name && *s == state)
        }
    }
}
