//! A plan's waits in a shell script: the AWS CLI's own waiters, `sleep` for a pause, and a loop where the CLI has no waiter.

use std::time::Duration;

use arcstr::ArcStr;

use super::super::cli_text::{self, CliContext};
use super::variable;
use crate::base::RowId;
use crate::base::text::shell_quote;
use crate::kinds::elbv2::targets::split_row_id;
use crate::model::{FieldInfo, Outputs, TableKey, Waiter};

/// The CLI's waiters by kind and state: the command's words and the option that takes the ids
/// (`aws ec2 wait help` lists them).
const WAITERS: &[(&str, &str, &str, &str)] = &[
    ("instances", "running", "ec2 wait instance-running", "--instance-ids"),
    ("instances", "stopped", "ec2 wait instance-stopped", "--instance-ids"),
    ("instances", "terminated", "ec2 wait instance-terminated", "--instance-ids"),
    ("images", "available", "ec2 wait image-available", "--image-ids"),
    ("snapshots", "completed", "ec2 wait snapshot-completed", "--snapshot-ids"),
    ("subnets", "available", "ec2 wait subnet-available", "--subnet-ids"),
    ("vpcs", "available", "ec2 wait vpc-available", "--vpc-ids"),
    ("volumes", "available", "ec2 wait volume-available", "--volume-ids"),
    ("volumes", "in-use", "ec2 wait volume-in-use", "--volume-ids"),
    ("volumes", "deleted", "ec2 wait volume-deleted", "--volume-ids"),
    ("nat-gateways", "available", "ec2 wait nat-gateway-available", "--nat-gateway-ids"),
    ("nat-gateways", "deleted", "ec2 wait nat-gateway-deleted", "--nat-gateway-ids"),
    // There is none for a request that waits to be accepted; one that exists can be.
    ("peerings", "pending-acceptance", "ec2 wait vpc-peering-connection-exists", "--vpc-peering-connection-ids"),
    ("peerings", "deleted", "ec2 wait vpc-peering-connection-deleted", "--vpc-peering-connection-ids"),
];

/// The same for a field of the rows that reads as a text: kind, field, text.
const FIELD_WAITERS: &[(&str, &str, &str, &str, &str)] = &[
    ("instance-statuses", "instance", "ok", "ec2 wait instance-status-ok", "--instance-ids"),
    ("instance-statuses", "system", "ok", "ec2 wait system-status-ok", "--instance-ids"),
];

/// Targets' states for which the CLI has a waiter (`aws elbv2 wait help`).
const TARGET_WAITERS: &[(&str, &str)] = &[("healthy", "target-in-service"), ("unused", "target-deregistered")];

/// Lists of an Auto Scaling group's row, and the members' state in them.
const MEMBERS: &[(&str, &str)] = &[("standby", "Standby"), ("serving", "InService")];

/// How often a loop looks.
const LOOK: Duration = Duration::from_secs(5);

/// The lines of a wait.
pub(super) fn waits(wait: &Waiter, context: &CliContext, names: &Outputs) -> Vec<String> {
    // Profile, region and endpoint as in the calls: what follows `aws SERVICE OPERATION`.
    let options = |table: &TableKey| -> String {
        let words = cli_text::options(&table.scope, context);
        words.iter().fold(String::new(), |out, word| out + " " + &shell_quote(word))
    };
    let listed = |ids: &[RowId]| -> String {
        let ids = ids.iter().map(|id| match names.values().any(|n| n == id) {
            true => variable(id),
            false => shell_quote(id).into_owned(),
        });
        ids.collect::<Vec<_>>().join(" ")
    };
    match wait.resolve(names) {
        // What the CLI has no words for: a script is run when whoever runs it sees that it is so.
        Waiter::AtOnce | Waiter::Created { .. } | Waiter::Rest { .. } => Vec::new(),
        // A pause comes before what has to be so at its end.
        Waiter::All(parts) => {
            let (first, then): (Vec<_>, Vec<_>) = parts.iter().partition(|p| matches!(p, Waiter::Pause { .. }));
            first.into_iter().chain(then).flat_map(|p| waits(p, context, names)).collect()
        }
        Waiter::Pause { length, .. } => vec![format!("sleep {}", length.as_secs())],
        Waiter::Field { table, ids, field, want, .. } => {
            let known = |(kind, f, text, ..): &&(&str, &str, &str, &str, &str)| {
                *kind == table.kind.name && *f == field.name && *text == want
            };
            let waiter = FIELD_WAITERS.iter().find(known);
            let line = |(_, _, _, words, option): &(&str, &str, &str, &str, &str)| {
                format!("aws {words} {option} {}{}", listed(&ids), options(&table))
            };
            waiter.map(line).into_iter().collect()
        }
        Waiter::Holds { table, field, items, within, .. } => {
            holds(field, &items, within, &options(&table)).into_iter().collect()
        }
        Waiter::State { table, ids, want, .. } if table.kind.name == "alarms" => alarms(&ids, want, &options(&table)),
        Waiter::State { table, ids, want, .. } if table.kind.name == "targets" => {
            targets(&ids, want.first().copied().unwrap_or_default(), &options(&table))
        }
        Waiter::State { table, ids, want, gone_is_fine, .. } => {
            let state = want.first().copied().unwrap_or(if gone_is_fine { "deleted" } else { "" });
            let Some((_, _, words, option)) = WAITERS.iter().find(|(k, s, ..)| *k == table.kind.name && *s == state)
            else {
                return Vec::new();
            };
            vec![format!("aws {words} {option} {}{}", listed(&ids), options(&table))]
        }
    }
}

/// A line for each target group: the CLI's waiters take one.
fn targets(ids: &[RowId], state: &str, options: &str) -> Vec<String> {
    let Some((_, waiter)) = TARGET_WAITERS.iter().find(|(s, _)| *s == state) else { return Vec::new() };
    let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
    for (arn, target, port) in ids.iter().filter_map(|id| split_row_id(id)) {
        let port = port.map(|p| format!(",Port={p}")).unwrap_or_default();
        let target = shell_quote(&format!("Id={target}{port}")).into_owned();
        match groups.iter_mut().find(|(known, _)| *known == arn) {
            Some((_, all)) => all.push(target),
            None => groups.push((arn, vec![target])),
        }
    }
    let line = |(arn, all): (&str, Vec<String>)| {
        format!("aws elbv2 wait {waiter} --target-group-arn {} --targets {}{options}", shell_quote(arn), all.join(" "))
    };
    groups.into_iter().map(line).collect()
}

/// Alarms of which none may be in ALARM: the script ends if one is. What cannot be read ends it, too.
fn alarms(names: &[RowId], want: &[&str], options: &str) -> Vec<String> {
    if want.contains(&"ALARM") {
        return Vec::new();
    }
    let all = names.iter().map(|n| shell_quote(n).into_owned()).collect::<Vec<_>>().join(" ");
    vec![
        format!(
            "ALARMS=$(aws cloudwatch describe-alarms --alarm-names {all} --alarm-types MetricAlarm CompositeAlarm \
             --state-value ALARM --query '[MetricAlarms,CompositeAlarms][].AlarmName' --output text{options})"
        ),
        "[ -z \"$ALARMS\" ] || { echo \"In ALARM: $ALARMS\" >&2; exit 1; }".into(),
    ]
}

/// Members of an Auto Scaling group that have to come to a state: the CLI has no waiter for that.
fn holds(field: &FieldInfo, members: &[ArcStr], within: Duration, options: &str) -> Option<String> {
    let (_, state) = MEMBERS.iter().find(|(name, _)| *name == field.name)?;
    let all = members.iter().map(|m| shell_quote(m).into_owned()).collect::<Vec<_>>().join(" ");
    let (looks, seconds) = (within.as_secs() / LOOK.as_secs(), LOOK.as_secs());
    let count = format!(
        "$(aws autoscaling describe-auto-scaling-instances --instance-ids {all} --query \
         'length(AutoScalingInstances[?LifecycleState==`{state}`])' --output text{options})"
    );
    Some(format!(
        "n=0; until [ \"{count}\" = {} ]; do n=$((n+1)); [ $n -le {looks} ] || {{ echo 'Not {state} in time' >&2; \
         exit 1; }}; sleep {seconds}; done",
        members.len()
    ))
}

/// Whether a script can say this wait: every wait between two steps has to be one of the CLI's, or a loop of ours.
pub fn has_cli_waiter(wait: &Waiter) -> bool {
    match wait {
        Waiter::AtOnce | Waiter::Pause { .. } => true,
        Waiter::All(parts) => parts.iter().all(has_cli_waiter),
        Waiter::Rest { .. } => false,
        Waiter::Field { table, field, want, .. } => {
            FIELD_WAITERS.iter().any(|(k, f, text, ..)| *k == table.kind.name && *f == field.name && text == want)
        }
        Waiter::Holds { table, field, .. } => {
            table.kind.name == "auto-scaling-groups" && MEMBERS.iter().any(|(name, _)| *name == field.name)
        }
        Waiter::State { table, .. } if table.kind.name == "alarms" => true,
        // A target that nobody checks is not waited for.
        Waiter::State { table, .. } if table.kind.name == "targets" => true,
        Waiter::State { table, want, gone_is_fine, .. } | Waiter::Created { table, want, gone_is_fine, .. } => {
            let state = want.first().copied().unwrap_or(if *gone_is_fine { "deleted" } else { "" });
            WAITERS.iter().any(|(k, s, ..)| *k == table.kind.name && *s == state)
        }
    }
}
