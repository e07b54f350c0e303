//! Ids for other commands: `aws ec2 start-instances --instance-ids $(skydeck get instances state:stopped -o ids)`.

use std::io::{self, Write};

use super::Line;
use crate::base::text::visible;

/// Writes the id of each row in a line of its own, the one that AWS's calls take: to a program as it is, to a terminal made visible.
///
/// # Errors
/// What `out` says.
pub fn ids(rows: &[impl Line], terminal: bool, out: &mut impl Write) -> io::Result<()> {
    for row in rows {
        let id = row.record().shown_id();
        if terminal { writeln!(out, "{}", visible(id))? } else { writeln!(out, "{id}")? }
    }
    Ok(())
}
