//! Names for ids: what rows are called that others name by their id, as the console shows it.

use std::borrow::Cow;
use std::sync::Arc;

use arcstr::ArcStr;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Lister, Row};
use crate::base::{Fault, RowId, Scope};
use crate::kinds::{KindDef, What};
use crate::model::{Column, FieldInfo, Record, Selector, Value};
use crate::query::{Cells as _, Query};
use crate::ui::rows::called;

/// Names by scope and id. Ids of different kinds begin differently.
pub(super) type Names = FxHashMap<Scope, FxHashMap<RowId, ArcStr>>;

impl Row {
    /// A field's value with names for ids, where they are known.
    pub(super) fn shown(&self, field: usize) -> Cow<'_, Value> {
        let (value, info) = (self.cell(field), self.record.kind.fields.at(field));
        let named = called(value, info, |id| self.names.get(&self.scope)?.get(id));
        named.map_or(Cow::Borrowed(value), Cow::Owned)
    }
}

impl Lister<'_> {
    /// The names that the query looks at, which it may only do if all of them are there.
    pub(super) async fn names_to_find(
        &self,
        def: &'static KindDef,
        query: &Query,
        rows: &mut [Row],
        faults: &mut Vec<Fault>,
    ) {
        let named: Vec<usize> = query.by_name(def.info).collect();
        let words = query.words();
        let by_word = |i: usize, info: &FieldInfo| {
            i < 64
                && words >> i & 1 == 1
                && (matches!(info.column, Column::Shown(_)) || info.ids.is_some_and(|ids| ids.few))
        };
        let mut names = Names::default();
        let mut asked: FxHashSet<(&str, &Scope)> = FxHashSet::default();
        for (i, info) in def.info.iter().enumerate().filter(|(_, info)| info.ids.is_some()) {
            let Some(linked) = info.link.and_then(|kind| self.session.registry.kind(kind)) else { continue };
            if !(named.contains(&i) || by_word(i, info)) {
                continue;
            }
            for scope in rows.iter().map(|r| &r.scope) {
                if asked.insert((linked.info.name, scope)) {
                    let (found, fault) = self.table(linked, scope, Selector::All, What::Everything).await;
                    add_names(&mut names, scope, &found);
                    // A word is looked for in what can be read; whoever names the field must hear that it could not be.
                    faults.extend(fault.filter(|_| named.contains(&i)));
                }
            }
        }
        share(names, rows);
    }

    /// The names that a table shows, where one request for each kind and scope brings them: not to know them costs no row.
    pub(super) async fn names_to_show(&self, def: &'static KindDef, rows: &mut [Row]) {
        let mut names = rows.first().map_or_else(Names::default, |r| (*r.names).clone());
        let mut wanted: FxHashMap<(&'static str, Scope), FxHashSet<RowId>> = FxHashMap::default();
        for (i, info) in def.info.iter().enumerate().filter(|(_, f)| matches!(f.column, Column::Shown(_))) {
            let Some(kind) = info.ids.and(info.link) else { continue };
            for row in rows.iter() {
                let ids = row.cell(i).items().into_iter();
                let ids = ids.filter(|id| info.is_row_id(id) && row.called(i, id).is_none());
                wanted.entry((kind, row.scope.clone())).or_default().extend(ids);
            }
        }
        for ((kind, scope), ids) in wanted {
            let Some(linked) = self.session.registry.kind(kind).filter(|_| (1..=ONE_REQUEST).contains(&ids.len()))
            else {
                continue;
            };
            let what = What::Ids(Arc::new(ids.into_iter().collect()));
            let (found, _) = self.table(linked, &scope, Selector::All, what).await;
            add_names(&mut names, &scope, &found);
        }
        share(names, rows);
    }
}

/// Ids that one request takes: a filter has at most 200 values.
const ONE_REQUEST: usize = 200;

fn add_names(names: &mut Names, scope: &Scope, rows: &[Arc<Record>]) {
    let named = rows.iter().filter(|r| !r.name.trim().is_empty());
    names.entry(scope.clone()).or_default().extend(named.map(|r| (r.id.clone(), r.name.clone())));
}

fn share(names: Names, rows: &mut [Row]) {
    let names = Arc::new(names);
    rows.iter_mut().for_each(|r| r.names = names.clone());
}
