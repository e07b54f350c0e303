//! The field while its picker is closed: an arrow takes the next row, letters look for one.

use std::sync::Arc;

use super::{Overlay, Picker};
use crate::app::update::Turn;
use crate::input::{Key, KeyCode};
use crate::model::{Choice, Effect, FormValue, IndexFor, IndexRequest, Indexed, RowRef};
use crate::query::Query;

/// Rows that a letter typed on the closed field looks at: refused ones are passed over.
const LOOKED_AT: usize = 200;
/// What was typed on the closed field, on its way through the index worker.
pub(super) struct Seek {
    /// The request that is under way.
    pub(super) request: Option<u64>,
    /// Its query, and those after it if it finds nothing.
    queries: Vec<Arc<Query>>,
    /// Whether the row after the one that is chosen is meant: a letter by itself goes on.
    next: bool,
    /// The letter to begin anew with if nothing is found.
    again: Option<char>,
}

impl Turn<'_> {
    /// Asks for the rows that what was typed on the closed field means, once nothing else is under way.
    pub(super) fn ask_seek(&mut self) {
        let request = self.number();
        let Some(p) = self.picker_mut() else { return };
        let Some(seek) = p.seek.as_mut().filter(|s| s.request.is_none() && p.view.indexing.is_none()) else { return };
        let Some(query) = seek.queries.first().cloned() else {
            p.seek = None;
            return;
        };
        seek.request = Some(request);
        let effect = Effect::Index(IndexRequest {
            request,
            of: IndexFor::Picker,
            tables: p.view.tables.clone(),
            groups: p.view.groups.clone(),
            query,
            sort: p.view.sort,
            paid: false,
            folded: Arc::default(),
        });
        self.emit(effect);
    }

    /// An arrow on the closed field: the next or previous of what can be chosen, around the end.
    pub(in crate::app) fn picker_step(&mut self, by: isize) {
        let store = self.store;
        let Some(Overlay::Form(form)) = self.s.overlays.last_mut() else { return };
        let Some(FormValue::Text(value)) = form.field().map(|f| f.value.clone()) else { return };
        let Some(p) = form.picker.as_deref_mut() else { return };
        if p.pick.several && value.contains(',') {
            form.error = Some("Several are chosen. Enter shows them.".into());
            return;
        }
        if p.view.indexing.is_some() || p.due {
            p.steps += by;
            return;
        }
        let (others, len) = (p.pick.also.len(), p.pick.also.len() + p.view.order.len());
        if len == 0 {
            return;
        }
        let row = || p.view.order_tables.iter().find_map(|t| store.find(&p.view.order_tables, t, &value));
        let other = p.pick.also.iter().position(|c| c.value == value);
        let now = other.or_else(|| Some(others + p.view.position(row()?)?));
        let first = if by < 0 { len - 1 } else { 0 };
        let mut at = now.map_or(first, |i| (i + len).saturating_add_signed(by % len as isize) % len);
        for _ in 0..len.min(LOOKED_AT) {
            let next = match p.pick.also.get(at) {
                Some(other) => Some(other.value.clone()),
                None => p.view.order.get(at - others).and_then(|row| p.ids(store, *row)),
            };
            if let Some(id) = next.filter(|id| p.pick.refusal(id).is_none()) {
                self.set_field(FormValue::Text(id));
                return;
            }
            at = (at + len).saturating_add_signed(by.signum()) % len;
        }
    }

    /// A letter on the closed field: what begins with what was typed, by name or by id, else what has it. A letter by itself goes to
    /// the next such row. The worker looks; the field follows when it has.
    pub(in crate::app) fn picker_seek(&mut self, key: Key) {
        let Some(Overlay::Form(form)) = self.s.overlays.last_mut() else { return };
        let Some(p) = form.picker.as_deref_mut() else { return };
        let Some(typed) = key.typed() else {
            if key.code == KeyCode::Backspace {
                form.sought.pop();
            }
            return;
        };
        form.sought.extend(typed.to_lowercase());
        let word = form.sought.clone();
        let begins = |c: &&Choice| c.label.to_lowercase().trim_start_matches("+ ").starts_with(&word);
        if let Some(other) = p.pick.also.iter().find(begins) {
            let value = FormValue::Text(other.value.clone());
            p.seek = None;
            self.set_field(value);
            return;
        }
        p.seek = Some(Seek::for_word(p, &word, typed));
    }

    /// The worker has looked for what was typed.
    pub(super) fn sought(&mut self, indexed: &Indexed) {
        let store = self.store;
        let Some(Overlay::Form(form)) = self.s.overlays.last_mut() else { return };
        let value = form.field().map(|f| f.value.clone());
        let Some(p) = form.picker.as_deref_mut() else { return };
        let (tables, pick) = (&p.view.tables, &p.pick);
        let id = |at: &RowRef| store.row(tables, *at).map(|(_, row)| row.record.id.clone());
        let Some(seek) = &mut p.seek else { return };
        seek.request = None;
        let order = &indexed.order;
        let chosen = match &value {
            Some(FormValue::Text(v)) => tables.iter().find_map(|t| store.find(tables, t, v)),
            _ => None,
        };
        let from = chosen.and_then(|at| order.iter().position(|r| *r == at)).map_or(0, |i| i + usize::from(seek.next));
        let around = order.iter().cycle().skip(from).take(order.len().min(LOOKED_AT));
        let found = around.filter_map(id).find(|id| pick.refusal(id).is_none());
        match found {
            Some(id) => {
                p.seek = None;
                self.set_field(FormValue::Text(id));
            }
            None if seek.queries.len() > 1 => drop(seek.queries.remove(0)),
            None => {
                let again = seek.again;
                p.seek = again.map(|c| Seek::for_word(p, &c.to_lowercase().to_string(), c));
                form.sought = again.map(|c| c.to_lowercase().to_string()).unwrap_or_default();
            }
        }
    }
}

impl Seek {
    fn for_word(p: &Picker, word: &str, letter: char) -> Seek {
        let plain: String = word.chars().filter(|c| !matches!(c, '"' | '*' | '?')).collect();
        let queries = [
            format!("name=\"{plain}*\""),
            format!("id=\"{plain}*\""),
            format!("name:\"{plain}\""),
            format!("\"{plain}\""),
        ];
        let queries = queries.iter().filter(|_| !plain.is_empty()).filter_map(|q| p.query(q).ok()).map(Arc::new);
        let alone = word.chars().count() == 1;
        Seek { request: None, queries: queries.collect(), next: alone, again: (!alone).then_some(letter) }
    }
}
