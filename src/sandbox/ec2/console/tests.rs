use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;

use super::*;

#[test]
fn a_screen_is_a_jpeg_that_a_decoder_of_others_reads() {
    for (picture, ground) in
        [(letters::screen("login:"), [16; 3]), (letters::windows(Time::from_secs(0)), [30, 60, 180])]
    {
        let file = jpeg::encode(&picture);
        let mut decoder = JpegDecoder::new(ZCursor::new(&file));
        let dots = decoder.decode().expect("it is a picture");
        let info = decoder.info().expect("it has a size");
        assert_eq!((info.width, info.height, dots.len()), (1024, 768, 1024 * 768 * 3));
        let last = &dots[dots.len() - 3..];
        assert!(last.iter().zip(ground).all(|(is, want)| is.abs_diff(want) < 60), "{last:?} {ground:?}");
    }
    let file = jpeg::encode(&letters::screen("L"));
    let dots = JpegDecoder::new(ZCursor::new(&file)).decode().expect("it is a picture");
    let at = |x: usize, y: usize| dots[(y * 1024 + x) * 3];
    assert!(
        at(4, 4) > 150 && at(12, 4) < 40 && at(20, 36) > 150,
        "an L, and nothing but: {} {} {}",
        at(4, 4),
        at(12, 4),
        at(20, 36)
    );
}
