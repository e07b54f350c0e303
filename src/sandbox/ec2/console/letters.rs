//! What stands on a screen, drawn with letters of three squares by five.

use super::jpeg::Squares;
use crate::base::Time;

/// Letters in a line, and lines.
const COLUMNS: usize = 32;
const LINES: usize = 16;
/// A letter's cell in squares.
const WIDE: usize = 4;
const HIGH: usize = 6;

const BLACK: [u8; 3] = [16, 128, 128];
const GREY: [u8; 3] = [190, 128, 128];
const BLUE: [u8; 3] = [70, 190, 100];
const WHITE: [u8; 3] = [240, 128, 128];

/// Five rows of three bits each.
fn letter(c: char) -> u16 {
    match c.to_ascii_uppercase() {
        'A' => 0b010_101_111_101_101,
        'B' => 0b110_101_110_101_110,
        'C' => 0b011_100_100_100_011,
        'D' => 0b110_101_101_101_110,
        'E' => 0b111_100_110_100_111,
        'F' => 0b111_100_110_100_100,
        'G' => 0b011_100_101_101_011,
        'H' => 0b101_101_111_101_101,
        'I' => 0b111_010_010_010_111,
        'J' => 0b001_001_001_101_010,
        'K' => 0b101_101_110_101_101,
        'L' => 0b100_100_100_100_111,
        'M' => 0b101_111_111_101_101,
        'N' => 0b110_101_101_101_101,
        'O' => 0b010_101_101_101_010,
        'P' => 0b110_101_110_100_100,
        'Q' => 0b010_101_101_110_011,
        'R' => 0b110_101_110_101_101,
        'S' => 0b011_100_010_001_110,
        'T' => 0b111_010_010_010_010,
        'U' => 0b101_101_101_101_111,
        'V' => 0b101_101_101_101_010,
        'W' => 0b101_101_111_111_101,
        'X' => 0b101_101_010_101_101,
        'Y' => 0b101_101_010_010_010,
        'Z' => 0b111_001_010_100_111,
        '0' => 0b111_101_101_101_111,
        '1' => 0b010_110_010_010_111,
        '2' => 0b110_001_010_100_111,
        '3' => 0b110_001_010_001_110,
        '4' => 0b101_101_111_001_001,
        '5' => 0b111_100_110_001_110,
        '6' => 0b011_100_111_101_111,
        '7' => 0b111_001_010_010_010,
        '8' => 0b111_101_111_101_111,
        '9' => 0b111_101_111_001_110,
        '.' => 0b000_000_000_000_010,
        ':' => 0b000_010_000_010_000,
        '-' => 0b000_000_111_000_000,
        '+' => 0b000_010_111_010_000,
        '_' => 0b000_000_000_000_111,
        '[' => 0b110_100_100_100_110,
        ']' => 0b011_001_001_001_011,
        '(' => 0b010_100_100_100_010,
        ')' => 0b010_001_001_001_010,
        '/' => 0b001_001_010_100_100,
        '=' => 0b000_111_000_111_000,
        '<' => 0b001_010_100_010_001,
        '>' => 0b100_010_001_010_100,
        '"' => 0b101_101_000_000_000,
        ' ' => 0,
        _ => 0b010_010_010_000_010,
    }
}

fn drawn<'l>(lines: impl Iterator<Item = (usize, &'l str)>, (ground, ink): ([u8; 3], [u8; 3])) -> Squares {
    let (width, height) = (COLUMNS * WIDE, LINES * HIGH);
    let mut colors = vec![ground; width * height];
    for (line, text) in lines.filter(|(line, _)| *line < LINES) {
        for (column, c) in text.chars().take(COLUMNS).enumerate() {
            let bits = letter(c);
            for dot in (0..15).filter(|dot| bits >> (14 - dot) & 1 == 1) {
                let (x, y) = (column * WIDE + dot % 3, line * HIGH + dot / 3);
                colors[y * width + x] = ink;
            }
        }
    }
    Squares { width, height, colors }
}

/// The last lines of what was written to the console.
pub(super) fn screen(text: &str) -> Squares {
    let text = crate::base::terminal_text::plain(text);
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let chars: Vec<char> = line.chars().collect();
        lines.extend(chars.chunks(COLUMNS).map(|part| part.iter().collect::<String>()));
    }
    let from = lines.len().saturating_sub(LINES);
    drawn(lines[from..].iter().map(String::as_str).enumerate(), (BLACK, GREY))
}

/// What Windows shows to nobody.
pub(super) fn windows(now: Time) -> Squares {
    let at = now.civil();
    let clock = format!("{:02}:{:02}", at.hour, at.minute);
    let day = format!("{:04}-{:02}-{:02}", at.year, at.month, at.day);
    let clock = format!("{clock:^COLUMNS$}");
    let day = format!("{day:^COLUMNS$}");
    let lines = [(4, clock.as_str()), (6, day.as_str()), (13, "PRESS CTRL+ALT+DELETE TO UNLOCK.")];
    drawn(lines.into_iter(), (BLUE, WHITE))
}
