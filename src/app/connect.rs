//! `c`: the ways to connect to the row, each with the command that it is. What starts them is the runtime's: this says which, and why not.

use std::collections::BTreeMap;

use super::overlay::{Menu, MenuItem, MenuKind, MenuValue, Overlay};
use super::state::State;
use super::update::Turn;
use super::view::RowKey;
use crate::base::text::{listed, visible};
use crate::kinds::Registry;
use crate::kinds::connect::{ConnectContext, Connects};
use crate::model::connect::{ConnectSettings, Machine, Tools, ToolsLook, Ways, why_no_user};
use crate::model::{Effect, Level, TableKey};

/// The command's name in the palette.
pub(super) const CONNECT: &str = "connect";

/// What is known for connecting.
#[derive(Debug, Default)]
pub(super) struct Connecting {
    /// What the settings say.
    settings: ConnectSettings,
    /// The instance that was gone through last, by VPC.
    bastions: BTreeMap<String, String>,
    /// What the user has said on the palette line.
    wish: Wish,
    /// The ways that are shown.
    ways: Ways,
    /// What was looked for on this machine, and what was found.
    looked: Option<ToolsLook>,
    tools: Option<Tools>,
}

/// What may be said behind `:connect`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wish {
    user: Option<String>,
    port: Option<u16>,
}

impl Connecting {
    /// With the settings, and what earlier starts remember.
    pub(super) fn new(settings: ConnectSettings, bastions: BTreeMap<String, String>) -> Connecting {
        Connecting { settings, bastions, ..Connecting::default() }
    }
}

impl Wish {
    /// Reads `USER`, `PORT`, or both.
    pub(super) fn read(words: &str) -> Result<Wish, String> {
        let mut wish = Wish::default();
        for word in words.split_whitespace() {
            if word.bytes().all(|b| b.is_ascii_digit()) {
                let port = word.parse().ok().filter(|port| *port > 0);
                let port = port.ok_or_else(|| format!("A port is a number from 1 to 65535, not {word}."))?;
                if wish.port.replace(port).is_some() {
                    return Err(format!("One port is enough: remove {word}."));
                }
            } else {
                if let Some(why) = why_no_user(word) {
                    return Err(format!("{}.", crate::base::text::capital(&why)));
                }
                if wish.user.replace(word.into()).is_some() {
                    return Err(format!("One user name is enough: remove {}.", visible(word)));
                }
            }
        }
        Ok(wish)
    }
}

/// Where the file of one key pair is looked for.
pub(super) fn key_look(state: &State, name: arcstr::ArcStr) -> ToolsLook {
    ToolsLook { keys: vec![name], folders: state.connect.settings.folders.clone() }
}

/// Where there are rows that can be connected to.
pub(super) fn connectable(registry: &Registry) -> String {
    let names: Vec<String> =
        registry.kinds.iter().filter(|k| registry.connects(k.info).is_some()).map(|k| k.info.name.into()).collect();
    listed(&names)
}

impl State {
    /// Why nothing may be connected to with this profile.
    pub(super) fn no_connection(&self, profile: &str) -> Option<String> {
        let allowed = self.connect.settings.in_read_only.contains(profile);
        (self.is_read_only(profile) && !allowed).then(|| {
            format!(
                "Read-only mode refuses it. To allow it for {}: connect = true in its section of the settings.",
                visible(profile)
            )
        })
    }

    /// The tables that the ways rest on, while they are shown.
    pub(super) fn connect_needs(&self) -> &[(TableKey, Option<Vec<crate::base::RowId>>)] {
        let shown = self.overlays.iter().any(is_connect);
        if shown { &self.connect.ways.needs } else { &[] }
    }
}

fn is_connect(overlay: &Overlay) -> bool {
    matches!(overlay, Overlay::Menu(Menu { kind: MenuKind::Connect(_), .. }))
}

impl Turn<'_> {
    /// `c`, `:connect`: shows the ways to the focused row.
    pub(super) fn connect(&mut self, wish: Wish) {
        let kind = self.s.view.kind;
        if self.s.registry.connects(kind.0).is_none() || self.s.board.is_some() {
            let these = self.s.board.as_ref().map_or(kind.name, |board| board.board.info().name);
            let text = format!("{CONNECT} works on {}; this is {these}.", connectable(&self.s.registry));
            return self.say(Level::Info, text);
        }
        let Some(row) = self.focused() else { return self.say(Level::Info, "No row selected.") };
        let connect = &mut self.s.connect;
        (connect.wish, connect.ways, connect.looked, connect.tools) = (wish, Ways::default(), None, None);
        let title = format!("Connect to {}", self.label(&row));
        self.menu(Menu::new(MenuKind::Connect(row), title, Vec::new()));
        self.connect_again();
        self.connect_choose_first();
    }

    /// The ways anew: something that they rest on may have changed.
    pub(super) fn connect_again(&mut self) {
        let Some((row, connects)) = self.connecting() else { return };
        let profile = row.table.scope.profile().cloned().unwrap_or_default();
        let refused = self.s.no_connection(&profile);
        let Some(record) = self.store.get(&row.table, &row.id) else { return self.connect_gone() };
        let s = &*self.s;
        let ways = (connects.ways)(&ConnectContext {
            store: self.store,
            table: &row.table,
            row: record,
            tools: s.connect.tools.as_ref(),
            settings: &s.connect.settings,
            bastions: &s.connect.bastions,
            refused: refused.as_deref(),
            user: s.connect.wish.user.as_deref(),
            port: s.connect.wish.port,
            simulated: s.sandbox,
        });
        let look = ToolsLook { keys: ways.keys.clone(), folders: s.connect.settings.folders.clone() };
        if s.connect.looked.as_ref() != Some(&look) {
            self.s.connect.looked = Some(look.clone());
            self.emit(Effect::FindTools(look));
        }
        let items = ways.ways.iter().enumerate().map(|(i, way)| MenuItem {
            label: way.label.clone(),
            letter: way.letter,
            detail: way.launch.as_ref().map(|l| l.text()).unwrap_or_default(),
            brief: way.launch.as_ref().map(|l| l.line()),
            notes: way.notes.clone(),
            disabled: way.why_not.clone(),
            value: MenuValue::At(i),
            ..MenuItem::default()
        });
        let items: Vec<MenuItem> = items.collect();
        self.s.connect.ways = ways;
        let Some(Overlay::Menu(menu)) = self.s.overlays.iter_mut().find(|o| is_connect(o)) else { return };
        // The way that the cursor is on stays under it, wherever it is now.
        let label = menu.item().map(|item| item.label.clone());
        let moved = label.and_then(|label| items.iter().position(|item| item.label == label));
        let touched = std::mem::replace(&mut menu.items, items);
        if let Some(at) = moved.filter(|_| menu.line.is_none() && !touched.is_empty()) {
            menu.cursor = at;
        }
    }

    /// What is shown, and the ways of its kind.
    fn connecting(&self) -> Option<(RowKey, &'static Connects)> {
        let row = self.s.overlays.iter().find_map(|o| match o {
            Overlay::Menu(Menu { kind: MenuKind::Connect(row), .. }) => Some(row.clone()),
            _ => None,
        })?;
        let connects = self.s.registry.connects(row.table.kind.0)?;
        Some((row, connects))
    }

    /// The row is not there any more.
    fn connect_gone(&mut self) {
        self.s.overlays.retain(|o| !is_connect(o));
        self.say(Level::Warning, "It is not there any more: there is nothing to connect to.");
    }

    /// The cursor begins at the first way that can be gone.
    fn connect_choose_first(&mut self) {
        if let Some(Overlay::Menu(menu)) = self.s.overlays.iter_mut().find(|o| is_connect(o)) {
            menu.cursor = menu.items.iter().position(|i| i.disabled.is_none()).unwrap_or(0);
        }
    }

    /// News of a table: the ways may rest on it.
    pub(super) fn connect_applied(&mut self, table: &TableKey) {
        if self.s.connect_needs().iter().any(|(needed, _)| needed == table) {
            self.connect_again();
        }
    }

    /// It was looked for programs and keys.
    pub(super) fn found_tools(&mut self, look: &ToolsLook, tools: Tools) {
        if self.s.connect.looked.as_ref() != Some(look) {
            return;
        }
        let first = self.s.connect.tools.replace(tools).is_none();
        self.connect_again();
        if first {
            self.connect_choose_first();
            // Who was told to wait need not wait any more.
            if let Some(Overlay::Menu(menu)) = self.s.overlays.iter_mut().find(|o| is_connect(o)) {
                menu.error = None;
            }
        }
    }

    /// The uppermost form may start programs of this machine: what there is to connect with is looked for, and again where other keys are asked for.
    pub(super) fn look_for_programs(&mut self) {
        let Some(Overlay::Form(form)) = self.s.overlays.last() else { return };
        let connects = form.on.rows.first().and_then(|row| self.s.registry.connects(row.table.kind.0));
        let Some(connects) = connects.filter(|_| form.action.programs) else { return };
        let s = &*self.s;
        let rows = form.on.rows.iter().filter_map(|row| Some((&row.table, &**self.store.get(&row.table, &row.id)?)));
        let keys = connects.keys(self.store, rows, (&s.connect.settings, &s.connect.bastions));
        let look = ToolsLook { keys, folders: s.connect.settings.folders.clone() };
        let machine = Machine {
            settings: s.connect.settings.clone(),
            bastions: s.connect.bastions.clone(),
            simulated: s.sandbox,
            looked: Some(look.clone()),
            tools: None,
        };
        if s.files.machine.as_ref().is_some_and(|known| known.looked == machine.looked) {
            return;
        }
        self.s.files.machine = Some(Box::new(machine));
        self.emit(Effect::FindTools(look));
    }

    /// It was looked for what the uppermost form may start.
    pub(super) fn found_for_form(&mut self, look: &ToolsLook, tools: &Tools) {
        match &mut self.s.files.machine {
            Some(machine) if machine.looked.as_ref() == Some(look) => machine.tools = Some(tools.clone()),
            _ => return,
        }
        self.refine_form();
    }

    /// A way was chosen: what leads through another row is remembered, and the program gets the terminal.
    pub(super) fn connect_start(&mut self, at: usize) {
        let Some(way) = self.s.connect.ways.ways.get(at).filter(|way| way.why_not.is_none()).cloned() else { return };
        let Some(launch) = way.launch else { return };
        if let Some((vpc, instance)) = way.through {
            self.s.connect.bastions.insert(vpc.to_string(), instance.to_string());
            self.s.remembered.gone_through(vpc.to_string(), instance.to_string());
        }
        self.emit(Effect::Connect(launch));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_and_a_port_are_read_and_nothing_that_could_be_an_option() {
        assert_eq!(Wish::read("deploy 5432"), Ok(Wish { user: Some("deploy".into()), port: Some(5432) }));
        assert_eq!(Wish::read("22"), Ok(Wish { user: None, port: Some(22) }));
        assert_eq!(Wish::read(" "), Ok(Wish::default()));
        for (words, want) in [
            ("-oProxyCommand=x", "-oProxyCommand=x is no user name"),
            ("$(id)", "$(id) is no user name"),
            ("0", "from 1 to 65535, not 0"),
            ("70000", "from 1 to 65535, not 70000"),
            ("a b", "remove b"),
            ("1 2", "remove 2"),
        ] {
            let why = Wish::read(words).expect_err(words);
            assert!(why.contains(want), "{words}: {why}");
        }
    }
}
