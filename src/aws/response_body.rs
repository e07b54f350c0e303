//! Large answers, gathered outside the heap.
//!
//! The SDK copies an answer into one piece before it parses it. An allocator takes a piece of several megabytes that was freed for
//! a sign that such pieces come often and keeps room for them from then on, in the memory of each thread that ever had one (glibc's
//! dynamic thresholds, mallopt(3)): 30 MB in all. A mapping of its own goes back to the system when the answer is parsed.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use aws_smithy_types::body::{Error, SdkBody};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use memmap2::MmapMut;

/// From this size on: below it, an allocator maps and keeps nothing of its own accord.
const LARGE: usize = 128 * 1024;

/// A body that comes in one piece once all of it is there; its errors and trailers are the inner one's.
pub(super) struct Gathered {
    inner: SdkBody,
    pieces: Vec<Bytes>,
    done: bool,
}

impl Gathered {
    pub(super) fn gather(inner: SdkBody) -> SdkBody {
        SdkBody::from_body_1_x(Gathered { inner, pieces: Vec::new(), done: false })
    }

    fn whole(&mut self) -> Option<Frame<Bytes>> {
        let pieces = std::mem::take(&mut self.pieces);
        let length = pieces.iter().map(Bytes::len).sum();
        if length >= LARGE
            && let Ok(mut map) = MmapMut::map_anon(length)
        {
            let mut at = 0;
            for piece in pieces {
                map[at..at + piece.len()].copy_from_slice(&piece);
                at += piece.len();
            }
            super::early::note(&map);
            return Some(Frame::data(Bytes::from_owner(map)));
        }
        let whole = pieces.concat();
        super::early::note(&whole);
        (length > 0).then(|| Frame::data(whole.into()))
    }
}

impl Body for Gathered {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        loop {
            if self.done {
                return Poll::Ready(None);
            }
            match ready!(Pin::new(&mut self.inner).poll_frame(cx)) {
                Some(Ok(frame)) => {
                    // Trailers are no part of what these services answer.
                    if let Ok(piece) = frame.into_data() {
                        self.pieces.push(piece);
                    }
                }
                Some(Err(e)) => {
                    self.done = true;
                    return Poll::Ready(Some(Err(e)));
                }
                None => {
                    self.done = true;
                    return Poll::Ready(self.whole().map(Ok));
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.done
    }

    fn size_hint(&self) -> SizeHint {
        if self.pieces.is_empty() { self.inner.size_hint() } else { SizeHint::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::{BodyExt as _, StreamBody};

    fn body(pieces: Vec<Result<Bytes, std::io::Error>>) -> SdkBody {
        let frames = pieces.into_iter().map(|p| p.map(Frame::data));
        SdkBody::from_body_1_x(StreamBody::new(futures::stream::iter(frames)))
    }

    #[tokio::test]
    async fn an_answer_comes_in_one_piece_whatever_its_size() {
        for size in [0, 10, LARGE - 1, LARGE, 3 * LARGE] {
            let bytes: Vec<u8> = (0..size).map(|i| (i % 251) as u8).collect();
            let pieces = bytes.chunks(1000).map(|c| Ok(Bytes::copy_from_slice(c))).collect();
            let mut gathered = Gathered::gather(body(pieces));
            let mut got = Vec::new();
            while let Some(frame) = gathered.frame().await {
                got.push(frame.unwrap().into_data().unwrap());
            }
            assert_eq!(got.len(), usize::from(size > 0));
            assert_eq!(got.concat(), bytes);
        }
    }

    #[tokio::test]
    async fn an_answer_that_breaks_off_is_an_error_and_no_shorter_answer() {
        let cut = std::io::Error::new(std::io::ErrorKind::UnexpectedEof, "cut");
        let mut gathered = Gathered::gather(body(vec![Ok(Bytes::from_static(b"<a>")), Err(cut)]));
        assert!(gathered.frame().await.unwrap().is_err());
        assert!(gathered.frame().await.is_none());
    }
}
