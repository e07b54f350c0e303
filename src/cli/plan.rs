//! `skydeck plan ACTION`: what an action would do, without doing it. It sends reads only, in every mode: not even a dry run.

mod gather;

use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;

use serde_json::{Value as Json, json};

use self::gather::Gather;
use super::out::{self, Out};
use super::session::Session;
use super::{Failure, Options, PlanOutput};
use crate::act::look::look;
use crate::act::tools::look_for;
use crate::act::{CliContext, cli_text, script};
use crate::app::arguments::read_words;
use crate::base::text::{suggest, visible};
use crate::base::{FaultKind, Scope};
use crate::export;
use crate::kinds::{Action, ActionContext, Takes, Target};
use crate::model::connect::{Machine, ToolsLook};
use crate::model::files::{FileLook, Files, looks};
use crate::model::my_address::MyAddress;
use crate::model::{Call, Confirm, Cost, Kind, Money, Plan, Severity, TableKey, Values, Waiter};
use crate::query::Query;

/// What is asked for on the command line.
pub(super) struct Wanted<'a> {
    pub(super) action: &'a str,
    pub(super) arguments: &'a [String],
    pub(super) on: Option<&'a str>,
    pub(super) of: Option<&'a str>,
    pub(super) output: PlanOutput,
}

/// The rows that are meant: a kind and a query.
type Rows = (Kind, Query);

/// Tables that a form or a plan wants to know of lead to others at most so often.
const ROUNDS: usize = 6;

/// Makes the plan and prints it.
pub(super) fn plan(options: &Options, wanted: &Wanted<'_>) -> Result<ExitCode, Failure> {
    let session = Session::open(options)?;
    let (action, on) = find(&session, wanted)?;
    for note in &session.notes {
        out::say(note);
    }
    let scopes: Vec<Scope> = session
        .profiles
        .iter()
        .flat_map(|p| p.regions.iter().map(|r| Scope::region(p.name.clone(), r.clone())))
        .collect();
    let mut gather = Gather::new(&session);
    let (scope, targets) = match on {
        Some((kind, query)) => {
            let targets = gather.rows(kind, &scopes, wanted.of, &query)?;
            let Some(first) = targets.first() else {
                return Err(Failure::Failed(format!("No {} match.", kind.name.replace('-', " "))));
            };
            let profile = first.table.scope.profile();
            if let Some(other) = targets.iter().find(|t| t.table.scope.profile() != profile) {
                let other = other.table.scope.profile().cloned().unwrap_or_default();
                return Err(Failure::Usage(format!(
                    "The rows belong to several profiles ({other} among them): name one."
                )));
            }
            if targets.len() > 1 && !action.bulk {
                let text = format!("{} takes one row at a time; {} match.", action.name, targets.len());
                return Err(Failure::Usage(text));
            }
            (first.table.scope.clone(), targets)
        }
        None if wanted.of.is_some() => {
            return Err(Failure::Usage(format!("{} makes something: it has no --of.", action.name)));
        }
        None => match scopes.as_slice() {
            [one] => (one.clone(), Vec::new()),
            many => {
                let text =
                    format!("{} makes something in one place, not in {}: name one --region.", action.name, many.len());
                return Err(Failure::Usage(text));
            }
        },
    };
    let (plan, unknown) = make(&session, &mut gather, action, &scope, targets, wanted.arguments)?;
    let shown = Shown::new(&session, plan);
    out::unread_is_well(shown.print(wanted.output))?;
    if unknown.is_empty() {
        Ok(ExitCode::SUCCESS)
    } else {
        Err(Failure::Partial(format!("not everything that it rests on could be found out: {}", unknown.join("; "))))
    }
}

/// The action, and the rows that it is to be done to.
fn find(session: &Session, wanted: &Wanted<'_>) -> Result<(&'static Action, Option<Rows>), Failure> {
    let registry = &session.registry;
    let named: Vec<&'static Action> = registry.actions.iter().filter(|a| a.name == wanted.action).copied().collect();
    if named.is_empty() {
        let hint = suggest(wanted.action, registry.actions.iter().map(|a| a.name));
        return Err(Failure::Usage(format!("There is no action {}.{hint}", visible(wanted.action))));
    }
    let Some(on) = wanted.on.map(str::trim) else {
        return match named.iter().find(|a| a.takes == Takes::Scope) {
            Some(action) => Ok((action, None)),
            None => {
                let kinds: Vec<&str> = named.iter().map(|a| a.kind).collect();
                let text = format!(
                    "{} acts on {}: say which with --on '{} QUERY'.",
                    wanted.action,
                    kinds.join(" or "),
                    kinds[0]
                );
                Err(Failure::Usage(text))
            }
        };
    };
    let (def, query) = session.kind_and_query(on)?;
    let Some(action) = named.iter().find(|a| a.kind == def.info.name && a.takes == Takes::Rows) else {
        let kinds: Vec<&str> = named.iter().filter(|a| a.takes == Takes::Rows).map(|a| a.kind).collect();
        let text = match kinds.is_empty() {
            true => format!("{} takes no rows: leave --on out.", wanted.action),
            false => format!("{} acts on {}, not on {}.", wanted.action, kinds.join(" and "), def.info.name),
        };
        return Err(Failure::Usage(text));
    };
    let query = Query::parse(&query, def.info).map_err(|e| Failure::Usage(e.message))?;
    Ok((action, Some((Kind(def.info), query))))
}

/// Looks for what there is on this machine to connect with, for an action that starts programs of it.
fn find_programs(session: &Session, gather: &Gather<'_>, action: &Action, targets: &[Target], files: &mut Files) {
    let kind = targets.first().map(|t| t.table.kind).filter(|_| action.programs);
    let Some(connects) = kind.and_then(|kind| session.registry.connects(kind.0)) else { return };
    let (settings, bastions) = (super::session::connect_settings(session), BTreeMap::new());
    let rows = targets.iter().map(|t| (&t.table, &*t.record));
    let keys = connects.keys(&gather.store, rows, (&settings, &bastions));
    let look = ToolsLook { keys, folders: settings.folders.clone() };
    if files.machine.as_ref().is_some_and(|known| known.looked.as_ref() == Some(&look)) {
        return;
    }
    let (tools, simulated) = (Some(look_for(&look)), session.sandbox.is_some());
    files.machine = Some(Box::new(Machine { settings, bastions, simulated, looked: Some(look), tools }));
}

/// The plan, made again as often as tables that it wants to know of come; and what of those could not be read.
fn make(
    session: &Session,
    gather: &mut Gather<'_>,
    action: &'static Action,
    scope: &Scope,
    targets: Vec<Target>,
    arguments: &[String],
) -> Result<(Plan, Vec<String>), Failure> {
    let downloads =
        session.config.settings.downloads.as_ref().map_or_else(|| ".".into(), |p| p.to_string_lossy().into_owned());
    let now = session.clock.now();
    let (targets, skipped) = action.sift(targets);
    for t in &targets {
        if let Err(why) = (action.available)(&t.record) {
            return Err(Failure::Failed(format!("{}: {why}", visible(t.record.label()))));
        }
    }
    let mut asked: Vec<TableKey> = Vec::new();
    let mut values = Values::default();
    let mut files = Files::none();
    let zone = session.zone();
    let me = match super::session::ssh_client() {
        Some(me) => me,
        None if action.my_address => session.runtime.block_on(session.gateway.my_address()),
        None => MyAddress::NotAsked,
    };
    for round in 0.. {
        find_programs(session, gather, action, &targets, &mut files);
        let cx = ActionContext {
            store: &gather.store,
            scope,
            targets: &targets,
            now,
            zone: &zone,
            downloads: &downloads,
            files: &files,
            me: &me,
        };
        let refine = |values: &Values| (action.refine)(&cx, values);
        // What a form offers may come with the tables that it needs: the arguments are read again with each round.
        let mut needs = refine(&values).needs;
        let read = read_words(arguments, Values::default(), &refine);
        if let Ok(read) = &read {
            values = read.clone();
            let spec = refine(&values);
            needs.extend(spec.needs.iter().cloned());
            let unseen: Vec<FileLook> = looks(&spec).into_iter().filter(|l| !files.knows(l)).collect();
            if !unseen.is_empty() && round < ROUNDS {
                for asked in unseen {
                    let view = look(&asked);
                    files.set(asked, view);
                }
                gather.tables(&needs.iter().filter(|t| !asked.contains(t)).cloned().collect::<Vec<_>>(), &targets);
                asked.extend(needs);
                continue;
            }
        }
        let made = action.planned(&cx, &values);
        if let Ok(plan) = &made {
            needs.extend(plan.needs.iter().cloned());
        }
        needs.retain(|t| !asked.contains(t));
        needs.dedup();
        if needs.is_empty() || round == ROUNDS {
            let values = read.map_err(Failure::Usage)?;
            if let Some(field) = refine(&values).fields.iter().find(|f| f.error.is_some()) {
                let why = field.error.as_deref().unwrap_or_default();
                return Err(Failure::Usage(format!("{}: {why}", field.name)));
            }
            let plan = made.map_err(|fault| match fault.kind {
                FaultKind::Bug => Failure::from(fault),
                _ => Failure::Failed(fault.to_string()),
            })?;
            let mut missing = gather.unknown(&asked);
            let open = plan.consequences.iter().filter(|c| c.severity == Severity::Unknown);
            missing.extend(open.map(|c| c.text.clone()));
            return Ok((Plan { skipped, ..plan }, missing));
        }
        gather.tables(&needs, &targets);
        asked.extend(needs);
    }
    Err(Failure::Failed("The plan does not come to an end.".into()))
}

/// A plan, and how it would be run.
struct Shown {
    plan: Plan,
    script: Vec<String>,
    /// One command a step, by itself.
    commands: Vec<String>,
}

impl Shown {
    fn new(session: &Session, plan: Plan) -> Shown {
        // The name that a run of this process would have: client tokens are printed, and each printing has its own.
        let name = format!("{}-{}-0", session.clock.now().millis(), std::process::id());
        let plan = plan.with_tokens(&name);
        let (gateway, endpoint_url) = (session.gateway.clone(), session.endpoint_url.clone());
        let context = move |call: &Call| {
            let profile = call.scope.profile().and_then(|p| gateway.profile_flag(p)).map(str::to_string);
            CliContext { profile, endpoint_url: endpoint_url.clone() }
        };
        let script = script(&plan, &context);
        let commands = plan.calls().map(|c| cli_text(c, &context(c))).collect();
        Shown { plan, script, commands }
    }

    fn print(&self, how: PlanOutput) -> Result<(), Failure> {
        let mut out = Out::open();
        match how {
            PlanOutput::Text => self.text(&mut out)?,
            PlanOutput::Json => {
                export::json(&self.json(), &mut out)?;
                writeln!(out)?;
            }
            PlanOutput::Sh => self.sh(&mut out)?,
        }
        out.end()
    }

    fn text(&self, out: &mut impl Write) -> std::io::Result<()> {
        let plan = &self.plan;
        writeln!(out, "{}", visible(&plan.title))?;
        for s in &plan.subjects {
            writeln!(out, "  {}  {}  {}", visible(&s.label), visible(&s.shown_id), visible(&s.change))?;
        }
        for s in &plan.skipped {
            writeln!(out, "  – {} skipped: {}", visible(&s.label), visible(&s.why))?;
        }
        for c in &plan.consequences {
            writeln!(out, "  {} {}", glyph(c.severity), visible(&c.text))?;
        }
        if let Some(cost) = &plan.cost {
            writeln!(out, "  · {}", visible(&cost.to_string()))?;
        }
        if let Some(undo) = &plan.undo {
            let but = undo.but.as_ref().map(|b| format!(", but {b}")).unwrap_or_default();
            writeln!(out, "  · undo: :{}{}", visible(&undo.line), visible(&but))?;
        }
        if let Confirm::Type(phrase) = plan.confirm() {
            writeln!(out, "  · the console asks for {} to be typed", visible(&phrase))?;
        }
        writeln!(out)?;
        for line in &self.script {
            writeln!(out, "  {line}")?;
        }
        Ok(())
    }

    /// What runs as it stands: the commands, or the script of a sequence.
    fn sh(&self, out: &mut impl Write) -> std::io::Result<()> {
        writeln!(out, "# {}", visible(&self.plan.title))?;
        for line in &self.script {
            writeln!(out, "{line}")?;
        }
        Ok(())
    }

    fn json(&self) -> Json {
        let plan = &self.plan;
        let subject = |s: &crate::model::Subject| {
            json!({
                "kind": s.table.kind.name, "id": s.id.as_str(), "name": s.label.as_str(), "change": s.change,
                "profile": s.table.scope.profile().map(|p| p.as_str()),
                "region": s.table.scope.region_code().map(|r| r.as_str()),
            })
        };
        let skipped =
            |s: &crate::model::Skipped| json!({ "id": s.id.as_str(), "name": s.label.as_str(), "why": s.why });
        let step = |(step, command): (&crate::model::Step, &String)| {
            json!({
                "title": step.title, "service": step.call.op.service.sdk_id(), "operation": step.call.op.name,
                "region": step.call.scope.region_code().map(|r| r.as_str()),
                "parameters": cli_text::input_json(&step.call), "command": command,
                "waits": step.wait != Waiter::AtOnce, "undo": step.undo.as_ref().map(|u| u.call.op.name),
            })
        };
        let consequence = |c: &crate::model::Consequence| json!({ "severity": word(c.severity), "text": c.text });
        let (confirm, phrase) = match plan.confirm() {
            Confirm::Enter => ("enter", None),
            Confirm::Type(phrase) => ("type", Some(phrase)),
        };
        json!({
            "action": plan.action, "title": plan.title, "confirm": confirm, "phrase": phrase,
            "subjects": plan.subjects.iter().map(subject).collect::<Vec<_>>(),
            "skipped": plan.skipped.iter().map(skipped).collect::<Vec<_>>(),
            "consequences": plan.consequences.iter().map(consequence).collect::<Vec<_>>(),
            "cost": plan.cost.as_ref().map(|c| cost(plan, c)), "undo": plan.undo.as_ref().map(|u| u.line.as_str()),
            "steps": plan.steps.iter().zip(&self.commands).map(step).collect::<Vec<_>>(),
            "script": self.script,
        })
    }
}

/// What it changes about the bill, as numbers; `assumed`: the prices are another region's than one that the plan is for.
fn cost(plan: &Plan, cost: &Cost) -> Json {
    let money = cost.money.as_ref();
    let elsewhere = |m: &Money| plan.calls().any(|c| c.scope.region_code().is_none_or(|r| r != m.list.region));
    json!({
        "effect": cost.effect.word(),
        // To a hundredth of a cent.
        "amount": money.map(|m| (m.amount * 1e4).round() / 1e4),
        "currency": money.map(|m| m.list.currency), "per": money.map(|m| m.per.word()),
        "prices": money.map(|m| json!({ "region": m.list.region, "month": m.list.month, "assumed": elsewhere(m) })),
        "text": cost.to_string(),
    })
}

const fn glyph(severity: Severity) -> char {
    match severity {
        Severity::Severe => '!',
        Severity::Unknown => '?',
        Severity::Note => '·',
    }
}

const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Severe => "severe",
        Severity::Unknown => "unknown",
        Severity::Note => "note",
    }
}
