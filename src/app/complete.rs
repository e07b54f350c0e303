//! Completion of the palette and of the filter: kinds, actions on the current rows, commands, fields, and values seen.

mod query_words;

use indexmap::IndexSet;

use super::aliases::expand;
use super::board::BOARDS;
use super::command::COMMANDS;
use super::overlay::{Completion, Overlay};
use super::palette::{MARK, UNMARK};
use super::saved::{FORGET, HERE, SAVE, VIEW, told};
use super::update::Turn;
use crate::base::{regions, text};
use crate::kinds::{Action, Takes};
use crate::model::behind::TAG;
use crate::model::health::WORST;
use crate::model::{FormField, FormInput, Kind, Pick, TableKey, Values};
use crate::query::Query;
use crate::store::Table;

/// Rows that are looked through for values: enough to find what repeats, few enough for any key press.
const SAMPLE: usize = 2_000;
/// Completions that are kept.
pub const MOST: usize = 100;
/// Ranks: from here on the letters do not begin the candidate, but a word in it; from there on they stand in it one by one.
const WITHIN: u32 = 200;
const APART: u32 = 400;
/// Letters from which on rows are offered as a line's first word, and how many rows.
const ROW_LETTERS: usize = 2;
const ROWS: usize = 20;

/// How well `candidate` continues `typed`; lower is better, `None` is not at all.
pub fn rank(candidate: &str, typed: &str) -> Option<u32> {
    if typed.is_empty() {
        // All are as good: they stay in the order of their registry.
        return Some(0);
    }
    let (c, t) = (candidate.to_lowercase(), typed.to_lowercase());
    // Most candidates of most words have not even the letters.
    if !has_in_order(c.as_bytes(), t.as_bytes()) {
        return None;
    }
    let longer = u32::try_from(c.chars().count().saturating_sub(t.chars().count())).unwrap_or(u32::MAX).min(99);
    if c == t {
        Some(0)
    } else if c.starts_with(&t) {
        Some(100 + longer)
    } else if c.split(['-', '_', ' ', '.', '/']).any(|w| w.starts_with(&t)) {
        Some(WITHIN + longer)
    } else if c.contains(&t) {
        Some(300 + longer)
    } else {
        let mut rest = c.chars();
        t.chars().all(|x| rest.any(|y| y == x)).then_some(APART + longer)
    }
}

/// Whether all these bytes are in the text, one after the other.
fn has_in_order(text: &[u8], bytes: &[u8]) -> bool {
    let mut at = 0;
    for byte in text {
        if at < bytes.len() && bytes[at] == *byte {
            at += 1;
        }
    }
    at == bytes.len()
}

/// Collects candidates for one word.
pub(super) struct Words<'t> {
    pub(super) typed: &'t str,
    replaces: (usize, usize),
    found: Vec<(u32, Completion)>,
    /// Tables in which more may be found.
    pub(super) needs: Vec<TableKey>,
}

impl Words<'_> {
    /// Offers what has other words for it, which are shown too.
    fn offer_known(&mut self, text: &str, short: &'static [&'static str], what: &'static str, doc: &str) {
        let before = self.found.len();
        self.offer(text, short, what, doc, None);
        if let Some((_, found)) = self.found.get_mut(before) {
            found.short = short;
        }
    }
    /// Offers `text` under the names it goes by.
    pub(super) fn offer(&mut self, text: &str, also: &[&str], what: &'static str, doc: &str, disabled: Option<String>) {
        let best = std::iter::once(&text).chain(also).filter_map(|n| rank(n, self.typed)).min();
        if let Some(rank) = best {
            let completion = Completion {
                text: text.to_string(),
                short: &[],
                what,
                doc: doc.to_string(),
                disabled,
                replaces: self.replaces,
            };
            self.found.push((rank, completion));
        }
    }
    fn best(mut self) -> Vec<Completion> {
        self.found.sort_by_key(|(rank, _)| *rank);
        // Where something begins with these letters, what only has them somewhere, and apart, is not meant.
        if self.found.first().is_some_and(|(best, _)| *best < WITHIN) {
            self.found.retain(|(rank, _)| *rank < APART);
        }
        self.found.truncate(MOST);
        self.found.into_iter().map(|(_, c)| c).collect()
    }
}

impl Turn<'_> {
    /// Completes the word at the cursor anew, after the line has changed.
    pub(super) fn complete_again(&mut self) {
        let (line, at, palette) = match self.s.overlays.last() {
            Some(Overlay::Palette(p)) => (p.line.text().to_string(), p.line.cursor_byte(), true),
            Some(Overlay::Filter(f)) => (f.line.text().to_string(), f.line.cursor_byte(), false),
            _ => return,
        };
        let (found, needs) = self.completions(&line, at, palette);
        match self.s.overlays.last_mut() {
            Some(Overlay::Palette(p)) => {
                (p.items, p.needs, p.choice, p.error) = (found, needs, None, None);
                p.waits = None;
            }
            Some(Overlay::Filter(f)) => (f.items, f.choice) = (found, None),
            _ => {}
        }
    }

    /// A table that completions are looked for in has news: they follow, and what was chosen stays chosen.
    pub(super) fn complete_from(&mut self, table: &TableKey) {
        let Some(Overlay::Palette(p)) = self.s.overlays.last() else { return };
        if !p.needs.iter().any(|needed| needed == table || needed.home() == *table) {
            return;
        }
        let chosen = p.choice.and_then(|i| p.items.get(i)).map(|c| c.text.clone());
        let (error, waits) = (p.error.clone(), p.waits.clone());
        self.complete_again();
        if let Some(Overlay::Palette(p)) = self.s.overlays.last_mut() {
            let choice = p.items.iter().position(|c| Some(&c.text) == chosen.as_ref());
            (p.choice, p.error, p.waits) = (choice, error, waits);
        }
    }

    /// What the word that ends at byte `at` could become, and tables that are not all there where more could be found.
    pub(super) fn completions(&self, line: &str, at: usize, palette: bool) -> (Vec<Completion>, Vec<TableKey>) {
        let at = at.min(line.len());
        let start =
            line[..at].rfind(char::is_whitespace).map_or(0, |i| i + line[i..].chars().next().map_or(1, char::len_utf8));
        let mut words = Words { typed: &line[start..at], replaces: (start, at), found: Vec::new(), needs: Vec::new() };
        let begun = if palette { expand(&self.s.aliases, &line[..start]) } else { (&line[..start]).into() };
        match begun.split_whitespace().next() {
            None if palette => self.first_words(&mut words),
            Some(first) if palette => {
                if first == "region" {
                    for code in regions::codes() {
                        words.offer(code, &[], "region", "", None);
                    }
                } else if first == "profile" {
                    for profile in &self.s.known {
                        words.offer(&profile.name, &[&profile.label], "profile", "", None);
                    }
                } else if matches!(first, VIEW | FORGET) {
                    for (name, view) in &self.s.views {
                        words.offer(name, &[], "view", &told(view), None);
                    }
                } else if first == SAVE && begun.split_whitespace().count() == 2 {
                    words.offer(HERE, &[], "argument", "Keeps the profiles and regions that are shown, too.", None);
                } else if first == SAVE {
                    for (name, view) in &self.s.views {
                        words.offer(name, &[], "view", &format!("Replaces {}.", view.line()), None);
                    }
                } else if let Some(action) = self.action_named(first) {
                    let given = begun.trim_start().strip_prefix(first).unwrap_or_default();
                    self.arguments(action, given, &mut words);
                } else if let Some(def) = self.s.registry.kind(first).filter(|d| d.info.takes_text()) {
                    self.named_rows(Kind(def.info), &mut words);
                } else if let Some(def) = self.s.registry.kind(first) {
                    let is_second = begun.split_whitespace().count() == 1;
                    if is_second {
                        self.parent_words(Kind(def.info), &mut words);
                    }
                    self.query_words(Kind(def.info), &mut words);
                } else if matches!(first, MARK | UNMARK) {
                    self.query_words(self.s.view.kind, &mut words);
                } else if first == "sort" {
                    if self.s.view.kind.worst().is_some() {
                        words.offer(WORST.name, &[], "field", WORST.doc, None);
                    }
                    let kind = self.s.view.kind;
                    for field in kind.iter().chain(self.joined_places(kind)) {
                        words.offer(field.name, field.aliases, "field", field.doc, None);
                    }
                    for key in self.tag_keys(kind) {
                        words.offer(&format!("{TAG}{key}"), &[], "field", "A tag's value.", None);
                    }
                }
            }
            _ => self.query_words(self.s.view.kind, &mut words),
        }
        let needs = std::mem::take(&mut words.needs);
        (words.best(), needs)
    }

    fn first_words(&self, words: &mut Words<'_>) {
        let on = self.on();
        for def in self.s.registry.kinds.iter().filter(|k| !k.info.side) {
            words.offer_known(def.info.name, def.info.aliases, "kind", def.info.doc);
        }
        for (name, line) in &self.s.aliases {
            words.offer(name, &[], "alias", line, None);
        }
        for board in BOARDS {
            words.offer(board.name, &[], "place", board.doc, None);
        }
        let here = self.s.view.kind;
        let rows = self.s.board.is_none();
        let is_here = |a: &&&'static Action| a.kind == here.name && rows || a.takes == Takes::Scope;
        for action in self.s.registry.actions.iter().filter(is_here) {
            let why = self
                .why_not(action, &on)
                .or_else(|| (action.changes && self.read_only_of(&on)).then(|| self.read_only_sentence(&on)));
            words.offer(action.name, &[], "action", action.doc, why);
        }
        if rows {
            words.offer(MARK, &[], "command", "Marks the rows that match a query: mark state:stopped.", None);
            words.offer(UNMARK, &[], "command", "Unmarks the rows that match a query.", None);
        }
        for command in COMMANDS.iter().filter(|c| c.palette) {
            words.offer(command.name, &[], "command", command.doc, None);
        }
        self.row_words(words);
    }

    /// Rows that are loaded and whose name or id begins with what is typed: those of the view first.
    fn row_words(&self, words: &mut Words<'_>) {
        let typed = words.typed.as_bytes();
        if typed.len() < ROW_LETTERS {
            return;
        }
        let begins = |text: &str| text.as_bytes().get(..typed.len()).is_some_and(|t| t.eq_ignore_ascii_case(typed));
        let view = &self.s.view.tables;
        let own = view.iter().filter_map(|t| self.store.table(t).map(|table| (t, table)));
        let kinds = self.s.registry.kinds.iter().map(|k| Kind(k.info));
        let others = kinds.flat_map(|k| self.store.tables_of(k)).filter(|(key, _)| !view.contains(key));
        let tables = own.chain(others).filter(|(key, _)| self.is_looked_in(key));
        let rows = tables.flat_map(|(key, table)| {
            let id = key.kind.index_of("id");
            table.rows().map(move |row| (id, row))
        });
        let mut seen: IndexSet<String> = IndexSet::new();
        for (id, row) in rows.take(SAMPLE).filter(|(_, row)| row.gone.is_none()) {
            let record = &*row.record;
            let (name, id) = (&record.name, record.shown_id_at(id));
            let (text, other) = if begins(name) {
                (name, id)
            } else if begins(id) {
                (id, name)
            } else {
                continue;
            };
            // What a line shows is what it would take: a name that has to be written otherwise goes by its id.
            let text = text::visible(text);
            if seen.len() < ROWS && seen.insert(text.to_string()) {
                let doc = if **other == *text { String::new() } else { text::visible(other).into_owned() };
                words.offer(&text, &[], record.kind.singular, &doc, None);
            }
        }
    }

    /// The arguments of an action, as its form has them after those that were given.
    fn arguments(&self, action: &'static Action, given: &str, words: &mut Words<'_>) {
        let mut on = self.on();
        if action.takes == Takes::Scope {
            on.rows.clear();
        }
        let Ok(targets) = self.resolve(&on.rows) else { return };
        if targets.is_empty() && action.takes == Takes::Rows {
            return;
        }
        let cx = self.context(&on.scope, &targets);
        let refine = |values: &Values| (action.refine)(&cx, values);
        let values = super::arguments::read_arguments(given, Values::default(), &refine).unwrap_or_default();
        let spec = refine(&values);
        for field in spec.fields {
            if words.typed.strip_prefix(field.name).is_some_and(|rest| rest.starts_with('=')) {
                words.needs.clone_from(&spec.needs);
            }
            match &field.input {
                FormInput::Pick(pick) => self.rows_to_pick(&field, pick, words),
                FormInput::Toggle => words.offer(field.name, &[], "argument", &field.help, None),
                FormInput::Choice(choices) => {
                    for choice in choices {
                        let text = format!("{}={}", field.name, choice.value);
                        words.offer(&text, &[&choice.value], "argument", &choice.label, choice.disabled.clone());
                    }
                }
                FormInput::Rows(input) => {
                    for row in &input.original {
                        words.offer(&format!("-{}", row.key), &[], "argument", "Deletes the row.", None);
                    }
                }
                _ => words.offer(&format!("{}=", field.name), &[], "argument", &field.help, None),
            }
        }
    }

    /// The rows that an argument may name, and what else it may be. Before its name is typed only that is offered: there may be many.
    fn rows_to_pick(&self, field: &FormField, pick: &Pick, words: &mut Words<'_>) {
        let begun = format!("{}=", field.name);
        let Some(typed) = words.typed.strip_prefix(&begun) else {
            words.offer(&begun, &[], "argument", &field.help, None);
            return;
        };
        // Of several, the last one is being typed.
        let (before, typed) = match typed.rsplit_once(',').filter(|_| pick.several) {
            Some((before, last)) => (format!("{begun}{before},"), last),
            None => (begun, typed),
        };
        let whole = std::mem::replace(&mut words.typed, typed);
        for other in &pick.also {
            let also = [other.value.as_str(), other.label.as_str()];
            words.offer(&format!("{before}{}", other.value), &also, "argument", &other.label, None);
        }
        let Some(kind) = pick.tables.first().map(|t| t.kind) else { return };
        let only = Query::parse(&pick.only, kind.0).unwrap_or_default();
        let mut matcher = only.matcher(self.s.now);
        let rows = pick.tables.iter().filter_map(|t| self.store.table(t)).flat_map(Table::rows);
        for row in rows.filter(|r| r.gone.is_none()).take(SAMPLE) {
            let record = &*row.record;
            if matcher.matches(record) {
                let refused = pick.refusal(&record.id).map(str::to_string);
                let doc = if record.name.is_empty() { String::new() } else { text::visible(&record.name).into_owned() };
                words.offer(&format!("{before}{}", record.id), &[&record.id, &record.name], "argument", &doc, refused);
            }
        }
        words.typed = whole;
    }

    /// An arrow in a line that is typed: up through the lines entered before, back down to one's own, and from there on through the
    /// completions.
    pub(super) fn step_line(&mut self, by: isize) {
        let filters = self.s.entered_filters();
        let (line, choice, recall, entered) = match self.s.overlays.last_mut() {
            Some(Overlay::Palette(p)) => (&mut p.line, p.choice, &mut p.recall, &self.s.commands),
            Some(Overlay::Filter(f)) => (&mut f.line, f.choice, &mut f.recall, &filters),
            _ => return,
        };
        let other = match choice {
            Some(0) if by < 0 => Some(recall.own()),
            None if by < 0 || recall.is_back() => recall.step(by, line, entered),
            _ => return self.choose_completion(by),
        };
        if let Some(other) = other {
            *line = other;
            match self.s.overlays.last() {
                Some(Overlay::Filter(_)) => self.filter_typed(),
                _ => self.complete_again(),
            }
        }
    }

    /// The next completion goes into the line; further ones replace it.
    pub(super) fn choose_completion(&mut self, by: isize) {
        let filter = matches!(self.s.overlays.last(), Some(Overlay::Filter(_)));
        let (line, items, choice, recall) = match self.s.overlays.last_mut() {
            Some(Overlay::Palette(p)) => (&mut p.line, &mut p.items, &mut p.choice, &mut p.recall),
            Some(Overlay::Filter(f)) => (&mut f.line, &mut f.items, &mut f.choice, &mut f.recall),
            _ => return,
        };
        if items.is_empty() {
            return;
        }
        if choice.is_none() {
            recall.keep(line);
        }
        let next = match *choice {
            None if by > 0 => 0,
            None => items.len() - 1,
            Some(i) if by.unsigned_abs() == 1 => (i + items.len()).saturating_add_signed(by) % items.len(),
            Some(i) => i.saturating_add_signed(by).min(items.len() - 1),
        };
        *choice = Some(next);
        let (from, to) = items[next].replaces;
        let text = line.text().to_string();
        let put = items[next].text.clone();
        let rest = text.get(to..).unwrap_or_default();
        let done = format!("{}{put}", text.get(..from).unwrap_or_default());
        let end = done.len();
        line.set(format!("{done}{rest}"));
        line.move_to_byte(end);
        for item in items.iter_mut() {
            item.replaces = (from, end);
        }
        if filter {
            self.filter_follow();
        }
    }
}

/// How a ratio is compared.
fn ratio_doc(name: &str) -> String {
    format!("{name}<3 is a count, {name}<60% and {name}=2/3 are shares.")
}

/// What a number means after a ratio's name.
fn ratio_words(words: &mut Words<'_>) {
    let number: String = words.typed.chars().take_while(char::is_ascii_digit).collect();
    let (count, share) = if number.is_empty() { ("3", "60") } else { (number.as_str(), number.as_str()) };
    words.offer(count, &[], "value", "A count: so many of them, of however many.", None);
    words.offer(&format!("{share}%"), &[], "value", "A share of all of them, in per cent.", None);
}

/// Text with blanks in it has to be quoted in a query.
fn quoted(s: &str) -> String {
    let s = text::visible(s);
    if s.contains([' ', ',']) { format!("\"{s}\"") } else { s.into_owned() }
}
