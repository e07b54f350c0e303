//! Floor 6: one viewer: its [`State`], the only writer of it ([`update()`]), and where it can go.
//!
//! Pure and synchronous: no SDK, no tokio, no terminal library, no clock but the event's. Behaviour is tested as
//! (state, store, event) -> (state, effects). What is drawn is the floor above's; what is asked of AWS the floor below's.
//!
//! Each event is a turn (`update.rs`); its methods lie in the files of their meaning: `keys` says what a key does where,
//! `nav`, `table`, `detail` and `menu` move through what there is, `filter`, `palette` and `complete` read what is typed,
//! `form`, `draft` and `plan` lead to a change and `runs` away from it, `ask` speaks of credentials, and at the end of every
//! turn `watch` says what is seen and `wake` when the screen changes next.

pub mod age;
pub mod arguments;
mod ask;
pub mod command;
mod complete;
pub mod detail;
pub mod docs;
pub mod draft;
mod filter;
mod form;
pub mod help;
mod index;
mod keys;
pub mod layout;
pub mod line;
mod menu;
mod names;
mod nav;
pub mod overlay;
mod palette;
mod plan;
pub mod recall;
mod refers;
pub mod run;
mod runs;
mod setup;
pub mod state;
mod table;
pub mod update;
pub mod view;
mod wake;
mod watch;

pub use layout::{Area, Areas, Shown};
pub use line::Line;
pub use menu::hidden_sentence;
pub use overlay::Overlay;
pub use run::{Run, RunPhase};
pub use state::{Profile, ProfileSetup, Setup, State};
pub use update::update;
pub use view::{Detail, RowKey, Tab, View};
pub use wake::Freshness;

#[cfg(test)]
mod tests;
