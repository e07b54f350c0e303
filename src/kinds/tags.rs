//! Tags that come from a call of their own: side tables joined by the row's id. The kinds whose tags these are have a field
//! [`TAGS`] from there; queries (`tag:Env=prod`), JSON and the detail then read the side record's tags.

use arcstr::ArcStr;

use super::convert::{Converter, field};
use crate::base::RowId;
use crate::model::{FieldInfo, Fields, Kind, KindInfo, Operation, Record, Scoping, Service, TAGS, Tags, Value};

/// One row's tags.
#[derive(Debug, Clone, PartialEq)]
pub struct Tagged {
    id: RowId,
    tags: Tags,
}

static FIELDS: Fields<Tagged> = Fields(&[
    field(FieldInfo::id("id", "ID", "What the tags belong to."), |t| Value::Text(t.id.clone())),
    field(FieldInfo::list(TAGS, "TAGS", "The tags, as KEY=VALUE."), |t| {
        Value::list(t.tags.iter().map(|(k, v)| arcstr::format!("{k}={v}")))
    }),
]);

/// What a table of tags says about itself.
pub(super) const fn info(
    (name, singular, title, doc): (&'static str, &'static str, &'static str, &'static str),
    (service, scoping): (Service, Scoping),
    operations: &'static [&'static Operation],
) -> KindInfo {
    KindInfo {
        doc,
        service,
        scoping,
        sort: ("id", true),
        operations,
        side: true,
        ..KindInfo::new(name, singular, title, &FIELDS)
    }
}

const DOC: &str = "The tags, as KEY=VALUE.";

/// The field of a kind whose tags are in the side table `kind`, many rows to a request: asked for with the list.
pub(super) const fn always(kind: &'static str) -> FieldInfo {
    bare().from_side(kind, TAGS, false)
}
/// The same where each row takes a request of its own: asked for on demand.
pub(super) const fn on_demand(kind: &'static str) -> FieldInfo {
    bare().on_demand(kind, TAGS)
}

const fn bare() -> FieldInfo {
    // The detail has a page for tags.
    FieldInfo::list(TAGS, "TAGS", DOC).section("")
}

/// A row of such a table.
pub(super) fn record<'a>(
    info: &'static KindInfo,
    converter: &mut Converter,
    id: impl Into<ArcStr>,
    pairs: impl IntoIterator<Item = (Option<&'a str>, Option<&'a str>)>,
) -> Record {
    let (tags, _) = converter.tags(pairs);
    let tagged = Tagged { id: id.into(), tags };
    Record {
        kind: Kind(info),
        id: tagged.id.clone(),
        name: ArcStr::new(),
        state: None,
        values: FIELDS.values(&tagged),
        tags: tagged.tags,
    }
}
