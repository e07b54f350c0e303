//! An engine without a terminal, as the console starts it.

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use skydeck::act::Journal;
use skydeck::app::state::Focus;
use skydeck::app::{ProfileSetup, Setup};
use skydeck::aws::{Gateway, GatewayConfig, ProfileSel};
use skydeck::base::{Clock, Scope};
use skydeck::config::{Depth, Keymap, Theme};
use skydeck::fetch::Share;
use skydeck::input::Key;
use skydeck::kinds::registry;
use skydeck::model::{Event, Kind, TableKey};
use skydeck::runtime::{Engine, EngineConfig, Screen, TURN, ViewsFile};
use skydeck::store::Progress;
use skydeck::term::FrameWriter;
use tokio::runtime::Handle;

use super::REGION;

/// An engine, and a screen of 120x40 that is written nowhere.
pub struct Rig {
    pub engine: Engine,
    pub screen: Screen,
    pub theme: Theme,
    pub instances: TableKey,
}

/// Takes everything.
struct Nowhere;

impl Write for Nowhere {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Rig {
    /// Against `endpoint`, with the credentials of the environment. Polling is slow, so that a run happens when it is asked for.
    pub fn start(endpoint: &str, handle: &Handle) -> Rig {
        Rig::at("instances", endpoint, handle)
    }

    /// The same, which begins with another kind's table.
    pub fn at(view: &str, endpoint: &str, handle: &Handle) -> Rig {
        // Without a budget: the SDK's paginator, with which this is compared, has none.
        Rig::over(view, endpoint, handle, (&[], &[REGION]), Share::percent(100))
    }

    /// Over profiles (none: the environment's credentials) and regions, with a share of AWS's refill.
    pub fn over(
        view: &str,
        endpoint: &str,
        handle: &Handle,
        (profiles, regions): (&[String], &[&'static str]),
        share: Share,
    ) -> Rig {
        let (clock, registry) = (Clock::system(), registry::ALL);
        let mut gateway = GatewayConfig::new(clock.clone(), registry.operations());
        gateway.endpoint_url = Some(endpoint.into());
        gateway.profiles = profiles.iter().cloned().map(ProfileSel::Named).collect();
        let gateway = {
            let _in = handle.enter();
            Gateway::new(gateway)
        };
        let named = gateway.profiles_in_use();
        let first = Scope::region(named[0].clone(), regions[0]);
        let profile = |name: &arcstr::ArcStr| ProfileSetup {
            name: name.clone(),
            label: name.clone(),
            regions: regions.iter().map(|r| (*r).into()).collect(),
            read_only: false,
            color: None,
            ask_digits: true,
            signs_in: false,
        };
        let journal = Journal::at("/nonexistent/journal.jsonl", clock.now());
        let setup = Setup {
            connect: Default::default(),
            memory: Default::default(),
            aliases: Default::default(),
            views: Default::default(),
            others: Vec::new(),
            process: journal.process().into(),
            registry,
            keymap: Arc::new(Keymap::embedded("default").unwrap()),
            profiles: named.iter().map(profile).collect(),
            read_only: false,
            sandbox: false,
            welcome: false,
            speed: 1.0,
            columns: IndexMap::new(),
            downloads: ".".into(),
            me: Default::default(),
            view: Some(view.into()),
            size: (120, 40),
            zone: jiff::tz::TimeZone::UTC,
            now: clock.now(),
            messages: Vec::new(),
            cli: Arc::new(|_| Vec::new()),
        };
        let every = Duration::from_secs(3600);
        let config = EngineConfig {
            gateway,
            prompts: None,
            registry,
            clock,
            every,
            share,
            journal,
            memory: None,
            views: ViewsFile::at("nowhere/views.json".into()),
            setup,
        };
        let engine = Engine::start(config, handle);
        let screen = Screen::new(FrameWriter::to(Box::new(Nowhere)), 120, 40).unwrap();
        let theme = Theme::embedded("dark", Depth::True).unwrap();
        let kind = Kind(registry.kind("instances").unwrap().info);
        let instances = TableKey::all(first, kind);
        Rig { engine, screen, theme, instances }
    }

    /// Rows of the instances' table.
    pub fn rows(&self) -> usize {
        self.engine.store.table(&self.instances).map_or(0, |t| t.len())
    }

    /// Whether the table of instances has the keys, and nothing lies over it.
    pub fn at_instances(&self) -> bool {
        let state = &self.engine.state;
        state.view.kind == self.instances.kind && state.overlays.is_empty() && state.focus == Focus::Table
    }

    /// Whether a run over the instances has been complete.
    pub fn complete(&self) -> bool {
        self.is_complete("instances")
    }

    /// Whether a run over this kind's rows has been complete.
    pub fn is_complete(&self, kind: &str) -> bool {
        self.engine.store.table(&self.table(kind)).is_some_and(|t| t.status.progress == Progress::Complete)
    }

    /// Rows of a kind's table.
    pub fn rows_of(&self, kind: &str) -> usize {
        self.engine.store.table(&self.table(kind)).map_or(0, |t| t.len())
    }

    fn table(&self, kind: &str) -> TableKey {
        TableKey::all(self.instances.scope.clone(), Kind(registry::ALL.kind(kind).unwrap().info))
    }

    /// Lets the engine work until `done`. As in the console, its thread sleeps while nothing comes.
    pub fn until(&mut self, mut done: impl FnMut(&Rig) -> bool) {
        let begun = Instant::now();
        while !done(self) {
            if !self.engine.drain(TURN) {
                self.engine.wait(Duration::from_millis(2));
            }
            assert!(begun.elapsed() < Duration::from_secs(120), "the engine does not come to rest");
        }
    }

    /// Lets the engine work until nothing is under way.
    pub fn settle(&mut self) {
        self.until(|rig| !rig.engine.is_busy());
        self.draw();
    }

    /// Takes in what has come, without waiting for what is under way, and draws.
    pub fn calm(&mut self) {
        self.engine.drain(usize::MAX);
        self.draw();
    }

    /// Whether all tables of the view have been read to the end.
    pub fn view_complete(&self) -> bool {
        let done =
            |key: &TableKey| self.engine.store.table(key).is_some_and(|t| t.status.progress == Progress::Complete);
        let tables = &self.engine.state.view.tables;
        !tables.is_empty() && tables.iter().all(done)
    }

    /// Types a palette line; the enter is left.
    pub fn type_line(&mut self, line: &str) {
        for c in format!(":{line}").chars() {
            self.press(if c == ' ' { "space".parse().unwrap() } else { c.to_string().parse().unwrap() });
        }
    }

    /// Draws a frame; returns its bytes.
    pub fn draw(&mut self) -> usize {
        self.screen.draw(&self.engine, &self.theme).unwrap()
    }

    /// From a key to its finished frame, as the console's loop does it; with the frame's bytes.
    pub fn press(&mut self, key: Key) -> (Duration, usize) {
        let begun = Instant::now();
        let now = self.engine.now();
        self.engine.handle(Event::Key(key, now));
        self.engine.drain(TURN);
        self.engine.tick();
        let bytes = self.draw();
        (begun.elapsed(), bytes)
    }
}
