//! Views that are kept by a name: `save NAME`, `view NAME`, `forget NAME`.
//!
//! A view is what is looked at: kind, query, order, and columns if somebody chose them. Where one looks (profiles, regions) is kept only
//! where that was asked for (`save NAME here`), or where the rows hang off one row of one account.

use arcstr::ArcStr;

use super::board::BOARDS;
use super::nav::kind_named;
use super::overlay::{Menu, MenuItem, MenuKind, MenuValue};
use super::palette::Meaning;
use super::state::State;
use super::update::Turn;
use super::view::View;
use crate::base::Scope;
use crate::base::text::{suggest, visible};
use crate::model::{Effect, Kind, Level, SavedView, SavedViews, Selector, Sort};
use crate::query::Query;

/// Keeps the view that is shown.
pub(super) const SAVE: &str = "save";
/// Shows one that was kept.
pub(super) const VIEW: &str = "view";
/// Drops it.
pub(super) const FORGET: &str = "forget";
/// The word after a name by which places are kept, too.
pub(super) const HERE: &str = "here";
/// The longest name.
const LONGEST: usize = 60;

/// What a view shows, and where if that belongs to it.
pub(super) fn told(view: &SavedView) -> String {
    let places: Vec<String> = view.places.iter().map(|(profile, region)| format!("{profile} {region}")).collect();
    let places = if places.is_empty() { String::new() } else { format!("  in {}", places.join(", ")) };
    format!("{}{places}", view.line())
}

/// How an order is written: the field, with `-` before it downwards.
pub(super) fn sort_word(kind: Kind, sort: Sort) -> String {
    format!("{}{}", if sort.ascending { "" } else { "-" }, kind.fields.at(sort.field).name)
}

/// The order that a word means; `None` if the kind has no such field (any more).
pub(super) fn sort_of(kind: Kind, word: &str) -> Option<Sort> {
    let (ascending, name) = word.strip_prefix('-').map_or((true, word), |name| (false, name));
    Some(Sort { field: kind.sorted_by(name)?, ascending })
}

/// The columns that these names mean, without those that the kind does not have (any more).
pub(super) fn columns_named(kind: Kind, names: &[String]) -> Vec<usize> {
    let mut columns: Vec<usize> = Vec::new();
    for field in names.iter().filter_map(|name| kind.column(name)) {
        if !columns.contains(&field) {
            columns.push(field);
        }
    }
    columns
}

/// The names of columns.
pub(super) fn column_names(kind: Kind, columns: &[usize]) -> Vec<String> {
    columns.iter().map(|i| kind.fields.at(*i).name.to_string()).collect()
}

impl State {
    /// What is shown now. `here` says whether its places belong to it.
    pub(super) fn shown_now(&self, here: bool) -> SavedView {
        let place = |s: &Scope| Some((s.profile()?.to_string(), s.region_code()?.to_string()));
        let places = || self.scopes.iter().filter_map(place).collect::<Vec<_>>();
        if let Some(board) = &self.board {
            let places = if here { places() } else { Vec::new() };
            return SavedView { of: board.board.info().name.to_string(), places, ..SavedView::default() };
        }
        let View { kind, selector, .. } = &self.view;
        let parent = match selector {
            Selector::Parent(id) => {
                let label = self.view.parent_label.clone().unwrap_or_else(|| id.to_string());
                Some((id.to_string(), label))
            }
            _ => None,
        };
        let own: Vec<_> = self.view.only.iter().flatten().filter_map(place).collect();
        let places = match (here, &parent, own.is_empty()) {
            (_, Some(_), false) => own,
            (true, ..) | (_, Some(_), true) => places(),
            _ => Vec::new(),
        };
        SavedView {
            of: kind.name.to_string(),
            parent,
            query: self.view.query.text.to_string(),
            sort: self.view.sort.map(|sort| sort_word(*kind, sort)),
            columns: self.view.chosen.then(|| column_names(*kind, &self.view.columns)),
            places,
        }
    }
}

impl Turn<'_> {
    /// What `save`, `view` and `forget` mean with what is typed after them.
    ///
    /// # Errors
    /// It is no name, or nothing is kept by it.
    pub(super) fn saved_words(&self, word: &str, rest: &str) -> Result<Meaning, String> {
        let (name, more) = rest.split_once(char::is_whitespace).map_or((rest, ""), |(n, m)| (n, m.trim()));
        match (word, more) {
            (SAVE, "" | HERE) if name.chars().count() > LONGEST => {
                Err(format!("A name has at most {LONGEST} characters."))
            }
            (SAVE, "" | HERE) if name.chars().any(char::is_control) => Err("A name is one word.".into()),
            (SAVE, "" | HERE) => Ok(Meaning::Save(name.to_string(), more == HERE)),
            (SAVE, _) => Err(format!("{SAVE} takes one word, and {HERE} after it to keep profiles and regions, too.")),
            (_, "") if !self.s.views.contains_key(name) => {
                let near = suggest(name, self.s.views.keys().map(String::as_str));
                Err(format!("There is no saved view {}.{near}", visible(name)))
            }
            (VIEW, "") => Ok(Meaning::Saved(name.to_string())),
            (_, "") => Ok(Meaning::Forget(name.to_string())),
            _ => Err(format!("{word} takes one name: remove {}.", visible(more))),
        }
    }

    /// Keeps the view that is shown by a name.
    pub(super) fn save_view(&mut self, name: String, here: bool) {
        let view = self.s.shown_now(here);
        self.emit(Effect::KeepView(name, Some(Box::new(view))));
    }

    /// Drops one that was kept.
    pub(super) fn forget_view(&mut self, name: String) {
        self.emit(Effect::KeepView(name, None));
    }

    /// It was written, or not: what is kept now.
    pub(super) fn views_kept(&mut self, name: &str, outcome: Result<SavedViews, String>) {
        let views = match outcome {
            Ok(views) => views,
            Err(why) => return self.say(Level::Error, why),
        };
        let before = self.s.views.get(name).map(SavedView::line);
        let text = match (views.get(name), before) {
            (None, _) => format!("{name} is forgotten."),
            (Some(now), Some(before)) if now.line() != before => {
                format!("Saved as {name}, in place of {before}. :{VIEW} {name} shows it.")
            }
            _ => format!("Saved as {name}: :{VIEW} {name} shows it."),
        };
        self.s.views = views;
        self.say(Level::Info, text);
    }

    /// The views that are kept, to choose from.
    pub(super) fn views_menu(&mut self) {
        if self.s.views.is_empty() {
            return self.say(Level::Info, format!("No view is saved yet: :{SAVE} NAME keeps the one that is shown."));
        }
        let item = |(name, view): (&String, &SavedView)| MenuItem {
            label: visible(name).into_owned(),
            detail: visible(&told(view)).into_owned(),
            value: MenuValue::Text(name.clone()),
            ..MenuItem::default()
        };
        let items = self.s.views.iter().map(item).collect();
        self.menu(Menu::new(MenuKind::Views, "Saved views", items));
    }

    /// Shows one of them.
    pub(super) fn show_named(&mut self, name: &str) {
        let Some(view) = self.s.views.get(name).cloned() else { return };
        self.show_saved(&view);
    }

    /// Shows a view as it was kept. What costs money is asked for first, as ever.
    pub(super) fn show_saved(&mut self, saved: &SavedView) {
        if !self.go_to_places(&saved.places) {
            return;
        }
        if let Some(board) = BOARDS.iter().find(|b| b.name == saved.of) {
            return self.go_board(board.board);
        }
        let Some(kind) = kind_named(&self.s.registry, &saved.of).filter(|k| !k.side) else {
            let text = self.s.registry.unknown_kind(&saved.of);
            return self.say(Level::Warning, text);
        };
        let query = match Query::parse(&saved.query, kind.0) {
            Ok(query) => query,
            Err(e) => return self.say(Level::Warning, format!("{}: {}", visible(&saved.query), e.message)),
        };
        match &saved.parent {
            Some((id, label)) => {
                let scopes = super::nav::scopes_of(kind, &self.s.scopes);
                self.go(kind, Selector::Parent(id.as_str().into()), Some(scopes), query);
                self.s.view.parent_label = Some(label.clone());
            }
            None => self.go(kind, Selector::All, None, query),
        }
        // Of a kind whose rows hang off one row, that row may have to be chosen first.
        if self.s.view.kind != kind {
            return;
        }
        let columns = columns_named(kind, saved.columns.as_deref().unwrap_or_default());
        if !columns.is_empty() {
            (self.s.view.columns, self.s.view.chosen) = (columns, true);
        }
        if let Some(sort) = saved.sort.as_deref().and_then(|word| sort_of(kind, word))
            && self.s.view.sort != Some(sort)
        {
            self.order_by(sort);
        }
    }

    /// Shows these profiles and regions, if they are others. Whether it can be gone on.
    fn go_to_places(&mut self, places: &[(String, String)]) -> bool {
        let scope = |(p, r): &(String, String)| Scope::region(ArcStr::from(p.as_str()), ArcStr::from(r.as_str()));
        let scopes: Vec<Scope> = places.iter().map(scope).collect();
        let known = |name: &str| self.s.known.iter().any(|p| p.name == *name);
        if let Some((profile, _)) = places.iter().find(|(profile, _)| !known(profile)) {
            let text = format!("Profile {} is not in the AWS configuration files (any more).", visible(profile));
            self.say(Level::Warning, text);
            return false;
        }
        scopes.is_empty() || scopes == self.s.scopes || self.set_scopes(scopes)
    }
}
