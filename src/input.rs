//! Keys as users write them in keymaps (`j`, `G`, `ctrl-d`, `shift-tab`, `g g`), and what a terminal can send.
//!
//! Knows nothing of any terminal library: `term` turns its events into [`Input`]s. A [`Key`] is normal: one key press
//! has one spelling, whichever terminal sent it, so that keymaps can compare keys with `==`.

use std::fmt;
use std::str::FromStr;

use crate::base::{Secret, text};

/// A key's own identity, without modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyCode {
    /// A character as the terminal sent it: `j`, `G`, `?`, `ㅓ`; a space too.
    Char(char),
    /// Return.
    Enter,
    /// Escape.
    Esc,
    /// Tab; with shift it is `shift-tab`.
    Tab,
    /// Backspace.
    Backspace,
    /// Delete (forward).
    Delete,
    /// Insert.
    Insert,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// A function key, 1 to 24.
    F(u8),
}

/// Spellings of the keys that are not one character: the first of each code is the one that is printed.
const NAMES: &[(&str, KeyCode)] = &[
    ("enter", KeyCode::Enter),
    ("return", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("escape", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("space", KeyCode::Char(' ')),
    ("minus", KeyCode::Char('-')),
    ("backspace", KeyCode::Backspace),
    ("bs", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("del", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("ins", KeyCode::Insert),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pgup", KeyCode::PageUp),
    ("pageup", KeyCode::PageUp),
    ("pgdn", KeyCode::PageDown),
    ("pagedown", KeyCode::PageDown),
];

/// The modifiers held with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Mods {
    /// Control.
    pub ctrl: bool,
    /// Alt, or Option, or Meta (sent as an ESC prefix).
    pub alt: bool,
    /// Shift. Never set with a character: there the character itself tells (`G`, not `shift-g`).
    pub shift: bool,
}

impl Mods {
    /// No modifier.
    pub const NONE: Mods = Mods { ctrl: false, alt: false, shift: false };
    /// Control alone.
    pub const CTRL: Mods = Mods { ctrl: true, alt: false, shift: false };
    /// Alt alone.
    pub const ALT: Mods = Mods { ctrl: false, alt: true, shift: false };
    /// Shift alone.
    pub const SHIFT: Mods = Mods { ctrl: false, alt: false, shift: true };
}

/// One key press. Build it with [`Key::new`] or parse it, so that it is in its one normal form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Which key.
    pub code: KeyCode,
    /// What was held with it.
    pub mods: Mods,
}

impl Key {
    /// The key in its normal form: shift is folded into a character's case, and control takes the lower-case letter
    /// (terminals send the same byte for `ctrl-d` and `ctrl-D`).
    pub fn new(code: KeyCode, mut mods: Mods) -> Self {
        let code = match code {
            KeyCode::Char(c) => {
                let folded = if mods.ctrl && c.is_ascii() {
                    c.to_ascii_lowercase()
                } else if mods.shift && c.is_ascii() {
                    c.to_ascii_uppercase()
                } else {
                    c
                };
                mods.shift = false;
                KeyCode::Char(folded)
            }
            other => other,
        };
        Key { code, mods }
    }
    /// A character without control or alt.
    pub const fn char(c: char) -> Self {
        Key { code: KeyCode::Char(c), mods: Mods::NONE }
    }
    /// A key without modifiers.
    pub const fn plain(code: KeyCode) -> Self {
        Key { code, mods: Mods::NONE }
    }
    /// Control and a letter.
    pub const fn ctrl(c: char) -> Self {
        Key { code: KeyCode::Char(c.to_ascii_lowercase()), mods: Mods::CTRL }
    }
    /// The character that this key types into a text field, if it types one.
    pub fn typed(&self) -> Option<char> {
        match self.code {
            KeyCode::Char(c) if !self.mods.ctrl && !self.mods.alt => Some(c),
            _ => None,
        }
    }
    /// The key that an ordinary terminal sends as the same byte, and that this one therefore arrives as.
    pub fn arrives_as(&self) -> Option<Key> {
        if self.mods != Mods::CTRL {
            return None;
        }
        match self.code {
            KeyCode::Char('i') => Some(Key::plain(KeyCode::Tab)),
            KeyCode::Char('m') => Some(Key::plain(KeyCode::Enter)),
            KeyCode::Char('[') => Some(Key::plain(KeyCode::Esc)),
            KeyCode::Char('h') => Some(Key::plain(KeyCode::Backspace)),
            _ => None,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (held, name) in [(self.mods.ctrl, "ctrl-"), (self.mods.alt, "alt-"), (self.mods.shift, "shift-")] {
            if held {
                f.write_str(name)?;
            }
        }
        if self.code == KeyCode::Char('-') && self.mods == Mods::NONE {
            return f.write_str("-");
        }
        match NAMES.iter().find(|(_, code)| *code == self.code) {
            Some((name, _)) => f.write_str(name),
            None => match self.code {
                KeyCode::Char(c) => write!(f, "{}", text::visible(c.encode_utf8(&mut [0; 4]))),
                KeyCode::F(n) => write!(f, "f{n}"),
                other => write!(f, "{other:?}"),
            },
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({self})")
    }
}

/// Why a key's name could not be read. The message is a sentence; the hint names the nearest valid spelling.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct KeyError {
    /// What is wrong, naming the word.
    pub message: String,
    /// What may have been meant.
    pub hint: Option<String>,
}

impl FromStr for Key {
    type Err = KeyError;

    /// Reads one key: modifiers `ctrl-`, `alt-`, `shift-` (also `c-`, `m-`, `s-`, in any case), then a character or a
    /// name.
    fn from_str(s: &str) -> Result<Self, KeyError> {
        let mut mods = Mods::NONE;
        let mut rest = s;
        while let Some((head, tail)) = rest.split_once('-') {
            if head.is_empty() || tail.is_empty() {
                break;
            }
            let held = match head.to_ascii_lowercase().as_str() {
                "ctrl" | "control" | "c" => &mut mods.ctrl,
                "alt" | "meta" | "m" | "a" => &mut mods.alt,
                "shift" | "s" => &mut mods.shift,
                _ => {
                    return Err(KeyError {
                        message: format!("`{}` is not a modifier", text::visible(head)),
                        hint: Some("modifiers are ctrl-, alt- and shift-, as in `ctrl-d`".into()),
                    });
                }
            };
            if std::mem::replace(held, true) {
                return Err(KeyError { message: format!("`{}` names a modifier twice", text::visible(s)), hint: None });
            }
            rest = tail;
        }
        let mut chars = rest.chars();
        if let (Some(c), None) = (chars.next(), chars.next())
            && !c.is_control()
        {
            return Ok(Key::new(KeyCode::Char(c), mods));
        }
        let name = rest.to_ascii_lowercase();
        if let Some((_, code)) = NAMES.iter().find(|(n, _)| *n == name) {
            return Ok(Key::new(*code, mods));
        }
        if let Some(n) = name.strip_prefix('f').and_then(|n| n.parse::<u8>().ok())
            && (1..=24).contains(&n)
        {
            return Ok(Key::new(KeyCode::F(n), mods));
        }
        let near = text::nearest(&name, NAMES.iter().map(|(n, _)| *n));
        Err(KeyError {
            message: format!("`{}` is not a key", text::visible(s)),
            hint: Some(match near {
                Some(n) => format!("did you mean `{n}`?"),
                None => "keys of a sequence are separated by spaces, as in `g g`".into(),
            }),
        })
    }
}

/// Keys pressed one after another, at least one: what a keymap binds. Written with spaces between: `g g`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chord(Vec<Key>);

impl Chord {
    /// The chord of these keys; `None` if there are none.
    pub fn new(keys: Vec<Key>) -> Option<Self> {
        (!keys.is_empty()).then_some(Chord(keys))
    }
    /// Its keys, never empty.
    pub fn keys(&self) -> &[Key] {
        &self.0
    }
    /// Whether it is typed with characters alone, so that a slip while typing text could set it off.
    pub fn is_bare(&self) -> bool {
        self.0.iter().all(|k| k.typed().is_some())
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, k) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            k.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Chord({self})")
    }
}

impl FromStr for Chord {
    type Err = KeyError;

    fn from_str(s: &str) -> Result<Self, KeyError> {
        let keys = s.split_whitespace().map(str::parse).collect::<Result<Vec<Key>, _>>()?;
        Chord::new(keys).ok_or_else(|| KeyError {
            message: "no key is named".into(),
            hint: Some("the space bar is written `space`".into()),
        })
    }
}

/// What was done with the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mouse {
    /// The left button was pressed.
    Click,
    /// The wheel was turned away from the user.
    WheelUp,
    /// The wheel was turned towards the user.
    WheelDown,
}

/// What the terminal can tell the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key press (or its repetition; releases are dropped).
    Key(Key),
    /// Text pasted between the brackets of bracketed paste. Secret, because it may be an MFA code or a key.
    Paste(Secret<String>),
    /// The terminal has this many columns and rows now.
    Resize(u16, u16),
    /// The mouse, at this column and row.
    Mouse(Mouse, (u16, u16)),
    /// The terminal's window got (`true`) or lost the focus.
    Focus(bool),
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(s: &str) -> Key {
        s.parse().unwrap()
    }

    #[test]
    fn every_spelling_of_a_key_reads_as_that_key() {
        assert_eq!(key("j"), Key::char('j'));
        assert_eq!(key("G"), Key::char('G'));
        assert_eq!(key("shift-g"), Key::char('G'));
        assert_eq!(key("ctrl-d"), Key::ctrl('d'));
        assert_eq!(key("C-D"), Key::ctrl('d'));
        assert_eq!(key("pgdn"), key("PageDown"));
        assert_eq!(key("space"), Key::char(' '));
        assert_eq!(key("-"), Key::char('-'));
        assert_eq!(key("ctrl--"), Key::new(KeyCode::Char('-'), Mods::CTRL));
        assert_eq!(key("alt-x"), Key::new(KeyCode::Char('x'), Mods::ALT));
        assert_eq!(key("shift-tab"), Key::new(KeyCode::Tab, Mods::SHIFT));
        assert_eq!(key("f12"), Key::plain(KeyCode::F(12)));
        assert_eq!(key("ㅓ"), Key::char('ㅓ'));
        assert_eq!("g  g".parse::<Chord>().unwrap().keys(), [Key::char('g'), Key::char('g')]);
    }

    #[test]
    fn a_wrong_key_name_is_named_with_the_nearest() {
        let e = "ctrl-entr".parse::<Key>().unwrap_err();
        assert_eq!(e.message, "`ctrl-entr` is not a key");
        assert_eq!(e.hint.as_deref(), Some("did you mean `enter`?"));
        assert_eq!("super-x".parse::<Key>().unwrap_err().message, "`super` is not a modifier");
        assert_eq!("ctrl-ctrl-x".parse::<Key>().unwrap_err().message, "`ctrl-ctrl-x` names a modifier twice");
        for bad in ["", "f0", "f25", "gg", "\u{1b}", "\t"] {
            assert!(bad.parse::<Chord>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn only_keys_without_control_and_alt_type_text() {
        assert_eq!(key("G").typed(), Some('G'));
        assert_eq!(key("space").typed(), Some(' '));
        assert_eq!(key("alt-g").typed(), None);
        assert_eq!(key("enter").typed(), None);
    }

    #[test]
    fn pasted_text_is_not_in_debug_output() {
        assert!(!format!("{:?}", Input::Paste(Secret::new("123456".into()))).contains("123456"));
    }

    fn any_code() -> impl Strategy<Value = KeyCode> {
        prop_oneof![
            any::<char>()
                .prop_filter("printable", |c| text::visible(&c.to_string()) == c.to_string()
                    && !(c.is_whitespace() && *c != ' '))
                .prop_map(KeyCode::Char),
            (1u8..=24).prop_map(KeyCode::F),
            proptest::sample::select(NAMES.iter().map(|(_, c)| *c).collect::<Vec<_>>()),
        ]
    }

    proptest! {
        #[test]
        fn every_key_reads_back_what_it_prints(code in any_code(), ctrl: bool, alt: bool, shift: bool) {
            let k = Key::new(code, Mods { ctrl, alt, shift });
            prop_assert_eq!(k.to_string().parse::<Key>(), Ok(k));
        }
        #[test]
        fn no_text_makes_the_parser_panic_nor_comes_back_from_it_raw(s in "(?s).*") {
            if let Err(e) = s.parse::<Chord>() {
                let told = format!("{e} {}", e.hint.as_deref().unwrap_or_default());
                prop_assert!(!told.contains(char::is_control), "one line that a terminal does not obey: {told:?}");
            }
        }
    }
}
