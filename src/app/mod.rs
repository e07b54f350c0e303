//! One viewer: its state, and `update`, the only writer of it.
