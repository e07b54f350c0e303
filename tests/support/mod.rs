//! What the integration tests share: the console with and without a terminal, servers, and the programs which nobody here wrote
//! (Python, moto, boto3, the AWS CLI).
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, outside the functions that clippy knows to be tests"
)]
#![expect(dead_code, reason = "each test binary uses a part of it")]

pub mod actions;
pub mod aws;
pub mod checks;
pub mod console;
pub mod desk;
pub mod fresh;
pub mod golden;
pub mod moto;
pub mod python;
pub mod rows;
pub mod terminal;

/// Whether the tests that need the package registry are left out (`SKYDECK_TEST_OFFLINE=1`). A skip is never silent: it is
/// written past the test harness, which swallows the output of tests that pass.
pub fn left_out(what: &str) -> bool {
    use std::io::Write as _;
    let offline = std::env::var("SKYDECK_TEST_OFFLINE").is_ok_and(|v| !v.is_empty() && v != "0");
    if offline {
        let _ = writeln!(std::io::stderr(), "SKYDECK_TEST_OFFLINE is set: LEFT OUT: {what}");
    }
    offline
}
