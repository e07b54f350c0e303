//! The picture of dots on the screen: where it stands, when it is put there anew, and when it goes.
//!
//! It lies over the half blocks that are drawn as ever, so a terminal that cannot show it shows them. Each picture is sent once, not with each
//! frame.

use std::io;
use std::sync::Arc;

use ratatui::layout::Rect;

use crate::model::Picture;
use crate::term::{FrameWriter, Protocol, Shows};

/// How pictures are to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PictureSetting {
    /// As the terminal answers that it can.
    #[default]
    Auto,
    /// Of half blocks.
    Blocks,
    /// By this protocol, whatever the terminal answers.
    By(Protocol),
}

impl PictureSetting {
    /// The words of the setting.
    pub const WORDS: &str = "auto, blocks, kitty, iterm2 or sixel";

    /// Reads one of [`PictureSetting::WORDS`].
    pub fn read(word: &str) -> Option<PictureSetting> {
        Some(match word {
            "auto" => PictureSetting::Auto,
            "blocks" => PictureSetting::Blocks,
            "kitty" => PictureSetting::By(Protocol::Kitty),
            "iterm2" => PictureSetting::By(Protocol::Iterm2),
            "sixel" => PictureSetting::By(Protocol::Sixel),
            _ => return None,
        })
    }
}

/// What is shown, and what the terminal can.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    setting: PictureSetting,
    /// What the terminal has answered.
    shows: Option<Shows>,
    /// It is to be asked, or was.
    asks: Option<bool>,
    /// What lies on the screen.
    shown: Option<(Rect, Arc<[u8]>)>,
}

impl Pictures {
    /// As the settings have it.
    pub(super) fn by(setting: PictureSetting) -> Pictures {
        Pictures { setting, ..Pictures::default() }
    }

    /// What the terminal has answered.
    pub(super) fn answered(&mut self, shows: Shows) {
        self.shows = Some(shows);
    }

    /// Whether the terminal is to be asked now: the first picture is there. Once.
    pub(super) fn take_question(&mut self) -> bool {
        let asks = self.asks == Some(true);
        if asks {
            self.asks = Some(false);
        }
        asks
    }

    fn shows(&self) -> Shows {
        let answered = self.shows.unwrap_or_default();
        match self.setting {
            PictureSetting::Auto => answered,
            PictureSetting::Blocks => Shows::default(),
            PictureSetting::By(protocol) => Shows { by: Some(protocol), ..answered },
        }
    }

    /// The screen was cleared.
    pub(super) fn cleared(&mut self, out: &FrameWriter) -> io::Result<()> {
        match self.shown.take().and_then(|_| self.shows().take_away()) {
            Some(bytes) => out.send(&bytes),
            None => Ok(()),
        }
    }

    /// After a frame: `wanted` is the picture that stands on it, and where. Returns whether the screen is to be cleared and drawn once more,
    /// because another picture still lies on it.
    pub(super) fn drawn(&mut self, out: &FrameWriter, wanted: Option<(Rect, &Picture)>) -> io::Result<bool> {
        let same =
            |(place, rgb): &(Rect, Arc<[u8]>)| wanted.is_some_and(|(at, p)| at == *place && Arc::ptr_eq(rgb, &p.rgb));
        if self.shown.as_ref().is_some_and(same) {
            return Ok(false);
        }
        if self.shown.is_some() {
            self.cleared(out)?;
            return Ok(true);
        }
        let Some((place, picture)) = wanted else { return Ok(false) };
        if self.setting == PictureSetting::Auto && self.asks.is_none() {
            self.asks = Some(true);
        }
        if let Some(bytes) = self.shows().put(picture, (place.x, place.y, place.width, place.height)) {
            out.send(&bytes)?;
            self.shown = Some((place, picture.rgb.clone()));
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Mutex;

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Written {
        fn take(&self) -> String {
            String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
        }
    }

    #[test]
    fn a_picture_is_sent_once_and_goes_when_it_is_wanted_no_more() {
        let written = Written::default();
        let out = FrameWriter::to(Box::new(written.clone()));
        let picture = Picture::of(2, 2, &[9; 12]).unwrap();
        let at = Rect::new(2, 3, 10, 5);
        let mut pictures = Pictures::by(PictureSetting::Auto);
        assert!(!pictures.drawn(&out, None).unwrap() && !pictures.take_question(), "no picture, no question");
        assert!(!pictures.drawn(&out, Some((at, &picture))).unwrap());
        assert!(pictures.take_question() && !pictures.take_question(), "asked once");
        assert_eq!(written.take(), "", "until it has answered");
        pictures.answered(Shows { by: Some(Protocol::Kitty), cell: None });
        pictures.drawn(&out, Some((at, &picture))).unwrap();
        assert!(written.take().contains("a=T"));
        pictures.drawn(&out, Some((at, &picture))).unwrap();
        assert_eq!(written.take(), "", "it lies there");
        assert!(pictures.drawn(&out, None).unwrap(), "what it covered is drawn again");
        assert!(written.take().contains("a=d"));
        assert!(!pictures.drawn(&out, None).unwrap());
        let mut blocks = Pictures::by(PictureSetting::Blocks);
        blocks.drawn(&out, Some((at, &picture))).unwrap();
        assert!(!blocks.take_question() && written.take().is_empty());
        let mut forced = Pictures::by(PictureSetting::By(Protocol::Sixel));
        forced.drawn(&out, Some((at, &picture))).unwrap();
        assert!(!forced.take_question() && written.take().contains("\x1bP0;1;0q"));
    }

    #[test]
    fn the_words_of_the_setting_are_read() {
        for word in PictureSetting::WORDS.replace(" or ", ", ").split(", ") {
            assert!(PictureSetting::read(word).is_some(), "{word}");
        }
        assert_eq!(PictureSetting::read("Kitty"), None);
    }
}
