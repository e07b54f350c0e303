//! A picture, made small enough for cells.

use std::fmt;
use std::sync::Arc;

/// A picture of at most [`MOST`] dots in each direction, and where the whole of it was written to.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Dots in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Red, green and blue of each dot, row by row.
    pub rgb: Arc<[u8]>,
}

/// More dots no console's screen has; a terminal shows two in a cell, or its own dots.
pub const MOST: usize = 1024;

impl Picture {
    /// From dots of red, green and blue, averaged where there are too many; `None`: the numbers do not fit together.
    pub fn of(width: usize, height: usize, rgb: &[u8]) -> Option<Picture> {
        let fits = width > 0 && height > 0 && width.checked_mul(height)?.checked_mul(3)? == rgb.len();
        let whole = Picture { width, height, rgb: if fits { rgb.into() } else { return None } };
        let longest = width.max(height);
        if longest <= MOST {
            return Some(whole);
        }
        let less = |n: usize| (n * MOST / longest).max(1);
        let (to_width, to_height) = (less(width), less(height));
        let rows = (0..to_height).flat_map(|y| (0..to_width).map(move |x| (x, y)));
        let dots = rows.flat_map(|(x, y)| whole.mean(x, y, to_width, to_height));
        Some(Picture { width: to_width, height: to_height, rgb: dots.collect() })
    }
    /// The mean colour of the part that the dot at `x`, `y` shows where the picture is `width` dots wide and `height` high.
    pub fn mean(&self, x: usize, y: usize, width: usize, height: usize) -> [u8; 3] {
        let span = |at: usize, of: usize, dots: usize| {
            let from = (at * dots / of.max(1)).min(dots.saturating_sub(1));
            from..((at + 1) * dots).div_ceil(of.max(1)).clamp(from + 1, dots.max(from + 1))
        };
        let (mut sum, mut count) = ([0_usize; 3], 0);
        for row in span(y, height, self.height) {
            for column in span(x, width, self.width) {
                let at = (row * self.width + column) * 3;
                let Some(dot) = self.rgb.get(at..at + 3) else { continue };
                for (sum, part) in sum.iter_mut().zip(dot) {
                    *sum += usize::from(*part);
                }
                count += 1;
            }
        }
        sum.map(|sum| u8::try_from(sum / count.max(1)).unwrap_or(u8::MAX))
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({}x{})", self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_made_small_by_averaging_and_wrong_numbers_are_none() {
        let dots: Vec<u8> =
            (0..2048 * 600).flat_map(|i| if i % 2048 < 1024 { [255, 0, 0] } else { [0, 0, 255] }).collect();
        let small = Picture::of(2048, 600, &dots).expect("it fits");
        assert_eq!((small.width, small.height, small.rgb.len()), (1024, 300, 1024 * 300 * 3));
        assert_eq!((small.mean(0, 0, 2, 1), small.mean(1, 0, 2, 1)), ([255, 0, 0], [0, 0, 255]));
        assert_eq!(small.mean(0, 0, 1, 1), [127, 0, 127]);
        assert_eq!(Picture::of(2048, 600, &dots[3..]), None);
        assert_eq!(Picture::of(0, 0, &[]), None);
        let thin = Picture::of(5000, 1, &vec![9; 15_000]).expect("it fits");
        assert_eq!((thin.width, thin.height), (1024, 1));
    }
}
