//! What a handler reads of its request, noted down while [`noting`] runs: so a test finds out which parameters the sandbox models.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;

use super::given::Given;
use super::walk::Leaf;

thread_local! {
    static ON: Cell<bool> = const { Cell::new(false) };
    static NOTES: RefCell<Notes> = RefCell::default();
}

#[derive(Default)]
struct Notes {
    /// Where the values lie that were read. A request's values keep their places as long as it is answered.
    read: HashSet<usize>,
    /// The parameters of the requests that were answered, and whether each was read.
    answered: Vec<(String, bool)>,
}

fn place<T>(value: &T) -> usize {
    std::ptr::from_ref(value).addr()
}

/// Notes that a value of a request was read. Does nothing unless [`noting`] runs on this thread.
pub fn note<T>(value: &T) {
    if ON.get() {
        NOTES.with_borrow_mut(|n| n.read.insert(place(value)));
    }
}

/// The same of a text: a header's, or a parameter's of the query.
pub fn note_text(text: &str) {
    if ON.get() {
        NOTES.with_borrow_mut(|n| n.read.insert(text.as_ptr().addr()));
    }
}

/// Runs `answer`, and hands back the parameters of the requests that it had answered, each with whether its handler read it. They are
/// named as the API does, without numbers: `BlockDeviceMappings.Ebs.VolumeSize`.
pub fn noting<T>(answer: impl FnOnce() -> T) -> (T, Vec<(String, bool)>) {
    NOTES.with_borrow_mut(|n| *n = Notes::default());
    ON.set(true);
    let answer = answer();
    ON.set(false);
    (answer, NOTES.with_borrow_mut(std::mem::take).answered)
}

/// Whether [`noting`] runs on this thread: then nothing is refused for not being read.
pub(super) fn on() -> bool {
    ON.get()
}

/// Forgets what was read so far: the checks of the shape read everything.
pub(super) fn begin() {
    if ON.get() {
        NOTES.with_borrow_mut(|n| n.read.clear());
    }
}

/// Notes which of these texts were read, each with the name of its parameter. See [`end`].
pub(super) fn end_texts(texts: &[(&str, &str)]) {
    if ON.get() {
        NOTES.with_borrow_mut(|n| {
            for (name, text) in texts {
                let read = n.read.contains(&text.as_ptr().addr());
                n.answered.push(((*name).to_owned(), read));
            }
        });
    }
}

/// Notes which of these were read.
pub(super) fn end<G: Given>(leaves: &[Leaf<'_, G>]) {
    if ON.get() {
        NOTES.with_borrow_mut(|n| {
            for leaf in leaves {
                let read = n.read.contains(&place(leaf.given));
                n.answered.push((leaf.path.clone(), read));
            }
        });
    }
}
