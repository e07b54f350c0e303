//! What there is on this machine to connect with: programs on the path, and the files of key pairs.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use arcstr::ArcStr;
use rustix::fs::{Access, access};

use crate::base::text::{shell_quote, visible};
use crate::model::connect::{KeyFile, PROGRAMS, Tools, ToolsLook, key_files};

/// Where everybody's keys are.
const FIRST: &str = "~/.ssh";

/// Looks. It may take as long as a disk or a network takes: not for the drawing thread.
pub fn look_for(look: &ToolsLook) -> Tools {
    Tools {
        programs: programs(std::env::var_os("PATH").as_deref()),
        keys: keys(look, std::env::home_dir().as_deref()),
        one_time: place_for_key(),
    }
}

/// Where a key for one connection can be put now: a path that is not there yet. `None`: nowhere.
pub fn place_for_key() -> Option<String> {
    one_time(&[std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from), Some(std::env::temp_dir())])
}

/// Where a key for one connection would be put: in a new folder of the first of these where that can be. Nobody can know its name before.
/// `XDG_RUNTIME_DIR` is its user's alone and kept on no disk: <https://specifications.freedesktop.org/basedir-spec/latest/>.
fn one_time(folders: &[Option<PathBuf>]) -> Option<String> {
    let usable =
        |folder: &&PathBuf| folder.is_absolute() && access(*folder, Access::WRITE_OK | Access::EXEC_OK).is_ok();
    let path = |folder: &PathBuf| {
        let path = folder.join(format!("skydeck-{:016x}", fastrand::u64(..))).join("key");
        path.to_str().filter(|text| !in_ssh(text)).map(ToString::to_string)
    };
    folders.iter().flatten().filter(usable).find_map(path)
}

/// Whether ssh reads something else in a file's name: `%h`, `${HOME}`.
fn in_ssh(path: &str) -> bool {
    path.contains('%') || path.contains("${")
}

/// Which of the programs can be started.
fn programs(path: Option<&OsStr>) -> BTreeSet<&'static str> {
    let Some(path) = path else { return BTreeSet::new() };
    let folders: Vec<PathBuf> = std::env::split_paths(path).collect();
    let runs =
        |file: &Path| fs::metadata(file).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0);
    PROGRAMS.iter().copied().filter(|name| folders.iter().any(|folder| runs(&folder.join(name)))).collect()
}

fn keys(look: &ToolsLook, home: Option<&Path>) -> BTreeMap<ArcStr, KeyFile> {
    let mut shown: Vec<String> = vec![FIRST.into()];
    for folder in &look.folders {
        if !shown.contains(folder) {
            shown.push(folder.clone());
        }
    }
    let folders: Vec<PathBuf> = shown.iter().map(|folder| in_full(folder, home)).collect();
    let find = |name: &ArcStr| {
        let paths = folders.iter().flat_map(|folder| key_files(name).into_iter().map(|file| folder.join(file)));
        paths.filter_map(|path| key(&path)).next().unwrap_or_else(|| KeyFile::Missing(shown.clone()))
    };
    look.keys.iter().map(|name| (name.clone(), find(name))).collect()
}

/// Absolute, so that it is no option, whatever the working folder is called.
fn in_full(folder: &str, home: Option<&Path>) -> PathBuf {
    let path = match (folder, folder.strip_prefix("~/"), home) {
        ("~", _, Some(home)) => home.to_path_buf(),
        (_, Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(folder),
    };
    std::path::absolute(&path).unwrap_or(path)
}

/// What is at a path where a key may be; `None`: nothing.
fn key(path: &Path) -> Option<KeyFile> {
    let found = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    let refused = |why: String| Some(KeyFile::Refused(why));
    // A name that is no text cannot be shown, and so not copied either.
    let text = path.to_str()?;
    let shown = visible(text);
    // Its own files ssh refuses with a mode that lets others read them; a file of another owner it takes as it is.
    // <https://github.com/openssh/openssh-portable/blob/V_9_2_P1/authfile.c> (sshkey_perm_ok)
    if found.uid() == rustix::process::getuid().as_raw() && found.permissions().mode() & 0o077 != 0 {
        return refused(format!("Others can read the key file, and ssh refuses it: chmod 400 {}", shell_quote(text)));
    }
    if let Err(e) = File::open(path) {
        return refused(format!("The key file {shown} cannot be read: {e}."));
    }
    // ssh looks for the file as it is named, and then reads `%h` and `${HOME}` in the name as something else.
    if in_ssh(text) {
        return refused(format!("ssh cannot use a key file with % or ${{ in its path: rename {shown}"));
    }
    Some(KeyFile::Usable(text.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(folder: &Path, name: &str, mode: u32) -> String {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        fs::write(&path, "a key").expect("it can be written");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("it is ours");
        path.to_str().expect("a text").to_string()
    }

    #[test]
    fn a_key_is_found_by_its_name_and_never_outside_the_folders() {
        let home = tempfile::tempdir().expect("a folder");
        let at = |name: &str, folders: &[&str]| {
            let look =
                ToolsLook { keys: vec![name.into()], folders: folders.iter().map(ToString::to_string).collect() };
            keys(&look, Some(home.path())).remove(name).expect("an answer")
        };
        let pem = file(home.path(), ".ssh/web.pem", 0o400);
        let bare = file(home.path(), ".ssh/db", 0o600);
        let own = file(home.path(), "keys/team.pem", 0o400);
        file(home.path(), "secret.pem", 0o400);
        assert_eq!(at("web", &[]), KeyFile::Usable(pem));
        assert_eq!(at("db", &[]), KeyFile::Usable(bare));
        assert_eq!(at("team", &[]), KeyFile::Missing(vec!["~/.ssh".into()]));
        assert_eq!(at("team", &["~/keys"]), KeyFile::Usable(own));
        assert_eq!(at("../secret", &[]), KeyFile::Missing(vec!["~/.ssh".into()]), "a name leads nowhere else");
        assert!(matches!(at("", &[]), KeyFile::Missing(_)), "and a folder is no key");
    }

    #[test]
    fn a_key_that_others_can_read_is_refused_with_what_mends_it() {
        let home = tempfile::tempdir().expect("a folder");
        let open = file(home.path(), ".ssh/a b.pem", 0o644);
        let look = ToolsLook { keys: vec!["a b".into()], folders: Vec::new() };
        let found = keys(&look, Some(home.path()));
        let Some(KeyFile::Refused(why)) = found.get("a b") else { panic!("{found:?}") };
        assert!(why.ends_with(&format!("ssh refuses it: chmod 400 '{open}'")), "{why}");
        let odd = file(home.path(), ".ssh/a%h.pem", 0o400);
        let look = ToolsLook { keys: vec!["a%h".into()], folders: Vec::new() };
        let found = keys(&look, Some(home.path()));
        assert_eq!(
            found.get("a%h"),
            Some(&KeyFile::Refused(format!("ssh cannot use a key file with % or ${{ in its path: rename {odd}")))
        );
    }

    #[test]
    fn a_one_time_key_goes_to_a_folder_that_can_be_written_to_and_that_ssh_can_name() {
        let home = tempfile::tempdir().expect("a folder");
        let odd = home.path().join("100%h");
        fs::create_dir(&odd).expect("it can be made");
        let (none, good) = (home.path().join("none"), home.path().to_path_buf());
        let place =
            one_time(&[None, Some("relative".into()), Some(none), Some(odd.clone()), Some(good)]).expect("a place");
        let folder = Path::new(&place).parent().expect("a folder");
        assert!(folder.parent() == Some(home.path()) && !folder.exists(), "{place}");
        assert_eq!(one_time(&[Some(odd)]), None);
    }

    #[test]
    fn programs_are_those_that_can_be_started() {
        let home = tempfile::tempdir().expect("a folder");
        file(home.path(), "bin/ssh", 0o755);
        file(home.path(), "bin/aws", 0o644);
        let path = std::env::join_paths([home.path().join("none"), home.path().join("bin")]).expect("a path");
        assert_eq!(programs(Some(&path)), BTreeSet::from(["ssh"]));
        assert!(programs(None).is_empty());
    }
}
