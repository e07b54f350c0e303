//! Lists whose answers hold a thousand rows each: what reads them page by page, and several pages at a time where they are only gathered.
//!
//! The SDK takes tens of milliseconds to parse such an answer, on one core. But the next page's token is in it when it arrives
//! ([`crate::aws::early`]): so the next page is asked for at once, and parsed by another worker. What follows a page is decided by what
//! the SDK says of it; the early word is compared with that.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};

use super::convert::Converter;
use super::listing::{AskAhead, ListRequest, Pages};
use super::paging::{following, show};
use crate::aws::early;
use crate::base::{Fault, thread};
use crate::model::{Operation, Record};

/// Pages that are asked for and not handed over yet, at most: each is some 10 MB while it is parsed.
const MOST_AHEAD: usize = 4;

/// Makes the request for a token.
type Ask<T> = dyn Fn(Option<String>) -> BoxFuture<'static, Result<T, Fault>> + Send + Sync;

/// How one kind's pages are asked for and read.
pub struct Large<T> {
    send: Box<Ask<T>>,
    next: fn(&mut T) -> Option<String>,
    read: fn(&T, &mut Converter) -> Vec<Record>,
}

impl<T> Large<T> {
    /// `send` makes the request for a token, `next` takes the next page's token out of its answer, `read` makes the rows.
    pub fn new<F>(
        send: impl Fn(Option<String>) -> F + Send + Sync + 'static,
        next: fn(&mut T) -> Option<String>,
        read: fn(&T, &mut Converter) -> Vec<Record>,
    ) -> Large<T>
    where
        F: Future<Output = Result<T, Fault>> + Send + 'static,
    {
        Large { send: Box::new(move |token| send(token).boxed()), next, read }
    }
}

/// Asks for page after page and hands over their rows in order. An answer is dropped where it was parsed and before its worker parses
/// another one.
///
/// # Errors
/// What [`super::Sink::ask`] and [`super::Sink::page`] fail with, the first failed request, and a list that does not end.
pub async fn large_pages<T: Send + 'static>(
    pages: &mut Pages,
    request: &ListRequest,
    op: &'static Operation,
    kind: Large<T>,
) -> Result<(), Fault> {
    match pages.ahead() {
        Some(may) => side_by_side(pages, request, op, kind, may).await,
        None => one_by_one(pages, request, op, kind).await,
    }
}

async fn one_by_one<T>(
    pages: &mut Pages,
    request: &ListRequest,
    op: &'static Operation,
    kind: Large<T>,
) -> Result<(), Fault> {
    let mut converter = Converter::of(request);
    let mut token: Option<String> = None;
    loop {
        pages.ask(op).await?;
        let mut out = (kind.send)(token.clone()).await?;
        let next = (kind.next)(&mut out);
        show(pages, out, |out| (kind.read)(out, &mut converter)).await?;
        token = following(op, token.as_deref(), next)?;
        if token.is_none() {
            return Ok(());
        }
    }
}

async fn side_by_side<T: Send + 'static>(
    pages: &mut Pages,
    request: &ListRequest,
    op: &'static Operation,
    kind: Large<T>,
    may: AskAhead,
) -> Result<(), Fault> {
    let (started, mut under_way) = mpsc::unbounded_channel();
    let (request, converters) = (request.clone(), Mutex::default());
    let run = Arc::new(Run { op, kind, may, request, converters, waiting: AtomicUsize::new(0), started });
    let mut token: Option<String> = None;
    loop {
        let page = match under_way.try_recv() {
            Ok(page) => page,
            Err(_) => {
                pages.ask(op).await?;
                let mut page = None;
                run.start(token.clone(), |started| page = Some(started));
                page.ok_or_else(|| Fault::bug("A page was not started."))?
            }
        };
        if page.token != token {
            // Started early for another token than the answer then named: dropped, it stops.
            run.waiting.fetch_sub(1, Ordering::SeqCst);
            continue;
        }
        let lost = || Err(Fault::bug("Reading a page failed inside this program; see the log file."));
        let Page { rows, next } = page.page.await.unwrap_or_else(|_| lost())?;
        run.waiting.fetch_sub(1, Ordering::SeqCst);
        pages.page(rows).await?;
        token = following(op, token.as_deref(), next)?;
        if token.is_none() {
            return Ok(());
        }
    }
}

/// A page's rows, and the token of the next one.
struct Page {
    rows: Vec<Record>,
    next: Option<String>,
}

/// A page that was asked for. Dropped, it stops.
struct UnderWay {
    token: Option<String>,
    page: oneshot::Receiver<Result<Page, Fault>>,
}

/// One list that is read several pages at a time.
struct Run<T> {
    op: &'static Operation,
    kind: Large<T>,
    may: AskAhead,
    request: ListRequest,
    /// Those that no page is read with at the moment: each knows the texts that it has met.
    converters: Mutex<Vec<Converter>>,
    /// Pages that are not handed over yet.
    waiting: AtomicUsize,
    /// Where pages go that were started early.
    started: mpsc::UnboundedSender<UnderWay>,
}

impl<T: Send + 'static> Run<T> {
    /// Has a page asked for and read by whichever worker is free. It is handed to `tell` before that begins: a page that follows it is told of after it.
    fn start(self: &Arc<Self>, token: Option<String>, tell: impl FnOnce(UnderWay)) {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let (mut done, page) = oneshot::channel();
        let (run, asked) = (self.clone(), token.clone());
        tell(UnderWay { token, page });
        thread::start_elsewhere(async move {
            let read = tokio::select! {
                biased;
                () = done.closed() => return,
                read = run.read(asked) => read,
            };
            // Nobody waits for it any more.
            let _ = done.send(read);
        });
    }

    async fn read(self: &Arc<Self>, token: Option<String>) -> Result<Page, Fault> {
        let (run, this) = (self.clone(), token.clone());
        let early = move |next: String| {
            let goes_on = this.as_ref() != Some(&next) && run.waiting.load(Ordering::SeqCst) < MOST_AHEAD;
            if goes_on && (run.may)(run.op) {
                run.start(Some(next), |page| {
                    // The one that waits for it has gone.
                    let _ = run.started.send(page);
                });
            }
        };
        let mut out = early::told(early, (self.kind.send)(token)).await?;
        let next = (self.kind.next)(&mut out);
        let free = || self.converters.lock().unwrap_or_else(PoisonError::into_inner);
        let mut converter = { free().pop() }.unwrap_or_else(|| Converter::of(&self.request));
        let rows = (self.kind.read)(&out, &mut converter);
        free().push(converter);
        Ok(Page { rows, next })
    }
}

#[cfg(test)]
#[path = "large_pages_tests.rs"]
mod tests;
