//! The events to come in EC2.

use arcstr::ArcStr;
use serde::{Deserialize, Serialize};

/// What will happen to instances. Each is void if the instance's epoch is another by then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the instance and its epoch, in each")]
pub enum Event {
    /// A launch or start is done.
    Running { id: ArcStr, epoch: u32 },
    /// A stop is done.
    Stopped { id: ArcStr, epoch: u32 },
    /// A termination is done.
    Terminated { id: ArcStr, epoch: u32 },
    /// AWS takes the capacity of a Spot Instance back.
    Interrupted { id: ArcStr, epoch: u32 },
    /// It is no longer shown.
    Gone { id: ArcStr, epoch: u32 },
    /// A transition of something else than an instance is over: what it is by its id.
    Settle { id: ArcStr },
}
