//! Pictures of dots instead of cells, where the terminal can show them: by kitty's protocol, iTerm2's, or as sixels.
//!
//! The terminal is asked once, when there is the first picture to show, and not before: a first frame waits for nothing. Where it does not
//! answer, or is a multiplexer that would not hand them on, pictures stay made of half blocks. Whoever wants a picture on the screen comes here.
//!
//! | module | what it owns |
//! |---|---|
//! | [`mod@ask`] | the question, and who reads the keys meanwhile |
//! | [`answers`] | what terminals answer, and the keys between |
//! | [`png`], [`sixel`] | the forms that a picture is sent in |

mod answers;
mod ask;
mod png;
mod sixel;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::model::Picture;

pub(super) use ask::ask;

/// How a terminal takes pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// kitty, Ghostty, WezTerm, Konsole: <https://sw.kovidgoyal.net/kitty/graphics-protocol/>
    Kitty,
    /// iTerm2, WezTerm: <https://iterm2.com/documentation-images.html>
    Iterm2,
    /// foot, xterm, mlterm, Windows Terminal, tmux built with it: <https://vt100.net/docs/vt3xx-gp/chapter14.html>
    Sixel,
}

/// What a terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shows {
    /// How it takes pictures; `None`: it does not.
    pub by: Option<Protocol>,
    /// A cell's width and height in dots, if that is known.
    pub cell: Option<(u16, u16)>,
}

/// Where a picture stands: column, row, width and height in cells.
pub type Place = (u16, u16, u16, u16);

/// The number under which kitty keeps the picture. There is one at a time.
const ID: u32 = 31;
/// Bytes of Base64 in a piece: kitty takes 4,096 at most.
const PIECE: usize = 4096;
/// A cell where the terminal does not tell.
const USUAL: (u16, u16) = (10, 20);

impl Shows {
    /// What puts a picture on these cells, over what stands there. The cursor stays where it is. `None`: this terminal cannot.
    pub fn put(&self, picture: &Picture, (column, row, wide, high): Place) -> Option<Vec<u8>> {
        let body = match self.by? {
            Protocol::Kitty => kitty(picture, wide, high),
            Protocol::Iterm2 => iterm2(picture, wide, high),
            Protocol::Sixel => {
                let (width, height) = self.cell.unwrap_or(USUAL);
                sixel::encode(picture, usize::from(wide) * usize::from(width), usize::from(high) * usize::from(height))
            }
        };
        let at = format!("\x1b7\x1b[{};{}H", row + 1, column + 1);
        Some([at.into_bytes(), body, b"\x1b8".to_vec()].concat())
    }

    /// What takes it away, beside drawing over it.
    pub fn take_away(&self) -> Option<Vec<u8>> {
        (self.by? == Protocol::Kitty).then(|| format!("\x1b_Ga=d,d=I,i={ID},q=2\x1b\\").into_bytes())
    }
}

/// `q=2`: it answers nothing, which would come as keys.
fn kitty(picture: &Picture, wide: u16, high: u16) -> Vec<u8> {
    let text = STANDARD.encode(png::encode(picture));
    let mut out = Vec::with_capacity(text.len() + text.len() / 64);
    let pieces = text.len().div_ceil(PIECE).max(1);
    for (n, piece) in text.as_bytes().chunks(PIECE).enumerate() {
        let more = u8::from(n + 1 < pieces);
        let head = match n {
            0 => format!("\x1b_Ga=T,f=100,i={ID},p=1,c={wide},r={high},C=1,q=2,m={more};"),
            _ => format!("\x1b_Gm={more},q=2;"),
        };
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(piece);
        out.extend_from_slice(b"\x1b\\");
    }
    out
}

fn iterm2(picture: &Picture, wide: u16, high: u16) -> Vec<u8> {
    let bytes = png::encode(picture);
    let head = format!(
        "\x1b]1337;File=inline=1;size={};width={wide};height={high};preserveAspectRatio=0;doNotMoveCursor=1:",
        bytes.len()
    );
    [head.into_bytes(), STANDARD.encode(bytes).into_bytes(), b"\x07".to_vec()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(width: usize, height: usize) -> Picture {
        let mut random = fastrand::Rng::with_seed(7);
        let rgb: Vec<u8> = (0..width * height * 3).map(|_| random.u8(..)).collect();
        Picture::of(width, height, &rgb).expect("it fits")
    }

    #[test]
    fn kitty_gets_pieces_that_it_takes_and_answers_nothing() {
        let shows = Shows { by: Some(Protocol::Kitty), cell: None };
        let bytes = shows.put(&noise(100, 60), (2, 4, 40, 12)).expect("it can");
        let text = String::from_utf8(bytes).expect("it is ASCII");
        assert!(text.starts_with("\x1b7\x1b[5;3H\x1b_Ga=T,f=100,i=31,p=1,c=40,r=12,C=1,q=2,m=1;"), "{}", &text[..60]);
        let pieces: Vec<&str> = text.split("\x1b_G").skip(1).collect();
        assert!(pieces.len() > 3 && pieces.iter().all(|p| p.contains("q=2")));
        let (last, first) = pieces.split_last().expect("pieces");
        assert!(last.contains("m=0") && first.iter().all(|p| p.contains("m=1")));
        let of = |p: &str| p.split_once(';').expect("a body").1.split('\x1b').next().unwrap_or_default().to_string();
        assert!(pieces.iter().all(|p| of(p).len() <= PIECE));
        let whole: String = pieces.iter().map(|p| of(p)).collect();
        assert!(STANDARD.decode(whole).expect("Base64").starts_with(b"\x89PNG\r\n\x1a\n"));
        assert!(text.ends_with("\x1b\\\x1b8") && shows.take_away().is_some());
    }

    #[test]
    fn others_get_it_in_their_own_words_and_nobody_else_anything() {
        let picture = noise(4, 4);
        let put = |by| {
            Shows { by, cell: Some((8, 16)) }.put(&picture, (0, 0, 3, 2)).map(|b| String::from_utf8(b).expect("ASCII"))
        };
        let iterm = put(Some(Protocol::Iterm2)).expect("it can");
        assert!(iterm.contains("\x1b]1337;File=inline=1;size=") && iterm.contains(";width=3;height=2;"), "{iterm}");
        let sixel = put(Some(Protocol::Sixel)).expect("it can");
        assert!(sixel.contains("\x1bP0;1;0q\"1;1;24;32#"), "three cells of 8 dots, two of 16: {sixel}");
        assert_eq!(put(None), None);
        assert_eq!(Shows { by: Some(Protocol::Sixel), cell: None }.take_away(), None);
    }
}
