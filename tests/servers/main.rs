//! Skydeck against servers on loopback: moto, which nobody here wrote, and small ones that only listen or refuse.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking, helpers of theirs too")]

#[path = "../../benches/support/mod.rs"]
mod bench_support;
#[path = "../support/mod.rs"]
mod support;

mod cli_sdk_agree;
mod formats;
mod get;
mod killed;
mod moto;
mod moto_actions;
mod moto_networks;
mod networks;
mod readonly;
mod scripts;
mod whole_vpcs;
mod wizard;
