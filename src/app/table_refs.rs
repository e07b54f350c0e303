//! What a viewer still needs of the store: what it sees, what it can go back to, what its plans are about.

use rustc_hash::FxHashSet;

use super::board::Place;
use super::overlay::Overlay;
use super::state::State;
use crate::model::TableKey;

impl State {
    /// Every table that this viewer refers to.
    pub fn refers_to(&self) -> FxHashSet<TableKey> {
        let mut out: FxHashSet<TableKey> = self.watched.iter().map(|i| i.table.clone()).collect();
        let left = self.back.iter().chain(&self.forward).filter_map(Place::as_table);
        for view in std::iter::once(&self.view).chain(left) {
            out.extend(view.tables.iter().chain(view.order_tables.iter()).cloned());
            out.extend(view.marks.iter().map(|m| m.table.clone()));
        }
        out.extend(self.detail.row.iter().map(|r| r.table.clone()));
        for overlay in &self.overlays {
            let (rows, needs) = match overlay {
                Overlay::Form(form) => {
                    let views = form.picker.iter().map(|p| &p.view);
                    out.extend(views.flat_map(|v| v.tables.iter().chain(v.order_tables.iter())).cloned());
                    (form.on.rows.as_slice(), form.spec.needs.as_slice())
                }
                Overlay::Plan(p) => (p.on.rows.as_slice(), p.plan.needs.as_slice()),
                Overlay::Palette(p) => {
                    out.extend(p.asks_for().cloned());
                    continue;
                }
                _ => continue,
            };
            out.extend(rows.iter().map(|r| r.table.clone()).chain(needs.iter().cloned()));
        }
        for run in &self.runs {
            out.extend(run.record.all_rows().into_iter().map(|(table, _)| table));
            out.extend(run.record.undo.iter().flat_map(|u| &u.on).map(|(table, _)| table.clone()));
        }
        out.extend(self.awaited.iter().flat_map(|a| &a.rows).map(|r| r.table.clone()));
        out
    }
}
