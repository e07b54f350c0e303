//! Poller, jobs and budget.
