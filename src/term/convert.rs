//! The terminal library's events as [`Input`]s.

use crossterm::event::{
    Event, KeyCode as TermCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};

use crate::base::Secret;
use crate::input::{Input, Key, KeyCode, Mods, Mouse};

/// What an event means to the console; `None` for releases of keys and buttons, and keys that keymaps cannot name.
pub fn input(event: Event) -> Option<Input> {
    match event {
        Event::Key(key) => self::key(key).map(Input::Key),
        // Terminals send the line ends of a paste as carriage returns.
        Event::Paste(text) => Some(Input::Paste(Secret::new(text.replace("\r\n", "\n").replace('\r', "\n")))),
        Event::Resize(columns, rows) => Some(Input::Resize(columns, rows)),
        Event::FocusGained => Some(Input::Focus(true)),
        Event::FocusLost => Some(Input::Focus(false)),
        Event::Mouse(mouse) => self::mouse(mouse),
    }
}

/// The left button's press and the wheel; releases, other buttons and what is held with them mean nothing.
fn mouse(event: MouseEvent) -> Option<Input> {
    let what = match event.kind {
        MouseEventKind::Down(MouseButton::Left) => Mouse::Click,
        MouseEventKind::ScrollUp => Mouse::WheelUp,
        MouseEventKind::ScrollDown => Mouse::WheelDown,
        _ => return None,
    };
    Some(Input::Mouse(what, (event.column, event.row)))
}

fn key(event: KeyEvent) -> Option<Key> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let held = event.modifiers;
    if held.intersects(KeyModifiers::SUPER | KeyModifiers::HYPER) {
        return None;
    }
    let mut mods = Mods {
        ctrl: held.contains(KeyModifiers::CONTROL),
        alt: held.intersects(KeyModifiers::ALT | KeyModifiers::META),
        shift: held.contains(KeyModifiers::SHIFT),
    };
    let code = match event.code {
        TermCode::Char(c) => KeyCode::Char(c),
        TermCode::Enter => KeyCode::Enter,
        TermCode::Esc => KeyCode::Esc,
        TermCode::Tab => KeyCode::Tab,
        TermCode::BackTab => {
            mods.shift = true;
            KeyCode::Tab
        }
        // NUL: what terminals send for ctrl-space.
        TermCode::Null => {
            mods.ctrl = true;
            KeyCode::Char(' ')
        }
        TermCode::Backspace => KeyCode::Backspace,
        TermCode::Delete => KeyCode::Delete,
        TermCode::Insert => KeyCode::Insert,
        TermCode::Up => KeyCode::Up,
        TermCode::Down => KeyCode::Down,
        TermCode::Left => KeyCode::Left,
        TermCode::Right => KeyCode::Right,
        TermCode::Home => KeyCode::Home,
        TermCode::End => KeyCode::End,
        TermCode::PageUp => KeyCode::PageUp,
        TermCode::PageDown => KeyCode::PageDown,
        TermCode::F(n @ 1..=24) => KeyCode::F(n),
        _ => return None,
    };
    Some(Key::new(code, mods))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(code: TermCode, held: KeyModifiers) -> Option<String> {
        match input(Event::Key(KeyEvent::new(code, held)))? {
            Input::Key(key) => Some(key.to_string()),
            _ => None,
        }
    }

    #[test]
    fn keys_are_called_what_keymaps_call_them() {
        let (none, ctrl, shift) = (KeyModifiers::NONE, KeyModifiers::CONTROL, KeyModifiers::SHIFT);
        assert_eq!(press(TermCode::Char('j'), none).as_deref(), Some("j"));
        assert_eq!(press(TermCode::Char('G'), shift).as_deref(), Some("G"));
        assert_eq!(press(TermCode::Char('d'), ctrl).as_deref(), Some("ctrl-d"));
        assert_eq!(press(TermCode::BackTab, shift).as_deref(), Some("shift-tab"));
        assert_eq!(press(TermCode::BackTab, none).as_deref(), Some("shift-tab"));
        assert_eq!(press(TermCode::Char(' '), none).as_deref(), Some("space"));
        assert_eq!(press(TermCode::Null, none).as_deref(), Some("ctrl-space"));
        assert_eq!(press(TermCode::Enter, KeyModifiers::ALT).as_deref(), Some("alt-enter"));
        assert_eq!(press(TermCode::CapsLock, none), None);
        assert_eq!(press(TermCode::Char('l'), KeyModifiers::SUPER), None);
    }

    #[test]
    fn a_key_counts_once_though_some_terminals_report_its_release_too() {
        let release = KeyEvent::new_with_kind(TermCode::Enter, KeyModifiers::NONE, KeyEventKind::Release);
        assert_eq!(input(Event::Key(release)), None);
    }

    #[test]
    fn pasted_line_ends_become_newlines() {
        let pasted = input(Event::Paste("a\rb\r\nc".into()));
        assert_eq!(pasted, Some(Input::Paste(Secret::new("a\nb\nc".into()))));
    }
}
