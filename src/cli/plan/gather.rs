//! The tables that a plan rests on, read into a Store without the console.

use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use tokio::time::Instant;

use futures::future::BoxFuture;

use crate::base::{Fault, RowId, Scope};
use crate::cli::Failure;
use crate::cli::session::Session;
use crate::fetch::{Budget, Share};
use crate::kinds::{Interner, ListRequest, PaidRow, Sink, Target, What};
use crate::model::{
    Batch, Coverage, IndexFor, IndexRequest, Kind, Operation, Outcome, Record, Scoping, Selector, TableKey,
};
use crate::query::Query;
use crate::store::{Store, index};

/// Reads tables as they are wanted.
pub(super) struct Gather<'a> {
    session: &'a Session,
    budget: Budget,
    pub(super) store: Store,
    seq: u64,
}

/// Takes the pages of one list.
struct Pages {
    scope: Scope,
    budget: Budget,
    rows: Sender<Vec<Record>>,
}

impl Sink for Pages {
    fn ask(&mut self, op: &'static Operation) -> BoxFuture<'_, Result<(), Fault>> {
        Box::pin(async move {
            while let Err(wait) = self.budget.take(&self.scope, op, Instant::now()) {
                tokio::time::sleep(wait).await;
            }
            Ok(())
        })
    }
    fn bought(&mut self, _: &[PaidRow]) {}
    fn page(&mut self, rows: Vec<Record>) -> BoxFuture<'_, Result<(), Fault>> {
        // Who listens is there until the list has ended.
        let _ = self.rows.send(rows);
        Box::pin(async { Ok(()) })
    }
}

impl<'a> Gather<'a> {
    pub(super) fn new(session: &'a Session) -> Self {
        Gather { session, budget: Budget::new(Share::percent(100)), store: Store::default(), seq: 0 }
    }

    /// Reads one table, or some of its rows.
    fn table(&mut self, key: &TableKey, what: What) {
        let Some(def) = self.session.registry.def(key.kind) else { return };
        let (sender, rows) = channel();
        let asked = self.session.clock.now();
        let request = ListRequest {
            gateway: self.session.gateway.clone(),
            scope: key.scope.clone(),
            selector: key.selector.clone(),
            what: what.clone(),
            interner: Interner::default(),
            clock: self.session.clock.clone(),
        };
        let pages = Pages { scope: key.scope.clone(), budget: self.budget.clone(), rows: sender };
        let done = self.session.runtime.block_on((def.list)(request, Box::new(pages)));
        self.seq += 1;
        let coverage = match what {
            What::Everything => Coverage::Sweep { began: self.seq },
            What::Ids(ids) => Coverage::Ids(ids),
        };
        let outcome = done.map_or_else(Outcome::Failed, |()| Outcome::Done);
        let rows: Vec<Arc<Record>> = rows.try_iter().flatten().map(Arc::new).collect();
        let batch = Batch { table: key.clone(), seq: self.seq, asked, coverage, rows: rows.clone(), outcome };
        self.store.apply(batch, self.session.clock.now());
        // What a filtered table has is looked for in the table of all rows, as in the console.
        let table = key.home();
        if table != *key {
            let coverage = Coverage::Ids(Arc::new(rows.iter().map(|r| r.id.clone()).collect()));
            let batch = Batch { table, seq: self.seq, asked, coverage, rows, outcome: Outcome::Done };
            self.store.apply(batch, self.session.clock.now());
        }
    }

    /// Reads the tables that a form or a plan wants to know of; of side tables, the rows of the targets.
    pub(super) fn tables(&mut self, needs: &[TableKey], targets: &[Target]) {
        for key in needs {
            let beside: Vec<RowId> =
                targets.iter().filter(|t| t.table.scope == key.scope).map(|t| t.record.id.clone()).collect();
            let what = match key.kind.side && !beside.is_empty() {
                true => What::Ids(Arc::new(beside)),
                false => What::Everything,
            };
            self.parents(key);
            self.table(key, what);
        }
    }

    /// A table of all rows of a kind that hangs off another needs the other's rows first, and then its own of each.
    fn parents(&mut self, key: &TableKey) {
        let Some(parent) = key.kind.parent.filter(|_| key.selector == Selector::All) else { return };
        let Some(def) = self.session.registry.kind(parent.kind) else { return };
        let of = TableKey::all(key.scope.clone(), Kind(def.info));
        if self.store.table(&of).is_none() {
            self.table(&of, What::Everything);
        }
    }

    /// The rows of a kind that a query matches, over all scopes.
    pub(super) fn rows(
        &mut self,
        kind: Kind,
        scopes: &[Scope],
        of: Option<&str>,
        query: &Query,
    ) -> Result<Vec<Target>, Failure> {
        let mut scopes: Vec<Scope> = match kind.scoping {
            Scoping::Region => scopes.to_vec(),
            Scoping::Account => scopes.iter().filter_map(|s| s.profile()).map(|p| Scope::account(p.clone())).collect(),
        };
        scopes.dedup();
        let mut tables = Vec::new();
        for scope in scopes {
            match (of, kind.parent) {
                (Some(of), Some(_)) => tables.push(TableKey::of(scope, kind, of.into())),
                (Some(of), None) => {
                    return Err(Failure::Usage(format!("{} belong to nothing that --of {of} could name.", kind.title)));
                }
                (None, Some(parent)) if parent.fans_out => {
                    tables.extend(self.of_all_parents(&scope, kind, parent.kind)?);
                }
                (None, Some(parent)) => {
                    let text = format!("{} belong to one of {}: name it with --of.", kind.title, parent.kind);
                    return Err(Failure::Usage(text));
                }
                (None, None) => tables.push(TableKey::all(scope, kind)),
            }
        }
        let sides: Vec<&str> = query.fields(kind.0).filter_map(|f| kind.fields.at(f).side).map(|s| s.kind).collect();
        for key in &tables {
            self.table(key, What::Everything);
            self.whole(key)?;
            for side in sides.iter().filter_map(|s| self.session.registry.kind(s)) {
                let ids: Vec<RowId> =
                    self.store.table(key).into_iter().flat_map(|t| t.rows().map(|r| r.record.id.clone())).collect();
                self.table(&TableKey::all(key.scope.clone(), Kind(side.info)), What::Ids(Arc::new(ids)));
            }
        }
        // A field that holds another row's id is compared with that row's name too.
        for field in query.by_name(kind.0) {
            let linked = kind.fields.at(field).link.and_then(|link| self.session.registry.kind(link));
            for key in tables.iter().filter(|_| linked.is_some()) {
                let named = linked.map(|def| TableKey::all(key.scope.clone(), Kind(def.info)));
                if let Some(named) = named.filter(|n| self.store.table(n).is_none()) {
                    self.table(&named, What::Everything);
                }
            }
        }
        let request = IndexRequest {
            of: IndexFor::View,
            request: 1,
            groups: (0u32..).take(tables.len()).collect(),
            tables: tables.clone(),
            query: Arc::new(query.clone()),
            sort: None,
            paid: false,
            folded: Arc::default(),
        };
        let registry = self.session.registry;
        let side = |name: &str| registry.kind(name).map(|k| Kind(k.info));
        let job = self.store.index_job(request, kind, self.session.clock.now(), side);
        let order = index::index(&job).order;
        let target = |at: &crate::model::RowRef| {
            let (table, row) = self.store.row(&tables, *at)?;
            Some(Target { table: table.clone(), record: row.record.clone() })
        };
        Ok(order.iter().filter_map(target).collect())
    }

    fn of_all_parents(&mut self, scope: &Scope, kind: Kind, parent: &str) -> Result<Vec<TableKey>, Failure> {
        let Some(def) = self.session.registry.kind(parent) else { return Ok(Vec::new()) };
        let parents = TableKey::all(scope.clone(), Kind(def.info));
        self.table(&parents, What::Everything);
        self.whole(&parents)?;
        let rows = self.store.table(&parents).into_iter().flat_map(|t| t.rows());
        Ok(rows.map(|r| TableKey::of(scope.clone(), kind, r.record.id.clone())).collect())
    }

    /// Rows to act on have to be all of them.
    fn whole(&self, key: &TableKey) -> Result<(), Failure> {
        match self.store.table(key).and_then(|t| t.status.fault.clone()) {
            Some(fault) => Err(Failure::Partial(format!("{} could not be listed: {fault}", key.kind.title))),
            None => Ok(()),
        }
    }

    /// The titles of the tables that were asked for and could not be read.
    pub(super) fn unknown(&self, asked: &[TableKey]) -> Vec<String> {
        let failed = |key: &&TableKey| self.store.table(key).is_none_or(|t| t.status.fault.is_some());
        let why = |key: &TableKey| {
            let word =
                self.store.table(key).and_then(|t| t.status.fault.as_ref()).map_or("not asked", |f| f.kind.word());
            format!("{} ({word})", key.kind.title.to_lowercase())
        };
        asked.iter().filter(failed).map(why).collect()
    }
}
