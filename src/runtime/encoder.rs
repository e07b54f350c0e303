//! Cells to the fewest bytes that a terminal understands: over a slow link each key costs what is written for it.
//!
//! The drawing library writes both colours whenever one of them changes, and says of each cell where it is. Here only what is different is
//! said: a blank has no ink, so it takes the one that is set; a place on the same line is its column; many blanks are erased
//! at once. A row that gets another background is then written in half of the bytes.
//! Only sequences that terminals have had since the VT220 and xterm's colours: ECMA-48 CUP, CHA, EL, ECH and SGR.

use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};

use crate::term::FrameWriter;

/// What the next character is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pen {
    fg: Color,
    bg: Color,
    mods: Modifier,
}

const PLAIN: Pen = Pen { fg: Color::Reset, bg: Color::Reset, mods: Modifier::empty() };
/// So many blanks are shorter than their erasure and the step over them.
const FEW_BLANKS: u16 = 9;
/// What can be seen of a blank.
const ON_BLANKS: Modifier = Modifier::UNDERLINED.union(Modifier::REVERSED).union(Modifier::CROSSED_OUT);

/// The library's way to the terminal: everything goes into the frame that [`FrameWriter::present`] writes.
pub(super) struct Encoder {
    out: FrameWriter,
    size: Size,
    bytes: Vec<u8>,
}

impl Encoder {
    /// For a screen of `columns` by `rows` cells.
    pub(super) fn new(out: FrameWriter, columns: u16, rows: u16) -> Encoder {
        Encoder { out, size: Size::new(columns, rows), bytes: Vec::with_capacity(4096) }
    }
    /// The terminal has another size.
    pub(super) fn resize(&mut self, columns: u16, rows: u16) {
        self.size = Size::new(columns, rows);
    }
}

/// Writes changed cells, from left to right and from top to bottom, and leaves the pen plain.
fn encode<'a>(cells: impl Iterator<Item = (u16, u16, &'a Cell)>, columns: u16, out: &mut Vec<u8>) {
    let mut pen = PLAIN;
    let mut at: Option<(u16, u16)> = None;
    // Plain blanks that were not written yet: from which column of which line, how many.
    let mut blanks: Option<(u16, u16, u16)> = None;
    for (x, y, cell) in cells {
        let plain = cell.symbol() == " " && cell.bg == Color::Reset && !cell.modifier.intersects(ON_BLANKS);
        match &mut blanks {
            Some((from, line, n)) if plain && *line == y && *from + *n == x => {
                *n += 1;
                continue;
            }
            _ => flush(&mut blanks, &mut pen, &mut at, columns, out),
        }
        if plain {
            blanks = Some((x, y, 1));
            continue;
        }
        go(&mut at, (x, y), out);
        turn(&mut pen, cell, out);
        out.extend_from_slice(cell.symbol().as_bytes());
        // A wide character takes the next cell too, of which the library says nothing.
        at = Some((x + crate::base::text::width(cell.symbol()).max(1) as u16, y));
    }
    flush(&mut blanks, &mut pen, &mut at, columns, out);
    if pen != PLAIN {
        out.extend_from_slice(b"\x1b[0m");
    }
}

/// Writes the blanks that were put off; those that reach the right edge by erasing the rest of the line.
fn flush(
    blanks: &mut Option<(u16, u16, u16)>,
    pen: &mut Pen,
    at: &mut Option<(u16, u16)>,
    columns: u16,
    out: &mut Vec<u8>,
) {
    let Some((x, y, n)) = blanks.take() else { return };
    go(at, (x, y), out);
    let blank = Cell::EMPTY;
    turn(pen, &blank, out);
    if n > 3 && x + n >= columns {
        out.extend_from_slice(b"\x1b[K");
    } else if n > FEW_BLANKS {
        let _ = write!(out, "\x1b[{n}X");
    } else {
        out.extend(std::iter::repeat_n(b' ', usize::from(n)));
        *at = Some((x + n, y));
    }
}

/// Puts the cursor at a place.
fn go(at: &mut Option<(u16, u16)>, to: (u16, u16), out: &mut Vec<u8>) {
    match *at {
        Some(now) if now == to => {}
        // The column by its number, and not as so many steps: terminals disagree on how many cells some characters take, and after one of
        // these nobody knows where the cursor is.
        Some((_, y)) if y == to.1 => {
            let _ = write!(out, "\x1b[{}G", to.0 + 1);
        }
        _ => {
            let _ = match to {
                (0, y) => write!(out, "\x1b[{}H", y + 1),
                (x, y) => write!(out, "\x1b[{};{}H", y + 1, x + 1),
            };
        }
    }
    *at = Some(to);
}

/// Gives the pen what a cell needs.
fn turn(pen: &mut Pen, cell: &Cell, out: &mut Vec<u8>) {
    let blank = cell.symbol() == " ";
    let mut want = Pen { fg: cell.fg, bg: cell.bg, mods: cell.modifier };
    if blank {
        // Reversed, the ink is the ground; a line under it is of its colour.
        if !want.mods.intersects(ON_BLANKS) {
            want.fg = pen.fg;
        }
        want.mods = (want.mods & ON_BLANKS) | (pen.mods & !ON_BLANKS);
    }
    if want == *pen {
        return;
    }
    // From a plain pen, or from the one that is set, whichever is shorter.
    let mut anew = b"0".to_vec();
    changes(PLAIN, want, &mut anew);
    let mut codes: Vec<u8> = Vec::new();
    let gone = pen.mods - want.mods;
    ends(gone, &mut codes);
    let mut left = Pen { mods: pen.mods & want.mods, ..*pen };
    if gone.intersects(Modifier::BOLD | Modifier::DIM) {
        // Both end with the same code.
        left.mods -= Modifier::BOLD | Modifier::DIM;
    }
    changes(left, want, &mut codes);
    if anew.len() <= codes.len() {
        codes = anew;
    }
    // A sequence without numbers is a reset too.
    if codes == b"0" {
        codes.clear();
    }
    out.extend_from_slice(b"\x1b[");
    out.extend_from_slice(&codes);
    out.push(b'm');
    *pen = want;
}

const MODS: &[(Modifier, &str, &str)] = &[
    (Modifier::BOLD, "1", "22"),
    (Modifier::DIM, "2", "22"),
    (Modifier::ITALIC, "3", "23"),
    (Modifier::UNDERLINED, "4", "24"),
    (Modifier::SLOW_BLINK, "5", "25"),
    (Modifier::RAPID_BLINK, "6", "25"),
    (Modifier::REVERSED, "7", "27"),
    (Modifier::HIDDEN, "8", "28"),
    (Modifier::CROSSED_OUT, "9", "29"),
];

fn push(codes: &mut Vec<u8>, code: &str) {
    if !codes.is_empty() {
        codes.push(b';');
    }
    codes.extend_from_slice(code.as_bytes());
}

fn ends(gone: Modifier, codes: &mut Vec<u8>) {
    let mut last = "";
    for (_, _, end) in MODS.iter().filter(|(m, _, _)| gone.contains(*m)) {
        if *end != last {
            push(codes, end);
        }
        last = end;
    }
}

/// What is there more, and other colours.
fn changes(from: Pen, to: Pen, codes: &mut Vec<u8>) {
    for (_, code, _) in MODS.iter().filter(|(m, _, _)| (to.mods - from.mods).contains(*m)) {
        push(codes, code);
    }
    if from.fg != to.fg {
        color(to.fg, 30, codes);
    }
    if from.bg != to.bg {
        color(to.bg, 40, codes);
    }
}

/// A colour as ink (`base` 30) or ground (40).
fn color(color: Color, base: u8, codes: &mut Vec<u8>) {
    let code = match color {
        Color::Reset => (base + 9).to_string(),
        Color::Rgb(r, g, b) => format!("{};2;{r};{g};{b}", base + 8),
        Color::Indexed(n) => format!("{};5;{n}", base + 8),
        named => {
            const NAMED: [Color; 16] = [
                Color::Black,
                Color::Red,
                Color::Green,
                Color::Yellow,
                Color::Blue,
                Color::Magenta,
                Color::Cyan,
                Color::Gray,
                Color::DarkGray,
                Color::LightRed,
                Color::LightGreen,
                Color::LightYellow,
                Color::LightBlue,
                Color::LightMagenta,
                Color::LightCyan,
                Color::White,
            ];
            let n = NAMED.iter().position(|c| *c == named).unwrap_or(0) as u8;
            // The bright ones are numbered apart.
            (if n < 8 { base + n } else { base + 60 + n - 8 }).to_string()
        }
    };
    push(codes, &code);
}

impl Backend for Encoder {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        self.bytes.clear();
        encode(content, self.size.width, &mut self.bytes);
        self.out.write_all(&self.bytes)
    }
    fn hide_cursor(&mut self) -> io::Result<()> {
        self.out.write_all(b"\x1b[?25l")
    }
    fn show_cursor(&mut self) -> io::Result<()> {
        self.out.write_all(b"\x1b[?25h")
    }
    /// The terminal is never asked: over a slow link it may not answer.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(Position::ORIGIN)
    }
    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let at = position.into();
        write!(self.out, "\x1b[{};{}H", at.y + 1, at.x + 1)
    }
    fn clear(&mut self) -> io::Result<()> {
        self.out.write_all(b"\x1b[2J")
    }
    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.out.write_all(match clear_type {
            ClearType::All => b"\x1b[2J".as_slice(),
            ClearType::AfterCursor => b"\x1b[J",
            ClearType::BeforeCursor => b"\x1b[1J",
            ClearType::CurrentLine => b"\x1b[2K",
            ClearType::UntilNewLine => b"\x1b[K",
        })
    }
    fn size(&self) -> io::Result<Size> {
        Ok(self.size)
    }
    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size, pixels: Size::ZERO })
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    fn written(before: &Buffer, after: &Buffer) -> Vec<u8> {
        let mut out = Vec::new();
        encode(before.diff(after).into_iter(), after.area.width, &mut out);
        out
    }

    fn any_buffer() -> impl Strategy<Value = Buffer> {
        let color = prop_oneof![
            Just(Color::Reset),
            Just(Color::Red),
            Just(Color::LightBlue),
            Just(Color::Indexed(99)),
            Just(Color::Rgb(1, 2, 3)),
        ];
        let style = (color.clone(), color, 0u16..16).prop_map(|(fg, bg, mods)| {
            let mut all = Modifier::empty();
            for (i, m) in
                [Modifier::BOLD, Modifier::ITALIC, Modifier::UNDERLINED, Modifier::REVERSED].iter().enumerate()
            {
                all.set(*m, mods >> i & 1 == 1);
            }
            Style::new().fg(fg).bg(bg).add_modifier(all)
        });
        let piece = (0u16..20, 0u16..4, "[a-c ]{0,8}|결제| {4,9}", style);
        proptest::collection::vec(piece, 0..8).prop_map(|pieces| {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 4));
            for (x, y, text, style) in pieces {
                // No wide character half over another: the screen mends that.
                if text.is_ascii() || x < 17 && buffer[(x, y)].symbol() != "" {
                    buffer.set_string(x, y, text, style);
                }
            }
            buffer
        })
    }

    /// What a terminal shows: each cell's text, and of it what can be seen.
    fn seen(screen: &vt100::Screen) -> Vec<String> {
        let cell = |x: u16, y: u16| {
            let c = screen.cell(y, x).unwrap();
            let blank = c.contents().trim().is_empty();
            let ink = if blank && !c.inverse() { String::new() } else { format!("{:?}", c.fgcolor()) };
            let weight = !blank && c.bold();
            let slant = !blank && c.italic();
            format!(
                "{:?} {ink} {:?} {weight} {slant} {} {}",
                c.contents().trim(),
                c.bgcolor(),
                c.underline(),
                c.inverse()
            )
        };
        (0..4).flat_map(|y| (0..20).map(move |x| (x, y))).map(|(x, y)| cell(x, y)).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn a_terminal_shows_the_same_as_after_the_librarys_own_bytes(a in any_buffer(), b in any_buffer()) {
            let empty = Buffer::empty(a.area);
            let mut ours = vt100::Parser::new(4.try_into().unwrap(), 20.try_into().unwrap(), 0);
            let mut theirs = vt100::Parser::new(4.try_into().unwrap(), 20.try_into().unwrap(), 0);
            for (before, after) in [(&empty, &a), (&a, &b)] {
                ours.process(&written(before, after));
                let mut bytes = Vec::new();
                ratatui::backend::CrosstermBackend::new(&mut bytes).draw(before.diff(after).into_iter()).unwrap();
                theirs.process(&bytes);
            }
            prop_assert_eq!(seen(ours.screen()), seen(theirs.screen()));
        }
    }

    #[test]
    fn behind_a_character_of_unsure_width_the_column_is_said_by_its_number() {
        let area = Rect::new(0, 0, 20, 1);
        let mut after = Buffer::empty(area);
        after.set_string(0, 0, "a\u{fffd}", Style::new());
        after.set_string(10, 0, "xy", Style::new());
        let mut before = Buffer::empty(area);
        before.set_string(2, 0, "        ", Style::new());
        assert_eq!(String::from_utf8(written(&before, &after)).unwrap(), "\x1b[1Ha\u{fffd}\x1b[11Gxy");
    }

    #[test]
    fn what_is_the_same_is_not_said_again() {
        let area = Rect::new(0, 0, 20, 2);
        let before = Buffer::empty(area);
        let mut after = Buffer::empty(area);
        let ground = Style::new().bg(Color::Rgb(10, 20, 30));
        after.set_string(0, 1, "ab  cd", ground.fg(Color::Red));
        assert_eq!(String::from_utf8(written(&before, &after)).unwrap(), "\x1b[2H\x1b[31;48;2;10;20;30mab  cd\x1b[0m");
        // Back again: one erasure.
        assert_eq!(String::from_utf8(written(&after, &before)).unwrap(), "\x1b[2H      ");
    }
}
