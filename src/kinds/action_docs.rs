//! `docs/actions.md`, made from the actions themselves.

use std::fmt::Write as _;

use super::action::{Action, MenuGroup};
use super::registry::Registry;
use crate::model::{Kind, Operation, Retry};

const HEAD: &str = "# Actions

Made from the code; do not edit. These are the actions that `a` lists for a row and that the palette takes as
`:ACTION [ARGUMENTS]`. An action applies to the marked rows, or to the focused row if none is marked. Arguments are the fields
of the action's form: `name=value`, the bare name of a toggle, or values in the order of the fields.

Every change has a form, a plan and a confirmation, and is watched until it is done. The plan shows the calls as `aws` commands;
Enter alone confirms it only if nothing in it is destructive, severe (`!`) or unknown (`?`).

Retry *safe*: sending the call twice has the same result as sending it once. *Never*: it is sent once, and if no answer comes, its
outcome is checked by looking. *Dry run*: EC2 says beforehand whether IAM allows the call.

";

/// The page. A test fails when the file in `docs/` is not this.
pub fn actions_md(registry: &Registry) -> String {
    let mut out = String::from(HEAD);
    out.push_str("| action | on | in the menu under | several rows | changes the account |\n|---|---|---|---|---|\n");
    let menus = || registry.kinds.iter().map(|k| (k.info, registry.actions_of(Kind(k.info))));
    for a in menus().flat_map(|(_, actions)| actions) {
        let yes = |b: bool| if b { "yes" } else { "no" };
        let _ = writeln!(
            out,
            "| [`{0}`](#{1}) | `{2}` | {3} | {4} | {5} |",
            a.name,
            anchor(a),
            a.kind,
            a.group.map_or("", MenuGroup::title),
            yes(a.bulk),
            yes(a.changes)
        );
    }
    for (info, actions) in menus() {
        let mut actions = actions.peekable();
        if actions.peek().is_some() {
            let _ = write!(out, "\n## {}\n", info.title);
        }
        for a in actions {
            action(&mut out, a);
        }
    }
    out
}

fn action(out: &mut String, a: &Action) {
    let _ = write!(out, "\n### {} {}\n\n{}\n", a.kind, a.name, a.doc);
    out.push_str("\n| call | retry | dry run | IAM |\n|---|---|---|---|\n");
    for op in a.operations.iter().map(|s| &s.op) {
        let dry = if op.dry_run { "yes" } else { "–" };
        let iam: Vec<String> = op.iam_actions().iter().map(|i| format!("`{i}`")).collect();
        let _ = writeln!(out, "| `{} {}` | {} | {dry} | {} |", op.service.cli(), op.name, retry(op), iam.join(", "));
    }
}

const fn retry(op: &Operation) -> &'static str {
    match op.retry {
        Retry::Safe => "safe",
        Retry::Token => "safe, thanks to its token",
        Retry::Never => "never",
    }
}

fn anchor(a: &Action) -> String {
    format!("{}-{}", a.kind, a.name)
}
