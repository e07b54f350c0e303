//! The terminal: raw mode, signals, keys.
