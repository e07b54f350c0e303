//! The settings file, made and opened: `skydeck config --default --write` and `skydeck config --edit`.

use std::fs::DirBuilder;
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::process::{Command, ExitCode};

use super::{Failure, Options, files, out, session};
use crate::base::text::visible;
use crate::config::settings;
use crate::runtime::editor;

/// `skydeck config --default --write`
pub(super) fn write_default(options: &Options) -> Result<ExitCode, Failure> {
    let path = session::settings(options).0.paths.config;
    let shown = visible(&path.to_string_lossy()).into_owned();
    if !create(&path)? {
        return Err(Failure::Failed(format!(
            "{shown} is there already and was left as it is.\n  skydeck config --edit opens it."
        )));
    }
    out::print(&format!("{shown}\n"))?;
    Ok(ExitCode::SUCCESS)
}

/// `skydeck config --edit`: the user's editor on the settings file, and what is wrong with it afterwards.
pub(super) fn edit(options: &Options) -> Result<ExitCode, Failure> {
    let path = session::settings(options).0.paths.config;
    create(&path)?;
    let words = editor::named(|name| std::env::var(name).ok()).map_err(Failure::Failed)?;
    let [program, arguments @ ..] = words.as_slice() else {
        return Err(Failure::Failed("No editor is named.".into()));
    };
    let status = Command::new(program).args(arguments).arg(&path).status().map_err(|e| {
        Failure::Failed(format!("{} cannot be run: {e}.\n  $VISUAL or $EDITOR names another editor.", visible(program)))
    })?;
    if !status.success() {
        return Err(Failure::Failed(format!(
            "{} ended with {status}; the settings were not checked.",
            visible(program)
        )));
    }
    files::check(options)
}

/// Makes the file with the defaults, whole or not at all, for its owner only. Whether it was not there before.
fn create(path: &Path) -> Result<bool, Failure> {
    let trouble = |e: io::Error| Failure::Failed(format!("{} cannot be written: {e}.", path.display()));
    if path.try_exists().map_err(trouble)? {
        return Ok(false);
    }
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(trouble)?;
    let mut file = tempfile::NamedTempFile::new_in(dir).map_err(trouble)?;
    file.write_all(settings::default_file().as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(trouble)?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(true),
        // Another process was quicker.
        Err(e) if e.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(e) => Err(trouble(e.error)),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_default_settings_are_their_owners_and_never_over_anothers() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b/config.toml");
        assert!(create(&path).unwrap());
        let mode = |p: &Path| fs::metadata(p).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        fs::write(&path, "theme = \"light\"\n").unwrap();
        assert!(!create(&path).unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "theme = \"light\"\n");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left lying about");
    }
}
