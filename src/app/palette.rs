//! `:`: a palette line is `KIND [QUERY]`, `ACTION [ARGS]` or a command. What cannot be read stays in the line, with one sentence.

use super::aliases::expand;
use super::board::{BOARDS, BoardKind};
use super::command::{COMMANDS, Command};
use super::connect::{CONNECT, Wish};
use super::inside::Inside;
use super::overlay::{On, Overlay};
use super::saved::{FORGET, SAVE, VIEW};
use super::update::Turn;
use super::view::RowKey;
use crate::base::{Scope, text};
use crate::config::settings::Aliases;
use crate::kinds::naming::Named;
use crate::kinds::{Action, Registry, Takes};
use crate::model::{Kind, Level, Selector, Sort, TableKey, Values};
use crate::query::Query;

/// Marks the rows that match a query, and takes such marks away.
pub(super) const MARK: &str = "mark";
/// The opposite.
pub(super) const UNMARK: &str = "unmark";
/// What the palette knows beside the commands of the keymap.
pub(super) const WORDS: &[&str] = &[MARK, UNMARK, "q"];
/// What an unknown word is answered with, beside what is near it.
const AGAIN: &str = "Enter again looks for a row of that name.";
/// Letters with which a kind's name has to be begun, so that the rest need not be typed.
const BEGUN: usize = 3;

/// What a palette line means.
pub(super) enum Meaning {
    /// Go there.
    Go(Kind, Query),
    /// Go to a board.
    Board(BoardKind),
    /// Act on the targets.
    Act(&'static Action, String),
    /// A command.
    Do(Command),
    /// Sort by a field.
    Sort(Sort),
    /// Show other profiles and regions.
    Show(Vec<Scope>),
    /// Go to the rows of one parent.
    Inside(Inside),
    /// A line to go on from.
    Offer(String),
    /// Go to a row.
    Row(RowKey),
    /// Go to a row that is not loaded.
    Named(Named),
    /// Choose among rows that the text may mean.
    Found(String, Vec<RowKey>),
    /// It is not known yet: these tables say it. One sentence for the time until then.
    Wait(Vec<TableKey>, String),
    /// It is no line. One sentence; it may still be the name of a row that is not loaded.
    Unknown(String),
    /// Marks the rows that match, or takes their marks away.
    Mark(Query, bool),
    /// Keep this view by a name; with its places.
    Save(String, bool),
    /// Show the view that is kept by a name.
    Saved(String),
    /// Drop it.
    Forget(String),
    /// Connect to the selected row.
    Connect(Wish),
    /// Nothing was typed.
    Nothing,
}

/// The word that begins a line and is nearest to this one, as a question; empty if none is near.
pub(super) fn meant(
    registry: &Registry,
    actions: impl Iterator<Item = &'static Action>,
    aliases: &Aliases,
    word: &str,
) -> String {
    let kinds = registry.kinds.iter().filter(|k| !k.info.side);
    let names = kinds
        .flat_map(|k| std::iter::once(k.info.name).chain(k.info.aliases.iter().copied()))
        .chain(actions.map(|a| a.name))
        .chain(BOARDS.iter().map(|b| b.name))
        .chain(COMMANDS.iter().filter(|c| c.palette).map(|c| c.name))
        .chain(aliases.keys().map(String::as_str));
    text::nearest(word, names).map(|near| format!(" Did you mean {near}?")).unwrap_or_default()
}

/// The kind whose name begins with these letters, if there are enough of them: the shortest name.
pub(super) fn kind_begun(registry: &Registry, word: &str) -> Option<Kind> {
    // What takes a text would take the rest of a longer word for it.
    let begins = |k: &&&crate::kinds::KindDef| !k.info.side && !k.info.takes_text() && k.info.name.starts_with(word);
    let kinds = registry.kinds.iter().filter(begins).filter(|_| word.len() >= BEGUN);
    kinds.min_by_key(|k| k.info.name.len()).map(|k| Kind(k.info))
}

impl Turn<'_> {
    /// A key that a line is bound to: the line is done as if it had been entered, where the palette could be called.
    pub(super) fn bound_line(&mut self, line: &str) {
        let reading = self.s.overlays.iter().all(|o| matches!(o, Overlay::Pager(_)));
        self.s.count = None;
        if !reading || self.s.search_line().is_some() {
            return;
        }
        self.s.overlays.clear();
        self.welcomed(Command::Palette);
        match self.meaning(line) {
            Ok(Meaning::Unknown(why)) | Err(why) => {
                self.say(Level::Warning, format!(":{}: {why}", text::visible(line)))
            }
            Ok(meaning) => self.mean(line, meaning),
        }
    }

    /// Reads a palette line.
    pub(super) fn meaning(&self, line: &str) -> Result<Meaning, String> {
        let line = expand(&self.s.aliases, line.trim());
        let line = &*line;
        let (word, rest) = line.split_once(char::is_whitespace).map_or((line, ""), |(w, r)| (w, r.trim()));
        if word.is_empty() {
            return Ok(Meaning::Nothing);
        }
        let registry = &self.s.registry;
        let here = self.s.view.kind;
        if matches!(word, "region" | "profile") && !rest.is_empty() {
            return self.places(word, rest);
        }
        if matches!(word, SAVE | VIEW | FORGET) && !rest.is_empty() {
            return self.saved_words(word, rest);
        }
        if word == CONNECT {
            return Wish::read(rest).map(Meaning::Connect);
        }
        if let Some(action) = self.action_named(word) {
            return Ok(Meaning::Act(action, rest.to_string()));
        }
        if let Some(def) = registry.kind(word).filter(|d| !d.info.side) {
            if let Some(by) = def.info.text {
                let offered = self.offered(def.info).filter(|_| rest.is_empty());
                let (text, only) = match &offered {
                    Some((text, only)) if by.sure => (text.as_str(), only.clone()),
                    Some((text, _)) => return Ok(Meaning::Offer(format!("{} {text}", def.info.name))),
                    None => (rest, None),
                };
                let parent = (by.read)(text)?;
                // A row that suggests itself is called as it is in its table.
                let row = self.focused().filter(|_| offered.is_some());
                let record = row.as_ref().and_then(|row| self.store.get(&row.table, &row.id));
                let label = record.filter(|r| *r.shown_id() == parent).map(|r| r.label().to_string());
                let inside = Inside { kind: Kind(def.info), parent, label, only, query: Query::default() };
                return Ok(Meaning::Inside(inside));
            }
            if let Some(inside) = self.inside(Kind(def.info), rest)? {
                return Ok(inside);
            }
            let query = Query::parse(rest, def.info).map_err(|e| e.message)?;
            return Ok(Meaning::Go(Kind(def.info), query));
        }
        if let Some(board) = BOARDS.iter().find(|b| b.name == word) {
            return match rest.is_empty() {
                true => Ok(Meaning::Board(board.board)),
                false => Err(format!("{word} takes no arguments: remove {}.", text::visible(rest))),
            };
        }
        if word == "sort" && !rest.is_empty() && self.s.board.is_some() {
            return Err("No rows to sort here.".into());
        }
        if word == "sort" && !rest.is_empty() {
            return self.sort_words(rest).map(Meaning::Sort);
        }
        if matches!(word, MARK | UNMARK) {
            if self.s.board.is_some() || rest.is_empty() {
                return Err(format!("{word} takes a query, where there are rows: {word} state:stopped."));
            }
            let query = Query::parse(rest, here.0).map_err(|e| e.message)?;
            return Ok(Meaning::Mark(query, word == MARK));
        }
        // `:q` is in the fingers.
        let word = if word == "q" { "quit" } else { word };
        if let Some(info) = COMMANDS.iter().find(|c| c.palette && c.name == word) {
            return if rest.is_empty() {
                Ok(Meaning::Do(info.command))
            } else {
                Err(format!("{word} takes no arguments: remove {}.", text::visible(rest)))
            };
        }
        let elsewhere: Vec<&str> = registry.actions.iter().filter(|a| a.name == word).map(|a| a.kind).collect();
        if !elsewhere.is_empty() {
            let these = match &self.s.board {
                Some(board) => format!("this is the {}", board.board.info().name),
                None => format!("these are {}", here.name),
            };
            return Err(format!("{word} works on {}; {these}.", elsewhere.join(" and ")));
        }
        if let Some(row) = self.exact_row(line) {
            return Ok(row);
        }
        if let Some(kind) = kind_begun(registry, word) {
            return Query::parse(rest, kind.0).map(|query| Meaning::Go(kind, query)).map_err(|e| e.message);
        }
        if let Some(rows) = self.like_rows(line) {
            return Ok(rows);
        }
        let hint = meant(registry, registry.actions_of(here), &self.s.aliases, word);
        Ok(Meaning::Unknown(format!("There is no kind, action or command {}.{hint}", text::visible(word))))
    }

    /// An action on the rows that are seen, or one that makes something: that can be typed from anywhere.
    pub(super) fn action_named(&self, word: &str) -> Option<&'static Action> {
        let registry = &self.s.registry;
        let makes = || registry.actions.iter().find(|a| a.name == word && a.takes == Takes::Scope).copied();
        let here = || registry.action(self.s.view.kind, word).filter(|_| self.s.board.is_none());
        here().or_else(makes)
    }

    fn sort_words(&self, words: &str) -> Result<Sort, String> {
        let kind = self.s.view.kind;
        let (name, order) = words.split_once(char::is_whitespace).map_or((words, "asc"), |(n, o)| (n, o.trim()));
        let Some(field) = kind.sorted_by(name) else {
            let hint = text::suggest(name, kind.iter().map(|f| f.name));
            return Err(format!("{} have no field {}.{hint}", kind.title, text::visible(name)));
        };
        match order {
            "asc" => Ok(Sort { field, ascending: true }),
            "desc" => Ok(Sort { field, ascending: false }),
            other => Err(format!("An order is asc or desc, not {}.", text::visible(other))),
        }
    }

    pub(super) fn palette_accept(&mut self) {
        let Some(Overlay::Palette(palette)) = self.s.overlays.last() else { return };
        let line = palette.line.text().to_string();
        let again = palette.error.as_ref().is_some_and(|e| e.ends_with(AGAIN));
        match self.meaning(&line) {
            Ok(Meaning::Unknown(_)) if again => self.seek_rows(&line),
            Ok(Meaning::Unknown(sentence)) => {
                if let Some(Overlay::Palette(p)) = self.s.overlays.last_mut() {
                    p.error = Some(format!("{sentence} {AGAIN}"));
                }
            }
            Ok(meaning) => {
                let on = self.on();
                self.keep_line(&line, &meaning, on);
                self.s.overlays.pop();
                self.mean(&line, meaning);
            }
            Err(sentence) => {
                if let Some(Overlay::Palette(p)) = self.s.overlays.last_mut() {
                    p.error = Some(sentence);
                }
            }
        }
    }

    /// A line goes to those that were entered, which are kept on disk, unless its arguments are refused: what was put into one that takes none
    /// (a secret, user data) must not lie there.
    pub(super) fn keep_line(&mut self, line: &str, meaning: &Meaning, mut on: On) {
        if let Meaning::Act(action, args) = meaning
            && !args.is_empty()
        {
            if action.takes == Takes::Scope {
                on.rows.clear();
            }
            let refine = |values: &Values| self.refined(action, &on, values).unwrap_or_default();
            if super::arguments::read_arguments(args, Values::default(), &refine).is_err() {
                return;
            }
        }
        self.s.commands.add(line);
    }

    /// Does what a line means.
    pub(super) fn mean(&mut self, line: &str, meaning: Meaning) {
        match meaning {
            Meaning::Go(kind, query) => {
                self.filter_chosen(kind, &query.text);
                self.go(kind, Selector::All, None, query);
            }
            Meaning::Board(board) => self.go_board(board),
            Meaning::Act(action, args) => {
                let on = self.on();
                self.begin(action, on, &args);
            }
            Meaning::Do(command) => self.command(command),
            Meaning::Sort(sort) => self.sort_by(sort),
            Meaning::Show(scopes) => self.show(scopes),
            Meaning::Inside(inside) => self.go_inside(inside),
            Meaning::Offer(line) => self.palette(&line),
            Meaning::Row(row) => self.go_to_row(&row),
            Meaning::Named(named) => self.go_to_named(&named),
            Meaning::Found(text, rows) => self.found_menu(&text, rows),
            Meaning::Wait(tables, text) => self.wait_for(line, tables, text, None),
            Meaning::Unknown(sentence) => self.say(Level::Warning, sentence),
            Meaning::Mark(query, on) => self.mark_matching(query, on),
            Meaning::Save(name, here) => self.save_view(name, here),
            Meaning::Saved(name) => self.show_named(&name),
            Meaning::Forget(name) => self.forget_view(name),
            Meaning::Connect(wish) => self.connect(wish),
            Meaning::Nothing => {}
        }
    }
}
