//! A picture as sixels: columns of six dots, a character each, colour by colour. <https://vt100.net/docs/vt3xx-gp/chapter14.html>

use std::collections::BTreeMap;

use crate::model::Picture;

/// Steps of red, of green and of blue: 216 colours, of the 256 that terminals have registers for, greys among them.
const STEPS: usize = 6;
/// What is added before a colour is cut to a step, so that what lies between is a mixture: Bayer's matrix of four by four.
const MIX: [[usize; 4]; 4] = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]];

/// The picture, so many dots wide and high.
pub(super) fn encode(picture: &Picture, width: usize, height: usize) -> Vec<u8> {
    let mut out = format!("\x1bP0;1;0q\"1;1;{width};{height}");
    let dots: Vec<u8> = (0..height)
        .flat_map(|y| (0..width).map(move |x| (x, y)))
        .map(|(x, y)| at(picture, (x, y), (width, height)))
        .collect();
    let mut used = [false; STEPS * STEPS * STEPS];
    for dot in &dots {
        used[usize::from(*dot)] = true;
    }
    for (n, _) in used.iter().enumerate().filter(|(_, used)| **used) {
        let percent = |step: usize| step * 100 / (STEPS - 1);
        let (r, g, b) = (n / (STEPS * STEPS), n / STEPS % STEPS, n % STEPS);
        out.push_str(&format!("#{n};2;{};{};{}", percent(r), percent(g), percent(b)));
    }
    for band in dots.chunks(width.max(1) * 6) {
        let mut lines: BTreeMap<u8, Vec<u8>> = BTreeMap::new();
        for (row, line) in band.chunks(width.max(1)).enumerate() {
            for (x, dot) in line.iter().enumerate() {
                lines.entry(*dot).or_insert_with(|| vec![0; width])[x] |= 1 << row;
            }
        }
        for (n, (dot, line)) in lines.iter().enumerate() {
            // Back to the band's beginning.
            out.push_str(if n > 0 { "$" } else { "" });
            out.push_str(&format!("#{dot}"));
            runs(&mut out, line);
        }
        // And on to the next one.
        out.push('-');
    }
    out.push_str("\x1b\\");
    out.into_bytes()
}

/// The colour of a dot, as a number.
fn at(picture: &Picture, (x, y): (usize, usize), (width, height): (usize, usize)) -> u8 {
    let mix = MIX[y % 4][x % 4];
    let step = |part: u8| (usize::from(part) * (STEPS - 1) * 16 + mix * 255) / (255 * 16);
    let [r, g, b] = picture.mean(x, y, width, height).map(step);
    u8::try_from((r * STEPS + g) * STEPS + b).unwrap_or_default()
}

/// A line of columns; the same ones after each other by their number.
fn runs(out: &mut String, line: &[u8]) {
    // Nothing at the end need not be said.
    let end = line.iter().rposition(|bits| *bits != 0).map_or(0, |at| at + 1);
    for run in line[..end].chunk_by(|a, b| a == b) {
        let sign = char::from(b'?' + run[0]);
        match run.len() {
            n @ 1..=3 => out.extend(std::iter::repeat_n(sign, n)),
            n => out.push_str(&format!("!{n}{sign}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads sixels back: a colour in percent for each dot.
    fn read(bytes: &[u8], width: usize, height: usize) -> Vec<[u8; 3]> {
        let text = std::str::from_utf8(bytes).expect("ASCII");
        let body = text.strip_prefix(&format!("\x1bP0;1;0q\"1;1;{width};{height}")).expect("a head");
        let body = body.strip_suffix("\x1b\\").expect("an end");
        let mut colors: BTreeMap<usize, [u8; 3]> = BTreeMap::new();
        let (mut dots, mut x, mut y, mut color) = (vec![[255; 3]; width * height], 0, 0, 0);
        let mut rest = body;
        while let Some(c) = rest.chars().next() {
            rest = &rest[1..];
            let mut number = || {
                let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                let n: usize = rest[..digits].parse().expect("a number");
                rest = &rest[digits..];
                n
            };
            let mut put = |n: usize, sign: u8| {
                for _ in 0..n {
                    for row in (0..6).filter(|row| (sign - b'?') >> row & 1 == 1) {
                        dots[(y + row) * width + x] = colors[&color];
                    }
                    x += 1;
                }
            };
            match c {
                '#' => {
                    color = number();
                    if let Some(more) = rest.strip_prefix(";2;") {
                        let end = more.find('#').expect("more");
                        let parts: Vec<u8> = more[..end].split(';').map(|p| p.parse().expect("percent")).collect();
                        colors.insert(color, [parts[0], parts[1], parts[2]]);
                        rest = &more[end..];
                    }
                }
                '$' => x = 0,
                '-' => (x, y) = (0, y + 6),
                '!' => {
                    let n = number();
                    let sign = rest.as_bytes()[0];
                    rest = &rest[1..];
                    put(n, sign);
                }
                sign => put(1, sign as u8),
            }
        }
        dots
    }

    #[test]
    fn what_is_read_back_is_the_picture() {
        let color = |x: usize, y: usize| match (x < 8, y < 7) {
            (true, true) => [255, 0, 0],
            (false, true) => [0, 255, 0],
            (true, false) => [0, 0, 255],
            (false, false) => [255, 255, 255],
        };
        let rgb: Vec<u8> = (0..16 * 14).flat_map(|i| color(i % 16, i / 16)).collect();
        let picture = Picture::of(16, 14, &rgb).expect("it fits");
        let back = read(&encode(&picture, 16, 14), 16, 14);
        for (i, dot) in back.iter().enumerate() {
            let want = color(i % 16, i / 16).map(|part| if part == 255 { 100 } else { 0 });
            assert_eq!(*dot, want, "dot {i}");
        }
        let twice = read(&encode(&picture, 32, 28), 32, 28);
        assert_eq!((twice[0], twice[31], twice[27 * 32]), ([100, 0, 0], [0, 100, 0], [0, 0, 100]));
    }

    #[test]
    fn a_grey_between_two_steps_is_a_mixture_of_both() {
        let picture = Picture::of(8, 8, &[77; 8 * 8 * 3]).expect("it fits");
        let dots = read(&encode(&picture, 8, 8), 8, 8);
        assert!(dots.iter().all(|d| d[0] == d[1] && d[1] == d[2]), "grey stays grey: {dots:?}");
        let mean = dots.iter().map(|d| f64::from(d[0])).sum::<f64>() / dots.len() as f64;
        assert!((mean - 77.0 / 2.55).abs() < 2.0, "{mean}");
    }
}
