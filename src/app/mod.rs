//! Floor 6: one viewer: its [`State`], the only writer of it ([`update()`]), and where it can go.
//!
//! Pure and synchronous: no SDK, no tokio, no terminal library, no clock but the event's. Behaviour is tested as
//! (state, store, event) -> (state, effects). What is drawn is the floor above's; what is asked of AWS the floor below's.
//!
//! Each event is a turn (`update.rs`); its methods lie in the files of their meaning: `keys` says what a key does where,
//! `nav`, `table`, `detail` and `menu` move through what there is, `filter`, `palette` (with `locate`, `inside` and `waiting`) and `complete` read what is typed,
//! `form`, `draft`, `picker` and `plan` lead to a change and `run_history` away from it, `prompts` speaks of credentials, and at the end of every
//! turn `interests` says what is seen and `timer` when the screen changes next.

pub mod aliases;
pub mod arguments;
pub mod board;
mod changed;
mod charts;
pub mod check_line;
mod columns_menu;
pub mod command;
pub mod complete;
mod connect;
pub mod detail;
pub mod docs;
pub mod draft;
mod draft_words;
mod filter;
mod fold;
mod form;
pub mod form_sections;
pub mod help;
pub mod hints;
mod index;
mod inside;
mod interests;
mod keys;
pub mod layout;
mod leaving;
mod left_runs;
pub mod line;
mod lines;
pub mod links;
mod locate;
mod marks;
mod menu;
mod mouse;
pub mod names;
mod nav;
pub mod overlay;
mod pager;
mod palette;
pub mod paths;
pub mod picker;
mod plan;
mod prompts;
pub mod recall;
pub mod relative_time;
mod remembered;
pub mod row_page;
pub mod run;
mod run_history;
pub mod run_page;
mod saved;
pub mod search;
mod setup;
pub mod signs;
pub mod state;
mod switch;
mod table;
mod table_refs;
mod text_area;
mod timer;
pub mod update;
pub mod view;
mod waiting;

pub use board::{Board, BoardKind, BoardLine, Place};
pub use charts::RowCharts;
pub use layout::{Area, Areas};
pub use line::Line;
pub use menu::hidden_sentence;
pub use overlay::Overlay;
pub use picker::Picker;
pub use run::{Run, RunPhase};
pub use state::{Profile, ProfileSetup, Setup, State};
pub use text_area::TextArea;
pub use timer::Freshness;
pub use update::update;
pub use view::{Detail, RowKey, Tab, View};

#[cfg(test)]
mod tests;
