//! Settings, keymaps and themes.
//!
//! A user's files are laid over the embedded ones leaf by leaf. Whatever is wrong in them becomes a [`Problem`] with
//! file, line and "did you mean"; the bad line has no effect, the rest applies. This module owns what the files mean.
//! It knows neither the terminal (colours are its own [`Color`]) nor AWS, and is told the names of commands, kinds and
//! columns.

mod color;
mod document;
pub mod keymap;
mod layers;
mod paths;
mod problem;
mod role;
pub mod settings;
pub mod theme;

use std::path::PathBuf;

pub use color::{Color, ColorError, Depth};
pub use keymap::{Keymap, Mode, Next, Step};
pub use paths::{Paths, paths};
pub use problem::{Origin, Problem};
pub use role::{ROLES, Role, RoleInfo};
pub use settings::{ProfileSettings, SETTINGS, SandboxSettings, Setting, SettingType, Settings};
pub use theme::{Modifiers, Style, TermEnv, Theme};

use document::Source;

/// What the command line and the environment say; they go before the file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Overrides {
    /// `--theme`.
    pub theme: Option<String>,
    /// `--keymap`.
    pub keymap: Option<String>,
    /// `--region`, each; empty leaves the file's.
    pub regions: Vec<String>,
    /// `--refresh`, in seconds.
    pub refresh: Option<u32>,
    /// `--api-share`, in percent.
    pub api_share: Option<u8>,
    /// `--read-only` or `SKYDECK_READ_ONLY` (see [`read_only_env`]). `false` does not turn the file's off.
    pub read_only: bool,
    /// `--log`.
    pub log: Option<PathBuf>,
    /// `--sandbox=WORLD`.
    pub world: Option<String>,
    /// `--sandbox-speed`.
    pub speed: Option<f64>,
    /// What the environment says about the terminal; `--no-color` sets its `no_color`.
    pub term: TermEnv,
}

/// The names that files are checked by; what is empty is not checked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    /// Every command, with whether it changes an account.
    pub commands: &'a [(&'a str, bool)],
    /// Every kind with its columns.
    pub kinds: &'a [(&'a str, &'a [&'a str])],
    /// What is wrong with a text of the setting with this path, in sentences: for what only higher floors understand.
    pub validate: Option<Validate>,
}

/// Says of a setting's path and a text what is wrong with the text; a line of the palette may begin with one of the aliases. Of
/// `aliases.ALIAS` it is asked for the line, and of [`ALIAS`] for the name.
pub type Validate = fn(&str, &str, &settings::Aliases) -> Result<(), String>;

/// What the name of an alias is asked about as.
pub const ALIAS: &str = "aliases";

/// Everything that can be configured, ready for use.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The settings, with the overrides applied.
    pub settings: Settings,
    /// The keys.
    pub keymap: Keymap,
    /// The looks, for this terminal.
    pub theme: Theme,
    /// Where files are.
    pub paths: Paths,
}

/// Reads the user's files. Never fails: what is wrong is told, file by file and line by line, and the rest applies. The
/// problems for which [`Problem::is_usage`] holds are wrong usage of the command line (exit code 2).
pub fn load(paths: Paths, overrides: &Overrides, known: &Known<'_>) -> (Config, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut source = None;
    let mut settings = match Source::read(&paths.config) {
        Ok(Some(file)) => settings::read(source.insert(file), known, &mut problems),
        Ok(None) => {
            if let Some(by) = paths.named_by {
                let message = format!("{by} names {}, which does not exist", paths.config.display());
                problems.push(Problem::whole(Origin::Option(by), message, None));
            }
            Settings::default()
        }
        Err(mut problem) => {
            // Nobody knows what it says: it may say read-only.
            problem.hint = Some("read-only mode is on until the file can be read".into());
            problems.push(problem);
            Settings { read_only: true, ..Settings::default() }
        }
    };
    apply(&mut settings, overrides, &mut problems);

    let at = |option: &'static str, given: bool, key: &'static str| {
        let source = source.as_ref();
        move |message: String, hint: Option<String>| match source {
            Some(source) if !given => source.problem(source.value_of(key), message, hint),
            _ => Problem::whole(Origin::Option(option), message, hint),
        }
    };
    let asked = at("--keymap", overrides.keymap.is_some(), "keymap");
    let aliases = &settings.aliases;
    let check = known.validate.map(|check| move |line: &str| check("keys.KEYS", line, aliases));
    let line = check.as_ref().map(|check| check as &keymap::CheckLine);
    let checks = keymap::Checks { commands: known.commands, line };
    let dir = Some(paths.keymaps.as_path());
    let keymap = Keymap::load_over(&settings.keymap, dir, source.as_ref(), &checks, &asked, &mut problems);
    let asked = at("--theme", overrides.theme.is_some(), "theme");
    let theme = Theme::load(&settings.theme, Some(&paths.themes), &overrides.term, &asked, &mut problems);

    problems.sort_by_key(|p| (!p.is_usage(), p.file.to_string(), p.line, p.col));
    (Config { settings, keymap, theme, paths }, problems)
}

fn apply(settings: &mut Settings, overrides: &Overrides, problems: &mut Vec<Problem>) {
    let set = |to: &mut String, from: &Option<String>| {
        if let Some(from) = from {
            from.clone_into(to);
        }
    };
    set(&mut settings.theme, &overrides.theme);
    set(&mut settings.keymap, &overrides.keymap);
    set(&mut settings.sandbox.world, &overrides.world);
    if !overrides.regions.is_empty() {
        settings.regions.clone_from(&overrides.regions);
    }
    // Only ever on: nothing turns read-only off.
    settings.read_only |= overrides.read_only;
    settings.log = overrides.log.clone().or(settings.log.take());

    let mut within = |option, path: &str, value: f64| {
        let kind = SETTINGS.iter().find(|s| s.path == path).map(|s| s.kind);
        let fits = match kind {
            #[expect(clippy::cast_precision_loss, reason = "bounds are small numbers")]
            Some(SettingType::Integer { min, max, .. }) => (min as f64..=max as f64).contains(&value),
            Some(SettingType::Number { min, max }) => (min..=max).contains(&value),
            _ => true,
        };
        if !fits {
            let wants = kind.map(|k| k.wants()).unwrap_or_default();
            problems.push(Problem::whole(Origin::Option(option), format!("must be {wants}, not {value}"), None));
        }
        fits
    };
    if let Some(refresh) = overrides.refresh.filter(|n| within("--refresh", "refresh", f64::from(*n))) {
        settings.refresh = refresh;
    }
    if let Some(share) = overrides.api_share.filter(|n| within("--api-share", "api_share", f64::from(*n))) {
        settings.api_share = share;
    }
    if let Some(speed) = overrides.speed.filter(|x| within("--sandbox-speed", "sandbox.speed", *x)) {
        settings.sandbox.speed = speed;
    }
}

/// Whether `SKYDECK_READ_ONLY` turns read-only on: any value does but an empty one, `0`, `false`, `no` and `off`. Who
/// sets it means to be safe, so that what is not understood counts as yes.
pub fn read_only_env(value: Option<&str>) -> bool {
    let value = value.unwrap_or_default().trim().to_ascii_lowercase();
    !matches!(value.as_str(), "" | "0" | "false" | "no" | "off")
}

#[cfg(test)]
mod tests;
