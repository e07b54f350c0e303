//! Short lists to choose from: how they are moved through, and what choosing means.

use super::command::Command;
use super::complete::rank;
use super::overlay::{Menu, MenuItem, MenuKind, MenuValue, Overlay};
use super::state::State;
use super::update::Turn;
use super::view::RowKey;
use crate::base::Scope;
use crate::base::text::{cut_end, pasteable};
use crate::config::{Mode, Step};
use crate::input::Key;
use crate::kinds::web_console::console_link;
use crate::kinds::{Action, MenuGroup, Takes};
use crate::model::{Ask, Effect, FieldType, Level, Record, Sort, TableFormat, Value};

/// How a table can be copied: by name, and as the menu calls it.
const TABLE_FORMATS: &[(&str, TableFormat, &str)] = &[
    ("csv", TableFormat::Csv, "as CSV"),
    ("json", TableFormat::Json, "as JSON"),
    ("markdown", TableFormat::Markdown, "as Markdown"),
];

impl Menu {
    /// A menu with its first entry chosen.
    pub fn new(kind: MenuKind, title: impl Into<String>, items: Vec<MenuItem>) -> Menu {
        Menu { kind, title: title.into(), items, cursor: 0, line: None, error: None }
    }
    /// The same with another entry chosen.
    #[must_use]
    pub fn at(self, cursor: usize) -> Menu {
        Menu { cursor, ..self }
    }
    /// The entries that the line lets through, by their positions: those whose label has what was typed, the best first; then those whose
    /// heading has it; then those that speak of it. All of them where nothing was typed. Entries that only say something are passed over.
    pub fn shown(&self) -> Vec<usize> {
        let typed = self.line.as_ref().map_or("", |l| l.text().trim());
        if typed.is_empty() {
            return (0..self.items.len()).collect();
        }
        let mut found: Vec<(u32, usize)> =
            self.items.iter().enumerate().filter_map(|(i, item)| Some((item.rank(typed)?, i))).collect();
        found.sort_by_key(|(rank, _)| *rank);
        found.into_iter().map(|(_, i)| i).collect()
    }
    /// The chosen entry's position among all.
    pub fn chosen(&self) -> Option<usize> {
        match self.line {
            Some(_) => self.shown().get(self.cursor).copied(),
            None => Some(self.cursor).filter(|i| *i < self.items.len()),
        }
    }
    /// The chosen entry.
    pub fn item(&self) -> Option<&MenuItem> {
        self.items.get(self.chosen()?)
    }
}

impl MenuItem {
    /// How well it fits what was typed, the best the lowest.
    fn rank(&self, typed: &str) -> Option<u32> {
        if self.value == MenuValue::None {
            return None;
        }
        // Letters in their order, but apart, say too little: a sentence nearly always has them.
        let close = |text: &str| rank(text, typed).filter(|r| *r < 400);
        let name = if let MenuValue::Name(name) = self.value { close(name) } else { None };
        let label = [close(&self.label), name].into_iter().flatten().min();
        // The heading's own word brings all that stands under it.
        let group = || close(self.group).map(|r| 500 + r);
        label.or_else(group).or_else(|| close(&self.detail).map(|r| 1000 + r))
    }
}

/// The text that a value is copied as; `None` where there is none.
fn copied(value: &Value) -> Option<String> {
    match value {
        Value::Text(s) | Value::State(_, s) => Some(s.to_string()),
        Value::List(items) => Some(items.join(" ")),
        _ => {
            let all: Vec<String> = value.blocks().map(|block| block.to_string()).collect();
            (!all.is_empty()).then(|| all.join(" "))
        }
    }
}

/// A text in a message about it: many lines are counted.
fn what(text: &str) -> String {
    match text.lines().count() {
        0 | 1 => text.into(),
        lines => format!("{lines} lines"),
    }
}

impl State {
    /// The letters that choose these actions: the same in every state of a row. What an action asks for itself first, then what its name
    /// begins with, then the others in it.
    pub fn letters(&self, actions: &[&'static Action]) -> Vec<Option<char>> {
        let free = |c: char| match self.keymap.step(Mode::Menu, &[Key::char(c)]) {
            Step::None => true,
            Step::Command(name) => Command::named(name).is_none_or(|c| !c.info().modes.contains(&Mode::Menu)),
            Step::Pending(_) => false,
        };
        let mut letters: Vec<Option<char>> = actions.iter().map(|a| a.letter).collect();
        let words = |a: &Action| a.name.split('-').filter_map(|w| w.chars().next()).collect::<Vec<_>>();
        let rest = |a: &Action| a.name.chars().filter(char::is_ascii_lowercase).collect::<Vec<_>>();
        let capitals = |a: &Action| words(a).iter().map(char::to_ascii_uppercase).collect::<Vec<_>>();
        let first = |a: &Action| a.name.chars().take(1).collect::<Vec<_>>();
        for candidates in [&first as &dyn Fn(&Action) -> Vec<char>, &words, &rest, &capitals] {
            for (i, action) in actions.iter().enumerate() {
                if letters[i].is_none() {
                    letters[i] = candidates(action).into_iter().find(|c| free(*c) && !letters.contains(&Some(*c)));
                }
            }
        }
        letters
    }
}

impl Turn<'_> {
    pub(super) fn menu(&mut self, menu: Menu) {
        self.s.overlays.push(Overlay::Menu(menu));
    }

    pub(super) fn menu_by(&mut self, by: isize) {
        let Some(Overlay::Menu(menu)) = self.s.overlays.last_mut() else { return };
        menu.cursor = menu.cursor.saturating_add_signed(by).min(menu.shown().len().saturating_sub(1));
        menu.error = None;
    }

    /// `/`: what is typed from here on narrows the entries.
    pub(super) fn menu_narrow(&mut self) {
        if let Some(Overlay::Menu(menu)) = self.s.overlays.last_mut() {
            menu.line.get_or_insert_default();
            menu.error = None;
        }
    }

    /// A character that is no key of a menu: it chooses the entry whose letter it is, else it begins to narrow the menu.
    pub(super) fn menu_key(&mut self, key: Key) {
        if key.typed().is_none() {
            return;
        }
        if let Some(Overlay::Menu(menu)) = self.s.overlays.last_mut()
            && let Some(at) = menu.items.iter().position(|i| i.letter.is_some() && i.letter == key.typed())
        {
            menu.cursor = at;
            return self.menu_accept();
        }
        self.menu_narrow();
        if let Some(Overlay::Menu(Menu { line: Some(line), .. })) = self.s.overlays.last_mut() {
            line.key(key);
        }
        self.menu_typed();
    }

    /// The line was typed in: the best entry is chosen.
    pub(super) fn menu_typed(&mut self) {
        if let Some(Overlay::Menu(menu)) = self.s.overlays.last_mut() {
            (menu.cursor, menu.error) = (0, None);
        }
    }

    /// Takes the line away: all entries again, the cursor where it is. Whether there was one.
    pub(super) fn menu_widen(&mut self) -> bool {
        let Some(Overlay::Menu(menu)) = self.s.overlays.last_mut() else { return false };
        let chosen = menu.chosen();
        let had = menu.line.take().is_some();
        if had {
            menu.cursor = chosen.unwrap_or(0);
        }
        had
    }

    /// Turns an entry of the column chooser on or off.
    pub(super) fn menu_toggle(&mut self) {
        let Some(Overlay::Menu(menu)) = self.s.overlays.last_mut() else { return };
        let at = menu.chosen().unwrap_or(usize::MAX);
        match menu.items.get_mut(at) {
            Some(MenuItem { checked: Some(on), .. }) => *on = !*on,
            _ => return self.menu_accept(),
        }
        let Some(Overlay::Menu(menu)) = self.s.overlays.last_mut() else { return };
        if menu.items.iter().all(|i| i.checked != Some(true)) {
            menu.items[at].checked = Some(true);
            menu.error = Some("At least one column has to stay.".into());
            return;
        }
        menu.error = None;
        self.choose_columns();
    }

    /// Moves an entry of the column chooser.
    pub(super) fn menu_move(&mut self, by: isize) {
        let Some(Overlay::Menu(menu)) = self.s.overlays.last_mut() else { return };
        let to = menu.cursor.saturating_add_signed(by);
        if menu.kind != MenuKind::Columns || menu.line.is_some() || to >= menu.items.len() || to == menu.cursor {
            return;
        }
        menu.items.swap(menu.cursor, to);
        menu.cursor = to;
        self.choose_columns();
    }

    pub(super) fn menu_accept(&mut self) {
        let Some(Overlay::Menu(menu)) = self.s.overlays.last_mut() else { return };
        let Some(item) = menu.item() else {
            if menu.line.is_some() {
                menu.error = Some("Nothing matches.".into());
            } else {
                self.s.overlays.pop();
            }
            return;
        };
        if let Some(why) = &item.disabled {
            menu.error = Some(why.clone());
            return;
        }
        if item.checked.is_some() && menu.line.is_some() {
            // What was looked for was found: it is switched and moved in the whole list.
            self.menu_widen();
            return;
        }
        let (kind, value) = (menu.kind.clone(), item.value.clone());
        self.s.overlays.pop();
        match (kind, value) {
            (MenuKind::Actions(on), MenuValue::Name(name)) => match self.s.registry.action(self.s.view.kind, name) {
                Some(action) => self.begin(action, on, ""),
                None => self.open_row_page(name),
            },
            (MenuKind::Links(row), MenuValue::At(i)) => self.take_link(&row, i),
            (MenuKind::Named(row, field), MenuValue::Text(text)) => self.follow_name(&row, field, &text),
            (MenuKind::Profiles, MenuValue::Text(name)) => self.show_profile(&name),
            (MenuKind::Views, MenuValue::Text(name)) => self.show_named(&name),
            (MenuKind::Found, MenuValue::Row(row)) => self.go_to_row(&row),
            (MenuKind::Sort, MenuValue::At(field)) => {
                let now = self.s.view.sort.filter(|s| s.field == field);
                self.sort_by(Sort { field, ascending: now.is_none_or(|s| !s.ascending) });
            }
            (MenuKind::Connect(_), MenuValue::At(i)) => self.connect_start(i),
            (MenuKind::Copy, MenuValue::Text(text)) => self.copied(text),
            (MenuKind::Copy, MenuValue::Name(format)) => self.copy_table(format),
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
            let text = if none { format!("{} have no actions yet.", kind.name) } else { "No row selected.".into() };
            self.say(Level::Info, text);
            return;
        }
        let letters = self.s.letters(&actions);
        let items = actions.iter().zip(letters).map(|(a, letter)| MenuItem {
            letter,
            group: a.group.map_or("", MenuGroup::title),
            label: a.title.to_string(),
            // What only the plan's confirmation refuses can still be opened: the plan shows the commands.
            detail: if a.changes && self.read_only_of(&on) {
                format!("read-only, plan only. {}", a.doc)
            } else {
                a.doc.to_string()
            },
            disabled: self.why_not(a, &on),
            value: MenuValue::Name(a.name),
            ..MenuItem::default()
        });
        let mut items: Vec<MenuItem> = items.collect();
        // What ends it for good stays last.
        let last = items.iter().position(|i| i.group == MenuGroup::Delete.title()).unwrap_or(items.len());
        items.splice(last..last, self.page_items(&on));
        let first = items.iter().position(|i| i.disabled.is_none()).unwrap_or(0);
        let mut title = match on.rows.as_slice() {
            [] => kind.title.to_string(),
            [one] => self.label(one),
            many => format!("{} {}", many.len(), kind.name),
        };
        if on.rows.len() > 1 && self.s.view.hidden_marks > 0 {
            title = format!("{title} ({})", hidden_sentence(self.s.view.hidden_marks));
        }
        self.menu(Menu::new(MenuKind::Actions(on), title, items).at(first));
    }

    fn rows_text(&self, rows: &[RowKey]) -> Vec<String> {
        let records = rows.iter().filter_map(|r| self.store.get(&r.table, &r.id));
        records.map(|r| pasteable(r.shown_id()).into_owned()).collect()
    }

    /// Copies the value of the detail's line, or its raw answer, where the detail has the keys; else the ids of the targets, one a line.
    pub(super) fn copy(&mut self) {
        if self.s.mode() == Mode::Detail && (self.copy_entry() || self.copy_raw()) {
            return;
        }
        let ids = self.rows_text(&self.targets());
        if ids.is_empty() {
            self.say(Level::Info, "No row selected.");
            return;
        }
        self.copied(ids.join("\n"));
    }

    /// `y` where a layer has something to copy: a device code's address, a plan's commands, a menu's entry.
    pub(super) fn copy_from_layer(&mut self) -> bool {
        if let Some(Overlay::Menu(m)) = self.s.overlays.last()
            && m.kind == MenuKind::Copy
            && m.item().is_some_and(|item| matches!(item.value, MenuValue::Name(_)))
        {
            // The entry stands for a text that is still to be made.
            self.menu_accept();
            return true;
        }
        let text = match self.s.overlays.last() {
            Some(Overlay::Ask(a)) => match &a.question.what {
                Ask::Device { url, .. } => pasteable(url).into_owned(),
                Ask::MfaCode { serial, .. } => pasteable(serial).into_owned(),
            },
            Some(Overlay::Plan(p)) => p.commands.join("\n"),
            Some(Overlay::Menu(m @ Menu { kind: MenuKind::Links(row), .. })) => {
                // As the palette takes it.
                let at = if let Some(MenuItem { value: MenuValue::At(i), .. }) = m.item() { *i } else { usize::MAX };
                let Some(link) = self.links(row).into_iter().nth(at) else { return true };
                pasteable(format!("{} {}", link.kind, link.query).trim()).into_owned()
            }
            Some(Overlay::Menu(m)) => match m.item() {
                Some(item) if !item.detail.is_empty() => pasteable(&item.detail).into_owned(),
                _ => return true,
            },
            Some(Overlay::Pager(_)) => return self.copy_row_page(),
            Some(_) => return true,
            None => return false,
        };
        self.copied(text);
        true
    }

    /// Puts a text on the clipboard and says so.
    pub(super) fn copied(&mut self, text: String) {
        self.say(Level::Info, format!("Copied {}", cut_end(&what(&text), 60)));
        self.emit(Effect::Copy(text));
    }

    /// The same of a text that has a name.
    pub(super) fn copied_as(&mut self, name: &str, text: String) {
        self.say(Level::Info, format!("Copied {}: {}", cut_end(name, 30), cut_end(&what(&text), 60)));
        self.emit(Effect::Copy(text));
    }

    /// The table as text; which rows and columns is the runtime's to read.
    fn copy_table(&mut self, format: &str) {
        if let Some((_, format, _)) = TABLE_FORMATS.iter().find(|(name, ..)| *name == format) {
            self.emit(Effect::CopyTable(*format));
        }
    }

    /// The page of a row in the web console.
    fn link_item(&self, record: &Record, scope: &Scope) -> Option<MenuItem> {
        let link = console_link(record, scope)?;
        Some(MenuItem {
            label: "link".into(),
            detail: link.clone(),
            disabled: self.s.sandbox.then(|| "The web console cannot show the sandbox.".into()),
            value: MenuValue::Text(link),
            ..MenuItem::default()
        })
    }

    /// The table in each format.
    fn table_items(&self) -> impl Iterator<Item = MenuItem> {
        let rows = match (self.s.view.marks.len(), self.s.view.order.len()) {
            (0, 1) => "1 row, with the columns chosen".into(),
            (0, n) => format!("{n} rows, with the columns chosen"),
            (1, _) => "the marked row".into(),
            (n, _) => format!("{n} marked rows"),
        };
        TABLE_FORMATS.iter().map(move |(name, _, label)| MenuItem {
            group: "Table",
            label: (*label).into(),
            detail: rows.clone(),
            value: MenuValue::Name(name),
            ..MenuItem::default()
        })
    }

    /// Name, ARN, addresses and ids of the focused row, a link to it, and the table.
    pub(super) fn copy_menu(&mut self) {
        let Some(row) = self.focused() else { return self.say(Level::Info, "No row selected.") };
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
            let wanted = field.ty == FieldType::Id
                || field.ty.is_addresses()
                || field.link.is_some()
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
        // What is wanted of most rows stands first: the list may be longer than the screen.
        let mut fields = items.split_off(items.len().min(2));
        fields.iter_mut().for_each(|item| item.group = "Fields");
        items.extend(self.link_item(&record, &row.table.scope));
        items.extend(self.table_items());
        items.extend(fields);
        self.menu(Menu::new(MenuKind::Copy, "Copy", items));
    }
}

/// `2 marked rows are not shown`.
pub fn hidden_sentence(hidden: usize) -> String {
    match hidden {
        1 => "1 marked row is not shown".into(),
        n => format!("{n} marked rows are not shown"),
    }
}
