//! The page `docs/keymap.md`: the embedded keymaps, place by place.

use std::fmt::Write as _;

use super::{EMBEDDED, Keymap, SECTIONS};

/// The page, from the embedded keymaps and the command table (name and doc).
pub fn page(commands: &[(&str, &str)]) -> String {
    let names: Vec<_> = EMBEDDED.iter().map(|(n, _)| format!("`{n}`")).collect();
    let mut out = format!(
        "# Keys\n\nThis page is made from `keymaps/` and the command table; a test keeps it fresh. In the console \
         `?` shows\nthe keys of the current place, as they are set.\n\nKeymaps in the program: {}. A file \
         `keymaps/NAME.toml` beside the settings is laid over the one that it\n`inherits` (`default` if it does not \
         say) line by line: a line is `KEY = \"COMMAND\"` in the section of\nits place, `KEY = false` unbinds. \
         `[all]` holds everywhere, `[view]` wherever no text is typed; a place's\nown section goes before both. Keys \
         are characters (`j`, `G`), names (`enter`, `esc`, `space`, `tab`,\n`pgdn`, `f5`...), with `ctrl-`, `alt-` \
         or `shift-` before them; the keys of a sequence are separated by\nspaces (`\"g g\"`). A command that \
         changes an account cannot be bound to bare\ncharacters. What begins with a colon is a line of the palette. Text fields are edited with readline's keys.\n",
        names.join(", ")
    );
    for section in SECTIONS {
        let Some(mode) = section.mode else { continue };
        let _ = write!(out, "\n## {}: {}\n\n| command |", section.name, section.doc);
        EMBEDDED.iter().for_each(|(name, _)| {
            let _ = write!(out, " {name} |");
        });
        let _ = writeln!(out, " what it does |\n|---|{}---|", "---|".repeat(EMBEDDED.len()));
        let maps: Vec<Keymap> = EMBEDDED.iter().filter_map(|(name, _)| Keymap::embedded(name)).collect();
        let mut done: Vec<&str> = Vec::new();
        for (_, command) in maps.iter().flat_map(|map| map.bindings(mode)) {
            if done.contains(&command.as_str()) {
                continue;
            }
            done.push(command);
            let _ = write!(out, "| `{command}` |");
            for map in &maps {
                let keys: Vec<_> = map.keys_of(mode, command).iter().map(|k| format!("`{k}`")).collect();
                let _ = write!(out, " {} |", keys.join(" "));
            }
            let doc = commands.iter().find(|(name, _)| *name == command.as_str()).map_or("", |(_, doc)| *doc);
            let _ = writeln!(out, " {doc} |");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_has_every_place_and_both_keymaps_keys() {
        let page = super::page(&[("top", "to the first row")]);
        assert!(page.contains("## table: a table of resources"));
        assert!(page.contains("| `top` | `g` `home` | `g g` `home` | to the first row |"), "{page}");
        assert!(!page.contains("## view"));
    }
}
