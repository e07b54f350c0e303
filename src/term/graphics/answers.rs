//! What comes from the terminal after it was asked: its answers, whole or in pieces, and the keys that were typed between.

use crate::input::{Key, KeyCode, Mods};

/// What was read so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Answers {
    /// It has taken kitty's test picture.
    pub(super) kitty: bool,
    /// It has told a cell's size as iTerm2 does: width and height, in points times its scale.
    pub(super) iterm2: Option<(u16, u16)>,
    /// It has told a cell's size as xterm does (`CSI 16 t`).
    pub(super) cell: Option<(u16, u16)>,
    /// It has sixels: 4 among its device attributes.
    pub(super) sixel: bool,
    /// The last question was answered: nothing more comes.
    pub(super) done: bool,
    /// What is no answer.
    pub(super) rest: Vec<u8>,
}

/// The end of a string of the terminal's.
const ST: &[u8] = b"\x1b\\";

/// Reads what has come so far. What is not complete is left for the next time.
pub(super) fn read(bytes: &[u8]) -> Answers {
    let mut out = Answers::default();
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        let taken = match rest {
            // The beginning of something.
            [0x1b] => break,
            [0x1b, b'_' | b']' | b'P', ..] => match string(&rest[2..]) {
                Some((body, length)) => {
                    out.string(rest[1], body);
                    2 + length
                }
                None => break,
            },
            [0x1b, b'[', ..] => match rest[2..].iter().position(|b| (0x40..=0x7e).contains(b)) {
                Some(end) => {
                    let (body, last) = (&rest[2..2 + end], rest[2 + end]);
                    if !out.csi(body, last) {
                        out.rest.extend_from_slice(&rest[..3 + end]);
                    }
                    3 + end
                }
                None => break,
            },
            _ => {
                out.rest.push(*first);
                1
            }
        };
        rest = &rest[taken..];
    }
    // A string that nobody ends is none of the terminal's.
    if out.done {
        out.rest.extend_from_slice(rest);
    }
    out
}

/// The body of a string that BEL or ST ends, and its length with that.
fn string(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let bell = bytes.iter().position(|b| *b == 7).map(|at| (at, 1));
    let st = bytes.windows(2).position(|w| w == ST).map(|at| (at, 2));
    let (at, length) = [bell, st].into_iter().flatten().min()?;
    Some((&bytes[..at], at + length))
}

impl Answers {
    fn string(&mut self, kind: u8, body: &[u8]) {
        let text = String::from_utf8_lossy(body);
        match kind {
            b'_' if text.starts_with("Gi=31") => self.kitty |= text.ends_with(";OK"),
            b']' => {
                // Height, width, and for how many dots a point stands.
                let Some(sizes) = text.strip_prefix("1337;ReportCellSize=") else { return };
                let sizes: Vec<f32> = sizes.split(';').filter_map(|n| n.parse().ok()).collect();
                if let [height, width, more @ ..] = sizes.as_slice() {
                    let scale = more.first().copied().unwrap_or(1.0);
                    self.iterm2 = Some((dots(width * scale), dots(height * scale)));
                }
            }
            _ => {}
        }
    }

    /// Whether it is one of the answers.
    fn csi(&mut self, body: &[u8], last: u8) -> bool {
        let text = String::from_utf8_lossy(body);
        match (last, text.strip_prefix('?')) {
            (b'c', Some(attributes)) => {
                self.sixel = attributes.split(';').any(|a| a == "4");
                self.done = true;
                true
            }
            (b't', None) => {
                let sizes: Vec<u16> = text.split(';').filter_map(|n| n.parse().ok()).collect();
                if let [6, height, width] = sizes[..] {
                    self.cell = Some((width, height)).filter(|_| width > 0 && height > 0);
                }
                true
            }
            _ => false,
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float is cut to what fits, and a cell has some dozen dots"
)]
fn dots(n: f32) -> u16 {
    n.round().clamp(1.0, 512.0) as u16
}

/// The keys among what is no answer: those that are typed while one looks at a page. Others are left out.
pub(super) fn keys(bytes: &[u8]) -> Vec<Key> {
    let mut out = Vec::new();
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        let plain = |code| Key::new(code, Mods::default());
        let ctrl = |c| Key::new(KeyCode::Char(c), Mods { ctrl: true, ..Mods::default() });
        let (key, length) = match rest {
            [0x1b, b'[' | b'O', b'A', ..] => (Some(plain(KeyCode::Up)), 3),
            [0x1b, b'[' | b'O', b'B', ..] => (Some(plain(KeyCode::Down)), 3),
            [0x1b, b'[' | b'O', b'C', ..] => (Some(plain(KeyCode::Right)), 3),
            [0x1b, b'[' | b'O', b'D', ..] => (Some(plain(KeyCode::Left)), 3),
            [0x1b, b'[', b'5', b'~', ..] => (Some(plain(KeyCode::PageUp)), 4),
            [0x1b, b'[', b'6', b'~', ..] => (Some(plain(KeyCode::PageDown)), 4),
            [0x1b, b'[', more @ ..] => {
                let end = more.iter().position(|b| (0x40..=0x7e).contains(b)).map_or(more.len(), |at| at + 1);
                (None, 2 + end)
            }
            [0x1b, ..] => (Some(plain(KeyCode::Esc)), 1),
            [b'\r' | b'\n', ..] => (Some(plain(KeyCode::Enter)), 1),
            [b'\t', ..] => (Some(plain(KeyCode::Tab)), 1),
            [0x7f | 0x08, ..] => (Some(plain(KeyCode::Backspace)), 1),
            [c @ 1..=0x1a, ..] => (Some(ctrl(char::from(c + 0x60))), 1),
            _ => match char_at(rest) {
                Some(c) => (Some(plain(KeyCode::Char(c))).filter(|_| *first >= 0x20), c.len_utf8()),
                None => (None, 1),
            },
        };
        out.extend(key);
        rest = &rest[length.min(rest.len())..];
    }
    out
}

fn char_at(bytes: &[u8]) -> Option<char> {
    (1..=bytes.len().min(4)).find_map(|n| std::str::from_utf8(&bytes[..n]).ok()?.chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KITTY: &[u8] = b"\x1b_Gi=31;OK\x1b\\\x1b[6;18;9t\x1b[?62;c";
    const ITERM2: &[u8] = b"\x1b]1337;ReportCellSize=17.0;8.5;2.0\x1b\\\x1b[?65;1;9c";
    const FOOT: &[u8] = b"\x1b[6;20;10t\x1b[?62;4;22;28c";

    #[test]
    fn what_a_terminal_can_is_read_whole_and_in_pieces() {
        let kitty = read(KITTY);
        assert_eq!((kitty.kitty, kitty.sixel, kitty.cell, kitty.done), (true, false, Some((9, 18)), true));
        let iterm = read(ITERM2);
        assert_eq!((iterm.kitty, iterm.iterm2, iterm.sixel), (false, Some((17, 34)), false));
        let foot = read(FOOT);
        assert_eq!((foot.kitty, foot.iterm2, foot.sixel, foot.cell), (false, None, true, Some((10, 20))));
        assert!(!read(b"\x1b_Gi=31;ENOTSUPPORTED:no\x1b\\\x1b[?1;2c").kitty);
        assert!(!read(b"\x1b[?62;14;44c").sixel, "4 is an attribute of its own");
        for whole in [KITTY, ITERM2, FOOT] {
            for cut in 0..whole.len() {
                let part = read(&whole[..cut]);
                assert!(!part.done, "{cut} bytes are not all of it");
                assert_eq!(part.rest, b"", "and none of them are keys");
            }
        }
    }

    #[test]
    fn keys_that_were_typed_between_are_kept_in_their_order() {
        let mixed = b"j\x1b_Gi=31;OK\x1b\\\x1b[Ak\x1b[?62;4cq\x1b";
        let answers = read(mixed);
        assert!(answers.kitty && answers.sixel && answers.done);
        assert_eq!(answers.rest, b"j\x1b[Akq\x1b");
        let typed: Vec<String> = keys(&answers.rest).iter().map(ToString::to_string).collect();
        assert_eq!(typed, ["j", "up", "k", "q", "esc"]);
        let typed: Vec<String> =
            keys("결\r\x03\x7f\x1b[1;5H\x1b[6~".as_bytes()).iter().map(ToString::to_string).collect();
        assert_eq!(typed, ["결", "enter", "ctrl-c", "backspace", "pgdn"]);
        assert!(keys(b"\xff\xfe").is_empty(), "what is no text is no key");
    }
}
