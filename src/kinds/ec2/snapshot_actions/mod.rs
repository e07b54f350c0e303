//! What can be done with snapshots, as data: make one of a volume, restore, copy, share, delete.

mod copy;
mod create;
mod delete;
mod restore;
mod share;
#[cfg(test)]
mod tests;

pub use copy::COPY;
pub use create::CREATE;
pub use delete::DELETE;
pub use restore::RESTORE;
pub use share::SHARE;

use std::time::Duration;

use crate::base::Scope;
use crate::model::{Kind, KindInfo, Out, TableKey, Waiter};

const NAME: &str = "name";
const DESCRIPTION: &str = "description";

/// A snapshot of a large volume that was never snapshotted takes hours, and so does a copy to another region.
const COPYING: Duration = Duration::from_secs(6 * 60 * 60);

/// Waits for what step 0 makes in a region.
pub(super) fn made(
    scope: &Scope,
    output: &'static str,
    kind: &'static KindInfo,
    want: &'static [&'static str],
    fail: &'static [&'static str],
) -> Waiter {
    let table = TableKey::all(scope.clone(), Kind(kind));
    Waiter::Created { out: Out { step: 0, output }, table, want, fail, gone_is_fine: false, within: COPYING }
}
