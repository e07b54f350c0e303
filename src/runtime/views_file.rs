//! The file of the views that are kept by a name. Each change reads it anew and writes it whole, beside other consoles that do the same.
//! A file that cannot be read is never written over, and what a later version has put into it stays there.

use std::io;
use std::path::PathBuf;

use serde_json::{Map, Value};

use super::own_file;
use crate::base::text::visible;
use crate::model::{SavedView, SavedViews};

/// Where it is.
#[derive(Debug, Clone)]
pub struct ViewsFile {
    path: PathBuf,
}

impl ViewsFile {
    /// A file that need not be there.
    pub fn at(path: PathBuf) -> ViewsFile {
        ViewsFile { path }
    }

    /// What is kept.
    ///
    /// # Errors
    /// It cannot be read: one sentence.
    pub fn read(&self) -> Result<SavedViews, String> {
        self.whole().map(|whole| views(&whole)).map_err(|e| {
            let path = self.path.to_string_lossy().into_owned();
            format!("{} cannot be read and is left as it is: {e}. Repair it, or move it away.", visible(&path))
        })
    }

    /// Keeps a view by this name, or drops it; returns what is kept then.
    ///
    /// # Errors
    /// It cannot be read or written: one sentence. The file is as it was.
    pub fn change(&self, name: &str, view: Option<&SavedView>) -> Result<SavedViews, String> {
        self.try_change(name, view).map_err(|e| {
            let done = if view.is_some() { "saved" } else { "forgotten" };
            format!("{} was not {done}: {} {e}.", visible(name), visible(&self.path.to_string_lossy()))
        })
    }

    fn try_change(&self, name: &str, view: Option<&SavedView>) -> Result<SavedViews, String> {
        let cannot = |e: io::Error| format!("cannot be written: {e}");
        let _lock = own_file::lock(&self.path).map_err(cannot)?;
        let mut whole = self.whole().map_err(|e| format!("cannot be read: {e}"))?;
        match view {
            Some(view) => {
                let view = serde_json::to_value(view).map_err(|e| cannot(e.into()))?;
                whole.insert(name.to_string(), view);
            }
            None => drop(whole.shift_remove(name)),
        }
        let mut text = serde_json::to_vec_pretty(&whole).map_err(|e| cannot(e.into()))?;
        text.push(b'\n');
        own_file::write(&self.path, &text).map_err(cannot)?;
        Ok(views(&whole))
    }

    fn whole(&self) -> io::Result<Map<String, Value>> {
        match own_file::read(&self.path) {
            Ok(text) => Ok(serde_json::from_str(&text)?),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Map::new()),
            Err(e) => Err(e),
        }
    }
}

/// Those that this version can read.
fn views(whole: &Map<String, Value>) -> SavedViews {
    let read = |(name, value): (&String, &Value)| Some((name.clone(), serde_json::from_value(value.clone()).ok()?));
    whole.iter().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn view(of: &str) -> SavedView {
        SavedView { of: of.into(), query: "state:running".into(), ..SavedView::default() }
    }

    #[test]
    fn what_is_kept_is_there_for_the_next_start_and_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/views.json");
        let file = ViewsFile::at(path.clone());
        assert_eq!(file.read(), Ok(SavedViews::new()));
        file.change("prod", Some(&view("instances"))).unwrap();
        // Another console has not read that.
        let both = ViewsFile::at(path.clone()).change("vols", Some(&view("volumes"))).unwrap();
        assert_eq!(both.keys().collect::<Vec<_>>(), ["prod", "vols"]);
        assert_eq!(file.read(), Ok(both));
        assert_eq!(file.change("prod", None).unwrap().keys().collect::<Vec<_>>(), ["vols"]);
        let mode = |name: &str| std::fs::metadata(path.with_file_name(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("views.json"), mode("views.lock"), mode(".")), (0o600, 0o600, 0o700));
    }

    #[test]
    fn many_consoles_at_once_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("views.json");
        let write = |i: usize| {
            let file = ViewsFile::at(path.clone());
            std::thread::spawn(move || file.change(&format!("v{i}"), Some(&view("instances"))).map(drop))
        };
        let threads: Vec<_> = (0..16).map(write).collect();
        threads.into_iter().for_each(|t| t.join().unwrap().unwrap());
        assert_eq!(ViewsFile::at(path).read().unwrap().len(), 16);
    }

    #[test]
    fn a_damaged_file_is_named_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("views.json");
        let file = ViewsFile::at(path.clone());
        for text in ["{ \"prod\": ", "[]", "\u{0}"] {
            std::fs::write(&path, text).unwrap();
            assert!(file.read().unwrap_err().contains("views.json cannot be read and is left as it is"));
            let why = file.change("x", Some(&view("instances"))).unwrap_err();
            assert!(why.starts_with("x was not saved: ") && why.contains("cannot be read"), "{why}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn what_a_later_version_kept_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("views.json");
        std::fs::write(&path, r#"{"new":{"of":7},"a":{"of":"vpcs","later":true}}"#).unwrap();
        let file = ViewsFile::at(path.clone());
        assert_eq!(file.read().unwrap().keys().collect::<Vec<_>>(), ["a"]);
        file.change("b", Some(&view("volumes"))).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("\"of\": 7") && text.contains("\"later\": true") && text.contains("\"b\""), "{text}");
    }
}
