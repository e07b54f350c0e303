//! Pages that tell more of one row than its fields do: what its console wrote, what is on its screen. A page is made of the row of a side
//! table, which is asked for only while the page is open.

use std::fmt;

use arcstr::ArcStr;

use crate::base::Time;
use crate::model::{KindInfo, Record};

/// The name of a row's key pair, or a sentence why it has none.
pub type KeyOf = fn(&Record) -> Result<ArcStr, String>;

/// A page of one row. One `static` each.
#[derive(Clone, Copy)]
pub struct RowPage {
    /// The command that opens it.
    pub name: &'static str,
    /// What it is of the row: `Console output`.
    pub title: &'static str,
    /// One or two sentences.
    pub doc: &'static str,
    /// The rows that have it.
    pub kind: &'static KindInfo,
    /// The side table that has what it shows.
    pub side: &'static KindInfo,
    /// Whether what it shows grows: it is asked for again, and the end stays in sight.
    pub follows: bool,
    /// Why it cannot be shown of this row now, if it cannot: one sentence.
    pub available: fn(&Record) -> Result<(), String>,
    /// What it shows, from the row of the side table.
    pub read: fn(&Record) -> PageContent,
    /// The key pair whose private half it takes to read it, if it takes one; the error is a sentence.
    pub key: Option<KeyOf>,
}

/// What a page shows.
#[derive(Debug, Clone, PartialEq)]
pub struct PageContent {
    /// Of which moment it is, where AWS says so.
    pub at: Option<Time>,
    /// When it was asked for.
    pub asked: Option<Time>,
    /// What it is.
    pub body: PageBody,
}

/// The kinds of what there is to show.
#[derive(Debug, Clone, PartialEq)]
pub enum PageBody {
    /// There is nothing yet, and why: a sentence. It is asked for again.
    NotYet(&'static str),
    /// There is nothing, and that is all: a sentence.
    Nothing(&'static str),
    /// Lines that grow: they are asked for again, and the end stays in sight.
    Lines(ArcStr),
    /// A picture, JPEG in Base64.
    Jpeg(ArcStr),
    /// What was encrypted with the public half of the row's key pair, RSA with PKCS #1 v1.5 padding, in Base64.
    Encrypted(ArcStr),
}

impl PageBody {
    /// Whether it is asked for again while it is looked at.
    pub fn follows(&self) -> bool {
        matches!(self, PageBody::NotYet(_) | PageBody::Lines(_))
    }
}

impl PartialEq for RowPage {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for RowPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
