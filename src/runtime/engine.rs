//! The one loop's body: an event in, `update`, effects out. The only caller of `Store::apply` and of `update`.

use std::sync::Arc;
use std::time::Duration;

use arcstr::ArcStr;
use crossbeam_channel::{Receiver, Sender, TryRecvError};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::deriver::Deriver;
use super::eviction::Forgetting;
use super::identities::{Identities, who_is};
use super::in_flight::InFlight;
use super::inbox::{Inbox, room, send};
use super::index_worker::IndexWorker;
use super::memory::MemoryFile;
use super::prompts::Questions;
use super::task_tracker::{Tasks, waits};
use super::views_file::ViewsFile;
use super::watcher::{News, Watcher};
use crate::act::one_time_key::KeyFolder;
use crate::act::{Executor, Journal};
use crate::app::{Setup, State, update};
use crate::aws::{Gateway, Prompt};
use crate::base::{Clock, Secret, Time};
use crate::fetch::{Poller, PollerConfig, Share, Update};
use crate::kinds::Registry;
use crate::model::connect::Launch;
use crate::model::{ActEvent, Batch, Coverage, Event, Identity, Kind, Level, Message, Outcome, TableKey};
use crate::store::Store;

/// What an engine is made from.
pub struct EngineConfig {
    /// Builds the clients.
    pub gateway: Gateway,
    /// Questions of the credential chain.
    pub prompts: Option<mpsc::Receiver<Prompt>>,
    /// Kinds and actions.
    pub registry: Registry,
    /// The time.
    pub clock: Clock,
    /// The pause between two runs over a table of one page.
    pub every: Duration,
    /// How much of the documented request rates polling may take.
    pub share: Share,
    /// What has to be on disk before anything is changed.
    pub journal: Journal,
    /// Where what is remembered from one start to the next is kept; `None`: nowhere.
    pub memory: Option<MemoryFile>,
    /// Where views are kept by a name.
    pub views: ViewsFile,
    /// What the viewer begins with.
    pub setup: Setup,
}

/// What only the terminal's owner can do.
#[derive(Debug, Clone, PartialEq)]
pub enum Host {
    /// Put this on the clipboard.
    Copy(String),
    /// Let the user edit a text with an editor of their own, in a file of this name.
    Edit(Secret, &'static str),
    /// Give the terminal to a program that connects to a row. With a key that was made for it, which goes with this.
    Connect(Launch, Option<Arc<KeyFolder>>),
    /// Write the screen to a file in this folder.
    SaveScreen(String),
    /// Leave for the sandbox.
    Sandbox,
    /// Draw everything anew.
    Redraw,
    /// Stop, as Ctrl-Z does.
    Suspend,
    /// Leave.
    Quit,
}

/// Rows that a loop takes in between two looks at the keys: less than a millisecond's work.
pub const TURN: usize = 100;
/// Rows of a run that are applied at once; the rest of their page waits for the next turn of the loop, after the keys.
const SLICE: usize = 100;

/// A kind by its name.
pub(super) fn kind_named(registry: Registry, name: &str) -> Option<Kind> {
    registry.kind(name).map(|k| Kind(k.info))
}

/// A Store, a viewer, and the workers that serve them.
pub struct Engine {
    /// Every table.
    pub store: Store,
    /// The viewer.
    pub state: State,
    pub(super) gateway: Gateway,
    pub(super) registry: Registry,
    pub(super) clock: Clock,
    pub(super) poller: Poller,
    pub(super) executor: Executor,
    pub(super) journal: Journal,
    pub(super) tasks: Tasks,
    /// The channels' other ends: whether something lies in them.
    updates: mpsc::Sender<Update>,
    acts: mpsc::Sender<ActEvent>,
    pub(super) inbox: Receiver<Inbox>,
    /// What is left of a page that was begun: comes before anything in the inbox.
    rest: Option<Batch>,
    pub(super) outbox: Sender<Inbox>,
    pub(super) indexer: IndexWorker,
    pub(super) deriver: Deriver,
    pub(super) watcher: Watcher,
    pub(super) memory: Option<MemoryFile>,
    pub(super) views: ViewsFile,
    /// How often something was written there.
    pub(super) remembered: u64,
    pub(super) in_flight: InFlight,
    pub(super) identities: Identities,
    /// The tables that the viewer looks at.
    pub(super) watched: Vec<TableKey>,
    pub(super) questions: Questions,
    pub(super) host: Vec<Host>,
    /// The moment at which the viewer wants to be woken.
    pub(super) wake: Option<Time>,
    /// The connection whose key is on its way, by its number: keys that are typed meanwhile are meant for it.
    pub(super) letting_in: Option<u64>,
    /// How many there were.
    pub(super) let_in_before: u64,
    /// When lingering rows were last looked for.
    pruned: Time,
    forgetting: Forgetting,
}

impl Engine {
    /// Starts the workers on `handle`. Nothing is waited for.
    pub fn start(config: EngineConfig, handle: &Handle) -> Engine {
        let EngineConfig { gateway, prompts, registry, clock, every, share, journal, memory, views, setup } = config;
        let (outbox, inbox) = room();
        let _guard = handle.enter();
        let (updates, from_poller) = mpsc::channel(64);
        let poller_config = PollerConfig { gateway: gateway.clone(), registry, clock: clock.clone(), every, share };
        let poller = Poller::start(poller_config, updates.clone());
        let tasks = Tasks::on(handle);
        tasks.forward(from_poller, outbox.clone(), Inbox::Update);
        let (acts, from_acts) = mpsc::channel(64);
        tasks.forward(from_acts, outbox.clone(), |a| Inbox::Event(Event::Act(a)));
        let executor = Executor::new(gateway.clone(), registry, journal.clone(), clock.clone(), acts.clone());
        let questions = Questions::default();
        if let Some(prompts) = prompts {
            questions.serve(handle, prompts, outbox.clone());
        }
        let now = clock.now();
        let state = State::new(setup);
        let mut engine = Engine {
            store: Store::default(),
            state,
            gateway,
            registry,
            clock,
            poller,
            executor,
            journal,
            tasks,
            updates,
            acts,
            indexer: IndexWorker::start(outbox.clone()),
            deriver: Deriver::start(outbox.clone()),
            inbox,
            rest: None,
            outbox,
            watcher: Watcher::default(),
            memory,
            views,
            remembered: 0,
            in_flight: InFlight::default(),
            identities: Identities::default(),
            watched: Vec::new(),
            questions,
            host: Vec::new(),
            wake: None,
            pruned: now,
            letting_in: None,
            let_in_before: 0,
            forgetting: Forgetting::default(),
        };
        let effects = engine.state.boot();
        engine.perform(effects);
        engine.ask_identities();
        // What an earlier run did to an embedded account went with it.
        if !engine.state.sandbox {
            engine.read_journal();
        }
        engine
    }

    /// Takes one event to the viewer and carries out what it asks for.
    pub fn handle(&mut self, event: Event) {
        if let Event::Act(act) = &event {
            self.watcher.heard(act, self.clock.now());
        }
        if let Event::Identity(profile, answer) = &event {
            self.identified(profile, answer.as_ref());
        }
        let effects = update(&mut self.state, &self.store, event);
        self.perform(effects);
    }

    /// Takes in what workers have sent, until there is nothing left or `rows` rows have been applied. Returns whether
    /// anything came.
    pub fn drain(&mut self, rows: usize) -> bool {
        let mut applied = 0;
        let mut any = false;
        while applied < rows {
            applied += match self.rest.take() {
                Some(batch) => self.take_rows(batch),
                None => match self.inbox.try_recv() {
                    Ok(item) => self.take(item),
                    Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
                },
            };
            any = true;
        }
        self.derive();
        if any {
            self.indexer.discard(self.store.take_garbage());
        }
        any
    }

    /// Takes in one thing; returns how many rows it had.
    pub(super) fn take(&mut self, item: Inbox) -> usize {
        match item {
            Inbox::Event(event) => {
                self.handle(event);
                1
            }
            Inbox::LetIn(number, launch, key) => {
                self.let_in(number, *launch, key);
                1
            }
            Inbox::Update(Update::Batch(batch)) => self.take_rows(batch),
            Inbox::Update(Update::Began(table, at)) => {
                self.store.began(&table, at);
                1
            }
            Inbox::Update(Update::Stopped(table)) => {
                self.store.stopped(&table);
                1
            }
            Inbox::Update(Update::Reread(number, result, at)) => {
                self.handle(Event::Reread(number, result, at));
                1
            }
            Inbox::Update(Update::Meter(meter)) => {
                self.handle(Event::Meter(meter));
                1
            }
        }
    }

    /// Applies the first rows of a batch and keeps the others for the next time. What was asked for by id stays together: it says
    /// of each id whether it is there.
    fn take_rows(&mut self, mut batch: Batch) -> usize {
        let now = self.clock.now();
        if batch.rows.len() > SLICE && matches!(batch.coverage, Coverage::Sweep { .. }) {
            let rows = batch.rows.split_off(SLICE);
            let outcome = std::mem::replace(&mut batch.outcome, Outcome::More);
            let (table, coverage) = (batch.table.clone(), batch.coverage.clone());
            self.rest = Some(Batch { table, coverage, rows, outcome, seq: batch.seq, asked: batch.asked });
        }
        if let (Outcome::Failed(fault), Some(profile)) = (&batch.outcome, batch.table.scope.profile()) {
            self.identities.suspect(profile, fault, now);
        }
        let rows = batch.rows.len();
        let derived = batch.table.kind.derived.is_some() && batch.outcome != Outcome::More;
        let delta = self.store.apply(batch, now);
        if derived {
            self.deriver.done(&delta.table);
        }
        if delta.added + delta.changed + delta.gone > 0 || delta.status {
            self.deriver.changed(&delta.table);
        }
        self.look_at_runs(now);
        self.handle(Event::Applied(delta, now));
        rows.max(1)
    }

    /// Begins to make rows of derived kinds anew.
    fn derive(&mut self) {
        let (store, registry, now) = (&self.store, self.registry, self.clock.now());
        self.deriver.begin(store, |table, seq| store.derive_job(table, seq, now, |name| kind_named(registry, name)));
    }

    /// When [`Engine::tick`] is due next.
    pub fn wake(&self) -> Option<Time> {
        let now = self.clock.now();
        let derive = self.deriver.wake().map(|d| now.plus(d));
        let all = [self.wake, self.watcher.wake(now), self.identities.wake(), derive];
        all.into_iter().flatten().min()
    }

    /// To be called when [`Engine::wake`] has come. Returns whether anything was due.
    pub fn tick(&mut self) -> bool {
        let now = self.clock.now();
        let mut any = false;
        if now.since(self.pruned) >= Duration::from_secs(1) {
            self.pruned = now;
            for table in self.store.prune(now) {
                let version = self.store.table(&table).map_or(0, |t| t.version);
                let delta = crate::model::Delta { table, version, added: 0, changed: 0, gone: 1, status: false };
                self.handle(Event::Applied(delta, now));
                any = true;
            }
        }
        self.forget_unused(now);
        self.derive();
        self.look_at_runs(now);
        for (profile, renew) in self.identities.due(now) {
            self.ask_identity(profile, renew);
        }
        if self.wake.is_some_and(|w| w <= now) {
            self.wake = None;
            self.handle(Event::Tick(now));
            any = true;
        }
        any
    }

    fn forget_unused(&mut self, now: Time) {
        if !self.forgetting.is_due(now) {
            return;
        }
        let over = self.forgetting.over(&self.store, &self.state.refers_to(), now);
        if over.is_empty() {
            return;
        }
        for table in &over {
            self.store.forget(table);
        }
        self.indexer.discard(self.store.take_garbage());
        self.poller.forget(over);
    }

    /// What the terminal's owner has to do, since this was last asked.
    pub fn take_host(&mut self) -> Vec<Host> {
        std::mem::take(&mut self.host)
    }

    /// Whether the terminal is about to be another program's.
    pub(super) fn lends(&self) -> bool {
        self.host.iter().any(|host| matches!(host, Host::Edit(..) | Host::Connect(..)))
    }

    /// The time as the engine knows it.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// Whether news is there that [`Engine::drain`] would take in at once.
    pub(super) fn has_news(&self) -> bool {
        self.rest.is_some() || !self.inbox.is_empty()
    }

    /// Waits until workers have something to say, at most so long.
    pub fn wait(&self, patience: Duration) {
        if !self.has_news() {
            let mut news = crossbeam_channel::Select::new();
            news.recv(&self.inbox);
            let _ = news.ready_timeout(patience);
        }
    }

    /// Where worker news can be waited for.
    pub(super) fn inbox(&self) -> &Receiver<Inbox> {
        &self.inbox
    }

    /// Whether a job or a call runs, an index is being made or news waits: what tests wait for instead of sleeping. Asked
    /// upstream first, so that what moves on meanwhile is met further down.
    pub fn is_busy(&self) -> bool {
        self.poller.is_busy()
            || waits(&self.updates)
            || self.tasks.is_busy()
            || waits(&self.acts)
            || self.tasks.is_busy()
            || self.indexer.is_busy()
            || self.deriver.is_busy()
            || self.rest.is_some()
            || !self.inbox.is_empty()
    }

    /// Titles of the plans whose calls have not all been answered.
    pub fn carrying(&self) -> Vec<String> {
        self.in_flight.titles()
    }

    /// Lets calls in flight come to their end, for `most` at the longest or until `give_up`. Returns what is still under
    /// way then: its intent is in the journal, and the next start shows it.
    pub fn finish(&mut self, most: Duration, mut give_up: impl FnMut() -> bool) -> Vec<String> {
        let begun = std::time::Instant::now();
        loop {
            // Whoever has news must not wait for room in the inbox.
            self.drain(usize::MAX);
            let left = self.carrying();
            if left.is_empty() || begun.elapsed() >= most || give_up() {
                self.drain(usize::MAX);
                return left;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn identified(&mut self, profile: &ArcStr, answer: Result<&Identity, &crate::base::Fault>) {
        let now = self.clock.now();
        if let Ok(identity) = answer {
            self.poller.identified(profile, &identity.account);
        }
        if self.identities.heard(profile, answer.err(), now) {
            let of = |t: &&TableKey| t.scope.profile() == Some(profile);
            self.poller.refresh(self.watched.iter().filter(of).cloned().collect());
        }
    }

    fn look_at_runs(&mut self, now: Time) {
        let names: Vec<(u64, String)> = self.watcher.names();
        for news in self.watcher.look(&self.store, now) {
            let event = match news {
                News::GoOn(run) => {
                    self.go_on(run);
                    continue;
                }
                News::Act(event) => event,
            };
            if let ActEvent::Settled { run, text, ok } = &event
                && let Some((_, name)) = names.iter().find(|(r, _)| r == run)
            {
                self.end_in_journal(*run, name.clone(), text.clone(), *ok, now);
            }
            let effects = update(&mut self.state, &self.store, Event::Act(event));
            self.perform(effects);
        }
    }

    /// The next call of a run that waited.
    pub(super) fn go_on(&self, run: u64) {
        let title = self.watcher.title(run);
        let (executor, under_way) = (self.executor.clone(), self.in_flight.begin(run, &title));
        self.tasks.spawn(async move {
            executor.go_on(run).await;
            drop(under_way);
        });
    }

    /// A run is over: the next start has nothing to say about it.
    fn end_in_journal(&self, run: u64, name: String, text: String, ok: bool, now: Time) {
        let (journal, outbox) = (self.journal.clone(), self.outbox.clone());
        self.tasks.spawn_blocking(move || {
            if let Err(e) = journal.ended(&name, &text, ok, now) {
                tracing::error!("{e}");
                let unwritten = ActEvent::Unwritten { run, why: e.to_string() };
                let _ = outbox.send(Inbox::Event(Event::Act(unwritten)));
            }
        });
    }

    /// Says something to the viewer.
    pub fn say(&mut self, level: Level, text: impl Into<String>) {
        let at = self.clock.now();
        self.handle(Event::Say(Message { at, level, text: text.into() }));
    }

    fn ask_identities(&mut self) {
        for profile in self.gateway.profiles_in_use() {
            self.identities.asked(&profile);
            self.ask_identity(profile, false);
        }
    }

    fn ask_identity(&self, profile: ArcStr, renew: bool) {
        let (gateway, outbox) = (self.gateway.clone(), self.outbox.clone());
        self.tasks.spawn(async move {
            if renew {
                gateway.refresh(&profile).await;
            }
            send(&outbox, Inbox::Event(who_is(&gateway, profile).await)).await;
        });
    }

    fn read_journal(&self) {
        let (journal, registry, outbox) = (self.journal.clone(), self.registry, self.outbox.clone());
        self.tasks.spawn_blocking(move || {
            if let Err(e) = journal.compact() {
                tracing::warn!("the journal {} could not be shortened: {e}", journal.path().display());
            }
            let left = journal.unfinished(&registry);
            left.iter().for_each(crate::act::clear_room);
            if !left.is_empty() {
                let _ = outbox.send(Inbox::Event(Event::Act(ActEvent::Left(left))));
            }
        });
    }
}
