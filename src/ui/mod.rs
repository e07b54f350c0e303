//! Floor 7: state to cells. [`draw`] is a pure function of the state, the store, the theme and the moment; it changes nothing.

pub mod columns;
pub mod format;
pub mod pen;
pub mod rows;
pub mod sparkline;
pub mod table;
