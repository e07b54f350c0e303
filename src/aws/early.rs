//! The token of the next page, read off an answer before the SDK has parsed it.
//!
//! The SDK hands over an answer's token together with its thousand rows, tens of milliseconds after the bytes were there. Who
//! gathers pages can have the next one on its way, and parsed by another thread, meanwhile. It is a hint: whoever uses it compares it with what the
//! SDK then says.

use std::cell::Cell;
use std::future::Future;

use memchr::memmem;

/// How far from either end of an answer the token is looked for. It is a child of the root, before or after the rows, and at most a
/// few hundred characters long.
const NEAR: usize = 8 << 10;

const OPEN: &[u8] = b"<nextToken>";
const CLOSE: &[u8] = b"</nextToken>";

type Tell = Box<dyn FnOnce(String) + Send>;

tokio::task_local! {
    static WHO: Cell<Option<Tell>>;
}

/// Runs `asking`, and calls `tell` with the token of the first answer that has one, before that answer is parsed.
pub async fn told<F: Future>(tell: impl FnOnce(String) + Send + 'static, asking: F) -> F::Output {
    WHO.scope(Cell::new(Some(Box::new(tell))), asking).await
}

/// An answer is there as a whole, and will be parsed by this task next.
pub(crate) fn note(body: &[u8]) {
    // Hardly anybody asks.
    let _ = WHO.try_with(|who| {
        let Some(tell) = who.take() else { return };
        match token(body) {
            Some(token) => tell(token),
            None => who.set(Some(tell)),
        }
    });
}

/// The text of `<nextToken>` near the beginning or the end of an answer in XML. Inside a text it could only stand with its `<` escaped.
fn token(body: &[u8]) -> Option<String> {
    let (head, tail) = (&body[..body.len().min(NEAR)], &body[body.len().saturating_sub(NEAR)..]);
    let text = [tail, head].into_iter().find_map(|part| {
        let from = memmem::find(part, OPEN)? + OPEN.len();
        let to = memmem::find(&part[from..], CLOSE)?;
        std::str::from_utf8(&part[from..from + to]).ok()
    })?;
    let token = quick_xml::escape::unescape(text).ok()?;
    (!token.is_empty()).then(|| token.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_at_either_end_and_nowhere_else() {
        let rows = "<item/>".repeat(NEAR);
        for (answer, expected) in [
            (format!("<R><set>{rows}</set><nextToken>a+/b==</nextToken></R>"), Some("a+/b==")),
            (format!("<R><nextToken>a&amp;b</nextToken><set>{rows}</set></R>"), Some("a&b")),
            (format!("<R><set>{rows}<nextToken>no</nextToken>{rows}</set></R>"), None),
            ("<R><set><value>&lt;nextToken&gt;x&lt;/nextToken&gt;</value></set><nextToken/></R>".into(), None),
            ("<R><nextToken></nextToken></R>".into(), None),
            ("<R><nextToken>cut".into(), None),
            (String::new(), None),
        ] {
            assert_eq!(token(answer.as_bytes()).as_deref(), expected, "{}", &answer[..answer.len().min(40)]);
        }
    }

    #[tokio::test]
    async fn who_asked_is_told_once_and_others_never() {
        let (tell, told_of) = std::sync::mpsc::channel();
        told(move |t| tell.send(t).unwrap(), async {
            note(b"<R/>");
            note(b"<R><nextToken>1</nextToken></R>");
            note(b"<R><nextToken>2</nextToken></R>");
        })
        .await;
        note(b"<R><nextToken>3</nextToken></R>");
        assert_eq!(told_of.iter().collect::<Vec<_>>(), ["1"]);
    }
}
