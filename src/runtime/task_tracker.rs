//! Counts what is under way outside the loop, so that [`Engine::is_busy`](super::engine::Engine::is_busy) is exact: nothing is
//! ever between two places without being counted in one of them.

use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use crossbeam_channel::Sender;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::inbox::{Inbox, send};

/// The tasks of one engine. Cheap to clone; the clones count together.
#[derive(Clone)]
pub(super) struct Tasks {
    handle: Handle,
    count: Arc<AtomicUsize>,
}

/// One that is under way, until it is dropped.
struct Held(Arc<AtomicUsize>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Tasks {
    pub(super) fn on(handle: &Handle) -> Tasks {
        Tasks { handle: handle.clone(), count: Arc::default() }
    }
    fn held(&self) -> Held {
        self.count.fetch_add(1, Ordering::SeqCst);
        Held(self.count.clone())
    }
    /// Whether any of them is not done.
    pub(super) fn is_busy(&self) -> bool {
        self.count.load(Ordering::SeqCst) > 0
    }
    /// Starts one.
    pub(super) fn spawn<T: Send + 'static>(&self, task: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        let held = self.held();
        self.handle.spawn(async move {
            let _held = held;
            task.await
        })
    }
    /// Starts one that waits for a disk.
    pub(super) fn spawn_blocking(&self, task: impl FnOnce() + Send + 'static) {
        let held = self.held();
        self.handle.spawn_blocking(move || {
            let _held = held;
            task();
        });
    }
    /// Brings what comes out of a channel to the inbox. An item is counted from the moment that it leaves the channel.
    pub(super) fn forward<T: Send + 'static>(
        &self,
        mut from: mpsc::Receiver<T>,
        to: Sender<Inbox>,
        wrap: impl Fn(T) -> Inbox + Send + 'static,
    ) {
        let tasks = self.clone();
        self.handle.spawn(async move {
            while let (Some(item), _held) = poll_fn(|cx| {
                let held = tasks.held();
                match from.poll_recv(cx) {
                    Poll::Ready(item) => Poll::Ready((item, held)),
                    Poll::Pending => Poll::Pending,
                }
            })
            .await
            {
                send(&to, wrap(item)).await;
            }
        });
    }
}

/// Whether something lies in the channel.
pub(super) fn waits<T>(channel: &mpsc::Sender<T>) -> bool {
    channel.capacity() < channel.max_capacity()
}
