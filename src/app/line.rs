//! One line of text being typed, with readline's editing keys.

use tui_input::{Input, InputRequest};

use crate::input::{Key, KeyCode, Mods};

/// A line editor. Its text is not in debug output: it may be an MFA code.
#[derive(Clone, Default)]
pub struct Line {
    input: Input,
    /// The text is a proposal: what is typed first takes its place.
    proposed: bool,
}

impl Line {
    /// A line that holds `text`, the cursor after it.
    pub fn new(text: impl Into<String>) -> Self {
        Line { input: Input::new(text.into()), proposed: false }
    }
    /// A line with a value that is there already: a character typed first replaces it, an editing key edits it.
    pub fn proposed(text: impl Into<String>) -> Self {
        Line { proposed: true, ..Line::new(text) }
    }
    /// What is typed.
    pub fn text(&self) -> &str {
        self.input.value()
    }
    /// The cursor, in characters from the start.
    pub fn cursor(&self) -> usize {
        self.input.cursor()
    }
    /// The cursor, in bytes from the start.
    pub fn cursor_byte(&self) -> usize {
        self.text().char_indices().nth(self.cursor()).map_or(self.text().len(), |(i, _)| i)
    }
    /// The cursor, in terminal cells from the start.
    pub fn cursor_cell(&self) -> usize {
        self.input.visual_cursor()
    }
    /// How many cells are scrolled out on the left when the line has `width` cells.
    pub fn scroll(&self, width: usize) -> usize {
        self.input.visual_scroll(width)
    }
    /// Whether nothing is typed.
    pub fn is_empty(&self) -> bool {
        self.text().is_empty()
    }
    /// Puts other text in, the cursor after it.
    pub fn set(&mut self, text: impl Into<String>) {
        *self = Line::new(text);
    }
    /// Puts the cursor behind the first `byte` bytes.
    pub fn move_to_byte(&mut self, byte: usize) {
        let at = self.text().char_indices().take_while(|(i, _)| *i < byte).count();
        self.input.handle(InputRequest::SetCursor(at));
    }
    /// Empties it.
    pub fn clear(&mut self) {
        self.input.reset();
    }
    /// Types text at the cursor; line breaks and other control characters become blanks, as in a one-line paste.
    pub fn insert(&mut self, text: &str) {
        if std::mem::take(&mut self.proposed) {
            self.clear();
        }
        for c in text.trim_end_matches(['\r', '\n']).chars() {
            self.input.handle(InputRequest::InsertChar(if c.is_control() { ' ' } else { c }));
        }
    }
    /// Takes an editing key. Returns whether it was one.
    pub fn key(&mut self, key: Key) -> bool {
        let Some(request) = request(key) else { return false };
        if std::mem::take(&mut self.proposed) && matches!(request, InputRequest::InsertChar(_)) {
            self.clear();
        }
        self.input.handle(request);
        true
    }
}

fn request(key: Key) -> Option<InputRequest> {
    use InputRequest::*;
    if let Some(c) = key.typed() {
        return Some(InsertChar(c));
    }
    let Mods { ctrl, alt, shift: _ } = key.mods;
    Some(match (ctrl, alt, key.code) {
        (false, false, KeyCode::Backspace) => DeletePrevChar,
        (false, false, KeyCode::Delete) | (true, false, KeyCode::Char('d')) => DeleteNextChar,
        (false, false, KeyCode::Left) => GoToPrevChar,
        (false, false, KeyCode::Right) | (true, false, KeyCode::Char('f')) => GoToNextChar,
        (false, false, KeyCode::Home) => GoToStart,
        (false, false, KeyCode::End) | (true, false, KeyCode::Char('e')) => GoToEnd,
        (true, false, KeyCode::Left) | (false, true, KeyCode::Left | KeyCode::Char('b')) => GoToPrevWord,
        (true, false, KeyCode::Right) | (false, true, KeyCode::Right | KeyCode::Char('f')) => GoToNextWord,
        (true, false, KeyCode::Char('w')) | (false, true, KeyCode::Backspace) => DeletePrevWord,
        (false, true, KeyCode::Char('d')) => DeleteNextWord,
        (true, false, KeyCode::Char('u')) => DeleteFromStart,
        (true, false, KeyCode::Char('k')) => DeleteTillEnd,
        (true, false, KeyCode::Char('y')) => Yank,
        _ => return None,
    })
}

impl PartialEq for Line {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text() && self.cursor() == other.cursor()
    }
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Line({} characters)", self.text().chars().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proposed_number_is_replaced_by_what_is_typed_and_edited_by_what_edits() {
        let after = |keys: &[&str]| {
            let mut line = Line::proposed("12");
            keys.iter().for_each(|k| assert!(line.key(k.parse().unwrap())));
            line.text().to_string()
        };
        assert_eq!(after(&["3"]), "3", "and not 123");
        assert_eq!(
            (after(&["3", "4"]), after(&["backspace", "3"]), after(&["end", "3"])),
            ("34".into(), "13".into(), "123".into())
        );
        let mut line = Line::proposed("12");
        line.insert("40");
        assert_eq!(line.text(), "40");
    }

    #[test]
    fn readline_keys_edit_and_command_keys_do_not() {
        let mut line = Line::default();
        line.insert("state:running 결제\n");
        assert_eq!((line.text(), line.cursor_cell()), ("state:running 결제", 18));
        for (key, want) in [("ctrl-w", "state:running "), ("backspace", "state:running"), ("ctrl-u", "")] {
            assert!(line.key(key.parse().unwrap()));
            assert_eq!(line.text(), want);
        }
        assert!(!line.key("enter".parse().unwrap()));
        assert!(!line.key("ctrl-c".parse().unwrap()));
    }

    #[test]
    fn what_is_typed_is_not_in_debug_output() {
        assert!(!format!("{:?}", Line::new("123456")).contains("123456"));
    }
}
