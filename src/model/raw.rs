//! AWS's own words about one row, for reading.

use crate::base::Time;

/// What AWS answered about a row: as text, visible, without secrets, bounded.
#[derive(Debug, Clone, PartialEq)]
pub struct RawAnswer {
    /// When it was asked.
    pub at: Time,
    /// One for each answer.
    pub parts: Vec<RawPart>,
}

/// One answer, or the row's own part of it.
#[derive(Debug, Clone, PartialEq)]
pub struct RawPart {
    /// Service, operation, and the way to the part: `EC2 DescribeInstances  …Response › reservationSet › item`.
    pub title: String,
    /// The text.
    pub lines: Vec<String>,
    /// Lines that are not among them.
    pub left_out: usize,
}
