//! Which profiles and regions are shown: switched without leaving, several at once, and back again.

use arcstr::ArcStr;

use super::board::Place;
use super::command::Command;
use super::nav::kind_named;
use super::overlay::{Menu, MenuItem, MenuKind, MenuValue};
use super::palette::Meaning;
use super::state::{Profile, ProfileSetup};
use super::update::Turn;
use super::view::RowKey;
use crate::base::text::{suggest, visible};
use crate::base::{Scope, regions};
use crate::kinds::ec2::regions as kind;
use crate::model::{Effect, Kind, Level, Scoping, Selector};
use crate::query::Query;

impl Profile {
    /// One of which nothing is known yet but its settings.
    pub(super) fn of(setup: ProfileSetup) -> Profile {
        Profile {
            name: setup.name,
            label: setup.label,
            regions: setup.regions,
            read_only: setup.read_only,
            color: setup.color,
            ask_digits: setup.ask_digits,
            signs_in: setup.signs_in,
            identity: None,
            signing_in: None,
        }
    }
}

impl Turn<'_> {
    /// `region R…` and `profile P…`: what the words after it mean.
    ///
    /// # Errors
    /// There is none of that name.
    pub(super) fn places(&self, word: &str, rest: &str) -> Result<Meaning, String> {
        let names: Vec<ArcStr> = rest.split([' ', ',']).filter(|n| !n.is_empty()).map(ArcStr::from).collect();
        let (profiles, regions) = self.shown_places();
        if word == "region" {
            names.iter().try_for_each(|name| regions::check(name))?;
            return Ok(Meaning::Show(product(&profiles, &names)));
        }
        for name in &names {
            if !self.s.known.iter().any(|p| p.name == *name) {
                let near = suggest(name, self.s.known.iter().map(|p| p.name.as_str()));
                return Err(format!("There is no profile {} in the AWS configuration files.{near}", visible(name)));
            }
        }
        Ok(Meaning::Show(product(&names, &regions)))
    }

    /// The profiles and regions that are shown, in their order.
    fn shown_places(&self) -> (Vec<ArcStr>, Vec<ArcStr>) {
        let mut profiles: Vec<ArcStr> = Vec::new();
        let mut regions: Vec<ArcStr> = Vec::new();
        for scope in &self.s.scopes {
            if let Some(profile) = scope.profile().filter(|p| !profiles.contains(p)) {
                profiles.push(profile.clone());
            }
            if let Some(region) = scope.region_code().filter(|r| !regions.contains(r)) {
                regions.push(region.clone());
            }
        }
        (profiles, regions)
    }

    /// Shows other places: the same kind of rows there.
    pub(super) fn show(&mut self, scopes: Vec<Scope>) {
        let (before, _) = self.shown_places();
        if !self.set_scopes(scopes) || self.s.board.is_some() {
            return;
        }
        let old = &self.s.view;
        // What an account has once is the same in another region.
        if old.kind.scoping == Scoping::Account && before == self.shown_places().0 {
            return;
        }
        // What hangs off one row of a region is not in another: the rows that it hangs off are.
        let of = if old.kind.scoping == Scoping::Region { self.chosen_parent(old.kind) } else { None };
        let (kind, query) = match (of, &old.selector) {
            (Some(parent), _) => (parent, Query::default()),
            (None, Selector::Parent(_)) if old.kind.scoping == Scoping::Account => {
                (self.chosen_parent(old.kind).unwrap_or(old.kind), Query::default())
            }
            (None, _) => (old.kind, (*old.query).clone()),
        };
        let mut view = self.s.new_view(kind);
        if kind == old.kind {
            (view.columns, view.chosen, view.sort) = (old.columns.clone(), old.chosen, old.sort);
        }
        view.selector = self.selector_for(kind, None, &query);
        self.arrive_at(Place::Table(Box::new(view)));
        self.set_query(query);
    }

    /// Takes other places over; who their profiles are is asked if it is not known. Whether that changed anything.
    pub(super) fn set_scopes(&mut self, scopes: Vec<Scope>) -> bool {
        if scopes.is_empty() || scopes == self.s.scopes {
            self.say(Level::Info, "These are shown already.");
            return false;
        }
        for name in scopes.iter().filter_map(Scope::profile) {
            if self.s.profile(name).is_none()
                && let Some(setup) = self.s.known.iter().find(|p| p.name == *name).cloned()
            {
                self.s.profiles.push(Profile::of(setup));
                self.emit(Effect::Reload(name.clone()));
            }
        }
        let s = &mut *self.s;
        s.last_scopes = std::mem::replace(&mut s.scopes, scopes);
        for profile in &mut s.profiles {
            let its = s.scopes.iter().filter(|scope| scope.profile() == Some(&profile.name));
            profile.regions = its.filter_map(Scope::region_code).cloned().collect();
        }
        // The first one that is shown gives the band its colour.
        let at = |p: &Profile| s.scopes.iter().position(|scope| scope.profile() == Some(&p.name)).unwrap_or(usize::MAX);
        s.profiles.sort_by_key(at);
        true
    }

    /// The commands that lead to other places.
    pub(super) fn elsewhere(&mut self, command: Command) {
        match command {
            Command::LastView => self.last_view(),
            Command::LastRegion => self.last_scopes(),
            Command::Profile => self.profiles_menu(),
            Command::View => self.views_menu(),
            Command::Save | Command::Forget => {
                let name = command.info().name;
                self.say(Level::Info, format!("{name} takes a name: {name} NAME."));
            }
            Command::Region => self.go(Kind(&kind::INFO), Selector::All, None, Query::default()),
            _ => {}
        }
    }

    /// The places that were shown before these, and back again.
    fn last_scopes(&mut self) {
        if self.s.last_scopes.is_empty() {
            return self
                .say(Level::Info, "No other region or profile has been shown yet: use :region R or :profile P.");
        }
        let last = self.s.last_scopes.clone();
        self.show(last);
    }

    /// The view before this one, and back again.
    fn last_view(&mut self) {
        let Some(place) = self.s.back.pop() else {
            self.say(Level::Info, "No earlier view.");
            return;
        };
        let left = self.leave();
        self.s.back.push(left);
        self.arrive_at(place);
    }

    /// Enter on a region, or on several that are marked: they are shown, with the kind of rows that was seen before.
    pub(super) fn show_regions(&mut self, rows: &[RowKey]) {
        let mut names: Vec<ArcStr> = Vec::new();
        for row in rows {
            if self.store.get(&row.table, &row.id).is_some_and(|r| !kind::is_enabled(r)) {
                let text = format!("{} is not enabled in this account: opt in to it first.", visible(&row.id));
                return self.say(Level::Warning, text);
            }
            if !names.contains(&row.id) {
                names.push(row.id.clone());
            }
        }
        let (profiles, _) = self.shown_places();
        let scopes = product(&profiles, &names);
        if scopes != self.s.scopes && !self.set_scopes(scopes) {
            return;
        }
        let regions = Kind(&kind::INFO);
        let before = self.s.back.iter().rev().filter_map(Place::as_table);
        let before = before
            .map(|v| v.kind)
            .find(|k| *k != regions && k.scoping == Scoping::Region && self.chosen_parent(*k).is_none());
        let Some(to) = before.or_else(|| kind_named(&self.s.registry, "instances")) else { return };
        self.s.view.marks.clear();
        self.go(to, Selector::All, None, Query::default());
    }

    /// The profiles that can be shown.
    fn profiles_menu(&mut self) {
        let item = |p: &ProfileSetup| {
            let who = self.s.identity(&p.name).map(|i| format!("{} {}", i.account, i.user));
            let shown = self.s.scopes.iter().any(|s| s.profile() == Some(&p.name));
            let parts = [who, shown.then(|| "shown".to_string()), p.read_only.then(|| "read-only".to_string())];
            MenuItem {
                label: p.name.to_string(),
                detail: parts.into_iter().flatten().collect::<Vec<_>>().join("  "),
                value: MenuValue::Text(p.name.to_string()),
                ..MenuItem::default()
            }
        };
        let items = self.s.known.iter().map(item).collect();
        self.menu(Menu::new(MenuKind::Profiles, "Show profile", items));
    }

    /// One of them was chosen.
    pub(super) fn show_profile(&mut self, name: &str) {
        let (_, regions) = self.shown_places();
        self.show(product(&[name.into()], &regions));
    }
}

fn product(profiles: &[ArcStr], regions: &[ArcStr]) -> Vec<Scope> {
    let mut out = Vec::new();
    for profile in profiles {
        for region in regions {
            let scope = Scope::region(profile.clone(), region.clone());
            if !out.contains(&scope) {
                out.push(scope);
            }
        }
    }
    out
}
