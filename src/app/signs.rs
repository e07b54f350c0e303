//! Signs before a row, besides those of its state ([`crate::model::Tone::glyph`]).

/// Before the focused row.
pub const FOCUS: &str = "▸";
/// Before a marked row.
pub const MARK: &str = "◆";
/// Instead of the state's glyph before a row that is gone.
pub const GONE: &str = "∅";
