//! The one way of putting text on the screen: strangers' text is made visible here, wide characters take two cells, and
//! nothing is written outside its line. Knows themes and buffers, not what is drawn.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color as TermColor, Modifier, Style as TermStyle};

use crate::base::text::{cut_end, visible, width};
use crate::config::{Color, Role, Style, Theme};
use crate::model::Spot;

/// Draws into a buffer with a theme.
pub struct Pen<'a> {
    buf: &'a mut Buffer,
    theme: &'a Theme,
    /// Where the terminal's own cursor stands, if a line is being typed.
    pub cursor: Option<(u16, u16)>,
    /// What will be drawn over: whoever makes much there may leave it out ([`Pen::is_covered`]).
    pub covered: Rect,
    /// Where a picture stands in the uppermost layer.
    pub picture: Option<Rect>,
    /// What stands where, if that is asked.
    pub spots: Option<Vec<(Rect, Spot)>>,
}

/// A theme's colour in the terminal library's words.
fn term_color(color: Color) -> TermColor {
    match color {
        Color::Default => TermColor::Reset,
        Color::Ansi(n) => ansi(n),
        Color::Indexed(n) => TermColor::Indexed(n),
        Color::Rgb(r, g, b) => TermColor::Rgb(r, g, b),
    }
}

/// A theme's style in the terminal library's words.
fn term_style(style: Style) -> TermStyle {
    let mut mods = Modifier::empty();
    for (on, modifier) in [
        (style.mods.bold, Modifier::BOLD),
        (style.mods.dim, Modifier::DIM),
        (style.mods.italic, Modifier::ITALIC),
        (style.mods.underline, Modifier::UNDERLINED),
        (style.mods.reverse, Modifier::REVERSED),
    ] {
        mods.set(modifier, on);
    }
    TermStyle { fg: style.fg.map(term_color), bg: style.bg.map(term_color), add_modifier: mods, ..TermStyle::default() }
}

/// The sixteen by name: the library writes these with the short sequences that every terminal knows.
fn ansi(n: u8) -> TermColor {
    use TermColor::*;
    const NAMED: [TermColor; 16] = [
        Black,
        Red,
        Green,
        Yellow,
        Blue,
        Magenta,
        Cyan,
        Gray,
        DarkGray,
        LightRed,
        LightGreen,
        LightYellow,
        LightBlue,
        LightMagenta,
        LightCyan,
        White,
    ];
    NAMED[usize::from(n % 16)]
}

impl<'a> Pen<'a> {
    /// A pen for this buffer.
    pub fn new(buf: &'a mut Buffer, theme: &'a Theme) -> Self {
        Pen { buf, theme, cursor: None, covered: Rect::ZERO, picture: None, spots: None }
    }
    /// Says what stands here, for the mouse; over what stood here before.
    pub fn spot(&mut self, area: Rect, spot: Spot) {
        if let Some(spots) = &mut self.spots {
            spots.push((area, spot));
        }
    }
    /// The theme.
    pub fn theme(&self) -> &'a Theme {
        self.theme
    }
    /// The whole screen.
    pub fn screen(&self) -> Rect {
        self.buf.area
    }
    /// Whether all of an area will be drawn over, so that what stands in it is never seen.
    pub fn is_covered(&self, area: Rect) -> bool {
        self.covered.union(area) == self.covered
    }
    /// The style of a role.
    pub fn style(&self, role: Role) -> TermStyle {
        term_style(self.theme.style(role))
    }
    /// The style of an account's band.
    pub fn band(&self, own: Option<Color>) -> TermStyle {
        term_style(self.theme.band(own))
    }

    /// Puts text at a place, at most `max` cells of it, cut with `…`. Returns the column after it.
    pub fn put(&mut self, x: u16, y: u16, max: u16, text: &str, style: impl Into<TermStyle>) -> u16 {
        let text = visible(text);
        self.put_cut(x, y, max, &cut_end(&text, usize::from(max)), style.into())
    }
    /// The same with a role's style.
    pub fn say(&mut self, x: u16, y: u16, max: u16, text: &str, role: Role) -> u16 {
        let style = self.style(role);
        self.put(x, y, max, text, style)
    }
    /// Puts text so that it ends before column `end`, at most `max` cells of it. Returns the column where it begins.
    pub fn put_right(&mut self, end: u16, y: u16, max: u16, text: &str, style: impl Into<TermStyle>) -> u16 {
        let text = visible(text);
        let text = cut_end(&text, usize::from(max));
        let x = end.saturating_sub(cells(&text));
        self.put_cut(x, y, max, &text, style.into());
        x
    }
    /// Puts text that is visible and cut already.
    pub fn put_cut(&mut self, x: u16, y: u16, max: u16, text: &str, style: TermStyle) -> u16 {
        let area = self.buf.area;
        if y < area.top() || y >= area.bottom() || x < area.left() || x >= area.right() || text.is_empty() {
            return x;
        }
        // What lay there before leaves nothing but its ground behind.
        let ink = style.fg.or(self.theme.style(Role::Text).fg.map(term_color)).unwrap_or(TermColor::Reset);
        let style = TermStyle { fg: Some(ink), sub_modifier: Modifier::all() - style.add_modifier, ..style };
        // Nearly all that is drawn is ASCII: a cell for each byte, and no graphemes to look for.
        if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
            let room = usize::from(max.min(area.right() - x));
            let mut after = x;
            for (at, glyph) in (x..).zip(text.split_inclusive(|_| true).take(room)) {
                if let Some(cell) = self.buf.cell_mut((at, y)) {
                    cell.set_symbol(glyph).set_style(style);
                }
                after = at + 1;
            }
            return after;
        }
        self.buf.set_stringn(x, y, text, usize::from(max), style).0
    }
    /// Repeats a one-cell glyph.
    pub fn repeat(&mut self, x: u16, y: u16, n: u16, glyph: &str, role: Role) {
        let style = self.style(role);
        for i in 0..n {
            self.put_cut(x.saturating_add(i), y, 1, glyph, style);
        }
    }
    /// Styles cells without touching their text.
    pub fn tint(&mut self, area: Rect, style: TermStyle) {
        self.buf.set_style(area.intersection(self.buf.area), style);
    }
    /// Whether nothing is written in an area.
    pub fn is_blank(&self, area: Rect) -> bool {
        area.intersection(self.buf.area).positions().all(|at| self.buf[at].symbol() == " ")
    }
    /// Empties an area, so that something can lie over what was there. A wide character that reaches into it goes whole.
    pub fn clear(&mut self, area: Rect) {
        let area = area.intersection(self.buf.area);
        for y in area.top()..area.bottom() {
            if area.left() > self.buf.area.left()
                && let Some(cell) = self.buf.cell_mut((area.left() - 1, y))
                && width(cell.symbol()) > 1
            {
                cell.set_symbol(" ");
            }
            for x in area.left()..area.right() {
                if let Some(cell) = self.buf.cell_mut((x, y)) {
                    cell.reset();
                }
            }
        }
    }
    /// An empty box with a title in its upper edge and quiet text at the right end of that edge. Returns the inside, a cell
    /// of air on the left and right.
    pub fn frame(&mut self, area: Rect, title: &str, right: &str) -> Rect {
        let area = area.intersection(self.buf.area);
        self.clear(area);
        self.spot(area, Spot::Layer);
        if area.width < 4 || area.height < 2 {
            return Rect { width: 0, height: 0, ..area };
        }
        let (left, end, top, bottom) = (area.left(), area.right() - 1, area.top(), area.bottom() - 1);
        for y in [top, bottom] {
            self.repeat(left + 1, y, area.width - 2, "─", Role::Border);
        }
        for y in top + 1..bottom {
            self.repeat(left, y, 1, "│", Role::Border);
            self.repeat(end, y, 1, "│", Role::Border);
        }
        for (x, y, glyph) in [(left, top, "┌"), (end, top, "┐"), (left, bottom, "└"), (end, bottom, "┘")] {
            self.repeat(x, y, 1, glyph, Role::Border);
        }
        let mut room = area.width.saturating_sub(6);
        if !title.is_empty() {
            let text = format!(" {title} ");
            let after = self.say(left + 1, top, room, &text, Role::Title);
            room = end.saturating_sub(after).saturating_sub(3);
        }
        if !right.is_empty() && room > 8 {
            let style = self.style(Role::Quiet);
            self.put_right(end - 1, top, room, &format!(" {right} "), style);
        }
        Rect { x: left + 2, y: top + 1, width: area.width - 4, height: area.height - 2 }
    }
    /// A line that is being typed: text with the cursor, scrolled so that the cursor is seen.
    pub fn input(&mut self, x: u16, y: u16, max: u16, line: &crate::app::Line, role: Role) {
        let room = max.saturating_sub(1);
        let scrolled = line.scroll(usize::from(room));
        let mut skipped = 0;
        let text = visible(line.text());
        let shown = text.char_indices().find(|(_, c)| {
            let before = skipped;
            skipped += width(c.encode_utf8(&mut [0; 4]));
            before >= scrolled
        });
        let shown = shown.map_or("", |(i, _)| &text[i..]);
        let style = self.style(role);
        self.put_cut(x, y, room, shown, style);
        let at = u16::try_from(line.cursor_cell().saturating_sub(scrolled)).unwrap_or(room);
        self.cursor = Some((x + at.min(room), y));
    }
}

/// How many cells a text takes, as the screen counts.
pub fn cells(text: &str) -> u16 {
    u16::try_from(width(text)).unwrap_or(u16::MAX)
}

/// Breaks a sentence into lines of at most `room` cells, between words where it can.
pub fn wrap(text: &str, room: u16) -> Vec<String> {
    let room = usize::from(room.max(1));
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let paragraph = visible(paragraph);
        let mut line = String::new();
        let mut used = 0;
        for word in paragraph.split(' ') {
            let mut word = word;
            if used > 0 && used + 1 + width(word) > room {
                lines.push(std::mem::take(&mut line));
                used = 0;
            } else if used > 0 {
                line.push(' ');
                used += 1;
            }
            while used + width(word) > room {
                let head = split_at_cells(word, room - used);
                line.push_str(&word[..head]);
                lines.push(std::mem::take(&mut line));
                used = 0;
                word = &word[head..];
            }
            line.push_str(word);
            used += width(word);
        }
        lines.push(line);
    }
    lines
}

/// The byte position at which `cells` cells are full; at least one character further than the start.
fn split_at_cells(text: &str, cells: usize) -> usize {
    use unicode_segmentation::UnicodeSegmentation;
    let mut used = 0;
    for (i, g) in text.grapheme_indices(true) {
        used += width(g);
        if used > cells && i > 0 {
            return i;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Depth;

    fn theme() -> Theme {
        Theme::embedded("dark", Depth::True).unwrap()
    }

    #[test]
    fn strangers_text_is_shown_and_stays_on_its_line() {
        let theme = theme();
        let mut buf = Buffer::empty(Rect::new(0, 0, 10, 2));
        let mut pen = Pen::new(&mut buf, &theme);
        assert_eq!(pen.say(0, 0, 10, "a\x1b[2J\n결제결제", Role::Text), 9);
        pen.say(8, 1, 99, "abcdef", Role::Text);
        pen.say(0, 7, 99, "below the screen", Role::Text);
        let row = |y: u16| (0..10).map(|x| buf[(x, y)].symbol()).collect::<String>();
        // The cell behind a wide character is empty: the terminal shows the character there.
        assert_eq!(row(0), "a␛[2J␊결 … ");
        assert_eq!(row(1), "        ab");
    }

    #[test]
    fn a_box_over_half_of_a_wide_character_takes_the_whole_character() {
        let theme = theme();
        let mut buf = Buffer::empty(Rect::new(0, 0, 12, 3));
        let mut pen = Pen::new(&mut buf, &theme);
        pen.say(0, 1, 12, "a결제워커b", Role::Text);
        pen.frame(Rect::new(2, 0, 8, 3), "", "");
        assert_eq!((buf[(1, 1)].symbol(), buf[(2, 1)].symbol()), (" ", "│"));
    }

    #[test]
    fn wrapped_lines_keep_every_word_and_never_exceed_their_room() {
        let text = "they are the only healthy targets of 결제-워커-타깃그룹-80 averyveryverylongword ok";
        for room in 1..40 {
            let lines = wrap(text, room);
            if room > 1 {
                assert!(lines.iter().all(|l| cells(l) <= room), "{room} {lines:?}");
            }
            let joined: String = lines.concat().split(' ').collect();
            assert_eq!(joined, text.replace(' ', ""), "{room}");
        }
    }
}
