//! Skydeck: a keyboard-driven cloud console for AWS in a terminal.
//!
//! The map of the house, floor by floor. A module imports only from lower floors; `tests/walks/floors.rs` checks it.
//!
//! | floor | modules | what lives there |
//! |---|---|---|
//! | 8 | [`runtime`], [`term`], [`cli`], [`export`] | the event loop, the terminal, the command line, rows as text |
//! | 7 | [`ui`] | state to cells: view-models and ratatui |
//! | 6 | [`app`] | one viewer's state and its only writer, `update`: pure and synchronous |
//! | 5 | [`fetch`], [`act`], [`sandbox`] | poller and jobs; planner, executor, journal; the embedded living account |
//! | 4 | [`kinds`] | everything about one kind of resource |
//! | 3 | [`aws`] | the gateway: every client, guard, wire, credentials, errors |
//! | 2 | [`store`], [`config`] | tables, deltas, indexes; settings, keymaps, themes |
//! | 1 | [`model`], [`net`], [`input`], [`query`] | records, values, forms, plans; addresses; keys; the query language |
//! | 0 | [`base`] | ids, faults, the clock, secrets, strangers' text |
//!
//! `docs/architecture.md` walks through it twice: with a key press and with a datum.

pub mod act;
pub mod app;
pub mod aws;
pub mod base;
pub mod cli;
pub mod config;
pub mod export;
pub mod fetch;
pub mod input;
pub mod kinds;
pub mod model;
pub mod net;
pub mod query;
pub mod runtime;
pub mod sandbox;
pub mod store;
pub mod term;
pub mod ui;
