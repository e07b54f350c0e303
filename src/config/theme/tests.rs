use super::*;

fn term(depth: Depth) -> TermEnv {
    let (colorterm, term) = match depth {
        Depth::None => ("", "dumb"),
        Depth::Sixteen => ("", "xterm"),
        Depth::Indexed => ("", "tmux-256color"),
        Depth::True => ("truecolor", "xterm-256color"),
    };
    TermEnv { no_color: false, colorterm: colorterm.into(), term: term.into(), ..TermEnv::default() }
}

fn mine(text: &str, depth: Depth) -> (Theme, Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("mine.toml"), text).unwrap();
    let mut problems = Vec::new();
    let asked = |m, h| Problem::whole(Origin::Option("--theme"), m, h);
    let theme = Theme::load("mine", Some(dir.path()), &term(depth), &asked, &mut problems);
    (theme, problems.iter().map(|p| p.to_string().replace(&format!("{}/", dir.path().display()), "")).collect())
}

#[test]
fn embedded_themes_have_nothing_wrong_with_them() {
    for (name, _) in EMBEDDED {
        let mut problems = Vec::new();
        let asked = |m, h| Problem::whole(Origin::Option("test"), m, h);
        Theme::load(name, None, &term(Depth::True), &asked, &mut problems);
        assert_eq!(problems, [], "{name}");
    }
}

#[test]
fn mono_has_no_colour_and_still_tells_roles_apart() {
    let mono = Theme::embedded("mono", Depth::True).unwrap();
    for info in ROLES {
        let style = mono.style(info.role);
        assert_eq!((style.fg, style.bg), (None, None), "{}", info.name);
    }
    let loud = [Role::Focus, Role::Mark, Role::Bad, Role::Danger, Role::Change, Role::Choice, Role::Band, Role::Error];
    for role in loud {
        assert_ne!(mono.style(role), mono.style(Role::Text), "{}", role.name());
    }
    assert_ne!(mono.style(Role::Good), mono.style(Role::Bad));
}

#[test]
fn every_text_colour_can_be_read_on_its_background() {
    // WCAG 2.1 asks for 4.5:1; the darkest and lightest backgrounds that people use for each.
    let luminance = |(r, g, b): (u8, u8, u8)| {
        let linear = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    };
    for (name, backgrounds) in [("dark", [(0, 0, 0), (40, 42, 54)]), ("light", [(255, 255, 255), (253, 246, 227)])] {
        let theme = Theme::embedded(name, Depth::True).unwrap();
        for info in ROLES.iter().filter(|r| !matches!(r.role, Role::Border | Role::Gone | Role::Disabled)) {
            let style = theme.style(info.role);
            let Some(fg) = style.fg.and_then(Color::rgb) else { continue };
            for background in backgrounds {
                let bg = style.bg.and_then(Color::rgb).unwrap_or(background);
                let (a, b) = (luminance(fg) + 0.05, luminance(bg) + 0.05);
                let contrast = a.max(b) / a.min(b);
                assert!(contrast >= 4.5, "{name} {} on {bg:?}: {contrast:.1}", info.name);
            }
        }
    }
}

#[test]
fn a_users_theme_overrides_one_leaf_and_no_more() {
    let dark = Theme::embedded("dark", Depth::True).unwrap();
    let (theme, problems) = mine("[roles]\nbad = { underline = true }\ngood = 208\nquiet = \"blue\"", Depth::True);
    assert_eq!(problems, [""; 0]);
    assert_eq!(theme.style(Role::Bad).fg, dark.style(Role::Bad).fg);
    assert!(theme.style(Role::Bad).mods.underline);
    assert_eq!(theme.style(Role::Good).fg, Some(Color::Indexed(208)));
    assert_eq!(theme.style(Role::Title), dark.style(Role::Title));
}

#[test]
fn a_changed_palette_colour_changes_every_role_that_names_it() {
    let (theme, _) = mine("[palette]\nred = \"#ff0000\"", Depth::True);
    assert_eq!(theme.style(Role::Bad).fg, Some(Color::Rgb(255, 0, 0)));
    assert_eq!(theme.style(Role::Error).fg, Some(Color::Rgb(255, 0, 0)));
}

#[test]
fn what_is_wrong_in_a_theme_is_named_with_its_place_and_the_rest_applies() {
    let text = "[roles]\nbda = \"red\"\nbad = \"rde\"\ngood = { fg = \"#12\", blod = true, bold = 1 }\n\
                idle = \"#010203\"\n[palete]\n";
    let (theme, problems) = mine(text, Depth::True);
    assert_eq!(
        problems,
        [
            "mine.toml:6:2: `palete` is not a section of a theme; did you mean `palette`?",
            "mine.toml:2:1: `bda` is not a role; did you mean `bad`?",
            "mine.toml:3:7: `rde` is not a colour; did you mean `red`?",
            "mine.toml:4:15: `#12` is not a colour; colours are written #rrggbb",
            "mine.toml:4:22: `blod` is not part of a style; did you mean `bold`?",
            "mine.toml:4:42: `bold` must be true or false, not 1",
        ]
    );
    assert_eq!(theme.style(Role::Idle).fg, Some(Color::Rgb(1, 2, 3)));
}

#[test]
fn without_colour_every_theme_is_mono() {
    let (theme, _) = mine("[roles]\ntext = \"red\"", Depth::None);
    assert_eq!(theme.name(), "mono");
    assert_eq!(theme.style(Role::Text).fg, None);
    assert_eq!(theme.band(Some(Color::Rgb(255, 0, 0))), theme.style(Role::Band));
}

#[test]
fn screen_is_not_believed_what_it_inherited_of_the_terminal_around_it() {
    let depth = |env: &[(&str, &str)]| {
        let var = |name: &str| env.iter().find(|(n, _)| *n == name).map(|(_, v)| v.to_string());
        TermEnv::read(var).depth()
    };
    let (sty, all) = (("STY", "21635.pts-0.host"), ("COLORTERM", "truecolor"));
    for term in ["screen", "screen-256color", "screen.xterm-256color", "screen.xterm-direct"] {
        assert_eq!(depth(&[sty, all, ("TERM", term)]), Depth::Indexed, "{term}");
    }
    assert_eq!(depth(&[sty, ("COLORTERM", "24bit"), ("TERM", "screen")]), Depth::Indexed);
    assert_eq!(depth(&[all, ("TERM", "screen.xterm-256color")]), Depth::Indexed, "by ssh from screen");
    assert_eq!(depth(&[sty, ("TERM", "screen")]), Depth::Sixteen, "it does not say more");
    assert_eq!(depth(&[all, ("TERM", "screen-256color")]), Depth::True, "tmux, which knows them");
    assert_eq!(depth(&[sty, all, ("TERM", "xterm-256color")]), Depth::True, "a window that was started from screen");
    assert_eq!(depth(&[sty, all, ("TERM", "tmux-256color")]), Depth::True, "tmux in screen");
    assert_eq!(depth(&[sty, all, ("NO_COLOR", "1"), ("TERM", "screen")]), Depth::None);
}

#[test]
fn auto_follows_the_terminal() {
    assert_eq!(term(Depth::None).theme(), "mono");
    assert_eq!(term(Depth::Sixteen).theme(), "ansi16");
    assert_eq!(term(Depth::Indexed).theme(), "dark");
    let light = TermEnv { colorfgbg: "0;default;15".into(), ..term(Depth::True) };
    assert_eq!(light.theme(), "light");
    let env = |name: &str| (name == "NO_COLOR").then(|| "1".to_string());
    assert_eq!(TermEnv::read(env).depth(), Depth::None);
}
