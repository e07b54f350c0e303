//! The corpus of user's files: `tests/sample-configs/valid` has nothing wrong with it; each file of `invalid` says in
//! its name what is wrong, and in `#!` lines at its end what the user is told. `SKYDECK_BLESS=1` writes those lines
//! anew.

use std::fs;
use std::path::{Path, PathBuf};

use skydeck::app::aliases::check_name;
use skydeck::app::check_line::check_line;
use skydeck::config::settings::Aliases;
use skydeck::config::{self, Config, Known, Overrides, Paths, Problem, TermEnv};
use skydeck::kinds::registry::ALL;
use skydeck::model::connect::why_no_user;
use skydeck::runtime::PictureSetting;

const COMMANDS: &[(&str, bool)] = &[
    ("accept", false),
    ("back", false),
    ("columns", false),
    ("help", false),
    ("mark", false),
    ("mark-all", false),
    ("open", false),
    ("page-up", false),
    ("redraw", false),
    ("refresh", false),
    ("sort", false),
    ("terminate", true),
    ("top", false),
];

const KINDS: &[(&str, &[&str])] =
    &[("instances", &["name", "id", "state", "age"]), ("buckets", &["name", "region", "age"])];

fn validate(setting: &str, text: &str, aliases: &Aliases) -> Result<(), String> {
    match setting {
        "aliases.ALIAS" | "keys.KEYS" => check_line(&ALL, aliases, text).map(drop),
        config::ALIAS => check_name(&ALL, text),
        "connect.users.PATTERN" => why_no_user(text).map_or(Ok(()), |why| Err(format!("{why}."))),
        "pictures" if PictureSetting::read(text).is_none() => {
            Err(format!("{text} is no way to show pictures; there are {}.", PictureSetting::WORDS))
        }
        _ => Ok(()),
    }
}

/// Loads a file of the corpus as what its folder says: settings, a keymap or a theme.
fn load(file: &Path) -> (Config, Vec<Problem>) {
    let folder = |p: &Path| p.parent().unwrap().to_path_buf();
    let what = folder(file).file_name().unwrap().to_string_lossy().into_owned();
    let name = file.file_stem().unwrap().to_string_lossy().into_owned();
    let nowhere = PathBuf::from("nowhere");
    let mut paths = Paths { keymaps: nowhere.clone(), themes: nowhere, ..config::paths(None) };
    paths.config = PathBuf::from("none");
    let term = TermEnv { colorterm: "truecolor".into(), ..TermEnv::default() };
    let mut overrides = Overrides { term, ..Overrides::default() };
    match what.as_str() {
        "settings" => paths.config = file.to_path_buf(),
        "keymaps" => {
            paths.keymaps = folder(file);
            overrides.keymap = Some(name);
        }
        "themes" => {
            paths.themes = folder(file);
            overrides.theme = Some(name);
        }
        other => panic!("{other} is no folder of the corpus"),
    }
    let (config, problems) =
        config::load(paths, &overrides, &Known { commands: COMMANDS, kinds: KINDS, validate: Some(validate) });
    // Of the embedded keymap's commands the short list above knows only some; those are not this file's problems.
    (config, problems.into_iter().filter(|p| p.file.path().is_some() || p.is_usage()).collect())
}

fn corpus(part: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sample-configs").join(part);
    let mut files: Vec<PathBuf> = fs::read_dir(root)
        .unwrap()
        .flat_map(|folder| fs::read_dir(folder.unwrap().path()).unwrap())
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

fn told(file: &Path, problems: &[Problem]) -> Vec<String> {
    let folder = format!("{}/", file.parent().unwrap().display());
    let line = |p: &Problem| {
        let advice = if p.note {
            "note: "
        } else if p.applies {
            "advice: "
        } else {
            ""
        };
        format!("#! {advice}{}", p.to_string().replace(&folder, ""))
    };
    problems.iter().map(line).collect()
}

#[test]
fn valid_files_have_nothing_wrong_with_them() {
    for file in corpus("valid") {
        let (_, problems) = load(&file);
        assert_eq!(told(&file, &problems), [""; 0], "{}", file.display());
    }
}

#[test]
fn what_is_wrong_with_invalid_files_is_told_with_its_place_and_what_was_meant() {
    for file in corpus("invalid") {
        let text = fs::read_to_string(&file).unwrap();
        let told = told(&file, &load(&file).1);
        assert!(!told.is_empty(), "{} is in the wrong folder", file.display());
        assert!(told.iter().all(|t| !t.chars().any(char::is_control)), "{told:?}");
        if std::env::var_os("SKYDECK_BLESS").is_some() {
            let body: String = text.lines().filter(|l| !l.starts_with("#!")).map(|l| format!("{l}\n")).collect();
            fs::write(&file, format!("{body}{}\n", told.join("\n"))).unwrap();
            continue;
        }
        let expected: Vec<&str> = text.lines().filter(|l| l.starts_with("#!")).collect();
        assert_eq!(told, expected, "{}", file.display());
    }
}

#[test]
fn a_bad_line_costs_that_line_and_the_rest_applies() {
    let sample = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sample-configs/invalid").join(name);
    assert_eq!(load(&sample("settings/unknown-setting.toml")).0.settings.theme, "light");
    assert!(load(&sample("settings/misspelt-read-only-is-on.toml")).0.settings.read_only);
    let (config, _) = load(&sample("settings/quoted-read-only-is-on-for-its-profile.toml"));
    assert!(config.settings.is_read_only("prod") && !config.settings.is_read_only("dev"));
    let (config, _) = load(&sample("settings/unknown-kind-and-columns.toml"));
    assert_eq!(config.settings.columns.get("buckets").unwrap(), &["name"]);
    let (config, _) = load(&sample("keymaps/unknown-command.toml"));
    assert_eq!(config.keymap.keys_of(config::Mode::Table, "mark-all"), ["M", "V"]);
}
