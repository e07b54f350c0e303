//! Every action acts on moto, through form, plan, executor and the guard's permits, and boto3 says what came of it.

mod access;
mod instances;
mod services;
mod storage;
mod ways;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use arcstr::ArcStr;
use serde_json::Value as Json;
use skydeck::act::{Execute, Executor, Journal};
use skydeck::aws::Gateway;
use skydeck::base::{Clock, Secret};
use skydeck::kinds::registry::ALL;
use skydeck::kinds::{ActionContext, Target, What};
use skydeck::model::files::Files;
use skydeck::model::{
    ActEvent, Batch, Coverage, Filters, FormValue, Outcome, Plan, Record, RowEdit, RunRecord, Selector, TableKey,
    Values,
};
use skydeck::store::Store;

use crate::support::left_out;
use crate::support::moto::Moto;
use crate::support::rows::{gateway, pages, scope};

/// What is known of files where nobody looks.
static NO_FILES: Files = Files::none();

const REGION: &str = "ap-northeast-2";

/// Filled once. Each test acts on rows of its own, so that they may run side by side.
static SERVER: LazyLock<(Moto, Json)> = LazyLock::new(|| {
    let moto = Moto::start();
    let ids = moto.run("seed_actions.py", &[REGION]);
    (moto, ids)
});

/// The account, in the process of the test; see [`Moto::inside`].
pub(super) struct Account {
    pub(super) moto: Moto,
    gateway: Gateway,
    ids: Json,
}

/// What the seed printed, handed to the process of the test.
const IDS: &str = "SKYDECK_TEST_IDS";

pub(super) fn account() -> Option<Account> {
    if let Some(moto) = Moto::of_parent() {
        let ids = serde_json::from_str(&std::env::var(IDS).unwrap()).unwrap();
        return Some(Account { moto, gateway: gateway(), ids });
    }
    if left_out("actions on moto") {
        return None;
    }
    let (moto, ids) = &*SERVER;
    moto.inside(None, &[(IDS, &ids.to_string())]);
    None
}

/// A store that knows a row of a side table.
fn knowing(target: &Target, side: Arc<Record>) -> Store {
    let mut store = Store::default();
    let now = Clock::system().now();
    let batch = Batch {
        table: TableKey::all(target.table.scope.clone(), side.kind),
        seq: 1,
        asked: now,
        coverage: Coverage::Ids(Arc::new(vec![side.id.clone()])),
        rows: vec![side],
        outcome: Outcome::Done,
    };
    store.apply(batch, now);
    store
}

impl Account {
    fn id(&self, name: &str) -> &str {
        self.ids[name].as_str().unwrap()
    }

    pub(super) async fn rows(&self, kind: &str, parent: Option<&str>, wanted: impl Fn(&str) -> bool) -> Vec<Target> {
        let selector = parent.map_or(Selector::All, |p| Selector::Parent(p.into()));
        let table = TableKey {
            scope: scope(&self.gateway, kind, REGION),
            kind: skydeck::model::Kind(ALL.kind(kind).unwrap().info),
            selector: selector.clone(),
        };
        let rows = pages(&self.gateway, kind, REGION, selector, What::Everything).await.concat();
        let found = rows.into_iter().filter(|r| wanted(&r.id));
        found.map(|record| Target { table: table.clone(), record: record.into() }).collect()
    }

    /// A store that knows all of a kind.
    pub(super) async fn known(&self, kinds: &[&str]) -> Store {
        let mut store = Store::default();
        for (seq, kind) in (1..).zip(kinds) {
            let rows = self.rows(kind, None, |_| true).await;
            let table =
                TableKey::all(scope(&self.gateway, kind, REGION), skydeck::model::Kind(ALL.kind(kind).unwrap().info));
            let batch = Batch {
                table,
                seq,
                asked: Clock::system().now(),
                coverage: Coverage::Sweep { began: seq },
                rows: rows.into_iter().map(|t| t.record).collect(),
                outcome: Outcome::Done,
            };
            store.apply(batch, Clock::system().now());
        }
        store
    }

    /// Rows that AWS is asked for by a filter.
    async fn rows_by(&self, kind: &str, by: &[(&str, &str)]) -> Vec<Target> {
        let info = ALL.kind(kind).unwrap().info;
        let by = by.iter().map(|(name, value)| (*name, vec![ArcStr::from(*value)]));
        let selector = Selector::Filter(Filters::of(info, by).unwrap());
        let table = TableKey {
            scope: scope(&self.gateway, kind, REGION),
            kind: skydeck::model::Kind(info),
            selector: selector.clone(),
        };
        let rows = pages(&self.gateway, kind, REGION, selector, What::Everything).await.concat();
        rows.into_iter().map(|record| Target { table: table.clone(), record: record.into() }).collect()
    }

    /// A plan that knows the row of a side table.
    fn plan_knowing(&self, action: &str, target: &Target, side: Arc<Record>, values: &[(&str, &str)]) -> Plan {
        self.plan_in(&knowing(target, side), action, std::slice::from_ref(target), values)
    }

    /// The same with values as they are.
    fn plan_of(&self, action: &str, target: &Target, side: Arc<Record>, values: &Values) -> Plan {
        let store = knowing(target, side);
        self.plan_from(&store, action, std::slice::from_ref(target), values)
    }

    async fn instances(&self, names: &[&str]) -> Vec<Target> {
        let ids: Vec<&str> = names.iter().map(|n| self.id(n)).collect();
        self.rows("instances", None, |id| ids.contains(&id)).await
    }

    fn plan(&self, action: &str, targets: &[Target], values: &[(&str, &str)]) -> Plan {
        self.plan_in(&Store::default(), action, targets, values)
    }

    /// The same where these tables are known.
    pub(super) fn plan_in(&self, store: &Store, action: &str, targets: &[Target], values: &[(&str, &str)]) -> Plan {
        let value = |k: &str, v: &str| match (k, v) {
            ("user_data", text) => FormValue::Secret(Secret::new(text.into())),
            ("rules", text) => FormValue::Rows(text.split(';').map(rule_edit).collect()),
            (_, "yes") => FormValue::Flag(true),
            (_, text) => FormValue::Text(text.into()),
        };
        let values = Values(values.iter().map(|(k, v)| ((*k).into(), value(k, v))).collect());
        self.plan_from(store, action, targets, &values)
    }

    /// A plan from values as a form has them.
    pub(super) fn plan_from(&self, store: &Store, action: &str, targets: &[Target], values: &Values) -> Plan {
        let cx = ActionContext {
            store,
            scope: &targets[0].table.scope,
            targets,
            now: Clock::system().now(),
            zone: &jiff::tz::TimeZone::UTC,
            downloads: ".",
            files: &NO_FILES,
            me: &skydeck::model::my_address::MyAddress::NotAsked,
        };
        let action = ALL.action(targets[0].table.kind, action).unwrap();
        for t in targets {
            (action.available)(&t.record).unwrap_or_else(|why| panic!("{} is not offered: {why}", action.name));
        }
        action.planned(&cx, values).unwrap_or_else(|f| panic!("{}: {f}", action.name))
    }

    /// Carries the plan out; gives what was told of it, and the journal's lines.
    async fn carry_with(&self, gateway: Gateway, plan: Plan) -> (Vec<ActEvent>, String) {
        static RUN: AtomicU64 = AtomicU64::new(1);
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::system();
        let journal = Journal::at(folder.path().join("journal"), clock.now());
        let path = journal.path().to_path_buf();
        let (send, mut receive) = tokio::sync::mpsc::channel(1000);
        let run = RUN.fetch_add(1, Ordering::Relaxed);
        let profile = &gateway.profiles_in_use()[0].clone();
        let name = journal.run_name(run);
        // A gateway has one executor: each run here has a gateway of its own.
        // A plan is pinned to who it is made for, so that must be known first.
        assert_eq!(gateway.identity(profile).await.unwrap().account, "123456789012");
        let pins = BTreeMap::from([(profile.clone(), (None, gateway.generation(profile)))]);
        let carry = Execute {
            run,
            record: RunRecord::new(name.clone(), Clock::system().now(), &plan.with_tokens(&name)),
            pins,
        };
        let executor = Executor::new(gateway, ALL, journal, clock, send);
        executor.carry(carry.clone()).await;
        // A second Enter, a late event: the same run is carried out once.
        executor.carry(carry).await;
        // What moto makes is there at once: nothing has to be waited for between two calls.
        for _ in &plan.steps {
            executor.go_on(run).await;
        }
        drop(executor);
        let mut events = Vec::new();
        while let Some(event) = receive.recv().await {
            events.push(event);
        }
        (events, std::fs::read_to_string(path).unwrap())
    }

    /// The plan of an action that makes something.
    pub(super) fn made(&self, action: &str, values: &[(&str, &str)]) -> Plan {
        let value = |v: &str| if v == "yes" { FormValue::Flag(true) } else { FormValue::Text(v.into()) };
        let values = Values(values.iter().map(|(k, v)| ((*k).into(), value(v))).collect());
        self.made_of(&Store::default(), action, &values)
    }

    /// The same with values as they are, where something is known.
    fn made_of(&self, store: &Store, action: &str, values: &Values) -> Plan {
        let scope = scope(&self.gateway, "instances", REGION);
        let cx = ActionContext {
            store,
            scope: &scope,
            targets: &[],
            now: Clock::system().now(),
            zone: &jiff::tz::TimeZone::UTC,
            downloads: ".",
            files: &NO_FILES,
            me: &skydeck::model::my_address::MyAddress::NotAsked,
        };
        let action = ALL.actions.iter().find(|a| a.name == action).unwrap();
        action.planned(&cx, values).unwrap_or_else(|f| panic!("{}: {f}", action.name))
    }

    /// Carries it out and demands success.
    pub(super) async fn make(&self, action: &str, values: &[(&str, &str)]) {
        self.carried(action, self.made(action, values)).await;
    }

    /// Carries it out and demands success: each call done once, its intent and its outcome in the journal.
    pub(super) async fn act(&self, action: &str, targets: &[Target], values: &[(&str, &str)]) {
        self.carried(action, self.plan(action, targets, values)).await;
    }

    pub(super) async fn carried(&self, action: &str, plan: Plan) {
        let calls = plan.steps.len();
        let (events, journal) = self.carry_with(gateway(), plan).await;
        let done = events.iter().filter(|e| matches!(e, ActEvent::Done { .. })).count();
        let bad = events.iter().find(|e| matches!(e, ActEvent::Failed { .. } | ActEvent::Unknown { .. }));
        assert!(done == calls && bad.is_none(), "{action}: {done} of {calls} calls: {bad:?}");
        assert!(journal.lines().count() >= 2 * calls, "{action}: {journal}");
    }

    /// A row as boto3 sees it.
    pub(super) fn truth(&self, kind: &str, field: &str, is: &str) -> Json {
        let seen = self.moto.run("truth.py", &[REGION, kind]);
        let rows = seen[kind]["rows"].as_array().unwrap();
        rows.iter().find(|r| r[field] == is).cloned().unwrap_or(Json::Null)
    }

    fn state(&self, name: &str) -> Json {
        self.truth("instances", "id", self.id(name))["state"].clone()
    }
}

/// `+in|tcp|443|10.0.0.0/8|said` adds a rule, `-in tcp 22 from 10.0.0.0/8` takes one out.
fn rule_edit(text: &str) -> RowEdit {
    match text.strip_prefix('-') {
        Some(key) => RowEdit::Remove { key: key.into(), from: Vec::new() },
        None => {
            let mut cells: Vec<ArcStr> = text.trim_start_matches('+').split('|').map(ArcStr::from).collect();
            cells.insert(1, ArcStr::new());
            RowEdit::Add(cells)
        }
    }
}
