//! The column chooser: which columns a kind's table has, and their order.

use super::overlay::{Menu, MenuItem, MenuKind, MenuValue, Overlay};
use super::update::Turn;
use crate::base::text;
use crate::model::behind::{Behind, TAG};
use crate::model::{Column, Kind};

impl Turn<'_> {
    pub(super) fn columns_menu(&mut self) {
        let view = &self.s.view;
        let item = |i: usize, on: bool| {
            let field = view.kind.fields.at(i);
            MenuItem {
                label: field.title.to_string(),
                detail: field.doc.to_string(),
                checked: Some(on),
                value: MenuValue::At(i),
                ..MenuItem::default()
            }
        };
        let rest = (0..view.kind.fields.len())
            .filter(|i| !view.columns.contains(i) && view.kind.fields.at(*i).column != Column::DetailOnly);
        let own = view.columns.iter().map(|i| item(*i, true)).chain(rest.map(|i| item(i, false)));
        let items = own.chain(self.tag_columns(view.kind)).collect();
        self.menu(Menu::new(MenuKind::Columns, "Columns", items));
    }

    /// The tags that rows of the kind have, as far as they are here, but those that are columns already. They are named by their keys: a
    /// position is given to those that are chosen.
    fn tag_columns(&self, kind: Kind) -> impl Iterator<Item = MenuItem> {
        let shown = move |key: &str| {
            let is = |i: &usize| matches!(kind.behind(*i), Some(Behind::Tag(k)) if k == key);
            self.s.view.columns.iter().any(is)
        };
        let is_own = move |key: &str| key == "Name" && kind.index_of("name").is_some();
        self.tag_keys(kind).into_iter().filter(move |key| !shown(key) && !is_own(key)).map(|key| MenuItem {
            label: format!("{TAG}{}", text::visible(&key)),
            detail: "The value of this tag.".to_string(),
            checked: Some(false),
            value: MenuValue::Text(format!("{TAG}{key}")),
            ..MenuItem::default()
        })
    }

    /// Tags that came while the columns are being chosen stand below what is there.
    pub(super) fn offer_tags(&mut self) {
        let Some(Overlay::Menu(menu)) = self.s.overlays.last() else { return };
        if menu.kind != MenuKind::Columns {
            return;
        }
        let known = |item: &MenuItem| menu.items.iter().any(|i| i.value == item.value);
        let new: Vec<MenuItem> = self.tag_columns(self.s.view.kind).filter(|item| !known(item)).collect();
        if let Some(Overlay::Menu(menu)) = self.s.overlays.last_mut() {
            menu.items.extend(new);
        }
    }

    /// Takes over what the column chooser shows.
    pub(super) fn choose_columns(&mut self) {
        let kind = self.s.view.kind;
        let Some(Overlay::Menu(menu)) = self.s.overlays.last_mut() else { return };
        let chosen: Vec<usize> = menu
            .items
            .iter()
            .filter(|i| i.checked == Some(true))
            .filter_map(|i| match &i.value {
                MenuValue::At(at) => Some(*at),
                MenuValue::Text(name) => kind.column(name),
                _ => None,
            })
            .collect();
        if chosen.is_empty() {
            menu.error = Some("At least one column has to stay.".into());
            return;
        }
        let view = &mut self.s.view;
        view.columns.clone_from(&chosen);
        (view.column_scroll, view.chosen) = (0, true);
        self.columns_chosen(&chosen);
    }
}
