//! From a confirmed plan to the account and back: dry runs, the executor, the journal, and when a change has come to rest.
//!
//! It sends nothing without a [`crate::aws::Permit`], writes the intent to disk before each call, and never sends twice what
//! must be sent once.

pub mod cli_text;
pub mod decrypt;
pub mod executor;
pub mod journal;
mod keeping;
mod letting_in;
pub mod look;
pub mod one_time_key;
pub mod script;
pub mod tools;
pub mod waiter;

pub use cli_text::{CliContext, argv, cli_text};
pub use executor::{Execute, Executor, dry_run};
pub use journal::{Journal, JournalError};
pub use keeping::clear_room;
pub use script::script;
pub use waiter::{WaitStatus, check};
