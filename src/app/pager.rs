//! Pages of text: how one is opened and scrolled.

use super::overlay::{Overlay, Page, Pager};
use super::row_page::{END, page_room};
use super::search::Search;
use super::update::Turn;

impl Turn<'_> {
    /// Opens a page.
    pub(super) fn pager(&mut self, page: Page) {
        if matches!(self.s.overlays.last(), Some(Overlay::Pager(p)) if p.page == page) {
            return;
        }
        let newest = page == Page::Messages;
        self.s.overlays.push(Overlay::Pager(Pager { page, scroll: 0, search: Search::default(), open: false }));
        if newest {
            self.pages(isize::MAX / 2);
        }
    }

    /// Opens what is folded in a page, or folds it again.
    pub(super) fn pager_accept(&mut self) {
        if let Some(Overlay::Pager(pager)) = self.s.overlays.last_mut()
            && matches!(pager.page, Page::Run(_))
        {
            (pager.open, pager.scroll) = (!pager.open, 0);
        }
    }

    /// Scrolls what lies over the table.
    pub(super) fn scroll_layer(&mut self, by: isize) {
        let (width, height) = self.s.size;
        let (height, help, messages) = (usize::from(height), super::help::lines(self.s).len(), self.s.messages.len());
        let of_row =
            self.s.open_page().map_or(0, |page| self.s.row_page(self.store, page, page_room(width)).lines.len());
        let run = match self.s.overlays.last() {
            Some(Overlay::Pager(Pager { page: Page::Run(id), open, .. })) => {
                super::run_page::lines(self.s, *id, *open).len()
            }
            _ => 0,
        };
        match self.s.overlays.last_mut() {
            Some(Overlay::Pager(p)) => {
                if p.search.scrolls(by) {
                    return;
                }
                let lines = match &p.page {
                    Page::Help => help,
                    Page::Messages => messages,
                    Page::Row(_) => of_row,
                    Page::Run(_) => run,
                };
                // The header, the last line and the page's box.
                let most = lines.saturating_sub(height.saturating_sub(5).max(1));
                let to = p.scroll.min(most).saturating_add_signed(by).min(most);
                // At its end it stays there, whatever comes.
                p.scroll = if matches!(p.page, Page::Row(_)) && to == most { END } else { to };
            }
            Some(Overlay::Plan(p)) => {
                let most = p.lines(width).saturating_sub(height.saturating_sub(5));
                p.scroll = p.scroll.saturating_add_signed(by).min(most);
            }
            _ => {}
        }
    }
}
