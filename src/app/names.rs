//! Names for ids: what a row is called that a field of another row names by its id.

use arcstr::ArcStr;

use super::nav::kind_named;
use super::state::State;
use crate::model::{FieldInfo, TableKey};
use crate::store::Store;

impl State {
    /// The name of the row that the field `info` of a row of `of` names by `id`; `None` where it names none, or the name is not
    /// known.
    pub fn name_of<'a>(&self, store: &'a Store, of: &TableKey, info: &FieldInfo, id: &str) -> Option<&'a ArcStr> {
        let kind = kind_named(&self.registry, info.link.filter(|_| info.is_row_id(id))?)?;
        store.name_of(of, kind, id)
    }
}
