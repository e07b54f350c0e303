//! Where files are. Creates nothing.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

/// Where the console reads and writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The settings file.
    pub config: PathBuf,
    /// What named the settings file (`--config`, `SKYDECK_CONFIG`), if anything did: then it must exist.
    pub named_by: Option<&'static str>,
    /// The user's keymaps, beside the settings file.
    pub keymaps: PathBuf,
    /// The user's themes, beside the settings file.
    pub themes: PathBuf,
    /// What must outlive a run: the journal, marks of what was under way. Private to the user.
    pub state: PathBuf,
}

/// Where files are: the settings file is the one that is `named`, with what names it (`--config` or `SKYDECK_CONFIG`), else
/// `config.toml` in the platform's folder for settings (`$XDG_CONFIG_HOME/skydeck`, `~/.config/skydeck`).
pub fn paths(named: Option<(&Path, &'static str)>) -> Paths {
    let dirs = ProjectDirs::from("", "", "skydeck");
    // A user without a home folder (a container) still gets a place for the journal, without which nothing can be
    // changed. Settings are not read from there: anybody may have put them into it.
    let temporary = || std::env::temp_dir().join(format!("skydeck-{}", rustix::process::geteuid().as_raw()));
    let systems = || PathBuf::from("/etc/skydeck");
    let default = dirs.as_ref().map_or_else(systems, |d| d.config_dir().to_path_buf()).join("config.toml");
    let file = named.map_or(default, |(path, _)| path.to_path_buf());
    let beside = file.parent().unwrap_or(Path::new("")).to_path_buf();
    Paths {
        named_by: named.map(|(_, by)| by),
        keymaps: beside.join("keymaps"),
        themes: beside.join("themes"),
        config: file,
        state: dirs
            .as_ref()
            .map_or_else(temporary, |d| d.state_dir().unwrap_or_else(|| d.data_local_dir()).to_path_buf()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keymaps_and_themes_are_beside_the_settings_that_were_named() {
        let p = paths(Some((Path::new("/a/b.toml"), "--config")));
        assert_eq!((p.config.as_path(), p.named_by), (Path::new("/a/b.toml"), Some("--config")));
        assert_eq!(p.keymaps, Path::new("/a/keymaps"));
        assert!(paths(None).named_by.is_none() && paths(None).config.ends_with("config.toml"));
    }
}
