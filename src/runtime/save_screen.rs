//! The screen as a text file, for tickets and notes.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use super::engine::Engine;
use crate::base::Time;
use crate::base::text::width;
use crate::config::Theme;
use crate::ui;

/// Files of one second at most: who holds the key down wants one.
const TRIES: usize = 10;

/// Writes what is on a screen of this size into a new file of its owner's; returns its path.
///
/// # Errors
/// The file cannot be made.
pub(super) fn save(engine: &Engine, theme: &Theme, size: (u16, u16), folder: &str) -> io::Result<PathBuf> {
    let name = format!("skydeck-{}", stamp(engine.now(), &engine.state.zone));
    write(Path::new(folder), (&name, "txt"), text(engine, theme, size)?.as_bytes())
}

/// `20261129-121530`
pub(super) fn stamp(now: Time, zone: &jiff::tz::TimeZone) -> String {
    let at = now.civil_in(zone);
    format!("{:04}{:02}{:02}-{:02}{:02}{:02}", at.year, at.month, at.day, at.hour, at.minute, at.second)
}

fn text(engine: &Engine, theme: &Theme, (columns, rows): (u16, u16)) -> io::Result<String> {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).map_err(io::Error::other)?;
    let drawn = terminal
        .draw(|frame| ui::draw(&engine.state, &engine.store, theme, engine.now(), frame))
        .map_err(io::Error::other)?;
    Ok(lines(drawn.buffer))
}

/// The cells as lines. A wide character stands in two cells, of which the second has nothing of its own.
fn lines(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in buffer.area.top()..buffer.area.bottom() {
        let (mut line, mut x) = (String::new(), buffer.area.left());
        while x < buffer.area.right() {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            x += u16::try_from(width(symbol)).unwrap_or(1).max(1);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// Writes a new file of its owner's, by this name and ending, or with a number behind the name; returns its path.
///
/// # Errors
/// The file cannot be made.
pub(super) fn write(folder: &Path, (name, ending): (&str, &str), bytes: &[u8]) -> io::Result<PathBuf> {
    let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
    for n in 0..TRIES {
        let more = if n == 0 { String::new() } else { format!("-{n}") };
        let path = folder.join(format!("{name}{more}.{ending}"));
        // Never over another, and never through a link that somebody left there.
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(mut file) => {
                file.write_all(bytes)?;
                return Ok(path);
            }
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => last = e,
            Err(e) => return Err(e),
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    #[test]
    fn wide_characters_stand_once_and_lines_end_where_their_text_does() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 2));
        buffer.set_string(0, 0, "결제-1 ok", Style::new());
        assert_eq!(lines(&buffer), "결제-1 ok\n\n");
    }

    #[test]
    fn a_screen_is_its_owners_and_never_over_another() {
        let folder = tempfile::tempdir().unwrap();
        let first = write(folder.path(), ("skydeck-20261129-121530", "txt"), b"a\n").unwrap();
        let second = write(folder.path(), ("skydeck-20261129-121530", "txt"), b"b\n").unwrap();
        assert!(first.ends_with("skydeck-20261129-121530.txt") && second.ends_with("skydeck-20261129-121530-1.txt"));
        assert_eq!(std::fs::read_to_string(&first).unwrap(), "a\n");
        assert_eq!(std::fs::metadata(&first).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(write(&folder.path().join("nowhere"), ("x", "txt"), b"").is_err());
        assert_eq!(stamp(Time::from_secs(0), &jiff::tz::TimeZone::UTC), "19700101-000000");
    }
}
