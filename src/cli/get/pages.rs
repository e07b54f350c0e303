//! Where a list function puts its rows when a command asked for them.

use std::sync::{Arc, Mutex, PoisonError};

use futures::future::BoxFuture;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::ahead::Ahead;
use crate::base::{Fault, Scope};
use crate::fetch::Budget;
use crate::kinds::{AskAhead, PaidRow, Sink};
use crate::model::{Operation, Record};

/// Gathers what a list brings: it is printed when all of it is there.
pub(super) struct Pages {
    pub(super) budget: Budget,
    pub(super) scope: Scope,
    pub(super) rows: Arc<Mutex<Vec<Arc<Record>>>>,
    pub(super) pages: OnPage,
}

/// Who wants pages before all of them are there.
#[derive(Default)]
pub(super) struct OnPage {
    /// The first one.
    pub(super) first: Option<oneshot::Sender<Vec<Arc<Record>>>>,
    /// Each.
    pub(super) ahead: Option<Ahead>,
}

impl Sink for Pages {
    fn ask(&mut self, op: &'static Operation) -> BoxFuture<'_, Result<(), Fault>> {
        Box::pin(async move {
            self.budget.wait(&self.scope, op).await;
            Ok(())
        })
    }
    fn ahead(&self) -> Option<AskAhead> {
        let (budget, scope) = (self.budget.clone(), self.scope.clone());
        Some(Arc::new(move |op| budget.take(&scope, op, Instant::now()).is_ok()))
    }
    fn bought(&mut self, _: &[PaidRow]) {}
    fn page(&mut self, rows: Vec<Record>) -> BoxFuture<'_, Result<(), Fault>> {
        let rows: Vec<Arc<Record>> = rows.into_iter().map(Arc::new).collect();
        if let Some(ahead) = &self.pages.ahead {
            ahead.page(&self.scope, &rows);
        }
        if let Some(first) = self.pages.first.take() {
            // Nobody listens where nothing depends on it.
            let _ = first.send(rows.clone());
        }
        self.rows.lock().unwrap_or_else(PoisonError::into_inner).extend(rows);
        Box::pin(async { Ok(()) })
    }
}
