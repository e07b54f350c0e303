//! Rows and stores for tests of actions: built by field names, without AWS.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::action::{ActionContext, Target};
use super::convert::Converter;
use super::intern::Interner;
use super::row_spec::{RowSpec, States};
use crate::base::{Scope, Time};
use crate::model::files::Files;
use crate::model::my_address::MyAddress;
use crate::model::{
    Batch, Coverage, FieldInfo, FormValue, Kind, KindInfo, Outcome, Plan, Record, Selector, Severity, TableKey, Tone,
    Value, Values,
};
use crate::store::Store;

static UTC: TimeZone = TimeZone::UTC;
static NO_FILES: Files = Files::none();

/// A row in the making. Fields that are not named are unknown.
pub(crate) struct Row(Record);

/// A row of a kind; an empty state is none.
pub(crate) fn row(kind: &'static KindInfo, id: &str, name: &str, state: &str) -> Row {
    Row(Record {
        kind: Kind(kind),
        id: id.into(),
        name: name.into(),
        state: (!state.is_empty()).then(|| (Tone::Unknown, state.into())),
        values: vec![Value::Unknown; kind.fields.len()].into(),
        tags: Arc::default(),
    })
}

/// The row of what a service answered.
pub(crate) fn record<T>(rows: &RowSpec<T>, item: &T) -> Record {
    rows.record(item, &mut Converter::new(&Interner::default())).expect("it has an id")
}

/// That a table of states has all that the SDK knows.
pub(crate) fn every_state_has_a_tone(states: &States, words: &[&str]) {
    for word in words {
        assert_ne!(states.tone(word), Tone::Unknown, "{word}");
    }
}

/// What a plan says will happen, a line each.
pub(crate) fn consequences(plan: &Plan) -> String {
    plan.consequences.iter().map(|c| c.text.as_str()).collect::<Vec<_>>().join("\n")
}

/// What a plan says will happen of one severity.
pub(crate) fn consequences_of(plan: &Plan, severity: Severity) -> Vec<&str> {
    plan.consequences.iter().filter(|c| c.severity == severity).map(|c| c.text.as_str()).collect()
}

/// The values of a form: `yes` is a flag that is set.
pub(crate) fn values(all: &[(&str, &str)]) -> Values {
    let value = |v: &str| if v == "yes" { FormValue::Flag(true) } else { FormValue::Text(v.into()) };
    Values(all.iter().map(|(k, v)| ((*k).into(), value(v))).collect())
}

/// A list of texts.
pub(crate) fn texts(items: &[&str]) -> Value {
    Value::list(items.iter().map(|s| (*s).into()))
}

impl Row {
    /// Sets a field.
    pub(crate) fn with(mut self, field: &FieldInfo, value: Value) -> Self {
        let at = self
            .0
            .kind
            .index_of(field.name)
            .unwrap_or_else(|| unreachable!("{} has no field {}", self.0.kind.name, field.name));
        self.0.values.set(at, value);
        self
    }
    /// Sets the tags.
    pub(crate) fn tags(mut self, tags: &[(&str, &str)]) -> Self {
        self.0.tags = tags.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
        self
    }
    /// Done.
    pub(crate) fn record(self) -> Record {
        self.0
    }
}

/// A store of one region, and targets in it.
pub(crate) struct Rows {
    pub(crate) store: Store,
    pub(crate) scope: Scope,
    seq: u64,
}

impl Default for Rows {
    fn default() -> Self {
        Rows { store: Store::default(), scope: Scope::region("prod", "ap-northeast-2"), seq: 0 }
    }
}

impl Rows {
    /// Puts a complete table into the store.
    pub(crate) fn complete(&mut self, kind: &'static KindInfo, selector: Selector, rows: Vec<Record>) {
        self.table(kind, selector, rows, Outcome::Done);
    }
    /// Puts a table into the store that ends as said.
    pub(crate) fn table(&mut self, kind: &'static KindInfo, selector: Selector, rows: Vec<Record>, outcome: Outcome) {
        self.seq += 1;
        let batch = Batch {
            table: TableKey { scope: self.scope.clone(), kind: Kind(kind), selector },
            seq: self.seq,
            asked: Time::from_secs(100),
            coverage: Coverage::Sweep { began: self.seq },
            rows: rows.into_iter().map(Arc::new).collect(),
            outcome,
        };
        self.store.apply(batch, Time::from_secs(100));
    }
    /// A row to act on; it need not be in the store.
    pub(crate) fn target(&self, kind: &'static KindInfo, record: Record) -> Target {
        Target { table: TableKey::all(self.scope.clone(), Kind(kind)), record: Arc::new(record) }
    }
    /// What an action may look at.
    pub(crate) fn context<'a>(&'a self, targets: &'a [Target]) -> ActionContext<'a> {
        let scope = targets.first().map_or(&self.scope, |t| &t.table.scope);
        ActionContext {
            store: &self.store,
            scope,
            targets,
            now: Time::from_secs(100),
            zone: &UTC,
            downloads: ".",
            files: &NO_FILES,
            me: &MyAddress::NotAsked,
        }
    }
}
