//! Address arithmetic and reachability.
