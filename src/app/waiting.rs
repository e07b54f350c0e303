//! A palette line that was entered too early: it stays, its tables are asked for, and it goes on by itself when they have come.

use super::overlay::{On, Overlay, Waits};
use super::palette::Meaning;
use super::update::Turn;
use crate::base::text::{self, visible};
use crate::model::TableKey;
use crate::store::Progress;

impl Turn<'_> {
    /// Whether a table is still to come: it is not complete, and did not fail.
    pub(super) fn is_coming(&self, table: &TableKey) -> bool {
        let status = self.store.table(table).map(|t| &t.status);
        status.is_none_or(|s| s.progress != Progress::Complete && s.fault.is_none())
    }

    /// Those of the tables whose rows a line may speak of and that are still to come, each once.
    pub(super) fn coming(&self, tables: Vec<TableKey>) -> Vec<TableKey> {
        let mut out: Vec<TableKey> = Vec::new();
        for table in tables {
            if !table.kind.side && self.is_coming(&table) && !out.contains(&table) {
                out.push(table);
            }
        }
        out
    }

    /// Puts a line back that waits for tables.
    pub(super) fn wait_for(&mut self, line: &str, tables: Vec<TableKey>, text: String, on: Option<On>) {
        self.palette(line);
        if let Some(Overlay::Palette(p)) = self.s.overlays.last_mut() {
            p.waits = Some(Waits { tables, text, on, seeks: false });
        }
    }

    /// Looks for a row of this name in every kind: their rows are asked for.
    pub(super) fn seek_rows(&mut self, line: &str) {
        let tables = self.tables_to_seek_in();
        let text = self.seeking(line, &tables);
        if let Some(Overlay::Palette(p)) = self.s.overlays.last_mut() {
            p.error = None;
            p.waits = Some(Waits { tables, text, on: None, seeks: true });
        }
        self.sought_rows();
    }

    fn seeking(&self, line: &str, tables: &[TableKey]) -> String {
        let here = tables.iter().filter(|t| !self.is_coming(t)).count();
        format!("Looking for {}: {here} of {} lists are here.", visible(line.trim()), tables.len())
    }

    /// News of a table: what waits for it goes on.
    pub(super) fn wait_over(&mut self, table: &TableKey) {
        let Some(Overlay::Palette(p)) = self.s.overlays.last() else { return };
        let Some(waits) = p.waits.as_ref().filter(|w| w.tables.contains(table)) else { return };
        if waits.seeks {
            return self.sought_rows();
        }
        if self.is_coming(table) {
            return;
        }
        let (line, on) = (p.line.text().to_string(), waits.on.clone());
        let meaning = self.meaning(&line);
        self.s.overlays.pop();
        if let (Ok(meaning), Some(on)) = (&meaning, &on) {
            self.keep_line(&line, meaning, on.clone());
        }
        match (meaning, on) {
            (Ok(Meaning::Act(action, args)), Some(on)) => self.begin(action, on, &args),
            (Ok(meaning), _) => self.mean(&line, meaning),
            (Err(why), _) => {
                self.palette(&line);
                if let Some(Overlay::Palette(p)) = self.s.overlays.last_mut() {
                    p.error = Some(why);
                }
            }
        }
    }

    /// What is known by now of a row that is looked for in every kind: it is gone to as soon as one is called exactly so.
    fn sought_rows(&mut self) {
        let Some(Overlay::Palette(p)) = self.s.overlays.last() else { return };
        let Some(waits) = p.waits.clone() else { return };
        let line = p.line.text().trim().to_string();
        let over = !waits.tables.iter().any(|t| self.is_coming(t));
        let found = self.exact_row(&line).or_else(|| over.then(|| self.like_rows(&line)).flatten());
        if let Some(meaning) = found {
            self.s.commands.add(&line);
            self.s.overlays.pop();
            return self.mean(&line, meaning);
        }
        let text = self.seeking(&line, &waits.tables);
        let unread =
            waits.tables.iter().filter(|t| self.store.table(t).is_some_and(|t| t.status.fault.is_some())).count();
        let Some(Overlay::Palette(p)) = self.s.overlays.last_mut() else { return };
        if over {
            p.waits = None;
            let unread = match unread {
                0 => String::new(),
                n => format!(" {n} of {} lists could not be read.", waits.tables.len()),
            };
            p.error = Some(format!("Nothing here is called {}.{unread}", visible(&line)));
        } else {
            p.waits = Some(Waits { text, ..waits });
        }
    }
}

/// The kinds of tables, for a sentence: `images and subnets`.
pub(super) fn listed(tables: &[TableKey]) -> String {
    let mut names: Vec<String> = Vec::new();
    for table in tables {
        let name = table.kind.name.replace('-', " ");
        if !names.contains(&name) {
            names.push(name);
        }
    }
    text::listed(&names)
}
