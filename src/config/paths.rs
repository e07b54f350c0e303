//! Where files are. Creates nothing.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

/// Where the console reads and writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The settings file.
    pub config: PathBuf,
    /// Whether the user named the settings file (`--config`, `SKYDECK_CONFIG`): then it must exist.
    pub explicit: bool,
    /// The user's keymaps, beside the settings file.
    pub keymaps: PathBuf,
    /// The user's themes, beside the settings file.
    pub themes: PathBuf,
    /// What must outlive a run: the journal, marks of what was under way. Private to the user.
    pub state: PathBuf,
}

/// Where files are: the settings file is `config` (from `--config` or `SKYDECK_CONFIG`) if given, else `config.toml` in
/// the platform's folder for settings (`$XDG_CONFIG_HOME/skydeck`, `~/.config/skydeck`).
pub fn paths(config: Option<&Path>) -> Paths {
    let dirs = ProjectDirs::from("", "", "skydeck");
    // A user without a home folder (a container) still gets a place for the journal, without which nothing can be
    // changed. Settings are not read from there: anybody may have put them into it.
    let temporary = || std::env::temp_dir().join(format!("skydeck-{}", rustix::process::geteuid().as_raw()));
    let systems = || PathBuf::from("/etc/skydeck");
    let default = dirs.as_ref().map_or_else(systems, |d| d.config_dir().to_path_buf()).join("config.toml");
    let file = config.map_or(default, Path::to_path_buf);
    let beside = file.parent().unwrap_or(Path::new("")).to_path_buf();
    Paths {
        explicit: config.is_some(),
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
        let p = paths(Some(Path::new("/a/b.toml")));
        assert_eq!((p.config.as_path(), p.explicit), (Path::new("/a/b.toml"), true));
        assert_eq!(p.keymaps, Path::new("/a/keymaps"));
        assert!(!paths(None).explicit && paths(None).config.ends_with("config.toml"));
    }
}
