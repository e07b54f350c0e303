//! The console without a terminal, at the embedded account: keys in, screens out, and every request counted.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking, helpers of theirs too")]

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use skydeck::act::{CliContext, Journal, script};
use skydeck::app::{Overlay, ProfileSetup, Setup};
use skydeck::aws::{Gateway, GatewayConfig};
use skydeck::base::{Clock, RowId, Time};
use skydeck::config::{Depth, Keymap, Theme};
use skydeck::fetch::Share;
use skydeck::input::Key;
use skydeck::kinds::registry::ALL;
use skydeck::model::{Access, Event, Meter};
use skydeck::runtime::{Engine, EngineConfig, Host, ViewsFile};
use skydeck::sandbox::{Sandbox, WorldSpec};
use skydeck::ui;

use super::golden;

/// The moment at which every walk begins.
pub const BEGIN: &str = "2026-11-21T09:00:00Z";
/// How long a walk may wait for workers before it fails. A busy machine is slow, not broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request that reached the account: `Operation`, or `METHOD /path?query` for S3; and whether it was a dry run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What it asked for.
    pub what: String,
    /// Whether it only asked for permission.
    pub dry_run: bool,
}

impl Asked {
    /// Whether it changes nothing, by what the operations are declared as.
    pub fn is_read(&self) -> bool {
        match self.what.split_once(' ') {
            Some((method, _)) => matches!(method, "GET" | "HEAD"),
            None => {
                self.what == "GetCallerIdentity"
                    || ALL.operations().iter().any(|o| o.name == self.what && o.access == Access::Read)
            }
        }
    }
}

/// Everything that reached the account, in order.
#[derive(Debug, Clone, Default)]
pub struct Log(Arc<Mutex<Vec<Asked>>>);

impl Log {
    /// All of it.
    pub fn all(&self) -> Vec<Asked> {
        self.0.lock().unwrap().clone()
    }
    /// How often an operation was carried out (dry runs apart).
    pub fn count(&self, what: &str) -> usize {
        self.all().iter().filter(|a| a.what == what && !a.dry_run).count()
    }
    /// What was not a read, dry runs included.
    pub fn writes(&self) -> Vec<Asked> {
        self.all().into_iter().filter(|a| !a.is_read()).collect()
    }
}

#[derive(Debug)]
struct Counted(SharedHttpClient, Log);

#[derive(Debug)]
struct CountedConnector(SharedHttpConnector, Log);

impl HttpClient for Counted {
    fn http_connector(&self, settings: &HttpConnectorSettings, parts: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(CountedConnector(self.0.http_connector(settings, parts), self.1.clone()))
    }
}

impl HttpConnector for CountedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let uri: http::Uri = request.uri().parse().unwrap();
        let body = request.body().bytes().unwrap_or_default().to_vec();
        let form = |name: &str| {
            form_urlencoded::parse(&body).find(|(k, _)| k == name).map(|(_, v)| v.into_owned()).unwrap_or_default()
        };
        let target = request.headers().get("x-amz-target").and_then(|t| t.rsplit('.').next());
        let what = match (form("Action"), uri.path().split_once("/operation/")) {
            _ if target.is_some() => target.unwrap_or_default().to_string(),
            (action, _) if !action.is_empty() => action,
            (_, Some((_, operation))) => operation.to_string(),
            _ => format!("{} {}", request.method(), uri.path_and_query().map_or("/", |p| p.as_str())),
        };
        self.1.0.lock().unwrap().push(Asked { what, dry_run: form("DryRun") == "true" });
        self.0.call(request)
    }
}

/// What a walk begins with.
pub struct Start {
    /// Columns and rows.
    pub size: (u16, u16),
    /// The theme.
    pub theme: &'static str,
    /// Whether nothing may be changed.
    pub read_only: bool,
    /// The palette line to begin with.
    pub view: &'static str,
    /// Whether the console knows that the account is the embedded one.
    pub sandbox: bool,
    /// The regions.
    pub regions: &'static [&'static str],
    /// The embedded account.
    pub world: WorldSpec,
    /// Where the journal is; a new folder if none is given.
    pub state: Option<PathBuf>,
    /// The folder that files are proposed to go to.
    pub downloads: Option<String>,
}

impl Default for Start {
    fn default() -> Self {
        Start {
            size: (120, 40),
            theme: "dark",
            read_only: false,
            view: "instances",
            sandbox: true,
            regions: &["ap-northeast-2"],
            world: WorldSpec::Demo,
            state: None,
            downloads: None,
        }
    }
}

/// An engine, its account and its clock.
pub struct Desk {
    /// The engine.
    pub engine: Engine,
    /// The account.
    pub sandbox: Sandbox,
    /// What reached it.
    pub log: Log,
    /// The theme that screens are drawn with.
    pub theme: Theme,
    /// The journal's file.
    pub journal: PathBuf,
    /// What the terminal's owner was asked to do.
    pub host: Vec<Host>,
    clock: Clock,
    size: (u16, u16),
    // Dropped after the engine.
    _runtime: tokio::runtime::Runtime,
    _folder: tempfile::TempDir,
}

/// An account as it stands at [`BEGIN`]. Each world is made once in a process and copied for whoever walks in it.
fn at_the_beginning(world: WorldSpec, clock: &Clock) -> Sandbox {
    static MADE: Mutex<Vec<(WorldSpec, Sandbox)>> = Mutex::new(Vec::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if !made.iter().any(|(of, _)| *of == world) {
        let begin = Clock::manual(Time::parse(BEGIN).unwrap());
        made.push((world, Sandbox::open(world, begin, 1.0).unwrap()));
    }
    made.iter().find(|(of, _)| *of == world).unwrap().1.copy(clock.clone())
}

/// A theme as it looks where there are all colours, or none.
pub fn theme(name: &str) -> Theme {
    Theme::embedded(name, if name == "mono" { Depth::None } else { Depth::True }).unwrap()
}

impl Desk {
    /// The demo account at 120x40.
    pub fn open() -> Desk {
        Desk::start(Start::default())
    }

    /// Starts and waits for the first rows.
    pub fn start(start: Start) -> Desk {
        let mut desk = Desk::start_with(start, |_| ());
        desk.settle();
        desk
    }

    /// Starts an engine after `before` was done to the account; waits for nothing.
    pub fn start_with(start: Start, before: impl FnOnce(&Sandbox)) -> Desk {
        let clock = Clock::manual(Time::parse(BEGIN).unwrap());
        let sandbox = at_the_beginning(start.world, &clock);
        before(&sandbox);
        Desk::at(start, sandbox, clock)
    }

    /// Another start of the program at an account that goes on. Not called a sandbox: its journal ends with it.
    pub fn again(self) -> Desk {
        let (sandbox, clock) = (self.sandbox.clone(), self.clock.clone());
        let folder = self._folder.path().to_path_buf();
        let journal = std::fs::read(&self.journal).unwrap_or_default();
        drop(self);
        // A start at the same moment, by the same process, would take the journal's runs for its own.
        clock.advance(Duration::from_secs(60));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("journal.jsonl"), journal).unwrap();
        let mut desk = Desk::at(Start { state: Some(folder), sandbox: false, ..Start::default() }, sandbox, clock);
        desk.settle();
        desk
    }

    /// Somebody else's console at the same account and at the same moment.
    pub fn beside(other: &Desk, start: Start) -> Desk {
        let mut desk = Desk::at(start, other.sandbox.clone(), other.clock.clone());
        desk.settle();
        desk
    }

    fn at(start: Start, sandbox: Sandbox, clock: Clock) -> Desk {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let journal = start.state.unwrap_or_else(|| folder.path().to_path_buf()).join("journal.jsonl");
        let log = Log::default();
        let http = SharedHttpClient::new(Counted(sandbox.http_client(), log.clone()));
        let mut config = GatewayConfig::sandbox(clock.clone(), ALL.operations(), http);
        config.read_only = start.read_only;
        config.programs = Some(skydeck::sandbox::shell::remote::stand_in(&sandbox));
        let gateway = {
            let _in = runtime.enter();
            Gateway::new(config)
        };
        let profile = |name: arcstr::ArcStr| ProfileSetup {
            label: name.clone(),
            name,
            regions: start.regions.iter().map(|r| (*r).into()).collect(),
            read_only: start.read_only,
            color: None,
            ask_digits: false,
            signs_in: false,
        };
        let setup = Setup {
            connect: Default::default(),
            memory: Default::default(),
            aliases: Default::default(),
            views: Default::default(),
            others: Vec::new(),
            me: Default::default(),
            registry: ALL,
            keymap: Arc::new(Keymap::embedded("default").unwrap()),
            profiles: gateway.profiles_in_use().into_iter().map(profile).collect(),
            read_only: start.read_only,
            sandbox: start.sandbox,
            welcome: false,
            speed: 1.0,
            columns: indexmap::IndexMap::default(),
            downloads: start.downloads.clone().unwrap_or_else(|| ".".into()),
            view: Some(start.view.into()),
            size: start.size,
            zone: jiff::tz::TimeZone::UTC,
            now: clock.now(),
            messages: Vec::new(),
            cli: Arc::new(|plan| script(plan, &|_| CliContext { profile: None, endpoint_url: None })),
            process: "1795252800000-4711".into(),
        };
        let config = EngineConfig {
            gateway,
            prompts: None,
            registry: ALL,
            clock: clock.clone(),
            // A table is asked for when a walk says so (`r`), never by itself.
            every: Duration::from_secs(86_400),
            share: Share::percent(100),
            journal: Journal::at(&journal, clock.now()),
            memory: None,
            views: ViewsFile::at(journal.with_file_name("views.json")),
            setup,
        };
        let engine = Engine::start(config, runtime.handle());
        Desk {
            engine,
            sandbox,
            log,
            theme: theme(start.theme),
            journal,
            host: Vec::new(),
            clock,
            size: start.size,
            _runtime: runtime,
            _folder: folder,
        }
    }

    fn turn(&mut self) -> bool {
        let mut any = self.engine.drain(100_000);
        any |= self.engine.tick();
        self.host.extend(self.engine.take_host());
        any
    }

    /// Until nothing is under way.
    pub fn settle(&mut self) {
        let begin = Instant::now();
        loop {
            let any = self.turn();
            if !any && !self.engine.is_busy() {
                return;
            }
            assert!(begin.elapsed() < PATIENCE, "it does not come to rest:\n{}", self.text());
            if !any {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }

    /// Until the screen says something, with what is asked meanwhile.
    pub fn until(&mut self, what: &str) {
        let begin = Instant::now();
        while !self.text().contains(what) {
            assert!(begin.elapsed() < PATIENCE, "{what:?} does not come:\n{}", self.text());
            // Nothing new on the screen without news.
            while !self.turn() && begin.elapsed() < PATIENCE {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }

    /// Until something holds, with what is asked meanwhile.
    pub fn until_that(&mut self, holds: impl Fn(&Desk) -> bool) {
        let begin = Instant::now();
        while !holds(self) {
            assert!(begin.elapsed() < PATIENCE, "it does not come:\n{}", self.text());
            self.turn();
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Presses keys as keymaps write them, separated by spaces, and waits for nothing.
    pub fn press(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            let key: Key = key.parse().unwrap_or_else(|e| panic!("{key}: {e:?}"));
            self.engine.handle(Event::Key(key, self.clock.now()));
            self.host.extend(self.engine.take_host());
        }
        self
    }

    /// Presses keys and settles.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        self.press(keys);
        self.settle();
        self
    }

    /// Types text and settles.
    pub fn text_in(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            let key = Key::char(c);
            self.engine.handle(Event::Key(key, self.clock.now()));
        }
        self.settle();
        self
    }

    /// A palette line, entered.
    pub fn go(&mut self, line: &str) -> &mut Self {
        self.keys(":");
        self.text_in(line);
        self.keys("enter")
    }

    /// Moves to the entry of the open menu that has these words, and takes it.
    pub fn pick(&mut self, words: &str) -> &mut Self {
        self.pick_only(words).keys("enter")
    }

    /// Moves to the entry of the open menu that has these words.
    pub fn pick_only(&mut self, words: &str) -> &mut Self {
        let Some(Overlay::Menu(menu)) = self.engine.state.overlays.last() else {
            panic!("no menu is open:\n{}", self.text());
        };
        let labels: Vec<&str> = menu.items.iter().map(|i| i.label.as_str()).collect();
        let at = labels.iter().position(|l| *l == words).or_else(|| labels.iter().position(|l| l.contains(words)));
        let at = at.unwrap_or_else(|| panic!("{words:?} is not among {labels:?}"));
        let by = at.abs_diff(menu.cursor);
        let key = if at > menu.cursor { "j" } else { "k" };
        self.keys(&vec![key; by].join(" "))
    }

    /// Moves down to the row of this name.
    pub fn to(&mut self, name: &str) -> &mut Self {
        self.keys("g");
        for _ in 0..self.engine.state.view.order.len() {
            let row = self.engine.state.view.cursor.as_ref();
            let record = row.and_then(|r| self.engine.store.get(&r.table, &r.id));
            if record.is_some_and(|r| r.name == name) {
                return self;
            }
            self.keys("j");
        }
        panic!("there is no row {name}:\n{}", self.text());
    }

    /// The id of the focused row.
    pub fn focused(&self) -> Option<RowId> {
        self.engine.state.view.cursor.as_ref().map(|c| c.id.clone())
    }

    /// Lets time pass in the account and for the console.
    pub fn wait(&mut self, seconds: f64) -> &mut Self {
        self.clock.advance(Duration::from_secs_f64(seconds));
        self.settle();
        self
    }

    /// Lets time pass, a little at a time, with a look at AWS each time, until the screen says something.
    pub fn refresh_until(&mut self, what: &str) -> &mut Self {
        for _ in 0..400 {
            if self.text().contains(what) {
                return self;
            }
            self.clock.advance(Duration::from_secs(5));
            self.keys("r");
        }
        panic!("{what:?} does not come:\n{}", self.text());
    }

    /// A terminal of another size.
    pub fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.size = (columns, rows);
        self.engine.handle(Event::Resize(columns, rows));
        self.settle();
        self
    }

    /// The moment.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// The screen as it is drawn.
    pub fn draw(&self) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(self.size.0, self.size.1)).unwrap();
        let now = self.clock.now();
        terminal.draw(|frame| ui::draw(&self.engine.state, &self.engine.store, &self.theme, now, frame)).unwrap();
        terminal.backend().buffer().clone()
    }

    /// The screen for a picture: without the rates of the machine that the test runs on.
    pub fn picture(&mut self) -> Buffer {
        self.engine.state.meter = Meter::default();
        self.draw()
    }

    /// The screen's characters.
    pub fn text(&self) -> String {
        golden::text(&self.draw())
    }

    /// Compares the screen with its golden. Rates are those of the machine that the test runs on: they are left out.
    pub fn screen(&mut self, name: &str) -> &mut Self {
        let buf = self.picture();
        golden::check("walks", name, &buf);
        self
    }

    /// The screen says this.
    pub fn sees(&mut self, what: &str) -> &mut Self {
        let text = self.text();
        assert!(text.contains(what), "{what:?} is not to be seen:\n{text}");
        self
    }

    /// The screen does not say this.
    pub fn misses(&mut self, what: &str) -> &mut Self {
        let text = self.text();
        assert!(!text.contains(what), "{what:?} is to be seen:\n{text}");
        self
    }
}
