//! Whose account it is and what the user set: profiles, sources of credentials, endpoints, and the user's files.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking, helpers of theirs too")]

#[path = "../support/mod.rs"]
mod support;

mod configs;
mod endpoints;
mod profiles;
mod sources;
mod whose_keys;
