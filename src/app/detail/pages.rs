//! The pages of a row's detail and what stands on them: at most seven, whatever the kind. A section is no page: it keeps its heading within
//! one.

use arcstr::ArcStr;

use crate::app::names::field_value;
use crate::app::nav::kind_named;
use crate::app::state::State;
use crate::app::view::{RowKey, Tab};
use crate::model::{FieldInfo, FieldType, Kind, Tags, Value};
use crate::store::Store;

/// The section that comes first, without a heading.
const FACTS: &str = "facts";
/// Sections that say how a row is, where no side table brings them: they stand on the first page, too.
const HOW_IT_IS: [&str; 3] = ["capacity", "health", "state"];

/// A line of the detail that has a value: what its cursor holds on to, whatever comes and goes around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// The field at this position.
    Field(usize),
    /// The tag with this key.
    Tag(ArcStr),
}

/// Entries under one heading; the first ones have none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The heading; empty for none.
    pub heading: &'static str,
    /// What stands under it, in order.
    pub entries: Vec<Entry>,
}

/// Whether a field stands under a heading: data points are charts.
fn is_said(field: &FieldInfo) -> bool {
    !field.section.is_empty() && field.ty != FieldType::Series
}

/// The sections of the first page: what a row is, then how it is.
fn first_sections(kind: Kind) -> Vec<&'static str> {
    let of_a_side = |f: &&FieldInfo| is_said(f) && f.side.is_some_and(|s| !s.on_demand);
    let mut out = vec![FACTS];
    let told = kind.iter().filter(|f| HOW_IT_IS.contains(&f.section)).chain(kind.iter().filter(of_a_side));
    for field in told {
        if !out.contains(&field.section) {
            out.push(field.section);
        }
    }
    out
}

/// The sections of the second page: all others.
fn other_sections(kind: Kind) -> Vec<&'static str> {
    let first = first_sections(kind);
    let mut out = Vec::new();
    for field in kind.iter().filter(|f| is_said(f) && !first.contains(&f.section)) {
        if !out.contains(&field.section) {
            out.push(field.section);
        }
    }
    out
}

/// What the second page is called: by its section, if it is one.
pub fn details_title(kind: Kind) -> &'static str {
    match other_sections(kind)[..] {
        [only] => only,
        _ => "details",
    }
}

impl State {
    /// The pages of a row's detail, in order.
    pub fn tabs(&self, store: &Store, row: &RowKey) -> Vec<Tab> {
        let kind = row.table.kind;
        let record = store.get(&row.table, &row.id);
        let def = self.registry.def(kind).zip(record);
        let pages = [
            (Tab::Overview, true),
            (Tab::Details, !other_sections(kind).is_empty()),
            (Tab::Tags, record.is_some_and(|r| !r.tags.is_empty()) || self.has_tags(kind)),
            (Tab::Metrics, self.charts(store, row).is_some()),
            (Tab::Changes, true),
            (Tab::Links, def.is_some_and(|(def, record)| !(def.links)(record, &row.table.scope).is_empty())),
            (Tab::Raw, true),
        ];
        pages.into_iter().filter_map(|(tab, is)| is.then_some(tab)).collect()
    }
    /// The page of the detail that is shown: the chosen one, or the first where the row has no such page.
    pub fn tab(&self, store: &Store) -> Tab {
        let Some(row) = &self.detail.row else { return Tab::Overview };
        // Each key asks for it several times: these pages every row has.
        if matches!(self.detail.tab, Tab::Overview | Tab::Changes | Tab::Raw) {
            return self.detail.tab;
        }
        if self.tabs(store, row).contains(&self.detail.tab) { self.detail.tab } else { Tab::Overview }
    }
    /// The lines of a page that have a value, under their headings; none of a page that is text, charts or links. Under a heading of the
    /// first page, what is not there is left out: that no check fails needs no line that says since when.
    pub fn blocks(&self, store: &Store, row: &RowKey, tab: Tab) -> Vec<Block> {
        let kind = row.table.kind;
        let sections = match tab {
            Tab::Overview => first_sections(kind),
            Tab::Details => other_sections(kind),
            Tab::Tags => {
                let keys = self.tags(store, row).into_iter().flat_map(|tags| tags.iter());
                let entries = keys.map(|(key, _)| Entry::Tag(key.clone())).collect();
                return vec![Block { heading: "", entries }];
            }
            Tab::Metrics | Tab::Changes | Tab::Links | Tab::Raw => return Vec::new(),
        };
        let Some(record) = store.get(&row.table, &row.id) else { return Vec::new() };
        let is_there = |i: usize| !matches!(field_value(self, store, &row.table, record, i), Value::Empty);
        let is_shown = |section: &str, i: usize, field: &FieldInfo| {
            let always = section == FACTS || tab != Tab::Overview;
            let tells = field.ty == FieldType::Ratio;
            field.section == section && is_said(field) && (always || tells || is_there(i))
        };
        let blocks = sections.into_iter().map(|section| Block {
            heading: if section == FACTS { "" } else { section },
            entries: kind
                .iter()
                .enumerate()
                .filter(|(i, f)| is_shown(section, *i, f))
                .map(|(i, _)| Entry::Field(i))
                .collect(),
        });
        blocks.filter(|b| !b.entries.is_empty()).collect()
    }
    /// The same without headings.
    pub fn entries(&self, store: &Store, row: &RowKey, tab: Tab) -> Vec<Entry> {
        self.blocks(store, row, tab).into_iter().flat_map(|b| b.entries).collect()
    }
    /// Whether tags are something that rows of this kind have: an action edits them, or a call of their own brings them.
    pub fn has_tags(&self, kind: Kind) -> bool {
        kind.tags_aside().is_some() || self.registry.actions_of(kind).any(|a| a.name.contains("tags"))
    }
    /// A row's tags, from the side table if they live there; `None` = not known.
    pub fn tags<'a>(&self, store: &'a Store, row: &RowKey) -> Option<&'a Tags> {
        let record = &store.table(&row.table)?.get(&row.id)?.record;
        let Some(aside) = row.table.kind.tags_aside() else { return Some(&record.tags) };
        let side = row.table.kind.fields.at(aside).side?;
        let there = kind_named(&self.registry, side.kind)?;
        store.side(&row.table, there, &row.id).map(|r| &r.tags)
    }
}
