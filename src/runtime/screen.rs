//! What is drawn on: frames out of an engine's state. Knows no keys and no pace.

use std::io;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

use super::encoder::Encoder;
use super::engine::Engine;
use super::pictures::{PictureSetting, Pictures};
use super::scroll::{Place, Shift};
use super::wide_cells::Wide;
use crate::app::row_page::Made;
use crate::config::Theme;
use crate::term::{FrameWriter, Shows};
use crate::ui;

/// A terminal's screen, and what was drawn on it last.
pub struct Screen {
    terminal: Terminal<Encoder>,
    output: FrameWriter,
    wide: Wide,
    clear: bool,
    /// What is on the terminal where rows may be moved (`place`), and which rows stand where on it.
    last: Buffer,
    place: Option<Place>,
    pictures: Pictures,
}

impl Screen {
    /// Of `columns` by `rows` cells. Nothing is written yet.
    ///
    /// # Errors
    /// None that a fixed size can have.
    pub fn new(output: FrameWriter, columns: u16, rows: u16) -> io::Result<Screen> {
        // A fixed viewport: the size comes with events, so that drawing never asks the terminal for it.
        let options = TerminalOptions { viewport: Viewport::Fixed(Rect::new(0, 0, columns, rows)) };
        let terminal = Terminal::with_options(Encoder::new(output.clone(), columns, rows), options)?;
        Ok(Screen {
            terminal,
            output,
            wide: Wide::default(),
            clear: false,
            last: Buffer::default(),
            place: None,
            pictures: Pictures::default(),
        })
    }

    /// Draws the engine's state; returns the bytes written, 0 if nothing on the screen is different.
    ///
    /// # Errors
    /// The terminal cannot be written to.
    pub fn draw(&mut self, engine: &Engine, theme: &Theme) -> io::Result<usize> {
        if std::mem::take(&mut self.clear) {
            self.output.forget();
            self.pictures.cleared(&self.output)?;
            // Not `Terminal::clear`: it asks the terminal where the cursor is, and a terminal that does not answer (a slow
            // link) would end the program. Resizing to the same size clears, and asks nothing.
            let area = self.terminal.get_frame().area();
            self.terminal.resize(area)?;
            self.place = None;
        }
        let place = Place::of(&engine.state);
        if let (Some(before), Some(now)) = (&self.place, &place)
            && let Some(shift) = before.shift_to(now)
        {
            self.shift(shift)?;
        }
        let (state, store, now) = (&engine.state, &engine.store, engine.now());
        let wide = &mut self.wide;
        let mut at = None;
        let drawn = self.terminal.draw(|frame| {
            at = ui::draw_telling(state, store, theme, now, frame);
            wide.mend(frame.buffer_mut());
        })?;
        // Rows under a layer are never moved, and a copy of the screen costs a tenth of what a frame does.
        if place.is_some() {
            self.last.clone_from(drawn.buffer);
        }
        self.place = place;
        let written = self.output.present()?;
        let picture = state.open_page().and_then(|open| match &open.made {
            Made::Picture(picture, _) => Some(picture),
            _ => None,
        });
        if self.pictures.drawn(&self.output, at.zip(picture))? {
            self.clear();
            return self.draw(engine, theme);
        }
        Ok(written)
    }

    /// How pictures are to be shown.
    pub(super) fn pictures_by(&mut self, setting: PictureSetting) {
        self.pictures = Pictures::by(setting);
    }

    /// What the terminal has answered of pictures.
    pub(super) fn shows(&mut self, shows: Shows) {
        self.pictures.answered(shows);
    }

    /// Whether the terminal is to be asked what pictures it shows; once.
    pub(super) fn take_question(&mut self) -> bool {
        self.pictures.take_question()
    }

    /// Moves lines on the terminal, and lets the drawing library know.
    fn shift(&mut self, shift: Shift) -> io::Result<()> {
        shift.write(&mut self.output)?;
        shift.apply(&mut self.last);
        self.wide.shift(shift);
        // The frame that the next one is compared with can be reached only while it is the one to be drawn.
        self.terminal.swap_buffers();
        self.terminal.current_buffer_mut().clone_from(&self.last);
        self.terminal.swap_buffers();
        Ok(())
    }

    /// The next frame is drawn on an empty screen.
    pub(super) fn clear(&mut self) {
        self.clear = true;
    }

    /// The terminal has another size.
    pub(super) fn resize(&mut self, columns: u16, rows: u16) -> io::Result<()> {
        self.clear = true;
        self.terminal.backend_mut().resize(columns, rows);
        self.terminal.resize(Rect::new(0, 0, columns, rows))
    }
}
