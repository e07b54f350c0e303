//! Rows that say what is wrong elsewhere, and which action on which row mends it.

use arcstr::ArcStr;

use crate::base::RowId;
use crate::model::{KindInfo, Record};

/// An action on another row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mend {
    /// The row's kind.
    pub kind: ArcStr,
    /// The row, in the same place.
    pub row: RowId,
    /// The action's name.
    pub action: ArcStr,
    /// Its arguments, as a palette line has them.
    pub arguments: ArcStr,
}

/// A kind whose rows have such an action.
#[derive(Clone, Copy)]
pub struct Mends {
    /// The kind.
    pub kind: &'static KindInfo,
    /// What mends one of its rows.
    pub mend: fn(&Record) -> Option<Mend>,
    /// What Enter does then, beside its key; `None`: it opens, as ever.
    pub verb: Option<&'static str>,
}
