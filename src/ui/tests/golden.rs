//! Screens as text with their styles: a golden that knows glyphs only would not notice a colour that lost its meaning.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use crate::app::State;
use crate::base::text::width;
use crate::config::{Depth, Theme};
use crate::store::Store;

/// The screen as it is drawn.
pub(super) fn drawn(state: &State, store: &Store, theme: &Theme) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(state.size.0, state.size.1)).unwrap();
    terminal.draw(|frame| crate::ui::draw(state, store, theme, state.now, frame)).unwrap();
    terminal.backend().buffer().clone()
}

pub(super) fn theme(name: &str) -> Theme {
    Theme::embedded(name, if name == "mono" { Depth::None } else { Depth::True }).unwrap()
}

/// The screen's characters, a line each.
pub(super) fn text(buf: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buf.area.height {
        let mut line = String::new();
        let mut x = 0;
        while x < buf.area.width {
            let symbol = buf[(x, y)].symbol();
            line.push_str(symbol);
            x += u16::try_from(width(symbol).max(1)).unwrap();
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn style_text(cell: &Cell) -> String {
    let color = |c: Color| match c {
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        other => format!("{other:?}").to_lowercase(),
    };
    let mut words = Vec::new();
    if cell.fg != Color::Reset {
        words.push(color(cell.fg));
    }
    if cell.bg != Color::Reset {
        words.push(format!("on {}", color(cell.bg)));
    }
    for (modifier, word) in [
        (Modifier::BOLD, "bold"),
        (Modifier::DIM, "dim"),
        (Modifier::ITALIC, "italic"),
        (Modifier::UNDERLINED, "underline"),
        (Modifier::REVERSED, "reverse"),
    ] {
        if cell.modifier.contains(modifier) {
            words.push(word.into());
        }
    }
    words.join(" ")
}

/// Text, then for each line the runs of styles that are not plain (`12-19 bold`), by legend.
pub(super) fn golden(buf: &Buffer) -> String {
    let mut out = text(buf);
    let mut legend: BTreeMap<String, String> = BTreeMap::new();
    let mut styles = String::new();
    for y in 0..buf.area.height {
        let mut runs: Vec<(u16, u16, String)> = Vec::new();
        for x in 0..buf.area.width {
            let style = style_text(&buf[(x, y)]);
            match runs.last_mut() {
                Some((_, to, s)) if *s == style => *to = x,
                _ => runs.push((x, x, style)),
            }
        }
        let mut line = String::new();
        for (from, to, style) in runs.into_iter().filter(|(_, _, s)| !s.is_empty()) {
            let n = legend.len();
            let letters = ["", "a", "b", "c"][n / 26].to_string() + &char::from(b'a' + (n % 26) as u8).to_string();
            let name = legend.entry(style).or_insert(letters);
            let _ = write!(line, " {name}{from}-{to}");
        }
        if !line.is_empty() {
            let _ = writeln!(styles, "{y:02}:{line}");
        }
    }
    let _ = writeln!(out, "=== styles");
    for (style, name) in &legend {
        let _ = writeln!(out, "{name} = {style}");
    }
    out.push_str(&styles);
    out
}

/// Compares a screen with `tests/goldens/ui/NAME.txt`; `SKYDECK_BLESS=1` writes it. `SKYDECK_PICTURES=DIR` also draws it.
pub(super) fn check(name: &str, buf: &Buffer) {
    if let Some(dir) = std::env::var_os("SKYDECK_PICTURES") {
        let paper = if name.ends_with("light") { crate::ui::svg::LIGHT } else { crate::ui::svg::DARK };
        std::fs::write(Path::new(&dir).join(format!("{name}.svg")), crate::ui::svg::render(buf, &paper, name)).unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/ui").join(format!("{name}.txt"));
    let now = golden(buf);
    if std::env::var_os("SKYDECK_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &now).unwrap();
        return;
    }
    let then = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(now == then, "{name} looks different (SKYDECK_BLESS=1 renews {}):\n{}", path.display(), text(buf));
}
