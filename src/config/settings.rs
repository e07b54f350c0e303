//! The settings file: what can be set, as one ordered slice, from which the file is checked and its commented default
//! and the docs are written.

mod list;
mod read;

use std::fmt::Write as _;
use std::path::PathBuf;

use indexmap::IndexMap;

use super::color::Color;
pub use list::SETTINGS;
use list::profile;
pub(crate) use read::read;

/// What the user has set, with the defaults for the rest.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The theme's name, or `auto`.
    pub theme: String,
    /// The keymap's name.
    pub keymap: String,
    /// The palette line that the console opens with; `None` means the last view.
    pub view: Option<String>,
    /// Regions whose resources are joined in one table; empty means the environment's or the profile's own.
    pub regions: Vec<String>,
    /// No write request leaves the process. Once on, nothing turns it off.
    pub read_only: bool,
    /// Seconds between two looks at what is on the screen.
    pub refresh: u32,
    /// Percent of AWS's documented request rate that the console may take.
    pub api_share: u8,
    /// Whether the first change in an account in each run asks for the last four digits of its id.
    pub confirm_account_digits: bool,
    /// Whether what was entered is kept for the next start.
    pub remember: bool,
    /// The zone of times: `local`, `UTC`, or a name such as `Asia/Seoul`.
    pub time_zone: String,
    /// Whether the mouse is the console's.
    pub mouse: bool,
    /// How pictures are shown: `auto`, `blocks`, or a terminal's protocol.
    pub pictures: String,
    /// Where downloads go; `None` means the folder the console was started in.
    pub downloads: Option<PathBuf>,
    /// Where the log goes; `None` means no log.
    pub log: Option<PathBuf>,
    /// The columns of a kind, by the kind's name, in order.
    pub columns: IndexMap<String, Vec<String>>,
    /// The user's own names for lines of the palette.
    pub aliases: Aliases,
    /// Connecting to instances.
    pub connect: ConnectSettings,
    /// What holds for one profile.
    pub profiles: IndexMap<String, ProfileSettings>,
    /// The embedded account.
    pub sandbox: SandboxSettings,
}

/// Names for lines of the palette: each with the line that it stands for, without a colon.
pub type Aliases = IndexMap<String, String>;

/// Connecting to instances.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConnectSettings {
    /// Folders in which key files are looked for, after `~/.ssh`.
    pub keys: Vec<String>,
    /// User names by patterns of images' names, in order.
    pub users: IndexMap<String, String>,
}

/// What holds for one profile.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProfileSettings {
    /// Read-only for this profile.
    pub read_only: bool,
    /// Whether its instances may be connected to in read-only mode.
    pub connect: bool,
    /// The colour of its band in the header.
    pub band: Option<Color>,
    /// What the header shows instead of the profile's name.
    pub label: Option<String>,
    /// Overrides [`Settings::confirm_account_digits`].
    pub confirm_account_digits: Option<bool>,
}

/// The embedded account.
#[derive(Debug, Clone, PartialEq)]
pub struct SandboxSettings {
    /// The world that `--sandbox` opens, e.g. `demo` or `fleet:10000`.
    pub world: String,
    /// How much faster than the clock its time runs.
    pub speed: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            theme: "auto".into(),
            keymap: "default".into(),
            view: None,
            regions: Vec::new(),
            read_only: false,
            refresh: 10,
            api_share: 20,
            confirm_account_digits: true,
            remember: true,
            time_zone: "local".into(),
            mouse: false,
            pictures: "auto".into(),
            downloads: None,
            log: None,
            columns: IndexMap::new(),
            aliases: Aliases::new(),
            connect: ConnectSettings::default(),
            profiles: IndexMap::new(),
            sandbox: SandboxSettings { world: "demo".into(), speed: 1.0 },
        }
    }
}

impl Settings {
    /// What is set for a profile.
    pub fn profile(&self, name: &str) -> Option<&ProfileSettings> {
        self.profiles.get(name)
    }
    /// Whether nothing may be changed through this profile.
    pub fn is_read_only(&self, profile: &str) -> bool {
        self.read_only || self.profile(profile).is_some_and(|p| p.read_only)
    }
    /// Whether the first change through this profile asks for the account's last four digits.
    pub fn asks_account_digits(&self, profile: &str) -> bool {
        self.profile(profile).and_then(|p| p.confirm_account_digits).unwrap_or(self.confirm_account_digits)
    }
    /// What the band says for this profile.
    pub fn label<'a>(&'a self, profile: &'a str) -> &'a str {
        self.profile(profile).and_then(|p| p.label.as_deref()).unwrap_or(profile)
    }
    /// The colour of this profile's band, if it has one of its own.
    pub fn band(&self, profile: &str) -> Option<Color> {
        self.profile(profile).and_then(|p| p.band)
    }
}

/// What a setting wants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SettingType {
    /// true or false.
    Bool,
    /// A whole number within bounds.
    Integer {
        /// The least.
        min: i64,
        /// The most.
        max: i64,
        /// Of what.
        unit: &'static str,
    },
    /// A number within bounds.
    Number {
        /// The least.
        min: f64,
        /// The most.
        max: f64,
    },
    /// A text in quotes.
    Text,
    /// A colour as themes write them.
    Color,
    /// A list of texts.
    List,
    /// A file or folder; `~/` is the home folder.
    Path,
    /// What keys do.
    Binding,
}

/// A value that has its setting's type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Parsed {
    Bool(bool),
    Integer(i64),
    Number(f64),
    Text(String),
    Color(Color),
    List(Vec<String>),
    Path(PathBuf),
}

/// A setting, as the file, the docs and the default know it.
pub struct Setting {
    /// Its place in the file: `refresh`, `sandbox.speed`, `profiles.NAME.band`; a part in capitals is the user's word.
    pub path: &'static str,
    /// What it wants.
    pub kind: SettingType,
    /// The default as it would be written in the file, or an example for what has none.
    pub value: &'static str,
    /// What it does: sentences, for the commented default and the docs.
    pub doc: &'static str,
    /// The option or variable that goes before it, if any.
    pub option: Option<&'static str>,
    /// Puts a value of its type, and the user's word of its path, into the settings.
    pub(crate) apply: fn(&mut Settings, &str, Parsed),
}

impl std::fmt::Debug for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Setting({})", self.path)
    }
}

/// The commented default file that `skydeck config --default` prints: every setting, its doc, its default.
pub fn default_file() -> String {
    let mut out = String::from(
        "# Skydeck's settings. Every line is optional; commented-out lines show the default, or an example.\n# \
         `skydeck config` says where this file is read from, `skydeck config --check` what is wrong with it.\n",
    );
    let mut section = "";
    for setting in SETTINGS {
        let (of, key) = setting.path.rsplit_once('.').unwrap_or(("", setting.path));
        let (of, key) = (of, example(key));
        if of != section {
            section = of;
            // Commented out like its lines: an empty section would be noise, and a profile called NAME is nobody's.
            let _ = write!(out, "\n# [{}]\n", of.replace("NAME", "prod"));
        } else if section.is_empty() {
            out.push('\n');
        }
        for line in wrapped(setting.doc, 110) {
            let _ = writeln!(out, "# {line}");
        }
        let _ = writeln!(out, "# {key} = {}", setting.value);
    }
    out
}

/// A key of a path as the default file writes it: for the user's word an example.
fn example(key: &'static str) -> &'static str {
    match key {
        "KIND" => "instances",
        "KEYS" => "\"1\"",
        "ALIAS" => "prod",
        "PATTERN" => "\"my-app-*\"",
        other => other,
    }
}

/// The page `docs/settings.md`.
pub fn page() -> String {
    let mut out = String::from(
        "# Settings\n\n\
         This page is made from the settings' registry (`src/config/settings/list.rs`); a test keeps it fresh.\n\n\
         `skydeck config` says where the file is. `skydeck config --default` prints it with every setting commented\n\
         out, and with `--write` puts it there. `skydeck config --edit` opens it with your editor and then checks it,\n\
         as `skydeck config --check` does. A line with a mistake has no effect, and the other lines apply. There is\n\
         one exception: a mistake about `read_only` turns read-only on.\n\n\
         | setting | value | default | is overridden by | what it does |\n|---|---|---|---|---|\n",
    );
    for s in SETTINGS {
        let default = if s.path.contains(|c: char| c.is_ascii_uppercase())
            || matches!(s.kind, SettingType::Path)
            || s.path == "view"
        {
            String::new()
        } else {
            format!("`{}`", s.value)
        };
        let option = s.option.map(|o| format!("`{o}`")).unwrap_or_default();
        let _ = writeln!(out, "| `{}` | {} | {default} | {option} | {} |", s.path, s.kind.wants(), s.doc);
    }
    out
}

fn wrapped(s: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in s.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines
}

impl SettingType {
    /// `a whole number of seconds from 2 to 3600`, for sentences and docs.
    pub fn wants(&self) -> String {
        match self {
            SettingType::Bool => "true or false".into(),
            SettingType::Integer { min, max, unit } => format!("a whole number of {unit} from {min} to {max}"),
            SettingType::Number { min, max } => format!("a number from {min} to {max}"),
            SettingType::Text => "a text in quotes".into(),
            SettingType::Color => "a colour".into(),
            SettingType::List => "a list of texts".into(),
            SettingType::Path => "a path in quotes".into(),
            SettingType::Binding => "a line, a command, or false".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Known;
    use super::super::document::Source;
    use super::*;

    fn uncommented() -> String {
        // A line that is KEY = VALUE or [SECTION] behind its `# `.
        let is_toml = |l: &&str| l.starts_with('[') || l.split_once(" = ").is_some_and(|(k, _)| !k.contains(' '));
        default_file().lines().filter_map(|l| l.strip_prefix("# ")).filter(is_toml).map(|l| format!("{l}\n")).collect()
    }

    #[test]
    fn the_default_file_is_valid_and_changes_nothing() {
        let mut problems = Vec::new();
        let file = Source::embedded("default", &default_file());
        assert_eq!(read(&file, &Known::default(), &mut problems), Settings::default());
        assert_eq!(problems, []);
    }

    #[test]
    fn every_line_of_the_default_file_is_valid_without_its_comment_sign() {
        let text = uncommented();
        let mut problems = Vec::new();
        let settings = read(&Source::embedded("default", &text), &Known::default(), &mut problems);
        assert_eq!(problems, [], "{text}");
        let own = Settings {
            view: settings.view.clone(),
            downloads: settings.downloads.clone(),
            log: settings.log.clone(),
            columns: settings.columns.clone(),
            aliases: settings.aliases.clone(),
            connect: settings.connect.clone(),
            profiles: settings.profiles.clone(),
            ..Settings::default()
        };
        assert_eq!(settings, own, "what is shown as a default is the default");
        assert!(settings.downloads.is_some() && settings.log.is_some() && settings.is_read_only("prod"));
        assert_eq!(settings.columns.len(), 1);
    }

    #[test]
    fn every_setting_is_in_the_default_file_and_in_the_docs() {
        let (file, docs) = (default_file(), page());
        for s in SETTINGS {
            let key = example(s.path.rsplit('.').next().unwrap_or_default());
            assert!(file.contains(&format!("# {key} = ")), "{}", s.path);
            assert!(docs.contains(&format!("| `{}` |", s.path)), "{}", s.path);
        }
    }
}
