//! A screen as SVG text, for `screenshots/`: every run of cells stands at its exact place, whatever the font. Pure.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use crate::base::text::width;

/// Cells are this wide and high; a common monospace face is 0.6 em wide.
const CELL: (f32, f32) = (8.4, 18.0);
const FONT_SIZE: f32 = 14.0;
/// Air around the screen.
const MARGIN: f32 = 12.0;
/// Where the baseline lies in a cell.
const BASELINE: f32 = 13.5;

/// The colours of the terminal that the picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paper {
    /// Its foreground.
    pub ink: &'static str,
    /// Its background.
    pub ground: &'static str,
    /// Its sixteen colours.
    pub sixteen: [&'static str; 16],
}

/// A dark terminal.
pub const DARK: Paper = Paper {
    ink: "#d8dce3",
    ground: "#14171c",
    sixteen: [
        "#14171c", "#e0635a", "#5fb98a", "#d9b45b", "#5f9fd9", "#b98ad9", "#5bb9c4", "#c8ccd3", "#6c727d", "#ff7b70",
        "#7fd9a6", "#f3d37a", "#7fbaf0", "#d3a6f0", "#7fd6e0", "#f2f4f7",
    ],
};

/// A light terminal.
pub const LIGHT: Paper = Paper {
    ink: "#1d2126",
    ground: "#fbfaf7",
    sixteen: [
        "#1d2126", "#b33a2e", "#1f7a4d", "#8a6500", "#1f5f9e", "#7a3f9e", "#1f7480", "#c8c6c0", "#6b6f76", "#c94f43",
        "#2b9160", "#a37a10", "#3577b8", "#9257b5", "#2f8a96", "#fbfaf7",
    ],
};

fn color(c: Color, paper: &Paper, otherwise: &'static str) -> String {
    let sixteen = |n: usize| paper.sixteen[n % 16].to_string();
    match c {
        Color::Reset => otherwise.to_string(),
        Color::Black => sixteen(0),
        Color::Red => sixteen(1),
        Color::Green => sixteen(2),
        Color::Yellow => sixteen(3),
        Color::Blue => sixteen(4),
        Color::Magenta => sixteen(5),
        Color::Cyan => sixteen(6),
        Color::Gray => sixteen(7),
        Color::DarkGray => sixteen(8),
        Color::LightRed => sixteen(9),
        Color::LightGreen => sixteen(10),
        Color::LightYellow => sixteen(11),
        Color::LightBlue => sixteen(12),
        Color::LightMagenta => sixteen(13),
        Color::LightCyan => sixteen(14),
        Color::White => sixteen(15),
        Color::Indexed(n) => match crate::config::Color::Indexed(n).rgb() {
            Some((r, g, b)) => format!("#{r:02x}{g:02x}{b:02x}"),
            None => otherwise.to_string(),
        },
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
    }
}

/// How a cell looks once reversal is resolved.
#[derive(Clone, PartialEq)]
struct Look {
    fg: String,
    bg: String,
    mods: Modifier,
}

fn look(cell: &Cell, paper: &Paper) -> Look {
    let (mut fg, mut bg) = (color(cell.fg, paper, paper.ink), color(cell.bg, paper, paper.ground));
    if cell.modifier.contains(Modifier::REVERSED) {
        std::mem::swap(&mut fg, &mut bg);
    }
    Look { fg, bg, mods: cell.modifier - Modifier::REVERSED }
}

/// Some cells of one line that look the same.
struct Run {
    x: u16,
    cells: u16,
    text: String,
    look: Look,
    /// Whether every character takes one cell.
    narrow: bool,
    /// Whether it is blanks.
    blank: bool,
}

fn runs(buf: &Buffer, y: u16, paper: &Paper) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut x = buf.area.left();
    while x < buf.area.right() {
        let cell = &buf[(x, y)];
        let cells = u16::try_from(width(cell.symbol()).max(1)).unwrap_or(1);
        let look = look(cell, paper);
        match runs.last_mut() {
            // A wide character stands alone, so that a font that draws it narrower or wider moves nothing else. So does
            // what follows a blank: renderers take blanks at the ends of a text away.
            Some(run) if run.look == look && cells == 1 && run.narrow && run.blank == (cell.symbol() == " ") => {
                run.text.push_str(cell.symbol());
                run.cells += 1;
            }
            _ => {
                let blank = cell.symbol() == " ";
                runs.push(Run { x, cells, text: cell.symbol().to_string(), look, narrow: cells == 1, blank });
            }
        }
        x += cells;
    }
    runs
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
    out
}

/// The screen as SVG. `title` is what a screen reader says of the picture.
pub fn render(buf: &Buffer, paper: &Paper, title: &str) -> String {
    let (columns, rows) = (f32::from(buf.area.width), f32::from(buf.area.height));
    let (w, h) = (columns * CELL.0 + 2.0 * MARGIN, rows * CELL.1 + 2.0 * MARGIN);
    let mut out = String::with_capacity(64 * 1024);
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w:.1} {h:.1}\" width=\"{w:.0}\" height=\"{h:.0}\" \
         role=\"img\" font-family=\"'DejaVu Sans Mono','Menlo','Consolas','Nanum Gothic Coding','Noto Sans Mono CJK KR',\
         monospace\" font-size=\"{FONT_SIZE}\">\n<title>{}</title>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{}\"/>",
        escape(title),
        paper.ground,
    );
    for y in buf.area.top()..buf.area.bottom() {
        let top = MARGIN + f32::from(y - buf.area.top()) * CELL.1;
        let runs = runs(buf, y, paper);
        for run in runs.iter().filter(|r| r.look.bg != paper.ground) {
            let x = MARGIN + f32::from(run.x - buf.area.left()) * CELL.0;
            let w = f32::from(run.cells) * CELL.0;
            let _ = writeln!(
                out,
                "<rect x=\"{x:.1}\" y=\"{top:.1}\" width=\"{w:.1}\" height=\"{}\" fill=\"{}\"/>",
                CELL.1, run.look.bg
            );
        }
        for run in runs.iter().filter(|r| !r.blank) {
            write_run(&mut out, run, MARGIN + f32::from(run.x - buf.area.left()) * CELL.0, top, paper);
        }
    }
    out.push_str("</svg>\n");
    out
}

fn write_run(out: &mut String, run: &Run, x: f32, top: f32, paper: &Paper) {
    let mods = run.look.mods;
    let _ = write!(
        out,
        "<text x=\"{x:.1}\" y=\"{:.1}\" textLength=\"{:.1}\" lengthAdjust=\"spacingAndGlyphs\"",
        top + BASELINE,
        f32::from(run.cells) * CELL.0
    );
    if run.look.fg != paper.ink {
        let _ = write!(out, " fill=\"{}\"", run.look.fg);
    } else {
        let _ = write!(out, " fill=\"{}\"", paper.ink);
    }
    for (on, attribute) in [
        (Modifier::BOLD, " font-weight=\"bold\""),
        (Modifier::ITALIC, " font-style=\"italic\""),
        (Modifier::DIM, " opacity=\"0.65\""),
        (Modifier::UNDERLINED, " text-decoration=\"underline\""),
    ] {
        if mods.contains(on) {
            out.push_str(attribute);
        }
    }
    let _ = writeln!(out, ">{}</text>", escape(&run.text));
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    #[test]
    fn every_run_stands_at_its_cell_and_markup_is_escaped() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 12, 1));
        buf.set_string(0, 0, "a<결b&", Style::default());
        buf.set_string(6, 0, "red", Style::default().fg(Color::Red).add_modifier(Modifier::BOLD));
        let svg = render(&buf, &DARK, "a & b");
        assert!(svg.contains("<title>a &amp; b</title>"));
        assert!(
            svg.contains(">a&lt;</text>") && svg.contains(">결</text>") && svg.contains("font-weight=\"bold\">red<")
        );
        let x = |text: &str| {
            let line = svg.lines().find(|l| l.contains(text)).unwrap();
            line.split("x=\"").nth(1).unwrap().split('"').next().unwrap().to_string()
        };
        assert_eq!(x(">결<"), format!("{:.1}", MARGIN + 2.0 * CELL.0));
        assert_eq!(x(">red<"), format!("{:.1}", MARGIN + 6.0 * CELL.0));
    }

    #[test]
    fn reversed_cells_get_a_ground_of_their_own() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 4, 1));
        buf.set_string(1, 0, "x", Style::default().add_modifier(Modifier::REVERSED));
        let svg = render(&buf, &LIGHT, "");
        assert!(svg.contains(&format!("fill=\"{}\"/>", LIGHT.ink)), "{svg}");
    }
}
