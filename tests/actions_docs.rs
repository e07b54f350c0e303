//! `docs/actions.md` is what the actions say.

use skydeck::kinds::docs;
use skydeck::kinds::registry::ALL;

#[test]
fn docs_actions_md_is_what_the_actions_say() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/actions.md");
    let text = docs::actions_md(&ALL);
    if std::env::var_os("SKYDECK_BLESS").is_some() {
        std::fs::write(path, &text).expect("docs/ can be written");
    }
    let there = std::fs::read_to_string(path).unwrap_or_default();
    assert!(there == text, "docs/actions.md is stale: run the tests with SKYDECK_BLESS=1");
}
