use super::*;

const COMMANDS: &[(&str, bool)] = &[("up", false), ("down", false), ("top", false), ("copy", false), ("stop", true)];

fn keys(s: &str) -> Vec<Key> {
    s.parse::<Chord>().unwrap().keys().to_vec()
}

/// A user's keymap `mine` over the default one, with what is wrong with it.
fn mine(text: &str, commands: &[(&str, bool)]) -> (Keymap, Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("mine.toml"), text).unwrap();
    let mut problems = Vec::new();
    let asked = |m, h| Problem::whole(Origin::Option("--keymap"), m, h);
    let map = Keymap::load("mine", Some(dir.path()), &Checks { commands, line: None }, &asked, &mut problems);
    let own = problems.iter().filter(|p| p.file.path().is_some()).map(|p| {
        let advice = if p.applies { "advice " } else { "" };
        format!("{advice}{}", p.to_string().replace(&format!("{}/", dir.path().display()), ""))
    });
    (map, own.collect())
}

#[test]
fn embedded_keymaps_have_nothing_wrong_with_them() {
    for (name, _) in EMBEDDED {
        let mut problems = Vec::new();
        Keymap::load(
            name,
            None,
            &Checks::default(),
            &|m, h| Problem::whole(Origin::Option("test"), m, h),
            &mut problems,
        );
        assert_eq!(problems, [], "{name}");
    }
}

#[test]
fn every_promised_default_key_is_bound() {
    let map = Keymap::embedded("default").unwrap();
    let promised = "j k g G ctrl-d ctrl-u pgdn pgup / : ? enter esc space tab d a s [ ] y r q";
    for key in promised.split(' ') {
        assert!(matches!(map.step(Mode::Table, &keys(key)), Step::Command(_)), "{key}");
    }
}

#[test]
fn a_users_line_overrides_one_leaf_and_no_more() {
    let (map, problems) = mine("[table]\nn = \"down\"\nj = false\n[view]\nk = \"copy\"", &[]);
    assert_eq!(problems, [""; 0]);
    assert_eq!(map.step(Mode::Table, &keys("n")), Step::Command("down"));
    assert_eq!(map.step(Mode::Table, &keys("j")), Step::None);
    assert_eq!(map.step(Mode::Detail, &keys("j")), Step::Command("down"));
    assert_eq!(map.step(Mode::Table, &keys("k")), Step::Command("copy"));
    assert_eq!(map.step(Mode::Table, &keys("G")), Step::Command("bottom"));
}

#[test]
fn a_sequence_waits_for_its_next_key() {
    let map = Keymap::embedded("vim").unwrap();
    let Step::Pending(next) = map.step(Mode::Table, &keys("g")) else { panic!("g is a prefix") };
    assert_eq!(next[0], Next { key: Key::char('g'), command: Some("top") });
    assert_eq!(map.step(Mode::Table, &keys("g g")), Step::Command("top"));
    assert_eq!(map.step(Mode::Table, &keys("g x")), Step::None);
    assert_eq!(map.step(Mode::Table, &keys("g g g")), Step::None);
    assert_eq!(map.step(Mode::Table, &[]), Step::None);
}

#[test]
fn nested_sections_are_sequences() {
    let (map, problems) = mine("[view.x]\na = \"up\"\n\"b c\" = \"down\"", &[]);
    assert_eq!(problems, [""; 0]);
    assert_eq!(map.step(Mode::Pager, &keys("x a")), Step::Command("up"));
    assert_eq!(map.step(Mode::Pager, &keys("x b c")), Step::Command("down"));
}

#[test]
fn help_finds_the_keys_of_a_command() {
    let map = Keymap::embedded("vim").unwrap();
    assert_eq!(map.keys_of(Mode::Table, "top"), ["g g", "home"]);
    assert_eq!(map.key_of(Mode::Table, "top").as_deref(), Some("home"));
    assert_eq!(map.keys_of(Mode::Palette, "palette"), [""; 0]);
    assert_eq!(map.key_of(Mode::Table, "nothing"), None);
}

#[test]
fn nothing_that_changes_an_account_goes_on_bare_characters() {
    let text = "[table]\nx = \"stop\"\n\"t t\" = \"stop\"\nalt-x = \"stop\"\nf8 = \"stop\"";
    let (map, problems) = mine(text, COMMANDS);
    assert_eq!(
        problems,
        [
            "mine.toml:2:1: `stop` changes the account and cannot be bound to a bare character; \
             add ctrl- or alt-, as in `alt-x`",
            "mine.toml:3:1: `stop` changes the account and cannot be bound to a bare character; \
             add ctrl- or alt-, as in `alt-t`",
        ]
    );
    assert_eq!(map.step(Mode::Table, &keys("x")), Step::None);
    assert_eq!(map.step(Mode::Table, &keys("alt-x")), Step::Command("stop"));
}

#[test]
fn keys_that_text_or_the_terminal_needs_are_refused_or_advised_against() {
    let text = "[palette]\nx = \"up\"\nctrl-u = \"up\"\n[view]\nctrl-i = \"up\"\nctrl-b = \"up\"";
    let (map, problems) = mine(text, COMMANDS);
    assert_eq!(
        problems,
        [
            "mine.toml:2:1: `x` types a character here and cannot be bound to a command; add ctrl- or alt-",
            "advice mine.toml:3:1: `ctrl-u` no longer edits the line here, as it does in readline",
            "mine.toml:5:1: `ctrl-i` arrives from a terminal as `tab`; bind `tab`",
            "advice mine.toml:6:1: `ctrl-b` is tmux's prefix and may never arrive",
        ]
    );
    assert_eq!(map.step(Mode::Table, &keys("ctrl-b")), Step::Command("up"));
}

#[test]
fn two_lines_that_hide_each_other_are_named() {
    let (_, problems) = mine("[view]\nx = \"up\"\n\"x y\" = \"down\"\nctrl-n = \"up\"\nC-N = \"down\"", &[]);
    assert_eq!(
        problems,
        [
            "mine.toml:3:1: `x y` and `x` of line 2 cannot both work: one begins with the other",
            "mine.toml:5:1: `ctrl-n` is already bound in line 4",
        ]
    );
}
