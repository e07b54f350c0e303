//! The settings file: what can be set, as one ordered slice, from which the file is checked and its commented default
//! and the docs are written.

mod read;

use std::fmt::Write as _;
use std::path::PathBuf;

use indexmap::IndexMap;

use super::color::Color;
pub(crate) use read::read;

/// What the user has set, with the defaults for the rest.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The theme's name, or `auto`.
    pub theme: String,
    /// The keymap's name.
    pub keymap: String,
    /// The palette line that the console opens with.
    pub view: String,
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
    /// Where downloads go; `None` means the folder the console was started in.
    pub downloads: Option<PathBuf>,
    /// Where the log goes; `None` means no log.
    pub log: Option<PathBuf>,
    /// The columns of a kind, by the kind's name, in order.
    pub columns: IndexMap<String, Vec<String>>,
    /// What holds for one profile.
    pub profiles: IndexMap<String, ProfileSettings>,
    /// The embedded account.
    pub sandbox: SandboxSettings,
}

/// What holds for one profile.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProfileSettings {
    /// Read-only for this profile.
    pub read_only: bool,
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
            view: "instances".into(),
            regions: Vec::new(),
            read_only: false,
            refresh: 10,
            api_share: 20,
            confirm_account_digits: true,
            remember: true,
            downloads: None,
            log: None,
            columns: IndexMap::new(),
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

/// Every setting, in the order of the default file.
pub const SETTINGS: &[Setting] = &[
    Setting {
        path: "theme",
        kind: SettingType::Text,
        value: "\"auto\"",
        doc: "The colours: dark, light, ansi16, mono, or the name of your own file in themes/. auto fits the terminal.",
        option: Some("--theme"),
        apply: |s, _, v| text(v, &mut s.theme),
    },
    Setting {
        path: "keymap",
        kind: SettingType::Text,
        value: "\"default\"",
        doc: "The keys: default, vim, or the name of your own file in keymaps/.",
        option: Some("--keymap"),
        apply: |s, _, v| text(v, &mut s.keymap),
    },
    Setting {
        path: "view",
        kind: SettingType::Text,
        value: "\"instances\"",
        doc: "What the console shows first, as in the palette, for example \"instances state:running\".",
        option: Some("VIEW"),
        apply: |s, _, v| text(v, &mut s.view),
    },
    Setting {
        path: "regions",
        kind: SettingType::List,
        value: "[]",
        doc: "Regions to show in one table, for example [\"ap-northeast-2\", \"us-east-1\"]. If empty: AWS_REGION, AWS_DEFAULT_REGION or the region of the profile.",
        option: Some("--region"),
        apply: |s, _, v| list(v, &mut s.regions),
    },
    Setting {
        path: "read_only",
        kind: SettingType::Bool,
        value: "false",
        doc: "No change is sent to AWS. Once on, whether here, by option or by environment, nothing turns it off until the console is closed.",
        option: Some("--read-only, SKYDECK_READ_ONLY=1"),
        apply: |s, _, v| bool(v, &mut s.read_only),
    },
    Setting {
        path: "refresh",
        kind: SettingType::Integer { min: 2, max: 3600, unit: "seconds" },
        value: "10",
        doc: "Seconds between refreshes of what is on the screen. Longer lists are refreshed less often; rows that are changing state, more often.",
        option: Some("--refresh"),
        apply: |s, _, v| {
            if let Parsed::Integer(n) = v {
                s.refresh = u32::try_from(n).unwrap_or(s.refresh);
            }
        },
    },
    Setting {
        path: "api_share",
        kind: SettingType::Integer { min: 1, max: 100, unit: "percent" },
        value: "20",
        doc: "Percent of AWS's documented request rate that the console may use; the rest is left to other tools.",
        option: Some("--api-share"),
        apply: |s, _, v| {
            if let Parsed::Integer(n) = v {
                s.api_share = u8::try_from(n).unwrap_or(s.api_share);
            }
        },
    },
    Setting {
        path: "confirm_account_digits",
        kind: SettingType::Bool,
        value: "true",
        doc: "The first change in each account after a start asks for the last four digits of the account id.",
        option: None,
        apply: |s, _, v| bool(v, &mut s.confirm_account_digits),
    },
    Setting {
        path: "remember",
        kind: SettingType::Bool,
        value: "true",
        doc: "Lines that were entered in the palette and the filter are there again at the next start, in memory.json beside the journal. \
              false keeps nothing and reads nothing.",
        option: None,
        apply: |s, _, v| bool(v, &mut s.remember),
    },
    Setting {
        path: "downloads",
        kind: SettingType::Path,
        value: "\"~/Downloads\"",
        doc: "The folder that objects are downloaded to. Unset: the folder where the console was started.",
        option: None,
        apply: |s, _, v| path(v, &mut s.downloads),
    },
    Setting {
        path: "log",
        kind: SettingType::Path,
        value: "\"~/skydeck.log\"",
        doc: "Write a log to this file. It has no keys, tokens or user data. If not set: no log.",
        option: Some("--log"),
        apply: |s, _, v| path(v, &mut s.log),
    },
    Setting {
        path: "columns.KIND",
        kind: SettingType::List,
        value: "[\"name\", \"id\", \"state\"]",
        doc: "The columns of a kind, in order. docs/kinds.md lists them.",
        option: None,
        apply: |s, kind, v| list(v, s.columns.entry(kind.to_string()).or_default()),
    },
    Setting {
        path: "profiles.NAME.read_only",
        kind: SettingType::Bool,
        value: "true",
        doc: "Read-only mode for one profile.",
        option: None,
        apply: |s, name, v| bool(v, &mut profile(s, name).read_only),
    },
    Setting {
        path: "profiles.NAME.band",
        kind: SettingType::Color,
        value: "\"#8b1a1a\"",
        doc: "The colour of the profile's band in the header: \"#rrggbb\", 0 to 255, or a name such as \"red\".",
        option: None,
        apply: |s, name, v| {
            if let Parsed::Color(c) = v {
                profile(s, name).band = Some(c);
            }
        },
    },
    Setting {
        path: "profiles.NAME.label",
        kind: SettingType::Text,
        value: "\"PRODUCTION\"",
        doc: "The text in the band instead of the profile's name.",
        option: None,
        apply: |s, name, v| text(v, profile(s, name).label.get_or_insert_default()),
    },
    Setting {
        path: "profiles.NAME.confirm_account_digits",
        kind: SettingType::Bool,
        value: "true",
        doc: "confirm_account_digits for one profile.",
        option: None,
        apply: |s, name, v| bool(v, profile(s, name).confirm_account_digits.get_or_insert_default()),
    },
    Setting {
        path: "sandbox.world",
        kind: SettingType::Text,
        value: "\"demo\"",
        doc: "The world that --sandbox opens: demo, empty, or fleet:N with N instances.",
        option: Some("--sandbox=WORLD"),
        apply: |s, _, v| text(v, &mut s.sandbox.world),
    },
    Setting {
        path: "sandbox.speed",
        kind: SettingType::Number { min: 0.1, max: 1000.0 },
        value: "1",
        doc: "How much faster the sandbox's time runs than the clock.",
        option: Some("--sandbox-speed"),
        apply: |s, _, v| {
            if let Parsed::Number(x) = v {
                s.sandbox.speed = x;
            }
        },
    },
];

fn profile<'s>(s: &'s mut Settings, name: &str) -> &'s mut ProfileSettings {
    s.profiles.entry(name.to_string()).or_default()
}

fn text(v: Parsed, into: &mut String) {
    if let Parsed::Text(t) = v {
        *into = t;
    }
}

fn bool(v: Parsed, into: &mut bool) {
    if let Parsed::Bool(b) = v {
        *into = b;
    }
}

fn list(v: Parsed, into: &mut Vec<String>) {
    if let Parsed::List(l) = v {
        *into = l;
    }
}

fn path(v: Parsed, into: &mut Option<PathBuf>) {
    if let Parsed::Path(p) = v {
        *into = Some(p);
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
        let (of, key) = if of == "columns" { ("columns", "instances") } else { (of, key) };
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

/// The page `docs/settings.md`.
pub fn page() -> String {
    let mut out = String::from(
        "# Settings\n\n\
         This page is made from the settings' registry (`src/config/settings.rs`); a test keeps it fresh.\n\n\
         `skydeck config` says where the file is. `skydeck config --default` prints it with every setting commented\n\
         out, and with `--write` puts it there. `skydeck config --edit` opens it with your editor and then checks it,\n\
         as `skydeck config --check` does. A line with a mistake has no effect, and the other lines apply. There is\n\
         one exception: a mistake about `read_only` turns read-only on.\n\n\
         | setting | value | default | is overridden by | what it does |\n|---|---|---|---|---|\n",
    );
    for s in SETTINGS {
        let default = if s.path.contains(|c: char| c.is_ascii_uppercase()) || matches!(s.kind, SettingType::Path) {
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
            downloads: settings.downloads.clone(),
            log: settings.log.clone(),
            columns: settings.columns.clone(),
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
            let key = s.path.rsplit('.').next().unwrap_or_default().replace("KIND", "instances");
            assert!(file.contains(&format!("# {key} = ")), "{}", s.path);
            assert!(docs.contains(&format!("| `{}` |", s.path)), "{}", s.path);
        }
    }
}
