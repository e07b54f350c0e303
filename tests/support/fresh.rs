//! Files that are made from the code, and fail the tests when they are stale.

#![allow(
    clippy::unwrap_used,
    clippy::allow_attributes,
    reason = "tests fail by panicking; in some places clippy knows that"
)]

use std::path::Path;

/// Compares a file of this repository with what it should be now; `SKYDECK_BLESS=1` writes it. Whether it was fresh.
pub fn fresh(path: &str, now: &str) -> bool {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("SKYDECK_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, now).unwrap();
    }
    std::fs::read_to_string(&path).unwrap_or_default() == now
}
