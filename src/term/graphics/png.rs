//! A picture as PNG: every terminal that takes files takes these. <https://www.w3.org/TR/png-3/>

use std::io::Write as _;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

use crate::model::Picture;

/// Eight bits each of red, green and blue, every line as it is (no filter), deflated.
pub(super) fn encode(picture: &Picture) -> Vec<u8> {
    let mut lines = ZlibEncoder::new(Vec::new(), Compression::default());
    for line in picture.rgb.chunks(picture.width.max(1) * 3) {
        // Writing to memory does not fail.
        let _ = lines.write_all(&[0]).and_then(|()| lines.write_all(line));
    }
    let size = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_be_bytes();
    let header = [&size(picture.width)[..], &size(picture.height), &[8, 2, 0, 0, 0]].concat();
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut out, *b"IHDR", &header);
    chunk(&mut out, *b"IDAT", &lines.finish().unwrap_or_default());
    chunk(&mut out, *b"IEND", &[]);
    out
}

fn chunk(out: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    let mut sum = Crc::new();
    sum.update(&name);
    sum.update(data);
    out.extend_from_slice(&u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(&name);
    out.extend_from_slice(data);
    out.extend_from_slice(&sum.sum().to_be_bytes());
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn the_chunks_are_those_of_the_standard_and_the_dots_come_back() {
        let dots: Vec<u8> = (0..5 * 3 * 3).map(|n| n as u8).collect();
        let png = encode(&Picture::of(5, 3, &dots).expect("it fits"));
        // As any encoder writes an end: no data, and this sum.
        assert!(png.ends_with(b"\0\0\0\0IEND\xae\x42\x60\x82"), "{png:?}");
        assert_eq!(
            &png[8..33],
            b"\0\0\0\x0dIHDR\0\0\0\x05\0\0\0\x03\x08\x02\0\0\0".iter().chain(&png[29..33]).copied().collect::<Vec<_>>()
        );
        let length = u32::from_be_bytes(png[33..37].try_into().expect("four")) as usize;
        assert_eq!(&png[37..41], b"IDAT");
        let mut lines = Vec::new();
        flate2::read::ZlibDecoder::new(&png[41..41 + length]).read_to_end(&mut lines).expect("it inflates");
        let back: Vec<u8> = lines.chunks(1 + 15).flat_map(|l| l[1..].to_vec()).collect();
        assert_eq!(back, dots);
    }
}
