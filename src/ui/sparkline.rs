//! A series in a few cells: `▁▂▅▇`, with `·` where there is no data point.

use crate::model::Series;

/// How many cells a sparkline takes in a table.
pub const CELLS: usize = 8;

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The series in `cells` cells. Several points that share a cell show their greatest: a peak must not vanish. Percentages
/// are drawn on a scale from 0 to 100, so that rows can be compared; everything else from 0 to its own greatest value.
pub fn text(series: &Series, cells: usize) -> String {
    let points = &series.points;
    if points.is_empty() || cells == 0 {
        return "·".repeat(cells);
    }
    let top = if matches!(series.unit.as_str(), "Percent" | "%") {
        100.0
    } else {
        points.iter().copied().filter(|p| p.is_finite()).fold(0.0, f32::max)
    };
    let mut out = String::with_capacity(cells * 3);
    let used = cells.min(points.len());
    out.extend(std::iter::repeat_n('·', cells - used));
    for cell in 0..used {
        let (from, to) = (cell * points.len() / used, ((cell + 1) * points.len()) / used);
        let peak = points[from..to].iter().copied().filter(|p| p.is_finite()).reduce(f32::max);
        out.push(peak.map_or('·', |p| bar(p, top)));
    }
    out
}

fn bar(value: f32, top: f32) -> char {
    if top <= 0.0 {
        return BARS[0];
    }
    let share = (value / top).clamp(0.0, 1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "share lies in 0..=1")]
    let step = (share * 8.0).ceil() as usize;
    BARS[step.saturating_sub(1).min(7)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Time;

    fn series(points: &[f32], unit: &str) -> Series {
        Series {
            start: Time::from_secs(0),
            period: 300,
            points: points.to_vec(),
            unit: unit.into(),
            statistic: "Average".into(),
        }
    }

    #[test]
    fn a_gap_is_not_a_zero() {
        let s = series(&[0.0, f32::NAN, 100.0, f32::NAN], "Percent");
        assert_eq!(text(&s, 4), "▁·█·");
        assert_eq!(text(&series(&[], "Percent"), 8), "········");
    }

    #[test]
    fn percentages_share_one_scale_and_counts_use_their_own() {
        assert_eq!(text(&series(&[5.0, 50.0], "Percent"), 2), "▁▄");
        assert_eq!(text(&series(&[5.0, 50.0], "Bytes"), 2), "▁█");
        assert_eq!(text(&series(&[0.0, 0.0], "Bytes"), 2), "▁▁");
    }

    #[test]
    fn a_peak_never_vanishes_and_few_points_stand_at_the_newest_end() {
        let mut points = vec![1.0; 60];
        points[37] = 99.0;
        assert!(text(&series(&points, "Percent"), 8).contains('█'));
        assert_eq!(text(&series(&[100.0], "Percent"), 3), "··█");
    }
}
