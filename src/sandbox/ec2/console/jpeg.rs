//! A JPEG of squares: each eight dots wide, of one colour. Baseline, without subsampling; only the mean of each block is said, so that one
//! table of codes is enough. [ITU-T T.81]

/// A picture of squares.
pub(super) struct Squares {
    /// Squares in a row.
    pub(super) width: usize,
    /// Rows.
    pub(super) height: usize,
    /// Luminance and the two colour differences of each square, 128 in the middle.
    pub(super) colors: Vec<[u8; 3]>,
}

/// How often codes of each length stand for a category of DC differences, and these: Annex K.3.1.
const DC_LENGTHS: [u8; 16] = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0];
const DC_CODES: [(u16, u8); 12] = [
    (0b00, 2),
    (0b010, 3),
    (0b011, 3),
    (0b100, 3),
    (0b101, 3),
    (0b110, 3),
    (0b1110, 4),
    (0b1_1110, 5),
    (0b11_1110, 6),
    (0b111_1110, 7),
    (0b1111_1110, 8),
    (0b1_1111_1110, 9),
];

struct Bits {
    out: Vec<u8>,
    held: u32,
    count: u32,
}

impl Bits {
    fn put(&mut self, bits: u16, n: u8) {
        for at in (0..n).rev() {
            self.held = self.held << 1 | u32::from(bits >> at & 1);
            self.count += 1;
            if self.count == 8 {
                let byte = (self.held & 0xff) as u8;
                self.out.push(byte);
                // A byte of ones would begin a marker.
                if byte == 0xff {
                    self.out.push(0);
                }
                (self.held, self.count) = (0, 0);
            }
        }
    }
    /// The difference to the block before, then that the rest of the block is nothing.
    fn block(&mut self, difference: i32) {
        let size = u8::try_from(32 - difference.unsigned_abs().leading_zeros()).unwrap_or(0);
        let (code, length) = DC_CODES[usize::from(size)];
        self.put(code, length);
        let bits = if difference < 0 { difference + (1 << size) - 1 } else { difference };
        self.put(u16::try_from(bits).unwrap_or(0), size);
        self.put(0, 1);
    }
}

fn segment(out: &mut Vec<u8>, marker: u8, body: &[u8]) {
    out.extend([0xff, marker]);
    out.extend(u16::try_from(body.len() + 2).unwrap_or(u16::MAX).to_be_bytes());
    out.extend(body);
}

/// The file.
pub(super) fn encode(picture: &Squares) -> Vec<u8> {
    let mut out = vec![0xff, 0xd8];
    segment(&mut out, 0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    // Divided by eight, a block's mean is what stands in the file.
    segment(&mut out, 0xdb, &[&[0][..], &[8; 64]].concat());
    let side = |n: usize| u16::try_from(n * 8).unwrap_or(u16::MAX).to_be_bytes();
    let (high, wide) = (side(picture.height), side(picture.width));
    let frame = [8, high[0], high[1], wide[0], wide[1], 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0];
    segment(&mut out, 0xc0, &frame);
    let categories: Vec<u8> = (0..12).collect();
    segment(&mut out, 0xc4, &[&[0][..], &DC_LENGTHS, &categories].concat());
    // One code of one bit: the end of the block.
    segment(&mut out, 0xc4, &[&[0x10, 1][..], &[0; 15], &[0]].concat());
    segment(&mut out, 0xda, &[3, 1, 0, 2, 0, 3, 0, 0, 63, 0]);
    let mut bits = Bits { out, held: 0, count: 0 };
    let mut before = [0_i32; 3];
    for color in &picture.colors {
        for (part, before) in color.iter().zip(&mut before) {
            let mean = i32::from(*part) - 128;
            bits.block(mean - *before);
            *before = mean;
        }
    }
    while bits.count != 0 {
        bits.put(1, 1);
    }
    bits.out.extend([0xff, 0xd9]);
    bits.out
}
