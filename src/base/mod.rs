//! Floor 0: what every other module may use. Knows nothing of AWS's services, of tables or of the terminal.

pub mod civil;
pub mod clock;
pub mod der;
pub mod fault;
pub mod ids;
pub mod regions;
pub mod secret;
pub mod terminal_text;
pub mod text;
pub mod thread;

pub use civil::Civil;
pub use clock::{Clock, Time};
pub use fault::{Fault, FaultKind, Reached};
pub use ids::{RowId, Scope};
pub use secret::Secret;
