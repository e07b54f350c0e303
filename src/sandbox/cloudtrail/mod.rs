//! The sandbox's event history: AWS CloudTrail's LookupEvents over what was called.
//!
//! | module | what it owns |
//! |---|---|
//! | [`state`] | the events of a region; knows no protocol |
//! | `record` | an event out of a call and its answer |
//! | `lookup` | the operation |
//! | `demo` | what was called before the world began |

pub(super) mod demo;
mod lookup;
mod record;
pub mod state;
#[cfg(test)]
mod tests;

pub(super) use record::{Told, is_recorded, record};
pub use state::{Event, State};

use crate::sandbox::wire::shapes::walk::Style;
use crate::sandbox::wire::{ApiError, Call, Protocol, Reply, read_json, shapes, write_json};
use crate::sandbox::world::World;

/// Answers one call.
pub(in crate::sandbox) fn answer(world: &mut World, call: &Call<'_>) -> Reply {
    if call.protocol != Protocol::Json || call.operation != "LookupEvents" {
        return call.unknown_operation();
    }
    let input = match read_json(&call.request.body) {
        Ok(input) => input,
        Err(e) => return call.fail(&ApiError::new("SerializationException", e)),
    };
    shapes::answer(call, &input, Style::Typed, || match lookup::lookup_events(world, call, &input) {
        Ok(answer) => {
            shapes::check_answer(call, &answer);
            Reply::new(200, "application/x-amz-json-1.1", write_json(&answer).to_string()).with_request_id(call)
        }
        Err(e) => call.fail(&e),
    })
}
