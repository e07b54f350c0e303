//! The embedded account: through the SDK as the console uses it, and behind a socket as clients that nobody here wrote see it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking, helpers of theirs too")]

#[path = "../support/mod.rs"]
mod support;

mod actions;
mod clients;
mod fuzz;
mod kinds;
mod raw_cli;
mod rolling;
mod s3_shapes;
mod shapes;
