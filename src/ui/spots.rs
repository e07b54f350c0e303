//! What stands where on the screen, for the mouse: told by those who draw it, so that a click never means something else than what is seen.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::painter::Pen;
use crate::app::State;
use crate::base::Time;
use crate::config::Theme;
use crate::model::Spot;
use crate::store::Store;

/// What stands at this column and row; nothing if it means nothing to the mouse.
pub fn spot_at(state: &State, store: &Store, theme: &Theme, now: Time, (x, y): (u16, u16)) -> Option<Spot> {
    let (width, height) = state.size;
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    let mut pen = Pen::new(&mut buffer, theme);
    pen.spots = Some(Vec::new());
    super::screen(&mut pen, state, store, now);
    let spots = pen.spots.unwrap_or_default();
    // What was drawn last lies uppermost.
    spots.iter().rev().find(|(area, _)| area.contains(Position { x, y })).map(|(_, spot)| *spot)
}
