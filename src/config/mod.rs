//! Settings, keymaps and themes.
//!
//! A user's files are laid over the embedded ones leaf by leaf. Whatever is wrong in them becomes a [`Problem`] with file,
//! line and "did you mean"; the bad line has no effect, the rest applies. This module owns what the files mean. It knows
//! neither the terminal (colours are its own [`Color`]) nor AWS, and is told the names of commands, kinds and columns.

mod color;
mod document;
pub mod keymap;
mod layers;
mod problem;
mod role;
pub mod theme;

pub use color::{Color, ColorError, Depth};
pub use keymap::{Keymap, Mode, Next, Step};
pub use problem::{Origin, Problem};
pub use role::{ROLES, Role, RoleInfo};
pub use theme::{Modifiers, Style, TermEnv, Theme};
