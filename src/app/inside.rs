//! Kinds whose rows hang off one row of another: `objects BUCKET/PREFIX/`, `metrics INSTANCE`, and what completes them.

use super::complete::Words;
use super::nav::{kind_named, scopes_of};
use super::palette::Meaning;
use super::update::Turn;
use super::view::RowKey;
use crate::base::text::visible;
use crate::base::{RowId, Scope};
use crate::kinds::naming::{id_of, region_of};
use crate::kinds::s3;
use crate::model::my_address::MyAddress;
use crate::model::{Effect, Kind, KindInfo, Level, Record, TableKey};
use crate::query::Query;

/// Rows that are looked through for completions.
const SAMPLE: usize = 2_000;

/// Rows of one parent.
pub(super) struct Inside {
    pub(super) kind: Kind,
    /// The parent, as the selector has it.
    pub(super) parent: RowId,
    /// What it is called.
    pub(super) label: Option<String>,
    pub(super) only: Option<Vec<Scope>>,
    pub(super) query: Query,
}

impl Turn<'_> {
    /// What `KIND REST` means for a kind whose rows hang off one row. `None`: the rest names none, and is a query of the parents.
    ///
    /// # Errors
    /// Several rows are called so, or the query after it cannot be read.
    pub(super) fn inside(&self, kind: Kind, rest: &str) -> Result<Option<Meaning>, String> {
        let Some(of) = self.chosen_parent(kind) else { return Ok(None) };
        if rest.is_empty() {
            let row = self.focused().filter(|r| r.table.kind == of);
            return Ok(row.map(|row| {
                let label = Some(self.label(&row));
                let only = Some(vec![row.table.scope.clone()]);
                Meaning::Inside(Inside { kind, parent: row.id, label, only, query: Query::default() })
            }));
        }
        let (given, query) = first_word(rest);
        let read = || Query::parse(query, kind.0).map_err(|e| e.message);
        let in_buckets = of == Kind(&s3::buckets::INFO);
        let place = if in_buckets { s3::objects::given(given) } else { id_of(given).into() };
        let name = if in_buckets { s3::objects::place(&place).0 } else { place.as_str() };
        let rows = self.called(of, name, region_of(given));
        let inside = |parent: RowId, label: Option<String>, only| -> Result<Option<Meaning>, String> {
            Ok(Some(Meaning::Inside(Inside { kind, parent, label, only, query: read()? })))
        };
        match rows.as_slice() {
            [row] => {
                let only = Some(vec![row.table.scope.clone()]);
                if in_buckets { inside(place, None, only) } else { inside(row.id.clone(), Some(self.label(row)), only) }
            }
            [] => {
                let tables = self.parents(of);
                let coming = tables.iter().any(|t| self.is_coming(t));
                let is_id = self.s.registry.named(&place).is_some_and(|n| n.kind == of && n.whole);
                if in_buckets {
                    return match coming || given.contains('/') {
                        true => inside(place.clone(), None, self.scopes_of_parent(kind)),
                        false => Ok(None),
                    };
                }
                if is_id && tables.len() == 1 {
                    return inside(place.clone(), None, None);
                }
                if coming && !given.contains([':', '=']) {
                    let text = format!("Reading {} to find {}.", of.name.replace('-', " "), visible(given));
                    return Ok(Some(Meaning::Wait(tables, text)));
                }
                Ok(None)
            }
            many => {
                let ids: Vec<&str> = many.iter().take(3).map(|r| r.id.as_str()).collect();
                let more = if many.len() > 3 { ", …" } else { "" };
                let (n, kinds) = (many.len(), of.name.replace('-', " "));
                Err(format!("{n} {kinds} are called {}: name one by its id ({}{more}).", visible(name), ids.join(", ")))
            }
        }
    }

    /// The text that the focused row suggests to a kind that takes one, and where that is looked for; `None` there is everywhere.
    pub(super) fn offered(&self, kind: &KindInfo) -> Option<(String, Option<Vec<Scope>>)> {
        let offer = kind.text?.offer?;
        let row = self.focused().filter(|_| self.s.board.is_none())?;
        let record = self.store.get(&row.table, &row.id)?;
        let here = row.table.scope.region_code().map(|_| vec![row.table.scope.clone()]);
        Some((offer(record)?, here))
    }

    /// Goes there. Where the text speaks of the user's own address, that is asked for first.
    pub(super) fn go_inside(&mut self, mut inside: Inside) {
        if let Some(mine) = inside.kind.text.and_then(|by| by.with_me(&inside.parent, self.s.me.ip())) {
            match mine {
                Some(text) => inside.parent = text,
                None => {
                    self.s.waits_for_me = Some(inside);
                    if self.s.me != MyAddress::Asked {
                        self.s.me = MyAddress::Asked;
                        self.emit(Effect::FindMyAddress);
                    }
                    return self.say(Level::Info, self.s.me.says());
                }
            }
        }
        let Inside { kind, parent, label, only, query } = inside;
        self.go(kind, crate::model::Selector::Parent(parent), only, query);
        if label.is_some() {
            self.s.view.parent_label = label;
        }
    }

    /// The kind of which a row has to be chosen before rows of `kind` can be listed.
    pub(super) fn chosen_parent(&self, kind: Kind) -> Option<Kind> {
        kind_named(&self.s.registry, kind.parent.filter(|p| !p.fans_out)?.kind)
    }

    /// Where rows of a parent that is not known are looked for: with the profile that is looked at.
    pub(super) fn scopes_of_parent(&self, kind: Kind) -> Option<Vec<Scope>> {
        let profile = self.s.view.scope().and_then(Scope::profile)?;
        let scopes: Vec<Scope> = self.s.scopes.iter().filter(|s| s.profile() == Some(profile)).cloned().collect();
        Some(scopes_of(kind, &scopes)).filter(|s| !s.is_empty())
    }

    fn parents(&self, of: Kind) -> Vec<TableKey> {
        scopes_of(of, &self.s.scopes).into_iter().map(|s| TableKey::all(s, of)).collect()
    }

    /// The rows of a kind that have this id or name.
    fn called(&self, of: Kind, name: &str, region: Option<&str>) -> Vec<RowKey> {
        let mut out: Vec<RowKey> = Vec::new();
        for table in self.parents(of) {
            if region.is_some() && table.scope.region_code().is_some_and(|r| Some(r.as_str()) != region) {
                continue;
            }
            let Some(rows) = self.store.table(&table) else { continue };
            let of_name = |r: &Record| r.name == name || r.id == name;
            let lives = |r: &Record| r.state.as_ref().is_none_or(|(_, state)| state != "terminated");
            let found = rows.rows().filter(|r| r.gone.is_none() && of_name(&r.record)).map(|r| &r.record);
            let mut found: Vec<_> = found.collect();
            if found.iter().any(|r| lives(r)) {
                found.retain(|r| lives(r));
            }
            out.extend(found.into_iter().map(|r| RowKey { table: table.clone(), id: r.id.clone() }));
        }
        // Every profile of an account lists the same buckets.
        if of.scoping == crate::model::Scoping::Account {
            out.truncate(1);
        }
        out
    }

    /// The parents, and after `BUCKET/` its folders. What is not loaded is asked for while the line stands.
    pub(super) fn parent_words(&self, kind: Kind, words: &mut Words<'_>) {
        let Some(of) = self.chosen_parent(kind) else { return };
        let typed = words.typed;
        if let (Some((level, _)), true) = (typed.rsplit_once('/'), of == Kind(&s3::buckets::INFO)) {
            let level: RowId = if level.contains('/') { arcstr::format!("{level}/") } else { level.into() };
            let (bucket, _) = s3::objects::place(&level);
            for scope in self.scopes_of_parent(kind).unwrap_or_default() {
                let table = TableKey::of(scope, kind, level.clone());
                let rows = self.store.table(&table).into_iter().flat_map(|t| t.rows()).filter(|r| r.gone.is_none());
                for row in rows.take(SAMPLE).filter(|r| s3::objects::is_folder(&r.record)) {
                    words.offer(&format!("{bucket}/{}", row.record.id), &[], "folder", "", None);
                }
                words.needs.push(table);
            }
            return;
        }
        let tables = self.parents(of);
        for row in tables.iter().filter_map(|t| self.store.table(t)).flat_map(|t| t.rows()).take(SAMPLE) {
            if row.gone.is_some() {
                continue;
            }
            let record = &*row.record;
            let (id, name) = (visible(&record.id), visible(&record.name));
            let doc = if id == name { "" } else { &*name };
            words.offer(&id, &[&record.name], of.singular, doc, None);
        }
        words.needs.extend(tables);
    }
}

/// The first word, in quotes where it has blanks, and what follows it.
fn first_word(rest: &str) -> (&str, &str) {
    let quoted = rest.strip_prefix('"').and_then(|r| r.split_once('"'));
    let (word, rest) = quoted.or_else(|| rest.split_once(char::is_whitespace)).unwrap_or((rest, ""));
    (word, rest.trim())
}
