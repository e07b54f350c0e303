//! Moving in the table: cursor, paging, marks, sort, columns.

use super::layout::Wanted;
use super::overlay::{Menu, MenuItem, MenuKind, MenuValue, On, Overlay, Sure, SureKind};
use super::state::{Focus, State};
use super::update::Turn;
use super::view::RowKey;
use crate::base::Scope;
use crate::kinds::Target;
use crate::kinds::cloudwatch::looks_an_hour;
use crate::kinds::prices::metrics_cost;
use crate::model::behind::Behind;
use crate::model::health::WORST;
use crate::model::{Column, Level, RowRef, Sort};

impl State {
    /// The rows on the screen, from the top.
    pub fn visible(&self) -> &[RowRef] {
        let from = self.view.top.min(self.view.order.len());
        // Behind a detail that replaces the table nothing is seen; one row keeps its own values fresh.
        let rows = self.areas().rows();
        let (from, rows) = if rows == 0 { (self.view.at.min(self.view.order.len()), 1) } else { (from, rows) };
        &self.view.order[from..(from + rows).min(self.view.order.len())]
    }
    /// The columns that fit, from left to right. The table of joined scopes also says whose a row is.
    pub fn columns(&self) -> Vec<usize> {
        let width = self.areas().table.map_or(0, |t| t.width);
        let spare = !self.view.chosen;
        super::layout::fit(Wanted { spare, ..self.view.wanted(self.joined()) }, width)
    }
    /// Whether the view joins several profiles, and several regions.
    pub fn joined(&self) -> (bool, bool) {
        let mut tables = self.view.tables.iter().map(|t| &t.scope);
        let Some(first) = tables.next() else { return (false, false) };
        tables.fold((false, false), |(p, r), s| {
            (p || s.profile() != first.profile(), r || s.region_code() != first.region_code())
        })
    }
}

/// Rows that can be marked at once: what StopInstances and TerminateInstances take in one request
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html>), and more than anyone reads in a plan.
pub(super) const MARKS: usize = 1000;

impl Turn<'_> {
    /// Puts the cursor on the row at a position, or on the last.
    pub(super) fn move_to(&mut self, at: usize) {
        let view = &mut self.s.view;
        view.at = at.min(view.order.len().saturating_sub(1));
        (view.touched, view.seek) = (true, None);
        self.land();
        self.range_follows();
    }

    pub(super) fn move_by(&mut self, rows: isize) {
        self.move_to(self.s.view.at.saturating_add_signed(rows));
    }

    /// A page down or up takes the screen along.
    pub(super) fn page(&mut self, rows: isize) {
        let view = &mut self.s.view;
        view.top = view.top.saturating_add_signed(rows).min(view.order.len().saturating_sub(1));
        self.move_by(rows);
    }

    /// The cursor's row is on the screen, and the screen is full if there are rows enough.
    pub(super) fn scroll_to_cursor(&mut self) {
        let rows = self.s.areas().rows().max(1);
        let view = &mut self.s.view;
        view.top =
            view.top.min(view.order.len().saturating_sub(rows)).min(view.at).max((view.at + 1).saturating_sub(rows));
    }

    /// Columns, a step to the right or left; the first column stays.
    pub(super) fn scroll_columns(&mut self, by: isize) {
        let view = &mut self.s.view;
        view.column_scroll = view.column_scroll.saturating_add_signed(by).min(view.columns.len().saturating_sub(2));
    }

    /// The marked rows, else the focused one.
    pub(super) fn targets(&self) -> Vec<RowKey> {
        if self.s.board.is_some() {
            return Vec::new();
        }
        let view = &self.s.view;
        if view.marks.is_empty() || self.s.focus == Focus::Detail && self.s.detail.open {
            self.focused().into_iter().collect()
        } else {
            view.marks.iter().cloned().collect()
        }
    }

    /// What an action would be about now: the targets, or the place that is seen.
    pub(super) fn on(&self) -> On {
        self.on_rows(self.targets())
    }

    /// The same for given rows.
    pub(super) fn on_rows(&self, rows: Vec<RowKey>) -> On {
        // An action may be what takes a row out of a filtered table.
        let rows: Vec<RowKey> = rows.into_iter().map(|row| RowKey { table: row.table.home(), id: row.id }).collect();
        let seen =
            || self.focused().map(|r| r.table.scope).or_else(|| self.s.view.tables.first().map(|t| t.scope.clone()));
        let scope = rows.first().map(|r| r.table.scope.clone()).or_else(seen);
        // Where one stands in a list of an account's (buckets), something of a region is made in the first region.
        let scope = scope.filter(|s| s.region_code().is_some()).or_else(|| self.s.scopes.first().cloned());
        On { scope: scope.unwrap_or(Scope::Global), rows }
    }

    /// The row that is looked at: the detail's if it has the keys, else the cursor's.
    pub(super) fn focused(&self) -> Option<RowKey> {
        if self.s.board.is_some() {
            return None;
        }
        match (self.s.focus, &self.s.detail.row) {
            (Focus::Detail, Some(row)) if self.s.detail.open => Some(row.clone()),
            _ => self.s.view.cursor.clone(),
        }
    }

    /// The rows themselves, or a sentence about the one that is not there any more.
    pub(super) fn resolve(&self, keys: &[RowKey]) -> Result<Vec<Target>, String> {
        keys.iter()
            .map(|k| match self.store.get(&k.table, &k.id) {
                Some(record) => Ok(Target { table: k.table.clone(), record: record.clone() }),
                None => {
                    let lingering = self.store.table(&k.table).and_then(|t| t.get(&k.id));
                    let label = lingering.map_or_else(|| k.id.clone(), |r| r.record.label().clone());
                    Err(format!("{label} no longer exists."))
                }
            })
            .collect()
    }

    pub(super) fn mark(&mut self) {
        let Some(row) = self.s.view.cursor.clone() else { return };
        let marks = &mut self.s.view.marks;
        if !marks.shift_remove(&row) {
            marks.insert(row);
        }
        self.move_by(1);
    }

    /// Marks every row that is shown; if all of them are marked, takes every mark away.
    pub(super) fn mark_all(&mut self) {
        let shown = self.s.view.order.len();
        if shown > MARKS {
            let text = format!(
                "{shown} rows are shown and at most {MARKS} can be marked at once: narrow the filter (/) first."
            );
            return self.say(Level::Warning, text);
        }
        let rows: Vec<RowKey> = self.s.view.order.iter().filter_map(|at| self.s.view.key_of(self.store, *at)).collect();
        let marks = &mut self.s.view.marks;
        if rows.iter().all(|r| marks.contains(r)) {
            marks.clear();
        } else {
            marks.extend(rows);
        }
        self.count_hidden_marks();
    }

    pub(super) fn sort_menu(&mut self) {
        let view = &self.s.view;
        let ordered =
            |i: usize| view.sort.filter(|s| s.field == i).map(|s| if s.ascending { "ascending" } else { "descending" });
        let items = view.kind.iter().enumerate().filter(|(_, f)| f.column != Column::DetailOnly).map(|(i, f)| {
            let now = ordered(i);
            let paid = f.side.is_some_and(|s| s.paid).then_some("paid: CloudWatch");
            MenuItem {
                label: f.title.to_string(),
                detail: now.or(paid).unwrap_or(f.name).to_string(),
                value: MenuValue::At(i),
                ..MenuItem::default()
            }
        });
        let worst = view.kind.worst().map(|i| MenuItem {
            label: WORST.title.to_string(),
            detail: WORST.doc.to_string(),
            value: MenuValue::At(i),
            ..MenuItem::default()
        });
        let (profile, region) = self.s.joined();
        let places = [(profile, view.kind.profile()), (region, view.kind.region())];
        let behind = places.into_iter().filter(|(is_joined, _)| *is_joined).map(|(_, at)| at);
        let tags = view.columns.iter().copied().filter(|i| matches!(view.kind.behind(*i), Some(Behind::Tag(_))));
        let beside = behind.chain(tags).map(|i| MenuItem {
            label: view.kind.fields.at(i).title.to_string(),
            detail: ordered(i).unwrap_or(view.kind.fields.at(i).name).to_string(),
            value: MenuValue::At(i),
            ..MenuItem::default()
        });
        let items: Vec<MenuItem> = items.chain(beside).chain(worst).collect();
        let cursor = view.sort.and_then(|s| items.iter().position(|m| m.value == MenuValue::At(s.field))).unwrap_or(0);
        self.menu(Menu::new(MenuKind::Sort, "Sort by", items).at(cursor));
    }

    /// Sorts by a field that somebody has chosen.
    pub(super) fn sort_by(&mut self, sort: Sort) {
        self.sort_chosen(sort);
        self.order_by(sort);
    }

    /// Sorts by a field; a paid one is asked for first.
    pub(super) fn order_by(&mut self, sort: Sort) {
        let field = self.s.view.kind.fields.at(sort.field);
        if field.side.is_some_and(|s| s.paid) && !self.s.view.paid.contains(&sort.field) {
            let lines = self.price(&[sort.field]);
            self.s.overlays.push(Overlay::Sure(Sure {
                kind: SureKind::PaidSort(sort),
                title: format!("Sort by {}", field.title),
                lines,
                yes: "pay and sort",
                no: "leave",
            }));
            return;
        }
        self.s.view.sort = Some(sort);
        self.reindex();
    }

    pub(super) fn sort_reverse(&mut self) {
        match self.s.view.sort {
            Some(sort) => self.sort_by(Sort { ascending: !sort.ascending, ..sort }),
            None => self.say(Level::Info, "This table cannot be sorted."),
        }
    }

    /// What a paid filter or sort costs: one metric a row every five minutes, or each minute with detailed monitoring.
    pub(super) fn price(&self, fields: &[usize]) -> Vec<String> {
        let kind = self.s.view.kind;
        let names: Vec<&str> = fields.iter().map(|f| kind.fields.at(*f).name).collect();
        let tables = || self.s.view.tables.iter().filter_map(|t| self.store.table(t));
        let rows: usize = tables().map(|t| t.len()).sum();
        let live = tables().flat_map(|t| t.rows()).filter(|r| r.gone.is_none());
        let requests = live.map(|r| looks_an_hour(&r.record)).sum::<usize>() * fields.len();
        vec![
            format!(
                "{} is read from CloudWatch, which charges about {} for 1,000 metrics.",
                names.join(" and "),
                metrics_cost(1000)
            ),
            format!(
                "For {rows} {} that is {requests} metrics an hour: about {} an hour while this view is open.",
                if rows == 1 { kind.singular } else { kind.name },
                metrics_cost(requests)
            ),
            "Rows without a value come last.".into(),
        ]
    }
}
