//! Floor 6: one viewer: its [`State`], the only writer of it ([`update`]), and where it can go.
//!
//! Pure and synchronous: no SDK, no tokio, no terminal library, no clock but the event's. Behaviour is tested as
//! (state, store, event) -> (state, effects). What is drawn is the floor above's; what is asked of AWS the floor below's.

pub mod age;
pub mod layout;
pub mod line;
pub mod overlay;
pub mod run;
pub mod state;
pub mod view;

pub use layout::{Area, Areas};
pub use line::Line;
pub use overlay::Overlay;
pub use run::{Run, RunPhase};
pub use state::{Profile, Setup, State};
pub use view::{Detail, RowKey, Tab, View};
