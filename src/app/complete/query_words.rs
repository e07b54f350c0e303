//! Completion of a query: fields, and after `FIELD:` or `tag:` the values that rows have.

use std::collections::BTreeSet;

use arcstr::ArcStr;
use indexmap::IndexSet;

use super::{SAMPLE, Words, quoted, ratio_doc, ratio_words};
use crate::app::nav::kind_named;
use crate::app::update::Turn;
use crate::base::text;
use crate::model::behind::{Behind, PROFILE, REGION, TAG};
use crate::model::{FieldInfo, FieldType, Kind, Record, TableKey, Value};
use crate::query::HOW;

impl Turn<'_> {
    /// Fields, and after `FIELD:` the values that were seen.
    pub(super) fn query_words(&self, kind: Kind, words: &mut Words<'_>) {
        let bare = words.typed.strip_prefix('!').unwrap_or(words.typed);
        let shift = words.typed.len() - bare.len();
        words.replaces.0 += shift;
        words.typed = bare;
        let Some(op) = bare.find([':', '=', '>', '<', '!']) else {
            for field in kind.iter() {
                let doc = match field.ty {
                    FieldType::Ratio => format!("{} {}", field.doc, ratio_doc(field.name)),
                    _ => field.doc.to_string(),
                };
                words.offer_known(&format!("{}:", field.name), field.aliases, "field", &doc);
            }
            for field in self.joined_places(kind) {
                words.offer_known(&format!("{}:", field.name), field.aliases, "field", field.doc);
            }
            words.offer(TAG, &[], "field", "A tag: tag:KEY or tag:KEY=VALUE.", None);
            if kind.worst().is_some() {
                words.offer(
                    "is:",
                    &[],
                    "field",
                    "The worst state among the row's fields; is:bad finds rows with a problem.",
                    None,
                );
            }
            return;
        };
        let (name, value) = bare.split_at(op);
        let value = value.trim_start_matches([':', '=', '>', '<', '!']);
        words.replaces.0 += bare.len() - value.len();
        words.typed = value;
        if name == "tag" {
            self.tag_words(kind, words);
            return;
        }
        let Some(field) = kind.resolve(name).or_else(|| kind.place_named(name)) else {
            if name.eq_ignore_ascii_case("is") && kind.worst().is_some() {
                HOW.iter().for_each(|(word, _)| words.offer(word, &[], "value", "", None));
            }
            return;
        };
        let mut seen: IndexSet<String> = IndexSet::new();
        let info = kind.fields.at(field);
        if info.ty == FieldType::Bool {
            seen.extend(["yes".to_string(), "no".to_string()]);
        }
        if info.ty == FieldType::Ratio {
            ratio_words(words);
        }
        let tables = || self.s.view.tables.iter();
        match kind.behind(field) {
            Some(Behind::Region) => seen.extend(tables().filter_map(|t| Some(t.scope.region_code()?.to_string()))),
            Some(_) => seen.extend(tables().filter_map(|t| Some(t.scope.profile()?.to_string()))),
            None => {}
        }
        for record in self.sample(kind).filter(|_| kind.behind(field).is_none()) {
            match record.at(field) {
                Value::Text(s) | Value::State(_, s) => drop(seen.insert(s.to_string())),
                Value::List(items) => seen.extend(items.iter().map(ToString::to_string)),
                value => seen.extend(value.blocks().map(|block| block.to_string())),
            }
        }
        for value in seen {
            words.offer(&quoted(&value), &[&value], "value", "", None);
        }
    }

    fn tag_words(&self, kind: Kind, words: &mut Words<'_>) {
        let mut seen: IndexSet<String> = IndexSet::new();
        for record in self.sample_tagged(kind) {
            for (key, value) in record.tags.iter() {
                match words.typed.split_once('=') {
                    Some((k, _)) if k == key => drop(seen.insert(format!("{key}={}", quoted(value)))),
                    Some(_) => {}
                    None => drop(seen.insert(quoted(key))),
                }
            }
        }
        for text in seen {
            words.offer(&text, &[], "value", "", None);
        }
    }

    /// Fields for what a view joins.
    pub(super) fn joined_places(&self, kind: Kind) -> impl Iterator<Item = &'static FieldInfo> + use<> {
        let (profile, region) = self.s.joined();
        let places = [(profile, &PROFILE), (region, &REGION)].into_iter();
        places.filter(move |(is_joined, f)| *is_joined && kind.resolve(f.name).is_none()).map(|(_, f)| f)
    }

    /// The keys of tags that were seen on rows of a kind, in order.
    pub(in crate::app) fn tag_keys(&self, kind: Kind) -> BTreeSet<ArcStr> {
        self.sample_tagged(kind).flat_map(|r| r.tags.iter()).map(|(key, _)| key.clone()).collect()
    }

    /// The rows that are loaded, by their names and ids, for what looks for a text in them.
    pub(super) fn named_rows(&self, kind: Kind, words: &mut Words<'_>) {
        let looked_in = |name: &str| kind.derived.is_some_and(|d| d.inputs.contains(&name));
        let tables = self.store.keys().filter(|key| looked_in(key.kind.name)).filter_map(|key| self.store.table(key));
        for row in tables.flat_map(|t| t.rows()).filter(|r| r.gone.is_none()).take(SAMPLE).map(|r| &r.record) {
            let (name, id) = (text::visible(row.label()), text::visible(row.shown_id()));
            let doc = if name == id { "" } else { &*id };
            words.offer(&name, &[row.shown_id()], row.kind.singular, doc, None);
        }
    }

    /// Some rows that have the tags of a kind's rows: their own, or those of the table that brings them.
    fn sample_tagged(&self, kind: Kind) -> impl Iterator<Item = &Record> {
        let side = kind.tags_aside().and_then(|i| kind.fields.at(i).side);
        let aside = side.and_then(|side| kind_named(&self.s.registry, side.kind));
        self.sample(aside.unwrap_or(kind))
    }

    /// Some rows of a kind that are loaded: of the view's own tables first.
    fn sample(&self, kind: Kind) -> impl Iterator<Item = &Record> {
        let own: Vec<&TableKey> = self.s.view.tables.iter().filter(|t| t.kind == kind).collect();
        let others = self.store.tables_of(kind).filter(|(k, _)| !self.s.view.tables.contains(k)).map(|(_, t)| t);
        let tables = own.into_iter().filter_map(|t| self.store.table(t)).chain(others);
        tables.flat_map(|t| t.rows()).take(SAMPLE).map(|r| &*r.record)
    }
}
