//! Rows as JSON, written while the pages after theirs are read: the SDK's parser keeps one core busy, and what becomes of its rows need not
//! wait for its end.

use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;
use tokio::task::JoinHandle;

use super::row::Row;
use crate::base::Scope;
use crate::export;
use crate::kinds::facts::Element;
use crate::model::Record;
use crate::query::Placed;

/// Bytes that are written ahead of time at most. Of a longer list the rest is written when all of it is there, in pieces.
const ROOM: usize = 32 << 20;

/// One row's text, as [`export::json_element`] writes it.
#[derive(Debug, Clone)]
pub(super) struct Text {
    page: Arc<Vec<u8>>,
    row: Range<usize>,
    /// Where the account's `null` stands, which may not be known yet when the row is written.
    account: Option<Range<usize>>,
}

impl Text {
    /// Appends the row with its account.
    pub(super) fn append(&self, account: Option<&str>, to: &mut Vec<u8>) -> io::Result<()> {
        let Some((at, account)) = self.account.clone().zip(account) else {
            to.extend_from_slice(&self.page[self.row.clone()]);
            return Ok(());
        };
        to.extend_from_slice(&self.page[self.row.start..at.start]);
        export::json(&account, to)?;
        to.extend_from_slice(&self.page[at.end..self.row.end]);
        Ok(())
    }
}

/// Takes pages as they come. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Ahead {
    written: Arc<AtomicUsize>,
    pages: Arc<Mutex<Vec<JoinHandle<Vec<Written>>>>>,
}

type Written = (Arc<Record>, Text);

impl Ahead {
    /// Writes a page's rows on a thread of their own. To be called within the runtime.
    pub(super) fn page(&self, scope: &Scope, rows: &[Arc<Record>]) {
        if self.written.load(Ordering::Relaxed) > ROOM {
            return;
        }
        let (scope, rows, written) = (scope.clone(), rows.to_vec(), self.written.clone());
        let page = tokio::task::spawn_blocking(move || {
            let Ok(page) = page(&scope, &rows) else { return Vec::new() };
            written.fetch_add(page.0.len(), Ordering::Relaxed);
            let text = Arc::new(page.0);
            let texts = page.1.into_iter().map(|(row, account)| Text { page: text.clone(), row, account });
            rows.into_iter().zip(texts).collect()
        });
        self.pages.lock().unwrap_or_else(PoisonError::into_inner).push(page);
    }

    /// Gives the rows what was written of them. A page that was lost is written when it is printed.
    pub(super) async fn hand_out(&self, rows: &mut [Row]) {
        let pages = std::mem::take(&mut *self.pages.lock().unwrap_or_else(PoisonError::into_inner));
        let mut texts = FxHashMap::default();
        for page in pages {
            texts.extend(page.await.unwrap_or_default().into_iter().map(|(row, text)| (address(&row), (row, text))));
        }
        for row in rows {
            row.text = texts.remove(&address(&row.record)).map(|(_, text)| text);
        }
    }
}

/// A row's place in memory, which nothing else has while the row is held.
fn address(row: &Arc<Record>) -> usize {
    Arc::as_ptr(row).addr()
}

/// Where rows and their accounts lie in a page's text.
type Places = Vec<(Range<usize>, Option<Range<usize>>)>;

fn page(scope: &Scope, rows: &[Arc<Record>]) -> io::Result<(Vec<u8>, Places)> {
    /// No text of AWS's holds it: in JSON's texts a line break is written as `\n`.
    const ACCOUNT: &[u8] = b"\n    \"account\": ";
    let account = memchr::memmem::Finder::new(ACCOUNT);
    let (mut text, mut places) = (Vec::with_capacity(rows.len() * 1024), Vec::with_capacity(rows.len()));
    for row in rows {
        let from = text.len();
        export::json_element(&Element::of(&Placed(row, scope), None), &mut text)?;
        let at = account.find(&text[from..]).map(|at| from + at + ACCOUNT.len());
        places.push((from..text.len(), at.map(|at| at..at + b"null".len())));
    }
    Ok((text, places))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::{facts, registry, testing};

    #[test]
    fn what_is_written_ahead_is_what_would_be_written_at_the_end() {
        let kind = registry::ALL.kind("volumes").expect("a kind").info;
        let scope = Scope::region("prod", "ap-northeast-2");
        let mean = "x\n    \"account\": null, \u{202e}결제";
        let rows: Vec<_> = [("vol-1", mean), ("vol-2", "data"), ("vol-3", "")]
            .into_iter()
            .map(|(id, name)| Arc::new(testing::row(kind, id, name, "in-use").tags(&[("Name", name)]).record()))
            .collect();
        let (text, places) = page(&scope, &rows).unwrap();
        let text = Arc::new(text);
        for account in [Some("111122223333"), None] {
            let mut whole = b"[".to_vec();
            for (i, (row, at)) in places.iter().cloned().enumerate() {
                whole.extend_from_slice(if i > 0 { b"," } else { b"" });
                Text { page: text.clone(), row, account: at }.append(account, &mut whole).unwrap();
            }
            whole.extend_from_slice(b"\n]");
            let placed: Vec<_> = rows.iter().map(|r| Placed(r, &scope)).collect();
            let elements: Vec<_> = placed.iter().map(|r| facts::Element::of(r, account)).collect();
            let mut expected = Vec::new();
            export::json(&elements, &mut expected).unwrap();
            assert_eq!(String::from_utf8(whole).unwrap(), String::from_utf8(expected).unwrap());
        }
    }
}
