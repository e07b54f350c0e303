//! Names for ids: what rows are called that others name by their id, as the console shows it.

use std::sync::Arc;

use arcstr::ArcStr;
use futures::future::join_all;
use rustc_hash::{FxHashMap, FxHashSet};

use super::lister::Lister;
use super::row::Row;
use super::trouble::Trouble;
use crate::base::{RowId, Scope};
use crate::kinds::{KindDef, What};
use crate::model::{Column, FieldInfo, Record, Selector};
use crate::query::{Cells as _, Query};

/// Names by scope and id. Ids of different kinds begin differently.
pub(super) type Names = FxHashMap<Scope, FxHashMap<RowId, ArcStr>>;

impl Lister {
    /// The names that the query looks at, which it may only do if all of them are there; and which of them could not be had.
    pub(super) async fn names_to_find(
        &self,
        def: &'static KindDef,
        query: &Query,
        scopes: &[Scope],
    ) -> (Names, Vec<Trouble>) {
        let named: Vec<usize> = query.by_name(def.info).collect();
        let words = query.words();
        let by_word = |i: usize, info: &FieldInfo| {
            words.contains(i) && (matches!(info.column, Column::Shown(_)) || info.ids.is_some_and(|ids| ids.few))
        };
        let mut tables: Vec<(&'static KindDef, bool)> = Vec::new();
        for (i, info) in def.info.iter().enumerate().filter(|(_, info)| info.ids.is_some()) {
            let Some(linked) = info.link.and_then(|kind| self.registry.kind(kind)) else { continue };
            let named = named.contains(&i);
            if !(named || by_word(i, info)) {
                continue;
            }
            match tables.iter_mut().find(|(known, _)| known.info.name == linked.info.name) {
                Some((_, needed)) => *needed |= named,
                None => tables.push((linked, named)),
            }
        }
        let wanted = tables.iter().flat_map(|table| scopes.iter().map(move |scope| (table, scope)));
        let found = join_all(wanted.map(async |((linked, needed), scope)| {
            let (rows, fault) = self.table(linked, scope, Selector::All, What::Everything).await;
            (scope, rows, fault.filter(|_| *needed))
        }));
        let (mut names, mut troubles) = (Names::default(), Vec::new());
        for (scope, rows, fault) in found.await {
            add_names(&mut names, scope, &rows);
            // A word is looked for in what can be read; whoever names the field must hear that it could not be.
            troubles.extend(fault.map(|fault| Trouble { scope: scope.clone(), fault }));
        }
        (names, troubles)
    }

    /// The names that a table shows in these fields, where one request for each kind and scope brings them: not to know them costs no
    /// row.
    pub(super) async fn names_to_show(&self, def: &'static KindDef, fields: &[usize], rows: &mut [Row]) {
        let mut wanted: FxHashMap<(&'static str, Scope), FxHashSet<RowId>> = FxHashMap::default();
        for (i, info) in fields.iter().map(|i| (*i, def.info.fields.at(*i))) {
            let Some(kind) = info.ids.and(info.link) else { continue };
            for row in rows.iter() {
                let ids = row.cell(i).items().into_iter();
                let ids = ids.filter(|id| info.is_row_id(id) && row.called(i, id).is_none());
                wanted.entry((kind, row.scope.clone())).or_default().extend(ids);
            }
        }
        let few = wanted.into_iter().filter(|(_, ids)| (1..=ONE_REQUEST).contains(&ids.len()));
        let found = join_all(few.map(async |((kind, scope), ids)| {
            let linked = self.registry.kind(kind)?;
            let what = What::Ids(Arc::new(ids.into_iter().collect()));
            let (rows, _) = self.table(linked, &scope, Selector::All, what).await;
            Some((scope, rows))
        }));
        let found = found.await;
        let mut names = rows.first().map_or_else(Names::default, |r| (*r.names).clone());
        for (scope, rows) in found.into_iter().flatten() {
            add_names(&mut names, &scope, &rows);
        }
        let names = Arc::new(names);
        rows.iter_mut().for_each(|r| r.names = names.clone());
    }
}

/// Ids that one request takes: a filter has at most 200 values.
const ONE_REQUEST: usize = 200;

fn add_names(names: &mut Names, scope: &Scope, rows: &[Arc<Record>]) {
    let named = rows.iter().filter(|r| !r.name.trim().is_empty());
    names.entry(scope.clone()).or_default().extend(named.map(|r| (r.id.clone(), r.name.clone())));
}
