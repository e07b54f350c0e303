//! A row's picture: read, made small for the screen, and written whole to a new file.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::save_screen::write;
use crate::base::text::visible;
use crate::model::Picture;

/// More dots in a direction are refused: a console has a few thousand at most, and a picture of a stranger's making must not take all memory.
const MOST_DOTS: usize = 8192;

/// The picture of a JPEG in Base64, and the path of the new file that has it whole, or a sentence why there is none.
///
/// # Errors
/// It is no picture: a sentence.
pub(super) fn show(
    jpeg: &str,
    folder: &str,
    name: &str,
    stamp: &str,
) -> Result<(Picture, Result<String, String>), String> {
    let bytes = STANDARD.decode(jpeg).map_err(|_| "AWS's answer is not valid base64.".to_string())?;
    let picture = read(&bytes)?;
    let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let saved = match write(Path::new(folder), (&format!("{name}-{stamp}"), "jpg"), &bytes) {
        Ok(path) => Ok(path.display().to_string()),
        Err(e) => Err(format!("It was not written to {}: {e}.", visible(folder))),
    };
    Ok((picture, saved))
}

fn read(bytes: &[u8]) -> Result<Picture, String> {
    let options = DecoderOptions::default()
        .set_max_width(MOST_DOTS)
        .set_max_height(MOST_DOTS)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let rgb = decoder.decode().map_err(|e| format!("AWS's picture cannot be read: {}.", visible(&e.to_string())))?;
    let size = decoder.info().map(|info| (usize::from(info.width), usize::from(info.height)));
    let picture = size.and_then(|(width, height)| Picture::of(width, height, &rgb));
    picture.ok_or_else(|| "AWS's picture has no size.".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_picture_is_said_and_nothing_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().to_str().unwrap();
        for (text, want) in [("%%", "not valid base64"), ("aGFsbG8=", "cannot be read"), ("", "cannot be read")] {
            let why = show(text, at, "i-1", "x").unwrap_err();
            assert!(why.contains(want), "{text}: {why}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
