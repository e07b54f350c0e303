use super::*;
use crate::config::keymap::Checks;
use crate::config::{Keymap, Origin, Problem};

#[test]
fn every_command_stands_in_the_table_once() {
    for (i, c) in COMMANDS.iter().enumerate() {
        assert_eq!(Command::named(c.name), Some(c.command));
        assert_eq!(c.command.info().name, c.name);
        assert!(COMMANDS[..i].iter().all(|o| o.command != c.command && o.name != c.name), "{} twice", c.name);
        assert!(c.doc.ends_with('.') && !c.modes.is_empty());
    }
    assert_eq!(COMMANDS.len(), C::Quit as usize + 1);
}

#[test]
fn the_embedded_keymaps_bind_only_commands_that_exist_where_they_work() {
    for (name, _) in crate::config::keymap::EMBEDDED {
        let mut problems = Vec::new();
        let asked = |m, h| Problem::whole(Origin::Option("--keymap"), m, h);
        let map = Keymap::load(name, None, &Checks { commands: &for_keymap(), line: None }, &asked, &mut problems);
        assert_eq!(problems, [], "{name}");
        for mode in Mode::ALL {
            for (chord, command) in map.bindings(*mode) {
                let known = match command.strip_prefix(':') {
                    Some(line) => {
                        crate::app::check_line::check_line(&crate::kinds::registry::ALL, &Default::default(), line)
                            .is_ok()
                    }
                    None => Command::named(command).is_some(),
                };
                assert!(known, "{name} {mode:?} {chord} {command}");
            }
        }
    }
}

#[test]
fn every_command_has_a_key_or_a_palette_line() {
    let map = Keymap::embedded("default").unwrap();
    let vim = Keymap::embedded("vim").unwrap();
    for c in COMMANDS.iter().filter(|c| !c.palette) {
        let reached = |map: &Keymap| c.modes.iter().any(|m| map.key_of(*m, c.name).is_some());
        assert!(reached(&map) || reached(&vim), "{} cannot be reached", c.name);
    }
}
