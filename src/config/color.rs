//! Colours and styles as themes name them, and how they shrink to what a terminal can show. The ui turns them into its
//! library's own.

use std::fmt;
use std::str::FromStr;

use super::problem::meant;
use crate::base::text;

/// A colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Color {
    /// The terminal's own foreground or background.
    Default,
    /// One of the sixteen that the user's terminal theme defines: 0-7 normal, 8-15 bright.
    Ansi(u8),
    /// One of xterm's 256.
    Indexed(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
}

/// The names of the sixteen, by number.
const ANSI_NAMES: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
];

/// What xterm shows for the sixteen by default: what the nearest of them is measured by, since the terminal does not
/// tell its own. <https://invisible-island.net/xterm/> (`XTerm-col.ad`)
const ANSI_RGB: [(u8, u8, u8); 16] = [
    (0, 0, 0),
    (205, 0, 0),
    (0, 205, 0),
    (205, 205, 0),
    (0, 0, 238),
    (205, 0, 205),
    (0, 205, 205),
    (229, 229, 229),
    (127, 127, 127),
    (255, 0, 0),
    (0, 255, 0),
    (255, 255, 0),
    (92, 92, 255),
    (255, 0, 255),
    (0, 255, 255),
    (255, 255, 255),
];

/// The six steps of a side of xterm's colour cube (colours 16 to 231).
const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// How many colours the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Depth {
    /// No colour at all: `NO_COLOR`, `--no-color`, a terminal without.
    None,
    /// The sixteen.
    #[default]
    Sixteen,
    /// xterm's 256.
    Indexed,
    /// Any.
    True,
}

impl Color {
    /// The nearest colour that a terminal of `depth` can show. Without colour that is the terminal's own.
    pub fn at(self, depth: Depth) -> Color {
        match (depth, self) {
            (_, Color::Default) | (Depth::None, _) => Color::Default,
            (Depth::True, c) | (_, c @ Color::Ansi(_)) | (Depth::Indexed, c @ Color::Indexed(_)) => c,
            (Depth::Indexed, Color::Rgb(r, g, b)) => Color::Indexed(nearest_of_256((r, g, b))),
            (Depth::Sixteen, Color::Indexed(n)) if n < 16 => Color::Ansi(n),
            (Depth::Sixteen, c) => c.rgb().map_or(Color::Default, |rgb| Color::Ansi(nearest_of_16(rgb))),
        }
    }

    /// Red, green and blue, as far as they can be known: for the sixteen it is xterm's own idea of them.
    pub fn rgb(self) -> Option<(u8, u8, u8)> {
        match self {
            Color::Default => None,
            Color::Ansi(n) => Some(ANSI_RGB[usize::from(n % 16)]),
            Color::Indexed(n) => Some(rgb_of_256(n)),
            Color::Rgb(r, g, b) => Some((r, g, b)),
        }
    }

    /// Black or white, whichever is easier to read on this colour as a background: for a band in the user's colour.
    pub fn ink(self) -> Color {
        let Some((r, g, b)) = self.rgb() else { return Color::Default };
        // Relative luminance, WCAG 2.1; above 0.179 black has the higher contrast.
        let linear = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        let luminance = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
        if luminance > 0.179 { Color::Ansi(0) } else { Color::Ansi(15) }
    }
}

fn rgb_of_256(n: u8) -> (u8, u8, u8) {
    match n {
        0..16 => ANSI_RGB[usize::from(n)],
        16..232 => {
            let n = n - 16;
            (CUBE[usize::from(n / 36)], CUBE[usize::from(n / 6 % 6)], CUBE[usize::from(n % 6)])
        }
        232.. => {
            let grey = 8 + 10 * (n - 232);
            (grey, grey, grey)
        }
    }
}

/// How different two colours look: "redmean", a cheap weighting by what the eye is sensitive to.
/// <https://www.compuphase.com/cmetric.htm>
fn distance(a: (u8, u8, u8), b: (u8, u8, u8)) -> i32 {
    let (dr, dg, db) =
        (i32::from(a.0) - i32::from(b.0), i32::from(a.1) - i32::from(b.1), i32::from(a.2) - i32::from(b.2));
    let mean = (i32::from(a.0) + i32::from(b.0)) / 2;
    (((512 + mean) * dr * dr) >> 8) + 4 * dg * dg + (((767 - mean) * db * db) >> 8)
}

/// The first sixteen are left out: the user's terminal may show anything for them.
fn nearest_of_256(rgb: (u8, u8, u8)) -> u8 {
    (16..=255).min_by_key(|n| distance(rgb, rgb_of_256(*n))).unwrap_or(231)
}

fn nearest_of_16(rgb: (u8, u8, u8)) -> u8 {
    (0..16).min_by_key(|n| distance(rgb, ANSI_RGB[usize::from(*n)])).unwrap_or(7)
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Color::Default => f.write_str("default"),
            Color::Ansi(n) => f.write_str(ANSI_NAMES[usize::from(n % 16)]),
            Color::Indexed(n) => write!(f, "{n}"),
            Color::Rgb(r, g, b) => write!(f, "#{r:02x}{g:02x}{b:02x}"),
        }
    }
}

/// Why a colour could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ColorError {
    /// A sentence that names the word.
    pub message: String,
    /// What may have been meant.
    pub hint: Option<String>,
}

impl FromStr for Color {
    type Err = ColorError;

    /// Reads `default`, one of the sixteen by name (`red`, `bright-black`; `gray` is `bright-black`), a number of
    /// xterm's 256, or `#rrggbb` (`#rgb`).
    fn from_str(s: &str) -> Result<Self, ColorError> {
        let name = s.trim().to_ascii_lowercase();
        if let Some(hex) = name.strip_prefix('#') {
            return hex_rgb(hex).ok_or_else(|| ColorError {
                message: format!("`{}` is not a colour", text::visible(s)),
                hint: Some("colours are written #rrggbb".into()),
            });
        }
        if let Some(n) = ANSI_NAMES.iter().position(|n| *n == name) {
            return Ok(Color::Ansi(n.try_into().unwrap_or(7)));
        }
        match name.as_str() {
            "default" => return Ok(Color::Default),
            "gray" | "grey" => return Ok(Color::Ansi(8)),
            _ => {}
        }
        if let Ok(n) = name.parse::<u8>() {
            return Ok(Color::Indexed(n));
        }
        let hint = meant(&name, ANSI_NAMES.iter().copied().chain(["default", "gray"]), || {
            Some("colours are #rrggbb, a number from 0 to 255, default, or a name such as red or bright-blue".into())
        });
        Err(ColorError { message: format!("`{}` is not a colour", text::visible(s)), hint })
    }
}

fn hex_rgb(hex: &str) -> Option<Color> {
    if !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let n = u32::from_str_radix(hex, 16).ok()?;
    let byte = |shift: u32| u8::try_from((n >> shift) & 0xff).unwrap_or(0);
    let twice = |shift: u32| u8::try_from(((n >> shift) & 0xf) * 17).unwrap_or(0);
    match hex.len() {
        6 => Some(Color::Rgb(byte(16), byte(8), byte(0))),
        3 => Some(Color::Rgb(twice(8), twice(4), twice(0))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_read_back_what_they_print() {
        for s in ["default", "red", "bright-black", "208", "#0a1b2c"] {
            assert_eq!(s.parse::<Color>().unwrap().to_string(), s);
        }
        assert_eq!("#fff".parse(), Ok(Color::Rgb(255, 255, 255)));
        assert_eq!("Grey".parse(), Ok(Color::Ansi(8)));
        for bad in ["", "#12345", "#gggggg", "256", "-1", "#", "#-12345"] {
            assert!(bad.parse::<Color>().is_err(), "{bad}");
        }
        assert_eq!("magneta".parse::<Color>().unwrap_err().hint.as_deref(), Some("did you mean `magenta`?"));
    }

    #[test]
    fn a_colour_shrinks_to_the_nearest_that_the_terminal_has() {
        let orange = Color::Rgb(255, 135, 0);
        assert_eq!(orange.at(Depth::True), orange);
        assert_eq!(orange.at(Depth::Indexed), Color::Indexed(208));
        assert_eq!(Color::Rgb(200, 10, 10).at(Depth::Sixteen), Color::Ansi(1));
        assert_eq!(Color::Indexed(9).at(Depth::Sixteen), Color::Ansi(9));
        assert_eq!(orange.at(Depth::None), Color::Default);
        for n in 16..=255u8 {
            let exact = Color::Indexed(n).rgb().map(|(r, g, b)| Color::Rgb(r, g, b)).unwrap();
            assert_eq!(exact.at(Depth::Indexed).rgb(), Color::Indexed(n).rgb(), "{n}");
        }
    }

    #[test]
    fn ink_is_readable_on_every_band() {
        assert_eq!(Color::Rgb(255, 255, 0).ink(), Color::Ansi(0));
        assert_eq!(Color::Rgb(120, 0, 0).ink(), Color::Ansi(15));
        assert_eq!(Color::Default.ink(), Color::Default);
    }
}
