//! The shapes of requests and answers, from AWS's own models.
//!
//! The table is botocore's, reduced to the operations of the sandbox (`NOTICE`, `tests/sandbox/shapes.rs`), deflated, and read when it is
//! first asked for. It is what a client of AWS knows: members with their types and names on the wire, which are required, bounds of
//! numbers and lengths, enumerations.
//!
//! | module | what it owns |
//! |---|---|
//! | `table` | the table: services, operations, shapes |

mod table;

pub use table::{Kind, Member, Operation, Shape, Shapes, of};
