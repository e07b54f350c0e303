//! The picker of a form's field: a small view over a kind, a line that narrows it, and what may be chosen besides rows.
//!
//! Its order is made by the index worker. While it is closed it is what the arrow keys and typing on the field go by; open, it stands
//! in the form's place.

mod closed;

use std::sync::Arc;

use indexmap::IndexSet;

use self::closed::Seek;
use super::complete::rank;
use super::layout::{self, Area};
use super::line::Line;
use super::overlay::{FormState, Overlay};
use super::state::State;
use super::update::Turn;
use super::view::{RowKey, View};
use crate::model::{Choice, Delta, FormInput, FormValue, IndexFor, Indexed, Kind, Pick, RowRef, TableKey};
use crate::query::Query;
use crate::store::{Progress, Status, Store};

/// Rows that can be chosen at once: as many as a table's marks.
const MOST: usize = 1000;

/// A field's picker.
pub struct Picker {
    /// The field's name.
    pub field: &'static str,
    /// What it offers.
    pub pick: Pick,
    /// Its rows, as far as they match. `marks` are those that were chosen, where several may be.
    pub view: View,
    /// The line that narrows them.
    pub line: Line,
    /// What is wrong with the line, or why the row cannot be taken: one sentence.
    pub error: Option<String>,
    /// Whether it stands in the form's place.
    pub open: bool,
    /// Whether the rows have the keys, and not the line.
    pub in_rows: bool,
    /// The cursor, if it is on what may be chosen besides rows: a position in [`Picker::others`].
    pub other: Option<usize>,
    /// Where the field's value stands in the order, from 0.
    pub place: Option<usize>,
    /// What `place` was looked up for.
    placed: (arcstr::ArcStr, u64),
    /// The number of the index that `view.order` is.
    order: u64,
    /// Whether an index is to be asked for.
    due: bool,
    /// Steps of an arrow key that came before the order was there.
    steps: isize,
    seek: Option<Seek>,
    /// Whether enter was pressed before the rows had followed the line: what it takes is what they are then.
    taking: bool,
}

impl Picker {
    fn new(field: &'static str, pick: Pick, kind: Kind) -> Picker {
        Picker {
            field,
            pick,
            view: View::new(kind, Vec::new()),
            line: Line::default(),
            error: None,
            open: false,
            in_rows: false,
            other: None,
            place: None,
            placed: Default::default(),
            order: 0,
            due: true,
            steps: 0,
            seek: None,
            taking: false,
        }
    }
    /// What may be chosen besides rows, as far as the line allows.
    pub fn others(&self) -> Vec<&Choice> {
        let typed = if self.open { self.line.text().trim() } else { "" };
        self.pick.also.iter().filter(|c| typed.is_empty() || rank(&c.label, typed).is_some_and(|r| r < 400)).collect()
    }
    /// How many can be chosen from.
    pub fn len(&self) -> usize {
        self.others().len() + self.view.order.len()
    }
    /// Whether there is nothing to choose from.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Whether an id was typed, and no name.
    fn is_typed_id(&self) -> bool {
        let (typed, prefix) = (self.line.text().trim(), self.pick.prefix);
        !prefix.is_empty() && typed.len() > prefix.len() && typed.starts_with(prefix) && !typed.contains(' ')
    }
    /// The cursor's place among all that can be chosen.
    fn at(&self) -> usize {
        self.other.unwrap_or_else(|| self.others().len() + self.view.at)
    }
    /// The query of its rows with `typed` after it.
    fn query(&self, typed: &str) -> Result<Query, String> {
        Query::parse(format!("{} {typed}", self.pick.only).trim(), self.view.kind.0).map_err(|e| e.message)
    }
    /// Puts the row's identity under the cursor.
    fn land(&mut self, store: &Store) {
        if self.view.order.is_empty() && self.other.is_none() && !self.others().is_empty() {
            self.other = Some(0);
        }
        self.view.cursor = self.view.order.get(self.view.at).and_then(|at| self.view.key_of(store, *at));
    }
    fn ids(&self, store: &Store, at: RowRef) -> Option<arcstr::ArcStr> {
        self.view.key_of(store, at).map(|k| k.id)
    }
    /// The rows that are on the screen.
    pub fn visible(&self, rows: usize) -> &[RowRef] {
        let order = &self.view.order;
        let from = self.view.top.min(order.len());
        &order[from..(from + rows).min(order.len())]
    }
    /// How many of the lines below the titles are for rows.
    pub fn rows(&self, lines: usize) -> usize {
        lines.saturating_sub(self.others().len())
    }
}

impl FormState {
    /// The picker, if it stands in the form's place.
    pub fn open_picker(&self) -> Option<&Picker> {
        self.picker.as_deref().filter(|p| p.open)
    }
    pub(super) fn open_picker_mut(&mut self) -> Option<&mut Picker> {
        self.picker.as_deref_mut().filter(|p| p.open)
    }
}

impl State {
    /// The open picker, if one has the keys.
    pub fn picker(&self) -> Option<&Picker> {
        let Some(Overlay::Form(form)) = self.overlays.last() else { return None };
        form.open_picker()
    }
    /// The columns of a picker that fit: the kind's own, without values that live elsewhere and would have to be asked for.
    pub fn picker_columns(&self, picker: &Picker) -> Vec<usize> {
        let kind = picker.view.kind;
        let own = |f: &usize| kind.fields.at(*f).side.is_none();
        let columns: Vec<usize> = self.columns_of(kind).into_iter().filter(own).collect();
        let several = |code: fn(&TableKey) -> Option<&arcstr::ArcStr>| {
            picker.view.tables.windows(2).any(|t| code(&t[0]) != code(&t[1]))
        };
        let joined = (several(|t| t.scope.profile()), several(|t| t.scope.region_code()));
        let wanted = layout::Wanted { columns: &columns, scroll: 0, ..picker.view.wanted(joined) };
        layout::fit(wanted, layout::picker(self.size).width.saturating_sub(4))
    }
    /// How many rows of a picker are seen at once.
    pub fn picker_rows(&self, picker: &Picker) -> usize {
        picker.rows(layout::picker_lines(self.size, &picker.pick.because))
    }
    /// Where the picker stands.
    pub fn picker_area(&self) -> Area {
        layout::picker(self.size)
    }
}

impl Turn<'_> {
    fn form_with_picker(&mut self) -> Option<&mut FormState> {
        self.s.overlays.iter_mut().rev().find_map(|o| match o {
            Overlay::Form(form) if form.picker.is_some() => Some(&mut **form),
            _ => None,
        })
    }
    fn picker_mut(&mut self) -> Option<&mut Picker> {
        self.form_with_picker().and_then(|f| f.picker.as_deref_mut())
    }

    /// The focused field has the picker that its form says, and what that needs is asked for. At the end of every turn.
    pub(super) fn keep_picker(&mut self) {
        let Some(Overlay::Form(form)) = self.s.overlays.last_mut() else { return };
        let field = form.spec.fields.get(form.focus);
        let Some((field, FormInput::Pick(pick))) = field.map(|f| (f, &f.input)) else {
            form.picker = None;
            return;
        };
        let Some(kind) = pick.tables.first().map(|t| t.kind) else { return };
        match &mut form.picker {
            Some(p) if p.field == field.name && p.pick == **pick => {}
            Some(p) if p.field == field.name && p.view.kind == kind => {
                p.pick = (**pick).clone();
                p.due = true;
            }
            other => *other = Some(Box::new(Picker::new(field.name, (**pick).clone(), kind))),
        }
        let value = match &field.value {
            FormValue::Text(value) => value.clone(),
            _ => Default::default(),
        };
        let Some(p) = form.picker.as_deref_mut() else { return };
        if p.due {
            self.ask_picker();
        } else {
            let row = || p.view.order_tables.iter().find_map(|t| self.store.find(&p.view.order_tables, t, &value));
            if p.placed.0 != value || p.placed.1 != p.order {
                p.place = row().and_then(|at| p.view.position(at));
                p.placed = (value, p.order);
            }
            self.ask_seek();
        }
        let rows = self.s.picker().map(|p| self.s.picker_rows(p));
        if let (Some(rows), Some(p)) = (rows, self.picker_mut()) {
            let (view, rows) = (&mut p.view, rows.max(1));
            let last = view.order.len().saturating_sub(rows);
            view.top = view.top.min(last).min(view.at).max((view.at + 1).saturating_sub(rows));
        }
    }

    /// Asks for the order of what the line lets through.
    fn ask_picker(&mut self) {
        let (request, now) = (self.number(), self.s.now);
        let Some(tables) = self.picker_mut().map(|p| p.pick.tables.clone()) else { return };
        let groups = self.s.groups_of(&tables);
        let columns = self.picker_mut().map(|p| p.view.kind).map(|kind| self.s.columns_of(kind));
        let Some(p) = self.picker_mut() else { return };
        p.due = false;
        (p.view.tables, p.view.groups) = (tables, groups);
        p.view.columns = columns.unwrap_or_default();
        let typed = if p.open { p.line.text().trim().to_string() } else { String::new() };
        let whole = p.query(&typed).and_then(|q| {
            let paid = q.fields(p.view.kind.0).find(|f| is_paid(p.view.kind, *f));
            let name = paid.map(|f| p.view.kind.fields.at(f).name);
            name.map_or(Ok(q), |n| Err(format!("CloudWatch charges for {n} per row: filter by it in the table.")))
        });
        let query = match whole {
            Ok(query) => Some(query),
            Err(why) => {
                p.error = Some(why);
                // The last word may be half typed: the rows follow the words before it.
                let before = typed.rsplit_once(char::is_whitespace).map_or("", |(words, _)| words);
                p.query(before).ok().filter(|q| !q.fields(p.view.kind.0).any(|f| is_paid(p.view.kind, f)))
            }
        };
        if let Some(query) = query {
            p.view.query = Arc::new(query);
        }
        if let Some(seek) = &mut p.seek {
            // What was sought among other rows is sought again.
            seek.request = None;
        }
        let effect = p.view.ask(request, IndexFor::Picker, now);
        self.emit(effect);
    }

    /// An index that is not the table's.
    pub(super) fn picker_indexed(&mut self, indexed: Indexed) {
        let store = self.store;
        let Some(p) = self.picker_mut() else { return };
        if p.seek.as_ref().is_some_and(|s| s.request == Some(indexed.request)) {
            self.sought(&indexed);
            return;
        }
        if p.view.indexing != Some(indexed.request) {
            return;
        }
        p.order = indexed.request;
        p.view.take(store, indexed);
        p.land(store);
        p.due |= p.view.stale;
        let (steps, taking) = (std::mem::take(&mut p.steps), p.taking);
        if taking {
            self.picker_take();
        } else if steps != 0 {
            self.picker_step(steps);
        }
    }

    /// The store has learned something, or a moment has come: the order may be another.
    pub(super) fn picker_applied(&mut self, delta: Option<&Delta>) {
        let (store, now) = (self.store, self.s.now);
        let Some(p) = self.picker_mut() else { return };
        let outdated = match delta {
            Some(delta) => p.view.is_outdated_by(delta) || delta.status && p.view.index_due.is_some(),
            None => p.view.index_due.is_some_and(|due| due <= now),
        };
        p.due |= outdated && p.view.wants_index(store, now);
    }

    /// Opens the picker of the focused field, the cursor on what is chosen.
    pub(super) fn picker_open(&mut self) {
        let store = self.store;
        let Some(Overlay::Form(form)) = self.s.overlays.last_mut() else { return };
        let value = form.field().map(|f| f.value.clone());
        let Some(p) = form.picker.as_deref_mut() else { return };
        let Some(FormValue::Text(value)) = value else { return };
        form.sought.clear();
        (p.open, p.in_rows, p.error, p.seek, p.other) = (true, false, None, None, None);
        let parts = p.pick.parts(&value);
        let row = |id: &&str| p.pick.tables.iter().find(|t| store.get(t, id).is_some());
        let keys = parts.iter().filter_map(|id| Some(RowKey { table: row(id)?.clone(), id: (*id).into() }));
        let keys: Vec<RowKey> = keys.collect();
        // A name that several have, or none: what was typed is what is looked for. What may be a row that is not loaded yet is gone to then.
        let is_read = |s: &Status| s.progress == Progress::Complete || s.fault.is_some();
        let is_whole = |t: &TableKey| store.table(t).is_some_and(|t| is_read(&t.status));
        let unknown = keys.is_empty() && !p.pick.several && p.pick.other(&value).is_none();
        let may_come = value.starts_with(p.pick.prefix) && !p.pick.tables.iter().all(is_whole);
        p.line = Line::new(if unknown && !may_come { value.as_str() } else { "" });
        p.view.seek = Some(value.clone()).filter(|id| unknown && may_come && !id.is_empty());
        p.other = p.pick.also.iter().position(|c| c.value == value);
        (p.view.touched, p.view.cursor) = (!keys.is_empty(), keys.first().cloned());
        p.view.marks = if p.pick.several { keys.into_iter().collect() } else { IndexSet::default() };
        p.due = true;
    }

    /// Leaves the picker; the field is as it was.
    pub(super) fn picker_close(&mut self) {
        let Some(p) = self.picker_mut() else { return };
        p.open = false;
        p.line.clear();
        (p.error, p.other, p.due, p.taking) = (None, None, true, false);
    }

    /// The line was typed in: the rows follow.
    pub(super) fn picker_typed(&mut self) {
        let Some(p) = self.picker_mut() else { return };
        (p.error, p.other, p.view.touched, p.due, p.taking) = (None, None, false, true, false);
        p.view.seek = None;
    }

    /// Moves the cursor through what can be chosen.
    pub(super) fn picker_by(&mut self, by: isize) {
        let at = self.picker_mut().map(|p| p.at());
        at.into_iter().for_each(|at| self.picker_to(at.saturating_add_signed(by)));
    }

    /// Puts the cursor on one of all that can be chosen; beyond the last one it goes to that.
    pub(super) fn picker_to(&mut self, to: usize) {
        let store = self.store;
        let Some(p) = self.picker_mut() else { return };
        p.view.seek = None;
        let others = p.others().len();
        let to = to.min(p.len().saturating_sub(1));
        (p.error, p.taking) = (None, false);
        p.view.touched = true;
        p.other = (to < others).then_some(to);
        p.view.at = to.saturating_sub(others).min(p.view.order.len().saturating_sub(1));
        p.land(store);
    }

    /// The keys go to the rows, or back to the line.
    pub(super) fn picker_focus(&mut self, rows: Option<bool>) {
        if let Some(p) = self.picker_mut() {
            p.in_rows = rows.unwrap_or(!p.in_rows);
        }
    }

    /// Why the row under the cursor cannot be taken.
    fn picker_refusal(&mut self) -> Option<String> {
        let p = self.picker_mut()?;
        let row = p.view.cursor.as_ref().filter(|_| p.other.is_none())?;
        p.pick.refusal(&row.id).map(str::to_string)
    }

    /// Marks the row under the cursor, where several may be chosen, and goes to the next.
    pub(super) fn picker_mark(&mut self) {
        let refused = self.picker_refusal();
        let Some(p) = self.picker_mut() else { return };
        let Some(row) = p.view.cursor.clone().filter(|_| p.other.is_none()) else { return };
        if !p.pick.several {
            p.error = Some("Only one can be chosen here: enter chooses it.".into());
        } else if let Some(why) = refused {
            p.error = Some(why);
        } else if p.view.marks.shift_remove(&row) {
            self.picker_by(1);
        } else if p.view.marks.len() >= MOST {
            p.error = Some(format!("At most {MOST} can be chosen at once."));
        } else {
            p.view.marks.insert(row);
            self.picker_by(1);
        }
    }

    /// Enter: the field gets the marked rows, else the one under the cursor, and the form goes on.
    pub(super) fn picker_take(&mut self) {
        let refused = self.picker_refusal();
        let Some(p) = self.picker_mut() else { return };
        p.taking = p.due || p.view.indexing.is_some();
        if p.taking {
            return;
        }
        let others = p.others();
        let value = match (p.other.and_then(|i| others.get(i)), p.view.marks.is_empty()) {
            (_, false) => Pick::value(&p.view.marks.iter().map(|k| &k.id).collect::<Vec<_>>()),
            (Some(other), _) => other.value.clone(),
            (None, true) => match (&p.view.cursor, refused) {
                (Some(_), Some(why)) => {
                    p.error = Some(why);
                    return;
                }
                (Some(row), None) => row.id.clone(),
                // A row that is not listed, because that is denied or it is new, is named by its id.
                (None, _) if p.is_typed_id() => p.line.text().trim().into(),
                (None, _) => {
                    p.error = Some("Nothing to choose.".into());
                    return;
                }
            },
        };
        self.picker_close();
        self.set_field(FormValue::Text(value));
        self.form_go_on();
    }
}

fn is_paid(kind: Kind, field: usize) -> bool {
    kind.fields.at(field).side.is_some_and(|s| s.paid)
}
