//! Planner, executor, watcher, journal.
