//! Tables, deltas and indexes.
