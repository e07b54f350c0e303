//! Keeping what AWS answered, word for word: for the detail's `raw`, where nothing may be lost in translation.
//!
//! It is a property of the task that asks, so that no other request in flight is kept, and the guard notes it after each answer.

use std::cell::RefCell;
use std::future::Future;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use crate::model::operation::Operation;

/// Longer answers are kept up to here: a row is asked for alone, but a list of buckets may have 10,000.
const MOST: usize = 4 << 20;

/// One good answer.
#[derive(Clone)]
pub struct Answer {
    /// What was asked.
    pub operation: &'static Operation,
    /// `text/xml;charset=UTF-8`, `application/cbor`…
    pub content_type: String,
    /// The body.
    pub body: Vec<u8>,
    /// Whether the body was longer.
    pub cut: bool,
}

tokio::task_local! {
    static ANSWERS: RefCell<Vec<Answer>>;
}

/// Runs `asking` and keeps the good answers to what it asks, in their order. Tasks that it starts are not seen.
pub async fn capture<F: Future>(asking: F) -> (F::Output, Vec<Answer>) {
    ANSWERS
        .scope(RefCell::default(), async {
            let out = asking.await;
            let answers = ANSWERS.try_with(RefCell::take).unwrap_or_default();
            (out, answers)
        })
        .await
}

/// Keeps an answer if this task wants it.
pub(super) fn note(operation: &'static Operation, response: &HttpResponse) {
    if !response.status().is_success() {
        return;
    }
    // Without a capture there is nothing to do, which is nearly always.
    let _ = ANSWERS.try_with(|answers| {
        let Some(body) = response.body().bytes() else { return };
        answers.borrow_mut().push(Answer {
            operation,
            content_type: response.headers().get("content-type").unwrap_or_default().to_string(),
            body: body[..body.len().min(MOST)].to_vec(),
            cut: body.len() > MOST,
        });
    });
}
