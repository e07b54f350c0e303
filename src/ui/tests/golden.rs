//! Screens of a hand-made state, compared with goldens that hold their styles too.

use std::path::Path;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use crate::app::State;
use crate::config::{Depth, Theme};
use crate::store::Store;

#[path = "../../../tests/support/fresh.rs"]
mod fresh;
#[path = "../../../tests/support/golden.rs"]
mod shared;
pub(super) use shared::text;

/// The screen as it is drawn.
pub(super) fn drawn(state: &State, store: &Store, theme: &Theme) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(state.size.0, state.size.1)).unwrap();
    terminal.draw(|frame| crate::ui::draw(state, store, theme, state.now, frame)).unwrap();
    terminal.backend().buffer().clone()
}

pub(super) fn theme(name: &str) -> Theme {
    Theme::embedded(name, if name == "mono" { Depth::None } else { Depth::True }).unwrap()
}

/// Compares a screen with `tests/goldens/ui/NAME.txt`. `SKYDECK_PICTURES=DIR` also draws it.
pub(super) fn check(name: &str, buf: &Buffer) {
    if let Some(dir) = std::env::var_os("SKYDECK_PICTURES") {
        let paper = if name.ends_with("light") { crate::ui::svg::LIGHT } else { crate::ui::svg::DARK };
        std::fs::write(Path::new(&dir).join(format!("{name}.svg")), crate::ui::svg::render(buf, &paper, name)).unwrap();
    }
    shared::check("ui", name, buf);
}
