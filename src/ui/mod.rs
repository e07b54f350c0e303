//! State to cells.
