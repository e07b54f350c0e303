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
    /// What its points are compared with.
    pub threshold: Option<f64>,
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

fn range(series: &Series, unit: &str, threshold: Option<f32>) -> Option<Range> {
    let finite = || series.points.iter().copied().filter(|p| p.is_finite());
    let least = finite().reduce(f32::min)?;
    let most = finite().reduce(f32::max)?;
    let percent = matches!(unit, "Percent" | "%");
    // What it is compared with is on the chart, too.
    let highest = threshold.map_or(most, |t| most.max(t));
    let top = match percent {
        true if highest > 50.0 && highest <= 100.0 => 100.0,
        _ if matches!(unit, "Bytes" | "B" | "Bytes/Second" | "B/s") => round_up_binary(highest),
        _ => round_up(highest),
    };
    let bottom = threshold.map_or(least, |t| least.min(t)).min(0.0);
    Some(Range { least, most, top: if top > bottom { top } else { bottom + 1.0 }, bottom })
}

impl Range {
    /// How far down a value stands, in dots of so many.
    fn dot(&self, value: f32, down: usize) -> usize {
        let share = ((value - self.bottom) / (self.top - self.bottom)).clamp(0.0, 1.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "share lies in 0..=1")]
        let up = (share * (down - 1) as f32).round() as usize;
        down - 1 - up
    }
    /// The line of a plot of so many that a value is on.
    fn line(&self, value: f32, lines: u16) -> u16 {
        let down = usize::from(lines) * 4;
        u16::try_from(self.dot(value, down.max(1)) / 4).unwrap_or(0)
    }
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
    let place = |i: usize, p: f32| (i * (across - 1) / last, range.dot(p, down));
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

/// What the points are, in words: `5-min averages`.
fn points_of(series: &Series) -> Option<String> {
    let of = match series.statistic.as_str() {
        "" => return None,
        "Average" => "averages",
        "Sum" => "sums",
        "Minimum" => "minimums",
        "Maximum" => "maximums",
        "SampleCount" => "sample counts",
        other => other,
    };
    let each = match series.period {
        s if s % 86_400 == 0 => format!("{}-day", s / 86_400),
        s if s % 3_600 == 0 => format!("{}-hour", s / 3_600),
        s if s % 60 == 0 => format!("{}-min", s / 60),
        s => format!("{s}-second"),
    };
    Some(format!("{each} {of}"))
}

/// Steps between labels of the time axis, in seconds: what clocks and calendars are divided into.
const STEPS: [i64; 14] =
    [300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, DAY, 2 * DAY, 7 * DAY, MONTH, 3 * MONTH];
const DAY: i64 = 86_400;
const MONTH: i64 = 30 * DAY;

/// Moments that the time axis names, so many seconds apart at least: whole hours and days of the reader's zone.
fn ticks(from: Time, until: Time, least: i64, zone: &TimeZone) -> (Vec<Time>, i64) {
    let step = STEPS.into_iter().find(|s| *s >= least).unwrap_or(STEPS[STEPS.len() - 1]);
    let mut out = Vec::new();
    let first = jiff::Timestamp::from_second(from.secs()).map(|t| t.to_zoned(zone.clone()).start_of_day());
    let Ok(Ok(mut day)) = first else { return (out, step) };
    while day.timestamp().as_second() <= until.secs() {
        let midnight = day.timestamp().as_second();
        // Days are counted from one on, so that labels stay where they are while the chart moves on.
        let counted = (midnight + i64::from(day.offset().seconds())).div_euclid(DAY);
        let (month, first) = (i64::from(day.month()), day.day() == 1);
        let times = match step {
            _ if step < DAY => DAY / step,
            _ if step < MONTH => i64::from(counted % (step / DAY) == 0),
            _ => i64::from(first && (month - 1) % (step / MONTH) == 0),
        };
        let within = (0..times).map(|k| midnight + k * step).filter(|t| (from.secs()..=until.secs()).contains(t));
        out.extend(within.map(Time::from_secs));
        let Ok(next) = day.tomorrow().and_then(|d| d.start_of_day()) else { break };
        day = next;
    }
    (out, step)
}

/// `09:40`, of a midnight or where days are counted `Nov 28`.
fn label(at: Time, step: i64, zone: &TimeZone) -> String {
    let clock = at.clock_in(zone);
    if step < DAY && clock != "00:00" { clock } else { format::day(at, zone) }
}

/// Draws a chart: a title line with the newest, least and greatest value, the dots with a value axis, a time axis.
pub fn draw(pen: &mut Pen<'_>, area: Rect, chart: &Chart<'_>) {
    if area.height == 0 || area.width < 20 {
        return;
    }
    let unit = if chart.series.unit.is_empty() { chart.unit } else { chart.series.unit.as_str() };
    let x = pen.say(area.x, area.y, area.width, &format!("{}  ", chart.title), Role::Title);
    #[expect(clippy::cast_possible_truncation, reason = "a place on the screen needs no more digits")]
    let threshold = chart.threshold.map(|t| t as f32);
    let Some(range) = range(chart.series, unit, threshold) else {
        pen.say(x, area.y, area.right().saturating_sub(x), "no data points in this period", Role::Quiet);
        return;
    };
    let text = |n: f32| format::measured(f64::from(n), unit);
    let newest = format::newest(chart.series, unit);
    let x = pen.say(x, area.y, area.right().saturating_sub(x), &newest, Role::Chart);
    // A figure that is cut in its middle reads as another one: the short form, or none.
    let (least, most) = (text(range.least), text(range.most));
    let room = area.right().saturating_sub(x);
    let of = points_of(chart.series);
    let limit = threshold.map(text);
    let with = |of: Option<&str>, limit: Option<&str>| {
        let of = of.map_or(String::new(), |of| format!(" of {of}"));
        let limit = limit.map_or(String::new(), |l| format!("   threshold {l}"));
        format!("   min {least}  max {most}{of}{limit}")
    };
    let forms = [
        with(of.as_deref(), limit.as_deref()),
        with(None, limit.as_deref()),
        with(None, None),
        format!("  {least} – {most}"),
        format!("  ↑ {most}"),
    ];
    if let Some(rest) = forms.iter().find(|f| cells(f) <= room) {
        pen.say(x, area.y, room, rest, Role::Quiet);
    }
    if area.height < LEAST_HEIGHT {
        return;
    }
    let (top, bottom) = (text(range.top), text(range.bottom));
    // A line in the middle has a value of its own, where there is exactly one.
    let lines = area.height - 3;
    let middle = (lines >= 5 && lines % 2 == 1).then(|| text(f32::midpoint(range.top, range.bottom)));
    let widest = [&top, &bottom].into_iter().chain(&middle).map(|t| cells(t)).max().unwrap_or(0);
    let axis = widest.min(area.width / 3);
    let plot = Rect {
        x: area.x + axis + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(axis + 1),
        height: area.height - 3,
    };
    let quiet = pen.style(Role::Axis);
    pen.put_right(area.x + axis, plot.y, axis, &top, quiet);
    pen.put_right(area.x + axis, plot.bottom() - 1, axis, &bottom, quiet);
    if let Some(middle) = middle {
        pen.put_right(area.x + axis, plot.y + lines / 2, axis, &middle, quiet);
    }
    for y in plot.top()..plot.bottom() {
        pen.repeat(plot.x - 1, y, 1, "┤", Role::Axis);
    }
    pen.repeat(plot.x - 1, plot.bottom(), 1, "└", Role::Axis);
    pen.repeat(plot.x, plot.bottom(), plot.width, "─", Role::Axis);
    if let Some(threshold) = threshold {
        let y = plot.y + range.line(threshold, plot.height);
        pen.repeat(plot.x, y, plot.width, "╌", Role::Warning);
    }
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
    time_axis(pen, plot, (chart.series.start, until), chart.zone);
}

/// The labels below the plot, each under a mark of its own on the axis. Where no whole hour or day is on it, its two ends.
fn time_axis(pen: &mut Pen<'_>, plot: Rect, (from, until): (Time, Time), zone: &TimeZone) {
    /// Cells that a label takes, with what parts it from the next.
    const LABEL: i64 = 8;
    let quiet = pen.style(Role::Axis);
    let (y, span) = (plot.bottom() + 1, (until.secs() - from.secs()).max(1));
    let across = i64::from(plot.width.saturating_sub(1)).max(1);
    let (ticks, step) = ticks(from, until, (span * LABEL / across).max(1), zone);
    if ticks.len() < 2 {
        let end = |at: Time| if span < DAY { at.clock_in(zone) } else { format::day(at, zone) };
        pen.put(plot.x, y, plot.width / 2, &end(from), quiet);
        pen.put_right(plot.right(), y, plot.width / 2, &end(until), quiet);
        return;
    }
    let mut free = plot.x;
    for at in ticks {
        let text = label(at, step, zone);
        let x = plot.x + u16::try_from((at.secs() - from.secs()) * across / span).unwrap_or(0);
        // The label stands under its mark, and within the plot.
        let begin = x.saturating_sub(cells(&text) / 2).min(plot.right().saturating_sub(cells(&text))).max(plot.x);
        if begin < free {
            continue;
        }
        pen.repeat(x, plot.bottom(), 1, "┬", Role::Axis);
        pen.put(begin, y, cells(&text), &text, quiet);
        free = begin + cells(&text) + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Depth, Theme};
    use ratatui::buffer::Buffer;

    fn series(points: &[f32], unit: &str) -> Series {
        Series {
            start: Time::from_secs(1_795_252_800),
            period: 300,
            points: points.to_vec(),
            unit: unit.into(),
            statistic: "Average".into(),
        }
    }

    fn drawn(s: &Series, width: u16, height: u16) -> String {
        let theme = Theme::embedded("mono", Depth::None).unwrap();
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        let chart = Chart { title: "CPU", series: s, unit: "%", threshold: None, zone: &TimeZone::UTC };
        draw(&mut Pen::new(&mut buf, &theme), area, &chart);
        let row = |y: u16| (0..width).map(|x| buf[(x, y)].symbol().to_string()).collect::<String>();
        (0..height).map(|y| row(y).trim_end().to_string() + "\n").collect()
    }

    #[test]
    fn a_chart_has_axes_units_and_words_for_its_extremes() {
        let s = series(&[10.0, 20.0, 80.0, 40.0, 30.0], "Percent");
        assert_eq!(
            drawn(&s, 34, 7),
            "CPU  30%   min 10%  max 80%\n\
             100%┤              ⣀\n    ┤           ⡠⠔⠉ ⠉⠒⠤⢄⡀\n    ┤       ⢀⡠⠒⠉        ⠈⠑⠒⠒⠒⠒⠤⠤⠤⠤\n  0%┤⠒⠒⠒⠒⠉⠉⠉⠁\n    └┬─────────────┬─────────────┬\n     09:20       09:30       09:40\n"
        );
    }

    #[test]
    fn the_time_axis_names_whole_hours_days_and_months_and_the_threshold_is_a_line() {
        let at = |text: &str| Time::from_secs(text.parse::<jiff::Timestamp>().expect("a time").as_second());
        let names = |from: &str, until: &str, least: i64, zone: &TimeZone| -> String {
            let (ticks, step) = ticks(at(from), at(until), least, zone);
            ticks.into_iter().map(|t| label(t, step, zone)).collect::<Vec<_>>().join(" ")
        };
        let utc = TimeZone::UTC;
        assert_eq!(names("2026-11-28T21:10:00Z", "2026-11-29T03:00:00Z", 7000, &utc), "22:00 Nov 29 02:00");
        assert_eq!(names("2026-11-20T21:10:00Z", "2026-11-26T03:00:00Z", 100_000, &utc), "Nov 21 Nov 23 Nov 25");
        assert_eq!(
            names("2025-08-20T00:00:00Z", "2026-11-26T00:00:00Z", 4_000_000, &utc),
            "Oct 1 Jan 1 Apr 1 Jul 1 Oct 1"
        );
        // A day on which the clocks are set back has 25 hours, and its hours stay whole.
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a zone");
        assert_eq!(names("2026-10-24T10:00:00Z", "2026-10-27T12:00:00Z", 80_000, &zone), "Oct 25 Oct 26 Oct 27");
        let theme = Theme::embedded("mono", Depth::None).unwrap();
        let area = Rect::new(0, 0, 70, 8);
        let mut buf = Buffer::empty(area);
        let s = series(&[10.0, 20.0, 30.0], "Percent");
        let chart = Chart { title: "CPU", series: &s, unit: "%", threshold: Some(75.0), zone: &utc };
        draw(&mut Pen::new(&mut buf, &theme), area, &chart);
        let row = |y: u16| (0..area.width).map(|x| buf[(x, y)].symbol().to_string()).collect::<String>();
        assert_eq!(row(0).trim_end(), "CPU  30%   min 10%  max 30% of 5-min averages   threshold 75%");
        assert!(row(2).contains("┤╌╌╌╌╌") && row(1).starts_with("100%"), "{}\n{}", row(1), row(2));
        assert!(row(3).starts_with(" 50%"), "{}", row(3));
    }

    #[test]
    fn a_gap_in_the_data_is_a_gap_in_the_line_and_a_lone_point_is_a_dot() {
        let lonely = series(&[f32::NAN, f32::NAN, 50.0, f32::NAN, f32::NAN], "Percent");
        let range = range(&lonely, "Percent", None).unwrap();
        let grid = dots(&lonely, &range, 20, 4);
        assert_eq!(grid.cells.iter().map(|c| c.count_ones()).sum::<u32>(), 1);
        let text = drawn(&series(&[f32::NAN], "Percent"), 40, 7);
        assert!(text.starts_with("CPU  no data points in this period"), "{text}");
    }

    #[test]
    fn the_axis_ends_on_a_round_number() {
        assert_eq!(round_up_binary(6.0 * 1024.0 * 1024.0), 10.0 * 1024.0 * 1024.0);
        assert_eq!([0.0, 0.7, 1.0, 13.0, 999.0, 2100.0].map(round_up), [0.0, 1.0, 1.0, 20.0, 1000.0, 2500.0]);
    }
}
