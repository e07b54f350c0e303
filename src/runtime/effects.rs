//! Carries out what a viewer asks for. Nothing here waits: what takes time becomes a task whose answer is an event.

use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use arcstr::ArcStr;
use rustc_hash::FxHashMap;

use super::engine::{Engine, Host, kind_named};
use super::identities::who_is;
use super::inbox::{Inbox, send};
use super::{picture, save_screen};
use crate::act::decrypt;
use crate::act::look::look;
use crate::act::tools::look_for;
use crate::act::{Execute, dry_run};
use crate::base::{Fault, FaultKind, RowId};
use crate::kinds::{self, Interner, ListRequest, What};
use crate::model::memory::Memory;
use crate::model::{Effect, Event, Level, Message, Plan, RowRef, TableKey, Verdict};

impl Engine {
    pub(super) fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            self.perform_one(effect);
        }
    }

    fn perform_one(&mut self, effect: Effect) {
        match effect {
            Effect::Watch(interests) => {
                self.watched = interests.iter().map(|i| i.table.clone()).collect();
                let (derived, listed): (Vec<_>, Vec<_>) =
                    interests.into_iter().partition(|i| i.table.kind.derived.is_some());
                let (registry, store) = (self.registry, &self.store);
                let inputs = |table: TableKey| {
                    let inputs = store.inputs_of(&table, |name| kind_named(registry, name));
                    (table, inputs)
                };
                self.deriver.watch(derived.into_iter().map(|i| inputs(i.table)));
                self.poller.watch(listed);
            }
            Effect::Refresh(tables) => self.poller.refresh(tables),
            Effect::Index(request) => {
                let Some(kind) = request.tables.first().map(|t| t.kind) else {
                    let none = crate::model::Indexed {
                        request: request.request,
                        versions: Vec::new(),
                        order: std::sync::Arc::new(Vec::<RowRef>::new()),
                        total: 0,
                        states: Vec::new(),
                        troubles: Vec::new(),
                        empty: Vec::new(),
                        paid: Vec::new(),
                    };
                    return self.handle(Event::Indexed(none));
                };
                let registry = self.registry;
                let now = self.clock.now();
                let job = self.store.index_job(request, kind, now, |name| kind_named(registry, name));
                self.indexer.index(job);
            }
            Effect::DryRun(number, plan) => {
                let (gateway, registry, outbox) = (self.gateway.clone(), self.registry, self.outbox.clone());
                self.tasks.spawn(async move {
                    let verdict = dry_run(&gateway, &registry, &plan).await;
                    send(&outbox, Inbox::Event(Event::DryRun(number, verdict))).await;
                });
            }
            Effect::Reread(number, plan) => self.poller.reread(number, rows_of(&plan)),
            Effect::Execute { run, record, pins } => {
                if !self.watcher.begun(run, &record) {
                    return;
                }
                let who = |(profile, generation): (ArcStr, u64)| {
                    let identity = self.state.identity(&profile).cloned();
                    (profile, (identity, generation))
                };
                let pins = pins.into_iter().map(who).collect();
                let executor = self.executor.clone();
                let under_way = self.in_flight.begin(run, &record.title);
                let execute = Execute { run, record: *record, pins };
                self.tasks.spawn(async move {
                    executor.carry(execute).await;
                    drop(under_way);
                });
            }
            Effect::Decide { run, verdict } => {
                self.watcher.decided(run, verdict, self.clock.now());
                match verdict {
                    Verdict::Wait => {}
                    Verdict::GoOn => self.go_on(run),
                    Verdict::Stop => self.executor.stop(run),
                }
            }
            Effect::Forget(name) => {
                let (journal, now, outbox) = (self.journal.clone(), self.clock.now(), self.outbox.clone());
                self.tasks.spawn_blocking(move || {
                    if let Err(e) = journal.forget(&name, now) {
                        tracing::error!("{e}");
                        let text = format!("The next start will speak of that run again. {e}");
                        let _ = outbox.send(Inbox::Event(Event::Say(Message { at: now, level: Level::Error, text })));
                    }
                });
            }
            Effect::Raw(table, id) => self.raw(table, id),
            Effect::Answer(id, answer) => self.questions.answer(id, answer),
            Effect::SignIn(profile) => {
                self.identities.asked(&profile);
                let (gateway, outbox) = (self.gateway.clone(), self.outbox.clone());
                let name = profile.clone();
                let task = self.tasks.spawn(async move {
                    if let Err(fault) = gateway.sso_sign_in(&name).await {
                        send(&outbox, Inbox::Event(Event::Identity(name, Err(fault)))).await;
                        return false;
                    }
                    gateway.refresh(&name).await;
                    true
                });
                self.then_identity(profile, task);
            }
            Effect::Reload(profile) => {
                self.identities.asked(&profile);
                let (gateway, name) = (self.gateway.clone(), profile.clone());
                let task = self.tasks.spawn(async move {
                    gateway.refresh(&name).await;
                    true
                });
                self.then_identity(profile, task);
            }
            Effect::Look(asked) => {
                let outbox = self.outbox.clone();
                self.tasks.spawn_blocking(move || {
                    let view = look(&asked);
                    let _ = outbox.send(Inbox::Event(Event::Looked(asked, view)));
                });
            }
            Effect::FindTools(look) => {
                let outbox = self.outbox.clone();
                self.tasks.spawn_blocking(move || {
                    let tools = look_for(&look);
                    let _ = outbox.send(Inbox::Event(Event::FoundTools(look, tools)));
                });
            }
            Effect::Connect(launch) => self.connect(launch),
            Effect::FindMyAddress => {
                let (gateway, outbox) = (self.gateway.clone(), self.outbox.clone());
                self.tasks.spawn(async move {
                    let me = gateway.my_address().await;
                    let _ = outbox.send(Inbox::Event(Event::MyAddress(me)));
                });
            }
            Effect::Edit { text, file } => self.host.push(Host::Edit(text, file)),
            Effect::Remember(memory) => self.remember(*memory),
            Effect::KeepView(name, view) => {
                let (file, outbox) = (self.views.clone(), self.outbox.clone());
                self.tasks.spawn_blocking(move || {
                    let outcome = file.change(&name, view.as_deref());
                    let _ = outbox.send(Inbox::Event(Event::ViewsKept(name, outcome)));
                });
            }
            Effect::Copy(text) => self.host.push(Host::Copy(text)),
            Effect::CopySecret(text) => self.host.push(Host::Copy(text.into_inner())),
            Effect::ShowPicture { table, id, jpeg, folder } => {
                let (outbox, now, zone) = (self.outbox.clone(), self.clock.now(), self.state.zone.clone());
                self.tasks.spawn_blocking(move || {
                    let picture = picture::show(&jpeg, &folder, &id, &save_screen::stamp(now, &zone));
                    let _ = outbox.send(Inbox::Event(Event::Pictured(table, id, picture)));
                });
            }
            Effect::Decrypt { table, id, data, key } => {
                let outbox = self.outbox.clone();
                self.tasks.spawn_blocking(move || {
                    let text = decrypt::decrypt(&data, &key);
                    let _ = outbox.send(Inbox::Event(Event::Decrypted(table, id, text)));
                });
            }
            Effect::CopyTable(format) => self.copy_table(format),
            Effect::SaveScreen(folder) => self.host.push(Host::SaveScreen(folder)),
            Effect::Welcomed => {
                let mark = self.journal.path().with_file_name(WELCOMED);
                self.tasks.spawn_blocking(move || welcomed(&mark));
            }
            Effect::Sandbox => self.host.push(Host::Sandbox),
            Effect::Redraw => self.host.push(Host::Redraw),
            Effect::Suspend => self.host.push(Host::Suspend),
            Effect::TickIn(after) => self.wake = Some(self.clock.now().plus(after)),
            Effect::Quit => self.host.push(Host::Quit),
        }
    }

    fn then_identity(&self, profile: arcstr::ArcStr, task: tokio::task::JoinHandle<bool>) {
        let (gateway, outbox) = (self.gateway.clone(), self.outbox.clone());
        self.tasks.spawn(async move {
            if !matches!(task.await, Ok(true)) {
                return;
            }
            send(&outbox, Inbox::Event(who_is(&gateway, profile).await)).await;
        });
    }

    /// Writes what is to be remembered. That it could not be written is no one's loss today: it goes to the log.
    fn remember(&mut self, memory: Memory) {
        let Some(file) = self.memory.clone() else { return };
        self.remembered += 1;
        let number = self.remembered;
        self.tasks.spawn_blocking(move || {
            if let Err(e) = file.write(memory, number) {
                tracing::warn!("what was entered could not be kept: {e}");
            }
        });
    }

    fn raw(&mut self, table: TableKey, id: RowId) {
        let Some(raw) = self.registry.def(table.kind).and_then(|d| d.raw) else {
            let row = self.store.get(&table, &id).map(|row| kinds::raw::known(row, &table.scope, self.clock.now()));
            let answer = row.ok_or_else(|| Fault::new(FaultKind::NotFound, "The row no longer exists."));
            return self.handle(Event::Raw(table, id, answer));
        };
        let request = ListRequest {
            gateway: self.gateway.clone(),
            scope: table.scope.clone(),
            selector: table.selector.clone(),
            what: What::Ids(std::sync::Arc::new(vec![id.clone()])),
            interner: Interner::default(),
            clock: self.clock.clone(),
        };
        let outbox = self.outbox.clone();
        self.tasks.spawn(async move {
            let answer = raw(request, id.clone()).await;
            send(&outbox, Inbox::Event(Event::Raw(table, id, answer))).await;
        });
    }
}

/// The file beside the journal whose being there says that the line for the first minute was read.
pub const WELCOMED: &str = "welcomed";

/// Leaves the mark. Where that is not possible the line is there again at the next start, which is no harm.
fn welcomed(mark: &Path) {
    let folder = mark.parent().unwrap_or(Path::new("."));
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    let left = made.and_then(|()| OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(mark));
    if let Err(e) = left {
        tracing::warn!("{} cannot be written: {e}", mark.display());
    }
}

/// A plan's rows by table: those that it changes, and those that it rests on.
fn rows_of(plan: &Plan) -> Vec<(TableKey, Vec<RowId>)> {
    let mut by_table: FxHashMap<&TableKey, Vec<RowId>> = FxHashMap::default();
    let changed = plan.subjects.iter().map(|s| (&s.table, &s.id));
    for (table, id) in changed.chain(plan.rests_on.iter().map(|(table, id)| (table, id))) {
        let ids = by_table.entry(table).or_default();
        if !ids.contains(id) {
            ids.push(id.clone());
        }
    }
    let mut out: Vec<(TableKey, Vec<RowId>)> = by_table.into_iter().map(|(k, v)| (k.clone(), v)).collect();
    out.sort();
    out
}
