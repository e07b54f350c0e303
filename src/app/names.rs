//! Values of one row beside its table: those of its side tables, and names for ids: what a row is called that a field of another row
//! names by its id.

use arcstr::ArcStr;

use super::nav::kind_named;
use super::state::State;
use crate::model::{FieldInfo, Kind, Record, TableKey, Value};
use crate::store::Store;

impl State {
    /// The name of the row that the field `info` of a row of `of` names by `id`; `None` where it names none, or the name is not
    /// known.
    pub fn name_of<'a>(&self, store: &'a Store, of: &TableKey, info: &FieldInfo, id: &str) -> Option<&'a ArcStr> {
        let kind = kind_named(&self.registry, info.link.filter(|_| info.is_row_id(id))?)?;
        store.name_of(of, kind, id)
    }
}

/// The side kind that a field lives in, and its position there.
pub fn side_kind(state: &State, info: &FieldInfo) -> Option<(Kind, usize)> {
    let side = info.side?;
    let kind = Kind(state.registry.kind(side.kind)?.info);
    Some((kind, kind.index_of(side.field)?))
}

/// The value of a field of one row, from its side table if it lives there. For what is not a table: the detail.
pub fn field_value<'a>(state: &State, store: &'a Store, key: &TableKey, record: &'a Record, field: usize) -> &'a Value {
    let side = side_kind(state, record.kind.fields.at(field));
    let there = side.and_then(|(kind, there)| Some(store.side(key, kind, &record.id)?.at(there)));
    there.unwrap_or_else(|| record.at(field))
}
