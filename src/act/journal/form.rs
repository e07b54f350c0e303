//! A run as JSON: what `began` has to say so that a later start of the program can continue with it, and how that is read back. What
//! cannot be read back exactly (an operation, a kind or a field that is not there any more) is left out, never guessed.
//!
//! Arguments are JSON as the API has it; what JSON has no word for is an object with one key that begins with `$`: `$out` (step and
//! output), `$float`, `$blob` (base64), `$secret` (its content is kept nowhere), `$token`.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use arcstr::ArcStr;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json, json};

use super::{read_row, write_row};
use crate::base::{RowId, Scope, Secret};
use crate::kinds::Registry;
use crate::model::{
    Arg, Call, Keep, KnownBy, Operation, Out, RunBatch, RunRecord, Step, StepUndo, TableKey, Undo, Waiter,
};

/// The plan's part of `began`.
pub(super) fn write(run: &RunRecord) -> Map<String, Json> {
    let undo = run.undo.as_ref().map(|u| {
        let on: Vec<Json> = u.on.iter().map(|(table, id)| write_row(table, id)).collect();
        json!({ "line": u.line, "but": u.but, "on": on })
    });
    let rows: Vec<Json> = run.rows.iter().map(|(table, id)| write_row(table, id)).collect();
    let steps: Vec<Json> = run.steps.iter().map(write_step).collect();
    let all = json!({
        "title": run.title, "action": run.action.as_str(), "rows": rows, "undo": undo, "then": run.then, "careful": run.careful, "wait": write_wait(&run.wait), "steps": steps,
    });
    if let Json::Object(map) = all { map } else { Map::new() }
}

/// Reads it back. `None`: it is no run that this program can speak of.
pub(super) fn read(line: &Json, name: &str, registry: &Registry) -> Option<RunRecord> {
    let text = |key: &str| line.get(key).and_then(Json::as_str);
    let rows = |of: &Json, key: &str| -> Option<Vec<(TableKey, RowId)>> {
        Some(of.get(key)?.as_array()?.iter().filter_map(|r| read_row(r, registry)).collect())
    };
    let undo = line.get("undo").filter(|u| u.is_object()).and_then(|u| {
        let word = |key: &str| u.get(key).and_then(Json::as_str).map(str::to_string);
        Some(Undo { line: word("line")?, but: word("but"), on: rows(u, "on")? })
    });
    let operations = registry.operations();
    let steps: Option<Vec<Step>> =
        line.get("steps")?.as_array()?.iter().map(|s| read_step(s, registry, &operations)).collect();
    let steps = steps?;
    Some(RunRecord {
        name: name.to_string(),
        when: crate::base::Time::parse(text("at")?)?,
        title: text("title")?.to_string(),
        action: text("action")?.into(),
        rows: rows(line, "rows")?,
        undo,
        // Journals of before do not have it.
        then: line
            .get("then")
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .filter_map(|t| Some(t.as_str()?.into()))
            .collect(),
        careful: line.get("careful").and_then(Json::as_bool).unwrap_or(true),
        wait: read_wait(line.get("wait")?, registry, &operations)?,
        states: vec![crate::model::StepState::NotSent; steps.len()],
        ready: vec![false; steps.len()],
        waited: vec![false; steps.len()],
        times: vec![crate::model::StepTimes::default(); steps.len()],
        lost: vec![None; steps.len()],
        over: None,
        steps,
        outputs: crate::model::Outputs::new(),
        ended: None,
    })
}

fn write_step(step: &Step) -> Json {
    let undo = step.undo.as_ref().map(|u| {
        json!({
            "title": u.title, "call": write_call(&u.call), "wait": write_wait(&u.wait), "destructive": u.destructive, "hurts": u.hurts,
        })
    });
    let keep: Vec<Json> = step
        .keep
        .iter()
        .map(|Keep::File { output, path }| json!({ "file": path.to_string_lossy(), "output": output }))
        .collect();
    json!({
        "title": step.title, "before": write_wait(&step.before), "call": write_call(&step.call), "wait": write_wait(&step.wait),
        "undo": undo, "keep": keep, "may_be_refused": step.may_be_refused, "may_repeat": step.may_repeat,
        "known_by": step.known_by.as_ref().map(write_known_by),
        "batch": step.batch.map(|b| json!([b.number, b.of])), "brings_back": step.brings_back,
    })
}

fn write_known_by(by: &KnownBy) -> Json {
    let fields: Vec<Json> = by.fields.iter().map(|(field, text)| json!([field.name, text.as_str()])).collect();
    json!({ "table": write_row(&by.table, &RowId::new()), "fields": fields, "output": by.output })
}

fn read_known_by(by: &Json, op: &Operation, registry: &Registry) -> Option<KnownBy> {
    let (table, _) = read_row(by.get("table")?, registry)?;
    let output = by.get("output")?.as_str()?;
    let output = op.outputs.iter().find(|o| **o == output)?;
    let fields = by.get("fields")?.as_array()?.iter().map(|pair| {
        let [name, text] = pair.as_array()?.as_slice() else { return None };
        Some((table.kind.fields.at(table.kind.index_of(name.as_str()?)?), ArcStr::from(text.as_str()?)))
    });
    let fields = fields.collect::<Option<Vec<_>>>().filter(|fields| !fields.is_empty())?;
    Some(KnownBy { table, fields, output })
}

fn read_step(step: &Json, registry: &Registry, operations: &[&'static Operation]) -> Option<Step> {
    let text = |of: &Json, key: &str| of.get(key).and_then(Json::as_str).map(str::to_string);
    let call = read_call(step.get("call")?, operations)?;
    let undo = match step.get("undo") {
        Some(u) if u.is_object() => Some(StepUndo {
            title: text(u, "title")?,
            call: read_call(u.get("call")?, operations)?,
            wait: read_wait(u.get("wait")?, registry, operations)?,
            destructive: u.get("destructive")?.as_bool()?,
            hurts: text(u, "hurts"),
        }),
        _ => None,
    };
    let keep = step.get("keep")?.as_array()?.iter().map(|k| {
        let output = text(k, "output")?;
        let output = call.op.outputs.iter().find(|o| **o == output)?;
        Some(Keep::File { output, path: PathBuf::from(text(k, "file")?) })
    });
    let keep = keep.collect::<Option<Vec<Keep>>>()?;
    let wait = read_wait(step.get("wait")?, registry, operations)?;
    let known_by = step.get("known_by").and_then(|by| read_known_by(by, call.op, registry));
    // Journals of before do not have these.
    let before = step.get("before").map_or(Some(Waiter::AtOnce), |w| read_wait(w, registry, operations))?;
    let flag = |key: &str| step.get(key).and_then(Json::as_bool).unwrap_or(false);
    let (may_be_refused, may_repeat) = (flag("may_be_refused"), flag("may_repeat"));
    let index = |of: &Json| of.as_u64().and_then(|n| usize::try_from(n).ok());
    let batch = step.get("batch").and_then(Json::as_array).and_then(|pair| match pair.as_slice() {
        [number, of] => Some(RunBatch { number: index(number)?, of: index(of)? }),
        _ => None,
    });
    let brings_back = step.get("brings_back").and_then(index);
    let title = text(step, "title")?;
    Some(Step { title, before, call, wait, undo, keep, known_by, batch, brings_back, may_be_refused, may_repeat })
}

fn write_call(call: &Call) -> Json {
    let args: Vec<Json> = call.args.iter().map(|(name, arg)| json!([name, write_arg(arg)])).collect();
    json!({
        "service": call.op.service.sdk_id(), "operation": call.op.name, "profile": call.scope.profile().map(|p| p.as_str()),
        "region": call.scope.region_code().map(|r| r.as_str()), "args": args,
        "on": call.subjects.iter().map(|s| s.as_str()).collect::<Vec<_>>(),
    })
}

fn read_call(call: &Json, operations: &[&'static Operation]) -> Option<Call> {
    let text = |key: &str| call.get(key).and_then(Json::as_str);
    let (service, name) = (text("service")?, text("operation")?);
    let op = operations.iter().find(|o| o.service.sdk_id() == service && o.name == name)?;
    let profile = text("profile").unwrap_or("default");
    let scope = text("region").map_or_else(|| Scope::account(profile), |r| Scope::region(profile, r));
    let args = call.get("args")?.as_array()?.iter().map(|pair| {
        let [name, arg] = pair.as_array()?.as_slice() else { return None };
        Some((word(name.as_str()?), read_arg(arg, operations)?))
    });
    let subjects = call.get("on")?.as_array()?.iter().filter_map(|s| s.as_str().map(ArcStr::from)).collect();
    Some(Call { op, scope, args: args.collect::<Option<_>>()?, subjects })
}

fn write_arg(arg: &Arg) -> Json {
    match arg {
        Arg::Str(s) => json!(s.as_str()),
        Arg::Int(n) => json!(n),
        Arg::Bool(b) => json!(b),
        Arg::List(items) => items.iter().map(write_arg).collect(),
        Arg::Map(members) => Json::Object(members.iter().map(|(k, v)| ((*k).to_string(), write_arg(v))).collect()),
        Arg::Secret(_) | Arg::SecretFile { .. } => json!({ "$secret": true }),
        Arg::Float(n) => json!({ "$float": n }),
        Arg::Blob(bytes) => json!({ "$blob": STANDARD.encode(bytes) }),
        Arg::Out(out) => json!({ "$out": [out.step, out.output] }),
        Arg::Token => json!({ "$token": true }),
    }
}

fn read_arg(arg: &Json, operations: &[&'static Operation]) -> Option<Arg> {
    Some(match arg {
        Json::String(s) => Arg::str(s.as_str()),
        Json::Number(n) => Arg::Int(n.as_i64()?),
        Json::Bool(b) => Arg::Bool(*b),
        Json::Array(items) => Arg::List(items.iter().map(|i| read_arg(i, operations)).collect::<Option<_>>()?),
        Json::Object(members) => match members.iter().next() {
            Some((key, value)) if members.len() == 1 && key.starts_with('$') => match key.as_str() {
                "$secret" => Arg::Secret(Secret::new(String::new())),
                "$float" => Arg::Float(value.as_f64()?),
                "$blob" => Arg::Blob(STANDARD.decode(value.as_str()?).ok()?.into()),
                "$out" => Arg::Out(read_out(value, operations)?),
                "$token" => Arg::Token,
                _ => return None,
            },
            _ => {
                Arg::Map(members.iter().map(|(k, v)| Some((word(k), read_arg(v, operations)?))).collect::<Option<_>>()?)
            }
        },
        Json::Null => return None,
    })
}

fn read_out(pair: &Json, operations: &[&'static Operation]) -> Option<Out> {
    let [step, output] = pair.as_array()?.as_slice() else { return None };
    let output = output.as_str()?;
    let output = operations.iter().flat_map(|o| o.outputs).find(|o| **o == output)?;
    Some(Out { step: usize::try_from(step.as_u64()?).ok()?, output })
}

fn write_wait(wait: &Waiter) -> Json {
    match wait {
        Waiter::AtOnce => Json::Null,
        Waiter::State { table, ids, want, fail, gone_is_fine, within } => json!({
            "table": write_row(table, &RowId::new()), "ids": ids.iter().map(|i| i.as_str()).collect::<Vec<_>>(),
            "want": want, "fail": fail, "gone_is_fine": gone_is_fine, "seconds": within.as_secs(),
        }),
        Waiter::Created { out, table, want, fail, gone_is_fine, within } => json!({
            "table": write_row(table, &RowId::new()), "out": [out.step, out.output],
            "want": want, "fail": fail, "gone_is_fine": gone_is_fine, "seconds": within.as_secs(),
        }),
        Waiter::Field { table, ids, field, want, within } => json!({
            "table": write_row(table, &RowId::new()), "ids": ids.iter().map(|i| i.as_str()).collect::<Vec<_>>(),
            "field": field.name, "reads": want, "seconds": within.as_secs(),
        }),
        Waiter::Rest { table, ids, within } => json!({
            "table": write_row(table, &RowId::new()), "ids": ids.iter().map(|i| i.as_str()).collect::<Vec<_>>(),
            "rest": true, "seconds": within.as_secs(),
        }),
        Waiter::Holds { table, ids, field, items, within } => json!({
            "table": write_row(table, &RowId::new()), "ids": ids.iter().map(|i| i.as_str()).collect::<Vec<_>>(),
            "field": field.name, "holds": items.iter().map(|i| i.as_str()).collect::<Vec<_>>(), "seconds": within.as_secs(),
        }),
        // When it began is known from the run's other lines.
        Waiter::Pause { length, .. } => json!({ "pause": length.as_secs() }),
        Waiter::All(parts) => json!({ "all": parts.iter().map(write_wait).collect::<Vec<_>>() }),
    }
}

fn read_wait(wait: &Json, registry: &Registry, operations: &[&'static Operation]) -> Option<Waiter> {
    if wait.is_null() {
        return Some(Waiter::AtOnce);
    }
    if let Some(parts) = wait.get("all").and_then(Json::as_array) {
        let parts = parts.iter().map(|p| read_wait(p, registry, operations));
        return Some(Waiter::All(parts.collect::<Option<_>>()?));
    }
    if let Some(seconds) = wait.get("pause").and_then(Json::as_u64) {
        return Some(Waiter::Pause { length: Duration::from_secs(seconds), until: None });
    }
    let (table, _) = read_row(wait.get("table")?, registry)?;
    let within = Duration::from_secs(wait.get("seconds")?.as_u64()?);
    let ids = || -> Option<Vec<RowId>> {
        Some(wait.get("ids")?.as_array()?.iter().filter_map(|i| i.as_str().map(RowId::from)).collect())
    };
    if let Some(field) = wait.get("field").and_then(Json::as_str) {
        let field = table.kind.fields.at(table.kind.index_of(field)?);
        if let Some(items) = wait.get("holds").and_then(Json::as_array) {
            let items = items.iter().filter_map(|i| i.as_str().map(ArcStr::from)).collect();
            return Some(Waiter::Holds { table, ids: ids()?, field, items, within });
        }
        let want = wait.get("reads")?.as_str()?.to_string();
        return Some(Waiter::Field { table, ids: ids()?, field, want, within });
    }
    if wait.get("rest").is_some() {
        return Some(Waiter::Rest { table, ids: ids()?, within });
    }
    let states = |key: &str| -> Option<&'static [&'static str]> {
        Some(words(wait.get(key)?.as_array()?.iter().filter_map(Json::as_str)))
    };
    let (want, fail) = (states("want")?, states("fail")?);
    let gone_is_fine = wait.get("gone_is_fine")?.as_bool()?;
    Some(match wait.get("out") {
        Some(out) => Waiter::Created { out: read_out(out, operations)?, table, want, fail, gone_is_fine, within },
        None => Waiter::State { table, ids: ids()?, want, fail, gone_is_fine, within },
    })
}

/// Member names and states are constants of the program everywhere else. Those that come back from the journal live as long as it
/// does, each once; there are as many as there are names in the plans of runs that were left.
fn word(text: &str) -> &'static str {
    static KNOWN: LazyLock<Mutex<BTreeSet<&'static str>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    match known.get(text) {
        Some(word) => word,
        None => {
            let word: &'static str = Box::leak(text.into());
            known.insert(word);
            word
        }
    }
}

fn words<'a>(texts: impl Iterator<Item = &'a str>) -> &'static [&'static str] {
    static KNOWN: LazyLock<Mutex<BTreeSet<&'static [&'static str]>>> = LazyLock::new(Mutex::default);
    let all: Vec<&'static str> = texts.map(word).collect();
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    match known.get(all.as_slice()) {
        Some(words) => words,
        None => {
            let words: &'static [&'static str] = all.leak();
            known.insert(words);
            words
        }
    }
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
