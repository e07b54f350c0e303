//! `docs/commands.md` and `docs/keymap.md`, made from the command table and the default keymap.

use std::fmt::Write as _;

use super::board::BOARDS;
use super::command::COMMANDS;
use crate::base::text::capital;
use crate::config::keymap::SECTIONS;
use crate::config::{Keymap, Mode};

/// `docs/commands.md`.
pub fn commands_md() -> String {
    let mut out = String::from(
        "# Commands\n\nMade from `src/app/command.rs`. The name is what a keymap binds; those marked with `:` can also be typed in the\n\
         palette, where a line is `KIND [QUERY]`, `ACTION [ARGS]`, `COMMAND`, or the id, ARN or name of a row.\n\n| Command | | What it does | Where |\n|---|---|---|---|\n",
    );
    for c in COMMANDS {
        let places = if c.modes.len() == Mode::ALL.len() {
            "everywhere".to_string()
        } else {
            c.modes.iter().map(|m| m.section().name).collect::<Vec<_>>().join(", ")
        };
        let palette = if c.palette { "`:`" } else { "" };
        let changes = if c.changes { " Never on a bare letter." } else { "" };
        let _ = writeln!(out, "| `{}` | {palette} | {}{changes} | {places} |", c.name, c.doc);
    }
    out.push_str("\n## Other places\n\nTyped in the palette like a kind.\n\n| Place | What it shows |\n|---|---|\n");
    for board in BOARDS {
        let _ = writeln!(out, "| `{}` | {} |", board.name, board.doc);
    }
    out
}

/// `docs/keymap.md` for a keymap (the file in the repository is the default one's).
pub fn keymap_md(keymap: &Keymap) -> String {
    let mut out = String::from(
        "# Keys\n\nThe default keymap, `keymaps/default.toml`. A file of yours in `keymaps/` beside `config.toml` is laid over it line by\n\
         line; `KEY = false` unbinds. Nothing that changes an account is on a bare letter.\n\n\
         A line of the palette goes on a key with its colon: `\"1\" = \":instances state:running\"`, `\"g w\" = \":launch\"`. It is done as if it had\n\
         been typed, with its forms and plans, where the palette can be called. The simplest place for it is `[keys]` in the settings: that\n\
         holds in a table and on a board before all that is bound there, and in the detail and in pages of text where these have no key of\n\
         their own. A line that hides a key is allowed; `skydeck config --check` and `?` say what it hides. A digit of yours goes before\n\
         the counts of the vim keymap where a count would begin; within one it is a digit (with `1` bound, `21G` is still line 21).\n",
    );
    for section in SECTIONS {
        let Some(mode) = section.mode else { continue };
        let _ = writeln!(
            out,
            "\n## {} (`[{}]`)\n\n| Keys | Command | What it does |\n|---|---|---|",
            capital(section.doc),
            section.name
        );
        for c in COMMANDS {
            let keys = keymap.keys_of(mode, c.name);
            if keys.is_empty() || !c.modes.contains(&mode) {
                continue;
            }
            let keys: Vec<String> = keys.iter().map(|k| format!("`{k}`")).collect();
            let _ = writeln!(out, "| {} | `{}` | {} |", keys.join(" "), c.name, c.doc);
        }
    }
    out
}
