//! Plans of every action, made from rows that are built by field names.
#![expect(clippy::unwrap_used, reason = "helpers of tests, outside the functions that clippy knows to be tests")]

mod access;
mod instances;
mod launches;
mod networks;
mod services;
mod storage;
mod ways;

use std::path::Path;
use std::sync::Arc;

use skydeck::base::{Scope, Time};
use skydeck::kinds::registry::ALL;
use skydeck::kinds::{ActionContext, Target};
use skydeck::model::files::Files;
use skydeck::model::{Call, FormValue, Kind, Plan, Record, TableKey, Tone, Value, Values};
use skydeck::store::Store;

/// What is known of files where nobody looks.
static NO_FILES: Files = Files::none();

const TG: &str = "arn:aws:elasticloadbalancing:ap-northeast-2:111122223333:targetgroup/web-tg/73e2d6bc24d8a067";

const LB: &str = "arn:aws:elasticloadbalancing:ap-northeast-2:111122223333:loadbalancer/app/my-alb/50dc6c495c0c9188";

/// A row of a kind; fields that are not named are unknown.
pub fn row(kind: &str, id: &str, state: &str, tags: &[(&str, &str)], fields: &[(&str, Value)]) -> Target {
    let info = ALL.kind(kind).unwrap().info;
    let mut values = vec![Value::Unknown; info.fields.len()];
    for (name, value) in fields {
        values[info.index_of(name).unwrap()] = value.clone();
    }
    let scope = match info.scoping {
        skydeck::model::Scoping::Account => Scope::account("sandbox"),
        skydeck::model::Scoping::Region => Scope::region("sandbox", "ap-northeast-2"),
    };
    let record = Record {
        kind: Kind(info),
        id: id.into(),
        name: "".into(),
        state: (!state.is_empty()).then(|| (Tone::Good, state.into())),
        values: values.into(),
        tags: tags.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect(),
    };
    Target { table: TableKey::all(scope, Kind(info)), record: Arc::new(record) }
}

fn plan(action: &str, targets: &[Target], values: &[(&str, FormValue)]) -> Plan {
    plan_in(&Store::default(), action, targets, values)
}

/// The same in an account of which something is known.
fn plan_in(store: &Store, action: &str, targets: &[Target], values: &[(&str, FormValue)]) -> Plan {
    let cx = ActionContext {
        store,
        scope: &targets[0].table.scope,
        targets,
        now: Time::from_secs(0),
        zone: &jiff::tz::TimeZone::UTC,
        downloads: ".",
        files: &NO_FILES,
        me: &skydeck::model::my_address::MyAddress::NotAsked,
    };
    let action = ALL.action(targets[0].table.kind, action).unwrap();
    let values = Values(values.iter().map(|(k, v)| ((*k).into(), v.clone())).collect());
    let plan = action.planned(&cx, &values).unwrap();
    assert!(
        plan.calls().all(|c| action.operations.iter().any(|s| s.op == *c.op)),
        "{} calls what it declares",
        action.name
    );
    plan
}

/// The same for what makes something.
fn made(action: &str, values: &[(&str, FormValue)]) -> Plan {
    made_in(&Store::default(), action, values)
}

/// The same where something is known.
fn made_in(store: &Store, action: &str, values: &[(&str, FormValue)]) -> Plan {
    let scope = Scope::region("sandbox", "ap-northeast-2");
    let cx = ActionContext {
        store,
        scope: &scope,
        targets: &[],
        now: Time::from_secs(0),
        zone: &jiff::tz::TimeZone::UTC,
        downloads: ".",
        files: &NO_FILES,
        me: &skydeck::model::my_address::MyAddress::NotAsked,
    };
    let action = ALL.actions.iter().find(|a| a.name == action).unwrap();
    let values = Values(values.iter().map(|(k, v)| ((*k).into(), v.clone())).collect());
    action.planned(&cx, &values).unwrap()
}

/// An ED25519 key that nobody has the private half of.
const PUBLIC_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7sVLbQpAbjIJE5xpJKg4Pp2ZOV6VNgz5PmQGsDNVnH it's me@host";

fn text(s: &str) -> FormValue {
    FormValue::Text(s.into())
}

/// Calls of every action, with what is hard to say on a command line in them.
pub fn representative_calls(folder: &Path) -> Vec<Call> {
    std::fs::create_dir_all(folder.join("sdk")).unwrap();
    std::fs::create_dir_all(folder.join("cli")).unwrap();
    // Each time a new name: a file that exists is never overwritten.
    let file = format!("it's {}.txt", std::fs::read_dir(folder.join("sdk")).unwrap().count());
    let into = folder.join("sdk").display().to_string();
    let plans = [
        instances::plans(),
        storage::plans(),
        access::plans(),
        launches::plans(),
        services::plans(&into, &file),
        ways::plans(),
        launches::from_templates(),
        networks::plans(),
        instances::profiles(),
    ];
    // What an earlier step answers, as if it had.
    let resolved = |call: &Call| {
        let outputs = call.uses().into_iter().map(|o| ((o.step, o.output.into()), "vol-0b2".into())).collect();
        call.resolve(&outputs).unwrap()
    };
    let calls =
        plans.into_iter().flatten().flat_map(|p| p.with_tokens("t-1").calls().map(resolved).collect::<Vec<_>>());
    calls.chain([instances::send_key()]).collect()
}
