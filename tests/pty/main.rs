//! The real binary, as people and scripts start it: in a pseudo-terminal, and without one. Nothing of the machine's own
//! settings reaches it: the environment is empty but for what a test gives, and every folder is a new one.

#[path = "../support/mod.rs"]
mod support;

mod account;
mod command_line;
mod connecting;
mod mouse;
mod multiplexer;
mod outside;
mod pictures;
mod rolling;
mod screen;
mod simulated;
