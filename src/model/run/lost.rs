//! Calls whose answer did not come, and that are sent again by themselves: since when, how often, and how long until the next time.

use std::time::Duration;

use super::{RunRecord, StepState};
use crate::base::Time;
use crate::model::{TimelineRow, Waiter};

/// The first pause; each is twice the one before.
const FIRST: Duration = Duration::from_secs(5);
/// The longest: a link that is back is met within a minute.
const LONGEST: Duration = Duration::from_secs(60);

/// What is known of a call that is sent again by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost {
    /// When it was first seen that no answer comes.
    pub since: Time,
    /// When that was seen last.
    pub last: Time,
    /// How often it was sent.
    pub tries: u32,
    /// Whether one of them may have arrived.
    pub maybe: bool,
}

impl Lost {
    /// How long nothing is sent after so many tries.
    fn pause(self) -> Duration {
        let twice = 1u32.checked_shl(self.tries.saturating_sub(1)).unwrap_or(u32::MAX);
        FIRST.saturating_mul(twice).min(LONGEST)
    }
}

impl RunRecord {
    /// Takes note of an outcome, and says as what it is kept: what may have arrived once may have, whatever became of the next try.
    pub(super) fn noted(&mut self, step: usize, state: &StepState, at: Time) -> StepState {
        let (StepState::Again { why, maybe }, Some(slot)) = (state, self.lost.get_mut(step)) else {
            return state.clone();
        };
        let before = slot.unwrap_or(Lost { since: at, last: at, tries: 0, maybe: false });
        let lost = Lost { last: at, tries: before.tries.saturating_add(1), maybe: before.maybe || *maybe, ..before };
        *slot = Some(lost);
        StepState::Again { why: why.clone(), maybe: lost.maybe }
    }

    /// The pause before a call is sent again, from when it was last seen that no answer comes.
    pub(super) fn link_wait(&self, step: usize) -> Waiter {
        let Some(lost) = self.lost.get(step).copied().flatten() else { return Waiter::AtOnce };
        Waiter::Pause { length: lost.pause(), until: None }.begun(lost.last)
    }

    /// The step that is sent again by itself once a pause is over, and what is known of it.
    pub fn is_lost(&self) -> Option<(usize, Lost)> {
        let at = self.states.iter().position(|s| matches!(s, StepState::Again { .. }))?;
        Some((at, self.lost.get(at).copied().flatten()?))
    }

    /// How often a step was sent without an answer.
    pub fn tries(&self, step: usize) -> u32 {
        self.lost.get(step).copied().flatten().map_or(0, |lost| lost.tries)
    }

    /// The line of a timeline that says for how long a step had no answer.
    pub(super) fn lost_row(&self, step: usize) -> Option<TimelineRow> {
        let lost = self.lost.get(step).copied().flatten()?;
        let tries = match lost.tries {
            1 => "sent once".to_string(),
            n => format!("sent {n} times"),
        };
        Some(TimelineRow {
            step,
            batch: self.steps[step].batch,
            title: format!("no answer, {tries}: {}", self.steps[step].title),
            sign: '?',
            began: lost.since,
            took: Some(lost.last.since(lost.since)),
        })
    }
}
