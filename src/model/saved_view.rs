//! A view as it is kept on disk: by a name, and as the last one that was shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What was looked at. Fields are there by their names, so that a later version that knows more of them, or fewer, reads it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedView {
    /// The kind, or the board.
    pub of: String,
    /// The row whose rows are shown, and what it is called: a bucket and folder, an instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<(String, String)>,
    /// The query.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub query: String,
    /// What the rows are sorted by, with `-` before it if downwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// The columns, if somebody has chosen them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<String>>,
    /// Profiles and regions, if they belong to it; else it is shown wherever one is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<(String, String)>,
}

/// Those that have names.
pub type SavedViews = BTreeMap<String, SavedView>;

impl SavedView {
    /// What it shows, as a line of the palette would say it.
    pub fn line(&self) -> String {
        let parent = self.parent.as_ref().map(|(_, label)| label.as_str()).unwrap_or_default();
        [&self.of, parent, &self.query].iter().filter(|s| !s.is_empty()).copied().collect::<Vec<_>>().join(" ")
    }
}

impl std::fmt::Debug for SavedView {
    /// What was typed is not in debug output.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SavedView(of {})", self.of)
    }
}
