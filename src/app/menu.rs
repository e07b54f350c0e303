//! Short lists to choose from: how they are moved through, and what choosing means.

use super::overlay::{Menu, MenuItem, MenuKind, MenuValue, Overlay};
use super::update::Turn;
use super::view::RowKey;
use crate::base::text::{cut_end, pasteable};
use crate::kinds::Takes;
use crate::model::{Effect, FieldType, Level, Sort, Value};

/// The text that a value is copied as; `None` where there is none.
fn copied(value: &Value) -> Option<String> {
    match value {
        Value::Ip(ip) => Some(ip.to_string()),
        Value::Ip6(ip) => Some(ip.to_string()),
        Value::Text(s) | Value::State(_, s) => Some(s.to_string()),
        Value::List(items) => Some(items.join(" ")),
        _ => None,
    }
}

impl Turn<'_> {
    pub(super) fn menu(&mut self, menu: Menu) {
        self.s.overlays.push(Overlay::Menu(menu));
    }

    pub(super) fn menu_by(&mut self, by: isize) {
        let Some(Overlay::Menu(menu)) = self.s.overlays.last_mut() else { return };
        menu.cursor = menu.cursor.saturating_add_signed(by).min(menu.items.len().saturating_sub(1));
        menu.error = None;
    }

    /// Turns an entry of the column chooser on or off.
    pub(super) fn menu_toggle(&mut self) {
        let Some(Overlay::Menu(menu)) = self.s.overlays.last_mut() else { return };
        match menu.items.get_mut(menu.cursor) {
            Some(MenuItem { checked: Some(on), .. }) => *on = !*on,
            _ => return self.menu_accept(),
        }
        let Some(Overlay::Menu(menu)) = self.s.overlays.last_mut() else { return };
        if menu.items.iter().all(|i| i.checked != Some(true)) {
            menu.items[menu.cursor].checked = Some(true);
            menu.error = Some("One column has to stay.".into());
            return;
        }
        menu.error = None;
        self.choose_columns();
    }

    /// Moves an entry of the column chooser.
    pub(super) fn menu_move(&mut self, by: isize) {
        let Some(Overlay::Menu(menu)) = self.s.overlays.last_mut() else { return };
        let to = menu.cursor.saturating_add_signed(by);
        if menu.kind != MenuKind::Columns || to >= menu.items.len() || to == menu.cursor {
            return;
        }
        menu.items.swap(menu.cursor, to);
        menu.cursor = to;
        self.choose_columns();
    }

    pub(super) fn menu_accept(&mut self) {
        let Some(Overlay::Menu(menu)) = self.s.overlays.last_mut() else { return };
        let Some(item) = menu.items.get(menu.cursor) else {
            self.s.overlays.pop();
            return;
        };
        if let Some(why) = &item.disabled {
            menu.error = Some(why.clone());
            return;
        }
        let (kind, value) = (menu.kind.clone(), item.value.clone());
        self.s.overlays.pop();
        match (kind, value) {
            (MenuKind::Actions(on), MenuValue::Name(name)) => {
                if let Some(action) = self.s.registry.action(self.s.view.kind, name) {
                    self.begin(action, on, "");
                }
            }
            (MenuKind::Links(row), MenuValue::At(i)) => {
                if let Some(link) = self.links(&row).get(i).cloned() {
                    self.follow_link(&row, &link);
                }
            }
            (MenuKind::Sort, MenuValue::At(field)) => {
                let now = self.s.view.sort.filter(|s| s.field == field);
                self.sort_by(Sort { field, ascending: now.is_none_or(|s| !s.ascending) });
            }
            (MenuKind::Copy, MenuValue::Text(text)) => self.copied(text),
            (MenuKind::Presets, MenuValue::At(i)) => self.draft_preset(i),
            (MenuKind::Runs, MenuValue::Run(id)) => self.run_chosen(id),
            (MenuKind::Run(id), MenuValue::Name(what)) => self.run_choice(id, what),
            (MenuKind::Runs, _) => self.left_menu(),
            (MenuKind::Left, MenuValue::Text(run)) => self.left_one_menu(run),
            (MenuKind::LeftOne(run), MenuValue::Name(what)) => self.left_choice(&run, what),
            _ => {}
        }
    }

    /// Everything that can be done with the targets, with why not where it cannot.
    pub(super) fn actions_menu(&mut self) {
        let on = self.on();
        let kind = self.s.view.kind;
        let mut actions: Vec<_> = self.s.registry.actions_of(kind).collect();
        if on.rows.is_empty() {
            actions.retain(|a| a.takes == Takes::Scope);
        }
        if actions.is_empty() {
            let none = self.s.registry.actions_of(kind).next().is_none();
            let text = if none {
                format!("There are no actions on {} yet.", kind.name)
            } else {
                "There is no row to act on.".into()
            };
            self.say(Level::Info, text);
            return;
        }
        let items = actions.iter().map(|a| MenuItem {
            label: a.title.to_string(),
            // What only the plan's confirmation refuses can still be opened: the plan shows the commands.
            detail: if a.changes && self.read_only_of(&on) {
                format!("read-only, plan only. {}", a.doc)
            } else {
                a.doc.to_string()
            },
            checked: None,
            disabled: self.why_not(a, &on),
            value: MenuValue::Name(a.name),
        });
        let items = items.collect();
        let mut title = match on.rows.as_slice() {
            [] => kind.title.to_string(),
            [one] => self.label(one),
            many => format!("{} {}", many.len(), kind.name),
        };
        if on.rows.len() > 1 && self.s.view.hidden_marks > 0 {
            title = format!("{title} ({})", hidden_sentence(self.s.view.hidden_marks));
        }
        self.menu(Menu { kind: MenuKind::Actions(on), title, items, cursor: 0, error: None });
    }

    fn rows_text(&self, rows: &[RowKey]) -> Vec<String> {
        let records = rows.iter().filter_map(|r| self.store.get(&r.table, &r.id));
        records.map(|r| pasteable(r.shown_id()).into_owned()).collect()
    }

    /// Copies the ids of the targets, one a line.
    pub(super) fn copy_ids(&mut self) {
        let ids = self.rows_text(&self.targets());
        if ids.is_empty() {
            self.say(Level::Info, "There is no row to copy.");
            return;
        }
        self.copied(ids.join("\n"));
    }

    /// Puts a text on the clipboard and says so.
    pub(super) fn copied(&mut self, text: String) {
        let lines = text.lines().count();
        let what = if lines == 1 { text.clone() } else { format!("{lines} lines") };
        self.emit(Effect::Copy(text));
        self.say(Level::Info, format!("Copied {}", cut_end(&what, 60)));
    }

    /// Name, ARN, addresses and ids of the focused row.
    pub(super) fn copy_menu(&mut self) {
        let Some(row) = self.focused() else { return };
        let Some(record) = self.store.get(&row.table, &row.id).cloned() else { return };
        let mut items: Vec<MenuItem> = Vec::new();
        let mut add = |label: &str, text: String| {
            let text = pasteable(&text).into_owned();
            if !text.is_empty() && items.iter().all(|i| i.detail != text) {
                items.push(MenuItem {
                    label: label.to_string(),
                    detail: text.clone(),
                    value: MenuValue::Text(text),
                    ..MenuItem::default()
                });
            }
        };
        add("id", record.shown_id().to_string());
        add("name", record.name.to_string());
        for (i, field) in record.kind.iter().enumerate() {
            let wanted = matches!(field.ty, FieldType::Id | FieldType::Ip)
                || field.link.is_some()
                || matches!(field.name, "ipv6" | "elastic_ips" | "addresses")
                || field.name.contains("arn")
                || field.name.contains("dns");
            if wanted && let Some(text) = copied(record.at(i)) {
                add(&field.name.replace('_', " "), text);
            }
            for id in record.at(i).items() {
                if let Some(name) = self.s.name_of(self.store, &row.table, field, &id) {
                    add(&format!("{} name", field.title.to_lowercase()), name.to_string());
                }
            }
        }
        self.menu(Menu { kind: MenuKind::Copy, title: "Copy".into(), items, cursor: 0, error: None });
    }
}

/// `2 marked rows are not shown`.
pub fn hidden_sentence(hidden: usize) -> String {
    match hidden {
        1 => "1 marked row is not shown".into(),
        n => format!("{n} marked rows are not shown"),
    }
}
