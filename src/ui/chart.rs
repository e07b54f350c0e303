//! A line chart in braille: two by four dots a cell, axes with units, the least, the greatest and the newest value in words.
//! A gap in the data is a gap in the line. Readable without colour.

use jiff::tz::TimeZone;
use ratatui::layout::Rect;

use crate::base::Time;
use crate::config::Role;
use crate::model::Series;

use super::format;
use super::painter::{Pen, cells};

/// The lines a chart takes at least: a title, three lines of dots, the axis and its labels.
pub const LEAST_HEIGHT: u16 = 6;

/// Braille's dots by column and row within a cell.
const DOTS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

/// What a chart shows.
pub struct Chart<'a> {
    /// `CPU 1h`.
    pub title: &'a str,
    /// The data points.
    pub series: &'a Series,
    /// The unit, if the series does not name one.
    pub unit: &'a str,
    /// The zone of the time axis.
    pub zone: &'a TimeZone,
}

struct Range {
    least: f32,
    most: f32,
    /// The value axis ends here; it begins at zero unless values are below it.
    top: f32,
    bottom: f32,
}

fn range(series: &Series, unit: &str) -> Option<Range> {
    let finite = || series.points.iter().copied().filter(|p| p.is_finite());
    let least = finite().reduce(f32::min)?;
    let most = finite().reduce(f32::max)?;
    let percent = matches!(unit, "Percent" | "%");
    let top = match percent {
        true if most > 50.0 => 100.0,
        _ if matches!(unit, "Bytes" | "B" | "Bytes/Second" | "B/s") => round_up_binary(most),
        _ => round_up(most),
    };
    Some(Range { least, most, top: if top > 0.0 { top } else { 1.0 }, bottom: least.min(0.0) })
}

/// The next of 1, 2, 2.5, 5 and 10 times a power of ten.
fn round_up(n: f32) -> f32 {
    if n <= 0.0 {
        return 0.0;
    }
    let power = 10f32.powf(n.log10().floor());
    [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|step| step * power).find(|t| *t >= n * 0.999).unwrap_or(n)
}

/// The same for sizes, so that the axis ends on 10 MiB and not on 9.5.
fn round_up_binary(n: f32) -> f32 {
    let unit = [1024f32.powi(4), 1024f32.powi(3), 1024f32.powi(2), 1024.0].into_iter().find(|u| n >= *u).unwrap_or(1.0);
    round_up(n / unit) * unit
}

/// A grid of dots, two by four a cell.
struct Grid {
    width: usize,
    height: usize,
    cells: Vec<u8>,
}

impl Grid {
    fn new(width: u16, height: u16) -> Self {
        let (width, height) = (usize::from(width), usize::from(height));
        Grid { width, height, cells: vec![0; width * height] }
    }
    fn dot(&mut self, x: usize, y: usize) {
        if let Some(cell) = self.cells.get_mut((y / 4) * self.width + x / 2).filter(|_| x / 2 < self.width) {
            *cell |= DOTS[x % 2][y % 4];
        }
    }
    fn line(&mut self, (x0, y0): (usize, usize), (x1, y1): (usize, usize)) {
        let steps = x1.abs_diff(x0).max(y1.abs_diff(y0)).max(1);
        let at = |a: usize, b: usize, i: usize| (a * (steps - i) + b * i + steps / 2) / steps;
        for i in 0..=steps {
            self.dot(at(x0, x1, i), at(y0, y1, i));
        }
    }
}

/// The dots of a series: its points joined, gaps left open, a lone point as a dot.
fn dots(series: &Series, range: &Range, width: u16, height: u16) -> Grid {
    let mut grid = Grid::new(width, height);
    let (across, down) = (grid.width * 2, grid.height * 4);
    if across == 0 || down == 0 {
        return grid;
    }
    let last = series.points.len().saturating_sub(1).max(1);
    let place = |i: usize, p: f32| {
        let share = ((p - range.bottom) / (range.top - range.bottom)).clamp(0.0, 1.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "share lies in 0..=1")]
        let up = (share * (down - 1) as f32).round() as usize;
        (i * (across - 1) / last, down - 1 - up)
    };
    let mut before: Option<(usize, usize)> = None;
    for (i, p) in series.points.iter().enumerate() {
        let now = p.is_finite().then(|| place(i, *p));
        match (before, now) {
            (Some(a), Some(b)) => grid.line(a, b),
            (None, Some(b)) => grid.dot(b.0, b.1),
            _ => {}
        }
        before = now;
    }
    grid
}

/// Draws a chart: a title line with the newest, least and greatest value, the dots with a value axis, a time axis.
pub fn draw(pen: &mut Pen<'_>, area: Rect, chart: &Chart<'_>) {
    if area.height == 0 || area.width < 20 {
        return;
    }
    let unit = if chart.series.unit.is_empty() { chart.unit } else { chart.series.unit.as_str() };
    let x = pen.say(area.x, area.y, area.width, &format!("{}  ", chart.title), Role::Title);
    let Some(range) = range(chart.series, unit) else {
        pen.say(x, area.y, area.right().saturating_sub(x), "no data points in this period", Role::Quiet);
        return;
    };
    let text = |n: f32| format::measured(f64::from(n), unit);
    let newest = format::newest(chart.series, unit);
    let x = pen.say(x, area.y, area.right().saturating_sub(x), &newest, Role::Chart);
    // A figure that is cut in its middle reads as another one: the short form, or none.
    let (least, most) = (text(range.least), text(range.most));
    let room = area.right().saturating_sub(x);
    let forms = [format!("   min {least}  max {most}"), format!("  {least} – {most}"), format!("  ↑ {most}")];
    if let Some(rest) = forms.iter().find(|f| cells(f) <= room) {
        pen.say(x, area.y, room, rest, Role::Quiet);
    }
    if area.height < LEAST_HEIGHT {
        return;
    }
    let (top, bottom) = (text(range.top), text(range.bottom));
    let axis = cells(&top).max(cells(&bottom)).min(area.width / 3);
    let plot = Rect {
        x: area.x + axis + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(axis + 1),
        height: area.height - 3,
    };
    let quiet = pen.style(Role::Axis);
    pen.put_right(area.x + axis, plot.y, axis, &top, quiet);
    pen.put_right(area.x + axis, plot.bottom() - 1, axis, &bottom, quiet);
    for y in plot.top()..plot.bottom() {
        pen.repeat(plot.x - 1, y, 1, "┤", Role::Axis);
    }
    pen.repeat(plot.x - 1, plot.bottom(), 1, "└", Role::Axis);
    pen.repeat(plot.x, plot.bottom(), plot.width, "─", Role::Axis);
    let grid = dots(chart.series, &range, plot.width, plot.height);
    let ink = pen.style(Role::Chart);
    for (i, cell) in grid.cells.iter().enumerate().filter(|(_, c)| **c != 0) {
        let glyph = char::from_u32(0x2800 + u32::from(*cell)).unwrap_or('·');
        let (column, line) = (i % grid.width, i / grid.width);
        let at = (plot.x + u16::try_from(column).unwrap_or(0), plot.y + u16::try_from(line).unwrap_or(0));
        pen.put_cut(at.0, at.1, 1, glyph.encode_utf8(&mut [0; 4]), ink);
    }
    let end = chart.series.points.len().saturating_sub(1) as i64 * i64::from(chart.series.period);
    let until = Time::from_secs(chart.series.start.secs() + end);
    let y = plot.bottom() + 1;
    pen.put(plot.x, y, plot.width / 2, &format::clock(chart.series.start, chart.zone), quiet);
    pen.put_right(plot.right(), y, plot.width / 2, &format::clock(until, chart.zone), quiet);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Depth, Theme};
    use ratatui::buffer::Buffer;

    fn series(points: &[f32], unit: &str) -> Series {
        Series { start: Time::from_secs(1_795_252_800), period: 300, points: points.to_vec(), unit: unit.into() }
    }

    fn drawn(s: &Series, width: u16, height: u16) -> String {
        let theme = Theme::embedded("mono", Depth::None).unwrap();
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        let chart = Chart { title: "CPU 1h", series: s, unit: "%", zone: &TimeZone::UTC };
        draw(&mut Pen::new(&mut buf, &theme), area, &chart);
        let row = |y: u16| (0..width).map(|x| buf[(x, y)].symbol().to_string()).collect::<String>();
        (0..height).map(|y| row(y).trim_end().to_string() + "\n").collect()
    }

    #[test]
    fn a_chart_has_axes_units_and_words_for_its_extremes() {
        let s = series(&[10.0, 20.0, 80.0, 40.0, 30.0], "Percent");
        assert_eq!(
            drawn(&s, 34, 7),
            "CPU 1h  30 %   min 10 %  max 80 %\n\
             100 %┤             ⢀⡀\n     ┤          ⢀⠤⠊⠁⠈⠑⠢⠤⣀\n     ┤       ⣀⠔⠊⠁        ⠉⠒⠒⠒⠒⠤⠤⠤⠤\n  0 %┤⠒⠒⠒⠊⠉⠉⠉\n     └────────────────────────────\n      09:20                  09:40\n"
        );
    }

    #[test]
    fn a_gap_in_the_data_is_a_gap_in_the_line_and_a_lone_point_is_a_dot() {
        let lonely = series(&[f32::NAN, f32::NAN, 50.0, f32::NAN, f32::NAN], "Percent");
        let range = range(&lonely, "Percent").unwrap();
        let grid = dots(&lonely, &range, 20, 4);
        assert_eq!(grid.cells.iter().map(|c| c.count_ones()).sum::<u32>(), 1);
        let text = drawn(&series(&[f32::NAN], "Percent"), 40, 7);
        assert!(text.starts_with("CPU 1h  no data points in this period"), "{text}");
    }

    #[test]
    fn the_axis_ends_on_a_round_number() {
        assert_eq!(round_up_binary(6.0 * 1024.0 * 1024.0), 10.0 * 1024.0 * 1024.0);
        assert_eq!([0.0, 0.7, 1.0, 13.0, 999.0, 2100.0].map(round_up), [0.0, 1.0, 1.0, 20.0, 1000.0, 2500.0]);
    }
}
