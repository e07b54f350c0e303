//! Threads that work behind the one that draws.
//!
//! A worker that takes apart 3 MB of XML has a core for itself for tens of milliseconds, and a scheduler that treats all threads
//! alike lets a key wait for it. With a higher nice value it gives way at once; where nobody presses a key it has the core as
//! before.

use std::io;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// How far workers stand back: they get about a third of a core that another thread wants too.
#[cfg(target_os = "linux")]
const NICE: i32 = 5;
/// How far those stand back that a letter starts: they run just while the next frames are drawn, on as many cores as there are. At 5 the
/// scheduler gave them a slice (3 ms) between two lines of a frame at one key in twenty.
#[cfg(target_os = "linux")]
const FAR: i32 = 10;

static NOBODY_DRAWS: AtomicBool = AtomicBool::new(false);

/// There is no screen in this process for which a worker would have to give way: on a machine that has other work to do it would only
/// be the last of all. To be said before the first of them starts.
pub fn nobody_draws() {
    NOBODY_DRAWS.store(true, Ordering::Relaxed);
}

/// The calling thread stands back behind those that do not.
pub fn stand_back() {
    #[cfg(target_os = "linux")]
    to(NICE);
}

// On Linux the nice value is a thread's own (sched(7)) and its children's; elsewhere it is the whole process's, the drawing thread's too.
#[cfg(target_os = "linux")]
fn to(nice: i32) {
    if NOBODY_DRAWS.load(Ordering::Relaxed) {
        return;
    }
    if let Err(e) = rustix::process::setpriority_process(None, nice) {
        tracing::debug!("the thread's priority stays: {e}");
    }
}

/// Starts a thread that stands back.
pub fn background(name: &str, body: impl FnOnce() + Send + 'static) {
    start(name, || {
        stand_back();
        body();
    });
}

/// Starts a thread that stands back further: its work begins with a key, whose frame comes first.
pub fn behind_keys(name: &str, body: impl FnOnce() + Send + 'static) {
    start(name, || {
        #[cfg(target_os = "linux")]
        to(FAR);
        body();
    });
}

fn start(name: &str, body: impl FnOnce() + Send + 'static) {
    if let Err(e) = std::thread::Builder::new().name(name.into()).spawn(body) {
        tracing::error!("the thread {name} could not be started: {e}");
    }
}

/// The most threads that parse answers side by side where nobody draws.
const MOST_PARSERS: usize = 4;

/// The async runtime that asks AWS and takes apart what it answers. Where a screen is drawn it has one worker: a second one would parse
/// the answers of two regions at the same time, but hold on to another 10 MB of memory for it, and compete with the drawing thread for
/// the second core. What can be done apart from parsing (the wire, records, index, dropping) has threads of its own. A command that
/// prints and ends has one for each core.
///
/// # Errors
/// The threads cannot be started.
pub fn workers() -> io::Result<tokio::runtime::Runtime> {
    let cores = || std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let workers = if NOBODY_DRAWS.load(Ordering::Relaxed) { cores().clamp(2, MOST_PARSERS) } else { 1 };
    runtime("worker", workers)
}

/// The runtime in which connections live: bytes come in while the worker parses those that came before. One for the process,
/// which never ends it: a connection that is dropped closes by itself. `None` if it could not be started.
pub fn wire() -> Option<&'static tokio::runtime::Handle> {
    static WIRE: LazyLock<Option<tokio::runtime::Runtime>> =
        LazyLock::new(|| runtime("wire", 1).inspect_err(|e| tracing::error!("no thread for connections: {e}")).ok());
    WIRE.as_ref().map(tokio::runtime::Runtime::handle)
}

/// Starts a task of this runtime from a worker that has work for milliseconds before it looks for other tasks: what a worker starts
/// itself waits for it in a place of its own, where no other worker finds it.
pub fn start_elsewhere(task: impl Future<Output = ()> + Send + 'static) {
    let here = tokio::runtime::Handle::current();
    match wire() {
        Some(wire) => drop(wire.spawn(async move { drop(here.spawn(task)) })),
        None => drop(here.spawn(task)),
    }
}

fn runtime(name: &str, workers: usize) -> io::Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(workers).thread_name(name).on_thread_start(stand_back).enable_all().build()
}
