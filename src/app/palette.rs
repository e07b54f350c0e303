//! `:`: a palette line is `KIND [QUERY]`, `ACTION [ARGS]` or a command. What cannot be read stays in the line, with one sentence.

use super::board::{BOARDS, BoardKind};
use super::command::{COMMANDS, Command};
use super::overlay::Overlay;
use super::update::Turn;
use crate::base::text;
use crate::kinds::{Action, Takes};
use crate::model::{Kind, Selector, Sort};
use crate::query::Query;

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
    /// Nothing was typed.
    Nothing,
}

impl Turn<'_> {
    /// Reads a palette line.
    pub(super) fn meaning(&self, line: &str) -> Result<Meaning, String> {
        let line = line.trim();
        let (word, rest) = line.split_once(char::is_whitespace).map_or((line, ""), |(w, r)| (w, r.trim()));
        if word.is_empty() {
            return Ok(Meaning::Nothing);
        }
        let registry = &self.s.registry;
        let here = self.s.view.kind;
        if let Some(action) = self.action_named(word) {
            return Ok(Meaning::Act(action, rest.to_string()));
        }
        if let Some(def) = registry.kind(word).filter(|d| !d.info.side) {
            let query = Query::parse(rest, def.info).map_err(|e| e.message)?;
            return Ok(Meaning::Go(Kind(def.info), query));
        }
        if let Some(board) = BOARDS.iter().find(|b| b.name == word) {
            return match rest.is_empty() {
                true => Ok(Meaning::Board(board.board)),
                false => Err(format!("{word} takes nothing after it, not {}.", text::visible(rest))),
            };
        }
        if word == "sort" && !rest.is_empty() && self.s.board.is_some() {
            return Err("There are no rows here to sort.".into());
        }
        if word == "sort" && !rest.is_empty() {
            return self.sort_words(rest).map(Meaning::Sort);
        }
        // `:q` is in the fingers.
        let word = if word == "q" { "quit" } else { word };
        if let Some(info) = COMMANDS.iter().find(|c| c.palette && c.name == word) {
            return if rest.is_empty() {
                Ok(Meaning::Do(info.command))
            } else {
                Err(format!("{word} takes nothing after it, not {}.", text::visible(rest)))
            };
        }
        let elsewhere: Vec<&str> = registry.actions.iter().filter(|a| a.name == word).map(|a| a.kind).collect();
        if !elsewhere.is_empty() {
            let these = match &self.s.board {
                Some(board) => format!("this is the {}", board.board.info().name),
                None => format!("these are {}", here.name),
            };
            return Err(format!("{word} acts on {}; {these}.", elsewhere.join(" and ")));
        }
        let names = registry.kinds.iter().filter(|k| !k.info.side);
        let names = names
            .flat_map(|k| std::iter::once(k.info.name).chain(k.info.aliases.iter().copied()))
            .chain(registry.actions_of(here).map(|a| a.name))
            .chain(BOARDS.iter().map(|b| b.name))
            .chain(COMMANDS.iter().filter(|c| c.palette).map(|c| c.name));
        let hint = match text::nearest(word, names) {
            Some(near) => format!(" Did you mean {near}?"),
            None => text::suggest(word, registry.kinds.iter().filter(|k| !k.info.side).map(|k| k.info.name)),
        };
        Err(format!("There is no kind, action or command {}.{hint}", text::visible(word)))
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
        let Some(field) = kind.resolve(name) else {
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
        match self.meaning(&line) {
            Ok(meaning) => {
                self.s.commands.add(&line);
                self.s.overlays.pop();
                self.mean(meaning);
            }
            Err(sentence) => {
                if let Some(Overlay::Palette(p)) = self.s.overlays.last_mut() {
                    p.error = Some(sentence);
                }
            }
        }
    }

    /// Does what a line means.
    pub(super) fn mean(&mut self, meaning: Meaning) {
        match meaning {
            Meaning::Go(kind, query) => self.go(kind, Selector::All, None, query),
            Meaning::Board(board) => self.go_board(board),
            Meaning::Act(action, args) => {
                let on = self.on();
                self.begin(action, on, &args);
            }
            Meaning::Do(command) => self.command(command),
            Meaning::Sort(sort) => self.sort_by(sort),
            Meaning::Nothing => {}
        }
    }
}
