//! Text of several lines being typed, with the editing keys of a line, and up, down, page up and page down.

use unicode_segmentation::UnicodeSegmentation;

use crate::base::text::width;
use crate::input::{Key, KeyCode, Mods};

/// States that undo goes back to.
const UNDO: usize = 200;
/// Lines of a page.
const PAGE: isize = 10;

/// A text with a cursor. Its text is not in debug output: it may be a secret.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct TextArea {
    text: String,
    /// In bytes, at the beginning of a character.
    at: usize,
    /// The cell that up and down try to keep.
    goal: Option<usize>,
    undo: Vec<(String, usize)>,
    /// The last key typed a character: the next one belongs to the same step of undo.
    typing: bool,
}

impl std::fmt::Debug for TextArea {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TextArea({} bytes, at {})", self.text.len(), self.at)
    }
}

impl TextArea {
    /// A text, the cursor at its beginning.
    pub fn new(text: impl Into<String>) -> Self {
        TextArea { text: text.into(), ..TextArea::default() }
    }
    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }
    /// Its lines: one more than it has line ends.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.text.split('\n')
    }
    /// The cursor: the line from 0, and the bytes of it before the cursor.
    pub fn cursor(&self) -> (usize, usize) {
        let line = self.text[..self.at].matches('\n').count();
        (line, self.at - self.line_start(self.at))
    }
    /// Types text at the cursor, line ends included. Other control characters but the tab become blanks.
    pub fn insert(&mut self, text: &str) {
        let text: String =
            text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { ' ' } else { c }).collect();
        self.remember(false);
        self.text.insert_str(self.at, &text);
        self.at += text.len();
        self.goal = None;
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |i| i + 1)
    }
    fn line_end(&self, at: usize) -> usize {
        self.text[at..].find('\n').map_or(self.text.len(), |i| at + i)
    }
    fn before(&self) -> usize {
        self.text[..self.at].graphemes(true).next_back().map_or(0, |g| self.at - g.len())
    }
    fn after(&self) -> usize {
        self.text[self.at..].graphemes(true).next().map_or(self.at, |g| self.at + g.len())
    }
    fn word_before(&self) -> usize {
        let head = self.text[..self.at].trim_end_matches(|c: char| !c.is_alphanumeric());
        head.trim_end_matches(char::is_alphanumeric).len()
    }
    fn word_after(&self) -> usize {
        let tail = self.text[self.at..].trim_start_matches(|c: char| !c.is_alphanumeric());
        self.text.len() - tail.trim_start_matches(char::is_alphanumeric).len()
    }

    fn remember(&mut self, typing: bool) {
        if !(typing && self.typing) {
            if self.undo.len() == UNDO {
                self.undo.remove(0);
            }
            self.undo.push((self.text.clone(), self.at));
        }
        self.typing = typing;
    }
    fn delete(&mut self, from: usize, to: usize) {
        if from < to {
            self.remember(false);
            self.text.replace_range(from..to, "");
            self.at = from;
        }
    }

    fn vertical(&mut self, by: isize) {
        let start = self.line_start(self.at);
        let goal = self.goal.unwrap_or_else(|| width(&self.text[start..self.at]));
        let (line, _) = self.cursor();
        let to = line.saturating_add_signed(by).min(self.text.matches('\n').count());
        let mut at: usize = self.text.split('\n').take(to).map(|l| l.len() + 1).sum();
        let end = self.line_end(at);
        let mut cells = 0;
        for g in self.text[at..end].graphemes(true) {
            cells += width(g);
            if cells > goal {
                break;
            }
            at += g.len();
        }
        (self.at, self.goal) = (at, Some(goal));
    }

    /// Takes an editing key. Returns whether it was one.
    pub fn key(&mut self, key: Key) -> bool {
        if let Some(c) = key.typed() {
            self.remember(c.is_alphanumeric());
            self.text.insert(self.at, c);
            self.at += c.len_utf8();
            self.goal = None;
            return true;
        }
        let Mods { ctrl, alt, .. } = key.mods;
        let vertical = match (ctrl, alt, key.code) {
            (false, false, KeyCode::Up) | (true, false, KeyCode::Char('p')) => Some(-1),
            (false, false, KeyCode::Down) | (true, false, KeyCode::Char('n')) => Some(1),
            (false, false, KeyCode::PageUp) => Some(-PAGE),
            (false, false, KeyCode::PageDown) => Some(PAGE),
            _ => None,
        };
        if let Some(by) = vertical {
            self.typing = false;
            self.vertical(by);
            return true;
        }
        self.goal = None;
        let (start, end) = (self.line_start(self.at), self.line_end(self.at));
        match (ctrl, alt, key.code) {
            (false, false, KeyCode::Enter) => self.insert("\n"),
            (false, false, KeyCode::Backspace) => self.delete(self.before(), self.at),
            (false, false, KeyCode::Delete) | (true, false, KeyCode::Char('d')) => self.delete(self.at, self.after()),
            (true, false, KeyCode::Char('w')) | (false, true, KeyCode::Backspace) => {
                self.delete(self.word_before(), self.at);
            }
            (false, true, KeyCode::Char('d')) => self.delete(self.at, self.word_after()),
            (true, false, KeyCode::Char('u')) => self.delete(start, self.at),
            // At its end the line end goes: the line below is joined.
            (true, false, KeyCode::Char('k')) => self.delete(self.at, if self.at == end { self.after() } else { end }),
            (true, false, KeyCode::Char('_' | '/')) | (false, true, KeyCode::Char('u')) => {
                if let Some((text, at)) = self.undo.pop() {
                    (self.text, self.at, self.typing) = (text, at, false);
                }
            }
            (false, false, KeyCode::Left) => self.move_to(self.before()),
            (false, false, KeyCode::Right) | (true, false, KeyCode::Char('f')) => self.move_to(self.after()),
            (false, false, KeyCode::Home) => self.move_to(start),
            (false, false, KeyCode::End) | (true, false, KeyCode::Char('e')) => self.move_to(end),
            (true, false, KeyCode::Home) => self.move_to(0),
            (true, false, KeyCode::End) => self.move_to(self.text.len()),
            (true, false, KeyCode::Left) | (false, true, KeyCode::Left | KeyCode::Char('b')) => {
                self.move_to(self.word_before());
            }
            (true, false, KeyCode::Right) | (false, true, KeyCode::Right | KeyCode::Char('f')) => {
                self.move_to(self.word_after());
            }
            _ => return false,
        }
        true
    }

    fn move_to(&mut self, at: usize) {
        (self.at, self.typing) = (at, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with `|` for the cursor after some keys.
    fn after(text: &str, keys: &str) -> String {
        let mut area = TextArea::new(text);
        for word in keys.split_whitespace() {
            match word.parse::<Key>() {
                Ok(key) => assert!(area.key(key), "{word}"),
                Err(_) => assert!(word.chars().all(|c| area.key(Key::plain(KeyCode::Char(c))))),
            }
        }
        format!("{}|{}", &area.text[..area.at], &area.text[area.at..])
    }

    #[test]
    fn keys_move_over_lines_and_whole_characters() {
        assert_eq!(after("ab\ncd", "down end x"), "ab\ncdx|");
        assert_eq!(after("가나다\nab", "right right down"), "가나다\nab|", "by cells, not by characters");
        assert_eq!(
            after("abcdef\n\nabcdef", "end down down"),
            "abcdef\n\nabcdef|",
            "the column is kept over a short line"
        );
        assert_eq!(after("e\u{301}x", "right backspace"), "|x", "a letter with its accent");
        assert_eq!(after("👩‍👩‍👧x", "right"), "👩‍👩‍👧|x");
        assert_eq!(after("a\nb", "ctrl-end home left"), "a|\nb");
        assert_eq!(after("a b-c", "end alt-b alt-b"), "a |b-c");
        assert_eq!(after("a", "pgdn pgup up down"), "|a");
    }

    #[test]
    fn lines_are_split_joined_cut_and_brought_back() {
        assert_eq!(after("ab", "right enter"), "a\n|b");
        assert_eq!(after("ab\ncd", "down backspace"), "ab|cd");
        assert_eq!(after("ab\ncd", "end ctrl-k"), "ab|cd");
        assert_eq!(after("ab cd\nx", "right ctrl-k"), "a|\nx");
        assert_eq!(after("ab cd", "end ctrl-w ctrl-w"), "|");
        assert_eq!(after("x", "end abc alt-u"), "x|", "what was typed in one go is one step");
        assert_eq!(after("x", "end a enter b alt-u alt-u"), "xa|");
    }

    #[test]
    fn what_is_pasted_keeps_its_lines_and_no_control_characters() {
        let mut area = TextArea::new("ab");
        area.key(Key::plain(KeyCode::Right));
        area.insert("1\n2\t\u{1b}[31m");
        assert_eq!(area.text(), "a1\n2\t [31mb");
        assert_eq!((area.cursor(), area.lines().count()), ((1, 7), 2));
        assert!(!format!("{area:?}").contains("31m"));
    }
}
