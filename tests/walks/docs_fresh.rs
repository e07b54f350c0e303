//! The generated pages under `docs/` are what the registries say. `SKYDECK_BLESS=1 cargo test --test walks docs_fresh` writes them anew.

use skydeck::app::docs::{commands_md, keymap_md};
use skydeck::aws::policy;
use skydeck::config::{Keymap, settings, theme};
use skydeck::kinds::docs::{actions_md, kinds_md};
use skydeck::kinds::registry::ALL;

#[test]
fn the_generated_pages_are_what_the_registries_say() {
    let keymap = Keymap::embedded("default").expect("the default keymap is embedded");
    let operations = ALL.operations();
    let stale: Vec<&str> = [
        ("docs/kinds.md", kinds_md(&ALL)),
        ("docs/actions.md", actions_md(&ALL)),
        ("docs/commands.md", commands_md()),
        ("docs/keymap.md", keymap_md(&keymap)),
        ("docs/settings.md", settings::page()),
        ("docs/themes.md", theme::page()),
        ("docs/iam-full.json", policy::text(&operations, false)),
        ("docs/iam-read-only.json", policy::text(&operations, true)),
    ]
    .into_iter()
    .filter(|(path, now)| !crate::support::fresh::fresh(path, now))
    .map(|(path, _)| path)
    .collect();
    assert!(stale.is_empty(), "stale: {stale:?} (SKYDECK_BLESS=1 cargo test --test walks docs_fresh writes them anew)");
}

#[test]
fn the_read_only_policy_names_nothing_that_changes() {
    let text = policy::text(&ALL.operations(), true);
    let full = policy::text(&ALL.operations(), false);
    for verb in ["Terminate", "Stop", "Start", "Reboot", "Create", "Delete", "Put", "Set", "Register", "Deregister"] {
        assert!(!text.contains(&format!(":{verb}")), "{verb} in {text}");
    }
    for line in text.lines().filter(|l| l.contains(':') && l.trim().starts_with('"') && !l.contains("\": ")) {
        assert!(full.contains(line.trim().trim_end_matches(',')), "the full policy lacks {line}");
    }
}
