//! Themes: a palette, a style for each [`Role`], and what they inherit. Files are laid over one another leaf by leaf;
//! the colours are shrunk once, when the theme is loaded, to what the terminal can show.

use std::fmt::Write as _;
use std::path::Path;

use indexmap::IndexMap;
use toml::de::DeValue;

use super::color::{Color, Depth};
use super::document::{Document, Entry, Source, describe, integer};
use super::layers::FileSet;
use super::problem::{Origin, Problem, meant};
use super::role::{ROLES, Role};
use crate::base::text;

/// The embedded themes by name.
pub const EMBEDDED: &[(&str, &str)] = &[
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("mono", include_str!("../../themes/mono.toml")),
    ("ansi16", include_str!("../../themes/ansi16.toml")),
];

/// The name that lets the terminal decide: see [`TermEnv::theme`].
pub const AUTO: &str = "auto";

/// How text is set, besides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Modifiers {
    /// Heavier.
    pub bold: bool,
    /// Fainter.
    pub dim: bool,
    /// Slanted; some terminals show it reversed.
    pub italic: bool,
    /// Underlined.
    pub underline: bool,
    /// Foreground and background exchanged.
    pub reverse: bool,
}

impl Modifiers {
    fn by_name(&mut self, name: &str) -> Option<&mut bool> {
        match name {
            "bold" => Some(&mut self.bold),
            "dim" => Some(&mut self.dim),
            "italic" => Some(&mut self.italic),
            "underline" => Some(&mut self.underline),
            "reverse" => Some(&mut self.reverse),
            _ => None,
        }
    }
}

/// The keys of a role's table.
const LEAVES: &[&str] = &["fg", "bg", "bold", "dim", "italic", "underline", "reverse"];

/// How a role looks. What is `None` stays as it is below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Style {
    /// The foreground.
    pub fg: Option<Color>,
    /// The background.
    pub bg: Option<Color>,
    /// How it is set.
    pub mods: Modifiers,
}

impl Style {
    /// A foreground and a background, nothing else.
    pub const fn colors(fg: Color, bg: Color) -> Style {
        Style {
            fg: Some(fg),
            bg: Some(bg),
            mods: Modifiers { bold: false, dim: false, italic: false, underline: false, reverse: false },
        }
    }

    /// As a terminal of `depth` can show it; without colour only the modifiers are left.
    #[must_use]
    pub fn at(self, depth: Depth) -> Style {
        let shrink = |c: Option<Color>| if depth == Depth::None { None } else { c.map(|c| c.at(depth)) };
        Style { fg: shrink(self.fg), bg: shrink(self.bg), mods: self.mods }
    }
}

/// A style for every role, for one terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    name: String,
    depth: Depth,
    /// By [`Role`]'s number.
    styles: Vec<Style>,
}

impl Theme {
    /// The theme `name` (or `auto`) for this terminal, with the user's files in `dir` laid over the embedded ones.
    ///
    /// Without colour it is always `mono`, because only there the modifiers carry every meaning; that `name` exists is
    /// checked all the same. `asked` makes the problem of an unknown name where it was given. Never fails.
    pub fn load(
        name: &str,
        dir: Option<&Path>,
        term: &TermEnv,
        asked: &dyn Fn(String, Option<String>) -> Problem,
        problems: &mut Vec<Problem>,
    ) -> Theme {
        let depth = term.depth();
        let name = if name == AUTO { term.theme() } else { name };
        let theme = Theme::from_layers(name, depth, &file_set(dir).stack(name, asked, problems), problems);
        match depth {
            Depth::None if name != "mono" => Theme::embedded("mono", depth).unwrap_or(theme),
            _ => theme,
        }
    }

    /// The embedded theme `name`, without a user's files; `None` if there is none of that name.
    pub fn embedded(name: &str, depth: Depth) -> Option<Theme> {
        EMBEDDED.iter().find(|(n, _)| *n == name)?;
        let nobody = |m, h| Problem::whole(Origin::Embedded("themes".into()), m, h);
        let layers = file_set(None).stack(name, &nobody, &mut Vec::new());
        Some(Theme::from_layers(name, depth, &layers, &mut Vec::new()))
    }

    fn from_layers(name: &str, depth: Depth, layers: &[Source], problems: &mut Vec<Problem>) -> Theme {
        let docs: Vec<Document<'_>> = layers.iter().map(|s| s.parse(problems)).collect();
        let mut reader = Reader { problems, palette: IndexMap::new(), styles: vec![Style::default(); ROLES.len()] };
        // The palette of all layers first: a user who changes one colour of it changes every role that names it.
        docs.iter().for_each(|doc| reader.palette(doc));
        docs.iter().for_each(|doc| reader.roles(doc));
        let styles = reader.styles.into_iter().map(|s| s.at(depth)).collect();
        Theme { name: name.to_string(), depth, styles }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// What the colours were shrunk to.
    pub fn depth(&self) -> Depth {
        self.depth
    }
    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }
    /// The style of an account's band: in the profile's own colour if it has one, with ink that can be read on it.
    pub fn band(&self, own: Option<Color>) -> Style {
        match own {
            Some(color) if self.depth != Depth::None => Style::colors(color.ink(), color).at(self.depth),
            _ => self.style(Role::Band),
        }
    }
}

/// The names of the themes that can be chosen: `auto`, the embedded ones, the user's.
pub fn names(dir: Option<&Path>) -> Vec<String> {
    file_set(dir).names()
}

/// The page `docs/themes.md`.
pub fn page() -> String {
    let names: Vec<_> = EMBEDDED.iter().map(|(n, _)| format!("`{n}`")).collect();
    let mut out = format!(
        "# Themes\n\n\
         This page is made from the roles' registry (`src/config/role.rs`); a test keeps it fresh.\n\n\
         Themes in the program: {}; `auto` asks the terminal (`COLORTERM`, `TERM`,\n\
         `COLORFGBG`). With `NO_COLOR`, `--no-color` or a terminal without colours it is always `mono`.\n\n\
         A file `themes/NAME.toml` beside the settings is laid over the theme that it `inherits` (`dark` if it\n\
         does not say) leaf by leaf: a palette colour, or a role's `fg`, `bg`, `bold`, `dim`, `italic`,\n\
         `underline` or `reverse`. A colour alone is the foreground. Colours are `\"#rrggbb\"`, a number of\n\
         xterm's 256, one of the terminal's sixteen by name (`red`, `bright-blue`), `default`, or a name of the\n\
         palette. They shrink to what the terminal can show.\n\n\
         ```toml\ninherits = \"dark\"\n\n\
         [palette]\nred = \"#ff5555\"\n\n[roles]\nlink = {{ fg = \"blue\", underline = false }}\n```\n\n\
         | role | what it is for |\n|---|---|\n",
        names.join(", ")
    );
    for info in ROLES {
        let _ = writeln!(out, "| `{}` | {} |", info.name, info.doc);
    }
    out
}

fn file_set(dir: Option<&Path>) -> FileSet<'_> {
    FileSet { what: "theme", embedded: EMBEDDED, base: "dark", dir, also: &[AUTO] }
}

struct Reader<'p> {
    problems: &'p mut Vec<Problem>,
    palette: IndexMap<String, Color>,
    styles: Vec<Style>,
}

impl Reader<'_> {
    fn palette(&mut self, doc: &Document<'_>) {
        for entry in doc.root() {
            match (entry.key, entry.value) {
                ("palette", DeValue::Table(table)) => {
                    for e in doc.entries(table) {
                        if let Some(color) = self.color(doc, &e, false) {
                            self.palette.insert(e.key.to_string(), color);
                        }
                    }
                }
                ("inherits", _) | ("roles", DeValue::Table(_)) => {}
                (section @ ("palette" | "roles"), other) => {
                    let message = format!("`{section}` must be a section, not {}", describe(other));
                    self.problems.push(doc.source.problem(entry.key_at, message, None));
                }
                (key, _) => {
                    let hint = meant(key, ["inherits", "palette", "roles"], || {
                        Some("a theme has inherits, [palette] and [roles]".into())
                    });
                    let message = format!("`{}` is not a section of a theme", text::visible(key));
                    self.problems.push(doc.source.problem(entry.key_at, message, hint));
                }
            }
        }
    }

    fn roles(&mut self, doc: &Document<'_>) {
        let Some(roles) = doc.root().find(|e| e.key == "roles").and_then(|e| e.value.as_table()) else { return };
        for entry in doc.entries(roles) {
            let Some(role) = Role::named(entry.key) else {
                let hint =
                    meant(entry.key, ROLES.iter().map(|r| r.name), || Some("docs/themes.md lists the roles".into()));
                let message = format!("`{}` is not a role", text::visible(entry.key));
                self.problems.push(doc.source.problem(entry.key_at, message, hint));
                continue;
            };
            let mut style = self.styles[role as usize];
            match entry.value {
                DeValue::Table(leaves) => {
                    for leaf in doc.entries(leaves) {
                        self.leaf(doc, &leaf, &mut style);
                    }
                }
                // A colour alone is the foreground.
                _ => {
                    if let Some(color) = self.color(doc, &entry, true) {
                        style.fg = Some(color);
                    }
                }
            }
            self.styles[role as usize] = style;
        }
    }

    fn leaf(&mut self, doc: &Document<'_>, leaf: &Entry<'_>, style: &mut Style) {
        match leaf.key {
            "fg" => style.fg = self.color(doc, leaf, true).or(style.fg),
            "bg" => style.bg = self.color(doc, leaf, true).or(style.bg),
            name => match (style.mods.by_name(name), leaf.value) {
                (Some(modifier), DeValue::Boolean(on)) => *modifier = *on,
                (Some(_), other) => {
                    let message = format!("`{name}` must be true or false, not {}", describe(other));
                    self.problems.push(doc.source.problem(leaf.value_at.clone(), message, None));
                }
                (None, _) => {
                    let hint =
                        meant(name, LEAVES.iter().copied(), || Some(format!("a style has {}", LEAVES.join(", "))));
                    let message = format!("`{}` is not part of a style", text::visible(name));
                    self.problems.push(doc.source.problem(leaf.key_at.clone(), message, hint));
                }
            },
        }
    }

    /// A colour: by its name in the palette (in a role), or as it is.
    fn color(&mut self, doc: &Document<'_>, entry: &Entry<'_>, named: bool) -> Option<Color> {
        let (message, hint) = match entry.value {
            DeValue::String(name) => match self.palette.get(&**name) {
                Some(color) if named => return Some(*color),
                _ => match name.parse::<Color>() {
                    Ok(color) => return Some(color),
                    Err(e) => {
                        let palette = self.palette.keys().map(String::as_str).filter(|_| named);
                        let hint = e.hint;
                        (e.message, meant(name, palette, || hint))
                    }
                },
            },
            other => match integer(other).and_then(|n| u8::try_from(n).ok()) {
                Some(n) => return Some(Color::Indexed(n)),
                None => (
                    format!("`{}` must be a colour, not {}", text::visible(entry.key), describe(other)),
                    Some("colours are \"#rrggbb\", a number from 0 to 255, or a name such as \"red\"".into()),
                ),
            },
        };
        self.problems.push(doc.source.problem(entry.value_at.clone(), message, hint));
        None
    }
}

/// What the environment says about the terminal's colours.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TermEnv {
    /// `NO_COLOR` is set and not empty (<https://no-color.org>), or `--no-color` was given.
    pub no_color: bool,
    /// `COLORTERM`.
    pub colorterm: String,
    /// `TERM`.
    pub term: String,
    /// Whether this is GNU screen: `STY` is set, or `TERM` is a name that only screen gives (`screen.` and the outer one; over ssh it comes
    /// without `STY`). A terminal window that was started from screen has `STY` too, but another `TERM`.
    pub screen: bool,
    /// `COLORFGBG`: `FG;BG` as numbers of the sixteen, from rxvt, Konsole and others.
    pub colorfgbg: String,
}

impl TermEnv {
    /// Reads the variables through `get`.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> TermEnv {
        let var = |name| get(name).unwrap_or_default();
        TermEnv {
            no_color: !var("NO_COLOR").is_empty(),
            colorterm: var("COLORTERM"),
            screen: !var("STY").is_empty() && var("TERM").starts_with("screen") || var("TERM").starts_with("screen."),
            term: var("TERM"),
            colorfgbg: var("COLORFGBG"),
        }
    }

    /// How many colours the terminal can show.
    pub fn depth(&self) -> Depth {
        let term = self.term.as_str();
        if self.no_color || matches!(term, "dumb" | "vt52" | "vt100" | "vt102" | "vt220") {
            Depth::None
        } else if matches!(self.colorterm.as_str(), "truecolor" | "24bit") || term.ends_with("-direct") {
            // Screen hands on what the terminal around it says of itself, but up to 4.9 takes 24-bit colours for attributes: `48;2;40;60;90`
            // becomes dim and grey. 5.0 knows them, if a setting says so. The 256 it makes into whatever is around it.
            if self.screen { Depth::Indexed } else { Depth::True }
        } else if term.contains("256color") {
            Depth::Indexed
        } else {
            Depth::Sixteen
        }
    }

    /// Whether the background is light, as far as the terminal tells.
    pub fn is_light(&self) -> bool {
        // `15;default;0` has three fields; the background is the last. 7 is light grey, 15 white.
        matches!(self.colorfgbg.rsplit(';').next(), Some("7" | "15"))
    }

    /// The theme that `auto` means here: `mono` without colour, `ansi16` with sixteen (the user's own sixteen suit the
    /// background, whichever it is), else `light` or `dark`.
    pub fn theme(&self) -> &'static str {
        match self.depth() {
            Depth::None => "mono",
            Depth::Sixteen => "ansi16",
            _ if self.is_light() => "light",
            _ => "dark",
        }
    }
}

#[cfg(test)]
mod tests;
