use super::*;

fn load_text(text: &str, overrides: &Overrides) -> (Config, Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("config.toml");
    std::fs::write(&file, text).unwrap();
    let (config, problems) = load(paths(Some((&file, "--config"))), overrides, &Known::default());
    let short = |p: &Problem| p.to_string().replace(&format!("{}/", dir.path().display()), "");
    (config, problems.iter().map(short).collect())
}

#[test]
fn nothing_turns_read_only_off_again() {
    let off = Overrides { read_only: false, ..Overrides::default() };
    assert!(load_text("read_only = true", &off).0.settings.read_only);
    let on = Overrides { read_only: true, ..Overrides::default() };
    assert!(load_text("read_only = false", &on).0.settings.read_only);
    let (config, _) = load_text("[profiles.prod]\nread_only = true", &off);
    assert!(config.settings.is_read_only("prod") && !config.settings.is_read_only("dev"));
    let (config, _) = load_text("read_only = true\n[profiles.prod]\nread_only = false", &off);
    assert!(config.settings.is_read_only("prod"));
}

#[test]
fn a_read_only_line_with_a_mistake_in_it_still_makes_the_console_safe() {
    for text in [
        "read_only = yes",
        "read_only = \"true\"",
        "read-only = true",
        "readonly = true",
        "reed_only = true",
        "read_only true",
    ] {
        let (config, problems) = load_text(text, &Overrides::default());
        assert!(config.settings.read_only, "{text}");
        assert!(problems[0].contains("read-only mode is on until this line is corrected"), "{problems:?}");
    }
    let (config, _) = load_text("[profiles.prod]\nread_only = 1", &Overrides::default());
    assert!(config.settings.is_read_only("prod") && !config.settings.read_only);
}

#[test]
fn a_settings_file_that_cannot_be_read_makes_the_console_safe() {
    let dir = tempfile::tempdir().unwrap();
    let (config, problems) = load(paths(Some((dir.path(), "--config"))), &Overrides::default(), &Known::default());
    assert!(config.settings.read_only);
    assert!(
        problems[0]
            .to_string()
            .ends_with("cannot be read: it is a folder; read-only mode is on until the file can be read")
    );
}

#[test]
fn the_read_only_variable_errs_on_the_safe_side() {
    for on in ["1", "true", "yes", "TRUE", "on", "whatever"] {
        assert!(read_only_env(Some(on)), "{on}");
    }
    for off in [None, Some(""), Some("0"), Some("false"), Some("No"), Some("off")] {
        assert!(!read_only_env(off), "{off:?}");
    }
}

#[test]
fn an_unknown_theme_is_named_where_it_was_given() {
    let (_, problems) = load_text("refresh = 5\ntheme = \"drak\"", &Overrides::default());
    assert_eq!(problems, ["config.toml:2:9: there is no theme `drak`; did you mean `dark`?"]);
    let overrides = Overrides { theme: Some("ligth".into()), keymap: Some("vmi".into()), ..Overrides::default() };
    let (config, problems) = load_text("theme = \"dark\"", &overrides);
    assert_eq!(problems, ["There is no keymap vmi. Did you mean vim?", "There is no theme ligth. Did you mean light?"]);
    assert_eq!(config.keymap, Keymap::embedded("default").unwrap());
}

#[test]
fn an_option_outside_its_bounds_is_wrong_usage() {
    let overrides = Overrides { refresh: Some(1), api_share: Some(50), ..Overrides::default() };
    let (config, problems) = load_text("refresh = 30", &overrides);
    assert_eq!(problems, ["--refresh must be a whole number of seconds from 2 to 3600, not 1."]);
    assert_eq!((config.settings.refresh, config.settings.api_share), (30, 50));
}

#[test]
fn a_missing_file_matters_only_if_the_user_named_it() {
    let nowhere = std::path::Path::new("/nonexistent/skydeck.toml");
    let (_, problems) = load(paths(Some((nowhere, "SKYDECK_CONFIG"))), &Overrides::default(), &Known::default());
    assert!(problems[0].is_usage());
    let (config, problems) = load(
        Paths { named_by: None, ..paths(Some((nowhere, "SKYDECK_CONFIG"))) },
        &Overrides::default(),
        &Known::default(),
    );
    assert_eq!((problems, config.settings), (vec![], Settings::default()));
}
