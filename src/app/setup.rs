//! The first state of a viewer, and its first effects.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::connect::Connecting;
use super::nav::{default_columns, kind_named};
use super::recall::Entered;
use super::remembered::Remembered;
use super::state::{Focus, Profile, Setup, State};
use super::update::Turn;
use super::view::{Detail, View};
use crate::base::text;
use crate::base::{Scope, Time};
use crate::model::files::Files;
use crate::model::{
    Effect, Field, FieldInfo, FieldType, Fields, Kind, KindInfo, Level, Message, Meter, Scoping, Service, Value,
};
use crate::store::Store;

/// What is seen if the registry is empty.
static NOTHING: KindInfo = KindInfo {
    doc: "No kinds are known.",
    service: Service::Sts,
    scoping: Scoping::Account,
    sort: ("", true),
    side: true,
    ..KindInfo::new("nothing", "nothing", "Nothing", &NO_FIELDS)
};
static NO_FIELDS: Fields<()> =
    Fields(&[Field { info: FieldInfo::new("id", "ID", FieldType::Id, "Nothing."), get: |()| Value::Unknown }]);

impl State {
    /// A viewer before it has seen anything. [`State::boot`] says what it asks for first.
    pub fn new(setup: Setup) -> State {
        let Setup {
            registry,
            keymap,
            profiles,
            others,
            read_only,
            sandbox,
            welcome,
            speed,
            columns,
            aliases,
            views,
            view,
            size,
            zone,
            now,
            messages,
            cli,
            process,
            downloads,
            memory,
            me,
            connect,
        } = setup;
        let scopes =
            profiles.iter().flat_map(|p| p.regions.iter().map(|r| Scope::region(p.name.clone(), r.clone()))).collect();
        let known = profiles.iter().chain(&others).cloned().collect();
        let profiles = profiles.into_iter().map(Profile::of);
        let kind = kind_named(&registry, "instances")
            .or_else(|| registry.kinds.iter().find(|k| !k.info.side).map(|k| Kind(k.info)))
            .unwrap_or(Kind(&NOTHING));
        let mut state = State {
            files: Files::none(),
            looking: Vec::new(),
            waits_for_me: None,
            me,
            registry,
            keymap,
            profiles: profiles.collect(),
            read_only,
            sandbox,
            welcome,
            speed,
            scopes,
            last_scopes: Vec::new(),
            known,
            now,
            zone,
            size,
            view: View::new(kind, default_columns(kind)),
            board: None,
            back: Vec::new(),
            forward: Vec::new(),
            detail: Detail::default(),
            focus: Focus::Table,
            whole: None,
            overlays: Vec::new(),
            commands: Entered::before(memory.commands),
            filters: Entered::before(memory.filters),
            clicked: None,
            clicked_at: Time::default(),
            pending: Vec::new(),
            count: None,
            unbound: BTreeSet::new(),
            left_layer: false,
            runs: Vec::new(),
            left: Vec::new(),
            awaited: Vec::new(),
            meter: Meter::default(),
            messages: VecDeque::new(),
            notice: None,
            failing: BTreeMap::new(),
            columns: BTreeMap::new(),
            aliases,
            views,
            remembered: Remembered::default(),
            proven: BTreeSet::new(),
            cli,
            process,
            downloads,
            connect: Connecting::new(connect, memory.bastions),
            counts: super::links::Counts::default(),
            numbers: 0,
            plan_numbers: 0,
            watched: Vec::new(),
            wake: None,
            boot_line: view,
        };
        let mut problems = messages;
        for (name, fields) in columns {
            if let Some(kind) = kind_named(&state.registry, &name) {
                let chosen = state.read_columns(kind, &fields, &mut problems);
                if !chosen.is_empty() {
                    state.columns.insert(kind.0.name, chosen);
                }
            } else {
                let text = state.registry.unknown_kind(&name);
                problems.push(Message { at: now, level: Level::Warning, text: format!("columns: {text}") });
            }
        }
        state.recollect(memory.kinds, memory.last);
        state.view = state.new_view(kind);
        let store = Store::default();
        let mut turn = Turn { s: &mut state, store: &store, out: Vec::new() };
        let problems_left = problems.len().saturating_sub(1);
        for message in problems {
            turn.note(message);
        }
        // The line has room for one: it says that there are more.
        if let Some(notice) = turn.s.notice.as_mut().filter(|_| problems_left > 0) {
            let text = &notice.message.text;
            notice.message.text = format!("{text} ({problems_left} more in :messages)");
        }
        state
    }

    fn read_columns(&self, kind: Kind, names: &[String], problems: &mut Vec<Message>) -> Vec<usize> {
        let mut chosen = Vec::new();
        for name in names {
            match kind.column(name) {
                Some(field) if !chosen.contains(&field) => chosen.push(field),
                Some(_) => {}
                None => {
                    let hint = text::suggest(name, kind.iter().map(|f| f.name));
                    let text = format!("columns.{}: there is no field {}.{hint}", kind.name, text::visible(name));
                    problems.push(Message { at: self.now, level: Level::Warning, text });
                }
            }
        }
        chosen
    }

    /// The first effects: the view of the command line, what it watches, the first tick.
    ///
    /// The line was checked before the terminal was taken; one that cannot be read all the same is said, and the default view is
    /// shown.
    pub fn boot(&mut self) -> Vec<Effect> {
        let store = Store::default();
        let line = self.boot_line.take();
        let mut turn = Turn { s: self, store: &store, out: Vec::new() };
        turn.join();
        match line.as_deref().map(|line| (line, turn.meaning(line))) {
            Some((line, Ok(meaning))) => turn.mean(line, meaning),
            Some((_, Err(why))) => turn.say(Level::Warning, why),
            None => turn.show_last(),
        }
        turn.s.back.clear();
        if turn.s.view.indexing.is_none() {
            turn.reindex();
        }
        turn.watch();
        turn.wake();
        turn.out
    }
}
