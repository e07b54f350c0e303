//! Rows as JSON, written while the pages after theirs are read: the SDK's parser keeps one core busy, and what becomes of its rows need not
//! wait for its end.

use std::borrow::Cow;
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::{FxBuildHasher, FxHashMap};
use tokio::task::JoinHandle;

use super::row::Row;
use crate::base::Scope;
use crate::export;
use crate::kinds::facts::Element;
use crate::model::Record;
use crate::query::Placed;

/// Bytes that are written ahead of time at most. Of a longer list the rest is written when all of it is there, in pieces.
const ROOM: usize = 32 << 20;

/// Rows that one thread writes at a time: of the last page each core has some.
const PIECE: usize = 500;

/// One row's text, as [`export::json_element`] writes it, with a comma before it.
#[derive(Debug, Clone)]
pub(super) struct Text {
    piece: Arc<Vec<u8>>,
    row: Range<usize>,
    /// Where the account's `null` stands, if it was not known yet when the row was written.
    account: Option<Range<usize>>,
}

/// The texts of rows that were written, one after the other. What lies side by side is one piece, and nothing is copied.
///
/// # Errors
/// An account is none that JSON can hold, which is a bug.
pub(super) fn pieces(rows: &[Row]) -> impl Iterator<Item = io::Result<Cow<'_, [u8]>>> {
    let mut rows = rows.iter().filter_map(|r| Some((r.text.as_ref()?, r.account.as_deref()))).peekable();
    std::iter::from_fn(move || {
        let (text, account) = rows.next()?;
        if let Some((at, account)) = text.account.clone().zip(account) {
            return Some(text.with_account(at, account).map(Cow::Owned));
        }
        let mut end = text.row.end;
        let follows = |end, (next, account): &(&Text, Option<&str>)| {
            let beside = Arc::ptr_eq(&next.piece, &text.piece) && next.row.start == end;
            beside && (next.account.is_none() || account.is_none())
        };
        while let Some((next, _)) = rows.next_if(|next| follows(end, next)) {
            end = next.row.end;
        }
        Some(Ok(Cow::Borrowed(&text.piece[text.row.start..end])))
    })
}

impl Text {
    /// The row with its account.
    fn with_account(&self, at: Range<usize>, account: &str) -> io::Result<Vec<u8>> {
        let mut text = Vec::with_capacity(self.row.len() + account.len());
        text.extend_from_slice(&self.piece[self.row.start..at.start]);
        export::json(&account, &mut text)?;
        text.extend_from_slice(&self.piece[at.end..self.row.end]);
        Ok(text)
    }
}

/// Takes pages as they come. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Ahead {
    written: Arc<AtomicUsize>,
    pieces: Arc<Mutex<Vec<JoinHandle<Vec<Written>>>>>,
    accounts: Arc<Mutex<FxHashMap<String, Arc<str>>>>,
}

type Written = (Arc<Record>, Text);

impl Ahead {
    /// Says whose account a profile reaches, for the rows that come from now on.
    pub(super) fn identified(&self, profile: &str, account: &str) {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.insert(profile.into(), account.into());
    }

    /// Writes a page's rows on threads of their own. To be called within the runtime.
    pub(super) fn page(&self, scope: &Scope, rows: &[Arc<Record>]) {
        if self.written.load(Ordering::Relaxed) > ROOM {
            return;
        }
        for rows in rows.chunks(PIECE) {
            let (ahead, scope, rows) = (self.clone(), scope.clone(), rows.to_vec());
            let piece = tokio::task::spawn_blocking(move || ahead.piece(&scope, rows));
            self.pieces.lock().unwrap_or_else(PoisonError::into_inner).push(piece);
        }
    }

    fn piece(&self, scope: &Scope, rows: Vec<Arc<Record>>) -> Vec<Written> {
        let account = scope.profile().and_then(|profile| {
            let accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
            accounts.get(profile.as_str()).cloned()
        });
        let Ok((text, places)) = piece(scope, account.as_deref(), &rows) else { return Vec::new() };
        self.written.fetch_add(text.len(), Ordering::Relaxed);
        let piece = Arc::new(text);
        let texts = places.into_iter().map(|(row, account)| Text { piece: piece.clone(), row, account });
        rows.into_iter().zip(texts).collect()
    }

    /// Gives the rows what was written of them. A piece that was lost is written when it is printed.
    pub(super) async fn hand_out(&self, rows: &mut [Row]) {
        let pieces = std::mem::take(&mut *self.pieces.lock().unwrap_or_else(PoisonError::into_inner));
        let mut texts = FxHashMap::with_capacity_and_hasher(rows.len(), FxBuildHasher);
        for piece in pieces {
            texts.extend(piece.await.unwrap_or_default().into_iter().map(|(row, text)| (address(&row), (row, text))));
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

/// Where rows and accounts that are not known yet lie in a piece's text.
type Places = Vec<(Range<usize>, Option<Range<usize>>)>;

fn piece(scope: &Scope, account: Option<&str>, rows: &[Arc<Record>]) -> io::Result<(Vec<u8>, Places)> {
    /// No text of AWS's holds it: in JSON's texts a line break is written as `\n`.
    const ACCOUNT: &[u8] = b"\n    \"account\": ";
    let unknown = account.is_none().then(|| memchr::memmem::Finder::new(ACCOUNT));
    let (mut text, mut places) = (Vec::with_capacity(rows.len() * 1280), Vec::with_capacity(rows.len()));
    for row in rows {
        let from = text.len();
        text.push(b',');
        export::json_element(&Element::of(&Placed(row, scope), account), &mut text)?;
        let at = unknown.as_ref().and_then(|u| u.find(&text[from..])).map(|at| from + at + ACCOUNT.len());
        places.push((from..text.len(), at.map(|at| at..at + b"null".len())));
    }
    Ok((text, places))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::{facts, registry, testing};

    fn bare(scope: &Scope, record: &Arc<Record>, account: Option<&str>) -> Row {
        let places = vec![None; record.kind.fields.len()].into();
        let (scope, record, account) = (scope.clone(), record.clone(), account.map(Into::into));
        Row { scope, record, beside: Box::default(), places, names: Arc::default(), account, text: None }
    }

    #[test]
    fn what_is_written_ahead_is_what_would_be_written_at_the_end() {
        let kind = registry::ALL.kind("volumes").expect("a kind").info;
        let scope = Scope::region("prod", "ap-northeast-2");
        let mean = "x\n    \"account\": null, \u{202e}결제";
        let rows: Vec<_> = [("vol-1", mean), ("vol-2", "data"), ("vol-3", "")]
            .into_iter()
            .map(|(id, name)| Arc::new(testing::row(kind, id, name, "in-use").tags(&[("Name", name)]).record()))
            .collect();
        // Whose account it is may be known when a row is written, or when it is printed, or never.
        for (early, account) in
            [(None, Some("111122223333")), (None, None), (Some("111122223333"), Some("111122223333"))]
        {
            let (text, places) = piece(&scope, early, &rows).unwrap();
            let piece = Arc::new(text);
            let printed = |(record, (row, at)): (&Arc<Record>, _)| Row {
                text: Some(Text { piece: piece.clone(), row, account: at }),
                ..bare(&scope, record, account)
            };
            let printed: Vec<Row> = rows.iter().zip(places).map(printed).collect();
            let whole: Vec<u8> = pieces(&printed).flat_map(|p| p.unwrap().into_owned()).collect();
            let one = pieces(&printed).count() == 1;
            assert_eq!(one, early.is_some() || account.is_none(), "what lies side by side is printed at once");
            let whole = [b"[", &whole[1..], b"\n]"].concat();
            let placed: Vec<_> = rows.iter().map(|r| Placed(r, &scope)).collect();
            let elements: Vec<_> = placed.iter().map(|r| facts::Element::of(r, account)).collect();
            let mut expected = Vec::new();
            export::json(&elements, &mut expected).unwrap();
            assert_eq!(String::from_utf8(whole).unwrap(), String::from_utf8(expected).unwrap());
        }
    }
}
