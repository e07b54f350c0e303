//! Floor 1: the shapes that everything speaks in. Plain data: no SDK types, no terminal, no I/O.

pub mod operation;

pub use operation::{Access, Operation, Retry, Service};
