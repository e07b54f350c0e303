//! Plans whose calls have not all been answered: what is waited for before the program ends.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Titles of runs by number. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct InFlight(Arc<Mutex<BTreeMap<u64, String>>>);

/// A run's place; it is over when this is dropped, also by a panic.
pub(super) struct UnderWay(InFlight, u64);

impl InFlight {
    pub(super) fn begin(&self, run: u64, title: &str) -> UnderWay {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(run, title.to_string());
        UnderWay(self.clone(), run)
    }
    pub(super) fn titles(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
    }
}
